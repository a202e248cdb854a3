"""Trios against every possibility: exact where they say so, and no bound below what can be had."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from peermatch.problem import (
    FORBIDDEN,
    GRID,
    Control,
    DenseScores,
    Problem,
    Status,
    TrioProblem,
    trio_value,
)
from peermatch.solvers import Blossom, trios
from peermatch.solvers.trios import join_trios
from peermatch.verify import prove_trios
from support.trios import best_by_trying, random_trios


@pytest.mark.parametrize("seed", range(8))
def test_trios_are_the_best_there_are_and_bounds_are_true(seed):
    rng = np.random.default_rng(seed)
    seen: Counter[tuple[str, int]] = Counter()
    for _ in range(60):
        n, hi = int(rng.integers(3, 9)), int(rng.choice([GRID, 50, 4, 2]))
        problem, pairs = random_trios(
            rng, n, hi=hi, forbidden=float(rng.choice([0, 0.1, 0.3, 0.5])), fixed=bool(rng.random() < 0.4)
        )
        found = join_trios(problem, pairs)
        assert found.value == trio_value(problem.scores, found.pairs, found.trios)
        assert not prove_trios(problem, found).faults
        if not found.left:
            continue
        best = best_by_trying(problem, len(pairs.pairs))
        seen[str(found.status), min(found.left, 2)] += 1
        assert (len(found.trios), found.value) <= best
        if found.status == Status.OPTIMAL:
            assert (len(found.trios), found.value) == best
        if found.bound is not None and len(found.trios) == best[0]:
            assert found.bound >= best[1]
    assert seen["optimal", 1] > 15
    assert not seen["gap", 1]
    assert not seen["undecided", 1]


def test_a_pool_of_four_hundred_and_one_is_proved_in_a_few_matchings():
    rng = np.random.default_rng(3)
    upper = np.triu(rng.integers(0, GRID, (401, 401)), 1)
    problem = TrioProblem(DenseScores(upper + upper.T))
    found = join_trios(problem, Blossom().solve(Problem(problem.scores)))
    assert found.status == Status.OPTIMAL
    assert 1 <= found.stats["solved"] <= 20
    proof = prove_trios(problem, found)
    assert proof.verified
    assert proof.upper_bound == found.value


def test_where_pairs_break_up_for_the_best_trio():
    # 4 sits out at first; the best trio is 0, 1, 2, whom no best pairs hold together
    table = np.full((5, 5), 1)
    for a, b in ((0, 1), (0, 2), (1, 2)):
        table[a, b] = table[b, a] = 10
    table[3, 4] = table[4, 3] = 10
    problem = TrioProblem(DenseScores(table))
    found = join_trios(problem, Blossom().solve(Problem(problem.scores)))
    assert found.trios.tolist() == [[0, 1, 2]]
    assert found.value == 2 * 10 + 30
    assert found.loss == 2 * 20 - 50


def test_without_the_budget_or_time_the_gap_is_stated():
    for seed in range(200):
        rng = np.random.default_rng(seed)
        problem, pairs = random_trios(rng, 15, hi=GRID, forbidden=0.2, fixed=False)
        best = join_trios(problem, pairs)
        few = join_trios(problem, pairs, most_solved=0)
        if best.stats.get("solved") and few.status == Status.GAP:
            break
    assert few.bound >= best.value >= few.value
    assert few.gap > 0
    stopped = join_trios(problem, pairs, control=Control(cancel=lambda: True))
    assert stopped.value == few.value
    assert prove_trios(problem, few).verified


def test_large_pools_have_a_bound_of_their_own(monkeypatch):
    monkeypatch.setattr(trios, "MOST_IN_TABLE", 10)
    problem, pairs = random_trios(np.random.default_rng(4), 41, hi=GRID, forbidden=0, fixed=False)
    found = join_trios(problem, pairs)
    monkeypatch.undo()
    best = join_trios(problem, pairs)
    assert found.status == Status.GAP
    assert len(found.trios) == 1
    assert found.value <= best.value <= found.bound


def test_several_are_seated_one_a_pair_with_a_bound():
    # two odd parts: of each one person is left over
    table = np.full((12, 12), FORBIDDEN)
    rng = np.random.default_rng(0)
    for part in (np.arange(5), np.arange(5, 12)):
        values = rng.integers(0, GRID, (len(part), len(part)))
        table[np.ix_(part, part)] = values + values.T
    problem = TrioProblem(DenseScores(table))
    found = join_trios(problem, Blossom().solve(Problem(problem.scores)))
    assert found.left == 2
    assert len(found.trios) == 2
    assert found.status == Status.GAP
    assert found.bound >= best_by_trying(problem, 5)[1] >= found.value
    assert prove_trios(problem, found).verified


def test_other_objectives_prove_nothing():
    problem, pairs = random_trios(np.random.default_rng(4), 9, hi=GRID, forbidden=0, fixed=False)
    for objective in ("best_total", "worst_first"):
        found = join_trios(TrioProblem(problem.scores, problem.fixed, objective), pairs)
        assert len(found.trios) == 1
        assert found.status == Status.UNDECIDED
        assert found.bound is None
