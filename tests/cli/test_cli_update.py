"""``peermatch update`` and ``peermatch diff``: from files to files."""

from __future__ import annotations

import csv
import json

import pytest

from peermatch.cli.results import RESULT_FILES
from support.small_tables import MENTORING, mentees, mentors, people, write_csv


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def matched(folder, run):
    """Results of a first match, and a table of people of whom two left and two joined."""
    said = run(
        "match",
        "people.csv",
        "--config",
        "programme.toml",
        "--out",
        "results",
        "--round",
        "2026-12",
        "--quiet",
    )
    assert said.code == 0
    write_csv(folder / "today.csv", people(16)[2:])
    write_csv(folder / "org.csv", people(16))
    return folder


BASE = ("update", "today.csv", "--config", "programme.toml", "--org", "org.csv")


@pytest.mark.parametrize(
    "previous", ["results", "results/result.json", "results/pairs.csv", "results/history.csv"]
)
@pytest.mark.parametrize("how", [(), ("--keep", "all"), ("--price", "0.2"), ("--at-most", "1")])
def test_from_files_to_files(matched, run, previous, how):
    said = run(*BASE, "--previous", previous, *how, "--out", "updated")
    assert said.code == 0, said.err
    assert "What changed" in said.out
    names = {path.name for path in (matched / "updated").iterdir()}
    assert names == {*RESULT_FILES, "changes.csv"}
    changes = {row["id"]: row["why"] for row in read(matched / "updated" / "changes.csv")}
    before = {row["a"]: row["b"] for row in read(matched / "results" / "pairs.csv")}
    gone = {id for pair in before.items() for id in pair} & {"000", "001"}
    assert {id for id, why in changes.items() if why == "left"} >= gone
    document = json.loads((matched / "updated" / "result.json").read_text(encoding="utf-8"))
    assert document["update"]["mode"] == (
        "price" if "--price" in how else "at_most" if "--at-most" in how else "keep"
    )
    if previous.endswith((".json", "history.csv", "results")):
        assert document["round"] == "2026-12"


def test_the_price_of_stability_is_shown_and_written(matched, run):
    said = run(*BASE, "--previous", "results", "--prices", "--out", "updated")
    assert said.code == 0
    assert "What it costs to keep more pairs" in said.out
    rows = read(matched / "updated" / "prices.csv")
    assert list(rows[0]) == ["broken", "price", "pairs", "total", "lost", "lost_share"]
    assert rows[-1]["broken"] == "0"


def test_history_grows_by_the_updated_round_alone(matched, run):
    history = "results/history.csv"
    said = run(*BASE, "--previous", "results", "--out", "updated")
    assert said.code == 0
    again = run(*BASE, "--previous", "results", "--out", "results2")
    assert again.code == 0
    config = (matched / "programme.toml").read_text(encoding="utf-8") + '\n[[rules]]\nkind = "no_repeat"\n'
    (matched / "strict.toml").write_text(config, encoding="utf-8")
    said = run(
        *("update", "today.csv", "--config", "strict.toml", "--previous", "results", "--history", history),
        *("--out", "strict", "--org", "org.csv"),
    )
    assert said.code == 0, said.err
    rows = read(matched / "strict" / "history.csv")
    assert {row["round"] for row in rows} == {"2026-12"}
    assert len(rows) == len(read(matched / "strict" / "pairs.csv"))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "--previous"),
        (("--previous", "nowhere.json"), "cannot be read"),
        (("--previous", "programme.toml"), "error: "),
        (("--previous", "results", "--price", "much"), "a number from 0"),
        (("--previous", "results", "--at-most", "-1"), "whole number"),
        (("--previous", "results", "--price", "1", "--keep", "all"), "not allowed with"),
        (("--previous", "results", "--out", "results"), "which is read"),
        (("--previous", "results", "--set-aside", "2"), "Did you mean '002'"),
        (("--previous", "results", "--as-of", "soon"), "a date"),
    ],
)
def test_mistakes_are_said_in_words(matched, run, arguments, words):
    said = run(*BASE, *arguments)
    assert said.code == 2
    assert words in said.err
    assert "Traceback" not in said.err


def test_people_set_aside_and_json(matched, run):
    said = run(*BASE, "--previous", "results", "--set-aside", "005", "--json", "--quiet")
    assert said.code == 0
    document = json.loads(said.out)
    assert (
        next(row for row in document["people"] if row["id"]["value"] == "005")["status"] == "not taking part"
    )


def test_two_sides(tmp_path, run, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_csv(tmp_path / "l.csv", mentees())
    write_csv(tmp_path / "r.csv", mentors())
    write_csv(tmp_path / "l2.csv", mentees()[1:])
    (tmp_path / "m.toml").write_text(MENTORING, encoding="utf-8")
    sides = ("--right", "r.csv", "--config", "m.toml")
    assert run("match", "--left", "l.csv", *sides, "--out", "one").code == 0
    for previous in ("one", "one/pairs.csv"):
        said = run(
            "update", "--left", "l2.csv", *sides, "--previous", previous, "--price", "0.1", "--out", "two"
        )
        assert said.code == 0, said.err
    assert {row["side"] for row in read(tmp_path / "two" / "changes.csv")} <= {"mentee", "mentor"}
    said = run("diff", "one", "two")
    assert said.code == 0
    assert "1 left" in said.out


def test_diff_says_what_changed_and_writes_it(matched, run):
    assert run(*BASE, "--previous", "results", "--price", "0.1", "--out", "updated", "--quiet").code == 0
    said = run("diff", "results", "updated/result.json", "--out", "difference")
    assert said.code == 0, said.err
    assert "kept" in said.out
    assert "Results in difference: diff_people.csv, diff_pairs.csv, diff.txt" in said.err
    assert read(matched / "difference" / "diff_people.csv")
    assert run("diff", "results", "updated", "--quiet").out == ""
    same = run("diff", "results", "results")
    assert "0 broken, 0 made" in same.out
    wrong = run("diff", "results", "nowhere")
    assert wrong.code == 2
    assert "Traceback" not in wrong.err


DRAFT = ("draft", "people.csv", "--config", "programme.toml")


def test_all_are_accepted_but_those_who_are_named(matched, run):
    data = json.loads((matched / "results" / "result.json").read_text(encoding="utf-8"))
    before = {tuple(pair[side]["value"] for side in "ab") for pair in data["pairs"]}
    out = ",".join(sorted(before)[0])
    edits = ("--from", "results", "--accept", "all", "--reject", out)
    said = run(*DRAFT, *edits, "--cost")
    assert said.code == 0
    assert "2 people get other partners" in said.out
    assert run(*DRAFT, *edits, "--save", "draft.json").code == 0
    data = json.loads((matched / "draft.json").read_text(encoding="utf-8"))
    after = {tuple(pair[side]["value"] for side in "ab") for pair in data["pairs"]}
    assert before - after == {tuple(out.split(","))}


def test_a_draft_is_weighed_edited_saved_and_goes_on(matched, run):
    (a, b), (c, _) = [(row["a"], row["b"]) for row in read(matched / "results" / "pairs.csv")][:2]
    said = run(*DRAFT, "--from", "results", "--reject", f"{a},{b}", "--set-aside", c, "--cost")
    assert said.code == 0, said.err
    assert said.out.count("costs") + said.out.count("raises") == 2
    said = run(
        *(*DRAFT, "--from", "results", "--reject", f"{a},{b}", "--who", "the office", "--why", "they asked"),
        *("--save", "draft.json", "--out", "second"),
    )
    assert said.code == 0, said.err
    assert (a, b) not in {(row["a"], row["b"]) for row in read(matched / "second" / "pairs.csv")}
    data = json.loads((matched / "draft.json").read_text(encoding="utf-8"))
    assert data["edits"][0]["who"] == "the office"
    assert data["round"] == "2026-12"
    said = run(*DRAFT, "--from", "draft.json", "--accept", "all", "--save", "draft.json")
    assert said.code == 0, said.err
    said = run(*DRAFT, "--from", "draft.json", "--take-back", f"{a},{b}", "--require", f"{a},{b}")
    assert said.code == 3
    assert "cannot stand in" in said.err
    said = run(*DRAFT, "--from", "draft.json", "--set-aside", "nobody")
    assert said.code == 2
    assert run("diff", "results", "draft.json").code == 0
    assert run(*BASE, "--previous", "draft.json", "--out", "updated").code == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--from", "results", "--accept", "000"), "two ids with a comma"),
        (("--from", "results", "--cost"), "--cost weighs"),
        (
            (
                "--from",
                "nowhere.json",
            ),
            "cannot be read",
        ),
        (("--from", "results", "--round", "x"), "leave --round out"),
        (("--from", "results", "--out", "results"), "which is read"),
        (("--from", "results", "--accept", "000,zz"), "Nobody in this draft"),
        (("--from", "results", "--save", "people.csv"), "which is no draft"),
        (("--from", "results", "--save", "programme.toml"), "which is no draft"),
        (("--from", "results", "--save", "results/result.json"), "which is no draft"),
        (("--from", "results", "--save", "new/pairs.csv", "--out", "new"), "would replace the draft"),
    ],
)
def test_mistakes_with_drafts_are_said_in_words(matched, run, arguments, words):
    said = run(*DRAFT, *arguments)
    assert said.code == 2
    assert words in said.err
    assert "Traceback" not in said.err
