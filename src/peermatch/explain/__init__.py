"""Where a result comes from, in tables and in words: why these two, and why someone has nobody."""

from peermatch.explain.alternatives import Alternatives, alternatives
from peermatch.explain.audit import AuditExplanation, AuditPair, audit_explanation, audit_pairs, audit_reason
from peermatch.explain.consent import NO_CONSENT, consent_counts, hidden_count
from peermatch.explain.explanation import Explanation, PairExplanation, explain, explain_pair, explain_pairs
from peermatch.explain.facts import Fact, Half, pair_fact, pair_facts, read_ahead
from peermatch.explain.findings import FOR, HELPS, UNKNOWN, Finding, findings_of
from peermatch.explain.outcome import Outcome, pair_id, trio_id
from peermatch.explain.paragraph import pair_reasons
from peermatch.explain.price import Price
from peermatch.explain.resolving import Resolve
from peermatch.explain.runner_up import RunnerUp, runner_up
from peermatch.explain.sensitivity import Sensitivity, sensitivity
from peermatch.explain.stability import (
    StabilitySide,
    StabilityView,
    WhyStable,
    audit_why_stable,
    blocking_rows,
    odd_party_text,
    odd_party_words,
    stability_view,
    why_stable,
)
from peermatch.explain.two_people import pair_index
from peermatch.explain.unmatched import LeftOut, left_out, rule_name
from peermatch.explain.uses import (
    LISTED,
    NOT_RECORDED,
    NOT_USED,
    decider,
    fit_to_quote,
    fit_to_show,
    uses_frame,
)
from peermatch.explain.what_if import WhatIf, what_if
from peermatch.explain.why_not import WhyNot, audit_why_not, why_not
from peermatch.explain.why_unmatched import WhyUnmatched, relaxations_frame, why_unmatched

__all__ = [
    "FOR",
    "HELPS",
    "LISTED",
    "NOT_RECORDED",
    "NOT_USED",
    "NO_CONSENT",
    "UNKNOWN",
    "Alternatives",
    "AuditExplanation",
    "AuditPair",
    "Explanation",
    "Fact",
    "Finding",
    "Half",
    "LeftOut",
    "Outcome",
    "PairExplanation",
    "Price",
    "Resolve",
    "RunnerUp",
    "Sensitivity",
    "StabilitySide",
    "StabilityView",
    "WhatIf",
    "WhyNot",
    "WhyStable",
    "WhyUnmatched",
    "alternatives",
    "audit_explanation",
    "audit_pairs",
    "audit_reason",
    "audit_why_not",
    "audit_why_stable",
    "blocking_rows",
    "consent_counts",
    "decider",
    "explain",
    "explain_pair",
    "explain_pairs",
    "findings_of",
    "fit_to_quote",
    "fit_to_show",
    "hidden_count",
    "left_out",
    "odd_party_text",
    "odd_party_words",
    "pair_fact",
    "pair_facts",
    "pair_id",
    "pair_index",
    "pair_reasons",
    "read_ahead",
    "relaxations_frame",
    "rule_name",
    "runner_up",
    "sensitivity",
    "stability_view",
    "trio_id",
    "uses_frame",
    "what_if",
    "why_not",
    "why_stable",
    "why_unmatched",
]
