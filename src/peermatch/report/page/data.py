"""What the page's script shows: pairs and trios with their reasons, guides and advisers, ready for JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from peermatch.explain import Outcome, PairExplanation, explain_pairs
from peermatch.explain.facts import SENSITIVE
from peermatch.explain.wording import column_words, listing, percent
from peermatch.problem import GRID
from peermatch.report.group_guide import group_sections
from peermatch.report.guide import FrameSection, guide_frame, guide_items
from peermatch.report.guide_texts import GuideTexts
from peermatch.report.page.advisers import AdvisersView
from peermatch.report.page.audiences import AUDITOR

__all__ = ["page_data"]


def page_data(
    outcome: Outcome,
    shown: frozenset[str],
    texts: GuideTexts,
    audience: str,
    *,
    advisers: AdvisersView | None = None,
    contact: str | None = None,
) -> dict[str, Any]:
    """Return what the page's script shows: pairs with their reasons, and the guide's texts.

    Parameters
    ----------
    outcome : Outcome
    shown : frozenset of str
        The columns that were declared fit to show: the guide has no others.
    texts : GuideTexts
    audience : {"administrator", "auditor"}
    advisers : AdvisersView, optional
    contact : str, optional
        Whom to turn to for saying no, as people read it.
    """
    advisers = advisers or AdvisersView()
    bare = audience == AUDITOR
    frame = guide_frame(texts, contact=contact)
    if bare:
        pairs = _bare_pairs(outcome)
    else:
        told = explain_pairs(outcome)
        pairs = [_told(outcome, index, found, shown, texts) for index, found in enumerate(told)]
    for pair in pairs:
        adviser = advisers.of.get(pair["id"])
        if adviser is not None:
            pair["adviser"] = adviser.id if bare else adviser.label
            pair["ask"] = "" if bare else texts.say("page", "adviser", adviser=adviser.label)
    return {
        "sides": [outcome.side_name(0), outcome.side_name(1)] if outcome.two_sided else ["one", "other"],
        "criteria": [column_words(compiled.criterion.name) for compiled in outcome.scores.criteria],
        "columns": ["weight", "known"] if bare else None,
        "advisers": bool(advisers.of),
        "help": _help(frame, texts, contact),
        "guide": _plain(frame),
        "guide_of_three": _plain(guide_frame(texts, contact=contact, group=True)),
        "pairs": pairs,
        "trios": _trios(outcome, pairs, shown, texts, advisers, bare=bare),
    }


def _plain(frame: Sequence[FrameSection]) -> list[dict[str, Any]]:
    return [
        {"title": part.title, "lines": part.lines, "none": part.none, "items": part.items} for part in frame
    ]


def _help(frame: Sequence[FrameSection], texts: GuideTexts, contact: str | None) -> list[int]:
    """Return where in the guide a pair's adviser is named: section and item."""
    named = guide_frame(texts, adviser="x", contact=contact)
    for at, (one, other) in enumerate(zip(frame, named, strict=True)):
        for item, (without, within) in enumerate(zip(one.items, other.items, strict=True)):
            if without != within:
                return [at, item]
    raise AssertionError("the guide names an adviser nowhere")


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


def _told(
    outcome: Outcome, index: int, found: PairExplanation, shown: frozenset[str], texts: GuideTexts
) -> dict[str, Any]:
    names = {"a": found.label, "b": found.partner_label}
    facts = [
        (
            k,
            fact.mine.text,
            fact.theirs.text,
            fact.contribution / GRID,
            fact.known not in ("no", "nothing sought"),
        )
        for k, fact in enumerate(found.facts)
    ]
    return {
        **_head(outcome, index),
        "facts": facts,
        "text": found.text,
        "guide": guide_items(found.facts, shown, texts, names),
    }


def _bare_pairs(outcome: Outcome) -> list[dict[str, Any]]:
    """Pairs by their ids, with each criterion's weight and what it adds, and nothing that anybody wrote."""
    columns = [
        (*_weights_and_known(outcome, k), outcome.details.contributions[k].tolist())
        for k in range(len(outcome.scores.criteria))
    ]
    rows = []
    for index in range(len(outcome.pairs)):
        head = _head(outcome, index)
        facts = [
            (k, weights[index], known[index], adds[index] / GRID, True)
            for k, (weights, known, adds) in enumerate(columns)
        ]
        rows.append({**head, "a": head["ia"], "b": head["ib"], "facts": facts, "text": "", "guide": None})
    return rows


def _weights_and_known(outcome: Outcome, k: int) -> tuple[list[str], list[str]]:
    """Return a criterion's weight in each pair, the mean of both sides', and how much of it was known."""
    u, v = outcome.pairs[:, 0], outcome.pairs[:, 1]
    shares = np.stack([outcome.scores.left_shares[k, u], outcome.scores.right_shares[k, v]])
    weights = [percent(share) for share in (shares.mean(axis=0) / GRID).tolist()]
    if outcome.scores.criteria[k].criterion.sensitive:
        return weights, [SENSITIVE] * len(u)
    seen = ~np.isnan(np.stack([outcome.details.left_similarity[k], outcome.details.right_similarity[k]]))
    asked, found = (shares > 0).sum(axis=0), ((shares > 0) & seen).sum(axis=0)
    words = [
        "not counted" if not of else "yes" if known == of else "partly" if known else "no"
        for of, known in zip(asked.tolist(), found.tolist(), strict=True)
    ]
    return weights, words


def _trios(
    outcome: Outcome,
    pairs: list[dict[str, Any]],
    shown: frozenset[str],
    texts: GuideTexts,
    advisers: AdvisersView,
    *,
    bare: bool,
) -> list[dict[str, Any]]:
    """Each trio as one group of three, with the places of its three pairs; its score is the mean of theirs."""
    places: dict[str, list[int]] = {}
    for index, group in enumerate(outcome.group_ids):
        places.setdefault(group, []).append(index)
    rows = []
    for trio, id in zip(outcome.trios.tolist(), outcome.trio_ids, strict=True):
        indices = places[id]
        ids = [str(outcome.cohort(0).ids[person]) for person in sorted(trio)]
        names = ids if bare else [outcome.label(0, person) for person in sorted(trio)]
        row: dict[str, Any] = {
            "id": id,
            "a": names[0],
            "b": listing(names[1:]),
            "ia": ids[0],
            "ib": " ".join(ids[1:]),
            "score": sum(int(outcome.details.scores[index]) for index in indices) / (len(indices) * GRID),
            "known": round(float(outcome.details.coverage[indices].mean()), 4),
            "pairs": indices,
            "guide": None if bare else group_sections(outcome, trio, shown, texts),
        }
        named = list(dict.fromkeys(pairs[index]["adviser"] for index in indices if "adviser" in pairs[index]))
        if named:
            row["adviser"] = listing(named)
            row["ask"] = "" if bare else texts.say("group", "adviser", adviser=listing(named))
        rows.append(row)
    return rows
