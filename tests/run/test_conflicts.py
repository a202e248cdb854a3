"""Conflicts of demands against brute force: found if and only if there are any, and nothing in them too much."""

from __future__ import annotations

from functools import cache
from itertools import combinations

import numpy as np
import pytest

import peermatch as pm
from peermatch import criteria as pc
from peermatch.cohort import Cohort
from peermatch.criteria import EnforcedRule, Enforcement, Rule, Sides, enforce
from peermatch.criteria.masks import ListedMask
from peermatch.problem import ShortageCertificate
from peermatch.run import conflicts, shortfall
from peermatch.run.conflicts import Demands, conflict_of_shortage, find_conflicts
from peermatch.run.shortfall import Needs, find_shortfall


@cache
def sides_of(rows, columns):
    left = Cohort.of([{"id": f"e{i}"} for i in range(rows)], "id", at_least=1)
    right = Cohort.of([{"id": f"r{i}"} for i in range(columns)], "id", at_least=1)
    return Sides(left, right, ("mentee", "mentor"))


def demands_of(allowed, locks=(), places=(None, None), least=(None, None)):
    rows, columns = allowed.shape
    u, v = np.nonzero(~allowed)
    mask = ListedMask.of(allowed.shape, u, v, one_pool=False)
    rule = EnforcedRule(Rule("forbid", "apart"), mask, len(u), "")
    pairs = np.array(sorted(locks), dtype=np.int64).reshape(-1, 2)
    enforcement = Enforcement((rule,), pairs, ("locks",) * len(pairs))
    arrays = [
        tuple(None if part is None else np.array(part, dtype=np.int64) for part in pair)
        for pair in (places, least)
    ]
    return Demands(sides_of(rows, columns), enforcement, arrays[0], arrays[1])


def satisfiable(allowed, places, locks, least):
    """Whether some set of pairs holds all these demands, by trying all: least maps (hand, person) to a number."""
    rows, columns = allowed.shape
    needs = [[least.get((hand, person), 0) for person in range(allowed.shape[hand])] for hand in (0, 1)]

    @cache
    def rest(row, used):
        if row == rows:
            return all(low <= count for low, count in zip(needs[1], used, strict=True))
        held = {v for u, v in locks if u == row}
        open_ = [v for v in range(columns) if allowed[row, v] and v not in held]
        for more in range(len(open_) + 1):
            if not needs[0][row] <= len(held) + more <= places[0][row]:
                continue
            for extra in combinations(open_, more):
                after = list(used)
                for v in (*held, *extra):
                    after[v] += 1
                if all(a <= most for a, most in zip(after, places[1], strict=True)) and rest(
                    row + 1, tuple(after)
                ):
                    return True
        return False

    return rest(0, (0,) * columns)


def demanded_in(conflict):
    """The demands among the parts of a conflict: pairs, and minima by (hand, person)."""
    locks, least = [], {}
    for part in conflict.parts:
        if part["rule"] == "locks":
            locks.append(tuple(int(id[1:]) for id in part["ids"]))
        elif part["rule"] == "at_least":
            (id,) = part["ids"]
            least[("mentee", "mentor").index(part["side"]), int(id[1:])] = part["at_least"]
    return locks, least


def random_demands(rng):
    shape = tuple(rng.integers(1, 5, 2))
    allowed = rng.random(shape) < rng.choice([0.4, 0.7, 1])
    places = tuple(rng.integers(0 if rng.random() < 0.3 else 1, 4, size) for size in shape)
    least = tuple(
        np.where(rng.random(size) < rng.choice([0, 0.5, 0.9]), rng.integers(0, 3, size), 0) for size in shape
    )
    open_ = np.argwhere(allowed)
    count = min(len(open_), int(rng.integers(0, 4)))
    locks = sorted(tuple(open_[k].tolist()) for k in rng.permutation(len(open_))[:count])
    return allowed, places, locks, least


@pytest.mark.parametrize("seed", range(6))
def test_conflicts_are_found_where_there_are_any_and_are_irreducible(seed):
    rng = np.random.default_rng([19, seed])
    kinds = set()
    for _ in range(500):
        allowed, places, locks, least = random_demands(rng)
        asked = {(hand, person): int(low) for hand in (0, 1) for person, low in enumerate(least[hand]) if low}
        found = find_conflicts(demands_of(allowed, locks, places, least))
        assert bool(found) == (not satisfiable(allowed, places, locks, asked)), (
            allowed,
            places,
            locks,
            least,
        )
        for conflict in found:
            pairs, minima = demanded_in(conflict)
            assert set(pairs) <= set(locks)
            assert minima.items() <= asked.items()
            assert not satisfiable(allowed, places, pairs, minima)
            for pair in pairs:
                assert satisfiable(allowed, places, [other for other in pairs if other != pair], minima)
            for one in minima:
                fewer = {other: low for other, low in minima.items() if other != one}
                assert satisfiable(allowed, places, pairs, fewer)
            kinds.add((len(pairs) > 0, len(minima) > 1))
    assert len(kinds) >= 2  # of: demanded pairs, one minimum, several, pairs and minima


def test_numbers_of_a_conflict_are_true():
    allowed = np.array([[True, True, True], [True, True, False]])
    places, least = ([1, 1], [2, 1, 1]), (None, [1, 1, 1])
    (found,) = find_conflicts(demands_of(allowed, (), places, least))
    assert found.sentence == (
        "In all, the mentor side needs 3, and the mentee side has 2 places. 'r0', 'r1' and 'r2' (mentor) need at least "
        "3 partners between them, but the mentee side can give them 2 at most: apart removes 1."
    )
    assert found.parts[-1] == {
        "rule": "places",
        "side": "mentee",
        "ids": ["e0", "e1"],
        "can_be_paired": 2,
        "needed": 3,
        "can_give": 2,
        "rules": "apart removes 1",
    }


def test_the_whole_comes_first_and_what_would_be_enough():
    allowed = np.ones((4, 3), dtype=bool)
    asked = (None, [3, 3, 3]), (None, [2, 2, 2])
    (found,) = find_conflicts(demands_of(allowed, (), *asked))
    assert found.sentence.startswith(
        "In all, the mentor side needs 6, and the mentee side has 4 places; at_least = 1 can be met. 'r"
    )
    assert not find_conflicts(demands_of(allowed, (), asked[0], (None, [1, 1, 1])))
    allowed[1:, :2] = False  # now two of them have only one and the same mentee to take
    found = find_conflicts(demands_of(allowed, (), *asked))
    assert "can be met" not in found[0].sentence


def test_a_person_whom_every_rule_excludes_is_named_alone():
    allowed = np.ones((4, 3), dtype=bool)
    allowed[:, 1] = False
    (found,) = find_conflicts(demands_of(allowed, (), (None, [2, 2, 2]), (None, [1, 1, 1])))
    assert found.sentence == (
        "'r1' (mentor) needs at least 1 partner, but nobody of the mentee side may be paired with this person: apart "
        "removes 4."
    )


def test_several_conflicts_are_told_one_by_one():
    allowed = np.ones((6, 3), dtype=bool)
    allowed[:, 1], allowed[2:, 0] = False, False
    found = find_conflicts(demands_of(allowed, (), (None, [3, 3, 3]), (None, [3, 1, 1])))
    assert [demanded_in(conflict)[1] for conflict in found] == [{(1, 0): 3}, {(1, 1): 1}]
    assert found[0].sentence.endswith("In all, 2 partners are missing on the mentor side.")
    with pytest.raises(pm.InfeasibleError) as caught:
        pc.refuse(found)
    assert caught.value.conflict == list(found[0].parts)
    assert caught.value.more == [{"message": found[1].sentence, "conflict": list(found[1].parts)}]


def test_a_demanded_pair_of_two_who_have_no_place_is_told_once():
    allowed = np.ones((2, 2), dtype=bool)
    (found,) = find_conflicts(demands_of(allowed, [(0, 0)], ([0, 1], [0, 1])))
    assert found.sentence == "locks= demands 1 pair with 'r0', who has 0 places."


def test_what_a_solver_proves_is_told_in_the_same_words():
    """Where too many pairs would have to be looked at beforehand, the solver's own proof says who falls short."""
    allowed = np.array([[True, False], [True, False], [False, True]])
    demands = demands_of(allowed, (), (None, [3, 3]), (None, [0, 2]))
    (before,) = find_conflicts(demands)
    shortage = ShortageCertificate("right", np.array([0]), 2, 1, 1, True)
    after = conflict_of_shortage(demands, shortage, (np.array([2, 0, 1]), np.array([1, 0])))
    assert after == before


# ---- needs by themselves --------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_looking_at_a_few_pairs_at_a_time_finds_the_same(seed, monkeypatch):
    rng = np.random.default_rng([20, seed])
    for _ in range(60):
        people, others = rng.integers(10, 40, 2)
        allowed = rng.random((people, others)) < rng.choice([0.05, 0.2, 0.6])
        needs = Needs(
            rng.integers(0, 3, people), rng.integers(0, 3, others), lambda u, v, open_=allowed: open_[u, v]
        )
        whole = find_shortfall(needs)
        with monkeypatch.context() as patched:
            patched.setattr(shortfall, "_CELLS", 1)
            patched.setattr(shortfall, "_WINDOW", 1)
            partly = find_shortfall(needs)
        assert (whole is None) == (partly is None)
        if partly is not None:
            assert partly.missing == whole.missing
            assert partly.supplied < needs.need[partly.people].sum()
            assert shortfall.falls_short(needs, partly.people)
            if partly.irreducible and len(partly.people) > 1:
                assert not any(
                    shortfall.falls_short(needs, np.delete(partly.people, k))
                    for k in range(len(partly.people))
                )


def test_what_takes_too_long_to_see_is_left_to_the_solver(monkeypatch):
    monkeypatch.setattr(shortfall, "_CELLS", 1)
    monkeypatch.setattr(shortfall, "_WINDOW", 1)
    monkeypatch.setattr(shortfall, "_MOST_EDGES", 1)
    never = Needs(np.array([1]), np.ones(5, dtype=np.int64), lambda u, v: np.zeros(len(u), dtype=bool))
    assert find_shortfall(never) is None


def test_many_who_need_more_than_there_is_are_seen_by_counting():
    people = 3_000
    needs = Needs(
        np.ones(people, dtype=np.int64),
        np.ones(people - 5, dtype=np.int64),
        lambda u, v: (u * 7 + v * 13) % 10 > 0,
    )
    found = find_shortfall(needs)
    assert (len(found.people), found.supplied, found.irreducible) == (people - 4, people - 5, True)


# ---- demanded pairs and rules ---------------------------------------------------------------------------


POOL = Sides(Cohort.of([{"id": letter, "team": letter in "ab"} for letter in "abcdef"], "id"))


@pytest.mark.parametrize("seed", range(3))
def test_locks_of_one_pool_collide_if_and_only_if_they_cannot_all_be_made(seed):
    rng = np.random.default_rng([21, seed])
    for _ in range(100):
        locks = ["".join(rng.choice(list("abcdef"), 2)) for _ in range(rng.integers(0, 4))]
        forbidden = ["".join(rng.choice(list("abcdef"), 2, replace=False)) for _ in range(3)]
        rules = [pc.forbid([tuple(pair) for pair in forbidden]), pc.require([tuple(pair) for pair in locks])]
        pairs = {frozenset(pair) for pair in locks}
        met = [letter for pair in pairs for letter in pair]
        bad = len(set(met)) < len(met) or any(len(pair) == 1 for pair in pairs)
        bad |= bool(pairs & {frozenset(pair) for pair in forbidden})
        try:
            enforce(rules, POOL, [])
        except pm.InfeasibleError as error:
            assert bad
            every = [error.conflict, *(other["conflict"] for other in error.more)]
            assert all(1 <= len(conflict) <= 2 for conflict in every)
        else:
            assert not bad


def test_every_rule_that_forbids_a_demanded_pair_is_named_once():
    rules = [
        pc.must_differ("team", name="apart"),
        pc.veto(table=[("a", "b")], name="they fell out"),
        pc.veto(table=[("b", "a")], name="so did they"),
        pc.require([("b", "a"), ("c", "a")], name="managers"),
    ]
    with pytest.raises(pm.InfeasibleError) as caught:
        enforce(rules, POOL, [])
    error = caught.value
    assert str(error) == "require() demands the pair 'a' and 'b', which apart forbids."
    assert [part["rule"] for part in error.conflict] == ["managers", "apart"]
    assert [other["message"] for other in error.more] == [
        "require() demands the pair 'a' and 'b', which a private rule forbids.",
        "require() demands 'a' twice: with 'b' and with 'c'.",
    ]
    assert "fell out" not in repr(error.more)


def test_a_rule_on_what_is_sensitive_stays_unnamed_in_a_conflict():
    people = [{"id": letter, "faith": faith} for letter, faith in zip("abcd", "xyxy", strict=True)]
    matcher = pm.PeerMatcher(
        "id",
        [pm.same("faith", sensitive=True, name="faith")],
        [pm.at_least("faith", 0.5, name="same faith")],
    )
    with pytest.raises(pm.InfeasibleError) as caught:
        matcher.match(people, locks=[("a", "b")])
    assert "faith" not in str(caught.value) + repr(caught.value.conflict)


def test_at_most_so_many_conflicts_are_told(monkeypatch):
    monkeypatch.setattr(conflicts, "_MOST", 2)
    allowed = np.zeros((3, 5), dtype=bool)
    assert len(find_conflicts(demands_of(allowed, (), (None, None), (None, [1] * 5)))) == 2
