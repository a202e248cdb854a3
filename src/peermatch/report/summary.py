"""The summary of a result: a page of text that a person enjoys reading."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd

from peermatch.criteria import Criterion
from peermatch.explain import NO_CONSENT, Outcome, pair_reasons, rule_name, stability_view
from peermatch.explain.wording import column_words, counted, percent, score_text, shortened, wrapped
from peermatch.problem import GRID
from peermatch.report.certificate import CertificateView
from peermatch.report.odd import OddView

__all__ = ["headline", "summary_text"]

_BAR = 32
_FEW = 3


def headline(outcome: Outcome) -> str:
    """Return how many pairs there are, of how many people, in one line."""
    people = sum(len(outcome.cohort(hand)) for hand in outcome.hands)
    trios = len(outcome.trios)
    pairs = counted(len(outcome.pairs) - 3 * trios, "pair")
    if trios:
        pairs += f" and {counted(trios, 'trio')}"
    if not outcome.two_sided:
        return f"{pairs} from {counted(people, 'person', 'people')} taking part"
    parts = [f"{len(outcome.cohort(hand)):,} ({outcome.side_name(hand)})" for hand in (0, 1)]
    return f"{pairs} from {' and '.join(parts)} taking part"


def summary_text(
    outcome: Outcome,
    certificate: CertificateView,
    people: pd.DataFrame,
    rules: pd.DataFrame,
    odd: OddView | None = None,
) -> str:
    """Return the summary.

    Parameters
    ----------
    outcome : Outcome
    certificate : CertificateView
    people, rules : pandas.DataFrame
        Tables of `peermatch.report.frames`.
    odd : OddView, optional
        What became of those who were left over.

    Notes
    -----
    Sensitive criteria make no reasons here, and private rules have no name.
    """
    title = headline(outcome) + (f" · round {outcome.round}" if outcome.round is not None else "")
    parts = [title + "\n" + "=" * len(title)]
    if len(outcome.pairs):
        parts += [_quality(outcome), _criteria(outcome), _help(outcome)]
    if odd is not None:
        parts.append(_odd(outcome, odd))
    parts.append("Proof\n" + wrapped(certificate.sentence, indent="  "))
    view = stability_view(outcome)
    if view is not None and (view.odd_party or view.promise or view.blocking_at_least is not None):
        parts.append("Stability\n" + wrapped(view.text, indent="  "))
    if len(outcome.pairs):
        parts.append(_best_and_weakest(outcome))
    parts += [_without_partner(people, outcome.two_sided), _consent(outcome), _rules(outcome, rules)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _consent(outcome: Outcome) -> str:
    """How many did not consent to the use of which column; an administrator reads small numbers too."""
    lines = []
    for hand in outcome.hands:
        cohort = outcome.everyone[hand]
        assert cohort is not None  # hands are sides that are there
        for row in cohort.repairs[(cohort.repairs["code"] == NO_CONSENT).to_numpy(dtype=bool)].to_dict(
            "records"
        ):
            side = f" ({outcome.side_name(hand)})" if outcome.two_sided else ""
            lines.append(wrapped(f"{row['column']}{side}: {row['reason']}", indent="  "))
    return "Consent\n" + "\n".join(lines) if lines else ""


# ---- quality --------------------------------------------------------------------------------------------


def _quality(outcome: Outcome) -> str:
    scores = outcome.details.scores
    ordered = np.sort(scores)
    lowest, lower, middle, upper, highest = (
        score_text(int(np.quantile(ordered, q, method="lower"))) for q in (0, 0.25, 0.5, 0.75, 1)
    )
    known = percent(float(outcome.details.coverage.mean()))
    lines = ["How good the pairs are (score from 0 to 1)"]
    half = ""
    if len(scores) > _FEW:
        lines += _histogram(scores / GRID)
        half = f" · half of them between {lower} and {upper} · middle {middle}"
    lines.append(f"  lowest {lowest}{half} · highest {highest}")
    lines.append(f"  {known} of what counts was known, on average")
    return "\n".join(lines)


def _histogram(scores: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> list[str]:
    """Bars of a tenth each, from the first to the last tenth in which there are pairs."""
    tenth = np.minimum((scores * 10).astype(np.int64), 9)
    counts = np.bincount(tenth, minlength=10)
    first, last = int(tenth.min()), int(tenth.max())
    most, width = int(counts.max()), len(f"{int(counts.max()):,}")
    lines = []
    for at in range(last, first - 1, -1):
        count = int(counts[at])
        bar = "█" * max(1 if count else 0, round(_BAR * count / most))
        lines.append(f"  {at / 10:.1f} to {(at + 1) / 10:.1f}  {count:>{width},}  {bar}".rstrip())
    return lines


def _criteria(outcome: Outcome) -> str:
    """What each criterion adds, on average; those marked as sensitive stand together, unnamed."""
    means = outcome.details.contributions.mean(axis=1) / GRID
    shares = np.concatenate([outcome.scores.left_shares, outcome.scores.right_shares], axis=1)
    weights = shares.mean(axis=1) / GRID
    parts = list(zip(outcome.scores.criteria, means, weights, strict=True))
    rows = [
        (shortened(column_words(compiled.criterion.name)), float(mean), float(weight))
        for compiled, mean, weight in parts
        if not compiled.criterion.sensitive
    ]
    hidden = [(mean, weight) for compiled, mean, weight in parts if compiled.criterion.sensitive]
    if hidden:
        what = "what is sensitive" if rows else "sensitive criteria"
        rows.append(
            (what, float(sum(mean for mean, _ in hidden)), float(sum(weight for _, weight in hidden)))
        )
    width = max(len(name) for name, _, _ in rows)
    lines = ["What the score is made of, on average"]
    lines += [f"  {name.ljust(width)}  {mean:.2f}  (weight {percent(weight)})" for name, mean, weight in rows]
    scores = outcome.scores
    without = [
        shortened(column_words(part.criterion.name))
        for part, left, right in zip(scores.criteria, scores.left_shares, scores.right_shares, strict=True)
        if not part.criterion.sensitive
        and (part.left_on.any() or part.right_on.any())
        and not (left.any() or right.any())
    ]
    if without:
        lines.append(f"  beside the others too little weight to count at all: {', '.join(without)}")
    return "\n".join(lines)


def _help(outcome: Outcome) -> str:
    """In how many pairs one can help the other, by each criterion of what people offer and seek."""
    lines = []
    told = [k for k, part in enumerate(outcome.scores.criteria) if _is_told_help(part.criterion)]
    u, v = outcome.pairs[:, 0], outcome.pairs[:, 1]
    for k in told:
        helped = [outcome.details.left_similarity[k] > 0, outcome.details.right_similarity[k] > 0]
        asked = [outcome.scores.left_shares[k, u] > 0, outcome.scores.right_shares[k, v] > 0]
        one, both = (helped[0] & asked[0]), (helped[1] & asked[1])
        name = (
            ""
            if len(told) == 1
            else f"{shortened(column_words(outcome.scores.criteria[k].criterion.name))}: "
        )
        if asked[0].any() and asked[1].any():
            lines.append(
                f"{name}In {percent(float((one | both).mean()))} of pairs at least one can help the other with "
                f"something they seek, in {percent(float((one & both).mean()))} both can."
            )
        elif asked[0].any() or asked[1].any():
            hand = 0 if asked[0].any() else 1
            lines.append(
                f"{name}In {percent(float((one | both).mean()))} of pairs the {outcome.side_name(1 - hand)} can help "
                f"the {outcome.side_name(hand)} with something they seek."
            )
    return "\n".join(["Who can help whom", *(wrapped(line, indent="  ") for line in lines)]) if lines else ""


def _is_told_help(criterion: Criterion) -> bool:
    return criterion.kind == "complement" and not criterion.sensitive


# ---- pairs ----------------------------------------------------------------------------------------------


def _best_and_weakest(outcome: Outcome) -> str:
    best, weakest = int(outcome.by_score[0]), int(outcome.by_score[-1])
    if best == weakest:
        return _one_pair(outcome, "The pair", best)
    if outcome.details.scores[best] == outcome.details.scores[weakest]:
        return _one_pair(outcome, "One of the pairs, which all score the same", best)
    return "\n\n".join([_one_pair(outcome, "Best pair", best), _one_pair(outcome, "Weakest pair", weakest)])


def _one_pair(outcome: Outcome, title: str, index: int) -> str:
    u, v = outcome.pairs[index].tolist()
    names = f"{outcome.label(0, u)} and {outcome.label(1, v)}"
    lines = [f"{title}: {names}, score {score_text(int(outcome.details.scores[index]))}"]
    good, bad = pair_reasons(outcome, index)
    lines += [wrapped(f"+ {reason}", indent="  ") for reason in good]
    lines += [wrapped(f"- {reason}", indent="  ") for reason in bad]
    return "\n".join(lines)


def _odd(outcome: Outcome, odd: OddView) -> str:
    lines = [
        "Left over, and seated all the same" if odd.seated else "Left over",
        wrapped(odd.sentence, indent="  "),
    ]
    for trio in outcome.trios.tolist()[:_FEW]:
        first, second, third = (outcome.label(0, person) for person in trio)
        lines.append(f"  Trio: {first}, {second} and {third}")
    if len(outcome.trios) > _FEW:
        lines.append(f"  and {len(outcome.trios) - _FEW:,} more trios")
    return "\n".join(lines)


# ---- people ---------------------------------------------------------------------------------------------


def _without_partner(people: pd.DataFrame, two_sided: bool) -> str:
    paragraphs = []
    left = people[(people["status"] == "unmatched").to_numpy(dtype=bool)]
    if len(left):
        lines = [f"Left without a partner: {counted(len(left), 'person', 'people')}"]
        for row in left.head(_FEW).to_dict("records"):
            who = str(row.get("label", row["id"])) + (f" ({row['side']})" if two_sided else "")
            lines.append(wrapped(f"{who}: {row['reason']}", indent="  "))
        if len(left) > _FEW:
            lines.append(f"  and {len(left) - _FEW:,} more, each with their reason in the table of people")
        paragraphs.append("\n".join(lines))
    else:
        paragraphs.append("Left without a partner: nobody")
    out = people[(people["status"] == "not taking part").to_numpy(dtype=bool)]
    if len(out):
        reasons = Counter(str(reason).removeprefix("not taking part: ") for reason in out["reason"])
        shown = "; ".join(f"{reason}: {count:,}" for reason, count in reasons.most_common(_FEW))
        more = "; ..." if len(reasons) > _FEW else ""
        paragraphs.append(
            wrapped(f"Not taking part: {counted(len(out), 'person', 'people')} ({shown}{more})")
        )
    return "\n\n".join(paragraphs)


def _rules(outcome: Outcome, rules: pd.DataFrame) -> str:
    if not len(rules):
        return ""
    rows = rules.to_dict("records")
    names = [column_words(rule_name(outcome, enforced)) for enforced in outcome.enforcement.rules]
    width = max(len(name) for name in names)
    lines = ["Rules"]
    for name, row in zip(names, rows, strict=True):
        count = int(row["pairs_removed"])
        if row["kind"] == "preferences" and not count:
            lines.append(f"  {name.ljust(width)}  {row['note']}")
            continue
        did = f"rules out {counted(count, 'pair')}" if row["kind"] != "require" else "demands pairs"
        note = f" ({row['note']})" if row["note"] else ""
        lines.append(f"  {name.ljust(width)}  {did}{note}")
    return "\n".join(lines)
