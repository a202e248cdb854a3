"""Results of every sort, with evidence, made from a few synthetic people; and what damages them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import cache
from typing import Any

import numpy as np

import peermatch as pm
from peermatch.verify.evidence_digest import digest_of

__all__ = ["RESULTS", "damaged", "ids_of", "names_of", "result", "signed"]

GRADES = ["junior", "middle", "senior"]
NEVER = (None, None)


def nearness(me: Any, you: Any) -> Any:
    return 1.0 / (1.0 + np.abs(me["age"] - you["age"]))


def people(count: int, prefix: str = "p") -> list[dict[str, Any]]:
    """Synthetic people, a few of whom left cells empty."""
    return [
        {
            "id": f"{prefix}{k:02d}",
            "years": None if k % 7 == 3 else 5 * k % 13 + k / 8,
            "grade": GRADES[k % 3],
            "team": None if k % 6 == 5 else "rgb"[k % 3],
            "site": "ns"[k % 2],
            "goals": "; ".join(
                {"grow", "lead", "learn", "teach"} - {["grow", "lead", "learn", "teach"][k % 4]}
            )
            if k % 5
            else None,
            "offers": ["python", "law", "sales; law"][k % 3],
            "seeks": ["law", "python; sales", "design; python"][k % 3],
            "zone": ["UTC", "UTC+5"][k % 2],
            "hours": ["09:00-17:00", "12:00-20:00"][k % 3 % 2],
            "no": f"{prefix}{(k + 3) % count:02d}" if k % 4 == 0 else None,
            "wishes": f"{prefix}{(k + 2) % count:02d}" if k % 3 == 0 else None,
            "boss": f"{prefix}00" if k in (1, 2) else None,
            "age": 20 + 3 * k % 17,
            "in": "no" if k % 8 == 7 else "yes",
            "places": 1 + k % 2,
        }
        for k in range(count)
    ]


def criteria() -> list[Any]:
    return [
        pm.near("years", scale=2, weight=2),
        pm.above("grade", ladder=GRADES, by=(1, 2), weight=0.5),
        pm.different(["team", "site"]),
        pm.overlap("goals", separator=";", when="in"),
        pm.complement("offers", "seeks", separator=";", weight=3),
        pm.available("zone", "hours", wanted=10),
        pm.prefers("wishes"),
    ]


FEW = [pm.near("years", scale=2), pm.different("team")]
RULES = [
    pm.must_differ("grade"),
    pm.not_in_line("boss", min_found=0),
    pm.no_twins(["team", "site", "grade"], at_least=0.9),
    pm.veto("no"),
    pm.forbid([("p00", "p01"), ("p02", "p05")]),
]
TWO = {"sides": ("mentee", "mentor")}


def pool(count: int = 11, rules: Any = RULES, match: Any = None, what: Any = None, **options: Any) -> Any:
    matcher = pm.PeerMatcher("id", criteria() if what is None else what, rules, **options)
    return matcher.match(people(count), round="r1", **(match or {}))


def sides(
    counts: tuple[int, int] = (7, 4), rules: Any = (), match: Any = None, what: Any = None, **options: Any
) -> Any:
    matcher = pm.PeerMatcher("id", FEW if what is None else what, list(rules), **{**TWO, **options})
    return matcher.match(people(counts[0]), people(counts[1], "q"), round="r1", **(match or {}))


def lists(*stated: tuple[str, str]) -> list[dict[str, Any]]:
    rank: dict[str, int] = {}
    rows = []
    for id, other in stated:
        rank[id] = rank.get(id, 0) + 1
        rows.append({"id": id, "candidate": other, "rank": rank[id]})
    return rows


CYCLE = lists(
    *[("p00", "p01"), ("p00", "p02"), ("p01", "p02"), ("p01", "p00"), ("p02", "p00"), ("p02", "p01")],
    *[(f"p0{a}", "p03") for a in (0, 1, 2)],
    *[("p03", "p00"), ("p03", "p01"), ("p03", "p02")],
)


def stopped() -> Callable[[], bool]:
    asked = [0]

    def cancel() -> bool:
        asked[0] += 1
        return asked[0] > 3

    return cancel


def updated(**mode: Any) -> Any:
    matcher = pm.PeerMatcher("id", FEW)
    earlier = pm.PeerMatcher("id", [pm.near("age", scale=2), pm.different("site")]).match(
        people(10), round="r0"
    )
    return matcher.update(people(11)[1:], earlier, round="r1", **mode)


GROUPS = {"mentor": {"at_least": 2, "at_most": 3, "or_none": True}}

RESULTS: dict[str, Callable[[], Any]] = {
    "pool": pool,
    "pool even": lambda: pool(8, mutual="harmonic"),
    "best total": lambda: pool(objective="best_total", mutual="mean"),
    "worst first": lambda: pool(objective="worst_first", mutual="min"),
    "leximin": lambda: pool(8, objective="leximin", rules=()),
    "demanded": lambda: pool(10, rules=(), match={"locks": [("p01", "p04"), ("p06", "p02")]}),
    "floor": lambda: pool(10, rules=(), floor=0.4),
    "floor of a criterion": lambda: pool(10, [pm.at_least("different_team", 0.5)], what=FEW),
    "must match": lambda: pool(12, [pm.must_match("site")]),
    "custom": lambda: pool(9, (), what=[pm.custom(nearness, "age"), pm.near("years", scale=2)]),
    "first": lambda: pool(9, (), match={"first": ["p00", "p03"]}),
    "greedy": lambda: pool(10, (), solver="greedy"),
    "stopped": lambda: pool(12, (), match={"cancel": stopped()}),
    "exhaustive": lambda: pool(7, (), solver="exhaustive"),
    "trio": lambda: pool(7, (), odd="trio", what=FEW),
    "trio with rules": lambda: pool(11, odd="trio"),
    "trio demanded": lambda: pool(9, (), what=FEW, odd="trio", match={"locks": [("p01", "p04")]}),
    "trios": lambda: pool(9, [pm.must_match("team")], odd="trio"),
    "reserve": lambda: pool(9, (), what=FEW, odd="reserve", reserve=["p08", "p02"]),
    "roommates": lambda: pool(8, (), solver="roommates"),
    "stated": lambda: pool(8, (), solver="roommates", match={"preferences": CYCLE}),
    "no stable": lambda: pool(4, (), solver="roommates", match={"preferences": CYCLE, "unlisted": "never"}),
    "group floor": lambda: pool(
        12, (), what=FEW, group_floor={"by": "site", "group": "n", "at_least": 0.3, "hide_below": 1}
    ),
    "kept": lambda: updated(keep="all"),
    "at a price": lambda: updated(price=0.2),
    "at most": lambda: updated(at_most=1),
    "sides": lambda: sides((6, 6), [pm.must_differ("team")]),
    "places": lambda: sides(capacity={"mentor": "places"}),
    "places demanded": lambda: sides(
        capacity={"mentor": 3}, match={"locks": [("p01", "q02"), ("p04", "q02")]}
    ),
    "worst first places": lambda: sides(capacity={"mentor": 2}, objective="worst_first"),
    "leximin sides": lambda: sides((5, 5), objective="leximin"),
    "hungarian": lambda: sides((5, 6), solver="hungarian", objective="best_total"),
    "many to many": lambda: sides(capacity={"mentor": 3, "mentee": 2}, match={"locks": [("p01", "q02")]}),
    "minima": lambda: sides(capacity={"mentor": {"at_least": 1, "at_most": 3}}, solver="transport"),
    "none or at least": lambda: sides(capacity=GROUPS),
    "deferred": lambda: sides((6, 5), solver="deferred", capacity={"mentor": 2}),
    "deferred stated": lambda: sides(
        (5, 5),
        solver="deferred",
        match={"preferences": lists(("p00", "q02"), ("p00", "q01"), ("q02", "p03")), "unlisted": "never"},
    ),
    "skills of two sides": lambda: sides(
        (6, 5), what=[pm.complement("offers", "seeks", separator=";"), pm.above("years", by=(1, 5), weight=2)]
    ),
    "nobody": lambda: pool(4, [pm.must_match("id")]),
}


@cache
def _text(name: str) -> str:
    text: str = RESULTS[name]().to_json(evidence=True)
    return text


def result(name: str) -> dict[str, Any]:
    """Return a result as it is read back from JSON: one's own copy."""
    data: dict[str, Any] = json.loads(_text(name))
    return data


def ids_of(document: dict[str, Any]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return the ids of those who take part, as the digest takes them."""
    found: tuple[list[tuple[str, str]], list[tuple[str, str]]] = ([], [])
    for row in document["people"]:
        if row["status"] != "not taking part":
            hand = document["sides"].index(row["side"]) if document["two_sided"] else 0
            found[hand].append((row["id"]["type"], row["id"]["value"]))
    return found


def signed(document: dict[str, Any]) -> dict[str, Any]:
    """Return the result with a digest that is true of what stands in it now: what a forger would write."""
    document["evidence"]["digest"] = digest_of(document["evidence"], *ids_of(document))
    return document


def damaged(document: dict[str, Any], change: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    """Return a changed copy with a digest that is true of it."""
    copy = deepcopy(document)
    change(copy)
    return signed(copy)


def names_of(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to every value inside plain data."""
    yield path
    children = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, child in children:
        yield from names_of(child, (*path, key))
