"""What is proved about a matching when the search was stopped early: a true upper bound, hence a true gap."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from peermatch.problem import FORBIDDEN, IntArray, OptimalityCertificate
from peermatch.solvers.candidates import Places, Start
from peermatch.solvers.engine import Solved

__all__ = [
    "Bound",
    "bound_from_best",
    "bounds_after_scan",
    "bounds_from_duals",
    "in_common",
    "most_pairs_possible",
]


@dataclass(frozen=True, eq=False)
class Bound:
    """Duals that no allowed pair violates: y(u) + y(v) + (z of the blossoms around both) >= 2 (w(u,v) + bonus), y >= 0.

    Attributes
    ----------
    duals : int64 array, shape (n,)
    bonus : int
    blossoms : Solved or None
        Whose blossoms and z count; None: no blossoms.
    """

    duals: IntArray
    bonus: int
    blossoms: Solved | None = None

    @cached_property
    def in_blossoms(self) -> int:
        """The blossoms' part of the bound, the sum of z (|B| - 1) / 2."""
        if self.blossoms is None or not len(self.blossoms.blossom_duals):
            return 0
        parent, z = self.blossoms.blossom_parent.tolist(), self.blossoms.blossom_duals.tolist()
        inside = self.blossoms.vertex_blossom
        size = np.bincount(inside[inside >= 0], minlength=len(parent)).tolist()
        for b in range(len(parent) - 1, -1, -1):  # every blossom stands after the one around it
            if parent[b] >= 0:
                size[parent[b]] += size[b]
        return sum(dual * ((count - 1) // 2) for dual, count in zip(z, size, strict=True))

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
        return (twice + self.in_blossoms) // 2 - n_pairs * self.bonus

    def total_of_any(self) -> int:
        """Return what any matching is worth at most, bonus included."""
        return (sum(map(int, self.duals)) + self.in_blossoms) // 2


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


def bounds_from_duals(solved: Solved, start: Start, bonus: int) -> list[Bound]:
    """Bound by duals that are feasible on the candidates: other pairs have no more than either's last candidate."""
    half = start.guide + (np.where(start.last == FORBIDDEN, 0, start.last) + 1) // 2 + bonus
    others = np.where(start.last == FORBIDDEN, 0, np.maximum(half, 0))
    folded = Bound(np.maximum(_without_blossoms(solved), others), bonus)
    # a bonus stands in z rather than in y, so that raising y alone to it would say nothing
    return [folded] if bonus else [folded, Bound(np.maximum(solved.vertex_duals, others), 0, solved)]


def bounds_after_scan(
    solved: Solved,
    u: IntArray,
    v: IntArray,
    doubled: IntArray,
    worst: int,
    bonus: int,
    n_left: int,
    *,
    complete: bool = True,
) -> list[Bound]:
    """Bound by duals after all pairs were looked at.

    All duals are raised by half of the worst violation; or in one pool each by half of the worst of its own pairs, and
    on two sides those of the left side by all of it.

    Parameters
    ----------
    solved : Solved
    u, v : int64 arrays
        Violated pairs, in any order; everybody's worst one (on two sides: everybody's on the left) is among them.
    doubled : int64 array
        Twice what each of them is worth, bonus included.
    worst : int
        The lowest slack, at most 0.
    bonus : int
    n_left : int
        The size of the left side, or 0 in one pool.
    complete : bool
        Whether lists are what is said above; else they are left aside.
    """
    y = solved.vertex_duals
    if not complete:
        return [Bound(y + (-worst + 1) // 2, bonus, solved)]
    violation = doubled - y[u] - y[v] - in_common(solved, u, v)
    raised = np.zeros(len(y), dtype=np.int64)
    if n_left:
        np.maximum.at(raised, np.minimum(u, v), violation)
    else:
        half = (violation + 1) // 2
        np.maximum.at(raised, u, half)
        np.maximum.at(raised, v, half)
    return [Bound(y + (-worst + 1) // 2, bonus, solved), Bound(y + raised, bonus, solved)]


def in_common(solved: Solved | OptimalityCertificate, u: IntArray, v: IntArray) -> IntArray:
    """Return the sum of z over the blossoms around both ends of each pair: outwards from both, until they meet."""
    count = len(solved.blossom_parent)
    if not count:
        return np.zeros(len(u), dtype=np.int64)
    # the last entry stands for no blossom, which -1 leads to
    parent = np.append(solved.blossom_parent, -1)
    depth, total = np.zeros(count + 1, dtype=np.int64), np.append(solved.blossom_duals, 0)
    for b in range(count):  # every blossom stands after the one around it
        depth[b] = depth[parent[b]] + 1
        total[b] += total[parent[b]]
    one, other = solved.vertex_blossom[u], solved.vertex_blossom[v]
    while (apart := one != other).any():
        deep, deep_other = depth[one], depth[other]
        one = np.where(apart & (deep >= deep_other), parent[one], one)
        other = np.where(apart & (deep_other >= deep), parent[other], other)
    return total[one]


def most_pairs_possible(start: Start, places: Places) -> int:
    """Return how many pairs there are at most: people without any allowed partner cannot be paired."""
    able = start.best != FORBIDDEN
    if places.problem.two_sided:
        return int(min(able[: places.offset].sum(), able[places.offset :].sum()))
    return int(able.sum()) // 2
