"""The proof of a saved result, made again on scores that were worked out from its evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from peermatch.errors import InputError
from peermatch.problem import (
    FORBIDDEN,
    GRID,
    BoundCertificate,
    Certificate,
    FlowCertificate,
    IntArray,
    KeptScores,
    LeximinCertificate,
    NoStableCertificate,
    OptimalityCertificate,
    Problem,
    ProtectedCertificate,
    Status,
    WorstFirstCertificate,
)
from peermatch.verify.dispatch import prove
from peermatch.verify.document_reading import Key, ReadDocument
from peermatch.verify.evidence_certificate import ReadMatching, read_matching, read_pairs
from peermatch.verify.evidence_problem import FreeProblem, ReadAsked
from peermatch.verify.evidence_reading import member, number, record, whole, wholes
from peermatch.verify.evidence_scores import EvidenceScores
from peermatch.verify.evidence_trios import trio_faults
from peermatch.verify.proof import Proof
from peermatch.verify.slack import row_blocks

__all__ = ["Proved", "prove_again"]

_MOST_AT_ONCE = 5_000
"""Proofs that hold all pairs at once (leximin, one trio) are made for up to so many people."""


@dataclass
class Proved:
    """What came of it.

    Attributes
    ----------
    proof : Proof or None
        Of the certificate that is shown.
    faults : list of str
    not_checked : list of str
    """

    proof: Proof | None = None
    faults: list[str] = field(default_factory=list)
    not_checked: list[str] = field(default_factory=list)


def prove_again(
    read: ReadDocument,
    evidence: Mapping[str, Any],
    asked: ReadAsked,
    free: FreeProblem,
    scores: EvidenceScores,
    pairs: IntArray,
    certificate: Certificate | None,
) -> Proved:
    """Prove what the result's certificate claims, for the problem that was worked out again.

    Parameters
    ----------
    read : ReadDocument
    evidence : mapping
    asked : ReadAsked
    free : FreeProblem
    scores : EvidenceScores
        Of all who take part, whatever they stated.
    pairs : int64 array, shape (m, 2)
        Those of the result, as positions of those who take part.
    certificate : Certificate or None
    """
    out = Proved()
    if certificate is None:
        out.not_checked.append(_nothing_shown(read))
    elif not _fits(free.problem, certificate, out) or not _names_people(read, free, certificate, out):
        return out
    kept, trios = evidence.get("kept"), evidence.get("trios")
    if kept is not None:
        _prove_kept(read, record(kept, "evidence.kept"), asked, free, pairs, certificate, out)
    elif trios is not None:
        _prove_trios(read, record(trios, "evidence.trios"), asked, free, scores, certificate, out)
    elif read.odd is not None and read.odd.get("kind") == "trio":
        out.faults.append("The result speaks of trios, and the evidence has nothing of them.")
    else:
        _prove_plain(read, asked, free, pairs, certificate, out)
    return out


def _nothing_shown(read: ReadDocument) -> str:
    if read.claim.status == "optimal":
        return "that no other pairs are better: it was found by a search that left no certificate"
    return "whether other pairs are better: the result has no certificate"


# ---- the certificate that is shown ------------------------------------------------------------------------


def _fits(problem: Problem, certificate: Certificate, out: Proved) -> bool:
    """Whether a certificate is of the problem's size, before places are laid out one by one."""
    rows, columns = problem.scores.shape
    sides = zip(problem.capacity, (rows, columns), strict=True)
    places = sum(size if part is None else int(part.sum()) for part, size in sides)
    wanted = places if problem.two_sided else rows
    found: int | None = None
    if isinstance(certificate, OptimalityCertificate | BoundCertificate):
        found = len(certificate.vertex_duals)
    elif isinstance(certificate, WorstFirstCertificate):
        found = len(certificate.within.vertex_duals)
    elif isinstance(certificate, LeximinCertificate):
        found = len(certificate.mate)
        if found > _MOST_AT_ONCE:
            out.faults.append(
                f"A proof of leximin is checked for up to {_MOST_AT_ONCE:,} places; it has {found:,}."
            )
            return False
    elif isinstance(certificate, ProtectedCertificate):
        found, wanted = len(certificate.first), problem.n_vertices
    elif isinstance(certificate, NoStableCertificate):
        found, wanted = len(certificate.successor), rows
    if found is not None and problem.many_to_many:
        out.faults.append(
            f"A certificate of the kind {certificate.kind!r} is not for several places on both sides."
        )
        return False
    if found is not None and found != wanted:
        out.faults.append(f"The certificate is about {found} people or places; there are {wanted}.")
        return False
    return True


def _names_people(read: ReadDocument, free: FreeProblem, certificate: Certificate, out: Proved) -> bool:
    """Whether the people named beside the certificate are those of the rows and columns that it is about."""
    told = read.claim.vertices
    if told is None:
        return True
    keys = [list(side) for side in read.taking_part]
    rows, columns = free.left, free.right
    by_person = isinstance(certificate, FlowCertificate) or free.problem.many_to_many
    if not by_person and free.problem.has_places:
        repeats = [
            np.ones(len(order), dtype=np.int64) if part is None else part
            for part, order in zip(free.problem.capacity, (rows, columns), strict=True)
        ]
        if sum(int(part.sum()) for part in repeats) == len(told):
            rows, columns = np.repeat(rows, repeats[0]), np.repeat(columns, repeats[1])
    named: list[Key] = [keys[0][at] for at in rows.tolist()]
    if read.two_sided:
        named += [keys[1][at] for at in columns.tolist()]
    if tuple(named) != told and not _same_people(free, named, told, keys):
        out.faults.append("The certificate names other people than those whom the evidence solves for.")
        return False
    return True


def _same_people(free: FreeProblem, named: list[Key], told: tuple[Key, ...], keys: list[list[Key]]) -> bool:
    """Stability, and minima, are told by person whatever places there are."""
    if not free.problem.has_places:
        return False
    by_person = [keys[0][at] for at in free.left.tolist()] + [keys[1][at] for at in free.right.tolist()]
    return tuple(by_person) == told


def _prove_plain(
    read: ReadDocument,
    asked: ReadAsked,
    free: FreeProblem,
    pairs: IntArray,
    certificate: Certificate | None,
    out: Proved,
) -> None:
    inside = _inside(free, asked, pairs, read.two_sided, out)
    if inside is None:
        return
    claim = read.claim
    gap = None if claim.gap is None else claim.gap // 2
    if claim.gap is not None and claim.gap % 2:
        out.faults.append("The gap is no multiple of 2**-30.")
    made = ReadMatching(inside, Status(claim.status), gap, claim.pairs_gap, claim.worst_gap or 0, certificate)
    _conclude(read, _proof_of(free.problem, made, certificate, out), certificate, out)


def _conclude(read: ReadDocument, proof: Proof | None, certificate: Certificate | None, out: Proved) -> None:
    """Hold what was proved against what is claimed."""
    out.proof = proof
    if proof is None:
        return
    out.faults += [f"On the evidence: {fault}" for fault in proof.faults]
    claim = read.claim
    if claim.verified and not proof.verified and not proof.faults:
        out.faults.append("The result is called verified, and its certificate proves nothing.")
    if certificate is not None and claim.pairs_covered != proof.pairs_covered and not proof.faults:
        out.faults.append(
            f"The result speaks of {claim.pairs_covered} allowed pairs; by the evidence there are "
            f"{proof.pairs_covered}."
        )


def _inside(
    free: FreeProblem, asked: ReadAsked, pairs: IntArray, two_sided: bool, out: Proved
) -> IntArray | None:
    """Return the pairs that were not demanded, as positions of the problem."""
    demanded = asked.required if two_sided else np.sort(asked.required, axis=1)
    width = int(max(pairs.max(initial=0), demanded.max(initial=0))) + 1
    keys = demanded[:, 0] * width + demanded[:, 1]
    rest = pairs[~np.isin(pairs[:, 0] * width + pairs[:, 1], keys)]
    found = free.inside(rest)
    if found is None:
        out.faults.append("Somebody whom a demanded pair leaves no place stands in another pair.")
    return found


def _proof_of(
    problem: Problem, made: ReadMatching, certificate: Certificate | None, out: Proved
) -> Proof | None:
    try:
        return prove(problem, made.of(problem, certificate))
    except InputError:
        raise
    except (ValueError, OverflowError) as error:  # numbers that no proof of this sort can have
        out.faults.append(f"The certificate cannot be checked: {error}")
        return None


# ---- earlier pairs at a price -----------------------------------------------------------------------------


def _prove_kept(
    read: ReadDocument,
    kept: Mapping[str, Any],
    asked: ReadAsked,
    free: FreeProblem,
    pairs: IntArray,
    certificate: Certificate | None,
    out: Proved,
) -> None:
    """Of an update the certificate is about scores in which earlier pairs are worth so much more."""
    where = "evidence.kept"
    shape = (len(read.taking_part[0]), len(read.taking_part[1]))
    earlier = read_pairs(member(kept, "pairs", where), f"{where}.pairs", *shape)
    bonus = wholes(member(kept, "bonus", where), f"{where}.bonus", len(earlier), 0, 2**58)
    shift = whole(member(kept, "shift", where), f"{where}.shift", 0, 2**58)
    at_most = member(kept, "at_most", where)
    at_most = None if at_most is None else whole(at_most, f"{where}.at_most", 0)
    if not _as_updated(read, at_most, bonus, shift):
        out.faults.append(
            "The evidence is about another price, or another number of broken pairs, than the result."
        )
    inside, held = _inside(free, asked, pairs, read.two_sided, out), free.inside(earlier)
    if held is None:
        out.faults.append("An earlier pair is of somebody who has no place left.")
    if inside is None or held is None:
        return
    if certificate is None:
        return
    try:
        worth_more = KeptScores(free.problem.scores, held, bonus, shift)
    except ValueError as error:
        out.faults.append(f"The certificate cannot be checked: {error}")
        return
    if at_most is None:
        objective = free.problem.objective
    else:  # more pairs come first by what every pair is worth more, so that a price may outweigh that
        objective = "best_total"
        out.faults += _shift_faults(free.problem, shift)
    problem = Problem(worth_more, objective, free.problem.capacity)
    proved = read_matching(member(kept, "proved", where), f"{where}.proved", problem.scores.shape)
    proof = _proof_of(problem, proved, certificate, out)
    _conclude(read, proof, certificate, out)
    if proof is None or proof.faults:
        return
    if at_most is None:
        if not np.array_equal(_ordered(proved.pairs, read.two_sided), _ordered(inside, read.two_sided)):
            out.faults.append("The certificate is about other pairs than those of the result.")
        if (proved.gap or 0) * 2 != (read.claim.gap or 0) or proved.pairs_gap != read.claim.pairs_gap:
            out.faults.append("The certificate is about another gap than that of the result.")
        return
    _bound_of_breaking(read, free, inside, (held, bonus, shift, at_most), proof, out)


def _shift_faults(problem: Problem, shift: int) -> list[str]:
    """Say what is wrong where one pair more is not always worth more than better pairs, or nothing should be added."""
    if problem.objective != "everyone_first":
        return (
            ["Every pair is worth more in the evidence, which this objective does not ask."] if shift else []
        )
    rows, columns = problem.one_place_each()[0].scores.shape
    most = min(rows, columns) if problem.two_sided else rows // 2
    highest, lowest = 0, GRID
    for some in row_blocks(*problem.scores.shape):
        block = problem.scores.block(some)
        allowed = block[block != FORBIDDEN]
        highest, lowest = (
            max(highest, int(allowed.max(initial=0))),
            min(lowest, int(allowed.min(initial=GRID))),
        )
    if shift > max(0, most - 1) * max(0, highest - lowest) - lowest:
        return []
    return [
        "Every pair is worth too little more in the evidence for as many pairs as possible to come first."
    ]


def _as_updated(read: ReadDocument, at_most: int | None, bonus: IntArray, shift: int) -> bool:
    """Whether what an update was asked is what the evidence is about."""
    if read.update is None or at_most != read.update.get("at_most"):
        return False
    price = read.update.get("price")
    if at_most is not None or price is None:
        return at_most is not None and price is None
    asked = number(price, "update.price") * GRID
    return shift == 0 and bool((bonus == round(min(asked, float(2**62)))).all())


def _bound_of_breaking(
    read: ReadDocument,
    free: FreeProblem,
    inside: IntArray,
    kept: tuple[IntArray, IntArray, int, int],
    proof: Proof,
    out: Proved,
) -> None:
    """With at most so many broken, a bound at any price is one for that too, less the price of all that must stay."""
    held, bonus, shift, at_most = kept
    if not read.claim.verified or proof.upper_bound is None:
        out.not_checked.append("that no other pairs with as few broken ones are better: a search found it")
        return
    if len(np.unique(bonus)) > 1:
        out.faults.append("Earlier pairs have different prices.")
        return
    price = int(bonus.max(initial=0))
    scores = free.problem.scores.at(inside[:, 0], inside[:, 1])
    value = sum(scores.tolist()) + shift * len(inside)
    least = proof.upper_bound - price * max(0, len(held) - at_most) - value
    if read.claim.pairs_gap == 0 and 2 * least > (read.claim.gap or 0):
        out.faults.append(
            f"The stated gap is {(read.claim.gap or 0) / 2:g}; the duals prove no less than {least}."
        )


def _ordered(pairs: IntArray, two_sided: bool) -> IntArray:
    pairs = pairs if two_sided else np.sort(pairs, axis=1)
    return pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]


# ---- trios ------------------------------------------------------------------------------------------------


def _prove_trios(
    read: ReadDocument,
    told: Mapping[str, Any],
    asked: ReadAsked,
    free: FreeProblem,
    scores: EvidenceScores,
    certificate: Certificate | None,
    out: Proved,
) -> None:
    """The pairs where people sit out are proved first, then what trios could be worth beyond them."""
    rows = len(free.left)
    sitting_out = read_matching(member(told, "free", "evidence.trios"), "evidence.trios.free", (rows, rows))
    out.proof = proof = _proof_of(free.problem, sitting_out, certificate, out)
    if proof is None:
        return
    out.faults += [f"On the evidence: {fault}" for fault in proof.faults]
    if certificate is not None and read.claim.pairs_covered != proof.pairs_covered and not proof.faults:
        out.faults.append(
            f"The result speaks of {read.claim.pairs_covered} allowed pairs; by the evidence there are "
            f"{proof.pairs_covered}."
        )
    out.faults += trio_faults(read, told, asked, scores, (sitting_out, proof.verified))
