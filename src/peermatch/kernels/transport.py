"""Transport between two sides with capacities: one more place at a time, by a cheapest alternating path.

Idea
    People of both sides are nodes; a pair that may be made is an edge, used at most once. Everybody has a dual y of
    either sign. A node's places come in one by one (``open``); each new place is given its pair by Dijkstra's search
    over alternating paths (Tomizawa 1971; Edmonds and Karp 1972). A search ends at a node of the other side with a
    free place, or at one of its own side that can spare a pair, the searching node itself included. A pair below
    somebody's minimum is worth ``reward`` more to them, so that minima are met wherever that is possible at all.
Invariant
    After each search, with slack(e) = y(u) + y(v) - weight(e): slack >= 0 on unused edges, <= 0 on used ones, and
    of each node: used < open means y <= 0, used > minimum means y >= 0, used < minimum (and < open) y = -reward,
    and y >= -reward. That is optimality for the places opened so far.
Cost
    One search is O(edges reached * log); it touches no more than lies nearer than its end.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from peermatch.kernels._jit import in_place_kernel
from peermatch.kernels.heap import drop_first, put

__all__ = ["Flow", "open_places"]

Ints = npt.NDArray[np.int64]

# Slots of `now`.
STAMP = 0  # the number of the search
HEAP = 1  # entries in the heap
REACHED = 2  # nodes settled in this search
WORK = 3  # edges looked at
BEST = 4  # the least distance of an end found so far
END = 5  # its node, -1 for none
SEARCHES = 6
SOURCE = 7

FAR = 1 << 61


class Flow(NamedTuple):
    """The graph, the duals, and what is used; everything but the graph is changed in place.

    Attributes
    ----------
    start : int64 array, shape (n + 1,)
        Node a's edges are ``edge[start[a]:start[a + 1]]``; nodes below `n_left` are the left side.
    edge : int64 array, shape (2 m,)
    ends : int64 array, shape (m,)
        The sum of an edge's two nodes: less the one, it is the other.
    weight, used : int64 arrays, shape (m,)
    y, uses, open, wanted, minimum : int64 arrays, shape (n,)
        The dual, the pairs in use, the places that count already, those that there are, and the minimum.
    slot_start : int64 array, shape (n + 1,)
        Node a's used edges are the first ``uses[a]`` from there in `slot`.
    slot : int64 array
    """

    start: Ints
    edge: Ints
    ends: Ints
    weight: Ints
    used: Ints
    y: Ints
    uses: Ints
    open: Ints
    wanted: Ints
    minimum: Ints
    slot_start: Ints
    slot: Ints


@in_place_kernel
def offer(
    flow: Flow, room: Ints, heap: Ints, now: Ints, node: int, distance: int, edge: int, to_other: int
) -> None:
    """Tell a node that it can be reached at this distance over this edge, and note how near an end it could be.

    `room` has the columns (search, distance, edge it was reached over, settled).
    """
    if distance >= now[BEST]:
        return
    if room[node, 0] == now[STAMP] and room[node, 1] <= distance:
        return
    room[node, 0], room[node, 1], room[node, 2], room[node, 3] = now[STAMP], distance, edge, 0
    end = distance + to_end(flow, node, now[SOURCE], to_other)
    if end < now[BEST]:
        now[BEST], now[END] = end, node
    put(heap, now[HEAP], distance, node)
    now[HEAP] += 1


@in_place_kernel
def to_end(flow: Flow, node: int, source: int, to_other: int) -> int:
    """Return how much further a path would have to go to end at this node; the reward is the last entry of `y`."""
    count, least, reward = flow.uses[node], flow.minimum[node], flow.y[len(flow.y) - 1]
    further: int = FAR
    if to_other == 1:  # of the other side: a free place, or one that does not count yet
        if count < flow.open[node]:
            further = (-reward if count < least else 0) - flow.y[node]
        elif count < flow.wanted[node]:
            further = 0 if count < least else max(0, -flow.y[node])
    elif node == source:  # a place that stays empty
        further = flow.y[node] + (reward if count < least else 0)
    else:
        further = flow.y[node] + (reward if count <= least else 0)
    return further


@in_place_kernel
def leave_own(flow: Flow, room: Ints, heap: Ints, now: Ints, node: int, distance: int) -> None:
    """Go on from a node of the searching side, over unused edges."""
    edges = flow.edge[flow.start[node] : flow.start[node + 1]]
    now[WORK] += len(edges)
    y, most = flow.y[node] + distance, now[BEST]
    for e in edges:
        if flow.used[e] == 0:
            other = flow.ends[e] - node
            there = y + flow.y[other] - flow.weight[e]
            if there < most:
                offer(flow, room, heap, now, other, there, e, 1)
                most = now[BEST]


@in_place_kernel
def leave_other(flow: Flow, room: Ints, heap: Ints, now: Ints, node: int, distance: int) -> None:
    """Go on from a node of the other side, over used edges."""
    begin = flow.slot_start[node]
    edges = flow.slot[begin : begin + flow.uses[node]]
    now[WORK] += len(edges)
    for e in edges:
        other = flow.ends[e] - node
        there = distance + flow.weight[e] - flow.y[node] - flow.y[other]
        offer(flow, room, heap, now, other, there, e, 0)


@in_place_kernel
def search(flow: Flow, room: Ints, heap: Ints, reached: Ints, now: Ints, source: int, n_left: int) -> None:
    """Find the nearest end from a node with an empty place: BEST and END."""
    now[STAMP] += 1
    now[SEARCHES] += 1
    now[HEAP], now[REACHED], now[BEST], now[END], now[SOURCE] = 0, 0, FAR, -1, source
    offer(flow, room, heap, now, source, 0, -1, 0)
    own = source < n_left
    while now[HEAP] > 0:
        distance, node = heap[0, 0], heap[0, 1]
        if distance >= now[BEST]:
            break
        now[HEAP] -= 1
        drop_first(heap, now[HEAP])
        if room[node, 3] != 0:
            continue
        room[node, 3] = 1
        reached[now[REACHED]] = node
        now[REACHED] += 1
        if (node < n_left) == own:
            leave_own(flow, room, heap, now, node, distance)
        else:
            leave_other(flow, room, heap, now, node, distance)


@in_place_kernel
def change_duals(flow: Flow, room: Ints, reached: Ints, now: Ints, n_left: int) -> None:
    """Lower the duals of the searching side and raise those of the other, by how far inside the search they lie."""
    own = now[SOURCE] < n_left
    for i in range(now[REACHED]):
        node = reached[i]
        inside = now[BEST] - room[node, 1]
        flow.y[node] += -inside if (node < n_left) == own else inside


@in_place_kernel
def open_end(flow: Flow, now: Ints, n_left: int) -> None:
    """Let a place count at which the path ends, if it does not yet."""
    end = now[END]
    if (end < n_left) != (now[SOURCE] < n_left) and flow.uses[end] == flow.open[end]:
        flow.open[end] += 1


@in_place_kernel
def add_slot(flow: Flow, node: int, edge: int) -> None:
    """Note a used edge at one of its nodes."""
    flow.slot[flow.slot_start[node] + flow.uses[node]] = edge
    flow.uses[node] += 1


@in_place_kernel
def drop_slot(flow: Flow, node: int, edge: int) -> None:
    """Take an edge off the used ones of a node; the last one moves into its slot."""
    begin = flow.slot_start[node]
    last = begin + flow.uses[node] - 1
    place = begin
    while flow.slot[place] != edge:
        place += 1
    flow.slot[place] = flow.slot[last]
    flow.uses[node] -= 1


@in_place_kernel
def flip_path(flow: Flow, room: Ints, now: Ints, n_left: int) -> None:
    """Use the unused edges on the path from the source to the end, and free the used ones.

    First all that become free, then all that are used, so that nobody has more slots than places in between.
    """
    for phase in range(2):
        node = now[END]
        while node != now[SOURCE]:
            edge = room[node, 2]
            other = flow.ends[edge] - node
            to_own = (node < n_left) == (now[SOURCE] < n_left)
            if to_own and phase == 0:
                drop_slot(flow, node, edge)
                drop_slot(flow, other, edge)
                flow.used[edge] = 0
            elif not to_own and phase == 1:
                add_slot(flow, node, edge)
                add_slot(flow, other, edge)
                flow.used[edge] = 1
            node = other


@in_place_kernel
def open_places(
    flow: Flow,
    nodes: Ints,
    first: int,
    room: Ints,
    heap: Ints,
    reached: Ints,
    now: Ints,
    n_left: int,
    most: int,
) -> int:
    """Open the places of the listed nodes (all of one side) one by one, each with a search for its pair.

    Parameters
    ----------
    flow : Flow
        Its `y` has one entry more than there are nodes: the reward.
    nodes : int64 array
    first : int
        The place in `nodes` to begin at.
    room, heap, reached, now : int64 arrays, shapes (n, 4), (2 m + n + 1, 2), (n,) and (8,)
        Room to work in; `room` and `now` stay between calls.
    n_left : int
    most : int
        Edges to look at before returning.

    Returns
    -------
    int
        The place in `nodes` to go on from; ``len(nodes)`` when done.
    """
    now[WORK] = 0
    for i in range(first, len(nodes)):
        node = nodes[i]
        while flow.open[node] < flow.wanted[node]:
            if now[WORK] >= most:
                return i
            flow.open[node] += 1
            if to_end(flow, node, node, 0) <= 0:
                continue  # its dual allows the place to stay empty
            search(flow, room, heap, reached, now, node, n_left)
            open_end(flow, now, n_left)
            change_duals(flow, room, reached, now, n_left)
            flip_path(flow, room, now, n_left)
    return len(nodes)
