"""Weakly stable matchings under ties: an exact search that assigns one person at a time.

Idea
    Once a person's partner is fixed, everybody whom the person strictly prefers must end with somebody at least as
    good as the person is for them; and if the person stays alone, so must everybody on their list. These limits are
    all there is to stability. So the search keeps one limit for each person, always continues with whoever has the
    fewest partners left, and turns back where somebody who needs a partner has none. It also keeps the best matching
    seen, by regret or by cost, and turns back where nothing better can follow.
Invariant
    Person x's list is ``partner[start[x]:start[x + 1]]``, best first; ``rank[e]`` is the other's rank on the owner's
    list, ``back[e]`` the owner's on the other's. ``mate`` is `FREE`, -1 for somebody who stays alone, or the partner.
    ``worst[x]`` is the worst rank that x may still get; `ALONE` if x may stay alone. `trail` knows what limits were
    before, and every level of the search where on it to return to: each entry of a list is on it at most once.
    All is kept in arrays, so that the search can be left after so many nodes and taken up again.
Cost
    Deciding is NP-complete (Ronn 1990), so it is exponential; one node takes time linear in the lists.

References
----------
E. Ronn (1990), NP-complete stable matching problems, Journal of Algorithms 11.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from peermatch.kernels._jit import in_place_kernel

__all__ = [
    "ALONE",
    "ANY",
    "COST",
    "FREE",
    "LEVEL",
    "NODES",
    "REGRET",
    "SEEN",
    "TRAIL",
    "VALUE",
    "most_constrained",
    "search_stable",
]

Long = npt.NDArray[np.int64]

FREE = -2
ALONE = 2**40

ANY, REGRET, COST = 0, 1, 2

LEVEL, TRAIL, NODES, VALUE, SEEN = 0, 1, 2, 3, 4
"""What `state` holds: the level, the trail's length, nodes visited, the best matching's value, how many were seen."""


@in_place_kernel
def options_of(
    z: int, start: Long, partner: Long, rank: Long, back: Long, mate: Long, worst: Long, cap: int
) -> tuple[int, int]:
    """Return how many partners z may still get, and the least that a pair with one of them costs."""
    count, least = 0, ALONE
    for e in range(start[z], start[z + 1]):
        if rank[e] > worst[z] or rank[e] > cap:
            break
        y = partner[e]
        if mate[y] == FREE and back[e] <= worst[y] and back[e] <= cap:
            count += 1
            least = min(least, rank[e] + back[e])
    return count, least


@in_place_kernel
def most_constrained(
    start: Long, partner: Long, rank: Long, back: Long, mate: Long, worst: Long, cap: int
) -> tuple[int, int]:
    """Return the free person with the fewest options, and twice a lower bound of what all free people cost.

    The person is -1 if nobody is free, and -2 if somebody needs a partner and has none left.
    """
    chosen, fewest, bound = -1, ALONE, 0
    for z in range(len(start) - 1):
        if mate[z] != FREE:
            continue
        count, least = options_of(z, start, partner, rank, back, mate, worst, cap)
        if worst[z] == ALONE:
            count += 1
        elif count == 0:
            return -2, 0
        else:
            bound += least
        if count < fewest:
            chosen, fewest = z, count
    return chosen, bound


@in_place_kernel
def bind(
    x: int,
    got: int,
    size: int,
    start: Long,
    partner: Long,
    rank: Long,
    back: Long,
    mate: Long,
    worst: Long,
    trail: Long,
) -> int:
    """Make everybody whom x prefers to the rank `got` get somebody as good as x; return the trail's size."""
    for e in range(start[x], start[x + 1]):
        if rank[e] >= got:
            break
        z = partner[e]
        if mate[z] == FREE and back[e] < worst[z]:
            trail[size, 0], trail[size, 1] = z, worst[z]
            worst[z] = back[e]
            size += 1
    return size


@in_place_kernel
def release(x: int, size: int, until: int, mate: Long, worst: Long, trail: Long) -> int:
    """Take back what was decided about x, and the limits that came from it; return the trail's size."""
    if mate[x] != FREE:
        if mate[x] >= 0:
            mate[mate[x]] = FREE
        mate[x] = FREE
    while size > until:
        size -= 1
        worst[trail[size, 0]] = trail[size, 1]
    return size


@in_place_kernel
def next_option(
    x: int, k: int, start: Long, partner: Long, rank: Long, back: Long, mate: Long, worst: Long, cap: int
) -> int:
    """Return the place, from k on, of a partner whom x may get; the list's length to stay alone; or -1."""
    length = start[x + 1] - start[x]
    for i in range(k, length):
        e = start[x] + i
        if rank[e] > worst[x] or rank[e] > cap:
            break
        y = partner[e]
        if mate[y] == FREE and back[e] <= worst[y] and back[e] <= cap:
            return i
    return int(length) if k <= length and worst[x] == ALONE else -1


@in_place_kernel
def value_of(start: Long, partner: Long, rank: Long, mate: Long, mode: int) -> int:
    """Return the regret or the cost of a whole matching."""
    value = 0
    for x in range(len(start) - 1):
        for e in range(start[x], start[x + 1]):
            if partner[e] == mate[x]:
                value = max(value, rank[e]) if mode == REGRET else value + rank[e]
    return value


@in_place_kernel
def search_stable(
    start: Long,
    partner: Long,
    rank: Long,
    back: Long,
    mode: int,
    until: int,
    mate: Long,
    worst: Long,
    levels: Long,
    trail: Long,
    best: Long,
    state: Long,
) -> bool:
    """Search on until `until` nodes were visited; return whether the search has ended.

    On entry ``state[LEVEL]`` is 0 and ``levels[0]`` the first person, 0, 0, 0; ``state[VALUE]`` is what must be
    undercut, by `mode`. Whatever is found that does so is written to `best`. ``levels[i]`` is a person, where on
    their list to go on, where the trail began, and what all pairs before cost.
    """
    level, size, nodes = state[LEVEL], state[TRAIL], state[NODES]
    while level >= 0 and nodes < until:
        x = levels[level, 0]
        size = release(x, size, levels[level, 2], mate, worst, trail)
        cap = state[VALUE] - 1 if mode == REGRET else ALONE
        k = next_option(x, levels[level, 1], start, partner, rank, back, mate, worst, cap)
        if k < 0:
            level -= 1
            continue
        nodes += 1
        levels[level, 1] = k + 1
        spent = levels[level, 3]
        if k < start[x + 1] - start[x]:
            e = start[x] + k
            y = partner[e]
            mate[x], mate[y] = y, x
            spent += rank[e] + back[e]
            size = bind(x, rank[e], size, start, partner, rank, back, mate, worst, trail)
            size = bind(y, back[e], size, start, partner, rank, back, mate, worst, trail)
        else:
            mate[x] = -1
            size = bind(x, ALONE, size, start, partner, rank, back, mate, worst, trail)
        z, twice = most_constrained(start, partner, rank, back, mate, worst, cap)
        if z == -2 or (mode == COST and spent + (twice + 1) // 2 >= state[VALUE]):
            continue
        if z >= 0:
            level += 1
            levels[level, 0], levels[level, 1], levels[level, 2], levels[level, 3] = z, 0, size, spent
            continue
        for i in range(len(best)):
            best[i] = mate[i]
        state[SEEN] += 1
        state[VALUE] = value_of(start, partner, rank, mate, mode)
        if mode == ANY:
            level = -1
    state[LEVEL], state[TRAIL], state[NODES] = level, size, nodes
    return bool(level < 0)
