"""Earlier rounds: which pairs of a history still forbid themselves."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pandas as pd

from peermatch.cohort.aside import is_missing
from peermatch.criteria.rule import Rule
from peermatch.criteria.sides import Sides
from peermatch.criteria.tables import pair_table
from peermatch.errors import ConfigError, InputError, error_item

__all__ = ["as_day", "recent_pairs", "round_order"]


def recent_pairs(rule: Rule, history: Any, sides: Sides, as_of: Any) -> tuple[pd.DataFrame, str]:
    """Return the rows of `history` that a ``no_repeat`` rule looks at, and which these are, in words.

    Parameters
    ----------
    rule : Rule
    history : table
        The columns ``a`` and ``b`` (or the names of the sides), ``round`` where the rule counts rounds, ``date`` where
        it counts days.
    sides : Sides
    as_of : date or str, optional

    Returns
    -------
    frame : pandas.DataFrame
        With the id columns ``a`` and ``b``. Rows without a round count as recent.
    looked_at : str

    Raises
    ------
    InputError
        If a needed column is missing or holds no dates.
    ConfigError
        If the rule counts days and no `as_of` is given.
    """
    frame = pair_table(history, "history", ("a", sides.names[0]), ("b", sides.names[1]))
    rounds, days = rule.options["rounds"], rule.options["days"]
    if frame.empty:
        return frame, "the history is empty"
    if rounds is not None:
        _need(frame, "round")
        named = frame[[not is_missing(value) for value in frame["round"]]]
        latest = round_order(named)[-rounds:]
        kept = frame[[is_missing(value) or value in latest for value in frame["round"]]]
        return kept, f"{_pairs(kept)} of the rounds {', '.join(map(str, latest))}"
    if days is not None:
        _need(frame, "date")
        if as_of is None:
            raise ConfigError("no_repeat(days=...) counts back from a day: give as_of= to match().")
        today = as_day(as_of, "as_of")
        dates = [as_day(value, "date", row) for row, value in enumerate(frame["date"], start=1)]
        kept = frame[[(today - date).days <= days for date in dates]]
        return kept, f"{_pairs(kept)} of the last {days} days"
    return frame, _pairs(frame)


def _pairs(frame: pd.DataFrame) -> str:
    return "1 earlier pair" if len(frame) == 1 else f"{len(frame)} earlier pairs"


def _need(frame: pd.DataFrame, column: str) -> None:
    if column not in frame.columns:
        raise InputError(
            error_item(
                "unknown_column",
                f"history has no column {column!r}, which no_repeat() needs. It has: "
                f"{', '.join(map(repr, frame.columns))}.",
                column=column,
                found=list(map(str, frame.columns)),
                accepted=column,
            )
        )


def round_order(frame: pd.DataFrame) -> list[Any]:
    """Return the distinct rounds, earliest first: by their latest date if every row has one, else by their label.

    Numbers inside labels count as numbers, so that round 10 comes after round 9.

    Examples
    --------
    >>> round_order(pd.DataFrame({"round": ["r10", "r9", "r9"]}))
    ['r9', 'r10']
    """
    rounds = list(dict.fromkeys(frame["round"]))
    if "date" in frame.columns and not any(is_missing(value) for value in frame["date"]):
        latest: dict[Any, dt.date] = {}
        for row, (label, value) in enumerate(zip(frame["round"], frame["date"], strict=True), start=1):
            day = as_day(value, "date", row)
            latest[label] = max(latest.get(label, day), day)
        return sorted(rounds, key=lambda label: (latest[label], _natural(label)))
    return sorted(rounds, key=_natural)


def _natural(label: Any) -> list[tuple[int, int, str]]:
    return [
        (0, int(part), "") if part.isdecimal() else (1, 0, part)
        for part in re.split(r"(\d+)", str(label))
        if part
    ]


def as_day(value: Any, column: str, row: int | None = None) -> dt.date:
    """Read an ISO day.

    Raises
    ------
    InputError
        If it is none.

    Examples
    --------
    >>> as_day("2026-12-01", "as_of")
    datetime.date(2026, 12, 1)
    """
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    try:
        return dt.datetime.fromisoformat(str(value).strip()).date()
    except ValueError:
        where = f" in row {row} of the history" if row is not None else ""
        raise InputError(
            error_item(
                "wrong_kind",
                f"{column} must be a day such as '2026-12-01'. Got {value!r}{where} instead.",
                column=column,
                row=row,
                found=value,
                accepted="a day, year-month-day",
            )
        ) from None
