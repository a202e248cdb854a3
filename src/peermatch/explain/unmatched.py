"""Why someone has no partner: what each rule removed, and where the places went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from peermatch.criteria import EnforcedRule
from peermatch.explain.outcome import Outcome
from peermatch.explain.wording import counted
from peermatch.problem import FORBIDDEN, IntArray, Status

__all__ = ["LeftOut", "left_out", "rule_name"]

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
    rule = enforced.rule
    sensitive = {c.criterion.name for c in outcome.scores.criteria if c.criterion.sensitive}
    if rule.kind == "at_least" and rule.options.get("criterion") in sensitive:
        return "a private rule"
    return rule.public_name


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
        excluded, allowed = _exclusions(outcome, hand, chunk)
        useful = _useful(outcome, hand, chunk) if outcome.objective == "best_total" else allowed
        for at, position in enumerate(chunk.tolist()):
            removed = _named(outcome, excluded[:, at].tolist())
            reason = _reason(room, others, int(allowed[at]), int(useful[at]), removed, position)
            found.append(LeftOut(hand, position, others, int(allowed[at]), removed, reason))
    return found


def _exclusions(outcome: Outcome, hand: int, chunk: IntArray) -> tuple[IntArray, IntArray]:
    """Return how many others each rule excludes, shape (rules, people), and how many none excludes."""
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
    return counts, (~forbidden).sum(axis=1).astype(np.int64)


def _useful(outcome: Outcome, hand: int, chunk: IntArray) -> IntArray:
    """Return how many allowed others add anything to the total."""
    everyone = np.arange(len(outcome.cohort(1 - hand)), dtype=np.int64)
    counts = []
    for position in chunk.tolist():
        one = np.full(len(everyone), position, dtype=np.int64)
        u, v = (one, everyone) if hand == 0 else (everyone, one)
        scores = outcome.scores.at(u, v)
        counts.append(int(((scores != FORBIDDEN) & (scores > 0)).sum()))
    return np.array(counts, dtype=np.int64)


def _named(outcome: Outcome, counts: Sequence[int]) -> tuple[tuple[str, int], ...]:
    rows = zip(outcome.enforcement.rules, counts, strict=True)
    return tuple((rule_name(outcome, enforced), count) for enforced, count in rows if count)


# ---- in words -------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Room:
    """What is true of a whole side: how many people and places there are, and how many went without."""

    two_sided: bool
    names: tuple[str, str]
    people: int
    without: int
    places: IntArray
    places_there: int
    status: Status
    best: bool
    objective: str
    solver: str

    @classmethod
    def of(cls, outcome: Outcome, hand: int) -> _Room:
        matching = outcome.matching
        return cls(
            two_sided=outcome.two_sided,
            names=(outcome.side_name(hand), outcome.side_name(1 - hand)),
            people=len(outcome.cohort(hand)),
            without=sum(not pairs for pairs in outcome.pairs_of[hand]),
            places=outcome.places(hand),
            places_there=int(outcome.places(1 - hand).sum()),
            status=matching.status,
            best=matching.status == Status.OPTIMAL,
            objective=outcome.objective,
            solver=matching.solver,
        )


def _reason(
    room: _Room, others: int, allowed: int, useful: int, removed: tuple[tuple[str, int], ...], position: int
) -> str:
    if room.places[position] == 0:
        return "has no place to give this time"
    if others == 0:
        return "there is nobody to be paired with"
    if allowed == 0:
        who = "the only other person" if others == 1 else f"every one of the {others:,} others"
        return f"{who} is ruled out: {_removals(removed)}"
    if useful == 0:
        return f"no pair with one of the {counted(allowed, 'possible partner')} would add to the total"
    return _shortage(room) or _crowding(room, others, allowed, removed)


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
        return "everyone this person could be with has someone they like better"
    if room.best:
        return "leaving this person out costs the programme least"
    return "that it is this person is not proved to be the best choice"


def _crowding(room: _Room, others: int, allowed: int, removed: tuple[tuple[str, int], ...]) -> str:
    """When possible partners were there, and all of them are with someone else."""
    ruled_out = ""
    if allowed < others:
        ruled_out = (
            f"{others - allowed:,} of the {others:,} others are ruled out ({_removals(removed)}), and "
        )
    who = (
        "the only one left"
        if allowed == 1
        else f"all {allowed:,} left"
        if ruled_out
        else f"all {allowed:,} others"
    )
    if room.status == Status.STABLE:
        return f"{ruled_out}{who} {_have(allowed)} someone they like better"
    if room.status == Status.NO_STABLE:
        return "no stable set of pairs exists, and this person is outside the pairs that could be made"
    if not room.best:
        return (
            f"{ruled_out}{who} {_have(allowed)} another partner; it is not proved that no better way exists"
        )
    if room.objective == "best_total":
        return f"{ruled_out}{who} {_are(allowed)} worth more to the total with someone else, or alone"
    return f"{ruled_out}{who} {_are(allowed)} needed by others: no other choice of pairs reaches more people"


def _have(count: int) -> str:
    return "has" if count == 1 else "have"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
