"""The candidate graph of a transport problem, solved exactly, and taken up again where edges are added."""

from __future__ import annotations

import numpy as np

from peermatch.errors import UnsupportedError
from peermatch.kernels.transport import Flow, open_places
from peermatch.problem import Control, IntArray

__all__ = ["TransportGraph", "greedy_use"]

_EDGES_AT_ONCE = 1 << 25  # about a third of a second
_ROOM = 1 << 58
_WORTH_KEEPING = 2  # times what is left is more than there was


class TransportGraph:
    """Edges between two sides, and an optimal assignment over them, with its duals.

    Parameters
    ----------
    minimum, places : pairs of int64 arrays
        Of the left and of the right side.
    reward : int
        What one partner of somebody who has fewer than their minimum adds: more than anything else can.

    Attributes
    ----------
    y : int64 array, shape (left + right,)
    u, v, weight : int64 arrays
        The edges, sorted: positions on the left and on the right, and what a pair is worth, bonus included.
    used : int64 array
        1 for the pairs of the assignment.
    """

    def __init__(
        self, minimum: tuple[IntArray, IntArray], places: tuple[IntArray, IntArray], reward: int
    ) -> None:
        self.n_left, self.n_right = len(places[0]), len(places[1])
        self.minimum, self.places = np.concatenate(minimum), np.concatenate(places)
        self.reward = reward
        self.u, self.v, self.weight, self.used = (np.zeros(0, dtype=np.int64) for _ in range(4))
        self.y = np.where(self.minimum > 0, -reward, 0).astype(np.int64)
        self.searches = 0

    def add(self, u: IntArray, v: IntArray, weight: IntArray) -> int:
        """Add edges; those that are there already are passed over. Return how many are new."""
        width = max(1, self.n_right)
        keys = np.concatenate([self.u * width + self.v, u * width + v])
        values, used = np.concatenate([self.weight, weight]), np.concatenate([self.used, np.zeros_like(u)])
        order = np.argsort(keys, kind="stable")  # of two equal ones, the one that is there stands first
        keys = keys[order]
        first = np.ones(len(keys), dtype=bool)
        first[1:] = keys[1:] != keys[:-1]
        before, kept = len(self.u), order[first]
        self.u, self.v = keys[first] // width, keys[first] % width
        self.weight, self.used = values[kept], used[kept]
        return len(self.u) - before

    def restart(self) -> None:
        """Forget the assignment and the duals: prices that were high for want of edges would stay so."""
        self.used[:] = 0
        self.y = np.where(self.minimum > 0, -self.reward, 0).astype(np.int64)
        self.searched = np.zeros(0, dtype=np.int64)

    def solve(self, control: Control | None = None) -> bool:
        """Make the assignment optimal over the edges; False if asked to stop on the way.

        Left people whose dual allows a new edge too little are set back: the duals of all hold again, and of the places
        that this empties each is opened anew, first those on the left and then those on the right.
        """
        left, right = np.arange(self.n_left), np.arange(self.n_left, self.n_left + self.n_right)
        before = int(self.used.sum())
        self._set_back()
        if _WORTH_KEEPING * int(self.used.sum()) < before:
            # most would look for a place again, among prices that are too high: quicker from nothing
            self.restart()
            self._set_back()
        flow = self._flow()
        if not len(self.searched):  # at the start nothing is used, and every place on the right is open
            flow.open[right] = self.places[right]
        done = self._open(flow, left, control) and self._open(flow, right, control)
        self.y, self.searched = flow.y[:-1].copy(), flow.open
        return done

    searched: IntArray = np.zeros(0, dtype=np.int64)

    def _set_back(self) -> None:
        """Raise left duals until no unused edge has a negative slack, and give up the used edges that this loosens."""
        ends = self.v + self.n_left
        least = self.weight - self.y[ends]
        need = np.full(self.n_left, np.iinfo(np.int64).min, dtype=np.int64)
        fresh = self.used == 0
        np.maximum.at(need, self.u[fresh], least[fresh])
        if not len(self.searched):
            self.y[: self.n_left] = np.where(need == np.iinfo(np.int64).min, 0, need)
            return
        raised = need > self.y[: self.n_left]
        self.y[: self.n_left] = np.maximum(self.y[: self.n_left], need)
        loose = (self.used == 1) & raised[self.u] & (self.y[self.u] > least)
        self.used[loose] = 0
        # what was given up is unused now, so its slack must not be negative, and it is not: it is what made it loose
        counts = self._counts()
        self.searched = self.places.copy()
        self.searched[: self.n_left][raised] = counts[: self.n_left][raised]
        self.searched[ends[loose]] = counts[ends[loose]]

    def _counts(self) -> IntArray:
        ends = np.concatenate([self.u, self.v + self.n_left])
        return np.bincount(ends, np.tile(self.used, 2), minlength=len(self.places)).astype(np.int64)

    def _flow(self) -> Flow:
        n, m = len(self.places), len(self.u)
        ends = np.concatenate([self.u, self.v + self.n_left])
        order = np.argsort(ends, kind="stable")
        start = np.searchsorted(ends[order], np.arange(n + 1)).astype(np.int64)
        edge = (order % max(1, m)).astype(np.int64)
        most = np.minimum(self.places, np.diff(start))
        slot_start = np.concatenate([[0], np.cumsum(most)]).astype(np.int64)
        slot, count = np.zeros(int(slot_start[-1]), dtype=np.int64), self._counts()
        mine = edge[self.used[edge] == 1]  # grouped by node, as edges are
        owner = ends[order][self.used[edge] == 1]
        before = np.cumsum(count) - count
        slot[slot_start[owner] + np.arange(len(owner)) - before[owner]] = mine
        opened = self.searched.copy() if len(self.searched) else np.zeros(n, dtype=np.int64)
        y = np.append(self.y, self.reward)
        return Flow(
            start, edge, self.u + self.v + self.n_left, self.weight, self.used, y, count, opened, self.places,
            self.minimum, slot_start, slot,
        )  # fmt: skip

    def _open(self, flow: Flow, nodes: IntArray, control: Control | None) -> bool:
        n, m = len(self.places), len(self.u)
        room = np.zeros((n, 4), dtype=np.int64)
        heap, reached = np.zeros((2 * m + n + 1, 2), dtype=np.int64), np.zeros(n, dtype=np.int64)
        now, first = np.zeros(8, dtype=np.int64), 0
        while first < len(nodes):
            if control is not None:
                control.report("assigning", first, len(nodes))
                if control.stopping:
                    return False
            first = open_places(flow, nodes, first, room, heap, reached, now, self.n_left, _EDGES_AT_ONCE)
        self.searches += int(now[6])
        if n and int(np.abs(flow.y).max()) >= _ROOM:
            raise UnsupportedError(
                "These scores pass what 64-bit whole numbers hold. Use smaller whole numbers."
            )
        return True


def greedy_use(graph: TransportGraph) -> IntArray:
    """Return an assignment over the edges by choosing the best first: something to give where there is no time.

    In each turn everybody on the left asks for as many of their best as they have room for, and everybody on the right
    accepts the best who ask.

    Returns
    -------
    int64 array
        1 for each edge that is used.
    """
    used = np.zeros(len(graph.u), dtype=np.int64)
    room_left, room_right = graph.places[: graph.n_left].copy(), graph.places[graph.n_left :].copy()
    order = np.lexsort((graph.v, graph.u, -graph.weight))
    order = order[graph.weight[order] > 0]
    while True:
        order = order[(room_left[graph.u[order]] > 0) & (room_right[graph.v[order]] > 0)]
        if not len(order):
            return used
        asked = order[_place_in_group(graph.u[order]) < room_left[graph.u[order]]]
        taken = asked[_place_in_group(graph.v[asked]) < room_right[graph.v[asked]]]
        used[taken] = 1
        room_left -= np.bincount(graph.u[taken], minlength=len(room_left))
        room_right -= np.bincount(graph.v[taken], minlength=len(room_right))
        order = order[used[order] == 0]


def _place_in_group(names: IntArray) -> IntArray:
    """Return for each entry how many before it have the same name."""
    order = np.argsort(names, kind="stable")
    grouped = names[order]
    first = np.searchsorted(grouped, grouped)
    place = np.empty(len(names), dtype=np.int64)
    place[order] = np.arange(len(names)) - first
    return place
