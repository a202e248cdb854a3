"""What is kept about a run, so that it can be checked later, and what of it may show."""

from peermatch.audit.counts import GroupCounts
from peermatch.audit.settings import criterion_settings, rule_settings, settings_of, without_deciders
from peermatch.audit.suppression import Hidden, hidden_cells

__all__ = [
    "GroupCounts",
    "Hidden",
    "criterion_settings",
    "hidden_cells",
    "rule_settings",
    "settings_of",
    "without_deciders",
]
