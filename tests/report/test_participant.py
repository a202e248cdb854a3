"""A participant is told whom they have and what both agreed to show; tests try to get more out of it."""

from __future__ import annotations

import random
import re

import numpy as np
import pytest

import peermatch as pm

MARK = "SECRET"


def cohort(n=14, seed=1):
    """Everything that must not be there carries a mark of its own."""
    rng = random.Random(seed)
    return [
        {
            "id": f"id{k:02d}x",
            "name": f"Name{chr(65 + k)}",
            "goals": rng.choice(["speak", "speak; write", "paint"]),
            "teach": rng.choice(["SQL", "Go", "Chess"]),
            "learn": rng.choice(["SQL", "Go", "Chess"]),
            "salary": 1000 * k + 7,
            "faith": f"{MARK}faith{k % 3}",
            "team": f"{MARK}team{k % 4}",
            "boss": f"{MARK}boss{k % 2}",
            "in": k != 5,
        }
        for k in range(n)
    ]


def matched(rows=None, show=("goals", "teach", "learn")):
    criteria = [
        pm.overlap("goals"),
        pm.complement("teach", "learn"),
        pm.near("salary", scale=5000),
        pm.same("faith", sensitive=True),
        pm.different(["team"]),
    ]
    rules = [pm.must_differ("boss"), pm.veto(table=[("id00x", "id01x"), ("id02x", "id03x")])]
    matcher = pm.PeerMatcher("id", criteria, rules, label="name", eligible="in", show=show)
    return matcher.match(cohort() if rows is None else rows, round="2026-12")


def everything(found, id):
    told = found.explain(id, audience="participant")
    return "\n".join([told.text, str(told), told.markdown, told._repr_html_(), told.table.to_string()])


def test_nobody_reads_more_than_was_declared():
    found = matched()
    people = found.people.set_index("id")
    names = dict(zip(found.people["id"], found.people["label"], strict=True))
    for id in people.index:
        text = everything(found, id)
        mine = {names[id], *(names[one] for one in people.loc[id, "partners"])}
        assert MARK not in text
        assert not re.search(r"0\.\d|%|\b\d{3,}\b|score|rank|rule|veto|weight|known", text)
        third = [name for name in names.values() if name not in mine and name in text]
        assert third == []
        assert not re.search(r"id\d\dx", text)


def test_a_blank_declaration_shows_only_the_partner():
    found = matched(show=None)
    for id, partners in zip(found.people["id"], found.people["partners"], strict=True):
        told = found.explain(id, audience="participant")
        assert len(told.sections) == (1 if partners else 0)
        for word in ("speak", "write", "paint", "SQL", "Go,", "Chess", "salary"):
            assert word not in told.text


def test_what_is_told_does_not_depend_on_what_is_not_declared():
    """Change everything else, keep the pairs by demanding them: not one word changes."""
    found = matched()
    pairs = found.pairs[["a", "b"]].values.tolist()
    rows = cohort()
    for row in rows:
        row.update(salary=1, faith=None, team=f"{MARK}{row['id']}")
    matcher = pm.PeerMatcher(
        "id", [pm.overlap("goals"), pm.complement("teach", "learn"), pm.near("salary")], [pm.require(pairs)],
        label="name", eligible="in", show=["goals", "teach", "learn"],
    )  # fmt: skip
    again = matcher.match(rows, round="2026-12")
    for id in found.people["id"]:
        one, other = (result.explain(id, audience="participant") for result in (found, again))
        if one.partners == other.partners:
            assert one.text == other.text


def test_the_unmatched_learn_nothing_about_rules():
    rows = cohort(4)
    rules = [pm.veto(table=[("id00x", other) for other in ("id01x", "id02x", "id03x")])]
    found = pm.PeerMatcher("id", [pm.overlap("goals")], rules, label="name").match(rows)
    odd = pm.PeerMatcher("id", [pm.overlap("goals")], label="name").match(cohort(5))
    vetoed = found.explain("id00x", audience="participant")
    left_over = odd.explain(odd.unmatched["id"].tolist()[0], audience="participant")
    assert vetoed.status == left_over.status == "unmatched"
    assert vetoed.text == left_over.text


def test_golden_texts():
    rows = [
        {"id": 1, "name": "Ada", "goals": "speak", "teach": "SQL", "learn": "Go", "in": True},
        {"id": 2, "name": "Bo", "goals": "speak", "teach": "Go", "learn": "SQL", "in": True},
        {"id": 3, "name": "Cy", "goals": "speak", "teach": "Go", "learn": "SQL", "in": False},
    ]
    matcher = pm.PeerMatcher(
        "id", [pm.overlap("goals"), pm.complement("teach", "learn")], label="name", eligible="in",
        show=["goals", "teach", "learn"],
    )  # fmt: skip
    found = matcher.match(rows)
    assert found.explain(1, audience="participant").text == (
        "Your partner is Bo.\n\n"
        "What you share\n- You both named speak (goals).\n\n"
        "What each can teach the other\n- Bo can help Ada with Go.\n- Ada can help Bo with SQL.\n\n"
        "If this is not right for you\nYou may say no to this pairing, now or later, and need not give a reason. You "
        "may also ask what was used to bring you together, and object to it."
    )
    assert found.explain(3, audience="participant").text == "You are not taking part this time."
    assert found.explain(1, audience="auditor").text == (
        f"1 is paired with 2 ({found.pairs['pair_id'][0]}): score 1.00, the sum of 2 contributions; 100% of what "
        "counts was known."
    )
    assert str(found.explain(1)).startswith("Ada with Bo: score 1.00, 100% known")


def test_the_auditor_sees_no_values_and_no_names():
    found = matched()
    for id in found.people["id"]:
        told = found.explain(id, audience="auditor")
        text = f"{told}{told.text}{told.table.to_string()}{told._repr_html_()}"
        assert MARK not in text
        assert "Name" not in text
        if told.pairs:
            table = told.table
            pair = found.pairs.set_index("pair_id").loc[table["pair_id"][0]]
            assert table["contribution"].sum() == pair["score"]


def test_notices_are_everybodys_explanations():
    found = matched()
    table = found.notices(contact="the office")
    assert table["id"].tolist() == found.people["id"].tolist()
    assert table["status"].tolist() == found.people["status"].tolist()
    for id, text in zip(table["id"], table["text"], strict=True):
        assert text.replace("\nTurn to the office.", "") == found.explain(id, audience="participant").text


def test_two_sides_with_several_partners():
    left = [{"id": f"e{k}", "name": f"E{k}", "goals": "speak"} for k in range(3)]
    right = [{"id": "m", "name": "M", "goals": "speak", "places": 3}]
    matcher = pm.PeerMatcher(
        "id",
        [pm.overlap("goals")],
        sides=("mentee", "mentor"),
        label="name",
        capacity={"mentor": "places"},
        show=["goals"],
    )
    found = matcher.match(left, right)
    assert found.explain("m", audience="participant").lead == "Your partners are E0, E1 and E2."
    assert found.notices()["side"].tolist() == ["mentee"] * 3 + ["mentor"]


def test_numbers_of_tables_are_ids():
    rows = [{"id": k, "goals": "speak"} for k in range(2)]
    found = pm.PeerMatcher("id", [pm.overlap("goals")]).match(rows)
    assert found.explain(np.int64(1), audience="participant").partners == ("0",)
    with pytest.raises(pm.InputError, match="Nobody has the id"):
        found.explain(7, audience="participant")
    with pytest.raises(pm.ConfigError, match="'administrator', 'participant' or 'auditor'"):
        found.explain(1, audience="everybody")


@pytest.mark.parametrize("kind", ["polars"])
def test_notices_come_in_kind(kind):
    polars = pytest.importorskip(kind)
    rows = polars.DataFrame([{"id": k, "goals": "speak"} for k in range(2)])
    assert isinstance(pm.PeerMatcher("id", [pm.overlap("goals")]).match(rows).notices(), polars.DataFrame)
