"""The matching: what a solver returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from peermatch.problem.certificate import Certificate
from peermatch.problem.problem import Problem
from peermatch.problem.scores import IntArray
from peermatch.problem.stability import BlockingPairs, Stability
from peermatch.problem.status import Status

__all__ = ["TRIO_PAIRS", "Matching", "sorted_pairs"]

TRIO_PAIRS = ([0, 1], [0, 2], [1, 2])
"""The columns of a trio that make its pairs."""


def sorted_pairs(pairs: npt.ArrayLike, *, two_sided: bool) -> IntArray:
    """Return pairs as an (m, 2) int64 array, (low, high) in one pool, sorted by first, then second."""
    array = np.asarray(pairs, dtype=np.int64).reshape(-1, 2)
    if not two_sided:
        array = np.sort(array, axis=1)
    return array[np.lexsort((array[:, 1], array[:, 0]))]


@dataclass(frozen=True, eq=False)
class Matching:
    """Pairs of positions, what they are worth, and what is known about them.

    Parameters
    ----------
    pairs : int64 array, shape (m, 2)
        In canonical order (see `sorted_pairs`). On two sides: a position on the left and one on the right.
    n_left, n_right : int
        Sizes of the sides; equal to the size of the pool, both, for one pool.
    two_sided : bool
    weight : int
        The total score of the pairs, a Python integer on the grid of 2**-30 (exact at any size).
    status : Status
    certificate : Certificate, optional
    solver : str
        The name of the solver.
    gap : int or None
        How much more another matching could be worth at most, in units of the score: of the total where the number
        of pairs is the same; None where nothing is proved.
    pairs_gap : int
        How many more pairs another matching could have at most.
    worst_gap : int
        Objective ``"worst_first"`` only: how much better the worst pair of another matching with as many pairs could
        be at most. Where it is 0, `gap` is of the total among matchings with such a worst pair.
    stats : mapping
        What the solver counted on the way (rounds, edges, ...); no times, so that results are the same bytes.

    trios : int64 array, shape (t, 3)
        One pool: those who meet as three, each row ascending. All three pairs of each are among `pairs`, and `weight`
        counts them all.
    stability : Stability, optional
        What a stable solver found out besides; `cost`, `partition` and `blocking_pairs` are taken from it.

    Attributes
    ----------
    mate : int64 array
        One pool: each person's partner or -1, shape (n,); of a trio one of both. Two sides: each left person's partner
        on the right, for problems in which nobody on the left has two.
    """

    pairs: IntArray
    n_left: int
    n_right: int
    two_sided: bool
    weight: int
    status: Status
    solver: str
    certificate: Certificate | None = None
    gap: int | None = None
    pairs_gap: int = 0
    worst_gap: int = 0
    stats: Mapping[str, Any] = field(default_factory=dict)
    stability: Stability | None = None
    trios: IntArray = field(default_factory=lambda: np.zeros((0, 3), dtype=np.int64))

    @cached_property
    def mate(self) -> IntArray:
        """Each person's partner, or -1."""
        mate = np.full(self.n_left, -1, dtype=np.int64)
        mate[self.pairs[:, 0]] = self.pairs[:, 1]
        if not self.two_sided:
            mate[self.pairs[:, 1]] = self.pairs[:, 0]
        return mate

    @property
    def cost(self) -> int | None:
        """The sum of everyone's ranks, counted from 1; None unless a stable solver made the matching."""
        return None if self.stability is None else self.stability.cost

    @property
    def partition(self) -> IntArray | None:
        """A stable partition as everyone's successor; None unless a solver of stable roommates made the matching."""
        return None if self.stability is None else self.stability.partition

    @property
    def blocking_pairs(self) -> BlockingPairs | None:
        """The pairs that block what a fallback made; None where there was no fallback."""
        return None if self.stability is None else self.stability.blocking

    @classmethod
    def of(
        cls,
        problem: Problem,
        pairs: npt.ArrayLike,
        *,
        status: Status,
        solver: str,
        certificate: Certificate | None = None,
        gap: int | None = None,
        pairs_gap: int = 0,
        worst_gap: int = 0,
        stats: Mapping[str, Any] | None = None,
        stability: Stability | None = None,
        trios: IntArray | None = None,
    ) -> Matching:
        """Build a matching from pairs (and trios) in any order; the weight is summed from the problem's own scores."""
        trios = np.zeros((0, 3), dtype=np.int64) if trios is None else np.sort(trios, axis=1)
        if len(trios):
            pairs = np.concatenate(
                [np.asarray(pairs).reshape(-1, 2), *(trios[:, ends] for ends in TRIO_PAIRS)]
            )
        ordered = sorted_pairs(pairs, two_sided=problem.two_sided)
        values = problem.scores.at(ordered[:, 0], ordered[:, 1])
        rows, columns = problem.scores.shape
        return cls(
            pairs=ordered,
            n_left=rows,
            n_right=columns,
            two_sided=problem.two_sided,
            weight=sum(int(value) for value in values),
            status=status,
            solver=solver,
            certificate=certificate,
            gap=gap,
            pairs_gap=pairs_gap,
            worst_gap=worst_gap,
            stats=dict(stats or {}),
            stability=stability,
            trios=trios[np.lexsort((trios[:, 2], trios[:, 1], trios[:, 0]))],
        )
