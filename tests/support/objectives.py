"""Small random problems, with what is best for them by the definition: worst pair first, and every trade-off."""

from __future__ import annotations

from typing import Any

import numpy as np

from peermatch.problem import FORBIDDEN, GRID, OBJECTIVES, DenseScores, IntArray, Matching, Problem
from support.oracles import best_worst_first, trade_offs

__all__ = ["WITH_TOTALS", "Value", "random_trade_offs", "random_worst_first", "value_of"]

WITH_TOTALS = tuple(objective for objective in OBJECTIVES if objective != "leximin")
"""Leximin has tests of its own: it knows no total that a gap could be of, and is proved at once or not at all."""

Value = tuple[int, int | None, int]


def value_of(problem: Problem, matching: Matching) -> Value:
    scores = problem.scores.at(matching.pairs[:, 0], matching.pairs[:, 1]).tolist()
    return len(scores), min(scores, default=None), sum(scores)


def random_matrix(rng: np.random.Generator, n: int, m: int) -> IntArray:
    low, high = [(0, 1), (0, 3), (-4, 3), (0, 30), (0, GRID)][int(rng.integers(0, 5))]
    matrix = rng.integers(low, high, (n, m), endpoint=True)
    matrix[rng.random((n, m)) < rng.choice([0.0, 0.2, 0.5, 0.8])] = FORBIDDEN
    return matrix


def random_worst_first(rng: np.random.Generator) -> tuple[Problem, Value]:
    """A small problem, and what its best matching is worth by the definition."""
    if rng.random() < 0.5:
        n = int(rng.integers(0, 10))
        matrix = random_matrix(rng, n, n)
        matrix = np.where(np.tri(n, dtype=bool), matrix, matrix.T)
        return Problem(DenseScores(matrix), "worst_first"), best_worst_first(matrix.tolist())
    n, m = (int(size) for size in rng.integers(1, 6, 2))
    matrix, side = random_matrix(rng, n, m), int(rng.integers(0, 3))
    places: list[Any] = [None, None]
    if side < 2:
        places[side] = rng.integers(0, 4, (n, m)[side])
    known = {"left_places": places[0], "right_places": places[1]}
    listed = {name: None if part is None else part.tolist() for name, part in known.items()}
    wanted = best_worst_first(matrix.tolist(), two_sided=True, **listed)
    return Problem(DenseScores(matrix, two_sided=True), "worst_first", tuple(places)), wanted


def random_trade_offs(rng: np.random.Generator) -> tuple[Problem, list[tuple[int, int]]]:
    """A small problem and all its trade-offs."""
    high = int(rng.choice([3, 12, GRID]))
    if rng.random() < 0.6:
        n = int(rng.integers(2, 9))
        matrix = np.tril(rng.integers(0, high, (n, n), endpoint=True), -1)
        matrix[np.tril(rng.random((n, n)) < rng.choice([0, 0.4]), -1)] = FORBIDDEN
        matrix = np.where(np.tri(n, dtype=bool), matrix, matrix.T)
        return Problem(DenseScores(matrix)), trade_offs(matrix.tolist())
    n, m = (int(size) for size in rng.integers(1, 6, 2))
    matrix = rng.integers(0, high, (n, m), endpoint=True)
    matrix[rng.random((n, m)) < rng.choice([0, 0.4])] = FORBIDDEN
    places = rng.integers(1, 3, m) if rng.random() < 0.5 else None
    listed = None if places is None else places.tolist()
    return (
        Problem(DenseScores(matrix, two_sided=True), capacity=(None, places)),
        trade_offs(matrix.tolist(), two_sided=True, right_places=listed),
    )
