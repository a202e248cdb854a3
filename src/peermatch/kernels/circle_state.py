"""The state of circles that compiled code improves: who sits where, and all sums and faults beside it.

Idea
    What decides whether a change gains is how well a person fits each circle. ``ties[g, x]`` is the sum of the
    scores of x with the members of circle g, kept for all circles and people. Those without a seat are circle
    number m, whose ties are 0. What is not allowed is not refused but dear: a forbidden pair, or a breach of a
    rule, costs `PENALTY`, more than all scores of a circle; a seat taken by one more person earns `SEAT`. So a
    start that breaks rules is mended by the same search, and one that does not never comes to break any.
Invariant
    ``ties`` and ``own`` (each person's ties with their own circle) are exact after every move; ``faults[g]`` is by how
    much circle g breaks the rules.
Cost
    O(people) to move a person; memory O(people x circles) beside the table.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from peermatch.kernels._jit import in_place_kernel

__all__ = [
    "ALIKE",
    "ALONE",
    "AT_MOST",
    "PENALTY",
    "SEAT",
    "TOGETHER",
    "circle_faults",
    "faults_with",
    "move_person",
    "seat_everyone",
]

Long = npt.NDArray[np.int64]
Table = npt.NDArray[np.int32]

ALONE, ALIKE, AT_MOST, TOGETHER = 0, 1, 2, 3
SEAT = 1 << 38
PENALTY = 1 << 44


@in_place_kernel
def circle_faults(team: Long, size: int, codes: Long, kinds: Long, most: Long) -> int:
    """Return by how much the first `size` people of `team` break the rules, as one circle."""
    total = 0
    for r in range(len(kinds)):
        code = codes[r]
        if kinds[r] == ALIKE:
            same = size > 1 and code[team[0]] >= 0
            for a in range(1, size):
                same = same and code[team[a]] == code[team[0]]
            total += same
            continue
        for a in range(size):
            c = code[team[a]]
            seen, earlier = 0, c < 0
            for b in range(size):
                if code[team[b]] == c:
                    seen += 1
                    earlier = earlier or b < a
            if not earlier:
                if kinds[r] == ALONE:
                    total += seen == 1
                elif kinds[r] == TOGETHER:
                    total += most[r] - seen
                elif seen > most[r]:
                    total += seen - most[r]
    return total


@in_place_kernel
def faults_with(
    g: int,
    out: int,
    into: int,
    members: Long,
    count: Long,
    codes: Long,
    kinds: Long,
    most: Long,
    team: Long,
) -> int:
    """Return the faults of circle g without person `out` and with person `into` (-1: nobody)."""
    if g == len(members):
        return 0
    size = 0
    mine = members[g]
    for a in range(count[g]):
        if mine[a] != out:
            team[size] = mine[a]
            size += 1
    if into >= 0:
        team[size] = into
        size += 1
    return circle_faults(team, size, codes, kinds, most)


@in_place_kernel
def add_person(x: int, sign: int, table: Table, into: Long) -> None:
    """Add (or take off) the scores of x with everybody."""
    row = table[x]
    for y in range(len(into)):
        cell = np.int64(row[y])
        into[y] += sign * (cell if cell >= 0 else -PENALTY)


@in_place_kernel
def move_person(
    x: int,
    to: int,
    table: Table,
    group: Long,
    members: Long,
    count: Long,
    ties: Long,
    own: Long,
) -> None:
    """Move x to circle `to`; the number of circles stands for no seat. Faults are for the caller to count anew."""
    m = len(members)
    old = group[x]
    if old < m:
        mine = members[old]
        last = count[old] - 1
        for a in range(last):
            if mine[a] == x:
                mine[a] = mine[last]
        count[old] = last
        add_person(x, -1, table, ties[old])
        for a in range(last):
            own[mine[a]] = ties[old, mine[a]]
    group[x] = to
    own[x] = 0
    if to < m:
        theirs = members[to]
        theirs[count[to]] = x
        count[to] += 1
        add_person(x, 1, table, ties[to])
        for a in range(count[to]):
            own[theirs[a]] = ties[to, theirs[a]]


@in_place_kernel
def seat_everyone(
    start: Long,
    table: Table,
    group: Long,
    members: Long,
    count: Long,
    ties: Long,
    own: Long,
    faults: Long,
    codes: Long,
    kinds: Long,
    most: Long,
    team: Long,
) -> None:
    """Fill an empty state (`group` all m, counts and ties 0): person x sits in circle ``start[x]``."""
    m = len(members)
    for x in range(len(start)):
        if start[x] < m:
            move_person(x, start[x], table, group, members, count, ties, own)
    for g in range(m):
        faults[g] = faults_with(g, -1, -1, members, count, codes, kinds, most, team)
