"""Assignment between two sides with minimum and maximum capacities: a flow, proved over all pairs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from peermatch.checks import check_count, check_number, must_be
from peermatch.errors import UnsupportedError
from peermatch.problem import TWO_SIDES, Control, Matching, Problem
from peermatch.solvers.transport_run import TransportRun

__all__ = ["Transport"]


@dataclass(frozen=True)
class Transport:
    """Assignment between two sides in which both may have minimum and maximum capacities.

    A flow of least cost over everybody's best partners, by cheapest alternating paths in whole numbers; then all
    allowed pairs are priced with its dual variables, those that would improve it join, and it is taken up again, until
    there are none. Takes `FlowProblem` for minima, and `Problem`; several places on both sides are allowed, where each
    pair is made at most once.

    Parameters
    ----------
    k : int, default 12
        Best partners of everybody to start with.
    candidates_only : bool, default False
        Stop once the candidates are assigned exactly, without a look at all pairs with their duals. The answer has the
        status ``gap`` and states truly how much better another could be.
    gap : float, default 0
        Stop as soon as the answer is proved to have as many pairs as possible and a total within this share of the
        best one; 0.01 is one per cent.

    Raises
    ------
    ValueError
        If `k` is not a whole number of at least 1, `candidates_only` not a bool, or `gap` not in [0, 1].

    Examples
    --------
    >>> import numpy as np
    >>> from peermatch.problem import DenseScores, FlowProblem
    >>> scores = DenseScores([[9, 1], [8, 0]], two_sided=True)
    >>> two, one = np.array([2, 2]), np.array([1, 1])
    >>> Transport().solve(Problem(scores, capacity=(None, two))).pairs.tolist()
    [[0, 0], [1, 0]]
    >>> Transport().solve(FlowProblem(scores, capacity=(None, two), minimum=(None, one))).pairs.tolist()
    [[0, 0], [1, 1]]
    """

    k: int = 12
    candidates_only: bool = False
    gap: float = 0.0
    name: ClassVar[str] = "transport"
    accepts: ClassVar[frozenset[str]] = frozenset({TWO_SIDES})
    many_to_many: ClassVar[bool] = True
    minima: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_count("Transport", "k", self.k, at_least=1)
        if not isinstance(self.candidates_only, bool):
            raise ValueError(must_be("Transport", "candidates_only", "True or False", self.candidates_only))
        check_number("Transport", "gap", self.gap, at_least=0, at_most=1)

    def solve(self, problem: Problem, *, control: Control | None = None) -> Matching:
        """Return an optimal assignment with a `FlowCertificate`, or the proof that none meets the minima.

        Stopped early: an assignment with its true gap, or where minima are not met yet no pairs and ``undecided``.

        Raises
        ------
        UnsupportedError
            For one pool, for ``"worst_first"``, and for scores too large for exact 64-bit arithmetic.
        """
        if not problem.two_sided:
            raise UnsupportedError(
                "The 'transport' solver assigns one side to another; this is one pool. Use 'blossom'."
            )
        if problem.objective in ("worst_first", "leximin"):
            raise UnsupportedError(
                "The 'transport' solver does not put the worst pair first. Use 'blossom', or another objective."
            )
        run = TransportRun(problem, self.k, control)
        proved = run.until_proved(candidates_only=self.candidates_only, share=float(self.gap))
        return run.stated(self.name, proved=proved)
