"""Nobody is paired with themselves, whichever side they stand on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from peermatch.cohort.aside import is_missing
from peermatch.criteria import (
    Sides,
    key_of,
)
from peermatch.criteria.masks import KernelMask, ListedMask

if TYPE_CHECKING:
    from peermatch.matcher import PeerMatcher

__all__ = ["same_person_mask"]


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
