"""``peermatch update`` and ``draft`` with --programme: what comes out takes the place of the latest round."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import peermatch as pm
from peermatch.errors import OutputError
from support.small_tables import people, write_csv

NO_REPEAT = '\n[[rules]]\nkind = "no_repeat"\n'
UPDATE = ("update", "today.csv", "--programme", "programme.json", "--org", "org.csv")
DRAFT = ("draft", "people.csv", "--programme", "programme.json", "--from", "feb")


@pytest.fixture
def folder(folder, run):
    """Two rounds of a programme, and a table of people of whom two left and one joined."""
    config = folder / "programme.toml"
    config.write_text(config.read_text(encoding="utf-8") + NO_REPEAT, encoding="utf-8")
    assert run("round", "people.csv", "--config", "programme.toml", "--round", "2026-01").code == 0
    assert run("round", "people.csv", "--round", "2026-02", "--out", "feb").code == 0
    write_csv(folder / "today.csv", people(15)[2:])
    write_csv(folder / "org.csv", people(15))
    return folder


def pairs_of(path):
    return pd.read_csv(path, dtype=str)[["a", "b"]].values.tolist()


def ledger(month):
    history = pm.Programme.load("programme.json").history
    return history.loc[history["round"] == month, ["a", "b"]].values.tolist()


@pytest.mark.parametrize(
    "more", [(), ("--previous", "feb"), ("--price", "0.2"), ("--config", "programme.toml")]
)
def test_an_update_takes_the_place_of_the_latest_round(run, folder, more):
    january = ledger("2026-01")
    said = run(*UPDATE, *more, "--out", "feb2")
    assert said.code == 0, said.err
    assert "Round 2026-02 of programme.json is now this one." in said.err
    assert "--history" not in said.err
    assert ledger("2026-01") == january
    assert ledger("2026-02") == pairs_of("feb2/pairs.csv")
    assert {frozenset(pair) for pair in ledger("2026-02")}.isdisjoint(map(frozenset, january))
    programme = pm.Programme.load("programme.json")
    assert programme.rounds["date"].tolist() == ["2026-01-01", "2026-02-01"]
    here = set(pd.read_csv("today.csv", dtype=str).iloc[:, 0])
    latest = programme.attendance[programme.attendance["round"] == "2026-02"]
    assert set(latest["id"]) <= here
    assert set(pd.read_csv("feb2/history.csv", dtype=str)["round"]) == {"2026-01", "2026-02"}


def test_the_next_round_counts_the_pairs_of_the_update(run, folder):
    assert run(*UPDATE, "--out", "feb2").code == 0
    said = run("round", "today.csv", "--org", "org.csv", "--out", "mar")
    assert said.code == 0, said.err
    met = {frozenset(pair) for pair in pairs_of("feb2/pairs.csv")}
    assert met.isdisjoint(frozenset(pair) for pair in pairs_of("mar/pairs.csv"))
    alone = pd.read_csv("feb2/unmatched.csv", dtype=str)
    if len(alone):
        assert "Who sat out last time:" in said.out


def test_a_draft_takes_the_place_of_the_latest_round(run, folder):
    a, b = ledger("2026-02")[0]
    before = Path("programme.json").read_bytes()
    assert run(*DRAFT, "--reject", f"{a},{b}", "--cost").code == 0
    assert Path("programme.json").read_bytes() == before
    said = run(*DRAFT, "--reject", f"{a},{b}", "--out", "feb2")
    assert said.code == 0, said.err
    assert [a, b] not in ledger("2026-02")
    assert ledger("2026-02") == pairs_of("feb2/pairs.csv")
    assert {frozenset(pair) for pair in ledger("2026-02")}.isdisjoint(map(frozenset, ledger("2026-01")))


def test_an_older_round_is_not_replaced(run, folder):
    assert run("round", "people.csv", "--out", "mar").code == 0
    before = Path("programme.json").read_bytes()
    said = run(*DRAFT, "--accept", "all", "--out", "feb2")
    assert said.code == 2
    assert "'2026-03'" in said.err
    assert Path("programme.json").read_bytes() == before
    assert not Path("feb2").exists()


@pytest.mark.parametrize("command", [UPDATE, DRAFT])
def test_if_the_results_cannot_be_written_the_programme_stays(run, folder, monkeypatch, command):
    def fails(*_):
        raise OutputError("no room")

    before = Path("programme.json").read_bytes()
    monkeypatch.setattr("peermatch.cli.results.write_results", fails)
    assert run(*command, "--out", "feb2").code == 2
    assert Path("programme.json").read_bytes() == before


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--history", "feb/history.csv"), "--history does not go with --programme"),
        (("--round", "2026-02"), "--round does not go with --programme"),
        (("--programme", "nowhere.json"), "There is no programme"),
    ],
)
def test_mistakes_are_said_in_words(run, folder, more, words):
    said = run(*UPDATE, *more)
    assert said.code == 2
    assert words in said.err


def test_without_the_programme_it_is_said_that_it_stays_as_it_was(run, folder):
    before = Path("programme.json").read_bytes()
    base = ("update", "today.csv", "--config", "programme.toml", "--org", "org.csv")
    said = run(*base, "--previous", "feb", "--out", "feb2")
    assert said.code == 0
    assert "run this again with --programme programme.json" in said.err
    assert Path("programme.json").read_bytes() == before
    neither = run(*base)
    assert neither.code == 2
    assert "--previous RESULT" in neither.err
