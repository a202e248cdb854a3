"""What fuzzing and random programmes broke once: each in the fewest words that show it."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import jsonschema
import numpy as np
import pandas as pd
import pytest

import peermatch as pm
from peermatch.checks import must_be
from peermatch.errors import InputError, error_item
from peermatch.report import pairing_schema

PEOPLE = [{"id": f"p{k}", "years": k, "team": "ab"[k % 2]} for k in range(6)]
HUGE = 10**400
"""A whole number that no float can hold."""


def refused(kind, function):
    with pytest.raises(kind) as caught:
        function()
    json.dumps(caught.value.items, allow_nan=False)
    return caught.value.items[0]


@pytest.mark.parametrize(
    "found",
    [
        1j, Decimal("1.5"), dt.date(2026, 12, 1), dt.timedelta(days=1), float("nan"), float("inf"), object,
        {1, 2}, b"x",
        np.int64(7), np.float64("nan"), {"a": [{"b": {"c": object()}}]}, range(3), pd.Timestamp("2026-12-01"),
    ],
)  # fmt: skip
def test_errors_are_data_whatever_was_found(found):
    error = InputError(error_item("code", "A sentence.", found=found, accepted=[found]))
    assert json.loads(json.dumps(error.items, allow_nan=False)) == error.items


def test_data_in_errors_stays_what_it_was():
    found = ["007", 7, 1.5, None, True, {"a": [1]}]
    assert InputError(error_item("code", "A sentence.", found=found)).items[0]["found"] == found
    assert InputError(error_item("code", "A sentence.", found=np.int64(7))).items[0]["found"] == 7


def test_messages_stay_short_and_numbers_that_cannot_be_written_are_named():
    assert len(must_be("near()", "scale", "a number", "x" * 10_000)) < 600
    assert "type int" in must_be("near()", "scale", "a number", 10**5000)


@pytest.mark.parametrize(
    "build",
    [
        lambda: pm.near("years", scale=HUGE),
        lambda: pm.near("years", weight=HUGE),
        lambda: pm.different(1.5),
        lambda: pm.different(left=1.5, right=["team"]),
        lambda: pm.above("years", ladder=["a", ["b"]]),
        lambda: pm.overlap("team", vocabulary=["a", object]),
        lambda: pm.PeerMatcher("id", [pm.same("team")], solver=0.5),
        lambda: pm.PeerMatcher("id", [pm.same("team")], protected=object),
        lambda: pm.PeerMatcher("id", [pm.same("team")], audit_only=7),
        lambda: pm.PeerMatcher("id", [pm.same("team")]).match(PEOPLE, first=[{"id": "p1"}, "p2"]),
    ],
)
def test_arguments_of_the_wrong_kind_are_refused_in_words(build):
    assert refused(pm.ConfigError, build)["message"].strip()


def test_a_manager_who_is_a_list_is_nobody():
    people = [
        {**row, "boss": boss}
        for row, boss in zip(PEOPLE, [["p1"], {"a": 1}, "p0", "p1", None, "p9"], strict=True)
    ]
    cohort = pm.read_people(people, "id", manager="boss")
    assert len(cohort) == 6


@pytest.mark.parametrize("column", ["a", "b", "round"])
@pytest.mark.parametrize("cell", [["p1"], {"id": "p1"}])
def test_lists_of_pairs_hold_one_value_a_cell(column, cell):
    history = [{"a": "p0", "b": "p1", "round": "r1"}, {"a": "p2", "b": "p3", "round": "r1", column: cell}]
    matcher = pm.PeerMatcher("id", [pm.near("years")], [pm.no_repeat(rounds=1)])
    item = refused(pm.InputError, lambda: matcher.match(PEOPLE, history=history))
    assert (item["code"], item["column"], item["row"]) == ("bad_cell", column, 2)


def test_a_private_list_is_not_repeated_in_its_error():
    matcher = pm.PeerMatcher("id", [pm.near("years")], [pm.veto(table=[{"a": "p0", "b": ["p1"]}])])
    assert "p1" not in str(refused(pm.InputError, lambda: matcher.match(PEOPLE)))


def test_broken_letters_in_cells_are_mended_and_told_of(tmp_path):
    people = [{**row, "team": "\ud800x" if row["id"] == "p3" else row["team"]} for row in PEOPLE]
    cohort = pm.read_people(people, "id")
    assert cohort.column("team").tolist()[3] == "\ufffdx"
    [repair] = cohort.repairs.to_dict("records")
    assert (repair["code"], repair["row"], repair["found"]) == ("broken_letters", 4, "\\ud800x")
    pairing = pm.PeerMatcher("id", [pm.same("team")], label="team").match(cohort)
    pairing.to_csv(tmp_path / "out")
    assert json.loads(pairing.to_json()) == pairing.to_dict()


def test_broken_letters_in_ids_and_headers_are_refused():
    people = [{**row, "id": "\ud800x" if row["id"] == "p3" else row["id"]} for row in PEOPLE]
    assert refused(pm.InputError, lambda: pm.read_people(people, "id"))["code"] == "bad_id"
    people = [{**row, "\ud800": 1} for row in PEOPLE]
    assert refused(pm.InputError, lambda: pm.read_people(people, "id"))["code"] == "bad_header"


def test_numbers_beyond_all_floats_are_no_facts_about_people():
    people = [{**row, "hired": HUGE if row["id"] == "p3" else "2019-04-01"} for row in PEOPLE]
    assert refused(pm.InputError, lambda: pm.read_people(people, "id"))["code"] == "bad_cell"
    ties = [{"a": "p0", "b": "p1", "strength": HUGE}]
    matcher = pm.PeerMatcher("id", [pm.ties(ties)])
    assert refused(pm.InputError, lambda: matcher.match(PEOPLE))["code"] in ("bad_cell", "wrong_kind")


@pytest.mark.parametrize("score", ["x", [1], True, HUGE, -1e300])
def test_a_programme_whose_scores_are_none_is_refused(score):
    programme = pm.Programme(pm.PeerMatcher("id", [pm.near("years")]))
    programme.run(PEOPLE)
    data = programme.to_dict()
    column = data["attendance"]["columns"].index("score")
    data["attendance"]["rows"][0][column] = score
    assert refused(pm.InputError, lambda: pm.Programme.from_dict(data))["code"] == "bad_programme"


def test_an_update_in_which_no_earlier_pair_can_stay():
    before = pm.PeerMatcher("id", [pm.near("years")]).match(PEOPLE)
    pairs = [tuple(pair) for pair in before.pairs[["a", "b"]].values.tolist()]
    matcher = pm.PeerMatcher("id", [pm.near("years")], [pm.forbid(pairs)])
    for options in ({"at_most": 1}, {"price": 0.1}, {"keep": "all"}):
        now = matcher.update(PEOPLE, before, **options)
        assert len(now.pairs) == 3
        assert now.certificate.verified


def test_who_is_alone_may_gain_nothing_by_the_one_they_would_leave_with():
    people = [{"id": id, "wishes": wish} for id, wish in [("a", "b"), ("b", "c"), ("c", "a")]]
    pairing = pm.PeerMatcher("id", [pm.prefers("wishes")], solver="roommates").match(people)
    data = pairing.to_dict()
    assert pairing.certificate.status == "no_stable"
    [blocking] = data["stability"]["blocking"]
    assert sorted([blocking["gain_a"], blocking["gain_b"]]) == [0, 1]
    jsonschema.validate(data, pairing_schema())
