"""The model: what a rating is expected to be, given non-negative weights, and the weights that fit best.

A rating rises with the utility of the partner: linearly, or for yes or no by the logistic curve. Every round has its
own level, so that a good season says nothing about weights. Weights are at least 0 (non-negative least squares, Lawson
and Hanson 1974), with one made-up observation of "no effect" for each criterion, which keeps alike criteria apart.

A score of two utilities is homogeneous of degree one, so that it equals its gradient times the weights (Euler). Fitting
to gradients again and again until weights stay is then the Gauss-Newton method, and any smooth mutual score can be
fitted. The minimum has a kink where a hair decides whose utility counts: many weights then fit alike, and intervals
come out too narrow (four in five hold, not nine in ten). It can be compared at given weights, not fitted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import nnls

from peermatch.problem import IntArray
from peermatch.programme.learning.observed import Floats, Observed, utilities

__all__ = ["Fit", "fit_model", "mutual_score", "predict", "slopes"]

_STEPS = 40
_CLOSE = 1e-9
_SETTLED = 1e-6
_HALVINGS = 8
_RIDGE = 1.0
_FLATTEST = 1e-4
"""Of the logistic curve: further out, an answer says next to nothing."""

_TINY = 1e-9


@dataclass(frozen=True, eq=False)
class Fit:
    """A fitted model.

    Attributes
    ----------
    weights : float64 array, shape (criteria,)
        At least 0; all 0 where nothing helps. In points of rating (or of log odds) for a similarity of 1.
    level : float
        What is added to the score, for a round that is not known.
    free : float64 array, shape (criteria,)
        The same weights without the demand that they be at least 0, around which uncertainty is counted.
    observed : Observed
        The rows that it was fitted to.
    gradient : float64 array, shape (rows, criteria)
        Of the score, centred within rounds.
    curvature : float64 array, shape (criteria, criteria)
        Of the loss, the ridge included.
    rest : float64 array, shape (rows,)
        What the free weights leave unexplained.
    """

    weights: Floats
    level: float
    free: Floats
    observed: Observed
    gradient: Floats
    curvature: Floats
    rest: Floats


def mutual_score(a: Floats, b: Floats, mutual: str) -> tuple[Floats, Floats, Floats]:
    """Return the mutual score of two utilities, and its derivatives by each.

    Examples
    --------
    >>> [part.tolist() for part in mutual_score(np.array([1.0]), np.array([4.0]), "geometric")]
    [[2.0], [1.0], [0.25]]
    """
    a, b = np.maximum(a, _TINY), np.maximum(b, _TINY)
    if mutual == "mean":
        by_a = by_b = np.full(len(a), 0.5)
    elif mutual == "geometric":
        by_a, by_b = 0.5 * np.sqrt(b / a), 0.5 * np.sqrt(a / b)
    elif mutual == "harmonic":
        by_a, by_b = 2 * (b / (a + b)) ** 2, 2 * (a / (a + b)) ** 2
    else:
        by_a = np.where(a == b, 0.5, (a < b).astype(np.float64))
        by_b = 1.0 - by_a
    return by_a * a + by_b * b, by_a, by_b


def slopes(weights: Floats, observed: Observed, mutual: str) -> tuple[Floats, Floats]:
    """Return the score of every row, and its gradient in the weights."""
    if not weights.any():
        weights = np.ones_like(weights)
    own, gradient = utilities(weights, observed.own)
    if observed.other is None:
        return own, gradient
    other, theirs = utilities(weights, observed.other)
    # as in scoring: for whom nothing counts, the other one speaks
    mine, yours = observed.own.says, observed.other.says
    own, other = np.where(mine, own, other), np.where(yours, other, own)
    gradient, theirs = (
        np.where(mine[:, None], gradient, theirs),
        np.where(yours[:, None], theirs, gradient),
    )
    score, by_own, by_other = mutual_score(own, other, mutual)
    return score, by_own[:, None] * gradient + by_other[:, None] * theirs


def fit_model(observed: Observed, mutual: str) -> Fit:
    """Find the weights that fit best.

    Parameters
    ----------
    observed : Observed
        With outcomes that differ.
    mutual : {"geometric", "harmonic", "mean", "min"}
        Of no consequence where each side rates for itself.
    """
    observed = _telling(observed)
    weights = np.full(observed.count, 1.0 / observed.count)
    loss = np.inf
    for _ in range(_STEPS):
        _, gradient = slopes(weights, observed, mutual)
        found = _best(gradient, observed, positive=True)
        if _is_constant(observed):
            weights = found
            break
        before = weights
        weights, loss = _not_too_far(before, found, loss, observed, mutual)
        if np.abs(weights - before).max() <= _SETTLED * max(1.0, float(np.abs(weights).max())):
            break
    score, gradient = slopes(weights, observed, mutual)
    level = _levels(score if weights.any() else np.zeros(len(score)), observed, np.zeros_like(observed.round))
    free = _best(gradient, observed, positive=False)
    work, rest = _weights_of_rows(gradient @ free, observed)
    centred = _centred(gradient, work, observed.round)
    ridge = _RIDGE * np.diag(_spread(centred, work) ** 2)
    curvature = centred.T @ (work[:, None] * centred) + ridge
    return Fit(weights, float(level[0]), free, observed, centred, curvature, rest)


def _not_too_far(
    weights: Floats, aim: Floats, loss: float, observed: Observed, mutual: str
) -> tuple[Floats, float]:
    """Go as far towards new weights as lessens the loss; nowhere, where no step does."""
    for halves in range(_HALVINGS):
        tried = weights + 0.5**halves * (aim - weights)
        found = _loss(tried, observed, mutual)
        if found < loss:
            return tried, found
    return weights, loss


def _loss(weights: Floats, observed: Observed, mutual: str) -> float:
    """Return what weights leave unexplained, with a level for each round."""
    line = slopes(weights, observed, mutual)[0] if weights.any() else np.zeros(len(observed))
    line = line + _levels(line, observed, observed.round)[observed.round]
    if not observed.yes_no:
        return float(((observed.outcome - line) ** 2).sum())
    return float((np.logaddexp(0.0, line) - observed.outcome * line).sum())


def predict(fit: Fit, observed: Observed, mutual: str) -> Floats:
    """Return the expected outcomes of other rows, in rounds whose level is not known."""
    score = np.zeros(len(observed))
    if fit.weights.any():
        score, _ = slopes(fit.weights, observed, mutual)
    line = fit.level + score
    return _logistic(line) if observed.yes_no else line


def _is_constant(observed: Observed) -> bool:
    """Whether gradients are the same for all weights: one fit is enough."""
    return observed.other is None and bool(observed.own.on.all())


def _best(gradient: Floats, observed: Observed, *, positive: bool) -> Floats:
    if not observed.yes_no:
        return _least_squares(gradient, observed.outcome, np.ones(len(observed)), observed.round, positive)
    found = np.zeros(observed.count)
    for _ in range(_STEPS):
        line = gradient @ found
        work, rest = _weights_of_rows(line, observed)
        better = _least_squares(gradient, line + rest / work, work, observed.round, positive)
        settled = np.abs(better - found).max() <= _CLOSE * max(1.0, float(np.abs(found).max()))
        found = better
        if settled:
            break
    return found


def _least_squares(
    gradient: Floats, target: Floats, work: Floats, rounds: IntArray, positive: bool
) -> Floats:
    """Return weights by weighted least squares with a level for each round, and a ridge."""
    centred, aim = _centred(gradient, work, rounds), _centred(target[:, None], work, rounds)[:, 0]
    spread = _spread(centred, work)
    scaled = centred / spread
    square = scaled.T @ (work[:, None] * scaled) + _RIDGE * np.eye(scaled.shape[1])
    side = scaled.T @ (work * aim)
    if not positive:
        return np.linalg.solve(square, side) / spread
    root = np.linalg.cholesky(square)
    found, _ = nnls(root.T, np.linalg.solve(root, side))
    return np.asarray(found) / spread


def _centred(values: Floats, work: Floats, rounds: IntArray) -> Floats:
    """Return values less their weighted mean within each round."""
    count = int(rounds.max()) + 1
    total = np.maximum(np.bincount(rounds, work, minlength=count), _TINY)
    means = np.stack(
        [np.bincount(rounds, work * column, minlength=count) / total for column in values.T], axis=1
    )
    return values - means[rounds]


def _spread(centred: Floats, work: Floats) -> Floats:
    spread = np.sqrt((work[:, None] * centred**2).sum(axis=0) / work.sum())
    return np.where(spread > _TINY, spread, 1.0)


def _logistic(line: Floats) -> Floats:
    return 1.0 / (1.0 + np.exp(-np.clip(line, -30, 30)))


def _weights_of_rows(line: Floats, observed: Observed) -> tuple[Floats, Floats]:
    """Return how much each row tells at this point, and what is left unexplained, levels of rounds found anew."""
    line = line + _levels(line, observed, observed.round)[observed.round]
    if not observed.yes_no:
        return np.ones(len(line)), observed.outcome - line
    expected = _logistic(line)
    return np.maximum(expected * (1 - expected), _FLATTEST), observed.outcome - expected


def _levels(line: Floats, observed: Observed, rounds: IntArray) -> Floats:
    """Return the level of each round at which expected outcomes are right on average."""
    count = int(rounds.max()) + 1
    rows = np.maximum(np.bincount(rounds, minlength=count), 1)
    if not observed.yes_no:
        return np.bincount(rounds, observed.outcome - line, minlength=count) / rows
    levels = np.zeros(count)
    for _ in range(_STEPS):
        expected = _logistic(line + levels[rounds])
        short = np.bincount(rounds, observed.outcome - expected, minlength=count)
        work = np.bincount(rounds, expected * (1 - expected), minlength=count)
        step = np.clip(short / np.maximum(work, _TINY), -2.0, 2.0)
        levels = levels + step
        if np.abs(step).max() <= _CLOSE:
            break
    return levels


def _telling(observed: Observed) -> Observed:
    """Return the rounds that say anything about weights: those in which not everybody answers the same."""
    if not observed.yes_no:
        return observed
    count = int(observed.round.max()) + 1
    yes = np.bincount(observed.round, observed.outcome, minlength=count)
    share = yes / np.maximum(1, np.bincount(observed.round, minlength=count))
    mixed = ((share > 0) & (share < 1))[observed.round]
    if not mixed.any():
        return observed
    some = observed.take(np.flatnonzero(mixed))
    return replace(some, round=np.unique(some.round, return_inverse=True)[1].astype(np.int64))
