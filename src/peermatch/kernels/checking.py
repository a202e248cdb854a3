"""Checking dual variables on blocks of scores: the one pass over all pairs that a proof takes.

Idea
    For each row, what it has in common with everybody is written along a walk in which every blossom is one stretch:
    z is added where a stretch around the row begins and taken off where it ends, and sums are taken along the walk.
    Then every allowed pair of the row is held against its duals. Nothing here is shared with the solvers.
Cost
    O(1) for each pair, and the depth of blossoms for each row.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from peermatch.kernels._jit import in_place_kernel

__all__ = [
    "HIGHEST",
    "LOWEST",
    "N_BROKEN",
    "N_PAIRS",
    "TALLY",
    "TOO_GREAT",
    "add_beyond",
    "add_excess",
    "check_rows",
]

Ints = npt.NDArray[np.int64]
Array = npt.NDArray[Any]

_FORBIDDEN = np.iinfo(np.int64).min

# Slots of `tally`.
N_PAIRS = 0  # allowed pairs of people
N_BROKEN = 1  # allowed pairs with a negative slack
LOWEST = 2  # the lowest and
HIGHEST = 3  # the highest score among allowed pairs
TOO_GREAT = 4  # scores that are too great for this arithmetic: what else was found then says nothing
TALLY = 5


@in_place_kernel
def walk_sums(u: int, innermost: Ints, parent: Ints, z: Ints, start: Ints, end: Ints, sums: Ints) -> None:
    """Write what u has in common with each place of the walk into `sums`."""
    sums[:] = 0
    b = innermost[u]
    while b >= 0:
        sums[start[b]] += z[b]
        sums[end[b]] -= z[b]
        b = parent[b]
    for i in range(1, len(sums)):
        sums[i] += sums[i - 1]


@in_place_kernel
def check_rows(
    weights: Ints,
    rows: Ints,
    first: int,
    offset: int,
    one_pool: bool,
    y: Ints,
    scale: int,
    bonus: int,
    most: int,
    innermost: Ints,
    parent: Ints,
    z: Ints,
    start: Ints,
    end: Ints,
    place: Ints,
    sums: Ints,
    fresh_rows: Array,
    fresh_columns: Array,
    seen_rows: Array,
    seen_columns: Array,
    broken: Ints,
    tally: Ints,
) -> None:
    """Check y(u) + y(v) + (z of the blossoms around both) >= scale (w + bonus) on all pairs of some rows.

    Parameters
    ----------
    weights : int64 array, shape (rows, columns)
        Scores of the rows with the columns from `first` on; the lowest int64 marks forbidden pairs.
    rows : int64 array
        In one pool only columns behind the row count.
    first, offset : int
        The column that stands first in `weights`; the vertex of column 0.
    most : int
        Scores of more than this, or less than minus this, do not fit.
    innermost, parent, z, start, end, place : int64 arrays
        The blossoms: see `peermatch.verify.forest`.
    sums : int64 array
        Room to work in.
    fresh_rows, fresh_columns, seen_rows, seen_columns : bool arrays
        Whose pairs count as pairs of people; who has an allowed pair (set here).
    broken : int64 array, shape (k, 3)
        Receives row, column and slack of the first broken pairs.
    tally : int64 array
        Counted on: see N_PAIRS and those below it.
    """
    for r in range(len(rows)):
        u = rows[r]
        blossoms = innermost[u] >= 0
        if blossoms:
            walk_sums(u, innermost, parent, z, start, end, sums)
        n_pairs = 0
        row = weights[r]
        for j in range(max(first, u + 1) if one_pool else first, first + len(row)):
            w = row[j - first]
            if w == _FORBIDDEN:
                continue
            if w > most or w < -most:
                tally[TOO_GREAT] += 1
                return
            n_pairs += fresh_columns[j]
            seen_rows[u] = True
            seen_columns[j] = True
            tally[LOWEST] = min(tally[LOWEST], w)
            tally[HIGHEST] = max(tally[HIGHEST], w)
            slack = y[u] + y[offset + j] - scale * (w + bonus)
            if blossoms:
                slack += sums[place[offset + j]]
            if slack < 0:
                if tally[N_BROKEN] < len(broken):
                    place_of = tally[N_BROKEN]
                    broken[place_of, 0], broken[place_of, 1], broken[place_of, 2] = u, j, slack
                tally[N_BROKEN] += 1
        if fresh_rows[u]:
            tally[N_PAIRS] += n_pairs


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


@in_place_kernel
def add_beyond(
    weights: Ints, rows: Ints, left: Ints, right: Ints, bonus: int, most: int, beyond: Ints, tally: Ints
) -> None:
    """Write for some rows what their allowed pairs are worth beyond their duals, summed: w + bonus - left - right.

    Parameters
    ----------
    weights : int64 array, shape (rows, columns)
        Scores of the rows; the lowest int64 marks forbidden pairs.
    rows : int64 array
    left, right : int64 arrays
        Duals of all rows and columns, in units of a score.
    bonus, most : int
        Scores of more than `most`, or less than minus that, and pairs worth more than that beyond their duals do not
        fit.
    beyond : int64 array, shape (rows,)
    tally : int64 array
        N_PAIRS, LOWEST and TOO_GREAT are counted on.
    """
    for r in range(len(rows)):
        u = rows[r]
        row, dual = weights[r], left[u] - bonus
        n_pairs, lowest, found, too_great = 0, tally[LOWEST], 0, 0
        for j in range(len(row)):
            w = row[j]
            if w != _FORBIDDEN:
                over = w - dual - right[j]
                n_pairs += 1
                lowest = min(lowest, w)
                too_great += int(w > most) + int(w < -most) + int(over > most)
                found += max(0, over)
        beyond[r] = found
        tally[N_PAIRS] += n_pairs
        tally[LOWEST] = lowest
        tally[TOO_GREAT] += too_great
