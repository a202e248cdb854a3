"""Check that a matching is leximin, stage by stage, from dual variables and the scores alone.

Nothing is believed: which pairs are left after a stage, and what they are worth in the next, is worked out here from
the scores and the duals, by the definition in `LeximinCertificate`. At every stage weak duality (Edmonds 1965) proves
that no matching of the pairs that are left is worth more than the one in hand; since that is worth as much, exactly
those matchings are as good that have slack nowhere, and they are what the next stage starts from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from peermatch.problem import FORBIDDEN, IntArray, LeximinCertificate, LeximinStage, Matching, Problem
from peermatch.verify.forest import BlossomForest
from peermatch.verify.proof import Proof, summed_up
from peermatch.verify.validity import check_valid

__all__ = ["prove_leximin"]

_GREATEST = 2**40  # duals of a true certificate are far below; sums of a few hundred of these fit int64

Bools = npt.NDArray[np.bool_]


def prove_leximin(problem: Problem, matching: Matching) -> Proof:
    """Check a `LeximinCertificate` in exact integers.

    Parameters
    ----------
    problem : Problem
    matching : Matching
        With a `LeximinCertificate`.

    Returns
    -------
    Proof
        `verified` only where the matching is valid and no matching has more pairs, nor as many and a better score at
        the first place, from the worst up, at which the two differ.

    Examples
    --------
    >>> from peermatch.problem import DenseScores, Status
    >>> problem = Problem(DenseScores([[0, 5], [5, 0]]), "leximin")
    >>> stages = (LeximinStage(None, np.array([2, 0])), LeximinStage(5, np.array([4, 0])))
    >>> evidence = LeximinCertificate(stages, np.array([1, 0]), pairs_covered=1)
    >>> matching = Matching.of(problem, [[0, 1]], status=Status.OPTIMAL, solver="by hand", certificate=evidence, gap=0)
    >>> prove_leximin(problem, matching)
    Proof(verified=True, faults=(), pairs_covered=1, upper_bound=5, gap=0, pairs_bound=1, worst_bound=5)
    """
    faults = check_valid(matching, problem)
    certificate = matching.certificate
    if not isinstance(certificate, LeximinCertificate):
        return Proof(False, (*faults, "The matching carries no certificate of leximin."))
    graph, covered, n, wrong = _all_pairs(problem, matching, certificate)
    faults += wrong
    faults = faults or _stage_faults(graph, certificate.stages, n)
    if (matching.gap or 0) != 0 or matching.pairs_gap != 0:
        faults.append("A leximin matching has no gap; this one states one.")
    if faults:
        return Proof(False, tuple(faults), covered)
    worst = next((stage.score for stage in certificate.stages[1:]), None)
    return Proof(True, (), covered, matching.weight, 0, len(matching.pairs), worst)


@dataclass(frozen=True, eq=False)
class _Left:
    """The pairs of places that are left at a stage: which are made, of settled scores, and what each is worth."""

    u: IntArray
    v: IntArray
    score: IntArray
    made: Bools
    settled: Bools
    weight: IntArray

    def keep(self, chosen: Bools) -> _Left:
        return _Left(*(getattr(self, part.name)[chosen] for part in fields(self)))


def _all_pairs(
    problem: Problem, matching: Matching, certificate: LeximinCertificate
) -> tuple[_Left, int, int, list[str]]:
    """Return all allowed pairs of places, each worth one; how many pairs of people and vertices there are; faults."""
    placed, left, right = problem.one_place_each()
    n, offset = placed.n_vertices, placed.scores.shape[0] if placed.two_sided else 0
    block = placed.scores.block(np.arange(placed.scores.shape[0], dtype=np.int64))
    rows, columns = np.nonzero(block != FORBIDDEN)
    if not placed.two_sided:
        above = rows < columns
        rows, columns = rows[above], columns[above]
    people = left[rows] * max(1, problem.scores.shape[1]) + right[columns]
    covered = len(np.unique(people))
    nothing = np.zeros(len(rows), dtype=np.int64)
    graph = _Left(
        rows, columns + offset, block[rows, columns], nothing > 0, nothing > 0, np.ones_like(nothing)
    )
    faults = []
    if certificate.pairs_covered != covered:
        faults.append(
            f"The certificate claims {certificate.pairs_covered} allowed pairs; there are {covered}."
        )
    mate: npt.NDArray[Any] = np.asarray(certificate.mate)
    wrong = _mate_fault(mate, n)
    if wrong:
        return graph, covered, n, [*faults, wrong]
    graph = replace(graph, made=np.asarray(mate[graph.u] == graph.v))
    made = zip(left[rows[graph.made]].tolist(), right[columns[graph.made]].tolist(), strict=True)
    if 2 * int(graph.made.sum()) != int((mate >= 0).sum()):
        faults.append("mate pairs two who may not be paired.")
    elif sorted(made) != sorted(map(tuple, matching.pairs.tolist())):
        faults.append("mate makes other pairs than the matching.")
    return graph, covered, n, faults


def _mate_fault(mate: npt.NDArray[Any], n: int) -> str | None:
    if mate.shape != (n,) or mate.dtype != np.int64:
        return f"mate must be int64 with the shape ({n},); it is {mate.dtype} with {mate.shape}."
    paired = np.flatnonzero(mate != -1)
    if len(paired) and (int(mate[paired].min()) < 0 or int(mate.max()) >= n):
        return "mate names a vertex that is not there."
    if (mate[mate[paired]] != paired).any() or (mate[paired] == paired).any():
        return "mate is not mutual."
    return None


def _stage_faults(graph: _Left, stages: Sequence[LeximinStage], n: int) -> list[str]:
    """Go through the stages; the faults of the first that fails."""
    if not stages or stages[0].score is not None:
        return ["The first stage must prove that there are no more pairs."]
    before: int | None = None
    for number, stage in enumerate(stages):
        if number:
            if stage.score is None or (before is not None and stage.score <= before):
                return [f"Stage {number}: its score must be above that of the stage before."]
            if (graph.made & ~graph.settled & (graph.score < stage.score)).any():
                return [f"Stage {number}: a pair below {stage.score} is made that no stage before speaks of."]
            graph = graph.keep(graph.settled | (graph.score >= stage.score))
            at = graph.score == stage.score
            graph = replace(graph, settled=graph.settled | at, weight=(n + 1) * graph.weight - at)
            before = stage.score
        after, faults = _after(graph, stage, n)
        if after is None:
            return [f"Stage {number}: {fault}" for fault in faults]
        graph = after
    return ["Pairs are made that no stage speaks of."] if (graph.made & ~graph.settled).any() else []


def _after(graph: _Left, stage: LeximinStage, n: int) -> tuple[_Left | None, list[str]]:
    """Check one stage, and return what can be in any of its best matchings, worth what it is worth in the next."""
    duals: npt.NDArray[Any] = np.asarray(stage.vertex_duals)
    if duals.shape != (n,) or duals.dtype != np.int64:
        return None, [f"vertex_duals must be int64 with the shape ({n},)."]
    forest, faults = BlossomForest.of(stage, n)
    if forest is None or faults:
        return None, faults
    if len(duals) and (int(duals.min()) < 0 or int(duals.max()) > _GREATEST):
        return None, ["a dual is negative, or beyond what exact arithmetic has room for."]
    if int(forest.duals.max(initial=0)) > _GREATEST:
        return None, ["the dual of a blossom is beyond what exact arithmetic has room for."]
    holds = _holds(forest, n)
    common = holds.T @ (forest.duals[:, None] * holds)
    slack = duals[graph.u] + duals[graph.v] + common[graph.u, graph.v] - 2 * graph.weight
    broken = np.flatnonzero(slack < 0)
    lines = (f"vertices {graph.u[k]} and {graph.v[k]} have a slack of {slack[k]}." for k in broken.tolist())
    faults = summed_up(lines, len(broken), "pairs with a negative slack")
    value, bound = 2 * int(graph.weight[graph.made].sum()), int(duals.sum()) + forest.bound
    if value != bound:
        faults.append(f"the matching is worth {value} and the duals {bound}, in halves.")
    if faults:
        return None, faults
    positive = (forest.duals > 0).astype(np.int64)
    around = holds.T @ (positive[:, None] * holds)
    demanded = (duals > 0).astype(np.int64)
    worth = demanded[graph.u] + demanded[graph.v] + around[graph.u, graph.v]
    return replace(graph, weight=worth).keep(slack == 0), []


def _holds(forest: BlossomForest, n: int) -> IntArray:
    """Return which blossom holds which vertex, as 0 and 1, shape (b, n)."""
    blossoms = np.arange(len(forest.sizes))[:, None]
    if not len(blossoms):
        return np.zeros((0, n), dtype=np.int64)
    place = forest.place[None, :]
    found = (forest.start[blossoms] <= place) & (place < forest.end[blossoms]) & (forest.innermost >= 0)
    return np.asarray(found, dtype=np.int64)
