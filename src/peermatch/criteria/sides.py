"""Who faces whom: one pool, or two sides, behind one small object that criteria and rules compile against."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from peermatch.cohort.cohort import Cohort
from peermatch.errors import InputError

__all__ = ["Sides", "key_of", "plain_text"]

# What encoders advise and only those who build one themselves can follow.
_AS_OF = re.compile(r"pass \w+\(as_of='YYYY-MM-DD'\)")
_NOT_HERE = ", or pass invalid='unknown' to take them as not known"


def key_of(id: Any) -> tuple[str, Any]:
    """Return an id with its type, so that 7 and "7" stay two people.

    NumPy's own scalars count as Python's; what cannot be an id at all (a list, say) becomes a key that nobody has.

    Examples
    --------
    >>> key_of("7"), key_of(np.int64(7))
    (('str', '7'), ('int', 7))
    """
    if isinstance(id, np.generic):
        id = id.item()
    kind = type(id).__name__
    return (kind, id) if isinstance(id, Hashable) and kind in ("str", "int") else (kind, repr(id))


def plain_text(id: Any) -> str:
    """Return how an id looks whatever its type: without blanks, leading zeros or ``.0``, in small letters.

    Examples
    --------
    >>> plain_text(" 007 ") == plain_text(7) == plain_text("7.0")
    True
    """
    text = str(id).strip().casefold()
    if text.endswith(".0") and text[:-2].isdecimal():
        text = text[:-2]
    return text.lstrip("0") or "0" if text.isdecimal() else text


@dataclass(frozen=True, eq=False)
class Sides:
    """The people who take part.

    Parameters
    ----------
    left : Cohort
        The pool, or the left side.
    right : Cohort, optional
        The right side; None for one pool.
    names : pair of str
        What the two sides are called; ("a", "b") for one pool.
    """

    left: Cohort
    right: Cohort | None = None
    names: tuple[str, str] = ("a", "b")

    @property
    def two_sided(self) -> bool:
        """Whether there are two sides."""
        return self.right is not None

    @property
    def columns_side(self) -> Cohort:
        """The people in the columns: the right side, or the pool itself."""
        return self.left if self.right is None else self.right

    @property
    def shape(self) -> tuple[int, int]:
        """People in the rows and in the columns."""
        return (len(self.left), len(self.columns_side))

    @cached_property
    def left_positions(self) -> dict[tuple[str, Any], int]:
        """Typed id -> row."""
        return {key_of(id): position for position, id in enumerate(self.left.ids)}

    @cached_property
    def right_positions(self) -> dict[tuple[str, Any], int]:
        """Typed id -> column."""
        if self.right is None:
            return self.left_positions
        return {key_of(id): position for position, id in enumerate(self.right.ids)}

    def has(self, side: str, columns: Sequence[str]) -> bool:
        """Whether a side's table holds all these columns."""
        cohort = self.left if side == "left" else self.columns_side
        return all(cohort.has(column) for column in columns)

    def frame_of(
        self, side: str, columns: Sequence[str], needed_by: str, *, headers: Sequence[str] | None = None
    ) -> pd.DataFrame:
        """Return columns of one side's table, rows in the order of ids, under other headers where they are given."""
        cohort = self.left if side == "left" else self.columns_side
        cells = [cohort.column(column, needed_by=needed_by) for column in columns]
        return pd.DataFrame(dict(zip(headers or columns, cells, strict=True)), dtype=object)

    def stacked(self, left: Sequence[str], right: Sequence[str], needed_by: str) -> pd.DataFrame:
        """Return the columns of both sides under one another, with the headers of the left side.

        In one pool with the same columns on both hands, the people stand there once.
        """
        top = self.frame_of("left", left, needed_by)
        if not self.two_sided and tuple(left) == tuple(right):
            return top
        below = self.frame_of("right", right, needed_by, headers=left)
        return pd.concat([top, below], ignore_index=True)

    @contextmanager
    def located(
        self, names: Mapping[str, tuple[str, str]] | None = None, *, first: str = "left"
    ) -> Iterator[None]:
        """Put errors that encoders raise inside into the words of the people's own tables.

        Rows of the encoded table become rows and ids of their own, headers become their columns, and arguments that
        only the encoder has are not advised.

        Parameters
        ----------
        names : mapping of header to (left column, right column), optional
            Where the encoded table had other headers than the people's.
        first : {"left", "right"}
            Whose rows come first in the encoded table; below those of the left side may stand the right side's.
        """
        try:
            yield
        except InputError as error:
            items = [self._located(item, names or {}, first) for item in error.items]
            raise type(error)(items) from error.__cause__

    def _located(
        self, item: Mapping[str, Any], names: Mapping[str, tuple[str, str]], first: str
    ) -> dict[str, Any]:
        message, header = str(item["message"]), item["column"]
        if item["code"] == "as_of_required":
            return {**item, "message": _AS_OF.sub("give as_of='YYYY-MM-DD' to match()", message)}
        if item["row"] is None:
            return dict(item)
        cells = item["found"] if isinstance(item["found"], list) else []
        places = [self._place(cell["row"], first) for cell in cells] or [self._place(item["row"], first)]
        columns = [names.get(header, (header, header))[hand] for hand, _, _ in places]
        found = [
            {**cell, "row": row, "id": id, "column": column}
            for cell, column, (_, row, id) in zip(cells, columns, places, strict=False)
        ]
        several = len(set(columns)) > 1
        before = "; ".join(f"row {cell['row']}: {cell['value']!r}" + f" ({cell['why']})" for cell in cells)
        after = "; ".join(
            self._whose(place, column if several else None) + f": {cell['value']!r} ({cell['why']})"
            for place, column, cell in zip(places, columns, cells, strict=False)
        )
        title = " or ".join(map(repr, dict.fromkeys(columns)))
        message = message.replace(f"Column {header!r}", f"Column {title}", 1).replace(before, after, 1)
        _, row, id = places[0]
        message = message.replace(_NOT_HERE, "")
        return {**item, "column": columns[0], "row": row, "id": id, "found": found, "message": message}

    def _place(self, row: int, first: str) -> tuple[int, int, Any]:
        """Return hand (0 left, 1 right), row in their own table, and id of a row of an encoded table."""
        hand, position = (0 if first == "left" else 1), row - 1
        if hand == 0 and position >= len(self.left):
            hand, position = 1, position - len(self.left)
        cohort = (self.left, self.columns_side)[hand]
        return hand, int(cohort.rows[position]), cohort.ids[position]

    def _whose(self, place: tuple[int, int, Any], column: str | None) -> str:
        hand, row, id = place
        facts = [f"id {id!r}"]
        if self.two_sided:
            facts.append(self.names[hand])
        if column is not None:
            facts.append(f"column {column!r}")
        return f"row {row} ({', '.join(facts)})"

    def need(self, side: str, columns: Sequence[str], needed_by: str) -> None:
        """Raise InputError unless a side's table holds all these columns."""
        cohort = self.left if side == "left" else self.columns_side
        for column in columns:
            cohort.column(column, needed_by=needed_by)

    def pairs_of(
        self, first: Sequence[Any], second: Sequence[Any], *, both_ways: bool = False
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Find listed pairs of ids.

        Parameters
        ----------
        first, second : sequences of ids
        both_ways : bool
            Two sides: where both people stand on both sides, take the pair either way round, not only as listed.

        Returns
        -------
        index, u, v : int64 arrays
            Which of the listed pairs are both here, and their row and column. On two sides a pair may be listed in
            either order; in one pool each pair appears as listed.
        """
        index, u, v = [], [], []
        first, second = ([self.as_written(id) for id in ids] for ids in (first, second))
        for k, (a, b) in enumerate(zip(first, second, strict=True)):
            for one, other in ((a, b), (b, a)) if self.two_sided else ((a, b),):
                row = self.left_positions.get(key_of(one))
                column = self.right_positions.get(key_of(other))
                if row is None or column is None:
                    continue
                index.append(k)
                u.append(row)
                v.append(column)
                if not both_ways:
                    break
        return np.array(index, np.int64), np.array(u, np.int64), np.array(v, np.int64)

    def knows(self, id: Any) -> bool:
        """Return whether someone here has this id."""
        return key_of(id) in self.left_positions or key_of(id) in self.right_positions

    def as_written(self, id: Any) -> Any:
        """Return a listed id without the apostrophe that our own CSV files put before ``=``, ``+``, ``-`` and ``@``."""
        marked = isinstance(id, str) and id[:1] == "'" and id[1:2] in tuple("=+-@\t\r")
        return id[1:] if marked and not self.knows(id) and self.knows(id[1:]) else id

    def unknown_ids(self, ids: Sequence[Any]) -> list[Any]:
        """Return those ids that no one here has."""
        return [id for id in ids if not self.knows(self.as_written(id))]

    @cached_property
    def texts(self) -> dict[str, Any]:
        """How ids look as text -> the id."""
        cohorts = (self.left,) if self.right is None else (self.left, self.right)
        return {plain_text(id): id for cohort in cohorts for id in cohort.ids}
