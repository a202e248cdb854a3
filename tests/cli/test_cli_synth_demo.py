"""peermatch synth and demo; and init on what synth writes."""

from __future__ import annotations

import csv
import io
import shlex
import tomllib

import pytest

from peermatch.cli import demo
from peermatch.cli.synth import synthetic_csv


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_synth_to_standard_output(run):
    said = run("synth", "30", "--seed", "7")
    assert said.code == 0
    rows = rows_of(said.out)
    assert len(rows) == 30
    assert rows[0]["employee_id"].startswith("0")
    assert "nobody in it exists" in said.err


def test_same_seed_same_table_other_seed_another():
    assert synthetic_csv(30, 7) == synthetic_csv(30, 7) != synthetic_csv(30, 8)


def test_whole_numbers_stay_whole():
    years = [row["years_experience"] for row in rows_of(synthetic_csv(200, 7))]
    assert "" in years
    assert all(value.isdigit() for value in years if value)


def test_synth_to_a_file(run, tmp_path):
    assert run("synth", "30", "--out", tmp_path / "people.csv").code == 0
    assert (tmp_path / "people.csv").read_text(encoding="utf-8") == synthetic_csv(30, 0)
    said = run("synth", "30", "--out", tmp_path / "people.csv" / "below.csv")
    assert said.code == 2


def test_seed_must_be_a_number_that_seeds(run):
    assert run("synth", "30", "--seed", "x").code == 2
    assert run("synth", "30", "--seed", "-1").code == 2


def test_demo_from_nothing_to_files(run, tmp_path):
    out = tmp_path / "deep" / "results"
    said = run("demo", "--people", "60", "--out", out)
    assert said.code == 0, said.err
    assert "Proved over all" in " ".join(said.out.split())
    names = {path.name for path in out.iterdir()}
    assert {"organisation.csv", "programme.toml", "people.csv", "pairs.csv", "result.json"} <= names
    assert len(rows_of((out / "people.csv").read_text(encoding="utf-8"))) == 60


def test_the_command_that_demo_shows_gives_the_same_bytes(run, tmp_path):
    out = tmp_path / "results"
    shown = run("demo", "--people", "60", "--out", out).err.splitlines()[-1]
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    # its results lie beside its tables, none of which has the name of a result
    again = run(*shlex.split(shown)[1:])
    assert again.code == 0, again.err
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_programme_of_the_demo_is_a_configuration():
    assert tomllib.loads(demo.PROGRAMME)["schema"] == 1


@pytest.mark.parametrize("arguments", [["--people", "1"], ["--people", "x"], ["--out", "/dev/null/x"]])
def test_demo_refuses_what_it_cannot_do(run, arguments):
    said = run("demo", *arguments)
    assert said.code == 2
    assert "error:" in said.err


@pytest.mark.parametrize("seed", [1, 7])
def test_draft_of_a_synthetic_organisation_runs_as_its_own_command_says(run, tmp_path, monkeypatch, seed):
    monkeypatch.chdir(tmp_path)
    assert run("synth", "120", "--seed", str(seed), "--out", "people.csv").code == 0
    said = run("init", "people.csv")
    assert said.code == 0, said.err
    command = said.err.splitlines()[-1]
    text = (tmp_path / "programme.toml").read_text(encoding="utf-8")
    assert command.strip() in text
    data = tomllib.loads(text)
    assert (data["id"], data["label"], data["eligible"]) == ("employee_id", "display_name", "opted_in")
    kinds = [part["kind"] for part in data["criteria"]]
    assert kinds == ["complement", "near", "near", "overlap", "different"]
    assert [part["kind"] for part in data["rules"]] == ["not_in_line", "no_repeat"]
    said = run(*shlex.split(command)[1:])
    assert said.code == 0, said.err


def test_with_a_day_to_count_from_dates_and_hours_count(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run("synth", "80", "--out", "people.csv")
    said = run("init", "people.csv", "--as-of", "2026-12-01")
    kinds = [part["kind"] for part in tomllib.loads((tmp_path / "programme.toml").read_text())["criteria"]]
    assert kinds == ["complement", "near", "near", "near", "overlap", "available", "different"]
    said = run(*shlex.split(said.err.splitlines()[-1])[1:])
    assert said.code == 0, said.err
