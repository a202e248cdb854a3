"""What all encoders of cells share: reading the table, and saying which cells are wrong."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import _check_feature_names_in, check_array, check_is_fitted, validate_data

from peermatch.checks import check_choice
from peermatch.encoders._table import Column, as_pandas, columns_of
from peermatch.errors import InputError, error_item

__all__ = ["CellEncoder", "refuse", "wrong_kind"]

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


class CellEncoder(TransformerMixin, BaseEstimator):
    """A transformer over positional columns of cells of any kind.

    It adds to scikit-learn's base classes what its own validation cannot do: every column is looked at alone,
    so that a table of texts, numbers, dates and gaps doesn't become one array first.
    """

    def _read(self, X: Any, *, reset: bool) -> list[Column]:
        """Check the table and return its columns; remember names and number of columns when `reset`."""
        X = as_pandas(X)
        if isinstance(X, pd.DataFrame):
            if not X.shape[0] or not X.shape[1]:
                check_array(np.empty(X.shape))  # scikit-learn's own words for a table of nothing
            _refuse_doubles(X)
        else:
            X = check_array(X, dtype=None, ensure_all_finite=False, input_name="X")
        if not reset:
            check_is_fitted(self)
        validate_data(self, X, reset=reset, skip_check_array=True)
        columns = columns_of(X)
        for column in columns:
            _refuse_infinity(column)
        return columns

    def _names_in(self, input_features: Any) -> NDArray[np.object_]:
        """The names of the columns, as scikit-learn checks and makes them."""
        names: NDArray[np.object_] = _check_feature_names_in(self, input_features)
        return names

    def _check_fitted(self) -> None:
        check_is_fitted(self)

    def _check_invalid(self) -> None:
        check_choice(type(self).__name__, "invalid", getattr(self, "invalid", "error"), ("error", "unknown"))

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "n_features_in_")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        return tags


def _refuse_doubles(frame: pd.DataFrame) -> None:
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
