"""The floors of the house: imports go downward only."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HOUSE = ROOT / "src" / "peermatch"


def modules_named(text: str) -> set[str]:
    """Return the modules that a line of the contract names, without the package."""
    return set(re.findall(r"peermatch\.(\w+)", text))


@pytest.fixture(scope="module")
def floors() -> list[str]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    contracts = settings["contracts"]
    assert [contract["type"] for contract in contracts] == ["layers"]
    assert "ignore_imports" not in contracts[0]
    return contracts[0]["layers"]


def test_imports_go_downward_only():
    run = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))",
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "1 kept, 0 broken" in run.stdout


def test_every_part_of_the_house_is_on_a_floor(floors):
    named = set().union(*map(modules_named, floors))
    parts = {path.stem for path in HOUSE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert parts - {"__init__", "__main__"} <= named


def test_the_verifiers_share_no_code_with_what_they_check():
    used = set()
    for path in (HOUSE / "verify").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                used |= {name.name for name in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0
                used.add(node.module or "")
    outside = {name for name in used if name.partition(".")[0] not in sys.stdlib_module_names}
    assert outside - {name for name in outside if name.startswith("peermatch.verify.")} <= {
        "numpy",
        "numpy.typing",
        "peermatch.checks",
        "peermatch.errors",
        "peermatch.kernels.checking",
        "peermatch.problem",
    }


def test_what_checks_in_compiled_code_is_used_by_the_verifiers_alone():
    checking = (HOUSE / "kernels" / "checking.py").read_text(encoding="utf-8")
    assert re.findall(r"^(?:from|import) (peermatch\S*)", checking, re.MULTILINE) == [
        "peermatch.kernels._jit"
    ]
    users = [
        path.relative_to(HOUSE).parts[0]
        for path in HOUSE.rglob("*.py")
        if "kernels.checking" in path.read_text(encoding="utf-8")
    ]
    assert set(users) == {"verify"}
