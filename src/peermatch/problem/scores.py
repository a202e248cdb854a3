"""Pair scores: the hinge between what matters to people and what a solver sees.

Scores are whole numbers on a grid of ``2**-30``: a score of ``GRID`` is a perfect pair. A pair that a rule forbids
(and, in one pool, a person with themselves) has the score `FORBIDDEN`. Nothing on this floor or below needs the
whole n x n matrix: solvers ask for blocks of rows, for listed pairs, or for each row's best candidates.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

__all__ = [
    "FORBIDDEN",
    "GRID",
    "Candidates",
    "DenseScores",
    "Entries",
    "IntArray",
    "PairScores",
    "SparseScores",
    "top_of_blocks",
]

IntArray = npt.NDArray[np.int64]

GRID: int = 2**30
"""The integer that stands for a score, similarity or utility of 1."""

FORBIDDEN: int = int(np.iinfo(np.int64).min)
"""The score of a pair that may not be made."""

_CELLS_PER_BLOCK = 1 << 22


@dataclass(frozen=True)
class Candidates:
    """Each row's best allowed partners, best first.

    Attributes
    ----------
    columns : int64 array, shape (rows, k)
        Positions of the partners; -1 where a row has fewer than k allowed ones.
    scores : int64 array, shape (rows, k)
        Their scores; `FORBIDDEN` where `columns` is -1.
    """

    columns: IntArray
    scores: IntArray


@dataclass(frozen=True, eq=False)
class Entries:
    """One side's utilities, row by row: every allowed pair and no other.

    Attributes
    ----------
    start : int64 array, shape (rows + 1,)
        Row x's entries are ``start[x]:start[x + 1]``.
    column : int64 array, shape (m,)
        Ascending within a row, each once.
    utility : int64 array, shape (m,)
    """

    start: IntArray
    column: IntArray
    utility: IntArray


@runtime_checkable
class PairScores(Protocol):
    """What every kind of pair scores can answer.

    One pool of n people has the shape (n, n) and symmetric scores; two sides have the shape (left, right).
    The same pair has the same score, to the last bit, whichever method is asked.
    """

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""

    @property
    def two_sided(self) -> bool:
        """Whether rows and columns are different sides."""

    def block(self, rows: IntArray) -> IntArray:
        """Return the scores of these rows with everyone, shape (len(rows), shape[1])."""

    def at(self, u: IntArray, v: IntArray) -> IntArray:
        """Return the scores of the listed pairs (row u[i] with column v[i])."""

    def top(self, k: int) -> Candidates:
        """Return each row's k best allowed partners; equal scores by (column - row) mod columns, nearest first."""

    def utilities(self, rows: IntArray, side: str = "left") -> IntArray:
        """Return what each pairing is worth to the row's person alone (directed), `FORBIDDEN` where forbidden.

        With ``side="right"`` the rows are people of the right side and the columns those of the left.
        """


def top_of_blocks(scores: PairScores, k: int) -> Candidates:
    """Find each row's k best allowed partners by reading blocks of rows: the plain way, for any `PairScores`."""
    n_rows, n_columns = scores.shape
    k = max(0, min(k, n_columns))
    columns = np.full((n_rows, k), -1, dtype=np.int64)
    best = np.full((n_rows, k), FORBIDDEN, dtype=np.int64)
    step = max(1, _CELLS_PER_BLOCK // max(1, n_columns))
    for start in range(0, n_rows, step):
        rows = np.arange(start, min(n_rows, start + step), dtype=np.int64)
        block = scores.block(rows)
        rotation = (np.arange(n_columns)[None, :] - rows[:, None]) % max(1, n_columns)
        # lexsort is stable and sorts ascending by its last key first: best score first, then nearest rotation
        order = np.lexsort((rotation, -np.maximum(block, -GRID * 2**30)), axis=1)[:, :k]
        chosen = np.take_along_axis(block, order, axis=1)
        allowed = chosen != FORBIDDEN
        columns[rows] = np.where(allowed, order, -1)
        best[rows] = np.where(allowed, chosen, FORBIDDEN)
    return Candidates(columns, best)


class DenseScores:
    """Pair scores from a matrix.

    Parameters
    ----------
    matrix : int64 array, shape (n, n) or (left, right)
        Scores; `FORBIDDEN` marks pairs that may not be made. For one pool it must be symmetric; the diagonal is
        treated as forbidden.
    two_sided : bool, default False
        Whether rows and columns are different people.
    utilities : optional pair of int64 arrays
        What a pairing is worth to the left person, shape (left, right), and to the right person, shape
        (right, left). For one pool a single (n, n) array: ``utilities[i, j]`` is i's utility of having j.
        Without it, both sides value a pair at its score.

    Raises
    ------
    ValueError
        If the matrix has the wrong shape, is not made of integers, or is not symmetric for one pool.

    Examples
    --------
    >>> scores = DenseScores(np.array([[0, 5], [5, 0]]))
    >>> scores.at(np.array([0]), np.array([1]))
    array([5])
    """

    def __init__(
        self,
        matrix: npt.ArrayLike,
        *,
        two_sided: bool = False,
        utilities: npt.ArrayLike | tuple[npt.ArrayLike, npt.ArrayLike] | None = None,
    ) -> None:
        array = np.asarray(matrix)
        if array.ndim != 2 or not (np.issubdtype(array.dtype, np.integer) or array.size == 0):
            raise ValueError(
                f"Scores must be a 2-D array of integers. Got {array.dtype} with {array.ndim} dimensions."
            )
        array = np.array(array, dtype=np.int64)
        if not two_sided:
            if array.shape[0] != array.shape[1]:
                raise ValueError(f"One pool needs a square matrix. Got shape {array.shape}.")
            np.fill_diagonal(array, FORBIDDEN)
            if not np.array_equal(array, array.T):
                raise ValueError("One pool needs a symmetric matrix of scores.")
        array.flags.writeable = False
        self._matrix = array
        self._two_sided = two_sided
        self._left, self._right = self._directed(utilities)

    def _directed(
        self, utilities: npt.ArrayLike | tuple[npt.ArrayLike, npt.ArrayLike] | None
    ) -> tuple[IntArray, IntArray]:
        if utilities is None:
            return self._matrix, self._matrix.T
        if self._two_sided:
            left, right = utilities  # type: ignore[misc,str-unpack]
            pair = (np.array(left, dtype=np.int64), np.array(right, dtype=np.int64))
        else:
            single = np.array(utilities, dtype=np.int64)
            pair = (single, single)
        if pair[0].shape != self._matrix.shape or pair[1].shape != self._matrix.shape[::-1]:
            raise ValueError(f"Utilities must have the shape of the scores, {self._matrix.shape}.")
        pair[0][self._matrix == FORBIDDEN] = FORBIDDEN
        pair[1][self._matrix.T == FORBIDDEN] = FORBIDDEN
        return pair

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return (self._matrix.shape[0], self._matrix.shape[1])

    @property
    def two_sided(self) -> bool:
        """Whether rows and columns are different sides."""
        return self._two_sided

    def block(self, rows: IntArray) -> IntArray:
        """Return the scores of these rows with everyone."""
        return self._matrix[rows]

    def at(self, u: IntArray, v: IntArray) -> IntArray:
        """Return the scores of the listed pairs."""
        return self._matrix[u, v]

    def top(self, k: int) -> Candidates:
        """Return each row's k best allowed partners."""
        return top_of_blocks(self, k)

    def utilities(self, rows: IntArray, side: str = "left") -> IntArray:
        """Return what each pairing is worth to the row's person alone."""
        return (self._left if side == "left" else self._right)[rows]


def _best_of_parallels(
    rows: IntArray, columns: IntArray, values: IntArray, n_columns: int
) -> tuple[IntArray, IntArray, IntArray]:
    """Sort pairs by row and column, and keep the highest value of each."""
    key = rows * n_columns + columns
    order = np.argsort(key)
    key = key[order]
    first = np.ones(len(key), dtype=bool)
    np.not_equal(key[1:], key[:-1], out=first[1:])
    if first.all():
        return rows[order], columns[order], values[order]
    chosen = np.flatnonzero(first)
    return rows[order][chosen], columns[order][chosen], np.maximum.reduceat(values[order], chosen)


def _both_ways(
    low: IntArray, high: IntArray, values: IntArray, n: int
) -> tuple[IntArray, IntArray, IntArray]:
    """Return starts, columns and values of a symmetric matrix, given the half above its diagonal in order.

    Row x holds first the pairs in which x is the higher, by the lower, then those in which x is the lower.
    """
    below, above = np.bincount(high, minlength=n), np.bincount(low, minlength=n)
    start = np.zeros(n + 1, dtype=np.int64)
    np.cumsum(below + above, out=start[1:])
    columns, both = np.empty(2 * len(low), dtype=np.int64), np.empty(2 * len(low), dtype=np.int64)
    # pairs lie in order of low, so that each has only to be moved up by what the rows up to it have below
    place = np.arange(len(low)) + np.cumsum(below)[low]
    columns[place], both[place] = high, values
    turned = np.argsort(high, kind="stable")
    place = np.arange(len(low)) + (np.cumsum(above) - above)[high[turned]]
    columns[place], both[place] = low[turned], values[turned]
    return start, columns, both


class SparseScores:
    """Pair scores from a list of pairs; every pair that is not listed is forbidden.

    Parameters
    ----------
    u, v : integer arrays, shape (m,)
        The pairs: positions in the pool, or in the left and the right side. In one pool the order within a pair
        does not matter; a person with themselves is dropped; of parallel pairs the highest score counts.
    score : integer array, shape (m,)
    shape : (int, int)
    two_sided : bool, default False

    Examples
    --------
    >>> scores = SparseScores([0], [1], [7], shape=(3, 3))
    >>> scores.block(np.array([1]))[0, 0]
    np.int64(7)
    """

    def __init__(
        self,
        u: npt.ArrayLike,
        v: npt.ArrayLike,
        score: npt.ArrayLike,
        *,
        shape: tuple[int, int],
        two_sided: bool = False,
    ) -> None:
        rows = np.asarray(u, dtype=np.int64)
        columns = np.asarray(v, dtype=np.int64)
        values = np.asarray(score, dtype=np.int64)
        if not (rows.shape == columns.shape == values.shape and rows.ndim == 1):
            raise ValueError("u, v and score must be 1-D arrays of one length.")
        if rows.size and (
            min(rows.min(), columns.min()) < 0 or rows.max() >= shape[0] or columns.max() >= shape[1]
        ):
            raise ValueError(f"Positions must lie within the shape {shape}.")
        if not two_sided:
            keep = rows != columns
            if not keep.all():
                rows, columns, values = rows[keep], columns[keep], values[keep]
            rows, columns = np.minimum(rows, columns), np.maximum(rows, columns)
        rows, columns, values = _best_of_parallels(rows, columns, values, max(1, shape[1]))
        if two_sided:
            self._start = np.searchsorted(rows, np.arange(shape[0] + 1))
            self._columns, self._values = columns, values
        else:
            self._start, self._columns, self._values = _both_ways(rows, columns, values, shape[0])
        self._shape, self._two_sided = (int(shape[0]), int(shape[1])), two_sided

    @cached_property
    def _key(self) -> IntArray:
        """Row and column of every listed pair as one number, ascending."""
        rows = np.repeat(np.arange(self._shape[0]), np.diff(self._start))
        rows *= max(1, self._shape[1])
        rows += self._columns
        return rows

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self._shape

    @property
    def two_sided(self) -> bool:
        """Whether rows and columns are different sides."""
        return self._two_sided

    def block(self, rows: IntArray) -> IntArray:
        """Return the scores of these rows with everyone."""
        out = np.full((len(rows), self._shape[1]), FORBIDDEN, dtype=np.int64)
        for i, row in enumerate(rows):
            span = slice(self._start[row], self._start[row + 1])
            out[i, self._columns[span]] = self._values[span]
        return out

    def at(self, u: IntArray, v: IntArray) -> IntArray:
        """Return the scores of the listed pairs."""
        wanted = np.asarray(u, dtype=np.int64) * max(1, self._shape[1]) + np.asarray(v, dtype=np.int64)
        if self._key.size == 0:
            return np.full(wanted.shape, FORBIDDEN, dtype=np.int64)
        place = np.minimum(np.searchsorted(self._key, wanted), self._key.size - 1)
        return np.where(self._key[place] == wanted, self._values[place], FORBIDDEN)

    def top(self, k: int) -> Candidates:
        """Return each row's k best allowed partners."""
        return top_of_blocks(self, k)

    def entries(self, side: str = "left") -> Entries:
        """Return what each allowed pair is worth to the row's person: its score; see `ListedUtilities`."""
        if side == "left" or not self._two_sided:
            return Entries(self._start, self._columns, self._values)
        order = np.argsort(self._columns, kind="stable")
        of_row = np.repeat(np.arange(self._shape[0]), np.diff(self._start))
        start = np.searchsorted(self._columns[order], np.arange(self._shape[1] + 1))
        return Entries(start, of_row[order], self._values[order])

    def utilities(self, rows: IntArray, side: str = "left") -> IntArray:
        """Return what each pairing is worth to the row's person alone: here, its score."""
        if side == "left" or not self._two_sided:
            return self.block(rows)
        out = np.full((len(rows), self._shape[0]), FORBIDDEN, dtype=np.int64)
        place = np.full(self._shape[1], -1, dtype=np.int64)
        place[rows] = np.arange(len(rows))
        of_row = np.repeat(np.arange(self._shape[0]), np.diff(self._start))
        wanted = place[self._columns] >= 0
        out[place[self._columns[wanted]], of_row[wanted]] = self._values[wanted]
        return out
