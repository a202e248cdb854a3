"""People who are set aside, and people who stand on both sides of one table."""

from __future__ import annotations

import pandas as pd
import pytest

import peermatch as pm
from peermatch.run.absent import SET_ASIDE

POOL = [{"id": f"p{i}", "years": i, "in": "no" if i == 5 else "yes"} for i in range(6)]
LEFT = [{"id": id, "years": years} for id, years in [("ana", 1), ("bo", 3), ("cy", 5)]]
RIGHT = [{"id": id, "years": years} for id, years in [("bo", 3), ("di", 4), ("eva", 9)]]
BOTH = ("mentee", "mentor")


def matcher(sides=None, rules=(), **options):
    return pm.PeerMatcher("id", [pm.near("years", scale=3)], rules, sides=sides, **options)


def out_of(pairing):
    people = pairing.people
    away = people[people["status"] == "not taking part"]
    assert not away["partners"].map(len).any()
    keys = ["side", "id"] if "side" in people.columns else ["id"]
    return {tuple(row[key] for key in keys): row["reason"] for row in away.to_dict("records")}


@pytest.mark.parametrize(
    "given",
    [
        ["p1", "p4"],
        ("p4", "p1", "p1"),
        {"p1", "p4"},
        pd.DataFrame({"id": ["p1", "p4"]}),
        [{"id": "p1", "why": "on leave"}, {"id": "p4"}],
    ],
)
def test_whoever_is_set_aside_stays_in_the_table_and_takes_no_part(given):
    pairing = matcher().match(POOL, set_aside=given)
    assert out_of(pairing) == {("p1",): SET_ASIDE, ("p4",): SET_ASIDE}
    assert len(pairing.people) == 6
    assert "Not taking part: 2 people (set aside this time: 2)" in pairing.summary()
    assert SET_ASIDE in str(pairing.explain("p1"))


def test_setting_aside_is_the_same_as_not_coming():
    without = [person for person in POOL if person["id"] not in ("p1", "p4")]
    apart, together = matcher().match(without), matcher().match(POOL, set_aside=["p1", "p4"])
    assert together.pairs.equals(apart.pairs)


def test_nobody_set_aside_is_no_change():
    expected = matcher().match(POOL).to_json()
    assert matcher().match(POOL, set_aside=[]).to_json() == expected
    assert matcher().match(POOL, set_aside=pd.DataFrame({"id": []})).to_json() == expected


def test_a_file_of_ids(tmp_path):
    path = tmp_path / "away.csv"
    path.write_text("id,side\nbo,mentor\nana,\n", encoding="utf-8")
    pairing = matcher(BOTH).match(LEFT, RIGHT, set_aside=path)
    assert out_of(pairing) == {("mentor", "bo"): SET_ASIDE, ("mentee", "ana"): SET_ASIDE}
    numbers = [{"id": i, "years": i} for i in range(1, 5)]
    path.write_text("id\n2\n3\n", encoding="utf-8")
    assert out_of(matcher().match(numbers, set_aside=path)) == {(2,): SET_ASIDE, (3,): SET_ASIDE}


def test_on_two_sides_an_id_is_set_aside_on_both_or_on_the_one_that_is_named():
    two = matcher(BOTH)
    assert set(out_of(two.match(LEFT, RIGHT, set_aside=["bo"]))) == {("mentee", "bo"), ("mentor", "bo")}
    assert set(out_of(two.match(LEFT, RIGHT, set_aside={"Mentor": ["bo"]}))) == {("mentor", "bo")}
    records = [{"id": "bo", "side": "mentee"}]
    assert set(out_of(two.match(LEFT, RIGHT, set_aside=records))) == {("mentee", "bo")}


def test_who_takes_no_part_in_any_case_keeps_their_reason():
    pairing = matcher(eligible="in").match(POOL, set_aside=["p5", "p0"])
    assert out_of(pairing) == {("p0",): SET_ASIDE, ("p5",): "not taking part: in is no"}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["bo", "anna"], "'anna', an id that nobody has. Did you mean 'ana'?"),
        ({"mentor": ["ana"]}, "'ana', an id that nobody of side 'mentor' has"),
        ({"mentr": ["ana"]}, "the side 'mentr'. Accepted: 'mentee' or 'mentor'"),
        ({"mentor": "ana"}, "must be a list of ids, a mapping"),
        (7, "must be a list of ids, a mapping"),
        (b"ana", "must be a list of ids, a mapping"),
        ("nowhere.csv", "There is no file nowhere.csv"),
        (pd.DataFrame({"who": ["ana"]}), "has no column 'id'. It has: 'who'"),
        ([["ana"]], "names ['ana'], an id that nobody has"),
        (["ana", "bo", "cy"], "0 of 3 mentee people take part, 3 being set aside this time; at least 1 must"),
    ],
)
def test_what_names_nobody_is_refused_in_words(given, message):
    with pytest.raises(pm.InputError) as caught:
        matcher(BOTH).match(LEFT, RIGHT, set_aside=given)
    assert message in str(caught.value)


def test_one_pool_has_no_side_to_name():
    with pytest.raises(pm.InputError, match="there is one pool"):
        matcher().match(POOL, set_aside={"mentor": ["p1"]})
    with pytest.raises(pm.InputError, match=r"'7', an id that nobody has\. Did you mean '07'"):
        matcher().match([{"id": "07", "years": 1}, {"id": "08", "years": 1}], set_aside=["7"])
    with pytest.raises(
        pm.InputError, match="1 of 6 people take part, by the column 'in' and 4 being set aside"
    ):
        matcher(eligible="in").match(POOL, set_aside=["p0", "p1", "p2", "p3"])


def test_a_demanded_pair_with_somebody_who_is_set_aside_is_a_conflict():
    with pytest.raises(pm.InfeasibleError) as caught:
        matcher().match(POOL, set_aside=["p1"], locks=[("p0", "p1")])
    assert "'p1', who does not take part (set aside this time)" in str(caught.value)
    assert caught.value.conflict == [{"rule": "locks", "ids": ["p1"], "reason": SET_ASIDE}]


def test_a_programme_sets_people_aside_for_a_round():
    programme = pm.Programme(matcher(rules=[pm.no_repeat()]))
    first = programme.run(POOL, round="2026-11", set_aside=["p0", "p1"])
    assert set(out_of(first)) == {("p0",), ("p1",)}
    assert not len(programme.sit_outs)  # who is set aside did not sit out
    assert not out_of(programme.run(POOL))


# ---- one table, and people on both sides of it ----------------------------------------------------------


@pytest.mark.parametrize("both", ["both", "Both ", "mentor; mentee", "Mentee and MENTOR", "mentee/mentor"])
def test_one_table_may_hold_people_who_are_on_both_sides(both):
    rows = [*({**row, "role": "mentee"} for row in LEFT if row["id"] != "bo")]
    rows += [*({**row, "role": "mentor"} for row in RIGHT if row["id"] != "bo")]
    rows.append({"id": "bo", "years": 3, "role": both})
    apart, together = matcher(BOTH).match(LEFT, RIGHT), matcher(BOTH).match(rows, role="role")
    assert together.pairs.equals(apart.pairs)
    assert together.people.equals(apart.people)
    assert together.rules.values.tolist() == [["same_person", "same_person", 1, ""]]


def test_roles_in_a_list_and_sides_whose_names_hold_and():
    rows = [
        {"id": 1, "years": 3, "role": ["mentee", "mentor"]},
        {"id": 2, "years": 2, "role": ["mentee"]},
        {"id": 3, "years": 2, "role": ["mentor"]},
    ]
    people = matcher(BOTH).match(rows, role="role").people
    assert people[["side", "id"]].values.tolist() == [
        ["mentee", 1], ["mentee", 2], ["mentor", 1], ["mentor", 3],
    ]  # fmt: skip
    names = ("new and keen", "both")
    rows = [{"id": 1, "years": 3, "role": "new and keen"}, {"id": 2, "years": 3, "role": "both"}]
    assert matcher(names).match(rows, role="role").pairs[list(names)].values.tolist() == [[1, 2]]


@pytest.mark.parametrize("role", ["mentor or so", "mentor; boss", "mentor;", ["mentor", "boss"], None])
def test_a_role_that_says_anything_else_is_named(role):
    rows = [{"id": 1, "years": 3, "role": "both"}, {"id": 2, "years": 2, "role": role}]
    with pytest.raises(pm.InputError, match="Accepted: 'mentee' or 'mentor'; 'both' for"):
        matcher(BOTH).match(rows, role="role")
