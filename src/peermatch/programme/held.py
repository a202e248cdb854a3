"""What a programme holds about people: plain tables, and how somebody is found in and taken out of them."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from peermatch.cohort.aside import is_missing, read_table
from peermatch.criteria import Criterion, Rule, as_day, key_of
from peermatch.criteria.tables import pair_table
from peermatch.errors import InputError, error_item
from peermatch.matcher import PeerMatcher
from peermatch.pairing import Pairing
from peermatch.problem import GRID
from peermatch.programme.labels import day_of
from peermatch.programme.turns import sat_out

__all__ = [
    "ATTENDANCE",
    "HISTORY",
    "attendance_of",
    "days_of",
    "history_of",
    "listed_about",
    "matcher_without",
    "months_before",
    "named",
]

HISTORY = ("round", "date", "a", "b", "status")
ATTENDANCE = ("round", "date", "side", "id", "status", "score")
_FIRST, _SECOND = ("a", "id", "who", "left", "from"), ("b", "vetoed", "preferred", "whom", "right", "to")
_TABLES = ("pairs", "table")

Part = TypeVar("Part", Rule, Criterion)


def history_of(source: Any, sides: tuple[str, str] | None) -> pd.DataFrame:
    """Return a history as it is kept: round, date, a, b, status, then any other columns.

    Raises
    ------
    InputError
        If it has no columns of ids.
    """
    if source is None:
        return pd.DataFrame({name: [] for name in HISTORY}, dtype=object)
    names = sides or ("a", "b")
    frame = pair_table(read_table(source, what="history"), "history", ("a", names[0]), ("b", names[1]))
    for name in HISTORY:
        if name not in frame.columns:
            frame[name] = pd.Series([None] * len(frame), dtype=object)
    rest = [name for name in frame.columns if name not in HISTORY]
    return frame[[*HISTORY, *rest]].astype(object)


def attendance_of(pairing: Pairing, date: str | None) -> pd.DataFrame:
    """Return one row for everybody who took part in a round: who was paired, with which score, and who sat out."""
    sides, pairs = pairing.sides, pairing.matching.pairs
    scores = (pairing.scores.at(pairs[:, 0], pairs[:, 1]) / GRID).tolist()
    hands = [(sides.left, pairs[:, 0], sides.names[0] if sides.two_sided else None)]
    if sides.two_sided:
        hands.append((sides.columns_side, pairs[:, 1], sides.names[1]))
    else:
        hands = [(sides.left, np.concatenate([pairs[:, 0], pairs[:, 1]]), None)]
        scores = scores * 2
    rows = []
    for cohort, positions, side in hands:
        of_person = _means(positions.tolist(), scores)
        for position, id in enumerate(cohort.ids.tolist()):
            score = of_person.get(position)
            status = "sat out" if score is None else "paired"
            rows.append((pairing.round, date, side, id, status, score))
    assert len(sat_out(pairing)) == sum(row[4] == "sat out" for row in rows)
    return pd.DataFrame(rows, columns=list(ATTENDANCE), dtype=object)


def named(
    frame: pd.DataFrame, key: tuple[str, Any], columns: tuple[str, ...]
) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return which rows name somebody in one of these columns."""
    found = np.zeros(len(frame), dtype=bool)
    for column in columns:
        found |= np.array([key_of(cell) == key for cell in frame[column]], dtype=bool)
    return found


def listed_about(matcher: PeerMatcher, key: tuple[str, Any]) -> list[tuple[str, str, int]]:
    """Return what the matcher's own lists of pairs say about somebody: kind, name, rows; no contents of private ones.

    A list in a file counts as -1 rows: it is not the programme's.
    """
    found = []
    parts: list[Rule | Criterion] = [*matcher.rules, *matcher.criteria]
    for part in parts:
        name = part.public_name if isinstance(part, Rule) else part.name
        for option in _TABLES:
            table = part.options.get(option)
            if table is None:
                continue
            if isinstance(table, str | os.PathLike):
                found.append((part.kind, name, -1))
                continue
            rows = int(named(_pairs(table), key, ("a", "b")).sum())
            if rows:
                found.append((part.kind, name, rows))
    return found


def matcher_without(matcher: PeerMatcher, key: tuple[str, Any]) -> PeerMatcher:
    """Return the matcher with somebody taken out of all lists of pairs that it holds itself."""
    if not any(rows > 0 for _, _, rows in listed_about(matcher, key)):
        return matcher

    def kept(part: Part) -> Part | None:
        options = dict(part.options)
        for option in _TABLES:
            table = options.get(option)
            if table is None or isinstance(table, str | os.PathLike):
                continue
            frame = _pairs(table)
            left = frame[~named(frame, key, ("a", "b"))]
            if isinstance(part, Rule) and left.empty:
                return None
            options[option] = left.reset_index(drop=True)
        return replace(part, options=options)

    rules = [rule for rule in map(kept, matcher.rules) if rule is not None]
    criteria = [criterion for criterion in map(kept, matcher.criteria) if criterion is not None]
    return replace(matcher, rules=rules, criteria=criteria)


def _pairs(table: Any) -> pd.DataFrame:
    return pair_table(table, "the programme's list", _FIRST, _SECOND)


def days_of(frame: pd.DataFrame) -> list[dt.date | None]:
    """Return the day of each row: its date, else the first day of the month that its round is named for."""
    return [
        day_of(name) if is_missing(date) else as_day(date, "date", row)
        for row, (date, name) in enumerate(zip(frame["date"], frame["round"], strict=True), start=1)
    ]


def months_before(as_of: Any, months: int) -> dt.date:
    """Return the same day so many months earlier, or the last day of a shorter month.

    Examples
    --------
    >>> months_before("2026-03-31", 1)
    datetime.date(2026, 2, 28)
    """
    day = as_day(as_of, "as_of")
    count = day.year * 12 + day.month - 1 - months
    year, month = divmod(count, 12)
    if year < 1:
        raise InputError(
            error_item("out_of_range", f"{months} months before {day} there is no day.", found=months)
        )
    last = (dt.date(year + month // 11, (month + 1) % 12 + 1, 1) - dt.timedelta(days=1)).day
    return dt.date(year, month + 1, min(day.day, last))


def _means(people: list[int], scores: list[float]) -> dict[int, float]:
    """Return everybody's score: in a trio the mean of both."""
    of_person: dict[int, list[float]] = {}
    for person, score in zip(people, scores, strict=True):
        of_person.setdefault(person, []).append(score)
    return {person: sum(some) / len(some) for person, some in of_person.items()}
