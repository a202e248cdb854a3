"""What a run of price and repair lets a solver state: a proof of optimality, or the tightest bound on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from peermatch.problem import BoundCertificate, IntArray, OptimalityCertificate, Problem
from peermatch.solvers.bounds import Bound, most_pairs_possible
from peermatch.solvers.candidates import Places
from peermatch.solvers.engine import no_blossoms
from peermatch.solvers.pricing import Outcome, pairs_of

__all__ = ["Stated", "certificate_of", "close_enough", "count_pairs", "tightest", "total_of"]


class Stated(NamedTuple):
    """A true gap and its evidence: `gap` in the total among as many pairs, `pairs_gap` in their number."""

    gap: int
    pairs_gap: int
    certificate: BoundCertificate
    bound: int


def certificate_of(outcome: Outcome) -> OptimalityCertificate:
    """Return the proof of a run that ended with one."""
    solved = outcome.solved
    assert solved is not None
    return OptimalityCertificate(
        scale=2,
        bonus=outcome.bonus,
        vertex_duals=solved.vertex_duals,
        pairs_covered=outcome.covered,
        blossom_parent=solved.blossom_parent,
        blossom_duals=solved.blossom_duals,
        vertex_blossom=solved.vertex_blossom,
    )


def total_of(problem: Problem, pairs: IntArray) -> int:
    """Return what pairs are worth together, at any size."""
    return sum(map(int, problem.scores.at(pairs[:, 0], pairs[:, 1])))


def tightest(problem: Problem, places: Places, outcome: Outcome, pairs: IntArray) -> Stated:
    """Return the best bound that was proved before the search ended, for these pairs (of the original problem)."""
    total = total_of(problem, pairs)
    gap, pairs_gap, bound = min(
        ((*_gap(problem, places, outcome, bound, len(pairs), total), bound) for bound in outcome.bounds),
        key=lambda stated: (stated[1], stated[0]),
    )
    blossoms = bound.blossoms or no_blossoms(bound.duals)
    certificate = BoundCertificate(
        scale=2,
        bonus=bound.bonus,
        vertex_duals=bound.duals,
        pairs_covered=outcome.covered,
        blossom_parent=blossoms.blossom_parent,
        blossom_duals=blossoms.blossom_duals,
        vertex_blossom=blossoms.vertex_blossom,
    )
    return Stated(gap, pairs_gap, certificate, total + gap)


def _gap(
    problem: Problem, places: Places, outcome: Outcome, bound: Bound, count: int, total: int
) -> tuple[int, int]:
    """Return (gap in the total at the same number of pairs, gap in the number of pairs)."""
    if problem.objective == "best_total":
        return bound.total_of_any() - total, 0
    most = most_pairs_possible(outcome.start, places)
    if outcome.lowest is not None and bound.bonus + outcome.lowest > 0:
        # every pair is worth at least bonus + lowest, so this many pairs at most fit under the bound
        most = min(most, bound.total_of_any() // (bound.bonus + outcome.lowest))
    left = places.offset if problem.two_sided else 0
    return bound.total(count, left) - total, most - count


def close_enough(problem: Problem, places: Places, share: float) -> Callable[[Outcome], bool]:
    """Return the question whether a run's answer is proved to be within this share of the best total.

    Parameters
    ----------
    problem : Problem
    places : Places
        Of that problem.
    share : float
        Of the bound, in [0, 1]. One pair fewer than possible is never close enough.
    """

    def enough(outcome: Outcome) -> bool:
        stated = tightest(problem, places, outcome, pairs_of(outcome.mate, places))
        return stated.pairs_gap == 0 and stated.gap <= share * max(0, stated.bound)

    return enough


def count_pairs(mate: IntArray) -> int:
    """Return how many pairs a matching of vertices has."""
    return int(np.count_nonzero(mate >= 0)) // 2
