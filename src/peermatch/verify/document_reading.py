"""A saved result read strictly: people, pairs and what is claimed of them, by positions of those who take part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from peermatch.problem import GRID, IntArray
from peermatch.verify.evidence_certificate import KINDS, STATUSES
from peermatch.verify.evidence_reading import (
    LARGEST,
    choice,
    items,
    member,
    number,
    record,
    refuse,
    text,
    truth,
    whole,
)

__all__ = [
    "ABSENT",
    "PAIRED",
    "UNMATCHED",
    "Claim",
    "Key",
    "ReadDocument",
    "ReadPair",
    "ReadPerson",
    "read_document",
    "read_id",
]

Key = tuple[str, str]
"""An id as it was written down: its type and its text."""

SCHEMA = "peermatch/pairing/1"
POOL = ("a", "b")
PAIRED, UNMATCHED, ABSENT = "paired", "unmatched", "not taking part"


@dataclass(frozen=True)
class ReadPerson:
    """One row of the people: `position` among those of their side who take part, -1 where they do not."""

    key: Key
    hand: int
    position: int
    status: str
    partners: tuple[Key, ...]
    groups: tuple[str, ...]
    used: int
    capacity: int
    at_least: int | None


@dataclass(frozen=True)
class ReadPair:
    """One pair; numbers are whole, of 2**-30."""

    pair_id: str
    group_id: str
    a: Key
    b: Key
    score: int
    contributions: tuple[int, ...]
    ranks: tuple[int | None, int | None] | None


@dataclass(frozen=True)
class Claim:
    """What the result says is known about it; gaps are whole numbers, in halves of 2**-30."""

    kind: str
    status: str
    verified: bool
    gap: int | None
    pairs_gap: int
    worst_gap: int | None
    pairs_covered: int
    sentence: str
    evidence: Mapping[str, Any] | None
    vertices: tuple[Key, ...] | None


@dataclass(frozen=True, eq=False)
class ReadDocument:
    """A saved result.

    Attributes
    ----------
    round : str or None
    two_sided : bool
    sides : (str, str)
    criteria : tuple of str
    settings : mapping
    people : list of ReadPerson
    taking_part : pair of dict
        Id to position, of the left and of the right side; in one pool the same.
    pairs : list of ReadPair
    unmatched : list of (hand, id)
    claim : Claim
    odd, update, stability, evidence : mapping or None
    faults : list of str
        Contradictions that were met while it was read.
    """

    round: str | None
    two_sided: bool
    sides: tuple[str, str]
    criteria: tuple[str, ...]
    settings: Mapping[str, Any]
    people: list[ReadPerson]
    taking_part: tuple[dict[Key, int], dict[Key, int]]
    pairs: list[ReadPair]
    unmatched: list[tuple[int, Key]]
    claim: Claim
    odd: Mapping[str, Any] | None
    update: Mapping[str, Any] | None
    stability: Mapping[str, Any] | None
    evidence: Mapping[str, Any] | None
    faults: list[str] = field(default_factory=list)

    @property
    def shape(self) -> tuple[int, int]:
        """How many take part on the left and on the right; in one pool the same number twice."""
        return (len(self.taking_part[0]), len(self.taking_part[1]))

    def positions(self) -> IntArray | None:
        """Return the pairs as positions, shape (m, 2); None where one of them names somebody who is not there."""
        left, right = self.taking_part
        found = [(left.get(pair.a, -1), right.get(pair.b, -1)) for pair in self.pairs]
        array = np.array(found, dtype=np.int64).reshape(-1, 2)
        return None if (array < 0).any() else array


def read_document(value: Any) -> ReadDocument:
    """Read a result of ``Pairing.to_dict()``, whatever it may be.

    Raises
    ------
    InputError
        ``bad_result``, with the place of what is not as it must be.
    """
    told = record(value, "The result")
    schema = told.get("schema")
    if schema != SCHEMA:
        refuse("schema", repr(SCHEMA) + ", which Pairing.to_json() writes", schema)
    names = items(member(told, "sides", "The result"), "sides", 2)
    sides = (text(names[0], "sides[0]"), text(names[1], "sides[1]"))
    two_sided = truth(member(told, "two_sided", "The result"), "two_sided")
    if (sides[0] == sides[1]) if two_sided else (sides != POOL):
        refuse("sides", "two different names" if two_sided else "'a' and 'b' in one pool", list(names))
    round = member(told, "round", "The result")
    criteria = tuple(
        text(one, f"criteria[{k}]")
        for k, one in enumerate(items(member(told, "criteria", "The result"), "criteria"))
    )
    faults: list[str] = []
    people, taking_part = _people(member(told, "people", "The result"), sides, two_sided, faults)
    pairs = [
        _pair(one, f"pairs[{k}]", criteria)
        for k, one in enumerate(items(member(told, "pairs", "The result"), "pairs"))
    ]
    unmatched = [
        _unmatched(one, f"unmatched[{k}]", sides, two_sided)
        for k, one in enumerate(items(member(told, "unmatched", "The result"), "unmatched"))
    ]
    parts = {key: told.get(key) for key in ("odd", "update", "stability", "evidence")}
    return ReadDocument(
        round=None if round is None else text(round, "round"),
        two_sided=two_sided,
        sides=sides,
        criteria=criteria,
        settings=record(member(told, "settings", "The result"), "settings"),
        people=people,
        taking_part=taking_part,
        pairs=pairs,
        unmatched=unmatched,
        claim=_claim(member(told, "certificate", "The result")),
        faults=faults,
        **{key: None if part is None else record(part, key) for key, part in parts.items()},
    )


def read_id(given: Any, where: str) -> Key:
    """Return an id as its type and its text."""
    told = record(given, where)
    kind = choice(member(told, "type", where), f"{where}.type", ("str", "int"))
    value = text(member(told, "value", where), f"{where}.value")
    digits = value.removeprefix("-")
    if kind == "int" and not (digits.isascii() and digits.isdecimal()):
        refuse(f"{where}.value", "a whole number in digits", value)
    return kind, value


def _hand(told: Mapping[str, Any], where: str, sides: tuple[str, str], two_sided: bool) -> int:
    if not two_sided:
        return 0
    return sides.index(choice(member(told, "side", where), f"{where}.side", sides))


def _people(
    value: Any, sides: tuple[str, str], two_sided: bool, faults: list[str]
) -> tuple[list[ReadPerson], tuple[dict[Key, int], dict[Key, int]]]:
    people: list[ReadPerson] = []
    taking: tuple[dict[Key, int], dict[Key, int]] = ({}, {})
    seen: tuple[set[Key], set[Key]] = (set(), set())
    for k, one in enumerate(items(value, "people")):
        where = f"people[{k}]"
        told = record(one, where)
        hand = _hand(told, where, sides, two_sided)
        key = read_id(member(told, "id", where), f"{where}.id")
        if key in seen[hand]:
            faults.append(f"{key[1]!r} stands among the people more than once.")
        seen[hand].add(key)
        status = choice(member(told, "status", where), f"{where}.status", (PAIRED, UNMATCHED, ABSENT))
        position = -1 if status == ABSENT else taking[hand].setdefault(key, len(taking[hand]))
        least = told.get("at_least")
        people.append(
            ReadPerson(
                key=key,
                hand=hand,
                position=position,
                status=status,
                partners=tuple(
                    read_id(mate, f"{where}.partners[{j}]")
                    for j, mate in enumerate(items(member(told, "partners", where), f"{where}.partners"))
                ),
                groups=tuple(
                    text(group, f"{where}.group_ids[{j}]")
                    for j, group in enumerate(items(member(told, "group_ids", where), f"{where}.group_ids"))
                ),
                used=whole(member(told, "used", where), f"{where}.used", 0),
                capacity=whole(member(told, "capacity", where), f"{where}.capacity", 0),
                at_least=None if least is None else whole(least, f"{where}.at_least", 0),
            )
        )
    return people, (taking if two_sided else (taking[0], taking[0]))


def _unmatched(value: Any, where: str, sides: tuple[str, str], two_sided: bool) -> tuple[int, Key]:
    told = record(value, where)
    return _hand(told, where, sides, two_sided), read_id(member(told, "id", where), f"{where}.id")


def _pair(value: Any, where: str, criteria: Sequence[str]) -> ReadPair:
    told = record(value, where)
    parts = record(member(told, "contributions", where), f"{where}.contributions")
    if set(parts) != set(criteria):
        refuse(f"{where}.contributions", "one number for each criterion", parts)
    pair_id = text(member(told, "pair_id", where), f"{where}.pair_id")
    ranks = None
    if "rank_a" in told or "rank_b" in told:
        ranks = tuple(
            None if told.get(key) is None else whole(told[key], f"{where}.{key}", 1)
            for key in ("rank_a", "rank_b")
        )
    coverage = number(member(told, "coverage", where), f"{where}.coverage")
    if not 0 <= coverage <= 1:
        refuse(f"{where}.coverage", "a number from 0 to 1", coverage)
    return ReadPair(
        pair_id=pair_id,
        group_id=text(told.get("group_id", pair_id), f"{where}.group_id"),
        a=read_id(member(told, "a", where), f"{where}.a"),
        b=read_id(member(told, "b", where), f"{where}.b"),
        score=_on_grid(member(told, "score", where), f"{where}.score"),
        contributions=tuple(_on_grid(parts[name], f"{where}.contributions.{name}") for name in criteria),
        ranks=ranks,  # type: ignore[arg-type]  # two of them
    )


def _on_grid(value: Any, where: str, most: int = GRID, *, unit: int = GRID) -> int:
    """Return a multiple of 1/unit as a whole number."""
    given = number(value, where) * unit
    if not 0 <= given <= most or not given.is_integer():
        refuse(where, "a multiple of 2**-30 from 0 to 1", value)
    return int(given)


def _claim(value: Any) -> Claim:
    told = record(value, "certificate")

    def of(key: str) -> Any:
        return member(told, key, "certificate")

    gap, worst, evidence, vertices = of("gap"), of("worst_gap"), of("evidence"), of("vertices")
    return Claim(
        kind=choice(of("kind"), "certificate.kind", (*KINDS, "none")),
        status=choice(of("status"), "certificate.status", STATUSES),
        verified=truth(of("verified"), "certificate.verified"),
        gap=None if gap is None else _on_grid(gap, "certificate.gap", LARGEST, unit=2 * GRID),
        pairs_gap=whole(of("pairs_gap"), "certificate.pairs_gap", 0),
        worst_gap=None if worst is None else _on_grid(worst, "certificate.worst_gap", LARGEST),
        pairs_covered=whole(of("pairs_covered"), "certificate.pairs_covered", 0),
        sentence=text(of("sentence"), "certificate.sentence"),
        evidence=None if evidence is None else record(evidence, "certificate.evidence"),
        vertices=None
        if vertices is None
        else tuple(
            read_id(one, f"certificate.vertices[{k}]")
            for k, one in enumerate(items(vertices, "certificate.vertices"))
        ),
    )
