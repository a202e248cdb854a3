"""Guides: a guess at everybody's dual variable, from an exact solution among a few people spread over all.

Whoever many would like to have is worth having to few in the end, as they cost too much. Candidates that are chosen by
score less that cost hold the pairs of the optimum where plain candidates are all the same few people. A guess need not
be true: it changes how many rounds price and repair takes, never its answer.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from peermatch.problem import FORBIDDEN, Control, IntArray, PairScores, Problem
from peermatch.problem.flow import bounds_of
from peermatch.solvers.engine import solve_exactly
from peermatch.solvers.transport_graph import TransportGraph

__all__ = ["guess_guides"]

_SAMPLE, _SAMPLE_WITH_PLACES, _SAMPLE_OF_MANY = 512, 2048, 4096
"""People in the sample, at most; and at most a quarter of all. With capacities a larger one is solved as quickly, and
where looks at all pairs are long a still larger one pays."""

_MANY = 1 << 27

_FEWEST = 64
"""With fewer people in the sample it says nothing."""

_CELLS = 1 << 22
"""Pairs held at a time."""

_MOST = 1 << 33


def guess_guides(problem: Problem, control: Control | None = None) -> tuple[IntArray, IntArray]:
    """Return a guess at what each person costs, in doubled scores: zeros where there are few people.

    Parameters
    ----------
    problem : Problem
        Minima are not looked at.
    control : Control, optional

    Returns
    -------
    pair of int64 arrays, shapes (rows,) and (columns,)
        The same array twice in one pool.
    """
    scores = problem.scores
    rows, columns = scores.shape
    with_places = _SAMPLE_OF_MANY if rows * columns >= _MANY else _SAMPLE_WITH_PLACES
    most = with_places if problem.has_places else _SAMPLE
    size = min(most, (rows if not scores.two_sided else rows + columns) // 4)
    if size < _FEWEST:
        nobody = np.zeros(rows, dtype=np.int64)
        return nobody, nobody if not scores.two_sided else np.zeros(columns, dtype=np.int64)
    if control is not None:
        control.report("sampling")
    if scores.two_sided:
        return _two_sides(problem, size, control)
    sample = _spread(rows, size - size % 2)
    guide = _needed_by_columns(scores, sample, _duals(_among(scores, sample, sample), one_pool=True), control)
    return guide, guide


def _two_sides(problem: Problem, size: int, control: Control | None) -> tuple[IntArray, IntArray]:
    scores = problem.scores
    rows, columns = scores.shape
    few_rows = max(1, min(rows, size * rows // (rows + columns)))
    few_columns = max(1, min(columns, size * columns // (rows + columns)))
    left, right = _spread(rows, few_rows), _spread(columns, few_columns)
    block = _among(scores, left, right)
    if problem.has_places:
        places = [side[some] for side, some in zip(bounds_of(problem)[1], (left, right), strict=True)]
        duals = _duals_with_places(block, (places[0], places[1]), problem.objective == "everyone_first")
    else:
        duals = _duals(block, one_pool=False)
    return (
        _needed_by_rows(scores, right, duals[len(left) :], control),
        _needed_by_columns(scores, left, duals[: len(left)], control),
    )


def _spread(people: int, count: int) -> IntArray:
    return np.linspace(0, people - 1, num=count).astype(np.int64)


def _among(scores: PairScores, rows: IntArray, columns: IntArray) -> IntArray:
    u, v = np.repeat(rows, len(columns)), np.tile(columns, len(rows))
    return np.asarray(scores.at(u, v)).reshape(len(rows), len(columns))


def _duals(block: IntArray, *, one_pool: bool) -> IntArray:
    """Return dual variables of the best total among the sample, half of each blossom's on each of its vertices."""
    worth = block > 0
    u, v = np.nonzero(np.triu(worth, 1) if one_pool else worth)
    weight = block[u, v]
    n = block.shape[0] if one_pool else sum(block.shape)
    shifted = v if one_pool else v + block.shape[0]
    solved = solve_exactly(n, u.astype(np.int64), shifted.astype(np.int64), weight)
    half = solved.blossom_duals // 2
    for b, around in enumerate(
        solved.blossom_parent.tolist()
    ):  # every blossom stands after the one around it
        if around >= 0:
            half[b] += half[around]
    if not len(half):
        return solved.vertex_duals
    inside = solved.vertex_blossom
    return solved.vertex_duals + np.where(inside >= 0, half[inside], 0)


def _duals_with_places(block: IntArray, places: tuple[IntArray, IntArray], everyone_first: bool) -> IntArray:
    """Return doubled dual variables of an assignment among the sample, less what scarcity itself costs."""
    worth = block != FORBIDDEN
    u, v = np.nonzero(worth)
    score = np.clip(block[u, v], -_MOST, _MOST)
    bonus = 4 * max(1, int(np.abs(score).max(initial=0))) if everyone_first else 0
    nobody = (np.zeros(len(places[0]), dtype=np.int64), np.zeros(len(places[1]), dtype=np.int64))
    graph = TransportGraph(nobody, places, 0)
    graph.add(u.astype(np.int64), v.astype(np.int64), score + bonus)
    graph.solve()
    scarce = slice(0, graph.n_left) if places[0].sum() <= places[1].sum() else slice(graph.n_left, None)
    graph.y[scarce] -= bonus
    return 2 * graph.y


def _needed_by_columns(
    scores: PairScores, sample: IntArray, duals: IntArray, control: Control | None
) -> IntArray:
    """Return the dual that each column needs beside those of the sampled rows; if asked to stop, of some of them."""
    most = np.zeros(scores.shape[1], dtype=np.int64)
    for some in _stretches(len(sample), len(most)):
        if control is not None and control.stopping:
            break
        for row, dual in zip(scores.block(sample[some]), duals[some].tolist(), strict=True):
            np.maximum(most, _need(row, dual), out=most)
    return np.minimum(most, _MOST)


def _needed_by_rows(
    scores: PairScores, sample: IntArray, duals: IntArray, control: Control | None
) -> IntArray:
    """Return the dual that each row needs beside those of the sampled columns; if asked to stop, 0 for the others."""
    most = np.zeros(scores.shape[0], dtype=np.int64)
    # whole rows of a few columns are scored many times as fast as listed pairs
    take = getattr(scores, "take", None)
    narrow: PairScores | None = None if take is None else take(np.arange(len(most), dtype=np.int64), sample)
    for some in _stretches(len(most), len(sample)):
        if control is not None and control.stopping:
            break
        block = _among(scores, some, sample) if narrow is None else narrow.block(some)
        most[some] = _need(block, duals).max(axis=1, initial=0)
    return np.minimum(most, _MOST)


def _stretches(people: int, others: int) -> Iterator[IntArray]:
    """Cut people such that few pairs are held at a time, and stopping is soon seen."""
    step = max(1, _CELLS // max(1, others))
    for first in range(0, people, step):
        yield np.arange(first, min(people, first + step), dtype=np.int64)


def _need(scores: IntArray, dual: int | IntArray) -> IntArray:
    return np.where(scores == FORBIDDEN, 0, 2 * np.maximum(scores, -_MOST) - dual)
