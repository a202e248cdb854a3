"""Several rounds without repeats, planned one after the other, each exact given those before it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from peermatch.checks import check_count, must_be
from peermatch.cohort.aside import is_missing, read_table
from peermatch.criteria import EnforcedRule, Enforcement, Rule
from peermatch.criteria.history import round_order
from peermatch.criteria.masks import ListedMask
from peermatch.errors import ConfigError, VerificationError
from peermatch.matcher import PeerMatcher
from peermatch.pairing import CertificateView, Pairing
from peermatch.problem import (
    GRID,
    Control,
    IntArray,
    Matching,
    Problem,
    ProtectedCertificate,
    Status,
    sorted_pairs,
)
from peermatch.programme.labels import day_of, following, round_names
from peermatch.programme.plan import RoundPlan
from peermatch.programme.relaxation import degree_duals
from peermatch.programme.repeating import Asked, plan_with_repeats
from peermatch.programme.turns import Turns, alone_in, weakest_of
from peermatch.run import plain_capacity
from peermatch.run.first import first_places_of, protected_sentence
from peermatch.scoring import LazyScores
from peermatch.solvers import Blossom, get_solver
from peermatch.solvers.rounds import Kept, OneFirst, match_kept
from peermatch.verify import Proof, check_valid, prove, prove_rounds

__all__ = ["check_rounds_possible", "plan_rounds"]

Ids = tuple[Any, ...]

_CANDIDATES_PER_ROUND = 4
"""Every round uses up one candidate of everybody; with four for each the later rounds have enough to choose from."""


def plan_rounds(
    matcher: PeerMatcher,
    people: Any,
    k: int,
    others: Any = None,
    *,
    role: str | None = None,
    org: Any = None,
    history: Any = None,
    turns: Turns | None = None,
    protect: bool = True,
    repeats: str = "never",
    fitted: Any = None,
    start: str | None = None,
    as_of: Any = None,
    progress: Callable[[str, int, int], None] | None = None,
    cancel: Callable[[], bool] | None = None,
    time_limit: float | None = None,
) -> RoundPlan:
    """Plan k rounds in which nobody meets anyone twice, or only as the rules say.

    The best k rounds together are NP-hard to find. So rounds are solved one after the other, each exactly (as many
    pairs as possible, then those whose turn it is, then the best total) among the pairs that the rounds before it left,
    and the total of all is held against a bound that holds for any k rounds without repeats.

    Parameters
    ----------
    matcher : PeerMatcher
        With one place each, the objective "everyone_first" or "best_total", and the solver "blossom".
    people, others, role, org, history, fitted
        As in `PeerMatcher.match`. What `history` forbids is read once, for the first round, and holds for all.
    k : int
        Rounds.
    turns : Turns, optional
        Who sat out in rounds before.
    protect : bool, default True
        Whoever sat out goes first in the rounds after it: they sit out again only where that cannot be helped, least
        of all twice in a row (see `Turns.first`). The people of a round's weakest pair do not sit out in the next.
    repeats : {"never", "by_rules"}
        Whether nobody meets anyone twice within the plan; or whether that is left to the matcher's ``no_repeat`` and
        ``novelty``, which then see the rounds of the plan as well. The bound is then that of people who never met.
    start : str, optional
        The name of the first round: a month such as "2026-12", or a text that ends in a number. Without it, the one
        after the latest round of `history`, else "round 1".
    as_of : date or str, optional
        The day for the first round; where it is named for a month, the first day of that one.
    progress, cancel, time_limit : optional
        As in `PeerMatcher.match`, for all rounds together. Rounds that are stopped state their gap.

    Returns
    -------
    RoundPlan

    Notes
    -----
    The bound: for any y >= 0, k rounds without repeats are worth at most k sum(y) plus the sum over all allowed pairs
    of max(0, w - y(u) - y(v)). For let F be their pairs, each once: every pair has w <= y(u) + y(v) + max(0, w - y(u)
    - y(v)); nobody stands in more than k pairs of F; and no pair of F counts twice, nor any term below 0. Here y comes
    from the relaxation in which everybody may stand in k pairs, on candidates; the sum goes over all allowed pairs. In
    an odd pool one person sits out each round, so the least y is left away k times. If every round has as many pairs as
    the first (or the objective is "best_total"), none is worth more than the first alone, and k times that is a bound
    as well.

    Raises
    ------
    ConfigError
        If the matcher has an objective, a solver or capacities that rounds cannot be planned with, or demands pairs.
    InputError, InfeasibleError
        As `PeerMatcher.match` does.

    Examples
    --------
    >>> import peermatch as pm
    >>> people = [{"id": name, "site": site} for name, site in zip("abcde", ["x", "x", "x", "y", "y"])]
    >>> plan = pm.plan_rounds(pm.PeerMatcher("id", [pm.same("site")]), people, 3)
    >>> plan.sit_outs["times"].tolist()
    [1, 1, 1]
    """
    try:
        check_count("plan_rounds", "k", k, at_least=1)
    except ValueError as error:
        raise ConfigError(str(error)) from None
    if repeats not in ("never", "by_rules"):
        raise ConfigError(must_be("plan_rounds", "repeats", "'never' or 'by_rules'", repeats))
    solver = check_rounds_possible(matcher, "plan_rounds()")
    if matcher.odd != "sit_out":
        raise ConfigError(
            f"plan_rounds() lets whoever is left over sit out, in turns; this matcher has odd={matcher.odd!r}. Match "
            "one round after the other with it, as Programme.run() does, or plan with odd='sit_out'."
        )
    names = round_names(_first_name(history) if start is None else start, k)
    if repeats == "by_rules":
        asked = Asked(people, others, role, org, history, fitted, as_of, progress, cancel, time_limit)
        return plan_with_repeats(matcher, names, asked, (turns or Turns()) if protect else None)
    began = time.monotonic()
    recorder = OneFirst(k=max(solver.k, _CANDIDATES_PER_ROUND * k))
    turns = turns or Turns()
    day = day_of(names[0]) if as_of is None else as_of
    first_round = replace(matcher, solver=recorder).match(
        people,
        others,
        role=role,
        org=org,
        history=history,
        fitted=fitted,
        first=turns.first() if protect else None,
        round=names[0],
        as_of=day,
        progress=progress,
        cancel=cancel,
        time_limit=time_limit,
    )
    if len(first_round.enforcement.required):
        raise ConfigError(
            "plan_rounds() makes no pair twice, so a demanded pair could stand in one round only. Leave require() out "
            "of the matcher, or match that round by itself with locks=."
        )
    left = None if time_limit is None else max(0.001, time_limit - (time.monotonic() - began))
    control = Control(progress=progress, cancel=cancel, time_limit=left)
    assert recorder.kept is not None  # the match above has searched for candidates
    planning = _Planning(matcher, first_round, recorder.kept, turns if protect else None)
    for name in names[1:]:
        planning.next_round(name, control)
    dates = [day_of(name) for name in names]
    dates[0] = first_round.settings.get("as_of") or dates[0]
    return planning.finished(tuple(None if date is None else str(date) for date in dates))


def check_rounds_possible(matcher: PeerMatcher, caller: str) -> Blossom:
    """Return the matcher's solver, if rounds can be planned exactly with it and people go first.

    Raises
    ------
    ConfigError
        If they cannot.
    """
    if matcher.group_floor is not None:
        raise ConfigError(
            f"{caller} does not take a floor for a group. Leave group_floor out of the matcher."
        )
    solver = get_solver(matcher.solver)
    if not isinstance(solver, Blossom) or solver.candidates_only or solver.gap:
        raise ConfigError(
            f"{caller} proves every round: it needs the solver 'blossom' without gap= or candidates_only=. This "
            f"matcher has {solver.name!r}."
        )
    if matcher.objective in ("worst_first", "leximin"):
        raise ConfigError(
            f"{caller} needs the objective 'everyone_first' or 'best_total'. This matcher has {matcher.objective!r}."
        )
    if matcher.capacity is not None:
        raise ConfigError(
            f"{caller} needs one place each. This matcher has capacity={plain_capacity(matcher.capacity)!r}."
            + (
                " With several places nobody can go first exactly: use protect=False, which is --unprotected on the "
                "command line."
                if "protect" in caller
                else ""
            )
        )
    return solver


def _first_name(history: Any) -> str:
    """Return the name of the round after the latest in a history."""
    if history is None:
        return "round 1"
    frame = read_table(history, what="history")
    if "round" not in frame.columns:
        return "round 1"
    named = frame[[not is_missing(value) for value in frame["round"]]]
    return following(str(round_order(named)[-1])) if len(named) else "round 1"


@dataclass
class _Planning:
    """The rounds so far, and all that the next one starts from."""

    matcher: PeerMatcher
    first_round: Pairing
    kept: Kept
    turns: Turns | None

    def __post_init__(self) -> None:
        problem, vertices = self.first_round.problem, self.first_round.certificate.vertices
        assert problem is not None
        assert vertices is not None
        assert isinstance(problem.scores, LazyScores)
        self.scores, self.objective = problem.scores, problem.objective
        self.left, self.right = vertices[0], vertices[1] if problem.two_sided else vertices[0]
        self.offset = problem.scores.shape[0] if problem.two_sided else 0
        rows, columns = problem.scores.shape
        pairs = self._as_solved(self.first_round.matching.pairs)
        self.matchings = [replace(self.first_round.matching, pairs=pairs, n_left=rows, n_right=columns)]
        self.problems = [problem]
        self.names = [self.first_round.round]
        if self.turns is not None:
            self.turns = self.turns.after(self.first_round)

    def _as_solved(self, pairs: IntArray) -> IntArray:
        """Return pairs of people who take part as positions in the order that the solver saw."""
        rows, columns = np.argsort(self.left), np.argsort(self.right)
        moved = np.stack([rows[pairs[:, 0]], columns[pairs[:, 1]]], axis=1)
        return sorted_pairs(moved, two_sided=self.scores.two_sided)

    def _as_people(self, pairs: IntArray) -> IntArray:
        """Return pairs of positions in that order as positions of people who take part."""
        moved = np.stack([self.left[pairs[:, 0]], self.right[pairs[:, 1]]], axis=1)
        return sorted_pairs(moved, two_sided=self.scores.two_sided)

    def made(self, count: int) -> IntArray:
        """Return the pairs of the first rounds, in the order that the solver saw."""
        none = np.zeros((0, 2), dtype=np.int64)
        return np.concatenate([none, *(matching.pairs for matching in self.matchings[:count])])

    def next_round(self, name: str, control: Control) -> None:
        """Solve one more round."""
        made = self.made(len(self.matchings))
        scores = _without(self.scores, made)
        problem = Problem(scores, self.objective)
        kept = self.kept.without(self.matchings[-1].pairs, self.offset)
        first = None
        if self.turns is not None:
            first = first_places_of(self.turns.first(), self.first_round.sides, self.left, self.right)
        matching = match_kept(problem, kept, first, control)
        faults = check_valid(matching, problem)
        if faults:
            raise VerificationError(f"Round {name!r} is not valid: {'; '.join(faults[:3])}.")
        self.kept = kept
        self.matchings.append(matching)
        self.problems.append(problem)
        self.names.append(name)
        if self.turns is not None:
            self.turns = self.turns.then(*self._alone_and_weakest(matching))

    def _alone_and_weakest(self, matching: Matching) -> tuple[Ids, Ids]:
        """Return the ids of those who have no partner, and of the weakest pair."""
        sides = self.first_round.sides
        pairs = self._as_people(matching.pairs)
        values = self.first_round.scores.at(pairs[:, 0], pairs[:, 1])
        return alone_in(sides, pairs), weakest_of(sides, pairs, values)

    def pairing(self, index: int, proof: Proof | None) -> Pairing:
        """Return a later round as what a user gets."""
        first = self.first_round
        before = self._as_people(self.made(index))
        scores = _without(first.scores, before)
        mask = scores.masks[-1]
        note = f"{len(before)} pairs of earlier rounds of this plan"
        rule = EnforcedRule(Rule("no_repeat", "earlier_rounds"), mask, len(before), note)
        free = self.matchings[index]
        matching = Matching.of(
            Problem(scores, self.objective),
            self._as_people(free.pairs),
            status=free.status,
            solver=free.solver,
            certificate=free.certificate,
            gap=free.gap,
            pairs_gap=free.pairs_gap,
            stats=free.stats,
        )
        name = self.names[index]
        day = day_of(name)
        return replace(
            first,
            scores=scores,
            enforcement=Enforcement((*first.enforcement.rules, rule), first.enforcement.required),
            matching=matching,
            certificate=_view(free, proof or Proof(False), self.objective, first.certificate),
            settings={**first.settings, "round": name, "as_of": None if day is None else str(day)},
            round=name,
            problem=self.problems[index],
        )

    def finished(self, dates: tuple[str | None, ...]) -> RoundPlan:
        """Bound the total, check everything in one look at all pairs, and hand the rounds over."""
        total = sum(matching.weight for matching in self.matchings)
        proof = prove_rounds(self.scores, self.objective, self.matchings, self._duals(total))
        proofs = list(proof.rounds)
        for index, matching in enumerate(self.matchings):
            if matching.status != Status.OPTIMAL:
                proofs[index] = prove(self.problems[index], matching)
        faults = [*proof.faults, *(fault for one in proofs for fault in one.faults)]
        if faults:
            raise VerificationError(f"The plan does not hold: {'; '.join(faults[:3])}.")
        bound = proof.bound
        assert bound is not None  # duals were given
        bound = min(bound, self._best_alone(bound))
        later = [self.pairing(index, proofs[index]) for index in range(1, len(self.matchings))]
        return RoundPlan(
            (self.first_round, *later),
            total / GRID,
            bound / GRID,
            all(one.verified for one in proofs),
            dates,
        )

    def _duals(self, total: int) -> IntArray:
        """Return what people cost in the relaxation, on all pairs that ever were candidates."""
        made, start = self.made(len(self.matchings)), self.kept.start
        u = np.concatenate([start.u, made[:, 0]])
        v = np.concatenate([start.v, made[:, 1] + self.offset])
        keys = np.unique(np.minimum(u, v) * (self.offset + self.scores.shape[1]) + np.maximum(u, v))
        u, v = np.divmod(keys, self.offset + self.scores.shape[1])
        score = self.scores.at(u, v - self.offset)
        n = self.problems[0].n_vertices
        return degree_duals(n, u, v, score, len(self.matchings), total)

    def _best_alone(self, otherwise: int) -> int:
        """Return k times the first round, where no round can be worth more."""
        first = self.matchings[0]
        alone = first.status == Status.OPTIMAL and not isinstance(first.certificate, ProtectedCertificate)
        as_many = all(len(matching.pairs) == len(first.pairs) for matching in self.matchings)
        if alone and (as_many or self.objective == "best_total"):
            return len(self.matchings) * first.weight
        return otherwise


def _without(scores: LazyScores, made: IntArray) -> LazyScores:
    """Return the same scores, with these pairs forbidden by a mask that stands last."""
    mask = ListedMask.of(scores.shape, made[:, 0], made[:, 1], one_pool=not scores.two_sided)
    return LazyScores(
        scores.criteria,
        [*scores.masks, mask],
        scores.shape,
        two_sided=scores.two_sided,
        mutual=scores.mutual,
        lowest=scores.lowest,
    )


def _view(matching: Matching, proof: Proof, objective: str, like: CertificateView) -> CertificateView:
    """Return what is known about a later round."""
    certificate = matching.certificate
    assert certificate is not None  # a round carries its proof, or the bound that it was stopped with
    return CertificateView(
        kind=certificate.kind,
        status=str(matching.status),
        verified=proof.verified,
        gap=None if matching.gap is None else matching.gap / GRID,
        pairs_gap=matching.pairs_gap,
        pairs_covered=proof.pairs_covered,
        sentence=_sentence(matching, proof, objective),
        evidence=certificate,
        vertices=like.vertices,
    )


def _sentence(matching: Matching, proof: Proof, objective: str) -> str:
    checked = "checked independently" if proof.verified else "not checked independently"
    if matching.status != Status.OPTIMAL:
        more = f"{(matching.gap or 0) / GRID:.3f} more in total"
        pairs = f"{matching.pairs_gap} more pairs and " if matching.pairs_gap else ""
        return f"Not proved the best: another answer could have at most {pairs}{more} ({checked})."
    over = f"Proved over all {proof.pairs_covered:,} allowed pairs that earlier rounds left"
    if isinstance(matching.certificate, ProtectedCertificate):
        return f"{over}: {protected_sentence(objective)} ({checked})."
    if objective == "everyone_first":
        return f"{over}: nobody can make more pairs, nor as many with a better total ({checked})."
    return f"{over}: no other set of pairs has a better total ({checked})."
