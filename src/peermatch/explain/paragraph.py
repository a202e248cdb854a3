"""The paragraph under a pair's table: what speaks for the pair, what stays open, what speaks against it."""

from __future__ import annotations

from collections.abc import Sequence

from peermatch.explain.facts import Fact, pair_facts
from peermatch.explain.findings import AGAINST, BETWEEN, FOR, HELPS, UNKNOWN, findings_of
from peermatch.explain.outcome import Outcome
from peermatch.explain.wording import listing, score_text
from peermatch.problem import Status

__all__ = ["pair_reasons", "pair_text"]

_FEW_PAIRS = 10
_PHRASES = 4


def pair_text(outcome: Outcome, index: int, hand: int, facts: Sequence[Fact]) -> str:
    """Return the paragraph of one pair: three to six sentences.

    Parameters
    ----------
    outcome : Outcome
    index : int
    hand : {0, 1}
        Whose view: of the person in the pair's first or second place.
    facts : sequence of Fact
        Of the same pair and view.
    """
    tones: dict[str, list[str]] = {tone: [] for tone in (FOR, HELPS, BETWEEN, UNKNOWN, AGAINST)}
    for finding in findings_of(facts):
        tones[finding.tone].append(finding.text)
    sentences = [_lead(outcome, index, hand)]
    if tones[HELPS]:
        sentences.append("; ".join(tones[HELPS]) + ".")
    if tones[FOR]:
        opening = "What else speaks for them" if tones[HELPS] else "What speaks for them"
        sentences.append(f"{opening}: {_joined(tones[FOR])}.")
    if not tones[HELPS] and not tones[FOR]:
        sentences.append(_faint_praise(outcome))
    if tones[BETWEEN]:
        sentences.append(f"In between: {_joined(tones[BETWEEN])}.")
    if tones[AGAINST]:
        sentences.append(f"What speaks against it: {_joined(tones[AGAINST])}.")
    if tones[UNKNOWN]:
        sentences.append(
            f"Not known: {_joined(tones[UNKNOWN])}; a cautious estimate stands in, so it is worth asking."
        )
    if any(fact.criterion.sensitive for fact in facts):
        sentences.append("Criteria marked as sensitive may count as well and are not spelled out here.")
    return " ".join(sentences)


def pair_reasons(outcome: Outcome, index: int, *, limit: int = 3) -> tuple[list[str], list[str]]:
    """Return the few phrases that matter most for and against one pair.

    Parameters
    ----------
    outcome : Outcome
    index : int
    limit : int
        Of each.
    """
    found = findings_of(pair_facts(outcome, index))
    good = [finding.text for finding in found if finding.tone in (FOR, HELPS)]
    bad = [finding.text for finding in found if finding.tone in (AGAINST, BETWEEN)]
    bad += [f"not known: {finding.text}" for finding in found if finding.tone == UNKNOWN]
    return good[:limit], bad[:limit]


def _joined(phrases: Sequence[str]) -> str:
    more = len(phrases) - _PHRASES
    return "; ".join(phrases[:_PHRASES]) + (f"; and {more} more" if more > 0 else "")


def _lead(outcome: Outcome, index: int, hand: int) -> str:
    pair = outcome.pairs[index].tolist()
    names = listing([outcome.label(place, pair[place]) for place in (hand, 1 - hand)])
    score = int(outcome.details.scores[index])
    count = len(outcome.pairs)
    better = int((outcome.details.scores > score).sum())
    lead = f"{names} score {score_text(score)} out of 1"
    if count >= _FEW_PAIRS and better < count / 10:
        lead += ", one of the strongest pairs of this round"
    elif count >= _FEW_PAIRS and better >= count * 9 / 10:
        lead += ", one of the weaker pairs of this round"
    elif count > 1:
        lead += f", rank {better + 1:,} of {count:,} pairs"
    demanded = any(pair == row for row in outcome.enforcement.required.tolist())
    return lead + (", and were demanded as a pair." if demanded else ".")


def _faint_praise(outcome: Outcome) -> str:
    if outcome.matching.status == Status.OPTIMAL:
        return "Little speaks for the two on their own; they belong to the best set of pairs for everyone."
    return "Little speaks for the two on their own; they belong to the set of pairs that was found."
