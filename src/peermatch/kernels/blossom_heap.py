"""The events of a search, in order of time: a binary heap in two columns of one array.

Idea
    Duals are stored relative to the time of the search, so the time at which an edge becomes tight is known when
    the edge is first seen and never changes while both ends keep their labels. Events that have become pointless
    stay in the heap; whoever takes one out looks whether it still holds.
Cost
    O(log heap) each.
"""

from __future__ import annotations

from peermatch.kernels._jit import kernel
from peermatch.kernels.blossom_state import HEAP_SIZE, Search

__all__: list[str] = []


@kernel
def push(search: Search, time: int, event: int) -> None:
    """Add an event."""
    heap, now = search.heap, search.now
    i = now[HEAP_SIZE]
    now[HEAP_SIZE] = i + 1
    while i > 0:
        above = (i - 1) >> 1
        if heap[above, 0] <= time:
            break
        heap[i, 0] = heap[above, 0]
        heap[i, 1] = heap[above, 1]
        i = above
    heap[i, 0] = time
    heap[i, 1] = event


@kernel
def drop_first(search: Search) -> None:
    """Remove the earliest event, which stands at row 0."""
    heap, now = search.heap, search.now
    size = now[HEAP_SIZE] - 1
    now[HEAP_SIZE] = size
    time, event = heap[size, 0], heap[size, 1]
    i = 0
    while True:
        below = 2 * i + 1
        if below >= size:
            break
        if below + 1 < size and heap[below + 1, 0] < heap[below, 0]:
            below += 1
        if heap[below, 0] >= time:
            break
        heap[i, 0] = heap[below, 0]
        heap[i, 1] = heap[below, 1]
        i = below
    heap[i, 0] = time
    heap[i, 1] = event
