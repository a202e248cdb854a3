"""The exceptions that peermatch raises, drawn as a tree.

::

    PeerMatchError
    ├── InputError          (also a ValueError)   something that came in is wrong; `.items` says what and where
    │   └── ConfigError                           the same, for a configuration or an option
    ├── InfeasibleError                           the demands contradict each other; `.conflict` lists them
    ├── UnsupportedError    (also a ValueError)   a solver cannot take this problem; says which one can
    ├── OutputError         (also an OSError)     a result could not be written
    └── VerificationError                         a result failed its own check: a fault of ours, never shown

Errors are data first (`items`, `conflict`: plain dictionaries that go straight into JSON) and a sentence second.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

__all__ = [
    "ConfigError",
    "InfeasibleError",
    "InputError",
    "OutputError",
    "PeerMatchError",
    "UnsupportedError",
    "VerificationError",
    "error_item",
]


def error_item(
    code: str,
    message: str,
    *,
    column: str | None = None,
    row: int | None = None,
    id: Any = None,
    found: Any = None,
    accepted: Any = None,
) -> dict[str, Any]:
    """Build one error as data.

    Parameters
    ----------
    code : str
        A short stable name, such as ``"duplicate_id"``, that programs may switch on.
    message : str
        One sentence: what was wrong, where, what was found, what is accepted, what to do.
    column, row, id : optional
        Where. `row` counts data rows from 1, without the header.
    found, accepted : optional
        What stood there, and what would have been taken.

    Returns
    -------
    dict
        Always with the keys code, message, column, row, id, found, accepted.

    Examples
    --------
    >>> error_item("empty_id", "Row 3 has no id.", column="id", row=3)["row"]
    3
    """
    return {
        "code": code,
        "message": message,
        "column": column,
        "row": row,
        "id": id,
        "found": found,
        "accepted": accepted,
    }


def _plain(value: Any, depth: int = 0) -> Any:
    """Return what JSON can hold of a value: numbers, texts, lists and tables of these; of all else its text."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int | float) and type(value) in (int, float):
        return value if isinstance(value, int) or math.isfinite(value) else repr(value)
    if depth < _DEEPEST and isinstance(value, list | tuple | set | frozenset):
        return [_plain(part, depth + 1) for part in value]
    if depth < _DEEPEST and isinstance(value, dict):
        return {str(key): _plain(part, depth + 1) for key, part in value.items()}
    if hasattr(value, "item") and getattr(value, "ndim", None) == 0:  # a scalar of NumPy's
        return _plain(value.item(), _DEEPEST)
    try:
        return str(value)
    except Exception:  # somebody's own class: what it is must do
        return f"({type(value).__name__})"


_DEEPEST = 4


class PeerMatchError(Exception):
    """Everything that peermatch raises on purpose."""


class InputError(PeerMatchError, ValueError):
    """Something that came in is wrong.

    Parameters
    ----------
    items : a message, one item, or several
        Items are dictionaries made by `error_item`; a plain string becomes one item with the code ``"input"``.

    Attributes
    ----------
    items : list of dict
        Each has the keys code, message, column, row, id, found, accepted.

    Examples
    --------
    >>> try:
    ...     raise InputError(error_item("empty_id", "Row 3 has no id.", column="id", row=3))
    ... except InputError as error:
    ...     error.items[0]["code"]
    'empty_id'
    """

    default_code = "input"

    def __init__(self, items: str | Mapping[str, Any] | Iterable[Mapping[str, Any]]) -> None:
        if isinstance(items, str):
            items = [error_item(self.default_code, items)]
        elif isinstance(items, Mapping):
            items = [items]
        self.items: list[dict[str, Any]] = [
            {str(key): _plain(value) for key, value in item.items()} for item in items
        ]
        super().__init__("\n".join(str(item["message"]) for item in self.items))

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.items,))


class ConfigError(InputError):
    """A configuration, an option or an argument is wrong. See `InputError`."""

    default_code = "config"


class InfeasibleError(PeerMatchError):
    """The demands contradict each other, so no pairing can satisfy them all.

    Parameters
    ----------
    message : str
        One sentence.
    conflict : iterable of dict
        The demands that cannot hold together: each names its rule and whom it concerns. It is irreducible where it can
        be: without any one of them the others can be met.
    more : iterable of dict
        Further conflicts, if there are any: each with its ``message`` and its ``conflict``.

    Attributes
    ----------
    conflict, more : list of dict

    Examples
    --------
    >>> InfeasibleError("Ada is required twice.", [{"rule": "require", "ids": ["ada"]}]).conflict[0]["ids"]
    ['ada']
    """

    def __init__(
        self,
        message: str,
        conflict: Iterable[Mapping[str, Any]] = (),
        more: Iterable[Mapping[str, Any]] = (),
    ) -> None:
        self.conflict: list[dict[str, Any]] = [dict(part) for part in conflict]
        self.more: list[dict[str, Any]] = [dict(other) for other in more]
        super().__init__(message)

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (str(self), self.conflict, self.more))


class UnsupportedError(PeerMatchError, ValueError):
    """A solver cannot take this kind of problem; the message names one that can."""


class OutputError(PeerMatchError, OSError):
    """A result could not be written where it was asked for."""


class VerificationError(PeerMatchError):
    """A result failed its own check. This is a fault in peermatch or in a third-party solver, not in the input."""
