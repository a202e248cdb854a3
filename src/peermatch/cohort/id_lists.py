"""Ids in the cells of a table: one, or several with signs between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy.typing as npt

from peermatch.cohort.aside import is_missing

__all__ = ["ids_in_cell"]


def ids_in_cell(
    cell: Any, known: Sequence[Any] | npt.NDArray[Any], separator: str | None = None
) -> list[Any]:
    """Return the ids listed in one cell, with the type that the people's ids have.

    Parameters
    ----------
    cell
        Missing, a list, one id, or text with ids separated by `separator` (default: ``;`` or a new line, else ``,``;
        ``""``: the cell is one id).
    known : sequence
        The people's ids; when they are whole numbers, listed digits become whole numbers as well.
    separator : str, optional

    Examples
    --------
    >>> ids_in_cell("007; 012", ["007"])
    ['007', '012']
    >>> ids_in_cell("7,12", [7])
    [7, 12]
    """
    if is_missing(cell):
        return []
    if isinstance(cell, list | tuple):
        parts = [part for part in cell if not is_missing(part)]
    elif isinstance(cell, str):
        if separator is None:
            cell = cell.replace("\n", ";")
            separator = ";" if ";" in cell else ","
        pieces = cell.split(separator) if separator else [cell]
        parts = [part.strip() for part in pieces if part.strip()]
    else:
        return [cell]
    if len(known) and isinstance(known[0], int):
        return [int(part) if isinstance(part, str) and part.isdecimal() else part for part in parts]
    return list(parts)
