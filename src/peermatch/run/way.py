"""One run of a matcher: from this month's tables to a checked pairing, one step a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from peermatch.audit import settings_of
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
    compile_criterion,
    enforce,
    fit_and_compile,
    key_of,
    require,
)
from peermatch.criteria.masks import count_pairs
from peermatch.errors import ConfigError
from peermatch.pairing import Pairing
from peermatch.problem import Solver
from peermatch.run.demands import check_places, refuse_demanded_selves, same_person_mask
from peermatch.run.floor import floor_on_grid, with_floor
from peermatch.run.people import Capacity, capacity_of, everyone_of, taking_part
from peermatch.run.preferences import read_preferences, with_preferences
from peermatch.run.request import Request
from peermatch.run.reserve import with_reserve
from peermatch.run.solving import solve
from peermatch.scoring import LazyScores, StatedScores
from peermatch.solvers import plain_solver
from peermatch.version import __version__

if TYPE_CHECKING:
    from peermatch.matcher import PeerMatcher

__all__ = ["Prepared", "prepare", "run"]


@dataclass(frozen=True, eq=False)
class Prepared:
    """Who takes part, what is learned of them, what is forbidden, and what any pair is worth."""

    everyone: tuple[Cohort, Cohort | None]
    sides: Sides
    capacity: Capacity
    fitted: tuple[FittedCriterion, ...]
    enforcement: Enforcement
    scores: LazyScores


def prepare(matcher: PeerMatcher, request: Request, solver: Solver | None = None) -> Prepared:
    """Go as far as the scores: what pairings and shortlists have in common. Without a solver places play no part."""
    control = request.control
    control.report("reading")
    everyone = everyone_of(matcher, request)
    sides = taking_part(everyone, matcher.sides)
    capacity: Capacity = (None, None) if solver is None else capacity_of(matcher, sides, solver)
    control.report("encoding")
    fitted, criteria = _fit(matcher, sides, request)
    control.report("rules")
    enforcement = _enforce(matcher, sides, criteria, everyone, request)
    scores = LazyScores(
        criteria, enforcement.masks, sides.shape, two_sided=sides.two_sided, mutual=matcher.mutual
    )
    return Prepared(everyone, sides, capacity, fitted, enforcement, scores)


def run(matcher: PeerMatcher, solver: Solver, request: Request) -> Pairing:
    """Pair people; where someone would be left over and a reserve was named, with those who are called."""
    if matcher.odd != "reserve":
        return _run(matcher, solver, request)
    everyone = everyone_of(matcher, request)[0]
    request = replace(request, people=everyone)
    if request.fitted is None:
        # what is learned does not depend on who is called
        request = replace(request, fitted=_fit(matcher, taking_part((everyone, None), None), request)[0])
    return with_reserve(matcher, request, lambda asked: _run(matcher, solver, asked))


def _run(matcher: PeerMatcher, solver: Solver, request: Request) -> Pairing:
    """The whole way, one step a line."""
    ready = prepare(matcher, request, solver)
    sides, scores, enforcement = ready.sides, ready.scores, ready.enforcement
    check_places(enforcement.required, sides, ready.capacity)
    if matcher.floor is not None:
        enforcement = with_floor(enforcement, scores, matcher.floor, sides)
    stated = None
    if request.preferences is not None:
        only_listed = request.unlisted == "never"
        preferences = read_preferences(request.preferences, ready.everyone, sides)
        stated = StatedScores(scores, preferences.left, preferences.right, only_listed=only_listed)
        enforcement = with_preferences(enforcement, stated, preferences, sides)
    solved = solve(
        scores if stated is None else stated,
        enforcement.required,
        ready.capacity,
        sides,
        matcher.objective,
        floor_on_grid(matcher.floor),
        solver,
        request,
        matcher.odd,
    )
    return Pairing(
        everyone=ready.everyone,
        sides=sides,
        scores=scores,
        enforcement=enforcement,
        matching=solved.matching,
        certificate=solved.certificate,
        capacity=ready.capacity,
        settings=_settings(matcher, solver, request),
        fitted=ready.fitted,
        round=request.round,
        problem=solved.problem,
        positions=solved.positions,
        stated=stated,
        odd=solved.odd,
    )


def _fit(
    matcher: PeerMatcher, sides: Sides, request: Request
) -> tuple[tuple[FittedCriterion, ...], list[CompiledCriterion]]:
    if request.fitted is None:
        both = [
            fit_and_compile(criterion, sides, as_of=request.as_of, unknown=matcher.unknown)
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
        found.append(at_day(replace(part, criterion=criterion), request.as_of))
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
) -> Enforcement:
    came = tuple(cohort for cohort in everyone if cohort is not None)
    absent = {
        key_of(id): reason
        for cohort in came
        for id, reason in zip(cohort.ids, cohort.reasons_out, strict=True)
        if reason is not None
    }
    org = None if request.org is None else Cohort.of(request.org, matcher.id, at_least=1)
    occasion = Occasion(
        org=org,
        everyone=came,
        history=request.history,
        as_of=request.as_of,
        absent=absent,
        groups=request.groups,
    )
    rules = list(matcher.rules)
    if request.locks is not None:
        rules.append(require(request.locks, name="locks"))
    enforced = enforce(rules, sides, criteria, occasion)
    if not sides.two_sided:
        return enforced
    mask = same_person_mask(matcher, sides)
    removed = count_pairs(mask, sides.shape, one_pool=False)
    rule = EnforcedRule(Rule("same_person", "same_person"), mask, removed, "")
    refuse_demanded_selves(enforced.required, mask, sides)
    return Enforcement((*enforced.rules, rule), enforced.required)


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
    as_of = None if request.as_of is None else str(request.as_of)
    if matcher.odd == "reserve":
        # ids are people, who are not told here
        options["reserve"] = matcher.reserve if isinstance(matcher.reserve, str) else "people by their ids"
    options.update(solver=plain_solver(solver), round=request.round, as_of=as_of)
    if request.preferences is not None:
        # what people said themselves decides: the objective plays no part, and who they are is not told here
        options.update(preferences="stated by people", unlisted=request.unlisted)
    return settings_of(options, matcher.criteria, matcher.rules, version=__version__)
