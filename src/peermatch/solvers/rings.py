"""Rings of 3 to 8 people in which each advises the next: exact for small pools, local search and a bound elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from peermatch.checks import check_count
from peermatch.errors import UnsupportedError
from peermatch.kernels import ring_exact, rings
from peermatch.problem import (
    FORBIDDEN,
    Control,
    IntArray,
    Matching,
    RingMatching,
    RingProblem,
    Status,
    Stopped,
)
from peermatch.solvers.hungarian import Hungarian
from peermatch.solvers.ring_start import first_rings

__all__ = ["MOST_EXACT_RINGS", "MOST_IN_RINGS", "Rings"]

MOST_EXACT_RINGS = 15
"""Up to how many people the best rings are found by looking at all of them."""

MOST_IN_RINGS = 5_000
"""What it is worth that anyone advises anyone is held at once: 200 MB."""

_compiled: Any = rings  # whose arguments come in one tuple, most of them
_exact: Any = ring_exact
_PER_CALL = 64
_SETS_PER_CALL = 1 << 12
_MOST_SWEEPS = 200


@dataclass(frozen=True)
class Rings:
    """Exact by dynamic programming where a pool is small enough, else cut cycles of the best assignment, and search.

    Who advises whom best, if rings are forgotten, is a linear assignment. Its cycles are cut into pieces of 3 to 8
    people where least is lost, and mended by local search: pieces change places, rings are cut and joined. Then some
    people change places at random, and what is no worse is kept. The assignment's dual variables are the bound in any
    case.

    Parameters
    ----------
    exact : bool, default True
        Whether pools of up to 15 people are solved exactly.
    kicks : int, optional
        How often people change places at random; by default 1,000, and fewer where more than 100 people make it slower.
    seed : int, default 0

    Examples
    --------
    >>> worth = np.array([[0, 9, 1, 1], [9, 0, 1, 1], [1, 1, 0, 9], [1, 1, 9, 0]])
    >>> found = Rings().solve(RingProblem(worth))
    >>> [ring.tolist() for ring in found.rings], found.total, found.assignment_bound
    ([[0, 3, 2, 1]], 20, 36)
    """

    exact: bool = True
    kicks: int | None = None
    seed: int = 0
    name: ClassVar[str] = "rings"

    def __post_init__(self) -> None:
        check_count("Rings", "seed", self.seed)
        if self.kicks is not None:
            check_count("Rings", "kicks", self.kicks)

    def solve(self, problem: RingProblem, *, control: Control | None = None) -> RingMatching:
        """Return rings without a forbidden pair, with what is known about them; stopped early, those found so far.

        Raises
        ------
        UnsupportedError
            For more than 5,000 people.
        """
        if problem.n > MOST_IN_RINGS:
            raise UnsupportedError(
                f"Rings are made of {MOST_IN_RINGS:,} people at most. Got {problem.n:,}; split the pool."
            )
        best = Hungarian().solve(problem.assignment())
        try:
            if self.exact and problem.n <= MOST_EXACT_RINGS:
                return _stated(problem, best, _all_looked_at(problem, control), {"exact": True})
        except Stopped:
            pass
        return self._searched(problem, best, control)

    def _searched(self, problem: RingProblem, best: Matching, control: Control | None) -> RingMatching:
        state = _State(problem, first_rings(problem, best))
        kicks = max(100, 100_000 // max(100, problem.n)) if self.kicks is None else self.kicks
        rng = np.random.default_rng(self.seed)
        stats: dict[str, Any] = {"exact": False, "sweeps": 0, "kicks": 0, "stopped": False}
        try:
            stats["sweeps"] += state.descend(control)
            for begin in range(0, kicks, _PER_CALL):
                if control is not None:
                    control.check()
                if state.value >= best.weight:
                    break
                picks = rng.integers(0, problem.n, (min(_PER_CALL, kicks - begin), 4))
                state.shake(picks)
                stats["kicks"] += len(picks)
            stats["sweeps"] += state.descend(control)
            if state.break_up():
                stats["sweeps"] += state.descend(control)
        except Stopped:
            stats["stopped"] = True
        return _stated(problem, best, state.rings(), stats)


class _State:
    """Who advises whom, with all that compiled code keeps beside it; see `peermatch.kernels.rings`."""

    def __init__(self, problem: RingProblem, start: list[IntArray]) -> None:
        n = problem.n
        self.problem = problem
        self.worth = np.where(problem.worth == FORBIDDEN, -rings.DEAR, problem.worth)
        self.after, self.before = np.full(n, -1, dtype=np.int64), np.full(n, -1, dtype=np.int64)
        self.ring, self.size = np.full(n, -1, dtype=np.int64), np.zeros(n, dtype=np.int64)
        for name, members in enumerate(start):
            self.after[members] = np.roll(members, -1)
            self.before[members] = np.roll(members, 1)
            self.ring[members] = name
            self.size[name] = len(members)
        self._found = np.zeros(3, dtype=np.int64)
        self._saved = np.zeros((4, n), dtype=np.int64)
        self._reach, self._way = np.zeros((128, 7), dtype=np.int64), np.zeros((128, 7), dtype=np.int64)

    @property
    def _arrays(self) -> tuple[Any, ...]:
        sizes = (self.problem.smallest, self.problem.largest)
        return (*sizes, self.worth, self.after, self.before, self.ring, self.size, self._found)

    @property
    def value(self) -> int:
        """What the rings in hand are worth as an assignment."""
        inside = np.flatnonzero(self.ring >= 0)
        return int(self.worth[inside, self.after[inside]].sum()) + self.problem.step * len(inside)

    def descend(self, control: Control | None) -> int:
        """Improve until nobody can do better, and every ring is in its best order; return how many sweeps that took."""
        n = len(self.after)
        for sweeps in range(1, _MOST_SWEEPS + 1):
            gained = 0
            for begin in range(0, n, _PER_CALL):
                if control is not None:
                    control.check()
                gained += _compiled.sweep_rings(begin, min(begin + _PER_CALL, n), *self._arrays)
            if gained == 0 and not self._in_order():
                return sweeps
        return _MOST_SWEEPS

    def shake(self, picks: IntArray) -> None:
        """Let people change places at random, and keep what is no worse."""
        _compiled.shake_rings(np.ascontiguousarray(picks), *self._arrays, self._saved)

    def _members(self) -> list[IntArray]:
        found = []
        for name in np.flatnonzero(self.size).tolist():
            start = int(np.flatnonzero(self.ring == name)[0])
            members = [start]
            while (at := int(self.after[members[-1]])) != start:
                members.append(at)
            found.append(np.array(members, dtype=np.int64))
        return found

    def _in_order(self) -> bool:
        """Put every ring into its best order; whether that changed anything."""
        changed = False
        for members in self._members():
            order = np.zeros_like(members)
            now = int(self.worth[members, np.roll(members, -1)].sum())
            if _compiled.best_tour(members, self.worth, self._reach, self._way, order) > now:
                self.after[order], self.before[order] = np.roll(order, -1), np.roll(order, 1)
                changed = True
        return changed

    def break_up(self) -> bool:
        """Take those out who are in a ring with a forbidden pair; whether there were any."""
        good = {int(members[0]) for members in self.rings()}
        wrong = [members for members in self._members() if int(members[0]) not in good]
        for members in wrong:
            self.size[self.ring[members[0]]] = 0
            self.ring[members] = -1
        return bool(wrong)

    def rings(self) -> list[IntArray]:
        """Return the rings without a forbidden pair."""
        return [
            members for members in self._members() if (self.worth[members, np.roll(members, -1)] >= 0).all()
        ]


def _all_looked_at(problem: RingProblem, control: Control | None) -> list[IntArray]:
    """Return the best rings, by looking at all sets of people."""
    n = problem.n
    worth = np.where(problem.worth == FORBIDDEN, -1, problem.worth)
    reach = np.zeros((1 << n, max(1, n)), dtype=np.int64)
    value, last_of, best, choice = np.zeros((4, 1 << n), dtype=np.int64)
    _exact.ring_values(n, problem.smallest, problem.largest, worth, reach, value, last_of)
    for begin in range(0, 1 << n, _SETS_PER_CALL):
        if control is not None:
            control.check()
        _exact.best_of_sets(begin, min(begin + _SETS_PER_CALL, 1 << n), n, value, problem.step, best, choice)
    found, mask = [], (1 << n) - 1
    while mask:
        team = int(choice[mask])
        if team:
            found.append(_traced(worth, reach, team, int(last_of[team])))
        mask ^= team or mask & -mask
    return found


def _traced(worth: IntArray, reach: IntArray, team: int, last: int) -> IntArray:
    """Follow the best way through a set back from its end."""
    order = [last]
    while team & (team - 1):
        before = team ^ (1 << order[-1])
        if not before & (before - 1):
            order.append(before.bit_length() - 1)
            break
        now = int(reach[team, order[-1]])
        order.append(
            next(
                x
                for x in range(len(worth))
                if before >> x & 1
                and worth[x, order[-1]] >= 0
                and reach[before, x] >= 0
                and int(reach[before, x]) + int(worth[x, order[-1]]) == now
            )
        )
        team = before
    return np.array(order[::-1], dtype=np.int64)


def _stated(
    problem: RingProblem, best: Matching, found: list[IntArray], stats: dict[str, Any]
) -> RingMatching:
    """Return rings with the bound by assignment, and what is proved."""
    seated = sum(map(len, found))
    by_assignment = assignment_bound(problem, best.weight, seated)
    most = most_seated(problem, best.weight)
    made = RingMatching.of(
        problem,
        found,
        bound=by_assignment,
        assignment_bound=by_assignment,
        status=Status.GAP,
        solver=Rings.name,
        certificate=best,
        seats_gap=0 if stats["exact"] else most - seated,
        stats=stats,
    )
    proved = stats["exact"] or (made.gap == 0 and made.seats_gap == 0)
    bound = made.total if proved else by_assignment
    return RingMatching.of(
        problem,
        found,
        bound=bound,
        assignment_bound=by_assignment,
        status=Status.OPTIMAL if proved else Status.GAP,
        solver=Rings.name,
        certificate=best,
        seats_gap=made.seats_gap,
        stats=stats,
    )


def assignment_bound(problem: RingProblem, value: int, seated: int) -> int:
    """Return what rings with so many people can be worth at most, given the value of the best assignment.

    Every set of rings is an assignment in which each person in a ring counts `RingProblem.step`, so its total is at
    most the value less that; nor can anybody be advised for more than by their best adviser.
    """
    advised = np.where(problem.worth == FORBIDDEN, 0, problem.worth).max(axis=0, initial=0)
    most = sum(np.sort(advised)[len(advised) - seated :].tolist())
    return int(min(value - problem.step * seated, most))


def most_seated(problem: RingProblem, value: int) -> int:
    """Return how many people can be in rings at most: each counts `RingProblem.step` in an assignment."""
    most = min(problem.n, value // problem.step)
    return most if most >= problem.smallest else 0
