"""Changing little, against every matching there is."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import peermatch as pm
from peermatch.errors import InfeasibleError, UnsupportedError
from peermatch.problem import GRID, Control, DenseScores, KeptScores, Problem
from peermatch.solvers import Blossom, price_of_stability
from peermatch.solvers.updating import (
    allowed_pairs,
    as_part_of_all,
    at_price,
    break_at_most,
    keep_all,
)
from peermatch.verify import check_valid, prove
from support.updates import judged, larger_update, random_update


@pytest.mark.parametrize("two_sided", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_every_answer_is_that_of_an_exhaustive_search(two_sided: bool, seed: int) -> None:
    rng = np.random.default_rng([seed, two_sided])
    for _ in range(60):
        problem, pairs = random_update(rng, two_sided=two_sided)
        earlier = allowed_pairs(problem, pairs)
        every = judged(problem, earlier)
        counts = problem.objective == "everyone_first"
        for price in (0, 1, 7, int(rng.integers(0, 2000)), GRID):
            change = at_price(problem, pairs, price)
            assert change.proved.status == "optimal"
            assert prove(change.penalised, change.proved).verified
            value = (len(change.pairs) if counts else 0, change.total - price * change.broken)
            assert value == max((number, total - price * broken) for number, total, broken in every)
        for most in range(len(earlier) + 1):
            change = break_at_most(problem, pairs, most)
            assert change.broken <= most
            assert (change.gap, change.pairs_gap) == (0, 0)
            assert (len(change.pairs) if counts else 0, change.total) == max(
                (number, total) for number, total, broken in every if broken <= most
            )


@pytest.mark.parametrize("two_sided", [False, True])
def test_without_branching_the_gap_is_true(two_sided: bool) -> None:
    rng = np.random.default_rng([5, two_sided])
    open_gaps = 0
    for _ in range(250):
        problem, pairs = random_update(rng, two_sided=two_sided)
        earlier = allowed_pairs(problem, pairs)
        every = judged(problem, earlier)
        for most in range(len(earlier) + 1):
            change = break_at_most(problem, pairs, most, nodes=0)
            number = len(change.pairs) if problem.objective == "everyone_first" else 0
            best = max((count, total) for count, total, broken in every if broken <= most)
            assert change.broken <= most
            assert best[0] - number <= change.pairs_gap
            if best[0] == number:
                assert change.gap is not None
                assert best[1] - change.total <= change.gap
            open_gaps += change.gap != 0
    assert open_gaps > 0  # else this test says nothing


@pytest.mark.parametrize("two_sided", [False, True])
def test_every_row_of_the_price_of_stability_is_the_best_with_so_many_broken(two_sided: bool) -> None:
    rng = np.random.default_rng([6, two_sided])
    for _ in range(120):
        problem, pairs = random_update(rng, two_sided=two_sided)
        every = judged(problem, allowed_pairs(problem, pairs))
        rows = price_of_stability(problem, pairs)
        first = problem.objective == "everyone_first"
        assert rows[0].total == max(every)[1]
        assert rows[-1].broken == min(broken for _, _, broken in every)
        for row in rows:
            same = [(count, total) for count, total, broken in every if broken == row.broken]
            assert (row.pairs if first else 0, row.total) == max(same)
            assert row.lost == rows[0].total - row.total
        assert [row.broken for row in rows] == sorted({row.broken for row in rows}, reverse=True)
        assert rows[0].price == 0
        assert all(row.price > 0 for row in rows[1:])


def test_a_price_of_stability_is_the_lowest_at_which_its_row_is_no_worse_than_the_one_before() -> None:
    rng = np.random.default_rng(16)
    seen = 0
    for _ in range(150):
        problem, pairs = random_update(rng, two_sided=False)
        problem = Problem(problem.scores, "best_total")
        every = judged(problem, allowed_pairs(problem, pairs))
        rows = price_of_stability(problem, pairs)
        for before, row in pairwise(rows):
            assert row.total - row.price * row.broken >= before.total - row.price * before.broken
            assert row.total - (row.price - 1) * row.broken < before.total - (row.price - 1) * before.broken
            at = at_price(problem, pairs, row.price)
            best = max(total - row.price * broken for _, total, broken in every)
            assert at.total - row.price * at.broken == best
            assert (
                best - (row.total - row.price * row.broken) <= row.broken + before.broken
            )  # prices are rounded up
            seen += 1
    assert seen > 50


def test_an_answer_mixed_of_two_has_no_gap_where_the_limit_is_met_exactly() -> None:
    rng = np.random.default_rng(17)
    exact = 0
    for count in range(8):
        problem, pairs = larger_update(rng, 260, two_sided=count % 2 == 1, high=2**20)
        change = break_at_most(problem, pairs, 20, nodes=0)
        assert change.broken <= 20
        assert change.gap is not None
        assert change.gap < 2**20  # less than one pair's score
        assert change.proved_gap == change.gap
        value = change.total + change.shift * len(change.pairs)
        proof = prove(change.penalised, change.proved)
        assert proof.verified
        assert proof.upper_bound is not None
        need = len(change.kept) - 20
        assert proof.upper_bound - change.price * need - value == change.gap
        exact += change.gap == 0
    assert exact >= 3


@pytest.mark.parametrize("two_sided", [False, True])
def test_the_gap_to_the_best_without_any_price_is_checked_independently(two_sided: bool) -> None:
    rng = np.random.default_rng([7, two_sided])
    seen = set()
    for _ in range(150):
        problem, pairs = random_update(rng, two_sided=two_sided)
        best = Blossom().solve(problem)
        stated = as_part_of_all(problem, keep_all(problem, pairs), best, "update")
        assert not check_valid(stated, problem)
        proof = prove(problem, stated)
        assert proof.verified, proof.faults
        seen.add(str(stated.status))
        if len(stated.pairs) == len(best.pairs) or problem.objective == "best_total":
            assert stated.gap == best.weight - stated.weight
    assert seen == {"optimal", "gap"}


@pytest.mark.parametrize("two_sided", [False, True])
def test_stopped_at_any_time_the_gap_is_true(two_sided: bool) -> None:
    rng = np.random.default_rng([18, two_sided])
    open_gaps = 0
    for count in range(120):
        problem, pairs = random_update(rng, two_sided=two_sided)
        every = judged(problem, allowed_pairs(problem, pairs))
        asked = iter(range(10_000))
        change = break_at_most(
            problem, pairs, 1, control=Control(cancel=lambda n=count, a=asked: next(a) >= n)
        )
        best = max((number, total) for number, total, broken in every if broken <= 1)
        number = len(change.pairs) if problem.objective == "everyone_first" else 0
        assert change.broken <= 1
        assert change.gap is not None
        assert best[0] - number <= change.pairs_gap
        if best[0] == number:
            assert best[1] - change.total <= change.gap
        open_gaps += change.gap > 0
    assert open_gaps > 0


def test_wrong_arguments_are_refused() -> None:
    problem = Problem(DenseScores([[0, 5], [5, 0]]))
    with pytest.raises(ValueError, match="price must be at least 0"):
        at_price(problem, [[0, 1]], -1)
    with pytest.raises(ValueError, match="at_most must be at least 0"):
        break_at_most(problem, [[0, 1]], -1)
    with pytest.raises(UnsupportedError, match="any other lock the pairs"):
        keep_all(Problem(DenseScores([[0, 5], [5, 0]]), "worst_first"), [[0, 1]])
    with pytest.raises(UnsupportedError, match="lower price"):
        KeptScores(problem.scores, np.array([[0, 1]]), np.array([1 << 60]))


def test_pairs_beyond_the_places_that_people_have_are_named() -> None:
    problem = Problem(DenseScores([[5], [6]], two_sided=True))
    with pytest.raises(InfeasibleError, match="No more than 1 of 2 earlier pairs") as caught:
        keep_all(problem, [[0, 0], [1, 0]])
    assert len(caught.value.conflict) == 1
    assert break_at_most(problem, [[0, 0], [1, 0]], 1).total == 6


def _lazy(n: int, seed: int, *, two_sided: bool) -> Any:
    rng = np.random.default_rng(seed)
    table = [
        {"id": i, "years": int(y), "site": str(s)}
        for i, (y, s) in enumerate(zip(rng.integers(0, 40, n), rng.choice(list("abcde"), n), strict=True))
    ]
    criteria = [pm.near("years", scale=9), pm.same("site", weight=0.3)]
    if not two_sided:
        return pm.PeerMatcher("id", criteria).match(table).scores
    return (
        pm.PeerMatcher("id", criteria, sides=("x", "y"))
        .match(table[: n // 3], [{**row, "id": -row["id"]} for row in table[n // 3 :]])
        .scores
    )


@pytest.mark.parametrize("two_sided", [False, True])
@pytest.mark.parametrize("objective", ["everyone_first", "best_total"])
def test_scores_that_search_themselves_give_what_a_matrix_gives(two_sided: bool, objective: str) -> None:
    lazy = _lazy(301, 3, two_sided=two_sided)
    rng = np.random.default_rng(9)
    rows, columns = lazy.shape
    dense = DenseScores(lazy.block(np.arange(rows)), two_sided=two_sided)
    if two_sided:
        pairs = np.stack([np.arange(rows), rng.permutation(columns)[:rows]], axis=1)
    else:
        pairs = rng.permutation(rows)[:300].reshape(-1, 2)
    native, plain = Problem(lazy, objective), Problem(dense, objective)
    assert KeptScores(lazy, pairs, np.full(len(pairs), 5)).best_partners(4, _no_guides(lazy)) is not None
    for price in (GRID // 50, 3 * GRID):
        a, b = (at_price(problem, pairs, price, k=4) for problem in (native, plain))
        assert a.proved.weight == b.proved.weight
        assert prove(a.penalised, a.proved).verified
    everything = keep_all(native, pairs)
    assert prove(everything.penalised, everything.proved).verified
    assert everything.broken == everything.gap == 0
    some, same = (break_at_most(problem, pairs, 40, k=4, nodes=0) for problem in (native, plain))
    assert max(some.broken, same.broken) <= 40
    assert some.gap is not None
    assert same.gap is not None
    assert some.total <= same.total + same.gap
    assert same.total <= some.total + some.gap
    assert prove(some.penalised, some.proved).verified


def _no_guides(scores: Any) -> Any:
    left, right = (np.zeros(size, dtype=np.int64) for size in scores.shape)
    return left, right
