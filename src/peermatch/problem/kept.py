"""Scores in which listed pairs are worth more: a price for breaking a pair is a bonus for keeping it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from peermatch.errors import UnsupportedError
from peermatch.problem.control import Control
from peermatch.problem.scores import FORBIDDEN, GRID, Candidates, IntArray, PairScores, top_of_blocks
from peermatch.problem.searching import NO_WORTH, BestPartners, Priced, Prices, SearchableScores

__all__ = ["KeptScores"]

_BITS = 59


class KeptScores:
    """The same pairs, each worth `shift` more, and listed ones their own bonus on top; whole numbers throughout.

    Scores that look through all pairs themselves go on doing so: what is listed is put in beside what they find.

    Parameters
    ----------
    base : PairScores
    pairs : int64 array, shape (m, 2)
        Allowed pairs, each once; in one pool in either order.
    bonus : int64 array, shape (m,)
        At least 0.
    shift : int, default 0
        At least 0.

    Raises
    ------
    UnsupportedError
        If scores could need more bits than exact 64-bit arithmetic has.

    Examples
    --------
    >>> from peermatch.problem import DenseScores
    >>> scores = DenseScores([[0, 5, 2], [5, 0, 9], [2, 9, 0]])
    >>> KeptScores(scores, np.array([[0, 1]]), np.array([6])).block(np.array([1]))[0, [0, 2]].tolist()
    [11, 9]
    """

    def __init__(self, base: PairScores, pairs: IntArray, bonus: IntArray, shift: int = 0) -> None:
        pairs = np.asarray(pairs, dtype=np.int64).reshape(-1, 2)
        self._base, self._shift = base, shift
        most = int(bonus.max(initial=0))
        if (GRID + shift + most).bit_length() > _BITS:
            raise UnsupportedError(
                f"A price of {most / GRID:g} for each pair, beside the bonus that puts more pairs first, needs more "
                f"than {_BITS} bits. Give a lower price."
            )
        self._extra = most
        if not base.two_sided:
            pairs, bonus = np.concatenate([pairs, pairs[:, ::-1]]), np.concatenate([bonus, bonus])
        order = np.lexsort((pairs[:, 1], pairs[:, 0]))
        self._u, self._v = pairs[order, 0].copy(), pairs[order, 1].copy()
        self._bonus = np.asarray(bonus, dtype=np.int64)[order]
        self._key = self._u * max(1, base.shape[1]) + self._v

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self._base.shape

    @property
    def two_sided(self) -> bool:
        """Whether rows and columns are different sides."""
        return self._base.two_sided

    @property
    def shift(self) -> int:
        """What every pair is worth more."""
        return self._shift

    @property
    def listed(self) -> tuple[IntArray, IntArray]:
        """The listed pairs, of one pool as (low, high), and what each is worth more on top of that."""
        once = np.ones(len(self._u), dtype=bool) if self.two_sided else self._u < self._v
        return np.stack([self._u[once], self._v[once]], axis=1), self._bonus[once]

    @property
    def highest(self) -> int:
        """No score is higher, where scores look through pairs themselves."""
        return GRID + self._shift + self._extra

    def block(self, rows: IntArray) -> IntArray:
        """Return the scores of these rows with everyone."""
        rows = np.asarray(rows, dtype=np.int64)
        out = np.array(self._base.block(rows), dtype=np.int64)
        np.add(out, self._shift, out=out, where=out != FORBIDDEN)
        begin, end = np.searchsorted(self._u, rows), np.searchsorted(self._u, rows, side="right")
        for i in np.flatnonzero(end > begin).tolist():
            out[i, self._v[begin[i] : end[i]]] += self._bonus[begin[i] : end[i]]
        return out

    def at(self, u: IntArray, v: IntArray) -> IntArray:
        """Return the scores of the listed pairs."""
        base = self._base.at(u, v)
        wanted = np.asarray(u, dtype=np.int64) * max(1, self.shape[1]) + np.asarray(v, dtype=np.int64)
        if not len(self._key):
            return np.where(base == FORBIDDEN, FORBIDDEN, np.where(base == FORBIDDEN, 0, base) + self._shift)
        place = np.minimum(np.searchsorted(self._key, wanted), len(self._key) - 1)
        more = np.where(self._key[place] == wanted, self._bonus[place], 0) + self._shift
        return np.where(base == FORBIDDEN, FORBIDDEN, np.where(base == FORBIDDEN, 0, base) + more)

    def top(self, k: int) -> Candidates:
        """Return each row's k best allowed partners."""
        return top_of_blocks(self, k)

    def utilities(self, rows: IntArray, side: str = "left") -> IntArray:
        """Return what each pairing is worth to the row's person alone: the price is the programme's, not theirs."""
        return self._base.utilities(rows, side)

    def best_partners(
        self, k: int, guides: tuple[IntArray, IntArray], control: Control | None = None
    ) -> BestPartners | None:
        """Return everybody's k best partners: what the scores behind find, with the listed pairs put in."""
        if not isinstance(self._base, SearchableScores):
            return None
        found = self._base.best_partners(k, guides, control)
        if found is None:
            return None
        worth = 2 * self.at(self._u, self._v)
        left = self._put_in(found.left, found.left_worth, self._u, self._v, worth - guides[1][self._v])
        if not self.two_sided:
            return replace(found, left=left[0], right=left[0], left_worth=left[1], right_worth=left[1])
        right = self._put_in(found.right, found.right_worth, self._v, self._u, worth - guides[0][self._u])
        return replace(found, left=left[0], right=right[0], left_worth=left[1], right_worth=right[1])

    def _put_in(
        self, partners: IntArray, worth: IntArray, rows: IntArray, others: IntArray, value: IntArray
    ) -> tuple[IntArray, IntArray]:
        """Put listed pairs into lists of partners that are best first; the lists keep their length."""
        partners = partners.copy()
        worth = np.where(worth == NO_WORTH, NO_WORTH, np.where(worth == NO_WORTH, 0, worth) + 2 * self._shift)
        if not len(rows):
            return partners, worth
        order = np.argsort(rows, kind="stable")
        rows, others, value = rows[order], others[order], value[order]
        heads = np.flatnonzero(np.diff(rows, prepend=-1))
        for begin, end in zip(heads.tolist(), [*heads[1:].tolist(), len(rows)], strict=True):
            row = int(rows[begin])
            own = ~np.isin(partners[row], others[begin:end])
            names = np.concatenate([others[begin:end], partners[row][own]])
            values = np.concatenate([value[begin:end], worth[row][own]])
            best = np.argsort(values, kind="stable")[::-1][: partners.shape[1]]
            partners[row], worth[row] = names[best], values[best]
        return partners, worth

    def price(self, prices: Prices, control: Control | None = None) -> Priced | None:
        """Return the pairs that contradict dual variables: those that the scores behind find, and listed ones."""
        assert isinstance(self._base, SearchableScores)  # else best_partners has said so
        shift, earlier = self._shift, prices.earlier
        last = np.where(
            prices.last == NO_WORTH, NO_WORTH, np.where(prices.last == NO_WORTH, 0, prices.last) - 2 * shift
        )
        if earlier is not None:
            earlier = replace(earlier, seen=earlier.seen - shift)
        found = self._base.price(
            replace(prices, bonus=prices.bonus + shift, last=last, earlier=earlier), control
        )
        if found is None:
            return None
        offset = self.shape[0] if self.two_sided else 0
        u, v = self._u, self._v + offset
        slack = prices.y[u] + prices.y[v] + _common(prices, u, v)
        slack -= 2 * (self.at(self._u, self._v) + prices.bonus)
        bad = slack < 0
        u, v = u[bad], v[bad]
        return replace(
            found,
            u=np.concatenate([found.u, u, v]),
            v=np.concatenate([found.v, v, u]),
            worst=min(found.worst, int(slack.min(initial=0))),
        )


def _common(prices: Prices, u: IntArray, v: IntArray) -> IntArray:
    """Return the sum of z over the blossoms that hold both of each pair."""
    blossoms = prices.blossoms
    a, b = blossoms.innermost[u].copy(), blossoms.innermost[v].copy()
    while (
        True
    ):  # every blossom stands after the one around it, so the later one is inside or beside the other
        apart = (a != b) & (a >= 0) & (b >= 0)
        if not apart.any():
            break
        first = apart & (a > b)
        second = apart & (b > a)
        a[first], b[second] = blossoms.parent[a[first]], blossoms.parent[b[second]]
    if not len(blossoms.total):
        return np.zeros(len(u), dtype=np.int64)
    return np.where((a >= 0) & (a == b), blossoms.total[np.maximum(a, 0)], 0)
