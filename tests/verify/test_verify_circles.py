"""The verifier of circles against planted errors: each one is found, and named."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from peermatch.problem import CircleBound, CircleMatching, CircleProblem, CircleRule, Status
from peermatch.solvers import Circles, circle_sizes
from peermatch.verify import check_circles, prove_circles
from support.circles import random_circles


@pytest.fixture(scope="module")
def problem() -> CircleProblem:
    rng = np.random.default_rng(1)
    rules = [
        CircleRule("nobody_alone", rng.integers(0, 2, 30), name="no one alone"),
        CircleRule("not_all_alike", rng.integers(0, 3, 30)),
        CircleRule("at_most", rng.integers(-1, 3, 30), 3),
    ]
    return random_circles(rng, 30, circle_sizes(30, 5), forbidden=0.05, rules=rules)


@pytest.fixture(scope="module")
def found(problem) -> CircleMatching:
    matching = Circles(kicks=500).solve(problem)
    assert prove_circles(problem, matching).verified
    assert len(matching.unseated) == 0
    return matching


def faults(problem: CircleProblem, matching: CircleMatching) -> str:
    proof = prove_circles(problem, matching)
    assert not proof.verified
    return " ".join(proof.faults)


def seated(problem: CircleProblem, found: CircleMatching, circles) -> CircleMatching:
    return CircleMatching.of(
        problem,
        circles,
        bound=found.bound,
        status=Status.GAP,
        solver="by hand",
        certificate=found.certificate,
        seats_gap=30,
    )


def test_a_total_or_a_fit_that_is_not_true(problem, found):
    assert "The total is given as" in faults(problem, replace(found, total=found.total + 1))
    fit = found.fit.copy()
    fit[3] -= 1
    assert "The fit of person 3" in faults(problem, replace(found, fit=fit))


def test_someone_sits_twice_or_is_not_there(problem, found):
    twice = (*found.circles[:-1], np.append(found.circles[-1][1:], found.circles[0][0]))
    assert f"Person {found.circles[0][0]} sits in 2 places" in faults(problem, replace(found, circles=twice))
    outside = (*found.circles[:-1], np.append(found.circles[-1][1:], 30))
    assert "Person 30 is not one" in faults(problem, replace(found, circles=outside))
    assert "of 29 people" in faults(problem, replace(found, n=29))


def test_circles_of_other_sizes(problem, found):
    parts = [part.tolist() for part in found.circles]
    moved = [parts[0] + parts[1][:1], parts[1][1:], *parts[2:]]
    assert "A circle of 6 does not fit" in faults(problem, seated(problem, found, moved))
    cut = [parts[0][:2], *parts[1:]]
    assert "Circle 0 has 2 members; 3 are the fewest" in faults(problem, seated(problem, found, cut))
    free = CircleProblem(problem.scores, [4] * 7)
    many = [list(range(k, k + 3)) for k in range(0, 24, 3)]
    assert "There are 8 circles; 7 are asked for" in faults(free, seated(free, found, many))


def test_each_rule_and_a_forbidden_pair(problem, found):
    said = set()
    rng = np.random.default_rng(2)
    for _ in range(60):
        mixed = rng.permutation(30).reshape(6, 5)
        for fault in check_circles(problem, seated(problem, found, mixed)):
            said.add(fault.split(" ", 2)[2].split(":")[0] if fault.startswith("Circle") else fault[:6])
    assert {"breaks the rule 'no one alone'", "breaks the rule 'at_most'"} <= said
    assert "breaks the rule 'not_all_alike'" in said
    assert "People" in said


def test_a_bound_that_the_evidence_does_not_prove(problem, found):
    evidence = found.certificate
    lower = replace(evidence, total=evidence.total - 1)
    assert "proves a bound of" in faults(problem, replace(found, certificate=lower, bound=evidence.total - 1))
    assert "the evidence is for" in faults(problem, replace(found, bound=found.bound + 5))
    assert "below the total" in faults(problem, replace(found, bound=found.total - 1))
    partners = CircleBound("partners", found.total)
    assert "proves a bound of" in faults(problem, replace(found, certificate=partners, bound=found.total))


@pytest.mark.parametrize(
    "prices", [None, np.zeros(29, dtype=np.int64), np.full(30, -1), np.zeros(30, dtype=float)]
)
def test_prices_that_are_none(problem, found, prices):
    evidence = CircleBound("prices", found.bound, prices)
    assert not prove_circles(problem, replace(found, certificate=evidence)).verified


def test_unknown_evidence(problem, found):
    assert "Nothing is known" in faults(
        problem, replace(found, certificate=CircleBound("a feeling", found.bound))
    )


def test_broken_prices_are_found_by_their_total(problem, found):
    prices = np.full(30, 2**28)
    claimed = CircleBound("prices", found.bound, prices)
    proof = prove_circles(problem, replace(found, certificate=claimed))
    assert not proof.verified
    assert proof.upper_bound != found.bound


def test_optimal_with_a_gap_and_seats_that_are_not_owned_to(problem, found):
    assert found.gap > 0
    assert "called optimal, with a gap" in faults(problem, replace(found, status=Status.OPTIMAL))
    fewer = replace(seated(problem, found, found.circles[:-1]), seats_gap=0)
    assert "5 seats are free" in faults(problem, fewer)
    assert "cannot have the status" in faults(problem, replace(found, status=Status.STABLE))


def test_without_evidence_nothing_is_verified():
    rng = np.random.default_rng(3)
    problem = random_circles(rng, 10, [5, 5])
    proof = prove_circles(problem, Circles().solve(problem))
    assert not proof.verified
    assert proof.faults == ()
