"""Which stable matching, which fallback, what the search under ties decides: brute force and independent oracles."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import lil_array

from benchmarks.exactness_roommates import KINDS, mismatch
from peermatch.problem import Control, Matching, Stability, Status, Stopped
from peermatch.solvers import stable_roommates
from peermatch.solvers.among import egalitarian
from peermatch.solvers.fallbacks import totals_of_ring
from peermatch.solvers.preferences import lists_from_positions, phases
from peermatch.solvers.tied_search import search_tied
from support.roommates import BruteForce, random_lists, random_preferences


def known(matching: Matching) -> Stability:
    assert matching.stability is not None
    return matching.stability


@pytest.mark.parametrize("kind", range(len(KINDS)))
def test_everything_against_brute_force(kind: int) -> None:
    rng = np.random.default_rng([7, kind])
    for n in (0, 1, 2, 3, 4, 5, 6, 7, 8):
        for _ in range(12):
            lists = random_preferences(rng, n, *KINDS[kind])
            assert mismatch(lists) is None, lists


@settings(max_examples=150, deadline=None)
@given(data=st.data(), n=st.integers(0, 6))
def test_any_lists_at_all(data: st.DataObject, n: int) -> None:
    lists: list[list[Any]] = []
    for x in range(n):
        row = data.draw(st.permutations([y for y in range(n) if y != x]))
        cuts = data.draw(st.lists(st.booleans(), min_size=n, max_size=n))
        groups: list[Any] = []
        for y, tied in zip(row[: data.draw(st.integers(0, max(0, n - 1)))], cuts, strict=False):
            if tied and groups:
                groups[-1].append(y)
            else:
                groups.append([y])
        lists.append(groups)
    assert mismatch(lists) is None


def by_milp(lists: list[list[int]], regret: bool) -> float | None:
    """The least cost or regret of all stable matchings, as an integer program with a row for each pair's stability."""
    n = len(lists)
    place = {(x, y): k + 1 for x, row in enumerate(lists) for k, y in enumerate(row)}
    pairs = [(x, y) for x in range(n) for y in range(x + 1, n) if (x, y) in place and (y, x) in place]
    m = len(pairs)
    rows = lil_array((n + 2 * m, m + 1))
    low, high = np.full(n + 2 * m, -np.inf), np.full(n + 2 * m, np.inf)
    high[:n] = 1
    for e, (x, y) in enumerate(pairs):
        rows[x, e] = rows[y, e] = 1
        worst = max(place[x, y], place[y, x])
        rows[n + m + e, e], rows[n + m + e, m], high[n + m + e] = worst, -1, 0
        low[n + e] = 1
        for f, (u, v) in enumerate(pairs):
            if any(a in (u, v) and place[a, u + v - a] <= place[a, b] for a, b in ((x, y), (y, x))):
                rows[n + e, f] = 1
    cost = np.array([0.0 if regret else place[x, y] + place[y, x] for x, y in pairs] + [float(regret)])
    found = milp(
        cost,
        constraints=LinearConstraint(rows.tocsr(), low, high),
        integrality=np.append(np.ones(m), 0),
        bounds=Bounds(0, np.append(np.ones(m), np.inf)),
    )
    return None if found.x is None else float(found.fun)


def latin(n: int, rng: np.random.Generator | None = None) -> list[list[int]]:
    """Two sides of n people with cyclic lists, opposed: many stable matchings, in one part."""
    left = [[n + (i + k) % n for k in range(n)] for i in range(n)]
    right = [[(j + 1 + k) % n for k in range(n)] for j in range(n)]
    if rng is not None:  # exchanging two neighbours here and there makes costs differ
        for row in left + right:
            k = int(rng.integers(0, n - 1))
            row[k], row[k + 1] = row[k + 1], row[k]
    return left + right


@pytest.mark.parametrize(("n", "listed"), [(20, 1.0), (24, 0.5), (30, 0.3)])
def test_larger_instances_against_an_integer_program(n: int, listed: float) -> None:
    rng = np.random.default_rng(n)
    seen = 0
    for _ in range(6):
        lists = random_lists(rng, n, listed)
        fair = stable_roommates(lists, among="minimum_regret")
        cheap = stable_roommates(lists, among="egalitarian")
        least = by_milp(lists, regret=False)
        assert (least is None) == (fair.status == Status.NO_STABLE) == (cheap.status == Status.NO_STABLE)
        if least is not None:
            seen += 1
            assert cheap.cost == known(cheap).cost_bound == round(least)
            assert known(fair).regret == known(fair).regret_bound == round(by_milp(lists, regret=True) or 0)
    assert seen


@pytest.mark.parametrize("seed", range(3))
def test_many_stable_matchings_in_one_part(seed: int) -> None:
    lists = latin(8, np.random.default_rng(seed))
    cheap = stable_roommates(lists, among="egalitarian")
    fair = stable_roommates(lists, among="minimum_regret")
    assert cheap.cost == known(cheap).cost_bound == round(by_milp(lists, regret=False) or 0)
    assert known(fair).regret == known(fair).regret_bound == round(by_milp(lists, regret=True) or 0)


def blocks(copies: int, seed: int) -> list[list[int]]:
    """Groups of four with two stable matchings each, of different cost, who rank all others below their group."""
    rng = np.random.default_rng(seed)
    lists = []
    for base in range(0, 4 * copies, 4):
        for row in ([1, 2, 3], [3, 2, 0], [3, 0, 1], [0, 1, 2]):
            others = [int(y) for y in rng.permutation(4 * copies) if not base <= y < base + 4]
            lists.append([base + y for y in row] + others)
    return lists


def test_two_to_the_power_of_fifty_stable_matchings() -> None:
    one = BruteForce(blocks(1, 0))
    lists = blocks(50, 1)
    cheap = stable_roommates(lists, among="egalitarian")
    assert one.stable.sum() >= 1
    assert cheap.cost == known(cheap).cost_bound == 50 * one.costs[one.stable].min()
    assert known(cheap).searched["complete"] is True


def test_a_search_that_is_cut_short_keeps_true_bounds() -> None:
    lists = lists_from_positions(latin(8, np.random.default_rng(5)))
    found = phases(lists).successor
    whole, short = egalitarian(lists, found), egalitarian(lists, found, most_nodes=1)
    person = np.arange(16)
    assert whole.searched["complete"] is True
    assert short.bound <= whole.bound == lists.ranks(person, whole.successor).sum()
    assert lists.ranks(person, short.successor).sum() >= whole.bound


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("among", ["any", "minimum_regret", "egalitarian"])
def test_a_tied_search_that_is_cut_short_claims_no_more_than_is_true(seed: int, among: str) -> None:
    rng = np.random.default_rng(seed)
    lists = random_preferences(rng, 8, 0.8, 0.0, 0.5)
    brute = BruteForce(lists)
    for limit in (0, 1, 5, 20, 100):
        found = search_tied(lists_from_positions(lists), among, limit)
        assert found.nodes <= limit
        if found.mate is not None:
            assert brute.stable[brute.number_of(found.mate)]
        if found.none_exists:
            assert not brute.stable.any()
        if brute.stable.any() and among != "any":
            values = brute.regrets if among == "minimum_regret" else brute.costs
            assert found.bound <= values[brute.stable].min()


def test_ties_of_fourteen_people_are_decided() -> None:
    rng = np.random.default_rng(3)
    for listed in (1.0, 0.5):
        for _ in range(10):
            lists = random_preferences(rng, 14, listed, 0.0, 0.5)
            assert stable_roommates(lists).status != Status.UNDECIDED
            matching = stable_roommates(lists, among="egalitarian")
            assert matching.cost == known(matching).cost_bound or matching.status == Status.NO_STABLE


def test_a_stopped_search_says_so() -> None:
    with pytest.raises(Stopped):
        search_tied(
            lists_from_positions(random_preferences(np.random.default_rng(1), 9, tied=0.5)),
            "any",
            1000,
            control=Control(cancel=lambda: True),
        )


def test_no_pairs_unless_a_fallback_is_asked_for() -> None:
    lists = [[1, 2, 3], [2, 0, 3], [0, 1, 3], [0, 1, 2]]
    plain = stable_roommates(lists)
    assert plain.mate.tolist() == [-1] * 4
    assert plain.blocking_pairs is None
    assert plain.cost == 0
    assert known(plain).promise == "No pairs were made."
    most = stable_roommates(lists, fallback="maximum_stable")
    assert most.status == Status.NO_STABLE
    assert len(most.pairs) == 1
    assert most.blocking_pairs is not None
    assert most.blocking_pairs.at_least == 1
    assert most.blocking_pairs.unit == "ranks"


def test_few_blocking_pairs_in_a_large_pool() -> None:
    rng = np.random.default_rng(0)
    seen = 0
    for _ in range(8):
        lists = random_lists(rng, 100)
        most = stable_roommates(lists, fallback="maximum_stable")
        if most.status == Status.NO_STABLE:
            seen += 1
            few = stable_roommates(lists, fallback="few_blocking")
            assert few.blocking_pairs is not None
            assert most.blocking_pairs is not None
            assert few.blocking_pairs.at_least <= len(few.blocking_pairs) <= len(most.blocking_pairs)
            again = stable_roommates(lists, fallback="few_blocking")
            assert few.pairs.tolist() == again.pairs.tolist()
    assert seen


@pytest.mark.parametrize(
    ("options", "wording"),
    [
        (
            {"among": "best"},
            r"The among parameter of stable_roommates\(\) must be one of 'any', 'minimum_regret', 'egalitarian'\. "
            r"Got 'best' instead\.",
        ),
        ({"among": None}, r"Got None instead\."),
        ({"among": "egalitarain"}, r"Did you mean 'egalitarian'\?"),
        (
            {"fallback": True},
            r"The fallback parameter of stable_roommates\(\) must be None or one of 'maximum_stable', "
            r"'few_blocking'\. Got True instead\.",
        ),
        ({"fallback": "few_blocks"}, r"Did you mean 'few_blocking'\?"),
        ({"fallback": ["few_blocking"]}, r"Got \['few_blocking'\] instead"),
    ],
)
def test_wrong_options_are_named(options: dict[str, Any], wording: str) -> None:
    with pytest.raises(ValueError, match=wording):
        stable_roommates([[1], [0]], **options)


def test_whom_a_ring_sets_aside() -> None:
    rng = np.random.default_rng(2)
    for size in (3, 5, 7, 9):
        for _ in range(20):
            worth = [int(w) for w in rng.integers(0, 5, size)]
            totals = [sum(worth[(out + 1 + 2 * k) % size] for k in range(size // 2)) for out in range(size)]
            assert totals_of_ring(worth) == totals
