"""Rounds from kept candidates, and people who go first: held against every matching there is."""

from __future__ import annotations

import numpy as np
import pytest

from peermatch.errors import UnsupportedError
from peermatch.problem import FORBIDDEN, Control, DenseScores, Problem, Status
from peermatch.solvers.rounds import Kept, OneFirst, match_kept
from peermatch.verify import prove
from support.problems import random_pool, random_sides

OBJECTIVES = ["everyone_first", "best_total"]


def every_matching(matrix, two_sided):
    """Yield all matchings of a small problem, the empty one too."""
    rows, columns = matrix.shape

    def extend(row, taken, made):
        if row == rows:
            yield made
            return
        yield from extend(row + 1, taken, made)
        if not two_sided and row in taken:
            return
        for column in range(0 if two_sided else row + 1, columns):
            if column not in taken and matrix[row, column] != FORBIDDEN:
                yield from extend(row + 1, taken | {column}, [*made, (row, column)])

    yield from extend(0, frozenset(), [])


def rank(pairs, matrix, first, objective, two_sided):
    offset = matrix.shape[0] if two_sided else 0
    total = sum(int(matrix[u, v]) for u, v in pairs)
    goes_first = sum(int(first[u] + first[offset + v]) for u, v in pairs)
    return (len(pairs), goes_first, total) if objective == "everyone_first" else (goes_first, total)


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("seed", range(120))
def test_going_first_is_exact_and_proved(seed, objective):
    rng = np.random.default_rng(seed)
    two_sided = seed % 3 == 0
    if two_sided:
        problem = random_sides(
            int(rng.integers(1, 5)), int(rng.integers(1, 6)), seed, high=9, forbidden=0.4, objective=objective
        )
    else:
        problem = random_pool(int(rng.integers(2, 8)), seed, high=9, forbidden=0.4, objective=objective)
    matrix = problem.scores.block(np.arange(problem.scores.shape[0]))
    first = rng.integers(0, 3, problem.n_vertices) * (rng.random(problem.n_vertices) < 0.5)
    matching = OneFirst(first.astype(np.int64), k=2).solve(problem)
    best = max(
        rank(pairs, matrix, first, objective, two_sided) for pairs in every_matching(matrix, two_sided)
    )
    assert rank(matching.pairs.tolist(), matrix, first, objective, two_sided) == best
    assert matching.status == Status.OPTIMAL
    proof = prove(problem, matching)
    assert proof.verified, proof.faults


@pytest.mark.parametrize("seed", range(40))
def test_each_round_is_the_best_of_what_earlier_rounds_left(seed):
    problem = random_pool(7, seed, high=20, forbidden=0.1)
    matrix = problem.scores.block(np.arange(7)).copy()
    kept = Kept.of(problem, 2)
    nobody = np.zeros(7, dtype=np.int64)
    for _ in range(4):
        matching = match_kept(Problem(DenseScores(matrix)), kept)
        best = max(rank(p, matrix, nobody, "everyone_first", False) for p in every_matching(matrix, False))
        assert rank(matching.pairs.tolist(), matrix, nobody, "everyone_first", False) == best
        kept = kept.without(matching.pairs, 0)
        u, v = matching.pairs.T
        matrix[u, v] = matrix[v, u] = FORBIDDEN


def test_stopped_at_once_it_is_valid_and_states_a_true_gap():
    problem = random_pool(30, 1)
    matching = OneFirst(np.ones(30, dtype=np.int64)).solve(problem, control=Control(cancel=lambda: True))
    best = OneFirst(np.zeros(30, dtype=np.int64)).solve(problem)
    assert matching.status == Status.GAP
    assert prove(problem, matching).verified
    assert best.weight <= matching.weight + matching.gap


def test_what_it_cannot_do_is_refused():
    with pytest.raises(UnsupportedError, match="one place each"):
        OneFirst().solve(random_pool(4, 0, objective="worst_first"))
    with pytest.raises(ValueError, match="whole numbers of at least 0"):
        OneFirst(np.array([0, -1])).solve(random_pool(2, 0))
