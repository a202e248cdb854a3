"""Deferred acceptance for two sides, on what each pairing is worth to each of the two."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from peermatch.checks import check_choice, check_count
from peermatch.errors import UnsupportedError
from peermatch.problem import (
    TWO_SIDES,
    Control,
    Entries,
    IntArray,
    ListedUtilities,
    Matching,
    Problem,
    Stability,
    StabilityCertificate,
    Status,
    Stopped,
)
from peermatch.solvers.deferred_prefixes import propose_lazily
from peermatch.solvers.list_input import SideLists
from peermatch.solvers.proposals import promise_of, stability_of
from peermatch.solvers.two_sided_lists import accept, meet

__all__ = ["Deferred"]

_SIDES = ("left", "right")


@dataclass(frozen=True)
class Deferred:
    """Gale and Shapley's deferred acceptance (1962), with places on either side or on both.

    Everyone's list is made of their utilities, best first; a forbidden pair is on neither list, and everyone who is
    allowed is preferred to a free place. The problem's objective plays no part: stability decides. Equal utilities are
    ordered by (column - row) mod columns, where the row is the person whose list it is.

    Scores that list all allowed pairs take linear time and memory. Of all others, proposers' best few are read, and
    more only for whoever has spent them: exact, and never the whole matrix at once. The status is ``stable``, with a
    `StabilityCertificate`; what is known beyond that is in ``.stability.promise``. Ranks (``.cost``, regret) are worked
    out where all pairs are listed, and are None elsewhere. A solve that was stopped is ``undecided`` and has no pairs.

    Parameters
    ----------
    proposers : {"left", "right"}, default "left"
        Whose best stable matching is found.
    candidates : int, default 32
        How many a proposer has in mind at first.

    Examples
    --------
    >>> from peermatch.problem import DenseScores
    >>> utilities = ([[2, 1], [1, 2]], [[1, 2], [2, 1]])
    >>> problem = Problem(DenseScores(np.ones((2, 2), dtype=int), two_sided=True, utilities=utilities))
    >>> Deferred().solve(problem).pairs.tolist(), Deferred("right").solve(problem).pairs.tolist()
    ([[0, 0], [1, 1]], [[0, 1], [1, 0]])
    """

    proposers: str = "left"
    candidates: int = 32
    name: ClassVar[str] = "deferred"
    accepts: ClassVar[frozenset[str]] = frozenset({TWO_SIDES})
    many_to_many: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_choice("Deferred", "proposers", self.proposers, _SIDES)
        check_count("Deferred", "candidates", self.candidates, at_least=1)

    def solve(self, problem: Problem, *, control: Control | None = None) -> Matching:
        """Return a stable matching.

        Raises
        ------
        UnsupportedError
            For one pool.
        """
        if not problem.two_sided:
            raise UnsupportedError(
                "The 'deferred' solver pairs people of two sides. For one pool use 'roommates' where stability is "
                "wanted; or use 'blossom'."
            )
        first = _SIDES.index(self.proposers)
        places = (problem.capacity[first], problem.capacity[1 - first])
        try:
            if control is not None:
                control.check()
            if isinstance(problem.scores, ListedUtilities):
                return self._listed(problem, problem.scores, first)
            found = propose_lazily(problem.scores, self.proposers, places, self.candidates, control)
        except Stopped:
            return Matching.of(
                problem, [], status=Status.UNDECIDED, solver=self.name, stats={"stopped": True}
            )
        return self._stable(
            problem,
            found.pairs if first == 0 else found.pairs[:, ::-1],
            found.n_pairs,
            Stability(promise=promise_of(self.proposers, problem.capacity, True)),
            {"proposals": found.proposals, "rounds": found.rounds, "most_listed": found.most_listed},
        )

    def _listed(self, problem: Problem, scores: ListedUtilities, first: int) -> Matching:
        sides = [
            _lists_of(scores.entries(side), others)
            for side, others in zip(_SIDES, problem.scores.shape[::-1], strict=True)
        ]
        met = meet(sides[first], sides[1 - first])
        held = accept(met, problem.capacity[first], problem.capacity[1 - first])
        pairs = held.pairs(met.receivers)
        tied = any(bool(side.tie.any()) for side in sides)
        stability = stability_of(met, held, first, promise_of(self.proposers, problem.capacity, tied))
        stats = {"ties": tied, "proposals": held.proposals}
        return self._stable(problem, pairs if first == 0 else pairs[:, ::-1], met.n_pairs, stability, stats)

    def _stable(
        self,
        problem: Problem,
        pairs: IntArray,
        n_pairs: int,
        stability: Stability,
        stats: Mapping[str, object],
    ) -> Matching:
        return Matching.of(
            problem,
            pairs,
            status=Status.STABLE,
            solver=self.name,
            certificate=StabilityCertificate(n_pairs),
            stats=stats,
            stability=stability,
        )


def _lists_of(entries: Entries, others: int) -> SideLists:
    """Put listed utilities in order: higher first, equals by (column - row) mod columns."""
    rows = np.repeat(np.arange(len(entries.start) - 1), np.diff(entries.start))
    rotation = (entries.column - rows) % max(1, others)
    order = np.lexsort((rotation, ~entries.utility, rows))
    utility = entries.utility[order]
    tie = np.zeros(len(utility), dtype=np.bool_)
    tie[1:] = (utility[1:] == utility[:-1]) & (rows[1:] == rows[:-1])
    start = np.ascontiguousarray(entries.start, dtype=np.int64)
    return SideLists(
        start, entries.column[order].astype(np.int32), tie if tie.any() else np.zeros(0, np.bool_)
    )
