"""Small made-up cohorts with every kind of column, gaps included. All people are synthetic."""

from __future__ import annotations

import numpy as np

import peermatch.criteria as pc
from peermatch.cohort import Cohort
from peermatch.criteria import Sides, compile_criterion, enforce, fit_criterion
from peermatch.scoring import LazyScores

SKILLS = ["python", "sql", "writing", "design", "law", "sales", "finance"]
GOALS = ["grow", "lead", "learn", "network", "balance"]
TEXTS = [
    "I want to lead a team with more confidence",
    "learn how to speak in public",
    "become a better leader of people and teams",
    "change from engineering into product work",
    "find more balance between work and family",
]
GRADES = ["junior", "middle", "senior", "lead"]


def records(n, seed=0, *, missing=0.2, prefix="p"):
    """Return n synthetic people as records."""
    rng = np.random.default_rng(seed)

    def some(values, low=1, high=4):
        count = int(rng.integers(low, high))
        return "; ".join(rng.choice(values, size=count, replace=False).tolist())

    people = []
    for i in range(n):
        person = {
            "years": float(rng.integers(0, 40)) / 2,
            "grade": str(rng.choice(GRADES)),
            "team": str(rng.choice(["red", "blue", "green"])),
            "country": str(rng.choice(["NL", "PL", "JP", "BR", "KE"])),
            "education": str(rng.choice(["arts", "science", "trade"])),
            "goals": some(GOALS),
            "text": str(rng.choice(TEXTS)) + (" and listen" if rng.random() < 0.5 else ""),
            "offers": some(SKILLS),
            "seeks": some(SKILLS),
            "zone": str(rng.choice(["UTC", "UTC+2", "UTC-5"])),
            "hours": str(rng.choice(["09:00-17:00", "12:00-20:00", "06:00-10:00", "Mon 09:00-10:00"])),
            "wishes": "; ".join(
                f"{prefix}{int(j):03d}" for j in rng.choice(n, size=min(n, 3), replace=False)
            ),
            "wants": "yes" if rng.random() < 0.7 else "no",
            "age": int(rng.integers(20, 65)),
        }
        for column in list(person):
            if column != "wants" and rng.random() < missing:
                person[column] = None
        people.append({"id": f"{prefix}{i:03d}", **person, "manager": f"{prefix}{i // 3:03d}" if i else None})
    return people


def ratio(me, you):
    """A criterion of a user's own."""
    return np.minimum(me["age"], you["age"]) / np.maximum(me["age"], you["age"])


def every_criterion(ties_table):
    """Return one criterion of each kind, in several variants."""
    return [
        pc.near("years", scale=3, weight=2),
        pc.near("years", scale=2, sweet_spot=1.75, weight=0.4, name="years_apart"),
        pc.near("grade", scale=1, sweet_spot=1, ladder=GRADES, name="near_grade"),
        pc.above("grade", ladder=GRADES, by=(1, 2), weight=0.3),
        pc.same("team"),
        pc.different(["country", "education"], weight=1.7),
        pc.overlap("goals", when="wants", name="goals"),
        pc.overlap("text", weight=0.9, name="text"),
        pc.overlap("goals", one_way=True, weight=0.6, name="goals_one_way"),
        pc.complement(offers="offers", seeks="seeks", weight=3),
        pc.available("zone", "hours", wanted=20),
        pc.prefers("wishes", weight=0.5),
        pc.ties(ties_table, weight=0.25),
        pc.custom(ratio, "age", weight=0.7),
    ]


def one_pool(n, seed=0, **options):
    return Sides(Cohort.of(records(n, seed, **options), "id"))


def two_sides(n, m, seed=0):
    left = Cohort.of(records(n, seed, prefix="p"), "id", at_least=1)
    right = Cohort.of(records(m, seed + 1, prefix="q"), "id", at_least=1)
    return Sides(left, right, ("mentee", "mentor"))


def lazy(sides, criteria, rules=(), mutual="geometric", unknown="quartile", occasion=None):
    fitted = [fit_criterion(criterion, sides, unknown=unknown) for criterion in criteria]
    compiled = [compile_criterion(part, sides) for part in fitted]
    enforcement = enforce(rules, sides, compiled, occasion)
    scores = LazyScores(compiled, enforcement.masks, sides.shape, two_sided=sides.two_sided, mutual=mutual)
    return scores, fitted, enforcement
