"""Utilities that are listed pair by pair: what makes linear work out of looks at all pairs."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np

from peermatch.problem.scores import FORBIDDEN, Candidates, Entries, IntArray, top_of_blocks

__all__ = ["ListedScores", "ListedUtilities", "utility_of_entries"]


@runtime_checkable
class ListedUtilities(Protocol):
    """Pair scores that can list all allowed pairs; solvers and verifiers then need no look at all pairs."""

    def entries(self, side: str = "left") -> Entries:
        """Return what each allowed pair is worth to the row's person; with ``side="right"`` rows are the right side."""


def utility_of_entries(entries: Entries, row: IntArray, column: IntArray) -> IntArray:
    """Return the utilities of single pairs, `FORBIDDEN` where a pair is not listed.

    All rows are searched by halves at once: as many steps as the logarithm of the longest row, and no further memory
    than that of the question.

    Parameters
    ----------
    entries : Entries
    row, column : int64 arrays, shape (m,)

    Examples
    --------
    >>> entries = Entries(np.array([0, 2, 3]), np.array([0, 1, 0]), np.array([5, 3, 8]))
    >>> utility_of_entries(entries, np.array([0, 1]), np.array([1, 0]))
    array([3, 8])
    """
    row, column = np.asarray(row, dtype=np.int64), np.asarray(column, dtype=np.int64)
    low, end = entries.start[row].copy(), entries.start[row + 1]
    if not len(entries.column):
        return np.full(len(row), FORBIDDEN, dtype=np.int64)
    high = end.copy()
    for _ in range(int((end - low).max(initial=0)).bit_length()):
        open_ = low < high
        middle = np.minimum((low + high) // 2, len(entries.column) - 1)
        below = open_ & (entries.column[middle] < column)
        low = np.where(below, middle + 1, low)
        high = np.where(open_ & ~below, middle, high)
    place = np.minimum(low, len(entries.column) - 1)
    found = (low < end) & (entries.column[place] == column)
    return np.where(found, entries.utility[place], FORBIDDEN)


class ListedScores:
    """Scores of problems that have directed utilities alone: every listed pair has the score 0.

    Parameters
    ----------
    left : Entries
        What pairs are worth to the people of the rows.
    right : Entries, optional
        Two sides: what they are worth to the people of the columns. The same pairs must be listed.

    Examples
    --------
    >>> left = Entries(np.array([0, 1, 2]), np.array([1, 0]), np.array([5, 3]))
    >>> ListedScores(left).utilities(np.array([1]))[0, 0]
    np.int64(3)
    """

    def __init__(self, left: Entries, right: Entries | None = None) -> None:
        self._left, self._right = left, left if right is None else right
        self._two_sided = right is not None

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return (len(self._left.start) - 1, len(self._right.start) - 1)

    @property
    def two_sided(self) -> bool:
        """Whether rows and columns are different sides."""
        return self._two_sided

    def entries(self, side: str = "left") -> Entries:
        """Return what each allowed pair is worth to the row's person."""
        return self._left if side == "left" else self._right

    def block(self, rows: IntArray) -> IntArray:
        """Return the scores of these rows with everyone: 0, or `FORBIDDEN`."""
        return np.where(self.utilities(rows) == FORBIDDEN, FORBIDDEN, 0)

    def at(self, u: IntArray, v: IntArray) -> IntArray:
        """Return the scores of the listed pairs: 0, or `FORBIDDEN`."""
        return np.where(utility_of_entries(self._left, u, v) == FORBIDDEN, FORBIDDEN, 0)

    def top(self, k: int) -> Candidates:
        """Return k allowed partners of each row."""
        return top_of_blocks(self, k)

    def utilities(self, rows: IntArray, side: str = "left") -> IntArray:
        """Return what each pairing is worth to the row's person alone (directed), `FORBIDDEN` where forbidden."""
        mine = self.entries(side)
        out = np.full((len(rows), self.shape[1 if side == "left" else 0]), FORBIDDEN, dtype=np.int64)
        for line, row in enumerate(np.asarray(rows, dtype=np.int64).tolist()):
            span = slice(mine.start[row], mine.start[row + 1])
            out[line, mine.column[span]] = mine.utility[span]
        return out
