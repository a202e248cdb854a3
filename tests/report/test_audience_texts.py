"""What each audience reads, word for word: see golden/README.md for how to renew the texts."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

import peermatch as pm

GOLDEN = Path(__file__).parent / "golden"
PEOPLE = ["id", "name", "goals", "teach", "learn", "years", "faith", "team", "joins", "mail"]
ROWS = [
    (1, "Ada", "Speaking; Writing", "SQL", "Go", 2, "a", "x", "yes", "a@example.org"),
    (2, "Bo", "Speaking", "Go", "SQL", 3, "a", "y", "yes", "b@example.org"),
    (3, "Cy", "Painting", "Chess", "SQL; Go", 9, "b", "x", "yes", "c@example.org"),
    (4, "Di", "Painting; Speaking", "SQL", "Chess", 8, "b", "y", "yes", "d@example.org"),
    (5, "El", "Writing", "Go", "Chess", 5, "c", "z", "yes", "e@example.org"),
    (6, "Fay", "Writing", "Rust", "Go", 6, "c", "z", "no", "f@example.org"),
    (7, "Gus", "Writing; Painting", "Rust", "Go", 4, "c", "x", "yes", "g@example.org"),
]


@cache
def result() -> Any:
    """A synthetic programme: seven people, one of whom does not take part; a private rule, a sensitive criterion."""
    matcher = pm.PeerMatcher(
        "id",
        [
            pm.complement("teach", "learn", name="help", weight=4),
            pm.overlap("goals", name="goals", weight=2, decided_by="the works council, 3 May"),
            pm.near("years", scale=3, name="years"),
            pm.same("faith", name="belief", sensitive=True, weight=0.5, basis="everybody agreed, 4 May"),
        ],
        [
            pm.must_differ("team", name="other_team"),
            pm.veto(table=[(5, 7), (1, 3), (5, 1), (5, 2), (4, 5)], decided_by="the people themselves"),
            pm.forbid([(3, 5)], name="never"),
        ],
        label="name",
        eligible="joins",
        show=["goals", "teach", "learn"],
        protected=["faith"],
        decided_by="HR and the programme's board",
    )
    return matcher.match([dict(zip(PEOPLE, row, strict=True)) for row in ROWS], round="2026-12")


def exported(audience: str) -> str:
    """Names of the files, and the head of each."""
    with TemporaryDirectory() as folder:
        paths = result().to_csv(folder, audience=audience)
        parts = []
        for path in paths:
            head = "" if path.suffix != ".csv" else "\n".join(path.read_text().split("\n")[:2])
            parts.append(f"== {path.name}\n{head}".rstrip())
    return "\n".join(parts)


def told(thing: str, audience: str) -> str:
    """Return what an audience reads of one thing."""
    found, to = result(), {"audience": audience}
    answers = {
        "explain": lambda: found.explain(1, **to),
        "explain-without-partner": lambda: found.explain(5, **to),
        "explain-away": lambda: found.explain(6, **to),
        "explain-table": lambda: found.explain(1, **to).table.to_string(index=False),
        "alternatives": lambda: found.alternatives(1, 4, **to),
        "why-not": lambda: found.why_not(1, 4, **to),
        "why-not-private": lambda: found.why_not(5, 7, **to),
        "why-unmatched": lambda: found.why_unmatched(5, **to),
        "summary": lambda: found.summary(**to),
        "uses": lambda: found.uses(**to).to_string(index=False),
        "data-protection": lambda: found.data_protection(**to).markdown,
        "people": lambda: found.table("people", **to).to_string(index=False),
        "rules": lambda: found.table("rules", **to).to_string(index=False),
        "guide": lambda: found.meeting_guide(1, 2, contact="the programme's office", **to).markdown,
        "notices": lambda: found.notices(contact="the programme's office").to_csv(index=False),
        "files": lambda: exported(audience),
    }
    try:
        return str(answers[thing]()).rstrip() + "\n"
    except pm.ConfigError as error:
        return f"Refused: {error}\n"


THINGS = (
    "explain",
    "explain-without-partner",
    "explain-away",
    "explain-table",
    "alternatives",
    "why-not",
    "why-not-private",
    "why-unmatched",
    "summary",
    "uses",
    "data-protection",
    "people",
    "rules",
    "guide",
    "files",
)
CASES = [(audience, thing) for audience in ("participant", "administrator", "auditor") for thing in THINGS]
CASES.append(("participant", "notices"))


@pytest.mark.parametrize(("audience", "thing"), CASES)
def test_what_each_audience_reads(audience, thing):
    path = GOLDEN / f"{audience}-{thing}.txt"
    text = told(thing, audience)
    if os.environ.get("RENEW_GOLDEN"):
        path.write_text(text, encoding="utf-8")
        pytest.skip("written anew: look at the difference, then run again")
    assert text == path.read_text(encoding="utf-8")


def test_there_is_no_text_too_many():
    names = {f"{audience}-{thing}.txt" for audience, thing in CASES}
    assert {path.name for path in GOLDEN.glob("*.txt")} == names
