"""How well people suit each other on one criterion, worked out from encoded numbers in plain NumPy.

Written from what each primitive is defined to be, and sharing no code with the kernels that scored: the same number to
the last bit. NaN says "not known". Every primitive is asked about a tile (some rows with some columns) or about listed
pairs; *forward* is how the row's person sees the column's, *backward* how the column's person sees the row's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from peermatch.problem import IntArray

__all__ = [
    "PRIMITIVES",
    "ListedValues",
    "MatrixValues",
    "PrimitiveValues",
    "Values",
    "listed_places",
    "places_of",
]

Array = npt.NDArray[Any]
Floats = npt.NDArray[np.float64]
Both = tuple[Floats, Floats]

PRIMITIVES = ("near", "above", "agreement", "overlap", "covered", "shared", "direction")
"""What a criterion may be made of; besides a list of pairs, and a matrix."""

_UNIT = 2.0**-30
"""Vectors are whole numbers of 2**-15, their products of 2**-30."""


class Values(Protocol):
    """The similarities of one criterion."""

    def tile(self, rows: IntArray, columns: IntArray) -> Both:
        """Return forward and backward similarities, shape (rows, columns)."""

    def pairs(self, u: IntArray, v: IntArray) -> Both:
        """Return forward and backward similarities of row u[i] with column v[i]."""

    def take(self, left: IntArray, right: IntArray) -> Values:
        """Return the same for these rows and columns, in this order."""


def places_of(positions: IntArray, size: int) -> IntArray:
    """Return at which place each of `size` positions stands, -1 where it does not."""
    place = np.full(size, -1, dtype=np.int64)
    place[positions] = np.arange(len(positions))
    return place


def listed_places(keys: IntArray, rows: IntArray, columns: int) -> tuple[IntArray, IntArray]:
    """Return which listed pairs lie in these rows, as (line among `rows`, place in `keys`).

    `keys` are row times columns plus column, ascending.
    """
    begin = np.searchsorted(keys, rows * columns)
    count = np.searchsorted(keys, (rows + 1) * columns) - begin
    line = np.repeat(np.arange(len(rows)), count)
    within = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
    return line, np.repeat(begin, count) + within


# ---- primitives -------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class PrimitiveValues:
    """A criterion made of what people bring when they judge (own) and when they are judged (other).

    Attributes
    ----------
    primitive : str
    params : float64 array, at least four numbers
    directed : bool
        Whether backward differs from forward.
    left_own, left_other, right_own, right_other : arrays, shape (features, people)
        Numbers for "near" and "above", codes (below 0: not known) for "agreement", whole numbers for "direction", and
        words of 64 bits for the others.
    """

    primitive: str
    params: Floats
    directed: bool
    left_own: Array
    left_other: Array
    right_own: Array
    right_other: Array

    def tile(self, rows: IntArray, columns: IntArray) -> Both:
        """Return forward and backward similarities of a tile."""
        forward = self._view(self.left_own[:, rows], self.right_other[:, columns], False, True)
        if not self.directed:
            return forward, forward
        return forward, self._view(self.left_other[:, rows], self.right_own[:, columns], True, True)

    def pairs(self, u: IntArray, v: IntArray) -> Both:
        """Return forward and backward similarities of listed pairs."""
        forward = self._view(self.left_own[:, u], self.right_other[:, v], False, False)
        if not self.directed:
            return forward, forward
        return forward, self._view(self.left_other[:, u], self.right_own[:, v], True, False)

    def take(self, left: IntArray, right: IntArray) -> PrimitiveValues:
        """Return the same for these rows and columns."""
        return replace(
            self,
            left_own=self.left_own[:, left],
            left_other=self.left_other[:, left],
            right_own=self.right_own[:, right],
            right_other=self.right_other[:, right],
        )

    def _view(self, left: Array, right: Array, back: bool, tile: bool) -> Floats:
        with np.errstate(all="ignore"):  # infinities and what is not known go through the same arithmetic
            if self.primitive in ("near", "above"):
                a, b = _facing(left[0], right[0], tile)
                return (
                    _near(a, b, self.params) if self.primitive == "near" else _above(a, b, self.params, back)
                )
            if self.primitive == "agreement":
                return _agreement(left, right, bool(self.params[0] == 1.0), tile)
            if self.primitive == "direction":
                return _direction(left, right, tile)
            return self._sets(left, right, back, tile)

    def _sets(self, left: Array, right: Array, back: bool, tile: bool) -> Floats:
        """An empty set is not known; else the bits that both have, over what the primitive divides by."""
        sizes = [count_bits(part).sum(axis=0, dtype=np.float64) for part in (left, right)]
        own, other = _facing(sizes[0], sizes[1], tile)
        both = np.zeros(np.broadcast_shapes(own.shape, other.shape))
        for mine, theirs in zip(left, right, strict=True):
            if mine.any() and theirs.any():
                a, b = _facing(mine, theirs, tile)
                both += count_bits(a & b)
        if self.primitive == "overlap":
            whole: Floats | float = own + other - both
        elif self.primitive == "covered":
            whole = other if back else own
        else:
            whole = float(self.params[0])
        known = (own > 0) & (other > 0)
        return np.where(known, np.minimum(1.0, both / np.where(known, whole, 1.0)), np.nan)


def count_by_sums(words: Array) -> Array:
    """Count the bits of each 64-bit word: of neighbours, then of pairs of neighbours, and so on.

    Examples
    --------
    >>> count_by_sums(np.array([0, 5, 2**64 - 1], dtype=np.uint64)).tolist()
    [0, 2, 64]
    """
    one, two, four = (
        np.uint64(mask) for mask in (0x5555555555555555, 0x3333333333333333, 0x0F0F0F0F0F0F0F0F)
    )
    words = words - ((words >> np.uint64(1)) & one)
    words = (words & two) + ((words >> np.uint64(2)) & two)
    words = (words + (words >> np.uint64(4))) & four
    with np.errstate(over="ignore"):  # the highest byte of the product is the sum of all bytes
        return (words * np.uint64(0x0101010101010101)) >> np.uint64(56)


count_bits: Callable[[Array], Array] = getattr(np, "bitwise_count", count_by_sums)
"""NumPy's own from version 2 on."""


def _facing(left: Array, right: Array, tile: bool) -> tuple[Array, Array]:
    return (left[:, None], right[None, :]) if tile else (left, right)


def _near(a: Floats, b: Floats, params: Floats) -> Floats:
    """1 / (1 + x^2), x = (|a - b| - sweet spot) / scale."""
    x: Floats = (np.abs(a - b) - params[1]) / params[0]
    return np.asarray(1.0 / (1.0 + x * x))


def _above(a: Floats, b: Floats, params: Floats, back: bool) -> Floats:
    """How well b lies above a (or, back, a above b) by low to high; outside, the curve of `_near`."""
    low, high, scale = params[:3]
    difference = a - b if back else b - a
    short, far = low - difference, difference - high
    x = np.where(short > 0, short, np.where(far > 0, far, difference - difference)) / scale
    value = 1.0 / (1.0 + x * x)
    return np.where((difference <= 0) & (low > 0), 0.0, value)


def _agreement(left: Array, right: Array, same: bool, tile: bool) -> Floats:
    """The share of codes known of both that agree, or that differ."""
    known: Any = 0
    equal: Any = 0
    for mine, theirs in zip(left, right, strict=True):
        a, b = _facing(mine, theirs, tile)
        both = (a >= 0) & (b >= 0)
        known = known + both.astype(np.int64)
        equal = equal + (both & (a == b)).astype(np.int64)
    if not len(left):
        shape = (left.shape[1], right.shape[1]) if tile else (left.shape[1],)
        return np.full(shape, np.nan)
    hits = equal if same else known - equal
    return np.where(known > 0, hits / np.maximum(known, 1), np.nan)


def _direction(left: Array, right: Array, tile: bool) -> Floats:
    """The cosine, held to [0, 1]; a vector of zeros is not known. Sums of whole numbers below 2**53 are exact."""
    dot = left.T @ right if tile else (left * right).sum(axis=0)
    a, b = _facing((left != 0).any(axis=0), (right != 0).any(axis=0), tile)
    return np.where(a & b, np.minimum(1.0, np.maximum(0.0, dot * _UNIT)), np.nan)


# ---- listed pairs -----------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class ListedValues:
    """A criterion that is a list of directed pairs, and what people think of those whom they did not list.

    Attributes
    ----------
    shape : (int, int)
    forward, backward : pair of (int64 array, float64 array)
        Row times columns plus column of each listed pair, ascending, and its value: as the row's person sees it, and as
        the column's.
    left_default, right_default : float64 arrays
    """

    shape: tuple[int, int]
    forward: tuple[IntArray, Floats]
    backward: tuple[IntArray, Floats]
    left_default: Floats
    right_default: Floats

    def tile(self, rows: IntArray, columns: IntArray) -> Both:
        """Return forward and backward similarities of a tile."""
        size = (len(rows), len(columns))
        forward = np.array(np.broadcast_to(self.left_default[rows][:, None], size))
        backward = np.array(np.broadcast_to(self.right_default[columns][None, :], size))
        place = places_of(columns, self.shape[1])
        for out, (keys, values) in ((forward, self.forward), (backward, self.backward)):
            line, listed = listed_places(keys, rows, max(1, self.shape[1]))
            column = place[keys[listed] % max(1, self.shape[1])]
            out[line[column >= 0], column[column >= 0]] = values[listed[column >= 0]]
        return forward, backward

    def pairs(self, u: IntArray, v: IntArray) -> Both:
        """Return forward and backward similarities of listed pairs."""
        wanted = u * max(1, self.shape[1]) + v
        return (
            _looked_up(wanted, *self.forward, self.left_default[u]),
            _looked_up(wanted, *self.backward, self.right_default[v]),
        )

    def take(self, left: IntArray, right: IntArray) -> ListedValues:
        """Return the same for these rows and columns."""
        row, column = places_of(left, self.shape[0]), places_of(right, self.shape[1])
        width = max(1, self.shape[1])

        def moved(keys: IntArray, values: Floats) -> tuple[IntArray, Floats]:
            u, v = row[keys // width], column[keys % width]
            here = (u >= 0) & (v >= 0)
            there = u[here] * max(1, len(right)) + v[here]
            order = np.argsort(there)
            return there[order], values[here][order]

        return ListedValues(
            (len(left), len(right)),
            moved(*self.forward),
            moved(*self.backward),
            self.left_default[left],
            self.right_default[right],
        )


def _looked_up(wanted: IntArray, keys: IntArray, values: Floats, default: Floats) -> Floats:
    if not len(keys):
        return default
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, values[place], default)


@dataclass(frozen=True, eq=False)
class MatrixValues:
    """A criterion that is a function of the user's own: what it said of every pair."""

    forward: Floats
    backward: Floats

    def tile(self, rows: IntArray, columns: IntArray) -> Both:
        """Return forward and backward similarities of a tile."""
        return self.forward[np.ix_(rows, columns)], self.backward[np.ix_(rows, columns)]

    def pairs(self, u: IntArray, v: IntArray) -> Both:
        """Return forward and backward similarities of listed pairs."""
        return self.forward[u, v], self.backward[u, v]

    def take(self, left: IntArray, right: IntArray) -> MatrixValues:
        """Return the same for these rows and columns."""
        return MatrixValues(*self.tile(left, right))
