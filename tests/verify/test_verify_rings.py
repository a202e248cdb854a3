"""The verifier of rings against planted errors: each one is found, and named."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from peermatch.problem import FORBIDDEN, RingMatching, RingProblem, Status
from peermatch.solvers import Rings
from peermatch.verify import check_rings, prove_rings
from support.rings import random_rings


@pytest.fixture(scope="module")
def case() -> tuple[RingProblem, RingMatching]:
    problem = random_rings(np.random.default_rng(1), 40, forbidden=0.1)
    found = Rings(exact=False, kicks=20).solve(problem)
    assert prove_rings(problem, found).verified
    assert found.gap > 0
    return problem, found


def faults(problem: RingProblem, found: RingMatching) -> str:
    proof = prove_rings(problem, found)
    assert not proof.verified
    return " ".join(proof.faults)


def test_who_stands_where(case):
    problem, found = case
    rings = [ring.copy() for ring in found.rings]
    rings[0][1] = rings[1][0]
    assert "stands in 2 places" in faults(problem, replace(found, rings=tuple(rings)))
    rings[0][1] = 40
    assert "is not one of the problem's" in faults(problem, replace(found, rings=tuple(rings)))
    assert "are of 39 people" in faults(problem, replace(found, n=39))


def test_sizes(case):
    problem, found = case
    assert "members; 3 to 8" in faults(problem, replace(found, rings=(found.rings[0][:2], *found.rings[1:])))


def test_forbidden_advice(case):
    problem, found = case
    worth = problem.worth.copy()
    a, b = found.rings[0][:2]
    worth[a, b] = FORBIDDEN
    assert f"Person {a} advises person {b}" in faults(RingProblem(worth), found)


def test_numbers(case):
    problem, found = case
    assert "The total is given" in faults(problem, replace(found, total=found.total - 1))
    assert "is below the total" in faults(problem, replace(found, bound=found.total - 1))
    assert "By assignment" in faults(
        problem, replace(found, bound=found.bound - 1, assignment_bound=found.bound - 1)
    )
    assert "is above the one by assignment" in faults(
        problem, replace(found, assignment_bound=found.bound - 1)
    )
    assert "Rings could be worth" in faults(problem, replace(found, bound=found.bound - 1))
    assert "with a gap" in faults(problem, replace(found, status=Status.OPTIMAL))
    assert "cannot have the status" in faults(problem, replace(found, status=Status.STABLE))
    assert "is none" in faults(problem, replace(found, seats_gap=-1))


def test_people_who_are_left_out_in_silence(case):
    problem, found = case
    fewer = RingMatching.of(
        problem,
        found.rings[1:],
        bound=found.bound,
        assignment_bound=found.assignment_bound,
        status=Status.GAP,
        solver="by hand",
        certificate=found.certificate,
    )
    assert "people could be in rings" in faults(
        problem, replace(fewer, bound=1 << 50, assignment_bound=1 << 50)
    )


def test_evidence(case):
    problem, found = case
    duals = found.certificate.certificate
    weak = replace(duals, vertex_duals=duals.vertex_duals - 1)
    broken = replace(found.certificate, certificate=weak)
    assert "is not proved" in faults(problem, replace(found, certificate=broken))
    assert not prove_rings(problem, replace(found, certificate=None)).verified
    assert check_rings(problem, replace(found, certificate=None)) == []


def test_what_was_found_by_looking_at_all_is_not_called_verified():
    problem = RingProblem(np.array([[0, 9, 1, 1], [9, 0, 1, 1], [1, 1, 0, 9], [1, 1, 9, 0]]))
    found = Rings().solve(problem)
    proof = prove_rings(problem, found)
    assert proof.faults == ()
    assert not proof.verified
    assert proof.upper_bound == found.assignment_bound
