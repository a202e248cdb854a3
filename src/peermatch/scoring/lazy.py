"""Lazy pair scores: computed from features and criteria when they are asked for, never kept as a matrix."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from peermatch.checks import check_choice
from peermatch.criteria import CompiledCriterion, Mask, person_shares
from peermatch.kernels.scores import MUTUAL_CODES, add_by_column, add_by_row, mutual_tile
from peermatch.problem import FORBIDDEN, Candidates, IntArray
from peermatch.scoring.tiles import row_chunks, run_tiles

__all__ = ["MUTUALS", "LazyScores"]

MUTUALS = tuple(sorted(MUTUAL_CODES))
# A tile's numbers stay in the processor's own cache while one criterion after the other is added.
_COLUMNS_PER_TILE = 2048
_ROWS_PER_TILE = 256

Floats = npt.NDArray[np.float64]
Tile = Callable[[IntArray, IntArray], IntArray]


class LazyScores:
    """Pair scores from compiled criteria and masks.

    A utility is the integer sum of contributions ``rint(share x similarity)``; a score is one rounded function of the
    two utilities of a pair. `block`, `at`, `top` and `utilities` agree to the last bit.

    Parameters
    ----------
    criteria : sequence of CompiledCriterion
    masks : sequence of Mask
    shape : (int, int)
    two_sided : bool
    mutual : {"geometric", "harmonic", "mean", "min"}

    Notes
    -----
    Memory is that of the features, O(people x features), plus one tile for each thread.
    """

    def __init__(
        self,
        criteria: Sequence[CompiledCriterion],
        masks: Sequence[Mask],
        shape: tuple[int, int],
        *,
        two_sided: bool,
        mutual: str = "geometric",
    ) -> None:
        check_choice("LazyScores", "mutual", mutual, MUTUALS)
        self.criteria = tuple(criteria)
        self.masks = tuple(masks)
        self.mutual = mutual
        self._shape, self._two_sided = shape, two_sided
        weights = [compiled.criterion.weight for compiled in criteria]
        left_on = [compiled.left_on for compiled in criteria]
        right_on = [compiled.right_on for compiled in criteria]
        self.left_shares = person_shares(
            weights, np.array(left_on, dtype=bool).reshape(len(weights), shape[0])
        )
        self.right_shares = person_shares(
            weights, np.array(right_on, dtype=bool).reshape(len(weights), shape[1])
        )
        # the same numbers as floats, which the kernels multiply by
        self._left_weights = self.left_shares.astype(np.float64)
        self._right_weights = self.right_shares.astype(np.float64)
        # for whom any criterion counts at all
        self.left_says: npt.NDArray[np.bool_] = np.any(self.left_shares, axis=0)
        self.right_says: npt.NDArray[np.bool_] = np.any(self.right_shares, axis=0)

    def take(self, left: IntArray, right: IntArray) -> LazyScores:
        """Return the same scores for these rows and columns, in this order."""
        return LazyScores(
            [compiled.take(left, right) for compiled in self.criteria],
            [mask.take(left, right) for mask in self.masks],
            (len(left), len(right)),
            two_sided=self._two_sided,
            mutual=self.mutual,
        )

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self._shape

    @property
    def two_sided(self) -> bool:
        """Whether rows and columns are different sides."""
        return self._two_sided

    def block(self, rows: IntArray) -> IntArray:
        """Return the scores of these rows with everyone, shape (len(rows), shape[1])."""
        return self._by_tiles(self._score_tile, np.asarray(rows, dtype=np.int64))

    def utilities(self, rows: IntArray, side: str = "left") -> IntArray:
        """Return what each pairing is worth to the row's person alone (directed), `FORBIDDEN` where forbidden."""
        rows = np.asarray(rows, dtype=np.int64)
        if side == "left" or not self._two_sided:
            return self._by_tiles(self._left_tile, rows)
        everyone = np.arange(self._shape[0], dtype=np.int64)
        out = np.empty((len(rows), self._shape[0]), dtype=np.int64)
        for start in range(0, len(everyone), _COLUMNS_PER_TILE):
            part = everyone[start : start + _COLUMNS_PER_TILE]
            _, backward, forbidden = self._utility_tile(part, rows)
            out[:, part] = np.where(forbidden, FORBIDDEN, backward.astype(np.int64)).T
        return out

    def at(self, u: IntArray, v: IntArray) -> IntArray:
        """Return the scores of the listed pairs (row u[i] with column v[i])."""
        u, v = np.asarray(u, dtype=np.int64), np.asarray(v, dtype=np.int64)
        forward, backward = self.utilities_at(u, v)
        scores = np.empty((len(u), 1), dtype=np.int64)
        utilities = (forward.astype(np.float64)[:, None], backward.astype(np.float64)[:, None])
        # a list is a tile of one column, in which each row has its own partner's say folded in
        one, other = utilities
        other = np.where(self.right_says[v][:, None], other, one)
        heard = np.ones(1, dtype=bool)
        mutual_tile(one, other, self.left_says[u], heard, MUTUAL_CODES[self.mutual], scores)
        return np.where(self.forbidden_at(u, v), FORBIDDEN, scores[:, 0])

    def utilities_at(self, u: IntArray, v: IntArray) -> tuple[IntArray, IntArray]:
        """Return both sides' utilities of the listed pairs, whether or not a rule forbids them."""
        forward, backward = np.zeros((len(u), 1)), np.zeros((len(u), 1))
        for k, compiled in enumerate(self.criteria):
            seen_by_left, seen_by_right = compiled.measure.pairs(u, v)
            add_by_row(seen_by_left[:, None], self._left_weights[k, u], compiled.fills[0], forward)
            add_by_row(seen_by_right[:, None], self._right_weights[k, v], compiled.fills[1], backward)
        return forward[:, 0].astype(np.int64), backward[:, 0].astype(np.int64)

    def forbidden_at(self, u: IntArray, v: IntArray) -> npt.NDArray[np.bool_]:
        """Return True where a listed pair may not be made."""
        forbidden = (u == v) if not self._two_sided else np.zeros(len(u), dtype=bool)
        for mask in self.masks:
            forbidden = forbidden | mask.pairs(u, v)
        return forbidden

    def top(self, k: int) -> Candidates:
        """Return each row's k best allowed partners; equal scores by (column - row) mod columns, nearest first."""
        rows, columns = self._shape
        k = max(0, min(k, columns))
        parts = run_tiles(self._top_of, [(chunk, k) for chunk in row_chunks(rows, columns)])
        empty = np.zeros((0, k), dtype=np.int64)
        return Candidates(
            np.concatenate([empty, *(part.columns for part in parts)]),
            np.concatenate([empty, *(part.scores for part in parts)]),
        )

    def _top_of(self, rows: IntArray, k: int) -> Candidates:
        block = self._rows_of_tiles(self._score_tile, rows)
        columns = self._shape[1]
        # one whole number holds score and nearness: scores are at most 2**30, so it fits up to 2**32 columns
        nearness = columns - 1 - (np.arange(columns)[None, :] - rows[:, None]) % max(1, columns)
        key = np.where(block == FORBIDDEN, -1, block * columns + nearness)
        order = (
            np.argpartition(-key, k - 1, axis=1)[:, :k]
            if 0 < k < columns
            else np.argsort(-key, axis=1)[:, :k]
        )
        chosen = np.take_along_axis(key, order, axis=1)
        order = np.take_along_axis(order, np.argsort(-chosen, axis=1, kind="stable"), axis=1)
        scores = np.take_along_axis(block, order, axis=1)
        return Candidates(np.where(scores == FORBIDDEN, -1, order), scores)

    def _by_tiles(self, tile: Tile, rows: IntArray) -> IntArray:
        chunks = row_chunks(len(rows), self._shape[1])
        parts = run_tiles(self._rows_of_tiles, [(tile, rows[chunk]) for chunk in chunks])
        return np.concatenate([np.zeros((0, self._shape[1]), dtype=np.int64), *parts])

    def _rows_of_tiles(self, tile: Tile, rows: IntArray) -> IntArray:
        out = np.empty((len(rows), self._shape[1]), dtype=np.int64)
        for start in range(0, self._shape[1], _COLUMNS_PER_TILE):
            columns = np.arange(start, min(self._shape[1], start + _COLUMNS_PER_TILE), dtype=np.int64)
            for top in range(0, len(rows), _ROWS_PER_TILE):
                part = rows[top : top + _ROWS_PER_TILE]
                out[top : top + len(part), start : start + len(columns)] = tile(part, columns)
        return out

    def _score_tile(self, rows: IntArray, columns: IntArray) -> IntArray:
        forward, backward, forbidden = self._utility_tile(rows, columns)
        scores = np.empty(forward.shape, dtype=np.int64)
        says = (self.left_says[rows], self.right_says[columns])
        mutual_tile(forward, backward, *says, MUTUAL_CODES[self.mutual], scores)
        scores[forbidden] = FORBIDDEN
        return scores

    def _left_tile(self, rows: IntArray, columns: IntArray) -> IntArray:
        forward, _, forbidden = self._utility_tile(rows, columns)
        return np.where(forbidden, FORBIDDEN, forward.astype(np.int64))

    def _utility_tile(
        self, rows: IntArray, columns: IntArray
    ) -> tuple[Floats, Floats, npt.NDArray[np.bool_]]:
        shape = (len(rows), len(columns))
        forward, backward = np.zeros(shape), np.zeros(shape)
        for k, compiled in enumerate(self.criteria):
            seen_by_left, seen_by_right = compiled.measure.tile(rows, columns)
            add_by_row(seen_by_left, self._left_weights[k, rows], compiled.fills[0], forward)
            add_by_column(seen_by_right, self._right_weights[k, columns], compiled.fills[1], backward)
        if self._two_sided:
            forbidden = np.zeros(shape, dtype=bool)
        else:
            forbidden = np.asarray(rows[:, None] == columns[None, :])
        for mask in self.masks:
            forbidden |= mask.tile(rows, columns)
        return forward, backward, forbidden
