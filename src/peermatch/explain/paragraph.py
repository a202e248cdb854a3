"""The paragraph under a pair's table: what speaks for the pair, what stays open, what speaks against it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from peermatch.explain.facts import Fact, pair_facts
from peermatch.explain.findings import AGAINST, BETWEEN, CONTENT, FOR, HELPS, IDLE, UNKNOWN, findings_of
from peermatch.explain.outcome import KEPT_PAIRS, Outcome
from peermatch.explain.wording import counted, listing, score_text
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
    tones: dict[str, list[str]] = {
        tone: [] for tone in (FOR, HELPS, IDLE, BETWEEN, CONTENT, UNKNOWN, AGAINST)
    }
    for finding in findings_of(facts):
        tones[finding.tone].append(finding.text)
    choices = _choices(outcome, index, hand)
    sentences = [*choices, _lead(outcome, index, hand), *_no_say(outcome, index, hand, facts)]
    if tones[HELPS]:
        sentences.append("; ".join(tones[HELPS]) + ".")
    if tones[FOR]:
        opening = "What else speaks for them" if tones[HELPS] else "What speaks for them"
        sentences.append(f"{opening}: {_joined(tones[FOR])}.")
    if not tones[HELPS] and not tones[FOR] and not choices:
        sentences.append(_faint_praise(outcome, index))
    if tones[IDLE]:
        sentences.append(
            f"True, yet adding nothing to the score{_no_gain(outcome, index, hand, facts)}: {_joined(tones[IDLE])}."
        )
    if tones[BETWEEN]:
        sentences.append(f"In between: {_joined(tones[BETWEEN])}.")
    if tones[AGAINST]:
        sentences.append(f"What speaks against it: {_joined(tones[AGAINST])}.")
    if tones[CONTENT]:
        sentences.append(f"{_joined(tones[CONTENT])}; a cautious estimate counts for that.")
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
    bad += [f"{finding.text}: an estimate counts" for finding in found if finding.tone == CONTENT]
    bad += [f"not known: {finding.text}" for finding in found if finding.tone == UNKNOWN]
    return good[:limit], bad[:limit]


def _joined(phrases: Sequence[str]) -> str:
    more = len(phrases) - _PHRASES
    return "; ".join(phrases[:_PHRASES]) + (f"; and {more} more" if more > 0 else "")


def _choices(outcome: Outcome, index: int, hand: int) -> list[str]:
    """Who stated whom, where people stated preferences: that comes before any score."""
    if outcome.stated is None:
        return []
    u, v = outcome.pairs[index].tolist()
    places = [
        int(lists.ranks(np.array([own]), np.array([other]))[0])
        for lists, own, other in ((outcome.stated.left, u, v), (outcome.stated.right, v, u))
    ]
    names = [outcome.label(0, u), outcome.label(1, v)]
    if hand == 1:
        places, names = places[::-1], names[::-1]
    if places == [1, 1]:
        return [f"{names[0]} and {names[1]} are each other's first choice."]
    told = [
        f"{names[1 - k]} is {'first' if place == 1 else f'number {place}'} on the list of {names[k]}"
        for k, place in enumerate(places)
        if place
    ]
    return [f"{listing(told)}."] if told else []


def _lead(outcome: Outcome, index: int, hand: int) -> str:
    pair = outcome.pairs[index].tolist()
    names = listing([outcome.label(place, pair[place]) for place in (hand, 1 - hand)])
    score = int(outcome.details.scores[index])
    lead = f"{names} score {score_text(score)} out of 1{_rank(outcome, score)}"
    by = outcome.demanded_by.get((pair[0], pair[1]))
    if by is None:
        return lead + "."
    return f"{lead}, and were {'kept' if by == KEPT_PAIRS else 'demanded'} as a pair."


def _rank(outcome: Outcome, score: int) -> str:
    """Where a pair stands among all, with those that score the same; nothing where most do."""
    scores = outcome.details.scores
    count, better, alike = len(scores), int((scores > score).sum()), int((scores == score).sum())
    tenth = -(-count // 10)
    if count == 1 or 2 * alike > count:
        return ""
    if count >= _FEW_PAIRS and better + alike <= tenth and score > 0:
        return ", one of the strongest pairs of this round"
    if count >= _FEW_PAIRS and count - better <= tenth:
        return ", one of the weaker pairs of this round"
    shared = f", as have {counted(alike - 1, 'other')}" if alike > 1 else ""
    return f", rank {better + 1:,} of {count:,} pairs{shared}"


def _gains(outcome: Outcome, index: int, hand: int) -> tuple[int, int]:
    """What the pair is worth to the one who asks and to the other."""
    details = outcome.details
    gains = int(details.left_utilities[index]), int(details.right_utilities[index])
    return gains if hand == 0 else gains[::-1]


def _no_say(outcome: Outcome, index: int, hand: int, facts: Sequence[Fact]) -> list[str]:
    """Where no criterion counts for one of the two, the score is the other one's view."""
    says = [sum(shares) for shares in zip(*((f.mine.share, f.theirs.share) for f in facts), strict=True)]
    score = int(outcome.details.scores[index])
    if 0 not in says or not any(says) or score != _gains(outcome, index, hand)[1 - says.index(0)]:
        return []
    labels = [half.label for half in facts[0].halves]
    silent = says.index(0)
    return [
        f"No criterion counts for {labels[silent]}, so the score is how {labels[1 - silent]} sees the pair."
    ]


def _no_gain(outcome: Outcome, index: int, hand: int, facts: Sequence[Fact]) -> str:
    """Whose lack of any gain keeps the score at 0."""
    gains = _gains(outcome, index, hand)
    if outcome.details.scores[index] > 0 or 0 not in gains or not any(gains):
        return ""
    return f", since {facts[0].halves[gains.index(0)].label} gains nothing that counts"


def _faint_praise(outcome: Outcome, index: int) -> str:
    pair = outcome.pairs[index].tolist() if outcome.has_minima else []
    for hand, person in enumerate(pair):
        least = int(outcome.least(hand)[person])
        if 0 < least == len(outcome.pairs_of[hand][person]) and outcome.matching.status == Status.OPTIMAL:
            return (
                f"Little speaks for the two on their own; {outcome.label(hand, person)} needs at least "
                f"{counted(least, 'partner')}, and no better set of pairs sees to everybody's minimum."
            )
    if outcome.matching.status == Status.OPTIMAL:
        return "Little speaks for the two on their own; they belong to the best set of pairs for everyone."
    return "Little speaks for the two on their own; they belong to the set of pairs that was found."
