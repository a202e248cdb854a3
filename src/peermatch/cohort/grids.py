"""The grid of a sheet to a `Table`: merged cells, hidden columns and rows, formulas without a value."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from peermatch.cohort.archives import SheetMarks
from peermatch.cohort.cells import clean_cell
from peermatch.cohort.headers import LOOK_AHEAD, Header, find_header
from peermatch.cohort.limits import check_width
from peermatch.cohort.sheets import header_only, table_of_cells
from peermatch.cohort.table import Repair, Table
from peermatch.cohort.wording import LIMIT, capped, counted, listing
from peermatch.errors import InputError, error_item

__all__ = ["Grid", "Zeros", "table_of_grid"]

_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})")
_MOST_MERGED = 1_000_000  # cells that merged ones may fill


Zeros: TypeAlias = dict[int, tuple[Any, str, int]]


@dataclass
class Grid:
    """A sheet.

    Attributes
    ----------
    rows : list of list
        Cells, each row up to its last that holds something.
    title : str
        The sheet's name.
    marks : SheetMarks
        Hidden and merged cells.
    formulas : dict
        (row, column) from 0 -> a formula whose value was not saved.
    zeros : dict
        Column from 0 -> a number that is shown with leading zeros, as shown, and how many such there are.
    repairs : list of Repair
    """

    rows: list[list[Any]]
    title: str
    marks: SheetMarks = field(default_factory=SheetMarks)
    formulas: dict[tuple[int, int], str] = field(default_factory=dict)
    zeros: Zeros = field(default_factory=dict)
    repairs: list[Repair] = field(default_factory=list)


def table_of_grid(grid: Grid, where: str, wanted: Collection[str] = ()) -> Table:
    """Return the table on a sheet.

    Parameters
    ----------
    grid : Grid
        It must not be used again.
    where : str
        How messages call the file.
    wanted : collection of str
        Columns that the header must have, where they are known.

    Raises
    ------
    InputError
        ``"empty_file"``, ``"header_only"``, ``"row_width"``, ``"too_wide"``.
    """
    merges = list(_merges(grid.marks.merged))
    header = find_header([[_name(cell) for cell in row] for row in grid.rows[:LOOK_AHEAD]], wanted)
    if header is None:
        raise InputError(error_item("empty_file", f"The sheet in {where} is empty.", found=""))
    names = _over_merged(header, merges)
    check_width(len(names), where)
    body = grid.rows[header.row + 1 :]
    if not any(body):
        raise header_only(names, where)
    filled = _fill_down(grid.rows, merges, header.row, names)
    width = len(names)
    bad = [row for row, cells in enumerate(body, start=1) if len(cells) > width]
    if bad:
        raise InputError(_too_far(bad, body, width, where))
    padded = [cells + [None] * (width - len(cells)) for cells in body]
    columns = [list(cells) for cells in zip(*padded, strict=True)]
    told = [
        *grid.repairs,
        *header.repairs,
        *filled,
        *_hidden(grid, header, names),
        *_formulas(grid, header, names),
        *_zeros(grid, names),
    ]
    how = {"format": "workbook", "sheet": grid.title, "header": header.row + 1}
    return table_of_cells(names, columns, where, told, how)


def _name(cell: Any) -> str:
    return "" if cell is None else cell if isinstance(cell, str) else str(clean_cell(cell))


def _too_far(bad: list[int], body: list[list[Any]], width: int, where: str) -> list[dict[str, Any]]:
    items = []
    for row in bad[:LIMIT]:
        found = len(body[row - 1])
        message = (
            f"Row {row:,} of the sheet in {where} reaches column {found}, the header has "
            f"{counted(width, 'column')}. Give every column a header, or clear what stands outside."
        )
        items.append(error_item("row_width", message, row=row, found=found, accepted=width))
    return capped(items, len(bad), "rows")


# ---- merged cells ---------------------------------------------------------------------------------------


def _merges(references: list[str]) -> Iterator[tuple[int, int, int, int]]:
    """Yield first row, first column, last row, last column of each merged range, from 0."""
    for reference in references:
        found = _REFERENCE.fullmatch(reference)
        if found:
            top, left, bottom, right = (
                int(found[2]) - 1,
                _column(found[1]),
                int(found[4]) - 1,
                _column(found[3]),
            )
            if top <= bottom and left <= right:
                yield top, left, bottom, right


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _over_merged(header: Header, merges: list[tuple[int, int, int, int]]) -> list[str]:
    """Return headers; those that one merged cell spans are numbered after it."""
    names = list(header.names)
    for top, left, bottom, right in merges:
        if not top <= header.row <= bottom or left >= len(names) or not names[left].strip():
            continue
        right = min(right, left + 1000)
        names += [""] * (right + 1 - len(names))
        for at in range(left + 1, right + 1):
            if not names[at].strip():
                names[at] = f"{names[left].strip()} {at - left + 1}"
                reason = (
                    f"the header {names[left].strip()!r} is merged over several columns: they are numbered"
                )
                header.repairs.append(Repair(names[at], None, None, names[at], reason, "merged_header"))
    return names


def _fill_down(
    rows: list[list[Any]], merges: list[tuple[int, int, int, int]], header: int, names: list[str]
) -> list[Repair]:
    """Give all of a merged range the value that is shown for it."""
    width = len(names)
    repairs, spent = [], 0
    for top, left, bottom, right in merges:
        bottom, right = min(bottom, len(rows) - 1), min(right, width - 1)
        if not header < top < len(rows) or left >= min(width, len(rows[top])):
            continue
        value = rows[top][left]
        spent += (bottom - top + 1) * (right - left + 1)
        if value is None:
            continue
        if spent > _MOST_MERGED:
            reason = f"merged cells fill over {_MOST_MERGED:,} cells: from here on only the first of each has a value"
            repairs.append(Repair(None, top - header, None, None, reason, "merged_cells", "open"))
            break
        for at in range(top, bottom + 1):
            rows[at] += [None] * (right + 1 - len(rows[at]))
            for place in range(left, right + 1):
                rows[at][place] = value
        span = f"rows {top - header:,} to {bottom - header:,}"
        reason = f"{span} are one merged cell here: each has the value that is shown"
        plain = value if isinstance(value, str | int | float | bool) else str(value)
        column = names[left].strip() or None if left == right else None
        repairs.append(Repair(column, None, None, plain, reason, "merged_cells", "certain", bottom - top))
    return repairs


# ---- hidden, and without a value ------------------------------------------------------------------------


def _hidden(grid: Grid, header: Header, names: list[str]) -> list[Repair]:
    repairs = []
    for first, last in grid.marks.hidden_columns:
        for at in range(first - 1, min(last, len(names))):
            name = names[at].strip() or f"column {at + 1}"
            reason = "the column is hidden in the sheet; it was read like the others"
            repairs.append(Repair(name, None, None, None, reason, "hidden_column", "open"))
    rows = sorted(
        row - 1 - header.row for row in grid.marks.hidden_rows if header.row + 1 < row <= len(grid.rows)
    )
    if rows:
        which = f"row{'s' if len(rows) > 1 else ''} {listing(rows)}"
        reason = f"{which}: hidden in the sheet (a filter, perhaps); read like the others"
        repairs.append(Repair(None, None, None, None, reason, "hidden_rows", "open", len(rows)))
    return repairs


def _formulas(grid: Grid, header: Header, names: list[str]) -> list[Repair]:
    repairs = []
    for (row, place), formula in sorted(grid.formulas.items()):
        if row > header.row and place < len(names):
            name = names[place].strip() or f"column {place + 1}"
            reason = "a formula without a saved value is an empty cell: open the workbook, save it, and read it again"
            repairs.append(Repair(name, row - header.row, formula[:200], None, reason, "formula", "open"))
    return repairs


def _zeros(grid: Grid, names: list[str]) -> list[Repair]:
    repairs = []
    for place, (number, text, many) in sorted(grid.zeros.items()):
        if place < len(names):
            reason = f"{counted(many, 'number')} shown with leading zeros: kept as text, as shown"
            name = names[place].strip() or None
            repairs.append(Repair(name, None, number, text, reason, "leading_zeros", "certain", many))
    return repairs
