"""Guides: a guess at everybody's dual variable, from an exact solution among a few people spread over all.

Whoever many would like to have is worth having to few in the end, as they cost too much. Candidates that are chosen by
score less that cost hold the pairs of the optimum where plain candidates are all the same few people. A guess need not
be true: it changes how many rounds price and repair takes, never its answer.
"""

from __future__ import annotations

import numpy as np

from peermatch.problem import FORBIDDEN, Control, IntArray, PairScores, Problem
from peermatch.solvers.engine import solve_exactly

__all__ = ["guess_guides"]

_SAMPLE = 512
"""People in the sample, at most; and at most a quarter of all."""

_FEWEST = 64
"""With fewer people in the sample it says nothing."""

_CELLS = 1 << 21
_MOST = 1 << 33


def guess_guides(problem: Problem, control: Control | None = None) -> tuple[IntArray, IntArray]:
    """Return a guess at what each person costs, in doubled scores: zeros where there are few people.

    Parameters
    ----------
    problem : Problem
        Capacities are not looked at.
    control : Control, optional

    Returns
    -------
    pair of int64 arrays, shapes (rows,) and (columns,)
        The same array twice in one pool.
    """
    scores = problem.scores
    rows, columns = scores.shape
    size = min(_SAMPLE, (rows if not scores.two_sided else rows + columns) // 4)
    if size < _FEWEST:
        nobody = np.zeros(rows, dtype=np.int64)
        return nobody, nobody if not scores.two_sided else np.zeros(columns, dtype=np.int64)
    if control is not None:
        control.report("sampling")
    if scores.two_sided:
        return _two_sides(scores, size)
    sample = _spread(rows, size - size % 2)
    block = _rows_of(scores, sample)
    duals = _duals(block[:, sample], one_pool=True)
    guide = _needed(block, duals)
    return guide, guide


def _two_sides(scores: PairScores, size: int) -> tuple[IntArray, IntArray]:
    rows, columns = scores.shape
    few_rows = max(1, min(rows, size * rows // (rows + columns)))
    few_columns = max(1, min(columns, size * columns // (rows + columns)))
    left, right = _spread(rows, few_rows), _spread(columns, few_columns)
    block = _rows_of(scores, left)
    duals = _duals(block[:, right], one_pool=False)
    others = np.empty((len(right), rows), dtype=np.int64)
    step = max(1, _CELLS // max(1, len(right)))
    for first in range(0, rows, step):
        some = np.arange(first, min(rows, first + step), dtype=np.int64)
        u, v = np.repeat(some, len(right)), np.tile(right, len(some))
        others[:, some] = scores.at(u, v).reshape(len(some), len(right)).T
    return _needed(others, duals[len(left) :]), _needed(block, duals[: len(left)])


def _spread(people: int, count: int) -> IntArray:
    return np.linspace(0, people - 1, num=count).astype(np.int64)


def _rows_of(scores: PairScores, sample: IntArray) -> IntArray:
    return np.asarray(scores.block(sample))


def _duals(block: IntArray, *, one_pool: bool) -> IntArray:
    """Return dual variables of the best total among the sample, half of each blossom's on each of its vertices."""
    worth = block > 0
    u, v = np.nonzero(np.triu(worth, 1) if one_pool else worth)
    weight = block[u, v]
    n = block.shape[0] if one_pool else sum(block.shape)
    shifted = v if one_pool else v + block.shape[0]
    solved = solve_exactly(n, u.astype(np.int64), shifted.astype(np.int64), weight)
    half = solved.blossom_duals // 2
    for b, around in enumerate(
        solved.blossom_parent.tolist()
    ):  # every blossom stands after the one around it
        if around >= 0:
            half[b] += half[around]
    if not len(half):
        return solved.vertex_duals
    inside = solved.vertex_blossom
    return solved.vertex_duals + np.where(inside >= 0, half[inside], 0)


def _needed(block: IntArray, duals: IntArray) -> IntArray:
    """Return the dual that each column needs beside those of the rows."""
    most = np.zeros(block.shape[1], dtype=np.int64)
    for row, dual in zip(block, duals.tolist(), strict=True):
        np.maximum(most, np.where(row == FORBIDDEN, 0, 2 * np.maximum(row, -_MOST) - dual), out=most)
    return np.minimum(most, _MOST)
