"""Results on their way back in: JSON that anybody may have written or edited, refused in words where it is wrong."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from peermatch.errors import InputError, error_item
from peermatch.publication import finish

__all__ = ["id_from", "read_json"]


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
        If it cannot be read, or is not JSON.
    """
    where = f"The {what} {os.fspath(path)!r}"
    finish(Path(path).parent)
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it is not text in UTF-8"
        raise InputError(error_item(code, f"{where} cannot be read: {why}.")) from None
    try:
        return json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        message = f"{where} is not JSON: line {error.lineno}, {error.msg.lower()}."
    except RecursionError:
        message = f"{where} is nested too deeply to be read."
    except ValueError as error:  # NaN, or a number of thousands of digits
        message = f"{where} holds a number that cannot be read: {str(error)[:80]}."
    raise InputError(error_item(code, message))


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
