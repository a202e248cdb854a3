"""Irving's two phases on preference lists, whole or cut short, and the check of what they leave."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from peermatch.errors import VerificationError
from peermatch.problem import IntArray
from peermatch.solvers.preference_lists import PreferenceLists

__all__ = ["Phases", "partition_fault", "phase_one", "phase_two", "phases", "stable_partition"]


@dataclass(frozen=True, eq=False)
class Phases:
    """What Irving's algorithm leaves of everyone's list.

    Attributes
    ----------
    first, last : int64 arrays, shape (n,)
        The places of the first and the last entry that stand on a list; the list is empty if ``first > last``.
    successor : int64 array, shape (n,)
        A stable partition (Tan 1991): the partner in a pair, the next of an odd party, themselves when alone.
    """

    first: IntArray
    last: IntArray
    successor: IntArray

    @property
    def odd(self) -> npt.NDArray[np.bool_]:
        """Who belongs to an odd party of three or more."""
        odd: npt.NDArray[np.bool_] = self.first < self.last
        return odd


def phase_one(lists: PreferenceLists, last: IntArray | None = None) -> tuple[IntArray, IntArray]:
    """Let everyone propose down their list until it is spent or a proposal of theirs is held (Irving 1985).

    Parameters
    ----------
    lists : PreferenceLists
    last : int64 array, shape (n,), optional
        Cut everyone's list behind this place, from 0 (-1: nobody). A pair counts only if it stands on both lists.

    Returns
    -------
    first, last : int64 arrays, shape (n,)
        New arrays: the places of the first and the last entry that still stand; ``first > last`` where none does. All
        stable matchings are made of entries that stand, and everybody with one is paired in all of them, if there
        are any.

    Examples
    --------
    >>> from peermatch.solvers.positions import lists_from_positions
    >>> phase_one(lists_from_positions([[1, 2], [2, 0], [1, 0]]))
    (array([2, 0, 0]), array([1, 0, 0]))
    """
    from peermatch.kernels.roommates import first_phase

    first = np.zeros(lists.n, dtype=np.int64)
    end = lists.lengths - 1 if last is None else np.minimum(last, lists.lengths - 1)
    holds = np.full(lists.n, -1, dtype=np.int64)
    first_phase(lists.start, lists.partner, lists.mirror, lists.table, first, end, holds)
    return first, end


def phase_two(lists: PreferenceLists, first: IntArray, last: IntArray) -> Phases:
    """Eliminate all-or-nothing cycles from what `phase_one` left, and set odd parties aside (Irving 1985, Tan 1991).

    Parameters
    ----------
    lists : PreferenceLists
    first, last : int64 arrays, shape (n,)
        As `phase_one` returns them; they are left as they are.

    Returns
    -------
    Phases
    """
    from peermatch.kernels.roommates import second_phase, write_successors

    first, last = first.copy(), last.copy()
    n = lists.n
    second, path, place = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64), np.full(n, -1)
    in_party = np.zeros(n, dtype=np.bool_)
    second_phase(
        lists.start, lists.partner, lists.mirror, lists.table, first, last, second, path, place, in_party
    )
    successor = np.empty(n, dtype=np.int64)
    write_successors(lists.start, lists.partner, first, last, successor)
    return Phases(first, last, successor)


def phases(lists: PreferenceLists, last: IntArray | None = None) -> Phases:
    """Run both phases on lists that are cut behind the place `last` of everyone; see `phase_one`.

    The result is not checked; see `partition_fault`. Beyond the lists it takes time and memory linear in the people.

    Examples
    --------
    >>> from peermatch.solvers.positions import lists_from_positions
    >>> phases(lists_from_positions([[1, 2], [2, 0], [0, 1]])).successor
    array([1, 2, 0])
    """
    return phase_two(lists, *phase_one(lists, last))


def stable_partition(lists: PreferenceLists) -> IntArray:
    """Return a stable partition (Tan 1991): every instance of strict lists has one.

    Parameters
    ----------
    lists : PreferenceLists

    Returns
    -------
    int64 array, shape (n,)
        Each person's successor: their partner in a pair, the next of an odd party, themselves when alone.

    Raises
    ------
    VerificationError
        If the result does not meet the definition; it is checked over all listed pairs.

    Examples
    --------
    >>> from peermatch.solvers.positions import lists_from_positions
    >>> stable_partition(lists_from_positions([[1, 2], [2, 0], [0, 1]]))
    array([1, 2, 0])
    """
    successor = phases(lists).successor
    fault = partition_fault(lists, successor)
    if fault >= 0:
        raise VerificationError(f"The stable partition fails its check at position {fault}.")
    return successor


def partition_fault(lists: PreferenceLists, successor: IntArray, *, any_order: bool = False) -> int:
    """Return someone at whom this is not a stable partition, or -1.

    Parameters
    ----------
    lists : PreferenceLists
    successor : int64 array, shape (n,)
    any_order : bool, default False
        Whether the partition must be stable whatever order is given to ties. Where it has an odd party of three or
        more, that proves that no matching is even weakly stable.

    Returns
    -------
    int

    Notes
    -----
    Lists are looked at up to the predecessor, the whole of it only of people who are alone. Lists of the best few are
    enough if everybody who is alone has a whole list: who has a partner would leave them only for somebody
    better, and so on the list. A group of equals that was cut is not enough for someone whose predecessor is in it.
    """
    from peermatch.kernels.roommates import partition_breach

    n = lists.n
    predecessor = np.full(n, -1, dtype=np.int64)
    tie = lists.ties if any_order else np.zeros(0, dtype=np.bool_)
    fault = partition_breach(
        lists.start,
        lists.partner,
        lists.mirror,
        lists.table,
        tie,
        np.ascontiguousarray(successor, dtype=np.int64),
        predecessor,
        np.empty(n, dtype=np.int64),
    )
    if fault >= 0 or lists.short is None:
        return int(fault)
    wrong = lists.short & (successor == np.arange(n))
    if any_order and lists.cut_rank is not None:
        wrong |= (lists.cut_rank > 0) & (lists.ranks(np.arange(n), predecessor) == lists.cut_rank)
    return int(np.argmax(wrong)) if wrong.any() else -1
