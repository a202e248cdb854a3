"""Circles from a table of people: everybody once, rules by column, reasons, and words."""

from __future__ import annotations

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
