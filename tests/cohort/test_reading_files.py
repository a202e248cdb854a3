"""Text files, workbooks and Parquet files: what they hold, and what is said of those that cannot be read."""

import datetime as dt
import io
import sys
import zipfile

import openpyxl
import pandas as pd
import pytest

from peermatch.cohort import read_people
from peermatch.errors import ConfigError, InputError


def write(tmp_path, data, name="people.csv"):
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def refused(source, code, **options):
    with pytest.raises(InputError) as caught:
        read_people(source, **{"id": "id", **options})
    item = caught.value.items[0]
    assert item["code"] == code, caught.value.items
    assert set(item) == {"code", "message", "column", "row", "id", "found", "accepted"}
    return caught.value


def test_everything_in_a_text_file_is_text(tmp_path):
    path = write(tmp_path, "id,zip,n,flag\n007,01234,1.0,TRUE\n008,0,,false\n")
    people = read_people(path, id="id")
    assert people.ids.tolist() == ["007", "008"]
    assert people.frame.values.tolist() == [["007", "01234", "1.0", "TRUE"], ["008", "0", None, "false"]]
    assert people.kind == "file"


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_byte_order_marks_and_line_ends(tmp_path, ends, mark):
    path = write(tmp_path, mark + ends.join(["id,café", "a,1", "b,2"]).encode())
    assert read_people(path, id="id").columns == ["id", "café"]


def test_commas_quotes_and_line_breaks_inside_cells(tmp_path):
    path = write(tmp_path, 'id,goal\na,"lead, then\r\nrest"\nb,"say ""hi""\u2028now"\n')
    assert read_people(path, id="id").column("goal").tolist() == ["lead, then\r\nrest", 'say "hi"\u2028now']


@pytest.mark.parametrize(("mark", "name"), [(";", "a semicolon"), ("\t", "a tab")])
def test_a_separator_that_is_plain_to_see_is_a_repair(tmp_path, mark, name):
    people = read_people(write(tmp_path, f'id{mark}"a, b"\n1{mark}x\n2{mark}y\n'), id="id")
    assert people.columns == ["id", "a, b"]
    (repair,) = people.repairs.to_dict("records")
    assert (repair["found"], repair["became"]) == (",", mark)
    assert name in repair["reason"]


def test_tsv_and_a_separator_of_ones_own(tmp_path):
    path = write(tmp_path, "id\ta,b\n1\tx\n2\ty\n", "people.tsv")
    assert read_people(path, id="id").columns == ["id", "a,b"]
    path = write(tmp_path, "id/a,b\n1/x\n2/y\n")
    assert read_people(path, id="id", separator="/").columns == ["id", "a,b"]
    assert "Are the cells separated by a comma?" in str(refused(path, "row_width"))
    assert read_people(write(tmp_path, "id|a\n1|x\n2|y\n"), id="id").columns == ["id", "a"]
    refused(write(tmp_path, "id/a,\n1/x,\n2/y,\n"), "unknown_column")


@pytest.mark.parametrize("separator", ["", ";;", '"', "\n", 3])
def test_a_separator_that_cannot_separate(tmp_path, separator):
    path = write(tmp_path, "id\n1\n2\n")
    with pytest.raises(ConfigError, match="separator parameter of read_people"):
        read_people(path, id="id", separator=separator)


@pytest.mark.parametrize("data", [b"", b"\n \r\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
def test_an_empty_file(tmp_path, data):
    assert "is empty" in str(refused(write(tmp_path, data), "empty_file"))


def test_nothing_but_separators(tmp_path):
    assert "nothing but separators" in str(refused(write(tmp_path, ",,\n,,\n"), "empty_file"))


def test_many_blank_lines_above_the_header(tmp_path):
    blank = ",,\n" * 25
    error = refused(write(tmp_path, blank + "id,a,b\n1,2,3\n"), "empty_file")
    assert "begins with 20 lines that hold nothing" in str(error)
    refused(write(tmp_path, blank + 'id,"a'), "broken_quotes")
    people = read_people(write(tmp_path, ",,\n" * 15 + "id,a,b\n1,2,3\n2,3,4\n"), id="id")
    assert people.how["header"] == 16


@pytest.mark.parametrize("tail", ["", "\n", "\n\n,\n"])
def test_a_header_only(tmp_path, tail):
    error = refused(write(tmp_path, "id,name" + tail), "header_only")
    assert "has a header (2 columns) and no rows" in str(error)


def test_one_person(tmp_path):
    path = write(tmp_path, "id,name\n1,Ada\n")
    assert "There is 1 person in" in str(refused(path, "too_few_people"))
    assert len(read_people(path, id="id", at_least=1)) == 1


def test_paths_that_lead_nowhere(tmp_path):
    write(tmp_path, "id\n1\n2\n", "people.csv")
    error = refused(str(tmp_path / "peopel.csv"), "file_not_found")
    assert f"Did you mean '{tmp_path}/people.csv'?" in str(error)
    assert "from the current folder" in str(refused("no_such_file_here.xyz", "file_not_found"))
    refused(tmp_path / "people.csv" / "deeper.csv", "file_not_found")
    assert "is a folder" in str(refused(tmp_path, "is_a_folder"))
    assert "download it first" in str(refused("https://example.org/people.csv", "not_a_path"))
    refused("a" * 5000 + ".csv", "unreadable")
    refused("a\0.csv", "unreadable")


def test_a_file_that_may_not_be_read(tmp_path, monkeypatch):
    path = write(tmp_path, "id\n1\n2\n")

    def denied(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(path), "read_bytes", denied)
    assert "permission denied" in str(refused(path, "unreadable"))


@pytest.mark.parametrize("name", ["people.xls", "people.ods", "people.docx", "people"])
def test_a_format_that_is_not_known(tmp_path, name):
    error = refused(write(tmp_path, "id\n1\n2\n", name), "unknown_format")
    assert ".csv" in str(error)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"PK\x03\x04\x14\x00rest", "Excel workbook (.xlsx)"),
        (b"PAR1\x15\x04", "Parquet file"),
        (b"%PDF-1.7\n", "PDF document"),
        (b"\x1f\x8b\x08\x00", "gzip archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00", "old Excel workbook (.xls)"),
        (b"id,name\n1,\x00\x01\n", "a zero byte at position 10"),
        (b"\n<!DOCTYPE html><html>", "web page"),
    ],
)
def test_a_binary_file_named_csv(tmp_path, data, words):
    error = refused(write(tmp_path, data), "not_text")
    assert "is not a text file. It looks like" in str(error)
    assert words in str(error)


def test_a_file_in_cp1252(tmp_path):
    data = "id,name,city\n1,Ada,Oslo\n2,José Muñoz,Köln\n".encode("cp1252")
    path = write(tmp_path, data)
    people = read_people(path, id="id")
    assert people.column("city").tolist() == ["Oslo", "Köln"]
    (repair,) = people.repairs.to_dict("records")
    assert (repair["code"], repair["became"], repair["sure"]) == ("encoding", "cp1252", "likely")
    assert repair["reason"] == 'the file is not UTF-8; it reads well as cp1252, such as "2,José Muñoz,Köln"'
    assert read_people(path, id="id", encoding="cp1252").repairs.empty
    message = str(refused(path, "not_utf8", encoding="utf-8"))
    assert "byte 0xE9 at position 29 (line 3)" in message
    assert 'reads well as cp1252 (there: "2,José Muñoz,Köln"): pass encoding="cp1252"' in message


def test_a_damaged_utf8_file_and_another_alphabet(tmp_path):
    damaged = "id,name\n1,José Muñoz Ångström\n2,ab".encode() + b"\xe9d\n"
    assert "this place is damaged" in str(refused(write(tmp_path, damaged), "not_utf8"))
    russian = "id,имя\n1,Анна Каренина\n2,Лев Толстой\n".encode("cp1251")
    message = str(refused(write(tmp_path, russian), "not_utf8"))
    assert "cp1252" not in message
    assert "Pass the right one as encoding=" in message
    # the position is counted with the byte-order mark
    marked = b"\xef\xbb\xbfid\n1\xe9\n2\n"
    assert "at position 7 (line 2)" in str(refused(write(tmp_path, marked), "not_utf8"))


def test_utf16_and_encodings_that_do_not_fit(tmp_path):
    path = write(tmp_path, "id\tname\n1\tJosé\n2\tAda\n".encode("utf-16"))
    people = read_people(path, id="id")
    assert people.column("name").tolist() == ["José", "Ada"]
    assert people.how["encoding"] == "utf-16"
    assert people.repairs["code"].tolist() == ["encoding", "separator"]
    assert read_people(path, id="id", encoding="utf-16").labels.tolist() == ["1", "2"]
    path = write(tmp_path, "id,name\n1,José\n2,Ada\n")
    refused(path, "not_in_encoding", encoding="ascii")
    for encoding in ("utf-99", "base64", 5):
        with pytest.raises(ConfigError, match="encoding parameter of read_people"):
            read_people(path, id="id", encoding=encoding)


def test_rows_that_are_too_long_or_too_short(tmp_path):
    path = write(tmp_path, 'id,goal\na,"two\nlines"\nb,one,two\nc\n\nd,x\n')
    error = refused(path, "row_width")
    assert [(item["row"], item["found"], item["accepted"]) for item in error.items] == [(2, 3, 2), (3, 1, 2)]
    assert "Line 4 of" in error.items[0]["message"]
    assert "Put a cell that holds a comma itself in double quotes" in error.items[0]["message"]
    assert "Line 5 of" in error.items[1]["message"]


def test_many_uneven_rows_are_counted(tmp_path):
    path = write(tmp_path, "id,goal,x\n" + "a,b\n" * 60)
    error = refused(path, "row_width")
    assert len(error.items) == 11
    assert error.items[-1]["message"] == "And 50 more such rows."


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ('b,"never closed\nc,3\n', "opens a double quote that is never closed"),
        ('b,"x" y\n', "text after a closing double quote"),
        ("b," + "x" * 140_000 + "\n", "a cell of over 131,072 characters"),
    ],
)
def test_quotes_that_do_not_close(tmp_path, row, words):
    error = refused(write(tmp_path, 'id,goal\na,"two\nlines"\n' + row), "broken_quotes")
    assert "Line 4 of" in str(error)
    assert words in str(error)
    assert error.items[0]["row"] == 2


def test_repeated_and_blank_headers(tmp_path):
    path = write(tmp_path, "id,name,x,name\n1,a,b,c\n2,a,b,c\n")
    assert read_people(path, id="id").columns == ["id", "name (column 2)", "x", "name (column 4)"]
    error = refused(path, "repeated_column", label="name")
    assert error.items[0]["found"] == ["name (column 2)", "name (column 4)"]
    refused(write(tmp_path, "id,id\n1,2\n2,3\n"), "repeated_column")
    people = read_people(write(tmp_path, "id,,x,\n1,a,b,\n2,,b,\n"), id="id")
    assert people.columns == ["id", "column 2", "x"]
    assert len(people.repairs) == 2


def test_blank_rows_are_left_out_and_told(tmp_path):
    people = read_people(write(tmp_path, "id,x\nb,1\n\n , \na,2\n,\n\n"), id="id")
    assert people.rows.tolist() == [4, 1]
    assert people.repairs["row"].tolist() == [2, 3, 5]
    assert people.repairs["reason"].tolist()[-1].startswith("the last 2 rows have no value")


def test_words_for_no_answer(tmp_path):
    path = write(tmp_path, "id,name,skill,in\nNA,NA,NA,NA\nb,Bo,SQL,yes\nc,Cy,NA,yes\nd,Di,n/a,yes\n")
    people = read_people(path, id="id", label="name", eligible="in")
    assert people.ids.tolist() == ["NA", "b", "c", "d"]
    assert people.labels.tolist()[0] == "NA"
    assert people.column("skill").tolist() == [None, "SQL", None, None]
    assert people.reasons_out[0] == "not taking part: in is empty"
    told = people.repairs[["column", "found", "became"]].values.tolist()
    assert sorted(told) == [["in", "NA", None], ["skill", "NA", None], ["skill", "n/a", None]]
    kept = read_people(path, id="id", missing=[])
    assert kept.column("skill").tolist() == ["NA", "SQL", "NA", "n/a"]
    assert read_people(kept, id="id", label="name").column("skill").tolist() == ["NA", "SQL", "NA", "n/a"]
    mine = read_people(path, id="id", missing=["SQL"])
    assert mine.column("skill").tolist() == ["NA", None, "NA", "n/a"]
    for wrong in ("NA", 3, [None]):
        with pytest.raises(ConfigError, match="missing parameter of read_people"):
            read_people(path, id="id", missing=wrong)


# ---- workbooks ------------------------------------------------------------------------------------------


def workbook(tmp_path, rows, more=None):
    book = openpyxl.Workbook()
    page = book.active
    page.title = "Staff"
    for row in rows:
        page.append(row)
    for name, extra in (more or {}).items():
        other = book.create_sheet(name)
        for row in extra:
            other.append(row)
    path = tmp_path / "people.xlsx"
    book.save(path)
    return path


def test_a_workbook_keeps_its_types(tmp_path):
    rows = [
        ["id", "since", "n", "in", 2024],
        [7.0, dt.datetime(2020, 1, 2), 2.5, True, "x"],
        [None, None, None, None, None],
        ["007", None, 3, False],
        [8, None, None, None, " "],
        [" ", None],
    ]
    people = read_people(workbook(tmp_path, rows), id="id", eligible="in")
    assert people.ids.tolist() == [7, 8, "007"]
    assert people.columns == ["id", "since", "n", "in", "2024"]
    assert people.column("since").tolist() == [dt.date(2020, 1, 2), None, None]
    assert people.column("n").tolist() == [2.5, None, 3.0]
    assert people.column("2024").tolist() == ["x", None, None]
    assert people.rows.tolist() == [1, 4, 3]
    assert people.taking_part.tolist() == [True, False, False]


def test_sheets(tmp_path):
    path = workbook(tmp_path, [["id"], [1], [2]], {"Mentors": [["id"], [3], [4], [5]]})
    assert len(read_people(path, id="id")) == 2
    assert len(read_people(path, id="id", sheet="Mentors")) == 3
    assert len(read_people(path, id="id", sheet=2)) == 3
    error = refused(path, "unknown_sheet", sheet="mentor")
    assert "Did you mean 'Mentors'?" in str(error)
    refused(path, "unknown_sheet", sheet=3)


def test_workbooks_that_are_none(tmp_path):
    refused(write(tmp_path, "", "people.xlsx"), "empty_file")
    error = refused(write(tmp_path, "id,name\n1,a\n", "people.xlsx"), "wrong_format")
    assert "if it is a CSV file, name it .csv" in str(error)
    error = refused(write(tmp_path, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "people.xlsx"), "wrong_format")
    assert "one with a password" in str(error)
    refused(write(tmp_path, b"PK\x03\x04broken", "people.xlsx"), "broken_file")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    refused(write(tmp_path, buffer.getvalue(), "people.xlsx"), "broken_file")
    good = workbook(tmp_path, [["id"], [1], [2]]).read_bytes()
    refused(write(tmp_path, good[: len(good) // 2], "people.xlsx"), "broken_file")


def test_grids_that_are_not_tables(tmp_path):
    assert "is empty" in str(refused(workbook(tmp_path, []), "empty_file"))
    refused(workbook(tmp_path, [["id", "x"]]), "header_only")
    error = refused(workbook(tmp_path, [["id", "x"], [1, 2, 3], [2]]), "row_width")
    assert "reaches column 3, the header has 2 columns" in str(error)


# ---- Parquet, and extras that are not installed -----------------------------------------------------------


def test_parquet_files_that_are_none(tmp_path):
    refused(write(tmp_path, b"PAR1broken", "people.parquet"), "broken_file")
    error = refused(write(tmp_path, b"PK\x03\x04", "people.parquet"), "wrong_format")
    assert "It looks like a ZIP archive" in str(error)


@pytest.mark.parametrize(
    ("name", "package", "extra"),
    [("people.xlsx", "openpyxl", "excel"), ("people.parquet", "pyarrow", "arrow")],
)
def test_an_extra_that_is_not_installed(tmp_path, monkeypatch, name, package, extra):
    frame = pd.DataFrame({"id": [1, 2]})
    path = tmp_path / name
    if extra == "excel":
        frame.to_excel(path, index=False)
    else:
        frame.to_parquet(path)
    monkeypatch.setitem(sys.modules, package, None)
    error = refused(path, "missing_package")
    assert f'needs {package}, which is not installed: pip install "peermatch[{extra}]"' in str(error)


def test_options_that_say_nothing_here(tmp_path):
    path = write(tmp_path, "id\n1\n2\n")
    with pytest.raises(ConfigError, match=r"sheet parameter .* is for an Excel workbook"):
        read_people(path, id="id", sheet="x")
    for option in ("encoding", "separator"):
        with pytest.raises(ConfigError, match=rf"{option} parameter .* from a table in memory"):
            read_people([{"id": 1}, {"id": 2}], id="id", **{option: ","})
