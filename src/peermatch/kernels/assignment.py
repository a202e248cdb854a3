"""Whole-number duals of a linear assignment, as longest paths in its residual graph.

Idea
    Along a matched pair the two duals add up to its worth, so the right side's duals follow from the left's, and
    what remains are bounds from below: y(u) >= y(m) + worth(u, v) - worth(m, v) for every column v, with m its
    partner. The least such y is found by raising, row by row, whom a row that was itself raised pushes up.
Invariant
    y only rises and stays at or below every feasible dual. It exists exactly if the assignment is optimal: otherwise
    some row is pushed above its own pair's worth, or rows push each other round a cycle. ``giver[u]`` is the row that
    pushed u last, -1 if none did; following givers leads back along the path or cycle that improves the assignment.
Cost
    O(rows) for each row taken from the queue; cycles are looked for once in as many turns as there are rows.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from peermatch.kernels._jit import kernel

__all__ = ["in_giver_cycle", "raise_duals"]

Long = npt.NDArray[np.int64]


@kernel
def in_giver_cycle(giver: Long) -> int:
    """Return a row on a cycle of givers, or -1. Linear."""
    n = len(giver)
    seen_from = np.full(n, -1, np.int64)
    for start in range(n):
        u = start
        while u >= 0 and seen_from[u] < 0:
            seen_from[u] = start
            u = giver[u]
        if u >= 0 and seen_from[u] == start:
            return u
    return -1


@kernel
def raise_duals(
    by_column: Long, mate: Long, own: Long, y: Long, giver: Long, queue: Long, state: Long, turns: int
) -> int:
    """Take up to so many rows from the queue; return a row that shows the assignment is not optimal, or -1.

    Parameters
    ----------
    by_column : int64 array, shape (columns, rows)
        What each pair is worth, transposed.
    mate : int64 array, shape (rows,)
        Each row's column, -1 for none.
    own : int64 array, shape (rows,)
        What each row's own pair is worth, 0 for none.
    y, giver : int64 arrays, shape (rows,)
        Changed in place.
    queue : int64 array, shape (2, rows)
        A ring of rows that may push others, and a flag for each row in it.
    state : int64 array, shape (3,)
        Head and length of the ring, and the turns since cycles were looked for. Length 0 on return: done.
    """
    n = len(mate)
    for _ in range(turns):
        if state[1] == 0:
            return -1
        if state[2] >= n:
            state[2] = 0
            u = in_giver_cycle(giver)
            if u >= 0:
                return u
        state[2] += 1
        m = queue[0, state[0]]
        state[0] = (state[0] + 1) % n
        state[1] -= 1
        queue[1, m] = 0
        base = y[m] - own[m]
        worth = by_column[mate[m]]
        for u in range(n):
            if base + worth[u] > y[u]:
                y[u] = base + worth[u]
                giver[u] = m
                if y[u] > own[u]:
                    return u
                if mate[u] >= 0 and queue[1, u] == 0:
                    queue[0, (state[0] + state[1]) % n] = u
                    queue[1, u] = 1
                    state[1] += 1
    return -1
