"""From rules and people to masks, demanded pairs, and the table of what each rule removed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from peermatch.checks import did_you_mean
from peermatch.cohort.cohort import Cohort
from peermatch.cohort.id_lists import ids_in_cell
from peermatch.criteria.conflicts import Conflict, refuse
from peermatch.criteria.demanded import conflicts_among, demanded_pairs
from peermatch.criteria.fitting import CompiledCriterion
from peermatch.criteria.history import check_history, recent_pairs
from peermatch.criteria.lines import reporting_lines
from peermatch.criteria.masks import FloorMask, KernelMask, ListedMask, Mask, count_pairs
from peermatch.criteria.rule import Rule
from peermatch.criteria.sides import Sides
from peermatch.criteria.strangers import count_strangers
from peermatch.criteria.tables import pair_table
from peermatch.encoders.readers import BackgroundReader
from peermatch.errors import ConfigError, InputError, error_item

__all__ = ["EnforcedRule", "Enforcement", "Occasion", "enforce"]

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Occasion:
    """What is true this month and rules may need.

    Attributes
    ----------
    org : Cohort or None
        The whole staff.
    everyone : tuple of Cohort
        All who came in, those who don't take part too: reporting lines run through them. Empty: those who take part.
    history : table or None
    as_of : date or str or None
    absent : mapping of typed id to reason
        Everyone who came in but does not take part.
    groups : bool
        Whether groups are formed, in which one may be demanded with several others.
    """

    org: Cohort | None = None
    everyone: tuple[Cohort, ...] = ()
    history: Any = None
    as_of: Any = None
    absent: Mapping[tuple[str, Any], str] = field(default_factory=dict)
    groups: bool = False


@dataclass(frozen=True, eq=False)
class EnforcedRule:
    """A rule with its mask (None for demands), the pairs that it removes, and a remark for the table of rules."""

    rule: Rule
    mask: Mask | None
    pairs_removed: int
    note: str


@dataclass(frozen=True, eq=False)
class Enforcement:
    """All rules, compiled.

    Attributes
    ----------
    rules : tuple of EnforcedRule
        In the order in which they were given; all private rules are one, in the place of the first.
    required : int64 array, shape (k, 2)
        Demanded pairs, as (row, column).
    demanded_by : tuple of str
        The name of the first rule that demands each of them.
    """

    rules: tuple[EnforcedRule, ...]
    required: Ints
    demanded_by: tuple[str, ...] = ()

    @property
    def masks(self) -> list[Mask]:
        """The masks of all rules that forbid."""
        return [enforced.mask for enforced in self.rules if enforced.mask is not None]


Compiled = tuple[Mask | None, str]


@dataclass(frozen=True, eq=False)
class _Context:
    sides: Sides
    criteria: Sequence[CompiledCriterion]
    occasion: Occasion

    def listed(self, u: Ints, v: Ints) -> ListedMask:
        return ListedMask.of(self.sides.shape, u, v, one_pool=not self.sides.two_sided)


def enforce(
    rules: Sequence[Rule],
    sides: Sides,
    criteria: Sequence[CompiledCriterion],
    occasion: Occasion | None = None,
) -> Enforcement:
    """Compile all rules for these people.

    Parameters
    ----------
    rules : sequence of Rule
    sides : Sides
    criteria : sequence of CompiledCriterion
        For ``at_least``.
    occasion : Occasion, optional

    Raises
    ------
    InputError, ConfigError
        If a rule's columns, tables or criteria are not there.
    InfeasibleError
        If demanded pairs contradict each other or another rule; it names every such conflict.
    """
    context = _Context(sides, criteria, occasion or Occasion())
    enforced: list[EnforcedRule] = []
    required: list[tuple[Rule, int, int]] = []
    conflicts: list[Conflict] = []
    for rule in rules:
        if rule.kind == "require":
            pairs, note, impossible = demanded_pairs(rule, sides, context.occasion.absent)
            required.extend((rule, int(u), int(v)) for u, v in pairs)
            conflicts += impossible
            enforced.append(EnforcedRule(rule, None, 0, note))
            continue
        mask, note = _COMPILERS[rule.kind](rule, context)
        removed = 0 if mask is None else count_pairs(mask, sides.shape, one_pool=not sides.two_sided)
        enforced.append(EnforcedRule(rule, mask, removed, note))
    enforced = _private_as_one(enforced, sides)
    sensitive = {compiled.criterion.name for compiled in criteria if compiled.criterion.sensitive}
    refuse(
        [*conflicts, *conflicts_among(required, enforced, sides, sensitive, several=context.occasion.groups)]
    )
    first = {(u, v): rule.name for rule, u, v in reversed(required)}
    pairs = np.array(sorted(first), dtype=np.int64).reshape(-1, 2)
    return Enforcement(tuple(enforced), pairs, tuple(first[u, v] for u, v in pairs.tolist()))


def _private_as_one(enforced: list[EnforcedRule], sides: Sides) -> list[EnforcedRule]:
    """Put all private rules together: whose list a pair stands on must not show, by name, order or difference."""
    private = [one for one in enforced if one.rule.private and isinstance(one.mask, ListedMask)]
    if len(private) < 2:
        return enforced
    masks = [one.mask for one in private if isinstance(one.mask, ListedMask)]
    u, v = np.concatenate([mask.u for mask in masks]), np.concatenate([mask.v for mask in masks])
    mask = ListedMask.of(sides.shape, u, v, one_pool=not sides.two_sided)
    rule = replace(
        private[0].rule,
        left=tuple(dict.fromkeys(column for one in private for column in one.rule.left)),
        right=tuple(dict.fromkeys(column for one in private for column in one.rule.right)),
        basis=_joined(one.rule.basis for one in private),
        decided_by=_joined(one.rule.decided_by for one in private),
    )
    removed = count_pairs(mask, sides.shape, one_pool=not sides.two_sided)
    together = EnforcedRule(rule, mask, removed, _joined(one.note for one in private) or "")
    rest = [one for one in enforced if one is private[0] or one not in private]
    return [together if one is private[0] else one for one in rest]


def _joined(texts: Iterable[str | None]) -> str | None:
    return "; ".join(dict.fromkeys(text for text in texts if text)) or None


def _codes(rule: Rule, sides: Sides) -> tuple[Ints, Ints]:
    encoder = BackgroundReader()
    with sides.located(dict(zip(rule.left, zip(rule.left, rule.right, strict=True), strict=True))):
        encoder.fit(sides.stacked(rule.left, rule.right, rule.caller))
    left = encoder.codes(sides.frame_of("left", rule.left, rule.caller))
    right = encoder.codes(sides.frame_of("right", rule.right, rule.caller, headers=rule.left))
    return left.astype(np.int64), right.astype(np.int64)


def _must_differ(rule: Rule, context: _Context) -> Compiled:
    return _compare(rule, context, "equal")


def _must_match(rule: Rule, context: _Context) -> Compiled:
    return _compare(rule, context, "unequal")


def _compare(rule: Rule, context: _Context, comparison: str) -> Compiled:
    left, right = _codes(rule, context.sides)
    unknown = int((left[:, 0] < 0).sum()) + (int((right[:, 0] < 0).sum()) if context.sides.two_sided else 0)
    note = (
        "" if not unknown else "1 person has no value" if unknown == 1 else f"{unknown} people have no value"
    )
    if not context.sides.two_sided and rule.left != rule.right:
        # one pool judged by two columns: a pair is forbidden if it is in either direction
        left, right = np.concatenate([left, right], axis=1), np.concatenate([right, left], axis=1)
    return KernelMask(comparison, left, right), note


def _no_twins(rule: Rule, context: _Context) -> Compiled:
    left, right = _codes(rule, context.sides)
    return KernelMask("twins", left, right, rule.options["at_least"]), ""


def _not_in_line(rule: Rule, context: _Context) -> Compiled:
    sides, column = context.sides, rule.left[0]
    tables = []
    if context.occasion.org is not None:
        context.occasion.org.column(column, needed_by=f"{rule.caller} in org")
        tables.append((context.occasion.org, column))
    taking = (sides.left,) if sides.right is None else (sides.left, sides.right)
    cohorts = context.occasion.everyone or taking
    tables.extend((cohort, column) for cohort in cohorts if cohort.has(column))
    if not tables:
        sides.need("left", [column], rule.caller)
    lines = reporting_lines(tables, min_found=rule.options["min_found"])
    notes = [f"{lines.found} of {lines.named} managers found"]
    if lines.unknown:
        more = "" if len(lines.unknown) <= 3 else ", ..."
        notes.append(f"not found: {', '.join(map(str, lines.unknown[:3]))}{more}")
    if lines.own_manager:
        count = len(lines.own_manager)
        notes.append(f"{count} {'stands' if count == 1 else 'stand'} as their own manager")
    mask = KernelMask("in_line", lines.of(sides.left.ids), lines.of(sides.columns_side.ids))
    _check_placed(rule, context, mask)
    return mask, "; ".join(notes)


def _check_placed(rule: Rule, context: _Context, mask: KernelMask) -> None:
    """People who are in no table of managers stand in no line; too many of them, and the rule forbids too little."""
    sides = context.sides
    hands = (
        [(sides.left, mask.left)]
        if sides.right is None
        else [(sides.left, mask.left), (sides.right, mask.right)]
    )
    lost = [id for cohort, lines in hands for id, line in zip(cohort.ids, lines, strict=True) if line[0] < 0]
    everyone = sum(len(cohort) for cohort, _ in hands)
    if len(lost) > (1 - rule.options["min_found"]) * everyone:
        message = (
            f"{len(lost)} of {everyone} people who take part (the first is {lost[0]!r}) are not in org, so "
            "not_in_line() "
            f"would forbid too little. Ids there look like {_first_id(context)!r}: write them like people's own, give "
            "the whole staff as org=, or set min_found=0 if this is meant."
        )
        accepted = f"at least {rule.options['min_found']:.0%} of people found"
        raise InputError(
            error_item("people_not_in_org", message, id=lost[0], found=len(lost), accepted=accepted)
        )


def _first_id(context: _Context) -> Any:
    org = context.occasion.org
    return None if org is None or not len(org) else org.ids[0]


def _no_repeat(rule: Rule, context: _Context) -> Compiled:
    history = context.occasion.history
    if history is None:
        return context.listed(np.zeros(0, np.int64), np.zeros(0, np.int64)), "no history was given"
    frame, looked_at = recent_pairs(rule, history, context.sides, context.occasion.as_of)
    first, second = list(frame["a"]), list(frame["b"])
    strangers = check_history(frame, context.sides, context.occasion.absent)
    _, u, v = context.sides.pairs_of(first, second, both_ways=True)
    return context.listed(u, v), "; ".join(part for part in (looked_at, strangers) if part)


def _forbid(rule: Rule, context: _Context) -> Compiled:
    names = context.sides.names
    frame = pair_table(rule.options["pairs"], rule.caller, ("a", names[0]), ("b", names[1]))
    first, second = list(frame["a"]), list(frame["b"])
    note = count_strangers([*first, *second], context.sides, rule.caller, absent=context.occasion.absent)
    _, u, v = context.sides.pairs_of(first, second, both_ways=True)
    return context.listed(u, v), note


def _veto(rule: Rule, context: _Context) -> Compiled:
    sides = context.sides
    first: list[Any] = []
    second: list[Any] = []
    if rule.options["table"] is not None:
        frame = pair_table(rule.options["table"], rule.caller, ("a", "id", "who"), ("b", "vetoed", "whom"))
        first, second = list(frame["a"]), list(frame["b"])
        listed = [*first, *second]
    else:
        asked = [side for side in ("left", "right") if sides.has(side, rule.left)]
        if not asked:
            sides.need("left", rule.left, rule.caller)
        for side in asked if sides.two_sided else asked[:1]:
            cohort = sides.left if side == "left" else sides.columns_side
            others = sides.columns_side if side == "left" else sides.left
            for id, cell in zip(cohort.ids, cohort.column(rule.left[0], needed_by=rule.caller), strict=True):
                wanted = ids_in_cell(cell, others.ids, rule.options["separator"])
                first.extend([id] * len(wanted))
                second.extend(wanted)
        listed = second
    note = count_strangers(listed, sides, rule.caller, absent=context.occasion.absent, private=True)
    _, u, v = sides.pairs_of(first, second, both_ways=True)
    return context.listed(u, v), note


def _at_least(rule: Rule, context: _Context) -> Compiled:
    names = [compiled.criterion.name for compiled in context.criteria]
    wanted = rule.options["criterion"]
    if wanted not in names:
        raise ConfigError(
            f"at_least() names the criterion {wanted!r}, which is not there." + did_you_mean(wanted, names)
        )
    compiled = context.criteria[names.index(wanted)]
    mask = FloorMask(
        compiled.measure, compiled.fills, compiled.left_on, compiled.right_on, rule.options["value"]
    )
    return mask, ""


_COMPILERS: Mapping[str, Callable[[Rule, _Context], Compiled]] = MappingProxyType(
    {
        "at_least": _at_least,
        "forbid": _forbid,
        "must_differ": _must_differ,
        "must_match": _must_match,
        "no_repeat": _no_repeat,
        "no_twins": _no_twins,
        "not_in_line": _not_in_line,
        "veto": _veto,
    }
)
