"""``peermatch shortlist``, and rankings on their way back."""

import pandas as pd


def test_lists_are_written_and_come_back_as_preferences(run, folder):
    said = run(
        *("shortlist", "people.csv", "--config", "programme.toml", "-k", 3, "--at-most", 4, "--out", "lists")
    )
    assert said.code == 0
    assert "Results in lists: shortlist.csv, short.csv" in said.err
    table = pd.read_csv("lists/shortlist.csv", dtype=str)
    assert {"id", "rank", "candidate", "score", "reason"} <= set(table)
    assert table.groupby("candidate").size().max() <= 4
    back = run(
        *("match", "people.csv", "--config", "programme.toml", "--out", "results"),
        *("--preferences", "lists/shortlist.csv"),
    )
    assert back.code in (0, 3)
    assert "gave a list" in back.out
    assert "rank_a" in pd.read_csv("results/pairs.csv")


def test_one_person_asks_for_their_own(run, folder):
    id = pd.read_csv("people.csv", dtype=str).iloc[1, 0]
    said = run("shortlist", "people.csv", "--config", "programme.toml", "-k", 2, "--who", id)
    assert said.code == 0
    assert said.out.startswith("1 list of 2")
    assert "Nothing was written" in said.err


def test_what_is_wrong_is_said(run, folder):
    base = ("shortlist", "people.csv", "--config", "programme.toml")
    assert run(*base).code == 2
    wrong_k = run(*base, "-k", 0)
    assert wrong_k.code == 2
    assert "from 1 to 1,000" in wrong_k.err
    column = run(*base, "-k", 2, "--discoverable", "nmae")
    assert column.code == 2
    assert "nmae" in column.err
    assert run(*base, "-k", 2, "--who", "nobody").code == 2
    assert run("shortlist", "people.csv", "-k", 2).code == 2
    lone = run("match", "people.csv", "--config", "programme.toml", "--unlisted", "never")
    assert lone.code == 2
    assert "unlisted" in lone.err
