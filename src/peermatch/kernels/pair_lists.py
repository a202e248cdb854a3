"""Similarity, scores and rules of listed pairs that lie anywhere: the same numbers as tiles, to the last bit.

Idea
    The twin of `peermatch.kernels.pair_similarity` for lists: one loop over the pairs for each criterion and rule, in
    which features are looked up. (A loop over criteria for each pair would hand the tables over for each pair, which
    takes ten times as long as the arithmetic.)
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
    COUNTED,
    COVERED,
    COVERING,
    DIRECTED,
    DIRECTION,
    EQUAL,
    FORWARD_LIST,
    GEOMETRIC,
    IN_LINE,
    KIND,
    LEFT_FILL,
    LEFT_OTHER,
    LEFT_OTHER_SIZE,
    LEFT_OWN,
    LEFT_OWN_SIZE,
    LISTED,
    LISTED_PAIRS,
    LOWEST_ALLOWED,
    MASK_KIND,
    MASK_LEFT,
    MASK_LIST,
    MASK_OP,
    MASK_RIGHT,
    MASK_WIDTH,
    MEAN,
    MIN,
    MUTUAL,
    NEAR,
    ONE_POOL,
    OVERLAP,
    RIGHT_FILL,
    RIGHT_OTHER,
    RIGHT_OTHER_SIZE,
    RIGHT_OWN,
    RIGHT_OWN_SIZE,
    TWINS,
    UNEQUAL,
    WIDTH,
    Program,
)

__all__ = ["combine_list", "forbidden_list", "low_list", "utility_list", "view_list"]

Array = npt.NDArray[Any]

_FORBIDDEN = np.iinfo(np.int64).min
_GRID = 2.0**30


@in_place_kernel
def list_near(
    u: Array, v: Array, left: Array, at: int, right: Array, row: int, params: Array, out: Array
) -> None:
    """|a - b| through the curve 1 / (1 + x^2), x = (|a - b| - sweet spot) / scale."""
    for p in range(len(u)):
        x = (abs(left[at, u[p]] - right[row, v[p]]) - params[1]) / params[0]
        out[p] = 1.0 / (1.0 + x * x)


@in_place_kernel
def list_above(
    u: Array, v: Array, left: Array, at: int, right: Array, row: int, params: Array, back: int, out: Array
) -> None:
    """How well the right person lies above the left one, or (back) the left above the right."""
    low, high, scale = params[0], params[1], params[2]
    for p in range(len(u)):
        difference = right[row, v[p]] - left[at, u[p]]
        difference = -difference if back else difference
        short, far = low - difference, difference - high
        x = (short if short > 0.0 else (far if far > 0.0 else difference - difference)) / scale
        out[p] = 0.0 if difference <= 0.0 and low > 0.0 else 1.0 / (1.0 + x * x)


@in_place_kernel
def list_codes(
    u: Array, v: Array, left: Array, at: int, right: Array, row: int, width: int, known: Array, equal: Array
) -> None:
    """Count codes known of both people, and those of them that agree."""
    known[:] = 0
    equal[:] = 0
    for d in range(width):
        for p in range(len(u)):
            a, b = left[at + d, u[p]], right[row + d, v[p]]
            both = (a >= 0) & (b >= 0)
            known[p] += both
            equal[p] += both & (a == b)


@in_place_kernel
def list_agreement(same: bool, known: Array, equal: Array, out: Array) -> None:
    """Share of codes that agree (or differ) among those known of both."""
    for p in range(len(out)):
        hits = equal[p] if same else known[p] - equal[p]
        out[p] = hits / known[p] if known[p] > 0 else np.nan


@in_place_kernel
def list_shared(
    u: Array, v: Array, left: Array, at: int, right: Array, row: int, width: int, both: Array
) -> None:
    """Count the bits that both people have."""
    both[:] = 0
    for w in range(width):
        for p in range(len(u)):
            both[p] += popcount32(left[at + w, u[p]] & right[row + w, v[p]])


@in_place_kernel
def list_quotients(
    u: Array,
    v: Array,
    left: Array,
    size_at: int,
    right: Array,
    size_row: int,
    kind: int,
    wanted: float,
    both: Array,
    out: Array,
) -> None:
    """Turn shared bits into a similarity, as `pair_similarity.divide_counts` does."""
    for p in range(len(u)):
        own, other = left[size_at, u[p]], right[size_row, v[p]]
        whole = wanted
        if kind == OVERLAP:
            whole = own + other - both[p]
        elif kind == COVERED:
            whole = own
        elif kind == COVERING:
            whole = other
        out[p] = np.nan if own == 0.0 or other == 0.0 else min(1.0, both[p] / whole)


@in_place_kernel
def list_direction(
    u: Array,
    v: Array,
    left: Array,
    at: int,
    size_at: int,
    right: Array,
    row: int,
    size_row: int,
    width: int,
    unit: float,
    out: Array,
) -> None:
    """Cosine of two unit vectors on the grid of 2**-15, held to [0, 1]; a zero vector is not known."""
    for p in range(len(u)):
        i, j = u[p], v[p]
        dot = 0.0
        for d in range(width):
            dot += left[at + d, i] * right[row + d, j]
        known = left[size_at, i] > 0.0 and right[size_row, j] > 0.0
        out[p] = min(1.0, max(0.0, dot * unit)) if known else np.nan


@in_place_kernel
def find_listed(start: Array, column: Array, which: int, i: int, j: int) -> int:
    """Return the place of a listed pair, -1 if it is not listed."""
    first, last = start[which, i], start[which, i + 1]
    place = first + np.searchsorted(column[first:last], j)
    return place if place < last and column[place] == j else -1


@in_place_kernel
def list_listed(
    u: Array,
    v: Array,
    default: Array,
    at: int,
    by_left: bool,
    start: Array,
    column: Array,
    listed: Array,
    which: int,
    out: Array,
) -> None:
    """Return the values of listed pairs, or what the person thinks of those whom they did not list."""
    for p in range(len(u)):
        place = find_listed(start, column, which, u[p], v[p])
        out[p] = listed[place] if place >= 0 else default[at, u[p] if by_left else v[p]]


@in_place_kernel
def list_view(
    program: Program, k: int, back: int, u: Array, v: Array, known: Array, equal: Array, out: Array
) -> None:
    """Fill similarities on criterion k as the left people see it, or (back) the right ones."""
    ops, params, left, right = program.ops, program.params[k], program.left, program.right
    kind, width = ops[k, KIND], ops[k, WIDTH]
    at, row = ops[k, LEFT_OTHER if back else LEFT_OWN], ops[k, RIGHT_OWN if back else RIGHT_OTHER]
    size_at = ops[k, LEFT_OTHER_SIZE if back else LEFT_OWN_SIZE]
    size_row = ops[k, RIGHT_OWN_SIZE if back else RIGHT_OTHER_SIZE]
    codes, others = program.left_marks, program.right_marks
    if kind == NEAR:
        list_near(u, v, left, at, right, row, params, out)
    elif kind == ABOVE:
        list_above(u, v, left, at, right, row, params, back, out)
    elif kind == AGREEMENT:
        list_codes(u, v, codes, at, others, row, width, known, equal)
        list_agreement(params[0] == 1.0, known, equal, out)
    elif kind == DIRECTION:
        list_direction(u, v, left, at, size_at, right, row, size_row, width, params[0], out)
    elif kind == LISTED:
        which = ops[k, BACKWARD_LIST if back else FORWARD_LIST]
        default, place = (right, row) if back else (left, at)
        start, column, listed = program.list_start, program.list_column, program.list_value
        list_listed(u, v, default, place, back == 0, start, column, listed, which, out)
    else:
        if kind == COVERED and back:
            kind = COVERING
        list_shared(u, v, codes, at, others, row, width, equal)
        list_quotients(u, v, left, size_at, right, size_row, kind, params[0], equal, out)


@in_place_kernel
def add_listed(similarity: Array, shares: Array, k: int, who: Array, fill: float, total: Array) -> None:
    """Add contributions of listed pairs to the utilities of the people in `who`."""
    for p in range(len(who)):
        value = similarity[p]
        value = value if value == value else fill
        total[p] += np.rint(shares[k, who[p]] * value)


@kernel
def utility_list(program: Program, u: Array, v: Array, forward: Array, backward: Array) -> None:
    """Fill both sides' exact utilities of listed pairs (whole numbers as float64), rules left aside."""
    known = np.empty(len(u), dtype=np.int64)
    equal = np.empty(len(u), dtype=np.int64)
    similarity = np.empty(len(u))
    forward[:] = 0.0
    backward[:] = 0.0
    for step in range(2 * program.facts[COUNTED]):
        k, back = step >> 1, step & 1
        if back == 0 or program.ops[k, DIRECTED]:
            list_view(program, k, back, u, v, known, equal, similarity)
        if back == 0:
            add_listed(similarity, program.left_shares, k, u, program.params[k, LEFT_FILL], forward)
        else:
            add_listed(similarity, program.right_shares, k, v, program.params[k, RIGHT_FILL], backward)


@in_place_kernel
def list_equal(
    u: Array, v: Array, left: Array, at: int, right: Array, row: int, kind: int, out: Array
) -> None:
    """A code that is known and equal (EQUAL), or not known to be equal (UNEQUAL), is forbidden."""
    for p in range(len(u)):
        a, b = left[at, u[p]], right[row, v[p]]
        bad = ((a >= 0) & (a == b)) if kind == EQUAL else ((a < 0) | (a != b))
        out[p] |= np.uint8(bad)


@in_place_kernel
def list_lines(u: Array, v: Array, left: Array, at: int, right: Array, row: int, out: Array) -> None:
    """One stands above the other: the interval [enter, leave) of one holds the other's enter (-1: not in the tree)."""
    for p in range(len(u)):
        enter, leave = left[at, u[p]], left[at + 1, u[p]]
        other, other_leave = right[row, v[p]], right[row + 1, v[p]]
        below = (enter <= other) & (other < leave)
        over = (other <= enter) & (enter < other_leave)
        out[p] |= np.uint8((enter >= 0) & (other >= 0) & (below | over))


@kernel
def forbidden_list(program: Program, u: Array, v: Array, out: Array) -> None:
    """Set `out` (uint8) to 1 for the listed pairs that a rule forbids; in one pool nobody goes with themselves.

    Floors are left aside: see `low_list`.
    """
    known = np.empty(len(u), dtype=np.int64)
    equal = np.empty(len(u), dtype=np.int64)
    masks, left, right = program.masks, program.left_marks, program.right_marks
    alone = program.facts[ONE_POOL] != 0
    for p in range(len(u)):
        out[p] = np.uint8(alone and u[p] == v[p])
    for rule in range(len(masks)):
        kind, at, row = masks[rule, MASK_KIND], masks[rule, MASK_LEFT], masks[rule, MASK_RIGHT]
        width = masks[rule, MASK_WIDTH]
        if kind in (EQUAL, UNEQUAL):
            for d in range(width):
                list_equal(u, v, left, at + d, right, row + d, kind, out)
        elif kind == IN_LINE:
            list_lines(u, v, left, at, right, row, out)
        elif kind == LISTED_PAIRS:
            which = masks[rule, MASK_LIST]
            for p in range(len(u)):
                if find_listed(program.list_start, program.list_column, which, u[p], v[p]) >= 0:
                    out[p] = 1
        elif kind == TWINS:
            list_codes(u, v, left, at, right, row, width, known, equal)
            for p in range(len(u)):
                twins = known[p] > 0 and equal[p] >= program.limits[rule] * known[p]
                out[p] |= np.uint8(twins)


@kernel
def low_list(program: Program, rule: int, u: Array, v: Array, out: Array) -> None:
    """Set `out` (uint8) to 1 for the listed pairs below a floor, in either direction in which its criterion counts."""
    known = np.empty(len(u), dtype=np.int64)
    equal = np.empty(len(u), dtype=np.int64)
    room = np.empty(len(u))
    k, floor = program.masks[rule, MASK_OP], program.limits[rule]
    for back in range(2):
        if back == 0 or program.ops[k, DIRECTED]:
            list_view(program, k, back, u, v, known, equal, room)
        fill = program.params[k, RIGHT_FILL if back else LEFT_FILL]
        for p in range(len(u)):
            on = program.right_on[rule, v[p]] if back else program.left_on[rule, u[p]]
            value = room[p]
            value = value if value == value else fill
            out[p] |= np.uint8((on != 0) & (np.rint(value * _GRID) < floor))


@in_place_kernel
def combine_list(
    program: Program, u: Array, v: Array, forward: Array, backward: Array, bad: Array, out: Array
) -> None:
    """Fill the exact scores (int64) from both utilities; those that may not be made get the lowest int64."""
    how, lowest = program.facts[MUTUAL], program.facts[LOWEST_ALLOWED]
    left_says, right_says = program.left_says, program.right_says
    for p in range(len(u)):
        a = forward[p] if left_says[u[p]] else backward[p]
        b = backward[p] if right_says[v[p]] else a
        if how == MEAN:
            value = (a + b) * 0.5
        elif how == GEOMETRIC:
            value = np.sqrt(a * b)
        elif how == MIN:
            value = min(a, b)
        else:
            value = 2.0 * (a * b) / max(1.0, a + b)
        score = np.int64(np.rint(value))
        out[p] = _FORBIDDEN if bad[p] or score < lowest else score


@kernel
def view_list(program: Program, k: int, back: int, u: Array, v: Array, out: Array) -> None:
    """Fill the similarity of listed pairs on criterion k."""
    known = np.empty(len(u), dtype=np.int64)
    equal = np.empty(len(u), dtype=np.int64)
    list_view(program, k, back, u, v, known, equal, out)
