"""People who go first: they are left out only where that cannot be helped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from peermatch.checks import must_be
from peermatch.criteria import Sides, key_of
from peermatch.errors import ConfigError
from peermatch.problem import FlowProblem, IntArray, Problem, Solver
from peermatch.solvers import Blossom
from peermatch.solvers.rounds import OneFirst

__all__ = ["MOST_FIRST", "first_places_of", "going_first", "protected_sentence"]

MOST_FIRST = 100
"""Greater numbers would leave too few bits for the scores of large pools."""


def first_places_of(first: Any, sides: Sides, left: IntArray, right: IntArray) -> IntArray:
    """Return how much each vertex of a problem goes first.

    Parameters
    ----------
    first : list of id, or mapping of id to whole number
    sides : Sides
    left, right : int64 arrays
        Who stands in each row and column of the problem.

    Raises
    ------
    ConfigError
        If `first` is neither, or a number is not from 0 to `MOST_FIRST`.
    """
    constraint = f"a list of ids, or a mapping of ids to whole numbers from 0 to {MOST_FIRST}"
    if isinstance(first, str | bytes) or not hasattr(first, "__iter__"):
        raise ConfigError(must_be("match", "first", constraint, first))
    numbers = first.items() if isinstance(first, Mapping) else [(id, 1) for id in first]
    found = {}
    for id, number in numbers:
        if isinstance(id, list | dict | set | tuple):
            raise ConfigError(must_be("match", "first", constraint, first))
        if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number <= MOST_FIRST:
            raise ConfigError(must_be("match", "first", constraint, number))
        found[key_of(id)] = number

    def of(people: int, position_of: Mapping[tuple[str, Any], int], positions: IntArray) -> IntArray:
        numbered = np.zeros(people, dtype=np.int64)
        for key, number in found.items():
            if key in position_of:
                numbered[position_of[key]] = number
        return numbered[positions]

    numbered = of(sides.shape[0], sides.left_positions, left)
    if sides.two_sided:
        numbered = np.concatenate([numbered, of(sides.shape[1], sides.right_positions, right)])
    return numbered


def going_first(solver: Solver, problem: Problem, first: IntArray) -> Solver:
    """Return the solver that lets these people go first.

    Raises
    ------
    ConfigError
        If the solver, the objective or capacities leave no exact way to do so.
    """
    if isinstance(solver, OneFirst):
        solver.first = first
        return solver
    with_total = problem.objective in ("everyone_first", "best_total")
    if not with_total or problem.has_places or isinstance(problem, FlowProblem):
        raise ConfigError(
            "first= works with one place each and the objectives 'everyone_first' and 'best_total'. Leave it out, or "
            "choose one of these."
        )
    if not isinstance(solver, Blossom) or solver.candidates_only or solver.gap:
        raise ConfigError(
            f"first= needs the solver 'blossom' that proves its answer; this matcher has {solver.name!r} with other "
            "options. Leave first= out, or use solver='blossom'."
        )
    return OneFirst(first, solver.k)


def protected_sentence(objective: str) -> str:
    """Say in words what is proved."""
    pairs = "nobody can make more pairs, " if objective == "everyone_first" else ""
    return (
        f"{pairs}nobody who goes first is left out where that can be helped, and no other such answer has a better "
        "total"
    )
