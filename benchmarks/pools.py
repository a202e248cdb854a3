"""Pools of synthetic people for the library itself: six criteria of mixed kinds, two rules, and awkward cases.

A pool goes the way that every pool goes, through `peermatch.PeerMatcher`, up to the moment at which a solver is asked:
what the solver would have seen is the `Problem` that is measured.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import numpy as np
import pandas as pd

import peermatch as pm
from peermatch.datasets import make_organisation
from peermatch.datasets.vocabulary import GRADES
from peermatch.problem import ONE_POOL, TWO_SIDES, Problem

__all__ = ["POOLS", "asked_of", "make_problem", "mixed_criteria", "mixed_rules"]

AS_OF = "2026-12-01"


def mixed_criteria(help_weight: float = 3) -> list[Any]:
    """Return the six criteria of mixed kinds."""
    return [
        pm.near("years_experience", scale=3, weight=2, name="years"),
        pm.above("grade", ladder=list(GRADES), by=(0, 2), weight=1, name="grade"),
        pm.different(["job_family", "education", "career_path"], weight=1, name="background"),
        pm.overlap("goals", separator=";", weight=2, name="goals"),
        pm.complement(
            offers="can_teach", seeks="wants_to_learn", separator=";", weight=help_weight, name="help"
        ),
        pm.available("time_zone", "working_hours", wanted=20, weight=1, name="hours"),
    ]


def mixed_rules() -> list[Any]:
    """Return the two rules."""
    return [pm.not_in_line("manager_id"), pm.must_differ("department")]


def _coded_criteria() -> list[Any]:
    return [
        pm.same("site", weight=2, name="site"),
        pm.same("job_family", weight=2, name="job"),
        pm.same("meeting_format", weight=1, name="format"),
        pm.different("education", weight=1, name="education"),
        pm.different("career_path", weight=1, name="path"),
        pm.same("grade", weight=1, name="grade"),
    ]


def _with_hubs(people: pd.DataFrame, seed: int) -> pd.DataFrame:
    """One in a hundred can teach all that anybody seeks, and seeks what everybody can teach."""
    rng = np.random.default_rng([seed, 5])
    hub = rng.random(len(people)) < 0.01
    hub[0] = True
    sought = rng.integers(0, 40, len(people))
    taught = ";".join(f"craft {number}" for number in range(40))
    people["can_teach"] = np.where(hub, taught, "welcome")
    people["wants_to_learn"] = np.where(hub, "welcome", [f"craft {number}" for number in sought])
    return people


def _all_alike(people: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Nobody differs from anybody in anything that counts; departments and managers stay, for the rules."""
    for name in people.columns.difference(["employee_id", "department", "manager_id"]):
        known = people[name].dropna()
        people[name] = pd.Series([known.iloc[0]] * len(people), dtype=people[name].dtype)
    return people


def _as_they_are(people: pd.DataFrame, seed: int) -> pd.DataFrame:
    return people


@dataclass(frozen=True)
class _Pool:
    says: str
    change: Callable[[pd.DataFrame, int], pd.DataFrame]
    criteria: Callable[[], Sequence[Any]]
    mutual: str = "geometric"


POOLS: dict[str, _Pool] = {
    "smooth": _Pool("a synthetic organisation, scores of many sizes", _as_they_are, mixed_criteria),
    "categorical": _Pool(
        "criteria of few codes each: many pairs score the same", _as_they_are, _coded_criteria
    ),
    "hub-like": _Pool(
        "the same few people are everybody's best partners", _with_hubs, partial(mixed_criteria, 15)
    ),
    "all-equal": _Pool("nobody differs in what counts: all pairs score the same", _all_alike, mixed_criteria),
}


class _Asked(Exception):  # noqa: N818
    """Carries what a solver was asked out of the run."""

    def __init__(self, problem: Problem) -> None:
        super().__init__()
        self.problem = problem


@dataclass(frozen=True)
class _Witness:
    """A solver that solves nothing: it only tells what it was asked."""

    name: ClassVar[str] = "witness"
    accepts: ClassVar[frozenset[str]] = frozenset({ONE_POOL, TWO_SIDES})

    def solve(self, problem: Problem, *, control: Any = None) -> Any:
        raise _Asked(problem)


def make_people(pool: str, n: int, seed: int) -> pd.DataFrame:
    """Invent the people of a pool."""
    return POOLS[pool].change(make_organisation(n, seed), seed)


def make_problem(pool: str, n: int, seed: int, objective: str = "everyone_first") -> Problem:
    """Return the problem of a pool of n people, as a solver sees it."""
    kind = POOLS[pool]
    matcher = partial(
        pm.PeerMatcher,
        "employee_id",
        kind.criteria(),
        mixed_rules(),
        mutual=kind.mutual,
        objective=objective,
    )
    return asked_of(matcher, make_people(pool, n, seed), as_of=AS_OF, round="benchmark")


def asked_of(matcher: Callable[..., Any], *tables: pd.DataFrame, **month: Any) -> Problem:
    """Return the problem that a matcher asks its solver, made with everything but the solver."""
    try:
        matcher(solver=_Witness()).match(*tables, **month)
    except _Asked as asked:
        return asked.problem
    raise AssertionError("The solver was never asked.")
