"""Who takes part in a run, on which side, and with how many places."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from peermatch.cohort import Cohort
from peermatch.cohort.aside import is_missing
from peermatch.criteria import (
    Sides,
)
from peermatch.errors import InputError, error_item
from peermatch.problem import IntArray
from peermatch.run.absent import SET_ASIDE, set_aside
from peermatch.run.consent import consented, refuse_consent
from peermatch.run.guarded import refuse_use
from peermatch.run.request import Request

if TYPE_CHECKING:
    from peermatch.matcher import PeerMatcher

__all__ = ["MOST_PLACES", "Capacity", "everyone_of", "taking_part", "whole_numbers"]

MOST_PLACES = 10_000
"""More places than anyone can use are taken for a slip of the pen."""

BOTH = "both"
"""In a column of roles: this person is on both sides."""

_BETWEEN_ROLES = re.compile(r"[;,/|+&]| and ")

Capacity = tuple[IntArray | None, IntArray | None]


def everyone_of(matcher: PeerMatcher, request: Request) -> tuple[Cohort, Cohort | None]:
    """Read all who came in, a cohort a side; those who are set aside do not take part."""
    everyone = consented(_read(matcher, request), matcher.consent)
    if request.set_aside is None:
        return everyone
    return set_aside(everyone, request.set_aside, matcher.sides)


def _read(matcher: PeerMatcher, request: Request) -> tuple[Cohort, Cohort | None]:
    names: dict[str, Any] = {"label": matcher.label, "eligible": matcher.eligible}
    if matcher.sides is None:
        return Cohort.of(request.people, matcher.id, **names), None
    if request.role is not None:
        refuse_use(matcher, "role=", request.role)
        refuse_consent(matcher.consent or {}, {"role=": [request.role]})
        both = Cohort.of(request.people, matcher.id, **names)
        return _by_role(both, request.role, matcher.sides)
    left = Cohort.of(request.people, matcher.id, at_least=1, **names)
    right = Cohort.of(request.others, matcher.id, at_least=1, **names)
    _refuse_lookalikes(left, right, matcher.sides)
    return left, right


def _refuse_lookalikes(left: Cohort, right: Cohort, names: tuple[str, str]) -> None:
    """Whether 7 here and "7" there are one person cannot be known, and nobody may be paired with themselves."""
    here = {str(id): id for id in left.ids}
    for id in right.ids:
        twin = here.get(str(id))
        if twin is not None and type(twin) is not type(id):
            message = (
                f"The id {twin!r} of a {names[0]} and {id!r} of a {names[1]} look alike, once as a number and once as "
                "text. Read both tables with ids of one type."
            )
            raise InputError(error_item("id_type", message, id=id, found=id, accepted=repr(twin)))


def _by_role(people: Cohort, role: str, names: tuple[str, str]) -> tuple[Cohort, Cohort]:
    """Return the people of each side; somebody may be on both."""
    stands = [_sides_in(cell, names) for cell in people.column(role, needed_by="role=")]
    wrong = [position for position, sides in enumerate(stands) if not sides]
    if wrong:
        position = wrong[0]
        found = people.frame[role].iloc[position]
        counted = "1 cell" if len(wrong) == 1 else f"{len(wrong)} cells"
        message = (
            f"Column {role!r} has {counted} naming neither side; the first is {found!r} in row "
            f"{int(people.rows[position])} (id {people.ids[position]!r}). Accepted: {names[0]!r} or {names[1]!r}; "
            "'both' for somebody on both sides."
        )
        raise InputError(
            error_item(
                "unknown_role",
                message,
                column=role,
                row=int(people.rows[position]),
                id=people.ids[position],
                found=found,
                accepted=[*names, BOTH],
            )
        )
    parts = [np.flatnonzero([hand in sides for sides in stands]) for hand in (0, 1)]
    for name, part in zip(names, parts, strict=True):
        if not len(part):
            raise InputError(error_item("empty_side", f"Nobody in column {role!r} is {name!r}.", column=role))
    return people.take(parts[0]), people.take(parts[1])


def _sides_in(cell: Any, names: tuple[str, str]) -> frozenset[int]:
    """Return which sides a cell names: one, or both ("both", "mentee; mentor"); none if it says anything else."""
    if is_missing(cell):
        return frozenset()
    known = {" ".join(name.casefold().split()): hand for hand, name in enumerate(names)}
    parts = cell if isinstance(cell, list | tuple) else [cell]
    found: set[int] = set()
    for part in parts:
        text = " ".join(str(part).casefold().split())
        if text in known:
            found.add(known[text])
            continue
        pieces = [piece.strip() for piece in _BETWEEN_ROLES.split(text)]
        if text == BOTH:
            found |= {0, 1}
        elif all(piece in known for piece in pieces):
            found |= {known[piece] for piece in pieces}
        else:
            return frozenset()
    return frozenset(found)


def taking_part(everyone: tuple[Cohort, Cohort | None], names: tuple[str, str] | None) -> Sides:
    """Return those who take part; InputError where they are too few."""
    left, right = everyone
    taking = [None if side is None else side.take(np.flatnonzero(side.taking_part)) for side in (left, right)]
    needed = 2 if right is None else 1
    for side, cohort, what in zip((left, right), taking, names or ("people", ""), strict=True):
        if side is not None and cohort is not None and len(cohort) < needed:
            by = [] if side.eligible is None else [f"by the column {side.eligible!r}"]
            if SET_ASIDE in side.reasons_out.tolist():
                by.append(f"{side.reasons_out.tolist().count(SET_ASIDE)} being set aside this time")
            message = (
                f"{len(cohort)} of {len(side)} {what if right is None else what + ' people'} take part, "
                f"{' and '.join(by)}; at least {needed} must."
            )
            raise InputError(
                error_item(
                    "too_few_people", message, column=side.eligible, found=len(cohort), accepted=needed
                )
            )
    assert taking[0] is not None  # the left side is always there
    return Sides(taking[0], taking[1], names or ("a", "b"))


def whole_numbers(cohort: Cohort, column: str, empty: int) -> IntArray:
    """Return what a capacity column says: whole numbers of at least 0, and `empty` where a cell is empty."""
    places = np.full(len(cohort), empty, dtype=np.int64)
    for position, cell in enumerate(cohort.column(column, needed_by="capacity")):
        if is_missing(cell):
            continue
        try:
            number = float(cell)
        except (TypeError, ValueError, OverflowError):
            number = -1.0
        if not (0 <= number <= MOST_PLACES and number == int(number)):
            row, id = int(cohort.rows[position]), cohort.ids[position]
            message = (
                f"Row {row} (id {id!r}) has {cell!r} in the capacity column {column!r}. Accepted: a whole number "
                f"from 0 to {MOST_PLACES}."
            )
            raise InputError(
                error_item(
                    "wrong_kind", message, column=column, row=row, id=id, found=cell, accepted="0, 1, 2, ..."
                )
            )
        places[position] = int(number)
    return places
