"""A table on its way in: names, raw columns, where it came from, and what was mended so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from peermatch.errors import InputError, error_item

__all__ = ["REPAIR_COLUMNS", "Kind", "Repair", "Sure", "Table", "check_names", "repairs_frame"]

Kind: TypeAlias = Literal["pandas", "polars", "pyarrow", "records", "file"]
Sure: TypeAlias = Literal["certain", "likely", "open"]

REPAIR_COLUMNS = (
    "column", "row", "id", "found", "became", "reason", "code", "sure", "count", "file", "sheet"
)  # fmt: skip


class Repair(NamedTuple):
    """One thing that was mended on the way in, or left for a person to decide.

    Attributes
    ----------
    column : str or None
        None where it concerns whole rows, or the file.
    row : int or None
        Counts data rows from 1; None where it concerns several of them, or all.
    found, became
        What stood there and what stands there now; of several cells an example. The same where nothing was changed.
    reason : str
        One sentence, or most of one.
    code : str
        A short stable name that programs may switch on.
    sure : {"certain", "likely", "open"}
        Could it have been meant otherwise? "open": nobody but a person can tell, and nothing was changed.
    many : int
        How many cells (or rows, or columns) it concerns.
    """

    column: str | None
    row: int | None
    found: Any
    became: Any
    reason: str
    code: str = "repair"
    sure: Sure = "certain"
    many: int = 1


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
    how : dict
        How a file was read: file, format, encoding, separator, sheet, header.
    split_names : dict
        Headers that stood several times over different values -> the names that their columns were given.
    """

    names: list[str]
    columns: list[npt.NDArray[Any]]
    rows: npt.NDArray[np.int64]
    kind: Kind
    where: str
    repairs: list[Repair] = field(default_factory=list)
    index_names: tuple[str, ...] = ()
    how: dict[str, Any] = field(default_factory=dict)
    split_names: dict[str, list[str]] = field(default_factory=dict)


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


def repairs_frame(repairs: Sequence[Repair], ids: Sequence[Any], how: Mapping[str, Any]) -> pd.DataFrame:
    """Return repairs as the table that `Cohort.repairs` is.

    Parameters
    ----------
    repairs : sequence of Repair
        In the order of the table to be.
    ids : sequence
        Whose row each repair was, in the same order; None where it was nobody's.
    how : mapping
        How the table was read; its "file" and "sheet" say where.
    """
    place = (how.get("file"), how.get("sheet"))
    cells = [
        (one.column, one.row, id, one.found, one.became, one.reason, one.code, one.sure, one.many, *place)
        for one, id in zip(repairs, ids, strict=True)
    ]
    return pd.DataFrame(cells, columns=list(REPAIR_COLUMNS), dtype=object)
