"""Who is measured on graphs and on matrices: peermatch and its peers behind one small form.

A contender first does everything that is not to be timed (reading, building the peer's own kind of graph) and hands
back what is to be timed. Peers are imported when they are first asked for; one that is not installed is left out, and
the page says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.instances import Graph

__all__ = ["CONTENDERS", "Contender", "Found", "Ready", "read_edges"]


@dataclass(frozen=True)
class Found:
    """What a contender found, to be compared with what the others found."""

    weight: int
    pairs: int
    more: Mapping[str, Any] = field(default_factory=dict)


def _nothing() -> None:
    """Do nothing."""


@dataclass(frozen=True)
class Ready:
    """A contender that is ready: what to time, how to read what came out, and what to do before the next repeat."""

    timed: Callable[[], Any]
    read: Callable[[Any], Found]
    refresh: Callable[[], None] = _nothing


@dataclass(frozen=True)
class Contender:
    """How to get ready for a task, and what to run once before anything is timed."""

    ready: Callable[[Mapping[str, Any]], Ready]
    warm_up: Callable[[Mapping[str, Any]], None] = lambda task: None


def read_edges(path: str | Path) -> tuple[int, Graph]:
    """Read a file of edges; return the number of vertices and the graph."""
    numbers = np.fromfile(path, dtype=np.int64)
    n, m = int(numbers[0]), int(numbers[1])
    return n, (numbers[2 : 2 + m], numbers[2 + m : 2 + 2 * m], numbers[2 + 2 * m :])


def _first(task: Mapping[str, Any]) -> bool:
    return bool(task.get("objective") == "everyone_first")


def _of_pairs(graph: Graph) -> Callable[[Any], Found]:
    """Return a reader of pairs of vertices."""

    def read(pairs: Any) -> Found:
        ends = np.sort(np.array([tuple(pair) for pair in pairs], dtype=np.int64).reshape(-1, 2), axis=1)
        u, v, weight = graph
        n = 1 + int(max(u.max(), v.max()))
        keys = np.minimum(u, v) * n + np.maximum(u, v)
        order = np.argsort(keys)
        places = order[np.searchsorted(keys, ends[:, 0] * n + ends[:, 1], sorter=order)]
        return Found(sum(weight[places].tolist()), len(ends))

    return read


def _ready_peermatch(task: Mapping[str, Any]) -> Ready:
    from peermatch.solvers import max_weight_matching

    n, (u, v, weight) = read_edges(task["edges"])
    first = _first(task)
    return Ready(
        lambda: max_weight_matching(u, v, weight, n, everyone_first=first),
        lambda matching: Found(int(matching.weight), len(matching.pairs)),
    )


def _warm_peermatch(task: Mapping[str, Any]) -> None:
    """Load (or, the very first time, compile) everything that a graph may need."""
    from benchmarks.instances import FAMILIES
    from peermatch.solvers import max_weight_matching

    for family in ("rings", "triangles_heavy", "sparse_delta", "random_sparse", "bipartite_ties"):
        u, v, weight = FAMILIES[family](200, 0)
        for first in (False, True):
            max_weight_matching(u, v, weight, everyone_first=first)


def _ready_networkx(task: Mapping[str, Any]) -> Ready:
    import networkx as nx

    _, graph = read_edges(task["edges"])
    theirs = nx.Graph()
    theirs.add_weighted_edges_from(zip(*(array.tolist() for array in graph), strict=True))
    first = _first(task)
    return Ready(lambda: nx.max_weight_matching(theirs, maxcardinality=first), _of_pairs(graph))


def _ready_rustworkx(task: Mapping[str, Any]) -> Ready:
    import rustworkx as rx

    n, graph = read_edges(task["edges"])
    theirs = rx.PyGraph(multigraph=False)
    theirs.add_nodes_from(range(n))
    theirs.add_edges_from(list(zip(*(array.tolist() for array in graph), strict=True)))
    first = _first(task)
    return Ready(
        lambda: rx.max_weight_matching(theirs, max_cardinality=first, weight_fn=int), _of_pairs(graph)
    )


def _ready_networkit(task: Mapping[str, Any]) -> Ready:
    import networkit as nk

    n, graph = read_edges(task["edges"])
    u, v, weight = graph
    theirs = nk.GraphFromCoo((weight.astype(np.float64), (u, v)), n=n, weighted=True)
    nk.graphtools.sortEdgesByWeight(theirs, True)

    def timed() -> Any:
        matcher = nk.matching.SuitorMatcher(theirs, sortSuitor=True)
        matcher.run()
        return matcher.getMatching()

    def read(matching: Any) -> Found:
        mate = [matching.mate(vertex) for vertex in range(n)]
        return _of_pairs(graph)([(i, j) for i, j in enumerate(mate) if j < n and i < j])

    return Ready(timed, read)


def _matrix(task: Mapping[str, Any]) -> np.ndarray[Any, Any]:
    """Return the scores of two sides of synthetic people."""
    from benchmarks.people import make_people, score_pairs

    n = task["size"]
    people = make_people(2 * n, task["seed"])
    rows = np.arange(n)
    return np.stack([score_pairs(people, np.full(n, row), n + rows) for row in rows])


def _of_columns(matrix: Any) -> Callable[[Any], Found]:
    def read(columns: Any) -> Found:
        rows = np.arange(len(matrix))
        return Found(int(matrix[rows, np.asarray(columns)].sum()), len(rows))

    return read


def _ready_scipy(task: Mapping[str, Any]) -> Ready:
    from scipy.optimize import linear_sum_assignment

    matrix = _matrix(task)
    return Ready(lambda: linear_sum_assignment(matrix, maximize=True)[1], _of_columns(matrix))


def _ready_lapx(task: Mapping[str, Any]) -> Ready:
    import lap

    matrix = _matrix(task)
    cost = (matrix.max() - matrix).astype(np.float64)
    return Ready(lambda: lap.lapjv(cost, return_cost=False)[0], _of_columns(matrix))


def _ready_solver(task: Mapping[str, Any]) -> Ready:
    from peermatch.problem import DenseScores, Problem
    from peermatch.solvers import get_solver

    problem = Problem(DenseScores(_matrix(task), two_sided=True))
    solver = get_solver(task["contender"].partition(" ")[2])
    return Ready(lambda: solver.solve(problem), lambda matching: Found(matching.weight, len(matching.pairs)))


def _warm_solver(task: Mapping[str, Any]) -> None:
    _ready_solver({**task, "size": 40}).timed()


CONTENDERS: dict[str, Contender] = {
    "peermatch": Contender(_ready_peermatch, _warm_peermatch),
    "networkx": Contender(_ready_networkx),
    "rustworkx": Contender(_ready_rustworkx),
    "networkit": Contender(_ready_networkit),
    "scipy": Contender(_ready_scipy),
    "lapx": Contender(_ready_lapx),
    "peermatch hungarian": Contender(_ready_solver, _warm_solver),
    "peermatch blossom": Contender(_ready_solver, _warm_solver),
}
