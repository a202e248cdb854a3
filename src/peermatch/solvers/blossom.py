"""The exact solver: a maximum-weight matching over all allowed pairs, with its proof."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar

from peermatch.checks import check_count, check_number, must_be
from peermatch.problem import (
    ONE_POOL,
    TWO_SIDES,
    BoundCertificate,
    Control,
    FlowProblem,
    IntArray,
    Matching,
    OptimalityCertificate,
    Problem,
    Status,
    WorstFirstCertificate,
)
from peermatch.solvers.candidates import Places
from peermatch.solvers.leximin import leximin
from peermatch.solvers.pricing import Outcome, pairs_of, price_and_repair
from peermatch.solvers.stating import certificate_of, close_enough, tightest
from peermatch.solvers.thresholds import at_least
from peermatch.solvers.transport import Transport
from peermatch.solvers.worst_first import WorstFirst, best_worst_possible, search_worst_first

__all__ = ["Blossom"]

_MANY_PAIRS = 1 << 20


@dataclass(frozen=True)
class Blossom:
    """Maximum-weight matching over all allowed pairs of one pool or two sides, exactly.

    The n x n matrix is never held: a few candidates for everybody are matched exactly (Edmonds 1965, by our own
    kernels), all allowed pairs are then checked against the dual variables, and pairs that contradict them join
    the candidates (Applegate and Cook 1993). The dual variables prove the result. Large problems on two sides in which
    people of one have several places are solved as flows (see `Transport`), with their certificate.

    Parameters
    ----------
    k : int, default 32
        How many candidates each person starts with. It changes the time, not the total.
    candidates_only : bool, default False
        Stop once the candidates are matched exactly, without a look at all pairs. The answer has the status ``gap``
        and states truly how much better another could be.
    gap : float, default 0
        Stop as soon as the answer is proved to have as many pairs as possible and a total within this share of the
        best one; 0.01 is one per cent. With the objective ``worst_first`` number and worst pair are proved in any
        case, and the share is of the total.

    Raises
    ------
    ValueError
        If `k` is not a whole number of at least 1, `candidates_only` not a bool, or `gap` not in [0, 1].

    Examples
    --------
    >>> from peermatch.problem import DenseScores
    >>> scores = DenseScores([[0, 5, 1, 2], [5, 0, 6, 1], [1, 6, 0, 4], [2, 1, 4, 0]])
    >>> matching = Blossom().solve(Problem(scores))
    >>> matching.pairs.tolist(), matching.weight, str(matching.status)
    ([[0, 1], [2, 3]], 9, 'optimal')
    """

    k: int = 32
    candidates_only: bool = False
    gap: float = 0.0
    name: ClassVar[str] = "blossom"
    accepts: ClassVar[frozenset[str]] = frozenset({ONE_POOL, TWO_SIDES})

    def __post_init__(self) -> None:
        check_count("Blossom", "k", self.k, at_least=1)
        if not isinstance(self.candidates_only, bool):
            raise ValueError(must_be("Blossom", "candidates_only", "True or False", self.candidates_only))
        check_number("Blossom", "gap", self.gap, at_least=0, at_most=1)

    def solve(self, problem: Problem, *, control: Control | None = None) -> Matching:
        """Return an optimal matching; if asked to stop, or told to be content with less, a valid one with its gap.

        Parameters
        ----------
        problem : Problem
        control : Control, optional
            Stages: "sampling", "searching" and "pricing" (pairs done), "solving" (vertices done).

        Raises
        ------
        UnsupportedError
            If the scores need more bits than exact 64-bit arithmetic has.
        """
        if problem.objective == "leximin":
            return leximin(problem, control=control)
        if problem.objective == "worst_first":
            search = search_worst_first(
                problem, self.k, control, candidates_only=self.candidates_only, enough=self._enough
            )
            return _worst_first(problem, search)
        if _is_large_flow(problem):  # place by place every edge would stand there several times
            flow = Transport(candidates_only=self.candidates_only, gap=self.gap)
            return replace(flow.solve(problem, control=control), solver=self.name)
        places = Places.of(problem)
        outcome = price_and_repair(problem, places, self.k, control, self._enough(problem, places))
        pairs = pairs_of(outcome.mate, places)
        return _matching(problem, places, outcome, pairs, _stats(outcome))

    def _enough(self, problem: Problem, places: Places) -> Callable[[Outcome], bool] | None:
        """Return when to stop early, if ever."""
        if self.candidates_only:
            return lambda outcome: True
        return close_enough(problem, places, float(self.gap)) if self.gap > 0 else None


def _is_large_flow(problem: Problem) -> bool:
    """Whether people of one of two sides have places, and there are so many pairs that a flow is the quicker way."""
    if not problem.two_sided or not problem.has_places or problem.many_to_many:
        return False
    minima = isinstance(problem, FlowProblem) and problem.has_minimum
    rows, columns = problem.scores.shape
    return not minima and rows * columns >= _MANY_PAIRS


def _stats(first: Outcome, within: Outcome | None = None) -> dict[str, int]:
    """Count what was done, over both runs where there were two; edges and blossoms are those of the last."""
    run = [first] if within is None or within is first else [first, within]
    stats = {
        "rounds": sum(outcome.rounds for outcome in run),
        "edges": run[-1].edges,
        "searches": sum(outcome.searches for outcome in run),
    }
    solved = run[-1].solved
    if solved is not None:
        stats["blossoms"] = len(solved.blossom_duals)
    return stats


def _matching(
    problem: Problem, places: Places, outcome: Outcome, pairs: IntArray, stats: dict[str, int]
) -> Matching:
    """Return these pairs with the proof, or with the best bound that was proved before the search ended."""
    if outcome.solved is not None:
        return Matching.of(
            problem,
            pairs,
            status=Status.OPTIMAL,
            solver=Blossom.name,
            certificate=certificate_of(outcome),
            gap=0,
            stats=stats,
        )
    stated = tightest(problem, places, outcome, pairs)
    return Matching.of(
        problem,
        pairs,
        status=Status.GAP,
        solver=Blossom.name,
        certificate=stated.certificate,
        gap=stated.gap,
        pairs_gap=stated.pairs_gap,
        stats=stats,
    )


def _worst_first(problem: Problem, search: WorstFirst) -> Matching:
    """Return the answer of a search for the best worst pair, with all that was proved about it."""
    pairs = pairs_of(search.mate, search.places)
    stats = {**_stats(search.first, search.within), "tries": search.tries}
    if not search.proved:
        stated = tightest(problem, search.places, search.first, pairs)
        worst_gap = 0
        if search.threshold is not None:
            best = best_worst_possible(search.first.start, search.places, len(pairs))
            worst_gap = best - search.threshold
        return Matching.of(
            problem,
            pairs,
            status=Status.GAP,
            solver=Blossom.name,
            certificate=stated.certificate,
            gap=stated.gap,
            pairs_gap=stated.pairs_gap,
            worst_gap=worst_gap,
            stats=stats,
        )
    assert search.within is not None  # what is proved has a last step
    within, gap = _within(search, pairs)
    return Matching.of(
        problem,
        pairs,
        status=Status.OPTIMAL if search.within.solved is not None else Status.GAP,
        solver=Blossom.name,
        certificate=WorstFirstCertificate(
            threshold=search.threshold,
            within=within,
            above=search.above,
            most=search.most,
            pairs_covered=search.first.covered,
        ),
        gap=gap,
        stats=stats,
    )


def _within(search: WorstFirst, pairs: IntArray) -> tuple[OptimalityCertificate | BoundCertificate, int]:
    """Return the proof of the total among the pairs that reach the threshold, and the gap that it leaves."""
    outcome = search.within
    assert outcome is not None
    if outcome.solved is not None:
        return certificate_of(outcome), 0
    floored = search.problem
    if search.threshold is not None:
        floored = at_least(floored, search.threshold)
    stated = tightest(floored, Places.of(floored), outcome, pairs)
    return stated.certificate, stated.gap
