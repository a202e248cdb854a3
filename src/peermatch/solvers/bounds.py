"""What is proved about a matching when the search was stopped early: a true upper bound, hence a true gap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from peermatch.problem import FORBIDDEN, IntArray
from peermatch.solvers.candidates import Places, Start
from peermatch.solvers.engine import Solved

__all__ = ["Bound", "bound_after_scan", "bound_from_best", "bound_from_duals", "most_pairs_possible"]


@dataclass(frozen=True, eq=False)
class Bound:
    """Duals without blossoms that no allowed pair violates: y(u) + y(v) >= 2 (w(u,v) + bonus), y >= 0.

    Attributes
    ----------
    duals : int64 array, shape (n,)
    bonus : int
    """

    duals: IntArray
    bonus: int

    def total(self, n_pairs: int, n_left: int) -> int:
        """Return what a matching with this many pairs is worth at most, without the bonus.

        The duals of the people who are paired cover the pairs' worth; the largest duals are no less. `n_left` is
        the size of the left side, or 0 in one pool.
        """
        if n_left:
            sides = (self.duals[:n_left], self.duals[n_left:])
            twice = sum(_sum_of_largest(side, n_pairs) for side in sides)
        else:
            twice = _sum_of_largest(self.duals, 2 * n_pairs)
        return twice // 2 - n_pairs * self.bonus

    def total_of_any(self) -> int:
        """Return what any matching is worth at most, bonus included."""
        return sum(map(int, self.duals)) // 2


def _sum_of_largest(duals: IntArray, count: int) -> int:
    if count >= len(duals):
        return sum(map(int, duals))
    return sum(map(int, np.sort(duals)[len(duals) - count :]))


def bound_from_best(start: Start, bonus: int) -> Bound:
    """Bound by everybody's best score: half of each pair's worth falls to each of the two."""
    duals = np.where(start.best == FORBIDDEN, 0, np.maximum(start.best, -bonus) + bonus)
    return Bound(np.maximum(duals, 0), bonus)


def _without_blossoms(solved: Solved) -> IntArray:
    """Return duals in which each vertex carries half of the z of all blossoms around it (z is even)."""
    half = solved.blossom_duals // 2
    for b, around in enumerate(solved.blossom_parent):  # every blossom stands after the one around it
        if around >= 0:
            half[b] += half[around]
    if not len(half):
        return solved.vertex_duals
    return solved.vertex_duals + np.where(solved.vertex_blossom >= 0, half[solved.vertex_blossom], 0)


def bound_from_duals(solved: Solved, start: Start, bonus: int) -> Bound:
    """Bound by duals that are feasible on the candidates: other pairs have no more than either's last candidate."""
    others = np.where(start.last == FORBIDDEN, 0, np.maximum(start.last, -bonus) + bonus)
    return Bound(np.maximum(_without_blossoms(solved), others), bonus)


def bound_after_scan(solved: Solved, worst: int, bonus: int) -> Bound:
    """Bound by duals after all pairs were looked at: each raised by half of the worst violation."""
    return Bound(_without_blossoms(solved) + (-worst + 1) // 2, bonus)


def most_pairs_possible(start: Start, places: Places) -> int:
    """Return how many pairs there are at most: people without any allowed partner cannot be paired."""
    able = start.best != FORBIDDEN
    if places.problem.two_sided:
        return int(min(able[: places.offset].sum(), able[places.offset :].sum()))
    return int(able.sum()) // 2
