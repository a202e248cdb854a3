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
    leaves a valid matching and a valid bound. A search that runs to its end makes one exposed vertex with y > 0 fewer
    and no new one; one that is put off (see `blossom_rounds`) leaves its root exposed, with a lower dual. Within a
    tree the duals of all outer vertices are odd or all are even, since they hang together by tight edges of even
    weight: half of their slack is whole. For the last exposed vertex of a component "0" is another number, see
    `blossom_lone`.
Cost
    O(n) searches of O(m log m) each at worst; memory linear in vertices and edges. In practice the fractional start
    leaves few vertices exposed, and a search sees a small part of the graph.
"""

from __future__ import annotations

from peermatch.kernels._jit import in_place_kernel
from peermatch.kernels.blossom_augment import augment
from peermatch.kernels.blossom_expand import expand
from peermatch.kernels.blossom_heap import NONE, clear, move_on, take_next
from peermatch.kernels.blossom_lone import set_floor, touch_ground
from peermatch.kernels.blossom_rounds import next_root
from peermatch.kernels.blossom_shrink import shrink
from peermatch.kernels.blossom_state import (
    BEST,
    BEST_FROM,
    BOUND,
    END_FROM,
    END_TO,
    FLOOR,
    FREE,
    GROUP,
    INNER,
    LABEL,
    OUTER_STAMP,
    PARENT,
    PUT_OFF,
    ROOT,
    SEARCHES,
    STAMP,
    STOP,
    TIME,
    TRAIL_SIZE,
    WORK,
    Search,
    Z,
    add_dual,
    outermost,
)
from peermatch.kernels.blossom_tree import PACK, grow, make_outer, scan_members, shift_members

__all__ = ["match_exposed", "put_off"]


@in_place_kernel
def match_exposed(search: Search, work: int) -> bool:
    """Search from exposed vertices with a positive dual, until there are none or this much more work is done."""
    now = search.now
    pause = now[WORK] + work
    while True:
        if now[ROOT] < 0:
            root = next_root(search)
            if root < 0:
                return True
            set_floor(search, root)
            begin_search(search, root)
        if not go_on(search, pause):
            return False


@in_place_kernel
def begin_search(search: Search, root: int) -> None:
    """Make the node of an exposed vertex the root of a search."""
    now = search.now
    now[ROOT] = root
    now[SEARCHES] += 1
    now[OUTER_STAMP] += 2
    now[TRAIL_SIZE] = 0
    clear(now)
    now[BOUND], now[END_FROM], now[END_TO] = search.y[root] - now[FLOOR], -1, root
    tree = outermost(search, root)
    make_outer(search, tree, 0)
    scan_members(search, tree)


@in_place_kernel
def go_on(search: Search, pause: int) -> bool:
    """Carry on with a search to its end, or until it is put off; False for a pause at this work."""
    now = search.now
    while True:
        if now[WORK] >= pause:
            return False
        if now[WORK] >= now[STOP]:
            move_on(search.heap, now)
            break
        event = take_next(search.heap, search.ready, now)
        if event == NONE:
            break
        if event >= 0:
            use_tight_edge(search, event, now[TIME])
        else:
            use_empty_blossom(search, -1 - event, now[TIME])
    finish(search)
    return True


@in_place_kernel
def put_off(search: Search) -> None:
    """End the search under way, if there is one, where it stands: with feasible duals, and its root exposed."""
    if search.now[ROOT] >= 0:
        move_on(search.heap, search.now)
        finish(search)


@in_place_kernel
def finish(search: Search) -> None:
    """Change the matching if the search ran to its end, and write the true duals."""
    now = search.now
    if now[TIME] >= now[BOUND]:
        augment(search, now[END_FROM], now[END_TO])
        if now[FLOOR] > 0:
            touch_ground(search, now[ROOT])
    else:
        now[PUT_OFF] += 1
    settle_duals(search, now[TIME])
    now[ROOT] = -1


@in_place_kernel
def use_tight_edge(search: Search, event: int, time: int) -> None:
    """Grow or shrink, if the tight edge from an outer vertex still leads anywhere."""
    vertex, stamp = search.vertex, search.now[OUTER_STAMP]
    if event >> PACK:
        u, v = (event >> PACK) - 1, event & ((1 << PACK) - 1)
        if vertex[u, GROUP] != vertex[v, GROUP]:
            shrink(search, u, v, time)
    elif (
        vertex[event, STAMP] == stamp - 1
        and vertex[event, BEST] + search.y[event] == time
        and search.node[outermost(search, event), LABEL] == FREE
    ):
        grow(search, vertex[event, BEST_FROM], event, time)


@in_place_kernel
def use_empty_blossom(search: Search, b: int, time: int) -> None:
    """Expand an inner blossom, if it is still there and its dual is indeed 0."""
    node = search.node
    if node[b, LABEL] == INNER and node[b, PARENT] < 0 and node[b, Z] == 2 * time:
        expand(search, b, time)


@in_place_kernel
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
