"""What is measured on pools of synthetic people: from scores to proof, the independent check, and plain scans."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.contenders import Contender, Found, Ready
from benchmarks.lemon import write_edges

__all__ = ["POOL_CONTENDERS", "write_candidate_edges", "write_pool_edges"]

_ROWS = 256
_CANDIDATES = 16


def _problem(task: Mapping[str, Any]) -> Any:
    from benchmarks.pools import make_problem

    return make_problem(task["pool"], task["size"], task["seed"], task.get("objective") or "everyone_first")


def _fresh(problem: Any) -> Any:
    """Return the same problem with scores that remember nothing of an earlier run."""
    from peermatch.problem import Problem

    everyone = np.arange(problem.scores.shape[0])
    return Problem(problem.scores.take(everyone, everyone), problem.objective)


def _ready_proof(task: Mapping[str, Any]) -> Ready:
    from peermatch.solvers import Blossom
    from peermatch.verify import prove

    began = time.perf_counter()
    problem = _problem(task)
    built = time.perf_counter() - began
    waiting = [_fresh(problem)]

    def timed() -> Any:
        return Blossom().solve(waiting[0])

    def refresh() -> None:
        waiting[0] = _fresh(problem)

    def read(matching: Any) -> Found:
        more: dict[str, Any] = {
            "to_scores": built,
            "status": str(matching.status),
            "covered": matching.certificate.pairs_covered,
            **matching.stats,
        }
        if task.get("check", True):
            began = time.perf_counter()
            proof = prove(problem, matching)
            more.update(check_seconds=time.perf_counter() - began, verified=proof.verified)
        return Found(matching.weight, len(matching.pairs), more)

    return Ready(timed, read, refresh)


def _ready_top(task: Mapping[str, Any]) -> Ready:
    problem = _problem(task)
    waiting = [_fresh(problem)]

    def refresh() -> None:
        waiting[0] = _fresh(problem)

    def read(found: Any) -> Found:
        return Found(0, int((found.columns >= 0).sum()))

    return Ready(lambda: waiting[0].scores.top(_CANDIDATES), read, refresh)


def _ready_block(task: Mapping[str, Any]) -> Ready:
    scores = _problem(task).scores
    everyone = np.arange(scores.shape[0])
    # rows enough that all threads have something to do, few enough that memory stays small
    chunks = np.array_split(everyone, max(1, len(everyone) // (8 * _ROWS)))

    def timed() -> None:
        for rows in chunks:
            scores.block(rows)

    return Ready(timed, lambda _: Found(0, len(everyone) ** 2))


def _warm_up(task: Mapping[str, Any]) -> None:
    """Load (or, the very first time, compile) what a pool of this kind needs, with an odd and an even one."""
    for size in (130, 131):
        ready = _ready_proof({**task, "size": size})
        ready.read(ready.timed())
    for ready in (_ready_top({**task, "size": 130}), _ready_block({**task, "size": 130})):
        ready.timed()


POOL_CONTENDERS: dict[str, Contender] = {
    "peermatch proof": Contender(_ready_proof, _warm_up),
    "peermatch top": Contender(_ready_top, _warm_up),
    "peermatch block": Contender(_ready_block, _warm_up),
}


def write_pool_edges(task: Mapping[str, Any], path: Path) -> None:
    """Write all allowed pairs of a pool that score more than 0 as the edges of a graph.

    Pairs that score 0 add nothing to a total, but under "everyone first" they add a pair: they are kept there.
    """
    problem = _problem(task)
    n = problem.scores.shape[0]
    least = 0 if problem.objective == "everyone_first" else 1
    parts = []
    for start in range(0, n, _ROWS):
        rows = np.arange(start, min(n, start + _ROWS))
        block = problem.scores.block(rows)
        at, column = np.nonzero((block >= least) & (np.arange(n)[None, :] > rows[:, None]))
        parts.append((rows[at], column, block[at, column]))
    u, v, weight = (np.concatenate([part[k] for part in parts]) for k in range(3))
    write_edges(path, (u, v, weight))


def write_candidate_edges(task: Mapping[str, Any], path: Path) -> None:
    """Write everybody's 16 best partners in a pool as the edges of a graph, each pair once."""
    scores = _problem(task).scores
    n, found = scores.shape[0], scores.top(_CANDIDATES)
    u = np.broadcast_to(np.arange(n)[:, None], found.columns.shape)
    good = (found.columns >= 0) & (found.scores > 0)
    low, high = np.minimum(u, found.columns)[good], np.maximum(u, found.columns)[good]
    keys, first = np.unique(low * n + high, return_index=True)
    write_edges(path, (keys // n, keys % n, found.scores[good][first]))
