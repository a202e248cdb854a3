"""Preference lists as arrays: checked, made mutual, and seen from the other end.

Idea
    Lists lie one behind the other. Who compares two people needs to know at which place an entry's owner stands on
    the list of the person named. Where lists are long, a table answers that, which is filled row by row (so that it
    stays in the processor's cache) and read only at the entries that are touched. Where they are short, every entry
    is given the answer by a counting sort (`mirror_entries`): a table would be larger than the lists.
Invariant
    ``table[x, y]`` is the place of y on x's list, -1 where x does not list y.
Cost
    Linear in the lists' total length; for a table, in its size.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from peermatch.kernels._jit import in_place_kernel, kernel

__all__ = [
    "check_lists",
    "drop_one_sided",
    "fill_table",
    "filled_lengths",
    "mirror_entries",
    "places_of",
    "places_on_lists",
    "ranks_on_lists",
    "renumber_table",
]

Long = npt.NDArray[np.int64]
Short = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

_TILE = 64  # a table is compared with its mirror image in squares of which two fit into the nearest cache


@in_place_kernel
def filled_lengths(rows: Short, lengths: Long) -> None:
    """Write how long each row of an array is without the -1 at its end."""
    for x in range(len(rows)):
        row = rows[x]
        length = len(row)
        while length > 0 and row[length - 1] == -1:
            length -= 1
        lengths[x] = length


@in_place_kernel
def fill_table(start: Long, partner: Short, table: Short, bad: Long) -> int:
    """Write everyone's places into the table; return how many lists are wrong, and whose, as far as `bad` reaches.

    Wrong is a list with someone unknown, its owner, or anybody twice. What it leaves in the table is of no use.
    """
    n = len(start) - 1
    found = 0
    for x in range(n):
        row, place = partner[start[x] : start[x + 1]], table[x]
        for y in range(n):
            place[y] = -1
        fine = True
        for k in range(len(row)):
            y = row[k]
            if y < 0 or y >= n:
                fine = False
            else:
                fine &= place[y] < 0
                place[y] = k
        if not fine or place[x] >= 0:
            if found < len(bad):
                bad[found] = x
            found += 1
    return found


@in_place_kernel
def check_lists(start: Long, partner: Short, seen_by: Long, bad: Long) -> int:
    """As `fill_table`, without a table. ``seen_by`` is -1 everywhere on entry."""
    n = len(start) - 1
    found = 0
    for x in range(n):
        row = partner[start[x] : start[x + 1]]
        fine = True
        for k in range(len(row)):
            y = row[k]
            if y < 0 or y >= n:
                fine = False
            else:
                fine &= seen_by[y] != x
                seen_by[y] = x
        if not fine or seen_by[x] == x:
            if found < len(bad):
                bad[found] = x
            found += 1
    return found


@kernel
def mirror_entries(start: Long, partner: Short) -> Short:
    """Return each entry's place in the other's list, -1 where the other does not list the owner back.

    Linear, and 8 bytes an entry beyond the result. At most 2**31 - 1 entries.
    """
    n, m = len(start) - 1, len(partner)
    into = np.zeros(n + 1, np.int64)
    for e in range(m):
        into[partner[e] + 1] += 1
    for y in range(n):
        into[y + 1] += into[y]
    entry, owner, fill = np.empty(m, np.int32), np.empty(m, np.int32), into[:n].copy()
    for x in range(n):
        for e in range(start[x], start[x + 1]):
            y = partner[e]
            entry[fill[y]], owner[fill[y]] = e, x
            fill[y] += 1
    mirror, place = np.empty(m, np.int32), np.full(n, -1, np.int32)
    for y in range(n):
        for e in range(start[y], start[y + 1]):
            place[partner[e]] = e - start[y]
        for i in range(into[y], into[y + 1]):
            mirror[entry[i]] = place[owner[i]]
        for e in range(start[y], start[y + 1]):
            place[partner[e]] = -1
    return mirror


@in_place_kernel
def drop_one_sided(table: Short) -> int:
    """Strike from the table whoever does not list the owner back; return how many."""
    n = len(table)
    dropped = 0
    for i in range(0, n, _TILE):
        for j in range(i, n, _TILE):
            for x in range(i, min(n, i + _TILE)):
                row = table[x]
                for y in range(j, min(n, j + _TILE)):
                    if (row[y] < 0) != (table[y, x] < 0):
                        row[y], table[y, x] = -1, -1
                        dropped += 1
    return dropped


@in_place_kernel
def renumber_table(start: Long, partner: Short, table: Short, keep: Flags) -> None:
    """Close the gaps that `drop_one_sided` left: write new places, and which entries are kept."""
    for x in range(len(start) - 1):
        row, place = partner[start[x] : start[x + 1]], table[x]
        kept = keep[start[x] : start[x + 1]]
        k = 0
        for i in range(len(row)):
            kept[i] = place[row[i]] >= 0
            if kept[i]:
                place[row[i]] = k
                k += 1


@in_place_kernel
def places_on_lists(start: Long, partner: Short, table: Short) -> None:
    """Write new places into the table of the same lists in another order."""
    for x in range(len(start) - 1):
        row, place = partner[start[x] : start[x + 1]], table[x]
        for k in range(len(row)):
            place[row[k]] = k


@in_place_kernel
def ranks_on_lists(start: Long, tie: Flags, rank: Short) -> None:
    """Write every entry's rank: 1 and how many entries of the list are better. No `tie`: none are tied."""
    tied = len(tie) > 0
    for x in range(len(start) - 1):
        for e in range(start[x], start[x + 1]):
            if tied and tie[e]:
                rank[e] = rank[e - 1]
            else:
                rank[e] = e - start[x] + 1


@in_place_kernel
def places_of(start: Long, partner: Short, table: Short, x: Long, y: Long, place: Long) -> None:
    """Write the place of each ``y[i]`` on the list of ``x[i]``, or -1; where there is no table, by looking."""
    for i in range(len(x)):
        if len(table) > 0:
            place[i] = table[x[i], y[i]]
        else:
            row = partner[start[x[i]] : start[x[i] + 1]]
            place[i] = -1
            for k in range(len(row)):
                if row[k] == y[i]:
                    place[i] = k
