"""The bank of problems that the tests of all solvers share."""

from __future__ import annotations

import numpy as np

from peermatch.problem import (
    FORBIDDEN,
    GRID,
    DenseScores,
    IntArray,
    Matching,
    Problem,
    SparseScores,
)

__all__ = ["PROBLEMS", "check_valid", "random_pool", "random_sides", "relabelled", "value"]


def _symmetric(matrix: IntArray) -> IntArray:
    low = np.tril(matrix, -1)
    return low + low.T


def random_pool(
    n: int, seed: int, *, high: int = GRID, forbidden: float = 0.0, objective: str = "everyone_first"
) -> Problem:
    """One pool with random scores in [0, high], random directed utilities, and a share of forbidden pairs."""
    rng = np.random.default_rng(seed)
    scores = _symmetric(rng.integers(0, high, (n, n), endpoint=True))
    barred = np.tril(rng.random((n, n)) < forbidden, -1)
    scores[barred | barred.T] = FORBIDDEN
    utilities = rng.integers(0, high, (n, n), endpoint=True)
    return Problem(DenseScores(scores, utilities=utilities), objective)


def random_sides(
    left: int,
    right: int,
    seed: int,
    *,
    high: int = GRID,
    forbidden: float = 0.0,
    objective: str = "everyone_first",
    places: tuple[list[int] | None, list[int] | None] = (None, None),
) -> Problem:
    """Two sides with random scores in [0, high] and a share of forbidden pairs."""
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, high, (left, right), endpoint=True)
    scores[rng.random((left, right)) < forbidden] = FORBIDDEN
    capacity = tuple(None if side is None else np.array(side, dtype=np.int64) for side in places)
    return Problem(DenseScores(scores, two_sided=True), objective, capacity)  # type: ignore[arg-type]


def _pool(matrix: IntArray, objective: str = "everyone_first") -> Problem:
    return Problem(DenseScores(np.array(matrix, dtype=np.int64)), objective)


def _categorical(n: int, kinds: int) -> IntArray:
    kind = np.arange(n) % kinds
    return np.where(kind[:, None] == kind[None, :], GRID, GRID // 4)


def _hub(n: int) -> IntArray:
    """Everyone wants position 0, and hardly anyone else."""
    matrix = np.full((n, n), 1, dtype=np.int64)
    matrix[0, :] = matrix[:, 0] = GRID
    return matrix


def _blocks(sizes: list[int]) -> IntArray:
    """Groups within which everybody may be paired, and nobody across."""
    group = np.repeat(np.arange(len(sizes)), sizes)
    n = len(group)
    return np.where(
        group[:, None] == group[None, :], 1 + np.arange(n)[:, None] + np.arange(n)[None, :], FORBIDDEN
    )


PROBLEMS: dict[str, Problem] = {
    "nobody": _pool(np.zeros((0, 0))),
    "one person": _pool(np.zeros((1, 1))),
    "two people": _pool(np.full((2, 2), 7)),
    "three people": random_pool(3, 1),
    "even": random_pool(8, 2),
    "odd": random_pool(9, 3),
    "even, best total": random_pool(8, 4, objective="best_total"),
    "odd, best total": random_pool(9, 5, high=3, objective="best_total"),
    "ties": random_pool(8, 6, high=2),
    "ties, odd": random_pool(9, 7, high=1),
    "all equal": _pool(np.full((8, 8), GRID)),
    "all equal, odd": _pool(np.full((7, 7), GRID)),
    "all zero": _pool(np.zeros((6, 6))),
    "all zero, best total": _pool(np.zeros((6, 6)), "best_total"),
    "all forbidden": _pool(np.full((6, 6), FORBIDDEN)),
    "many forbidden": random_pool(10, 8, forbidden=0.6),
    "many forbidden, best total": random_pool(9, 9, high=5, forbidden=0.5, objective="best_total"),
    "two triangles": _pool(_blocks([3, 3])),
    "disconnected": _pool(_blocks([5, 1, 3, 2])),
    "sparse": Problem(
        SparseScores([0, 1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6, 0], [9, 8, 7, 6, 5, 4, 3], shape=(9, 9))
    ),
    "categorical": _pool(_categorical(10, 3)),
    "hub": _pool(_hub(9)),
    "a path where greed costs": _pool(
        np.array(
            [
                [FORBIDDEN, 8, FORBIDDEN, FORBIDDEN],
                [8, FORBIDDEN, 9, FORBIDDEN],
                [FORBIDDEN, 9, FORBIDDEN, 8],
                [FORBIDDEN, FORBIDDEN, 8, FORBIDDEN],
            ]
        )
    ),
    "large even": random_pool(60, 10, forbidden=0.1),
    "large odd": random_pool(61, 11, high=4, forbidden=0.3),
    "large, best total": random_pool(45, 12, high=20, forbidden=0.3, objective="best_total"),
    "no sides": random_sides(0, 0, 13),
    "an empty side": random_sides(0, 4, 14),
    "one each": random_sides(1, 1, 15),
    "wide": random_sides(3, 7, 16),
    "tall": random_sides(7, 3, 17, high=2),
    "sides, forbidden": random_sides(6, 5, 18, forbidden=0.6),
    "sides, all forbidden": random_sides(4, 4, 19, forbidden=1.0),
    "sides, all equal": random_sides(5, 6, 20, high=0),
    "sides, best total": random_sides(5, 5, 21, high=2, forbidden=0.3, objective="best_total"),
    "places on the right": random_sides(6, 3, 22, forbidden=0.2, places=(None, [2, 0, 3])),
    "places on the left": random_sides(3, 6, 23, places=([3, 1, 2], None)),
    "places, best total": random_sides(5, 3, 24, high=3, objective="best_total", places=(None, [1, 3, 2])),
    "large sides": random_sides(40, 55, 25, forbidden=0.4),
    "large places": random_sides(40, 12, 26, high=9, forbidden=0.5, places=(None, [3] * 12)),
}
"""Name -> problem. Small unless the name says large."""


def value(problem: Problem, matching: Matching) -> tuple[int, int]:
    """What a matching is compared by under the problem's objective; larger is better."""
    total = sum(int(score) for score in problem.scores.at(matching.pairs[:, 0], matching.pairs[:, 1]))
    return (len(matching.pairs) if problem.objective == "everyone_first" else 0, total)


def check_valid(problem: Problem, matching: Matching) -> None:
    """Assert in plain Python that the pairs are allowed, in canonical order, and within everyone's places."""
    rows, columns = problem.scores.shape
    places = [
        [1] * size if side is None else [int(c) for c in side]
        for side, size in zip(problem.capacity, (rows, columns), strict=True)
    ]
    if not problem.two_sided:
        places[1] = places[0]
    pairs = [(int(u), int(v)) for u, v in matching.pairs]
    assert pairs == sorted(set(pairs))
    for u, v in pairs:
        assert 0 <= u < rows
        assert 0 <= v < columns
        assert problem.two_sided or u < v
        assert int(problem.scores.at(np.array([u]), np.array([v]))[0]) != FORBIDDEN
        places[0][u] -= 1
        places[1][v] -= 1
    assert min([0, *places[0], *places[1]]) >= 0
    assert matching.weight == value(problem, matching)[1]
    assert (matching.n_left, matching.n_right, matching.two_sided) == (rows, columns, problem.two_sided)


def relabelled(problem: Problem, rng: np.random.Generator) -> Problem:
    """The same problem with everyone at another position."""
    rows, columns = problem.scores.shape
    left = rng.permutation(rows)
    right = rng.permutation(columns) if problem.two_sided else left
    matrix = problem.scores.block(left)[:, right]
    utilities = problem.scores.utilities(left, "left")[:, right]
    mine, theirs = problem.capacity
    if not problem.two_sided:
        return Problem(DenseScores(matrix, utilities=utilities), problem.objective)
    back = problem.scores.utilities(right, "right")[:, left]
    return Problem(
        DenseScores(matrix, two_sided=True, utilities=(utilities, back)),
        problem.objective,
        (None if mine is None else mine[left], None if theirs is None else theirs[right]),
    )
