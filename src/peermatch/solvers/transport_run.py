"""One run of price and repair over a transport problem: candidates, the exact flow among them, looks at all pairs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from peermatch.errors import UnsupportedError, VerificationError
from peermatch.problem import FORBIDDEN, Control, FlowCertificate, IntArray, Matching, Problem, Status
from peermatch.problem.flow import bounds_of
from peermatch.solvers.candidates import Places, Start, first_candidates, row_blocks
from peermatch.solvers.shortage import find_shortage
from peermatch.solvers.transport_bounds import FlowBound, bound_from_best, bound_from_candidates, bound_of
from peermatch.solvers.transport_graph import TransportGraph, greedy_use
from peermatch.solvers.transport_pricing import Look, look_at_all

__all__ = ["TransportRun"]

_ROOM = 1 << 57
_FEW = 6
_MOST_CELLS = 1 << 24
_NARROWER = 16
_TURNS = 3


@dataclass(frozen=True, eq=False)
class Assigned:
    """The last assignment that was finished: positions of its pairs, their scores, how many everybody has."""

    u: IntArray
    v: IntArray
    score: IntArray
    counts: tuple[IntArray, IntArray]


class TransportRun:
    """One run of price and repair; see `peermatch.solvers.transport`.

    Parameters
    ----------
    problem : Problem
        On two sides; a `FlowProblem` or not.
    k : int
        Candidates for everybody to start with.
    control : Control or None

    Raises
    ------
    UnsupportedError
        For scores too large for exact 64-bit arithmetic.
    """

    def __init__(self, problem: Problem, k: int, control: Control | None) -> None:
        self.problem, self.control = problem, control
        self.minimum, self.places = bounds_of(problem)
        self.vertices = Places.of(Problem(problem.scores, problem.objective))
        self.start: Start = first_candidates(problem, self.vertices, k, control)
        self.lowest = min(0, int(self.start.score.min(initial=0)))
        self.looks: list[Look] = []
        self.bounds: list[FlowBound] = []
        self.rounds = 0
        self._assigned: Assigned | None = None
        self._begin()

    def _begin(self) -> None:
        """Make the graph anew, with a bonus and a reward that the scores known so far ask for."""
        scores, rows = self.problem.scores, self.problem.scores.shape[0]
        highest = max(0, int(self.start.best.max(initial=0)))
        sides = zip(self.places, scores.shape[::-1], strict=True)
        most = min(int(np.minimum(side, others).sum()) for side, others in sides)
        swing = (2 * most + 4) * (highest - self.lowest)
        first = self.problem.objective == "everyone_first"
        self.bonus = swing - self.lowest + 1 if first else 0
        needed = any(bool((part > 0).any()) for part in self.minimum)
        self.reward = 2 * (self.bonus + swing) + 1 if needed else 0
        if 4 * (self.reward + self.bonus + swing) >= _ROOM:
            raise UnsupportedError(
                f"The 'transport' solver cannot add up scores as large as {max(highest, -self.lowest)} for so many "
                "people exactly in 64 bits. Use smaller whole numbers."
            )
        self.graph = TransportGraph(self.minimum, self.places, self.reward)
        self._add(self.start.u, self.start.v - rows, self.start.score)
        self.bounds.append(bound_from_best(self.start, self.minimum, self.places, self.bonus))

    def _add(self, u: IntArray, v: IntArray, scores: IntArray | None = None) -> int:
        """Add pairs of people who have a place; return how many are new."""
        open_ = (self.places[0][u] > 0) & (self.places[1][v] > 0)
        u, v = u[open_], v[open_]
        scores = self.problem.scores.at(u, v) if scores is None else scores[open_]
        return self.graph.add(u, v, scores + self.bonus)

    @property
    def assigned(self) -> Assigned:
        """The last finished assignment; one by choosing greedily where none is."""
        if self._assigned is None:
            self._assigned = self._of_graph(greedy_use(self.graph))
        return self._assigned

    def _of_graph(self, used: IntArray) -> Assigned:
        u, v, weight = (part[used == 1] for part in (self.graph.u, self.graph.v, self.graph.weight))
        left, right = (
            np.bincount(ends, minlength=len(side)).astype(np.int64)
            for ends, side in zip((u, v), self.places, strict=True)
        )
        return Assigned(u, v, weight - self.bonus, (left, right))

    def until_proved(self, *, candidates_only: bool = False, share: float = 0.0) -> bool:
        """Solve and price in turns; False if asked to stop on the way, or where what is proved is enough.

        Parameters
        ----------
        candidates_only : bool
            Whether that is so after the first flow.
        share : float
            Of the best total: a gap that is enough.
        """
        while self.control is None or not self.control.stopping:
            self.rounds += 1
            if not self._solve():
                return False
            if self.rounds == 1:
                if not self._complete():
                    return False
                self.bounds.append(self._from_candidates())
            if candidates_only or self._enough(share):
                return False
            look = look_at_all(self, self.control, self.looks[-1].seen if self.looks else None)
            if look is None:
                return False
            self.looks.append(look)
            self.bounds.append(self._bound(look.raised, covered=look.covered))
            lower = look.lowest < self.lowest
            if lower:  # pairs worth less than any candidate: the bonus was too small
                self.lowest = look.lowest
                self._begin()
            if not self._add(look.u, look.v) and not lower:
                return True
            if self._enough(share):
                return False
        return False

    def _solve(self) -> bool:
        """Assign exactly over the edges; False if asked to stop on the way."""
        if not self.graph.solve(self.control):
            return False
        self._assigned = self._of_graph(self.graph.used)
        return True

    def _complete(self) -> bool:
        """Offer each other those whom their candidates leave alone; False if asked to stop on the way."""
        known = len(self.graph.u)
        for turn in range(_TURNS):
            if not self._add(*self._between_the_unpaired(turn)):
                break
            if not self._solve():
                return False
        if len(self.graph.u) == known:
            return True
        self.graph.restart()
        return self._solve()

    def _between_the_unpaired(self, turn: int) -> tuple[IntArray, IntArray]:
        """Return a few pairs of people who have places left on both sides: the candidates offer them nobody.

        A look at all pairs would find them too, among all the others that such a person violates.
        """
        left, right = (np.flatnonzero(most > has) for most, has in zip(self.places, self.counts, strict=True))
        none = np.zeros(0, dtype=np.int64)
        if self.problem.objective != "everyone_first" or not len(left) or not len(right):
            return none, none
        few, many = (left, right) if len(left) <= len(right) else (right, left)
        # where they are many, each block of people meets some of the others only, and equals in another order
        stride = 1 + len(few) * len(many) // _MOST_CELLS
        found_few, found_many = [none], [none]
        blocks = row_blocks(np.arange(len(few), dtype=np.int64), _NARROWER * (1 + len(many) // stride))
        for number, some in enumerate(blocks):
            others = many[(turn + number) % stride :: stride]
            one, other = np.repeat(few[some], len(others)), np.tile(others, len(some))
            ends = (one, other) if few is left else (other, one)
            scores = np.asarray(self.problem.scores.at(*ends)).reshape(len(some), len(others))
            begin = some * len(others) // max(1, len(few))
            turned = (np.arange(len(others))[None, :] + begin[:, None]) % max(1, len(others))
            worth = np.maximum(np.take_along_axis(scores, turned, axis=1), -_ROOM)
            best = np.argsort(-worth, axis=1, kind="stable")[:, :_FEW]
            column = np.take_along_axis(turned, best, axis=1)
            row, slot = np.nonzero(np.take_along_axis(scores, column, axis=1) != FORBIDDEN)
            found_few.append(few[some][row])
            found_many.append(others[column[row, slot]])
        pairs = np.concatenate(found_few), np.concatenate(found_many)
        return pairs if few is left else pairs[::-1]

    @property
    def duals(self) -> tuple[IntArray, IntArray]:
        """Everybody's dual, such that only pairs of two people with several places each are worth more than theirs.

        Whoever has at most one place takes on themselves what their pair is worth beyond the two duals.
        """
        rows = self.problem.scores.shape[0]
        y, u, v = self.graph.y.copy(), self.assigned.u, self.assigned.v
        free = np.concatenate(self.minimum) == 0
        y[free] = np.maximum(y[free], 0)
        beyond = np.maximum(self.assigned.score + self.bonus - y[u] - y[v + rows], 0)
        single = self.places[0][u] <= 1
        y[u[single]] += beyond[single]
        other = ~single & (self.places[1][v] <= 1)
        y[v[other] + rows] += beyond[other]
        # nobody without a place is looked at again; their dual costs nothing
        y[np.concatenate(self.places) == 0] = (
            max(0, int(self.start.best.max(initial=0))) + self.bonus + self.reward
        )
        return y[:rows], y[rows:]

    @property
    def counts(self) -> tuple[IntArray, IntArray]:
        """How many partners everybody has."""
        return self.assigned.counts

    def _bound(self, duals: tuple[IntArray, IntArray], *, covered: int = 0) -> FlowBound:
        """Bound by duals that cover all pairs but some of the edges."""
        graph = self.graph
        beyond = sum(np.maximum(0, graph.weight - duals[0][graph.u] - duals[1][graph.v]).tolist())
        return bound_of(duals, self.minimum, self.places, self.bonus, beyond=beyond, covered=covered)

    def _from_candidates(self) -> FlowBound:
        edges = (self.graph.u, self.graph.v, self.graph.weight)
        return bound_from_candidates(self.start, self.duals, self.minimum, self.places, self.bonus, edges)

    @property
    def short(self) -> IntArray:
        """How many partners everybody lacks of their minimum."""
        missing = [np.maximum(0, low - has) for low, has in zip(self.minimum, self.counts, strict=True)]
        return np.concatenate(missing)

    def _enough(self, share: float) -> bool:
        """Whether the assignment is proved to be good enough, number of pairs included."""
        if share <= 0 or self.short.any():
            return False
        bound, pairs = self._tightest(), len(self.assigned.u)
        gap = bound.total - bound.bonus * pairs - self._total()
        return self._pairs_gap(bound) == 0 and gap <= share * (self._total() + gap)

    def _total(self) -> int:
        return sum(self.assigned.score.tolist())

    def _tightest(self) -> FlowBound:
        pairs = len(self.assigned.u)
        return min(self.bounds, key=lambda bound: bound.total - bound.bonus * pairs)

    def _pairs_gap(self, bound: FlowBound) -> int:
        """Return how many more pairs there could be, for all that is proved."""
        if self.problem.objective == "best_total":
            return 0
        most = min(int(side.sum()) for side in self.places)
        # no pair is worth less than this: scores that search by themselves are at least 0
        known = bool(self.looks) or self.start.covered is not None
        if known and bound.bonus + self.lowest > 0:
            most = min(most, bound.total // (bound.bonus + self.lowest))
        return most - len(self.assigned.u)

    def stated(self, solver: str, *, proved: bool) -> Matching:
        """Return the assignment with its proof or its gap, or the proof that there is none."""
        if self.short.any():
            return self._infeasible(solver) if proved else self._undecided(solver)
        pairs = np.stack([self.assigned.u, self.assigned.v], axis=1)
        covered = self.looks[-1].covered if self.looks else 0
        bound = self._bound(self.duals, covered=covered) if proved else self._tightest()
        gap = bound.total - bound.bonus * len(pairs) - self._total()
        if proved and gap != 0:
            raise VerificationError("The duals of an assignment fail their check.")
        return Matching.of(
            self.problem,
            pairs,
            status=Status.OPTIMAL if proved else Status.GAP,
            solver=solver,
            certificate=FlowCertificate(bound.bonus, bound.left, bound.right, pairs_covered=bound.covered),
            gap=gap,
            pairs_gap=0 if proved else self._pairs_gap(bound),
            stats=self._stats(),
        )

    def _undecided(self, solver: str) -> Matching:
        stats = {**self._stats(), "stopped": True}
        return Matching.of(self.problem, [], status=Status.UNDECIDED, solver=solver, stats=stats)

    def _infeasible(self, solver: str) -> Matching:
        """Return the proof that minima cannot be met."""
        with_minimum = (np.flatnonzero(self.minimum[0] > 0), np.flatnonzero(self.minimum[1] > 0))
        # only those whose dual rose towards the reward compete for what is short
        rows, y = self.problem.scores.shape[0], self.graph.y
        left, right = with_minimum
        near = (left[2 * y[left] < -self.reward], right[2 * y[right + rows] < -self.reward])
        return Matching.of(
            self.problem,
            [],
            status=Status.INFEASIBLE,
            solver=solver,
            certificate=find_shortage(self.problem.scores, self.minimum, self.places, near),
            stats=self._stats(),
        )

    def _stats(self) -> dict[str, int]:
        return {
            "rounds": self.rounds,
            "edges": len(self.graph.u),
            "searches": self.graph.searches,
            "scans": len(self.looks),
        }
