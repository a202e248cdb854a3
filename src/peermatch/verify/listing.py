"""Preference lists as a problem, read by the verifiers themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from peermatch.errors import InputError, error_item
from peermatch.problem import Entries, IntArray, ListedScores, Problem, read_capacities

__all__ = ["problem_of_preferences"]

_ROW = "a list of positions, best first, in which equals may stand together in an inner list"


def problem_of_preferences(left: Any, right: Any = None, *, capacities: Any = None) -> Problem:
    """Return the problem that preference lists state, in memory linear in their length.

    A partner is worth the length of the list (as it was given) plus 1 less their rank, and the rank is 1 and how many
    people are strictly preferred. So a first choice is worth the length of the list, and the last at least 1. Only
    pairs who list each other are allowed. All scores are 0: only the utilities speak.

    Parameters
    ----------
    left : sequence of sequences, or 2-D integer array
        Everybody's list, best first, of positions in one pool; or, with `right`, in the right side. Equals stand
        together in an inner list. In an array, -1 at the end of a row fills it up.
    right : the same, optional
        Two sides: the lists of the right side, of positions in the left.
    capacities : optional
        Two sides: see `peermatch.solvers.deferred_acceptance`.

    Raises
    ------
    InputError
        If lists hold anything but known positions, each at most once.

    Examples
    --------
    >>> problem = problem_of_preferences([[1, 2], [0], [1]])
    >>> problem.scores.utilities(np.array([0]))[0, 1]
    np.int64(2)
    """
    n = _size(left)
    if right is None:
        if capacities is not None:
            raise InputError("Capacities need two sides of preference lists.")
        start, column, utility = _read(left, n, n, "person")
        if len(column) and (column == np.repeat(np.arange(n), np.diff(start))).any():
            raise InputError(error_item("lists_self", "A list names the person themselves."))
        return Problem(ListedScores(*_mutual((start, column, utility), (start, column, utility))[:1]))
    m = _size(right)
    mine, theirs = _read(left, n, m, "left person"), _read(right, m, n, "right person")
    return Problem(
        ListedScores(*_mutual(mine, theirs)),
        capacity=read_capacities(capacities, (n, m)),
    )


def _size(lists: Any) -> int:
    if isinstance(lists, (str, bytes)) or not isinstance(lists, (Sequence, np.ndarray)):
        raise InputError(f"Preferences must be lists of positions. Got a {type(lists).__name__} instead.")
    return len(lists)


def _read(lists: Any, n: int, others: int, who: str) -> tuple[IntArray, IntArray, IntArray]:
    """Return starts, positions and utilities of lists, in the order of the positions."""
    if isinstance(lists, np.ndarray) and lists.ndim == 2 and lists.dtype.kind in "iu":
        length = lists.shape[1] - np.logical_and.accumulate(lists[:, ::-1] == -1, axis=1).sum(axis=1)
        inside = np.arange(lists.shape[1]) < length[:, None]
        flat = lists[inside].astype(np.int64)
        rank = np.broadcast_to(np.arange(1, lists.shape[1] + 1), lists.shape)[inside]
    else:
        filled = isinstance(lists, np.ndarray) and lists.ndim == 2
        rows = [_row(row, person, who, filled) for person, row in enumerate(lists)]
        length = np.array([len(row[0]) for row in rows], dtype=np.int64)
        flat = np.concatenate([np.zeros(0, dtype=np.int64), *(row[0] for row in rows)])
        rank = np.concatenate([np.zeros(0, dtype=np.int64), *(row[1] for row in rows)])
    owner = np.repeat(np.arange(n), length)
    wrong = np.flatnonzero((flat < 0) | (flat >= others))
    if wrong.size:
        person, found = int(owner[wrong[0]]), int(flat[wrong[0]])
        message = f"The list of {who} {person} names position {found}; positions run from 0 to {others - 1}."
        raise InputError(
            error_item(
                "unknown_position", message, row=person + 1, found=found, accepted=f"0 to {others - 1}"
            )
        )
    order = np.argsort(owner * max(1, others) + flat, kind="stable")
    column = flat[order]
    twice = np.flatnonzero((column[1:] == column[:-1]) & (owner[1:] == owner[:-1]))
    if twice.size:
        person, found = int(owner[twice[0]]), int(column[twice[0]])
        raise InputError(
            error_item(
                "listed_twice",
                f"The list of {who} {person} names {found} twice.",
                row=person + 1,
                found=found,
            )
        )
    start = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(length, dtype=np.int64)])
    return start, column, np.repeat(length, length) + 1 - rank[order]


def _row(row: Any, person: int, who: str, filled: bool) -> tuple[IntArray, IntArray]:
    """Return one person's positions and their ranks."""
    if isinstance(row, (str, bytes)) or not isinstance(row, (Sequence, np.ndarray)):
        raise _not_a_list(person, who, row)
    if isinstance(row, np.ndarray) and row.ndim == 1 and row.dtype.kind in "iu":
        return row.astype(np.int64), np.arange(1, len(row) + 1)
    entries = list(row)
    while filled and entries and entries[-1] is not None and np.isscalar(entries[-1]) and entries[-1] == -1:
        entries.pop()
    flat: list[int] = []
    rank: list[int] = []
    for entry in entries:
        group = entry
        if isinstance(entry, (set, frozenset)):
            group = sorted(entry)
        elif not isinstance(entry, (list, tuple, np.ndarray)):
            group = [entry]
        if not all(isinstance(y, (int, np.integer)) and not isinstance(y, bool) for y in group):
            raise _not_a_list(person, who, entry)
        rank += [len(flat) + 1] * len(group)
        flat += map(int, group)
    return np.array(flat, dtype=np.int64), np.array(rank, dtype=np.int64)


def _not_a_list(person: int, who: str, found: Any) -> InputError:
    message = f"The list of {who} {person} must be {_ROW}. Got {found!r} instead."
    return InputError(
        error_item("not_a_list", message, row=person + 1, found=repr(found)[:80], accepted=_ROW)
    )


def _mutual(
    left: tuple[IntArray, IntArray, IntArray], right: tuple[IntArray, IntArray, IntArray]
) -> tuple[Entries, Entries]:
    """Keep the pairs who list each other."""
    kept = []
    for mine, theirs in ((left, right), (right, left)):
        n, others = len(mine[0]) - 1, max(1, len(theirs[0]) - 1)
        of_mine, of_theirs = (
            np.repeat(np.arange(len(part[0]) - 1), np.diff(part[0])) for part in (mine, theirs)
        )
        keys = np.sort(theirs[1] * others + of_theirs)
        wanted = of_mine * others + mine[1]  # both ascending
        place = np.searchsorted(keys, wanted)
        listed = np.zeros(len(wanted), dtype=np.bool_)
        inside = place < len(keys)
        listed[inside] = keys[place[inside]] == wanted[inside]
        length = np.bincount(of_mine[listed], minlength=n)
        start = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(length, dtype=np.int64)])
        kept.append(Entries(start, mine[1][listed], mine[2][listed]))
    return kept[0], kept[1]
