"""The graphs and people that are measured: well formed, and the same every time."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from benchmarks.instances import FAMILIES, n_vertices, with_bonus
from benchmarks.people import candidate_graph, full_graph, make_people, score_pairs
from benchmarks.pools import POOLS, make_problem
from peermatch.problem import FORBIDDEN
from peermatch.solvers import max_weight_matching

SIZES = (200, 1000)


def same_bytes(graph):
    return hashlib.sha256(b"".join(array.tobytes() for array in graph)).hexdigest()


def assert_well_formed(graph):
    u, v, weight = graph
    assert [array.dtype for array in graph] == [np.int64] * 3
    assert len(u) == len(v) == len(weight) > 0
    assert min(u.min(), v.min()) >= 0
    assert weight.min() >= 1
    assert not (u == v).any()
    keys = np.minimum(u, v) * n_vertices(graph) + np.maximum(u, v)
    assert len(np.unique(keys)) == len(keys), "an edge comes twice"


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("size", SIZES)
def test_families_are_well_formed_and_reproducible(family, size):
    graph = FAMILIES[family](size, 3)
    assert_well_formed(graph)
    assert 0.6 * size <= len(graph[0]) <= 1.4 * size
    assert same_bytes(graph) == same_bytes(FAMILIES[family](size, 3))


@pytest.mark.parametrize("family", ["grid", "random_sparse", "bipartite_ties", "delaunay", "chain_random"])
def test_seeds_matter_where_there_is_chance(family):
    assert same_bytes(FAMILIES[family](300, 1)) != same_bytes(FAMILIES[family](300, 2))


def test_chain_flip_is_best_without_the_heavier_edges():
    u, v, weight = FAMILIES["chain_flip"](41, 0)
    matching = max_weight_matching(u, v, weight)
    assert matching.mate.tolist()[:4] == [1, 0, 3, 2]
    assert matching.weight == weight[::2].sum()


def test_sparse_delta_matches_every_pair():
    graph = FAMILIES["sparse_delta"](102, 0)
    pairs = max_weight_matching(*graph).pairs
    assert pairs.tolist() == [[2 * i, 2 * i + 1] for i in range(n_vertices(graph) // 2)]


def test_bonus_puts_everyone_first():
    graph = FAMILIES["grid"](200, 1)
    lifted = max_weight_matching(*with_bonus(graph))
    first = max_weight_matching(*graph, everyone_first=True)
    bonus = with_bonus(graph)[2][0] - graph[2][0]
    assert len(lifted.pairs) == len(first.pairs)
    assert lifted.weight - len(lifted.pairs) * bonus == first.weight


@pytest.mark.parametrize("make", [candidate_graph, full_graph])
def test_graphs_of_people(make):
    graph = make(120, 5)
    assert_well_formed(graph)
    assert graph[2].max() <= 2**30
    assert n_vertices(graph) == 120
    assert same_bytes(graph) == same_bytes(make(120, 5))


def test_candidates_are_edges_of_the_full_graph():
    full = dict(
        zip(
            zip(*(array.tolist() for array in full_graph(90, 2)[:2]), strict=True),
            full_graph(90, 2)[2].tolist(),
            strict=True,
        )
    )
    u, v, weight = candidate_graph(90, 2)
    assert all(
        full[pair] == w
        for pair, w in zip(zip(u.tolist(), v.tolist(), strict=True), weight.tolist(), strict=True)
    )
    assert np.bincount(np.concatenate([u, v])).min() >= 16


def test_scores_of_people_are_symmetric():
    people = make_people(50, 1)
    u, v = np.triu_indices(50, 1)
    assert np.array_equal(score_pairs(people, u, v), score_pairs(people, v, u))


@pytest.mark.parametrize("pool", POOLS)
def test_pools_are_what_they_are_called(pool):
    problem = make_problem(pool, 80, 4)
    block = problem.scores.block(np.arange(80))
    assert np.array_equal(block, make_problem(pool, 80, 4).scores.block(np.arange(80)))
    assert np.array_equal(block, block.T)
    allowed = block[block != FORBIDDEN]
    assert len(allowed) > 80 * 80 // 2
    different = len(np.unique(allowed))
    assert (
        different == 1
        if pool == "all-equal"
        else different < 20
        if pool == "categorical"
        else different > 200
    )


def test_hubs_are_everybodys_best():
    scores = make_problem("hub-like", 200, 4).scores
    best = scores.top(1).columns[:, 0]
    times = np.sort(np.bincount(best[best >= 0], minlength=200))
    assert times[-6:].sum() > 150
