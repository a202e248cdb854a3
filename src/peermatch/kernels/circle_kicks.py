"""Circles shaken: some people are swapped at random, what that spoils is mended, and what is no worse is kept.

Idea
    A local optimum of swaps is left by swapping people whatever it costs. Only those whose circles changed are
    looked at again, and what they change in turn; every move is written into a log, so that an outcome that is
    worse is taken back.
Cost
    O(people) for each person looked at; see `peermatch.kernels.circle_moves`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from peermatch.kernels._jit import in_place_kernel
from peermatch.kernels.circle_moves import improve_person
from peermatch.kernels.circle_state import PENALTY, faults_with, move_person

__all__ = ["kick_and_mend"]

Long = npt.NDArray[np.int64]
Table = npt.NDArray[np.int32]


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


@in_place_kernel
def kick(
    pick: Long,
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
    waiting: Long,
    queued: Long,
    log: Long,
) -> tuple[int, int, int]:
    """Swap people two by two whatever it costs; return what that gained, how many wait for a look, and the moves."""
    gain, size, moves = 0, 0, 0
    for p in range(0, len(pick), 2):
        i, j = pick[p], pick[p + 1]
        a, b = group[i], group[j]
        if a == b or a == len(members) or b == len(members):
            continue
        log[moves, 0], log[moves, 1] = i, a
        log[moves + 1, 0], log[moves + 1, 1] = j, b
        moves += 2
        gain += swap_people(i, j, table, group, members, count, ties, own, faults, codes, kinds, most, team)
        size = note_circle(a, members, count, waiting, queued, size)
        size = note_circle(b, members, count, waiting, queued, size)
    return gain, size, moves


@in_place_kernel
def mend(
    size: int,
    moves: int,
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
    waiting: Long,
    queued: Long,
    log: Long,
) -> tuple[int, int]:
    """Let those who wait do the best that each can, and all whom that concerns; return the gain and the moves."""
    gain = 0
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
    return gain, moves


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
    state = (table, group, members, count, ties, own, faults, codes, kinds, most, team)
    for k in range(len(picks)):
        for g in range(len(capacity)):
            saved[g] = capacity[g]
        gain, size, moves = kick(picks[k], *state, waiting, queued, log)
        mended, moves = mend(size, moves, smallest, capacity, *state, column, done, waiting, queued, log)
        if gain + mended >= 0:
            total += gain + mended
            continue
        take_back(log, moves, *state)
        for g in range(len(capacity)):
            capacity[g] = saved[g]
    return total
