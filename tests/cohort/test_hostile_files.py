"""Files that are made, or grew, to fill the memory: refused, quickly, with a reason."""

import io
import zipfile

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from peermatch.cohort import limits, read_people
from peermatch.cohort.archives import SheetMarks
from peermatch.cohort.grids import Grid, table_of_grid
from peermatch.errors import InputError

SHEET = "xl/worksheets/sheet1.xml"


def refused(source, code, **options):
    with pytest.raises(InputError) as caught:
        read_people(source, id="id", **options)
    assert caught.value.items[0]["code"] == code, caught.value.items
    return str(caught.value)


def workbook_with(tmp_path, parts, name="people.xlsx"):
    """A workbook in which some parts are replaced; a part may be a stream of pieces."""
    book = openpyxl.Workbook()
    for row in (["id", "x"], [1, 2], [3, 4]):
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    path = tmp_path / name
    with zipfile.ZipFile(buffer) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            if part not in parts:
                new.writestr(part, old.read(part))
        for part, pieces in parts.items():
            with new.open(part, "w", force_zip64=True) as stream:
                for piece in pieces:
                    stream.write(piece)
    return path


def test_an_archive_that_unpacks_to_a_thousand_times_its_size(tmp_path):
    path = workbook_with(tmp_path, {"xl/media/picture.png": [bytes(1 << 20)] * 160})
    assert path.stat().st_size < 1_000_000
    message = refused(path, "archive_bomb")
    assert "times its size" in message


def test_markup_with_entities_of_its_own(tmp_path):
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><sst>&b;</sst>'
    assert "declarations of its own" in refused(
        workbook_with(tmp_path, {"xl/sharedStrings.xml": [bomb]}), "own_entities"
    )
    wide = ('<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x [<!ENTITY a "aaaa">]><sst>&a;</sst>').encode(
        "utf-16"
    )
    refused(workbook_with(tmp_path, {"xl/sharedStrings.xml": [wide]}), "own_entities")


def test_a_text_of_megabytes_in_a_workbook(tmp_path):
    pieces = [b"<sst><si><t>", *[b"abcdefgh" * (1 << 17)] * 4, b"</t></si></sst>"]
    path = workbook_with(tmp_path, {"xl/sharedStrings.xml": pieces})
    assert "more than a million letters" in refused(path, "cell_too_long")


def sheet(*rows):
    head = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    return [head, *rows, b"</sheetData></worksheet>"]


def test_a_cell_far_to_the_right(tmp_path):
    header = b'<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c></row>'
    row = b'<row r="2"><c r="A2"><v>1</v></c><c r="XFD2"><v>1</v></c></row>'
    message = refused(workbook_with(tmp_path, {SHEET: sheet(header, row)}), "row_width")
    assert "reaches column 16384" in message
    wide = b'<row r="1"><c r="XFD1" t="inlineStr"><is><t>id</t></is></c></row>'
    refused(workbook_with(tmp_path, {SHEET: sheet(wide, row)}), "too_wide")


def test_a_row_far_below(tmp_path, monkeypatch):
    monkeypatch.setattr("peermatch.cohort.workbooks.MOST_ROWS", 10_000)
    monkeypatch.setattr(limits, "MOST_ROWS", 10_000)
    header = b'<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c></row>'
    far = b'<row r="1048576"><c r="A1048576"><v>1</v></c></row>'
    refused(workbook_with(tmp_path, {SHEET: sheet(header, far)}), "too_many_rows")


def test_many_wide_rows(tmp_path, monkeypatch):
    monkeypatch.setattr("peermatch.cohort.workbooks.MOST_PASSED", 1_000_000)
    rows = [b'<row r="%d"><c r="XFD%d"/></row>' % (n, n) for n in range(1, 500)]
    refused(workbook_with(tmp_path, {SHEET: sheet(*rows)}), "too_many_cells")


def test_a_cell_of_megabytes(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text('id,x\n1,"' + "a" * 3_000_000 + '"\n2,b\n', encoding="utf-8")
    assert "a cell of over 131,072 characters" in refused(path, "broken_quotes")
    message = refused(pd.DataFrame({"id": [1, 2], "x": ["a" * 1_000_001, "b"]}), "cell_too_long")
    assert "1,000,001 letters" in message
    refused([{"id": "a" * 1_000_001}, {"id": "b"}], "cell_too_long")


def test_thousands_of_columns(tmp_path):
    names = ["id", *(f"c{n}" for n in range(limits.MOST_COLUMNS))]
    path = tmp_path / "people.csv"
    path.write_text("\n".join([",".join(names), ",".join("1" * len(names))]), encoding="utf-8")
    assert "Is it a table with one row a person?" in refused(path, "too_wide")
    refused(pd.DataFrame([[1] * len(names)], columns=names), "too_wide")
    refused([dict.fromkeys(names, 1)], "too_wide")
    pq.write_table(pa.table({name: [1] for name in names}), tmp_path / "people.parquet")
    refused(tmp_path / "people.parquet", "too_wide")


def test_a_parquet_file_of_more_rows_than_people(tmp_path):
    rows = limits.MOST_ROWS + 1
    big = pa.table({"id": pa.nulls(rows, pa.int8())})
    pq.write_table(big, tmp_path / "people.parquet")
    assert (tmp_path / "people.parquet").stat().st_size < 100_000
    assert f"has {rows:,} rows" in refused(tmp_path / "people.parquet", "too_many_rows")


def test_a_parquet_file_whose_texts_unpack_to_more_than_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "MOST_BYTES", 50_000_000)
    text = "a" * 10_000
    pq.write_table(pa.table({"id": [f"{text}{n % 2}" for n in range(20_000)]}), tmp_path / "people.parquet")
    assert (tmp_path / "people.parquet").stat().st_size < 1_000_000
    refused(tmp_path / "people.parquet", "too_large")


def test_a_file_of_gigabytes_is_not_even_opened(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "MOST_BYTES", 1000)
    path = tmp_path / "people.csv"
    path.write_bytes(b"id\n" * 400)
    monkeypatch.setattr(type(path), "read_bytes", None)
    assert "at most 0.0 GB are read" in refused(path, "too_large")


def test_lists_in_lists_in_lists():
    deep = []
    for _ in range(100_000):
        deep = [deep]
    refused([{"id": 1, "x": deep}, {"id": 2, "x": None}], "bad_cell")
    while deep:  # taken apart by hand: letting go of it would be as deep
        deep = deep.pop()


def test_numbers_of_thousands_of_digits():
    huge = 10**5000
    assert "(int)" in refused([{"id": huge}, {"id": 2}], "bad_id")
    refused([{"id": 1, "x": huge}, {"id": 2, "x": 3}], "bad_cell")
    refused([{"id": 1, "x": [huge]}, {"id": 2, "x": 3}], "bad_cell")


def test_a_column_in_which_everyone_says_something_else():
    rows = [{"id": n, "skills": f"a{n}; b{n}, c{n}"} for n in range(30_000)]
    people = read_people(rows, id="id")
    assert people.repairs.empty


def test_names_and_cells_are_never_paths(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = [{"id": "../../a", "x": "/etc/passwd"}, {"id": "b\\c", "x": "file:///x"}]
    assert read_people(rows, id="id").ids.tolist() == ["../../a", "b\\c"]
    assert not list(tmp_path.iterdir())


def test_lines_of_megabytes(tmp_path, monkeypatch):
    path = tmp_path / "people.csv"
    monkeypatch.setattr(limits, "MOST_LINE", 3_000_000)
    path.write_bytes(b"id,x\n1,2\n2," + b"a" * 3_100_000 + b"\n3,b\n")
    message = refused(path, "line_too_long")
    assert "Line 3 of" in message
    assert "has 3 MB" in message
    path.write_bytes(b"a" * 3_100_000)
    refused(path, "line_too_long")
    path.write_bytes(b"id,x\r1,2\r" + b"2,b\r" * 1_000_000)  # short lines, however they end
    refused(path, "duplicate_id")


def test_a_line_of_millions_of_cells_is_not_taken_apart(tmp_path, monkeypatch):
    path = tmp_path / "people.csv"
    monkeypatch.setattr("peermatch.cohort.delimited.find_header", None)
    for sign in b",;\t|":
        path.write_bytes(b"id" + bytes([sign]) * 1_200_000 + b"\n")
        assert "1,200,000 separators" in refused(path, "too_wide")
    path.write_bytes(b"id,x\n1" + b",1" * 600_000 + b"\n")
    assert "Line 2 of" in refused(path, "too_wide")


def test_mark_up_that_is_small_and_endless(tmp_path):
    main = b'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs>'
    path = workbook_with(tmp_path, {"xl/styles.xml": [main, *[b'<xf numFmtId="0"/>' * 10_000] * 101]})
    assert "over 1,000,000 tags in xl/styles.xml" in refused(path, "archive_bomb")
    path = workbook_with(tmp_path, {SHEET: sheet(b"<a>" * 400_000, b"</a>" * 400_000)})
    assert "tags within tags" in refused(path, "archive_bomb")


def test_more_merged_cells_than_anyone_makes(tmp_path):
    header = b'<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c></row>'
    merged = b"".join(b'<mergeCell ref="B%d:C%d"/>' % (n, n) for n in range(2, 100_004))
    head = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    pieces = [head, header, b"</sheetData><mergeCells>", merged, b"</mergeCells></worksheet>"]
    refused(workbook_with(tmp_path, {SHEET: pieces}), "too_many_merged")


def test_merged_cells_that_fill_more_than_a_million_are_told(monkeypatch):
    monkeypatch.setattr("peermatch.cohort.grids._MOST_MERGED", 3)
    rows = [["id", "team"], [1, "A"], [2, None], [3, None], [4, "B"], [5, None]]
    marks = SheetMarks(merged=["B2:B4", "B5:B6"])
    table = table_of_grid(Grid(rows, "staff", marks), "a sheet")
    assert table.columns[1].tolist() == ["A", "A", "A", "B", None]
    assert [(repair.code, repair.sure) for repair in table.repairs] == [
        ("merged_cells", "certain"),
        ("merged_cells", "open"),
    ]


def test_a_parquet_file_in_which_one_long_text_stands_many_times(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "MOST_BYTES", 20_000_000)
    text = pa.DictionaryArray.from_arrays(pa.array([0] * 30_000, pa.int32()), pa.array(["a" * 900_000]))
    path = tmp_path / "people.parquet"
    pq.write_table(pa.table({"id": pa.array(range(30_000)), "x": text}), path)
    refused(path, "too_large")
    seldom = pa.DictionaryArray.from_arrays(pa.array([0, 0, *[None] * 29_998], pa.int32()), text.dictionary)
    pq.write_table(pa.table({"id": pa.array(range(30_000)), "x": seldom}), path)
    assert len(read_people(path, id="id")) == 30_000


def test_categories_and_texts_in_parquet_read_as_they_did(tmp_path):
    table = pa.table(
        {
            "id": ["007", "008", "009"],
            "kind": pa.array(["a", None, "b"]).dictionary_encode(),
            "number": pa.array([3, 4, 3]).dictionary_encode(),
            "list": [["x", "y"], None, ["z"]],
            "bytes": [b"q", b"r", None],
        }
    )
    pq.write_table(table, tmp_path / "people.parquet")
    people = read_people(tmp_path / "people.parquet", id="id")
    frame = read_people(table, id="id")
    for name in table.column_names:
        assert people.column(name).tolist() == frame.column(name).tolist(), name
