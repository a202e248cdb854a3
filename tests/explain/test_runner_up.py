"""The second best set of pairs is that of brute force: every set of pairs there is, looked through."""

from __future__ import annotations

import random

import numpy as np
import pytest

import peermatch as pm
from peermatch.problem import FORBIDDEN, GRID


def _people(rng, n, prefix="p", years=(1, 2, 3, 5, 8, None)):
    return [
        {"id": f"{prefix}{i}", "y": rng.choice(years), "t": rng.choice("xyz"), "s": rng.choice("ab")}
        for i in range(n)
    ]


def _every_set(edges, places):
    """All sets of pairs that respect the places."""
    if not edges:
        yield []
        return
    (u, v, score), rest = edges[0], edges[1:]
    yield from _every_set(rest, places)
    if places[u] and places[v]:
        for chosen in _every_set(rest, {**places, u: places[u] - 1, v: places[v] - 1}):
            yield [(u, v, score), *chosen]


def _edges(pairing):
    """All allowed pairs; someone of the right side is ("r", position)."""
    lowest, scores = round((pairing.settings["floor"] or 0) * GRID), pairing.scores
    rows, columns = scores.shape
    matrix = scores.block(np.arange(rows))
    return [
        (u, ("r", v) if scores.two_sided else v, int(matrix[u, v]))
        for u in range(rows)
        for v in range(columns)
        if (scores.two_sided or u < v) and matrix[u, v] != FORBIDDEN and matrix[u, v] >= lowest
    ]


def _standing(objective, chosen, first=frozenset()):
    total = sum(score for *_, score in chosen)
    going = sum((u in first) + (v in first) for u, v, _ in chosen)
    if objective == "best_total":
        return (going, total)
    if objective == "everyone_first":
        return (len(chosen), going, total)
    return (len(chosen), min((score for *_, score in chosen), default=0), total)


def brute_force(pairing, objective, *, least=None, first=frozenset()):
    """Return what the set in hand comes to, and every other one, best first."""
    outcome = pairing._outcome
    two_sided = pairing.scores.two_sided
    places = dict(enumerate(outcome.places(0).tolist()))
    if two_sided:
        places |= {("r", p): n for p, n in enumerate(outcome.places(1).tolist())}
    demanded = {(u, ("r", v) if two_sided else v) for u, v in outcome.enforcement.required.tolist()}
    now = {(u, ("r", v) if two_sided else v) for u, v in outcome.pairs.tolist()}
    mine, others = None, []
    for chosen in _every_set(_edges(pairing), places):
        made = {edge[:2] for edge in chosen}
        if not demanded <= made:
            continue
        if least and any(sum(v == ("r", q) for _, v in made) < need for q, need in enumerate(least)):
            continue
        free = [edge for edge in chosen if edge[:2] not in demanded]
        standing = _standing(objective, free, first)
        if made == now:
            mine = standing
        else:
            others.append(standing)
    return mine, max(others, default=None)


def check(pairing, objective, **options):
    """Compare the runner-up with brute force; return its verdict."""
    found = pairing.runner_up()
    mine, second = brute_force(pairing, objective, **options)
    assert mine is not None
    assert found.exact
    quick = pairing.runner_up(exact=False)
    assert (quick.gap, quick.exact, quick.table.empty) == (None, False, True)
    if second is None:
        assert (found.verdict, found.gap) == ("only", None)
        return found.verdict
    assert quick.at_least == found.at_least
    assert second <= mine
    lost = [now - then for now, then in zip(mine, second, strict=True)]
    assert round(found.gap.total * GRID) == lost[-1]
    if objective != "best_total":
        assert found.gap.pairs == lost[0]
    if objective == "worst_first":
        assert round(found.gap.worst * GRID) == lost[1]
    else:
        assert found.gap.going_first == lost[-2]
    assert found.verdict == ("tied" if second == mine else "ahead")
    if found.at_least is not None and not any(lost[:-1]):
        assert found.at_least <= found.gap.total
    _check_table(pairing, found)
    return found.verdict


def _check_table(pairing, found):
    """The table tells of a valid set of pairs that is short by just the gap."""
    table = found.table
    assert len(table)
    assert table["change"].sum() == pytest.approx(-2 * found.gap.total)
    for row in table.itertuples():
        assert row.before != row.after


@pytest.mark.parametrize("objective", ["everyone_first", "best_total", "worst_first"])
def test_in_one_pool_it_is_that_of_brute_force(objective):
    rng, seen = random.Random(f"pool {objective}"), set()
    for _ in range(40):
        n = rng.choice([2, 3, 4, 5, 6, 7, 8])
        people = _people(rng, n, years=rng.choice([(1, 2, 3, 5, 8, None), (1, 1, 2), tuple(range(40))]))
        rules = [pm.must_differ("t")] if rng.random() < 0.5 else []
        if rng.random() < 0.3:
            rules.append(pm.forbid([("p0", "p1")]))
        elif n >= 4 and rng.random() < 0.3:
            rules.append(pm.require([("p0", "p1")]))
            people[0]["t"], people[1]["t"] = "x", "y"
        demands = rules and rules[-1].kind == "require"
        criteria = [pm.near("y"), pm.same("s", weight=2)]
        matcher = pm.PeerMatcher(
            "id", criteria, rules, objective=objective, floor=None if demands else rng.choice([None, 0.3])
        )
        seen.add(check(matcher.match(people), objective))
    assert seen == {"ahead", "tied", "only"}


@pytest.mark.parametrize("objective", ["everyone_first", "best_total", "worst_first"])
def test_between_two_sides_with_places_it_is_that_of_brute_force(objective):
    rng, seen = random.Random(f"sides {objective}"), set()
    for _ in range(25):
        left, right = _people(rng, rng.choice([2, 3, 4])), _people(rng, rng.choice([1, 2, 3]), "q")
        for row in right:
            row["places"] = rng.choice([0, 1, 1, 2])
        right[0]["places"] = 1
        matcher = pm.PeerMatcher(
            "id", [pm.near("y"), pm.same("s")], [pm.must_differ("t")], sides=("mentee", "mentor"),
            capacity={"mentor": "places"}, objective=objective,
        )  # fmt: skip
        seen.add(check(matcher.match(left, right), objective))
    assert {"ahead", "tied"} <= seen


@pytest.mark.parametrize("objective", ["everyone_first", "best_total"])
def test_with_minima_and_several_places_on_both_sides(objective):
    rng, seen = random.Random(f"minima {objective}"), set()
    for _ in range(25):
        left, right = _people(rng, 3), _people(rng, 3, "q")
        for row in left:
            row["places"] = rng.choice([1, 1, 2])
        for row in right:
            row["places"], row["least"] = rng.choice([(1, 0), (2, 0), (2, 1), (1, 1)])
        matcher = pm.PeerMatcher(
            "id", [pm.near("y"), pm.same("s")], [pm.must_differ("t")], sides=("mentee", "mentor"), objective=objective,
            capacity={"mentee": "places", "mentor": {"at_least": "least", "at_most": "places"}},
        )  # fmt: skip
        try:
            pairing = matcher.match(left, right)
        except pm.InfeasibleError:
            continue
        seen.add(check(pairing, objective, least=[row["least"] for row in right]))
    assert {"ahead", "tied"} <= seen


@pytest.mark.parametrize("objective", ["everyone_first", "best_total"])
def test_with_people_who_go_first(objective):
    rng = random.Random(f"first {objective}")
    for _ in range(20):
        people = _people(rng, rng.choice([3, 5, 7]))
        matcher = pm.PeerMatcher(
            "id", [pm.near("y"), pm.same("s")], [pm.must_differ("t")], objective=objective
        )
        pairing = matcher.match(people, first=["p1", "p2"])
        check(pairing, objective, first={1, 2})
