"""The guide of three or more says what is true of them, by name, and nothing that was not declared fit to show."""

from __future__ import annotations

import re

import pytest

import peermatch as pm
from peermatch.report.group_guide import group_guide
from peermatch.report.guide_texts import guide_texts

PEOPLE = [
    {
        "id": "a", "name": "Ada", "years": 4, "teach": "SQL", "learn": "Leading; Go", "team": "Data",
        "goals": "speak; write", "site": "Oslo", "secret": "s1",
    },
    {
        "id": "b", "name": "Bo", "years": 5, "teach": "Leading", "learn": "SQL", "team": "Sales", "goals": "write",
        "site": "Oslo", "secret": "s1",
    },
    {
        "id": "c", "name": "Cy", "years": 4, "teach": "Go", "learn": "SQL", "team": None, "goals": "write; rest",
        "site": "Rome", "secret": "s1",
    },
]  # fmt: skip
CRITERIA = [
    pm.near("years", scale=10),
    pm.complement("teach", "learn"),
    pm.different(["team"]),
    pm.overlap("goals"),
    pm.same("site"),
    pm.above("years", by=(1, 1), name="ahead"),
    pm.overlap("secret", sensitive=True),
]
ALL = ("years", "teach", "learn", "team", "goals", "site", "secret")


def trio(people=PEOPLE, criteria=CRITERIA, show=ALL):
    return pm.PeerMatcher("id", criteria, label="name", odd="trio", show=[*show]).match(people)


def guide(people=PEOPLE, criteria=CRITERIA, show=ALL, **more):
    pairing = trio(people, criteria, show)
    (members,) = pairing._outcome.trios.tolist()
    return group_guide(pairing._outcome, members, show, guide_texts(), **more)


def test_everything_fit_to_show_is_told_by_name():
    text = str(guide())
    for line in (
        "A meeting guide for Ada, Bo and Cy",
        "All of you named write (goals).",
        "Ada and Bo have the same site: Oslo.",
        "You are all at a similar point in years.",
        "You do not all bring the same team: Ada Data and Bo Sales.",
        "Bo has gone further in years than Ada and Cy",
        "Ada can help Bo with SQL.",
        "Ada can help Cy with SQL.",
        "Bo can help Ada with Leading.",
        "Cy can help Ada with Go.",
        "Where shall we begin? ",
    ):
        assert line in text, line
    assert "s1" not in text
    assert "speak" not in text  # what one alone wants is theirs to tell
    assert "You both" not in text


@pytest.mark.parametrize("kept", ALL)
def test_a_column_that_is_not_declared_is_not_read(kept):
    text = str(guide(show=[name for name in ALL if name != kept]))
    words = {
        "years": "similar point", "teach": "SQL", "learn": "SQL", "team": "Sales", "goals": "write", "site": "Oslo",
        "secret": "s1",
    }  # fmt: skip
    assert not re.search(rf"\b{words[kept]}\b", text)


def test_values_that_only_some_have_in_common_are_told_of_those():
    people = [{**person, "goals": goals} for person, goals in zip(PEOPLE, ("x; y", "x", "y"), strict=True)]
    items = guide(people, [pm.overlap("goals")], ["goals"]).sections[0].items
    assert items == ("Ada and Bo named x (goals).", "Ada and Cy named y (goals).")


def test_nothing_to_show_begins_with_a_question():
    page = guide(show=[])
    assert "nothing here yet" in page.hello
    assert not re.search(r"SQL|Oslo|write|Sales|years", str(page))


def test_adviser_and_contact_are_named():
    text = str(guide(adviser="Di", contact="the office"))
    assert "When a question outgrows all of you, you can ask Di." in text
    assert "Turn to the office." in text


def test_what_people_write_stays_text():
    people = [{**person, "site": "<script>alert(1)</script>"} for person in PEOPLE]
    page = guide(people)
    assert "<script" not in page.html
    assert "&lt;script&gt;alert(1)" in page.html
    assert r"\<script\>alert\(1\)" in page.markdown


def test_it_does_not_depend_on_the_order_of_members():
    pairing = trio()
    (members,) = pairing._outcome.trios.tolist()
    pages = {
        str(group_guide(pairing._outcome, some, ALL, guide_texts())) for some in (members, members[::-1])
    }
    assert len(pages) == 1


def test_members_of_a_trio_read_one_notice_and_get_one_guide(tmp_path):
    pairing = trio()
    (group,) = set(pairing.pairs["group_id"])
    told = pairing.explain("a", audience="participant")
    assert told.partners == ("Bo", "Cy")
    assert told.text.count("What you share") == 1
    assert "All of you named write (goals)." in told.text
    assert "You may say no to this group" in told.text
    files = [path.name for path in pairing.to_csv(tmp_path, audience="participant")]
    assert files == ["notices.csv", f"guide-{group}.html", f"guide-{group}.md"]
    assert str(pairing.meeting_guide("a", "c")) == str(guide())
