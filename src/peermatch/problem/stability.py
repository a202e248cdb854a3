"""What a stable solver knows about its matching, beyond status and certificate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from peermatch.problem.scores import IntArray

__all__ = ["BlockingPairs", "Stability"]


def _no_pairs() -> IntArray:
    return np.zeros((0, 2), dtype=np.int64)


@dataclass(frozen=True, eq=False)
class BlockingPairs:
    """The pairs that block a matching, and what both would gain by leaving for each other.

    Parameters
    ----------
    pairs : int64 array, shape (m, 2)
        In canonical order.
    gains : int64 array, shape (m, 2)
        What the first and the second of each pair would gain, both at least 1, in `unit`. Someone alone gains, in
        ranks, the length of their list plus 1 less the other's rank; in utilities, the other's utility, which may be 0:
        they would still rather have the other than nobody.
    at_least : int
        Proved: no matching has fewer blocking pairs. 0 where nothing better is known.
    unit : {"ranks", "utility"}
        Places on a preference list; or whole numbers on the grid of the scores.
    """

    pairs: IntArray = field(default_factory=_no_pairs)
    gains: IntArray = field(default_factory=_no_pairs)
    at_least: int = 0
    unit: str = "ranks"

    def __len__(self) -> int:
        return len(self.pairs)


@dataclass(frozen=True, eq=False)
class Stability:
    """What a stable solver found out.

    Parameters
    ----------
    partition : int64 array, shape (n,), optional
        One pool: a stable partition as a permutation (Tan 1991): each person's successor in their party; themselves for
        a party of one.
    cost : int, optional
        The sum of the ranks, counted from 1, of everyone's partner on their own list; who is alone adds nothing.
    cost_bound : int, optional
        Proved: no stable matching costs less.
    regret : int, optional
        The worst rank that anybody has to accept; 0 where nobody is paired.
    regret_bound : int, optional
        Proved: in every stable matching somebody has to accept this rank or a worse one.
    blocking : BlockingPairs, optional
        Of a matching that a fallback made.
    promise : str
        What is known about the pairs, in a sentence that says no more than is true.
    searched : mapping
        What was searched: orders of ties that were tried, matchings or branches looked at, limits that were met.
    dropped : int64 array, shape (m, 2)
        Mentions that were dropped because the other side does not list the person back: who, and whom they list.
    """

    partition: IntArray | None = None
    cost: int | None = None
    cost_bound: int | None = None
    regret: int | None = None
    regret_bound: int | None = None
    blocking: BlockingPairs | None = None
    promise: str = ""
    searched: Mapping[str, Any] = field(default_factory=dict)
    dropped: IntArray = field(default_factory=_no_pairs)
