"""A lower bound of what stable matchings cost: half of the cheapest pair that everyone can still be in."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from peermatch.kernels._jit import in_place_kernel
from peermatch.kernels.roommates import seen_from

__all__ = ["cheapest_pairs"]

Long = npt.NDArray[np.int64]
Short = npt.NDArray[np.int32]


@in_place_kernel
def cheapest_pairs(
    start: Long, partner: Short, mirror: Short, table: Short, first: Long, last: Long, pair_cost: Long
) -> int:
    """Return the sum, over everyone, of the cheapest entry that stands on their list; lists must not be empty.

    An entry stands where neither list was cut before it (see `peermatch.kernels.roommates`). Linear.
    """
    total = 0
    for x in range(len(start) - 1):
        row, cost = partner[start[x] : start[x + 1]], pair_cost[start[x] : start[x + 1]]
        least = cost[first[x]]
        for k in range(first[x] + 1, last[x] + 1):
            if cost[k] < least and seen_from(row[k], x, start[x] + k, mirror, table) <= last[row[k]]:
                least = cost[k]
        total += least
    return int(total)
