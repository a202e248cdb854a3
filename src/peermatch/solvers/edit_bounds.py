"""What an edit of a best matching costs at least, told by its dual variables at once.

In the terms of `OptimalityCertificate` the best value is ``D = (sum y + sum z (|B|-1)/2) / scale``, and the value of
any matching is at most D less the slack of each of its pairs and y of each person whom it leaves alone, over `scale`.
So making a pair costs its slack at least; leaving somebody out costs their y; and breaking a pair costs the
least of what either of the two has to lose elsewhere. Values hold the bonus for every pair: with as many pairs, the
total falls by as much.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from peermatch.problem import FORBIDDEN, IntArray, OptimalityCertificate
from peermatch.solvers.bounds import in_common

__all__ = ["EditBounds"]


class EditBounds:
    """Lower bounds on what edits cost, in value: total and bonus.

    Parameters
    ----------
    certificate : OptimalityCertificate
        Of a matching that is proved to be the best.
    left, right : int64 arrays
        Who stands behind each vertex: on the left, and (two sides) on the right after them. Somebody with several
        places stands there several times.
    scores : callable
        ``scores(u, v)``: the scores of pairs of people, `FORBIDDEN` where a pair may not be made.

    Examples
    --------
    >>> matrix = np.array([[FORBIDDEN, 5, 3, 0], [5, FORBIDDEN, 0, 3], [3, 0, FORBIDDEN, 5], [0, 3, 5, FORBIDDEN]])
    >>> duals = OptimalityCertificate(scale=2, bonus=0, vertex_duals=np.array([5, 5, 5, 5]), pairs_covered=6)
    >>> bounds = EditBounds(duals, np.arange(4), np.zeros(0, dtype=np.int64), lambda u, v: matrix[u, v])
    >>> bounds.making((0, 2)), bounds.breaking(0, 1), bounds.leaving_out(0, 0)
    (2, 2, 3)
    """

    def __init__(
        self,
        certificate: OptimalityCertificate,
        left: IntArray,
        right: IntArray,
        scores: Callable[[IntArray, IntArray], IntArray],
    ) -> None:
        self.bonus = certificate.bonus
        self._proof, self._scores = certificate, scores
        self._two_sided = len(right) > 0
        self._who = (left, right if self._two_sided else left)
        self._offset = len(left) if self._two_sided else 0

    def making(self, *pairs: tuple[int, int]) -> int | None:
        """Return what making pairs together costs at least; None where somebody is not there, or may not be paired."""
        units = 0
        for u, v in pairs:
            a, b = np.flatnonzero(self._who[0] == u), np.flatnonzero(self._who[1] == v)
            slack = self._slacks(np.repeat(a, len(b)), np.tile(b, len(a))) if len(a) and len(b) else None
            if slack is None:
                return None
            units += int(slack.min())
        return self._rounded(units)

    def breaking(self, u: int, v: int) -> int | None:
        """Return what breaking a pair costs at least; None where nothing is known of either."""
        found = [cost for cost in (self._elsewhere(0, u, v), self._elsewhere(1, v, u)) if cost is not None]
        return max(found) if found else None

    def leaving_out(self, hand: int, person: int) -> int | None:
        """Return what leaving somebody out costs at least."""
        places = np.flatnonzero(self._who[hand] == person)
        if not len(places):
            return None
        y = self._proof.vertex_duals[places + (self._offset if hand else 0)]
        return self._rounded(int(y.sum()))

    def _elsewhere(self, hand: int, person: int, partner: int) -> int | None:
        """What somebody with one place loses at least with anyone but their partner, or alone."""
        places = np.flatnonzero(self._who[hand] == person)
        if len(places) != 1:
            return None
        others = np.flatnonzero(self._who[1 - hand] != partner)
        one = np.repeat(places, len(others))
        vertices = (one, others) if hand == 0 else (others, one)
        alone = int(self._proof.vertex_duals[places[0] + (self._offset if hand else 0)])
        slack = self._slacks(*vertices)
        return self._rounded(alone if slack is None else min(alone, int(slack.min())))

    def _slacks(self, a: IntArray, b: IntArray) -> IntArray | None:
        """Return the slacks of pairs of vertices that may be made; None where there is none."""
        score = self._scores(self._who[0][a], self._who[1][b])
        allowed = score != FORBIDDEN
        if not self._two_sided:
            allowed &= a != b
        if not allowed.any():
            return None
        u, v, y = a[allowed], b[allowed] + self._offset, self._proof.vertex_duals
        common = in_common(self._proof, u, v)
        return np.asarray(y[u] + y[v] + common - self._proof.scale * (score[allowed] + self._proof.bonus))

    def _rounded(self, units: int) -> int:
        return -(-units // self._proof.scale)
