"""Findings: what the facts of a pair say for it, what they teach, what they leave open and what speaks against it.

Each kind of criterion has one small function that turns a fact into phrases; the table at the end says which. Sensitive
criteria make no findings at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from peermatch.cohort.aside import is_missing
from peermatch.explain.facts import Fact, Half, meeting_text
from peermatch.explain.wording import cell_text, column_words, counted, listing, percent, told_apart

__all__ = ["AGAINST", "BETWEEN", "CONTENT", "FOR", "HELPS", "IDLE", "UNKNOWN", "Finding", "findings_of"]

FOR, HELPS, IDLE, BETWEEN, AGAINST = "for", "helps", "idle", "between", "against"
CONTENT, UNKNOWN = "content", "unknown"

_HIGH, _LOW = 0.6, 0.35
_TEXT_HIGH, _TEXT_LOW = 0.5, 0.2
_CELL = 36


@dataclass(frozen=True)
class Finding:
    """One phrase about a pair.

    Attributes
    ----------
    tone : str
        `FOR`, `HELPS`, `IDLE`, `BETWEEN`, `CONTENT`, `UNKNOWN` or `AGAINST`. `IDLE` is what would speak for the pair
        and yet adds nothing to its score, such as one person's gain where the other has none. `CONTENT` is somebody
        who has all that they wish for: an estimate counts, as for `UNKNOWN`, and there is nothing to ask.
    text : str
        Half a sentence; for `HELPS` and `CONTENT` a whole one without its full stop.
    weight : int
        How much it matters, for putting findings in order: what it adds to the score, or what it costs.
    """

    tone: str
    text: str
    weight: int


Phrases = Iterator[tuple[str, str]]


def findings_of(facts: Sequence[Fact]) -> list[Finding]:
    """Return what can be said about a pair, what matters most first.

    Parameters
    ----------
    facts : sequence of Fact
        Sensitive criteria among them are passed over.
    """
    found = []
    for fact in facts:
        if fact.criterion.sensitive or fact.known == "not counted":
            continue
        share = max(half.share for half in fact.halves)
        phrases = [] if fact.known in ("no", "nothing sought") else list(_KINDS[fact.criterion.kind](fact))
        phrases += [(CONTENT, text) for text in _content(fact)]
        phrases += [(UNKNOWN, text) for text in _unknown(fact)]
        for tone, text in phrases:
            if tone in (FOR, HELPS) and fact.contribution <= 0:
                tone = IDLE
            gain = fact.contribution if tone in (FOR, HELPS, IDLE) else share - fact.contribution
            found.append(Finding(tone, text, gain))
    return sorted(found, key=lambda finding: -finding.weight)


def _tone(similarity: float, low: float = _LOW, high: float = _HIGH) -> str:
    return FOR if similarity >= high else AGAINST if similarity < low else BETWEEN


def _subject(fact: Fact) -> str:
    return " and ".join(dict.fromkeys(map(column_words, (*fact.criterion.left, *fact.criterion.right))))


def _values(fact: Fact) -> str:
    """What both bring, in brackets; nothing where they differ and no text would show it."""
    first, second = (half.text for half in fact.halves)
    if fact.equal:
        return f" (both {first})"
    return "" if first.casefold() == second.casefold() else f" ({first} and {second})"


# ---- what is not known ----------------------------------------------------------------------------------


def _unknown(fact: Fact) -> list[str]:
    unknown = [half for half in fact.halves if half.unknown and not half.content]
    if not unknown:
        return []
    if fact.criterion.kind == "prefers":
        return [f"whom {listing([half.label for half in unknown])} would wish for"]
    if fact.criterion.kind == "complement":
        return _unknown_seeking(fact, unknown)
    gaps: dict[str, list[str]] = {}
    for half in fact.halves:
        for column, cell in half.cells.items():
            if is_missing(cell):
                gaps.setdefault(column_words(column), []).append(half.label)
    found = [_possessive(subject, labels) for subject, labels in gaps.items()]
    if no_hour := [half.label for half in fact.halves if half.hours == 0 and _complete(half)]:
        found.append(f"shared hours, since no whole hour in UTC remains of what {listing(no_hour)} gave")
    return found or [f"how they compare in {_subject(fact) or column_words(fact.criterion.name)}"]


def _complete(half: Half) -> bool:
    return not any(is_missing(cell) for cell in half.cells.values())


def _possessive(subject: str, labels: Sequence[str]) -> str:
    return f"{labels[0]}'s {subject}" if len(labels) == 1 else f"the {subject} of {listing(labels)}"


def _content(fact: Fact) -> list[str]:
    """Those who gave wishes and have them all: that is known, and yet there is nothing that could be met."""
    labels = [half.label for half in fact.halves if half.unknown and half.content]
    if not labels:
        return []
    one, seeks = len(labels) == 1, column_words(fact.criterion.left[0])
    return [f"{listing(labels)} {'seeks' if one else 'seek'} nothing new ({seeks})"]


def _unknown_seeking(fact: Fact, unknown: Sequence[Half]) -> list[str]:
    """Someone gave no wishes, or the other one's offers are missing: a gap of both is said once."""
    seeks, offers = column_words(fact.criterion.left[0]), column_words(fact.criterion.right[0])
    gaps: dict[tuple[str, str], list[str]] = {}
    for half in unknown:
        other = fact.theirs if half is fact.mine else fact.mine
        if half.wanted:
            gap, whose = ("offer", offers), other.label
        else:
            gap, whose = ("seek", seeks), half.label
        gaps.setdefault(gap, []).append(whose)
    return [
        f"what {listing(labels)} {verb}{'s' if len(labels) == 1 else ''} ({subject})"
        for (verb, subject), labels in gaps.items()
    ]


# ---- one function a kind --------------------------------------------------------------------------------


def _near(fact: Fact) -> Phrases:
    subject, tone = _subject(fact), _tone(fact.similarity)
    if fact.criterion.options["sweet_spot"] > 0:
        words = {
            FOR: "the wanted distance",
            BETWEEN: "roughly the wanted distance",
            AGAINST: "far from the wanted distance",
        }
    elif fact.equal:
        yield tone, f"the same {subject} ({fact.mine.text})"
        return
    else:
        words = {FOR: "close", BETWEEN: "some way apart", AGAINST: "far apart"}
    yield tone, f"{words[tone]} in {subject}{_values(fact)}"


def _above(fact: Fact) -> Phrases:
    """In one pool each wishes for someone above; on two sides the right person is to be above the left one."""
    subject = _subject(fact)
    judges = list(fact.halves)
    if fact.two_sided:
        judges = [fact.mine if fact.mine_is_left else fact.theirs]
    judges = [half for half in judges if half.known and half.similarity > 0]
    if not judges:
        yield AGAINST, f"nobody is ahead as wanted in {subject}{_values(fact)}"
    for judge in judges:
        other = fact.theirs if judge is fact.mine else fact.mine
        tone = _tone(judge.similarity)
        words = {FOR: "the wanted step", BETWEEN: "roughly the wanted step", AGAINST: "not the wanted step"}
        step = f"{words[tone]} ahead of {judge.label} in {subject} ({judge.text} to {other.text})"
        yield tone, f"{other.label} is {step}"


def _same(fact: Fact) -> Phrases:
    if fact.similarity == 1:
        yield FOR, f"the same {_subject(fact)} ({fact.mine.text})"
    elif fact.similarity > 0:
        yield BETWEEN, f"the same {_subject(fact)} from one side only{_values(fact)}"
    else:
        yield AGAINST, f"not the same {_subject(fact)}{_values(fact)}"


def _different(fact: Fact) -> Phrases:
    differing, equal = [], []
    for mine, theirs, alike in zip(*_facing_columns(fact), fact.mine.equal, strict=True):
        my_cell, their_cell = fact.mine.cells[mine], fact.theirs.cells[theirs]
        if alike is None:
            continue
        subject = " and ".join(dict.fromkeys((column_words(mine), column_words(theirs))))
        if alike:
            equal.append(f"{subject} ({cell_text(my_cell, limit=_CELL)})")
            continue
        texts = told_apart(my_cell, their_cell, limit=_CELL)
        differing.append(subject + (f" ({texts[0]} and {texts[1]})" if texts else ""))
    if differing:
        yield FOR, f"different {listing(differing, limit=3)}"
    if equal:
        yield (AGAINST if not differing else BETWEEN), f"the same {listing(equal, limit=3)}"


def _facing_columns(fact: Fact) -> tuple[Sequence[str], Sequence[str]]:
    left, right = fact.criterion.left, fact.criterion.right
    return (left, right) if fact.mine_is_left or not fact.two_sided else (right, left)


def _overlap(fact: Fact) -> Phrases:
    subject = _subject(fact)
    if fact.free_text:
        tone = _tone(fact.similarity, _TEXT_LOW, _TEXT_HIGH)
        words = {FOR: "much alike", BETWEEN: "a little alike", AGAINST: "hardly alike"}
        yield tone, f"{subject} in words that are {words[tone]}"
    elif fact.shared:
        yield FOR, f"in common in {subject}: {listing(fact.shared, limit=5)}"
    else:
        yield AGAINST, f"nothing in common in {subject}"


def _complement(fact: Fact) -> Phrases:
    """What somebody seeks and offers themselves is no wish with `new_only`, and is not counted as one in words."""
    new = fact.criterion.options["new_only"]
    for half, other in ((fact.mine, fact.theirs), (fact.theirs, fact.mine)):
        if not half.known:
            continue
        if half.found:
            all_of_it = len(half.found) == len(half.wanted)
            extent = "all that" if all_of_it else f"{len(half.found)} of {len(half.wanted)} that"
            if new:
                extent += f" {'is' if all_of_it else 'are'} new to {half.label}"
            else:
                extent += f" {half.label} seeks"
            yield HELPS, f"{other.label} can help {half.label} with {listing(half.found, limit=5)} ({extent})"
        else:
            count, fresh = len(half.wanted), "new " if new else ""
            things = f"the one {fresh}thing" if count == 1 else f"any of the {count} {fresh}things"
            # with two such criteria the other one may have been met: so it is said where these were looked for
            seeks = column_words(fact.criterion.left[0])
            yield AGAINST, f"{other.label} does not offer {things} that {half.label} seeks ({seeks})"


def _available(fact: Fact) -> Phrases:
    """Only whole hours of the UTC week were counted, so by the clock there may be more."""
    wanted = fact.criterion.options["wanted"]
    if fact.similarity >= 1:
        yield FOR, f"at least {wanted:g} shared hour{'' if wanted == 1 else 's'} a week"
    elif fact.similarity > 0:
        hours = counted(round(fact.similarity * wanted), "shared hour")
        text = f"at least {hours} a week (counted in whole hours UTC), where {wanted:g} are wanted"
        yield _tone(fact.similarity), text
    else:
        yield AGAINST, "no whole hour (UTC) of the week in common"


def _prefers(fact: Fact) -> Phrases:
    for half, other in ((fact.mine, fact.theirs), (fact.theirs, fact.mine)):
        if not half.known:
            continue
        if half.similarity > 0:
            place = "first" if half.similarity == 1 else "a wish"
            yield FOR, f"{other.label} is {place} on {half.label}'s list"
        else:
            yield AGAINST, f"{other.label} is not on {half.label}'s list"


def _ties(fact: Fact) -> Phrases:
    if fact.similarity > 0:
        yield FOR, "an existing tie between them"


def _novelty(fact: Fact) -> Phrases:
    words = meeting_text(fact.criterion, fact.similarity)
    yield (
        _tone(fact.similarity),
        "no earlier meeting of theirs is known" if fact.similarity >= 1 else f"they last {words}",
    )


def _custom(fact: Fact) -> Phrases:
    yield _tone(fact.similarity), f"{column_words(fact.criterion.name)} ({percent(fact.similarity)})"


_KINDS: Mapping[str, Callable[[Fact], Phrases]] = MappingProxyType(
    {
        "above": _above,
        "available": _available,
        "complement": _complement,
        "custom": _custom,
        "different": _different,
        "near": _near,
        "novelty": _novelty,
        "overlap": _overlap,
        "prefers": _prefers,
        "same": _same,
        "ties": _ties,
    }
)
