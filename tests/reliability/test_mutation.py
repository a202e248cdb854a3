"""The mutation driver: a weak suite lets a planted fault live, a strong one kills it, a file without mutants fails."""

from __future__ import annotations

import os

import pytest

from reliability.mutation import TARGETS, mutants_of, outcome_of

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not forked here")

SOURCE = '''"""A checker."""


def twice(f):
    return f


@twice
def holds(number: int | None) -> bool:
    """Whether a number is above 3."""
    if number is None:
        return False
    return number > 3
'''
WEAK = "from planted.checker import holds\n\n\ndef test_one():\n    assert holds(9)\n    assert not holds(None)\n"
STRONG = f"{WEAK}    assert not holds(3)\n    assert holds(4)\n"


@pytest.fixture
def project(tmp_path, monkeypatch):
    (tmp_path / "src" / "planted").mkdir(parents=True)
    (tmp_path / "src" / "planted" / "__init__.py").write_text("")
    (tmp_path / "src" / "planted" / "checker.py").write_text(SOURCE)
    (tmp_path / "src" / "planted" / "empty.py").write_text('"""Nothing."""\n')
    (tmp_path / "weak.py").write_text(WEAK)
    (tmp_path / "strong.py").write_text(STRONG)
    monkeypatch.syspath_prepend(tmp_path / "src")
    monkeypatch.setenv("PYTEST_ADDOPTS", "")
    return tmp_path


def tried(project, name, *tests):
    return outcome_of(name, tests, None, 0, root=project, package="planted")


def test_decorated_functions_are_mutated_and_annotations_are_not():
    said = [mutant.said for mutant in mutants_of(SOURCE)]
    assert sorted(said) == ["3 -> 4", "False -> True", "Gt -> GtE", "Is -> IsNot", "if -> never"]


def test_a_weak_suite_lets_a_fault_live_and_a_strong_one_kills_it(project):
    weak, strong = tried(project, "checker.py", "weak.py"), tried(project, "checker.py", "strong.py")
    assert {mutant.said for mutant in weak.survived} == {"Gt -> GtE", "3 -> 4"}
    assert (strong.tried, strong.survived, strong.fault) == (5, (), "")


def test_a_file_without_mutants_and_tests_that_fail_anyway_are_failures(project):
    assert tried(project, "empty.py", "strong.py").fault == "not a single mutant"
    assert "not there" in tried(project, "nowhere.py", "strong.py").fault
    (project / "strong.py").write_text("def test_it():\n    assert False\n")
    assert "fail without any fault" in tried(project, "checker.py", "strong.py").fault


def test_every_target_has_mutants_and_tests():
    from reliability.mutation import ROOT

    for name, tests in TARGETS.items():
        assert mutants_of((ROOT / "src" / "peermatch" / name).read_text(encoding="utf-8")), name
        assert all((ROOT / test).is_file() for test in tests), name
