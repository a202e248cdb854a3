"""From similarities to whole-number contributions, utilities and mutual scores.

The idea: a contribution is ``rint(share * similarity)``, rounded once, where `share` is the criterion's share of one
person's weights as a whole number of 2**-30. Everything after that is integer addition, exact in any order. A mutual
score is one rounded function of two utilities.

Invariant: the shares of one person add up to 2**30 (or are all 0), so a utility never exceeds 2**30.
Cost: O(1) for each pair and criterion.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from peermatch.kernels._jit import kernel

Array = npt.NDArray[Any]

MEAN, GEOMETRIC, HARMONIC, MIN = 0, 1, 2, 3
MUTUAL_CODES = {"mean": MEAN, "geometric": GEOMETRIC, "harmonic": HARMONIC, "min": MIN}


@kernel
def contribution_one(similarity: float, share: float, fill: float) -> Any:
    """Return share x similarity on the grid; `fill` stands in for a similarity that is not known."""
    if similarity != similarity:
        similarity = fill
    return np.int64(np.rint(share * similarity))


@kernel
def add_by_row(similarity: Array, share: Array, fill: float, out: Array) -> None:
    """Add a tile of contributions to utilities of the people in the rows."""
    for i in range(similarity.shape[0]):
        weight = np.float64(share[i])
        for j in range(similarity.shape[1]):
            out[i, j] += contribution_one(similarity[i, j], weight, fill)


@kernel
def add_by_column(similarity: Array, share: Array, fill: float, out: Array) -> None:
    """Add a tile of contributions to utilities of the people in the columns."""
    for i in range(similarity.shape[0]):
        for j in range(similarity.shape[1]):
            out[i, j] += contribution_one(similarity[i, j], np.float64(share[j]), fill)


@kernel
def mutual_one(a: Any, b: Any, how: int) -> Any:
    """Combine two utilities into one score; halves go to the even neighbour."""
    if how == 3:
        return min(a, b)
    if how == 0:
        total = a + b
        half = total >> 1
        if total & 1 and half & 1:
            half += 1
        return half
    if a == 0 or b == 0:
        return np.int64(0)
    if how == 1:
        return np.int64(np.rint(math.sqrt(np.float64(a * b))))
    return np.int64(np.rint(np.float64(2 * a * b) / np.float64(a + b)))


@kernel
def mutual_tile(row_utility: Array, column_utility: Array, how: int, out: Array) -> None:
    """Fill a tile with `mutual_one`."""
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = mutual_one(row_utility[i, j], column_utility[i, j], how)
