"""Targets: tables of people, as delimited text, workbooks, and objects in memory."""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import peermatch as pm
from peermatch.cli.init import draft_configuration
from peermatch.cli.inspect import inspect_table
from reliability.fuzz.draw import Draw

__all__ = ["check_cohort", "delimited", "folder", "frames", "workbooks"]

SURE = ("certain", "likely", "open")
GONE = ("blank_row", "header_again", "note_row", "duplicate")
COLUMNS = (
    "id",
    "name",
    "years",
    "team",
    "goals",
    "offers",
    "seeks",
    "boss",
    "mail",
    "left",
    "in",
    "hired",
    "grade",
    "",
)
RULES = ("refuse", "first", "last", "fill", "current")
CODINGS = "utf-8 utf-16 cp1252 latin-1 ascii utf-7 idna nonsense rot13 utf-8-sig undefined"
ENCODINGS = (None, None, None, *CODINGS.split())
SEPARATORS = (None, None, None, ",", ";", "\t", "|", "::", "", "\n", '"')


@cache
def folder() -> Path:
    """A folder of this process for files; in memory, where there is such a place."""
    fast = Path("/dev/shm")
    kept = tempfile.TemporaryDirectory(prefix="fuzz-", dir=fast if fast.is_dir() else None)
    _KEPT.append(kept)
    return Path(kept.name)


_KEPT: list[Any] = []


def check_cohort(people: pm.Cohort, rows: int | None = None) -> None:
    """Check everything that a cohort promises: ids, cells, order, and that every row is there or told of."""
    ids = people.ids.tolist()
    assert all(type(id) in (str, int) and id != "" for id in ids), (
        "an id that is neither text nor a whole number"
    )
    assert len(set(map(str, ids))) == len(ids), "an id that stands twice"
    assert ids == sorted(ids, key=lambda id: (type(id).__name__, id)), "ids that are not in order"
    assert len(people.frame) == len(ids) == len(people.labels) == len(people.taking_part) == len(people.rows)
    assert list(people.frame[people.id]) == ids
    assert len(set(people.columns)) == len(people.columns), "a column that stands twice"
    out = [reason is not None for reason in people.reasons_out.tolist()]
    assert out == (~people.taking_part).tolist(), "somebody is out without a reason, or in with one"
    assert all(type(label) is str for label in people.labels.tolist())
    for name in people.columns:
        for cell in people.column(name).tolist():
            assert (
                cell is None
                or isinstance(cell, str | int | float | list | tuple)
                or hasattr(cell, "isoformat")
                or cell == cell
            )
            assert not (isinstance(cell, float) and cell != cell), "a NaN where None should stand"
            assert not isinstance(cell, np.generic), f"a cell of the type {type(cell).__name__}"
    repairs = people.repairs.to_dict("records")
    gone: set[int] = set()
    for repair in repairs:
        assert repair["sure"] in SURE, repair
        assert repair["code"], repair
        assert repair["reason"], repair
        assert repair["column"] is None or isinstance(repair["column"], str), repair
        if repair["code"] in GONE and repair["row"] is not None:
            first = int(repair["row"])
            gone |= set(range(first, first + int(repair["count"])))
    there = set(people.rows.tolist())
    assert len(there) == len(ids), "two people of one row"
    last = max(there | gone) if rows is None else rows
    lost = set(range(1, last + 1)) - there - gone
    assert not lost, f"rows that are neither people nor repairs: {sorted(lost)[:5]}"
    repr(people)


def _options(draw: Draw) -> dict[str, Any]:
    """Options of read_people, in so many bytes whatever is chosen."""
    picked = [draw.byte() for _ in range(10)]
    options: dict[str, Any] = {"id": "id" if picked[0] < 200 else COLUMNS[picked[0] % len(COLUMNS)]}
    for at, name in enumerate(("label", "eligible", "manager", "email", "left"), start=1):
        home = {"label": "name", "eligible": "in", "manager": "boss", "email": "mail", "left": "left"}[name]
        if picked[at] % 4 == 3:
            options[name] = home if picked[at] < 220 else COLUMNS[picked[at] % len(COLUMNS)]
    if picked[5] % 4 == 3 or picked[6] % 3 == 2:
        options["as_of"] = ("2026-12-01", "1.5", "2026-02-30", "0001-01-01", "9999-12-31")[
            picked[6] % 5 if picked[6] > 240 else 0
        ]
    options["duplicates"] = RULES[picked[7] % 5]
    if options["duplicates"] == "current":
        options.setdefault("left", "left")
        options.setdefault("as_of", "2026-12-01")
    options["day_first"] = (None, None, True, False)[picked[8] % 4]
    options["at_least"] = (2, 1, 1, 3)[picked[8] // 4 % 4]
    options["strict"] = picked[9] % 8 == 7
    if picked[9] % 16 == 9:
        options["missing"] = [[], ["x"], ["-", "n/a"], [""]][picked[9] // 16 % 4]
    return options


def _read(source: Any, options: dict[str, Any], rows: int | None = None) -> pm.Cohort:
    people = pm.read_people(source, **options)
    check_cohort(people, rows)
    if options["strict"]:
        assert people.repairs.empty, "strict, and yet mended"
    again = pm.read_people(people, options["id"])
    assert again.ids.tolist() == people.ids.tolist()
    return people


def delimited(data: bytes) -> str:
    """A text file: twelve bytes of options, then the file as it is."""
    draw = Draw(data)
    options = _options(draw)
    how = draw.byte(), draw.byte()
    path = folder() / ("people.csv" if how[0] < 200 else ("people.tsv", "people.txt")[how[0] % 2])
    path.write_bytes(draw.rest())
    if how[1] > 200:
        options["encoding"] = ENCODINGS[how[1] % len(ENCODINGS)]
    if how[0] % 16 == 15:
        options["separator"] = SEPARATORS[how[1] % len(SEPARATORS)]
    if how[1] % 16 == 15:
        return _asked_of(path, how[0])
    _read(path, options)
    return "ok"


def _asked_of(path: Path, which: int) -> str:
    """What the command line asks of a table that nobody has described yet."""
    if which % 3 == 0:
        found = inspect_table(str(path))
        check_cohort(found.people)
        found.to_dict()
        return "ok: inspect"
    if which % 3 == 1:
        roles = pm.suggest_roles(path)
        assert {"role", "column", "sure", "reason"} <= set(roles.columns)
        return "ok: roles"
    text = draft_configuration(
        str(path), template=(None, "peer", "buddy", "mentor", "coaching")[which // 3 % 5]
    )
    drafted = path.with_name("drafted.toml")
    drafted.write_text(text, encoding="utf-8")
    matcher = pm.PeerMatcher.from_toml(drafted)  # "TOML that loads"
    pm.read_people(path, matcher.id, label=matcher.label, eligible=matcher.eligible, at_least=1)
    return "ok: init"


# ---- workbooks ------------------------------------------------------------------------------------------


@cache
def _small_workbook(kind: int) -> tuple[tuple[str, bytes], ...]:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.append(["id", "name", "years", "team"])
    for row in range(4):
        sheet.append([f"00{row}", f"Person {row}", row * 2, "ab"[row % 2]])
    if kind == 1:
        sheet.merge_cells("A1:B1")
        sheet.column_dimensions["C"].hidden = True
    if kind == 2:
        book.create_sheet("second").append(["id", "x"])
        sheet["D3"] = "=C3+1"
    buffer = io.BytesIO()
    book.save(buffer)
    with zipfile.ZipFile(buffer) as archive:
        return tuple((name, archive.read(name)) for name in archive.namelist())


def workbooks(data: bytes) -> str:
    """A workbook: cells by lot, or a good one of which one part is changed, or bytes that are called one."""
    draw = Draw(data)
    options = _options(draw)
    path = folder() / "people.xlsx"
    kind = draw.byte() % 8
    if kind == 7:
        path.write_bytes(draw.rest())
    elif kind >= 3:
        path.write_bytes(_damaged(draw, kind - 4 if kind > 3 else 0))
    else:
        path.write_bytes(_cells(draw))
    if draw.flag(8):
        options["sheet"] = draw.choice([1, 2, 0, -1, "second", "nothing", "", True])
    _read(path, options)
    return "ok"


def _damaged(draw: Draw, kind: int) -> bytes:
    parts = dict(_small_workbook(kind))
    for _ in range(draw.number(1, 3)):
        name = draw.choice(sorted(parts))
        part = bytearray(parts[name])
        how = draw.byte() % 5
        at, size = (draw.number(0, len(part)), draw.number(0, 8)) if part else (0, 0)
        if how == 0:
            parts.pop(name)
        elif how == 1:
            part[at : at + size] = bytes(draw.byte() for _ in range(draw.number(0, 8)))
        elif how == 2:
            del part[at:]
        elif how == 3:
            part[at:at] = draw.text().encode("utf-8", "surrogatepass")
        else:
            values = (
                "1048576",
                "-1",
                "99999999999",
                "1e5",
                "XFD1048576",
                "A1:XFD1048576",
                "str",
                "inlineStr",
                "nan",
                "&#0;",
            )
            digits = [at for at, byte in enumerate(part) if 48 <= byte <= 57]
            if digits:
                at = draw.choice(digits)
                part[at : at + 1] = draw.choice(values).encode()
        if name in parts:
            parts[name] = bytes(part)
        if not parts:
            break
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, bytes(part))
    return buffer.getvalue()


def _cells(draw: Draw) -> bytes:
    from openpyxl import Workbook
    from openpyxl.utils.exceptions import IllegalCharacterError

    book = Workbook()
    sheet = book.active
    names = [name for name in COLUMNS if not draw.flag(4) or name == "id"]
    for _ in range(draw.byte() % 8 // 5):
        sheet.append(["".join(letter for letter in draw.text()[:20] if letter.isprintable()) or None])
    sheet.append(names)
    for _ in range(draw.number(0, 6)):
        row = []
        for name in names:
            value = f"p{draw.number(0, 9)}" if name == "id" and draw.flag() else draw.value(3)
            if isinstance(value, str):
                value = value.encode("utf-8", "replace").decode("utf-8")[:300]
            row.append(
                value
                if isinstance(value, str | int | float | type(None)) or hasattr(value, "isoformat")
                else str(value)[:50]
            )
        try:
            sheet.append(row)
            sheet.row_dimensions[sheet.max_row].hidden = draw.flag(8)
        except (IllegalCharacterError, ValueError, OverflowError):
            sheet.append([None] * len(row))
    if draw.flag(4):
        sheet.merge_cells(
            start_row=1, end_row=draw.number(1, 4), start_column=1, end_column=draw.number(1, 4)
        )
    if draw.flag(4):
        sheet.column_dimensions[draw.choice("ABCD")].hidden = True
    if draw.flag(8):
        sheet.sheet_state = "hidden"
        book.create_sheet("shown").append(["id"])
    buffer = io.BytesIO()
    try:
        book.save(buffer)
    except (
        ValueError,
        OverflowError,
        TypeError,
        AttributeError,
    ):  # openpyxl's own limits, before anything of ours
        return b""
    return buffer.getvalue()


# ---- objects in memory ----------------------------------------------------------------------------------

DTYPES = (
    "object", "string", "category", "Int64", "Float32", "boolean", "float16", "int8", "uint64", "datetime64[ns]",
    "timedelta64[ns]", "complex128", "datetime64[ns, UTC]", "period[M]", "bytes", "Sparse[float]", "interval",
)  # fmt: skip


def frames(data: bytes) -> str:
    """Records or a table of any kind, with odd cells, odd types and odd names of columns."""
    draw = Draw(data)
    options = _options(draw)
    kind, rows = draw.byte() % 6, draw.number(1, 7)
    names: list[Any] = [name for name in COLUMNS[:13] if not draw.flag(8) or name == "id"]
    if draw.flag(8):
        names.append(draw.choice(["id", 7, None, ("a", "b"), "years", float("nan"), b"x", "\ud800", " id "]))
    plain = draw.flag()
    table = [
        [
            (f"p{at}" if draw.byte() < 230 else draw.value())
            if name == "id"
            else (draw.text() if plain else draw.value())
            for name in names
        ]
        for at in range(rows)
    ]
    if kind <= 1:
        records = [dict(zip(names, row, strict=True)) for row in table]
        for record in records:
            if draw.flag(8) and record:
                record.pop(draw.choice(list(record)))
        source: Any = records if kind == 0 else (tuple(records) if draw.flag() else iter(records))
        people = _read(source, options, None if kind else len(records))
        if draw.flag():
            _written(people)
        return "ok: records"
    try:
        frame = _frame(draw, names, table)
        if kind == 4:
            import polars

            frame = polars.from_pandas(frame)
        elif kind == 5:
            import pyarrow

            frame = pyarrow.Table.from_pandas(frame)
        elif kind == 3:
            path = folder() / "people.parquet"
            frame.to_parquet(path)
            frame = path
    except Exception:  # what pandas, polars or pyarrow themselves refuse
        return "not a table"
    people = _read(frame, options)
    if draw.flag():
        _written(people)
    return f"ok: {('pandas', 'parquet', 'polars', 'pyarrow')[kind - 2]}"


def _written(people: pm.Cohort) -> None:
    """Match them on what there is, and write the result down: what was read can be shown."""
    if len(people) < 2 or not people.taking_part.sum() >= 2 or not people.has("team"):
        return
    pairing = pm.PeerMatcher(people.id, [pm.same("team")], label=people.label).match(people)
    assert len(pairing.everyone[0]) == len(people)
    assert json.loads(pairing.to_json()) == pairing.to_dict()
    pairing.to_csv(folder() / "out")
    pairing.summary().encode("utf-8")
    pairing._repr_html_().encode("utf-8")


def _frame(draw: Draw, names: list[Any], table: list[list[Any]]) -> pd.DataFrame:
    columns = []
    for at in range(len(names)):
        cells = pd.Series([row[at] for row in table], dtype=object)
        if draw.flag(3):
            dtype = draw.choice(DTYPES)
            try:
                cells = pd.Series(
                    pd.to_numeric(cells, errors="coerce") if dtype[:1] in "IFfiu" else cells
                ).astype(dtype)
            except Exception:  # these cells don't go into that type
                cells = pd.Series([None] * len(table), dtype="object")
        columns.append(cells)
    frame = pd.concat(columns, axis=1)
    frame.columns = pd.Index(names, dtype=object)
    if draw.flag(8):
        frame.index = pd.Index([draw.text() for _ in table], name=draw.choice([None, "id", "x"]))
    return frame
