"""One case with one contender, in a process of its own: ``python -m benchmarks.child '{"contender": ..., ...}'``.

Prints one line of JSON for each repeat, flushed at once, and one at the end with what was found and the memory it took.
A repeat that takes longer than the cap ends the process by an alarm, also in the middle of compiled code.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.contenders import CONTENDERS
from benchmarks.pool_tasks import POOL_CONTENDERS, write_candidate_edges, write_pool_edges
from benchmarks.programme_tasks import PROGRAMME_CONTENDERS
from benchmarks.stable_tasks import STABLE_CONTENDERS

__all__ = ["main"]

PATIENCE = 20.0
"""Seconds after which nothing is repeated that was measured once."""

_STATUS = Path("/proc/self/status")


def say(**told: Any) -> None:
    """Print a line of JSON."""
    print(json.dumps(told), flush=True)


def memory(which: str) -> float | None:
    """Return the memory now in use ("VmRSS") or the most since `forget_peak` ("VmHWM"), in MiB."""
    if _STATUS.exists():
        for line in _STATUS.read_text(encoding="ascii").splitlines():
            if line.startswith(which):
                return int(line.split()[1]) / 1024
    if which == "VmRSS":
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024) if sys.platform == "darwin" else peak / 1024


def forget_peak() -> None:
    """Let the peak start from now, so that imports and compiling don't count (Linux; else they do)."""
    gc.collect()
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    except OSError:
        return


def make_edges(task: Mapping[str, Any]) -> None:
    """Make a file of edges, so that every contender reads the same one and none pays for making it."""
    from benchmarks.instances import FAMILIES, n_vertices
    from benchmarks.lemon import write_edges
    from benchmarks.people import candidate_graph, full_graph

    path, family = Path(task["edges"]), task.get("family")
    if task.get("pool"):
        (write_candidate_edges if task.get("candidates") else write_pool_edges)(task, path)
    else:
        families = {**FAMILIES, "candidates": candidate_graph, "full": full_graph}
        graph = families[family](task["size"], task["seed"])
        assert n_vertices(graph) > 1
        write_edges(path, graph)


def measure(task: Mapping[str, Any]) -> None:
    """Time a contender: at least `least` times (fewer once `PATIENCE` is spent), then for `seconds`, at most `most`."""
    every = {**CONTENDERS, **POOL_CONTENDERS, **STABLE_CONTENDERS, **PROGRAMME_CONTENDERS}
    contender = every[task["contender"]]
    contender.warm_up(task)
    forget_peak()
    base = memory("VmRSS")
    cap = float(task["cap"])
    signal.setitimer(signal.ITIMER_REAL, max(cap, float(task.get("ready_cap", 5 * cap))))
    ready = contender.ready(task)
    ready_mib = memory("VmRSS")
    if task["objective"] == "stable":  # what lists take while they are made is not asked about
        forget_peak()
    spent, taken = 0.0, 0
    found = None
    while taken < task["most"]:
        if taken and spent >= (PATIENCE if taken < task["least"] else task["seconds"]):
            break
        gc.collect()
        signal.setitimer(signal.ITIMER_REAL, cap)
        began = time.perf_counter()
        result = ready.timed()
        took = time.perf_counter() - began
        signal.setitimer(signal.ITIMER_REAL, 0)
        if found is None:
            peak = memory("VmHWM")
            found = ready.read(result)
        say(run=took)
        spent, taken = spent + took, taken + 1
        ready.refresh()
    say(
        weight=str(found.weight),
        pairs=found.pairs,
        more=dict(found.more),
        base_mib=base,
        ready_mib=ready_mib,
        peak_mib=peak,
        whole_peak_mib=memory("VmHWM"),
    )


def main(argument: str) -> None:
    """Do one task."""
    task = json.loads(argument)
    os.environ.pop("NETWORKX_BACKEND_PRIORITY", None)
    try:
        make_edges(task) if task["contender"] == "edges" else measure(task)
    except ModuleNotFoundError as error:
        say(missing=f"{error.name} is not installed")


if __name__ == "__main__":
    main(sys.argv[1])
