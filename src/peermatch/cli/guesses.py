"""Guessing what matters: criteria for the columns that look fit for one. Every guess is tried on its encoder first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from types import MappingProxyType
from typing import Any

import pandas as pd

from peermatch.cli.columns import Column, first_of, is_category, shown, trial
from peermatch.cli.draft import Part, Setting, comment, table
from peermatch.cli.leftovers import LEFTOVERS
from peermatch.cli.sharing import complements, goals
from peermatch.cohort.personal import maybe_origin, personal_kind, personal_values
from peermatch.cohort.wording import counted
from peermatch.encoders.readers import AvailabilityReader, ExperienceReader

__all__ = ["AVAILABLE", "FURTHER", "Setting", "guarded", "guess_criteria", "left_alone", "personal"]

_YEARS = ("experience", "exp", "workexp", "tenure", "seniority", "years", "yrs", "time", "long", "service",
          "ancienneté", "antigüedad")  # fmt: skip
_YEAR_STEMS = ("jahre", "erfahrung")
_MOST_YEARS = 60
_SAID = re.compile(r".*\d\s*(\+|y|a\b|an|jahr|mo\b|month).*", re.IGNORECASE)
_GRADES = ("grade", "level", "band", "rank", "seniority", "ladder")
_HIRED = ("hire", "hired", "joined", "joining", "start", "started", "since")
_ZONES = ("timezone", "tz", "zone")
_HOURS = ("hours", "availability", "available", "slots")
_BACKGROUND = ("department", "dept", "function", "division", "unit", "team", "organisation", "organization",
               "profession", "discipline", "family", "site", "location", "office", "country", "region", "city",
               "industry", "education", "degree", "ed", "background", "abteilung", "bereich",
               "standort", "ort", "service", "pays", "ville")  # fmt: skip
_PLACES = (
    "site",
    "office",
    "location",
    "standort",
    "bureau",
    "ufficio",
    "oficina",
    "kantoor",
    "branch",
    "plant",
)
_TITLES = (
    ("intern", "trainee", "apprentice", "graduate"),
    ("junior", "associate", "entry"),
    ("intermediate", "mid", "regular", "professional"),
    ("senior",),
    ("lead", "staff"),
    ("principal", "manager"),
    ("director", "head"),
    ("vice president", "vp"),
    ("executive", "chief", "c-level"),
)
_STEP = re.compile(r"(\D*?)\s*-?\s*(\d{1,2})")


def guess_criteria(columns: Sequence[Column], setting: Setting) -> list[Part]:
    """Return criteria for these columns, the most telling first.

    Parameters
    ----------
    columns : sequence of Column
        Those that have no other task.
    setting : Setting

    Returns
    -------
    list of Part
        Active ones can be fitted to these columns as they are; the others say what they wait for.
    """
    parts: list[Part] = []
    kept = {column.name for column in guarded(columns)}
    usable = [
        column for column in columns if column.known and column.name not in kept and not column.is_answer
    ]
    guesses = (complements, _experience, _grades, _hired, goals, _available, _background, *LEFTOVERS)
    for guess in guesses:
        taken = {name for part in parts for name in part.uses}
        parts.extend(guess([column for column in usable if column.name not in taken], setting))
    return parts


def personal(column: Column) -> str:
    """Return what a column says of people that they may not want to be matched on; empty: nothing."""
    return personal_kind(column.name) or personal_values(column.distinct)


def left_alone(columns: Sequence[Column]) -> list[str]:
    """Return the comments on columns that are not used because they sound personal, or may be; none where none does."""
    lines: list[str] = []
    names = [column.name for column in columns if personal(column)]
    if names:
        listed = shown(names, limit=len(names), length=60)
        lines += comment(
            f"Left alone because they sound personal: {listed}. Ask people before you match on such columns; "
            "`sensitive = true` keeps a criterion out of what participants read, and `when` names a column with each "
            "person's own yes or no."
        )
    doubtful = [column.name for column in columns if not personal(column)]
    if doubtful:
        listed = shown(doubtful, limit=len(doubtful), length=60)
        lines += comment(
            f"Left alone because nothing tells whether it is where people work or where they are from: {listed}. Where "
            'it is the first, it can be used as a background: kind = "different", or "same".'
        )
    return lines


def guarded(columns: Sequence[Column]) -> list[Column]:
    """Return the columns that no draft may match on: what sounds personal, and countries that may be of origin.

    A country is where people work if its name says so, or if another column of places tells it: one country for each
    site.
    """
    return [
        column
        for column in columns
        if personal(column) or (maybe_origin(column.name) and not _told_by_place(column, columns))
    ]


def _told_by_place(country: Column, columns: Sequence[Column]) -> bool:
    for place in first_of(columns, _PLACES):
        if place is country or not is_category(place) or maybe_origin(place.name):
            continue
        told: dict[Any, set[Any]] = {}
        for where, what in zip(place.cells, country.cells, strict=True):
            if where is not None and what is not None:
                told.setdefault(where, set()).add(what)
        if len(told) > 1 and all(len(found) == 1 for found in told.values()):
            return True
    return False


# ---- experience -----------------------------------------------------------------------------------------


def _experience(columns: Sequence[Column], setting: Setting) -> Iterator[Part]:
    named = first_of(columns, _YEARS)
    named += [
        column for column in columns if any(stem in word for word in column.words for stem in _YEAR_STEMS)
    ]
    said = [column for column in columns if column.is_text and _says_years(column)]
    candidates = {id(column): column for column in (*named, *said)}.values()
    fitting = [
        column
        for column in candidates
        if len(column.distinct) > 2
        and column.share_known >= 0.3
        and not column.words & set(_HIRED)
        and (not column.is_number or max(float(value) for value in column.distinct) <= _MOST_YEARS)
        and not trial(ExperienceReader(kind="years"), column.frame)
    ]
    if not fitting:
        return
    best = fitting[0]
    reasons = [
        f"{best.name!r} reads as years, such as {shown(best.distinct)}; {best.share_known:.0%} have a value."
    ]
    if len(fitting) > 1:
        reasons.append(f"Others that would do: {shown((column.name for column in fitting[1:]), limit=4)}.")
    yield _further_along(best, {}, reasons, setting, by=[2, 15], scale=3, weight=2)


def _says_years(column: Column) -> bool:
    """Whether most values are years as people write them, such as "3 years" or "10+"."""
    texts = [str(value) for value in column.distinct]
    return sum(bool(_SAID.fullmatch(text)) for text in texts) >= 0.4 * max(1, len(texts))


def _grades(columns: Sequence[Column], setting: Setting) -> Iterator[Part]:
    for column in first_of(columns, _GRADES):
        few = 2 <= len(column.distinct) <= 20 and column.share_known >= 0.5 and not column.is_yes_or_no
        if column.words & {"ed", "education", "english", "language", "skill"}:
            continue
        if not few or not all(isinstance(value, str | int) for value in column.distinct):
            continue
        if column.is_number:
            if trial(ExperienceReader(kind="years"), column.frame):
                continue
            reason = f"{column.name!r} is a number, such as {shown(column.distinct)}."
            yield _further_along(column, {}, [reason], setting, by=[1, 3], scale=1, weight=1)
            return
        ladder = _ladder([str(value) for value in column.distinct])
        active = ladder is not None
        reasons = [
            f"{column.name!r} holds {len(column.distinct)} grades, lowest first as far as their names tell."
        ]
        if not active:
            ladder = [str(value) for value in column.distinct]
            reasons = [
                f"{column.name!r} looks like grades, but their order is not clear from their names. Put the "
                "ladder in order, lowest first, and take the # away.",
            ]
        yield _further_along(
            column, {"ladder": ladder}, reasons, setting, by=[1, 3], scale=1, weight=1, active=active
        )
        return


def _further_along(
    column: Column,
    options: dict[str, Any],
    reasons: list[str],
    setting: Setting,
    *,
    by: list[int],
    scale: int,
    weight: int,
    active: bool = True,
) -> Part:
    """On two sides the second is further along; in one pool both are about equally far."""
    values = {"column": column.name, **options}
    if setting.two_sides:
        unit = "steps" if options else "units"
        reasons = [
            *reasons,
            f"Worth most where the second side is {by[0]} to {by[1]} {unit} above the first.",
        ]
        kind, values = "above", {**values, "by": by, "weight": weight}
    else:
        reasons = [*reasons, f"Half as much worth where two people are {scale} apart."]
        kind, values = "near", {**values, "scale": scale, "weight": weight}
    return table(kind, values, reasons, uses=[column.name], active=active, of="criteria")


def _ladder(values: Sequence[str]) -> list[str] | None:
    """Put grades in order by their number or by well-known titles; None where that does not order them all."""
    steps = [_STEP.fullmatch(value.strip()) for value in values]
    if all(steps) and len({step[1].strip().casefold() for step in steps if step}) == 1:
        return sorted(values, key=lambda value: int(re.findall(r"\d+", value)[-1]))
    ranks = {value: _title_rank(value) for value in values}
    if None in ranks.values() or len(set(ranks.values())) < len(values):
        return None
    return sorted(values, key=lambda value: ranks[value] or 0)


def _title_rank(value: str) -> int | None:
    hits = [
        rank
        for rank, titles in enumerate(_TITLES)
        for title in titles
        if re.search(rf"\b{title}", value.casefold())
    ]
    return max(hits, default=None)


def _hired(columns: Sequence[Column], setting: Setting) -> Iterator[Part]:
    for column in first_of(columns, _HIRED):
        far = setting.as_of or "2999-12-31"
        if len(column.distinct) < 3 or trial(ExperienceReader(kind="date", as_of=far), column.frame):
            continue
        reasons = [
            f"{column.name!r} holds dates, such as {shown(column.distinct, limit=2)}: years of tenure."
        ]
        if setting.as_of is None:
            reasons.append(
                "Dates need a day to count from: run with --as-of YYYY-MM-DD, and take the # away."
            )
        active = setting.as_of is not None
        yield _further_along(column, {}, reasons, setting, by=[1, 10], scale=3, weight=1, active=active)
        return


# ---- time and background --------------------------------------------------------------------------------


def _available(columns: Sequence[Column], setting: Setting) -> Iterator[Part]:
    for zone in first_of(columns, _ZONES):
        for hours in first_of(columns, _HOURS):
            if hours is zone:
                continue
            frame = pd.concat([zone.frame, hours.frame], axis=1)
            if trial(AvailabilityReader(as_of=setting.as_of or "2026-01-15"), frame):
                continue
            reasons = [
                f"{zone.name!r} and {hours.name!r}, such as {shown([zone.distinct[0], hours.distinct[0]])}: "
                "ten shared hours a week are worth 1."
            ]
            active = not trial(AvailabilityReader(as_of=setting.as_of), frame)
            if not active:
                reasons.append(
                    "Summer time makes this depend on the day: run with --as-of YYYY-MM-DD, and take the # away."
                )
            values = {"zone": zone.name, "hours": hours.name, "wanted": 10, "weight": 1}
            yield table(
                "available", values, reasons, uses=[zone.name, hours.name], active=active, of="criteria"
            )
            return


def _background(columns: Sequence[Column], setting: Setting) -> Iterator[Part]:
    chosen = [column for column in first_of(columns, _BACKGROUND) if is_category(column)][:3]
    if not chosen:
        return
    names = [column.name for column in chosen]
    found = ", ".join(f"{column.name!r} ({counted(len(column.distinct), 'value')})" for column in chosen)
    reasons = [f"Backgrounds: {found}. Worth 1 where two people differ in all of them."]
    yield table("different", {"columns": names, "weight": 1}, reasons, uses=names, of="criteria")


FURTHER = MappingProxyType({"years": _experience, "grades": _grades, "dates": _hired})
"""What tells how far along people are: guesses by what their columns hold."""

AVAILABLE = _available
"""The guess of columns that tell when people are at work."""
