"""Every fault of a matching is planted by itself, and found by its name."""

from dataclasses import replace

import numpy as np
import pytest

from peermatch.problem import FORBIDDEN, GRID, DenseScores, Matching, Problem, Status
from peermatch.verify import check_valid, is_valid

SCORES = np.array(
    [[0, 5, 7, 1], [5, 0, 2, FORBIDDEN], [7, 2, 0, 9], [1, FORBIDDEN, 9, 0]],
)


def pool() -> tuple[Problem, Matching]:
    problem = Problem(DenseScores(SCORES))
    return problem, Matching.of(problem, [[3, 2], [0, 1]], status=Status.GAP, solver="by hand")


def sides() -> tuple[Problem, Matching]:
    problem = Problem(
        DenseScores([[5, 7], [FORBIDDEN, 2], [4, 4]], two_sided=True), capacity=(None, np.array([2, 1]))
    )
    pairs = [[0, 1], [2, 0]]
    return problem, Matching.of(problem, pairs, status=Status.GAP, solver="by hand")


def pairs_of(*pairs: tuple[int, int]) -> np.ndarray:
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def with_pairs(make, pairs, weight=None) -> list[str]:
    problem, matching = make()
    return check_valid(
        replace(matching, pairs=pairs, weight=matching.weight if weight is None else weight), problem
    )


def test_a_valid_matching_has_no_faults():
    for make in (pool, sides):
        problem, matching = make()
        assert check_valid(matching, problem) == []
        assert is_valid(matching, problem)


def test_the_empty_matching_is_valid():
    assert with_pairs(pool, pairs_of(), 0) == []
    empty = Problem(DenseScores(np.zeros((0, 0), dtype=np.int64)))
    assert is_valid(Matching.of(empty, [], status=Status.OPTIMAL, solver="by hand"), empty)


def test_a_wrong_mate():
    problem, matching = pool()
    matching.__dict__["mate"] = np.array([1, 0, 3, -1])
    assert check_valid(matching, problem) == ["mate of 3 is given as -1; by the pairs it is 2."]


def test_a_mate_of_the_wrong_length():
    problem, matching = pool()
    matching.__dict__["mate"] = np.array([1, 0, 3])
    assert check_valid(matching, problem) == ["mate has the shape (3,); it should be (4,)."]


def test_a_forbidden_pair():
    assert with_pairs(pool, pairs_of((0, 2), (1, 3))) == ["Pair (1, 3) is forbidden."]
    assert with_pairs(sides, pairs_of((0, 1), (1, 0))) == ["Pair (1, 0) is forbidden."]


def test_a_person_twice():
    faults = with_pairs(pool, pairs_of((0, 1), (0, 2)), 12)
    assert faults[0] == "Person 0 stands in 2 pairs and has 1 places."


def test_a_person_above_their_places():
    assert with_pairs(sides, pairs_of((0, 1), (1, 1)), 9) == [
        "Right person 1 stands in 2 pairs and has 1 places."
    ]
    assert with_pairs(sides, pairs_of((0, 0), (0, 1)), 12) == [
        "Left person 0 stands in 2 pairs and has 1 places."
    ]


def test_a_person_within_their_places():
    assert with_pairs(sides, pairs_of((0, 0), (2, 0)), 9) == []


def test_places_on_the_left_leave_no_single_mate_to_check():
    problem = Problem(DenseScores([[5, 7]], two_sided=True), capacity=(np.array([2]), None))
    assert is_valid(Matching.of(problem, [[0, 0], [0, 1]], status=Status.GAP, solver="by hand"), problem)


def test_a_person_with_themselves():
    assert with_pairs(pool, pairs_of((1, 1))) == ["Pair (1, 1) pairs a person with themselves."]


@pytest.mark.parametrize("pair", [(0, 4), (-1, 2)])
def test_a_position_out_of_range(pair):
    assert with_pairs(pool, pairs_of(pair)) == [f"Pair {pair} lies outside the problem."]


def test_a_right_position_out_of_range():
    assert with_pairs(sides, pairs_of((2, 2))) == ["Pair (2, 2) lies outside the problem."]


def test_a_pair_the_wrong_way_round():
    assert with_pairs(pool, pairs_of((1, 0), (2, 3))) == ["Pair (1, 0) is not written as (low, high)."]


def test_pairs_out_of_order():
    faults = with_pairs(pool, pairs_of((2, 3), (0, 1)))
    assert faults == ["Pairs are not sorted: the one in place 1 belongs before the one in place 0."]


def test_a_pair_twice():
    assert "Pair (0, 1) is listed twice." in with_pairs(pool, pairs_of((0, 1), (0, 1)), 10)


@pytest.mark.parametrize("by", [-1, 1])
def test_a_weight_off_by_one(by):
    problem, matching = pool()
    faults = check_valid(replace(matching, weight=14 + by), problem)
    assert faults == [f"The weight is given as {14 + by}; the scores of the pairs add up to 14."]


def test_a_weight_that_is_no_integer():
    problem, matching = pool()
    assert check_valid(replace(matching, weight=14.0), problem) == [
        "The weight must be a Python integer; it is 14.0."
    ]


def test_a_weight_beyond_64_bits():
    huge = 2**62
    problem = Problem(DenseScores(np.full((6, 6), huge)))
    matching = Matching.of(problem, [[0, 1], [2, 3], [4, 5]], status=Status.GAP, solver="by hand")
    assert matching.weight == 3 * huge
    assert is_valid(matching, problem)
    assert not is_valid(replace(matching, weight=3 * huge - 2**64), problem)


def test_a_required_pair_that_is_missing():
    problem, matching = pool()
    assert is_valid(matching, problem, required=[[1, 0]])
    assert check_valid(matching, problem, required=[[1, 0], [0, 2]]) == [
        "Pair (0, 2) is required and not made."
    ]


def test_the_wrong_shapes():
    problem, matching = pool()
    assert "the problem for 4 and 4" in check_valid(replace(matching, n_left=5), problem)[0]
    assert "of two sides" in check_valid(replace(matching, two_sided=True), problem)[0]
    assert "int64" in check_valid(replace(matching, pairs=matching.pairs.astype(float)), problem)[0]
    assert "(2,)" in check_valid(replace(matching, pairs=np.array([0, 1])), problem)[0]


def test_many_faults_of_a_sort_are_summed_up():
    problem = Problem(DenseScores(np.full((40, 40), GRID)))
    pairs = np.stack([np.arange(20) * 2 + 1, np.arange(20) * 2], axis=1)
    matching = replace(Matching.of(problem, pairs, status=Status.GAP, solver="by hand"), pairs=pairs)
    faults = check_valid(matching, problem)
    assert len(faults) == 11
    assert faults[-1] == "And 10 more such pairs."
