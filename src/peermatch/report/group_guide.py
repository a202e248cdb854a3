"""The meeting guide of a trio or a circle: what all or some of them share, where they differ, who can teach whom what.

It is the guide of a pair for more than two, under the same rule: nothing but columns that were declared fit to show, no
numbers, nothing that spoke against anybody, nobody from outside the group.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from peermatch.explain import Fact, Outcome, pair_facts
from peermatch.explain.wording import cell_text, column_words, listing
from peermatch.report.guide import (
    SIMILAR,
    MeetingGuide,
    as_written,
    by_columns,
    guide_frame,
    listed,
    may_be_told,
    subject_of,
)
from peermatch.report.guide_texts import GuideTexts

__all__ = ["group_guide", "group_sections"]

OfCriterion = list[tuple[int, int, Fact]]
"""For each two of a group: their places in it, and what one criterion finds."""


def group_guide(
    outcome: Outcome,
    members: Sequence[int],
    shown: Iterable[str],
    texts: GuideTexts,
    *,
    adviser: str | None = None,
    contact: str | None = None,
) -> MeetingGuide:
    """Return the page for the members of one group.

    Parameters
    ----------
    outcome : Outcome
        Of one pool; all twos of the group are among its pairs.
    members : sequence of int
        Positions, three or more.
    shown : iterable of str
        The columns that were declared fit to show.
    texts : GuideTexts
    adviser : str, optional
        Whom to ask when a question outgrows all of them; as people read it.
    contact : str, optional
        Whom to turn to for saying no; as people read it.
    """
    members = sorted(members)
    names = [outcome.label(0, person) for person in members]
    told = group_sections(outcome, members, frozenset(shown), texts)
    frame = guide_frame(texts, adviser=adviser, contact=contact, group=True)
    sections = [section.filled(items) for section, items in zip(frame, told, strict=True)]
    hello = texts.say("group", "hello")
    if not any(told[:3]):
        hello, sections = f"{hello} {texts.say('page', 'nothing')}", sections[3:]
    return MeetingGuide(
        title=texts.say("group", "title", names=listing(names)),
        hello=hello,
        sections=tuple(sections),
        goodbye=texts.say("page", "goodbye"),
        language=texts.language,
    )


def group_sections(
    outcome: Outcome, members: Sequence[int], shown: frozenset[str], texts: GuideTexts
) -> tuple[list[str], ...]:
    """Return what is said of one group, a list for each section of `guide_frame`."""
    members = sorted(members)
    names = [outcome.label(0, person) for person in members]
    share: list[str] = []
    differ: list[str] = []
    teach: list[str] = []
    things: list[str] = []
    for of_criterion in _by_criterion(outcome, members, shown):
        fact = of_criterion[0][2]
        kind, subject = fact.criterion.kind, subject_of(fact)
        if kind == "overlap":
            share += _named_by(of_criterion, names, subject, texts)
        elif kind == "same":
            share += _alike(of_criterion, names, subject, texts)
        elif kind == "near" and fact.criterion.options["sweet_spot"] == 0:
            if all(one.similarity >= SIMILAR for _, _, one in of_criterion):
                share.append(texts.say("group", "close", subject=subject))
        elif kind == "available":
            if all(one.similarity > 0 for _, _, one in of_criterion):
                share.append(texts.say("group", "hours"))
        elif kind == "above":
            differ += _further(of_criterion, names, subject, texts)
        elif kind == "different":
            differ += _apart(of_criterion, names, texts)
        elif kind == "complement":
            said, found = _taught(of_criterion, texts)
            teach += said
            things += found
    first = list(dict.fromkeys(things))
    begin = [texts.say("first", "aim_known", things=listed(first, texts, limit=4))] if first else []
    return share, differ, teach, begin, [], []


def _by_criterion(outcome: Outcome, members: Sequence[int], shown: frozenset[str]) -> Iterator[OfCriterion]:
    """Return what each criterion that is fit to show finds of all twos."""
    index_of = {
        tuple(outcome.pairs[index].tolist()): index for one in members for index in outcome.pairs_of[0][one]
    }
    facts = [
        (a, b, pair_facts(outcome, index_of[members[a], members[b]]))
        for a, b in combinations(range(len(members)), 2)
    ]
    fit = [(by_columns(fact), k) for k, fact in enumerate(facts[0][2]) if may_be_told(fact, shown)]
    for _, k in sorted(fit):
        yield [(a, b, told[k]) for a, b, told in facts]


def _who(names: Sequence[str], some: Iterable[int], texts: GuideTexts) -> str:
    """Name some of a group; where it is all of them, say so."""
    chosen = sorted(some)
    return texts.say("group", "all") if len(chosen) == len(names) else listing([names[k] for k in chosen])


def _named_by(told: OfCriterion, names: Sequence[str], subject: str, texts: GuideTexts) -> list[str]:
    """Values that two or more named, those of the same people together; what most have in common first."""
    holders: dict[str, set[int]] = {}
    spelled: dict[str, str] = {}  # as the first who named it wrote it
    for a, b, fact in told:
        for value in fact.shared:
            spelled.setdefault(value, as_written([value], fact.mine)[0])
            holders.setdefault(value, set()).update((a, b))
    by_people: dict[tuple[int, ...], list[str]] = {}
    for value, some in holders.items():
        by_people.setdefault(tuple(sorted(some)), []).append(spelled[value])
    ordered = sorted(by_people.items(), key=lambda one: (-len(one[0]), one[0]))
    return [
        texts.say(
            "group", "values", who=_who(names, some, texts), things=listed(values, texts), subject=subject
        )
        for some, values in ordered
    ]


def _alike(told: OfCriterion, names: Sequence[str], subject: str, texts: GuideTexts) -> list[str]:
    groups: dict[str, set[int]] = {}
    for a, b, fact in told:
        if fact.similarity == 1:
            groups.setdefault(fact.mine.text, set()).update((a, b))
    ordered = sorted(groups.items(), key=lambda one: (-len(one[1]), sorted(one[1])))
    return [
        texts.say("group", "same", who=_who(names, some, texts), subject=subject, things=value)
        for value, some in ordered
    ]


def _further(told: OfCriterion, names: Sequence[str], subject: str, texts: GuideTexts) -> list[str]:
    """Who is ahead of whom, where one of the two is to be."""
    ahead_of: dict[int, list[int]] = {}
    for a, b, fact in told:
        for judge, other, half in ((a, b, fact.mine), (b, a, fact.theirs)):
            if half.known and half.similarity >= SIMILAR:
                ahead_of.setdefault(other, []).append(judge)
    return [
        texts.say(
            "group",
            "ahead",
            ahead=names[one],
            others=listing([names[k] for k in sorted(behind)]),
            subject=subject,
        )
        for one, behind in sorted(ahead_of.items())
    ]


def _apart(told: OfCriterion, names: Sequence[str], texts: GuideTexts) -> list[str]:
    """For each column what everybody brings, where they do not all bring the same."""
    found = []
    criterion = told[0][2].criterion
    for left, right in zip(criterion.left, criterion.right, strict=True):
        values: dict[int, str] = {}
        for a, b, fact in told:
            values.setdefault(a, cell_text(fact.mine.cells[left]))
            values.setdefault(b, cell_text(fact.theirs.cells[right]))
        brought = {k: value for k, value in sorted(values.items()) if value}
        if len({value.casefold() for value in brought.values()}) > 1:
            subject = listing(list(dict.fromkeys((column_words(left), column_words(right)))))
            each = listing([f"{names[k]} {value}" for k, value in brought.items()])
            found.append(texts.say("group", "apart", subject=subject, each=each))
    return found


def _taught(told: OfCriterion, texts: GuideTexts) -> tuple[list[str], list[str]]:
    said: list[str] = []
    things: list[str] = []
    for _, _, fact in told:
        for learner, teacher in ((fact.mine, fact.theirs), (fact.theirs, fact.mine)):
            if learner.known and learner.found:
                named = as_written(learner.found, learner)
                who = {"teacher": teacher.label, "learner": learner.label}
                said.append(texts.say("teach", "helps", **who, things=listed(named, texts)))
                things += named
    return said, things
