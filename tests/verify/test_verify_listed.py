"""The linear way of the verifiers: the same answers as by tiles, and every planted error found on both."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peermatch.errors import InputError, VerificationError
from peermatch.problem import (
    FORBIDDEN,
    DenseScores,
    Entries,
    ListedScores,
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
    problem_of_preferences,
    prove_no_stable,
    prove_stable,
    refusals,
)
from support.oracles import blocking_by_definition

UNSOLVABLE = [[1, 2, 3], [2, 0, 3], [0, 1, 3], [0, 1, 2]]


class AskedScores(DenseScores):
    """A matrix that also answers about single pairs, as lazy scores do."""

    def utilities_at(self, u, v):
        return self._left[u, v].copy(), self._right[v, u].copy()


def in_every_way(problem):
    """The same utilities, listed, asked for pair by pair, and by tiles."""
    rows, columns = problem.scores.shape
    tables = [problem.scores.utilities(np.arange(rows), "left")]
    if problem.two_sided:
        tables.append(problem.scores.utilities(np.arange(columns), "right"))
    sides = []
    for table in tables:
        row, column = np.nonzero(table != FORBIDDEN)
        sides.append(Entries(np.searchsorted(row, np.arange(len(table) + 1)), column, table[row, column]))
    zeros = np.where(tables[0] == FORBIDDEN, FORBIDDEN, 0)
    utilities = tuple(tables) if problem.two_sided else tables[0]
    found = [ListedScores(*sides)]
    found += [
        kind(zeros, two_sided=problem.two_sided, utilities=utilities) for kind in (AskedScores, DenseScores)
    ]
    return [replace(problem, scores=scores) for scores in found]


def random_problem(seed, n, m, levels, two_sided):
    rng = np.random.default_rng(seed)
    if not two_sided:
        allowed = np.where(rng.random((n, n)) < 0.3, FORBIDDEN, 0)
        return Problem(
            DenseScores(np.minimum(allowed, allowed.T), utilities=rng.integers(-levels, levels, (n, n)))
        )
    allowed = np.where(rng.random((n, m)) < 0.3, FORBIDDEN, 0)
    utilities = (rng.integers(-levels, levels, (n, m)), rng.integers(-levels, levels, (m, n)))
    places = (rng.integers(0, 3, n), rng.integers(0, 3, m))
    return Problem(DenseScores(allowed, two_sided=True, utilities=utilities), capacity=places)


def some_pairs(problem, seed):
    rng = np.random.default_rng(seed)
    rows, columns = problem.scores.shape
    room = [np.ones(rows, int) if p is None else p.copy() for p in problem.capacity]
    room = room if problem.two_sided else [room[0], room[0]]
    allowed = problem.scores.block(np.arange(rows)) != FORBIDDEN
    pairs = []
    for place in rng.permutation(rows * columns):
        u, v = divmod(int(place), columns)
        if (
            allowed[u, v]
            and room[0][u]
            and room[1][v]
            and (problem.two_sided or u < v)
            and rng.random() < 0.8
        ):
            pairs.append((u, v))
            room[0][u] -= 1
            room[1][v] -= 1
    return pairs


@given(
    st.integers(0, 2**32), st.integers(0, 9), st.integers(0, 9), st.sampled_from([1, 3, 1000]), st.booleans()
)
@settings(max_examples=120, deadline=None)
def test_all_ways_agree_with_the_definition(seed, n, m, levels, two_sided):
    if not two_sided:
        m = n
    problem = random_problem(seed, n, m, levels, two_sided)
    pairs = some_pairs(problem, seed)
    u, v = (part.ravel() for part in np.indices((n, m)))
    rows = []
    for each in in_every_way(problem):
        matching = Matching.of(each, pairs, status=Status.GAP, solver="by hand")
        expected = blocking_by_definition(each, matching.pairs.tolist())
        assert list(map(tuple, blocking_pairs(each, matching).tolist())) == expected
        assert list(map(tuple, blocking_pairs(each, matching, limit=2).tolist())) == expected[:2]
        assert is_stable(each, matching) == (not expected)
        found = refusals(each, matching, u, v)
        blocking = found.pairs[found.blocks & (two_sided | (u < v))]
        assert list(map(tuple, blocking.tolist())) == expected
        parts = (found.gains, found.free, found.refuses, found.allowed, found.together)
        rows.append([part.tolist() for part in parts])
        allowed = int((each.scores.block(np.arange(n)) != FORBIDDEN).sum()) // (1 if two_sided else 2)
        claimed = replace(matching, certificate=StabilityCertificate(allowed))
        assert prove_stable(each, claimed).verified == (not expected)
        wrong = prove_stable(each, replace(matching, certificate=StabilityCertificate(allowed + 1)))
        assert not wrong.verified
    assert rows[0] == rows[1] == rows[2]


@given(st.integers(0, 2**32), st.integers(1, 7), st.sampled_from([1, 3, 1000]))
@settings(max_examples=120, deadline=None)
def test_partitions_are_judged_the_same_in_every_way(seed, n, levels):
    problem = random_problem(seed, n, n, levels, two_sided=False)
    rng = np.random.default_rng(seed)
    ways = in_every_way(problem)
    for _ in range(6):
        successor = rng.permutation(n)
        assert len({is_stable_partition(each, successor) for each in ways}) == 1
        proofs = []
        for each in ways:
            evidence = NoStableCertificate(successor, 0)
            matching = Matching.of(each, [], status=Status.NO_STABLE, solver="by hand", certificate=evidence)
            proofs.append(prove_no_stable(each, matching).faults)
        assert proofs[0] == proofs[1] == proofs[2]


def way(number):
    return in_every_way(problem_of_preferences(UNSOLVABLE))[number]


@pytest.mark.parametrize("number", [0, 1, 2])
def test_planted_errors_in_a_partition(number):
    problem = way(number)

    def faults(successor, covered=6):
        evidence = NoStableCertificate(np.array(successor), covered)
        return prove_no_stable(
            problem, Matching.of(problem, [], status=Status.NO_STABLE, solver="by hand", certificate=evidence)
        ).faults

    assert faults([1, 2, 0, 3]) == ()
    assert "Person 0 does not prefer their successor to their predecessor." in faults([2, 0, 1, 3])
    assert "Pair (1, 2) blocks the partition." in faults([1, 0, 3, 2])
    assert "Pair (0, 1) blocks the partition." in faults([0, 1, 2, 3])
    assert faults([1, 2, 0, 3], 7) == ("The certificate claims 7 allowed pairs; there are 6.",)
    assert "not a permutation" in faults([1, 1, 0, 3])[0]


@pytest.mark.parametrize("number", [0, 1, 2])
def test_planted_errors_in_a_matching(number):
    lists = [[2, 3, 1], [0, 2, 3], [0, 3, 1], [2, 1, 0]]
    problem = in_every_way(problem_of_preferences(lists))[number]
    good = Matching.of(
        problem, [[0, 2], [1, 3]], status=Status.STABLE, solver="by hand", certificate=StabilityCertificate(6)
    )
    assert prove_stable(problem, good).verified
    mate = good.mate.copy()
    mate[0] = 1
    wrong = replace(good)
    wrong.__dict__["mate"] = mate
    assert "mate of 0 is given as 1" in prove_stable(problem, wrong).faults[0]
    blocked = replace(good, pairs=np.array([[0, 1], [2, 3]]))
    assert prove_stable(problem, blocked).faults == ("Pair (0, 2) blocks the matching.",)
    assert (
        "claims 5 allowed pairs"
        in prove_stable(problem, replace(good, certificate=StabilityCertificate(5))).faults[0]
    )


def test_lists_themselves_are_taken():
    matching = Matching.of(
        problem_of_preferences(UNSOLVABLE), [[0, 1], [2, 3]], status=Status.GAP, solver="by hand"
    )
    assert blocking_pairs(UNSOLVABLE, matching).tolist() == [[1, 2]]
    assert blocking_pairs(np.array(UNSOLVABLE), matching).tolist() == [[1, 2]]
    assert not is_stable(UNSOLVABLE, matching)
    assert is_stable_partition(np.array(UNSOLVABLE), [1, 2, 0, 3])
    assert not is_stable_partition(np.array(UNSOLVABLE), [1, 0, 2, 3])
    sides = ([[0, 1], [0, 1]], [[0, 1], [0, 1]])
    two = Matching.of(problem_of_preferences(*sides), [[0, 1], [1, 0]], status=Status.GAP, solver="by hand")
    assert blocking_pairs(sides, two).tolist() == [[0, 0]]
    with pytest.raises(InputError, match="a tuple"):
        blocking_pairs(sides[0], two)


def test_what_lists_are_worth():
    """A rank counts everybody who is strictly preferred on the list as given, one-sided mentions too."""
    problem = problem_of_preferences([[3, [1, 2], 0], [0], []], [[0, 1], [0], [0], []])
    assert problem.scores.utilities(np.array([0])).tolist() == [[1, 3, 3, FORBIDDEN]]
    assert problem.scores.utilities(np.array([0]), "right").tolist() == [[2, 1, FORBIDDEN]]
    assert problem_of_preferences([[1]] * 0).scores.shape == (0, 0)
    filled = problem_of_preferences(np.array([[1, -1], [2, 0], [1, -1]]))
    assert filled.scores.utilities(np.array([1])).tolist() == [[1, FORBIDDEN, 2]]


@pytest.mark.parametrize(
    ("lists", "message"),
    [
        ([[1], [2]], "names position 2"),
        ([[1, 1], [0]], "names 1 twice"),
        ([[0], [0]], "names the person themselves"),
        ([[1.0], [0]], "must be a list of positions"),
        ([[True], [0]], "must be a list of positions"),
        (["1", [0]], "must be a list of positions"),
        ("ab", "must be lists of positions"),
        (np.array([[1, -1], [-1, 0]]), "names position -1"),
    ],
)
def test_lists_that_are_none(lists, message):
    with pytest.raises(InputError, match=message):
        problem_of_preferences(lists)
    with pytest.raises(InputError, match="Capacities need two sides"):
        problem_of_preferences([[1], [0]], capacities=1)


def test_who_would_refuse_and_by_how_much():
    utilities = np.array([[0, 9, 5, 1], [9, 0, 1, 5], [5, 1, 0, -3], [1, 5, -2, 0]])
    problem = Problem(DenseScores(np.where(utilities == 1, FORBIDDEN, 0), utilities=utilities))
    matching = Matching.of(problem, [[0, 1]], status=Status.STABLE, solver="by hand")
    found = refusals(problem, matching, [0, 2, 3, 1, 0], [2, 3, 0, 0, 3])
    assert found.gains.tolist() == [[-4, 5], [-3, -2], [0, 0], [0, 0], [0, 0]]
    assert found.free.tolist()[:2] == [[False, True], [True, True]]
    assert found.refuses.tolist() == [
        [True, False],
        [False, False],
        [True, True],
        [False, False],
        [True, True],
    ]
    assert found.allowed.tolist() == [True, True, False, True, False]
    assert found.together.tolist() == [False, False, False, True, False]
    assert found.blocks.tolist() == [False, True, False, False, False]


def test_questions_about_refusals_that_make_no_sense():
    problem = way(0)
    matching = Matching.of(problem, [[0, 1]], status=Status.GAP, solver="by hand")
    for u, v, message in (
        ([0], [9], "names position 9"),
        ([-1], [0], "names position -1"),
        ([0.5], [1], "must be positions"),
        ([0, 1], [1], "one length"),
        ([[0]], [[1]], "must be positions"),
    ):
        with pytest.raises(InputError, match=message):
            refusals(problem, matching, u, v)
    assert refusals(problem, matching, [], []).gains.shape == (0, 2)
    with pytest.raises(VerificationError, match="Only a valid"):
        refusals(problem, replace(matching, weight=1), [0], [2])


def test_entries_in_parts_do_not_change_the_answer(monkeypatch):
    problem = in_every_way(random_problem(4, 60, 50, 1000, two_sided=True))[0]
    matching = Matching.of(problem, some_pairs(problem, 4), status=Status.GAP, solver="by hand")
    whole = blocking_pairs(problem, matching)
    assert len(whole) > 20
    monkeypatch.setattr("peermatch.verify.wishes._ENTRIES_AT_ONCE", 40)
    assert np.array_equal(blocking_pairs(problem, matching), whole)
