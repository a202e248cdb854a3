"""Tables in Excel workbooks and Parquet files. Their libraries are extras, imported when one comes."""

from __future__ import annotations

import io
import warnings
import zipfile
from importlib import import_module
from typing import Any
from xml.etree.ElementTree import ParseError

from peermatch.checks import did_you_mean
from peermatch.cohort.cells import clean_cell
from peermatch.cohort.frames import arrow_table
from peermatch.cohort.sheets import header_only, table_of_cells
from peermatch.cohort.table import Table
from peermatch.cohort.text import looks_like
from peermatch.cohort.wording import LIMIT, capped, counted
from peermatch.errors import InputError, error_item

__all__ = ["parquet_table", "workbook_table"]


def _needs(package: str, extra: str, where: str, error: ImportError) -> InputError:
    message = f'Reading {where} needs {package}, which is not installed: pip install "peermatch[{extra}]".'
    item = error_item("missing_package", message, found=str(error), accepted=package)
    return InputError(item)


def _check_signature(data: bytes, where: str, signature: bytes, kind: str) -> None:
    if not data:
        raise InputError(error_item("empty_file", f"{where} is empty (0 bytes).", found="", accepted=kind))
    if not data.startswith(signature):
        found = looks_like(data)
        if found is None:
            found = "something else" if b"\0" in data[:4096] else "text: if it is a CSV file, name it .csv"
        message = f"{where} is not {kind}. It looks like {found}."
        raise InputError(error_item("wrong_format", message, found=found, accepted=kind))


# ---- Excel ----------------------------------------------------------------------------------------------


def workbook_table(data: bytes, where: str, *, sheet: str | int | None = None) -> Table:
    """Return one sheet of an Excel workbook.

    Parameters
    ----------
    data : bytes
        The whole file.
    where : str
        How messages call it.
    sheet : str or int, optional
        The sheet's name, or its number from 1. The first when not given.

    Returns
    -------
    Table
        Cells keep Excel's types: numbers, dates, true and false, text. A formula gives its saved value.

    Raises
    ------
    InputError
        ``"missing_package"``, ``"wrong_format"``, ``"broken_file"``, ``"unknown_sheet"``, ``"empty_file"``,
        ``"header_only"``, ``"row_width"``.
    """
    _check_signature(data, where, b"PK\x03\x04", "an Excel workbook")
    try:
        openpyxl = import_module("openpyxl")
    except ImportError as error:
        raise _needs("openpyxl", "excel", where, error) from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of styles and add-ons that it leaves aside
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            try:
                rows = _rows(_sheet(book, where, sheet))
            finally:
                book.close()
    except (
        zipfile.BadZipFile,
        KeyError,
        ParseError,
        EOFError,
        openpyxl.utils.exceptions.InvalidFileException,
    ) as error:
        message = (
            f"{where} cannot be read as an Excel workbook ({error}). Open it in Excel and save it again."
        )
        raise InputError(
            error_item("broken_file", message, found=str(error), accepted="an Excel workbook")
        ) from None
    return _grid(rows, where)


def _sheet(book: Any, where: str, sheet: str | int | None) -> Any:
    names = [page.title for page in book.worksheets]
    if sheet is None:
        sheet = 1
    if isinstance(sheet, int) and not isinstance(sheet, bool) and 1 <= sheet <= len(names):
        return book.worksheets[sheet - 1]
    if isinstance(sheet, str) and sheet in names:
        return book.worksheets[names.index(sheet)]
    message = f"{where} has no sheet {sheet!r}.{did_you_mean(sheet, names)}"
    raise InputError(error_item("unknown_sheet", message, found=sheet, accepted=names))


def _rows(page: Any) -> list[tuple[Any, ...]]:
    page.reset_dimensions()  # some writers state a size that is too small
    rows = []
    for row in page.iter_rows(values_only=True):
        width = len(row)
        while width and row[width - 1] is None:
            width -= 1
        rows.append(row[:width])
    while rows and not rows[-1]:
        rows.pop()
    return rows


def _grid(rows: list[tuple[Any, ...]], where: str) -> Table:
    start = next((position for position, row in enumerate(rows) if row), None)
    if start is None:
        raise InputError(error_item("empty_file", f"The sheet in {where} is empty.", found=""))
    header, body = rows[start], rows[start + 1 :]
    names = [
        "" if cell is None else cell if isinstance(cell, str) else str(clean_cell(cell)) for cell in header
    ]
    if not body:
        raise header_only(names, where)
    width = len(names)
    bad = [row for row, cells in enumerate(body, start=1) if len(cells) > width]
    if bad:
        items = []
        for row in bad[:LIMIT]:
            found = len(body[row - 1])
            message = (
                f"Row {row:,} of the sheet in {where} reaches column {found}, the header has "
                f"{counted(width, 'column')}. Give every column a header, or clear what stands outside."
            )
            items.append(error_item("row_width", message, row=row, found=found, accepted=width))
        raise InputError(capped(items, len(bad), "rows"))
    padded = [cells + (None,) * (width - len(cells)) for cells in body]
    return table_of_cells(names, [list(cells) for cells in zip(*padded, strict=True)], where)


# ---- Parquet --------------------------------------------------------------------------------------------


def parquet_table(data: bytes, where: str) -> Table:
    """Return the table in a Parquet file.

    Parameters
    ----------
    data : bytes
        The whole file.
    where : str
        How messages call it.

    Raises
    ------
    InputError
        ``"missing_package"``, ``"wrong_format"``, ``"broken_file"``, ``"repeated_column"``.
    """
    _check_signature(data, where, b"PAR1", "a Parquet file")
    try:
        pyarrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError as error:
        raise _needs("pyarrow", "arrow", where, error) from None
    try:
        table = parquet.ParquetFile(pyarrow.BufferReader(data)).read()
    except (pyarrow.ArrowException, OSError) as error:
        message = f"{where} cannot be read as a Parquet file ({error}). Export it again."
        raise InputError(
            error_item("broken_file", message, found=str(error), accepted="a Parquet file")
        ) from None
    return arrow_table(table, "file", where)
