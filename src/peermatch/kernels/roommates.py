"""Stable roommates: Irving's two phases on strict preference lists, and Tan's odd parties.

Idea
    Phase 1 lets everyone propose down their list; a person who holds a proposal strikes everyone worse from
    their list. Phase 2 looks for all-or-nothing cycles: a person, the second on their list, the last on that
    one's list, and so on until a person comes back; everyone on the cycle then moves on to their second choice
    (Irving 1985). A cycle that would leave a list empty is an odd party: its members' lists hold just two
    names, both of the party, in a ring of odd length. It is set aside, and the search goes on (Tan 1991). At the
    end every list names one person, or two of an odd party, or nobody: a stable partition.
Invariant
    Lists lie one behind the other: person x's is ``partner[start[x]:start[x + 1]]``, best first. At which place x
    stands on the list of the person at e is ``mirror[e]``, or, where there is a table, ``table[person, x]``: only
    a few entries are ever touched, and the other of the two arrays is empty. Lists only lose a tail, and the
    same pair at both ends, so that nothing is ever deleted: an entry of x at place k still stands if
    ``k <= last[x]``, and x's place on the other list is ``<= last`` there. After phase 1, y is first with x exactly
    if x is last with y.
Cost
    Time and memory are linear in the total length of the lists: every pointer only moves one way.

References
----------
R. W. Irving (1985), An efficient algorithm for the "stable roommates" problem, Journal of Algorithms 6.
D. Gusfield and R. W. Irving (1989), The Stable Marriage Problem, chapter 4 (4.5 for incomplete lists).
J. J. M. Tan (1991), A necessary and sufficient condition for the existence of a complete stable matching,
Journal of Algorithms 12.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from peermatch.kernels._jit import in_place_kernel

__all__ = [
    "first_phase",
    "partition_breach",
    "second_phase",
    "write_successors",
]

Long = npt.NDArray[np.int64]
Short = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]


@in_place_kernel
def seen_from(y: int, x: int, e: int, mirror: Short, table: Short) -> int:
    """Return the place of x on y's list, where y is named at x's entry e: from the table if there is one."""
    if len(table) > 0:
        return int(table[y, x])
    return int(mirror[e])


@in_place_kernel
def first_phase(
    start: Long, partner: Short, mirror: Short, table: Short, first: Long, last: Long, holds: Long
) -> None:
    """Propose until everyone's proposal is held or their list is spent; `first` and `last` move inward.

    On entry ``first`` is 0, ``last`` is the place at which a list ends (of all who stand there, or of the best
    few), and ``holds`` is -1. On return a list is empty exactly if ``first > last``; otherwise both point at
    entries that still stand, and ``holds`` is the person at the last of them. An empty list holds nobody.
    """
    for person in range(len(start) - 1):
        x = person
        while x >= 0:
            row = partner[start[x] : start[x + 1]]
            k, end = first[x], last[x]
            seen = 0
            while k <= end:
                seen = seen_from(row[k], x, start[x] + k, mirror, table)
                if seen <= last[row[k]]:
                    break
                k += 1
            first[x] = k
            if k > end:
                break
            y = row[k]
            last[y] = seen  # y holds x and strikes everyone worse, the one held so far among them
            rejected = holds[y]
            holds[y] = x
            x = rejected


@in_place_kernel
def second_entry(
    x: int, start: Long, partner: Short, mirror: Short, table: Short, first: Long, last: Long, second: Long
) -> int:
    """Return where x's second choice stands; only for lists of two or more. `second` never moves back."""
    row = partner[start[x] : start[x + 1]]
    k = max(second[x], first[x] + 1)
    while seen_from(row[k], x, start[x] + k, mirror, table) > last[row[k]]:
        k += 1
    second[x] = k
    return int(start[x] + k)


@in_place_kernel
def seek_cycle(
    path: Long,
    size: int,
    place: Long,
    start: Long,
    partner: Short,
    mirror: Short,
    table: Short,
    first: Long,
    last: Long,
    second: Long,
) -> tuple[int, int]:
    """Follow second choice, then last entry, until someone comes back; return the path's size and that place."""
    x = path[size - 1]
    while True:
        y = partner[second_entry(x, start, partner, mirror, table, first, last, second)]
        x = partner[start[y] + last[y]]
        if place[x] >= 0:
            return size, place[x]
        place[x] = size
        path[size] = x
        size += 1


@in_place_kernel
def is_odd_party(
    cycle: Long, begin: int, place: Long, start: Long, partner: Short, first: Long, second: Long
) -> bool:
    """Whether the all-or-nothing cycle would empty a list.

    That is so exactly if the first choice of some member is a member who has them as second choice; then every
    member's list is their neighbours in a ring of odd length, so that looking at one member is enough.
    """
    x = cycle[0]
    favourite = partner[start[x] + first[x]]
    return bool(place[favourite] >= begin and partner[start[favourite] + second[favourite]] == x)


@in_place_kernel
def eliminate_cycle(
    cycle: Long,
    start: Long,
    partner: Short,
    mirror: Short,
    table: Short,
    first: Long,
    last: Long,
    second: Long,
) -> None:
    """Move everyone on the cycle to their second choice, who strikes everyone worse than them."""
    for i in range(len(cycle)):
        x = cycle[i]
        e = start[x] + second[x]
        y = partner[e]
        last[y] = seen_from(y, x, e, mirror, table)
        first[x] = second[x]


@in_place_kernel
def second_phase(
    start: Long,
    partner: Short,
    mirror: Short,
    table: Short,
    first: Long,
    last: Long,
    second: Long,
    path: Long,
    place: Long,
    in_party: Flags,
) -> None:
    """Eliminate all-or-nothing cycles until every list has at most one entry or belongs to an odd party.

    The path up to where a cycle began stays good for the next search, which keeps the total linear. (Where it
    has become good for nothing, it has so from its beginning: its last person is settled only if all are.)
    On entry ``second`` is 0, ``place`` is -1, ``in_party`` is false, and ``path`` is anything, each one a person.
    """
    n = len(start) - 1
    size, lowest = 0, 0
    while True:
        while size > 0 and first[path[size - 1]] >= last[path[size - 1]]:
            size -= 1
            place[path[size]] = -1
        if size == 0:
            while lowest < n and (in_party[lowest] or first[lowest] >= last[lowest]):
                lowest += 1
            if lowest == n:
                return
            path[0], place[lowest], size = lowest, 0, 1
        size, begin = seek_cycle(path, size, place, start, partner, mirror, table, first, last, second)
        cycle = path[begin:size]
        if is_odd_party(cycle, begin, place, start, partner, first, second):
            for x in cycle:
                in_party[x] = True
        else:
            eliminate_cycle(cycle, start, partner, mirror, table, first, last, second)
        for x in cycle:
            place[x] = -1
        size = begin


@in_place_kernel
def write_successors(start: Long, partner: Short, first: Long, last: Long, successor: Long) -> None:
    """Write the stable partition that is left after both phases: each person's successor, or themselves."""
    for x in range(len(start) - 1):
        successor[x] = partner[start[x] + first[x]] if first[x] <= last[x] else x


@in_place_kernel
def reach(row: Short, tie: Flags, next_one: int, last_one: int) -> int:
    """Return how many on someone's list they would leave their predecessor for, or -1 if the order is wrong.

    The list is looked at up to there, and no further. Entries in a group with the predecessor count, and the successor
    of a larger party must stand before that group.
    """
    length = len(row)
    best, last = length, length
    k = 0
    while k < length and last == length:
        if row[k] == next_one:
            best = k
        if row[k] == last_one:
            last = k
        k += 1
    if last == length or best == length:
        return -1
    tied = len(tie) > 0
    group = last
    while tied and group > 0 and tie[group]:
        group -= 1
    if best >= group and next_one != last_one:
        return -1
    last += 1
    while tied and last < length and tie[last]:
        last += 1
    return last


@in_place_kernel
def partition_breach(
    start: Long,
    partner: Short,
    mirror: Short,
    table: Short,
    tie: Flags,
    successor: Long,
    predecessor: Long,
    worst: Long,
) -> int:
    """Return someone at whom `successor` fails to be a stable partition (Tan 1991), or -1. Linear.

    The definition: successors are a permutation; in a party of three or more everyone prefers their successor
    to their predecessor; no two people who are not neighbours in a party prefer each other to their predecessors,
    where a person alone prefers anyone listed. A partition without an odd party of three or more is a
    stable matching. ``tie[e]`` marks entries that are as good as the one before them: -1 then means that the
    partition is stable whatever order is given to ties. An empty `tie` says that none are. ``predecessor`` is -1 on
    entry, ``worst`` is anything.
    """
    n = len(start) - 1
    for x in range(n):
        if successor[x] < 0 or successor[x] >= n:
            return x
        predecessor[successor[x]] = x
    for x in range(n):
        if predecessor[x] < 0:
            return x
        worst[x] = start[x + 1] - start[x]
        if successor[x] != x:
            row = partner[start[x] : start[x + 1]]
            ties = tie[start[x] : start[x + 1]] if len(tie) > 0 else tie
            worst[x] = reach(row, ties, successor[x], predecessor[x])
        if worst[x] < 0:
            return x
    for x in range(n):
        row = partner[start[x] : start[x + 1]]
        for k in range(worst[x]):
            y = row[k]
            if y == successor[x] or y == predecessor[x]:
                continue
            if seen_from(y, x, start[x] + k, mirror, table) < worst[y]:
                return x
    return -1
