"""What the members of circles and rings are told: with whom they meet, what they share, and how to say no.

As for pairs it is denied by default: nothing but columns that the matcher's ``show`` names, no numbers, no rules, and
nobody but those whom a person meets.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations

import pandas as pd

from peermatch.checks import must_be
from peermatch.criteria import key_of
from peermatch.errors import ConfigError
from peermatch.explain import Outcome, pair_facts, read_ahead
from peermatch.explain.wording import listing
from peermatch.problem import Matching, Status, sorted_pairs
from peermatch.programme.groups import OUT
from peermatch.report.group_guide import group_sections
from peermatch.report.guide import Section, guide_items
from peermatch.report.guide_texts import GuideTexts
from peermatch.report.participant import Notice
from peermatch.run.way import Prepared

__all__ = [
    "AUDIENCES",
    "all_twos",
    "check_audience",
    "circle_notice",
    "group_notices",
    "met_pairs",
    "ring_notice",
    "without_group",
    "without_values",
]

AUDIENCES = ("administrator", "participant", "auditor")


def check_audience(where: str, audience: str) -> None:
    """Raise ConfigError unless there is such an audience."""
    if audience not in AUDIENCES:
        raise ConfigError(must_be(where, "audience", "'administrator', 'participant' or 'auditor'", audience))


def met_pairs(ready: Prepared, pairs: Sequence[tuple[int, int]], round: str | None) -> Outcome:
    """Return an outcome whose pairs are those who meet, so that facts can be asked of each two."""
    count = len(ready.sides.left)
    matching = Matching(
        pairs=sorted_pairs(pairs, two_sided=False),
        n_left=count,
        n_right=count,
        two_sided=False,
        weight=0,
        status=Status.GAP,
        solver="none",
    )
    return Outcome(
        everyone=ready.everyone,
        sides=ready.sides,
        scores=ready.scores,
        enforcement=ready.enforcement,
        matching=matching,
        capacity=(None, None),
        fitted=ready.fitted,
        round=round,
        objective="everyone_first",
    )


def circle_notice(
    outcome: Outcome,
    members: Sequence[int],
    person: int,
    shown: frozenset[str],
    texts: GuideTexts,
    contact: str | None,
) -> Notice:
    """Return what one member of a circle is told."""
    others = tuple(outcome.label(0, one) for one in members if one != person)
    told = zip(("share", "differ", "teach"), group_sections(outcome, members, shown, texts)[:3], strict=True)
    sections = [Section(texts.say(name, "title"), (), tuple(items)) for name, items in told if items]
    lead = texts.say("group", "paired", others=listing(others))
    return _notice(outcome, person, others, lead, [*sections, _declining(texts, contact)], texts)


def ring_notice(
    outcome: Outcome,
    adviser: int,
    person: int,
    advised: int,
    shown: frozenset[str],
    texts: GuideTexts,
    contact: str | None,
) -> Notice:
    """Return what one member of a ring is told: of the two whom they meet, and of nobody else in it."""
    met = tuple(outcome.label(0, one) for one in (adviser, advised))
    sections = []
    for other in dict.fromkeys((adviser, advised)):
        index = next(k for k in outcome.pairs_of[0][person] if outcome.partner(k, 0, person)[1] == other)
        names = {"a": outcome.label(0, person), "b": outcome.label(0, other)}
        hand = 0 if int(outcome.pairs[index, 0]) == person else 1
        told = guide_items(pair_facts(outcome, index, hand), shown, texts, names)
        items = tuple(item for some in told[:3] for item in some)
        if items:
            sections.append(Section(names["b"], (), items))
    lead = texts.say("group", "ring", adviser=met[0], advised=met[1])
    return _notice(outcome, person, met, lead, [*sections, _declining(texts, contact)], texts)


def _notice(
    outcome: Outcome,
    person: int,
    others: tuple[str, ...],
    lead: str,
    sections: Sequence[Section],
    texts: GuideTexts,
) -> Notice:
    id, label = outcome.cohort(0).ids[person], outcome.label(0, person)
    return Notice(id, label, "paired", others, lead, tuple(sections), texts.language)


def _declining(texts: GuideTexts, contact: str | None) -> Section:
    lines = [texts.say("group", "leave")]
    if contact is not None:
        lines.append(texts.say("decline", "contact", contact=contact))
    return Section(texts.say("decline", "title"), tuple(lines))


def without_group(ready: Prepared, place: int, texts: GuideTexts, takes_part: bool) -> Notice:
    """Return what someone without a seat is told: the same text whatever the reason was."""
    everyone = ready.everyone[0]
    status, key = ("unmatched", "unmatched") if takes_part else (OUT, "away")
    lead = texts.say("notice" if not takes_part else "group", key)
    return Notice(everyone.ids[place], str(everyone.labels[place]), status, (), lead, (), texts.language)


def group_notices(
    ready: Prepared,
    outcome: Outcome,
    texts: GuideTexts,
    of_member: Callable[[int], Notice | None],
    status: str,
) -> pd.DataFrame:
    """Return everybody's notice, one row a person, ready for a mail merge.

    Parameters
    ----------
    ready : Prepared
    outcome : Outcome
        See `met_pairs`.
    texts : GuideTexts
    of_member : function of a position
        The notice of someone who has a seat, else None.
    status : str
        Of those who have a seat.
    """
    read_ahead(outcome)
    position = ready.sides.left_positions
    rows = []
    for place, id in enumerate(ready.everyone[0].ids.tolist()):
        at = position.get(key_of(id))
        told = None if at is None else of_member(at)
        seated = told is not None
        told = told or without_group(ready, place, texts, at is not None)
        rows.append(
            (told.id, told.label, status if seated else told.status, "; ".join(told.partners), told.text)
        )
    return pd.DataFrame(rows, columns=["id", "label", "status", "partners", "text"])


def without_values(people: pd.DataFrame) -> pd.DataFrame:
    """Return a table of people for an auditor: no names, and of those who take no part not what they answered."""
    away = (people["status"] == OUT).to_numpy(dtype=bool)
    bare = people.assign(reason=people["reason"].mask(away, OUT))
    return bare.drop(columns="label", errors="ignore")


def all_twos(groups: Sequence[Sequence[int]]) -> list[tuple[int, int]]:
    """Return all twos of each group."""
    return [(a, b) for part in groups for a, b in combinations(sorted(part), 2)]
