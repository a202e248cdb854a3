"""Trios: what becomes of those who are left over when everybody else is in a pair."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from peermatch.problem.matching import Matching
from peermatch.problem.scores import IntArray, PairScores
from peermatch.problem.status import Status

__all__ = ["TrioMatching", "TrioProblem", "trio_value"]


@dataclass(frozen=True, eq=False)
class TrioProblem:
    """Pairs, and trios for those who are left over: one person more at most joins a pair.

    Everybody's fit is the mean of their scores with whom they meet, and groups are worth half of the sum of their
    members' fits. So a pair is worth its score, and a trio half of the sum of its three scores. In whole numbers:
    twice that (see `trio_value`).

    Parameters
    ----------
    scores : PairScores
        One pool.
    fixed : int64 array, shape (r, 2)
        Pairs that are made in any case; one person may join each.
    objective : {"everyone_first", "best_total", "worst_first"}
        What pairs are made by.
    """

    scores: PairScores
    fixed: IntArray = field(default_factory=lambda: np.zeros((0, 2), dtype=np.int64))
    objective: str = "everyone_first"

    @property
    def free(self) -> IntArray:
        """Those whom no fixed pair holds, ascending."""
        return np.setdiff1d(np.arange(self.scores.shape[0]), self.fixed)


def trio_value(scores: PairScores, pairs: IntArray, trios: IntArray) -> int:
    """Return twice what pairs and trios are worth, a Python integer.

    Examples
    --------
    >>> from peermatch.problem import DenseScores
    >>> scores = DenseScores([[0, 5, 1, 2, 3], [5, 0, 6, 1, 3], [1, 6, 0, 4, 3], [2, 1, 4, 0, 3], [3, 3, 3, 3, 0]])
    >>> trio_value(scores, np.array([[0, 1]]), np.array([[2, 3, 4]]))
    20
    """
    total: int = 2 * sum(scores.at(pairs[:, 0], pairs[:, 1]).tolist())
    for a, b in ((0, 1), (0, 2), (1, 2)):
        total += sum(scores.at(trios[:, a], trios[:, b]).tolist())
    return total


@dataclass(frozen=True, eq=False)
class TrioMatching:
    """Pairs and trios, what they are worth against sitting out, and what is known about them.

    Parameters
    ----------
    pairs : int64 array, shape (p, 2)
        Those who meet as two.
    trios : int64 array, shape (t, 3)
        Those who meet as three; each row ascending.
    left : int
        How many people are left over where everybody else is in a pair.
    value : int
        Twice what all groups are worth.
    without : int
        Twice what the pairs are worth if those left over sit out.
    bound : int or None
        Proved: no answer with as many trios is worth more, doubled; None where nothing is proved.
    status : Status
        ``optimal``: nobody can find seats for more people, nor for as many with a better total. ``gap``: see `bound`;
        with no bound, ``undecided``.
    able : int64 array
        Those who have an allowed partner, whom no fixed pair holds; empty where nothing is proved.
    base : Matching, optional
        The best pairs of those who are able, with the duals behind `bound`; positions are those in `able`.
    evidence : tuple of (int64 array, Matching)
        For groups of people that were looked at as the trio (or, with one person, joining a fixed pair): the best
        pairs of all others who are able, with its certificate; positions are those among these others.
    stats : mapping
    """

    pairs: IntArray
    trios: IntArray
    left: int
    value: int
    without: int
    bound: int | None
    status: Status
    able: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    base: Matching | None = None
    evidence: tuple[tuple[IntArray, Matching], ...] = ()
    stats: Mapping[str, Any] = field(default_factory=dict)

    @property
    def loss(self) -> int:
        """Twice how much less the groups are worth than the pairs where those left over sit out; below 0: more."""
        return self.without - self.value

    @property
    def gap(self) -> int | None:
        """Twice how much more another answer with as many trios could be worth at most."""
        return None if self.bound is None else self.bound - self.value
