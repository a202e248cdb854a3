"""Why someone has no partner: what each rule removed, and where the places went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from peermatch.criteria import EnforcedRule, shown_name
from peermatch.explain.outcome import Outcome
from peermatch.explain.wording import counted
from peermatch.problem import FORBIDDEN, IntArray, Status

__all__ = ["LeftOut", "left_out", "rule_name", "shown_name"]

_CELLS = 1 << 21


@dataclass(frozen=True)
class LeftOut:
    """Someone who takes part and has no partner.

    Attributes
    ----------
    hand, position : int
        Side and position.
    others : int
        How many people there are to be paired with.
    allowed : int
        How many of them no rule excludes.
    removed : tuple of (str, int)
        How many of the others each rule excludes; one may be excluded by several.
    reason : str
        In plain words, without the person's name.
    """

    hand: int
    position: int
    others: int
    allowed: int
    removed: tuple[tuple[str, int], ...]
    reason: str


def rule_name(outcome: Outcome, enforced: EnforcedRule) -> str:
    """Return the name of a rule that people may read: one on a sensitive criterion is private as well."""
    sensitive = {c.criterion.name for c in outcome.scores.criteria if c.criterion.sensitive}
    return shown_name(enforced.rule, sensitive)


def left_out(outcome: Outcome, hand: int, positions: Sequence[int] | None = None) -> list[LeftOut]:
    """Return why these people have no partner.

    Parameters
    ----------
    outcome : Outcome
    hand : {0, 1}
        Which side; 0 for one pool.
    positions : sequence of int, optional
        People without a partner; all of the side's where not given.

    Notes
    -----
    Costs one look at every pair of someone listed with anyone, in tiles.
    """
    if positions is None:
        positions = [p for p, pairs in enumerate(outcome.pairs_of[hand]) if not pairs]
    room = _Room.of(outcome, hand)
    others = len(outcome.cohort(1 - hand)) - (0 if outcome.two_sided else 1)
    step = max(1, _CELLS // max(1, others))
    found = []
    for start in range(0, len(positions), step):
        chunk = np.array(positions[start : start + step], dtype=np.int64)
        excluded, possible = _exclusions(outcome, hand, chunk)
        useful = possible & _useful(outcome, hand, chunk) if outcome.objective == "best_total" else possible
        counts = {
            "allowed": _count(possible),
            "useful": _count(useful),
            "placed": _count(possible & room.placed),
            "open_": _count(possible & room.open_),
            "free": _count(useful & room.free),
        }
        for at, position in enumerate(chunk.tolist()):
            removed = _named(outcome, excluded[:, at].tolist())
            numbers = {name: int(count[at]) for name, count in counts.items()}
            partners = _Partners(removed=removed, others=others, **numbers)
            reason = _choosy(outcome, hand, position) if partners.allowed else ""
            reason = reason or _reason(room, partners, position)
            if outcome.trios_asked_for and partners.allowed:
                reason += "; no pair could take this person in as a third"
            found.append(LeftOut(hand, position, others, partners.allowed, removed, reason))
    return found


def _count(flags: npt.NDArray[np.bool_]) -> IntArray:
    return np.asarray(flags.sum(axis=1), dtype=np.int64)


def _exclusions(outcome: Outcome, hand: int, chunk: IntArray) -> tuple[IntArray, npt.NDArray[np.bool_]]:
    """Return how many others each rule excludes, shape (rules, people), and whom none excludes, (people, others)."""
    masks = [enforced.mask for enforced in outcome.enforcement.rules]
    everyone = np.arange(len(outcome.cohort(1 - hand)), dtype=np.int64)
    oneself = np.zeros((len(chunk), len(everyone)), dtype=bool)
    if not outcome.two_sided:
        oneself[np.arange(len(chunk)), chunk] = True
    forbidden = oneself.copy()
    counts = np.zeros((len(masks), len(chunk)), dtype=np.int64)
    for number, mask in enumerate(masks):
        if mask is None:
            continue
        tile: npt.NDArray[np.bool_] = (
            mask.tile(chunk, everyone) if hand == 0 else mask.tile(everyone, chunk).T
        )
        counts[number] = (tile & ~oneself).sum(axis=1)
        forbidden |= tile
    return counts, ~forbidden


def _useful(outcome: Outcome, hand: int, chunk: IntArray) -> npt.NDArray[np.bool_]:
    """Return who adds anything to the total with whom, shape (people, others)."""
    everyone = np.arange(len(outcome.cohort(1 - hand)), dtype=np.int64)
    rows = []
    for position in chunk.tolist():
        one = np.full(len(everyone), position, dtype=np.int64)
        u, v = (one, everyone) if hand == 0 else (everyone, one)
        scores = outcome.scores.at(u, v)
        rows.append((scores != FORBIDDEN) & (scores > 0))
    return np.stack(rows)


def _named(outcome: Outcome, counts: Sequence[int]) -> tuple[tuple[str, int], ...]:
    rows = zip(outcome.enforcement.rules, counts, strict=True)
    return tuple((rule_name(outcome, enforced), count) for enforced, count in rows if count)


# ---- in words -------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Room:
    """What is true of a whole side: how many people and places there are, and how many went without.

    `placed`, `open_` and `free` are of the others: who has any place at all, who has one that no demanded pair takes,
    and who has one that nobody took.
    """

    two_sided: bool
    names: tuple[str, str]
    people: int
    without: int
    places: IntArray
    places_there: int
    placed: npt.NDArray[np.bool_]
    open_: npt.NDArray[np.bool_]
    free: npt.NDArray[np.bool_]
    demands: bool
    minima: bool
    many_each: bool
    status: Status
    objective: str
    undecided: bool

    @classmethod
    def of(cls, outcome: Outcome, hand: int) -> _Room:
        status, places, theirs = outcome.matching.status, outcome.places(hand), outcome.places(1 - hand)
        taken = [len(pairs) for pairs in outcome.pairs_of[1 - hand]]
        required = outcome.enforcement.required
        held = np.bincount(
            required[:, 1 - hand] if outcome.two_sided else required.ravel(), minlength=len(theirs)
        )
        return cls(
            two_sided=outcome.two_sided,
            names=(outcome.side_name(hand), outcome.side_name(1 - hand)),
            people=len(outcome.cohort(hand)),
            without=sum(
                not pairs and place > 0
                for pairs, place in zip(outcome.pairs_of[hand], places.tolist(), strict=True)
            ),
            places=places,
            places_there=int(theirs.sum()),
            placed=theirs > 0,
            open_=theirs > held,
            free=theirs > np.array(taken, dtype=np.int64),
            demands=len(required) > 0,
            minima=any(bool((outcome.least(side) > 0).any()) for side in (0, 1)),
            many_each=bool(places.max(initial=0) > 1 and theirs.max(initial=0) > 1),
            status=status,
            objective=outcome.objective,
            # not cut short: ties left it open
            undecided=status == Status.UNDECIDED
            and outcome.asks_for_stability
            and not outcome.matching.stats.get("stopped"),
        )

    @property
    def stopped(self) -> bool:
        """Whether nothing is known that would keep two people apart who are both free."""
        return self.status in (Status.GAP, Status.UNDECIDED)


@dataclass(frozen=True)
class _Partners:
    """How many others there are for someone, and how many of them are left at each step."""

    others: int
    allowed: int
    useful: int
    placed: int
    open_: int
    free: int
    removed: tuple[tuple[str, int], ...]

    @property
    def ruled_out(self) -> str:
        """What rules removed, as the beginning of a sentence; empty where they removed nobody."""
        gone = self.others - self.allowed
        if not gone:
            return ""
        return f"{gone:,} of the {counted(self.others, 'other')} {_are(gone)} ruled out ({_removals(self.removed)})"


def _choosy(outcome: Outcome, hand: int, position: int) -> str:
    """When somebody takes so many partners or none."""
    wanted, places = int(outcome.if_any(hand)[position]), int(outcome.places(hand)[position])
    if wanted < 2 or not places:
        return ""
    if wanted > places:
        return f"takes {wanted:,} partners or none, and has {counted(places, 'place')}"
    best = (
        "the best set of pairs"
        if outcome.matching.status == Status.OPTIMAL
        else "the set of pairs that was found"
    )
    return f"takes {wanted:,} partners or none, and in {best} it is none"


def _reason(room: _Room, partners: _Partners, position: int) -> str:
    others, allowed = partners.others, partners.allowed
    if room.places[position] == 0:
        return "has no place to give this time"
    if others == 0:
        return "there is nobody to be paired with"
    if allowed == 0:
        who = "the only other person" if others == 1 else f"every one of the {others:,} others"
        return f"{who} is ruled out: {_removals(partners.removed)}"
    if partners.open_ == 0:
        return _bound(partners)
    if partners.useful == 0:
        whom = "the only possible partner" if allowed == 1 else f"one of the {allowed:,} possible partners"
        return f"no pair with {whom} would add to the total"
    if room.undecided:
        return "it is not decided whether a stable set of pairs exists, and this person is outside the pairs in hand"
    if room.stopped and partners.free:
        return f"the search was stopped before it found this person a partner: {_still_free(partners)}"
    return _shortage(room) or _crowding(room, partners)


def _bound(partners: _Partners) -> str:
    """When nobody was left to choose: no places, or demanded pairs hold them all."""
    placeless, held = partners.allowed - partners.placed, partners.placed
    parts = [partners.ruled_out] if partners.ruled_out else []
    who = _who(partners.allowed, partners.ruled_out != "")
    if not held:
        parts.append(f"{who} {_have(placeless)} no place to give this time")
    elif not placeless:
        parts.append(f"{who} {_are(held)} taken by demanded pairs")
    else:
        parts.append(f"{placeless:,} {_have(placeless)} no place to give this time")
        parts.append(f"{_who(held, True)} {_are(held)} taken by demanded pairs")
    return _sentence(parts)


def _still_free(partners: _Partners) -> str:
    free, allowed = partners.free, partners.allowed
    if free == allowed:
        return f"{_who(allowed, partners.ruled_out != '')} {_are(free)} still free"
    return f"{free:,} of the {allowed:,} possible partners {_are(free)} still free"


def _removals(removed: tuple[tuple[str, int], ...]) -> str:
    return ", ".join(f"{name} removes {count:,}" for name, count in removed) or "no rule leaves anyone"


def _shortage(room: _Room) -> str:
    """When there are more people than partners, and no rule made it worse."""
    choice = _choice(room)
    if not room.two_sided:
        if room.people % 2 and room.without == 1:
            return f"an odd number of people ({room.people:,}), so one has to sit out; {choice}"
        return ""
    asked = int(room.places.sum())
    short = asked - room.places_there
    if short <= 0 or room.without > short:
        return ""
    mine, theirs = room.names
    there = f"{counted(room.places_there, 'place')} on the {theirs} side"
    if int(room.places.max()) > 1:
        return f"the {mine} side has {counted(asked, 'place')} for {there}, so {short:,} stay free; {choice}"
    return f"{asked:,} on the {mine} side for {there}, so {short:,} of them must go without; {choice}"


def _choice(room: _Room) -> str:
    if room.status == Status.STABLE:
        return "everyone this person could be with has someone they like at least as much"
    if room.status == Status.OPTIMAL:
        asked = ["the demanded pairs"] * room.demands + ["what others need at least"] * room.minima
        given = f", given {' and '.join(asked)}" if asked else ""
        if room.objective == "worst_first":
            return f"leaving this person out is best for the weakest pair, then for the total{given}"
        if room.objective == "leximin":
            return f"leaving this person out is best for the weakest pairs, one after another{given}"
        return f"leaving this person out costs the programme no more than leaving out anyone else{given}"
    return "that it is this person is not proved to be the best choice"


def _crowding(room: _Room, partners: _Partners) -> str:
    """When possible partners were there, and all of them are with someone else."""
    parts = [partners.ruled_out] if partners.ruled_out else []
    if placeless := partners.allowed - partners.placed:
        parts.append(f"{placeless:,} {_have(placeless)} no place to give this time")
    count = partners.placed
    who = _who(count, bool(parts))
    if room.status == Status.STABLE:
        parts.append(f"{who} {_have(count)} someone they like at least as much")
    elif room.status == Status.NO_STABLE:
        if room.without == room.people:
            return "no stable set of pairs exists, and the solver was not told to make any other (fallback)"
        return "no stable set of pairs exists, and this person is outside the pairs that were made instead"
    elif room.status != Status.OPTIMAL:
        parts.append(f"{who} {_have(count)} another partner; it is not proved that no better way exists")
    elif room.objective == "best_total":
        parts.append(f"{who} {_are(count)} worth more to the total with someone else, or alone")
    elif room.many_each:
        parts.append(f"{who} {_are(count)} needed by others: no other choice makes more pairs")
    else:
        parts.append(f"{who} {_are(count)} needed by others: no other choice of pairs reaches more people")
    return _sentence(parts)


def _sentence(parts: Sequence[str]) -> str:
    return ", ".join([*parts[:-1], f"and {parts[-1]}"]) if len(parts) > 1 else parts[0]


def _who(count: int, after_others: bool) -> str:
    """All who are possible: of everyone, or of those left by what was said before."""
    if count == 1:
        return "the only one left" if after_others else "the only other person"
    return f"all {count:,} {'left' if after_others else 'others'}"


def _have(count: int) -> str:
    return "has" if count == 1 else "have"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
