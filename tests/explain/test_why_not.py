"""Prices are those of brute force, the proof's bounds never exceed them, and words fit the case."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest

import peermatch as pm
from peermatch.explain.price import forced_pair
from peermatch.problem import FORBIDDEN, GRID


def _people(rng, n, prefix="p"):
    return [
        {
            "id": f"{prefix}{i}",
            "y": rng.choice([1, 2, 3, 5, 8, None]),
            "t": rng.choice("xyz"),
            "s": rng.choice("ab"),
        }
        for i in range(n)
    ]


def _choices(edges, places):
    """All sets of pairs that respect the places."""
    if not edges:
        yield []
        return
    (u, v, score), rest = edges[0], edges[1:]
    yield from _choices(rest, places)
    if places[u] and places[v]:
        fewer = {**places, u: places[u] - 1, v: places[v] - 1}
        for chosen in _choices(rest, fewer):
            yield [(u, v, score), *chosen]


def _key(objective, chosen):
    total = sum(score for *_, score in chosen)
    if objective == "best_total":
        return (total,)
    if objective == "everyone_first":
        return (len(chosen), total)
    return (len(chosen), min((score for *_, score in chosen), default=0), total)


def _edges(pairing):
    lowest = round((pairing.settings["floor"] or 0) * GRID)
    scores = pairing.scores
    rows, columns = scores.shape
    matrix = scores.block(np.arange(rows))
    return [
        (u, ("r", v) if scores.two_sided else v, int(matrix[u, v]))
        for u in range(rows)
        for v in range(columns)
        if (scores.two_sided or u < v) and matrix[u, v] != FORBIDDEN and matrix[u, v] >= lowest
    ]


def _best_with(pairing, objective, u, v):
    edges = _edges(pairing)
    places = {}
    for hand in (0, 1) if pairing.scores.two_sided else (0,):
        for position, place in enumerate(pairing._outcome.places(hand).tolist()):
            places[("r", position) if hand else position] = place
    end = ("r", v) if pairing.scores.two_sided else v
    with_it = [c for c in _choices(edges, places) if any((a, b) == (u, end) for a, b, _ in c)]
    return max(_key(objective, chosen) for chosen in with_it)


def _now(pairing, objective):
    pairs = pairing.matching.pairs
    scores = pairing.scores.at(pairs[:, 0], pairs[:, 1]).tolist()
    return _key(objective, [(u, v, int(s)) for (u, v), s in zip(pairs.tolist(), scores, strict=True)])


def _check(pairing, objective):
    cohort = pairing._outcome.cohort
    seen = set()
    for u, v in itertools.product(range(len(cohort(0))), range(len(cohort(1)))):
        if not pairing.scores.two_sided and u >= v:
            continue
        found = pairing.why_not(cohort(0).ids[u], cohort(1).ids[v])
        seen.add(found.verdict)
        if found.price is None:
            assert found.verdict in ("together", "forbidden", "demanded")
            continue
        assert found.exact
        forced, now = _best_with(pairing, objective, u, v), _now(pairing, objective)
        lost = [b - a for a, b in zip(forced, now, strict=True)]
        if objective != "best_total":
            assert found.price.pairs == lost[0]
        if objective == "worst_first":
            assert round(found.price.worst * GRID) == lost[1]
        assert round(found.price.total * GRID) == lost[-1]
        assert found.verdict == ("costs" if forced < now else "no worse")
        if found.at_least is not None and lost[:-1] == [0] * (len(lost) - 1):
            assert found.at_least <= found.price.total + 1e-12
        quick = pairing.why_not(cohort(0).ids[u], cohort(1).ids[v], exact=False)
        assert quick.at_least == found.at_least
    return seen


@pytest.mark.parametrize("objective", ["everyone_first", "best_total", "worst_first"])
def test_prices_in_one_pool_are_those_of_brute_force(objective):
    rng = random.Random(f"pool {objective}")
    seen = set()
    for _ in range(12):
        people = _people(rng, rng.choice([4, 5, 6, 7]))
        rules = [pm.must_differ("t")] if rng.random() < 0.5 else []
        if rng.random() < 0.3:
            rules.append(pm.require([("p0", "p1")]))
            people[0]["t"], people[1]["t"] = "x", "y"
        floor = rng.choice([None, 0.3])
        matcher = pm.PeerMatcher(
            "id",
            [pm.near("y"), pm.same("s", weight=2)],
            rules,
            objective=objective,
            floor=None if rules and rules[-1].kind == "require" else floor,
        )
        seen |= _check_demanding(matcher.match(people), objective)
    assert {"together", "costs", "forbidden"} <= seen


def _check_demanding(pairing, objective):
    """With demanded pairs brute force has to hold on to them; only what they leave free is compared."""
    if len(pairing.enforcement.required):
        found = {pairing.why_not("p0", f"p{k}").verdict for k in range(2, len(pairing.sides.left))}
        assert found <= {"demanded", "forbidden"}
        return found
    return _check(pairing, objective)


@pytest.mark.parametrize("objective", ["everyone_first", "best_total", "worst_first"])
@pytest.mark.parametrize("two_sided", [False, True])
def test_of_the_best_with_the_pair_the_fewest_pairs_change(two_sided, objective):
    rng, ties = random.Random(f"fewest {two_sided} {objective}"), 0
    for _ in range(4):
        left, right = _people(rng, 4 if two_sided else 7), _people(rng, 3, "q")
        options = {"objective": objective}
        if two_sided:
            options |= {"sides": ("mentee", "mentor"), "capacity": {"mentor": 2}}
        matcher = pm.PeerMatcher("id", [pm.near("y"), pm.same("s")], **options)
        pairing = matcher.match(left, right) if two_sided else matcher.match(left)
        now = {(u, ("r", v) if two_sided else v) for u, v in pairing.matching.pairs.tolist()}
        places = {end: 1 for edge in _edges(pairing) for end in edge[:2]}
        places |= {end: 2 for end in places if isinstance(end, tuple)}
        every = list(_choices(_edges(pairing), places))
        for u, end, _ in _edges(pairing):
            v = end[1] if two_sided else end
            found = pairing.why_not(f"p{u}", f"{'q' if two_sided else 'p'}{v}")
            if found.price is None:
                continue
            if objective == "worst_first":
                continue  # how few pairs change is only known there where the forced pair is the weakest
            assert "up to" not in found.text
            with_it = [chosen for chosen in every if (u, end) in {edge[:2] for edge in chosen}]
            best = max(_key(objective, chosen) for chosen in with_it)
            equal = [{edge[:2] for edge in chosen} for chosen in with_it if _key(objective, chosen) == best]
            ties += len({len(now & chosen) for chosen in equal}) > 1
            made = set()
            forced = forced_pair(pairing._outcome, u, v)
            for a, b in forced.pairs.tolist():
                made.add((a, ("r", b) if two_sided else b))
            assert len(now & made) == max(len(now & chosen) for chosen in equal)
            assert forced.nearest
    assert ties or objective == "worst_first"


@pytest.mark.parametrize("objective", ["everyone_first", "best_total", "worst_first"])
def test_prices_between_two_sides_with_places_are_those_of_brute_force(objective):
    rng = random.Random(f"sides {objective}")
    for _ in range(8):
        left, right = _people(rng, rng.choice([3, 4])), _people(rng, 3, "q")
        for row in right:
            row["places"] = rng.choice([0, 1, 2])
        matcher = pm.PeerMatcher(
            "id", [pm.near("y"), pm.same("s")], [pm.must_differ("t")], sides=("mentee", "mentor"),
            capacity={"mentor": "places"}, objective=objective,
        )  # fmt: skip
        pairing = matcher.match(left, right)
        if all(row["places"] for row in right):
            _check(pairing, objective)


@pytest.mark.parametrize("objective", ["everyone_first", "best_total"])
def test_prices_with_minima_and_several_places_on_both_sides(objective):
    rng = random.Random(f"minima {objective}")
    seen = set()
    for _ in range(12):
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
        least = [row["least"] for row in sorted(right, key=lambda row: row["id"])]
        edges = _edges(pairing)
        places = dict(enumerate(pairing._outcome.places(0).tolist()))
        places |= {("r", p): n for p, n in enumerate(pairing._outcome.places(1).tolist())}
        for u, v in itertools.product(range(3), range(3)):
            found = pairing.why_not(f"p{u}", f"q{v}")
            seen.add(found.verdict)
            if found.verdict in ("together", "forbidden"):
                continue
            held = [
                chosen
                for chosen in _choices(edges, places)
                if any((a, b) == (u, ("r", v)) for a, b, _ in chosen)
                and all(sum(b == ("r", q) for _, b, _ in chosen) >= need for q, need in enumerate(least))
            ]
            if not held:
                assert found.verdict == "impossible"
                assert found.price is None
                continue
            best, now = max(_key(objective, chosen) for chosen in held), _now(pairing, objective)
            assert found.exact
            assert round(found.price.total * GRID) == now[-1] - best[-1]
            if objective == "everyone_first":
                assert found.price.pairs == now[0] - best[0]
            if found.at_least is not None and now[:-1] == best[:-1]:
                assert found.at_least <= found.price.total + 1e-12
    assert {"costs", "together"} <= seen


def test_someone_who_goes_first_is_part_of_the_price():
    people = [{"id": name, "y": y} for name, y in [("ada", 1), ("bo", 1), ("cy", 9)]]
    pairing = pm.PeerMatcher("id", [pm.near("y", scale=5)]).match(people, first=["cy"])
    assert "cy" in str(pairing.pairs[["a", "b"]].values.tolist())
    found = pairing.why_not("ada", "bo")
    assert found.verdict == "costs"
    assert found.price.going_first == 1
    assert found.price.total < 0
    assert "the partner of someone who goes first" in found.text


def test_words_and_table():
    people = [{"id": name, "y": y} for name, y in [("ada", 1), ("bo", 2), ("cy", 4), ("di", 4)]]
    pairing = pm.PeerMatcher("id", [pm.near("y", scale=4)], label="id").match(people)
    found = pairing.why_not("bo", "cy")
    assert found.text == (
        "bo and cy would score 0.80 together, which would cost everyone together 0.501 points of total score and give "
        "4 people another partner, or none: now bo has ada (0.94) and cy has di (1.00)."
    )
    assert found.table["id"].tolist() == ["ada", "bo", "cy", "di"]
    assert found.table["change"].sum() == pytest.approx(-2 * found.price.total)
    assert "at least" in pairing.why_not("bo", "cy", exact=False).text or "does not tell" in str(found)


def test_a_private_rule_stays_private():
    people = [{"id": name, "y": 1} for name in ("ada", "bo", "cy", "di")]
    rules = [pm.veto(table=[("ada", "bo")]), pm.veto(table=[("bo", "ada")], name="other")]
    found = pm.PeerMatcher("id", [pm.near("y")], rules).match(people).why_not("ada", "bo")
    assert found.rules == ("a private rule",)
    assert found.score is None
    assert found.text == "ada and bo may not be paired: a private rule forbids it."


def test_stable_results_speak_of_stability():
    people = [{"id": id, "site": "Oslo"} for id in ("ada", "bo", "cy", "di")]
    lists = {"ada": ["bo", "cy"], "bo": ["ada"], "cy": ["ada", "di"], "di": ["cy"]}
    pairing = pm.PeerMatcher("id", [pm.same("site")]).match(people, preferences=lists)
    assert pairing.why_not("cy", "ada").verdict == "refused"


def test_alternatives_are_the_best_by_score():
    rng = random.Random(5)
    for _ in range(10):
        people = _people(rng, 9)
        pairing = pm.PeerMatcher("id", [pm.near("y"), pm.same("s")], [pm.must_differ("t")]).match(people)
        matrix = pairing.scores.block(np.arange(9))
        for u in range(9):
            wanted = sorted((-int(matrix[u, v]), v) for v in range(9) if v != u and matrix[u, v] != FORBIDDEN)
            mine = [
                mate
                for index in pairing._outcome.pairs_of[0][u]
                for _, mate in [pairing._outcome.partner(index, 0, u)]
            ]
            # whom they have stands last where four others come first
            wanted = wanted[:4] + [pair for pair in wanted[4:] if pair[1] in mine]
            found = pairing.alternatives(f"p{u}", 4, exact=True)
            assert found.table["chosen"].sum() == len(mine)
            assert found.table["id"].tolist() == [f"p{v}" for _, v in wanted]
            assert [round(s * GRID) for s in found.table["score"]] == [-s for s, _ in wanted]
            for row in found.table.itertuples():
                other = pairing.why_not(f"p{u}", row.id)
                if row.chosen:
                    assert other.verdict == "together"
                else:
                    assert (row.price, row.pairs_lost) == (other.price.total, other.price.pairs)
            assert str(found)


def test_alternatives_keep_to_the_floor():
    people = [{"id": name, "y": y} for name, y in [("ada", 1), ("bo", 2), ("cy", 4), ("di", 40)]]
    pairing = pm.PeerMatcher("id", [pm.near("y", scale=4)], floor=0.5).match(people)
    assert pairing.alternatives("ada", 5).table["id"].tolist() == ["bo", "cy"]
    assert pairing.alternatives("di").table.empty
    assert pairing.alternatives("di").text == "No rule leaves di anybody to be paired with."


def test_alternatives_of_the_right_side():
    left = [{"id": f"e{k}", "y": k} for k in range(3)]
    right = [{"id": f"m{k}", "y": k} for k in range(2)]
    pairing = pm.PeerMatcher("id", [pm.near("y")], sides=("mentee", "mentor")).match(left, right)
    assert pairing.alternatives("m0", 2).table["id"].tolist() == ["e0", "e1"]
    with pytest.raises(pm.ConfigError, match="whole number from 1"):
        pairing.alternatives("m0", 0)
    with pytest.raises(pm.InputError, match="Nobody has the id"):
        pairing.why_not("m0", "e9")
    with pytest.raises(pm.ConfigError, match="both on the mentor side"):
        pairing.why_not("m0", "m1")
