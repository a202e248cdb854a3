"""A round solved again with other scores: what a pairing holds so that it can be asked "what if"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from peermatch.problem import Control, Solver
from peermatch.run.conflicts import Demands
from peermatch.run.floor import floor_on_grid, refuse_weak_demands
from peermatch.run.request import Request
from peermatch.run.solving import Solved, solve
from peermatch.scoring import LazyScores
from peermatch.solvers import Blossom
from peermatch.solvers.rounds import OneFirst

__all__ = ["Again"]


@dataclass(frozen=True, eq=False)
class Again:
    """The same people, demands, places and solver; see `peermatch.explain.Resolve`.

    Attributes
    ----------
    demands : Demands
        Demanded pairs, places and minima, and of whom.
    solver : Solver
    objective : str
    floor : float or None
    """

    demands: Demands
    solver: Solver
    objective: str
    floor: float | None

    def __post_init__(self) -> None:
        if isinstance(self.solver, OneFirst):  # it remembers the candidates of the round that it made
            object.__setattr__(self, "solver", Blossom(k=self.solver.k))

    def __call__(
        self,
        scores: LazyScores,
        *,
        round: str | None,
        first: Mapping[Any, int] | None,
        objective: str,
        floor: float | None,
        control: Control,
    ) -> Solved:
        """Solve, check and prove, as for the first time."""
        lowest = floor_on_grid(floor)
        if floor is not None and lowest is not None:
            refuse_weak_demands(self.demands.locks, scores, lowest, floor, self.demands.sides)
        request = Request(None, None, None, None, None, None, None, round, None, control, first=first)
        return solve(
            scores,
            self.demands.locks,
            self.demands.capacity,
            self.demands.sides,
            objective,
            lowest,
            self.solver,
            request,
            self.demands,
        )
