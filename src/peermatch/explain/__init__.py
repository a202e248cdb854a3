"""Where a result comes from, in tables and in words: why these two, and why someone has nobody."""

from peermatch.explain.explanation import Explanation, PairExplanation, explain, explain_pair, explain_pairs
from peermatch.explain.facts import Fact, Half, pair_fact, pair_facts, read_ahead
from peermatch.explain.findings import FOR, HELPS, UNKNOWN, Finding, findings_of
from peermatch.explain.outcome import Outcome, pair_id, trio_id
from peermatch.explain.paragraph import pair_reasons
from peermatch.explain.stability import (
    StabilitySide,
    StabilityView,
    WhyStable,
    blocking_rows,
    odd_party_text,
    odd_party_words,
    stability_view,
    why_stable,
)
from peermatch.explain.unmatched import LeftOut, left_out, rule_name

__all__ = [
    "FOR",
    "HELPS",
    "UNKNOWN",
    "Explanation",
    "Fact",
    "Finding",
    "Half",
    "LeftOut",
    "Outcome",
    "PairExplanation",
    "StabilitySide",
    "StabilityView",
    "WhyStable",
    "blocking_rows",
    "explain",
    "explain_pair",
    "explain_pairs",
    "findings_of",
    "left_out",
    "odd_party_text",
    "odd_party_words",
    "pair_fact",
    "pair_facts",
    "pair_id",
    "pair_reasons",
    "read_ahead",
    "rule_name",
    "stability_view",
    "trio_id",
    "why_stable",
]
