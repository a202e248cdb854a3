"""Every set of pairs that rules, demands and places allow, for results of a few people: the judge of all prices."""

from __future__ import annotations

import random

import numpy as np

import peermatch as pm
from peermatch.problem import FORBIDDEN, GRID

OBJECTIVES = ("everyone_first", "best_total", "worst_first")
KINDS = ("pool", "sides", "minima", "first")


def some_people(rng, n, prefix="p", years=(1, 2, 3, 5, 8, None)):
    """Return n synthetic people."""
    return [
        {"id": f"{prefix}{i}", "y": rng.choice(years), "t": rng.choice("xyz"), "s": rng.choice("ab")}
        for i in range(n)
    ]


def random_result(kind, objective, seed):
    """Match a few people under rules by lot; None where what is demanded cannot be met.

    Returns
    -------
    pairing : Pairing
    rules : dict
        By the names that people may read: a function of two records that says whether the rule forbids the pair.
    first : set of int
        Positions of those who go first.
    """
    rng = random.Random(f"{kind} {objective} {seed}")
    years = rng.choice([(1, 2, 3, 5, 8, None), (1, 1, 2), tuple(range(40))])
    criteria = [pm.near("y"), pm.same("s", weight=2)]
    options, rules, forbids = {"objective": objective}, [], {}
    if rng.random() < 0.5:
        rules.append(pm.must_differ("t"))
        forbids["must_differ_t"] = lambda me, you: me["t"] == you["t"]
    if kind in ("pool", "first"):
        n = rng.choice([2, 3, 4, 5, 6, 7, 8])
        left, right = some_people(rng, n, years=years), None
        listed = rng.random()
        if listed < 0.3:
            rules.append(pm.forbid([("p0", "p1")]))
            forbids["forbid"] = lambda me, you: {me["id"], you["id"]} == {"p0", "p1"}
        elif listed < 0.5:
            rules.append(pm.veto(table=[("p1", "p0")]))
            forbids["a private rule"] = lambda me, you: {me["id"], you["id"]} == {"p0", "p1"}
        elif listed < 0.7 and n >= 4:
            rules.append(pm.require([("p0", "p1")]))
            left[0]["t"], left[1]["t"] = "x", "y"
        if not any(rule.kind == "require" for rule in rules) and kind == "pool":
            options["floor"] = rng.choice([None, 0.3])
    else:
        left = some_people(rng, rng.choice([2, 3, 4]), years=years)
        right = some_people(rng, rng.choice([1, 2, 3]), "q", years=years)
        options |= {"sides": ("mentee", "mentor"), "capacity": {"mentor": "places"}}
        for row in right:
            row["places"], row["least"] = rng.choice([(1, 0), (1, 1), (2, 0), (2, 1)])
        if kind == "minima":
            options["capacity"] = {"mentee": "places", "mentor": {"at_least": "least", "at_most": "places"}}
            for row in left:
                row["places"] = rng.choice([1, 1, 2])
    matcher = pm.PeerMatcher("id", criteria, rules, **options)
    first = {1, 2} & set(range(len(left))) if kind == "first" else set()
    try:
        if right is not None:
            return matcher.match(left, right), forbids, first
        return matcher.match(left, first=[f"p{k}" for k in first] or None), forbids, first
    except pm.InfeasibleError:
        return None


def sets_of(edges, places):
    """All sets of pairs that respect the places."""
    if not edges:
        yield []
        return
    (u, v, score), rest = edges[0], edges[1:]
    yield from sets_of(rest, places)
    if places[u] and places[v]:
        for chosen in sets_of(rest, {**places, u: places[u] - 1, v: places[v] - 1}):
            yield [(u, v, score), *chosen]


def edges_of(pairing):
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


class EverySet:
    """Every set of pairs of a result, and what each comes to, in the order in which things count.

    Attributes
    ----------
    parts : tuple of str
        What is compared: of "pairs", "going_first", "worst" and "total".
    now : tuple of int
        What the set in hand comes to.
    others : list of (tuple of int, frozenset)
        What every other one comes to, and its pairs.
    """

    def __init__(self, pairing, first=frozenset()):
        outcome, objective = pairing._outcome, pairing._outcome.objective
        two_sided = pairing.scores.two_sided
        self.parts = (
            ("going_first", "total") if objective == "best_total" else ("pairs", "going_first", "total")
        )
        if objective == "worst_first":
            self.parts = ("pairs", "worst", "total")
        self.two_sided = two_sided
        places = dict(enumerate(outcome.places(0).tolist()))
        least = dict(enumerate(outcome.least(0).tolist()))
        if two_sided:
            places |= {("r", p): n for p, n in enumerate(outcome.places(1).tolist())}
            least |= {("r", p): n for p, n in enumerate(outcome.least(1).tolist())}
        self.demanded = self._named(outcome.enforcement.required)
        mine = self._named(outcome.pairs)
        self.now, self.others = None, []
        for chosen in sets_of(edges_of(pairing), places):
            made = frozenset(edge[:2] for edge in chosen)
            met = all(sum(who in pair for pair in made) >= need for who, need in least.items() if need)
            if not self.demanded <= made or not met:
                continue
            standing = self._standing([edge for edge in chosen if edge[:2] not in self.demanded], first)
            if made == mine:
                self.now = standing
            else:
                self.others.append((standing, made))
        assert self.now is not None, "the set in hand is not an allowed one"

    def _named(self, pairs):
        return frozenset((u, ("r", v) if self.two_sided else v) for u, v in pairs.tolist())

    def _standing(self, free, first):
        known = {
            "pairs": len(free),
            "going_first": sum((u in first) + (v in first) for u, v, _ in free),
            "worst": min((score for *_, score in free), default=0),
            "total": sum(score for *_, score in free),
        }
        return tuple(known[part] for part in self.parts)

    def best(self):
        """What the best other set comes to; None where there is none."""
        return max((standing for standing, _ in self.others), default=None)

    def best_with(self, u, v):
        """What the best set with a pair comes to that is not in hand; None where there is none."""
        pair = (u, ("r", v) if self.two_sided else v)
        return max((standing for standing, made in self.others if pair in made), default=None)

    def agrees(self, price, standing):
        """Whether a price says what is lost on the way from the set in hand to another one."""
        lost = dict(zip(self.parts, (a - b for a, b in zip(self.now, standing, strict=True)), strict=True))
        told = {
            "pairs": price.pairs,
            "going_first": price.going_first,
            "worst": round(price.worst * GRID),
            "total": round(price.total * GRID),
        }
        return all(told[part] == amount for part, amount in lost.items())

    def only_total(self, standing):
        """Whether nothing that counts before the total differs."""
        return standing[:-1] == self.now[:-1]
