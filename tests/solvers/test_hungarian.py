"""Assignment: against the oracle, with its certificate checked from the definition, and repaired when it must be."""

from __future__ import annotations

import numpy as np
import pytest

from peermatch.errors import UnsupportedError, VerificationError
from peermatch.problem import FORBIDDEN, DenseScores, Matching, OptimalityCertificate, Problem, Status
from peermatch.solvers import Exhaustive, Hungarian, hungarian
from support.problems import PROBLEMS, check_valid, random_pool, random_sides, value

TWO_SIDED = [name for name, problem in PROBLEMS.items() if problem.two_sided]


def check_certificate(problem: Problem, matching: Matching) -> None:
    """Dual feasible on every allowed pair, tight on matched ones, 0 on people alone, and equal in value."""
    placed, left, right = problem.one_place_each()
    proof = matching.certificate
    assert isinstance(proof, OptimalityCertificate)
    assert len(proof.blossom_duals) == 0
    rows, columns = placed.scores.shape
    y = [int(value) for value in proof.vertex_duals]
    assert len(y) == rows + columns
    assert min(y, default=0) >= 0
    matrix = placed.scores.block(np.arange(rows))
    covered = set()
    for u in range(rows):
        for v in range(columns):
            if matrix[u, v] != FORBIDDEN:
                covered.add((left[u], right[v]))
                assert y[u] + y[rows + v] >= proof.scale * (int(matrix[u, v]) + proof.bonus)
    assert len(covered) == proof.pairs_covered
    assert sum(y) == proof.scale * (matching.weight + proof.bonus * len(matching.pairs))
    if problem.objective == "everyone_first":
        spread = int(matrix.max(where=matrix != FORBIDDEN, initial=0))
        assert proof.bonus > (min(rows, columns) - 1) * spread
    else:
        assert proof.bonus == 0


@pytest.mark.parametrize("case", TWO_SIDED)
def test_the_certificate_proves_it(case: str) -> None:
    matching = Hungarian().solve(PROBLEMS[case])
    assert matching.status == Status.OPTIMAL
    check_valid(PROBLEMS[case], matching)
    check_certificate(PROBLEMS[case], matching)


@pytest.mark.parametrize("seed", range(120))
def test_against_the_oracle(seed: int) -> None:
    rng = np.random.default_rng(seed)
    left, right = int(rng.integers(0, 6)), int(rng.integers(0, 6))
    places = [int(c) for c in rng.integers(0, 3, right)] if seed % 3 == 0 else None
    problem = random_sides(
        left,
        right,
        seed,
        high=int(rng.choice([1, 3, 2**30])),
        forbidden=float(rng.random()),
        objective=["everyone_first", "best_total"][seed % 2],
        places=(None, places),
    )
    if problem.one_place_each()[0].n_vertices > 12:
        return
    matching = Hungarian().solve(problem)
    check_valid(problem, matching)
    check_certificate(problem, matching)
    assert value(problem, matching) == value(problem, Exhaustive().solve(problem))


@pytest.mark.parametrize("objective", ["everyone_first", "best_total"])
def test_negative_scores(objective: str) -> None:
    scores = np.random.default_rng(1).integers(-9, 3, (4, 5))
    problem = Problem(DenseScores(scores, two_sided=True), objective)
    matching = Hungarian().solve(problem)
    check_certificate(problem, matching)
    assert value(problem, matching) == value(problem, Exhaustive().solve(problem))


@pytest.mark.parametrize("seed", range(30))
def test_any_other_assignment_is_repaired(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """Whatever the proposal is worth, the answer is optimal: the duals exist only then."""
    rng = np.random.default_rng(seed)
    problem = random_sides(9, 12, seed, high=[4, 2**30][seed % 2], forbidden=0.3)
    best = Hungarian().solve(problem)

    def careless(worth: np.ndarray, control: object) -> np.ndarray:
        mate = np.full(len(worth), -1, dtype=np.int64)
        for u, v in enumerate(rng.permutation(worth.shape[1])[: len(worth)]):
            if worth[u, v] > 0 and rng.random() < 0.8:
                mate[u] = v
        return mate

    monkeypatch.setattr(hungarian, "_assign", careless)
    repaired = Hungarian().solve(problem)
    assert repaired.stats["repairs"] > 0
    check_certificate(problem, repaired)
    assert value(problem, repaired) == value(problem, best)


def test_a_cycle_that_gains_next_to_nothing_is_found_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """One unit in 2**40: rounding would hide it from floats, and walking round it would take a trillion steps."""
    big = 2**40
    worth = np.array([[big, big + 1], [big, big]])
    problem = Problem(DenseScores(worth, two_sided=True))
    monkeypatch.setattr(hungarian, "_assign", lambda worth, control: np.array([0, 1]))
    matching = Hungarian().solve(problem)
    assert matching.pairs.tolist() == [[0, 1], [1, 0]]
    assert matching.stats["repairs"] == 1


def test_scores_beyond_the_53_bits_of_floats_stay_exact() -> None:
    rng = np.random.default_rng(5)
    worth = 2**56 + rng.integers(0, 4, (6, 6))
    problem = Problem(DenseScores(worth, two_sided=True), "best_total")
    matching = Hungarian().solve(problem)
    check_certificate(problem, matching)
    assert value(problem, matching) == value(problem, Exhaustive().solve(problem))


def test_broken_duals_are_never_claimed() -> None:
    worth = np.array([[5, 4], [4, 1]])
    mate = np.array([1, 0])
    good = (np.array([4, 1]), np.array([3, 0]))
    hungarian._check_proof(worth, mate, *good)
    for left, right in [([3, 1], [3, 0]), ([5, 1], [3, 0]), ([9, -1], [5, -5])]:
        with pytest.raises(VerificationError):
            hungarian._check_proof(worth, mate, np.array(left), np.array(right))


def test_one_pool_is_refused_with_the_reason() -> None:
    with pytest.raises(UnsupportedError, match=r"gives cycles \(a advises b.*not pairs. Use 'blossom'"):
        Hungarian().solve(random_pool(4, 0))


def test_what_does_not_fit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    huge = Problem(DenseScores(np.full((3, 3), 2**61), two_sided=True))
    with pytest.raises(UnsupportedError, match="exactly in 64 bits"):
        Hungarian().solve(huge)
    monkeypatch.setattr(hungarian, "_MOST_CELLS", 11)
    with pytest.raises(UnsupportedError, match=r"3 x 4 places do not fit\. Use 'blossom'"):
        Hungarian().solve(random_sides(3, 4, 0))
