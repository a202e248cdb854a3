"""Who faces whom: one pool, or two sides, behind one small object that criteria and rules compile against."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from peermatch.cohort.cohort import Cohort
from peermatch.errors import InputError

__all__ = ["Sides", "key_of"]


def key_of(id: Any) -> tuple[str, Any]:
    """Return an id with its type, so that 7 and "7" stay two people."""
    return (type(id).__name__, id)


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
    def located(self) -> Iterator[None]:
        """Turn row numbers of a stacked table, in errors raised inside, into rows and ids of the people's own table."""
        try:
            yield
        except InputError as error:
            raise InputError([self._located(item) for item in error.items]) from None

    def _located(self, item: Mapping[str, Any]) -> dict[str, Any]:
        if item["row"] is None:
            return dict(item)

        def place(row: int) -> tuple[int, Any]:
            position = row - 1
            cohort = self.left
            if position >= len(cohort):
                cohort, position = self.columns_side, position - len(cohort)
            return int(cohort.rows[position]), cohort.ids[position]

        def renamed(match: re.Match[str]) -> str:
            row, id = place(int(match.group(1)))
            return f"row {row} (id {id!r})"

        row, id = place(item["row"])
        found = item["found"]
        if isinstance(found, list) and all(isinstance(one, dict) and "row" in one for one in found):
            found = [{**one, "row": place(one["row"])[0], "id": place(one["row"])[1]} for one in found]
        message = re.sub(r"\brow (\d+)\b", renamed, str(item["message"]))
        return {**item, "row": row, "id": id, "found": found, "message": message}

    def need(self, side: str, columns: Sequence[str], needed_by: str) -> None:
        """Raise InputError unless a side's table holds all these columns."""
        cohort = self.left if side == "left" else self.columns_side
        for column in columns:
            cohort.column(column, needed_by=needed_by)

    def pairs_of(
        self, first: Sequence[Any], second: Sequence[Any]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Find listed pairs of ids.

        Returns
        -------
        index, u, v : int64 arrays
            Which of the listed pairs are both here, and their row and column. On two sides a pair may be listed in
            either order; in one pool each pair appears as listed.
        """
        index, u, v = [], [], []
        for k, (a, b) in enumerate(zip(first, second, strict=True)):
            key_a, key_b = key_of(a), key_of(b)
            row, column = self.left_positions.get(key_a), self.right_positions.get(key_b)
            if self.two_sided and (row is None or column is None):
                row, column = self.left_positions.get(key_b), self.right_positions.get(key_a)
            if row is not None and column is not None:
                index.append(k)
                u.append(row)
                v.append(column)
        return np.array(index, np.int64), np.array(u, np.int64), np.array(v, np.int64)

    def unknown_ids(self, ids: Sequence[Any]) -> list[Any]:
        """Return those ids that no one here has."""
        return [
            i for i in ids if key_of(i) not in self.left_positions and key_of(i) not in self.right_positions
        ]
