"""Looking through all pairs, tile by tile: everybody's best partners.

Pairs are cut into tiles of a stretch of people with a stretch of others; in one pool each pair lies in one tile. A tile
is a plain task, features in, a short list for each of its people out, so that it runs on any thread or machine; the
lists are merged in the order of the tiles, and what they hold in the end does not depend on how pairs were cut. Tiles
that start later are told what is known by then and have less to look at.

Upper bounds in float32 show which pairs of a tile matter. Those are scored exactly, one by one where they are few;
where they are many (all scores alike, say), the whole tile is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from peermatch.criteria.program import Programs, forbid_tile, score_list
from peermatch.kernels.pair_program import LOWEST_ALLOWED, ONE_POOL
from peermatch.kernels.pair_scores import SCORE, settle_tile, value_tile
from peermatch.kernels.pair_search import (
    flag_bounds,
    flag_scores,
    list_flags,
)
from peermatch.problem import NO_WORTH, BestPartners, Control, IntArray
from peermatch.scoring import sizes
from peermatch.scoring.tile_work import (
    Found,
    KeyRows,
    Room,
    Span,
    Tile,
    count_cells,
    decoded,
    offer_worth,
    spans,
    tile_of,
    tiles_of,
)
from peermatch.scoring.tiles import stream_tiles

__all__ = ["find_best"]

Array = npt.NDArray[Any]


def find_best(
    programs: Programs,
    shape: tuple[int, int],
    k: int,
    guides: tuple[IntArray, IntArray],
    control: Control | None = None,
) -> BestPartners:
    """Find everybody's k best partners among all pairs; if asked to stop, those found by then.

    Parameters
    ----------
    programs : Programs
    shape : (int, int)
    k : int
        At least 1.
    guides : pair of int64 arrays, shapes (rows,) and (columns,)
        What a partner costs; of at most 34 bits. The same array in one pool.
    control : Control, optional
        Stage: "searching" (pairs looked at).
    """
    one_pool = bool(programs.exact.facts[ONE_POOL])
    left = KeyRows.empty(shape[0], k)
    right = left if one_pool else KeyRows.empty(shape[1], k)
    costs = (_clipped(guides[0]), _clipped(guides[1]))
    for side in _seeded(programs, shape, k, costs, one_pool):
        left.merge(side.left_span, side.left.keys)
        right.merge(side.right_span, side.right.keys)
        if control is not None and control.stopping:
            break
    allowed, done, complete = 0, 0, True
    tiles = tiles_of(shape, one_pool)
    cells = count_cells(tiles)
    floats = (costs[0].astype(np.float64), costs[1].astype(np.float64))
    tasks = ((tile_of(shape, tile, left, right),) for tile in tiles)
    shared = (programs, _Guides(costs, floats))
    for (left_span, right_span, above), found in zip(
        tiles, stream_tiles(_best_of_tile, tasks, len(tiles), shared=shared), strict=True
    ):
        left.merge(left_span, found.left_keys)
        if not above:
            right.merge(right_span, found.right_keys)
        allowed += found.allowed
        done += (left_span[1] - left_span[0]) * (right_span[1] - right_span[0])
        if control is not None:
            control.report("searching", done, cells)
            if control.stopping:
                complete = False
                break
    partners, worth = decoded(left.keys, shape[1])
    others, other_worth = (partners, worth) if one_pool else decoded(right.keys, shape[0])
    return BestPartners(partners, others, worth, other_worth, allowed, complete)


def _clipped(guide: IntArray) -> IntArray:
    return np.clip(guide, -sizes.MOST_WORTH, sizes.MOST_WORTH)


@dataclass(frozen=True, eq=False)
class _Guides:
    """What partners cost, on both sides, in whole numbers and in floats: the same for all tiles."""

    whole: tuple[IntArray, IntArray]
    floats: tuple[Array, Array]


def _best_of_tile(programs: Programs, costs: _Guides, tile: Tile) -> Found:
    """Search one tile for partners that enter somebody's row."""
    guides, float_guides = costs.whole, costs.floats
    (a, b), (c, d) = tile.left_span, tile.right_span
    mine, theirs = guides[0][a:b], guides[1][c:d]
    float_mine, float_theirs = float_guides[0][a:b], float_guides[1][c:d]
    left_limit = tile.left.limits(tile.shift)
    right_limit = left_limit if tile.above else tile.right.limits(tile.shift)
    turned = -np.arange(c, d, dtype=np.int64) % max(1, tile.shape[0])
    room = Room(d - c)
    lowest = np.float64(programs.exact.facts[LOWEST_ALLOWED])
    # where low scores are forbidden, only exact ones tell how many pairs are allowed: all that may be are scored
    floored = lowest > 0
    wanted = (np.full(b - a, -np.inf), np.full(d - c, -np.inf)) if floored else (left_limit, right_limit)
    allowed, crowded = 0, not programs.searches
    for rows in tile.row_blocks():
        bad, flags = room.cut("bad", rows), room.cut("flags", rows)
        forbid_tile(programs.exact, rows, c, bad)
        if not crowded:
            bounds = room.cut("bounds", rows)
            value_tile(programs.search, SCORE, rows, c, bounds)
            if floored:
                bad |= (bounds.astype(np.float64) < lowest).view(np.uint8)
            found, good = flag_bounds(
                bounds,
                bad,
                int(rows[0]) - a,
                tile.above,
                *wanted,
                float_mine,
                float_theirs,
                flags,
            )
            crowded = found > sizes.MANY * flags.size
        if crowded:
            scores = room.cut("scores", rows)
            _score_exactly(programs, rows, c, bad, room.cut("values", rows), scores)
            found, good = flag_scores(
                scores,
                int(rows[0]),
                c,
                tile.above,
                tile.origins,
                tile.shift,
                mine,
                theirs,
                tile.left.kth,
                tile.right.kth,
                turned,
                flags,
            )
        allowed += good
        if found:
            u, v = np.empty(found, dtype=np.int64), np.empty(found, dtype=np.int64)
            list_flags(flags, int(rows[0]), c, u, v)
            score = score_list(programs.exact, u, v)
            allowed -= int(np.count_nonzero(score == NO_WORTH))  # below the lowest allowed
            _offer(tile, u, v, score, (guides[0], guides[1]), (left_limit, right_limit))
    return Found(tile.left.keys, tile.right.keys, allowed)


def _score_exactly(
    programs: Programs, rows: IntArray, begin: int, bad: Array, values: Array, scores: Array
) -> None:
    value_tile(programs.exact, SCORE, rows, begin, values)
    settle_tile(values, int(programs.exact.facts[LOWEST_ALLOWED]), bad, scores)


def _offer(
    tile: Tile,
    u: IntArray,
    v: IntArray,
    score: IntArray,
    guides: tuple[Array, Array],
    limits: tuple[Array, Array],
) -> None:
    nothing = score == NO_WORTH
    left_worth = np.where(nothing, NO_WORTH, 2 * np.where(nothing, 0, score) - guides[1][v])
    right_worth = np.where(nothing, NO_WORTH, 2 * np.where(nothing, 0, score) - guides[0][u])
    offer_worth(tile, u, v, (left_worth, right_worth), limits)


def _seeded(
    programs: Programs, shape: tuple[int, int], k: int, guides: tuple[IntArray, IntArray], one_pool: bool
) -> Iterator[Tile]:
    """Hold everybody against a few people spread over the others, exactly, so that tiles have something to exceed."""
    if shape[0] > 2 * sizes.SEEDS:
        picked = _spread(shape[0], sizes.SEEDS)
        for span in spans(shape[1], sizes.SPAN):
            yield _seeds_of_columns(programs, shape, k, guides, picked, span)
    if not one_pool and shape[1] > 2 * sizes.SEEDS:
        picked = _spread(shape[1], sizes.SEEDS // 8)
        for span in spans(shape[0], sizes.SPAN):
            yield _seeds_of_rows(programs, shape, k, guides, picked, span)


def _spread(people: int, count: int) -> IntArray:
    return np.linspace(0, people - 1, num=count).astype(np.int64)


def _seeds_of_columns(
    programs: Programs,
    shape: tuple[int, int],
    k: int,
    guides: tuple[IntArray, IntArray],
    picked: IntArray,
    span: Span,
) -> Tile:
    size = (len(picked), span[1] - span[0])
    tile = Tile(shape, (0, 0), span, False, KeyRows.empty(0, k), KeyRows.empty(size[1], k))
    bad, scores = np.empty(size, dtype=np.uint8), np.empty(size, dtype=np.int64)
    forbid_tile(programs.exact, picked, span[0], bad)
    _score_exactly(programs, picked, span[0], bad, np.empty(size), scores)
    worth = np.where(scores == NO_WORTH, NO_WORTH, 2 * np.maximum(scores, 0) - guides[0][picked][:, None])
    u, v = np.repeat(picked, size[1]), np.tile(np.arange(*span, dtype=np.int64), size[0])
    none = np.full(worth.size, NO_WORTH, dtype=np.int64)
    limits = (tile.left.limits(tile.shift), tile.right.limits(tile.shift))
    offer_worth(tile, u, v, (none, np.ravel(worth)), limits)
    return tile


def _seeds_of_rows(
    programs: Programs,
    shape: tuple[int, int],
    k: int,
    guides: tuple[IntArray, IntArray],
    picked: IntArray,
    span: Span,
) -> Tile:
    tile = Tile(shape, span, (0, 0), False, KeyRows.empty(span[1] - span[0], k), KeyRows.empty(0, k))
    u = np.repeat(np.arange(*span, dtype=np.int64), len(picked))
    v = np.tile(picked, span[1] - span[0])
    score = score_list(programs.exact, u, v)
    worth = np.where(score == NO_WORTH, NO_WORTH, 2 * np.maximum(score, 0) - guides[1][v])
    none = np.full(len(u), NO_WORTH, dtype=np.int64)
    limits = (tile.left.limits(tile.shift), tile.right.limits(tile.shift))
    offer_worth(tile, u, v, (worth, none), limits)
    return tile
