"""Whatever is wrong with what comes in, the error says what, where, what was found and what would be accepted."""

from __future__ import annotations

import datetime as dt
import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import peermatch as pm

PEOPLE = [
    {
        "id": f"p{i}",
        "years": 2 * i,
        "team": "ab"[i % 2],
        "boss": f"p{i // 2}" if i else None,
        "role": "mentee" if i < 3 else "mentor",
        "places": 1,
        "hired": f"20{10 + i}-01-01",
        "in": "yes",
    }
    for i in range(6)
]
BACKWARDS = PEOPLE[::-1]
MENTEES, MENTORS = PEOPLE[:3], PEOPLE[3:]


def matcher(criteria=None, rules=(), **options):
    return pm.PeerMatcher("id", criteria or [pm.near("years")], rules, **options)


def two(criteria=None, rules=(), **options):
    return matcher(criteria, rules, sides=("mentee", "mentor"), **options)


def edited(people=PEOPLE, **cells):
    return [{**person, **cells} for person in people]


def with_cell(id, column, value, people=PEOPLE):
    return [{**person, column: value} if person["id"] == id else person for person in people]


def error_of(call, kind=pm.InputError):
    """The error that a call raises; every InputError is data that goes into JSON as it is."""
    with pytest.raises(kind) as caught:
        call()
    error = caught.value
    if isinstance(error, pm.InputError):
        for item in error.items:
            assert set(item) == {"code", "message", "column", "row", "id", "found", "accepted"}
            assert item["message"] in str(error)
        json.dumps(error.items)
    return error


def refused(call, code, *parts, kind=pm.InputError):
    """Assert the code of the first item, and that the message holds all these parts; return the item."""
    error = error_of(call, kind)
    item = error.items[0]
    assert item["code"] == code
    for part in parts:
        assert part in str(error)
    return item


@pytest.fixture
def file(tmp_path):
    def write(name, data):
        path = tmp_path / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    return write


# ---- people: files and tables ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "code", "parts"),
    [
        (b"", "empty_file", ["people.csv is empty", "A header line and one line a person are needed"]),
        (b"id,years\n", "header_only", ["has a header (2 columns) and no rows"]),
        (b"id,years\n1,2\n", "too_few_people", ["There is 1 person", "at least 2 are needed"]),
        (
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(90),
            "not_text",
            ["is not a text file", "a picture (.png)"],
        ),
        (bytes(range(256)) * 4, "not_text", ["is not a text file", "zero byte"]),
        (
            "id,years,name\n1,2,Анна\n2,3,Лев\n".encode("cp1251"),
            "not_utf8",
            ["byte 0xC0", "line 2", "Pass the right one as encoding="],
        ),
    ],
)
def test_a_file_that_holds_no_people(file, data, code, parts):
    path = file("people.csv", data)
    item = refused(lambda: matcher().match(path), code, *parts)
    assert str(path) in item["message"]


def test_a_path_that_cannot_be_read(tmp_path, file):
    file("people.csv", "id,years\n1,2\n2,3\n")
    item = refused(lambda: matcher().match(tmp_path / "peple.csv"), "file_not_found", "There is no file")
    assert "Did you mean" in item["message"]
    refused(lambda: matcher().match(tmp_path), "is_a_folder", "is a folder. Name the file in it")
    refused(lambda: matcher().match(file("people.doc", "x")), "unknown_format", "the ending '.doc'")


def denied(*_args, **_options):
    raise PermissionError(13, "Permission denied")


def test_a_file_without_permission(file, monkeypatch):
    path = file("people.csv", "id,years\n1,2\n2,3\n")
    monkeypatch.setattr(Path, "read_bytes", denied)
    refused(lambda: matcher().match(path), "unreadable", f"{path} may not be read: permission denied")


def test_what_is_no_table_of_people():
    for source in (None, 5, {"id": [1, 2]}, b"id"):
        refused(lambda source=source: matcher().match(source), "unsupported_source", "People must be")
    for source in ([], pd.DataFrame()):
        refused(lambda source=source: matcher().match(source), "unknown_column", "It has no columns at all")


def test_ids_that_repeat():
    item = refused(
        lambda: matcher().match([*PEOPLE, PEOPLE[0]]), "duplicate_id", "Rows 1 and 7", "the same id 'p0'"
    )
    assert (item["column"], item["row"], item["id"], item["found"]) == ("id", 7, "p0", [1, 7])
    refused(
        lambda: pm.PeerMatcher("team", [pm.near("years")]).match(PEOPLE), "duplicate_id", "Rows 1, 3 and 5"
    )
    refused(
        lambda: matcher().match([{"id": "7", "years": 1}, {"id": 7, "years": 2}]),
        "ambiguous_id",
        "once as a number and once as text",
    )


def test_an_id_that_is_empty():
    item = refused(lambda: matcher().match(with_cell("p2", "id", None)), "empty_id", "row 3")
    assert item["row"] == 3


@pytest.mark.parametrize(
    ("build", "column", "nearest"),
    [
        (lambda: matcher([pm.near("yeers")]), "yeers", "years"),
        (lambda: matcher([pm.near("years", when="inn")]), "inn", "in"),
        (lambda: matcher([pm.different(["team", "rle"])]), "rle", "role"),
        (lambda: matcher([pm.complement("teem", "team")]), "teem", "team"),
        (lambda: matcher(rules=[pm.must_differ("tem")]), "tem", "team"),
        (lambda: matcher(rules=[pm.not_in_line("bos")]), "bos", "boss"),
        (lambda: matcher(label="rol"), "rol", "role"),
        (lambda: matcher(eligible="inn"), "inn", "in"),
        (lambda: pm.PeerMatcher("idd", [pm.near("years")]), "idd", "id"),
    ],
)
def test_a_column_that_is_not_there(build, column, nearest):
    item = refused(
        lambda: build().match(PEOPLE), "unknown_column", repr(column), f"Did you mean {nearest!r}?"
    )
    assert item["column"] == column
    assert nearest in item["accepted"]


# ---- cells of the wrong kind: rows and ids of the user's own table -----------------------------------------


def test_a_cell_of_the_wrong_kind_is_named_by_row_and_id():
    people = with_cell("p4", "years", "lots", BACKWARDS)
    item = refused(
        lambda: matcher().match(people), "wrong_kind", "Column 'years' has 1 cell", "row 2 (id 'p4'): 'lots'"
    )
    assert (item["column"], item["row"], item["id"]) == ("years", 2, "p4")
    assert item["found"][0]["value"] == "lots"
    assert "invalid=" not in item["message"]  # no argument that a criterion does not have


def test_a_grade_that_is_not_on_the_ladder():
    item = refused(
        lambda: matcher([pm.above("team", ladder=["a", "c"])]).match(BACKWARDS),
        "wrong_kind",
        "has 3 cells",
        "row 5 (id 'p1'): 'b' (not in the ladder",
        "Accepted: the grades 'a', 'c'",
    )
    assert [(cell["row"], cell["id"]) for cell in item["found"]] == [(5, "p1"), (3, "p3"), (1, "p5")]


def test_a_wrong_cell_in_the_other_of_two_columns_of_one_pool():
    people = [{**person, "sought": 3} for person in BACKWARDS]
    people = with_cell("p1", "sought", "some", people)
    criteria = [pm.near(left="years", right="sought")]
    item = refused(
        lambda: matcher(criteria).match(people),
        "wrong_kind",
        "Column 'sought' has 1 cell",
        "row 5 (id 'p1'): 'some'",
    )
    assert (item["column"], item["row"], item["id"]) == ("sought", 5, "p1")
    people = with_cell("p2", "years", "row 7: many", people)
    item = refused(
        lambda: matcher(criteria).match(people),
        "wrong_kind",
        "Column 'years' or 'sought' has 2 cells",
        "row 4 (id 'p2', column 'years'): 'row 7: many'",
        "row 5 (id 'p1', column 'sought'): 'some'",
    )
    assert item["column"] == "years"


def test_a_wrong_cell_on_the_right_side():
    mentors = [{"id": person["id"], "level": person["years"]} for person in MENTORS[::-1]]
    mentors = with_cell("p4", "level", "high", mentors)
    item = refused(
        lambda: two([pm.above(left="years", right="level")]).match(MENTEES, mentors),
        "wrong_kind",
        "Column 'level'",
        "row 2 (id 'p4', mentor): 'high'",
    )
    assert (item["column"], item["row"], item["id"]) == ("level", 2, "p4")


def test_skills_that_are_no_skills_name_the_column_of_the_table():
    people = with_cell("p3", "team", dt.time(9), BACKWARDS)
    item = refused(
        lambda: matcher([pm.complement(offers="team", seeks="role")]).match(people),
        "wrong_kind",
        "Column 'team' has 1 cell",
        "row 3 (id 'p3')",
    )
    assert (item["column"], item["row"], item["id"]) == ("team", 3, "p3")


def test_a_value_that_a_rule_cannot_compare():
    people = with_cell("p3", "team", ["a", "b"], BACKWARDS)
    item = refused(
        lambda: matcher(rules=[pm.must_differ("team")]).match(people), "wrong_kind", "row 3 (id 'p3')"
    )
    assert (item["column"], item["row"], item["id"]) == ("team", 3, "p3")


def test_hours_that_are_no_hours():
    item = refused(
        lambda: matcher([pm.available("role", "years")]).match(edited(role="UTC")[::-1]),
        "wrong_kind",
        "hours such as",
    )
    assert (item["column"], item["row"], item["id"]) == ("years", 6, "p0")


def test_a_yes_that_is_neither_yes_nor_no():
    item = refused(
        lambda: matcher([pm.near("years", when="in")]).match(with_cell("p1", "in", "perhaps", BACKWARDS)),
        "not_yes_or_no",
        "Row 5 has 'perhaps' in column 'in', which near() reads as yes or no",
    )
    assert (item["row"], item["id"]) == (5, "p1")


def test_hire_dates_need_a_day():
    hired = matcher([pm.near("hired")])
    refused(
        lambda: hired.match(PEOPLE), "as_of_required", "column 'hired'", "give as_of='YYYY-MM-DD' to match()",
        kind=pm.ConfigError,
    )  # fmt: skip
    refused(lambda: hired.match(PEOPLE, as_of="soon"), "config", "as_of", "'soon'", kind=pm.ConfigError)
    refused(
        lambda: hired.match(PEOPLE, as_of="2012-06-01"),
        "wrong_kind",
        "row 4 (id 'p3')",
        "after as_of, 2012-06-01",
    )
    assert len(hired.match(PEOPLE, as_of="2026-12-01").pairs) == 3


# ---- weights, keys, configurations ----------------------------------------------------------------------


def config(**changes):
    return {"id": "id", "criteria": [{"kind": "near", "column": "years"}], **changes}


@pytest.mark.parametrize("weight", [0, -1, math.nan, math.inf, "2", True])
def test_a_weight_must_be_a_number_above_zero(weight):
    data = config(
        criteria=[{"kind": "same", "column": "team"}, {"kind": "near", "column": "years", "weight": weight}]
    )
    refused(
        lambda: pm.PeerMatcher.from_dict(data),
        "config",
        "criteria[2]: The weight parameter of near() must be a number above 0. Got",
        kind=pm.ConfigError,
    )


@pytest.mark.parametrize("weight", ["0", "-1.5", "nan"])
def test_a_weight_in_a_file_must_be_a_number_above_zero(file, weight):
    path = file("c.toml", f'id = "id"\n[[criteria]]\nkind = "near"\ncolumn = "years"\nweight = {weight}\n')
    refused(lambda: pm.PeerMatcher.from_toml(path), "config", "must be a number above 0", kind=pm.ConfigError)


@pytest.mark.parametrize(
    ("data", "code", "part"),
    [
        (config(objectve="x"), "unknown_key", "unknown key 'objectve'. Did you mean 'objective'?"),
        (config(rules=[{"kind": "no_repeat", "round": 6}]), "unknown_key", "rules[1] (no_repeat) has the unknown key"),
        (config(criteria=[{"kind": "near", "colum": "years"}]), "unknown_key", "Did you mean 'column'?"),
        (config(criteria=[{"kind": "naer", "column": "years"}]), "unknown_kind", "Did you mean 'near'?"),
        (config(capacity={"mentor": 1}), "config", "capacity parameter of PeerMatcher needs sides="),
        (config(sides=["a", "b"], capacity=3), "config", "must be a mapping such as {'b': 'places'}"),
        (config(sides=["a", "b"], capacity={"c": 3}), "unknown_key", "capacity has the unknown key 'c'"),
        (config(sides=["a", "b"], same_person=5), "config", "same_person parameter"),
        (config(sides=["a", "A"]), "config", "must be two different names"),
        (config(mutual="mena"), "config", "Did you mean 'mean'?"),
        (config(objective="everyone"), "config", "one of 'everyone_first', 'best_total', 'worst_first'"),
        (config(unknown="median"), "config", "'quartile', 'mean', 'zero'"),
        (config(odd="three"), "config", "The odd parameter"),
        (config(criteria={}), "config", "must be a list"),
        (config(criteria=[]), "config", "at least one criterion"),
        (config(schema=9), "config", "schema 9"),
        (config(id=5), "config", "must be the name of a column"),
        (config(criteria=[{"kind": "overlap", "column": "x", "vocabulary": "abc"}]), "config", "a list of words"),
        (config(criteria=[{"kind": "overlap", "column": "x", "text": "tfidf"}]), "config", "a transformer"),
        (config(criteria=[{"kind": "prefers", "column": "x", "separator": 5}]), "config", "must be a text"),
        (config(criteria=[{"kind": "same", "column": "x"}] * 2), "config", "Two criteria have the name 'same_x'"),
        ({"criteria": []}, "config", "lacks the key 'id'"),
        ([], "config", "must be a mapping"),
    ],
)  # fmt: skip
def test_a_wrong_configuration(data, code, part):
    refused(lambda: pm.PeerMatcher.from_dict(data), code, part, kind=pm.ConfigError)


def test_a_configuration_file_that_cannot_be_used(tmp_path, file):
    for path, code, part in (
        (tmp_path / "none.toml", "file_not_found", "There is no file"),
        (tmp_path, "unreadable", "cannot be read"),
        (file("a.toml", "id ="), "not_toml", "is not valid TOML"),
        (file("b.toml", 'id = "é"'.encode("cp1252")), "not_utf8", "is not UTF-8 text (byte 7)"),
        (file("c.toml", 'id = "id"\nfoo = 1\n'), "unknown_key", "unknown key 'foo'"),
    ):
        refused(lambda path=path: pm.PeerMatcher.from_toml(path), code, part, kind=pm.ConfigError)


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ({"round": 12}, "The round parameter of match() must be a text"),
        ({"progress": 5}, "The progress parameter of match() must be a function"),
        ({"cancel": True}, "The cancel parameter of match() must be a function"),
        ({"time_limit": -1}, "The time_limit parameter of match() must be a number of at least 0"),
        ({"time_limit": "long"}, "The time_limit parameter of match()"),
        ({"fitted": "last.json"}, "The fitted parameter of match() must be an earlier Pairing"),
        ({"locks": 5}, "must be a list of (id, id)"),
        ({"others": PEOPLE}, "Two sides need names"),
        ({"role": "role"}, "Two sides need names"),
    ],
)
def test_a_wrong_argument_of_match(arguments, part):
    refused(lambda: matcher().match(PEOPLE, **arguments), "config", part, kind=pm.ConfigError)


def test_a_solver_that_cannot_do_it():
    refused(lambda: matcher(solver="blosom").match(PEOPLE), "unknown_solver", "Did you mean 'blossom'?")
    refused(
        lambda: matcher(solver="hungarian").match(PEOPLE), "config", "does not take one pool", "'blossom'"
    )
    refused(lambda: two(solver="roommates").match(MENTEES, MENTORS), "config", "does not take two sides")


# ---- demands that cannot be met -------------------------------------------------------------------------


def test_when_every_pair_is_forbidden_the_result_says_so():
    pairing = matcher(rules=[pm.must_match("id")]).match(PEOPLE)
    assert len(pairing.pairs) == 0
    assert pairing.certificate.verified
    assert pairing.certificate.status == "optimal"
    reasons = dict(zip(pairing.unmatched["id"], pairing.unmatched["reason"], strict=True))
    assert sorted(reasons) == [person["id"] for person in PEOPLE]
    assert set(reasons.values()) == {"every one of the 5 others is ruled out: must_match_id removes 5"}
    assert set(pairing.people["status"]) == {"unmatched"}
    assert "0 pairs" in repr(pairing)
    assert pairing.summary()
    assert json.loads(pairing.to_json())["pairs"] == []


def conflict(call, *parts):
    error = error_of(call, pm.InfeasibleError)
    for part in parts:
        assert part in str(error)
    return [(part["rule"], part["ids"]) for part in error.conflict]


def test_a_required_pair_that_is_forbidden():
    rules = [pm.require([("p0", "p1")]), pm.forbid([("p1", "p0")])]
    found = conflict(
        lambda: matcher(rules=rules).match(PEOPLE), "demands the pair 'p0' and 'p1', which forbid forbids"
    )
    assert found == [("require", ["p0", "p1"]), ("forbid", ["p0", "p1"])]
    by_rule = matcher(rules=[pm.must_differ("team", name="apart")])
    found = conflict(lambda: by_rule.match(PEOPLE, locks=[("p0", "p2")]), "which apart forbids")
    assert found == [("locks", ["p0", "p2"]), ("apart", ["p0", "p2"])]


def test_a_person_required_twice():
    rules = [pm.require([("p0", "p1"), ("p2", "p0")])]
    found = conflict(
        lambda: matcher(rules=rules).match(PEOPLE), "demands 'p0' twice: with 'p1' and with 'p2'"
    )
    assert found == [("require", ["p0", "p1"]), ("require", ["p0", "p2"])]
    once = matcher(rules=[pm.require([("p0", "p1")])])
    assert len(once.match(PEOPLE, locks=[("p1", "p0")]).pairs) == 3  # the same demand again is no conflict
    found = conflict(lambda: once.match(PEOPLE, locks=[("p1", "p5")]), "demands 'p1' twice")
    assert [rule for rule, _ in found] == ["require", "locks"]


def test_a_required_person_who_is_not_here():
    out = matcher(eligible="in")
    away = with_cell("p1", "in", "no")
    conflict(lambda: out.match(away, locks=[("p0", "p1")]), "'p1', who does not take part", "in is no")
    refused(
        lambda: matcher().match(PEOPLE, locks=[("p0", "zz")]),
        "unknown_id",
        "names 'zz', an id that nobody has",
    )
    conflict(lambda: matcher().match(PEOPLE, locks=[("p0", "p0")]), "paired with themselves")


def test_more_demanded_pairs_than_places():
    places = two(capacity={"mentor": "places"})
    locks = [("p0", "p4"), ("p1", "p4")]
    found = conflict(
        lambda: places.match(MENTEES, MENTORS, locks=locks), "2 pairs with 'p4', who has 1 place"
    )
    assert found == [("locks", ["p0", "p4"]), ("locks", ["p1", "p4"]), ("places", ["p4"])]
    assert len(places.match(MENTEES, with_cell("p4", "places", 2, MENTORS), locks=locks).pairs) == 3
    conflict(lambda: two().match(MENTEES, MENTORS, locks=[("p0", "p1")]), "who are on the same side")


@pytest.mark.parametrize("locks", [[("p0", "p1", "p2")], ["p0", "p1"], {"p0": "p1"}])
def test_locks_that_are_no_pairs(locks):
    item = error_of(lambda: matcher().match(PEOPLE, locks=locks)).items[0]
    assert "The table of require() must be a list of pairs (id, id)" in item["message"]


# ---- managers -------------------------------------------------------------------------------------------


def test_managers_that_resolve_to_nobody():
    item = refused(
        lambda: matcher(rules=[pm.not_in_line("team")]).match(PEOPLE),
        "managers_not_found",
        "Only 0 of 6 managers in column 'team'",
        "('a', 'b' are not, for example)",
        "Give the whole staff as org=",
    )
    assert item["found"] == {"managers": 6, "found": 0, "examples": ["a", "b"]}


def test_lines_run_through_people_who_do_not_take_part():
    chain = [{"id": i, "years": 1, "boss": i - 1 or None, "in": i != 2} for i in range(1, 4)]
    people = [*chain, {"id": 9, "years": 1, "boss": 1, "in": True}]
    pairing = matcher(rules=[pm.not_in_line("boss")], eligible="in").match(people)
    assert pairing.pairs[["a", "b"]].values.tolist() == [[3, 9]]
    assert pairing.rules["note"].tolist() == ["3 of 3 managers found"]


def test_an_org_without_the_column_of_managers():
    line = matcher(rules=[pm.not_in_line("boss")])
    refused(
        lambda: line.match(PEOPLE, org=[{"id": "p0"}]),
        "unknown_column",
        "'boss', needed by not_in_line() in org",
    )
    refused(lambda: line.match(PEOPLE, org=[{"staff": "p0"}]), "unknown_column", "'id'")


# ---- sides, roles, places, who takes part -----------------------------------------------------------------


def test_two_tables_and_sides_belong_together():
    refused(lambda: two().match(MENTEES), "config", "takes either two tables, or one table and role=")
    refused(lambda: two().match(MENTEES, MENTORS, role="role"), "config", "takes either two tables")


def test_a_role_column_that_makes_no_sense():
    item = refused(
        lambda: two().match(with_cell("p1", "role", "boss", BACKWARDS), role="role"),
        "unknown_role",
        "has 1 cell naming neither side; the first is 'boss' in row 5 (id 'p1')",
        "Accepted: 'mentee' or 'mentor'",
    )
    assert (item["column"], item["row"], item["id"], item["found"]) == ("role", 5, "p1", "boss")
    refused(
        lambda: two().match(with_cell("p1", "role", None), role="role"), "unknown_role", "row 2 (id 'p1')"
    )
    refused(
        lambda: two().match(edited(role="mentee"), role="role"),
        "empty_side",
        "Nobody in column 'role' is 'mentor'",
    )
    refused(
        lambda: two().match(PEOPLE, role="rle"), "unknown_column", "needed by role=", "Did you mean 'role'?"
    )


@pytest.mark.parametrize("places", [-1, 1.5, "two", 10**6, math.inf])
def test_places_that_are_no_number_of_people(places):
    mentors = with_cell("p4", "places", places, MENTORS[::-1])
    item = refused(
        lambda: two(capacity={"mentor": "places"}).match(MENTEES, mentors),
        "wrong_kind",
        f"Row 2 (id 'p4') has {places!r} in the capacity column 'places'. Accepted: a whole number from 0",
    )
    assert (item["column"], item["row"], item["id"]) == ("places", 2, "p4")


def test_capacities_that_make_no_sense():
    for places in (0, -1, 1.5, True, None):
        refused(
            lambda places=places: two(capacity={"mentor": places}),
            "config",
            "must be a column or a whole number from 1 to 10000 for 'mentor'",
        )
    refused(
        lambda: two(capacity={"mentor": "plces"}).match(MENTEES, MENTORS),
        "unknown_column",
        "'plces'",
        "'places'",
    )
    both = two(capacity={"mentor": 2, "mentee": 2}, solver="greedy")
    refused(lambda: both.match(MENTEES, MENTORS), "config", "several places on both sides")


def test_nobody_with_a_place_is_a_result():
    pairing = two(capacity={"mentor": "places"}).match(MENTEES, edited(MENTORS, places=0))
    assert len(pairing.pairs) == 0
    assert pairing.certificate.verified
    reasons = dict(zip(pairing.unmatched["id"], pairing.unmatched["reason"], strict=True))
    assert {reasons[person["id"]] for person in MENTORS} == {"has no place to give this time"}


def test_a_column_of_who_takes_part_that_makes_no_sense():
    item = refused(
        lambda: matcher(eligible="in").match(with_cell("p1", "in", "perhaps", BACKWARDS)),
        "not_yes_or_no",
        "Row 5 of the records has 'perhaps' in the eligible column 'in'",
    )
    assert (item["row"], item["id"]) == (5, "p1")


def test_when_only_one_person_takes_part():
    people = [{**person, "in": person["id"] == "p3"} for person in PEOPLE]
    item = refused(
        lambda: matcher(eligible="in").match(people),
        "too_few_people",
        "1 of 6 people take part, by the column 'in'; at least 2 must",
    )
    assert (item["found"], item["accepted"]) == (1, 2)
    refused(
        lambda: two(eligible="in").match(edited(MENTEES, **{"in": "no"}), MENTORS),
        "too_few_people",
        "0 of 3 mentee people take part",
    )
    pairing = two(eligible="in").match(MENTEES, with_cell("p3", "in", "no", MENTORS))
    assert len(pairing.pairs) == 2
    one = two().match(MENTEES[:1], MENTORS[:1])
    assert len(one.pairs) == 1  # a side of one is a side


def test_who_is_the_same_person_needs_its_columns():
    refused(
        lambda: two(same_person=["name"]).match(MENTEES, MENTORS), "unknown_column", "needed by same_person"
    )


# ---- a criterion of one's own ---------------------------------------------------------------------------


def own(function, **options):
    return matcher([pm.custom(function, "years", name="mine")], **options)


def test_what_a_custom_criterion_does_not_know_is_unknown():
    def partly(me, you):
        gap = np.abs(me["years"] - you["years"])
        return np.where(gap > 4, np.nan, 1 - gap / 10)

    pairs = own(partly).match(PEOPLE).pairs
    assert pairs["coverage"].between(0, 1).all()
    nothing = own(lambda me, you: np.nan).match(PEOPLE)
    assert len(nothing.pairs) == 3
    assert set(nothing.pairs["coverage"]) == {0.0}


@pytest.mark.parametrize(
    ("function", "part"),
    [
        (lambda me, you: 2.0, "must return similarities in [0, 1], NaN where not known. Got 2.0"),
        (lambda me, you: me["years"] - you["years"], "must return similarities in [0, 1]"),
        (lambda me, you: math.inf, "Got inf"),
        (lambda me, you: "much", "must return numbers"),
        (lambda me, you: np.zeros(17), "must return numbers of shape"),
        (lambda me, you: None, "Got None"),
    ],
)
def test_a_custom_criterion_that_answers_nonsense(function, part):
    item = refused(lambda: own(function).match(PEOPLE), "custom_criterion", "the criterion 'mine'", part)
    assert item["column"] == "mine"


@pytest.mark.parametrize("error", [KeyError("yers"), ZeroDivisionError("no"), RuntimeError("boom")])
def test_a_custom_criterion_that_raises_is_named_and_the_cause_kept(error):
    def broken(me, you):
        raise error

    caught = error_of(lambda: own(broken).match(PEOPLE))
    assert f"The function of the criterion 'mine' raised {type(error).__name__}: {error}." in str(caught)
    assert caught.__cause__ is error
    assert caught.items[0]["code"] == "custom_criterion"


# ---- history --------------------------------------------------------------------------------------------

REPEAT = [pm.no_repeat()]


def test_a_history_whose_ids_nobody_has():
    item = refused(
        lambda: matcher(rules=REPEAT).match(PEOPLE, history=[{"a": "x", "b": "y"}]),
        "unknown_ids",
        "None of the 2 ids that history lists belongs to anyone here",
        "the first is 'x'",
    )
    assert item["accepted"] == "'p0'"


def test_the_history_of_a_first_round_is_empty(tmp_path, file):
    header = pd.DataFrame(columns=["round", "date", "a", "b"])
    header.to_excel(tmp_path / "history.xlsx", index=False)
    header.to_parquet(tmp_path / "history.parquet", index=False)
    sources = [
        file("history.csv", "round,date,a,b\n"),
        tmp_path / "history.xlsx",
        tmp_path / "history.parquet",
        [],
        header,
        pd.DataFrame(),
    ]
    for rule in (pm.no_repeat(), pm.no_repeat(rounds=3), pm.no_repeat(days=30)):
        for history in sources:
            pairing = matcher(rules=[rule]).match(
                PEOPLE, history=history, as_of="2026-12-01", round="2026-12"
            )
            assert pairing.rules["pairs_removed"].tolist() == [0]
            later = pm.extend_history(history, pairing)
            assert later["a"].tolist() == ["p0", "p2", "p4"]
            assert list(later.columns) == ["round", "date", "a", "b", "status"]


@pytest.mark.parametrize("history", [5, {"a": ["p0"]}, object()])
def test_a_history_that_is_no_table(history):
    item = error_of(lambda: matcher(rules=REPEAT).match(PEOPLE, history=history)).items[0]
    assert item["message"].startswith("The table of history must be a list of pairs (id, id)")


def test_a_history_without_its_columns():
    refused(
        lambda: matcher(rules=REPEAT).match(PEOPLE, history=[{"who": "p0", "b": "p1"}]),
        "unknown_column",
        "The table of history has no column 'a'",
    )


# ---- an earlier result ----------------------------------------------------------------------------------


def test_fitted_must_fit():
    earlier = matcher().match(PEOPLE)
    assert matcher([pm.near("years", weight=5)]).match(PEOPLE, fitted=earlier).pairs.equals(earlier.pairs)
    for criterion in (
        pm.same("team"),
        pm.near("years", ladder=list(range(12))),
        pm.near("places", name="near_years"),
    ):
        refused(
            lambda criterion=criterion: matcher([criterion]).match(PEOPLE, fitted=earlier),
            "config",
            f"fitted= has no criterion like {criterion.name!r}",
            kind=pm.ConfigError,
        )


def test_fitted_reads_people_hired_since():
    hired = matcher([pm.near("hired")])
    earlier = hired.match(PEOPLE, as_of="2016-01-01")
    newer = with_cell("p5", "hired", "2019-06-01")
    later = hired.match(newer, fitted=earlier, as_of="2020-01-01")
    assert later.pairs["score"].equals(hired.match(newer, as_of="2020-01-01").pairs["score"])
    wrong = with_cell("p4", "hired", "one day", newer[::-1])
    refused(
        lambda: hired.match(wrong, fitted=earlier, as_of="2020-01-01"),
        "wrong_kind",
        "row 2 (id 'p4'): 'one day'",
    )


# ---- results that cannot be written ---------------------------------------------------------------------


def test_an_output_folder_that_cannot_be_written(tmp_path, file):
    pairing = matcher().match(PEOPLE)
    taken = file("taken", "x")
    for folder in (taken, taken / "below"):
        with pytest.raises(pm.OutputError, match="cannot be written"):
            pairing.to_csv(folder)
        with pytest.raises(pm.OutputError, match="cannot be written"):
            pairing.to_json(folder / "result.json")
    with pytest.raises(pm.OutputError, match="cannot be written"):
        matcher().to_toml(tmp_path / "none" / "c.toml")
    assert list(tmp_path.iterdir()) == [taken]


def test_an_output_folder_without_permission(tmp_path, monkeypatch):
    pairing = matcher().match(PEOPLE)
    monkeypatch.setattr(Path, "mkdir", denied)
    with pytest.raises(pm.OutputError, match=r"out cannot be written: Permission denied\."):
        pairing.to_csv(tmp_path / "out")
