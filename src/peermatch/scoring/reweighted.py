"""The same scores under other weights: features stay as they are, only shares change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from peermatch.scoring.lazy import LazyScores

__all__ = ["reweighted"]


def reweighted(scores: LazyScores, weights: Mapping[str, float], *, mutual: str | None = None) -> LazyScores:
    """Return the scores that the same people and rules have under other weights.

    Nothing is read or encoded again. What "not known" counts as does not depend on weights, so it stays as well.

    Parameters
    ----------
    scores : LazyScores
    weights : mapping of criterion name to a number of at least 0
        Of the criteria that change; 0 leaves a criterion out. At least one criterion must stay.
    mutual : str, optional
        Another way to make one score of two utilities.

    Returns
    -------
    LazyScores
        The same numbers, to the last bit, as a matcher with these weights gives.
    """
    criteria = []
    for part in scores.criteria:
        weight = float(weights.get(part.criterion.name, part.criterion.weight))
        if weight > 0:
            criteria.append(replace(part, criterion=replace(part.criterion, weight=weight)))
    return LazyScores(
        criteria,
        scores.masks,
        scores.shape,
        two_sided=scores.two_sided,
        mutual=scores.mutual if mutual is None else mutual,
        lowest=scores.lowest,
    )
