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
        assert name in tomllib.loads(text)["sensitive"]
        assert text.count(f'"{name}"') == 1  # there, and nowhere else


def test_nothing_is_handed_out_before_it_is_decided_who_takes_part(tmp_path, monkeypatch, run):
    monkeypatch.chdir(tmp_path)
    names = ["Aktiv" if name == "Teilnahme" else name for name in HEADER]
    export(tmp_path, header=names)
    said = run("match", "leute.csv", "--out", "results", "--for-participants")
    assert said.code == 2
    assert "'Aktiv'" in said.err
    assert not (tmp_path / "results").exists()


def test_a_veto_of_several_people_is_not_taken_for_their_manager(tmp_path, monkeypatch, run):
    monkeypatch.chdir(tmp_path)
    wary = {2, 6, 9, 11}
    rows = ["id,can,want,Nicht mit"]
    for k in range(100, 116):
        can, want = ("SQL", "Go") if k == 113 else ("Go", "SQL") if k - 100 in wary else ("Law", "Law")
        rows.append(f"{k},{can},{want},{113 if k - 100 in wary else ''}")
    (tmp_path / "people.csv").write_text("\n".join(rows), encoding="utf-8")
    said = run("match", "people.csv", "--out", "results")
    assert said.code == 0, said.err
    draft = tomllib.loads((tmp_path / "programme.toml").read_text(encoding="utf-8"))
    assert {"kind": "veto", "column": "Nicht mit"} in draft["rules"]
    pairs = {frozenset((row["a"], row["b"])) for row in rows_of(tmp_path / "results" / "pairs.csv")}
    assert not pairs & {frozenset(("113", str(100 + k))) for k in wary}


@pytest.mark.parametrize("name", ["escluso", "Exclusion", "Vetos", "nicht zusammen"])
def test_vetoes_are_known_by_more_names(tmp_path, monkeypatch, run, name):
    monkeypatch.chdir(tmp_path)
    export(tmp_path, header=[name if column == "Nicht mit" else column for column in HEADER])
    assert run("init", "leute.csv").code == 0
    draft = tomllib.loads((tmp_path / "programme.toml").read_text(encoding="utf-8"))
    assert {"kind": "veto", "column": name} in draft["rules"]


def test_an_italian_column_of_consent_counts(tmp_path, monkeypatch, run):
    monkeypatch.chdir(tmp_path)
    export(
        tmp_path,
        header=["partecipa" if column == "Teilnahme" else column for column in HEADER],
        yes="sì",
        no="no",
    )
    assert run("init", "leute.csv").code == 0
    draft = tomllib.loads((tmp_path / "programme.toml").read_text(encoding="utf-8"))
    assert draft["eligible"] == "partecipa"


@pytest.mark.parametrize("name", ["Nationalität", "Lebensalter"])
def test_more_names_that_sound_personal(tmp_path, monkeypatch, run, name):
    monkeypatch.chdir(tmp_path)
    export(tmp_path, header=[name if column == "Geschlecht" else column for column in HEADER])
    assert run("init", "leute.csv").code == 0
    text = (tmp_path / "programme.toml").read_text(encoding="utf-8")
    assert repr(name) in text[text.index("Left alone") :].replace("\n# ", " ")


@pytest.mark.parametrize("name", ["Aktiv", "Interesse"])
def test_a_draft_that_nobody_decided_on_hands_nothing_out_however_often_it_is_run(
    tmp_path, monkeypatch, run, name
):
    monkeypatch.chdir(tmp_path)
    export(tmp_path, header=[name if column == "Teilnahme" else column for column in HEADER])
    for _ in range(2):
        said = run("match", "leute.csv", "--out", "results", "--for-participants")
        assert said.code == 2
        assert not (tmp_path / "results" / "participants").exists()
    draft = tmp_path / "programme.toml"
    text = draft.read_text(encoding="utf-8")
    draft.write_text(
        text.replace("drafted by peermatch init; nobody has decided yet", "HR"), encoding="utf-8"
    )
    assert run("match", "leute.csv", "--out", "results", "--for-participants").code == 0
