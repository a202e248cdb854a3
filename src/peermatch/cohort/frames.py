"""Tables in memory: pandas, polars, pyarrow, and lists of records, in and (for results) out again.

polars and pyarrow are reached through narwhals, or through the object that the user handed over: neither is
imported unless it is already there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from peermatch.cohort.cells import CellError, as_objects, canonical
from peermatch.cohort.headers import mend_names
from peermatch.cohort.limits import check_height, check_width
from peermatch.cohort.table import Kind, Table, check_names
from peermatch.cohort.wording import capped
from peermatch.errors import InputError, error_item

if TYPE_CHECKING:
    import narwhals as nw

__all__ = ["ACCEPTED", "arrow_table", "in_memory", "to_kind"]

ACCEPTED = (
    "a Cohort, a pandas, polars or pyarrow table, a list of dictionaries (one a person), "
    "or a path to a .csv, .tsv, .xlsx or .parquet file"
)


def in_memory(source: Any) -> Table:
    """Return any table that is not a file.

    Parameters
    ----------
    source : pandas.DataFrame, polars.DataFrame, pyarrow.Table, or list of mappings
        One row a person.

    Returns
    -------
    Table

    Raises
    ------
    InputError
        ``"unsupported_source"``, ``"repeated_column"``, ``"two_header_rows"``, ``"record_not_dict"``.

    Examples
    --------
    >>> in_memory([{"id": 1, "city": "Oslo"}, {"id": 2, "city": None}]).names
    ['id', 'city']
    """
    if isinstance(source, pd.DataFrame):
        return _pandas_table(source)
    if isinstance(source, (list, tuple)):
        return _records_table(source)
    # imported here: files and pandas tables, which most people have, do without
    import narwhals as nw
    import narwhals.dependencies as known

    if known.is_pyarrow_table(source):
        return arrow_table(source, "pyarrow", "the pyarrow table")
    if known.is_polars_dataframe(source):
        frame = nw.from_native(source, eager_only=True)
        columns = [_raw(frame[name]) for name in frame.columns]
        return _table(list(frame.columns), columns, len(frame), "polars", "the polars table")
    raise InputError(_unsupported(source))


def _unsupported(source: Any) -> dict[str, Any]:
    import narwhals.dependencies as known

    found = f"{type(source).__module__}.{type(source).__qualname__}".removeprefix("builtins.")
    advice = ""
    if known.is_polars_lazyframe(source):
        advice = " Call .collect() on it first."
    elif isinstance(source, Mapping):
        advice = " A dictionary of columns becomes a table with pandas.DataFrame(...)."
    elif known.is_narwhals_dataframe(source):
        advice = " Call .to_native() on it first."
    elif isinstance(source, (bytes, bytearray)) or hasattr(source, "read"):
        advice = " Save it to a file and pass the path."
    message = f"People must be {ACCEPTED}. Got {found} instead.{advice}"
    return error_item("unsupported_source", message, found=found, accepted=ACCEPTED)


def _table(
    names: Sequence[str], columns: Sequence[npt.NDArray[Any]], count: int, kind: Kind, where: str
) -> Table:
    """Return the table, every column with a name of its own."""
    check_width(len(names), where)
    check_height(count, where)
    _refuse_broken(names, where)
    named, kept, repairs, split = mend_names(
        names,
        lambda place: _is_empty(columns[place]),
        lambda place, other: _are_same(columns[place], columns[other]),
    )
    final = [name for name, keep in zip(named, kept, strict=True) if keep]
    arrays = [array for array, keep in zip(columns, kept, strict=True) if keep]
    rows = np.arange(1, count + 1, dtype=np.int64)
    return Table(final, arrays, rows, kind, where, repairs, split_names=split)


def _refuse_broken(names: Sequence[str], where: str) -> None:
    """Refuse names of columns that no file could hold."""
    for place, name in enumerate(names, start=1):
        if any("\ud800" <= letter <= "\udfff" for letter in name):
            shown = name.encode("utf-8", "backslashreplace").decode()
            message = f"The name of column {place} of {where}, '{shown}', has broken characters. Rename it."
            raise InputError(
                error_item("bad_header", message, column=shown, found=shown, accepted="plain text")
            )


def _is_empty(cells: npt.NDArray[Any]) -> bool:
    try:
        return all(cell is None for cell in canonical(cells).tolist())
    except CellError:
        return False


def _are_same(cells: npt.NDArray[Any], others: npt.NDArray[Any]) -> bool:
    try:
        pairs = zip(canonical(cells).tolist(), canonical(others).tolist(), strict=True)
        return all(type(cell) is type(other) and cell == other for cell, other in pairs)
    except CellError:
        return False


# ---- pandas ---------------------------------------------------------------------------------------------


def _pandas_table(frame: pd.DataFrame) -> Table:
    where = "the pandas table"
    if isinstance(frame.columns, pd.MultiIndex):
        first = " / ".join(map(str, frame.columns[0])) if len(frame.columns) else ""
        message = (
            f"Columns of {where} have {frame.columns.nlevels} header rows (the first column is {first!r}). "
            "One header row is accepted: join the names first."
        )
        raise InputError(error_item("two_header_rows", message, found=first, accepted="one header row"))
    names = [str(name) for name in frame.columns]
    check_width(len(names), where)
    columns = [_raw_pandas(frame.iloc[:, position]) for position in range(len(names))]
    table = _table(names, columns, len(frame), "pandas", where)
    table.index_names = tuple(str(name) for name in frame.index.names if name is not None)
    return table


def _raw_pandas(series: pd.Series[Any]) -> npt.NDArray[Any]:
    if isinstance(series.dtype, np.dtype):
        return series.to_numpy()
    if isinstance(series.dtype, pd.CategoricalDtype):
        # A code of -1 is a missing value: it picks the None at the end.
        labels = as_objects([*series.cat.categories.tolist(), None])
        return labels[series.cat.codes.to_numpy()]
    if isinstance(series.dtype, pd.StringDtype):
        strings = np.array(series.array, dtype=np.object_)
        strings[series.isna().to_numpy()] = None
        return strings
    return np.asarray(series.array, dtype=np.object_)


# ---- polars and pyarrow ---------------------------------------------------------------------------------


def arrow_table(table: Any, kind: Kind, where: str) -> Table:
    """Return a pyarrow table, without the nameless index that pandas may have left in it.

    Parameters
    ----------
    table : pyarrow.Table
        One row a person.
    kind : {"pyarrow", "file"}
        Whether it was handed over, or read from a file.
    where : str
        How messages call it.
    """
    left_over = _index_columns(table.schema.metadata)
    kept = [place for place, name in enumerate(table.column_names) if name not in left_over]
    check_width(len(kept), where)
    columns = [_raw_arrow(table.column(place)) for place in kept]
    names = [str(table.column_names[place]) for place in kept]
    return _table(names, columns, table.num_rows, kind, where)


def _index_columns(metadata: Mapping[bytes, bytes] | None) -> set[str]:
    """Return names such as ``__index_level_0__``: the row numbers of a shuffled pandas table, no facts."""
    try:
        listed = json.loads((metadata or {}).get(b"pandas", b"{}")).get("index_columns", [])
    except (ValueError, AttributeError):
        return set()
    return {name for name in listed if isinstance(name, str) and re.fullmatch(r"__index_level_\d+__", name)}


def _raw_arrow(column: Any) -> npt.NDArray[Any]:
    if hasattr(column.type, "value_type") and hasattr(column.type, "index_type"):
        column = column.cast(column.type.value_type)  # a dictionary column, in plain values
    import narwhals as nw

    return _raw(nw.from_native(column, series_only=True))


def _raw(series: nw.Series[Any]) -> npt.NDArray[Any]:
    import narwhals as nw

    dtype = series.dtype
    if dtype.is_float():
        return np.asarray(series.to_numpy())
    if isinstance(dtype, nw.Datetime) and dtype.time_zone is None:
        return np.asarray(series.to_numpy())
    if dtype.is_integer() and not series.null_count():
        return np.asarray(series.to_numpy())
    if isinstance(dtype, nw.String):
        return np.asarray(series.to_numpy(), dtype=np.object_)
    return as_objects(series.to_list())


# ---- records --------------------------------------------------------------------------------------------


def _records_table(records: Sequence[Any]) -> Table:
    where = "the records"
    bad = [row for row, record in enumerate(records, start=1) if not isinstance(record, Mapping)]
    if bad:
        items = []
        for row in bad[:10]:
            found = type(records[row - 1]).__name__
            message = (
                f"Record {row} is of type {found}. Every record must be a dictionary "
                "from column name to value, one a person."
            )
            items.append(
                error_item("record_not_dict", message, row=row, found=found, accepted="a dictionary")
            )
        raise InputError(capped(items, len(bad), "records"))
    keys = _keys(records)
    names = [str(key) for key in keys]
    check_names(names, where)
    check_width(len(keys), where)
    columns = [as_objects([record.get(key) for record in records]) for key in keys]
    return _table(names, columns, len(records), "records", where)


def _keys(records: Sequence[Mapping[Any, Any]]) -> list[Any]:
    """Return every key: in the order of the records, or sorted where records don't have the same keys.

    The order of columns must not depend on which record came first.
    """
    if not records:
        return []
    first = list(records[0])
    if all(list(record) == first for record in records):
        return first
    return sorted(
        {key for record in records for key in record}, key=lambda key: (str(key), type(key).__name__)
    )


# ---- out again ------------------------------------------------------------------------------------------


def to_kind(frame: pd.DataFrame, kind: Kind) -> Any:
    """Return a pandas table as a table of the kind that came in.

    Columns that hold values of several kinds (ids 7 and "A7", say) become text in polars and pyarrow,
    whose columns hold one kind each.

    Parameters
    ----------
    frame : pandas.DataFrame
        Any table of results.
    kind : {"pandas", "polars", "pyarrow", "records", "file"}
        What came in.

    Returns
    -------
    polars.DataFrame, pyarrow.Table, or the same pandas.DataFrame

    Examples
    --------
    >>> to_kind(pd.DataFrame({"id": [1, 2]}), "records").shape
    (2, 1)
    """
    if kind == "polars":
        import polars

        return polars.DataFrame([_polars_series(str(name), frame[name]) for name in frame.columns])
    if kind == "pyarrow":
        pyarrow = import_module("pyarrow")
        arrays = [_arrow_array(frame[name]) for name in frame.columns]
        return pyarrow.table(arrays, names=[str(name) for name in frame.columns])
    return frame


def _is_plain_numpy(series: pd.Series[Any]) -> bool:
    return isinstance(series.dtype, np.dtype) and series.dtype.kind in "biuf"


def _values(series: pd.Series[Any]) -> list[Any]:
    missing = series.isna().to_numpy()
    return [None if gone else cell for cell, gone in zip(series.tolist(), missing, strict=True)]


def _as_text(values: Iterable[Any]) -> list[str | None]:
    return [None if value is None else str(value) for value in values]


def _polars_series(name: str, series: pd.Series[Any]) -> Any:
    import polars

    if _is_plain_numpy(series):
        return polars.Series(name, series.to_numpy())
    values = _values(series)
    if all(value is None for value in values):
        return polars.Series(name, values, dtype=polars.String)
    try:
        return polars.Series(name, values, strict=True)
    except (TypeError, OverflowError, polars.exceptions.PolarsError):
        return polars.Series(name, _as_text(values), dtype=polars.String)


def _arrow_array(series: pd.Series[Any]) -> Any:
    pyarrow = import_module("pyarrow")
    if _is_plain_numpy(series):
        return pyarrow.array(series.to_numpy())
    values = _values(series)
    if all(value is None for value in values):
        return pyarrow.array(values, type=pyarrow.string())
    try:
        return pyarrow.array(values)
    except (pyarrow.ArrowInvalid, pyarrow.ArrowTypeError, pyarrow.ArrowNotImplementedError, OverflowError):
        return pyarrow.array(_as_text(values), type=pyarrow.string())
