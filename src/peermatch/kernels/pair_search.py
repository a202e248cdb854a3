"""Each person's best few partners, out of tiles of scores: for first candidates, and for pairs that contradict duals.

Idea
    A pair is worth ``2 score - guide of the partner`` to a person; the guide is 0 for plain candidates, and a guess at
    what the partner will cost (a dual variable) for better ones. Everybody keeps the best k in a short sorted row of
    keys, each one whole number that holds the worth and, below it, the nearness of the partner in the order of
    people, so that among equals those nearest behind come first and no two keys of a person are equal. Upper bounds
    on the scores show which pairs could enter anybody's row; only these are scored exactly.
Invariant
    Rows of keys are sorted, largest first, without repeats; EMPTY fills what is not used. `kth` is a key that a pair
    must exceed to be of interest; it never falls. What a row holds at the end does not depend on the order in which
    pairs came, or on the tiles.
Cost
    O(1) for each pair, and O(k) for each that enters.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from peermatch.kernels._jit import in_place_kernel

__all__ = [
    "EMPTY",
    "flag_bounds",
    "flag_prices",
    "flag_scores",
    "keep_high_bounds",
    "list_flags",
    "merge_keys",
    "offer_pairs",
    "settle_prices",
]

Array = npt.NDArray[Any]

EMPTY = np.iinfo(np.int64).min
_FORBIDDEN = np.iinfo(np.int64).min


@in_place_kernel
def list_flags(flags: Array, top: int, begin: int, u: Array, v: Array) -> int:
    """List the flagged pairs of a tile, as positions; return how many there are."""
    found = 0
    for r in range(flags.shape[0]):
        for j in range(flags.shape[1]):
            if flags[r, j] != 0:
                u[found] = top + r
                v[found] = begin + j
                found += 1
    return found


@in_place_kernel
def flag_bounds(
    bounds: Array,
    bad: Array,
    first: int,
    above: bool,
    limit_left: Array,
    limit_right: Array,
    guide_left: Array,
    guide_right: Array,
    flags: Array,
) -> Any:
    """Flag the allowed pairs whose upper bound could enter either person's row.

    Parameters
    ----------
    bounds : float32 array, shape (rows, columns)
    bad : uint8 array, shape (rows, columns)
    first : int
        Row r of the tile is place `first` + r of the left people's arrays.
    above : bool
        Only columns behind the row count: both are one stretch of one pool.
    limit_left, limit_right : float64 arrays
        The worth that a pair must reach.
    guide_left, guide_right : float64 arrays
        Whole numbers, as floats.
    flags : uint8 array, shape (rows, columns)
        Receives 1 where flagged, else 0.

    Returns
    -------
    int, int
        How many are flagged, and how many pairs are allowed.
    """
    found, allowed = 0, 0
    for r in range(bounds.shape[0]):
        begin = first + r + 1 if above else 0
        limit, guide = limit_left[first + r], guide_left[first + r]
        for j in range(bounds.shape[1]):
            need = min(limit + guide_right[j], limit_right[j] + guide)
            good = (bad[r, j] == 0) & (j >= begin)
            flag = good & (2.0 * bounds[r, j] >= need)
            flags[r, j] = np.uint8(flag)
            found += int(flag)
            allowed += int(good)
    return found, allowed


@in_place_kernel
def flag_scores(
    scores: Array,
    top: int,
    begin: int,
    above: bool,
    origins: Array,
    shift: int,
    guide_left: Array,
    guide_right: Array,
    kth_left: Array,
    kth_right: Array,
    turn_right: Array,
    flags: Array,
) -> Any:
    """As `flag_bounds`, from exact scores in which forbidden pairs have the lowest int64: only what enters a row.

    Row 0 and column 0 of the tile are the people in the positions `top` and `begin`; guides and keys are whole
    numbers; `turn_right` holds (-position) mod rows of the columns.
    """
    found, allowed = 0, 0
    a, rows, columns = origins[0], origins[2], origins[3]
    for r in range(scores.shape[0]):
        i = top + r
        turn, behind = (-i) % columns, i - begin if above else -1
        guide, kth = guide_left[i - a], kth_left[i - a]
        for c in range(scores.shape[1]):
            score = max(scores[r, c], 0)
            ahead = turn + begin + c
            ahead = columns - 1 - (ahead if ahead < columns else ahead - columns)
            back = i + turn_right[c]
            back = rows - 1 - (back if back < rows else back - rows)
            left_key = ((2 * score - guide_right[c]) << shift) + ahead
            right_key = ((2 * score - guide) << shift) + back
            good = (scores[r, c] != _FORBIDDEN) & (c > behind)
            flag = good & ((left_key > kth) | (right_key > kth_right[c]))
            flags[r, c] = np.uint8(flag)
            found += int(flag)
            allowed += int(good)
    return found, allowed


@in_place_kernel
def nearness(i: int, j: int, size: int) -> int:
    """Return size - 1 for the partner at the person's own place, one less for the next one, and so on around."""
    return size - 1 - (j - i) % size


@in_place_kernel
def enter(keys: Array, row: int, key: int) -> None:
    """Insert a key into a sorted row, unless it is there already; the last one falls out."""
    slot = keys.shape[1] - 1
    while slot > 0 and keys[row, slot - 1] < key:
        slot -= 1
    if keys[row, slot] == key or (slot > 0 and keys[row, slot - 1] == key):
        return
    for place in range(keys.shape[1] - 1, slot, -1):
        keys[row, place] = keys[row, place - 1]
    keys[row, slot] = key


@in_place_kernel
def raise_limit(keys: Array, row: int, shift: int, kth: Array, limit: Array) -> None:
    """Raise what a pair must exceed once the row is full."""
    last = keys[row, keys.shape[1] - 1]
    if last > kth[row]:
        kth[row] = last
        limit[row] = np.float64(last >> shift)


@in_place_kernel
def offer_pairs(
    u: Array,
    v: Array,
    left_worth: Array,
    right_worth: Array,
    origins: Array,
    shift: int,
    left_keys: Array,
    right_keys: Array,
    left_kth: Array,
    right_kth: Array,
    left_limit: Array,
    right_limit: Array,
) -> None:
    """Offer listed pairs to both people's rows; a worth of the lowest int64 is none.

    `origins` holds the position of the first left and of the first right person of the arrays, and how many people
    there are on each side.
    """
    a, b, rows, columns = origins[0], origins[1], origins[2], origins[3]
    for p in range(len(u)):
        i, j = u[p], v[p]
        if left_worth[p] != _FORBIDDEN:
            key = (left_worth[p] << shift) + nearness(i, j, columns)
            if key > left_kth[i - a]:
                enter(left_keys, i - a, key)
                raise_limit(left_keys, i - a, shift, left_kth, left_limit)
        if right_worth[p] != _FORBIDDEN:
            key = (right_worth[p] << shift) + nearness(j, i, rows)
            if key > right_kth[j - b]:
                enter(right_keys, j - b, key)
                raise_limit(right_keys, j - b, shift, right_kth, right_limit)


@in_place_kernel
def merge_keys(into: Array, keys: Array) -> None:
    """Merge rows of keys into others."""
    last = into.shape[1] - 1
    for row in range(into.shape[0]):
        for slot in range(keys.shape[1]):
            key = keys[row, slot]
            if key == EMPTY or key <= into[row, last]:
                break
            enter(into, row, key)


# Rows of what is known of each person when pairs are priced.
Y = 0  # the dual variable less the bonus
LAST = 1  # a pair outside the candidates: 2 score <= GUIDE + GUIDE + min(LAST, LAST)
GUIDE = 2
UNLISTED = 3  # a pair not listed at the last look:
SEEN = 4  # 2 score <= SEEN + SEEN + min(UNLISTED, UNLISTED) + min(AROUND, AROUND)
AROUND = 5
COMMON = 6  # two people in one outermost blossom have a common z of at least min(COMMON, COMMON)
KNOWN = 7


@in_place_kernel
def flag_prices(
    first: int,
    above: bool,
    left: Array,
    right: Array,
    left_outer: Array,
    right_outer: Array,
    flags: Array,
) -> int:
    """Flag the pairs that could contradict the duals, going by what is known of all pairs; return how many.

    Pairs whose duals cover the most that the pair can be worth, by either bound, need no look.

    Parameters
    ----------
    first : int
        Row r of the tile is place `first` + r of the left people's arrays.
    above : bool
        Only columns behind the row count.
    left, right : float64 arrays, shape (KNOWN, people)
        See Y and those below it: whole numbers below 2**52, or infinite.
    left_outer, right_outer : int32 arrays
        The outermost blossom of each; for none, -1 on the left and -2 on the right.
    flags : uint8 array, shape (rows, columns)
    """
    found = 0
    for r in range(flags.shape[0]):
        i = first + r
        begin = i + 1 if above else 0
        y, last, guide, outer = left[Y, i], left[LAST, i], left[GUIDE, i], left_outer[i]
        unlisted, seen, around, within = left[UNLISTED, i], left[SEEN, i], left[AROUND, i], left[COMMON, i]
        for j in range(flags.shape[1]):
            common = min(within, right[COMMON, j]) if right_outer[j] == outer else 0.0
            need = y + right[Y, j] + common
            most = min(last, right[LAST, j]) + guide + right[GUIDE, j]
            earlier = (
                min(unlisted, right[UNLISTED, j]) + min(around, right[AROUND, j]) + seen + right[SEEN, j]
            )
            flag = (need < most) & (need < earlier) & (j >= begin)
            flags[r, j] = np.uint8(flag)
            found += int(flag)
    return found


@in_place_kernel
def keep_high_bounds(
    bounds: Array,
    first: int,
    left: Array,
    right: Array,
    left_outer: Array,
    right_outer: Array,
    flags: Array,
) -> int:
    """Take back the flags of pairs whose upper bound the duals cover; return how many are left."""
    found = 0
    for r in range(flags.shape[0]):
        i = first + r
        y, outer, within = left[Y, i], left_outer[i], left[COMMON, i]
        for j in range(flags.shape[1]):
            common = min(within, right[COMMON, j]) if right_outer[j] == outer else 0.0
            flag = (flags[r, j] != 0) & (2.0 * bounds[r, j] > y + right[Y, j] + common)
            flags[r, j] = np.uint8(flag)
            found += int(flag)
    return found


@in_place_kernel
def common_z(innermost: Array, parent: Array, total: Array, u: int, v: int) -> int:
    """Return z summed over the blossoms that hold both u and v. Every blossom stands after the one around it."""
    a, b = innermost[u], innermost[v]
    while a != b:
        if a > b:
            a = parent[a]
        else:
            b = parent[b]
    return total[a] if a >= 0 else 0


@in_place_kernel
def settle_prices(
    u: Array,
    v: Array,
    scores: Array,
    y: Array,
    bonus: int,
    outer: Array,
    within: Array,
    innermost: Array,
    parent: Array,
    total: Array,
    most: int,
    worth: Array,
) -> int:
    """Write by how much each listed pair of vertices contradicts the duals (at most `most`), or that it does not.

    Returns the greatest amount, without that limit; 0 if there is none.
    """
    greatest = 0
    for p in range(len(u)):
        worth[p] = _FORBIDDEN
        if scores[p] == _FORBIDDEN or scores[p] + bonus <= 0:
            continue
        amount = 2 * (scores[p] + bonus) - y[u[p]] - y[v[p]]
        if outer[u[p]] >= 0 and outer[u[p]] == outer[v[p]]:
            amount -= min(within[u[p]], within[v[p]])  # mostly enough, and sooner known than all of it
            if amount > 0:
                amount += min(within[u[p]], within[v[p]])
                amount -= common_z(innermost, parent, total, u[p], v[p])
        if amount > 0:
            worth[p] = min(amount, most)
            greatest = max(greatest, amount)
    return greatest
