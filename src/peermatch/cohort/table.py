"""A table on its way in: names, raw columns, where it came from, and what was mended so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from peermatch.errors import InputError, error_item

__all__ = ["REPAIR_COLUMNS", "Kind", "Repair", "Table", "check_names", "name_headers", "repairs_frame"]

Kind: TypeAlias = Literal["pandas", "polars", "pyarrow", "records", "file"]

REPAIR_COLUMNS = ("column", "row", "id", "found", "became", "reason")


class Repair(NamedTuple):
    """One thing that was mended on the way in. `row` counts data rows from 1; None concerns all of them."""

    column: str | None
    row: int | None
    found: Any
    became: Any
    reason: str


@dataclass(eq=False)
class Table:
    """Columns as they were read, before cells are made plain.

    Attributes
    ----------
    names : list of str
        Column names as they came, no two equal.
    columns : list of arrays of shape (n,)
        In the order of `names`; any dtype.
    rows : int64 array of shape (n,)
        Each row's number in the original, from 1. Rows without any value are left out, so numbers may skip.
    kind : str
        What came in: "pandas", "polars", "pyarrow", "records" or "file".
    where : str
        How messages call it: a path, or "the pandas table".
    repairs : list of Repair
    index_names : tuple of str
        Names of a pandas index, which is not a column: only for the message when such a name is asked for.
    """

    names: list[str]
    columns: list[npt.NDArray[Any]]
    rows: npt.NDArray[np.int64]
    kind: Kind
    where: str
    repairs: list[Repair] = field(default_factory=list)
    index_names: tuple[str, ...] = ()


def check_names(names: Sequence[str], where: str) -> None:
    """Refuse a table in which two columns have the same name.

    Raises
    ------
    InputError
        One item per repeated name, code ``"repeated_column"``.
    """
    if len(set(names)) == len(names):
        return
    items = []
    for name, count in Counter(names).items():
        if count > 1:
            places = [position + 1 for position, other in enumerate(names) if other == name]
            at = ", ".join(map(str, places))
            message = (
                f"Column {name!r} stands {count} times in {where} (columns {at}). "
                "Every column needs a name of its own: rename or remove all but one."
            )
            item = error_item(
                "repeated_column", message, column=name, found=places, accepted="one column of that name"
            )
            items.append(item)
    raise InputError(items)


def name_headers(names: Sequence[str], blank: Sequence[bool]) -> tuple[list[str], list[bool], list[Repair]]:
    """Give columns without a header a name, or leave them out where they hold nothing either.

    Parameters
    ----------
    names : sequence of str
        Headers as written; blank ones are white space or "".
    blank : sequence of bool
        Which columns hold no value at all.

    Returns
    -------
    names, kept, repairs
        `names` for all columns; `kept` says which columns stay.

    Examples
    --------
    >>> name_headers(["id", "", " "], [False, False, True])[:2]
    (['id', 'column 2', ''], [True, True, False])
    """
    named: list[str] = []
    kept: list[bool] = []
    repairs = []
    for position, (name, empty) in enumerate(zip(names, blank, strict=True), start=1):
        if name.strip():
            named.append(name)
            kept.append(True)
        elif empty:
            named.append("")
            kept.append(False)
            reason = f"column {position} has neither a header nor a value, and was left out"
            repairs.append(Repair(None, None, None, None, reason))
        else:
            named.append(f"column {position}")
            kept.append(True)
            reason = f"column {position} had no header, and was named by its place"
            repairs.append(Repair(named[-1], None, None, named[-1], reason))
    return named, kept, repairs


def repairs_frame(repairs: Sequence[Repair], ids: Sequence[Any]) -> pd.DataFrame:
    """Return repairs as the table that `Cohort.repairs` is.

    Parameters
    ----------
    repairs : sequence of Repair
        In the order of the table to be.
    ids : sequence
        Whose row each repair was, in the same order; None where it was nobody's.
    """
    cells = [
        (repair.column, repair.row, id, repair.found, repair.became, repair.reason)
        for repair, id in zip(repairs, ids, strict=True)
    ]
    return pd.DataFrame(cells, columns=list(REPAIR_COLUMNS), dtype=object)
