"""What parting one pair costs at least when all that follows from it is counted: the cheapest way round.

Whoever loses a partner takes another one, who leaves theirs, who takes another one, and so on, until it comes round to
the one that was left first, or ends with somebody who has a place left or stays without. Every other set of pairs that
lacks a pair holds such a way round through it, and is short by at least the slacks along it. A way round may use a
pair twice, where the set of pairs cannot, so this is a bound and not yet the price.
"""

from __future__ import annotations

import heapq

import numpy as np
import numpy.typing as npt

from peermatch.problem import IntArray

__all__ = ["Walks"]

_OUTSIDE = -1


class Walks:
    """The cheap pairs of a problem as a graph in which ways round are looked for.

    Parameters
    ----------
    cheap : three int64 arrays
        Rows, columns and slacks of the pairs that are not in hand.
    pairs : int64 array, shape (m, 2)
        Those in hand.
    bare : (int64 array, int64 array)
        What it costs each row and each column at least to have one partner fewer.
    free : (bool array, bool array)
        Whether a row or a column could have one more.
    two_sided : bool
    """

    def __init__(
        self,
        cheap: tuple[IntArray, IntArray, IntArray],
        pairs: IntArray,
        bare: tuple[IntArray, IntArray],
        free: tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]],
        *,
        two_sided: bool,
    ) -> None:
        self.offset = len(bare[0]) if two_sided else 0
        size = self.offset + len(bare[1])
        self.bare: list[int] = np.concatenate(bare).tolist() if two_sided else bare[0].tolist()
        self.free = np.concatenate(free).tolist() if two_sided else free[0].tolist()
        self.partners: list[list[int]] = [[] for _ in range(size)]
        self.others: list[list[tuple[int, int]]] = [[] for _ in range(size)]
        for u, v in pairs.tolist():
            self.partners[u].append(v + self.offset)
            self.partners[v + self.offset].append(u)
        for u, v, slack in zip(*(part.tolist() for part in cheap), strict=True):
            self.others[u].append((slack, v + self.offset))
            self.others[v + self.offset].append((slack, u))
        for person, row in enumerate(self.others):
            row.append((self.bare[person], _OUTSIDE))
            row.sort()
        self.outside = sorted((bare, person) for person, bare in enumerate(self.bare))
        self.roomy = [person for person in range(size) if self.free[person]]

    def least(self, pair: IntArray, limit: int) -> int:
        """Return what the cheapest way round through a pair in hand costs, or the limit if that is less.

        Dijkstra's method over those who need a partner.
        """
        start, end = int(pair[0]), int(pair[1]) + self.offset
        best: int = min(limit, self.bare[start] + self.bare[end])
        known: dict[int, int] = {start: 0}
        heap = [(0, start)]
        while heap:
            spent, person = heapq.heappop(heap)
            if spent >= best:
                break
            if spent > known[person]:
                continue
            for step, other in self.outside if person == _OUTSIDE else self.others[person]:
                reached = spent + step
                if reached >= best:
                    break
                if other == end:
                    best = reached
                    break
                for needs in self._then(other):
                    if reached < known.get(needs, best):
                        known[needs] = reached
                        heapq.heappush(heap, (reached, needs))
        return best

    def _then(self, taken: int) -> list[int]:
        """Return who may need a partner when someone is taken."""
        if taken == _OUTSIDE:
            return [_OUTSIDE, *self.roomy]
        return [*self.partners[taken], _OUTSIDE] if self.free[taken] else self.partners[taken]
