"""Worst pair first: as many pairs as possible, then the best worst pair, then the best total; all of it proved.

1. Everyone first, over all pairs: how many pairs there can be, and a first worst pair.
2. On the graph of candidates, by bisection: the highest threshold above which so many pairs can still be made.
3. Over all pairs: with every pair *above* the threshold worth one, the most pairs are found by price and repair
   (Applegate and Cook 1993). Fewer than needed: the duals are an odd-set cover (a Tutte-Berge set with its odd
   components), which proves that no worst pair is better. Else the pairs found join the candidates, and the threshold
   rises.
4. Everyone first again, among the pairs that reach the threshold: the best total.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from peermatch.problem import (
    Control,
    CoverCertificate,
    IntArray,
    Problem,
)
from peermatch.solvers.bounds import most_pairs_possible
from peermatch.solvers.candidates import Places, Start
from peermatch.solvers.engine import Solved, cardinality_bonus, require_room, solve_exactly
from peermatch.solvers.pricing import Outcome, blossom_order, price_and_repair, scan_pairs
from peermatch.solvers.stating import count_pairs
from peermatch.solvers.thresholds import at_least, each_worth_one

__all__ = ["WorstFirst", "best_worst_possible", "search_worst_first"]

Enough = Callable[[Outcome], bool]

_TRIES_FROM_BELOW = 3
"""How often the threshold is tested just above what is in hand, which is mostly the answer; after that, halfway up."""


@dataclass(eq=False)
class WorstFirst:
    """How far the search came.

    Attributes
    ----------
    problem : Problem
        Everyone first, over all pairs.
    places : Places
    first : Outcome
        Of `problem`.
    mate : int64 array
        The best matching in hand, of vertices.
    threshold : int or None
        The score of its worst pair; None without pairs.
    above, most : CoverCertificate or None
        See `peermatch.problem.WorstFirstCertificate`.
    proved : bool
        Whether no more pairs, and no better worst pair of as many, can be had.
    within : Outcome or None
        Of everyone first among the pairs that reach the threshold.
    tries : int
        How often the threshold was put to the test over all pairs.
    """

    problem: Problem
    places: Places
    first: Outcome
    mate: IntArray
    threshold: int | None = None
    above: CoverCertificate | None = None
    most: CoverCertificate | None = None
    proved: bool = False
    within: Outcome | None = None
    tries: int = 0


def search_worst_first(
    problem: Problem,
    k: int,
    control: Control | None,
    *,
    candidates_only: bool = False,
    enough: Callable[[Problem, Places], Enough | None] | None = None,
) -> WorstFirst:
    """Search until everything is proved, or until asked to stop.

    Parameters
    ----------
    problem : Problem
        Its objective does not matter.
    k : int
        Candidates for everybody to start with.
    control : Control, optional
    candidates_only : bool
        Stop once the candidates are solved, without a look at all pairs.
    enough : callable, optional
        Of a problem and its places: when its total is good enough; for the last step only.
    """
    everyone = replace(problem, objective="everyone_first")
    places = Places.of(everyone)
    first = price_and_repair(everyone, places, k, control, _always if candidates_only else None)
    found = WorstFirst(everyone, places, first, first.mate)
    if not count_pairs(first.mate):
        found.proved, found.within = first.solved is not None, first
        return found
    graph = Graph.of(places, first)
    found.threshold = graph.worst_of(first.mate)
    _raise_on_graph(found, graph, control)
    # a search that is stopped from here on, or wants no more than the candidates, has a good total in hand
    found.mate = _best_on_graph(found, graph, control)
    found.threshold = graph.worst_of(found.mate)
    if first.solved is None or not _prove(found, graph, control):
        return found
    floored = at_least(everyone, _known(found.threshold))
    floored_places = Places.of(floored)
    done = None if enough is None else enough(floored, floored_places)
    found.within = price_and_repair(floored, floored_places, k, control, done)
    if count_pairs(found.within.mate) == count_pairs(found.mate):
        found.mate = found.within.mate
    return found


def _always(outcome: Outcome) -> bool:
    return True


def _known(threshold: int | None) -> int:
    assert threshold is not None  # there are pairs
    return threshold


def best_worst_possible(start: Start, places: Places, pairs: int) -> int:
    """Return a score that the worst of so many pairs cannot exceed: nobody's pair is better than their best one."""
    if places.problem.two_sided:
        sides = (start.best[: places.offset], start.best[places.offset :])
        return min(int(np.sort(side)[len(side) - pairs]) for side in sides)
    return int(np.sort(start.best)[len(start.best) - 2 * pairs])


# ---- the graph of candidates ----------------------------------------------------------------------------


@dataclass(eq=False)
class Graph:
    """Edges between vertices with their true scores, each once; it only grows."""

    places: Places
    u: IntArray
    v: IntArray
    score: IntArray

    @classmethod
    def of(cls, places: Places, outcome: Outcome) -> Graph:
        """Return the candidates of a run, and the pairs of its answer."""
        none = np.zeros(0, dtype=np.int64)
        graph = cls(places, none, none, none)
        graph.add(*outcome.ends)
        graph.add_mate(outcome.mate)
        return graph

    def add(self, u: IntArray, v: IntArray) -> None:
        """Add edges."""
        n = max(1, self.places.n)
        keys = np.union1d(self.u * n + self.v, np.minimum(u, v) * n + np.maximum(u, v))
        self.u, self.v = keys // n, keys % n
        self.score = self.places.problem.scores.at(self.u, self.v - self.places.offset)

    def add_mate(self, mate: IntArray) -> None:
        """Add the pairs of a matching."""
        u = np.flatnonzero(mate > np.arange(len(mate)))
        self.add(u, mate[u])

    def worst_of(self, mate: IntArray) -> int:
        """Return the score of the worst pair of a matching that has pairs."""
        u = np.flatnonzero(mate > np.arange(len(mate)))
        return int(self.places.problem.scores.at(u, mate[u] - self.places.offset).min())

    def most_pairs(self, floor: int | None, control: Control | None) -> Solved:
        """Return a matching with the most pairs of at least this score, with its duals: every pair is worth one."""
        chosen = np.ones(len(self.u), dtype=bool) if floor is None else self.score >= floor
        worth = np.ones(int(chosen.sum()), dtype=np.int64)
        return solve_exactly(self.places.n, self.u[chosen], self.v[chosen], worth, control=control)


def _raise_on_graph(found: WorstFirst, graph: Graph, control: Control | None) -> None:
    """Raise the threshold as far as the graph allows with as many pairs, by bisection."""
    pairs = count_pairs(found.mate)
    lowest = _known(found.threshold)
    highest = best_worst_possible(found.first.start, found.places, pairs)
    values = np.unique(graph.score[(graph.score > lowest) & (graph.score <= highest)])
    low, high = 0, len(values)  # values[:low] can be had, values[high:] cannot
    while low < high:
        middle = (low + high) // 2
        solved = graph.most_pairs(int(values[middle]), control)
        if not solved.finished:
            return
        if count_pairs(solved.mate) < pairs:
            high = middle
            continue
        found.mate = solved.mate
        found.threshold = graph.worst_of(solved.mate)
        low = int(np.searchsorted(values, found.threshold, side="right"))


def _best_on_graph(found: WorstFirst, graph: Graph, control: Control | None) -> IntArray:
    """Return the matching with the best total on the graph, among those with as many pairs above the threshold."""
    chosen = graph.score >= _known(found.threshold)
    score = graph.score[chosen]
    bonus = cardinality_bonus(graph.places.most_pairs, int(score.max()), int(score.min()))
    require_room(int(score.max()), bonus)
    solved = solve_exactly(graph.places.n, graph.u[chosen], graph.v[chosen], score + bonus, control=control)
    return solved.mate if count_pairs(solved.mate) == count_pairs(found.mate) else found.mate


# ---- over all pairs -------------------------------------------------------------------------------------


def _prove(found: WorstFirst, graph: Graph, control: Control | None) -> bool:
    """Prove the number of pairs and the threshold over all pairs, raising it on the way; False if stopped."""
    pairs = count_pairs(found.mate)
    if pairs < most_pairs_possible(found.first.start, found.places):
        # the run before has proved that there are no more, so this ends with a cover
        found.most = _cover(found, graph, None, pairs + 1, control)[0]
        if found.most is None:
            return False
    highest = best_worst_possible(found.first.start, found.places, pairs)
    while True:
        found.tries += 1
        lowest = _known(found.threshold)
        floor = lowest + 1 if found.tries <= _TRIES_FROM_BELOW else (lowest + highest) // 2 + 1
        cover, mate = _cover(found, graph, floor, pairs, control)
        if cover is not None:
            highest = floor - 1
            found.above, found.proved = cover, highest == lowest
            if found.proved:
                return True
            continue
        if mate is None:
            return False
        graph.add_mate(mate)
        found.mate, found.threshold = mate, graph.worst_of(mate)
        _raise_on_graph(found, graph, control)


def _cover(
    found: WorstFirst, graph: Graph, floor: int | None, pairs: int, control: Control | None
) -> tuple[CoverCertificate | None, IntArray | None]:
    """Prove over all pairs with at least this score that so many cannot be made; or return a matching of so many.

    Neither if asked to stop. What is looked at on the way joins the graph.
    """
    units = Places.of(each_worth_one(found.problem, floor))
    while True:
        solved = graph.most_pairs(floor, control)
        if not solved.finished:
            return None, None
        if count_pairs(solved.mate) >= pairs:
            return None, solved.mate
        order = blossom_order(units.n, solved)
        scan = scan_pairs(units, solved.vertex_duals, order, 0, control)
        if scan is None:
            return None, None
        if scan.worst == 0:
            return _certificate(floor, solved, scan.covered), None
        graph.add(scan.u, scan.v)


def _certificate(floor: int | None, solved: Solved, covered: int) -> CoverCertificate:
    return CoverCertificate(
        floor=floor,
        scale=2,
        vertex_duals=solved.vertex_duals,
        pairs_covered=covered,
        blossom_parent=solved.blossom_parent,
        blossom_duals=solved.blossom_duals,
        vertex_blossom=solved.vertex_blossom,
    )
