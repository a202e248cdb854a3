"""A look at all allowed pairs with the duals of an assignment: which pairs would improve it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from peermatch.problem import Control, Earlier, IntArray, Prices, Problem
from peermatch.solvers.candidates import Places, Start
from peermatch.solvers.engine import no_blossoms
from peermatch.solvers.pricing import blossom_order, scan_pairs

__all__ = ["Look", "look_at_all"]

_WORST_PER_ROW = 6
_SHIFT = 1 << 57
_MOST_IN_FLOATS = 1 << 51  # two of them add up without rounding


@dataclass(frozen=True, eq=False)
class Look:
    """What a look at all allowed pairs showed.

    Attributes
    ----------
    u, v : int64 arrays
        The worst few pairs of each row (and column) that are worth more than their two duals.
    lowest : int
        No pair has a lower score; at most 0.
    covered : int
        Allowed pairs looked at.
    raised : pair of int64 arrays
        Duals such that no allowed pair is worth more than its two: the left ones were raised where needed.
    seen : Earlier or None
        What is known now of pairs that are not listed; they need no look as long as duals do not fall.
    """

    u: IntArray
    v: IntArray
    lowest: int
    covered: int
    raised: tuple[IntArray, IntArray]
    seen: Earlier | None = None


class Priceable(Protocol):
    """What is looked at: a run of the solver."""

    problem: Problem
    vertices: Places
    start: Start
    bonus: int
    reward: int

    @property
    def duals(self) -> tuple[IntArray, IntArray]:
        """Everybody's dual."""

    @property
    def counts(self) -> tuple[IntArray, IntArray]:
        """How many partners everybody has."""


def look_at_all(run: Priceable, control: Control | None, earlier: Earlier | None = None) -> Look | None:
    """Price all allowed pairs; None if asked to stop on the way.

    Pairs that were listed `earlier` must be among the edges by now.

    Pairs in use may be worth more than their duals where both people have several places: so many more are listed for
    each person that six others always find room.
    """
    left, right = run.duals
    counts = [int(side.max(initial=0)) for side in run.counts]
    most = 0 if min(counts) <= 1 else max(counts)
    per_row = _WORST_PER_ROW + most
    searchable = run.vertices.searchable
    native = searchable is not None and run.start.covered is not None
    # shifted so that what is priced is positive: others are passed over there, as where no dual is negative
    shift = 0 if run.reward == 0 else 1 if native else _SHIFT
    bonus = run.bonus + shift
    doubled = np.concatenate([2 * left + 2 * shift, 2 * right])
    solved = no_blossoms(doubled)
    order = blossom_order(len(doubled), solved)
    rows, seen = len(left), None
    if native and searchable is not None and int(np.abs(doubled).max(initial=0)) < _MOST_IN_FLOATS:
        prices = Prices(doubled, bonus, order, run.start.guide, run.start.last, per_row, earlier)
        priced = searchable.price(prices, control)
        if priced is None:
            return None
        u, v = np.minimum(priced.u, priced.v), np.maximum(priced.u, priced.v) - rows
        lowest, worst, complete, covered = 0, priced.worst, priced.complete, run.start.covered or 0
        if priced.unlisted is not None:
            seen = Earlier(priced.unlisted, doubled - bonus, np.zeros_like(doubled))
    else:
        scan = scan_pairs(run.vertices, doubled, order, bonus, control, per_row=per_row)
        if scan is None:
            return None
        u, v = scan.u, scan.v - rows
        lowest, worst, complete, covered = scan.lowest, scan.worst, True, scan.covered
    return Look(
        u, v, min(0, lowest), covered, (_raised(run, u, v, worst, complete, left, right), right), seen
    )


def _raised(
    run: Priceable, u: IntArray, v: IntArray, worst: int, complete: bool, left: IntArray, right: IntArray
) -> IntArray:
    """Return left duals with which no pair is worth more than its two duals."""
    if not complete:
        return left + (-worst + 1) // 2
    more = np.zeros_like(left)
    np.maximum.at(more, u, run.problem.scores.at(u, v) + run.bonus - left[u] - right[v])
    return left + more
