"""Small random tables of people, and what may be asked of a matcher with them."""

import numpy as np
from hypothesis import strategies as st

import peermatch as pm

GRADES = ["junior", "middle", "senior"]
MUTUALS = ["geometric", "harmonic", "mean", "min"]
UNKNOWN = ["quartile", "mean", "zero"]


def nearness(me, you):
    return 1.0 / (1.0 + np.abs(me["age"] - you["age"]))


def cell(*values):
    return st.one_of(st.none(), st.sampled_from(values))


def several(*values):
    return st.one_of(
        st.none(), st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True).map("; ".join)
    )


def person(ids):
    return {
        "years": cell(0, 1, 2.5, 7, 12),
        "grade": cell(*GRADES),
        "team": cell("red", "blue"),
        "site": cell("north", "south", "west"),
        "goals": several("grow", "lead", "learn"),
        "offers": several("python", "law", "sales"),
        "seeks": several("python", "law", "design"),
        "zone": cell("UTC", "UTC+5"),
        "hours": cell("09:00-17:00", "18:00-20:00"),
        "wishes": st.one_of(
            st.none(), st.lists(st.sampled_from(ids), max_size=2, unique=True).map("; ".join)
        ),
        "age": cell(20, 30, 60),
        "wants": st.sampled_from(["yes", "no"]),
        "boss": st.one_of(st.none(), st.sampled_from(ids)),
    }


@st.composite
def tables(draw, low, high, prefix="p", others=()):
    """People with gaps; more than one of them may be alike."""
    count = draw(st.integers(low, high))
    ids = [f"{prefix}{k}" for k in range(count)]
    cells = person([*ids, *others])
    rows = [{"id": id, **draw(st.fixed_dictionaries(cells))} for id in ids]
    for row in rows:  # nobody is below someone who comes after them, so that there is no cycle
        if row["boss"] is not None and (row["boss"] >= row["id"] or row["boss"] not in ids):
            row["boss"] = None
    return draw(st.permutations(rows))


CRITERIA = {
    "near": lambda w, **k: pm.near("years", scale=2, weight=w, **k),
    "above": lambda w, **k: pm.above("grade", ladder=GRADES, by=(1, 2), weight=w, **k),
    "same": lambda w, **k: pm.same("team", weight=w, **k),
    "different": lambda w, **k: pm.different(["team", "site"], weight=w, **k),
    "overlap": lambda w, **k: pm.overlap("goals", separator=";", weight=w, **k),
    "complement": lambda w, **k: pm.complement("offers", "seeks", separator=";", weight=w, **k),
    "available": lambda w, **k: pm.available("zone", "hours", wanted=10, weight=w, **k),
    "prefers": lambda w, **k: pm.prefers("wishes", weight=w, **k),
    "novelty": lambda w, **k: pm.novelty(half_life=2, weight=w, **k),
    "ties": lambda w, **k: pm.ties([("p0", "p1"), ("p2", "p0"), ("q0", "p1")], weight=w, **k),
    "custom": lambda w, **k: pm.custom(nearness, "age", weight=w, **k),
}
RULES = [
    pm.must_differ("site"),
    pm.must_match("team"),
    pm.not_in_line("boss", min_found=0),
    pm.no_twins(["team", "site", "grade"], at_least=0.6),
    pm.veto("wishes"),
    pm.forbid([("p0", "p1"), ("p2", "p3"), ("p1", "q0")]),
]


@st.composite
def asked(draw):
    """Criteria, rules and options of a matcher."""
    kinds = draw(st.lists(st.sampled_from(sorted(CRITERIA)), min_size=1, max_size=4, unique=True))
    criteria = [
        CRITERIA[kind](draw(st.sampled_from([0.3, 1, 2])), when=draw(st.sampled_from([None, None, "wants"])))
        for kind in kinds
    ]
    rules = draw(st.lists(st.sampled_from(RULES), max_size=2, unique_by=lambda rule: rule.name))
    if draw(st.booleans()):
        rules.append(pm.at_least(criteria[0].name, draw(st.sampled_from([0.2, 0.6]))))
    return {
        "criteria": criteria,
        "rules": rules,
        "mutual": draw(st.sampled_from(MUTUALS)),
        "unknown": draw(st.sampled_from(UNKNOWN)),
        "objective": draw(st.sampled_from(["everyone_first", "best_total"])),
    }


def matcher(asked, **options):
    options = {**{key: asked[key] for key in ("mutual", "unknown", "objective")}, **options}
    return pm.PeerMatcher("id", asked["criteria"], asked["rules"], **options)
