"""Circles from a table of people: everybody once, rules by column, reasons, and words."""

from __future__ import annotations

import json
from itertools import pairwise

import pandas as pd
import pytest

import peermatch as pm
from peermatch.datasets import make_organisation
from peermatch.errors import ConfigError, InputError

MATCHER = pm.PeerMatcher(
    "employee_id",
    [pm.near("years_experience", scale=3), pm.same("site")],
    [pm.not_in_line("manager_id", min_found=0)],
    eligible="opted_in",
)


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    return make_organisation(60, 1)


def test_everyone_is_there_once_and_numbers_agree(people):
    found = pm.form_circles(MATCHER, people, 5, round="2026-12", as_of="2026-12-01")
    table = found.people
    assert sorted(table["id"]) == sorted(people["employee_id"])
    assert set(table["status"]) <= {"in a circle", "unmatched", "not taking part"}
    seated = table[table["status"] == "in a circle"]
    assert len(seated) == len(found.members)
    assert table[table["status"] != "in a circle"]["reason"].notna().all()
    circles = found.circles
    pairs = circles["size"] * (circles["size"] - 1) / 2
    assert (circles["score"] * pairs).sum() == pytest.approx(found.found.total / 2**30)
    contributions = circles[[name for name in circles if name.startswith("contribution_")]].sum(axis=1)
    assert contributions.tolist() == pytest.approx(circles["score"].tolist())
    assert (circles["weakest"] <= circles["score"]).all()
    group = circles["group_id"][0]
    text = found.explain(group)
    members = found.members[found.members["group_id"] == group]["id"].tolist()
    assert all(id in text for id in members)
    assert text in found.explain(members[0])


def test_the_order_of_rows_changes_nothing(people):
    first = pm.form_circles(MATCHER, people, (4, 6), as_of="2026-12-01").members
    again = pm.form_circles(
        MATCHER, people.sample(frac=1, random_state=3), (4, 6), as_of="2026-12-01"
    ).members
    assert first.equals(again)


def test_rules_by_column(people):
    rules = [("at_most", "department", 2), ("nobody_alone", "site")]
    found = pm.form_circles(MATCHER, people, 4, rules=rules, as_of="2026-12-01")
    joined = found.members.merge(people, left_on="id", right_on="employee_id")
    for _, group in joined.groupby("group_id"):
        assert group["department"].value_counts().max() <= 2
        assert group["site"].value_counts().min() >= 2


def test_what_is_wrong_is_refused(people):
    sides = pm.PeerMatcher("employee_id", [pm.same("site")], sides=("a1", "b1"))
    with pytest.raises(ConfigError, match="one pool"):
        pm.form_circles(sides, people)
    with pytest.raises(ConfigError, match="whole number from 3 to 8"):
        pm.form_circles(MATCHER, people, 2, as_of="2026-12-01")
    for rule in (
        "site",
        ("at_most", "site"),
        ("alone", "site"),
        ("nobody_alone", "site", 2),
        ("at_most", "site", 0),
    ):
        with pytest.raises(ConfigError):
            pm.form_circles(MATCHER, people, rules=[rule], as_of="2026-12-01")
    with pytest.raises(InputError, match="sight"):
        pm.form_circles(MATCHER, people, rules=[("nobody_alone", "sight")], as_of="2026-12-01")
    with pytest.raises(InputError, match="no circle"):
        pm.form_circles(MATCHER, people, as_of="2026-12-01").explain("circle-99")


def test_demanded_pairs_sit_in_one_circle(people):
    ids = [
        id for id, yes in zip(people["employee_id"], people["opted_in"], strict=True) if yes in ("yes", True)
    ]
    matcher = pm.PeerMatcher(
        "employee_id", MATCHER.criteria, [pm.require([(ids[3], ids[9])])], eligible="opted_in"
    )
    found = pm.form_circles(
        matcher, people, 4, locks=[(ids[9], ids[20]), (ids[1], ids[2])], as_of="2026-12-01"
    )
    seat = found.members.set_index("id")["group_id"]
    assert seat[ids[3]] == seat[ids[9]] == seat[ids[20]]
    assert seat[ids[1]] == seat[ids[2]]


def test_demands_that_no_circle_can_meet_are_named(people):
    ids = people["employee_id"].tolist()
    chain = list(pairwise(ids[:7]))
    matcher = pm.PeerMatcher("employee_id", [pm.same("site")])
    with pytest.raises(pm.InfeasibleError, match="7 people into one circle, which has 5 at most") as raised:
        pm.form_circles(matcher, people, 5, locks=chain)
    assert len(raised.value.conflict[0]["ids"]) == 7
    apart = pm.PeerMatcher("employee_id", [pm.same("site")], [pm.forbid([(ids[0], ids[2])])])
    with pytest.raises(pm.InfeasibleError, match="rules keep them apart"):
        pm.form_circles(apart, people, 5, locks=chain[:2])
    few = [{"id": id, "sex": sex, "years": 1} for id, sex in zip("abcdef", "ffmmmm", strict=True)]
    with pytest.raises(pm.InfeasibleError, match="none was found that seats them"):
        pm.form_circles(
            pm.PeerMatcher("id", [pm.near("years")]),
            few,
            (3, 3),
            locks=[("a", "c")],
            rules=[("nobody_alone", "sex")],
        )


def test_the_floor_holds_in_circles(people):
    matcher = pm.PeerMatcher("employee_id", MATCHER.criteria, eligible="opted_in", floor=0.25)
    found = pm.form_circles(matcher, people, 4, as_of="2026-12-01")
    assert (found.circles["weakest"] >= 0.25).all()
    assert found.members["group_id"].str.match("c-[0-9a-f]{12}$").all()


def test_reasons_name_the_rules():
    people = [{"id": id, "years": 1} for id in "abcd"]
    matcher = pm.PeerMatcher("id", [pm.near("years")], [pm.forbid([("d", "a"), ("d", "b")])])
    found = pm.form_circles(matcher, people, 3)
    assert found.unmatched["id"].tolist() == ["d"]
    assert (
        "rules allow 1 of 3 others (forbid removes 2); a circle takes at least 2"
        in found.unmatched["reason"][0]
    )


def test_files_and_plain_data(people, tmp_path):
    found = pm.form_circles(MATCHER, people, 5, round="2026-12", as_of="2026-12-01")
    names = {path.name for path in found.to_csv(tmp_path)}
    assert names == {"people.csv", "circles.csv", "members.csv", "summary.txt", "circles.json"}
    data = json.loads((tmp_path / "circles.json").read_text())
    assert data["schema"] == "peermatch/circles/1"
    assert data["certificate"]["gap"] == found.gap
    assert len(data["people"]) == 60
    assert "Proof" in found.summary()
    again = pm.form_circles(MATCHER, people, 5, round="2027-01", as_of="2026-12-01", fitted=found)
    assert set(again.members["group_id"]).isdisjoint(found.members["group_id"])
