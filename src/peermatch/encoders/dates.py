"""Dates as people write them, and tenure in years: never by today's clock, never by guessing day and
month."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, NoReturn

import numpy as np
import pandas as pd

from peermatch.checks import must_be
from peermatch.errors import ConfigError, InputError, error_item

__all__ = ["ACCEPTED_DATES", "as_of_required", "looks_like_date", "parse_date", "read_as_of", "tenure_years"]

ACCEPTED_DATES = "a date, or text such as '2019-03-31', '31 March 2019' or '2019-03' (its first day)"

_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
         "sep sept september", "oct october", "nov november", "dec december"),
        start=1,
    )
    for name in names.split()
}  # fmt: skip

_ISO = re.compile(r"(\d{4})([-/.])(\d{1,2})(?:\2(\d{1,2}))?(?:[T ]\d{1,2}:\d{2}.*)?")
_BASIC = re.compile(r"(\d{4})(\d{2})(\d{2})")
_NUMERIC = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})")
_DAY_MONTH = re.compile(r"(?:(\d{1,2})(?:st|nd|rd|th)?[ -])?([A-Za-z]+)\.?[ -](\d{4})")
_MONTH_DAY = re.compile(r"([A-Za-z]+)\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
_DAYS_PER_YEAR = 365.2425


def parse_date(value: Any) -> dt.date:
    """Read a calendar date.

    Parameters
    ----------
    value : str, datetime.date, datetime.datetime, pandas.Timestamp or numpy.datetime64
        Text in ISO form (``2019-03-31``, with a time after it or not), with the month in words (``31 March
        2019``, ``Mar 2019``), or in numbers where only one reading is possible (``31/03/2019``). Without a
        day it is the first of the month. Of a moment, the date as it stands there is taken.

    Returns
    -------
    datetime.date

    Raises
    ------
    InputError
        With the code "wrong_kind"; ``03/04/2019`` is refused, since it may be March or April.

    Examples
    --------
    >>> parse_date("31/03/2019").isoformat(), parse_date("Mar 2019").isoformat()
    ('2019-03-31', '2019-03-01')
    """
    if isinstance(value, np.datetime64):
        value = pd.Timestamp(value)
    if value is pd.NaT:
        _refuse("NaT", "not a date")
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    if not isinstance(value, str):
        _refuse(value, "not a date")
    text = " ".join(value.split())
    parts = _parts(text)
    if parts is None:
        _refuse(value, "not a date")
    try:
        return dt.date(*parts)
    except ValueError:
        _refuse(value, "no such day in the calendar")


def _parts(text: str) -> tuple[int, int, int] | None:
    """Year, month and day of a text, or None where it has no form that we know."""
    found = _ISO.fullmatch(text)
    if found:
        return int(found[1]), int(found[3]), int(found[4] or 1)
    found = _BASIC.fullmatch(text)
    if found:
        return int(found[1]), int(found[2]), int(found[3])
    found = _NUMERIC.fullmatch(text)
    if found:
        first, second, year = int(found[1]), int(found[3]), int(found[4])
        if first <= 12 and second <= 12 and first != second:
            _refuse(text, f"day and month can't be told apart; write {year}-{second:02d}-{first:02d} or "
                          f"{year}-{first:02d}-{second:02d}")  # fmt: skip
        return (year, second, first) if second <= 12 else (year, first, second)
    found = _DAY_MONTH.fullmatch(text)
    if found and found[2].casefold() in _MONTHS:
        return int(found[3]), _MONTHS[found[2].casefold()], int(found[1] or 1)
    found = _MONTH_DAY.fullmatch(text)
    if found and found[1].casefold() in _MONTHS:
        return int(found[3]), _MONTHS[found[1].casefold()], int(found[2])
    return None


def looks_like_date(value: Any) -> bool:
    """Tell whether a value is a date by type, or a text in full ISO form.

    Examples
    --------
    >>> looks_like_date("2019-03-31"), looks_like_date("2019"), looks_like_date(5)
    (True, False, False)
    """
    if isinstance(value, str):
        found = _ISO.fullmatch(" ".join(value.split()))
        return found is not None and found[4] is not None
    return isinstance(value, (dt.date, np.datetime64))


def read_as_of(caller: str, value: Any) -> dt.date:
    """Return the day that an `as_of` names.

    Raises
    ------
    ConfigError
        Where it is no date.

    Examples
    --------
    >>> read_as_of("ExperienceEncoder", "2026-12-01")
    datetime.date(2026, 12, 1)
    """
    try:
        return parse_date(value)
    except InputError as error:
        raise ConfigError(must_be(caller, "as_of", "a date, such as '2026-12-01'", value)) from error


def as_of_required(caller: str, why: str) -> ConfigError:
    """Build the error, with the code "as_of_required", for what needs a day to count from; `why` says what.

    Examples
    --------
    >>> as_of_required("ExperienceEncoder", "Hire dates").items[0]["code"]
    'as_of_required'
    """
    message = (
        f"{why} need a day to count from: pass {caller}(as_of='YYYY-MM-DD'). Today's clock is never used."
    )
    return ConfigError(error_item("as_of_required", message, accepted=ACCEPTED_DATES))


def tenure_years(since: dt.date, as_of: dt.date) -> float:
    """Years of 365.2425 days from one day to another; negative where `since` is later.

    Examples
    --------
    >>> round(tenure_years(parse_date("2020-12-01"), parse_date("2026-12-01")), 2)
    6.0
    """
    return (as_of - since).days / _DAYS_PER_YEAR


def _refuse(value: Any, why: str) -> NoReturn:
    message = f"{value!r} can't be read as a date: {why}. Accepted: {ACCEPTED_DATES}."
    raise InputError(error_item("wrong_kind", message, found=why, accepted=ACCEPTED_DATES))
