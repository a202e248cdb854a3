"""Rules as masks: which pairs of a tile may not be made.

The idea: a rule compiles to a few numbers a person and one comparison a pair, so that no n x n mask exists anywhere.
Each kernel only ever sets entries of `out` to 1, so that rules can be laid over one another in any order.

Cost: O(d) for one pair with d numbers a person.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from peermatch.kernels._jit import kernel
from peermatch.kernels.codes import fill_known_and_equal, known_and_equal

Array = npt.NDArray[Any]


@kernel
def equal_one(A: Array, i: int, B: Array, j: int, threshold: float) -> Any:
    """Codes that are equal and known, in any place, are forbidden."""
    for d in range(A.shape[1]):
        if A[i, d] >= 0 and A[i, d] == B[j, d]:
            return True
    return False


@kernel
def equal_tile(A: Array, B: Array, threshold: float, out: Array) -> None:
    """Forbid as `equal_one` would; B lies number by number."""
    for i in range(A.shape[0]):
        for d in range(A.shape[1]):
            a = A[i, d]
            if a >= 0:
                for j in range(B.shape[1]):
                    out[i, j] |= B[d, j] == a


@kernel
def equal_pairs(A: Array, B: Array, threshold: float, out: Array) -> None:
    """Forbid listed pairs by `equal_one`."""
    for i in range(A.shape[0]):
        if equal_one(A, i, B, i, threshold):
            out[i] = 1


@kernel
def unequal_one(A: Array, i: int, B: Array, j: int, threshold: float) -> Any:
    """Codes that are not known to be equal, in any place, are forbidden."""
    for d in range(A.shape[1]):
        if A[i, d] < 0 or A[i, d] != B[j, d]:
            return True
    return False


@kernel
def unequal_tile(A: Array, B: Array, threshold: float, out: Array) -> None:
    """Forbid as `unequal_one` would; B lies number by number."""
    for i in range(A.shape[0]):
        for d in range(A.shape[1]):
            a = A[i, d]
            for j in range(B.shape[1]):
                out[i, j] |= a < 0 or B[d, j] != a


@kernel
def unequal_pairs(A: Array, B: Array, threshold: float, out: Array) -> None:
    """Forbid listed pairs by `unequal_one`."""
    for i in range(A.shape[0]):
        if unequal_one(A, i, B, i, threshold):
            out[i] = 1


@kernel
def in_line_one(A: Array, i: int, B: Array, j: int, threshold: float) -> Any:
    """One stands above the other: the interval [enter, leave) of one holds the other's enter (-1: not in the tree)."""
    if A[i, 0] < 0 or B[j, 0] < 0:
        return False
    return (A[i, 0] <= B[j, 0] and B[j, 0] < A[i, 1]) or (B[j, 0] <= A[i, 0] and A[i, 0] < B[j, 1])


@kernel
def in_line_tile(A: Array, B: Array, threshold: float, out: Array) -> None:
    """Forbid as `in_line_one` would; B lies number by number."""
    for i in range(A.shape[0]):
        enter, leave = A[i, 0], A[i, 1]
        if enter >= 0:
            for j in range(B.shape[1]):
                below = (enter <= B[0, j]) & (B[0, j] < leave)
                over = (B[0, j] <= enter) & (enter < B[1, j])
                out[i, j] |= (B[0, j] >= 0) & (below | over)


@kernel
def in_line_pairs(A: Array, B: Array, threshold: float, out: Array) -> None:
    """Forbid listed pairs by `in_line_one`."""
    for i in range(A.shape[0]):
        if in_line_one(A, i, B, i, threshold):
            out[i] = 1


@kernel
def twins_one(A: Array, i: int, B: Array, j: int, threshold: float) -> Any:
    """A share of at least `threshold` of the codes known on both sides agrees."""
    known, equal = known_and_equal(A, i, B, j)
    return known > 0 and equal >= threshold * known


@kernel
def twins_tile(A: Array, B: Array, threshold: float, out: Array) -> None:
    """Forbid as `twins_one` would; B lies number by number."""
    width = B.shape[1]
    known = np.empty(width)
    equal = np.empty(width)
    for i in range(A.shape[0]):
        fill_known_and_equal(A, i, B, known, equal)
        for j in range(width):
            out[i, j] |= known[j] > 0.0 and equal[j] >= threshold * known[j]


@kernel
def twins_pairs(A: Array, B: Array, threshold: float, out: Array) -> None:
    """Forbid listed pairs by `twins_one`."""
    for i in range(A.shape[0]):
        if twins_one(A, i, B, i, threshold):
            out[i] = 1


MASKS = {
    "equal": (equal_tile, equal_pairs),
    "unequal": (unequal_tile, unequal_pairs),
    "in_line": (in_line_tile, in_line_pairs),
    "twins": (twins_tile, twins_pairs),
}
"""Name -> (tile kernel, pairs kernel)."""
