"""Argument checks that all speak in one form.

"The {parameter} parameter of {caller} must be {constraint}. Got {value} instead."
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Sequence
from numbers import Integral, Real
from typing import Any

__all__ = ["check_choice", "check_count", "check_number", "did_you_mean", "must_be", "nearest"]


def must_be(caller: str, parameter: str, constraint: str, value: Any) -> str:
    """Return the one sentence that every wrong argument gets.

    Examples
    --------
    >>> must_be("near()", "scale", "a number above 0", -1)
    'The scale parameter of near() must be a number above 0. Got -1 instead.'
    """
    return f"The {parameter} parameter of {caller} must be {constraint}. Got {_shown(value)} instead."


def _shown(value: Any) -> str:
    """Return a value as it is written, cut where it is long; numbers of thousands of digits cannot be written."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):
        return f"something of the type {type(value).__name__}"
    return text if len(text) <= _LONGEST else text[: _LONGEST - 4] + " ..."


_LONGEST = 400


def nearest(name: Any, known: Iterable[Any]) -> str | None:
    """Return the known name that looks most like `name`, or None when none is close.

    Examples
    --------
    >>> nearest("wieght", ["weight", "column"])
    'weight'
    """
    by_folded: dict[str, str] = {}
    for candidate in known:
        by_folded.setdefault(str(candidate).casefold(), str(candidate))
    hits = difflib.get_close_matches(str(name).casefold(), list(by_folded), n=1, cutoff=0.55)
    return by_folded[hits[0]] if hits else None


def did_you_mean(name: Any, known: Sequence[Any], *, limit: int = 12) -> str:
    """Return " Did you mean 'x'?" or, when nothing is close, the list of known names.

    Examples
    --------
    >>> did_you_mean("grde", ["grade", "id"])
    " Did you mean 'grade'?"
    """
    hit = nearest(name, known)
    if hit is not None:
        return f" Did you mean {hit!r}?"
    shown = ", ".join(repr(str(k)) for k in list(known)[:limit])
    more = f" and {len(known) - limit} more" if len(known) > limit else ""
    return f" Known: {shown}{more}."


def check_choice(caller: str, parameter: str, value: Any, choices: Sequence[str]) -> str:
    """Return `value` if it is one of `choices`; raise ConfigError-ready ValueError text otherwise.

    Raises
    ------
    ValueError
        With the known choices and the nearest one.
    """
    if isinstance(value, str) and value in choices:
        return value
    listed = ", ".join(repr(c) for c in choices)
    hint = nearest(value, choices)
    tail = f" Did you mean {hint!r}?" if hint else ""
    raise ValueError(must_be(caller, parameter, f"one of {listed}", value) + tail)


def _is_finite(value: Any) -> bool:
    try:
        return math.isfinite(float(value))
    except (OverflowError, ValueError, TypeError):  # a whole number beyond all floats
        return False


def check_number(
    caller: str,
    parameter: str,
    value: Any,
    *,
    above: float | None = None,
    at_least: float | None = None,
    at_most: float | None = None,
) -> float:
    """Return `value` as a finite float within the bounds.

    Raises
    ------
    ValueError
        For anything that is not a finite real number within the bounds (booleans are not numbers here).
    """
    parts = ["a number"]
    if above is not None:
        parts.append(f"above {above:g}")
    if at_least is not None:
        parts.append(f"of at least {at_least:g}")
    if at_most is not None:
        parts.append(f"of at most {at_most:g}")
    constraint = parts[0] + (" " + " and ".join(parts[1:]) if len(parts) > 1 else "")
    good = isinstance(value, Real) and not isinstance(value, bool) and _is_finite(value)
    if good:
        number = float(value)
        good = (
            (above is None or number > above)
            and (at_least is None or number >= at_least)
            and (at_most is None or number <= at_most)
        )
    if not good:
        raise ValueError(must_be(caller, parameter, constraint, value))
    return float(value)


def check_count(caller: str, parameter: str, value: Any, *, at_least: int = 0) -> int:
    """Return `value` as an int of at least `at_least`.

    Raises
    ------
    ValueError
        For anything that is not a whole number of that size.
    """
    if isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= at_least:
        return int(value)
    raise ValueError(must_be(caller, parameter, f"a whole number of at least {at_least}", value))
