"""Similarity of two people on one criterion, one primitive after the other.

The idea: a criterion is data (encoded columns) and one primitive of the small closed set below. Every primitive has
three faces that share one scalar function, so that the same pair gets the same number, to the last bit, whoever asks:

- ``<name>_one(a, b, params)``: one pair;
- ``<name>_tile(A, B, params, out)``: every row of A with every row of B, ``out[i, j]``;
- ``<name>_pairs(A, B, params, out)``: row i of A with row i of B, ``out[i]``.

A holds what the person who judges brings, B what the other one brings. The answer lies in [0, 1]; NaN says "not known".
Only + - x / and whole numbers are used, so that every machine gives the same bits.

Cost: O(d) for one pair with d features.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from peermatch.kernels._jit import kernel

Array = npt.NDArray[Any]

# Vectors are stored as whole numbers of 2**-15, so that a dot product is an exact integer in units of 2**-30.
VECTOR_GRID = 2.0**15
_UNIT = 2.0**-30

_M1 = np.uint64(0x5555555555555555)
_M2 = np.uint64(0x3333333333333333)
_M4 = np.uint64(0x0F0F0F0F0F0F0F0F)
_H1 = np.uint64(0x0101010101010101)
_S1 = np.uint64(1)
_S2 = np.uint64(2)
_S4 = np.uint64(4)
_S56 = np.uint64(56)


@kernel
def popcount(word: Any) -> Any:
    """Count the bits of one 64-bit word (Warren, Hacker's Delight, section 5-1)."""
    word = word - ((word >> _S1) & _M1)
    word = (word & _M2) + ((word >> _S2) & _M2)
    word = (word + (word >> _S4)) & _M4
    return np.int64((word * _H1) >> _S56)


@kernel
def near_one(a: Array, b: Array, params: Array) -> Any:
    """|a - b| through the curve 1 / (1 + x^2), x = (|a - b| - sweet spot) / scale."""
    difference = a[0] - b[0]
    if difference < 0.0:
        difference = -difference
    x = (difference - params[1]) / params[0]
    return 1.0 / (1.0 + x * x)


@kernel
def near_tile(A: Array, B: Array, params: Array, out: Array) -> None:
    """Fill a tile with `near_one`."""
    for i in range(A.shape[0]):
        for j in range(B.shape[0]):
            out[i, j] = near_one(A[i], B[j], params)


@kernel
def near_pairs(A: Array, B: Array, params: Array, out: Array) -> None:
    """Fill a list with `near_one`."""
    for i in range(A.shape[0]):
        out[i] = near_one(A[i], B[i], params)


@kernel
def above_one(a: Array, b: Array, params: Array) -> Any:
    """How well b lies above a: 1 from params[0] to params[1], falling off with params[2], 0 when not above at all."""
    difference = b[0] - a[0]
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
def above_tile(A: Array, B: Array, params: Array, out: Array) -> None:
    """Fill a tile with `above_one`."""
    for i in range(A.shape[0]):
        for j in range(B.shape[0]):
            out[i, j] = above_one(A[i], B[j], params)


@kernel
def above_pairs(A: Array, B: Array, params: Array, out: Array) -> None:
    """Fill a list with `above_one`."""
    for i in range(A.shape[0]):
        out[i] = above_one(A[i], B[i], params)


@kernel
def agreement_one(a: Array, b: Array, params: Array) -> Any:
    """Share of codes that agree (params[0] = 1) or differ (0) among those known on both sides (0 or more)."""
    known = 0
    equal = 0
    for d in range(a.shape[0]):
        if a[d] >= 0 and b[d] >= 0:
            known += 1
            if a[d] == b[d]:
                equal += 1
    if known == 0:
        return np.nan
    if params[0] == 1.0:
        return equal / known
    return (known - equal) / known


@kernel
def agreement_tile(A: Array, B: Array, params: Array, out: Array) -> None:
    """Fill a tile with `agreement_one`."""
    for i in range(A.shape[0]):
        for j in range(B.shape[0]):
            out[i, j] = agreement_one(A[i], B[j], params)


@kernel
def agreement_pairs(A: Array, B: Array, params: Array, out: Array) -> None:
    """Fill a list with `agreement_one`."""
    for i in range(A.shape[0]):
        out[i] = agreement_one(A[i], B[i], params)


@kernel
def overlap_one(a: Array, b: Array, params: Array) -> Any:
    """Bits in both over bits in either (Jaccard 1901); an empty set is not known."""
    both = 0
    either = 0
    size_a = 0
    size_b = 0
    for w in range(a.shape[0]):
        both += popcount(a[w] & b[w])
        either += popcount(a[w] | b[w])
        size_a += popcount(a[w])
        size_b += popcount(b[w])
    if size_a == 0 or size_b == 0:
        return np.nan
    return both / either


@kernel
def overlap_tile(A: Array, B: Array, params: Array, out: Array) -> None:
    """Fill a tile with `overlap_one`."""
    for i in range(A.shape[0]):
        for j in range(B.shape[0]):
            out[i, j] = overlap_one(A[i], B[j], params)


@kernel
def overlap_pairs(A: Array, B: Array, params: Array, out: Array) -> None:
    """Fill a list with `overlap_one`."""
    for i in range(A.shape[0]):
        out[i] = overlap_one(A[i], B[i], params)


@kernel
def covered_one(a: Array, b: Array, params: Array) -> Any:
    """Share of a's bits that b has; an empty set on either side is not known."""
    both = 0
    wanted = 0
    offered = 0
    for w in range(a.shape[0]):
        both += popcount(a[w] & b[w])
        wanted += popcount(a[w])
        offered += popcount(b[w])
    if wanted == 0 or offered == 0:
        return np.nan
    return both / wanted


@kernel
def covered_tile(A: Array, B: Array, params: Array, out: Array) -> None:
    """Fill a tile with `covered_one`."""
    for i in range(A.shape[0]):
        for j in range(B.shape[0]):
            out[i, j] = covered_one(A[i], B[j], params)


@kernel
def covered_pairs(A: Array, B: Array, params: Array, out: Array) -> None:
    """Fill a list with `covered_one`."""
    for i in range(A.shape[0]):
        out[i] = covered_one(A[i], B[i], params)


@kernel
def shared_one(a: Array, b: Array, params: Array) -> Any:
    """Bits in both over the wanted number params[0], at most 1; an empty set is not known."""
    both = 0
    size_a = 0
    size_b = 0
    for w in range(a.shape[0]):
        both += popcount(a[w] & b[w])
        size_a += popcount(a[w])
        size_b += popcount(b[w])
    if size_a == 0 or size_b == 0:
        return np.nan
    if both >= params[0]:
        return 1.0
    return both / params[0]


@kernel
def shared_tile(A: Array, B: Array, params: Array, out: Array) -> None:
    """Fill a tile with `shared_one`."""
    for i in range(A.shape[0]):
        for j in range(B.shape[0]):
            out[i, j] = shared_one(A[i], B[j], params)


@kernel
def shared_pairs(A: Array, B: Array, params: Array, out: Array) -> None:
    """Fill a list with `shared_one`."""
    for i in range(A.shape[0]):
        out[i] = shared_one(A[i], B[i], params)


@kernel
def direction_one(a: Array, b: Array, params: Array) -> Any:
    """Cosine of two unit vectors on the grid of 2**-15, held to [0, 1]; a zero vector is not known."""
    dot = 0
    size_a = 0
    size_b = 0
    for d in range(a.shape[0]):
        dot += a[d] * b[d]
        size_a |= a[d]
        size_b |= b[d]
    if size_a == 0 or size_b == 0:
        return np.nan
    if dot <= 0:
        return 0.0
    if dot >= 1073741824:
        return 1.0
    return dot * _UNIT


@kernel
def direction_tile(A: Array, B: Array, params: Array, out: Array) -> None:
    """Fill a tile with `direction_one`."""
    for i in range(A.shape[0]):
        for j in range(B.shape[0]):
            out[i, j] = direction_one(A[i], B[j], params)


@kernel
def direction_pairs(A: Array, B: Array, params: Array, out: Array) -> None:
    """Fill a list with `direction_one`."""
    for i in range(A.shape[0]):
        out[i] = direction_one(A[i], B[i], params)


PRIMITIVES = {
    "near": (near_tile, near_pairs, np.float64),
    "above": (above_tile, above_pairs, np.float64),
    "agreement": (agreement_tile, agreement_pairs, np.int32),
    "overlap": (overlap_tile, overlap_pairs, np.uint64),
    "covered": (covered_tile, covered_pairs, np.uint64),
    "shared": (shared_tile, shared_pairs, np.uint64),
    "direction": (direction_tile, direction_pairs, np.int64),
}
"""Name -> (tile kernel, pairs kernel, the type of its features)."""
