"""How much is read at most. A table beyond this is refused before it takes the machine's memory and the day."""

from __future__ import annotations

from peermatch.errors import InputError, error_item

__all__ = [
    "MOST_BYTES",
    "MOST_CELLS",
    "MOST_COLUMNS",
    "MOST_ROWS",
    "check_bytes",
    "check_cells",
    "check_height",
    "check_width",
]

MOST_COLUMNS = 5_000
MOST_ROWS = 10_000_000
MOST_CELLS = 250_000_000
MOST_BYTES = 2_000_000_000
"""Of a file, and of what an archive unpacks to."""


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
