"""Backgrounds: categories as codes, with rare, missing and unseen ones told apart."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from peermatch.checks import check_choice, check_count
from peermatch.encoders._base import CellEncoder, wrong_kind
from peermatch.encoders._table import Column, fold, text_of

__all__ = ["BackgroundEncoder"]

_ACCEPTED = "text, numbers, dates, or true and false"


class BackgroundEncoder(CellEncoder):
    """Turn categories into codes, so that equal codes mean the same background.

    Parameters
    ----------
    min_count : int, default=1
        A category that fewer people have is rare.
    rare : {"own", "missing"}, default="own"
        What becomes of rare categories: one common code of their own, apart from missing; or missing.
    one_hot : bool, default=False
        Whether `transform` returns one 0/1 column for each category, as clustering needs, in place of codes.

    Attributes
    ----------
    categories_ : list of ndarray of object
        For each column its categories in the order of their codes (sorted by their folded text), without the
        rare ones.
    rare_categories_ : list of ndarray of object
        For each column the rare ones.
    n_features_in_, feature_names_in_
        As in scikit-learn.

    Notes
    -----
    Codes of a column with K categories: 0 to K - 1 are `categories_`, K is rare, NaN is missing. A category
    not seen when fitted is K + 1 in `transform`, where two people with K + 1 need not be the same. `codes`
    tells those apart. Values are compared without regard to case and blanks.

    Raises
    ------
    InputError
        With the code "wrong_kind" for lists and other values that are no category.

    Examples
    --------
    >>> background = BackgroundEncoder(min_count=2).fit([["Law"], ["law "], ["Arts"], [None]])
    >>> background.transform([["LAW"], ["Arts"], [None], ["Physics"]]).ravel().tolist()
    [0.0, 1.0, nan, 2.0]
    >>> background.codes([["Physics"], ["Law"], ["physics"]]).ravel().tolist()
    [2, 0, 2]
    """

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
        BackgroundEncoder
            Itself.
        """
        check_count(type(self).__name__, "min_count", self.min_count, at_least=1)
        check_choice(type(self).__name__, "rare", self.rare, ("own", "missing"))
        self.categories_: list[NDArray[np.object_]] = []
        self.rare_categories_: list[NDArray[np.object_]] = []
        for column in self._read(X, reset=True):
            names, counts = _names(column)
            often = {key: name for key, name in names.items() if counts[key] >= self.min_count}
            self.categories_.append(np.array(list(often.values()), dtype=object))
            seldom = [name for key, name in names.items() if key not in often]
            self.rare_categories_.append(np.array(seldom, dtype=object))
        return self

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Return codes as floats of shape (n, d), NaN for missing; or 0/1 columns with `one_hot`."""
        codes: NDArray[np.float64] = self.codes(X).astype(np.float64)
        codes[codes < 0] = np.nan
        unseen = np.array([len(names) + 1.0 for names in self.categories_])
        np.minimum(codes, unseen, out=codes)
        if not self.one_hot:
            return codes
        blocks = []
        for at, width in enumerate(self._widths()):
            ones = (codes[:, at, None] == np.arange(width)).astype(np.float64)
            ones[np.isnan(codes[:, at])] = np.nan
            blocks.append(ones)
        return np.hstack(blocks)

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

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Return the columns' names; with `one_hot`, <column>_<category>.

        Parameters
        ----------
        input_features : array-like of str, default=None
            Names of the columns, where `fit` saw none.
        """
        self._check_fitted()
        columns = self._names_in(input_features)
        if not self.one_hot:
            return columns
        names = []
        for column, categories, width in zip(columns, self.categories_, self._widths(), strict=True):
            shown = [*categories, "(rare)"][:width]
            names += [f"{column}_{category}" for category in shown]
        return np.array(names, dtype=object)

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
