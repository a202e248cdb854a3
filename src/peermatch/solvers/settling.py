"""Ties put in an order that suits a stable partition: how most tied pools come to a stable matching.

Whether a stable matching exists hangs on the order of ties, and a fixed order leaves the more odd parties the larger
the pool is. But a party is a local thing, and so is its cure. Whoever has a partner puts them first among their equals,
so that what has come to rest stays so; an odd party is cut into pairs, one of its people left over, another one each
time. Then both of Irving's phases run again. They take time linear in the people, not in the lists: dozens of orders
cost less than building the lists once. When nothing gets better, some pairs are put last among their equals for once.

Every stable matching found is one of lists in an order of ties, hence weakly stable, and is checked as any other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from peermatch.errors import VerificationError
from peermatch.problem import Control, IntArray
from peermatch.solvers.fallbacks import odd_parties
from peermatch.solvers.phases import partition_fault, phases
from peermatch.solvers.preference_lists import PreferenceLists

__all__ = ["MOST_SETTLED", "Settled", "settle"]

MOST_SETTLED = 50_000_000
"""Lists with more entries are left in the order that they have: their copies would take gigabytes."""

_ROUNDS = 60
_PATIENCE = 3
_SHAKEN = 8


@dataclass(frozen=True, eq=False)
class Settled:
    """The order of ties that left the fewest people in odd parties, and a stable partition under it.

    Attributes
    ----------
    lists : PreferenceLists
    successor : int64 array, shape (n,)
    odd : int
        How many are in odd parties of three or more: 0 for a stable matching.
    rounds : int
        How many orders were tried.
    """

    lists: PreferenceLists
    successor: IntArray
    odd: int
    rounds: int


def settle(lists: PreferenceLists, successor: IntArray, control: Control | None = None) -> Settled:
    """Mend the order of ties, up to 60 times, until no odd party is left.

    Parameters
    ----------
    lists : PreferenceLists
        With ties; they stay as they are.
    successor : int64 array, shape (n,)
        A stable partition of them.
    control : Control, optional

    Raises
    ------
    Stopped
        If `control` says so.

    Examples
    --------
    >>> from peermatch.solvers.preferences import lists_from_positions
    >>> lists = lists_from_positions([[[1, 2]], [2, 0], [0, 1]])
    >>> settle(lists, np.array([1, 2, 0])).successor
    array([2, 1, 0])
    """
    parties = odd_parties(successor)
    best = Settled(lists, successor, _size(parties), 0)
    # what was struck from lists of the best few, so that they hold all stable matchings, was so in one order of ties
    struck = lists.short is not None and lists.all_stable
    if lists.tie is None or struck or len(lists.partner) > MOST_SETTLED:
        return best
    order, stalled, rounds, turn = _Order(lists), 0, 0, 0
    while parties and rounds < _ROUNDS:
        if control is not None:
            control.check()
        mate = _paired(successor, parties, turn)
        if stalled % (_PATIENCE + 1) == _PATIENCE:
            order.shake(mate, rounds)
        else:
            order.put_first(mate)
            turn += 1
        rounds += 1
        successor = phases(order.lists).successor
        parties = odd_parties(successor)
        stalled += 1
        if _size(parties) < best.odd and _holds(order.lists, successor):
            best, stalled = Settled(order.copied(), successor, _size(parties), rounds), 0
    return replace(best, rounds=rounds)


def _size(parties: list[IntArray]) -> int:
    return sum(len(party) for party in parties)


def _holds(lists: PreferenceLists, successor: IntArray) -> bool:
    """Whether it is a stable partition of whole lists too; of lists of the best few it need not be."""
    fault = partition_fault(lists, successor)
    if fault >= 0 and lists.short is None:
        raise VerificationError(f"The stable partition fails its check at position {fault}.")
    return fault < 0


def _paired(successor: IntArray, parties: list[IntArray], turn: int) -> IntArray:
    """Everyone's partner, -1 for nobody, where of each odd party one is left over: another one each turn."""
    everyone = np.arange(len(successor))
    in_pair = (successor != everyone) & (successor[successor] == everyone)
    mate: IntArray = np.where(in_pair, successor, -1)
    for party in parties:
        ring = np.roll(party, -turn)
        mate[ring[:-1:2]], mate[ring[1::2]] = ring[1::2], ring[:-1:2]
    return mate


class _Order:
    """Lists whose groups of equals are put in another order in place."""

    def __init__(self, lists: PreferenceLists) -> None:
        assert lists.tie is not None
        given = lists.partner if lists.given is None else lists.given
        self.tie = lists.tie
        self.lists = replace(
            lists,
            partner=lists.partner.copy(),
            mirror=lists.mirror.copy(),
            table=lists.table.copy(),
            given=given,
        )

    def copied(self) -> PreferenceLists:
        """Return these lists as they are now."""
        return _Order(self.lists).lists

    def put_first(self, mate: IntArray) -> None:
        """Let everyone's partner be the first of their equals."""
        x = np.flatnonzero(mate >= 0)
        for person, place in zip(x.tolist(), self.lists.places(x, mate[x]).tolist(), strict=True):
            if place >= 0:
                self._move(person, self._begin(person, place), place + 1, 1)

    def shake(self, mate: IntArray, turn: int) -> None:
        """Let the partner be the last of their equals, in about one of eight pairs: others each turn."""
        x = np.flatnonzero(mate >= 0)
        x = x[(np.minimum(x, mate[x]) * 7919 + turn * 104_729) % 1009 % _SHAKEN == 0]
        for person, place in zip(x.tolist(), self.lists.places(x, mate[x]).tolist(), strict=True):
            if place >= 0:
                self._move(person, place, self._end(person, place), -1)

    def _begin(self, person: int, place: int) -> int:
        head = self.lists.start[person]
        return int(np.flatnonzero(~self.tie[head : head + place + 1])[-1])

    def _end(self, person: int, place: int) -> int:
        head, tail = self.lists.start[person], self.lists.start[person + 1]
        others = np.flatnonzero(~self.tie[head + place + 1 : tail])
        return int(place + 1 + others[0]) if len(others) else int(tail - head)

    def _move(self, person: int, begin: int, end: int, by: int) -> None:
        """Turn a stretch of a list by one place, and tell the other ends."""
        if end - begin < 2:
            return
        lists, head = self.lists, self.lists.start[person]
        part = slice(head + begin, head + end)
        lists.partner[part] = np.roll(lists.partner[part], by)
        others, places = lists.partner[part], np.arange(begin, end)
        if len(lists.table):
            lists.table[person, others] = places
        else:
            lists.mirror[part] = np.roll(lists.mirror[part], by)
            lists.mirror[lists.start[others] + lists.mirror[part]] = places
