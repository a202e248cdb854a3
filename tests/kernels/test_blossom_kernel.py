"""The blossom kernels against brute force and networkx, every certificate checked condition by condition."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from peermatch.kernels.blossom import match_exposed
from peermatch.kernels.blossom_start import greedy_start
from peermatch.kernels.blossom_state import MATE, WORK, Y, new_search
from peermatch.solvers.engine import solve_exactly
from peermatch.solvers.graph import max_weight_matching
from support.duals import assert_proved, best_by_trying, heaviest, weight_of
from support.graphs import hard_graphs, random_graph

Edge = tuple[int, int, int]


def arrays(edges: list[Edge]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    table = np.array(edges, dtype=np.int64).reshape(-1, 3)
    return table[:, 0], table[:, 1], table[:, 2]


@pytest.mark.parametrize("seed", range(8))
def test_equals_brute_force_on_small_graphs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(100):
        n, edges = random_graph(rng, 8)
        total, (most, total_of_most) = best_by_trying(n, edges)
        plain = max_weight_matching(*arrays(edges), n)
        assert plain.weight == total == weight_of(edges, plain.mate)
        assert_proved(n, edges, plain.mate, plain.certificate)
        full = max_weight_matching(*arrays(edges), n, everyone_first=True)
        assert (len(full.pairs), full.weight) == (most, total_of_most)
        assert_proved(n, edges, full.mate, full.certificate)


@pytest.mark.parametrize("seed", range(6))
def test_equals_networkx_on_larger_graphs(seed: int) -> None:
    rng = np.random.default_rng(100 + seed)
    for _ in range(10):
        n, edges = random_graph(rng, 40)
        graph = nx.Graph()
        graph.add_weighted_edges_from((u, v, w) for (u, v), w in heaviest(edges).items())
        for everyone_first in (False, True):
            pairs = nx.max_weight_matching(graph, maxcardinality=everyone_first)
            ours = max_weight_matching(*arrays(edges), n, everyone_first=everyone_first)
            assert ours.weight == sum(graph.edges[pair]["weight"] for pair in pairs)
            assert not everyone_first or len(ours.pairs) == len(pairs)
            assert_proved(n, edges, ours.mate, ours.certificate)


@pytest.mark.parametrize(
    ("n", "edges"), [pytest.param(n, edges, id=name) for name, n, edges in hard_graphs()]
)
@pytest.mark.parametrize("everyone_first", [False, True])
def test_hard_families(n: int, edges: list[Edge], everyone_first: bool) -> None:
    graph = nx.Graph()
    graph.add_weighted_edges_from((u, v, w) for (u, v), w in heaviest(edges).items())
    pairs = nx.max_weight_matching(graph, maxcardinality=everyone_first)
    ours = max_weight_matching(*arrays(edges), n, everyone_first=everyone_first)
    assert ours.weight == sum(graph.edges[pair]["weight"] for pair in pairs)
    assert_proved(n, edges, ours.mate, ours.certificate)


def test_every_stop_leaves_feasible_duals_and_a_valid_matching() -> None:
    rng = np.random.default_rng(3)
    n = 60
    u, v = np.triu_indices(n, 1)
    search = new_search(n, u, v, rng.integers(1, 1000, len(u)))
    greedy_start(search)
    root, stops = 0, 0
    while root < n:
        root = match_exposed(search, root, 1)
        stops += 1
        mate = search.vertex[:, MATE]
        matched = np.flatnonzero(mate >= 0)
        assert (mate[mate[matched]] == matched).all()
        assert (search.vertex[:, Y] >= 0).all()
    assert stops > 1
    assert search.now[WORK] > 0


def test_weights_near_the_limit_of_exact_arithmetic() -> None:
    rng = np.random.default_rng(11)
    for _ in range(50):
        n, edges = random_graph(rng, 8)
        large = [(u, v, 2**59 - 1 - w) for u, v, w in edges if w >= 0]
        total, _ = best_by_trying(n, large)
        ours = max_weight_matching(*arrays(large), n)
        assert ours.weight == total
        assert_proved(n, large, ours.mate, ours.certificate)


def test_the_same_input_gives_the_same_bytes() -> None:
    rng = np.random.default_rng(4)
    u, v = np.triu_indices(50, 1)
    weight = rng.integers(1, 5, len(u))
    first, second = (solve_exactly(50, u, v, weight) for _ in range(2))
    for name in ("mate", "vertex_duals", "blossom_parent", "blossom_duals", "vertex_blossom"):
        assert getattr(first, name).tobytes() == getattr(second, name).tobytes()
