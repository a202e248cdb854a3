"""Check that nobody who goes first is left out where that can be helped, and that no total is better then."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from peermatch.problem import IntArray, Matching, OptimalityCertificate, Problem, ProtectedCertificate
from peermatch.verify.forest import BlossomForest
from peermatch.verify.optimality import dual_faults, scan_faults
from peermatch.verify.proof import Proof, summed_up
from peermatch.verify.slack import Scan, scan_pairs
from peermatch.verify.validity import check_valid

__all__ = ["Claim", "claim_of", "concluded", "prove_protected"]


class Claim(NamedTuple):
    """A certificate that can be held against scores: its duals, as they stand beside plain scores, and blossoms."""

    within: OptimalityCertificate
    first: IntArray
    lift: int
    duals: IntArray
    forest: BlossomForest


def prove_protected(problem: Problem, matching: Matching) -> Proof:
    """Check a `ProtectedCertificate` in exact integers, by one scan over all allowed pairs.

    Let W(M) be the total of a matching M of lifted scores, bonus included: no matching has more than the duals say
    (see `prove_optimal`), and this one, M0, has as much. With ``most`` no less than the number of pairs of any
    matching, and ``spread`` the highest score less the lowest (or 0, whichever is further), any two matchings whose
    pairs differ by at most one have totals of plain scores that differ by at most ``most x spread``. If `lift` and
    `bonus` are greater than that,

    - M0 has as many pairs as possible: else one more pair could be made without anybody losing their partner (Berge
      1957), which would gain the bonus and lose no lift;
    - the sum of `first` over the paired is as great as it can be with so many pairs: else a matching of as many pairs
      would have a greater one, so gain the lift at least. (For ``"best_total"`` the lift outweighs any plain total,
      whatever the number of pairs.)
    - and of those no matching has a better total, since all that is left to differ is that.

    Parameters
    ----------
    problem : Problem
        One place each.
    matching : Matching
        With a `ProtectedCertificate` (or an `OptimalityCertificate`: then nobody goes first).

    Returns
    -------
    Proof

    Examples
    --------
    >>> from peermatch.problem import FORBIDDEN, DenseScores, Status
    >>> problem = Problem(DenseScores([[0, 5, FORBIDDEN], [5, 0, 2], [FORBIDDEN, 2, 0]]))
    >>> duals = OptimalityCertificate(scale=1, bonus=20, vertex_duals=np.array([0, 42, 0]), pairs_covered=2)
    >>> claim = ProtectedCertificate(np.array([0, 0, 1]), 20, duals)
    >>> matching = Matching.of(problem, [[1, 2]], status=Status.OPTIMAL, solver="by hand", certificate=claim, gap=0)
    >>> prove_protected(problem, matching).verified
    True
    """
    claim, faults = claim_of(problem, matching)
    if claim is None:
        return Proof(False, tuple(faults))
    rows, columns = problem.scores.shape
    places = (np.arange(rows), np.arange(columns))
    scan = scan_pairs(problem, claim.duals, claim.forest, claim.within.scale, claim.within.bonus, places)
    return concluded(problem, matching, claim, scan)


def claim_of(problem: Problem, matching: Matching) -> tuple[Claim | None, list[str]]:
    """Read a certificate, and list what is wrong with it or the matching before any score is looked at."""
    faults = check_valid(matching, problem)
    certificate = matching.certificate
    nobody = np.zeros(problem.n_vertices, dtype=np.int64)
    if isinstance(certificate, OptimalityCertificate):
        certificate = ProtectedCertificate(nobody, 0, certificate)
    if not isinstance(certificate, ProtectedCertificate):
        return None, [*faults, "The matching carries no certificate of who goes first."]
    if problem.objective in ("worst_first", "leximin") or problem.has_places:
        return None, [*faults, "Such a certificate is for one place each and not for the worst pair first."]
    within, first, lift = certificate.within, certificate.first, certificate.lift
    faults += dual_faults(within, problem.n_vertices) + _first_faults(first, lift, problem.n_vertices)
    forest, forest_faults = BlossomForest.of(within, problem.n_vertices)
    faults += forest_faults
    if forest is None or faults:
        return None, faults
    # a lift of people is a shift of their duals: beside plain scores these stand for the same slacks
    return Claim(within, first, lift, within.vertex_duals - within.scale * lift * first, forest), []


def _first_faults(first: IntArray, lift: int, n_vertices: int) -> list[str]:
    if isinstance(lift, bool) or not isinstance(lift, int) or lift < 0:
        return [f"The lift must be a whole number of at least 0; it is {lift!r}."]
    array: npt.NDArray[np.int64] = np.asarray(first)
    if array.shape != (n_vertices,) or array.dtype != np.int64:
        return [
            f"first must be int64 with the shape ({n_vertices},); it is {array.dtype} with {array.shape}."
        ]
    wrong = np.flatnonzero(array < 0)
    faults = summed_up(
        (f"first of vertex {v} is {array[v]}." for v in wrong.tolist()), len(wrong), "negative ones"
    )
    if array.size and 4 * lift * int(np.abs(array).max()) >= 2**62:
        faults.append(f"A lift of {lift} does not fit exact 64-bit arithmetic.")
    return faults


def concluded(problem: Problem, matching: Matching, claim: Claim, scan: Scan) -> Proof:
    """Say what a scan with the claim's duals proves."""
    within, pairs = claim.within, matching.pairs
    rows = problem.scores.shape[0] if problem.two_sided else 0
    everybody = np.arange(problem.n_vertices)
    faults = scan_faults(scan, within, everybody, everybody)
    bound = sum(within.vertex_duals.tolist()) + claim.forest.bound
    lifted = claim.lift * (int(claim.first[pairs[:, 0]].sum()) + int(claim.first[pairs[:, 1] + rows].sum()))
    value = within.scale * (matching.weight + lifted + within.bonus * len(pairs))
    if value != bound:
        faults.append(
            f"The matching is worth {value} and the duals {bound}, in units of 1/{within.scale}, bonus and lift "
            "included."
        )
    if (matching.gap or 0) != 0 or matching.pairs_gap != 0:
        faults.append("An optimal matching has no gap.")
    spread = max(0, scan.highest or 0) - min(0, scan.lowest or 0)
    if claim.first.any() and claim.lift <= scan.most_pairs * spread:
        faults.append(
            f"A lift of {claim.lift} may be outweighed by scores: {scan.most_pairs} pairs, {spread} each."
        )
    if problem.objective == "best_total":
        if within.bonus != 0:
            faults.append(f"For the best total the bonus must be 0; it is {within.bonus}.")
    elif len(pairs) < scan.most_pairs and within.bonus <= scan.most_pairs * spread:
        faults.append(f"A bonus of {within.bonus} does not prove that no more pairs can be made.")
    most = len(pairs) if problem.objective != "best_total" and not faults else None
    return Proof(not faults, tuple(faults), scan.n_pairs, matching.weight if not faults else None, 0, most)
