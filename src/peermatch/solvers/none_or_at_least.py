"""None or at least so many: somebody takes part with a minimum of partners or not at all. NP-hard, solved by branching.

Whoever is decided to take part has a minimum, whoever is decided not to has no place, and of those who are not decided
yet the demand is left aside. That is a flow with minima, exact in whole numbers, and no answer below it is better than
its optimum; it is also what the linear relaxation of the usual integer program comes to. Where somebody undecided has
too few partners in it, both decisions are tried.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from itertools import count

import numpy as np

from peermatch.checks import check_count, must_be
from peermatch.errors import UnsupportedError
from peermatch.problem import Control, FlowProblem, IntArray, Matching, Problem, Status
from peermatch.problem.flow import bounds_of
from peermatch.solvers.transport import Transport

__all__ = ["NoneOrAtLeast", "none_or_at_least"]

Value = tuple[int, int]
Least = tuple[IntArray | None, IntArray | None]

_NAME = "none or at least"
_OPEN, _OUT, _IN = -1, 0, 1
_MOST = 1 << 200
_NO_BOUND = (_MOST, _MOST)


@dataclass(frozen=True, eq=False)
class NoneOrAtLeast:
    """The best assignment found in which everybody has no partner or at least so many, and what is proved of it.

    Attributes
    ----------
    matching : Matching
        Status ``optimal``: no other is better. ``gap``: another one may have `pairs_gap` more pairs, and in total
        `gap` more at as many pairs, but no more. ``infeasible``: there is none. ``undecided``: none was found in time.
        It carries no certificate of its own: that of `relaxed` proves what a look at both sides alone can.
    relaxed : Matching
        The answer of the same problem without the demand, with its certificate; none is better.
    nodes : int
        Problems that were solved on the way.
    """

    matching: Matching
    relaxed: Matching
    nodes: int


def none_or_at_least(
    problem: Problem,
    least: Least,
    *,
    most_nodes: int = 2000,
    k: int = 12,
    control: Control | None = None,
) -> NoneOrAtLeast:
    """Assign two sides so that everybody has no partner or at least `least` of them.

    Exact where the search ends within its limits; where not, the best assignment found and how much better another
    one could be at most.

    Parameters
    ----------
    problem : Problem
        On two sides, with the objective ``"everyone_first"`` or ``"best_total"``. Minima of a `FlowProblem` hold in
        any case.
    least : pair of int64 arrays or None
        For the left and for the right side; None, 0 and 1 ask for nothing.
    most_nodes : int, default 2000
        Flows to solve at most.
    k : int
        See `Transport`.
    control : Control, optional

    Raises
    ------
    UnsupportedError
        For one pool, and for the objective ``"worst_first"``.
    ValueError
        For a `least` that does not fit the problem.

    Examples
    --------
    >>> from peermatch.problem import DenseScores
    >>> scores = DenseScores([[9, 8], [9, 8], [1, 8]], two_sided=True)
    >>> problem = Problem(scores, capacity=(None, np.array([3, 3])))
    >>> found = none_or_at_least(problem, (None, np.array([2, 2])))
    >>> found.matching.pairs.tolist(), str(found.matching.status)
    ([[0, 1], [1, 1], [2, 1]], 'optimal')
    """
    check_count("none_or_at_least()", "most_nodes", most_nodes, at_least=1)
    if not problem.two_sided:
        raise UnsupportedError("None or at least so many partners is for two sides; this is one pool.")
    if problem.objective in ("worst_first", "leximin"):
        raise UnsupportedError("None or at least so many partners is not combined with the worst pair first.")
    return _Search(problem, least, Transport(k=k), control).run(most_nodes)


@dataclass(frozen=True, eq=False)
class _Node:
    """Decisions, the best assignment that keeps to them, and what nothing below them exceeds."""

    decided: IntArray
    found: Matching
    bound: Value


class _Search:
    """Best bound first; from every node a way down to some answer is tried."""

    def __init__(self, problem: Problem, least: Least, solver: Transport, control: Control | None) -> None:
        self.problem, self.solver, self.control = problem, solver, control
        self.minimum, self.places = bounds_of(problem)
        self.rows = problem.scores.shape[0]
        self.least = np.concatenate(_filled(least, problem.scores.shape))
        self.best: Matching | None = None
        self.open: list[tuple[Value, int, _Node]] = []
        self.left: list[Value] = []  # bounds of nodes that could not be solved in time
        self.nodes, self.number = 0, count()

    def run(self, most_nodes: int) -> NoneOrAtLeast:
        nobody = np.full(len(self.least), _OPEN, dtype=np.int64)
        start = np.where(self.least > np.concatenate(self.places), _OUT, _OPEN).astype(np.int64)
        relaxed = self._solve(nobody)
        self._keep(start, relaxed if (start == _OPEN).all() else self._solve(start), _NO_BOUND)
        while self.open and self.nodes < most_nodes and not self._stopping:
            node = heapq.heappop(self.open)[2]
            if self._beaten(node.bound):
                continue
            who = self._too_few(node.found, node.decided)
            if not len(who):
                self._offer(node.found)
                if not self._beaten(node.bound):
                    self.left.append(node.bound)
                continue
            self._dive(node.found, node.decided)
            for choice in (_IN, _OUT):
                part = node.decided.copy()
                part[who[0]] = choice
                self._keep(part, self._solve(part), node.bound)
        return NoneOrAtLeast(self._stated(), relaxed, self.nodes)

    @property
    def _stopping(self) -> bool:
        return self.control is not None and self.control.stopping

    def _solve(self, decided: IntArray) -> Matching:
        """Solve the flow that is left of the decisions."""
        self.nodes += 1
        minimum, places = np.concatenate(self.minimum), np.concatenate(self.places)
        minimum = np.where(decided == _IN, np.maximum(minimum, self.least), minimum)
        out = decided == _OUT
        if (out & (minimum > 0)).any():  # whoever has a minimum in any case cannot stay out
            return Matching.of(self.problem, [], status=Status.INFEASIBLE, solver=self.solver.name)
        places = np.where(out, 0, places)
        left, right = slice(0, self.rows), slice(self.rows, None)
        flow = FlowProblem(
            self.problem.scores,
            self.problem.objective,
            (places[left], places[right]),
            (minimum[left], minimum[right]),
        )
        return self.solver.solve(flow, control=self.control)

    def _value(self, found: Matching) -> Value:
        """What is compared: the number of pairs if it comes first, and the total."""
        return (len(found.pairs) if self.problem.objective == "everyone_first" else 0, found.weight)

    def _beaten(self, bound: Value) -> bool:
        return self.best is not None and bound <= self._value(self.best)

    def _keep(self, decided: IntArray, found: Matching, above: Value) -> None:
        """Note a node that could still hold something better, by the best that it can hold."""
        if found.status == Status.INFEASIBLE:
            return
        bound = above
        if found.status != Status.UNDECIDED and found.gap is not None:
            pairs, total = self._value(found)
            own = (pairs, total + found.gap) if not found.pairs_gap else (pairs + found.pairs_gap, _MOST)
            bound = min(above, own)
        if self._beaten(bound):
            return
        if found.status == Status.UNDECIDED:
            self.left.append(bound)
            return
        key = (-bound[0], -bound[1])
        heapq.heappush(self.open, (key, next(self.number), _Node(decided, found, bound)))

    def _too_few(self, found: Matching, decided: IntArray) -> IntArray:
        """Return who is not decided and has some partners but too few, the most doubtful first."""
        has = self._counts(found)
        who = np.flatnonzero((decided == _OPEN) & (has > 0) & (has < self.least))
        doubt = np.minimum(has[who], self.least[who] - has[who]) / self.least[who]
        return who[np.lexsort((who, -doubt))]

    def _counts(self, found: Matching) -> IntArray:
        left = np.bincount(found.pairs[:, 0], minlength=self.rows)
        right = np.bincount(found.pairs[:, 1], minlength=len(self.least) - self.rows)
        return np.concatenate([left, right]).astype(np.int64)

    def _dive(self, found: Matching, decided: IntArray) -> None:
        """Decide everybody who has too few, until nobody has: those who have half of it take part, if that can be."""
        halves = True
        while len(who := self._too_few(found, decided)):
            if self._stopping:
                return
            enough = 2 * self._counts(found)[who] >= self.least[who]
            for some in (enough, np.zeros_like(enough)) if halves else (np.zeros_like(enough),):
                part = decided.copy()
                part[who] = np.where(some, _IN, _OUT)
                deeper = self._solve(part)
                if deeper.status not in (Status.INFEASIBLE, Status.UNDECIDED):
                    break
                halves = False
            else:
                return
            found, decided = deeper, part
        self._offer(found)

    def _offer(self, found: Matching) -> None:
        if self.best is None or self._value(found) > self._value(self.best):
            self.best = found

    def _stated(self) -> Matching:
        """Return the best that was found, and what is proved of it."""
        bounds = [*self.left, *(entry[2].bound for entry in self.open)]
        best = self.best
        if best is None:
            status = Status.UNDECIDED if bounds else Status.INFEASIBLE
            return Matching.of(self.problem, [], status=status, solver=_NAME, stats={"nodes": self.nodes})
        pairs, total = max([*bounds, self._value(best)])
        status, pairs_gap, gap = Status.OPTIMAL, 0, total - best.weight
        if (pairs, total) != self._value(best):
            status = Status.GAP
            pairs_gap = pairs - self._value(best)[0]
            if pairs_gap or total == _MOST:  # the total at as many pairs is another question
                gap = self._most_in_total() - best.weight
        return Matching.of(
            self.problem, best.pairs, status=status, solver=_NAME, gap=gap, pairs_gap=pairs_gap,
            stats={"nodes": self.nodes},
        )  # fmt: skip

    def _most_in_total(self) -> int:
        """Return what no assignment exceeds, however many pairs it has."""
        free = Problem(self.problem.scores, "best_total", self.problem.capacity)
        found = self.solver.solve(free, control=self.control)
        assert found.gap is not None  # without minima there is always an answer
        return found.weight + found.gap


def _filled(least: Least, shape: tuple[int, int]) -> list[IntArray]:
    """Return what is demanded of everybody, in order of the sides."""
    out = []
    for side, part, size in zip(("left", "right"), least, shape, strict=True):
        demanded = np.zeros(size, dtype=np.int64) if part is None else np.asarray(part)
        whole = np.issubdtype(demanded.dtype, np.integer)
        if not whole or demanded.shape != (size,) or (size and int(demanded.min()) < 0):
            raise ValueError(
                must_be(
                    "none_or_at_least()",
                    "least",
                    f"{size} whole numbers of at least 0 for the {side} side",
                    part,
                )
            )
        out.append(demanded.astype(np.int64))
    return out
