"""Which column was used for what, how much it counts, and by whose choice: what an auditor asks first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from peermatch.criteria import Criterion, Rule, columns_of, folded
from peermatch.criteria.demanded import LOCKS
from peermatch.explain.consent import HIDE_BELOW, consent_counts
from peermatch.explain.outcome import KEPT_PAIRS, Outcome
from peermatch.explain.unmatched import rule_name

__all__ = [
    "GIVEN",
    "LISTED",
    "NOT_RECORDED",
    "NOT_USED",
    "STATED",
    "decider",
    "fit_to_quote",
    "fit_to_show",
    "uses_frame",
]

NOT_RECORDED = "not recorded"
"""Who decided, where nobody wrote it down."""
NOT_USED = "not used"
GIVEN, STATED = "given for this round", "stated by people"
LISTED = "(a list of pairs)"
"""In place of a column, where a criterion or a rule reads a table of its own."""

_COLUMNS = (
    "column",
    "side",
    "used_for",
    "kind",
    "weight",
    "share",
    "sensitive",
    "shown_to_participants",
    "decided_by",
    "basis",
)
# What the programme itself brings: it reads no column of its own.
_BUILT_IN = {LOCKS: GIVEN, KEPT_PAIRS: GIVEN, "preferences": STATED}
_GUARDED = ("sensitive", "protected", "audit_only")
_OPTIONS = ("id", "label", "eligible", "role", "same_person", "capacity", "reserve", "group_floor")
_IN_WORDS = {
    "role": "side",
    "same_person": "same person",
    "capacity": "places",
    "group_floor": "floor for a group",
}


@dataclass(frozen=True)
class _Use:
    """One use of one column; `hands` says on which sides it is read, where that is not both."""

    column: str
    used_for: str
    kind: str
    decided_by: str
    weight: float | None = None
    share: float | None = None
    sensitive: bool | None = None
    basis: str = ""
    hands: tuple[int, ...] = (0, 1)


def fit_to_show(
    show: Sequence[str], criteria: Sequence[Criterion], rules: Sequence[Rule], audit_only: Sequence[str] = ()
) -> frozenset[str]:
    """Return the columns that participants may read: those declared, less any that is sensitive or private somewhere.

    Examples
    --------
    >>> import peermatch as pm
    >>> criteria = [pm.overlap("goals"), pm.same("faith", sensitive=True), pm.different(["faith", "team"])]
    >>> sorted(fit_to_show(["goals", "faith"], criteria, []))
    ['goals']
    """
    private = [rule for rule in rules if rule.private]
    sensitive = [criterion for criterion in criteria if criterion.sensitive]
    parts: list[Criterion | Rule] = [*private, *sensitive]
    denied = {folded(column) for part in parts for column in columns_of(part)}
    denied |= {folded(column) for column in audit_only}
    return frozenset(column for column in show if folded(column) not in denied)


def fit_to_quote(
    settings: Mapping[str, Any], criteria: Sequence[Criterion], rules: Sequence[Rule]
) -> frozenset[str]:
    """Return the columns, folded, of which a result may quote cells: those in use, less all that are guarded.

    Examples
    --------
    >>> import peermatch as pm
    >>> criteria = [pm.near("years"), pm.same("faith", sensitive=True), pm.near("age", basis="plan 4.2")]
    >>> sorted(fit_to_quote({"id": "id", "protected": ["age"]}, criteria, [pm.veto("not_with")]))
    ['id', 'years']
    """
    closed: list[Criterion | Rule] = [one for one in criteria if one.sensitive]
    closed += [one for one in rules if one.private]
    open_parts: list[Criterion | Rule] = [one for one in criteria if not one.sensitive]
    open_parts += [one for one in rules if not one.private]
    used = {column for part in open_parts for column in columns_of(part, criteria)}
    used |= {column for option in _OPTIONS for column in _columns_in(option, settings.get(option))}
    used |= set(settings.get("show") or ())
    guarded = {column for part in closed for column in columns_of(part, criteria)}
    for declared in _GUARDED:
        guarded |= set(settings.get(declared) or ())
    consent = settings.get("consent") or {}
    guarded |= {*consent.keys(), *consent.values()}
    return frozenset(map(folded, used)) - frozenset(map(folded, guarded))


def decider(part: Criterion | Rule, settings: Mapping[str, Any]) -> str:
    """Return who decided on a criterion or a rule: as it says itself, else as the whole says."""
    if isinstance(part, Rule) and part.name in _BUILT_IN and not part.left:
        return part.decided_by or _BUILT_IN[part.name]
    return part.decided_by or str(settings.get("decided_by") or NOT_RECORDED)


def uses_frame(outcome: Outcome, settings: Mapping[str, Any], shown: frozenset[str]) -> pd.DataFrame:
    """Return one row for each column and use; see `Pairing.uses`.

    Parameters
    ----------
    outcome : Outcome
    settings : mapping
        What the matcher was told.
    shown : frozenset of str
        The columns that participants may read.
    """
    uses = [*_of_options(settings), *_of_criteria(outcome, settings), *_of_rules(outcome, settings)]
    uses += _of_consent(outcome, settings)
    told = _told(outcome, settings, shown)
    sensitive = {folded(column) for column in settings.get("sensitive") or ()}
    rows = [
        (
            use.column,
            side,
            use.used_for,
            use.kind,
            use.weight,
            use.share,
            True if folded(use.column) in sensitive else use.sensitive,
            use.column in told,
            use.decided_by,
            use.basis,
        )
        for use in [*uses, *_not_used(outcome, settings, uses)]
        for side in _sides_of(outcome, use)
    ]
    frame = pd.DataFrame(rows, columns=list(_COLUMNS))
    for name in ("weight", "share"):
        frame[name] = frame[name].astype("float64")
    for name in ("column", "side", "used_for", "kind", "sensitive", "decided_by", "basis"):
        frame[name] = frame[name].astype(object)
    return frame if outcome.two_sided else frame.drop(columns="side")


def _criteria_of(outcome: Outcome) -> list[Criterion]:
    return [compiled.criterion for compiled in outcome.scores.criteria]


def _told(outcome: Outcome, settings: Mapping[str, Any], shown: frozenset[str]) -> set[str]:
    """The columns of which participants are told values: by criteria, and what people read for each other."""
    told = {str(settings["label"] if settings.get("label") is not None else settings.get("id"))}
    for criterion in _criteria_of(outcome):
        columns = set(columns_of(criterion))
        if columns and columns <= shown and not criterion.sensitive:
            told |= columns
    return told


def _of_options(settings: Mapping[str, Any]) -> Iterator[_Use]:
    """Uses by what is no criterion and no rule."""
    decided = str(settings.get("decided_by") or NOT_RECORDED)
    for option in _OPTIONS:
        for column in _columns_in(option, settings.get(option)):
            basis = str(settings[option].get("basis") or "") if option == "group_floor" else ""
            yield _Use(column, _IN_WORDS.get(option, option), "setting", decided, basis=basis)


def _columns_in(option: str, value: Any) -> list[str]:
    if value is None or (option == "reserve" and value == "people by their ids"):
        return []
    if isinstance(value, str):
        return [value]
    if option == "group_floor":
        return [str(value["by"])]
    if option == "capacity":
        bounds = [
            part for one in value.values() for part in (one.values() if isinstance(one, Mapping) else [one])
        ]
        return list(dict.fromkeys(part for part in bounds if isinstance(part, str)))
    return [str(part) for part in value]


def _of_criteria(outcome: Outcome, settings: Mapping[str, Any]) -> Iterator[_Use]:
    criteria = _criteria_of(outcome)
    whole = sum(criterion.weight for criterion in criteria)
    for criterion in criteria:
        use = _Use(
            LISTED,
            f"criterion {criterion.name}",
            criterion.kind,
            decider(criterion, settings),
            weight=criterion.weight,
            share=criterion.weight / whole,
            sensitive=criterion.sensitive,
            basis=criterion.basis or "",
        )
        columns = dict.fromkeys((*criterion.left, *criterion.right))
        for column in columns or [LISTED]:
            yield replace(use, column=column, hands=_hands(outcome, criterion, column))
        if criterion.when is not None:
            yield replace(use, column=criterion.when, used_for=f"{use.used_for}, for whom it counts")


def _of_consent(outcome: Outcome, settings: Mapping[str, Any]) -> Iterator[_Use]:
    """The columns that ask for consent, each with how many said yes, small numbers aside."""
    decided = str(settings.get("decided_by") or NOT_RECORDED)
    for one in consent_counts(outcome, settings):
        said = one.said_yes(HIDE_BELOW)
        yield _Use(one.asked_by, f"consent to {one.column}: {said}", "setting", decided, hands=(one.hand,))


def _hands(outcome: Outcome, part: Criterion | Rule, column: str) -> tuple[int, ...]:
    """On which sides a column is read: one side's own, where the two sides have columns of their own."""
    if not outcome.two_sided or part.kind == "complement":
        return (0, 1)
    return tuple(hand for hand, names in enumerate((part.left, part.right)) if column in names) or (0, 1)


def _of_rules(outcome: Outcome, settings: Mapping[str, Any]) -> Iterator[_Use]:
    criteria = _criteria_of(outcome)
    for enforced in outcome.enforcement.rules:
        rule = enforced.rule
        if rule.kind in ("same_person", "floor"):
            continue  # of the settings, where their columns stand
        shown = rule_name(outcome, enforced)
        name = shown if rule.private or shown != rule.name else f"rule {shown}"
        kind = rule.kind if name.startswith("rule ") else "private"
        for column in columns_of(rule, criteria) or (LISTED,):
            hands = _hands(outcome, rule, column)
            yield _Use(column, name, kind, decider(rule, settings), basis=rule.basis or "", hands=hands)


def _not_used(outcome: Outcome, settings: Mapping[str, Any], uses: Sequence[_Use]) -> Iterator[_Use]:
    """Columns that came in and that nothing read."""
    used = {use.column for use in uses}
    kept = {
        declared: {folded(name) for name in settings.get(declared) or ()}
        for declared in ("audit_only", "protected", "sensitive")
    }
    came = {name for cohort in outcome.everyone if cohort is not None for name in cohort.columns}
    for column in sorted(came - used):
        kind = next((name.replace("_", "-") for name, names in kept.items() if folded(column) in names), "")
        yield _Use(column, NOT_USED, kind, "")


def _sides_of(outcome: Outcome, use: _Use) -> list[str | None]:
    """The names of the sides whose table has the column; None where no side is told apart."""
    if not outcome.two_sided or use.column == LISTED:
        return [None]
    found: list[str | None] = []
    for hand in use.hands:
        cohort = outcome.everyone[hand]
        if cohort is not None and cohort.has(use.column):
            found.append(outcome.side_name(hand))
    return found or [None]
