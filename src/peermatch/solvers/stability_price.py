"""The price of stability: what keeping more and more of an earlier matching costs."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy.typing as npt

from peermatch.problem import Control, Problem
from peermatch.solvers.keeping import Run, Search
from peermatch.solvers.updating import allowed_pairs, check_objective

__all__ = ["StabilityPrice", "price_of_stability"]


@dataclass(frozen=True)
class StabilityPrice:
    """One row of the price of stability.

    Attributes
    ----------
    price : int
        The lowest price for each broken pair at which this row is worth at least as much as the one before it; 0 in the
        first row. It counts what a pair less costs (where everyone comes first, more than any scores).
    broken : int
        How many of the earlier pairs are not kept.
    pairs, total : int
        What is reached.
    lost : int
        By how much the total of the first row is greater.
    """

    price: int
    broken: int
    pairs: int
    total: int
    lost: int


def price_of_stability(
    problem: Problem,
    pairs: npt.ArrayLike,
    *,
    points: int = 12,
    k: int = 32,
    control: Control | None = None,
) -> list[StabilityPrice]:
    """Return what keeping more of the earlier pairs costs: one row for each step that some price leads to.

    The first row is the best matching (of those found, the one that keeps most), the last one breaks as little as can
    be. Each is the best for the number of pairs that it breaks.

    Parameters
    ----------
    problem, pairs, k, control
        See `at_price`.
    points : int
        At most this many rows, at least 2; the ends always among them.

    Examples
    --------
    >>> from peermatch.problem import DenseScores
    >>> problem = Problem(DenseScores([[0, 5, 9, 0], [5, 0, 0, 9], [9, 0, 0, 5], [0, 9, 5, 0]]))
    >>> [(row.price, row.broken, row.total) for row in price_of_stability(problem, [[0, 1], [2, 3]])]
    [(0, 2, 18), (4, 0, 10)]
    """
    check_objective(problem)
    search = Search(problem, allowed_pairs(problem, pairs), k, control)
    first, last = search.at(0), search.at(search.highest_price)
    found = {last.count: last, first.count: first}
    stretches = [(first, last)] if last.count > first.count else []
    while stretches and len(found) < points:
        low, high = stretches.pop(0)
        middle = search.at(_balance(low, high))
        if not low.count < middle.count < high.count:
            continue
        found.setdefault(middle.count, middle)
        best = max(run.value + middle.price * run.count for run in (low, high))
        if middle.value + middle.price * middle.count > best:
            stretches += [(low, middle), (middle, high)]
    runs = [found[count] for count in sorted(found)]
    while len(runs) > 1 and _balance(runs[0], runs[1]) == 0:  # as good, and breaks more for nothing
        del runs[0]
    prices = [0, *(_balance(low, high) for low, high in pairwise(runs))]
    return [
        StabilityPrice(
            price, len(search.earlier) - run.count, len(run.pairs), run.total, first.total - run.total
        )
        for price, run in zip(prices, runs, strict=True)
    ]


def _balance(low: Run, high: Run) -> int:
    """Return the lowest price at which the answer that keeps more is worth at least as much."""
    return -(-(low.value - high.value) // (high.count - low.count))
