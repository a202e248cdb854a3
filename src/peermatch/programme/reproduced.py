"""The second verdict on a saved result: the evidence in it is reproduced from this table of people.

The table is encoded anew, with what the run had learned, and held against the evidence person by person, criterion by
criterion, rule by rule. Rows that are gone, new or changed are listed: they are no failure of the proof, which is about
the numbers that were scored then (`peermatch.verify.verify_result`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from peermatch.audit import Asked, evidence_of, key_from_rows, key_id, row_fingerprints, row_texts
from peermatch.criteria import fitted_from_dict, key_of
from peermatch.errors import ConfigError, InputError, PeerMatchError
from peermatch.matcher import PeerMatcher
from peermatch.pairing import SavedResult
from peermatch.problem import Control
from peermatch.programme.input_verdict import InputVerdict, Person
from peermatch.programme.same_numbers import Sameness, compare_criteria, compare_rules, ids_taking_part
from peermatch.run import Request
from peermatch.run.people import everyone_of
from peermatch.run.places import capacity_of
from peermatch.run.way import Prepared, prepare

if TYPE_CHECKING:
    from peermatch.cohort import Cohort

__all__ = ["InputVerdict", "matcher_of", "reproduce"]

_BY_COLUMN = "not taking part: "
_LISTED = ("a table", "a list of pairs", "a transformer")


def reproduce(
    result: Any,
    people: Any,
    others: Any = None,
    *,
    role: str | None = None,
    matcher: PeerMatcher | None = None,
    org: Any = None,
    history: Any = None,
    key: bytes | None = None,
) -> InputVerdict:
    """Say whether the evidence of a saved result comes from this table of people.

    Parameters
    ----------
    result : Pairing, SavedResult, mapping, or path
        Written with ``evidence=True``; of another only the fingerprints of its manifest can be looked at.
    people, others, role
        As in `PeerMatcher.match`; `role` as the result tells where it is not given.
    matcher : PeerMatcher, optional
        The configuration of the run. Without it what the result tells of it is used: lists of pairs, private rules and
        functions are not in it, and are then not checked.
    org, history : table or path, optional
        As they were given to the run.
    key : bytes, optional
        `Pairing.row_key` of the run. With it rows are told apart by their fingerprints as well; without it only whether
        all of them are as they were.

    Returns
    -------
    InputVerdict

    Raises
    ------
    InputError
        If the result cannot be read.
    ConfigError
        If the matcher is another one than the result's.

    Examples
    --------
    >>> import peermatch as pm
    >>> people = [{"id": name, "team": team} for name, team in [("ann", "red"), ("bo", "blue"), ("cy", "red")]]
    >>> result = pm.PeerMatcher("id", [pm.different("team")]).match(people).to_dict(evidence=True)
    >>> reproduce(result, people).reproduced
    True
    >>> people[1]["team"] = "red"
    >>> verdict = reproduce(result, people[:2])
    >>> verdict.same, verdict.changed, verdict.erased
    (1, (((None, ('str', 'bo')), ('criterion different_team',)),), ((None, ('str', 'cy')),))
    """
    data = _data_of(result)
    settings = data["settings"]
    run = _Run(data, settings, people, others, role or settings.get("role"), org, history)
    notes: list[str] = []
    used = matcher if matcher is not None else matcher_of(settings, notes)
    if used is None:
        return _nothing(notes)
    _check_same(used, settings)
    try:
        everyone = everyone_of(used, run.request(None, None))
    except PeerMatchError as error:
        return _nothing([f"this input cannot be read as the run read it. {error}"])
    prints = _by_fingerprints(data, everyone, key, notes)
    if not data.get("evidence") or not data.get("fitted"):
        missing = "evidence" if not data.get("evidence") else "what criteria had learned"
        notes.append(f"the result holds no {missing}, so numbers could not be worked out anew")
        return _verdict(run, everyone, prints, None, notes)
    try:
        fitted = fitted_from_dict(data["fitted"], used.criteria)
        aside = _set_aside(data, everyone)
        ready = prepare(_lenient(used), run.request(fitted, aside))
        seen = _Seen.of(used, ready)
    except (InputError, ConfigError) as error:
        notes.append(f"the numbers could not be worked out anew from this input. {error}")
        return _verdict(run, everyone, prints, None, notes)
    except (AttributeError, TypeError, ValueError, LookupError) as error:
        message = (
            f"What criteria learned, in the result, cannot be used ({type(error).__name__}): it was changed."
        )
        raise InputError(message) from error
    found = _compared(data, seen, notes, run, matcher is not None)
    return _verdict(run, everyone, prints, found, notes)


@dataclass(frozen=True)
class _Run:
    """What is asked about, and how the table of people is to be read."""

    data: Mapping[str, Any]
    settings: Mapping[str, Any]
    people: Any
    others: Any
    role: str | None
    org: Any
    history: Any

    def request(self, fitted: Any, aside: Any) -> Request:
        """Return what the run was asked, as far as the result tells."""
        return Request(
            people=self.people,
            others=self.others,
            role=self.role,
            org=self.org,
            history=self.history,
            locks=None,
            fitted=fitted,
            round=self.data.get("round"),
            as_of=self.settings.get("as_of"),
            control=Control(),
            set_aside=aside,
        )


@dataclass(frozen=True)
class _Seen:
    """The input, encoded anew."""

    evidence: dict[str, Any]
    ready: Prepared
    places: Sequence[Any]

    @classmethod
    def of(cls, matcher: PeerMatcher, ready: Prepared) -> _Seen:
        rules = [one for one in ready.enforcement.rules if one.mask is not None]
        names = [None if one.rule.private else one.rule.name for one in rules]
        nobody = np.zeros(0, dtype=np.int64)
        asked = Asked("", "", None, ready.enforcement.required, nobody, nobody)
        return cls(
            evidence_of(ready.scores, names, asked, ([], [])), ready, capacity_of(matcher, ready.sides)
        )

    def ids(self) -> tuple[list[Any], list[Any]]:
        left = [key_of(id) for id in self.ready.sides.left.ids.tolist()]
        right = [key_of(id) for id in self.ready.sides.columns_side.ids.tolist()]
        return left, right


def _data_of(result: Any) -> Mapping[str, Any]:
    if isinstance(result, Mapping):
        return SavedResult(result).to_dict()
    if hasattr(result, "evidence"):
        given: Mapping[str, Any] = result.to_dict(evidence=True)
        return given
    return result.to_dict() if isinstance(result, SavedResult) else SavedResult.read(result).to_dict()


def _nothing(notes: Sequence[str]) -> InputVerdict:
    return InputVerdict(False, 0, (), (), (), (), tuple(notes), "nothing")


def matcher_of(settings: Mapping[str, Any], notes: list[str]) -> PeerMatcher | None:
    """Build the matcher again from what a result tells of it, without what is not told."""
    known = ("id", "label", "eligible", "sides", "same_person", "capacity", "mutual", "unknown")
    guarded = ("protected", "audit_only", "sensitive", "consent", "show")
    data: dict[str, Any] = {
        name: settings[name] for name in (*known, *guarded) if settings.get(name) is not None
    }
    for what in ("criteria", "rules"):
        data[what] = []
        for part in settings[what]:
            if part.get("kind") in ("private", "custom") or any(value in _LISTED for value in part.values()):
                kind = "rule" if what == "rules" else "criterion"
                reason = (
                    "is private" if part.get("kind") == "private" else "rests on what is not in the result"
                )
                notes.append(
                    f"the {kind} {part.get('name')!r} {reason}: give the configuration of the run to check it"
                )
            else:
                data[what].append({key: value for key, value in part.items() if value is not None})
    try:
        return PeerMatcher.from_dict({"schema": 1, **data})
    except PeerMatchError as error:
        notes.append(f"its configuration cannot be built again from the result, so give it. {error}")
        return None


def _check_same(matcher: PeerMatcher, settings: Mapping[str, Any]) -> None:
    """Refuse a configuration under which people would be read otherwise."""
    for name in ("id", "eligible", "sides"):
        theirs = settings.get(name)
        mine = getattr(matcher, name)
        if (None if mine is None else list(mine) if name == "sides" else mine) != theirs:
            raise ConfigError(
                f"This is not the configuration of the result: its {name} was {theirs!r}, this has {mine!r}."
            )


def _lenient(matcher: PeerMatcher) -> PeerMatcher:
    """Return the matcher with rules that take managers who are no longer there for none."""
    rules = [
        replace(rule, options={**rule.options, "min_found": 0.0}) if "min_found" in rule.options else rule
        for rule in matcher.rules
    ]
    return replace(matcher, rules=rules, group_floor=None)


def _set_aside(data: Mapping[str, Any], everyone: tuple[Cohort, Cohort | None]) -> Any:
    """Return who did not take part then for another reason than a column's, as far as they are still there."""
    here = [{key_of(id): id for id in ([] if cohort is None else cohort.ids.tolist())} for cohort in everyone]
    names = data["sides"]
    aside: dict[str, list[Any]] = {name: [] for name in names}
    for one in data["people"]:
        hand = names.index(one["side"]) if data["two_sided"] else 0
        out = one["status"] == "not taking part" and not str(one["reason"]).startswith(_BY_COLUMN)
        id = here[hand].get(_key(one["id"]))
        if out and id is not None:
            aside[names[hand]].append(id)
    if not any(aside.values()):
        return None
    return aside if data["two_sided"] else aside[names[0]]


def _key(id: Mapping[str, str]) -> tuple[str, Any]:
    return (id["type"], int(id["value"]) if id["type"] == "int" else id["value"])


def _people_of(data: Mapping[str, Any]) -> list[Person]:
    return [(one["side"] if data["two_sided"] else None, _key(one["id"])) for one in data["people"]]


def _by_fingerprints(
    data: Mapping[str, Any],
    everyone: tuple[Cohort, Cohort | None],
    key: bytes | None,
    notes: list[str],
) -> dict[Person, bool] | None:
    """Return of everybody who is in both whether their row has the same fingerprint; None where that is not known."""
    manifest = data["manifest"]
    cohorts = [cohort for cohort in everyone if cohort is not None]
    if not manifest.get("rows"):
        return None
    rows = [
        row_texts(cohort, names) for cohort, names in zip(cohorts, manifest["rows"]["columns"], strict=True)
    ]
    wanted = manifest["key"]["id"]
    made = key if key is not None else key_from_rows(rows)
    if key_id(made) != wanted:
        if key is not None:
            raise ConfigError(
                "This is not the key of the result: its fingerprints were made with another one."
            )
        return None
    then = dict(zip(_people_of(data), manifest["rows"]["fingerprints"], strict=True))
    names = data["sides"] if data["two_sided"] else [None]
    found = {}
    for side, cohort, texts in zip(names, cohorts, rows, strict=False):
        for id, mark in zip(cohort.ids.tolist(), row_fingerprints(texts, made), strict=True):
            person = (side, key_of(id))
            if person in then:
                found[person] = then[person] == mark
    return found


def _compared(
    data: Mapping[str, Any], seen: _Seen, notes: list[str], run: _Run, configured: bool
) -> Sameness:
    """Hold the evidence against the input as it is encoded now."""
    old, old_ids, new_ids = data["evidence"], ids_taking_part(data), seen.ids()
    found = compare_criteria(old, seen.evidence, old_ids, new_ids)
    inputs = data["manifest"]["inputs"]
    missing = [name for name in ("org", "history") if inputs.get(name) and getattr(run, name) is None]
    skip = {
        rule["name"]: f"the rule {rule['name']!r} reads {name}, which is not given here"
        for name in missing
        for rule in data["settings"]["rules"]
        if rule["kind"] == {"org": "not_in_line", "history": "no_repeat"}[name]
    }
    notes.extend(skip.values())
    if "history" in missing:
        for part in data["settings"]["criteria"]:
            if part["kind"] == "novelty":
                notes.append(f"the criterion {part['name']!r} reads history, which is not given here")
                found.forget(part["name"])
    compare_rules(found, old, seen.evidence, (old_ids, new_ids), skip, private=configured)
    found.places(old["problem"]["capacity"], seen.places, old_ids, new_ids)
    also = [name for name in ("locks", "preferences", "first", "previous", "fitted") if inputs.get(name)]
    notes.extend(f"the run was also given {name}, which are not looked at here" for name in also)
    return found


def _verdict(
    run: _Run,
    everyone: tuple[Cohort, Cohort | None],
    prints: dict[Person, bool] | None,
    found: Sameness | None,
    notes: list[str],
) -> InputVerdict:
    data = run.data
    names = data["sides"] if data["two_sided"] else [None]
    now = {
        (side, key_of(id))
        for side, cohort in zip(names, everyone, strict=False)
        if cohort is not None
        for id in cohort.ids.tolist()
    }
    then = _people_of(data)
    erased = tuple(person for person in then if person not in now)
    added = tuple(sorted(now - set(then), key=lambda person: (str(person[0]), str(person[1][1]))))
    what: dict[Person, list[str]] = {}
    if found is not None:
        for (hand, id), reasons in found.people.items():
            what.setdefault((names[hand], id), []).extend(reasons)
    for person, alike in (prints or {}).items():
        if not alike and person not in what:
            what[person] = (
                ["what was read of them, without effect on any number"]
                if found
                else ["what was read of them"]
            )
    changed = tuple((person, tuple(what[person])) for person in then if person in what and person in now)
    if found is None and prints is None:
        known = (
            "the key of its fingerprints is not given"
            if data["manifest"].get("rows")
            else "it has no fingerprints"
        )
        if not (erased or added):
            notes.append(
                f"whether rows are as they were cannot be said: {known}, or this table is another one"
            )
        return InputVerdict(False, 0, (), erased, added, (), tuple(notes), "nothing")
    differs = () if found is None else tuple(found.differs)
    same = len(then) - len(erased) - len(changed)
    return InputVerdict(
        reproduced=not (changed or erased or added or differs),
        same=same,
        changed=changed,
        erased=erased,
        added=added,
        differs=differs,
        not_checked=tuple(notes),
        by="evidence" if found is not None else "fingerprints",
    )
