"""One update: people came and went, and the rest keep their partners unless a change is worth it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from peermatch.cohort.aside import is_missing, read_table
from peermatch.criteria import EnforcedRule, Enforcement, Rule, key_of
from peermatch.criteria.strangers import count_strangers
from peermatch.errors import ConfigError, InfeasibleError, InputError, VerificationError, error_item
from peermatch.explain import shown_name
from peermatch.explain.wording import counted
from peermatch.pairing import CertificateView, Pairing
from peermatch.problem import GRID, Control, IntArray, Matching, Problem, Solver, Status
from peermatch.report import UpdateView
from peermatch.run.changes import changes_of
from peermatch.run.floor import floor_on_grid
from peermatch.run.request import Request
from peermatch.run.snapshot import Snapshot
from peermatch.run.solving import free_problem
from peermatch.run.way import Prepared, finish, prepare
from peermatch.solvers import Blossom, Change, at_price, break_at_most
from peermatch.solvers.updating import as_part_of_all
from peermatch.verify import Proof, prove

if TYPE_CHECKING:
    from peermatch.matcher import PeerMatcher

__all__ = ["Mode", "update_people"]

LOCKED, NO_PLACE = "a demanded pair takes the place", "no place to give this time"

_Ended = dict[tuple[tuple[str, Any], tuple[str, Any]], str]


@dataclass(frozen=True)
class Mode:
    """How much may change: all pairs are kept, each broken one has a price, or at most so many are broken."""

    price: float | None = None
    at_most: int | None = None

    @property
    def name(self) -> str:
        """The mode's name in results."""
        return "price" if self.price is not None else "at_most" if self.at_most is not None else "keep"


@dataclass(frozen=True, eq=False)
class _Earlier:
    """The earlier pairs: as they came, those of two who are here (positions), and those that may still be made."""

    snapshot: Snapshot
    present: IntArray
    possible: IntArray
    ended: _Ended


def update_people(
    matcher: PeerMatcher, solver: Solver, request: Request, previous: Any, mode: Mode
) -> Pairing:
    """Pair people anew from an earlier result: the whole way."""
    snapshot = Snapshot.of(previous, "previous", matcher.sides)
    _check_sides(snapshot, matcher)
    request = _same_round(request, snapshot)
    ready = prepare(matcher, request, solver)
    earlier = _earlier(ready, snapshot, matcher.floor)
    if mode.name == "keep":
        return _keeping(matcher, solver, request, ready, earlier)
    updater = Updater(mode, earlier.possible, solver)
    pairing = finish(matcher, solver, replace(request, updater=updater), ready)
    return updater.told(pairing, earlier, matcher)


def _check_sides(snapshot: Snapshot, matcher: PeerMatcher) -> None:
    if snapshot.two_sided is None or snapshot.two_sided == (matcher.sides is not None):
        return
    was, now = ("two sides", "one pool") if snapshot.two_sided else ("one pool", "two sides")
    raise InputError(
        error_item("bad_result", f"previous is a result of {was}, and this matcher pairs people of {now}.")
    )


def _same_round(request: Request, snapshot: Snapshot) -> Request:
    """An update is of the same round: its name stays, and its own pairs in the history forbid nothing."""
    name = snapshot.round if request.round is None else request.round
    history = request.history
    if history is not None and name is not None:
        frame = read_table(history, what="history")
        if "round" in frame.columns:
            own = [not is_missing(cell) and str(cell) == name for cell in frame["round"]]
            history = frame[[not one for one in own]].reset_index(drop=True)
    return replace(request, round=name, history=history)


# ---- earlier pairs --------------------------------------------------------------------------------------


def _earlier(ready: Prepared, snapshot: Snapshot, floor: float | None) -> _Earlier:
    """Find the earlier pairs among the people of today, and say of those that cannot be made any more why."""
    sides = ready.sides
    absent = {
        key_of(id)
        for cohort in ready.everyone
        if cohort is not None
        for id, out in zip(cohort.ids, cohort.reasons_out, strict=True)
        if out is not None
    }
    first, second = ([sides.as_written(pair[k]) for pair in snapshot.pairs] for k in (0, 1))
    snapshot = replace(
        snapshot, pairs=[(a, b, pair[2]) for a, b, pair in zip(first, second, snapshot.pairs, strict=True)]
    )
    if first:
        count_strangers([*first, *second], sides, "previous", absent=absent)
    _, u, v = sides.pairs_of(first, second)
    present = np.stack([u, v], axis=1)
    if not sides.two_sided:
        present = np.sort(present, axis=1)
    reasons = _why_not(ready, present, floor)
    ended: _Ended = {}
    left, right = sides.left.ids, sides.columns_side.ids
    for (one, other), reason in zip(present.tolist(), reasons, strict=True):
        if reason is not None:
            a, b = key_of(left[one]), key_of(right[other])
            ended[a, b] = reason
            if not sides.two_sided:
                ended[b, a] = reason
    possible = present[[reason is None for reason in reasons]].reshape(-1, 2)
    _refuse_history_of_the_round(ready, present, possible)
    return _Earlier(snapshot, present, possible, ended)


def _why_not(ready: Prepared, present: IntArray, floor: float | None) -> list[str | None]:
    """Return for each earlier pair which rule or demand is against it; None where it may still be made."""
    reasons: list[str | None] = [None] * len(present)
    criteria = [compiled.criterion for compiled in ready.scores.criteria]
    u, v = present[:, 0], present[:, 1]
    for enforced in ready.enforcement.rules:
        if enforced.mask is None:
            continue
        for at in np.flatnonzero(enforced.mask.pairs(u, v)).tolist():
            reasons[at] = reasons[at] or f"a rule forbids the pair: {shown_name(enforced, criteria)}"
    scores = ready.scores.at(u, v)
    least = floor_on_grid(floor)
    for at, score in enumerate(scores.tolist()):
        if reasons[at] is None and least is not None and score < least:
            reasons[at] = f"a rule forbids the pair: floor of {floor:g}"
    open_places = _open_places(ready)
    demanded = {tuple(pair) for pair in ready.enforcement.required.tolist()}
    for at, (one, other) in enumerate(present.tolist()):
        if (
            reasons[at] is None
            and (one, other) not in demanded
            and not (open_places[0][one] > 0 and open_places[1][other] > 0)
        ):
            reasons[at] = LOCKED if _has_places(ready, one, other) else NO_PLACE
    return reasons


def _has_places(ready: Prepared, one: int, other: int) -> bool:
    """Whether both have any place at all."""
    pairs = zip(ready.capacity, (one, other), strict=True)
    return all(places is None or places[position] > 0 for places, position in pairs)


def _open_places(ready: Prepared) -> tuple[IntArray, IntArray]:
    """Return how many places demanded pairs leave each person of either side."""
    required, sides = ready.enforcement.required, ready.sides
    if not sides.two_sided:
        taken = np.bincount(required.ravel(), minlength=len(sides.left))
        return 1 - taken, 1 - taken
    found = []
    for hand, cohort in enumerate((sides.left, sides.columns_side)):
        given = ready.capacity[hand]
        places = np.ones(len(cohort), dtype=np.int64) if given is None else given
        found.append(places - np.bincount(required[:, hand], minlength=len(cohort)))
    return found[0], found[1]


def _refuse_history_of_the_round(ready: Prepared, present: IntArray, possible: IntArray) -> None:
    """A history that holds the very pairs that are to be kept would break all of them in silence."""
    if not len(present) or len(possible):
        return
    masks = [rule.mask for rule in ready.enforcement.rules if rule.rule.kind == "no_repeat"]
    if any(mask is not None and bool(mask.pairs(present[:, 0], present[:, 1]).all()) for mask in masks):
        raise ConfigError(
            "history= holds every pair that is to be kept, so no_repeat() would break them all. Name the round with "
            "round=, so that its own rows are passed over, or leave them out of the history."
        )


# ---- every pair is kept ---------------------------------------------------------------------------------


def _keeping(
    matcher: PeerMatcher, solver: Solver, request: Request, ready: Prepared, earlier: _Earlier
) -> Pairing:
    """Keep whatever may be kept: these pairs are made first, like demanded ones, and the rest is matched."""
    required = ready.enforcement.required
    _check_room(ready, earlier.possible)
    kept = np.unique(np.concatenate([required, earlier.possible]), axis=0).reshape(-1, 2)
    rule = EnforcedRule(
        Rule("require", "kept pairs"), None, 0, f"{counted(len(earlier.possible), 'earlier pair')} kept"
    )
    enforcement = Enforcement((*ready.enforcement.rules, rule), kept)
    pairing = finish(matcher, solver, request, replace(ready, enforcement=enforcement))
    floor = floor_on_grid(matcher.floor)
    problem, left, right = free_problem(
        ready.scores, required, ready.capacity, ready.sides, matcher.objective, floor, request.round
    )
    best = _best(problem, solver, request.control)
    view = pairing.certificate
    said = view.sentence[:1].lower() + view.sentence[1:]
    known = replace(
        view, sentence=f"{counted(len(earlier.possible), 'earlier pair')} kept. For everybody else: {said}"
    )
    whole = _Whole(ready.scores, ready.enforcement.required, problem, (left, right))
    update = _view(Mode(), pairing, earlier, whole, best)
    return replace(pairing, certificate=known, update=update)


def _check_room(ready: Prepared, possible: IntArray) -> None:
    """Kept pairs must fit into the places that people have today."""
    sides = ready.sides
    demanded = {tuple(pair) for pair in ready.enforcement.required.tolist()}
    asked = np.array([pair for pair in possible.tolist() if tuple(pair) not in demanded], dtype=np.int64)
    if not sides.two_sided or not len(asked):
        return
    cohorts, open_places = (sides.left, sides.columns_side), _open_places(ready)
    for hand, cohort in enumerate(cohorts):
        over = np.flatnonzero(np.bincount(asked[:, hand], minlength=len(cohort)) > open_places[hand])
        if not len(over):
            continue
        mine = asked[asked[:, hand] == over[0]]
        id, there = cohort.ids[over[0]], int(open_places[hand][over[0]])
        raise InfeasibleError(
            f"{id!r} has {counted(len(mine), 'earlier pair')} and now {counted(there, 'place')} for them, so not every "
            "pair can be kept. Use price= or at_most=, or take pairs out of previous.",
            [
                {"rule": "keep", "ids": [sides.left.ids[u], sides.columns_side.ids[v]]}
                for u, v in mine.tolist()
            ],
        )


def _best(problem: Problem, solver: Solver, control: Control) -> Matching | None:
    """Return the best that need not keep any pair; None where that is not proved."""
    best = solver.solve(problem, control=control)
    return best if best.status == Status.OPTIMAL and prove(problem, best).verified else None


# ---- a price, or a limit --------------------------------------------------------------------------------


class Updater:
    """Stands in for the solver: finds the answer at a price, or with at most so many broken pairs.

    What it returns is a matching of the plain problem with the true gap to the best that need not keep anything; what
    is proved of the question that was asked is kept aside.
    """

    def __init__(self, mode: Mode, possible: IntArray, solver: Solver) -> None:
        self._mode, self._possible, self._solver = mode, possible, solver
        self._positions: tuple[IntArray, IntArray] | None = None
        self._change: Change | None = None
        self._best: Matching | None = None
        self._problem: Problem | None = None
        self._held = np.zeros((0, 2), dtype=np.int64)

    @property
    def name(self) -> str:
        """That of the solver for which it stands in."""
        return self._solver.name

    @property
    def accepts(self) -> frozenset[str]:
        """What that solver accepts."""
        return self._solver.accepts

    def among(self, left: IntArray, right: IntArray) -> Updater:
        """Say whom rows and columns of the problem mean."""
        self._positions = (left, right)
        return self

    def solve(self, problem: Problem, *, control: Control | None = None) -> Matching:
        """Solve for the question that was asked, and for the best that need not keep anything."""
        assert self._positions is not None
        held = in_problem(self._possible, self._positions, two_sided=problem.two_sided)
        k = getattr(self._solver, "k", 32)
        if self._mode.price is not None:
            change = at_price(problem, held, round(self._mode.price * GRID), k=k, control=control)
        else:
            assert self._mode.at_most is not None
            change = break_at_most(problem, held, self._mode.at_most, k=k, control=control)
        best = Blossom(k=k).solve(problem, control=control)
        self._change, self._best, self._problem, self._held = change, best, problem, held
        return as_part_of_all(problem, change, best, self.name)

    def told(self, pairing: Pairing, earlier: _Earlier, matcher: PeerMatcher) -> Pairing:
        """Return the pairing with what is proved of the question that was asked."""
        change, best = self._change, self._best
        assert change is not None
        assert best is not None
        assert self._problem is not None
        assert self._positions is not None
        proof = prove(change.penalised, change.proved)
        if proof.faults:
            raise VerificationError(f"The answer to the update does not hold: {'; '.join(proof.faults[:3])}.")
        certificate = self._certificate(pairing, change, proof, matcher.objective)
        required = pairing.enforcement.required
        whole = _Whole(pairing.scores, required, self._problem, self._positions)
        known = best if best.status == Status.OPTIMAL else None
        update = _view(self._mode, pairing, earlier, whole, known, change)
        return replace(pairing, certificate=certificate, update=update)

    def _certificate(self, pairing: Pairing, change: Change, proof: Proof, objective: str) -> CertificateView:
        exact = change.gap == 0 and change.pairs_gap == 0
        verified = proof.verified and (self._mode.price is not None or self._bound_holds(change, proof))
        evidence = change.proved.certificate
        positions = self._positions
        assert positions is not None
        return CertificateView(
            kind="none" if evidence is None else evidence.kind,
            status="optimal" if exact else "gap",
            verified=verified,
            gap=None if change.gap is None else change.gap / GRID,
            pairs_gap=change.pairs_gap,
            pairs_covered=proof.pairs_covered,
            sentence=_sentence(self._mode, change, proof, objective, verified=verified),
            evidence=evidence,
            vertices=_vertices(pairing, positions),
        )

    def _bound_holds(self, change: Change, proof: Proof) -> bool:
        """Whether the duals of one price alone prove the gap that is stated: arithmetic, from the checked bound."""
        if proof.upper_bound is None or self._problem is None or self._mode.at_most is None:
            return False
        if change.proved_gap < 0:
            raise VerificationError("The answer to the update is worth more than its bound.")
        scores = self._problem.scores.at(change.pairs[:, 0], change.pairs[:, 1])
        value = sum(map(int, scores)) + change.shift * len(change.pairs)
        need = max(0, len(change.kept) - self._mode.at_most)
        stated_gap = proof.upper_bound - change.price * need - value
        if stated_gap > change.proved_gap:
            raise VerificationError("The bound of the update is not what its proof says.")
        return change.nodes == 0


@dataclass(frozen=True, eq=False)
class _Whole:
    """The scores of all, the demanded pairs, and the problem that these leave, with whom its positions mean."""

    scores: Any
    required: IntArray
    problem: Problem
    positions: tuple[IntArray, IntArray]


def in_problem(pairs: IntArray, positions: tuple[IntArray, IntArray], *, two_sided: bool) -> IntArray:
    """Return pairs of those who take part as positions of a problem; those of which it lacks somebody are left out."""
    places = []
    for hand in (0, 1):
        order = positions[hand]
        size = max(int(order.max(initial=-1)), int(pairs[:, hand].max(initial=-1))) + 1
        place = np.full(size, -1, dtype=np.int64)
        place[order] = np.arange(len(order))
        places.append(place[pairs[:, hand]])
    found = np.stack(places, axis=1).reshape(-1, 2)
    found = found[(found >= 0).all(axis=1)]
    return found if two_sided else np.sort(found, axis=1)


def _vertices(pairing: Pairing, positions: tuple[IntArray, IntArray]) -> tuple[IntArray, IntArray]:
    """Return who stands behind each entry of the evidence, which is that of the plain problem as well."""
    if pairing.certificate.vertices is not None:
        return pairing.certificate.vertices
    return positions


def _sentence(mode: Mode, change: Change, proof: Proof, objective: str, *, verified: bool) -> str:
    """Say in words what is proved."""
    checked = "checked independently" if verified else "not checked independently"
    if mode.price is not None:
        under = f"with {mode.price:g} taken off the total for every earlier pair that is broken"
    else:
        under = f"with at most {counted(mode.at_most or 0, 'earlier pair')} broken"
    if change.gap == 0 and change.pairs_gap == 0:
        over = (
            f"Proved over all {proof.pairs_covered:,} allowed pairs"
            if not change.nodes
            else f"Proved by a search through {counted(change.nodes, 'case')}, each over all "
            f"{proof.pairs_covered:,} allowed pairs"
        )
        if objective == "everyone_first":
            return (
                f"{over}: {under}, nobody can make more pairs, nor as many with a better total ({checked})."
            )
        return f"{over}: {under}, no other set of pairs has a better total ({checked})."
    if change.gap is None:
        return f"Undecided: the search was stopped before it was known what is best {under}."
    more = f"{change.gap / GRID:.3g} more in total"
    if change.pairs_gap:
        more = f"{counted(change.pairs_gap, 'more pair')} and {more}"
    return f"Not proved the best {under}: another answer could have at most {more} ({checked})."


def _view(
    mode: Mode,
    pairing: Pairing,
    earlier: _Earlier,
    whole: _Whole,
    best: Matching | None,
    change: Change | None = None,
) -> UpdateView:
    made = {tuple(pair) for pair in pairing.matching.pairs.tolist()}
    demanded = whole.scores.at(whole.required[:, 0], whole.required[:, 1]).tolist()
    return UpdateView(
        mode=mode.name,
        price=mode.price,
        at_most=mode.at_most,
        earlier=len(earlier.snapshot.pairs),
        present=len(earlier.present),
        possible=len(earlier.possible),
        kept=sum(tuple(pair) in made for pair in earlier.possible.tolist()),
        pairs=len(pairing.matching.pairs),
        total=pairing.matching.weight / GRID,
        best_pairs=None if best is None else len(best.pairs) + len(demanded),
        best_total=None if best is None else (best.weight + sum(demanded)) / GRID,
        rows=changes_of(earlier.snapshot, pairing, earlier.ended),
        problem=whole.problem,
        held=in_problem(earlier.possible, whole.positions, two_sided=whole.problem.two_sided),
        demanded=tuple(demanded),
        penalised=None if change is None else change.penalised,
        proved=None if change is None else change.proved,
    )
