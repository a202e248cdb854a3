"""Scores above a floor: the same pairs, without those that score too little."""

from __future__ import annotations

import numpy as np

from peermatch.problem.scores import FORBIDDEN, Candidates, IntArray, PairScores

__all__ = ["FlooredScores", "scores_above"]

_CELLS_AT_ONCE = 1 << 21


def scores_above(scores: PairScores, floor: int) -> PairScores:
    """Return the same scores, with every pair below a floor forbidden.

    Scores that know a quicker way of their own have a method ``at_least(floor)``, whose result forbids these pairs in
    `block`, `at`, `top` and `utilities` alike; all others are wrapped.

    Parameters
    ----------
    scores : PairScores
    floor : int
        On the grid of 2**-30. A pair with exactly this score may be made.

    Examples
    --------
    >>> from peermatch.problem import DenseScores
    >>> scores_above(DenseScores([[0, 5, 2], [5, 0, 9], [2, 9, 0]]), 5).block(np.array([2])) > FORBIDDEN
    array([[False,  True, False]])
    """
    at_least = getattr(scores, "at_least", None)
    if callable(at_least):
        floored: PairScores = at_least(floor)
        return floored
    return FlooredScores(scores, floor)


class FlooredScores:
    """Pair scores in which every pair below a floor is forbidden.

    Parameters
    ----------
    base : PairScores
    floor : int
        On the grid of 2**-30.
    """

    def __init__(self, base: PairScores, floor: int) -> None:
        self._base, self._floor = base, floor

    def at_least(self, floor: int) -> PairScores:
        """Return the same scores with a floor that is no lower."""
        return FlooredScores(self._base, max(floor, self._floor))

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self._base.shape

    @property
    def two_sided(self) -> bool:
        """Whether rows and columns are different sides."""
        return self._base.two_sided

    def block(self, rows: IntArray) -> IntArray:
        """Return the scores of these rows with everyone."""
        return self._kept(self._base.block(rows))

    def at(self, u: IntArray, v: IntArray) -> IntArray:
        """Return the scores of the listed pairs."""
        return self._kept(self._base.at(u, v))

    def top(self, k: int) -> Candidates:
        """Return each row's k best allowed partners: of the base's those that are good enough, which come first."""
        best = self._base.top(k)
        scores = self._kept(best.scores)
        return Candidates(np.where(scores == FORBIDDEN, -1, best.columns), scores)

    def utilities(self, rows: IntArray, side: str = "left") -> IntArray:
        """Return what each pairing is worth to the row's person alone; the floor is one for the pair's score."""
        rows = np.asarray(rows, dtype=np.int64)
        directed = self._base.utilities(rows, side)
        if side == "left" or not self.two_sided:
            return np.where(self.block(rows) == FORBIDDEN, FORBIDDEN, directed)
        everyone = np.arange(self.shape[0], dtype=np.int64)
        step = max(1, _CELLS_AT_ONCE // max(1, len(everyone)))
        parts = [np.zeros((0, len(everyone)), dtype=np.int64)]
        for start in range(0, len(rows), step):
            some = rows[start : start + step]
            scores = self.at(np.tile(everyone, len(some)), np.repeat(some, len(everyone)))
            parts.append(scores.reshape(len(some), len(everyone)))
        return np.where(np.concatenate(parts) == FORBIDDEN, FORBIDDEN, directed)

    def _kept(self, scores: IntArray) -> IntArray:
        return np.where(scores < self._floor, FORBIDDEN, scores)
