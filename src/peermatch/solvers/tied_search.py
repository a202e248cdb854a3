"""Exact search for weakly stable matchings under ties, one part of the pool after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from peermatch.problem import Control, IntArray
from peermatch.solvers.entries import ListEntries, list_entries, parts_of, restricted

__all__ = ["Searched", "search_tied"]

_NODES_AT_ONCE = 20_000
_WORK_AT_ONCE = 20_000_000
_MOST_WORK = 4 * 10**8


@dataclass(frozen=True, eq=False)
class Searched:
    """What a search found.

    Attributes
    ----------
    mate : int64 array, shape (n,), or None
        The best weakly stable matching that is known, -1 for nobody; None if none is known.
    none_exists : bool
        Proved: there is no weakly stable matching.
    complete : bool
        Whether the search ended by itself, so that the matching is the best of all.
    bound : int
        Proved: no weakly stable matching has a lower regret or cost, whichever was asked for.
    nodes, limit : int
        How many nodes were visited, and the most that were allowed: fewer than asked for where lists are so long that
        a node takes much time.
    """

    mate: IntArray | None
    none_exists: bool
    complete: bool
    bound: int
    nodes: int
    limit: int


@dataclass(frozen=True, eq=False)
class _Part:
    """The result of one part: as `Searched`."""

    mate: IntArray | None
    complete: bool
    bound: int
    nodes: int


def search_tied(
    lists: Any, among: str, limit: int, *, known: IntArray | None = None, control: Control | None = None
) -> Searched:
    """Search all weakly stable matchings for one, or for the best one.

    People who list each other, directly or through others, make one part of the pool; parts don't touch each other
    and are searched one by one. A part of up to 12 people takes less than 2,000,000 nodes, whatever their lists are:
    there are 140,152 matchings of 12 people, and a matching takes up to 12 steps.

    Parameters
    ----------
    lists : PreferenceLists
        Whole lists.
    among : {"any", "minimum_regret", "egalitarian"}
    limit : int
        The most nodes that may be visited in all; and in a part with m list entries, 400,000,000 / m.
    known : int64 array, shape (n,), optional
        Everyone's partner in a weakly stable matching, -1 for nobody; only better ones are looked for.
    control : Control, optional

    Raises
    ------
    Stopped
        If `control` says so.

    Examples
    --------
    >>> from peermatch.solvers.preferences import lists_from_positions
    >>> found = search_tied(lists_from_positions([[[1, 2]], [2, 0], [0, 1]]), "any", 100)
    >>> found.mate, found.complete
    (array([ 2, -1,  0]), True)
    """
    entries = list_entries(lists)
    mate = np.full(lists.n, -1, dtype=np.int64) if known is None else known.copy()
    complete, bound, nodes = True, 0, 0
    unknown, most = False, limit
    for people in parts_of(entries):
        part = _search_part(restricted(entries, people), among, limit - nodes, _inner(known, people), control)
        nodes += part.nodes
        if not part.complete:
            most = min(most, nodes)
        complete &= part.complete
        bound = max(bound, part.bound) if among == "minimum_regret" else bound + part.bound
        if part.mate is None:
            unknown = True
            if part.complete:
                return Searched(None, True, True, 0, nodes, most)
        else:
            mate[people] = np.where(part.mate < 0, -1, people[part.mate])
    return Searched(None if unknown else mate, False, complete, bound, nodes, most)


def _inner(known: IntArray | None, people: IntArray) -> IntArray | None:
    """A matching seen from one part: positions within it."""
    if known is None:
        return None
    place = np.full(len(known) + 1, -1, dtype=np.int64)
    place[people] = np.arange(len(people))
    inner: IntArray = place[known[people]]
    return inner


def _search_part(
    part: ListEntries, among: str, limit: int, known: IntArray | None, control: Control | None
) -> _Part:
    from peermatch.kernels import stable_search as kernels

    mode = {"any": kernels.ANY, "minimum_regret": kernels.REGRET, "egalitarian": kernels.COST}[among]
    if known is not None and mode == kernels.ANY:
        return _Part(known, True, 0, 0)
    n, m = part.n, len(part.partner)
    mate, worst = np.full(n, kernels.FREE), np.full(n, kernels.ALONE)
    levels, trail, best = (
        np.zeros((n + 1, 4), dtype=np.int64),
        np.zeros((m + 1, 2), dtype=np.int64),
        mate.copy(),
    )
    state = np.zeros(5, dtype=np.int64)
    least = least_value(part, mode == kernels.COST)
    state[kernels.VALUE] = kernels.ALONE if known is None else part.value(known, mode == kernels.REGRET)
    ended = mode != kernels.ANY and int(state[kernels.VALUE]) <= least
    step = max(1, min(_NODES_AT_ONCE, _WORK_AT_ONCE // max(1, m)))
    allowed = min(limit, _MOST_WORK // max(1, m))
    while not ended and state[kernels.NODES] < allowed:
        if control is not None:
            control.check()
        until = min(int(state[kernels.NODES]) + step, allowed)
        ended = kernels.search_stable(
            part.start,
            part.partner,
            part.rank,
            part.back,
            mode,
            until,
            mate,
            worst,
            levels,
            trail,
            best,
            state,
        )
    found = known
    if state[kernels.SEEN]:
        found = np.where(best < 0, -1, best)
    value = int(state[kernels.VALUE])
    return _Part(found, ended, value if ended and found is not None else least, int(state[kernels.NODES]))


def least_value(part: ListEntries, cost: bool) -> int:
    """A lower bound of what every weakly stable matching of a part has as cost or regret.

    Two people who list each other are never both alone; where all list all, nobody is, but for one of an odd number.
    """
    m, n = len(part.partner), part.n
    if m == 0 or not cost:
        return int(m > 0)
    if m < n * (n - 1):
        return 2
    least = np.minimum.reduceat(part.rank + part.back, part.start[:-1])
    twice = int(least.sum()) - (int(least.max()) if n % 2 else 0)
    return max(2, (twice + 1) // 2)
