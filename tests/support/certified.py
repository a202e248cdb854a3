"""Instances made backwards, from a certificate to the scores, so that verifiers are tested without a solver."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from peermatch.problem import FORBIDDEN, DenseScores, Matching, OptimalityCertificate, Problem, Status

__all__ = ["certified", "optimal", "with_certificate"]


def with_certificate(matching: Matching, **changes: Any) -> Matching:
    """Return a matching whose certificate has some fields changed."""
    return replace(matching, certificate=replace(matching.certificate, **changes))


def optimal(problem: Problem, pairs, duals, n_pairs: int, *, scale=1, bonus=0, blossoms=()) -> Matching:
    """Return a matching with a certificate; `blossoms` lists (z, parent) and the vertices directly inside each."""
    inside = np.full(len(duals), -1, dtype=np.int64)
    for index, (_, _, vertices) in enumerate(blossoms):
        inside[list(vertices)] = index
    certificate = OptimalityCertificate(
        scale=scale,
        bonus=bonus,
        vertex_duals=np.array(duals, dtype=np.int64),
        pairs_covered=n_pairs,
        blossom_parent=np.array([parent for _, parent, _ in blossoms], dtype=np.int64),
        blossom_duals=np.array([z for z, _, _ in blossoms], dtype=np.int64),
        vertex_blossom=inside if blossoms else np.zeros(0, dtype=np.int64),
    )
    return Matching.of(
        problem, pairs, status=Status.OPTIMAL, solver="by hand", certificate=certificate, gap=0
    )


@dataclass
class _Family:
    """Nested odd sets with a matching that fills each, all but its base."""

    rng: np.random.Generator
    largest_dual: int
    parent: list[int] = field(default_factory=list)
    duals: list[int] = field(default_factory=list)
    innermost: list[int] = field(default_factory=list)
    pairs: list[tuple[int, int]] = field(default_factory=list)

    def element(self, around: int, depth: int) -> int:
        """Make a vertex or a blossom within `around` and return its base: the vertex that is not matched inside."""
        if depth == 0 or self.rng.random() < 0.45:
            self.innermost.append(around)
            return len(self.innermost) - 1
        blossom = len(self.parent)
        self.parent.append(around)
        self.duals.append(int(self.rng.integers(1, self.largest_dual + 1)))
        bases = [self.element(blossom, depth - 1) for _ in range(int(self.rng.choice([3, 3, 5])))]
        self.rng.shuffle(bases)
        self.pairs += list(zip(bases[1::2], bases[2::2], strict=True))
        return bases[0]

    def common(self, u: int, v: int) -> int:
        """Return the sum of z over the blossoms around both, by the definition."""
        chains = []
        for vertex in (u, v):
            chain, blossom = set(), self.innermost[vertex]
            while blossom >= 0:
                chain.add(blossom)
                blossom = self.parent[blossom]
            chains.append(chain)
        return sum(self.duals[b] for b in chains[0] & chains[1])


def certified(
    seed: int,
    *,
    outermost: int = 4,
    depth: int = 2,
    scale: int = 2,
    forbidden: float = 0.2,
    largest: int = 20,
) -> tuple[Problem, Matching]:
    """Return a random best-total problem and an optimal matching with a true certificate that holds blossoms.

    Duals and slacks are drawn first, those of matched pairs 0; the scores follow from them.
    """
    rng = np.random.default_rng(seed)
    family = _Family(rng, largest)
    bases = [family.element(-1, depth) for _ in range(outermost)]
    n_alone = int(rng.integers(0, 2)) if len(bases) % 2 == 0 else 1
    alone = bases[: n_alone + (len(bases) - n_alone) % 2]
    rest = bases[len(alone) :]
    family.pairs += list(zip(rest[::2], rest[1::2], strict=True))
    n = len(family.innermost)
    duals = rng.integers(0, largest + 1, n)
    duals[alone] = 0
    for u, v in family.pairs:  # whole scores need (y(u) + y(v) + common z) to be a multiple of the scale
        over = int(duals[u] + duals[v] + family.common(u, v)) % scale
        duals[u] += (scale - over) % scale
    matrix = np.full((n, n), FORBIDDEN, dtype=np.int64)
    tight = {frozenset(pair) for pair in family.pairs}
    for u in range(n):
        for v in range(u):
            if frozenset((u, v)) in tight or rng.random() >= forbidden:
                total = int(duals[u] + duals[v]) + family.common(u, v)
                slack = (
                    0
                    if frozenset((u, v)) in tight
                    else int(rng.choice([0, 0, 1, 2, 30])) * scale + total % scale
                )
                matrix[u, v] = matrix[v, u] = (total - slack) // scale
    problem = Problem(DenseScores(matrix), "best_total")
    blossoms = [
        (z, around, [v for v in range(n) if family.innermost[v] == b])
        for b, (z, around) in enumerate(zip(family.duals, family.parent, strict=True))
    ]
    n_pairs = int((matrix != FORBIDDEN).sum()) // 2
    return problem, optimal(problem, family.pairs, duals, n_pairs, scale=scale, blossoms=blossoms)
