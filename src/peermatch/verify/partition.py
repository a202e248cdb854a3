"""Check a stable partition, and with it the proof that no stable matching exists (Tan 1991)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from peermatch.errors import UnsupportedError
from peermatch.problem import (
    FORBIDDEN,
    IntArray,
    Matching,
    NoStableCertificate,
    PairScores,
    Problem,
)
from peermatch.verify.listing import problem_of_preferences
from peermatch.verify.looking_up import utilities_of
from peermatch.verify.proof import SHOWN, Proof, summed_up
from peermatch.verify.validity import check_valid
from peermatch.verify.wishes import Side, mutual_wishes

__all__ = ["is_stable_partition", "prove_no_stable"]


def is_stable_partition(
    problem_or_preferences: Problem | Sequence[Any] | npt.NDArray[Any], successor: npt.ArrayLike
) -> bool:
    """Return whether a permutation is a stable partition of one pool, by Tan's definition.

    Its cycles are the parties. In a party of three or more everyone strictly prefers their successor to their
    predecessor; the members of a party of two may be paired; and no two people strictly prefer each other
    to their predecessors (someone alone prefers everyone allowed).

    Parameters
    ----------
    problem_or_preferences : Problem, sequence of sequences, or 2-D array
        One pool; or everyone's list of acceptable partners, best first, as `problem_of_preferences` takes it. A pair
        counts only if both list each other.
    successor : integer array, shape (n,)
        Each person's successor; themselves if alone.

    Raises
    ------
    UnsupportedError
        For a problem of two sides.

    References
    ----------
    J. J. M. Tan (1991), A necessary and sufficient condition for the existence of a complete stable matching,
    Journal of Algorithms 12.

    Examples
    --------
    Three people who each like the next one best, so that no stable matching exists:

    >>> is_stable_partition([[1, 2], [2, 0], [0, 1]], [1, 2, 0])
    True
    >>> is_stable_partition([[1, 2], [2, 0], [0, 1]], [1, 0, 2])
    False
    """
    if isinstance(problem_or_preferences, Problem):
        scores: PairScores = problem_or_preferences.scores
        if scores.two_sided:
            raise UnsupportedError(
                "A stable partition is of one pool; two sides always have a stable matching, by deferred acceptance."
            )
    else:
        scores = problem_of_preferences(problem_or_preferences).scores
    return not _partition_faults(scores, np.asarray(successor))[0]


def prove_no_stable(problem: Problem, matching: Matching) -> Proof:
    """Check a `NoStableCertificate`: a stable partition with an odd party of three or more.

    With strict preferences such a party is in every stable partition, so that no stable matching exists (Tan 1991). A
    matching that is stable under ties is stable under some order of the tied. So with equal utilities the
    partition must be stable under every such order: a pair of equals then blocks it as well.

    Returns
    -------
    Proof

    Examples
    --------
    >>> from peermatch.problem import Status
    >>> from peermatch.problem import DenseScores
    >>> cycle = np.array([[0, 2, 1], [1, 0, 2], [2, 1, 0]])
    >>> problem = Problem(DenseScores(np.ones((3, 3), dtype=int), utilities=cycle))
    >>> evidence = NoStableCertificate(np.array([1, 2, 0]), pairs_covered=3)
    >>> matching = Matching.of(
    ...     problem, [[0, 1]], status=Status.NO_STABLE, solver="by hand", certificate=evidence
    ... )
    >>> prove_no_stable(problem, matching).verified
    True
    """
    faults = check_valid(matching, problem)
    certificate = matching.certificate
    if not isinstance(certificate, NoStableCertificate):
        return Proof(False, (*faults, "The matching carries no certificate that none is stable."))
    if problem.two_sided:
        return Proof(False, (*faults, "Two sides always have a stable matching."))
    broken, n_pairs = _partition_faults(problem.scores, np.asarray(certificate.successor), ties_too=True)
    faults += broken
    if not broken:
        if not certificate.odd_parties:
            faults.append(
                "The partition has no odd party of three or more, so that a stable matching exists."
            )
        if certificate.pairs_covered != n_pairs:
            faults.append(
                f"The certificate claims {certificate.pairs_covered} allowed pairs; there are {n_pairs}."
            )
    return Proof(not faults, tuple(faults), n_pairs)


def _partition_faults(
    scores: PairScores, successor: npt.NDArray[np.int64], *, ties_too: bool = False
) -> tuple[list[str], int]:
    """Return what keeps a permutation from being a stable partition, and how many allowed pairs were looked at."""
    n = scores.shape[0]
    if successor.shape != (n,) or successor.dtype.kind != "i":
        return [
            f"The partition must be {n} whole numbers; it is {successor.dtype} with {successor.shape}."
        ], 0
    if not np.array_equal(np.sort(successor), np.arange(n)):
        return ["The partition is not a permutation of all people."], 0
    predecessor = np.empty(n, dtype=np.int64)
    predecessor[successor] = np.arange(n)
    faults = _order_faults(scores, successor, predecessor)
    person = np.flatnonzero(predecessor != np.arange(n))
    left, right = (
        Side(scores, "left", np.ones(n, dtype=np.int64), person, predecessor[person], ties_too)
        for _ in range(2)
    )
    for pairs in mutual_wishes(left, right, one_pool=True):
        faults += [f"Pair ({u}, {v}) blocks the partition." for u, v in pairs[:SHOWN].tolist()]
    return faults, left.n_allowed // 2


def _order_faults(scores: PairScores, successor: IntArray, predecessor: IntArray) -> list[str]:
    everyone = np.arange(len(successor))
    next_one = utilities_of(scores, everyone, successor)
    last_one = utilities_of(scores, everyone, predecessor)
    alone = successor == everyone
    barred = ~alone & ((next_one == FORBIDDEN) | (last_one == FORBIDDEN))
    faults = [
        f"Person {p} may not be paired with a neighbour in their party."
        for p in np.flatnonzero(barred)[:SHOWN]
    ]
    large = ~alone & (successor != predecessor)
    wrong = np.flatnonzero(large & ~barred & (next_one <= last_one))
    faults += [f"Person {p} does not prefer their successor to their predecessor." for p in wrong[:SHOWN]]
    return summed_up(faults, int(np.count_nonzero(barred)) + len(wrong), "such people")
