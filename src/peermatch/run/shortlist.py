"""Shortlists: everybody's best few partners, with nobody on more lists than they can bear.

Whoever asks goes down their candidates, best first, until `k` of them hold on; a candidate who is asked by more than
`at_most` people holds on to those with whom the score is highest. That is deferred acceptance with several places on
both sides (Gale and Shapley 1962; Roth 1984): if somebody is missing from a list on which someone less suitable stands,
they stand on `at_most` lists already, of people with whom they score at least as high.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np

from peermatch.problem import FORBIDDEN, Control, IntArray, PairScores

__all__ = ["Lists", "find_lists"]

_CELLS = 1 << 21
_NO_KEY = np.iinfo(np.int64).max


@dataclass(frozen=True, eq=False)
class Lists:
    """Who stands on whose list.

    Attributes
    ----------
    of : list of lists of int
        Columns, best first, a list for each row that was asked for.
    allowed : int64 array
        How many columns each of those rows may have at all; -1 where its list is full and nobody counted.
    """

    of: list[list[int]]
    allowed: IntArray


def find_lists(
    scores: PairScores,
    k: int,
    at_most: int | None = None,
    *,
    rows: IntArray | None = None,
    control: Control | None = None,
) -> Lists:
    """Find everybody's list: exact over all allowed pairs, in memory that grows with people times `k`.

    Parameters
    ----------
    scores : PairScores
        Two sides: those who ask, and those who may be listed. Equal scores by (column - row) mod columns, nearest
        first; a candidate who is asked too often compares equal scores by (row - column) mod rows.
    k, at_most : int
    rows : int64 array, optional
        Only the lists of these, in this order.
    control : Control, optional

    Raises
    ------
    Stopped
        If `control` says so: there are no half lists.

    Examples
    --------
    >>> from peermatch.problem import DenseScores
    >>> scores = DenseScores([[9, 5, 1], [8, 2, 3]], two_sided=True)
    >>> find_lists(scores, 2).of, find_lists(scores, 2, 1).of
    ([[0, 1], [0, 2]], [[0, 1], [2]])
    """
    n_rows, n_columns = scores.shape
    wanted = np.arange(n_rows, dtype=np.int64) if rows is None else rows
    if at_most is not None:
        found = _Asking(scores, k, at_most, control).lists()
        chosen = [found[row] for row in wanted.tolist()]
    elif rows is None and n_columns:
        best = scores.top(k).columns
        chosen = [row[row >= 0].tolist() for row in best]
    else:
        chosen = _best_of_rows(scores, wanted, k, control)
    if control is not None:
        control.check()
    return Lists(chosen, _allowed(scores, wanted, chosen, k, control))


def _worth(scores: PairScores, rows: IntArray) -> IntArray:
    """A number for each pair that tells scores apart first and then nearness: higher is better, -1 forbidden."""
    block, columns = scores.block(rows), scores.shape[1]
    nearness = columns - 1 - (np.arange(columns)[None, :] - rows[:, None]) % max(1, columns)
    return np.where(block == FORBIDDEN, -1, block * columns + nearness)


def _best_of_rows(scores: PairScores, rows: IntArray, k: int, control: Control | None) -> list[list[int]]:
    found: list[list[int]] = []
    for some in _chunks(rows, scores.shape[1]):
        if control is not None:
            control.check()
        for line in _worth(scores, some):
            order = np.argsort(-line, kind="stable")[:k]
            found.append(order[line[order] >= 0].tolist())
    return found


def _chunks(rows: IntArray, width: int) -> list[IntArray]:
    step = max(1, _CELLS // max(1, width))
    return [rows[start : start + step] for start in range(0, len(rows), step)]


def _allowed(
    scores: PairScores, rows: IntArray, lists: list[list[int]], k: int, control: Control | None
) -> IntArray:
    allowed = np.full(len(rows), -1, dtype=np.int64)
    short = np.array([at for at, chosen in enumerate(lists) if len(chosen) < k], dtype=np.int64)
    for some in _chunks(short, scores.shape[1]):
        if control is not None:
            control.check()
        allowed[some] = (scores.block(rows[some]) != FORBIDDEN).sum(axis=1)
    return allowed


class _Asking:
    """Deferred acceptance with `k` places for each row and `at_most` for each column.

    Of everyone's candidates only a window is held, the next best behind the last one asked. A window that runs out is
    filled from a look at the whole row, less those who would refuse now: what a candidate holds only gets better, so
    they would refuse later too.
    """

    def __init__(self, scores: PairScores, k: int, at_most: int, control: Control | None) -> None:
        self.scores, self.k, self.at_most, self.control = scores, k, at_most, control
        rows, columns = scores.shape
        self.window = min(columns, max(16, 4 * k))
        # of each column: a heap of (key of the row, row), the least wanted first
        self.held: list[list[tuple[int, int]]] = [[] for _ in range(columns)]
        # the least key that a row must exceed to be held: only ever rises
        self.bar = np.full(columns, -1, dtype=np.int64)
        self.has = np.zeros(rows, dtype=np.int64)
        self.cursor = np.full(rows, _NO_KEY, dtype=np.int64)
        self.ahead: list[list[tuple[int, int]]] = [[] for _ in range(rows)]
        self.over = np.zeros(rows, dtype=np.bool_)

    def lists(self) -> list[list[int]]:
        """Return everyone's list, best first."""
        rows, columns = self.scores.shape
        if rows and columns:
            self._first_windows()
            waiting = list(range(rows))
            while waiting:
                for row in waiting:
                    self._ask(row)
                waiting = np.flatnonzero((self.has < self.k) & ~self.over).tolist()
                self._fill([row for row in waiting if not self.ahead[row]])
        found: list[list[int]] = [[] for _ in range(rows)]
        u = np.array([row for heap in self.held for _, row in heap], dtype=np.int64)
        v = np.array([column for column, heap in enumerate(self.held) for _ in heap], dtype=np.int64)
        score = self.scores.at(u, v)
        order = np.lexsort(((v - u) % max(1, columns), -score, u))
        for row, column in zip(u[order].tolist(), v[order].tolist(), strict=True):
            found[row].append(column)
        return found

    def _first_windows(self) -> None:
        best = self.scores.top(self.window)
        columns = self.scores.shape[1]
        for row, (whom, score) in enumerate(zip(best.columns.tolist(), best.scores.tolist(), strict=True)):
            ahead = [
                (value * columns + columns - 1 - (column - row) % columns, column)
                for column, value in zip(whom, score, strict=True)
                if column >= 0
            ]
            self.ahead[row] = ahead[::-1]
            # a window that was not filled holds everybody
            self.over[row] = not ahead

    def _ask(self, row: int) -> None:
        """Go down one's candidates until one's places are taken or the window runs out."""
        ahead, rows, columns = self.ahead[row], *self.scores.shape
        while self.has[row] < self.k and ahead:
            key, column = ahead.pop()
            self.cursor[row] = key
            turned = key // columns * rows + rows - 1 - (row - column) % rows
            if turned <= self.bar[column]:
                continue
            heap = self.held[column]
            heapq.heappush(heap, (turned, row))
            self.has[row] += 1
            if len(heap) > self.at_most:
                self.has[heapq.heappop(heap)[1]] -= 1
            if len(heap) == self.at_most:
                self.bar[column] = heap[0][0]

    def _fill(self, rows: list[int]) -> None:
        """Find the next candidates of those whose window ran out, who would not refuse them now."""
        n_rows, columns = self.scores.shape
        done = 0
        for some in _chunks(np.array(rows, dtype=np.int64), columns):
            if self.control is not None:
                self.control.check()
                self.control.report("listing", done, len(rows))
            done += len(some)
            key = _worth(self.scores, some)
            score = key // columns
            turned = score * n_rows + n_rows - 1 - (some[:, None] - np.arange(columns)[None, :]) % n_rows
            open_ = (key >= 0) & (key < self.cursor[some][:, None]) & (turned > self.bar[None, :])
            key[~open_] = -1
            width = min(self.window, columns)
            best = np.argpartition(-key, width - 1, axis=1)[:, :width]
            for line, row in enumerate(some.tolist()):
                found = [
                    (value, column)
                    for value, column in zip(key[line, best[line]].tolist(), best[line].tolist(), strict=True)
                    if value >= 0
                ]
                self.ahead[row] = sorted(found)
                self.over[row] = not found
