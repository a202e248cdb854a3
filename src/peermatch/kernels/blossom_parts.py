"""Connected parts of the graph, in which an odd number of vertices leaves somebody out.

Idea
    In a part of odd size one vertex stays exposed whatever happens. Its dual must then be 0, far below those of all the
    others, and a search that brings it there shrinks the whole part into blossoms of all but two, all but four, ...
    vertices around each other. But one blossom around the whole part can carry what all duals have in common: with M
    the least dual of the part, duals y - M and one blossom with z = 2 M leave every slack as it is, and the search
    ends as soon as somebody reaches M. To the kernels that is a graph whose weights are lower by M.
Invariant
    Slacks within a part do not change; there are no edges between parts.
Cost
    O(n + m).
"""

from __future__ import annotations

from peermatch.kernels._jit import in_place_kernel
from peermatch.kernels.blossom_state import MANY, Ints, Search

__all__ = ["label_parts", "lower_parts"]


@in_place_kernel
def label_parts(search: Search, size: Ints) -> int:
    """Number the connected parts, and count the vertices of each and, where that is odd, those exposed."""
    part, left, mate, waiting = search.part, search.left, search.mate, search.trail
    part[:] = -1
    parts = 0
    for root in range(len(part)):
        if part[root] >= 0:
            continue
        part[root] = parts
        waiting[0] = root
        found, exposed, taken = 1, 0, 0
        while taken < found:
            u = waiting[taken]
            taken += 1
            exposed += mate[u] == -1
            for edge in range(search.start[u], search.start[u + 1]):
                v = search.target[edge]
                if part[v] < 0:
                    part[v] = parts
                    waiting[found] = v
                    found += 1
        size[parts] = found
        left[parts] = exposed if found % 2 == 1 and found > 1 else MANY
        parts += 1
    return parts


@in_place_kernel
def lower_parts(search: Search, parts: int, lowered: Ints) -> bool:
    """Lower the duals and weights of each part in which one exposed vertex is left, by its least dual.

    `lowered` receives by how much. Returns whether there is such a part; its last vertex may now be searched from.
    """
    y, part, left, start = search.y, search.part, search.left, search.start
    for p in range(parts):
        lowered[p] = MANY << 20
    for u in range(len(y)):
        lowered[part[u]] = min(lowered[part[u]], y[u])
    found = False
    for p in range(parts):
        if left[p] == 1:
            found = True
        else:
            lowered[p] = 0
        left[p] = MANY
    for u in range(len(y)):
        amount = lowered[part[u]]
        if amount > 0:
            y[u] -= amount
            for edge in range(start[u], start[u + 1]):
                search.doubled[edge] -= 2 * amount
    return found
