"""Preference lists of one side, as people write them: checked, and put one behind the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from peermatch.errors import InputError, error_item
from peermatch.problem import IntArray

__all__ = ["SideLists", "read_lists", "size_of"]

_REPORTED = 10
_ENTRIES = "positions, or lists of positions that are equally good"

Short = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class SideLists:
    """One side's lists, best first.

    Attributes
    ----------
    start : int64 array, shape (n + 1,)
    partner : int32 array, shape (m,)
        Person x's list is ``partner[start[x]:start[x + 1]]``.
    tie : bool array, shape (m,) or (0,)
        Whether an entry is as good as the one before it; empty where nothing is tied.
    """

    start: IntArray
    partner: Short
    tie: Flags

    @property
    def size(self) -> int:
        """How many people this side has."""
        return len(self.start) - 1


def read_lists(lists: Any, side: str, others: int) -> SideLists:
    """Check one side's lists.

    Parameters
    ----------
    lists : sequence of sequences, or 2-D integer array
    side : {"left", "right"}
    others : int
        How many people the other side has.

    Raises
    ------
    InputError
        With one item for each list that is wrong, up to ten.

    Examples
    --------
    >>> read_lists([[1, [2, 0]], []], "left", 3).partner
    array([1, 2, 0], dtype=int32)
    """
    from peermatch.kernels.deferred import first_repeated

    if isinstance(lists, np.ndarray) and lists.ndim == 2 and lists.dtype != object:
        start, partner, tie = _of_array(lists, side, others)
    else:
        start, partner, tie = _of_rows(list(lists), side, others, filled=isinstance(lists, np.ndarray))
    twice = first_repeated(start, partner, np.full(others, -1, dtype=np.int64))
    if twice >= 0:
        person, other = int(np.searchsorted(start, twice, side="right")) - 1, int(partner[twice])
        wording = f"names person {other} twice. Name everyone once; equals stand together in one group."
        raise InputError(_item("listed_twice", side, person, wording, other, "everyone at most once"))
    return SideLists(start, partner, tie)


def size_of(lists: Any, side: str) -> int:
    """Return how many people a side has; InputError for what is no list of lists."""
    whole = f"The {side} side's preferences must be a list of lists or a 2-D array of positions, one row a person."
    if isinstance(lists, (str, bytes, bytearray)) or not isinstance(lists, (Sequence, np.ndarray)):
        raise InputError(error_item("input", f"{whole} Got {_kind(lists)} instead.", found=_kind(lists)))
    if isinstance(lists, np.ndarray) and (lists.ndim > 2 or lists.ndim == 0):
        found = f"an array with {lists.ndim} dimensions"
        raise InputError(error_item("input", f"{whole} Got {found} instead.", found=lists.ndim, accepted=2))
    return len(lists)


def _of_array(array: npt.NDArray[Any], side: str, others: int) -> tuple[IntArray, Short, Flags]:
    if array.dtype.kind not in "iu" and array.size:
        if array.dtype.kind == "f" and np.isnan(array).any():
            people = np.flatnonzero(np.isnan(array).any(axis=1))[:_REPORTED].tolist()
            raise InputError([_nan(side, person) for person in people])
        message = (
            f"The {side} side's preferences must be positions, which are whole numbers from 0. Got an array of "
            f"{array.dtype}, which starts with {array.flat[0]!r}, instead. Convert it, for example with .astype(int)."
        )
        raise InputError(
            error_item("not_a_position", message, found=str(array.dtype), accepted="whole numbers")
        )
    n, width = array.shape
    lowest = int(array.min()) if array.size else 0
    if array.size and (lowest < -1 or int(array.max()) >= others):
        wrong = np.flatnonzero(((array < -1) | (array >= others)).any(axis=1))[:_REPORTED]
        raise InputError(
            [_fault(array[person].tolist(), side, person, others, True) for person in wrong.tolist()]
        )
    if lowest >= 0:
        start = np.arange(n + 1, dtype=np.int64) * width
        return start, array.reshape(-1).astype(np.int32), np.zeros(0, dtype=np.bool_)
    fills = array == -1
    length = width - np.logical_and.accumulate(fills[:, ::-1], axis=1).sum(axis=1)
    inside = np.arange(width) < length[:, None]
    holes = np.flatnonzero((fills & inside).any(axis=1))[:_REPORTED]
    if holes.size:
        raise InputError(
            [_fault(array[person].tolist(), side, person, others, True) for person in holes.tolist()]
        )
    return _starts(length), array[inside].astype(np.int32), np.zeros(0, dtype=np.bool_)


def _of_rows(rows: list[Any], side: str, others: int, *, filled: bool) -> tuple[IntArray, Short, Flags]:
    read, items = [], []
    tied = False
    for person, row in enumerate(rows):
        found = _read(row, others, filled)
        if found is None:
            items.append(_fault(row, side, person, others, filled))
            if len(items) == _REPORTED:
                break
        else:
            read.append(found)
            tied = tied or found[1] is not None
    if items:
        raise InputError(items)
    start = _starts(np.array([len(row) for row, _ in read], dtype=np.int64))
    partner = np.concatenate([np.zeros(0, dtype=np.int32), *(row for row, _ in read)])
    if not tied:
        return start, partner, np.zeros(0, dtype=np.bool_)
    ties = [np.zeros(len(row), dtype=np.bool_) if tie is None else tie for row, tie in read]
    return start, partner, np.concatenate(ties)


def _read(row: Any, others: int, filled: bool) -> tuple[Short, Flags | None] | None:
    """Return a row's positions and who is as good as the one before; None if anything is wrong with it."""
    if isinstance(row, np.ndarray) and row.dtype != object:
        if row.ndim != 1 or (row.dtype.kind not in "iu" and row.size):
            return None
        if row.size and (row.min() < 0 or row.max() >= others):
            return None
        return row.astype(np.int32), None
    entries = _entries(row, filled)
    if entries is None:
        return None
    flat: list[int] = []
    as_before: list[bool] = []
    for entry in entries:
        group = [entry] if _whole(entry) else _group(entry)
        if not group or not all(_whole(y) and 0 <= y < others for y in group):
            return None
        flat += group
        as_before += [False] + [True] * (len(group) - 1)
    tie = np.array(as_before, dtype=np.bool_)
    return np.array(flat, dtype=np.int32), tie if any(as_before) else None


def _entries(row: Any, filled: bool) -> list[Any] | None:
    if isinstance(row, np.ndarray):
        entries = row.tolist() if row.ndim == 1 else None
    elif isinstance(row, Sequence) and not isinstance(row, (str, bytes, bytearray)):
        entries = list(row)
    else:
        entries = None
    while filled and entries and _whole(entries[-1]) and entries[-1] == -1:
        entries.pop()
    return entries


def _group(entry: Any) -> list[Any] | None:
    """Return a group of equals: as it is written; a set in ascending order."""
    if isinstance(entry, (set, frozenset)):
        return sorted(entry) if all(map(_whole, entry)) else list(entry)
    return _entries(entry, False)


def _whole(value: Any) -> bool:
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def _starts(lengths: npt.NDArray[Any]) -> IntArray:
    return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths, dtype=np.int64)])


def _fault(row: Any, side: str, person: int, others: int, filled: bool) -> dict[str, Any]:
    """Say what is wrong with a row, which is known to be wrong."""
    if isinstance(row, np.ndarray) and row.ndim != 1:
        wording = f"must be a flat list of {_ENTRIES}. Got an array with {row.ndim} dimensions instead."
        return _item("not_a_list", side, person, wording, f"{row.ndim} dimensions", "a list")
    entries = _entries(row, filled)
    if entries is None:
        wording = f"must be a list of {_ENTRIES}. Got {_kind(row)} instead."
        return _item("not_a_list", side, person, wording, _kind(row), "a list")
    for entry in entries:
        group = None if _whole(entry) else _group(entry)
        if group is not None and not group:
            return _item(
                "empty_group", side, person, "holds an empty group. Leave it out.", repr(entry), "positions"
            )
        for y in [entry] if group is None else group:
            if isinstance(y, (float, np.floating)) and np.isnan(y):
                return _nan(side, person)
            if not _whole(y) and group is not None and _group(y) is not None:
                wording = (
                    f"holds a group within a group, {y!r}; equals are one list of positions, and no deeper."
                )
                return _item("nested_too_deep", side, person, wording, repr(y), "whole numbers")
            if not _whole(y):
                wording = f"must hold {_ENTRIES}. Got {_kind(y)} instead; {_range(others)}."
                return _item("not_a_position", side, person, wording, repr(y), "whole numbers")
            if not 0 <= y < others:
                fill = (
                    "; -1 may only fill up the end of a row of a 2-D array"
                    if y == -1
                    else ", which nobody has"
                )
                wording = f"names position {int(y)}{fill}; {_range(others)}."
                return _item("unknown_position", side, person, wording, int(y), f"0 to {others - 1}")
    raise AssertionError(f"Nothing is wrong with the list of person {person}.")


def _range(others: int) -> str:
    return f"positions run from 0 to {others - 1}" if others else "the other side has nobody"


def _nan(side: str, person: int) -> dict[str, Any]:
    wording = "holds NaN. Leave people out to shorten a list; a row of a 2-D array of integers may end in -1."
    return _item("not_a_position", side, person, wording, "NaN", "whole numbers")


def _item(code: str, side: str, person: int, wording: str, found: Any, accepted: Any) -> dict[str, Any]:
    message = f"The list of person {person} of the {side} side {wording}"
    return error_item(code, message, row=person + 1, found=found, accepted=accepted)


def _kind(value: Any) -> str:
    """Name a value in an error message."""
    if value is None:
        return "None"
    if isinstance(value, (str, bytes, bool, int, float, np.generic)):
        return f"the {type(value).__name__} {value!r}"
    return f"a {type(value).__name__}"
