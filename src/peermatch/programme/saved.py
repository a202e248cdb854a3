"""A programme as plain data: JSON with a schema version, so that it can be read in ten years and by others."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from peermatch.checks import did_you_mean
from peermatch.cohort.aside import is_missing
from peermatch.errors import InputError, error_item
from peermatch.report import json_text, write_files

__all__ = ["SCHEMA", "check_scores", "checked", "is_plain", "table_from", "table_to", "write_json"]

SCHEMA = "peermatch/programme/1"
_KEYS = ("schema", "matcher", "protect", "history", "attendance", "weakest")


def table_to(frame: pd.DataFrame) -> dict[str, Any]:
    """Return a table as columns and rows; days become text, what is missing null.

    Examples
    --------
    >>> table_to(pd.DataFrame({"id": ["007", 7], "date": [None, "2026-12-01"]}, dtype=object))
    {'columns': ['id', 'date'], 'rows': [['007', None], [7, '2026-12-01']]}
    """
    rows = [[_plain(cell) for cell in row] for row in frame.itertuples(index=False, name=None)]
    return {"columns": list(map(str, frame.columns)), "rows": rows}


def _plain(cell: Any) -> Any:
    if is_missing(cell):
        return None
    if isinstance(cell, np.generic):
        cell = cell.item()
    return cell if isinstance(cell, bool | int | float | str) else str(cell)


def table_from(data: Any, name: str, needed: Sequence[str]) -> pd.DataFrame:
    """Return the table that `table_to` wrote.

    Raises
    ------
    InputError
        If it is none, or lacks a column.
    """
    wrong = (
        not isinstance(data, Mapping)
        or not isinstance(data.get("columns"), list)
        or not isinstance(data.get("rows"), list)
        or not all(isinstance(column, str) for column in data["columns"])
        or len(set(data["columns"])) < len(data["columns"])
        or any(not isinstance(row, list) or len(row) != len(data["columns"]) for row in data["rows"])
    )
    if wrong:
        message = f"{name!r} must be a table: columns with different names, and rows of as many cells."
        raise _fault(message, name)
    for number, row in enumerate(data["rows"], start=1):
        if not all(is_plain(cell) for cell in row):
            raise _fault(f"Row {number} of {name!r} must hold texts, numbers and nulls only.", name)
    missing = [column for column in needed if column not in data["columns"]]
    if missing:
        raise _fault(
            f"{name!r} has no column {missing[0]!r}. It has: {', '.join(data['columns'])}.", missing[0]
        )
    columns = {
        column: pd.Series([row[place] for row in data["rows"]], dtype=object)
        for place, column in enumerate(data["columns"])
    }
    return pd.DataFrame(columns, columns=data["columns"], dtype=object)


def check_scores(attendance: pd.DataFrame) -> None:
    """Refuse an attendance whose scores are not numbers.

    Raises
    ------
    InputError
        With the first row that holds something else.
    """
    for row, cell in enumerate(attendance["score"], start=1):
        number = isinstance(cell, int | float) and not isinstance(cell, bool) and abs(cell) <= _MOST_SCORE
        if not number and not is_missing(cell):
            raise _fault(
                f"Row {row} of 'attendance' has the score {cell!r:.60}: a number or null is needed.", "score"
            )


_MOST_SCORE = 1_000.0  # scores are in [0, 1]; whatever is far from it is none


def is_plain(cell: Any) -> bool:
    """Return whether this is a text, a number, true, false, or nothing.

    Examples
    --------
    >>> is_plain("007"), is_plain(None), is_plain([7])
    (True, True, False)
    """
    return cell is None or isinstance(cell, bool | int | float | str)


def write_json(path: str | os.PathLike[str], data: Mapping[str, Any]) -> Path:
    """Write data to a file, which appears whole or not at all.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    target = Path(path)
    return write_files(target.parent, {target.name: json_text(data)})[0]


def checked(data: Any) -> Mapping[str, Any]:
    """Return the data of a programme, once its schema and keys are known to be right.

    Raises
    ------
    InputError
        If they are not.
    """
    if not isinstance(data, Mapping):
        raise _fault("A programme must be a mapping with the keys " + ", ".join(_KEYS) + ".", None)
    if data.get("schema") != SCHEMA:
        raise _fault(f"This has the schema {data.get('schema')!r}; this version reads {SCHEMA!r}.", "schema")
    for key in data:
        if key not in _KEYS:
            raise _fault(f"A programme has no key {key!r}." + did_you_mean(str(key), list(_KEYS)), str(key))
    missing = [key for key in _KEYS if key not in data]
    if missing:
        raise _fault(f"The programme has no key {missing[0]!r}.", missing[0])
    return data


def _fault(message: str, column: str | None) -> InputError:
    return InputError(error_item("bad_programme", message, column=column))
