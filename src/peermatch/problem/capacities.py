"""Capacities as people write them: for either side, nothing, one number for all, or a number each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from peermatch.checks import nearest
from peermatch.errors import InputError, error_item
from peermatch.problem.scores import IntArray

__all__ = ["read_capacities"]

_FORMS = (
    "None, a mapping {'left': ..., 'right': ...}, a tuple (left, right), or the right side's capacities alone, "
    "as a list or 1-D array with one whole number for each person"
)
_SIDES = ("left", "right")


def read_capacities(capacities: Any, shape: tuple[int, int]) -> tuple[IntArray | None, IntArray | None]:
    """Check capacities and return an array, or None for one place each, for both sides.

    Parameters
    ----------
    capacities : mapping, tuple, list, array, or None
        A mapping with the keys "left" and "right", or a tuple (left, right): each None (one place each), a whole number
        for everybody, or whole numbers from 0, one a person. A list or an array alone is the right side's; a tuple of
        two is always a pair.
    shape : (int, int)
        How many people there are on either side.

    Raises
    ------
    InputError
        If they have another form, another length, or hold anything but whole numbers from 0.

    Examples
    --------
    >>> read_capacities({"right": 2}, (1, 3))
    (None, array([2, 2, 2]))
    """
    if capacities is None:
        return None, None
    if hasattr(capacities, "to_numpy"):
        capacities = capacities.to_numpy()
    if isinstance(capacities, Mapping):
        for key in capacities:
            if key not in _SIDES:
                near = nearest(key, _SIDES)
                hint = f" Did you mean {near!r}?" if near else ""
                message = f"Capacities have the sides 'left' and 'right'. Got {key!r} instead.{hint}"
                raise _error("unknown_side", message, repr(key), list(_SIDES))
        parts = (capacities.get("left"), capacities.get("right"))
    elif isinstance(capacities, tuple) and len(capacities) == 2:
        parts = capacities
    elif isinstance(capacities, (list, np.ndarray)) and np.ndim(np.asarray(capacities, dtype=object)) == 1:
        if any(part is None or isinstance(part, (list, tuple, np.ndarray)) for part in capacities):
            raise _error(
                "bad_capacity",
                f"Capacities must be {_FORMS}. Write a pair as a tuple.",
                repr(capacities)[:80],
                _FORMS,
            )
        parts = (None, capacities)
    else:
        raise _error(
            "bad_capacity",
            f"Capacities must be {_FORMS}. Got {repr(capacities)[:80]} instead.",
            repr(capacities)[:80],
            _FORMS,
        )
    return _side(parts[0], "left", shape[0]), _side(parts[1], "right", shape[1])


def _side(places: Any, side: str, size: int) -> IntArray | None:
    if places is None:
        return None
    if hasattr(places, "to_numpy"):
        places = places.to_numpy()
    accepted = f"None, a whole number from 0, or {size} of them, one a person"
    each = not np.isscalar(places)
    if each and not isinstance(places, (list, tuple, np.ndarray)):
        message = (
            f"The capacities of the {side} side must be {accepted}. Got a {type(places).__name__} instead."
        )
        raise _error("bad_capacity", message, type(places).__name__, accepted)
    entries = places.tolist() if isinstance(places, np.ndarray) else list(places) if each else [places]
    if not isinstance(entries, list) or (each and len(entries) != size):
        found = len(entries) if isinstance(entries, list) else 1
        message = f"The {side} side has {size} people, but {found} capacities are given. Give one a person."
        raise _error("capacity_length", message, found, size)
    for person, entry in enumerate(entries):
        whole = isinstance(entry, (int, np.integer)) and not isinstance(entry, (bool, np.bool_))
        if not whole or not 0 <= entry < 2**62:
            whose = (
                f"The capacity of person {person} of the {side} side"
                if each
                else f"The {side} side's capacity"
            )
            message = f"{whose} must be a whole number from 0. Got {entry!r} instead."
            raise _error(
                "bad_capacity", message, repr(entry), "0, 1, 2, ...", row=person + 1 if each else None
            )
    if each:
        return np.array(entries, dtype=np.int64)
    return np.full(size, entries[0], dtype=np.int64)


def _error(code: str, message: str, found: Any, accepted: Any, row: int | None = None) -> InputError:
    return InputError(error_item(code, message, row=row, found=found, accepted=accepted))
