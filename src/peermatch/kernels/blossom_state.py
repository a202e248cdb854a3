"""What the blossom kernels work on: the graph, the vertices, the blossom forest and one search tree.

Idea
    Everything is an array with one row per thing and named columns, so that what belongs together lies
    together in memory (a vertex is one cache line). A *node* of the blossom forest is a vertex (number below n)
    or a blossom (n and above): an odd cycle of child nodes, in which the first child holds the base, children 1
    and 2, 3 and 4, ... are matched to each other, and each child knows the edge to its next sibling.
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

from peermatch.kernels._jit import kernel

__all__ = ["Search", "new_search"]

# Columns of a vertex.
MATE = 0  # the matched vertex, -1 for an exposed one
Y = 1  # dual; y + time for an outer vertex, y - time for an inner one
GROUP = 2  # the same number for all vertices of an outermost node
NEXT = 3  # next vertex of the same node
OWNER = 4  # the outermost node of the group with this number
BEST = 5  # least (y + time of an outer neighbour) - (doubled weight), valid if STAMP says "reached"
BEST_EDGE = 6  # the edge it comes from
STAMP = 7  # OUTER_STAMP: the vertex is outer; one less: reached, BEST is valid; else: of an older search

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
END_TO = 3  # by this vertex, whose dual is then 0
TRAIL_SIZE = 4
OUTER_STAMP = 5
MARKS = 6
UNUSED = 7  # how many blossom numbers are not in use
GROUPS = 10  # how many group numbers are not in use
WORK = 8  # edges looked at
SEARCHES = 9


class Search(NamedTuple):
    """The arrays that every blossom kernel takes.

    Attributes
    ----------
    start : int64 array, shape (n + 1,)
        The edges from vertex u are those from start[u] to start[u + 1].
    source, target : int32 arrays, shape (2 m,)
    doubled : int64 array, shape (2 m,)
        Twice the weight of each edge.
    vertex : int64 array, shape (n, 8)
    node : int64 array, shape (n + n // 2 + 1, 16)
    heap : int64 array, shape (2 m + 4 n + 8, 2)
        A binary heap of (time, event): an edge that becomes tight, or -1 - b for a blossom b to be expanded.
    trail : int64 array
        The nodes labelled in this search.
    stack : int64 array, two columns
        Nodes and vertices waiting in `rebase`.
    unused, groups : int64 arrays
        Blossom numbers and group numbers that are not in use.
    now : int64 array
        The counters of the search.
    """

    start: npt.NDArray[np.int64]
    source: npt.NDArray[np.int32]
    target: npt.NDArray[np.int32]
    doubled: npt.NDArray[np.int64]
    vertex: npt.NDArray[np.int64]
    node: npt.NDArray[np.int64]
    heap: npt.NDArray[np.int64]
    trail: npt.NDArray[np.int64]
    stack: npt.NDArray[np.int64]
    unused: npt.NDArray[np.int64]
    groups: npt.NDArray[np.int64]
    now: npt.NDArray[np.int64]


def new_search(
    n: int, u: npt.NDArray[np.int64], v: npt.NDArray[np.int64], weight: npt.NDArray[np.int64]
) -> Search:
    """Build the arrays for n vertices and the edges (u, v, weight): nothing matched, all duals 0."""
    n_edges, n_nodes = len(u), n + n // 2 + 1
    start = np.zeros(n + 1, dtype=np.int64)
    np.cumsum(np.bincount(u, minlength=n) + np.bincount(v, minlength=n), out=start[1:])
    source = np.empty(2 * n_edges, dtype=np.int32)
    target = np.empty(2 * n_edges, dtype=np.int32)
    doubled = np.empty(2 * n_edges, dtype=np.int64)
    fill_adjacency(u, v, weight, start[:-1].copy(), source, target, doubled)
    numbers = np.arange(n, dtype=np.int64)
    vertex = np.zeros((n, 8), dtype=np.int64)
    vertex[:, MATE] = -1
    vertex[:, GROUP] = vertex[:, OWNER] = numbers
    node = np.zeros((n_nodes, 16), dtype=np.int64)
    node[:, PARENT] = -1
    node[:n, SIZE] = 1
    for column in (BASE, HEAD, TAIL):
        node[:n, column] = numbers
    unused = np.arange(n_nodes - 1, n - 1, -1, dtype=np.int64)
    now = np.zeros(11, dtype=np.int64)
    now[OUTER_STAMP], now[UNUSED] = 1, len(unused)
    return Search(
        start=start,
        source=source,
        target=target,
        doubled=doubled,
        vertex=vertex,
        node=node,
        heap=np.empty((2 * n_edges + 4 * n + 8, 2), dtype=np.int64),
        trail=np.empty(4 * n + 8, dtype=np.int64),
        stack=np.empty((2 * n_nodes + 8, 2), dtype=np.int64),
        unused=unused,
        groups=np.empty(n, dtype=np.int64),
        now=now,
    )


@kernel
def fill_adjacency(
    u: npt.NDArray[np.int64],
    v: npt.NDArray[np.int64],
    weight: npt.NDArray[np.int64],
    place: npt.NDArray[np.int64],
    source: npt.NDArray[np.int32],
    target: npt.NDArray[np.int32],
    doubled: npt.NDArray[np.int64],
) -> None:
    """Write each edge at both of its ends; `place` is where the next edge of each vertex goes."""
    for i in range(len(u)):
        a, b, w = u[i], v[i], 2 * weight[i]
        source[place[a]], target[place[a]], doubled[place[a]] = a, b, w
        place[a] += 1
        source[place[b]], target[place[b]], doubled[place[b]] = b, a, w
        place[b] += 1


@kernel
def outermost(search: Search, v: int) -> int:
    """Return the outermost node that holds vertex v. Constant time."""
    vertex = search.vertex
    node: int = vertex[vertex[v, GROUP], OWNER]
    return node


@kernel
def enlist(search: Search, b: int, label: int) -> None:
    """Give an outermost node its label in the search tree."""
    node, now = search.node, search.now
    node[b, LABEL] = label
    search.trail[now[TRAIL_SIZE]] = b
    now[TRAIL_SIZE] += 1


@kernel
def add_dual(search: Search, b: int, amount: int) -> None:
    """Change the stored dual of a node, if it is a blossom."""
    if b >= len(search.vertex):
        search.node[b, Z] += amount
