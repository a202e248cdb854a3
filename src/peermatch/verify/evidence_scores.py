"""Pair scores from evidence: the scores that were solved, worked out again in plain NumPy, to the last bit.

A contribution is share times similarity, rounded once to a whole number of 2**-30; a utility is the sum of a person's
contributions; a score is one rounded function of the two utilities of a pair. Slower than the kernels that scored, and
sharing nothing with them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from peermatch.problem import FORBIDDEN, Candidates, IntArray, top_of_blocks
from peermatch.verify.evidence_rules import ListedRule, ReadRule
from peermatch.verify.evidence_similarity import Floats, Values

__all__ = ["MUTUALS", "EvidenceScores", "ReadCriterion"]

MUTUALS = ("geometric", "harmonic", "mean", "min")
ROWS, COLUMNS = 128, 1024
"""A tile: so few pairs that all that is worked out of them stays in the processor's cache."""

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class ReadCriterion:
    """One criterion: its name, its similarities, and what "not known" counts as for the left and the right person."""

    name: str
    values: Values
    fills: tuple[float, float]


@dataclass(frozen=True, eq=False)
class EvidenceScores:
    """Pair scores worked out from encoded numbers; see `peermatch.problem.PairScores`.

    Parameters
    ----------
    criteria : sequence of ReadCriterion
    shares : pair of int64 arrays, shapes (criteria, rows) and (criteria, columns)
        Those of one person add up to 2**30, or are all 0.
    rules : sequence of ReadRule
    two_sided : bool
    mutual : str
    lowest : int
        Pairs with a lower score are forbidden.
    threads : int
    """

    criteria: Sequence[ReadCriterion]
    shares: tuple[IntArray, IntArray]
    rules: Sequence[ReadRule]
    two_sided: bool
    mutual: str
    lowest: int = 0
    threads: int = 1

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return (self.shares[0].shape[1], self.shares[1].shape[1])

    def take(self, left: IntArray, right: IntArray) -> EvidenceScores:
        """Return the same scores for these rows and columns, in this order."""
        return replace(
            self,
            criteria=[replace(one, values=one.values.take(left, right)) for one in self.criteria],
            shares=(self.shares[0][:, left], self.shares[1][:, right]),
            rules=[rule.take(left, right) for rule in self.rules],
        )

    def without(self, u: IntArray, v: IntArray) -> EvidenceScores:
        """Return the same scores, in which these pairs are forbidden as well."""
        rule = ListedRule.of(self.shape, u, v, one_pool=not self.two_sided)
        return replace(self, rules=[*self.rules, rule])

    def at_least(self, lowest: int) -> EvidenceScores:
        """Return the same scores, in which pairs with a lower one than this are forbidden."""
        return replace(self, lowest=max(lowest, self.lowest))

    def block(self, rows: IntArray) -> IntArray:
        """Return the scores of these rows with everyone."""
        return self.block_from(rows, 0)

    def block_from(self, rows: IntArray, begin: int) -> IntArray:
        """Return the scores of these rows with the columns from `begin` on."""
        return self._by_tiles(np.asarray(rows, dtype=np.int64), np.arange(begin, self.shape[1]), self._scores)

    def at(self, u: IntArray, v: IntArray) -> IntArray:
        """Return the scores of the listed pairs."""
        u, v = np.asarray(u, dtype=np.int64), np.asarray(v, dtype=np.int64)
        forward, backward = self._utilities_of_pairs(u, v)
        says = self._says(u, v)
        return self._settled(forward, backward, says, self._forbidden_pairs(u, v))

    def top(self, k: int) -> Candidates:
        """Return each row's k best allowed partners."""
        return top_of_blocks(self, k)

    def utilities(self, rows: IntArray, side: str = "left") -> IntArray:
        """Return what each pairing is worth to the row's person alone, `FORBIDDEN` where it may not be made."""
        rows = np.asarray(rows, dtype=np.int64)
        if side == "left" or not self.two_sided:
            return self._by_tiles(rows, np.arange(self.shape[1]), self._forward)
        columns, where = np.unique(rows, return_inverse=True)
        return self._by_tiles(np.arange(self.shape[0]), columns, self._backward).T[where]

    def utilities_at(self, u: IntArray, v: IntArray) -> tuple[IntArray, IntArray]:
        """Return both sides' utilities of the listed pairs, whether or not they may be made."""
        forward, backward = self._utilities_of_pairs(
            np.asarray(u, dtype=np.int64), np.asarray(v, dtype=np.int64)
        )
        return forward.astype(np.int64), backward.astype(np.int64)

    def _by_tiles(
        self, rows: IntArray, columns: IntArray, of_tile: Callable[[IntArray, IntArray], IntArray]
    ) -> IntArray:
        out = np.empty((len(rows), len(columns)), dtype=np.int64)
        tiles = [
            (slice(top, top + ROWS), slice(first, first + COLUMNS))
            for top in range(0, len(rows), ROWS)
            for first in range(0, len(columns), COLUMNS)
        ]

        def fill(tile: tuple[slice, slice]) -> None:
            out[tile] = of_tile(rows[tile[0]], columns[tile[1]])

        if self.threads == 1 or len(tiles) < 2:
            for tile in tiles:
                fill(tile)
            return out
        with ThreadPoolExecutor(self.threads) as pool:
            list(pool.map(fill, tiles))
        return out

    def _scores(self, rows: IntArray, columns: IntArray) -> IntArray:
        forward, backward = self._utility_tile(rows, columns)
        mine, theirs = (np.any(part, axis=0) for part in self.shares)
        says = (mine[rows][:, None], theirs[columns][None, :])
        return self._settled(forward, backward, says, self._forbidden_tile(rows, columns))

    def _forward(self, rows: IntArray, columns: IntArray) -> IntArray:
        return self._one_sided(rows, columns, 0)

    def _backward(self, rows: IntArray, columns: IntArray) -> IntArray:
        return self._one_sided(rows, columns, 1)

    def _one_sided(self, rows: IntArray, columns: IntArray, hand: int) -> IntArray:
        barred = (
            self._scores(rows, columns) == FORBIDDEN
            if self.lowest > 0
            else self._forbidden_tile(rows, columns)
        )
        return np.where(barred, FORBIDDEN, self._utility_tile(rows, columns)[hand].astype(np.int64))

    def _utility_tile(self, rows: IntArray, columns: IntArray) -> tuple[Floats, Floats]:
        shape = (len(rows), len(columns))
        forward, backward = np.zeros(shape), np.zeros(shape)
        for k, criterion in enumerate(self.criteria):
            views = criterion.values.tile(rows, columns)
            forward += _contribution(self.shares[0][k, rows][:, None], views[0], criterion.fills[0])
            backward += _contribution(self.shares[1][k, columns][None, :], views[1], criterion.fills[1])
        return forward, backward

    def _utilities_of_pairs(self, u: IntArray, v: IntArray) -> tuple[Floats, Floats]:
        forward, backward = np.zeros(len(u)), np.zeros(len(u))
        for k, criterion in enumerate(self.criteria):
            views = criterion.values.pairs(u, v)
            forward += _contribution(self.shares[0][k, u], views[0], criterion.fills[0])
            backward += _contribution(self.shares[1][k, v], views[1], criterion.fills[1])
        return forward, backward

    def _says(self, u: IntArray, v: IntArray) -> tuple[Bools, Bools]:
        return np.any(self.shares[0][:, u], axis=0), np.any(self.shares[1][:, v], axis=0)

    def _forbidden_tile(self, rows: IntArray, columns: IntArray) -> Bools:
        bad = np.zeros((len(rows), len(columns)), dtype=np.bool_)
        if not self.two_sided:
            bad |= rows[:, None] == columns[None, :]
        for rule in self.rules:
            bad |= rule.tile(rows, columns)
        return bad

    def _forbidden_pairs(self, u: IntArray, v: IntArray) -> Bools:
        bad = np.zeros(len(u), dtype=np.bool_) if self.two_sided else u == v
        for rule in self.rules:
            bad = bad | rule.pairs(u, v)
        return np.asarray(bad)

    def _settled(self, forward: Floats, backward: Floats, says: tuple[Bools, Bools], bad: Bools) -> IntArray:
        """Where only one of two has a say, the pair is worth what it is worth to them."""
        a = np.where(says[0], forward, backward)
        b = np.where(says[1], backward, a)
        scores = np.rint(_mutual(a, b, self.mutual)).astype(np.int64)
        return np.where(bad | (scores < self.lowest), FORBIDDEN, scores)


def _contribution(shares: IntArray, similarity: Floats, fill: float) -> Floats:
    return np.rint(shares * np.where(np.isnan(similarity), fill, similarity))


def _mutual(a: Floats, b: Floats, how: str) -> Floats:
    if how == "mean":
        return (a + b) * 0.5
    if how == "geometric":
        return np.sqrt(a * b)
    if how == "min":
        return np.minimum(a, b)
    return 2.0 * (a * b) / np.maximum(1.0, a + b)
