"""Random programmes: tables by lot, and everything that may be asked of a matcher, from one number each.

All people in them are made up.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import peermatch as pm
from reliability import programmes_rules as plain
from reliability.programmes_people import GRADES, Row, ids_of, people_of

__all__ = ["GRADES", "KINDS", "Programme", "Row", "made"]

Forbids = Callable[[Row, Row], bool]

KINDS = {
    "pool": 34,
    "sides": 24,
    "rounds": 8,
    "update": 10,
    "preferences": 12,
    "circles": 5,
    "rings": 4,
    "advisers": 3,
}
"""Of a hundred programmes."""
MUTUALS = ("geometric", "harmonic", "mean", "min")
OBJECTIVES = ("everyone_first", "everyone_first", "best_total", "worst_first", "leximin")


@dataclass
class Programme:
    """What is asked, and what must hold.

    Attributes
    ----------
    seed, kind
    left, right : list of rows
        People in plain values; `right` is None in one pool.
    matcher : dict
        Arguments of `PeerMatcher`.
    rules : list of (name, forbids)
        What each rule forbids, worked out again from the cells alone.
    floors : list of (column of years, scale, least)
        Rules `at_least` on nearness, which hold where both values are known.
    call : dict
        Arguments of `match`.
    demanded : list of (id, id)
    out : set of (hand, id)
        Who does not take part.
    """

    seed: int
    kind: str
    left: list[Row]
    right: list[Row] | None
    matcher: dict[str, Any] = field(default_factory=dict)
    rules: list[tuple[str, Forbids]] = field(default_factory=list)
    floors: list[tuple[float, float]] = field(default_factory=list)
    call: dict[str, Any] = field(default_factory=dict)
    demanded: list[tuple[Any, Any]] = field(default_factory=list)
    out: set[tuple[int, Any]] = field(default_factory=set)
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def everyone(self) -> list[list[Row]]:
        """The rows of each side."""
        return [self.left] if self.right is None else [self.left, self.right]

    def build(self, **changes: Any) -> pm.PeerMatcher:
        """Make the matcher."""
        return pm.PeerMatcher(**{**self.matcher, **changes})


def made(seed: int, kind: str | None = None) -> Programme:
    """Return the programme of a number.

    Examples
    --------
    >>> made(7).left == made(7).left
    True
    """
    rng = random.Random(f"programme {seed}")
    kind = kind or rng.choices(list(KINDS), list(KINDS.values()))[0]
    two_sided = kind == "sides" or (kind in ("preferences", "update") and rng.random() < 0.4)
    size = (
        rng.choice((2, 3, 4, 5, 6, 6, 7, 7, 8, 8, 8, 9, 10, 12, 12, 17, 25, rng.randrange(13, 61)))
        if kind != "circles"
        else rng.randrange(3, 26)
    )
    ids = ids_of(rng, size)
    if two_sided:
        cut = rng.randrange(1, size) if size < 8 else rng.randrange(size // 4, size - size // 4)
        left, right = people_of(rng, ids[:cut], ids), people_of(rng, ids[cut:], ids)
    else:
        left, right = people_of(rng, ids, ids), None
    programme = Programme(seed, kind, left, right)
    _criteria(rng, programme)
    _rules(rng, programme, ids)
    _settings(rng, programme, ids)
    _this_month(rng, programme, ids)
    return programme


# ---- what matters ---------------------------------------------------------------------------------------


def ratio(me: Any, you: Any) -> Any:
    """A criterion of a user's own."""
    return np.minimum(me["age"], you["age"]) / np.maximum(me["age"], you["age"])


def _criteria(rng: random.Random, programme: Programme) -> None:
    ids = [row["id"] for rows in programme.everyone for row in rows]
    ties = [tuple(rng.sample(ids, 2)) for _ in range(3)]
    ladder = list(GRADES)
    kinds: dict[str, Callable[..., pm.Criterion]] = {
        "near": lambda **k: pm.near("years", scale=rng.choice((1, 3)), sweet_spot=rng.choice((0, 0, 2)), **k),
        "near_grade": lambda **k: pm.near("grade", scale=1, ladder=ladder, **k),
        "above": lambda **k: pm.above("grade", ladder=ladder, by=rng.choice(((1, 2), (1, 1))), **k),
        "same": lambda **k: pm.same("team", **k),
        "different": lambda **k: pm.different(["team", "site"], **k),
        "overlap": lambda **k: pm.overlap("goals", separator=";", one_way=rng.random() < 0.3, **k),
        "complement": lambda **k: pm.complement(
            "offers", "seeks", separator=";", new_only=rng.random() < 0.7, **k
        ),
        "available": lambda **k: pm.available("zone", "hours", wanted=4, **k),
        "prefers": lambda **k: pm.prefers("wishes", separator=";", **k),
        "novelty": lambda **k: pm.novelty(half_life=2, **k),
        "ties": lambda **k: pm.ties(ties, **k),
        "custom": lambda **k: pm.custom(ratio, "age", name="own", **k),
    }
    chosen = rng.sample(sorted(kinds), rng.randrange(1, 5))
    programme.matcher["criteria"] = [
        kinds[kind](
            weight=rng.choice((1, 1, 2, 0.3, 1e-9, 1e9)),
            when=rng.choice((None, None, None, "wants")),
            sensitive=rng.random() < 0.1,
        )
        for kind in chosen
    ]


def _rules(rng: random.Random, programme: Programme, ids: list[Any]) -> None:
    two = programme.right is not None
    listed = [tuple(rng.sample(ids, 2)) for _ in range(rng.randrange(1, 4))]
    vetoes = [tuple(rng.sample(ids, 2)) for _ in range(2)]
    share = rng.choice((0.5, 0.6, 1.0))
    twins = ("team", "site", "grade")
    bosses = {row["id"]: row["boss"] for rows in programme.everyone for row in rows}
    kinds: dict[str, Callable[[], tuple[pm.Rule, Forbids]]] = {
        "must_differ": lambda: (pm.must_differ("team"), plain.equal("team")),
        "must_match": lambda: (pm.must_match("site"), plain.not_known_equal("site")),
        "not_in_line": lambda: (pm.not_in_line("boss", min_found=0), plain.in_line(bosses)),
        "forbid": lambda: (pm.forbid(listed), plain.listed(listed, two_sided=two)),
        "veto": lambda: (pm.veto(table=vetoes, name="listed vetoes"), plain.listed(vetoes, two_sided=two)),
        "veto_column": lambda: (pm.veto("not_with", separator=";"), plain.vetoed("not_with")),
        "no_twins": lambda: (pm.no_twins(twins, at_least=share), plain.twins(twins, share)),
    }
    chosen = rng.sample(sorted(kinds), rng.choice((0, 0, 1, 1, 2, 3)))
    built = [kinds[kind]() for kind in chosen]
    programme.rules = [(rule.name, forbids) for rule, forbids in built]
    rules = [rule for rule, _ in built]
    first = programme.matcher["criteria"][0]
    if first.kind == "near" and first.name == "near_years" and first.when is None and rng.random() < 0.5:
        least = rng.choice((0.1, 0.4))
        rules.append(pm.at_least(first.name, least))
        programme.floors.append((first.options["scale"], first.options["sweet_spot"], least))
    programme.matcher["rules"] = rules


def _settings(rng: random.Random, programme: Programme, ids: list[Any]) -> None:
    options = programme.matcher
    options.update(id="id", mutual=rng.choice(MUTUALS), unknown=rng.choice(("quartile", "mean", "zero")))
    if rng.random() < 0.4:
        options["label"] = "name"
    if rng.random() < 0.4:
        options["eligible"] = "in"
        for hand, rows in enumerate(programme.everyone):
            programme.out |= {(hand, row["id"]) for row in rows if row["in"] == "no"}
    if programme.kind in ("circles", "rings"):
        if rng.random() < 0.3:
            options["floor"] = rng.choice((0.05, 0.2))
        return
    options["objective"] = rng.choice(OBJECTIVES)
    if rng.random() < 0.25:
        options["floor"] = rng.choice((0.05, 0.3, 0.6))
    if programme.right is not None:
        options["sides"] = ("mentee", "mentor")
        options["solver"] = rng.choice(("blossom", "blossom", "hungarian", "greedy", "transport"))
        if rng.random() < 0.2:
            options["same_person"] = ["name"]
        _capacity(rng, programme)
    else:
        options["solver"] = rng.choice(("blossom", "blossom", "blossom", "greedy", "roommates"))
        if len(ids) <= 8 and rng.random() < 0.2:
            options["solver"] = "exhaustive"
        if programme.kind in ("pool", "rounds") and options["solver"] == "blossom" and rng.random() < 0.3:
            options["odd"] = rng.choice(("trio", "reserve"))
            if options["odd"] == "reserve":
                options["reserve"] = rng.sample(ids, min(len(ids) - 1, rng.randrange(1, 3)))
    if options["solver"] in ("greedy", "roommates", "transport", "exhaustive") and options["objective"] in (
        "worst_first",
        "leximin",
    ):
        options["objective"] = "everyone_first"
    if options["objective"] == "leximin":
        options["solver"] = "blossom"
    capacity = options.get("capacity") or {}
    if options["solver"] == "greedy" and ("mentee" in capacity or isinstance(capacity.get("mentor"), dict)):
        options["solver"] = "transport"
    if programme.kind == "rounds":
        options["objective"], options["solver"] = rng.choice(("everyone_first", "best_total")), "blossom"
    if programme.kind == "preferences":
        options["solver"] = (
            rng.choice(("roommates", "blossom"))
            if programme.right is None
            else rng.choice(("deferred", "blossom"))
        )
        options.pop("capacity", None)
    if programme.kind in ("update",):
        options["solver"], options["objective"] = "blossom", rng.choice(("everyone_first", "best_total"))
        options.pop("capacity", None)
    if (
        programme.kind in ("pool", "sides")
        and options.get("odd") is None
        and options["objective"] == "everyone_first"
        and options["solver"] in ("blossom", "hungarian")
        and "capacity" not in options
        and len(ids) >= 40
        and rng.random() < 0.3
    ):
        options["group_floor"] = {"by": "site", "group": "north", "at_least": rng.choice((0.05, 0.3))}


def _capacity(rng: random.Random, programme: Programme) -> None:
    kind = rng.randrange(8)
    capacity: Any = None
    if kind == 0:
        capacity = {"mentor": "places"}
    elif kind == 1:
        capacity = {"mentor": 2, "mentee": "places"}
    elif kind == 2:
        capacity = {"mentor": {"at_least": 1, "at_most": "places"}}
    elif kind == 3:
        capacity = {"mentor": {"at_least": 2, "at_most": 3, "or_none": True}}
    if capacity is not None:
        programme.matcher["capacity"] = capacity
        if programme.matcher["objective"] in ("worst_first", "leximin"):
            programme.matcher["objective"] = rng.choice(("everyone_first", "best_total"))


# ---- what is true this month ----------------------------------------------------------------------------


def _this_month(rng: random.Random, programme: Programme, ids: list[Any]) -> None:
    call, options = programme.call, programme.matcher
    call["round"] = rng.choice((None, "2026-12", "r4"))
    novel = any(criterion.kind == "novelty" for criterion in options["criteria"])
    again = programme.kind != "rounds" and rng.random() < 0.3
    if novel or again:
        history = _history(rng, programme, ids)
        call.update(history=history, as_of="2026-12-01")
        if again:
            how = rng.choice(({}, {"rounds": 2}, {"days": 100}))
            options["rules"].append(pm.no_repeat(**how))
            pairs = plain.recent(history, as_of="2026-12-01", **how)
            programme.rules.append(("no_repeat", plain.listed(pairs, two_sided=programme.right is not None)))
    if programme.kind in ("circles", "rings", "advisers", "rounds"):
        call.pop("history", None) if programme.kind == "rounds" else None
        return
    if rng.random() < 0.2 and options.get("odd") is None:
        aside = rng.sample(ids, 1)
        call["set_aside"] = aside
        for hand, rows in enumerate(programme.everyone):
            programme.out |= {(hand, row["id"]) for row in rows if row["id"] in aside}
    if programme.kind in ("pool", "sides", "update") and "group_floor" not in options and rng.random() < 0.25:
        _demand(rng, programme)
    plain_pool = (
        programme.kind == "pool"
        and options["solver"] == "blossom"
        and options["objective"] in ("everyone_first", "best_total")
    )
    if (
        plain_pool
        and options.get("odd") is None
        and not {"group_floor"} & set(options)
        and rng.random() < 0.15
    ):
        call["first"] = rng.sample(ids, min(2, len(ids)))
    if programme.kind == "preferences":
        call["preferences"] = _preferences(rng, programme)
        call["unlisted"] = rng.choice(("after", "never"))


def _history(rng: random.Random, programme: Programme, ids: list[Any]) -> list[Row]:
    found = []
    for number in range(1, rng.randrange(2, 5)):
        for _ in range(rng.randrange(1, 5)):
            if programme.right is None:
                a, b = rng.sample(ids, 2)
            else:
                a, b = rng.choice(programme.left)["id"], rng.choice(programme.right)["id"]
            found.append({"round": f"r{number}", "date": f"2026-{6 + number:02d}-15", "a": a, "b": b})
    if programme.right is not None:
        found = [
            {"round": row["round"], "date": row["date"], "mentee": row["a"], "mentor": row["b"]}
            for row in found
        ]
    return found


def _demand(rng: random.Random, programme: Programme) -> None:
    for _ in range(rng.choice((1, 1, 2))):
        if programme.right is None:
            a, b = rng.sample([row["id"] for row in programme.left], 2)
        else:
            a, b = rng.choice(programme.left)["id"], rng.choice(programme.right)["id"]
        programme.demanded.append((a, b))
    if rng.random() < 0.5:
        programme.call["locks"] = list(programme.demanded)
    else:
        programme.matcher["rules"].append(pm.require(list(programme.demanded)))


def _preferences(rng: random.Random, programme: Programme) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = {}
    sides = programme.everyone
    for hand, rows in enumerate(sides):
        others = [row["id"] for row in (sides[1 - hand] if len(sides) == 2 else rows)]
        for row in rows:
            if rng.random() < 0.8:
                known = [id for id in others if id != row["id"]]
                chosen: list[Any] = rng.sample(known, rng.randrange(0, len(known) + 1)) if known else []
                if len(chosen) > 2 and rng.random() < 0.15:
                    chosen = [chosen[:2], *chosen[2:]]  # two liked the same
                if chosen:
                    found[row["id"]] = chosen
    return found or {sides[0][0]["id"]: [(sides[1] if len(sides) == 2 else sides[0][1:])[0]["id"]]}
