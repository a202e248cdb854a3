"""A first match from an export in another language leaves out who said no, and keeps apart who asked for it."""

from __future__ import annotations

import csv
import tomllib

import pytest

HEADER = ("Personalnummer", "Name", "Abteilung", "Berufsjahre", "Kann", "Will", "Teilnahme", "Nicht mit", "Geschlecht",
          "Schwerbehinderung", "Leistungsbeurteilung", "Krankheitstage", "Alter")  # fmt: skip
SKILLS = ("SQL", "Go", "Recht", "Moderation")


def export(folder, *, header=HEADER, no="nein", yes="ja"):
    """A made-up export as spreadsheets of some countries write it: semicolons, lists with commas, an old encoding."""
    rows = [";".join(header)]
    for k in range(24):
        can, want = ", ".join(SKILLS[k % 4 : k % 4 + 2]), SKILLS[(k + 2) % 4]
        unwanted = {6: "00013", 9: "00001"}.get(k, "")
        takes = no if k in (4, 18) else yes
        rows.append(
            f"{k:05};Müller {k};{('IT', 'HR', 'Vertrieb')[k % 3]};{k % 7};{can};{want};{takes};{unwanted};"
            f"{'mw'[k % 2]};{no};{k % 5};{k % 9};{30 + k}"
        )
    (folder / "leute.csv").write_text("\n".join(rows), encoding="cp1252")


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("yes", "no"), [("ja", "nein"), ("oui", "non"), ("sí", "no"), ("sim", "não"), ("tak", "nie")]
)
def test_who_said_no_is_not_paired_and_a_veto_holds(tmp_path, monkeypatch, run, yes, no):
    monkeypatch.chdir(tmp_path)
    export(tmp_path, yes=yes, no=no)
    said = run("match", "leute.csv", "--out", "results", "--for-participants")
    assert said.code == 0, said.err
    people = {row["id"]: row for row in rows_of(tmp_path / "results" / "people.csv")}
    assert {id for id, row in people.items() if row["status"] == "not taking part"} == {"00004", "00018"}
    pairs = {frozenset((row["a"], row["b"])) for row in rows_of(tmp_path / "results" / "pairs.csv")}
    assert frozenset(("00006", "00013")) not in pairs
    draft = tomllib.loads((tmp_path / "programme.toml").read_text(encoding="utf-8"))
    assert draft["eligible"] == "Teilnahme"
    assert {"kind": "veto", "column": "Nicht mit"} in draft["rules"]


def test_what_sounds_personal_is_left_alone(tmp_path, monkeypatch, run):
    monkeypatch.chdir(tmp_path)
    export(tmp_path)
    assert run("init", "leute.csv").code == 0
    text = (tmp_path / "programme.toml").read_text(encoding="utf-8")
    left = text[text.index("Left alone") :]
    for name in HEADER[8:]:
        assert repr(name) in left.replace("\n# ", " ")
        assert f'"{name}"' not in text


def test_nothing_is_handed_out_before_it_is_decided_who_takes_part(tmp_path, monkeypatch, run):
    monkeypatch.chdir(tmp_path)
    names = ["Aktiv" if name == "Teilnahme" else name for name in HEADER]
    export(tmp_path, header=names)
    said = run("match", "leute.csv", "--out", "results", "--for-participants")
    assert said.code == 2
    assert "'Aktiv'" in said.err
    assert not (tmp_path / "results").exists()
