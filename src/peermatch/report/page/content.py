"""What the report says, for whom: the administrator sees reasons, the auditor what was used and what it did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from peermatch.cohort.aside import is_missing
from peermatch.explain import Outcome, rule_name, stability_view
from peermatch.explain.wording import column_words, counted, percent, score_text
from peermatch.problem import GRID
from peermatch.report.audit_summary import what_is_claimed
from peermatch.report.certificate import CertificateView
from peermatch.report.page.audiences import AUDITOR, GROUPS_NOTE, NOTES, PRINT_LABELS
from peermatch.report.summary import headline

__all__ = ["Groups", "page_context"]

_BIN, _TOP, _FLOOR = 58, 30, 190

Groups = Sequence[Mapping[str, Any]]


_MANIFEST = ("peermatch", "round", "as_of", "solver", "objective", "mutual", "unknown")
"""Of the settings: what made the result, beside what was asked for."""


def page_context(
    outcome: Outcome,
    certificate: CertificateView,
    settings: Mapping[str, Any],
    frames: Mapping[str, pd.DataFrame],
    audience: str,
    *,
    groups: Groups = (),
    notes: Sequence[tuple[str, str]] = (),
    advisers: Mapping[str, Any] | None = None,
    used: pd.DataFrame | None = None,
    runner_up: str = "",
    manifest: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return what the template shows.

    Parameters
    ----------
    outcome : Outcome
    certificate : CertificateView
    settings : mapping
    frames : mapping
        The tables "people" and "rules".
    audience : {"administrator", "auditor"}
    groups : sequence of mapping
        From `group_sections`.
    notes : sequence of (title, text)
        More about the result as a whole: who was left over, what an update changed.
    advisers : mapping, optional
        From `AdvisersView.section`.
    used : pandas.DataFrame, optional
        What was used for what, and by whose choice: shown as it is.
    runner_up : str
        How far the next best answer is, in a sentence.
    manifest : mapping, optional
        What else is known about how the result came about: names and plain values.
    """
    people = frames["people"]
    sections = [
        ("overview", "How good"),
        ("proof", "Proof"),
        ("pairs", "Pairs"),
        ("without", "Without a partner"),
    ]
    sections += [("advisers", "Advisers")] if advisers else []
    sections += [("groups", "Groups")] if groups else []
    table = _table(used)
    sections += [("used", "What was used")] if table else []
    sections += [("rules", "Rules"), ("settings", "Settings")]
    when = "" if outcome.round is None else f", round {outcome.round}"
    return {
        "title": f"Pairs for peer mentoring{when}",
        "headline": headline(outcome),
        "audience_note": NOTES[audience] + (GROUPS_NOTE if groups and audience == AUDITOR else ""),
        "print_label": PRINT_LABELS[audience],
        "contents": sections,
        "notes": [{"title": title, "text": text} for title, text in notes if text],
        "histogram": _histogram(outcome),
        "made_of": _made_of(outcome, audience),
        "proof": {**_proof(outcome, certificate, audience), "runner_up": runner_up},
        "unmatched": _rows(people, "unmatched", audience),
        "away": _rows(people, "not taking part", audience),
        "two_sided": outcome.two_sided,
        "trios": len(outcome.trios),
        "advisers": advisers,
        "groups": groups,
        "used": table,
        "rules": _rules(outcome, frames["rules"]),
        "manifest": _manifest(certificate, settings, manifest or {}),
        "settings": _settings(settings),
    }


def _table(frame: pd.DataFrame | None) -> dict[str, Any] | None:
    """Return a table as text, whatever its columns are."""
    if frame is None or not len(frame.columns):
        return None
    rows = [
        ["" if is_missing(cell) else _plain(cell) for cell in row]
        for row in frame.itertuples(index=False, name=None)
    ]
    return {"columns": [str(name).replace("_", " ") for name in frame.columns], "rows": rows}


def _manifest(
    certificate: CertificateView, settings: Mapping[str, Any], more: Mapping[str, Any]
) -> list[dict[str, str]]:
    known = {name: settings.get(name) for name in _MANIFEST}
    checked = {
        "status": certificate.status,
        "checked": "by code that shares nothing with the solver" if certificate.verified else "no",
        "pairs looked at": f"{certificate.pairs_covered:,}",
    }
    words = {"peermatch": "version of peermatch", "as_of": "as of"}
    return [
        {"name": words.get(name, name.replace("_", " ")), "value": _plain(value)}
        for name, value in {**known, **checked, **more}.items()
        if value is not None
    ]


# ---- parts ----------------------------------------------------------------------------------------------


def _histogram(outcome: Outcome) -> dict[str, Any]:
    scores = outcome.details.scores / GRID
    if not len(scores):
        return {"bars": [], "words": "", "alt": ""}
    counts = np.bincount(np.minimum((scores * 10).astype(np.int64), 9), minlength=10).tolist()
    most = max(counts)
    bars = []
    for at, count in enumerate(counts):
        height = max(1 if count else 0, round((_FLOOR - _TOP) * count / most))
        x = 40 + _BIN * at
        bars.append(
            {
                "x": x,
                "y": _FLOOR - height,
                "width": _BIN - 4,
                "height": height,
                "middle": x + _BIN // 2 - 2,
                "count": f"{count:,}" if count else "",
                "start": f"{at / 10:.1f}",
            }
        )
    low, middle, high = (
        score_text(int(np.quantile(outcome.details.scores, q, method="lower"))) for q in (0, 0.5, 1)
    )
    known = percent(float(outcome.details.coverage.mean()))
    told = ", ".join(f"{count:,} from {at / 10:.1f}" for at, count in enumerate(counts) if count)
    return {
        "bars": bars,
        "words": f"Scores go from 0 to 1. The weakest pair has {low}, the best {high}, the one in the middle {middle}. "
        f"{known} of what counts was known, on average.",
        "alt": f"Pairs by tenths of score: {told}.",
    }


def _made_of(outcome: Outcome, audience: str) -> list[dict[str, str]]:
    """What each criterion adds on average; for the administrator sensitive ones stand together, unnamed."""
    if not len(outcome.pairs):
        return []
    means = outcome.details.contributions.mean(axis=1) / GRID
    weights = (
        np.concatenate([outcome.scores.left_shares, outcome.scores.right_shares], axis=1).mean(axis=1) / GRID
    )
    rows, hidden = [], [0.0, 0.0, 0]
    for compiled, mean, weight in zip(outcome.scores.criteria, means.tolist(), weights.tolist(), strict=True):
        if compiled.criterion.sensitive and audience != AUDITOR:
            hidden = [hidden[0] + mean, hidden[1] + weight, 1]
            continue
        rows.append(_made_row(column_words(compiled.criterion.name), mean, weight))
    return rows + ([_made_row("what is sensitive", hidden[0], hidden[1])] if hidden[2] else [])


def _made_row(name: str, mean: float, weight: float) -> dict[str, str]:
    return {"name": name, "adds": f"{mean:.3f}", "weight": percent(weight)}


def _proof(outcome: Outcome, certificate: CertificateView, audience: str) -> dict[str, str]:
    view = stability_view(outcome)
    return {
        "claim": what_is_claimed(outcome, certificate) if audience == AUDITOR else "",
        "sentence": certificate.sentence,
        "stability": "" if view is None else view.text,
        "facts": f"Solver {outcome.matching.solver}; status {certificate.status}; "
        f"{'checked by code that shares nothing with the solver' if certificate.verified else 'not checked'}; "
        f"{counted(certificate.pairs_covered, 'pair')} looked at.",
    }


def _rows(people: pd.DataFrame, status: str, audience: str) -> list[dict[str, str]]:
    chosen = people[(people["status"] == status).to_numpy(dtype=bool)]
    name = "label" if "label" in people.columns and audience != AUDITOR else "id"
    return [
        {
            "who": str(row[name]),
            "side": str(row.get("side", "")),
            "reason": str(row["reason"]),
        }
        for row in chosen.to_dict("records")
    ]


def _rules(outcome: Outcome, rules: pd.DataFrame) -> list[dict[str, str]]:
    names = [column_words(rule_name(outcome, enforced)) for enforced in outcome.enforcement.rules]
    return [
        {
            "name": name,
            "removed": "demands pairs" if row["kind"] == "require" else f"{int(row['pairs_removed']):,}",
            "note": str(row.get("note") or ""),
        }
        for name, row in zip(names, rules.to_dict("records"), strict=True)
    ]


def _settings(settings: Mapping[str, Any]) -> list[dict[str, str]]:
    rows = []
    for name, value in settings.items():
        if name in _MANIFEST:
            continue
        if name in ("criteria", "rules"):
            rows += [
                {
                    "name": f"{name[:-1] if name == 'rules' else 'criterion'} {part.get('name', '')}",
                    "value": _plain(part),
                }
                for part in value
            ]
        elif value is not None:
            rows.append({"name": name.replace("_", " "), "value": _plain(value)})
    return rows


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return "; ".join(
            f"{key}: {_plain(part)}" for key, part in value.items() if key != "name" and part is not None
        )
    if isinstance(value, list | tuple):
        return ", ".join(map(_plain, value))
    return str(value)
