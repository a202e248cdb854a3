"""Graphs to match: hard families and synthetic people, as arrays, the same for the same size and seed.

Every family is a function ``(size, seed) -> (u, v, weight)`` of int64 arrays: ``size`` is about how many edges are
wanted, u and v number the vertices from 0, no edge comes twice, and no weight is below 1. `FAMILIES` lists them all.
Families without chance take a seed and do not look at it. People are in `people.py`.

Sources: the DIMACS challenge of 1991 (`triangles_*`, `gabow`: N. Ritchey and B. Mattingly's generators; H. Gabow,
JACM 23, 1976), J. van Rantwijk's test graphs for maximum-weight matching (`sparse_delta`, `dense_delta`), and cases
that broke earlier versions of ours.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
Graph = tuple[IntArray, IntArray, IntArray]
Family = Callable[[int, int], Graph]

__all__ = ["FAMILIES", "Family", "Graph", "IntArray", "n_vertices", "with_bonus"]


def stream(seed: int, name: str) -> np.random.Generator:
    """Return random numbers of their own for each name."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def n_vertices(graph: Graph) -> int:
    """Return how many vertices a graph has, counted up to the highest that has an edge."""
    return 1 + max(int(graph[0].max()), int(graph[1].max()))


def with_bonus(graph: Graph) -> Graph:
    """Return the graph on which the greatest weight is as many pairs as possible first, then the greatest weight."""
    u, v, weight = graph
    return u, v, weight + (n_vertices(graph) // 2 * int(weight.max()) + 1)


def _graph(*parts: tuple[npt.ArrayLike, npt.ArrayLike, npt.ArrayLike]) -> Graph:
    """Join edges given in parts, each of them (u, v, weight) that broadcast to one shape."""
    flat = [np.broadcast_arrays(*(np.asarray(array, dtype=np.int64) for array in part)) for part in parts]
    u, v, weight = (np.concatenate([part[k].ravel() for part in flat]) for k in range(3))
    return u, v, weight


def _random_pairs(rng: np.random.Generator, n: int, m: int) -> tuple[IntArray, IntArray]:
    """Return m different pairs of n vertices, u < v, in random order (fewer if there are not so many)."""
    m = min(m, n * (n - 1) // 2)
    keys = np.zeros(0, dtype=np.int64)
    while len(keys) < m:
        u, v = rng.integers(0, n, 2 * m), rng.integers(0, n, 2 * m)
        low, high = np.minimum(u, v), np.maximum(u, v)
        keys = np.unique(np.concatenate([keys, (low * n + high)[low != high]]))
    keys = rng.permutation(keys)[:m]
    return keys // n, keys % n


def _two_sides(rng: np.random.Generator, left: int, right: int, m: int) -> tuple[IntArray, IntArray]:
    """Return about m different pairs of `left` and `right` vertices, the left ones numbered first."""
    keys = np.unique(rng.integers(0, left * right, m))
    keys = rng.permutation(keys)
    return keys // right, left + keys % right


def chain_flip(size: int, seed: int) -> Graph:
    """Every second edge is a little heavier, and yet the others are best: one augmenting path as long as the graph."""
    edges = size | 1
    at = np.arange(edges)
    return _graph((at, at + 1, edges + at % 2))


def chain_random(size: int, seed: int) -> Graph:
    """A path with random weights of few values."""
    at = np.arange(size)
    return _graph((at, at + 1, stream(seed, "chain_random").integers(1, 10, size)))


def chain_rising(size: int, seed: int) -> Graph:
    """A path on which each edge is heavier than the one before by one."""
    at = np.arange(size)
    return _graph((at, at + 1, at + 1))


def _triangles(many: int) -> tuple[IntArray, IntArray, int]:
    first = 3 * np.arange(many, dtype=np.int64)[:, None]
    return first + np.array([0, 0, 1]), first + np.array([1, 2, 2]), 1


def triangles_one(size: int, seed: int) -> Graph:
    """A row of triangles, each joined to the next at one corner; all weights 1 (DIMACS "t")."""
    many = max(2, (size + 1) // 4)
    at = np.arange(many - 1)
    corner = 3 * at + at % 3
    return _graph(_triangles(many), (corner, corner + 3, 1))


def triangles_three(size: int, seed: int) -> Graph:
    """A row of triangles, each joined to the next at all three corners; all weights 1 (DIMACS "tt")."""
    many = max(2, (size + 3) // 6)
    corner = np.arange(3 * (many - 1))
    return _graph(_triangles(many), (corner, corner + 3, 1))


def triangles_heavy(size: int, seed: int) -> Graph:
    """Triangles joined at one corner by links a little lighter than they: every triangle becomes a blossom."""
    many = max(2, (size + 1) // 4)
    at = np.arange(many - 1)
    u, v, _ = _triangles(many)
    return _graph((u, v, 10), (3 * at + 2, 3 * at + 3, 9))


def rings(size: int, seed: int) -> Graph:
    """Odd rings of 5, 7, 9 and 11 vertices in turn, joined in a ring by slightly lighter edges."""
    many = max(4, size // 9)
    lengths = 5 + 2 * (np.arange(many) % 4)
    first = np.concatenate([[0], np.cumsum(lengths)])[:-1]
    ring = np.repeat(np.arange(many), lengths)
    at = np.arange(len(ring)) - first[ring]
    within = (first[ring] + at, first[ring] + (at + 1) % lengths[ring], 20 - at % 7)
    return _graph(within, (first + 1, np.roll(first, -1), 17))


def gabow(size: int, seed: int) -> Graph:
    """A complete graph with a pendant at every second vertex, all weights 1: Gabow's worst case for cardinality."""
    k = max(1, round((size / 8) ** 0.5))
    u, v = np.triu_indices(4 * k, 1)
    pendant = np.arange(2 * k)
    return _graph((u, v, 1), (2 * pendant, 4 * k + pendant, 1))


def dense_delta(size: int, seed: int) -> Graph:
    """Pairs that each discover all earlier pairs, one change of duals at a time (van Rantwijk's dense slow graph)."""
    k = max(2, round(size**0.5))
    outer, inner = np.arange(k), np.arange(k)[:, None]
    top = 2 * k * (k + 1)
    half = (1 + inner // 2) * (k + 1)
    seen = np.where(inner % 2 == 0, top - half + 1, top - half - outer)
    centre = 2 * k + 2 * inner
    return _graph(
        (2 * outer, 2 * outer + 1, top - outer),
        (centre, 2 * outer, seen),
        (centre, centre + 1, top - (inner + 1) * (2 * k + 1)),
    )


def sparse_delta(size: int, seed: int) -> Graph:
    """Two hubs take turns at tightening the same edges: n * n / 16 changes of duals (van Rantwijk's sparse slow graph).

    P pairs on top hang on two coupling pairs; below each of these hang P / 2 pairs. The weights let each bottom pair
    be matched only after all edges between its hub and the top have been pulled tight, which loosens the other hub's.
    """
    q = max(1, size // 10)
    p = 2 * q
    most = 16 * (q + 1) * (p + 2)
    top, low = np.arange(p), np.arange(q)
    parts: list[tuple[npt.ArrayLike, npt.ArrayLike, npt.ArrayLike]] = [(2 * top, 2 * top + 1, most - top)]
    for hub in range(2):
        near, far = 2 * p + 2 * hub, 2 * p + 2 * hub + 1
        below = 2 * p + 4 + 2 * q * hub + 2 * low
        turn = 2 * low + hub
        to_top = most - p - 1 - top if hub else most - p
        parts += [
            (2 * top + 1, near, to_top),
            (near, far, most - 4 * p - 2 if hub else most - 2 * p - 1),
            (far, below, most - turn * (2 * p + 4) - 4 * p + 1),
            (below, below + 1, most - (turn + 1) * 8 * p - 12 * turn),
        ]
    return _graph(*parts)


def bipartite_unbalanced(size: int, seed: int) -> Graph:
    """Ten times as many vertices on one side as on the other, random weights: most must stay alone."""
    rng, left = stream(seed, "bipartite_unbalanced"), max(2, size // 40)
    u, v = _two_sides(rng, left, 10 * left, size)
    return u, v, rng.integers(1, 1_000_001, len(u))


def bipartite_ties(size: int, seed: int) -> Graph:
    """Two equal sides and only three weights: ties everywhere."""
    rng, side = stream(seed, "bipartite_ties"), max(2, size // 8)
    u, v = _two_sides(rng, side, side, size)
    return u, v, rng.integers(1, 4, len(u))


def bipartite_ties_unbalanced(size: int, seed: int) -> Graph:
    """Sides of one to three and only three weights."""
    rng, left = stream(seed, "bipartite_ties_unbalanced"), max(2, size // 16)
    u, v = _two_sides(rng, left, 3 * left, size)
    return u, v, rng.integers(1, 4, len(u))


def all_equal(size: int, seed: int) -> Graph:
    """A random graph of mean degree 8, all weights 1."""
    u, v = _random_pairs(stream(seed, "all_equal"), max(3, size // 4), size)
    return u, v, np.ones(len(u), dtype=np.int64)


def all_equal_complete(size: int, seed: int) -> Graph:
    """A complete graph with an odd number of vertices, all weights 1."""
    n = max(3, int((2 * size) ** 0.5)) | 1
    u, v = np.triu_indices(n, 1)
    return _graph((u, v, 1))


def powers_of_two(size: int, seed: int) -> Graph:
    """A random graph of mean degree 8, weights from 1 to 2**40, each a power of two."""
    rng = stream(seed, "powers_of_two")
    u, v = _random_pairs(rng, max(3, size // 4), size)
    return u, v, np.left_shift(np.int64(1), rng.integers(0, 41, len(u)))


def _grid(size: int) -> tuple[IntArray, IntArray]:
    side = max(2, round((size / 2) ** 0.5))
    at = np.arange(side * side, dtype=np.int64).reshape(side, side)
    u = np.concatenate([at[:, :-1].ravel(), at[:-1].ravel()])
    v = np.concatenate([at[:, 1:].ravel(), at[1:].ravel()])
    return u, v


def grid(size: int, seed: int) -> Graph:
    """A square grid, random weights."""
    u, v = _grid(size)
    return u, v, stream(seed, "grid").integers(1, 1_000_001, len(u))


def grid_ties(size: int, seed: int) -> Graph:
    """A square grid, weights 1 to 5."""
    u, v = _grid(size)
    return u, v, stream(seed, "grid_ties").integers(1, 6, len(u))


def grid_triangular(size: int, seed: int) -> Graph:
    """A square grid with one diagonal in each cell (planar, full of odd cycles), weights 1 to 5."""
    side = max(2, round((size / 3) ** 0.5))
    at = np.arange(side * side, dtype=np.int64).reshape(side, side)
    pairs = [(at[:, :-1], at[:, 1:]), (at[:-1], at[1:]), (at[:-1, :-1], at[1:, 1:])]
    u, v, _ = _graph(*((a, b, 1) for a, b in pairs))
    return u, v, stream(seed, "grid_triangular").integers(1, 6, len(u))


def delaunay(size: int, seed: int) -> Graph:
    """The Delaunay graph of random points in the unit square; the closer, the heavier."""
    from scipy.spatial import Delaunay

    points = stream(seed, "delaunay").random((max(4, size // 3), 2))
    corners = Delaunay(points).simplices.astype(np.int64)
    ends = np.sort(np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]]), axis=1)
    u, v = np.unique(ends, axis=0).T
    lengths = np.rint(np.hypot(*(points[u] - points[v]).T) * 2**24).astype(np.int64)
    return u.copy(), v.copy(), 1 + lengths.max() - lengths


def random_sparse(size: int, seed: int) -> Graph:
    """A random graph of mean degree 8, random weights."""
    rng = stream(seed, "random_sparse")
    u, v = _random_pairs(rng, max(3, size // 4), size)
    return u, v, rng.integers(1, 1_000_001, len(u))


def random_sparse_ties(size: int, seed: int) -> Graph:
    """A random graph of mean degree 8, weights 1 to 5."""
    rng = stream(seed, "random_sparse_ties")
    u, v = _random_pairs(rng, max(3, size // 4), size)
    return u, v, rng.integers(1, 6, len(u))


def random_dense(size: int, seed: int) -> Graph:
    """A complete graph, random weights."""
    u, v = np.triu_indices(max(3, round((2 * size) ** 0.5)), 1)
    return _graph((u, v, stream(seed, "random_dense").integers(1, 1_000_001, len(u))))


FAMILIES: dict[str, Family] = {
    family.__name__: family
    for family in (
        chain_flip,
        chain_random,
        chain_rising,
        triangles_one,
        triangles_three,
        triangles_heavy,
        rings,
        gabow,
        dense_delta,
        sparse_delta,
        bipartite_unbalanced,
        bipartite_ties,
        bipartite_ties_unbalanced,
        all_equal,
        all_equal_complete,
        powers_of_two,
        grid,
        grid_ties,
        grid_triangular,
        delaunay,
        random_sparse,
        random_sparse_ties,
        random_dense,
    )
}
