"""Tables in text files: one line a person, cells separated by commas, semicolons or tabs (RFC 4180).

Every cell is read as text and stays text, so 007 stays 007 and NA stays NA. The fast way reads blocks of rows
without counting lines; only when something is wrong is the file read again, slowly, to say where.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from peermatch.checks import must_be
from peermatch.cohort.headers import LOOK_AHEAD, Header, find_header
from peermatch.cohort.limits import check_cells, check_height, check_lines, check_width
from peermatch.cohort.separators import SEPARATORS, found_separator
from peermatch.cohort.sheets import header_only, table_of_cells
from peermatch.cohort.table import Table
from peermatch.cohort.text import (
    BYTE_ORDER_MARKS,
    check_encoding,
    check_is_text,
    detect_encoding,
    not_in_encoding,
    text_stream,
)
from peermatch.cohort.wording import LIMIT, capped, counted
from peermatch.errors import ConfigError, InputError, error_item

__all__ = ["check_separator", "delimited_table"]

# Rows read at once: a block stays in the processor's cache (1 million rows: 2 s; by 16,384: 9 s).
_BLOCK = 256


def check_separator(separator: str | None) -> None:
    """Refuse a separator that cannot separate.

    Raises
    ------
    ConfigError
    """
    if separator is None:
        return
    if not isinstance(separator, str) or len(separator) != 1 or separator in '"\r\n':
        constraint = 'one character, such as "," or ";" or "\\t"'
        message = must_be("read_people()", "separator", constraint, separator)
        raise ConfigError(error_item("separator", message, found=separator, accepted=constraint))


def delimited_table(
    data: bytes,
    where: str,
    *,
    default: str,
    encoding: str | None = None,
    separator: str | None = None,
    wanted: Collection[str] = (),
) -> Table:
    """Return the table in a text file.

    Parameters
    ----------
    data : bytes
        The whole file.
    where : str
        How messages call it.
    default : str
        The separator to expect: "," or, for .tsv, a tab.
    encoding : str, optional
        Detected when not given.
    separator : str, optional
        When not given: `default`, unless another one cuts the first lines into equally many cells (a repair).
    wanted : collection of str
        Columns that the header must have, where they are known: they tell which line it is.

    Returns
    -------
    Table
        Of text cells. Lines without any value are left out; each is a repair.

    Raises
    ------
    InputError
        ``"empty_file"``, ``"not_text"``, ``"not_utf8"``, ``"header_only"``, ``"row_width"``,
        ``"broken_quotes"``, ``"line_too_long"``, ``"too_wide"``, ``"too_many_rows"``, ``"too_many_cells"``.

    Examples
    --------
    >>> table = delimited_table(b"id,goal\\n007,lead\\n008,\\n", "people.csv", default=",")
    >>> table.names, table.columns[0].tolist()
    (['id', 'goal'], ['007', '008'])
    """
    check_separator(separator)
    check_lines(data, where, b",;\t|" if separator is None or not separator.isascii() else separator.encode())
    codec, repairs = (check_encoding(encoding), []) if encoding else detect_encoding(data)
    check_is_text(data, where, codec)
    try:
        used, lines, told = found_separator(data, codec, default) if separator is None else (separator, 0, [])
        source = _Source(data, where, codec, used, lines)
        header = _header(source, wanted)
        source.skip, source.width = header.row, len(header.names)
        columns = _columns(source)
    except UnicodeError:
        raise InputError(not_in_encoding(data, where, codec)) from None
    if not columns[0]:
        raise header_only(header.names, where)
    how = {
        "format": "text",
        "encoding": codec.removesuffix("-sig"),
        "byte_order_mark": any(data.startswith(mark) for mark in BYTE_ORDER_MARKS),
        "separator": used,
        "header": header.row + 1,
    }
    return table_of_cells(header.names, columns, where, [*repairs, *told, *header.repairs], how)


@dataclass
class _Source:
    """A file, and how its records are taken apart.

    Attributes
    ----------
    lines : int
        Lines before the first record (one that names the separator).
    skip : int
        Records before the header.
    width : int
        How many cells a record has.
    """

    data: bytes
    where: str
    codec: str
    separator: str
    lines: int = 0
    skip: int = 0
    width: int = 0

    def reader(self) -> Any:
        stream = text_stream(self.data, self.codec)
        for _ in range(self.lines):
            stream.readline()
        return csv.reader(stream, delimiter=self.separator, strict=True)

    @property
    def mark(self) -> str:
        return SEPARATORS.get(self.separator, repr(self.separator))


def _header(source: _Source, wanted: Collection[str]) -> Header:
    """Find the header among the first records."""
    rows: list[list[str]] = []
    try:
        rows.extend(islice(source.reader(), LOOK_AHEAD))
    except csv.Error as error:
        if not rows:
            raise InputError(_broken_quotes(source, error)) from None
    header = find_header(rows, wanted)
    if header is None:
        raise InputError(_without_header(source))
    return header


def _without_header(source: _Source) -> dict[str, Any]:
    """Return the item for a file whose first lines are all blank."""
    message = f"{source.where} holds nothing but separators."
    try:
        if any(cell.strip() for row in source.reader() for cell in row):
            message = f"{source.where} begins with {LOOK_AHEAD} lines that hold nothing. Delete them."
    except csv.Error as error:
        return _broken_quotes(source, error)
    return error_item("empty_file", message, found="")


def _columns(source: _Source) -> list[list[str]]:
    """Return, for each header, its cells."""
    check_width(source.width, source.where)
    reader = source.reader()
    columns: list[list[str]] = [[] for _ in range(source.width)]
    # People share most of their answers: each distinct text is kept once.
    shared: list[dict[str, str] | None] = [{} for _ in columns]
    widths = {source.width}
    try:
        for _ in range(source.skip + 1):
            next(reader)
        while block := list(islice(reader, _BLOCK)):
            if set(map(len, block)) != widths:
                block = [_fitted(row, source.width) for row in block]
                if set(map(len, block)) != widths:
                    raise InputError(_uneven_rows(source))
            _add(block, columns, shared)
            check_height(len(columns[0]), source.where)
            check_cells(len(columns[0]) * source.width, source.where)
    except csv.Error as error:
        raise InputError(_broken_quotes(source, error)) from None
    return columns


def _fitted(row: list[str], width: int) -> list[str]:
    """Return a row that is an empty line, or has empty cells beyond the header, as one of the right width."""
    if not row:
        return [""] * width
    if len(row) > width and not any(map(str.strip, row[width:])):
        return row[:width]
    return row


def _add(block: list[list[str]], columns: list[list[str]], shared: list[dict[str, str] | None]) -> None:
    for position, part in enumerate(zip(*block, strict=True)):
        seen = shared[position]
        if seen is None:
            columns[position].extend(part)
            continue
        columns[position].extend(map(seen.setdefault, part, part))
        if len(seen) * 2 > len(columns[position]):
            shared[position] = None  # mostly different, such as ids: looking up would only cost


def _numbered(source: _Source) -> Iterator[tuple[int, list[str]]]:
    """Yield each record below the header with the number of the line it starts on."""
    reader = source.reader()
    line = 1 + source.lines
    for place, row in enumerate(reader):
        if place > source.skip:
            yield line, row
        line = reader.line_num + 1 + source.lines


def _uneven_rows(source: _Source) -> list[dict[str, Any]]:
    """Return an item for each row that has more or fewer cells than the header."""
    items: list[dict[str, Any]] = []
    total = 0
    try:
        for row, (line, cells) in enumerate(_numbered(source), start=1):
            if len(_fitted(cells, source.width)) != source.width:
                total += 1
                if total <= LIMIT:
                    items.append(_uneven(row, line, cells, source))
    except csv.Error:
        pass  # what follows is broken in another way; the rows found so far are enough to start from
    return capped(items, total, "rows")


def _uneven(row: int, line: int, cells: list[str], source: _Source) -> dict[str, Any]:
    width, mark = source.width, source.mark
    message = f"Line {line:,} of {source.where} (row {row:,}) has {counted(len(cells), 'cell')}, "
    message += f"the header has {width:,}."
    if len(cells) > width:
        message += f" Put a cell that holds {mark} itself in double quotes."
    elif width == 1 or len(cells) == 1:
        message += f" Are the cells separated by {mark}? If not, pass separator=."
    else:
        message += (
            " A cell with a line break needs double quotes around it; empty cells need their separators."
        )
    return error_item("row_width", message, row=row, found=len(cells), accepted=width)


def _broken_quotes(source: _Source, error: csv.Error) -> dict[str, Any]:
    """Return the item for a record that cannot be taken apart: where it starts and what is odd about it."""
    line, row = 1 + source.lines, -source.skip
    reader = source.reader()
    try:
        for _ in reader:
            line, row = reader.line_num + 1 + source.lines, row + 1
    except csv.Error:
        pass
    detail = str(error)
    if "unexpected end of data" in detail:
        what = "opens a double quote that is never closed"
    elif "field larger" in detail:
        what = f"has a cell of over {csv.field_size_limit():,} characters, often a quote that is never closed"
    else:
        what = 'has text after a closing double quote; inside a quoted cell, a quote is written twice ("")'
    message = f"Line {line:,} of {source.where} cannot be read: the record that starts there {what}."
    return error_item(
        "broken_quotes", message, row=max(row, 0) or None, found=detail, accepted="cells in double quotes"
    )
