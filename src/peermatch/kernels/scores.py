"""From similarities to whole-number contributions, utilities and mutual scores.

The idea: a contribution is ``rint(share x similarity)``, rounded once, where `share` is the criterion's share of one
person's weights as a whole number of 2**-30. Everything after that is addition of whole numbers below 2**31, exact in
any order; they are kept as float64, in which the loops compile to vector instructions. A mutual score is one rounded
function of two utilities: the product of two such numbers, rounded to float64, is the same whether it is
multiplied as floats or as whole numbers.

Someone for whom no criterion counts has no say: the pair is then worth what it is worth to the other.

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
def add_by_row(similarity: Array, share: Array, fill: float, out: Array) -> None:
    """Add a tile of contributions to utilities of the people in the rows; `fill` stands in for "not known"."""
    for i in range(similarity.shape[0]):
        weight = share[i]
        for j in range(similarity.shape[1]):
            value = similarity[i, j]
            value = value if value == value else fill
            out[i, j] += np.rint(weight * value)


@kernel
def add_by_column(similarity: Array, share: Array, fill: float, out: Array) -> None:
    """Add a tile of contributions to utilities of the people in the columns."""
    for i in range(similarity.shape[0]):
        for j in range(similarity.shape[1]):
            value = similarity[i, j]
            value = value if value == value else fill
            out[i, j] += np.rint(share[j] * value)


@kernel
def mutual_one(a: float, b: float, how: int) -> Any:
    """Combine two utilities into one score; halves go to the even neighbour."""
    if how == 3:
        return min(a, b)
    if how == 0:
        return np.rint((a + b) * 0.5)
    if how == 1:
        return np.rint(math.sqrt(a * b))
    return np.rint(2.0 * (a * b) / max(1.0, a + b))


@kernel
def mutual_tile(
    row_utility: Array, column_utility: Array, row_says: Array, column_says: Array, how: int, out: Array
) -> None:
    """Fill a tile of int64 scores with `mutual_one`; where only one of two has a say, it is their utility."""
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            a = row_utility[i, j] if row_says[i] else column_utility[i, j]
            b = column_utility[i, j] if column_says[j] else a
            out[i, j] = np.int64(mutual_one(a, b, how))
