"""Programme: rounds over time, and what is held about people."""

from __future__ import annotations

import json

import pandas as pd
import pytest

import peermatch as pm


def people(*names):
    return [{"id": name, "years": 3.0 * place % 7} for place, name in enumerate(names)]


def programme(rules=(), **options):
    return pm.Programme(pm.PeerMatcher("id", [pm.near("years")], [pm.no_repeat(), *rules]), **options)


def ran(months=3, names="abcde", **options):
    made = programme(**options)
    for month in range(months):
        made.run(people(*names), round=f"2026-{month + 1:02d}")
    return made


def test_rounds_are_written_down_and_never_repeat():
    made = ran(5)
    assert len(made.history) == 10
    assert len({frozenset(pair) for pair in made.history[["a", "b"]].values.tolist()}) == 10
    assert made.rounds["sat_out"].tolist() == [1] * 5
    assert made.sit_outs["times"].tolist() == [1] * 5
    assert made.rounds["date"].iloc[0] == "2026-01-01"
    assert made.run(people(*"afg")).round == "2026-06"


def test_what_it_hands_out_is_a_copy():
    made = ran(1)
    history = made.history
    history["a"] = "x"
    attendance = made.attendance
    attendance["id"] = "x"
    assert "x" not in set(made.history["a"])
    assert len(made.attendance) == 5


def test_a_plan_is_written_down_only_when_its_rounds_are():
    made = ran(1)
    plan = made.plan(people(*"abcde"), 2)
    assert len(made.rounds) == 1
    for pairing in plan.pairings:
        made.record(pairing)
    assert made.rounds["round"].tolist() == ["2026-01", "2026-02", "2026-03"]
    with pytest.raises(pm.ConfigError, match="already"):
        made.record(plan.pairings[0])


def test_forgetting_leaves_no_trace():
    made = ran(3, rules=[pm.forbid([("a", "b"), ("c", "d")]), pm.veto(table=[("b", "e")])])
    removed = made.forget("b")
    assert removed["history"] > 0
    assert removed["attendance"] == 3
    assert removed["lists"] == 2
    assert '"b"' not in json.dumps(made.to_dict()["history"]["rows"])
    assert '"b"' not in json.dumps(made.to_dict()["attendance"]["rows"])
    assert made.to_dict()["matcher"]["rules"][1]["pairs"] == [{"a": "c", "b": "d"}]
    assert made.dossier("b").empty
    assert made.forget("b") == {"history": 0, "attendance": 0, "lists": 0}
    assert len(made.matcher.rules) == 2  # a list that held nobody else is gone
    made.run(people(*"acde"), round="2026-04")


def test_a_dossier_holds_everything_about_one_person():
    made = ran(3, rules=[pm.forbid([("a", "zoe")])])
    dossier = made.dossier("a")
    history = made.history
    here = history[(history["a"] == "a") | (history["b"] == "a")]
    assert len(dossier.partners) == len(here)
    assert len(dossier.attendance) == 3
    assert dossier.lists.values.tolist() == [["forbid", "forbid", 1]]
    assert "named in 1 row" in str(dossier)
    assert made.dossier("nobody").empty
    assert "nothing" in made.dossier("nobody").text
    assert made.dossier(7).empty  # a number is not a text


def test_private_rules_stay_private():
    made = programme(rules=[pm.veto(table=[("a", "b")])])
    assert made.dossier("b").lists["name"].tolist() == ["a private rule"]
    assert "'a'" not in made.dossier("b").text


def test_what_is_older_is_dropped():
    made = ran(4)
    assert made.retain(months=2, as_of="2026-04-01") == {"history": 2, "attendance": 5}
    assert made.rounds["round"].tolist() == ["2026-02", "2026-03", "2026-04"]
    undated = programme(history=[{"a": "a", "b": "b"}])
    with pytest.raises(pm.InputError, match="no date"):
        undated.retain(months=1, as_of="2026-04-01")
    assert undated.retain(months=1, as_of="2026-04-01", undated="keep")["history"] == 0
    assert undated.retain(months=1, as_of="2026-04-01", undated="drop")["history"] == 1


def test_saved_and_loaded_it_goes_on_as_before(tmp_path):
    made = ran(3)
    path = made.save(tmp_path / "programme.json")
    again = pm.Programme.load(path)
    assert again.to_dict() == made.to_dict()
    assert json.loads(path.read_text(encoding="utf-8"))["schema"] == "peermatch/programme/1"
    one, other = (each.run(people(*"abcde"), round="2026-04") for each in (made, again))
    assert one.pairs.equals(other.pairs)
    assert again.turns == made.turns


@pytest.mark.parametrize("ids", [[1, 2, 3], ["007", "7", "8"]])
def test_ids_keep_their_type(tmp_path, ids):
    made = programme()
    made.run(people(*ids), round="1")
    again = pm.Programme.load(made.save(tmp_path / "programme.json"))
    assert again.attendance["id"].tolist() == made.attendance["id"].tolist()
    assert [type(id) for id in again.history["a"]] == [type(id) for id in made.history["a"]]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"schema": "peermatch/programme/9"}, "reads"),
        ({"histori": 1}, "histori"),
        ({"history": 3}, "must be a table"),
        ({"attendance": {"columns": ["id"], "rows": []}}, "no column 'round'"),
        ({"weakest": "a"}, "list of ids"),
    ],
)
def test_what_is_no_programme_is_refused(change, said):
    with pytest.raises(pm.InputError, match=said):
        pm.Programme.from_dict({**ran(1).to_dict(), **change})


def test_files_that_are_none_are_refused(tmp_path):
    with pytest.raises(pm.InputError, match="cannot be read"):
        pm.Programme.load(tmp_path / "nowhere.json")
    (tmp_path / "torn.json").write_text("{", encoding="utf-8")
    with pytest.raises(pm.InputError, match="not JSON"):
        pm.Programme.load(tmp_path / "torn.json")


def test_wrong_arguments_are_refused():
    with pytest.raises(pm.ConfigError, match="PeerMatcher"):
        pm.Programme("matcher")
    with pytest.raises(pm.ConfigError, match="worst_first"):
        pm.Programme(pm.PeerMatcher("id", [pm.near("years")], objective="worst_first"))
    with pytest.raises(pm.ConfigError, match="already"):
        ran(1).run(people(*"abc"), round="2026-01")
    with pytest.raises(pm.ConfigError, match="undated"):
        ran(1).retain(months=1, as_of="2026-04-01", undated="perhaps")


def test_without_protection_any_matcher_will_do():
    made = pm.Programme(pm.PeerMatcher("id", [pm.near("years")], objective="worst_first"), protect=False)
    made.run(people(*"abc"), round="1")
    assert len(made.history) == 1
    assert isinstance(made.history, pd.DataFrame)


# ---- going on -------------------------------------------------------------------------------------------


def test_a_price_that_fades_looks_at_the_rounds_before():
    made = pm.Programme(pm.PeerMatcher("id", [pm.near("years", scale=9), pm.novelty(half_life=3, weight=3)]))
    for month in range(4):
        made.run(people(*"abcd"), round=f"2026-{month + 1:02d}")
    pairs = [frozenset(pair) for pair in made.history[["a", "b"]].values.tolist()]
    assert len(set(pairs[:6])) == 6  # three rounds use up all pairs
    assert set(pairs[6:]) == set(pairs[:2])  # then the ones that met longest ago
    assert made.plan(people(*"abcd"), 4, repeats="by_rules").repeats > 0


@pytest.mark.parametrize("rule", [[pm.no_repeat()], []])
def test_it_goes_on_when_everybody_is_new(rule):
    made = pm.Programme(pm.PeerMatcher("id", [pm.near("years"), pm.novelty()], rule))
    made.run(people(*"abcd"), round="2026-01")
    assert len(made.plan(people(*"wxyz"), 2).pairings) == 2
    made.run(people(*"wxyz"), round="2026-02")
    assert len(made.history) == 4
    made.run(people(*"abwx"), round="2026-03")
    wrong = pm.Programme(pm.PeerMatcher("id", [pm.near("years")], [pm.no_repeat(), pm.forbid([("k", "l")])]))
    wrong.run(people(*"klm"), round="2026-01")
    with pytest.raises(pm.InputError, match=r"forbid\(\) lists"):
        wrong.run(people(*"abcd"), round="2026-02")
    assert len(wrong.rounds) == 1


def test_a_round_is_taken_back_as_if_it_had_not_been():
    made = ran(3)
    before, turns = made.to_dict(), made.turns
    first = made.run(people(*"abcde"), round="2026-04")
    assert made.withdraw("2026-04") == {"history": 2, "attendance": 5}
    assert made.to_dict() == before
    assert made.turns == turns
    assert made.run(people(*"abcde"), round="2026-04").pairs.equals(first.pairs)
    assert made.withdraw("2026-02")["history"] == 2
    assert made.rounds["round"].tolist() == ["2026-01", "2026-03", "2026-04"]
    with pytest.raises(pm.ConfigError, match="There was no round '2026-9'"):
        made.withdraw("2026-9")


def test_two_sides_over_time():
    sided = pm.PeerMatcher("id", [pm.near("years")], [pm.no_repeat()], sides=("new", "buddy"))
    made = pm.Programme(sided)
    for month in range(4):
        made.run(people(*"abcde"), people(*"stuv"), round=f"2026-{month + 1:02d}")
    pairs = made.history[["a", "b"]].values.tolist()
    assert len({tuple(pair) for pair in pairs}) == 16
    assert made.sit_outs["times"].tolist() == [1] * 4
    assert set(made.attendance["side"]) == {"new", "buddy"}
    again = pm.Programme.from_dict(made.to_dict())
    assert again.turns == made.turns
    with pytest.raises(pm.ConfigError, match="one place each"):
        pm.Programme(pm.PeerMatcher("id", [pm.near("years")], sides=("new", "buddy"), capacity={"buddy": 2}))


def test_mentors_with_several_places_over_time():
    sided = pm.PeerMatcher(
        "id", [pm.near("years")], [pm.no_repeat()], sides=("mentee", "mentor"), capacity={"mentor": 2}
    )
    made = pm.Programme(sided, protect=False)
    for month in range(2):
        made.run(people(*"abcd"), people(*"stuv"), round=f"2026-{month + 1:02d}")
    assert not made.history[["a", "b"]].duplicated().any()
    assert pm.Programme.from_dict(made.to_dict()).history.equals(made.history)


def test_a_saved_programme_takes_another_matcher(tmp_path):
    made = ran(2)
    path = made.save(tmp_path / "programme.json")
    other = pm.PeerMatcher("id", [pm.near("years", scale=9)], [pm.no_repeat(rounds=1)])
    again = pm.Programme.load(path, matcher=other)
    assert again.matcher is other
    assert again.history.equals(made.history)


@pytest.mark.parametrize(
    ("part", "spoil", "words"),
    [
        ("history", lambda table: table["columns"].__setitem__(0, [1]), "columns with different names"),
        ("history", lambda table: table["columns"].__setitem__(0, 3), "columns with different names"),
        ("attendance", lambda table: table["columns"].append("id"), "columns with different names"),
        ("history", lambda table: table["rows"][0].__setitem__(0, {"a": 1}), "Row 1 of 'history'"),
        ("attendance", lambda table: table["rows"][1].__setitem__(3, [1]), "Row 2 of 'attendance'"),
        ("weakest", lambda ids: ids.append([1]), "'weakest' must be a list of ids"),
    ],
)
def test_tables_of_a_file_that_hold_something_else_are_refused_in_words(part, spoil, words):
    programme = pm.Programme(pm.PeerMatcher("id", [pm.near("years")]))
    programme.run([{"id": k, "years": k} for k in range(6)], round="2026-01")
    data = json.loads(json.dumps(programme.to_dict()))
    spoil(data[part])
    with pytest.raises(pm.InputError, match=words):
        pm.Programme.from_dict(data)
