"""Trios of a saved result, checked again: who meets whom, what it is worth, and what others could be worth at most."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from peermatch.errors import InputError
from peermatch.problem import GRID, IntArray, PairScores, Problem, Status, TrioMatching, TrioProblem
from peermatch.verify.document_checks import trios_of
from peermatch.verify.document_reading import ReadDocument
from peermatch.verify.evidence_certificate import STATUSES, ReadMatching, read_matching, read_pairs
from peermatch.verify.evidence_problem import ReadAsked
from peermatch.verify.evidence_reading import choice, items, member, number, record, refuse, whole, wholes
from peermatch.verify.evidence_scores import EvidenceScores
from peermatch.verify.proof import Proof
from peermatch.verify.trios import prove_trios

__all__ = ["trio_faults"]

_MOST_AT_ONCE = 5_000
"""One trio among so many people is looked for in a table of all pairs."""


def trio_faults(
    read: ReadDocument,
    told: Mapping[str, Any],
    asked: ReadAsked,
    scores: EvidenceScores,
    sitting_out: tuple[ReadMatching, bool],
) -> list[str]:
    """List what is wrong with the trios.

    Parameters
    ----------
    read : ReadDocument
    told : mapping
        ``evidence["trios"]``.
    asked : ReadAsked
    scores : EvidenceScores
        Of all who take part.
    sitting_out : (ReadMatching, bool)
        The pairs where those left over sit out, and whether what is claimed of them was proved.
    """
    where, n = "evidence.trios", scores.shape[0]
    order = wholes(member(told, "order", where), f"{where}.order", n, 0, n - 1)
    if len(np.unique(order)) < n:
        refuse(f"{where}.order", "everybody once", found="somebody twice")
    able = wholes(member(told, "able", where), f"{where}.able", None, 0, n - 1)
    if (np.diff(able) <= 0).any():
        refuse(f"{where}.able", "ascending positions", found="some that are not")
    if len(able) > _MOST_AT_ONCE:
        return [f"A bound on trios is checked for up to {_MOST_AT_ONCE:,} people."]
    place = np.argsort(order)
    ordered = scores.take(order, order)
    problem = TrioProblem(
        ordered if asked.floor is None else ordered.at_least(asked.floor),
        np.sort(place[asked.required], axis=1).reshape(-1, 2),
        asked.objective,
    )
    found = _trio_matching(told, where, able, problem.scores)
    try:
        proof = prove_trios(problem, found)
    except InputError:
        raise
    except (ValueError, OverflowError, IndexError) as error:  # numbers that no such proof can have
        return [f"The trios cannot be checked: {error}"]
    faults = [f"Of the trios: {fault}" for fault in proof.faults]
    return faults + _group_faults(read, found, order) + _claim_faults(read, found, proof, sitting_out)


def _trio_matching(told: Mapping[str, Any], where: str, able: IntArray, scores: PairScores) -> TrioMatching:
    n = scores.shape[0]

    def among(value: Any, here: str, people: IntArray) -> Any:
        size = len(people)
        few = scores.take(people, people)  # type: ignore[attr-defined]  # scores from evidence have it
        return read_matching(value, here, (size, size)).of(Problem(few))

    def number_at(key: str) -> int:
        return whole(member(told, key, where), f"{where}.{key}")

    bound, base = member(told, "bound", where), member(told, "base", where)
    shown = []
    for k, one in enumerate(items(member(told, "shown", where), f"{where}.shown")):
        here = f"{where}.shown[{k}]"
        group = wholes(member(record(one, here), "group", here), f"{here}.group", None, 0, n - 1)
        others = among(member(one, "others", here), f"{here}.others", np.setdiff1d(able, group))
        shown.append((group, others))
    return TrioMatching(
        pairs=read_pairs(member(told, "pairs", where), f"{where}.pairs", n, n),
        trios=read_pairs(member(told, "trios", where), f"{where}.trios", n, n, 3),
        left=number_at("left"),
        value=number_at("value"),
        without=number_at("without"),
        bound=None if bound is None else whole(bound, f"{where}.bound"),
        status=Status(choice(member(told, "status", where), f"{where}.status", STATUSES)),
        able=able,
        base=None if base is None else among(base, f"{where}.base", able),
        evidence=tuple(shown),
    )


def _group_faults(read: ReadDocument, found: TrioMatching, order: IntArray) -> list[str]:
    """The result's pairs and trios are those that were checked."""
    at = read.taking_part[0]
    made = {frozenset((at[pair.a], at[pair.b])) for pair in read.pairs if pair.group_id == pair.pair_id}
    trios = {frozenset(at.get(key, -1) for key in trio) for _, trio in trios_of(read)}
    faults = []
    if made != {frozenset(pair) for pair in order[found.pairs].tolist()}:
        faults.append("The evidence of the trios is about other pairs than those of the result.")
    if trios != {frozenset(trio) for trio in order[found.trios].tolist()}:
        faults.append("The evidence of the trios is about other trios than those of the result.")
    return faults


def _claim_faults(
    read: ReadDocument, found: TrioMatching, proof: Proof, sitting_out: tuple[ReadMatching, bool]
) -> list[str]:
    """What the result says of trios, and of its certificate where there are some, is what was proved."""
    claim, odd, faults = read.claim, read.odd, []
    free, verified = sitting_out
    if odd is None:
        return ["The evidence speaks of trios, and the result does not."]
    bound = member(odd, "bound", "odd")
    stated = {key: number(member(odd, key, "odd"), f"odd.{key}") for key in ("left", "total", "sitting_out")}
    known = {"left": found.left, "total": found.value / (2 * GRID), "sitting_out": found.without / (2 * GRID)}
    faults += [
        f"odd.{key} is {stated[key]:g}; by the evidence it is {known[key]:g}."
        for key in known
        if stated[key] != known[key]
    ]
    if (None if bound is None else number(bound, "odd.bound")) != (
        None if found.bound is None else found.bound / (2 * GRID)
    ):
        faults.append("The bound on trios is another one than that of the evidence.")
    if bool(member(odd, "verified", "odd")) and not proof.verified and not proof.faults:
        faults.append("The trios are called verified, and nothing proves their bound.")
    known_trios = found.bound is not None and len(found.trios) > 0
    if not known_trios:
        gap = None if free.gap is None else 2 * free.gap
        expected = (str(free.status), gap, verified)
    else:
        optimal = found.status == Status.OPTIMAL and free.status == Status.OPTIMAL
        expected = (
            str(Status.OPTIMAL if optimal else Status.GAP),
            found.gap or 0,
            verified and proof.verified,
        )
    if (claim.status, claim.gap) != expected[:2]:
        faults.append("Status or gap of the result are not those that the evidence of its trios gives.")
    if claim.verified and not expected[2] and not proof.faults:
        faults.append("The result is called verified, and its certificate proves nothing.")
    return faults
