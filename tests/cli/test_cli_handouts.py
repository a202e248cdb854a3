"""What is written for whom: one page, everybody's own pages, the auditor's folder; and a first match in one command."""

from __future__ import annotations

import csv
import json

import pytest

from peermatch.report import plain_text
from support.small_tables import CONFIG, people, write_csv

MATCH = ("match", "people.csv", "--config", "programme.toml")


def _rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return [{name: plain_text(cell) for name, cell in row.items()} for row in csv.DictReader(file)]


def test_the_report_is_written_and_named(folder, run):
    said = run(*MATCH, "--out", "results", "--report")
    assert said.code == 0, said.err
    page = (folder / "results" / "report.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>") or page.lower().startswith("<!doctype html>")
    assert "report.html" in said.err
    assert "To see why: open results/report.html." in said.err


def test_everybody_gets_a_notice_and_each_pair_a_guide(folder, run):
    shown = CONFIG.replace("[[criteria]]", 'show = ["can_teach", "wants_to_learn"]\n\n[[criteria]]', 1)
    (folder / "programme.toml").write_text(shown, encoding="utf-8")
    said = run(*MATCH, "--out", "results", "--for-participants", "--contact", "Ms Ray, room 7")
    assert said.code == 0, said.err
    here = folder / "results" / "participants"
    notices, pairs = _rows(here / "notices.csv"), _rows(folder / "results" / "pairs.csv")
    assert len(notices) == len(people())
    assert all("Ms Ray, room 7" in row["text"] for row in notices if row["status"] == "paired")
    wanted = {f"guide-{row['pair_id']}.{ending}" for row in pairs for ending in ("html", "md")}
    assert {path.name for path in here.iterdir()} == {"notices.csv", *wanted}
    for row in notices:
        of_mine = [f"guide-{pair['pair_id']}.html" for pair in pairs if row["id"] in (pair["a"], pair["b"])]
        assert row["guides"] == "; ".join(of_mine)
    for row in pairs:
        text = (here / f"guide-{row['pair_id']}.md").read_text(encoding="utf-8")
        assert "Ms Ray, room 7" in text
        assert row["label_a"] in text
        assert row["score"][:6] not in text
    assert "fit to show" not in said.err


def test_it_says_where_nothing_is_fit_to_show(folder, run):
    said = run(*MATCH, "--out", "results", "--for-participants")
    assert said.code == 0
    assert 'show = ["goals"]' in said.err


def test_the_auditor_gets_a_folder_without_names_and_values(folder, run):
    said = run(*MATCH, "--out", "results", "--for-auditor")
    assert said.code == 0, said.err
    text = "".join(path.read_text(encoding="utf-8") for path in (folder / "results" / "audit").iterdir())
    assert "Person 3" not in text
    assert "second" in text


@pytest.mark.parametrize("option", ["--report", "--for-participants", "--for-auditor"])
def test_they_need_a_folder(folder, run, option):
    said = run(*MATCH, option)
    assert said.code == 2
    assert f"{option} has nowhere to go" in said.err


def test_a_contact_alone_is_refused(folder, run):
    said = run(*MATCH, "--out", "results", "--contact", "Ms Ray")
    assert said.code == 2
    assert "--for-participants" in said.err


def test_a_report_never_replaces_the_table_that_is_read(folder, run):
    (folder / "people.csv").rename(folder / "report.html")
    said = run("match", "report.html", "--config", "programme.toml", "--out", ".", "--report")
    assert said.code == 2


# ---- from a table to pairs in one command ---------------------------------------------------------------


def test_the_configuration_of_this_folder_is_taken(folder, run):
    said = run("match", "people.csv", "--out", "results")
    assert said.code == 0, said.err
    assert "Using programme.toml of this folder" in said.err
    assert (folder / "programme.toml").read_text(encoding="utf-8") == CONFIG


def test_without_one_it_is_drafted_and_said_so(folder, run):
    (folder / "programme.toml").unlink()
    said = run("match", "people.csv", "--out", "results", "--report")
    assert said.code == 0, said.err
    assert "programme.toml was drafted" in said.err
    assert "a first look" in said.err
    drafted = (folder / "programme.toml").read_text(encoding="utf-8")
    assert 'id = "person_id"' in drafted
    again = run("match", "people.csv", "--out", "again")
    assert again.code == 0
    assert (folder / "again" / "pairs.csv").read_bytes() == (folder / "results" / "pairs.csv").read_bytes()


@pytest.mark.parametrize("option", ["--json", "--quiet"])
def test_programs_have_to_say_what_matters(folder, run, option):
    (folder / "programme.toml").unlink()
    said = run("match", "people.csv", option)
    assert said.code == 2
    assert "peermatch init people.csv" in said.err
    assert not (folder / "programme.toml").exists()


def test_two_tables_are_not_drafted_for(folder, run):
    (folder / "programme.toml").unlink()
    said = run("match", "--left", "people.csv", "--right", "people.csv")
    assert said.code == 2
    assert "needs a configuration" in said.err


# ---- one person -----------------------------------------------------------------------------------------

EXPLAIN = ("explain", "people.csv", "--config", "programme.toml")


def _of(folder, run, person="003"):
    run(*MATCH, "--out", "results")
    (row,) = (row for row in _rows(folder / "results" / "people.csv") if row["id"] == person)
    return row


def test_one_person_is_explained(folder, run):
    row = _of(folder, run)
    said = run(*EXPLAIN, "--id", "003")
    assert said.code == 0, said.err
    assert f"Person 3 with Person {int(row['partners'])}" in said.out
    assert "Who else was possible" in said.out
    assert "adds" in said.out


def test_why_not_somebody_else(folder, run):
    mate = _of(folder, run)["partners"]
    others = [row["person_id"] for row in people()[:-1] if row["person_id"] not in ("003", mate)]
    texts = []
    for other in others:
        said = run(*EXPLAIN, "--id", "003", "--with", other)
        assert said.code == 0, said.err
        texts.append(said.out)
    assert any("which would cost everyone together" in " ".join(text.split()) for text in texts)
    said = run(*EXPLAIN, "--id", "003", "--with", mate)
    assert "are paired with each other" in said.out


def test_the_command_that_match_names_works(folder, run):
    said = run(*MATCH, "--out", "results")
    line = next(line for line in said.err.splitlines() if "peermatch explain" in line)
    told = run(*line.split("peermatch ", 1)[1].split())
    assert told.code == 0, told.err


def test_as_json(folder, run):
    said = run(*EXPLAIN, "--id", "003", "--with", "005", "--json", "--quiet")
    assert (said.code, said.err) == (0, "")
    data = json.loads(said.out)
    assert (data["schema"], data["id"]) == ("peermatch/explanation/1", "003")
    assert data["explanation"]["text"]
    assert data["explanation"]["table"][0]["criterion"]
    assert data["alternatives"]["table"][0]["id"]
    assert data["why_not"]["verdict"] in ("together", "forbidden", "costs", "no worse")


def test_for_a_participant_there_are_no_third_persons(folder, run):
    mate = int(_of(folder, run)["partners"])
    said = run(*EXPLAIN, "--id", "003", "--audience", "participant")
    assert said.code == 0
    assert f"Person {mate}" in said.out
    assert not any(f"Person {k}" in said.out.replace(f"Person {mate}", "") for k in range(12))
    refused = run(*EXPLAIN, "--id", "003", "--audience", "participant", "--with", "005")
    assert refused.code == 2
    assert "third person" in refused.err


def test_somebody_without_a_partner_and_somebody_who_does_not_take_part(folder, run):
    run(*MATCH, "--out", "results")
    rows = {row["status"]: row["id"] for row in _rows(folder / "results" / "people.csv")}
    said = run(*EXPLAIN, "--id", rows["unmatched"])
    assert said.code == 0, said.err
    assert "has no partner this time" in said.out
    assert "What would have to change" in said.out
    said = run(*EXPLAIN, "--id", rows["not taking part"])
    assert said.code == 0, said.err
    assert "Who else" not in said.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--id", "0003"), "Nobody has the id '0003'"),
        (("--id", "003", "--with", "003"), "two people"),
        (("--id", "003", "-k", "0"), "1 to 1000"),
    ],
)
def test_what_is_refused(folder, run, arguments, said):
    found = run(*EXPLAIN, *arguments)
    assert found.code == 2
    assert said in found.err


def test_ids_that_are_numbers_are_found(folder, run, monkeypatch):
    records = [{"id": k, "years": k % 5} for k in range(8)]
    (folder / "numbers.toml").write_text(
        'id = "id"\n[[criteria]]\nkind = "near"\ncolumn = "years"\n', encoding="utf-8"
    )
    import io
    import sys

    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(records)))
    said = run("explain", "-", "--config", "numbers.toml", "--id", "3")
    assert said.code == 0, said.err
    assert "3 with" in said.out


def test_two_sides(folder, run):
    write_csv(folder / "mentees.csv", [{"id": f"e{k}", "years": k} for k in range(4)])
    write_csv(folder / "mentors.csv", [{"id": f"m{k}", "years": 2 * k} for k in range(4)])
    config = 'id = "id"\nsides = ["mentee", "mentor"]\n[[criteria]]\nkind = "near"\ncolumn = "years"\n'
    (folder / "sides.toml").write_text(config, encoding="utf-8")
    tables = ("--left", "mentees.csv", "--right", "mentors.csv", "--config", "sides.toml")
    said = run("match", *tables, "--out", "results", "--for-participants", "--report")
    assert said.code == 0, said.err
    assert len(_rows(folder / "results" / "participants" / "notices.csv")) == 8
    said = run("explain", *tables, "--id", "m1", "--with", "e3")
    assert said.code == 0, said.err
    assert "m1" in said.out


def test_circles_and_rings_are_handed_out_too(folder, run):
    for more in ((), ("--rings",)):
        said = run("circles", *MATCH[1:], *more, "--out", "out", "--for-participants", "--for-auditor")
        assert said.code == 0, said.err
        assert len(_rows(folder / "out" / "participants" / "notices.csv")) == len(people())
        text = "".join(path.read_text(encoding="utf-8") for path in (folder / "out" / "audit").iterdir())
        assert "Person 3" not in text
    said = run("circles", *MATCH[1:], "--for-participants")
    assert said.code == 2
    assert "nowhere to go" in said.err


@pytest.mark.parametrize("command", ["match", "round"])
def test_the_data_protection_summary_is_a_file_of_its_own(folder, run, command):
    name = () if command == "match" else ("--round", "2026-12")
    said = run(command, *MATCH[1:], *name, "--out", "results", "--data-protection")
    assert said.code == 0, said.err
    assert "data-protection.md" in said.err
    text = (folder / "results" / "data-protection.md").read_text(encoding="utf-8")
    assert text.startswith("# Data protection")
    assert not [row["display_name"] for row in people() if row["display_name"] in text]


def test_a_data_protection_summary_needs_a_folder(folder, run):
    said = run(*MATCH, "--data-protection")
    assert said.code == 2
    assert "--data-protection has nowhere to go" in said.err
