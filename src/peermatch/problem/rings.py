"""Rings: what a solver of mentoring rings sees, and what it returns.

In a ring of 3 to 8 people each advises the next one, and the last the first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from peermatch.checks import check_count, must_be
from peermatch.problem.circles import LARGEST_CIRCLE, SMALLEST_CIRCLE
from peermatch.problem.matching import Matching
from peermatch.problem.problem import Problem
from peermatch.problem.scores import FORBIDDEN, DenseScores, IntArray
from peermatch.problem.status import Status

__all__ = ["HIGHEST_WORTH", "RingMatching", "RingProblem"]

HIGHEST_WORTH = 2**31 - 2


@dataclass(frozen=True, eq=False)
class RingProblem:
    """Rings of one pool: as many people in a ring as possible, and then the best total.

    Parameters
    ----------
    worth : int64 array, shape (n, n)
        ``worth[i, j]`` is what it is worth that i advises j, from 0 to ``2**31 - 2``; `FORBIDDEN` where i may not. The
        diagonal does not count.
    smallest, largest : int
        How many people a ring has, from 3 to 8.

    Raises
    ------
    ValueError
        For a matrix or sizes that do not fit.
    """

    worth: IntArray
    smallest: int = SMALLEST_CIRCLE
    largest: int = LARGEST_CIRCLE

    def __post_init__(self) -> None:
        worth = np.array(self.worth)
        if worth.ndim != 2 or worth.shape[0] != worth.shape[1] or worth.dtype.kind not in "iu":
            raise ValueError(must_be("RingProblem", "worth", "a square array of whole numbers", worth.shape))
        worth = worth.astype(np.int64)
        np.fill_diagonal(worth, FORBIDDEN)
        outside = (worth != FORBIDDEN) & ((worth < 0) | (worth > HIGHEST_WORTH))
        if outside.any():
            raise ValueError(
                must_be("RingProblem", "worth", f"from 0 to {HIGHEST_WORTH}", int(worth[outside][0]))
            )
        low = check_count("RingProblem", "smallest", self.smallest, at_least=SMALLEST_CIRCLE)
        high = check_count("RingProblem", "largest", self.largest, at_least=low)
        if high > LARGEST_CIRCLE:
            raise ValueError(must_be("RingProblem", "largest", f"at most {LARGEST_CIRCLE}", high))
        object.__setattr__(self, "worth", worth)

    @property
    def n(self) -> int:
        """How many people there are."""
        return len(self.worth)

    @property
    def step(self) -> int:
        """What one person more who is advised counts for: more than any total."""
        return self.n * int(self.worth.max(initial=0)) + 1

    def assignment(self) -> Problem:
        """Return the problem that forgets about rings: everybody advises one at most, and is advised by one at most.

        A pair of it is worth what the advice is worth and `step`. Every set of rings is an answer to it.
        """
        raised = np.where(self.worth == FORBIDDEN, FORBIDDEN, self.worth + self.step)
        return Problem(DenseScores(raised, two_sided=True), "best_total")


@dataclass(frozen=True, eq=False)
class RingMatching:
    """Rings, what they are worth, and what is known about them.

    Parameters
    ----------
    rings : tuple of int64 arrays
        The members of each ring in the order in which each advises the next, from the lowest position on; rings in the
        order of their first members.
    n : int
        The size of the pool.
    total : int
        The sum of what all advice is worth, a Python integer.
    bound : int
        Proved: no rings with as many people are worth more.
    assignment_bound : int
        What the assignment proves: as `bound`, for those who look at who advises whom alone.
    status : Status
        ``optimal``: nobody can put more people into rings, nor as many with a better total. ``gap``: see `gap`.
    solver : str
    certificate : Matching or None
        The best assignment with its dual variables, which prove `assignment_bound`.
    seats_gap : int
        How many more people other rings could have at most.
    stats : mapping
    """

    rings: tuple[IntArray, ...]
    n: int
    total: int
    bound: int
    assignment_bound: int
    status: Status
    solver: str
    certificate: Matching | None = None
    seats_gap: int = 0
    stats: Mapping[str, Any] = field(default_factory=dict)

    @property
    def gap(self) -> int:
        """How much more rings with as many people could be worth at most."""
        return self.bound - self.total

    @property
    def assignment_gap(self) -> int:
        """How much more the bound by assignment is than the total, whether or not rings can reach it."""
        return self.assignment_bound - self.total

    @property
    def sizes(self) -> list[int]:
        """How many members each ring has."""
        return [len(members) for members in self.rings]

    @cached_property
    def advises(self) -> IntArray:
        """Whom each person advises, or -1, shape (n,)."""
        found = np.full(self.n, -1, dtype=np.int64)
        for members in self.rings:
            found[members] = np.roll(members, -1)
        return found

    @property
    def outside(self) -> IntArray:
        """Those in no ring, ascending."""
        return np.flatnonzero(self.advises < 0)

    @classmethod
    def of(
        cls,
        problem: RingProblem,
        rings: Sequence[npt.ArrayLike],
        *,
        bound: int,
        assignment_bound: int,
        status: Status,
        solver: str,
        certificate: Matching | None = None,
        seats_gap: int = 0,
        stats: Mapping[str, Any] | None = None,
    ) -> RingMatching:
        """Build a result from rings in any order; the total is summed from the problem's own numbers."""
        turned = []
        for members in rings:
            ring = np.asarray(members, dtype=np.int64)
            turned.append(np.roll(ring, -int(ring.argmin())))
        turned.sort(key=lambda ring: int(ring[0]))
        total = sum(int(value) for ring in turned for value in problem.worth[ring, np.roll(ring, -1)])
        return cls(
            rings=tuple(turned),
            n=problem.n,
            total=total,
            bound=bound,
            assignment_bound=assignment_bound,
            status=status,
            solver=solver,
            certificate=certificate,
            seats_gap=seats_gap,
            stats=dict(stats or {}),
        )
