"""Tables as an Excel workbook that is safe to open, and the same bytes for the same tables.

What a person wrote stays text: no cell holds a formula, a link or an error code. Text that a spreadsheet could take for
a formula has the apostrophe of `safe_text` as well, since cells are copied into other programs and saved as CSV.
"""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from importlib import import_module
from numbers import Integral, Real
from typing import Any

import pandas as pd

from peermatch.errors import ConfigError, OutputError, error_item
from peermatch.report.files import safe_text

__all__ = ["MOST_COLUMNS", "MOST_ROWS", "check_openpyxl", "workbook_bytes"]

MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
"""What a sheet of Excel holds, the header among the rows."""
_MOST_TEXT = 32_767
_CUT = " [cut]"
_MOST_DIGITS = 10**15
"""Whole numbers below this are kept digit for digit; Excel replaces further digits by zeros."""
_NARROW, _WIDE, _LOOKED_AT = 8, 60, 200

_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML cannot hold."""
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
"""Excel reads _x003D_ in a text as the character of that number."""
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")
_THEN = datetime(1980, 1, 1)
"""The time in every workbook: the earliest that a zip archive can hold."""


def check_openpyxl() -> Any:
    """Return openpyxl; ConfigError where it is not installed, which names the extra.

    Examples
    --------
    >>> check_openpyxl().__name__
    'openpyxl'
    """
    try:
        return import_module("openpyxl")
    except ImportError as error:
        message = (
            f"Writing Excel workbooks needs the package openpyxl ({error}). Install it with: "
            "pip install 'peermatch[excel]'"
        )
        raise ConfigError(error_item("missing_package", message, found="", accepted="openpyxl")) from None


def workbook_bytes(frames: Mapping[str, pd.DataFrame]) -> bytes:
    """Return a workbook with one sheet for each table.

    Text is text, ids with leading zeros too; numbers are numbers, but for whole ones of more than 15 digits, which are
    text; lists are joined by "; "; what is missing is empty. Characters that a workbook cannot hold become U+FFFD, and
    a text of more than 32,767 characters is cut, which it says at its end.

    Parameters
    ----------
    frames : mapping of str to pandas.DataFrame
        Name of a sheet -> its table.

    Returns
    -------
    bytes
        Of the same tables, the same bytes.

    Raises
    ------
    ConfigError
        ``"missing_package"``.
    OutputError
        If a table has more rows or columns than a sheet holds.

    Examples
    --------
    >>> frame = pd.DataFrame({"id": ["007", "=1+1"], "score": [0.5, 1.0]})
    >>> book = check_openpyxl().load_workbook(io.BytesIO(workbook_bytes({"people": frame})))
    >>> [[cell.value for cell in row] for row in book["people"]]
    [['id', 'score'], ['007', 0.5], ["'=1+1", 1.0]]
    """
    openpyxl = check_openpyxl()
    for name, frame in frames.items():
        _check_size(name, frame)
    book = openpyxl.Workbook(write_only=True)
    book.properties.creator = "peermatch"
    book.properties.created = _THEN
    look = import_module("openpyxl.styles").Font(bold=True)
    for name, frame in frames.items():
        _write_sheet(openpyxl, book.create_sheet(name), frame, look)
    out = io.BytesIO()
    book.save(out)
    return _without_clock(out)


def _check_size(name: str, frame: pd.DataFrame) -> None:
    rows, columns = len(frame) + 1, len(frame.columns)
    if rows > MOST_ROWS or columns > MOST_COLUMNS:
        message = (
            f"The table {name!r} has {rows:,} rows with its header and {columns:,} columns. A sheet of Excel holds "
            f"{MOST_ROWS:,} rows and {MOST_COLUMNS:,} columns. Write CSV files instead: to_csv()."
        )
        raise OutputError(message)


def _write_sheet(openpyxl: Any, sheet: Any, frame: pd.DataFrame, look: Any) -> None:
    """Write a table below a header that is bold and stays in sight."""
    cells_of = import_module("openpyxl.cell")
    columns = [[_value(cell) for cell in frame[name].tolist()] for name in frame.columns]
    header = [_text(str(name)) for name in frame.columns]
    sheet.freeze_panes = "A2"
    letter = openpyxl.utils.get_column_letter
    for place, (title, column) in enumerate(zip(header, columns, strict=True), start=1):
        sheet.column_dimensions[letter(place)].width = _width(title, column)

    def made(value: Any, font: Any = None) -> Any:
        if isinstance(value, float):
            cell = cells_of.WriteOnlyCell(sheet, repr(value))
            cell.data_type = "n"  # a number with all of its digits: openpyxl itself writes 16 of 17
            return cell
        if not isinstance(value, str):
            return value
        if not value:
            return None
        cell = cells_of.WriteOnlyCell(sheet, value)
        cell.data_type = "s"  # whatever openpyxl takes it for: a formula, an error code
        cell.number_format = "@"  # so that it stays text where somebody edits it
        if font is not None:
            cell.font = font
        return cell

    sheet.append([made(title, look) for title in header])
    for row in _rows(columns):
        sheet.append([made(value) for value in row])


def _rows(columns: list[list[Any]]) -> Iterator[tuple[Any, ...]]:
    return zip(*columns, strict=True)


def _width(title: str, column: list[Any]) -> int:
    """Return a width that shows most cells whole."""
    longest = max((len(str(cell)) for cell in (title, *column[:_LOOKED_AT]) if cell is not None), default=0)
    return min(max(longest + 2, _NARROW), _WIDE)


def _value(cell: Any) -> Any:
    """Return what stands in a cell: None, a truth value, a number or text."""
    if isinstance(cell, str):
        return _text(cell)
    if isinstance(cell, list | tuple):
        # a list of one number stays a number, as in CSV
        return _value(cell[0]) if len(cell) == 1 else _text("; ".join(map(str, cell)))
    if cell is None or cell is pd.NA or cell != cell:
        return None
    if isinstance(cell, bool):
        return cell
    if isinstance(cell, Integral):
        return int(cell) if abs(int(cell)) < _MOST_DIGITS else str(int(cell))
    if isinstance(cell, Real):
        return float(cell) if math.isfinite(cell) else _text(str(float(cell)))
    return _text(str(cell))


def _text(text: str) -> str:
    """Return text that is no formula and that a workbook can hold."""
    plain = _UNFIT.sub("\ufffd", safe_text(text)).replace("\r\n", "\n").replace("\r", "\n")
    plain = _ESCAPE.sub("_x005F_", plain)
    units = plain.encode("utf-16-le")  # Excel counts in these
    if len(units) <= 2 * _MOST_TEXT:
        return plain
    return units[: 2 * (_MOST_TEXT - len(_CUT))].decode("utf-16-le", errors="ignore") + _CUT


def _without_clock(archive: io.BytesIO) -> bytes:
    """Return the same workbook with one and the same time everywhere."""
    out = io.BytesIO()
    stamp = _THEN.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with zipfile.ZipFile(archive) as given, zipfile.ZipFile(out, "w") as made:
        for member in given.namelist():
            data = given.read(member)
            if member == "docProps/core.xml":
                data = _MODIFIED.sub(rb"\g<1>" + stamp + rb"\g<2>", data)
            info = zipfile.ZipInfo(member, date_time=_THEN.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 0  # or else it says which system wrote it
            made.writestr(info, data)
    return out.getvalue()
