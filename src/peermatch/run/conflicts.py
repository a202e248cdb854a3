"""Demands that contradict each other, found after the rules are known and before anything is solved.

Demanded pairs that a rule forbids, and people demanded twice in one pool, are found with the rules themselves
(`peermatch.criteria.enforce`). Here it is a matter of places: what was demanded has to fit into them, and whoever needs
partners must be able to have them. A conflict is irreducible: without any one of its demands (demanded pairs and
minima) the others can be met.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from peermatch.criteria import PRIVATE, Conflict, Enforcement, Sides, shown_name
from peermatch.criteria.demanded import demander
from peermatch.explain.wording import counted
from peermatch.problem import IntArray, ShortageCertificate
from peermatch.run.people import Capacity
from peermatch.run.shortfall import Needs, Shortfall, falls_short, find_shortfall

__all__ = ["Demands", "conflict_of_shortage", "find_conflicts"]

_MOST = 20
_SHOWN = 3
_MOST_IDS = 50
_CELLS = 1 << 22


@dataclass(frozen=True, eq=False)
class Demands:
    """All that was demanded this time, and of whom.

    Attributes
    ----------
    sides : Sides
    enforcement : Enforcement
    capacity, minimum : pairs of int64 arrays or None
        Places, and how many partners people need.
    sensitive : frozenset of str
        Names of the criteria that are sensitive.
    or_none : pair of int64 arrays or None
        How many partners people take if they take any. Whoever is demanded in a pair takes some, and needs so many.
    """

    sides: Sides
    enforcement: Enforcement
    capacity: Capacity
    minimum: Capacity
    sensitive: frozenset[str] = frozenset()
    or_none: Capacity = (None, None)

    @property
    def locks(self) -> IntArray:
        """Demanded pairs as (row, column)."""
        return self.enforcement.required

    def ids(self, hand: int) -> npt.NDArray[np.object_]:
        """Return the ids of one side."""
        return (self.sides.left, self.sides.columns_side)[hand].ids

    def places(self, hand: int) -> IntArray:
        """Return how many partners everybody of one side may have."""
        given = self.capacity[hand]
        return np.ones(len(self.ids(hand)), dtype=np.int64) if given is None else given

    def least(self, hand: int, locks: IntArray | None = None) -> IntArray:
        """Return how many partners everybody of one side needs where these pairs are demanded; all, if not given."""
        given, choosy = self.minimum[hand], self.or_none[hand]
        least = np.zeros(len(self.ids(hand)), dtype=np.int64) if given is None else given
        if choosy is None:
            return least
        held = self.held(hand, self.locks if locks is None else locks)
        return np.where(held > 0, np.maximum(least, choosy), least)

    def held(self, hand: int, locks: IntArray) -> IntArray:
        """Return in how many of these demanded pairs everybody of one side stands."""
        return np.bincount(locks[:, hand], minlength=len(self.ids(hand))).astype(np.int64)

    def lock(self, number: int) -> dict[str, Any]:
        """Return a demanded pair as a part of a conflict."""
        u, v = self.locks[number].tolist()
        names = self.enforcement.demanded_by
        return {
            "rule": names[number] if number < len(names) else "require",
            "ids": [self.ids(0)[u], self.ids(1)[v]],
        }

    def free_choice(self, hand: int) -> IntArray | None:
        """Return how many partners people take if they take any, where no demanded pair has decided it; else 0."""
        choosy = self.or_none[hand]
        return None if choosy is None else np.where(self.held(hand, self.locks) > 0, 0, choosy)

    @cached_property
    def _allowed_by_rules(self) -> list[Any]:
        return self.enforcement.masks

    def needs(self, hand: int, locks: IntArray) -> Needs:
        """Return what one side still needs, and what the other can still give, once these demanded pairs are made."""
        least = np.minimum(self.least(hand, locks), self.places(hand))
        taken = np.unique(self._key(locks[:, 0], locks[:, 1]))

        def allowed(people: IntArray, others: IntArray) -> npt.NDArray[np.bool_]:
            u, v = (people, others) if hand == 0 else (others, people)
            open_ = ~np.isin(self._key(u, v), taken)
            for mask in self._allowed_by_rules:
                open_ &= ~mask.pairs(u, v)
            return open_

        return Needs(
            np.maximum(0, least - self.held(hand, locks)),
            np.maximum(0, self.places(1 - hand) - self.held(1 - hand, locks)),
            allowed,
        )

    def _key(self, u: IntArray, v: IntArray) -> IntArray:
        return np.asarray(u * max(1, len(self.ids(1))) + v, dtype=np.int64)


def find_conflicts(demands: Demands) -> list[Conflict]:
    """Return demands that contradict each other, each conflict irreducible.

    Parameters
    ----------
    demands : Demands

    Returns
    -------
    list of Conflict
        Empty where all demands can be met. At most the first twenty of a kind; people of one conflict of minima
        are in no other.
    """
    if not demands.sides.two_sided:
        return []
    found = [*_selves(demands), *_crowded(demands, 1), *_crowded(demands, 0)]
    found += [*_above_places(demands, 0), *_above_places(demands, 1)]
    if not found:
        found = [*_unmet(demands, 0), *_unmet(demands, 1)]
    return found


def _selves(demands: Demands) -> list[Conflict]:
    """Nobody can be paired with themselves."""
    found = []
    for enforced in demands.enforcement.rules:
        if enforced.rule.kind != "same_person" or enforced.mask is None:
            continue
        for number in np.flatnonzero(enforced.mask.pairs(demands.locks[:, 0], demands.locks[:, 1]))[:_MOST]:
            lock = demands.lock(int(number))
            ids = list(dict.fromkeys(lock["ids"]))
            found.append(
                Conflict(
                    f"{demander(lock['rule'])} demands that {ids[0]!r} is paired with themselves.",
                    ({"rule": lock["rule"], "ids": ids}, {"rule": "same_person", "ids": ids}),
                )
            )
    return found


def _crowded(demands: Demands, hand: int) -> list[Conflict]:
    """More demanded pairs than somebody has places; those with people who have none at all are told of those people."""
    places, held = demands.places(hand), demands.held(hand, demands.locks)
    able = demands.places(1 - hand)[demands.locks[:, 1 - hand]] > 0
    if hand == 1:  # where neither has a place, it is told of the right one
        able |= places[demands.locks[:, 1]] == 0
    found = []
    for person in np.flatnonzero(demands.held(hand, demands.locks[able]) > places)[:_MOST].tolist():
        id, room = demands.ids(hand)[person], int(places[person])
        theirs = np.flatnonzero(able & (demands.locks[:, hand] == person))[: room + 1].tolist()
        demanded = counted(int(held[person]), "pair")
        by = demander(demands.lock(theirs[0])["rule"])
        sentence = f"{by} demands {demanded} with {id!r}, who has {counted(room, 'place')}."
        own = {"rule": "places", "side": demands.sides.names[hand], "ids": [id], "places": room}
        found.append(Conflict(sentence, (*(demands.lock(number) for number in theirs), own)))
    return found


def _above_places(demands: Demands, hand: int) -> list[Conflict]:
    """More partners needed than somebody has places."""
    places, least = demands.places(hand), demands.least(hand)
    side, found = demands.sides.names[hand], []
    for person in np.flatnonzero(least > places)[:_MOST].tolist():
        id, room, need = demands.ids(hand)[person], int(places[person]), int(least[person])
        found.append(
            Conflict(
                f"{id!r} ({side}) needs at least {counted(need, 'partner')} and has {counted(room, 'place')}.",
                (
                    {"rule": "at_least", "side": side, "ids": [id], "at_least": need},
                    *_decided_by(demands, hand, person),
                    {"rule": "places", "side": side, "ids": [id], "places": room},
                ),
            )
        )
    return found


def _decided_by(demands: Demands, hand: int, person: int) -> list[dict[str, Any]]:
    """Return the demanded pair without which somebody would be free to take nobody."""
    if demands.least(hand, demands.locks[:0])[person] == demands.least(hand)[person]:
        return []
    return [demands.lock(int(np.flatnonzero(demands.locks[:, hand] == person)[0]))]


# ---- needs of several people, who compete for the same partners -----------------------------------------


def _unmet(demands: Demands, hand: int) -> list[Conflict]:
    """People of one side who need more partners than the other side can give them."""
    needs = demands.needs(hand, demands.locks)
    found: list[Conflict] = []
    while len(found) < _MOST:
        shortfall = find_shortfall(needs)
        if shortfall is None:
            break
        if found:  # what is missing in all was said with the first
            shortfall = replace(shortfall, missing=None)
        found.append(_competing(demands, hand, needs, shortfall, first=not found))
        needs.need[shortfall.people] = 0
    return found


def conflict_of_shortage(
    demands: Demands, shortage: ShortageCertificate, positions: tuple[IntArray, IntArray]
) -> Conflict:
    """Return what a solver proved about minima that cannot be met, as a conflict.

    Parameters
    ----------
    demands : Demands
    shortage : ShortageCertificate
    positions : pair of int64 arrays
        Whom the positions of the solver's problem mean.
    """
    hand = 0 if shortage.side == "left" else 1
    found = Shortfall(np.sort(positions[hand][shortage.people]), shortage.supplied, shortage.irreducible)
    return _competing(demands, hand, demands.needs(hand, demands.locks), found)


def _enough(demands: Demands, hand: int) -> int | None:
    """Return a lower minimum for all of a side that can be met, where there are too few places in all; else None.

    Only the greatest that there are places for is tried: a flow, as the one that has just found them too few.
    """
    given, there = demands.minimum[hand], int(demands.places(1 - hand).sum())
    if given is None or demands.or_none[hand] is not None or int(given.sum()) <= there:
        return None
    lower = there // int((given > 0).sum())
    alike = (given == given.max()) | (demands.places(hand) == 0)
    if lower < 1 or not alike.all():  # one number for all says nothing where people need different ones
        return None
    capped = np.minimum(given, lower)
    minimum = (capped, demands.minimum[1]) if hand == 0 else (demands.minimum[0], capped)
    tried = replace(demands, minimum=minimum).needs(hand, demands.locks)
    # beyond that, no shortfall may only mean that it would have taken too long to see
    if int((tried.need > 0).sum()) * int((tried.supply > 0).sum()) > _CELLS:
        return None
    return lower if find_shortfall(tried) is None else None


def _competing(
    demands: Demands, hand: int, needs: Needs, shortfall: Shortfall, *, first: bool = True
) -> Conflict:
    people, least = shortfall.people, demands.least(hand)
    locks = _needed_locks(demands, hand, people)
    needed = int(least[people].sum())
    given = needed - int(needs.need[people].sum()) + shortfall.supplied
    side, other = demands.sides.names[hand], demands.sides.names[1 - hand]
    ids = demands.ids(hand)[people].tolist()
    possible, removed = _possible(demands, hand, people)
    parts: list[dict[str, Any]] = [
        {"rule": "at_least", "side": side, "ids": [id], "at_least": int(least[person])}
        for id, person in zip(ids, people.tolist(), strict=True)
    ]
    parts += [demands.lock(number) for number in locks]
    partners = demands.ids(1 - hand)[possible].tolist()
    # beside what a private rule removes, the names of those who are left would tell whom it concerns
    told = [] if PRIVATE in removed else partners[:_MOST_IDS]
    last: dict[str, Any] = {"rule": "places", "side": other, "ids": told}
    last |= {"can_be_paired": len(partners), "needed": needed, "can_give": given}
    if removed:
        last["rules"] = removed
    sentence = _sentence(side, other, ids, (needed, given), partners, removed, len(locks))
    wanted, there = int(demands.least(hand).sum()), int(demands.places(1 - hand).sum())
    if first and len(people) > 1 and wanted > there:
        enough = _enough(demands, hand)
        head = f"In all, the {side} side needs {wanted:,}, and the {other} side has {counted(there, 'place')}"
        head += "." if enough is None else f"; at_least = {enough} can be met."
        sentence = f"{head} {sentence}"
    elif shortfall.missing is not None and shortfall.missing > needed - given:
        sentence += f" In all, {counted(shortfall.missing, 'partner')} are missing on the {side} side."
    if not shortfall.irreducible:
        sentence += " Some of them may be enough for that."
    return Conflict(sentence, (*parts, last))


def _sentence(
    side: str,
    other: str,
    ids: list[Any],
    numbers: tuple[int, int],
    partners: list[Any],
    removed: str,
    locks: int,
) -> str:
    needed, given = numbers
    shown = [repr(id) for id in ids[:_SHOWN]]
    rest = len(ids) - len(shown)
    if rest:
        shown.append(f"{rest:,} more")
    who = ", ".join(shown[:-1]) + " and " + shown[-1] if len(shown) > 1 else shown[0]
    one = len(ids) == 1
    head = f"{who} ({side}) {'needs' if one else 'need'} at least {counted(needed, 'partner')}"
    head += "" if one else " between them"
    after = ", once the demanded pairs are made" if locks else ""
    if not partners:
        tail = f"nobody of the {other} side may be paired with {'this person' if one else 'them'}"
    else:
        most = f"{given:,} at most" if given else "none"
        tail = f"the {other} side can give {'this person' if one else 'them'} {most}{after}"
    why = f": {removed}" if removed else ""
    return f"{head}, but {tail}{why}."


def _possible(demands: Demands, hand: int, people: IntArray) -> tuple[IntArray, str]:
    """Return who has a place and may be paired with any of these people, and what each rule removes."""
    others = np.flatnonzero(demands.places(1 - hand) > 0)
    open_to = np.zeros(len(others), dtype=bool)
    rules = [enforced for enforced in demands.enforcement.rules if enforced.mask is not None]
    counts: dict[str, int] = {}
    step = max(1, _CELLS // max(1, len(others)))
    for start in range(0, len(people), step):
        some = people[start : start + step]
        free = np.ones((len(some), len(others)), dtype=bool)
        for enforced in rules:
            assert enforced.mask is not None  # only rules that forbid were taken
            tile = enforced.mask.tile(some, others) if hand == 0 else enforced.mask.tile(others, some).T
            name = shown_name(enforced.rule, demands.sensitive)
            counts[name] = counts.get(name, 0) + int(tile.sum())
            free &= ~tile
        open_to |= free.any(axis=0)
    removed = ", ".join(f"{name} removes {count:,}" for name, count in counts.items() if count)
    return others[open_to], removed


def _needed_locks(demands: Demands, hand: int, people: IntArray) -> list[int]:
    """Return the demanded pairs without which the needs of these people could be met, and as few of them as can be."""
    kept = list(range(len(demands.locks)))
    tried = [kept] if kept else []
    while tried:  # whole lots at first, then halves of those that cannot go as one
        lot = tried.pop()
        fewer = [number for number in kept if number not in set(lot)]
        if falls_short(demands.needs(hand, demands.locks[fewer]), people):
            kept = fewer
        elif len(lot) > 1:
            tried += [lot[len(lot) // 2 :], lot[: len(lot) // 2]]
    return kept
