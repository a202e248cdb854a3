"""How far the best set of pairs is ahead of the second best.

A set of pairs that is not the best one lacks at least one of its pairs, or has all of them and more. So the second best
is the best of as many answers as there are pairs, each with one pair forbidden. Few of these have to be worked out: the
proof says of each pair what giving it up costs at least (`peermatch.explain.slacks`). Pairs are tried from the
cheapest on, until no other can be cheaper than what was found; and once one is found, all that is better than it is
made of pairs whose slack is below its loss. These are few, so that what follows from giving up a pair can be walked
through (`peermatch.explain.walks`), and what is left is solved again among them alone.
"""

from __future__ import annotations

import heapq
import html
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from peermatch.cohort.frames import to_kind
from peermatch.cohort.table import Kind
from peermatch.errors import ConfigError, PeerMatchError
from peermatch.explain.outcome import Outcome
from peermatch.explain.price import Price, Vertices, Worth, exact_solver
from peermatch.explain.slacks import Slacks, places_left
from peermatch.explain.walks import Walks
from peermatch.explain.why_not import changes_frame, price_words
from peermatch.explain.wording import counted, listing, wrapped
from peermatch.problem import (
    FORBIDDEN,
    GRID,
    Control,
    IntArray,
    Matching,
    Problem,
    ProtectedCertificate,
    ShortageCertificate,
    SparseScores,
    Status,
    WorstFirstCertificate,
    scores_above,
    sorted_pairs,
)
from peermatch.scoring import LazyScores
from peermatch.solvers import max_weight_matching
from peermatch.solvers.nearest import in_problem, keeping_most

__all__ = ["EXACT_PEOPLE", "RunnerUp", "runner_up"]

EXACT_PEOPLE = 2_500
"""With more people the gap is not worked out to the end unless that is asked for; there is an "at least"."""

_LOOKED_THROUGH = 20_000
"""With more people not even all pairs are looked through for an "at least"."""


@dataclass(frozen=True, eq=False, repr=False)
class RunnerUp:
    """How far the best set of pairs is ahead of the second best. `Pairing.runner_up` makes it.

    Second best is the best of all sets of pairs that keep to the same rules, demands and places and differ from this
    one in at least one pair: more pairs first (not for the objective "best_total"), then people who go first, then the
    worst pair (for "worst_first"), then the total.

    Attributes
    ----------
    verdict : str
        "ahead": this set is better than every other. "tied": another one is exactly as good. "only": there is no other.
        "not worked out": there is only `at_least`.
    gap : Price or None
        What the second best is short of this one: `.pairs`, `.going_first`, `.worst`, `.total`, in the order in which
        they count; what comes after the first that is not 0 may be a gain. None where there is no other set, or it was
        not worked out.
    at_least : float or None
        Points of total score that every other set with as many pairs is short, from the proof; often 0. None where the
        proof was not looked through.
    exact : bool
        Whether `gap` is proved. Else a set with that gap is there, and there may be one that is nearer.
    text : str
        In a sentence or two.
    """

    verdict: str
    gap: Price | None
    at_least: float | None
    exact: bool
    text: str
    changed: pd.DataFrame
    kind: Kind

    @property
    def table(self) -> Any:
        """Who has another partner in the second best set, one row a person.

        Columns: id, side (where there are two), before and after (lists of ids), score_before and score_after (the
        sum over their pairs; 0 without a partner), change.
        """
        return to_kind(self.changed.copy(), self.kind)

    @property
    def changes(self) -> Any:
        """The same as `table`."""
        return self.table

    def __str__(self) -> str:
        return wrapped(self.text)

    def __repr__(self) -> str:
        return f"RunnerUp({self.verdict}{'' if self.gap is None else f', {self.gap.total:.6f} points of total score'})"

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(self.text)}</p>"


@dataclass(frozen=True, eq=False)
class _Found:
    """The best set of pairs of a problem without one pair, and on demand that problem with its solution."""

    standing: tuple[int, ...]
    pairs: IntArray
    proved: bool
    again: Callable[[], tuple[Problem, Matching]] | None


@dataclass(frozen=True, eq=False)
class _Thinned:
    """A problem with few of its pairs."""

    among: Problem
    u: IntArray
    v: IntArray
    score: IntArray

    @property
    def problem(self) -> Problem:
        """The problem, for a solver."""
        shape, two_sided = self.among.scores.shape, self.among.two_sided
        scores = SparseScores(self.u, self.v, self.score, shape=shape, two_sided=two_sided)
        return replace(self.among, scores=scores)


class _Search:
    """Looks for the second best set among the pairs that demands leave free, in positions of the problem."""

    def __init__(self, outcome: Outcome, problem: Problem, positions: Vertices, control: Control) -> None:
        self.outcome, self.positions, self.control = outcome, positions, control
        self.problem = problem
        self.now = in_problem(outcome.pairs, positions, two_sided=outcome.two_sided)
        certificate = outcome.matching.certificate
        self.first = certificate.first if isinstance(certificate, ProtectedCertificate) else None
        self.threshold = certificate.threshold if isinstance(certificate, WorstFirstCertificate) else None
        self.best: _Found | None = None
        self.cheap: tuple[IntArray, IntArray, IntArray] | None = None
        self.walks: Walks | None = None

    @property
    def among(self) -> Problem:
        """The problem of which the certificate speaks: of worst-first, the pairs that reach the worst."""
        if self.threshold is None:
            return self.problem
        floored = scores_above(self.problem.scores, self.threshold)
        return replace(self.problem, scores=floored, objective="everyone_first")

    def standing(self, pairs: IntArray) -> tuple[int, ...]:
        """Return what the objective compares, in its order."""
        values = self.problem.scores.at(pairs[:, 0], pairs[:, 1]).tolist()
        parts = [] if self.problem.objective == "best_total" else [len(pairs)]
        if self.first is not None:
            offset = self.problem.scores.shape[0] if self.problem.two_sided else 0
            parts.append(int(self.first[pairs[:, 0]].sum() + self.first[pairs[:, 1] + offset].sum()))
        if self.problem.objective == "worst_first":
            parts.append(min(values, default=0))
        return (*parts, sum(values))

    def loss(self) -> int | None:
        """Return by how much total the best that was found is short, where it is equal in all that comes before."""
        now = self.standing(self.now)
        if self.best is None or self.best.standing[:-1] != now[:-1]:
            return None
        return now[-1] - self.best.standing[-1]

    def with_more(self) -> bool:
        """Take the pairs in hand and one more that adds nothing, if there is one; only the best total allows that."""
        if self.problem.objective != "best_total":
            return False
        free = places_left(self.problem, self.now)
        for u in np.flatnonzero(free[0]).tolist():
            scores = self.problem.scores.block(np.array([u], dtype=np.int64))[0]
            allowed = free[1] & (scores != FORBIDDEN)
            if not self.problem.two_sided:
                allowed[u] = False
            else:
                allowed[self.now[self.now[:, 0] == u, 1]] = False
            if allowed.any():
                more = np.array([[u, int(np.argmax(allowed))]], dtype=np.int64)
                pairs = np.concatenate([self.now, more])
                self.best = _Found(self.standing(pairs), pairs, True, None)
                return True
        return False

    def run(self, bounds: IntArray, slacks: Slacks | None) -> bool:
        """Try pairs from the cheapest on; return whether nothing can be nearer than what was found."""
        queue = [(int(bounds[index]), index, False) for index in range(len(self.now))]
        heapq.heapify(queue)
        while queue:
            bound, index, walked = heapq.heappop(queue)
            if not self._may_be_nearer(bound, slacks):
                return True
            self.control.report("second best", len(self.now) - len(queue), len(self.now))
            if self.control.stopping:
                return False
            if self.walks is not None and not walked:
                limit = self._limit(slacks)
                bound = self.walks.least(self.now[index], limit)
                if bound < limit:
                    heapq.heappush(queue, (bound, index, True))
                continue
            try:
                found = self.without(self.now[index])
            except PeerMatchError:
                return False
            if found is None:
                continue  # no set of pairs can do without this one
            if not found.proved:
                return False
            if self.best is None or found.standing > self.best.standing:
                self.best = found
                if slacks is not None:
                    self.thin(slacks)
        return True

    def _limit(self, slacks: Slacks | None) -> int:
        """Return the loss of what was found, in the units of bounds."""
        loss = self.loss()
        assert loss is not None
        return loss if slacks is None else slacks.scale * loss

    def _may_be_nearer(self, bound: int, slacks: Slacks | None) -> bool:
        return self.loss() is None or bound < self._limit(slacks)

    def thin(self, slacks: Slacks) -> None:
        """Keep only pairs of which something nearer than what was found can be made."""
        loss = self.loss()
        if loss is None:
            return
        limit = slacks.scale * loss
        fresh = self.cheap is None
        known = slacks.below(limit, self.now) if self.cheap is None else self.cheap
        low = known[2] < limit
        self.cheap = (known[0][low], known[1][low], known[2][low])
        if fresh:
            self.walks = Walks(
                self.cheap, self.now, slacks.bare, slacks.free, two_sided=self.problem.two_sided
            )

    def without(self, pair: IntArray) -> _Found | None:
        """Return the best set that lacks a pair, or one that is not nearer than what is known; None if there is none.

        Raises
        ------
        UnsupportedError
            If the scores need more bits than exact arithmetic has.
        """
        if self.cheap is not None:
            thinned = self.thinned(self.now[(self.now != pair).any(axis=1)])
            if not self.problem.two_sided and self.first is None:
                return self.quickly(thinned)
            return self.solved(thinned.problem)
        scores = self.problem.scores
        assert isinstance(scores, LazyScores)  # nothing else gets here
        return self.solved(replace(self.problem, scores=scores.without(pair[:1], pair[1:])))

    def solved(self, problem: Problem) -> _Found | None:
        """Return the best set of pairs of a problem; None if there is none."""
        matching = exact_solver(problem, self.first).solve(problem, control=self.quiet)
        if isinstance(matching.certificate, ShortageCertificate):
            return None
        proved = matching.status == Status.OPTIMAL and not matching.gap
        return _Found(self.standing(matching.pairs), matching.pairs, proved, lambda: (problem, matching))

    def quickly(self, thinned: _Thinned) -> _Found:
        """Return the best set of few pairs of one pool, by the engine alone."""
        matching = max_weight_matching(
            thinned.u,
            thinned.v,
            thinned.score,
            self.problem.scores.shape[0],
            everyone_first=self.problem.objective != "best_total",
        )

        def again() -> tuple[Problem, Matching]:
            problem = thinned.problem
            return problem, exact_solver(problem, None).solve(problem, control=self.quiet)

        return _Found(self.standing(matching.pairs), matching.pairs, True, again)

    def thinned(self, kept: IntArray) -> _Thinned:
        """Return the problem with nothing but cheap pairs and some of those in hand."""
        assert self.cheap is not None
        u, v = (np.concatenate([self.cheap[hand], kept[:, hand]]) for hand in (0, 1))
        among = self.among
        return _Thinned(among, u, v, among.scores.at(u, v))

    @property
    def quiet(self) -> Control:
        """The same wish to stop, without a word on the way."""
        control = self.control
        return Control(cancel=control.cancel, time_limit=control.time_limit, started=control.started)

    def nearest(self) -> IntArray:
        """Return the second best set; of those that are as good, where that can be had, one with few changes."""
        assert self.best is not None
        if self.best.again is None or self.control.stopping:
            return self.best.pairs
        found = keeping_most(*self.best.again(), self.now, self.quiet)
        return self.best.pairs if found is None else found.pairs


def runner_up(
    outcome: Outcome,
    vertices: Vertices | None,
    *,
    whole: bool,
    exact: bool = True,
    control: Control | None = None,
) -> RunnerUp:
    """Say how far the best set of pairs is ahead of the second best.

    Parameters
    ----------
    outcome : Outcome
    vertices : pair of int64 arrays, optional
        Who stands behind each entry of the certificate.
    whole : bool
        Whether the result is the answer to its problem, and nothing else had a say (a floor for a group, an earlier
        result).
    exact : bool
        Whether to solve again; else there is what the proof tells.
    control : Control, optional

    Raises
    ------
    ConfigError
        If there is no best set to speak of: stable pairs, trios, leximin, an answer that is not proved.
    """
    problem, positions = _refuse(outcome, whole)
    search = _Search(outcome, problem, positions, Control() if control is None else control)
    people = sum(problem.scores.shape) if problem.two_sided else problem.scores.shape[0]
    slacks, bounds = None, np.zeros(len(search.now), dtype=np.int64)
    if people <= _LOOKED_THROUGH:
        slacks = Slacks.of(search.among, outcome.matching, vertices, positions, search.now)
        if slacks is not None:
            bounds = slacks.ways_out(search.now)
    least = None
    if slacks is not None and len(bounds) and not search.with_more():
        least = int(bounds.min()) / slacks.scale / GRID
    proved = False
    if exact and people <= EXACT_PEOPLE:
        proved = search.with_more() or search.run(bounds, slacks)
    return _told(outcome, search, least, proved)


def _refuse(outcome: Outcome, whole: bool) -> tuple[Problem, Vertices]:
    """Return what was solved; ConfigError where there is no best set of pairs, or not by scores alone."""
    what = "runner_up() says how far the best set of pairs is ahead of the second best"
    if outcome.stated is not None or outcome.asks_for_stability:
        raise ConfigError(
            f"{what}; these are stable pairs, which no total decides. why_stable() says why not others."
        )
    if len(outcome.trios):
        raise ConfigError(
            f"{what}, and this result holds trios, which are chosen after the pairs. Match with odd='sit_out', and ask "
            "that result."
        )
    if outcome.objective == "leximin":
        raise ConfigError(
            f"{what} in pairs, worst pair and total; leximin compares all pairs one by one. Match with the objective "
            "'worst_first', and ask that result."
        )
    problem, positions = outcome.problem, outcome.positions
    if not whole or problem is None or positions is None or not isinstance(problem.scores, LazyScores):
        raise ConfigError(
            f"{what}, and more than scores made these pairs: a floor for a group, places for none or at least so many, "
            "or an earlier result's pairs. Match without, and ask there."
        )
    matching = outcome.matching
    if matching.status != Status.OPTIMAL or matching.gap or matching.pairs_gap:
        raise ConfigError(
            f"{what}, and this set was not proved to be the best. Match with the solver 'blossom' and without a time "
            "limit, and ask that result."
        )
    return problem, positions


# ---- in words -------------------------------------------------------------------------------------------


def _told(outcome: Outcome, search: _Search, least: float | None, proved: bool) -> RunnerUp:
    kind = outcome.everyone[0].kind
    if search.best is None:
        nothing = changes_frame(outcome, outcome.pairs)
        if proved:
            text = "There is no other set of pairs: rules, demands and places leave only this one."
            return RunnerUp("only", None, None, True, text, nothing, kind)
        return RunnerUp("not worked out", None, least, False, _unknown(outcome, least), nothing, kind)
    left, right = search.positions
    chosen = search.nearest()
    after = np.stack([left[chosen[:, 0]], right[chosen[:, 1]]], axis=1) if outcome.two_sided else left[chosen]
    after = sorted_pairs(np.concatenate([after, outcome.enforcement.required]), two_sided=outcome.two_sided)
    gap = Price.between(_worth(search, search.now), _worth(search, search.best.pairs))
    tied = search.best.standing == search.standing(search.now)
    changed = changes_frame(outcome, after)
    verdict = "tied" if tied else "ahead" if proved else "not worked out"
    differs = _one_that_differs(outcome, after)
    text = _text(outcome, verdict, gap, least, differs, len(changed))
    return RunnerUp(verdict, gap, least, proved or tied, text, changed, kind)


def _worth(search: _Search, pairs: IntArray) -> Worth:
    """Return what counts of the pairs that demands leave free."""
    values = search.problem.scores.at(pairs[:, 0], pairs[:, 1]).tolist()
    going = 0
    if search.first is not None:
        offset = search.problem.scores.shape[0] if search.problem.two_sided else 0
        going = int(search.first[pairs[:, 0]].sum() + search.first[pairs[:, 1] + offset].sum())
    worst = min(values, default=0) if search.problem.objective == "worst_first" else None
    return Worth(len(pairs), going, worst, sum(values))


def _unknown(outcome: Outcome, least: float | None) -> str:
    if not least:
        return "The proof alone does not tell how far this set of pairs is ahead of the second best."
    most = "" if outcome.objective == "best_total" else " with as many pairs"
    return (
        f"Every other set of pairs{most} is at least {least:.6f} points of total score short of this one; how much "
        "exactly was not worked out."
    )


def _text(outcome: Outcome, verdict: str, gap: Price, least: float | None, differs: str, changes: int) -> str:
    others = f"{counted(changes, 'person has', 'people have')} another partner there, or none"
    if verdict == "tied":
        return f"Another set of pairs is exactly as good: in it {differs}. {others[0].upper()}{others[1:]}."
    short = price_words(outcome, gap, digits=6)
    if verdict == "not worked out":
        return f"{_unknown(outcome, least)} The nearest one that was found is {short} short: in it {differs}."
    return f"No other set of pairs is as good. The second best falls short by {short}: in it {differs}; {others}."


def _one_that_differs(outcome: Outcome, after: IntArray) -> str:
    """Name one pair that is not there any more, and what becomes of the two."""
    size = len(outcome.cohort(1))
    now, later = (pairs[:, 0] * size + pairs[:, 1] for pairs in (outcome.pairs, after))
    lost = outcome.pairs[~np.isin(now, later)]
    if not len(lost):
        u, v = after[~np.isin(later, now)][0].tolist()
        return f"{outcome.label(0, u)} and {outcome.label(1, v)} are a pair as well"
    u, v = lost[0].tolist()
    fresh = after[~np.isin(later, now)]
    partners = [outcome.label(1, b) for a, b in fresh.tolist() if a == u]
    if not outcome.two_sided:
        partners += [outcome.label(0, a) for a, b in fresh.tolist() if b == u]
    if not partners:
        return f"{outcome.label(0, u)} and {outcome.label(1, v)} are not a pair"
    return f"{outcome.label(0, u)} is with {listing(partners)}, not with {outcome.label(1, v)}"
