"""Experience: years, hire dates and grades, as one number each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import OneToOneFeatureMixin

from peermatch.checks import check_choice, did_you_mean, must_be
from peermatch.encoders._base import CellEncoder, refuse
from peermatch.encoders._table import Column, fold
from peermatch.encoders.dates import (
    ACCEPTED_DATES,
    as_of_required,
    looks_like_date,
    parse_date,
    read_as_of,
    tenure_years,
)
from peermatch.encoders.years import ACCEPTED_YEARS, parse_years
from peermatch.errors import ConfigError, InputError

__all__ = ["ExperienceEncoder"]

_KINDS = ("auto", "years", "date", "grade")
_REMEDY = "Correct these cells, or pass invalid='unknown' to take them as not known."


class ExperienceEncoder(OneToOneFeatureMixin, CellEncoder):
    """Turn years, hire dates and grades into numbers: one float column each, NaN for unknown.

    Parameters
    ----------
    kind : {"auto", "years", "date", "grade"}, default="auto"
        What the columns hold. "years": numbers, and years as people write them (see `parse_years`); a number
        means itself, whatever it counts. "date": hire dates, which become years of tenure at `as_of`.
        "grade": positions in `ladder`. "auto" decides for every column when fitted: with a ladder "grade"; a
        column of dates (by type, or nothing but full ISO dates) "date"; otherwise "years".
    ladder : sequence, default=None
        All grades, lowest first; the lowest is 1. Compared without regard to case and blanks.
    as_of : str, date, datetime or Timestamp, default=None
        The day at which tenure is counted. Required for dates: today's clock is never used.
    invalid : {"error", "unknown"}, default="error"
        What happens to a cell that can't be read, or to a hire date after `as_of`.

    Attributes
    ----------
    kinds_ : list of str
        What each column was taken for.
    n_features_in_, feature_names_in_
        As in scikit-learn.

    Raises
    ------
    InputError
        With the code "wrong_kind": cells that can't be read (how many, and the first three).
    ConfigError
        With the code "as_of_required" where there are dates but no `as_of`.

    Examples
    --------
    >>> ExperienceEncoder().fit_transform([["Less than 1 year"], ["35-44 years old"], ["N/A"]]).ravel().tolist()
    [0.5, 39.5, nan]
    >>> ExperienceEncoder(as_of="2026-12-01").fit_transform([["2020-12-01"]]).round(1).item()
    6.0
    >>> ExperienceEncoder(ladder=["Junior", "Senior", "Lead"]).fit_transform([["lead"]]).item()
    3.0
    """

    def __init__(
        self, kind: str = "auto", ladder: Any = None, as_of: Any = None, invalid: str = "error"
    ) -> None:
        self.kind = kind
        self.ladder = ladder
        self.as_of = as_of
        self.invalid = invalid

    def fit(self, X: Any, y: Any = None) -> Self:
        """Decide what each column holds, and check that it can be read.

        Parameters
        ----------
        X : table of shape (n, d)
        y : ignored

        Returns
        -------
        ExperienceEncoder
            Itself.
        """
        check_choice(type(self).__name__, "kind", self.kind, _KINDS)
        self._check_invalid()
        rungs = self._rungs()
        columns = self._read(X, reset=True)
        self.kinds_ = [self._kind_of(column) for column in columns]
        self._ladder = rungs
        for column, kind in zip(columns, self.kinds_, strict=True):
            self._numbers(column, kind)
        return self

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Return numbers of shape (n, d), NaN for unknown."""
        return self.values(X)

    def values(self, X: Any) -> NDArray[np.float64]:
        """Return the numbers of `transform` as a plain array of shape (n, d), whatever `set_output` says."""
        columns = self._read(X, reset=False)
        out = np.empty((len(columns[0]), len(columns)))
        for at, (column, kind) in enumerate(zip(columns, self.kinds_, strict=True)):
            out[:, at] = self._numbers(column, kind)
        return out

    def _kind_of(self, column: Column) -> str:
        if self.kind != "auto":
            return self.kind
        if self.ladder is not None:
            return "grade"
        if column.numbers is None and column.values and all(map(looks_like_date, column.values)):
            return "date"
        return "years"

    def _rungs(self) -> dict[str, float]:
        """Folded grade -> position from 1."""
        name = type(self).__name__
        if self.ladder is None:
            if self.kind == "grade":
                raise ConfigError(
                    must_be(name, "ladder", "the list of grades, lowest first, for grades", None)
                )
            return {}
        if isinstance(self.ladder, str) or not len(self.ladder):
            raise ConfigError(must_be(name, "ladder", "a list of grades, lowest first", self.ladder))
        rungs = {fold(grade): float(at) for at, grade in enumerate(self.ladder, start=1)}
        if len(rungs) < len(self.ladder):
            raise ConfigError(must_be(name, "ladder", "a list in which no grade stands twice", self.ladder))
        return rungs

    def _numbers(self, column: Column, kind: str) -> NDArray[np.float64]:
        """Read a column: each distinct value once."""
        if kind == "years" and column.numbers is not None:
            return column.numbers
        read, accepted = self._reader(column, kind)
        numbers = np.full(
            len(column.values) + 1, np.nan
        )  # the last one serves missing cells, whose code is -1
        bad: dict[int, str] = {}
        for at, value in enumerate(column.values):
            try:
                numbers[at] = read(value)
            except InputError as error:
                bad[at] = str(error.items[0]["found"] or error)
        refuse(column, bad, invalid=self.invalid, accepted=accepted, remedy=_REMEDY)
        return numbers[column.codes]

    def _reader(self, column: Column, kind: str) -> tuple[Callable[[Any], float], str]:
        """Return the function that reads one value, and words for what it takes."""
        if kind == "grade":
            return self._grade, "the grades " + ", ".join(repr(str(grade)) for grade in self.ladder)
        if kind == "years":
            return _years, ACCEPTED_YEARS
        if self.as_of is None:
            raise as_of_required(type(self).__name__, f"The dates in {column.label}")
        as_of = read_as_of(type(self).__name__, self.as_of)
        return lambda value: _tenure(value, as_of), f"{ACCEPTED_DATES}, not after {as_of.isoformat()}"

    def _grade(self, value: Any) -> float:
        position = self._ladder.get(fold(value))
        if position is None:
            raise InputError(
                "not in the ladder." + did_you_mean(value, list(self.ladder), limit=6).rstrip(".")
            )
        return position


def _years(value: Any) -> float:
    if isinstance(value, str):
        return parse_years(value)
    if isinstance(value, dt.date):
        raise InputError("a date, which kind='date' reads")
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal, np.number)):
        raise InputError(f"{type(value).__name__}, not a number of years")
    number = float(value)
    if not np.isfinite(number):
        raise InputError("not a finite number")
    return number


def _tenure(value: Any, as_of: dt.date) -> float:
    since = parse_date(value)
    if since > as_of:
        raise InputError(f"after as_of, {as_of.isoformat()}")
    return tenure_years(since, as_of)
