"""The events of a search, in order of time: a heap (`peermatch.kernels.heap`), and a queue of those due.

Idea
    Duals are stored relative to the time of the search, so the time at which an edge becomes tight is known when
    the edge is first seen and never changes while both ends keep their labels. Events that have become pointless
    stay in the heap; whoever takes one out looks whether it still holds. What is due at once stands in a queue:
    where many edges have one weight, nearly everything is.
Cost
    O(log heap) each; O(1) for those that are due.
"""

from __future__ import annotations

from peermatch.kernels._jit import in_place_kernel
from peermatch.kernels.blossom_state import BOUND, HEAP_SIZE, READY, SERVED, TIME, Ints
from peermatch.kernels.heap import drop_first, put

__all__: list[str] = []

NONE = -(1 << 62)  # no event is left before the search ends


@in_place_kernel
def clear(now: Ints) -> None:
    """Forget all events, and set the time to 0."""
    now[HEAP_SIZE] = now[READY] = now[SERVED] = now[TIME] = 0


@in_place_kernel
def push(heap: Ints, ready: Ints, now: Ints, time: int, event: int) -> None:
    """Add an event."""
    if time <= now[TIME]:
        ready[now[READY]] = event
        now[READY] += 1
        return
    put(heap, now[HEAP_SIZE], time, event)
    now[HEAP_SIZE] += 1


@in_place_kernel
def take_next(heap: Ints, ready: Ints, now: Ints) -> int:
    """Return the next event and move the time on to it; NONE if none is due before BOUND."""
    if now[TIME] >= now[BOUND]:
        return NONE
    if now[SERVED] < now[READY]:
        now[SERVED] += 1
        event: int = ready[now[SERVED] - 1]
        return event
    now[READY] = now[SERVED] = 0
    if now[HEAP_SIZE] == 0 or heap[0, 0] >= now[BOUND]:
        now[TIME] = now[BOUND]
        return NONE
    now[TIME] = heap[0, 0]
    event = heap[0, 1]
    now[HEAP_SIZE] -= 1
    drop_first(heap, now[HEAP_SIZE])
    return event


@in_place_kernel
def move_on(heap: Ints, now: Ints) -> None:
    """Move the time on as far as no event that is left allows more."""
    if now[READY] == now[SERVED]:
        time = now[BOUND]
        if now[HEAP_SIZE] > 0:
            time = min(time, heap[0, 0])
        now[TIME] = max(now[TIME], time)
    now[TIME] = min(now[TIME], now[BOUND])
