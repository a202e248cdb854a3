"""Years, hire dates and grades as numbers: what reads them, without scikit-learn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from peermatch.checks import check_choice, did_you_mean, must_be
from peermatch.encoders._cells import CellReader, refuse
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

__all__ = ["ExperienceReader"]

_KINDS = ("auto", "years", "date", "grade")
_REMEDY = "Correct these cells, or pass invalid='unknown' to take them as not known."


class ExperienceReader(CellReader):
    """Reads years, hire dates and grades, for `ExperienceEncoder`, whose options and results it has."""

    called: ClassVar[str] = "ExperienceEncoder"

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
        Self
            Itself.
        """
        check_choice(self.called, "kind", self.kind, _KINDS)
        self._check_invalid()
        rungs = self._rungs()
        columns = self._read(X, reset=True)
        self.kinds_ = [self._kind_of(column) for column in columns]
        self._ladder = rungs
        for column, kind in zip(columns, self.kinds_, strict=True):
            self._numbers(column, kind)
        return self

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
        name = self.called
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
            raise as_of_required(self.called, f"The dates in {column.label}")
        as_of = read_as_of(self.called, self.as_of)
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
