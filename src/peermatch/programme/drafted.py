"""A draft as plain data: JSON with a schema version, ids with their types, and nothing that could run."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from peermatch.audit import criterion_settings, rule_settings, without_deciders
from peermatch.checks import did_you_mean
from peermatch.cohort import Cohort
from peermatch.criteria import key_of
from peermatch.errors import ConfigError, InputError, error_item
from peermatch.explain.outcome import KEPT_PAIRS
from peermatch.matcher import PeerMatcher
from peermatch.pairing import Pairing
from peermatch.problem import ProtectedCertificate
from peermatch.programme.edits import ACCEPTED, REJECTED, REQUIRED, Edits, Pair
from peermatch.report import SCHEMA, id_from, json_text, typed_id, write_files
from peermatch.run import Snapshot, plain_capacity
from peermatch.run.absent import brought_back
from peermatch.run.request import Request
from peermatch.run.snapshot import DRAFT
from peermatch.run.updating import Mode, update_people
from peermatch.run.way import run

__all__ = [
    "Saved",
    "check_same_matcher",
    "first_of",
    "from_data",
    "locked",
    "people_of",
    "rule_name",
    "solved",
    "stays_of",
    "to_data",
    "write",
]

_CODE = "bad_draft"
_KEYS = (
    *("schema", "round", "as_of", "two_sided", "sides", "settings", "people", "pairs"),
    *(ACCEPTED, REQUIRED, REJECTED, "set_aside", "edits"),
)
_MORE = ("first", "stays")
_RULE = "rejected in the draft"


@dataclass(frozen=True)
class Saved:
    """What a file says."""

    snapshot: Snapshot
    as_of: str | None
    pairs: Mapping[str, list[Pair]]
    set_aside: list[Any]
    log: list[dict[str, Any]]
    first: dict[Any, int]
    stays: list[Pair]


def rule_name(matcher: PeerMatcher) -> str:
    """Return a name that no rule of the matcher has."""
    taken, name = {rule.name for rule in matcher.rules}, _RULE
    while name in taken:
        name += " again"
    return name


def check_same_matcher(matcher: PeerMatcher, pairing: Pairing) -> None:
    """Refuse a pairing that another matcher made, or for which people stated preferences.

    Raises
    ------
    ConfigError
    """
    if pairing.stated is not None:
        raise ConfigError("A draft is for pairings by score; people stated preferences for this one.")
    told = pairing.settings
    facts = {
        "criteria": [criterion_settings(criterion) for criterion in matcher.criteria],
        "rules": [rule_settings(rule) for rule in matcher.rules],
        "sides": None if matcher.sides is None else list(matcher.sides),
        "objective": matcher.objective,
        "mutual": matcher.mutual,
        "floor": matcher.floor,
        "unknown": matcher.unknown,
        "eligible": matcher.eligible,
        "capacity": None if matcher.capacity is None else plain_capacity(matcher.capacity),
        "same_person": None if matcher.same_person is None else list(matcher.same_person),
    }
    if told.get("group_floor") is not None and matcher.group_floor is None:
        raise ConfigError(
            "The pairing keeps to a floor for a group, which this matcher lacks (group_floor=)."
        )
    for name, mine in facts.items():
        if name in told and without_deciders(told[name]) != without_deciders(mine):
            raise ConfigError(
                f"The pairing was made with other {name} than this matcher has. Give the one that made it."
            )


def people_of(pairing: Pairing) -> tuple[tuple[Cohort, Cohort | None], list[Any]]:
    """Return all who came in, with those back who were set aside, and who that was."""
    left, right = pairing.everyone
    back, aside = brought_back(left)
    if right is None:
        return (back, None), aside
    others, more = brought_back(right)
    known = {key_of(id) for id in aside}
    return (back, others), [*aside, *(id for id in more if key_of(id) not in known)]


def locked(pairing: Pairing) -> list[Pair]:
    """Return the pairs that were demanded, where locks were given; kept pairs of an update are no demands."""
    names = {enforced.rule.name for enforced in pairing.enforcement.rules}
    if "locks" not in names or KEPT_PAIRS in names:
        return []
    left, right = pairing.sides.left.ids, pairing.sides.columns_side.ids
    return [(left[u], right[v]) for u, v in pairing.enforcement.required.tolist()]


def first_of(pairing: Pairing) -> dict[Any, int]:
    """Return who went first, as the proof of a pairing says."""
    evidence, vertices = pairing.certificate.evidence, pairing.certificate.vertices
    if not isinstance(evidence, ProtectedCertificate) or vertices is None:
        return {}
    cohorts = pairing.sides.left, pairing.sides.columns_side
    ids = [cohorts[hand].ids[at] for hand in (0, 1) for at in vertices[hand].tolist()]
    return {id: number for id, number in zip(ids, evidence.first.tolist(), strict=True) if number}


def stays_of(pairing: Pairing) -> list[Pair]:
    """Return the pairs that an update kept."""
    if pairing.update is None:
        return []
    sides = (None, pairing.sides.names[0])
    before = {key_of(row.id): row.before for row in pairing.update.rows if row.side in sides}
    return _kept(Snapshot.of(pairing, "pairing"), before)


def solved(matcher: PeerMatcher, request: Request, stays: Mapping[str, Any] | None) -> Pairing:
    """Match, near the pairs in hand; what an update kept stays where it may."""
    matcher._check_tables("solve()", request.others, request.role, request.history)
    if stays is None:
        return run(matcher, matcher._solver(False), request)
    pairing = update_people(matcher, matcher._updating_solver(Mode()), request, stays, Mode())
    return replace(pairing, update=None)  # what was kept of a draft is not what an earlier result had


def to_data(
    snapshot: Snapshot,
    occasion: Mapping[str, Any],
    edits: Edits,
    log: list[dict[str, Any]],
    stays: list[Pair],
) -> dict[str, Any]:
    """Return a draft as plain data."""
    as_of = occasion.get("as_of")
    people = []
    for (hand, _), (id, took_part) in (snapshot.people or {}).items():
        side = {"side": snapshot.names[hand]} if snapshot.two_sided else {}
        people.append(
            {"id": typed_id(id), **side, "status": "taking part" if took_part else "not taking part"}
        )
    states = {
        state: [{"a": typed_id(a), "b": typed_id(b)} for a, b in edits.of_state(state)]
        for state in (ACCEPTED, REQUIRED, REJECTED)
    }
    first = occasion.get("first") or {}
    numbers = first if isinstance(first, Mapping) else dict.fromkeys(first, 1)
    more = {
        "first": [{"id": typed_id(id), "number": number} for id, number in numbers.items()],
        "stays": [{"a": typed_id(a), "b": typed_id(b)} for a, b in stays],
    }
    return {
        "schema": DRAFT,
        "round": snapshot.round,
        "as_of": None if as_of is None else str(as_of),
        "two_sided": bool(snapshot.two_sided),
        "sides": list(snapshot.names),
        "settings": dict(snapshot.settings or {}),
        "people": people,
        "pairs": [{"a": typed_id(a), "b": typed_id(b), "score": score} for a, b, score in snapshot.pairs],
        **states,
        "set_aside": [typed_id(id) for id in edits.set_aside.values()],
        "edits": [{**entry, "ids": [typed_id(id) for id in entry["ids"]]} for entry in log],
        **{key: rows for key, rows in more.items() if rows},
    }


def from_data(data: Any, *, two_sided: bool) -> Saved:
    """Return what `to_data` wrote.

    Raises
    ------
    InputError
        If it is no draft.
    """
    if not isinstance(data, Mapping):
        raise _fault("A draft must be a mapping with the keys " + ", ".join(_KEYS) + ".")
    if data.get("schema") == SCHEMA:
        return _from_result(data, two_sided=two_sided)
    if data.get("schema") != DRAFT:
        raise _fault(f"This has the schema {data.get('schema')!r:.60}; a draft has {DRAFT!r}.")
    for key in data:
        if key not in (*_KEYS, *_MORE):
            raise _fault(f"A draft has no key {key!r:.60}." + did_you_mean(str(key)[:60], list(_KEYS)))
    missing = [key for key in _KEYS if key not in data]
    if missing:
        raise _fault(f"The draft has no key {missing[0]!r}.")
    snapshot = _snapshot(data, two_sided=two_sided)
    as_of = data["as_of"]
    if as_of is not None and not isinstance(as_of, str):
        raise _fault("The draft's as_of must be a day as text, or null.")
    pairs = {
        state: [_pair(row, state) for row in _list(data, state)] for state in (ACCEPTED, REQUIRED, REJECTED)
    }
    aside = [id_from(id, "set_aside of the draft", _CODE) for id in _list(data, "set_aside")]
    log = [_entry(row) for row in _list(data, "edits")]
    first = dict(_number(row) for row in (_list(data, "first") if "first" in data else []))
    stays = [_pair(row, "stays") for row in (_list(data, "stays") if "stays" in data else [])]
    return Saved(snapshot, as_of, pairs, aside, log, first, stays)


def _snapshot(data: Mapping[str, Any], *, two_sided: bool) -> Snapshot:
    snapshot = Snapshot.of(data, "the draft")
    if snapshot.two_sided != two_sided:
        was, mine = ("one pool", "two sides") if two_sided else ("two sides", "one pool")
        raise _fault(f"The draft is one of {was}, and the matcher's is {mine}.")
    return snapshot


def _from_result(data: Mapping[str, Any], *, two_sided: bool) -> Saved:
    """Return a draft of a result, in which nothing is decided yet."""
    snapshot = _snapshot(data, two_sided=two_sided)
    as_of = (snapshot.settings or {}).get("as_of")
    undecided: dict[str, list[Pair]] = {state: [] for state in (ACCEPTED, REQUIRED, REJECTED)}
    day = as_of if isinstance(as_of, str) else None
    return Saved(snapshot, day, undecided, [], [], _first_of_result(data), _stays_of_result(data, snapshot))


def _first_of_result(data: Mapping[str, Any]) -> dict[Any, int]:
    """Return who went first, as the proof of a result says."""
    certificate = data.get("certificate")
    evidence = certificate.get("evidence") if isinstance(certificate, Mapping) else None
    if not isinstance(evidence, Mapping) or "first" not in evidence:
        return {}
    numbers, rows = evidence["first"], certificate.get("vertices")  # type: ignore[union-attr]  # it holds the evidence
    if not isinstance(numbers, list) or not isinstance(rows, list) or len(numbers) != len(rows):
        raise _fault("The result's evidence must say of each of its vertices how much it goes first.")
    found = [
        _number({"id": row, "number": number}) for row, number in zip(rows, numbers, strict=True) if number
    ]
    return dict(found)


def _stays_of_result(data: Mapping[str, Any], snapshot: Snapshot) -> list[Pair]:
    """Return the pairs that an update kept."""
    update = data.get("update")
    if update is None:
        return []
    if not isinstance(update, Mapping) or not isinstance(update.get("changes"), list):
        raise _fault("The result's update must have 'changes', a list.")
    before = {}
    for row in update["changes"]:
        if not isinstance(row, Mapping) or not isinstance(row.get("before"), list):
            raise _fault("The changes of the result's update must be objects with the keys id and before.")
        side = row.get("side")
        if side is None or side == snapshot.names[0]:
            where = "the changes of the update"
            before[key_of(id_from(row.get("id"), where, _CODE))] = [
                id_from(id, where, _CODE) for id in row["before"]
            ]
    return _kept(snapshot, before)


def _kept(snapshot: Snapshot, before: Mapping[Any, Sequence[Any]]) -> list[Pair]:
    """Return the pairs that were there before, where those are known who had others."""
    return [
        (a, b)
        for a, b, _ in snapshot.pairs
        if key_of(a) not in before or key_of(b) in map(key_of, before[key_of(a)])
    ]


def _list(data: Mapping[str, Any], key: str) -> list[Any]:
    rows = data[key]
    if not isinstance(rows, list):
        raise _fault(f"The draft's {key!r} must be a list.")
    return rows


def _pair(row: Any, state: str) -> Pair:
    if not isinstance(row, Mapping):
        raise _fault(f"The draft's {state!r} must be a list of objects with the keys a and b.")
    a, b = (id_from(row.get(name), f"{state} of the draft", _CODE) for name in ("a", "b"))
    return a, b


def _number(row: Any) -> tuple[Any, int]:
    number = row.get("number") if isinstance(row, Mapping) else None
    if isinstance(number, bool) or not isinstance(number, int):
        raise _fault("The draft's 'first' must be a list of objects with the keys id and number.")
    return id_from(row.get("id"), "first of the draft", _CODE), number


def _entry(row: Any) -> dict[str, Any]:
    texts = ("edit", "who", "why")
    right = isinstance(row, Mapping) and isinstance(row.get("ids"), list) and isinstance(row.get("edit"), str)
    if not right or any(row.get(name) is not None and not isinstance(row[name], str) for name in texts):
        raise _fault("The draft's 'edits' must be a list of objects with the keys edit, ids, who and why.")
    ids = [id_from(id, "edits of the draft", _CODE) for id in row["ids"]]
    return {"edit": row["edit"], "ids": ids, "who": row.get("who"), "why": row.get("why")}


def write(path: str | os.PathLike[str], data: Mapping[str, Any]) -> Path:
    """Write a draft to a file, which appears whole or not at all."""
    target = Path(path)
    return write_files(target.parent, {target.name: json_text(data)})[0]


def _fault(message: str) -> InputError:
    return InputError(error_item(_CODE, message))
