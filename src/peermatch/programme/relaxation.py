"""What people cost when everybody may stand in k pairs: the dual variables of the degree-k relaxation.

Minimise ``k sum(y) + sum over pairs of max(0, 2 w - y(u) - y(v))`` over y >= 0: convex, and at its least the value of
the relaxation (`peermatch.verify.rounds_bound` says why any y bounds k rounds). Subgradient steps of Polyak's length
(1969) come within a thousandth of a per cent of it in some hundred steps; nothing rests on how near they come, since
the bound is true for any y. All sums are of whole numbers, so that the result is the same everywhere.
"""

from __future__ import annotations

import numpy as np

from peermatch.problem import IntArray

__all__ = ["degree_duals"]

_STEPS = 240
_PATIENCE = 8
"""So many steps without a better value, and steps become shorter."""
_SHORTER = 0.7
_BETTER = 1e-5


def degree_duals(n: int, u: IntArray, v: IntArray, score: IntArray, k: int, total: int) -> IntArray:
    """Return y for a bound on k rounds without repeats, in units of half a score.

    Parameters
    ----------
    n : int
        Vertices.
    u, v, score : int64 arrays, shape (m,)
        Pairs that rounds may be made of: candidates are enough. Scores of at least 0.
    k : int
    total : int
        What k rounds at hand are worth: the bound cannot be lower, which tells how far to step.

    Examples
    --------
    >>> degree_duals(2, np.array([0]), np.array([1]), np.array([6]), 1, 6).sum()
    np.int64(12)
    """
    y = _kth_best(n, u, v, score, k)
    best, least, shorter, waited = y, None, 1.0, 0
    for _ in range(_STEPS):
        excess = 2 * score - y[u] - y[v]
        over = excess > 0
        value = k * int(y.sum()) + int(excess[over].sum())
        if least is None or value < least:
            waited = 0 if least is None or value < least * (1 - _BETTER) else waited
            best, least = y, value
        else:
            waited += 1
        if waited >= _PATIENCE:
            shorter, waited, y = shorter * _SHORTER, 0, best
            continue
        slope = k - np.bincount(u[over], minlength=n) - np.bincount(v[over], minlength=n)
        slope[(y <= 0) & (slope > 0)] = 0
        steepness = int((slope * slope).sum())
        if steepness == 0 or value <= 2 * total:
            break
        step = shorter * float(value - 2 * total) / float(steepness)
        y = np.maximum(0, y - np.rint(step * slope).astype(np.int64))
    return best


def _kth_best(n: int, u: IntArray, v: IntArray, score: IntArray, k: int) -> IntArray:
    """Return everybody's k-th best score: where to begin."""
    ends, both = np.concatenate([u, v]), np.concatenate([score, score])
    order = np.lexsort((-both, ends))
    ends, both = ends[order], both[order]
    begin = np.searchsorted(ends, np.arange(n))
    enough = np.searchsorted(ends, np.arange(n) + 1) - begin >= k
    y = np.zeros(n, dtype=np.int64)
    y[enough] = np.maximum(0, both[begin[enough] + k - 1])
    return y
