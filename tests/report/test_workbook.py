"""Workbooks: what came in stands in them as it was, nothing runs, and the same result is the same bytes."""

from __future__ import annotations

import io
import subprocess
import sys
import time
import zipfile

import numpy as np
import openpyxl
import pandas as pd
import pytest

import peermatch as pm
from peermatch.criteria import near
from peermatch.errors import ConfigError, OutputError
from peermatch.report import workbook
from peermatch.report.workbook import workbook_bytes
from support.audiences import pairing, people
from support.pairings import TEAM, make_pairing

SHEETS = ["people", "pairs", "members", "unmatched", "rules", "repairs"]


def opened(data):
    return openpyxl.load_workbook(io.BytesIO(data))


def column(values, name="x"):
    """The cells below the header of a table with one column."""
    book = opened(workbook_bytes({"people": pd.DataFrame({name: pd.Series(values, dtype=object)})}))
    return [row[0] for row in book["people"].iter_rows(min_row=2)]


def test_the_tables_are_the_sheets(tmp_path):
    found = make_pairing(TEAM, [near("years")], label="name")
    path = found.to_excel(tmp_path / "new" / "result.xlsx")
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["result.xlsx"]
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == SHEETS
    for name in SHEETS:
        frame = found.table(name)
        rows = list(book[name].iter_rows(values_only=True))
        assert list(rows[0]) == list(frame.columns)
        assert len(rows) == len(frame) + 1
    scores = [
        row[found.pairs.columns.get_loc("score")]
        for row in book["pairs"].iter_rows(min_row=2, values_only=True)
    ]
    assert scores == found.pairs["score"].tolist()
    assert [row[0] for row in book["people"].iter_rows(min_row=2, values_only=True)] == found.people[
        "id"
    ].tolist()


def test_headers_stay_in_sight(tmp_path):
    book = openpyxl.load_workbook(make_pairing(TEAM, [near("years")]).to_excel(tmp_path / "r.xlsx"))
    for sheet in book:
        assert sheet.freeze_panes == "A2"
        assert all(cell.font.bold for cell in sheet[1])
        assert all(not cell.font.bold for row in sheet.iter_rows(min_row=2) for cell in row)
        for place in range(1, sheet.max_column + 1):
            assert 8 <= sheet.column_dimensions[openpyxl.utils.get_column_letter(place)].width <= 60


@pytest.mark.parametrize(
    "id", ["007", "0", "1e5", "2026-12-01", "1/2", "TRUE", "#REF!", "#N/A", "10%", "12:30", ""]
)
def test_text_stays_text(id):
    cell = column([id, "y"])[0]
    assert cell.value == (id or None)
    if id:
        assert (cell.data_type, cell.number_format) == ("s", "@")


def test_numbers_keep_every_digit():
    whole = [7, -5, 10**15 - 1, 1 - 10**15, 10**15, -(10**15), 2**63, 10**400, np.int64(3), True]
    cells = column(whole)
    assert [cell.value for cell in cells[:4]] == whole[:4]
    assert all(cell.data_type == "n" for cell in cells[:4])
    assert [cell.value for cell in cells[4:8]] == [str(10**15), f"'-{10**15}"[1:], str(2**63), str(10**400)]
    assert all(cell.data_type == "s" for cell in cells[4:8])
    assert cells[8].value == 3
    assert cells[9].value is True
    assert [cell.value for cell in column([0.1 + 0.2, 5e-324, 1.7e308])] == [0.1 + 0.2, 5e-324, 1.7e308]


def test_what_is_missing_is_empty_and_what_is_endless_is_text():
    assert [cell.value for cell in column([None, float("nan"), pd.NA, pd.NaT, [], "", "y"])] == [
        *[None] * 6,
        "y",
    ]
    assert [cell.value for cell in column([float("inf"), float("-inf")])] == ["inf", "'-inf"]
    assert [cell.value for cell in column([["a", "b"], [7], ["007"], [1, 2]])] == ["a; b", 7, "007", "1; 2"]


def test_characters_that_no_workbook_holds_are_replaced():
    cells = column(["a\x00b", "\x1b[31m", "\ud800", "\uffff", "a\r\nb\rc", " a ", "\U0001f600"])
    assert [cell.value for cell in cells] == [
        "a\ufffdb", "\ufffd[31m", "\ufffd", "\ufffd", "a\nb\nc", " a ", "\U0001f600",
    ]  # fmt: skip


def test_excels_own_escapes_are_taken_as_text():
    """Excel would read _x003D_1 as =1."""
    assert column(["_x003D_1+1", "_x00zz_"])[0].value == "_x005F_x003D_1+1"


@pytest.mark.parametrize("sign", ["a", "\U0001f600"])
def test_long_texts_are_cut_and_say_so(sign):
    units = len(sign.encode("utf-16-le")) // 2
    whole = sign * (32_767 // units)
    cells = column([whole, whole + sign])
    assert cells[0].value == whole
    assert cells[1].value.endswith(f"{sign} [cut]")
    assert 32_760 <= len(cells[1].value.encode("utf-16-le")) // 2 <= 32_767


def test_a_table_longer_than_a_sheet_is_refused(monkeypatch):
    assert (workbook.MOST_ROWS, workbook.MOST_COLUMNS) == (1_048_576, 16_384)
    monkeypatch.setattr(workbook, "MOST_ROWS", 4)
    assert len(column([1, 2, 3])) == 3
    with pytest.raises(OutputError, match=r"'people' has 5 rows .*CSV files instead"):
        column([1, 2, 3, 4])


def test_the_same_result_is_the_same_bytes(tmp_path, monkeypatch):
    first = pairing().to_excel(tmp_path / "a.xlsx").read_bytes()
    later = time.time() + 10 * 365 * 86_400
    monkeypatch.setattr(time, "time", lambda: later)
    monkeypatch.setattr(time, "localtime", lambda *_: time.gmtime(later))
    again = pairing(people()[::-1]).to_excel(tmp_path / "b.xlsx").read_bytes()
    assert first == again
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = archive.read("docProps/core.xml").decode()
        assert core.count("1980-01-01T00:00:00Z") == 2
        assert "20" not in core.split("modified")[1]
        assert "<dc:creator>peermatch</dc:creator>" in core
        assert not [
            name for name in archive.namelist() if "hyper" in name.lower() or "extern" in name.lower()
        ]


def test_an_auditor_reads_no_values(tmp_path):
    found = pairing()
    book = openpyxl.load_workbook(found.to_excel(tmp_path / "r.xlsx", audience="auditor"))
    assert book.sheetnames == [*SHEETS, "uses"]
    text = "\n".join(str(cell.value) for sheet in book for row in sheet for cell in row)
    for secret in ("SECRET", "Person", "Painting"):
        assert secret not in text
    for name in book.sheetnames:
        assert [cell.value for cell in book[name][1]] == list(found.table(name, audience="auditor").columns)
    assert "Person" in "".join(
        str(cell.value)
        for row in openpyxl.load_workbook(found.to_excel(tmp_path / "r.xlsx"))["people"]
        for cell in row
    )


def test_an_update_has_its_changes(tmp_path):
    matcher = pm.PeerMatcher("id", [pm.near("years")])
    updated = matcher.update(TEAM[:-1], matcher.match(TEAM, round="r"), round="r")
    book = openpyxl.load_workbook(updated.to_excel(tmp_path / "r.xlsx"))
    assert book.sheetnames == [*SHEETS, "changes"]


def test_other_names_and_participants_are_refused(tmp_path):
    found = make_pairing(TEAM, [near("years")])
    with pytest.raises(ConfigError, match=r"ends in \.xlsx"):
        found.to_excel(tmp_path / "r.csv")
    with pytest.raises(ConfigError, match="not for participants"):
        found.to_excel(tmp_path / "r.xlsx", audience="participant")
    assert list(tmp_path.iterdir()) == []


def test_without_the_extra_its_name_is_told(tmp_path, monkeypatch):
    found = make_pairing(TEAM, [near("years")])
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(ConfigError, match=r"pip install 'peermatch\[excel\]'") as caught:
        found.to_excel(tmp_path / "r.xlsx")
    assert caught.value.items[0]["code"] == "missing_package"
    assert list(tmp_path.iterdir()) == []


def test_openpyxl_comes_only_with_a_workbook():
    code = (
        "import sys, peermatch.report.workbook, peermatch.cli.handouts; sys.exit('openpyxl' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
