"""Worst pair first: what its certificate proves, and every false claim planted by itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from peermatch.problem import (
    FORBIDDEN,
    BoundCertificate,
    CoverCertificate,
    DenseScores,
    Matching,
    OptimalityCertificate,
    Problem,
    SparseScores,
    Status,
    WorstFirstCertificate,
)
from peermatch.solvers import Blossom
from peermatch.verify import prove, prove_worst_first
from support.certified import with_certificate
from support.oracles import all_matchings

TRIANGLES = np.array([0, 0, 0, 1, 1, 1])


def ints(*numbers: int) -> np.ndarray:
    return np.array(numbers, dtype=np.int64)


def bridge() -> tuple[Problem, Matching]:
    """Two triangles of 9 and of 7, joined by a bridge of 2 that three pairs cannot do without."""
    u, v, score = [0, 1, 0, 2, 3, 4, 3], [1, 2, 2, 3, 4, 5, 5], [9, 9, 9, 2, 7, 7, 7]
    problem = Problem(SparseScores(u, v, score, shape=(6, 6)), "worst_first")
    within = OptimalityCertificate(
        scale=1,
        bonus=100,
        vertex_duals=ints(54, 54, 54, 48, 48, 48),
        pairs_covered=7,
        blossom_parent=ints(-1, -1),
        blossom_duals=ints(1, 11),
        vertex_blossom=TRIANGLES,
    )
    above = CoverCertificate(
        floor=3,
        scale=1,
        vertex_duals=ints(0, 0, 0, 0, 0, 0),
        pairs_covered=6,
        blossom_parent=ints(-1, -1),
        blossom_duals=ints(1, 1),
        vertex_blossom=TRIANGLES,
    )
    return problem, matching_of(problem, [[0, 1], [2, 3], [4, 5]], 2, within, above, None, 7)


def star() -> tuple[Problem, Matching]:
    """Three people who all want the same one: that there is only one pair takes a cover of all pairs."""
    problem = Problem(SparseScores([0, 0, 0], [1, 2, 3], [3, 5, 5], shape=(4, 4)), "worst_first")
    within = OptimalityCertificate(scale=1, bonus=0, vertex_duals=ints(5, 0, 0, 0), pairs_covered=2)
    above = CoverCertificate(floor=6, scale=1, vertex_duals=ints(0, 0, 0, 0), pairs_covered=0)
    most = CoverCertificate(floor=None, scale=1, vertex_duals=ints(1, 0, 0, 0), pairs_covered=3)
    return problem, matching_of(problem, [[0, 2]], 5, within, above, most, 3)


def places() -> tuple[Problem, Matching]:
    """A mentor with two places and one with one: the duals stand for places."""
    scores = DenseScores([[8, 4], [6, FORBIDDEN], [3, 5]], two_sided=True)
    problem = Problem(scores, "worst_first", (None, ints(2, 1)))
    within = OptimalityCertificate(scale=1, bonus=0, vertex_duals=ints(8, 6, 5, 0, 0, 0), pairs_covered=3)
    above = CoverCertificate(floor=6, scale=1, vertex_duals=ints(1, 1, 0, 0, 0, 0), pairs_covered=2)
    return problem, matching_of(problem, [[0, 0], [1, 0], [2, 1]], 5, within, above, None, 5)


def matching_of(
    problem: Problem,
    pairs: Any,
    threshold: int | None,
    within: OptimalityCertificate | BoundCertificate,
    above: CoverCertificate | None,
    most: CoverCertificate | None,
    covered: int,
) -> Matching:
    certificate = WorstFirstCertificate(threshold, within, above, most, covered)
    return Matching.of(
        problem, pairs, status=Status.OPTIMAL, solver="by hand", certificate=certificate, gap=0
    )


@pytest.mark.parametrize("make", [bridge, star, places])
def test_true_proofs(make):
    problem, matching = make()
    proof = prove_worst_first(problem, matching)
    assert proof.verified, proof.faults
    assert (proof.pairs_bound, proof.worst_bound) == (len(matching.pairs), matching.certificate.threshold)
    assert (proof.upper_bound, proof.gap) == (matching.weight, 0)
    assert proof == prove(problem, matching)


def test_nobody_can_be_paired():
    problem = Problem(SparseScores([], [], [], shape=(2, 2)), "worst_first")
    within = OptimalityCertificate(scale=1, bonus=0, vertex_duals=ints(0, 0), pairs_covered=0)
    matching = matching_of(problem, [], None, within, None, None, 0)
    assert prove(problem, matching).verified
    assert not prove(problem, with_certificate(matching, threshold=0)).verified


def test_a_bound_within_is_a_stated_gap():
    problem, matching = bridge()
    bound = BoundCertificate(scale=1, bonus=100, vertex_duals=ints(55, 55, 55, 54, 54, 54), pairs_covered=7)
    stopped = replace(with_certificate(matching, within=bound), status=Status.GAP, gap=9)
    proof = prove(problem, stopped)
    assert proof.verified, proof.faults
    assert (proof.gap, proof.worst_bound) == (9, 2)
    assert not prove(problem, replace(stopped, gap=8)).verified


# ---- planted errors -------------------------------------------------------------------------------------


def changed_cover(matching: Matching, which: str, **changes: Any) -> Matching:
    return with_certificate(matching, **{which: replace(getattr(matching.certificate, which), **changes)})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"threshold": 3}, "The threshold is 3; the worst pair scores 2"),
        ({"threshold": 1}, "The threshold is 1; the worst pair scores 2"),
        ({"threshold": None}, "The threshold is None"),
        ({"above": None}, "Nothing proves that the worst pair could not be better"),
        ({"pairs_covered": 8}, "claims 8 allowed pairs; there are 7"),
    ],
)
def test_false_claims_of_the_whole(changes, said):
    problem, matching = bridge()
    proof = prove(problem, with_certificate(matching, **changes))
    assert not proof.verified
    assert said in " ".join(proof.faults)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"floor": 8}, "of pairs from 8, not of all above the threshold of 2"),
        ({"floor": None}, "of pairs from None"),
        ({"blossom_duals": ints(1, 0)}, "Pair (3, 4) has a slack of -1"),
        ({"blossom_duals": ints(1, -1)}, "The dual of blossom 1 is -1"),
        ({"blossom_duals": ints(2, 1)}, "leaves room for 3 pairs"),
        ({"vertex_duals": ints(0, 0, 0, 1, 0, 0)}, "leaves room for 3 pairs"),
        ({"vertex_duals": ints(-1, 0, 0, 0, 0, 0)}, "The dual of vertex 0 is -1"),
        ({"vertex_duals": ints(0, 0)}, "vertex_duals must be int64 with the shape (6,)"),
        ({"vertex_blossom": ints(0, 0, 0, 0, 1, 1)}, "Blossom 0 holds 4 vertices"),
        ({"blossom_parent": ints(1, 0)}, "inside each other in a cycle"),
        ({"scale": 2}, "has a slack of -1"),
        ({"scale": 0}, "The scale must be a whole number of at least 1"),
        ({"pairs_covered": 7}, "claims 7 allowed pairs; there are 6"),
    ],
)
def test_a_broken_cover_of_better_pairs(changes, said):
    problem, matching = bridge()
    proof = prove(problem, changed_cover(matching, "above", **changes))
    assert not proof.verified
    assert said in " ".join(proof.faults)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"vertex_duals": ints(0, 0, 0, 0)}, "has a slack of -1"),
        ({"vertex_duals": ints(1, 1, 0, 0)}, "leaves room for 2 pairs"),
        ({"floor": 5}, "leaves out those below 5"),
    ],
)
def test_a_broken_cover_of_all_pairs(changes, said):
    problem, matching = star()
    proof = prove(problem, changed_cover(matching, "most", **changes))
    assert not proof.verified
    assert said in " ".join(proof.faults)


def test_a_cover_of_all_pairs_is_missed_where_it_is_needed():
    problem, matching = star()
    proof = prove(problem, with_certificate(matching, most=None))
    assert "Nothing proves that there are no more than 1 pairs" in " ".join(proof.faults)


@pytest.mark.parametrize(
    "changes",
    [
        {"vertex_duals": ints(53, 54, 54, 48, 48, 48)},
        {"vertex_duals": ints(55, 54, 54, 48, 48, 48)},
        {"blossom_duals": ints(1, 10)},
        {"bonus": 99},
        {"pairs_covered": 6},
    ],
)
def test_a_broken_proof_of_the_total(changes):
    problem, matching = bridge()
    assert not prove(problem, changed_cover(matching, "within", **changes)).verified


def test_fewer_pairs_with_a_better_worst_one():
    problem, matching = bridge()
    fewer = matching_of(
        problem, [[0, 1], [4, 5]], 7, matching.certificate.within, matching.certificate.above, None, 7
    )
    faults = " ".join(prove(problem, fewer).faults)
    assert "not of all above the threshold of 7" in faults
    cover = replace(matching.certificate.above, floor=8, pairs_covered=3, blossom_duals=ints(1, 0))
    faults = " ".join(prove(problem, with_certificate(fewer, above=cover)).faults)
    assert "Nothing proves that there are no more than 2 pairs" in faults


@pytest.mark.parametrize("stated", [{"gap": 1}, {"pairs_gap": 1}, {"worst_gap": 1}])
def test_an_optimal_answer_states_no_gap(stated):
    problem, matching = bridge()
    assert not prove(problem, replace(matching, **stated)).verified


def test_a_proof_of_another_objective():
    problem, matching = bridge()
    other = Problem(problem.scores, "everyone_first")
    assert "The objective is 'everyone_first'" in " ".join(prove(other, matching).faults)
    plain = replace(matching, certificate=matching.certificate.within)
    assert "says nothing about the worst pair" in " ".join(prove(problem, plain).faults)
    assert "no certificate of worst pair first" in prove_worst_first(problem, plain).faults[0]


def test_a_bound_must_state_the_gap_in_the_worst_pair():
    problem = Problem(DenseScores([[0, 9, 4, 1], [9, 0, 3, 4], [4, 3, 0, 1], [1, 4, 1, 0]]), "worst_first")
    bound = BoundCertificate(scale=1, bonus=0, vertex_duals=ints(5, 4, 1, 1), pairs_covered=6)
    stated = Matching.of(
        problem, [[0, 1], [2, 3]], status=Status.GAP, solver="by hand", certificate=bound, gap=1, worst_gap=3
    )
    assert prove(problem, stated).verified
    faults = prove(problem, replace(stated, worst_gap=2)).faults
    assert faults == ("The stated gap in the worst pair is 2; best scores prove no less than 3.",)


def test_no_lesser_matching_passes_under_the_proof_of_the_best():
    rng = np.random.default_rng(4)
    for _ in range(12):
        matrix = np.tril(rng.integers(0, 5, (6, 6)), -1)
        matrix[np.tril(rng.random((6, 6)) < 0.3, -1)] = FORBIDDEN
        matrix = np.where(np.tri(6, dtype=bool), matrix, matrix.T)
        problem = Problem(DenseScores(matrix), "worst_first")
        best = Blossom().solve(problem)
        assert prove(problem, best).verified
        worth = (len(best.pairs), best.certificate.threshold or 0, best.weight)
        allowed = (matrix != FORBIDDEN) & ~np.eye(6, dtype=bool)
        for pairs in all_matchings(allowed.tolist()):
            scores = [int(matrix[u, v]) for u, v in pairs]
            if (len(pairs), min(scores, default=0), sum(scores)) < worth:
                claim = Matching.of(
                    problem, pairs, status=best.status, solver="x", certificate=best.certificate, gap=0
                )
                lower = with_certificate(claim, threshold=min(scores, default=None))
                assert not prove(problem, claim).verified
                assert not prove(problem, lower).verified
