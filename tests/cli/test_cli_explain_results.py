"""``peermatch explain``: the pairs of a folder of results, prices that agree, and what an auditor may ask."""

from __future__ import annotations

import csv
import json
import re

import numpy as np
import pytest

from peermatch import PeerMatcher
from support.small_tables import write_csv

EXPLAIN = ("explain", "people.csv", "--config", "alike.toml")
MATCH = ("match", "people.csv", "--config", "alike.toml")
CONFIG = 'id = "id"\n[[criteria]]\nkind = "near"\ncolumn = "years"\n'
REPEAT = '[[rules]]\nkind = "no_repeat"\nrounds = 6\n'


@pytest.fixture
def alike(tmp_path, monkeypatch):
    """Sixteen people whom only ties tell apart, so that the round decides."""
    monkeypatch.chdir(tmp_path)
    write_csv(tmp_path / "people.csv", [{"id": f"{k:03}", "years": k % 4} for k in range(16)])
    (tmp_path / "alike.toml").write_text(CONFIG + REPEAT, encoding="utf-8")
    return tmp_path


def _partner(folder, person="003"):
    with (folder / "people.csv").open(encoding="utf-8", newline="") as lines:
        return next(row["partners"] for row in csv.DictReader(lines) if row["id"] == person)


def _round_with_other_pairs(run, folder):
    """Match rounds until one has other pairs than matching without a round; return its name."""
    run(*MATCH, "--out", "unnamed")
    for month in range(1, 13):
        name = f"2026-{month:02}"
        run(*MATCH, "--round", name, "--out", "results")
        if _partner(folder / "results") != _partner(folder / "unnamed"):
            return name
        for path in (folder / "results").iterdir():
            path.unlink()
    raise AssertionError("no round broke a tie otherwise")


def test_the_round_is_taken_from_the_results(alike, run):
    name = _round_with_other_pairs(run, alike)
    said = run(*EXPLAIN, "--results", "results", "--id", "003", "--json")
    assert said.code == 0
    assert "error" not in said.err
    assert "note" not in said.err
    data = json.loads(said.out)
    assert data["round"] == name
    assert {"003", _partner(alike / "results")} <= set(data["explanation"]["text"].split())


def test_another_round_than_that_of_the_results_is_said(alike, run):
    _round_with_other_pairs(run, alike)
    hinted = run(*EXPLAIN, "--id", "003")
    assert "--results results" in hinted.err
    assert "no --round was given" in hinted.err
    differ = run(*EXPLAIN, "--results", "results", "--round", "elsewhere", "--id", "003", "--quiet")
    assert differ.code == 0
    now = {frozenset(pair) for pair in _pairs(alike, "elsewhere")}
    then = {frozenset(pair) for pair in _written(alike / "results")}
    assert now != then
    found = re.search(r"gives ([\d,]+) other pairs?, and ([\d,]+) of the 8 in", differ.err)
    assert found is not None, differ.err
    assert (int(found[1]), int(found[2])) == (len(now - then), len(then - now))
    assert "the round (" in differ.err


def _pairs(folder, name):
    table = PeerMatcher.from_toml(folder / "alike.toml").match(str(folder / "people.csv"), round=name).pairs
    return list(zip(table["a"], table["b"], strict=True))


def _written(folder):
    data = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    return [(pair["a"]["value"], pair["b"]["value"]) for pair in data["pairs"]]


def test_no_note_where_the_folder_holds_other_people(alike, run):
    run(*MATCH, "--round", "x", "--out", "results")
    write_csv(alike / "people.csv", [{"id": f"n{k}", "years": k % 4} for k in range(8)])
    assert "--results" not in run(*EXPLAIN, "--id", "n3").err


def test_the_history_of_the_results_is_taken_without_the_own_round(alike, run):
    run(*MATCH, "--round", "one", "--out", "results")
    first = _partner(alike / "results")
    said = run(*MATCH, "--round", "two", "--history", "results/history.csv", "--out", "results")
    assert _partner(alike / "results") != first
    line = next(line for line in said.err.splitlines() if "peermatch explain" in line)
    assert "--results results" in line
    assert "--history" not in line
    assert "--round" not in line
    told = run(*line.split("peermatch ", 1)[1].split())
    assert told.code == 0
    assert "error" not in told.err


def test_results_of_a_programme_and_of_an_update(alike, run):
    for name in ("one", "two"):
        said = run("round", *MATCH[1:], "--round", name, "--out", "kept")
        assert said.code == 0, said.err
    told = run(*EXPLAIN, "--results", "kept", "--id", "003")
    assert (told.code, "error" in told.err) == (0, False), told.err
    more = [{"id": f"{k:03}", "years": k % 4} for k in range(18)]
    write_csv(alike / "people.csv", more)
    said = run("update", *MATCH[1:], "--previous", "kept", "--out", "updated")
    assert said.code == 0, said.err
    told = run(*EXPLAIN, "--results", "updated", "--id", "003")
    now = {frozenset(pair) for pair in _written(alike / "updated")}
    assert told.code == 0
    assert len(now) == 9
    table = json.loads(run(*EXPLAIN, "--results", "updated", "--id", "003", "--json").out)
    partner = next(mate for pair in now if "003" in pair for mate in pair - {"003"})
    assert "error" in told.err or partner in table["explanation"]["text"]


def test_who_went_first_in_a_programme_goes_first_again(alike, run):
    write_csv(alike / "people.csv", [{"id": f"{k:03}", "years": k * k} for k in range(7)])
    for name in ("one", "two", "three"):
        run("round", *MATCH[1:], "--round", name, "--out", "kept")
        data = json.loads((alike / "kept" / "result.json").read_text(encoding="utf-8"))
        told = run(*EXPLAIN, "--results", "kept", "--id", "003")
        assert (told.code, "error" in told.err) == (0, False), told.err
    assert sum(data["certificate"]["evidence"]["first"]) > 0


def test_what_differs_is_named(alike, run):
    run(*MATCH, "--round", "one", "--out", "results")
    write_csv(alike / "people.csv", [{"id": f"{k:03}", "years": k % 4} for k in range(14)])
    (alike / "alike.toml").write_text(CONFIG, encoding="utf-8")
    said = run(*EXPLAIN, "--results", "results", "--id", "003", "--quiet")
    assert said.code == 0
    assert "only in the results: 2; only in the table: 0" in " ".join(said.err.split())
    assert "the configuration (rules)" in said.err


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "null", '{"schema": "peermatch/pairing/1"}', '{"schema": 3}', "\udcff"]
)
def test_a_folder_that_holds_no_result_is_refused(alike, run, text):
    (alike / "odd").mkdir()
    missing = run(*EXPLAIN, "--results", "odd", "--id", "003")
    assert missing.code == 2
    assert "there is no odd" in missing.err
    (alike / "odd" / "result.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    broken = run(*EXPLAIN, "--results", "odd", "--id", "003")
    assert broken.code == 2
    assert "is no result of peermatch" in broken.err
    (alike / "odd").rename(alike / "results")
    assert run(*EXPLAIN, "--id", "003").code == 0  # a broken folder that nobody named stops nothing


def _uneven(folder):
    rng = np.random.default_rng(3)
    write_csv(
        folder / "people.csv", [{"id": f"{k:03}", "years": int(rng.integers(0, 40))} for k in range(16)]
    )


def test_one_pair_has_one_price(alike, run):
    _uneven(alike)
    for other in (f"{k:03}" for k in range(16) if k != 3):
        data = json.loads(run(*EXPLAIN, "--id", "003", "--with", other, "--json", "-k", "20").out)
        rows = {row["id"]: row for row in data["alternatives"]["table"]}
        if data["why_not"]["price"] is None:
            assert rows[other]["chosen"]
        else:
            assert rows[other]["price"] == pytest.approx(data["why_not"]["price"]["total"], abs=1e-9)
    said = run(*EXPLAIN, "--id", "003", "-k", "20")
    assert "at least" not in said.out
    assert "the proof does not tell" not in said.out


def test_of_many_people_the_pair_asked_for_is_exact(alike, run, monkeypatch):
    _uneven(alike)
    monkeypatch.setattr("peermatch.cli.explain._EXACT", 15)
    chosen = json.loads(run(*EXPLAIN, "--id", "003", "--json", "-k", "20").out)["alternatives"]["table"]
    assert "price" not in chosen[0]
    other = next(row["id"] for row in chosen if not row["chosen"])
    data = json.loads(run(*EXPLAIN, "--id", "003", "--with", other, "--json", "-k", "20").out)
    rows = {row["id"]: row["price"] for row in data["alternatives"]["table"]}
    assert rows.pop(other) == pytest.approx(data["why_not"]["price"]["total"], abs=1e-12)
    assert set(rows.values()) == {None}


def test_an_auditor_asks_why_not_by_ids(alike, run):
    (alike / "alike.toml").write_text('label = "name"\n' + CONFIG, encoding="utf-8")
    rows = [{"id": f"{k:03}", "name": f"Name {k}", "years": k * k} for k in range(8)]
    write_csv(alike / "people.csv", rows)
    said = run(*EXPLAIN, "--id", "003", "--with", "006", "--audience", "auditor")
    assert said.code == 0, said.err
    assert "Why not 006?" in said.out
    assert "Name" not in said.out
    assert "Who else" not in said.out
    shown = run(*EXPLAIN, "--id", "003", "--with", "006", "--audience", "auditor", "--json")
    assert "Name" not in shown.out
    assert json.loads(shown.out)["why_not"]["verdict"]
    assert run(*EXPLAIN, "--id", "003", "--with", "006", "--audience", "participant").code == 2
