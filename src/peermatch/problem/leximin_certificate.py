"""Evidence that no matching is better from the worst pair upward."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from peermatch.problem.scores import IntArray

__all__ = ["LeximinCertificate", "LeximinStage"]


def _no_ints() -> IntArray:
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class LeximinStage:
    """Dual variables of one stage, in the terms of `OptimalityCertificate` with the scale 2 and no bonus.

    Parameters
    ----------
    score : int or None
        The score whose pairs are as few as can be, given all stages before; None for the first stage, in which every
        pair is worth one.
    vertex_duals : int64 array, shape (n_vertices,)
    blossom_parent, blossom_duals : int64 arrays, shape (b,)
    vertex_blossom : int64 array, shape (n_vertices,), or empty
    """

    score: int | None
    vertex_duals: IntArray
    blossom_parent: IntArray = field(default_factory=_no_ints)
    blossom_duals: IntArray = field(default_factory=_no_ints)
    vertex_blossom: IntArray = field(default_factory=_no_ints)


@dataclass(frozen=True, eq=False)
class LeximinCertificate:
    """A chain of dual variables that proves a matching leximin: best from the worst pair upward.

    The best matchings of a stage are exactly those in which every pair has a slack of 0, every vertex with a positive
    dual is matched, and every blossom of s vertices holds (s-1)/2 pairs. So pairs with a positive slack leave the graph
    for good, and a pair is worth in the next stage, with r the number of its two vertices whose dual was positive plus
    the number of blossoms around both,

        (n_vertices + 1) * r - (1 if its score is the stage's, else 0)

    where the pairs are left out whose score lies between the scores of two stages. One vertex or blossom less costs
    more than all pairs of a score together, so each stage keeps what the ones before proved.

    Parameters
    ----------
    stages : tuple of LeximinStage
        The first proves that there are no more pairs; the others follow by rising score.
    mate : int64 array, shape (n_vertices,)
        Each vertex's partner, or -1: with capacities a vertex is a place (`Problem.one_place_each`).
    pairs_covered : int
        How many allowed pairs of people there are.
    """

    stages: tuple[LeximinStage, ...]
    mate: IntArray
    pairs_covered: int
    kind: ClassVar[str] = "leximin"
