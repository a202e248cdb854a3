"""What circles can be worth at most: two bounds, each with evidence that anyone can check."""

from __future__ import annotations

import numpy as np

from peermatch.kernels.circle_bounds import price_pass
from peermatch.problem import FORBIDDEN, CircleBound, CircleProblem, Control, IntArray
from peermatch.solvers.circle_search import Table

__all__ = ["partners_bound", "prices_bound"]


def partners_bound(problem: CircleProblem) -> CircleBound:
    """Nobody can do better than with their best partners.

    In a circle of s everybody has s - 1 partners; sorted by score, a person's k-th partner there is worth at most their
    k-th best allowed score t(k). Those who have a k-th partner at all are at most as many as there are seats in circles
    of more than k. So the sum of all fits is at most the sum, over k, of the highest t(k) of that many people, and each
    pair is counted in two fits. The scores of pairs are whole numbers, so the half may be rounded down.

    Examples
    --------
    >>> from peermatch.problem import DenseScores
    >>> partners_bound(CircleProblem(DenseScores([[0, 5, 1], [5, 0, 2], [1, 2, 0]]), [3])).total
    8
    """
    degrees = problem.degrees
    most = int(degrees.max(initial=0))
    best = problem.scores.top(most).scores
    best = np.maximum(np.where(best == FORBIDDEN, 0, best), 0)
    total = 0
    for k in range(best.shape[1]):
        seats = int((degrees > k).sum())
        column = np.sort(best[:, k])
        total += int(column[len(column) - seats :].sum()) if seats else 0
    return CircleBound("partners", total // 2)


def prices_bound(
    table: Table, problem: CircleProblem, target: int, *, steps: int = 60, control: Control | None = None
) -> CircleBound:
    """Return the best bound by prices of people that some subgradient steps find; see
    `peermatch.kernels.circle_bounds`.

    Proof. Take any circles. With d(u) the partners that u has there, the total is the sum over their pairs of
    w(u,v), at most the sum of ``y(u) + y(v) + max(0, w(u,v) - y(u) - y(v))``: that is the sum of d(u) y(u), at
    most the highest prices times the highest numbers of partners, since y >= 0, plus no more than the excess of
    all allowed pairs. Prices are whole numbers, so nothing is rounded. The steps only look for good prices.

    Parameters
    ----------
    table : int32 array, shape (n, n)
        All scores of the problem.
    target : int
        The total of circles in hand: steps are as long as the way to it asks for (Polyak 1969).
    """
    n = len(table)
    degrees = np.zeros(n, dtype=np.int64)
    degrees[: problem.seats] = problem.degrees
    prices = _first_prices(problem, degrees)
    above = np.zeros(n, dtype=np.int64)
    best, best_prices = -1, prices
    eager, poor = 1.0, 0
    for _ in range(steps):
        excess = price_pass(table, prices, above)
        order = np.argsort(-prices, kind="stable")
        total = int((degrees * prices[order]).sum()) + int(excess)
        if best < 0 or total < best:
            best, best_prices, poor = total, prices, 0
        else:
            poor += 1
            if poor == 4:
                eager, poor = eager / 2, 0
        slope = np.zeros(n, dtype=np.int64)
        slope[order] = degrees
        slope -= above
        length = int((slope * slope).sum())
        if length == 0 or best <= target or (control is not None and control.stopping):
            break
        step = eager * (total - target) / length
        prices = np.maximum(0, prices - np.rint(step * slope).astype(np.int64))
    return CircleBound("prices", best, best_prices)


def _first_prices(problem: CircleProblem, degrees: IntArray) -> IntArray:
    """Half of what the last partner that a person can have is worth."""
    most = max(1, int(np.median(degrees)))
    best = problem.scores.top(most).scores
    last = np.where(best == FORBIDDEN, 0, best)[:, -1] if best.shape[1] else np.zeros(len(degrees), np.int64)
    return np.asarray(np.maximum(last, 0) // 2, dtype=np.int64)
