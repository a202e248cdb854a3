"""Scores in which the pairs of a group's people are worth more."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from peermatch.problem.scores import FORBIDDEN, Candidates, IntArray, PairScores, top_of_blocks

__all__ = ["GroupedScores"]

Bools = npt.NDArray[np.bool_]


class GroupedScores:
    """The same pairs, each worth its score times ``own + more * (how many of the two belong to the group)``.

    Parameters
    ----------
    base : PairScores
    left, right : bool arrays
        Who of the rows and of the columns belongs to the group; in one pool twice the same.
    own, more : int
        At least 0.

    Examples
    --------
    >>> from peermatch.problem import DenseScores
    >>> group = np.array([True, True, False])
    >>> scores = GroupedScores(DenseScores([[0, 5, 2], [5, 0, 9], [2, 9, 0]]), group, group, 1, 10)
    >>> scores.block(np.array([1]))[0, [0, 2]].tolist()
    [105, 99]
    """

    def __init__(self, base: PairScores, left: Bools, right: Bools, own: int, more: int) -> None:
        self._base, self._own, self._more = base, own, more
        self._left, self._right = left.astype(np.int64), right.astype(np.int64)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self._base.shape

    @property
    def two_sided(self) -> bool:
        """Whether rows and columns are different sides."""
        return self._base.two_sided

    @property
    def base(self) -> PairScores:
        """The plain scores."""
        return self._base

    def block(self, rows: IntArray) -> IntArray:
        """Return the scores of these rows with everyone."""
        of_both = self._left[rows][:, None] + self._right[None, :]
        return self._times(self._base.block(rows), of_both)

    def at(self, u: IntArray, v: IntArray) -> IntArray:
        """Return the scores of the listed pairs."""
        return self._times(self._base.at(u, v), self._left[u] + self._right[v])

    def top(self, k: int) -> Candidates:
        """Return each row's k best allowed partners."""
        return top_of_blocks(self, k)

    def utilities(self, rows: IntArray, side: str = "left") -> IntArray:
        """Return what each pairing is worth to the row's person alone: the group plays no part in it."""
        return self._base.utilities(rows, side)

    def _times(self, scores: IntArray, of_both: IntArray) -> IntArray:
        allowed = scores != FORBIDDEN
        return np.where(allowed, np.where(allowed, scores, 0) * (self._own + self._more * of_both), FORBIDDEN)
