"""Stable roommates: published instances, brute force, what is promised when there is none, ties, bad lists."""

from __future__ import annotations

from itertools import permutations, product
from typing import Any

import numpy as np
import pytest

from peermatch.errors import InputError, UnsupportedError, VerificationError
from peermatch.problem import (
    FORBIDDEN,
    Control,
    DenseScores,
    Matching,
    NoStableCertificate,
    Problem,
    StabilityCertificate,
    Status,
)
from peermatch.solvers import Roommates, prefix_lists, stable_roommates
from peermatch.solvers.among import AMONG
from peermatch.verify import blocking_pairs, prove
from support.problems import random_pool, random_sides
from support.roommates import (
    blocking,
    is_stable_partition,
    largest_stable_among_themselves,
    matchings,
    mutual,
    random_lists,
    stable_matchings,
)

# Six people, the standard worked example of the algorithm; its one stable matching is {1,6}, {2,4}, {3,5}.
SIX = ["34265", "65413", "24516", "52361", "31246", "51342"]


def from_one(rows: list[str]) -> list[list[int]]:
    return [[int(digit) - 1 for digit in row] for row in rows]


def pairs_of(matching: Matching) -> list[tuple[int, int]]:
    return [(int(u), int(v)) for u, v in matching.pairs]


def check(lists: list[list[int]], matching: Matching, *, size: bool = True) -> bool:
    """Hold an answer against the definitions and brute force; return whether a stable matching exists."""
    both = mutual(lists)
    pairs = pairs_of(matching)
    stable = stable_matchings(both)
    assert matching.certificate is not None
    assert matching.certificate.pairs_covered == sum(map(len, both)) // 2
    assert matching.gap is None
    if stable:
        assert matching.status == Status.STABLE
        assert isinstance(matching.certificate, StabilityCertificate)
        assert pairs in [sorted(each) for each in stable]
        assert matching.stats["set_aside"] == []
        return True
    assert matching.status == Status.NO_STABLE
    assert isinstance(matching.certificate, NoStableCertificate)
    assert is_stable_partition(both, matching.certificate.successor.tolist())
    parties = matching.certificate.odd_parties
    aside = set(matching.stats["set_aside"])
    assert parties
    assert [len(aside & set(party)) for party in parties] == [1] * len(parties)
    assert len(aside) == len(parties)
    assert matching.blocking_pairs is not None
    assert [tuple(pair) for pair in matching.blocking_pairs.pairs.tolist()] == sorted(blocking(both, pairs))
    assert matching.blocking_pairs.at_least == (len(parties) + 1) // 2
    assert not aside & {x for pair in pairs for x in pair}
    assert all(aside & set(pair) for pair in blocking(both, pairs))
    if size:
        assert len(pairs) == largest_stable_among_themselves(both)
    return False


def most(lists: Any) -> Matching:
    return stable_roommates(lists, fallback="maximum_stable")


def test_six_people() -> None:
    matching = stable_roommates(from_one(SIX))
    assert matching.pairs.tolist() == [[0, 5], [1, 3], [2, 4]]
    assert check(from_one(SIX), matching)


def test_every_instance_of_four_people() -> None:
    """26 of 27 are solvable: of all 1,296 instances, 1,248."""
    orders = [list(permutations([j for j in range(4) if j != i])) for i in range(4)]
    solved = [stable_roommates([list(row) for row in lists]).status for lists in product(*orders)]
    assert solved.count(Status.STABLE) == 1248
    assert solved.count(Status.NO_STABLE) == 48


def test_every_instance_of_three_people_complete_or_not() -> None:
    rows = [[list(order) for k in range(3) for order in permutations({0, 1, 2} - {i}, k)] for i in range(3)]
    for lists in product(*rows):
        check(list(lists), most(list(lists)))


@pytest.mark.parametrize("n", range(8))
@pytest.mark.parametrize("listed", [1.0, 0.7, 0.4])
def test_against_brute_force(n: int, listed: float) -> None:
    rng = np.random.default_rng([n, int(10 * listed)])
    for _ in range(25):
        lists = random_lists(rng, n, listed)
        check(lists, most(lists))


@pytest.mark.parametrize("size", [3, 5, 7])
def test_a_ring_is_one_odd_party(size: int) -> None:
    ring = [[(i + 1) % size, (i - 1) % size] for i in range(size)]
    matching = most(ring)
    assert isinstance(matching.certificate, NoStableCertificate)
    assert matching.certificate.odd_parties == [list(range(size))]
    assert not check(ring, matching)


def test_two_rings_and_a_pair() -> None:
    lists = [[1, 2], [2, 0], [0, 1], [4, 5], [5, 3], [3, 4], [7], [6], []]
    matching = most(lists)
    assert isinstance(matching.certificate, NoStableCertificate)
    assert matching.certificate.odd_parties == [[0, 1, 2], [3, 4, 5]]
    assert matching.pairs.tolist() == [[1, 2], [4, 5], [6, 7]]
    assert matching.stats["set_aside"] == [0, 3]


@pytest.mark.parametrize(("n", "listed"), [(201, 1.0), (400, 0.05), (64, 1.0)])
def test_larger_instances_by_definition(n: int, listed: float) -> None:
    rng = np.random.default_rng(n)
    lists = random_lists(rng, n, listed)
    matching = stable_roommates(lists)
    both = mutual(lists)
    if matching.status == Status.STABLE:
        assert blocking(both, pairs_of(matching)) == []
    else:
        assert isinstance(matching.certificate, NoStableCertificate)
        assert is_stable_partition(both, matching.certificate.successor.tolist())


def test_lists_come_in_many_kinds() -> None:
    lists = from_one(SIX)
    expected = stable_roommates(lists).pairs.tolist()
    kinds: list[Any] = [
        tuple(tuple(row) for row in lists),
        np.array(lists),
        np.array(lists, dtype=np.uint8),
        np.array([[*row, -1, -1] for row in lists], dtype=np.int16),
        [np.array(row, dtype=np.int32) for row in lists],
    ]
    for kind in kinds:
        assert stable_roommates(kind).pairs.tolist() == expected
    for empty in ([], np.zeros((0, 0), dtype=np.int64), np.zeros((0, 3))):
        assert stable_roommates(empty).status == Status.STABLE
    assert stable_roommates(np.full((3, 2), -1)).pairs.tolist() == []


def test_who_is_listed_by_one_side_only_is_dropped() -> None:
    assert stable_roommates([[1, 2], [2], [1, 0]]).pairs.tolist() == [[1, 2]]
    assert stable_roommates([[1], [2], [0]]).pairs.tolist() == []


@pytest.mark.parametrize(
    ("lists", "code", "wording"),
    [
        ([[0], []], "lists_self", "The list of person 0 names the person themselves."),
        (
            [[1], [2]],
            "unknown_position",
            "person 1 names position 2, which nobody has; positions run from 0 to 1.",
        ),
        ([[1], [-1]], "unknown_position", "person 1 names position -1"),
        (np.array([[-1, 1], [0, -1]]), "unknown_position", "person 0 names position -1"),
        ([[1, 1], [0]], "listed_twice", "The list of person 0 names person 1 twice."),
        ([[1.0, float("nan")], [0]], "not_a_position", "person 0 holds NaN"),
        ([[1.0], [0]], "not_a_position", "Got the float 1.0 instead"),
        ([["b"], ["a"]], "not_a_position", "Got the str 'b' instead"),
        ([[[1], [0]], [0]], "lists_self", "person 0 names the person themselves"),
        ([1, 0], "not_a_list", "person 0 must be a list of positions"),
        ("10", "input", "Preferences must be a list of lists"),
        (7, "input", "Preferences must be a list of lists"),
    ],
)
def test_wrong_lists_are_named(lists: Any, code: str, wording: str) -> None:
    with pytest.raises(InputError) as caught:
        stable_roommates(lists)
    assert caught.value.items[0]["code"] == code
    assert wording in str(caught.value)


def test_several_wrong_lists_are_named_together() -> None:
    with pytest.raises(InputError) as caught:
        stable_roommates([[0], [1], [9]])
    assert [item["row"] for item in caught.value.items] == [1, 2, 3]


def test_a_partition_that_fails_its_check_is_never_returned(monkeypatch: pytest.MonkeyPatch) -> None:
    from peermatch.kernels import roommates as kernels

    monkeypatch.setattr(
        kernels, "write_successors", lambda *args: args[-1].__setitem__(..., range(len(args[-1])))
    )
    with pytest.raises(VerificationError, match="fails its check"):
        stable_roommates([[1], [0]])


def strict_problem(rng: np.random.Generator, n: int, barred: float) -> tuple[Problem, list[list[int]]]:
    """A problem without ties, and the lists that it should give."""
    scores = rng.integers(0, 9, (n, n))
    scores = scores + scores.T
    out = np.tril(rng.random((n, n)) < barred, -1)
    scores[out | out.T] = FORBIDDEN
    utility = rng.permuted(np.tile(np.arange(n), (n, 1)), axis=1) - 2
    lists = [
        sorted((j for j in range(n) if j != i and scores[i, j] != FORBIDDEN), key=lambda j: -utility[i, j])
        for i in range(n)
    ]
    return Problem(DenseScores(scores, utilities=utility)), lists


@pytest.mark.parametrize("seed", range(60))
def test_from_utilities_without_ties(seed: int) -> None:
    rng = np.random.default_rng(seed)
    problem, lists = strict_problem(rng, seed % 8, [0.0, 0.4][seed % 2])
    matching = Roommates().solve(problem)
    assert not matching.stats.get("ties")
    fallback = most(lists)
    assert matching.status == fallback.status
    if matching.status == Status.STABLE:
        assert matching.pairs.tolist() == fallback.pairs.tolist()
        return
    assert isinstance(matching.certificate, NoStableCertificate)
    check(lists, matching)
    assert matching.weight >= sum(problem.scores.at(*fallback.pairs.T))


@pytest.mark.parametrize("seed", range(80))
def test_ties_are_settled_or_left_undecided_and_never_wrong(seed: int) -> None:
    rng = np.random.default_rng(seed)
    problem = random_pool(int(rng.integers(2, 7)), seed, high=int(rng.integers(0, 3)), forbidden=0.3)
    n = problem.n_vertices
    utility = problem.scores.utilities(np.arange(n))
    allowed = utility != FORBIDDEN

    def weakly_stable(pairs: list[tuple[int, int]]) -> bool:
        have = np.full(n, FORBIDDEN)
        for u, v in pairs:
            have[u], have[v] = utility[u, v], utility[v, u]
        return not any(
            allowed[u, v] and utility[u, v] > have[u] and utility[v, u] > have[v]
            for u in range(n)
            for v in range(u)
        )

    listed = [[int(j) for j in np.flatnonzero(allowed[i])] for i in range(n)]
    exists = any(weakly_stable(pairs) for pairs in matchings(listed, tuple(range(n))))
    decided = Roommates().solve(problem)
    assert decided.status == (Status.STABLE if exists else Status.NO_STABLE)
    if exists:
        assert weakly_stable(pairs_of(decided))
    unsearched = Roommates(search_limit=0).solve(problem)
    assert unsearched.status in (decided.status, Status.UNDECIDED)


def rings(copies: int, *, extra: int) -> Problem:
    """Rings of three in which everyone prefers the next one, and some more people who like each other equally."""
    n = 3 * copies + extra
    utility = np.full((n, n), FORBIDDEN)
    for base in range(0, 3 * copies, 3):
        for i in range(3):
            utility[base + i, base + (i + 1) % 3] = 2
            utility[base + i, base + (i + 2) % 3] = 1
    utility[n - extra :, n - extra :] = 5
    scores = np.where(utility == FORBIDDEN, FORBIDDEN, 1)
    return Problem(DenseScores(scores, utilities=utility))


def test_ties_that_do_not_matter_do_not_blur_the_proof() -> None:
    matching = Roommates(search_limit=0).solve(rings(5, extra=2))
    assert (matching.status, matching.stats["ties"]) == (Status.NO_STABLE, False)
    utility = rings(5, extra=4).scores.utilities(np.arange(19))
    utility = np.array(utility)
    utility[15, 16:] = [3, 2, 1]
    utility[16, 15] = 9
    problem = Problem(DenseScores(np.where(utility == FORBIDDEN, FORBIDDEN, 1), utilities=utility))
    matching = Roommates(search_limit=0).solve(problem)
    assert (matching.status, matching.stats["ties"]) == (Status.NO_STABLE, True)
    assert isinstance(matching.certificate, NoStableCertificate)
    assert len(matching.certificate.odd_parties) == 5
    assert len(matching.pairs) == 5 + 2


def test_where_the_order_of_ties_matters_only_the_search_decides() -> None:
    """Three people alike hide among rings: the partition has a party of them in one order and none in the other."""
    for copies in (1, 5):
        matching = Roommates().solve(rings(copies, extra=3))
        assert (matching.status, matching.stats["decided_by"]) == (Status.NO_STABLE, "search")
        assert matching.certificate is None
        assert matching.stability is not None
        assert matching.stability.searched["complete"] is True
        assert matching.stability.searched["nodes"] > 0
        assert matching.blocking_pairs is not None
        assert matching.blocking_pairs.at_least == 1
        assert len(matching.pairs) == copies + 1
        unsearched = Roommates(search_limit=0).solve(rings(copies, extra=3))
        assert (unsearched.status, unsearched.certificate, unsearched.gap) == (Status.UNDECIDED, None, None)
        assert len(unsearched.pairs) == copies + 1
        assert unsearched.blocking_pairs is not None
        assert unsearched.blocking_pairs.at_least == 0
        assert unsearched.stability is not None
        assert unsearched.stability.searched == {
            "orders": ["rotation", "position", "sum"],
            "mended": 180,
            "nodes": 0,
            "limit": 0,
            "complete": False,
        }


@pytest.mark.parametrize("n", [3, 7, 31, 101])
def test_symmetric_utilities_are_always_settled_however_many_ties(n: int) -> None:
    rng = np.random.default_rng(n)
    for high in (0, 1, 3):
        scores = np.tril(rng.integers(0, high, (n, n), endpoint=True), -1)
        matching = Roommates(search_limit=0).solve(Problem(DenseScores(scores + scores.T)))
        assert matching.status == Status.STABLE
        assert len(matching.pairs) == n // 2


def test_symmetric_utilities_without_pairs_of_some() -> None:
    scores = np.full((5, 5), FORBIDDEN)
    scores[0, 1] = scores[1, 0] = 4
    scores[1, 2] = scores[2, 1] = 5
    matching = Roommates().solve(Problem(DenseScores(scores)))
    assert matching.pairs.tolist() == [[1, 2]]
    assert (matching.cost, matching.stats["decided_by"]) == (2, "symmetry")
    assert matching.partition is not None
    assert matching.partition.tolist() == [0, 2, 1, 3, 4]
    assert prove(Problem(DenseScores(scores)), matching).verified


@pytest.mark.parametrize("seed", range(40))
def test_what_blocks_a_fallback_is_given_in_utilities(seed: int) -> None:
    rng = np.random.default_rng(seed)
    problem, _ = strict_problem(rng, 7, [0.0, 0.3][seed % 2])
    utility = problem.scores.utilities(np.arange(7))
    for fallback in ("maximum_stable", "few_blocking"):
        matching = Roommates(fallback=fallback).solve(problem)
        if matching.status == Status.STABLE:
            continue
        found = matching.blocking_pairs
        assert found is not None
        assert found.unit == "utility"
        assert found.pairs.tolist() == blocking_pairs(problem, matching).tolist()
        for pair, gains in zip(found.pairs.tolist(), found.gains.tolist(), strict=True):
            for x, y, gain in ((*pair, gains[0]), (*pair[::-1], gains[1])):
                had = matching.mate[x]
                assert gain == utility[x, y] - (0 if had < 0 else utility[x, had])
        plain = Roommates(fallback=None).solve(problem)
        assert (plain.status, len(plain.pairs), plain.blocking_pairs) == (Status.NO_STABLE, 0, None)


@pytest.mark.parametrize("seed", range(24))
@pytest.mark.parametrize("high", [2**20, 12])
def test_large_pools_are_solved_from_lists_of_the_best_few(
    seed: int, high: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Large is made small here; then pairs, partition, what blocks and the best of all are as for whole lists."""
    rng = np.random.default_rng(seed)
    n = 30
    utility = rng.integers(1, high, (n, n))
    problem = Problem(DenseScores(np.ones((n, n), dtype=np.int64), utilities=utility))
    whole = {among: Roommates(among=among).solve(problem) for among in AMONG}
    monkeypatch.setattr(prefix_lists, "READ_WHOLE", 0)
    monkeypatch.setattr(prefix_lists, "AT_FIRST", 2)
    for among in AMONG:
        few = Roommates(among=among, fallback="maximum_stable").solve(problem)
        if few.status != Status.UNDECIDED:
            assert few.status == whole[among].status
            assert prove(problem, few).verified
        if few.status != Status.STABLE:
            assert few.blocking_pairs is not None
            assert few.blocking_pairs.pairs.tolist() == blocking_pairs(problem, few).tolist()
            assert few.stats["set_aside"]
        elif high > n * n:
            assert few.stability is not None
            assert whole[among].stability is not None
            if among == "egalitarian":
                assert few.cost == whole[among].cost == few.stability.cost_bound
            if among == "minimum_regret":
                assert few.stability.regret == whole[among].stability.regret == few.stability.regret_bound


@pytest.mark.parametrize(
    ("utility", "at_first"),
    [
        ([[0, 1, 1, 4, 3], [3, 0, 1, 1, 2], [3, 1, 0, 2, 4], [3, 2, 4, 0, 1], [2, 2, 2, 1, 0]], 1),
        ([[0, 1, 2, 3], [1, 0, 2, 1], [2, 1, 0, 2], [2, 2, 1, 0]], 2),  # the equals are struck: none are left
    ],
)
def test_bounds_on_short_lists_hold_for_every_order_of_ties(
    utility: list[list[int]], at_first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is the best in one order of ties proves nothing about the others."""
    n = len(utility)
    problem = Problem(DenseScores(np.ones((n, n), dtype=np.int64), utilities=np.array(utility)))
    least_regret = Roommates(among="minimum_regret").solve(problem).stability
    least_cost = Roommates(among="egalitarian").solve(problem).stability
    assert least_regret is not None
    assert least_cost is not None
    assert (least_regret.regret, least_cost.cost) == (least_regret.regret_bound, least_cost.cost_bound)
    monkeypatch.setattr(prefix_lists, "READ_WHOLE", 0)
    monkeypatch.setattr(prefix_lists, "AT_FIRST", at_first)
    regret = Roommates(among="minimum_regret").solve(problem).stability
    cost = Roommates(among="egalitarian").solve(problem).stability
    assert regret is not None
    assert cost is not None
    assert regret.regret_bound is not None
    assert least_regret.regret is not None
    assert regret.regret_bound <= least_regret.regret
    assert cost.cost_bound is not None
    assert least_cost.cost is not None
    assert cost.cost_bound <= least_cost.cost


def test_two_sides_are_refused() -> None:
    with pytest.raises(UnsupportedError, match=r"pairs people of one pool\. For two sides use 'deferred'"):
        Roommates().solve(random_sides(2, 2, 0))


def test_a_stopped_solve_has_no_pairs() -> None:
    utility = np.random.default_rng(0).integers(0, 99, (6, 6))
    problem = Problem(DenseScores(np.ones((6, 6), dtype=np.int64), utilities=utility))
    matching = Roommates().solve(problem, control=Control(cancel=lambda: True))
    assert (matching.status, len(matching.pairs)) == (Status.UNDECIDED, 0)
    assert matching.stability is not None
    assert matching.stability.searched == {"stopped": True}


@pytest.mark.parametrize(
    ("options", "wording"),
    [
        ({"among": "best"}, "The among parameter of Roommates must be one of 'any'"),
        ({"fallback": True}, "The fallback parameter of Roommates must be None or one of 'maximum_stable'"),
        (
            {"search_limit": -1},
            "The search_limit parameter of Roommates must be a whole number of at least 0",
        ),
    ],
)
def test_wrong_options_are_named(options: dict[str, Any], wording: str) -> None:
    with pytest.raises(ValueError, match=wording):
        Roommates(**options)
