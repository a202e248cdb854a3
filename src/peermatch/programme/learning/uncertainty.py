"""How sure: intervals for shares of weight and for ratios of sums, where ratings of one person hang together.

Two ratings hang together if a person takes part in both. The variance of a sum over ratings is then the sum, over
people, of the squared sum of what they take part in; what two ratings of one pair have in common is counted twice by
that and taken off once (the dyadic-robust variance of Fafchamps and Gubert 2007).

A share of weight is a ratio, b_k / sum(b). All shares s for which b_k - s sum(b) is not told apart from 0 make the
interval (Fieller 1954): it holds however weak the signal is, and becomes all of [0, 1] where there is none. Weights are
at least 0, so only such weights are compared: a share is in the interval if some weights that have it are not much
further from what was found than the nearest weights are. All intervals are then shadows of one set of weights, and fit
each other: none reaches higher than the lower ends of the others leave room for.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from scipy.optimize import nnls
from scipy.stats import t as student

from peermatch.problem import IntArray
from peermatch.programme.learning.model import Fit
from peermatch.programme.learning.observed import Floats

__all__ = ["LEVEL", "covariance", "dyadic_variance", "ratio_interval", "share_intervals"]

LEVEL = 0.90
"""Of all intervals."""

_NO_SPREAD = 1e-9
_HALVINGS = 40


def dyadic_variance(parts: Floats, people: IntArray, pair: IntArray) -> Floats:
    """Return the covariance of the sums of columns.

    Parameters
    ----------
    parts : float64 array, shape (rows, d)
        With mean 0.
    people : int64 array, shape (rows, 2)
    pair : int64 array, shape (rows,)

    Returns
    -------
    float64 array, shape (d, d)
        Without negative eigenvalues.

    Examples
    --------
    >>> parts = np.array([[1.0], [1.0], [-2.0]])
    >>> dyadic_variance(parts, np.array([[0, 1], [0, 1], [2, 3]]), np.array([0, 0, 1])).tolist()
    [[8.0]]
    """
    count = int(people.max()) + 1
    sums = np.stack(
        [
            np.bincount(people[:, 0], column, minlength=count)
            + np.bincount(people[:, 1], column, minlength=count)
            for column in parts.T
        ],
        axis=1,
    )
    pairs = np.stack([np.bincount(pair, column) for column in parts.T], axis=1)
    by_pair = pairs.T @ pairs
    found = sums.T @ sums - by_pair
    values, vectors = np.linalg.eigh(found)
    found = (vectors * np.maximum(values, 0.0)) @ vectors.T
    # ratings that hang together less than not at all are chance
    whole: Floats = found + np.diag(np.maximum(0.0, np.diag(by_pair) - np.diag(found)))
    return whole


def _degrees(people: IntArray, used: int) -> int:
    """Return degrees of freedom: half as many as people, since every rating takes two."""
    return max(1, len(np.unique(people)) // 2 - used)


def covariance(fit: Fit) -> tuple[Floats, float]:
    """Return the covariance of the free weights, and the factor of an interval's half width."""
    observed = fit.observed
    parts = fit.gradient * fit.rest[:, None]
    people, rows = len(np.unique(observed.people)), len(observed)
    levels = len(np.unique(observed.round))
    meat = dyadic_variance(parts, observed.people, observed.pair)
    meat *= people / max(1, people - 1) * rows / max(1, rows - levels - observed.count)
    half = np.linalg.inv(fit.curvature)
    found = half @ meat @ half
    return found, float(student.ppf(0.5 + LEVEL / 2, _degrees(observed.people, observed.count)))


def share_intervals(fit: Fit) -> Floats:
    """Return the interval of each criterion's share of weight, shape (criteria, 2), within [0, 1]."""
    matrix, factor = covariance(fit)
    shares = fit.weights / fit.weights.sum() if fit.weights.any() else np.full(len(fit.weights), np.nan)
    out = _shares_not_told_apart(fit.free, matrix, factor)
    return np.stack([np.fmin(out[:, 0], shares), np.fmax(out[:, 1], shares)], axis=1)


def _shares_not_told_apart(free: Floats, matrix: Floats, factor: float) -> Floats:
    """Return the interval of each share, over weights of at least 0."""
    count = len(free)
    spread = np.sqrt(np.diag(matrix))
    spread = np.where(spread > 0, spread, _NO_SPREAD * max(1.0, float(np.abs(free).max())))
    root = np.linalg.cholesky(matrix / np.outer(spread, spread) + _NO_SPREAD * np.eye(count))
    whiten = np.linalg.solve(root, np.diag(1 / spread))
    aim = whiten @ free
    nearest, least = nnls(whiten, aim)
    most = least**2 + factor**2
    if aim @ aim <= most:
        return np.tile([0.0, 1.0], (count, 1))
    if count == 1:
        return np.ones((1, 2))

    def held(k: int, share: float) -> bool:
        # weights of at least 0 with this share are sums of these rays
        others = np.delete(np.eye(count), k, axis=1)
        rays = (1 - share) * others + share * np.eye(count)[:, [k]]
        return bool(nnls(whiten @ rays, aim)[1] ** 2 <= most)

    found = nearest / nearest.sum()
    return np.array(
        [[_furthest(partial(held, k), found[k], end) for end in (0.0, 1.0)] for k in range(count)]
    )


def _furthest(held: Callable[[float], bool], inside: float, end: float) -> float:
    """Return how far towards an end what is held reaches, from inside; by halving, for it has no gaps."""
    if held(end):
        return end
    outside = end
    for _ in range(_HALVINGS):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if held(middle) else (inside, middle)
    return float(outside)


def ratio_interval(
    top: Floats, bottom: Floats, people: IntArray, pair: IntArray
) -> tuple[float, float, float]:
    """Return sum(top) / sum(bottom) and its interval, for sums over ratings."""
    total = float(bottom.sum())
    ratio = float(top.sum()) / total
    variance = float(dyadic_variance((top - ratio * bottom)[:, None], people, pair)[0, 0])
    count = len(np.unique(people))
    half = float(student.ppf(0.5 + LEVEL / 2, _degrees(people, 1))) * np.sqrt(
        variance * count / max(1, count - 1)
    )
    return ratio, ratio - half / total, ratio + half / total
