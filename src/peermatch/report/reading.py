"""Results on their way back in: JSON that anybody may have written or edited, refused in words where it is wrong."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

from peermatch.errors import InputError, error_item
from peermatch.publication import finish

__all__ = ["MOST_BYTES", "id_from", "read_json"]

MOST_BYTES = 1 << 29
"""A result of 100,000 people has about a tenth of that."""


def read_json(path: str | os.PathLike[str], what: str, code: str) -> Any:
    """Return what a file holds.

    Parameters
    ----------
    path : path
    what : str
        How errors call it, such as ``"draft"``.
    code : str
        Of the errors.

    Raises
    ------
    InputError
        If it cannot be read, is not JSON, has a key twice in one object, or is larger than half a gigabyte.
    """
    where = f"The {what} {os.fspath(path)!r}"
    finish(Path(path).parent)
    try:
        with Path(path).open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
        text = "" if len(raw) > MOST_BYTES else raw.decode("utf-8")
    except (OSError, UnicodeDecodeError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it is not text in UTF-8"
        raise InputError(error_item(code, f"{where} cannot be read: {why}.")) from None
    if len(raw) > MOST_BYTES:
        message = f"{where} is larger than {MOST_BYTES >> 20} megabytes, which no result of ours is."
        raise InputError(error_item(code, message, accepted=MOST_BYTES))
    del raw
    try:
        return json.loads(
            text, parse_constant=_no_constant, parse_float=_finite, object_pairs_hook=_each_once
        )
    except _TwiceError as error:
        message = (
            f"{where} has the key {_short(error.key)} twice in one object: which one counts cannot be known."
        )
        raise InputError(error_item(code, message, found=_short(error.key))) from None
    except json.JSONDecodeError as error:
        message = f"{where} is not JSON: line {error.lineno}, {error.msg.lower()}."
    except RecursionError:
        message = f"{where} is nested too deeply to be read."
    except ValueError as error:  # NaN, or a number of thousands of digits
        message = f"{where} holds a number that cannot be read: {str(error)[:80]}."
    raise InputError(error_item(code, message))


class _TwiceError(Exception):
    """A key stands twice in one object."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(key)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object; JSON itself would let the last of two equal keys win."""
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        raise _TwiceError(next(key for key, _ in pairs if key in seen or seen.add(key)))  # type: ignore[func-returns-value]
    return found


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(text)
    return number


def _no_constant(name: str) -> None:
    raise ValueError(name)


def id_from(data: Any, where: str, code: str) -> str | int:
    """Return the id that `typed_id` wrote.

    Raises
    ------
    InputError
        If it is none.

    Examples
    --------
    >>> id_from({"type": "int", "value": "7"}, "person 1", "bad_result"), id_from(
    ...     {"type": "str", "value": "007"}, "person 2", "bad_result"
    ... )
    (7, '007')
    """
    kind, value = (data.get("type"), data.get("value")) if isinstance(data, dict) else (None, None)
    if isinstance(value, str) and value:
        if kind == "str":
            return value
        if kind == "int":
            try:
                return int(value)
            except ValueError:
                pass
    accepted = 'an id with its type, such as {"type": "str", "value": "007"}'
    message = f"{where[:1].upper()}{where[1:]} has {_short(data)} where {accepted} should stand."
    raise InputError(error_item(code, message, found=_short(data), accepted=accepted))


def _short(data: Any) -> str:
    text = repr(data)
    return text if len(text) <= 60 else text[:57] + "..."
