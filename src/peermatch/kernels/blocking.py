"""Which pairs block a matching, on preference lists: all of them, those of some people, and round a ring.

Idea
    A person would leave for exactly those who stand on their list before the group of their partner: `better` says how
    many these are, the whole list for somebody alone. A pair blocks if it stands before that on both lists.
Invariant
    Lists, `mirror` and `table` are those of `peermatch.kernels.roommates`. ``marked`` is false everywhere on entry and
    on return.
Cost
    Linear in the entries before `better` that are looked at.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from peermatch.kernels._jit import in_place_kernel
from peermatch.kernels.roommates import seen_from

__all__ = ["blocking_touching", "list_blocking", "ring_blocking"]

Long = npt.NDArray[np.int64]
Short = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]


@in_place_kernel
def list_blocking(start: Long, partner: Short, mirror: Short, table: Short, better: Long, pairs: Long) -> int:
    """Return how many pairs block; write them, as far as there is room, as (low, high) by the low one."""
    found = 0
    for x in range(len(start) - 1):
        row = partner[start[x] : start[x + 1]]
        for k in range(better[x]):
            y = row[k]
            if y > x and seen_from(y, x, start[x] + k, mirror, table) < better[y]:
                if found < len(pairs):
                    pairs[found, 0], pairs[found, 1] = x, y
                found += 1
    return found


@in_place_kernel
def blocking_touching(
    people: Long, start: Long, partner: Short, mirror: Short, table: Short, better: Long, marked: Flags
) -> int:
    """Return how many blocking pairs have at least one of these (different) people in them."""
    found = 0
    for i in range(len(people)):
        x = people[i]
        row = partner[start[x] : start[x + 1]]
        for k in range(better[x]):
            y = row[k]
            if not marked[y] and seen_from(y, x, start[x] + k, mirror, table) < better[y]:
                found += 1
        marked[x] = True
    for i in range(len(people)):
        marked[people[i]] = False
    return found


@in_place_kernel
def ring_blocking(
    ring: Long,
    with_next: Long,
    with_before: Long,
    touched: Long,
    start: Long,
    partner: Short,
    mirror: Short,
    table: Short,
    better: Long,
    marked: Flags,
    more: Long,
) -> None:
    """Write how many pairs more block if ``ring[i]`` is set aside, and the others paired, than if ``ring[0]`` is.

    ``with_next[i]`` is what `better` is for ``ring[i]`` paired with the next one, ``with_before[i]`` with the one
    before. `better` is of any matching in which ``ring[0]`` is set aside, and is left with ``ring[-2]`` set aside.
    From one set aside to the next but one only three people change; two steps at a time reach all of an odd ring.
    """
    size = len(ring)
    more[0] = 0
    i = 0
    for _ in range(size - 1):
        j, k = (i + 1) % size, (i + 2) % size
        touched[0], touched[1], touched[2] = ring[i], ring[j], ring[k]
        before = blocking_touching(touched, start, partner, mirror, table, better, marked)
        better[ring[i]], better[ring[j]] = with_next[i], with_before[j]
        better[ring[k]] = start[ring[k] + 1] - start[ring[k]]
        after = blocking_touching(touched, start, partner, mirror, table, better, marked)
        more[k] = more[i] + after - before
        i = k
