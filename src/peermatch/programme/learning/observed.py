"""What was observed of past pairs, as arrays: how alike they are on each criterion, and how it went."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from peermatch.problem import IntArray

__all__ = ["Floats", "Observed", "View", "utilities"]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class View:
    """How some people see their partners.

    Attributes
    ----------
    similarity : float64 array, shape (rows, criteria)
        What is not known filled in, as scoring does.
    on : bool array, shape (rows, criteria)
        Which criteria count for the person who sees.
    """

    similarity: Floats
    on: Bools

    @property
    def says(self) -> Bools:
        """Who has any criterion that counts."""
        return np.asarray(self.on.any(axis=1))

    def take(self, rows: npt.NDArray[np.generic]) -> View:
        """Return these rows."""
        return View(self.similarity[rows], self.on[rows])


@dataclass(frozen=True, eq=False)
class Observed:
    """One row for each rating.

    Attributes
    ----------
    own : View
        How the person who rates sees the partner; of a rating for the pair, how its first person does.
    other : View or None
        Of ratings for pairs: how the second person sees the first. None where each side rates for itself.
    outcome : float64 array
        The rating, or 1 for yes and 0 for no.
    yes_no : bool
    round : int64 array
        Codes of rounds.
    pair : int64 array
        Codes of pairs of people, the same in every round in which they meet.
    people : int64 array, shape (rows, 2)
        Codes of both people.
    """

    own: View
    other: View | None
    outcome: Floats
    yes_no: bool
    round: IntArray
    pair: IntArray
    people: IntArray

    def __len__(self) -> int:
        return len(self.outcome)

    @property
    def count(self) -> int:
        """How many criteria there are."""
        return int(self.own.similarity.shape[1])

    def take(self, rows: npt.NDArray[np.generic]) -> Observed:
        """Return these rows."""
        return replace(
            self,
            own=self.own.take(rows),
            other=None if self.other is None else self.other.take(rows),
            outcome=self.outcome[rows],
            round=self.round[rows],
            pair=self.pair[rows],
            people=self.people[rows],
        )


def utilities(weights: Floats, view: View) -> tuple[Floats, Floats]:
    """Return what each pairing is worth to the person who sees, times the sum of weights, and its gradient.

    A criterion that is switched off leaves its share to the others, as in scoring: the utility is the weighted mean of
    those that count. Its gradient in the weights, times the weights, is the utility itself (Euler).

    Parameters
    ----------
    weights : float64 array, shape (criteria,)
        At least 0, and not all of them 0.
    view : View

    Returns
    -------
    utility : float64 array, shape (rows,)
    gradient : float64 array, shape (rows, criteria)
    """
    total = weights.sum()
    counted = view.on @ weights
    plain = np.where(view.on, view.similarity, 0.0)
    alike = plain.sum(axis=1) / np.maximum(1, view.on.sum(axis=1))
    some = counted > 0
    mean = np.where(some, plain @ weights / np.where(some, counted, 1.0), alike)
    ratio = np.where(some, total / np.where(some, counted, 1.0), 0.0)
    gradient = mean[:, None] + np.where(view.on, ratio[:, None] * (view.similarity - mean[:, None]), 0.0)
    return total * mean, gradient
