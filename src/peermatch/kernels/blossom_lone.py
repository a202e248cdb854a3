"""The last exposed vertex of an odd component: somebody must stay alone, and the duals need not fall to 0 for it.

Idea
    Where all vertices of a connected component but one are matched, the component as a whole is an odd set. Let c be
    the least of its duals: c less for each vertex and 2 c for the whole set cover every edge as before. So the search
    for whom to leave alone may end when a dual comes down to c, which is soon, instead of 0, which would nest most
    of the component in thousands of blossoms, a triangle around the last one each.
Invariant
    POOL of a vertex is the root of such a search in its component, -1 if there was none; GROUND of the root is c
    once the search has ended, else 0. No dual of the component is below c, and that of the vertex left alone is c.
Cost
    O(edges of the component) to look whether a vertex is the last one, only where few are exposed at all.
"""

from __future__ import annotations

from peermatch.kernels._jit import in_place_kernel
from peermatch.kernels.blossom_state import FEW, FLOOR, GROUND, MARK, MARKS, POOL, STOP, WORK, Search

__all__: list[str] = []

FEW_EXPOSED = 16


@in_place_kernel
def forget_pools(search: Search) -> None:
    """Set out for searches with no pool known yet."""
    vertex, now, exposed = search.vertex, search.now, 0
    for v in range(len(search.y)):
        vertex[v, POOL] = -1
        vertex[v, GROUND] = 0
        if search.mate[v] == -1 and search.y[v] > 0:
            exposed += 1
    now[FEW] = exposed <= FEW_EXPOSED
    now[FLOOR] = 0


@in_place_kernel
def ground_of(search: Search, v: int) -> int:
    """Return how far the dual of a vertex has to fall where it is left alone."""
    pool = search.vertex[v, POOL]
    if pool < 0:
        return 0
    ground: int = search.vertex[pool, GROUND]
    return ground


@in_place_kernel
def look_for_others(search: Search, root: int) -> bool:
    """Put the vertices of the component on the trail; False as soon as another exposed vertex is found."""
    node, now, trail = search.node, search.now, search.trail
    now[MARKS] += 1
    trail[0] = root
    node[root, MARK] = now[MARKS]
    seen, looked_from = 1, 0
    while looked_from < seen:
        u = trail[looked_from]
        looked_from += 1
        for edge in range(search.start[u], search.start[u + 1]):
            v = search.target[edge]
            if node[v, MARK] != now[MARKS]:
                if search.mate[v] < 0:
                    return False
                node[v, MARK] = now[MARKS]
                trail[seen] = v
                seen += 1
    least = search.y[root]
    for i in range(seen):
        search.vertex[trail[i], POOL] = root
        least = min(least, search.y[trail[i]])
    now[FLOOR] = least
    return True


@in_place_kernel
def set_floor(search: Search, root: int) -> None:
    """Let the search from this root end early, if no other vertex of its component is exposed."""
    now = search.now
    now[FLOOR] = 0
    if now[FEW] and look_for_others(search, root):
        now[STOP] = now[WORK] + (1 << 60)


@in_place_kernel
def touch_ground(search: Search, root: int) -> None:
    """Note that the search from this root has ended at the floor."""
    search.vertex[root, GROUND] = search.now[FLOOR]
