"""Preference lists: who would have whom, best first, as the stable roommates kernels want them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from peermatch.checks import check_choice
from peermatch.errors import UnsupportedError
from peermatch.problem import IntArray

__all__ = ["ORDERS", "TIE_BREAKS", "PreferenceLists", "make_lists"]

TIE_BREAKS = ("rotation", "position")
"""In which order equal utilities are put."""

ORDERS = ("given", *TIE_BREAKS, "sum")
"""In which order a group of equals on a list is put."""

ORDER_CODES = {"position": 0, "rotation": 1, "sum": 2}
"""What compiled code calls these orders."""

MOST_ENTRIES = 2**31 - 1

Short = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]


def _no_pairs() -> IntArray:
    return np.zeros((0, 2), dtype=np.int64)


def _nothing() -> Short:
    return np.zeros(0, dtype=np.int32)


@dataclass(frozen=True, eq=False)
class PreferenceLists:
    """Strict lists, one behind the other, in which two people list each other or neither does.

    Attributes
    ----------
    start : int64 array, shape (n + 1,)
        Person x's list is ``partner[start[x]:start[x + 1]]``, best first.
    partner : int32 array, shape (m,)
    mirror : int32 array, shape (m,) or (0,)
        The place of the list's owner on the list of the person named; empty where there is a table.
    table : int32 array, shape (n, n) or (0, 0)
        ``table[x, y]`` is the place of y on x's list, -1 if x does not list y. Empty where lists are short.
    tie : bool array, shape (m,), optional
        Whether an entry was as good as the one before it, until an order was given to them; None if none was.
    rank_of_entry : int32 array, shape (m,), optional
        1 and how many people the owner, on the list as it was given, prefers to the one named. None where that is the
        place and 1: no ties, and nobody was dropped.
    dropped : int64 array, shape (d, 2)
        Mentions that were dropped because the other side does not list the person back: who, and whom; in order.
    cut_rank : int32 array, shape (n,), optional
        Lists that hold only the best few (see `peermatch.solvers.prefix_lists`): where a group of equals was cut,
        the group's rank; else 0.
    short : bool array, shape (n,), optional
        Whether a person's list holds only the best few. None if all lists are whole.
    covered : int, optional
        How many pairs are allowed, where lists hold only the best few.
    all_stable : bool
        Whether these lists have all the stable matchings that there are, under this order of ties. Lists of the best
        few may lack some: enough for one of them, or for the proof that there is none, but not for a choice among them.
    struck_ties : bool
        Whether equals were on lists of the best few before these were made mutual: what was struck from them
        then depends on the order of ties, although no equals may be left.
    given : int32 array, optional
        The partners as the lists were given, where groups of equals have since been put in another order.
    """

    start: IntArray
    partner: Short
    mirror: Short
    table: Short
    tie: Flags | None = None
    rank_of_entry: Short | None = None
    dropped: IntArray = field(default_factory=_no_pairs)
    cut_rank: Short | None = None
    short: Flags | None = None
    covered: int | None = None
    all_stable: bool = True
    struck_ties: bool = False
    given: Short | None = field(default=None, repr=False)

    @property
    def n(self) -> int:
        """How many people."""
        return len(self.start) - 1

    @property
    def n_pairs(self) -> int:
        """How many pairs of people list each other; where lists hold only the best few, how many are allowed."""
        return len(self.partner) // 2 if self.covered is None else self.covered

    @property
    def tied(self) -> bool:
        """Whether any ties were put in an order to make the lists strict."""
        if self.tie is not None or self.struck_ties:
            return True
        return self.cut_rank is not None and bool(self.cut_rank.any())

    @property
    def ties(self) -> Flags:
        """`tie` as kernels want it: an empty array where nothing is tied."""
        return np.zeros(0, dtype=np.bool_) if self.tie is None else self.tie

    @property
    def lengths(self) -> IntArray:
        """How long everyone's list is."""
        return np.diff(self.start)

    def places(self, x: npt.ArrayLike, y: npt.ArrayLike) -> IntArray:
        """Return the places, from 0, of each ``y[i]`` on the list of ``x[i]``; -1 where they are not on it."""
        from peermatch.kernels.preference_lists import places_of

        xs, ys = (np.ascontiguousarray(side, dtype=np.int64) for side in (x, y))
        place = np.empty(len(xs), dtype=np.int64)
        places_of(self.start, self.partner, self.table, xs, ys, place)
        return place

    def ranks(self, x: npt.ArrayLike, y: npt.ArrayLike) -> IntArray:
        """Return the ranks, from 1, of each ``y[i]`` on the list of ``x[i]``; 0 where they do not list each other.

        A rank is 1 and how many people ``x[i]`` prefers on the list as it was given, one-sided mentions included.

        Examples
        --------
        >>> from peermatch.solvers.positions import lists_from_positions
        >>> lists_from_positions([[2, 1], [0], []]).ranks([0, 1, 2], [1, 0, 0])
        array([2, 1, 0])
        """
        place = self.places(x, y)
        if self.rank_of_entry is None:
            return place + 1
        rank = np.zeros(len(place), dtype=np.int64)
        listed = place >= 0
        owner = np.asarray(x, dtype=np.int64)[listed]
        rank[listed] = self.rank_of_entry[self.start[owner] + place[listed]]
        return rank

    def with_ties_broken(self, how: str) -> PreferenceLists:
        """Return the same lists with another order inside every group of equals.

        Parameters
        ----------
        how : {"given", "rotation", "position", "sum"}
            As the lists were written; by (other - own) mod n; by position, lower first; or by (other + own) mod n.

        Raises
        ------
        UnsupportedError
            If lists hold only the best few: then they are to be built anew in the other order.

        Examples
        --------
        >>> from peermatch.solvers.positions import lists_from_positions
        >>> lists = lists_from_positions([[[2, 1]], [[0, 2]], [0, 1]])
        >>> lists.with_ties_broken("position").partner
        array([1, 2, 0, 2, 0, 1], dtype=int32)
        """
        check_choice("with_ties_broken", "how", how, ORDERS)
        if self.short is not None:
            raise UnsupportedError("Lists of the best few must be built anew to break their ties otherwise.")
        if self.tie is None:
            return self
        given = self.partner if self.given is None else self.given
        partner = given if how == "given" else _reordered(self.start, given, self.tie, how)
        return _seen_anew(replace(self, partner=partner, given=given))


def make_lists(
    start: IntArray, partner: Short, tie: Flags | None = None, *, table: Short | None = None, **more: Any
) -> PreferenceLists:
    """Make lists mutual: drop everyone who does not list the owner back.

    Parameters
    ----------
    start, partner
        Lists of known people, nobody twice or on their own list.
    tie : bool array, shape (m,), optional
        Whether an entry is as good as the one before it.
    table : int32 array, shape (n, n), optional
        The places of these lists, if they are known; it is written to.
    **more
        Further fields of `PreferenceLists`.

    Returns
    -------
    PreferenceLists

    Examples
    --------
    >>> make_lists(np.array([0, 2, 3, 3]), np.array([2, 1, 0], dtype=np.int32)).dropped
    array([[0, 2]])
    """
    from peermatch.kernels.preference_lists import drop_one_sided, fill_table, mirror_entries, renumber_table

    n, m = len(start) - 1, len(partner)
    tie = tie if tie is not None and tie.any() else None
    mirror = _nothing()
    if table is None and is_dense(n, m):
        table = np.empty((n, n), dtype=np.int32)
        fill_table(start, partner, table, np.zeros(1, dtype=np.int64))
    keep = None
    if table is None:
        check_size(m)
        mirror, table = mirror_entries(start, partner), np.zeros((0, 0), dtype=np.int32)
        keep = None if m == 0 or mirror.min() >= 0 else mirror >= 0
    elif m < n * (n - 1) and drop_one_sided(table):
        keep = np.empty(m, dtype=np.bool_)
        renumber_table(start, partner, table, keep)
    lists = PreferenceLists(start, partner, mirror, table, tie, **more)
    if keep is not None:
        return _kept(lists, keep)
    return lists if tie is None else replace(lists, rank_of_entry=_ranks(start, tie, m))


def is_dense(n: int, m: int) -> bool:
    """Whether m entries of n people are so many that a table takes no more memory than their mirror."""
    return 4 * m >= n * n and n > 0


def check_size(m: int) -> None:
    """Refuse more entries than places can be counted for."""
    if m > MOST_ENTRIES:
        raise UnsupportedError(
            f"The preference lists hold {m} entries; at most {MOST_ENTRIES} can be worked with. "
            "Shorten the lists, or split the people."
        )


def starts_of(lengths: npt.NDArray[Any]) -> IntArray:
    """Return where lists of these lengths begin, and where the last one ends."""
    start = np.zeros(len(lengths) + 1, dtype=np.int64)
    np.cumsum(lengths, out=start[1:])
    return start


def _ranks(start: IntArray, tie: Flags | None, m: int) -> Short:
    from peermatch.kernels.preference_lists import ranks_on_lists

    rank = np.empty(m, dtype=np.int32)
    ranks_on_lists(start, np.zeros(0, dtype=np.bool_) if tie is None else tie, rank)
    return rank


def _kept(lists: PreferenceLists, keep: Flags) -> PreferenceLists:
    """Drop the entries that are not to be kept; the table, if there is one, knows that already."""
    from peermatch.kernels.preference_lists import mirror_entries

    gone = np.flatnonzero(~keep)
    owner = np.searchsorted(lists.start, gone, side="right") - 1
    rank = _ranks(lists.start, lists.tie, len(lists.partner))[keep]
    before = starts_of(keep)
    start, partner = before[lists.start], lists.partner[keep]
    tie = None
    if lists.tie is not None:  # whoever has the rank of the one before, also where some of the group are gone
        tie = np.zeros(len(rank), dtype=np.bool_)
        tie[1:] = rank[1:] == rank[:-1]
        tie[start[:-1][start[:-1] < len(tie)]] = False
        tie = tie if tie.any() else None
    mirror = lists.mirror if len(lists.table) else mirror_entries(start, partner)
    dropped = np.stack([owner, lists.partner[gone].astype(np.int64)], axis=1)
    return replace(
        lists, start=start, partner=partner, mirror=mirror, tie=tie, rank_of_entry=rank, dropped=dropped
    )


def _reordered(start: IntArray, partner: Short, tie: Flags, how: str) -> Short:
    """Put every group of equals in order, and leave the others where they are."""
    n = len(start) - 1
    grouped = tie.copy()
    grouped[:-1] |= tie[1:]
    entry = np.flatnonzero(grouped)
    other = partner[entry].astype(np.int64)
    own = np.searchsorted(start, entry, side="right") - 1
    if how != "position":
        other = (other - own if how == "rotation" else other + own) % n
    group = np.cumsum(~tie[entry])
    out = partner.copy()
    out[entry] = partner[entry[np.argsort(group * n + other)]]
    return out


def _seen_anew(lists: PreferenceLists) -> PreferenceLists:
    """Find each entry's place at the other end, after lists were put in another order."""
    from peermatch.kernels.preference_lists import mirror_entries, places_on_lists

    if not len(lists.table):
        return replace(lists, mirror=mirror_entries(lists.start, lists.partner))
    table = lists.table.copy()
    places_on_lists(lists.start, lists.partner, table)
    return replace(lists, table=table)
