"""Numbers that break others: tiny and huge weights, denormals, infinities, columns that say nothing, and ties."""

from __future__ import annotations

import decimal
import fractions
import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import peermatch as pm
from peermatch.problem import FORBIDDEN, GRID
from peermatch.verify import verify_result
from support.oracles import best_matching

ODD = [5e-324, -5e-324, 2.2e-308, 1e-300, 1e308, -1e308, 2.0**53, 2.0**63, -0.0, 0.0, 1e-12, 1e12, None]
WEIGHTS = [1e-12, 1e-6, 1.0, 1e6, 1e12]


def whole(pairing, rows):
    """Everybody once, contributions exact, proved on its own evidence, and plain JSON."""
    assert sorted(map(str, pairing.people["id"])) == sorted(str(row["id"]) for row in rows)
    data = json.loads(json.dumps(pairing.to_dict(evidence=True), allow_nan=False))
    for pair in data["pairs"]:
        assert 0 <= pair["score"] <= 1
        assert sum(round(part * GRID) for part in pair["contributions"].values()) == round(
            pair["score"] * GRID
        )
    verdict = verify_result(data)
    assert verdict.holds, verdict.faults
    assert pairing.summary()
    pairing.explanations()
    return data


def best(pairing):
    """Hold the total against every set of pairs there is."""
    matrix = pairing.scores.block(np.arange(pairing.scores.shape[0]))
    allowed = np.where(matrix == FORBIDDEN, -1, matrix).tolist()
    count, total = best_matching(allowed, "everyone_first")
    assert (len(pairing.matching.pairs), pairing.matching.weight) == (count, total)


def matched_or_told(matcher, table, *columns):
    """Return a pairing; None where the numbers are refused, with the column, in errors that are plain data."""
    told = []
    try:
        return matcher.match(table)
    except pm.InputError as error:
        told = error.items
    assert told[0]["column"] in columns
    assert json.dumps(told)
    return None


@settings(max_examples=60, derandomize=True, deadline=None, database=None)
@given(
    st.lists(
        st.tuples(*[st.sampled_from(ODD)] * 2, st.sampled_from(["x", "y", None])), min_size=2, max_size=7
    ),
    st.lists(st.sampled_from(WEIGHTS), min_size=3, max_size=3),
    st.sampled_from([5e-300, 1e-12, 1.0, 1e12, 1e300]),
    st.sampled_from(["geometric", "harmonic", "mean", "min"]),
)
def test_any_numbers_any_weights(cells, weights, scale, mutual):
    rows = [{"id": k, "a": a, "b": b, "c": c} for k, (a, b, c) in enumerate(cells)]
    a, b, c = weights
    criteria = [pm.near("a", scale=scale, weight=a), pm.near("b", scale=1, weight=b), pm.same("c", weight=c)]
    matcher = pm.PeerMatcher("id", criteria, mutual=mutual)
    pairing = matched_or_told(matcher, rows, "a", "b", "c")  # some numbers are no years of experience
    if pairing is not None:
        whole(pairing, rows)
        best(pairing)


@pytest.mark.parametrize("weight", [0, -1, math.inf, -math.inf, math.nan, "1", None, True, 10**400])
def test_weights_that_are_none(weight):
    with pytest.raises(pm.ConfigError, match="weight"):
        pm.near("a", weight=weight)


@pytest.mark.parametrize("small", [1e-12, 5e-324])
def test_a_weight_too_small_to_count_is_told(small):
    rows = [{"id": k, "a": k, "b": k % 2} for k in range(6)]
    pairing = pm.PeerMatcher("id", [pm.near("a"), pm.same("b", weight=small)]).match(rows)
    whole(pairing, rows)
    best(pairing)
    assert "too little weight to count at all: same b" in pairing.summary()
    alike = pm.PeerMatcher("id", [pm.near("a", weight=small), pm.same("b", weight=small)]).match(rows)
    assert "too little weight" not in alike.summary()


@pytest.mark.parametrize(
    ("column", "criterion"),
    [
        ([7] * 6, lambda: pm.near("x")),
        (["red"] * 6, lambda: pm.same("x")),
        (["red"] * 6, lambda: pm.different(["x"])),
        (["grow; lead"] * 6, lambda: pm.overlap("x")),
        ([3.5, None, 3.5, None, 3.5, None], lambda: pm.near("x")),
        (["red", None, None, None, None, None], lambda: pm.different(["x"])),
    ],
)
def test_constant_columns_and_one_category(column, criterion):
    rows = [{"id": k, "x": x} for k, x in enumerate(column)]
    pairing = pm.PeerMatcher("id", [criterion()]).match(rows)
    whole(pairing, rows)
    best(pairing)
    assert len(pairing.pairs) == 3


@pytest.mark.parametrize("kind", [lambda: pm.near("x"), lambda: pm.same("x"), lambda: pm.overlap("x")])
def test_a_column_that_is_missing_for_all(kind):
    rows = [{"id": k, "x": None, "y": k % 3} for k in range(6)]
    pairing = pm.PeerMatcher("id", [kind(), pm.same("y")]).match(rows)
    whole(pairing, rows)
    assert pairing.pairs["coverage"].tolist() == [0.5] * 3
    best(pairing)


@pytest.mark.parametrize("infinite", [math.inf, -math.inf, "inf", "-Infinity", np.float64("inf")])
def test_infinities_are_refused_with_their_place(infinite):
    rows = [{"id": k, "x": float(k)} for k in range(4)]
    rows[2]["x"] = infinite
    with pytest.raises(pm.InputError) as caught:
        pm.PeerMatcher("id", [pm.near("x")]).match(rows)
    assert (caught.value.items[0]["column"], caught.value.items[0]["id"]) == ("x", 2)


@pytest.mark.parametrize(
    "values",
    [
        [decimal.Decimal("1.5"), decimal.Decimal("2"), None, decimal.Decimal("1E+3")],
        [np.float32(1.5), np.int8(2), np.uint64(2**63), np.float16(0.25)],
        pd.array([1, None, 3, 4], dtype="Int64"),
        pd.array([1.5, None, -0.0, 4], dtype="Float64"),
        [True, False, True, None],
    ],
)
def test_numbers_of_every_sort_are_read_or_refused_in_words(values):
    frame = pd.DataFrame({"id": list("abcd"), "x": pd.Series(list(values), dtype=object)})
    pairing = matched_or_told(pm.PeerMatcher("id", [pm.near("x")]), frame, "x")
    if pairing is not None:
        whole(pairing, frame.to_dict("records"))


@pytest.mark.parametrize("odd", [1 + 2j, fractions.Fraction(1, 3), np.timedelta64(3, "D"), object(), b"7"])
def test_what_is_no_number_is_refused_in_words(odd):
    rows = [{"id": k, "x": k} for k in range(4)]
    rows[1]["x"] = odd
    pairing = matched_or_told(pm.PeerMatcher("id", [pm.near("x")]), rows, "x")
    if pairing is not None:
        whole(pairing, rows)


@pytest.mark.parametrize("objective", ["everyone_first", "best_total", "worst_first", "leximin"])
def test_all_scores_equal_and_all_scores_nothing(objective):
    for value in ("same", None):
        rows = [{"id": k, "x": value or k} for k in range(7)]
        pairing = pm.PeerMatcher("id", [pm.same("x")], objective=objective).match(rows)
        whole(pairing, rows)
        assert pairing.certificate.verified
        assert set(pairing.pairs["score"]) <= {1.0 if value else 0.0}


@pytest.mark.parametrize("objective", ["everyone_first", "best_total", "worst_first"])
def test_everyone_forbidden(objective):
    rows = [{"id": k, "x": "same"} for k in range(6)]
    pairing = pm.PeerMatcher("id", [pm.same("x")], [pm.must_differ("x")], objective=objective).match(rows)
    assert len(pairing.pairs) == 0
    assert set(pairing.people["status"]) == {"unmatched"}
    assert all(pairing.people["reason"])
    whole(pairing, rows)


@pytest.mark.parametrize("scale", [0, -1, math.inf, math.nan, "x", True])
def test_scales_that_are_none(scale):
    with pytest.raises(pm.ConfigError, match="scale"):
        pm.near("x", scale=scale)


def test_two_people_and_fewer():
    one = pm.PeerMatcher("id", [pm.near("x")])
    whole(one.match([{"id": 1, "x": 5e-324}, {"id": 2, "x": 1e308}]), [{"id": 1}, {"id": 2}])
    for rows in ([], [{"id": 1, "x": 3}]):
        with pytest.raises(pm.InputError):
            one.match(rows)


def test_bonuses_of_a_million_people_have_room():
    """More pairs first: the bonus for every pair, over half a million pairs of the largest score, fits 64 bits."""
    from peermatch.solvers.engine import cardinality_bonus, require_room

    bonus = cardinality_bonus(500_000, GRID, 0)
    require_room(GRID, bonus)
    assert (GRID + bonus) < 2**62
