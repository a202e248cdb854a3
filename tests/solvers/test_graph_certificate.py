"""The certificate of a graph's matching: it verifies what is true, and finds every planted error."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from peermatch.problem import GraphCertificate, Status
from peermatch.solvers.graph import GraphMatching, max_weight_matching
from support.graphs import hard_graphs, random_graph

Arrays = tuple[np.ndarray, np.ndarray, np.ndarray]


def arrays(edges: list[tuple[int, int, int]]) -> Arrays:
    table = np.array(edges, dtype=np.int64).reshape(-1, 3)
    return table[:, 0], table[:, 1], table[:, 2]


def blossomed() -> tuple[Arrays, GraphMatching]:
    """Two odd cliques with a weak link: the proof needs nested blossoms."""
    u, v = np.triu_indices(11, 1)
    u, v = np.concatenate([u, u + 11, [0]]), np.concatenate([v, v + 11, [11]])
    edges = u, v, np.where(v - u == 11, 3, 50 + (u * v) % 7 + u % 3)
    matching = max_weight_matching(*edges)
    proof = matching.certificate
    assert len(proof.blossom_duals) >= 2
    assert (proof.blossom_parent >= 0).any()
    return edges, matching


@pytest.mark.parametrize("everyone_first", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_true_certificates_are_verified(seed: int, everyone_first: bool) -> None:
    rng = np.random.default_rng(seed)
    graphs = [random_graph(rng, 25) for _ in range(60)] + [(n, edges) for _, n, edges in hard_graphs()]
    for n, edges in graphs:
        matching = max_weight_matching(*arrays(edges), n, everyone_first=everyone_first)
        check = matching.certificate.verify(*arrays(edges))
        assert check.verified, check.faults
        pairs = len(matching.pairs)
        assert check.upper_bound == matching.weight + matching.certificate.bonus * pairs
        assert matching.status is Status.OPTIMAL


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", "i1", "u8", "O"])
def test_weights_of_every_kind_are_verified(dtype: str) -> None:
    u, v = np.triu_indices(7, 1)
    weight = (np.random.default_rng(0).integers(1, 100, len(u)) / (4 if dtype[0] == "f" else 1)).astype(dtype)
    for everyone_first in (False, True):
        given = weight.astype("i8") if dtype == "O" else weight
        proof = max_weight_matching(u, v, given, everyone_first=everyone_first).certificate
        assert proof.verify(u, v, weight)


@pytest.mark.parametrize("scale", [2.0**-1074, 2.0**-40, 2.0**900])
def test_units_far_from_one(scale: float) -> None:
    u, v = np.triu_indices(9, 1)
    weight = np.random.default_rng(1).integers(1, 50, len(u)) * scale
    matching = max_weight_matching(u, v, weight)
    assert matching.certificate.verify(u, v, weight)
    weight[3] *= 64
    assert not matching.certificate.verify(u, v, weight)


def test_edges_in_another_order_and_with_loops() -> None:
    (u, v, weight), matching = blossomed()
    order = np.random.default_rng(2).permutation(len(u))
    a, b, w = np.append(v[order], 5), np.append(u[order], 5), np.append(weight[order], 999)
    assert matching.certificate.verify(a, b, w)


def plant(proof: GraphCertificate, name: str, at: int, by: int) -> GraphCertificate:
    changed = getattr(proof, name).copy()
    changed[at] += by
    return replace(proof, **{name: changed})


def test_a_lowered_dual_of_any_vertex_is_found() -> None:
    edges, matching = blossomed()
    for vertex in np.flatnonzero(matching.mate >= 0):
        check = plant(matching.certificate, "vertex_duals", vertex, -1).verify(*edges)
        assert not check
        assert check.upper_bound is None


def test_a_raised_dual_is_found() -> None:
    edges, matching = blossomed()
    for vertex in range(22):
        faults = plant(matching.certificate, "vertex_duals", vertex, 1).verify(*edges).faults
        assert "The matching is worth" in faults[-1]


def test_a_changed_dual_of_any_blossom_is_found() -> None:
    edges, matching = blossomed()
    proof = matching.certificate
    for blossom in range(len(proof.blossom_duals)):
        for by in (-2, 2):
            assert not plant(proof, "blossom_duals", blossom, by).verify(*edges)


def test_a_missing_blossom_is_found() -> None:
    edges, matching = blossomed()
    proof = matching.certificate
    innermost = int(proof.vertex_blossom.max())
    around = proof.blossom_parent[innermost]
    moved = np.where(proof.vertex_blossom == innermost, around, proof.vertex_blossom)
    planted = replace(
        proof,
        vertex_blossom=moved,
        blossom_parent=proof.blossom_parent[:-1],
        blossom_duals=proof.blossom_duals[:-1],
    )
    assert innermost == len(proof.blossom_duals) - 1
    assert not planted.verify(*edges)


def test_a_vertex_in_another_blossom_is_found() -> None:
    edges, matching = blossomed()
    proof = matching.certificate
    for vertex in range(22):
        for blossom in range(-1, len(proof.blossom_duals)):
            if blossom != proof.vertex_blossom[vertex]:
                changed = proof.vertex_blossom.copy()
                changed[vertex] = blossom
                assert not replace(proof, vertex_blossom=changed).verify(*edges)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"blossom_parent": np.array([1, 0])}, "in a cycle"),
        ({"blossom_parent": np.array([-1, 7])}, "another one is named"),
        ({"blossom_parent": np.array([-1])}, "an entry for each"),
        ({"total": 1}, "The pairs weigh"),
        ({"bonus": 5}, "bonus"),
        ({"scale": 0}, "The scale"),
        ({"unit": 3.0}, "power of two"),
        ({"unit": 2.0}, "not a whole multiple"),
        ({"pairs_covered": 3}, "The certificate claims 3 edges"),
    ],
)
def test_broken_parts_are_named(change: dict[str, Any], words: str) -> None:
    u, v = np.array([0, 1, 0, 2, 3, 2, 1]), np.array([1, 2, 2, 3, 4, 4, 3])
    edges = u, v, np.array([9, 9, 9, 9, 9, 9, 5])
    proof = max_weight_matching(*edges).certificate
    assert proof.verify(*edges)
    if "blossom_parent" in change:
        proof = replace(
            proof, blossom_duals=np.array([2, 2]), vertex_blossom=np.array([0, 0, 0, 1, 1]), **change
        )
    else:
        proof = replace(proof, **change)
    assert any(words in fault for fault in proof.verify(*edges).faults)


def test_wrong_mates_are_found() -> None:
    edges, matching = blossomed()
    proof = matching.certificate
    one_sided, apart, swapped = (proof.mate.copy() for _ in range(3))
    one_sided[0] = (one_sided[0] + 1) % 22
    (a, b), (c, d) = matching.pairs[0], matching.pairs[1]
    apart[[a, b]] = -1
    swapped[[a, b, c, d]] = c, d, a, b
    for mate in (one_sided, apart, swapped):
        assert not replace(proof, mate=mate).verify(*edges)


def test_a_pair_without_an_edge_is_found() -> None:
    proof = max_weight_matching([0, 1, 2], [1, 2, 3], [5, 7, 5]).certificate
    planted = replace(proof, mate=np.array([3, 2, 1, 0]))
    assert "without an edge" in planted.verify([0, 1, 2], [1, 2, 3], [5, 7, 5]).faults[0]


def test_a_heavier_or_a_missing_edge_is_found() -> None:
    (u, v, weight), matching = blossomed()
    for edge in range(len(u)):
        heavier = weight.copy()
        heavier[edge] += 100
        assert not matching.certificate.verify(u, v, heavier)
    assert not matching.certificate.verify(u[1:], v[1:], weight[1:])


def test_a_bonus_that_is_too_small_is_found() -> None:
    edges = [0, 1, 2], [1, 2, 3], [5, 11, 5]
    plain = max_weight_matching(*edges).certificate
    claim = replace(plain, everyone_first=True)
    assert "does not prove that no more than 1 pairs" in claim.verify(*edges).faults[0]
    assert max_weight_matching(*edges, everyone_first=True).certificate.verify(*edges)


@pytest.mark.parametrize("bad", [[1.0, np.nan], [1.0, np.inf]])
def test_weights_that_are_not_finite_prove_nothing(bad: list[float]) -> None:
    proof = max_weight_matching([0, 1], [1, 2], [1.0, 2.0]).certificate
    assert proof.verify([0, 1], [1, 2], bad).faults == ("The weights must be finite numbers.",)


def test_totals_beyond_64_bits() -> None:
    n = 64
    u = np.arange(0, n, 2)
    weight = np.full(n // 2, 2**59 - 1)
    matching = max_weight_matching(u, u + 1, weight)
    assert matching.weight == (n // 2) * (2**59 - 1)
    assert matching.certificate.verify(u, u + 1, weight)
