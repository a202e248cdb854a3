"""Exports for an auditor: tables and data by ids, without what anybody wrote."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from peermatch.audit import audit_manifest
from peermatch.cohort.aside import is_missing
from peermatch.explain import Outcome, audit_reason, decider
from peermatch.report.audience import AUDITOR, TABLES
from peermatch.report.frames import NOT_TAKING_PART, UNMATCHED, Reasons

__all__ = ["AUDIT_SCHEMA", "audit_document", "audit_frames"]

AUDIT_SCHEMA = "peermatch/audit/1"

_LEFT_OUT = ("label", "capacity", "at_least")
"""What an auditor has not of a person in the exported data."""


def audit_frames(
    outcome: Outcome,
    frames: Mapping[str, pd.DataFrame],
    reasons: Reasons,
    settings: Mapping[str, Any],
    uses: pd.DataFrame,
) -> dict[str, pd.DataFrame]:
    """Return the tables that an auditor has: of each the columns that stand in `TABLES`, and no others.

    Parameters
    ----------
    outcome : Outcome
    frames : mapping
        The administrator's tables.
    reasons : from `reasons_of`
    settings : mapping
    uses : pandas.DataFrame
        From `uses_frame`.
    """
    whole = dict(frames)
    whole["people"] = _people(outcome, frames["people"], reasons)
    whole["unmatched"] = _unmatched(outcome, frames["unmatched"], reasons)
    whole["rules"] = _rules(outcome, frames["rules"], settings)
    whole["repairs"] = _repairs(frames["repairs"])
    whole["uses"] = uses
    return {name: _kept(outcome, name, frame) for name, frame in whole.items() if name in TABLES}


def _kept(outcome: Outcome, name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the columns that an auditor has of a table."""
    patterns = TABLES[name]
    if patterns is None:
        return frame
    allowed: list[str] = []
    for pattern in patterns:
        if pattern == "{sides}":
            allowed += outcome.sides.names
        elif pattern == "contribution_{criteria}":
            allowed += [f"contribution_{part.criterion.name}" for part in outcome.scores.criteria]
        else:
            allowed.append(pattern)
    return frame[[column for column in frame.columns if column in allowed]]


def _reasons(outcome: Outcome, reasons: Reasons) -> dict[tuple[str | None, Any], str]:
    """Return why each person without a partner has none, as an auditor reads it."""
    found = {}
    for hand in outcome.hands:
        ids = outcome.cohort(hand).ids.tolist()
        side = outcome.side_name(hand) if outcome.two_sided else None
        for position, out in reasons[hand].items():
            found[side, (type(ids[position]), ids[position])] = audit_reason(outcome, out)
    return found


def _people(outcome: Outcome, people: pd.DataFrame, reasons: Reasons) -> pd.DataFrame:
    """The answer of whoever does not take part is their own value, and so is how many partners somebody takes."""
    told = _reasons(outcome, reasons)
    cells: list[str | None] = []
    for row in people.to_dict("records"):
        if row["status"] == UNMATCHED:
            cells.append(told[row.get("side"), (type(row["id"]), row["id"])])
        else:
            cells.append(NOT_TAKING_PART if row["status"] == NOT_TAKING_PART else None)
    return people.assign(reason=pd.Series(cells, dtype=object))


def _unmatched(outcome: Outcome, unmatched: pd.DataFrame, reasons: Reasons) -> pd.DataFrame:
    told = _reasons(outcome, reasons)
    rows = unmatched.to_dict("records")
    cells = [told[row.get("side"), (type(row["id"]), row["id"])] for row in rows]
    return unmatched.assign(reason=pd.Series(cells, dtype=object))


def _rules(outcome: Outcome, rules: pd.DataFrame, settings: Mapping[str, Any]) -> pd.DataFrame:
    """Remarks on rules may hold what people wrote; who decided on each is told instead."""
    decided = [decider(enforced.rule, settings) for enforced in outcome.enforcement.rules]
    return rules.assign(decided_by=pd.Series(decided, dtype=object))


def _repairs(repairs: pd.DataFrame) -> pd.DataFrame:
    """How many repairs there were in each column; what was found is somebody's value."""
    names = ["side", "column"] if "side" in repairs.columns else ["column"]
    counts: dict[tuple[Any, ...], int] = {}
    for row in repairs.to_dict("records"):
        key = tuple(None if is_missing(row[name]) else row[name] for name in names)
        counts[key] = counts.get(key, 0) + 1
    ordered = sorted(counts, key=lambda key: tuple(str(part or "") for part in key))
    data = {name: pd.Series([key[at] for key in ordered], dtype=object) for at, name in enumerate(names)}
    return pd.DataFrame({**data, "repairs": pd.Series([counts[key] for key in ordered], dtype="int64")})


def audit_document(
    whole: Mapping[str, Any], frames: Mapping[str, pd.DataFrame], summary: str
) -> dict[str, Any]:
    """Return what an auditor has of a result, as plain data: ``{"schema": "peermatch/audit/1", ...}``.

    Parameters
    ----------
    whole : mapping
        From `peermatch.report.document`, of the auditor's tables.
    frames : mapping
        The auditor's tables.
    summary : str
    """
    stability = whole["stability"]
    told = ("promise", "cost", "cost_bound", "regret", "regret_bound", "blocking_at_least")
    return {
        "schema": AUDIT_SCHEMA,
        "audience": AUDITOR,
        **{name: whole[name] for name in ("round", "two_sided", "sides", "criteria", "settings")},
        "people": _with_reasons([_without(one, _LEFT_OUT) for one in whole["people"]], frames["people"]),
        "pairs": [_without(pair, ("rank_a", "rank_b")) for pair in whole["pairs"]],
        "unmatched": _with_reasons(whole["unmatched"], frames["unmatched"]),
        "rules": [_plain(row) for row in frames["rules"].to_dict("records")],
        "uses": [_plain(row) for row in frames["uses"].to_dict("records")],
        "repairs": [_plain(row) for row in frames["repairs"].to_dict("records")],
        "certificate": whole["certificate"],
        "stability": None if stability is None else {name: stability[name] for name in told},
        "odd": whole["odd"],
        **({"update": whole["update"]} if "update" in whole else {}),
        "summary": summary,
        "manifest": audit_manifest(whole["manifest"]),
    }


def _with_reasons(rows: list[dict[str, Any]], frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows with the reasons that an auditor reads."""
    return [{**row, "reason": reason} for row, reason in zip(rows, frame["reason"].tolist(), strict=True)]


def _without(row: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key not in names}


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(key): None if cell is None or cell != cell else cell for key, cell in row.items()}
