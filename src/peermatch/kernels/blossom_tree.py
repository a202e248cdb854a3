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

from peermatch.kernels._jit import kernel
from peermatch.kernels.blossom_heap import push
from peermatch.kernels.blossom_state import (
    BASE,
    BEST,
    BEST_EDGE,
    BOUND,
    END_FROM,
    END_TO,
    FREE,
    GROUP,
    HEAD,
    INNER,
    LABEL,
    MATE,
    NEXT,
    OUTER,
    OUTER_STAMP,
    STAMP,
    TAIL,
    TREE_FROM,
    TREE_TO,
    WORK,
    Search,
    Y,
    Z,
    add_dual,
    enlist,
    outermost,
)

__all__: list[str] = []


@kernel
def scan(search: Search, u: int) -> None:
    """Look along all edges of a vertex that has just become outer."""
    vertex, target, doubled, now = search.vertex, search.target, search.doubled, search.now
    outer, group, height = now[OUTER_STAMP], vertex[u, GROUP], vertex[u, Y]
    now[WORK] += search.start[u + 1] - search.start[u]
    for edge in range(search.start[u], search.start[u + 1]):
        v = target[edge]
        reach = height - doubled[edge]
        time = reach + vertex[v, Y]
        if vertex[v, STAMP] == outer:
            if vertex[v, GROUP] != group and (time >> 1) < now[BOUND]:
                push(search, time >> 1, edge)
        elif time < now[BOUND] and (vertex[v, STAMP] != outer - 1 or reach < vertex[v, BEST]):
            vertex[v, STAMP] = outer - 1
            vertex[v, BEST] = reach
            vertex[v, BEST_EDGE] = edge
            offer(search, v, time)


@kernel
def offer(search: Search, v: int, time: int) -> None:
    """Note when the best edge of v becomes tight, if v is free: an event, or the end of the search."""
    node, now = search.node, search.now
    b = outermost(search, v)
    if node[b, LABEL] != FREE or time >= now[BOUND]:
        return
    edge = search.vertex[v, BEST_EDGE]
    if search.vertex[node[b, BASE], MATE] >= 0:
        push(search, time, edge)
    else:
        now[BOUND] = time
        now[END_FROM] = search.source[edge]
        now[END_TO] = v


@kernel
def scan_members(search: Search, b: int) -> None:
    """Scan all vertices of a node."""
    v, last = search.node[b, HEAD], search.node[b, TAIL]
    while True:
        scan(search, v)
        if v == last:
            return
        v = search.vertex[v, NEXT]


@kernel
def shift_members(search: Search, b: int, amount: int) -> None:
    """Add to the stored duals of all vertices of a node."""
    vertex = search.vertex
    v, last = search.node[b, HEAD], search.node[b, TAIL]
    while True:
        vertex[v, Y] += amount
        if v == last:
            return
        v = vertex[v, NEXT]


@kernel
def make_members_outer(search: Search, b: int, amount: int) -> None:
    """Mark all vertices of a node as outer, adding to their stored duals; the search ends when one is 0."""
    vertex, now = search.vertex, search.now
    v, last = search.node[b, HEAD], search.node[b, TAIL]
    while True:
        vertex[v, Y] += amount
        vertex[v, STAMP] = now[OUTER_STAMP]
        if vertex[v, Y] < now[BOUND]:
            now[BOUND] = vertex[v, Y]
            now[END_FROM] = -1
            now[END_TO] = v
        if v == last:
            return
        v = vertex[v, NEXT]


@kernel
def make_inner(search: Search, b: int, u: int, v: int) -> None:
    """Put node b into the tree as inner, reached by the edge from the outer vertex u to its vertex v.

    The duals of b must be stored as those of inner nodes already.
    """
    node = search.node
    enlist(search, b, INNER)
    node[b, TREE_FROM] = u
    node[b, TREE_TO] = v
    if b >= len(search.vertex):
        time = node[b, Z] >> 1
        if time < search.now[BOUND]:
            push(search, time, -1 - b)


@kernel
def make_outer(search: Search, b: int, time: int) -> None:
    """Put a free node into the tree as outer."""
    enlist(search, b, OUTER)
    add_dual(search, b, -2 * time)
    make_members_outer(search, b, time)


@kernel
def grow(search: Search, u: int, v: int, time: int) -> None:
    """Reach the free node of v from the outer vertex u: it becomes inner, and its partner outer."""
    b = outermost(search, v)
    shift_members(search, b, -time)
    add_dual(search, b, 2 * time)
    make_inner(search, b, u, v)
    partner = outermost(search, search.vertex[search.node[b, BASE], MATE])
    make_outer(search, partner, time)
    scan_members(search, partner)
