"""Trios by looking at everything: for small pools."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np

from peermatch.problem import FORBIDDEN, DenseScores, Matching, Problem, TrioProblem
from peermatch.solvers import Blossom


def random_trios(rng, n: int, *, hi: int, forbidden: float, fixed: bool) -> tuple[TrioProblem, Matching]:
    """Return a random pool, perhaps with a fixed pair, and the best pairs of the others."""
    upper = np.triu(rng.integers(0, hi, (n, n)), 1)
    table = upper + upper.T
    hit = np.triu(rng.random((n, n)) < forbidden, 1)
    table[hit | hit.T] = FORBIDDEN
    np.fill_diagonal(table, FORBIDDEN)
    pairs = []
    if fixed:
        u, v = sorted(rng.choice(n, 2, replace=False).tolist())
        pairs = [[u, v]] if table[u, v] != FORBIDDEN else []
    problem = TrioProblem(DenseScores(table), np.array(pairs, dtype=np.int64).reshape(-1, 2))
    free = problem.free
    return problem, Blossom().solve(Problem(DenseScores(table[np.ix_(free, free)])))


def best_by_trying(problem: TrioProblem, groups: int) -> tuple[int, int]:
    """Return the most trios that so many groups of free people (and fixed pairs) can hold, and twice the best value."""
    n = problem.scores.shape[0]
    table = problem.scores.block(np.arange(n)).tolist()
    fixed = [tuple(pair) for pair in problem.fixed.tolist()]
    best = (-1, 0)

    def worth(group: tuple[int, ...]) -> int | None:
        values = [table[a][b] for a, b in combinations(group, 2)]
        return None if FORBIDDEN in values else sum(values) * (2 if len(group) == 2 else 1)

    def end(made: int, trios: int, value: int, alone: list[int]) -> None:
        nonlocal best
        if made != groups:
            return
        for taken in product([None, *alone], repeat=len(fixed)):
            called = [person for person in taken if person is not None]
            if len(set(called)) != len(called):
                continue
            parts = [
                worth(pair if person is None else (*pair, person))
                for pair, person in zip(fixed, taken, strict=True)
            ]
            if None not in parts:
                best = max(best, (trios + len(called), value + sum(parts)))

    def walk(people: list[int], made: int, trios: int, value: int, alone: list[int]) -> None:
        if not people:
            end(made, trios, value, alone)
            return
        first, rest = people[0], people[1:]
        walk(rest, made, trios, value, [*alone, first])
        for size in (1, 2):
            for others in combinations(rest, size):
                added = worth((first, *others))
                if added is not None:
                    left = [person for person in rest if person not in others]
                    walk(left, made + 1, trios + size - 1, value + added, alone)

    walk(problem.free.tolist(), 0, 0, 0, [])
    return best
