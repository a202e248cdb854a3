"""The auditor's page: what was asked and by whom, what is proved, what was used, and what each rule removed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from peermatch.explain import NOT_RECORDED, NOT_USED, Outcome, decider
from peermatch.explain.wording import counted, listing, percent, text_table, wrapped
from peermatch.report.certificate import CertificateView
from peermatch.report.odd import OddView
from peermatch.report.summary import headline

__all__ = ["audit_summary", "what_is_claimed"]

_OBJECTIVES = {
    "everyone_first": "as many pairs as possible, then the greatest total score",
    "best_total": "the greatest total score",
    "worst_first": "as many pairs as possible, then the best worst pair, then the greatest total score",
    "leximin": "as many pairs as possible, then the best worst pair, then the best second-worst, and so on",
}
_MUTUAL = {
    "geometric": "the geometric mean of how each of the two sees the other",
    "harmonic": "the harmonic mean of how each of the two sees the other",
    "mean": "the mean of how each of the two sees the other",
    "min": "how the one who sees less in the other sees the pair",
}


def audit_summary(
    outcome: Outcome,
    certificate: CertificateView,
    settings: Mapping[str, Any],
    frames: Mapping[str, pd.DataFrame],
    second_best: str,
    *,
    odd: OddView | None = None,
) -> str:
    """Return the page: no names, and nobody's values.

    Parameters
    ----------
    outcome : Outcome
        By ids.
    certificate : CertificateView
    settings : mapping
    frames : mapping
        The auditor's tables "people", "rules", "uses" and "repairs".
    second_best : str
        How far ahead of the second best this set of pairs is, in words.
    odd : OddView, optional
    """
    title = f"For the auditor: {headline(outcome)}"
    title += "" if outcome.round is None else f" · round {outcome.round}"
    parts = [
        title + "\n" + "=" * len(title),
        _asked(outcome, settings),
        _proof(outcome, certificate, odd),
        "The second-best set of pairs\n" + wrapped(second_best, indent="  "),
        _weights(outcome, settings),
        _rules(frames["rules"]),
        _columns(frames["uses"]),
        _bases(frames["uses"]),
        _people(frames["people"]),
        _repairs(frames["repairs"]),
        _checked(outcome, certificate),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _asked(outcome: Outcome, settings: Mapping[str, Any]) -> str:
    decided = str(settings.get("decided_by") or NOT_RECORDED)
    sentences = [f"Who decided on the whole: {decided}."]
    if outcome.asks_for_stability:
        sentences.append("Asked for: pairs of which no two people would both rather leave for each other.")
    else:
        sentences.append(f"Asked for: {_OBJECTIVES.get(outcome.objective, outcome.objective)}.")
    mutual = str(settings.get("mutual", ""))
    sentences.append(f"A pair's score: {_MUTUAL.get(mutual, mutual)}.")
    if settings.get("floor") is not None:
        sentences.append(f"No pair scores below {settings['floor']:g}.")
    floor = settings.get("group_floor")
    if floor is not None:
        sentences.append(f"One group, told apart by the column {floor['by']!r}, has a floor for its mean.")
    learned = settings.get("learned")
    if learned is not None:
        rounds = learned.get("rounds")
        of = "" if rounds is None else f" of {counted(int(rounds), 'round')}"
        sentences.append(f"The weights were learned from outcomes{of}.")
    return "What was asked, and who decided\n" + "\n".join(wrapped(one, indent="  ") for one in sentences)


def what_is_claimed(outcome: Outcome, certificate: CertificateView) -> str:
    """Return in words what the result is the best by, and that nothing more is claimed."""
    return (
        "Optimal for these weights and these rules: no other set of pairs is better by them. Other weights, or other "
        "rules, may have another best set; that these are the right ones is nothing that can be proved."
        if certificate.status == "optimal"
        else "Not proved to be the best for these weights."
        if not outcome.asks_for_stability
        else "By what people see in each other under these weights and rules."
    )


def _proof(outcome: Outcome, certificate: CertificateView, odd: OddView | None) -> str:
    lines = [what_is_claimed(outcome, certificate), certificate.sentence]
    if odd is not None:
        lines.append(odd.sentence)
    return "What is proved\n" + "\n".join(wrapped(line, indent="  ") for line in lines)


def _weights(outcome: Outcome, settings: Mapping[str, Any]) -> str:
    criteria = [compiled.criterion for compiled in outcome.scores.criteria]
    whole = sum(criterion.weight for criterion in criteria)
    rows = [
        [
            criterion.name,
            criterion.kind,
            f"{criterion.weight:g}",
            percent(criterion.weight / whole),
            "yes" if criterion.sensitive else "no",
            decider(criterion, settings),
        ]
        for criterion in criteria
    ]
    header = ["criterion", "kind", "weight", "of all", "sensitive", "decided by"]
    table = text_table(header, rows, limits=(30, 12, 10, 6, 9, 40))
    return "The weights, and whose they are\n" + _indented(table)


def _rules(rules: pd.DataFrame) -> str:
    if not len(rules):
        return "What each rule removed\n  There are no rules."
    rows = [
        [
            str(row["rule"]),
            str(row["kind"]),
            "demands pairs" if row["kind"] == "require" else f"{int(row['pairs_removed']):,}",
            str(row["decided_by"]),
        ]
        for row in rules.to_dict("records")
    ]
    table = text_table(["rule", "kind", "pairs removed", "decided by"], rows, limits=(34, 14, 14, 40))
    return "What each rule removed\n" + _indented(table)


def _columns(uses: pd.DataFrame) -> str:
    """Every column that came in, with what it was used for."""
    used: dict[str, list[str]] = {}
    idle: list[str] = []
    shown: list[str] = []
    for row in uses.to_dict("records"):
        if row["used_for"] == NOT_USED:
            idle.append(row["column"] + (f" ({row['kind']})" if row["kind"] else ""))
            continue
        purposes = used.setdefault(row["column"], [])
        if row["used_for"] not in purposes:
            purposes.append(row["used_for"])
        if row["shown_to_participants"] and row["column"] not in shown:
            shown.append(row["column"])
    rows = [[column, "; ".join(purposes)] for column, purposes in used.items()]
    lines = [
        "Which columns were used, and for what",
        _indented(text_table(["column", "used for"], rows, limits=(34, 60))),
    ]
    came = listing(list(dict.fromkeys(idle)), limit=len(idle))
    lines.append(wrapped(f"Came in and was not used: {came or 'nothing'}.", indent="  "))
    told = listing(shown, limit=len(shown))
    lines.append(wrapped(f"Participants may read of each other: {told or 'nothing'}.", indent="  "))
    return "\n".join(lines)


def _bases(uses: pd.DataFrame) -> str:
    """What the uses of protected columns rest on."""
    told = uses[(uses["basis"] != "").to_numpy(dtype=bool)].drop_duplicates(["column", "used_for"])
    lines = [f"{row['column']}, {row['used_for']}: {row['basis']}" for row in told.to_dict("records")]
    if not lines:
        return ""
    return "What the use of protected columns rests on\n" + "\n".join(
        wrapped(line, indent="  ") for line in lines
    )


def _people(people: pd.DataFrame) -> str:
    counts = {status: int((people["status"] == status).sum()) for status in ("unmatched", "not taking part")}
    lines = [
        f"{counted(counts['unmatched'], 'person', 'people')} who would take part; the table of people has for each "
        "what the rules removed",
        f"{counted(counts['not taking part'], 'person', 'people')} not taking part",
    ]
    return "People without a partner\n" + "\n".join(wrapped(line, indent="  ") for line in lines)


def _repairs(repairs: pd.DataFrame) -> str:
    if not len(repairs):
        return ""
    names = [str(name) for name in repairs.columns if name != "repairs"]
    told = [
        f"{' '.join(str(row[name] or 'the table') for name in names)}: {int(row['repairs'])}"
        for row in repairs.to_dict("records")
    ]
    return "Mended on the way in, by column\n" + wrapped("; ".join(told), indent="  ")


def _checked(outcome: Outcome, certificate: CertificateView) -> str:
    details = outcome.details
    adds = bool((details.contributions.sum(axis=0) == details.scores).all())
    lines = [
        f"The result was {'checked' if certificate.verified else 'not checked'} by code that shares nothing with the "
        f"solver ({outcome.matching.solver}); the check looked at {counted(certificate.pairs_covered, 'pair')}.",
        f"The contributions of {counted(len(outcome.pairs), 'pair')} were added up again for this page: they are "
        + ("the scores, exactly." if adds else "NOT the scores."),
    ]
    return "What was verified\n" + "\n".join(wrapped(line, indent="  ") for line in lines)


def _indented(text: str) -> str:
    return "\n".join(f"  {line}".rstrip() for line in text.split("\n"))
