"""How well groups are paired, ready for the page: the table of `Pairing.quality`, with what it hides hidden."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from peermatch.cohort.aside import is_missing
from peermatch.errors import ConfigError
from peermatch.explain import Outcome
from peermatch.explain.wording import listing, percent
from peermatch.report.quality import (
    EVERYONE,
    HIDE_BELOW,
    GroupQuality,
    group_quality,
    without_small_names,
)

__all__ = ["group_sections", "guarded_columns"]

_COLUMNS = (
    ("mean", "mean"),
    ("people", "people"),
    ("taking_part", "taking part"),
    ("paired", "with a partner"),
    ("coverage", "share with a partner"),
    ("median", "median"),
    ("lowest", "lowest"),
)
_BAR = 100


def guarded_columns(outcome: Outcome, settings: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Return the columns that a matcher declares protected or audit-only, as far as their groups can be told.

    Two columns of which the one divides the other's groups would give away what either hides: of them the first one
    is told.

    Parameters
    ----------
    outcome : Outcome
    settings : mapping

    Returns
    -------
    told, left_out : lists of str
    """
    declared = dict.fromkeys([*(settings.get("protected") or ()), *(settings.get("audit_only") or ())])
    there = [
        name
        for name in declared
        if any(cohort is not None and cohort.has(name) for cohort in outcome.everyone)
    ]
    told: list[str] = []
    for name in there:
        try:
            group_quality(outcome, [*told, name])
        except ConfigError:
            continue
        told.append(name)
    return told, [name for name in there if name not in told]


def group_sections(
    outcome: Outcome,
    settings: Mapping[str, Any],
    by: str | Sequence[str] | None,
    hide_below: int = HIDE_BELOW,
    *,
    small_names: bool = True,
) -> list[dict[str, Any]]:
    """Return a table for each column, ready for the template.

    Parameters
    ----------
    outcome : Outcome
    settings : mapping
    by : str, sequence of str, or None
        None: the columns that the matcher declares protected or audit-only. An empty list: none.
    hide_below : int
    small_names : bool
        Whether groups of few people are named; for an auditor they are not.

    Raises
    ------
    InputError, ConfigError
        As `Pairing.quality`, for columns that were asked for.
    """
    if by is None:
        columns, left_out = guarded_columns(outcome, settings)
    else:
        columns, left_out = ([by] if isinstance(by, str) else list(by)), []
    if not columns:
        return []
    quality = group_quality(outcome, columns, hide_below)
    if not small_names:
        quality = without_small_names(quality)
    sections = [_section(quality, column) for column in columns]
    sections[-1]["note"] = quality.notes
    if left_out:
        sections[-1]["note"] += (
            f" Not told: {listing(left_out)}, of which some groups are together the same people as groups above, so "
            "that hidden cells could be had by subtraction."
        )
    return sections


def _section(quality: GroupQuality, column: str) -> dict[str, Any]:
    table = quality.folded
    rows = table[table["column"] == column].to_dict("records")
    sides = "side" in table.columns
    return {
        "title": f"By {column.replace('_', ' ')}",
        "columns": [*(["side"] if sides else []), *(name for _, name in _COLUMNS)],
        "sides": sides,
        "rows": [_row(row, sides) for row in rows],
        "note": "",
    }


def _row(row: Mapping[Any, Any], sides: bool) -> dict[str, Any]:
    mean = row["mean"]
    shown = not is_missing(mean)
    return {
        "group": str(row["group"]),
        "whole": row["group"] == EVERYONE,
        "cells": [*([str(row["side"])] if sides else []), *(_cell(row, key) for key, _ in _COLUMNS)],
        "bar": round(_BAR * float(mean)) if shown else None,
    }


def _cell(row: Mapping[Any, Any], key: str) -> str:
    value = row[key]
    if is_missing(value):
        return "hidden" if key in str(row["hidden"]).split(", ") else "–"
    if key == "coverage":
        return percent(float(value))
    return f"{value:.3f}" if isinstance(value, float) else f"{int(value):,}"
