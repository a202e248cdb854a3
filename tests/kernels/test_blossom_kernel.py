"""The blossom kernels against brute force and networkx, every certificate checked condition by condition."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
import pytest

from peermatch.kernels.blossom import match_exposed, put_off
from peermatch.kernels.blossom_rounds import end_fractions, first_round, match_fractions
from peermatch.kernels.blossom_start import start_step
from peermatch.kernels.blossom_state import FOREST, PARENT, SIZE, Search, Z, new_search
from peermatch.problem import Control
from peermatch.solvers import engine
from peermatch.solvers.engine import Solved, solve_exactly
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


def start(search: Search) -> None:
    """Do all passes of the start."""
    step = 0
    while start_step(search, step):
        step += 1


def assert_feasible(search: Search, edges: list[Edge]) -> None:
    """Check the invariants that hold between searches: no negative slack, matched pairs tight, duals at least 0."""
    y, mate, node = search.y.tolist(), search.mate.tolist(), search.node
    assert min(y, default=0) >= 0
    assert all(v < 0 or mate[v] == u for u, v in enumerate(mate))
    for (u, v), w in heaviest(edges).items():
        around = []
        for end in (u, v):
            nodes, b = set(), end
            while b >= 0:
                nodes.add(int(b))
                b = node[b, PARENT]
            around.append(nodes)
        slack = y[u] + y[v] - 2 * w + sum(int(node[b, Z]) for b in around[0] & around[1])
        assert slack >= 0
        assert mate[u] != v or slack == 0
    assert (node[len(y) :, Z][node[len(y) :, SIZE] > 0] >= 0).all()


@pytest.mark.parametrize("stage", ["fractions", "blossoms"])
def test_a_search_that_is_stopped_anywhere_leaves_feasible_duals(stage: str) -> None:
    stops = 0
    for _, n, edges in hard_graphs():
        work = 0
        finished = False
        while not finished:
            work += 7
            search = new_search(n, *arrays(edges))
            start(search)
            first_round(search)
            finished = match_fractions(search, work if stage == "fractions" else 1 << 60)
            end_fractions(search)
            if stage == "blossoms":
                finished = match_exposed(search, work)
                put_off(search)
            stops += not finished
            assert_feasible(search, edges)
    assert stops > 50


def test_pauses_do_not_change_the_result() -> None:
    for _, n, edges in hard_graphs():
        ways = []
        for work in (1, 50, 1 << 60):
            search = new_search(n, *arrays(edges))
            start(search)
            first_round(search)
            while not match_fractions(search, work):
                pass
            end_fractions(search)
            while not match_exposed(search, work):
                pass
            assert_feasible(search, edges)
            ways.append((search.mate.tolist(), search.y.tolist()))
        assert ways[0] == ways[1] == ways[2]


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


def test_an_odd_pool_is_one_blossom_and_not_hundreds_nested() -> None:
    rng = np.random.default_rng(9)
    n = 151
    u, v = np.triu_indices(n, 1)
    weight = rng.integers(1000, 2000, len(u))
    for everyone_first in (False, True):
        matching = max_weight_matching(u, v, weight, everyone_first=everyone_first)
        proof = matching.certificate
        assert proof.verify(u, v, weight)
        assert len(matching.pairs) == 75
        assert proof.blossom_parent[0] == -1
        assert np.count_nonzero(proof.blossom_parent == -1) == 1
        assert len(proof.blossom_duals) < 40


def test_odd_components_each_leave_one_alone() -> None:
    rng = np.random.default_rng(10)
    parts, first = [], 0
    for size in (1, 3, 5, 7, 9, 11, 2, 4, 13, 1):
        u, v = np.triu_indices(size, 1)
        parts.append((u + first, v + first))
        first += size
    u, v = (np.concatenate(ends) for ends in zip(*parts, strict=True))
    for _ in range(50):
        weight = rng.integers(5, 30, len(u))
        edges = list(zip(u.tolist(), v.tolist(), weight.tolist(), strict=True))
        matching = max_weight_matching(u, v, weight, first, everyone_first=True)
        assert_proved(first, edges, matching.mate, matching.certificate)
        assert int(np.count_nonzero(matching.mate < 0)) == 8


@pytest.mark.parametrize("looks", [1, 2, 5, 20, 80, 300])
def test_whoever_asks_to_stop_gets_a_matching_and_a_bound(monkeypatch: Any, looks: int) -> None:
    monkeypatch.setattr(engine, "_WORK_PER_CALL", 20)
    stopped = 0
    for _, n, edges in hard_graphs():
        left = iter(range(looks))
        control = Control(cancel=lambda left=left: next(left, None) is None)
        solved = solve_exactly(n, *arrays(edges), control=control)
        stopped += not solved.finished
        y, mate, around = solved.vertex_duals, solved.mate, blossoms_around_of(solved, n)
        assert y.min() >= 0
        for (a, b), w in heaviest(edges).items():
            common = sum(int(solved.blossom_duals[k]) for k in around[a] & around[b])
            assert y[a] + y[b] + common - 2 * w >= 0
            assert mate[a] != b or y[a] + y[b] + common == 2 * w
    assert stopped > 0 or looks > 20


def blossoms_around_of(solved: Solved, n: int) -> list[set[int]]:
    """The blossoms around each vertex."""
    around: list[set[int]] = [set() for _ in range(n)]
    for vertex, innermost in enumerate(solved.vertex_blossom.tolist()):
        while innermost >= 0:
            around[vertex].add(innermost)
            innermost = int(solved.blossom_parent[innermost])
    return around


def test_a_forest_of_trees_gives_the_same_weight() -> None:
    rng = np.random.default_rng(12)
    for turn in range(200):
        n, edges = random_graph(rng, 14)
        if turn % 4 == 0:
            edges = [(u, v, 2**59 - 1 - abs(w)) for u, v, w in edges]
        search = new_search(n, *arrays(edges))
        start(search)
        first_round(search)
        search.now[FOREST] = 0 if turn % 2 else 5
        while not match_fractions(search, 9):
            pass
        end_fractions(search)
        assert_feasible(search, edges)
        assert match_exposed(search, 1 << 60)
        assert_feasible(search, edges)
        total = sum(heaviest(edges)[a, int(b)] for a, b in enumerate(search.mate) if b > a)
        assert total == best_by_trying(n, edges)[0]
