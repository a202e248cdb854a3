"""A start that leaves little to search for: level duals, a greedy matching on tight edges, and some bidding.

Idea
    y(u) starts as u's largest weight (half of the doubled one), which no edge can violate. Then all duals together
    move half of the way down to the least that their neighbours' duals allow; two such halves still cover every
    edge. This comes near duals under which everybody has a tight edge, without favouring whoever comes
    first. Each exposed vertex in turn then lowers its dual as far as its edges allow, and is matched along the edge
    that stopped it if the other end is exposed too. Those left over bid, as in Bertsekas' auction (1988) and the
    augmenting row reduction of Jonker and Volgenant (1987): a vertex takes its best partner from another one, and
    the partner's dual rises by as much as the best edge is better than the second best; who was left bids next.
Invariant
    No slack is negative, matched edges are tight, duals are at least 0.
Cost
    `SWEEPS` passes over the edges, one more, and at most `BIDDING` more for the bids.
"""

from __future__ import annotations

from peermatch.kernels._jit import in_place_kernel
from peermatch.kernels.blossom_state import BEST, Search

__all__ = ["begin_with_numbers", "count_exposed", "start_step"]

SWEEPS = 2
BIDDING = 8
BIDS = 32  # in one chain: bids for a partner whom three want could go on for long


@in_place_kernel
def start_step(search: Search, step: int) -> bool:
    """Do one of the passes of the start, counted from 0; False if there are no more."""
    if step == 0:
        take_half_of_best(search)
    elif step <= SWEEPS:
        level(search)
    elif step == SWEEPS + 1:
        settle_all(search)
    elif step == SWEEPS + 2:
        bid_all(search)
    return step < SWEEPS + 2


@in_place_kernel
def take_half_of_best(search: Search) -> None:
    """Give each vertex half of its best edge as its dual."""
    y, start, doubled = search.y, search.start, search.doubled
    for u in range(len(y)):
        largest = 0
        for edge in range(start[u], start[u + 1]):
            largest = max(largest, doubled[edge])
        y[u] = largest >> 1


@in_place_kernel
def count_exposed(search: Search) -> int:
    """Return how many exposed vertices have a positive dual."""
    exposed = 0
    for u in range(len(search.y)):
        exposed += search.mate[u] < 0 < search.y[u]
    return exposed


@in_place_kernel
def begin_with_numbers(search: Search, bonus: int) -> None:
    """Make duals for weights with a bonus of those for numbers of pairs alone, and match nobody.

    Every edge is worth 2 among the numbers. Duals that cover the numbers cover the bonus when they are multiplied
    by it; what is left of each weight is covered by half of everybody's best edge.
    """
    y, start, doubled = search.y, search.start, search.doubled
    for u in range(len(y)):
        largest = 2 * bonus
        for edge in range(start[u], start[u + 1]):
            largest = max(largest, doubled[edge])
        y[u] = y[u] * bonus + (largest >> 1) - bonus
        search.mate[u] = -1


@in_place_kernel
def level(search: Search) -> None:
    """Move every dual half of the way down to the least that its neighbours' duals allow, all at once."""
    y, vertex, start, target, doubled = search.y, search.vertex, search.start, search.target, search.doubled
    for u in range(len(y)):
        needed = 0
        for edge in range(start[u], start[u + 1]):
            needed = max(needed, doubled[edge] - y[target[edge]])
        vertex[u, BEST] = (y[u] + needed + 1) >> 1
    for u in range(len(y)):
        y[u] = vertex[u, BEST]


@in_place_kernel
def settle_all(search: Search) -> None:
    """Settle every vertex that nobody before it was matched with."""
    for u in range(len(search.y)):
        if search.mate[u] < 0:
            settle(search, u)


@in_place_kernel
def settle(search: Search, u: int) -> None:
    """Lower the dual of an exposed vertex to the first edges that become tight; match it along an exposed one."""
    y, mate, start, target, doubled = search.y, search.mate, search.start, search.target, search.doubled
    lowest, partner = 0, -1
    for edge in range(start[u], start[u + 1]):
        v = target[edge]
        needed = doubled[edge] - y[v]
        if needed > lowest:
            lowest, partner = needed, -1
        if needed == lowest and partner < 0 and mate[v] < 0:
            partner = v
    y[u] = lowest
    if partner >= 0:
        mate[u] = partner
        mate[partner] = u


@in_place_kernel
def bid_all(search: Search) -> None:
    """Let each exposed vertex bid, and whoever loses a partner by it, as long as the work is small."""
    y, mate, start = search.y, search.mate, search.start
    left = BIDDING * len(search.target) // 2
    for first in range(len(y)):
        u, bids = first, 0
        while bids < BIDS and u >= 0 and mate[u] < 0 and y[u] > 0 and left > 0:
            left -= start[u + 1] - start[u]
            u = bid(search, u)
            bids += 1


@in_place_kernel
def bid(search: Search, u: int) -> int:
    """Let an exposed vertex take its best partner; return who has lost it, or -1."""
    y, mate, start, target, doubled = search.y, search.mate, search.start, search.target, search.doubled
    best, second, partner = 0, 0, -1
    for edge in range(start[u], start[u + 1]):
        v = target[edge]
        needed = doubled[edge] - y[v]
        if needed > best or (needed == best and partner >= 0 and mate[v] < 0 <= mate[partner]):
            best, second, partner = needed, best, v
        elif needed > second:
            second = needed
    y[u] = best
    if partner < 0:
        return -1
    loser: int = mate[partner]
    if loser >= 0:
        if best == second:
            return -1
        y[u] = second
        y[partner] += best - second
        mate[loser] = -1
    mate[u] = partner
    mate[partner] = u
    return loser
