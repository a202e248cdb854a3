"""The exact solver: a maximum-weight matching over all allowed pairs, with its proof."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from peermatch.checks import check_count
from peermatch.problem import (
    ONE_POOL,
    TWO_SIDES,
    BoundCertificate,
    Control,
    IntArray,
    Matching,
    OptimalityCertificate,
    Problem,
    Status,
)
from peermatch.solvers.bounds import Bound, most_pairs_possible
from peermatch.solvers.candidates import Places
from peermatch.solvers.pricing import Outcome, pairs_of, price_and_repair

__all__ = ["Blossom"]


@dataclass(frozen=True)
class Blossom:
    """Maximum-weight matching over all allowed pairs of one pool or two sides, exactly.

    The n x n matrix is never held: a few candidates for everybody are matched exactly (Edmonds 1965, by our own
    kernels), all allowed pairs are then checked against the dual variables, and pairs that contradict them join
    the candidates (Applegate and Cook 1993). The dual variables prove the result.

    Parameters
    ----------
    k : int, default 16
        How many candidates each person starts with. It changes the time, not the total.

    Raises
    ------
    ValueError
        If `k` is not a whole number of at least 1.

    Examples
    --------
    >>> from peermatch.problem import DenseScores
    >>> scores = DenseScores([[0, 5, 1, 2], [5, 0, 6, 1], [1, 6, 0, 4], [2, 1, 4, 0]])
    >>> matching = Blossom().solve(Problem(scores))
    >>> matching.pairs.tolist(), matching.weight, str(matching.status)
    ([[0, 1], [2, 3]], 9, 'optimal')
    """

    k: int = 16
    name: ClassVar[str] = "blossom"
    accepts: ClassVar[frozenset[str]] = frozenset({ONE_POOL, TWO_SIDES})

    def __post_init__(self) -> None:
        check_count("Blossom", "k", self.k, at_least=1)

    def solve(self, problem: Problem, *, control: Control | None = None) -> Matching:
        """Return an optimal matching; if asked to stop, a valid one with a proven gap.

        Parameters
        ----------
        problem : Problem
        control : Control, optional
            Stages: "solving" (vertices done), "pricing" and "levelling" (rows done).

        Raises
        ------
        UnsupportedError
            If the scores need more bits than exact 64-bit arithmetic has.
        """
        places = Places.of(problem)
        outcome = price_and_repair(problem, places, self.k, control)
        pairs = pairs_of(outcome.mate, places)
        stats = {"rounds": outcome.rounds, "edges": outcome.edges, "searches": outcome.searches}
        if outcome.solved is None:
            return _with_gap(problem, places, outcome, pairs, stats)
        certificate = OptimalityCertificate(
            scale=2,
            bonus=outcome.bonus,
            vertex_duals=outcome.solved.vertex_duals,
            pairs_covered=outcome.covered,
            blossom_parent=outcome.solved.blossom_parent,
            blossom_duals=outcome.solved.blossom_duals,
            vertex_blossom=outcome.solved.vertex_blossom,
        )
        stats["blossoms"] = len(outcome.solved.blossom_duals)
        return Matching.of(
            problem,
            pairs,
            status=Status.OPTIMAL,
            solver=self.name,
            certificate=certificate,
            gap=0,
            stats=stats,
        )


def _with_gap(
    problem: Problem, places: Places, outcome: Outcome, pairs: IntArray, stats: dict[str, int]
) -> Matching:
    """State the best bound that was proved before the search was stopped."""
    plain = Matching.of(problem, pairs, status=Status.GAP, solver=Blossom.name, stats=stats)
    bound, gap, pairs_gap = min(
        ((bound, *_gap(problem, places, outcome, bound, plain)) for bound in outcome.bounds),
        key=lambda stated: (stated[2], stated[1]),
    )
    certificate = BoundCertificate(
        scale=2, bonus=bound.bonus, vertex_duals=bound.duals, pairs_covered=outcome.covered
    )
    return Matching.of(
        problem,
        pairs,
        status=Status.GAP,
        solver=Blossom.name,
        certificate=certificate,
        gap=gap,
        pairs_gap=pairs_gap,
        stats=stats,
    )


def _gap(
    problem: Problem, places: Places, outcome: Outcome, bound: Bound, found: Matching
) -> tuple[int, int]:
    """Return (gap in the total at the same number of pairs, gap in the number of pairs)."""
    if problem.objective == "best_total":
        return bound.total_of_any() - found.weight, 0
    count = len(found.pairs)
    most = most_pairs_possible(outcome.start, places)
    if outcome.lowest is not None:
        # every pair is worth at least bonus + lowest, so this many pairs at most fit under the bound
        most = min(most, bound.total_of_any() // (bound.bonus + outcome.lowest))
    left = places.offset if problem.two_sided else 0
    return bound.total(count, left) - found.weight, most - count
