"""Transport over scores that search by themselves: candidates, looks that remember, and gaps before the proof."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from peermatch.kernels.checking import TALLY, TOO_GREAT, add_beyond
from peermatch.problem import FORBIDDEN, Control, DenseScores, FlowCertificate, FlowProblem, Problem, Status
from peermatch.solvers import Transport, get_solver, guides
from peermatch.solvers.candidates import Places, first_candidates
from peermatch.solvers.guides import guess_guides
from peermatch.solvers.transport_bounds import bound_from_best, bound_from_candidates
from peermatch.solvers.transport_graph import TransportGraph, greedy_use
from peermatch.verify import prove
from peermatch.verify.flow import _pass_over
from support.flows import best_by_milp, random_flow
from support.searching import CHARACTERS, scores_of, table


def places_for(rng, scores, total):
    """Places of the columns that sum up to about so many."""
    columns = scores.shape[1]
    return rng.multinomial(total, np.full(columns, 1 / columns)).astype(np.int64) + (
        rng.random(columns) < 0.5
    )


@pytest.mark.parametrize("scarce", [False, True])
@pytest.mark.parametrize("character", CHARACTERS)
def test_equals_hungarian_whatever_the_scores(character, scarce):
    rng = np.random.default_rng(5)
    scores = scores_of(character, 260, 110)
    places = places_for(rng, scores, 170 if scarce else 300)
    for objective in ("everyone_first", "best_total"):
        problem = Problem(scores, objective, (None, places))
        mine = Transport(k=3).solve(problem)
        theirs = get_solver("hungarian").solve(
            Problem(DenseScores(table(scores), two_sided=True), objective, (None, places))
        )
        assert mine.status == Status.OPTIMAL
        assert (len(mine.pairs), mine.weight) == (len(theirs.pairs), theirs.weight)
        assert prove(problem, mine).verified


@pytest.mark.parametrize("character", ["mixed", "categories", "hubs"])
def test_minima_and_several_places_on_both_sides_are_searched_natively_too(character):
    rng = np.random.default_rng(6)
    scores = scores_of(character, 150, 70)
    left, right = rng.integers(0, 3, 150), rng.integers(1, 5, 70)
    least = np.minimum(right, rng.integers(0, 3, 70))
    problem = FlowProblem(scores, "everyone_first", (left, right), (None, least))
    mine = Transport(k=2).solve(problem)
    theirs = Transport(k=70).solve(replace(problem, scores=DenseScores(table(scores), two_sided=True)))
    assert (mine.status, len(mine.pairs), mine.weight) == (theirs.status, len(theirs.pairs), theirs.weight)
    assert prove(problem, mine).verified


@pytest.mark.parametrize("objective", ["everyone_first", "best_total"])
@pytest.mark.parametrize("character", CHARACTERS)
def test_after_the_candidates_the_gap_is_true(character, objective):
    rng = np.random.default_rng(7)
    scores = scores_of(character, 260, 110)
    problem = Problem(scores, objective, (None, places_for(rng, scores, 300)))
    best = Transport().solve(problem)
    for k in (1, 4):
        found = Transport(k=k, candidates_only=True).solve(problem)
        assert found.status == Status.GAP
        assert found.stats["scans"] == 0
        assert prove(problem, found).verified
        assert found.gap is not None
        if objective == "everyone_first":
            assert len(found.pairs) + found.pairs_gap >= len(best.pairs)
        if objective == "best_total" or len(found.pairs) == len(best.pairs):
            assert found.weight <= best.weight <= found.weight + found.gap


def test_after_the_candidates_the_gap_of_smooth_scores_says_something():
    scores = scores_of("smooth", 260, 110)
    found = Transport(candidates_only=True).solve(Problem(scores, capacity=(None, np.full(110, 3))))
    assert found.gap is not None
    assert (found.pairs_gap, found.gap < 0.1 * found.weight) == (0, True)


def test_good_enough_is_enough():
    scores = scores_of("hubs", 260, 110)
    problem = Problem(scores, capacity=(None, np.full(110, 3)))
    best = Transport(k=1).solve(problem)
    found = Transport(k=1, gap=0.2).solve(problem)
    assert found.gap is not None
    assert found.pairs_gap == 0
    assert found.stats["scans"] <= best.stats["scans"]
    assert found.weight >= 0.8 * best.weight
    assert found.gap <= 0.2 * (found.weight + found.gap)
    assert prove(problem, found).verified


@pytest.mark.parametrize("seed", range(4))
def test_bounds_hold_for_any_candidates(seed):
    rng = np.random.default_rng([8, seed])
    for _ in range(40):
        problem = random_flow(rng, 12)
        best = best_by_milp(problem)
        if best is None:
            continue
        places = Places.of(Problem(problem.scores, problem.objective))
        start = first_candidates(problem, places, int(rng.integers(1, 3)))
        minimum, most = problem.lowest_counts(), tuple(problem.capacity)
        bonus = int(rng.choice([0, 100]))
        rows = problem.scores.shape[0]
        edges = (start.u, start.v - rows, start.score + bonus)
        duals = rng.integers(-60, 160, rows), rng.integers(-60, 160, problem.scores.shape[1])
        for bound in (
            bound_from_best(start, minimum, most, bonus),
            bound_from_candidates(start, duals, minimum, most, bonus, edges),
        ):
            assert bound.total >= best[1] + bonus * best[0]


def test_an_assignment_in_no_time_keeps_to_all_places():
    rng = np.random.default_rng(9)
    for _ in range(50):
        problem = random_flow(rng, 12, minima=False)
        rows = problem.scores.shape[0]
        u, v = np.nonzero(table(problem.scores) != FORBIDDEN)
        most = (problem.capacity[0], problem.capacity[1])
        open_ = (most[0][u] > 0) & (most[1][v] > 0)
        graph = TransportGraph(problem.lowest_counts(), most, 0)
        graph.add(u[open_], v[open_], problem.scores.at(u[open_], v[open_]))
        used = greedy_use(graph) == 1
        left = np.bincount(graph.u[used], minlength=rows)
        right = np.bincount(graph.v[used], minlength=problem.scores.shape[1])
        assert (left <= most[0]).all()
        assert (right <= most[1]).all()
        free = ~used & (graph.weight > 0)
        assert not ((left < most[0])[graph.u[free]] & (right < most[1])[graph.v[free]]).any()


@pytest.mark.parametrize("objective", ["everyone_first", "best_total"])
def test_stopped_at_any_moment_of_a_native_search(objective):
    scores = scores_of("mixed", 300, 130)
    problem = Problem(scores, objective, (None, np.full(130, 2)))
    best = Transport().solve(problem)
    for asked in (0, 1, 2, 3, 5, 8, 13, 21):
        left = iter(range(asked))
        found = Transport(k=1).solve(
            problem, control=Control(cancel=lambda left=left: next(left, None) is None)
        )
        assert prove(problem, found).verified
        assert found.gap is not None
        assert len(found.pairs)
        if objective == "everyone_first":
            assert len(found.pairs) + found.pairs_gap >= len(best.pairs)
        if objective == "best_total" or len(found.pairs) == len(best.pairs):
            assert found.weight + found.gap >= best.weight


def test_guides_know_of_places_and_do_not_hang_on_blocks(monkeypatch):
    scores = scores_of("hubs", 300, 320)
    problem = Problem(scores, "everyone_first", (None, np.full(320, 4)))
    whole = guess_guides(problem)
    assert [len(side) for side in whole] == [300, 320]
    # with four times the places nobody is scarce
    assert whole[1].mean() < guess_guides(Problem(scores, "everyone_first"))[1].mean()
    for cells in (1, 1000):
        monkeypatch.setattr(guides, "_CELLS", cells)
        for guide, wanted in zip(guess_guides(problem), whole, strict=True):
            np.testing.assert_array_equal(guide, wanted)


def test_the_checker_adds_up_as_plain_python_does():
    rng = np.random.default_rng(10)
    for high in (50, 1 << 58):
        scores = rng.integers(-50, 51, (7, 5))
        scores[rng.random((7, 5)) < 0.3] = FORBIDDEN
        problem = Problem(DenseScores(scores, two_sided=True))
        left, right = rng.integers(-high, high, 7), rng.integers(-high, high, 5)
        bonus = 17
        duals = FlowCertificate(bonus, left, right, pairs_covered=0)
        allowed = [(u, v) for u in range(7) for v in range(5) if scores[u, v] != FORBIDDEN]
        beyond = sum(max(0, int(scores[u, v]) + bonus - int(left[u]) - int(right[v])) for u, v in allowed)
        lowest = min(0, *(int(scores[u, v]) for u, v in allowed))
        assert _pass_over(problem, duals) == (len(allowed), lowest, beyond)


def test_the_compiled_pass_is_its_plain_twin_and_refuses_what_does_not_fit():
    weights = np.array([[5, FORBIDDEN, 1 << 40]])
    for most, too_great in ((1 << 50, 0), (1 << 30, 2)):
        for how in (add_beyond, getattr(add_beyond, "py_func", add_beyond)):
            beyond, tally = np.zeros(1, dtype=np.int64), np.zeros(TALLY, dtype=np.int64)
            how(weights, np.array([0]), np.array([1]), np.array([1, 1, 1]), 2, most, beyond, tally)
            assert tally[TOO_GREAT] == too_great
            assert beyond[0] == 5 + (1 << 40)


@pytest.mark.parametrize("objective", ["everyone_first", "best_total"])
def test_blossom_solves_large_places_as_a_flow(objective, monkeypatch):
    from peermatch.solvers import blossom

    rng = np.random.default_rng(11)
    scores = scores_of("mixed", 200, 80)
    problem = Problem(scores, objective, (None, rng.integers(0, 5, 80)))
    small = get_solver("blossom").solve(problem)
    monkeypatch.setattr(blossom, "_MANY_PAIRS", 1)
    large = get_solver("blossom").solve(problem)
    assert (small.certificate.kind, large.certificate.kind) == ("optimality", "flow")
    assert (large.solver, large.status, large.gap) == ("blossom", Status.OPTIMAL, 0)
    assert (len(small.pairs), small.weight) == (len(large.pairs), large.weight)
    assert prove(problem, large).verified
    stopped = get_solver("blossom", candidates_only=True).solve(problem)
    assert (stopped.solver, stopped.status) == ("blossom", Status.GAP)
    one_each = Problem(scores, objective)
    assert get_solver("blossom").solve(one_each).certificate.kind == "optimality"


def test_options_are_checked():
    with pytest.raises(ValueError, match="candidates_only"):
        Transport(candidates_only=1)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="gap"):
        Transport(gap=1.5)
    with pytest.raises(ValueError, match="k parameter"):
        Transport(k=0)
