"""Checks of what a matcher is told and asked, with one form of error."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from numbers import Integral
from types import MappingProxyType
from typing import Any

from peermatch.checks import check_number, did_you_mean, must_be
from peermatch.criteria import Criterion, Rule, as_day
from peermatch.errors import ConfigError, InputError
from peermatch.run.updating import Mode

__all__ = [
    "check_bounds",
    "check_column",
    "check_occasion",
    "check_whole",
    "check_word",
    "columns_shown",
    "day_of",
    "facts_of",
    "mode_of",
    "parts_of",
    "same_person_of",
    "sides_of",
]

MOST_PRICE = 1_000
# Names of columns in results, which sides would overwrite.
_TAKEN = (
    "pair_id",
    "score",
    "coverage",
    "id",
    "label",
    "side",
    "status",
    "partners",
    "group_id",
    "role",
    "reason",
)


# ---- what a matcher is told -----------------------------------------------------------------------------


def check_column(parameter: str, value: Any, *, needed: bool) -> None:
    """Refuse what is no name of a column."""
    if value is None and not needed:
        return
    if not isinstance(value, str) or not value:
        raise ConfigError(must_be("PeerMatcher", parameter, "the name of a column", value))


def columns_shown(columns: Any) -> tuple[str, ...] | None:
    """Return the columns that are fit to show."""
    if columns is None:
        return None
    if isinstance(columns, str) or not isinstance(columns, Sequence):
        raise ConfigError(must_be("PeerMatcher", "show", "a list of names of columns", columns))
    if not all(isinstance(name, str) and name for name in columns):
        raise ConfigError(must_be("PeerMatcher", "show", "a list of names of columns", list(columns)))
    return tuple(columns)


def parts_of(
    parameter: str, parts: Any, kind: type[Criterion | Rule], *, at_least: int = 0
) -> tuple[Any, ...]:
    """Return criteria or rules, whose names must be unique."""
    if isinstance(parts, (kind, str)) or not isinstance(parts, Sequence):
        raise ConfigError(must_be("PeerMatcher", parameter, f"a list of {parameter}", parts))
    wrong = [part for part in parts if not isinstance(part, kind)]
    if wrong:
        raise ConfigError(must_be("PeerMatcher", parameter, f"a list of {parameter}", wrong[0]))
    names = [part.name for part in parts]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ConfigError(f"Two {parameter} have the name {twice[0]!r}. Give each a name= of its own.")
    if len(parts) < at_least:
        raise ConfigError(must_be("PeerMatcher", "criteria", "a list of at least one criterion", []))
    return tuple(parts)


def sides_of(sides: Any, *, same_person: Any, capacity: Any) -> tuple[str, str] | None:
    """Return the names of the sides; without sides there are neither lookalikes nor places."""
    if sides is None:
        for parameter, given in (("same_person", same_person), ("capacity", capacity)):
            if given is not None:
                raise ConfigError(
                    f"The {parameter} parameter of PeerMatcher needs sides=, such as ('mentee', 'mentor')."
                )
        return None
    names_ok = not isinstance(sides, str) and isinstance(sides, Sequence) and len(sides) == 2
    if not names_ok or not all(isinstance(name, str) and name.strip() for name in sides):
        raise ConfigError(must_be("PeerMatcher", "sides", "two different names", sides))
    taken = [
        name for name in sides if name in _TAKEN or name.startswith(("contribution_", "label_", "rank_"))
    ]
    if taken:
        raise ConfigError(f"A side cannot be called {taken[0]!r}: results have a column of that name.")
    if sides[0].casefold() == sides[1].casefold():
        raise ConfigError(must_be("PeerMatcher", "sides", "two different names", sides))
    return (sides[0], sides[1])


def same_person_of(columns: Any) -> tuple[str, ...] | None:
    """Return the columns that tell that two rows are one person."""
    if columns is None:
        return None
    listed = (columns,) if isinstance(columns, str) else columns
    if not isinstance(listed, Sequence) or not listed or not all(isinstance(c, str) and c for c in listed):
        raise ConfigError(
            must_be("PeerMatcher", "same_person", "the name of a column, or a list of them", columns)
        )
    return tuple(listed)


# ---- what it is asked -----------------------------------------------------------------------------------


def day_of(as_of: Any, caller: str) -> dt.date:
    """Return a day; ConfigError for what is none."""
    try:
        return as_day(as_of, "as_of")
    except InputError:
        raise ConfigError(must_be(caller, "as_of", "a day such as '2026-12-01'", as_of)) from None


def mode_of(keep: Any, price: Any, at_most: Any) -> Mode:
    """Return how much may change: exactly one of the three says it."""
    if sum(given is not None for given in (keep, price, at_most)) > 1:
        raise ConfigError("update() takes one of keep='all', price= and at_most=, not several.")
    if keep is not None and keep != "all":
        raise ConfigError(must_be("update()", "keep", "'all'", keep))
    if price is not None:
        check_bounds("update()", "price", price, at_least=0, at_most=MOST_PRICE)
        return Mode(price=float(price))
    if at_most is not None:
        if not isinstance(at_most, Integral) or isinstance(at_most, bool) or at_most < 0:
            raise ConfigError(must_be("update()", "at_most", "a whole number of at least 0", at_most))
        return Mode(at_most=int(at_most))
    return Mode()


def check_occasion(caller: str, fitted: Any, round: Any, progress: Any, cancel: Any, time_limit: Any) -> None:
    """Refuse what cannot be true of this month: each argument by its name."""
    if fitted is not None and not isinstance(getattr(fitted, "fitted", fitted), tuple):
        raise ConfigError(must_be(caller, "fitted", "an earlier Pairing", fitted))
    if round is not None and not isinstance(round, str):
        raise ConfigError(must_be(caller, "round", "a text, such as '2026-12'", round))
    for parameter, function in (("progress", progress), ("cancel", cancel)):
        if function is not None and not callable(function):
            raise ConfigError(must_be(caller, parameter, "a function", function))
    if time_limit is not None:
        check_bounds(caller, "time_limit", time_limit, at_least=0)


def check_bounds(caller: str, parameter: str, value: Any, **bounds: float) -> None:
    """Refuse what is no number within these bounds (`peermatch.checks.check_number`), as a ConfigError."""
    try:
        check_number(caller, parameter, value, **bounds)
    except ValueError as error:
        raise ConfigError(str(error)) from None


def check_whole(caller: str, parameter: str, value: Any, most: int | None) -> None:
    """Refuse what is no whole number from 1 to `most`; None: without an upper end."""
    whole = isinstance(value, Integral) and not isinstance(value, bool)
    if whole and value >= 1 and (most is None or value <= most):
        return
    bounds = "of at least 1" if most is None else f"from 1 to {most:,}"
    raise ConfigError(must_be(caller, parameter, f"a whole number {bounds}", value))


def check_word(parameter: str, value: Any, choices: Sequence[str], *, caller: str = "PeerMatcher") -> None:
    """Refuse what is none of these words, with the nearest one."""
    if not isinstance(value, str) or value not in choices:
        listed = ", ".join(map(repr, choices))
        raise ConfigError(
            must_be(caller, parameter, f"one of {listed}", value) + did_you_mean(value, choices)
        )


def facts_of(parameter: str, value: Any) -> Mapping[str, Any]:
    """Return a mapping of names to plain values, such as results tell."""
    plain = isinstance(value, Mapping) and all(
        isinstance(name, str) and isinstance(fact, str | int | float) for name, fact in value.items()
    )
    if not plain:
        raise ConfigError(must_be("PeerMatcher", parameter, "a mapping of names to texts and numbers", value))
    return MappingProxyType(dict(value))
