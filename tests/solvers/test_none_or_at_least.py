"""None or at least so many, against SciPy's MILP and against looking at everything; stopped, the gap is true."""

from __future__ import annotations

import numpy as np
import pytest

from peermatch.errors import UnsupportedError
from peermatch.problem import Control, DenseScores, FlowProblem, Matching, Problem, Status
from peermatch.solvers import none_or_at_least
from peermatch.verify import check_none_or_at_least, prove
from support.flows import best_by_milp, best_by_trying, random_flow


def demands(rng, problem):
    """Demands on both sides, some above what anybody has places for."""
    return tuple(rng.integers(0, 4, size) * (rng.random(size) < 0.6) for size in problem.scores.shape)


def value(problem, matching):
    """What is compared."""
    return (len(matching.pairs) if problem.objective == "everyone_first" else 0, matching.weight)


@pytest.mark.parametrize("seed", range(6))
def test_equals_milp(seed):
    rng = np.random.default_rng([17, seed])
    seen = set()
    for _ in range(30):
        problem = random_flow(rng, minima=bool(rng.random() < 0.3))
        least = demands(rng, problem)
        found = none_or_at_least(problem, least, k=int(rng.integers(1, 4)))
        best = best_by_milp(problem, least)
        seen.add(found.matching.status)
        if best is None:
            assert found.matching.status == Status.INFEASIBLE
            continue
        assert found.matching.status == Status.OPTIMAL
        assert found.matching.gap == 0
        assert found.matching.weight == best[1]
        if problem.objective == "everyone_first":
            assert len(found.matching.pairs) == best[0]
        assert not check_none_or_at_least(problem, found.matching, least)
    assert Status.OPTIMAL in seen


def test_equals_looking_at_everything():
    rng = np.random.default_rng(23)
    for _ in range(60):
        problem = random_flow(rng, 4, minima=bool(rng.random() < 0.3))
        least = demands(rng, problem)
        found, best = none_or_at_least(problem, least).matching, best_by_trying(problem, least)
        assert (found.status == Status.INFEASIBLE) == (best is None)
        if best is not None:
            assert found.weight == best[1]


def middling(seed):
    """A problem of some size in which the demand decides a lot."""
    rng = np.random.default_rng(seed)
    scores = DenseScores(rng.integers(0, 1000, (30, 12)), two_sided=True)
    return Problem(scores, ("everyone_first", "best_total")[seed % 2], (None, np.full(12, 6))), (
        None,
        np.full(12, 4),
    )


@pytest.mark.parametrize("seed", range(4))
def test_with_few_nodes_the_gap_is_true(seed):
    problem, least = middling(seed)
    best = none_or_at_least(problem, least).matching
    assert best.status == Status.OPTIMAL
    for nodes in (1, 2, 3, 5, 9):
        found = none_or_at_least(problem, least, most_nodes=nodes).matching
        if found.status == Status.UNDECIDED:
            assert not len(found.pairs)
            continue
        assert not check_none_or_at_least(problem, found, least)
        assert found.gap is not None
        assert value(problem, found) <= value(problem, best)
        if problem.objective == "everyone_first":
            assert len(found.pairs) + found.pairs_gap >= len(best.pairs)
        if len(found.pairs) == len(best.pairs):
            assert found.weight + found.gap >= best.weight


@pytest.mark.parametrize("seed", range(2))
def test_stopped_at_any_moment_the_gap_is_true(seed):
    problem, least = middling(seed)
    best = none_or_at_least(problem, least).matching
    seen = set()
    for asked in (0, 1, 2, 4, 8, 12, 20, 40):
        left = iter(range(asked))
        found = none_or_at_least(
            problem, least, control=Control(cancel=lambda left=left: next(left, None) is None)
        ).matching
        seen.add(found.status)
        assert not check_none_or_at_least(problem, found, least)
        if found.status in (Status.GAP, Status.OPTIMAL):
            assert found.gap is not None
            assert len(found.pairs) + found.pairs_gap >= len(best.pairs) or problem.objective == "best_total"
            if len(found.pairs) == len(best.pairs):
                assert found.weight + found.gap >= best.weight
    assert Status.UNDECIDED in seen


def test_the_relaxation_is_proved_and_no_worse():
    problem, least = middling(3)
    found = none_or_at_least(problem, least)
    assert prove(problem, found.relaxed).verified
    assert value(problem, found.relaxed) >= value(problem, found.matching)


def test_without_demands_it_is_the_plain_flow():
    problem, _ = middling(0)
    found = none_or_at_least(problem, (None, np.ones(12, dtype=np.int64)))
    assert found.nodes == 1
    np.testing.assert_array_equal(found.matching.pairs, found.relaxed.pairs)


def test_planted_errors_are_found():
    problem = Problem(
        DenseScores([[5, 4], [3, 2], [1, 1]], two_sided=True), capacity=(None, np.array([3, 3]))
    )
    least = (None, np.array([2, 0]))

    def faults(pairs, of=problem):
        return check_none_or_at_least(of, Matching.of(of, pairs, status=Status.GAP, solver="by hand"), least)

    assert not faults([[0, 0], [1, 0]])
    assert not faults([[0, 1]])
    assert "Right person 0 has 1 partners and needs none or at least 2." in faults([[0, 0], [1, 1]])
    strict = FlowProblem(problem.scores, capacity=problem.capacity, minimum=(None, np.array([0, 1])))
    assert any("needs 1" in fault for fault in faults([[0, 0], [1, 0]], strict))


def test_refusals():
    pool = Problem(DenseScores(np.array([[0, 1], [1, 0]])))
    with pytest.raises(UnsupportedError, match="one pool"):
        none_or_at_least(pool, (None, None))
    two = Problem(DenseScores(np.array([[1, 2]]), two_sided=True), "worst_first")
    with pytest.raises(UnsupportedError, match="worst pair"):
        none_or_at_least(two, (None, None))
    sides = Problem(two.scores)
    for wrong in (np.array([1]), np.array([1, -1]), np.array([0.5, 1.0])):
        with pytest.raises(ValueError, match="2 whole numbers of at least 0 for the right side"):
            none_or_at_least(sides, (None, wrong))
    with pytest.raises(ValueError, match="most_nodes"):
        none_or_at_least(sides, (None, None), most_nodes=0)
