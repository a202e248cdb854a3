"""``peermatch circles``: circles and rings from files."""

import json

import pandas as pd
import pytest


def test_circles_are_written_and_told(run, folder):
    said = run(
        "circles", "people.csv", "--config", "programme.toml", "--size", "3-4", "--out", "c", "--round", "1"
    )
    assert said.code == 0
    assert "Results in c: people.csv, circles.csv, members.csv, summary.txt, circles.json" in said.err
    assert "circles of" in said.out
    members = pd.read_csv("c/members.csv", dtype=str)
    assert members.groupby("group_id").size().between(3, 4).all()
    assert (folder / "c" / "summary.txt").read_text(encoding="utf-8") == said.out


def test_rings_are_written_and_told(run, folder):
    said = run("circles", "people.csv", "--config", "programme.toml", "--rings", "--out", "r", "--quiet")
    assert said.code == 0
    assert said.out == ""
    members = pd.read_csv("r/members.csv", dtype=str)
    assert {"place", "advises"} <= set(members)
    assert sorted(members["id"]) == sorted(members["advises"])


def test_json_alone(run, folder):
    said = run("circles", "people.csv", "--config", "programme.toml", "--size", 3, "--json")
    assert json.loads(said.out)["schema"] == "peermatch/circles/1"


def test_rules_and_locks(run, folder):
    people = pd.read_csv("people.csv", dtype=str)
    column = people.columns[1]
    ids = people.iloc[:, 0].tolist()
    pd.DataFrame({"a": [ids[0]], "b": [ids[1]]}).to_csv("locks.csv", index=False)
    base = ("circles", "people.csv", "--config", "programme.toml", "--size", 3)
    assert run(*base, "--rule", f"at_most:{column}:3").code == 0
    said = run(*base, "--locks", "locks.csv", "--out", "locked")
    assert said.code in (0, 3)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("people.csv",), "needs a configuration"),
        (("--config", "programme.toml"), "takes a table of people"),
        (("people.csv", "--config", "programme.toml", "--size", "9-12"), "whole number from 3 to 8"),
        (("people.csv", "--config", "programme.toml", "--size", "two"), "whole number from 3 to 8"),
        (("people.csv", "--config", "programme.toml", "--size", "2"), "whole number from 3 to 8"),
        (("people.csv", "--config", "programme.toml", "--rule", "at_most:x"), "--rule must be"),
        (("people.csv", "--config", "programme.toml", "--rule", "alone:x"), "nobody_alone"),
        (
            ("people.csv", "--config", "programme.toml", "--rings", "--rule", "nobody_alone:x"),
            "are for circles",
        ),
        (("people.csv", "--config", "programme.toml", "--out", "."), "would replace people.csv"),
    ],
)
def test_what_is_wrong_is_said(run, folder, arguments, words):
    said = run("circles", *arguments)
    assert said.code == 2
    assert words in said.err
