"""One scan over all allowed pairs: where the dual inequality fails, and what else only a scan can tell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from peermatch.kernels.checking import HIGHEST, LOWEST, N_BROKEN, N_PAIRS, TALLY, TOO_GREAT, check_rows
from peermatch.problem import FORBIDDEN, IntArray, Problem, TrailingScores, first_places
from peermatch.verify.forest import BlossomForest
from peermatch.verify.proof import SHOWN

__all__ = ["Look", "Scan", "row_blocks", "scan_pairs"]

_CELLS_PER_BLOCK = 1 << 20
_CELLS_SCANNED = 1 << 22  # of scores alone: enough for all threads to have a part of the block to score
_ROOM = 2**62
_HIGHEST = int(np.iinfo(np.int64).max)


@dataclass
class Scan:
    """What one look at every allowed pair found.

    Attributes
    ----------
    n_pairs : int
        Allowed pairs of people, each counted once however many places the two have.
    lowest, highest : int or None
        Their lowest and highest score; None where no pair is allowed.
    most_pairs : int
        No matching has more pairs, going by who has anyone to be paired with at all.
    n_broken : int
        Pairs with a negative slack.
    broken : list of (int, int, int)
        The first of them: vertex positions in their sides, and the slack in units of 1/scale.
    """

    n_pairs: int = 0
    lowest: int | None = None
    highest: int | None = None
    most_pairs: int = 0
    n_broken: int = 0
    broken: list[tuple[int, int, int]] = field(default_factory=list)


def row_blocks(
    n_rows: int, n_columns: int, *, multiple: int = 1, cells: int = _CELLS_PER_BLOCK
) -> Iterator[IntArray]:
    """Cut rows into blocks of about a million cells, so that memory stays linear in the number of people."""
    step = max(1, cells // max(1, n_columns) // multiple) * multiple
    for begin in range(0, n_rows, step):
        yield np.arange(begin, min(n_rows, begin + step), dtype=np.int64)


def scan_pairs(
    problem: Problem,
    duals: IntArray,
    forest: BlossomForest | None,
    scale: int,
    bonus: int,
    places: tuple[IntArray, IntArray],
) -> Scan:
    """Compute y(u) + y(v) + (z of the blossoms around both) - scale (w(u,v) + bonus) on every allowed pair.

    Whole numbers only: int64 where every term fits with room to spare, Python integers where not. Reads the
    scores once, by blocks of rows; of one pool the part above the diagonal counts.

    Parameters
    ----------
    problem : Problem
        Without capacities (`Problem.one_place_each`).
    duals : int64 array, shape (n_vertices,)
    forest : BlossomForest, optional
    scale, bonus : int
    places : pair of int64 arrays
        Whose place each row and column is.

    Returns
    -------
    Scan
    """
    n_rows, n_columns = problem.scores.shape
    look = Look(problem, duals, forest, scale, bonus, places)
    for rows in row_blocks(n_rows, n_columns, cells=_CELLS_SCANNED):
        look.at_block(rows, look.trailing(rows))
    return look.finished()


class Look:
    """One look at all pairs, block by block: in 64-bit arithmetic where everything fits, else in Python integers."""

    def __init__(
        self,
        problem: Problem,
        duals: IntArray,
        forest: BlossomForest | None,
        scale: int,
        bonus: int,
        places: tuple[IntArray, IntArray],
    ) -> None:
        self.scan = Scan()
        self.problem = problem
        self.two_sided = problem.two_sided
        n_rows, n_columns = problem.scores.shape
        self.offset = n_rows if problem.two_sided else 0
        self.duals, self.forest, self.scale, self.bonus = duals, forest, scale, bonus
        self.fresh = (first_places(places[0]), first_places(places[1]))
        self.seen_rows, self.seen_columns = np.zeros(n_rows, dtype=bool), np.zeros(n_columns, dtype=bool)
        greatest = 2 * max((abs(y) for y in duals.tolist()), default=0) + (forest.greatest if forest else 0)
        self.most = (_ROOM - greatest) // max(1, abs(scale)) - abs(bonus)
        self.walk: tuple[IntArray, IntArray, IntArray, IntArray, IntArray, IntArray]
        none = np.zeros(0, dtype=np.int64)
        if forest is None or not forest.sizes:
            outside = np.full(len(duals), -1, dtype=np.int64)
            self.walk = (outside, none, none, none, none, np.zeros(len(duals), dtype=np.int64))
            self.sums = np.zeros(1, dtype=np.int64)
        else:
            self.walk = (
                forest.innermost,
                forest.parent,
                forest.duals,
                forest.start,
                forest.end,
                forest.place,
            )
            self.sums = np.zeros(int(forest.end.max()) + 1, dtype=np.int64)

    def at_block(self, rows: IntArray, weights: IntArray) -> None:
        """Check the scores of consecutive rows, as `trailing` returns them."""
        if not self.in_words(rows, weights):
            self.in_any_size(rows, weights)

    def finished(self) -> Scan:
        """Return what was found, once all rows were looked at."""
        if self.two_sided:
            self.scan.most_pairs = min(int(self.seen_rows.sum()), int(self.seen_columns.sum()))
        else:
            self.scan.most_pairs = int((self.seen_rows | self.seen_columns).sum()) // 2
        return self.scan

    def trailing(self, rows: IntArray) -> IntArray:
        """Return the scores of consecutive rows; of one pool, with the columns from the first of them on."""
        scores = self.problem.scores
        if self.two_sided:
            return np.ascontiguousarray(scores.block(rows))
        first = int(rows[0])
        if isinstance(scores, TrailingScores):
            return np.ascontiguousarray(scores.block_from(rows, first))
        return np.ascontiguousarray(scores.block(rows)[:, first:])

    def in_words(self, rows: IntArray, weights: IntArray) -> bool:
        """Check a block in 64-bit arithmetic; False, and nothing is done, where something does not fit."""
        if self.most < 0:
            return False
        tally = np.zeros(TALLY, dtype=np.int64)
        tally[LOWEST], tally[HIGHEST] = _HIGHEST, FORBIDDEN
        broken = np.zeros((SHOWN, 3), dtype=np.int64)
        first = 0 if self.two_sided else int(rows[0])
        check_rows(
            weights,
            rows,
            first,
            self.offset,
            not self.two_sided,
            self.duals,
            self.scale,
            self.bonus,
            min(self.most, _HIGHEST),
            *self.walk,
            self.sums,
            self.fresh[0],
            self.fresh[1],
            self.seen_rows,
            self.seen_columns,
            broken,
            tally,
        )
        if tally[TOO_GREAT]:
            return False
        if tally[HIGHEST] != FORBIDDEN:
            _widen(self.scan, int(tally[LOWEST]), int(tally[HIGHEST]))
        self.scan.n_pairs += int(tally[N_PAIRS])
        found = int(tally[N_BROKEN])
        room = max(0, SHOWN - len(self.scan.broken))
        self.scan.broken += [(u, v, slack) for u, v, slack in broken[: min(found, room)].tolist()]
        self.scan.n_broken += found
        return True

    def in_any_size(self, rows: IntArray, weights: IntArray) -> None:
        """Check a block in Python integers."""
        first = 0 if self.two_sided else int(rows[0])
        allowed = weights != FORBIDDEN
        if not self.two_sided:
            allowed &= np.tri(len(rows), weights.shape[1], 0, dtype=bool) ^ True
        if not allowed.any():
            return
        self.seen_rows[rows] |= allowed.any(axis=1)
        self.seen_columns[first:] |= allowed.any(axis=0)
        people = allowed[self.fresh[0][rows]][:, self.fresh[1][first:]]
        self.scan.n_pairs += int(np.count_nonzero(people))
        low = int(np.where(allowed, weights, _HIGHEST).min())
        high = int(np.where(allowed, weights, FORBIDDEN).max())
        _widen(self.scan, low, high)
        columns = slice(self.offset + first, self.offset + first + weights.shape[1])
        scores = np.where(allowed, weights, 0)
        slack = _slack(scores, self.duals[rows], self.duals[columns], self.scale, self.bonus, object)
        if self.forest is not None and self.forest.sizes:
            inside, common = self.forest.common(rows, columns, object)
            slack[inside] += common
        _record(self.scan, rows, first, slack, allowed)


def _widen(scan: Scan, low: int, high: int) -> None:
    """Take in the lowest and the highest score of a block."""
    scan.lowest = low if scan.lowest is None else min(scan.lowest, low)
    scan.highest = high if scan.highest is None else max(scan.highest, high)


def _slack(
    weights: IntArray, of_rows: IntArray, of_columns: IntArray, scale: int, bonus: int, dtype: npt.DTypeLike
) -> npt.NDArray[Any]:
    slack = weights.astype(dtype, copy=False)
    slack = slack + bonus
    slack *= -scale
    slack += of_columns.astype(dtype)[None, :]
    slack += of_rows.astype(dtype)[:, None]
    return slack


def _record(
    scan: Scan, rows: IntArray, first: int, slack: npt.NDArray[Any], allowed: npt.NDArray[np.bool_]
) -> None:
    broken = np.asarray(slack < 0, dtype=bool) & allowed
    found = int(np.count_nonzero(broken))
    if found and len(scan.broken) < SHOWN:
        u, v = np.nonzero(broken)
        for i, j in zip(u[:SHOWN].tolist(), v[:SHOWN].tolist(), strict=True):
            scan.broken.append((int(rows[i]), first + j, int(slack[i, j])))
        del scan.broken[SHOWN:]
    scan.n_broken += found
