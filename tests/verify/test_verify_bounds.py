"""Bounds: what they prove, and every false claim planted by itself."""

from dataclasses import replace

import numpy as np
import pytest

from peermatch.problem import BoundCertificate, DenseScores, Matching, Problem, SparseScores, Status
from peermatch.verify import prove, prove_bound
from support.certified import with_certificate
from support.oracles import best_matching


def bounded(
    problem: Problem, pairs, duals, n_pairs: int, *, scale=1, bonus=0, gap=0, pairs_gap=0
) -> Matching:
    certificate = BoundCertificate(scale, bonus, np.array(duals, dtype=np.int64), n_pairs)
    return Matching.of(
        problem,
        pairs,
        status=Status.GAP,
        solver="by hand",
        certificate=certificate,
        gap=gap,
        pairs_gap=pairs_gap,
    )


def triangle() -> tuple[Problem, Matching]:
    """Three pairs of 8, 7 and 6; y' = 4 each is worth 12, 4 more than the best pair."""
    problem = Problem(DenseScores([[0, 8, 7], [8, 0, 6], [7, 6, 0]]), "best_total")
    return problem, bounded(problem, [[0, 1]], [4, 4, 4], 3, gap=4)


def path() -> tuple[Problem, Matching]:
    """0-1-2-3 worth 1, 9, 1, of which only the middle pair was found: one more pair may be had."""
    problem = Problem(SparseScores([0, 1, 2], [1, 2, 3], [1, 9, 1], shape=(4, 4)))
    return problem, bounded(problem, [[1, 2]], [0, 30, 30, 0], 3, bonus=20, gap=31, pairs_gap=1)


@pytest.mark.parametrize("make", [triangle, path])
def test_true_bounds(make):
    problem, matching = make()
    proof = prove_bound(problem, matching)
    assert proof.verified, proof.faults
    assert proof.gap == matching.gap
    assert proof == prove(problem, matching)


def test_what_a_bound_proves():
    problem, matching = path()
    proof = prove_bound(problem, matching)
    assert (proof.upper_bound, proof.pairs_bound, proof.pairs_covered) == (40, 2, 3)


def test_halves_are_rounded_down():
    problem, matching = triangle()
    doubled = bounded(problem, matching.pairs, [8, 8, 7], 3, scale=2, gap=3)
    assert prove_bound(problem, doubled).upper_bound == 11


@pytest.mark.parametrize("seed", range(20))
def test_no_matching_passes_a_bound(seed):
    rng = np.random.default_rng(seed)
    matrix = rng.integers(0, 30, (7, 7))
    matrix += matrix.T
    problem = Problem(DenseScores(matrix), "best_total")
    duals = DenseScores(matrix).block(np.arange(7)).max(axis=1)  # y'(u) + y'(v) >= 2 w(u, v)
    proof = prove_bound(problem, bounded(problem, [], duals, 21, scale=2, gap=10**6))
    assert proof.verified
    assert proof.upper_bound >= best_matching(matrix.tolist(), "best_total")[1]


def faults_of(make, *, gap=None, pairs_gap=None, **changes) -> tuple[str, ...]:
    problem, matching = make()
    given = {"gap": gap, "pairs_gap": pairs_gap}
    matching = replace(matching, **{name: value for name, value in given.items() if value is not None})
    proof = prove_bound(problem, with_certificate(matching, **changes) if changes else matching)
    assert proof.verified == (not proof.faults)
    return proof.faults


def test_a_gap_stated_too_small():
    assert faults_of(triangle, gap=3) == ("The stated gap is 3; the duals prove no less than 4.",)


def test_a_gap_stated_larger_than_needed_is_still_true():
    assert faults_of(triangle, gap=5) == ()


def test_no_gap_stated():
    problem, matching = triangle()
    assert "The stated gap is None" in prove_bound(problem, replace(matching, gap=None)).faults[0]


def test_a_gap_of_pairs_stated_too_small():
    assert "leave room for 1 more" in faults_of(path, pairs_gap=0)[0]


def test_a_dual_one_too_low():
    assert faults_of(triangle, vertex_duals=np.array([4, 3, 4])) == (
        "Pair (0, 1) has a slack of -1 in units of 1/1.",
    )


def test_a_negative_dual():
    assert faults_of(triangle, vertex_duals=np.array([9, 9, -1])) == ("The dual of vertex 2 is -1.",)


def test_pairs_covered_off_by_one():
    assert faults_of(triangle, pairs_covered=4) == ("The certificate claims 4 allowed pairs; there are 3.",)


def test_a_bound_may_rest_on_fewer_pairs_than_there_are():
    assert faults_of(triangle, pairs_covered=0) == ()
    assert faults_of(triangle, pairs_covered=-1) == ("The certificate claims -1 allowed pairs; there are 3.",)


def test_a_bonus_for_the_best_total():
    assert "bonus must be 0" in faults_of(triangle, bonus=-1)[0]


def test_no_certificate():
    problem, matching = triangle()
    assert "no certificate of a bound" in prove_bound(problem, replace(matching, certificate=None)).faults[0]


def odd_pool() -> tuple[Problem, Matching]:
    """Three people of whom any two are worth 5: with the odd set of all three, no price is needed beside it."""
    problem = Problem(SparseScores([0, 0, 1], [1, 2, 2], [5, 5, 4], shape=(3, 3)), "best_total")
    certificate = BoundCertificate(
        scale=1,
        bonus=0,
        vertex_duals=np.zeros(3, dtype=np.int64),
        pairs_covered=3,
        blossom_parent=np.array([-1]),
        blossom_duals=np.array([5]),
        vertex_blossom=np.array([0, 0, 0]),
    )
    return problem, Matching.of(
        problem, [[1, 2]], status=Status.GAP, solver="by hand", certificate=certificate, gap=1
    )


def test_a_bound_with_blossoms():
    problem, matching = odd_pool()
    proof = prove_bound(problem, matching)
    assert proof.verified, proof.faults
    assert (proof.upper_bound, proof.gap) == (5, 1)
    assert not prove_bound(problem, replace(matching, gap=0)).verified
    everyone = Problem(problem.scores)
    assert prove_bound(everyone, matching).upper_bound == 5


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"blossom_duals": np.array([4])}, "Pair (0, 1) has a slack of -1"),
        ({"blossom_duals": np.array([-5])}, "The dual of blossom 0 is -5"),
        ({"vertex_blossom": np.array([0, 0, -1])}, "Blossom 0 holds 2 vertices"),
        ({"vertex_blossom": np.array([0, 0])}, "vertex_blossom has 2 entries for 3 vertices"),
    ],
)
def test_broken_blossoms_of_a_bound(changes, said):
    problem, matching = odd_pool()
    proof = prove_bound(problem, with_certificate(matching, **changes))
    assert not proof.verified
    assert said in " ".join(proof.faults)
