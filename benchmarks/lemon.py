"""LEMON as a peer: our small harness, compiled on demand against Debian's ``liblemon-dev``, run on files of edges.

LEMON is left out, with the reason, where its headers or a C++ compiler are absent. Try it on one graph with
``python -m benchmarks.lemon grid 20000``.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.instances import FAMILIES, Graph, n_vertices

__all__ = ["compiled", "matched", "missing", "version", "write_edges"]

_SOURCE = Path(__file__).with_name("lemon_harness.cpp")
_BUILD = Path(__file__).with_name("build")
_NO_PERFECT = 3
_FLAGS = ["-std=c++17", "-O3", "-DNDEBUG"]


def write_edges(path: Path, graph: Graph) -> None:
    """Write a graph as the harness reads it."""
    u, v, weight = graph
    with path.open("wb") as file:
        for array in (np.array([n_vertices(graph), len(u)]), u, v, weight):
            np.ascontiguousarray(array, dtype=np.int64).tofile(file)


def matched(
    edges: Path,
    *,
    perfect: bool = False,
    least: int = 1,
    seconds: float = 0.0,
    most: int = 1,
    cap: float = 60.0,
) -> dict[str, Any]:
    """Match the graph in a file: at least `least` times, then for `seconds`, at most `most` times.

    Returns ``build`` and ``run``, the seconds of each repeat; ``weight`` and ``pairs``; ``peak_mib``; and ``over``,
    True if a repeat was stopped after `cap` seconds (those before it are there); ``no_perfect``, True if there is no
    perfect matching though one was asked for.
    """
    mode = "perfect" if perfect else "weight"
    command = [str(compiled()), str(edges), mode, str(least), str(seconds), str(most), str(cap)]
    # LEMON recurses once for each vertex of a path: the usual stack ends in a crash from 200,000 vertices on
    deep = ["sh", "-c", 'ulimit -s unlimited 2>/dev/null; exec "$@"', "sh", *command]
    done = subprocess.run(deep, capture_output=True, text=True, check=False)
    if done.returncode not in (0, _NO_PERFECT, -signal.SIGALRM):
        raise RuntimeError(f"The harness of LEMON ended with {done.returncode}: {done.stderr.strip()}")
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.endswith("}")]
    runs = [line for line in lines if "run" in line]
    return {
        "build": [line["build"] for line in runs],
        "run": [line["run"] for line in runs],
        "weight": runs[0]["weight"] if runs else None,
        "pairs": runs[0]["pairs"] if runs else None,
        "peak_mib": next((line["peak_kib"] / 1024 for line in lines if "peak_kib" in line), None),
        "over": done.returncode == -signal.SIGALRM,
        "no_perfect": done.returncode == _NO_PERFECT,
    }


@functools.cache
def compiled() -> Path:
    """Return the compiled harness, compiling it if its source has changed."""
    compiler = _compiler()
    if compiler is None:
        raise RuntimeError("there is no C++ compiler (g++, or what CXX names)")
    stamp = hashlib.sha256(_SOURCE.read_bytes() + " ".join([compiler, *_FLAGS]).encode()).hexdigest()[:12]
    program = _BUILD / f"lemon_harness-{stamp}"
    if not program.exists():
        _BUILD.mkdir(exist_ok=True)
        unfinished = program.with_suffix(f".{os.getpid()}")
        command = [compiler, *_FLAGS, "-o", str(unfinished), str(_SOURCE), "-llemon"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"its harness does not compile: {done.stderr.strip()[:400]}")
        unfinished.replace(program)
    return program


@functools.cache
def missing() -> str:
    """Return why LEMON can't take part, or nothing if it can."""
    try:
        compiled()
    except RuntimeError as error:
        return str(error)
    return ""


def version() -> str:
    """Return LEMON's version and the compiler's, as far as they are known."""
    compiler = _compiler() or ""
    told = subprocess.run([compiler, "-dumpfullversion"], capture_output=True, text=True, check=False)
    package = shutil.which("dpkg-query")
    lemon = ""
    if package:
        command = [package, "--showformat=${Version}", "--show", "liblemon-dev"]
        lemon = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return f"{lemon or 'of unknown version'} ({Path(compiler).name} {told.stdout.strip()} {' '.join(_FLAGS[1:])})"


def _compiler() -> str | None:
    return shutil.which(os.environ.get("CXX", "g++"))


def main(family: str, size: str = "20000", seed: str = "1", mode: str = "weight", repeats: str = "3") -> None:
    """Match one graph and print what it took."""
    graph = FAMILIES[family](int(size), int(seed))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "edges"
        write_edges(path, graph)
        found = matched(path, perfect=mode == "perfect", least=int(repeats), cap=120)
    print(f"{n_vertices(graph):,} vertices, {len(graph[0]):,} edges: {found}")


if __name__ == "__main__":
    main(*sys.argv[1:])
