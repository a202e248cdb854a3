"""Worst pair first, against the definition; its proof by the independent checker; and what is said when stopped."""

from __future__ import annotations

from itertools import count

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peermatch.errors import UnsupportedError
from peermatch.problem import (
    FORBIDDEN,
    GRID,
    BoundCertificate,
    Control,
    DenseScores,
    Matching,
    Problem,
    Status,
    WorstFirstCertificate,
)
from peermatch.solvers import Blossom, Exhaustive, Hungarian, get_solver, worst_first
from peermatch.verify import prove
from support.objectives import Value, random_worst_first, value_of
from support.problems import PROBLEMS, relabelled


def assert_best(problem: Problem, matching: Matching, wanted: Value) -> None:
    assert value_of(problem, matching) == wanted
    assert matching.status is Status.OPTIMAL
    assert (matching.gap, matching.pairs_gap, matching.worst_gap) == (0, 0, 0)
    assert isinstance(matching.certificate, WorstFirstCertificate)
    proof = prove(problem, matching)
    assert proof.faults == ()
    assert proof.verified
    assert (proof.pairs_bound, proof.worst_bound) == wanted[:2]


@pytest.mark.parametrize("seed", range(10))
def test_equals_the_definition_on_random_problems(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for turn in range(120):
        problem, wanted = random_worst_first(rng)
        assert_best(problem, Blossom(k=(1, 2, 16)[turn % 3]).solve(problem), wanted)


def test_trying_every_matching_finds_the_same() -> None:
    rng = np.random.default_rng(77)
    for _ in range(150):
        problem, wanted = random_worst_first(rng)
        if problem.one_place_each()[0].n_vertices <= 10:
            assert value_of(problem, Exhaustive(most_places=10).solve(problem)) == wanted


def test_equals_the_definition_however_the_threshold_is_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Halfway up at once: covers of higher thresholds then come first, and the last of them is the proof."""
    monkeypatch.setattr(worst_first, "_TRIES_FROM_BELOW", 0)
    rng = np.random.default_rng(5)
    for _ in range(150):
        problem, wanted = random_worst_first(rng)
        assert_best(problem, Blossom(k=1).solve(problem), wanted)


@pytest.mark.parametrize("name", PROBLEMS)
def test_the_bank_of_problems(name: str) -> None:
    problem = Problem(PROBLEMS[name].scores, "worst_first", PROBLEMS[name].capacity)
    matching = Blossom().solve(problem)
    assert_best(problem, matching, value_of(problem, matching))
    other = relabelled(problem, np.random.default_rng(1))
    assert value_of(other, Blossom(k=3).solve(other)) == value_of(problem, matching)
    if problem.one_place_each()[0].n_vertices <= 10:
        assert value_of(problem, Exhaustive().solve(problem)) == value_of(problem, matching)


@given(
    seed=st.integers(0, 10**6), n=st.integers(2, 40), high=st.sampled_from([2, 9, GRID]), sparse=st.booleans()
)
@settings(max_examples=60, deadline=None)
def test_the_threshold_is_the_bottleneck_of_the_graph(seed: int, n: int, high: int, sparse: bool) -> None:
    """networkx agrees: as many pairs reach the threshold as can be made at all, and fewer surpass it."""
    rng = np.random.default_rng(seed)
    matrix = np.tril(rng.integers(0, high, (n, n), endpoint=True), -1)
    matrix += matrix.T
    barred = np.tril(rng.random((n, n)) < (0.9 if sparse else 0.1), -1)
    matrix[barred | barred.T] = FORBIDDEN
    problem = Problem(DenseScores(matrix), "worst_first")
    pairs, worst, total = value_of(problem, matching := Blossom(k=2).solve(problem))
    assert prove(problem, matching).verified

    def graph(floor: int) -> nx.Graph:
        u, v = np.nonzero(np.tril(matrix >= floor, -1))
        found = nx.Graph()
        found.add_weighted_edges_from(zip(u.tolist(), v.tolist(), matrix[u, v].tolist(), strict=True))
        return found

    def most(floor: int) -> list[tuple[int, int]]:
        return list(nx.max_weight_matching(graph(floor), maxcardinality=True))

    assert pairs == len(most(FORBIDDEN + 1))
    if worst is not None:
        best = most(worst)
        assert len(best) == pairs > len(most(worst + 1))
        assert total == sum(int(matrix[u, v]) for u, v in best)


def test_a_hub_that_candidates_miss() -> None:
    """Everybody's best are the same few; the threshold is put to the test over all pairs again and again."""
    level = np.random.default_rng(3).random(120)
    far = (np.abs(level[:, None] - level[None, :]) * GRID).astype(np.int64)
    problem = Problem(DenseScores(far), "worst_first")
    matching = Blossom(k=2).solve(problem)
    ordered = np.sort(level)
    halves = ((ordered[60:] - ordered[:60]) * GRID).astype(np.int64)
    assert (
        abs(value_of(problem, matching)[1] - int(halves.min())) <= 1
    )  # everybody with whom is half the way up
    assert prove(problem, matching).verified
    assert matching.stats["tries"] > 1


def test_more_pairs_come_before_a_better_worst_pair() -> None:
    path = np.full((4, 4), FORBIDDEN)
    for u, score in enumerate((1, 9, 2)):
        path[u, u + 1] = path[u + 1, u] = score
    matching = Blossom().solve(Problem(DenseScores(path), "worst_first"))
    assert matching.pairs.tolist() == [[0, 1], [2, 3]]
    assert matching.certificate.threshold == 1


# ---- stopped early --------------------------------------------------------------------------------------


def assert_true_gap(problem: Problem, matching: Matching, wanted: Value) -> None:
    pairs, worst, total = value_of(problem, matching)
    proof = prove(problem, matching)
    assert proof.faults == ()
    assert proof.verified
    assert wanted[0] <= pairs + matching.pairs_gap
    if wanted[0] != pairs or worst is None:
        return
    assert worst <= wanted[1] <= worst + matching.worst_gap
    assert matching.gap is not None
    assert wanted[1] != worst or wanted[2] <= total + matching.gap


@pytest.mark.parametrize("k", [1, 16])
def test_stopped_anywhere_the_gap_is_true(k: int) -> None:
    rng = np.random.default_rng(k)
    kinds = set()
    for turn in range(240):
        problem, wanted = random_worst_first(rng)
        asked = count()
        stop = Control(cancel=lambda asked=asked, turn=turn: next(asked) >= turn % 24)
        matching = Blossom(k=k).solve(problem, control=stop)
        if matching.status is Status.OPTIMAL:
            assert_best(problem, matching, wanted)
        else:
            assert_true_gap(problem, matching, wanted)
            kinds.add(type(matching.certificate))
    assert kinds == {BoundCertificate, WorstFirstCertificate}


def test_hungarian_finds_the_same_on_two_sides() -> None:
    rng = np.random.default_rng(12)
    for _ in range(250):
        problem, wanted = random_worst_first(rng)
        if problem.two_sided:
            assert_best(problem, Hungarian().solve(problem), wanted)


def test_hungarian_stopped_is_undecided() -> None:
    problem = Problem(PROBLEMS["wide"].scores, "worst_first")
    for after in range(0, 40, 3):
        asked = count()
        stop = Control(cancel=lambda asked=asked, after=after: next(asked) >= after)
        matching = Hungarian().solve(problem, control=stop)
        assert matching.status is Status.UNDECIDED or matching.status is Status.OPTIMAL
        assert matching.status is Status.OPTIMAL or not len(matching.pairs)


def test_greedy_does_not_take_it_and_says_so() -> None:
    problem = Problem(DenseScores(np.ones((2, 2), dtype=np.int64), two_sided=True), "worst_first")
    with pytest.raises(UnsupportedError, match=r"'greedy' solver .* 'worst_first'.* Use 'blossom'"):
        get_solver("greedy").solve(problem)


def test_the_same_problem_gives_the_same_bytes() -> None:
    problem = Problem(PROBLEMS["large odd"].scores, "worst_first")
    first, second = Blossom().solve(problem), Blossom().solve(problem)
    assert first.pairs.tobytes() == second.pairs.tobytes()
    assert first.stats == second.stats
    assert first.certificate.above.vertex_duals.tobytes() == second.certificate.above.vertex_duals.tobytes()
