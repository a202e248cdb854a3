"""The exact solver against the full graph, and what it says when it is stopped."""

from __future__ import annotations

from itertools import count

import numpy as np
import pytest

from peermatch.errors import UnsupportedError
from peermatch.problem import (
    FORBIDDEN,
    GRID,
    BoundCertificate,
    Control,
    DenseScores,
    Matching,
    Problem,
    SparseScores,
    Status,
)
from peermatch.solvers.blossom import Blossom
from peermatch.solvers.graph import GraphMatching, max_weight_matching
from support.duals import assert_proved

TOTALS = ("everyone_first", "best_total")  # worst pair first: test_worst_first.py


def edges_of(problem: Problem) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All allowed pairs of a problem in which everybody has one place, as vertices."""
    block = problem.scores.block(np.arange(problem.scores.shape[0]))
    u, v = np.nonzero(block != FORBIDDEN)
    offset = problem.scores.shape[0] if problem.two_sided else 0
    keep = np.ones(len(u), dtype=bool) if problem.two_sided else u < v
    u, v = u[keep], v[keep]
    return u, v + offset, block[u, v]


def reference(problem: Problem) -> GraphMatching:
    flat, _, _ = problem.one_place_each()
    u, v, weight = edges_of(flat)
    return max_weight_matching(
        u, v, weight, flat.n_vertices, everyone_first=problem.objective == "everyone_first"
    )


def assert_optimal(problem: Problem, matching: Matching) -> None:
    expected = reference(problem)
    assert matching.status is Status.OPTIMAL
    assert matching.gap == matching.pairs_gap == 0
    assert matching.weight == expected.weight
    if problem.objective == "everyone_first":
        assert len(matching.pairs) == len(expected.pairs)
    if not problem.has_places:
        u, v, weight = (column.tolist() for column in edges_of(problem))
        mate = [-1] * problem.n_vertices
        offset = problem.scores.shape[0] if problem.two_sided else 0
        for a, b in matching.pairs.tolist():
            mate[a], mate[b + offset] = b + offset, a
        assert matching.certificate is not None
        assert matching.certificate.pairs_covered == len(u)
        assert_proved(problem.n_vertices, list(zip(u, v, weight, strict=True)), mate, matching.certificate)


def random_problem(rng: np.random.Generator, objective: str) -> Problem:
    two_sided = bool(rng.random() < 0.4)
    n = int(rng.integers(1, 26))
    m = int(rng.integers(1, 26)) if two_sided else n
    low, high = [(0, 1), (0, 5), (-4, 3), (0, GRID)][int(rng.integers(0, 4))]
    matrix = rng.integers(low, high + 1, (n, m))
    matrix[rng.random((n, m)) < rng.choice([0.0, 0.2, 0.8, 1.0])] = FORBIDDEN
    if two_sided:
        places = rng.integers(0, 4, m) if rng.random() < 0.5 else None
        return Problem(DenseScores(matrix, two_sided=True), objective, (None, places))
    return Problem(DenseScores(np.where(np.tri(n, dtype=bool), matrix, matrix.T)), objective)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("objective", TOTALS)
def test_equals_the_full_graph_on_random_problems(seed: int, objective: str) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(30):
        problem = random_problem(rng, objective)
        assert_optimal(problem, Blossom(k=int(rng.integers(1, 6))).solve(problem))


def symmetric(matrix: np.ndarray) -> np.ndarray:
    upper = np.triu(matrix, 1)
    return upper + upper.T


def pools() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(7)
    made = {}
    for n in (60, 61):
        place = rng.random((n, 3))
        distance = ((place[:, None] - place[None]) ** 2).sum(axis=2)
        code = rng.integers(0, 4, (n, 3))
        hub = rng.random(n)
        made[f"smooth {n}"] = (GRID / (1 + distance)).astype(np.int64)
        made[f"equal {n}"] = np.full((n, n), GRID // 2)
        made[f"zero {n}"] = np.zeros((n, n), dtype=np.int64)
        made[f"categorical {n}"] = (code[:, None] != code[None]).sum(axis=2) * (GRID // 3)
        made[f"hub {n}"] = (np.outer(hub, hub) * GRID).astype(np.int64)
    return {name: symmetric(matrix) for name, matrix in made.items()}


POOLS = pools()


@pytest.mark.parametrize("k", [1, 16])
@pytest.mark.parametrize("objective", TOTALS)
@pytest.mark.parametrize("name", POOLS)
def test_pools_of_every_character(name: str, objective: str, k: int) -> None:
    problem = Problem(DenseScores(POOLS[name]), objective)
    assert_optimal(problem, Blossom(k=k).solve(problem))


@pytest.mark.parametrize("shape", [(0, 0), (1, 1), (2, 2)])
@pytest.mark.parametrize("objective", TOTALS)
def test_next_to_nobody(shape: tuple[int, int], objective: str) -> None:
    problem = Problem(DenseScores(np.zeros(shape, dtype=np.int64)), objective)
    matching = Blossom().solve(problem)
    assert matching.status is Status.OPTIMAL
    assert len(matching.pairs) == (shape[0] // 2 if objective == "everyone_first" else 0)


def test_everything_forbidden_leaves_everybody_alone() -> None:
    problem = Problem(SparseScores([], [], [], shape=(6, 6)))
    matching = Blossom().solve(problem)
    assert matching.status is Status.OPTIMAL
    assert matching.mate.tolist() == [-1] * 6


def test_odd_components_leave_one_out_each() -> None:
    edges = [(0, 1), (1, 2), (0, 2), (3, 4), (4, 5), (3, 5)]
    problem = Problem(SparseScores(*zip(*edges, strict=True), [5, 4, 3, 0, 0, 0], shape=(7, 7)))
    matching = Blossom().solve(problem)
    assert_optimal(problem, matching)
    assert matching.mate[2] == matching.mate[6] == -1


def test_capacities_are_places() -> None:
    scores = DenseScores([[9, 1], [8, 7], [7, 2]], two_sided=True)
    problem = Problem(scores, capacity=(None, np.array([2, 1])))
    matching = Blossom().solve(problem)
    assert matching.pairs.tolist() == [[0, 0], [1, 1], [2, 0]]
    assert_optimal(problem, matching)
    assert matching.certificate is not None
    assert matching.certificate.pairs_covered == 6


def test_scores_that_are_too_large_are_refused_in_words() -> None:
    with pytest.raises(UnsupportedError, match="exact 64-bit arithmetic"):
        Blossom().solve(Problem(DenseScores([[0, 2**60], [2**60, 0]])))


@pytest.mark.parametrize("k", [0, -1, 2.5, True])
def test_a_wrong_k(k: object) -> None:
    with pytest.raises(ValueError, match="The k parameter of Blossom must be a whole number of at least 1"):
        Blossom(k=k)  # type: ignore[arg-type]


def assert_true_gap(problem: Problem, matching: Matching) -> None:
    """The stopped matching is valid, and the optimum lies within the stated gap; the bound's duals are feasible."""
    best = reference(problem)
    assert matching.status is Status.GAP
    assert len(set(matching.pairs[:, 0])) == len(matching.pairs)
    assert (problem.scores.at(matching.pairs[:, 0], matching.pairs[:, 1]) != FORBIDDEN).all()
    assert matching.gap is not None
    assert matching.gap >= 0
    if problem.objective == "everyone_first":
        assert 0 <= len(best.pairs) - len(matching.pairs) <= matching.pairs_gap
        if len(best.pairs) == len(matching.pairs):
            assert matching.weight <= best.weight <= matching.weight + matching.gap
    else:
        assert matching.weight <= best.weight <= matching.weight + matching.gap
    bound = matching.certificate
    assert isinstance(bound, BoundCertificate)
    u, v, weight = edges_of(problem)
    y = bound.vertex_duals
    assert (y >= 0).all()
    assert (y[u] + y[v] >= bound.scale * (weight + bound.bonus)).all()


@pytest.mark.parametrize("objective", TOTALS)
@pytest.mark.parametrize("name", POOLS)
@pytest.mark.parametrize("after", [0, 1, 2, 3, 5])
def test_a_stopped_run_states_a_true_gap(name: str, objective: str, after: int) -> None:
    problem = Problem(DenseScores(POOLS[name]), objective)
    asked = count()
    matching = Blossom(k=2).solve(problem, control=Control(cancel=lambda: next(asked) >= after))
    if matching.status is Status.OPTIMAL:
        assert_optimal(problem, matching)
    else:
        assert_true_gap(problem, matching)


@pytest.mark.parametrize("objective", TOTALS)
def test_stopped_runs_of_random_problems(objective: str) -> None:
    rng = np.random.default_rng(9)
    for turn in range(40):
        problem = random_problem(rng, objective)
        if problem.has_places:
            continue
        asked = count()
        stop = Control(cancel=lambda asked=asked, turn=turn: next(asked) >= turn % 4)
        matching = Blossom(k=1).solve(problem, control=stop)
        if matching.status is Status.GAP:
            assert_true_gap(problem, matching)


def test_progress_is_reported_in_stages() -> None:
    stages = []
    problem = Problem(DenseScores(POOLS["smooth 60"]))
    Blossom().solve(
        problem, control=Control(progress=lambda stage, done, total: stages.append((stage, total)))
    )
    assert {("solving", 60), ("pricing", 60)} <= set(stages)


def test_the_same_problem_gives_the_same_bytes() -> None:
    problem = Problem(DenseScores(POOLS["categorical 61"]))
    first, second = Blossom().solve(problem), Blossom().solve(problem)
    assert first.pairs.tobytes() == second.pairs.tobytes()
    assert first.stats == second.stats
    assert first.certificate is not None
    assert second.certificate is not None
    assert first.certificate.vertex_duals.tobytes() == second.certificate.vertex_duals.tobytes()


@pytest.mark.parametrize("n", [300, 301])
def test_a_pool_in_which_all_want_the_same_few_takes_few_rounds(n: int) -> None:
    hub = np.random.default_rng(3).random(n)
    problem = Problem(DenseScores(symmetric((np.outer(hub, hub) * GRID).astype(np.int64))))
    matching = Blossom().solve(problem)
    u, v, weight = edges_of(problem)
    assert matching.weight == max_weight_matching(u, v, weight, n, everyone_first=True).weight
    assert matching.stats["rounds"] <= 8
