"""Public names: `__all__` is sorted and true, and importing the package is light."""

import importlib
import inspect
import json
import pkgutil
import subprocess
import sys

import pytest

import peermatch

HEAVY = (
    "joblib",
    "narwhals",
    "networkx",
    "numba",
    "numpy",
    "pandas",
    "polars",
    "pyarrow",
    "scipy",
    "sklearn",
)
FOUND = [
    found for found in pkgutil.walk_packages(peermatch.__path__, "peermatch.") if "__main__" not in found.name
]
MODULES = ["peermatch", *(found.name for found in FOUND)]
PACKAGES = ["peermatch", *(found.name for found in FOUND if found.ispkg)]


def constants_classes_others(name: str) -> tuple[int, str]:
    """Return the order of an import list: CONSTANTS, then Classes, then others, each by name."""
    return (0 if name.isupper() and len(name) > 1 else 1 if name.lstrip("_")[:1].isupper() else 2, name)


def own_names(module) -> set[str]:
    """Return the public classes and functions that a package's front page holds and that live in the package."""
    return {
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and (inspect.isclass(value) or inspect.isfunction(value))
        and f"{value.__module__}.".startswith(f"{module.__name__}.")
    }


@pytest.mark.parametrize("name", MODULES)
def test_all_is_sorted_and_true(name):
    listed = list(getattr(importlib.import_module(name), "__all__", ()))
    assert listed == sorted(listed, key=constants_classes_others)
    assert len(set(listed)) == len(listed)
    for public in listed:
        assert hasattr(importlib.import_module(name), public), public


@pytest.mark.parametrize("name", PACKAGES)
def test_all_of_a_package_is_complete(name):
    module = importlib.import_module(name)
    assert own_names(module) <= set(getattr(module, "__all__", ()))


def test_every_public_name_of_the_package_is_found_where_it_lives():
    for name in peermatch.__all__:
        assert getattr(peermatch, name) is not None
    assert set(peermatch.__all__) <= set(dir(peermatch))
    with pytest.raises(AttributeError, match="no attribute 'PeerMatch'"):
        _ = peermatch.PeerMatch


def test_importing_the_package_is_light():
    run = subprocess.run(
        [sys.executable, "-c", "import json, sys, peermatch; print(json.dumps(sorted(sys.modules)))"],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {name.partition(".")[0] for name in json.loads(run.stdout)}
    assert loaded.isdisjoint(HEAVY)
