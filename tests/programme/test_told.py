"""What members of circles and rings are told: whom they meet, what is fit to show, and nothing else."""

from __future__ import annotations

import re

import pytest

import peermatch as pm
from peermatch.errors import ConfigError, InputError

SHOWN = ["teach", "learn", "goals"]
CRITERIA = [
    pm.complement("teach", "learn", weight=3),
    pm.overlap("goals"),
    pm.near("years", scale=3),
    pm.same("hidden", sensitive=True),
]


def people(count=13, **more):
    """Made-up people; each has marks of their own in columns that nobody may see."""
    skills = ["SQL", "Go", "Writing", "Leading"]
    return [
        {
            "id": f"id-{k:02}", "name": f"Name{chr(65 + k)}", "teach": skills[k % 4], "learn": skills[(k + 1) % 4],
            "goals": ["speak", "rest", "write"][k % 3], "years": 3 + k % 5, "hidden": f"mark{k}", "in": k != 12, **more,
        }
        for k in range(count)
    ]  # fmt: skip


def matcher(criteria=CRITERIA, rules=(), show=SHOWN):
    return pm.PeerMatcher("id", criteria, rules, label="name", eligible="in", show=show)


def circles(table=None, **more):
    return pm.form_circles(matcher(**more), people() if table is None else table, 4, round="r1")


def rings(table=None, **more):
    return pm.form_rings(matcher(**more), people() if table is None else table, (3, 5), round="r1")


def names_in(text):
    return set(re.findall(r"\bName[A-Z]\b", text))


def test_members_of_a_circle_read_of_their_own_circle_alone():
    found = circles()
    notices = found.notices(contact="the office").set_index("id")
    labels = dict(zip(found.people["id"], found.people["label"], strict=True))
    for _, members in found.members.groupby("group_id")["id"]:
        own = {labels[one] for one in members}
        for one in members:
            row = notices.loc[one]
            assert row["status"] == "in a circle"
            assert set(row["partners"].split("; ")) == own - {labels[one]}
            assert own - {labels[one]} <= names_in(row["text"]) <= own
            assert "Turn to the office." in row["text"]
            assert found.explain(one, audience="participant") == row["text"].replace(
                "\nTurn to the office.", ""
            )


def test_members_of_a_ring_read_of_the_two_whom_they_meet():
    found = rings()
    notices = found.notices().set_index("id")
    table = found.people.set_index("id")
    for id, row in table[table["status"] == "in a ring"].iterrows():
        met = {table.loc[row["adviser"], "label"], table.loc[row["advises"], "label"]}
        assert met <= names_in(notices.loc[id, "text"]) <= met | {row["label"]}
        assert found.explain(id, audience="participant") == notices.loc[id, "text"]


@pytest.mark.parametrize("form", [circles, rings])
def test_no_marks_numbers_or_rules_reach_participants(form):
    found = form(rules=[pm.veto("never")], table=[{**one, "never": None} for one in people()])
    for text in found.notices()["text"]:
        assert not re.search(r"mark|\d|id-|years|hidden|rule|score", text)


@pytest.mark.parametrize("form", [circles, rings])
def test_who_has_no_seat_reads_the_same_whatever_the_reason(form):
    table = people()
    loner = [
        {**one, "never": "; ".join(o["id"] for o in table) if one["id"] == "id-03" else ""} for one in table
    ]
    vetoed = form(loner, rules=[pm.veto("never")])
    ruled = form(
        [{**one, "apart": "all" if one["id"] == "id-03" else one["id"]} for one in table],
        rules=[pm.forbid([("id-03", one["id"]) for one in table if one["id"] != "id-03"])],
    )
    texts = [found.explain("id-03", audience="participant") for found in (vetoed, ruled)]
    assert texts[0] == texts[1]
    assert "no" in texts[0].lower()
    assert names_in(texts[0]) == set()
    away = vetoed.explain("id-12", audience="participant")
    assert away == "You are not taking part this time."


@pytest.mark.parametrize("form", [circles, rings])
def test_auditors_read_no_names(form):
    found = form()
    told = [*found.group_ids, *found.people["id"]]
    for which in told:
        assert names_in(found.explain(which, audience="auditor")) == set()


@pytest.mark.parametrize("form", [circles, rings])
def test_a_participant_cannot_ask_for_a_group_and_is_not_told_which_there_are(form):
    found = form()
    with pytest.raises(InputError) as caught:
        found.explain(found.group_ids[0], audience="participant")
    assert found.group_ids[0] not in str(caught.value).replace(repr(found.group_ids[0]), "")


@pytest.mark.parametrize("form", [circles, rings])
def test_an_unknown_audience_is_named(form):
    with pytest.raises(ConfigError, match=r"audience.*'boss'"):
        form().explain("id-01", audience="boss")


def test_the_guide_of_a_circle_is_that_of_its_members():
    found = circles()
    group = found.group_ids[0]
    page = found.meeting_guide(group, adviser="Someone")
    ids = found.members.set_index("group_id").loc[[group], "id"]
    labels = dict(zip(found.people["id"], found.people["label"], strict=True))
    assert names_in(page.markdown) == {labels[one] for one in ids}
    assert "you can ask Someone" in page.markdown
    with pytest.raises(InputError, match="no circle 'c-0'"):
        found.meeting_guide("c-0")


@pytest.mark.parametrize("form", [circles, rings])
def test_without_show_nothing_but_names_is_told(form):
    for text in form(show=None).notices()["text"]:
        assert not re.search(r"SQL|Go\b|Writing|Leading|speak|write", text)


@pytest.mark.parametrize("form", [circles, rings])
def test_secrets_do_not_change_what_participants_read(form):
    """Two pools that differ in a sensitive column alone, where it does not change the groups."""
    criteria = [*CRITERIA[:3], pm.same("hidden", sensitive=True, weight=1e-9)]
    texts = []
    for mark in ("x", "y"):
        found = form([{**one, "hidden": f"{mark}{k}"} for k, one in enumerate(people())], criteria=criteria)
        texts.append(found.notices().to_csv())
    assert texts[0] == texts[1]


SENIORS = [
    {"id": "s-1", "name": "NameX", "years": 30, "field": "mark-x", "places": 2},
    {"id": "s-2", "name": "NameY", "years": 40, "field": "mark-y", "places": 9},
    {"id": "s-3", "name": "NameZ", "years": 1, "field": "mark-z", "places": 9},
]


def advised(groups):
    asked = pm.assign_advisers(groups, SENIORS, by=1, capacity="places", experience="years")
    assert len(asked.pairs)
    return asked


def pairs():
    return matcher().match(people(), round="r1")


@pytest.mark.parametrize("form", [pairs, circles])
def test_advisers_read_who_may_come_to_them_and_nothing_else(form):
    found = advised(form())
    by_adviser = found.advisers.set_index("id")
    for row in found.notices(contact="the office").itertuples():
        groups = by_adviser.loc[row.id, "pairs"]
        members = {
            one for group in groups for one in found.task.groups.labels_of(found.task.groups.ids.index(group))
        }
        assert names_in(row.text) == members
        assert not re.search(r"mark|\d|id-|score|years", row.text)
        assert ("Turn to the office." in row.text) == bool(groups)


@pytest.mark.parametrize("form", [pairs, circles])
def test_a_pair_is_told_whom_to_ask_and_an_auditor_reads_no_names(form):
    found = advised(form())
    ids = found.pairs.iloc[:, 0]
    labels = dict(zip([one["id"] for one in SENIORS], [one["name"] for one in SENIORS], strict=True))
    for group, adviser in zip(ids, found.pairs["adviser"], strict=True):
        told = found.explain(group, audience="participant")
        assert names_in(told) == {labels[adviser]}
        assert not re.search(r"\d", told)
        assert names_in(found.explain(group, audience="auditor")) == set()


@pytest.mark.parametrize("form", [circles, rings])
def test_exports_hold_what_their_readers_may_have(form, tmp_path):
    found = form(rules=[pm.veto("never")], table=[{**one, "never": None} for one in people()])
    files = found.to_csv(tmp_path / "hand-out", audience="participant", contact="the office")
    endings = ("html", "md") if form is circles else ()
    guides = [f"guide-{group}.{ending}" for group in found.group_ids for ending in endings]
    assert [path.name for path in files] == ["notices.csv", *guides]
    for path in files:
        text = path.read_text(encoding="utf-8")
        body = text.partition("</style>")[2] or re.sub(r"id-\d\d", "", text)  # the ids are for the mail merge
        assert not re.search(r"mark\d|score|hidden|\b\d", body)
    audit = found.to_csv(tmp_path / "audit", audience="auditor")
    whole = "".join(path.read_text(encoding="utf-8") for path in audit)
    assert names_in(whole) == set()
    assert not re.search(r"mark\d|SQL|False", whole)
    with pytest.raises(ConfigError, match="audience"):
        found.to_csv(tmp_path, audience="boss")
