"""``peermatch pseudonymise`` and ``peermatch reidentify``: a round trip through files, and nothing half done."""

from __future__ import annotations

import csv
import io
import stat

import pandas as pd
import pytest

import peermatch as pm
from support.small_tables import write_csv

CONFIG = """\
schema = 1
id = "id"
[[criteria]]
kind = "near"
column = "years"
[[criteria]]
kind = "same"
column = "team"
[[rules]]
kind = "not_in_line"
manager = "boss"
[[rules]]
kind = "no_repeat"
"""
IDS = ["=1+1", "007", "12", "Müller", "+3", "a b", "x-1", "O'Neil", '"q"', "-5", "@home", "00012"]
ROWS = [
    {
        "id": id,
        "full name": f"Person {k}",
        "boss": IDS[k // 3] if k else "",
        "years": (k * 7) % 11,
        "team": "xyz"[k % 3],
    }
    for k, id in enumerate(IDS)
]


@pytest.fixture
def tables(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_csv(tmp_path / "people.csv", ROWS)
    write_csv(tmp_path / "history.csv", [{"round": "2026-11", "a": "007", "b": "12"}])
    write_csv(
        tmp_path / "staff.csv",
        [*({"id": r["id"], "boss": r["boss"]} for r in ROWS), {"id": "top", "boss": ""}],
    )
    (tmp_path / "programme.toml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "keys").mkdir()
    return tmp_path


def _hide(run, *more, key="keys/key.json", out="hidden/pseudo.csv"):
    return run(
        "pseudonymise", "people.csv", "--id", "id", "--key", key, "--out", out, "--columns", "boss", *more
    )


def test_there_and_back(tables, run):
    said = _hide(run, "--history", "history.csv", "--org", "staff.csv", "--mapping", "keys/who.csv")
    assert said.code == 0, said.err
    assert "'full name': dropped: its name sounds like it" in said.err
    assert "still personal data" in said.err
    assert "warning" not in said.err
    files = {path.name: path.read_text("utf-8") for path in (tables / "hidden").iterdir()}
    assert sorted(files) == ["pseudo-history.csv", "pseudo-org.csv", "pseudo.csv"]
    for text in files.values():
        assert not any(id in text for id in IDS if not id.isdigit())
        assert "Person" not in text
    for path in (tables / "keys").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    month = ("--config", "programme.toml", "--round", "2026-12", "--quiet")
    said = run(
        "match", "hidden/pseudo.csv", "--out", "results", *month,
        "--history", "hidden/pseudo-history.csv", "--org", "hidden/pseudo-org.csv",
    )  # fmt: skip
    assert said.code == 0, said.err
    assert (
        run(
            "match", "people.csv", "--out", "plain", *month, "--history", "history.csv", "--org", "staff.csv"
        ).code
        == 0
    )
    hidden, plain = (pd.read_csv(tables / name / "pairs.csv") for name in ("results", "plain"))
    assert hidden["score"].sum() == plain["score"].sum()

    by_key = ("--key", "keys/key.json", "--people", "people.csv", "--id", "id")
    for who in (by_key, ("--mapping", "keys/who.csv")):
        assert run("reidentify", "results/pairs.csv", *who, "--out", "back.csv").code == 0
        with (
            (tables / "back.csv").open(encoding="utf-8") as back,
            (tables / "results/pairs.csv").open() as was,
        ):
            rows, before = list(csv.DictReader(back)), list(csv.DictReader(was))
        found = {row[side].removeprefix("'") for row in rows for side in ("a", "b")}
        assert found <= set(IDS)
        assert len(found) == 2 * len(rows)
        for row, old in zip(rows, before, strict=True):
            assert {k: v for k, v in row.items() if k not in "ab"} == {
                k: v for k, v in old.items() if k not in "ab"
            }
        # our own file of pairs, taken back as demands under the ids as they were
        pairing = pm.PeerMatcher("id", [pm.near("years"), pm.same("team")]).match(
            "people.csv", locks="back.csv"
        )
        made = {frozenset(pair) for pair in pairing.pairs[["a", "b"]].values.tolist()}
        assert {frozenset(row[side].removeprefix("'") for side in ("a", "b")) for row in rows} <= made
    assert run("reidentify", "results/explanations.md", *by_key, "--out", "back.md").code == 0
    assert "Müller" in (tables / "back.md").read_text("utf-8")


def test_the_same_key_serves_next_month(tables, run):
    assert _hide(run).code == 0
    first = (tables / "hidden/pseudo.csv").read_bytes()
    key = (tables / "keys/key.json").read_bytes()
    said = _hide(run, out="again/pseudo.csv")
    assert "Used the key" in said.err
    assert (tables / "again/pseudo.csv").read_bytes() == first
    assert (tables / "keys/key.json").read_bytes() == key


@pytest.mark.parametrize("quiet", [(), ("--quiet",)])
def test_a_key_beside_the_tables_is_not_silent(tables, run, quiet):
    said = _hide(
        run,
        *quiet,
        key="key.json",
        out="pseudo.csv",
    )
    assert said.code == 0
    assert "warning: the key key.json lies in the folder of the tables" in said.err


def test_the_wrong_key_writes_nothing(tables, run):
    assert _hide(run).code == 0
    pm.PseudonymKey(bytes(32)).save(tables / "keys/other.json")
    (tables / "back.csv").write_text("as it was")
    said = run(
        "reidentify", "hidden/pseudo.csv", "--key", "keys/other.json", "--people", "people.csv", "--id", "id",
        "--out", "back.csv",
    )  # fmt: skip
    assert said.code == 2
    assert "wrong key" in said.err
    assert (tables / "back.csv").read_text() == "as it was"
    assert sorted(path.name for path in tables.iterdir() if path.name.startswith((".", "back"))) == [
        "back.csv"
    ]


def test_a_table_with_a_fault_makes_neither_key_nor_tables(tables, run):
    write_csv(tables / "people.csv", [*ROWS, ROWS[0]])
    said = _hide(run, "--mapping", "keys/who.csv")
    assert said.code == 2
    assert list((tables / "keys").iterdir()) == []
    assert not (tables / "hidden").exists()


def test_a_mapping_is_never_overwritten(tables, run):
    (tables / "keys/who.csv").write_text("mine")
    said = _hide(run, "--mapping", "keys/who.csv")
    assert said.code == 2
    assert (tables / "keys/who.csv").read_text() == "mine"
    assert not (tables / "hidden").exists()
    assert not (tables / "keys/key.json").exists()


def test_a_key_that_others_may_read_is_refused(tables, run):
    assert _hide(run).code == 0
    (tables / "keys/key.json").chmod(0o644)
    said = _hide(run)
    assert said.code == 2
    assert "chmod 600" in said.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("reidentify", "people.csv", "--out", "x.csv"),
        ("reidentify", "people.csv", "--key", "k", "--mapping", "m", "--out", "x.csv"),
        ("reidentify", "people.csv", "--key", "k", "--out", "x.csv"),
        ("reidentify", "people.parquet", "--mapping", "m.csv", "--out", "x.csv"),
        ("reidentify", "none.csv", "--mapping", "m.csv", "--out", "x.csv"),
        ("pseudonymise", "people.csv", "--id", "id", "--key", "k.json", "--out", "x.xlsx"),
        ("pseudonymise", "people.csv", "--id", "ident", "--key", "k.json", "--out", "x.csv"),
    ],
)
def test_wrong_arguments_write_nothing(tables, run, arguments):
    before = sorted(path.name for path in tables.rglob("*"))
    said = run(*arguments)
    assert said.code == 2
    assert said.err.startswith("error: ")
    assert sorted(path.name for path in tables.rglob("*")) == before


def test_broken_csv_and_bytes_are_refused(tables, run):
    assert _hide(run, "--mapping", "keys/who.csv").code == 0
    for data in (b'a,b\n"x', b"\xff\xfe\x00a"):
        (tables / "bad.csv").write_bytes(data)
        said = run("reidentify", "bad.csv", "--mapping", "keys/who.csv", "--out", "x.csv")
        assert said.code == 2
        assert not (tables / "x.csv").exists()


def test_cells_without_pseudonyms_stay_as_they_are():
    from peermatch.cli.pseudonymise import _of_csv
    from peermatch.cohort.reidentify import Reidentifier

    name = "p0" + "a" * 16
    text = f"a,b\n'=1,\"x, {name}\"\n'{name},p0{'a' * 17}\n\n"
    made = list(csv.reader(io.StringIO(_of_csv(text, Reidentifier({name: "=2"})))))
    assert made[:3] == [["a", "b"], ["'=1", "x, =2"], ["''=2", f"p0{'a' * 17}"]]
