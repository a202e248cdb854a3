"""Skill: how much better learned weights foretell outcomes of rounds that they were not learned from.

Skill is the share of the squared error of a constant that is gone: 0 says that the constant is as good, 1 that every
outcome is foretold. Each round is foretold by what was learned from the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from sklearn.model_selection import GroupKFold, LeaveOneGroupOut

from peermatch.problem import IntArray
from peermatch.programme.learning.model import fit_model, predict, slopes
from peermatch.programme.learning.observed import Floats, Observed, View, utilities
from peermatch.programme.learning.uncertainty import ratio_interval

__all__ = ["Skill", "best_mutual", "skills"]

_MOST_FOLDS = 10


@dataclass(frozen=True)
class Skill:
    """How well something foretells outcomes, with a 90% interval."""

    value: float
    low: float
    high: float

    @property
    def found(self) -> bool:
        """Whether it is told apart from none."""
        return self.low > 0


def skills(observed: Observed, mutual: str, present: Floats) -> tuple[Skill, Skill, Skill]:
    """Return the skill of learned weights, of the present ones, and of the learned ones over the present ones.

    Parameters
    ----------
    observed : Observed
    mutual : str
    present : float64 array, shape (criteria,)
        The weights that are in use. How much a point of their score is worth is learned for them too.
    """
    fixed = _fixed(observed, present, mutual)
    constant, learned, used = (np.zeros(len(observed)) for _ in range(3))
    for train, test in _folds(observed.round):
        mine, theirs = observed.take(train), observed.take(test)
        constant[test] = (theirs.outcome - mine.outcome.mean()) ** 2
        learned[test] = _loss(mine, theirs, mutual)
        used[test] = _loss(fixed.take(train), fixed.take(test), mutual)
    of = (constant, observed.people, observed.pair)
    return (
        Skill(*ratio_interval(constant - learned, *of)),
        Skill(*ratio_interval(constant - used, *of)),
        Skill(*ratio_interval(used - learned, *of)),
    )


def best_mutual(
    observed: Observed, both: Observed, present: str, choices: tuple[str, ...]
) -> tuple[str, Mapping[str, tuple[Skill, Skill]]]:
    """Choose how two utilities make one score: the present way, unless another foretells pairs better beyond doubt.

    Parameters
    ----------
    observed : Observed
        Of which weights are learned.
    both : Observed
        Outcomes of whole pairs; `observed` itself where ratings are for pairs.
    present : str
    choices : tuple of str

    Returns
    -------
    chosen : str
    found : mapping of each way to its skill, and to its skill over the present way
    """
    losses = {name: np.zeros(len(both)) for name in choices}
    constant = np.zeros(len(both))
    for train, test in _folds(both.round):
        constant[test] = (both.outcome[test] - both.outcome[train].mean()) ** 2
        if observed is both:
            for name in choices:
                losses[name][test] = _loss(both.take(train), both.take(test), name)
            continue
        known = np.flatnonzero(np.isin(observed.round, np.unique(both.round[train])))
        weights = fit_model(observed.take(known), present).weights
        single = _single(both, weights if weights.any() else np.ones_like(weights))
        for name in choices:
            losses[name][test] = _loss(single.take(train), single.take(test), name)
    of = (constant, both.people, both.pair)
    found = {
        name: (
            Skill(*ratio_interval(constant - loss, *of)),
            Skill(*ratio_interval(losses[present] - loss, *of)),
        )
        for name, loss in losses.items()
    }
    better = [name for name in choices if found[name][1].found]
    return max(better, key=lambda name: found[name][1].value, default=present), found


def _loss(train: Observed, test: Observed, mutual: str) -> Floats:
    return np.asarray((test.outcome - predict(fit_model(train, mutual), test, mutual)) ** 2)


def _folds(rounds: IntArray) -> Iterator[tuple[IntArray, IntArray]]:
    """Leave out one round after the other; of many rounds, a tenth of them at a time."""
    few = len(np.unique(rounds)) <= _MOST_FOLDS
    splitter = LeaveOneGroupOut() if few else GroupKFold(_MOST_FOLDS)
    yield from splitter.split(rounds, groups=rounds)


def _single(observed: Observed, weights: Floats) -> Observed:
    """Return the same rows with the utility under fixed weights as the only criterion."""

    def of(view: View) -> View:
        utility, _ = utilities(weights, view)
        return View(utility[:, None] / weights.sum(), view.says[:, None])

    return replace(
        observed, own=of(observed.own), other=None if observed.other is None else of(observed.other)
    )


def _fixed(observed: Observed, weights: Floats, mutual: str) -> Observed:
    """Return the same rows with the score under fixed weights as the only criterion, seen alike by both."""
    score, _ = slopes(weights, observed, mutual)
    view = View(score[:, None] / weights.sum(), np.ones((len(score), 1), dtype=bool))
    return replace(observed, own=view, other=None)
