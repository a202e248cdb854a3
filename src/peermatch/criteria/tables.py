"""Tables of pairs and lists of ids, as users hand them over."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import pandas as pd

from peermatch.checks import did_you_mean
from peermatch.cohort.aside import is_missing, read_table
from peermatch.errors import InputError, error_item

__all__ = ["framed", "pair_table", "plain_table"]


def plain_table(table: Any) -> Any:
    """Return a table of pairs as data for JSON and TOML: a path, a list of pairs, or records without gaps.

    Examples
    --------
    >>> plain_table({("b", "c"), ("a", "b")})
    [['a', 'b'], ['b', 'c']]
    >>> plain_table(pd.DataFrame({"a": [1, 2], "b": [3, 4], "strength": [0.5, None]}))
    [{'a': 1, 'b': 3, 'strength': 0.5}, {'a': 2, 'b': 4}]
    """
    if isinstance(table, str | os.PathLike):
        return os.fspath(table)
    records = read_table(framed(table), what="the table").to_dict("records")
    if _is_pairs(table):
        return [[row["a"], row["b"]] for row in records]
    return [{str(key): cell for key, cell in row.items() if not is_missing(cell)} for row in records]


def _is_pairs(table: Any) -> bool:
    return isinstance(table, list | tuple | set) and all(
        isinstance(row, list | tuple) and len(row) == 2 for row in table
    )


def framed(table: Any) -> Any:
    """Return a list of pairs as a frame, a set of them in an order that no hash decides; anything else as it is."""
    if not _is_pairs(table):
        return table
    rows = sorted(table, key=repr) if isinstance(table, set) else table
    return pd.DataFrame({"a": [row[0] for row in rows], "b": [row[1] for row in rows]}, dtype=object)


def pair_table(table: Any, needed_by: str, first: Sequence[str], second: Sequence[str]) -> pd.DataFrame:
    """Read a table of pairs of ids: a frame, records, a list of (a, b), or a path to a CSV file.

    Parameters
    ----------
    table
        What the user gave.
    needed_by : str
        For the error, such as ``"forbid()"``.
    first, second : sequences of str
        Accepted names of the two id columns, best first.

    Returns
    -------
    pandas.DataFrame
        With the two id columns renamed to ``a`` and ``b``, and any others as they are.
    """
    frame = read_table(framed(table), what=f"the table of {needed_by}")
    names = {}
    for wanted, target in ((first, "a"), (second, "b")):
        hit = next((name for name in wanted if name in frame.columns), None)
        if hit is None:
            raise InputError(
                error_item(
                    "unknown_column",
                    f"The table of {needed_by} has no column {wanted[0]!r}."
                    + did_you_mean(wanted[0], list(frame.columns)),
                    column=wanted[0],
                    found=list(map(str, frame.columns)),
                    accepted=list(wanted),
                )
            )
        names[hit] = target
    frame = frame.rename(columns=names)
    _refuse_lists(frame, needed_by)
    return frame


def _refuse_lists(frame: pd.DataFrame, needed_by: str) -> None:
    """Refuse a list or a record where an id, a round or a day should stand."""
    for name in ("a", "b", "round", "date"):
        if name not in frame.columns:
            continue
        for row, cell in enumerate(frame[name], start=1):
            if isinstance(cell, list | dict):
                # what stands there is not repeated: the list may be a private one
                kind = "a list" if isinstance(cell, list) else "a record"
                message = f"Row {row} of the table of {needed_by} has {kind} in column {name!r}: one value is needed."
                item = error_item("bad_cell", message, column=name, row=row, found=kind, accepted="one value")
                raise InputError(item)
