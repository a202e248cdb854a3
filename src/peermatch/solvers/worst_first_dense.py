"""Worst pair first for a solver that holds the whole matrix and proves its totals: by bisection over all scores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from peermatch.problem import (
    FORBIDDEN,
    CoverCertificate,
    IntArray,
    Matching,
    OptimalityCertificate,
    Problem,
    Status,
    WorstFirstCertificate,
)
from peermatch.solvers.thresholds import at_least, each_worth_one

__all__ = ["worst_first_by"]

Solve = Callable[[Problem], Matching]
"""Solves everyone first and best total, with an `OptimalityCertificate`; anything but optimal means: stopped."""


def worst_first_by(solve: Solve, problem: Problem) -> Matching | None:
    """Return as many pairs as possible, of these the best worst pair, of these the best total; None if stopped.

    About one run of the solver for every doubling of the number of different scores.
    """
    first = solve(replace(problem, objective="everyone_first"))
    if first.status is not Status.OPTIMAL:
        return None
    pairs = len(first.pairs)
    if not pairs:
        return _certified(problem, first, first, None, None, None)
    scores = _allowed(problem)
    threshold = _worst(problem, first)
    values = np.unique(scores[scores > threshold])
    low, high = 0, len(values)  # values[:low] can be had, values[high:] cannot
    while low < high:
        middle = (low + high) // 2
        found = solve(each_worth_one(problem, int(values[middle])))
        if found.status is not Status.OPTIMAL:
            return None
        if len(found.pairs) < pairs:
            high = middle
            continue
        threshold = _worst(problem, found)
        low = int(np.searchsorted(values, threshold, side="right"))
    above = solve(each_worth_one(problem, threshold + 1))
    most = solve(each_worth_one(problem, None)) if pairs < _plain_bound(problem) else None
    within = solve(at_least(problem, threshold))
    if any(part is not None and part.status is not Status.OPTIMAL for part in (above, most, within)):
        return None
    return _certified(problem, first, within, threshold, above, most)


def _allowed(problem: Problem) -> IntArray:
    scores = problem.scores.block(np.arange(problem.scores.shape[0], dtype=np.int64))
    allowed: IntArray = scores[scores != FORBIDDEN]
    return allowed


def _worst(problem: Problem, matching: Matching) -> int:
    return int(problem.scores.at(matching.pairs[:, 0], matching.pairs[:, 1]).min())


def _plain_bound(problem: Problem) -> int:
    """Return how many pairs there are at most by who has anyone to be paired with, on each of the two sides."""
    placed, _, _ = problem.one_place_each()
    allowed = placed.scores.block(np.arange(placed.scores.shape[0], dtype=np.int64)) != FORBIDDEN
    return int(min(allowed.any(axis=1).sum(), allowed.any(axis=0).sum()))


def _certified(
    problem: Problem,
    first: Matching,
    within: Matching,
    threshold: int | None,
    above: Matching | None,
    most: Matching | None,
) -> Matching:
    total, covered = within.certificate, first.certificate
    assert isinstance(total, OptimalityCertificate)
    assert isinstance(covered, OptimalityCertificate)
    return Matching.of(
        problem,
        within.pairs,
        status=Status.OPTIMAL,
        solver=within.solver,
        certificate=WorstFirstCertificate(
            threshold=threshold,
            within=total,
            above=None if above is None or threshold is None else _cover(above, threshold + 1),
            most=None if most is None else _cover(most, None),
            pairs_covered=covered.pairs_covered,
        ),
        gap=0,
        stats=within.stats,
    )


def _cover(matching: Matching, floor: int | None) -> CoverCertificate:
    duals = matching.certificate
    assert isinstance(duals, OptimalityCertificate)
    return CoverCertificate(
        floor=floor, scale=duals.scale, vertex_duals=duals.vertex_duals, pairs_covered=duals.pairs_covered
    )
