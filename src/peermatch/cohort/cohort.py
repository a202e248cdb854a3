"""Cohort: people after validation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from peermatch.checks import did_you_mean
from peermatch.cohort.cells import ObjectArray
from peermatch.cohort.display import card, frame_table, paragraph
from peermatch.cohort.frames import to_kind
from peermatch.cohort.table import Kind
from peermatch.cohort.wording import counted
from peermatch.errors import InputError, error_item

__all__ = ["Cohort"]


@dataclass(frozen=True, eq=False, repr=False)
class Cohort:
    """People after validation: who they are, what is known of them, and what was mended on the way in.

    Made by `read_people` or `Cohort.of`. Everything in it is in canonical order: ids that are whole numbers
    by size, then ids that are text by code point. So the same people give the same cohort whatever the order
    of their rows, and whether they came as a pandas, polars or pyarrow table, as records or in Parquet.

    Attributes
    ----------
    frame : pandas.DataFrame of shape (n, columns)
        One row a person, columns as they were named. Object columns of plain Python values: text, int, float,
        bool, date, datetime, list; None for every missing value. Treat it as read-only.
    ids : object array of shape (n,)
        Text or int, as they came: "007" stays "007".
    id : str
        The id column.
    label, eligible : str or None
        The columns of names that people read, and of who takes part.
    labels : object array of shape (n,)
        What people read: the label, or the id as text where there is none.
    taking_part : bool array of shape (n,)
    reasons_out : object array of shape (n,)
        Why someone doesn't take part; None for those who do.
    rows : int64 array of shape (n,)
        Each person's row in the original, from 1.
    kind : {"pandas", "polars", "pyarrow", "records", "file"}
        What came in.
    repairs : pandas.DataFrame
        One row for each thing that was mended, left out, or left for a person to decide: column, row, id, found,
        became, reason, code, sure ("certain", "likely" or "open": nothing was changed), count, file, sheet.
    how : mapping
        How a file was read: file, format, encoding, byte_order_mark, separator, sheet, header (its row, from 1).

    Examples
    --------
    >>> people = Cohort.of([{"id": "b2", "years": 4.0}, {"id": "a1", "years": None}], id="id")
    >>> people
    Cohort(2 people, id 'id', 2 columns)
    >>> people.ids.tolist(), people.column("years").tolist(), people.rows.tolist()
    (['a1', 'b2'], [None, 4], [2, 1])
    """

    frame: pd.DataFrame
    ids: ObjectArray
    id: str
    label: str | None
    eligible: str | None
    labels: ObjectArray
    taking_part: npt.NDArray[np.bool_]
    reasons_out: ObjectArray
    rows: npt.NDArray[np.int64]
    kind: Kind
    repairs: pd.DataFrame
    how: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        source: Any,
        id: str,
        *,
        label: str | None = None,
        eligible: str | None = None,
        at_least: int = 2,
    ) -> Cohort:
        """Return people from anything that `read_people` takes, files with its defaults.

        Parameters
        ----------
        source, id, label, eligible, at_least
            As for `read_people`.

        Examples
        --------
        >>> len(Cohort.of([{"id": 1}, {"id": 2}], id="id"))
        2
        """
        from peermatch.cohort.reading import read_people

        return read_people(source, id, label=label, eligible=eligible, at_least=at_least)

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def columns(self) -> list[str]:
        """Column names, in their order."""
        return [str(name) for name in self.frame.columns]

    def has(self, name: str) -> bool:
        """Return whether there is a column of that name."""
        return name in self.frame.columns

    def column(self, name: str, needed_by: str | None = None) -> ObjectArray:
        """Return one column's cells.

        Parameters
        ----------
        name : str
            As it was named in the table.
        needed_by : str, optional
            Who asks, for the message: ``"near()"``.

        Returns
        -------
        object array of shape (n,), read-only
            Plain Python values; None where missing.

        Raises
        ------
        InputError
            Code ``"unknown_column"``, with the nearest known name.

        Examples
        --------
        >>> people = Cohort.of([{"id": 1, "grade": "A"}, {"id": 2, "grade": "B"}], id="id")
        >>> people.column("grade").tolist()
        ['A', 'B']
        >>> people.column("grde")
        Traceback (most recent call last):
        ...
        peermatch.errors.InputError: Column 'grde' is not among the 2 columns. Did you mean 'grade'?
        """
        if not self.has(name):
            needed = f", needed by {needed_by}," if needed_by else ""
            message = f"Column {name!r}{needed} is not among the {counted(len(self.columns), 'column')}."
            message += did_you_mean(name, self.columns)
            item = error_item("unknown_column", message, column=str(name), found=name, accepted=self.columns)
            raise InputError(item)
        cells: ObjectArray = self.frame[name].to_numpy(dtype=np.object_).view()
        cells.flags.writeable = False
        return cells

    def take(self, positions: npt.ArrayLike) -> Cohort:
        """Return the cohort of some of these people, still in canonical order.

        Parameters
        ----------
        positions : int array, or bool array of shape (n,)
            Who stays. The order in which positions are given does not matter; none may come twice.

        Raises
        ------
        ValueError
            If a position comes twice.
        IndexError
            If there is nobody at a position.

        Examples
        --------
        >>> people = Cohort.of([{"id": 1}, {"id": 2}, {"id": 3}], id="id")
        >>> people.take([2, 0]).ids.tolist()
        [1, 3]
        """
        chosen = np.asarray(positions)
        if not chosen.size:
            chosen = chosen.astype(np.int64)
        kept = np.sort(np.arange(len(self), dtype=np.int64)[chosen])
        if np.any(kept[1:] == kept[:-1]):
            raise ValueError("The positions parameter of take() must not name a person twice.")
        mentioned = self.repairs["id"]
        theirs = set(self.ids[kept].tolist())
        stay = np.array([id is None or id in theirs for id in mentioned.tolist()], dtype=np.bool_)
        return replace(
            self,
            frame=self.frame.iloc[kept].reset_index(drop=True),
            ids=self.ids[kept],
            labels=self.labels[kept],
            taking_part=self.taking_part[kept],
            reasons_out=self.reasons_out[kept],
            rows=self.rows[kept],
            repairs=self.repairs[stay].reset_index(drop=True),
        )

    def in_kind(self, frame: pd.DataFrame) -> Any:
        """Return a pandas table as the kind of table that these people came in.

        Parameters
        ----------
        frame : pandas.DataFrame
            Any table of results.

        Returns
        -------
        polars.DataFrame, pyarrow.Table or pandas.DataFrame
            pandas for records and files. Columns of several kinds of value become text in polars and pyarrow.

        Examples
        --------
        >>> people = Cohort.of([{"id": 1}, {"id": 2}], id="id")
        >>> people.in_kind(pd.DataFrame({"a": [1], "b": [2]})).shape
        (1, 2)
        """
        return to_kind(frame, self.kind)

    def _facts(self) -> Iterable[str]:
        yield counted(len(self), "person", "people")
        yield f"id {self.id!r}"
        yield counted(len(self.columns), "column")
        out = len(self) - int(self.taking_part.sum())
        if out:
            yield f"{out:,} not taking part"
        if len(self.repairs):
            yield counted(len(self.repairs), "repair")

    def __repr__(self) -> str:
        return f"Cohort({', '.join(self._facts())})"

    def _repr_html_(self) -> str:
        columns = [self.id, *(name for name in self.columns if name != self.id)]
        shown = columns[:12]
        people = frame_table(
            "The first of them",
            self.frame[shown],
            limit=5,
            ids=[self.id],
            noun="person",
            nouns="people",
        )
        more = f"… and {counted(len(columns) - 12, 'more column')}" if len(columns) > 12 else ""
        return card(f"Cohort: {', '.join(self._facts())}", people, paragraph(more))
