"""Looking through all pairs, tile by tile: everybody's best partners, and pairs that contradict dual variables.

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
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from peermatch.criteria.program import Programs, forbid_tile, score_list
from peermatch.kernels.blossom_pricing import BlossomOrder
from peermatch.kernels.pair_program import LOWEST_ALLOWED, ONE_POOL
from peermatch.kernels.pair_scores import SCORE, settle_tile, value_tile
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
    flag_bounds,
    flag_prices,
    flag_scores,
    keep_high_bounds,
    list_flags,
    merge_keys,
    offer_pairs,
    settle_prices,
)
from peermatch.problem import NO_WORTH, BestPartners, Control, IntArray, Priced, Prices
from peermatch.scoring.tiles import stream_tiles

__all__ = ["find_best", "find_violated"]

Array = npt.NDArray[Any]
Span = tuple[int, int]

_SPAN, _LEAST_SPAN = 2048, 256
"""People on each side of a tile, at most, and at least where there are few."""

_ROWS = 256
"""Rows of a tile scored at once: their numbers stay in the processor's own cache."""

_MANY = 0.06
"""The share of pairs that matter from which on the whole tile is scored exactly."""

_FEW = 0.05
"""The share of pairs that could contradict the duals up to which they are scored exactly without a look at bounds."""

_SEEDS = 512
"""How many people everybody is held against first, so that the first tiles have something to exceed."""

_MOST_WORTH = 1 << 34


@dataclass(frozen=True, eq=False)
class _Rows:
    """What everybody on one side keeps: sorted keys, and the key that a pair must exceed to enter."""

    keys: IntArray
    kth: IntArray

    @classmethod
    def empty(cls, people: int, k: int, floor: int = EMPTY) -> _Rows:
        return cls(np.full((people, k), EMPTY, dtype=np.int64), np.full(people, floor, dtype=np.int64))

    def __reduce__(self) -> tuple[Any, ...]:
        # tiles start without keys: those need not travel, and arrays that did may be read-only
        if self.keys.size and self.keys.max() == EMPTY:
            return _without_keys, (self.kth, self.keys.shape[1])
        return _Rows, (self.keys, self.kth)

    def part(self, span: Span) -> _Rows:
        """Return empty rows for a stretch of people that start from what is known here."""
        known = np.maximum(self.kth[span[0] : span[1]], self.keys[span[0] : span[1], -1])
        size = span[1] - span[0]
        return _Rows(np.full((size, self.keys.shape[1]), EMPTY, dtype=np.int64), known)

    def merge(self, span: Span, keys: IntArray) -> None:
        """Take in what a tile found."""
        merge_keys(self.keys[span[0] : span[1]], keys)

    def limits(self, shift: int) -> Array:
        """Return the worth to reach, as floats: minus infinity where anything enters."""
        return np.where(self.kth == EMPTY, -np.inf, (self.kth >> shift).astype(np.float64))


def _without_keys(kth: IntArray, k: int) -> _Rows:
    return _Rows(np.full((len(kth), k), EMPTY, dtype=np.int64), np.array(kth))


@dataclass(frozen=True, eq=False)
class _Tile:
    """One task: a stretch of left people with a stretch of right ones, and what each of them keeps."""

    shape: tuple[int, int]
    left_span: Span
    right_span: Span
    above: bool
    left: _Rows
    right: _Rows

    @property
    def origins(self) -> IntArray:
        return np.array([self.left_span[0], self.right_span[0], *self.shape], dtype=np.int64)

    @property
    def shift(self) -> int:
        return shift_of(self.shape)

    def row_blocks(self) -> Iterator[IntArray]:
        first, last = self.left_span
        for top in range(first, last, _ROWS):
            yield np.arange(top, min(last, top + _ROWS), dtype=np.int64)


def shift_of(shape: tuple[int, int]) -> int:
    """Return how many bits of a key hold the nearness."""
    return max(1, int(max(shape)).bit_length())


def _most_worth(shape: tuple[int, int]) -> int:
    """Return the greatest worth that a key holds beside the nearness."""
    return (1 << (62 - shift_of(shape))) - 1


def _spans(size: int, step: int) -> list[Span]:
    return [(first, min(size, first + step)) for first in range(0, size, step)]


def _tiles(shape: tuple[int, int], one_pool: bool) -> list[tuple[Span, Span, bool]]:
    """Cut all pairs into tiles; smaller ones where there are few people, so that all threads have some."""
    step = max(_LEAST_SPAN, min(_SPAN, -(-max(shape) // 8)))
    left, right = _spans(shape[0], step), _spans(shape[1], step)
    if not one_pool:
        return [(a, b, False) for a in left for b in right]
    # by distance from the diagonal, so that everybody's first partners come early
    return [
        (left[i], left[i + apart], apart == 0) for apart in range(len(left)) for i in range(len(left) - apart)
    ]


def _cells(tiles: list[tuple[Span, Span, bool]]) -> int:
    return sum((a[1] - a[0]) * (b[1] - b[0]) for a, b, _ in tiles)


def _decoded(keys: IntArray, others: int) -> tuple[IntArray, IntArray]:
    """Return the partners and their worth that rows of keys hold."""
    shift = shift_of((len(keys), others))
    near = keys & ((1 << shift) - 1)
    person = np.arange(len(keys), dtype=np.int64)[:, None]
    partner = (person + (others - 1 - near)) % max(1, others)
    used = keys != EMPTY
    return np.where(used, partner, -1), np.where(used, keys >> shift, NO_WORTH)


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
    left = _Rows.empty(shape[0], k)
    right = left if one_pool else _Rows.empty(shape[1], k)
    costs = (_clipped(guides[0]), _clipped(guides[1]))
    for side in _seeded(programs, shape, k, costs, one_pool):
        left.merge(side.left_span, side.left.keys)
        right.merge(side.right_span, side.right.keys)
        if control is not None and control.stopping:
            break
    allowed, done, complete = 0, 0, True
    tiles = _tiles(shape, one_pool)
    cells = _cells(tiles)
    floats = (costs[0].astype(np.float64), costs[1].astype(np.float64))
    tasks = ((_tile_of(shape, tile, left, right),) for tile in tiles)
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
    partners, worth = _decoded(left.keys, shape[1])
    others, other_worth = (partners, worth) if one_pool else _decoded(right.keys, shape[0])
    return BestPartners(partners, others, worth, other_worth, allowed, complete)


def _tile_of(shape: tuple[int, int], tile: tuple[Span, Span, bool], left: _Rows, right: _Rows) -> _Tile:
    left_span, right_span, above = tile
    mine = left.part(left_span)
    return _Tile(shape, left_span, right_span, above, mine, mine if above else right.part(right_span))


@dataclass(frozen=True, eq=False)
class _Found:
    """What a tile returns: small, whatever the tile's size."""

    left_keys: IntArray
    right_keys: IntArray
    allowed: int = 0
    worst: int = 0


def _clipped(guide: IntArray) -> IntArray:
    return np.clip(guide, -_MOST_WORTH, _MOST_WORTH)


@dataclass(frozen=True, eq=False)
class _Guides:
    """What partners cost, on both sides, in whole numbers and in floats: the same for all tiles."""

    whole: tuple[IntArray, IntArray]
    floats: tuple[Array, Array]


def _best_of_tile(programs: Programs, costs: _Guides, tile: _Tile) -> _Found:
    """Search one tile for partners that enter somebody's row."""
    guides, float_guides = costs.whole, costs.floats
    (a, b), (c, d) = tile.left_span, tile.right_span
    mine, theirs = guides[0][a:b], guides[1][c:d]
    float_mine, float_theirs = float_guides[0][a:b], float_guides[1][c:d]
    left_limit = tile.left.limits(tile.shift)
    right_limit = left_limit if tile.above else tile.right.limits(tile.shift)
    turned = -np.arange(c, d, dtype=np.int64) % max(1, tile.shape[0])
    room = _Room(d - c)
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
            crowded = found > _MANY * flags.size
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
    return _Found(tile.left.keys, tile.right.keys, allowed)


def _score_exactly(
    programs: Programs, rows: IntArray, begin: int, bad: Array, values: Array, scores: Array
) -> None:
    value_tile(programs.exact, SCORE, rows, begin, values)
    settle_tile(values, int(programs.exact.facts[LOWEST_ALLOWED]), bad, scores)


def _offer(
    tile: _Tile,
    u: IntArray,
    v: IntArray,
    score: IntArray,
    guides: tuple[Array, Array],
    limits: tuple[Array, Array],
) -> None:
    nothing = score == NO_WORTH
    left_worth = np.where(nothing, NO_WORTH, 2 * np.where(nothing, 0, score) - guides[1][v])
    right_worth = np.where(nothing, NO_WORTH, 2 * np.where(nothing, 0, score) - guides[0][u])
    _offer_worth(tile, u, v, (left_worth, right_worth), limits)


def _offer_worth(
    tile: _Tile, u: IntArray, v: IntArray, worth: tuple[IntArray, IntArray], limits: tuple[Array, Array]
) -> None:
    left, right = tile.left, tile.right
    offer_pairs(
        u,
        v,
        worth[0],
        worth[1],
        tile.origins,
        tile.shift,
        left.keys,
        right.keys,
        left.kth,
        right.kth,
        limits[0],
        limits[1],
    )


class _Room:
    """Arrays to work in, made once for a tile."""

    def __init__(self, columns: int) -> None:
        self._columns = columns
        self._arrays: dict[str, Array] = {}

    _TYPES: ClassVar[dict[str, type[np.generic]]] = {
        "bad": np.uint8,
        "flags": np.uint8,
        "bounds": np.float32,
        "values": np.float64,
        "scores": np.int64,
    }

    def cut(self, name: str, rows: IntArray) -> Array:
        """Return the array of this name, with a row for each of `rows`."""
        if name not in self._arrays:
            self._arrays[name] = np.empty((_ROWS, self._columns), dtype=self._TYPES[name])
        return self._arrays[name][: len(rows)]


def _seeded(
    programs: Programs, shape: tuple[int, int], k: int, guides: tuple[IntArray, IntArray], one_pool: bool
) -> Iterator[_Tile]:
    """Hold everybody against a few people spread over the others, exactly, so that tiles have something to exceed."""
    if shape[0] > 2 * _SEEDS:
        picked = _spread(shape[0], _SEEDS)
        for span in _spans(shape[1], _SPAN):
            yield _seeds_of_columns(programs, shape, k, guides, picked, span)
    if not one_pool and shape[1] > 2 * _SEEDS:
        picked = _spread(shape[1], _SEEDS // 8)
        for span in _spans(shape[0], _SPAN):
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
) -> _Tile:
    size = (len(picked), span[1] - span[0])
    tile = _Tile(shape, (0, 0), span, False, _Rows.empty(0, k), _Rows.empty(size[1], k))
    bad, scores = np.empty(size, dtype=np.uint8), np.empty(size, dtype=np.int64)
    forbid_tile(programs.exact, picked, span[0], bad)
    _score_exactly(programs, picked, span[0], bad, np.empty(size), scores)
    worth = np.where(scores == NO_WORTH, NO_WORTH, 2 * np.maximum(scores, 0) - guides[0][picked][:, None])
    u, v = np.repeat(picked, size[1]), np.tile(np.arange(*span, dtype=np.int64), size[0])
    none = np.full(worth.size, NO_WORTH, dtype=np.int64)
    limits = (tile.left.limits(tile.shift), tile.right.limits(tile.shift))
    _offer_worth(tile, u, v, (none, np.ravel(worth)), limits)
    return tile


def _seeds_of_rows(
    programs: Programs,
    shape: tuple[int, int],
    k: int,
    guides: tuple[IntArray, IntArray],
    picked: IntArray,
    span: Span,
) -> _Tile:
    tile = _Tile(shape, span, (0, 0), False, _Rows.empty(span[1] - span[0], k), _Rows.empty(0, k))
    u = np.repeat(np.arange(*span, dtype=np.int64), len(picked))
    v = np.tile(picked, span[1] - span[0])
    score = score_list(programs.exact, u, v)
    worth = np.where(score == NO_WORTH, NO_WORTH, 2 * np.maximum(score, 0) - guides[1][v])
    none = np.full(len(u), NO_WORTH, dtype=np.int64)
    limits = (tile.left.limits(tile.shift), tile.right.limits(tile.shift))
    _offer_worth(tile, u, v, (worth, none), limits)
    return tile


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
    left = _Rows.empty(shape[0], k, floor=0)
    right = left if one_pool else _Rows.empty(shape[1], k, floor=0)
    shared = (programs, _Pricing.of(prices, shape, one_pool))
    tiles = _tiles(shape, one_pool)
    cells = _cells(tiles)
    tasks = ((_tile_of(shape, tile, left, right),) for tile in tiles)
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
    partners, _ = _decoded(left.keys, shape[1])
    row, slot = np.nonzero(partners >= 0)
    u, v = [row], [partners[row, slot]]
    if not one_pool:
        partners, _ = _decoded(right.keys, shape[0])
        row, slot = np.nonzero(partners >= 0)
        u.append(row + shape[0])
        v = [v[0] + shape[0], partners[row, slot]]
    owners, others = np.concatenate(u).astype(np.int64), np.concatenate(v).astype(np.int64)
    last = left.keys[:, -1] if one_pool else np.concatenate([left.keys[:, -1], right.keys[:, -1]])
    complete = greatest < _most_worth(shape)
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

    def sides(self, tile: _Tile) -> tuple[Array, Array, Array, Array]:
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


def _priced_tile(programs: Programs, pricing: _Pricing, tile: _Tile) -> _Found:
    """Price one tile."""
    (a, _), (c, d) = tile.left_span, tile.right_span
    prices, blossoms = pricing.prices, pricing.prices.blossoms
    left, right, left_outer, right_outer = pricing.sides(tile)
    limits = (tile.left.limits(tile.shift), tile.right.limits(tile.shift))
    room, worst = _Room(d - c), 0
    for rows in tile.row_blocks():
        first, flags = int(rows[0]) - a, room.cut("flags", rows)
        found = flag_prices(first, tile.above, left, right, left_outer, right_outer, flags)
        if found > _FEW * flags.size and programs.searches:
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
            _most_worth(tile.shape),
            worth,
        )
        worst = max(worst, amount)
        if amount > 0:
            _offer_worth(tile, u, v, (worth, worth), limits)
    return _Found(tile.left.keys, tile.right.keys, worst=worst)
