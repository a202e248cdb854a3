"""What every look through all pairs is made of: tiles, the short sorted rows that people keep, and room to work in.

Pairs are cut into tiles of a stretch of people with a stretch of others; in one pool each pair lies in one tile. What
is found does not depend on how pairs were cut: rows of keys are merged, and no two keys of a person are equal.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from peermatch.kernels.pair_search import (
    EMPTY,
    merge_keys,
    offer_pairs,
)
from peermatch.problem import NO_WORTH, IntArray
from peermatch.scoring import sizes

__all__ = [
    "Found",
    "KeyRows",
    "Room",
    "Tile",
    "count_cells",
    "decoded",
    "most_worth",
    "offer_worth",
    "shift_of",
    "spans",
    "tile_of",
    "tiles_of",
]

Array = npt.NDArray[Any]
Span = tuple[int, int]


@dataclass(frozen=True, eq=False)
class KeyRows:
    """What everybody on one side keeps: sorted keys, and the key that a pair must exceed to enter."""

    keys: IntArray
    kth: IntArray

    @classmethod
    def empty(cls, people: int, k: int, floor: int = EMPTY) -> KeyRows:
        return cls(np.full((people, k), EMPTY, dtype=np.int64), np.full(people, floor, dtype=np.int64))

    def __reduce__(self) -> tuple[Any, ...]:
        # tiles start without keys: those need not travel, and arrays that did may be read-only
        if self.keys.size and self.keys.max() == EMPTY:
            return _without_keys, (self.kth, self.keys.shape[1])
        return KeyRows, (self.keys, self.kth)

    def part(self, span: Span) -> KeyRows:
        """Return empty rows for a stretch of people that start from what is known here."""
        known = np.maximum(self.kth[span[0] : span[1]], self.keys[span[0] : span[1], -1])
        size = span[1] - span[0]
        return KeyRows(np.full((size, self.keys.shape[1]), EMPTY, dtype=np.int64), known)

    def merge(self, span: Span, keys: IntArray) -> None:
        """Take in what a tile found."""
        merge_keys(self.keys[span[0] : span[1]], keys)

    def limits(self, shift: int) -> Array:
        """Return the worth to reach, as floats: minus infinity where anything enters."""
        return np.where(self.kth == EMPTY, -np.inf, (self.kth >> shift).astype(np.float64))


def _without_keys(kth: IntArray, k: int) -> KeyRows:
    return KeyRows(np.full((len(kth), k), EMPTY, dtype=np.int64), np.array(kth))


@dataclass(frozen=True, eq=False)
class Tile:
    """One task: a stretch of left people with a stretch of right ones, and what each of them keeps."""

    shape: tuple[int, int]
    left_span: Span
    right_span: Span
    above: bool
    left: KeyRows
    right: KeyRows

    @property
    def origins(self) -> IntArray:
        return np.array([self.left_span[0], self.right_span[0], *self.shape], dtype=np.int64)

    @property
    def shift(self) -> int:
        return shift_of(self.shape)

    def row_blocks(self) -> Iterator[IntArray]:
        first, last = self.left_span
        for top in range(first, last, sizes.ROWS):
            yield np.arange(top, min(last, top + sizes.ROWS), dtype=np.int64)


def shift_of(shape: tuple[int, int]) -> int:
    """Return how many bits of a key hold the nearness."""
    return max(1, int(max(shape)).bit_length())


def most_worth(shape: tuple[int, int]) -> int:
    """Return the greatest worth that a key holds beside the nearness."""
    return (1 << (62 - shift_of(shape))) - 1


def spans(size: int, step: int) -> list[Span]:
    """Cut so many people into stretches of at most `step`."""
    return [(first, min(size, first + step)) for first in range(0, size, step)]


def tiles_of(shape: tuple[int, int], one_pool: bool) -> list[tuple[Span, Span, bool]]:
    """Cut all pairs into tiles; smaller ones where there are few people, so that all threads have some."""
    step = max(sizes.LEAST_SPAN, min(sizes.SPAN, -(-max(shape) // 8)))
    left, right = spans(shape[0], step), spans(shape[1], step)
    if not one_pool:
        return [(a, b, False) for a in left for b in right]
    # by distance from the diagonal, so that everybody's first partners come early
    return [
        (left[i], left[i + apart], apart == 0) for apart in range(len(left)) for i in range(len(left) - apart)
    ]


def count_cells(tiles: list[tuple[Span, Span, bool]]) -> int:
    """Return how many cells the tiles have together."""
    return sum((a[1] - a[0]) * (b[1] - b[0]) for a, b, _ in tiles)


def decoded(keys: IntArray, others: int) -> tuple[IntArray, IntArray]:
    """Return the partners and their worth that rows of keys hold."""
    shift = shift_of((len(keys), others))
    near = keys & ((1 << shift) - 1)
    person = np.arange(len(keys), dtype=np.int64)[:, None]
    partner = (person + (others - 1 - near)) % max(1, others)
    used = keys != EMPTY
    return np.where(used, partner, -1), np.where(used, keys >> shift, NO_WORTH)


def tile_of(shape: tuple[int, int], tile: tuple[Span, Span, bool], left: KeyRows, right: KeyRows) -> Tile:
    """Return a tile as a task, with what its people must exceed by now."""
    left_span, right_span, above = tile
    mine = left.part(left_span)
    return Tile(shape, left_span, right_span, above, mine, mine if above else right.part(right_span))


@dataclass(frozen=True, eq=False)
class Found:
    """What a tile returns: small, whatever the tile's size."""

    left_keys: IntArray
    right_keys: IntArray
    allowed: int = 0
    worst: int = 0


def offer_worth(
    tile: Tile, u: IntArray, v: IntArray, worth: tuple[IntArray, IntArray], limits: tuple[Array, Array]
) -> None:
    """Offer listed pairs to the rows of a tile's people, at what each is worth to the left and to the right one."""
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


class Room:
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
            self._arrays[name] = np.empty((sizes.ROWS, self._columns), dtype=self._TYPES[name])
        return self._arrays[name][: len(rows)]
