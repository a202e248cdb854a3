"""The same people with fewer pairs: those that reach a threshold, as they are or each worth one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from peermatch.problem import FORBIDDEN, Candidates, IntArray, PairScores, Problem, scores_above

__all__ = ["UnitScores", "at_least", "each_worth_one"]


def at_least(problem: Problem, floor: int) -> Problem:
    """Return the problem of everyone first among the pairs with at least this score."""
    return replace(problem, scores=scores_above(problem.scores, floor), objective="everyone_first")


def each_worth_one(problem: Problem, floor: int | None) -> Problem:
    """Return the problem of the most pairs among those with at least this score (None: among all allowed ones)."""
    scores = problem.scores if floor is None else scores_above(problem.scores, floor)
    return replace(problem, scores=UnitScores(scores), objective="best_total")


class UnitScores:
    """Pair scores in which every allowed pair is worth one."""

    def __init__(self, base: PairScores) -> None:
        self._base = base

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self._base.shape

    @property
    def two_sided(self) -> bool:
        """Whether rows and columns are different sides."""
        return self._base.two_sided

    def block(self, rows: IntArray) -> IntArray:
        """Return 1 or `FORBIDDEN` for these rows with everyone."""
        return _unit(self._base.block(rows))

    def at(self, u: IntArray, v: IntArray) -> IntArray:
        """Return 1 or `FORBIDDEN` for the listed pairs."""
        return _unit(self._base.at(u, v))

    def top(self, k: int) -> Candidates:
        """Return each row's k best partners by the scores behind."""
        best = self._base.top(k)
        return Candidates(best.columns, _unit(best.scores))

    def utilities(self, rows: IntArray, side: str = "left") -> IntArray:
        """Return 1 or `FORBIDDEN`: to each of the two a pair is worth as much."""
        return _unit(self._base.utilities(rows, side))


def _unit(scores: IntArray) -> IntArray:
    return np.where(scores == FORBIDDEN, FORBIDDEN, 1)
