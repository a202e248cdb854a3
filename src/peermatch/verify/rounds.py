"""Check several rounds without repeats, and a bound on them, with one look at all pairs for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from peermatch.kernels.checking import add_excess
from peermatch.problem import FORBIDDEN, IntArray, Matching, PairScores, Problem, TrailingScores
from peermatch.verify.proof import Proof
from peermatch.verify.protected import Claim, claim_of, concluded
from peermatch.verify.slack import Look, row_blocks

__all__ = ["RoundsProof", "prove_rounds", "rounds_bound"]

_CELLS = 1 << 22


@dataclass(frozen=True)
class RoundsProof:
    """What one look at all pairs showed about several rounds.

    Attributes
    ----------
    rounds : tuple of Proof
        Of each round among the pairs that earlier rounds left.
    bound : int or None
        No rounds of this number without repeats have a greater total, however they are chosen; None where no duals
        were given.
    faults : tuple of str
        What is wrong with the rounds together.
    """

    rounds: tuple[Proof, ...]
    bound: int | None
    faults: tuple[str, ...]


class _Without:
    """Scores in which listed pairs are forbidden: the checker's own way to say that no pair is made twice."""

    def __init__(self, base: PairScores, pairs: IntArray) -> None:
        self._base = base
        columns = base.shape[1]
        keys = [pairs[:, 0] * columns + pairs[:, 1]]
        if not base.two_sided:
            keys.append(pairs[:, 1] * columns + pairs[:, 0])
        self._keys = np.unique(np.concatenate(keys))
        self.shape, self.two_sided = base.shape, base.two_sided
        self.top, self.utilities, self.block = base.top, base.utilities, base.block

    def at(self, u: IntArray, v: IntArray) -> IntArray:
        """Return the scores of listed pairs."""
        return np.where(np.isin(u * self.shape[1] + v, self._keys), FORBIDDEN, self._base.at(u, v))


def prove_rounds(
    scores: PairScores, objective: str, matchings: Sequence[Matching], duals: IntArray | None = None
) -> RoundsProof:
    """Check that each of several rounds is optimal among the pairs that earlier ones left, and bound their total.

    Parameters
    ----------
    scores : PairScores
        Before the first round.
    objective : {"everyone_first", "best_total"}
    matchings : sequence of Matching
        In their order, each with an `OptimalityCertificate` or a `ProtectedCertificate`.
    duals : int64 array, shape (n_vertices,), optional
        For the bound; see `rounds_bound`.

    Returns
    -------
    RoundsProof
    """
    problems, made = [], np.zeros((0, 2), dtype=np.int64)
    for matching in matchings:
        problems.append(Problem(_Without(scores, made), objective))
        made = np.concatenate([made, matching.pairs])
    claims = [claim_of(problem, matching) for problem, matching in zip(problems, matchings, strict=True)]
    looks = [_look(problem, claim) for problem, (claim, _) in zip(problems, claims, strict=True)]
    excess = _look_at_all(scores, looks, matchings, duals)
    proofs = []
    for problem, matching, (claim, faults), look in zip(problems, matchings, claims, looks, strict=True):
        if claim is None or look is None:
            proofs.append(Proof(False, tuple(faults)))
        else:
            proofs.append(concluded(problem, matching, claim, look.finished()))
    bound = None if duals is None else rounds_bound(duals, excess, len(matchings), scores)
    together = sum(matching.weight for matching in matchings)
    too_low = bound is not None and together > bound
    faults_together = (
        (f"The rounds are worth {together}, more than the bound of {bound}.",) if too_low else ()
    )
    return RoundsProof(tuple(proofs), bound, faults_together)


def rounds_bound(duals: IntArray, excess: int, rounds: int, scores: PairScores) -> int:
    """Return what k rounds without repeats are worth together at most, by any duals y >= 0 of their people.

    Let F be the pairs of k rounds, each pair once. As ``w <= (y(u) + y(v)) / 2 + max(0, 2 w - y(u) - y(v)) / 2`` for
    every pair, F is worth at most half of

        sum over people of (how often they stand in F) y(u)  +  sum over the pairs of F of max(0, 2 w - y(u) - y(v)).

    Nobody stands in more than k pairs of F, and all together in at most k times twice the pairs that a round can have,
    so the first sum is at most k times the sum of that many of the largest y. The second has no pair twice and no
    negative term, so it is at most the sum over all allowed pairs: the `excess`. That holds for any y >= 0; those of
    the relaxation in which everybody may stand in k pairs (or in part of them) make it least.

    Parameters
    ----------
    duals : int64 array, shape (n_vertices,)
        y, in units of half a score.
    excess : int
        The sum over all allowed pairs of max(0, 2 w - y(u) - y(v)).
    rounds : int
        k.
    scores : PairScores
        For their shape.

    Examples
    --------
    >>> from peermatch.problem import DenseScores
    >>> scores = DenseScores([[0, 4, 2], [4, 0, 3], [2, 3, 0]])
    >>> rounds_bound(np.array([3, 3, 1]), 2 * 4 - 6 + 2 * 3 - 4, 2, scores)
    8
    """
    y = np.maximum(duals, 0)
    if scores.two_sided:
        rows = scores.shape[0]
        most = min(scores.shape)
        largest = [
            *np.sort(y[:rows])[rows - most :].tolist(),
            *np.sort(y[rows:])[scores.shape[1] - most :].tolist(),
        ]
    else:
        largest = np.sort(y)[len(y) % 2 :].tolist()
    return int((rounds * sum(largest) + excess) // 2)


def _look(problem: Problem, claim: Claim | None) -> Look | None:
    if claim is None:
        return None
    rows, columns = problem.scores.shape
    within = claim.within
    return Look(
        problem, claim.duals, claim.forest, within.scale, within.bonus, (np.arange(rows), np.arange(columns))
    )


def _look_at_all(
    scores: PairScores, looks: Sequence[Look | None], matchings: Sequence[Matching], duals: IntArray | None
) -> int:
    """Show every look all pairs that are left for its round; return the excess of all pairs over duals."""
    n_rows, n_columns = scores.shape
    offset = n_rows if scores.two_sided else 0
    y = None if duals is None else np.maximum(duals, 0).astype(np.int64)
    excess = 0
    for rows in row_blocks(n_rows, n_columns, cells=_CELLS):
        first = 0 if scores.two_sided else int(rows[0])
        weights = _trailing(scores, rows, first)
        if y is not None:
            some = np.zeros(1, dtype=np.int64)
            right = np.ascontiguousarray(y[offset : offset + n_columns])
            add_excess(weights, rows, first, not scores.two_sided, y[: max(1, n_rows)], right, some)
            excess += int(some[0])
        for look, matching in zip(looks, matchings, strict=True):
            if look is not None:
                look.at_block(rows, weights)
            _forbid(weights, rows, first, matching.pairs)
    return excess


def _trailing(scores: PairScores, rows: IntArray, first: int) -> IntArray:
    """Return scores of consecutive rows from a column on, to write to."""
    if first and isinstance(scores, TrailingScores):
        return np.array(scores.block_from(rows, first), dtype=np.int64, order="C")
    return np.array(scores.block(rows)[:, first:], dtype=np.int64, order="C")


def _forbid(weights: IntArray, rows: IntArray, first: int, pairs: IntArray) -> None:
    """Forbid the pairs of a round for those after it; in one pool they are (low, high), which is what is looked at."""
    inside = (pairs[:, 0] >= rows[0]) & (pairs[:, 0] <= rows[-1]) & (pairs[:, 1] >= first)
    weights[pairs[inside, 0] - rows[0], pairs[inside, 1] - first] = FORBIDDEN
