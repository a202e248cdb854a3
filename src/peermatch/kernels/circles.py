"""Circles by local search: swaps of two people, and moves into a free seat, until none gains anything.

Idea
    What decides whether a swap gains is how well a person fits each circle. ``ties[g, x]`` is the sum of the
    scores of x with the members of circle g, kept for all circles and people; a swap of i (of A) and j (of B)
    then gains ``ties[B, i] + ties[A, j] - ties[A, i] - ties[B, j] - 2 score(i, j)``, a few look-ups. Those
    without a seat are circle number m, whose ties are 0. What is not allowed is not refused but dear: a forbidden
    pair, or a breach of a rule, costs `PENALTY`, more than all scores of a circle; a seat taken by one more
    person earns `SEAT`. So a start that breaks rules is mended by the same search, and one that does not never
    comes to break any.
Invariant
    ``ties`` and ``own`` (each person's ties with their own circle) are exact after every move; ``faults[g]`` is by how
    much circle g breaks the rules; the number of members of a circle is at least `smallest` and at most its
    capacity, and the capacities stay the same ones, in another order at most.
Cost
    O(people) to find a person's best swap, O(people) to carry it out; memory O(people x circles) beside the table.
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
    "kick_and_mend",
    "seat_everyone",
    "sweep",
]

Long = npt.NDArray[np.int64]
Table = npt.NDArray[np.int32]

ALONE, ALIKE, AT_MOST = 0, 1, 2
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


@in_place_kernel
def best_swap(
    i: int,
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
    column: Long,
) -> tuple[int, int]:
    """Return the greatest gain of a swap of i with someone, and with whom; (0, -1) where none gains."""
    m = len(members)
    a = group[i]
    for g in range(m + 1):
        column[g] = ties[g, i]
    row, mine = table[i], ties[a]
    best, who = 0, -1
    for j in range(len(group)):
        b = group[j]
        cell = np.int64(row[j])
        shared = cell if cell >= 0 else -PENALTY
        gain = column[b] + mine[j] - own[i] - own[j] - 2 * shared
        if a == m or b == m:
            gain += shared
        if gain + PENALTY * (faults[a] + faults[b]) <= best or a == b:
            continue
        if len(kinds) > 0:
            after = faults_with(a, i, j, members, count, codes, kinds, most, team)
            after += faults_with(b, j, i, members, count, codes, kinds, most, team)
            gain -= PENALTY * (after - faults[a] - faults[b])
        if gain > best:
            best, who = gain, j
    return best, who


@in_place_kernel
def best_move(
    i: int,
    evict: int,
    smallest: int,
    capacity: Long,
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
) -> tuple[int, int]:
    """Return the greatest gain of moving i alone, and where to; (0, -1) where none gains.

    Into an empty seat; or from a full circle into a full one that has one seat less, which then are each other's size;
    or, with `evict`, out of a circle that cannot be mended.
    """
    m = len(members)
    a = group[i]
    best, where = 0, -1
    may_leave = a == m or count[a] > smallest
    for b in range(m + 1):
        if b == a or not may_leave:
            continue
        if b == m:
            if evict == 0:
                continue
            gain = -SEAT - own[i]
        else:
            room = count[b] < capacity[b]
            trade = a < m and count[b] == capacity[b] and count[a] == capacity[a] == capacity[b] + 1
            if not (room or trade):
                continue
            gain = ties[b, i] - own[i]
            if a == m:
                gain += SEAT
        if gain + PENALTY * (faults[a] + faults[b]) <= best:
            continue
        if len(kinds) > 0:
            after = faults_with(a, i, -1, members, count, codes, kinds, most, team)
            after += faults_with(b, -1, i, members, count, codes, kinds, most, team)
            gain -= PENALTY * (after - faults[a] - faults[b])
        if gain > best:
            best, where = gain, b
    return best, where


@in_place_kernel
def improve_person(
    i: int,
    evict: int,
    smallest: int,
    capacity: Long,
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
    column: Long,
    done: Long,
) -> int:
    """Carry out the best that i can do, and return what it gained; ``done`` tells the other person and both circles."""
    gain, j = best_swap(i, table, group, members, count, ties, own, faults, codes, kinds, most, team, column)
    other, to = best_move(
        i, evict, smallest, capacity, group, members, count, ties, own, faults, codes, kinds, most, team
    )
    if gain <= 0 and other <= 0:
        return 0
    a = group[i]
    if other > gain:
        if to < len(members) and count[to] == capacity[to]:
            capacity[a], capacity[to] = capacity[to], capacity[a]
        j, gain = -1, other
    else:
        to = group[j]
    move_person(i, to, table, group, members, count, ties, own)
    if j >= 0:
        move_person(j, a, table, group, members, count, ties, own)
    faults[a] = faults_with(a, -1, -1, members, count, codes, kinds, most, team)
    faults[to] = faults_with(to, -1, -1, members, count, codes, kinds, most, team)
    done[0], done[1], done[2] = j, a, to
    return gain


@in_place_kernel
def sweep(
    begin: int,
    end: int,
    evict: int,
    smallest: int,
    capacity: Long,
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
    column: Long,
    done: Long,
) -> int:
    """Let the people from `begin` to `end` do the best that each can do, once; return the sum of what it gained."""
    total = 0
    for i in range(begin, end):
        total += improve_person(
            i,
            evict,
            smallest,
            capacity,
            table,
            group,
            members,
            count,
            ties,
            own,
            faults,
            codes,
            kinds,
            most,
            team,
            column,
            done,
        )
    return total


@in_place_kernel
def note_circle(g: int, members: Long, count: Long, waiting: Long, queued: Long, size: int) -> int:
    """Put the members of circle g at the end of those who wait for a look; return how many wait."""
    if g < len(members):
        for a in range(count[g]):
            x = members[g, a]
            if queued[x] == 0 and size < len(waiting):
                queued[x] = 1
                waiting[size] = x
                size += 1
    return size


@in_place_kernel
def swap_people(
    i: int,
    j: int,
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
) -> int:
    """Swap two people of different circles, and return what it gained (or less than 0: what it cost)."""
    a, b = group[i], group[j]
    before = own[i] + own[j] - PENALTY * (faults[a] + faults[b])
    move_person(i, b, table, group, members, count, ties, own)
    move_person(j, a, table, group, members, count, ties, own)
    faults[a] = faults_with(a, -1, -1, members, count, codes, kinds, most, team)
    faults[b] = faults_with(b, -1, -1, members, count, codes, kinds, most, team)
    return int(own[i] + own[j] - PENALTY * (faults[a] + faults[b]) - before)


@in_place_kernel
def kick_and_mend(
    picks: Long,
    smallest: int,
    capacity: Long,
    saved: Long,
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
    column: Long,
    done: Long,
    waiting: Long,
    queued: Long,
    log: Long,
) -> int:
    """Swap some people at random, mend what that spoils, and keep the outcome if it is no worse; else take it back.

    Parameters
    ----------
    picks : int64 array, shape (kicks, 2 k)
        Positions of those to swap, two by two; pairs of one circle are left out.
    saved, waiting, queued, log : int64 arrays
        Room to work in: of the shapes of `capacity`, (people,), (people,) all 0, (moves, 2).

    Returns
    -------
    int
        The sum of what was gained.
    """
    total = 0
    for k in range(len(picks)):
        for g in range(len(capacity)):
            saved[g] = capacity[g]
        gain, size, moves = 0, 0, 0
        pick = picks[k]
        for p in range(0, len(pick), 2):
            i, j = pick[p], pick[p + 1]
            a, b = group[i], group[j]
            if a == b or a == len(members) or b == len(members):
                continue
            log[moves, 0], log[moves, 1] = i, a
            log[moves + 1, 0], log[moves + 1, 1] = j, b
            moves += 2
            gain += swap_people(
                i, j, table, group, members, count, ties, own, faults, codes, kinds, most, team
            )
            size = note_circle(a, members, count, waiting, queued, size)
            size = note_circle(b, members, count, waiting, queued, size)
        while size > 0:
            size -= 1
            i = waiting[size]
            queued[i] = 0
            if moves + 2 > len(log):
                continue
            gained = improve_person(
                i,
                0,
                smallest,
                capacity,
                table,
                group,
                members,
                count,
                ties,
                own,
                faults,
                codes,
                kinds,
                most,
                team,
                column,
                done,
            )
            if gained > 0:
                gain += gained
                log[moves, 0], log[moves, 1] = i, done[1]
                moves += 1
                if done[0] >= 0:
                    log[moves, 0], log[moves, 1] = done[0], done[2]
                    moves += 1
                size = note_circle(done[1], members, count, waiting, queued, size)
                size = note_circle(done[2], members, count, waiting, queued, size)
        if gain >= 0:
            total += gain
            continue
        take_back(log, moves, table, group, members, count, ties, own, faults, codes, kinds, most, team)
        for g in range(len(capacity)):
            capacity[g] = saved[g]
    return total


@in_place_kernel
def take_back(
    log: Long,
    moves: int,
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
    """Undo moves, the last one first: ``log`` holds who moved and from where."""
    for move in range(moves - 1, -1, -1):
        x, back = log[move, 0], log[move, 1]
        left = group[x]
        move_person(x, back, table, group, members, count, ties, own)
        faults[left] = faults_with(left, -1, -1, members, count, codes, kinds, most, team)
        faults[back] = faults_with(back, -1, -1, members, count, codes, kinds, most, team)
