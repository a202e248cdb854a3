"""Categories as codes: what reads them, without scikit-learn."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from peermatch.checks import check_choice, check_count
from peermatch.encoders._cells import CellReader, wrong_kind
from peermatch.encoders._table import Column, fold, text_of

__all__ = ["BackgroundReader"]

_ACCEPTED = "text, numbers, dates, or true and false"


class BackgroundReader(CellReader):
    """Reads categories, for `BackgroundEncoder`, whose options and results it has."""

    called: ClassVar[str] = "BackgroundEncoder"

    def __init__(self, min_count: int = 1, rare: str = "own", one_hot: bool = False) -> None:
        self.min_count = min_count
        self.rare = rare
        self.one_hot = one_hot

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn the categories of each column.

        Parameters
        ----------
        X : table of shape (n, d)
        y : ignored

        Returns
        -------
        Self
            Itself.
        """
        check_count(self.called, "min_count", self.min_count, at_least=1)
        check_choice(self.called, "rare", self.rare, ("own", "missing"))
        self.categories_: list[NDArray[np.object_]] = []
        self.rare_categories_: list[NDArray[np.object_]] = []
        for column in self._read(X, reset=True):
            names, counts = _names(column)
            often = {key: name for key, name in names.items() if counts[key] >= self.min_count}
            self.categories_.append(np.array(list(often.values()), dtype=object))
            seldom = [name for key, name in names.items() if key not in often]
            self.rare_categories_.append(np.array(seldom, dtype=object))
        return self

    def codes(self, X: Any) -> NDArray[np.int32]:
        """Return whole codes.

        Parameters
        ----------
        X : table of shape (n, d)

        Returns
        -------
        ndarray of int32, shape (n, d)
            -1 for missing. Categories not seen when fitted get codes from K + 1 on, one for each distinct
            value of this table in sorted order: equal values are equal within one call, and mean nothing in
            another.
        """
        columns = self._read(X, reset=False)
        out = np.empty((len(columns[0]), len(columns)), dtype=np.int32)
        for at, column in enumerate(columns):
            place = {fold(name): code for code, name in enumerate(self.categories_[at])}
            rare = len(place) if self.rare == "own" else -1
            fresh = len(place) + 1
            place.update((fold(name), rare) for name in self.rare_categories_[at])
            keys = _keys(column)
            new = sorted(set(keys).difference(place))
            place.update((key, code) for code, key in enumerate(new, start=fresh))
            table = np.array(
                [*(place[key] for key in keys), -1], dtype=np.int32
            )  # the last one serves missing cells
            out[:, at] = table[column.codes]
        return out

    def _widths(self) -> list[int]:
        """How many 0/1 columns each column has: its categories, and one for rare where there are such."""
        apart = self.rare == "own"
        return [
            len(names) + (1 if apart and len(rare) else 0)
            for names, rare in zip(self.categories_, self.rare_categories_, strict=True)
        ]


def _keys(column: Column) -> list[str]:
    """The folded distinct values of a column."""
    bad = {
        at: f"{type(value).__name__}, which is no category"
        for at, value in enumerate(column.values)
        if not isinstance(value, (str, int, float, Decimal, np.number, np.bool_, dt.date))
    }
    if bad:
        raise wrong_kind(column, bad, accepted=_ACCEPTED, remedy="Correct these cells.")
    return [fold(value) for value in column.values]


def _names(column: Column) -> tuple[dict[str, str], dict[str, int]]:
    """Folded value -> its most common spelling, in sorted order; and how many people have it."""
    spellings: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for key, value, count in zip(_keys(column), column.values, column.counts.tolist(), strict=True):
        spellings[key].append((-count, text_of(value)))
    names = {key: min(spellings[key])[1] for key in sorted(spellings)}
    return names, {key: -sum(count for count, _ in found) for key, found in spellings.items()}
