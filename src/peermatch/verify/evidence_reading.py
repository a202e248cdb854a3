"""Strict reading of plain data that may be anything: what is not as it must be is refused, with where it stands.

Nothing is allocated before its size is known to be that of the data itself, and no message repeats more than a few
characters of what was found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from peermatch.errors import InputError, error_item
from peermatch.problem import IntArray

__all__ = [
    "LARGEST",
    "choice",
    "described",
    "flags",
    "floats",
    "items",
    "member",
    "number",
    "record",
    "refuse",
    "text",
    "truth",
    "whole",
    "wholes",
]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

LARGEST = 2**62
"""Whole numbers of this size or above are refused: sums of two must fit into 64 bits."""

_SHOWN = 40
_INFINITE = {"inf": np.inf, "-inf": -np.inf}


def described(value: Any) -> str:
    """Say what something is in a few words, however large it is.

    Examples
    --------
    >>> described([1, 2, 3]), described("no"), described(10**5000)
    ('a list of 3', "'no'", 'a whole number of 16610 bits')
    """
    if value is None or isinstance(value, bool | float):
        return {None: "null", True: "true", False: "false"}.get(value, repr(value))  # type: ignore[arg-type]
    if isinstance(value, int):
        size = value.bit_length()
        return str(value) if size <= 128 else f"a whole number of {size} bits"
    if isinstance(value, str):
        return repr(value) if len(value) <= _SHOWN else f"{value[:_SHOWN]!r}..."
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    return "an object" if isinstance(value, Mapping) else f"something of the type {type(value).__name__}"


def refuse(where: str, accepted: str, value: Any = None, *, found: str | None = None) -> NoReturn:
    """Raise the error for a value that is not as it must be; `found` says in words what it is."""
    found = described(value) if found is None else found
    message = f"{where} must be {accepted}. Found {found}."
    raise InputError(error_item("bad_result", message, column=where, found=found, accepted=accepted))


def record(value: Any, where: str) -> Mapping[str, Any]:
    """Return an object."""
    if not isinstance(value, Mapping):
        refuse(where, "an object", value)
    return value


def member(value: Mapping[str, Any], key: str, where: str) -> Any:
    """Return what stands under a key that must be there."""
    if key not in value:
        refuse(where, f"an object with the key {key!r}", value)
    return value[key]


def items(value: Any, where: str, size: int | None = None) -> Sequence[Any]:
    """Return a list, of this length where one is given."""
    if not isinstance(value, list | tuple) or (size is not None and len(value) != size):
        refuse(where, "a list" if size is None else f"a list of {size}", value)
    return value


def text(value: Any, where: str) -> str:
    """Return a text."""
    if not isinstance(value, str):
        refuse(where, "a text", value)
    return value


def truth(value: Any, where: str) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        refuse(where, "true or false", value)
    return value


def choice(value: Any, where: str, choices: Sequence[str]) -> str:
    """Return one of several texts."""
    if not isinstance(value, str) or value not in choices:
        refuse(where, f"one of {', '.join(choices)}", value)
    return value


def whole(value: Any, where: str, low: int = -LARGEST, high: int = LARGEST) -> int:
    """Return a whole number within limits."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        refuse(where, _range(low, high, "a whole number"), value)
    return value


def number(value: Any, where: str) -> float:
    """Return a finite number."""
    return float(floats([value], where, 1, known=True)[0])


def wholes(
    value: Any, where: str, size: int | None = None, low: int = -LARGEST, high: int = LARGEST
) -> IntArray:
    """Return a list of whole numbers within limits, as an array."""
    given = items(value, where, size)
    accepted = _range(low, high, "a list of whole numbers")
    if not set(map(type, given)) <= {int}:
        refuse(where, accepted, next(one for one in given if type(one) is not int))
    if given and not low <= min(given) <= max(given) <= high:
        refuse(where, accepted, next(one for one in given if not low <= one <= high))
    return np.array(given, dtype=np.int64)


def flags(value: Any, where: str, size: int) -> Bools:
    """Return a list of 0 and 1 as an array of booleans."""
    return wholes(value, where, size, 0, 1).astype(np.bool_)


def floats(value: Any, where: str, size: int | None = None, *, known: bool = False) -> Floats:
    """Return a list of numbers as an array; null is NaN, unless all must be known and finite."""
    given = items(value, where, size)
    accepted = "a list of finite numbers" if known else "a list of numbers and nulls"
    kinds = set(map(type, given))
    if not kinds <= ({int, float} if known else {int, float, str, type(None)}):
        wanted = (int, float) if known else (int, float, str, type(None))
        refuse(where, accepted, next(one for one in given if type(one) not in wanted))
    plain: Sequence[Any] = given
    if not kinds <= {int, float}:
        for one in given:
            if isinstance(one, str) and one not in _INFINITE:
                refuse(where, accepted, one)
        plain = [np.nan if one is None else _INFINITE[one] if isinstance(one, str) else one for one in given]
    try:
        array = np.array(plain, dtype=np.float64)
    except OverflowError:
        refuse(where, accepted, max(given, key=lambda one: abs(one) if isinstance(one, int) else 0))
    odd = ~np.isfinite(array)
    for place in np.flatnonzero(odd).tolist():
        if isinstance(given[place], float):  # NaN or infinity written in a way that JSON does not have
            refuse(where, accepted, given[place])
    return array


def _range(low: int, high: int, what: str) -> str:
    if (low, high) == (-LARGEST, LARGEST):
        return f"{what} below 2**62"
    return f"{what} of at least {low}" if high == LARGEST else f"{what} from {low} to {high}"
