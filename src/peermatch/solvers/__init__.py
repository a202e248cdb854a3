"""Solvers: one file each, found by name.

Everything here is imported when it is first asked for, so that naming a solver costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from peermatch.solvers.blossom import Blossom
    from peermatch.solvers.circle_plan import circle_sizes
    from peermatch.solvers.circles import Circles, form_circles
    from peermatch.solvers.deferred import Deferred
    from peermatch.solvers.exhaustive import Exhaustive
    from peermatch.solvers.graph import max_weight_matching
    from peermatch.solvers.greedy import Greedy
    from peermatch.solvers.hungarian import Hungarian
    from peermatch.solvers.proposals import deferred_acceptance
    from peermatch.solvers.registry import get_solver, plain_solver, register_solver, solver_names
    from peermatch.solvers.rings import Rings
    from peermatch.solvers.roommates import Roommates, stable_roommates
    from peermatch.solvers.trade_offs import FrontierPoint, frontier

__all__ = [
    "Blossom",
    "Circles",
    "Deferred",
    "Exhaustive",
    "FrontierPoint",
    "Greedy",
    "Hungarian",
    "Rings",
    "Roommates",
    "circle_sizes",
    "deferred_acceptance",
    "form_circles",
    "frontier",
    "get_solver",
    "max_weight_matching",
    "plain_solver",
    "register_solver",
    "solver_names",
    "stable_roommates",
]

_HOME = {
    "Blossom": "blossom",
    "Circles": "circles",
    "Deferred": "deferred",
    "Exhaustive": "exhaustive",
    "FrontierPoint": "trade_offs",
    "Greedy": "greedy",
    "Hungarian": "hungarian",
    "Rings": "rings",
    "Roommates": "roommates",
    "circle_sizes": "circle_plan",
    "form_circles": "circles",
    "deferred_acceptance": "proposals",
    "frontier": "trade_offs",
    "get_solver": "registry",
    "max_weight_matching": "graph",
    "plain_solver": "registry",
    "register_solver": "registry",
    "solver_names": "registry",
    "stable_roommates": "roommates",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
