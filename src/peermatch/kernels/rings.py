"""Rings by local search: pieces of two rings change places, rings are cut and joined, until nothing gains.

Idea
    A ring is who advises whom in a circle, so a change costs and gains what a few arrows are worth, whatever the
    rings hold besides. A piece of one to three people from one ring changes places with a piece of none to three of
    another; two rings are joined, or one is cut, by two people who exchange whom they advise. Those in no ring are
    of ring -1: they may be put between two people, or take someone's place. An arrow that is forbidden is not
    refused but dear (`DEAR`), and a person more in a ring earns `SEAT`, so that the same search mends a poor start.
Invariant
    ``after`` and ``before`` are each other's inverse on people in rings; ``ring`` and ``size`` agree with them; sizes
    stay between `smallest` and `largest`.
Cost
    O(people) for the best that one person can do; O(largest) to carry it out.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from peermatch.kernels._jit import in_place_kernel

__all__ = ["DEAR", "SEAT", "best_tour", "shake_rings", "sweep_rings"]

Long = npt.NDArray[np.int64]

SEAT = 1 << 38
DEAR = 1 << 44


@in_place_kernel
def best_exchange(
    i: int,
    smallest: int,
    largest: int,
    worth: Long,
    after: Long,
    before: Long,
    ring: Long,
    size: Long,
    found: Long,
) -> int:
    """Return the best gain of a piece from i on changing places with one of another ring.

    ``found`` tells how long the piece is, with whom the other one begins, and how long that is (0: none, in front of
    that person).
    """
    n, a = len(after), ring[i]
    best, end = 0, i
    for p in range(1, 4):
        if p > 1:
            end = after[end]
        if (a < 0 and p > 1) or (a >= 0 and p >= size[a]):
            break
        for j in range(n):
            b = ring[j]
            if b == a or b < 0:
                continue
            front, last = before[j], j
            for q in range(4):
                if q > 1:
                    last = after[last]
                if q >= size[b] or (a < 0 and q > 1):
                    break
                if size[b] + p - q > largest or size[b] + p - q < smallest:
                    continue
                behind = j if q == 0 else after[last]
                gain = worth[front, i] + worth[end, behind] - worth[front, j]
                if q > 0:
                    gain -= worth[last, behind]
                if a < 0:
                    gain += SEAT if q == 0 else 0
                else:
                    if size[a] - p + q > largest or size[a] - p + q < smallest:
                        continue
                    mine, mine_behind = before[i], after[end]
                    gain -= worth[mine, i] + worth[end, mine_behind]
                    if q == 0:
                        gain += worth[mine, mine_behind]
                    else:
                        gain += worth[mine, j] + worth[last, mine_behind]
                if gain > best:
                    best = gain
                    found[0], found[1], found[2] = p, j, q
    return best


@in_place_kernel
def best_turn(
    i: int,
    smallest: int,
    largest: int,
    worth: Long,
    after: Long,
    ring: Long,
    size: Long,
) -> tuple[int, int]:
    """Return the best gain of i and someone exchanging whom they advise, and who; a ring is cut or two are joined."""
    a = ring[i]
    best, who = 0, -1
    if a < 0:
        return best, who
    for j in range(len(after)):
        b = ring[j]
        if b < 0 or j == i:
            continue
        if b != a:
            if size[a] + size[b] > largest:
                continue
        else:
            cut, at = 1, after[i]
            while at != j:
                at = after[at]
                cut += 1
            if cut < smallest or size[a] - cut < smallest:
                continue
        gain = worth[i, after[j]] + worth[j, after[i]] - worth[i, after[i]] - worth[j, after[j]]
        if gain > best:
            best, who = gain, j
    return best, who


@in_place_kernel
def walk(start: int, name: int, after: Long, before: Long, ring: Long, size: Long) -> None:
    """Write down the ring that begins with someone, under a name."""
    at, count = start, 0
    while True:
        ring[at] = name
        before[after[at]] = at
        count += 1
        at = after[at]
        if at == start:
            break
    size[name] = count


@in_place_kernel
def exchange(i: int, p: int, j: int, q: int, after: Long, before: Long, ring: Long, size: Long) -> None:
    """Let a piece of p people from i on and one of q people from j on change places."""
    a, b = ring[i], ring[j]
    end, last = i, j
    for _ in range(p - 1):
        end = after[end]
    for _ in range(q - 1):
        last = after[last]
    front = before[j]
    behind = j if q == 0 else after[last]
    if a >= 0:
        mine, mine_behind = before[i], after[end]
        if q == 0:
            after[mine] = mine_behind
        else:
            after[mine] = j
            after[last] = mine_behind
        walk(mine, a, after, before, ring, size)
    elif q > 0:
        ring[j] = -1
    after[front] = i
    after[end] = behind
    walk(front, b, after, before, ring, size)


@in_place_kernel
def turn(i: int, j: int, after: Long, before: Long, ring: Long, size: Long) -> None:
    """Let two people exchange whom they advise."""
    a, b = ring[i], ring[j]
    after[i], after[j] = after[j], after[i]
    if a == b:
        name = 0
        while size[name] > 0:
            name += 1
        walk(i, a, after, before, ring, size)
        walk(j, name, after, before, ring, size)
    else:
        size[b] = 0
        walk(i, a, after, before, ring, size)


@in_place_kernel
def improve(
    i: int,
    smallest: int,
    largest: int,
    worth: Long,
    after: Long,
    before: Long,
    ring: Long,
    size: Long,
    found: Long,
) -> int:
    """Carry out the best that i can do, and return what it gained."""
    gain = best_exchange(i, smallest, largest, worth, after, before, ring, size, found)
    other, who = best_turn(i, smallest, largest, worth, after, ring, size)
    if other > gain:
        turn(i, who, after, before, ring, size)
        return other
    if gain > 0:
        exchange(i, found[0], found[1], found[2], after, before, ring, size)
    return gain


@in_place_kernel
def sweep_rings(
    begin: int,
    end: int,
    smallest: int,
    largest: int,
    worth: Long,
    after: Long,
    before: Long,
    ring: Long,
    size: Long,
    found: Long,
) -> int:
    """Let the people from `begin` to `end` do the best that each can do, once; return the sum of what it gained."""
    total = 0
    for i in range(begin, end):
        total += improve(i, smallest, largest, worth, after, before, ring, size, found)
    return total


@in_place_kernel
def mend_rings(
    touched: Long,
    smallest: int,
    largest: int,
    worth: Long,
    after: Long,
    before: Long,
    ring: Long,
    size: Long,
    found: Long,
) -> int:
    """Let those who were touched, and all who sit with them, do the best that each can until nothing gains."""
    total = 0
    for _ in range(6):
        gained = 0
        for x in touched:
            at = x
            for _ in range(8):
                gained += improve(at, smallest, largest, worth, after, before, ring, size, found)
                if ring[at] < 0:
                    break
                at = after[at]
                if at == x:
                    break
        total += gained
        if gained == 0:
            break
    return total


@in_place_kernel
def shake_rings(
    picks: Long,
    smallest: int,
    largest: int,
    worth: Long,
    after: Long,
    before: Long,
    ring: Long,
    size: Long,
    found: Long,
    saved: Long,
) -> int:
    """Let two people change places at random, twice, mend what that spoils, and keep it if it is no worse.

    Parameters
    ----------
    picks : int64 array, shape (kicks, 4)
        Who changes places with whom; people of one ring, or of none, stay.
    saved : int64 array, shape (4, people)
        Room for a copy of `after`, `before`, `ring` and `size`.

    Returns
    -------
    int
        The sum of what was gained.
    """
    n, total = len(after), 0
    for k in range(len(picks)):
        for x in range(n):
            saved[0, x], saved[1, x], saved[2, x], saved[3, x] = after[x], before[x], ring[x], size[x]
        gain = 0
        pick = picks[k]
        for side in range(0, 4, 2):
            i, j = pick[side], pick[side + 1]
            if ring[i] == ring[j] or ring[i] < 0 or ring[j] < 0:
                continue
            gain -= worth[before[i], i] + worth[i, after[i]] + worth[before[j], j] + worth[j, after[j]]
            exchange(i, 1, j, 1, after, before, ring, size)
            gain += worth[before[i], i] + worth[i, after[i]] + worth[before[j], j] + worth[j, after[j]]
        gain += mend_rings(pick, smallest, largest, worth, after, before, ring, size, found)
        if gain >= 0:
            total += gain
            continue
        for x in range(n):
            after[x], before[x], ring[x], size[x] = saved[0, x], saved[1, x], saved[2, x], saved[3, x]
    return total


@in_place_kernel
def best_tour(members: Long, worth: Long, reach: Long, way: Long, order: Long) -> int:
    """Return what the best order of a ring's members is worth, from the first one on, and write it down.

    Parameters
    ----------
    members : int64 array, shape (m,), at most 8
    reach, way : int64 arrays, shape (128, 7)
        Room to work in: the best way from the first member through a set of the others that ends with one of them, and
        who comes before that one (Held and Karp 1962).
    order : int64 array, shape (m,)
    """
    m = len(members) - 1
    first = members[0]
    none = -(1 << 60)
    for mask in range(1 << m):
        for last in range(m):
            reach[mask, last] = none
    for last in range(m):
        reach[1 << last, last] = worth[first, members[last + 1]]
    for mask in range(1 << m):
        for last in range(m):
            so_far = reach[mask, last]
            if so_far == none:
                continue
            for new in range(m):
                if mask >> new & 1:
                    continue
                value = so_far + worth[members[last + 1], members[new + 1]]
                joined = mask | 1 << new
                if value > reach[joined, new]:
                    reach[joined, new] = value
                    way[joined, new] = last
    full = (1 << m) - 1
    best, at = none, 0
    for last in range(m):
        value = reach[full, last] + worth[members[last + 1], first]
        if value > best:
            best, at = value, last
    order[0] = first
    for place in range(m, 0, -1):
        order[place] = members[at + 1]
        earlier = way[full, at]
        full ^= 1 << at
        at = earlier
    return best
