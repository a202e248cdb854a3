"""What makes two people a good pair: criteria, and rules that forbid or demand a pair."""

from peermatch.criteria.conflicts import PRIVATE, Conflict, refuse, shown_name
from peermatch.criteria.criterion import Criterion
from peermatch.criteria.enforcing import EnforcedRule, Enforcement, Occasion, enforce
from peermatch.criteria.fitted_state import fitted_from_dict, fitted_to_dict
from peermatch.criteria.fitting import (
    CompiledCriterion,
    FittedCriterion,
    at_day,
    compile_criterion,
    fit_and_compile,
    fit_criterion,
)
from peermatch.criteria.history import as_day, check_history, looks_back
from peermatch.criteria.kinds import above, available, complement, different, near, overlap, same
from peermatch.criteria.listed_kinds import CRITERIA, custom, prefers, ties
from peermatch.criteria.masks import Mask, count_pairs
from peermatch.criteria.measures import Measure
from peermatch.criteria.meetings import Meetings, age_of, novelty
from peermatch.criteria.protected import check_uses, columns_of, folded
from peermatch.criteria.rule import (
    RULES,
    Rule,
    at_least,
    forbid,
    must_differ,
    must_match,
    no_repeat,
    no_twins,
    not_in_line,
    require,
    veto,
)
from peermatch.criteria.sensitive import (
    HIDDEN,
    hidden_in_errors,
    marked_criteria,
    marked_rules,
    refuse_sensitive,
)
from peermatch.criteria.shares import apportion, person_shares
from peermatch.criteria.sides import Sides, key_of
from peermatch.criteria.unknown import UNKNOWN_CHOICES

__all__ = [
    "CRITERIA",
    "HIDDEN",
    "PRIVATE",
    "RULES",
    "UNKNOWN_CHOICES",
    "CompiledCriterion",
    "Conflict",
    "Criterion",
    "EnforcedRule",
    "Enforcement",
    "FittedCriterion",
    "Mask",
    "Measure",
    "Meetings",
    "Occasion",
    "Rule",
    "Sides",
    "above",
    "age_of",
    "apportion",
    "as_day",
    "at_day",
    "at_least",
    "available",
    "check_history",
    "check_uses",
    "columns_of",
    "compile_criterion",
    "complement",
    "count_pairs",
    "custom",
    "different",
    "enforce",
    "fit_and_compile",
    "fit_criterion",
    "fitted_from_dict",
    "fitted_to_dict",
    "folded",
    "forbid",
    "hidden_in_errors",
    "key_of",
    "looks_back",
    "marked_criteria",
    "marked_rules",
    "must_differ",
    "must_match",
    "near",
    "no_repeat",
    "no_twins",
    "not_in_line",
    "novelty",
    "overlap",
    "person_shares",
    "prefers",
    "refuse",
    "refuse_sensitive",
    "require",
    "same",
    "shown_name",
    "ties",
    "veto",
]
