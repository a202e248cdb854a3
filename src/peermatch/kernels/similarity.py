"""Similarity of two people on one criterion, one primitive after the other.

The idea: a criterion is data (encoded columns) and one primitive of the small closed set below. Every primitive has
three faces that do the same arithmetic, so that the same pair gets the same number, to the last bit, whoever asks:

- ``<name>_one(A, i, B, j, params)``: row i of A, called a, with row j of B, called b;
- ``<name>_pairs(A, B, params, out)``: row i of A with row i of B, ``out[i]``;
- ``<name>_tile(A, B, params, out)``: every row of A with every *column* of B, ``out[i, j]``. Here B lies feature by
  feature, so that the innermost loop runs over the second person and compiles to vector instructions. Where it matters
  who judges, ``<name>_back`` is the tile in which B does.

A holds what the person who judges brings, B what the other one brings. The answer lies in [0, 1]; NaN says "not known".
Only + - x / and whole numbers are used, so that every machine gives the same bits; sums are of whole numbers, exact in
any order.

Cost: O(d) for one pair with d features.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from peermatch.kernels._bits import popcount
from peermatch.kernels._jit import kernel
from peermatch.kernels.codes import fill_known_and_equal, known_and_equal

Array = npt.NDArray[Any]

# Vectors are stored as whole numbers of 2**-15, so that a dot product is an exact integer in units of 2**-30.
VECTOR_GRID = 2.0**15
_UNIT = 2.0**-30
_NO_BITS = np.uint64(0)


@kernel
def set_counts(A: Array, i: int, B: Array, j: int) -> Any:
    """Return how many bits row i of A and row j of B share, and how many each has."""
    both = 0
    size_a = 0
    size_b = 0
    for w in range(A.shape[1]):
        both += popcount(A[i, w] & B[j, w])
        size_a += popcount(A[i, w])
        size_b += popcount(B[j, w])
    return both, size_a, size_b


@kernel
def set_sizes(B: Array) -> Any:
    """Count the bits of every column."""
    sizes = np.zeros(B.shape[1])
    for w in range(B.shape[0]):
        for j in range(B.shape[1]):
            sizes[j] += popcount(B[w, j])
    return sizes


@kernel
def shared_bits(a: Array, B: Array, both: Array) -> Any:
    """Fill `both` with the number of bits that a shares with every column; return the number of a's own bits."""
    both[:] = 0.0
    size_a = 0.0
    for w in range(a.shape[0]):
        word = a[w]
        if word != _NO_BITS:
            size_a += popcount(word)
            for j in range(B.shape[1]):
                both[j] += popcount(word & B[w, j])
    return size_a


@kernel
def near_one(A: Array, i: int, B: Array, j: int, params: Array) -> Any:
    """|a - b| through the curve 1 / (1 + x^2), x = (|a - b| - sweet spot) / scale."""
    difference = A[i, 0] - B[j, 0]
    if difference < 0.0:
        difference = -difference
    x = (difference - params[1]) / params[0]
    return 1.0 / (1.0 + x * x)


@kernel
def near_tile(A: Array, B: Array, params: Array, out: Array) -> None:
    """Fill a tile as `near_one` would."""
    for i in range(A.shape[0]):
        a = A[i, 0]
        for j in range(B.shape[1]):
            x = (abs(a - B[0, j]) - params[1]) / params[0]
            out[i, j] = 1.0 / (1.0 + x * x)


@kernel
def near_pairs(A: Array, B: Array, params: Array, out: Array) -> None:
    """Fill a list with `near_one`."""
    for i in range(A.shape[0]):
        out[i] = near_one(A, i, B, i, params)


@kernel
def above_one(A: Array, i: int, B: Array, j: int, params: Array) -> Any:
    """How well b lies above a: 1 from params[0] to params[1], falling off with params[2], 0 when not above at all."""
    difference = B[j, 0] - A[i, 0]
    if difference != difference:
        return np.nan
    if difference <= 0.0 and params[0] > 0.0:
        return 0.0
    if difference < params[0]:
        x = (params[0] - difference) / params[2]
    elif difference > params[1]:
        x = (difference - params[1]) / params[2]
    else:
        return 1.0
    return 1.0 / (1.0 + x * x)


@kernel
def above_step(difference: float, low: float, high: float, scale: float) -> Any:
    """How good a difference is, without branches: whichever side of the interval it lies on counts; NaN passes."""
    short = low - difference
    far = difference - high
    x = (short if short > 0.0 else (far if far > 0.0 else difference - difference)) / scale
    return 0.0 if difference <= 0.0 and low > 0.0 else 1.0 / (1.0 + x * x)


@kernel
def above_tile(A: Array, B: Array, params: Array, out: Array) -> None:
    """Fill a tile as `above_one` would."""
    low, high, scale = params[0], params[1], params[2]
    for i in range(A.shape[0]):
        for j in range(B.shape[1]):
            out[i, j] = above_step(B[0, j] - A[i, 0], low, high, scale)


@kernel
def above_back(A: Array, B: Array, params: Array, out: Array) -> None:
    """Fill a tile in which the columns' people judge."""
    low, high, scale = params[0], params[1], params[2]
    for i in range(A.shape[0]):
        for j in range(B.shape[1]):
            out[i, j] = above_step(A[i, 0] - B[0, j], low, high, scale)


@kernel
def above_pairs(A: Array, B: Array, params: Array, out: Array) -> None:
    """Fill a list with `above_one`."""
    for i in range(A.shape[0]):
        out[i] = above_one(A, i, B, i, params)


@kernel
def agreement_one(A: Array, i: int, B: Array, j: int, params: Array) -> Any:
    """Share of codes that agree (params[0] = 1) or differ (0) among those known on both sides (0 or more)."""
    known, equal = known_and_equal(A, i, B, j)
    if known == 0:
        return np.nan
    return equal / known if params[0] == 1.0 else (known - equal) / known


@kernel
def agreement_tile(A: Array, B: Array, params: Array, out: Array) -> None:
    """Fill a tile as `agreement_one` would."""
    width = B.shape[1]
    known = np.empty(width)
    equal = np.empty(width)
    for i in range(A.shape[0]):
        fill_known_and_equal(A, i, B, known, equal)
        for j in range(width):
            hits = equal[j] if params[0] == 1.0 else known[j] - equal[j]
            value = hits / max(1.0, known[j])
            out[i, j] = value if known[j] > 0.0 else np.nan


@kernel
def agreement_pairs(A: Array, B: Array, params: Array, out: Array) -> None:
    """Fill a list with `agreement_one`."""
    for i in range(A.shape[0]):
        out[i] = agreement_one(A, i, B, i, params)


@kernel
def overlap_one(A: Array, i: int, B: Array, j: int, params: Array) -> Any:
    """Bits in both over bits in either (Jaccard 1901); an empty set is not known."""
    both, size_a, size_b = set_counts(A, i, B, j)
    if size_a == 0 or size_b == 0:
        return np.nan
    return both / (size_a + size_b - both)


@kernel
def overlap_tile(A: Array, B: Array, params: Array, out: Array) -> None:
    """Fill a tile as `overlap_one` would."""
    width = B.shape[1]
    sizes = set_sizes(B)
    both = np.empty(width)
    for i in range(A.shape[0]):
        size_a = shared_bits(A[i], B, both)
        for j in range(width):
            value = both[j] / max(1.0, size_a + sizes[j] - both[j])
            out[i, j] = value if size_a > 0.0 and sizes[j] > 0.0 else np.nan


@kernel
def overlap_pairs(A: Array, B: Array, params: Array, out: Array) -> None:
    """Fill a list with `overlap_one`."""
    for i in range(A.shape[0]):
        out[i] = overlap_one(A, i, B, i, params)


@kernel
def covered_one(A: Array, i: int, B: Array, j: int, params: Array) -> Any:
    """Share of a's bits that b has; an empty set on either side is not known."""
    both, size_a, size_b = set_counts(A, i, B, j)
    if size_a == 0 or size_b == 0:
        return np.nan
    return both / size_a


@kernel
def covered_tile(A: Array, B: Array, params: Array, out: Array) -> None:
    """Fill a tile as `covered_one` would."""
    width = B.shape[1]
    sizes = set_sizes(B)
    both = np.empty(width)
    for i in range(A.shape[0]):
        size_a = shared_bits(A[i], B, both)
        for j in range(width):
            value = both[j] / max(1.0, size_a)
            out[i, j] = value if size_a > 0.0 and sizes[j] > 0.0 else np.nan


@kernel
def covered_back(A: Array, B: Array, params: Array, out: Array) -> None:
    """Fill a tile in which the columns' people judge."""
    width = B.shape[1]
    sizes = set_sizes(B)
    both = np.empty(width)
    for i in range(A.shape[0]):
        size_a = shared_bits(A[i], B, both)
        for j in range(width):
            value = both[j] / max(1.0, sizes[j])
            out[i, j] = value if size_a > 0.0 and sizes[j] > 0.0 else np.nan


@kernel
def covered_pairs(A: Array, B: Array, params: Array, out: Array) -> None:
    """Fill a list with `covered_one`."""
    for i in range(A.shape[0]):
        out[i] = covered_one(A, i, B, i, params)


@kernel
def shared_one(A: Array, i: int, B: Array, j: int, params: Array) -> Any:
    """Bits in both over the wanted number params[0], at most 1; an empty set is not known."""
    both, size_a, size_b = set_counts(A, i, B, j)
    if size_a == 0 or size_b == 0:
        return np.nan
    return 1.0 if both >= params[0] else both / params[0]


@kernel
def shared_tile(A: Array, B: Array, params: Array, out: Array) -> None:
    """Fill a tile as `shared_one` would."""
    width = B.shape[1]
    sizes = set_sizes(B)
    both = np.empty(width)
    for i in range(A.shape[0]):
        size_a = shared_bits(A[i], B, both)
        for j in range(width):
            value = 1.0 if both[j] >= params[0] else both[j] / params[0]
            out[i, j] = value if size_a > 0.0 and sizes[j] > 0.0 else np.nan


@kernel
def shared_pairs(A: Array, B: Array, params: Array, out: Array) -> None:
    """Fill a list with `shared_one`."""
    for i in range(A.shape[0]):
        out[i] = shared_one(A, i, B, i, params)


@kernel
def direction_one(A: Array, i: int, B: Array, j: int, params: Array) -> Any:
    """Cosine of two unit vectors on the grid of 2**-15, held to [0, 1]; a zero vector is not known.

    Products are whole numbers below 2**31, so their sum is exact in float64 for any number of features we have.
    """
    dot = 0.0
    some_a = False
    some_b = False
    for d in range(A.shape[1]):
        dot += A[i, d] * B[j, d]
        some_a = some_a or A[i, d] != 0.0
        some_b = some_b or B[j, d] != 0.0
    if not (some_a and some_b):
        return np.nan
    return min(1.0, max(0.0, dot * _UNIT))


@kernel
def direction_tile(A: Array, B: Array, params: Array, out: Array) -> None:
    """Fill a tile as `direction_one` would."""
    width = B.shape[1]
    empty = np.empty(width)
    empty[:] = 1.0
    for d in range(B.shape[0]):
        for j in range(width):
            empty[j] = 0.0 if B[d, j] != 0.0 else empty[j]
    dot = np.empty(width)
    for i in range(A.shape[0]):
        dot[:] = 0.0
        some = False
        for d in range(A.shape[1]):
            a = A[i, d]
            if a != 0.0:
                some = True
                for j in range(width):
                    dot[j] += a * B[d, j]
        for j in range(width):
            value = min(1.0, max(0.0, dot[j] * _UNIT))
            out[i, j] = value if some and empty[j] == 0.0 else np.nan


@kernel
def direction_pairs(A: Array, B: Array, params: Array, out: Array) -> None:
    """Fill a list with `direction_one`."""
    for i in range(A.shape[0]):
        out[i] = direction_one(A, i, B, i, params)


PRIMITIVES = {
    "near": (near_tile, near_tile, near_pairs, np.float64),
    "above": (above_tile, above_back, above_pairs, np.float64),
    "agreement": (agreement_tile, agreement_tile, agreement_pairs, np.int32),
    "overlap": (overlap_tile, overlap_tile, overlap_pairs, np.uint64),
    "covered": (covered_tile, covered_back, covered_pairs, np.uint64),
    "shared": (shared_tile, shared_tile, shared_pairs, np.uint64),
    "direction": (direction_tile, direction_tile, direction_pairs, np.float64),
}
"""Name -> (tile in which rows judge, tile in which columns judge, pairs, the type of its features)."""
