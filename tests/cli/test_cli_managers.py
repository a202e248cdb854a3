"""Managers whom a table names by name or address: the same rule as with ids, from the first draft to the pairs."""

from __future__ import annotations

import csv
import tomllib

import pytest

from peermatch.cli.init import draft_for
from peermatch.cli.managers import with_managers
from peermatch.cohort import read_people

SKILLS = ("SQL", "Go", "Law", "Talks")


def table(tmp_path, told, count=24):
    """A made-up table of people, three managers among them, who are told in some way."""
    path = tmp_path / "people.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "Name", "mail", "can", "want", "opted_in", "Manager"])
        for k in range(count):
            boss = "" if k < 3 else told(k % 3)
            can = "; ".join(SKILLS[k % 4 : k % 4 + 2])
            rows.writerow(
                [f"{k:03d}", f"Ada{k} King{k}", f"a{k}@example.org", can, SKILLS[(k + 2) % 4], "yes", boss]
            )
    return path


WAYS = {
    "id": lambda k: f"{k:03d}",
    "name": lambda k: f"Ada{k} King{k}",
    "last name first": lambda k: f"King{k}, Ada{k}",
    "address": lambda k: f"A{k}@Example.org",
}


@pytest.mark.parametrize("way", WAYS)
def test_nobody_is_paired_with_their_manager_however_they_are_told(tmp_path, monkeypatch, run, way):
    monkeypatch.chdir(tmp_path)
    path = table(tmp_path, WAYS[way])
    said = run("init", path, "--out", "p.toml")
    assert "reporting lines" not in said.err
    rules = tomllib.loads((tmp_path / "p.toml").read_text(encoding="utf-8"))["rules"]
    assert {"kind": "not_in_line", "manager": "Manager"} in rules
    assert run("match", path, "--config", "p.toml", "--out", "out", "--quiet").code == 0
    with (tmp_path / "out" / "pairs.csv").open(encoding="utf-8", newline="") as file:
        pairs = [{row["a"], row["b"]} for row in csv.DictReader(file)]
    assert len(pairs) == 12
    assert not any({f"{k:03d}", f"{k % 3:03d}"} in pairs for k in range(3, 24))
    with (tmp_path / "out" / "rules.csv").open(encoding="utf-8", newline="") as file:
        assert {row["kind"]: row["pairs_removed"] for row in csv.DictReader(file)}["not_in_line"] == "21"


def test_managers_who_are_told_by_id_leave_the_table_alone(tmp_path):
    people = read_people(table(tmp_path, WAYS["id"]), id="id")
    assert with_managers(people, ["Manager"], "Name") is people
    assert with_managers(people, ["no such column", "id"], "Name") is people
    strangers = read_people(table(tmp_path, lambda k: f"Somebody {k}"), id="id")
    assert with_managers(strangers, ["Manager"], "Name") is strangers


def test_two_people_of_one_name_are_never_guessed_between(tmp_path):
    rows = [
        {"id": n, "Name": "Bo Lee" if n < 3 else f"Ada King{n}", "Manager": "Lee, Bo" if n > 4 else None}
        for n in range(1, 9)
    ]
    people = read_people(rows, id="id")
    assert with_managers(people, ["Manager"], "Name") is people


def test_inspect_says_of_managers_what_it_mended(tmp_path, run):
    said = run("inspect", table(tmp_path, WAYS["last name first"]))
    assert "21 of 21 managers named here" in " ".join(said.out.split())


def test_a_draft_from_the_same_table_knows_as_many_managers(tmp_path):
    for way in WAYS.values():
        found = draft_for(str(table(tmp_path, way)), None, None)
        assert found.manager is not None
        assert found.manager.enough
