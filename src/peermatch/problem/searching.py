"""What scores can do that search over all pairs faster than by reading blocks: best partners, and pricing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np

from peermatch.problem.control import Control
from peermatch.problem.scores import IntArray, PairScores

if TYPE_CHECKING:
    from peermatch.kernels.blossom_pricing import BlossomOrder

__all__ = [
    "NO_WORTH",
    "BestPartners",
    "Earlier",
    "Priced",
    "Prices",
    "SearchableScores",
    "TrailingScores",
]

NO_WORTH: int = int(np.iinfo(np.int64).min)
"""Stands where a person has no (further) partner."""


@dataclass(frozen=True, eq=False)
class BestPartners:
    """Everybody's best partners, by ``2 score - guide of the partner``; in one pool both sides are the same arrays.

    Attributes
    ----------
    left, right : int64 arrays, shapes (rows, k) and (columns, k)
        Positions of partners, best first; -1 where there are fewer.
    left_worth, right_worth : int64 arrays, of the same shapes
        What each is worth; `NO_WORTH` where there is none.
    allowed : int
        How many pairs may be made.
    complete : bool
        False if the search was asked to stop: partners are then some that are allowed, and `allowed` says nothing.
    """

    left: IntArray
    right: IntArray
    left_worth: IntArray
    right_worth: IntArray
    allowed: int
    complete: bool = True


@dataclass(frozen=True, eq=False)
class Earlier:
    """What an earlier look at all pairs showed of those that it did not return.

    Such a pair has ``2 score <= seen(u) + seen(v) + min(around(u), around(v)) + min(unlisted(u), unlisted(v))``.

    Attributes
    ----------
    unlisted, seen, around : int64 arrays, shape (vertices,)
        By how much its slack may be negative; the dual variables of then, less the bonus; the sum of z around each.
    """

    unlisted: IntArray
    seen: IntArray
    around: IntArray


@dataclass(frozen=True, eq=False)
class Prices:
    """Dual variables to hold against all pairs, and what is known about pairs outside the candidates.

    A pair outside the candidates has ``2 score - guide(u) - guide(v) <= min(last(u), last(v))``.

    Attributes
    ----------
    y : int64 array, shape (vertices,)
    bonus : int
    blossoms : BlossomOrder
    guides, last : int64 arrays, shape (vertices,)
        `last` is `NO_WORTH` where all of a person's allowed partners are candidates.
    per_row : int
        How many pairs of each person to return.
    earlier : Earlier or None
    """

    y: IntArray
    bonus: int
    blossoms: BlossomOrder
    guides: IntArray
    last: IntArray
    per_row: int
    earlier: Earlier | None = None


@dataclass(frozen=True, eq=False)
class Priced:
    """What a look at all allowed pairs showed.

    Attributes
    ----------
    u, v : int64 arrays
        The most violated pairs of each person u, as vertices; a pair may stand here twice.
    worst : int
        The lowest slack, at most 0.
    complete : bool
        Whether these are truly the most violated of each person.
    unlisted : int64 array, shape (vertices,), or None
        No pair of this vertex that is not returned has a slack below minus this.
    """

    u: IntArray
    v: IntArray
    worst: int
    complete: bool = True
    unlisted: IntArray | None = None


@runtime_checkable
class SearchableScores(PairScores, Protocol):
    """Pair scores of at least 0 and at most `GRID` that look for pairs themselves."""

    def best_partners(
        self, k: int, guides: tuple[IntArray, IntArray], control: Control | None = None
    ) -> BestPartners | None:
        """Return everybody's k best partners; equal ones by the order of people, nearest behind first.

        None: not these scores.
        """

    def price(self, prices: Prices, control: Control | None = None) -> Priced | None:
        """Return the pairs that contradict dual variables; None if asked to stop."""


@runtime_checkable
class TrailingScores(Protocol):
    """Pair scores that can leave out columns at the front: a look at each pair of one pool once takes half the work."""

    def block_from(self, rows: IntArray, begin: int) -> IntArray:
        """Return the scores of these rows with the columns from `begin` on, shape (len(rows), shape[1] - begin)."""
