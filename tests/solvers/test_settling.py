"""Mending the order of ties: what comes out is an order of the same ties, and a stable partition under it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import peermatch as pm
from peermatch.datasets import make_organisation
from peermatch.problem import FORBIDDEN, Control, DenseScores, IntArray, Problem, Status, Stopped
from peermatch.solvers import Roommates, prefix_lists
from peermatch.solvers.phases import partition_fault, stable_partition
from peermatch.solvers.preference_lists import PreferenceLists, make_lists
from peermatch.solvers.preferences import lists_from_utilities
from peermatch.solvers.proposal_lists import proposal_lists
from peermatch.solvers.settling import settle
from peermatch.verify import prove


@st.composite
def tied(draw: Any, most: int = 14) -> DenseScores:
    n = draw(st.integers(3, most))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    barred = np.tril(rng.random((n, n)) < draw(st.sampled_from([0.0, 0.3, 0.8])), -1)
    scores = np.where(barred | barred.T, FORBIDDEN, 0)
    return DenseScores(scores, utilities=rng.integers(0, draw(st.integers(1, 4)), (n, n)))


def strictly_blocked(scores: DenseScores, successor: IntArray) -> bool:
    """By the definition: two people who are allowed with each other and both strictly gain."""
    n = scores.shape[0]
    worth = scores.utilities(np.arange(n))
    have = [FORBIDDEN if successor[x] == x else int(worth[x, successor[x]]) for x in range(n)]
    return any(
        worth[x, y] != FORBIDDEN and worth[x, y] > have[x] and worth[y, x] > have[y]
        for x in range(n)
        for y in range(x)
    )


def same_but_for_ties(one: PreferenceLists, other: PreferenceLists) -> None:
    assert np.array_equal(one.start, other.start)
    group = np.cumsum(~one.ties)
    assert sorted(zip(group, one.partner, strict=True)) == sorted(zip(group, other.partner, strict=True))
    fresh = make_lists(other.start, other.partner.copy(), other.ties.copy())
    assert np.array_equal(fresh.mirror, other.mirror)
    assert np.array_equal(fresh.table, other.table)


@given(tied(), st.sampled_from(["rotation", "position", "sum"]))
@settings(max_examples=300, deadline=None)
def test_whole_lists_are_only_put_in_another_order_of_their_ties(scores: DenseScores, ties: str) -> None:
    lists = lists_from_utilities(scores, ties=ties)
    before = lists.partner.copy(), lists.table.copy(), lists.mirror.copy()
    successor = stable_partition(lists)
    found = settle(lists, successor)
    for kept, now in zip(before, (lists.partner, lists.table, lists.mirror), strict=True):
        assert np.array_equal(kept, now)
    if lists.tie is not None:
        same_but_for_ties(lists, found.lists)
    assert partition_fault(found.lists, found.successor) < 0
    assert (found.odd == 0) == np.array_equal(found.successor[found.successor], np.arange(lists.n))
    if found.odd == 0:
        assert not strictly_blocked(scores, found.successor)
    again = settle(lists, successor)
    assert np.array_equal(found.successor, again.successor)
    assert found.rounds == again.rounds


@given(tied(), st.integers(1, 3))
@settings(max_examples=300, deadline=None)
def test_lists_of_the_best_few_settle_for_all_pairs(scores: DenseScores, k: int) -> None:
    lists = prefix_lists.prefix_lists(scores, ties="sum", at_first=k)
    found = settle(lists, stable_partition(lists))
    if found.odd == 0:
        assert not strictly_blocked(scores, found.successor)


def test_lists_that_were_struck_in_one_order_stay_in_it() -> None:
    scores = DenseScores(np.zeros((40, 40), dtype=int), utilities=np.arange(1600).reshape(40, 40) % 3)
    lists = proposal_lists(scores, at_first=1)
    found = settle(lists, stable_partition(lists))
    assert found.lists is lists
    assert found.rounds == 0


def test_a_search_that_is_stopped_says_so() -> None:
    lists = lists_from_utilities(
        DenseScores(np.zeros((3, 3), int), utilities=[[0, 1, 1], [1, 0, 2], [2, 1, 0]])
    )
    with pytest.raises(Stopped):
        settle(lists, np.array([1, 2, 0]), Control(cancel=lambda: True))


@pytest.mark.parametrize("seed", [5, 6])
def test_an_organisation_compared_by_what_a_survey_asks_is_settled(seed: int) -> None:
    """No fixed order of ties leaves these without an odd party, and no search of a stated length finds an answer."""
    criteria = [
        pm.same("site"),
        pm.different("department"),
        pm.overlap("goals"),
        pm.complement("wants_to_learn", "can_teach"),
        pm.near("years_experience", scale=5),
    ]
    pairing = pm.PeerMatcher("employee_id", criteria, solver="roommates").match(
        make_organisation(300, seed=seed)
    )
    assert pairing.certificate.status == "stable"
    assert pairing.certificate.verified
    assert pairing.matching.stability.searched["mended"] > 0


def test_a_large_pool_of_equals_is_settled_too(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    problem = Problem(DenseScores(np.ones((60, 60), int), utilities=rng.integers(0, 3, (60, 60))))
    monkeypatch.setattr(prefix_lists, "READ_WHOLE", 0)
    monkeypatch.setattr(prefix_lists, "AT_FIRST", 4)
    matching = Roommates().solve(problem)
    assert matching.status == Status.STABLE
    assert prove(problem, matching).verified
