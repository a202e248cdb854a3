"""People who are set aside this time: they stay in the table, and do not take part."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from peermatch.checks import must_be, nearest
from peermatch.cohort import Cohort
from peermatch.cohort.aside import is_missing, read_table
from peermatch.criteria import key_of
from peermatch.criteria.sides import plain_text
from peermatch.errors import ConfigError, InputError, error_item

__all__ = ["SET_ASIDE", "brought_back", "set_aside"]

SET_ASIDE = "set aside this time"
"""The reason that the table of people gives."""

Everyone = tuple[Cohort, Cohort | None]
_NEAREST_AMONG = 2_000
_FORM = "a list of ids, a mapping of side names to lists of ids, or a table with the column 'id'"


def set_aside(everyone: Everyone, given: Any, names: tuple[str, str] | None) -> Everyone:
    """Return all who came in, with these people not taking part.

    Parameters
    ----------
    everyone : (Cohort, Cohort or None)
    given : list of ids, mapping, table, or path
        On two sides an id is set aside on every side on which it stands, unless a side is named: by a mapping of side
        names to lists of ids, or by the column ``side`` of a table.
    names : (str, str) or None
        Of the two sides.

    Raises
    ------
    ConfigError
        If `given` is nothing of the kind.
    InputError
        For an id that nobody has, with the nearest one, and for a side that is none.
    """
    entries = _entries(given, names)
    people = [cohort for cohort in everyone if cohort is not None]
    places = [{key_of(id): place for place, id in enumerate(cohort.ids)} for cohort in people]
    out = [np.zeros(len(cohort), dtype=bool) for cohort in people]
    items = []
    for id, side in entries:
        hands = range(len(people)) if side is None else [side]
        found = [(hand, _place(id, people[hand], places[hand])) for hand in hands]
        if all(place is None for _, place in found):
            where = "" if side is None or names is None else f" of side {names[side]!r}"
            items.append(_nobody(id, [people[hand] for hand in hands], where))
        for hand, place in found:
            if place is not None:
                out[hand][place] = True
    if items:
        raise InputError(items)
    left, *right = (_without(cohort, gone) for cohort, gone in zip(people, out, strict=True))
    return left, right[0] if right else None


def _entries(given: Any, names: tuple[str, str] | None) -> list[tuple[Any, int | None]]:
    """Return ids, each with the side that was named, if one was."""
    if isinstance(given, str | os.PathLike) or hasattr(given, "columns") or _is_records(given):
        return _of_table(given, names)
    if isinstance(given, Mapping):
        entries: list[tuple[Any, int | None]] = []
        for side, ids in given.items():
            if isinstance(ids, str | bytes) or not hasattr(ids, "__iter__"):
                raise ConfigError(must_be("match()", "set_aside", _FORM, given))
            entries += [(id, _side(side, names)) for id in ids]
        return entries
    if isinstance(given, bytes) or not hasattr(given, "__iter__"):
        raise ConfigError(must_be("match()", "set_aside", _FORM, given))
    return [(id, None) for id in given]


def _is_records(given: Any) -> bool:
    return isinstance(given, list) and bool(given) and all(isinstance(row, Mapping) for row in given)


def _of_table(given: Any, names: tuple[str, str] | None) -> list[tuple[Any, int | None]]:
    frame = read_table(given, what="set_aside")
    if not len(frame):
        return []
    if "id" not in frame.columns:
        columns = [str(name) for name in frame.columns]
        message = f"The table of set_aside has no column 'id'. It has: {', '.join(map(repr, columns))}."
        raise InputError(
            error_item("unknown_column", message, column="id", found=columns, accepted=["id", "side"])
        )
    sides = frame["side"] if "side" in frame.columns else [None] * len(frame)
    return [
        (id, None if is_missing(side) else _side(side, names))
        for id, side in zip(frame["id"], sides, strict=True)
        if not is_missing(id)
    ]


def _side(side: Any, names: tuple[str, str] | None) -> int:
    if names is None:
        message = f"set_aside names the side {side!r}, but there is one pool. Give the ids alone."
        raise InputError(error_item("unknown_side", message, found=str(side)))
    wanted = str(side).strip().casefold()
    for hand, name in enumerate(names):
        if wanted == name.casefold():
            return hand
    message = f"set_aside names the side {side!r}. Accepted: {names[0]!r} or {names[1]!r}."
    raise InputError(error_item("unknown_side", message, found=str(side), accepted=list(names)))


def _place(id: Any, cohort: Cohort, places: Mapping[tuple[str, Any], int]) -> int | None:
    """Return where somebody is; text of a table or of the command line may mean a whole number."""
    place = places.get(key_of(id))
    if place is None and isinstance(id, str) and isinstance(cohort.ids[0], int) and id.strip().isdecimal():
        place = places.get(key_of(int(id)))
    return place


def _nobody(id: Any, people: list[Cohort], where: str) -> dict[str, Any]:
    known = [one for cohort in people for one in cohort.ids.tolist()]
    twin = next((one for one in known if plain_text(one) == plain_text(id)), None)
    if twin is not None:
        hint = f" Did you mean {twin!r}?"
    else:
        near = nearest(id, known[:_NEAREST_AMONG])
        hint = f" Did you mean {near!r}?" if near is not None else f" Ids look like {known[0]!r}."
    message = f"set_aside names {id!r}, an id that nobody{where} has.{hint}"
    return error_item("unknown_id", message, id=str(id), found=str(id))


def _without(cohort: Cohort, gone: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Cohort:
    """Return the cohort in which these people do not take part; who did not in any case keeps their reason."""
    gone = gone & cohort.taking_part
    if not gone.any():
        return cohort
    reasons = cohort.reasons_out.copy()
    reasons[gone] = SET_ASIDE
    return replace(cohort, taking_part=cohort.taking_part & ~gone, reasons_out=reasons)


def brought_back(cohort: Cohort) -> tuple[Cohort, list[Any]]:
    """Return a cohort in which nobody is set aside any more, and who was."""
    aside = cohort.reasons_out == SET_ASIDE
    if not aside.any():
        return cohort, []
    reasons = cohort.reasons_out.copy()
    reasons[aside] = None
    back = replace(cohort, taking_part=cohort.taking_part | aside, reasons_out=reasons)
    return back, cohort.ids[aside].tolist()
