"""peermatch match --quality-by: the table in the folder and on the screen, and what is refused."""

from __future__ import annotations

import csv

from peermatch.report import plain_text
from support.small_tables import write_csv


def _staff(folder):
    rows = [
        {
            "id": f"{k:03d}",
            "team": "red" if k < 30 else "blue" if k < 54 else "=grey",
            "years": k * k * 7 % 101,
        }
        for k in range(58)
    ]
    write_csv(folder / "staff.csv", rows)
    config = 'id = "id"\naudit_only = ["team"]\n[[criteria]]\nkind = "near"\ncolumn = "years"\n'
    (folder / "staff.toml").write_text(config, encoding="utf-8")


def test_a_table_of_groups_with_small_ones_hidden(folder, run):
    _staff(folder)
    said = run("match", "staff.csv", "--config", "staff.toml", "--out", "results", "--quality-by", "team")
    assert said.code == 0, said.err
    assert "quality.csv" in said.err
    assert "hidden" in said.out
    with (folder / "results" / "quality.csv").open(encoding="utf-8", newline="") as file:
        rows = {plain_text(row["group"]): row for row in csv.DictReader(file)}
    assert list(rows) == ["everyone", "=grey", "blue", "red"]
    assert [rows[name]["people"] for name in rows] == ["58", "", "", "30"]
    assert rows["red"]["mean"]
    assert not rows["blue"]["mean"]
    assert not rows["=grey"]["mean"]


def test_nothing_is_hidden_where_that_is_asked_for(folder, run):
    _staff(folder)
    command = (
        "match",
        "staff.csv",
        "--config",
        "staff.toml",
        "--quality-by",
        "team",
        "--quality-by",
        "years",
    )
    said = run(*command, "--hide-below", "1")
    assert said.code == 0, said.err
    assert "hidden" not in said.out
    assert "By years" in said.out


def test_what_is_refused(folder, run):
    _staff(folder)
    match = ("match", "staff.csv", "--config", "staff.toml")
    for more, words in (
        (("--hide-below", "5"), "--hide-below is for --quality-by"),
        (("--hide-below", "0", "--quality-by", "team"), "at least 1"),
        (("--quality-by", "team", "--json"), "nowhere to go"),
        (("--quality-by", "tema"), "Did you mean 'team'"),
    ):
        said = run(*match, *more)
        assert (said.code, said.out) == (2, "")
        assert words in " ".join(said.err.split())
    run(*match, "--quality-by", "tema", "--out", "results")
    assert not (folder / "results").exists()


def test_a_table_that_is_read_is_not_replaced(folder, run):
    _staff(folder)
    (folder / "staff.csv").rename(folder / "quality.csv")
    said = run("match", "quality.csv", "--config", "staff.toml", "--out", ".", "--quality-by", "team")
    assert said.code == 2
    assert "would replace quality.csv" in " ".join(said.err.split())


def test_a_protected_column_is_refused_with_the_way_out(folder, run):
    _staff(folder)
    config = (folder / "staff.toml").read_text(encoding="utf-8")
    (folder / "staff.toml").write_text(
        config.replace('audit_only = ["team"]', 'protected = ["years"]'), "utf-8"
    )
    said = run("match", "staff.csv", "--config", "staff.toml")
    assert said.code == 2
    assert 'basis="..."' in said.err
