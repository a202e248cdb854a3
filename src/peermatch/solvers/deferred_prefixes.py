"""Deferred acceptance without everybody's whole list: proposers read their best few, and more when these are spent.

Idea
    Proposals run on prefixes of the proposers' lists. Where somebody with a free place has spent a prefix that is not
    their whole list, they read on, leaving out receivers who would turn them away already: receivers only ever get
    someone better. Then proposals go on.
Invariant
    At the start of every round the lists hold whom each proposer's places are taken by, and whom they have not proposed
    to; so the first proposals of a round make the state in which the last one ended.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from peermatch.problem import FORBIDDEN, Control, IntArray, PairScores
from peermatch.solvers.list_input import SideLists
from peermatch.solvers.two_sided_lists import Held, Met, accept

__all__ = ["Lazily", "propose_lazily"]

_CELLS_PER_BLOCK = 1 << 20
_MOST_READ = 1 << 24  # entries a round: what they take is some hundred MB, however many all want the same
_ROOM = 2**62
_NEVER = int(np.iinfo(np.int64).max)

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Lazily:
    """What was found: pairs as (proposer, receiver), allowed pairs, proposals, rounds, entries in mind at most."""

    pairs: IntArray
    n_pairs: int
    proposals: int
    rounds: int
    most_listed: int


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Proposers' lists in order, one behind the other: who, whom, and what the one who is named thinks of it."""

    owner: IntArray
    other: IntArray
    back: IntArray

    def with_more(self, more: _Pairs) -> _Pairs:
        both = [
            np.concatenate(parts)
            for parts in (
                (self.owner, more.owner),
                (self.other, more.other),
                (self.back, more.back),
            )
        ]
        order = np.argsort(both[0], kind="stable")
        return _Pairs(both[0][order], both[1][order], both[2][order])

    def kept(self, keep: Flags) -> _Pairs:
        return _Pairs(self.owner[keep], self.other[keep], self.back[keep])


class _Reader:
    """Reads on in the lists of proposers, from where each of them has come to.

    Parameters
    ----------
    scores : PairScores
    side : {"left", "right"}
        Of the proposers.
    control : Control, optional
    """

    def __init__(self, scores: PairScores, side: str, control: Control | None) -> None:
        shape = scores.shape if side == "left" else scores.shape[::-1]
        self.scores, self.side, self.control = scores, side, control
        self.size, self.others = shape
        self.whole = np.zeros(self.size, dtype=np.bool_)  # whose list has been read to its end
        self.last_utility = np.full(self.size, _NEVER, dtype=np.int64)
        self.last_turn = np.full(self.size, -1, dtype=np.int64)
        self.n_pairs = 0

    def read(self, proposers: IntArray, k: int, least: IntArray | None) -> _Pairs:
        """Return the next k on these proposers' lists among receivers to whom a proposer is worth at least `least`."""
        parts = [np.zeros((3, 0), dtype=np.int64)]
        for rows in self._blocks(proposers):
            utility = self._of_rows(rows)
            turn = (np.arange(self.others) - rows[:, None]) % self.others
            if least is None:
                self.n_pairs += int(np.count_nonzero(utility != FORBIDDEN))
            else:
                last = self.last_utility[rows, None]
                behind = (utility < last) | ((utility == last) & (turn > self.last_turn[rows, None]))
                utility = self._acceptable(rows, np.where(behind, utility, FORBIDDEN), least)
            self.whole[rows] = np.count_nonzero(utility != FORBIDDEN, axis=1) <= k
            columns = _best(utility, turn, k)
            line, place = np.nonzero(np.take_along_axis(utility, columns, axis=1) != FORBIDDEN)
            other = columns[line, place]
            self.last_utility[rows[line]] = utility[line, other]  # the last of each line stays
            self.last_turn[rows[line]] = turn[line, other]
            back = _of_pairs(self.scores, rows[line], other, self.side)
            parts.append(np.stack([rows[line], other, back]))
        owner, other, back = np.concatenate(parts, axis=1)
        return _Pairs(owner, other, back)

    def _blocks(self, proposers: IntArray) -> Iterator[IntArray]:
        step = max(1, _CELLS_PER_BLOCK // max(1, self.others))
        if not self.others:
            self.whole[proposers] = True
            return
        for begin in range(0, len(proposers), step):
            if self.control is not None:
                self.control.check()
                self.control.report("reading preferences", begin, len(proposers))
            yield proposers[begin : begin + step]

    def _of_rows(self, rows: IntArray) -> IntArray:
        """Return what everybody is worth to these proposers."""
        looked_up = getattr(self.scores, "utilities_at", None)
        if self.side == "left" or looked_up is None:
            return self.scores.utilities(rows, self.side)
        # whole rows of the right side take a look at all pairs; single pairs do not
        u, v = np.tile(np.arange(self.others), len(rows)), np.repeat(rows, self.others)
        utility = np.where(self.scores.at(u, v) == FORBIDDEN, FORBIDDEN, looked_up(u, v)[1])
        return utility.reshape(len(rows), self.others)

    def _acceptable(self, rows: IntArray, utility: IntArray, least: IntArray) -> IntArray:
        """Forbid receivers who would turn the proposer away."""
        line, other = np.nonzero(utility != FORBIDDEN)
        refused = _of_pairs(self.scores, rows[line], other, self.side) < least[other]
        utility[line[refused], other[refused]] = FORBIDDEN
        return utility


def _best(utility: IntArray, turn: IntArray, k: int) -> IntArray:
    """Return the columns of the k highest of every row, in order; equals by their turn."""
    others = utility.shape[1]
    allowed = utility != FORBIDDEN
    largest = int(np.abs(np.where(allowed, utility, 0)).max(initial=0))
    if k >= others or (largest + 1) * others >= _ROOM:
        return np.lexsort((turn, ~utility), axis=1)[:, :k]
    key = np.where(allowed, utility * others + (others - 1 - turn), FORBIDDEN)
    columns = np.argpartition(key, others - k, axis=1)[:, others - k :]
    order = np.argsort(~np.take_along_axis(key, columns, axis=1), axis=1, kind="stable")
    return np.take_along_axis(columns, order, axis=1)


def _of_pairs(scores: PairScores, proposer: IntArray, receiver: IntArray, side: str) -> IntArray:
    """Return what proposers are worth to receivers, for allowed pairs."""
    looked_up = getattr(scores, "utilities_at", None)
    if looked_up is not None:
        u, v = (proposer, receiver) if side == "left" else (receiver, proposer)
        found: IntArray = looked_up(u, v)[1 if side == "left" else 0]
        return found
    their_side, width = ("right", scores.shape[0]) if side == "left" else ("left", scores.shape[1])
    out = np.empty(len(proposer), dtype=np.int64)
    order = np.argsort(receiver, kind="stable")
    needed, begin = np.unique(receiver[order], return_index=True)
    begin = np.append(begin, len(order))
    step = max(1, _CELLS_PER_BLOCK // max(1, width))
    for i in range(0, len(needed), step):
        rows = needed[i : i + step]
        span = order[begin[i] : begin[i + len(rows)]]
        out[span] = scores.utilities(rows, their_side)[np.searchsorted(rows, receiver[span]), proposer[span]]
    return out


def propose_lazily(
    scores: PairScores,
    side: str,
    places: tuple[IntArray | None, IntArray | None],
    k: int,
    control: Control | None,
) -> Lazily:
    """Run deferred acceptance on directed utilities, exactly.

    Parameters
    ----------
    scores : PairScores
        Two sides.
    side : {"left", "right"}
        Who proposes.
    places : pair of int64 arrays or None
        Of proposers and of receivers.
    k : int
        How many of their list proposers read first; four times as many each time that it was too few.
    control : Control, optional

    Raises
    ------
    Stopped
        If `control` says so.

    Examples
    --------
    >>> from peermatch.problem import DenseScores
    >>> scores = DenseScores(np.array([[3, 2, 1], [3, 2, 1]]), two_sided=True)
    >>> found = propose_lazily(scores, "left", (None, None), 1, None)
    >>> found.pairs.tolist(), found.rounds
    ([[0, 0], [1, 1]], 2)
    """
    reader = _Reader(scores, side, control)
    lists = reader.read(np.arange(reader.size), k, None)
    proposals, rounds, most_listed = 0, 1, len(lists.owner)
    while True:
        if control is not None:
            control.check()
        met, backs = _meet(lists, reader.size, reader.others)
        held = accept(met, *places)
        proposals += held.proposals
        length = np.diff(met.proposers.start)
        spent = np.flatnonzero(~reader.whole & (held.room > 0) & (held.following == length))
        if not len(spent):
            return Lazily(held.pairs(met.receivers), reader.n_pairs, proposals, rounds, most_listed)
        rounds += 1
        k = min(4 * k, max(1, _MOST_READ // len(spent)))
        least = _least(met, held, backs)
        lists = lists.kept(_still_of_use(met, held)).with_more(reader.read(spent, k, least))
        most_listed = max(most_listed, len(lists.owner))


def _meet(lists: _Pairs, size: int, others: int) -> tuple[Met, IntArray]:
    """Make the receivers' lists of whoever may propose to them; return their utilities beside them."""
    m = len(lists.owner)
    order = np.lexsort(((lists.owner - lists.other) % max(1, size), ~lists.back, lists.other))
    their_start = np.searchsorted(lists.other[order], np.arange(others + 1))
    mirror = np.empty(m, dtype=np.int32)
    mirror[order] = np.arange(m) - their_start[lists.other[order]]
    untied = np.zeros(0, dtype=np.bool_)
    start = np.searchsorted(lists.owner, np.arange(size + 1))
    proposers = SideLists(start, lists.other.astype(np.int32), untied)
    receivers = SideLists(their_start, lists.owner[order].astype(np.int32), untied)
    return Met(proposers, receivers, mirror, np.ones(m, dtype=np.bool_), m), lists.back[order]


def _least(met: Met, held: Held, backs: IntArray) -> IntArray:
    """Return what a proposer must be worth to each receiver, at least, to be held (and equals by their turn)."""
    least = np.full(met.receivers.size, FORBIDDEN, dtype=np.int64)
    full = held.places == 0
    least[full] = _NEVER  # whoever has no place at all
    holding = full & (held.worst >= 0)
    least[holding] = backs[met.receivers.start[:-1][holding] + held.worst[holding]]
    return least


def _still_of_use(met: Met, held: Held) -> Flags:
    """Return which entries of the proposers are held, or were not proposed to yet."""
    start = met.proposers.start
    owner = np.repeat(np.arange(met.proposers.size), np.diff(start))
    is_held = held.entry[met.receivers.start[met.proposers.partner] + met.mirror]
    ahead = np.arange(len(owner)) - start[owner] >= held.following[owner]
    useful: Flags = is_held | ahead
    return useful
