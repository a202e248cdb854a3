"""Content with less: candidates only, and a gap; what is stated is true against the exact optimum."""

from __future__ import annotations

import numpy as np
import pytest

from peermatch.errors import ConfigError
from peermatch.problem import FORBIDDEN, GRID, DenseScores, Matching, Problem, Status
from peermatch.solvers import Blossom, get_solver, plain_solver
from peermatch.verify import prove
from support.objectives import WITH_TOTALS


def random_problem(rng: np.random.Generator, objective: str) -> Problem:
    low, high = [(0, 3), (-5, 4), (0, GRID), (0, 50)][int(rng.integers(0, 4))]
    n, m = (int(size) for size in rng.integers(2, 28, 2))
    if rng.random() < 0.4:
        matrix = rng.integers(low, high, (n, m), endpoint=True)
        matrix[rng.random((n, m)) < rng.choice([0, 0.3, 0.8])] = FORBIDDEN
        places = rng.integers(0, 4, m) if rng.random() < 0.5 else None
        return Problem(DenseScores(matrix, two_sided=True), objective, (None, places))
    level = rng.random(n)
    matrix = rng.integers(low, high, (n, n), endpoint=True)
    if rng.random() < 0.3:
        matrix = (np.outer(level, level) * GRID).astype(np.int64)  # everybody wants the same few
    matrix[rng.random((n, n)) < rng.choice([0, 0.3, 0.8])] = FORBIDDEN
    return Problem(DenseScores(np.where(np.tri(n, dtype=bool), matrix, matrix.T)), objective)


def worst_of(problem: Problem, matching: Matching) -> int:
    return int(problem.scores.at(*matching.pairs.T).min())


def assert_true(problem: Problem, matching: Matching, best: Matching) -> None:
    proof = prove(problem, matching)
    assert proof.faults == ()
    assert proof.verified
    assert matching.gap is not None
    assert min(matching.gap, matching.pairs_gap, matching.worst_gap) >= 0
    if problem.objective == "best_total":
        assert matching.weight <= best.weight <= matching.weight + matching.gap
        return
    assert len(best.pairs) <= len(matching.pairs) + matching.pairs_gap
    if len(best.pairs) != len(matching.pairs) or not len(best.pairs):
        return
    if problem.objective == "everyone_first":
        assert matching.weight <= best.weight <= matching.weight + matching.gap
        return
    better = worst_of(problem, best) - worst_of(problem, matching)
    assert 0 <= better <= matching.worst_gap
    assert better or best.weight <= matching.weight + matching.gap


@pytest.mark.parametrize("objective", WITH_TOTALS)
@pytest.mark.parametrize("k", [1, 2, 16])
def test_candidates_only_states_its_true_gap(objective: str, k: int) -> None:
    rng = np.random.default_rng(k)
    for _ in range(120):
        problem = random_problem(rng, objective)
        matching = Blossom(k=k, candidates_only=True).solve(problem)
        assert matching.status is Status.GAP or not len(matching.pairs)
        assert matching.stats["rounds"] <= 1
        assert_true(problem, matching, Blossom().solve(problem))


@pytest.mark.parametrize("objective", WITH_TOTALS)
@pytest.mark.parametrize("share", [0.001, 0.05, 1.0])
def test_a_gap_is_kept(objective: str, share: float) -> None:
    rng = np.random.default_rng(int(share * 1000))
    for _ in range(80):
        problem = random_problem(rng, objective)
        matching = Blossom(k=1, gap=share).solve(problem)
        assert_true(problem, matching, best := Blossom().solve(problem))
        if matching.status is Status.GAP:
            assert matching.pairs_gap == matching.worst_gap == 0
            assert len(matching.pairs) == len(best.pairs) or objective == "best_total"
            assert matching.gap <= share * max(0, matching.weight + matching.gap)
        if objective == "worst_first" and len(best.pairs):
            assert worst_of(problem, matching) == worst_of(problem, best)


def test_a_gap_saves_rounds() -> None:
    level = np.random.default_rng(0).random(200)
    far = np.tril((np.abs(level[:, None] - level[None, :]) * GRID).astype(np.int64), -1)
    problem = Problem(DenseScores(far + far.T))
    exact, near = Blossom(k=4).solve(problem), Blossom(k=4, gap=0.2).solve(problem)
    assert near.stats["rounds"] < exact.stats["rounds"]
    assert near.gap <= 0.2 * (near.weight + near.gap)
    assert exact.weight <= near.weight + near.gap


@pytest.mark.parametrize("objective", ["everyone_first", "worst_first"])
def test_on_smooth_scores_the_candidates_are_nearly_all(objective: str) -> None:
    point = np.random.default_rng(1).random((300, 2))
    near = 1 - np.sqrt(((point[:, None] - point[None]) ** 2).sum(axis=2)) / 2
    problem = Problem(DenseScores((near * GRID).astype(np.int64)), objective)
    matching = Blossom(candidates_only=True).solve(problem)
    assert len(matching.pairs) == 150
    assert matching.gap < 0.02 * matching.weight


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"gap": -0.1}, "gap parameter of Blossom must be a number of at least 0 and of at most 1"),
        ({"gap": 2}, "gap parameter of Blossom"),
        ({"gap": "small"}, "gap parameter of Blossom"),
        ({"candidates_only": 1}, "candidates_only parameter of Blossom must be True or False"),
        ({"k": 0}, "k parameter of Blossom must be a whole number of at least 1"),
        ({"candidate_only": True}, "Did you mean 'candidates_only'"),
    ],
)
def test_wrong_options(options, said) -> None:
    with pytest.raises(ConfigError, match=said):
        get_solver("blossom", **options)


def test_a_solver_as_plain_data() -> None:
    assert plain_solver(Blossom()) == "blossom"
    assert plain_solver(Blossom(gap=0.01)) == {"name": "blossom", "gap": 0.01}
