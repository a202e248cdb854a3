"""One run of a matcher: from this month's tables to a checked pairing, one step a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from peermatch.audit import Given, settings_of
from peermatch.checks import did_you_mean
from peermatch.cohort import Cohort
from peermatch.criteria import (
    CompiledCriterion,
    Criterion,
    EnforcedRule,
    Enforcement,
    FittedCriterion,
    Occasion,
    Rule,
    Sides,
    at_day,
    check_history,
    compile_criterion,
    enforce,
    fit_and_compile,
    hidden_in_errors,
    key_of,
    refuse,
    require,
)
from peermatch.criteria.demanded import LOCKS
from peermatch.criteria.masks import count_pairs
from peermatch.errors import ConfigError
from peermatch.pairing import Pairing
from peermatch.problem import Solver
from peermatch.run.again import Again
from peermatch.run.conflicts import Demands, find_conflicts
from peermatch.run.demands import same_person_mask
from peermatch.run.floor import floor_on_grid, with_floor
from peermatch.run.given import given_of
from peermatch.run.group_floor import with_group_floor
from peermatch.run.guarded import check_declared, declarations, seen_by_scoring, without_columns
from peermatch.run.or_none import asks
from peermatch.run.people import Capacity, everyone_of, taking_part
from peermatch.run.places import NOBODY_SAID, capacity_of, minimum_of, or_none_of, plain_capacity, solver_for
from peermatch.run.preferences import read_preferences, with_preferences
from peermatch.run.request import Request
from peermatch.run.reserve import with_reserve
from peermatch.run.solving import solve
from peermatch.scoring import LazyScores, StatedScores
from peermatch.solvers import plain_solver
from peermatch.version import __version__

if TYPE_CHECKING:
    from peermatch.matcher import PeerMatcher

__all__ = ["Prepared", "finish", "prepare", "run"]


@dataclass(frozen=True, eq=False)
class Prepared:
    """Who takes part, what is learned of them, what is forbidden, and what any pair is worth."""

    everyone: tuple[Cohort, Cohort | None]
    sides: Sides
    capacity: Capacity
    fitted: tuple[FittedCriterion, ...]
    enforcement: Enforcement
    scores: LazyScores
    minimum: Capacity = (None, None)
    or_none: Capacity = (None, None)
    solver: Solver | None = None
    org: Cohort | None = None
    given: Given | None = None


def prepare(matcher: PeerMatcher, request: Request, solver: Solver | None = None) -> Prepared:
    """Go as far as the scores: what pairings and shortlists have in common. Without a solver places play no part."""
    with hidden_in_errors(matcher.sensitive or (), matcher.criteria):
        return _prepare(matcher, request, solver)


def _prepare(matcher: PeerMatcher, request: Request, solver: Solver | None) -> Prepared:
    control = request.control
    if solver is None and matcher.group_floor is not None:
        raise ConfigError("group_floor is for pairs, which match() makes. Leave it out of the matcher here.")
    control.report("reading")
    everyone = everyone_of(matcher, request)
    check_declared(matcher, everyone)
    seen = seen_by_scoring(matcher, everyone)
    sides = taking_part(seen, matcher.sides)
    capacity, minimum, or_none = NOBODY_SAID, NOBODY_SAID, NOBODY_SAID
    if solver is not None:
        capacity = capacity_of(matcher, sides)
        minimum = minimum_of(matcher, sides, capacity)
        or_none = or_none_of(matcher, sides, capacity)
        stated = request.preferences is not None
        solver = solver_for(matcher, solver, capacity, minimum, or_none, stated=stated)
    control.report("encoding")
    fitted, criteria = _fit(matcher, sides, request)
    control.report("rules")
    org = None if request.org is None else Cohort.of(request.org, matcher.id, at_least=1)
    enforcement = _enforce(matcher, sides, criteria, seen, request, org)
    scores = LazyScores(
        criteria, enforcement.masks, sides.shape, two_sided=sides.two_sided, mutual=matcher.mutual
    )
    given = given_of(matcher, request, org) if request.groups else None
    return Prepared(
        everyone, sides, capacity, fitted, enforcement, scores, minimum, or_none, solver, org, given
    )


def run(matcher: PeerMatcher, solver: Solver, request: Request) -> Pairing:
    """Pair people; where someone would be left over and a reserve was named, with those who are called."""
    if matcher.odd != "reserve":
        return _run(matcher, solver, request)
    with hidden_in_errors(matcher.sensitive or (), matcher.criteria):
        return _run_with_reserve(matcher, solver, request)


def _run_with_reserve(matcher: PeerMatcher, solver: Solver, request: Request) -> Pairing:
    everyone = everyone_of(matcher, request)[0]
    request = replace(request, people=everyone, set_aside=None, asked=request)
    if request.fitted is None:
        # what is learned does not depend on who is called
        seen = seen_by_scoring(matcher, (everyone, None))
        request = replace(request, fitted=_fit(matcher, taking_part(seen, None), request)[0])
    return with_reserve(matcher, request, lambda asked: _run(matcher, solver, asked))


def _run(matcher: PeerMatcher, solver: Solver, request: Request) -> Pairing:
    """The whole way, one step a line."""
    return finish(matcher, solver, request, prepare(matcher, request, solver))


def finish(matcher: PeerMatcher, solver: Solver, request: Request, ready: Prepared) -> Pairing:
    """Go the second half of the way: from the scores to a checked pairing."""
    sides, scores, enforcement = ready.sides, ready.scores, ready.enforcement
    solver = ready.solver or solver
    if matcher.floor is not None:
        enforcement = with_floor(enforcement, scores, matcher.floor, sides)
    stated = None
    if request.preferences is not None:
        only_listed = request.unlisted == "never"
        preferences = read_preferences(request.preferences, ready.everyone, sides)
        stated = StatedScores(scores, preferences.left, preferences.right, only_listed=only_listed)
        enforcement = with_preferences(enforcement, stated, preferences, sides)
    sensitive = frozenset(criterion.name for criterion in matcher.criteria if criterion.sensitive)
    demands = Demands(sides, enforcement, ready.capacity, ready.minimum, sensitive, ready.or_none)
    refuse(find_conflicts(demands))
    solved = solve(
        scores if stated is None else stated,
        enforcement.required,
        ready.capacity,
        sides,
        matcher.objective,
        floor_on_grid(matcher.floor),
        solver,
        request,
        demands,
        matcher.odd,
    )
    pairing = Pairing(
        everyone=ready.everyone,
        sides=sides,
        scores=scores,
        enforcement=enforcement,
        matching=solved.matching,
        certificate=solved.certificate,
        capacity=ready.capacity,
        minimum=ready.minimum,
        or_none=ready.or_none,
        settings=_settings(matcher, solver, request),
        fitted=ready.fitted,
        round=request.round,
        # none or at least so many stands in no problem: whoever solved it again would forget that
        problem=None if asks(ready.or_none) else solved.problem,
        positions=None if asks(ready.or_none) else solved.positions,
        stated=stated,
        odd=solved.odd,
        seating=solved.seating,
        given=given_of(matcher, request, ready.org),
        resolve=None if asks(ready.or_none) else Again(demands, solver, matcher.objective, matcher.floor),
    )
    return with_group_floor(pairing, matcher.group_floor, request.control)


def _fit(
    matcher: PeerMatcher, sides: Sides, request: Request
) -> tuple[tuple[FittedCriterion, ...], list[CompiledCriterion]]:
    if request.fitted is None:
        both = [
            fit_and_compile(
                criterion,
                sides,
                as_of=request.as_of,
                unknown=matcher.unknown,
                history=request.history,
            )
            for criterion in matcher.criteria
        ]
        return tuple(fitted for fitted, _ in both), [compiled for _, compiled in both]
    earlier = {part.criterion.name: part for part in request.fitted}
    found = []
    for criterion in matcher.criteria:
        part = earlier.get(criterion.name)
        if part is None or _learned_from(part.criterion) != _learned_from(criterion):
            raise ConfigError(
                f"fitted= has no criterion like {criterion.name!r}."
                + did_you_mean(criterion.name, list(earlier))
            )
        found.append(at_day(replace(part, criterion=criterion), request.as_of, request.history))
    return tuple(found), [compile_criterion(part, sides) for part in found]


def _learned_from(criterion: Criterion) -> tuple[Any, ...]:
    """What decides how an encoder reads people; all else may change from round to round."""
    options = [criterion.options.get(key) for key in ("ladder", "separator", "vocabulary")]
    return (criterion.kind, criterion.left, criterion.right, *options, criterion.options.get("text") is None)


def _enforce(
    matcher: PeerMatcher,
    sides: Sides,
    criteria: Sequence[CompiledCriterion],
    everyone: tuple[Cohort, Cohort | None],
    request: Request,
    org: Cohort | None,
) -> Enforcement:
    came = tuple(cohort for cohort in everyone if cohort is not None)
    absent = {
        key_of(id): reason
        for cohort in came
        for id, reason in zip(cohort.ids, cohort.reasons_out, strict=True)
        if reason is not None
    }
    if request.history is not None and any(part.criterion.kind == "novelty" for part in criteria):
        check_history(request.history, sides, absent)
    occasion = Occasion(
        org=None if org is None else without_columns(org, matcher.audit_only),
        everyone=came,
        history=request.history,
        as_of=request.as_of,
        absent=absent,
        groups=request.groups,
    )
    rules = list(matcher.rules)
    if request.locks is not None:
        rules.append(require(request.locks, name=LOCKS))
    enforced = enforce(rules, sides, criteria, occasion)
    if not sides.two_sided:
        return enforced
    mask = same_person_mask(matcher, sides)
    removed = count_pairs(mask, sides.shape, one_pool=False)
    rule = EnforcedRule(Rule("same_person", "same_person"), mask, removed, "")
    return replace(enforced, rules=(*enforced.rules, rule))


def _settings(matcher: PeerMatcher, solver: Solver, request: Request) -> dict[str, Any]:
    told = (
        "id",
        "label",
        "eligible",
        "sides",
        "same_person",
        "capacity",
        "mutual",
        "objective",
        "floor",
        "unknown",
        "odd",
    )
    options = {name: getattr(matcher, name) for name in told}
    if matcher.capacity is not None:
        options["capacity"] = plain_capacity(matcher.capacity)
    options.update(declarations(matcher))
    as_of = None if request.as_of is None else str(request.as_of)
    if matcher.odd == "reserve":
        # ids are people, who are not told here
        options["reserve"] = matcher.reserve if isinstance(matcher.reserve, str) else "people by their ids"
    options.update(solver=plain_solver(solver), round=request.round, as_of=as_of)
    if matcher.show is not None:
        options.update(show=matcher.show)
    if matcher.learned is not None:
        options["learned"] = dict(matcher.learned)
    if matcher.decided_by is not None:
        options["decided_by"] = matcher.decided_by
    if request.role is not None:
        options["role"] = request.role
    if request.preferences is not None:
        # what people said themselves decides: the objective plays no part, and who they are is not told here
        options.update(preferences="stated by people", unlisted=request.unlisted)
    return settings_of(options, matcher.criteria, matcher.rules, version=__version__)
