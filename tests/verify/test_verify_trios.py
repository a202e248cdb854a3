"""The verifier of trios against planted errors: each one is found, and named."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from peermatch.problem import (
    FORBIDDEN,
    GRID,
    DenseScores,
    Matching,
    Problem,
    Status,
    TrioMatching,
    TrioProblem,
)
from peermatch.solvers import Blossom
from peermatch.solvers.trios import join_trios
from peermatch.verify import check_trios, check_valid, prove_trios
from support.trios import random_trios


@pytest.fixture(scope="module")
def case() -> tuple[TrioProblem, TrioMatching]:
    for seed in range(100):
        problem, pairs = random_trios(np.random.default_rng(seed), 21, hi=GRID, forbidden=0.1, fixed=True)
        found = join_trios(problem, pairs)
        if len(problem.fixed) and found.status == Status.OPTIMAL and len(found.trios):
            assert prove_trios(problem, found).verified
            if not prove_trios(problem, replace(found, evidence=())).verified:
                return problem, found
    raise AssertionError("no case in which a trio had to be ruled out by solving again")


def faults(problem: TrioProblem, found: TrioMatching) -> str:
    proof = prove_trios(problem, found)
    assert not proof.verified
    return " ".join(proof.faults)


def test_nobody_meets_twice_or_outside(case):
    problem, found = case
    pairs = found.pairs.copy()
    pairs[0, 0] = found.trios[0, 0]
    assert "meets in 2 groups" in faults(problem, replace(found, pairs=pairs))
    pairs[0, 0] = 99
    assert "Nobody has the position 99" in faults(problem, replace(found, pairs=pairs))


def test_a_forbidden_pair_in_a_trio(case):
    problem, found = case
    a, b, _ = found.trios[0].tolist()
    table = problem.scores.block(np.arange(21)).copy()
    table[a, b] = table[b, a] = FORBIDDEN
    assert f"People {a} and {b} meet in a trio" in faults(
        TrioProblem(DenseScores(table), problem.fixed), found
    )


def test_a_fixed_pair_that_does_not_meet(case):
    problem, found = case
    u = problem.fixed[0, 0]
    other = next(x for x in range(21) if x not in problem.fixed and x not in found.trios)
    wrong = TrioProblem(problem.scores, np.array([sorted((int(u), other))]))
    assert "are a fixed pair" in faults(wrong, found)


def test_a_wrong_value_and_a_wrong_claim(case):
    problem, found = case
    assert "Twice the value" in faults(problem, replace(found, value=found.value + 1, bound=found.value + 1))
    assert "below the value" in faults(problem, replace(found, bound=found.value - 1))
    assert "with a gap" in faults(problem, replace(found, bound=found.value + 1))


def test_a_better_trio_that_is_kept_quiet(case):
    problem, found = case
    free = problem.free
    pairs = Blossom().solve(Problem(DenseScores(problem.scores.block(free)[:, free])))
    poor = join_trios(problem, pairs, most_solved=0)
    assert poor.gap
    claimed = replace(poor, bound=poor.value, status=Status.OPTIMAL)
    assert "Another answer could be worth" in faults(problem, claimed)
    assert "Another answer could be worth" in faults(problem, replace(found, evidence=()))


def test_evidence_that_proves_nothing(case):
    problem, found = case
    group, others = found.evidence[0]
    weak = replace(others, certificate=None)
    assert "is none" in faults(problem, replace(found, evidence=((group, weak), *found.evidence[1:])))
    base = found.base
    duals = replace(base.certificate, vertex_duals=base.certificate.vertex_duals - 1)
    assert faults(problem, replace(found, base=replace(base, certificate=duals)))
    assert "no duals" in faults(problem, replace(found, base=replace(base, certificate=None)))


def test_someone_able_who_is_passed_over(case):
    problem, found = case
    assert "is not among those able" in faults(problem, replace(found, able=found.able[:-1]))


def test_valid_matchings_with_trios():
    problem = Problem(DenseScores(np.arange(25).reshape(5, 5) + np.arange(25).reshape(5, 5).T))
    good = Matching.of(problem, [[0, 1]], trios=np.array([[4, 2, 3]]), status=Status.GAP, solver="by hand")
    assert check_valid(good, problem) == []
    assert good.pairs.tolist() == [[0, 1], [2, 3], [2, 4], [3, 4]]
    lacking = replace(good, pairs=good.pairs[:-1])
    assert "Trio [2, 3, 4] lacks the pair (3, 4)." in check_valid(lacking, problem)
    assert "stands in 2 pairs" in " ".join(check_valid(replace(good, trios=good.trios[:0]), problem))
    twice = replace(good, trios=np.array([[2, 3, 4], [1, 2, 3]]))
    assert "stands in 2 pairs" in " ".join(check_valid(twice, problem))


def test_check_trios_alone():
    none = np.zeros((0, 2), dtype=np.int64)
    found = TrioMatching(none, np.array([[0, 1, 2]]), 1, 6, 4, None, Status.UNDECIDED)
    assert check_trios(TrioProblem(DenseScores([[0, 1, 2], [1, 0, 3], [2, 3, 0]])), found) == []
