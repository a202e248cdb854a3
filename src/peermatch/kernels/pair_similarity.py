"""Similarity of a few people with a stretch of others, one primitive after the other, in either precision.

Idea
    Each kernel fills `out`, one row for each of `rows` and one column for each of the people begin, begin + 1, ...
    Features lie feature by feature, so that the innermost loop runs over the second person and compiles to vector
    instructions; it has no branches. A tile is small enough to stay in the processor's nearest cache, and large enough
    that handing the arrays over costs nothing. NaN says "not known". The arithmetic is that of
    `peermatch.kernels.pair_lists`, operation by operation, so that in float64 a pair gets the same number to the last
    bit whoever asks; constants come in as parameters, because a literal would turn float32 into float64.
Cost
    O(features) for each pair.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from peermatch.kernels._bits import popcount32
from peermatch.kernels._jit import in_place_kernel, kernel
from peermatch.kernels.pair_program import (
    ABOVE,
    AGREEMENT,
    BACKWARD_LIST,
    COVERED,
    COVERING,
    DIRECTION,
    FORWARD_LIST,
    KIND,
    LEFT_OTHER,
    LEFT_OTHER_SIZE,
    LEFT_OWN,
    LEFT_OWN_SIZE,
    LISTED,
    LISTING,
    NEAR,
    ONE,
    OVERLAP,
    RIGHT_OTHER,
    RIGHT_OTHER_SIZE,
    RIGHT_OWN,
    RIGHT_OWN_SIZE,
    ROWS,
    STRETCH,
    UNKNOWN,
    WIDTH,
    Program,
)

__all__ = ["view_tile"]

Array = npt.NDArray[Any]


@in_place_kernel
def fill_near(
    rows: Array,
    begin: int,
    size: int,
    left: Array,
    at: int,
    right: Array,
    row: int,
    params: Array,
    out: Array,
) -> None:
    """|a - b| through the curve 1 / (1 + x^2), x = (|a - b| - sweet spot) / scale."""
    scale, spot, one = params[0], params[1], params[ONE]
    others = right[row, begin : begin + size]
    for r in range(len(rows)):
        a = left[at, rows[r]]
        for j in range(size):
            x = (abs(a - others[j]) - spot) / scale
            out[r, j] = one / (one + x * x)


@in_place_kernel
def fill_above(
    rows: Array,
    begin: int,
    size: int,
    left: Array,
    at: int,
    right: Array,
    row: int,
    params: Array,
    sign: float,
    out: Array,
) -> None:
    """How well the column lies above the row (sign 1) or below it (-1); nothing at or below params[3] is above."""
    low, high, scale, cut, one = params[0], params[1], params[2], params[3], params[ONE]
    others = right[row, begin : begin + size]
    zero = one - one
    for r in range(len(rows)):
        a = left[at, rows[r]]
        for j in range(size):
            difference = sign * (others[j] - a)
            short = low - difference
            far = difference - high
            x = (short if short > zero else (far if far > zero else difference - difference)) / scale
            value = one / (one + x * x)
            out[r, j] = zero if (difference <= cut) & (low > zero) else value


@in_place_kernel
def fill_one_code(
    rows: Array,
    begin: int,
    size: int,
    left: Array,
    at: int,
    right: Array,
    row: int,
    params: Array,
    out: Array,
) -> None:
    """Whether the one code agrees (params[0] = 1) or differs (0); not known where either is not."""
    hit, unknown = params[0], params[UNKNOWN]
    miss = params[ONE] - hit
    others = right[row, begin : begin + size]
    for r in range(len(rows)):
        a = left[at, rows[r]]
        equal = hit if a >= 0 else unknown
        other = miss if a >= 0 else unknown
        for j in range(size):
            b = others[j]
            value = equal if b == a else other
            out[r, j] = value if b >= 0 else unknown


@in_place_kernel
def count_codes(
    i: int, begin: int, left: Array, at: int, right: Array, row: int, width: int, counts: Array, size: int
) -> None:
    """Count codes known on both sides, and those that agree, for row i with each of `size` columns."""
    counts[0, :size] = 0
    counts[1, :size] = 0
    for d in range(width):
        a = left[at + d, i]
        if a >= 0:
            others = right[row + d, begin : begin + size]
            for j in range(size):
                b = others[j]
                counts[0, j] += np.int32(b >= 0)
                counts[1, j] += np.int32(b == a)


@in_place_kernel
def fill_agreement(
    rows: Array,
    begin: int,
    size: int,
    left: Array,
    at: int,
    right: Array,
    row: int,
    width: int,
    params: Array,
    counts: Array,
    spare: Array,
    out: Array,
) -> None:
    """Share of codes that agree (params[0] = 1) or differ (0) among those known on both sides."""
    one, unknown, same = params[ONE], params[UNKNOWN], params[0] == params[ONE]
    zero = one - one
    for r in range(len(rows)):
        count_codes(rows[r], begin, left, at, right, row, width, counts, size)
        for j in range(size):  # storing is what turns whole numbers into floats of the program's precision
            out[r, j] = counts[1, j] if same else counts[0, j] - counts[1, j]
            spare[j] = counts[0, j]
        for j in range(size):
            value = out[r, j] / max(one, spare[j])
            out[r, j] = value if spare[j] > zero else unknown


@in_place_kernel
def count_shared(
    rows: Array,
    begin: int,
    size: int,
    left: Array,
    at: int,
    right: Array,
    row: int,
    width: int,
    counts: Array,
    out: Array,
) -> None:
    """Count the bits that rows share with columns, and write the counts into `out` as floats."""
    for r in range(len(rows)):
        counts[0, :size] = 0
        for w in range(width):
            word = left[at + w, rows[r]]
            if word != 0:
                others = right[row + w, begin : begin + size]
                for j in range(size):
                    counts[0, j] += popcount32(word & others[j])
        for j in range(size):
            out[r, j] = counts[0, j]


@in_place_kernel
def divide_counts(
    rows: Array,
    begin: int,
    size: int,
    left: Array,
    size_at: int,
    right: Array,
    size_row: int,
    kind: int,
    params: Array,
    out: Array,
) -> None:
    """Turn shared bits into a similarity; an empty set on either side is not known.

    OVERLAP: over the bits in either (Jaccard 1901). COVERED: over the row's bits. COVERING: over the column's. Else:
    over the wanted number params[0], at most 1.
    """
    one, unknown, wanted = params[ONE], params[UNKNOWN], params[0]
    zero = one - one
    sizes = right[size_row, begin : begin + size]
    for r in range(len(rows)):
        own = left[size_at, rows[r]]
        known = own > zero
        for j in range(size):
            other = sizes[j]
            whole = wanted
            if kind == OVERLAP:
                whole = max(one, own + other - out[r, j])
            elif kind == COVERED:
                whole = max(one, own)
            elif kind == COVERING:
                whole = max(one, other)
            value = min(one, out[r, j] / whole)
            out[r, j] = value if known & (other > zero) else unknown


@in_place_kernel
def fill_direction(
    rows: Array,
    begin: int,
    size: int,
    left: Array,
    at: int,
    size_at: int,
    right: Array,
    row: int,
    size_row: int,
    width: int,
    params: Array,
    out: Array,
) -> None:
    """Cosine of two unit vectors on the grid of 2**-15, held to [0, 1]; a zero vector is not known.

    In float64 products are whole numbers below 2**31, so their sum is exact.
    """
    unit, one, unknown = params[0], params[ONE], params[UNKNOWN]
    zero = one - one
    for r in range(len(rows)):
        for j in range(size):
            out[r, j] = zero
        for d in range(width):
            a = left[at + d, rows[r]]
            if a != zero:
                others = right[row + d, begin : begin + size]
                for j in range(size):
                    out[r, j] += a * others[j]
        some = left[size_at, rows[r]] > zero
        sizes = right[size_row, begin : begin + size]
        for j in range(size):
            value = min(one, max(zero, out[r, j] * unit))
            out[r, j] = value if some & (sizes[j] > zero) else unknown


@in_place_kernel
def overlay_list(
    rows: Array, begin: int, size: int, start: Array, column: Array, listed: Array, which: int, out: Array
) -> None:
    """Write the values of listed pairs over a tile."""
    for r in range(len(rows)):
        first, last = start[which, rows[r]], start[which, rows[r] + 1]
        place = first + np.searchsorted(column[first:last], begin)
        while place < last and column[place] < begin + size:
            out[r, column[place] - begin] = listed[place]
            place += 1


@in_place_kernel
def fill_defaults(
    rows: Array, begin: int, size: int, left: Array, at: int, right: Array, row: int, kind: int, out: Array
) -> None:
    """What the row (LISTED) or the column (LISTING) thinks of people whom they did not list."""
    for r in range(len(rows)):
        own = left[at, rows[r]]
        others = right[row, begin : begin + size]
        for j in range(size):
            out[r, j] = own if kind == LISTED else others[j]


@in_place_kernel
def fill_view(
    program: Program,
    k: int,
    back: int,
    rows: Array,
    begin: int,
    size: int,
    counts: Array,
    spare: Array,
    out: Array,
) -> None:
    """Fill a tile with criterion k as the rows' people see the columns', or (back) the columns' the rows'."""
    ops, params, left, right = program.ops, program.params[k], program.left, program.right
    codes, others = program.left_marks, program.right_marks
    kind, width = ops[k, KIND], ops[k, WIDTH]
    at = ops[k, LEFT_OTHER if back else LEFT_OWN]
    size_at = ops[k, LEFT_OTHER_SIZE if back else LEFT_OWN_SIZE]
    row = ops[k, RIGHT_OWN if back else RIGHT_OTHER]
    size_row = ops[k, RIGHT_OWN_SIZE if back else RIGHT_OTHER_SIZE]
    if kind == NEAR:
        fill_near(rows, begin, size, left, at, right, row, params, out)
    elif kind == ABOVE:
        sign = -params[ONE] if back else params[ONE]
        fill_above(rows, begin, size, left, at, right, row, params, sign, out)
    elif kind == AGREEMENT:
        if width == 1:
            fill_one_code(rows, begin, size, codes, at, others, row, params, out)
        else:
            fill_agreement(rows, begin, size, codes, at, others, row, width, params, counts, spare, out)
    elif kind == DIRECTION:
        fill_direction(rows, begin, size, left, at, size_at, right, row, size_row, width, params, out)
    elif kind == LISTED:
        which = ops[k, BACKWARD_LIST if back else FORWARD_LIST]
        fill_defaults(rows, begin, size, left, at, right, row, LISTING if back else LISTED, out)
        start, column, listed = program.list_start, program.list_column, program.list_value
        overlay_list(rows, begin, size, start, column, listed, which, out)
    else:
        count_shared(rows, begin, size, codes, at, others, row, width, counts, out)
        if back and kind == COVERED:
            kind = COVERING
        divide_counts(rows, begin, size, left, size_at, right, size_row, kind, params, out)


@kernel
def view_tile(program: Program, k: int, back: int, rows: Array, out: Array) -> None:
    """Fill the similarity of listed rows with all columns on criterion k."""
    counts = np.empty((2, STRETCH), dtype=np.int32)
    spare = np.empty(STRETCH)
    room = np.empty((ROWS, STRETCH))
    for first in range(0, out.shape[1], STRETCH):
        size = min(STRETCH, out.shape[1] - first)
        for top in range(0, len(rows), ROWS):
            some = rows[top : top + ROWS]
            fill_view(program, k, back, some, first, size, counts, spare, room)
            for r in range(len(some)):
                into = out[top + r, first : first + size]
                for j in range(size):
                    into[j] = room[r, j]
