"""Small problems with an earlier matching, and every answer there is; larger ones for SciPy's MILP solver."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from peermatch.problem import FORBIDDEN, DenseScores, Problem

__all__ = ["best_by_milp", "bonus_of", "every_matching", "judged", "larger_update", "random_update"]

Pairs = tuple[tuple[int, int], ...]


def random_update(rng: np.random.Generator, *, two_sided: bool) -> tuple[Problem, np.ndarray[Any, Any]]:
    """A tiny problem with an earlier matching, some of whose pairs may be forbidden now."""
    rows = int(rng.integers(2, 5 if two_sided else 8))
    columns = int(rng.integers(2, 5)) if two_sided else rows
    matrix = rng.integers(-2 if rng.random() < 0.2 else 0, rng.choice([2, 12, 1000]), (rows, columns))
    matrix[rng.random((rows, columns)) < rng.choice([0.0, 0.3, 0.6])] = FORBIDDEN
    if not two_sided:
        matrix = np.triu(matrix, 1) + np.triu(matrix, 1).T
    objective = str(rng.choice(["everyone_first", "best_total"]))
    capacity: Any = (None, None)
    if two_sided and rng.random() < 0.5:
        capacity = (None, rng.integers(1, 3, columns))
    problem = Problem(DenseScores(matrix, two_sided=two_sided), objective, capacity)
    if two_sided:
        places = np.ones(columns, dtype=int) if capacity[1] is None else capacity[1]
        seats = rng.permutation(np.repeat(np.arange(columns), places))
        earlier = (
            np.stack([rng.permutation(rows)[: len(seats)], seats[:rows]], axis=1)
            if rows <= len(seats)
            else (np.stack([rng.permutation(rows)[: len(seats)], seats], axis=1))
        )
    else:
        earlier = rng.permutation(rows)[: rows // 2 * 2].reshape(-1, 2)
    return problem, earlier


def every_matching(problem: Problem) -> Iterator[Pairs]:
    """Every matching, by trying for each row each partner and none."""
    rows, columns = problem.scores.shape
    block = problem.scores.block(np.arange(rows))
    places = [1] * columns if problem.capacity[1] is None else problem.capacity[1].tolist()

    def extend(row: int, taken: list[int], pairs: Pairs) -> Iterator[Pairs]:
        if row == rows:
            yield pairs
            return
        yield from extend(row + 1, taken, pairs)
        if not problem.two_sided and taken[row]:
            return
        for column in range(0 if problem.two_sided else row + 1, columns):
            if block[row, column] != FORBIDDEN and taken[column] < places[column]:
                more = taken.copy()
                more[column] += 1
                if not problem.two_sided:
                    more[row] += 1
                yield from extend(row + 1, more, (*pairs, (row, column)))

    yield from extend(0, [0] * columns, ())


def judged(problem: Problem, earlier: np.ndarray[Any, Any]) -> list[tuple[int, int, int]]:
    """Return (pairs that count, total, broken) of every matching."""
    block = problem.scores.block(np.arange(problem.scores.shape[0]))
    kept = {tuple(pair) for pair in earlier.tolist()}
    first = problem.objective == "everyone_first"
    return [
        (len(pairs) if first else 0, sum(int(block[p]) for p in pairs), len(kept - set(pairs)))
        for pairs in every_matching(problem)
    ]


def larger_update(
    rng: np.random.Generator, n: int, *, two_sided: bool, high: int = 1000
) -> tuple[Problem, np.ndarray[Any, Any]]:
    """A problem of n people with scores by lot, some pairs forbidden, and an earlier matching made by lot."""
    rows = n // 2 if two_sided else n
    matrix = rng.integers(0, high, (rows, n - rows if two_sided else n), endpoint=True)
    matrix[rng.random(matrix.shape) < rng.choice([0.0, 0.3])] = FORBIDDEN
    if not two_sided:
        matrix = np.triu(matrix, 1) + np.triu(matrix, 1).T
        pairs = rng.permutation(rows)[: rows // 2 * 2].reshape(-1, 2)
    else:
        short = min(matrix.shape)
        pairs = np.stack([rng.permutation(rows)[:short], rng.permutation(n - rows)[:short]], axis=1)
    objective = str(rng.choice(["everyone_first", "best_total"]))
    return Problem(DenseScores(matrix, two_sided=two_sided), objective), pairs


def best_by_milp(
    problem: Problem, earlier: np.ndarray[Any, Any], *, price: int = 0, at_most: int | None = None
) -> int:
    """Return the best value (with a bonus for every pair where everyone comes first) by SciPy's MILP solver (HiGHS).

    Scores must be small whole numbers: HiGHS computes in floats. `bonus_of` says what a pair is worth more.
    """
    rows, columns = problem.scores.shape
    block = problem.scores.block(np.arange(rows))
    u, v = np.nonzero(block != FORBIDDEN)
    if not problem.two_sided:
        u, v = u[u < v], v[u < v]
    offset = rows if problem.two_sided else 0
    kept = np.isin(u * columns + v, earlier[:, 0] * columns + earlier[:, 1])
    worth = block[u, v] + bonus_of(problem) + price * kept
    edges = np.arange(len(u))
    each = coo_array(
        (np.ones(2 * len(u)), (np.concatenate([u, v + offset]), np.concatenate([edges, edges]))),
        shape=(rows + (columns if problem.two_sided else 0), len(u)),
    )
    limits = [LinearConstraint(each, ub=1)]
    if at_most is not None:
        limits.append(LinearConstraint(kept[None, :].astype(float), lb=len(earlier) - at_most))
    answer = milp(
        -worth,
        constraints=limits,
        integrality=np.ones(len(u)),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0},
    )
    return round(-answer.fun) - price * len(earlier)


def bonus_of(problem: Problem) -> int:
    """Return what every pair is worth more where everyone comes first."""
    if problem.objective != "everyone_first":
        return 0
    block = problem.scores.block(np.arange(problem.scores.shape[0]))
    return (int(block.max()) + 1) * (problem.n_vertices // 2 + 1)
