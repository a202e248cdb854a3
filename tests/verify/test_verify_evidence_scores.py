"""Scores worked out from evidence are those that were solved, to the last bit; and so are stated preferences."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import peermatch as pm
from peermatch.problem import GRID
from peermatch.scoring import StatedLists, StatedScores
from peermatch.verify.evidence_parts import read_scores
from peermatch.verify.evidence_scores import COLUMNS, ROWS
from peermatch.verify.evidence_similarity import count_bits, count_by_sums
from peermatch.verify.evidence_stated import FIRST_CHOICE, ReadLists, StatedEvidence, read_stated
from support.evidence import RESULTS, criteria, people
from support.whole_tables import asked, matcher, tables

many = settings(
    max_examples=60,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)


def both(pairing):
    """Return the scores that were solved, and those that are worked out from evidence."""
    evidence = json.loads(json.dumps(pairing.evidence(), allow_nan=False))
    return pairing.scores, read_scores(evidence)


def check_same(scores, again):
    """Every way of asking gives the same whole numbers."""
    rows, columns = (np.arange(size) for size in scores.shape)
    assert again.shape == scores.shape
    assert again.two_sided == scores.two_sided
    np.testing.assert_array_equal(again.block(rows), scores.block(rows))
    u, v = np.repeat(rows, len(columns)), np.tile(columns, len(rows))
    np.testing.assert_array_equal(again.at(u, v), scores.at(u, v))
    for mine, theirs in zip(again.utilities_at(u, v), scores.utilities_at(u, v), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    np.testing.assert_array_equal(again.utilities(rows), scores.utilities(rows))
    if scores.two_sided:
        np.testing.assert_array_equal(again.utilities(columns, "right"), scores.utilities(columns, "right"))
    best, same = again.top(3), scores.top(3)
    np.testing.assert_array_equal(best.columns, same.columns)
    np.testing.assert_array_equal(best.scores, same.scores)


def check_views(scores, again):
    """The same holds of some people in another order, with pairs forbidden, and above a floor."""
    rows, columns = scores.shape
    left = np.arange(rows)[::-2].copy()
    right = np.roll(np.arange(columns), 2)[: columns // 2 + 1] if scores.two_sided else left
    for view in (
        lambda part: part.take(left, right),
        lambda part: part.at_least(GRID // 3),
        lambda part: part.at_least(GRID // 3).take(left, right),
        lambda part: part.without(np.array([0]), np.array([columns - 1])).take(left, right),
    ):
        check_same(view(scores), view(again))


@many
@given(people=tables(2, 9), asked=asked())
def test_scores_of_one_pool_are_worked_out_to_the_last_bit(people, asked):
    scores, again = both(matcher(asked).match(people))
    check_same(scores, again)
    check_views(scores, again)


@many
@given(left=tables(1, 6, "p", ["q0", "q1"]), right=tables(1, 5, "q", ["p0", "p1"]), asked=asked())
def test_scores_of_two_sides_are_worked_out_to_the_last_bit(left, right, asked):
    scores, again = both(matcher(asked, sides=("mentee", "mentor")).match(left, right))
    check_same(scores, again)
    check_views(scores, again)


@pytest.mark.parametrize("name", sorted(RESULTS))
def test_scores_of_every_sort_of_result_are_worked_out_to_the_last_bit(name):
    check_same(*both(RESULTS[name]()))


@pytest.mark.parametrize("mutual", ["geometric", "harmonic", "mean", "min"])
def test_more_people_than_a_tile_has_room_for(mutual):
    few = people(ROWS + 3)
    many = people(COLUMNS + 5, "q")
    program = pm.PeerMatcher("id", criteria(), [pm.must_differ("grade")], sides=("a", "b"), mutual=mutual)
    scores, again = both(program.match(few, many))
    rows = np.arange(len(few))
    np.testing.assert_array_equal(again.block(rows), scores.block(rows))
    np.testing.assert_array_equal(again.block_from(rows, 1000), scores.block(rows)[:, 1000:])
    with_threads = again.__class__(**{**vars(again), "threads": 3})
    np.testing.assert_array_equal(with_threads.block(rows), scores.block(rows))
    some = np.array([1028, 3, 3, 700])
    np.testing.assert_array_equal(again.utilities(some, "right"), scores.utilities(some, "right"))


ODD = [1e-12, 1e-3, 0.1, 1.0, 7.3, 1e12]


@many
@given(
    weights=st.lists(st.sampled_from(ODD), min_size=3, max_size=3),
    years=st.lists(
        st.sampled_from([None, 0.0, -0.0, 5e-324, 1e-300, 0.1, 1 / 3, 1e15, -1e15, 1e300]),
        min_size=4,
        max_size=4,
    ),
    scale=st.sampled_from([1e-9, 0.3, 1e9]),
)
def test_odd_numbers_are_worked_out_to_the_last_bit(weights, years, scale):
    rows = [
        {"id": k, "years": year, "team": "ab"[k % 2], "goals": "x; y"[: k + 1]}
        for k, year in enumerate(years)
    ]
    what = [
        pm.near("years", scale=scale, weight=weights[0]),
        pm.different("team", weight=weights[1]),
        pm.overlap("goals", separator=";", weight=weights[2]),
    ]
    check_same(*both(pm.PeerMatcher("id", what).match(rows)))


def test_bits_are_counted_the_same_way_by_every_numpy():
    words = np.random.default_rng(1).integers(0, 2**64, 2_000, dtype=np.uint64)
    words = np.concatenate(
        [words, words & np.uint64(255), np.array([0, 1, 2**63, 2**64 - 1], dtype=np.uint64)]
    )
    expected = [int(word).bit_count() for word in words]
    assert count_by_sums(words).tolist() == expected
    assert count_bits(words).tolist() == expected


# ---- stated preferences ---------------------------------------------------------------------------------------


@st.composite
def stated(draw):
    """Scores of a few people, and lists of some of them."""
    two_sided = draw(st.booleans())
    shape = (draw(st.integers(1, 6)), draw(st.integers(1, 5))) if two_sided else (6, 6)
    options = {"sides": ("a", "b")} if two_sided else {}
    program = pm.PeerMatcher("id", [pm.near("years"), pm.different("team")], **options)
    tables = (people(shape[0]), people(shape[1], "q")) if two_sided else (people(shape[0]),)
    sides = []
    for size, others in (shape, shape[::-1]):
        start = [
            draw(st.lists(st.integers(0, others - 1), unique=True, max_size=others)) for _ in range(size)
        ]
        entries = [
            (row, column, rank + 1) for row, given in enumerate(start) for rank, column in enumerate(given)
        ]
        array = np.array(entries, dtype=np.int64).reshape(-1, 3)
        given = np.array([bool(given) or draw(st.booleans()) for given in start])
        sides.append((size, others, array[:, 0], array[:, 1], array[:, 2], given))
    return program.match(*tables), sides if two_sided else [sides[0], sides[0]], draw(st.booleans())


@many
@given(stated())
def test_stated_preferences_are_worked_out_to_the_last_bit(drawn):
    pairing, sides, only_listed = drawn
    scores, again = both(pairing)
    lists = [StatedLists.of(*side) for side in sides]
    read = []
    for _, others, owner, listed, rank, who in sides:
        keys = owner * others + listed
        order = np.argsort(keys)
        read.append(ReadLists(others, keys[order], rank[order], who))
    one = StatedScores(scores, *lists, only_listed=only_listed)
    other = StatedEvidence(again, *read, only_listed=only_listed)
    check_same(one, other)
    check_views(one, other)


@pytest.mark.parametrize("name", ["stated", "no stable", "deferred stated"])
def test_stated_preferences_are_read_from_evidence(name):
    pairing = RESULTS[name]()
    evidence = json.loads(json.dumps(pairing.evidence()))
    check_same(pairing.stated, read_stated(evidence, read_scores(evidence)))
    assert FIRST_CHOICE > GRID
