"""Circles of 3 to 8 people: exact for small pools, local search with a proven gap for large ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from peermatch.checks import check_count
from peermatch.errors import ConfigError, UnsupportedError
from peermatch.problem import (
    FORBIDDEN,
    CircleBound,
    CircleMatching,
    CircleProblem,
    CircleRule,
    Control,
    IntArray,
    PairScores,
    Status,
    Stopped,
)
from peermatch.solvers.circle_bounds import partners_bound, prices_bound
from peermatch.solvers.circle_exact import MOST_EXACT, best_circles, exact_takes
from peermatch.solvers.circle_plan import circle_sizes, size_range
from peermatch.solvers.circle_search import Seating, Table, read_table, search
from peermatch.solvers.circle_start import first_circles

__all__ = ["Circles", "form_circles"]


def form_circles(
    scores: PairScores,
    *,
    size: int | tuple[int, int] = 5,
    rules: Sequence[CircleRule] = (),
    seed: int = 0,
    control: Control | None = None,
) -> CircleMatching:
    """Seat a pool in circles: as many people as possible, then the best sum of scores of pairs that sit together.

    Parameters
    ----------
    scores : PairScores
        One pool. Forbidden pairs never sit together. Who has fewer than two allowed partners cannot have a seat, and
        sizes are chosen for the others.
    size : int or (int, int), default 5
        How many people a circle should have, or the fewest and the most; see `circle_sizes`.
    rules : sequence of CircleRule
    seed : int, default 0
        For the shaking of circles at random. The same seed gives the same circles.
    control : Control, optional
        Asked to stop, the circles found so far come back with their gap.

    Returns
    -------
    CircleMatching
        With the status ``optimal``, or ``gap``, a bound and its evidence.

    Raises
    ------
    ConfigError
        For a wrong argument.
    UnsupportedError
        For two sides, or scores that are no whole numbers from 0 to ``2**31 - 2``.

    Examples
    --------
    >>> from peermatch.problem import DenseScores
    >>> team = np.array([0, 1, 0, 1, 0, 1, 1])
    >>> found = form_circles(DenseScores(np.where(team[:, None] == team[None, :], 9, 1)), size=(3, 4))
    >>> [members.tolist() for members in found.circles], found.total, found.gap
    ([[0, 2, 4], [1, 3, 5, 6]], 81, 0)
    """
    low, _ = size_range(size)
    able = int(can_sit(scores, low).sum()) if not scores.two_sided else 0
    sizes = circle_sizes(able, size)
    try:
        problem = CircleProblem(scores, sizes, rules, low)
        solver = Circles(seed=seed)
    except ValueError as error:
        raise ConfigError(str(error)) from None
    return solver.solve(problem, control=control)


def can_sit(scores: PairScores, smallest: int) -> npt.NDArray[np.bool_]:
    """Return who has as many allowed partners as the smallest circle asks for; nobody else can have a seat."""
    if scores.shape[0] < smallest:
        return np.zeros(scores.shape[0], dtype=bool)
    return np.asarray(scores.top(smallest - 1).columns[:, -1] >= 0)


@dataclass(frozen=True)
class Circles:
    """Exact by dynamic programming where a pool is small enough, else exact pairings as a start and local search.

    Up to 20 people with a seat each (16 where somebody has to go without), all possibilities are looked at in whole
    numbers. Beyond, and where that is switched off, circles start from exact pairings and pairings of pairs; then swaps
    and moves, until no swap of any two people gains; then shaking: some people are swapped at random, what that
    spoils is mended, and what is no worse is kept. Pools of more than `window` people are searched in windows of so
    many, made anew from all circles in each round, and a local optimum in each. Bounds are over all pairs in any case.

    Parameters
    ----------
    exact : bool, default True
        Whether small pools are solved exactly.
    kicks : int, optional
        How often circles are shaken; by default 20,000, and fewer where more than 1,000 people make a kick slower.
    bound_steps : int, default 60
        How many prices are tried for the bound; 0 leaves it at the bound by partners.
    window : int, default 5000
        Up to how many people there is one table of all pairs (4 bytes each: 100 MB, and as much again for circles).
    rounds : int, default 4
        How often windows are made anew.
    seed : int, default 0

    Examples
    --------
    >>> from peermatch.problem import DenseScores
    >>> near = 9 - np.abs(np.arange(6)[:, None] - np.arange(6)[None, :])
    >>> Circles().solve(CircleProblem(DenseScores(near), [3, 3])).circles
    (array([0, 1, 2]), array([3, 4, 5]))
    """

    exact: bool = True
    kicks: int | None = None
    bound_steps: int = 60
    window: int = 5000
    rounds: int = 4
    seed: int = 0

    def __post_init__(self) -> None:
        for name, least in (("bound_steps", 0), ("window", 16), ("rounds", 1), ("seed", 0)):
            check_count("Circles", name, getattr(self, name), at_least=least)
        if self.kicks is not None:
            check_count("Circles", "kicks", self.kicks)

    def solve(self, problem: CircleProblem, *, control: Control | None = None) -> CircleMatching:
        """Return circles that break no rule, with what is known about them.

        Raises
        ------
        UnsupportedError
            For scores out of range, and for people who must sit together in a pool larger than a window.
        """
        if problem.n > self.window and any(rule.kind == "together" for rule in problem.rules):
            raise UnsupportedError(
                f"People who must sit together need a pool of {self.window:,} at most; this one has {problem.n:,}. "
                "Split the pool, or leave the demand out."
            )
        if self.exact:
            try:
                found = self._exactly(problem, control)
            except Stopped:
                found = None
            if found is not None:
                return found
        return self._searched(problem, control)

    def _exactly(self, problem: CircleProblem, control: Control | None) -> CircleMatching | None:
        if problem.n > 2 * MOST_EXACT:
            return None
        people = np.flatnonzero(can_sit(problem.scores, problem.smallest))
        for everybody in (True, False):
            if not exact_takes(problem, people, everybody=everybody):
                continue
            read_table(problem.scores, people)  # refuses what does not fit
            circles = best_circles(problem, people, everybody=everybody, control=control)
            if circles is None:
                continue
            made = CircleMatching.of(problem, circles, bound=0, status=Status.OPTIMAL, solver="circles")
            return CircleMatching.of(
                problem,
                circles,
                bound=made.total,
                status=Status.OPTIMAL,
                solver="circles",
                stats={"exact": True},
            )
        return None

    def _searched(self, problem: CircleProblem, control: Control | None) -> CircleMatching:
        rng = np.random.default_rng(self.seed)
        circle = _by_lot(problem, rng)
        stats: dict[str, int] = {"exact": False, "sweeps": 0, "kicks": 0, "windows": 0, "stopped": False}
        table: Table | None = None
        one = problem.n <= self.window
        try:
            for number in range(1 if one else self.rounds):
                for people, circles in _windows(problem, circle, self.window, rng):
                    table = None  # before the next one is made
                    table = read_table(problem.scores, people)
                    self._improve(problem, circle, people, circles, table, number == 0, rng, stats, control)
                    stats["windows"] += 1
        except Stopped:
            stats["stopped"] = True
        found = _allowed(problem, circle)
        return self._stated(problem, found, table if one else None, stats, control)

    def _improve(
        self,
        problem: CircleProblem,
        circle: IntArray,
        people: IntArray,
        circles: IntArray,
        table: Table,
        first: bool,
        rng: np.random.Generator,
        stats: dict[str, int],
        control: Control | None,
    ) -> None:
        """Search among some people and their circles; `circle` is written back, stopped or not."""
        sizes = [problem.sizes[g] for g in circles.tolist()]
        outside = len(problem.sizes)
        place = np.full(outside + 1, len(sizes), dtype=np.int64)
        place[circles] = np.arange(len(sizes))
        start = first_circles(table, sizes, control) if first else place[circle[people]]
        rules = [CircleRule(rule.kind, rule.codes[people], rule.most, rule.name) for rule in problem.rules]
        seating = Seating(table, sizes, problem.smallest, rules, start)
        kicks = self.kicks
        if kicks is None:  # about as long as finding the local optimum takes, over all rounds
            rounds = 1 if len(people) == problem.n else self.rounds
            kicks = 20_000 * 1_000 // max(1_000, len(people)) // rounds
        try:
            for name, count in search(seating, kicks, rng, control).items():
                stats[name] += count
        finally:
            # sizes may have changed hands inside a window, among circles of the same sizes all in all
            names = _by_size(circles, sizes, seating.capacity)
            circle[people] = np.append(names, outside)[seating.group]

    def _stated(
        self,
        problem: CircleProblem,
        circles: list[IntArray],
        table: Table | None,
        stats: dict[str, int],
        control: Control | None,
    ) -> CircleMatching:
        """Return circles with the best of the bounds."""
        made = CircleMatching.of(problem, circles, bound=0, status=Status.GAP, solver="circles")
        bounds: list[CircleBound] = [partners_bound(problem)]
        if table is not None and self.bound_steps:
            bounds.append(prices_bound(table, problem, made.total, steps=self.bound_steps, control=control))
        best = min(bounds, key=lambda bound: bound.total)
        seats_gap = problem.seats - (problem.n - len(made.unseated))
        proved = best.total == made.total and seats_gap == 0
        return replace(
            made,
            bound=best.total,
            certificate=best,
            status=Status.OPTIMAL if proved else Status.GAP,
            seats_gap=seats_gap,
            stats=stats,
        )


def _by_lot(problem: CircleProblem, rng: np.random.Generator) -> IntArray:
    """Seat people by lot: what windows are cut from."""
    seats = np.repeat(np.arange(len(problem.sizes)), problem.sizes)
    circle = np.full(problem.n, len(problem.sizes), dtype=np.int64)
    circle[rng.permutation(problem.n)[: len(seats)]] = seats
    return circle


def _windows(
    problem: CircleProblem, circle: IntArray, limit: int, rng: np.random.Generator
) -> list[tuple[IntArray, IntArray]]:
    """Cut a pool into windows of about `limit` people: the people, ascending, and the circles they sit in."""
    m = len(problem.sizes)
    several = -(-problem.n // limit)
    order = np.arange(m) if several == 1 else rng.permutation(m)
    free = np.array_split(np.flatnonzero(circle == m), several)
    found = []
    for circles, outside in zip(np.array_split(order, several), free, strict=True):
        people = np.sort(np.concatenate([np.flatnonzero(np.isin(circle, circles)), outside]))
        found.append((people, np.sort(circles)))
    return found


def _by_size(circles: IntArray, sizes: Sequence[int], capacity: IntArray) -> IntArray:
    """Return the circle of the whole problem that each circle of a window now is, by its size."""
    names = np.empty_like(circles)
    names[np.argsort(-capacity, kind="stable")] = circles[np.argsort(-np.array(sizes), kind="stable")]
    return names


def _allowed(problem: CircleProblem, circle: IntArray) -> list[IntArray]:
    """Return the circles that break nothing: all of them, unless the search was stopped early."""
    found = []
    for g in range(len(problem.sizes)):
        members = np.flatnonzero(circle == g)
        a, b = np.triu_indices(len(members), 1)
        fine = len(members) >= problem.smallest and not any(rule.breaches(members) for rule in problem.rules)
        if fine and bool((problem.scores.at(members[a], members[b]) != FORBIDDEN).all()):
            found.append(members)
    return found
