"""What the report says, for whom: the administrator sees reasons, the auditor what was used and what it did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from peermatch.explain import Outcome, PairExplanation, explain_pairs, rule_name, stability_view
from peermatch.explain.wording import column_words, counted, percent, score_text
from peermatch.problem import GRID
from peermatch.report.certificate import CertificateView
from peermatch.report.guide import guide_frame, guide_items
from peermatch.report.guide_texts import GuideTexts
from peermatch.report.summary import headline

__all__ = ["ADMINISTRATOR", "AUDITOR", "Groups", "page_context", "page_data"]

ADMINISTRATOR, AUDITOR = "administrator", "auditor"
_NOTES = {
    ADMINISTRATOR: "For the administrator of the programme. This page shows what people wrote in their profiles: hand "
    "nothing on but the guide of a pair, to the two whom it is about.",
    AUDITOR: "For the auditor. This page says what was used, by which weights, and what is proved. It shows no values "
    "from anybody's profile.",
}
_BIN, _TOP, _FLOOR = 58, 30, 190

Groups = Sequence[Mapping[str, Any]]


def page_context(
    outcome: Outcome,
    certificate: CertificateView,
    settings: Mapping[str, Any],
    frames: Mapping[str, pd.DataFrame],
    audience: str,
    groups: Groups = (),
) -> dict[str, Any]:
    """Return what the template shows.

    Parameters
    ----------
    outcome : Outcome
    certificate : CertificateView
    settings : mapping
    frames : mapping
        The tables "people", "rules" and "repairs".
    audience : {"administrator", "auditor"}
    groups : sequence of mapping
        For each table of groups: title, columns, rows of text, note.
    """
    people = frames["people"]
    sections = [
        ("overview", "How good"),
        ("proof", "Proof"),
        ("pairs", "Pairs"),
        ("without", "Without a partner"),
    ]
    sections += [("groups", "Groups")] if groups else []
    sections += [("rules", "Rules"), ("settings", "Settings")]
    when = "" if outcome.round is None else f", round {outcome.round}"
    return {
        "title": f"Pairs for peer mentoring{when}",
        "headline": headline(outcome),
        "audience_note": _NOTES[audience],
        "contents": sections,
        "histogram": _histogram(outcome),
        "made_of": _made_of(outcome, audience),
        "proof": _proof(outcome, certificate),
        "unmatched": _rows(people, "unmatched", audience),
        "away": _rows(people, "not taking part", audience),
        "two_sided": outcome.two_sided,
        "groups": groups,
        "rules": _rules(outcome, frames["rules"]),
        "settings": _settings(settings),
    }


def page_data(outcome: Outcome, shown: frozenset[str], texts: GuideTexts, audience: str) -> dict[str, Any]:
    """Return what the page's script shows: pairs with their reasons, and the guide's texts.

    Parameters
    ----------
    outcome : Outcome
    shown : frozenset of str
        The columns that were declared fit to show: the guide has no others.
    texts : GuideTexts
    audience : {"administrator", "auditor"}
    """
    frame = guide_frame(texts)
    names = [column_words(compiled.criterion.name) for compiled in outcome.scores.criteria]
    if audience == AUDITOR:
        pairs = _bare_pairs(outcome)
    else:
        pairs = [
            _told(outcome, index, found, shown, texts) for index, found in enumerate(explain_pairs(outcome))
        ]
    return {
        "sides": [outcome.side_name(0), outcome.side_name(1)] if outcome.two_sided else ["one", "other"],
        "criteria": names,
        "guide": [
            {"title": part.title, "lines": part.lines, "none": part.none, "items": part.items}
            for part in frame
        ],
        "pairs": pairs,
    }


def _told(
    outcome: Outcome, index: int, found: PairExplanation, shown: frozenset[str], texts: GuideTexts
) -> dict[str, Any]:
    names = {"a": found.label, "b": found.partner_label}
    facts = [
        (k, *_sides(fact), fact.contribution / GRID, fact.known != "no") for k, fact in enumerate(found.facts)
    ]
    return {
        **_head(outcome, index),
        "facts": facts,
        "text": found.text,
        "guide": guide_items(found.facts, shown, texts, names),
    }


def _sides(fact: Any) -> tuple[str, str]:
    return fact.mine.text, fact.theirs.text


def _head(outcome: Outcome, index: int) -> dict[str, Any]:
    u, v = outcome.pairs[index].tolist()
    return {
        "id": outcome.pair_ids[index],
        "a": outcome.label(0, u),
        "b": outcome.label(1, v),
        "ia": str(outcome.cohort(0).ids[u]),
        "ib": str(outcome.cohort(1).ids[v]),
        "score": int(outcome.details.scores[index]) / GRID,
        "known": round(float(outcome.details.coverage[index]), 4),
    }


def _bare_pairs(outcome: Outcome) -> list[dict[str, Any]]:
    """Pairs by their ids, with what each criterion adds and nothing that anybody wrote."""
    rows = []
    for index in range(len(outcome.pairs)):
        head = _head(outcome, index)
        facts = [
            (k, "", "", int(outcome.details.contributions[k, index]) / GRID, True)
            for k in range(len(outcome.scores.criteria))
        ]
        rows.append({**head, "a": head["ia"], "b": head["ib"], "facts": facts, "text": "", "guide": None})
    return rows


# ---- parts ----------------------------------------------------------------------------------------------


def _histogram(outcome: Outcome) -> dict[str, Any]:
    scores = outcome.details.scores / GRID
    if not len(scores):
        return {"bars": [], "words": "", "alt": ""}
    counts = np.bincount(np.minimum((scores * 10).astype(np.int64), 9), minlength=10).tolist()
    most = max(counts)
    bars = []
    for at, count in enumerate(counts):
        height = round((_FLOOR - _TOP) * count / most)
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


def _proof(outcome: Outcome, certificate: CertificateView) -> dict[str, str]:
    view = stability_view(outcome)
    return {
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
