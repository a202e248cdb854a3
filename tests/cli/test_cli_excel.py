"""`--excel`: a workbook beside the other results, gone when a new result comes without one."""

from __future__ import annotations

import sys

import openpyxl
import pytest

from support.small_tables import people, write_csv


def sheet_ids(path):
    return [row[0] for row in openpyxl.load_workbook(path)["people"].iter_rows(min_row=2, values_only=True)]


def test_match_writes_a_workbook_and_takes_it_away_again(run, folder):
    said = run("match", "people.csv", "--config", "programme.toml", "--out", "results", "--excel")
    assert said.code == 0, said.err
    assert "result.xlsx" in said.err
    assert sheet_ids("results/result.xlsx") == sorted(row["person_id"] for row in people())
    said = run("match", "people.csv", "--config", "programme.toml", "--out", "results")
    assert said.code == 0, said.err
    assert "Taken away, as it belonged to the earlier result: result.xlsx" in said.err
    assert not (folder / "results" / "result.xlsx").exists()


def test_update_and_round_write_one_too(run, folder):
    assert (
        run("match", "people.csv", "--config", "programme.toml", "--out", "results", "--round", "r").code == 0
    )
    write_csv(folder / "fewer.csv", people()[:-2])
    update = ("--config", "programme.toml", "--previous", "results", "--out", "updated", "--excel")
    said = run("update", "fewer.csv", *update)
    assert said.code == 0, said.err
    assert "changes" in openpyxl.load_workbook("updated/result.xlsx").sheetnames
    said = run(
        "round", "people.csv", "--config", "programme.toml", "--round", "1", "--out", "round", "--excel"
    )
    assert said.code == 0, said.err
    assert sheet_ids("round/result.xlsx") == sorted(row["person_id"] for row in people())


def test_it_needs_a_folder(run, folder):
    said = run("match", "people.csv", "--config", "programme.toml", "--excel")
    assert said.code == 2
    assert "--excel has nowhere to go" in said.err


def test_the_missing_extra_is_said_before_anybody_is_paired(run, folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    said = run("match", "people.csv", "--config", "programme.toml", "--out", "results", "--excel")
    assert said.code == 2
    assert "pip install 'peermatch[excel]'" in said.err
    assert not (folder / "results").exists()


@pytest.mark.parametrize("command", ["match", "round", "update"])
def test_a_table_that_is_read_is_not_replaced(run, folder, command):
    book = openpyxl.Workbook()
    names = list(people()[0])
    book.active.append(names)
    for row in people():
        book.active.append([row[name] for name in names])
    (folder / "results").mkdir()
    book.save("results/result.xlsx")
    before = (folder / "results" / "result.xlsx").read_bytes()
    assert run("match", "people.csv", "--config", "programme.toml", "--out", "old", "--round", "r").code == 0
    more = {"match": (), "round": ("--round", "1"), "update": ("--previous", "old")}[command]
    given = (command, "results/result.xlsx", "--config", "programme.toml", "--out", "results", *more)
    said = run(*given, "--excel")
    assert said.code == 2
    assert "would replace results/result.xlsx" in said.err
    assert (folder / "results" / "result.xlsx").read_bytes() == before
