"""The tables of a programme with two sides: what both have, what one has, and who is in both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from peermatch.cli.columns import Column, columns_of, first_of, shown
from peermatch.cli.identity import Guess
from peermatch.cohort import Cohort
from peermatch.cohort.wording import counted
from peermatch.criteria.sides import key_of
from peermatch.run.people import BOTH

__all__ = ["Cells", "Tables", "cells_of_sides", "count_in_both", "find_places", "find_same_person"]

Cells = Callable[[str], npt.NDArray[np.object_]]
"""What returns one side's cells of a column."""

_PLACES = ("places", "capacity", "seats", "slots", "max", "maximum", "plätze", "kapazität", "mentees")
_MOST_PLACES = 50
_FIRST_NAME = (
    frozenset({"first", "name"}),
    frozenset({"given", "name"}),
    frozenset({"vorname"}),
    frozenset({"firstname"}),
)
_LAST_NAME = (
    frozenset({"last", "name"}),
    frozenset({"family", "name"}),
    frozenset({"surname"}),
    frozenset({"nachname"}),
    frozenset({"lastname"}),
)


@dataclass(frozen=True, eq=False)
class Tables:
    """The people: in one table, or one for each side.

    Attributes
    ----------
    left, right : Cohort
        The same one twice for one table.
    paths : tuple of str
        One or two.
    """

    left: Cohort
    right: Cohort
    paths: tuple[str, ...]

    @property
    def two(self) -> bool:
        """Whether each side has a table of its own."""
        return len(self.paths) == 2

    @cached_property
    def cohorts(self) -> tuple[Cohort, ...]:
        """Each table once."""
        return (self.left, self.right) if self.two else (self.left,)

    @cached_property
    def shared(self) -> list[Column]:
        """The columns that people of both sides have."""
        if not self.two:
            return columns_of(self.left)
        return [
            Column(name, np.concatenate([cohort.column(name) for cohort in self.cohorts]))
            for name in self.left.columns
            if self.right.has(name)
        ]

    def own(self, hand: int) -> list[Column]:
        """Return the columns that only one of two tables has."""
        cohort, other = (self.left, self.right) if hand == 0 else (self.right, self.left)
        return [column for column in columns_of(cohort) if not other.has(column.name)] if self.two else []


def find_same_person(tables: Tables, columns: Sequence[Column]) -> list[str]:
    """Return the columns of first and last names, if they tell people apart in either of two tables."""
    if not tables.two:
        return []
    found = [
        next((column.name for column in columns if any(words <= column.words for words in kinds)), None)
        for kinds in (_FIRST_NAME, _LAST_NAME)
    ]
    names = [name for name in found if name is not None]
    if len(names) < 2 or len(set(names)) < 2:
        return []
    for cohort in tables.cohorts:
        cells = list(zip(*(cohort.column(name).tolist() for name in names), strict=True))
        whole = [cell for cell in cells if None not in cell]
        if len(set(whole)) < len(whole):
            return []
    return names


def find_places(tables: Tables, columns: Sequence[Column]) -> Guess | None:
    """Find a column of whole numbers that says how many partners people of the second side may have."""
    second = [*columns, *tables.own(1)]
    for column in first_of(second, _PLACES):
        try:
            numbers = [float(value) for value in column.values]
        except (TypeError, ValueError):
            continue
        whole = all(0 <= number <= _MOST_PLACES and number == int(number) for number in numbers)
        if numbers and whole and max(numbers) >= 1:
            return Guess(column.name, f"{shown(column.distinct, limit=3)}; an empty cell is one place")
    return None


def count_in_both(tables: Tables, columns: Sequence[str]) -> str:
    """Say how many people are in both tables, by columns that tell and by their ids."""
    seen: list[set[Any]] = []
    for cohort in tables.cohorts:
        cells = zip(*(cohort.column(name).tolist() for name in columns), strict=True)
        named = {tuple(str(part).strip().casefold() for part in cell) for cell in cells if None not in cell}
        seen.append(named)
    ids = [{key_of(id) for id in cohort.ids} for cohort in tables.cohorts]
    by_name, by_id = len(seen[0] & seen[1]), len(ids[0] & ids[1])
    return f"{counted(by_name, 'person', 'people')} by these names, {by_id:,} by their id"


def cells_of_sides(tables: Tables, role: Guess | None) -> list[Cells]:
    """Return, for each side, what returns its people's cells in a column."""
    if role is None:
        return [tables.left.column, tables.right.column]
    said = [str(cell).casefold() for cell in tables.left.column(role.name)]

    def of(side: str) -> Cells:
        rows = np.array([text in (side.casefold(), BOTH) for text in said], dtype=bool)
        return lambda name: tables.left.column(name)[rows]

    return [of(side) for side in role.sides]
