"""Stable pairs where every pair is worth the same to both: those who are each other's best, again and again.

Idea
    Put all pairs in one order, the best first and equals by position. The best pair that is left is then the best that
    is left for both of its people, so that it is in every matching that is stable under this order, and
    there is exactly one. It need not be looked for among all pairs: from anybody, go to the best who is left for
    them, from there on to the best for that one, and so on; the pairs get better at every step, so that
    two people end up facing each other. They are paired, and the way goes back to who came before.
Cost
    Linear in the lists: every step pairs two people, or lengthens a way that is shortened by a pair, or passes someone
    who is taken for good.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from peermatch.kernels._jit import in_place_kernel

__all__ = ["entries_asymmetry", "pair_best"]

Long = npt.NDArray[np.int64]
Short = npt.NDArray[np.int32]


@in_place_kernel
def entries_asymmetry(start: Long, column: Long, utility: Long, seen: Long) -> int:
    """Return an entry that has no equal on the other side, or -1. Columns ascend; `seen` is 0 on entry.

    Rows are read in order, so that row y is named by those on it in their own order: the next one each time.
    """
    for x in range(len(start) - 1):
        for e in range(start[x], start[x + 1]):
            y = column[e]
            other = start[y] + seen[y]
            if other >= start[y + 1] or column[other] != x or utility[other] != utility[e]:
                return e
            seen[y] += 1
    return -1


@in_place_kernel
def pair_best(start: Long, partner: Short, mate: Long, ahead: Long, path: Long) -> None:
    """Pair those who are each other's best until nobody is left who could be. ``mate`` is -1 and ``ahead`` 0 on entry.

    Lists are sorted, best first, by one order of all pairs, and everyone listed lists the owner: without that, the way
    could run in circles.
    """
    for person in range(len(start) - 1):
        size = 0
        if mate[person] < 0:
            path[0], size = person, 1
        while size > 0:
            x = path[size - 1]
            row = partner[start[x] : start[x + 1]]
            k = ahead[x]
            while k < len(row) and mate[row[k]] >= 0:
                k += 1
            ahead[x] = k
            if k == len(row):
                size -= 1
            elif size > 1 and path[size - 2] == row[k]:
                mate[x], mate[row[k]] = row[k], x
                size -= 2
            else:
                path[size] = row[k]
                size += 1
