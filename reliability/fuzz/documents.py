"""Targets: configurations and results, written well and then changed, or never well."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import peermatch as pm
from peermatch import verify
from peermatch.problem import GRID
from peermatch.run.snapshot import Snapshot
from reliability.fuzz.draw import Draw
from reliability.fuzz.tables import folder

__all__ = ["check_whole", "configurations", "results", "saved", "toml"]

PEOPLE = [
    {
        "id": f"p{k}", "name": f"Person {k}", "years": k * 3 % 11, "team": "abc"[k % 3], "goals": ("grow",
        "lead; learn")[k % 2],
        "offers": ("law", "python; sql")[k % 2], "seeks": ("sql", "law")[k % 2],
        "boss": None if k < 2 else f"p{k // 2}",
        "in": "yes", "wishes": f"p{(k + 3) % 8}", "grade": ("L3", "L4", "L5")[k % 3], "zone": "UTC",
        "hours": "09:00-17:00",
    }
    for k in range(8)
]  # fmt: skip

CONFIG: dict[str, Any] = {
    "schema": 1, "id": "id", "label": "name", "eligible": "in", "mutual": "mean", "objective": "everyone_first",
    "unknown": "mean", "odd": "sit_out", "solver": "blossom", "floor": 0.1, "show": ["goals"],
    "decided_by": "the works council",
    "criteria": [
        {"kind": "near", "column": "years", "scale": 3, "weight": 2},
        {"kind": "same", "column": "team", "name": "team", "when": "in"},
        {"kind": "overlap", "column": "goals", "separator": ";", "vocabulary": ["grow", "lead", "learn"]},
        {"kind": "complement", "offers": "offers", "seeks": "seeks", "separator": ";"},
        {"kind": "above", "column": "grade", "ladder": ["L3", "L4", "L5"], "by": [1, 2]},
        {"kind": "different", "columns": ["team", "grade"], "sensitive": True},
        {"kind": "available", "zone": "zone", "hours": "hours", "wanted": 4},
        {"kind": "prefers", "column": "wishes"},
        {"kind": "novelty", "half_life": 2},
        {"kind": "ties", "table": [["p0", "p1"], ["p2", "p3"]]},
    ],
    "rules": [
        {"kind": "not_in_line", "manager": "boss", "min_found": 0.5},
        {"kind": "must_differ", "column": "hours", "name": "hours"},
        {"kind": "no_repeat", "rounds": 2},
        {"kind": "forbid", "pairs": [["p0", "p1"]]},
        {"kind": "veto", "table": [["p2", "p0"]]},
        {"kind": "no_twins", "columns": ["team", "grade"], "at_least": 0.9},
        {"kind": "at_least", "criterion": "near_years", "value": 0.01},
    ],
}  # fmt: skip

SIDED: dict[str, Any] = {
    "id": "id", "sides": ["mentee", "mentor"], "same_person": ["name"], "solver": {"name": "hungarian"},
    "mutual": "min",
    "capacity": {"mentor": {"at_least": 1, "at_most": "years", "or_none": True}}, "protected": ["team"],
    "audit_only": ["zone"],
    "group_floor": {"by": "team", "group": "a", "at_least": 0.1, "basis": "positive action"}, "reserve": ["p1"],
    "advisers": {"criteria": [{"kind": "near", "column": "years"}], "rules": [], "capacity": 4},
    "learned": {"rounds": ["r1"], "answers": 12},
    "criteria": [
        {"kind": "above", "left": "grade", "right": "grade", "by": [1, 3], "scale": 2},
        {"kind": "same", "column": "team", "basis": "positive action"},
    ],
    "rules": [{"kind": "must_match", "left": "hours", "right": "hours"}, {"kind": "require",
    "pairs": [["p0", "p1"]]}],
}  # fmt: skip

# A run must be short: these are all the seconds that a configuration of eight people may need.
LIMIT = 2.0


def _paths(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [at] if at else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in items:
        found += _paths(part, (*at, key))
    return found


def mutated(draw: Draw, document: Any) -> Any:
    """Return a document with up to four changes: values replaced, taken out, doubled, moved, keys renamed."""
    document = copy.deepcopy(document)
    for _ in range(draw.number(0, 4)):
        paths = _paths(document)
        if not paths:
            return draw.value()
        path = draw.choice(paths)
        holder = document
        for key in path[:-1]:
            holder = holder[key]
        last, how = path[-1], draw.byte() % 8
        if how <= 3:
            holder[last] = draw.value()
        elif how == 4:
            del holder[last]
        elif how == 5:
            other = document
            for key in draw.choice(paths):
                other = other[key]
            holder[last] = copy.deepcopy(other)
        elif isinstance(holder, list):
            holder.insert(last, copy.deepcopy(holder[last]) if how == 6 else draw.value())
        else:
            holder[draw.text() if how == 6 else str(last) + "s"] = (
                holder.pop(last) if draw.flag() else draw.value()
            )
    return document


def _matched(matcher: pm.PeerMatcher) -> str:
    """Use a matcher that could be built: what it says of itself comes back, and a run ends well or in words."""
    try:
        data = matcher.to_dict()
        again = pm.PeerMatcher.from_dict(json.loads(json.dumps(data)))
        assert again.to_dict() == data, "what to_dict wrote is read as something else"
    except (pm.ConfigError, TypeError):
        data = None
    repr(matcher)
    tables = (PEOPLE[:4], PEOPLE[4:]) if matcher.sides is not None else (PEOPLE,)
    call: dict[str, Any] = {"as_of": "2026-12-01", "round": "r2", "time_limit": LIMIT}
    if any(part.kind in ("no_repeat", "novelty") for part in (*matcher.rules, *matcher.criteria)):
        call["history"] = [{"round": "r1", "date": "2026-11-01", "a": "p0", "b": "p5"}]
    pairing = matcher.match(*tables, **call)
    people = pairing.people
    everybody = [row["id"] for table in tables for row in table]
    assert sorted(people["id"]) == sorted(everybody), "somebody is missing, or stands twice"
    assert pairing.certificate.verified or pairing.certificate.kind == "none", (
        "a certificate that was not verified"
    )
    text = pairing.to_json()
    assert json.loads(text) == pairing.to_dict()
    return "ok: matched"


def configurations(data: bytes) -> str:
    """A configuration as a dictionary, with a few changes."""
    draw = Draw(data)
    base = CONFIG if draw.byte() % 3 else SIDED
    base = copy.deepcopy(base)
    for key in ("criteria", "rules"):  # a few parts at a time: most must get as far as a run
        base[key] = [
            part for part in base[key] if draw.flag(3) or (key == "criteria" and part is base[key][0])
        ]
    for key in ("capacity", "group_floor", "reserve", "advisers", "learned", "floor", "solver", "eligible"):
        if key in base and not draw.flag(3):
            del base[key]
    if draw.flag(4):
        base["objective"] = draw.choice(["best_total", "worst_first", "leximin", "everyone_first"])
    if draw.flag(4):
        base["solver"] = draw.choice(
            [
                "greedy",
                "exhaustive",
                "roommates",
                "hungarian",
                "deferred",
                "transport",
                {"name": "blossom", "k": 2},
            ]
        )
    if draw.flag(4):
        base["odd"] = draw.choice(["trio", "reserve"])
    return _matched(pm.PeerMatcher.from_dict(mutated(draw, base)))


def toml(data: bytes) -> str:
    """A configuration file as it is."""
    path = folder() / "fuzzed.toml"
    path.write_bytes(data)
    return _matched(pm.PeerMatcher.from_toml(path))


# ---- results --------------------------------------------------------------------------------------------


@cache
def _made() -> dict[str, Any]:
    """Valid documents, made once."""
    matcher = pm.PeerMatcher("id", [pm.near("years"), pm.different("team")], label="name")
    sided = pm.PeerMatcher("id", [pm.near("years")], sides=("mentee", "mentor"), capacity={"mentor": 2})
    pairing = matcher.match(PEOPLE, round="r1")
    two = sided.match(PEOPLE[:5], PEOPLE[5:], round="r1")
    programme = pm.Programme(matcher)
    programme.record(pairing)
    draft = pm.Draft.of(matcher, pairing)
    first = pairing.pairs.iloc[0]
    draft.accept((first["a"], first["b"]), who="HR", why="they know each other")
    return {
        "matcher": matcher, "sided": sided, "pairing": pairing.to_dict(), "two": two.to_dict(),
        "programme": programme.to_dict(),
        "draft": draft.to_dict(), "before": pairing,
    }  # fmt: skip


def _written(draw: Draw, document: Any) -> Any:
    """Return it as the data that a file may hold, or as that file."""
    text = json.dumps(document, default=str)
    if draw.flag():
        return json.loads(text)
    path = folder() / "result.json"
    if draw.flag(8):
        at = draw.number(0, max(0, len(text) - 1))
        text = text[:at] + draw.text() + text[at + draw.number(0, 3) :]
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    return path


def results(data: bytes) -> str:
    """Results, drafts and programmes that somebody may have edited."""
    draw, made = Draw(data), _made()
    kinds: tuple[Callable[[Draw, dict[str, Any]], str], ...] = (
        _updated,
        _updated,
        _programme,
        _draft,
        _snapshot,
        _differ,
    )
    return draw.choice(kinds)(draw, made)


def check_whole(pairing: pm.Pairing, people: list[dict[str, Any]]) -> None:
    """Check that everybody is there, that the proof was checked, and that the JSON is the data."""
    assert sorted(pairing.people["id"]) == sorted(row["id"] for row in people)
    assert pairing.certificate.verified or pairing.certificate.kind == "none"
    assert json.loads(pairing.to_json()) == pairing.to_dict()


def _updated(draw: Draw, made: dict[str, Any]) -> str:
    two = draw.flag(3)
    document = _written(draw, mutated(draw, made["two" if two else "pairing"]))
    options = draw.choice([{}, {}, {"keep": "all"}, {"price": 0.1}, {"at_most": 1}])
    if two:
        pairing = made["sided"].update(PEOPLE[:5], document, others=PEOPLE[5:], **options)
    else:
        pairing = made["matcher"].update(PEOPLE, document, **options)
    check_whole(pairing, PEOPLE)
    pairing.changes  # noqa: B018
    return "ok: updated"


def _snapshot(draw: Draw, made: dict[str, Any]) -> str:
    found = Snapshot.of(
        _written(draw, mutated(draw, made[draw.choice(["pairing", "two", "draft"])])), "previous"
    )
    if found.people is not None:
        hands = found.hands
        assert all((hands[0], (type(a).__name__, a)) in found.people for a, _, _ in found.pairs)
    assert all(score is None or abs(score) * GRID >= 0 for *_, score in found.pairs)
    return "ok: snapshot"


def _programme(draw: Draw, made: dict[str, Any]) -> str:
    document = _written(draw, mutated(draw, made["programme"]))
    programme = pm.Programme.from_dict(document) if isinstance(document, dict) else (
        pm.Programme.load(document) if hasattr(document, "read_text") else pm.Programme.from_dict(document)
    )  # fmt: skip
    data = programme.to_dict()
    assert pm.Programme.from_dict(json.loads(json.dumps(data))).to_dict() == data
    repr(programme), programme.rounds, programme.sit_outs, programme.turns, programme.next_round
    programme.dossier("p1")
    pairing = programme.run(
        PEOPLE, round=None if draw.flag() else "next", as_of="2026-12-01", time_limit=LIMIT
    )
    check_whole(pairing, PEOPLE)
    return "ok: programme"


def _draft(draw: Draw, made: dict[str, Any]) -> str:
    document = _written(draw, mutated(draw, made["draft"]))
    read = pm.Draft.load if hasattr(document, "read_text") else pm.Draft.from_dict
    draft = read(document, made["matcher"], PEOPLE)
    assert draft.to_dict()["schema"] == "peermatch/draft/1"
    json.dumps(draft.to_dict())
    repr(draft), draft.pairs, draft.edits
    check_whole(draft.solve(), PEOPLE)
    return "ok: draft"


def _differ(draw: Draw, made: dict[str, Any]) -> str:
    found = pm.diff(_written(draw, mutated(draw, made["pairing"])), made["before"])
    repr(found)
    return "ok: diff"


def saved(data: bytes) -> str:
    """Saved results, with evidence or without, that somebody may have edited: loaded and verified, or refused.

    A result that was not changed holds; of a changed one the verdict may be either, but in words.
    """
    draw, made = Draw(data), _made()
    if not hasattr(pm.Pairing, "load") or not hasattr(verify, "verify_result"):
        return "nothing to load with"
    document = copy.deepcopy(_with_evidence()[draw.number(0, 2)])
    whole = json.dumps(document)
    document = json.loads(json.dumps(mutated(draw, document), default=str))
    if draw.flag():
        verdict = verify.verify_result(document)
        assert verdict.sentence, "a verdict without a word"
        assert verdict.holds == (not verdict.faults)
        assert verdict.holds or json.dumps(document) != whole, (
            f"not changed, and does not hold: {verdict.faults}"
        )
        return f"ok: {'holds' if verdict.holds else 'does not hold'}"
    path = _written_to(draw, document)
    loaded = pm.Pairing.load(path)
    repr(loaded), loaded.people, loaded.pairs, loaded.members, loaded.unmatched, loaded.rules, loaded.repairs
    repr(loaded.certificate), loaded.altered
    assert json.loads(loaded.to_json()) == loaded.to_dict()
    assert made
    return "ok: loaded"


def _written_to(draw: Draw, document: Any) -> Path:
    text = json.dumps(document)
    if draw.flag(4):
        at = draw.number(0, max(0, len(text) - 1))
        text = text[:at] + draw.text() + text[at + draw.number(0, 3) :]
    path = folder() / "saved.json"
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    return path


@cache
def _with_evidence() -> list[dict[str, Any]]:
    rules = [pm.must_differ("team"), pm.veto(table=[("p0", "p4")]), pm.no_twins(["team", "grade"])]
    criteria = [
        pm.near("years"),
        pm.overlap("goals", separator=";"),
        pm.complement("offers", "seeks", separator=";"),
    ]
    pool = pm.PeerMatcher("id", criteria, rules, label="name").match(PEOPLE[:7], round="r1")
    sided = pm.PeerMatcher("id", criteria[:1], rules[:1], sides=("mentee", "mentor"), capacity={"mentor": 2})
    two = sided.match(PEOPLE[:5], PEOPLE[5:])
    stable = pm.PeerMatcher("id", criteria, solver="roommates").match(PEOPLE)
    return [json.loads(json.dumps(one.to_dict(evidence=True))) for one in (pool, two, stable)]  # type: ignore[call-arg]
