"""Stated preferences over scores: what people say themselves comes before what is computed for them.

Scores stay what they are, so that explanations and sums stay true; only what a pairing is worth to each of the two is
replaced, for whoever stated something. Nothing here needs more memory than the lists themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from peermatch.problem import FORBIDDEN, Candidates, IntArray, PairScores, scores_above, top_of_blocks
from peermatch.scoring.lazy import LazyScores

__all__ = ["STATED", "StatedLists", "StatedScores"]

STATED = 1 << 32
"""A listed person of rank r is worth this less r: more than any computed utility, which is at most 2**30."""

Bools = npt.NDArray[np.bool_]
_CELLS_AT_ONCE = 1 << 21


@dataclass(frozen=True, eq=False)
class StatedLists:
    """What the people of one side stated, one list behind the other.

    Attributes
    ----------
    start : int64 array, shape (n + 1,)
        Person x's list is ``start[x]:start[x + 1]``.
    column : int64 array, shape (m,)
        Whom they list, ascending within a list.
    rank : int64 array, shape (m,)
        1 and the number of people on the list as it was given whom its owner strictly prefers.
    given : bool array, shape (n,)
        Who stated anything at all; a list may be given and empty.
    others : int
        How many people there are to be listed.
    """

    start: IntArray
    column: IntArray
    rank: IntArray
    given: Bools
    others: int

    @classmethod
    def of(
        cls, n: int, others: int, row: IntArray, column: IntArray, rank: IntArray, given: Bools
    ) -> StatedLists:
        """Build lists from entries in any order, none of which comes twice.

        Examples
        --------
        >>> one = np.array([1])
        >>> lists = StatedLists.of(2, 2, one, one - 1, one, np.array([False, True]))
        >>> lists.ranks(np.array([0, 1]), np.array([1, 0])).tolist()
        [0, 1]
        """
        order = np.lexsort((column, row))
        row, column, rank = row[order], column[order], rank[order]
        start = np.searchsorted(row, np.arange(n + 1)).astype(np.int64)
        return cls(start, column, rank, given, others)

    @property
    def owner(self) -> IntArray:
        """Whose each entry is."""
        return np.repeat(np.arange(len(self.given), dtype=np.int64), np.diff(self.start))

    @cached_property
    def _keys(self) -> IntArray:
        """Owner and column of each entry as one number, ascending."""
        return self.owner * max(1, self.others) + self.column

    @property
    def length(self) -> IntArray:
        """How many people each list has."""
        return np.diff(self.start)

    def ranks(self, u: IntArray, v: IntArray) -> IntArray:
        """Return the rank of v[i] on the list of u[i], 0 where they do not stand on it."""
        wanted = np.asarray(u, dtype=np.int64) * max(1, self.others) + np.asarray(v, dtype=np.int64)
        keys = self._keys
        if not len(keys):
            return np.zeros(len(wanted), dtype=np.int64)
        place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        return np.where(keys[place] == wanted, self.rank[place], 0)

    def rows(self, rows: IntArray) -> tuple[IntArray, IntArray, IntArray]:
        """Return the entries of these people as (line among `rows`, column, rank)."""
        rows = np.asarray(rows, dtype=np.int64)
        length = self.length[rows]
        line = np.repeat(np.arange(len(rows), dtype=np.int64), length)
        within = np.arange(int(length.sum()), dtype=np.int64) - np.repeat(np.cumsum(length) - length, length)
        place = np.repeat(self.start[rows], length) + within
        return line, self.column[place], self.rank[place]

    def take(self, owners: IntArray, others: IntArray) -> StatedLists:
        """Return the same lists for these owners and others, in this order; ranks stay those of the lists as given."""
        line, column, rank = self.rows(owners)
        place = np.full(self.others, -1, dtype=np.int64)
        place[others] = np.arange(len(others))
        here = place[column] >= 0
        return StatedLists.of(
            len(owners), len(others), line[here], place[column[here]], rank[here], self.given[owners]
        )


class StatedScores:
    """Pair scores in which stated lists decide what a pairing is worth to each side.

    Parameters
    ----------
    base : LazyScores
    left, right : StatedLists
        In one pool the same lists twice.
    only_listed : bool
        Whether those who gave a list accept nobody else. Who gave none accepts everyone. A pair is then allowed if both
        accept each other.

    Notes
    -----
    Whoever is listed is worth `STATED` less their rank to the list's owner; everybody else what was computed.
    """

    def __init__(
        self, base: LazyScores | PairScores, left: StatedLists, right: StatedLists, *, only_listed: bool
    ) -> None:
        self.base, self.left, self.right, self.only_listed = base, left, right, only_listed

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.base.shape

    @property
    def two_sided(self) -> bool:
        """Whether rows and columns are different sides."""
        return self.base.two_sided

    def take(self, left: IntArray, right: IntArray) -> StatedScores:
        """Return the same scores for these rows and columns, in this order."""
        base: PairScores = self.base.take(left, right)  # type: ignore[union-attr]  # lazy scores have it
        mine = self.left.take(left, right)
        theirs = mine if not self.two_sided else self.right.take(right, left)
        return StatedScores(base, mine, theirs, only_listed=self.only_listed)

    def without(self, u: IntArray, v: IntArray) -> StatedScores:
        """Return the same scores, in which these pairs are forbidden as well."""
        base: PairScores = self.base.without(u, v)  # type: ignore[union-attr]  # lazy scores have it
        return StatedScores(base, self.left, self.right, only_listed=self.only_listed)

    def at_least(self, lowest: int) -> StatedScores:
        """Return the same scores, in which pairs with a lower score than this are forbidden."""
        return StatedScores(
            scores_above(self.base, lowest), self.left, self.right, only_listed=self.only_listed
        )

    def refused(self, rows: IntArray, side: str = "left") -> Bools:
        """Return whom one of the two did not list although they gave a list, shape (rows, others)."""
        mine, theirs = (self.left, self.right) if side == "left" else (self.right, self.left)
        rows = np.asarray(rows, dtype=np.int64)
        out = np.zeros((len(rows), mine.others), dtype=np.bool_)
        if not self.only_listed:
            return out
        line, column, _ = mine.rows(rows)
        accepts = ~np.repeat(mine.given[rows][:, None], mine.others, axis=1)
        accepts[line, column] = True
        place = np.full(theirs.others, -1, dtype=np.int64)
        place[rows] = np.arange(len(rows))
        accepted = np.repeat(~theirs.given[None, :], len(rows), axis=0)
        here = place[theirs.column] >= 0
        accepted[place[theirs.column[here]], theirs.owner[here]] = True
        # somebody who stands among `rows` twice was placed once
        if len(np.unique(rows)) < len(rows):
            accepted = accepted[place[rows]]
        refused: Bools = ~(accepts & accepted)
        return refused

    def refused_at(self, u: IntArray, v: IntArray) -> Bools:
        """Return True where one of a listed pair did not list the other although they gave a list."""
        if not self.only_listed:
            return np.zeros(len(u), dtype=np.bool_)
        mine = self.left.given[u] & (self.left.ranks(u, v) == 0)
        theirs = self.right.given[v] & (self.right.ranks(v, u) == 0)
        refused: Bools = mine | theirs
        return refused

    def block(self, rows: IntArray) -> IntArray:
        """Return the scores of these rows with everyone."""
        scores = self.base.block(rows)
        return np.where(self.refused(rows), FORBIDDEN, scores) if self.only_listed else scores

    def at(self, u: IntArray, v: IntArray) -> IntArray:
        """Return the scores of the listed pairs."""
        scores = self.base.at(u, v)
        return np.where(self.refused_at(u, v), FORBIDDEN, scores) if self.only_listed else scores

    def top(self, k: int) -> Candidates:
        """Return each row's k best allowed partners by score."""
        return top_of_blocks(self, k) if self.only_listed else self.base.top(k)

    def utilities(self, rows: IntArray, side: str = "left") -> IntArray:
        """Return what each pairing is worth to the row's person alone, `FORBIDDEN` where forbidden."""
        rows = np.asarray(rows, dtype=np.int64)
        side = side if self.two_sided else "left"
        out = np.array(self.base.utilities(rows, side), dtype=np.int64)
        line, column, rank = (self.left if side == "left" else self.right).rows(rows)
        allowed = out[line, column] != FORBIDDEN
        out[line[allowed], column[allowed]] = STATED - rank[allowed]
        if self.only_listed:
            step = max(1, _CELLS_AT_ONCE // max(1, out.shape[1]))
            for start in range(0, len(rows), step):
                some = slice(start, start + step)
                out[some][self.refused(rows[some], side)] = FORBIDDEN
        return out

    def utilities_at(self, u: IntArray, v: IntArray) -> tuple[IntArray, IntArray]:
        """Return both sides' utilities of the listed pairs, whether or not a rule forbids them."""
        mine, theirs = self.base.utilities_at(u, v)  # type: ignore[union-attr]  # lazy scores have it
        on_mine, on_theirs = self.left.ranks(u, v), self.right.ranks(v, u)
        return (
            np.where(on_mine > 0, STATED - on_mine, mine),
            np.where(on_theirs > 0, STATED - on_theirs, theirs),
        )
