"""Whoever is left over joins a pair: from a checked matching to one with trios, and what that costs in words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from peermatch.errors import VerificationError
from peermatch.explain.wording import counted
from peermatch.pairing import CertificateView, Seating
from peermatch.problem import (
    GRID,
    IntArray,
    Matching,
    PairScores,
    Problem,
    Status,
    TrioMatching,
    TrioProblem,
    scores_above,
)
from peermatch.report import OddView
from peermatch.run.request import Request
from peermatch.solvers.trios import join_trios
from peermatch.verify import Proof, check_valid, prove_trios

__all__ = ["points", "seat_left_over"]


def seat_left_over(
    free: Matching,
    view: CertificateView,
    problem: Problem,
    scores: PairScores,
    required: IntArray,
    order: IntArray,
    floor: int | None,
    request: Request,
) -> tuple[Matching, CertificateView, OddView | None, Seating | None]:
    """Let those whom the pairs leave over join one each, check the answer, and say what is known about it.

    Parameters
    ----------
    free : Matching
        What the solver returned: of those whom demanded pairs leave free, in solving order.
    view : CertificateView
        What is known about it.
    problem : Problem
        What it was given.
    scores : PairScores
        Of all who take part.
    required : int64 array, shape (r, 2)
        Demanded pairs; one person may join each.
    order : int64 array
        All who take part in solving order.
    floor : int or None
        On the grid of 2**-30: no two of a trio score less.
    """
    place = np.argsort(order)
    take = getattr(scores, "take", None)
    assert callable(take)  # people's scores have it
    ordered: PairScores = take(order, order)
    trio_problem = TrioProblem(
        ordered if floor is None else scores_above(ordered, floor),
        np.sort(place[required], axis=1).reshape(-1, 2),
        problem.objective,
    )
    request.control.report("seating")
    found = join_trios(trio_problem, free, control=request.control)
    # the pairs behind the bound are proved already, unless others had to be found for it
    covered = view.pairs_covered if found.base is free and view.verified else None
    proof = prove_trios(trio_problem, found, base_covered=covered)
    if proof.faults:
        raise VerificationError(f"The trios do not hold: {'; '.join(proof.faults[:3])}.")
    whole = Problem(scores, problem.objective)
    proved = found.status == Status.OPTIMAL and free.status == Status.OPTIMAL
    known = found.bound is not None and len(found.trios) > 0
    status = free.status if not known else Status.OPTIMAL if proved else Status.GAP
    matching = Matching.of(
        whole,
        order[found.pairs],
        trios=order[found.trios],
        status=status,
        solver=free.solver,
        certificate=None if len(found.trios) else free.certificate,
        gap=-(-(found.gap or 0) // 2) if known else free.gap,
        pairs_gap=free.pairs_gap,
        worst_gap=free.worst_gap,
        stats={**free.stats, "trios": len(found.trios)},
    )
    faults = check_valid(matching, whole, required=required)
    if faults:
        raise VerificationError(f"The trios are not valid: {'; '.join(faults[:3])}.")
    if not found.left:
        return matching, view, None, None
    shown = _certificate(view, found, proof, status, known)
    return matching, shown, _odd_view(found, proof), Seating(free, found, order)


def _certificate(
    view: CertificateView, found: TrioMatching, proof: Proof, status: Status, known: bool
) -> CertificateView:
    """What is known about pairs and trios together; the evidence is that of the pairs where people sit out."""
    if not len(found.trios):
        shown = " That no trio is possible is proved." if found.status == Status.OPTIMAL else ""
        return replace(view, sentence=view.sentence + shown)
    if not known:
        added = (
            "This is of the pairs where people sit out. Of these pairs, the best were chosen for those left over to "
            "join; it is not proved that no other pairs would suit trios better."
        )
        return replace(view, sentence=f"{view.sentence} {added}")
    verified = view.verified and proof.verified
    checked = "checked independently" if verified else "not checked independently"
    trios = counted(len(found.trios), "trio")
    if status == Status.OPTIMAL and view.evidence is None:
        sentence = f"{view.sentence} With {trios}, no other pairs have a better total ({checked})."
    elif status == Status.OPTIMAL:
        over = f"Proved over all {view.pairs_covered:,} allowed pairs"
        sentence = f"{over}: no other pairs with {trios} have a better total ({checked})."
    else:
        more = points(found.gap or 0)
        sentence = f"Not proved the best: other pairs with {trios} could have at most {more} more in total ({checked})."
    return replace(
        view, status=str(status), verified=verified, gap=(found.gap or 0) / (2 * GRID), sentence=sentence
    )


def _odd_view(found: TrioMatching, proof: Proof) -> OddView:
    return OddView(
        kind="trio",
        left=found.left,
        seated=len(found.trios),
        total=found.value / (2 * GRID),
        sitting_out=found.without / (2 * GRID),
        bound=None if found.bound is None else found.bound / (2 * GRID),
        verified=proof.verified,
        called=(),
        sentence=_sentence(found),
    )


def _sentence(found: TrioMatching) -> str:
    left, seated = found.left, len(found.trios)
    over = f"{counted(left, 'person', 'people')} would have been left over"
    if not seated:
        return f"{over}, and rules let no pair take anyone in."
    if seated == left:
        joined = " and joins a pair as a third" if left == 1 else "; each of them joins a pair as a third"
    else:
        joined = f"; {seated:,} of them {'joins' if seated == 1 else 'join'} a pair as a third"
    out = "one person sat out" if left == 1 else f"all {left:,} sat out"
    lost = f"{points(abs(found.loss))} is {'lost' if found.loss > 0 else 'gained'}"
    difference = f"{points(found.value)}, against {points(found.without)} if {out}: {lost}"
    best = ""
    if found.gap is not None:
        best = (
            f" At most {points(found.gap)} more is possible."
            if found.gap
            else " No better total is possible."
        )
    return f"{over}{joined}. With {counted(seated, 'trio')} the total is {difference}.{best}"


def points(doubled: int) -> str:
    """Return twice a sum of scores as points of score, rounded to thousandths.

    Examples
    --------
    >>> points(3 << 30)
    '1.500'
    """
    return f"{doubled / (2 * GRID):,.3f}"
