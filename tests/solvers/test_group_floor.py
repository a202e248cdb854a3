"""A floor for a group, against every matching; its gap is true, and its bound is proved by the independent checker."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy.optimize import LinearConstraint, milp

from peermatch.errors import InfeasibleError, UnsupportedError
from peermatch.problem import FORBIDDEN, GRID, DenseScores, GroupedScores, Problem
from peermatch.solvers.group_floor import best_for_group, group_floor
from peermatch.verify import check_valid, prove


def every_matching(matrix: list[list[int]], left: list[int], right: list[int], two_sided: bool):
    """All (pairs, held, total) that some matching has."""

    @cache
    def pool(u: int, taken: int) -> frozenset[tuple[int, int, int]]:
        while not two_sided and u < len(matrix) and taken >> u & 1:
            u += 1
        if u == len(matrix):
            return frozenset({(0, 0, 0)})
        found = set(pool(u + 1, taken))
        for v in range(0 if two_sided else u + 1, len(matrix[u])):
            if not taken >> v & 1 and matrix[u][v] != FORBIDDEN:
                worth, of_both = matrix[u][v], left[u] + right[v]
                for count, held, total in pool(u + 1, taken | 1 << v):
                    found.add((count + 1, held + worth * of_both, total + worth))
        return frozenset(found)

    return pool(0, 0)


def random_problem(rng: np.random.Generator, largest: int = 8):
    two_sided = bool(rng.random() < 0.4)
    n = int(rng.integers(2, largest + 1))
    m = int(rng.integers(2, largest)) if two_sided else n
    matrix = rng.integers(0, int(rng.choice([2, 9, 100, GRID])), (n, m), endpoint=True)
    matrix[rng.random((n, m)) < rng.choice([0, 0.3])] = FORBIDDEN
    if not two_sided:
        matrix = np.where(np.tri(n, dtype=bool), matrix, matrix.T)
        np.fill_diagonal(matrix, FORBIDDEN)
    left = rng.random(n) < 0.4
    right = rng.random(m) < 0.3 if two_sided else left
    objective = str(rng.choice(["everyone_first", "best_total"]))
    problem = Problem(DenseScores(matrix, two_sided=two_sided), objective)
    found = every_matching(matrix.tolist(), left.astype(int).tolist(), right.astype(int).tolist(), two_sided)
    if objective == "everyone_first":
        most = max(count for count, _, _ in found)
        found = {entry for entry in found if entry[0] == most}
    return problem, left, right, [(held, total) for _, held, total in found]


@pytest.mark.parametrize("seed", range(8))
def test_equals_the_best_of_all_matchings_and_every_gap_is_true(seed: int) -> None:
    rng = np.random.default_rng(seed)
    exact = 0
    for _ in range(60):
        problem, left, right, known = random_problem(rng)
        most = max(held for held, _ in known)
        assert best_for_group(problem, left, right) == most
        floor = int(rng.integers(0, most + 1))
        wanted = max(total for held, total in known if held >= floor)
        found = group_floor(problem, left, right, floor)
        assert found.held >= floor
        assert (found.held, found.total) in known
        assert found.total <= wanted <= found.total + found.gap
        exact += found.gap == 0
        with pytest.raises(InfeasibleError, match="at most"):
            group_floor(problem, left, right, most + 1)
    assert exact == 60  # so small that branch and bound always ends


@pytest.mark.parametrize("seed", range(4))
def test_the_gap_that_prices_alone_leave_is_true_and_its_bound_is_proved(seed: int) -> None:
    rng = np.random.default_rng(30 + seed)
    for _ in range(60):
        problem, left, right, known = random_problem(rng)
        floor = int(rng.integers(0, max(held for held, _ in known) + 1))
        wanted = max(total for held, total in known if held >= floor)
        found = group_floor(problem, left, right, floor, nodes=0)
        assert found.total <= wanted <= found.total + found.gap
        price, unit = found.price
        assert prove(found.penalised, found.proved).verified
        assert (found.proved.weight - price * floor) // unit == found.total + found.gap
        assert found.nodes == 0


def test_equals_milp_on_pools_of_sixteen() -> None:
    rng = np.random.default_rng(4)
    exact = 0
    for _ in range(12):
        n = 16
        matrix = np.tril(rng.integers(0, 1000, (n, n)), -1)
        matrix = matrix + matrix.T
        group = rng.random(n) < 0.4
        problem = Problem(DenseScores(matrix))
        most = best_for_group(problem, group, group)
        base = group_floor(problem, group, group, 0)
        floor = int(base.held + rng.random() * (most - base.held))
        u, v = np.triu_indices(n, 1)
        scores = matrix[u, v]
        degree = np.array([(u == person) | (v == person) for person in range(n)], dtype=float)
        held = scores * (group[u].astype(int) + group[v])
        answer = milp(
            -scores,
            integrality=np.ones(len(u)),
            bounds=(0, 1),
            constraints=[
                LinearConstraint(degree, 0, 1),
                LinearConstraint(np.ones((1, len(u))), n // 2, n // 2),
                LinearConstraint(held[None, :], floor, np.inf),
            ],
            options={"mip_rel_gap": 0},
        )
        found = group_floor(problem, group, group, floor)
        wanted = round(-answer.fun)
        assert found.total <= wanted <= found.total + found.gap
        exact += found.gap == 0 and found.total == wanted
    assert exact >= 10


def test_larger_pools_come_close() -> None:
    rng = np.random.default_rng(5)
    n = 120
    matrix = np.tril(rng.integers(0, GRID, (n, n)), -1)
    problem = Problem(DenseScores(matrix + matrix.T))
    group = np.arange(n) < 30
    low = group_floor(problem, group, group, 0)
    most = best_for_group(problem, group, group)
    for share in (0.25, 0.5, 0.9):
        floor = int(low.held + share * (most - low.held))
        found = group_floor(problem, group, group, floor)
        assert found.held >= floor
        assert not check_valid(found.proved, found.penalised)
        assert len(found.pairs) == n // 2
        assert found.gap <= 0.005 * found.total
    end = best_for_group(problem, group, group, at_sense=True)
    assert 0.999 * most <= end <= most
    assert group_floor(problem, group, group, end).gap <= 1e-4 * found.total


def test_what_it_does_not_take() -> None:
    two = DenseScores([[1, 2], [3, 4]], two_sided=True)
    nobody = np.zeros(2, dtype=bool)
    for problem in (Problem(two, "worst_first"), Problem(two, "everyone_first", (None, np.array([2, 1])))):
        with pytest.raises(UnsupportedError, match="one place each"):
            group_floor(problem, nobody, nobody, 1)
    with pytest.raises(UnsupportedError, match="at least 0"):
        group_floor(Problem(DenseScores([[0, -1], [-1, 0]])), nobody, nobody, 0)
    with pytest.raises(UnsupportedError, match="too large"):
        group_floor(Problem(DenseScores([[0, 2**50], [2**50, 0]])), nobody, nobody, 0)


def test_a_pair_counts_once_for_each_of_its_two_in_the_group() -> None:
    group = np.array([True, True, False])
    scores = GroupedScores(DenseScores([[0, 5, 2], [5, 0, FORBIDDEN], [2, FORBIDDEN, 0]]), group, group, 0, 1)
    assert scores.block(np.arange(3))[0].tolist() == [FORBIDDEN, 10, 2]
    assert scores.at(np.array([1]), np.array([2])).tolist() == [FORBIDDEN]
