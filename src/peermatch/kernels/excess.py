"""By how much scores exceed the duals of their two people, summed over blocks of scores: a bound on several rounds.

Idea
    Nothing but ``2 w - y(u) - y(v)`` where that is above 0, added up row by row in whole numbers.
Cost
    O(1) for each pair.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from peermatch.kernels._jit import in_place_kernel

__all__ = ["add_excess"]

Ints = npt.NDArray[np.int64]

_FORBIDDEN = np.iinfo(np.int64).min


@in_place_kernel
def add_excess(
    weights: Ints, rows: Ints, first: int, one_pool: bool, left: Ints, right: Ints, total: Ints
) -> None:
    """Add the excess of all allowed pairs of some rows to ``total[0]``.

    Parameters
    ----------
    weights : int64 array, shape (rows, columns)
        Scores of the rows with the columns from `first` on; the lowest int64 marks forbidden pairs.
    rows : int64 array
    first : int
    one_pool : bool
        Then only columns behind the row count.
    left, right : int64 arrays
        Duals of rows and of columns, in units of half a score.
    total : int64 array, shape (1,)
    """
    for r in range(len(rows)):
        u = rows[r]
        row = weights[r]
        others = right[first:]
        begin = max(0, u + 1 - first) if one_pool else 0
        found = 0
        for j in range(begin, len(row)):
            w = row[j]
            if w != _FORBIDDEN:
                found += max(0, 2 * w - left[u] - others[j])
        total[0] += found
