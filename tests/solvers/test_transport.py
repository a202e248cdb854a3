"""The flow with minima against SciPy's MILP, and its checker against planted errors."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from peermatch.errors import UnsupportedError
from peermatch.problem import (
    FORBIDDEN,
    Control,
    DenseScores,
    FlowCertificate,
    FlowProblem,
    Matching,
    Problem,
    ShortageCertificate,
    Status,
)
from peermatch.solvers import get_solver
from peermatch.verify import prove
from support.flows import best_by_milp, random_flow


@pytest.mark.parametrize("seed", range(8))
def test_equals_milp_and_is_proved(seed: int) -> None:
    rng = np.random.default_rng([5, seed])
    seen = set()
    for _ in range(60):
        problem = random_flow(rng)
        matching = get_solver("transport", k=int(rng.integers(1, 4))).solve(problem)
        proof = prove(problem, matching)
        assert proof.verified, proof.faults
        best = best_by_milp(problem)
        seen.add(matching.status)
        if best is None:
            assert matching.status == Status.INFEASIBLE
            continue
        assert matching.status == Status.OPTIMAL
        assert matching.weight == best[1]
        if problem.objective == "everyone_first":
            assert len(matching.pairs) == best[0]
    assert seen == {Status.OPTIMAL, Status.INFEASIBLE}


def test_a_shortage_is_irreducible() -> None:
    rng = np.random.default_rng(7)
    found = 0
    for _ in range(300):
        problem = random_flow(rng)
        matching = get_solver("transport").solve(problem)
        short = matching.certificate
        if not isinstance(short, ShortageCertificate):
            continue
        found += 1
        assert short.irreducible
        side = ("left", "right").index(short.side)
        for spared in short.people.tolist():
            least = [np.zeros(size, dtype=np.int64) for size in problem.scores.shape]
            others = short.people[short.people != spared]
            minimum = problem.minimum[side]
            assert minimum is not None
            least[side][others] = minimum[others]
            assert best_by_milp(replace(problem, minimum=(least[0], least[1]))) is not None
    assert found > 30


@pytest.mark.parametrize("objective", ["everyone_first", "best_total"])
def test_equals_hungarian_on_larger_tables(objective: str) -> None:
    rng = np.random.default_rng(11)
    scores = DenseScores(rng.integers(0, 2**30, (150, 60)), two_sided=True)
    problem = Problem(scores, objective, (None, rng.integers(0, 4, 60)))
    mine, theirs = (get_solver(name).solve(problem) for name in ("transport", "hungarian"))
    assert (len(mine.pairs), mine.weight) == (len(theirs.pairs), theirs.weight)
    assert prove(problem, mine).verified


def _solved() -> tuple[FlowProblem, Matching, FlowCertificate]:
    rng = np.random.default_rng(3)
    scores = DenseScores(rng.integers(0, 100, (8, 5)), two_sided=True)
    problem = FlowProblem(
        scores, capacity=(np.full(8, 2), np.full(5, 2)), minimum=(None, np.array([2, 0, 0, 0, 1]))
    )
    matching = get_solver("transport").solve(problem)
    assert isinstance(matching.certificate, FlowCertificate)
    assert prove(problem, matching).verified
    return problem, matching, matching.certificate


def test_planted_errors_are_found() -> None:
    problem, matching, duals = _solved()
    for side in ("left_duals", "right_duals"):
        for who in range(len(getattr(duals, side))):
            for by in (-40, 40):
                wrong = getattr(duals, side).copy()
                wrong[who] += by
                proof = prove(problem, replace(matching, certificate=replace(duals, **{side: wrong})))
                # any duals bound; what is claimed of them may fail
                assert proof.gap is not None
                assert proof.gap >= 0
                assert proof.verified == (proof.gap == 0)
    wrongs = [
        replace(matching, certificate=replace(duals, pairs_covered=39)),
        replace(matching, certificate=replace(duals, bonus=0)),
        replace(matching, certificate=replace(duals, left_duals=duals.left_duals[:-1])),
        replace(matching, gap=1),
        replace(matching, weight=matching.weight + 1),
        replace(matching, pairs=matching.pairs[:-1]),
    ]
    for wrong_matching in wrongs:
        assert not prove(problem, wrong_matching).verified


def test_a_minimum_that_is_not_met_is_found() -> None:
    problem, matching, _ = _solved()
    harder = replace(
        problem, capacity=(np.full(8, 2), np.full(5, 8)), minimum=(None, np.array([8, 0, 0, 0, 0]))
    )
    proof = prove(harder, matching)
    assert any("needs 8" in fault for fault in proof.faults)


def test_planted_errors_in_a_shortage_are_found() -> None:
    scores = DenseScores(np.array([[5, 5], [FORBIDDEN, 5]]), two_sided=True)
    two = np.array([2, 2])
    problem = FlowProblem(scores, capacity=(two, two), minimum=(None, two))
    matching = get_solver("transport").solve(problem)
    short = matching.certificate
    assert isinstance(short, ShortageCertificate)
    assert (short.side, short.people.tolist(), short.demanded, short.supplied) == ("right", [0], 2, 1)
    for wrong in (
        {"side": "left"},
        {"people": np.array([1])},
        {"demanded": 3},
        {"supplied": 0},
        {"pairs_covered": 2},
        {"people": np.array([0, 7])},
    ):
        assert not prove(problem, replace(matching, certificate=replace(short, **wrong))).verified  # type: ignore[arg-type]


@pytest.mark.parametrize("objective", ["everyone_first", "best_total"])
def test_stopped_at_any_moment_the_gap_is_true(objective: str) -> None:
    rng = np.random.default_rng(13)
    scores = DenseScores(rng.integers(0, 1000, (40, 20)), two_sided=True)
    problem = FlowProblem(scores, objective, (None, np.full(20, 2)), (None, np.full(20, 1)))
    best = get_solver("transport").solve(problem)
    seen = set()
    for asked in range(1, 12):
        left = iter(range(asked))
        control = Control(cancel=lambda left=left: next(left, None) is None)  # type: ignore[misc]
        matching = get_solver("transport", k=1).solve(problem, control=control)
        seen.add(matching.status)
        if matching.status == Status.UNDECIDED:
            assert not len(matching.pairs)
            continue
        assert prove(problem, matching).verified
        assert matching.gap is not None
        if objective == "everyone_first":
            assert len(matching.pairs) + matching.pairs_gap >= len(best.pairs)
        if objective == "best_total" or len(matching.pairs) == len(best.pairs):
            assert matching.weight + matching.gap >= best.weight
    assert Status.UNDECIDED in seen


def test_refusals_name_a_way() -> None:
    pool = Problem(DenseScores(np.array([[0, 1], [1, 0]])))
    with pytest.raises(UnsupportedError, match="blossom"):
        get_solver("transport").solve(pool)
    scores = DenseScores(np.array([[1, 2]]), two_sided=True)
    one = np.array([1])
    with pytest.raises(UnsupportedError, match="transport"):
        get_solver("blossom").solve(FlowProblem(scores, minimum=(one, None)))
    with pytest.raises(ValueError, match="minimum of 2 and 1 places"):
        FlowProblem(scores, minimum=(2 * one, None))
    with pytest.raises(UnsupportedError, match="worst pair"):
        get_solver("transport").solve(Problem(scores, "worst_first"))
