"""The networkx backend: the same answers as networkx, exact, from weights as they are at the call."""

from __future__ import annotations

import enum
import functools
import json
import pickle
import random
import subprocess
import sys
import threading
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar

import networkx as nx
import numpy as np
import pytest

from peermatch.integrations import exact_weights
from peermatch.integrations.networkx_backend import GraphView, backend
from peermatch.integrations.networkx_info import get_info


def total(graph, matching, weight="weight"):
    return sum(Fraction(graph[u][v].get(weight, 1)) for u, v in matching)


def random_graph(n, density, draw, seed):
    choose = random.Random(seed)
    graph = nx.gnp_random_graph(n, density, seed=seed)
    graph.add_weighted_edges_from([(u, v, draw(choose)) for u, v in graph.edges])
    return graph


DRAWS = {
    "few ints": lambda choose: choose.randrange(4),
    "negative ints": lambda choose: choose.randrange(-50, 50),
    "great ints": lambda choose: choose.randrange(10**12),
    "eighths": lambda choose: choose.randrange(-200, 800) / 8,
    "ints and halves": lambda choose: choose.choice([choose.randrange(9), choose.randrange(18) / 2]),
    "one weight": lambda choose: 7,
}


@pytest.mark.parametrize("draw", DRAWS.values(), ids=DRAWS)
@pytest.mark.parametrize(("n", "density"), [(7, 0.6), (24, 0.2), (31, 0.9)])
def test_weight_and_cardinality_are_those_of_networkx(draw, n, density):
    for seed in range(4):
        graph = random_graph(n, density, draw, seed)
        for maxcardinality in (False, True):
            ours = nx.max_weight_matching(graph, maxcardinality, backend="peermatch")
            theirs = nx.max_weight_matching(graph, maxcardinality)
            assert nx.is_matching(graph, ours)
            assert total(graph, ours) == total(graph, theirs)
            assert len(ours) == len(theirs) or not maxcardinality
        ours, theirs = nx.min_weight_matching(graph, backend="peermatch"), nx.min_weight_matching(graph)
        assert nx.is_matching(graph, ours)
        assert (len(ours), total(graph, ours)) == (len(theirs), total(graph, theirs))


def test_floats_are_never_worse_than_where_networkx_rounds():
    for seed in range(12):
        graph = random_graph(26, 0.5, lambda choose: choose.gauss(0, 1), seed)
        for maxcardinality in (False, True):
            ours = nx.max_weight_matching(graph, maxcardinality, backend="peermatch")
            theirs = nx.max_weight_matching(graph, maxcardinality)
            assert total(graph, ours) >= total(graph, theirs)
            assert float(total(graph, ours)) == pytest.approx(float(total(graph, theirs)))


def test_floats_that_differ_in_the_last_bit():
    more = np.nextafter(0.1, 1)
    graph = nx.Graph()
    graph.add_weighted_edges_from([(0, 1, 0.1), (2, 3, 0.1), (0, 2, 0.1), (1, 3, float(more))])
    assert nx.max_weight_matching(graph, backend="peermatch") == {(0, 2), (1, 3)}
    assert nx.min_weight_matching(graph, backend="peermatch") == {(0, 1), (2, 3)}
    assert nx.is_perfect_matching(graph, nx.max_weight_matching(graph, True, backend="peermatch"))


def test_a_minimum_that_networkx_rounds_away():
    graph = nx.Graph()
    graph.add_weighted_edges_from([(0, 1, 1e-20), (1, 2, 0.0), (0, 2, 1e20)])
    assert nx.min_weight_matching(graph, backend="peermatch") == {(1, 2)}


@pytest.mark.parametrize("cached", [True, False], ids=["converted graphs kept", "not kept"])
def test_a_weight_changed_in_place_changes_the_answer(cached):
    graph = nx.Graph()
    graph.add_weighted_edges_from([(0, 1, 1), (1, 2, 5), (2, 3, 1)])
    with nx.config(cache_converted_graphs=cached):
        assert nx.max_weight_matching(graph, backend="peermatch") == {(1, 2)}
        graph[1][2]["weight"] = 1
        assert nx.max_weight_matching(graph, backend="peermatch") == {(0, 1), (2, 3)}
        graph[0][1]["weight"] = 10
        graph.remove_edge(2, 3)
        assert nx.max_weight_matching(graph, backend="peermatch") == {(0, 1)}
    assert not graph.__networkx_cache__.get("backends", {}).get("peermatch")


def test_a_view_that_somebody_kept_reads_weights_when_it_is_called():
    graph = nx.Graph()
    graph.add_weighted_edges_from([(0, 1, 1), (1, 2, 5), (2, 3, 1)])
    view = backend.convert_from_nx(graph)
    assert nx.max_weight_matching(view) == {(1, 2)}
    graph[1][2]["weight"] = 1
    assert (
        nx.max_weight_matching(view) == nx.max_weight_matching(view, backend="peermatch") == {(0, 1), (2, 3)}
    )
    assert backend.convert_to_nx(view) is graph
    with pytest.raises(nx.NetworkXNotImplemented, match="multigraph"):
        nx.max_weight_matching(backend.convert_from_nx(nx.MultiGraph()))


def test_without_weights_every_edge_counts_one():
    graph = nx.Graph()
    graph.add_edge(0, 1, weight=2)
    graph.add_edge(1, 2, weight=9, cost=1)
    graph.add_edge(2, 3)
    assert nx.max_weight_matching(graph, backend="peermatch") == {(1, 2)}
    for weight in (None, "no such attribute", "cost"):
        assert nx.max_weight_matching(graph, weight=weight, backend="peermatch") == {(0, 1), (2, 3)}
        assert nx.min_weight_matching(graph, weight=weight, backend="peermatch") == {(0, 1), (2, 3)}
    graph[1][2]["cost"] = 3
    assert nx.max_weight_matching(graph, False, "cost", backend="peermatch") == {(1, 2)}
    # with weights that are not read, it does not matter what they are
    graph[0][1]["weight"] = "heavy"
    assert backend.can_run("max_weight_matching", (graph, True, None), {}) is True


@pytest.mark.parametrize("kind", [nx.MultiGraph, nx.DiGraph, nx.MultiDiGraph])
@pytest.mark.parametrize("function", [nx.max_weight_matching, nx.min_weight_matching])
def test_multigraphs_and_directed_graphs_are_refused_as_by_networkx(kind, function):
    for name in (None, "peermatch"):
        with pytest.raises(nx.NetworkXNotImplemented, match="not implemented for"):
            function(kind([(0, 1)]), backend=name)
    with pytest.raises(nx.NetworkXNotImplemented, match="not implemented for"):
        getattr(backend, function.__name__)(kind([(0, 1)]))


def test_self_loops_isolated_vertices_and_nothing_at_all():
    graph = nx.Graph()
    for edges, expected in (([], set()), ([(0, 0, 9)], set()), ([(0, 1, 2), (1, 1, 99)], {(0, 1)})):
        graph.add_weighted_edges_from(edges)
        for function in (nx.max_weight_matching, nx.min_weight_matching):
            assert function(graph, backend="peermatch") == expected
        graph.add_node("alone")
    # the weight of a self-loop is not looked at
    graph[1][1]["weight"] = 1j
    assert nx.max_weight_matching(graph, backend="peermatch") == {(0, 1)}


def test_weights_of_nothing_or_less_are_only_chosen_to_match_more():
    graph = nx.Graph()
    graph.add_weighted_edges_from([(0, 1, -1), (2, 3, 0), (4, 5, 1)])
    assert nx.max_weight_matching(graph, backend="peermatch") == {(4, 5)}
    assert nx.max_weight_matching(graph, True, backend="peermatch") == {(0, 1), (2, 3), (4, 5)}
    assert nx.min_weight_matching(graph, backend="peermatch") == {(0, 1), (2, 3), (4, 5)}


class Grade(enum.IntEnum):
    HIGH = 5


class Contrary(int):
    def __lt__(self, other):
        raise AssertionError("nobody may ask a subclass of int how it compares")

    def __neg__(self):
        return 99


HELD = {
    "int": 3,
    "lowest int64": -(2**63),
    "bool": True,
    "float": 2.5,
    "smallest float": 5e-324,
    "greatest float": 1.7e308,
    "int8": np.int8(3),
    "uint64": np.uint64(2**63 - 1),
    "float16": np.float16(1.5),
    "float32": np.float32(0.1),
    "float64": np.float64(0.1),
    "bool_": np.bool_(True),
    "minus zero": -0.0,
    "member of an enumeration": Grade.HIGH,
    "int that lies about its order": Contrary(5),
}
DECLINED = {
    "too great an int": 2**63,
    "too low an int": -(2**63) - 1,
    "int beyond all floats": 10**400,
    "too great a uint64": np.uint64(2**63),
    "minus inf": -float("inf"),
    "long double": np.longdouble(2.5) if np.longdouble is not np.float64 else 1j,
    "numpy text": np.str_("1"),
    "day": np.datetime64("2026-01-01"),
    "nan": float("nan"),
    "inf": float("inf"),
    "complex": 1j,
    "fraction": Fraction(1, 3),
    "decimal": Decimal("0.1"),
    "text": "1",
    "None": None,
    "time": np.timedelta64(1, "s"),
    "array": np.ones(2),
}


@pytest.mark.parametrize("value", HELD.values(), ids=HELD)
def test_weights_within_int64_and_float64_are_held_exactly(value):
    plain = float(value) if isinstance(value, float | np.floating) else int(value)
    graph = nx.Graph()
    graph.add_weighted_edges_from([("a", "b", value), ("b", "c", 1), ("c", "d", value)])
    assert backend.can_run("max_weight_matching", (graph,), {}) is True
    expected = {("a", "b"), ("c", "d")} if 2 * Fraction(plain) > 1 else {("b", "c")}
    assert nx.max_weight_matching(graph, backend="peermatch") == expected
    assert nx.min_weight_matching(graph, backend="peermatch") == {("a", "b"), ("c", "d")}
    assert nx.max_weight_matching(graph, True, backend="peermatch") == {("a", "b"), ("c", "d")}


@pytest.mark.parametrize("value", DECLINED.values(), ids=DECLINED)
def test_other_weights_are_declined_with_a_reason(value):
    graph = nx.path_graph(4)
    graph[1][2]["weight"] = value
    for name in ("max_weight_matching", "min_weight_matching"):
        reason = backend.can_run(name, (), {"G": graph})
        assert isinstance(reason, str)
        assert reason.startswith("weights must be ")
        with pytest.raises(NotImplementedError, match="given arguments"):
            getattr(nx, name)(graph, backend="peermatch")
        with pytest.raises(NotImplementedError, match="weights must be"):
            getattr(backend, name)(graph)


def test_by_priority_networkx_takes_what_is_declined(monkeypatch):
    called, find = [], type(backend).max_weight_matching

    @functools.wraps(find)
    def watched(self, *args, **kwargs):
        called.append(args[0])
        return find(self, *args, **kwargs)

    monkeypatch.setattr(type(backend), "max_weight_matching", watched)
    graph = nx.path_graph(4)
    nx.max_weight_matching(graph)
    assert not called
    with nx.config(backend_priority=["peermatch"]):
        assert nx.max_weight_matching(graph) == {(0, 1), (2, 3)}
        assert isinstance(called[0], GraphView)
        graph[1][2]["weight"] = Fraction(7, 2)
        assert {frozenset(pair) for pair in nx.max_weight_matching(graph)} == {frozenset((1, 2))}
    assert len(called) == 1


def test_by_priority_inside_networkx_own_algorithms():
    graph = nx.complete_graph(9)
    graph.add_weighted_edges_from([(u, v, abs(u - v) + 0.25) for u, v in graph.edges])
    plain = nx.approximation.christofides(graph)
    with nx.config(backend_priority=["peermatch"]):
        ours = nx.approximation.christofides(graph)
    assert sorted(ours) == sorted(plain)


def test_the_order_in_which_a_graph_is_put_together_does_not_matter():
    for names in (range(20), [f"person {i}" for i in range(20)]):
        edges = [(names[u], names[v]) for u, v in nx.gnp_random_graph(20, 0.4, seed=2).edges]
        first = nx.max_weight_matching(nx.Graph(edges), True, backend="peermatch")
        for seed in range(5):
            shuffle = random.Random(seed)
            again = [tuple(shuffle.sample(edge, 2)) for edge in shuffle.sample(edges, len(edges))]
            assert nx.max_weight_matching(nx.Graph(again), True, backend="peermatch") == first


def test_any_hashable_can_be_a_vertex():
    graph = nx.Graph()
    graph.add_weighted_edges_from([((1, 2), "b", 3), ("b", 4.5, 9), (4.5, frozenset("x"), 3)])
    assert nx.max_weight_matching(graph, backend="peermatch") == {("b", 4.5)}


HASHED = """
import networkx as nx
names = ["ada", "bo", ("c", 1), "dora", 5.5, "eve", frozenset(["f"])]
graph = nx.complete_graph(7)
graph = nx.relabel_nodes(graph, dict(enumerate(names)))
pairs = nx.max_weight_matching(graph, backend="peermatch")
print(sorted((names.index(u), names.index(v)) for u, v in pairs))
"""


def test_hashes_do_not_show():
    said = {
        subprocess.run(
            [sys.executable, "-c", HASHED],
            env={"PYTHONHASHSEED": seed, "PATH": ""},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(said) == 1


def test_graphs_are_left_as_they_were_and_can_be_pickled_without_us():
    graph = random_graph(12, 0.5, lambda choose: choose.random(), 3)
    before = pickle.dumps(graph)
    nx.max_weight_matching(graph, backend="peermatch")
    nx.min_weight_matching(graph, backend="peermatch")
    assert b"peermatch.integrations" not in pickle.dumps(graph)
    assert nx.utils.graphs_equal(graph, pickle.loads(before))


def test_subgraphs_and_other_views_are_read_as_they_are():
    graph = random_graph(20, 0.5, lambda choose: choose.randrange(1, 99), 5)
    part = graph.subgraph(range(0, 20, 2))
    ours, theirs = nx.max_weight_matching(part, backend="peermatch"), nx.max_weight_matching(part)
    assert total(part, ours) == total(part, theirs)
    assert all(u in part and v in part for u, v in ours)


class OneWeight(nx.Graph):
    """All edges share one dictionary, as in networkx's own example of a thin graph."""

    shared: ClassVar = {"weight": 3}

    def edge_attr_dict_factory(self):
        return self.shared


def test_graphs_of_other_classes():
    for kind in (OneWeight, type("Plain", (nx.Graph,), {}), lambda edges: nx.freeze(nx.Graph(edges))):
        graph = kind([(0, 1), (1, 2), (2, 3)])
        assert nx.max_weight_matching(graph, backend="peermatch") == {(0, 1), (2, 3)}
    arcs = nx.DiGraph([(0, 1, {"weight": 3})]).to_undirected(as_view=True)
    assert nx.min_weight_matching(arcs, backend="peermatch") == {(0, 1)}


def test_threads_that_share_a_graph_get_the_same_answer():
    graph = random_graph(60, 0.3, lambda choose: choose.randrange(9), 4)
    expected, found = nx.max_weight_matching(graph, backend="peermatch"), []

    def ask():
        found.extend(nx.max_weight_matching(graph, backend="peermatch") for _ in range(8))

    threads = [threading.Thread(target=ask) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 40


def test_results_are_pythons_own_numbers():
    graph = nx.path_graph(6)
    for pair in nx.max_weight_matching(graph, backend="peermatch"):
        assert [type(node) for node in pair] == [int, int]
        assert isinstance(pair, tuple)


LIGHT = """
import json, sys
before = set(sys.modules)
from peermatch.integrations.networkx_info import get_info
get_info()
print(json.dumps(sorted(set(sys.modules) - before)))
import networkx
print(json.dumps(sorted(set(sys.modules) - before)))
"""


def test_networkx_gets_its_facts_without_any_import():
    done = subprocess.run([sys.executable, "-c", LIGHT], capture_output=True, text=True, check=True)
    first, second = (set(json.loads(line)) for line in done.stdout.splitlines())
    ours = {
        "peermatch",
        "peermatch.version",
        "peermatch.integrations",
        "peermatch.integrations.networkx_info",
    }
    assert {name for name in first if name.startswith("peermatch")} == ours
    assert {name for name in second if name.startswith("peermatch")} == ours
    assert not {"numpy", "numba", "networkx", "pandas"} & first
    assert not {"numba", "pandas", "sklearn"} & second


def test_networkx_knows_us():
    info = get_info()
    assert nx.utils.backends.backend_info["peermatch"] == info
    for name, facts in info["functions"].items():
        assert callable(getattr(backend, name))
        assert facts["additional_docs"] in getattr(nx, name).__doc__.replace("\n      ", " ")


def test_what_does_not_fit_64_bits_does_not_go_to_networkx(monkeypatch):
    monkeypatch.setattr(exact_weights, "_by_networkx", None)
    graph = random_graph(120, 0.2, lambda choose: choose.gauss(0, 1), 1)
    matching = nx.min_weight_matching(graph, backend="peermatch")
    assert len(matching) == 60
