"""What reads cells, without scikit-learn: the columns of a table, and saying which cells are wrong.

Every encoder is a reader of cells that scikit-learn can use as well. Criteria need the reader alone, and importing
scikit-learn takes longer than pairing a thousand people.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from peermatch.checks import check_choice
from peermatch.encoders._table import Column, columns_of
from peermatch.errors import InputError, error_item

__all__ = ["CellReader", "checked_columns", "refuse", "refuse_doubles", "wrong_kind"]

logger = logging.getLogger("peermatch.encoders")


def wrong_kind(column: Column, bad: Mapping[int, str], *, accepted: str, remedy: str) -> InputError:
    """Build the error for a column with cells of the wrong kind.

    Parameters
    ----------
    column : Column
    bad : mapping of int to str
        Which of `column.values` cannot be read, and why, in half a sentence.
    accepted, remedy : str
        What would have been taken, and what to do.

    Returns
    -------
    InputError
        One item of the code "wrong_kind"; `row` is the first bad row (counted from 1), `found` the first
        three as a list of {"row", "value", "why"}.
    """
    rows = np.flatnonzero(np.isin(column.codes, np.fromiter(bad, dtype=np.int64, count=len(bad))))
    found = []
    for row in rows[:3].tolist():
        at = int(column.codes[row])
        found.append({"row": row + 1, "value": _shown(column.values[at]), "why": bad[at]})
    listed = "; ".join(f"row {one['row']}: {one['value']!r} ({one['why']})" for one in found)
    cells = "1 cell" if len(rows) == 1 else f"{len(rows)} cells"
    message = f"C{column.label[1:]} has {cells} of the wrong kind: {listed}. Accepted: {accepted}. {remedy}"
    item = error_item(
        "wrong_kind", message, column=column.name, row=found[0]["row"], found=found, accepted=accepted
    )
    return InputError(item)


def _shown(value: Any) -> Any:
    """A value that goes into JSON, and is not too long to read."""
    if isinstance(value, (bool, int, float)):
        return value
    text = value if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def refuse(column: Column, bad: Mapping[int, str], *, invalid: str, accepted: str, remedy: str) -> None:
    """Raise for the bad cells, or, where `invalid` is "unknown", say in the log that they are not known."""
    if not bad:
        return
    if invalid == "error":
        raise wrong_kind(column, bad, accepted=accepted, remedy=remedy)
    logger.info("%s: %d different values could not be read and count as unknown", column.name, len(bad))


class CellReader:
    """Reads the columns of a pandas table whose header is the same every time.

    Attributes
    ----------
    called : str
        What errors call it: the encoder that it is the inner part of.
    n_features_in_, feature_names_in_
        Number and names of the columns, once fitted.
    """

    called: ClassVar[str]
    n_features_in_: int
    feature_names_in_: NDArray[np.object_]

    def _read(self, X: Any, *, reset: bool) -> list[Column]:
        """Return the columns; remember their names and number when `reset`."""
        refuse_doubles(X)
        if reset:
            self.feature_names_in_ = np.asarray(X.columns, dtype=object)
            self.n_features_in_ = X.shape[1]
        return checked_columns(X)

    def _check_invalid(self) -> None:
        check_choice(self.called, "invalid", getattr(self, "invalid", "error"), ("error", "unknown"))


def checked_columns(X: Any) -> list[Column]:
    """Cut a table into columns, none of which may hold infinity."""
    columns = columns_of(X)
    for column in columns:
        _refuse_infinity(column)
    return columns


def refuse_doubles(frame: pd.DataFrame) -> None:
    """Refuse a table in which two columns have one name."""
    if frame.columns.is_unique:
        return
    name = str(frame.columns[frame.columns.duplicated()][0])
    times = int((frame.columns == name).sum())
    message = f"The column {name!r} stands {times} times in the table. Give each column a name of its own."
    raise InputError(error_item("duplicate_column", message, column=name, found=times, accepted=1))


def _refuse_infinity(column: Column) -> None:
    numbers: NDArray[np.float64] | None = column.numbers
    if numbers is None or not np.isinf(numbers).any():
        return
    bad = {at: "not a finite number" for at, value in enumerate(column.values) if np.isinf(value)}
    raise wrong_kind(
        column, bad, accepted="finite numbers, or NaN for unknown", remedy="Correct these cells."
    )
