"""How much is read at most. A table beyond this is refused before it takes the machine's memory and the day."""

from __future__ import annotations

from peermatch.errors import InputError, error_item

__all__ = [
    "MOST_BYTES",
    "MOST_CELLS",
    "MOST_COLUMNS",
    "MOST_LINE",
    "MOST_ROWS",
    "check_bytes",
    "check_cells",
    "check_height",
    "check_lines",
    "check_width",
]

MOST_COLUMNS = 5_000
MOST_ROWS = 10_000_000
MOST_CELLS = 250_000_000
MOST_BYTES = 2_000_000_000
"""Of a file, and of what an archive unpacks to."""


MOST_LINE = 20_000_000
"""Bytes of one line of a text file."""
_LONG = 1_000_000
_MOST_CUTS = 20 * MOST_COLUMNS
"""Separators in one long line: many more than columns, since a cell may hold a list in quotes."""


def check_lines(data: bytes, where: str, separators: bytes) -> None:
    """Refuse a text file with a line that no table of people has, before anything is made of it.

    Takes time for each million bytes, not for each line.

    Parameters
    ----------
    data : bytes
        The whole file, in any encoding in which a line ends in the byte of a line feed or of a carriage return.
    where : str
    separators : bytes
        Signs that may stand between cells.

    Raises
    ------
    InputError
        ``"line_too_long"``, ``"too_wide"``.
    """
    start = 0
    while len(data) - start > _LONG:
        end = max(data.rfind(b"\n", start, start + _LONG), data.rfind(b"\r", start, start + _LONG))
        if end < 0:
            ends = [at for at in (data.find(b"\n", start), data.find(b"\r", start)) if at >= 0]
            end = min(ends, default=len(data))
            _check_line(data, start, end, where, separators)
        start = end + 1


def _check_line(data: bytes, start: int, end: int, where: str, separators: bytes) -> None:
    line = 1 + data.count(b"\n", 0, start)
    if end - start > MOST_LINE:
        message = (
            f"Line {line:,} of {where} has {(end - start) / 1e6:,.0f} MB; at most {MOST_LINE / 1e6:,.0f} MB are read. "
            "A table has one line a person: export it again."
        )
        raise InputError(
            error_item("line_too_long", message, row=None, found=end - start, accepted=MOST_LINE)
        )
    cuts = max(data.count(bytes([sign]), start, end) for sign in separators)
    if cuts > _MOST_CUTS:
        message = (
            f"Line {line:,} of {where} has {cuts:,} separators; at most {MOST_COLUMNS:,} columns are read. Is it a "
            "table with one row a person? Take out the columns that are not needed."
        )
        raise InputError(error_item("too_wide", message, found=cuts, accepted=MOST_COLUMNS))


def check_width(columns: int, where: str) -> None:
    """Refuse a table of more columns than any table of people has.

    Raises
    ------
    InputError
        ``"too_wide"``.
    """
    if columns > MOST_COLUMNS:
        message = (
            f"{where} has {columns:,} columns; at most {MOST_COLUMNS:,} are read. Is it a table with one row a person? "
            "Take out the columns that are not needed."
        )
        raise InputError(error_item("too_wide", message, found=columns, accepted=MOST_COLUMNS))


def check_height(rows: int, where: str) -> None:
    """Refuse a table of more rows than can be people.

    Raises
    ------
    InputError
        ``"too_many_rows"``.
    """
    if rows > MOST_ROWS:
        message = f"{where} has {rows:,} rows; at most {MOST_ROWS:,} are read. One row a person is needed."
        raise InputError(error_item("too_many_rows", message, found=rows, accepted=MOST_ROWS))


def check_cells(cells: int, where: str) -> None:
    """Refuse a table of more cells than fit into memory.

    Raises
    ------
    InputError
        ``"too_many_cells"``.
    """
    if cells > MOST_CELLS:
        message = (
            f"{where} has more than {MOST_CELLS:,} cells. Take out the columns that are not needed, or clear what "
            "stands far outside the table."
        )
        raise InputError(error_item("too_many_cells", message, found=cells, accepted=MOST_CELLS))


def check_bytes(size: int, where: str, *, what: str = "is", most: int | None = None) -> None:
    """Refuse a file of more bytes than fit into memory.

    Raises
    ------
    InputError
        ``"too_large"``.
    """
    most = MOST_BYTES if most is None else most
    if size > most:
        message = (
            f"{where} {what} {size / 1e9:,.1f} GB; at most {most / 1e9:,.1f} GB are read. Take out the rows and "
            "columns that are not needed."
        )
        raise InputError(error_item("too_large", message, found=size, accepted=most))
