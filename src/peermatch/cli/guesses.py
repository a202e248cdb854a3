"""Guessing what matters: criteria for the columns that look fit for one. Every guess is tried on its encoder first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from peermatch.cli.columns import Column, first_of, first_reason, shown
from peermatch.cli.draft import Part, table
from peermatch.cohort.wording import counted
from peermatch.encoders import AvailabilityEncoder, ExperienceEncoder, GoalsEncoder, SkillsEncoder
from peermatch.errors import PeerMatchError

__all__ = ["Setting", "guess_criteria", "personal"]

_YEARS = ("experience", "exp", "workexp", "tenure", "seniority", "years", "yrs")
_GRADES = ("grade", "level", "band", "rank", "seniority", "ladder")
_HIRED = ("hire", "hired", "joined", "joining", "start", "started", "since")
_OFFERS = ("have", "teach", "teaches", "offer", "offers", "offered", "know", "knows", "known", "can", "share",
           "strengths", "expertise", "skills", "skill", "competencies")  # fmt: skip
_SEEKS = ("want", "wants", "wanted", "learn", "learning", "seek", "seeks", "seeking", "sought", "need", "needs",
          "improve", "develop", "grow", "desired")  # fmt: skip
_SMALL = frozenset(
    {"to", "with", "work", "worked", "working", "in", "of", "the", "i", "my", "for", "from", "and"}
)
_GOALS = ("goal", "goals", "objective", "objectives", "interests", "interest", "topics", "topic", "aims", "motivation",
          "hopes", "expectations")  # fmt: skip
_ZONES = ("timezone", "tz", "zone")
_HOURS = ("hours", "availability", "available", "slots")
_BACKGROUND = ("department", "dept", "function", "division", "unit", "team", "organisation", "organization",
               "profession", "discipline", "family", "site", "location", "office", "country", "region", "city",
               "industry", "education", "degree", "ed", "background")  # fmt: skip
_PERSONAL = frozenset(
    {"gender", "sex", "pronouns", "ethnicity", "ethnic", "race", "religion", "faith", "belief", "age", "birth", "dob",
     "birthday", "disability", "disabled", "orientation", "sexuality", "marital", "pregnancy", "nationality", "health",
     "identity", "characteristics", "salary", "pay", "comp", "compensation", "caring", "union", "politics"}
)  # fmt: skip

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


@dataclass(frozen=True)
class Setting:
    """What guesses depend on, besides the columns.

    Attributes
    ----------
    two_sides : bool
    as_of : str or None
        The day to count dates from, if one was given.
    """

    two_sides: bool
    as_of: str | None


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
    usable = [column for column in columns if column.known and not personal(column)]
    guesses = (_complement, _experience, _grades, _hired, _goals, _available, _background)
    for guess in guesses:
        taken = {name for part in parts for name in part.uses}
        parts.extend(guess([column for column in usable if column.name not in taken], setting))
    return parts


def personal(column: Column) -> bool:
    """Whether a column's name says that it holds what people may not want to be matched on."""
    return bool(column.words & _PERSONAL)


def _trial(encoder: Any, frame: pd.DataFrame) -> str:
    """Return why an encoder can't be fitted, or an empty text."""
    try:
        encoder.fit(frame)
    except PeerMatchError as error:
        return first_reason(error)
    return ""


# ---- experience -----------------------------------------------------------------------------------------


def _experience(columns: Sequence[Column], setting: Setting) -> Iterator[Part]:
    fitting = [
        column
        for column in first_of(columns, _YEARS)
        if len(column.distinct) > 2
        and column.share_known >= 0.3
        and not column.words & set(_HIRED)
        and (column.is_number or column.words & set(_YEARS))
        and not _trial(ExperienceEncoder(kind="years"), column.frame)
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


def _grades(columns: Sequence[Column], setting: Setting) -> Iterator[Part]:
    for column in first_of(columns, _GRADES):
        few = 2 <= len(column.distinct) <= 20 and column.share_known >= 0.5 and not column.is_yes_or_no
        if column.words & {"ed", "education", "english", "language", "skill"}:
            continue
        if not few or not all(isinstance(value, str | int) for value in column.distinct):
            continue
        if column.is_number:
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
        if len(column.distinct) < 3 or _trial(ExperienceEncoder(kind="date", as_of=far), column.frame):
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


# ---- skills and goals -----------------------------------------------------------------------------------


def _complement(columns: Sequence[Column], setting: Setting) -> Iterator[Part]:
    seeks = [column for column in columns if column.words & set(_SEEKS) and _holds_skills(column)]
    offers = [
        column
        for column in columns
        if column.words & set(_OFFERS) and column not in seeks and _holds_skills(column)
    ]
    pairs = [(offer, seek) for seek in seeks for offer in offers if _stem(offer) == _stem(seek)]
    if not pairs and len(seeks) == 1 and len(offers) == 1:
        pairs = [(offers[0], seeks[0])]
    graded = sorted(
        ((_shared(offer, seek), offer, seek) for offer, seek in pairs), key=lambda one: one[0], reverse=True
    )
    found = [(share, offer, seek) for share, offer, seek in graded if share > 0.05]
    for place, (_, offer, seek) in enumerate(found[:4]):
        reasons = [
            f"{offer.name!r} holds what people offer and {seek.name!r} what they seek, such as "
            f"{shown(seek.distinct, limit=2)}.",
        ]
        if place == 0:
            reasons.append("Counts the share of what I seek, and don't already offer, that the other offers.")
        if place >= 2:
            reasons.append("Take the # away to use it as well.")
        values = {"offers": offer.name, "seeks": seek.name, "weight": 3 if place == 0 else 1}
        yield table(
            "complement", values, reasons, uses=[offer.name, seek.name], active=place < 2, of="criteria"
        )


def _holds_skills(column: Column) -> bool:
    return column.is_text and len(column.distinct) > 1 and not column.is_yes_or_no and not column.is_number


def _stem(column: Column) -> frozenset[str]:
    """What is left of a name without the words for offering and seeking: "language" of both language columns."""
    return column.words - set(_OFFERS) - set(_SEEKS) - _SMALL


def _shared(offer: Column, seek: Column) -> float:
    """The share of what is sought that anyone offers, times the share of people who filled both in; 0 if unreadable."""
    frame = pd.concat([offer.frame, seek.frame], axis=1)
    encoder = SkillsEncoder()
    if _trial(encoder, frame):
        return 0.0
    offers, _, seeks, _ = encoder.bits(frame)
    offered, sought = np.bitwise_or.reduce(offers, axis=0), np.bitwise_or.reduce(seeks, axis=0)
    return _bits(offered & sought) / max(1, _bits(sought)) * min(offer.share_known, seek.share_known)


def _bits(words: npt.NDArray[np.uint64]) -> int:
    return sum(int(word).bit_count() for word in words)


def _goals(columns: Sequence[Column], setting: Setting) -> Iterator[Part]:
    found: list[tuple[Column, GoalsEncoder]] = []
    for column in first_of(columns, _GOALS):
        encoder = GoalsEncoder()
        if _holds_skills(column) and not _trial(encoder, column.frame):
            found.append((column, encoder))
    if not found:
        return
    column, encoder = min(
        found, key=lambda one: one[1].kind_ != "values"
    )  # chosen options say more than sentences
    what = "free text" if encoder.kind_ == "text" else counted(len(encoder.vocabulary_), "different goal")
    reasons = [f"{column.name!r} holds {what}, such as {shown(column.distinct, limit=2)}."]
    yield table("overlap", {"column": column.name, "weight": 2}, reasons, uses=[column.name], of="criteria")


# ---- time and background --------------------------------------------------------------------------------


def _available(columns: Sequence[Column], setting: Setting) -> Iterator[Part]:
    for zone in first_of(columns, _ZONES):
        for hours in first_of(columns, _HOURS):
            if hours is zone:
                continue
            frame = pd.concat([zone.frame, hours.frame], axis=1)
            if _trial(AvailabilityEncoder(as_of=setting.as_of or "2026-01-15"), frame):
                continue
            reasons = [
                f"{zone.name!r} and {hours.name!r}, such as {shown([zone.distinct[0], hours.distinct[0]])}: "
                "ten shared hours a week are worth 1."
            ]
            active = not _trial(AvailabilityEncoder(as_of=setting.as_of), frame)
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
    chosen = [column for column in first_of(columns, _BACKGROUND) if _is_category(column)][:3]
    if not chosen:
        return
    names = [column.name for column in chosen]
    found = ", ".join(f"{column.name!r} ({counted(len(column.distinct), 'value')})" for column in chosen)
    reasons = [f"Backgrounds: {found}. Worth 1 where two people differ in all of them."]
    yield table("different", {"columns": names, "weight": 1}, reasons, uses=names, of="criteria")


def _is_category(column: Column) -> bool:
    most = min(200, max(2, len(column.cells) // 2))
    return (
        column.is_text
        and 2 <= len(column.distinct) <= most
        and column.share_known >= 0.4
        and not column.is_yes_or_no
    )
