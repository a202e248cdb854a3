"""Circles by local search: swaps of two people, and moves into a free seat, until none gains anything.

Idea
    A swap of i (of A) and j (of B) gains ``ties[B, i] + ties[A, j] - ties[A, i] - ties[B, j] - 2 score(i, j)``, a
    few look-ups in the state (see `peermatch.kernels.circle_state`).
Invariant
    The number of members of a circle is at least `smallest` and at most its capacity, and the capacities stay the
    same ones, in another order at most.
Cost
    O(people) to find a person's best swap, O(people) to carry it out.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from peermatch.kernels._jit import in_place_kernel
from peermatch.kernels.circle_state import PENALTY, SEAT, faults_with, move_person

__all__ = ["improve_person", "sweep"]

Long = npt.NDArray[np.int64]
Table = npt.NDArray[np.int32]


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
