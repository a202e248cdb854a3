"""Weights too wide for 64 bits: cut, proved, and solved again on what is left, exactly."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction

import networkx as nx
import numpy as np
import pytest

from peermatch.integrations import exact_weights
from peermatch.integrations.exact_weights import best_mates
from peermatch.problem import OptimalityCertificate


def edges_of(n, density, choose):
    pairs = [pair for pair in itertools.combinations(range(n), 2) if choose.random() < density]
    return np.array(pairs, dtype=np.int64).reshape(-1, 2).T


def value_of(u, v, weights, mate):
    """Cardinality and exact total; every matched pair is an edge."""
    pairs = [(int(a), int(b)) for a, b in enumerate(mate.tolist()) if a < b]
    of = {(a, b): Fraction(w) for a, b, w in zip(u.tolist(), v.tolist(), weights, strict=True)}
    assert all(mate[b] == a for a, b in pairs)
    return len(pairs), sum(of[pair] for pair in pairs)


def best_value(u, v, weights, n, everyone_first):
    """What networkx finds in unlimited whole numbers."""
    ratios = [Fraction(w) for w in weights]
    common = max((r.denominator for r in ratios), default=1)
    graph = nx.Graph()
    graph.add_weighted_edges_from(
        [(a, b, int(r * common)) for a, b, r in zip(u.tolist(), v.tolist(), ratios, strict=True)]
    )
    pairs = nx.max_weight_matching(graph, maxcardinality=everyone_first)
    return len(pairs), Fraction(sum(graph[a][b]["weight"] for a, b in pairs), common)


WIDE = {
    "gauss": lambda choose: choose.gauss(0, 1),
    "thirty orders": lambda choose: choose.choice([-1, 1, 1]) * 10.0 ** choose.uniform(-15, 15),
    "all floats": lambda choose: 2.0 ** choose.randrange(-1074, 1000) * (1 + choose.random()),
    "int64": lambda choose: choose.randrange(-(2**63), 2**63),
    "int64, few steps": lambda choose: 2**62 + choose.randrange(5),
    "beyond int64": lambda choose: choose.randrange(2**200),
    "last bit": lambda choose: float(np.nextafter(1.0, choose.choice([0, 1, 2]))) * 2.0 ** choose.choice([0, 0, 60]),
    "great ints and floats": lambda choose: choose.choice([2**60 + choose.randrange(9), choose.random()]),
    "ties": lambda choose: choose.choice([1e-30, 1.0, 1e30]),
}  # fmt: skip


@pytest.mark.parametrize("everyone_first", [False, True], ids=["best total", "everyone first"])
@pytest.mark.parametrize("draw", WIDE.values(), ids=WIDE)
def test_wide_weights_are_matched_exactly(draw, everyone_first):
    for seed in range(25):
        choose = random.Random(seed)
        n = choose.randrange(2, 23)
        u, v = edges_of(n, choose.choice([0.2, 0.5, 1.0]), choose)
        weights = [draw(choose) for _ in u]
        found = best_mates(u, v, weights, n, everyone_first=everyone_first)
        pairs, total = value_of(u, v, weights, found)
        most, best = best_value(u, v, weights, n, everyone_first)
        assert total == best
        assert pairs == most or not everyone_first


@pytest.mark.parametrize("bits", [12, 16, 24, 40])
@pytest.mark.parametrize("everyone_first", [False, True], ids=["best total", "everyone first"])
def test_however_few_bits_are_kept(monkeypatch, bits, everyone_first):
    monkeypatch.setattr(exact_weights, "BITS", bits)
    for seed in range(30):
        choose = random.Random(seed)
        n = choose.randrange(2, 30)
        u, v = edges_of(n, choose.choice([0.15, 0.5, 1.0]), choose)
        weights = [
            2**70 * choose.randrange(-3, 9) + choose.randrange(2 ** choose.choice([1, 30, 70])) for _ in u
        ]
        found = best_mates(u, v, weights, n, everyone_first=everyone_first)
        assert value_of(u, v, weights, found)[1] == best_value(u, v, weights, n, everyone_first)[1]


def test_the_last_resort_is_as_exact(monkeypatch):
    asked = []
    theirs = exact_weights._by_networkx
    monkeypatch.setattr(exact_weights, "BITS", 4)
    monkeypatch.setattr(exact_weights, "_by_networkx", lambda *args: asked.append(1) or theirs(*args))
    for seed, everyone_first in itertools.product(range(10), (False, True)):
        choose = random.Random(seed)
        u, v = edges_of(11, 0.7, choose)
        weights = [2**70 + choose.randrange(2**64) for _ in u]
        found = best_mates(u, v, weights, 11, everyone_first=everyone_first)
        assert value_of(u, v, weights, found) == best_value(u, v, weights, 11, everyone_first)
    assert asked


def test_no_edges():
    none = np.zeros(0, dtype=np.int64)
    assert best_mates(none, none, [], 3, everyone_first=True).tolist() == [-1, -1, -1]
    one = np.array([0]), np.array([1])
    assert best_mates(*one, [-(2**63)], 2, everyone_first=False).tolist() == [-1, -1]
    assert best_mates(*one, [-(2**63)], 2, everyone_first=True).tolist() == [1, 0]


def nested(blossom, parent):
    """A blossom and all that are around it."""
    while blossom >= 0:
        yield blossom
        blossom = parent[blossom]


def test_sums_over_the_blossoms_that_hold_both_ends_of_an_edge():
    for seed in range(300):
        choose = random.Random(seed)
        count, n = choose.randrange(12), choose.randrange(2, 15)
        deep = choose.random() < 0.5  # a chain, or a wide tree
        parent = [choose.randrange(-1, k) if not deep else k - 1 for k in range(count)]
        vertex = [choose.randrange(-1, count) for _ in range(n)] if count else []
        values = [choose.randrange(100) for _ in range(count)]
        ends = [(choose.randrange(n), choose.randrange(n)) for _ in range(20)]
        held = exact_weights._Held(
            OptimalityCertificate(
                scale=2,
                bonus=0,
                vertex_duals=np.zeros(n, dtype=np.int64),
                pairs_covered=0,
                blossom_parent=np.array(parent, dtype=np.int64),
                vertex_blossom=np.array(vertex, dtype=np.int64),
            ),
            *np.array(ends).T,
        )
        both = [
            set(nested(vertex[a], parent)) & set(nested(vertex[b], parent)) if count else () for a, b in ends
        ]
        expected = [sum(values[blossom] for blossom in blossoms) for blossoms in both]
        assert held.sums(np.array(values, dtype=np.int64)).tolist() == expected
