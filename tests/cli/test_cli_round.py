"""``peermatch round`` and ``peermatch programme``: a programme kept in a file, round after round."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

import peermatch as pm
from peermatch.errors import OutputError
from support.small_tables import people, write_csv

NO_REPEAT = '\n[[rules]]\nkind = "no_repeat"\n'
FIRST = ("round", "people.csv", "--config", "programme.toml")
NEXT = ("round", "people.csv")


@pytest.fixture
def folder(folder):
    """The folder, with a programme in which nobody meets twice."""
    config = folder / "programme.toml"
    config.write_text(config.read_text(encoding="utf-8") + NO_REPEAT, encoding="utf-8")
    return folder


def kept():
    return Path("programme.json").read_bytes()


def test_rounds_go_on_from_the_file(run, folder):
    first = run(*FIRST, "--round", "2026-11", "--out", "results")
    assert first.code == 0
    assert "Round 2026-11 is written down in programme.json: 1 round so far." in first.err
    second = run(*NEXT, "--out", "results")
    assert second.code == 0
    assert "round 2026-12" in second.out
    history = pd.read_csv("results/history.csv", dtype=str)
    pairs = [frozenset(pair) for pair in history[["a", "b"]].values.tolist()]
    assert len(set(pairs)) == len(pairs)
    assert set(history["round"]) == {"2026-11", "2026-12"}
    programme = pm.Programme.load("programme.json")
    assert programme.rounds["round"].tolist() == ["2026-11", "2026-12"]
    assert programme.history["a"].tolist() == history["a"].tolist()


def test_it_is_what_python_says(run, folder):
    run(*FIRST, "--round", "2026-11")
    run(*NEXT, "--round", "2026-12")
    programme = pm.Programme(pm.PeerMatcher.from_toml("programme.toml"))
    for month in ("2026-11", "2026-12"):
        programme.run("people.csv", round=month)
    assert pm.Programme.load("programme.json").to_dict() == programme.to_dict()


def test_whose_turn_it_was(run, folder):
    write_csv(folder / "people.csv", people()[:7])
    said = run(*FIRST, "--round", "2026-11")
    alone = pm.Programme.load("programme.json").sit_outs["id"].tolist()
    assert f"Without a partner this time: Person {int(alone[0])};" in said.out
    again = run(*NEXT)
    assert "Who sat out last time:" in again.out
    assert "with a partner now" in again.out


def test_turns_in_words():
    from peermatch.cli.round import turns_text

    pair = pm.PeerMatcher("id", [pm.near("y")]).match([{"id": 1, "y": 1}, {"id": 2, "y": 2}])
    assert turns_text(pm.Turns(), pair) == "Nobody is without a partner."
    three = pm.PeerMatcher("id", [pm.near("y")], [pm.forbid([(1, 3), (2, 3)])]).match(
        [{"id": id, "y": id} for id in (1, 2, 3)]
    )
    assert turns_text(pm.Turns(((3, 9),), (1, 2)), three) == (
        "Who sat out last time: 3; 3 without a partner again.\n"
        "Who had the weakest pair last time: 1, 2; with a partner now. "
        "Going first means having a partner, not a better one.\n"
        "Without a partner this time: 3; first in turn next time."
    )


def test_without_protection_nobody_has_a_turn(run, folder):
    write_csv(folder / "people.csv", people()[:7])
    first = run(*FIRST, "--round", "2026-11", "--unprotected")
    second = run(*NEXT)
    assert "Without a partner this time" in first.out
    assert "first in turn" not in first.out + second.out
    assert "weakest pair last time" not in second.out


def test_several_places_name_the_way_out(run, folder):
    config = folder / "programme.toml"
    config.write_text(
        'sides = ["new", "buddy"]\ncapacity = { buddy = 2 }\n' + config.read_text(encoding="utf-8"),
        encoding="utf-8",
    )
    write_csv(folder / "left.csv", people()[:6])
    said = run("round", "--left", "left.csv", "--right", "people.csv", "--config", "programme.toml")
    assert said.code == 2
    assert "--unprotected" in said.err


def test_who_is_left_out_by_no_rule_has_a_line_with_the_reason(run, folder):
    table = [{**row, "team": str(place)} for place, row in enumerate(people()[:7])]
    write_csv(folder / "people.csv", table)
    assert run(*FIRST, "--out", "results", "--relax").code == 0
    alone = pd.read_csv("results/unmatched.csv", dtype=str)["id"].tolist()
    why = pd.read_csv("results/why_unmatched.csv", dtype=str)
    assert set(why["id"]) == set(alone) != set()
    assert why["reason"].notna().all()


def test_the_same_round_only_again(run, folder):
    run(*FIRST, "--round", "2026-11", "--out", "results")
    before = kept()
    twice = run(*NEXT, "--round", "2026-11", "--out", "results")
    assert twice.code == 2
    assert "There was a round '2026-11' already" in twice.err
    assert kept() == before
    again = run(*NEXT, "--round", "2026-11", "--again", "--out", "results")
    assert again.code == 0
    assert kept() == before
    run(*NEXT, "--round", "2026-12")
    early = run(*NEXT, "--round", "2026-11", "--again")
    assert early.code == 2
    assert "which is '2026-12'" in early.err
    none = run(*FIRST, "--again", "--programme", "new.json")
    assert none.code == 2
    assert "has not been yet" in none.err
    assert not Path("new.json").exists()


def test_whatever_fails_the_programme_stays(run, folder, monkeypatch):
    run(*FIRST, "--round", "2026-11")
    before = kept()
    assert run("round", "nowhere.csv", "--round", "2026-12").code == 2
    assert kept() == before

    def fails(*_, **__):
        raise OutputError("The disk is full.")

    with monkeypatch.context() as patched:
        patched.setattr("peermatch.cli.results.write_results", fails)
        said = run(*NEXT, "--round", "2026-12", "--out", "results")
    assert (said.code, kept()) == (2, before)
    with monkeypatch.context() as patched:
        patched.setattr("peermatch.programme.saved.write_files", fails)
        assert run(*NEXT, "--round", "2026-12").code == 2
    assert kept() == before
    assert sorted(path.name for path in folder.iterdir()) == [
        "people.csv",
        "programme.json",
        "programme.toml",
    ]


def test_what_somebody_else_wrote_meanwhile_is_kept(run, folder, monkeypatch):
    run(*FIRST, "--round", "2026-11")
    original = pm.Programme.run

    def slow(self, *args, **options):
        Path("programme.json").write_bytes(kept() + b" ")
        return original(self, *args, **options)

    monkeypatch.setattr(pm.Programme, "run", slow)
    said = run(*NEXT, "--round", "2026-12")
    assert said.code == 2
    assert "changed by somebody else" in said.err
    assert len(pm.Programme.load("programme.json").rounds) == 1


def test_a_plan_leaves_the_programme_alone(run, folder):
    run(*FIRST, "--round", "2026-11")
    before = kept()
    said = run(*NEXT, "--plan", 3, "--out", "plan")
    assert said.code == 0
    assert "3 rounds without repeats" in said.out
    assert kept() == before
    plan = pd.read_csv("plan/plan.csv", dtype=str)
    assert plan["round"].drop_duplicates().tolist() == ["2026-12", "2027-01", "2027-02"]
    met = {frozenset(p) for p in pm.Programme.load("programme.json").history[["a", "b"]].values.tolist()}
    assert met.isdisjoint({frozenset(p) for p in plan[["a", "b"]].values.tolist()})
    assert pd.read_csv("plan/rounds.csv")["pairs"].sum() == len(plan)
    assert Path("plan/summary.txt").read_text(encoding="utf-8") == said.out
    assert set(pd.read_csv("plan/sit_outs.csv")) == {"id", "times", "rounds"}
    for wrong in ("--again", "--json", "--relax"):
        assert run(*NEXT, "--plan", 2, wrong).code == 2
    assert run(*NEXT, "--plan", 0).code == 2
    assert run(*NEXT, "--plan", 2, "--repeats", "by_rules").code == 0


def test_a_programme_that_forgets_who_met_is_warned_of(run, folder):
    text = Path("programme.toml").read_text(encoding="utf-8")
    Path("programme.toml").write_text(text.replace(NO_REPEAT, ""), encoding="utf-8")
    assert "looks at who met before" in run(*FIRST).err


def test_a_config_changes_what_matters_from_now_on(run, folder):
    run(*FIRST, "--round", "2026-11")
    text = Path("programme.toml").read_text(encoding="utf-8")
    Path("programme.toml").write_text(
        text + '\n[[criteria]]\nkind = "novelty"\nweight = 5\n', encoding="utf-8"
    )
    assert run(*NEXT, "--round", "2026-12", "--config", "programme.toml").code == 0
    assert [c.kind for c in pm.Programme.load("programme.json").matcher.criteria][-1] == "novelty"
    assert len(pm.Programme.load("programme.json").rounds) == 2


def test_earlier_pairs_begin_a_programme(run, folder):
    ids = pd.read_csv("people.csv", dtype=str).iloc[:, 0].tolist()
    Path("before.csv").write_text(f"round,a,b\n2026-10,{ids[0]},{ids[1]}\n", encoding="utf-8")
    assert run(*FIRST, "--history", "before.csv").code == 0
    assert pm.Programme.load("programme.json").history["round"].tolist()[:2] == ["2026-10", "2026-11"]
    late = run(*NEXT, "--history", "before.csv")
    assert late.code == 2
    assert "--history is for the first round" in late.err


def test_a_folder_of_other_rounds_is_not_replaced(run, folder):
    run("match", "people.csv", "--config", "programme.toml", "--round", "2025-01", "--out", "results")
    said = run(*FIRST, "--round", "2026-11", "--out", "results")
    assert said.code == 2
    assert "holds earlier pairs (2025-01) that programme.json does not" in said.err


def test_what_is_missing_is_said(run, folder):
    assert "Begin it with --config" in run(*NEXT).err
    assert "takes a table of people" in run("round", "--config", "programme.toml").err
    Path("programme.json").write_text("{", encoding="utf-8")
    assert "is not JSON" in run(*NEXT).err
    assert run(*NEXT, "--as-of", "someday").code == 2


def test_somebody_sits_a_round_out(run, folder):
    run(*FIRST, "--round", "2026-11", "--set-aside", "003, 004")
    attendance = pm.Programme.load("programme.json").attendance
    assert {"003", "004"}.isdisjoint(attendance["id"])


def test_json_is_the_pairing(run, folder):
    said = run(*FIRST, "--round", "2026-11", "--json", "--quiet")
    assert json.loads(said.out)["round"] == "2026-11"
    assert said.err == ""


def test_a_folder_stands_for_its_file(run, folder):
    Path("coffee").mkdir()
    assert run(*FIRST, "--programme", "coffee").code == 0
    assert Path("coffee/programme.json").exists()
    assert "1 round" in run("programme", "coffee").out


def test_two_sides(run, folder):
    table = people()
    write_csv(folder / "left.csv", table[: len(table) // 2])
    write_csv(folder / "right.csv", table[len(table) // 2 :])
    text = Path("programme.toml").read_text(encoding="utf-8")
    Path("programme.toml").write_text('sides = ["new", "buddy"]\n' + text, encoding="utf-8")
    sides = ("round", "--left", "left.csv", "--right", "right.csv")
    assert run(*sides, "--config", "programme.toml").code in (0, 3)
    assert run(*sides).code in (0, 3)
    assert len(pm.Programme.load("programme.json").rounds) == 2


@pytest.mark.parametrize("command", ["match", "round"])
def test_which_rule_to_relax(run, folder, command):
    said = run(command, *FIRST[1:], "--out", "results", "--relax")
    assert said.code == 0
    assert "relaxations.csv, why_unmatched.csv" in said.err
    table = pd.read_csv("results/relaxations.csv")
    assert table["rule"].tolist() == pd.read_csv("results/rules.csv")["rule"].tolist()
    people = pd.read_csv("results/why_unmatched.csv", dtype=str)
    assert set(people["id"]) <= set(pd.read_csv("results/unmatched.csv", dtype=str)["id"])
    assert {"rule", "removes", "alone", "partner", "pairs", "total", "exact", "cheapest"} <= set(people)
    nowhere = run(command, *FIRST[1:], "--relax")
    assert nowhere.code == 2
    assert "name a folder with --out" in nowhere.err


# ---- what it holds --------------------------------------------------------------------------------------


def test_what_is_held_is_shown_and_taken_out(run, folder):
    run(*FIRST, "--round", "2026-11")
    run(*NEXT)
    id = pm.Programme.load("programme.json").history["a"].iloc[0]
    assert "Who sat out:" in run("programme", "programme.json").out or "2026-12" in run("programme", ".").out
    assert "stands in" in run("programme", "programme.json", "--dossier", id).out
    gone = run("programme", "programme.json", "--forget", id)
    assert "of history" in gone.out
    assert f'"{id}"' not in kept().decode()
    before = kept()
    assert "holds nothing about" in run("programme", ".", "--forget", id).err
    assert kept() == before
    dropped = run("programme", "programme.json", "--retain", 0, "--as-of", "2026-12-01")
    assert dropped.code == 0
    assert pm.Programme.load("programme.json").rounds["round"].tolist() == ["2026-12"]
    assert run("programme", ".", "--retain", 1).code == 2
    assert run("programme", ".", "--retain", -1, "--as-of", "2026-12-01").code == 2
    assert run("programme", "nowhere.json").code == 2


@pytest.mark.parametrize(
    ("ids", "text", "found"), [([1, 2], "1", 1), (["1", "2"], "1", "1"), ([1, 2], "01", "01")]
)
def test_ids_have_the_type_that_they_have(ids, text, found):
    from peermatch.cli.kept import id_as_kept

    programme = pm.Programme(pm.PeerMatcher("id", [pm.near("y")]), [{"a": ids[0], "b": ids[1]}])
    assert id_as_kept(programme, text) == found
    assert type(id_as_kept(programme, text)) is type(found)
