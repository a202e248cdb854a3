"""Programmes: rounds over time, circles and rings, drafts and differences, second-line advisers.

Everything behind these names is imported when it is first used (PEP 562): whoever pairs people once needs none of it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from peermatch.programme.advised import Advised
    from peermatch.programme.advisers import assign_advisers
    from peermatch.programme.circled import Circled
    from peermatch.programme.circles import form_circles
    from peermatch.programme.difference import Difference, diff
    from peermatch.programme.dossier import Dossier
    from peermatch.programme.draft import Draft
    from peermatch.programme.edit_cost import EditCost
    from peermatch.programme.history import extend_history
    from peermatch.programme.input_verdict import InputVerdict
    from peermatch.programme.pictures import plot_rounds
    from peermatch.programme.plan import RoundPlan
    from peermatch.programme.programme import Programme
    from peermatch.programme.reproduced import reproduce
    from peermatch.programme.ringed import Ringed
    from peermatch.programme.rings import form_rings
    from peermatch.programme.rounds import plan_rounds
    from peermatch.programme.turns import Turns

__all__ = [
    "Advised",
    "Circled",
    "Difference",
    "Dossier",
    "Draft",
    "EditCost",
    "InputVerdict",
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
    "plot_rounds",
    "reproduce",
]

_HOME = {
    "Advised": "advised",
    "Circled": "circled",
    "Difference": "difference",
    "Dossier": "dossier",
    "Draft": "draft",
    "EditCost": "edit_cost",
    "InputVerdict": "input_verdict",
    "Programme": "programme",
    "Ringed": "ringed",
    "RoundPlan": "plan",
    "Turns": "turns",
    "assign_advisers": "advisers",
    "diff": "difference",
    "extend_history": "history",
    "form_circles": "circles",
    "form_rings": "rings",
    "plan_rounds": "rounds",
    "plot_rounds": "pictures",
    "reproduce": "reproduced",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
