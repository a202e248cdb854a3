"""Tables in Excel workbooks and Parquet files. Their libraries are extras, imported when one comes."""

from __future__ import annotations

import io
import warnings
from collections.abc import Collection
from importlib import import_module
from typing import Any

from peermatch.checks import did_you_mean
from peermatch.cohort.archives import SheetMarks, check_archive, sheet_marks
from peermatch.cohort.frames import arrow_table
from peermatch.cohort.grids import Grid, Zeros, table_of_grid
from peermatch.cohort.limits import MOST_CELLS, MOST_ROWS, check_bytes, check_cells, check_height, check_width
from peermatch.cohort.table import Repair, Table
from peermatch.cohort.text import looks_like
from peermatch.errors import InputError, error_item

__all__ = ["parquet_table", "workbook_table"]

MOST_PASSED = 4 * 50_000_000  # cells that openpyxl makes up for a sheet's width, most of them empty
_BATCH = 8_192
_SMALL_BATCH = 256


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


def workbook_table(
    data: bytes, where: str, *, sheet: str | int | None = None, wanted: Collection[str] = ()
) -> Table:
    """Return one sheet of an Excel workbook.

    Parameters
    ----------
    data : bytes
        The whole file.
    where : str
        How messages call it.
    sheet : str or int, optional
        The sheet's name, or its number from 1. The first that is not hidden when not given.
    wanted : collection of str
        Columns that the header must have, where they are known: they tell which row it is.

    Returns
    -------
    Table
        Cells keep Excel's types: numbers, dates, true and false, text. A formula gives its saved value. Numbers that
        are shown with leading zeros are text. Merged cells all have the value that is shown.

    Raises
    ------
    InputError
        ``"missing_package"``, ``"wrong_format"``, ``"broken_file"``, ``"unknown_sheet"``, ``"empty_file"``,
        ``"header_only"``, ``"row_width"``, ``"archive_bomb"``, ``"own_entities"``, ``"too_large"``, ``"too_wide"``,
        ``"too_many_cells"``.
    """
    _check_signature(data, where, b"PK\x03\x04", "an Excel workbook")
    try:
        openpyxl = import_module("openpyxl")
    except ImportError as error:
        raise _needs("openpyxl", "excel", where, error) from None
    try:
        check_archive(data, where)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of styles and add-ons that it leaves aside
            grid = _read(openpyxl, data, where, sheet)
    except InputError:
        raise
    except MemoryError:
        raise
    except (
        Exception
    ) as error:  # a workbook that is none fails in any of openpyxl's parts, and in zipfile and expat
        message = f"{where} cannot be read as an Excel workbook ({str(error)[:200]}). "
        message += "Open it in Excel and save it again."
        item = error_item("broken_file", message, found=str(error)[:200], accepted="an Excel workbook")
        raise InputError(item) from None
    return table_of_grid(grid, where, wanted)


def _read(openpyxl: Any, data: bytes, where: str, sheet: str | int | None) -> Grid:
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    try:
        page, repairs = _sheet(book, where, sheet)
        path = getattr(page, "_worksheet_path", None)  # no public name tells where a sheet stands
        marks = SheetMarks() if path is None else sheet_marks(data, path)
        zeros: Zeros = {}
        rows = _rows(page, where, zeros)
    finally:
        book.close()
    if marks.has_formulas:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False)
        try:
            page, _ = _sheet(book, where, sheet)
            formulas = _unsaved(page, rows)
        finally:
            book.close()
    else:
        formulas = {}
    return Grid(rows, page.title, marks, formulas, zeros, repairs)


def _sheet(book: Any, where: str, sheet: str | int | None) -> tuple[Any, list[Repair]]:
    """Return the sheet to read; of several, which was taken is a repair where nobody said it."""
    pages = book.worksheets
    names = [page.title for page in pages]
    if sheet is None:
        seen = [page for page in pages if page.sheet_state == "visible"] or pages
        if not seen:
            raise InputError(error_item("empty_file", f"{where} has no sheet with cells.", found=""))
        if len(pages) == 1:
            return seen[0], []
        others = ", ".join(repr(name) for name in names if name != seen[0].title)
        reason = f"the workbook has {len(names)} sheets and none was named; not read: {others[:200]}"
        return seen[0], [Repair(None, None, None, seen[0].title, reason, "sheet", "likely")]
    if isinstance(sheet, int) and not isinstance(sheet, bool) and 1 <= sheet <= len(names):
        return pages[sheet - 1], []
    if isinstance(sheet, str) and sheet in names:
        return pages[names.index(sheet)], []
    message = f"{where} has no sheet {sheet!r}.{did_you_mean(sheet, names)}"
    raise InputError(error_item("unknown_sheet", message, found=sheet, accepted=names))


def _rows(page: Any, where: str, zeros: Zeros) -> list[list[Any]]:
    """Return the sheet's rows, each up to its last cell that holds something."""
    page.reset_dimensions()  # some writers state a size that is too small
    rows: list[list[Any]] = []
    passed = held = blank = 0
    for row in page.iter_rows():
        passed += len(row)
        width = len(row)
        while width and row[width - 1].value is None:
            width -= 1
        blank = 0 if width else blank + 1
        held += width
        if passed > MOST_PASSED or held > MOST_CELLS or len(rows) > MOST_ROWS:
            check_height(len(rows), where)
            check_cells(MOST_CELLS + 1, where)
        rows.append([_value(cell, place, zeros) for place, cell in enumerate(row[:width])])
    while rows and not rows[-1]:
        rows.pop()
    return rows


def _value(cell: Any, place: int, zeros: Zeros) -> Any:
    """Return a cell's value; a number whose format shows leading zeros as the text that is shown."""
    value = cell.value
    if type(value) is str:
        return value.replace("_x000D_", "") if "_x000D_" in value else value
    if (type(value) is int or (type(value) is float and value.is_integer())) and value >= 0:
        shown = cell.number_format
        if shown and shown[0] == "0" and len(shown) > 1 and not shown.strip("0"):
            text = str(int(value)).zfill(len(shown))
            number, shown, many = zeros.get(place, (value, text, 0))
            zeros[place] = (number, shown, many + 1)
            return text
    return value


def _unsaved(page: Any, rows: list[list[Any]]) -> dict[tuple[int, int], str]:
    """Return the formulas whose value was not saved, by row and column from 0."""
    page.reset_dimensions()
    found: dict[tuple[int, int], str] = {}
    for at, row in enumerate(page.iter_rows(values_only=True)):
        for place, cell in enumerate(row):
            if cell is None or (at < len(rows) and place < len(rows[at]) and rows[at][place] is not None):
                continue
            text = cell if isinstance(cell, str) else str(getattr(cell, "text", cell))
            found[at, place] = text
    return found


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
        ``"missing_package"``, ``"wrong_format"``, ``"broken_file"``, ``"repeated_column"``, ``"too_large"``,
        ``"too_wide"``, ``"too_many_rows"``, ``"too_many_cells"``.
    """
    _check_signature(data, where, b"PAR1", "a Parquet file")
    try:
        pyarrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError as error:
        raise _needs("pyarrow", "arrow", where, error) from None
    try:
        table = _bounded(pyarrow, parquet, data, where)
    except InputError:
        raise
    except (pyarrow.ArrowException, OSError, ValueError, OverflowError) as error:
        message = f"{where} cannot be read as a Parquet file ({str(error)[:200]}). Export it again."
        item = error_item("broken_file", message, found=str(error)[:200], accepted="a Parquet file")
        raise InputError(item) from None
    read = arrow_table(table, "file", where)
    read.how = {"format": "parquet"}
    return read


def _bounded(pyarrow: Any, parquet: Any, data: bytes, where: str) -> Any:
    """Return the table, unless it unpacks to more than is read: its directory tells rows and columns, not sizes.

    A text that stands in a million rows is kept once in the file, so texts are read as references to it, and weighed
    before they are written out.
    """
    plain = parquet.ParquetFile(pyarrow.BufferReader(data))
    check_width(plain.metadata.num_columns, where)
    check_height(plain.metadata.num_rows, where)
    check_cells(plain.metadata.num_rows * plain.metadata.num_columns, where)
    kept = plain.schema_arrow
    texts = [field.name for field in kept if _is_text(pyarrow, field.type)]
    nested = any(pyarrow.types.is_nested(field.type) for field in kept)
    source = parquet.ParquetFile(pyarrow.BufferReader(data), metadata=plain.metadata, read_dictionary=texts)
    batches, size = [], 0
    for batch in source.iter_batches(batch_size=_SMALL_BATCH if nested else _BATCH):
        size += sum(_weight(pyarrow, column) for column in batch.columns)
        check_bytes(size, where, what="unpacks to")
        batches.append(
            pyarrow.RecordBatch.from_arrays(
                [_written_out(pyarrow, one) for one in batch.columns], names=kept.names
            )
        )
    if not batches:
        return kept.empty_table()
    return pyarrow.Table.from_batches(batches).replace_schema_metadata(kept.metadata)


def _is_text(pyarrow: Any, kind: Any) -> bool:
    types = pyarrow.types
    return bool(
        types.is_string(kind)
        or types.is_large_string(kind)
        or types.is_binary(kind)
        or types.is_dictionary(kind)
    )


def _weight(pyarrow: Any, column: Any) -> int:
    """Return how many bytes a column of a batch has once it is written out."""
    if not pyarrow.types.is_dictionary(column.type) or not _is_text(pyarrow, column.type.value_type):
        return int(column.nbytes)
    compute = import_module("pyarrow.compute")
    lengths = compute.binary_length(column.dictionary).cast(pyarrow.int64())
    return int(compute.sum(lengths.take(column.indices)).as_py() or 0) + 4 * len(column)


def _written_out(pyarrow: Any, column: Any) -> Any:
    return column.dictionary_decode() if pyarrow.types.is_dictionary(column.type) else column
