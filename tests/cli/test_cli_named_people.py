"""Columns in which people name each other: a veto is kept, a doubt is told, and nothing is taken for a criterion."""

from __future__ import annotations

import csv
import tomllib

import pytest

from peermatch.cli.init import draft_for
from peermatch.datasets import make_two_sides

SKILLS = ("SQL", "Go", "Law", "Talks")
IDS = [f"E{k:03d}" for k in range(24)]


def draft(tmp_path, name, cells, ids=IDS):
    """Draft for a made-up table of 24 people, one column of which holds these cells, by place."""
    path = tmp_path / "people.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "Name", "mail", "team", "can", "want", "opted_in", name])
        for k, id in enumerate(ids):
            can = "; ".join(SKILLS[k % 4 : k % 4 + 2])
            rows.writerow([id, f"Ada{k} King{k}", f"a{k}@example.org", "ABC"[k % 3], can, SKILLS[(k + 2) % 4], "yes",
                           cells.get(k, "")])  # fmt: skip
    found = draft_for(str(path), None, None)
    text = "\n".join(found.lines("programme.toml"))
    data = tomllib.loads(text)
    assert not any(name in str(part) for part in data["criteria"])
    rules = [rule["kind"] for rule in data["rules"] if name in rule.values()]
    return rules, [warning for warning in found.warnings() if repr(name) in warning], text


@pytest.mark.parametrize(
    "name", ["Not with", "Do not want to meet with", "Nicht mit", "pas avec", "no con", "Avoid"]
)
def test_a_veto_by_ids_is_kept(tmp_path, name):
    assert draft(tmp_path, name, {1: "E005", 3: "E002; E004"})[:2] == (["veto"], [])
    assert draft(tmp_path, name, {1: "E005\nE006"})[:2] == (["veto"], [])


def test_entries_that_are_nobodys_are_counted_and_the_others_kept(tmp_path):
    rules, warnings, _ = draft(tmp_path, "Avoid", {1: "E005", 3: "Bob", 4: "Eve", 5: "Tim"})
    assert rules == ["veto"]
    assert "3 of 4 entries are nobody's id here" in warnings[0]


@pytest.mark.parametrize("cell", ["Ada5 King5", "King5, Ada5", "a5@example.org", "E005 E006", "my old boss"])
def test_a_veto_that_no_rule_could_read_is_told(tmp_path, cell):
    rules, warnings, text = draft(tmp_path, "Nicht mit", {1: cell, 9: cell})
    assert rules == []
    assert "nobody is kept apart yet" in warnings[0]
    assert '# kind = "veto"\n# column = "Nicht mit"' in text


@pytest.mark.parametrize(
    "cells",
    [
        {1: "E005"},
        {1: "E005", 2: "E009", 7: "E009"},
        {k: IDS[(5 * k) % 24] for k in range(0, 24, 3)},
        {k: IDS[k // 6] for k in range(24)},
        {k: IDS[(5 * k) % 24] if k % 2 else f"ext{k}" for k in range(24)},
        {1: "E005 E006", 2: "E007 E009"},
        {1: "E005 / E006", 2: "E007/E009"},
        {1: "e005", 2: "e009"},
        {1: "Ada5 King5", 3: "King7, Ada7"},
        {1: "a5@example.org", 3: "a7@example.org"},
    ],
    ids=[
        "one",
        "few",
        "a third",
        "shared",
        "half",
        "blanks",
        "slashes",
        "small letters",
        "names",
        "addresses",
    ],
)
@pytest.mark.parametrize("name", ["XY", "With (not formal)"])
def test_people_who_are_named_for_an_unknown_reason_are_an_open_question(tmp_path, cells, name):
    rules, warnings, text = draft(tmp_path, name, cells)
    assert rules == []
    assert "nothing says why" in warnings[0]
    for line in ('# kind = "veto"', '# kind = "not_in_line"', '# kind = "prefers"', f'# column = "{name}"'):
        assert line in text


def test_numbers_name_nobody_by_chance(tmp_path):
    few = [str(k) for k in range(1, 25)]
    for cells in ({k: str(k % 9) for k in range(24)}, dict.fromkeys(range(24), "1,000 to 5,000")):
        rules, warnings, text = draft(tmp_path, "Size", cells, ids=few)
        assert (rules, warnings) == ([], [])
        assert '"Size"' not in text.replace('columns = ["Size"]', "").replace('column = "Size"', "")


def test_a_column_of_peoples_own_names_asks_nothing(tmp_path):
    assert draft(tmp_path, "Anzeigename", {k: f"Ada{k} King{k}" for k in range(24)})[:2] == ([], [])


def test_each_question_can_be_switched_on_and_runs(tmp_path, run):
    _, _, text = draft(tmp_path, "XY", {1: "E005", 2: "E009", 7: "E009"})
    start = text.index('# [[rules]]\n# kind = "veto"')
    for at, kind in enumerate(("veto", "not_in_line", "prefers")):
        lines = text[start:].split("\n\n")[0].split("\n#\n")[at]
        config = tmp_path / f"{kind}.toml"
        config.write_text(text.replace(lines, lines.replace("# ", "")), encoding="utf-8")
        parts = tomllib.loads(config.read_text(encoding="utf-8"))
        assert kind in {part["kind"] for part in (*parts["rules"], *parts["criteria"])}
        said = run("match", tmp_path / "people.csv", "--config", config, "--quiet")
        assert said.code == 0 or "min_found" in said.err or "managers" in said.err, said.err


def test_vetoes_between_two_sides_are_kept_too(tmp_path, run):
    mentees, mentors = make_two_sides(20, 20, 3)
    id = next(name for name in mentees.columns if mentees[name].is_unique and name in mentors)
    mentees["Not with"] = [mentors[id].iloc[0], *[""] * 19]
    mentors["XY"] = [mentees[id].iloc[3], mentees[id].iloc[4], *[""] * 18]
    mentees.to_csv(tmp_path / "a.csv", index=False)
    mentors.to_csv(tmp_path / "b.csv", index=False)
    config = tmp_path / "p.toml"
    said = run("init", "--left", tmp_path / "a.csv", "--right", tmp_path / "b.csv", "--template", "mentor", "--id", id,
               "--out", config)  # fmt: skip
    assert said.code == 0, said.err
    assert {"kind": "veto", "column": "Not with"} in tomllib.loads(config.read_text(encoding="utf-8"))[
        "rules"
    ]
    assert "'XY' names people of this table, and nothing says why" in said.err
    matched = run("match", "--left", tmp_path / "a.csv", "--right", tmp_path / "b.csv", "--config", config, "--out",
                  tmp_path / "out", "--quiet")  # fmt: skip
    assert matched.code == 0, matched.err
    with (tmp_path / "out" / "pairs.csv").open(encoding="utf-8", newline="") as file:
        pairs = {tuple(row.values())[1:3] for row in csv.DictReader(file)}
    assert (str(mentees[id].iloc[0]), str(mentors[id].iloc[0])) not in pairs
