"""What the blossom kernels work on: the graph, the vertices, the blossom forest and one search tree.

Idea
    Everything is an array with one row per thing and named columns, so that what belongs together lies
    together in memory (a vertex is one cache line). Duals and partners stand apart: most edges are dismissed by
    a look at a dual. A *node* of the blossom forest is a vertex (number below n) or a blossom (n and above): an odd
    cycle of child nodes, in which the first child holds the base, children 1 and 2, 3 and 4, ... are matched to each
    other, and each child knows the edge to its next sibling.
Invariants
    The vertices of a node form the chain HEAD ... TAIL along NEXT; a blossom's is its children's, joined. All
    vertices of an outermost node share a group, a number below n; OWNER of that number is the node.
    Duals of nodes in the search tree are stored relative to the total dual change `time` of the search, so that
    a dual change touches nothing: an outer vertex stores y + time and an inner one y - time, an outer blossom
    z - 2 time and an inner one z + 2 time.
Cost
    Memory is linear in vertices and edges.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from peermatch.kernels._jit import in_place_kernel

__all__ = ["Search", "new_search"]

Ints = npt.NDArray[np.int64]

# Columns of a vertex.
GROUP = 0  # the same number for all vertices of an outermost node
NEXT = 1  # next vertex of the same node
OWNER = 2  # the outermost node of the group with this number
BEST = 3  # least (y + time of an outer neighbour) - (doubled weight), valid if STAMP says "reached"
BEST_FROM = 4  # the outer neighbour that it comes from
STAMP = 5  # of this search (see there), or of an older one

TREE = 6  # in a forest: see there
NEXT_IN_TREE = 7
POOL = 6  # among blossoms: see `blossom_lone`
GROUND = 7

# Columns of a node.
PARENT = 0  # the blossom directly around, -1 for an outermost node
FIRST = 1  # the child that holds the base
NEXT_SIBLING = 2
PREVIOUS_SIBLING = 3
LINK_FROM = 4  # the edge to the next sibling: its end here ...
LINK_TO = 5  # ... and its end there
BASE = 6  # the vertex that is not matched inside
HEAD = 7  # first and last of the chain of vertices
TAIL = 8
SIZE = 9  # vertices inside; 0 for a blossom number that is not in use
LABEL = 10
Z = 11  # dual of a blossom, always even; z - 2 time for an outer one, z + 2 time for an inner one
TREE_FROM = 12  # the edge through which an inner node was reached: its outer end ...
TREE_TO = 13  # ... and its end here
MARK = 14

FREE = 0  # labels: not in the search tree,
OUTER = 1  # at an even distance from the root,
INNER = 2  # at an odd distance

# Slots of `now`.
HEAP_SIZE = 0
BOUND = 1  # the search ends at this time at the latest,
END_FROM = 2  # by this edge to an exposed vertex, or (END_FROM of -1)
END_TO = 3  # by this vertex, whose dual is then FLOOR (0, but for the last one of a component)
TRAIL_SIZE = 4
OUTER_STAMP = 5  # the stamp of outer vertices; those below mean what the search says
MARKS = 6
UNUSED = 7  # how many blossom numbers are not in use
WORK = 8  # edges looked at
SEARCHES = 9
GROUPS = 10  # how many group numbers are not in use
TIME = 11  # the total dual change of the search
READY = 12  # how many events stand in the queue of those that are due at once,
SERVED = 19  # and how many of them have been taken
AMONG_BLOSSOMS = 22  # whether the fractional start is over
FEW = 20  # whether few vertices are exposed, so that each may be the last one of its component
FLOOR = 21  # the search ends when an outer dual comes down to this
ROOT = 13  # where the search under way began, -1 between searches
CURSOR = 14  # where the round under way is
ALLOWED = 15  # the work that one search may take in this round
PUT_OFF = 16  # searches that were ended by it in this round
STOP = 17  # the work at which the search under way is put off
FOREST = 18  # the work from which on single searches give way to a forest; 0: they have


class Search(NamedTuple):
    """The arrays that every blossom kernel takes.

    Attributes
    ----------
    start : int64 array, shape (n + 1,)
        The edges from vertex u are those from start[u] to start[u + 1].
    target : int32 array, shape (2 m,)
    doubled : int64 array, shape (2 m,)
        Twice the weight of each edge.
    y : int64 array, shape (n,)
        Dual; y + time for an outer vertex, y - time for an inner one.
    mate : int64 array, shape (n,)
        The matched vertex, -1 for an exposed one; -2 - v for one of an odd cycle in which v follows.
    vertex : int64 array, shape (n, 8)
    node : int64 array, shape (n + n // 2 + 1, 16)
    heap : int64 array, shape (4 m + 4 n + 8, 2)
        A binary heap of (time, event).
    ready : int64 array
        Events that are due at once.
    trail : int64 array
        The nodes labelled in this search.
    stack : int64 array, two columns
        Nodes and vertices waiting in `rebase`.
    unused, groups : int64 arrays
        Blossom numbers and group numbers that are not in use.
    now : int64 array
        The counters of the search.
    """

    start: Ints
    target: npt.NDArray[np.int32]
    doubled: Ints
    y: Ints
    mate: Ints
    vertex: Ints
    node: Ints
    heap: Ints
    ready: Ints
    trail: Ints
    stack: Ints
    unused: Ints
    groups: Ints
    now: Ints


def new_search(n: int, u: Ints, v: Ints, weight: Ints, bonus: int = 0) -> Search:
    """Build the arrays for n vertices and the edges (u, v, weight + bonus): nothing matched, all duals 0.

    Loops and edges that are worth 0 or less are left out.
    """
    start = np.zeros(n + 1, dtype=np.int64)
    count_edges(u, v, weight, bonus, start)
    place = np.cumsum(start, out=start)[:-1].copy()
    n_ends, n_nodes = int(start[n]), n + n // 2 + 1
    target = np.empty(n_ends, dtype=np.int32)
    doubled = np.empty(n_ends, dtype=np.int64)
    fill_adjacency(u, v, weight, bonus, place, target, doubled)
    vertex = np.empty((n, 8), dtype=np.int64)
    node = np.empty((n_nodes, 16), dtype=np.int64)
    unused = np.empty(n_nodes - n, dtype=np.int64)
    set_out(vertex, node, unused)
    now = np.zeros(23, dtype=np.int64)
    now[UNUSED] = len(unused)
    now[ROOT] = -1
    return Search(
        start=start,
        target=target,
        doubled=doubled,
        y=np.zeros(n, dtype=np.int64),
        mate=np.full(n, -1, dtype=np.int64),
        vertex=vertex,
        node=node,
        heap=np.empty((2 * n_ends + 4 * n + 8, 2), dtype=np.int64),
        ready=np.empty(2 * n_ends + 4 * n + 8, dtype=np.int64),
        trail=np.empty(4 * n + 8, dtype=np.int64),
        stack=np.empty((2 * n_nodes + 8, 2), dtype=np.int64),
        unused=unused,
        groups=np.empty(n, dtype=np.int64),
        now=now,
    )


@in_place_kernel
def set_out(vertex: Ints, node: Ints, unused: Ints) -> None:
    """Make each vertex a node of its own, and all blossom numbers unused."""
    n = len(vertex)
    vertex[:] = 0
    node[:] = 0
    for u in range(n):
        vertex[u, GROUP] = vertex[u, OWNER] = u
        node[u, SIZE] = 1
        node[u, BASE] = node[u, HEAD] = node[u, TAIL] = u
    for b in range(len(node)):
        node[b, PARENT] = -1
    for i in range(len(unused)):
        unused[i] = len(node) - 1 - i


@in_place_kernel
def count_edges(u: Ints, v: Ints, weight: Ints, bonus: int, start: Ints) -> None:
    """Count the useful edges at each vertex, one place later."""
    for i in range(len(u)):
        if u[i] != v[i] and weight[i] + bonus > 0:
            start[u[i] + 1] += 1
            start[v[i] + 1] += 1


@in_place_kernel
def fill_adjacency(
    u: Ints,
    v: Ints,
    weight: Ints,
    bonus: int,
    place: Ints,
    target: npt.NDArray[np.int32],
    doubled: Ints,
) -> None:
    """Write each useful edge at both of its ends; `place` is where the next edge of each vertex goes."""
    for i in range(len(u)):
        a, b, w = u[i], v[i], weight[i] + bonus
        if a != b and w > 0:
            p, q = place[a], place[b]
            place[a], place[b] = p + 1, q + 1
            target[p], doubled[p] = b, 2 * w
            target[q], doubled[q] = a, 2 * w


@in_place_kernel
def outermost(search: Search, v: int) -> int:
    """Return the outermost node that holds vertex v. Constant time."""
    vertex = search.vertex
    node: int = vertex[vertex[v, GROUP], OWNER]
    return node


@in_place_kernel
def enlist(search: Search, b: int, label: int) -> None:
    """Give an outermost node its label in the search tree."""
    node, now = search.node, search.now
    node[b, LABEL] = label
    search.trail[now[TRAIL_SIZE]] = b
    now[TRAIL_SIZE] += 1


@in_place_kernel
def add_dual(search: Search, b: int, amount: int) -> None:
    """Change the stored dual of a node, if it is a blossom."""
    if b >= len(search.y):
        search.node[b, Z] += amount
