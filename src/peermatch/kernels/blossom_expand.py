"""Expanding: an inner blossom whose dual has come down to 0 gives way to its children.

Idea
    The children on the even side of the cycle between where the tree enters and the base stay in the tree,
    inner and outer in turn; the others, matched in pairs, become free.
Invariant
    The largest child keeps the group, and a child that stays inner keeps its stored duals, so that peeling a
    deeply nested blossom does not look at all of its vertices again and again.
Cost
    The vertices of the smaller children and of those that leave or become outer, and the edges of the latter.
"""

from __future__ import annotations

from peermatch.kernels._jit import in_place_kernel
from peermatch.kernels.blossom_augment import goes_forward
from peermatch.kernels.blossom_shrink import set_group
from peermatch.kernels.blossom_state import (
    FIRST,
    FREE,
    GROUP,
    GROUPS,
    HEAD,
    LABEL,
    LINK_FROM,
    LINK_TO,
    NEXT,
    NEXT_SIBLING,
    OUTER,
    OUTER_STAMP,
    OWNER,
    PARENT,
    PREVIOUS_SIBLING,
    SIZE,
    STAMP,
    TAIL,
    TREE_FROM,
    TREE_TO,
    UNUSED,
    Search,
    add_dual,
    outermost,
)
from peermatch.kernels.blossom_tree import make_inner, make_outer, offer, scan_members, shift_members

__all__: list[str] = []


@in_place_kernel
def separate(search: Search, b: int) -> None:
    """Make the children of b outermost nodes, each with a group of its own."""
    node, vertex, now, first = search.node, search.vertex, search.now, search.node[b, FIRST]
    largest, child = first, node[first, NEXT_SIBLING]
    while child != first:
        if node[child, SIZE] > node[largest, SIZE]:
            largest = child
        child = node[child, NEXT_SIBLING]
    node[largest, PARENT] = -1
    vertex[vertex[node[largest, HEAD], GROUP], OWNER] = largest
    child = node[largest, NEXT_SIBLING]
    while child != largest:
        now[GROUPS] -= 1
        group = search.groups[now[GROUPS]]
        node[child, PARENT] = -1
        set_group(search, child, group)
        vertex[group, OWNER] = child
        child = node[child, NEXT_SIBLING]


@in_place_kernel
def offer_members(search: Search, b: int) -> None:
    """Offer the edges by which the vertices of a node that has become free can be reached."""
    vertex, reached = search.vertex, search.now[OUTER_STAMP] - 1
    v, last = search.node[b, HEAD], search.node[b, TAIL]
    while True:
        if vertex[v, STAMP] == reached:
            offer(search, v)
        if v == last:
            return
        v = vertex[v, NEXT]


@in_place_kernel
def thread_path(search: Search, b: int, time: int) -> None:
    """Label the children of b between the tree's entry and the base: inner, outer, ..., inner."""
    node = search.node
    s, t = node[b, TREE_FROM], node[b, TREE_TO]
    child, base_child = outermost(search, t), node[b, FIRST]
    forward = goes_forward(search, b, child)
    while True:
        add_dual(search, child, 2 * time)
        make_inner(search, child, s, t)
        if child == base_child:
            return
        if forward:
            outer = node[child, NEXT_SIBLING]
            child = node[outer, NEXT_SIBLING]
            s, t = node[outer, LINK_FROM], node[outer, LINK_TO]
        else:
            outer = node[child, PREVIOUS_SIBLING]
            child = node[outer, PREVIOUS_SIBLING]
            s, t = node[child, LINK_TO], node[child, LINK_FROM]
        shift_members(search, outer, time)
        make_outer(search, outer, time)


@in_place_kernel
def expand(search: Search, b: int, time: int) -> None:
    """Replace the inner blossom b, whose dual is 0, by its children."""
    node, now = search.node, search.now
    separate(search, b)
    thread_path(search, b, time)
    first = node[b, FIRST]
    child = first
    while True:
        if node[child, LABEL] == FREE:
            shift_members(search, child, time)
            offer_members(search, child)
        elif node[child, LABEL] == OUTER:
            scan_members(search, child)
        child = node[child, NEXT_SIBLING]
        if child == first:
            break
    node[b, LABEL] = FREE
    node[b, SIZE] = 0
    search.unused[now[UNUSED]] = b
    now[UNUSED] += 1
