"""The fractional start: a best matching in which odd cycles may stand for halves of pairs.

Idea
    Without blossoms the linear program's best solutions match vertices in pairs or run around odd cycles, half a
    pair on each edge. Such a solution is found by shortest augmenting paths alone: a search from an exposed vertex
    ends as soon as it meets another one, an odd cycle that was there before (which then falls into pairs), two
    outer vertices (the tree path and their edge make a new odd cycle), or an outer vertex whose dual is 0. Nothing is
    ever shrunk, so searches are small. What is left for blossoms is one exposed vertex for each odd cycle.
    (Balinski 1965; used as a start by Applegate and Cook 1993, and for the perfect case by others since.)
Invariant
    No slack is negative; edges of pairs and cycles are tight; duals are at least 0. The stamp of a vertex
    says what it is in the search under way: OUTER_STAMP outer, one less inner, two less reached, with BEST the time
    at which it can be entered and BEST_FROM the outer vertex from which.
Cost
    O(m log m) a search at worst; put off when it has looked at more edges than the round allows.
"""

from __future__ import annotations

from peermatch.kernels._jit import in_place_kernel
from peermatch.kernels.blossom_heap import NONE, clear, move_on, push, take_next
from peermatch.kernels.blossom_state import (
    BEST,
    BEST_FROM,
    BOUND,
    END_FROM,
    END_TO,
    MARKS,
    OUTER_STAMP,
    PUT_OFF,
    ROOT,
    SEARCHES,
    STAMP,
    STOP,
    TIME,
    TRAIL_SIZE,
    WORK,
    Search,
)

__all__: list[str] = []


@in_place_kernel
def begin_fraction(search: Search, root: int) -> None:
    """Make an exposed vertex the root of a search."""
    now = search.now
    now[ROOT] = root
    now[SEARCHES] += 1
    now[OUTER_STAMP] += 3
    now[TRAIL_SIZE] = 0
    clear(now)
    now[BOUND], now[END_FROM], now[END_TO] = search.y[root], -1, root
    enter_outer(search, root)


@in_place_kernel
def enter_outer(search: Search, u: int) -> None:
    """Make a vertex outer, and look along its edges."""
    y, mate, vertex, now = search.y, search.mate, search.vertex, search.now
    start, target, doubled = search.start, search.target, search.doubled
    outer, time = now[OUTER_STAMP], now[TIME]
    y[u] += time
    height = y[u]
    vertex[u, STAMP] = outer
    search.trail[now[TRAIL_SIZE]] = u
    now[TRAIL_SIZE] += 1
    if height < now[BOUND]:
        now[BOUND], now[END_FROM], now[END_TO] = height, -1, u
    bound = now[BOUND]
    now[WORK] += start[u + 1] - start[u] + 1
    for edge in range(start[u], start[u + 1]):
        v = target[edge]
        due = height + y[v] - doubled[edge]
        if due >= bound + bound or vertex[v, STAMP] == outer - 1:
            continue
        if vertex[v, STAMP] == outer:
            due >>= 1
            if due < bound:
                bound = due
                now[BOUND], now[END_FROM], now[END_TO] = due, u, v
        elif due < bound:
            if mate[v] < 0:
                bound = due
                now[BOUND], now[END_FROM], now[END_TO] = due, u, v
            elif vertex[v, STAMP] != outer - 2 or due < vertex[v, BEST]:
                vertex[v, STAMP] = outer - 2
                vertex[v, BEST] = due
                vertex[v, BEST_FROM] = u
                push(search.heap, search.ready, now, due, v)


@in_place_kernel
def go_on_fraction(search: Search, pause: int) -> bool:
    """Carry on with a search to its end, or until it is put off; False for a pause at this work."""
    vertex, now = search.vertex, search.now
    while True:
        if now[WORK] >= pause:
            return False
        if now[WORK] >= now[STOP]:
            move_on(search.heap, now)
            break
        v = take_next(search.heap, search.ready, now)
        if v == NONE:
            break
        if vertex[v, STAMP] == now[OUTER_STAMP] - 2 and vertex[v, BEST] == now[TIME]:
            vertex[v, STAMP] = now[OUTER_STAMP] - 1
            search.y[v] -= now[TIME]
            enter_outer(search, search.mate[v])
    settle_fraction(search)
    return True


@in_place_kernel
def settle_fraction(search: Search) -> None:
    """Write the true duals at the end of a search, and if it ran to its end, change the matching."""
    y, mate, now = search.y, search.mate, search.now
    time = now[TIME]
    for i in range(now[TRAIL_SIZE]):
        u = search.trail[i]
        y[u] -= time
        if mate[u] >= 0:
            y[mate[u]] += time
    now[ROOT] = -1
    if time < now[BOUND]:
        now[PUT_OFF] += 1
        return
    u, v = now[END_FROM], now[END_TO]
    if u < 0:
        swap_up(search, v, -1)
    elif search.vertex[v, STAMP] == now[OUTER_STAMP]:
        close_cycle(search, u, v)
    else:
        if mate[v] < -1:
            split_cycle(search, v)
        swap_up(search, u, v)


@in_place_kernel
def swap_up(search: Search, u: int, partner: int) -> None:
    """Give the outer vertex u another partner, or none (-1), and swap along the tree path to the root."""
    mate, vertex = search.mate, search.vertex
    while True:
        above = mate[u]
        mate[u] = partner
        if partner >= 0:
            mate[partner] = u
        if above < 0:
            return
        u, partner = vertex[above, BEST_FROM], above


@in_place_kernel
def common_outer(search: Search, u: int, v: int) -> int:
    """Return the first outer vertex that the tree paths from the outer vertices u and v share."""
    mate, vertex = search.mate, search.vertex
    search.now[MARKS] += 1
    mark = -search.now[MARKS]  # BEST of outer vertices is not in use
    while True:
        if u >= 0:
            if vertex[u, BEST] == mark:
                return u
            vertex[u, BEST] = mark
            u = vertex[mate[u], BEST_FROM] if mate[u] >= 0 else -1
        u, v = v, u


@in_place_kernel
def close_cycle(search: Search, u: int, v: int) -> None:
    """Make an odd cycle of the edge between the outer vertices u and v and the tree paths to where they meet."""
    mate, vertex = search.mate, search.vertex
    meeting = common_outer(search, u, v)
    swap_up(search, meeting, -1)
    x = u
    while x != meeting:
        inner = mate[x]
        above = vertex[inner, BEST_FROM]
        mate[x], mate[inner] = -2 - inner, -2 - above
        x = above
    x, follower = v, u
    while x != meeting:
        inner = mate[x]
        mate[x], mate[inner] = -2 - follower, -2 - x
        x, follower = vertex[inner, BEST_FROM], inner
    mate[meeting] = -2 - follower


@in_place_kernel
def split_cycle(search: Search, v: int) -> None:
    """Match the vertices of an odd cycle in pairs along it; v is left exposed."""
    mate = search.mate
    x = -2 - mate[v]
    while x != v:
        partner = -2 - mate[x]
        follower = -2 - mate[partner]
        mate[x], mate[partner] = partner, x
        x = follower
    mate[v] = -1


@in_place_kernel
def split_cycles(search: Search) -> None:
    """Match the vertices of all odd cycles in pairs; one of each is left exposed."""
    for v in range(len(search.mate)):
        if search.mate[v] < -1:
            split_cycle(search, v)
