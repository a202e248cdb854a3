"""Check trios: who meets whom, what it is worth, and that no other trio could be worth more than is stated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import combinations

import numpy as np

from peermatch.problem import (
    FORBIDDEN,
    BoundCertificate,
    DenseScores,
    IntArray,
    Matching,
    OptimalityCertificate,
    PairScores,
    Problem,
    Status,
    TrioMatching,
    TrioProblem,
)
from peermatch.verify.dispatch import prove
from peermatch.verify.forest import BlossomForest
from peermatch.verify.proof import Proof, summed_up

__all__ = ["check_trios", "prove_trios"]

Duals = OptimalityCertificate | BoundCertificate


def check_trios(problem: TrioProblem, found: TrioMatching) -> list[str]:
    """List everything that is wrong with pairs and trios, in sentences that name positions.

    Checked are: that positions are in range and nobody meets in two groups; that nobody meets whom they may not meet;
    that every fixed pair meets, alone or as two of a trio; the value; and that ``optimal`` goes with no gap.

    Examples
    --------
    >>> scores = DenseScores([[0, 5, 1], [5, 0, FORBIDDEN], [1, FORBIDDEN, 0]])
    >>> none = np.zeros((0, 2), dtype=np.int64)
    >>> found = TrioMatching(none, np.array([[0, 1, 2]]), 1, 6, 10, None, Status.UNDECIDED)
    >>> check_trios(TrioProblem(scores), found)
    ['People 1 and 2 meet in a trio, which is forbidden.']
    """
    n = problem.scores.shape[0]
    groups = [*found.pairs.tolist(), *found.trios.tolist()]
    seats = Counter(person for group in groups for person in group)
    outside = sorted(person for person in seats if not 0 <= person < n)
    twice = sorted(person for person, count in seats.items() if count > 1)
    faults = summed_up((f"Nobody has the position {x}." for x in outside), len(outside), "such positions")
    faults += summed_up((f"Person {x} meets in {seats[x]} groups." for x in twice), len(twice), "such people")
    if faults:
        return faults
    value = 0
    meetings = [(a, b, len(group)) for group in groups for a, b in combinations(group, 2)]
    looked_up = np.array(meetings, dtype=np.int64).reshape(-1, 3)
    scores = problem.scores.at(looked_up[:, 0], looked_up[:, 1]).tolist()
    for (a, b, size), score in zip(meetings, scores, strict=True):
        if score == FORBIDDEN:
            kind = "pair" if size == 2 else "trio"
            faults.append(f"People {a} and {b} meet in a {kind}, which is forbidden.")
        value += score * (2 if size == 2 else 1)
    for a, b in problem.fixed.tolist():
        if not any(a in group and b in group for group in groups):
            faults.append(f"People {a} and {b} are a fixed pair and do not meet.")
    if not faults and value != found.value:
        faults.append(f"Twice the value is given as {found.value}; it is {value}.")
    if found.bound is not None and found.bound < found.value:
        faults.append(f"The bound {found.bound} is below the value {found.value}.")
    if found.status == Status.OPTIMAL and found.bound != found.value:
        faults.append("The trios are called optimal, with a gap.")
    return summed_up(faults, len(faults), "such faults")


def prove_trios(problem: TrioProblem, found: TrioMatching, *, base_covered: int | None = None) -> Proof:
    """Check trios as `check_trios` does, and their bound over all possible trios, from the duals that they carry.

    Parameters
    ----------
    problem : TrioProblem
    found : TrioMatching
    base_covered : int, optional
        Where ``found.base`` was proved before: how many pairs that looked at. It is not proved again then.

    Returns
    -------
    Proof
        `verified` where the bound was found true. `upper_bound` is twice what any answer with as many trios can be
        worth. Without evidence nothing is verified, and the only faults are those of `check_trios`.
    """
    faults = check_trios(problem, found)
    base = found.base
    if faults or base is None or found.bound is None:
        return Proof(False, tuple(faults))
    duals = base.certificate
    if not isinstance(duals, Duals):
        return Proof(False, ("The evidence has no duals.",))
    faults += _missing(problem, found)
    if base_covered is None:
        proof = prove(Problem(_among(problem.scores, found.able)), base)
        base_covered = proof.pairs_covered
        faults += (
            proof.faults if proof.verified else (*proof.faults, "The pairs behind the bound are not proved.")
        )
    forest, wrong = BlossomForest.of(duals, len(found.able))
    faults += wrong
    if faults or forest is None:
        return Proof(False, tuple(faults))
    twice = 2 * (sum(duals.vertex_duals.tolist()) + forest.bound)
    one = len(found.able) == 2 * len(base.pairs) + 1
    rough = None if len(problem.fixed) else _bound_of_all(found, duals, forest, twice)
    if one and (rough is None or rough > found.bound or not len(found.trios)):
        bound, more = _Looking(problem, found, duals, forest, twice).bound()
    elif rough is None:
        bound, more = found.bound, ["Nothing is known of bounds for several trios where pairs are fixed."]
    else:
        bound, more = rough, []
    faults += more
    if bound > found.bound:
        faults.append(f"Another answer could be worth {bound}, doubled; the bound is given as {found.bound}.")
    return Proof(not faults, tuple(faults), base_covered, bound, bound - found.value)


def _among(scores: PairScores, people: IntArray) -> PairScores:
    take = getattr(scores, "take", None)
    if not callable(take):
        return DenseScores(scores.block(people)[:, people])
    few: PairScores = take(people, people)
    return few


def _missing(problem: TrioProblem, found: TrioMatching) -> list[str]:
    """Whoever is not among those able must have nobody whom they may meet, fixed pairs apart."""
    others = np.setdiff1d(problem.free, found.able)
    if not len(others):
        return []
    allowed = (problem.scores.block(others)[:, problem.free] != FORBIDDEN).any(axis=1)
    return [
        f"Person {x} has someone to meet, and is not among those able." for x in others[allowed].tolist()
    ][:10]


def _bound_of_all(found: TrioMatching, duals: Duals, forest: BlossomForest, twice: int) -> int:
    """Every trio is a triangle of halves: at most it gains by the blossoms that hold it whole."""
    assert found.base is not None
    met = 2 * len(found.base.pairs) + len(found.trios)
    most = twice + len(found.trios) * forest.greatest
    return most // duals.scale - duals.bonus * met


class _Looking:
    """A look at all trios of which one could take in the one person who is left over."""

    def __init__(
        self, problem: TrioProblem, found: TrioMatching, duals: Duals, forest: BlossomForest, twice: int
    ) -> None:
        self.problem, self.found, self.duals, self.twice = problem, found, duals, twice
        self.able, self.n = found.able, len(found.able)
        self.own = problem.scores.block(self.able)[:, self.able]
        np.fill_diagonal(self.own, FORBIDDEN)
        self.together = np.zeros((self.n, self.n), dtype=np.int64)
        rows, sums = forest.common(np.arange(self.n), slice(0, self.n), np.int64)
        self.together[rows] = sums
        self.fixed_value = 2 * sum(
            int(problem.scores.at(np.array([u]), np.array([v]))[0]) for u, v in problem.fixed.tolist()
        )
        self.shown = {tuple(sorted(group.tolist())): others for group, others in found.evidence}
        # where there is no trio, nothing may be possible at all that is worth as little as can be
        least = int(self.own[self.own != FORBIDDEN].min(initial=0))
        self.limit = (
            int(found.bound or 0) if len(found.trios) else self.fixed_value + self.n * min(0, least) - 1
        )

    def bound(self) -> tuple[int, list[str]]:
        """Return the highest of all bounds, and what is wrong with the evidence."""
        faults: list[str] = []
        highest = self.found.value
        for worth, group in (*self._triangles(), *self._taken_in()):
            if worth <= self.limit:
                continue
            others = self.shown.get(group)
            if others is None:
                if not len(self.found.trios):
                    faults.append(f"Nothing shows that {group} could not be a trio.")
                highest = max(highest, worth)
                continue
            reached, wrong = self._shown(group, others)
            faults += wrong
            if reached is not None:
                highest = max(highest, reached)
                if not len(self.found.trios):
                    faults.append(f"{group} could be a trio.")
        for group, others in self.shown.items():
            if not isinstance(others, Matching) or len(group) != 3:
                faults.append(f"The evidence for {group} is none.")
        return highest, summed_up(faults, len(faults), "such faults")

    def _triangles(self) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Yield bounds of trios of free people, those alone that could be above the limit."""
        y, scale, bonus = self.duals.vertex_duals, self.duals.scale, self.duals.bonus
        slack = y[:, None] + y[None, :] + self.together - scale * (self.own + bonus)
        room = self.twice - scale * (self.limit - self.fixed_value + bonus * self.n)
        possible = (self.own != FORBIDDEN) & (slack - self.together.max(initial=0) < room)
        for a, b in np.argwhere(np.triu(possible, 1)).tolist():
            third = np.flatnonzero(possible[a] & possible[b])
            for c in third[third > b].tolist():
                three = sorted((int(self.together[a, b]), int(self.together[a, c]), int(self.together[b, c])))
                lost = int(slack[a, b] + slack[a, c] + slack[b, c])
                doubled = self.twice - lost + three[0] - (three[2] - three[0])
                worth = doubled // scale - bonus * self.n + self.fixed_value
                yield worth, tuple(sorted(int(self.able[x]) for x in (a, b, c)))

    def _taken_in(self) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Yield bounds of trios of a fixed pair and one more person."""
        y, scale, bonus = self.duals.vertex_duals.tolist(), self.duals.scale, self.duals.bonus
        for u, v in self.problem.fixed.tolist():
            between = int(self.problem.scores.at(np.array([u]), np.array([v]))[0])
            rows = self.problem.scores.block(np.array([u, v]))
            for place, person in enumerate(self.able.tolist()):
                one, other = int(rows[0, person]), int(rows[1, person])
                if FORBIDDEN in (one, other):
                    continue
                rest = (self.twice - 2 * y[place]) // scale - bonus * (self.n - 1)
                yield rest + self.fixed_value + one + other - between, tuple(sorted((u, v, person)))

    def _shown(self, group: tuple[int, ...], others: Matching) -> tuple[int | None, list[str]]:
        """Return twice what the answer with this trio is worth, None if not all others can be paired."""
        rest = np.setdiff1d(self.able, group)
        proof = prove(Problem(_among(self.problem.scores, rest)), others)
        if not proof.verified:
            return None, [f"The evidence for {group} is none.", *proof.faults]
        if 2 * len(others.pairs) != len(rest):
            return None, []
        scores = [
            int(self.problem.scores.at(np.array([a]), np.array([b]))[0]) for a, b in combinations(group, 2)
        ]
        held = self.fixed_value - sum(
            2 * int(self.problem.scores.at(np.array([u]), np.array([v]))[0])
            for u, v in self.problem.fixed.tolist()
            if u in group and v in group
        )
        return 2 * others.weight + sum(scores) + held, []
