"""``peermatch inspect``, and what it and `init` find in a table's columns."""

import json
import random

import pytest

import peermatch as pm
from peermatch.cli.roles import ROLES, suggest_roles
from support.small_tables import write_csv

MESSY = """Staff list,,,,,,
Employee ID,Full Name,E-mail,Line Manager,Years of experience,Can teach,Wants to learn,Started
001,Ada King,ada@example.org,,10+,SQL; Python,Go,31/03/2019
002,Bo Lee,bo@example.org,"King, Ada",3,Go,"SQL; Python",03/04/2019
003,Cy Fox,cy@example.org,001,N/A,Python; Go,SQL,2020-05-06
004,Di Orr,di@example.org,Gil Nobody,7,SQL,"Go, Python",05/05/2021
"""


@pytest.fixture
def table(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "people.csv").write_text(
        MESSY.replace("Staff list,,,,,,", "Staff list,,,,,,,"), encoding="utf-8"
    )
    return tmp_path / "people.csv"


def test_a_messy_table(table, run):
    said = run("inspect", "people.csv")
    assert said.code == 0, said.err
    for words in (
        "4 people, 8 columns; text in utf-8, cells separated by a comma; the header stands in row 2.",
        "Ids from the column 'Employee ID', as written: 001, 002, 003, ...",
        "line 1 stands above the header and was left out",
        "the manager is named by name",
        "the manager is nobody in this table",
        "taken as missing",
        "manager",
        "Managers who do not take part: give the whole staff with --org when you match.",
        "peermatch init people.csv --id 'Employee ID'",
    ):
        assert words in " ".join(said.out.split()), words
    assert max(map(len, said.out.splitlines())) <= 110


def test_as_json(table, run):
    said = run("inspect", "people.csv", "--json")
    found = json.loads(said.out)
    assert found["schema"] == "peermatch/inspection/1"
    assert found["people"] == 4
    assert found["how"]["header"] == 2
    roles = {one["column"]: one["role"] for one in found["roles"]}
    assert set(roles) == set(found["columns"])
    assert set(roles.values()) <= set(ROLES)
    assert roles["Employee ID"] == "id"
    assert roles["E-mail"] == "email"
    assert roles["Line Manager"] == "manager"
    assert roles["Full Name"] == "label"
    assert (roles["Can teach"], roles["Wants to learn"]) == ("offers", "seeks")
    codes = {repair["code"] for repair in found["repairs"]}
    assert codes >= {"title_row", "date_form", "manager_named", "manager_not_found", "missing_word"}
    assert all(repair["sure"] in ("certain", "likely", "open") for repair in found["repairs"])


def test_strict(table, run, tmp_path):
    said = run("inspect", "people.csv", "--strict")
    assert said.code == 2
    assert "none is accepted: --strict" in said.err
    assert "taken as missing" in said.out
    (tmp_path / "clean.csv").write_text("id,team\na,North\nb,South\n", encoding="utf-8")
    said = run("inspect", "clean.csv", "--strict")
    assert said.code == 0
    assert "0 repairs" in said.out
    assert "Nothing had to be mended, and nothing is open." in said.out


def test_a_table_that_cannot_be_read(tmp_path, run, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "people.csv").write_text("id,team\na,x\nb,y\nc,z\na,y\n", encoding="utf-8")
    said = run("inspect", "people.csv")
    assert said.code == 2
    assert "have the same id 'a'" in said.err
    found = json.loads(run("inspect", "people.csv", "--json").out)
    assert found["errors"][0]["code"] == "duplicate_id"
    said = run("inspect", "people.csv", "--duplicates", "last")
    assert said.code == 0
    assert "this row was left out in favour of row 4" in " ".join(said.out.split())
    assert run("inspect", "nothing.csv").code == 2
    assert run("inspect", "-").code == 2
    assert run("inspect", "people.csv", "--duplicates", "current").code == 2
    assert run("inspect", "people.csv", "--day-first", "--month-first").code == 2


def test_doubts_are_settled_by_options(tmp_path, run, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "people.csv").write_text(
        "id;since;status\n1;01/02/2019;active\n2;03/04/2019;terminated\n3;03/05/2019;active\n",
        encoding="utf-8",
    )
    said = run("inspect", "people.csv")
    assert "--day-first or --month-first" in said.out
    assert "--left" in said.out
    found = json.loads(run("inspect", "people.csv", "--month-first", "--left", "status", "--json").out)
    assert found["taking_part"] == 2
    assert {repair["sure"] for repair in found["repairs"]} == {"certain"}


def test_what_is_said_many_times_is_one_row(tmp_path, run, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = ",".join(f"c{n}" for n in range(9))
    rows = "".join(f"{n},m{n},{'NA,' * 8}x\n" for n in range(200))
    (tmp_path / "people.csv").write_text(f"id,manager,{names}\n{rows}", encoding="utf-8")
    said = " ".join(run("inspect", "people.csv", "--manager", "manager").out.split())
    assert "208 repairs: 8 certain, 200 open" in said
    assert "8 columns NA (missing) certain 1,600 cells that say NA were taken as missing" in said
    assert "m0 and 199 more" in said


def test_signs_that_could_command_a_terminal_are_not_printed(tmp_path, run, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "people.csv").write_text("id,x\n1,a\x1b[31m \n2,b\n", encoding="utf-8")
    said = run("inspect", "people.csv")
    assert said.code == 0
    assert "\x1b" not in said.out


def test_a_match_says_that_something_was_guessed(folder, run):
    text = (folder / "people.csv").read_text(encoding="utf-8")
    said = run("match", "people.csv", "--config", "programme.toml")
    assert "may have been meant otherwise" not in said.err
    (folder / "people.csv").write_text(text.replace("\n", ",\n").replace(",\n", ",Zoë\n"), encoding="cp1252")
    said = run("match", "people.csv", "--config", "programme.toml")
    assert said.code == 0, said.err
    assert (
        "1 thing in the table of people may have been meant otherwise, such as: the file is not UTF-8"
        in said.err
    )


def test_roles_in_python(table):
    roles = pm.suggest_roles(table)
    assert list(roles.columns) == ["role", "column", "sure", "reason"]
    assert roles.equals(suggest_roles(str(table)))
    people = pm.read_people(table, id="Employee ID")
    assert roles["column"].tolist() == pm.suggest_roles(people)["column"].tolist()
    assert sorted(roles["column"]) == sorted(people.columns)
    assert pm.suggest_roles(people.frame, id="Employee ID")["role"].tolist()[0] == "id"
    assert all(roles["reason"].str.len() > 0)


def test_init_uses_the_same_roles(table, run):
    roles = pm.suggest_roles(table).set_index("column")["role"]
    assert run("init", "people.csv", "--as-of", "2026-12-01").code == 0
    text = (table.parent / "programme.toml").read_text(encoding="utf-8")
    assert f'id = "{roles[roles == "id"].index[0]}"' in text
    assert f'label = "{roles[roles == "label"].index[0]}"' in text
    assert f'offers = "{roles[roles == "offers"].index[0]}"' in text
    assert f'seeks = "{roles[roles == "seeks"].index[0]}"' in text


def test_many_open_columns_of_a_kind_are_two_rows_and_a_list(tmp_path, run):
    draw = random.Random(3)
    names = [f"Topic{n}{what}" for n in range(12) for what in ("Have", "Want")]
    rows = [
        {
            "id": f"E{k:03d}",
            **{
                name: "; ".join(draw.sample([f"{name[5:-4]}{sign}" for sign in "abcdefg"], 3))
                for name in names
            },
        }
        for k in range(50)
    ]
    said = run("inspect", write_csv(tmp_path / "wide.csv", rows))
    assert said.code == 0
    assert "8 more" in said.out
    assert all(name in said.out for name in names)
    assert sum(line.startswith("offers ") for line in said.out.splitlines()) <= 5


def test_every_column_on_which_it_depends_who_is_paired_is_shown(tmp_path, run):
    rows = [
        {"id": f"E{k:03d}", "team": "ABC"[k % 3], **{f"Q{n}": ("yes", "no")[(k + n) % 2] for n in range(9)}}
        for k in range(20)
    ]
    said = run("inspect", write_csv(tmp_path / "asked.csv", rows))
    assert sum(line.startswith("eligible ") for line in said.out.splitlines()) == 9
