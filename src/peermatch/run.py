"""One run of a matcher: from this month's tables to a checked pairing.

Everything is fitted and scored in the canonical order of ids. The solver then sees people in the order of a keyed hash
of (round, id), so that ties are broken the same way whatever the order of rows, yet by another order every round:
nobody loses every round for their id's sake.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from peermatch.audit import settings_of
from peermatch.checks import did_you_mean
from peermatch.cohort import Cohort
from peermatch.cohort.aside import is_missing
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
    fit_criterion,
    key_of,
    require,
)
from peermatch.criteria.masks import KernelMask, ListedMask, count_pairs
from peermatch.errors import ConfigError, InfeasibleError, InputError, VerificationError, error_item
from peermatch.pairing import CertificateView, Pairing
from peermatch.problem import Control, IntArray, Matching, Problem, Solver, Status
from peermatch.scoring import LazyScores
from peermatch.verify import check_valid, prove
from peermatch.version import __version__

if TYPE_CHECKING:
    from peermatch.matcher import PeerMatcher

__all__ = ["Request", "run", "solving_order"]

Capacity = tuple[IntArray | None, IntArray | None]


@dataclass(frozen=True, eq=False)
class Request:
    """What is true this month: the arguments of `PeerMatcher.match`."""

    people: Any
    others: Any
    role: str | None
    org: Any
    history: Any
    locks: Any
    fitted: Any
    round: str | None
    as_of: Any
    control: Control


def run(matcher: PeerMatcher, solver: Solver, request: Request) -> Pairing:
    """Pair people: the whole way, one step a line."""
    control = request.control
    control.report("reading")
    everyone = _everyone(matcher, request)
    sides = _taking_part(everyone, matcher.sides)
    capacity = _capacity(matcher, sides)
    control.report("encoding")
    fitted = _fit(matcher, sides, request)
    criteria = [compile_criterion(part, sides) for part in fitted]
    control.report("rules")
    enforcement = _enforce(matcher, sides, criteria, everyone, request)
    _check_places(enforcement.required, sides, capacity)
    scores = LazyScores(
        criteria, enforcement.masks, sides.shape, two_sided=sides.two_sided, mutual=matcher.mutual
    )
    solved = _solve(scores, enforcement.required, capacity, sides, matcher.objective, solver, request)
    return Pairing(
        everyone=everyone,
        sides=sides,
        scores=scores,
        enforcement=enforcement,
        matching=solved.matching,
        certificate=solved.certificate,
        capacity=capacity,
        settings=_settings(matcher, solver, request),
        fitted=fitted,
        round=request.round,
    )


# ---- people ---------------------------------------------------------------------------------------------


def _everyone(matcher: PeerMatcher, request: Request) -> tuple[Cohort, Cohort | None]:
    names: dict[str, Any] = {"label": matcher.label, "eligible": matcher.eligible}
    if matcher.sides is None:
        return Cohort.of(request.people, matcher.id, **names), None
    if request.role is not None:
        both = Cohort.of(request.people, matcher.id, **names)
        return _by_role(both, request.role, matcher.sides)
    left = Cohort.of(request.people, matcher.id, at_least=1, **names)
    return left, Cohort.of(request.others, matcher.id, at_least=1, **names)


def _by_role(people: Cohort, role: str, names: tuple[str, str]) -> tuple[Cohort, Cohort]:
    said = [
        "" if is_missing(cell) else str(cell).casefold() for cell in people.column(role, needed_by="role=")
    ]
    known = [name.casefold() for name in names]
    wrong = [position for position, text in enumerate(said) if text not in known]
    if wrong:
        position = wrong[0]
        found = people.frame[role].iloc[position]
        message = (
            f"Column {role!r} has {len(wrong)} cells that name neither side; the first is {found!r} in row "
            f"{int(people.rows[position])} (id {people.ids[position]!r}). Accepted: {names[0]!r} or {names[1]!r}."
        )
        raise InputError(
            error_item(
                "unknown_role",
                message,
                column=role,
                row=int(people.rows[position]),
                id=people.ids[position],
                found=found,
                accepted=list(names),
            )
        )
    parts = [np.flatnonzero([text == name for text in said]) for name in known]
    for name, part in zip(names, parts, strict=True):
        if not len(part):
            raise InputError(error_item("empty_side", f"Nobody in column {role!r} is {name!r}.", column=role))
    return people.take(parts[0]), people.take(parts[1])


def _taking_part(everyone: tuple[Cohort, Cohort | None], names: tuple[str, str] | None) -> Sides:
    left, right = everyone
    taking = [None if side is None else side.take(np.flatnonzero(side.taking_part)) for side in (left, right)]
    needed = 2 if right is None else 1
    for side, cohort, what in zip((left, right), taking, names or ("people", ""), strict=True):
        if side is not None and cohort is not None and len(cohort) < needed:
            message = (
                f"{len(cohort)} of {len(side)} {what if right is None else what + ' people'} take part, by the column "
                f"{side.eligible!r}; at least {needed} must."
            )
            raise InputError(
                error_item(
                    "too_few_people", message, column=side.eligible, found=len(cohort), accepted=needed
                )
            )
    assert taking[0] is not None  # the left side is always there
    return Sides(taking[0], taking[1], names or ("a", "b"))


def _capacity(matcher: PeerMatcher, sides: Sides) -> Capacity:
    if matcher.capacity is None or matcher.sides is None:
        return (None, None)
    found: list[IntArray | None] = []
    for name, cohort in zip(matcher.sides, (sides.left, sides.columns_side), strict=True):
        places = matcher.capacity.get(name)
        if places is None:
            found.append(None)
        elif isinstance(places, int):
            found.append(np.full(len(cohort), places, dtype=np.int64))
        else:
            found.append(_places(cohort, places))
    if all(part is not None and len(part) and int(part.max()) > 1 for part in found):
        raise ConfigError("Only one of the two sides may have people with more than one place.")
    return found[0], found[1]


def _places(cohort: Cohort, column: str) -> IntArray:
    """Whole numbers of at least 0; an empty cell is one place."""
    places = np.ones(len(cohort), dtype=np.int64)
    for position, cell in enumerate(cohort.column(column, needed_by="capacity")):
        if is_missing(cell):
            continue
        try:
            number = float(cell)
        except (TypeError, ValueError):
            number = -1.0
        if not (0 <= number <= 10_000 and number == int(number)):
            row, id = int(cohort.rows[position]), cohort.ids[position]
            message = (
                f"Row {row} (id {id!r}) has {cell!r} in the capacity column {column!r}. Accepted: a whole number "
                "from 0."
            )
            raise InputError(
                error_item(
                    "wrong_kind", message, column=column, row=row, id=id, found=cell, accepted="0, 1, 2, ..."
                )
            )
        places[position] = int(number)
    return places


# ---- criteria and rules ---------------------------------------------------------------------------------


def _fit(matcher: PeerMatcher, sides: Sides, request: Request) -> tuple[FittedCriterion, ...]:
    if request.fitted is None:
        return tuple(
            fit_criterion(criterion, sides, as_of=request.as_of, unknown=matcher.unknown)
            for criterion in matcher.criteria
        )
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
    return tuple(found)


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
    occasion = Occasion(org=org, everyone=came, history=request.history, as_of=request.as_of, absent=absent)
    rules = list(matcher.rules)
    if request.locks is not None:
        rules.append(require(request.locks, name="locks"))
    enforced = enforce(rules, sides, criteria, occasion)
    if not sides.two_sided:
        return enforced
    mask = _same_person(matcher, sides)
    removed = count_pairs(mask, sides.shape, one_pool=False)
    rule = EnforcedRule(Rule("same_person", "same_person"), mask, removed, "")
    _refuse_demanded_selves(enforced.required, mask, sides)
    return Enforcement((*enforced.rules, rule), enforced.required)


def _same_person(matcher: PeerMatcher, sides: Sides) -> ListedMask | KernelMask:
    """Nobody is paired with themselves across the sides: equal ids, or equal values in the columns that tell."""
    right = {key_of(id): position for position, id in enumerate(sides.columns_side.ids)}
    listed = [(u, right[key_of(id)]) for u, id in enumerate(sides.left.ids) if key_of(id) in right]
    if matcher.same_person is not None:
        columns = matcher.same_person
        keys = [
            [
                None
                if any(is_missing(cell) for cell in row)
                else tuple(str(cell).strip().casefold() for cell in row)
                for row in zip(*(side.column(c, needed_by="same_person") for c in columns), strict=True)
            ]
            for side in (sides.left, sides.columns_side)
        ]
        by_key: dict[tuple[str, ...], list[int]] = {}
        for position, key in enumerate(keys[1]):
            if key is not None:
                by_key.setdefault(key, []).append(position)
        listed += [(u, v) for u, key in enumerate(keys[0]) if key is not None for v in by_key.get(key, ())]
    pairs = np.array(sorted(set(listed)), dtype=np.int64).reshape(-1, 2)
    return ListedMask.of(sides.shape, pairs[:, 0], pairs[:, 1], one_pool=False)


def _refuse_demanded_selves(required: IntArray, mask: ListedMask | KernelMask, sides: Sides) -> None:
    hit = mask.pairs(required[:, 0], required[:, 1])
    if hit.any():
        u = int(required[np.flatnonzero(hit)[0], 0])
        conflict = [
            {"rule": "require", "ids": [sides.left.ids[u]]},
            {"rule": "same_person", "ids": [sides.left.ids[u]]},
        ]
        raise InfeasibleError(
            f"require() demands that {sides.left.ids[u]!r} is paired with themselves.", conflict
        )


def _check_places(required: IntArray, sides: Sides, capacity: Capacity) -> None:
    """Demanded pairs must fit into the places that people have."""
    if not sides.two_sided:
        return
    for side, cohort in enumerate((sides.left, sides.columns_side)):
        places = capacity[side]
        demanded = np.bincount(required[:, side], minlength=len(cohort))
        available = np.ones(len(cohort), dtype=np.int64) if places is None else places
        over = np.flatnonzero(demanded > available)
        if over.size:
            position = int(over[0])
            id = cohort.ids[position]
            message = (
                f"require() demands {int(demanded[position])} pairs with {id!r}, who has "
                f"{int(available[position])} place{'' if available[position] == 1 else 's'}."
            )
            partners = required[required[:, side] == position, 1 - side]
            other = (sides.columns_side, sides.left)[side]
            raise InfeasibleError(
                message, [{"rule": "require", "ids": [id, other.ids[int(partner)]]} for partner in partners]
            )


# ---- solving and checking -------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Solved:
    matching: Matching
    certificate: CertificateView


def solving_order(ids: Iterable[Any], round: str | None) -> IntArray:
    """Return positions in the order of a keyed hash of (round, id).

    Examples
    --------
    >>> sorted(solving_order(["a", "b", "c"], "2026-12").tolist())
    [0, 1, 2]
    """
    salt = hashlib.blake2b(repr(round).encode(), digest_size=32).digest()
    digests = [
        hashlib.blake2b(repr(key_of(id)).encode("utf-8", "surrogatepass"), key=salt, digest_size=16).digest()
        for id in ids
    ]
    return np.array(sorted(range(len(digests)), key=digests.__getitem__), dtype=np.int64)


def _solve(
    scores: LazyScores,
    required: IntArray,
    capacity: Capacity,
    sides: Sides,
    objective: str,
    solver: Solver,
    request: Request,
) -> _Solved:
    left, right, places = _free(required, capacity, sides, request.round)
    problem = Problem(scores.take(left, right), objective, places)
    request.control.report("solving")
    free = solver.solve(problem, control=request.control)
    _check(free, problem)
    request.control.report("proving")
    proof = prove(problem, free)
    if proof.faults:
        raise VerificationError(
            f"The answer of {solver.name!r} does not hold: {'; '.join(proof.faults[:3])}."
        )
    pairs = np.concatenate([np.stack([left[free.pairs[:, 0]], right[free.pairs[:, 1]]], axis=1), required])
    matching = Matching.of(
        Problem(scores, objective, capacity),
        pairs,
        status=free.status,
        solver=free.solver,
        certificate=free.certificate,
        gap=free.gap,
        pairs_gap=free.pairs_gap,
        stats=free.stats,
    )
    _check(matching, Problem(scores, objective, capacity))
    view = CertificateView(
        kind="none" if free.certificate is None else free.certificate.kind,
        status=str(free.status),
        verified=proof.verified,
        gap=None if free.gap is None else free.gap / 2**30,
        pairs_gap=free.pairs_gap,
        pairs_covered=proof.pairs_covered,
        sentence=_sentence(free, proof.verified, proof.pairs_covered, objective),
        evidence=free.certificate,
        vertices=_vertices(problem, left, right),
    )
    return _Solved(matching, view)


def _vertices(problem: Problem, left: IntArray, right: IntArray) -> tuple[IntArray, IntArray]:
    """Return who stands behind each vertex of the evidence."""
    _, rows, columns = problem.one_place_each()
    return left[rows], right[columns] if problem.two_sided else np.zeros(0, dtype=np.int64)


def _free(
    required: IntArray, capacity: Capacity, sides: Sides, round: str | None
) -> tuple[IntArray, IntArray, Capacity]:
    """Return who is left to be paired once demanded pairs are made, in solving order, and their places."""
    left, right = solving_order(sides.left.ids, round), solving_order(sides.columns_side.ids, round)
    if not sides.two_sided:
        free = left[~np.isin(left, required)]
        return free, free, (None, None)
    open_places = []
    for side, order in enumerate((left, right)):
        given = capacity[side]
        places = np.ones(len(order), dtype=np.int64) if given is None else given.copy()
        places -= np.bincount(required[:, side], minlength=len(order))
        open_places.append(places)
    left, right = left[open_places[0][left] > 0], right[open_places[1][right] > 0]
    found = tuple(
        None if capacity[side] is None else open_places[side][order]
        for side, order in enumerate((left, right))
    )
    return left, right, (found[0], found[1])


def _check(matching: Matching, problem: Problem) -> None:
    faults = check_valid(matching, problem)
    if faults:
        raise VerificationError(f"The answer of {matching.solver!r} is not valid: {'; '.join(faults[:3])}.")


def _sentence(matching: Matching, verified: bool, covered: int, objective: str) -> str:
    """Say in words what is known."""
    checked = "checked independently" if verified else "not checked independently"
    over = f"Proved over all {covered:,} allowed pairs"
    status, gap = matching.status, matching.gap
    if status == Status.OPTIMAL and matching.certificate is not None:
        if objective == "everyone_first":
            return f"{over}: nobody can make more pairs, nor as many with a better total ({checked})."
        return f"{over}: no other set of pairs has a better total ({checked})."
    if status == Status.OPTIMAL:
        return "The best of all sets of pairs, found by looking at every one."
    if status == Status.STABLE:
        return f"{over}: no two people would both rather have each other ({checked})."
    if status == Status.NO_STABLE:
        return f"Proved: with these preferences no stable set of pairs exists ({checked}); this is the closest in hand."
    if status == Status.GAP and gap is not None:
        more = f"{matching.pairs_gap} more pairs and " if matching.pairs_gap else ""
        return (
            f"Not proved the best: another answer could have at most {more}{gap / 2**30:.3f} more in total "
            f"({checked})."
        )
    return "Undecided: the search stopped before it was known whether a better answer exists."


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
        "unknown",
        "odd",
    )
    options = {name: getattr(matcher, name) for name in told}
    as_of = None if request.as_of is None else str(request.as_of)
    options.update(solver=solver.name, round=request.round, as_of=as_of)
    return settings_of(options, matcher.criteria, matcher.rules, version=__version__)
