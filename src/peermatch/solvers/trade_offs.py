"""The frontier: what a better worst pair costs in total, with as many pairs as possible in every case."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from peermatch.checks import must_be
from peermatch.problem import Control, Matching, Problem, Status
from peermatch.solvers.candidates import Places
from peermatch.solvers.pricing import Outcome, pairs_of, price_and_repair
from peermatch.solvers.stating import certificate_of
from peermatch.solvers.thresholds import at_least
from peermatch.solvers.worst_first import search_worst_first

__all__ = ["MOST_POINTS", "FrontierPoint", "frontier"]

MOST_POINTS = 50

_K = 16
_SOLVER = "blossom"


@dataclass(frozen=True, eq=False)
class FrontierPoint:
    """One trade-off: of all matchings with the most pairs, none of them worse than `worst`, the best total.

    Attributes
    ----------
    worst : int
        The score of the worst pair, on the grid of 2**-30.
    total : int
        The total score; no matching with as many pairs that all reach `worst` has a better one.
    problem : Problem
        Everyone first, among the pairs that reach `worst`: what `matching` is proved optimal for.
    matching : Matching
        Status optimal, with its certificate (`peermatch.verify.prove` checks it against `problem`).
    """

    worst: int
    total: int
    problem: Problem
    matching: Matching


def frontier(
    problem: Problem, points: int = 20, *, k: int = _K, control: Control | None = None
) -> list[FrontierPoint]:
    """Return the trade-off between total and worst pair, from the best total to the best worst pair.

    Between these two ends, thresholds are spread evenly; where that finds fewer than `points` trade-offs, the widest
    gaps are searched for more. Every point is exact. With as many points as there are trade-offs, all are found.

    Parameters
    ----------
    problem : Problem
        Its objective does not matter: as many pairs as possible come first at every point.
    points : int, default 20
        At most this many points, from 2 to 50. Each takes about one run of the solver.
    k : int, default 32
        Candidates for everybody to start with; it changes the time, not the points.
    control : Control, optional
        Stopped early, it returns the points that are proved so far.

    Returns
    -------
    list of FrontierPoint
        `worst` rises and `total` falls from each to the next. Empty where no pair can be made.

    Raises
    ------
    ValueError
        If `points` is not a whole number from 2 to 50.

    Examples
    --------
    >>> from peermatch.problem import DenseScores
    >>> scores = DenseScores([[0, 9, 4, 1], [9, 0, 3, 4], [4, 3, 0, 1], [1, 4, 1, 0]])
    >>> [(point.worst, point.total) for point in frontier(Problem(scores))]
    [(1, 10), (4, 8)]
    """
    if isinstance(points, bool) or not isinstance(points, int) or not 2 <= points <= MOST_POINTS:
        raise ValueError(must_be("frontier()", "points", f"a whole number from 2 to {MOST_POINTS}", points))
    search = _Search(problem, k, control)
    search.ends()
    search.spread(points)
    search.fill(points)
    return [entry.point for entry in search.entries]


@dataclass(eq=False)
class _Entry:
    """A point, and the lowest threshold for which it is known to be the best: there is no other up to its worst."""

    point: FrontierPoint
    floor: int

    @property
    def worst(self) -> int:
        return self.point.worst


class _Search:
    """The points found so far, by rising worst pair."""

    def __init__(self, problem: Problem, k: int, control: Control | None) -> None:
        self.problem, self.k, self.control = problem, k, control
        self.entries: list[_Entry] = []
        self.stopped = False

    def ends(self) -> None:
        """Find the best total, and the best worst pair."""
        found = search_worst_first(self.problem, self.k, self.control)
        self.stopped = found.within is None or found.within.solved is None
        if found.threshold is None or found.first.solved is None:
            return
        self._insert(found.problem, found.places, found.first, None)
        if found.within is not None and found.within.solved is not None:
            floored = at_least(found.problem, found.threshold)
            self._insert(floored, Places.of(floored), found.within, found.threshold)

    def spread(self, points: int) -> None:
        """Solve for thresholds that are spread evenly between the ends, but for those already answered."""
        if len(self.entries) < 2:
            return
        low, high = self.entries[0].worst, self.entries[-1].worst
        for step in range(1, points - 1):
            floor = low + step * (high - low) // (points - 1)
            if not any(entry.floor <= floor <= entry.worst for entry in self.entries):
                self._solve(floor)

    def fill(self, points: int) -> None:
        """Look for the next trade-off in the widest gap, until there are enough or no gap is left."""
        for _ in range(points):
            gaps = [(b.floor - a.worst - 1, a.worst + 1) for a, b in pairwise(self.entries)]
            width, floor = max(gaps, default=(0, 0))
            if width <= 0 or len(self.entries) >= points:
                return
            self._solve(floor)

    def _solve(self, floor: int) -> None:
        if self.stopped:
            return
        floored = at_least(self.problem, floor)
        places = Places.of(floored)
        outcome = price_and_repair(floored, places, self.k, self.control)
        self.stopped = outcome.solved is None
        if not self.stopped:
            self._insert(floored, places, outcome, floor)

    def _insert(self, problem: Problem, places: Places, outcome: Outcome, floor: int | None) -> None:
        """Add a point; of those with one total only the one with the best worst pair stays."""
        matching = Matching.of(
            problem,
            pairs_of(outcome.mate, places),
            status=Status.OPTIMAL,
            solver=_SOLVER,
            certificate=certificate_of(outcome),
            gap=0,
        )
        worst = int(problem.scores.at(matching.pairs[:, 0], matching.pairs[:, 1]).min())
        new = _Entry(
            FrontierPoint(worst, matching.weight, problem, matching), worst if floor is None else floor
        )
        same = [entry for entry in self.entries if entry.point.total == matching.weight]
        best = max([*same, new], key=lambda entry: entry.worst)
        best.floor = min(entry.floor for entry in [*same, new])
        others = [entry for entry in self.entries if entry not in same]
        self.entries = sorted([*others, best], key=lambda entry: entry.worst)
