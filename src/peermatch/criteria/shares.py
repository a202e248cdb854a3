"""Weights to shares: whole numbers of 2**-30 that add up to exactly 2**30 for every person."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from peermatch.problem import GRID

__all__ = ["apportion", "person_shares"]


def apportion(parts: Sequence[Fraction], total: int) -> list[int]:
    """Round parts to whole numbers that add up to `total`, by largest remainder; ties go to the earlier part.

    Parameters
    ----------
    parts : sequence of Fraction
        At least 0, and adding up to `total`.
    total : int

    Returns
    -------
    list of int

    Examples
    --------
    >>> apportion([Fraction(1, 3), Fraction(1, 3), Fraction(1, 3)], 1)
    [1, 0, 0]
    """
    floors = [part.numerator // part.denominator for part in parts]
    remainders = [part - floor for part, floor in zip(parts, floors, strict=True)]
    order = sorted(range(len(parts)), key=lambda k: (-remainders[k], k))
    for k in order[: total - sum(floors)]:
        floors[k] += 1
    return floors


def person_shares(weights: Sequence[float], on: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Return each person's share of each criterion.

    Parameters
    ----------
    weights : sequence of K floats above 0
    on : bool array, shape (K, n)
        For whom each criterion counts. What is switched off leaves its share to the others.

    Returns
    -------
    int64 array, shape (K, n)
        Columns add up to 2**30; all 0 for someone for whom nothing counts.

    Examples
    --------
    >>> person_shares([1, 3], np.array([[True, True], [True, False]])).tolist()
    [[268435456, 1073741824], [805306368, 0]]
    """
    shares = np.zeros(on.shape, dtype=np.int64)
    if not on.size:
        return shares
    patterns, where = np.unique(on, axis=1, return_inverse=True)
    exact = [Fraction(float(weight)) for weight in weights]
    for p in range(patterns.shape[1]):
        counted = [
            weight if flag else Fraction(0) for weight, flag in zip(exact, patterns[:, p], strict=True)
        ]
        total = sum(counted)
        if total == 0:
            continue
        shares[:, where.ravel() == p] = np.array(apportion([c * GRID / total for c in counted], GRID))[
            :, None
        ]
    return shares
