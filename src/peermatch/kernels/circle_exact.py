"""The best circles of a small pool, by dynamic programming over sets of people.

Idea
    People are settled in the order of their positions: the lowest who is not settled yet sits in some circle of
    those who are not, or stays without a seat. So a state is the set of those settled and the number of circles
    of each size that are used up, and the best total of a state does not depend on how it came about (Held and
    Karp 1962, for tours).
Cost
    O(states x circles of one person): seconds for 20 people.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from peermatch.kernels._jit import in_place_kernel

__all__ = ["settle_sets"]

Long = npt.NDArray[np.int64]
Short = npt.NDArray[np.int32]


@in_place_kernel
def settle_sets(
    begin: int,
    end: int,
    may_skip: int,
    start: Long,
    masks: Long,
    worths: Long,
    sizes: Long,
    follow: Long,
    best: Long,
    choice: Short,
) -> None:
    """Go from all reached states with sets from `begin` to `end` to those that follow.

    Parameters
    ----------
    may_skip : int
        Whether somebody may stay without a seat.
    start, masks, worths, sizes : int64 arrays
        All circles that may be made: those whose lowest member is p are ``start[p]:start[p + 1]``.
    follow : int64 array, shape (uses, 9)
        The use of sizes after one more circle of that many members; -1 where there is none.
    best, choice : arrays, shape (2**people, uses)
        The best worth of each state, -1 where it is not reached; and what led there: ``circle * uses + use before``, or
        ``-1 - person`` for one who was skipped.
    """
    people = len(start) - 1
    for mask in range(begin, end):
        p = 0
        while p < people and (mask >> p) & 1:
            p += 1
        if p == people:
            return
        row = best[mask]
        for use in range(len(follow)):
            worth = row[use]
            if worth < 0:
                continue
            if may_skip and worth > best[mask | (1 << p), use]:
                best[mask | (1 << p), use] = worth
                choice[mask | (1 << p), use] = -1 - p
            after = follow[use]
            for c in range(start[p], start[p + 1]):
                if masks[c] & mask or after[sizes[c]] < 0:
                    continue
                to, then = mask | masks[c], after[sizes[c]]
                if worth + worths[c] > best[to, then]:
                    best[to, then] = worth + worths[c]
                    choice[to, then] = c * len(follow) + use
