"""Preference lists as people write them, lists of positions, checked and made mutual."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from peermatch.errors import InputError, error_item
from peermatch.problem import IntArray
from peermatch.solvers.preference_lists import (
    PreferenceLists,
    Short,
    check_size,
    is_dense,
    make_lists,
    starts_of,
)

__all__ = ["lists_from_positions"]

_REPORTED = 10
_WHOLE = "Preferences must be a list of lists or a 2-D array of positions, one row a person."
_ENTRIES = "positions, or lists of positions that are equally good"


def lists_from_positions(preferences: Sequence[Any] | npt.NDArray[Any]) -> PreferenceLists:
    """Check lists of positions and keep what is mutual; see `peermatch.solvers.stable_roommates`.

    Parameters
    ----------
    preferences : list of n lists, or 2-D array of integers
        Everybody's list, best first, of positions from 0. People who are equally good stand together in an inner list
        (or tuple, set, or array); a set is read in ascending order. In a 2-D array, -1 at the end of a row fills up a
        short one. Tables and columns that have ``to_numpy`` are taken for the array that they hold.

    Returns
    -------
    PreferenceLists
        Equals are ordered as given.

    Raises
    ------
    InputError
        With one item for each list that is wrong, up to ten.

    Examples
    --------
    >>> lists_from_positions([[1, 2], [0], []]).partner
    array([1, 0], dtype=int32)
    >>> lists_from_positions([[[1, 2]], [0], [0]]).ranks([0, 0], [1, 2])
    array([1, 1])
    """
    if hasattr(preferences, "to_numpy"):
        preferences = preferences.to_numpy()
    if isinstance(preferences, np.ndarray) and preferences.ndim != 1:
        return _of_array(preferences)
    if not isinstance(preferences, (list, tuple, np.ndarray, Sequence)) or isinstance(
        preferences, (str, bytes, bytearray)
    ):
        raise InputError(error_item("input", f"{_WHOLE} Got {_kind(preferences)} instead."))
    return _of_rows(list(preferences), filled=False)


def _of_array(array: npt.NDArray[Any]) -> PreferenceLists:
    from peermatch.kernels.preference_lists import filled_lengths

    if array.ndim != 2:
        found = f"an array with {array.ndim} dimensions"
        raise InputError(error_item("input", f"{_WHOLE} Got {found} instead.", found=array.ndim, accepted=2))
    if array.dtype == object:
        return _of_rows(array.tolist(), filled=True)
    if array.dtype.kind not in "iu" and array.size:
        raise InputError(_wrong_array(array))
    n, width = array.shape
    unknown = _unknown_in(array, n)
    if unknown is not None:
        raise InputError(_faults((array[x].tolist() for x in unknown), unknown, n, filled=True))
    rows = np.ascontiguousarray(array, dtype=np.int32)
    lengths = np.empty(n, dtype=np.int64)
    filled_lengths(rows, lengths)
    whole = n == 0 or int(lengths.min()) == width
    partner = rows.reshape(-1) if whole else rows[np.arange(width) < lengths[:, None]]
    return _checked(starts_of(lengths), partner, None, lambda x: array[x].tolist(), filled=True)


def _unknown_in(array: npt.NDArray[Any], n: int) -> list[int] | None:
    """Return whose rows hold a number that is no position at all (such a number might not fit into 32 bits)."""
    if array.size == 0 or (int(array.max()) < n and int(array.min()) >= -1):
        return None
    people: list[int] = np.flatnonzero(((array >= n) | (array < -1)).any(axis=1))[:_REPORTED].tolist()
    return people


def _of_rows(rows: list[Any], *, filled: bool) -> PreferenceLists:
    n = len(rows)
    flat: list[IntArray] = []
    groups: list[tuple[int, IntArray]] = []
    wrong: list[int] = []
    for person, row in enumerate(rows):
        read = _read_row(row, filled)
        if read is None:
            wrong.append(person)
            if len(wrong) == _REPORTED:
                break
            continue
        flat.append(read[0])
        if read[1] is not None:
            groups.append((person, read[1]))
    if wrong:
        raise InputError(_faults((rows[x] for x in wrong), wrong, n, filled))
    start = starts_of(np.array([len(row) for row in flat], dtype=np.int64))
    partner = np.concatenate([np.zeros(0, dtype=np.int64), *flat])
    tie = None
    if groups:
        tie = np.zeros(len(partner), dtype=np.bool_)
        for person, as_before in groups:
            tie[start[person] : start[person + 1]] = as_before
    partner = np.where((partner < 0) | (partner >= n), -1, partner)  # an unknown one must fit into 32 bits
    return _checked(start, partner.astype(np.int32), tie, rows.__getitem__, filled)


def _checked(
    start: IntArray, partner: Short, tie: Any, row_of: Callable[[int], Any], filled: bool
) -> PreferenceLists:
    """Look for lists with someone unknown, twice, or themselves; then make lists mutual."""
    from peermatch.kernels.preference_lists import check_lists, fill_table

    n, m = len(start) - 1, len(partner)
    bad = np.zeros(_REPORTED, dtype=np.int64)
    table = None
    if is_dense(n, m):
        table = np.empty((n, n), dtype=np.int32)
        found = fill_table(start, partner, table, bad)
    else:
        check_size(m)
        found = check_lists(start, partner, np.full(n, -1, dtype=np.int64), bad)
    if found:
        people = bad[: min(found, _REPORTED)].tolist()
        raise InputError(_faults((row_of(x) for x in people), people, n, filled))
    return make_lists(start, partner, tie, table=table)


def _read_row(row: Any, filled: bool) -> tuple[IntArray, Any] | None:
    """Return a row's positions and, where there are equals, who is as good as the one before; None if it is wrong."""
    if isinstance(row, np.ndarray) and row.dtype != object:
        if row.ndim != 1 or (row.dtype.kind not in "iu" and row.size):
            return None
        return _plain(row)
    entries = _as_list(row)
    if entries is None:
        return None
    if filled:
        entries = _without_fill(entries)
    kinds = set(map(type, entries))
    if all(_is_whole_kind(kind) for kind in kinds):
        return _plain(entries)
    return _grouped(entries)


def _plain(entries: Any) -> tuple[IntArray, None]:
    """Return whole numbers as an array, -1 for those that are too large for it."""
    try:
        array = np.asarray(entries)
        if array.dtype.kind == "u":
            array = np.minimum(array, np.uint64(2**62))
        return array.astype(np.int64), None
    except OverflowError:
        pass
    return np.array([y if abs(y) < 2**62 else -1 for y in map(int, entries)], dtype=np.int64), None


def _grouped(entries: list[Any]) -> tuple[IntArray, Any] | None:
    flat: list[int] = []
    as_before: list[bool] = []
    for entry in entries:
        group = [entry] if _is_whole_kind(type(entry)) else _as_group(entry)
        if not group or not all(_is_whole_kind(type(y)) for y in group):
            return None
        flat += group
        as_before += [False] + [True] * (len(group) - 1)
    return _plain(flat)[0], np.array(as_before, dtype=np.bool_)


def _as_list(row: Any) -> list[Any] | None:
    if hasattr(row, "to_numpy"):
        row = row.to_numpy()
    if isinstance(row, np.ndarray):
        return row.tolist() if row.ndim == 1 else None
    if isinstance(row, (list, tuple)):
        return list(row)
    if isinstance(row, Sequence) and not isinstance(row, (str, bytes, bytearray)):
        return list(row)
    return None


def _as_group(entry: Any) -> list[Any] | None:
    if isinstance(entry, (set, frozenset)):
        return sorted(entry) if all(_is_whole_kind(type(y)) for y in entry) else list(entry)
    return _as_list(entry)


def _without_fill(entries: list[Any]) -> list[Any]:
    length = len(entries)
    while length and _is_whole_kind(type(entries[length - 1])) and entries[length - 1] == -1:
        length -= 1
    return entries[:length]


def _is_whole_kind(kind: type) -> bool:
    return kind is int or issubclass(kind, np.integer)


def _wrong_array(array: npt.NDArray[Any]) -> list[dict[str, Any]]:
    """Say what is wrong with an array that holds no whole numbers."""
    if array.dtype.kind == "f" and np.isnan(array).any():
        people = np.flatnonzero(np.isnan(array).any(axis=1))[:_REPORTED].tolist()
        return [_not_a_number(x) for x in people]
    message = (
        f"Preferences must be positions, which are whole numbers from 0. Got an array of {array.dtype}, "
        f"which starts with {array.flat[0]!r}, instead. Convert it, for example with .astype(int)."
    )
    return [error_item("not_a_position", message, found=str(array.dtype), accepted="whole numbers")]


def _faults(rows: Iterable[Any], people: list[int], n: int, filled: bool) -> list[dict[str, Any]]:
    return [_fault_of(person, row, n, filled) for person, row in zip(people, rows, strict=True)]


def _fault_of(person: int, row: Any, n: int, filled: bool) -> dict[str, Any]:
    """Say what is wrong with a row, which is known to be wrong."""
    if isinstance(row, np.ndarray) and row.ndim != 1:
        wording = f"must be a flat list of {_ENTRIES}. Got an array with {row.ndim} dimensions instead."
        return _item("not_a_list", person, wording, f"{row.ndim} dimensions", "a list")
    entries = _as_list(row)
    if entries is None:
        wording = f"must be a list of {_ENTRIES}. Got {_kind(row)} instead."
        return _item("not_a_list", person, wording, _kind(row), "a list")
    if any(_is_nan(entry) for entry in entries):
        return _not_a_number(person)
    seen: set[int] = set()
    for entry in _without_fill(entries) if filled else entries:
        grouped = not _is_whole_kind(type(entry)) and _as_group(entry) is not None
        group = _as_group(entry) or [] if grouped else [entry]
        if not group:
            wording = "holds an empty group. Leave it out."
            return _item("empty_group", person, wording, repr(entry), "a group of positions")
        for y in group:
            item = _fault_of_entry(person, y, n, seen, grouped)
            if item:
                return item
            seen.add(int(y))
    raise AssertionError(f"Nothing is wrong with the list of person {person}.")


def _fault_of_entry(person: int, y: Any, n: int, seen: set[int], grouped: bool) -> dict[str, Any] | None:
    if _is_nan(y):
        return _not_a_number(person)
    if not _is_whole_kind(type(y)):
        if grouped and _as_group(y) is not None:
            wording = f"holds a group within a group, {y!r}; equals are one list of positions, and no deeper."
            return _item("nested_too_deep", person, wording, repr(y), "whole numbers")
        wording = (
            f"must hold {_ENTRIES}. Got {_kind(y)} instead; positions are whole numbers from 0 to {n - 1}."
        )
        return _item("not_a_position", person, wording, repr(y), "whole numbers")
    if y == -1:
        wording = (
            "names position -1, which nobody has; -1 may only fill up the end of a row of a 2-D array. "
            f"Positions run from 0 to {n - 1}."
        )
        return _item("unknown_position", person, wording, -1, f"0 to {n - 1}")
    if y < 0 or y >= n:
        wording = f"names position {int(y)}, which nobody has; positions run from 0 to {n - 1}."
        return _item("unknown_position", person, wording, int(y), f"0 to {n - 1}")
    if y == person:
        return _item(
            "lists_self", person, "names the person themselves. Leave them out.", person, "other people"
        )
    if int(y) in seen:
        wording = f"names person {int(y)} twice. Name everyone once; equals stand together in one group."
        return _item("listed_twice", person, wording, int(y), "everyone at most once")
    return None


def _is_nan(value: Any) -> bool:
    return isinstance(value, (float, np.floating)) and bool(np.isnan(value))


def _not_a_number(person: int) -> dict[str, Any]:
    wording = "holds NaN. Leave people out to shorten a list; a row of a 2-D array of integers may end in -1."
    return _item("not_a_position", person, wording, "NaN", "whole numbers")


def _item(code: str, person: int, wording: str, found: Any, accepted: Any) -> dict[str, Any]:
    return error_item(
        code, f"The list of person {person} {wording}", row=person + 1, found=found, accepted=accepted
    )


def _kind(value: Any) -> str:
    """Name a value in an error message."""
    if value is None:
        return "None"
    if isinstance(value, (str, bytes, bool, int, float, np.generic)):
        return f"the {type(value).__name__} {value!r}"
    return f"a {type(value).__name__}"
