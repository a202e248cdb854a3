"""From preference lists to what is known about their stable matchings: strict or tied, any or the best one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from peermatch.errors import VerificationError
from peermatch.problem import Control, IntArray, Status, Stopped
from peermatch.solvers.among import Best, egalitarian, minimum_regret
from peermatch.solvers.phases import partition_fault, phases
from peermatch.solvers.preference_lists import PreferenceLists
from peermatch.solvers.settling import settle
from peermatch.solvers.tied_search import search_tied

__all__ = ["StableAnswer", "stable_answer"]


@dataclass(frozen=True, eq=False)
class StableAnswer:
    """What is known about the stable matchings of some lists.

    Attributes
    ----------
    status : Status
        ``stable``, ``no_stable`` or ``undecided``.
    lists : PreferenceLists
        In the order of ties that `successor` is about.
    successor : int64 array, shape (n,)
        A stable partition; where the status is ``stable``, one of pairs and people alone.
    decided_by : str
        An order of ties, "partition" (it proves that no matching is stable), "search", or "none".
    searched : dict
        See `peermatch.problem.Stability.searched`.
    cost_bound, regret_bound : int or None
        Where they were asked for.
    """

    status: Status
    lists: PreferenceLists
    successor: IntArray
    decided_by: str
    searched: dict[str, Any] = field(default_factory=dict)
    cost_bound: int | None = None
    regret_bound: int | None = None

    @property
    def mate(self) -> IntArray:
        """Everyone's partner in the stable matching, -1 for nobody."""
        return np.where(self.successor == np.arange(len(self.successor)), -1, self.successor)


def stable_answer(
    lists_in: Callable[[str], PreferenceLists],
    orders: Sequence[str],
    *,
    among: str,
    limit: int,
    control: Control | None = None,
) -> StableAnswer:
    """Find a stable matching, or the best one, or the proof that there is none.

    Parameters
    ----------
    lists_in : callable
        Returns the lists in an order of ties; the first order is asked for in any case.
    orders : sequence of str
        The orders to try.
    among : {"any", "minimum_regret", "egalitarian"}
    limit : int
        The most nodes of the search under ties.
    control : Control, optional

    Raises
    ------
    Stopped
        If `control` says so before a stable matching is known.
    """
    answer = _tried(lists_in, orders, among, control)
    if answer.decided_by == "partition" or (answer.status == Status.STABLE and among == "any"):
        return answer
    if not answer.lists.tied:
        return _improved(answer, among, control)
    try:
        return _with_ties(answer, among, limit, control)
    except Stopped:
        if answer.status != Status.STABLE:
            raise
        return _bounded(answer, among, 0, {**answer.searched, "complete": False, "stopped": True})


def _tried(
    lists_in: Callable[[str], PreferenceLists], orders: Sequence[str], among: str, control: Control | None
) -> StableAnswer:
    """Run both phases under each order of ties, mended where it helps, until a stable matching or the proof is found.

    Where the best matching is asked for, all orders are tried, and the best that any of them has is kept.
    """
    nearest: StableAnswer | None = None
    best: StableAnswer | None = None
    least, tried, mended = 0, [], 0
    for order in orders:
        if control is not None:
            control.check()
        lists = lists_in(order)
        tried.append(order)
        successor = phases(lists).successor
        fault = partition_fault(lists, successor)
        if fault >= 0:
            raise VerificationError(f"The stable partition fails its check at position {fault}.")
        if _proves_none(lists, successor):
            return StableAnswer(Status.NO_STABLE, lists, successor, "partition", _orders(tried, mended))
        settled = settle(lists, successor, control)
        lists, successor, mended = settled.lists, settled.successor, mended + settled.rounds
        if _proves_none(lists, successor):
            return StableAnswer(Status.NO_STABLE, lists, successor, "partition", _orders(tried, mended))
        stable = settled.odd == 0
        status = Status.STABLE if stable else Status.UNDECIDED
        now = StableAnswer(status, lists, successor, order if stable else "none", _orders(tried, mended))
        if stable and (among == "any" or not lists.tied):
            return now
        if stable:
            now = _improved(now, among, control)
            best = now if best is None or _value(now, among) < _value(best, among) else best
        if nearest is None or settled.odd < least:
            nearest, least = now, settled.odd
    assert nearest is not None
    chosen = best or nearest
    return replace(chosen, searched={**chosen.searched, **_orders(tried, mended)})


def _proves_none(lists: PreferenceLists, successor: IntArray) -> bool:
    """Whether a stable partition has an odd party of three or more whatever order is given to ties."""
    everyone = np.arange(lists.n)
    if np.array_equal(successor[successor], everyone):
        return False
    return not lists.tied or partition_fault(lists, successor, any_order=True) < 0


def _orders(tried: list[str], mended: int) -> dict[str, Any]:
    """What was tried: orders of ties, and how often any of them was mended."""
    return {"orders": list(tried), **({"mended": mended} if mended else {})}


def _value(answer: StableAnswer, among: str) -> int:
    person = np.flatnonzero(answer.mate >= 0)
    ranks = answer.lists.ranks(person, answer.mate[person])
    return int(ranks.max(initial=0) if among == "minimum_regret" else ranks.sum())


def _improved(answer: StableAnswer, among: str, control: Control | None) -> StableAnswer:
    """The best stable matching of strict lists, from any of them."""
    try:
        best: Best = (minimum_regret if among == "minimum_regret" else egalitarian)(
            answer.lists, answer.successor, control=control
        )
    except Stopped:
        return _bounded(answer, among, 0, {**answer.searched, "complete": False, "stopped": True})
    better = replace(answer, successor=best.successor)
    return _bounded(better, among, best.bound, {**answer.searched, **best.searched})


def _bounded(answer: StableAnswer, among: str, bound: int, searched: dict[str, Any]) -> StableAnswer:
    if among == "minimum_regret":
        return replace(answer, regret_bound=bound, searched=searched)
    return replace(answer, cost_bound=bound, searched=searched)


def _with_ties(answer: StableAnswer, among: str, limit: int, control: Control | None) -> StableAnswer:
    """Search all weakly stable matchings, as far as the limit allows."""
    known = answer.mate if answer.status == Status.STABLE else None
    if answer.lists.short is not None:
        searched = {**answer.searched, "nodes": 0, "limit": 0, "complete": False}
        # what was proved holds for one order of ties: in another, everybody may do better
        if known is None or among == "any":
            return replace(answer, searched=searched)
        return _bounded(answer, among, 0, searched)
    found = search_tied(answer.lists, among, limit, known=known, control=control)
    searched = {
        **answer.searched,
        "nodes": found.nodes,
        "limit": found.limit,
        "complete": found.complete,
    }
    if found.none_exists:
        return replace(answer, status=Status.NO_STABLE, decided_by="search", searched=searched)
    if found.mate is None:
        return replace(answer, searched=searched)
    if known is None or not np.array_equal(known, found.mate):
        successor = np.where(found.mate < 0, np.arange(len(found.mate)), found.mate)
        answer = replace(answer, status=Status.STABLE, successor=successor, decided_by="search")
    if among == "any":
        return replace(answer, searched=searched)
    return _bounded(answer, among, found.bound, searched)
