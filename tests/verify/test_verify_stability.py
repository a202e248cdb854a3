"""Blocking pairs against the definition, and planted ones; stable partitions, whole and broken."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peermatch.errors import UnsupportedError, VerificationError
from peermatch.problem import (
    FORBIDDEN,
    DenseScores,
    Matching,
    NoStableCertificate,
    Problem,
    StabilityCertificate,
    Status,
)
from peermatch.verify import (
    blocking_pairs,
    is_stable,
    is_stable_partition,
    prove,
    prove_no_stable,
    prove_stable,
)
from support.oracles import blocking_by_definition, stable_matchings


def random_pool(seed: int, n: int, levels: int) -> Problem:
    rng = np.random.default_rng(seed)
    utilities = rng.integers(0, levels, (n, n))
    scores = np.where(rng.random((n, n)) < 0.2, FORBIDDEN, 1)
    scores = np.minimum(scores, scores.T)
    return Problem(DenseScores(scores, utilities=utilities))


def random_sides(seed: int, rows: int, columns: int, *, places_left: bool) -> Problem:
    rng = np.random.default_rng(seed)
    scores = np.where(rng.random((rows, columns)) < 0.2, FORBIDDEN, 1)
    utilities = (rng.integers(0, 5, (rows, columns)), rng.integers(0, 5, (columns, rows)))
    places = rng.integers(0, 4, rows if places_left else columns)
    capacity = (places, None) if places_left else (None, places)
    return Problem(DenseScores(scores, two_sided=True, utilities=utilities), capacity=capacity)


def some_matching(problem: Problem, seed: int) -> Matching:
    """Pair at random, as far as rules and places allow, and leave some out."""
    rng = np.random.default_rng(seed)
    rows, columns = problem.scores.shape
    room = [np.ones(rows, dtype=int), np.ones(columns, dtype=int)]
    room = [
        own if places is None else places.copy() for own, places in zip(room, problem.capacity, strict=True)
    ]
    if not problem.two_sided:
        room[1] = room[0]
    allowed = problem.scores.block(np.arange(rows)) != FORBIDDEN
    pairs = []
    for place in rng.permutation(rows * columns):
        u, v = divmod(int(place), columns)
        fits = room[0][u] and room[1][v] and (problem.two_sided or u < v)
        if allowed[u, v] and fits and rng.random() < 0.8:
            pairs.append((u, v))
            room[0][u] -= 1
            room[1][v] -= 1
    return Matching.of(problem, pairs, status=Status.GAP, solver="by hand")


@given(st.integers(0, 2**32), st.integers(0, 9), st.sampled_from([2, 5, 1000]))
@settings(max_examples=60, deadline=None)
def test_blocking_pairs_of_one_pool(seed, n, levels):
    problem = random_pool(seed, n, levels)
    matching = some_matching(problem, seed)
    expected = blocking_by_definition(problem, matching.pairs.tolist())
    assert list(map(tuple, blocking_pairs(problem, matching).tolist())) == expected
    assert is_stable(problem, matching) == (not expected)


@given(st.integers(0, 2**32), st.integers(0, 7), st.integers(0, 7), st.booleans())
@settings(max_examples=60, deadline=None)
def test_blocking_pairs_of_two_sides_with_places(seed, rows, columns, places_left):
    problem = random_sides(seed, rows, columns, places_left=places_left)
    matching = some_matching(problem, seed)
    expected = blocking_by_definition(problem, matching.pairs.tolist())
    assert list(map(tuple, blocking_pairs(problem, matching).tolist())) == expected


def test_blocks_and_strips_do_not_change_the_answer(monkeypatch):
    problem = random_pool(5, 60, 1000)
    matching = some_matching(problem, 5)
    whole = blocking_pairs(problem, matching)
    assert len(whole) > 20
    monkeypatch.setattr("peermatch.verify.slack._CELLS_PER_BLOCK", 700)
    monkeypatch.setattr("peermatch.verify.wishes._BYTES_PER_STRIP", 200)
    assert np.array_equal(blocking_pairs(problem, matching), whole)
    assert np.array_equal(blocking_pairs(problem, matching, limit=7), whole[:7])
    assert blocking_pairs(problem, matching).dtype == np.int64


def one_blocking_pair() -> tuple[Problem, Matching]:
    """0 and 2 have their third and second choice, and are each other's first."""
    utilities = np.array([[0, 1, 3, 2], [3, 0, 2, 1], [3, 1, 0, 2], [1, 2, 3, 0]])
    problem = Problem(DenseScores(np.ones((4, 4), dtype=int), utilities=utilities))
    certificate = StabilityCertificate(6)
    return problem, Matching.of(
        problem, [[0, 1], [2, 3]], status=Status.STABLE, solver="by hand", certificate=certificate
    )


def test_one_blocking_pair():
    problem, matching = one_blocking_pair()
    assert blocking_pairs(problem, matching).tolist() == [[0, 2]]
    assert not is_stable(problem, matching)
    assert prove_stable(problem, matching).faults == ("Pair (0, 2) blocks the matching.",)


def test_a_tie_does_not_block():
    problem = Problem(DenseScores(np.ones((4, 4), dtype=int)))
    matching = Matching.of(problem, [[0, 1], [2, 3]], status=Status.STABLE, solver="by hand")
    assert is_stable(problem, matching)
    assert is_stable(problem, Matching.of(problem, [[0, 3], [1, 2]], status=Status.STABLE, solver="by hand"))


def test_two_people_left_alone_block():
    problem = Problem(DenseScores(np.full((4, 4), -5)))
    matching = Matching.of(problem, [[0, 1]], status=Status.STABLE, solver="by hand")
    assert blocking_pairs(problem, matching).tolist() == [[2, 3]]


def test_a_true_certificate_of_stability():
    problem, matching = one_blocking_pair()
    stable = Matching.of(
        problem, [[0, 2], [1, 3]], status=Status.STABLE, solver="by hand", certificate=StabilityCertificate(6)
    )
    assert prove_stable(problem, stable).verified
    assert prove(problem, stable).pairs_covered == 6
    assert prove_stable(problem, replace(stable, certificate=StabilityCertificate(5))).faults == (
        "The certificate claims 5 allowed pairs; there are 6.",
    )
    assert (
        "no certificate of stability" in prove_stable(problem, replace(matching, certificate=None)).faults[0]
    )


def test_a_matching_that_is_not_valid_is_not_stable():
    problem, matching = one_blocking_pair()
    wrong = replace(matching, weight=7)
    assert not is_stable(problem, wrong)
    assert "weight" in prove_stable(problem, wrong).faults[0]
    with pytest.raises(VerificationError, match="Only a valid matching"):
        blocking_pairs(problem, wrong)


# Tan's stable partition --------------------------------------------------------------------------------------------

# Three who like each other in a circle, and a fourth who is everyone's last choice (Gale and Shapley 1962, example 3).
UNSOLVABLE = [[1, 2, 3], [2, 0, 3], [0, 1, 3], [0, 1, 2]]


def unsolvable(certificate=None) -> tuple[Problem, Matching]:
    utilities = np.zeros((4, 4), dtype=int)
    for person, listed in enumerate(UNSOLVABLE):
        utilities[person, listed] = [3, 2, 1]
    problem = Problem(DenseScores(np.ones((4, 4), dtype=int), utilities=utilities))
    certificate = certificate or NoStableCertificate(np.array([1, 2, 0, 3]), pairs_covered=6)
    return problem, Matching.of(
        problem, [[0, 1]], status=Status.NO_STABLE, solver="by hand", certificate=certificate
    )


def test_the_partition_of_gale_and_shapleys_example():
    assert is_stable_partition(UNSOLVABLE, [1, 2, 0, 3])
    problem, matching = unsolvable()
    assert is_stable_partition(problem, [1, 2, 0, 3])
    assert prove_no_stable(problem, matching).verified
    assert prove(problem, matching).verified
    assert stable_matchings(problem.scores.utilities(np.arange(4))) == []


@pytest.mark.parametrize(
    ("successor", "fault"),
    [
        ([2, 0, 1, 3], "Person 0 does not prefer their successor to their predecessor."),
        ([1, 0, 3, 2], "Pair (1, 2) blocks the partition."),
        ([0, 1, 2, 3], "Pair (0, 1) blocks the partition."),
        ([1, 1, 0, 3], "The partition is not a permutation of all people."),
        ([1, 2, 0], "The partition must be 4 whole numbers; it is int64 with (3,)."),
        ([1, 2, 0, 7], "The partition is not a permutation of all people."),
    ],
)
def test_a_broken_partition(successor, fault):
    assert not is_stable_partition(UNSOLVABLE, successor)
    problem, matching = unsolvable(NoStableCertificate(np.array(successor), pairs_covered=6))
    assert fault in prove_no_stable(problem, matching).faults


def test_neighbours_who_may_not_be_paired():
    assert not is_stable_partition([[1], [0], []], [1, 2, 0])
    assert is_stable_partition([[1], [0], []], [1, 0, 2])
    assert not is_stable_partition([[1], [0], []], [0, 1, 2])


def test_a_partition_without_an_odd_party_proves_nothing():
    problem = Problem(DenseScores([[0, 5, 1], [5, 0, 2], [1, 2, 0]]))
    evidence = NoStableCertificate(np.array([1, 0, 2]), pairs_covered=3)
    matching = Matching.of(problem, [], status=Status.NO_STABLE, solver="by hand", certificate=evidence)
    assert "no odd party" in prove_no_stable(problem, matching).faults[0]


def tied(person, one, other):
    """The unsolvable example in which one person values two people the same."""
    problem, matching = unsolvable()
    utilities = problem.scores.utilities(np.arange(4)).copy()
    utilities[person, one] = utilities[person, other]
    return Problem(DenseScores(np.ones((4, 4), dtype=int), utilities=utilities)), matching


def test_a_tie_that_changes_nothing_leaves_the_proof_whole():
    problem, matching = tied(3, 1, 0)
    assert prove_no_stable(problem, matching).verified
    assert stable_matchings(problem.scores.utilities(np.arange(4))) == []


def test_a_tie_between_the_neighbours_in_an_odd_party_proves_nothing():
    problem, matching = tied(0, 1, 2)
    faults = prove_no_stable(problem, matching).faults
    assert "Person 0 does not prefer their successor to their predecessor." in faults


def test_a_pair_of_equals_blocks_the_proof():
    """Whoever is worth as much as the predecessor could be preferred under some order of the tied."""
    problem, matching = tied(0, 3, 2)
    faults = prove_no_stable(problem, matching).faults
    assert faults == ("Pair (0, 3) blocks the partition.",)


def test_with_ties_no_partition_proves_what_is_not_so():
    """Over all permutations of pools around a circle of three, with many ties: whatever is verified is true."""
    rng = np.random.default_rng(4)
    outcomes = set()
    for _ in range(40):
        n = int(rng.integers(3, 6))
        utilities = rng.integers(0, 3, (n, n))
        utilities[[0, 1, 2], [1, 2, 0]] = 4
        utilities[[0, 1, 2], [2, 0, 1]] = rng.choice([3, 3, 3, 4], 3)
        problem = Problem(DenseScores(np.ones((n, n), dtype=int), utilities=utilities))
        solvable = bool(stable_matchings(problem.scores.utilities(np.arange(n))))
        for order in permutations(range(n)):
            evidence = NoStableCertificate(np.array(order), n * (n - 1) // 2)
            matching = Matching.of(
                problem, [], status=Status.NO_STABLE, solver="by hand", certificate=evidence
            )
            outcomes.add((solvable, prove_no_stable(problem, matching).verified))
    assert outcomes == {(False, False), (False, True), (True, False)}


def test_pairs_covered_by_a_partition_off_by_one():
    problem, matching = unsolvable(NoStableCertificate(np.array([1, 2, 0, 3]), pairs_covered=7))
    assert prove_no_stable(problem, matching).faults == (
        "The certificate claims 7 allowed pairs; there are 6.",
    )


def test_partitions_are_of_one_pool():
    problem = Problem(DenseScores([[1, 2], [3, 4]], two_sided=True))
    with pytest.raises(UnsupportedError, match="one pool"):
        is_stable_partition(problem, [0, 1])
    evidence = NoStableCertificate(np.array([0, 1]), pairs_covered=4)
    matching = Matching.of(problem, [], status=Status.NO_STABLE, solver="by hand", certificate=evidence)
    assert prove_no_stable(problem, matching).faults == ("Two sides always have a stable matching.",)
    assert not prove_no_stable(problem, replace(matching, certificate=None)).verified


def test_a_stable_partition_decides_whether_a_stable_matching_exists():
    """Over all permutations of small pools: there is a stable partition, and odd parties tell (Tan 1991)."""
    rng = np.random.default_rng(0)
    solvable = 0
    for _ in range(60):
        n = int(rng.integers(3, 6))
        lists = [rng.permutation([j for j in range(n) if j != i]).tolist() for i in range(n)]
        found = [order for order in permutations(range(n)) if is_stable_partition(lists, order)]
        assert found
        odd = {any(map(bool, NoStableCertificate(np.array(order), 0).odd_parties)) for order in found}
        utilities = np.full((n, n), FORBIDDEN)
        for person, listed in enumerate(lists):
            utilities[person, listed] = np.arange(n, 1, -1)
        assert odd == {not stable_matchings(utilities)}
        solvable += odd == {False}
    assert 30 < solvable < 60
