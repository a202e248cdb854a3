"""Which pairs of a tile may not be made: rules laid over one another.

Idea
    A rule is a few marks a person and one comparison a pair, or a list. Each kernel only ever sets entries of `bad` to
    1. A floor asks for the similarity in float64, rounded to the grid of 2**-30, as scores are.
Cost
    O(marks) for each pair.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from peermatch.kernels._jit import in_place_kernel, kernel
from peermatch.kernels.pair_program import (
    DIRECTED,
    EQUAL,
    IN_LINE,
    LEFT_FILL,
    LISTED_PAIRS,
    MASK_KIND,
    MASK_LEFT,
    MASK_LIST,
    MASK_OP,
    MASK_RIGHT,
    MASK_WIDTH,
    ONE_POOL,
    RIGHT_FILL,
    ROWS,
    STRETCH,
    TWINS,
    UNEQUAL,
    Program,
)
from peermatch.kernels.pair_similarity import count_codes, fill_view

__all__ = ["forbidden_tile", "low_tile"]

Array = npt.NDArray[Any]
_GRID = 2.0**30


@in_place_kernel
def forbid_codes(
    rows: Array, begin: int, size: int, left: Array, at: int, right: Array, row: int, kind: int, bad: Array
) -> None:
    """A code that is known and equal (EQUAL), or not known to be equal (UNEQUAL), is forbidden."""
    for r in range(len(rows)):
        a = left[at, rows[r]]
        if kind == EQUAL and a < 0:
            continue
        others = right[row, begin : begin + size]
        for j in range(size):
            b = others[j]
            bad[r, j] |= np.uint8(b == a) if kind == EQUAL else np.uint8((a < 0) | (b != a))


@in_place_kernel
def forbid_line(
    rows: Array, begin: int, size: int, left: Array, at: int, right: Array, row: int, bad: Array
) -> None:
    """One stands above the other: the interval [enter, leave) of one holds the other's enter (-1: not in the tree)."""
    for r in range(len(rows)):
        enter, leave = left[at, rows[r]], left[at + 1, rows[r]]
        if enter < 0:
            continue
        enters, leaves = right[row, begin : begin + size], right[row + 1, begin : begin + size]
        for j in range(size):
            other = enters[j]
            below = (enter <= other) & (other < leave)
            over = (other <= enter) & (enter < leaves[j])
            bad[r, j] |= np.uint8((other >= 0) & (below | over))


@in_place_kernel
def forbid_twins(
    rows: Array,
    begin: int,
    size: int,
    left: Array,
    at: int,
    right: Array,
    row: int,
    width: int,
    share: float,
    counts: Array,
    bad: Array,
) -> None:
    """A share of at least `share` of the codes known on both sides agrees."""
    for r in range(len(rows)):
        count_codes(rows[r], begin, left, at, right, row, width, counts, size)
        for j in range(size):
            twins = (counts[0, j] > 0) & (counts[1, j] >= share * counts[0, j])
            bad[r, j] |= np.uint8(twins)


@in_place_kernel
def forbid_listed(
    rows: Array, begin: int, size: int, start: Array, column: Array, which: int, bad: Array
) -> None:
    """Listed pairs are forbidden."""
    for r in range(len(rows)):
        first, last = start[which, rows[r]], start[which, rows[r] + 1]
        place = first + np.searchsorted(column[first:last], begin)
        while place < last and column[place] < begin + size:
            bad[r, column[place] - begin] = 1
            place += 1


@in_place_kernel
def fill_forbidden(program: Program, rows: Array, begin: int, size: int, counts: Array, bad: Array) -> None:
    """Set `bad` to 1 for the pairs of a tile that a rule forbids, floors left aside, to 0 for the others."""
    bad[:] = 0
    left, right, masks = program.left_marks, program.right_marks, program.masks
    for rule in range(len(masks)):
        kind, at, row, width = (
            masks[rule, MASK_KIND],
            masks[rule, MASK_LEFT],
            masks[rule, MASK_RIGHT],
            masks[rule, MASK_WIDTH],
        )
        if kind in (EQUAL, UNEQUAL):
            for d in range(width):
                forbid_codes(rows, begin, size, left, at + d, right, row + d, kind, bad)
        elif kind == IN_LINE:
            forbid_line(rows, begin, size, left, at, right, row, bad)
        elif kind == TWINS:
            share = program.limits[rule]
            forbid_twins(rows, begin, size, left, at, right, row, width, share, counts, bad)
        elif kind == LISTED_PAIRS:
            which = masks[rule, MASK_LIST]
            forbid_listed(rows, begin, size, program.list_start, program.list_column, which, bad)


@kernel
def forbidden_tile(program: Program, rows: Array, begin: int, out: Array) -> None:
    """Fill `out` (uint8) with 1 for the pairs of listed rows with the columns begin, ... that may not be made.

    In one pool nobody may be paired with themselves. Floors are left aside: see `low_tile`.
    """
    counts = np.empty((2, STRETCH), dtype=np.int32)
    bad = np.empty((ROWS, STRETCH), dtype=np.uint8)
    alone = program.facts[ONE_POOL] != 0
    for first in range(0, out.shape[1], STRETCH):
        size = min(STRETCH, out.shape[1] - first)
        for top in range(0, len(rows), ROWS):
            some = rows[top : top + ROWS]
            fill_forbidden(program, some, begin + first, size, counts, bad)
            for r in range(len(some)):
                into = out[top + r, first : first + size]
                for j in range(size):
                    into[j] = bad[r, j]
                own = some[r] - begin - first
                if alone and 0 <= own < size:
                    into[own] = 1


@kernel
def low_tile(program: Program, rule: int, rows: Array, begin: int, out: Array) -> None:
    """Set `out` (uint8) to 1 for the pairs below a floor, in either direction in which its criterion counts.

    `program` is the exact one.
    """
    counts = np.empty((2, STRETCH), dtype=np.int32)
    spare = np.empty(STRETCH)
    room = np.empty((ROWS, STRETCH))
    k, floor = program.masks[rule, MASK_OP], program.limits[rule]
    for first in range(0, out.shape[1], STRETCH):
        size, at = min(STRETCH, out.shape[1] - first), begin + first
        on = program.right_on[rule, at : at + size]
        for top in range(0, len(rows), ROWS):
            some = rows[top : top + ROWS]
            for back in range(2):
                if back == 0 or program.ops[k, DIRECTED]:
                    fill_view(program, k, back, some, at, size, counts, spare, room)
                fill = program.params[k, LEFT_FILL if back == 0 else RIGHT_FILL]
                for r in range(len(some)):
                    heard = back == 1 or program.left_on[rule, some[r]] != 0
                    into = out[top + r, first : first + size]
                    for j in range(size):
                        value = room[r, j]
                        value = value if value == value else fill
                        low = (np.rint(value * _GRID) < floor) & heard & ((back == 0) | (on[j] != 0))
                        into[j] |= np.uint8(low)
