"""Lazy pair scores: computed from features and criteria when they are asked for, never kept as a matrix.

Where all criteria and rules are made of primitives, compiled programs do the work (`peermatch.kernels.pair_program`).
A function of the user's own is asked by blocks instead, and the same arithmetic is done in NumPy around it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from peermatch.checks import check_choice
from peermatch.criteria import CompiledCriterion, Mask, person_shares
from peermatch.criteria.masks import ListedMask
from peermatch.criteria.program import Programs, compile_programs, forbid_list, forbid_tile, score_list
from peermatch.kernels.pair_lists import utility_list
from peermatch.kernels.pair_program import MUTUAL_CODES
from peermatch.kernels.pair_scores import BACKWARD, FORWARD, SCORE, settle_tile, value_tile
from peermatch.problem import (
    FORBIDDEN,
    BestPartners,
    Candidates,
    Control,
    FlooredScores,
    IntArray,
    Priced,
    Prices,
)
from peermatch.scoring.pricing import find_violated
from peermatch.scoring.search import find_best
from peermatch.scoring.tiles import row_chunks, run_tiles

__all__ = ["MUTUALS", "LazyScores"]

MUTUALS = tuple(sorted(MUTUAL_CODES))

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Rows = Callable[[IntArray, int], IntArray]


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
    lowest : int, default 0
        Pairs with a lower score are forbidden.

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
        lowest: int = 0,
    ) -> None:
        check_choice("LazyScores", "mutual", mutual, MUTUALS)
        self.criteria = tuple(criteria)
        self.masks = tuple(masks)
        self.mutual = mutual
        self.lowest = lowest
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
            lowest=self.lowest,
        )

    def without(self, u: IntArray, v: IntArray) -> LazyScores:
        """Return the same scores, in which these pairs are forbidden as well."""
        mask = ListedMask.of(self._shape, u, v, one_pool=not self._two_sided)
        return LazyScores(
            self.criteria,
            (*self.masks, mask),
            self._shape,
            two_sided=self._two_sided,
            mutual=self.mutual,
            lowest=self.lowest,
        )

    def at_least(self, lowest: int) -> LazyScores:
        """Return the same scores, in which pairs with a lower one than this are forbidden."""
        return self._with_floor(max(lowest, self.lowest))

    def _with_floor(self, lowest: int) -> LazyScores:
        return LazyScores(
            self.criteria,
            self.masks,
            self._shape,
            two_sided=self._two_sided,
            mutual=self.mutual,
            lowest=lowest,
        )

    @cached_property
    def programs(self) -> Programs | None:
        """The compiled programs; None where a function of the user's own is among the criteria."""
        return compile_programs(
            self.criteria,
            self.masks,
            self._shape,
            (self.left_shares, self.right_shares),
            two_sided=self._two_sided,
            mutual=self.mutual,
            lowest=self.lowest,
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
        return self.block_from(rows, 0)

    def block_from(self, rows: IntArray, begin: int) -> IntArray:
        """Return the scores of these rows with the columns from `begin` on; see `peermatch.problem.TrailingScores`."""
        return self._by_chunks(self._score_rows, np.asarray(rows, dtype=np.int64), begin)

    def utilities(self, rows: IntArray, side: str = "left") -> IntArray:
        """Return what each pairing is worth to the row's person alone (directed), `FORBIDDEN` where forbidden."""
        if self.lowest > 0:  # a floor is one for scores, which utilities do not tell: the general way
            return FlooredScores(self._with_floor(0), self.lowest).utilities(rows, side)
        rows = np.asarray(rows, dtype=np.int64)
        if side == "left" or not self._two_sided:
            return self._by_chunks(self._left_rows, rows)
        out = np.empty((len(rows), self._shape[0]), dtype=np.int64)
        for part in row_chunks(*self._shape):
            _, backward, bad = self._utility_rows(part, BACKWARD)
            out[:, part] = np.where(bad, FORBIDDEN, backward.astype(np.int64))[:, rows].T
        return out

    def at(self, u: IntArray, v: IntArray) -> IntArray:
        """Return the scores of the listed pairs (row u[i] with column v[i])."""
        u, v = np.ascontiguousarray(u, dtype=np.int64), np.ascontiguousarray(v, dtype=np.int64)
        if self.programs is not None:
            return score_list(self.programs.exact, u, v)
        forward, backward = (part.astype(np.float64) for part in self.utilities_at(u, v))
        forward = np.where(self.left_says[u], forward, backward)
        backward = np.where(self.right_says[v], backward, forward)
        return self._settled(_mutual(forward, backward, self.mutual), self.forbidden_at(u, v))

    def utilities_at(self, u: IntArray, v: IntArray) -> tuple[IntArray, IntArray]:
        """Return both sides' utilities of the listed pairs, whether or not a rule forbids them."""
        forward, backward = np.zeros(len(u)), np.zeros(len(u))
        if self.programs is not None:
            u, v = np.ascontiguousarray(u, dtype=np.int64), np.ascontiguousarray(v, dtype=np.int64)
            utility_list(self.programs.exact, u, v, forward, backward)
        else:
            for k, compiled in enumerate(self.criteria):
                views = compiled.measure.pairs(u, v)
                forward += _contributions(views[0], self.left_shares[k, u], compiled.fills[0])
                backward += _contributions(views[1], self.right_shares[k, v], compiled.fills[1])
        return forward.astype(np.int64), backward.astype(np.int64)

    def forbidden_at(self, u: IntArray, v: IntArray) -> npt.NDArray[np.bool_]:
        """Return True where a rule forbids a listed pair (or, in one pool, somebody is paired with themselves)."""
        if self.programs is not None:
            out = np.empty(len(u), dtype=np.uint8)
            u, v = np.ascontiguousarray(u, dtype=np.int64), np.ascontiguousarray(v, dtype=np.int64)
            forbid_list(self.programs.exact, u, v, out)
            return out.view(np.bool_)
        forbidden = (u == v) if not self._two_sided else np.zeros(len(u), dtype=bool)
        for mask in self.masks:
            forbidden = forbidden | mask.pairs(u, v)
        return forbidden

    def top(self, k: int) -> Candidates:
        """Return each row's k best allowed partners; equal scores by (column - row) mod columns, nearest first."""
        rows, columns = self._shape
        k = max(0, min(k, columns))
        if self.programs is not None and k > 0:
            nobody = (np.zeros(rows, dtype=np.int64), np.zeros(columns, dtype=np.int64))
            best = find_best(self.programs, self._shape, k, nobody)
            return Candidates(best.left, np.where(best.left < 0, FORBIDDEN, best.left_worth // 2))
        # a function of the user's own, which another process may not know
        parts = run_tiles(self._top_of, [(chunk, k) for chunk in row_chunks(rows, columns)], here=True)
        empty = np.zeros((0, k), dtype=np.int64)
        return Candidates(
            np.concatenate([empty, *(part.columns for part in parts)]),
            np.concatenate([empty, *(part.scores for part in parts)]),
        )

    def best_partners(
        self, k: int, guides: tuple[IntArray, IntArray], control: Control | None = None
    ) -> BestPartners | None:
        """Return everybody's k best partners on both sides, each pair less what the partner costs by `guides`.

        None where a function of the user's own is among the criteria. See `peermatch.problem.SearchableScores`.
        """
        if self.programs is None:
            return None
        return find_best(self.programs, self._shape, k, guides, control)

    def price(self, prices: Prices, control: Control | None = None) -> Priced | None:
        """Return the pairs that contradict dual variables; see `peermatch.problem.SearchableScores`."""
        if self.programs is None:
            return None
        return find_violated(self.programs, self._shape, prices, control)

    def _top_of(self, rows: IntArray, k: int) -> Candidates:
        block = self._score_rows(rows)
        columns = self._shape[1]
        # one whole number holds score and nearness: scores are at most 2**30, so it fits up to 2**32 columns
        nearness = columns - 1 - (np.arange(columns)[None, :] - rows[:, None]) % max(1, columns)
        key = np.where(block == FORBIDDEN, -1, block * columns + nearness)
        order = np.argsort(-key, axis=1, kind="stable")[:, :k]
        scores = np.take_along_axis(block, order, axis=1)
        return Candidates(np.where(scores == FORBIDDEN, -1, order), scores)

    def _by_chunks(self, of_rows: Rows, rows: IntArray, begin: int = 0) -> IntArray:
        columns = self._shape[1] - begin
        chunks = row_chunks(len(rows), columns)
        # a score takes less time to compute than to send
        parts = run_tiles(of_rows, [(rows[chunk], begin) for chunk in chunks], here=True)
        return np.concatenate([np.zeros((0, columns), dtype=np.int64), *parts])

    def _score_rows(self, rows: IntArray, begin: int = 0) -> IntArray:
        if self.programs is None:
            forward, backward, bad = self._utility_rows(rows, SCORE)
            forward = np.where(self.left_says[rows][:, None], forward, backward)
            backward = np.where(self.right_says[None, :], backward, forward)
            return self._settled(_mutual(forward, backward, self.mutual), bad)[:, begin:]
        shape = (len(rows), self._shape[1] - begin)
        values, out = np.empty(shape), np.empty(shape, dtype=np.int64)
        value_tile(self.programs.exact, SCORE, rows, begin, values)
        settle_tile(values, self.lowest, self._bad_rows(rows, begin), out)
        return out

    def _left_rows(self, rows: IntArray, begin: int = 0) -> IntArray:
        forward, _, bad = self._utility_rows(rows, FORWARD)
        return np.where(bad, FORBIDDEN, forward.astype(np.int64))[:, begin:]

    def _bad_rows(self, rows: IntArray, begin: int = 0) -> npt.NDArray[np.uint8]:
        if self.programs is not None:
            out = np.empty((len(rows), self._shape[1] - begin), dtype=np.uint8)
            forbid_tile(self.programs.exact, rows, begin, out)
            return out
        columns = np.arange(self._shape[1], dtype=np.int64)
        bad = np.zeros((len(rows), len(columns)), dtype=bool)
        if not self._two_sided:
            bad |= rows[:, None] == columns[None, :]
        for mask in self.masks:
            bad |= mask.tile(rows, columns)
        return bad.view(np.uint8)

    def _utility_rows(self, rows: IntArray, what: int) -> tuple[Floats, Floats, Bools]:
        """Return forward and backward utilities (one of them, for FORWARD or BACKWARD), and what is forbidden."""
        shape = (len(rows), self._shape[1])
        forward, backward = np.zeros(shape), np.zeros(shape)
        if self.programs is not None:
            value_tile(self.programs.exact, what, rows, 0, forward if what == FORWARD else backward)
        else:
            columns = np.arange(self._shape[1], dtype=np.int64)
            for k, compiled in enumerate(self.criteria):
                views = compiled.measure.tile(rows, columns)
                forward += _contributions(views[0], self.left_shares[k, rows][:, None], compiled.fills[0])
                backward += _contributions(views[1], self.right_shares[k][None, :], compiled.fills[1])
        return forward, backward, self._bad_rows(rows).view(np.bool_)

    def _settled(self, values: Floats, bad: npt.NDArray[np.generic]) -> IntArray:
        scores = np.rint(values).astype(np.int64)
        return np.where(bad.astype(bool) | (scores < self.lowest), FORBIDDEN, scores)


def _contributions(similarity: Floats, shares: IntArray, fill: float) -> Floats:
    return np.rint(shares * np.where(np.isnan(similarity), fill, similarity))


def _mutual(a: Floats, b: Floats, how: str) -> Floats:
    """Combine two utilities, as compiled code does."""
    if how == "mean":
        return (a + b) * 0.5
    if how == "geometric":
        return np.sqrt(a * b)
    if how == "min":
        return np.minimum(a, b)
    return 2.0 * (a * b) / np.maximum(1.0, a + b)
