"""What the caller of read_people says about a table: which columns are what, and how doubts are settled."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from peermatch.checks import must_be
from peermatch.cohort.missing import Words
from peermatch.errors import ConfigError, error_item

__all__ = ["RULES", "Wishes", "check_day", "check_day_first", "check_rule"]

RULES = ("refuse", "first", "last", "fill", "current")
"""What may be done with several rows of one id."""


@dataclass(frozen=True)
class Wishes:
    """The arguments of `read_people`, checked.

    Attributes
    ----------
    id, label, eligible, manager, email, left : str or None
        Columns.
    as_of : date or None
    duplicates : str
        One of `RULES`.
    day_first : bool or None
    missing : Words
    at_least : int
    mended : bool
        Whether the table was mended before: a Cohort that is read again.
    """

    id: str
    label: str | None
    eligible: str | None
    manager: str | None
    email: str | None
    left: str | None
    as_of: dt.date | None
    duplicates: str
    day_first: bool | None
    missing: Words
    at_least: int
    mended: bool = False

    @property
    def columns(self) -> dict[str, str | None]:
        """What each named column is for."""
        named = {"id": self.id, "label": self.label, "eligible": self.eligible}
        return {**named, "manager": self.manager, "email": self.email, "left": self.left}

    @property
    def asks_nothing_more(self) -> bool:
        """Whether nothing is asked of a Cohort but its id, label and eligible columns."""
        return self.manager is None and self.email is None and self.left is None and self.day_first is None


def _refuse(parameter: str, constraint: str, value: Any) -> ConfigError:
    message = must_be("read_people()", parameter, constraint, value)
    return ConfigError(error_item(parameter, message, found=value, accepted=constraint))


def check_day(as_of: Any) -> dt.date | None:
    """Return the day that `as_of` names.

    Raises
    ------
    ConfigError

    Examples
    --------
    >>> check_day("2026-12-01")
    datetime.date(2026, 12, 1)
    """
    if as_of is None:
        return None
    if isinstance(as_of, dt.datetime):
        return as_of.date()
    if isinstance(as_of, dt.date):
        return as_of
    try:
        return dt.date.fromisoformat(as_of)
    except (TypeError, ValueError):
        raise _refuse("as_of", "a date, such as '2026-12-01'", as_of) from None


def check_day_first(day_first: Any) -> bool | None:
    """Return `day_first`.

    Raises
    ------
    ConfigError
        If it is not True, False or None.
    """
    if day_first is None or isinstance(day_first, bool):
        return day_first
    raise _refuse("day_first", "True, False, or None to see what the column tells", day_first)


def check_rule(duplicates: Any, left: str | None) -> str:
    """Return the rule for several rows of one id.

    Raises
    ------
    ConfigError
        If there is no such rule, or it lacks the column that it goes by.

    Examples
    --------
    >>> check_rule("first", None)
    'first'
    """
    if duplicates not in RULES:
        raise _refuse("duplicates", f"one of {', '.join(map(repr, RULES))}", duplicates)
    if duplicates == "current" and left is None:
        message = 'duplicates="current" keeps the row that is not marked as left: say with left= which column says so.'
        raise ConfigError(error_item("duplicates", message, found=duplicates, accepted="left="))
    return str(duplicates)
