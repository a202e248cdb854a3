"""Rings: exact answers against every possibility and MILP, true bounds, forbidden pairs, and a search that keeps up."""

from __future__ import annotations

import numpy as np
import pytest

from peermatch.errors import UnsupportedError
from peermatch.problem import FORBIDDEN, GRID, Control, RingProblem, Status
from peermatch.solvers import Rings
from peermatch.solvers.ring_start import cut
from peermatch.verify import check_rings, prove_rings
from support.rings import best_by_milp, best_by_trying, random_rings

SEARCH = Rings(exact=False, kicks=100)


@pytest.mark.parametrize("seed", range(6))
def test_the_best_rings_and_true_bounds(seed):
    rng = np.random.default_rng(seed)
    for _ in range(25):
        low = int(rng.integers(3, 5))
        problem = random_rings(
            rng,
            int(rng.integers(1, 8)),
            hi=int(rng.choice([GRID, 5, 2])),
            forbidden=float(rng.choice([0, 0, 0.2, 0.4])),
            sizes=(low, int(rng.integers(low, 9))),
        )
        best = best_by_trying(problem)
        found, searched = Rings().solve(problem), SEARCH.solve(problem)
        assert (problem.n - len(found.outside), found.total) == best
        assert found.status == Status.OPTIMAL
        assert not prove_rings(problem, found).faults
        assert found.assignment_bound >= found.total
        inside = problem.n - len(searched.outside)
        assert (inside, searched.total) <= best
        assert inside + searched.seats_gap >= best[0]
        if inside == best[0]:
            assert searched.bound >= best[1]
        assert prove_rings(problem, searched).verified


def test_equal_to_integer_programming():
    rng = np.random.default_rng(5)
    for n in (8, 9):
        problem = random_rings(rng, n, sizes=(3, 5))
        assert abs(Rings().solve(problem).total - best_by_milp(problem)) < 2**12


def test_the_search_alone_is_near_the_best_of_pools_that_can_be_solved():
    rng = np.random.default_rng(6)
    for n in range(9, 16):
        problem = random_rings(rng, n)
        best, searched = Rings().solve(problem), Rings(exact=False).solve(problem)
        assert len(searched.outside) == len(best.outside) == 0
        assert searched.total >= 0.99 * best.total


def test_a_large_pool_is_near_the_best_assignment():
    problem = random_rings(np.random.default_rng(7), 150, forbidden=0.1)
    found = SEARCH.solve(problem)
    assert len(found.outside) == 0
    assert set(found.sizes) <= set(range(3, 9))
    assert 0 <= found.assignment_gap < 0.03 * found.assignment_bound
    proof = prove_rings(problem, found)
    assert proof.verified
    assert proof.gap == found.gap
    assert found.total == sum(problem.worth[i, j] for i, j in enumerate(found.advises.tolist()))


def test_a_ring_that_assignment_makes_is_proved():
    worth = np.ones((40, 40), dtype=np.int64)
    for start in range(0, 40, 5):
        for k in range(5):
            worth[start + k, start + (k + 1) % 5] = 9
    found = Rings(exact=False).solve(RingProblem(worth))
    assert found.sizes == [5] * 8
    assert found.total == 360
    assert found.status == Status.OPTIMAL
    assert found.assignment_gap == 0
    assert prove_rings(RingProblem(worth), found).verified


@pytest.mark.parametrize("n", [0, 1, 2, 3, 9, 10, 17])
def test_everybody_is_in_a_ring_where_sizes_allow(n):
    found = SEARCH.solve(RingProblem(np.ones((n, n), dtype=np.int64)))
    assert len(found.outside) == (0 if n >= 3 else n)
    exact = Rings().solve(RingProblem(np.ones((n, n), dtype=np.int64), 5, 5))
    assert len(exact.outside) == n % 5


def test_nobody_meets_whom_they_may_not():
    worth = np.full((9, 9), GRID)
    worth[0, :], worth[:, 0] = FORBIDDEN, FORBIDDEN
    worth[1, 2] = worth[2, 1] = FORBIDDEN
    for solver in (Rings(), SEARCH):
        found = solver.solve(RingProblem(worth))
        assert found.outside.tolist() == [0]
        assert found.advises[1] != 2
        assert found.advises[2] != 1
        assert check_rings(RingProblem(worth), found) == []


def test_nothing_is_allowed():
    found = SEARCH.solve(RingProblem(np.full((6, 6), FORBIDDEN)))
    assert found.rings == ()
    assert (found.total, found.bound, found.seats_gap) == (0, 0, 0)


def test_stopped_early_there_are_rings_all_the_same():
    problem = random_rings(np.random.default_rng(8), 60)
    found = Rings().solve(problem, control=Control(cancel=lambda: True))
    assert found.stats["stopped"]
    assert prove_rings(problem, found).verified
    small = random_rings(np.random.default_rng(8), 9)
    assert check_rings(small, Rings().solve(small, control=Control(cancel=lambda: True))) == []


def test_the_same_seed_gives_the_same_rings():
    problem = random_rings(np.random.default_rng(9), 40)
    one, two = SEARCH.solve(problem), SEARCH.solve(problem)
    assert [ring.tolist() for ring in one.rings] == [ring.tolist() for ring in two.rings]


def test_a_line_is_cut_where_least_is_lost():
    worth = np.zeros((7, 7), dtype=np.int64)
    for a, b in ((0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 6), (6, 3)):
        worth[a, b] = 5
    rings, rest = cut(RingProblem(worth), [0, 1, 2, 3, 4, 5, 6])
    assert [ring.tolist() for ring in rings] == [[0, 1, 2], [3, 4, 5, 6]]
    assert rest == []
    assert cut(RingProblem(worth, 5, 5), [0, 1, 2, 3, 4, 5, 6])[1] == [5, 6]


def test_wrong_problems_are_refused():
    with pytest.raises(ValueError, match="square"):
        RingProblem(np.zeros((2, 3), dtype=np.int64))
    with pytest.raises(ValueError, match="from 0 to"):
        RingProblem(np.full((3, 3), -1))
    for sizes in ((2, 8), (3, 9), (5, 4)):
        with pytest.raises(ValueError, match="parameter of RingProblem"):
            RingProblem(np.zeros((3, 3), dtype=np.int64), *sizes)
    with pytest.raises(ValueError, match="kicks"):
        Rings(kicks=-1)


def test_too_many_people(monkeypatch):
    monkeypatch.setattr("peermatch.solvers.rings.MOST_IN_RINGS", 5)
    with pytest.raises(UnsupportedError, match="split the pool"):
        Rings().solve(RingProblem(np.ones((6, 6), dtype=np.int64)))
