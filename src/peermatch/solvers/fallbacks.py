"""What to do where no stable matching exists: a maximum stable matching, or one that few pairs block."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from peermatch.problem import Control, IntArray
from peermatch.solvers.preference_lists import PreferenceLists

__all__ = ["FALLBACKS", "Blocked", "few_blocking", "maximum_stable", "odd_parties", "pairs_of_parties"]

FALLBACKS = ("maximum_stable", "few_blocking")

_SWEEPS = 4

Scored = Callable[[IntArray, IntArray], IntArray]


class Blocked:
    """A matching on lists that changes, and how many pairs block it.

    Parameters
    ----------
    lists : PreferenceLists
        Whole, or with the whole list of everybody who is ever alone.
    mate : int64 array, shape (n,)
        Everyone's partner, -1 for nobody.

    Attributes
    ----------
    better : int64 array, shape (n,)
        How many on everyone's list they strictly prefer to what they have.
    """

    def __init__(self, lists: PreferenceLists, mate: IntArray) -> None:
        self.lists = lists
        self.mate = mate.copy()
        self._group = _group_starts(lists)
        self._marked = np.zeros(lists.n, dtype=np.bool_)
        self.better = self.better_than(np.arange(lists.n), self.mate)

    @property
    def _arrays(self) -> tuple[IntArray, Any, Any, Any]:
        return self.lists.start, self.lists.partner, self.lists.mirror, self.lists.table

    def better_than(self, x: IntArray, y: IntArray) -> IntArray:
        """How many each ``x[i]`` strictly prefers to ``y[i]``; to nobody (-1): their whole list."""
        paired = y >= 0
        better: IntArray = self.lists.lengths[x]
        place = self.lists.places(x[paired], y[paired])
        if self._group is not None:
            place = self._group[self.lists.start[x[paired]] + place]
        better[paired] = place
        return better

    def touching(self, people: IntArray) -> int:
        """How many blocking pairs have one of these people in them."""
        from peermatch.kernels.blocking import blocking_touching

        return int(blocking_touching(people, *self._arrays, self.better, self._marked))

    def pairs(self) -> IntArray:
        """All blocking pairs, in canonical order."""
        from peermatch.kernels.blocking import list_blocking

        pairs = np.empty((1024, 2), dtype=np.int64)
        found = int(list_blocking(*self._arrays, self.better, pairs))
        if found > len(pairs):
            pairs = np.empty((found, 2), dtype=np.int64)
            list_blocking(*self._arrays, self.better, pairs)
        pairs = pairs[:found]
        return pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]

    def set(self, people: IntArray, mates: IntArray) -> None:
        """Give people these partners; everybody concerned must be among them."""
        self.mate[people] = mates
        self.better[people] = self.better_than(people, mates)

    def ring_more(self, ring: IntArray) -> IntArray:
        """How many more pairs block if each of an odd party is set aside than if its first is, who is so now."""
        from peermatch.kernels.blocking import ring_blocking

        more = np.zeros(len(ring), dtype=np.int64)
        after, before = np.roll(ring, -1), np.roll(ring, 1)
        better = self.better.copy()
        ring_blocking(
            ring,
            self.better_than(ring, after),
            self.better_than(ring, before),
            np.zeros(3, dtype=np.int64),
            *self._arrays,
            better,
            self._marked,
            more,
        )
        return more


def _group_starts(lists: PreferenceLists) -> IntArray | None:
    """At which place of its list the group of each entry begins; None where there are no ties."""
    if lists.tie is None:
        return None
    entry = np.arange(len(lists.tie))
    begin = np.maximum.accumulate(np.where(lists.tie, 0, entry))
    group: IntArray = begin - np.repeat(lists.start[:-1], lists.lengths)
    return group


def odd_parties(successor: IntArray) -> list[IntArray]:
    """The parties of odd size of three or more of a partition, each from its lowest position on, in its order."""
    seen = np.zeros(len(successor), dtype=np.bool_)
    parties = []
    for first in np.flatnonzero(successor[successor] != np.arange(len(successor))).tolist():
        if not seen[first]:
            party = [first]
            while successor[party[-1]] != first:
                party.append(int(successor[party[-1]]))
            seen[party] = True
            if len(party) % 2:
                parties.append(np.array(party, dtype=np.int64))
    return parties


def pairs_of_parties(successor: IntArray) -> IntArray:
    """Everyone's partner where a partition has pairs; -1 for all others."""
    person = np.arange(len(successor))
    return np.where((successor[successor] == person) & (successor != person), successor, -1)


@dataclass(frozen=True, eq=False)
class _Ring:
    """An odd party with a scoring of who could be set aside."""

    people: IntArray
    total: list[int]

    def mates(self, out: int) -> tuple[IntArray, IntArray]:
        """The party from the one who is set aside on, and everyone's partner then."""
        ring = np.roll(self.people, -out)
        mates = np.full(len(ring), -1, dtype=np.int64)
        mates[1::2], mates[2::2] = ring[2::2], ring[1::2]
        return ring, mates


def maximum_stable(
    lists: PreferenceLists,
    successor: IntArray,
    *,
    score: Scored | None = None,
    control: Control | None = None,
) -> tuple[Blocked, list[int]]:
    """Pair everyone of a stable partition but for one of each odd party of three or more (Tan 1990).

    Whoever is set aside, every pair that blocks has someone set aside in it, and no larger set of pairs is stable
    among the people whom it pairs. In each party the one is chosen with whom the fewest pairs block, given the
    choice in the other parties (in turn, until nothing gets better, at most four times); of equally good ones the
    highest total score decides, then the lowest position.

    Parameters
    ----------
    lists : PreferenceLists
    successor : int64 array, shape (n,)
        The stable partition.
    score : callable, optional
        ``score(u, v)`` returns what pairs are worth.
    control : Control, optional

    Returns
    -------
    Blocked, list of int
        The matching, and who is set aside.

    Examples
    --------
    >>> from peermatch.solvers.preferences import lists_from_positions, stable_partition
    >>> lists = lists_from_positions([[1, 2, 3], [2, 0, 3], [0, 1, 3], [0, 1, 2]])
    >>> blocked, aside = maximum_stable(lists, stable_partition(lists))
    >>> blocked.mate, aside, blocked.pairs().tolist()
    (array([-1,  2,  1, -1]), [0], [[0, 2], [0, 3]])
    """
    rings = [_Ring(people, _totals(people, score)) for people in odd_parties(successor)]
    chosen = [max(range(len(ring.total)), key=lambda i: (ring.total[i], -ring.people[i])) for ring in rings]
    mate = pairs_of_parties(successor)
    for ring, out in zip(rings, chosen, strict=True):
        people, mates = ring.mates(out)
        mate[people] = mates
    blocked = Blocked(lists, mate)
    for _ in range(_SWEEPS):
        before = list(chosen)
        for number, ring in enumerate(rings):
            if control is not None:
                control.check()
            out = chosen[number]
            more = np.roll(blocked.ring_more(np.roll(ring.people, -out)), out)
            better = min(range(len(more)), key=lambda i: (more[i], -ring.total[i], ring.people[i]))
            if better != out:
                chosen[number] = better
                blocked.set(*ring.mates(better))
        if chosen == before or len(rings) == 1:
            break
    return blocked, sorted(int(ring.people[out]) for ring, out in zip(rings, chosen, strict=True))


def _totals(ring: IntArray, score: Scored | None) -> list[int]:
    """What the pairs of an odd ring are worth in all if each of its members is set aside."""
    if score is None:
        return [0] * len(ring)
    return totals_of_ring([int(worth) for worth in score(ring, np.roll(ring, -1))])


def totals_of_ring(worth: list[int]) -> list[int]:
    """As `_totals`, where ``worth[k]`` is the score of k with k + 1.

    Setting k + 2 aside in place of k frees the pair (k + 1, k + 2) and makes (k, k + 1); two steps at a time reach
    all of an odd ring.
    """
    size = len(worth)
    total = [0] * size
    total[0] = sum(worth[1::2])
    k = 0
    for _ in range(size - 1):
        following = (k + 2) % size
        total[following] = total[k] - worth[(k + 1) % size] + worth[k]
        k = following
    return total


_STEPS = 150
_TRIED_AT_ONCE = 150


def few_blocking(blocked: Blocked, at_least: int = 1, control: Control | None = None) -> Blocked:
    """Look for a matching that fewer pairs block, by local search from this one; return the best seen.

    A step pairs two people who are not partners (a pair that blocks, or someone alone with anyone); those whom they
    leave are paired with each other, if they list each other, or stay alone. The step after which the fewest pairs
    block is taken, also if it makes things worse, but none whose matching was seen before; it ends after 150 steps,
    or 25 without a better one. Everything is looked at in the order of positions, so that the result is the same
    each time. The fewest is NP-hard to find, or to come near to (Abraham, Biro and Manlove 2006): no promise is made.

    Parameters
    ----------
    blocked : Blocked
        It is changed.
    at_least : int, default 1
        Proved: so many pairs block any matching; the search ends there.
    control : Control, optional

    Examples
    --------
    >>> from peermatch.solvers.preferences import lists_from_positions, stable_partition
    >>> lists = lists_from_positions([[1, 2, 3], [2, 0, 3], [0, 1, 3], [0, 1, 2]])
    >>> best = few_blocking(maximum_stable(lists, stable_partition(lists))[0])
    >>> best.mate, best.pairs().tolist()
    (array([3, 2, 1, 0]), [[0, 2]])
    """
    count = len(blocked.pairs())
    best, fewest, since = blocked.mate.copy(), count, 0
    seen = {blocked.mate.tobytes()}
    for _ in range(_STEPS):
        if fewest <= at_least or since == 25:
            break
        if control is not None:
            control.check()
        step = _best_step(blocked, seen)
        if step is None:
            break
        people, mates, change = step
        blocked.set(people, mates)
        seen.add(blocked.mate.tobytes())
        count += change
        since += 1
        if count < fewest:
            best, fewest, since = blocked.mate.copy(), count, 0
    return Blocked(blocked.lists, best)


def _best_step(blocked: Blocked, seen: set[bytes]) -> tuple[IntArray, IntArray, int] | None:
    """The step after which the fewest pairs block, of those that lead to something new."""
    best: tuple[IntArray, IntArray, int] | None = None
    for x, y in _moves(blocked):
        people, mates = _after(blocked, x, y)
        olds = blocked.mate[people]
        before = blocked.touching(people)
        blocked.set(people, mates)
        change = blocked.touching(people) - before
        new = (best is None or change < best[2]) and blocked.mate.tobytes() not in seen
        blocked.set(people, olds)
        if new:
            best = (people, mates, change)
    return best


def _moves(blocked: Blocked) -> list[tuple[int, int]]:
    """Pairs to try: those that block, whom each person in them likes best otherwise, and anybody for those alone."""
    lists = blocked.lists
    pairs = blocked.pairs()
    moves = [(int(x), int(y)) for x, y in pairs[: _TRIED_AT_ONCE // 2]]
    alone = np.flatnonzero((blocked.mate < 0) & (lists.lengths > 0))
    unhappy = np.unique(np.concatenate([alone, pairs.reshape(-1)]))
    each = max(2, _TRIED_AT_ONCE // max(1, len(unhappy)))
    for x in unhappy[:_TRIED_AT_ONCE].tolist():
        row = lists.partner[lists.start[x] : lists.start[x + 1]][:each]
        moves += [(x, int(y)) for y in row.tolist() if y != blocked.mate[x]]
    return list(dict.fromkeys((min(pair), max(pair)) for pair in moves))


def _after(blocked: Blocked, x: int, y: int) -> tuple[IntArray, IntArray]:
    """Who is concerned if x and y are paired, and whom they have then: those left have each other, if they may."""
    left = [int(z) for z in (blocked.mate[x], blocked.mate[y]) if z >= 0]
    people = np.array([x, y, *left], dtype=np.int64)
    mates = np.full(len(people), -1, dtype=np.int64)
    mates[0], mates[1] = y, x
    if len(left) == 2 and int(blocked.lists.places(people[2:3], people[3:4])[0]) >= 0:
        mates[2], mates[3] = people[3], people[2]
    return people, mates
