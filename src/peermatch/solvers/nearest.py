"""Of equally good answers, the one that keeps most of the pairs in hand.

What is proved of one best answer is proved of all: its dual variables go on being the proof.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from peermatch.errors import UnsupportedError
from peermatch.problem import (
    FORBIDDEN,
    Control,
    DenseScores,
    IntArray,
    KeptScores,
    Matching,
    OptimalityCertificate,
    PairScores,
    Problem,
    ProtectedCertificate,
    Status,
)
from peermatch.solvers.blossom import Blossom
from peermatch.solvers.rounds import OneFirst
from peermatch.solvers.updating import allowed_pairs

__all__ = ["in_problem", "keeping_most"]

_WHOLE_UP_TO = 2_000
"""Up to so many rows and columns all scores are written out where totals lie within a few units of the grid."""


def keeping_most(
    problem: Problem, best: Matching, pairs: npt.ArrayLike, control: Control | None = None
) -> Matching | None:
    """Return the best answer that keeps most of some pairs, with the proof of the one that is given.

    Parameters
    ----------
    problem : Problem
        With the objective ``"everyone_first"`` or ``"best_total"``.
    best : Matching
        Proved to be the best, by dual variables of pairs (people may go first).
    pairs : integer array, shape (m, 2)
        Those in hand; what is not allowed any more does not count.
    control : Control, optional

    Returns
    -------
    Matching or None
        None where there is no exact way to choose, the search was stopped, or it needs more bits than there are.

    Examples
    --------
    >>> problem = Problem(DenseScores([[0, 5, 5, 5], [5, 0, 5, 5], [5, 5, 0, 5], [5, 5, 5, 0]]))
    >>> keeping_most(problem, Blossom().solve(problem), [[0, 3]]).pairs.tolist()
    [[0, 3], [1, 2]]
    """
    proof, first = best.certificate, None
    if isinstance(proof, ProtectedCertificate):
        first, proof = proof.first, proof.within
    plain = isinstance(proof, OptimalityCertificate) and best.status == Status.OPTIMAL and not best.gap
    if not plain or problem.objective not in ("everyone_first", "best_total"):
        return None
    held, standing = allowed_pairs(problem, pairs), _standing(problem, best.pairs, first)
    if not len(held):
        return best
    if _fits(problem, held) and _standing(problem, held, first) == standing:
        return replace(best, pairs=held)  # nothing need change
    solver = Blossom() if first is None else OneFirst(first)
    for scores in (_one_unit_more, _ties_only):
        worth_more = scores(problem.scores, held)
        if worth_more is None:
            return None
        try:
            found = solver.solve(replace(problem, scores=worth_more), control=control)
        except UnsupportedError:
            return None
        if found.status != Status.OPTIMAL or found.gap:
            return None
        if _standing(problem, found.pairs, first) == standing:
            return replace(best, pairs=found.pairs)
    return None


def in_problem(pairs: IntArray, positions: tuple[IntArray, IntArray], *, two_sided: bool) -> IntArray:
    """Return pairs of those who take part as positions of a problem; those of which it lacks somebody are left out."""
    places = []
    for hand in (0, 1):
        order = positions[hand]
        size = max(int(order.max(initial=-1)), int(pairs[:, hand].max(initial=-1))) + 1
        place = np.full(size, -1, dtype=np.int64)
        place[order] = np.arange(len(order))
        places.append(place[pairs[:, hand]])
    found = np.stack(places, axis=1).reshape(-1, 2)
    found = found[(found >= 0).all(axis=1)]
    return found if two_sided else np.sort(found, axis=1)


def _one_unit_more(scores: PairScores, held: IntArray) -> PairScores:
    """Make a pair in hand worth one unit of the grid more: exact if what is found is still among the best."""
    return KeptScores(scores, held, np.ones(len(held), dtype=np.int64))


def _ties_only(scores: PairScores, held: IntArray) -> PairScores | None:
    """Make one unit of any total outweigh all pairs in hand: exact, but all scores are written out."""
    rows, columns = scores.shape
    if max(rows, columns) > _WHOLE_UP_TO:
        return None
    matrix = np.array(scores.block(np.arange(rows)), dtype=np.int64)
    allowed = matrix != FORBIDDEN
    matrix[allowed] *= len(held) + 1
    matrix[held[:, 0], held[:, 1]] += 1
    if not scores.two_sided:
        matrix[held[:, 1], held[:, 0]] += 1
    return DenseScores(matrix, two_sided=scores.two_sided)


def _fits(problem: Problem, pairs: IntArray) -> bool:
    """Whether nobody has more of the pairs than places."""
    if not problem.two_sided:
        return len(np.unique(pairs)) == pairs.size
    for hand, size in enumerate(problem.scores.shape):
        given = problem.capacity[hand]
        taken = np.bincount(pairs[:, hand], minlength=size)
        if (taken > (1 if given is None else given)).any():
            return False
    return True


def _standing(problem: Problem, pairs: IntArray, first: IntArray | None) -> tuple[int, ...]:
    """Return what the objective compares, in its order."""
    standing = [len(pairs)] if problem.objective == "everyone_first" else []
    if first is not None:
        offset = problem.scores.shape[0] if problem.two_sided else 0
        standing.append(int(first[pairs[:, 0]].sum() + first[pairs[:, 1] + offset].sum()))
    return (*standing, sum(problem.scores.at(pairs[:, 0], pairs[:, 1]).tolist()))
