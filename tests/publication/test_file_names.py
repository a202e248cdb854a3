"""Whatever people, rounds, sides and columns are called: files go to the named folder only, with plain names."""

from __future__ import annotations

import re

import pytest

import peermatch as pm
from peermatch.cli import main
from support.small_tables import write_csv

HOSTILE = {
    "up": "../x",
    "far up": "../../../../tmp/x",
    "up on Windows": "..\\x",
    "absolute": "/etc/passwd",
    "drive": "C:\\x",
    "below": "a/b",
    "device": "CON",
    "small device": "nul.txt",
    "long": "x" * 300,
    "zero": "a\0b",
    "dots": "..",
    "home": "~/x",
    "signs": 'a:b*c?"<>|',
    "line": "a\nb",
    "dash": "-rf",
    "variable": "$HOME%TEMP%",
    "ours": "result.json",
}
PLAIN = re.compile(r"[a-z0-9][a-z0-9_.-]{0,60}")
DEVICES = {
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{name}{number}" for name in ("com", "lpt") for number in range(10)),
}


def made_in(base, folder):
    """Return the names of what was made, all of it below the folder."""
    found = [path for path in base.rglob("*") if path.is_file()]
    outside = [path for path in found if folder not in path.parents]
    assert outside == []
    for path in found:
        for part in path.relative_to(folder).parts:
            assert PLAIN.fullmatch(part), part
            assert part.split(".")[0] not in DEVICES
    return {path.name for path in found}


def rows_of(text, count=8):
    return [
        {"key": f"{text}{number}" if number else text, "name": text, "goals": f"{text}; b", "years": number}
        for number in range(count)
    ]


def matcher_of(text, **more):
    try:
        criteria = [pm.overlap("goals", name=text), pm.near("years")]
        return pm.PeerMatcher("key", criteria, label="name", show=["goals"], **more)
    except pm.ConfigError:  # a name that is refused makes no file either
        return pm.PeerMatcher(
            "key", [pm.overlap("goals"), pm.near("years")], label="name", show=["goals"], **more
        )


def round_of(matcher, text, *tables):
    try:
        return matcher.match(*tables, round=text)
    except (pm.InputError, pm.ConfigError):
        return matcher.match(*tables, round="r")


@pytest.fixture
def places(tmp_path, monkeypatch):
    """A folder deep enough to climb out of, as the current one, and the one that results go to."""
    base = tmp_path / "base"
    here = base / "one" / "two" / "three"
    here.mkdir(parents=True)
    monkeypatch.chdir(here)
    return base, here / "out"


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_results_of_one_pool(text, places):
    base, out = places
    found = round_of(matcher_of(text), text, rows_of(text))
    for audience in ("administrator", "auditor", "participant"):
        found.to_csv(out / audience, audience=audience, contact=text if audience == "participant" else None)
    found.report(out / "report.html")
    found.report(out / "own.html", audience="participant", id=found.members["id"].iloc[0])
    found.report(out / "audit.html", audience="auditor")
    found.save(out / "saved.json")
    found.to_excel(out / "result.xlsx")
    names = made_in(base, out)
    assert {
        "report.html",
        "own.html",
        "audit.html",
        "saved.json",
        "result.xlsx",
        "notices.csv",
        "audit.txt",
    } <= names
    assert len([name for name in names if name.startswith("guide")]) == 2 * len(found.pairs)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_results_of_two_sides_circles_and_rings(text, places):
    base, out = places
    rows = rows_of(text)
    try:
        sided = matcher_of(text, sides=(text, "other"))
    except pm.ConfigError:
        sided = matcher_of(text, sides=("one", "other"))
    found = round_of(sided, text, rows[:4], rows[4:])
    for audience in ("administrator", "auditor", "participant"):
        found.to_csv(out / audience, audience=audience)
    for form, name in ((pm.form_circles, "circles"), (pm.form_rings, "rings")):
        formed = form(matcher_of(text), rows)
        for audience in ("administrator", "auditor", "participant"):
            formed.to_csv(out / name / audience, audience=audience)
    assert len(made_in(base, out)) > 12


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_programmes_and_drafts(text, places):
    base, out = places
    matcher, rows = matcher_of(text), rows_of(text)
    programme = pm.Programme(matcher)
    try:
        found = programme.run(rows, round=text)
    except (pm.InputError, pm.ConfigError):
        found = programme.run(rows, round="r")
    programme.save(out / "programme.json")
    draft = pm.Draft.of(matcher, found)
    draft.reject(tuple(found.pairs[["a", "b"]].iloc[0]), who=text, why=text)
    draft.save(out / "draft.json")
    assert made_in(base, out) == {"programme.json", "draft.json"}


@pytest.mark.parametrize("name", [name for name in HOSTILE if name not in ("zero",)])
def test_the_command_line(name, places, capsys):
    text = HOSTILE[name]
    base, out = places
    write_csv(base / "people.csv", rows_of(text))
    config = 'schema = 1\nid = "key"\nlabel = "name"\nshow = ["goals"]\ndecided_by = "HR"\n'
    config += '[[criteria]]\nkind = "overlap"\ncolumn = "goals"\n'
    (base / "programme.toml").write_text(config, encoding="utf-8")
    given = {path.name: path.read_bytes() for path in base.iterdir() if path.is_file()}
    asked = ("--report", "--excel", "--for-participants", "--for-auditor", "--data-protection")
    code = main(["match", f"{base}/people.csv", f"--config={base}/programme.toml", f"--out={out}", *asked,
                 f"--round={text}", f"--contact={text}"])  # fmt: skip
    said = capsys.readouterr()
    assert code in (0, 2), said.err
    assert "Traceback" not in said.err
    for path in list(base.iterdir()):
        if path.is_file():
            assert path.read_bytes() == given.pop(path.name)
            path.unlink()
    assert given == {}
    out.with_name("out.run.json").unlink(missing_ok=True)  # the record of the run, called as the folder is
    names = made_in(base, out)
    assert code == 2 or {"result.xlsx", "report.html", "notices.csv"} <= names
