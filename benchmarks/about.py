"""The machine and the versions that numbers hold for."""

from __future__ import annotations

import datetime
import importlib.metadata
import os
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import lemon

__all__ = ["about", "load_before"]

_PACKAGES = ("peermatch", "numpy", "numba", "scipy", "pandas", "scikit-learn", "joblib")
_PEERS = ("networkx", "rustworkx", "networkit", "lapx", "matching", "algmatch")


def load_before() -> float | None:
    """Return how many processes wanted to run in the last minute: a busy machine measures badly."""
    return round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None


def about(plan: str, command: str, cap: float, load: float | None, left_out: Sequence[str]) -> dict[str, Any]:
    """Return what a page says about a run."""
    known = [f"{name} {_version(name)}" for name in (*_PACKAGES, *_PEERS) if _version(name)]
    if not lemon.missing():
        known.append(f"LEMON {lemon.version()}")
    return {
        "plan": plan,
        "command": command,
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "machine": f"{_processor()}, {_cores()} cores, {_memory()}, {platform.system()} {platform.machine()}"
        + ("" if load is None else f", with a load of {load:g} before the run"),
        "versions": f"Python {platform.python_version()}, " + ", ".join(known),
        "cap": cap,
        "left_out": list(left_out),
    }


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    if path.exists():
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return " ".join(line.partition(":")[2].split())
    return platform.processor() or "a processor of unknown make"


def _memory() -> str:
    try:
        size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return "memory of unknown size"
    return f"{size / 2**30:.0f} GiB of memory"
