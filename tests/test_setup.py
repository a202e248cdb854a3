"""The set-up files agree with each other."""

from __future__ import annotations

import importlib
import os
import re
import tomllib
from pathlib import Path

import pytest

import peermatch

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def packaging():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def makefile():
    return (ROOT / "Makefile").read_text(encoding="utf-8")


def test_version_is_the_same_everywhere(packaging):
    assert peermatch.__version__ == packaging["project"]["version"]
    assert f"## {peermatch.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_script_leads_to_a_function(packaging):
    module, name = packaging["project"]["scripts"]["peermatch"].split(":")
    assert callable(getattr(importlib.import_module(module), name))


def test_registered_solvers_are_there(packaging):
    for target in packaging["project"]["entry-points"]["peermatch.solvers"].values():
        module, name = target.split(":")
        assert hasattr(importlib.import_module(module), name), target


def test_oldest_python_is_the_same_everywhere(packaging):
    oldest = packaging["project"]["requires-python"].removeprefix(">=")
    script = (ROOT / "scripts" / "make-environment.sh").read_text(encoding="utf-8")
    assert f"sys.version_info >= ({oldest.replace('.', ', ')})" in script
    assert packaging["tool"]["ruff"]["target-version"] == "py" + oldest.replace(".", "")
    assert packaging["tool"]["mypy"]["python_version"] == oldest


def test_make_installs_extras_that_exist(packaging, makefile):
    asked = re.findall(r"--editable '\.\[(\w+)\]'", makefile)
    assert asked
    assert set(asked) <= set(packaging["project"]["optional-dependencies"])


@pytest.mark.parametrize("tool", ["ruff", "mypy", "import-linter", "pytest"])
def test_tools_of_make_test_are_in_the_dev_extra(packaging, tool):
    names = {re.split(r"[>=<\[]", line)[0] for line in packaging["project"]["optional-dependencies"]["dev"]}
    assert tool in names


@pytest.mark.parametrize("target", ["demo", "test", "exactness", "bench", "bench-large", "clean", "help"])
def test_make_has_the_targets_of_the_docs(makefile, target):
    assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE)


@pytest.mark.skipif(os.name != "posix", reason="permission bits are posix")
@pytest.mark.parametrize("script", [".ci/run", "scripts/make-environment.sh"])
def test_scripts_may_be_executed(script):
    assert os.access(ROOT / script, os.X_OK)


@pytest.mark.parametrize(
    "page", ["README.md", "CONTRIBUTING.md", *sorted(p.name for p in (ROOT / "docs").glob("*.md"))]
)
def test_links_between_pages_lead_somewhere(page):
    path = ROOT / page if (ROOT / page).exists() else ROOT / "docs" / page
    for link in re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text(encoding="utf-8")):
        if "://" not in link:
            assert (path.parent / link).exists(), f"{page} links to {link}"
