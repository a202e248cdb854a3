"""Deferred acceptance on preference lists of two sides, with places on either side (Gale and Shapley 1962).

Idea
    Whoever has a free place proposes to the next on their list. A receiver holds the best proposals, as many as they
    have places, and turns the worst of them away for a better one; whoever is turned away has a free place again.
Invariant
    Lists lie one behind the other: person x's is ``partner[start[x]:start[x + 1]]``, best first. ``mirror[e]`` is the
    place of the proposer on the list of whom they name at e, -1 if they are not on it. ``held[f]`` says whether the
    receiver at entry f of their own list holds the proposer named there; ``worst[y]`` is the place of the worst held.
    Once all places of y are taken, ``worst[y]`` only moves up.
Cost
    Linear in the total length of the lists: every pointer moves one way. A stack of proposers, no recursion.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from peermatch.kernels._jit import in_place_kernel

__all__ = ["find_mirror", "first_repeated", "hold_best", "ranks_of_entries", "transpose"]

Long = npt.NDArray[np.int64]
Short = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]


@in_place_kernel
def first_repeated(start: Long, partner: Short, seen_by: Long) -> int:
    """Return the first entry that names someone a second time on one list, or -1. ``seen_by``: -1 for all."""
    for x in range(len(start) - 1):
        for e in range(start[x], start[x + 1]):
            if seen_by[partner[e]] == x:
                return e
            seen_by[partner[e]] = x
    return -1


@in_place_kernel
def transpose(start: Long, partner: Short, into: Long, entry: Long, owner: Short) -> None:
    """List for everyone named where they are named and by whom.

    Parameters
    ----------
    start, partner
        The lists.
    into : int64 array, shape (others + 1,)
        Zeros; receives where the entries that name y begin (and, in the end, the last one's end).
    entry, owner : int64 and int32 arrays, shape (m,)
        Receive the entries, and whose lists they are on.
    """
    others = len(into) - 1
    for e in range(len(partner)):
        into[partner[e]] += 1
    total = 0
    for y in range(others + 1):
        count = into[y]
        into[y] = total
        total += count
    for x in range(len(start) - 1):
        for e in range(start[x], start[x + 1]):
            y = partner[e]
            i = into[y]
            entry[i] = e
            owner[i] = x
            into[y] = i + 1
    for y in range(others, 0, -1):
        into[y] = into[y - 1]
    into[0] = 0


@in_place_kernel
def find_mirror(
    start: Long,
    partner: Short,
    into: Long,
    entry: Long,
    owner: Short,
    place: Short,
    mirror: Short,
    named: Flags,
) -> int:
    """Find each entry's place at the other end; return how many there are.

    Parameters
    ----------
    start, partner
        The receivers' lists.
    into, entry, owner
        The proposers' lists from the receivers' side; see `transpose`.
    place : int32 array, shape (proposers,)
        Room to work in, -1 for everybody.
    mirror : int32 array, shape (entries of proposers,)
        Receives the places, -1 for who is not listed.
    named : bool array, shape (entries of receivers,)
        False; becomes True where the proposer names the receiver too.
    """
    found = 0
    for y in range(len(start) - 1):
        begin, end = start[y], start[y + 1]
        for f in range(begin, end):
            place[partner[f]] = f - begin
        for i in range(into[y], into[y + 1]):
            k = place[owner[i]]
            mirror[entry[i]] = k
            if k >= 0:
                named[begin + k] = True
                found += 1
        for f in range(begin, end):
            place[partner[f]] = -1
    return found


@in_place_kernel
def hold_best(
    proposers: tuple[Long, Short, Short],
    receivers: tuple[Long, Short],
    room: Long,
    places: Long,
    following: Long,
    held: Flags,
    worst: Long,
    stack: Long,
    waiting: Flags,
) -> int:
    """Let everyone propose until their places are taken or their lists are spent; return how many proposals were made.

    Parameters
    ----------
    proposers : (start, partner, mirror)
    receivers : (start, partner)
    room : int64 array, shape (proposers,)
        How many places each proposer has free: first all, in the end those that stay free.
    places : int64 array, shape (receivers,)
        How many places each receiver has free; likewise.
    following : int64 array, shape (proposers,)
        Zeros; in the end the place on the list of the first to whom nobody has proposed.
    held : bool array, shape (entries of receivers,)
        False; in the end whom receivers hold.
    worst : int64 array, shape (receivers,)
        -1; in the end the place of the worst held.
    stack : int64 array, shape (proposers,)
        Room to work in.
    waiting : bool array, shape (proposers,)
        False; who is on the stack.
    """
    start, partner, mirror = proposers
    their_start, their_partner = receivers
    proposals = 0
    for person in range(len(start) - 1):
        waiting[person] = True
        stack[0] = person
        size = 1
        while size > 0:
            x = stack[size - 1]
            begin, length = start[x], start[x + 1] - start[x]
            if room[x] == 0 or following[x] == length:
                waiting[x] = False
                size -= 1
                continue
            e = begin + following[x]
            following[x] += 1
            place = mirror[e]
            if place < 0:
                continue
            proposals += 1
            y = partner[e]
            base = their_start[y]
            if places[y] > 0:
                places[y] -= 1
                room[x] -= 1
                held[base + place] = True
                worst[y] = max(worst[y], place)
            elif place < worst[y]:
                room[x] -= 1
                held[base + place] = True
                k = worst[y]
                held[base + k] = False
                turned_away = their_partner[base + k]
                while not held[base + k]:
                    k -= 1
                worst[y] = k
                room[turned_away] += 1
                if not waiting[turned_away]:
                    waiting[turned_away] = True
                    stack[size] = turned_away
                    size += 1
    return proposals


@in_place_kernel
def ranks_of_entries(start: Long, tie: Flags, rank: Short) -> None:
    """Write 1 and how many on the list are strictly preferred; ``tie[e]``: as good as the entry before it."""
    for x in range(len(start) - 1):
        for e in range(start[x], start[x + 1]):
            rank[e] = rank[e - 1] if e > start[x] and tie[e] else e - start[x] + 1
