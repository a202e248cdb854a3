"""Preference lists: every form in which they come, what is wrong with bad ones, ranks, ties, phases on cut lists."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peermatch.errors import InputError, UnsupportedError
from peermatch.solvers import preference_lists
from peermatch.solvers.preferences import (
    PreferenceLists,
    lists_from_positions,
    partition_fault,
    phase_one,
    phases,
    stable_partition,
)
from support.roommates import is_stable_partition, matchings, mutual, random_lists, stable_matchings

Groups = list[list[list[int]]]


def rows_of(lists: PreferenceLists) -> list[list[int]]:
    return [lists.partner[lists.start[x] : lists.start[x + 1]].tolist() for x in range(lists.n)]


def check_inside(lists: PreferenceLists) -> None:
    """The other end of every entry, whichever way it is kept, and only one way."""
    rows = rows_of(lists)
    assert (len(lists.table) == 0) or (len(lists.mirror) == 0)
    back = [rows[y].index(x) for x, row in enumerate(rows) for y in row]
    if len(lists.table):
        for x, row in enumerate(rows):
            assert lists.table[x].tolist() == [row.index(y) if y in row else -1 for y in range(lists.n)]
    else:
        assert lists.mirror.tolist() == back
    assert lists.partner.dtype == np.int32


@st.composite
def grouped_lists(draw: Any) -> Groups:
    """Lists of groups of equals; anybody may be left out."""
    n = draw(st.integers(0, 8))
    lists: Groups = []
    for x in range(n):
        row = draw(st.permutations([y for y in range(n) if y != x]))
        row = row[: draw(st.integers(0, len(row)))]
        groups: list[list[int]] = []
        for y in row:
            if groups and draw(st.booleans()):
                groups[-1].append(y)
            else:
                groups.append([y])
        lists.append(groups)
    return lists


def ungrouped(lists: Groups) -> list[list[int]]:
    return [[y for group in row for y in group] for row in lists]


@given(grouped_lists(), st.booleans())
@settings(max_examples=300, deadline=None)
def test_everything_about_lists_with_ties_is_as_defined(lists: Groups, plain_singles: bool) -> None:
    written = [[group[0] if plain_singles and len(group) == 1 else group for group in row] for row in lists]
    made = lists_from_positions(written)
    check_inside(made)
    flat = ungrouped(lists)
    assert rows_of(made) == mutual(flat)
    expected = [[x, y] for x, row in enumerate(flat) for y in row if x not in flat[y]]
    assert made.dropped.tolist() == expected
    n = len(lists)
    for x, y in product(range(n), range(n)):
        rank = 0
        if y in mutual(flat)[x]:
            better = 0
            for group in lists[x]:
                if y in group:
                    break
                better += len(group)
            rank = 1 + better
        assert made.ranks([x], [y]).tolist() == [rank]
    ties = made.ties.tolist() if made.tie is not None else [False] * len(made.partner)
    expected_ties = []
    for x, row in enumerate(mutual(flat)):
        group_of = {y: g for g, group in enumerate(lists[x]) for y in group}
        expected_ties += [k > 0 and group_of[row[k - 1]] == group_of[y] for k, y in enumerate(row)]
    assert ties == expected_ties
    assert made.tied == any(expected_ties)


@given(grouped_lists(), st.sampled_from(["given", "rotation", "position", "sum"]))
@settings(max_examples=200, deadline=None)
def test_ties_can_be_broken_in_another_order(lists: Groups, how: str) -> None:
    made = lists_from_positions(lists)
    other = made.with_ties_broken("rotation").with_ties_broken(how)
    check_inside(other)
    n = len(lists)
    key = {
        "given": lambda x, y: ungrouped(lists)[x].index(y),
        "rotation": lambda x, y: (y - x) % n,
        "position": lambda x, y: y,
        "sum": lambda x, y: (x + y) % n,
    }[how]
    kept = mutual(ungrouped(lists))
    wanted = [
        [y for group in row for y in sorted(group, key=lambda y: key(x, y)) if y in kept[x]]
        for x, row in enumerate(lists)
    ]
    assert rows_of(other) == wanted
    for x, row in enumerate(wanted):
        assert other.ranks([x] * len(row), row).tolist() == made.ranks([x] * len(row), row).tolist()


@pytest.mark.parametrize("n", [0, 1, 2, 3, 7, 40])
@pytest.mark.parametrize("listed", [1.0, 0.6, 0.05])
def test_all_forms_make_the_same_lists(n: int, listed: float) -> None:
    lists = random_lists(np.random.default_rng([n, int(9 * listed)]), n, listed)
    expected = lists_from_positions(lists)
    check_inside(expected)
    assert rows_of(expected) == mutual(lists)
    width = max(map(len, lists), default=0)
    filled = np.full((n, width), -1)
    for x, row in enumerate(lists):
        filled[x, : len(row)] = row
    ragged = np.empty(n, dtype=object)
    ragged[:] = lists
    forms: list[Any] = [
        tuple(map(tuple, lists)),
        [np.array(row, dtype=np.int16) for row in lists],
        [np.array(row, dtype=object) for row in lists],
        [pd.Series(row, dtype="int64") for row in lists],
        [list(map(np.int64, row)) if x % 2 else tuple(row) for x, row in enumerate(lists)],
        ragged,
        pd.Series(ragged),
        filled.astype(object),
        pd.DataFrame(filled),
        np.asfortranarray(filled),
        *(filled.astype(dtype) for dtype in ("int8", "int16", "int32", "int64")),
    ]
    if width == n - 1 and listed == 1.0:
        forms += [filled.astype(dtype) for dtype in ("uint8", "uint16", "uint32", "uint64")]
    for form in forms:
        assert rows_of(lists_from_positions(form)) == rows_of(expected)


def test_ranges_sets_and_arrays_are_lists_and_groups() -> None:
    made = lists_from_positions([range(1, 4), [{3, 2}, 0], [np.array([3, 0]), (1,)], [frozenset({2, 0}), 1]])
    assert rows_of(made) == [[1, 2, 3], [2, 3, 0], [3, 0, 1], [0, 2, 1]]
    assert made.ranks([1, 1, 1, 3], [2, 3, 0, 1]).tolist() == [1, 1, 3, 3]


def test_the_lists_that_come_in_are_left_as_they_are() -> None:
    array = np.array([[1, 2], [2, -1], [0, 1]], dtype=np.int32)
    before = array.copy()
    lists_from_positions(array)
    assert np.array_equal(array, before)


WRONG: list[tuple[Any, str, str]] = [
    ([[0], [0]], "lists_self", "person 0 names the person themselves. Leave them out."),
    ([[[1, 0]], [0]], "lists_self", "person 0 names the person themselves"),
    (
        [[1], [2]],
        "unknown_position",
        "person 1 names position 2, which nobody has; positions run from 0 to 1.",
    ),
    ([[1], [2**40]], "unknown_position", "person 1 names position 1099511627776, which nobody has"),
    ([[1], [2**80]], "unknown_position", f"person 1 names position {2**80}, which nobody has"),
    ([[1], [-1]], "unknown_position", "-1 may only fill up the end of a row of a 2-D array"),
    ([[1], [-2]], "unknown_position", "person 1 names position -2"),
    (np.array([[-1, 1], [0, -1]]), "unknown_position", "person 0 names position -1"),
    (np.array([[1, 2**32 + 1], [0, -1]]), "unknown_position", "person 0 names position 4294967297"),
    (np.array([[1, 2**64 - 1], [0, 1]], dtype=np.uint64), "unknown_position", f"names position {2**64 - 1}"),
    (np.array([[1, -7], [0, -1]]), "unknown_position", "person 0 names position -7"),
    ([[1, 1], [0]], "listed_twice", "person 0 names person 1 twice. Name everyone once"),
    ([[[1, 2], 1], [0], [0]], "listed_twice", "person 0 names person 1 twice"),
    ([[[1, 2], [2]], [0], [0]], "listed_twice", "person 0 names person 2 twice"),
    ([[], [0], [3, 4, 3], [], []], "listed_twice", "person 2 names person 3 twice"),
    ([[1.0, float("nan")], [0]], "not_a_position", "person 0 holds NaN. Leave people out"),
    (np.array([[1.0], [np.nan]]), "not_a_position", "person 1 holds NaN"),
    (np.array([[1.0], [0.0]]), "not_a_position", "Got an array of float64"),
    (np.array([[True], [False]]), "not_a_position", "Got an array of bool"),
    (np.array([["b"], ["a"]]), "not_a_position", "Got an array of <U1"),
    ([[1.0], [0]], "not_a_position", "Got the float 1.0 instead; positions are whole numbers from 0 to 1."),
    ([[True], [0]], "not_a_position", "Got the bool True instead"),
    ([[1, True], [0]], "not_a_position", "Got the bool True instead"),
    ([np.array([True]), [0]], "not_a_position", "Got the bool True instead"),
    ([["b"], ["a"]], "not_a_position", "Got the str 'b' instead"),
    ([[1, "2"], [0], []], "not_a_position", "Got the str '2' instead"),
    ([[None], [0]], "not_a_position", "Got None instead"),
    ([[[None, 1]], [0]], "not_a_position", "Got None instead"),
    (np.array([[1, None], [0, None]], dtype=object), "not_a_position", "person 0 must hold positions"),
    ([[{"a": 1}], [0]], "not_a_position", "Got a dict instead"),
    ([[[[1]]], [0]], "nested_too_deep", "person 0 holds a group within a group, [1]"),
    ([[1, [2, (0,)]], [0], []], "nested_too_deep", "a group within a group, (0,)"),
    ([[[]], [0]], "empty_group", "person 0 holds an empty group. Leave it out."),
    (
        [1, 0],
        "not_a_list",
        "person 0 must be a list of positions, or lists of positions that are equally good",
    ),
    ([[1], 0], "not_a_list", "person 1 must be a list of positions"),
    ([[1], None], "not_a_list", "Got None instead"),
    ([{1}, [0]], "not_a_list", "person 0 must be a list of positions, or lists of positions"),
    ([{1: 2}, [0]], "not_a_list", "Got a dict instead"),
    (["1", [0]], "not_a_list", "Got the str '1' instead"),
    ([np.zeros((1, 1, 1), dtype=int), [0]], "not_a_list", "Got an array with 3 dimensions instead"),
    (np.array([1, 0]), "not_a_list", "person 0 must be a list"),
    (
        "10",
        "input",
        "Preferences must be a list of lists or a 2-D array of positions, one row a person. Got the str",
    ),
    (7, "input", "Got the int 7 instead"),
    (None, "input", "Got None instead"),
    ({0: [1], 1: [0]}, "input", "Got a dict instead"),
    ({(1,), (0,)}, "input", "Got a set instead"),
    (np.zeros((1, 1, 1), dtype=int), "input", "Got an array with 3 dimensions instead"),
    (np.array(3), "input", "Got an array with 0 dimensions instead"),
]


@pytest.mark.parametrize(("lists", "code", "wording"), WRONG)
def test_wrong_lists_are_named(lists: Any, code: str, wording: str) -> None:
    with pytest.raises(InputError) as caught:
        lists_from_positions(lists)
    assert caught.value.items[0]["code"] == code
    assert wording in str(caught.value)


def test_a_generator_is_no_list() -> None:
    def lazily() -> Iterator[list[int]]:
        yield [1]
        yield [0]

    with pytest.raises(InputError, match="Got a generator instead"):
        lists_from_positions(lazily())
    with pytest.raises(InputError, match=r"person 0 must be a list of positions.* Got a generator instead"):
        lists_from_positions([(y for y in [1]), [0]])


def test_up_to_ten_wrong_lists_are_reported_with_their_rows() -> None:
    for lists in ([[99]] * 20, np.full((20, 1), 99), np.full((20, 2), 19), [["a"]] * 20):
        with pytest.raises(InputError) as caught:
            lists_from_positions(lists)
        rows = [item["row"] for item in caught.value.items]
        assert rows == list(range(1, 11))
    with pytest.raises(InputError) as caught:
        lists_from_positions([[0], [0], [9], [0, 0]])
    assert [(item["row"], item["found"]) for item in caught.value.items] == [(1, 0), (3, 9), (4, 0)]


def test_too_many_entries_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preference_lists, "MOST_ENTRIES", 3)
    with pytest.raises(
        UnsupportedError, match=r"hold 4 entries; at most 3 can be worked with\. Shorten the lists"
    ):
        lists_from_positions([[1], [0], [3], [2], []])


@pytest.mark.parametrize("n", [2, 4, 5, 6])
@pytest.mark.parametrize("listed", [1.0, 0.6, 0.3])
@pytest.mark.parametrize("seed", range(6))
def test_phases_on_cut_lists_are_those_of_shorter_lists(n: int, listed: float, seed: int) -> None:
    rng = np.random.default_rng([n, int(10 * listed), seed])
    lists = random_lists(rng, n, listed)
    made = lists_from_positions(lists)
    last = rng.integers(-1, n, n)
    kept = mutual([row[: max(0, last[x] + 1)] for x, row in enumerate(rows_of(made))])
    before = last.copy()
    found = phases(made, last)
    assert np.array_equal(last, before)
    assert is_stable_partition(kept, found.successor.tolist())
    stable = stable_matchings(kept)
    assert found.odd.any() == (not stable)
    first, end = phase_one(made, last)
    for pairs in stable:
        for u, v in pairs:
            for x, y in ((u, v), (v, u)):
                assert first[x] <= rows_of(made)[x].index(y) <= end[x]
    if stable:
        paired = {x for pair in stable[0] for x in pair}
        assert paired == set(np.flatnonzero(first <= end).tolist())


@pytest.mark.parametrize("seed", range(40))
def test_a_partition_that_holds_in_any_order_rules_out_weak_stability(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(3, 6))
    lists = [
        [
            sorted(group.tolist())
            for group in np.array_split(rng.permutation([y for y in range(n) if y != x]), 2)
        ]
        for x in range(n)
    ]
    lists = [[group for group in row if group] for row in lists]
    made = lists_from_positions(lists)
    successor = stable_partition(made)
    if phases(made).odd.any() and partition_fault(made, successor, any_order=True) < 0:
        rank = {(x, y): g for x, row in enumerate(lists) for g, group in enumerate(row) for y in group}
        for pairs in matchings(ungrouped(lists), tuple(range(n))):
            mate = {x: y for u, v in pairs for x, y in ((u, v), (v, u))}
            assert any(
                all(x not in mate or rank[x, y] < rank[x, mate[x]] for x, y in ((u, v), (v, u)))
                for u in range(n)
                for v in range(u)
                if (u, v) in rank and (v, u) in rank and mate.get(u) != v
            )
