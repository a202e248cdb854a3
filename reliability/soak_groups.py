"""Programmes of more than two people: circles, rings, and second-line advisers."""

from __future__ import annotations

import json
import random
from collections import Counter
from typing import Any

import numpy as np

import peermatch as pm
from peermatch.problem import FORBIDDEN, GRID
from reliability import soak_checks as checks
from reliability.programmes import Programme

__all__ = ["run_advisers", "run_circles", "run_rings"]


def _call(programme: Programme) -> dict[str, Any]:
    return {key: value for key, value in programme.call.items() if key in ("round", "as_of", "history")}


def _pairs_allowed(found: Any, programme: Programme, groups: list[list[Any]], *, neighbours: bool) -> None:
    """Nobody sits with somebody whom a rule keeps from them, by the cells."""
    rows = {row["id"]: row for row in programme.left}
    ids = found.ready.sides.left.ids.tolist() if hasattr(found, "ready") else None
    for group in groups:
        if neighbours:
            pairs = [(group[at], group[(at + 1) % len(group)]) for at in range(len(group))]
        else:
            pairs = [(a, b) for at, a in enumerate(group) for b in group[at + 1 :]]
        for a, b in pairs:
            for name, forbids in programme.rules:
                assert not forbids(rows[a], rows[b]), f"{name} keeps {a!r} from {b!r}"
            if ids is not None:
                value = found.ready.scores.at(np.array([ids.index(a)]), np.array([ids.index(b)]))[0]
                assert value != FORBIDDEN
                floor = programme.matcher.get("floor")
                assert floor is None or value >= round(floor * GRID), "below the floor"


def _seated(found: Any) -> list[list[Any]]:
    groups: dict[Any, list[Any]] = {}
    for row in found.members.to_dict("records"):
        groups.setdefault(row["group_id"], []).append(row["id"])
    return list(groups.values())


def run_circles(programme: Programme, rng: random.Random, outcome: Any) -> None:
    """Circles: sizes kept, rules kept, everybody told of."""
    low, high = rng.choice(((3, 3), (3, 5), (4, 6), (3, 8)))
    rules = rng.choice(
        ((), (), (("nobody_alone", "site"),), (("at_most", "team", 2),), (("not_all_alike", "site"),))
    )
    people = list(programme.left)
    rng.shuffle(people)
    found = pm.form_circles(
        programme.build(),
        people,
        (low, high) if low < high else low,
        rules=rules,
        time_limit=5,
        **_call(programme),
    )
    checks.check_people(found, programme)
    groups = _seated(found)
    ids = [id for group in groups for id in group]
    assert len(set(ids)) == len(ids), "somebody sits in two circles"
    assert all(low <= len(group) <= high + (low == high) * 5 for group in groups), "a circle of another size"
    _pairs_allowed(found, programme, groups, neighbours=False)
    rows = {row["id"]: row for row in programme.left}
    for rule in rules:
        for group in groups:
            told = Counter(rows[id][rule[1]] for id in group if rows[id][rule[1]] is not None)
            if rule[0] == "nobody_alone":
                assert all(count != 1 for count in told.values()), "somebody is alone"
            elif rule[0] == "at_most":
                assert all(count <= rule[2] for count in told.values()), "too many alike"
            else:
                assert not (len(told) == 1 and sum(told.values()) == len(group)), "all alike"
    _told(found, outcome)  # small ones, found by trying all, have no evidence to verify


def run_rings(programme: Programme, rng: random.Random, outcome: Any) -> None:
    """Rings: sizes kept, neighbours allowed."""
    low, high = rng.choice(((3, 8), (3, 3), (4, 5)))
    people = list(programme.left)
    rng.shuffle(people)
    found = pm.form_rings(
        programme.build(), people, (low, high) if low < high else low, time_limit=5, **_call(programme)
    )
    checks.check_people(found, programme)
    members = found.members.to_dict("records")
    advises = {row["id"]: row["advises"] for row in members}
    assert len(advises) == len(members), "somebody stands in two rings"
    groups = []
    left = set(advises)
    while left:
        start = min(left, key=repr)
        group, at = [], start
        while at in left:
            left.remove(at)
            group.append(at)
            at = advises[at]
        assert at == start, "a ring that does not close"
        groups.append(group)
    assert all(low <= len(group) <= high for group in groups), "a ring of another size"
    _pairs_allowed(found, programme, groups, neighbours=True)
    _told(found, outcome)


def run_advisers(programme: Programme, rng: random.Random, outcome: Any) -> None:
    """Second-line advisers: further on by so much, no members, within their places."""
    matcher = programme.build(objective="everyone_first", solver="blossom")
    people = list(programme.left)
    rng.shuffle(people)
    pairing = matcher.match(
        people, time_limit=20, **{key: value for key, value in programme.call.items() if key != "first"}
    )
    checks.check_people(pairing, programme)
    whole = isinstance(people[0]["id"], int)
    seniors = [
        {
            **row,
            "id": 100_000 + k if whole else f"senior {k}",
            "boss": None,
            "not_with": None,
            "years": float(rng.randrange(5, 60)),
        }
        for k, row in enumerate(programme.left)
    ]
    by, places = rng.choice((0, 2, 5)), rng.choice((1, 2, "places"))
    found = pm.assign_advisers(
        pairing,
        seniors,
        experience="years",
        by=by,
        capacity=places,
        criteria=[pm.near("years")],
        eligible=None,
    )
    rows, further = {row["id"]: row for row in programme.left}, {row["id"]: row for row in seniors}
    used: Counter[Any] = Counter()
    for row in found.pairs.to_dict("records"):
        if row["adviser"] not in further:
            continue
        used[row["adviser"]] += 1
        for member in (row["a"], row["b"]):
            known = rows[member]["years"]
            assert known is not None, "an adviser of somebody whose experience is not known"
            assert further[row["adviser"]]["years"] >= known + by - 1e-9, "an adviser who is not far enough"
    for id, count in used.items():
        assert count <= (further[id]["places"] if places == "places" else places), (
            "an adviser with too many pairs"
        )
    outcome.steps += 1
    outcome.counts["results"] += 1
    outcome.status = str(found.certificate.status)


def _told(found: Any, outcome: Any) -> None:
    assert json.loads(found.to_json()) == found.to_dict()
    outcome.steps += 1
    outcome.counts["results"] += 1
    outcome.counts["groups"] += len(_seated(found))
    outcome.status = str(getattr(found.status, "value", found.status))
