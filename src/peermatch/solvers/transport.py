"""Assignment between two sides with minimum and maximum capacities: a flow, proved over all pairs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from peermatch.checks import check_count
from peermatch.errors import UnsupportedError, VerificationError
from peermatch.problem import (
    FORBIDDEN,
    TWO_SIDES,
    Control,
    FlowCertificate,
    IntArray,
    Matching,
    Problem,
    Status,
)
from peermatch.problem.flow import bounds_of
from peermatch.solvers.candidates import Places, Start, first_candidates
from peermatch.solvers.shortage import find_shortage
from peermatch.solvers.transport_graph import TransportGraph
from peermatch.solvers.transport_pricing import Look, look_at_all

__all__ = ["Transport"]

_ROOM = 1 << 57


@dataclass(frozen=True)
class Transport:
    """Assignment between two sides in which both may have minimum and maximum capacities.

    A flow of least cost over everybody's best partners, by cheapest alternating paths in whole numbers; then all
    allowed pairs are priced with its dual variables, those that would improve it join, and it is taken up again, until
    there are none. Takes `FlowProblem` for minima, and `Problem`; several places on both sides are allowed, where each
    pair is made at most once.

    Parameters
    ----------
    k : int, default 12
        Best partners of everybody to start with.

    Examples
    --------
    >>> from peermatch.problem import DenseScores, FlowProblem
    >>> scores = DenseScores([[9, 1], [8, 0]], two_sided=True)
    >>> two, one = np.array([2, 2]), np.array([1, 1])
    >>> Transport().solve(Problem(scores, capacity=(None, two))).pairs.tolist()
    [[0, 0], [1, 0]]
    >>> Transport().solve(FlowProblem(scores, capacity=(None, two), minimum=(None, one))).pairs.tolist()
    [[0, 0], [1, 1]]
    """

    k: int = 12
    name: ClassVar[str] = "transport"
    accepts: ClassVar[frozenset[str]] = frozenset({TWO_SIDES})
    many_to_many: ClassVar[bool] = True
    minima: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_count("Transport", "k", self.k, at_least=1)

    def solve(self, problem: Problem, *, control: Control | None = None) -> Matching:
        """Return an optimal assignment with a `FlowCertificate`, or the proof that none meets the minima.

        Stopped early: an assignment with its true gap, or where minima are not met yet no pairs and ``undecided``.

        Raises
        ------
        UnsupportedError
            For one pool, for ``"worst_first"``, and for scores too large for exact 64-bit arithmetic.
        """
        if not problem.two_sided:
            raise UnsupportedError(
                "The 'transport' solver assigns one side to another; this is one pool. Use 'blossom'."
            )
        if problem.objective in ("worst_first", "leximin"):
            raise UnsupportedError(
                "The 'transport' solver does not put the worst pair first. Use 'blossom', or another objective."
            )
        run = _Run(problem, self.k, control)
        finished = run.until_proved()
        if finished and run.short.any():
            return run.infeasible()
        return run.stated(finished)


class _Run:
    """One run of price and repair."""

    def __init__(self, problem: Problem, k: int, control: Control | None) -> None:
        self.problem, self.control = problem, control
        self.minimum, self.places = bounds_of(problem)
        plain = Problem(problem.scores, problem.objective)
        self.vertices = Places.of(plain)
        self.start: Start = first_candidates(plain, self.vertices, k, control)
        self.lowest = min(0, int(self.start.score.min(initial=0)))
        self.looks: list[Look] = []
        self.rounds = 0
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
        u, v = self.start.u, self.start.v - rows
        open_ = (self.places[0][u] > 0) & (self.places[1][v] > 0)
        self.graph.add(u[open_], v[open_], self.start.score[open_] + self.bonus)

    def until_proved(self) -> bool:
        """Solve and price in turns; False if asked to stop on the way."""
        while self.control is None or not self.control.stopping:
            self.rounds += 1
            if not self.graph.solve(self.control):
                return False
            look = look_at_all(self, self.control)
            if look is None:
                return False
            if look.lowest < self.lowest:  # pairs worth less than any candidate: the bonus was too small
                self.lowest = look.lowest
                self._begin()
            else:
                self.looks.append(look)
            u, v = look.u, look.v
            open_ = (self.places[0][u] > 0) & (self.places[1][v] > 0)
            u, v = u[open_], v[open_]
            new = self.graph.add(u, v, self.problem.scores.at(u, v) + self.bonus)
            if not new and self.looks and self.looks[-1] is look:
                return True
        return False

    @property
    def duals(self) -> tuple[IntArray, IntArray]:
        """Everybody's dual, such that only pairs of two people with several places each are worth more than theirs.

        Whoever has at most one place takes on themselves what their pair is worth beyond the two duals.
        """
        rows = self.problem.scores.shape[0]
        y, graph = self.graph.y.copy(), self.graph
        used = graph.used == 1
        u, v, worth = graph.u[used], graph.v[used], graph.weight[used]
        free = np.concatenate(self.minimum) == 0
        y[free] = np.maximum(y[free], 0)
        beyond = np.maximum(worth - y[u] - y[v + rows], 0)
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
        used = self.graph.used == 1
        sides = ((self.graph.u, len(self.places[0])), (self.graph.v, len(self.places[1])))
        left, right = (np.bincount(ends[used], minlength=size).astype(np.int64) for ends, size in sides)
        return left, right

    @property
    def short(self) -> IntArray:
        """How many partners everybody lacks of their minimum."""
        missing = [np.maximum(0, low - has) for low, has in zip(self.minimum, self.counts, strict=True)]
        return np.concatenate(missing)

    def infeasible(self) -> Matching:
        """Return the proof that minima cannot be met."""
        with_minimum = (np.flatnonzero(self.minimum[0] > 0), np.flatnonzero(self.minimum[1] > 0))
        # only those whose dual rose towards the reward compete for what is short
        rows, y = self.problem.scores.shape[0], self.graph.y
        left, right = with_minimum
        near = (left[2 * y[left] < -self.reward], right[2 * y[right + rows] < -self.reward])
        shortage = find_shortage(self.problem.scores, self.minimum, self.places, near)
        return Matching.of(
            self.problem, [], status=Status.INFEASIBLE, solver=Transport.name, certificate=shortage,
            stats=self._stats(),
        )  # fmt: skip

    def stated(self, finished: bool) -> Matching:
        """Return the assignment with its proof, or with its gap."""
        used = self.graph.used == 1
        pairs = np.stack([self.graph.u[used], self.graph.v[used]], axis=1)
        if self.short.any():
            return Matching.of(
                self.problem, [], status=Status.UNDECIDED, solver=Transport.name,
                stats={**self._stats(), "stopped": True},
            )  # fmt: skip
        duals, beyond = self._bound(finished, used)
        bound = beyond + sum(
            sum((np.maximum(y, 0) * many + np.minimum(y, 0) * low).tolist())
            for y, low, many in zip(duals, self.minimum, self.places, strict=True)
        )
        worth = sum(self.graph.weight[used].tolist())
        if finished and bound != worth:
            raise VerificationError("The duals of an assignment fail their check.")
        covered = self.looks[-1].covered if self.looks else 0
        return Matching.of(
            self.problem,
            pairs,
            status=Status.OPTIMAL if finished else Status.GAP,
            solver=Transport.name,
            certificate=FlowCertificate(self.bonus, *duals, pairs_covered=covered),
            gap=bound - worth,
            pairs_gap=0 if finished else self._pairs_gap(bound, len(pairs)),
            stats=self._stats(),
        )

    def _bound(self, finished: bool, used: npt.NDArray[np.bool_]) -> tuple[tuple[IntArray, IntArray], int]:
        """Return duals, and what all pairs together are worth beyond them."""
        if finished:
            rows, (left, right) = self.problem.scores.shape[0], self.duals
            graph, y = self.graph, np.concatenate([left, right])
            beyond = graph.weight[used] - y[graph.u[used]] - y[graph.v[used] + rows]
            return (left, right), sum(np.maximum(0, beyond).tolist())
        if self.looks:
            return self.looks[-1].raised, 0
        best = self.start.best[: self.problem.scores.shape[0]]
        left = np.where(
            best == FORBIDDEN, 0, np.maximum(0, np.where(best == FORBIDDEN, 0, best) + self.bonus)
        )
        return (left, np.zeros(self.problem.scores.shape[1], dtype=np.int64)), 0

    def _pairs_gap(self, bound: int, pairs: int) -> int:
        if self.problem.objective == "best_total":
            return 0
        most = min(int(side.sum()) for side in self.places)
        if self.looks and self.bonus + self.lowest > 0:
            most = min(most, bound // (self.bonus + self.lowest))
        return most - pairs

    def _stats(self) -> dict[str, int]:
        return {
            "rounds": self.rounds,
            "edges": len(self.graph.u),
            "searches": self.graph.searches,
            "scans": len(self.looks),
        }
