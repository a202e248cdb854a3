"""Circles found in other ways than the solver's: every partition, and SciPy's solver of integer programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
from scipy.optimize import LinearConstraint, milp
from scipy.sparse import coo_array

from peermatch.problem import FORBIDDEN, CircleProblem, CircleRule, DenseScores

__all__ = ["all_circles", "best_by_milp", "best_by_trying", "keeps", "random_circles", "random_rules"]


def random_rules(rng: np.random.Generator, n: int) -> list[CircleRule]:
    """None, one or several rules on random codes, some of them not known."""
    rules = []
    for kind in ("nobody_alone", "not_all_alike", "at_most"):
        if rng.random() < 0.4:
            codes = rng.integers(-1, 3, n)
            rules.append(CircleRule(kind, codes, 2 if kind == "at_most" else None))
    if rng.random() < 0.3 and n >= 4:
        codes = np.full(n, -1, dtype=np.int64)
        size = int(rng.integers(2, min(4, n - 1)))
        codes[rng.choice(n, size, replace=False)] = 0
        rules.append(CircleRule("together", codes, size))
    return rules


def random_circles(
    rng: np.random.Generator,
    n: int,
    sizes: Sequence[int],
    *,
    high: int = 2**30,
    forbidden: float = 0.0,
    rules: Sequence[CircleRule] = (),
    smallest: int = 3,
    structure: bool = False,
) -> CircleProblem:
    """A pool with random scores (or, with `structure`, scores from points in a plane), and some forbidden pairs."""
    if structure:
        points = rng.random((n, 2))
        far = np.sqrt(((points[:, None] - points[None, :]) ** 2).sum(axis=2))
        matrix = np.rint(high * np.maximum(0, 1 - far)).astype(np.int64)
    else:
        matrix = rng.integers(0, high, (n, n), endpoint=True)
    matrix = np.tril(matrix, -1)
    matrix[np.tril(rng.random((n, n)) < forbidden, -1)] = FORBIDDEN
    matrix = np.where(np.tri(n, k=-1, dtype=bool), matrix, matrix.T)
    np.fill_diagonal(matrix, FORBIDDEN)
    return CircleProblem(DenseScores(matrix), sizes, rules, smallest)


def keeps(rules: Sequence[CircleRule], members: Sequence[int]) -> bool:
    """Whether a circle keeps all rules, from their definitions."""
    for rule in rules:
        codes = [int(rule.codes[x]) for x in members]
        counts = Counter(code for code in codes if code >= 0)
        if rule.kind == "nobody_alone" and 1 in counts.values():
            return False
        if rule.kind == "at_most" and max(counts.values(), default=0) > (rule.most or 0):
            return False
        if rule.kind == "together" and any(count < (rule.most or 0) for count in counts.values()):
            return False
        if rule.kind == "not_all_alike" and len(set(codes)) == 1 and codes[0] >= 0:
            return False
    return True


def all_circles(problem: CircleProblem, sizes: Sequence[int]) -> list[tuple[tuple[int, ...], int]]:
    """Every allowed circle of these sizes with its worth."""
    matrix = problem.scores.block(np.arange(problem.n)).tolist()
    found = []
    for size in sizes:
        for members in combinations(range(problem.n), size):
            values = [matrix[u][v] for u, v in combinations(members, 2)]
            if FORBIDDEN not in values and keeps(problem.rules, members):
                found.append((members, sum(values)))
    return found


def best_by_trying(problem: CircleProblem) -> tuple[int, int]:
    """Return (people seated, total) of the best circles, by trying every way to seat people (n <= 9)."""
    circles = all_circles(problem, range(problem.smallest, max(problem.sizes, default=0) + 1))
    by_lowest = [[c for c in circles if c[0][0] == p] for p in range(problem.n)]

    def fits(sizes: tuple[int, ...]) -> bool:
        return all(a <= b for a, b in zip(sorted(sizes, reverse=True), problem.sizes, strict=False)) and len(
            sizes
        ) <= len(problem.sizes)

    def ways(p: int, taken: frozenset[int], sizes: tuple[int, ...]) -> Iterator[tuple[int, int]]:
        while p in taken:
            p += 1
        if p >= problem.n:
            yield (0, 0)
            return
        yield from ways(p + 1, taken, sizes)
        for members, worth in by_lowest[p]:
            if not taken & set(members) and fits((*sizes, len(members))):
                for seated, total in ways(p + 1, taken | set(members), (*sizes, len(members))):
                    yield (seated + len(members), total + worth)

    return max(ways(0, frozenset(), ()))


def best_by_milp(problem: CircleProblem) -> int | None:
    """Return the best total with everybody seated by set partitioning with SciPy's MILP solver (HiGHS); None: none.

    HiGHS computes in floats, so the total may be off by its tolerance of some 1e-6 of a unit score.
    """
    sizes = sorted(set(problem.sizes))
    circles = all_circles(problem, sizes)
    if not circles:
        return None
    members = [members for members, _ in circles]
    column = np.repeat(np.arange(len(members)), [len(part) for part in members])
    row = np.concatenate([np.array(part) for part in members])
    each = coo_array((np.ones(len(row)), (row, column)), shape=(problem.n, len(members)))
    of_size = np.array([[len(part) == size for part in members] for size in sizes], dtype=float)
    counts = [problem.sizes.count(size) for size in sizes]
    worth = np.array([total for _, total in circles])
    answer = milp(
        -worth / 2**30,
        constraints=[LinearConstraint(each.tocsc(), 1, 1), LinearConstraint(of_size, counts, counts)],
        integrality=np.ones(len(members)),
        bounds=(0, 1),
        options={"mip_rel_gap": 0},
    )
    if answer.x is None:
        return None
    return int(worth[answer.x > 0.5].sum())
