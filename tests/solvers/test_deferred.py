"""The solver `deferred`: every way of reading utilities gives what the plain twin gives."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peermatch.errors import ConfigError, UnsupportedError
from peermatch.problem import (
    FORBIDDEN,
    Control,
    DenseScores,
    Entries,
    ListedScores,
    Problem,
    SparseScores,
    Status,
)
from peermatch.solvers import Deferred, get_solver
from peermatch.verify import prove
from support.two_sided import all_stable, propose


class AskedScores(DenseScores):
    """A matrix that also answers about single pairs, as lazy scores do."""

    def utilities_at(self, u, v):
        return self._left[u, v].copy(), self._right[v, u].copy()


def random_problem(seed, n, m, levels, kind=DenseScores, *, several=(False, False), barred=0.2):
    rng = np.random.default_rng(seed)
    scores = np.where(rng.random((n, m)) < barred, FORBIDDEN, 1)
    utilities = (rng.integers(-levels, levels, (n, m)), rng.integers(-levels, levels, (m, n)))
    capacity = tuple(
        rng.integers(0, 4, size) if many else None for size, many in zip((n, m), several, strict=True)
    )
    return Problem(kind(scores, two_sided=True, utilities=utilities), capacity=capacity)


def listed(problem):
    """The same problem with nothing but listed utilities."""
    sides = []
    for side, size in zip(("left", "right"), problem.scores.shape, strict=True):
        table = problem.scores.utilities(np.arange(size), side)
        row, column = np.nonzero(table != FORBIDDEN)
        sides.append(Entries(np.searchsorted(row, np.arange(size + 1)), column, table[row, column]))
    return Problem(ListedScores(*sides), capacity=problem.capacity)


def lists_of(problem):
    """Both sides' lists, equals by (column - row) mod columns."""
    found = []
    for side, size in zip(("left", "right"), problem.scores.shape, strict=True):
        table = problem.scores.utilities(np.arange(size), side)
        found.append(
            [
                sorted(
                    (j for j in range(len(row)) if row[j] != FORBIDDEN),
                    key=lambda j, i=i, row=row: (-row[j], (j - i) % len(row)),
                )
                for i, row in enumerate(table)
            ]
        )
    return found


def places_of(problem):
    return [
        [1] * size if places is None else places.tolist()
        for places, size in zip(problem.capacity, problem.scores.shape, strict=True)
    ]


def expected(problem, proposers):
    (left, right), (room, open_) = lists_of(problem), places_of(problem)
    if proposers == "left":
        return propose(left, right, room, open_)
    return sorted((i, j) for j, i in propose(right, left, open_, room))


@given(
    st.integers(0, 2**32),
    st.integers(0, 14),
    st.integers(0, 14),
    st.sampled_from([1, 2, 1000]),
    st.tuples(st.booleans(), st.booleans()),
    st.sampled_from(["left", "right"]),
    st.sampled_from([1, 2, 32]),
)
@settings(max_examples=150, deadline=None)
def test_every_way_of_reading_agrees_with_the_twin(seed, n, m, levels, several, proposers, candidates):
    solver = Deferred(proposers, candidates)
    problem = random_problem(seed, n, m, levels, several=several)
    wanted = expected(problem, proposers)
    asked = random_problem(seed, n, m, levels, AskedScores, several=several)
    for each in (problem, asked, listed(problem)):
        matching = solver.solve(each)
        assert list(map(tuple, matching.pairs.tolist())) == wanted
        assert matching.status == Status.STABLE
        proof = prove(each, matching)
        assert proof.faults == ()
        assert proof.verified


@given(st.integers(0, 2**32), st.integers(1, 4), st.integers(1, 4), st.tuples(st.booleans(), st.booleans()))
@settings(max_examples=60, deadline=None)
def test_nobody_who_proposes_has_anyone_better_elsewhere(seed, n, m, several):
    problem = random_problem(seed, n, m, 10**6, several=several)
    (left, right), places = lists_of(problem), places_of(problem)
    stable = all_stable(left, right, *places)
    for own, proposers in enumerate(("left", "right")):
        matching = Deferred(proposers, 1).solve(problem)
        pairs = list(map(tuple, matching.pairs.tolist()))
        assert pairs in stable
        if problem.many_to_many:
            assert "best stable" not in matching.stability.promise
            continue
        for person, row in enumerate((left, right)[own]):
            mine = sorted(row.index(pair[1 - own]) for pair in pairs if pair[own] == person)
            for other in stable:
                theirs = sorted(row.index(pair[1 - own]) for pair in other if pair[own] == person)
                assert len(mine) == len(theirs)
                assert all(a <= b for a, b in zip(mine, theirs, strict=True))


@pytest.mark.parametrize("proposers", ["left", "right"])
@pytest.mark.parametrize("kind", [DenseScores, AskedScores])
def test_everybody_wants_the_same_and_prefixes_are_spent(kind, proposers):
    """Popularity alone decides: proposers read on and on, but only among receivers with room for them."""
    n = 300
    worth = np.tile(np.arange(n, 0, -1), (n, 1))
    scores = np.ones((n, n), dtype=int)
    problem = Problem(kind(scores, two_sided=True, utilities=(worth, worth)))
    matching = Deferred(proposers, 4).solve(problem)
    assert matching.mate.tolist() == list(range(n))
    assert matching.stats["rounds"] > 2
    assert matching.stats["most_listed"] < 0.6 * n * n  # read to the end, the lists would hold n * n
    assert prove(problem, matching).verified


def test_blocks_do_not_change_the_answer(monkeypatch):
    problem = random_problem(3, 70, 50, 1000, AskedScores, several=(True, True))
    whole = [Deferred(side, 3).solve(problem).pairs for side in ("left", "right")]
    monkeypatch.setattr("peermatch.solvers.deferred_prefixes._CELLS_PER_BLOCK", 130)
    for side, pairs in zip(("left", "right"), whole, strict=True):
        assert np.array_equal(Deferred(side, 3).solve(problem).pairs, pairs)


def test_utilities_too_large_to_be_packed():
    problem = random_problem(8, 12, 9, 2**62, several=(False, True))
    for side in ("left", "right"):
        assert list(map(tuple, Deferred(side, 2).solve(problem).pairs.tolist())) == expected(problem, side)


def test_sparse_scores_go_the_listed_way_with_ranks():
    problem = Problem(SparseScores([0, 0, 1], [0, 1, 0], [5, 7, 9], shape=(2, 2), two_sided=True))
    matching = Deferred().solve(problem)
    assert matching.pairs.tolist() == [[0, 1], [1, 0]]
    assert (matching.cost, matching.stability.regret, matching.weight) == (4, 1, 16)


def test_a_stopped_solve_has_no_pairs():
    calls = []

    def cancel():
        calls.append(1)
        return len(calls) > 2

    problem = random_problem(1, 30, 30, 9)
    for control in (Control(cancel=lambda: True), Control(cancel=cancel)):
        matching = Deferred().solve(problem, control=control)
        assert (matching.status, len(matching.pairs), matching.stats) == (
            Status.UNDECIDED,
            0,
            {"stopped": True},
        )
        assert matching.certificate is None


def test_options_and_one_pool_are_refused_in_words():
    with pytest.raises(ConfigError, match="one of 'left', 'right'"):
        get_solver("deferred", proposers="middle")
    with pytest.raises(ConfigError, match="whole number of at least 1"):
        get_solver("deferred", candidates=0)
    with pytest.raises(UnsupportedError, match="use 'roommates'"):
        Deferred().solve(Problem(DenseScores([[0, 1], [1, 0]])))


@pytest.mark.parametrize("name", ["blossom", "hungarian", "greedy", "exhaustive"])
@pytest.mark.parametrize("objective", ["everyone_first", "best_total", "worst_first"])
def test_solvers_of_single_places_name_the_one_that_takes_both_sides(name, objective):
    places = np.array([2, 1])
    problem = Problem(DenseScores([[1, 2], [3, 4]], two_sided=True), objective, (places, places))
    with pytest.raises(UnsupportedError, match=r"'deferred'|'blossom'"):
        get_solver(name).solve(problem)
    if objective == "everyone_first":
        with pytest.raises(UnsupportedError, match="'transport' and 'deferred'"):
            get_solver(name).solve(problem)
    assert Deferred().solve(problem).pairs.tolist() == [[0, 0], [1, 1]]


def test_the_other_side_may_have_a_capacity_of_one_or_none():
    problem = Problem(
        DenseScores([[1, 2], [3, 4]], two_sided=True), capacity=(np.array([2, 0]), np.array([1, 1]))
    )
    assert not problem.many_to_many
    assert get_solver("blossom").solve(problem).pairs.tolist() == [[0, 0], [0, 1]]
