"""From groups and advisers to scores, rules and places: what an assignment of advisers is asked to solve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from peermatch.cohort import Cohort
from peermatch.criteria import (
    CompiledCriterion,
    Criterion,
    EnforcedRule,
    Enforcement,
    Mask,
    Occasion,
    Rule,
    Sides,
    above,
    enforce,
    fit_and_compile,
    key_of,
    not_in_line,
)
from peermatch.criteria.masks import count_pairs
from peermatch.errors import ConfigError
from peermatch.matcher import PeerMatcher
from peermatch.problem import IntArray
from peermatch.programme.adviser_groups import Groups, kept_rules
from peermatch.run.advisers import ADVISER, Advisers
from peermatch.run.consent import consented_table, refuse_consent
from peermatch.run.demands import same_person_mask
from peermatch.run.guarded import without_columns
from peermatch.run.people import taking_part
from peermatch.run.places import capacity_of
from peermatch.scoring import LazyScores
from peermatch.scoring.groups import GroupMask, GroupScores, ThresholdMask

__all__ = ["CALLER", "Task", "task_of"]

CALLER = "assign_advisers()"
_SHARED = ("same", "overlap", "complement", "available")
"""Kinds of criteria that are about what two people have in common, teach, or have time for."""
_CLOSE = 1e-9
"""Years are sums and differences of decimal fractions: 3.3 is 3 above 0.3."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Task:
    """What is to be solved.

    Attributes
    ----------
    groups : Groups
    advisers : Cohort
        Those who may be one, as far as their own table says.
    everyone : Cohort
        All in the advisers' table.
    scores : GroupScores
    enforcement : Enforcement
        The rules, in terms of groups and advisers.
    places : int64 array
        Of each adviser.
    criteria : tuple of Criterion
    which : tuple of tuple of int
        For each hand, the numbers of those of the criteria that count for it.
    source : str
        Where the criteria are from: "given", "the matcher", or "experience".
    highest, level : float64 arrays
        The experience of the most experienced member of each group, and of each adviser; NaN where it is not known.
    unknown : list of list
        Of each group, the ids of members whose experience is not known.
    """

    groups: Groups
    advisers: Cohort
    everyone: Cohort
    scores: GroupScores
    enforcement: Enforcement
    places: IntArray
    criteria: tuple[Criterion, ...]
    which: tuple[tuple[int, ...], ...]
    source: str
    highest: Floats
    level: Floats
    unknown: list[list[Any]]


def task_of(groups: Groups, seniors: Any, spec: Advisers, org: Any, as_of: Any) -> Task:
    """Prepare: the way from tables to scores, one step a line."""
    hidden = groups.told.get("audit_only") or ()
    spec = spec.marked(groups.told.get("sensitive") or ())
    spec.check_guarded(groups.told.get("protected") or (), hidden)
    everyone = without_columns(_read(groups, seniors, spec), hidden)
    hands = [taking_part((cohort, everyone), (name, ADVISER)) for cohort, name in _hands(groups)]
    advisers = hands[0].columns_side
    criteria, source = _criteria(groups, advisers, spec)
    told = _told(groups, advisers, spec, criteria)
    compiled, which = _compile(hands, criteria, groups, as_of)
    highest, level, unknown = _experience(hands, groups, spec, as_of)
    rules = _rules(groups, spec)
    occasion = _occasion(groups, everyone, rules, org, as_of)
    masks = [
        _same_person(hands, groups, told),
        _gap(highest, level, spec),
        *_of_rules(hands, groups, rules, compiled, occasion),
    ]
    if spec.not_among_pairs:
        masks.append(_in_pairs(groups, advisers))
    shape = (len(groups.ids), len(advisers))
    enforced = [
        EnforcedRule(rule, mask, count_pairs(mask, shape, one_pool=False), note) for rule, mask, note in masks
    ]
    utilities = [
        LazyScores(parts, (), side.shape, two_sided=True) if parts else None
        for parts, side in zip(compiled, hands, strict=True)
    ]
    every_mask = [mask for _, mask, _ in masks]
    scores = GroupScores(
        utilities, groups.members, groups.hands, every_mask, len(advisers), combine=spec.combine
    )
    return Task(
        groups=groups,
        advisers=advisers,
        everyone=everyone,
        scores=scores,
        enforcement=Enforcement(tuple(enforced), np.zeros((0, 2), dtype=np.int64)),
        places=_places(told, hands[0]),
        criteria=criteria,
        which=which,
        source=source,
        highest=highest,
        level=level,
        unknown=unknown,
    )


Masked = tuple[Rule, Mask, str]


def _hands(groups: Groups) -> list[tuple[Cohort, str]]:
    return list(zip(groups.cohorts, groups.hand_names, strict=True))


def _read(groups: Groups, seniors: Any, spec: Advisers) -> Cohort:
    id = groups.told["id"]
    first = Cohort.of(seniors, id, at_least=1)
    names = {
        key: getattr(spec, key) or (told if (told := groups.told.get(key)) and first.has(told) else None)
        for key in ("label", "eligible")
    }
    everyone = Cohort.of(first, id, at_least=1, **names)
    consent = groups.told.get("consent") or {}
    places = spec.capacity if isinstance(spec.capacity, str) else None
    named = {
        "manager=": spec.manager,
        "label=": names["label"],
        "eligible=": names["eligible"],
        "capacity=": places,
    }
    refuse_consent(consent, {what: [] if one is None else [one] for what, one in named.items()}, spec.rules)
    return consented_table(everyone, consent)


# ---- what makes a good adviser --------------------------------------------------------------------------


def _criteria(groups: Groups, advisers: Cohort, spec: Advisers) -> tuple[tuple[Criterion, ...], str]:
    if spec.criteria:
        for criterion in spec.criteria:
            if not _hands_of(criterion, groups, advisers):
                _refuse(criterion, groups, advisers)
        return tuple(spec.criteria), "given"
    shared = tuple(
        criterion
        for criterion in groups.criteria
        # what people said in confidence was for a partner to be found: advisers are told of it where it is named
        if criterion.kind in _SHARED and not criterion.sensitive and _hands_of(criterion, groups, advisers)
    )
    if shared:
        return shared, "the matcher"
    columns = [spec.column_of(name) for name in groups.hand_names]
    theirs = spec.column_of(ADVISER)
    mine = next(column for column in columns if column is not None)
    far = (float(spec.by), max(3 * float(spec.by), float(spec.by) + 1))
    return (
        above(left=mine, right=theirs, ladder=spec.ladder, by=far, name="not_much_further"),
    ), "experience"


def _hands_of(criterion: Criterion, groups: Groups, advisers: Cohort) -> list[int]:
    """Return the hands for which a criterion counts: those whose table has its columns."""
    if criterion.kind != "prefers" and not all(advisers.has(column) for column in criterion.right):
        return []
    return [
        hand
        for hand, cohort in enumerate(groups.cohorts)
        if all(cohort.has(column) for column in criterion.left)
    ]


def _refuse(criterion: Criterion, groups: Groups, advisers: Cohort) -> None:
    """Raise the error of the table that lacks a column."""
    caller = f"{criterion.caller} in the criteria of {CALLER}"
    for column in criterion.right:
        advisers.column(column, needed_by=f"{caller} in the advisers' table")
    for column in criterion.left:
        groups.cohorts[0].column(column, needed_by=caller)


def _told(groups: Groups, advisers: Cohort, spec: Advisers, criteria: Sequence[Criterion]) -> PeerMatcher:
    """Return a matcher of two sides that holds what is told, so that all is read as for any other."""
    same = groups.told.get("same_person") or []
    tables = (*groups.cohorts, advisers)
    there = bool(same) and all(cohort.has(column) for cohort in tables for column in same)
    return PeerMatcher(
        groups.told["id"],
        list(criteria),
        sides=("group", ADVISER),
        same_person=same if there else None,
        capacity={ADVISER: spec.capacity},
        solver="transport",
    )


def _places(told: PeerMatcher, side: Sides) -> IntArray:
    places = capacity_of(told, Sides(side.left, side.right, ("group", ADVISER)))[1]
    assert places is not None  # a capacity was told
    return places


def _compile(
    hands: Sequence[Sides], criteria: Sequence[Criterion], groups: Groups, as_of: Any
) -> tuple[list[list[CompiledCriterion]], tuple[tuple[int, ...], ...]]:
    compiled: list[list[CompiledCriterion]] = [[] for _ in hands]
    which: list[list[int]] = [[] for _ in hands]
    unknown = groups.told.get("unknown") or "quartile"
    for number, criterion in enumerate(criteria):
        for hand in _hands_of(criterion, groups, hands[0].columns_side):
            compiled[hand].append(fit_and_compile(criterion, hands[hand], as_of=as_of, unknown=unknown)[1])
            which[hand].append(number)
    return compiled, tuple(map(tuple, which))


# ---- who may be one -------------------------------------------------------------------------------------


def _experience(
    hands: Sequence[Sides], groups: Groups, spec: Advisers, as_of: Any
) -> tuple[Floats, Floats, list[list[Any]]]:
    """Return the experience of each group's most experienced member and of each adviser, and who has none known."""
    theirs = spec.column_of(ADVISER)
    assert theirs is not None
    advisers = hands[0].columns_side
    advisers.column(theirs, needed_by=f"experience= of {CALLER} in the advisers' table")
    level = np.full(len(advisers), np.nan)
    highest = np.full(len(groups.ids), -np.inf)
    unknown: list[list[Any]] = [[] for _ in groups.ids]
    own: list[Floats | None] = []
    for sides, name in zip(hands, groups.hand_names, strict=True):
        mine = spec.column_of(name)
        if mine is None:
            own.append(None)
            continue
        sides.left.column(mine, needed_by=f"experience= of {CALLER}")
        criterion = above(left=mine, right=theirs, ladder=spec.ladder, by=(spec.by, spec.by))
        measure: Any = fit_and_compile(criterion, sides, as_of=as_of, unknown="zero")[1].measure
        own.append(measure.left_own[:, 0])
        level = measure.right_own[:, 0]
    for place, hand in enumerate(groups.hands):
        values, who = own[hand], groups.members[:, place]
        if values is None:
            continue
        mine_of = np.where(who >= 0, values[np.maximum(who, 0)], -np.inf)
        for group in np.flatnonzero(np.isnan(mine_of)).tolist():
            unknown[group].append(groups.cohorts[hand].ids[who[group]])
        highest = np.maximum(highest, mine_of)  # NaN stays NaN
    return highest, level, unknown


def _gap(highest: Floats, level: Floats, spec: Advisers) -> Masked:
    without = int(np.isnan(level).sum())
    groups = int(np.isnan(highest).sum())
    notes = []
    if groups:
        notes.append(f"not known for members of {groups} of {len(highest)}")
    if without:
        notes.append(f"{without} of {len(level)} advisers have none that is known")
    rule = Rule("experience", f"at least {spec.by:g} above", (spec.column_of(ADVISER) or "",))
    return rule, ThresholdMask(highest + float(spec.by) - _CLOSE, level), "; ".join(notes)


def _same_person(hands: Sequence[Sides], groups: Groups, told: PeerMatcher) -> Masked:
    masks = tuple(same_person_mask(told, sides) for sides in hands)
    return Rule("same_person", "same_person"), _group_mask(masks, groups), ""


def _group_mask(masks: tuple[Mask | None, ...], groups: Groups) -> GroupMask:
    return GroupMask(masks, tuple(map(len, groups.cohorts)), groups.members, groups.hands)


def _in_pairs(groups: Groups, advisers: Cohort) -> Masked:
    named = {key_of(id) for group in range(len(groups.ids)) for id in groups.ids_of(group)}
    busy = np.array([key_of(id) in named for id in advisers.ids], dtype=bool)
    rule = Rule("not_among_pairs", "not_among_pairs")
    mask = ThresholdMask(np.zeros(len(groups.ids)), np.where(busy, np.nan, 0.0))
    return rule, mask, f"{int(busy.sum())} of {len(busy)} advisers stand in a pair"


def _rules(groups: Groups, spec: Advisers) -> list[tuple[Rule, bool]]:
    """Return the rules between members and advisers, and of each whether it is the matcher's own."""
    found: list[tuple[Rule, bool]] = []
    if spec.manager is not None:
        found.append((not_in_line(spec.manager), False))
    elif not any(rule.kind == "not_in_line" for rule in spec.rules):
        found += [(rule, True) for rule in groups.rules if rule.kind == "not_in_line"]
    found += [(rule, True) for rule in kept_rules(groups.rules)]
    return found + [(rule, False) for rule in spec.rules]


def _occasion(
    groups: Groups, advisers: Cohort, rules: Sequence[tuple[Rule, bool]], org: Any, as_of: Any
) -> Occasion:
    """Everybody's managers in one table: lines of members run through the others, advisers and staff."""
    # lists may name anyone of the programme without being wrong: of most pairs, nobody advises anybody
    absent = {key_of(id): "no adviser" for cohort in (*groups.everyone, advisers) for id in cohort.ids}
    columns = sorted({rule.left[0] for rule, _ in rules if rule.kind == "not_in_line"})
    if not columns:
        if org is not None:
            raise ConfigError(f"{CALLER} got org=, but no rule looks at it: give manager=, or leave it out.")
        return Occasion(as_of=as_of, absent=absent)
    id = groups.told["id"]
    hidden = groups.told.get("audit_only")
    staff = None if org is None else without_columns(Cohort.of(org, id, at_least=1), hidden)
    cohorts = [*([] if staff is None else [staff]), *groups.everyone, advisers]
    rows: dict[tuple[str, Any], dict[str, Any]] = {}
    for column in columns:
        known = [cohort for cohort in cohorts if cohort.has(column)]
        if not known:
            cohorts[0].column(column, needed_by=f"manager= of {CALLER}")
        for cohort in known:
            for who, above_them in zip(cohort.ids.tolist(), cohort.column(column).tolist(), strict=True):
                rows.setdefault(key_of(who), {id: who}).setdefault(column, above_them)
    frame = pd.DataFrame(
        [{id: row[id], **{c: row.get(c) for c in columns}} for row in rows.values()], dtype=object
    )
    return Occasion(org=Cohort.of(frame, id, at_least=1), as_of=as_of, absent=absent)


def _of_rules(
    hands: Sequence[Sides],
    groups: Groups,
    rules: Sequence[tuple[Rule, bool]],
    compiled: Sequence[Sequence[CompiledCriterion]],
    occasion: Occasion,
) -> list[Masked]:
    """Return the masks of rules between members and advisers, in terms of groups."""
    found: list[Masked] = []
    names = [groups.sides.names] * len(hands)
    for rule, own in rules:
        masks: list[Mask | None] = []
        notes: list[str] = []
        for sides, parts, both in zip(hands, compiled, names, strict=True):
            if own and not _can_be_asked(rule, sides):
                masks.append(None)
                continue
            # the matcher's own lists have the headers of its own sides
            facing = Sides(sides.left, sides.right, both) if own else sides
            enforced = enforce([rule], facing, parts, occasion).rules[0]
            masks.append(enforced.mask)
            if enforced.note and enforced.note not in notes:
                notes.append(enforced.note)
        found.append((rule, _group_mask(tuple(masks), groups), "; ".join(notes)))
    return found


def _can_be_asked(rule: Rule, sides: Sides) -> bool:
    """Whether one of the matcher's own rules says anything here: a veto needs its column on one side."""
    if rule.kind != "veto" or rule.options.get("table") is not None:
        return True
    return any(sides.has(side, rule.left) for side in ("left", "right"))
