"""Who would rather be with whom: the search for pairs that wish for each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from peermatch.problem import FORBIDDEN, IntArray, ListedUtilities, Matching, PairScores, Problem
from peermatch.verify.looking_up import utilities_of
from peermatch.verify.slack import row_blocks

__all__ = ["Side", "mutual_wishes", "sides_of"]

BoolArray = npt.NDArray[np.bool_]

_BYTES_PER_STRIP = 1 << 28
_ENTRIES_AT_ONCE = 1 << 22
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

    def worst_held(self) -> IntArray:
        """Return what another must be worth more than, to each person: the worst they hold, if no place is free."""
        worst = np.full(self.size, _NEVER, dtype=np.int64)
        held = utilities_of(self.scores, self.person, self.partner, self.name)
        np.minimum.at(worst, self.person, held)
        worst[np.bincount(self.person, minlength=self.size) < self.places] = FORBIDDEN
        return worst

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
        wishes = self.prefers(utilities, worst[:, None])
        wishes[line, held] = False
        return wishes

    def prefers(self, utility: IntArray, worst: IntArray) -> BoolArray:
        """Return whether an allowed pair of this utility is a wish of someone who holds this as their worst."""
        wishes: BoolArray = utility > worst
        if self.ties_too:
            wishes |= (utility == worst) & (utility != FORBIDDEN)
        return wishes


def sides_of(problem: Problem, matching: Matching) -> tuple[Side, Side]:
    """Return what everyone holds in a matching; for one pool the same people twice."""
    pairs = matching.pairs
    if not problem.two_sided:
        pairs = np.concatenate([pairs, pairs[:, ::-1]])
    sides = []
    for column, (name, size) in enumerate(zip(("left", "right"), problem.scores.shape, strict=True)):
        places = problem.capacity[column]
        order = np.argsort(pairs[:, column], kind="stable")
        sides.append(
            Side(
                scores=problem.scores,
                name=name if problem.two_sided else "left",
                places=np.ones(size, dtype=np.int64) if places is None else places,
                person=pairs[order, column],
                partner=pairs[order, 1 - column],
            )
        )
    return sides[0], sides[1]


def mutual_wishes(left: Side, right: Side, *, one_pool: bool) -> Iterator[IntArray]:
    """Find the pairs who wish for each other, in order.

    Where the scores list all allowed pairs, only these are read, in linear time and memory. Where they tell both
    utilities of single pairs, every row is read once, and the other side is asked only about whom the row wishes for.
    Else all is read by tiles.

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
    if isinstance(left.scores, ListedUtilities):
        yield _listed_wishes(left, right, one_pool)
    elif hasattr(left.scores, "utilities_at"):
        yield from _asked_wishes(left, right, one_pool)
    else:
        yield from _tiled_wishes(left, right, one_pool)


def _listed_wishes(left: Side, right: Side, one_pool: bool) -> IntArray:
    """Meet the wishes of both sides as one number a pair: those of the left, and those of the right turned round."""
    columns = max(1, right.size)
    person, other = _entries_wished(left)
    if one_pool:
        upward = person < other
        mine, theirs = person[upward] * columns + other[upward], other[~upward] * columns + person[~upward]
    else:
        mine = person * columns + other
        person, other = _entries_wished(right)
        theirs = other * columns + person
    both = np.intersect1d(mine, theirs, assume_unique=True)
    return np.stack(np.divmod(both, columns), axis=1)


def _entries_wished(side: Side) -> tuple[IntArray, IntArray]:
    """Return who wishes for whom among the listed pairs of a side."""
    assert isinstance(side.scores, ListedUtilities)
    entries = side.scores.entries(side.name)
    worst = side.worst_held()
    side.n_allowed += len(entries.column)
    others = max(1, side.scores.shape[1 if side.name == "left" else 0])
    held = side.person * others + side.partner
    found = [np.zeros((2, 0), dtype=np.int64)]
    begin = 0
    while begin < side.size:
        end = int(np.searchsorted(entries.start, entries.start[begin] + _ENTRIES_AT_ONCE, side="right")) - 1
        end = min(side.size, max(begin + 1, end))
        span = slice(int(entries.start[begin]), int(entries.start[end]))
        length = np.diff(entries.start[begin : end + 1])
        place = np.flatnonzero(side.prefers(entries.utility[span], np.repeat(worst[begin:end], length)))
        person = np.searchsorted(entries.start[begin : end + 1], place + span.start, side="right") - 1 + begin
        other = entries.column[span][place]
        fresh = ~np.isin(person * others + other, held)
        found.append(np.stack([person[fresh], other[fresh]]))
        begin = end
    person, other = np.concatenate(found, axis=1)
    return person, other


def _asked_wishes(left: Side, right: Side, one_pool: bool) -> Iterator[IntArray]:
    """Read the rows of the left once; ask what those whom they wish for think of them."""
    worst = right.worst_held()
    held = np.sort(right.partner * max(1, right.size) + right.person)
    for rows in row_blocks(left.size, right.size):
        u, v = np.nonzero(left.wishes(rows))
        u = rows[u]
        if one_pool:
            u, v = u[u < v], v[u < v]
        theirs = right.scores.utilities_at(u, v)[1]  # type: ignore[attr-defined]
        both = right.prefers(theirs, worst[v])
        u, v = u[both], v[both]
        fresh = ~np.isin(u * max(1, right.size) + v, held)
        yield np.stack([u[fresh], v[fresh]], axis=1).astype(np.int64)


def _tiled_wishes(left: Side, right: Side, one_pool: bool) -> Iterator[IntArray]:
    """Keep the wishes of the right side as bits for a strip of the left side at a time (at most 256 MB).

    Two passes over the utilities up to some 40,000 people, and one more for every further strip.
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
