"""Solving the same round again under other weights, and what becomes of the pairs that there are.

A pair that changes only because another answer is just as good says nothing about weights. So the pairs that there are
stay where they are still among the best; and where they are not, of the best answers the one that keeps most of them
is compared with them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from peermatch.errors import ConfigError
from peermatch.explain.outcome import Outcome
from peermatch.problem import (
    FORBIDDEN,
    GRID,
    Control,
    IntArray,
    Matching,
    OptimalityCertificate,
    Problem,
    ProtectedCertificate,
    Status,
    sorted_pairs,
)
from peermatch.scoring import LazyScores
from peermatch.solvers.nearest import keeping_most
from peermatch.solvers.updating import at_price

__all__ = ["Answer", "Compared", "Resolve", "check_resolvable", "going_first_of", "solve_again"]


class Answer(Protocol):
    """What a run under other weights came to."""

    @property
    def matching(self) -> Matching:
        """In positions of those who take part, demanded pairs among them."""

    @property
    def problem(self) -> Problem:
        """What demands left free."""

    @property
    def positions(self) -> tuple[IntArray, IntArray]:
        """Whom rows and columns of the problem mean."""


class Resolve(Protocol):
    """Solves a round again: the same people, rules, demands, places and solver, other scores."""

    @property
    def objective(self) -> str:
        """What was asked for."""

    @property
    def floor(self) -> float | None:
        """The quality floor."""

    def __call__(
        self,
        scores: LazyScores,
        *,
        round: str | None,
        first: Mapping[Any, int] | None,
        objective: str,
        floor: float | None,
        control: Control,
    ) -> Answer:
        """Return the checked answer.

        Raises
        ------
        InfeasibleError
            If a demanded pair scores below the floor.
        """


@dataclass(frozen=True, eq=False)
class Compared:
    """The pairs that there are beside the best ones under other weights.

    Attributes
    ----------
    proved : bool
        Whether the best pairs are proved to be the best.
    still_optimal : bool or None
        Whether those that there are would be among the best; None where that is not known.
    kept : bool array
        Which of them are in the best answer that keeps most of them.
    pairs : int64 array, shape (m, 2)
        That answer.
    total_now, total_best : int
        What both are worth under the other weights.
    worst_now, worst_best : int
        Their weakest pairs; 0 where there are none.
    """

    proved: bool
    still_optimal: bool | None
    kept: npt.NDArray[np.bool_]
    pairs: IntArray
    total_now: int
    total_best: int
    worst_now: int
    worst_best: int


def check_resolvable(outcome: Outcome, resolve: Resolve | None, what: str) -> Resolve:
    """Return what solves a round again; ConfigError where other weights have no meaning for it."""
    if len(outcome.trios):
        raise ConfigError(
            f"{what} compares pairs, and this pairing holds trios. Match with odd='sit_out', and ask that result."
        )
    if outcome.stated is not None or outcome.asks_for_stability:
        raise ConfigError(
            f"{what} is about pairs with the best total; these are stable pairs, which weights decide only in part. "
            "Match again with other weights, and compare."
        )
    if resolve is None:
        raise ConfigError(
            f"{what} solves the round again with other weights, and more than weights made these pairs: a floor for "
            "groups, places for none or at least so many, or an earlier result's pairs at a price. Match without, and "
            "ask there."
        )
    return resolve


def solve_again(
    outcome: Outcome,
    resolve: Resolve,
    scores: LazyScores,
    control: Control,
    *,
    objective: str | None = None,
    floor: float | None = None,
    price: float = 0.0,
) -> Compared:
    """Solve the round again with other scores and compare.

    Parameters
    ----------
    outcome : Outcome
        With the pairs that there are.
    resolve : Resolve
    scores : LazyScores
        Of the same people.
    control : Control
    objective, floor : optional
        In place of those that the pairs were made for.
    price : float, default 0
        A pair that there is counts as broken only where that gains more than this for each of them.

    Raises
    ------
    ConfigError
        If there is a price and no exact way to count with it.
    """
    answer = resolve(
        scores,
        round=outcome.round,
        first=going_first_of(outcome),
        objective=resolve.objective if objective is None else objective,
        floor=resolve.floor if floor is None else floor,
        control=control,
    )
    required = sorted_pairs(outcome.enforcement.required, two_sided=outcome.two_sided)
    proved, made = answer.matching.status == Status.OPTIMAL, answer.matching.pairs
    now, best = (_inside(_without(pairs, required, scores.shape), answer) for pairs in (outcome.pairs, made))
    mine, theirs = _standing(answer, now), _standing(answer, best)
    assert theirs is not None  # it was checked
    same = mine is not None and mine >= theirs  # an answer that is not proved may be worse than what there is
    pairs = outcome.pairs if same else made
    if proved and not same:
        closest = _closest(answer, now, best, round(price * GRID), control)
        pairs = made if closest is None else np.concatenate([closest, required])
    pairs = sorted_pairs(pairs, two_sided=outcome.two_sided)
    values, others = (scores.at(some[:, 0], some[:, 1]) for some in (outcome.pairs, made))
    return Compared(
        proved=proved,
        still_optimal=same if proved or not same else None,
        kept=np.isin(_keys(outcome.pairs, scores.shape), _keys(pairs, scores.shape)),
        pairs=pairs,
        total_now=sum(values.tolist()),
        total_best=sum(others.tolist()),
        worst_now=min(values.tolist(), default=0),
        worst_best=min(others.tolist(), default=0),
    )


def going_first_of(outcome: Outcome) -> Mapping[Any, int] | None:
    """Return who went first, from what is proved of the pairs."""
    evidence, positions = outcome.matching.certificate, outcome.positions
    if not isinstance(evidence, ProtectedCertificate) or positions is None:
        return None
    ids = outcome.cohort(0).ids[positions[0]].tolist()
    if outcome.two_sided:
        ids += outcome.cohort(1).ids[positions[1]].tolist()
    return {id: number for id, number in zip(ids, evidence.first.tolist(), strict=True) if number}


def _keys(pairs: IntArray, shape: tuple[int, int]) -> IntArray:
    return pairs[:, 0] * max(1, shape[1]) + pairs[:, 1]


def _without(pairs: IntArray, others: IntArray, shape: tuple[int, int]) -> IntArray:
    return pairs[~np.isin(_keys(pairs, shape), _keys(others, shape))]


def _inside(pairs: IntArray, answer: Answer) -> IntArray:
    """Return pairs in positions of the problem; everybody in them is in it, since only demanded pairs are not."""
    columns = []
    for side, size in enumerate((answer.matching.n_left, answer.matching.n_right)):
        place = np.full(size, -1, dtype=np.int64)
        place[answer.positions[side]] = np.arange(len(answer.positions[side]))
        columns.append(place[pairs[:, side]])
    return np.stack(columns, axis=1)


def _standing(answer: Answer, pairs: IntArray) -> tuple[int, ...] | None:
    """Return what the objective compares, the more the better; None where a pair is not allowed."""
    problem, evidence = answer.problem, answer.matching.certificate
    values = problem.scores.at(pairs[:, 0], pairs[:, 1])
    if (values == FORBIDDEN).any():
        return None
    standing = [] if problem.objective == "best_total" else [len(pairs)]
    if isinstance(evidence, ProtectedCertificate):
        offset = problem.scores.shape[0] if problem.two_sided else 0
        standing.append(int(evidence.first[pairs[:, 0]].sum() + evidence.first[pairs[:, 1] + offset].sum()))
    if problem.objective == "worst_first":
        standing.append(min(values.tolist(), default=0))
    if problem.objective == "leximin":
        standing += sorted(values.tolist())
    return (*standing, sum(values.tolist()))


def _closest(answer: Answer, now: IntArray, best: IntArray, price: int, control: Control) -> IntArray | None:
    """Return the answer that keeps most of the pairs that there are; None where that is not to be had.

    Without a price it is among the best.
    """
    found: IntArray | None = None
    if not price:
        kept = keeping_most(answer.problem, replace(answer.matching, pairs=best), now, control)
        found = None if kept is None else kept.pairs
    elif isinstance(answer.matching.certificate, OptimalityCertificate) and answer.problem.objective in (
        "everyone_first",
        "best_total",
    ):
        found = at_price(answer.problem, now, price, control=control).pairs
    else:
        raise ConfigError(
            "price= needs the solver 'blossom', the objective 'everyone_first' or 'best_total', nobody who goes "
            "first, and no minimum of places. Leave it out."
        )
    left, right = answer.positions
    return None if found is None else np.stack([left[found[:, 0]], right[found[:, 1]]], axis=1)
