"""Check that a matching is stable: that no two people would both rather have each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from peermatch.errors import InputError, VerificationError
from peermatch.problem import IntArray, Matching, Problem, StabilityCertificate
from peermatch.verify.listing import problem_of_preferences
from peermatch.verify.proof import SHOWN, Proof
from peermatch.verify.validity import check_valid
from peermatch.verify.wishes import mutual_wishes, sides_of

__all__ = ["blocking_pairs", "is_stable", "prove_stable"]

Stated = Problem | Sequence[Any] | npt.NDArray[Any]
"""A problem, or preference lists."""


def blocking_pairs(
    problem_or_preferences: Stated, matching: Matching, *, limit: int | None = None
) -> IntArray:
    """List the pairs that block a matching: each strictly prefers the other to what they have.

    Preferences come from the directed utilities. Being alone is worse than any allowed partner; someone with several
    places gives up the worst they hold, or nobody while a place is free. Scores that list all allowed pairs
    (`peermatch.problem.ListedUtilities`), and preference lists, take linear time and memory; of all others every
    utility is read by blocks.

    Parameters
    ----------
    problem_or_preferences : Problem, sequence of sequences, or 2-D array
        A problem; or everybody's list of acceptable partners, best first, as `problem_of_preferences` takes it; for a
        matching of two sides a tuple of both sides' lists.
    matching : Matching
        A valid one.
    limit : int, optional
        Stop after so many.

    Returns
    -------
    int64 array, shape (m, 2)
        In canonical order.

    Raises
    ------
    VerificationError
        If the matching is not valid for the problem.

    Examples
    --------
    >>> from peermatch.problem import DenseScores, Status
    >>> problem = Problem(DenseScores([[0, 9, 5, 1], [9, 0, 1, 5], [5, 1, 0, 1], [1, 5, 1, 0]]))
    >>> matching = Matching.of(problem, [[0, 2], [1, 3]], status=Status.GAP, solver="by hand")
    >>> blocking_pairs(problem, matching)
    array([[0, 1]])
    """
    problem = _problem_of(problem_or_preferences, matching)
    faults = check_valid(matching, problem)
    if faults:
        raise VerificationError("Only a valid matching can be checked for stability. " + " ".join(faults))
    return _blocking(problem, matching, limit)[0]


def is_stable(problem_or_preferences: Stated, matching: Matching) -> bool:
    """Return whether a matching is valid and no pair blocks it; see `blocking_pairs`.

    Examples
    --------
    >>> from peermatch.problem import DenseScores, Status
    >>> problem = Problem(DenseScores([[0, 9, 5], [9, 0, 7], [5, 7, 0]]))
    >>> is_stable(problem, Matching.of(problem, [[0, 1]], status=Status.STABLE, solver="by hand"))
    True
    """
    problem = _problem_of(problem_or_preferences, matching)
    return not check_valid(matching, problem) and not len(_blocking(problem, matching, 1)[0])


def prove_stable(problem: Problem, matching: Matching) -> Proof:
    """Check a `StabilityCertificate`: the matching is valid, nothing blocks it, and all allowed pairs are covered.

    Examples
    --------
    >>> from peermatch.problem import DenseScores, Status
    >>> problem = Problem(DenseScores([[0, 9], [9, 0]]))
    >>> matching = Matching.of(
    ...     problem, [], status=Status.STABLE, solver="by hand", certificate=StabilityCertificate(1)
    ... )
    >>> prove_stable(problem, matching).faults
    ('Pair (0, 1) blocks the matching.',)
    """
    faults = check_valid(matching, problem)
    certificate = matching.certificate
    if not isinstance(certificate, StabilityCertificate):
        faults.append("The matching carries no certificate of stability.")
    if faults or not isinstance(certificate, StabilityCertificate):
        return Proof(False, tuple(faults))
    found, n_pairs = _blocking(problem, matching, SHOWN)
    faults += [f"Pair ({u}, {v}) blocks the matching." for u, v in found.tolist()]
    if not faults and certificate.pairs_covered != n_pairs:
        faults.append(
            f"The certificate claims {certificate.pairs_covered} allowed pairs; there are {n_pairs}."
        )
    return Proof(not faults, tuple(faults), n_pairs)


def _blocking(problem: Problem, matching: Matching, limit: int | None) -> tuple[IntArray, int]:
    """Return the blocking pairs, and how many allowed pairs were looked at to find them."""
    left, right = sides_of(problem, matching)
    found: list[IntArray] = [np.zeros((0, 2), dtype=np.int64)]
    n_found = 0
    for pairs in mutual_wishes(left, right, one_pool=not problem.two_sided):
        found.append(pairs)
        n_found += len(pairs)
        if limit is not None and n_found >= limit:
            break
    n_pairs = left.n_allowed if problem.two_sided else left.n_allowed // 2
    return np.concatenate(found)[:limit], n_pairs


def _problem_of(stated: Stated, matching: Matching) -> Problem:
    if isinstance(stated, Problem):
        return stated
    if not matching.two_sided:
        return problem_of_preferences(stated)
    if not isinstance(stated, tuple) or len(stated) != 2:
        raise InputError(
            "A matching of two sides is checked against a tuple (left, right) of preference lists. With capacities, "
            "use problem_of_preferences(left, right, capacities=...)."
        )
    return problem_of_preferences(*stated)
