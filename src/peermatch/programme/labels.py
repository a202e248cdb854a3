"""The names of rounds to come: months, or whatever ends in a number."""

from __future__ import annotations

import datetime as dt
import re

from peermatch.checks import must_be
from peermatch.errors import ConfigError

__all__ = ["day_of", "following", "round_names"]

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
_NUMBERED = re.compile(r"(.*?)(\d+)", re.DOTALL)


def round_names(start: str, k: int) -> list[str]:
    """Return the names of k rounds from the first one on.

    Parameters
    ----------
    start : str
        A month such as "2026-12", or a text that ends in a number.
    k : int

    Raises
    ------
    ConfigError
        If it is neither.

    Examples
    --------
    >>> round_names("2026-11", 3)
    ['2026-11', '2026-12', '2027-01']
    >>> round_names("round 9", 2)
    ['round 9', 'round 10']
    """
    names = [start]
    for _ in range(k - 1):
        names.append(following(names[-1]))
    return names


def following(name: str) -> str:
    """Return the name of the round after this one.

    Raises
    ------
    ConfigError
        If it is neither a month nor a text that ends in a number.

    Examples
    --------
    >>> following("2026-12"), following("r09")
    ('2027-01', 'r10')
    """
    month = _MONTH.fullmatch(name) if isinstance(name, str) else None
    if month is not None:
        year, number = int(month[1]), int(month[2])
        return f"{year + number // 12:04d}-{number % 12 + 1:02d}"
    numbered = _NUMBERED.fullmatch(name) if isinstance(name, str) else None
    if numbered is None:
        constraint = "a month such as '2026-12', or a text that ends in a number, such as 'round 1'"
        raise ConfigError(must_be("plan_rounds", "start", constraint, name))
    before, digits = numbered[1], numbered[2]
    return f"{before}{int(digits) + 1:0{len(digits)}d}"


def day_of(name: str | None) -> dt.date | None:
    """Return the first day of a round that is named for a month; None for other names.

    Examples
    --------
    >>> day_of("2026-12")
    datetime.date(2026, 12, 1)
    """
    month = _MONTH.fullmatch(name) if isinstance(name, str) else None
    return None if month is None else dt.date(int(month[1]), int(month[2]), 1)
