"""Rings from a table of people: everybody once, each advises the next, reasons, words, and files."""

from __future__ import annotations

import json

import pandas as pd
import pytest

import peermatch as pm
from peermatch.datasets import make_organisation

MATCHER = pm.PeerMatcher(
    "employee_id",
    [pm.complement("can_teach", "wants_to_learn", weight=3), pm.near("years_experience", scale=3)],
    [pm.not_in_line("manager_id", min_found=0)],
    eligible="opted_in",
)
MONTH = {"round": "2026-12", "as_of": "2026-12-01"}


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    return make_organisation(60, 1)


@pytest.fixture(scope="module")
def found(people):
    return pm.form_rings(MATCHER, people, **MONTH)


def test_everyone_is_there_once_and_each_advises_the_next(people, found):
    table, members = found.people, found.members
    assert sorted(table["id"]) == sorted(people["employee_id"])
    assert set(table["status"]) <= {"in a ring", "unmatched", "not taking part"}
    inside = table[table["status"] == "in a ring"].set_index("id")
    assert len(inside) == len(members)
    assert table[table["status"] != "in a ring"]["reason"].notna().all()
    for _, ring in members.groupby("group_id"):
        assert 3 <= len(ring) <= 8
        order = ring.sort_values("place")
        assert order["place"].tolist() == list(range(1, len(ring) + 1))
        assert order["advises"].tolist() == [*order["id"].tolist()[1:], order["id"].tolist()[0]]
    for id, row in inside.iterrows():
        assert inside.loc[row["advises"], "adviser"] == id
        assert inside.loc[row["advises"], "fit"] == members.set_index("id").loc[id, "worth"]
    assert members["worth"].sum() == pytest.approx(found.found.total / 2**30)
    assert found.rings["size"].sum() == len(members)
    assert found.assignment_gap >= 0
    assert found.verified or found.status == "optimal"


def test_whom_rules_keep_apart_do_not_stand_next_to_each_other(people, found):
    manager = dict(zip(people["employee_id"], people["manager_id"], strict=True))
    for id, advised in found.members[["id", "advises"]].values.tolist():
        assert manager[id] != advised
        assert manager[advised] != id


def test_what_counts_is_the_adviser_to_the_advised(found):
    ready = found.ready
    position = {id: k for k, id in enumerate(ready.sides.left.ids.tolist())}
    for id, advised, worth in found.members[["id", "advises", "worth"]].values.tolist():
        block = ready.scores.utilities([position[advised]])
        assert block[0, position[id]] / 2**30 == worth


def test_the_order_of_rows_changes_nothing(people, found):
    again = pm.form_rings(MATCHER, people.sample(frac=1, random_state=3), **MONTH)
    assert again.to_json() == found.to_json()


def test_in_words(found):
    group, first, second = found.members.loc[0, ["group_id", "id", "advises"]]
    assert f"{first} advises {second}" in found.explain(group)
    told = found.explain(first)
    assert f"{first} advises {second}: worth" in told
    assert "complement" in told
    out = found.people[found.people["status"] == "not taking part"]["id"].tolist()
    assert "not taking part" in found.explain(out[0])
    with pytest.raises(pm.InputError, match="no ring and no person"):
        found.explain("r-nothing")
    page = found.summary()
    assert "Proof" in page
    assert "best assignment" in page
    assert "round 2026-12" in page


def test_files_and_plain_data(found, tmp_path):
    names = {path.name for path in found.to_csv(tmp_path)}
    assert names == {"people.csv", "rings.csv", "members.csv", "summary.txt", "rings.json"}
    data = json.loads((tmp_path / "rings.json").read_text())
    assert data["schema"] == "peermatch/rings/1"
    assert data["certificate"]["assignment_gap"] == found.assignment_gap
    assert data["members"][0]["advises"]["type"] == "str"
    assert len(data["people"]) == 60


def test_an_exact_size_and_a_floor(people):
    fours = pm.form_rings(MATCHER, people, 4, **MONTH)
    assert set(fours.rings["size"]) == {4}
    floored = pm.PeerMatcher("employee_id", MATCHER.criteria, MATCHER.rules, eligible="opted_in", floor=0.3)
    ready = pm.form_rings(floored, people, **MONTH)
    score = {
        frozenset(row[:2]): row[2]
        for row in floored.match(people, **MONTH).pairs[["a", "b", "score"]].values.tolist()
    }
    assert score
    scores, ids = ready.ready.scores, ready.ready.sides.left.ids.tolist()
    for id, advised in ready.members[["id", "advises"]].values.tolist():
        assert scores.at([ids.index(id)], [ids.index(advised)])[0] >= 0.3 * 2**30


def test_people_whom_nobody_may_meet():
    people = [{"id": id, "years": 1, "team": team} for id, team in zip("abcd", "xyzx", strict=True)]
    rings = pm.form_rings(
        pm.PeerMatcher("id", [pm.near("years")], [pm.forbid([("d", x) for x in "abc"])]), people
    )
    assert len(rings.members) == 3
    assert "forbid removes 3" in rings.unmatched["reason"][0]
    assert "a ring takes at least 2" in rings.unmatched["reason"][0]


def test_what_is_wrong_is_refused(people, monkeypatch):
    with pytest.raises(pm.ConfigError, match="one pool"):
        pm.form_rings(pm.PeerMatcher("employee_id", [pm.same("site")], sides=("a1", "b1")), people)
    ids = people["employee_id"].tolist()
    demanding = pm.PeerMatcher("employee_id", [pm.same("site")], [pm.require([(ids[0], ids[1])])])
    with pytest.raises(pm.ConfigError, match="do not take demanded pairs"):
        pm.form_rings(demanding, people)
    with pytest.raises(pm.ConfigError, match="whole number from 3 to 8"):
        pm.form_rings(MATCHER, people, 9, **MONTH)
    monkeypatch.setattr("peermatch.programme.rings.MOST_IN_RINGS", 5)
    with pytest.raises(pm.ConfigError, match="Split the pool"):
        pm.form_rings(MATCHER, people, **MONTH)
