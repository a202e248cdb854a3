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
    from peermatch.solvers.none_or_at_least import NoneOrAtLeast, none_or_at_least
    from peermatch.solvers.proposals import deferred_acceptance
    from peermatch.solvers.registry import get_solver, plain_solver, register_solver, solver_names
    from peermatch.solvers.rings import Rings
    from peermatch.solvers.roommates import Roommates, stable_roommates
    from peermatch.solvers.stability_price import StabilityPrice, price_of_stability
    from peermatch.solvers.trade_offs import FrontierPoint, frontier
    from peermatch.solvers.transport import Transport
    from peermatch.solvers.updating import Change, at_price, break_at_most, keep_all

__all__ = [
    "Blossom",
    "Change",
    "Circles",
    "Deferred",
    "Exhaustive",
    "FrontierPoint",
    "Greedy",
    "Hungarian",
    "NoneOrAtLeast",
    "Rings",
    "Roommates",
    "StabilityPrice",
    "Transport",
    "at_price",
    "break_at_most",
    "circle_sizes",
    "deferred_acceptance",
    "form_circles",
    "frontier",
    "get_solver",
    "keep_all",
    "max_weight_matching",
    "none_or_at_least",
    "plain_solver",
    "price_of_stability",
    "register_solver",
    "solver_names",
    "stable_roommates",
]

_HOME = {
    "Blossom": "blossom",
    "Change": "updating",
    "Circles": "circles",
    "Deferred": "deferred",
    "Exhaustive": "exhaustive",
    "FrontierPoint": "trade_offs",
    "Greedy": "greedy",
    "Hungarian": "hungarian",
    "Rings": "rings",
    "NoneOrAtLeast": "none_or_at_least",
    "Roommates": "roommates",
    "Transport": "transport",
    "StabilityPrice": "stability_price",
    "at_price": "updating",
    "break_at_most": "updating",
    "circle_sizes": "circle_plan",
    "form_circles": "circles",
    "deferred_acceptance": "proposals",
    "frontier": "trade_offs",
    "get_solver": "registry",
    "keep_all": "updating",
    "max_weight_matching": "graph",
    "none_or_at_least": "none_or_at_least",
    "plain_solver": "registry",
    "price_of_stability": "stability_price",
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
