"""The first few candidates for everybody: where price and repair starts from.

Everybody's k best partners, from both sides where there are two; the true scores come along. Places of one person
(capacities) are vertices of their own, next to each other, with the same candidates.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from peermatch.kernels.blossom_pricing import match_free, match_rows
from peermatch.problem import FORBIDDEN, Candidates, Control, IntArray, PairScores, Problem

__all__ = ["Places", "Start", "first_candidates", "greedy_mate", "row_blocks"]

_CELLS_PER_BLOCK = 1 << 22


@dataclass(frozen=True, eq=False)
class Places:
    """The vertices of the graph: people, or the places of people with a capacity.

    Attributes
    ----------
    problem : Problem
        In which everybody has one place.
    left, right : int64 arrays
        The position of each row and column of `problem` in the original one.
    """

    problem: Problem
    left: IntArray
    right: IntArray

    @classmethod
    def of(cls, problem: Problem) -> Places:
        """Return the places of a problem's people."""
        return cls(*problem.one_place_each())

    @property
    def offset(self) -> int:
        """The vertex of column 0: 0 in one pool, the number of rows on two sides."""
        return self.problem.scores.shape[0] if self.problem.two_sided else 0

    @property
    def n(self) -> int:
        """The number of vertices."""
        return self.problem.n_vertices

    @property
    def first_of_person(self) -> IntArray:
        """1 for each person's first place, 0 for their others, shape (n,)."""
        fresh = np.ones(self.n, dtype=np.int64)
        if self.problem.two_sided:
            fresh[1 : self.offset] = self.left[1:] != self.left[:-1]
            fresh[self.offset + 1 :] = self.right[1:] != self.right[:-1]
        return fresh

    @property
    def most_pairs(self) -> int:
        """No matching has more pairs."""
        rows, columns = self.problem.scores.shape
        return min(rows, columns) if self.problem.two_sided else rows // 2


@dataclass(frozen=True, eq=False)
class Start:
    """Candidate edges between vertices, and what is known about all the other pairs.

    Attributes
    ----------
    u, v, score : int64 arrays, shape (m,)
        Each edge once, with u < v, sorted.
    best : int64 array, shape (n,)
        Each vertex's best score; `FORBIDDEN` if it has no allowed partner.
    last : int64 array, shape (n,)
        No pair of this vertex outside the candidates has a higher score; `FORBIDDEN` if there is no such pair.
    """

    u: IntArray
    v: IntArray
    score: IntArray
    best: IntArray
    last: IntArray


def row_blocks(rows: IntArray, columns: int) -> list[IntArray]:
    """Cut rows into blocks of about four million cells."""
    step = max(1, _CELLS_PER_BLOCK // max(1, columns))
    return [rows[i : i + step] for i in range(0, len(rows), step)]


def first_candidates(problem: Problem, places: Places, k: int) -> Start:
    """Collect everybody's k best partners."""
    rows, columns = problem.scores.shape
    by_row = problem.scores.top(min(k, columns))
    u, v = _listed(by_row.columns)
    best, last = _best_and_last(by_row, min(k, columns), columns)
    if problem.two_sided:
        by_column = best_of_columns(problem.scores, min(k, rows))
        column, row = _listed(by_column.columns)
        u, v = np.concatenate([u, row]), np.concatenate([v, column])
        column_best, column_last = _best_and_last(by_column, min(k, rows), rows)
        best = np.concatenate([best[places.left], column_best[places.right]])
        last = np.concatenate([last[places.left], column_last[places.right]])
        u, v = _to_places(u, v, places, rows, columns)
        u, v = u, v + places.offset
    u, v = _each_once(u, v, places.n)
    score = places.problem.scores.at(u, v - places.offset)
    return Start(u, v, score, best, last)


def _listed(partners: IntArray) -> tuple[IntArray, IntArray]:
    """Return the pairs (row, partner) of a table of partners, without the -1 that stands for none."""
    row, slot = np.nonzero(partners >= 0)
    return row.astype(np.int64), partners[row, slot]


def _best_and_last(top: Candidates, k: int, partners: int) -> tuple[IntArray, IntArray]:
    if k == 0:
        nothing = np.full(len(top.scores), FORBIDDEN, dtype=np.int64)
        return nothing, nothing
    last = top.scores[:, k - 1] if k < partners else np.full(len(top.scores), FORBIDDEN, dtype=np.int64)
    return top.scores[:, 0].copy(), last.copy()


def best_of_columns(scores: PairScores, k: int) -> Candidates:
    """Return each column's k best allowed rows, best first; equal scores by the lower row. One pass over all pairs."""
    rows, columns = scores.shape
    best = np.full((k, columns), FORBIDDEN, dtype=np.int64)
    who = np.full((k, columns), -1, dtype=np.int64)
    for block_rows in row_blocks(np.arange(rows, dtype=np.int64), columns):
        values = np.concatenate([best, scores.block(block_rows)])
        names = np.concatenate([who, np.broadcast_to(block_rows[:, None], (len(block_rows), columns))])
        # FORBIDDEN cannot be negated, so the order is taken from the other end of the reversed table
        order = np.argsort(values[::-1], axis=0, kind="stable")[::-1][:k]
        order = len(values) - 1 - order
        best, who = np.take_along_axis(values, order, axis=0), np.take_along_axis(names, order, axis=0)
    who[best == FORBIDDEN] = -1
    return Candidates(np.ascontiguousarray(who.T), np.ascontiguousarray(best.T))


def _to_places(
    u: IntArray, v: IntArray, places: Places, rows: int, columns: int
) -> tuple[IntArray, IntArray]:
    """Repeat each pair of people for all pairs of their places."""
    left_count = np.bincount(places.left, minlength=rows)
    right_count = np.bincount(places.right, minlength=columns)
    left_first = np.cumsum(left_count) - left_count
    right_first = np.cumsum(right_count) - right_count
    times = left_count[u] * right_count[v]
    pair = np.repeat(np.arange(len(u)), times)
    which = np.arange(len(pair)) - np.repeat(np.cumsum(times) - times, times)
    u, v = u[pair], v[pair]
    return left_first[u] + which // right_count[v], right_first[v] + which % right_count[v]


def _each_once(u: IntArray, v: IntArray, n: int) -> tuple[IntArray, IntArray]:
    keys = np.unique(np.minimum(u, v) * max(1, n) + np.maximum(u, v))
    return keys // max(1, n), keys % max(1, n)


def greedy_mate(
    places: Places,
    u: IntArray,
    v: IntArray,
    score: IntArray,
    mate: IntArray,
    *,
    lowest: int,
    control: Control | None,
) -> IntArray:
    """Extend a matching: by the candidates, best first, then by any allowed pair, so that no two are left to pair.

    Parameters
    ----------
    places : Places
    u, v, score : int64 arrays
        Candidate edges.
    mate : int64 array
        The matching to extend; not changed.
    lowest : int
        Only pairs with at least this score are made.
    control : Control or None
        Stops the second part; the first is always done.
    """
    mate = mate.copy()
    good = np.flatnonzero(score >= lowest)
    order = good[np.argsort(-score[good], kind="stable")]
    match_free(u[order], v[order], mate)
    rows, columns = places.problem.scores.shape
    for some in row_blocks(np.flatnonzero(mate[:rows] < 0), columns):
        if control is not None and control.stopping:
            break
        free = some[mate[some] < 0]
        if len(free) and (mate[places.offset : places.offset + columns] < 0).any():
            block = np.require(places.problem.scores.block(free), np.int64, ["C", "W"])
            match_rows(block, free, places.offset, max(lowest, FORBIDDEN + 1), mate)
    return mate
