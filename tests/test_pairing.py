"""What a user gets back: everyone exactly once, exact contributions, files that survive a spreadsheet."""

from __future__ import annotations

import json
import pickle
import time

import numpy as np
import pandas as pd
import pytest

from peermatch.criteria import complement, different, forbid, near, require, same, veto
from peermatch.explain import pair_id
from peermatch.problem import GRID
from support.pairings import TEAM, make_pairing, outcome_of

CRITERIA = [near("years", weight=2), complement(offers="teach", seeks="learn", weight=3), different("team")]


def team(**options):
    return make_pairing(TEAM, CRITERIA, label="name", **options)


def pool(n, **more):
    return [{"id": f"p{i:04d}", "years": i % 30, "team": f"t{i % 7}", **more} for i in range(n)]


# ---- tables ---------------------------------------------------------------------------------------------


def test_everyone_who_came_in_is_in_people_exactly_once():
    people = [{**row, "in": "no" if row["id"] == "cy" else "yes"} for row in TEAM]
    pairing = make_pairing(people, CRITERIA, eligible="in", rules=[forbid([("ada", "bo")])])
    frame = pairing.people
    assert frame["id"].tolist() == ["ada", "bo", "cy", "di", "el"]
    assert frame["status"].tolist().count("paired") == 4
    out = frame[frame["id"] == "cy"].iloc[0]
    assert (out["status"], out["partners"], out["used"], out["capacity"]) == ("not taking part", [], 0, 0)
    assert out["reason"] == "not taking part: in is no"
    assert pd.isna(out["group_id"])


def test_columns_of_one_pool():
    pairing = team()
    assert list(pairing.people.columns) == [
        "id", "label", "status", "partners", "group_id", "used", "capacity", "reason",
    ]  # fmt: skip
    contributions = [f"contribution_{c.name}" for c in CRITERIA]
    assert list(pairing.pairs.columns) == [
        "pair_id", "a", "b", "label_a", "label_b", "score", "coverage", *contributions,
    ]  # fmt: skip
    assert list(pairing.unmatched.columns) == ["id", "reason"]
    assert list(pairing.members.columns) == ["group_id", "id", "role"]
    assert list(make_pairing(TEAM, CRITERIA).people.columns)[:2] == ["id", "status"]
    assert set(pairing.members["role"]) == {"peer"}


@pytest.mark.parametrize("mutual", ["geometric", "harmonic", "mean", "min"])
def test_contributions_sum_to_the_score_bit_for_bit_in_any_order(mutual):
    frame = make_pairing(TEAM, CRITERIA, mutual=mutual).pairs
    names = [name for name in frame.columns if name.startswith("contribution_")]
    for order in (names, names[::-1]):
        total = np.zeros(len(frame))
        for name in order:
            total = total + frame[name].to_numpy()
        assert (total == frame["score"].to_numpy()).all()
    assert ((frame[names].to_numpy() * GRID) % 1 == 0).all()


def test_pairs_and_people_tell_the_same_story():
    pairing = team()
    partners = dict(zip(pairing.people["id"], pairing.people["partners"], strict=True))
    groups = dict(zip(pairing.people["id"], pairing.people["group_id"], strict=True))
    for row in pairing.pairs.to_dict("records"):
        assert partners[row["a"]] == [row["b"]]
        assert partners[row["b"]] == [row["a"]]
        assert groups[row["a"]] == groups[row["b"]] == row["pair_id"]
    assert sorted(pairing.members["id"]) == sorted(id for id, mates in partners.items() if mates)


def test_pair_id_depends_on_the_round_and_the_two_ids_alone():
    first = make_pairing(TEAM, CRITERIA, round="r").pairs
    again = make_pairing(TEAM[::-1], [same("team")], pairs=[(0, 1)], round="r").pairs
    assert dict(zip(first["a"], first["pair_id"], strict=True))["ada"] == again["pair_id"][0]
    assert pair_id("r", "ada", "bo") == again["pair_id"][0] == pair_id("r", "bo", "ada")
    assert len({pair_id(r, a, b) for r in (None, "None", "r") for a in (7, "7") for b in ("8", 8)}) == 12
    assert pair_id("r", "x", "y", two_sided=True) != pair_id("r", "y", "x", two_sided=True)


def test_a_private_rule_shows_as_no_more_than_that():
    pairing = make_pairing(
        TEAM, CRITERIA, [veto(table=[("el", "bo")], name="secret"), forbid([("ada", "zed")], name="wish")]
    )
    assert pairing.rules.values.tolist() == [
        ["a private rule", "private", 1, ""],
        ["wish", "forbid", 0, "1 listed id that nobody has: 'zed'"],
    ]
    everything = (
        pairing.to_json() + pairing.summary() + str(pairing.explain("el")) + pairing.people.to_string()
    )
    assert "secret" not in everything
    assert "veto" not in everything


def test_tables_come_back_in_the_kind_the_people_came_in():
    polars = pytest.importorskip("polars")
    pyarrow = pytest.importorskip("pyarrow")
    plain = team()
    for source, kind in (
        (polars.DataFrame(TEAM), polars.DataFrame),
        (pyarrow.Table.from_pylist(TEAM), pyarrow.Table),
    ):
        pairing = make_pairing(source, CRITERIA, label="name")
        for name in ("people", "pairs", "members", "unmatched", "rules", "repairs"):
            assert isinstance(getattr(pairing, name), kind), name
        assert isinstance(pairing.explain("ada").table, kind)
        assert pairing.to_json() == plain.to_json()
    assert isinstance(make_pairing(pd.DataFrame(TEAM), CRITERIA).people, pd.DataFrame)


def test_what_users_do_to_a_table_stays_theirs():
    pairing = team()
    pairs, people = pairing.pairs, pairing.people
    pairs["score"] = 0.0
    people["partners"][0].append("zed")
    assert (pairing.pairs["score"] > 0).all()
    assert pairing.people["partners"][0] == ["bo"]


def test_row_order_does_not_change_a_byte():
    assert team().to_json() == make_pairing(TEAM[::-1], CRITERIA, label="name").to_json()


# ---- two sides ------------------------------------------------------------------------------------------

MENTEES = [{"id": i, "grade": i % 3} for i in range(5)]
MENTORS = [{"id": f"m{i}", "grade": i} for i in range(2)]


def mentoring(**options):
    return make_pairing(
        MENTEES,
        [near("grade")],
        others=MENTORS,
        names=("mentee", "mentor"),
        capacity=(None, [3, 1]),
        **options,
    )


def test_two_sides_with_places():
    pairing = mentoring()
    people = pairing.people
    assert people["side"].tolist() == ["mentee"] * 5 + ["mentor"] * 2
    busy = people[people["id"] == "m0"].iloc[0]
    assert (busy["used"], busy["capacity"], len(busy["partners"])) == (3, 3, 3)
    assert len(busy["group_id"].split("; ")) == 3
    assert list(pairing.pairs.columns)[:3] == ["pair_id", "mentee", "mentor"]
    assert pairing.pairs["mentee"].dtype == np.int64
    assert set(pairing.members["role"]) == {"mentee", "mentor"}
    reason = pairing.unmatched.set_index("side").loc["mentee", "reason"]
    assert reason.startswith(
        "5 on the mentee side for 4 places on the mentor side, so 1 of them must go without"
    )


def test_ids_of_both_sides_may_be_equal():
    both = [{"id": "x", "grade": 1}, {"id": "y", "grade": 2}]
    pairing = make_pairing(
        both, [near("grade")], others=both, names=("mentee", "mentor"), pairs=[(0, 1), (1, 0)]
    )
    assert len(pairing.people) == 4
    assert pairing.pairs["pair_id"].is_unique
    graph = pairing.to_networkx()
    assert set(graph.nodes) == {(side, id) for side in ("mentee", "mentor") for id in "xy"}
    assert graph.nodes["mentor", "x"]["bipartite"] == 1


def test_repairs_name_the_side():
    rows = [{"id": " x ", "grade": 1}, {"id": "y", "grade": 2}]
    repairs = make_pairing(rows, [near("grade")], others=MENTORS, names=("mentee", "mentor")).repairs
    what = ["side", "column", "row", "id", "found", "became", "reason", "code", "sure", "count"]
    assert list(repairs.columns) == what
    assert repairs["side"].tolist() == ["mentee"]


# ---- small and strange ----------------------------------------------------------------------------------


def test_no_pairs_at_all():
    two = [{"id": 1, "years": 3}, {"id": 2, "years": 4}]
    pairing = make_pairing(two, [near("years")], [forbid([(1, 2)])])
    assert len(pairing.pairs) == 0
    assert list(pairing.pairs.columns)[:3] == ["pair_id", "a", "b"]
    assert (
        pairing.unmatched["reason"].tolist() == ["the only other person is ruled out: forbid removes 1"] * 2
    )
    assert "0 pairs from 2 people" in pairing.summary()
    assert repr(pairing).startswith("Pairing(0 pairs from 2 people taking part, optimal")
    assert "0 pairs" in pairing._repr_html_()
    assert pairing.to_dict()["pairs"] == []
    assert pairing.to_networkx().number_of_edges() == 0


def test_two_people_and_a_demand():
    two = [{"id": 1, "years": 3}, {"id": 2, "years": None}]
    pairing = make_pairing(two, [near("years")], [require([(2, 1)])])
    assert pairing.pairs[["a", "b"]].values.tolist() == [[1, 2]]
    assert "were demanded as a pair" in pairing.explain(1).text
    assert len(pairing.unmatched) == 0
    assert "nobody" in pairing.summary()


def test_names_of_the_world():
    people = [{"id": "ñ-1", "name": "Łukasz 王 <b>", "years": 1}, {"id": "ü 2", "name": "Zoë", "years": 2}]
    pairing = make_pairing(people, [near("years")], label="name")
    assert "Łukasz 王 <b>" in pairing.summary()
    assert "<b> " not in pairing._repr_html_().replace("<p><b>", "")
    assert "&lt;b&gt;" in pairing._repr_html_()
    assert "&lt;b&gt;" in pairing.explain("ü 2")._repr_html_()
    assert json.loads(pairing.to_json())["people"][0]["id"] == {"type": "str", "value": "ñ-1"}


def test_repr_is_one_line():
    assert repr(team()) == "Pairing(2 pairs from 5 people taking part, optimal, not verified)"


def test_a_pairing_can_be_pickled():
    pairing = team()
    assert pickle.loads(pickle.dumps(pairing)).to_json() == pairing.to_json()


def test_a_thousand_people_are_quick():
    pairing = make_pairing(
        pool(1000), [near("years"), different("team")], pairs=[(2 * i, 2 * i + 1) for i in range(500)]
    )
    start = time.perf_counter()
    assert len(pairing.pairs) == 500
    assert len(pairing.people) == 1000
    pairing.to_dict()
    assert time.perf_counter() - start < 3  # far above what it takes, for a busy machine


# ---- graph ----------------------------------------------------------------------------------------------


def test_graph_of_one_pool():
    pairing = team()
    graph = pairing.to_networkx()
    assert set(graph.nodes) == set(pairing.people["id"])
    for row in pairing.pairs.to_dict("records"):
        edge = graph.edges[row["a"], row["b"]]
        assert edge["score"] == row["score"]
        assert sum(edge["contributions"].values()) == row["score"]
    unmatched = pairing.unmatched["id"][0]
    assert graph.degree[unmatched] == 0
    assert graph.nodes[unmatched]["status"] == "unmatched"


def test_the_outcome_is_what_the_pairing_was_given():
    pairing = team(objective="best_total")
    assert outcome_of(pairing).objective == "best_total"
    assert outcome_of(pairing).matching is pairing.matching
