"""The data-protection summary: every column is accounted for, what it says is true, and it names nobody."""

from __future__ import annotations

import json
import re

import pandas as pd
import pytest

import peermatch as pm
from support import audiences
from support.small_tables import write_csv

PEOPLE = [
    {
        "id": f"SECRETid{k:02}",
        "name": f"SECRETname{k:02}",
        "years": 100_000 + k,
        "team": f"SECRETteam{'abc'[k % 3]}",
        "faith": f"SECRETfaith{'ab'[k % 2]}",
        "faith_ok": "yes" if k < 28 else "no",
        "age": 200_000 + k,
        "pay": 300_000 + k,
        "langs": f"SECRETlang{'xy'[k % 2]}",
        "no": f"SECRETid{(k + 1) % 40:02}" if k == 3 else None,
        "joins": "no" if k in (5, 6, 7) else "yes",
        "unused": f"SECRETunused{k}",
    }
    for k in range(40)
]


def pairing(**options):
    given = {
        "label": "name",
        "eligible": "joins",
        "sensitive": ["faith"],
        "protected": ["age"],
        "audit_only": ["pay"],
        "consent": {"faith": "faith_ok"},
        "show": ["langs"],
        "decided_by": "the works council, 3 May",
    }
    criteria = [
        pm.near("years", decided_by="HR"),
        pm.overlap("langs", name="langs"),
        pm.same("faith"),
        pm.near("age", basis="plan, 4.2"),
    ]
    rules = [pm.must_differ("team"), pm.veto("no")]
    return pm.PeerMatcher("id", criteria, rules, **{**given, **options}).match(PEOPLE, round="2026-12")


def row(summary, column, used_for=None):
    found = summary.columns[summary.columns["column"] == column]
    if used_for is not None:
        found = found[found["used_for"] == used_for]
    return found.iloc[0].to_dict()


def test_every_column_that_came_in_is_accounted_for():
    summary = pairing().data_protection()
    assert set(summary.columns["column"]) == set(PEOPLE[0])
    assert summary.ignored == ["pay", "unused"]
    marks = summary.columns.drop_duplicates("column").set_index("column")["marked"].to_dict()
    assert {name: mark for name, mark in marks.items() if mark} == {
        "faith": "sensitive",
        "age": "protected",
        "pay": "audit-only",
        "langs": "fit to show",
    }
    assert row(summary, "faith")["consent"] == "28 of 40 said yes"
    assert row(summary, "age")["basis"] == "plan, 4.2"
    assert row(summary, "years")["decided_by"] == "HR"
    assert row(summary, "langs")["decided_by"] == "the works council, 3 May"


def test_who_sees_what_is_true():
    """What is said of each audience, held against what each really gets."""
    found = pairing()
    summary = found.data_protection()
    first, second = found.pairs[["a", "b"]].iloc[0]
    reasons = "".join(str(found.explain(one)) for one in found.people["id"][:12])
    guide = str(found.meeting_guide(first, second, audience="participant"))
    audit = found.to_json(audience="auditor") + found.summary(audience="auditor")
    shown = {
        "langs": "SECRETlang",
        "faith": "SECRETfaith",
        "years": "100",
        "unused": "SECRETunused",
        "team": "SECRETteam",
    }
    for column, mark in shown.items():
        told = row(summary, column)
        assert ("everybody's" in told["administrator"]) == bool(re.search(mark, reasons)), column
        assert (told["participants"] == "their partner's") == (mark in guide and column == "langs"), column
        if column != "years":
            assert mark not in audit
    assert row(summary, "no")["administrator"] == "how many pairs it removes"
    assert row(summary, "team")["administrator"] == "which pairs it forbids"
    assert row(summary, "faith")["administrator"] == "what it adds, no values"
    assert row(summary, "pay")["auditor"] == "groups of many, in quality()"
    assert len(found.quality("pay").frame)


def test_values_in_reasons_are_those_of_the_columns_it_names():
    kept = pairing().data_protection().kept.set_index("where")["values_of"]
    assert kept["explanations.md, report.html"] == "age, langs, years"
    assert kept["participants/"] == "langs"
    assert kept["people.csv, pairs.csv and the other tables"] == "joins"
    assert "faith" not in kept["result.json, to_dict()"]
    assert "joins" in kept["result.json, to_dict()"]


@pytest.mark.parametrize("hide_below", [2, 10, 30])
def test_nobody_and_nothing_of_anybody_is_in_it(hide_below):
    summary = pairing().data_protection(hide_below=hide_below)
    texts = [
        summary.text,
        summary.markdown,
        summary._repr_html_(),
        json.dumps(summary.to_dict()),
        repr(summary),
    ]
    texts += [summary.frame.to_csv(), summary.people.to_csv(), summary.kept.to_csv()]
    for text in texts:
        assert "SECRET" not in text
        assert not re.search(r"[123]000\d\d", text)


def test_small_numbers_are_not_told_and_do_not_follow():
    people = {row["what"]: row["people"] for row in pairing().data_protection().people.to_dict("records")}
    assert people == {
        "came in": "40",
        "took part": "nearly all",
        "did not take part: said no, or nothing": "fewer than 10",
    }
    open_one = pairing().data_protection(hide_below=2).people
    assert open_one["people"].tolist() == ["40", "37", "3"]
    several = [{**one, "joins": "no" if k < 12 else "yes"} for k, one in enumerate(PEOPLE)]
    matcher = pm.PeerMatcher("id", [pm.near("years")], eligible="joins")
    aside = matcher.match(several, set_aside=["SECRETid20", "SECRETid21"]).data_protection().people
    # 40, 26 and 12 would tell the two who were set aside
    assert aside["people"].tolist() == ["40", "10 or more", "10 or more", "fewer than 10"]


@pytest.mark.parametrize("hide_below", [0, 1, True, 2.5, "10", None])
def test_hide_below_hides_something(hide_below):
    with pytest.raises(pm.ConfigError, match="hide_below"):
        pairing().data_protection(hide_below=hide_below)


def test_it_is_not_for_participants_and_the_same_for_the_others():
    found = pairing()
    with pytest.raises(pm.ConfigError, match="not for participants"):
        found.data_protection(audience="participant")
    assert found.data_protection(audience="auditor").text == found.data_protection().text


def test_two_sides_have_a_column_for_the_side():
    left = [{"id": f"l{k}", "x": k, "only": "a"} for k in range(12)]
    right = [{"id": f"r{k}", "x": k, "places": 1, "ok": "yes" if k else "no"} for k in range(12)]
    matcher = pm.PeerMatcher(
        "id", [pm.near("x")], sides=("mentee", "mentor"), capacity={"mentor": "places"}, consent={"x": "ok"}
    )
    summary = matcher.match(left, right).data_protection()
    assert row(summary, "only")["side"] == "mentee"
    assert row(summary, "places")["side"] == "mentor"
    xs = summary.columns[summary.columns["column"] == "x"].set_index("side")["consent"]
    assert xs["mentee"] == "few of 12 said yes"  # nobody there was asked
    assert xs["mentor"] == "nearly all of 12 said yes"
    assert summary.people["side"].tolist() == ["mentee", "mentee", "mentor", "mentor"]


def test_what_stands_in_it_is_text_for_markdown():
    """A column's name is somebody's text: it makes no markup and no second row."""
    odd = "a|b\n# <script> [x](y) `c`"
    people = [{"id": k, odd: k, "x": k} for k in range(12)]
    summary = (
        pm.PeerMatcher("id", [pm.near("x")], decided_by="me | *you*\n\n# I").match(people).data_protection()
    )
    lines = summary.markdown.split("\n")
    assert not [line for line in lines if line.startswith("# ")][1:]
    assert "\\|" in summary.markdown
    assert "<script>" not in summary._repr_html_()
    assert "\\<script\\>" in summary.markdown
    widths = {line.replace("\\|", "").count("|") for line in lines if line.startswith("|")}
    assert widths == {3, 5, 6}  # tables of two, four and five columns


def test_the_same_whatever_the_order_of_rows():
    texts = set()
    for rows in (PEOPLE, PEOPLE[::-1]):
        matcher = pm.PeerMatcher("id", [pm.near("years")], consent={"faith": "faith_ok"}, sensitive=["faith"])
        texts.add(matcher.match(pd.DataFrame(rows)).data_protection().markdown)
    assert len(texts) == 1


def test_an_old_result_without_marks_says_so():
    summary = audiences.pairing().data_protection()
    assert row(summary, "faith", "criterion belief")["marked"] == "fit to show, sensitive criterion"
    # another criterion reads the same column: nothing of it is shown either
    assert row(summary, "team", "criterion background")["administrator"] == "what it adds, no values"


def test_rows_that_were_not_read_are_counted(tmp_path):
    rows = [{"id": k, "x": k % 5} for k in range(1, 25)]
    write_csv(tmp_path / "p.csv", [*rows[:12], {"id": "", "x": ""}, *rows[12:], {"id": "Total: 24", "x": ""}])
    found = pm.PeerMatcher("id", [pm.near("x")]).match(tmp_path / "p.csv")
    told = found.data_protection().people["what"].tolist()
    assert [one for one in told if one.startswith("rows that were not read")]
