"""Two sides' lists held against each other, and proposals let run on them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from peermatch.problem import IntArray
from peermatch.solvers.list_input import SideLists

__all__ = ["Held", "Met", "accept", "meet", "owners"]

Short = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Met:
    """Where the lists of two sides meet.

    Attributes
    ----------
    proposers, receivers : SideLists
    mirror : int32 array
        For each entry of the proposers, the place of its owner on the list of the one named; -1 if not there.
    named : bool array
        For each entry of the receivers, whether the one named names them as well.
    n_pairs : int
        How many pairs list each other.
    """

    proposers: SideLists
    receivers: SideLists
    mirror: Short
    named: Flags
    n_pairs: int


@dataclass(frozen=True, eq=False)
class Held:
    """How proposals ended.

    Attributes
    ----------
    entry : bool array
        Which entries of the receivers' lists are held.
    room, places : int64 arrays
        How many places of proposers and receivers are still free.
    following : int64 array
        How much of each proposer's list is spent.
    worst : int64 array
        The place of the worst whom each receiver holds, or -1.
    proposals : int
    """

    entry: Flags
    room: IntArray
    places: IntArray
    following: IntArray
    worst: IntArray
    proposals: int

    def pairs(self, receivers: SideLists) -> IntArray:
        """Return (proposer, receiver), in the order of the receivers."""
        place = np.flatnonzero(self.entry)
        receiver = np.searchsorted(receivers.start, place, side="right") - 1
        return np.stack([receivers.partner[place].astype(np.int64), receiver], axis=1)


def owners(lists: SideLists, entry: IntArray) -> IntArray:
    """Return whose list each of these entries is on."""
    return np.searchsorted(lists.start, entry, side="right") - 1


def meet(proposers: SideLists, receivers: SideLists) -> Met:
    """Find each entry's place at the other end. Linear.

    Examples
    --------
    >>> from peermatch.solvers.list_input import read_lists
    >>> met = meet(read_lists([[1, 0]], "left", 2), read_lists([[], [0]], "right", 1))
    >>> met.mirror, met.n_pairs
    (array([ 0, -1], dtype=int32), 1)
    """
    from peermatch.kernels.deferred import find_mirror, transpose

    m = len(proposers.partner)
    into = np.zeros(receivers.size + 1, dtype=np.int64)
    entry, owner = np.empty(m, dtype=np.int64), np.empty(m, dtype=np.int32)
    transpose(proposers.start, proposers.partner, into, entry, owner)
    mirror, named = np.empty(m, dtype=np.int32), np.zeros(len(receivers.partner), dtype=np.bool_)
    place = np.full(proposers.size, -1, dtype=np.int32)
    n_pairs = find_mirror(receivers.start, receivers.partner, into, entry, owner, place, mirror, named)
    return Met(proposers, receivers, mirror, named, int(n_pairs))


def accept(met: Met, room: IntArray | None, places: IntArray | None) -> Held:
    """Let proposers propose down their lists until nobody with a free place has anyone left.

    Parameters
    ----------
    met : Met
    room, places : int64 arrays or None
        How many places proposers and receivers have; None: one each.
    """
    from peermatch.kernels.deferred import hold_best

    proposers, receivers = met.proposers, met.receivers
    n, others = proposers.size, receivers.size
    # nobody can use more places than there are people
    room = np.ones(n, dtype=np.int64) if room is None else np.minimum(room, others)
    places = np.ones(others, dtype=np.int64) if places is None else np.minimum(places, n)
    following, worst = np.zeros(n, dtype=np.int64), np.full(others, -1, dtype=np.int64)
    held, stack = np.zeros(len(receivers.partner), dtype=np.bool_), np.empty(n, dtype=np.int64)
    proposals = hold_best(
        (proposers.start, proposers.partner, met.mirror),
        (receivers.start, receivers.partner),
        room,
        places,
        following,
        held,
        worst,
        stack,
        np.zeros(n, dtype=np.bool_),
    )
    return Held(held, room, places, following, worst, int(proposals))
