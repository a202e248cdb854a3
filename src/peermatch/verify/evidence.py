"""The first verdict on a saved result: the proof holds on the evidence.

Years later, and without criteria, encoders or solvers: every score is worked out again from the encoded numbers, in
plain NumPy; the problem that was solved is put together again; and the certificate is checked on it by one look at all
allowed pairs. Whether the encoded numbers are those of the people is another question, which takes their table.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from peermatch.checks import check_count
from peermatch.problem import FORBIDDEN, GRID, IntArray, Matching, Problem, Status
from peermatch.verify.document import certificate_of, document_verdict
from peermatch.verify.document_checks import document_faults, shown, trios_of
from peermatch.verify.document_reading import ReadDocument, read_document
from peermatch.verify.evidence_digest import digest_of
from peermatch.verify.evidence_parts import read_scores, read_size
from peermatch.verify.evidence_problem import ReadAsked, free_problem, read_asked
from peermatch.verify.evidence_proof import Proved, prove_again
from peermatch.verify.evidence_reading import described, items, member, refuse, text
from peermatch.verify.evidence_scores import EvidenceScores
from peermatch.verify.evidence_stated import StatedEvidence, read_stated
from peermatch.verify.evidence_symmetry import check_both_ways
from peermatch.verify.proof import summed_up
from peermatch.verify.validity import check_valid
from peermatch.verify.verdict import EvidenceVerdict

__all__ = ["verify_result"]

SCHEMA = "peermatch/evidence/1"

_BESIDE = (
    "how each score is shared out among the criteria, beyond that the parts add up to it",
    "coverage, reasons, repairs, and the numbers in the table of rules",
)


def verify_result(document: Mapping[str, Any], *, threads: int = 1) -> EvidenceVerdict:
    """Prove a saved result again on the evidence in it.

    Checked are: all that `verify_document` checks; the digest of the evidence; that evidence, settings and people of
    the result agree about who takes part, criteria, places, minima, floor and objective; that every pair may be made
    and scores what it is said to score; that demanded pairs are made; and the certificate, on every allowed pair.

    Parameters
    ----------
    document : mapping
        What ``Pairing.to_dict(evidence=True)`` returns, read from result.json. Of a result without evidence the verdict
        is that of `verify_document`, and says so.
    threads : int, default 1
        Tiles of scores are worked out in so many threads; the verdict is the same.

    Returns
    -------
    EvidenceVerdict

    Raises
    ------
    InputError
        ``bad_result``, where a value is not of its kind, with its place.

    Notes
    -----
    Time grows with the square of the number of people, memory with their number.

    Examples
    --------
    >>> import peermatch as pm
    >>> people = [{"id": name, "team": team} for name, team in [("ann", "red"), ("bo", "blue"), ("cy", "red")]]
    >>> result = pm.PeerMatcher("id", [pm.different("team")]).match(people).to_dict(evidence=True)
    >>> verdict = verify_result(result)
    >>> verdict.holds, verdict.proved, verdict.pairs_covered
    (True, True, 3)
    >>> codes = result["evidence"]["tables"][0]["columns"][0]
    >>> codes[1] = codes[0]  # bo is now said to be in the team of ann
    >>> verify_result(result).holds
    False
    """
    check_count("verify_result", "threads", threads, at_least=1)
    read = read_document(document)
    faults = document_faults(read)
    if read.evidence is None:
        return document_verdict(read, faults)
    found = _checked(read, read.evidence, faults, threads)
    not_checked = (*found.not_checked, *_not_held(read.evidence), *_BESIDE)
    if read.stability is not None:
        not_checked = ("costs, regrets and blocking pairs of stable pairs", *not_checked)
    covered = 0 if found.proof is None else found.proof.pairs_covered
    proved = found.proof is not None and found.proof.verified and not found.faults
    return EvidenceVerdict(
        holds=not found.faults,
        faults=tuple(found.faults),
        pairs_covered=covered,
        sentence=_sentence(read, found.faults, covered, proved),
        not_checked=not_checked,
        has_evidence=True,
        proved=proved,
    )


def _sentence(read: ReadDocument, faults: list[str], covered: int, proved: bool) -> str:
    if faults:
        return f"The proof does not hold on the evidence: {faults[0]}"
    count = len(read.pairs)
    pairs = (
        "the 1 pair may be made and scores" if count == 1 else f"the {count:,} pairs may be made and score"
    )
    if not proved:
        return f"On the evidence {pairs} as stated; that no others are better is not proved by the result."
    over = "the one allowed pair" if covered == 1 else f"all {covered:,} allowed pairs"
    return f"The proof holds on the evidence: {pairs} as stated, and the certificate was checked anew over {over}."


def _not_held(evidence: Mapping[str, Any]) -> list[str]:
    where = "evidence.not_held"
    return [
        text(one, f"{where}[{k}]")
        for k, one in enumerate(items(member(evidence, "not_held", "evidence"), where))
    ]


def _checked(read: ReadDocument, evidence: Mapping[str, Any], faults: list[str], threads: int) -> Proved:
    """Go the whole way; what makes the next step impossible ends it."""
    if member(evidence, "schema", "evidence") != SCHEMA:
        refuse("evidence.schema", repr(SCHEMA), evidence["schema"])
    out = Proved(faults=faults)
    shape, two_sided = read_size(evidence)
    if (shape, two_sided) != (read.shape, read.two_sided):
        faults.append(
            f"The evidence is about {shape[0]} and {shape[1]} people; in the result {read.shape[0]} and "
            f"{read.shape[1]} take part."
        )
        return out
    left, right = read.taking_part
    if member(evidence, "digest", "evidence") != _digest(
        evidence, list(left), list(right) if two_sided else []
    ):
        faults.append(
            "The digest of the evidence is another one: it, or an id, was changed after it was written."
        )
    scores = read_scores(evidence, threads=threads)
    if not two_sided:
        check_both_ways(scores)
    stated = read_stated(evidence, scores)
    asked = read_asked(evidence, shape, two_sided)
    faults += _setting_faults(read, scores, stated, asked)
    pairs = read.positions()
    if pairs is None:  # it was said already that somebody is not there
        return out
    faults += _pair_faults(read, scores, stated, pairs)
    faults += _valid_faults(read, scores, asked, pairs)
    free, wrong = free_problem(asked, stated)
    faults += wrong
    if wrong:
        return out
    proved = prove_again(read, evidence, asked, free, scores, pairs, certificate_of(read))
    return Proved(proved.proof, [*faults, *proved.faults], proved.not_checked)


def _digest(evidence: Mapping[str, Any], left: list[Any], right: list[Any]) -> str:
    try:
        return digest_of(evidence, left, right)
    except (TypeError, ValueError, RecursionError):  # no plain data, whose values are refused one by one
        return "none"


def _setting_faults(
    read: ReadDocument, scores: EvidenceScores, stated: EvidenceScores | StatedEvidence, asked: ReadAsked
) -> list[str]:
    """What result and evidence both tell of the question is the same."""
    faults = []
    if tuple(one.name for one in scores.criteria) != read.criteria:
        faults.append("The evidence has other criteria than the result.")
    told = {"mutual": scores.mutual, "objective": asked.objective, "floor": asked.floor}
    said = {**read.settings, "floor": _on_grid(read.settings.get("floor"))}
    faults += [
        f"The setting {key!r} is {described(said.get(key))}, and the evidence has {told[key]}."
        for key in told
        if told[key] != said.get(key)
    ]
    if ("preferences" in read.settings) != isinstance(stated, StatedEvidence):
        faults.append("Result and evidence do not agree whether people stated preferences.")
    only_listed = isinstance(stated, StatedEvidence) and stated.only_listed
    if "preferences" in read.settings and only_listed != (read.settings.get("unlisted") == "never"):
        faults.append("Result and evidence do not agree about those whom people did not list.")
    needed: list[str] = []
    for person in read.people:
        if person.position < 0:
            continue
        places = asked.capacity[person.hand]
        own = 1 if places is None else int(places[person.position])
        parts = [part[person.hand] for part in (asked.minimum, asked.or_none)]
        least = max(0 if part is None else int(part[person.position]) for part in parts)
        if own != person.capacity:
            needed.append(f"{shown(person.key)} has {person.capacity} places, and in the evidence {own}.")
        if least != (person.at_least or 0):
            needed.append(
                f"{shown(person.key)} needs {person.at_least or 0} partners, and in the evidence {least}."
            )
    return faults + summed_up(needed, len(needed), "such people")


def _on_grid(floor: Any) -> Any:
    """Return a floor as a whole number of 2**-30; what is none is left as it is, to be found different."""
    if isinstance(floor, bool) or not isinstance(floor, int | float) or not 0 <= floor <= 1:
        return floor
    return int(np.rint(floor * GRID))


def _pair_faults(
    read: ReadDocument, scores: EvidenceScores, stated: EvidenceScores | StatedEvidence, pairs: IntArray
) -> list[str]:
    """Every pair may be made and scores what is stated; places on stated lists are those of the lists."""
    u, v = pairs[:, 0], pairs[:, 1]
    found = []
    for pair, score in zip(read.pairs, scores.at(u, v).tolist(), strict=True):
        who = f"{shown(pair.a)} and {shown(pair.b)}"
        if score == FORBIDDEN:
            found.append(f"{who} may not be paired, by the evidence.")
        elif score != pair.score:
            found.append(
                f"{who} score {pair.score / GRID!r} in the result and {score / GRID!r} by the evidence."
            )
    ranks: list[list[int]] = [[], []]
    if isinstance(stated, StatedEvidence):
        ranks = [stated.left.ranks(u, v).tolist(), stated.right.ranks(v, u).tolist()]
        for pair, mine, theirs in zip(read.pairs, *ranks, strict=True):
            if pair.ranks != (mine or None, theirs or None):
                found.append(f"{shown(pair.a)} and {shown(pair.b)} have other places on each other's lists.")
    elif any(pair.ranks is not None for pair in read.pairs):
        found.append("Pairs have places on stated lists, of which the evidence has none.")
    return summed_up(found, len(found), "such pairs")


def _valid_faults(read: ReadDocument, scores: EvidenceScores, asked: ReadAsked, pairs: IntArray) -> list[str]:
    """The pairs are a matching, demanded ones are among them, and everybody has as many partners as they need."""
    if scores.shape[0] == scores.shape[1] == 0:
        return []
    problem = Problem(scores, asked.objective, asked.capacity)
    at = read.taking_part[0]
    seats = [[at.get(key, -1) for key in trio] for _, trio in trios_of(read)]
    trios = np.array([sorted(trio) for trio in seats if -1 not in trio], dtype=np.int64).reshape(-1, 3)
    values = scores.at(pairs[:, 0], pairs[:, 1])
    matching = Matching(
        pairs=pairs,
        n_left=scores.shape[0],
        n_right=scores.shape[1],
        two_sided=scores.two_sided,
        weight=sum(values.tolist()),
        status=Status(read.claim.status),
        solver="as written down",
        trios=trios,
    )
    faults = check_valid(matching, problem, required=asked.required)
    if asked.floor is not None:
        demanded = {
            tuple(sorted(pair)) if not scores.two_sided else tuple(pair) for pair in asked.required.tolist()
        }
        low = [
            pair for pair, score in zip(pairs.tolist(), values.tolist(), strict=True) if score < asked.floor
        ]
        faults += [
            f"Pair {tuple(pair)} scores below the floor." for pair in low if tuple(pair) not in demanded
        ]
    for hand in (0, 1):
        used = np.bincount(pairs[:, hand], minlength=scores.shape[hand])
        least, choosy = asked.minimum[hand], asked.or_none[hand]
        if least is not None and read.claim.status != "undecided":
            faults += [
                f"Somebody has {n} partners fewer than they need."
                for n in (least - used)[used < least].tolist()
            ]
        if choosy is not None:
            few = (used > 0) & (used < choosy)
            faults += [f"Somebody has {n} partners and takes none or more." for n in used[few].tolist()]
    return summed_up((f"On the evidence: {fault}" for fault in faults), len(faults), "such faults")
