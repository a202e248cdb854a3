"""Transport problems by lot, and their optima by SciPy's MILP and by looking at everything."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from peermatch.problem import FORBIDDEN, DenseScores, FlowProblem
from peermatch.problem.flow import bounds_of

__all__ = ["best_by_milp", "best_by_trying", "random_flow"]

Least = tuple[np.ndarray[Any, Any] | None, np.ndarray[Any, Any] | None]


def random_flow(rng: np.random.Generator, most: int = 8, *, minima: bool = True) -> FlowProblem:
    """Return a small problem with forbidden pairs, negative scores, several places and minima on both sides."""
    shape = rng.integers(1, most, 2)
    top = int(rng.choice([2, 5, 50]))
    scores = rng.integers(-top if rng.random() < 0.3 else 0, top + 1, shape)
    scores[rng.random(tuple(shape)) < rng.choice([0, 0.2, 0.6])] = FORBIDDEN
    places = [rng.integers(0, rng.integers(2, 5), size) for size in shape]
    if rng.random() < 0.5:
        places[0] = np.minimum(places[0], 1)
    shares = [rng.choice([0, 0.3, 0.6]) if minima else 0 for _ in places]
    least = [
        np.where(rng.random(len(m)) < share, rng.integers(0, m + 1), 0)
        for m, share in zip(places, shares, strict=True)
    ]
    objective = str(rng.choice(["everyone_first", "best_total"]))
    return FlowProblem(
        DenseScores(scores, two_sided=True), objective, (places[0], places[1]), (least[0], least[1])
    )


def best_by_milp(problem: FlowProblem, least: Least = (None, None)) -> tuple[int, int] | None:
    """Return (pairs, total) of an optimum; None where nothing meets the minima.

    With `least`, everybody has none or at least so many: a binary variable each.
    """
    rows, columns = problem.scores.shape
    scores = problem.scores.block(np.arange(rows))
    allowed = scores != FORBIDDEN
    worth = np.where(allowed, scores, 0)
    bonus = 10_000 if problem.objective == "everyone_first" else 0
    low, high = (np.concatenate(part) for part in bounds_of(problem))
    demanded = np.concatenate(
        [
            np.zeros(size, dtype=np.int64) if part is None else part
            for part, size in zip(least, (rows, columns), strict=True)
        ]
    )
    counts = np.concatenate(
        [np.kron(np.eye(rows), np.ones(columns)), np.kron(np.ones(rows), np.eye(columns))]
    )
    people = len(low)
    takes = np.diag(demanded.astype(float))
    limits = [
        LinearConstraint(np.hstack([counts, np.zeros((people, people))]), low, high),
        LinearConstraint(np.hstack([counts, -takes]), 0, np.inf),
        LinearConstraint(np.hstack([counts, -np.diag(high.astype(float))]), -np.inf, 0),
    ]
    found = milp(
        np.concatenate([-(worth + bonus).ravel().astype(float), np.zeros(people)]),
        constraints=limits,
        integrality=np.ones(worth.size + people),
        bounds=Bounds(0, np.concatenate([allowed.ravel().astype(float), np.ones(people)])),
        options={"mip_rel_gap": 0},
    )
    if found.x is None:
        return None
    chosen = np.rint(found.x[: worth.size]).astype(np.int64)
    return int(chosen.sum()), int((chosen * worth.ravel()).sum())


def best_by_trying(problem: FlowProblem, least: Least = (None, None)) -> tuple[int, int] | None:
    """Return the same by looking at every set of pairs: for up to a dozen allowed pairs."""
    rows, columns = problem.scores.shape
    scores = problem.scores.block(np.arange(rows))
    pairs = [(int(u), int(v)) for u, v in zip(*np.nonzero(scores != FORBIDDEN), strict=True)]
    low, high = (np.concatenate(part) for part in bounds_of(problem))
    best = None
    for size in range(len(pairs) + 1):
        for some in itertools.combinations(pairs, size):
            has = np.zeros(rows + columns, dtype=np.int64)
            for u, v in some:
                has[u] += 1
                has[rows + v] += 1
            demanded = np.concatenate(
                [
                    np.zeros(n, int) if part is None else part
                    for part, n in zip(least, (rows, columns), strict=True)
                ]
            )
            if (has < low).any() or (has > high).any() or ((has > 0) & (has < demanded)).any():
                continue
            total = sum(int(scores[u, v]) for u, v in some)
            value = (size if problem.objective == "everyone_first" else 0, total, size)
            best = value if best is None else max(best, value)
    return None if best is None else (best[2], best[1])
