"""Faults that small changes to the rules would let through: each test here has killed a mutant that survived."""

from __future__ import annotations

import math

import pytest

import peermatch as pm

PEOPLE = [
    {
        "id": f"e{k}",
        "team": "ab"[k % 2],
        "boss": None if k == 0 else f"e{(k - 1) // 2}",
        "no": None,
        "never": None,
    }
    for k in range(8)
]


def matched(*rules, people=PEOPLE, **month):
    return pm.PeerMatcher("id", [pm.same("team")], list(rules)).match(people, **month)


def test_private_rules_are_one_and_the_others_stay():
    people = [dict(row) for row in PEOPLE]
    people[1]["no"], people[2]["never"] = "e3", "e5"
    rules = [pm.must_differ("boss"), pm.veto("no"), pm.forbid([("e6", "e7")]), pm.veto("never", name="never")]
    table = matched(*rules, people=people).rules
    assert table["rule"].tolist() == ["must_differ_boss", "a private rule", "forbid"]
    assert table["pairs_removed"].tolist()[1:] == [2, 1]
    alone = matched(pm.veto("no"), pm.veto("never", name="never"), people=people).rules
    assert alone["pairs_removed"].tolist() == [2]


def test_everybody_who_is_in_the_staff_stands_in_a_line():
    org = [{"id": row["id"], "boss": row["boss"]} for row in PEOPLE]
    people = [{"id": row["id"], "team": row["team"]} for row in PEOPLE]
    pairing = matched(pm.not_in_line("boss", min_found=1.0), people=people, org=org)
    assert pairing.rules["pairs_removed"].tolist() == [7 + 5 + 1]
    with pytest.raises(
        pm.InputError, match=r"1 of 8 people who take part \(the first is 'e7'\) are not in org"
    ):
        matched(pm.not_in_line("boss", min_found=1.0), people=people, org=org[:-1])


@pytest.mark.parametrize("strength", [0, 0.0, -1, 1.5, "much", float("nan")])
def test_strengths_of_ties_are_above_0_and_at_most_1(strength):
    rows = [{"a": "e1", "b": "e2", "strength": 1.0}, {"a": "e3", "b": "e4", "strength": strength}]
    matcher = pm.PeerMatcher("id", [pm.ties(rows)])
    if isinstance(strength, float) and math.isnan(strength):  # what is missing counts as 1
        assert matcher.match(PEOPLE).pairs["score"].max() == 1.0
        return
    with pytest.raises(pm.InputError, match=r"strengths above 0 and at most 1\. Row 2"):
        matcher.match(PEOPLE)
