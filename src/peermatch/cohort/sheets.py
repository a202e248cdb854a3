"""Grids of cells with one header row, as text files and workbooks have them, to a `Table`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from peermatch.cohort.cells import as_objects
from peermatch.cohort.table import Repair, Table, check_names, name_headers
from peermatch.errors import InputError, error_item

__all__ = ["header_only", "table_of_cells"]


def header_only(names: Sequence[str], where: str) -> InputError:
    """Return the error for a file that has columns and nobody in them."""
    message = (
        f"{where} has a header ({len(names)} columns) and no rows. One line a person is needed below it."
    )
    return InputError(error_item("header_only", message, found=0, accepted="at least two people"))


def _is_blank(cell: Any) -> bool:
    return cell is None or (type(cell) is str and not cell.strip())


def table_of_cells(
    names: Sequence[str], columns: Sequence[list[Any]], where: str, repairs: Sequence[Repair] = ()
) -> Table:
    """Return the table of a file, without its blank rows and its blank, nameless columns.

    Parameters
    ----------
    names : sequence of str
        Headers as written, blank ones included.
    columns : sequence of list
        One list of cells for each header, equally long.
    where : str
        How messages call the file.
    repairs : sequence of Repair
        What was mended before.

    Returns
    -------
    Table
        With a repair for each row left out in the middle, and one for all of those at the end.

    Raises
    ------
    InputError
        ``"repeated_column"``, or ``"header_only"`` where every row is blank.

    Examples
    --------
    >>> table = table_of_cells(["id", "city"], [["a", "", "c"], ["Oslo", " ", ""]], "people.csv")
    >>> table.rows.tolist(), [repair.row for repair in table.repairs]
    ([1, 3], [2])
    """
    kept_rows, row_repairs = _rows_with_values(columns)
    if not kept_rows.any():
        raise header_only(names, where)
    blank = [
        not name.strip() and all(map(_is_blank, cells)) for name, cells in zip(names, columns, strict=True)
    ]
    named, kept, header_repairs = name_headers(names, blank)
    final = [name for name, keep in zip(named, kept, strict=True) if keep]
    check_names(final, where)
    arrays = [as_objects(cells) for cells, keep in zip(columns, kept, strict=True) if keep]
    rows = np.flatnonzero(kept_rows).astype(np.int64) + 1
    if len(rows) < len(kept_rows):
        arrays = [array[kept_rows] for array in arrays]
    return Table(final, arrays, rows, "file", where, [*repairs, *header_repairs, *row_repairs])


def _rows_with_values(columns: Sequence[list[Any]]) -> tuple[npt.NDArray[np.bool_], list[Repair]]:
    """Return which rows hold any value, and what to say of the others."""
    count = len(columns[0])
    blank = [row for row, cell in enumerate(columns[0]) if _is_blank(cell)]
    for cells in columns[1:]:
        blank = [row for row in blank if _is_blank(cells[row])]
    kept = np.ones(count, dtype=np.bool_)
    kept[blank] = False
    last = int(np.flatnonzero(kept)[-1]) if kept.any() else -1
    reason = "the row has no value in any column, and was left out"
    repairs = [Repair(None, row + 1, None, None, reason) for row in blank if row < last]
    tail = count - 1 - last
    if tail:
        many = f"the last {tail:,} rows have no value in any column, and were left out"
        repairs.append(Repair(None, last + 2, None, None, reason if tail == 1 else many))
    return kept, repairs
