"""The first few candidates for everybody: where price and repair starts from.

Everybody's k best partners, from both sides where there are two; the true scores come along. Places of one person
(capacities) are vertices of their own, next to each other, with the same candidates.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from peermatch.kernels.blossom_pricing import match_free, match_rows
from peermatch.problem import (
    FORBIDDEN,
    GRID,
    Candidates,
    Control,
    IntArray,
    PairScores,
    Problem,
    SearchableScores,
)
from peermatch.solvers.guides import guess_guides

__all__ = ["Places", "Start", "first_candidates", "greedy_mate", "row_blocks", "sorted_once"]

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
    people : Problem
        The original one.
    """

    problem: Problem
    left: IntArray
    right: IntArray
    people: Problem

    @classmethod
    def of(cls, problem: Problem) -> Places:
        """Return the places of a problem's people."""
        return cls(*problem.one_place_each(), problem)

    @property
    def searchable(self) -> SearchableScores | None:
        """The scores of people, if they look through all pairs themselves and everybody has a place."""
        scores = self.people.scores
        if not isinstance(scores, SearchableScores):
            return None
        everybody = not self.people.has_places or all(
            places is None or bool((places > 0).all()) for places in self.people.capacity
        )
        return scores if everybody else None

    def spread(self, u: IntArray, v: IntArray) -> tuple[IntArray, IntArray]:
        """Return all pairs of vertices that are places of listed pairs of people (positions in their sides)."""
        rows, columns = self.people.scores.shape
        if self.people.has_places:
            u, v = _to_places(u, v, self, rows, columns)
        return u, v + self.offset

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
        No pair of this vertex has a higher score; `FORBIDDEN` if it has no allowed partner.
    last, guide : int64 arrays, shape (n,)
        A pair outside the candidates has ``2 score <= guide(u) + guide(v) + min(last(u), last(v))``; `last` is
        `FORBIDDEN` if there is no such pair.
    covered : int or None
        How many pairs of people are allowed, if they were all looked at.
    """

    u: IntArray
    v: IntArray
    score: IntArray
    best: IntArray
    last: IntArray
    guide: IntArray
    covered: int | None = None


def row_blocks(rows: IntArray, columns: int) -> list[IntArray]:
    """Cut rows into blocks of about four million cells."""
    step = max(1, _CELLS_PER_BLOCK // max(1, columns))
    return [rows[i : i + step] for i in range(0, len(rows), step)]


def first_candidates(
    problem: Problem,
    places: Places,
    k: int,
    control: Control | None = None,
) -> Start:
    """Collect everybody's k best partners; if asked to stop on the way, some that are allowed.

    `problem` has the capacities that decide how scarce people are; candidates are those of `places`.
    """
    guides = guess_guides(problem, control)
    searchable = places.searchable
    if searchable is not None:
        start = _searched(searchable, places, max(1, min(k, *problem.scores.shape)), guides, control)
        if start is not None:
            return start
    return _by_blocks(problem, places, k, guides)


def _searched(
    scores: SearchableScores,
    places: Places,
    k: int,
    guides: tuple[IntArray, IntArray],
    control: Control | None,
) -> Start | None:
    """Let scores look for candidates themselves; None if they cannot."""
    found = scores.best_partners(k, guides, control)
    if found is None:
        return None
    u, v = _listed(found.left)
    sides = [(found.left_worth, guides[0], guides[1], scores.shape[1])]
    if scores.two_sided:
        column, row = _listed(found.right)
        u, v = np.concatenate([u, row]), np.concatenate([v, column])
        sides.append((found.right_worth, guides[1], guides[0], scores.shape[0]))
    best, last, guide = [], [], []
    highest = int(getattr(scores, "highest", GRID))
    for (worth, own, others, partners), position in zip(sides, (places.left, places.right), strict=False):
        none = worth[:, 0] == FORBIDDEN
        most = np.minimum((np.where(none, 0, worth[:, 0]) + int(others.max(initial=0))) // 2, highest)
        full = (worth[:, -1] != FORBIDDEN) & (k < partners)
        if not found.complete:  # nothing is known but that no score is higher
            most, none, own = np.full_like(own, highest), np.zeros_like(none), np.zeros_like(own)
            full, worth = np.ones_like(none), np.full_like(worth, 2 * highest)
        best.append(np.where(none, FORBIDDEN, most)[position])
        last.append(np.where(full, worth[:, -1] - own, FORBIDDEN)[position])
        guide.append(own[position])
    u, v = places.spread(u, v)
    u, v = _each_once(u, v, places.n)
    score = places.problem.scores.at(u, v - places.offset)
    covered = found.allowed if found.complete else None
    return Start(u, v, score, np.concatenate(best), np.concatenate(last), np.concatenate(guide), covered)


def _by_blocks(problem: Problem, places: Places, k: int, guides: tuple[IntArray, IntArray]) -> Start:
    """Collect candidates from blocks of any scores."""
    scores = problem.scores
    rows, columns = scores.shape
    found = [best_of_columns(scores, min(k, rows), guides[0])] if problem.two_sided else []
    if problem.two_sided or guides[1].any():
        found.insert(0, _best_of_rows(scores, min(k, columns), guides[1]))
    else:
        found.insert(0, _plain(scores.top(min(k, columns))))
    u, v = _listed(found[0].partners)
    if problem.two_sided:
        column, row = _listed(found[1].partners)
        u, v = np.concatenate([u, row]), np.concatenate([v, column])
    parts = []
    for side, own, size, position in zip(
        found, guides, (columns, rows), (places.left, places.right), strict=False
    ):
        full = (side.worth[:, -1:] != FORBIDDEN).all(axis=1) & (0 < side.worth.shape[1] < size)
        last = side.worth[:, -1] - own if side.worth.shape[1] else own
        parts.append((side.best[position], np.where(full, last, FORBIDDEN)[position], own[position]))
    best, last, guide = (np.concatenate(part) for part in zip(*parts, strict=True))
    u, v = places.spread(u, v)
    u, v = _each_once(u, v, places.n)
    return Start(u, v, places.problem.scores.at(u, v - places.offset), best, last, guide)


@dataclass(frozen=True, eq=False)
class _Side:
    """The best partners of one side's people, their worth (see `Start.last`), and each one's best score."""

    partners: IntArray
    worth: IntArray
    best: IntArray


def _plain(top: Candidates) -> _Side:
    worth = np.where(top.scores == FORBIDDEN, FORBIDDEN, 2 * np.where(top.scores == FORBIDDEN, 0, top.scores))
    best = top.scores[:, 0] if top.scores.shape[1] else np.full(len(worth), FORBIDDEN, dtype=np.int64)
    return _Side(top.columns, worth, best)


def _worth_of(block: IntArray, guide: IntArray) -> IntArray:
    return np.where(block == FORBIDDEN, FORBIDDEN, 2 * np.where(block == FORBIDDEN, 0, block) - guide)


def _best_of_rows(scores: PairScores, k: int, guide: IntArray) -> _Side:
    """Return each row's k best partners, less what they cost; equal ones by (column - row) mod columns."""
    rows, columns = scores.shape
    partners, worth = np.full((rows, k), -1, dtype=np.int64), np.full((rows, k), FORBIDDEN, dtype=np.int64)
    best = np.full(rows, FORBIDDEN, dtype=np.int64)
    for some in row_blocks(np.arange(rows, dtype=np.int64), columns):
        block = scores.block(some)
        value = _worth_of(block, guide[None, :])
        turn = (np.arange(columns)[None, :] - some[:, None]) % max(1, columns)
        # -FORBIDDEN overflows onto itself, so what is forbidden is put behind all others by hand
        order = np.lexsort((turn, np.where(value == FORBIDDEN, -FORBIDDEN - 1, -value)), axis=1)[:, :k]
        chosen = np.take_along_axis(value, order, axis=1)
        partners[some], worth[some] = np.where(chosen == FORBIDDEN, -1, order), chosen
        best[some] = block.max(axis=1, initial=FORBIDDEN)
    return _Side(partners, worth, best)


def best_of_columns(scores: PairScores, k: int, guide: IntArray) -> _Side:
    """Return each column's k best rows, less what they cost; equal ones by the lower row. One pass over all pairs."""
    rows, columns = scores.shape
    worth = np.full((k, columns), FORBIDDEN, dtype=np.int64)
    who = np.full((k, columns), -1, dtype=np.int64)
    best = np.full(columns, FORBIDDEN, dtype=np.int64)
    for some in row_blocks(np.arange(rows, dtype=np.int64), columns):
        block = scores.block(some)
        best = np.maximum(best, block.max(axis=0, initial=FORBIDDEN))
        values = np.concatenate([worth, _worth_of(block, guide[some][:, None])])
        names = np.concatenate([who, np.broadcast_to(some[:, None], (len(some), columns))])
        # FORBIDDEN cannot be negated, so the order is taken from the other end of the reversed table
        order = np.argsort(values[::-1], axis=0, kind="stable")[::-1][:k]
        order = len(values) - 1 - order
        worth, who = np.take_along_axis(values, order, axis=0), np.take_along_axis(names, order, axis=0)
    who[worth == FORBIDDEN] = -1
    return _Side(np.ascontiguousarray(who.T), np.ascontiguousarray(worth.T), best)


def _listed(partners: IntArray) -> tuple[IntArray, IntArray]:
    """Return the pairs (row, partner) of a table of partners, without the -1 that stands for none."""
    row, slot = np.nonzero(partners >= 0)
    return row.astype(np.int64), partners[row, slot]


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
    keys = sorted_once(np.minimum(u, v) * max(1, n) + np.maximum(u, v))
    return keys // max(1, n), keys % max(1, n)


def sorted_once(keys: IntArray) -> IntArray:
    """Return whole numbers in order, each once: for the long lists here several times as fast as `numpy.unique`."""
    keys = np.sort(keys)
    first = np.ones(len(keys), dtype=bool)
    np.not_equal(keys[1:], keys[:-1], out=first[1:])
    return keys[first]


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
    free = np.flatnonzero(mate[:rows] < 0)
    others = np.flatnonzero(mate[places.offset : places.offset + columns] < 0)
    scores, width = _only(places.problem.scores, free, others)
    mates, taken = np.full(len(free), -1, dtype=np.int64), np.zeros(len(others), dtype=np.int64)
    for some in row_blocks(np.arange(len(free), dtype=np.int64), width):
        if control is not None and control.stopping:
            break
        if taken.all():
            break
        block = np.require(scores(some), np.int64, ["C", "W"])
        match_rows(block, some, max(lowest, FORBIDDEN + 1), not places.problem.two_sided, mates, taken)
    made = np.flatnonzero(mates >= 0)
    u, v = free[made], others[mates[made]] + places.offset
    mate[u], mate[v] = v, u
    return mate


def _only(
    scores: PairScores, rows: IntArray, columns: IntArray
) -> tuple[Callable[[IntArray], IntArray], int]:
    """Return a function for the scores of some of these rows with these columns alone, and the columns it computes."""
    take = getattr(scores, "take", None)
    if callable(take):
        fewer: PairScores = take(rows, rows if not scores.two_sided else columns)
        return fewer.block, len(columns)
    return lambda some: scores.block(rows[some])[:, columns], scores.shape[1]
