"""Exact matchings for weights that are too wide for 64-bit arithmetic.

Idea
    The compiled engine needs all weights as whole multiples of one unit within 59 bits (where everyone comes first,
    together with a bonus). Wider weights are cut off to that many bits and solved. Raised by half a unit at each
    vertex, the duals of that solution are feasible for the true weights as well, and its matching falls short of
    them by a gap of at most n/2 units. So an edge whose slack is above the gap is in no optimal matching, a vertex
    whose dual is above it is unmatched in none, and a blossom whose dual is above it is full in all of them
    (reduced-cost fixing). What is left is a graph of few edges, and on it duals can be taken off the weights: what
    remains of these is about as small as the gap, fits, and is solved anew, piece by connected piece.
Invariant
    The optimal matchings of the pieces together are exactly those of the graph.
Cost
    A few times that of the engine, plus O(m) operations on Python's unlimited whole numbers. A piece that neither
    shrinks nor gets narrower goes to networkx's own method in such numbers, O(n^3).
"""

from __future__ import annotations

from dataclasses import dataclass

import networkx as nx
import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from peermatch.errors import UnsupportedError
from peermatch.integrations.weighted_edges import Number
from peermatch.problem import IntArray, OptimalityCertificate
from peermatch.solvers.engine import BITS, cardinality_bonus
from peermatch.solvers.graph import GraphMatching, max_weight_matching

__all__ = ["best_mates"]


def best_mates(u: IntArray, v: IntArray, weights: list[Number], n: int, *, everyone_first: bool) -> IntArray:
    """Return each vertex's partner in a maximum-weight matching, or -1; never rounded.

    Parameters
    ----------
    u, v : int64 arrays, shape (m,)
        u < v; no edge stands twice.
    weights : list of int or finite float
        Of any size.
    n : int
        How many vertices there are.
    everyone_first : bool
        As many pairs as possible first, then the greatest weight.

    Examples
    --------
    >>> ends = np.array([0, 1, 2]), np.array([1, 2, 3])
    >>> best_mates(*ends, [1.0, 1.0 + 1e-16, 1e-300], 4, everyone_first=False).tolist()
    [1, 0, 3, 2]
    """
    array = _as_array(weights)
    if array is not None:
        try:
            return max_weight_matching(u, v, array, n, everyone_first=everyone_first).mate
        except UnsupportedError:
            pass  # too wide
    return _by_pieces(u, v, _whole_numbers(weights), n, everyone_first)


def _as_array(weights: list[Number]) -> npt.NDArray[np.generic] | None:
    """Return weights as one array of machine numbers, None where that would round."""
    kinds = set(map(type, weights))
    try:
        if float not in kinds:
            return np.array(weights, dtype=np.int64)
        floats = np.array(weights, dtype=np.float64)
    except OverflowError:
        return None
    exact = len(kinds) == 1 or all(map(float.__eq__, floats.tolist(), weights))
    return floats if exact else None


def _whole_numbers(weights: list[Number]) -> list[int]:
    """Multiply by the power of two that makes all of them whole."""
    ratios = [weight.as_integer_ratio() for weight in weights]
    common = max((denominator for _, denominator in ratios), default=1)
    return [numerator * (common // denominator) for numerator, denominator in ratios]


@dataclass(frozen=True, eq=False)
class _Piece:
    """Edges that may be in an optimal matching, and are independent of all others.

    `numbers` are whole weights of any size; `everyone_first` is as in `best_mates`.
    """

    edges: IntArray
    numbers: list[int]
    everyone_first: bool


def _by_pieces(u: IntArray, v: IntArray, whole: list[int], n: int, everyone_first: bool) -> IntArray:
    mate = np.full(n, -1, dtype=np.int64)
    useful = np.array([everyone_first or number > 0 for number in whole], dtype=bool)
    pieces = [_Piece(np.flatnonzero(useful), [whole[e] for e in np.flatnonzero(useful)], everyone_first)]
    while pieces:
        piece = pieces.pop()
        ends, place = np.unique(np.stack([u[piece.edges], v[piece.edges]]), return_inverse=True)
        a, b = place.reshape(2, -1).astype(np.int64)
        if len(a) <= 1:  # an edge is here because it is of use
            mate[ends] = ends[::-1]
            continue
        local, left = _solve_or_shrink(piece, a, b, len(ends))
        if local is not None:
            matched = local >= 0
            mate[ends[matched]] = ends[local[matched]]
        else:
            pieces += left
    return mate


def _solve_or_shrink(piece: _Piece, a: IntArray, b: IntArray, n: int) -> tuple[IntArray | None, list[_Piece]]:
    """Return the mates of a piece; or None, and smaller pieces or narrower weights instead."""
    numbers, everyone_first = piece.numbers, piece.everyone_first
    if everyone_first:  # only differences count among matchings with equally many pairs
        lowest = min(numbers)
        numbers = [number - lowest for number in numbers]
    cut = max(0, _width(numbers, n, everyone_first) - (BITS - 1))
    rounded = np.array([number >> cut for number in numbers], dtype=np.int64)
    found = max_weight_matching(a, b, rounded, n, everyone_first=everyone_first)
    if cut == 0:
        return found.mate, []
    proof = found.certificate
    gap = n * -(-proof.scale // 2)  # each vertex's dual is raised by half a unit
    held = _Held(proof, a, b)
    slack = proof.vertex_duals[a] + proof.vertex_duals[b] - proof.scale * (rounded + proof.bonus)
    left = np.flatnonzero(slack + held.sums(proof.blossom_duals) <= gap)
    full = proof.blossom_duals > gap
    off, rewards = held.sums(np.where(full, proof.blossom_duals, 0)), held.sums(full.astype(np.int64))
    parts = [
        _narrowed(
            _Piece(piece.edges[part], [numbers[k] for k in part.tolist()], everyone_first),
            found,
            (a[part], b[part]),
            (off[part], rewards[part]),
            gap,
            cut,
        )
        for part in _connected(a, b, left, n)
    ]
    if len(left) == len(a) and len(parts) == 1 and _width(parts[0].numbers, n, False) >= BITS - 1 + cut:
        return _by_networkx(a, b, numbers, n, everyone_first), []
    return None, parts


def _narrowed(
    piece: _Piece,
    found: GraphMatching,
    ends: tuple[IntArray, IntArray],
    full: tuple[IntArray, IntArray],
    gap: int,
    cut: int,
) -> _Piece:
    """Take duals off the weights of a piece, which changes no comparison between its optimal matchings.

    A vertex whose dual is above the gap is matched in every optimal matching, and a blossom whose dual is above
    it is full in every one; where everyone comes first, all optimal matchings have equally many pairs. What is
    taken off for these is the same for all optimal matchings, and a reward that is high enough for each of these
    demands leaves no other matching a chance. `full` are the duals and the number of full blossoms around each edge.
    """
    a, b = ends
    proof = found.certificate
    vertices = np.unique(np.concatenate([a, b]))
    y = proof.vertex_duals
    perfect = piece.everyone_first and bool((found.mate[vertices] >= 0).all())
    matched = (y > gap) | perfect
    off = np.where(matched[a], y[a], 0) + np.where(matched[b], y[b], 0) + full[0]
    demands = full[1] + piece.everyone_first
    if not perfect:  # in a perfect matching of the piece every edge meets two of them
        demands = demands + matched[a] + matched[b]
    numbers = [proof.scale * w - (p << cut) for w, p in zip(piece.numbers, off.tolist(), strict=True)]
    reward = len(vertices) // 2 * (max(*numbers, 0) - min(*numbers, 0)) + 1
    numbers = [w + reward * count for w, count in zip(numbers, demands.tolist(), strict=True)]
    return _Piece(piece.edges, numbers, everyone_first=False)


def _width(numbers: list[int], n: int, everyone_first: bool) -> int:
    """Return how many bits weights take, with the bonus that puts pairs first."""
    highest = max(numbers)
    return (highest + (cardinality_bonus(n // 2, highest, 0) if everyone_first else 0)).bit_length()


class _Held:
    """Which blossoms hold both ends of each edge: the innermost is found once, and asked for several sums.

    Blossoms can be nested half as deep as there are vertices, so ways up are taken in steps of powers of two (jump
    pointers): O(log n) an edge.
    """

    def __init__(self, certificate: OptimalityCertificate, a: IntArray, b: IntArray) -> None:
        outside = len(certificate.blossom_parent)  # stands for no blossom, and is around itself
        around = np.append(certificate.blossom_parent, outside)
        self.around = np.where(around < 0, outside, around)
        self.innermost = np.full(len(a), outside, dtype=np.int64)
        if outside:
            at = np.where(certificate.vertex_blossom < 0, outside, certificate.vertex_blossom)
            self.innermost = self._common(at[a], at[b])

    def _common(self, x: IntArray, y: IntArray) -> IntArray:
        """Return the innermost blossom that is, or is around, both x and y."""
        depth = self._sums(np.ones(len(self.around) - 1, dtype=np.int64))
        above = [self.around]
        while (above[-1] != above[-1][-1]).any():
            above.append(above[-1][above[-1]])
        x, y = np.where(depth[x] < depth[y], y, x), np.where(depth[x] < depth[y], x, y)
        deeper = depth[x] - depth[y]
        for k, jump in enumerate(above):
            x = np.where(deeper >> k & 1, jump[x], x)
        for jump in reversed(above):
            apart = jump[x] != jump[y]
            x, y = np.where(apart, jump[x], x), np.where(apart, jump[y], y)
        return np.where(x == y, x, self.around[x])

    def sums(self, values: IntArray) -> IntArray:
        """Add up a value of each blossom over the blossoms that hold an edge."""
        return self._sums(values)[self.innermost]

    def _sums(self, values: IntArray) -> IntArray:
        """Add up a value of each blossom over itself and the blossoms around it, which stand before it."""
        total = [0] * len(self.around)
        for blossom, (around, value) in enumerate(zip(self.around.tolist(), values.tolist(), strict=False)):
            total[blossom] = value + total[around]
        return np.array(total, dtype=np.int64)


def _connected(a: IntArray, b: IntArray, edges: IntArray, n: int) -> list[IntArray]:
    """Split edges into connected pieces, by the lowest vertex of each."""
    graph = coo_array((np.ones(len(edges), dtype=np.int8), (a[edges], b[edges])), shape=(n, n))
    label = connected_components(graph, directed=False)[1][a[edges]]
    order = np.argsort(label, kind="stable")
    cuts = np.flatnonzero(np.diff(label[order])) + 1
    return [edges[part] for part in np.split(order, cuts) if part.size]


def _by_networkx(a: IntArray, b: IntArray, numbers: list[int], n: int, everyone_first: bool) -> IntArray:
    graph = nx.Graph()
    graph.add_nodes_from(range(n))
    graph.add_weighted_edges_from(zip(a.tolist(), b.tolist(), numbers, strict=True))
    mate = np.full(n, -1, dtype=np.int64)
    for u, v in nx.max_weight_matching(graph, maxcardinality=everyone_first, backend="networkx"):
        mate[u], mate[v] = v, u
    return mate
