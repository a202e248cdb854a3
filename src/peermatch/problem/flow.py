"""Problems with minimum capacities: how many partners each person of two sides must have at least."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from peermatch.errors import UnsupportedError
from peermatch.problem.problem import Problem
from peermatch.problem.scores import IntArray

__all__ = ["FlowProblem", "bounds_of"]


@dataclass(frozen=True)
class FlowProblem(Problem):
    """A problem between two sides in which people may need a minimum of partners; only 'transport' solves it.

    Both sides may have people with several places; each pair is made at most once.

    Parameters
    ----------
    scores, objective, capacity
        See `Problem`.
    minimum : pair of int64 arrays or None
        How many partners each person of the left and of the right side needs at least. None: nobody needs any.

    Raises
    ------
    ValueError
        For one pool, or minima that do not fit the scores or are above the capacity.

    Examples
    --------
    >>> from peermatch.problem import DenseScores
    >>> scores = DenseScores([[9, 1], [8, 0]], two_sided=True)
    >>> one_each = FlowProblem(scores, capacity=(None, np.array([2, 2])), minimum=(None, np.array([1, 1])))
    >>> one_each.lowest_counts()[1].tolist()
    [1, 1]
    """

    minimum: tuple[IntArray | None, IntArray | None] = (None, None)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.scores.two_sided:
            raise ValueError("Minimum capacities need two sides.")
        most = bounds_of(self)[1]
        for side, least, places in zip(("left", "right"), self.minimum, most, strict=True):
            if least is None:
                continue
            if least.shape != places.shape or (least.size and int(least.min()) < 0):
                raise ValueError(f"A minimum needs {len(places)} whole numbers of at least 0.")
            over = np.flatnonzero(least > places)
            if over.size:
                who = int(over[0])
                raise ValueError(
                    f"Person {who} of the {side} side has a minimum of {least[who]} and {places[who]} places."
                )

    @property
    def has_minimum(self) -> bool:
        """Whether anyone needs a partner."""
        return any(least is not None and bool((least > 0).any()) for least in self.minimum)

    def lowest_counts(self) -> tuple[IntArray, IntArray]:
        """Return everybody's minimum, of the left and of the right side."""
        return bounds_of(self)[0]

    def one_place_each(self) -> tuple[Problem, IntArray, IntArray]:
        """Return the same problem place by place, where nobody has a minimum.

        Raises
        ------
        UnsupportedError
            If somebody has: places alone would forget it.
        """
        if self.has_minimum:
            raise UnsupportedError(
                "Minimum capacities are met by the solver 'transport' alone. Use 'transport'."
            )
        return super().one_place_each()


def bounds_of(problem: Problem) -> tuple[tuple[IntArray, IntArray], tuple[IntArray, IntArray]]:
    """Return everybody's minimum and everybody's places, each for both sides.

    Parameters
    ----------
    problem : Problem
        On two sides; a `FlowProblem` or not.
    """
    rows, columns = problem.scores.shape
    least = problem.minimum if isinstance(problem, FlowProblem) else (None, None)
    minima = [_filled(part, size, 0) for part, size in zip(least, (rows, columns), strict=True)]
    places = [_filled(part, size, 1) for part, size in zip(problem.capacity, (rows, columns), strict=True)]
    return (minima[0], minima[1]), (places[0], places[1])


def _filled(counts: IntArray | None, size: int, otherwise: int) -> npt.NDArray[np.int64]:
    if counts is None:
        return np.full(size, otherwise, dtype=np.int64)
    return np.asarray(counts, dtype=np.int64)
