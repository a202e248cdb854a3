"""Lists of edges as callers give them: looked through once, and added up at the end.

Idea
    Edges come in any order, with loops and parallel ones among them. One pass tells what must be known before they
    can be trusted with 64-bit sums; nothing is copied or sorted.
Cost
    O(m), a few nanoseconds for each edge.
"""

from __future__ import annotations

import numpy as np

from peermatch.kernels._jit import in_place_kernel
from peermatch.kernels.blossom_state import Ints

__all__ = ["HIGHEST", "HIGHEST_END", "LOOPS", "LOWEST", "LOWEST_END", "heaviest_of_pairs", "survey"]

# Slots of what `survey` finds.
LOWEST_END = 0
HIGHEST_END = 1
LOOPS = 2
LOWEST = 3  # weight of an edge that is not a loop; above HIGHEST if there is none
HIGHEST = 4


@in_place_kernel
def survey(u: Ints, v: Ints, weight: Ints, found: Ints) -> None:
    """Find the range of the vertices and of the weights, and how many edges are loops."""
    low_end, high_end, loops = 0, -1, 0
    lowest, highest = np.iinfo(np.int64).max, np.iinfo(np.int64).min
    for i in range(len(u)):
        a, b = u[i], v[i]
        low_end = min(low_end, min(a, b))
        high_end = max(high_end, max(a, b))
        if a == b:
            loops += 1
        else:
            lowest = min(lowest, weight[i])
            highest = max(highest, weight[i])
    found[LOWEST_END], found[HIGHEST_END], found[LOOPS] = low_end, high_end, loops
    found[LOWEST], found[HIGHEST] = lowest, highest


@in_place_kernel
def heaviest_of_pairs(u: Ints, v: Ints, weight: Ints, mate: Ints, best: Ints) -> None:
    """Write the weight of the heaviest edge of each matched pair to the place of its lower vertex."""
    for i in range(len(u)):
        a, b = u[i], v[i]
        if mate[a] == b and a != b:
            best[min(a, b)] = max(best[min(a, b)], weight[i])
