"""The best rings of a small pool, by dynamic programming over sets of people.

Idea
    What the best ring of a set is worth is found by ways from its lowest member (Held and Karp 1962). A set of people
    is then seated best either without its lowest member, or with a ring that holds it and the best of all others.
Cost
    O(2^n n^2) for rings and O(3^n) for sets of them; memory O(2^n n).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from peermatch.kernels._jit import in_place_kernel

__all__ = ["best_of_sets", "ring_values"]

Long = npt.NDArray[np.int64]

NONE = -(1 << 60)


@in_place_kernel
def ring_values(
    n: int, smallest: int, largest: int, worth: Long, reach: Long, value: Long, last_of: Long
) -> None:
    """Fill in what the best ring of each set is worth (`NONE`: no ring), and who of it advises its lowest member.

    ``reach[mask, last]`` is the best way from the lowest member of a set through all of it to one of them.
    """
    for mask in range(1 << n):
        value[mask] = NONE
        lowest, count = 0, 0
        for x in range(n):
            reach[mask, x] = NONE
            count += mask >> x & 1
        if mask == 0 or count > largest:
            continue
        while not mask >> lowest & 1:
            lowest += 1
        if count == 1:
            reach[mask, lowest] = 0
            continue
        for last in range(lowest + 1, n):
            if not mask >> last & 1:
                continue
            without = mask ^ (1 << last)
            for x in range(n):
                so_far = reach[without, x]
                if so_far != NONE and worth[x, last] >= 0 and so_far + worth[x, last] > reach[mask, last]:
                    reach[mask, last] = so_far + worth[x, last]
            way = reach[mask, last]
            back = worth[last, lowest]
            if count >= smallest and way != NONE and back >= 0 and way + back > value[mask]:
                value[mask] = way + back
                last_of[mask] = last


@in_place_kernel
def best_of_sets(begin: int, end: int, n: int, value: Long, seat: int, best: Long, choice: Long) -> None:
    """Settle the sets from `begin` to `end`: how they are seated best, each person counting `seat` more.

    ``choice`` is the ring that holds a set's lowest member; 0 where that person goes without.
    """
    for mask in range(begin, end):
        if mask == 0:
            best[0] = 0
            continue
        lowest = 0
        while not mask >> lowest & 1:
            lowest += 1
        rest = mask ^ (1 << lowest)
        best[mask], choice[mask] = best[rest], 0
        part = rest
        while part:
            team = part | 1 << lowest
            if value[team] != NONE:
                count = 0
                for x in range(n):
                    count += team >> x & 1
                total = value[team] + seat * count + best[mask ^ team]
                if total > best[mask]:
                    best[mask], choice[mask] = total, team
            part = (part - 1) & rest
