"""The problem: what a solver sees. Positions, scores and capacities; no names, no tables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from peermatch.checks import check_choice
from peermatch.errors import UnsupportedError
from peermatch.problem.scores import Candidates, IntArray, PairScores, top_of_blocks

__all__ = ["OBJECTIVES", "ClonedScores", "Problem", "first_places"]

OBJECTIVES = ("everyone_first", "best_total", "worst_first", "leximin")


@dataclass(frozen=True)
class Problem:
    """One matching problem.

    Parameters
    ----------
    scores : PairScores
    objective : {"everyone_first", "best_total", "worst_first", "leximin"}
        As many pairs as possible and then the best total; the best total alone (a pair is then made only if it adds
        to the total); as many pairs as possible, then the best worst pair, then the best total; or as many pairs as
        possible, then the best worst pair, then the best second-worst, and so on (small pools).
    capacity : pair of int64 arrays or None
        Two sides only: how many partners each person of the left and of the right side may have. None: one each.
        Where both sides have people with more than one place, only 'transport' and 'deferred' take the problem.

    Raises
    ------
    ValueError
        For an unknown objective, or capacities that do not fit the scores.
    """

    scores: PairScores
    objective: str = "everyone_first"
    capacity: tuple[IntArray | None, IntArray | None] = (None, None)

    def __post_init__(self) -> None:
        check_choice("Problem", "objective", self.objective, OBJECTIVES)
        for places, size in zip(self.capacity, self.scores.shape, strict=True):
            if places is None:
                continue
            if not self.scores.two_sided:
                raise ValueError("Capacities need two sides.")
            if places.shape != (size,) or (size and int(places.min()) < 0):
                raise ValueError(f"A capacity needs {size} whole numbers of at least 0.")

    @property
    def two_sided(self) -> bool:
        """Whether rows and columns are different people."""
        return self.scores.two_sided

    @property
    def n_vertices(self) -> int:
        """People in one pool; left plus right on two sides."""
        rows, columns = self.scores.shape
        return rows + columns if self.two_sided else rows

    @property
    def has_places(self) -> bool:
        """Whether anyone has a capacity other than one."""
        return any(places is not None and bool((places != 1).any()) for places in self.capacity)

    @property
    def many_to_many(self) -> bool:
        """Whether both sides have people with more than one place."""
        return all(places is not None and bool((places > 1).any()) for places in self.capacity)

    def one_place_each(self) -> tuple[Problem, IntArray, IntArray]:
        """Return the same problem with each person of capacity c standing there c times.

        Returns
        -------
        problem : Problem
            Without capacities; `self` when nobody has a capacity other than one.
        left, right : int64 arrays
            The position in this problem of each row and of each column of the returned one.

        Raises
        ------
        UnsupportedError
            If both sides have people with more than one place: two places could hold the same pair twice.
        """
        if self.many_to_many:
            raise UnsupportedError(
                "Only one of the two sides may have people with more than one place, for all solvers but 'transport' "
                "and 'deferred', which looks for stable pairs. Use one of them, or give everyone on one of the sides a "
                "single place."
            )
        rows, columns = self.scores.shape
        left, right = np.arange(rows), np.arange(columns)
        if not self.has_places:
            return self, left, right
        if self.capacity[0] is not None:
            left = np.repeat(left, self.capacity[0])
        if self.capacity[1] is not None:
            right = np.repeat(right, self.capacity[1])
        return Problem(ClonedScores(self.scores, left, right), self.objective), left, right


def first_places(positions: IntArray) -> npt.NDArray[np.bool_]:
    """Return which entry is the first of each person's places, so that pairs of people can be counted once.

    Parameters
    ----------
    positions : int64 array
        Of rows or columns, as `Problem.one_place_each` returns them.

    Examples
    --------
    >>> first_places(np.array([0, 0, 1, 3, 3])).tolist()
    [True, False, True, True, False]
    """
    fresh = np.ones(len(positions), dtype=bool)
    fresh[1:] = positions[1:] != positions[:-1]
    return fresh


class ClonedScores:
    """Two-sided scores in which rows and columns are taken by position, with repeats or gaps.

    Parameters
    ----------
    base : PairScores
    left, right : int64 arrays
        Positions in `base` of each row and column here.
    """

    def __init__(self, base: PairScores, left: IntArray, right: IntArray) -> None:
        self._base, self._left, self._right = base, left, right

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return (len(self._left), len(self._right))

    @property
    def two_sided(self) -> bool:
        """Always True."""
        return True

    def block(self, rows: IntArray) -> IntArray:
        """Return the scores of these rows with everyone."""
        return self._base.block(self._left[rows])[:, self._right]

    def at(self, u: IntArray, v: IntArray) -> IntArray:
        """Return the scores of the listed pairs."""
        return self._base.at(self._left[u], self._right[v])

    def top(self, k: int) -> Candidates:
        """Return each row's k best allowed partners."""
        return top_of_blocks(self, k)

    def utilities(self, rows: IntArray, side: str = "left") -> IntArray:
        """Return what each pairing is worth to the row's person alone."""
        if side == "left":
            return self._base.utilities(self._left[rows], "left")[:, self._right]
        return self._base.utilities(self._right[rows], "right")[:, self._left]
