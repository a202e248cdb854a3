"""Grids of cells below a header, as text files and workbooks have them, to a `Table`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from peermatch.cohort.cells import as_objects
from peermatch.cohort.headers import mend_names
from peermatch.cohort.limits import check_width
from peermatch.cohort.table import Repair, Table
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
    names: Sequence[str],
    columns: Sequence[list[Any]],
    where: str,
    repairs: Sequence[Repair] = (),
    how: Mapping[str, Any] | None = None,
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
    how : mapping, optional
        How the file was read.

    Returns
    -------
    Table
        With a repair for each row left out in the middle, and one for all of those at the end.

    Raises
    ------
    InputError
        ``"header_only"`` where every row is blank, ``"too_wide"``.

    Examples
    --------
    >>> table = table_of_cells(["id", "city"], [["a", "", "c"], ["Oslo", " ", ""]], "people.csv")
    >>> table.rows.tolist(), [repair.row for repair in table.repairs]
    ([1, 3], [2])
    """
    check_width(len(names), where)
    kept_rows, row_repairs = _rows_with_values(columns)
    if not kept_rows.any():
        raise header_only(names, where)
    named, kept, header_repairs, split = mend_names(
        names,
        lambda place: all(map(_is_blank, columns[place])),
        lambda place, other: columns[place] == columns[other],
    )
    final = [name for name, keep in zip(named, kept, strict=True) if keep]
    arrays = [as_objects(cells) for cells, keep in zip(columns, kept, strict=True) if keep]
    rows = np.flatnonzero(kept_rows).astype(np.int64) + 1
    if len(rows) < len(kept_rows):
        arrays = [array[kept_rows] for array in arrays]
    mended = [*repairs, *header_repairs, *row_repairs]
    return Table(final, arrays, rows, "file", where, mended, how=dict(how or {}), split_names=split)


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
    repairs = [Repair(None, row + 1, None, None, reason, "blank_row") for row in blank if row < last]
    tail = count - 1 - last
    if tail:
        many = f"the last {tail:,} rows have no value in any column, and were left out"
        told = reason if tail == 1 else many
        repairs.append(Repair(None, last + 2, None, None, told, "blank_row", "certain", tail))
    return kept, repairs
