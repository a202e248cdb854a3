"""The second verdict: what a table of people says of the evidence, person by person."""

from __future__ import annotations

import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import peermatch as pm
from peermatch.programme.same_numbers import _codes_differ, _nearest_above
from support import cohorts

HISTORY = [{"round": "r1", "a": "p000", "b": "p001"}, {"round": "r1", "a": "p002", "b": "p003"}]
RULES = [
    pm.must_differ("team"),
    pm.not_in_line("manager", min_found=0),
    pm.forbid([("p001", "p002")]),
    pm.no_repeat(),
    pm.veto("wishes"),
    pm.no_twins(["team", "country"], at_least=0.9),
]


def matcher(**options):
    criteria = [c for c in cohorts.every_criterion([("p001", "p004")]) if c.kind != "custom"]
    return pm.PeerMatcher("id", [*criteria, pm.novelty(half_life=2)], RULES, eligible="in", **options)


def people(n=30):
    rows = cohorts.records(n, 4)
    return [{**row, "in": "no" if k == 7 else "yes", "phone": k} for k, row in enumerate(rows)]


@pytest.fixture(scope="module")
def document():
    pairing = matcher().match(people(), as_of="2026-01-01", history=HISTORY, round="r2", set_aside=["p009"])
    return json.loads(pairing.to_json(evidence=True))


def asked(document, rows, **options):
    return pm.reproduce(document, rows, history=HISTORY, matcher=matcher(), **options)


def said(verdict):
    return {id: list(what) for (_, (_, id)), what in verdict.changed}


def test_the_same_table_is_reproduced_in_any_order(document):
    for rows in (people(), people()[::-1], [{**dict(reversed(row.items()))} for row in people()]):
        verdict = asked(document, rows)
        assert verdict.reproduced
        assert (verdict.same, verdict.changed, verdict.erased, verdict.added) == (30, (), (), ())
        assert (
            verdict.sentence == "The evidence is reproduced from this input: all 30 people are as they were."
        )


def test_a_column_that_nothing_reads_may_change(document):
    assert asked(document, [{**row, "phone": "x"} for row in people()]).reproduced


@pytest.mark.parametrize(
    ("column", "value", "what"),
    [
        ("years", 44.0, ["criterion near_years", "criterion years_apart"]),
        ("years", 0.25, ["criterion near_years", "criterion years_apart"]),
        (
            "team",
            "no such team",
            ["criterion same_team", "rule must_differ_team", "rule no_twins"],
        ),
        ("country", "ZZ", ["criterion different_country_education", "rule no_twins"]),
        ("goals", "lead; network; balance", ["criterion goals", "criterion goals_one_way"]),
        ("in", "no", ["whether they take part"]),
    ],
)
def test_a_changed_cell_is_told_of_exactly_that_person(document, column, value, what):
    rows = people()
    rows[11][column] = value
    verdict = asked(document, rows)
    assert not verdict.reproduced
    assert said(verdict) == {"p011": what}
    assert verdict.same == 29


def test_another_manager_changes_the_line_and_nothing_else(document):
    rows = people()
    changed = next(row for row in rows if row["manager"] is not None and row["id"] == "p018")
    changed["manager"] = "p001" if changed["manager"] != "p001" else "p000"
    assert said(asked(document, rows)) == {"p018": ["rule not_in_line"]}


def test_a_veto_more_is_told_without_whose_it_is(document):
    rows = people()
    rows[3]["wishes"] = "p004; p005; p006"
    verdict = asked(document, rows)
    assert "private rules forbid other pairs" in verdict.differs
    # the wish is a criterion as well, which tells of it; the private rule itself names nobody
    assert all("private" not in what for what in said(verdict).get("p003", []))


def test_erased_and_new_people_are_listed(document):
    rows = [row for row in people() if row["id"] not in ("p029", "p028")]
    rows.append({**people()[5], "id": "zed", "manager": None})
    verdict = asked(document, rows)
    assert [id for _, (_, id) in verdict.erased] == ["p028", "p029"]
    assert [id for _, (_, id) in verdict.added] == ["zed"]
    assert "2 are no longer there (p028, p029); 1 is new (zed)" in verdict.sentence


def test_another_history_is_told(document):
    verdict = pm.reproduce(document, people(), history=HISTORY[:1], matcher=matcher())
    assert any("'no_repeat'" in one for one in verdict.differs)
    assert "criterion novelty" in said(verdict)["p002"]


def test_what_is_not_given_is_not_checked_and_said(document):
    verdict = pm.reproduce(document, people())
    told = " ".join(verdict.not_checked)
    for part in ("'forbid'", "private", "'no_repeat' reads history", "'novelty' reads history", "'ties'"):
        assert part in told
    assert verdict.reproduced  # of what could be looked at, nothing differs


def test_another_configuration_is_refused(document):
    other = pm.PeerMatcher("phone", [pm.same("team")])
    with pytest.raises(pm.ConfigError, match="not the configuration of the result: its id was 'id'"):
        pm.reproduce(document, people(), matcher=other)


def test_a_table_that_cannot_be_read_says_so(document):
    verdict = asked(document, [{key: cell for key, cell in row.items() if key != "team"} for row in people()])
    assert verdict.by in ("fingerprints", "nothing")
    assert "could not be worked out anew" in " ".join(verdict.not_checked)
    assert "'team'" in " ".join(verdict.not_checked)
    empty = asked(document, [])
    assert (empty.by, empty.reproduced) == ("nothing", False)


def test_without_evidence_fingerprints_tell(document):
    bare = {key: value for key, value in document.items() if key not in ("evidence", "fitted")}
    pairing = matcher().match(people(), as_of="2026-01-01", history=HISTORY, round="r2", set_aside=["p009"])
    same = asked(bare, people())
    assert (same.reproduced, same.by, same.same) == (True, "fingerprints", 30)
    rows = people()
    rows[11]["years"] = 44.0
    without_key = asked(bare, rows)
    assert (without_key.by, without_key.reproduced) == ("nothing", False)
    with_key = asked(bare, rows, key=pairing.row_key)
    assert said(with_key) == {"p011": ["what was read of them"]}
    assert with_key.same == 29
    with pytest.raises(pm.ConfigError, match="not the key of the result"):
        asked(bare, rows, key=bytes(32))


def test_a_damaged_state_is_an_error_of_ours(document):
    broken = copy.deepcopy(document)
    for part in broken["fitted"]["criteria"]:
        if isinstance(part["learned"], dict):
            part["learned"]["state"] = []
    with pytest.raises(pm.InputError, match="cannot be used"):
        asked(broken, people())


def test_two_sides():
    left, right = people(20)[:8], people(20)[8:]
    two = pm.PeerMatcher(
        "id", [pm.near("years"), pm.same("team")], [pm.must_differ("country")], sides=("mentor", "mentee"),
        capacity={"mentor": "places"},
    )  # fmt: skip
    left = [{**row, "places": 1 + k % 3} for k, row in enumerate(left)]
    result = two.match(left, right).to_dict(evidence=True)
    assert pm.reproduce(result, left, right).reproduced
    left[2]["places"] = 5
    right[1]["team"] = None
    found = {(side, id): what for (side, (_, id)), what in pm.reproduce(result, left, right).changed}
    assert found == {("mentor", "p002"): ("places",), ("mentee", "p009"): ("criterion same_team",)}


# ---- what depends on who else was there -----------------------------------------------------------------


def test_codes_are_compared_up_to_their_names():
    then = {"a": (0,), "b": (0,), "c": (1,), "d": (-1,), "e": (2,)}
    assert list(_codes_differ(then, {"a": (7,), "b": (7,), "c": (3,), "d": (-1,), "e": (0,)})) == []
    assert list(_codes_differ(then, {"a": (7,), "b": (7,), "c": (7,), "d": (-1,), "e": (0,)})) == ["c"]
    assert list(_codes_differ(then, {"a": (7,), "b": (7,), "c": (3,), "d": (4,), "e": (-1,)})) == ["d", "e"]
    assert list(_codes_differ({}, {})) == []


def test_lines_are_compared_by_who_stands_above():
    lines = {"boss": (0, 9), "lead": (1, 5), "ann": (2, 3), "bo": (6, 7), "out": (-1, -1), "other": (20, 21)}
    above = _nearest_above(lines)
    assert above == {
        "boss": None,
        "lead": ("boss",),
        "ann": ("lead",),
        "bo": ("boss",),
        "out": -1,
        "other": None,
    }


CELLS = {
    "years": st.sampled_from([0.0, 2.5, 7.0, 12.0, None]),
    "team": st.sampled_from(["red", "green", "blue", "black", None]),
    "goals": st.sampled_from(["grow", "lead; grow", "network", "balance; learn", None]),
    "offers": st.sampled_from(["sql", "law; sql", "python", "nothing known", None]),
}


@settings(max_examples=40, derandomize=True, deadline=None, database=None)
@given(st.integers(0, 29), st.sampled_from(sorted(CELLS)), st.data())
def test_a_change_is_told_if_and_only_if_a_number_changes(document_rows, who, column, data):
    document, rows = document_rows
    changed = copy.deepcopy(rows)
    changed[who][column] = data.draw(CELLS[column])
    verdict = asked(document, changed)
    assert set(said(verdict)) <= {changed[who]["id"]}
    if changed[who][column] == rows[who][column]:
        assert verdict.reproduced


@pytest.fixture(scope="module")
def document_rows(document):
    return document, people()
