"""The small broken exports of this folder, as they were made. Nobody in them exists.

``python tests/cohort/corpus/build.py`` writes the files again; ``--expected`` also writes what is read from them, to be
looked at line by line before it is kept.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
NBSP, ZERO = "\u00a0", "\u200b"


def lines(*rows: str, end: str = "\n") -> str:
    return "".join(row + end for row in rows)


PLAIN = lines("id,name,site", "a1,Ada Example,Oslo", "b2,Bo Example,Rome", "c3,Cy Example,Oslo")
WESTERN = lines("id,name,city", "1,José Muñoz,Köln", "2,Zoë Müller,Malmö", "3,Ann Smith,Oslo")
SKILLS = ("SQL; Python", "Python; Go", "Go", "SQL; Go", "Python")

TEXTS: dict[str, tuple[str | bytes, dict]] = {
    "clean.csv": (PLAIN, {}),
    "semicolons.csv": (PLAIN.replace(",", ";").replace("Oslo", '"Oslo, centre"'), {}),
    "tabs.csv": (PLAIN.replace(",", "\t"), {}),
    "bars.csv": (PLAIN.replace(",", "|"), {}),
    "separator_named.csv": ("sep=;\r\n" + PLAIN.replace(",", ";").replace("\n", "\r\n"), {}),
    "utf8_mark.csv": (b"\xef\xbb\xbf" + WESTERN.encode(), {}),
    "utf16.csv": (WESTERN.encode("utf-16"), {}),
    "utf16_without_mark.csv": (WESTERN.encode("utf-16-le"), {}),
    "cp1252.csv": (WESTERN.encode("cp1252"), {}),
    "decoded_twice.csv": (WESTERN.encode().decode("cp1252").encode(), {}),
    "title_lines.csv": (lines("Staff list", "Exported 2026-11-30,,", ",,", *PLAIN.splitlines()), {}),
    "two_header_rows.csv": (
        lines(
            "Person,,Teach,,Learn,",
            "id,site,skill,level,skill,level",
            "a1,Oslo,SQL,3,Go,1",
            "b2,Rome,Go,2,R,2",
        ),
        {},
    ),
    "headers_repeated_same.csv": (lines("id,site,goal,site", "a,Oslo,lead,Oslo", "b,Rome,write,Rome"), {}),
    "headers_repeated_other.csv": (lines("id,skill,skill,note,note", "a,SQL,Go,,x", "b,R,SQL,,y"), {}),
    "headers_blank.csv": (lines("id,,goal ,,  years of  work", "a,Oslo,lead,,3", "b,Rome,write,,4"), {}),
    "rows_blank.csv": (lines("id,site", "a,Oslo", ",", "", "b,Rome", " , ", ",", ""), {}),
    "cells_beyond.csv": (lines("id,site", "a,Oslo,,", "b,Rome,", "c,Oslo"), {}),
    "odd_spaces.csv": (
        lines("id,site,role", f"a,New{NBSP}York,lead ", f"b,New York,{ZERO}lead", f"c{NBSP},New York ,lead"),
        {},
    ),
    "ids_with_zeros.csv": (lines("id,zip", "007,01234", " 008,00501", "100,90210"), {}),
    "ids_shortened.csv": (
        lines("id,site", "00123,Oslo", "04567,Rome", "89,Oslo", "12345,Rome", "10101,Rome"),
        {},
    ),
    "ids_in_powers.csv": (lines("id,site", "1.23E+11,Oslo", "123456789012,Rome", "123456789013,Rome"), {}),
    "options_mixed.csv": (
        lines(
            "id,skills",
            *(f"{n},{cell}" for n, cell in enumerate(SKILLS)),
            '7,"SQL, Go"',
            "8,Go|SQL",
            '9,"R, maybe"',
        ),
        {},
    ),
    "options_with_brackets.csv": (
        lines(
            "id,skills",
            '1,"Communication (Listening, Speaking), Planning"',
            "2,Planning",
            '3,"Planning, Communication (Listening, Speaking)"',
            '4,"Communication (Listening, Speaking)"',
        ),
        {},
    ),
    "option_with_comma.csv": (
        lines(
            "id,skills",
            '1,"Research, development and tests, SQL"',
            '2,"SQL, Research, development and tests"',
            '3,"Research, development and tests"',
            '4,"SQL, Go"',
            "5,Go",
            '6,"Go, SQL"',
        ),
        {},
    ),
    "options_on_lines.csv": (
        'id,skills\n1,"SQL\nGo"\n2,"Go\nR"\n3,R; SQL\n4,SQL\n',
        {},
    ),
    "days_day_first.csv": (
        lines("id,since", "1,31/03/2019", "2,03/04/2019", "3,2020-05-06", "4,", "5,25/12/2020"),
        {},
    ),
    "days_month_first.csv": (lines("id,since", "1,3/31/2019", "2,3/4/2019", "3,12/25/2020 00:00"), {}),
    "days_in_doubt.csv": (lines("id,since", "1,01/02/2019", "2,03/04/2019", "3,05/05/2020"), {}),
    "days_settled.csv": (
        lines("id,since", "1,01/02/2019", "2,03/04/2019", "3,05/05/2020"),
        {"day_first": False},
    ),
    "days_of_both_kinds.csv": (lines("id,since", "1,31/01/2019", "2,01/31/2019", "3,03/04/2019"), {}),
    "days_in_words.csv": (
        lines(
            "id,since", "1,31 March 2019", '2,"April 3, 2019"', "3,1. März 2020", "4,Mar 2021", "5,08/2023"
        ),
        {},
    ),
    "days_that_are_none.csv": (
        lines(
            "id,since",
            "1,2019-03-31",
            "2,TBC",
            "3,31/12/19",
            "4,2020-01-01",
            "5,2021-01-01",
            "6,2022-05-05",
            "7,2018-05-05",
            "8,2017-05-05",
            "9,2016-05-05",
            "10,2015-05-05",
        ),
        {},
    ),
    "days_counted.csv": (lines("id,hire date", "1,43555", "2,44000", "3,"), {}),
    "years_as_people_write.csv": (
        lines("id,experience", "1,10+", "2,less than a year", "3,3-5 years", "4,2y 6m", "5,7"),
        {},
    ),
    "grades.csv": (
        lines(
            "id,grade",
            "1,L5",
            "2,L5",
            "3,l5",
            "4,L 6",
            "5,L6",
            "6,L6",
            "7,IC4",
            "8,ic-4",
            "9,IC4",
            "10,Senior",
        ),
        {},
    ),
    "missing_words.csv": (
        lines("id,site,goal", "1,N/A,Prefer not to say", "2,Oslo,-", "3,n/a,lead", "4,None,#N/A", "5,Rome,?"),
        {},
    ),
    "spreadsheet_errors.csv": (lines("id,site,years", "1,#REF!,3", "2,Oslo,#DIV/0!", "3,Rome,#VALUE!"), {}),
    "formulas_are_text.csv": (lines("id,goal", '1,"=HYPERLINK(""x"")"', "2,+1+1", "3,@SUM(A1)", "4,-2"), {}),
    "ids_repeated.csv": (lines("id,site", "a,Oslo", "b,Rome", "a,Rome"), {}),
    "ids_repeated_last.csv": (lines("id,site", "a,Oslo", "b,Rome", "a,Rome"), {"duplicates": "last"}),
    "ids_repeated_filled.csv": (
        lines("id,site,goal", "a,Oslo,", "b,Rome,lead", "a,,write", "a,Oslo,write"),
        {"duplicates": "fill"},
    ),
    "hired_again.csv": (
        lines("id,site,last day", "a,Oslo,2021-06-30", "b,Rome,", "a,Rome,", "c,Oslo,2027-01-31"),
        {"duplicates": "current", "left": "last day", "as_of": "2026-12-01"},
    ),
    "same_address.csv": (
        lines("id,mail", "1,ada@example.org", "2,bo@example.org", "3,Ada@example.org"),
        {"email": "mail"},
    ),
    "managers.csv": (
        lines(
            "id,name,mail,boss",
            "001,Ada King,ada@example.org,",
            "002,Bo Lee,bo@example.org,ada@example.org",
            '003,Cy Fox,cy@example.org,"King, Ada"',
            "004,Di Orr,di@example.org,Bo Lee",
            "005,Ed Poe,ed@example.org,2",
            "006,Flo Ray,flo@example.org,Gil Nobody",
            "007,Cy Fox,cy2@example.org,Cy Fox",
            "008,Hal Sky,hal@example.org,009",
            "009,Ida Ten,ida@example.org,008",
            "010,Jo Uhl,jo@example.org,010",
        ),
        {"label": "name", "email": "mail", "manager": "boss"},
    ),
    "maybe_left.csv": (lines("id,status", "1,Active", "2,Terminated", "3,active", "4,Retired"), {}),
    "left.csv": (lines("id,status", "1,Active", "2,Terminated", "3,", "4,On leave"), {"left": "status"}),
    "last_days.csv": (lines("id,Last working day", "1,2024-03-31", "2,", "3,31/12/2030"), {}),
    "totals_below.csv": (lines("id,site,days", "a,Oslo,3", "b,Rome,4", "Total,2,7", "Page 1 of 1,,"), {}),
    "notes_in_two_columns.csv": (lines("id,site", "a,Oslo", "b,Rome", "Exported on 2026-11-30,"), {}),
    "na_among_codes.csv": (lines("id,region", "1,EMEA", "2,NA", "3,APAC", "4,NA"), {}),
    "errors_of_other_languages.csv": (
        lines("id,site,goal", "1,#NV,lead", "2,Rome,#BEZUG!", "3,Oslo,weiß nicht", "4,#¡REF!,keine Angabe"),
        {},
    ),
    "notes_below.csv": (
        lines(
            "id,site,goal",
            "a,Oslo,lead",
            "id,site,goal",
            "b,Rome,write",
            ",,",
            "Total: 2,,",
            "Generated on 2026-11-30,,",
        ),
        {},
    ),
    "not_a_table.csv": (lines("id,site", "a,Oslo,lead", "b,Rome"), {}),
}


def workbook(fill) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    book.properties.created = book.properties.modified = dt.datetime(2026, 1, 1)
    fill(book)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def rows(page, *table) -> None:
    for row in table:
        page.append(row)


def hidden(book) -> None:
    rows(book.active, ["id", "salary", "site"], ["a", 1, "Oslo"], ["b", 2, "Rome"], ["c", 3, "Oslo"])
    book.active.column_dimensions["B"].hidden = True
    book.active.row_dimensions[3].hidden = True


def merged(book) -> None:
    rows(
        book.active,
        ["id", "team", "skills", None],
        ["a", "North", "SQL", "Go"],
        ["b", None, "R", None],
        ["c", "South", "Go", None],
    )
    book.active.merge_cells("C1:D1")
    book.active.merge_cells("B2:B3")


def groups(book) -> None:
    rows(
        book.active,
        ["Staff in December"],
        ["Person", None, "Can teach", None],
        ["id", "site", "first", "second"],
        ["a", "Oslo", "SQL", "Go"],
        ["b", "Rome", "R", None],
    )
    book.active.merge_cells("A1:D1")
    book.active.merge_cells("A2:B2")
    book.active.merge_cells("C2:D2")


def counted(book) -> None:
    rows(
        book.active,
        ["id", "since"],
        ["a", dt.datetime(2020, 1, 2)],
        ["b", 43832],
        ["c", "03/04/2019"],
        ["d", "2018-05-06"],
    )


def zeros(book) -> None:
    rows(book.active, ["id", "site"], [7, "Oslo"], [42, "Rome"])
    for row in (2, 3):
        book.active.cell(row=row, column=1).number_format = "00000"


def formulas(book) -> None:
    rows(book.active, ["id", "site", "goal"], ["a", "Oslo", '=B2&" lead"'], ["b", "Rome", "write"])


def sheets(book) -> None:
    rows(book.active, ["read me first"])
    book.active.sheet_state = "hidden"
    rows(book.create_sheet("Staff"), ["id", "site"], ["a", "Oslo"], ["b", "Rome"])
    rows(book.create_sheet("Old"), ["id", "site"], ["z", "Oslo"])


WORKBOOKS = {
    "hidden.xlsx": (hidden, {}),
    "merged.xlsx": (merged, {}),
    "groups_of_columns.xlsx": (groups, {}),
    "days_counted.xlsx": (counted, {}),
    "ids_shown_with_zeros.xlsx": (zeros, {}),
    "formulas_without_values.xlsx": (formulas, {}),
    "several_sheets.xlsx": (sheets, {}),
}


def write_files() -> None:
    import pandas as pd

    for name, (data, _) in TEXTS.items():
        (HERE / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    for name, (fill, _) in WORKBOOKS.items():
        if not (HERE / name).exists():  # an archive holds the time of its making
            (HERE / name).write_bytes(workbook(fill))
    frame = pd.DataFrame({"id": [2.0, 1.0, 3.0], "site": ["Oslo ", "Rome", "N/A"]})
    frame.to_parquet(HERE / "ids_with_decimals.parquet")


def cases() -> dict[str, dict]:
    """Name of each file -> options with which it is read."""
    options = {name: chosen for name, (_, chosen) in (TEXTS | WORKBOOKS).items()}
    return {**options, "ids_with_decimals.parquet": {}}


def outcome(name: str) -> dict:
    """What is read from a file, as data."""
    from peermatch.cohort import read_people
    from peermatch.errors import InputError

    options = cases()[name]
    try:
        people = read_people(HERE / name, id="id", **options)
    except InputError as error:
        told = [{key: item[key] for key in ("code", "column", "row", "found")} for item in error.items]
        return {"options": options, "errors": told}
    cells = [[plain(cell) for cell in people.column(column)] for column in people.columns]
    repairs = people.repairs.drop(columns="file").values.tolist()
    return {
        "options": options,
        "columns": people.columns,
        "people": [list(row) for row in zip(*cells, strict=True)],
        "rows": people.rows.tolist(),
        "not_taking_part": [reason for reason in people.reasons_out.tolist() if reason is not None],
        "repair_columns": [column for column in people.repairs.columns if column != "file"],
        "repairs": [[plain(cell) for cell in row] for row in repairs],
    }


def plain(cell):
    return cell if cell is None or isinstance(cell, str | int | float | bool) else str(cell)


def as_text(found: dict) -> str:
    """JSON with one line for each person and each repair, so that changes are seen."""
    parts = []
    for key, value in found.items():
        if isinstance(value, list) and value and isinstance(value[0], list | dict):
            inner = ",\n    ".join(json.dumps(one, ensure_ascii=False) for one in value)
            parts.append(f"  {json.dumps(key)}: [\n    {inner}\n  ]")
        else:
            parts.append(f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    write_files()
    if "--expected" in sys.argv:
        for name in cases():
            (HERE / f"{name}.expected.json").write_text(as_text(outcome(name)), encoding="utf-8")
