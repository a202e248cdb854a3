"""Circles: sizes, exact answers against brute force and MILP, true bounds, rules, people whom nobody can sit with."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peermatch.errors import ConfigError, UnsupportedError
from peermatch.problem import (
    FORBIDDEN,
    GRID,
    CircleProblem,
    CircleRule,
    Control,
    DenseScores,
    SparseScores,
    Status,
)
from peermatch.solvers import Circles, circle_sizes, form_circles
from peermatch.solvers.circle_bounds import partners_bound, prices_bound
from peermatch.solvers.circle_search import HIGHEST_SCORE, Seating, read_table
from peermatch.verify import check_circles, prove_circles
from support.circles import best_by_milp, best_by_trying, keeps, random_circles, random_rules

SEARCH = Circles(exact=False)


def equal(n: int) -> DenseScores:
    return DenseScores(np.full((n, n), GRID))


# ---- sizes ----------------------------------------------------------------------------------------------


@given(st.integers(3, 400), st.integers(3, 8))
def test_everybody_has_a_seat_in_circles_near_the_wanted_size(n, size):
    sizes = circle_sizes(n, size)
    assert sum(sizes) == n
    assert all(3 <= each <= 8 for each in sizes)
    assert max(sizes) - min(sizes) <= 1
    if n >= size * (size - 1):
        assert all(abs(each - size) <= 1 for each in sizes)


@given(st.integers(0, 120), st.integers(3, 8), st.integers(3, 8))
def test_a_range_is_kept_and_seats_as_many_as_it_can(n, a, b):
    low, high = min(a, b), max(a, b)
    sizes = circle_sizes(n, (low, high))
    assert all(low <= each <= high for each in sizes)
    most = max((min(n, m * high) for m in range(n // low + 1)), default=0)
    assert sum(sizes) == most


@pytest.mark.parametrize("size", [2, 9, 5.0, True, "5", (4,), (6, 4), (3, 9), (3, 4, 5), None])
def test_a_wrong_size_is_refused(size):
    with pytest.raises(ConfigError, match="whole number from 3 to 8"):
        form_circles(equal(10), size=size)


# ---- exactness ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", range(3, 10))
def test_equal_to_trying_every_way(n):
    """Forbidden pairs and rules, so that some people often have to go without a seat."""
    rng = np.random.default_rng(n)
    for _ in range(25):
        smallest = int(rng.integers(3, 5)) if n >= 4 else 3
        wanted = circle_sizes(n, (smallest, min(8, smallest + int(rng.integers(0, 4)))))
        problem = random_circles(
            rng,
            n,
            wanted,
            high=[GRID, 3][int(rng.integers(2))],
            forbidden=[0.0, 0.2, 0.5][int(rng.integers(3))],
            rules=random_rules(rng, n),
            smallest=smallest,
        )
        found = Circles().solve(problem)
        assert check_circles(problem, found) == []
        assert found.status == Status.OPTIMAL
        assert (n - len(found.unseated), found.total) == best_by_trying(problem)


@pytest.mark.parametrize(("n", "size"), [(10, 5), (11, 4), (12, 3), (12, 6), (12, 4)])
def test_equal_to_integer_programming(n, size):
    rng = np.random.default_rng([n, size])
    for k in range(3):
        problem = random_circles(rng, n, circle_sizes(n, size), structure=k == 1, forbidden=0.1 * (k == 2))
        found = Circles().solve(problem)
        assert len(found.unseated) == 0
        assert abs(found.total - best_by_milp(problem)) <= 2**12  # of 2**30: HiGHS computes in floats
        assert found.bound == found.total


def test_the_search_alone_comes_within_one_per_cent_of_the_best():
    rng = np.random.default_rng(5)
    for n, size in [(9, 3), (12, 4), (15, 5), (16, 4), (18, 6), (20, 5), (17, 5)]:
        for k in range(4):
            problem = random_circles(rng, n, circle_sizes(n, size), structure=k % 2 == 1)
            best, found = Circles().solve(problem), SEARCH.solve(problem)
            assert check_circles(problem, found) == []
            assert len(found.unseated) == 0
            assert 0.99 * best.total <= found.total <= best.total <= found.bound


def test_small_problems_alone_are_exact():
    rng = np.random.default_rng(1)
    assert Circles().solve(random_circles(rng, 20, [5] * 4)).stats == {"exact": True}
    assert Circles().solve(random_circles(rng, 21, [7] * 3)).stats["exact"] is False
    # 18 of 20 have seats: too many ways
    assert Circles().solve(random_circles(rng, 20, [6] * 3)).stats["exact"] is False


# ---- bounds ---------------------------------------------------------------------------------------------


@given(st.integers(0, 2**32), st.integers(3, 9), st.sampled_from([1, 4, GRID]), st.sampled_from([0.0, 0.3]))
@settings(max_examples=60, deadline=None)
def test_bounds_are_true(seed, n, high, forbidden):
    rng = np.random.default_rng(seed)
    sizes = circle_sizes(n, int(rng.integers(3, 9)))
    problem = random_circles(rng, n, sizes, high=high, forbidden=forbidden, rules=random_rules(rng, n))
    _, best = best_by_trying(problem)
    table = read_table(problem.scores, np.arange(n))
    for bound in (partners_bound(problem), prices_bound(table, problem, 0, steps=7)):
        assert bound.total >= best
    found = SEARCH.solve(problem)
    assert check_circles(problem, found) == []
    assert found.bound >= best
    proof = prove_circles(problem, found)
    assert proof.verified
    assert proof.upper_bound == found.bound
    if found.status == Status.OPTIMAL:
        assert (n - len(found.unseated), found.total) == best_by_trying(problem)


def test_the_bound_by_prices_is_the_sharper_one_for_a_hub():
    """Everybody wants the same few people, who can only sit in one circle each."""
    n = 60
    worth = np.where(np.arange(n) < 4, GRID, GRID // 8)
    problem = CircleProblem(DenseScores(np.maximum(worth[:, None], worth[None, :])), circle_sizes(n, 5))
    found = SEARCH.solve(problem)
    assert found.certificate.kind == "prices"
    assert found.certificate.total < partners_bound(problem).total
    assert prove_circles(problem, found).verified


def test_equal_scores_are_proved_optimal():
    found = Circles(exact=False).solve(CircleProblem(equal(43), circle_sizes(43, 5)))
    assert found.status == Status.OPTIMAL
    assert found.gap == 0
    assert prove_circles(CircleProblem(equal(43), circle_sizes(43, 5)), found).verified


# ---- rules and forbidden pairs --------------------------------------------------------------------------


@pytest.mark.parametrize("n", [40, 120])
def test_rules_hold_and_everybody_is_seated(n):
    rng = np.random.default_rng(n)
    rules = [
        CircleRule("nobody_alone", (rng.random(n) < 0.3).astype(int)),
        CircleRule("not_all_alike", rng.integers(0, 4, n)),
        CircleRule("at_most", rng.integers(-1, 6, n), 2),
    ]
    problem = random_circles(rng, n, circle_sizes(n, 5), forbidden=0.05, rules=rules)
    found = Circles().solve(problem)
    assert check_circles(problem, found) == []
    assert len(found.unseated) == 0
    assert all(keeps(rules, members.tolist()) for members in found.circles)
    free = Circles().solve(CircleProblem(problem.scores, problem.sizes))
    assert free.total > 0.9 * found.total


def test_two_camps_never_sit_together():
    camp = np.arange(60) % 2
    scores = np.where(camp[:, None] == camp[None, :], GRID // 3, FORBIDDEN)
    found = form_circles(DenseScores(scores), size=5)
    assert len(found.unseated) == 0
    assert all(len(set(camp[members])) == 1 for members in found.circles)
    assert found.status == Status.OPTIMAL


def test_camps_that_no_sizes_fit_leave_as_few_as_possible_outside():
    """Camps of 31 and 29 in circles of 5: one circle cannot be full."""
    camp = (np.arange(60) >= 31).astype(int)
    scores = np.where(camp[:, None] == camp[None, :], GRID // 3, FORBIDDEN)
    found = form_circles(DenseScores(scores), size=5)
    assert len(found.unseated) == 1
    assert found.seats_gap == 1
    assert found.status == Status.GAP


def test_someone_whom_nobody_may_sit_with_goes_without_and_the_others_do_not():
    rng = np.random.default_rng(0)
    matrix = random_circles(rng, 31, [5] * 6).scores.block(np.arange(31)).copy()
    matrix[4, :] = matrix[:, 4] = FORBIDDEN
    found = form_circles(DenseScores(matrix), size=5)
    assert found.unseated.tolist() == [4]
    assert found.sizes == [5] * 6
    assert found.seats_gap == 0
    small = form_circles(DenseScores(matrix[:11, :11]), size=5)
    assert small.unseated.tolist() == [4]
    assert small.status == Status.OPTIMAL
    assert small.sizes == [5, 5]


def test_everything_is_forbidden():
    for n in (0, 1, 2, 5, 30):
        found = form_circles(DenseScores(np.full((n, n), FORBIDDEN)), size=4)
        assert found.circles == ()
        assert found.total == found.bound == 0
        assert found.status == Status.OPTIMAL
        assert found.unseated.tolist() == list(range(n))


def test_a_rule_that_cannot_hold_leaves_people_without_a_seat():
    """One woman among thirty can never be with another."""
    codes = np.zeros(30, dtype=int)
    codes[7] = 1
    found = form_circles(equal(30), size=5, rules=[CircleRule("nobody_alone", codes)])
    assert found.unseated.tolist() == [7]
    assert sorted(found.sizes) == [4, 5, 5, 5, 5, 5]


# ---- the search -----------------------------------------------------------------------------------------


def test_no_swap_and_no_move_gains_at_the_end():
    rng = np.random.default_rng(8)
    sizes = circle_sizes(33, 5)
    problem = random_circles(rng, 33, sizes, forbidden=0.05)
    table = read_table(problem.scores, np.arange(33))
    start = np.repeat(np.arange(len(sizes)), sizes)
    seating = Seating(table, sizes, 3, (), start)
    seating.descend()
    assert not seating.broken.any()
    assert sorted(seating.count.tolist()) == sorted(sizes)
    circle, total = seating.group.copy(), worth(problem, seating.group)
    for i in range(33):
        for j in range(i):
            swapped = circle.copy()
            swapped[[i, j]] = circle[[j, i]]
            assert worth(problem, swapped) <= total
        for g in range(len(sizes)):
            moved = circle.copy()
            moved[i] = g
            if sorted(np.bincount(moved, minlength=len(sizes)).tolist()) == sorted(sizes):
                assert worth(problem, moved) <= total


def worth(problem: CircleProblem, circle: np.ndarray) -> float:
    matrix = problem.scores.block(np.arange(problem.n))
    inside = np.triu(circle[:, None] == circle[None, :], 1)
    values = matrix[inside]
    return -np.inf if (values == FORBIDDEN).any() else values.sum()


def test_windows_cover_large_pools():
    rng = np.random.default_rng(2)
    codes = rng.integers(0, 5, 150)
    rules = [CircleRule("at_most", codes, 3)]
    problem = random_circles(rng, 150, circle_sizes(150, 6), structure=True, forbidden=0.02, rules=rules)
    whole, cut = Circles().solve(problem), Circles(window=40).solve(problem)
    assert cut.stats["windows"] == 16
    assert check_circles(problem, cut) == []
    assert prove_circles(problem, cut).verified
    assert len(cut.unseated) == 0
    assert cut.total > 0.93 * whole.total


def test_the_same_seed_gives_the_same_circles_and_another_may_not():
    rng = np.random.default_rng(3)
    problem = random_circles(rng, 80, circle_sizes(80, 5))
    first, again, other = (Circles(seed=seed, kicks=300).solve(problem) for seed in (0, 0, 1))
    assert [part.tolist() for part in first.circles] == [part.tolist() for part in again.circles]
    assert dict(first.stats) == dict(again.stats)
    assert other.total != first.total


def test_shaking_never_loses():
    rng = np.random.default_rng(4)
    problem = random_circles(rng, 60, circle_sizes(60, 4), rules=random_rules(rng, 60))
    still, shaken = Circles(kicks=0).solve(problem), Circles(kicks=3000).solve(problem)
    assert len(shaken.unseated) <= len(still.unseated)
    assert shaken.total >= still.total


@pytest.mark.parametrize("after", [0, 1, 3, 10, 40])
def test_stopped_early_circles_are_valid_with_a_true_gap(after):
    asked = []

    def cancel() -> bool:
        asked.append(None)
        return len(asked) > after

    rng = np.random.default_rng(6)
    problem = random_circles(rng, 60, circle_sizes(60, 5), forbidden=0.1, rules=random_rules(rng, 60))
    found = Circles().solve(problem, control=Control(cancel=cancel))
    assert check_circles(problem, found) == []
    assert prove_circles(problem, found).verified
    if after < 3:
        assert found.stats["stopped"] is True


# ---- what does not fit ----------------------------------------------------------------------------------


def test_scores_that_do_not_fit_are_refused():
    for n in (9, 30):
        matrix = np.ones((n, n), dtype=np.int64)
        matrix[0, 1] = matrix[1, 0] = HIGHEST_SCORE + 1
        with pytest.raises(UnsupportedError, match=f"from 0 to {HIGHEST_SCORE}"):
            form_circles(DenseScores(matrix))
        matrix[0, 1] = matrix[1, 0] = -1
        with pytest.raises(UnsupportedError, match="Got -1"):
            form_circles(DenseScores(matrix))


def test_the_highest_scores_that_fit_do_not_overflow():
    n = 48
    problem = CircleProblem(DenseScores(np.full((n, n), HIGHEST_SCORE)), [8] * 6)
    found = Circles().solve(problem)
    assert found.total == found.bound == 6 * 28 * HIGHEST_SCORE


def test_sparse_scores_are_scores_too():
    rng = np.random.default_rng(9)
    u, v = np.triu_indices(24, 1)
    keep = rng.random(len(u)) < 0.8
    scores = SparseScores(u[keep], v[keep], rng.integers(0, 100, keep.sum()), shape=(24, 24))
    found = form_circles(scores, size=4)
    assert check_circles(CircleProblem(scores, circle_sizes(24, 4)), found) == []


def test_two_sides_wrong_rules_and_wrong_options_are_refused():
    with pytest.raises(ConfigError, match="one pool"):
        form_circles(DenseScores(np.ones((4, 4), dtype=int), two_sided=True))
    with pytest.raises(ConfigError, match="of 9 people"):
        form_circles(equal(9), rules=[CircleRule("nobody_alone", np.zeros(8, dtype=int))])
    with pytest.raises(ConfigError, match="seed"):
        form_circles(equal(9), seed=-1)
    with pytest.raises(ValueError, match="nobody_alone"):
        CircleRule("nobody_lone", np.zeros(3, dtype=int))
    with pytest.raises(ValueError, match="most"):
        CircleRule("at_most", np.zeros(3, dtype=int))
    with pytest.raises(ValueError, match="left out"):
        CircleRule("nobody_alone", np.zeros(3, dtype=int), 2)
    with pytest.raises(ValueError, match="at least -1"):
        CircleRule("nobody_alone", np.array([0, -2]))
    with pytest.raises(ValueError, match="whole numbers from 3 to 8"):
        CircleProblem(equal(9), [9])
    with pytest.raises(ValueError, match="one a person"):
        CircleProblem(equal(9), [5, 5])
    with pytest.raises(ValueError, match="smallest"):
        CircleProblem(equal(9), [4, 4], smallest=5)
