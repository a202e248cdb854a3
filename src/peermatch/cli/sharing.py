"""Guessing who offers what others seek, and what people hope for: by names, and by the values that columns share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, permutations
from typing import NamedTuple

import pandas as pd

from peermatch.cli.columns import Column, first_of, is_category, shown, trial
from peermatch.cli.draft import Part, Setting, comment, table
from peermatch.cohort.names import vocabulary
from peermatch.encoders.readers import GoalsReader, SkillsReader

__all__ = ["HELP_WEIGHT", "complements", "goals"]

HELP_WEIGHT = 8
"""What offers that meet wishes weigh: they are often 0 where other criteria are near 1, and would get lost."""

_OFFERS = vocabulary(
    "have teach teaches offer offers offered know knows known can share strengths strong expertise skills "
    "skill competencies good kann kenne biete stärken fähigkeiten kenntnisse compétences"
)
_SEEKS = vocabulary(
    "want wants wanted learn learning seek seeks seeking sought need needs improve develop grow desired "
    "curious lernen suche möchte apprendre aprender"
)
_SMALL = vocabulary(
    "to with work worked working in of the i my for from and would like at about me help others"
)
_GOALS = ("goal", "goals", "objective", "objectives", "interests", "interest", "topics", "topic", "aims", "motivation",
          "hopes", "expectations", "ziele", "ziel", "interessen", "themen", "objectifs", "objetivos",
          "erwartung", "erwartungen")  # fmt: skip
_HOPES = ("want", "wants", "hope", "expect", "why", "purpose", "reason")

_ACTIVE, _PROPOSED = 2, 2
_LITTLE, _MUCH, _MOST = 0.05, 0.3, 0.5


class _Meeting(NamedTuple):
    """Two columns whose values meet, and how sure it is which of them offers."""

    level: int
    same_stem: bool
    share: float
    offer: Column
    seek: Column


def complements(columns: Sequence[Column], setting: Setting) -> Iterator[Part]:
    """Propose pairs of columns: one holds what people offer, the other what they seek; many in one comment."""
    able = [
        column
        for column in columns
        if column.is_text and len(column.distinct) > 1 and not column.is_number and not column.is_days
    ]
    # sorted is stable: equal ones stay in the order of the table
    found = sorted([*_by_name(able), *_by_values(able)], key=lambda one: one[:3], reverse=True)
    used: set[str] = set()
    more: list[_Meeting] = []
    place = 0
    for meeting in found:
        names = {meeting.offer.name, meeting.seek.name}
        if names & used or trial(
            SkillsReader(), pd.concat([meeting.offer.frame, meeting.seek.frame], axis=1)
        ):
            continue
        used |= names
        if place < _ACTIVE + _PROPOSED:
            yield _complement(meeting, place)
        else:
            more.append(meeting)
        place += 1
    if more:
        yield _more(more)


def _more(meetings: Sequence[_Meeting]) -> Part:
    """Return the comment on what else meets, one pair after the other."""
    pairs = "; ".join(f"{shown([one.offer.name, one.seek.name], length=60)}" for one in meetings)
    reason = f"More columns that meet, what is offered first where names tell: {pairs}."
    offers = tuple(one.offer.name for one in meetings)
    seeks = tuple(one.seek.name for one in meetings)
    return Part(
        tuple(comment(reason)),
        (*offers, *seeks),
        False,
        "more",
        {"offers": offers, "seeks": seeks},
        (reason,),
    )


def _by_name(able: Sequence[Column]) -> Iterator[_Meeting]:
    seeks = [column for column in able if column.words & _SEEKS]
    others = [column for column in able if column not in seeks]
    for seek in seeks:
        for offer in others:
            offers = bool(offer.words & _OFFERS)
            share = _shared(offer, seek)
            same = offers and _stem(offer) == _stem(seek)
            if share > (_LITTLE if same else _MUCH if offers else _MOST):
                yield _Meeting(2 if offers else 1, same, share, offer, seek)


def _by_values(able: Sequence[Column]) -> Iterator[_Meeting]:
    """Where names don't say who seeks: an offer whose other half is nowhere named, or two columns of lists."""
    listed = [column for column in able if not column.words & _SEEKS and column.is_listed]
    for offer, seek in permutations(listed, 2):
        if offer.words & _OFFERS and not seek.words & _OFFERS and _shared(offer, seek) > _MOST:
            yield _Meeting(1, False, _shared(offer, seek), offer, seek)
    for offer, seek in combinations(listed, 2):
        if bool(offer.words & _OFFERS) == bool(seek.words & _OFFERS) and _shared(offer, seek) > _MOST:
            yield _Meeting(0, False, _shared(offer, seek), offer, seek)


def _stem(column: Column) -> frozenset[str]:
    """What is left of a name without the words for offering and seeking: "language" of both language columns."""
    return column.words - _OFFERS - _SEEKS - _SMALL


def _shared(offer: Column, seek: Column) -> float:
    """The share of what is sought that anyone offers, times the share of people who filled both in."""
    if not offer.parts or not seek.parts:
        return 0.0
    met = sum(count for value, count in seek.parts.items() if value in offer.parts)
    return met / sum(seek.parts.values()) * min(offer.share_known, seek.share_known)


def _complement(meeting: _Meeting, place: int) -> Part:
    offer, seek = meeting.offer, meeting.seek
    active = place < _ACTIVE and meeting.level > 0
    if meeting.level:
        reasons = [
            f"{offer.name!r} holds what people offer and {seek.name!r} what they seek, such as "
            f"{shown(seek.distinct, limit=2)}.",
        ]
    else:
        reasons = [
            f"{offer.name!r} and {seek.name!r} share their values. If one holds what people offer and the other what "
            "they seek, put each in its place and take the # away.",
        ]
    if meeting.level and place == 0:
        reasons.append("Counts the share of what I seek, and don't already offer, that the other offers.")
        reasons.append("It is 0 for many pairs, so it weighs much: with less, it gets lost among the others.")
    if meeting.level and not active:
        reasons.append("Take the # away to use it as well.")
    weight = HELP_WEIGHT if place == 0 else HELP_WEIGHT // 2
    values = {"offers": offer.name, "seeks": seek.name, "weight": weight}
    return table("complement", values, reasons, uses=[offer.name, seek.name], active=active, of="criteria")


def goals(columns: Sequence[Column], setting: Setting) -> Iterator[Part]:
    """Propose the column that says what people want to get out of it; further ones in comments."""
    hopes = [column for column in first_of(columns, _HOPES) if column.is_listed or is_category(column)]
    found: list[tuple[Column, GoalsReader]] = []
    for column in {id(one): one for one in (*first_of(columns, _GOALS), *hopes)}.values():
        encoder = GoalsReader()
        texts = column.is_text and len(column.distinct) > 1 and not column.is_number
        if texts and not trial(encoder, column.frame):
            found.append((column, encoder))
    if not found:
        return
    # chosen options say more than sentences
    column, encoder = min(found, key=lambda one: one[1].kind_ != "values")
    what = "free text" if encoder.kind_ == "text" else f"{len(encoder.vocabulary_)} different goals"
    reasons = [f"{column.name!r} holds {what}, such as {shown(column.distinct, limit=2)}."]
    yield table("overlap", {"column": column.name, "weight": 2}, reasons, uses=[column.name], of="criteria")
