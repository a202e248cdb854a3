"""What single pairs are worth to either side, without a look at all pairs where the scores can be asked so."""

from __future__ import annotations

import numpy as np

from peermatch.problem import FORBIDDEN, IntArray, ListedUtilities, PairScores, utility_of_entries
from peermatch.verify.slack import row_blocks

__all__ = ["can_look_up", "utilities_of"]


def can_look_up(scores: PairScores) -> bool:
    """Whether single pairs' utilities are to be had without reading whole rows."""
    return isinstance(scores, ListedUtilities) or hasattr(scores, "utilities_at")


def utilities_of(scores: PairScores, person: IntArray, other: IntArray, side: str = "left") -> IntArray:
    """Return what each ``other[i]`` is worth to ``person[i]``, who is of this side; `FORBIDDEN` where forbidden."""
    if isinstance(scores, ListedUtilities):
        return utility_of_entries(scores.entries(side), person, other)
    u, v = (person, other) if side == "left" else (other, person)
    looked_up = getattr(scores, "utilities_at", None)
    if looked_up is not None:
        utility: IntArray = looked_up(u, v)[0 if side == "left" else 1]
        return np.where(scores.at(u, v) == FORBIDDEN, FORBIDDEN, utility)
    out = np.empty(len(person), dtype=np.int64)
    order = np.argsort(person, kind="stable")
    needed = np.unique(person)
    for block in row_blocks(len(needed), scores.shape[1 if side == "left" else 0]):
        rows = needed[block]
        span = order[slice(*np.searchsorted(person[order], [rows[0], rows[-1] + 1]))]
        out[span] = scores.utilities(rows, side)[np.searchsorted(rows, person[span]), other[span]]
    return out
