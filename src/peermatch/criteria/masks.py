"""Compiled rules: which pairs may not be made, by tiles or by listed pairs, without an n x n mask."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar, Protocol

import numpy as np
import numpy.typing as npt

from peermatch.criteria.measures import Measure
from peermatch.criteria.program import ProgramWriter, forbid_list, forbid_tile
from peermatch.kernels.pair_program import Program
from peermatch.problem import GRID

__all__ = ["FloorMask", "KernelMask", "ListedMask", "Mask", "count_pairs"]

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
_CELLS = 1 << 21


class Mask(Protocol):
    """What a compiled rule can answer."""

    @property
    def compiles(self) -> bool:
        """Whether it is made of what compiled code can evaluate, so that `write` works."""

    def write(self, writer: ProgramWriter, row: npt.NDArray[Any]) -> None:
        """Write itself into the tables of a program."""

    def tile(self, rows: Ints, columns: Ints) -> Bools:
        """Return True where the row's person may not have the column's."""

    def pairs(self, u: Ints, v: Ints) -> Bools:
        """Return True where row u[i] may not have column v[i]."""

    def take(self, left: Ints, right: Ints) -> Mask:
        """Return the same mask for these rows and columns, in this order."""


@dataclass(frozen=True, eq=False)
class KernelMask:
    """A mask of a few numbers a person and one compiled comparison.

    Parameters
    ----------
    comparison : str
        A name in `peermatch.kernels.pair_program.MASK_KINDS`.
    left, right : int64 arrays, shape (people, d)
    threshold : float
    """

    comparison: str
    left: Ints
    right: Ints
    threshold: float = 0.0

    compiles: ClassVar[bool] = True

    def write(self, writer: ProgramWriter, row: npt.NDArray[Any]) -> None:
        """Write itself into the tables of a program."""
        writer.write_comparison(self, row)

    @cached_property
    def _program(self) -> Program:
        writer = ProgramWriter((len(self.left), len(self.right)), two_sided=True)
        writer.add_mask(self)
        return writer.only()

    def tile(self, rows: Ints, columns: Ints) -> Bools:
        """Return True where the row's person may not have the column's."""
        out = np.empty((len(rows), len(self.right)), dtype=np.uint8)
        forbid_tile(self._program, np.ascontiguousarray(rows, dtype=np.int64), 0, out)
        return out.view(np.bool_)[:, columns]

    def pairs(self, u: Ints, v: Ints) -> Bools:
        """Return True where row u[i] may not have column v[i]."""
        out = np.empty(len(u), dtype=np.uint8)
        u, v = np.ascontiguousarray(u, dtype=np.int64), np.ascontiguousarray(v, dtype=np.int64)
        forbid_list(self._program, u, v, out)
        return out.view(np.bool_)

    def take(self, left: Ints, right: Ints) -> KernelMask:
        """Return the same mask for these rows and columns. Numbers that are one array stay one."""
        mine = self.left[left]
        theirs = mine if self.right is self.left and right is left else self.right[right]
        return replace(self, left=mine, right=theirs)


@dataclass(frozen=True, eq=False)
class ListedMask:
    """A mask of listed pairs.

    Parameters
    ----------
    shape : (int, int)
    u, v : int64 arrays
        In one pool both directions of a pair must be listed.
    """

    shape: tuple[int, int]
    u: Ints
    v: Ints
    compiles: ClassVar[bool] = True

    def write(self, writer: ProgramWriter, row: npt.NDArray[Any]) -> None:
        """Write itself into the tables of a program."""
        writer.write_listed_mask(self, row)

    @classmethod
    def of(cls, shape: tuple[int, int], u: Ints, v: Ints, *, one_pool: bool) -> ListedMask:
        """Build one from pairs in any order and with repeats."""
        if one_pool:
            u, v = np.concatenate([u, v]), np.concatenate([v, u])
        keys = np.unique(u * max(1, shape[1]) + v)
        return cls(shape, keys // max(1, shape[1]), keys % max(1, shape[1]))

    def tile(self, rows: Ints, columns: Ints) -> Bools:
        """Return True where the row's person may not have the column's."""
        out = np.zeros((len(rows), len(columns)), dtype=bool)
        at_column = np.full(self.shape[1], -1, dtype=np.int64)
        at_column[columns] = np.arange(len(columns))
        start = np.searchsorted(self.u, rows, side="left")
        count = np.searchsorted(self.u, rows, side="right") - start
        which = np.repeat(np.arange(len(rows)), count)
        place = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + np.repeat(start, count)
        column = at_column[self.v[place]]
        out[which[column >= 0], column[column >= 0]] = True
        return out

    def pairs(self, u: Ints, v: Ints) -> Bools:
        """Return True where row u[i] may not have column v[i]."""
        if self.u.size == 0:
            return np.zeros(len(u), dtype=bool)
        keys = self.u * self.shape[1] + self.v
        wanted = u * self.shape[1] + v
        place = np.minimum(np.searchsorted(keys, wanted), keys.size - 1)
        return np.asarray(keys[place] == wanted)

    def take(self, left: Ints, right: Ints) -> ListedMask:
        """Return the same mask for these rows and columns."""
        new_row = np.full(self.shape[0], -1, dtype=np.int64)
        new_row[left] = np.arange(len(left))
        new_column = np.full(self.shape[1], -1, dtype=np.int64)
        new_column[right] = np.arange(len(right))
        keep = (new_row[self.u] >= 0) & (new_column[self.v] >= 0)
        shape = (len(left), len(right))
        return ListedMask.of(shape, new_row[self.u[keep]], new_column[self.v[keep]], one_pool=False)


@dataclass(frozen=True, eq=False)
class FloorMask:
    """A mask of pairs below a floor on one criterion, in either direction in which it counts."""

    measure: Measure
    fills: tuple[float, float]
    left_on: Bools
    right_on: Bools
    floor: float

    @property
    def compiles(self) -> bool:
        """Whether its criterion does."""
        return self.measure.compiles

    def write(self, writer: ProgramWriter, row: npt.NDArray[Any]) -> None:
        """Write itself into the tables of a program."""
        writer.write_floor(self, row)

    def tile(self, rows: Ints, columns: Ints) -> Bools:
        """Return True where the row's person may not have the column's."""
        forward, backward = self.measure.tile(rows, columns)
        return self._below(forward, backward, self.left_on[rows][:, None], self.right_on[columns][None, :])

    def pairs(self, u: Ints, v: Ints) -> Bools:
        """Return True where row u[i] may not have column v[i]."""
        forward, backward = self.measure.pairs(u, v)
        return self._below(forward, backward, self.left_on[u], self.right_on[v])

    def _below(
        self,
        forward: npt.NDArray[np.float64],
        backward: npt.NDArray[np.float64],
        left_on: Bools,
        right_on: Bools,
    ) -> Bools:
        # on the grid that scores stand on, so that what is shown as 0.9 is 0.9
        floor = np.rint(self.floor * GRID)
        low_left = np.rint(np.where(np.isnan(forward), self.fills[0], forward) * GRID) < floor
        low_right = np.rint(np.where(np.isnan(backward), self.fills[1], backward) * GRID) < floor
        return np.asarray((low_left & left_on) | (low_right & right_on))

    def take(self, left: Ints, right: Ints) -> FloorMask:
        """Return the same mask for these rows and columns."""
        return replace(
            self,
            measure=self.measure.take(left, right),
            left_on=self.left_on[left],
            right_on=self.right_on[right],
        )


def count_pairs(mask: Mask, shape: tuple[int, int], *, one_pool: bool) -> int:
    """Count the pairs that a mask forbids: by arithmetic where its kind allows it, else by one scan.

    Parameters
    ----------
    mask : Mask
        Symmetric, in one pool.
    shape : (int, int)
    one_pool : bool
        Then a pair counts once, and nobody with themselves.
    """
    counted = _count_directly(mask, shape, one_pool)
    if counted is not None:
        return counted
    rows, columns = shape
    everyone = np.arange(columns, dtype=np.int64)
    step = max(1, _CELLS // max(1, columns))
    total = sum(
        int(mask.tile(np.arange(start, min(rows, start + step), dtype=np.int64), everyone).sum())
        for start in range(0, rows, step)
    )
    return (total - int(mask.pairs(everyone, everyone).sum())) // 2 if one_pool else total


def _count_directly(mask: Mask, shape: tuple[int, int], one_pool: bool) -> int | None:
    if isinstance(mask, ListedMask):
        off_diagonal = int((mask.u != mask.v).sum())
        return off_diagonal // 2 if one_pool else len(mask.u)
    if not isinstance(mask, KernelMask) or mask.comparison == "twins":
        return None
    if mask.comparison != "in_line" and mask.left.shape[1] != 1:
        return None
    rows, columns = shape
    if mask.comparison == "in_line":
        return _count_in_line(mask.left, mask.right, one_pool)
    equal = _count_equal(mask.left[:, 0], mask.right[:, 0], one_pool)
    if mask.comparison == "equal":
        return equal
    return (rows * (rows - 1) // 2 if one_pool else rows * columns) - equal


def _count_equal(left: Ints, right: Ints, one_pool: bool) -> int:
    codes_left, count_left = np.unique(left[left >= 0], return_counts=True)
    if one_pool:
        return int(sum(int(c) * (int(c) - 1) // 2 for c in count_left))
    codes_right, count_right = np.unique(right[right >= 0], return_counts=True)
    sizes: dict[Any, int] = dict(zip(codes_right.tolist(), count_right.tolist(), strict=True))
    return sum(
        count * sizes.get(code, 0)
        for code, count in zip(codes_left.tolist(), count_left.tolist(), strict=True)
    )


def _count_in_line(left: Ints, right: Ints, one_pool: bool) -> int:
    left, right = left[left[:, 0] >= 0], right[right[:, 0] >= 0]

    def below(above: Ints, others: Ints) -> int:
        enter = np.sort(others[:, 0])
        return int((np.searchsorted(enter, above[:, 1]) - np.searchsorted(enter, above[:, 0])).sum())

    if one_pool:
        return below(left, left) - len(left)
    same = np.intersect1d(left[:, 0], right[:, 0]).size
    return below(left, right) + below(right, left) - same
