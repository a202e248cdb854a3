"""Any table, column by column: the distinct values of each column and where they stand.

People's tables repeat themselves: a million cells hold some hundreds of spellings. So each column is
factorised once, every *distinct* value is read once, and results are taken by code. A column of numbers stays
an array of numbers.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from peermatch.encoders._missing import is_missing_text

__all__ = ["Column", "as_pandas", "columns_of", "fold", "text_of"]

# Kinds of object column (pandas' words) in which equal values are the same value. Elsewhere True == 1 would
# be merged.
_PLAIN_KINDS = frozenset(
    {"string", "empty", "floating", "integer", "boolean", "datetime64", "datetime", "date", "decimal"}
)


@dataclass(frozen=True, eq=False)
class Column:
    """One column of cells.

    Attributes
    ----------
    name : str
        As people know it: the header, or "column 0".
    data : pandas.Series or ndarray of shape (n,)
    numbers : ndarray of float64, shape (n,), or None
        The column itself where it is numeric by type (NaN for missing).
    """

    name: str
    data: Any
    numbers: NDArray[np.float64] | None

    def __len__(self) -> int:
        return len(self.data)

    @property
    def label(self) -> str:
        """The column in a sentence: column 'grade', or column 0."""
        return self.name if self.name.startswith("column ") else f"column {self.name!r}"

    @cached_property
    def distinct(self) -> tuple[NDArray[np.int64], list[Any]]:
        """Codes of shape (n,), -1 for missing, and the distinct known values in order of appearance."""
        if self.numbers is not None:
            codes, uniques = pd.factorize(self.numbers)
            return codes.astype(np.int64), uniques.tolist()
        codes, values = _factorize(self.data)
        known = np.array([not is_missing_text(value) for value in values], dtype=bool)
        if known.all():
            return codes, values
        renumbered = np.append(np.where(known, np.cumsum(known) - 1, -1), -1)  # the last one serves code -1
        return renumbered[codes].astype(np.int64), [v for v, k in zip(values, known, strict=True) if k]

    @property
    def codes(self) -> NDArray[np.int64]:
        """The position of each cell's value in `values`, -1 for missing."""
        return self.distinct[0]

    @property
    def values(self) -> list[Any]:
        """The distinct known values."""
        return self.distinct[1]

    @property
    def counts(self) -> NDArray[np.int64]:
        """How many cells hold each of `values`."""
        codes = self.codes
        return np.bincount(codes[codes >= 0], minlength=len(self.values)).astype(np.int64)


def _factorize(data: Any) -> tuple[NDArray[np.int64], list[Any]]:
    """Codes and distinct values of a column that is not numeric by type."""
    if data.dtype == object and pd.api.types.infer_dtype(data, skipna=True) not in _PLAIN_KINDS:
        return _factorize_mixed(data)
    codes, uniques = pd.factorize(data)
    return codes.astype(np.int64), list(uniques.astype(object))


def _factorize_mixed(cells: Iterable[Any]) -> tuple[NDArray[np.int64], list[Any]]:
    """The same for cells of several types, lists and sets among them; True, 1 and "1" stay apart."""
    place: dict[Any, int] = {}
    values: list[Any] = []
    codes: list[int] = []
    for raw in cells:
        cell = _frozen(raw)
        if cell is None or (pd.api.types.is_scalar(cell) and pd.isna(cell)):
            codes.append(-1)
            continue
        try:
            code = place.setdefault((isinstance(cell, bool), cell), len(values))
        except (
            TypeError
        ):  # unhashable, so of no kind that we read; it stays apart from all others and is refused later
            code = len(values)
        if code == len(values):
            values.append(cell)
        codes.append(code)
    return np.array(codes, dtype=np.int64), values


def _frozen(cell: Any) -> Any:
    """A list, set or array of values as a tuple; sets in the order of their text, so that no hash decides."""
    if isinstance(cell, np.ndarray):
        cell = cell.tolist()
    if isinstance(cell, (set, frozenset)):
        return tuple(sorted(cell, key=lambda value: (text_of(value), type(value).__name__)))
    return tuple(cell) if isinstance(cell, list) else cell


def text_of(value: Any) -> str:
    """Write a value as people would: 3.0 is "3", a date is in ISO form, blanks are single.

    Examples
    --------
    >>> text_of(3.0), text_of(" two  words "), text_of(True)
    ('3', 'two words', 'True')
    """
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, (dt.date, dt.datetime)):
        return value.isoformat()
    if isinstance(value, (float, np.floating)) and math.isfinite(value) and float(value).is_integer():
        return str(int(value))
    return str(value)


def fold(value: Any) -> str:
    """Return the form under which values are compared: single blanks, no difference of case.

    Examples
    --------
    >>> fold("  Public   Speaking ") == fold("public speaking")
    True
    """
    return text_of(value).casefold()


def as_pandas(X: Any) -> Any:
    """Turn a polars or pyarrow table (anything narwhals reads) into a pandas one; leave the rest alone.

    Columns with gaps or of mixed type become object columns one by one: nothing is guessed on the way.
    """
    if isinstance(X, (pd.DataFrame, np.ndarray, list, tuple)) or not hasattr(X, "columns"):
        return X
    import narwhals as nw

    frame = nw.from_native(X, eager_only=True, pass_through=True)
    if not isinstance(frame, nw.DataFrame):
        return X
    columns: dict[str, pd.Series[Any]] = {}
    for name in frame.columns:
        series = frame[name]
        if series.dtype.is_numeric() and not isinstance(series.dtype, nw.Decimal):
            columns[name] = pd.Series(np.asarray(series.to_numpy()))
        else:
            columns[name] = pd.Series(series.to_list(), dtype=object)
    return pd.DataFrame(columns, columns=list(columns), copy=False)


def columns_of(X: Any) -> list[Column]:
    """Cut a pandas table or a 2-D array into columns.

    Parameters
    ----------
    X : pandas.DataFrame or ndarray of shape (n, d)

    Returns
    -------
    list of Column
        Of length d. A column that is numeric by type, nullable ones too, has its `numbers`.
    """
    if isinstance(X, pd.DataFrame):
        return [_column(str(name), X.iloc[:, at]) for at, name in enumerate(X.columns)]
    if X.dtype.kind == "M":  # as an array of objects these would become whole numbers of nanoseconds
        return [_column(f"column {at}", pd.Series(X[:, at])) for at in range(X.shape[1])]
    if X.dtype.kind not in "biuf":
        X = X.astype(object)
    return [_column(f"column {at}", X[:, at]) for at in range(X.shape[1])]


def _column(name: str, data: Any) -> Column:
    dtype = data.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        data = data.astype(object)
    elif pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_bool_dtype(dtype):
        if isinstance(data, pd.Series):
            return Column(name, data, data.to_numpy(dtype=np.float64, na_value=np.nan))
        return Column(name, data, data.astype(np.float64))
    return Column(name, data, None)
