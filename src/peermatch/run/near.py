"""Pairs in hand, to which an answer stays near: ids of people, some of whom may not be here today."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from peermatch.criteria import Sides, key_of
from peermatch.problem import Control, IntArray, Matching, Problem
from peermatch.solvers.nearest import in_problem, keeping_most

__all__ = ["nearest"]


def nearest(
    problem: Problem,
    best: Matching,
    near: Iterable[tuple[Any, Any]],
    sides: Sides,
    positions: tuple[IntArray, IntArray],
    control: Control,
) -> Matching:
    """Return, of all answers that are as good as the best, the one that keeps most of some pairs of ids."""
    places = [(sides.left_positions.get(key_of(a)), sides.right_positions.get(key_of(b))) for a, b in near]
    here = np.array([pair for pair in places if None not in pair], dtype=np.int64).reshape(-1, 2)
    held = in_problem(here, positions, two_sided=problem.two_sided)
    return keeping_most(problem, best, held, control) or best
