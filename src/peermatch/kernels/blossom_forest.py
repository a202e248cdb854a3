"""The fractional start, with all trees growing at once: for graphs on which single searches look at too much.

Idea
    Where many vertices must stay exposed, or everything is tied, each single search would walk through the same
    vertices again. Here every exposed vertex with a positive dual is the root of a tree, all trees grow with one
    time, and each vertex is in one tree only. Trees that meet, and a tree that ends for one of the reasons of a
    single search (see `blossom_fraction`), are taken apart: their vertices are free again and look around for
    the trees that are left.
Invariant
    Every free vertex that outer vertices can reach has an event in the heap that is due no later than the first of
    them; when it has become pointless, because that tree is gone, the vertex looks around again.
    The stamps are those of single searches; BEST_FROM is the outer vertex above an inner one. TREE is the root; of a
    vertex that is reached, the stored dual that BEST_FROM had then: another one now tells of another tree. The
    duals of all roots are made even at the start, so that trees meet at whole times.
Cost
    A vertex looks at its edges when it becomes outer and when its tree is taken apart. All trees are taken apart
    and planted again when the heap is full, which can only happen after trees have ended.
"""

from __future__ import annotations

from peermatch.kernels._jit import in_place_kernel
from peermatch.kernels.blossom_fraction import close_cycle, split_cycle, swap_up
from peermatch.kernels.blossom_heap import NONE, clear, push, take_next
from peermatch.kernels.blossom_state import (
    BEST,
    BEST_FROM,
    BOUND,
    CURSOR,
    HEAP_SIZE,
    NEXT_IN_TREE,
    OUTER_STAMP,
    READY,
    ROOT,
    SEARCHES,
    STAMP,
    TIME,
    TREE,
    WORK,
    Search,
)

__all__: list[str] = []

PACK = 32  # the event of an outer vertex u and its k-th edge is (u + 1) << PACK | k; of a dual of 0, -1 - u


@in_place_kernel
def plant(search: Search) -> bool:
    """Make a tree of every exposed vertex with a positive dual; False if there is none."""
    y, mate, vertex, now = search.y, search.mate, search.vertex, search.now
    now[OUTER_STAMP] += 3
    clear(now)
    now[BOUND] = 1 << 62
    now[ROOT] = -1
    for root in range(len(y)):
        if mate[root] == -1 and y[root] > 0:
            y[root] += y[root] & 1
            now[ROOT] = root
            now[SEARCHES] += 1
            vertex[root, STAMP] = now[OUTER_STAMP]
            vertex[root, TREE] = root
            vertex[root, NEXT_IN_TREE] = -1
    now[CURSOR] = 0
    return bool(now[ROOT] >= 0)


@in_place_kernel
def sprout(search: Search, pause: int) -> bool:
    """Let all roots look along their edges; False for a pause at this work."""
    now = search.now
    for root in range(now[CURSOR], len(search.y)):
        if now[WORK] >= pause:
            now[CURSOR] = root
            return False
        if search.vertex[root, STAMP] == now[OUTER_STAMP]:
            reach_out(search, root)
    now[CURSOR] = len(search.y)
    return True


@in_place_kernel
def reach_out(search: Search, u: int) -> None:
    """Look along the edges of an outer vertex; note when its dual will be 0."""
    y, vertex, now = search.y, search.vertex, search.now
    start, target, doubled = search.start, search.target, search.doubled
    outer, height = now[OUTER_STAMP], y[u]
    push(search.heap, search.ready, now, height, -1 - u)
    now[WORK] += start[u + 1] - start[u] + 1
    for edge in range(start[u], start[u + 1]):
        v = target[edge]
        stamp = vertex[v, STAMP]
        if stamp == outer - 1:
            continue
        due = height + y[v] - doubled[edge]
        if stamp == outer:
            push(search.heap, search.ready, now, due >> 1, (u + 1) << PACK | (edge - start[u]))
        elif stamp != outer - 2 or due < vertex[v, BEST]:
            vertex[v, STAMP] = outer - 2
            vertex[v, BEST] = due
            vertex[v, BEST_FROM] = u
            vertex[v, TREE] = height
            push(search.heap, search.ready, now, due, v)


@in_place_kernel
def look_around(search: Search, v: int) -> None:
    """Find the outer vertex that will reach a free vertex first."""
    y, vertex, now = search.y, search.vertex, search.now
    start, target, doubled = search.start, search.target, search.doubled
    outer, height = now[OUTER_STAMP], y[v]
    vertex[v, STAMP] = 0
    now[WORK] += start[v + 1] - start[v]
    for edge in range(start[v], start[v + 1]):
        u = target[edge]
        if vertex[u, STAMP] == outer:
            due = height + y[u] - doubled[edge]
            if vertex[v, STAMP] == 0 or due < vertex[v, BEST]:
                vertex[v, STAMP] = outer - 2
                vertex[v, BEST] = due
                vertex[v, BEST_FROM] = u
                vertex[v, TREE] = y[u]
    if vertex[v, STAMP] != 0:
        push(search.heap, search.ready, now, vertex[v, BEST], v)


@in_place_kernel
def match_forest(search: Search, pause: int) -> bool:
    """Grow trees until no exposed vertex has a positive dual; False for a pause at this work."""
    now = search.now
    while True:
        if now[ROOT] < 0 and not plant(search):
            return True
        if not go_on_forest(search, pause):
            return False


@in_place_kernel
def go_on_forest(search: Search, pause: int) -> bool:
    """Carry on until no tree is left, or the trees must be planted again; False for a pause at this work."""
    now = search.now
    limit = len(search.heap) - 2 * len(search.y) - 8
    if now[CURSOR] < len(search.y) and not sprout(search, pause):
        return False
    while True:
        if now[WORK] >= pause:
            return False
        if now[HEAP_SIZE] >= limit or now[READY] >= limit:
            uproot(search)
            return True
        event = take_next(search.heap, search.ready, now)
        if event == NONE:
            now[ROOT] = -1
            return True
        if event < 0:
            end_at_zero(search, -1 - event)
        elif event >> PACK:
            u, place = (event >> PACK) - 1, event & ((1 << PACK) - 1)
            meet(search, u, search.start[u] + place)
        else:
            reach(search, event)


@in_place_kernel
def end_at_zero(search: Search, u: int) -> None:
    """Let a tree end with this vertex exposed, if it is still outer and its dual is 0."""
    vertex, now = search.vertex, search.now
    if vertex[u, STAMP] == now[OUTER_STAMP] and search.y[u] == now[TIME]:
        tree = vertex[u, TREE]
        settle_tree(search, tree)
        swap_up(search, u, -1)
        set_free(search, tree)
        look_around_from(search, tree)


@in_place_kernel
def meet(search: Search, u: int, edge: int) -> None:
    """Join two trees, or close an odd cycle, if the edge is still one between outer vertices and is tight."""
    y, vertex, now = search.y, search.vertex, search.now
    v, outer = search.target[edge], now[OUTER_STAMP]
    if vertex[u, STAMP] != outer or vertex[v, STAMP] != outer:
        return
    if y[u] + y[v] - search.doubled[edge] != 2 * now[TIME]:
        return
    first, second = vertex[u, TREE], vertex[v, TREE]
    settle_tree(search, first)
    if first == second:
        close_cycle(search, u, v)
    else:
        settle_tree(search, second)
        swap_up(search, v, -1)
        swap_up(search, u, v)
        set_free(search, second)
    set_free(search, first)
    look_around_from(search, first)
    if first != second:
        look_around_from(search, second)


@in_place_kernel
def reach(search: Search, v: int) -> None:
    """Let the tree that reaches a free vertex first grow by it and its partner, or end there."""
    y, mate, vertex, now = search.y, search.mate, search.vertex, search.now
    outer = now[OUTER_STAMP]
    if vertex[v, STAMP] != outer - 2 or vertex[v, BEST] != now[TIME]:
        return
    u = vertex[v, BEST_FROM]
    if vertex[u, STAMP] != outer or y[u] != vertex[v, TREE]:
        look_around(search, v)
        return
    tree = vertex[u, TREE]
    if mate[v] < 0:
        settle_tree(search, tree)
        if mate[v] < -1:
            split_cycle(search, v)
        swap_up(search, u, v)
        set_free(search, tree)
        look_around_from(search, tree)
        look_around(search, v)
        return
    w = mate[v]
    vertex[v, STAMP], vertex[w, STAMP] = outer - 1, outer
    vertex[w, TREE] = tree
    vertex[w, NEXT_IN_TREE] = vertex[tree, NEXT_IN_TREE]
    vertex[v, NEXT_IN_TREE] = w
    vertex[tree, NEXT_IN_TREE] = v
    y[v] -= now[TIME]
    y[w] += now[TIME]
    reach_out(search, w)


@in_place_kernel
def settle_tree(search: Search, tree: int) -> None:
    """Write the true duals of a tree's vertices."""
    vertex = search.vertex
    u = tree
    while u >= 0:
        settle_vertex(search, u)
        u = vertex[u, NEXT_IN_TREE]


@in_place_kernel
def settle_vertex(search: Search, u: int) -> None:
    """Write the true dual of a vertex of a tree."""
    now = search.now
    search.y[u] += -now[TIME] if search.vertex[u, STAMP] == now[OUTER_STAMP] else now[TIME]


@in_place_kernel
def uproot(search: Search) -> None:
    """Take all trees apart where they stand, with feasible duals."""
    vertex, now = search.vertex, search.now
    for u in range(len(search.y)):
        if vertex[u, STAMP] >= now[OUTER_STAMP] - 1:
            settle_vertex(search, u)
            vertex[u, STAMP] = 0
    now[ROOT] = -1


@in_place_kernel
def set_free(search: Search, tree: int) -> None:
    """Make a tree's vertices free."""
    vertex = search.vertex
    u = tree
    while u >= 0:
        vertex[u, STAMP] = 0
        u = vertex[u, NEXT_IN_TREE]


@in_place_kernel
def look_around_from(search: Search, tree: int) -> None:
    """Let the vertices of a tree that has been set free look for trees that are left."""
    u = tree
    while u >= 0:
        look_around(search, u)
        u = search.vertex[u, NEXT_IN_TREE]
