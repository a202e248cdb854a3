"""Greedy against a plain twin that sorts all pairs, whatever it keeps in mind."""

from __future__ import annotations

import numpy as np
import pytest

from peermatch.problem import FORBIDDEN, BoundCertificate, Control, DenseScores, Matching, Problem, Status
from peermatch.solvers import Exhaustive, Greedy
from support.problems import PROBLEMS, random_pool, random_sides


def plain_greedy(problem: Problem) -> list[list[int]]:
    """Sort every allowed pair once, and take what is free."""
    placed, left, right = problem.one_place_each()
    rows, columns = placed.scores.shape
    matrix = placed.scores.block(np.arange(rows))
    floor = FORBIDDEN if problem.objective == "everyone_first" else 0
    ranked = sorted(
        (-int(matrix[u, v]), u, v)
        for u in range(rows)
        for v in range(0 if problem.two_sided else u + 1, columns)
        if matrix[u, v] > floor
    )
    taken: set[object] = set()
    pairs = []
    for _, u, v in ranked:
        one, two = (u, "left"), (v, "right" if problem.two_sided else "left")
        if one not in taken and two not in taken:
            taken |= {one, two}
            pairs.append([int(left[u]), int(right[v])])
    return sorted(pairs)


def check_bound(problem: Problem, matching: Matching) -> None:
    """The certificate holds over all allowed pairs, and the gap is what it says."""
    placed, of_left, of_right = problem.one_place_each()
    rows = placed.scores.shape[0]
    bound = matching.certificate
    assert isinstance(bound, BoundCertificate)
    y = bound.vertex_duals
    assert len(y) == placed.n_vertices
    assert (y >= 0).all()
    matrix = placed.scores.block(np.arange(rows))
    allowed = matrix != FORBIDDEN
    right = y[rows:] if problem.two_sided else y
    slack = y[:rows, None] + right[None, :] - bound.scale * np.where(allowed, matrix, 0)
    assert (slack[allowed] >= 0).all()
    people = {(of_left[u], of_right[v]) for u, v in zip(*np.nonzero(allowed), strict=True)}
    assert bound.pairs_covered == len(people) // (1 if problem.two_sided else 2)
    assert matching.gap == int(y.sum()) // bound.scale - matching.weight


@pytest.mark.parametrize("case", PROBLEMS)
@pytest.mark.parametrize("candidates", [1, 3, 16])
def test_the_same_pairs_as_the_plain_twin(case: str, candidates: int) -> None:
    problem = PROBLEMS[case]
    matching = Greedy(candidates=candidates).solve(problem)
    assert matching.pairs.tolist() == plain_greedy(problem)
    assert matching.status == Status.GAP
    check_bound(problem, matching)


@pytest.mark.parametrize("seed", range(60))
def test_random_problems_with_ties(seed: int) -> None:
    rng = np.random.default_rng(seed)
    high, share = int(rng.integers(0, 6)), float(rng.random())
    objective = ["everyone_first", "best_total"][seed % 2]
    n, m = (int(size) for size in rng.integers(0, 25, 2))
    for problem in (
        random_pool(n, seed, high=high, forbidden=share, objective=objective),
        random_sides(n, m, seed, high=high, forbidden=share, objective=objective),
    ):
        matching = Greedy(candidates=int(rng.integers(1, 5))).solve(problem)
        assert matching.pairs.tolist() == plain_greedy(problem)
        check_bound(problem, matching)


@pytest.mark.parametrize("seed", range(40))
def test_the_gap_and_the_pairs_gap_are_true(seed: int) -> None:
    objective = ["everyone_first", "best_total"][seed % 2]
    problem = random_pool(seed % 9, seed, high=9, forbidden=0.4, objective=objective)
    greedy, best = Greedy().solve(problem), Exhaustive().solve(problem)
    assert len(best.pairs) <= len(greedy.pairs) + greedy.pairs_gap or objective == "best_total"
    assert greedy.gap is not None
    if objective == "best_total" or len(best.pairs) == len(greedy.pairs):
        assert greedy.weight <= best.weight <= greedy.weight + greedy.gap
        assert 2 * greedy.weight >= best.weight or objective == "everyone_first"


def test_all_equal_scores_do_not_read_everything_again_and_again() -> None:
    problem = Problem(DenseScores(np.full((400, 400), 7)))
    matching = Greedy().solve(problem)
    assert matching.pairs.tolist() == [[i, i + 1] for i in range(0, 400, 2)]
    assert matching.stats["rows_read_again"] < 2_000


def test_stopped_early_it_keeps_what_it_has_with_its_gap() -> None:
    problem = random_pool(400, 1)
    answers = iter([False] + [True] * 100)
    matching = Greedy().solve(problem, control=Control(cancel=lambda: next(answers)))
    assert 0 < len(matching.pairs) < 200
    assert matching.pairs_gap == 200 - len(matching.pairs)
    check_bound(problem, matching)
