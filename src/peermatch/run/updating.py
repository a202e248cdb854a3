"""One update: people came and went, and the rest keep their partners unless a change is worth it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from peermatch.cohort.aside import is_missing, read_table
from peermatch.criteria import EnforcedRule, Enforcement, Rule
from peermatch.errors import ConfigError, InfeasibleError, InputError, VerificationError, error_item
from peermatch.explain.outcome import KEPT_PAIRS
from peermatch.explain.wording import counted
from peermatch.pairing import CertificateView, Pairing
from peermatch.problem import GRID, Control, IntArray, Matching, Problem, Solver, Status
from peermatch.report import UpdateView
from peermatch.run.changes import changes_of
from peermatch.run.conflicts import Demands
from peermatch.run.earlier import Earlier, find_earlier, open_places
from peermatch.run.floor import floor_on_grid
from peermatch.run.or_none import asks
from peermatch.run.request import Request
from peermatch.run.snapshot import Snapshot
from peermatch.run.solving import free_problem
from peermatch.run.way import Prepared, finish, prepare
from peermatch.solvers import Blossom, Change, at_price, break_at_most
from peermatch.solvers.nearest import in_problem
from peermatch.solvers.updating import as_part_of_all
from peermatch.verify import Proof, prove

if TYPE_CHECKING:
    from peermatch.matcher import PeerMatcher

__all__ = ["Mode", "update_people"]


@dataclass(frozen=True)
class Mode:
    """How much may change: all pairs are kept, each broken one has a price, or at most so many are broken."""

    price: float | None = None
    at_most: int | None = None

    @property
    def name(self) -> str:
        """The mode's name in results."""
        return "price" if self.price is not None else "at_most" if self.at_most is not None else "keep"


def update_people(
    matcher: PeerMatcher, solver: Solver, request: Request, previous: Any, mode: Mode
) -> Pairing:
    """Pair people anew from an earlier result: the whole way."""
    if matcher.group_floor is not None:
        raise ConfigError("update() does not take a floor for a group. Leave group_floor out of the matcher.")
    snapshot = Snapshot.of(previous, "previous", matcher.sides)
    _check_sides(snapshot, matcher)
    asked = replace(request, previous=snapshot)
    request = replace(_same_round(request, snapshot), asked=asked)
    ready = prepare(matcher, request, solver)
    earlier = find_earlier(ready, snapshot, matcher.floor)
    if mode.name == "keep":
        return _keeping(matcher, solver, request, ready, earlier)
    _refuse_places(ready)
    updater = Updater(mode, earlier.possible, solver)
    pairing = finish(matcher, solver, replace(request, updater=updater), ready)
    return updater.told(pairing, earlier, matcher)


def _refuse_places(ready: Prepared) -> None:
    """A price is exact where the engine for pairs is: not with minima, nor with several places on both sides."""
    many = all(part is not None and len(part) and int(part.max()) > 1 for part in ready.capacity)
    minima = asks(ready.or_none) or any(part is not None and bool((part > 0).any()) for part in ready.minimum)
    if many or minima:
        what = "minima (at_least)" if minima else "several places on both sides"
        raise ConfigError(
            f"update(price=) and update(at_most=) do not go with {what}. keep='all' does: it keeps every pair."
        )


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


# ---- every pair is kept ---------------------------------------------------------------------------------


def _keeping(
    matcher: PeerMatcher, solver: Solver, request: Request, ready: Prepared, earlier: Earlier
) -> Pairing:
    """Keep whatever may be kept: these pairs are made first, like demanded ones, and the rest is matched."""
    required = ready.enforcement.required
    _check_room(ready, earlier.possible)
    enforcement = _with_kept(ready.enforcement, earlier.possible)
    pairing = finish(matcher, solver, request, replace(ready, enforcement=enforcement))
    floor = floor_on_grid(matcher.floor)
    demands = Demands(
        ready.sides, ready.enforcement, ready.capacity, ready.minimum, frozenset(), ready.or_none
    )
    problem, left, right = free_problem(
        ready.scores, required, ready.capacity, ready.sides, matcher.objective, floor, request.round, demands
    )
    # with "so many or none" the plain problem is another question
    best = None if asks(ready.or_none) else _best(problem, ready.solver or solver, request.control)
    view = pairing.certificate
    said = view.sentence[:1].lower() + view.sentence[1:]
    known = replace(
        view, sentence=f"{counted(len(earlier.possible), 'earlier pair')} kept. For everybody else: {said}"
    )
    whole = _Whole(ready.scores, ready.enforcement.required, problem, (left, right))
    update = _view(Mode(), pairing, earlier, whole, best)
    return replace(pairing, certificate=known, update=update)


def _with_kept(enforcement: Enforcement, possible: IntArray) -> Enforcement:
    """Return the rules with one more, which demands that these pairs stay."""
    required = enforcement.required
    names = dict(zip(map(tuple, required.tolist()), enforcement.demanded_by, strict=False))
    kept = np.unique(np.concatenate([required, possible]), axis=0).reshape(-1, 2)
    rule = EnforcedRule(
        Rule("require", KEPT_PAIRS), None, 0, f"{counted(len(possible), 'earlier pair')} kept"
    )
    demanded_by = tuple(names.get(tuple(pair), KEPT_PAIRS) for pair in kept.tolist())
    return replace(enforcement, rules=(*enforcement.rules, rule), required=kept, demanded_by=demanded_by)


def _check_room(ready: Prepared, possible: IntArray) -> None:
    """Kept pairs must fit into the places that people have today."""
    sides = ready.sides
    demanded = {tuple(pair) for pair in ready.enforcement.required.tolist()}
    asked = np.array([pair for pair in possible.tolist() if tuple(pair) not in demanded], dtype=np.int64)
    if not sides.two_sided or not len(asked):
        return
    cohorts, places = (sides.left, sides.columns_side), open_places(ready)
    for hand, cohort in enumerate(cohorts):
        over = np.flatnonzero(np.bincount(asked[:, hand], minlength=len(cohort)) > places[hand])
        if not len(over):
            continue
        mine = asked[asked[:, hand] == over[0]]
        id, there = cohort.ids[over[0]], int(places[hand][over[0]])
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

    def told(self, pairing: Pairing, earlier: Earlier, matcher: PeerMatcher) -> Pairing:
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
        # solved again under other weights there would be no price
        return replace(pairing, certificate=certificate, update=update, resolve=None)

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
    earlier: Earlier,
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
