"""Nobody is paired with themselves, and demanded pairs must fit into the places that people have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from peermatch.cohort.aside import is_missing
from peermatch.criteria import (
    Sides,
    key_of,
)
from peermatch.criteria.masks import KernelMask, ListedMask
from peermatch.errors import InfeasibleError
from peermatch.problem import IntArray
from peermatch.run.people import Capacity

if TYPE_CHECKING:
    from peermatch.matcher import PeerMatcher

__all__ = ["check_places", "refuse_demanded_selves", "same_person_mask"]


def same_person_mask(matcher: PeerMatcher, sides: Sides) -> ListedMask | KernelMask:
    """Nobody is paired with themselves across the sides: equal ids, or equal values in the columns that tell."""
    right = {key_of(id): position for position, id in enumerate(sides.columns_side.ids)}
    listed = [(u, right[key_of(id)]) for u, id in enumerate(sides.left.ids) if key_of(id) in right]
    if matcher.same_person is not None:
        columns = matcher.same_person
        keys = [
            [
                None
                if any(is_missing(cell) for cell in row)
                else tuple(str(cell).strip().casefold() for cell in row)
                for row in zip(*(side.column(c, needed_by="same_person") for c in columns), strict=True)
            ]
            for side in (sides.left, sides.columns_side)
        ]
        by_key: dict[tuple[str, ...], list[int]] = {}
        for position, key in enumerate(keys[1]):
            if key is not None:
                by_key.setdefault(key, []).append(position)
        listed += [(u, v) for u, key in enumerate(keys[0]) if key is not None for v in by_key.get(key, ())]
    pairs = np.array(sorted(set(listed)), dtype=np.int64).reshape(-1, 2)
    return ListedMask.of(sides.shape, pairs[:, 0], pairs[:, 1], one_pool=False)


def refuse_demanded_selves(required: IntArray, mask: ListedMask | KernelMask, sides: Sides) -> None:
    """Raise InfeasibleError where a demanded pair is one person on both sides."""
    hit = mask.pairs(required[:, 0], required[:, 1])
    if hit.any():
        u = int(required[np.flatnonzero(hit)[0], 0])
        conflict = [
            {"rule": "require", "ids": [sides.left.ids[u]]},
            {"rule": "same_person", "ids": [sides.left.ids[u]]},
        ]
        raise InfeasibleError(
            f"require() demands that {sides.left.ids[u]!r} is paired with themselves.", conflict
        )


def check_places(required: IntArray, sides: Sides, capacity: Capacity) -> None:
    """Demanded pairs must fit into the places that people have."""
    if not sides.two_sided:
        return
    for side, cohort in enumerate((sides.left, sides.columns_side)):
        places = capacity[side]
        demanded = np.bincount(required[:, side], minlength=len(cohort))
        available = np.ones(len(cohort), dtype=np.int64) if places is None else places
        over = np.flatnonzero(demanded > available)
        if over.size:
            position = int(over[0])
            id = cohort.ids[position]
            message = (
                f"require() demands {int(demanded[position])} pairs with {id!r}, who has "
                f"{int(available[position])} place{'' if available[position] == 1 else 's'}."
            )
            partners = required[required[:, side] == position, 1 - side]
            other = (sides.columns_side, sides.left)[side]
            raise InfeasibleError(
                message, [{"rule": "require", "ids": [id, other.ids[int(partner)]]} for partner in partners]
            )
