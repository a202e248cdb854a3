"""What scores can do that search over all pairs faster than by reading blocks: best partners, and pricing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np

from peermatch.problem.control import Control
from peermatch.problem.scores import IntArray, PairScores

if TYPE_CHECKING:
    from peermatch.kernels.blossom_pricing import BlossomOrder

__all__ = ["NO_WORTH", "BestPartners", "Priced", "Prices", "SearchableScores"]

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
    """

    left: IntArray
    right: IntArray
    left_worth: IntArray
    right_worth: IntArray
    allowed: int


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
    """

    y: IntArray
    bonus: int
    blossoms: BlossomOrder
    guides: IntArray
    last: IntArray
    per_row: int


@dataclass(frozen=True, eq=False)
class Priced:
    """What a look at all allowed pairs showed.

    Attributes
    ----------
    u, v : int64 arrays
        The most violated pairs of each person, as vertices; a pair may stand here twice.
    worst : int
        The lowest slack, at most 0.
    """

    u: IntArray
    v: IntArray
    worst: int


@runtime_checkable
class SearchableScores(PairScores, Protocol):
    """Pair scores that look for pairs themselves. Either method may return None: not for these scores, or stopped."""

    def best_partners(
        self, k: int, guides: tuple[IntArray, IntArray], control: Control | None = None
    ) -> BestPartners | None:
        """Return everybody's k best partners; equal ones by the order of people, nearest behind first."""

    def price(self, prices: Prices, control: Control | None = None) -> Priced | None:
        """Return the pairs that contradict dual variables."""
