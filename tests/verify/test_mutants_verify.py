"""Faults that small changes to the checkers would let through: each test here has killed a mutant that survived."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from peermatch.errors import InputError
from peermatch.problem import (
    BoundCertificate,
    DenseScores,
    Matching,
    OptimalityCertificate,
    Problem,
    StabilityCertificate,
    Status,
)
from peermatch.verify import (
    blocking_pairs,
    is_stable_partition,
    problem_of_preferences,
    prove_bound,
    prove_stable,
    prove_worst_first,
)
from peermatch.verify.optimality import prove_optimal, worst_pair_bound
from peermatch.verify.validity import check_valid

FOUR = DenseScores([[0, 9, 5, 1], [9, 0, 1, 5], [5, 1, 0, 2], [1, 5, 2, 0]])


def bounded(objective, pairs, duals, **claims):
    problem = Problem(FOUR, objective)
    certificate = BoundCertificate(scale=2, bonus=0, vertex_duals=np.array(duals), pairs_covered=6)
    matching = Matching.of(
        problem, pairs, status=Status.GAP, solver="by hand", certificate=certificate, **claims
    )
    return prove_bound(problem, matching)


def test_a_false_gap_in_the_worst_pair_is_found():
    duals = [9, 9, 9, 9]
    honest = bounded("worst_first", [[0, 2], [1, 3]], duals, gap=8, pairs_gap=0, worst_gap=0)
    assert honest.verified, honest.faults
    false = bounded("worst_first", [[0, 1], [2, 3]], duals, gap=7, pairs_gap=0, worst_gap=2)
    assert any("gap in the worst pair is 2; best scores prove no less than 3" in one for one in false.faults)


def test_no_pairs_leave_no_gap_in_the_worst_pair():
    proof = bounded("worst_first", [], [9, 9, 9, 9], gap=0, pairs_gap=2, worst_gap=0)
    assert not any("worst pair" in fault for fault in proof.faults)


@pytest.mark.parametrize(("pairs", "bound"), [(1, 9), (2, 5)])
def test_the_worst_of_so_many_pairs_has_its_bound(pairs, bound):
    assert worst_pair_bound(Problem(FOUR), pairs) == bound


def test_the_bound_of_a_perfect_matching_counts_every_dual():
    proof = bounded("everyone_first", [[0, 2], [1, 3]], [9, 9, 6, 5], gap=4, pairs_gap=0)
    assert (proof.upper_bound, proof.gap) == (14, 4)
    assert proof.verified, proof.faults
    assert not bounded("everyone_first", [[0, 2], [1, 3]], [9, 9, 6, 5], gap=3, pairs_gap=0).verified


def test_without_a_certificate_nothing_is_proved():
    for objective, prove in (
        ("everyone_first", prove_stable),
        ("worst_first", prove_worst_first),
        ("best_total", prove_optimal),
        ("best_total", prove_bound),
    ):
        problem = Problem(FOUR, objective)
        proof = prove(problem, Matching.of(problem, [[0, 1], [2, 3]], status=Status.GAP, solver="by hand"))
        assert not proof.verified
        assert any("carries no certificate" in fault for fault in proof.faults)


def test_a_matching_that_is_not_valid_is_never_stable():
    problem = Problem(FOUR)
    twice = Matching.of(
        problem, [[0, 1], [1, 2]], status=Status.STABLE, solver="by hand", certificate=StabilityCertificate(6)
    )
    proof = prove_stable(problem, twice)
    assert not proof.verified
    assert proof.faults


def test_blocking_pairs_stop_where_they_are_told_to():
    rng = np.random.default_rng(3)
    scores = rng.integers(1, 1000, (40, 40))
    problem = Problem(DenseScores(scores + scores.T - 2 * np.diag(np.diag(scores))))
    nobody = Matching.of(problem, [], status=Status.GAP, solver="by hand")
    everything = blocking_pairs(problem, nobody)
    assert len(everything) == 40 * 39 // 2
    for limit in (0, 1, 7):
        assert blocking_pairs(problem, nobody, limit=limit).tolist() == everything[:limit].tolist()


def test_a_trio_needs_all_three_of_its_pairs():
    problem = Problem(FOUR)
    whole = Matching.of(problem, [], status=Status.GAP, solver="by hand", trios=[[0, 1, 2]])
    assert check_valid(whole, problem) == []
    kept = whole.pairs[[0, 2]]
    lacking = replace(whole, pairs=kept, weight=int(FOUR.at(kept[:, 0], kept[:, 1]).sum()))
    assert any("Trio [0, 1, 2] lacks the pair" in fault for fault in check_valid(lacking, problem))


def test_the_first_position_outside_is_named_with_what_is_accepted():
    with pytest.raises(InputError, match="names position 3; positions run from 0 to 2") as caught:
        problem_of_preferences([[1], [3], [0]])
    assert (caught.value.items[0]["row"], caught.value.items[0]["accepted"]) == (2, "0 to 2")


def test_great_numbers_are_checked_as_exactly_as_small_ones():
    """Duals beyond 64 bits of slack: the checker falls back to whole numbers of any size, pair by pair."""
    great = 2**61
    problem = Problem(DenseScores([[0, 4, 1], [4, 0, 2], [1, 2, 0]]), "best_total")
    duals = OptimalityCertificate(
        scale=great, bonus=0, vertex_duals=np.array([2 * great, 2 * great, 0]), pairs_covered=3
    )
    matching = Matching.of(
        problem, [[0, 1]], status=Status.OPTIMAL, solver="by hand", certificate=duals, gap=0
    )
    assert prove_optimal(problem, matching).verified
    less = OptimalityCertificate(
        scale=great, bonus=0, vertex_duals=np.array([2 * great, 2 * great - 1, 0]), pairs_covered=3
    )
    matching = Matching.of(
        problem, [[0, 1]], status=Status.OPTIMAL, solver="by hand", certificate=less, gap=0
    )
    proof = prove_optimal(problem, matching)
    assert not proof.verified
    assert any("slack of -1" in fault for fault in proof.faults)


def test_great_numbers_count_every_column_that_can_have_a_pair():
    great = 2**61
    problem = Problem(DenseScores(np.array([[4, 1], [3, 2]]), two_sided=True), "everyone_first")
    certificate = BoundCertificate(
        scale=great, bonus=0, vertex_duals=np.array([3 * great, 3 * great, great, 0]), pairs_covered=4
    )
    few = Matching.of(
        problem,
        [[0, 0]],
        status=Status.GAP,
        solver="by hand",
        certificate=certificate,
        gap=great,
        pairs_gap=0,
    )
    proof = prove_bound(problem, few)
    assert proof.pairs_bound == 2
    assert any("more pairs can be made" in fault for fault in proof.faults)


def test_equals_do_not_block_a_partition():
    alike = DenseScores([[0, 5, 5, 5], [5, 0, 5, 5], [5, 5, 0, 5], [5, 5, 5, 0]])
    assert is_stable_partition(Problem(alike), [1, 0, 3, 2])


def test_a_wish_that_nobody_returns_is_no_pair():
    problem = problem_of_preferences([[0, 1]], [[0], []])
    matching = Matching.of(problem, [[0, 0]], status=Status.STABLE, solver="by hand")
    assert blocking_pairs(problem, matching).tolist() == []
    nobody = Matching.of(problem, [], status=Status.GAP, solver="by hand")
    assert blocking_pairs(problem, nobody).tolist() == [[0, 0]]


def test_arrays_of_any_sort_may_be_filled_up():
    lists = np.array([[1, 2], [0, -1], [0, -1]])
    for given in (lists, lists.astype(object)):
        problem = problem_of_preferences(given)
        nobody = Matching.of(problem, [], status=Status.GAP, solver="by hand")
        assert blocking_pairs(problem, nobody).tolist() == [[0, 1], [0, 2]]
    with pytest.raises(InputError):
        problem_of_preferences([[1, -1], [0]])
