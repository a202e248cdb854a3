"""The registry: names, options, third parties."""

from __future__ import annotations

import subprocess
import sys
import types
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from typing import ClassVar

import pytest

from peermatch import solvers
from peermatch.errors import ConfigError
from peermatch.problem import ONE_POOL, Control, Matching, Problem, Status
from peermatch.solvers import get_solver, register_solver, registry, solver_names


@dataclass(frozen=True)
class Nobody:
    """Pairs nobody."""

    patience: int = 1
    name: ClassVar[str] = "nobody"
    accepts: ClassVar[frozenset[str]] = frozenset({ONE_POOL})

    def solve(self, problem: Problem, *, control: Control | None = None) -> Matching:
        return Matching.of(problem, [], status=Status.UNDECIDED, solver=self.name)


class Half:
    """Lacks everything but a name."""

    name = "half"


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_registered", {})


def offered(monkeypatch: pytest.MonkeyPatch, name: str, target: str) -> None:
    point = EntryPoint(name=name, value=target, group="peermatch.solvers")
    monkeypatch.setattr(registry, "entry_points", lambda group: [point])


def test_our_own_are_known_without_metadata(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "entry_points", lambda group: [])
    assert solver_names() == [
        "blossom",
        "deferred",
        "exhaustive",
        "greedy",
        "hungarian",
        "roommates",
        "transport",
    ]
    assert [get_solver(name).name for name in solver_names()] == solver_names()


def test_an_unknown_name_brings_the_nearest() -> None:
    with pytest.raises(
        ConfigError, match=r"There is no solver 'blosom'\. Did you mean 'blossom'\?"
    ) as caught:
        get_solver("blosom")
    assert caught.value.items[0]["code"] == "unknown_solver"
    assert caught.value.items[0]["accepted"] == solver_names()


def test_options_are_checked() -> None:
    assert get_solver("exhaustive", most_places=8).most_places == 8  # type: ignore[attr-defined]
    with pytest.raises(ConfigError, match=r"no option 'most_place'\. Did you mean 'most_places'\?"):
        get_solver("exhaustive", most_place=8)
    with pytest.raises(ConfigError, match=r"no option 'speed'\. It has none\."):
        get_solver("hungarian", speed=8)
    with pytest.raises(ConfigError, match="The candidates parameter of Greedy must be a whole number"):
        get_solver("greedy", candidates=0)


def test_a_solver_object_comes_back_as_it_is() -> None:
    mine = Nobody(patience=3)
    assert get_solver(mine) is mine
    with pytest.raises(ConfigError, match="has its own already"):
        get_solver(mine, patience=4)
    with pytest.raises(ConfigError, match=r"Got the class Nobody instead; write Nobody\(\)"):
        get_solver(Nobody)  # type: ignore[arg-type]


def test_what_is_not_a_solver_hears_what_it_lacks() -> None:
    with pytest.raises(
        ConfigError, match=r"Half is not a solver: it has no 'accepts'.*; it has no method 'solve'"
    ):
        get_solver(Half())  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="NoneType is not a solver"):
        get_solver(None)  # type: ignore[arg-type]

    class Uncontrolled(Nobody):
        def solve(self, problem: Problem) -> Matching:  # type: ignore[override]
            raise AssertionError

    with pytest.raises(ConfigError, match="its 'solve' has no keyword 'control'"):
        get_solver(Uncontrolled())


def test_registering_for_this_process() -> None:
    assert register_solver(Nobody) is Nobody
    assert register_solver(Nobody) is Nobody
    assert "nobody" in solver_names()
    assert get_solver("nobody", patience=2) == Nobody(patience=2)
    with pytest.raises(ConfigError, match=r"no option 'patiense'\. Did you mean 'patience'\?"):
        get_solver("nobody", patiense=2)

    class Blossom2(Nobody):
        name: ClassVar[str] = "blossom"

    class Nobody2(Nobody):
        pass

    for taken in (Blossom2, Nobody2):
        with pytest.raises(ConfigError, match="is taken by another solver"):
            register_solver(taken)
    with pytest.raises(ConfigError, match="is not a solver"):
        register_solver(Half)


def test_an_entry_point_of_another_package(monkeypatch: pytest.MonkeyPatch) -> None:
    package = types.ModuleType("another_package")
    package.Nobody = Nobody  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "another_package", package)
    offered(monkeypatch, "chance", "another_package:Nobody")
    assert "chance" in solver_names()
    assert isinstance(get_solver("chance"), Nobody)


@pytest.mark.parametrize(
    ("target", "wording"),
    [
        ("no_such_module:Solver", "cannot be loaded: No module named 'no_such_module'"),
        ("math:Solver", "cannot be loaded: module 'math' has no attribute 'Solver'"),
        ("math:pi", "must lead to a class"),
        ("fractions:Fraction", "fractions:Fraction is not a solver"),
    ],
)
def test_a_broken_entry_point_is_named(monkeypatch: pytest.MonkeyPatch, target: str, wording: str) -> None:
    offered(monkeypatch, "broken", target)
    with pytest.raises(ConfigError, match=wording):
        get_solver("broken")


def test_the_package_exports_what_it_says_lazily() -> None:
    assert set(solvers.__all__) <= set(dir(solvers))
    for name in solvers.__all__:
        assert getattr(solvers, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'Simplex'"):
        _ = solvers.Simplex
    script = (
        "import sys, peermatch.solvers as s; s.solver_names();"
        "print([m for m in ('numba', 'scipy', 'peermatch.solvers.roommates') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
