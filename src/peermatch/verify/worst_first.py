"""Check that the worst pair could not be better with as many pairs, and that the total is the best with it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from peermatch.problem import (
    FORBIDDEN,
    BoundCertificate,
    Candidates,
    CoverCertificate,
    IntArray,
    Matching,
    OptimalityCertificate,
    PairScores,
    Problem,
    WorstFirstCertificate,
    top_of_blocks,
)
from peermatch.verify.forest import BlossomForest
from peermatch.verify.optimality import dual_faults, prove_bound, prove_optimal, scan_faults
from peermatch.verify.proof import Proof
from peermatch.verify.slack import scan_pairs
from peermatch.verify.validity import check_valid

__all__ = ["prove_worst_first"]


def prove_worst_first(problem: Problem, matching: Matching) -> Proof:
    """Check a `WorstFirstCertificate` in exact integers, by three scans over all allowed pairs.

    1. No matching has more pairs: everybody who has an allowed partner is paired, but for one (or a whole side is);
       or `most` is a cover of all allowed pairs that leaves room for no more.
    2. No matching with as many pairs has a better worst pair: `above` is a cover of all pairs that score more than the
       threshold, and leaves room for fewer.
    3. No matching with as many pairs, all of which reach the threshold, has a better total: by `prove_optimal`, or up
       to the gap that is stated by `prove_bound`, on the pairs that reach it.

    A cover is feasible dual variables where every pair is worth one (weak duality; Edmonds 1965).

    Parameters
    ----------
    problem : Problem
    matching : Matching
        With a `WorstFirstCertificate`; with capacities its duals stand for places (`Problem.one_place_each`).

    Returns
    -------
    Proof
        `upper_bound` and `gap` are of the total among matchings with as many pairs and no worse a worst pair.

    Examples
    --------
    >>> from peermatch.problem import DenseScores, Status
    >>> problem = Problem(DenseScores([[0, 5], [5, 0]]), "worst_first")
    >>> duals = OptimalityCertificate(scale=1, bonus=0, vertex_duals=np.array([5, 0]), pairs_covered=1)
    >>> nothing = CoverCertificate(floor=6, scale=1, vertex_duals=np.array([0, 0]), pairs_covered=0)
    >>> proof = WorstFirstCertificate(threshold=5, within=duals, above=nothing, most=None, pairs_covered=1)
    >>> matching = Matching.of(
    ...     problem, [[0, 1]], status=Status.OPTIMAL, solver="by hand", certificate=proof, gap=0
    ... )
    >>> prove_worst_first(problem, matching).verified
    True
    """
    faults = check_valid(matching, problem)
    certificate = matching.certificate
    if not isinstance(certificate, WorstFirstCertificate):
        return Proof(False, (*faults, "The matching carries no certificate of worst pair first."))
    if problem.objective != "worst_first":
        faults.append(f"The objective is {problem.objective!r}, and the certificate one of worst pair first.")
    faults += _threshold_faults(certificate, problem, matching)
    if faults:
        return Proof(False, tuple(faults))
    pairs = len(matching.pairs)
    most, covered = _most_pairs(problem)
    if covered != certificate.pairs_covered:
        faults.append(
            f"The certificate claims {certificate.pairs_covered} allowed pairs; there are {covered}."
        )
    if certificate.most is not None:
        faults += _cover_faults(certificate.most, problem, pairs, "more pairs")
    elif pairs < most:
        faults.append(
            f"Nothing proves that there are no more than {pairs} pairs: by who has a partner there could be {most}."
        )
    if certificate.above is not None:
        faults += _cover_faults(
            certificate.above, problem, pairs - 1, "as many pairs with a better worst one"
        )
    if (matching.pairs_gap, matching.worst_gap) != (0, 0):
        stated = f"{matching.pairs_gap} pairs and {matching.worst_gap} in the worst one"
        faults.append(f"Number and worst pair are claimed to be the best; yet a gap of {stated} is stated.")
    within = _within(certificate, problem, matching)
    faults += within.faults
    return Proof(
        verified=not faults,
        faults=tuple(faults),
        pairs_covered=covered,
        upper_bound=within.upper_bound,
        gap=within.gap,
        pairs_bound=None if faults else pairs,
        worst_bound=None if faults else certificate.threshold,
    )


def _threshold_faults(certificate: WorstFirstCertificate, problem: Problem, matching: Matching) -> list[str]:
    threshold, above = certificate.threshold, certificate.above
    if certificate.most is not None and certificate.most.floor is not None:
        return [f"The cover of all allowed pairs leaves out those below {certificate.most.floor}."]
    if not len(matching.pairs):
        wrong = threshold is not None or above is not None
        return ["Without pairs there is no worst pair to speak of, and no threshold."] if wrong else []
    worst = int(problem.scores.at(matching.pairs[:, 0], matching.pairs[:, 1]).min())
    if threshold is None or threshold != worst:
        return [f"The threshold is {threshold}; the worst pair scores {worst}."]
    if above is None:
        return ["Nothing proves that the worst pair could not be better."]
    faults = []
    if above.floor != threshold + 1:
        faults.append(
            f"The cover is of pairs from {above.floor}, not of all above the threshold of {threshold}."
        )
    if certificate.most is not None and certificate.most.floor is not None:
        faults.append(f"The cover of all allowed pairs leaves out those below {certificate.most.floor}.")
    return faults


def _most_pairs(problem: Problem) -> tuple[int, int]:
    """Return how many pairs there are at most by who has anyone to be paired with, and how many pairs are allowed."""
    expanded, left, right = problem.one_place_each()
    nothing = np.zeros(expanded.n_vertices, dtype=np.int64)
    # duals of 0 with a scale of 0 say nothing: the scan only counts
    scan = scan_pairs(expanded, nothing, None, 0, 0, (left, right))
    return scan.most_pairs, scan.n_pairs


def _cover_faults(cover: CoverCertificate, problem: Problem, room: int, what: str) -> list[str]:
    """Hold a cover against all pairs, each worth one, by the checks of an optimality certificate of such a problem."""
    expanded, left, right = problem.one_place_each()
    counted = replace(expanded, scores=_Kept(expanded.scores, cover.floor, worth_one=True))
    duals = OptimalityCertificate(
        scale=cover.scale,
        bonus=0,
        vertex_duals=cover.vertex_duals,
        pairs_covered=cover.pairs_covered,
        blossom_parent=cover.blossom_parent,
        blossom_duals=cover.blossom_duals,
        vertex_blossom=cover.vertex_blossom,
    )
    faults = dual_faults(duals, expanded.n_vertices)
    forest, forest_faults = BlossomForest.of(duals, expanded.n_vertices)
    faults += forest_faults
    if forest is None or faults:
        return [f"Cover: {fault}" for fault in faults]
    scan = scan_pairs(counted, cover.vertex_duals, forest, cover.scale, 0, (left, right))
    faults = [f"Cover: {fault}" for fault in scan_faults(scan, duals, left, right)]
    most = (sum(cover.vertex_duals.tolist()) + forest.bound) // cover.scale
    if most > room:
        faults.append(f"The cover leaves room for {most} pairs, so that {what} are not excluded.")
    return faults


def _within(certificate: WorstFirstCertificate, problem: Problem, matching: Matching) -> Proof:
    """Check the total among the pairs that reach the threshold."""
    floored = replace(
        problem, scores=_Kept(problem.scores, certificate.threshold), objective="everyone_first"
    )
    claim = replace(matching, certificate=certificate.within)
    if isinstance(certificate.within, BoundCertificate):
        # that there are no more pairs is proved by covers, not by this bound
        return prove_bound(floored, replace(claim, pairs_gap=problem.n_vertices))
    return prove_optimal(floored, claim)


class _Kept:
    """Pair scores without those below a floor (None: with all); as they are, or each worth one.

    A view of the checker's own: what it rests on is `block` and `at` of the problem as it was given.
    """

    def __init__(self, base: PairScores, floor: int | None, *, worth_one: bool = False) -> None:
        self._base, self._floor, self._worth_one = base, floor, worth_one

    @property
    def shape(self) -> tuple[int, int]:
        return self._base.shape

    @property
    def two_sided(self) -> bool:
        return self._base.two_sided

    def block(self, rows: IntArray) -> IntArray:
        return self._seen(self._base.block(rows))

    def at(self, u: IntArray, v: IntArray) -> IntArray:
        return self._seen(self._base.at(u, v))

    def top(self, k: int) -> Candidates:
        return top_of_blocks(self, k)

    def utilities(self, rows: IntArray, side: str = "left") -> IntArray:
        raise NotImplementedError  # nobody's own utility enters these proofs

    def _seen(self, scores: IntArray) -> IntArray:
        allowed = scores != FORBIDDEN
        if self._floor is not None:
            allowed &= scores >= self._floor
        return np.where(allowed, 1 if self._worth_one else scores, FORBIDDEN)
