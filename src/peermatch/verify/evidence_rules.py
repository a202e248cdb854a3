"""Which pairs rules forbid, worked out from encoded marks in plain NumPy."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from peermatch.problem import GRID, IntArray
from peermatch.verify.evidence_similarity import Floats, Values, listed_places, places_of

__all__ = ["COMPARISONS", "FloorRule", "ListedRule", "MarksRule", "ReadRule"]

Bools = npt.NDArray[np.bool_]

COMPARISONS = ("equal", "unequal", "in_line", "twins")
"""Rules that compare a few marks a person."""


class ReadRule(Protocol):
    """One rule."""

    def tile(self, rows: IntArray, columns: IntArray) -> Bools:
        """Return True where the row's person may not have the column's."""

    def pairs(self, u: IntArray, v: IntArray) -> Bools:
        """Return True where row u[i] may not have column v[i]."""

    def take(self, left: IntArray, right: IntArray) -> ReadRule:
        """Return the same for these rows and columns, in this order."""


@dataclass(frozen=True, eq=False)
class MarksRule:
    """A rule that compares marks: shape (marks, people), below 0 where not known.

    "equal": a mark that is known and equal is forbidden. "unequal": one that is not known to be equal is. "in_line":
    one of the two stands above the other, each being an interval [enter, leave) of a walk through the tree. "twins": of
    the marks known of both, at least this share agrees.
    """

    comparison: str
    left: IntArray
    right: IntArray
    threshold: float

    def tile(self, rows: IntArray, columns: IntArray) -> Bools:
        """Return True where the row's person may not have the column's."""
        return self._bad(self.left[:, rows][:, :, None], self.right[:, columns][:, None, :])

    def pairs(self, u: IntArray, v: IntArray) -> Bools:
        """Return True where row u[i] may not have column v[i]."""
        return self._bad(self.left[:, u], self.right[:, v])

    def take(self, left: IntArray, right: IntArray) -> MarksRule:
        """Return the same for these rows and columns."""
        return replace(self, left=self.left[:, left], right=self.right[:, right])

    def _bad(self, a: IntArray, b: IntArray) -> Bools:
        shape = np.broadcast_shapes(a.shape[1:], b.shape[1:])
        if self.comparison == "in_line":
            below = (a[0] <= b[0]) & (b[0] < a[1])
            above = (b[0] <= a[0]) & (a[0] < b[1])
            return np.asarray((a[0] >= 0) & (b[0] >= 0) & (below | above))
        known, equal = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
        forbidden = np.zeros(shape, dtype=np.bool_)
        for mine, theirs in zip(a, b, strict=True):
            same = (mine == theirs) & (mine >= 0)
            if self.comparison == "twins":
                known += (mine >= 0) & (theirs >= 0)
                equal += same
            else:
                forbidden |= same if self.comparison == "equal" else ~same
        if self.comparison == "twins":
            return np.asarray((known > 0) & (equal >= self.threshold * known))
        return forbidden


@dataclass(frozen=True, eq=False)
class ListedRule:
    """Listed pairs are forbidden; in one pool both directions are listed.

    Attributes
    ----------
    shape : (int, int)
    keys : int64 array
        Row times columns plus column of each, ascending.
    """

    shape: tuple[int, int]
    keys: IntArray

    @classmethod
    def of(cls, shape: tuple[int, int], u: IntArray, v: IntArray, *, one_pool: bool) -> ListedRule:
        """Build the rule from pairs in any order."""
        if one_pool:
            u, v = np.concatenate([u, v]), np.concatenate([v, u])
        return cls(shape, np.unique(u * max(1, shape[1]) + v))

    def tile(self, rows: IntArray, columns: IntArray) -> Bools:
        """Return True where the row's person may not have the column's."""
        out = np.zeros((len(rows), len(columns)), dtype=np.bool_)
        line, listed = listed_places(self.keys, rows, max(1, self.shape[1]))
        column = places_of(columns, self.shape[1])[self.keys[listed] % max(1, self.shape[1])]
        out[line[column >= 0], column[column >= 0]] = True
        return out

    def pairs(self, u: IntArray, v: IntArray) -> Bools:
        """Return True where row u[i] may not have column v[i]."""
        return np.isin(u * max(1, self.shape[1]) + v, self.keys)

    def take(self, left: IntArray, right: IntArray) -> ListedRule:
        """Return the same for these rows and columns."""
        width = max(1, self.shape[1])
        u = places_of(left, self.shape[0])[self.keys // width]
        v = places_of(right, self.shape[1])[self.keys % width]
        here = (u >= 0) & (v >= 0)
        return ListedRule.of((len(left), len(right)), u[here], v[here], one_pool=False)


@dataclass(frozen=True, eq=False)
class FloorRule:
    """Pairs below a floor on one criterion are forbidden, in either direction in which it counts.

    Attributes
    ----------
    values : Values
    fills : (float, float)
        What "not known" counts as for the left and for the right person.
    floor : int
        On the grid of 2**-30.
    left_on, right_on : bool arrays
    """

    values: Values
    fills: tuple[float, float]
    floor: int
    left_on: Bools
    right_on: Bools

    def tile(self, rows: IntArray, columns: IntArray) -> Bools:
        """Return True where the row's person may not have the column's."""
        on = (self.left_on[rows][:, None], self.right_on[columns][None, :])
        return self._below(self.values.tile(rows, columns), on)

    def pairs(self, u: IntArray, v: IntArray) -> Bools:
        """Return True where row u[i] may not have column v[i]."""
        return self._below(self.values.pairs(u, v), (self.left_on[u], self.right_on[v]))

    def take(self, left: IntArray, right: IntArray) -> FloorRule:
        """Return the same for these rows and columns."""
        return replace(
            self,
            values=self.values.take(left, right),
            left_on=self.left_on[left],
            right_on=self.right_on[right],
        )

    def _below(self, views: tuple[Floats, Floats], on: tuple[Bools, Bools]) -> Bools:
        low = [
            (np.rint(np.where(np.isnan(view), fill, view) * GRID) < self.floor) & counts
            for view, fill, counts in zip(views, self.fills, on, strict=True)
        ]
        return np.asarray(low[0] | low[1])
