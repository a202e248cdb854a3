"""Bounds on what circles can be worth: one pass over a table of scores for given prices.

Idea
    Whoever sits in a circle of s has s - 1 partners. So circles are at most worth the best choice of pairs in
    which everybody has that many, and by duality, for any prices y >= 0 of people, at most the prices times the
    partners of all, plus what scores are above the prices of both. A pass counts for each person the pairs that
    are above: where those are more than the partners that a person can have, the price is too low, and the other
    way round.
Cost
    O(people^2) for a pass over the upper half of the table.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from peermatch.kernels._jit import in_place_kernel

__all__ = ["price_pass"]

Long = npt.NDArray[np.int64]
Table = npt.NDArray[np.int32]


@in_place_kernel
def price_pass(table: Table, prices: Long, above: Long) -> int:
    """Return the sum of what scores are above both prices; ``above`` receives how many such pairs each person has."""
    total = 0
    n = len(prices)
    above[:] = 0
    for u in range(n):
        row, price = table[u, u + 1 :], prices[u]
        others, counts = prices[u + 1 :], above[u + 1 :]
        seen = 0
        for v in range(len(row)):
            excess = np.int64(row[v]) - price - others[v]
            if excess > 0 and row[v] >= 0:
                total += excess
                counts[v] += 1
                seen += 1
        above[u] += seen
    return total
