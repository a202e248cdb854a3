"""A binary heap in two columns of one array: keys, the least first, and what they stand for.

The caller keeps the number of entries, since it stands among the other counters of its search.

Cost
    O(log entries) each.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from peermatch.kernels._jit import in_place_kernel

__all__: list[str] = []

Ints = npt.NDArray[np.int64]


@in_place_kernel
def put(heap: Ints, size: int, key: int, entry: int) -> None:
    """Add an entry to a heap of `size`; it has one more then."""
    i = size
    while i > 0:
        above = (i - 1) >> 1
        if heap[above, 0] <= key:
            break
        heap[i, 0] = heap[above, 0]
        heap[i, 1] = heap[above, 1]
        i = above
    heap[i, 0] = key
    heap[i, 1] = entry


@in_place_kernel
def drop_first(heap: Ints, size: int) -> None:
    """Remove the entry with the least key, which stands at row 0, and leave `size` entries."""
    key, entry = heap[size, 0], heap[size, 1]
    i = 0
    while True:
        below = 2 * i + 1
        if below >= size:
            break
        if below + 1 < size and heap[below + 1, 0] < heap[below, 0]:
            below += 1
        if heap[below, 0] >= key:
            break
        heap[i, 0] = heap[below, 0]
        heap[i, 1] = heap[below, 1]
        i = below
    heap[i, 0] = key
    heap[i, 1] = entry
