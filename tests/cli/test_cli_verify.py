"""peermatch verify: two verdicts, in words and as data, and what they mean for scripts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.small_tables import people, write_csv

NOT_PROVED = 5


@pytest.fixture
def results(folder, run):
    said = run(
        *("match", "people.csv", "--config", "programme.toml", "--out", "results", "--round", "r1"),
        *("--evidence", "--quiet"),
    )
    assert said.code == 0, said.err
    return folder / "results"


def edit(path, change):
    data = json.loads(path.read_text(encoding="utf-8"))
    change(data)
    path.write_text(json.dumps(data), encoding="utf-8")


def test_both_verdicts_of_an_unchanged_result(results, run):
    for result in ("results", "results/result.json"):
        said = run("verify", result, "people.csv")
        assert (said.code, said.err) == (0, "")
        assert "1. The proof: holds\n" in said.out
        assert "checked anew over all" in said.out
        assert "2. The input: reproduced\n" in said.out
        assert "all 12 people are as they were" in said.out


def test_without_a_table_only_the_proof(results, run):
    said = run("verify", "results")
    assert said.code == 0
    assert "2. The input: not looked at" in said.out


def test_erased_and_changed_rows_are_listed_and_no_failure(results, run):
    rows = people()
    rows[5]["years_experience"] = "40"
    write_csv(Path("later.csv"), [row for row in rows if row["person_id"] != "009"])
    said = run("verify", "results", "later.csv", "--config", "programme.toml")
    assert said.code == 0
    assert "2. The input: reproduced in part" in said.out
    assert "   - 005: criterion near_years_experience" in said.out
    assert "   No longer there:\n   - 009" in said.out
    by_key = run("verify", "results", "later.csv", "--key", "results.run.json", "--json")
    found = json.loads(by_key.out)["input"]
    assert [one["id"]["value"] for one in found["erased"]] == ["009"]
    assert [one["id"]["value"] for one in found["changed"]] == ["005"]


def test_a_result_that_was_edited_does_not_hold(results, run):
    path = results / "result.json"
    whole = path.read_text(encoding="utf-8")

    def swapped(data):
        first, second = data["pairs"][:2]
        first["b"], second["b"] = second["b"], first["b"]

    def cheaper(data):
        data["evidence"]["tables"][0]["columns"][0][0] = 3.25

    def dual(data):
        data["certificate"]["evidence"]["vertex_duals"][0] += 1

    for change in (swapped, cheaper, dual):
        path.write_text(whole, encoding="utf-8")
        edit(path, change)
        said = run("verify", "results")
        assert said.code in (2, NOT_PROVED), change.__name__
        assert said.code == 2 or "1. The proof: DOES NOT HOLD" in said.out
        assert run("verify", "results", "--quiet").err.startswith("error: ")


def test_without_evidence_it_says_so(folder, run):
    run("match", "people.csv", "--config", "programme.toml", "--out", "plain", "--quiet")
    said = run("verify", "plain", "people.csv")
    assert said.code == 0
    assert "nothing contradicts it, and nothing was proved anew" in said.out
    assert "What was read of each person is reproduced from this input" in said.out


def test_json_is_whole(results, run):
    data = json.loads(run("verify", "results", "people.csv", "--json").out)
    assert data["schema"] == "peermatch/verification/1"
    assert (data["proof"]["holds"], data["proof"]["proved"], data["input"]["reproduced"]) == (
        True,
        True,
        True,
    )
    assert json.loads(run("verify", "results", "--json").out)["input"] is None


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere"], "cannot be read"),
        (["results", "nowhere.csv"], "nowhere.csv"),
        (["results", "--left", "people.csv"], "both --left and --right"),
        (["results", "people.csv", "--left", "a", "--right", "b"], "not both"),
        (["results", "--key", "results.run.json"], "name that table as well"),
        (["results", "people.csv", "--key", "people.csv"], "does not have the key"),
        (["people.csv"], "not JSON"),
    ],
)
def test_wrong_arguments(arguments, words, results, run):
    said = run("verify", *arguments)
    assert said.code == 2
    assert words in said.err
    assert "Traceback" not in said.err
