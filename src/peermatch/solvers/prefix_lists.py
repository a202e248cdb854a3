"""Preference lists out of utilities, and only as much of them as stability depends on.

Of a large pool, everybody's whole list is too much: 20,000 people have 400 million entries. But a person who holds a
partner from among their k best can block only with somebody better, who is among the k best as well. So everyone
starts with a short list, and only those whom Irving's first phase leaves with nothing get a longer one.

Why that is enough for one stable matching, or for the proof that there is none. Let T be what is left when everyone
keeps their best few and a pair counts if both keep each other, and let everybody whom phase 1 on T leaves with nothing
have their whole list. In a stable partition of T exactly those are alone. If a pair blocked it among all pairs, both
would prefer the other to their predecessors; that puts the other on the list of whoever has a predecessor, and
on the whole list of whoever is alone; so it would be a pair of T, which does not block. Hence every stable partition
of T is one of all pairs, and so are its odd parties (Tan 1991).

T need not hold all stable matchings: people may hold each other in T because their lists are too short to
show an alternative in which everything is shifted. `peermatch.solvers.proposal_lists` has lists that hold all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from peermatch.checks import check_choice
from peermatch.errors import InputError, error_item
from peermatch.problem import Control, Entries, IntArray, PairScores
from peermatch.problem.listed import ListedUtilities
from peermatch.solvers.phases import phase_one
from peermatch.solvers.preference_lists import (
    ORDER_CODES,
    Flags,
    PreferenceLists,
    Short,
    check_size,
    make_lists,
    starts_of,
)

__all__ = ["READ_WHOLE", "lists_of_problem", "prefix_lists", "sorted_entries"]

READ_WHOLE = 3000
AT_FIRST = 32
GROWTH = 4
_CELLS_PER_BLOCK = 1 << 22


def lists_of_problem(
    scores: PairScores,
    *,
    ties: str = "rotation",
    all_stable: bool = False,
    control: Control | None = None,
    at_first: int = AT_FIRST,
) -> PreferenceLists:
    """Build the lists of one pool from what pairings are worth to each side.

    Scores that list their pairs are never looked at as a matrix. Of others, pools of up to 3,000 people are read
    whole, and of larger ones as much as stability depends on; see `prefix_lists`.

    Parameters
    ----------
    scores : PairScores
        One pool.
    ties : {"rotation", "position", "sum"}
        Equal utilities are ordered by (column - row) mod n; by position, lower first; or by (column + row) mod n. Only
        the last puts a pair of people who are worth the same to each other at about the same place on both lists: large
        pools in which most are equals have short lists in this order only.
    all_stable : bool, default False
        Whether the lists must hold every stable matching, for the choice of one among them. Else one stable matching,
        or the proof that there is none, is all that can be found on the lists of a large pool.
    control : Control, optional
    at_first : int, default 32
        How many of their best everybody has on their list at first, in a large pool.

    Raises
    ------
    Stopped
        If `control` says so.
    UnsupportedError
        If the lists would have more than 2**31 - 1 entries.

    Examples
    --------
    >>> from peermatch.problem import SparseScores
    >>> lists_of_problem(SparseScores([0, 0], [1, 2], [5, 7], shape=(3, 3))).partner
    array([2, 1, 0, 0], dtype=int32)
    """
    check_choice("lists_of_problem", "ties", ties, tuple(ORDER_CODES))
    if isinstance(scores, ListedUtilities):
        return lists_from_entries(scores.entries(), ties=ties)
    n = scores.shape[0]
    if all_stable and n > READ_WHOLE:
        from peermatch.solvers.proposal_lists import proposal_lists

        return proposal_lists(scores, ties=ties, control=control, at_first=at_first)
    return prefix_lists(scores, ties=ties, control=control, at_first=n if n <= READ_WHOLE else at_first)


def lists_from_entries(entries: Entries, *, ties: str = "rotation") -> PreferenceLists:
    """Build everyone's list from listed utilities.

    Raises
    ------
    InputError
        If somebody is allowed with themselves.

    Examples
    --------
    >>> lists_from_entries(Entries(np.array([0, 1, 2]), np.array([1, 0]), np.array([5, 3]))).partner
    array([1, 0], dtype=int32)
    """
    check_size(len(entries.column))
    start = np.ascontiguousarray(entries.start, dtype=np.int64)
    name, worth = sorted_entries(entries, ties)
    return make_lists(start, name, as_before(start, worth))


def sorted_entries(entries: Entries, ties: str) -> tuple[Short, IntArray]:
    """Return everyone's columns, best first, and what they are worth.

    Examples
    --------
    >>> sorted_entries(Entries(np.array([0, 2, 2, 2]), np.array([1, 2]), np.array([5, 7])), "position")
    (array([2, 1], dtype=int32), array([7, 5]))
    """
    from peermatch.kernels.utility_lists import sort_rows

    start, column, utility = (
        np.ascontiguousarray(part, dtype=np.int64)
        for part in (entries.start, entries.column, entries.utility)
    )
    longest = int(np.diff(start).max(initial=0))
    worth, name = np.empty(len(column), dtype=np.int64), np.empty(len(column), dtype=np.int32)
    spare = np.empty(longest, dtype=np.int64), np.empty(longest, dtype=np.int32)
    if sort_rows(start, column, utility, ORDER_CODES[ties], worth, name, *spare):
        person = int(column[np.argmax(np.repeat(np.arange(len(start) - 1), np.diff(start)) == column)])
        message = (
            f"The utilities list person {person} as a partner of their own. List pairs of two people only."
        )
        raise InputError(
            error_item("lists_self", message, row=person + 1, found=person, accepted="other people")
        )
    return name, worth


@dataclass
class Prefixes:
    """Everybody's best few, before they are made mutual.

    Attributes
    ----------
    start, name, tie
        The lists, one behind the other, and who on them is as good as the one before.
    allowed : int64 array, shape (n,)
        How many they are allowed with.
    cut : int32 array, shape (n,)
        The rank of the group of equals that was cut; 0 if none was.
    """

    start: IntArray
    name: Short
    tie: Flags
    allowed: IntArray
    cut: Short

    @property
    def short(self) -> Flags:
        """Who is allowed with more than they have on their list."""
        return np.diff(self.start) < self.allowed

    def with_rows(self, rows: IntArray, other: Prefixes) -> Prefixes:
        """Return these lists with others in place of those of some people."""
        lengths = np.diff(self.start)
        lengths[rows] = np.diff(other.start)
        check_size(int(lengths.sum()))
        start = starts_of(lengths)
        name, tie = np.empty(start[-1], dtype=np.int32), np.empty(start[-1], dtype=np.bool_)
        new = np.zeros(len(lengths), dtype=np.bool_)
        new[rows] = True
        to_new, of_old = np.repeat(new, lengths), np.repeat(~new, np.diff(self.start))
        for into, kept, added in ((name, self.name, other.name), (tie, self.tie, other.tie)):
            into[to_new], into[~to_new] = added, kept[of_old]
        cut = self.cut.copy()
        cut[rows] = other.cut
        return Prefixes(start, name, tie, self.allowed, cut)

    def lists(self, *, all_stable: bool = False) -> PreferenceLists:
        """Return what is mutual of these lists, and say whether that holds all stable matchings."""
        lists = make_lists(self.start, self.name, self.tie)
        short = self.short
        if not short.any():
            return lists
        return replace(
            lists,
            dropped=np.zeros((0, 2), dtype=np.int64),
            cut_rank=self.cut,
            short=short,
            covered=int(self.allowed.sum()) // 2,
            all_stable=all_stable,
            struck_ties=all_stable and bool(self.tie.any()),
        )


def prefix_lists(
    scores: PairScores, *, ties: str = "rotation", control: Control | None = None, at_first: int = AT_FIRST
) -> PreferenceLists:
    """Build as much of everyone's list as stability depends on.

    Everyone starts with their `at_first` best, and gets four times as many for as long as phase 1 leaves them with
    nothing. Those who are as good as the last of them are on the list too; if that made it more than four times as
    long, the group is cut in the order of ties. Where everybody's list is whole in the end, `PreferenceLists.short` is
    None.

    Parameters
    ----------
    scores, ties, control, at_first
        As for `lists_of_problem`.

    Returns
    -------
    PreferenceLists
        Every stable partition of which is one of the whole lists, too; but not all of those are in it.

    Examples
    --------
    >>> from peermatch.problem import DenseScores
    >>> lists = prefix_lists(DenseScores([[0, 5, 1], [5, 0, 2], [1, 2, 0]]), at_first=1)
    >>> lists.partner, lists.short
    (array([1, 0], dtype=int32), array([ True,  True, False]))
    """
    n = scores.shape[0]
    everybody, k = np.arange(n, dtype=np.int64), max(1, at_first)
    prefixes = read_best(scores, everybody, k, ties, control)
    while True:
        lists = prefixes.lists()
        if lists.short is None:
            return lists
        first, last = phase_one(lists)
        hungry = np.flatnonzero((first > last) & lists.short)
        if not len(hungry):
            return lists
        k *= GROWTH
        prefixes = prefixes.with_rows(hungry, read_best(scores, hungry, k, ties, control))


def read_best(scores: PairScores, people: IntArray, k: int, ties: str, control: Control | None) -> Prefixes:
    """Read the utilities of some people, by blocks, and keep the k best of each; equals as `prefix_lists` says."""
    parts = list(_blocks(scores, people, min(k, scores.shape[0]), ORDER_CODES[ties], control))
    nothing = np.zeros(0, dtype=np.int64)
    names, worths, lengths, allowed, cut = (
        (np.concatenate([nothing, *column]) if column else nothing for column in zip(*parts, strict=True))
        if parts
        else (nothing,) * 5
    )
    start = starts_of(lengths)
    return Prefixes(start, names.astype(np.int32), as_before(start, worths), allowed, cut.astype(np.int32))


def _blocks(
    scores: PairScores, people: IntArray, k: int, order: int, control: Control | None
) -> Iterator[tuple[Short, IntArray, IntArray, IntArray, IntArray]]:
    from peermatch.kernels.utility_lists import best_of_rows

    n = scores.shape[1]
    most = min(n, GROWTH * k)
    total = 0
    for block in row_blocks(len(people), n, "reading preferences", control):
        rows = people[block]
        utility = np.ascontiguousarray(scores.utilities(rows), dtype=np.int64)
        worth, name = np.empty((len(rows), most), dtype=np.int64), np.empty((len(rows), most), dtype=np.int32)
        length, allowed, cut = (np.empty(len(rows), dtype=np.int64) for _ in range(3))
        spare = np.empty(most, dtype=np.int64), np.empty(most, dtype=np.int32)
        heap = np.empty(k, dtype=np.int64)
        best_of_rows(rows, utility, order, heap, worth, name, length, allowed, cut, *spare)
        kept = np.arange(most) < length[:, None]
        total += int(length.sum())
        check_size(total)
        yield name[kept], worth[kept], length, allowed, cut


def row_blocks(n_rows: int, n_columns: int, stage: str, control: Control | None) -> Iterator[IntArray]:
    """Yield consecutive rows, as many at a time as memory is spent on, and stop if `control` says so."""
    step = max(1, _CELLS_PER_BLOCK // max(1, n_columns))
    for begin in range(0, n_rows, step):
        if control is not None:
            control.check()
            control.report(stage, begin, n_rows)
        yield np.arange(begin, min(n_rows, begin + step), dtype=np.int64)


def as_before(start: IntArray, worth: IntArray) -> Flags:
    """Return who is worth as much as the one before on the same list."""
    tie = np.zeros(len(worth), dtype=np.bool_)
    np.equal(worth[1:], worth[:-1], out=tie[1:])
    heads = start[:-1]
    tie[heads[heads < len(tie)]] = False
    return tie
