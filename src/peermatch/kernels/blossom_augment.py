"""Changing the matching: along the tree, and inside the blossoms on the way.

Idea
    Matched and unmatched edges swap along the tree path from the end of the search to its root. A blossom on the
    way is entered at a new vertex, which becomes its base: the children on the even side of the cycle between the
    new and the old base swap too, and so on inside them.
Invariant
    In every blossom the first child holds the base, and children 1 and 2, 3 and 4, ... of the cycle are matched.
Cost
    Linear in the nodes on the path and inside its blossoms.
"""

from __future__ import annotations

from peermatch.kernels._jit import in_place_kernel
from peermatch.kernels.blossom_state import (
    BASE,
    FIRST,
    LINK_FROM,
    LINK_TO,
    NEXT_SIBLING,
    PARENT,
    PREVIOUS_SIBLING,
    TREE_FROM,
    TREE_TO,
    Search,
    outermost,
)

__all__: list[str] = []


@in_place_kernel
def goes_forward(search: Search, b: int, child: int) -> bool:
    """Return whether this child of b is matched to its next sibling (else its previous one): an odd place."""
    node = search.node
    odd, sibling = False, node[b, FIRST]
    while sibling != child:
        sibling = node[sibling, NEXT_SIBLING]
        odd = not odd
    return odd


@in_place_kernel
def put_path(search: Search, b: int, v: int, size: int) -> int:
    """Put the blossoms around v, up to b, on the stack where v is not their base; return the stack's size."""
    node, stack = search.node, search.stack
    child = v
    while child != b:
        around = node[child, PARENT]
        if node[around, BASE] != v:
            stack[size, 0], stack[size, 1] = around, child
            node[around, BASE] = v
            size += 1
        child = around
    return size


@in_place_kernel
def turn(search: Search, b: int, child: int, size: int) -> int:
    """Make a child the first of blossom b; put what has to turn with it on the stack; return the stack's size."""
    node, mate = search.node, search.mate
    forward = goes_forward(search, b, child)
    c = child
    while c != node[b, FIRST]:
        # c was matched to d; from now on d is matched to e, the sibling after d
        if forward:
            d = node[c, NEXT_SIBLING]
            e = node[d, NEXT_SIBLING]
            x, y = node[d, LINK_FROM], node[d, LINK_TO]
        else:
            d = node[c, PREVIOUS_SIBLING]
            e = node[d, PREVIOUS_SIBLING]
            x, y = node[e, LINK_TO], node[e, LINK_FROM]
        mate[x], mate[y] = y, x
        size = put_path(search, d, x, size)
        size = put_path(search, e, y, size)
        c = e
    node[b, FIRST] = child
    return size


@in_place_kernel
def rebase(search: Search, b: int, v: int) -> None:
    """Make v the base of node b, changing the matching inside; v's own mate is left to the caller."""
    stack = search.stack
    size = put_path(search, b, v, 0)
    while size > 0:
        size -= 1
        size = turn(search, stack[size, 0], stack[size, 1], size)


@in_place_kernel
def augment(search: Search, u: int, v: int) -> None:
    """End a search: match u with the exposed vertex v, or (u of -1) leave v exposed; swap along to the root."""
    node = search.node
    x, partner = v, -1
    if u >= 0:
        rebase(search, outermost(search, v), v)
        search.mate[v] = u
        x, partner = u, v
    while True:
        outer = outermost(search, x)
        above = search.mate[node[outer, BASE]]
        rebase(search, outer, x)
        search.mate[x] = partner
        if above < 0:
            return
        inner = outermost(search, above)
        x, partner = node[inner, TREE_FROM], node[inner, TREE_TO]
        rebase(search, inner, partner)
        search.mate[partner] = x
