"""A draft as plain data: JSON with a schema version, ids with their types, and nothing that could run."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from peermatch.audit import criterion_settings, rule_settings
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
from peermatch.run.snapshot import DRAFT

__all__ = ["Saved", "check_same_matcher", "from_data", "locked", "people_of", "rule_name", "to_data", "write"]

_CODE = "bad_draft"
_KEYS = (
    *("schema", "round", "as_of", "two_sided", "sides", "settings", "people", "pairs"),
    *(ACCEPTED, REQUIRED, REJECTED, "set_aside", "edits"),
)
_RULE = "rejected in the draft"


@dataclass(frozen=True)
class Saved:
    """What a file says."""

    snapshot: Snapshot
    as_of: str | None
    pairs: Mapping[str, list[Pair]]
    set_aside: list[Any]
    log: list[dict[str, Any]]


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
        if name in told and told[name] != mine:
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


def going_first(pairing: Pairing) -> dict[Any, int] | None:
    """Return who went first, and how much: the draft is solved again for the same question."""
    view = pairing.certificate
    if not isinstance(view.evidence, ProtectedCertificate) or view.vertices is None:
        return None
    ids = np.concatenate(
        [pairing.sides.left.ids[view.vertices[0]], pairing.sides.columns_side.ids[view.vertices[1]]]
    )
    numbers = zip(ids.tolist(), view.evidence.first.tolist(), strict=True)
    return {id: number for id, number in numbers if number}


def to_data(
    snapshot: Snapshot, occasion: Mapping[str, Any], edits: Edits, log: list[dict[str, Any]]
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
        if key not in _KEYS:
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
    return Saved(snapshot, as_of, pairs, aside, [_entry(row) for row in _list(data, "edits")])


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
    return Saved(snapshot, as_of if isinstance(as_of, str) else None, undecided, [], [])


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
