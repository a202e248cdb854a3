"""Encoded columns as plain data: each array once, numbers that any reader of JSON gets back to the last bit."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from peermatch.errors import ConfigError

__all__ = ["EncodedTables", "not_known_as_none", "parallel_lists"]

Array = npt.NDArray[Any]

_SIDES = ("left", "right")
_CODES = 1 << 31


def not_known_as_none(values: Array) -> list[float | str | None]:
    """Return floats as plain data: NaN, which JSON does not have, as None, and infinities as texts.

    Examples
    --------
    >>> not_known_as_none(np.array([0.1, np.nan, -np.inf]))
    [0.1, None, '-inf']
    """
    numbers: list[Any] = np.asarray(values, dtype=np.float64).tolist()
    if np.isfinite(values).all():
        return numbers
    return [_plain(number) for number in numbers]


def _plain(number: float) -> float | str | None:
    if math.isfinite(number):
        return number
    return None if math.isnan(number) else str(number)


def parallel_lists(**columns: Array) -> dict[str, list[Any]]:
    """Return columns of whole numbers, or of floats, under their names.

    Examples
    --------
    >>> parallel_lists(u=np.array([0, 1]), value=np.array([0.5, np.nan]))
    {'u': [0, 1], 'value': [0.5, None]}
    """
    return {
        name: not_known_as_none(column) if column.dtype.kind == "f" else column.tolist()
        for name, column in columns.items()
    }


class EncodedTables:
    """Arrays (people x features) as they are written down, each one that is given several times once."""

    def __init__(self, two_sided: bool) -> None:
        self._two_sided = two_sided
        self._placed: dict[tuple[str, str, int], int] = {}
        self._held: list[Array] = []  # so that no id is given to another array meanwhile
        self.written: list[dict[str, Any]] = []

    def of_primitive(self, primitive: str, array: Array, side: int) -> int:
        """Write what people bring to a criterion; return its place."""
        if primitive in ("near", "above"):
            return self._put("numbers", array, side)
        if primitive in ("agreement", "direction"):
            return self._put("whole", array, side)
        return self._put("bits", array, side)

    def whole(self, array: Array, side: int) -> int:
        """Write what people bring to a rule; return its place."""
        return self._put("whole", array, side)

    def _put(self, kind: str, array: Array, side: int) -> int:
        people = _SIDES[side if self._two_sided else 0]
        key = (kind, people, id(array))
        if key not in self._placed:
            self._placed[key] = len(self.written)
            self._held.append(array)
            self.written.append({"kind": kind, "people": people, **_WRITERS[kind](array)})
        return self._placed[key]


def _numbers(array: Array) -> dict[str, Any]:
    return {"columns": [not_known_as_none(column) for column in array.T]}


def _whole(array: Array) -> dict[str, Any]:
    codes = array.astype(np.int64)
    if not (codes == array).all() or (codes.size and np.abs(codes).max() >= _CODES):
        raise ConfigError("There can be no evidence of codes that are not whole numbers of 32 bits.")
    return {"columns": codes.T.tolist()}


def _bits(array: Array) -> dict[str, Any]:
    if not array.shape[1]:
        return {"sets": [""] * len(array)}
    words = np.ascontiguousarray(array, dtype="<u8")
    size, raw = 8 * words.shape[1], words.tobytes()
    sets = [int.from_bytes(raw[at : at + size], "little") for at in range(0, len(raw), size)]
    return {"sets": [f"{bits:x}" if bits else "" for bits in sets]}


_WRITERS = {"numbers": _numbers, "whole": _whole, "bits": _bits}
