"""Programmes over rounds, circles and rings.

Circles and rings bring solvers that most who match do not need; they are imported when they are first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from peermatch.programme.advised import Advised
from peermatch.programme.advisers import assign_advisers
from peermatch.programme.difference import Difference, diff
from peermatch.programme.dossier import Dossier
from peermatch.programme.draft import Draft
from peermatch.programme.edit_cost import EditCost
from peermatch.programme.history import extend_history
from peermatch.programme.plan import RoundPlan
from peermatch.programme.programme import Programme
from peermatch.programme.rounds import plan_rounds
from peermatch.programme.turns import Turns

if TYPE_CHECKING:
    from peermatch.programme.circled import Circled
    from peermatch.programme.circles import form_circles
    from peermatch.programme.ringed import Ringed
    from peermatch.programme.rings import form_rings

__all__ = [
    "Advised",
    "Circled",
    "Difference",
    "Dossier",
    "Draft",
    "EditCost",
    "Programme",
    "Ringed",
    "RoundPlan",
    "Turns",
    "assign_advisers",
    "diff",
    "extend_history",
    "form_circles",
    "form_rings",
    "plan_rounds",
]

_HOME = {"Circled": "circled", "Ringed": "ringed", "form_circles": "circles", "form_rings": "rings"}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value
