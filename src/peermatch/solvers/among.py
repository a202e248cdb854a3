"""The best among all stable matchings of strict lists: minimum regret, and egalitarian.

Both rest on one fact. Cut everybody's list behind some place, but leave the lists of those whole who have no partner
in any stable matching. The stable matchings of the cut lists that pair the same people are exactly the stable
matchings in which nobody gets anyone beyond their cut: whoever blocks one of them would do so within the cuts.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import Any

import numpy as np

from peermatch.problem import Control, IntArray
from peermatch.solvers.entries import ListEntries, list_entries, parts_of, restricted
from peermatch.solvers.phases import Phases, phase_one, phase_two, phases
from peermatch.solvers.preference_lists import PreferenceLists, make_lists

__all__ = ["AMONG", "Best", "egalitarian", "minimum_regret"]

AMONG = ("any", "minimum_regret", "egalitarian")

MOST_NODES = 25_000
_MOST_WORK = 20_000_000


@dataclass(frozen=True, eq=False)
class Best:
    """The best stable matching found.

    Attributes
    ----------
    successor : int64 array, shape (n,)
        Everyone's partner, themselves if alone.
    bound : int
        Proved: no stable matching has a lower regret, or cost.
    searched : dict
        Nodes, their limit, and whether it is the best of all for sure.
    """

    successor: IntArray
    bound: int
    searched: dict[str, Any]


def minimum_regret(lists: PreferenceLists, found: IntArray, control: Control | None = None) -> Best:
    """Return a stable matching in which the worst rank that anybody gets is as good as can be; always exact.

    A binary search over that rank, with lists that are cut behind it (Gusfield and Irving 1989, section 4.4.3 has a
    linear algorithm; this one runs both phases a logarithmic number of times).

    Parameters
    ----------
    lists : PreferenceLists
        Whole and strict.
    found : int64 array, shape (n,)
        A stable matching: everyone's partner, themselves if alone.
    control : Control, optional

    Examples
    --------
    >>> from peermatch.solvers.positions import lists_from_positions
    >>> lists = lists_from_positions([[1, 2, 3], [3, 2, 0], [0, 3, 1], [2, 1, 0]])
    >>> minimum_regret(lists, np.array([2, 3, 0, 1])).bound
    2
    """
    person = np.flatnonzero(found != np.arange(lists.n))
    best = found
    if not len(person):
        return Best(found, 0, {"nodes": 0, "complete": True})
    first, _ = phase_one(lists)
    favourite = lists.partner[lists.start[person] + first[person]].astype(np.int64)
    low, high = int(lists.ranks(person, favourite).max()), _regret(lists, best, person)
    nodes = 0
    while low < high:
        if control is not None:
            control.check()
        middle = (low + high) // 2
        nodes += 1
        cut = _cut_behind(lists, middle)
        alone = best == np.arange(lists.n)
        cut[alone] = lists.lengths[alone] - 1
        tried = phases(lists, cut)
        if tried.odd.any() or not np.array_equal(tried.successor == np.arange(lists.n), alone):
            low = middle + 1
        else:
            best, high = tried.successor, _regret(lists, tried.successor, person)
    return Best(best, high, {"nodes": nodes, "complete": True})


def _regret(lists: PreferenceLists, successor: IntArray, person: IntArray) -> int:
    return int(lists.ranks(person, successor[person]).max())


def _cut_behind(lists: PreferenceLists, rank: int) -> IntArray:
    """The last place on everyone's list with at most this rank."""
    if lists.rank_of_entry is None:
        return np.minimum(lists.lengths, rank) - 1
    before = np.concatenate([[0], np.cumsum(lists.rank_of_entry <= rank)])
    cut: IntArray = before[lists.start[1:]] - before[lists.start[:-1]] - 1
    return cut


def egalitarian(
    lists: PreferenceLists, found: IntArray, *, most_nodes: int = MOST_NODES, control: Control | None = None
) -> Best:
    """Return a stable matching of the least cost, the sum of everyone's rank of their partner (NP-hard: Feder 1992).

    What phase 1 leaves of the lists holds all stable matchings. It falls into parts that don't touch each other, and
    each part is searched by branch and bound, best first. A node is a set of cuts; both phases find a stable
    matching within them or prove that there is none, so that there are fewer than twice as many nodes as stable
    matchings. Always the best for up to 12 people, who have at most 10,395 matchings; and wherever the search ends
    by itself.

    Parameters
    ----------
    lists : PreferenceLists
        Whole and strict.
    found : int64 array, shape (n,)
        A stable matching: everyone's partner, themselves if alone.
    most_nodes : int
        For each part; fewer where a part is large, so that the work stays bounded.
    control : Control, optional

    Examples
    --------
    >>> from peermatch.solvers.positions import lists_from_positions
    >>> lists = lists_from_positions([[1, 2, 3], [3, 2, 0], [0, 3, 1], [2, 1, 0]])
    >>> egalitarian(lists, np.array([2, 3, 0, 1])).bound
    6
    """
    table = list_entries(lists, _standing(lists))
    successor = found.copy()
    cost_of_part, bound, nodes, complete = 0, 0, 0, True
    for people in parts_of(table):
        part = _Part(restricted(table, people))
        part.search(most_nodes, control)
        successor[people] = people[part.best]
        cost_of_part += part.cost
        bound += part.bound
        nodes += part.nodes
        complete &= part.bound == part.cost
    return Best(successor, bound, {"nodes": nodes, "limit": most_nodes, "complete": complete})


def _standing(lists: PreferenceLists) -> IntArray:
    """The entries that phase 1 leaves, ascending."""
    first, last = phase_one(lists)
    count = np.maximum(last - first + 1, 0)
    ends = np.cumsum(count)
    entry = np.arange(ends[-1] if len(ends) else 0)
    entry += np.repeat(lists.start[:-1] + first - (ends - count), count)
    owner = np.repeat(np.arange(lists.n), count)
    partner = lists.partner[entry].astype(np.int64)
    seen = lists.table[partner, owner] if len(lists.table) else lists.mirror[entry]
    standing: IntArray = entry[seen <= last[partner]]
    return standing


class _Part:
    """Branch and bound on a part of the table that phase 1 leaves.

    Attributes
    ----------
    best, cost : int64 array, int
        The best stable matching so far, as everyone's partner.
    bound : int
        Proved: nothing costs less; equal to `cost` when the search has ended.
    nodes : int
        How many sets of cuts were looked at.
    """

    def __init__(self, entries: ListEntries) -> None:
        self.lists = make_lists(entries.start, entries.partner.astype(np.int32))
        self.rank = entries.rank
        self.pair_cost = entries.rank + entries.back
        self.best = np.zeros(0, dtype=np.int64)
        self.cost = int(np.iinfo(np.int64).max)
        self.bound = 0
        self.nodes = 0
        self._open: list[tuple[int, int, IntArray, IntArray]] = []

    def search(self, most_nodes: int, control: Control | None) -> None:
        """Look for the best matching until it is found or the nodes are used up."""
        most = min(most_nodes, max(100, _MOST_WORK // len(self.rank)))
        self._look_at(self.lists.lengths - 1)
        while self._open and self._open[0][0] < self.cost and self.nodes < most:
            if control is not None:
                control.check()
            _, _, first, last = heapq.heappop(self._open)
            x = self._branch_on(first, last)
            favourite = self.lists.partner[self.lists.start[x] + first[x]]
            for person, place in ((x, first[x]), (favourite, last[favourite] - 1)):
                cut = last.copy()
                cut[person] = place
                self._look_at(cut)
        self.bound = min(self.cost, self._open[0][0]) if self._open else self.cost

    def _look_at(self, cut: IntArray) -> None:
        """Solve within cuts; keep the matching if it is the best so far, and the node if there may be better ones."""
        self.nodes += 1
        first, last = phase_one(self.lists, cut)
        if (first > last).any():
            return
        bound = self._lower_bound(first, last)
        if bound >= self.cost:
            return
        left: Phases = phase_two(self.lists, first, last)
        if left.odd.any():
            return
        cost = int(self.rank[self.lists.start[:-1] + left.first].sum())
        if cost < self.cost:
            self.cost, self.best = cost, left.successor
        if bound < self.cost and (first < last).any():
            heapq.heappush(self._open, (bound, self.nodes, first, last))

    def _lower_bound(self, first: IntArray, last: IntArray) -> int:
        """Everyone gets at best their first entry; and at least half of the cheapest pair that they are in."""
        from peermatch.kernels.stable_bounds import cheapest_pairs

        lists = self.lists
        twice = cheapest_pairs(
            lists.start, lists.partner, lists.mirror, lists.table, first, last, self.pair_cost
        )
        return max(int(self.rank[lists.start[:-1] + first].sum()), (int(twice) + 1) // 2)

    def _branch_on(self, first: IntArray, last: IntArray) -> int:
        """The person whose first and last entries are furthest apart."""
        begin = self.lists.start[:-1]
        return int(np.argmax(self.rank[begin + last] - self.rank[begin + first]))
