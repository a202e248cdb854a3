"""Plain cells: the same person is the same Python values, whichever table they came in.

pandas keeps a missing whole number as 4.0 beside NaN, polars as 4 beside None, a workbook as 4.0 or 4, and
a Parquet file may hold a string as bytes. A column is therefore rewritten as an object array of plain
Python cells: ``None`` (every missing value), ``str``, ``int``, ``float``, ``bool``, ``date``, ``datetime``,
``list``; and, where a table holds them, ``time``, ``timedelta`` and ``dict``. Three things are decided for a
column as a whole, so that no cell depends on how a library happened to store its neighbours:

- numbers are all ``int`` if every one of them is whole (up to 2**53), and all ``float`` otherwise;
- times are all ``date`` if every one of them is at midnight, and all ``datetime`` otherwise;
- text is stripped of white space on both ends, and blank text is missing.
"""

from __future__ import annotations

import datetime as dt
import enum
import numbers
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from pathlib import PurePath
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["CellError", "ObjectArray", "as_objects", "canonical", "clean_cell", "shown_cell"]

ObjectArray: TypeAlias = npt.NDArray[np.object_]

_NONE = type(None)
_SAMPLE = 4096  # cells looked at to tell a column of few answers from one in which everyone's differs
_HUGE = 2**1023  # beyond it are no floats; Python even refuses to write numbers of over 4,300 digits
_LARGEST_WHOLE = 2.0**53  # beyond it a float can no longer tell one whole number from the next


class CellError(Exception):
    """Some cells hold something that is not a plain value.

    Attributes
    ----------
    bad : list of (int, object)
        Positions and what stood there.
    """

    def __init__(self, bad: list[tuple[int, Any]]) -> None:
        self.bad = bad
        super().__init__(f"{len(bad)} cells are not plain values")


def shown_cell(value: Any, most: int = 60) -> str:
    """Return a cell as text for a message, whatever it is: there are lists and numbers that Python cannot write.

    Examples
    --------
    >>> shown_cell([1, 2]), shown_cell(10**5000)
    ('[1, 2]', '(int)')
    """
    try:
        return str(value)[:most]
    except (RecursionError, ValueError):
        return f"({type(value).__name__})"


def as_objects(cells: Collection[Any]) -> ObjectArray:
    """Return the cells as a one-dimensional object array, whatever they are (lists stay cells).

    Examples
    --------
    >>> as_objects([[1], [2]]).shape
    (2,)
    """
    return np.fromiter(cells, dtype=np.object_, count=len(cells))


def canonical(raw: npt.NDArray[Any]) -> ObjectArray:
    """Return a column as plain Python cells, by the rules at the top of this file.

    Parameters
    ----------
    raw : array of shape (n,)
        Any dtype. Missing values are NaN, NaT, pandas.NA or None.

    Returns
    -------
    object array of shape (n,)

    Raises
    ------
    CellError
        If a cell is not a value (a function, a complex number, bytes that are not UTF-8).

    Examples
    --------
    >>> canonical(np.array([4.0, np.nan])).tolist()
    [4, None]
    >>> canonical(np.array([" Ada ", "  ", 4.0, 4.5], dtype=object)).tolist()
    ['Ada', None, 4.0, 4.5]
    """
    kind = raw.dtype.kind
    if kind in "bui":
        return as_objects(raw.tolist())
    if kind == "f":
        return _from_floats(raw.astype(np.float64, copy=False))
    if kind == "M":
        return _from_timestamps(raw)
    if kind == "m":
        return raw.astype("m8[us]").astype(np.object_)
    cells = raw.tolist()
    kinds = set(map(type, cells))
    if int in kinds and (huge := [(at, cell) for at, cell in enumerate(cells) if _is_huge(cell)]):
        raise CellError(huge)
    if kinds <= {int, bool, _NONE}:
        return raw.copy()
    if kinds <= {str, _NONE}:
        return _from_text(raw, cells)
    return as_objects(_one_kind_of_time(_one_kind_of_number(_clean(cells))))


def _from_floats(values: npt.NDArray[np.float64]) -> ObjectArray:
    missing = np.isnan(values)
    filled = np.where(missing, 0.0, values) + 0.0  # + 0.0 turns -0.0 into 0.0
    whole = bool(np.all((np.abs(filled) <= _LARGEST_WHOLE) & (np.trunc(filled) == filled)))
    cells = as_objects((filled.astype(np.int64) if whole else filled).tolist())
    cells[missing] = None
    return cells


def _from_timestamps(values: npt.NDArray[Any]) -> ObjectArray:
    days = values.astype("M8[D]")
    known = ~np.isnat(values)
    at_midnight = bool(np.all(days[known] == values[known]))
    cells: ObjectArray = (days if at_midnight else values.astype("M8[us]")).astype(np.object_)
    # NumPy hands back a bare number for a time outside the years 1 to 9999.
    bad = [(i, str(values[i])) for i, cell in enumerate(cells.tolist()) if isinstance(cell, int)]
    if bad:
        raise CellError(bad)
    return cells


def _from_text(raw: npt.NDArray[Any], cells: list[Any]) -> ObjectArray:
    """Strip a column of text: the usual case, and the big one."""
    if raw.dtype.kind == "O" and len(set(cells[:_SAMPLE])) * 2 < _SAMPLE <= len(cells):
        # Few different answers: look at each once, and mostly find nothing to do.
        changed = {
            cell: cell.strip() or None for cell in set(cells) - {None} if cell.strip() != cell or not cell
        }
        if not changed:
            return raw.copy()
        return as_objects([changed.get(cell, cell) for cell in cells])
    return as_objects([None if cell is None else cell.strip() or None for cell in cells])


def _clean(cells: list[Any]) -> list[Any]:
    """Clean cell by cell."""
    try:
        return [(cell.strip() or None) if type(cell) is str else clean_cell(cell) for cell in cells]
    except (_NotPlainError, RecursionError):
        raise CellError([(i, cell) for i, cell in enumerate(cells) if not _is_plain(cell)]) from None


class _NotPlainError(Exception):
    """This one value has no plain form."""


def _is_plain(cell: Any) -> bool:
    try:
        clean_cell(cell)
    except (_NotPlainError, RecursionError):
        return False
    return True


def _is_huge(cell: Any) -> bool:
    """Whether a whole number has so many digits that it is no fact about a person."""
    return type(cell) is int and not -_HUGE < cell < _HUGE


def clean_cell(value: Any) -> Any:
    """Return one value in plain Python, or None where it says nothing.

    Examples
    --------
    >>> clean_cell(np.float32(0.5)), clean_cell(pd.NaT), clean_cell(("a", " ")), clean_cell(Decimal("7.00"))
    (0.5, None, ['a', None], 7)
    """
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    kind: Any = type(value)
    clean = _cleaner_of(kind)
    if clean is None:
        raise _NotPlainError
    return clean(value)


@lru_cache(maxsize=256)
def _cleaner_of(kind: type) -> Callable[[Any], Any] | None:
    """Return what makes values of this type plain. Asked once a type: abstract classes answer slowly."""
    return next((clean for kinds, clean in _CLEANERS if issubclass(kind, kinds)), None)


def _clean_whole(value: Any) -> int:
    number = int(value)
    if _is_huge(number):
        raise _NotPlainError
    return number


def _clean_float(value: Any) -> float | None:
    number = float(value)
    return None if number != number else number + 0.0


def _clean_exact(value: Any) -> int | float | None:
    """Decimals and fractions: whole ones stay exact."""
    if isinstance(value, Decimal) and not value.is_finite():
        return None if value.is_nan() else float(value)
    if not -_HUGE < value < _HUGE:
        raise _NotPlainError
    return int(value) if value == int(value) else float(value)


def _clean_bytes(value: Any) -> str | None:
    try:
        return bytes(value).decode("utf-8").strip() or None
    except UnicodeDecodeError:
        raise _NotPlainError from None


def _clean_datetime(value: Any) -> dt.datetime:
    if isinstance(value, pd.Timestamp):
        value = value.to_pydatetime(warn=False)
    offset = value.utcoffset()
    # A zone becomes its offset: the wall clock and the instant both stay, the library's own zone class goes.
    zone = None if offset is None else dt.timezone(offset)
    return dt.datetime.combine(value.date(), value.time().replace(fold=0), tzinfo=zone)


def _clean_datetime64(value: Any) -> Any:
    plain = value.astype("M8[us]").item()
    if isinstance(plain, int):
        raise _NotPlainError
    return plain


def _clean_timedelta(value: Any) -> Any:
    return pd.Timedelta(value).to_pytimedelta() if not pd.isna(value) else None


def _clean_many(value: Any) -> Any:
    if isinstance(value, np.ndarray) and value.ndim == 0:
        return clean_cell(value.item())
    cells = [clean_cell(cell) for cell in value]
    if isinstance(value, (set, frozenset)):
        # A set has no order of its own, and its order in memory changes with the hash seed.
        cells.sort(key=lambda cell: (type(cell).__name__, str(cell)))
    return cells


def _clean_mapping(value: Any) -> dict[str, Any]:
    return {str(key): clean_cell(cell) for key, cell in value.items()}


# Asked in this order: a bool is an int, a datetime is a date, text is a collection.
_CLEANERS: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    (enum.Enum, lambda value: clean_cell(value.value)),
    (str, lambda value: str(value).strip() or None),
    ((bool, np.bool_), bool),
    (np.datetime64, _clean_datetime64),
    ((dt.timedelta, np.timedelta64), _clean_timedelta),  # to NumPy a time span is a kind of integer
    (numbers.Integral, _clean_whole),
    ((float, np.floating), _clean_float),
    ((Decimal, numbers.Rational), _clean_exact),
    (numbers.Real, _clean_float),
    (dt.datetime, _clean_datetime),
    (dt.date, lambda value: dt.date(value.year, value.month, value.day)),
    (dt.time, lambda value: value),
    ((bytes, bytearray, memoryview), _clean_bytes),
    ((uuid.UUID, PurePath, pd.Period, pd.Interval), str),
    (Mapping, _clean_mapping),
    (Collection, _clean_many),
)


def _one_kind_of_number(cells: list[Any]) -> list[Any]:
    kinds = set(map(type, cells))
    if float not in kinds:
        return cells
    floats = [cell for cell in cells if type(cell) is float]
    if all(abs(number) <= _LARGEST_WHOLE and number.is_integer() for number in floats):
        return [int(cell) if type(cell) is float else cell for cell in cells]
    return [_to_float(cell) if type(cell) is int else cell for cell in cells] if int in kinds else cells


def _to_float(number: int) -> float | int:
    try:
        return float(number)
    except OverflowError:
        return number


def _one_kind_of_time(cells: list[Any]) -> list[Any]:
    kinds = set(map(type, cells))
    if dt.datetime not in kinds:
        return cells
    midnight = dt.time(0)
    if all(time.time() == midnight for time in _of_type(cells, dt.datetime)):
        return [cell.date() if type(cell) is dt.datetime else cell for cell in cells]
    return [dt.datetime.combine(cell, midnight) if type(cell) is dt.date else cell for cell in cells]


def _of_type(cells: Iterable[Any], kind: type) -> Iterable[Any]:
    return (cell for cell in cells if type(cell) is kind)
