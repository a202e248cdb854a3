"""Certificates made by hand, by linear programming, and backwards at random; then each error planted by itself."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from peermatch.problem import (
    FORBIDDEN,
    DenseScores,
    Matching,
    OptimalityCertificate,
    Problem,
    SparseScores,
    StabilityCertificate,
    Status,
)
from peermatch.verify import prove, prove_optimal
from support.certified import certified, optimal, with_certificate
from support.oracles import best_matching, best_two_sided


def triangle_and_pendant() -> tuple[Problem, Matching]:
    """0-1-2 all worth 8 and 2-3 worth 5: best is 0-1 and 2-3, worth 13; the triangle is a blossom.

    y = (2, 2, 2, 3) and z = 4: the triangle's pairs 2 + 2 + 4 = 8, the pendant 2 + 3 = 5; together 9 + 4.
    """
    problem = Problem(SparseScores([0, 0, 1, 2], [1, 2, 2, 3], [8, 8, 8, 5], shape=(4, 4)), "best_total")
    return problem, optimal(problem, [[0, 1], [2, 3]], [2, 2, 2, 3], 4, blossoms=[(4, -1, [0, 1, 2])])


def nested() -> tuple[Problem, Matching]:
    """The triangle 0-1-2 (z = 2) within 0..4 (z = 4), with the pendant 0-5."""
    problem = Problem(
        SparseScores([0, 0, 1, 1, 2, 3, 0], [1, 2, 2, 3, 4, 4, 5], [8, 8, 8, 6, 6, 6, 3], shape=(6, 6)),
        "best_total",
    )
    duals = [1, 1, 1, 1, 1, 2]
    matching = optimal(
        problem, [[0, 5], [1, 2], [3, 4]], duals, 7, blossoms=[(2, 1, [0, 1, 2]), (4, -1, [3, 4])]
    )
    return problem, matching


def two_sides() -> tuple[Problem, Matching]:
    problem = Problem(DenseScores([[7, 4], [6, FORBIDDEN], [1, 1]], two_sided=True), "best_total")
    return problem, optimal(problem, [[0, 1], [1, 0]], [3, 2, 0, 4, 1], 5)


@pytest.mark.parametrize("make", [triangle_and_pendant, nested, two_sides])
def test_true_certificates_by_hand(make):
    problem, matching = make()
    proof = prove_optimal(problem, matching)
    assert proof.faults == ()
    assert proof.verified
    assert proof.gap == 0
    assert proof.upper_bound == matching.weight
    assert proof == prove(problem, matching)


@given(st.integers(0, 2**32), st.integers(1, 3), st.integers(0, 3), st.integers(1, 6))
@settings(max_examples=60, deadline=None)
def test_true_certificates_made_backwards(seed, scale, depth, outermost):
    problem, matching = certified(seed, scale=scale, depth=depth, outermost=outermost)
    proof = prove_optimal(problem, matching)
    assert proof.verified, proof.faults
    n = problem.scores.shape[0]
    if n <= 13:
        assert best_matching(problem.scores.block(np.arange(n)).tolist(), "best_total")[1] == matching.weight


@given(st.integers(0, 2**32), st.integers(0, 2**32), st.sampled_from([-1, 1]))
@settings(max_examples=100, deadline=None)
def test_any_single_number_off_by_one_is_found(seed, which, by):
    problem, matching = certified(seed, depth=3)
    certificate = matching.certificate
    names = ["vertex_duals", "blossom_duals"] if len(certificate.blossom_duals) else ["vertex_duals"]
    name = names[which % len(names)]
    numbers = getattr(certificate, name).copy()
    numbers[which % len(numbers)] += by
    assert not prove_optimal(problem, with_certificate(matching, **{name: numbers})).verified


def test_a_deep_nest_of_blossoms():
    """Blossoms of 3, 5, ..., 1001 vertices, each around the one before, as odd pools bring about."""
    depth, scale = 500, 2
    n = 2 * depth + 1
    z = np.arange(1, depth + 1) * 2
    around = np.append(np.arange(1, depth), -1)
    innermost = np.concatenate([[0], np.repeat(np.arange(depth), 2)])
    chain = np.cumsum(z[::-1])[::-1]
    matrix = chain[np.maximum(innermost[:, None], innermost[None, :])] // scale
    certificate = OptimalityCertificate(
        scale, 0, np.zeros(n, dtype=np.int64), n * (n - 1) // 2, around, z, innermost
    )
    problem = Problem(DenseScores(matrix), "best_total")
    pairs = np.arange(1, n).reshape(-1, 2)
    matching = Matching.of(
        problem, pairs, status=Status.OPTIMAL, solver="by hand", certificate=certificate, gap=0
    )
    assert prove_optimal(problem, matching).verified
    z = z.copy()
    z[250] -= 2
    assert not prove_optimal(problem, with_certificate(matching, blossom_duals=z)).verified


@pytest.mark.parametrize("seed", range(12))
def test_two_sides_with_places_by_linear_programming(seed):
    """The dual of the assignment problem is integral, so that linear programming gives a certificate."""
    rng = np.random.default_rng(seed)
    matrix = rng.integers(0, 12, (5, 3))
    matrix[rng.random((5, 3)) < 0.2] = FORBIDDEN
    places = rng.integers(0, 3, 3)
    problem = Problem(DenseScores(matrix, two_sided=True), "best_total", (None, places))
    expanded, left, right = problem.one_place_each()
    rows, columns = expanded.scores.shape
    block = expanded.scores.block(np.arange(rows))
    u, v = np.nonzero(block != FORBIDDEN)
    edges = np.zeros((len(u), rows + columns))
    edges[np.arange(len(u)), u] = edges[np.arange(len(u)), rows + v] = 1
    weights = block[u, v]
    dual = linprog(np.ones(rows + columns), A_ub=-edges, b_ub=-weights, method="highs-ds").x if len(u) else []
    primal = (
        linprog(-weights, A_ub=edges.T, b_ub=np.ones(rows + columns), method="highs-ds").x if len(u) else []
    )
    chosen = np.round(primal).astype(bool)
    duals = np.round(dual).astype(np.int64) if len(u) else np.zeros(rows + columns, dtype=np.int64)
    pairs = np.stack([left[u[chosen]], right[v[chosen]]], axis=1)
    people = {(left[a], right[b]) for a, b in zip(u, v, strict=True)}
    matching = optimal(problem, pairs, duals, len(people))
    proof = prove_optimal(problem, matching)
    assert proof.verified, proof.faults
    assert proof.upper_bound == best_two_sided(matrix.tolist(), None, places.tolist(), "best_total")[1]


def test_pairs_are_counted_by_people_and_not_by_places():
    """Of two mentors one has three places and one has none: 2 pairs of people, 6 of places."""
    problem = Problem(DenseScores([[5, 9], [4, 9]], two_sided=True), "best_total", (None, np.array([3, 0])))
    for claimed in range(8):
        proof = prove_optimal(problem, optimal(problem, [[0, 0], [1, 0]], [5, 4, 0, 0, 0], claimed))
        assert proof.verified == (claimed == 2)
        assert proof.pairs_covered == 2


# Planted errors, each by itself ------------------------------------------------------------------------------------


def faults_of(make, **changes) -> tuple[str, ...]:
    problem, matching = make()
    changed = {name: np.array(x) if isinstance(x, list) else x for name, x in changes.items()}
    proof = prove_optimal(problem, with_certificate(matching, **changed))
    assert proof.verified == (not proof.faults)
    return proof.faults


def test_a_dual_one_too_low():
    faults = faults_of(triangle_and_pendant, vertex_duals=[2, 2, 2, 2])
    assert "Pair (2, 3) has a slack of -1 in units of 1/1." in faults


def test_a_dual_one_too_high():
    faults = faults_of(triangle_and_pendant, vertex_duals=[2, 3, 2, 3])
    assert faults == ("The matching is worth 13 and the duals 14, in units of 1/1, bonus included.",)


def test_a_dual_one_too_high_is_found_even_below_a_whole_score():
    problem, matching = certified(3, scale=2)
    duals = matching.certificate.vertex_duals.copy()
    duals[0] += 1
    proof = prove_optimal(problem, with_certificate(matching, vertex_duals=duals))
    assert "units of 1/2" in proof.faults[0]


def test_a_negative_dual():
    assert faults_of(two_sides, vertex_duals=[3, 2, -1, 4, 1])[0] == "The dual of vertex 2 is -1."


def test_a_missing_blossom():
    faults = faults_of(triangle_and_pendant, blossom_parent=[], blossom_duals=[], vertex_blossom=[])
    assert "must be a 1-D array of whole numbers" in faults[0]  # empty lists are arrays of floats
    nobody = np.zeros(0, dtype=np.int64)
    faults = faults_of(
        triangle_and_pendant, blossom_parent=nobody, blossom_duals=nobody, vertex_blossom=nobody
    )
    assert "Pair (0, 1) has a slack of -4 in units of 1/1." in faults


def test_a_missing_inner_blossom():
    faults = faults_of(nested, blossom_duals=[0, 4])
    assert "Pair (1, 2) has a slack of -2 in units of 1/1." in faults


def test_a_blossom_of_even_size():
    faults = faults_of(triangle_and_pendant, vertex_blossom=[0, 0, 0, 0])
    assert faults == ("Blossom 0 holds 4 vertices; it needs an odd number of at least 3.",)


@pytest.mark.parametrize("inside", [[0, -1, -1, -1], [-1, -1, -1, -1]])
def test_a_blossom_that_is_too_small(inside):
    faults = faults_of(triangle_and_pendant, vertex_blossom=inside)
    assert "it needs an odd number of at least 3" in faults[0]


def test_a_vertex_in_the_wrong_blossom():
    assert faults_of(triangle_and_pendant, vertex_blossom=[0, 0, -1, 0])


def test_a_parent_cycle():
    assert faults_of(nested, blossom_parent=[1, 0]) == ("Blossoms [0, 1] lie inside each other in a cycle.",)
    assert faults_of(nested, blossom_parent=[0, -1]) == ("Blossoms [0] lie inside each other in a cycle.",)


def test_a_parent_that_does_not_exist():
    assert faults_of(nested, blossom_parent=[2, -1]) == ("blossom_parent of 0 is 2; there are 2 blossoms.",)
    assert faults_of(nested, vertex_blossom=[0, 0, 0, 1, 1, 7]) == (
        "vertex_blossom of 5 is 7; there are 2 blossoms.",
    )


def test_a_parent_that_is_not_the_parent():
    assert faults_of(nested, blossom_parent=[-1, -1])


def test_a_negative_blossom_dual():
    faults = faults_of(nested, blossom_duals=[-2, 4])
    assert faults == ("The dual of blossom 0 is -2.",)


def test_a_blossom_dual_off_by_one():
    assert "Pair (0, 1) has a slack of -1 in units of 1/1." in faults_of(
        triangle_and_pendant, blossom_duals=[3]
    )
    assert "the duals 14" in faults_of(triangle_and_pendant, blossom_duals=[5])[0]


@pytest.mark.parametrize("claimed", [3, 5])
def test_pairs_covered_off_by_one(claimed):
    faults = faults_of(triangle_and_pendant, pairs_covered=claimed)
    assert faults == (f"The certificate claims {claimed} allowed pairs; there are 4.",)


def test_a_scale_of_zero():
    assert "scale" in faults_of(triangle_and_pendant, scale=0)[0]
    assert "scale" in faults_of(triangle_and_pendant, scale=1.0)[0]


def test_the_wrong_scale():
    assert faults_of(triangle_and_pendant, scale=2)


def test_duals_of_the_wrong_length_or_type():
    assert "shape (4,)" in faults_of(triangle_and_pendant, vertex_duals=[2, 2, 2])[0]
    assert "float64" in faults_of(triangle_and_pendant, vertex_duals=[2.0, 2.0, 2.0, 3.0])[0]
    assert "vertex_blossom has 3 entries for 4 vertices." in faults_of(
        triangle_and_pendant, vertex_blossom=[0, 0, 0]
    )
    assert "1 blossom parents and 2 blossom duals" in faults_of(triangle_and_pendant, blossom_duals=[2, 2])[0]


def test_a_matching_that_is_not_the_best():
    problem, matching = triangle_and_pendant()
    worse = Matching.of(
        problem, [[0, 1]], status=Status.OPTIMAL, solver="by hand", certificate=matching.certificate
    )
    proof = prove_optimal(problem, worse)
    assert not proof.verified
    assert (proof.upper_bound, proof.gap) == (13, 5)


def test_a_matching_that_is_not_valid():
    problem, matching = triangle_and_pendant()
    assert "weight" in prove_optimal(problem, replace(matching, weight=14)).faults[0]


def test_an_optimal_matching_with_a_gap():
    problem, matching = triangle_and_pendant()
    assert "no gap" in prove_optimal(problem, replace(matching, gap=1)).faults[0]
    assert "no gap" in prove_optimal(problem, replace(matching, pairs_gap=1)).faults[0]


@pytest.mark.parametrize("certificate", [None, StabilityCertificate(4)])
def test_another_certificate_or_none(certificate):
    problem, matching = triangle_and_pendant()
    proof = prove_optimal(problem, replace(matching, certificate=certificate))
    assert proof.faults == ("The matching carries no certificate of optimality.",)


def test_nothing_is_verified_and_nothing_wrong_where_nothing_is_claimed():
    problem, matching = triangle_and_pendant()
    proof = prove(problem, replace(matching, certificate=None))
    assert (proof.verified, proof.faults) == (False, ())


# Everyone first ----------------------------------------------------------------------------------------------------


def two_ends(bonus: int, n: int = 6) -> tuple[Problem, Matching]:
    """A path 0-1-2-3 worth 1, 9, 1, and two who may not be paired: at most 2 pairs, though 3 would fit into 6 people.

    A bonus of at least 7 makes 0-1 and 2-3 (2 + 2 bonus) as good as 1-2 (9 + bonus).
    """
    problem = Problem(SparseScores([0, 1, 2], [1, 2, 3], [1, 9, 1], shape=(n, n)))
    up = (9 + bonus + 1) // 2
    return problem, optimal(
        problem, [[0, 1], [2, 3]], [1 + bonus - up, up, up, 1 + bonus - up, *[0] * (n - 4)], 3, bonus=bonus
    )


def test_everyone_with_anyone_to_be_paired_with_is_paired_so_that_any_bonus_does():
    for bonus in (7, 8, 100):
        proof = prove_optimal(*two_ends(bonus))
        assert proof.verified, proof.faults
        assert proof.pairs_bound == 2


def lopsided(bonus: int) -> tuple[Problem, Matching]:
    """A star with the centre 0 and three leaves, of which only one can be paired: 1 pair, though 2 would fit."""
    problem = Problem(SparseScores([0, 0, 0], [1, 2, 3], [9, 4, 6], shape=(4, 4)))
    return problem, optimal(problem, [[0, 1]], [9 + bonus, 0, 0, 0], 3, bonus=bonus)


def test_a_bonus_that_is_just_large_enough():
    """The duals come to 9 + C: two pairs, 4 + C each at least, are ruled out when 8 + 2 C is more."""
    assert prove_optimal(*lopsided(2)).verified
    assert prove_optimal(*lopsided(2)).pairs_bound == 1


@pytest.mark.parametrize("bonus", [0, 1])
def test_a_bonus_that_is_too_small(bonus):
    proof = prove_optimal(*lopsided(bonus))
    assert not proof.verified
    assert proof.faults[0].startswith(
        f"The bonus of {bonus} does not prove that at most 0 more pairs can be made"
    )


def test_a_bonus_too_small_for_a_negative_score():
    """Two pairs of -6 and one of 5: with a bonus of 8 one pair still wins, though two can be made."""
    problem = Problem(SparseScores([0, 1, 2], [1, 2, 3], [-6, 5, -6], shape=(4, 4)))
    one = optimal(problem, [[1, 2]], [0, 13, 0, 0], 3, bonus=8)
    faults = prove_optimal(problem, with_certificate(one, vertex_duals=np.array([0, 11, 2, 0]))).faults
    assert len(faults) == 1
    assert "leave room for 1 more" in faults[0]


def test_a_bonus_for_the_best_total():
    problem, matching = lopsided(2)
    faults = prove_optimal(Problem(problem.scores, "best_total"), matching).faults
    assert faults == ("For the best total the bonus must be 0; it is 2.",)


def test_a_bonus_of_the_wrong_size_in_the_certificate():
    problem, matching = two_ends(20)
    for bonus in (19, 21):
        assert not prove_optimal(problem, with_certificate(matching, bonus=bonus)).verified


def test_two_sides_that_cannot_all_be_paired():
    problem = Problem(DenseScores([[5, FORBIDDEN], [3, FORBIDDEN]], two_sided=True))
    matching = optimal(problem, [[0, 0]], [0, 0, 5, 0], 2)
    assert prove_optimal(problem, matching).verified  # only one on the right has anyone


def test_nobody_and_no_pairs():
    for n in (0, 1, 3):
        problem = Problem(DenseScores(np.full((n, n), FORBIDDEN)))
        proof = prove_optimal(problem, optimal(problem, [], [0] * n, 0))
        assert proof.verified
        assert (proof.upper_bound, proof.pairs_covered, proof.pairs_bound) == (0, 0, 0)


def test_numbers_beyond_64_bits_are_summed_exactly():
    huge = 2**61
    problem = Problem(DenseScores(np.full((4, 4), huge)))
    matching = optimal(problem, [[0, 1], [2, 3]], [huge + 5] * 4, 6, scale=2, bonus=5)
    proof = prove_optimal(problem, matching)
    assert proof.verified, proof.faults
    assert proof.upper_bound == 2 * huge
    low = with_certificate(matching, vertex_duals=np.array([huge + 5, huge + 5, huge + 6, huge + 4]))
    assert "Pair (0, 3) has a slack of -1 in units of 1/2." in prove_optimal(problem, low).faults


def test_every_block_is_scanned(monkeypatch):
    monkeypatch.setattr("peermatch.verify.slack._CELLS_PER_BLOCK", 40)
    for seed in range(10):
        problem, matching = certified(seed, outermost=6)
        assert prove_optimal(problem, matching).verified
    problem, matching = triangle_and_pendant()
    assert prove_optimal(problem, matching).pairs_covered == 4


def test_many_broken_pairs_are_summed_up():
    problem = Problem(DenseScores(np.ones((30, 30), dtype=np.int64)), "best_total")
    matching = optimal(problem, np.arange(30).reshape(-1, 2), [0] * 30, 435)
    faults = prove_optimal(problem, matching).faults
    assert "And 425 more pairs with a negative slack." in faults
