"""Tables in text files: one line a person, cells separated by commas, semicolons or tabs (RFC 4180).

Every cell is read as text and stays text, so 007 stays 007 and NA stays NA. The fast way reads blocks of rows
without counting lines; only when something is wrong is the file read again, slowly, to say where.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from peermatch.checks import must_be
from peermatch.cohort.sheets import header_only, table_of_cells
from peermatch.cohort.table import Repair, Table
from peermatch.cohort.text import check_encoding, check_is_text, not_in_encoding, text_stream
from peermatch.cohort.wording import LIMIT, capped, counted
from peermatch.errors import ConfigError, InputError, error_item

__all__ = ["check_separator", "delimited_table"]

_BLOCK = (
    256  # rows read at once: a block stays in the processor's cache (1 million rows: 2 s; by 16,384: 9 s)
)
_NAMES = {",": "a comma", ";": "a semicolon", "\t": "a tab"}


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
    data: bytes, where: str, *, default: str, encoding: str | None = None, separator: str | None = None
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
        UTF-8 when not given.
    separator : str, optional
        When not given: `default`; or a semicolon or tab, where the header has these and no comma (recorded as
        a repair).

    Returns
    -------
    Table
        Of text cells. Lines without any value are left out; each is a repair.

    Raises
    ------
    InputError
        ``"empty_file"``, ``"not_text"``, ``"not_utf8"``, ``"header_only"``, ``"repeated_column"``,
        ``"row_width"``, ``"broken_quotes"``.

    Examples
    --------
    >>> table = delimited_table(b"id,goal\\n007,lead\\n008,\\n", "people.csv", default=",")
    >>> table.names, table.columns[0].tolist()
    (['id', 'goal'], ['007', '008'])
    """
    check_separator(separator)
    codec = check_encoding(encoding)
    check_is_text(data, where, codec)
    repairs = []
    try:
        used = separator or _separator(data, codec, default)
        if separator is None and used != default:
            reason = f"the header has no comma, so cells are taken to be separated by {_NAMES[used]}"
            repairs.append(Repair(None, None, default, used, reason))
        names, columns = _columns(data, where, codec, used)
    except UnicodeError:
        raise InputError(not_in_encoding(data, where, codec)) from None
    if not columns[0]:
        raise header_only(names, where)
    return table_of_cells(names, columns, where, repairs)


def _separator(data: bytes, codec: str, default: str) -> str:
    """Return the separator of the header line: `default`, unless another one is plain to see."""
    header = next((line for line in text_stream(data, codec) if line.strip()), "")
    bare = re.sub(r'"[^"]*"', "", header)
    counts = {mark: bare.count(mark) for mark in (";", "\t")}
    if default != "," or "," in bare or not any(counts.values()):
        return default
    return max(counts, key=lambda mark: counts[mark])


def _reader(data: bytes, codec: str, separator: str) -> Any:
    return csv.reader(text_stream(data, codec), delimiter=separator, strict=True)


def _columns(data: bytes, where: str, codec: str, separator: str) -> tuple[list[str], list[list[str]]]:
    """Return headers and, for each, its cells."""
    reader = _reader(data, codec, separator)
    try:
        names = next(row for row in reader if any(cell.strip() for cell in row))
        columns: list[list[str]] = [[] for _ in names]
        # People share most of their answers: each distinct text is kept once.
        shared: list[dict[str, str] | None] = [{} for _ in names]
        while block := list(islice(reader, _BLOCK)):
            if set(map(len, block)) != {len(names)}:
                block = [row or [""] * len(names) for row in block]  # an empty line
                if set(map(len, block)) != {len(names)}:
                    raise InputError(_uneven_rows(data, where, codec, separator))
            _add(block, columns, shared)
    except csv.Error as error:
        raise InputError(_broken_quotes(data, where, codec, separator, error)) from None
    except StopIteration:
        raise InputError(
            error_item("empty_file", f"{where} holds nothing but separators.", found="")
        ) from None
    return names, columns


def _add(block: list[list[str]], columns: list[list[str]], shared: list[dict[str, str] | None]) -> None:
    for position, part in enumerate(zip(*block, strict=True)):
        seen = shared[position]
        if seen is None:
            columns[position].extend(part)
            continue
        columns[position].extend(map(seen.setdefault, part, part))
        if len(seen) * 2 > len(columns[position]):
            shared[position] = None  # mostly different, such as ids: looking up would only cost


def _numbered(data: bytes, codec: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the number of the line it starts on, the header first."""
    reader = _reader(data, codec, separator)
    line = 1
    started = False
    for row in reader:
        started = started or any(cell.strip() for cell in row)
        if started:
            yield line, row
        line = reader.line_num + 1


def _uneven_rows(data: bytes, where: str, codec: str, separator: str) -> list[dict[str, Any]]:
    """Return an item for each row that has more or fewer cells than the header."""
    records = _numbered(data, codec, separator)
    width = len(next(records)[1])
    items: list[dict[str, Any]] = []
    total = 0
    try:
        for row, (line, cells) in enumerate(records, start=1):
            if cells and len(cells) != width:
                total += 1
                if total <= LIMIT:
                    items.append(_uneven(row, line, cells, width, where, separator))
    except csv.Error:
        pass  # what follows is broken in another way; the rows found so far are enough to start from
    return capped(items, total, "rows")


def _uneven(row: int, line: int, cells: list[str], width: int, where: str, separator: str) -> dict[str, Any]:
    message = (
        f"Line {line:,} of {where} (row {row:,}) has {counted(len(cells), 'cell')}, the header has {width:,}."
    )
    mark = _NAMES.get(separator, repr(separator))
    if len(cells) > width:
        message += f" Put a cell that holds {mark} itself in double quotes."
    elif width == 1 or len(cells) == 1:
        message += f" Are the cells separated by {mark}? If not, pass separator=."
    else:
        message += (
            " A cell with a line break needs double quotes around it; empty cells need their separators."
        )
    return error_item("row_width", message, row=row, found=len(cells), accepted=width)


def _broken_quotes(data: bytes, where: str, codec: str, separator: str, error: csv.Error) -> dict[str, Any]:
    """Return the item for a record that cannot be taken apart: where it starts and what is odd about it."""
    line, row = 1, 0
    reader = _reader(data, codec, separator)
    try:
        for _ in reader:
            line, row = reader.line_num + 1, row + 1
    except csv.Error:
        pass
    detail = str(error)
    if "unexpected end of data" in detail:
        what = "opens a double quote that is never closed"
    elif "field larger" in detail:
        what = f"has a cell of over {csv.field_size_limit():,} characters, often a quote that is never closed"
    else:
        what = 'has text after a closing double quote; inside a quoted cell, a quote is written twice ("")'
    message = f"Line {line:,} of {where} cannot be read: the record that starts there {what}."
    return error_item(
        "broken_quotes", message, row=row or None, found=detail, accepted="cells in double quotes"
    )
