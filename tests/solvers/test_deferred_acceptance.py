"""Deferred acceptance on lists, against all stable matchings of small ones, a plain twin, and hostile input."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peermatch.errors import ConfigError, InputError
from peermatch.problem import Status
from peermatch.solvers import deferred_acceptance
from peermatch.verify import blocking_pairs, is_stable, problem_of_preferences, prove
from support.two_sided import all_stable, mutual_lists, propose, random_sides


def places(rng, size, several):
    return [int(c) for c in rng.integers(0, 4, size)] if several else [1] * size


def turned(pairs):
    return sorted((j, i) for i, j in pairs)


@given(st.integers(0, 2**32), st.integers(0, 4), st.integers(0, 4), st.booleans(), st.booleans())
@settings(max_examples=150, deadline=None)
def test_the_best_stable_matching_for_whoever_proposes(seed, n, m, several_left, several_right):
    rng = np.random.default_rng(seed)
    left, right = random_sides(rng, n, m, float(rng.choice([0.6, 1.0])))
    room, open_ = places(rng, n, several_left), places(rng, m, several_right)
    stable = all_stable(left, right, room, open_)
    for proposers in ("left", "right"):
        matching = deferred_acceptance(left, right, capacities=(room, open_), proposers=proposers)
        pairs = list(map(tuple, matching.pairs.tolist()))
        assert pairs in stable
        expected = (
            propose(left, right, room, open_)
            if proposers == "left"
            else turned(propose(right, left, open_, room))
        )
        assert pairs == expected
        problem = problem_of_preferences(left, right, capacities=(room, open_))
        assert prove(problem, matching).verified
        assert matching.status == Status.STABLE
        many = max(room, default=0) > 1 and max(open_, default=0) > 1
        assert ("best stable" in matching.stability.promise) == (not many)
        if not many:
            lists = left if proposers == "left" else right
            own = 0 if proposers == "left" else 1
            for other in stable:
                for person, row in enumerate(lists):
                    mine = sorted(row.index(p[1 - own]) for p in pairs if p[own] == person)
                    theirs = sorted(row.index(p[1 - own]) for p in other if p[own] == person)
                    assert len(mine) == len(theirs)
                    assert all(a <= b for a, b in zip(mine, theirs, strict=True))


@given(st.integers(0, 2**32), st.sampled_from([0.1, 0.5, 1.0]), st.booleans(), st.booleans())
@settings(max_examples=40, deadline=None)
def test_as_the_plain_twin_ranks_and_one_sided_mentions_too(seed, listed, several_left, several_right):
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(1, 40)), int(rng.integers(1, 40))
    left, right = random_sides(rng, n, m, listed)
    room, open_ = places(rng, n, several_left), places(rng, m, several_right)
    matching = deferred_acceptance(left, right, capacities={"left": room, "right": open_})
    pairs = propose(left, right, room, open_)
    assert matching.pairs.tolist() == [list(pair) for pair in pairs]
    ranks = [left[i].index(j) + 1 for i, j in pairs] + [right[j].index(i) + 1 for i, j in pairs]
    assert (matching.cost, matching.stability.regret) == (sum(ranks), max(ranks, default=0))
    kept_left, kept_right = mutual_lists(left, right)
    gone = [[i, j] for i, row in enumerate(left) for j in row if j not in kept_left[i]]
    back = [[j, i] for j, row in enumerate(right) for i in row if i not in kept_right[j]]
    assert matching.stability.dropped.tolist() == gone + back
    assert dict(matching.stability.searched) == {"dropped_left": len(gone), "dropped_right": len(back)}
    other = deferred_acceptance(left, right, capacities=(room, open_), proposers="right")
    assert other.stability.dropped.tolist() == gone + back
    assert matching.certificate.pairs_covered == sum(map(len, kept_left))


def test_gale_and_shapleys_three_by_three():
    """Gale and Shapley (1962), example 1: each side gets its first choices if it proposes."""
    men, women = [[0, 1, 2], [1, 2, 0], [2, 0, 1]], [[1, 2, 0], [2, 0, 1], [0, 1, 2]]
    assert deferred_acceptance(men, women).mate.tolist() == [0, 1, 2]
    assert deferred_acceptance(men, women, proposers="right").mate.tolist() == [2, 0, 1]
    assert deferred_acceptance(men, women).cost == 3 + 9


def test_ties_are_broken_as_they_are_written_and_count_as_one_rank():
    left, right = [[[1, 0], 2], [1, 0]], [[0, 1], [{1, 0}], [0]]
    matching = deferred_acceptance(left, right)
    assert matching.pairs.tolist() == [[0, 1], [1, 0]]
    assert (matching.cost, matching.stability.regret) == (1 + 2 + 1 + 2, 2)
    assert matching.stability.promise.startswith("Weakly stable")
    assert is_stable((left, right), matching)
    assert deferred_acceptance([[[0, 1]]], [[0], [0]]).pairs.tolist() == [[0, 0]]
    assert deferred_acceptance([[(1, 0)]], [[0], [0]]).pairs.tolist() == [[0, 1]]


def test_arrays_are_read_as_lists():
    left = np.array([[2, 0, -1], [0, -1, -1], [-1, -1, -1]], dtype=np.int8)
    right = [[1, 0], [], [0]]
    expected = deferred_acceptance([[2, 0], [0], []], right)
    for given_ in (left, left.astype(np.int64), left.astype(object)):
        again = deferred_acceptance(given_, right)
        assert again.pairs.tolist() == expected.pairs.tolist() == [[0, 2], [1, 0]]
        assert again.cost == expected.cost
        assert len(blocking_pairs((given_, right), again)) == 0


@pytest.mark.parametrize(("n", "m"), [(0, 0), (0, 3), (3, 0)])
def test_nobody_on_a_side(n, m):
    matching = deferred_acceptance([[]] * n, [[]] * m)
    assert matching.pairs.shape == (0, 2)
    assert (matching.cost, matching.stability.regret, matching.status) == (0, 0, Status.STABLE)
    empty = deferred_acceptance(np.zeros((n, 0), dtype=int), np.zeros((m, 0), dtype=int))
    assert (empty.n_left, empty.n_right) == (n, m)


def test_forms_of_capacities():
    left, right = [[0, 1], [0, 1], [1, 0]], [[0, 1, 2], [2, 1, 0]]
    expected = deferred_acceptance(left, right, capacities={"right": [2, 1]}).pairs.tolist()
    assert expected == [[0, 0], [1, 0], [2, 1]]
    for form in (
        [2, 1],
        np.array([2, 1]),
        (None, [2, 1]),
        (1, (2, 1)),
        {"left": 1, "right": np.array([2, 1], "u1")},
    ):
        assert deferred_acceptance(left, right, capacities=form).pairs.tolist() == expected
    assert deferred_acceptance(left, right, capacities=(0, 2)).pairs.tolist() == []
    assert deferred_acceptance(left, right, capacities=(2, 3)).pairs.tolist() == [
        [i, j] for i in range(3) for j in range(2)
    ]
    assert deferred_acceptance(left, right, capacities=(2**61, 2**61)).pairs.shape == (6, 2)


RIGHT = [[0, 1], [1, 0]]


@pytest.mark.parametrize(
    ("left", "code", "message"),
    [
        (
            [[0, 2], [1]],
            "unknown_position",
            "person 0 of the left side names position 2, which nobody has; positions run",
        ),
        ([[0], [-1]], "unknown_position", "person 1 of the left side names position -1; -1 may only fill up"),
        (np.array([[0, -1], [-1, 1]]), "unknown_position", "person 1 of the left side names position -1"),
        (np.array([[0, 1], [1, 7]]), "unknown_position", "names position 7, which nobody has"),
        ([[0, 2**70], []], "unknown_position", "which nobody has"),
        ([[0, 1, 0], []], "listed_twice", "person 0 of the left side names person 0 twice"),
        ([[[0, 1], 1], []], "listed_twice", "names person 1 twice"),
        (np.array([[0.0, 1.0], [np.nan, 0.0]]), "not_a_position", "person 1 of the left side holds NaN"),
        ([[float("nan")], []], "not_a_position", "holds NaN"),
        (np.array([[0.5, 1.0]] * 2), "not_a_position", "Got an array of float64"),
        ([[0.0], []], "not_a_position", r"Got the float 0\.0 instead"),
        ([[True], []], "not_a_position", "Got the bool True instead"),
        (np.array([[True, False]] * 2), "not_a_position", "an array of bool"),
        ([["0"], []], "not_a_position", "Got the str '0' instead"),
        ([[None], []], "not_a_position", "Got None instead"),
        (["01", [0]], "not_a_list", "person 0 of the left side must be a list"),
        ([[0], 1], "not_a_list", "person 1 of the left side must be a list"),
        ([np.zeros((1, 1), dtype=int), []], "not_a_list", "an array with 2 dimensions"),
        ([[[]], []], "empty_group", "holds an empty group"),
        ([[[[0]]], []], "nested_too_deep", "a group within a group"),
        ("ab", "input", "left side's preferences must be a list of lists"),
        (None, "input", "Got None instead"),
        ({0: [1]}, "input", "Got a dict instead"),
        (np.zeros((1, 1, 1), dtype=int), "input", "3 dimensions"),
    ],
)
def test_hostile_lists(left, code, message):
    with pytest.raises(InputError, match=message) as caught:
        deferred_acceptance(left, RIGHT)
    assert caught.value.items[0]["code"] == code


def test_every_wrong_list_is_named_up_to_ten_and_on_either_side():
    with pytest.raises(InputError) as caught:
        deferred_acceptance([["x"]] * 12, [[]])
    assert [item["row"] for item in caught.value.items] == list(range(1, 11))
    with pytest.raises(InputError, match="person 0 of the right side names position 1"):
        deferred_acceptance([[0]], [[1]])


@pytest.mark.parametrize(
    ("capacities", "code", "message"),
    [
        ([1, 2, 3], "capacity_length", "right side has 2 people, but 3 capacities"),
        ({"left": [1]}, "capacity_length", "left side has 2 people, but 1 capacities"),
        ((None, [1, -1]), "bad_capacity", "person 1 of the right side must be a whole number from 0. Got -1"),
        ((-1, None), "bad_capacity", "left side's capacity must be a whole number from 0. Got -1"),
        ([1, 1.0], "bad_capacity", r"Got 1\.0 instead"),
        (np.array([1.0, np.nan]), "bad_capacity", r"Got 1\.0 instead"),
        ([1, True], "bad_capacity", "Got True instead"),
        (([True, 1], None), "bad_capacity", "person 0 of the left side"),
        ("12", "bad_capacity", "Capacities must be None, a mapping"),
        (2, "bad_capacity", "Got 2 instead"),
        ((1, 1, 1), "bad_capacity", "a tuple"),
        ([[1, 1], [1, 1]], "bad_capacity", "must be None, a mapping"),
        ([None, [1, 1]], "bad_capacity", "Write a pair as a tuple"),
        ({"rigth": 1}, "unknown_side", "Did you mean 'right'"),
        ({"right": "two"}, "bad_capacity", "Got 'two' instead"),
        ({"right": {1: 1}}, "bad_capacity", "Got a dict instead"),
        ((None, np.ones((2, 1), dtype=int)), "bad_capacity", "person 0"),
    ],
)
def test_hostile_capacities(capacities, code, message):
    with pytest.raises(InputError, match=message) as caught:
        deferred_acceptance(RIGHT, RIGHT, capacities=capacities)
    assert caught.value.items[0]["code"] == code


@pytest.mark.parametrize("proposers", ["middle", None, 1])
def test_proposers_are_left_or_right(proposers):
    with pytest.raises(ConfigError, match="must be one of 'left', 'right'"):
        deferred_acceptance(RIGHT, RIGHT, proposers=proposers)
