"""Scores and contributions of pairs worked out from the cells alone, by the definitions and by nothing of the library.

A contribution is weight share x similarity, rounded once to a whole number of 2**-30. A score is one rounded function
of two utilities. Shares, of weights as of scores, are whole numbers by largest remainder; ties go to the earlier.
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

import peermatch as pm

ONE = 2**30
SKILLS = ("Excel", "Law", "Python", "Writing")
MUTUALS = ("mean", "geometric", "harmonic", "min")
UNKNOWN = ("quartile", "mean", "zero")


def ratio(me, you):
    """A criterion of a user's own: the smaller by the larger number; not known where one is missing."""
    mine, theirs = (np.asarray(side["age"], dtype=float) for side in (me, you))
    return np.minimum(mine, theirs) / np.maximum(mine, theirs)


def someone(rng, name):
    """Return a synthetic person; cells may be missing, but what someone offers is there."""

    def maybe(value):
        return None if rng.random() < 0.2 else value

    return {
        "id": name,
        "years": maybe(rng.randrange(0, 40) / 2),
        "team": maybe(rng.choice("xyz")),
        "site": maybe(rng.choice("ab")),
        "offers": "; ".join(sorted(rng.sample(SKILLS, rng.randrange(1, 4)))),
        "seeks": maybe("; ".join(sorted(rng.sample(SKILLS, rng.randrange(1, 4))))),
        "age": float(rng.randrange(20, 65)),
        "wants": rng.choice(["yes", "no"]),
        "helps": rng.choice(["yes", "yes", "no"]),
    }


def near(me, you, scale, sweet_spot):
    """1 at the sweet spot, a half where the difference is off by the scale."""
    if me["years"] is None or you["years"] is None:
        return None
    off = (abs(me["years"] - you["years"]) - sweet_spot) / scale
    return 1 / (1 + off * off)


def same(me, you):
    """Whether both are in one team."""
    return None if None in (me["team"], you["team"]) else float(me["team"] == you["team"])


def different(me, you):
    """Whether the two are at two sites."""
    return None if None in (me["site"], you["site"]) else float(me["site"] != you["site"])


def complement(me, you):
    """The share of what I seek, and do not offer myself, that the other offers; nothing of the kind: not known."""
    if me["seeks"] is None:
        return None
    new = set(me["seeks"].split("; ")) - set(me["offers"].split("; "))
    return len(new & set(you["offers"].split("; "))) / len(new) if new else None


def own(me, you):
    """As `ratio`."""
    return min(me["age"], you["age"]) / max(me["age"], you["age"])


def some_criteria(rng):
    """Return criteria of a matcher, and for each a function of (me, you), the weight, and the gate's column."""
    scale, spot = rng.choice([1, 2, 3.5]), rng.choice([0, 0, 1.5])
    kinds = [
        (
            lambda w, g: pm.near("years", scale=scale, sweet_spot=spot, weight=w, when=g),
            lambda me, you: near(me, you, scale, spot),
        ),
        (lambda w, g: pm.same("team", weight=w, when=g), same),
        (lambda w, g: pm.different("site", weight=w, when=g), different),
        (lambda w, g: pm.complement("offers", "seeks", weight=w, when=g), complement),
        (lambda w, g: pm.custom(ratio, "age", weight=w, when=g, name="own"), own),
    ]
    chosen = rng.sample(kinds, rng.randrange(1, len(kinds) + 1))
    made, known = [], []
    for make, similarity in chosen:
        weight = rng.choice([1e-9, 0.001, 0.3, 1, 1, 2.5, 7, 1000, 1e9])
        gate = rng.choice([None, None, "wants", "helps"])
        made.append(make(weight, gate))
        known.append((similarity, weight, gate))
    return made, known


def largest_remainder(parts, total):
    """Split a whole number in the proportion of some numbers."""
    whole = sum(parts)
    exact = [Fraction(part) * total / whole for part in parts]
    found = [math.floor(part) for part in exact]
    order = sorted(range(len(parts)), key=lambda k: (found[k] - exact[k], k))
    for k in order[: total - sum(found)]:
        found[k] += 1
    return found


def shares_of(me, known):
    """Return what each criterion counts for a person."""
    weights = [
        Fraction(weight) if gate is None or me[gate] == "yes" else Fraction(0) for _, weight, gate in known
    ]
    return largest_remainder(weights, ONE) if any(weights) else [0] * len(weights)


def fills_of(people, others, known, how):
    """Return what "not known" counts as, of each criterion: for those of the one side, as they see the other."""
    found = []
    for similarity, _, gate in known:
        values = sorted(
            value
            for me in people
            for you in others
            if me is not you and (gate is None or me[gate] == "yes")
            if (value := similarity(me, you)) is not None
        )
        if how == "zero" or not values:
            found.append(0.0)
        elif how == "mean":
            found.append(math.fsum(values) / len(values))
        else:
            found.append(values[(len(values) - 1) // 4])
    return found


def utility_of(me, you, known, fills):
    """Return the contributions to what `you` are worth to `me`, and how much weight was known."""
    parts, sure = [], 0
    for share, (similarity, *_), fill in zip(shares_of(me, known), known, fills, strict=True):
        value = similarity(me, you)
        sure += 0 if value is None else share
        parts.append(round(share * (fill if value is None else value)))
    return parts, sure


def score_of(a, b, says, mutual):
    """Return what two utilities come to."""
    if not all(says):
        return a if says[0] else b
    if mutual == "mean":
        return round((a + b) * 0.5)
    if mutual == "geometric":
        return round(math.sqrt(float(a) * float(b)))
    if mutual == "min":
        return min(a, b)
    return round(2.0 * (float(a) * float(b)) / max(1.0, float(a + b)))


def recomputed(me, you, known, fills, mutual):
    """Return score, contributions and coverage of a pair.

    Parameters
    ----------
    me, you : dict
    known : list
        From `some_criteria`.
    fills : (list, list)
        As `me` and as `you` see the other.
    mutual : str
    """
    left, sure = utility_of(me, you, known, fills[0])
    right, sure_back = utility_of(you, me, known, fills[1])
    says = any(shares_of(me, known)), any(shares_of(you, known))
    a, b = sum(left), sum(right)
    score = score_of(a, b, says, mutual)
    coverage = (sure + sure_back) / (ONE * max(1, sum(says)))
    if score == 0:
        return 0, [0] * len(known), coverage
    if not all(says):
        parts = left if says[0] else right
    elif mutual == "mean":
        parts = [x + y for x, y in zip(left, right, strict=True)]
    elif mutual == "geometric":  # S_a = sqrt(b/a)/2 and S_b = sqrt(a/b)/2, both times 2 sqrt(ab)
        parts = [x * b + y * a for x, y in zip(left, right, strict=True)]
    elif mutual == "harmonic":  # S_a = 2b^2/(a+b)^2 and S_b = 2a^2/(a+b)^2, both times (a+b)^2/2
        parts = [x * b * b + y * a * a for x, y in zip(left, right, strict=True)]
    elif a == b:
        parts = [x + y for x, y in zip(left, right, strict=True)]
    else:
        parts = left if a < b else right
    return score, largest_remainder(parts, score), coverage
