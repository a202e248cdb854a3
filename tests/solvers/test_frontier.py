"""The frontier between total and worst pair, against the definition."""

from __future__ import annotations

from itertools import count, pairwise

import numpy as np
import pytest

from peermatch.problem import FORBIDDEN, Control, DenseScores, Problem, SparseScores, Status
from peermatch.solvers import Blossom, frontier
from peermatch.verify import prove
from support.objectives import random_trade_offs
from support.oracles import best_matching
from support.problems import random_pool


@pytest.mark.parametrize("seed", range(6))
def test_with_enough_points_every_trade_off_is_found(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for turn in range(30):
        problem, wanted = random_trade_offs(rng)
        found = [(point.worst, point.total) for point in frontier(problem, 50, k=(1, 16)[turn % 2])]
        assert found == wanted


@pytest.mark.parametrize("points", [2, 3, 4])
def test_with_fewer_points_both_ends_are_there(points: int) -> None:
    rng = np.random.default_rng(points)
    for _ in range(30):
        problem, wanted = random_trade_offs(rng)
        found = [(point.worst, point.total) for point in frontier(problem, points)]
        assert set(found) <= set(wanted)
        assert len(found) <= points
        assert found[:1] == wanted[:1]
        assert found[-1:] == wanted[-1:]
        assert len(found) == min(points, len(wanted))


def test_points_are_proved_spread_and_monotone() -> None:
    problem = random_pool(60, 3, forbidden=0.1)
    found = frontier(problem, 12)
    assert 2 < len(found) <= 12
    most, best = best_of(problem, "everyone_first"), best_of(problem, "worst_first")
    assert found[0].total == most.weight
    assert (found[-1].worst, found[-1].total) == (best.certificate.threshold, best.weight)
    for before, after in pairwise(found):
        assert before.worst < after.worst
        assert before.total > after.total
    for point in found:
        assert point.matching.status is Status.OPTIMAL
        assert prove(point.problem, point.matching).verified
        assert len(point.matching.pairs) == len(most.pairs)
        assert point.worst == problem.scores.at(*point.matching.pairs.T).min()


def best_of(problem: Problem, objective: str):
    return Blossom().solve(Problem(problem.scores, objective, problem.capacity))


@pytest.mark.parametrize("seed", range(5))
def test_every_point_is_the_best_of_its_kind(seed: int) -> None:
    problem = random_pool(12, seed, forbidden=0.2)
    matrix = problem.scores.block(np.arange(12))
    for point in frontier(problem, 5):
        kept = np.where(matrix >= point.worst, matrix, FORBIDDEN)
        assert best_matching(kept.tolist()) == (len(point.matching.pairs), point.total)


def test_without_pairs_there_is_no_trade_off() -> None:
    assert frontier(Problem(SparseScores([], [], [], shape=(4, 4)))) == []
    assert len(frontier(Problem(DenseScores(np.full((4, 4), 7))))) == 1


@pytest.mark.parametrize("points", [1, 51, 2.5, True, "ten"])
def test_how_many_points_there_may_be(points) -> None:
    with pytest.raises(
        ValueError, match=r"points parameter of frontier\(\) must be a whole number from 2 to 50"
    ):
        frontier(random_pool(4, 1), points)


def test_stopped_early_it_returns_what_is_proved() -> None:
    problem, sizes = random_pool(30, 4), set()
    whole = {(point.worst, point.total) for point in frontier(problem, 10)}
    for after in (0, 1, 2, 4, 8, 16, 40, 80):
        asked = count()
        stop = Control(cancel=lambda asked=asked, after=after: next(asked) >= after)
        found = frontier(problem, 10, control=stop)
        sizes.add(len(found))
        assert {(point.worst, point.total) for point in found} <= whole
    assert min(sizes) == 0
    assert len(sizes) > 2
