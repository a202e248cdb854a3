"""What a programme holds about people: plain tables, and how somebody is found in and taken out of them."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from peermatch.cohort.aside import is_missing, read_table
from peermatch.criteria import Criterion, Rule, as_day, key_of
from peermatch.criteria.tables import pair_table
from peermatch.errors import InputError, error_item
from peermatch.matcher import PeerMatcher
from peermatch.pairing import Pairing, SavedResult
from peermatch.problem import GRID
from peermatch.programme.labels import day_of
from peermatch.programme.turns import sat_out
from peermatch.report import typed_id
from peermatch.run.snapshot import DRAFT

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
    "older",
    "result_of",
    "rounds_of",
    "weakest_of_last",
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


def attendance_of(pairing: Pairing | SavedResult, date: str | None) -> pd.DataFrame:
    """Return one row for everybody who took part in a round: who was paired, with which score, and who sat out."""
    if isinstance(pairing, SavedResult):
        return _attendance_of_saved(pairing, date)
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


def _attendance_of_saved(saved: SavedResult, date: str | None) -> pd.DataFrame:
    pairs, people, names = saved.pairs, saved.people, saved.side_names
    scores: dict[tuple[str | None, Any], list[float]] = {}
    for name in names:
        side = name if saved.two_sided else None
        for id, score in zip(pairs[name].tolist(), pairs["score"].tolist(), strict=True):
            scores.setdefault((side, key_of(id)), []).append(score)
    rows = []
    for row in people[people["status"] != "not taking part"].to_dict("records"):
        side = row.get("side")
        some = scores.get((side, key_of(row["id"])))
        told = ("sat out", None) if some is None else ("paired", sum(some) / len(some))
        rows.append((saved.round, date, side, row["id"], *told))
    return pd.DataFrame(rows, columns=list(ATTENDANCE), dtype=object)


def result_of(
    attendance: pd.DataFrame, history: pd.DataFrame, name: str, sides: tuple[str, str] | None
) -> dict[str, Any]:
    """Return a round that is written down as the earlier result of an update: who was there, and in which pairs."""
    met, took_part = history[history["round"] == name], attendance[attendance["round"] == name]
    return {
        "schema": DRAFT,
        "two_sided": sides is not None,
        "sides": list(sides or ("a", "b")),
        "round": name,
        "pairs": [
            {"a": typed_id(a), "b": typed_id(b), "score": None}
            for a, b in zip(met["a"], met["b"], strict=True)
        ],
        "people": [
            {"id": typed_id(id), "side": side, "status": status}
            for side, id, status in zip(took_part["side"], took_part["id"], took_part["status"], strict=True)
        ],
    }


def rounds_of(attendance: pd.DataFrame, history: pd.DataFrame) -> pd.DataFrame:
    """Return one row a round: round, date, took_part, pairs, sat_out, mean, worst."""
    rows = []
    for name, part in attendance.groupby("round", sort=False, dropna=False):
        paired = part[part["status"] == "paired"]
        scores = paired["score"].astype(float)
        rows.append(
            {
                "round": name,
                "date": part["date"].iloc[0],
                "took_part": len(part),
                "pairs": int((history["round"] == name).sum()),
                "sat_out": len(part) - len(paired),
                "mean": float(scores.mean()) if len(scores) else None,
                "worst": float(scores.min()) if len(scores) else None,
            }
        )
    frame = pd.DataFrame(rows, columns=["round", "date", "took_part", "pairs", "sat_out", "mean", "worst"])
    # a text column would turn what is missing into NaN
    days = [None if is_missing(row["date"]) else row["date"] for row in rows]
    frame["date"] = pd.Series(days, dtype=object)
    return frame


def weakest_of_last(attendance: pd.DataFrame, history: pd.DataFrame) -> tuple[Any, ...]:
    """Return the weakest pair of the last round that is written down, the first of several; see `turns.weakest`."""
    if attendance.empty:
        return ()
    last = attendance["round"].iloc[-1]
    rows = attendance[(attendance["round"] == last) & (attendance["status"] == "paired")]
    score_of = {
        key_of(id): float(score) for id, score in zip(rows["id"], rows["score"], strict=True)
    }  # one place each: a score a person
    met = history[history["round"] == last]
    pairs = [
        (score_of[key_of(a)], (a, b))
        for a, b in zip(met["a"], met["b"], strict=True)
        if key_of(a) in score_of
    ]
    return min(pairs, key=lambda pair: pair[0])[1] if pairs else ()


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
    if matcher.advisers is not None:
        parts += [*matcher.advisers.rules, *matcher.advisers.criteria]
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

    def all_kept(parts: Sequence[Part]) -> list[Part]:
        return [part for part in map(kept, parts) if part is not None]

    advisers = matcher.advisers
    if advisers is not None:
        advisers = replace(advisers, rules=all_kept(advisers.rules), criteria=all_kept(advisers.criteria))
    rules, criteria = all_kept(matcher.rules), all_kept(matcher.criteria)
    return replace(matcher, rules=rules, criteria=criteria, advisers=advisers)


def _pairs(table: Any) -> pd.DataFrame:
    return pair_table(table, "the programme's list", _FIRST, _SECOND)


def days_of(frame: pd.DataFrame) -> list[dt.date | None]:
    """Return the day of each row: its date, else the first day of the month that its round is named for."""
    return [
        day_of(name) if is_missing(date) else as_day(date, "date", row)
        for row, (date, name) in enumerate(zip(frame["date"], frame["round"], strict=True), start=1)
    ]


def older(
    frame: pd.DataFrame, name: str, limit: dt.date, undated: str
) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return which rows are of days before the limit.

    Raises
    ------
    InputError
        If rows have no day, and `undated` is "refuse".
    """
    days = days_of(frame)
    unknown = [row for row, day in enumerate(days, start=1) if day is None]
    if unknown and undated == "refuse":
        message = (
            f"{len(unknown)} rows of the {name} have no date, the first is row {unknown[0]}; whether they are "
            "older cannot be told. Say undated='keep' or undated='drop'."
        )
        raise InputError(error_item("undated", message, column="date", row=unknown[0], found=None))
    return np.array([undated == "drop" if day is None else day < limit for day in days], dtype=bool)


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
