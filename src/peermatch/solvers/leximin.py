"""Leximin: as many pairs as possible, then the best worst pair, then the best second-worst, and so on to the best one.

Idea
    Stage by stage, from the worst score up: how far can the worst pair that is not settled yet be raised, and how few
    pairs of that score will do? Each stage is one maximum-weight matching with small whole weights. Its dual variables
    say which matchings are the best of the stage (complementary slackness): those in which every pair is tight, every
    vertex with a positive dual is matched and every blossom is full. So pairs that are not tight leave the graph, and
    in the next stages a pair is worth much for every such vertex of its own and every such blossom around it, which
    keeps later stages among the best of the earlier ones. No weight grows with the number of stages.
Invariant
    The perfect matchings of the face (those that cover all its vertices and fill all its blossoms by tight pairs) are
    exactly the matchings that no other beats so far.
Cost
    At most n/2 stages, each with a bisection over the scores that are left: O(n log n) runs of the blossom engine.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from peermatch.errors import UnsupportedError
from peermatch.problem import (
    FORBIDDEN,
    Control,
    IntArray,
    LeximinCertificate,
    LeximinStage,
    Matching,
    Problem,
    Status,
    Stopped,
)
from peermatch.solvers.candidates import Places
from peermatch.solvers.engine import Solved, solve_exactly
from peermatch.solvers.pricing import pairs_of

__all__ = ["MOST_PEOPLE", "MOST_PLACES", "leximin"]

MOST_PEOPLE = 200
"""More people than that are refused: the number of runs grows with theirs."""
MOST_PLACES = 400
"""The same for the places of people who may have several partners."""

_SOLVER = "blossom"

Bools = npt.NDArray[np.bool_]


def leximin(problem: Problem, *, control: Control | None = None) -> Matching:
    """Return a matching of as many pairs as possible that is best from the worst pair upward, with its proof.

    Of two matchings the one is better whose worst score is higher; where these are equal, whose second-worst is, and so
    on. Demanded pairs are not part of the problem.

    Parameters
    ----------
    problem : Problem
        Of up to `MOST_PEOPLE` people.
    control : Control, optional
        Stopped early, the answer has the status ``undecided``.

    Raises
    ------
    UnsupportedError
        For more people, or places.

    Examples
    --------
    >>> from peermatch.problem import DenseScores
    >>> scores = DenseScores([[0, 9, 1, 3], [9, 0, 3, 1], [1, 3, 0, 2], [3, 1, 2, 0]])
    >>> leximin(Problem(scores, "leximin")).pairs.tolist()
    [[0, 3], [1, 2]]
    """
    _refuse_large(problem, problem.n_vertices, MOST_PEOPLE, "people")
    places = Places.of(problem)
    _refuse_large(problem, places.n, MOST_PLACES, "places")
    face = _everything(places)
    stages: list[LeximinStage] = []
    try:
        face = _narrowed(face, np.ones(len(face.u), dtype=np.int64), None, stages, control)
        while (worst := face.worst_open()) is not None:
            face = _raised(face, worst, control)
            score = face.worst_open()
            assert score is not None  # a raised face has as many open pairs as before
            face = face.without_open_below(score)
            at = face.score == score
            face = _narrowed(face, (face.n + 1) * face.worth - at, score, stages, control)
    except Stopped:
        pairs = pairs_of(face.mate, places)
        return Matching.of(problem, pairs, status=Status.UNDECIDED, solver=_SOLVER, stats={"stopped": True})
    certificate = LeximinCertificate(tuple(stages), face.mate, _allowed_pairs(problem))
    return Matching.of(
        problem,
        pairs_of(face.mate, places),
        status=Status.OPTIMAL,
        solver=_SOLVER,
        certificate=certificate,
        gap=0,
        stats={"stages": len(stages)},
    )


def _refuse_large(problem: Problem, found: int, most: int, what: str) -> None:
    if found > most:
        raise UnsupportedError(
            f"The objective 'leximin' is for up to {most} {what}; there are {found:,} here. Use 'worst_first', which "
            "makes the worst pair as good as can be, then the total, at any size."
        )


@dataclass(frozen=True, eq=False)
class _Face:
    """The pairs that are left, what each is worth for staying among the best so far, and one of these matchings.

    `settled` marks pairs of scores whose number is fixed; the others are open.
    """

    n: int
    u: IntArray
    v: IntArray
    score: IntArray
    worth: IntArray
    settled: Bools
    mate: IntArray

    def kept(self, chosen: Bools) -> _Face:
        """Return the face with some of its pairs."""
        parts = {name: getattr(self, name)[chosen] for name in ("u", "v", "score", "worth", "settled")}
        return replace(self, **parts)

    def made(self) -> Bools:
        """Return which pairs are made."""
        return np.asarray(self.mate[self.u] == self.v)

    def worst_open(self) -> int | None:
        """Return the score of the worst pair made that is not settled; None where all are."""
        found = self.score[self.made() & ~self.settled]
        return int(found.min()) if len(found) else None

    def without_open_below(self, score: int) -> _Face:
        """Return the face without the open pairs below a score: they need not be made."""
        return self.kept(self.settled | (self.score >= score))


def _everything(places: Places) -> _Face:
    rows, columns = places.problem.scores.shape
    scores = places.problem.scores.block(np.arange(rows, dtype=np.int64))
    allowed = scores != FORBIDDEN
    if not places.problem.two_sided:
        allowed &= np.tri(rows, columns, 0, dtype=bool) ^ True
    u, v = np.nonzero(allowed)
    none = np.zeros(len(u), dtype=np.int64)
    return _Face(places.n, u, v + places.offset, scores[u, v], none, none.astype(bool), np.full(places.n, -1))


def _solved(face: _Face, weight: IntArray, control: Control | None) -> Solved:
    if control is not None and control.stopping:
        raise Stopped
    found = solve_exactly(face.n, face.u, face.v, weight, control=control)
    if not found.finished:
        raise Stopped
    return found


def _raised(face: _Face, worst: int, control: Control | None) -> _Face:
    """Return the face with the matching whose worst open pair is as good as can be, by bisection."""
    values = np.unique(face.score[~face.settled & (face.score > worst)])
    needed = int(face.worth[face.made()].sum())
    low, high = 0, len(values)  # values[:low] can be had, values[high:] cannot
    while low < high:
        middle = (low + high) // 2
        above = face.without_open_below(int(values[middle]))
        found = replace(above, mate=_solved(above, above.worth, control).mate)
        if int(found.worth[found.made()].sum()) < needed:
            high = middle
            continue
        face = replace(face, mate=found.mate)
        reached = face.worst_open()
        assert reached is not None  # no fewer pairs are open than before
        low = int(np.searchsorted(values, reached, side="right"))
    return face


def _narrowed(
    face: _Face, weight: IntArray, score: int | None, stages: list[LeximinStage], control: Control | None
) -> _Face:
    """Solve a stage, and keep what can be in any of its best matchings."""
    found = _solved(face, weight, control)
    stages.append(
        LeximinStage(
            score, found.vertex_duals, found.blossom_parent, found.blossom_duals, found.vertex_blossom
        )
    )
    inside = _inside(found, face.n)
    around = inside.T @ (found.blossom_duals[:, None] * inside)
    y = found.vertex_duals
    slack = y[face.u] + y[face.v] + around[face.u, face.v] - 2 * weight
    demanded = (y > 0).astype(np.int64)
    worth = demanded[face.u] + demanded[face.v] + (inside.T @ inside)[face.u, face.v]
    settled = face.settled | (face.score == score) if score is not None else face.settled
    return replace(face, worth=worth, settled=settled, mate=found.mate).kept(slack == 0)


def _inside(found: Solved, n: int) -> IntArray:
    """Return which blossom holds which vertex, shape (b, n), as 0 and 1."""
    inside = np.zeros((len(found.blossom_duals), n), dtype=np.int64)
    if not len(inside):
        return inside
    for vertex, blossom in enumerate(found.vertex_blossom.tolist()):
        while blossom >= 0:
            inside[blossom, vertex] = 1
            blossom = int(found.blossom_parent[blossom])
    return inside


def _allowed_pairs(problem: Problem) -> int:
    """Count the allowed pairs of people who have a place at all."""
    everyone = np.arange(problem.scores.shape[0], dtype=np.int64)
    allowed = problem.scores.block(everyone) != FORBIDDEN
    for axis, places in enumerate(problem.capacity):
        if places is not None:
            allowed &= np.expand_dims(places > 0, 1 - axis)
    return int(allowed.sum()) if problem.two_sided else int(np.triu(allowed, 1).sum())
