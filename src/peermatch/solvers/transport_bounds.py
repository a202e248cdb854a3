"""What is proved about an assignment with capacities before all pairs were looked at: true bounds from lifted duals.

Duals that hold on the candidates are raised on one side until they hold on all other pairs as well, going by what the
search for candidates left known about those.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from peermatch.problem import FORBIDDEN, IntArray
from peermatch.solvers.candidates import Start

__all__ = ["FlowBound", "bound_from_best", "bound_from_candidates", "bound_of"]

Sides = tuple[IntArray, IntArray]

_TRIES = 9
_FAR = 1 << 60


@dataclass(frozen=True, eq=False)
class FlowBound:
    """Duals, and what no assignment exceeds because of them.

    Attributes
    ----------
    left, right : int64 arrays
    bonus : int
    total : int
        With the bonus of every pair.
    covered : int
        How many pairs were looked at for it.
    """

    left: IntArray
    right: IntArray
    bonus: int
    total: int
    covered: int = 0


def bound_of(
    duals: Sides, minimum: Sides, places: Sides, bonus: int, *, beyond: int = 0, covered: int = 0
) -> FlowBound:
    """Add up what duals prove; `beyond` is what pairs are worth more than their two duals, summed."""
    total = beyond + sum(
        sum((np.maximum(y, 0) * most + np.minimum(y, 0) * low).tolist())
        for y, low, most in zip(duals, minimum, places, strict=True)
    )
    return FlowBound(*duals, bonus, total, covered)


def bound_from_best(start: Start, minimum: Sides, places: Sides, bonus: int) -> FlowBound:
    """Bound by everybody's best score, on the side where that says more."""
    rows = len(places[0])
    worth = np.where(start.best == FORBIDDEN, 0, np.maximum(start.best, -bonus) + bonus)
    nobody = np.zeros_like(worth)
    sides = ((worth[:rows], nobody[rows:]), (nobody[:rows], worth[rows:]))
    return min((bound_of(side, minimum, places, bonus) for side in sides), key=lambda bound: bound.total)


def bound_from_candidates(
    start: Start, duals: Sides, minimum: Sides, places: Sides, bonus: int, edges: tuple[IntArray, ...]
) -> FlowBound:
    """Bound by duals of the candidates, of which one side's are raised until other pairs are covered too.

    A pair outside the candidates has ``2 score <= guide(u) + guide(v) + min(last(u), last(v))``. Where a few people of
    the other side would ask for too much, they are raised a little themselves: some ways are tried, the best one
    counts.

    Parameters
    ----------
    start : Start
    duals, minimum, places : pairs of int64 arrays
    bonus : int
    edges : (u, v, weight)
        The candidates, and what each is worth, bonus included.
    """
    rows = len(places[0])
    known = [
        (start.guide[part], start.last[part], start.best[part])
        for part in (slice(0, rows), slice(rows, None))
    ]
    bounds = []
    for own in (0, 1):
        # the other side's duals fall short of its guides by so much; the bonus is on the right people's account
        short = known[1 - own][0] - 2 * duals[1 - own] + 2 * bonus
        open_ = known[1 - own][1] != FORBIDDEN
        shares = np.linspace(0, 1, _TRIES)
        limits = np.quantile(short[open_], shares).astype(np.int64) if open_.any() else np.zeros(1, np.int64)
        for limit in sorted(set(limits.tolist())):
            lift = np.where(open_, np.maximum(0, (short - limit + 1) // 2), 0)
            other = duals[1 - own] + lift
            mine = _raised(known[own], known[1 - own], duals[own], other, bonus)
            pair = (mine, other) if own == 0 else (other, mine)
            u, v, weight = edges
            beyond = sum(np.maximum(0, weight - pair[0][u] - pair[1][v]).tolist())
            bounds.append(bound_of(pair, minimum, places, bonus, beyond=beyond))
    return min(bounds, key=lambda bound: bound.total)


def _raised(
    own: tuple[IntArray, IntArray, IntArray],
    others: tuple[IntArray, IntArray, IntArray],
    y: IntArray,
    other: IntArray,
    bonus: int,
) -> IntArray:
    """Return duals of one side with which no pair outside the candidates is worth more than its two."""
    guide, last, best = own
    their_guide, their_last, _ = others
    open_, theirs = last != FORBIDDEN, their_last != FORBIDDEN
    if not open_.any() or not theirs.any():
        return y
    order = np.argsort(their_last[theirs], kind="stable")
    short = (their_guide - 2 * other)[theirs][order]
    ends = their_last[theirs][order]
    # the worst partner whose last is no more than ours, where theirs counts, and of all others, where ours does
    below = np.concatenate([[-_FAR], np.maximum.accumulate(short + ends)])
    above = np.concatenate([np.maximum.accumulate(short[::-1])[::-1], [-_FAR]])
    where = np.searchsorted(ends, last[open_], side="right")
    most = np.maximum(below[where], above[where] + last[open_])
    need = (guide[open_] + most + 1) // 2 + bonus
    # whatever the guides say, nobody's pair is better than their best one
    need = np.minimum(need, np.maximum(best[open_], -_FAR) + bonus - int(other[theirs].min()))
    out = y.copy()
    out[open_] = np.maximum(y[open_], need)
    return out
