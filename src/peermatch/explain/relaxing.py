"""What leaving a rule out would change: matched again without it, exactly, or bounded by a simple exchange.

Two questions are answered. For the whole programme: with one rule left out for everybody, how many more pairs, which
total, and how many of those without a partner get one. For one person: with one rule waived for them alone, could they
have a partner, and at which loss to the programme. Private rules are never left out: whether that would help somebody
would say something about them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from peermatch.criteria import EnforcedRule, Mask
from peermatch.errors import ConfigError
from peermatch.explain.outcome import Outcome
from peermatch.explain.unmatched import rule_name
from peermatch.problem import (
    FORBIDDEN,
    Control,
    DenseScores,
    FlowProblem,
    IntArray,
    Matching,
    Problem,
    ProtectedCertificate,
    Status,
    scores_above,
)
from peermatch.scoring import LazyScores
from peermatch.solvers import Blossom
from peermatch.solvers.rounds import OneFirst

__all__ = ["EXACT_PEOPLE", "PRIVATE", "Change", "Relaxing", "RuleGroup"]

PRIVATE = "a private rule"
EXACT_PEOPLE = 2_500
"""With more people, what one person's waiver would change is bounded by a simple exchange, not solved again."""

_NEVER = ("same_person",)
"""Nobody is ever paired with themselves: that is no rule to be left out."""

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Change:
    """What another set of rules would make of the round.

    Attributes
    ----------
    partner : int or None
        For one person: the position of whom they would have; None if nobody.
    pairs : int
        More pairs than now (fewer: negative).
    total : int
        More in total than now, of 2**30.
    exact : bool
        Whether it was matched again to the end; else it is what a simple exchange reaches, and the best may be better.
    """

    partner: int | None
    pairs: int
    total: int
    exact: bool


@dataclass(frozen=True)
class RuleGroup:
    """A rule, or all private rules together.

    Attributes
    ----------
    name : str
    rules : tuple of EnforcedRule
    """

    name: str
    rules: tuple[EnforcedRule, ...]

    @property
    def private(self) -> bool:
        """Whether it may not be spoken of."""
        return self.name == PRIVATE

    @property
    def relaxable(self) -> bool:
        """Whether it can be left out."""
        return not self.private and all(enforced.rule.kind not in _NEVER for enforced in self.rules)


class Relaxing:
    """Matches a round again under other rules.

    Parameters
    ----------
    outcome : Outcome

    Raises
    ------
    ConfigError
        If the result is not one of totals: people stated preferences, or a stable solver made it.
    """

    def __init__(self, outcome: Outcome) -> None:
        if outcome.stated is not None or outcome.asks_for_stability:
            raise ConfigError(
                "What leaving a rule out would change is known for the best total, not for stable pairs: match with "
                "another solver and without preferences."
            )
        if outcome.problem is None or outcome.positions is None:
            raise ConfigError(
                "This pairing has no problem to be solved again: it was not made by match(), or with or_none."
            )
        self.outcome, self.problem, self.positions = outcome, outcome.problem, outcome.positions
        certificate = outcome.matching.certificate
        self.first = certificate.first if isinstance(certificate, ProtectedCertificate) else None

    @cached_property
    def groups(self) -> list[RuleGroup]:
        """The rules that exclude pairs, in their order; all private ones as one."""
        found: dict[str, list[EnforcedRule]] = {}
        for number, enforced in enumerate(self.outcome.enforcement.rules):
            if enforced.mask is not None:
                name = rule_name(self.outcome, enforced)
                found.setdefault(name if name == PRIVATE else f"{number} {name}", []).append(enforced)
        return [
            RuleGroup(PRIVATE if key == PRIVATE else key.split(" ", 1)[1], tuple(rules))
            for key, rules in found.items()
        ]

    # ---- matching again ---------------------------------------------------------------------------------

    @property
    def one_place_each(self) -> bool:
        """Whether somebody can be made to go first."""
        return not self.problem.has_places and self.problem.objective in ("everyone_first", "best_total")

    @property
    def solvable(self) -> bool:
        """Whether the matching engine can solve it again: no minima, no places on both sides, no leximin."""
        problem = self.problem
        return not (
            isinstance(problem, FlowProblem) or problem.many_to_many or problem.objective == "leximin"
        )

    def now(self, control: Control | None = None) -> tuple[int, int] | None:
        """Return how many pairs are made now beside the demanded ones, and their total.

        Where that is not proved, or trios were made of some, the best there can be.
        """
        if self.outcome.matching.status == Status.OPTIMAL and not len(self.outcome.trios):
            required = self.outcome.enforcement.required
            held = self.outcome.scores.at(required[:, 0], required[:, 1]).tolist()
            return len(self.outcome.pairs) - len(required), self.outcome.matching.weight - sum(held)
        best = self.solve(self.problem, self.first, control)
        return None if best is None else (len(best.pairs), best.weight)

    def solve(self, problem: Problem, first: IntArray | None, control: Control | None) -> Matching | None:
        """Match exactly; None if it was stopped, or cannot be solved again here."""
        if not self.solvable:
            return None
        solver = Blossom() if first is None or not self.one_place_each else OneFirst(first)
        matching = solver.solve(problem, control=control)
        return matching if matching.status == Status.OPTIMAL else None

    def without(self, group: RuleGroup) -> Problem:
        """Return the problem without a rule."""
        outcome, floor = self.outcome, None
        masks: list[Mask] = []
        for enforced in outcome.enforcement.rules:
            if enforced.mask is None or any(enforced is one for one in group.rules):
                continue
            if enforced.rule.kind == "floor":
                floor = self._floor(enforced)
            else:
                masks.append(enforced.mask)
        scores = outcome.scores
        bare = LazyScores(
            scores.criteria, masks, scores.shape, two_sided=scores.two_sided, mutual=scores.mutual
        ).take(*self.positions)
        return Problem(
            bare if floor is None else scores_above(bare, floor),
            self.problem.objective,
            self.problem.capacity,
        )

    @staticmethod
    def _floor(enforced: EnforcedRule) -> int:
        floor: int = enforced.mask.floor  # type: ignore[union-attr]
        return floor

    # ---- one person -------------------------------------------------------------------------------------

    def row(self, hand: int, position: int) -> tuple[IntArray, list[Bools]]:
        """Return what a person would be worth with each of the others, and whom each group of rules excludes."""
        outcome = self.outcome
        everyone = np.arange(len(outcome.cohort(1 - hand)), dtype=np.int64)
        one = np.full(len(everyone), position, dtype=np.int64)
        u, v = (one, everyone) if hand == 0 else (everyone, one)
        scores = outcome.scores
        bare = LazyScores(scores.criteria, [], scores.shape, two_sided=scores.two_sided, mutual=scores.mutual)
        worth = bare.at(u, v)
        excluded = []
        for group in self.groups:
            away = np.zeros(len(everyone), dtype=bool)
            for enforced in group.rules:
                mask = enforced.mask
                assert mask is not None  # groups are of rules that exclude pairs
                # a floor's mask passes over what other rules exclude: here it counts for every pair
                below = worth < self._floor(enforced) if enforced.rule.kind == "floor" else mask.pairs(u, v)
                away |= below & (worth != FORBIDDEN)
            excluded.append(away)
        return worth, excluded

    def changed(
        self, hand: int, position: int, worth: IntArray, allowed: Bools, control: Control | None = None
    ) -> Change | None:
        """Return what it would change if a person had to have one of these, if at all possible; None if not possible.

        Parameters
        ----------
        hand, position : int
            Who.
        worth : int64 array
            What they are worth with each of the others.
        allowed : bool array
            Whom they could have then.
        """
        allowed = allowed & (worth != FORBIDDEN)
        if not allowed.any():
            return None
        people = len(self.positions[0]) + (len(self.positions[1]) if self.outcome.two_sided else 0)
        if self.one_place_each and self.solvable and people <= EXACT_PEOPLE:
            return self._solved_again(hand, position, worth, allowed, control)
        return self._exchanged(hand, worth, allowed)

    def _solved_again(
        self, hand: int, position: int, worth: IntArray, allowed: Bools, control: Control | None
    ) -> Change | None:
        mine, theirs = self.positions[hand], self.positions[1 - hand]
        place = int(np.flatnonzero(mine == position)[0])
        row = np.where(allowed, worth, FORBIDDEN)[theirs]
        matrix = np.array(self.problem.scores.block(np.arange(self.problem.scores.shape[0])))
        if hand == 0:
            matrix[place] = row
        if hand == 1 or not self.outcome.two_sided:
            matrix[:, place] = row
        dense = DenseScores(matrix, two_sided=self.outcome.two_sided)
        vertex = place + (len(self.positions[0]) if hand == 1 else 0)
        first = np.zeros(self.problem.n_vertices, dtype=np.int64) if self.first is None else self.first.copy()
        first[vertex] = int(first.max(initial=0)) + 1
        now = self.now(control)
        matching = self.solve(Problem(dense, self.problem.objective), first, control)
        if matching is None or now is None:
            return None
        rows = (
            matching.pairs[np.any(matching.pairs == place, axis=1)]
            if not self.outcome.two_sided
            else (matching.pairs[matching.pairs[:, hand] == place])
        )
        if not len(rows):
            return None
        u, v = rows[0].tolist()
        other = (v if u == place else u) if not self.outcome.two_sided else (v if hand == 0 else u)
        return Change(int(theirs[other]), len(matching.pairs) - now[0], matching.weight - now[1], True)

    def _exchanged(self, hand: int, worth: IntArray, allowed: Bools) -> Change | None:
        """Return the best of the simple ways in: a free place, or that of somebody's weakest partner."""
        outcome = self.outcome
        places, taken = outcome.places(1 - hand), outcome.pairs_of[1 - hand]
        demanded = {tuple(pair) for pair in outcome.enforcement.required.tolist()}
        best: tuple[int, int, int] | None = None
        for other in np.flatnonzero(allowed).tolist():
            mine = [index for index in taken[other] if tuple(outcome.pairs[index].tolist()) not in demanded]
            if len(taken[other]) < places[other]:
                found = (1, int(worth[other]), other)
            elif mine:
                lost = min(int(outcome.details.scores[index]) for index in mine)
                found = (0, int(worth[other]) - lost, other)
            else:
                continue
            if best is None or found[:2] > best[:2]:
                best = found
        return None if best is None else Change(best[2], best[0], best[1], False)
