"""The checker of rounds and of who goes first finds what is planted, and its bound is true."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pytest

from peermatch.problem import (
    FORBIDDEN,
    DenseScores,
    Matching,
    OptimalityCertificate,
    Problem,
    ProtectedCertificate,
)
from peermatch.programme.relaxation import degree_duals
from peermatch.solvers.rounds import Kept, OneFirst, match_kept
from peermatch.verify import prove, prove_optimal, prove_protected, prove_rounds, rounds_bound
from support.problems import random_pool, random_sides


def solved(seed, n=9, **more):
    problem = random_pool(n, seed, high=50, forbidden=0.2, **more)
    first = np.zeros(n, dtype=np.int64)
    first[[0, 3]] = 2, 1
    return problem, OneFirst(first).solve(problem)


@pytest.mark.parametrize("seed", range(20))
def test_planted_errors_are_found(seed):
    problem, matching = solved(seed)
    claim = matching.certificate
    assert isinstance(claim, ProtectedCertificate)
    assert prove_protected(problem, matching).verified
    y = claim.within.vertex_duals
    for place, by in product(range(len(y)), (-1, 1)):
        wrong = y.copy()
        wrong[place] += by
        bad = replace(claim, within=replace(claim.within, vertex_duals=wrong))
        assert not prove(problem, replace(matching, certificate=bad)).verified
    planted = [
        replace(claim, lift=claim.lift - 1),
        replace(claim, lift=-1),
        replace(claim, lift=True),
        replace(claim, first=claim.first[:-1]),
        replace(claim, first=-claim.first),
        replace(claim, within=replace(claim.within, bonus=claim.within.bonus + 1)),
        replace(claim, within=replace(claim.within, pairs_covered=1)),
    ]
    for bad in planted:
        assert not prove(problem, replace(matching, certificate=bad)).verified
    assert not prove(problem, replace(matching, gap=1)).verified


def test_a_lift_that_scores_may_outweigh_is_no_proof():
    """By hand: with a lift of 1 the best lifted total leaves out the one who should go first."""
    problem = Problem(DenseScores([[0, 50, 1], [50, 0, 2], [1, 2, 0]]), "best_total")
    first = np.array([0, 0, 1])
    lifted = OptimalityCertificate(scale=1, bonus=0, vertex_duals=np.array([25, 25, 0]), pairs_covered=3)
    matching = OneFirst().solve(problem)
    bad = replace(matching, certificate=ProtectedCertificate(first, 1, lifted))
    proof = prove(problem, bad)
    assert not proof.verified
    assert "may be outweighed" in proof.faults[0]


def test_no_certificate_is_no_proof():
    problem, matching = solved(1)
    assert not prove_protected(problem, replace(matching, certificate=None)).verified
    with_duals = replace(matching, certificate=matching.certificate.within)
    assert not prove_optimal(problem, with_duals).verified
    worst = Problem(problem.scores, "worst_first")
    assert not prove_protected(worst, matching).verified


def rounds_of(problem, k):
    """Return k rounds, one after the other, each with its certificate."""
    kept, matrix = Kept.of(problem, 3), problem.scores.block(np.arange(problem.scores.shape[0])).copy()
    found = []
    offset = problem.scores.shape[0] if problem.two_sided else 0
    for _ in range(k):
        left = Problem(DenseScores(matrix, two_sided=problem.two_sided), problem.objective)
        matching = match_kept(left, kept)
        kept = kept.without(matching.pairs, offset)
        u, v = matching.pairs.T
        matrix[u, v] = FORBIDDEN
        if not problem.two_sided:
            matrix[v, u] = FORBIDDEN
        found.append(matching)
    return found


@pytest.mark.parametrize("objective", ["everyone_first", "best_total"])
@pytest.mark.parametrize("sides", [False, True])
@pytest.mark.parametrize("seed", range(8))
def test_rounds_are_verified_in_one_look(seed, sides, objective):
    problem = (
        random_sides(5, 7, seed, forbidden=0.1, objective=objective)
        if sides
        else random_pool(9, seed, forbidden=0.1, objective=objective)
    )
    found = rounds_of(problem, 3)
    proof = prove_rounds(problem.scores, objective, found, np.zeros(problem.n_vertices, dtype=np.int64))
    assert all(one.verified for one in proof.rounds), proof.rounds
    assert not proof.faults
    # the same round twice, and rounds the other way round, are found out
    twice = prove_rounds(problem.scores, objective, [found[0], found[0]])
    assert not twice.rounds[1].verified
    assert twice.bound is None
    assert not prove_rounds(problem.scores, objective, found[::-1]).rounds[0].verified


def best_of_rounds(matrix, k, two_sided):
    """The best total of k rounds without repeats, by trying all: sets of pairs that fall into k matchings."""
    rows, columns = matrix.shape
    pairs = [
        (u, v)
        for u in range(rows)
        for v in range(0 if two_sided else u + 1, columns)
        if matrix[u, v] != FORBIDDEN
    ]
    matchings = [
        chosen
        for size in range(min(rows, columns) + 1)
        for chosen in combinations(pairs, size)
        if len({("l", u) for u, _ in chosen} | {("r" if two_sided else "l", v) for _, v in chosen})
        == 2 * size
    ]
    best = {frozenset(): 0}
    for _ in range(k):
        following = {}
        for made, total in best.items():
            for chosen in matchings:
                if made.isdisjoint(chosen):
                    key = made | frozenset(chosen)
                    following[key] = max(following.get(key, 0), total + sum(int(matrix[p]) for p in chosen))
        best = following
    return max(best.values())


@pytest.mark.parametrize("two_sided", [False, True])
@pytest.mark.parametrize("seed", range(25))
def test_no_rounds_are_worth_more_than_the_bound(seed, two_sided):
    rng = np.random.default_rng(seed)
    n, k = int(rng.integers(3, 6)), int(rng.integers(1, 3))
    problem = (
        random_sides(3, int(rng.integers(2, 4)), seed, high=12, forbidden=0.2)
        if two_sided
        else random_pool(n, seed, high=12, forbidden=0.2)
    )
    matrix = problem.scores.block(np.arange(problem.scores.shape[0]))
    best = best_of_rounds(matrix, k, two_sided)
    offset = matrix.shape[0] if two_sided else 0
    u, v = np.nonzero(matrix != FORBIDDEN)
    u, v = (u, v) if two_sided else (u[u < v], v[u < v])
    score = matrix[u, v]
    relaxed = degree_duals(problem.n_vertices, u, v + offset, score, k, best)
    for duals in (
        relaxed,
        rng.integers(0, 15, problem.n_vertices),
        np.zeros(problem.n_vertices, dtype=np.int64),
    ):
        excess = int(np.maximum(0, 2 * score - duals[u] - duals[v + offset]).sum())
        assert rounds_bound(duals, excess, k, problem.scores) >= best
        found = prove_rounds(problem.scores, "best_total", [], duals)
        assert found.bound == rounds_bound(duals, excess, 0, problem.scores)


@pytest.mark.parametrize("seed", range(6))
def test_duals_of_the_relaxation_come_near_linear_programming(seed):
    from scipy.optimize import linprog

    rng = np.random.default_rng(seed)
    n, k = 30, 3
    u, v = np.triu_indices(n, 1)
    score = rng.integers(0, 1000, len(u))
    ends = np.zeros((n, len(u)))
    ends[u, np.arange(len(u))] = ends[v, np.arange(len(u))] = 1
    best = -linprog(-score, A_ub=ends, b_ub=np.full(n, k), bounds=(0, 1)).fun
    y = degree_duals(n, u, v, score, k, int(best))
    value = (k * int(y.sum()) + int(np.maximum(0, 2 * score - y[u] - y[v]).sum())) / 2
    assert best - 1e-6 <= value <= 1.005 * best


def test_a_total_above_the_bound_is_a_fault():
    problem = random_pool(4, 3, objective="best_total")
    first = rounds_of(problem, 1)[0]
    lying = Matching(
        **{part: getattr(first, part) for part in first.__dataclass_fields__ if part != "weight"},
        weight=first.weight + 2**40,
    )
    proof = prove_rounds(problem.scores, "best_total", [lying], np.zeros(4, dtype=np.int64))
    assert proof.faults
    assert not proof.rounds[0].verified
