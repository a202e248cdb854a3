"""Pricing: looking through all pairs, tile by tile, for those that contradict dual variables.

What is known of pairs shows which of them could: what the search for candidates left over, and what the last look found
(`peermatch.problem.Prices`). Only those are scored, exactly; where they are many, upper bounds in float32 come first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from peermatch.criteria.program import Programs, score_list
from peermatch.kernels.blossom_pricing import BlossomOrder
from peermatch.kernels.pair_program import ONE_POOL
from peermatch.kernels.pair_scores import SCORE, value_tile
from peermatch.kernels.pair_search import (
    AROUND,
    COMMON,
    EMPTY,
    GUIDE,
    KNOWN,
    LAST,
    SEEN,
    UNLISTED,
    Y,
    flag_prices,
    keep_high_bounds,
    list_flags,
    settle_prices,
)
from peermatch.problem import NO_WORTH, Control, IntArray, Priced, Prices
from peermatch.scoring import sizes
from peermatch.scoring.tile_work import (
    Found,
    KeyRows,
    Room,
    Tile,
    count_cells,
    decoded,
    most_worth,
    offer_worth,
    shift_of,
    tile_of,
    tiles_of,
)
from peermatch.scoring.tiles import stream_tiles

__all__ = ["find_violated"]

Array = npt.NDArray[Any]


def find_violated(
    programs: Programs, shape: tuple[int, int], prices: Prices, control: Control | None = None
) -> Priced | None:
    """Find the pairs that contradict dual variables most, a few for each person; None if asked to stop.

    Parameters
    ----------
    programs : Programs
    shape : (int, int)
    prices : Prices
    control : Control, optional
        Stage: "pricing" (pairs looked at).
    """
    one_pool = bool(programs.exact.facts[ONE_POOL])
    k = prices.per_row
    left = KeyRows.empty(shape[0], k, floor=0)
    right = left if one_pool else KeyRows.empty(shape[1], k, floor=0)
    shared = (programs, _Pricing.of(prices, shape, one_pool))
    tiles = tiles_of(shape, one_pool)
    cells = count_cells(tiles)
    tasks = ((tile_of(shape, tile, left, right),) for tile in tiles)
    greatest, done = 0, 0
    for (left_span, right_span, above), found in zip(
        tiles, stream_tiles(_priced_tile, tasks, len(tiles), shared=shared), strict=True
    ):
        left.merge(left_span, found.left_keys)
        if not above:
            right.merge(right_span, found.right_keys)
        greatest = max(greatest, found.worst)
        done += (left_span[1] - left_span[0]) * (right_span[1] - right_span[0])
        if control is not None:
            control.report("pricing", done, cells)
            if control.stopping:
                return None
    partners, _ = decoded(left.keys, shape[1])
    row, slot = np.nonzero(partners >= 0)
    u, v = [row], [partners[row, slot]]
    if not one_pool:
        partners, _ = decoded(right.keys, shape[0])
        row, slot = np.nonzero(partners >= 0)
        u.append(row + shape[0])
        v = [v[0] + shape[0], partners[row, slot]]
    owners, others = np.concatenate(u).astype(np.int64), np.concatenate(v).astype(np.int64)
    last = left.keys[:, -1] if one_pool else np.concatenate([left.keys[:, -1], right.keys[:, -1]])
    complete = greatest < most_worth(shape)
    unlisted = np.where(last == EMPTY, 0, last >> shift_of(shape)) if complete else None
    return Priced(owners, others, -greatest, complete, unlisted)


@dataclass(frozen=True, eq=False)
class _Pricing:
    """Dual variables in the form that tiles take; `offset` is the vertex of column 0."""

    prices: Prices
    offset: int
    known: Array
    outer: Array
    within: IntArray

    @classmethod
    def of(cls, prices: Prices, shape: tuple[int, int], one_pool: bool) -> _Pricing:
        outer, within = _outer_and_within(prices.blossoms)
        known = np.zeros((KNOWN, len(prices.y)))
        known[Y] = prices.y - prices.bonus
        known[LAST] = np.where(prices.last == NO_WORTH, -np.inf, prices.last)
        known[GUIDE] = prices.guides
        known[UNLISTED] = np.inf
        if prices.earlier is not None:
            known[UNLISTED], known[SEEN], known[AROUND] = (
                prices.earlier.unlisted,
                prices.earlier.seen,
                prices.earlier.around,
            )
        known[COMMON] = within
        return cls(prices, 0 if one_pool else shape[0], known, outer, within)

    def sides(self, tile: Tile) -> tuple[Array, Array, Array, Array]:
        """Return what is known of the left and of the right people of a tile, and their outermost blossoms."""
        mine = slice(*tile.left_span)
        theirs = slice(self.offset + tile.right_span[0], self.offset + tile.right_span[1])
        known = (np.ascontiguousarray(self.known[:, part]) for part in (mine, theirs))
        left, right = known
        outer = self.outer[theirs]
        return left, right, self.outer[mine], np.where(outer < 0, -2, outer).astype(np.int32)


def _outer_and_within(blossoms: BlossomOrder) -> tuple[Array, IntArray]:
    """Return each vertex's outermost blossom, and what it shares at least with everybody else in there.

    From each outermost blossom inwards, the largest of the inner ones make a main line; a vertex leaves it at some
    blossom. Two vertices have at least the blossoms in common around which the first of them leaves. (Where blossoms
    are nested deeply they are mostly one line.)
    """
    parent, innermost, total = blossoms.parent, blossoms.innermost, blossoms.total
    size = (blossoms.end - blossoms.begin).tolist()
    around = parent.tolist()
    largest: dict[int, int] = {}
    for b, above in enumerate(around):
        if above >= 0 and (above not in largest or size[b] > size[largest[above]]):
            largest[above] = b
    root, line, shared = list(range(len(around))), [True] * len(around), total.tolist()
    for b, above in enumerate(around):  # every blossom stands after the one around it
        if above >= 0:
            root[b] = root[above]
            line[b] = line[above] and largest[above] == b
            if not line[b]:
                shared[b] = shared[above]
    outer = np.full(len(innermost), -1, dtype=np.int32)
    within = np.zeros(len(innermost), dtype=np.int64)
    inside = innermost >= 0
    outer[inside] = np.array(root, dtype=np.int32)[innermost[inside]]
    within[inside] = np.array(shared, dtype=np.int64)[innermost[inside]]
    return outer, within


def _priced_tile(programs: Programs, pricing: _Pricing, tile: Tile) -> Found:
    """Price one tile."""
    (a, _), (c, d) = tile.left_span, tile.right_span
    prices, blossoms = pricing.prices, pricing.prices.blossoms
    left, right, left_outer, right_outer = pricing.sides(tile)
    limits = (tile.left.limits(tile.shift), tile.right.limits(tile.shift))
    room, worst = Room(d - c), 0
    for rows in tile.row_blocks():
        first, flags = int(rows[0]) - a, room.cut("flags", rows)
        found = flag_prices(first, tile.above, left, right, left_outer, right_outer, flags)
        if found > sizes.FEW * flags.size and programs.searches:
            bounds = room.cut("bounds", rows)
            value_tile(programs.search, SCORE, rows, c, bounds)
            found = keep_high_bounds(bounds, first, left, right, left_outer, right_outer, flags)
        if not found:
            continue
        u, v = np.empty(found, dtype=np.int64), np.empty(found, dtype=np.int64)
        list_flags(flags, int(rows[0]), c, u, v)
        score, worth = score_list(programs.exact, u, v), np.empty(found, dtype=np.int64)
        amount = settle_prices(
            u,
            v + pricing.offset,
            score,
            prices.y,
            prices.bonus,
            pricing.outer,
            pricing.within,
            blossoms.innermost,
            blossoms.parent,
            blossoms.total,
            most_worth(tile.shape),
            worth,
        )
        worst = max(worst, amount)
        if amount > 0:
            offer_worth(tile, u, v, (worth, worth), limits)
    return Found(tile.left.keys, tile.right.keys, worst=worst)
