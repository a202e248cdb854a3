"""Where circles start from: exact pairings, pairings of pairs, and single people added by linear assignment."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from peermatch.problem import FORBIDDEN, Control, DenseScores, IntArray, Problem
from peermatch.solvers.blossom import Blossom
from peermatch.solvers.circle_search import HIGHEST_SCORE, Table

__all__ = ["first_circles"]

_BARRED = -8 * HIGHEST_SCORE  # what a forbidden pair costs in an assignment


def first_circles(table: Table, sizes: Sequence[int], control: Control | None = None) -> IntArray:
    """Return a circle for everybody; those who have none are in circle ``len(sizes)``.

    People are paired exactly, pairs are paired exactly again as long as that fits into the smallest circle, and
    the best of these groups each begin one circle. The others are added one to a circle at a time, by linear
    assignment.

    Parameters
    ----------
    table : int32 array, shape (n, n)
        Scores, -1 where forbidden.
    sizes : sequence of int
        The largest first.
    """
    n, m = len(table), len(sizes)
    circle = np.full(n, m, dtype=np.int64)
    if m == 0:
        return circle
    groups = np.arange(n, dtype=np.int64)[:, None]
    while 2 * groups.shape[1] <= min(sizes):
        doubled = _paired(table, groups, control)
        if len(doubled) < m:
            break
        groups = doubled
    groups = groups[np.argsort(-_inside(table, groups), kind="stable")[:m]]
    circle[groups] = np.arange(m)[:, None]
    capacity, ties = np.array(sizes, dtype=np.int64), _ties(table, groups)
    while True:
        room = np.flatnonzero(capacity > np.bincount(circle, minlength=m + 1)[:m])
        free = np.flatnonzero(circle == m)
        if not len(room) or not len(free):
            return circle
        if control is not None:
            control.check()
        # a row of its own for each circle that has room, the people as columns
        rows, columns = linear_sum_assignment(ties[np.ix_(room, free)], maximize=True)
        circle[free[columns]] = room[rows]
        for g, x in zip(room[rows].tolist(), free[columns].tolist(), strict=True):
            ties[g] += _worth(table[x])


def _worth(cells: Table) -> IntArray:
    return np.where(cells < 0, _BARRED, cells.astype(np.int64))


def _inside(table: Table, groups: IntArray) -> IntArray:
    """Return the sum of scores inside each group."""
    total = np.zeros(len(groups), dtype=np.int64)
    for a in range(groups.shape[1]):
        for b in range(a):
            total += _worth(table[groups[:, a], groups[:, b]])
    return total


def _ties(table: Table, groups: IntArray) -> IntArray:
    """Return the sum of scores of each group with everybody, shape (groups, n)."""
    total = np.zeros((len(groups), len(table)), dtype=np.int64)
    for a in range(groups.shape[1]):
        total += _worth(table[groups[:, a]])
    return total


def _paired(table: Table, groups: IntArray, control: Control | None) -> IntArray:
    """Pair groups of one size exactly, by the sum of scores between them; those left over are dropped."""
    between = np.zeros((len(groups), len(groups)), dtype=np.int64)
    for a in range(groups.shape[1]):
        rows = table[groups[:, a]]
        for b in range(groups.shape[1]):
            between += _worth(rows[:, groups[:, b]])
    between[between < 0] = FORBIDDEN
    np.fill_diagonal(between, FORBIDDEN)
    pairs = Blossom().solve(Problem(DenseScores(between)), control=control).pairs
    return np.concatenate([groups[pairs[:, 0]], groups[pairs[:, 1]]], axis=1)
