"""Who would rather be with whom: the search for pairs that wish for each other, by blocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from peermatch.problem import FORBIDDEN, IntArray, PairScores
from peermatch.verify.slack import row_blocks

__all__ = ["Side", "mutual_wishes"]

BoolArray = npt.NDArray[np.bool_]

_BYTES_PER_STRIP = 1 << 28
_NEVER = int(np.iinfo(np.int64).max)


@dataclass
class Side:
    """One side's people, and what each of them holds.

    Attributes
    ----------
    scores : PairScores
    name : {"left", "right"}
    places : int64 array, shape (n,)
        How many others each may hold.
    person, partner : int64 arrays, shape (m,)
        Who holds whom, sorted by `person`.
    ties_too : bool
        Whether being worth as much as the worst held is a wish as well.
    n_allowed : int
        How many allowed (person, other) entries were read so far.
    """

    scores: PairScores
    name: str
    places: IntArray
    person: IntArray
    partner: IntArray
    ties_too: bool = False
    n_allowed: int = 0

    @property
    def size(self) -> int:
        """How many people this side has."""
        return len(self.places)

    def wishes(self, rows: IntArray) -> BoolArray:
        """Return whom each of these consecutive people strictly prefers to what they hold, shape (rows, others).

        Someone with a free place wishes for everyone allowed; someone whose places are taken compares with the
        worst they hold. Nobody wishes for whom they hold already.
        """
        utilities = self.scores.utilities(rows, self.name)
        self.n_allowed += int(np.count_nonzero(utilities != FORBIDDEN))
        span = slice(*np.searchsorted(self.person, [rows[0], rows[-1] + 1]))
        line, held = self.person[span] - rows[0], self.partner[span]
        taken = np.bincount(line, minlength=len(rows))
        worst = np.full(len(rows), _NEVER, dtype=np.int64)
        np.minimum.at(worst, line, utilities[line, held])
        worst[taken < self.places[rows]] = FORBIDDEN
        wishes: BoolArray = utilities > worst[:, None]
        if self.ties_too:
            wishes |= (utilities == worst[:, None]) & (utilities != FORBIDDEN)
        wishes[line, held] = False
        return wishes


def mutual_wishes(left: Side, right: Side, *, one_pool: bool) -> Iterator[IntArray]:
    """Find the pairs who wish for each other, in order.

    The wishes of the right side are kept as bits for a strip of the left side at a time (at most 256 MB): two
    passes over the utilities up to some 40,000 people, and one more for every further strip.

    Parameters
    ----------
    left, right : Side
        For one pool the same people twice.
    one_pool : bool
        Then each pair is found once, as (low, high).

    Yields
    ------
    int64 array, shape (m, 2)
    """
    width = max(8, _BYTES_PER_STRIP // max(1, right.size) * 8)
    for begin in range(0, left.size, width):
        end = min(left.size, begin + width)
        bits = np.zeros((right.size, -(-(end - begin) // 8)), dtype=np.uint8)
        for rows in row_blocks(right.size, left.size):
            bits[rows] = np.packbits(right.wishes(rows)[:, begin:end], axis=1)
        for block in row_blocks(end - begin, right.size, multiple=8):
            rows = begin + block
            first_byte = int(block[0]) // 8
            theirs = np.unpackbits(
                bits[:, first_byte : first_byte + -(-len(rows) // 8)], axis=1, count=len(rows)
            )
            u, v = np.nonzero(left.wishes(rows) & theirs.T.astype(bool))
            u = rows[u]
            if one_pool:
                u, v = u[u < v], v[u < v]
            yield np.stack([u, v], axis=1).astype(np.int64)
