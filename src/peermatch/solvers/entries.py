"""The entries of preference lists with both ranks, and the parts of a pool that don't touch each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from peermatch.problem import IntArray
from peermatch.solvers.preference_lists import PreferenceLists, starts_of

__all__ = ["ListEntries", "list_entries", "parts_of", "restricted"]


@dataclass(frozen=True, eq=False)
class ListEntries:
    """Lists as entries, best first, each pair on both lists.

    Attributes
    ----------
    start : int64 array, shape (n + 1,)
        Person x's entries are ``start[x]:start[x + 1]``.
    owner, partner : int64 arrays, shape (m,)
    rank, back : int64 arrays, shape (m,)
        The partner's rank on the owner's list as it was given, and the owner's on the partner's.
    """

    start: IntArray
    owner: IntArray
    partner: IntArray
    rank: IntArray
    back: IntArray

    @property
    def n(self) -> int:
        """How many people."""
        return len(self.start) - 1

    def value(self, mate: IntArray, regret: bool) -> int:
        """Return the regret or the cost of a matching (-1: nobody)."""
        ranks = self.rank[mate[self.owner] == self.partner]
        return int(ranks.max(initial=0) if regret else ranks.sum())


def list_entries(lists: PreferenceLists, entry: IntArray | None = None) -> ListEntries:
    """Return all entries of lists, or the ones asked for, in ascending order; each pair must be there twice.

    Examples
    --------
    >>> from peermatch.solvers.positions import lists_from_positions
    >>> found = list_entries(lists_from_positions([[1, 2], [0], [1, 0]]))
    >>> found.owner, found.rank, found.back
    (array([0, 0, 1, 2]), array([1, 2, 1, 2]), array([1, 2, 1, 2]))
    """
    owner = np.repeat(np.arange(lists.n), lists.lengths)
    if entry is None:
        entry = np.arange(len(lists.partner), dtype=np.int64)
    owner = owner[entry]
    partner = lists.partner[entry].astype(np.int64)
    seen = lists.table[partner, owner] if len(lists.table) else lists.mirror[entry]
    if lists.rank_of_entry is None:
        rank, back = entry - lists.start[owner] + 1, seen.astype(np.int64) + 1
    else:
        rank = lists.rank_of_entry[entry].astype(np.int64)
        back = lists.rank_of_entry[lists.start[partner] + seen].astype(np.int64)
    start = starts_of(np.bincount(owner, minlength=lists.n))
    return ListEntries(start, owner, partner, rank, back)


def parts_of(entries: ListEntries) -> Iterator[IntArray]:
    """Yield the people of each part that has a pair, ascending; parts by their lowest position."""
    n = entries.n
    if n == 0:
        return
    ones: npt.NDArray[np.int8] = np.ones(len(entries.owner), dtype=np.int8)
    graph = coo_array((ones, (entries.owner, entries.partner)), shape=(n, n))
    count, label = connected_components(graph, directed=False)
    order = np.argsort(label, kind="stable")
    ends = np.cumsum(np.bincount(label, minlength=count))
    parts = np.split(order, ends[:-1])
    for people in sorted(parts, key=lambda part: int(part[0])):
        if len(people) > 1:
            yield people.astype(np.int64)


def restricted(entries: ListEntries, people: IntArray) -> ListEntries:
    """Return the entries of a whole part, in which people have their positions among `people`."""
    if len(people) == entries.n:
        return entries
    place = np.full(entries.n, -1, dtype=np.int64)
    place[people] = np.arange(len(people))
    lengths = np.diff(entries.start)[people]
    start = starts_of(lengths)
    entry = np.repeat(entries.start[people] - start[:-1], lengths) + np.arange(start[-1])
    return ListEntries(
        start,
        place[entries.owner[entry]],
        place[entries.partner[entry]],
        entries.rank[entry],
        entries.back[entry],
    )
