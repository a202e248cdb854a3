"""Reading a networkx graph: its edges in a canonical order and its weights as plain numbers, or why not.

Idea
    Vertices are numbered in sorted order where all of them are whole numbers or all are text, and in the graph's
    own order otherwise; edges are sorted by their ends. So the order in which a graph was put together does not
    show in the answer, and hashes never do.
Cost
    One pass over the adjacency, O(n + m), and a sort of each.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from peermatch.problem import IntArray

__all__ = ["Number", "WeightedEdges", "read_edges", "read_weights"]

Number = int | float

_LOWEST, _HIGHEST = -(2**63), 2**63 - 1


@dataclass(frozen=True, eq=False)
class WeightedEdges:
    """The edges of a graph without its self-loops.

    Attributes
    ----------
    nodes : list
        The vertices, in the order in which they are numbered.
    u, v : int64 arrays, shape (m,)
        The numbers of the ends, u < v, sorted by u and then v.
    weights : list of int or float
        Each within int64 or a finite float64.
    """

    nodes: list[Hashable]
    u: IntArray
    v: IntArray
    weights: list[Number]


def read_edges(graph: Any, weight: Hashable) -> WeightedEdges:
    """Read the edges and weights of an undirected graph without parallel edges.

    Parameters
    ----------
    graph : networkx.Graph
    weight : hashable or None
        The edge attribute that holds weights; edges without it count 1. None: every edge counts 1.

    Raises
    ------
    NotImplementedError
        If a weight is not a number within int64 or float64; the message names the first one.

    Examples
    --------
    >>> import networkx as nx
    >>> edges = read_edges(nx.Graph([("b", "c"), ("b", "a", {"weight": 2.5})]), "weight")
    >>> edges.nodes, edges.u.tolist(), edges.v.tolist(), edges.weights
    (['a', 'b', 'c'], [0, 1], [1, 2], [2.5, 1])
    """
    nodes = _in_order(graph)
    number = {node: i for i, node in enumerate(nodes)}
    u: list[int] = []
    v: list[int] = []
    values: list[Any] = []
    for node, neighbours in graph.adjacency():
        i = number[node]
        for other, data in neighbours.items():
            j = number[other]
            if i < j:
                u.append(i)
                v.append(j)
                values.append(1 if weight is None else data.get(weight, 1))
    first, second = np.array(u, dtype=np.int64), np.array(v, dtype=np.int64)
    order = np.lexsort((second, first))
    weights = _plain(values)
    return WeightedEdges(nodes, first[order], second[order], [weights[k] for k in order.tolist()])


def read_weights(graph: Any, weight: Hashable) -> None:
    """Raise NotImplementedError where `read_edges` would; quicker, since it builds nothing."""
    if weight is not None:
        _plain(
            [
                data.get(weight, 1)
                for node, neighbours in graph.adjacency()
                for other, data in neighbours.items()
                if other != node
            ]
        )


def _in_order(nodes: Iterable[Any]) -> list[Any]:
    """Sort vertices where they are of one kind that has an order; else leave them in the graph's order."""
    listed = list(nodes)
    return sorted(listed) if set(map(type, listed)) in ({int}, {str}) else listed


def _plain(values: list[Any]) -> list[Number]:
    """Return weights as Python's own int and float, each checked by kind and, once for all, by range."""
    kinds = set(map(type, values))
    if not kinds <= {int, float}:
        for kind in kinds:
            _require_kind(kind)
        values = [value.item() if isinstance(value, np.generic) else value for value in values]
        # what is left are bools and subclasses: their value counts
        values = [float(value) if isinstance(value, float) else int(value) for value in values]
        kinds = set(map(type, values))
    if values and not _fits(values, kinds):
        raise NotImplementedError(_misfit(values))
    return values


def _require_kind(kind: type) -> None:
    numpy_number = issubclass(kind, np.integer | np.bool_ | np.floating) and np.dtype(kind).itemsize <= 8
    if not (numpy_number or issubclass(kind, int | float)) or issubclass(kind, np.timedelta64):
        raise NotImplementedError(
            f"weights must be whole numbers within int64 or floats within float64; found {kind.__qualname__}"
        )


def _fits(values: list[Number], kinds: set[type]) -> bool:
    if kinds == {float}:
        return bool(np.isfinite(np.array(values)).all())
    if kinds == {int}:
        return min(values) >= _LOWEST and max(values) <= _HIGHEST
    return all(map(_is_held, values))


def _is_held(value: Number) -> bool:
    return math.isfinite(value) if isinstance(value, float) else _LOWEST <= value <= _HIGHEST


def _misfit(values: list[Number]) -> str:
    first = next(value for value in values if not _is_held(value))
    how = "finite" if isinstance(first, float) else "within int64"
    return f"weights must be {how}; found {first!r}"
