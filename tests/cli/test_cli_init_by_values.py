"""peermatch init on tables whose headers are not its own words: values tell as much as names."""

from __future__ import annotations

import random
import tomllib

import pytest

from peermatch.cli.init import draft_configuration
from support.odd_columns import SKILLS, column_of
from support.small_tables import write_csv

GOALS = ("Grow my network", "Change of field", "Become a manager", "Settle in")
HEADERS = {
    "of a form": {
        "id": "Staff No", "name": "Full Name", "unit": "Dept", "boss": "Reports To", "years": "Time in profession",
        "offers": "Knows", "seeks": "Would like to learn", "goal": "What I want from this", "in": "Opted in",
        "site": "Office",
    },
    "of a spreadsheet": {
        "id": "Emp. No.", "name": "Employee", "unit": "Division", "boss": "Boss", "years": "Years",
        "offers": "Strong at", "seeks": "Curious about", "goal": "Expectations", "in": "Wants to join?",
        "site": "Location",
    },
    "of few words": {
        "id": "Personnel code", "name": "Name", "unit": "Team", "boss": "Team lead", "years": "So far",
        "offers": "Skills", "seeks": "Wishlist", "goal": "Hopes", "in": "Consent", "site": "Site",
    },
    "of a German form": {
        "id": "Mitarbeiternummer", "name": "Mitarbeiter", "unit": "Bereich", "boss": "Führungskraft",
        "years": "Dienstjahre", "offers": "Stärken", "seeks": "Lernwünsche", "goal": "Erwartung", "in": "Dabei?",
        "site": "Ort",
    },
    "of codes": {
        "id": "Ref", "name": "Employee", "unit": "Unit", "boss": "Above", "years": "Experience",
        "offers": "Offers", "seeks": "Seeks", "goal": "Goal", "in": "Participates", "site": "City",
    },
    "in German": {
        "id": "Personalnummer", "name": "Name", "unit": "Abteilung", "boss": "Vorgesetzte", "years": "Berufsjahre",
        "offers": "Kann", "seeks": "Möchte lernen", "goal": "Ziele", "in": "Teilnahme", "site": "Standort",
    },
}  # fmt: skip


def rows(names, yes="yes", no="no", count=48):
    draw = random.Random(4)
    ids = [f"E{1000 + 7 * k}" for k in range(count)]
    return [
        {
            names["id"]: ids[k],
            names["name"]: f"Person {chr(65 + k % 24)} {chr(65 + k // 24)}",
            names["unit"]: draw.choice(("Ops", "Law", "IT")),
            names["boss"]: "" if k == 0 else ids[(k - 1) // 4],
            names["years"]: draw.choice(("3 years", "10 years", "1 year", "20+", "7")),
            names["offers"]: ", ".join(draw.sample(SKILLS, 3)),
            names["seeks"]: ", ".join(draw.sample(SKILLS, 2)),
            names["goal"]: draw.choice(GOALS),
            names["in"]: no if k % 7 == 3 else yes,
            names["site"]: draw.choice(("Oslo", "Rome")),
        }
        for k in range(count)
    ]


@pytest.fixture(params=HEADERS)
def header(request):
    return HEADERS[request.param]


def test_what_matters_is_found_whatever_it_is_called(tmp_path, header):
    data = tomllib.loads(draft_configuration(str(write_csv(tmp_path / "p.csv", rows(header)))))
    assert (data["id"], data["label"], data["eligible"]) == (header["id"], header["name"], header["in"])
    found = {part["kind"]: part for part in data["criteria"]}
    assert list(found) == ["complement", "near", "overlap", "different"]
    assert (found["complement"]["offers"], found["complement"]["seeks"]) == (
        header["offers"],
        header["seeks"],
    )
    assert found["near"]["column"] == header["years"]
    assert found["overlap"]["column"] == header["goal"]
    assert set(found["different"]["columns"]) == {header["unit"], header["site"]}
    assert data["rules"][0] == {"kind": "not_in_line", "manager": header["boss"]}


def test_answers_in_a_language_that_is_not_read_become_a_question(tmp_path, run):
    names = HEADERS["in German"]
    path = write_csv(tmp_path / "p.csv", rows(names, yes="kyllä", no="ei"))
    said = run("init", path, "--out", tmp_path / "p.toml")
    text = (tmp_path / "p.toml").read_text(encoding="utf-8")
    assert "# eligible = " in text
    assert "Teilnahme" not in str(tomllib.loads(text))
    assert "says who takes part, so everyone would be paired. Is it 'Teilnahme'?" in said.err


def test_only_what_speaks_of_taking_part_is_asked_about(tmp_path, run):
    table = [
        {
            "code": f"K{k:03d}",
            "Team": "ABC"[k % 3],
            "remote": ("yes", "no")[k % 2],
            "both mentor and mentee": "no",
        }
        for k in range(12)
    ]
    said = run("init", write_csv(tmp_path / "p.csv", table), "--out", tmp_path / "p.toml")
    assert "no column was found that says who takes part, so everyone would be paired.\n" in said.err
    assert "# eligible" not in (tmp_path / "p.toml").read_text(encoding="utf-8")
    for row in table:
        row["status"] = "inactive" if row["code"] == "K003" else "active"
    said = run("init", write_csv(tmp_path / "q.csv", table), "--out", tmp_path / "q.toml")
    assert "Is it 'status'?" in said.err


def test_yes_or_no_is_never_background_and_one_value_is_no_label(tmp_path):
    table = [
        {"code": f"K{k:03d}", "Name": "ACME", "remote": "ny"[k % 2], "mood": "ABC"[k % 3]} for k in range(12)
    ]
    text = draft_configuration(str(write_csv(tmp_path / "p.csv", table)))
    data = tomllib.loads(text)
    assert "label" not in data
    assert data["criteria"] == [{"kind": "different", "columns": ["mood"]}]
    assert "Yes or no: 'remote'" in text


def test_managers_whose_names_nobody_here_has_are_spoken_of(tmp_path, run):
    table = [
        {"ID": f"E{k:03d}", "Name": f"Person {k}", "Line manager": f"Somebody {k // 3}", "Team": "AB"[k % 2]}
        for k in range(12)
    ]
    path = write_csv(tmp_path / "p.csv", table)
    said = run("init", path, "--out", tmp_path / "p.toml")
    text = (tmp_path / "p.toml").read_text(encoding="utf-8")
    assert '# manager = "Line manager"' in text
    assert "'Line manager' cannot be used for reporting lines yet" in said.err
    assert "fewer than 2 criteria" in said.err
    assert run("match", path, "--config", tmp_path / "p.toml", "--quiet").code == 0


def test_a_good_table_warns_of_nothing(tmp_path, run):
    path = write_csv(tmp_path / "p.csv", rows(HEADERS["of a form"]))
    assert "warning" not in run("init", path, "--out", tmp_path / "p.toml").err


def test_who_offers_and_who_seeks_is_asked_where_nothing_tells(tmp_path):
    names = {**HEADERS["of a form"], "offers": "List one", "seeks": "List two"}
    text = draft_configuration(str(write_csv(tmp_path / "p.csv", rows(names))))
    assert '# offers = "List one"' in text
    assert "complement" not in [part["kind"] for part in tomllib.loads(text)["criteria"]]


def test_small_numbers_are_no_managers(tmp_path):
    table = [{"id": k, "lead time": k % 5, "site": "AB"[k % 2], "team": "ABC"[k % 3]} for k in range(1, 21)]
    text = draft_configuration(str(write_csv(tmp_path / "p.csv", table)))
    assert [part["kind"] for part in tomllib.loads(text)["rules"]] == ["no_repeat"]


def test_every_column_is_used_proposed_or_listed(tmp_path):
    table = [
        {"id": f"E{k:03d}", "team": "ABC"[k % 3], **{f"extra {n}": f"{n} {k}" for n in range(40)}}
        for k in range(15)
    ]
    text = draft_configuration(str(write_csv(tmp_path / "p.csv", table)))
    flat = " ".join(text.replace("\n# ", " ").split())
    assert all(f"'extra {n}'" in flat for n in range(40))


@pytest.mark.parametrize("seed", range(12))
def test_any_draft_runs_on_its_own_table(tmp_path, run, seed):
    draw = random.Random(seed)
    names = [
        "Grade",
        "Years",
        "Skills",
        "Wants",
        "Goals",
        "Boss",
        "Start",
        "Rank",
        "Consent",
        "Notes",
        "x",
        "Level",
    ]
    count = draw.choice((3, 12, 30))
    columns = {name: column_of(draw, count) for name in draw.sample(names, draw.randint(2, 9))}
    table = [{"id": f"E{k}", **{name: cells[k] for name, cells in columns.items()}} for k in range(count)]
    path, config = write_csv(tmp_path / "p.csv", table), tmp_path / "p.toml"
    said = run("init", path, "--out", config)
    if said.code == 2:
        assert "looks fit to match people on" in said.err
        return
    # some pairs, or every pair ruled out; never a draft that its own table refutes
    assert run("match", path, "--config", config, "--quiet").code in (0, 3)
