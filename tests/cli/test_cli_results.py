"""The folder of results: reasons for everyone, and a history that the next month builds on."""

from __future__ import annotations

import csv
import json
import time

import pytest

import peermatch as pm
from peermatch.cli.results import RESULT_FILES, explanations_text
from peermatch.datasets import make_organisation
from support.small_tables import CONFIG, people, write_csv

NO_REPEAT = '\n[[rules]]\nkind = "no_repeat"\nrounds = 6\n'


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def match(run, *options, out="results"):
    return run("match", "people.csv", "--config", "programme.toml", "--out", out, *options)


@pytest.fixture
def months(folder):
    (folder / "programme.toml").write_text(CONFIG + NO_REPEAT, encoding="utf-8")
    return folder


def test_reasons_of_every_pair_in_the_order_of_pairs(folder, run):
    assert match(run).code == 0
    text = (folder / "results" / "explanations.md").read_text(encoding="utf-8")
    places = [text.index(row["pair_id"]) for row in read(folder / "results" / "pairs.csv")]
    assert places == sorted(places)
    assert "For the administrator" in text.splitlines()[2]
    left = read(folder / "results" / "unmatched.csv")
    assert len(left) == 1
    assert left[0]["reason"] in text.partition("# Without a partner")[2]
    assert (
        (folder / "results" / "summary.txt").read_text(encoding="utf-8").startswith("5 pairs from 11 people")
    )


def test_markdown_shows_names_as_they_are(folder, run):
    rows = [{**row, "display_name": f"<b>{row['display_name']}*"} for row in people()]
    write_csv(folder / "people.csv", rows)
    assert match(run).code == 0
    assert "\\<b\\>Person 1\\*" in (folder / "results" / "explanations.md").read_text(encoding="utf-8")


def test_months_build_on_each_other_in_one_folder(months, run):
    said = match(run, "--round", "2026-12")
    assert "--history results/history.csv" in said.err
    first = {(row["a"], row["b"]) for row in read(months / "results" / "pairs.csv")}
    assert match(run, "--round", "2027-01", "--history", "results/history.csv").code == 0
    second = {(row["a"], row["b"]) for row in read(months / "results" / "pairs.csv")}
    assert not first & second
    history = read(months / "results" / "history.csv")
    assert {(row["a"], row["b"]) for row in history} == first | second
    assert [row["round"] for row in history] == ["2026-12"] * len(first) + ["2027-01"] * len(second)


def test_a_round_may_be_run_again(months, run):
    match(run, "--round", "2026-12")
    match(run, "--round", "2027-01", "--history", "results/history.csv")
    before = {path.name: path.read_bytes() for path in (months / "results").iterdir()}
    said = match(run, "--round", "2027-01", "--history", "results/history.csv")
    assert "pairs of round 2027-01 already" in said.err
    assert {path.name: path.read_bytes() for path in (months / "results").iterdir()} == before


def test_a_history_is_not_lost_unasked(months, run):
    match(run, "--round", "2026-12")
    said = match(run, "--round", "2027-01")
    assert said.code == 2
    assert "--history results/history.csv" in said.err
    assert match(run, "--round", "2026-12").code == 0
    assert match(run, "--round", "2027-01", out="january").code == 0


def test_ids_that_look_like_formulas_stay_themselves_in_the_history(months, run):
    rows = [
        {
            **row,
            "person_id": f"-{row['person_id']}",
            "manager_id": row["manager_id"] and f"-{row['manager_id']}",
        }
        for row in people()
    ]
    write_csv(months / "people.csv", rows)
    match(run, "--round", "1")
    first = {(row["a"], row["b"]) for row in read(months / "results" / "pairs.csv")}
    said = match(run, "--round", "2", "--history", "results/history.csv")
    assert said.code == 0, said.err
    assert not first & {(row["a"], row["b"]) for row in read(months / "results" / "pairs.csv")}


def test_another_encoding_can_be_given(folder, run):
    rows = [{**row, "display_name": f"Zoë {row['display_name']}"} for row in people()]
    write_csv(folder / "people.csv", rows, encoding="cp1252")
    said = match(run, "--encoding", "utf-8")
    assert said.code == 2
    assert "pass --encoding cp1252" in said.err
    said = match(run, "--encoding", "cp1252", "--org", "people.csv")
    assert said.code == 0, said.err
    assert "Zoë" in (folder / "results" / "people.csv").read_text(encoding="utf-8")
    assert run("init", "people.csv", "--encoding", "cp1252", "--out", "new.toml").code == 0
    assert match(run, "--encoding", "klingon").code == 2


def test_without_a_configuration_init_is_named(folder, run):
    (folder / "programme.toml").unlink()
    said = run("match", "people.csv", "--quiet")
    assert said.code == 2
    assert "peermatch init people.csv" in said.err


def test_managers_not_found_speak_of_the_command_line(folder, run):
    write_csv(folder / "people.csv", [{**row, "manager_id": f"9{row['manager_id']}"} for row in people()])
    said = match(run)
    assert said.code == 2
    assert "--org staff.csv" in said.err


def test_criteria_that_tell_nobody_apart_are_warned_of(folder, run):
    config = 'id = "person_id"\n[[criteria]]\nkind = "same"\ncolumn = "opted_in"\n'
    write_csv(folder / "people.csv", [{**row, "opted_in": "yes"} for row in people()])
    (folder / "programme.toml").write_text(config, encoding="utf-8")
    said = match(run)
    assert said.code == 0
    assert "the criteria don't tell people apart" in said.err
    (folder / "programme.toml").write_text(CONFIG, encoding="utf-8")
    assert "tell people apart" not in match(run).err


def test_results_have_the_names_that_are_known(folder, run):
    match(run)
    assert sorted(path.name for path in (folder / "results").iterdir()) == sorted(RESULT_FILES)
    assert json.loads((folder / "results" / "result.json").read_text(encoding="utf-8"))["schema"]


def test_reasons_of_a_thousand_people_take_a_moment():
    criteria = [pm.complement(offers="can_teach", seeks="wants_to_learn"), pm.overlap("goals")]
    pairing = pm.PeerMatcher("employee_id", criteria).match(make_organisation(1000, seed=7))
    start = time.perf_counter()
    assert explanations_text(pairing).count("\n## ") == 500
    assert time.perf_counter() - start < 5  # a tenth of that on a quiet machine
