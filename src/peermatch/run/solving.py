"""From scores to a checked matching with what is known about it.

Everything is fitted and scored in the canonical order of ids. The solver then sees people in the order of a keyed hash
of (round, id), so that ties are broken the same way whatever the order of rows, yet by another order every round:
nobody loses every round for their id's sake.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from peermatch.criteria import (
    Sides,
    key_of,
    refuse,
)
from peermatch.errors import VerificationError
from peermatch.explain.wording import score_text
from peermatch.pairing import CertificateView, Seating
from peermatch.problem import (
    FlowCertificate,
    FlowProblem,
    IntArray,
    LeximinCertificate,
    Matching,
    PairScores,
    Problem,
    ProtectedCertificate,
    ShortageCertificate,
    Solver,
    Stability,
    Status,
    WorstFirstCertificate,
    scores_above,
)
from peermatch.report import OddView
from peermatch.run.conflicts import Demands, conflict_of_shortage
from peermatch.run.first import first_places_of, going_first, protected_sentence
from peermatch.run.near import nearest
from peermatch.run.odd import seat_left_over
from peermatch.run.or_none import OR_NONE, asks, or_none_sentence, solve_or_none
from peermatch.run.people import Capacity
from peermatch.run.request import Request
from peermatch.scoring import LazyScores, StatedScores
from peermatch.solvers import Transport
from peermatch.verify import Proof, check_valid, prove

__all__ = ["Solved", "free_problem", "solve", "solving_order"]


@dataclass(frozen=True, eq=False)
class Solved:
    """A checked matching, what is known about it, the problem that demands left free, and whom its positions mean."""

    matching: Matching
    certificate: CertificateView
    problem: Problem
    positions: tuple[IntArray, IntArray]
    odd: OddView | None = None
    seating: Seating | None = None


def solving_order(ids: Iterable[Any], round: str | None) -> IntArray:
    """Return positions in the order of a keyed hash of (round, id).

    Examples
    --------
    >>> sorted(solving_order(["a", "b", "c"], "2026-12").tolist())
    [0, 1, 2]
    """
    salt = hashlib.blake2b(repr(round).encode(), digest_size=32).digest()
    digests = [
        hashlib.blake2b(repr(key_of(id)).encode("utf-8", "surrogatepass"), key=salt, digest_size=16).digest()
        for id in ids
    ]
    return np.array(sorted(range(len(digests)), key=digests.__getitem__), dtype=np.int64)


def solve(
    scores: LazyScores | StatedScores,
    required: IntArray,
    capacity: Capacity,
    sides: Sides,
    objective: str,
    floor: int | None,
    solver: Solver,
    request: Request,
    demands: Demands | None = None,
    odd: str = "sit_out",
) -> Solved:
    """Solve what demands leave free, check the answer and its proof, and put the demanded pairs back."""
    problem, left, right = free_problem(
        scores, required, capacity, sides, objective, floor, request.round, demands
    )
    if request.first is not None:
        solver = going_first(solver, problem, first_places_of(request.first, sides, left, right))
    if request.updater is not None:
        solver = request.updater.among(left, right)
    request.control.report("solving")
    choosy: Capacity = (None, None) if demands is None else _choosy(demands, (left, right))
    if isinstance(solver, Transport) and asks(choosy):
        free = solve_or_none(problem, choosy, solver, sides.names, request.control)
    else:
        free = solver.solve(problem, control=request.control)
    if demands is not None and isinstance(free.certificate, ShortageCertificate):
        _trust(prove(problem, free), solver)
        refuse([conflict_of_shortage(demands, free.certificate, (left, right))])
    if request.near:
        free = nearest(problem, free, request.near, sides, (left, right), request.control)
    _check(free, problem)
    request.control.report("proving")
    proof = _trust(prove(problem, free), solver)
    pairs = np.concatenate([np.stack([left[free.pairs[:, 0]], right[free.pairs[:, 1]]], axis=1), required])
    # what is demanded is put back whatever people stated, so it is held against the scores alone
    bare = scores.base if isinstance(scores, StatedScores) else scores
    whole = Problem(bare, objective, capacity)
    matching = Matching.of(
        whole,
        pairs,
        status=free.status,
        solver=free.solver,
        certificate=free.certificate,
        gap=free.gap,
        pairs_gap=free.pairs_gap,
        worst_gap=free.worst_gap,
        stats=free.stats,
        stability=in_positions(free.stability, left, right, required, sides),
    )
    _check(matching, whole)
    view = CertificateView(
        kind="none" if free.certificate is None else free.certificate.kind,
        status=str(free.status),
        verified=proof.verified,
        gap=None if free.gap is None else free.gap / 2**30,
        pairs_gap=free.pairs_gap,
        pairs_covered=proof.pairs_covered,
        sentence=_sentence(free, proof, objective, len(required) > 0, isinstance(problem, FlowProblem)),
        evidence=free.certificate,
        vertices=_vertices(problem, free, left, right),
        worst_gap=free.worst_gap / 2**30 if objective == "worst_first" and free.gap is not None else None,
    )
    if odd != "trio":
        return Solved(matching, view, problem, (left, right))
    order = solving_order(sides.left.ids, request.round)
    seated = seat_left_over(free, view, problem, bare, required, order, floor, request)
    return Solved(seated[0], seated[1], problem, (left, right), seated[2], seated[3])


def free_problem(
    scores: LazyScores | StatedScores,
    required: IntArray,
    capacity: Capacity,
    sides: Sides,
    objective: str,
    floor: int | None,
    round: str | None,
    demands: Demands | None = None,
) -> tuple[Problem, IntArray, IntArray]:
    """Return what demanded pairs leave to be solved, and whom its rows and columns mean."""
    left, right, places = _free(required, capacity, sides, round)
    twice = len(required) and all(part is not None for part in capacity)
    # where both of a demanded pair may have places left, they are not paired again
    once = scores.without(required[:, 0], required[:, 1]) if twice else scores
    open_scores: PairScores = once.take(left, right)
    if floor is not None:
        open_scores = scores_above(open_scores, floor)
    still: Capacity = (None, None) if demands is None else _still_needed(demands, (left, right))
    if any(part is not None and bool((part > 0).any()) for part in still):
        return FlowProblem(open_scores, objective, places, still), left, right
    return Problem(open_scores, objective, places), left, right


def in_positions(
    stability: Stability | None, left: IntArray, right: IntArray, required: IntArray, sides: Sides
) -> Stability | None:
    """Return what a stable solver found out with positions of those who take part in place of its own."""
    if stability is None:
        return None
    partition = None
    if stability.partition is not None:
        partition = np.arange(sides.shape[0], dtype=np.int64)
        partition[required[:, 0]], partition[required[:, 1]] = required[:, 1], required[:, 0]
        partition[left] = left[stability.partition]
    blocking = stability.blocking
    if blocking is not None:
        pairs = np.stack([left[blocking.pairs[:, 0]], right[blocking.pairs[:, 1]]], axis=1)
        gains = blocking.gains
        if not sides.two_sided:
            turned = pairs[:, 0] > pairs[:, 1]
            pairs, gains = (
                np.where(turned[:, None], pairs[:, ::-1], pairs),
                np.where(turned[:, None], gains[:, ::-1], gains),
            )
        order = np.lexsort((pairs[:, 1], pairs[:, 0]))
        blocking = replace(blocking, pairs=pairs[order], gains=gains[order])
    dropped = stability.dropped
    if not sides.two_sided and len(dropped):
        dropped = left[dropped]
        dropped = dropped[np.lexsort((dropped[:, 1], dropped[:, 0]))]
    return replace(stability, partition=partition, blocking=blocking, dropped=dropped)


def _trust(proof: Proof, solver: Solver) -> Proof:
    """Return a proof that holds."""
    if proof.faults:
        raise VerificationError(f"The answer of {solver.name!r} does not hold: {_listed(proof.faults)}.")
    return proof


def _still_needed(demands: Demands, positions: tuple[IntArray, IntArray]) -> Capacity:
    """Return how many partners people need once demanded pairs are made."""
    found: list[IntArray | None] = []
    for hand, order in enumerate(positions):
        if demands.minimum[hand] is None and demands.or_none[hand] is None:
            found.append(None)
            continue
        still = demands.least(hand) - demands.held(hand, demands.locks)
        found.append(np.maximum(0, still)[order])
    return (found[0], found[1])


def _choosy(demands: Demands, positions: tuple[IntArray, IntArray]) -> Capacity:
    """Return how many partners people take if they take any, where that is still to be decided."""
    left, right = (demands.free_choice(hand) for hand in (0, 1))
    return (
        None if left is None else left[positions[0]],
        None if right is None else right[positions[1]],
    )


def _vertices(
    problem: Problem, matching: Matching, left: IntArray, right: IntArray
) -> tuple[IntArray, IntArray]:
    """Return who stands behind each vertex of the evidence."""
    # stability is one of people, and so are flows, whatever places there are
    by_person = isinstance(matching.certificate, FlowCertificate) or isinstance(problem, FlowProblem)
    if problem.many_to_many or by_person:
        return left, right
    _, rows, columns = problem.one_place_each()
    return left[rows], right[columns] if problem.two_sided else np.zeros(0, dtype=np.int64)


def _free(
    required: IntArray, capacity: Capacity, sides: Sides, round: str | None
) -> tuple[IntArray, IntArray, Capacity]:
    """Return who is left to be paired once demanded pairs are made, in solving order, and their places."""
    left, right = solving_order(sides.left.ids, round), solving_order(sides.columns_side.ids, round)
    if not sides.two_sided:
        free = left[~np.isin(left, required)]
        return free, free, (None, None)
    open_places = []
    for side, order in enumerate((left, right)):
        given = capacity[side]
        places = np.ones(len(order), dtype=np.int64) if given is None else given.copy()
        places = np.minimum(
            places, sides.shape[1 - side]
        )  # nobody can have more partners than there are people
        places -= np.bincount(required[:, side], minlength=len(order))
        open_places.append(places)
    left, right = left[open_places[0][left] > 0], right[open_places[1][right] > 0]
    found = tuple(
        None if capacity[side] is None else open_places[side][order]
        for side, order in enumerate((left, right))
    )
    return left, right, (found[0], found[1])


def _check(matching: Matching, problem: Problem) -> None:
    faults = check_valid(matching, problem)
    if faults:
        raise VerificationError(f"The answer of {matching.solver!r} is not valid: {_listed(faults)}.")


def _sentence(matching: Matching, proof: Proof, objective: str, demands: bool, minima: bool = False) -> str:
    """Say in words what is known."""
    covered = proof.pairs_covered
    checked = "checked independently" if proof.verified else "not checked independently"
    over = (
        "Proved over the one allowed pair" if covered == 1 else f"Proved over all {covered:,} allowed pairs"
    )
    if minima:
        over += ", with everybody's minimum met"
    status, gap = matching.status, matching.gap
    if status == Status.OPTIMAL and matching.certificate is not None:
        if isinstance(matching.certificate, ProtectedCertificate):
            return f"{over}: {protected_sentence(objective)} ({checked})."
        if objective == "everyone_first":
            return f"{over}: nobody can make more pairs, nor as many with a better total ({checked})."
        if isinstance(matching.certificate, WorstFirstCertificate):
            if matching.certificate.threshold is None:
                return f"{over}: nobody can make any pair ({checked})."
            known = _worst_first(matching.certificate, demands)
            return f"{over}: {known}; and with such a weakest pair no total is better ({checked})."
        if isinstance(matching.certificate, LeximinCertificate):
            demanded = " that is not demanded" if demands else ""
            return (
                f"{over}: nobody can make more pairs; and pair by pair{demanded}, from the weakest up, no other set of "
                f"as many pairs is better ({checked})."
            )
        return f"{over}: no other set of pairs has a better total ({checked})."
    if matching.solver == OR_NONE and status in (Status.OPTIMAL, Status.UNDECIDED):
        return or_none_sentence(matching)
    if status == Status.OPTIMAL:
        return "The best of all sets of pairs, found by looking at every one."
    if status == Status.STABLE:
        return f"{over}: no two people would both rather have each other ({checked})."
    if status == Status.NO_STABLE:
        proved = (
            f"{over}: with these preferences no set of pairs is stable ({checked})"
            if matching.certificate is not None
            else "A search through every set of pairs found none that is stable (not checked independently)"
        )
        return f"{proved}; {_made_instead(matching)}."
    if status == Status.GAP and gap is not None:
        if isinstance(matching.certificate, WorstFirstCertificate):
            return (
                f"{over}: {_worst_first(matching.certificate, demands)}. The total is not proved the best: with such "
                f"a weakest pair it could be at most {gap / 2**30:.3f} more ({checked})."
            )
        return f"Not proved the best: another answer could have at most {_more(matching, gap)} ({checked})."
    if matching.stability is not None or matching.solver in ("roommates", "deferred"):
        if matching.stats.get("stopped"):
            return (
                "Undecided: the search was stopped before it was known whether a stable set of pairs exists."
            )
        return "Undecided: it is not known whether a stable set of pairs exists; these are not proved to be stable."
    if minima and not len(matching.pairs):
        return (
            "Undecided: the search was stopped before everybody had their minimum. There are no pairs yet; give it "
            "more time."
        )
    if matching.certificate is None and not matching.stats:
        return f"Not proved: the solver {matching.solver!r} gave no proof, and a better answer may exist."
    return "Undecided: the search stopped before it was known whether a better answer exists."


def _made_instead(matching: Matching) -> str:
    """Say what the pairs are where no set of pairs is stable."""
    if not len(matching.pairs):
        return "no pairs were made"
    blocking = matching.blocking_pairs
    if blocking is None:
        return "these pairs are not stable either"
    others = "1 other pair" if len(blocking) == 1 else f"{len(blocking):,} other pairs"
    made = f"pairs were made all the same, and {others} would leave for each other"
    if len(blocking) == blocking.at_least:
        return f"{made}: as few as can be"
    return f"{made}; whatever pairs are made, at least {blocking.at_least:,} would"


def _listed(faults: Sequence[str]) -> str:
    """Return the first few faults in one line."""
    return "; ".join(fault.rstrip(".") for fault in faults[:3])


def _worst_first(certificate: WorstFirstCertificate, demands: bool) -> str:
    """Say what is proved about the number of pairs and the weakest one."""
    which = "the weakest pair that is not demanded" if demands else "the weakest pair"
    weakest = score_text(certificate.threshold or 0)
    return f"nobody can make more pairs; {which} could not be better than its {weakest} with as many pairs"


def _more(matching: Matching, gap: int) -> str:
    """Say by how much another answer could be better, at most, in what comes first too."""
    parts = [f"{gap / 2**30:.3f} more in total"]
    if matching.worst_gap:
        parts.insert(0, f"a weakest pair that is {matching.worst_gap / 2**30:.3f} better")
    if matching.pairs_gap:
        parts.insert(0, f"{matching.pairs_gap} more pairs")
    return " and ".join(parts)
