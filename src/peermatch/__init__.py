"""peermatch pairs people for peer mentoring: exactly, with a proof and the reasons.

Everything behind these names is imported when it is first used (PEP 562), so that ``import peermatch`` is quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from peermatch.version import __version__ as __version__

if TYPE_CHECKING:
    from peermatch.cli.roles import suggest_roles
    from peermatch.cohort import Cohort, read_people
    from peermatch.cohort.pseudonym_key import PseudonymKey
    from peermatch.cohort.pseudonyms import Pseudonymised, pseudonymise
    from peermatch.cohort.reidentify import reidentify
    from peermatch.criteria import (
        Criterion,
        Rule,
        above,
        at_least,
        available,
        complement,
        custom,
        different,
        forbid,
        must_differ,
        must_match,
        near,
        no_repeat,
        no_twins,
        not_in_line,
        novelty,
        overlap,
        prefers,
        require,
        same,
        ties,
        veto,
    )
    from peermatch.errors import (
        ConfigError,
        InfeasibleError,
        InputError,
        OutputError,
        PeerMatchError,
        UnsupportedError,
        VerificationError,
    )
    from peermatch.matcher import PeerMatcher
    from peermatch.pairing import Pairing, SavedResult
    from peermatch.problem import Status
    from peermatch.programme import (
        Advised,
        Circled,
        Difference,
        Draft,
        Programme,
        Ringed,
        RoundPlan,
        Turns,
        assign_advisers,
        diff,
        extend_history,
        form_circles,
        form_rings,
        plan_rounds,
    )
    from peermatch.programme.learning import FittedWeights, fit_weights
    from peermatch.report import Shortlist
    from peermatch.run import Advisers

_HOMES = {
    "Circled": "programme",
    "Advised": "programme",
    "Advisers": "run",
    "Cohort": "cohort",
    "ConfigError": "errors",
    "Criterion": "criteria",
    "Difference": "programme",
    "Draft": "programme",
    "FittedWeights": "programme.learning",
    "InfeasibleError": "errors",
    "InputError": "errors",
    "OutputError": "errors",
    "Pairing": "pairing",
    "PeerMatchError": "errors",
    "PeerMatcher": "matcher",
    "Programme": "programme",
    "PseudonymKey": "cohort.pseudonym_key",
    "Pseudonymised": "cohort.pseudonyms",
    "Ringed": "programme",
    "RoundPlan": "programme",
    "Rule": "criteria",
    "SavedResult": "pairing",
    "Shortlist": "report",
    "Status": "problem",
    "Turns": "programme",
    "UnsupportedError": "errors",
    "VerificationError": "errors",
    "above": "criteria",
    "assign_advisers": "programme",
    "at_least": "criteria",
    "available": "criteria",
    "complement": "criteria",
    "custom": "criteria",
    "diff": "programme",
    "different": "criteria",
    "extend_history": "programme",
    "fit_weights": "programme.learning",
    "forbid": "criteria",
    "form_circles": "programme",
    "form_rings": "programme",
    "must_differ": "criteria",
    "must_match": "criteria",
    "near": "criteria",
    "no_repeat": "criteria",
    "no_twins": "criteria",
    "not_in_line": "criteria",
    "novelty": "criteria",
    "overlap": "criteria",
    "plan_rounds": "programme",
    "prefers": "criteria",
    "pseudonymise": "cohort.pseudonyms",
    "read_people": "cohort",
    "reidentify": "cohort.reidentify",
    "require": "criteria",
    "same": "criteria",
    "suggest_roles": "cli.roles",
    "ties": "criteria",
    "veto": "criteria",
}

__all__ = [
    "Advised",
    "Advisers",
    "Circled",
    "Cohort",
    "ConfigError",
    "Criterion",
    "Difference",
    "Draft",
    "FittedWeights",
    "InfeasibleError",
    "InputError",
    "OutputError",
    "Pairing",
    "PeerMatchError",
    "PeerMatcher",
    "Programme",
    "PseudonymKey",
    "Pseudonymised",
    "Ringed",
    "RoundPlan",
    "Rule",
    "SavedResult",
    "Shortlist",
    "Status",
    "Turns",
    "UnsupportedError",
    "VerificationError",
    "above",
    "assign_advisers",
    "at_least",
    "available",
    "complement",
    "custom",
    "diff",
    "different",
    "extend_history",
    "fit_weights",
    "forbid",
    "form_circles",
    "form_rings",
    "must_differ",
    "must_match",
    "near",
    "no_repeat",
    "no_twins",
    "not_in_line",
    "novelty",
    "overlap",
    "plan_rounds",
    "prefers",
    "pseudonymise",
    "read_people",
    "reidentify",
    "require",
    "same",
    "suggest_roles",
    "ties",
    "veto",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        value = getattr(importlib.import_module(f"peermatch.{_HOMES[name]}"), name)
        globals()[name] = value
        return value
    if name in ("datasets", "encoders", "solvers", "verify"):
        return importlib.import_module(f"peermatch.{name}")
    raise AttributeError(f"module 'peermatch' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__", "datasets", "encoders", "solvers", "verify"])
