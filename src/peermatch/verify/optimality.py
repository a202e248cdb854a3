"""Check that a matching is optimal, or within its gap, from dual variables and the scores alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from peermatch.problem import (
    FORBIDDEN,
    BoundCertificate,
    IntArray,
    Matching,
    OptimalityCertificate,
    Problem,
)
from peermatch.verify.forest import BlossomForest
from peermatch.verify.proof import Proof, summed_up
from peermatch.verify.slack import Scan, row_blocks, scan_pairs
from peermatch.verify.validity import check_valid

__all__ = ["dual_faults", "prove_bound", "prove_optimal", "scan_faults"]


def prove_optimal(problem: Problem, matching: Matching) -> Proof:
    """Check an `OptimalityCertificate` in exact integers, by one scan over all allowed pairs.

    Weak duality (Edmonds 1965): where y >= 0, z >= 0, every blossom is odd, and every allowed pair has a slack of
    at least 0, no matching is worth more than ``(sum y + sum z(B) (|B|-1)/2) / scale``, bonus included; a matching
    of that value is optimal. For ``"everyone_first"`` it must also be true that no matching has more pairs: either
    everyone who has anyone to be paired with is paired (but for one), or the bonus is so large that one pair more
    would pass the bound even if all pairs had the lowest score there is.

    Parameters
    ----------
    problem : Problem
    matching : Matching
        With an `OptimalityCertificate`; with capacities its duals stand for places (`Problem.one_place_each`).

    Returns
    -------
    Proof
        `verified` only where the matching is valid, every condition holds and `pairs_covered` was claimed rightly.

    Examples
    --------
    >>> from peermatch.problem import DenseScores, Status
    >>> problem = Problem(DenseScores([[0, 5], [5, 0]]), "best_total")
    >>> duals = OptimalityCertificate(scale=1, bonus=0, vertex_duals=np.array([5, 0]), pairs_covered=1)
    >>> matching = Matching.of(problem, [[0, 1]], status=Status.OPTIMAL, solver="by hand", certificate=duals, gap=0)
    >>> prove_optimal(problem, matching)
    Proof(verified=True, faults=(), pairs_covered=1, upper_bound=5, gap=0, pairs_bound=None, worst_bound=None)
    """
    faults = check_valid(matching, problem)
    certificate = matching.certificate
    if not isinstance(certificate, OptimalityCertificate):
        return Proof(False, (*faults, "The matching carries no certificate of optimality."))
    if problem.objective in ("worst_first", "leximin"):
        faults.append(
            "A certificate of optimality says nothing about the worst pair, which comes first here."
        )
    expanded, left, right = problem.one_place_each()
    faults += dual_faults(certificate, expanded.n_vertices)
    forest, forest_faults = BlossomForest.of(certificate, expanded.n_vertices)
    faults += forest_faults
    if forest is None or faults:
        return Proof(False, tuple(faults))
    bound = _sum(certificate.vertex_duals) + forest.bound
    scan = scan_pairs(
        expanded, certificate.vertex_duals, forest, certificate.scale, certificate.bonus, (left, right)
    )
    faults += scan_faults(scan, certificate, left, right)
    value = certificate.scale * (matching.weight + certificate.bonus * len(matching.pairs))
    if value != bound:
        faults.append(
            f"The matching is worth {value} and the duals {bound}, in units of 1/{certificate.scale}, bonus included."
        )
    if (matching.gap or 0) != 0 or matching.pairs_gap != 0:
        faults.append(
            f"An optimal matching has no gap; this one states {matching.gap} and {matching.pairs_gap} pairs."
        )
    return _concluded(problem, matching, certificate, scan, bound, faults)


def prove_bound(problem: Problem, matching: Matching) -> Proof:
    """Check a `BoundCertificate`: its duals hold for every allowed pair, and the stated gaps are true.

    A stated `Matching.gap` or `Matching.pairs_gap` is true if it is at least what the duals prove; for the objective
    ``"worst_first"`` a `Matching.worst_gap` if it is at least what everybody's best score leaves.

    Parameters
    ----------
    problem : Problem
    matching : Matching
        With a `BoundCertificate`.

    Returns
    -------
    Proof
        With the bound that the duals prove; see `prove_optimal`.

    Examples
    --------
    >>> from peermatch.problem import DenseScores, Status
    >>> problem = Problem(DenseScores([[0, 5], [5, 0]]), "best_total")
    >>> duals = BoundCertificate(scale=2, bonus=0, vertex_duals=np.array([6, 6]), pairs_covered=1)
    >>> matching = Matching.of(problem, [[0, 1]], status=Status.GAP, solver="by hand", certificate=duals, gap=1)
    >>> prove_bound(problem, matching).gap
    1
    """
    faults = check_valid(matching, problem)
    certificate = matching.certificate
    if not isinstance(certificate, BoundCertificate):
        return Proof(False, (*faults, "The matching carries no certificate of a bound."))
    expanded, left, right = problem.one_place_each()
    faults += dual_faults(certificate, expanded.n_vertices)
    forest, forest_faults = BlossomForest.of(certificate, expanded.n_vertices)
    faults += forest_faults
    if forest is None or faults:
        return Proof(False, tuple(faults))
    scan = scan_pairs(
        expanded, certificate.vertex_duals, forest, certificate.scale, certificate.bonus, (left, right)
    )
    faults += scan_faults(scan, certificate, left, right)
    if problem.objective == "worst_first":
        faults += _worst_faults(problem, matching)
    bound = _sum(certificate.vertex_duals) + forest.bound
    return _concluded(problem, matching, certificate, scan, bound, faults, in_blossoms=forest.bound)


def _worst_faults(problem: Problem, matching: Matching) -> list[str]:
    """Hold the stated gap in the worst pair against what the best scores of so many people leave."""
    if not len(matching.pairs):
        return []
    worst = int(problem.scores.at(matching.pairs[:, 0], matching.pairs[:, 1]).min())
    gap = worst_pair_bound(problem, len(matching.pairs)) - worst
    if gap <= matching.worst_gap:
        return []
    return [
        f"The stated gap in the worst pair is {matching.worst_gap}; best scores prove no less than {gap}."
    ]


def worst_pair_bound(problem: Problem, pairs: int) -> int:
    """Return a score that the worst of so many pairs cannot exceed: nobody's pair is better than their best one.

    Parameters
    ----------
    problem : Problem
    pairs : int
        At least 1, and no more than can be made.

    Examples
    --------
    >>> from peermatch.problem import DenseScores
    >>> worst_pair_bound(Problem(DenseScores([[0, 5, 2], [5, 0, 3], [2, 3, 0]])), 1)
    5
    """
    expanded, _, _ = problem.one_place_each()
    rows, columns = expanded.scores.shape
    of_rows, of_columns = np.full(rows, FORBIDDEN), np.full(columns, FORBIDDEN)
    for some in row_blocks(rows, columns):
        block = expanded.scores.block(some)
        of_rows[some] = block.max(axis=1, initial=FORBIDDEN)
        of_columns = np.maximum(of_columns, block.max(axis=0, initial=FORBIDDEN))
    if problem.two_sided:
        return min(int(np.sort(side)[len(side) - pairs]) for side in (of_rows, of_columns))
    return int(np.sort(of_rows)[rows - 2 * pairs])


def _sum(numbers: IntArray) -> int:
    return sum(numbers.tolist())  # Python integers: the sum of a million duals may pass int64


def dual_faults(certificate: OptimalityCertificate | BoundCertificate, n_vertices: int) -> list[str]:
    """List what is wrong with the scale, the bonus and the duals of the vertices as such."""
    faults = []
    if not _is_whole(certificate.scale) or certificate.scale < 1:
        faults.append(f"The scale must be a whole number of at least 1; it is {certificate.scale!r}.")
    if not _is_whole(certificate.bonus):
        faults.append(f"The bonus must be a whole number; it is {certificate.bonus!r}.")
    duals: npt.NDArray[Any] = np.asarray(certificate.vertex_duals)
    if duals.shape != (n_vertices,) or duals.dtype != np.int64:
        return [
            *faults,
            f"vertex_duals must be int64 with the shape ({n_vertices},); it is {duals.dtype} with {duals.shape}.",
        ]
    wrong = np.flatnonzero(duals < 0)
    lines = (f"The dual of vertex {v} is {duals[v]}." for v in wrong.tolist())
    return faults + summed_up(lines, len(wrong), "negative duals")


def _is_whole(number: object) -> bool:
    return isinstance(number, int) and not isinstance(number, bool)


def scan_faults(
    scan: Scan, certificate: OptimalityCertificate | BoundCertificate, left: IntArray, right: IntArray
) -> list[str]:
    """List the pairs with a negative slack, and a number of pairs that was claimed wrongly."""
    lines = (
        f"Pair ({left[u]}, {right[v]}) has a slack of {slack} in units of 1/{certificate.scale}."
        for u, v, slack in scan.broken
    )
    faults = summed_up(lines, scan.n_broken, "pairs with a negative slack")
    # a bound may rest on fewer pairs than were looked at here: a search that was stopped had not seen them all
    covered, most = certificate.pairs_covered, scan.n_pairs
    if covered != most and not (isinstance(certificate, BoundCertificate) and 0 <= covered < most):
        faults.append(
            f"The certificate claims {certificate.pairs_covered} allowed pairs; there are {scan.n_pairs}."
        )
    return faults


def _concluded(
    problem: Problem,
    matching: Matching,
    certificate: OptimalityCertificate | BoundCertificate,
    scan: Scan,
    bound: int,
    faults: list[str],
    *,
    in_blossoms: int = 0,
) -> Proof:
    """Say what feasible duals prove for the problem's objective, and hold it against what is claimed."""
    optimal = isinstance(certificate, OptimalityCertificate)
    if scan.n_broken:
        return Proof(False, tuple(faults), scan.n_pairs)
    n_pairs, scale, bonus = len(matching.pairs), certificate.scale, certificate.bonus
    pairs_bound = None
    if problem.objective != "best_total":
        pairs_bound = _most_pairs(scan, bound, scale, bonus)
        more = pairs_bound - n_pairs
        if more > matching.pairs_gap:
            faults.append(
                f"The bonus of {bonus} does not prove that at most {matching.pairs_gap} more pairs can be made: the "
                f"duals and the lowest score of {scan.lowest} leave room for {more} more."
            )
    elif bonus != 0:
        faults.append(f"For the best total the bonus must be 0; it is {bonus}.")
        return Proof(False, tuple(faults), scan.n_pairs)
    if problem.objective != "best_total" and not optimal:
        bound = _best_of_as_many(certificate.vertex_duals, problem, n_pairs) + in_blossoms
    upper = bound // scale - bonus * n_pairs
    gap = upper - matching.weight
    if not optimal and (matching.gap is None or gap > matching.gap):
        faults.append(f"The stated gap is {matching.gap}; the duals prove no less than {gap}.")
    return Proof(not faults, tuple(faults), scan.n_pairs, upper, gap, pairs_bound)


def _best_of_as_many(duals: IntArray, problem: Problem, n_pairs: int) -> int:
    """Return what so many pairs are worth at most: the duals of the paired cover them, the largest are no less."""
    if not problem.two_sided:
        return _sum(np.sort(duals)[max(0, len(duals) - 2 * n_pairs) :])
    expanded, _, _ = problem.one_place_each()
    rows = expanded.scores.shape[0]
    return sum(_sum(np.sort(side)[max(0, len(side) - n_pairs) :]) for side in (duals[:rows], duals[rows:]))


def _most_pairs(scan: Scan, bound: int, scale: int, bonus: int) -> int:
    """Return a number of pairs that no matching exceeds: each is worth the lowest score and the bonus at least."""
    least = scale * ((scan.lowest or 0) + bonus)
    return min(scan.most_pairs, bound // least) if least > 0 else scan.most_pairs
