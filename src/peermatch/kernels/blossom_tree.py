"""Growing the search tree: outer vertices look along their edges, free nodes are reached.

Idea
    An edge from an outer vertex u to a free vertex v becomes tight when the time is the sum of their stored
    duals less 2 w, a number that does not change; one between two outer vertices at half of such a sum. Each is
    an event. The slack of an edge to an inner vertex does not change; the best of them is remembered in BEST
    for the moment when the vertex becomes free again.
Invariant
    Once outer, a vertex is outer until the end of the search, so each edge is looked at once from each end.
    BOUND is never less than the time at which the search will end, so later events need not be kept.
Cost
    O(1) for each edge, and O(log m) for each event kept.
"""

from __future__ import annotations

from peermatch.kernels._jit import in_place_kernel
from peermatch.kernels.blossom_heap import push
from peermatch.kernels.blossom_state import (
    BASE,
    BEST,
    BEST_FROM,
    BOUND,
    END_FROM,
    END_TO,
    FLOOR,
    FREE,
    GROUP,
    HEAD,
    INNER,
    LABEL,
    NEXT,
    OUTER,
    OUTER_STAMP,
    OWNER,
    SIZE,
    STAMP,
    TAIL,
    TREE_FROM,
    TREE_TO,
    WORK,
    Search,
    Z,
    add_dual,
    enlist,
    outermost,
)

__all__: list[str] = []

PACK = 32  # an event of two outer vertices u and v is (u + 1) << PACK | v


@in_place_kernel
def scan(search: Search, u: int) -> None:
    """Look along all edges of a vertex that has just become outer."""
    y, vertex, node, now = search.y, search.vertex, search.node, search.now
    start, target, doubled = search.start, search.target, search.doubled
    outer, group, height, bound = now[OUTER_STAMP], vertex[u, GROUP], y[u], now[BOUND]
    now[WORK] += start[u + 1] - start[u] + 1
    for edge in range(start[u], start[u + 1]):
        v = target[edge]
        time = height + y[v] - doubled[edge]
        if time >= bound + bound:
            continue
        if vertex[v, STAMP] == outer:
            if vertex[v, GROUP] != group:
                push(search.heap, search.ready, now, time >> 1, (u + 1) << PACK | v)
        elif time < bound:
            reach = height - doubled[edge]
            if vertex[v, STAMP] == outer - 1 and reach >= vertex[v, BEST]:
                continue
            vertex[v, STAMP] = outer - 1
            vertex[v, BEST] = reach
            vertex[v, BEST_FROM] = u
            b = vertex[vertex[v, GROUP], OWNER]
            if node[b, LABEL] != FREE:
                continue
            if search.mate[node[b, BASE]] >= 0:
                push(search.heap, search.ready, now, time, v)
            else:
                bound = time
                now[BOUND], now[END_FROM], now[END_TO] = time, u, v


@in_place_kernel
def offer(search: Search, v: int) -> None:
    """Note when a vertex that was reached before and has become free can be entered."""
    now = search.now
    time = search.vertex[v, BEST] + search.y[v]
    if time < now[BOUND]:
        push(search.heap, search.ready, now, time, v)


@in_place_kernel
def scan_members(search: Search, b: int) -> None:
    """Scan all vertices of a node."""
    v, last = search.node[b, HEAD], search.node[b, TAIL]
    while True:
        scan(search, v)
        if v == last:
            return
        v = search.vertex[v, NEXT]


@in_place_kernel
def shift_members(search: Search, b: int, amount: int) -> None:
    """Add to the stored duals of all vertices of a node."""
    y, vertex = search.y, search.vertex
    v, last = search.node[b, HEAD], search.node[b, TAIL]
    search.now[WORK] += search.node[b, SIZE]
    while True:
        y[v] += amount
        if v == last:
            return
        v = vertex[v, NEXT]


@in_place_kernel
def make_members_outer(search: Search, b: int, amount: int) -> None:
    """Mark all vertices of a node as outer, adding to their stored duals; the search ends when one is 0."""
    y, vertex, now = search.y, search.vertex, search.now
    v, last = search.node[b, HEAD], search.node[b, TAIL]
    now[WORK] += search.node[b, SIZE]
    while True:
        y[v] += amount
        vertex[v, STAMP] = now[OUTER_STAMP]
        if y[v] - now[FLOOR] < now[BOUND]:
            now[BOUND] = y[v] - now[FLOOR]
            now[END_FROM] = -1
            now[END_TO] = v
        if v == last:
            return
        v = vertex[v, NEXT]


@in_place_kernel
def make_inner(search: Search, b: int, u: int, v: int) -> None:
    """Put node b into the tree as inner, reached by the edge from the outer vertex u to its vertex v.

    The duals of b must be stored as those of inner nodes already.
    """
    node = search.node
    enlist(search, b, INNER)
    node[b, TREE_FROM] = u
    node[b, TREE_TO] = v
    if b >= len(search.y):
        time = node[b, Z] >> 1
        if time < search.now[BOUND]:
            push(search.heap, search.ready, search.now, time, -1 - b)


@in_place_kernel
def make_outer(search: Search, b: int, time: int) -> None:
    """Put a free node into the tree as outer."""
    enlist(search, b, OUTER)
    add_dual(search, b, -2 * time)
    make_members_outer(search, b, time)


@in_place_kernel
def grow(search: Search, u: int, v: int, time: int) -> None:
    """Reach the free node of v from the outer vertex u: it becomes inner, and its partner outer."""
    b = outermost(search, v)
    shift_members(search, b, -time)
    add_dual(search, b, 2 * time)
    make_inner(search, b, u, v)
    partner = outermost(search, search.mate[search.node[b, BASE]])
    make_outer(search, partner, time)
    scan_members(search, partner)
