"""Stable roommates: Irving's two phases on strict preference lists, and Tan's odd parties.

Idea
    Phase 1 lets everyone propose down their list; a person who holds a proposal strikes everyone worse from
    their list. Phase 2 looks for all-or-nothing cycles: a person, the second on their list, the last on that
    one's list, and so on until a person comes back; everyone on the cycle then moves on to their second choice
    (Irving 1985). A cycle that would leave a list empty is an odd party: its members' lists hold just two
    names, both of the party, in a ring of odd length. It is set aside, and the search goes on (Tan 1991). At the
    end every list names one person, or two of an odd party, or nobody: a stable partition.
Invariant
    Lists lie one behind the other: person x's is ``partner[start[x]:start[x + 1]]``, best first, and
    ``mirror[e]`` is the place of x in the list of the person at e. Lists only lose a tail, and the same pair at
    both ends, so that nothing is ever deleted: an entry of x at place k still stands if ``k <= last[x]`` and
    ``mirror <= last`` of the other. After phase 1, y is first with x exactly if x is last with y.
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

from peermatch.kernels._jit import kernel

__all__ = [
    "first_duplicate",
    "first_phase",
    "mirror_entries",
    "partition_breach",
    "second_phase",
    "successors",
]

Long = npt.NDArray[np.int64]
Short = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]


@kernel
def first_duplicate(start: Long, partner: Short) -> int:
    """Return the first entry that names someone a second time in one list, or -1. Linear."""
    n = len(start) - 1
    seen_by = np.full(n, -1, np.int64)
    for x in range(n):
        for e in range(start[x], start[x + 1]):
            if seen_by[partner[e]] == x:
                return e
            seen_by[partner[e]] = x
    return -1


@kernel
def mirror_entries(start: Long, partner: Short) -> Short:
    """Return each entry's place in the other's list, -1 where the other does not list the owner back. Linear."""
    n, m = len(start) - 1, len(partner)
    into = np.zeros(n + 1, np.int64)
    for e in range(m):
        into[partner[e] + 1] += 1
    for y in range(n):
        into[y + 1] += into[y]
    entry, owner, fill = np.empty(m, np.int64), np.empty(m, np.int32), into[:n].copy()
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


@kernel
def first_phase(start: Long, partner: Short, mirror: Short, first: Long, last: Long) -> None:
    """Propose until everyone's proposal is held or their list is spent; `first` and `last` move inward.

    On entry ``first`` is 0 and ``last`` is the length of the list less one. On return a list is empty exactly if
    ``first > last``; otherwise both point at entries that still stand.
    """
    n = len(start) - 1
    holds = np.full(n, -1, np.int64)
    for person in range(n):
        x = person
        while x >= 0:
            e = start[x] + first[x]
            while first[x] <= last[x] and mirror[e] > last[partner[e]]:
                first[x] += 1
                e += 1
            if first[x] > last[x]:
                break
            y = partner[e]
            last[y] = mirror[e]  # y holds x and strikes everyone worse, the one held so far among them
            rejected = holds[y]
            holds[y] = x
            x = rejected


@kernel
def second_entry(
    x: int, start: Long, partner: Short, mirror: Short, first: Long, last: Long, second: Long
) -> int:
    """Return where x's second choice stands; only for lists of two or more. `second` never moves back."""
    e = start[x] + max(second[x], first[x] + 1)
    while mirror[e] > last[partner[e]]:
        e += 1
    second[x] = e - start[x]
    return int(e)


@kernel
def seek_cycle(
    path: Long,
    size: int,
    place: Long,
    start: Long,
    partner: Short,
    mirror: Short,
    first: Long,
    last: Long,
    second: Long,
) -> tuple[int, int]:
    """Follow second choice, then last entry, until someone comes back; return the path's size and that place."""
    x = path[size - 1]
    while True:
        y = partner[second_entry(x, start, partner, mirror, first, last, second)]
        x = partner[start[y] + last[y]]
        if place[x] >= 0:
            return size, place[x]
        place[x] = size
        path[size] = x
        size += 1


@kernel
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


@kernel
def eliminate_cycle(
    cycle: Long, start: Long, partner: Short, mirror: Short, first: Long, last: Long, second: Long
) -> None:
    """Move everyone on the cycle to their second choice, who strikes everyone worse than them."""
    for i in range(len(cycle)):
        x = cycle[i]
        e = start[x] + second[x]
        last[partner[e]] = mirror[e]
        first[x] = second[x]


@kernel
def second_phase(start: Long, partner: Short, mirror: Short, first: Long, last: Long) -> None:
    """Eliminate all-or-nothing cycles until every list has at most one entry or belongs to an odd party.

    The path up to where a cycle began stays good for the next search, which keeps the total linear. (Where it
    has become good for nothing, it has so from its beginning: its last person is settled only if all are.)
    """
    n = len(start) - 1
    second, path, place = np.zeros(n, np.int64), np.empty(n, np.int64), np.full(n, -1, np.int64)
    in_party = np.zeros(n, np.bool_)
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
        size, begin = seek_cycle(path, size, place, start, partner, mirror, first, last, second)
        cycle = path[begin:size]
        if is_odd_party(cycle, begin, place, start, partner, first, second):
            for x in cycle:
                in_party[x] = True
        else:
            eliminate_cycle(cycle, start, partner, mirror, first, last, second)
        for x in cycle:
            place[x] = -1
        size = begin


@kernel
def successors(start: Long, partner: Short, first: Long, last: Long) -> Long:
    """Return the stable partition that is left after both phases: each person's successor, or themselves."""
    n = len(start) - 1
    successor = np.arange(n)
    for x in range(n):
        if first[x] <= last[x]:
            successor[x] = partner[start[x] + first[x]]
    return successor


@kernel
def partition_breach(start: Long, partner: Short, mirror: Short, tie: Flags, successor: Long) -> int:
    """Return someone at whom `successor` fails to be a stable partition (Tan 1991), or -1. Linear.

    The definition: successors are a permutation; in a party of three or more everyone prefers their successor
    to their predecessor; no two people who are not neighbours in a party prefer each other to their predecessors,
    where a person alone prefers anyone listed. A partition without an odd party of three or more is a
    stable matching. ``tie[e]`` marks entries that are as good as the one before them: -1 then means that the
    partition is stable whatever order is given to ties.
    """
    n = len(start) - 1
    predecessor, worst = np.full(n, -1, np.int64), np.zeros(n, np.int64)
    for x in range(n):
        predecessor[successor[x]] = x
    for x in range(n):
        if predecessor[x] < 0:
            return x
        length = start[x + 1] - start[x]
        worst[x] = length
        if successor[x] == x:
            continue
        best, last = length, length
        for k in range(length):
            if partner[start[x] + k] == successor[x]:
                best = k
            if partner[start[x] + k] == predecessor[x]:
                last = k
        if best == length or last == length:
            return x
        while best < last and tie[start[x] + last]:
            last -= 1
        if best >= last and successor[x] != predecessor[x]:
            return x
        last += 1
        while last < length and tie[start[x] + last]:
            last += 1
        worst[x] = last
    for x in range(n):
        for e in range(start[x], start[x] + worst[x]):
            y = partner[e]
            if mirror[e] < worst[y] and y != successor[x] and y != predecessor[x]:
                return x
    return -1
