"""Maximum-weight matching on a general graph: Edmonds' primal-dual method, one search tree at a time.

Idea
    Edmonds (1965) keeps duals y >= 0 of vertices and z >= 0 of odd sets ("blossoms") such that
    y(u) + y(v) + (z of the blossoms around both) - 2 w(u,v) is never negative, and 0 on matched edges. A matching
    is optimal once its exposed vertices have y = 0. So each exposed vertex with y > 0 becomes in turn the root of a
    search: a tree of alternating tight edges, whose outer vertices' duals fall and whose inner ones' rise until an
    edge reaches an exposed vertex, or the dual of an outer vertex is 0: then the matching changes along the path
    to the root. (Galil 1986 describes the method; here, as in Gabow's and Galil's versions, dual changes are kept
    as one number for the whole search, and events wait in a heap.)
Invariants
    Between searches the duals are feasible and whole numbers, tight on matched edges, so that stopping there
    leaves a valid matching and a valid bound. Each search makes at least one exposed vertex with y > 0 fewer and no
    new one, so one pass over the vertices is enough. Within a tree the duals of all outer vertices are odd or all
    are even, since they hang together by tight edges of even weight: half of their slack is whole.
Cost
    O(n) searches of O(m log m) each at worst; memory linear in vertices and edges. In practice few vertices are
    left exposed by the start, and a search sees a small part of the graph.
"""

from __future__ import annotations

from peermatch.kernels._jit import kernel
from peermatch.kernels.blossom_augment import augment
from peermatch.kernels.blossom_expand import expand
from peermatch.kernels.blossom_heap import drop_first
from peermatch.kernels.blossom_shrink import shrink
from peermatch.kernels.blossom_state import (
    BOUND,
    END_FROM,
    END_TO,
    FREE,
    GROUP,
    HEAP_SIZE,
    INNER,
    LABEL,
    MATE,
    OUTER_STAMP,
    PARENT,
    SEARCHES,
    STAMP,
    TRAIL_SIZE,
    WORK,
    Search,
    Y,
    Z,
    add_dual,
    outermost,
)
from peermatch.kernels.blossom_tree import grow, make_outer, scan_members, shift_members

__all__ = ["match_exposed"]


@kernel
def match_exposed(search: Search, first: int, work: int) -> int:
    """Search from each exposed vertex with a positive dual, from number `first` on.

    Parameters
    ----------
    search : Search
        With feasible duals, tight on the matched edges (see `greedy_start`).
    first : int
    work : int
        Return to the caller once this many more edges have been looked at (and the search under way is done).

    Returns
    -------
    int
        Where to go on; the number of vertices when the matching is optimal.
    """
    vertex, now = search.vertex, search.now
    limit = now[WORK] + work
    for root in range(first, len(vertex)):
        if now[WORK] >= limit:
            return root
        if vertex[root, MATE] < 0 and vertex[root, Y] > 0:
            search_from(search, root)
    return len(vertex)


@kernel
def search_from(search: Search, root: int) -> None:
    """Find the best use of an exposed vertex: a partner, at once or by changes along a path, or none."""
    heap, now = search.heap, search.now
    now[SEARCHES] += 1
    now[OUTER_STAMP] += 2
    now[HEAP_SIZE] = 0
    now[TRAIL_SIZE] = 0
    now[BOUND] = search.vertex[root, Y]
    now[END_FROM] = -1
    now[END_TO] = root
    tree = outermost(search, root)
    make_outer(search, tree, 0)
    scan_members(search, tree)
    while now[HEAP_SIZE] > 0 and heap[0, 0] < now[BOUND]:
        time, event = heap[0, 0], heap[0, 1]
        drop_first(search)
        if event >= 0:
            use_tight_edge(search, event, time)
        else:
            use_empty_blossom(search, -1 - event, time)
    augment(search, now[END_FROM], now[END_TO])
    settle_duals(search, now[BOUND])


@kernel
def use_tight_edge(search: Search, edge: int, time: int) -> None:
    """Grow or shrink, if the edge from an outer vertex is indeed tight and still leads anywhere."""
    vertex, node = search.vertex, search.node
    u, v = search.source[edge], search.target[edge]
    slack = vertex[u, Y] + vertex[v, Y] - time - search.doubled[edge]
    if vertex[v, STAMP] == search.now[OUTER_STAMP]:
        if slack == time and vertex[u, GROUP] != vertex[v, GROUP]:
            shrink(search, u, v, time)
    elif slack == 0 and node[outermost(search, v), LABEL] == FREE:
        grow(search, u, v, time)


@kernel
def use_empty_blossom(search: Search, b: int, time: int) -> None:
    """Expand an inner blossom, if it is still there and its dual is indeed 0."""
    node = search.node
    if node[b, LABEL] == INNER and node[b, PARENT] < 0 and node[b, Z] == 2 * time:
        expand(search, b, time)


@kernel
def settle_duals(search: Search, time: int) -> None:
    """Write the true duals of all tree nodes at the end of a search, and take their labels away."""
    node = search.node
    for i in range(search.now[TRAIL_SIZE]):
        b = search.trail[i]
        if node[b, PARENT] >= 0 or node[b, LABEL] == FREE:
            continue
        change = time if node[b, LABEL] == INNER else -time
        shift_members(search, b, change)
        add_dual(search, b, -2 * change)
        node[b, LABEL] = FREE
