"""A first look never pairs in silence people who said no: a column that says it is used, or named with what to do."""

from __future__ import annotations

import csv
import tomllib

import pytest

from peermatch.cli.columns import Column
from peermatch.cli.init import draft_for
from peermatch.cli.taking_part import find_eligible, questions
from peermatch.cohort.cells import as_objects
from peermatch.datasets import make_two_sides

SKILLS = ("SQL", "Go", "Law", "Talks")
SAID_NO = {"E001", "E007", "E013", "E019"}


def table(tmp_path, columns):
    """A made-up table of 24 people; each further column is given as its yes, its no, and who says no."""
    path = tmp_path / "people.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "team", "can", "want", *columns])
        for k in range(24):
            id = f"E{k:03d}"
            cells = [no if id in out else yes for yes, no, out in columns.values()]
            rows.writerow(
                [id, "ABC"[k % 3], "; ".join(SKILLS[k % 4 : k % 4 + 2]), SKILLS[(k + 2) % 4], *cells]
            )
    return path


def draft(tmp_path, columns):
    found = draft_for(str(table(tmp_path, columns)), None, None)
    text = "\n".join(found.lines("programme.toml"))
    return tomllib.loads(text), found.warnings(), text


def column(name, *values):
    return Column(name, as_objects(values))


PLAIN = (
    "Programmteilnahme", "MA Teilnahme 2026", "Möchte teilnehmen", "Nimmt teil", "Macht mit", "wants_in", "OptIn",
    "opt_in", "Join?", "participa", "Souhaite participer", "Vuole partecipare", "Quiere participar",
    "Deelname", "Inscrição",
)  # fmt: skip
ASKED = (
    "Interesse", "Interested?", "Aktiv", "Available", "Verfügbar", "Disponible", "Anmeldung", "RSVP", "Mentoring",
    "Coffee?", "XZ_17", "Column 5", "Yes/No", "Antwort", "Enabled",
)  # fmt: skip
AGAINST = (
    "Opted out",
    "OptOut",
    "Not participating",
    "Keine Teilnahme",
    "Abgemeldet",
    "Declined",
    "Exclude",
    "Pause",
)


@pytest.mark.parametrize("name", PLAIN)
def test_a_name_that_plainly_says_it_is_used(tmp_path, name):
    data, warnings, _ = draft(tmp_path, {name: ("yes", "no", SAID_NO)})
    assert data["eligible"] == name
    assert not any("takes part" in text for text in warnings)


@pytest.mark.parametrize("name", ASKED)
def test_any_other_yes_or_no_is_named_with_what_to_do(tmp_path, name):
    data, warnings, text = draft(tmp_path, {name: ("yes", "no", SAID_NO)})
    assert "eligible" not in data
    assert any(repr(name) in warning and "eligible" in warning for warning in warnings), warnings
    assert repr(name) in text or f'# eligible = "{name}"' in text


@pytest.mark.parametrize("name", AGAINST)
def test_who_opted_out_is_never_taken_for_who_takes_part(tmp_path, name):
    data, warnings, text = draft(tmp_path, {name: ("no", "yes", SAID_NO)})
    assert "eligible" not in data
    assert f'eligible = "{name}"' not in text
    assert any(repr(name) in warning and "the other way round" in warning for warning in warnings), warnings


@pytest.mark.parametrize(
    ("yes", "no"),
    [
        ("Yes, please", "No thanks"), ("Ja, gerne", "Nein danke"), ("in", "out"), ("Interested", "Not interested"),
        ("active", "inactive"), ("Joined", "Declined"), ("angemeldet", "abgemeldet"), ("✓", ""), ("kyllä", "ei"),
        ("employed", "terminated"),
    ],
)  # fmt: skip
def test_values_that_speak_of_it_are_told_whatever_the_name(tmp_path, yes, no):
    data, warnings, _ = draft(tmp_path, {"XZ_17": (yes, no, SAID_NO)})
    assert "eligible" not in data
    assert not any("XZ_17" in str(part) for part in data["criteria"])
    assert any("'XZ_17'" in warning for warning in warnings), warnings


@pytest.mark.parametrize("name", ["remote", "People manager", "Part time", "Newsletter"])
def test_what_is_about_something_else_is_not_asked_about(tmp_path, name):
    _, warnings, text = draft(tmp_path, {name: ("yes", "no", SAID_NO)})
    assert not any(repr(name) in warning for warning in warnings)
    assert "# eligible" not in text
    assert f"Yes or no: {name!r}" in text


def test_a_question_that_everybody_answered_alike_is_none(tmp_path):
    assert questions([column("XZ_17", *["no"] * 9)]) == []
    assert questions([column("XZ_17", *["yes"] * 9)]) == []
    assert [one.why for one in questions([column("Interesse", *["no"] * 9)])] == ["name"]


def test_two_columns_that_contradict_each_other_are_told(tmp_path):
    columns = {"Teilnahme": ("ja", "nein", {"E001"}), "Interesse": ("ja", "nein", {"E001", "E002", "E003"})}
    data, warnings, _ = draft(tmp_path, columns)
    assert data["eligible"] == "Teilnahme"
    assert any(
        warning.startswith("2 people who would be paired") and "'Interesse'" in warning
        for warning in warnings
    )
    status = {"opted_in": ("yes", "no", set()), "Status": ("employed", "terminated", {"E005"})}
    assert any("1 person" in warning and "'Status'" in warning for warning in draft(tmp_path, status)[1])
    quiet = {"Teilnahme": ("ja", "nein", SAID_NO), "Interesse": ("ja", "nein", SAID_NO)}
    assert not any(
        "contradict" in text or "would be paired, since" in text for text in draft(tmp_path, quiet)[1]
    )


def test_a_last_day_is_asked_about(tmp_path):
    _, warnings, _ = draft(tmp_path, {"Last working day": ("", "2024-03-31", SAID_NO)})
    assert any("'Last working day': holds a day for 4 of 24" in warning for warning in warnings)


def test_consent_to_something_comes_after_taking_part():
    found = find_eligible(
        [column("Consent to photos", "yes", "yes", "no"), column("Participates", "yes", "no", "yes")]
    )
    assert found is not None
    assert found.name == "Participates"


def test_many_of_them_are_counted_and_listed_in_the_file(tmp_path):
    columns = {f"Q{k}": ("yes", "no", SAID_NO) for k in range(20)}
    _, warnings, text = draft(tmp_path, columns)
    assert any("and 12 more, which the file lists, say yes or no" in warning for warning in warnings)
    flat = text.replace("\n# ", " ")
    assert all(f"'Q{k}'" in flat for k in range(20))


def test_a_first_look_says_so_before_pairs_are_made(tmp_path, monkeypatch, run):
    monkeypatch.chdir(tmp_path)
    table(tmp_path, {"XZ_17": ("yes", "no", SAID_NO)})
    said = run("match", "people.csv", "--out", "results")
    assert said.code == 0
    assert "warning: 'XZ_17' says yes or no" in said.err
    assert said.err.index("'XZ_17'") < said.err.index("These pairs are a first look")


def test_two_sides_are_asked_too(tmp_path, run):
    mentees, mentors = make_two_sides(20, 20, 3)
    mentees = mentees.drop(columns=[name for name in mentees if "opt" in name])
    mentees["XZ_17"] = ["yes", "no"] * 10
    mentors["Abgemeldet"] = ["no", "yes"] * 10
    mentees.to_csv(tmp_path / "a.csv", index=False)
    mentors.to_csv(tmp_path / "b.csv", index=False)
    said = run("init", "--left", tmp_path / "a.csv", "--right", tmp_path / "b.csv", "--template", "mentor", "--out",
               tmp_path / "p.toml")  # fmt: skip
    assert said.code == 0
    assert "'XZ_17' says yes or no" in said.err
    assert "'Abgemeldet': a yes there seems to mean" in said.err
