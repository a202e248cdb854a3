"""What the proof says of all pairs at once: how much every other set of pairs must lose if one pair is given up.

With dual variables y and z, a set of pairs is worth what the best is worth, less the slack of each of its pairs, less
the y of each place that stays empty, less what its blossoms lack. Whoever gives up a partner has another one then, at
the slack of that pair, or none, at their own y. So two people who part cost at least the cheapest way out of both.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from peermatch.problem import (
    FORBIDDEN,
    GRID,
    FlowCertificate,
    IntArray,
    Matching,
    OptimalityCertificate,
    Problem,
    ProtectedCertificate,
    WorstFirstCertificate,
)
from peermatch.problem.flow import bounds_of
from peermatch.verify.forest import BlossomForest

__all__ = ["Slacks", "places_left"]

_CELLS = 1 << 20
_FAR = 2**62
_NOBODY = 2**60


@dataclass(frozen=True, eq=False)
class Slacks:
    """The slack of every allowed pair of a problem, block by block.

    Attributes
    ----------
    problem : Problem
    scale, bonus, lift : int
        Of the certificate.
    left, right : int64 arrays
        y of each row and each column; of several places the lowest.
    first : (int64 array, int64 array)
        How much each row and each column goes first.
    free : (bool array, bool array)
        Whether a row or a column has a place left.
    forest : BlossomForest or None
    entries : int64 array
        One pool: the vertex of each row.
    """

    problem: Problem
    scale: int
    bonus: int
    lift: int
    left: IntArray
    right: IntArray
    first: tuple[IntArray, IntArray]
    free: tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]
    forest: BlossomForest | None
    entries: IntArray

    @classmethod
    def of(
        cls,
        problem: Problem,
        matching: Matching,
        vertices: tuple[IntArray, IntArray] | None,
        positions: tuple[IntArray, IntArray],
        pairs: IntArray,
    ) -> Slacks | None:
        """Read a certificate.

        Parameters
        ----------
        problem : Problem
            What was solved; of worst-first only the pairs that reach the worst.
        matching : Matching
            With the proof.
        vertices : pair of int64 arrays, optional
            Who stands behind each entry of the certificate, as positions of those who take part.
        positions : pair of int64 arrays
            Whom rows and columns of the problem mean.
        pairs : int64 array, shape (m, 2)
            The pairs in hand, in positions of the problem.

        Returns
        -------
        Slacks or None
            None where the certificate is of another kind, or would need more than 64 bits.
        """
        proof, lift = matching.certificate, 0
        if isinstance(proof, WorstFirstCertificate):
            proof = proof.within
        lifted: IntArray | None = None
        if isinstance(proof, ProtectedCertificate):
            lifted, lift, proof = proof.first, proof.lift, proof.within
        if vertices is None or not isinstance(proof, OptimalityCertificate | FlowCertificate):
            return None
        forest: BlossomForest | None = None
        if isinstance(proof, FlowCertificate):
            scale, duals = 1, (proof.left_duals, proof.right_duals)
        else:
            scale, cut = proof.scale, len(vertices[0])
            duals = (proof.vertex_duals[:cut], proof.vertex_duals[cut:])
            forest, faults = BlossomForest.of(proof, len(proof.vertex_duals))
            if forest is None or faults:
                return None
            forest = forest if forest.sizes and not problem.two_sided else None
        if not problem.two_sided:
            duals, vertices = (duals[0], duals[0]), (vertices[0], vertices[0])
        rows, columns = (_lowest(*given) for given in zip(duals, vertices, positions, strict=True))
        offset = len(positions[0]) if problem.two_sided else 0
        goes = (np.zeros(len(rows), dtype=np.int64), np.zeros(len(columns), dtype=np.int64))
        if lifted is not None:
            goes = (lifted[: len(rows)], lifted[offset : offset + len(columns)])
        entries = np.zeros(0, dtype=np.int64)
        if forest is not None:
            where = {position: entry for entry, position in enumerate(vertices[0].tolist())}
            entries = np.array([where.get(position, 0) for position in positions[0].tolist()], dtype=np.int64)
        if not _fits(rows, columns, goes, scale, proof.bonus, lift, forest):
            return None
        free = places_left(problem, pairs)
        return cls(problem, scale, proof.bonus, lift, rows, columns, goes, free, forest, entries)

    def ways_out(self, pairs: IntArray) -> IntArray:
        """Return what giving up each of the pairs in hand costs at least, in units of 1/scale. Reads all scores."""
        rows, columns = (part.copy() for part in self.bare)
        for here, slack in self._blocks(pairs):
            rows[here] = np.minimum(rows[here], slack.min(axis=1, initial=_FAR))
            np.minimum(columns, slack.min(axis=0, initial=_FAR), out=columns)
        if not self.problem.two_sided:
            rows = columns = np.minimum(rows, columns)
        both: IntArray = rows[pairs[:, 0]] + columns[pairs[:, 1]]
        return both

    def below(self, limit: int, pairs: IntArray) -> tuple[IntArray, IntArray, IntArray]:
        """Return the pairs with a slack below a limit, beside those in hand: rows, columns, slack. Reads all scores."""
        none = np.zeros(0, dtype=np.int64)
        found = [(none, none, none)]
        for here, slack in self._blocks(pairs):
            low = slack < limit
            if not self.problem.two_sided:
                low &= here[:, None] < np.arange(slack.shape[1])[None, :]
            u, v = np.nonzero(low)
            found.append((here[u], v.astype(np.int64), slack[u, v]))
        rows, columns, slacks = (np.concatenate([part[k] for part in found]) for k in range(3))
        return rows, columns, slacks

    @property
    def bare(self) -> tuple[IntArray, IntArray]:
        """What one partner fewer costs each row and each column: nothing with a place left, or above the minimum."""
        left, right = (
            np.where(free, 0, np.maximum(duals, 0))
            for free, duals in zip(self.free, (self.left, self.right), strict=True)
        )
        return left, right

    def _blocks(self, pairs: IntArray) -> Iterator[tuple[IntArray, IntArray]]:
        rows, columns = self.problem.scores.shape
        step = max(1, _CELLS // max(1, columns))
        for begin in range(0, rows, step):
            here = np.arange(begin, min(rows, begin + step), dtype=np.int64)
            yield here, self._slack(here, pairs)

    def _slack(self, rows: IntArray, pairs: IntArray) -> IntArray:
        """Return the slack of these rows with everyone; far off where a pair is forbidden or in hand."""
        scores = self.problem.scores.block(rows)
        allowed = scores != FORBIDDEN
        slack = np.where(allowed, scores, 0) + self.bonus
        if self.lift:
            slack += self.lift * (self.first[0][rows][:, None] + self.first[1][None, :])
        slack *= -self.scale
        slack += self.left[rows][:, None] + self.right[None, :]
        if self.forest is not None:
            inside, common = self.forest.common(self.entries[rows], slice(None), np.int64)
            slack[inside] += common[:, self.entries]
        slack[~allowed] = _FAR
        lines = np.full(len(self.left), -1, dtype=np.int64)
        lines[rows] = np.arange(len(rows))
        turned = [pairs] if self.problem.two_sided else [pairs, pairs[:, ::-1]]
        for some in turned:
            line = lines[some[:, 0]]
            slack[line[line >= 0], some[line >= 0, 1]] = _FAR
        if not self.problem.two_sided:
            slack[np.arange(len(rows)), rows] = _FAR
        at_least_nothing: IntArray = np.maximum(slack, 0)
        return at_least_nothing


def _lowest(duals: IntArray, vertices: IntArray, positions: IntArray) -> IntArray:
    """Return the lowest dual variable of each person's places; a very high one for those without any."""
    lowest = np.full(
        int(max(vertices.max(initial=-1), positions.max(initial=-1))) + 1, _NOBODY, dtype=np.int64
    )
    np.minimum.at(lowest, vertices, duals)
    found: IntArray = lowest[positions]
    return found


def _fits(
    rows: IntArray,
    columns: IntArray,
    goes: tuple[IntArray, IntArray],
    scale: int,
    bonus: int,
    lift: int,
    forest: BlossomForest | None,
) -> bool:
    """Whether every slack fits into 64 bits with room to spare; in Python integers."""
    duals = sum(max((abs(y) for y in part.tolist() if y < _NOBODY), default=0) for part in (rows, columns))
    lifts = lift * sum(max(part.tolist(), default=0) for part in goes)
    return duals + (forest.greatest if forest else 0) + scale * (GRID + bonus + lifts) < _NOBODY


def places_left(problem: Problem, pairs: IntArray) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return which rows and columns have a place left beside the pairs in hand."""
    shape = problem.scores.shape
    if not problem.two_sided:
        free = np.ones(shape[0], dtype=bool)
        free[pairs.ravel()] = False
        return free, free
    high = bounds_of(problem)[1]
    left, right = (np.bincount(pairs[:, hand], minlength=shape[hand]) < high[hand] for hand in (0, 1))
    return left, right
