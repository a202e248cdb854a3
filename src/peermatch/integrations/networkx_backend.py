"""The networkx backend: ``nx.max_weight_matching(G, backend="peermatch")`` and ``nx.min_weight_matching``.

networkx finds it through its entry points, asks `can_run`, converts the graph and calls the function of the same
name. A converted graph is only a view: weights are read when a function is called, so that an edge that was changed
in place changes the answer although networkx keeps converted graphs.
"""

from __future__ import annotations

import inspect
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, ClassVar

import networkx as nx

from peermatch.integrations.exact_weights import best_mates
from peermatch.integrations.weighted_edges import read_edges, read_weights

__all__ = ["GraphView", "NetworkXBackend", "backend"]

_NAME = "peermatch"


@dataclass(frozen=True, eq=False)
class GraphView:
    """A networkx graph as this backend sees it: the graph itself, read when it is needed.

    Parameters
    ----------
    source : networkx.Graph
    """

    source: Any
    __networkx_backend__: ClassVar[str] = _NAME

    def is_directed(self) -> bool:
        """Return whether the graph is directed; networkx asks before every call."""
        return bool(self.source.is_directed())

    def is_multigraph(self) -> bool:
        """Return whether the graph may have parallel edges; networkx asks before every call."""
        return bool(self.source.is_multigraph())


class NetworkXBackend:
    """What networkx calls.

    Examples
    --------
    >>> graph = nx.Graph()
    >>> graph.add_weighted_edges_from([("a", "b", 5), ("b", "c", 7), ("c", "d", 5)])
    >>> sorted(backend.max_weight_matching(graph))
    [('a', 'b'), ('c', 'd')]
    """

    def max_weight_matching(
        self, G: Any, maxcardinality: bool = False, weight: Hashable = "weight"
    ) -> set[tuple[Any, Any]]:
        """Find a matching of greatest total weight.

        Parameters
        ----------
        G : networkx.Graph or GraphView
            Undirected, without parallel edges. Self-loops are ignored.
        maxcardinality : bool, default False
            Only among the matchings with most pairs. Otherwise an edge of weight 0 or less is never chosen.
        weight : hashable or None, default "weight"
            The edge attribute that holds weights; edges without it count 1. None: every edge counts 1.

        Returns
        -------
        set of pairs of vertices

        Raises
        ------
        NotImplementedError
            For weights outside int64 and float64 (and, as in networkx, directed graphs and multigraphs).

        Examples
        --------
        >>> backend.max_weight_matching(nx.path_graph(4), weight=None) == {(0, 1), (2, 3)}
        True
        """
        return _matching(G, weight, everyone_first=bool(maxcardinality), sign=1)

    def min_weight_matching(self, G: Any, weight: Hashable = "weight") -> set[tuple[Any, Any]]:
        """Find a matching of least total weight among those with most pairs.

        Parameters, result and errors are those of `max_weight_matching`. networkx subtracts weights from the
        greatest one, which rounds floats; here they are compared as they are.

        Examples
        --------
        >>> graph = nx.Graph()
        >>> graph.add_weighted_edges_from([("a", "b", 5), ("b", "c", 1), ("c", "a", 3)])
        >>> backend.min_weight_matching(graph)
        {('b', 'c')}
        """
        return _matching(G, weight, everyone_first=True, sign=-1)

    def can_run(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool | str:
        """Return True, or why a call cannot be run here: what its weights are.

        Examples
        --------
        >>> graph = nx.Graph([(0, 1, {"weight": 2**70})])
        >>> backend.can_run("max_weight_matching", (graph,), {})
        'weights must be within int64; found 1180591620717411303424'
        """
        try:
            call = inspect.signature(getattr(self, name)).bind(*args, **kwargs).arguments
            _require_simple(call["G"])
            read_weights(_source(call["G"]), call.get("weight", "weight"))
        except NotImplementedError as reason:
            return str(reason)
        return True

    def should_run(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
        """Return True: what can be run here is exact, and quicker on all but the smallest graphs."""
        return True

    def convert_from_nx(self, graph: Any, *args: Any, **kwargs: Any) -> GraphView:
        """Return a view. Which attributes are wanted does not matter: all of them can be read through it."""
        return GraphView(graph)

    def convert_to_nx(self, result: Any, *, name: str | None = None) -> Any:
        """Return the graph behind a view, and everything else as it is."""
        return _source(result)


def _matching(graph: Any, weight: Hashable, *, everyone_first: bool, sign: int) -> set[tuple[Any, Any]]:
    source = _source(graph)
    _leave_cache(source)
    _require_simple(source)
    edges = read_edges(source, weight)
    weights = edges.weights if sign > 0 else [-number for number in edges.weights]
    mate = best_mates(edges.u, edges.v, weights, len(edges.nodes), everyone_first=everyone_first)
    return {(edges.nodes[i], edges.nodes[j]) for i, j in enumerate(mate.tolist()) if i < j}


def _source(graph: Any) -> Any:
    return graph.source if isinstance(graph, GraphView) else graph


def _require_simple(graph: Any) -> None:
    """Refuse what networkx refuses, in its words: a view can be handed in without networkx having looked."""
    for kind, found in (("multigraph", graph.is_multigraph()), ("directed", graph.is_directed())):
        if found:
            raise nx.NetworkXNotImplemented(f"not implemented for {kind} type")


def _leave_cache(graph: Any) -> None:
    """Drop our view from the graph's cache.

    It costs nothing to make, and while it is there networkx warns at every call that it may be out of date (which
    it never is), and a pickled graph would need this package to be read.
    """
    cache = getattr(graph, "__networkx_cache__", None) or {}
    cache.get("backends", {}).pop(_NAME, None)


backend = NetworkXBackend()
