"""Preference lists: who would have whom, best first, as the stable roommates kernels want them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from peermatch.errors import InputError, error_item
from peermatch.problem import FORBIDDEN, Control, IntArray, PairScores

__all__ = ["TIE_BREAKS", "PreferenceLists", "lists_from_positions", "lists_from_utilities"]

TIE_BREAKS = ("rotation", "position")

_CELLS_PER_BLOCK = 1 << 21


@dataclass(frozen=True, eq=False)
class PreferenceLists:
    """Strict lists, one behind the other, in which two people list each other or neither does.

    Attributes
    ----------
    start : int64 array, shape (n + 1,)
        Person x's list is ``partner[start[x]:start[x + 1]]``, best first.
    partner : int32 array, shape (m,)
    mirror : int32 array, shape (m,)
        The place of the list's owner in the list of the person named.
    tie : bool array, shape (m,)
        Whether an entry was as good as the one before it, until an order was given to them.
    """

    start: IntArray
    partner: npt.NDArray[np.int32]
    mirror: npt.NDArray[np.int32]
    tie: npt.NDArray[np.bool_]

    @property
    def n(self) -> int:
        """How many people."""
        return len(self.start) - 1

    @property
    def n_pairs(self) -> int:
        """How many pairs of people list each other."""
        return len(self.partner) // 2

    @property
    def tied(self) -> bool:
        """Whether any ties were put in an order to make the lists strict."""
        return bool(self.tie.any())


def lists_from_utilities(
    scores: PairScores, *, ties: str = "rotation", control: Control | None = None
) -> PreferenceLists:
    """Build everyone's list from directed utilities: higher first, forbidden pairs left out.

    Parameters
    ----------
    scores : PairScores
        One pool.
    ties : {"rotation", "position"}
        Equal utilities are ordered by (column - row) mod n, so that nobody is favoured for their place in the
        table, or by position, lower first.
    control : Control, optional

    Raises
    ------
    Stopped
        If `control` says so.

    Examples
    --------
    >>> from peermatch.problem import DenseScores
    >>> lists_from_utilities(DenseScores(np.array([[0, 5, 7], [5, 0, 1], [7, 1, 0]]))).partner
    array([2, 1, 0, 2, 0, 1], dtype=int32)
    """
    n = scores.shape[0]
    lengths, parts, ties_of = (
        np.zeros(n, dtype=np.int64),
        [np.zeros(0, dtype=np.int32)],
        [np.zeros(0, dtype=bool)],
    )
    step = max(1, _CELLS_PER_BLOCK // max(1, n))
    for begin in range(0, n, step):
        if control is not None:
            control.check()
            control.report("reading preferences", begin, n)
        rows = np.arange(begin, min(n, begin + step), dtype=np.int64)
        columns = np.broadcast_to(np.arange(n), (len(rows), n))
        utility = np.array(scores.utilities(rows))
        if ties == "rotation":
            columns = (columns + rows[:, None]) % n
            utility = np.take_along_axis(utility, columns, axis=1)
        # ~u falls as u rises and cannot overflow; the forbidden ones come last; the sort keeps the order of ties
        order = np.argsort(~utility, axis=1, kind="stable")
        utility = np.take_along_axis(utility, order, axis=1)
        listed = utility != FORBIDDEN
        lengths[rows] = listed.sum(axis=1)
        parts.append(np.take_along_axis(columns, order, axis=1)[listed].astype(np.int32))
        as_before = np.zeros(utility.shape, dtype=bool)
        as_before[:, 1:] = utility[:, 1:] == utility[:, :-1]
        ties_of.append(as_before[listed])
    return _mutual(_starts(lengths), np.concatenate(parts), np.concatenate(ties_of))


def lists_from_positions(preferences: Sequence[Any] | npt.NDArray[Any]) -> PreferenceLists:
    """Check lists of positions and keep what is mutual; see `peermatch.solvers.stable_roommates`.

    Raises
    ------
    InputError
        With one item for each list that is wrong, up to ten.

    Examples
    --------
    >>> lists_from_positions([[1, 2], [0], []]).partner
    array([1, 0], dtype=int32)
    """
    from peermatch.kernels.roommates import first_duplicate

    if isinstance(preferences, (str, bytes)) or not hasattr(preferences, "__len__"):
        raise InputError("Preferences must be a list of lists or a 2-D array of positions, one row a person.")
    n = len(preferences)
    padded = isinstance(preferences, np.ndarray) and preferences.ndim == 2
    rows, items = [], []
    for person in range(n):
        row, item = _checked(person, preferences[person], n, padded)
        rows.append(row)
        items += [item] if item else []
        if len(items) == 10:
            break
    if items:
        raise InputError(items)
    start = _starts(np.array([len(row) for row in rows], dtype=np.int64))
    partner = np.concatenate(rows).astype(np.int32) if rows else np.zeros(0, dtype=np.int32)
    twice = int(first_duplicate(start, partner))
    if twice >= 0:
        person, other = int(np.searchsorted(start, twice, side="right")) - 1, int(partner[twice])
        raise InputError(
            _item("listed_twice", person, f"names person {other} twice; a list is strict.", other, None)
        )
    return _mutual(start, partner, np.zeros(len(partner), dtype=bool))


def _checked(person: int, row: Any, n: int, padded: bool) -> tuple[IntArray, dict[str, Any] | None]:
    """One person's list as positions, or what is wrong with it."""
    nothing = np.zeros(0, dtype=np.int64)
    try:
        array = np.asarray(row)
    except ValueError:  # nested lists of different lengths
        array = np.asarray(None)
    if array.ndim != 1:
        return nothing, _item("not_a_list", person, "must be a flat list of positions.", row, "a flat list")
    if array.size == 0:
        return nothing, None
    if array.dtype.kind == "f" and np.isnan(array).any():
        wording = "holds NaN. Leave people out to shorten a list; a 2-D array of integers may end in -1."
        return nothing, _item("not_a_position", person, wording, "NaN", "whole numbers")
    if array.dtype.kind not in "iu":
        wording = f"must hold whole numbers. Got {array.dtype}, starting with {array[0]!r}, instead."
        return nothing, _item("not_a_position", person, wording, str(array[0]), "whole numbers")
    if padded:
        array = array[: array.size - int(np.argmax(array[::-1] != -1))] if (array != -1).any() else array[:0]
    unknown = array[(array < 0) | (array >= n)]
    if unknown.size:
        wording = f"names position {int(unknown[0])}, which nobody has; positions run from 0 to {n - 1}."
        return nothing, _item("unknown_position", person, wording, int(unknown[0]), f"0 to {n - 1}")
    if (array == person).any():
        return nothing, _item("lists_self", person, "names the person themselves.", person, "other people")
    return array.astype(np.int64), None


def _item(code: str, person: int, wording: str, found: Any, accepted: Any) -> dict[str, Any]:
    return error_item(
        code, f"The list of person {person} {wording}", row=person + 1, found=found, accepted=accepted
    )


def _starts(lengths: IntArray) -> IntArray:
    return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths, dtype=np.int64)])


def _mutual(start: IntArray, partner: npt.NDArray[np.int32], tie: npt.NDArray[np.bool_]) -> PreferenceLists:
    """Drop everyone who does not list the owner back, and find each entry's place at the other end."""
    from peermatch.kernels.roommates import mirror_entries

    mirror = mirror_entries(start, partner)
    keep = mirror >= 0
    if not keep.all():
        before = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(keep)])
        start, partner = before[start], partner[keep]
        mirror = mirror_entries(start, partner)
        group = np.cumsum(~tie)[
            keep
        ]  # entries of one group are as good as each other, also where some are gone
        tie = np.concatenate([np.zeros(1, dtype=bool), group[1:] == group[:-1]])[: len(partner)]
    return PreferenceLists(start, partner, mirror, tie)
