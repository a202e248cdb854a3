"""Lists of the best few: everything that is found on them is true of whole lists."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peermatch.errors import InputError, UnsupportedError
from peermatch.problem import FORBIDDEN, Control, DenseScores, Entries, IntArray, SparseScores, Stopped
from peermatch.problem.listed import ListedScores
from peermatch.solvers import preference_lists, prefix_lists
from peermatch.solvers.preferences import (
    PreferenceLists,
    lists_from_utilities,
    partition_fault,
    phase_one,
    phases,
    stable_partition,
)
from peermatch.solvers.prefix_lists import lists_of_problem, sorted_entries
from peermatch.solvers.proposal_lists import proposal_lists


class ByPairs(DenseScores):
    """Dense scores that also tell what listed pairs are worth, whether or not a rule forbids them."""

    def utilities_at(self, u: IntArray, v: IntArray) -> tuple[IntArray, IntArray]:
        """Return both sides' utilities."""
        everyone = self.utilities(np.arange(self.shape[0]))
        return everyone[u, v], everyone[v, u]


@st.composite
def directed(draw: Any, most: int = 10) -> DenseScores:
    """Utilities with few or many ties, some pairs forbidden."""
    n = draw(st.integers(0, most))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    width = draw(st.sampled_from([1, 3, 10**6]))
    barred = np.tril(rng.random((n, n)) < draw(st.sampled_from([0.0, 0.3, 0.7])), -1)
    scores = np.where(barred | barred.T, FORBIDDEN, 0)
    kind = draw(st.sampled_from([DenseScores, ByPairs]))
    return kind(scores, utilities=rng.integers(-width, width, (n, n)))


def standing(lists: PreferenceLists) -> set[tuple[int, int]]:
    """Who stands on whose list after phase 1."""
    first, last = phase_one(lists)
    owner = np.repeat(np.arange(lists.n), lists.lengths)
    place = np.arange(len(owner)) - lists.start[owner]
    other = lists.partner.astype(np.int64)
    back = lists.places(other, owner)
    stands = (place >= first[owner]) & (place <= last[owner]) & (back <= last[other])
    return set(zip(owner[stands].tolist(), other[stands].tolist(), strict=True))


TIES = st.sampled_from(["rotation", "position", "sum"])
FEW = st.integers(1, 3)


@given(directed(), TIES, FEW)
@settings(max_examples=400, deadline=None)
def test_a_stable_partition_of_the_best_few_is_one_of_all(scores: DenseScores, ties: str, k: int) -> None:
    whole = lists_from_utilities(scores, ties=ties)
    few = prefix_lists.prefix_lists(scores, ties=ties, at_first=k)
    successor = stable_partition(few)
    assert partition_fault(whole, successor) < 0
    assert few.n_pairs == whole.n_pairs
    assert phases(few).odd.any() == phases(whole).odd.any()
    if partition_fault(few, successor, any_order=True) < 0:
        assert partition_fault(whole, successor, any_order=True) < 0
    paired = np.flatnonzero(successor != np.arange(whole.n))
    assert np.array_equal(few.ranks(paired, successor[paired]), whole.ranks(paired, successor[paired]))


@given(directed(), TIES, FEW)
@settings(max_examples=400, deadline=None)
def test_lists_down_to_proposals_leave_the_same_table(scores: DenseScores, ties: str, k: int) -> None:
    whole = lists_from_utilities(scores, ties=ties)
    lists = proposal_lists(scores, ties=ties, at_first=k)
    assert lists.all_stable
    assert standing(lists) == standing(whole)
    assert lists.n_pairs == whole.n_pairs
    successor = stable_partition(lists)
    assert np.array_equal(successor, stable_partition(whole))
    ways = [partition_fault(each, successor, any_order=True) < 0 for each in (lists, whole)]
    assert ways[0] == ways[1]
    for x, y in standing(whole):
        assert lists.ranks([x], [y]) == whole.ranks([x], [y])


def test_the_best_few_may_lack_a_stable_matching() -> None:
    """People may hold each other because their lists are too short to show another stable matching."""
    worth = np.zeros((4, 4), dtype=int)
    u, s, v, t = range(4)
    for person, better, worse in ((u, t, v), (s, v, t), (v, u, s), (t, s, u)):
        worth[person, better], worth[person, worse] = 9, 5
    scores = np.zeros((4, 4), dtype=int)
    scores[[u, s, v, t], [s, u, t, v]] = FORBIDDEN
    dense = DenseScores(scores, utilities=worth)
    few = Entries(np.array([0, 1, 2, 3, 4]), np.array([t, v, s, u]), np.array([9, 9, 5, 5]))
    assert phases(lists_of_problem(ListedScores(few))).successor.tolist() == [t, v, s, u]
    exact = proposal_lists(dense, at_first=1)
    assert standing(exact) == {(x, y) for x in range(4) for y in range(4) if scores[x, y] == 0 and x != y}
    assert lists_of_problem(dense).all_stable
    assert exact.all_stable


@given(directed(), TIES)
@settings(max_examples=100, deadline=None)
def test_small_pools_have_whole_lists(scores: DenseScores, ties: str) -> None:
    lists, whole = lists_of_problem(scores, ties=ties), lists_from_utilities(scores, ties=ties)
    assert np.array_equal(lists.start, whole.start)
    assert np.array_equal(lists.partner, whole.partner)
    assert np.array_equal(lists.ties, whole.ties)
    assert lists.short is None
    assert lists.all_stable


def entries_of(scores: DenseScores) -> Entries:
    utility = scores.utilities(np.arange(scores.shape[0]))
    listed = utility != FORBIDDEN
    return Entries(np.append(0, np.cumsum(listed.sum(axis=1))), np.nonzero(listed)[1], utility[listed])


@given(directed(40), TIES)
@settings(max_examples=100, deadline=None)
def test_listed_utilities_make_the_same_lists(scores: DenseScores, ties: str) -> None:
    lists = lists_of_problem(ListedScores(entries_of(scores)), ties=ties)
    whole = lists_from_utilities(scores, ties=ties)
    assert np.array_equal(lists.start, whole.start)
    assert np.array_equal(lists.partner, whole.partner)
    assert np.array_equal(lists.ties, whole.ties)


@pytest.mark.parametrize("length", [0, 1, 15, 16, 17, 33, 100, 500])
@pytest.mark.parametrize("width", [1, 4, 2**62])
def test_rows_are_sorted_whatever_their_length(length: int, width: int) -> None:
    worth = np.random.default_rng(length).integers(-width, width, length)
    entries = Entries(np.array([0, 0, length]), np.arange(length) + 2, worth)
    name, sorted_worth = sorted_entries(entries, "position")
    order = sorted(range(length), key=lambda e: (-int(worth[e]), e))
    assert name.tolist() == [e + 2 for e in order]
    assert sorted_worth.tolist() == worth[order].tolist()


def test_one_sided_entries_are_dropped_and_reported() -> None:
    entries = Entries(np.array([0, 2, 3, 3]), np.array([1, 2, 0]), np.array([1, 9, 1]))
    lists = lists_of_problem(ListedScores(entries))
    assert lists.partner.tolist() == [1, 0]
    assert lists.dropped.tolist() == [[0, 2]]
    assert lists.ranks([0], [1]).tolist() == [2]


def test_people_who_are_allowed_with_themselves_are_refused() -> None:
    with pytest.raises(InputError, match="list person 1 as a partner of their own"):
        lists_of_problem(ListedScores(Entries(np.array([0, 1, 2]), np.array([1, 1]), np.array([1, 1]))))


def test_a_cut_group_of_equals_proves_nothing_about_other_orders() -> None:
    scores = DenseScores(np.zeros((40, 40), dtype=int))
    lists = prefix_lists.prefix_lists(scores, ties="sum", at_first=2)
    assert lists.short is not None
    assert lists.cut_rank is not None
    assert (lists.cut_rank[lists.short] == 1).all()
    assert lists.tied
    successor = stable_partition(lists)
    assert partition_fault(lists, successor) < 0
    assert partition_fault(lists, successor, any_order=True) >= 0
    with pytest.raises(UnsupportedError, match="must be built anew"):
        lists.with_ties_broken("position")


def test_someone_alone_with_a_short_list_is_a_fault() -> None:
    scores = DenseScores(np.zeros((40, 40), dtype=int))
    lists = prefix_lists.prefix_lists(scores, ties="sum", at_first=2)
    assert partition_fault(lists, np.arange(40)) >= 0


def test_too_many_entries_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preference_lists, "MOST_ENTRIES", 50)
    scores = DenseScores(np.zeros((12, 12), dtype=int))
    for make in (lists_of_problem, prefix_lists.prefix_lists, proposal_lists):
        with pytest.raises(UnsupportedError, match="at most 50 can be worked with"):
            make(scores)
    with pytest.raises(UnsupportedError, match="at most 50 can be worked with"):
        lists_of_problem(SparseScores(*np.triu_indices(12, 1), np.ones(66, dtype=int), shape=(12, 12)))


def test_reading_is_reported_and_can_be_stopped() -> None:
    scores = DenseScores(np.zeros((12, 12), dtype=int))
    for make in (lists_of_problem, proposal_lists):
        stages: list[str] = []
        make(scores, control=Control(progress=lambda stage, done, total, stages=stages: stages.append(stage)))
        assert "reading preferences" in stages
        with pytest.raises(Stopped):
            make(scores, control=Control(cancel=lambda: True))
