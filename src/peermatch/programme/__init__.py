"""Programmes over rounds."""

from peermatch.programme.advised import Advised
from peermatch.programme.advisers import assign_advisers
from peermatch.programme.circled import Circled
from peermatch.programme.circles import form_circles
from peermatch.programme.difference import Difference, diff
from peermatch.programme.dossier import Dossier
from peermatch.programme.draft import Draft
from peermatch.programme.edit_cost import EditCost
from peermatch.programme.history import extend_history
from peermatch.programme.plan import RoundPlan
from peermatch.programme.programme import Programme
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
