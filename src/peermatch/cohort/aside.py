"""What comes beside the people: tables of pairs, history, and yes-or-no columns."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from peermatch.cohort.cells import CellError, canonical
from peermatch.cohort.cohort import Cohort
from peermatch.cohort.frames import in_memory
from peermatch.cohort.letters import tidy_column
from peermatch.cohort.people import NO, YES, YES_OR_NO
from peermatch.cohort.reading import file_table
from peermatch.cohort.table import Table
from peermatch.cohort.wording import LIMIT, capped
from peermatch.errors import InputError, error_item

__all__ = ["is_missing", "read_table", "yes_or_no"]

_ACCEPTED = (
    "a list of pairs (id, id), a pandas, polars or pyarrow table, a list of dictionaries (one a row), "
    "or a path to a .csv, .tsv, .xlsx or .parquet file"
)


def is_missing(cell: Any) -> bool:
    """Return whether a cell says nothing: None, NaN, or blank text.

    Examples
    --------
    >>> [is_missing(cell) for cell in (None, float("nan"), " ", 0)]
    [True, True, True, False]
    """
    return (
        cell is None
        or cell is pd.NaT
        or (isinstance(cell, float) and cell != cell)
        or str(cell).strip() == ""
    )


def read_table(source: Any, *, what: str) -> pd.DataFrame:
    """Read any table that is not one of people, cells made plain in the same way.

    Parameters
    ----------
    source : table, list of dict, or path
        A pandas, polars or pyarrow table, records, or a .csv, .tsv, .xlsx or .parquet file. It may be empty.
    what : str
        How errors call it, such as ``"history"``.

    Returns
    -------
    pandas.DataFrame
        Object columns of plain Python cells; None where missing. With the columns a and b, and nothing in them,
        where nothing came but at most a header: the history of a first round.

    Raises
    ------
    InputError
        If it cannot be read.

    Examples
    --------
    >>> read_table([{"a": "007", "b": 2.0}], what="history").values.tolist()
    [['007', 2]]
    """
    table = _table(source, what)
    if table is None or not table.names:
        return pd.DataFrame({"a": [], "b": []}, dtype=object)
    columns = {}
    for name, cells in zip(table.names, table.columns, strict=True):
        try:
            # ids here must read like those of people, which were tidied up in the same way
            tidy, _ = tidy_column(cells, name, table.rows, table.where, one_by_one=False)
            columns[name] = canonical(tidy)
        except CellError as error:
            place, value = error.bad[0]
            message = (
                f"Row {int(table.rows[place])} of {what} has a value in column {name!r} that is not plain: "
                f"{value!r}."
            )
            raise InputError(
                error_item("bad_cell", message, column=name, row=int(table.rows[place]))
            ) from None
    return pd.DataFrame(columns, dtype=object)


def _table(source: Any, what: str) -> Table | None:
    """Return the table, or None for a file that holds a header and nothing else."""
    try:
        if isinstance(source, (str, os.PathLike)):
            return file_table(source, {"encoding": None, "separator": None, "sheet": None})
        return in_memory(source)
    except InputError as error:
        code = error.items[0]["code"]
        if code == "header_only":
            return None
        if code not in ("unsupported_source", "record_not_dict"):
            raise
        found = (
            type(source).__name__ if code == "unsupported_source" else repr(source[error.items[0]["row"] - 1])
        )
        message = f"{what[:1].upper()}{what[1:]} must be {_ACCEPTED}. Got {found} instead."
        raise InputError(error_item(code, message, found=found, accepted=_ACCEPTED)) from None


def yes_or_no(cohort: Cohort, column: str, *, needed_by: str) -> npt.NDArray[np.bool_]:
    """Return who says yes in a column; an empty cell is a no.

    Parameters
    ----------
    cohort : Cohort
    column : str
    needed_by : str

    Raises
    ------
    InputError
        ``not_yes_or_no``, with the first rows that are neither.

    Examples
    --------
    >>> people = Cohort.of([{"id": 1, "in": "yes"}, {"id": 2, "in": None}], id="id")
    >>> yes_or_no(people, "in", needed_by="near()").tolist()
    [True, False]
    """
    texts = [
        "" if is_missing(cell) else str(cell).casefold()
        for cell in cohort.column(column, needed_by=needed_by)
    ]
    wrong = [position for position, text in enumerate(texts) if text and text not in YES and text not in NO]
    if wrong:
        items = []
        for position in wrong[:LIMIT]:
            row, found = int(cohort.rows[position]), cohort.frame[column].iloc[position]
            message = (
                f"Row {row:,} has {found!r} in column {column!r}, which {needed_by} reads as yes or no. "
                f"Accepted: {YES_OR_NO}."
            )
            items.append(
                error_item(
                    "not_yes_or_no",
                    message,
                    column=column,
                    row=row,
                    id=cohort.ids[position],
                    found=found,
                    accepted=YES_OR_NO,
                )
            )
        raise InputError(capped(items, len(wrong), "rows"))
    return np.array([text in YES for text in texts], dtype=np.bool_)
