"""Proxies: how far a criterion that reads no protected column still tells who agrees in one.

Over all pairs of people (not only those that were made): the correlation of a criterion's similarity with "both belong
to one group". Its interval comes from leaving out one person after the other (Arvesen 1969, for statistics of pairs),
since pairs of one person hang together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from peermatch.cohort import Cohort
from peermatch.cohort.aside import is_missing
from peermatch.criteria import CompiledCriterion, Sides
from peermatch.criteria.unknown import sample_pairs
from peermatch.problem import GRID, IntArray
from peermatch.programme.learning.observed import Floats
from peermatch.programme.learning.uncertainty import LEVEL
from peermatch.scoring import LazyScores

__all__ = ["SMALL_GROUP", "proxy_frame"]

SMALL_GROUP = 10
"""Of groups with fewer people nothing is shown, nor do they count."""

_PAIRS = 400_000


def proxy_frame(
    columns: Sequence[str],
    sides: Sides,
    criteria: Sequence[CompiledCriterion],
    weights: Sequence[float],
    mutual: str,
) -> pd.DataFrame:
    """Return one row for each protected column and criterion, and one for the learned score.

    Parameters
    ----------
    columns : sequence of str
        Protected columns; each on both sides, or it tells nothing about agreement.
    sides : Sides
    criteria : sequence of CompiledCriterion
    weights : sequence of float
        The learned ones.
    mutual : str

    Returns
    -------
    pandas.DataFrame
        Columns protected, criterion ("the learned score" for all together), association (the correlation, from -1 to
        1), low, high (90%), same, different (mean similarity of pairs within a group and across groups), note (why
        nothing is shown).
    """
    u, v = sample_pairs(sides.shape, one_pool=not sides.two_sided, size=_PAIRS)
    values = _similarities(sides, criteria, weights, mutual, u, v)
    rows: list[tuple[Any, ...]] = []
    for column in columns:
        groups, note = _groups(column, sides)
        for name, similarity in values.items():
            told = (np.nan,) * 5
            if groups is not None:
                told = _association(similarity, groups, sides, u, v)
            why = note or ("" if not np.isnan(told[0]) else "does not differ")
            rows.append((column, name, *told, why))
    names = ["protected", "criterion", "association", "low", "high", "same", "different", "note"]
    kinds = dict.fromkeys(("protected", "criterion", "note"), object)
    return pd.DataFrame(rows, columns=names).astype({**dict.fromkeys(names[2:7], "float64"), **kinds})


def _similarities(
    sides: Sides,
    criteria: Sequence[CompiledCriterion],
    weights: Sequence[float],
    mutual: str,
    u: IntArray,
    v: IntArray,
) -> dict[str, Floats]:
    """Return what every sampled pair is worth on each criterion (the mean of both directions), and in all."""
    found = {}
    for part in criteria:
        forward, backward = part.measure.pairs(u, v)
        known = np.stack(
            [
                np.where(part.left_on[u] & ~np.isnan(forward), forward, part.fills[0]),
                np.where(part.right_on[v] & ~np.isnan(backward), backward, part.fills[1]),
            ]
        )
        found[part.criterion.name] = known.mean(axis=0)
    learned = [
        replace(part, criterion=replace(part.criterion, weight=weight))
        for part, weight in zip(criteria, weights, strict=True)
        if weight > 0
    ]
    if learned:
        scores = LazyScores(learned, (), sides.shape, two_sided=sides.two_sided, mutual=mutual)
        found["the learned score"] = scores.at(u, v) / GRID
    return found


def _groups(column: str, sides: Sides) -> tuple[tuple[IntArray, IntArray] | None, str]:
    """Return everybody's group on the left and on the right, -1 for those in none that may be looked at."""
    cohorts = (sides.left, sides.columns_side)
    if not all(cohort.has(column) for cohort in cohorts):
        return None, "not a column of both sides"
    cells = [_texts(cohort, column) for cohort in cohorts]
    everyone = [text for part in (cells if sides.two_sided else cells[:1]) for text in part if text]
    counts = pd.Series(everyone, dtype=object).value_counts()
    large = sorted(str(name) for name, count in counts.items() if count >= SMALL_GROUP)
    if len(large) < 2:
        return None, f"hidden: fewer than two groups of at least {SMALL_GROUP} people"
    code = {name: k for k, name in enumerate(large)}
    left, right = (np.array([code.get(text, -1) for text in part], dtype=np.int64) for part in cells)
    return (left, right), ""


def _texts(cohort: Cohort, column: str) -> list[str]:
    return ["" if is_missing(cell) else str(cell).strip().casefold() for cell in cohort.column(column)]


def _association(
    similarity: Floats, groups: tuple[IntArray, IntArray], sides: Sides, u: IntArray, v: IntArray
) -> tuple[float, float, float, float, float]:
    """Return correlation with its interval, and mean similarity within and across groups."""
    seen = (groups[0][u] >= 0) & (groups[1][v] >= 0)
    u, v, x = u[seen], v[seen], similarity[seen]
    y = (groups[0][u] == groups[1][v]).astype(np.float64)
    right = v + sides.shape[0] if sides.two_sided else v
    sums = np.stack([np.ones(len(x)), x, y, x * x, y * y, x * y], axis=1)
    total = sums.sum(axis=0)
    whole = float(_correlation(total[None, :])[0])
    if np.isnan(whole):
        return (np.nan,) * 5
    count = sum(sides.shape) if sides.two_sided else sides.shape[0]
    theirs = np.stack(
        [
            np.bincount(u, part, minlength=count) + np.bincount(right, part, minlength=count)
            for part in sums.T
        ],
        axis=1,
    )
    without = _correlation(total[None, :] - theirs[theirs[:, 0] > 0])
    without = without[~np.isnan(without)]
    n = len(without)
    error = np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum())
    half = float(norm.ppf(0.5 + LEVEL / 2)) * float(error)
    same, different = float(x[y == 1].mean()), float(x[y == 0].mean())
    return whole, max(-1.0, whole - half), min(1.0, whole + half), same, different


def _correlation(sums: npt.NDArray[np.float64]) -> Floats:
    n, x, y, xx, yy, xy = sums.T
    top = n * xy - x * y
    square = (n * xx - x * x) * (n * yy - y * y)
    flat = square <= 1e-12 * np.maximum(1.0, n) ** 4
    return np.where(flat, np.nan, top / np.sqrt(np.where(flat, 1.0, square)))
