"""peermatch warmup: afterwards nothing is left to compile, whatever is matched."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

import peermatch.kernels

# Real work of another size than that of the warm-up, by other ways than its own.
WORK = """
import sys
import numpy as np
import networkx as nx
import peermatch as pm
from peermatch.cli import main
from peermatch.datasets import make_organisation
from peermatch.solvers import max_weight_matching, stable_roommates

assert main(["demo", "--people", "150", "--seed", "3", "--out", sys.argv[1]]) == 0
people = make_organisation(120, 5)
grades = ["G1", "G2", "G3", "G4", "G5", "G6", "G7", "G8"]
criteria = [
    pm.near("years_experience", scale=2), pm.overlap("goal_text"), pm.same("site"),
    pm.complement("can_teach", "wants_to_learn"), pm.above("grade", ladder=grades, by=(1, 3)),
    pm.different(["country", "grade"]),
]
rules = [
    pm.must_differ("department"), pm.must_match("site"), pm.no_twins(["grade", "country"]),
    pm.at_least("same_site", 0.5),
]
for solver in ("blossom", "greedy", "roommates"):
    pm.PeerMatcher("employee_id", criteria, rules, solver=solver, mutual="harmonic").match(people)
rng = np.random.default_rng(0)
u, v = rng.integers(0, 300, (2, 3000))
for weight in (rng.integers(0, 99, 3000), rng.integers(0, 9, 3000) / 8, rng.integers(0, 2, 3000)):
    max_weight_matching(u, v, weight)
    max_weight_matching(u, v, weight, everyone_first=True)
nx.min_weight_matching(nx.complete_graph(20), backend="peermatch")
stable_roommates([rng.permutation([j for j in range(31) if j != i]) for i in range(31)])
"""


# Packages that are slow to import and that pairing people from files does without.
LIGHT = """
import sys
from peermatch.cli import main
people, config, out = sys.argv[1:]
assert main(["match", people, "--config", config, "--out", out, "--as-of", "2026-12-01", "--quiet"]) == 0
print(*sorted({"narwhals", "networkx", "scipy.linalg", "sklearn", "tqdm"} & set(sys.modules)))
"""


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("NUMBA_")}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**clean, "NUMBA_CACHE_DIR": str(folder / "cache")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def kept(folder: Path) -> set[Path]:
    return set((folder / "cache").rglob("*.nbc"))


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("warm")
    return folder, run(folder, "-m", "peermatch", "warmup").stdout


def test_it_says_how_much_and_where(warm: tuple[Path, str]) -> None:
    folder, said = warm
    assert said.startswith(f"Compiled {len(kept(folder))} files in ")
    assert str(folder / "cache") in said


def test_every_kernel_is_compiled(warm: tuple[Path, str]) -> None:
    found = {path.name.partition("-")[0] for path in kept(warm[0])}
    for module in iter_modules(peermatch.kernels.__path__):
        for name, value in vars(import_module(f"peermatch.kernels.{module.name}")).items():
            own = getattr(value, "__module__", None) == f"peermatch.kernels.{module.name}"
            if own and hasattr(value, "py_func"):
                assert f"{module.name}.{name}" in found


def test_afterwards_nothing_is_left_to_compile(warm: tuple[Path, str]) -> None:
    folder, _ = warm
    before = kept(folder)
    run(folder, "-c", WORK, str(folder / "results"))
    assert kept(folder) == before


def test_afterwards_a_match_imports_neither_scikit_learn_nor_what_only_the_compiler_needs(
    warm: tuple[Path, str],
) -> None:
    folder, _ = warm
    run(folder, "-m", "peermatch", "demo", "--people", "150", "--out", str(folder / "demo"))
    table, config = folder / "demo" / "organisation.csv", folder / "demo" / "programme.toml"
    assert run(folder, "-c", LIGHT, str(table), str(config), str(folder / "again")).stdout == "\n"


def test_a_second_time_there_is_nothing_to_do(warm: tuple[Path, str]) -> None:
    folder, _ = warm
    assert run(folder, "-m", "peermatch", "warmup").stdout.startswith("Nothing to compile")


def test_it_says_so_where_nothing_is_kept(monkeypatch, tmp_path, capsys) -> None:
    from peermatch.cli import main, warmup
    from peermatch.kernels import _jit

    monkeypatch.setattr(_jit, "cache_folders", lambda: [tmp_path / "nowhere"])
    monkeypatch.setattr(warmup, "warm_up", lambda: None)
    assert main(["warmup"]) == 0
    assert "nothing is kept" in capsys.readouterr().out
