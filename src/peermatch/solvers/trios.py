"""Trios: whoever is left over joins a pair. Exact for one person in a pool of moderate size, with a bound elsewhere.

Idea
    Everybody counts by their fit, so a trio is worth half of the sum of its three scores: it is a triangle of halves in
    a fractional matching. With the duals of the best pairs (see `OptimalityCertificate`) a trio {a, b, c} and any
    pairs of all others are therefore worth, doubled, at most

        2 D - slack(a,b) - slack(a,c) - slack(b,c) + z of the blossoms that hold all three - z of those that hold two

    where D is the value of the duals: a blossom, which is odd, has room for one pair fewer where two or three of it are
    away. The triangles for which that is more than the best trio in hand are few; each is decided by solving the others
    again.
Cost
    O(n^2) for the slacks, one triangle at a time among pairs with small slack, one matching for each of those.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from peermatch.problem import (
    FORBIDDEN,
    BoundCertificate,
    Control,
    DenseScores,
    IntArray,
    Matching,
    OptimalityCertificate,
    PairScores,
    Problem,
    Status,
    Stopped,
    TrioMatching,
    TrioProblem,
    sorted_pairs,
    trio_value,
)
from peermatch.solvers.blossom import Blossom

__all__ = ["MOST_IN_TABLE", "join_trios"]

MOST_IN_TABLE = 2_000
"""Up to how many people all pairs are held at once, and the best trio is looked for."""

MOST_SOLVED = 200
"""How often the others are solved again at most."""

_MOST_TRIANGLES = 2_000_000

Duals = OptimalityCertificate | BoundCertificate


def join_trios(
    problem: TrioProblem,
    matching: Matching,
    *,
    most_solved: int = MOST_SOLVED,
    control: Control | None = None,
) -> TrioMatching:
    """Let those whom a matching leaves over join pairs: as many of them as possible, then the best total.

    Parameters
    ----------
    problem : TrioProblem
    matching : Matching
        Of ``problem.free`` (positions among them), as good as it is proved to be.
    most_solved : int
    control : Control, optional
        Asked to stop, the best trio found so far comes back with its bound.

    Returns
    -------
    TrioMatching
    """
    free = problem.free
    pairs = np.concatenate([free[matching.pairs], problem.fixed])
    alone = np.setdiff1d(free, pairs)
    without = trio_value(problem.scores, pairs, _none())
    kept, trios = _joined(problem, pairs, alone)
    value = trio_value(problem.scores, kept, trios)
    found = TrioMatching(kept, trios, len(alone), value, without, None, Status.UNDECIDED)
    if not len(alone) or problem.objective != "everyone_first":
        return found
    able = _able(problem.scores, free, alone)
    apart = len(np.intersect1d(alone, able))
    if apart == 0:
        # they may join fixed pairs alone, and nobody else may: nothing of this depends on the other pairs
        best = matching.status == Status.OPTIMAL and len(able) == len(free) - len(alone)
        return replace(found, bound=value, status=Status.OPTIMAL) if best else found
    outside = np.setdiff1d(alone, able)
    if len(problem.fixed) and len(_joined(problem, problem.fixed, outside)[1]):
        return found  # they and the others may want the same pair
    try:
        base = _base(problem, matching, able, control)
    except Stopped:
        return found
    if not isinstance(base.certificate, Duals):
        return found
    found = replace(found, able=able, base=base)
    if apart == 1 and len(able) <= MOST_IN_TABLE and len(base.pairs) * 2 + 1 == len(able):
        return _Search(problem, found, base.certificate, control).run(most_solved)
    return _bounded(problem, found, base.certificate)


def _none() -> IntArray:
    return np.zeros((0, 3), dtype=np.int64)


def _able(scores: PairScores, free: IntArray, alone: IntArray) -> IntArray:
    """Return the free people who may meet one of the others: nobody else counts for a matching of them."""
    allowed = scores.block(alone)[:, free] != FORBIDDEN
    return np.setdiff1d(free, alone[~allowed.any(axis=1)])


def _among(scores: PairScores, people: IntArray) -> PairScores:
    take = getattr(scores, "take", None)
    if callable(take):
        few: PairScores = take(people, people)
        return few
    return DenseScores(scores.block(people)[:, people])


def _joined(problem: TrioProblem, pairs: IntArray, alone: IntArray) -> tuple[IntArray, IntArray]:
    """Let as many as possible join one of these pairs each, at the best total: a linear assignment."""
    if not len(pairs) or not len(alone):
        return sorted_pairs(pairs, two_sided=False), _none()
    from scipy.optimize import linear_sum_assignment  # slow to import, and most pools have nobody left over

    one, other = problem.scores.block(alone)[:, pairs.T].transpose(1, 0, 2)
    between = problem.scores.at(pairs[:, 0], pairs[:, 1])
    possible = (one != FORBIDDEN) & (other != FORBIDDEN)
    # any person more outweighs what all of them could gain
    bonus = float((len(alone) + 1) << 33)
    gain = np.where(possible, one.astype(np.float64) + other - between[None, :] + bonus, 0.0)
    who, where = linear_sum_assignment(gain, maximize=True)
    seated = possible[who, where]
    who, where = who[seated], where[seated]
    trios = np.sort(np.concatenate([pairs[where], alone[who][:, None]], axis=1), axis=1).astype(np.int64)
    rest = np.delete(pairs, where, axis=0)
    return sorted_pairs(rest, two_sided=False), _sorted_trios(trios)


def _sorted_trios(trios: IntArray) -> IntArray:
    trios = np.sort(trios, axis=1)
    return trios[np.lexsort((trios[:, 2], trios[:, 1], trios[:, 0]))]


def _base(problem: TrioProblem, matching: Matching, able: IntArray, control: Control | None) -> Matching:
    """Return the best pairs of those who are able, with duals: nobody goes first there."""
    if isinstance(matching.certificate, Duals) and len(able) == len(problem.free):
        return matching
    return Blossom().solve(Problem(_among(problem.scores, able)), control=control)


def _common(duals: Duals, n: int) -> IntArray:
    """Return the sum of z over the blossoms that hold both of two people, shape (n, n)."""
    common = np.zeros((n, n), dtype=np.int64)
    held: list[list[int]] = [[] for _ in duals.blossom_parent]
    for person, blossom in enumerate(duals.vertex_blossom.tolist()):
        while blossom >= 0:
            held[blossom].append(person)
            blossom = int(duals.blossom_parent[blossom])
    for members, z in zip(held, duals.blossom_duals.tolist(), strict=True):
        common[np.ix_(members, members)] += z
    return common


def _deepest(duals: Duals) -> int:
    """Return the greatest sum of z over blossoms that hold each other: no trio can gain more by them."""
    depth = [0] * len(duals.blossom_parent)
    for blossom in range(len(depth)):
        at = blossom
        while at >= 0:
            depth[blossom] += int(duals.blossom_duals[at])
            at = int(duals.blossom_parent[at])
    return max(depth, default=0)


def _dual_value(duals: Duals) -> int:
    """Return D, in units of 1/scale: the sum of y, and of z(B) (|B| - 1) / 2."""
    sizes = np.zeros(len(duals.blossom_parent), dtype=np.int64)
    for blossom in duals.vertex_blossom.tolist():
        while blossom >= 0:
            sizes[blossom] += 1
            blossom = int(duals.blossom_parent[blossom])
    inside = sum(
        z * (size - 1) // 2 for z, size in zip(duals.blossom_duals.tolist(), sizes.tolist(), strict=True)
    )
    return int(sum(duals.vertex_duals.tolist())) + int(inside)


def _bounded(problem: TrioProblem, found: TrioMatching, duals: Duals) -> TrioMatching:
    """Bound what as many trios could be worth: each of them could gain by blossoms that hold it whole, no more.

    With t trios and the greatest number of pairs m, 2 m + t people have a group, m - t of these groups being pairs.
    """
    if len(problem.fixed):
        return found  # who joins a fixed pair is not in these duals' terms
    assert found.base is not None
    count = len(found.trios)
    covered = 2 * len(found.base.pairs) + count
    most = 2 * _dual_value(duals) + count * _deepest(duals)
    bound = max(found.value, most // duals.scale - duals.bonus * covered)
    return replace(found, bound=bound, status=Status.GAP)


class _Search:
    """The search for the best trio where one person is left over."""

    def __init__(
        self, problem: TrioProblem, found: TrioMatching, duals: Duals, control: Control | None
    ) -> None:
        self.problem, self.found, self.control = problem, found, control
        self.able, self.n = found.able, len(found.able)
        self.scale, self.bonus, self.y = duals.scale, duals.bonus, duals.vertex_duals
        self.dense = _among(problem.scores, self.able).block(np.arange(self.n, dtype=np.int64))
        self.common = _common(duals, self.n)
        self.twice = 2 * _dual_value(duals)
        fixed = problem.fixed
        self.held = 2 * sum(problem.scores.at(fixed[:, 0], fixed[:, 1]).tolist())
        lowest = min(0, int(self.dense[self.dense != FORBIDDEN].min(initial=0)))
        self.least = self.held + self.n * lowest - 1
        self.best = found.value if len(found.trios) else None
        self.evidence: list[tuple[IntArray, Matching]] = []

    def run(self, most_solved: int) -> TrioMatching:
        """Decide one possible trio after the other, those that could be worth most first."""
        possible, complete = self._triangles()
        possible = sorted([*possible, *self._joining()], key=lambda part: (-part[0], part[1:]))
        left_open: int | None = None
        for bound, *group in possible:
            if bound <= (self.least if self.best is None else self.best):
                break
            if len(self.evidence) >= most_solved or (self.control is not None and self.control.stopping):
                left_open = bound
                break
            try:
                self._decide(group)
            except Stopped:
                left_open = bound
                break
        if not complete:
            return self.found
        return self._stated(left_open)

    def _triangles(self) -> tuple[list[tuple[int, ...]], bool]:
        """List the trios of free people that could be worth more than the best in hand, with their bounds."""
        n, y = self.n, self.y
        slack = y[:, None] + y[None, :] + self.common - self.scale * (self.dense + self.bonus)
        allowed = self.dense != FORBIDDEN
        np.fill_diagonal(allowed, False)
        better_than = self.least if self.best is None else self.best
        least = self.scale * (better_than - self.held + self.bonus * n)
        near = allowed & (slack < self.twice - least + int(self.common.max(initial=0)))
        found: list[tuple[int, ...]] = []
        for a in range(n):
            others = a + 1 + np.flatnonzero(near[a, a + 1 :])
            i, j = np.nonzero(np.triu(near[np.ix_(others, others)], 1))
            b, c = others[i], others[j]
            inside = np.stack([self.common[a, b], self.common[a, c], self.common[b, c]])
            bound = self.twice - slack[a, b] - slack[a, c] - slack[b, c] + 2 * inside.min(0) - inside.max(0)
            hit = np.flatnonzero(bound > least)
            values = bound[hit] // self.scale - self.bonus * n + self.held
            found += list(zip(values.tolist(), [a] * len(hit), b[hit].tolist(), c[hit].tolist(), strict=True))
            if len(found) > _MOST_TRIANGLES:
                return found, False
        return found, True

    def _joining(self) -> list[tuple[int, ...]]:
        """List whom a fixed pair could take in, with bounds: (bound, person, -1 - pair)."""
        found: list[tuple[int, ...]] = []
        for number, (u, v) in enumerate(self.problem.fixed.tolist()):
            ends = self.problem.scores.block(np.array([u, v], dtype=np.int64))[:, self.able]
            both = (ends != FORBIDDEN).all(axis=0)
            own = int(self.problem.scores.at(np.array([u]), np.array([v]))[0])
            for person in np.flatnonzero(both).tolist():
                rest = (self.twice - 2 * int(self.y[person])) // self.scale - self.bonus * (self.n - 1)
                found.append((rest + self.held + int(ends[:, person].sum()) - own, person, -1 - number))
        return found

    def _decide(self, group: list[int]) -> None:
        """Find the best pairs of all but these, and take the answer if it is the best so far."""
        people = [at for at in group if at >= 0]
        rest = np.delete(np.arange(self.n), people)
        others = Blossom().solve(Problem(DenseScores(self.dense[np.ix_(rest, rest)])), control=self.control)
        if others.status != Status.OPTIMAL:
            raise Stopped
        fixed = self.problem.fixed
        trio = self.able[people]
        if len(people) == 1:
            trio = np.append(fixed[-1 - group[-1]], trio)
            fixed = np.delete(fixed, -1 - group[-1], axis=0)
        trios = np.sort(trio)[None, :]
        self.evidence.append((trios[0], others))
        if 2 * len(others.pairs) != len(rest):
            return
        pairs = sorted_pairs(np.concatenate([self.able[rest[others.pairs]], fixed]), two_sided=False)
        value = trio_value(self.problem.scores, pairs, trios)
        if self.best is None or value > self.best:
            self.best = value
            self.found = replace(self.found, pairs=pairs, trios=trios, value=value)

    def _stated(self, left_open: int | None) -> TrioMatching:
        stats = {"solved": len(self.evidence)}
        found = replace(self.found, evidence=tuple(self.evidence), stats=stats)
        if self.best is None:
            # no trio at all: proved, or not looked at to the end
            status = Status.OPTIMAL if left_open is None else Status.UNDECIDED
            return replace(found, bound=found.value if left_open is None else None, status=status)
        bound = self.best if left_open is None else max(self.best, left_open)
        return replace(found, bound=bound, status=Status.OPTIMAL if bound == self.best else Status.GAP)
