"""Who takes part in a run, on which side, and with how many places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from peermatch.cohort import Cohort
from peermatch.cohort.aside import is_missing
from peermatch.criteria import (
    Sides,
)
from peermatch.errors import ConfigError, InputError, error_item
from peermatch.problem import IntArray, Solver
from peermatch.run.aside import without
from peermatch.run.request import Request

if TYPE_CHECKING:
    from peermatch.matcher import PeerMatcher

__all__ = ["MOST_PLACES", "Capacity", "capacity_of", "everyone_of", "taking_part"]

MOST_PLACES = 10_000
"""More places than anyone can use are taken for a slip of the pen."""

Capacity = tuple[IntArray | None, IntArray | None]


def everyone_of(matcher: PeerMatcher, request: Request) -> tuple[Cohort, Cohort | None]:
    """Read all who came in, a cohort a side; who is set aside does not take part."""
    everyone = _read(matcher, request)
    return everyone if request.set_aside is None else without(everyone, request.set_aside)


def _read(matcher: PeerMatcher, request: Request) -> tuple[Cohort, Cohort | None]:
    names: dict[str, Any] = {"label": matcher.label, "eligible": matcher.eligible}
    if matcher.sides is None:
        return Cohort.of(request.people, matcher.id, **names), None
    if request.role is not None:
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
    said = [
        "" if is_missing(cell) else str(cell).casefold() for cell in people.column(role, needed_by="role=")
    ]
    known = [name.casefold() for name in names]
    wrong = [position for position, text in enumerate(said) if text not in known]
    if wrong:
        position = wrong[0]
        found = people.frame[role].iloc[position]
        counted = "1 cell" if len(wrong) == 1 else f"{len(wrong)} cells"
        message = (
            f"Column {role!r} has {counted} naming neither side; the first is {found!r} in row "
            f"{int(people.rows[position])} (id {people.ids[position]!r}). Accepted: {names[0]!r} or {names[1]!r}."
        )
        raise InputError(
            error_item(
                "unknown_role",
                message,
                column=role,
                row=int(people.rows[position]),
                id=people.ids[position],
                found=found,
                accepted=list(names),
            )
        )
    parts = [np.flatnonzero([text == name for text in said]) for name in known]
    for name, part in zip(names, parts, strict=True):
        if not len(part):
            raise InputError(error_item("empty_side", f"Nobody in column {role!r} is {name!r}.", column=role))
    return people.take(parts[0]), people.take(parts[1])


def taking_part(everyone: tuple[Cohort, Cohort | None], names: tuple[str, str] | None) -> Sides:
    """Return those who take part; InputError where they are too few."""
    left, right = everyone
    taking = [None if side is None else side.take(np.flatnonzero(side.taking_part)) for side in (left, right)]
    needed = 2 if right is None else 1
    for side, cohort, what in zip((left, right), taking, names or ("people", ""), strict=True):
        if side is not None and cohort is not None and len(cohort) < needed:
            by = "" if side.eligible is None else f", by the column {side.eligible!r}"
            message = (
                f"{len(cohort)} of {len(side)} {what if right is None else what + ' people'} take part{by}; at least "
                f"{needed} must."
            )
            raise InputError(
                error_item(
                    "too_few_people", message, column=side.eligible, found=len(cohort), accepted=needed
                )
            )
    assert taking[0] is not None  # the left side is always there
    return Sides(taking[0], taking[1], names or ("a", "b"))


def capacity_of(matcher: PeerMatcher, sides: Sides, solver: Solver) -> Capacity:
    """Return the places of each person, None for a side on which everybody has one."""
    if matcher.capacity is None or matcher.sides is None:
        return (None, None)
    found: list[IntArray | None] = []
    for name, cohort in zip(matcher.sides, (sides.left, sides.columns_side), strict=True):
        places = matcher.capacity.get(name)
        if places is None:
            found.append(None)
        elif isinstance(places, int):
            found.append(np.full(len(cohort), places, dtype=np.int64))
        else:
            found.append(_places(cohort, places))
    many_to_many = all(part is not None and len(part) and int(part.max()) > 1 for part in found)
    if many_to_many and not getattr(solver, "many_to_many", False):
        raise ConfigError(
            "Only one of the two sides may have people with more than one place, with the solver "
            f"{solver.name!r}. The solver 'deferred' takes several places on both sides, and looks for stable pairs."
        )
    return found[0], found[1]


def _places(cohort: Cohort, column: str) -> IntArray:
    """Whole numbers of at least 0; an empty cell is one place."""
    places = np.ones(len(cohort), dtype=np.int64)
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
