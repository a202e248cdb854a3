"""Two people whom a question names: who they are, whether they are together, and which rules keep them apart."""

from __future__ import annotations

from typing import Any

import numpy as np

from peermatch.criteria import key_of
from peermatch.errors import ConfigError
from peermatch.explain.explanation import find_person
from peermatch.explain.outcome import Outcome
from peermatch.explain.unmatched import rule_name
from peermatch.explain.wording import listing

__all__ = ["forbidden_text", "forbidding_rules", "held_by_demand", "pair_index", "together", "two_people"]


def two_people(outcome: Outcome, a: Any, b: Any, *, caller: str) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return side and position of both, who must be two people who could be paired by where they stand.

    Raises
    ------
    InputError
        If nobody has such an id.
    ConfigError
        If someone does not take part, both are one person, or both are on one side.
    """
    if outcome.two_sided:
        maps = (outcome.sides.left_positions, outcome.sides.right_positions)
        for one, other in ((0, 1), (1, 0)):
            if key_of(a) in maps[one] and key_of(b) in maps[other]:
                return (one, maps[one][key_of(a)]), (other, maps[other][key_of(b)])
    found = []
    for id in (a, b):
        hand = find_person(outcome, id)
        positions = outcome.sides.left_positions if hand == 0 else outcome.sides.right_positions
        if key_of(id) not in positions:
            raise ConfigError(f"{id!r} does not take part.")
        found.append((hand, positions[key_of(id)]))
    if found[0] == found[1]:
        raise ConfigError(f"{caller} takes two people. Got {a!r} twice.")
    if outcome.two_sided:
        raise ConfigError(f"{a!r} and {b!r} are both on the {outcome.side_name(found[0][0])} side.")
    return found[0], found[1]


def together(outcome: Outcome, u: int, v: int) -> bool:
    """Whether two positions (on two sides: a left and a right one) are a pair."""
    pair = [u, v] if outcome.two_sided else sorted([u, v])
    return bool((outcome.pairs == pair).all(axis=1).any())


def pair_index(outcome: Outcome, a: Any, b: Any, *, caller: str) -> int:
    """Return which pair two people are.

    Raises
    ------
    InputError
        If nobody has such an id.
    ConfigError
        If they are not a pair.
    """
    first, second = two_people(outcome, a, b, caller=caller)
    u, v = (first[1], second[1]) if first[0] == 0 else (second[1], first[1])
    pair = [u, v] if outcome.two_sided else sorted([u, v])
    found = np.flatnonzero((outcome.pairs == pair).all(axis=1))
    if not found.size:
        raise ConfigError(f"{caller} is about a pair, and {a!r} and {b!r} are not one.")
    return int(found[0])


def held_by_demand(outcome: Outcome, hand: int, position: int) -> bool:
    """Whether demanded pairs take every place that someone has."""
    required = outcome.enforcement.required
    taken = (
        np.count_nonzero(required[:, hand] == position) if outcome.two_sided else int(position in required)
    )
    return bool(taken and taken >= int(outcome.places(hand)[position]))


def forbidding_rules(outcome: Outcome, u: int, v: int) -> list[str]:
    """Return the names, as people may read them, of the rules that forbid a pair; private ones merge into one."""
    at = np.array([u], dtype=np.int64), np.array([v], dtype=np.int64)
    names = [
        rule_name(outcome, enforced)
        for enforced in outcome.enforcement.rules
        if enforced.mask is not None and bool(enforced.mask.pairs(*at)[0])
    ]
    return list(dict.fromkeys(names))


def forbidden_text(outcome: Outcome, u: int, v: int, labels: tuple[str, str]) -> str:
    """Say which rules keep two people apart."""
    names = forbidding_rules(outcome, u, v)
    if names == ["preferences"]:
        return f"{labels[0]} and {labels[1]} do not both accept each other: one of them gave a list without the other."
    forbids = "forbid" if len(names) > 1 else "forbids"
    rules = listing([_spoken(name) for name in names]) or "a rule"
    return f"{labels[0]} and {labels[1]} may not be paired: {rules} {forbids} it."


def _spoken(name: str) -> str:
    """Return a rule as part of a sentence."""
    if name == "a private rule":
        return name
    return f"the {name}" if name.startswith("floor of ") else f"the rule {name}"
