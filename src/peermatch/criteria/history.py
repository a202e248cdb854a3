"""Earlier rounds: which pairs of a history still forbid themselves, and how long ago they met."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable
from typing import Any

import pandas as pd

from peermatch.cohort.aside import is_missing
from peermatch.criteria.criterion import Criterion
from peermatch.criteria.rule import Rule
from peermatch.criteria.sides import Sides
from peermatch.criteria.strangers import count_strangers
from peermatch.criteria.tables import pair_table
from peermatch.errors import ConfigError, InputError, error_item

__all__ = ["ages_of", "as_day", "check_history", "looks_back", "recent_pairs", "round_order"]


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


def ages_of(frame: pd.DataFrame, unit: str, as_of: Any, caller: str) -> list[int]:
    """Return how long ago each row of a history was.

    Parameters
    ----------
    frame : pandas.DataFrame
        At least one row.
    unit : {"rounds", "days"}
        The latest round is one round ago, and so is a row without a round. Days are counted back from `as_of`; a day
        that is still to come is 0 days ago.
    as_of : date or str or None
    caller : str
        For errors.

    Examples
    --------
    >>> ages_of(pd.DataFrame({"round": ["r9", "r10", None]}), "rounds", None, "novelty()")
    [2, 1, 1]
    """
    if unit == "days":
        _need(frame, "date", caller)
        if as_of is None:
            raise ConfigError(f"{caller} counts back from a day: give as_of= to match().")
        today = as_day(as_of, "as_of")
        dates = [as_day(value, "date", row) for row, value in enumerate(frame["date"], start=1)]
        return [max(0, (today - date).days) for date in dates]
    _need(frame, "round", caller)
    order = round_order(frame[[not is_missing(value) for value in frame["round"]]])
    ago = {label: len(order) - place for place, label in enumerate(order)}
    return [1 if is_missing(value) else ago[value] for value in frame["round"]]


def check_history(history: Any, sides: Sides, absent: Collection[tuple[str, Any]]) -> str:
    """Return a note on those of a history who are not here.

    Parameters
    ----------
    history : table or path
    sides : Sides
    absent : collection of typed ids
        People who came in and do not take part.

    Raises
    ------
    InputError
        ``unknown_ids`` (with "history" as its column): nobody in it is here; ``id_type``.
    """
    frame = pair_table(history, "history", ("a", sides.names[0]), ("b", sides.names[1]))
    ids = [*frame["a"], *frame["b"]]
    return count_strangers(ids, sides, "history", absent=absent, argument="history")


def looks_back(criteria: Iterable[Criterion], rules: Iterable[Rule]) -> bool:
    """Return whether any of these looks at the history."""
    return any(rule.kind == "no_repeat" for rule in rules) or any(c.kind == "novelty" for c in criteria)


def _pairs(frame: pd.DataFrame) -> str:
    return "1 earlier pair" if len(frame) == 1 else f"{len(frame)} earlier pairs"


def _need(frame: pd.DataFrame, column: str, caller: str = "no_repeat()") -> None:
    if column not in frame.columns:
        raise InputError(
            error_item(
                "unknown_column",
                f"history has no column {column!r}, which {caller} needs. It has: "
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
