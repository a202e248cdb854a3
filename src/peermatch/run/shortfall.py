"""People who need more partners than the other side can give them: found exactly, before anything is solved.

Somebody's need is met by different people, each of whom has so many places. By Gale (1957) all needs of one side can be
met unless some people need more than the others can supply to them; by Mendelsohn and Dulmage (1958) the needs of both
sides can be met together if those of each can alone. So each side is looked at by itself, as a flow.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from peermatch.problem import IntArray

__all__ = ["Needs", "Shortfall", "falls_short", "find_shortfall"]

Bools = npt.NDArray[np.bool_]
_CELLS = 1 << 22
_MOST_EDGES = 40_000_000
_WINDOW = 16
_MOST_TRIED = 100
_EDGES_TRIED = 40_000_000


@dataclass(frozen=True, eq=False)
class Needs:
    """What one side needs, and who of the other may supply it.

    Attributes
    ----------
    need : int64 array, shape (people,)
        How many partners each needs.
    supply : int64 array, shape (others,)
        How many places each of the others has.
    allowed : callable
        Given people and others, arrays of the same length: which of these pairs may be made.
    """

    need: IntArray
    supply: IntArray
    allowed: Callable[[IntArray, IntArray], Bools]

    def edges(self, people: IntArray, start: IntArray, width: IntArray) -> tuple[IntArray, IntArray]:
        """Return the allowed pairs of these people, each with a stretch of the others who have a place."""
        others = np.flatnonzero(self.supply > 0)
        if not len(others):
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        who, whom, before = [], [], 0
        reach = np.cumsum(width)
        while before < len(people):
            done = reach[before - 1] if before else 0
            after = max(before + 1, int(np.searchsorted(reach, done + _CELLS, side="right")))
            some, many = people[before:after], width[before:after]
            u = np.repeat(some, many)
            within = np.arange(len(u)) - np.repeat(np.cumsum(many) - many, many)
            v = others[(np.repeat(start[before:after], many) + within) % len(others)]
            open_ = self.allowed(u, v)
            who.append(u[open_])
            whom.append(v[open_])
            before = after
        return np.concatenate(who), np.concatenate(whom)


@dataclass(frozen=True, eq=False)
class Shortfall:
    """People whose needs cannot all be met.

    Attributes
    ----------
    people : int64 array
        Ascending.
    supplied : int
        How many partners they can have between them; fewer than they need.
    irreducible : bool
        Whether the needs of the rest could be met if any one of them needed nobody.
    missing : int or None
        How many partners the whole side lacks at least, however they are shared out; None where that is not known.
    """

    people: IntArray
    supplied: int
    irreducible: bool
    missing: int | None = None


def find_shortfall(needs: Needs) -> Shortfall | None:
    """Return people of one side whose needs cannot all be met; None if all can, or if that would take too long to see.

    Notes
    -----
    A flow over a few of everybody's possible partners. Those whom it leaves short, and all who compete with them, get
    more of theirs, until nobody is short or all of them have been looked at in full: then what they compete for is all
    that there is.
    """
    counted = _by_count(needs)
    if counted is not None:
        needs = replace(needs, need=np.where(counted, needs.need, 0))
    people = np.flatnonzero(needs.need > 0)
    total = int((needs.supply > 0).sum())
    if not len(people):
        return None
    everything = len(people) * total <= _CELLS
    width = np.full(len(people), total if everything else min(total, _WINDOW), dtype=np.int64)
    width = np.minimum(total, np.maximum(width, 2 * needs.need[people]))
    start = (people * 2_654_435_761) % max(1, total)
    who, whom = needs.edges(people, start, width)
    place = np.full(len(needs.need), -1, dtype=np.int64)
    place[people] = np.arange(len(people))
    while True:
        flow = _Flow.over(needs.need[people], needs.supply, place[who], whom)
        short = flow.short
        if not short.any():
            return None
        reached = flow.reached_from(short)
        if counted is not None and reached.all() and flow.missing.sum() == 1:
            return Shortfall(people, int(needs.need.sum()) - 1, True)
        partly = reached & (width < total)
        if not partly.any():
            break
        more = np.where(partly, np.minimum(total, 4 * width), width) - width
        if len(who) + int(more.sum()) > _MOST_EDGES:
            return None
        some = np.flatnonzero(more)
        fresh = needs.edges(people[some], start[some] + width[some], more[some])
        who, whom = np.concatenate([who, fresh[0]]), np.concatenate([whom, fresh[1]])
        width += more
    kept, supplied, irreducible = _smallest(flow, short)
    missing = None if counted is not None else int(flow.missing.sum())
    return Shortfall(people[kept], supplied, irreducible, missing)


def _by_count(needs: Needs) -> Bools | None:
    """Return people who need more than there is in all, as few as that takes; None if there is enough in all.

    Whom they may be paired with plays no part, so that nothing has to be looked at.
    """
    kept = needs.need > 0
    most = int(np.minimum(needs.supply, int(kept.sum())).sum())
    beyond = int(needs.need.sum()) - most
    if beyond <= 0:
        return None
    light = np.flatnonzero(kept)
    light = light[np.lexsort((-light, needs.need[light]))]
    kept[light[np.cumsum(needs.need[light]) < beyond]] = False
    return kept


def falls_short(needs: Needs, people: IntArray) -> bool:
    """Return whether the needs of these people alone cannot all be met."""
    total = int((needs.supply > 0).sum())
    nothing = np.zeros(len(people), dtype=np.int64)
    who, whom = needs.edges(people, nothing, nothing + total)
    place = np.full(len(needs.need), -1, dtype=np.int64)
    place[people] = np.arange(len(people))
    return bool(_Flow.over(needs.need[people], needs.supply, place[who], whom).short.any())


@dataclass(frozen=True, eq=False)
class _Flow:
    """A greatest flow from needs to places, over edges each of which carries at most one."""

    need: IntArray
    supply: IntArray
    who: IntArray
    whom: IntArray
    used: Bools

    @classmethod
    def over(cls, need: IntArray, supply: IntArray, who: IntArray, whom: IntArray) -> _Flow:
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import maximum_flow

        people, others = len(need), len(supply)
        source, sink = people + others, people + others + 1
        tails = np.concatenate([np.full(people, source), who, people + np.arange(others)])
        heads = np.concatenate([np.arange(people), people + whom, np.full(others, sink)])
        most = np.concatenate([need, np.ones(len(who), dtype=np.int64), np.minimum(supply, people)])
        graph = csr_array((most.astype(np.int32), (tails, heads)), shape=(sink + 1, sink + 1))
        carried = maximum_flow(graph, source, sink).flow
        used = np.asarray(carried[who, people + whom]).ravel() > 0 if len(who) else np.zeros(0, dtype=bool)
        return cls(need, supply, who, whom, used)

    @property
    def short(self) -> Bools:
        """Who has less than they need."""
        return self.missing > 0

    @property
    def missing(self) -> IntArray:
        """How much everybody has less than they need."""
        return self.need - np.bincount(self.who[self.used], minlength=len(self.need))

    def reached_from(self, start: Bools) -> Bools:
        """Return who competes with these people, directly or through others: by alternating paths from them."""
        people = start.copy()
        others = np.zeros(len(self.supply), dtype=bool)
        while True:
            fresh = people[self.who] & ~self.used & ~others[self.whom]
            others[self.whom[fresh]] = True
            back = others[self.whom] & self.used & ~people[self.who]
            if not back.any():
                return people
            people[self.who[back]] = True

    def among(self, kept: Bools) -> _Flow:
        """Return a greatest flow where only these people need anybody; positions stay what they are."""
        here = kept[self.who]
        return _Flow.over(np.where(kept, self.need, 0), self.supply, self.who[here], self.whom[here])


def _smallest(flow: _Flow, short: Bools) -> tuple[IntArray, int, bool]:
    """Return as few people as can be who fall short, what they can have, and whether nobody can be let off.

    Where the need of people who fall short is one more than can be supplied, all whom an alternating path reaches from
    whoever is short are needed for it: were one of them let off, the path would bring what is missing.
    """
    kept = _tightest(flow, short)
    while True:
        flow = flow.among(kept)
        missing = int(flow.missing[kept].sum())
        kept = kept & flow.reached_from(kept & flow.short)
        light = np.flatnonzero(kept)
        light = light[np.lexsort((-light, flow.need[light]))]
        gone = light[np.cumsum(flow.need[light]) < missing]  # without them there is still something missing
        if not len(gone):
            break
        kept[gone] = False
    irreducible = missing == 1
    if not irreducible:
        here = max(1, int(kept[flow.who].sum()))
        tried = np.flatnonzero(kept)[: max(_MOST_TRIED, _EDGES_TRIED // here)]
        for person in tried:
            fewer = kept.copy()
            fewer[person] = False
            if fewer.any() and flow.among(fewer).short.any():
                kept = fewer
        irreducible = bool(kept[tried].sum() == kept.sum())
    flow = flow.among(kept)
    return np.flatnonzero(kept), int((flow.need - flow.missing)[kept].sum()), irreducible


def _tightest(flow: _Flow, short: Bools) -> Bools:
    """Return the fewest people reached from one who is short, of the first few."""
    best: Bools | None = None
    for person in np.flatnonzero(short)[:_WINDOW]:
        start = np.zeros(len(flow.need), dtype=bool)
        start[person] = True
        reached = flow.reached_from(start)
        if best is None or reached.sum() < best.sum():
            best = reached
    assert best is not None  # somebody is short
    return best
