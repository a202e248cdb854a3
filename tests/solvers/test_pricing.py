"""Pricing of all pairs by scores that search, against the whole table; and what earlier looks are worth."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peermatch.errors import VerificationError
from peermatch.problem import FORBIDDEN, GRID, NO_WORTH, Control, DenseScores, Priced, Prices, Problem, Status
from peermatch.scoring import LazyScores, pricing, sizes
from peermatch.solvers import Blossom
from peermatch.solvers.candidates import Places
from peermatch.solvers.pricing import _seen_after, scan_pairs
from peermatch.verify import prove
from support.searching import (
    CHARACTERS,
    best_by_sorting,
    common_of,
    random_forest,
    scores_of,
    table,
    violations,
    worst_by_sorting,
)

BONUSES = (0, 1, GRID * 20 + 1, 2**49)


@pytest.fixture(autouse=True)
def odd_tiles(monkeypatch):
    for name, value in {"LEAST_SPAN": 9, "SPAN": 9, "ROWS": 4, "SEEDS": 5}.items():
        monkeypatch.setattr(sizes, name, value)


def assert_priced(scores: LazyScores, prices: Prices, found: Priced | None, outside=None) -> None:
    """Everybody's most violated pairs are there, and nothing else; `outside` masks those that could have been."""
    assert found is not None
    two = scores.two_sided
    rows, columns = scores.shape
    amount = violations(table(scores), prices, two)
    if outside is not None:
        assert not amount[~outside].any()  # who solves on candidates leaves none of them violated
    assert found.worst == -amount.max(initial=0)
    assert found.complete
    listed: list[set[int]] = [set() for _ in range(rows + columns if two else rows)]
    for u, v in zip(found.u.tolist(), found.v.tolist(), strict=True):
        assert v not in listed[u]
        listed[u].add(v)
    wanted = [{j + (rows if two else 0) for j in mine} for mine in worst_by_sorting(amount, prices.per_row)]
    if two:
        wanted += worst_by_sorting(amount.T, prices.per_row)
    assert listed == wanted
    both = np.concatenate([amount, np.zeros((columns, columns), dtype=np.int64)]) if two else amount
    if two:
        both = np.block([[np.zeros((rows, rows), dtype=np.int64), amount], [amount.T, both[rows:]]])
    assert found.unlisted is not None
    for u, mine in enumerate(listed):
        rest = [int(both[u, v]) for v in range(len(both)) if v not in mine and u not in listed[v]]
        assert max(rest, default=0) <= found.unlisted[u]


def blank(scores: LazyScores, y, bonus: int, blossoms, per_row: int = 3) -> Prices:
    """Prices, and nothing known of any pair."""
    nothing = np.zeros(len(y), dtype=np.int64)
    return Prices(y, bonus, blossoms, nothing, np.full(len(y), 2 * GRID), per_row)


def random_duals(rng: np.random.Generator, scores: LazyScores, bonus: int) -> np.ndarray:
    """Duals of which some pairs, most or none are in contradiction, as the draw falls."""
    block = table(scores)
    rows = block.max(axis=1, initial=FORBIDDEN)
    best = np.concatenate([rows, block.max(axis=0, initial=FORBIDDEN)]) if scores.two_sided else rows
    best = np.where(best == FORBIDDEN, 0, best)
    share = rng.choice([0.0, 0.5, 0.9, 1.0, 1.1])
    return np.maximum(0, (best * share).astype(np.int64) + bonus - rng.integers(0, GRID // 8, len(best)))


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_every_violated_pair_is_found(data):
    seed = data.draw(st.integers(0, 10**6))
    rng = np.random.default_rng(seed)
    n, m = data.draw(st.integers(1, 30)), data.draw(st.one_of(st.none(), st.integers(1, 25)))
    scores = scores_of(data.draw(st.sampled_from(CHARACTERS)), n, m, seed=seed % 5)
    size = n if m is None else n + m
    bonus = data.draw(st.sampled_from(BONUSES))
    blossoms = random_forest(
        rng, size, data.draw(st.integers(0, 6)), data.draw(st.sampled_from([0, 100, GRID]))
    )
    prices = blank(scores, random_duals(rng, scores, bonus), bonus, blossoms, data.draw(st.integers(1, 4)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sizes, "FEW", data.draw(st.sampled_from([0.05, -1.0, 2.0])))
        patch.setenv("PEERMATCH_THREADS", data.draw(st.sampled_from(["1", "2", "3"])))
        assert_priced(scores, prices, scores.price(prices))


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_what_is_known_of_other_pairs_hides_none_that_is_violated(data):
    """Guided candidates, then an earlier look: pruned by either or both."""
    seed = data.draw(st.integers(0, 10**6))
    rng = np.random.default_rng(seed)
    n, m = data.draw(st.integers(2, 30)), data.draw(st.one_of(st.none(), st.integers(2, 25)))
    two = m is not None
    scores = scores_of(data.draw(st.sampled_from(CHARACTERS)), n, m, seed=seed % 5)
    size = n + (m or 0)
    block, bonus, k = table(scores), data.draw(st.sampled_from(BONUSES)), data.draw(st.integers(1, 4))
    # candidates, and what they say of other pairs
    guides = rng.integers(-GRID // 2, GRID, size)
    mine, theirs = (guides[:n], guides[n:]) if two else (guides, guides)
    sides = [best_by_sorting(block, k, theirs)] + ([best_by_sorting(block.T, k, mine)] if two else [])
    outside = np.ones(block.shape, dtype=bool)
    row, slot = np.nonzero(sides[0][0] >= 0)
    outside[row, sides[0][0][row, slot]] = False
    other, partner = (row, slot) if not two else np.nonzero(sides[1][0] >= 0)
    outside[sides[-1][0][other, partner], other] = False
    worth = np.concatenate([side[1][:, -1] for side in sides])
    last = np.where(worth == NO_WORTH, NO_WORTH, worth - guides)
    prices = blank(scores, random_duals(rng, scores, bonus), bonus, random_forest(rng, size, 6, GRID))
    prices = replace(prices, guides=guides, last=last, y=covering(scores, prices, ~outside))
    first = scores.price(prices)
    assert_priced(scores, prices, first, outside)
    # what was returned joins the candidates; the duals move
    earlier = _seen_after(first, SimpleNamespace(vertex_duals=prices.y), prices.blossoms, bonus)
    for u, v in zip(np.minimum(first.u, first.v), np.maximum(first.u, first.v), strict=True):
        outside[u, v - n if two else v] = False
        if not two:
            outside[v, u] = False
    moved = np.maximum(0, prices.y + rng.integers(-GRID // 4, GRID // 4, size))
    prices = replace(prices, y=moved, blossoms=random_forest(rng, size, 6, GRID), earlier=earlier)
    prices = replace(prices, y=covering(scores, prices, ~outside))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sizes, "FEW", data.draw(st.sampled_from([0.05, -1.0, 2.0])))
        assert_priced(scores, prices, scores.price(prices), outside)


def covering(scores: LazyScores, prices: Prices, candidates: np.ndarray) -> np.ndarray:
    """Return duals raised until no candidate is violated."""
    y, rows = prices.y.copy(), scores.shape[0]
    amount = violations(table(scores), prices, scores.two_sided)
    amount[~candidates] = 0
    if scores.two_sided:
        y[:rows] += amount.max(axis=1, initial=0)
    else:
        y += (amount.max(axis=1, initial=0) + 1) // 2
    return y


@pytest.mark.parametrize("character", CHARACTERS)
@pytest.mark.parametrize("n", [16, 31])
def test_it_agrees_with_the_plain_way_by_blocks(character, n):
    rng = np.random.default_rng(n)
    scores = scores_of(character, n)
    prices = blank(scores, random_duals(rng, scores, GRID), GRID, random_forest(rng, n, 5, GRID))
    plain = Problem(DenseScores(table(scores)))
    scan = scan_pairs(Places.of(plain), prices.y, prices.blossoms, GRID, None)
    found = scores.price(prices)
    assert scan is not None
    assert found.worst == scan.worst
    ours, theirs = (
        {(min(u, v), max(u, v)) for u, v in zip(f.u.tolist(), f.v.tolist(), strict=True)}
        for f in (found, scan)
    )
    assert ours == theirs


def test_violations_that_are_too_large_for_a_key_are_told(monkeypatch):
    monkeypatch.setattr(pricing, "most_worth", lambda shape: 100)
    scores = scores_of("mixed", 20)
    prices = blank(
        scores, np.zeros(20, dtype=np.int64), GRID, random_forest(np.random.default_rng(0), 20, 0, 0)
    )
    found = scores.price(prices)
    assert found.worst == -violations(table(scores), prices, two_sided=False).max()
    assert not found.complete
    assert found.unlisted is None
    matching = Blossom(k=1).solve(Problem(scores))
    assert prove(Problem(scores), matching).faults == ()


def test_asked_to_stop_it_says_nothing():
    scores = scores_of("mixed", 30)
    prices = blank(scores, np.zeros(30, dtype=np.int64), 0, random_forest(np.random.default_rng(0), 30, 0, 0))
    assert scores.price(prices, Control(cancel=lambda: True)) is None


@pytest.mark.parametrize("objective", ["everyone_first", "best_total"])
@pytest.mark.parametrize("two", [None, 23])
@pytest.mark.parametrize("character", CHARACTERS)
def test_every_look_of_a_whole_run_is_true(character, two, objective, monkeypatch):
    """From poor candidates, so that there are several looks, each of which knows of the one before."""
    scores, looks = scores_of(character, 36, two, seed=3), []
    plain_price = LazyScores.price

    def price(self, prices, control=None):
        found = plain_price(self, prices, control)
        nothing = np.zeros_like(prices.y)
        unpruned = Prices(
            prices.y, prices.bonus, prices.blossoms, nothing, np.full_like(nothing, 2 * GRID), prices.per_row
        )
        assert_priced(self, unpruned, found)
        looks.append(prices.earlier is not None)
        return found

    monkeypatch.setattr(LazyScores, "price", price)
    matching = Blossom(k=1).solve(Problem(scores, objective))
    assert matching.status is Status.OPTIMAL
    assert looks == [False] + [True] * (matching.stats["rounds"] - 1)


@pytest.mark.parametrize("n", [2, 9, 30])
def test_common_z_of_the_oracle_is_that_of_the_kernel(n):
    from peermatch.kernels.pair_search import common_z

    rng = np.random.default_rng(n)
    blossoms = random_forest(rng, n, 8, 50)
    wanted = common_of(blossoms, n)
    for u in range(n):
        for v in range(n):
            assert common_z(blossoms.innermost, blossoms.parent, blossoms.total, u, v) == wanted[u, v]


# ---- Planted errors -----------------------------------------------------------------------------------------------


def test_a_look_that_misses_a_pair_is_not_believed(monkeypatch):
    """A price that finds nothing makes a certificate that `prove` refuses."""

    def blind(self, prices, control=None):
        none = np.zeros(0, dtype=np.int64)
        return Priced(none, none, 0, complete=True, unlisted=np.zeros_like(prices.y))

    monkeypatch.setattr(LazyScores, "price", blind)
    problem = Problem(scores_of("hubs", 40))
    matching = Blossom(k=1).solve(problem)
    assert matching.status is Status.OPTIMAL  # as it was told
    assert not prove(problem, matching).verified


@pytest.mark.parametrize("name", ["last", "guides"])
def test_a_threshold_that_is_too_low_is_not_believed(name, monkeypatch):
    plain_price = LazyScores.price

    def price(self, prices, control=None):
        lower = replace(prices, **{name: np.where(getattr(prices, name) == NO_WORTH, NO_WORTH, -GRID)})
        return plain_price(self, lower, control)

    monkeypatch.setattr(LazyScores, "price", price)
    problem = Problem(scores_of("hubs", 40))
    assert not prove(problem, Blossom(k=1).solve(problem)).verified


def test_a_pair_that_comes_back_is_refused_in_words(monkeypatch):
    """Scores that change between two looks would otherwise be solved for ever."""
    plain_price = LazyScores.price

    def price(self, prices, control=None):
        found = plain_price(self, prices, control)
        return replace(found, u=np.array([0]), v=np.array([1]), worst=-5)

    monkeypatch.setattr(LazyScores, "price", price)
    with pytest.raises(VerificationError, match="has another one now"):
        Blossom(k=2).solve(Problem(scores_of("smooth", 30)))
