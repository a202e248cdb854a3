"""Shrinking: a tight edge between two outer nodes closes an odd cycle, which becomes a blossom.

Idea
    The two tree paths are followed upwards in turn until they meet; the cycle's nodes become the children of a
    new outer node. Its inner nodes' vertices become outer and look along their edges for the first time.
Invariant
    The vertices of the largest child keep their group; the others take it over. A vertex changes its group
    only when its node at least doubles.
Cost
    The cycle's length, the vertices that become outer, and O(n log n) changes of group in a search.
"""

from __future__ import annotations

from peermatch.kernels._jit import in_place_kernel
from peermatch.kernels.blossom_state import (
    BASE,
    FIRST,
    FREE,
    GROUP,
    GROUPS,
    HEAD,
    INNER,
    LABEL,
    LINK_FROM,
    LINK_TO,
    MARK,
    MARKS,
    NEXT,
    NEXT_SIBLING,
    OUTER,
    OWNER,
    PARENT,
    PREVIOUS_SIBLING,
    SIZE,
    TAIL,
    TREE_FROM,
    TREE_TO,
    UNUSED,
    Search,
    Z,
    add_dual,
    enlist,
    outermost,
)
from peermatch.kernels.blossom_tree import make_members_outer, scan_members

__all__: list[str] = []


@in_place_kernel
def outer_above(search: Search, b: int) -> int:
    """Return the next outer node on the way from the outer node b to the root; -1 at the root."""
    mate = search.mate[search.node[b, BASE]]
    if mate < 0:
        return -1
    return outermost(search, search.node[outermost(search, mate), TREE_FROM])


@in_place_kernel
def meeting_point(search: Search, a: int, b: int) -> int:
    """Return the first outer node that the tree paths from a and b share."""
    node, now = search.node, search.now
    now[MARKS] += 1
    mark = now[MARKS]
    while True:
        if a >= 0:
            if node[a, MARK] == mark:
                return a
            node[a, MARK] = mark
            a = outer_above(search, a)
        a, b = b, a


@in_place_kernel
def join(search: Search, a: int, b: int, x: int, y: int) -> None:
    """Make b the next sibling of a, by the edge from x in a to y in b."""
    node = search.node
    node[a, NEXT_SIBLING] = b
    node[b, PREVIOUS_SIBLING] = a
    node[a, LINK_FROM] = x
    node[a, LINK_TO] = y


@in_place_kernel
def join_path(search: Search, b: int, end: int, upwards: bool) -> None:
    """Join the nodes of the tree path from the outer node b up to `end` as siblings, upwards or downwards."""
    node = search.node
    while b != end:
        x = node[b, BASE]
        y = search.mate[x]
        inner = outermost(search, y)
        s, t = node[inner, TREE_FROM], node[inner, TREE_TO]
        above = outermost(search, s)
        if upwards:
            join(search, b, inner, x, y)
            join(search, inner, above, t, s)
        else:
            join(search, inner, b, y, x)
            join(search, above, inner, s, t)
        b = above


@in_place_kernel
def take_in(search: Search, blossom: int, child: int, time: int) -> None:
    """Make an outermost tree node a child: its z stops changing, its vertices are outer from now on."""
    node = search.node
    if node[child, LABEL] == INNER:
        make_members_outer(search, child, 2 * time)
        add_dual(search, child, -2 * time)
    else:
        add_dual(search, child, 2 * time)
    node[child, PARENT] = blossom
    node[blossom, SIZE] += node[child, SIZE]


@in_place_kernel
def unite_groups(search: Search, blossom: int) -> None:
    """Chain the children's vertices and give them one group: that of the largest child."""
    node, vertex = search.node, search.vertex
    first = node[blossom, FIRST]
    largest, child = first, node[first, NEXT_SIBLING]
    while child != first:
        vertex[node[node[child, PREVIOUS_SIBLING], TAIL], NEXT] = node[child, HEAD]
        if node[child, SIZE] > node[largest, SIZE]:
            largest = child
        child = node[child, NEXT_SIBLING]
    node[blossom, HEAD] = node[first, HEAD]
    node[blossom, TAIL] = node[node[first, PREVIOUS_SIBLING], TAIL]
    group = vertex[node[largest, HEAD], GROUP]
    vertex[group, OWNER] = blossom
    child = node[largest, NEXT_SIBLING]
    while child != largest:
        search.groups[search.now[GROUPS]] = vertex[node[child, HEAD], GROUP]
        search.now[GROUPS] += 1
        set_group(search, child, group)
        child = node[child, NEXT_SIBLING]


@in_place_kernel
def set_group(search: Search, b: int, group: int) -> None:
    """Give all vertices of a node this group."""
    vertex = search.vertex
    v, last = search.node[b, HEAD], search.node[b, TAIL]
    while True:
        vertex[v, GROUP] = group
        if v == last:
            return
        v = vertex[v, NEXT]


@in_place_kernel
def shrink(search: Search, u: int, v: int, time: int) -> None:
    """Make a blossom of the cycle that the tight edge from u to v closes, both in different outer nodes."""
    node, now = search.node, search.now
    a, b = outermost(search, u), outermost(search, v)
    first = meeting_point(search, a, b)
    now[UNUSED] -= 1
    blossom = search.unused[now[UNUSED]]
    join_path(search, a, first, False)
    join(search, a, b, u, v)
    join_path(search, b, first, True)
    node[blossom, FIRST] = first
    node[blossom, BASE] = node[first, BASE]
    node[blossom, PARENT] = -1
    node[blossom, SIZE] = 0
    node[blossom, Z] = -2 * time
    child = first
    while True:
        take_in(search, blossom, child, time)
        child = node[child, NEXT_SIBLING]
        if child == first:
            break
    unite_groups(search, blossom)
    enlist(search, blossom, OUTER)
    while True:
        if node[child, LABEL] == INNER:
            scan_members(search, child)
        node[child, LABEL] = FREE
        child = node[child, NEXT_SIBLING]
        if child == first:
            return
