"""What holds for every solver in the registry, on the bank of problems that they share."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from peermatch.errors import ConfigError, UnsupportedError
from peermatch.problem import ONE_POOL, TWO_SIDES, Control, Matching, Problem, Solver, Status
from peermatch.solvers import get_solver, solver_names
from peermatch.verify import prove
from support.problems import PROBLEMS, check_valid, relabelled, value

SOLVERS = solver_names()
CASES = [(solver, problem) for solver in SOLVERS for problem in PROBLEMS]


def kind(problem: Problem) -> str:
    return TWO_SIDES if problem.two_sided else ONE_POOL


def takes(solver: Solver, problem: Problem) -> bool:
    """Whether the solver should solve this problem (the exhaustive one declares its own size limit)."""
    if kind(problem) not in solver.accepts:
        return False
    return problem.one_place_each()[0].n_vertices <= getattr(solver, "most_places", 10**9)


def same(one: Matching, two: Matching) -> bool:
    return pickle.dumps(one) == pickle.dumps(two)


@pytest.mark.parametrize(("name", "case"), CASES)
def test_every_solver_answers_validly_or_refuses_in_words(name: str, case: str) -> None:
    solver, problem = get_solver(name), PROBLEMS[case]
    if not takes(solver, problem):
        with pytest.raises(UnsupportedError, match=rf"'{name}' solver .*[Uu]se '(blossom|deferred)'"):
            solver.solve(problem)
        return
    matching = solver.solve(problem)
    check_valid(problem, matching)
    assert matching.solver == name
    assert matching.status in set(Status)
    assert type(matching.weight) is int
    if problem.objective == "best_total" and matching.status in (Status.OPTIMAL, Status.GAP):
        assert all(problem.scores.at(matching.pairs[:, 0], matching.pairs[:, 1]) > 0)
    if matching.status == Status.OPTIMAL:
        assert (matching.gap, matching.pairs_gap) == (0, 0)


@pytest.mark.parametrize(("name", "case"), CASES)
def test_every_certificate_convinces_the_independent_checker(name: str, case: str) -> None:
    solver, problem = get_solver(name), PROBLEMS[case]
    if not takes(solver, problem):
        return
    matching = solver.solve(problem)
    assert matching.certificate is not None or name == "exhaustive" or matching.stats["ties"]
    if matching.certificate is None:
        return
    proof = prove(problem, matching)
    assert proof.faults == ()
    assert proof.verified


@pytest.mark.parametrize(("name", "case"), CASES)
def test_every_solver_is_deterministic(name: str, case: str) -> None:
    solver, problem = get_solver(name), PROBLEMS[case]
    if takes(solver, problem):
        assert same(solver.solve(problem), get_solver(name).solve(problem))


@pytest.mark.parametrize(("name", "case"), CASES)
def test_relabelling_keeps_the_objective_of_an_optimal_answer(name: str, case: str) -> None:
    solver, problem = get_solver(name), PROBLEMS[case]
    if not takes(solver, problem):
        return
    matching = solver.solve(problem)
    rng = np.random.default_rng(3)
    for _ in range(2):
        other = relabelled(problem, rng)
        again = solver.solve(other)
        check_valid(other, again)
        assert (again.status == Status.OPTIMAL) == (matching.status == Status.OPTIMAL)
        if matching.status == Status.OPTIMAL:
            assert value(other, again) == value(problem, matching)


@pytest.mark.parametrize("case", PROBLEMS)
def test_optimal_answers_agree_and_gaps_are_true(case: str) -> None:
    """The best answer of all solvers is what those who claim optimality have, and lies within the others' gaps."""
    problem = PROBLEMS[case]
    answers = [s.solve(problem) for s in map(get_solver, SOLVERS) if takes(s, problem)]
    optimal = [value(problem, answer) for answer in answers if answer.status == Status.OPTIMAL]
    assert optimal
    assert set(optimal) == {max(value(problem, answer) for answer in answers)}
    pairs, total = optimal[0]
    for answer in answers:
        if answer.status == Status.GAP:
            assert answer.gap is not None
            assert answer.gap >= 0
            mine = value(problem, answer)
            assert pairs <= mine[0] + answer.pairs_gap
            assert pairs != mine[0] or total <= mine[1] + answer.gap


@pytest.mark.parametrize("name", SOLVERS)
def test_every_solver_stops_when_asked(name: str) -> None:
    solver = get_solver(name)
    problem = PROBLEMS["even" if ONE_POOL in solver.accepts else "wide"]
    matching = solver.solve(problem, control=Control(cancel=lambda: True))
    check_valid(problem, matching)
    assert matching.status in (Status.OPTIMAL, Status.GAP, Status.UNDECIDED, Status.STABLE)


@pytest.mark.parametrize("name", SOLVERS)
def test_every_solver_follows_the_protocol(name: str) -> None:
    solver = get_solver(name)
    assert isinstance(solver, Solver)
    assert solver.name == name
    assert solver.accepts <= {ONE_POOL, TWO_SIDES}
    assert pickle.loads(pickle.dumps(solver)) == solver
    with pytest.raises(AttributeError):
        solver.name = "other"  # type: ignore[misc]
    assert type(solver).__doc__


@pytest.mark.parametrize("name", SOLVERS)
def test_an_unknown_option_is_an_error(name: str) -> None:
    with pytest.raises(ConfigError, match=f"The solver '{name}' has no option 'speed'"):
        get_solver(name, speed=11)
    with pytest.raises(TypeError):
        type(get_solver(name))(speed=11)
