"""peermatch match --advisers: from files to files, and what is refused before anybody is matched."""

from __future__ import annotations

import csv
import json

from support.small_tables import CONFIG, write_csv

ADVISERS = """
[advisers]
experience = "years_experience"
by = 2
capacity = "places"
manager = "manager_id"

[[advisers.criteria]]
kind = "same"
column = "department"
"""


def seniors():
    return [
        {
            "person_id": f"{k:03d}",
            "display_name": f"Senior {k}",
            "opted_in": "yes",
            "manager_id": "000",
            "years_experience": str(18 + k % 9),
            "department": ("Ops", "Law", "IT", "HR")[k % 4],
            "places": "2",
        }
        for k in range(100, 106)
    ]


def prepared(folder, config=CONFIG + ADVISERS):
    (folder / "programme.toml").write_text(config, encoding="utf-8")
    write_csv(folder / "seniors.csv", seniors())


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_pair_gets_its_adviser(folder, run):
    prepared(folder)
    told = (
        "match",
        "people.csv",
        "--config",
        "programme.toml",
        "--out",
        "results",
        "--advisers",
        "seniors.csv",
    )
    said = run(*told, "--round", "2026-12")
    assert said.code == 0, said.err
    assert "pairs with an adviser" in said.out
    assert "advised.csv" in said.err
    pairs = {row["pair_id"] for row in read(folder / "results" / "pairs.csv")}
    advised, without = read(folder / "results" / "advised.csv"), read(folder / "results" / "unadvised.csv")
    assert {row["pair_id"] for row in (*advised, *without)} == pairs
    assert advised
    assert all(float(row["gap"]) >= 2 for row in advised)
    assert {row["id"] for row in read(folder / "results" / "advisers.csv")} == {
        f"{k}" for k in range(100, 106)
    }
    assert json.loads((folder / "results" / "advised.json").read_text(encoding="utf-8"))["schema"]
    quiet = run(*(part if part != "results" else "again" for part in told), "--quiet")
    assert (quiet.code, quiet.out, quiet.err) == (0, "", "")


def test_json_stays_the_pairing(folder, run):
    prepared(folder)
    told = (
        "match",
        "people.csv",
        "--config",
        "programme.toml",
        "--out",
        "results",
        "--advisers",
        "seniors.csv",
    )
    said = run(*told, "--json", "--quiet")
    assert json.loads(said.out)["schema"].startswith("peermatch/pairing/")


def test_what_is_wrong_is_said_before_anybody_is_matched(folder, run):
    prepared(folder, CONFIG)
    told = ("match", "people.csv", "--config", "programme.toml", "--advisers", "seniors.csv")
    said = run(*told, "--out", "results")
    assert said.code == 2
    assert "[advisers]" in said.err
    prepared(folder)
    said = run(*told)
    assert said.code == 2
    assert "--out" in said.err
    said = run(*told[:-1], "nobody.csv", "--out", "results")
    assert said.code == 2
    assert "nobody.csv" in said.err
    assert not (folder / "results").exists()
    (folder / "there").mkdir()
    (folder / "seniors.csv").rename(folder / "there" / "advisers.csv")
    said = run(*told[:-1], "there/advisers.csv", "--out", "there")
    assert said.code == 2
    assert "replace there/advisers.csv" in said.err


def test_a_wrong_section_names_the_key(folder, run):
    prepared(folder, CONFIG + ADVISERS.replace("capacity", "capacty"))
    said = run(
        "match", "people.csv", "--config", "programme.toml", "--out", "results", "--advisers", "seniors.csv"
    )
    assert said.code == 2
    assert "Did you mean 'capacity'?" in said.err
