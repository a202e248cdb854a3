"""The pairs of an earlier result among the people of today: which may still be made, and why others cannot."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from peermatch.criteria import key_of, shown_name
from peermatch.criteria.strangers import count_strangers
from peermatch.errors import ConfigError
from peermatch.problem import IntArray
from peermatch.run.floor import floor_on_grid
from peermatch.run.snapshot import Snapshot
from peermatch.run.way import Prepared

__all__ = ["Earlier", "find_earlier", "open_places"]

LOCKED, NO_PLACE = "a demanded pair takes the place", "no place to give this time"

_Ended = dict[tuple[tuple[str, Any], tuple[str, Any]], str]


@dataclass(frozen=True, eq=False)
class Earlier:
    """The earlier pairs: as they came, those of two who are here (positions), and those that may still be made."""

    snapshot: Snapshot
    present: IntArray
    possible: IntArray
    ended: _Ended


def find_earlier(ready: Prepared, snapshot: Snapshot, floor: float | None) -> Earlier:
    """Find the earlier pairs among the people of today, and say of those that cannot be made any more why."""
    sides = ready.sides
    absent = {
        key_of(id)
        for cohort in ready.everyone
        if cohort is not None
        for id, out in zip(cohort.ids, cohort.reasons_out, strict=True)
        if out is not None
    }
    first, second = ([sides.as_written(pair[k]) for pair in snapshot.pairs] for k in (0, 1))
    snapshot = replace(
        snapshot, pairs=[(a, b, pair[2]) for a, b, pair in zip(first, second, snapshot.pairs, strict=True)]
    )
    if first:
        count_strangers([*first, *second], sides, "previous", absent=absent)
    _, u, v = sides.pairs_of(first, second)
    present = np.stack([u, v], axis=1)
    if not sides.two_sided:
        present = np.sort(present, axis=1)
    reasons = _why_not(ready, present, floor)
    ended: _Ended = {}
    left, right = sides.left.ids, sides.columns_side.ids
    for (one, other), reason in zip(present.tolist(), reasons, strict=True):
        if reason is not None:
            a, b = key_of(left[one]), key_of(right[other])
            ended[a, b] = reason
            if not sides.two_sided:
                ended[b, a] = reason
    possible = present[[reason is None for reason in reasons]].reshape(-1, 2)
    _refuse_history_of_the_round(ready, present, possible)
    return Earlier(snapshot, present, possible, ended)


def _why_not(ready: Prepared, present: IntArray, floor: float | None) -> list[str | None]:
    """Return for each earlier pair which rule or demand is against it; None where it may still be made."""
    reasons: list[str | None] = [None] * len(present)
    sensitive = {one.criterion.name for one in ready.scores.criteria if one.criterion.sensitive}
    u, v = present[:, 0], present[:, 1]
    for enforced in ready.enforcement.rules:
        if enforced.mask is None:
            continue
        for at in np.flatnonzero(enforced.mask.pairs(u, v)).tolist():
            reasons[at] = reasons[at] or f"a rule forbids the pair: {shown_name(enforced.rule, sensitive)}"
    scores = ready.scores.at(u, v)
    least = floor_on_grid(floor)
    for at, score in enumerate(scores.tolist()):
        if reasons[at] is None and least is not None and score < least:
            reasons[at] = f"a rule forbids the pair: floor of {floor:g}"
    places = open_places(ready)
    demanded = {tuple(pair) for pair in ready.enforcement.required.tolist()}
    for at, (one, other) in enumerate(present.tolist()):
        if (
            reasons[at] is None
            and (one, other) not in demanded
            and not (places[0][one] > 0 and places[1][other] > 0)
        ):
            reasons[at] = LOCKED if _has_places(ready, one, other) else NO_PLACE
    return reasons


def _has_places(ready: Prepared, one: int, other: int) -> bool:
    """Whether both have any place at all."""
    pairs = zip(ready.capacity, (one, other), strict=True)
    return all(places is None or places[position] > 0 for places, position in pairs)


def open_places(ready: Prepared) -> tuple[IntArray, IntArray]:
    """Return how many places demanded pairs leave each person of either side."""
    required, sides = ready.enforcement.required, ready.sides
    if not sides.two_sided:
        taken = np.bincount(required.ravel(), minlength=len(sides.left))
        return 1 - taken, 1 - taken
    found = []
    for hand, cohort in enumerate((sides.left, sides.columns_side)):
        given = ready.capacity[hand]
        places = np.ones(len(cohort), dtype=np.int64) if given is None else given
        found.append(places - np.bincount(required[:, hand], minlength=len(cohort)))
    return found[0], found[1]


def _refuse_history_of_the_round(ready: Prepared, present: IntArray, possible: IntArray) -> None:
    """A history that holds the very pairs that are to be kept would break all of them in silence."""
    if not len(present) or len(possible):
        return
    masks = [rule.mask for rule in ready.enforcement.rules if rule.rule.kind == "no_repeat"]
    if any(mask is not None and bool(mask.pairs(present[:, 0], present[:, 1]).all()) for mask in masks):
        raise ConfigError(
            "history= holds every pair that is to be kept, so no_repeat() would break them all. Name the round with "
            "round=, so that its own rows are passed over, or leave them out of the history."
        )
