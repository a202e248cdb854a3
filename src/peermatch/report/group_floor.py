"""What it costs to raise the mean of one group of people, and the answer that does it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from peermatch.checks import did_you_mean, must_be
from peermatch.criteria import folded
from peermatch.errors import ConfigError, InfeasibleError, InputError, VerificationError, error_item
from peermatch.explain import Outcome
from peermatch.problem import GRID, Control, FlowProblem, Matching, Problem, ProtectedCertificate, Status
from peermatch.report.certificate import CertificateView
from peermatch.report.quality import groups_of
from peermatch.solvers import Blossom
from peermatch.solvers.group_floor import FlooredGroup, best_for_group, group_floor
from peermatch.solvers.updating import as_part_of_all
from peermatch.verify import check_valid, prove

__all__ = ["FloorDemand", "closing_frame", "floor_demand", "refuse_guarded", "under_floor"]

MOST_POINTS = 50
_DIGITS = 3
"""Means show no more digits: all of them would tell of how many people they are."""

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class FloorDemand:
    """Whose mean is to be raised, and what is solved for it.

    Attributes
    ----------
    outcome : Outcome
    by, group : str
    problem : Problem
        What demanded pairs leave free.
    left, right : bool arrays
        Whose rows and columns belong to the group; in one pool twice the same.
    size, rest : int
        How many of the group, and how many others, take part.
    held, total : int
        What the group's people have by demanded pairs, and what these score together.
    """

    outcome: Outcome
    by: str
    group: str
    problem: Problem
    left: Bools
    right: Bools
    size: int
    rest: int
    held: int
    total: int

    def mean(self, held: int) -> float:
        """Return the group's mean, from what its people have in the problem."""
        return (held + self.held) / self.size / GRID

    def others(self, found: FlooredGroup) -> float:
        """Return the mean of all who do not belong to the group."""
        return (2 * (found.total + self.total) - found.held - self.held) / self.rest / GRID

    def best(self, at_least: float | None, control: Control) -> FlooredGroup:
        """Return the best answer whose mean is at least this; None: at least what is there at no cost."""
        floor = 0 if at_least is None else math.ceil(at_least * self.size * GRID) - self.held
        try:
            return group_floor(self.problem, self.left, self.right, floor, control=control)
        except InfeasibleError:
            most = self.mean(best_for_group(self.problem, self.left, self.right, control=control))
        asked = f"{at_least:g}"
        raise InfeasibleError(
            f"The mean of {self.group!r} can be {_rounded_down(most):g} at most with as many pairs; at least {asked} "
            "is asked for. Lower the floor, or relax rules that keep the group's people apart from others.",
            [{"rule": "group_floor", "by": self.by, "group": self.group, "asked": at_least, "most": most}],
        )


def _rounded_down(mean: float) -> float:
    return float(math.floor(mean * 10**_DIGITS) / 10**_DIGITS)


def floor_demand(
    outcome: Outcome,
    settings: Mapping[str, Any],
    by: Any,
    group: Any,
    basis: Any,
    hide_below: int,
    caller: str,
) -> FloorDemand:
    """Check what is asked for.

    Raises
    ------
    ConfigError
        For a protected column without a basis, an audit-only one, groups that are too small, or a result that no floor
        goes with.
    InputError
        For a column or a group that is not there.
    """
    if not isinstance(by, str) or not by:
        raise ConfigError(must_be(caller, "by", "the name of a column", by))
    refuse_guarded(settings, by, basis, caller)
    problem = _problem_of(outcome, caller)
    names = [groups_of(outcome.cohort(hand), by) for hand in outcome.hands]
    if not any(outcome.cohort(hand).has(by) for hand in outcome.hands):
        outcome.cohort(0).column(by, needed_by=caller)
    chosen = _chosen(outcome, names, group, hide_below, caller)
    belongs = [np.array([name == chosen for name in side], dtype=bool) for side in names]
    members = (belongs[0], belongs[-1])
    size, everyone = sum(int(side.sum()) for side in belongs), sum(map(len, names))
    if size < hide_below or everyone - size < hide_below:
        raise ConfigError(
            f"{caller} is for groups of at least {hide_below} people who take part, and as many others: what it says "
            "of fewer would tell of single people. hide_below= says how many it takes."
        )
    required = outcome.enforcement.required
    scores = outcome.scores.at(required[:, 0], required[:, 1])
    of_both = members[0][required[:, 0]].astype(np.int64) + members[1][required[:, 1]]
    assert outcome.positions is not None  # they come with the problem
    rows, columns = outcome.positions
    return FloorDemand(
        outcome=outcome,
        by=by,
        group=chosen,
        problem=problem,
        left=members[0][rows],
        right=members[1][columns],
        size=size,
        rest=everyone - size,
        held=int((scores * of_both).sum()),
        total=int(scores.sum()),
    )


def refuse_guarded(settings: Mapping[str, Any], by: str, basis: Any, caller: str) -> None:
    """Refuse a floor by an audit-only column, and by a protected one without a basis.

    Raises
    ------
    ConfigError
    """
    if basis is not None and (not isinstance(basis, str) or not basis.strip()):
        raise ConfigError(must_be(caller, "basis", "a text that says what the floor rests on", basis))
    if folded(by) in {folded(column) for column in settings.get("audit_only") or ()}:
        message = (
            f"{caller} would let the column {by!r} decide who is paired with whom, and it is declared audit-only. "
            "quality() may be asked by it; for a floor, declare it protected, and state a basis."
        )
        raise ConfigError(error_item("audit_only_column", message, column=by, found=by))
    if folded(by) in {folded(column) for column in settings.get("protected") or ()} and basis is None:
        message = (
            f"{caller} would let the column {by!r} decide who is paired with whom, and it is declared protected. State "
            'what that rests on, basis="...".'
        )
        raise ConfigError(error_item("protected_column", message, column=by, found=by))


def _problem_of(outcome: Outcome, caller: str) -> Problem:
    problem, evidence = outcome.problem, outcome.matching.certificate
    why = None
    if problem is None or isinstance(problem, FlowProblem) or problem.has_places:
        why = "everybody having one place"
    elif outcome.asks_for_stability:
        why = "a result that asks for the best total, not for stability"
    elif isinstance(evidence, ProtectedCertificate):
        why = "nobody going first"
    elif outcome.objective not in ("everyone_first", "best_total"):
        why = "the objective 'everyone_first' or 'best_total'"
    if why is not None or problem is None:
        raise ConfigError(f"{caller} needs {why}.")
    return problem


def _chosen(outcome: Outcome, names: Sequence[list[str]], group: Any, hide_below: int, caller: str) -> str:
    """Return the group that is meant; the one with the lowest mean of those that are large enough, where none is."""
    people = [name for side in names for name in side]
    if group is not None:
        wanted = " ".join(str(group).split()).casefold()
        known = sorted(set(people))
        found = next((name for name in known if name.casefold() == wanted), None)
        if found is None:
            message = f"{caller}: there is no group {group!r}." + did_you_mean(str(group), known)
            raise InputError(error_item("unknown_group", message, found=group, accepted=known))
        return found
    held = [0] * len(people)
    start = (0, len(names[0]) if len(names) > 1 else 0)
    for (u, v), score in zip(outcome.pairs.tolist(), outcome.details.scores.tolist(), strict=True):
        held[start[0] + u] += score
        held[start[1] + v] += score
    sizes = {name: people.count(name) for name in sorted(set(people))}
    large = {name: size for name, size in sizes.items() if size >= hide_below}
    means = {
        name: sum(worth for worth, whose in zip(held, people, strict=True) if whose == name) / size
        for name, size in large.items()
    }
    return min(means, key=lambda name: (means[name], name), default=people[0])


# ---- what it costs --------------------------------------------------------------------------------------


def closing_frame(demand: FloorDemand, points: Any, control: Control) -> pd.DataFrame:
    """Return what raising a group's mean costs, one row a floor; see `Pairing.close_gap`.

    Raises
    ------
    ConfigError
        If `points` is not a whole number from 2 to `MOST_POINTS`.
    """
    if isinstance(points, bool) or not isinstance(points, int) or not 2 <= points <= MOST_POINTS:
        constraint = f"a whole number from 2 to {MOST_POINTS}"
        raise ConfigError(must_be("close_gap()", "points", constraint, points))
    first = demand.best(None, control)
    end = best_for_group(demand.problem, demand.left, demand.right, at_sense=True, control=control)
    low, high = demand.mean(first.held), demand.mean(end)
    steps = (_rounded_down(low + (high - low) * step / (points - 1)) for step in range(1, points))
    floors = dict.fromkeys(floor for floor in steps if floor > low)
    found = {floor: demand.best(floor, control) for floor in floors}
    rows = [_row(demand, None, first, first), *(_row(demand, floor, found[floor], first) for floor in floors)]
    names = ["floor", "mean", "rest_mean", "total", "lost", "lost_share", "gap", "proved"]
    return pd.DataFrame(rows, columns=names)


def _row(
    demand: FloorDemand, floor: float | None, found: FlooredGroup, first: FlooredGroup
) -> tuple[float, float, float, float, float, float, float, bool]:
    total, best = found.total + demand.total, first.total + demand.total
    return (
        float("nan") if floor is None else floor,
        round(demand.mean(found.held), _DIGITS),
        round(demand.others(found), _DIGITS),
        total / GRID,
        (best - total) / GRID,
        (best - total) / best if best else 0.0,
        found.gap / GRID,
        _bound_holds(found),
    )


def _bound_holds(found: FlooredGroup) -> bool:
    """Whether the bound by a price was checked independently; what branch and bound adds to it is not."""
    return found.nodes == 0 and prove(found.penalised, found.proved).verified


# ---- the answer -----------------------------------------------------------------------------------------


def under_floor(
    demand: FloorDemand, at_least: float, control: Control
) -> tuple[Matching, CertificateView, dict[str, Any]]:
    """Return the answer under a floor, what is known of it, and what is told of it in settings."""
    outcome, problem = demand.outcome, demand.problem
    found = demand.best(at_least, control)
    plain = Blossom().solve(problem, control=control)
    free = as_part_of_all(problem, found, plain, "group_floor")  # type: ignore[arg-type]  # it has pairs
    proof = prove(problem, free)
    if proof.faults:
        raise VerificationError(f"The answer under the floor does not hold: {'; '.join(proof.faults[:3])}.")
    assert outcome.positions is not None  # they come with the problem
    left, right = outcome.positions
    pairs = np.stack([left[free.pairs[:, 0]], right[free.pairs[:, 1]]], axis=1)
    whole = Problem(outcome.scores, outcome.objective, outcome.capacity)
    matching = Matching.of(
        whole,
        np.concatenate([pairs, outcome.enforcement.required]),
        status=free.status,
        solver=free.solver,
        certificate=free.certificate,
        gap=free.gap,
        pairs_gap=free.pairs_gap,
    )
    faults = check_valid(matching, whole)
    if faults:
        raise VerificationError(f"The answer under the floor is not valid: {'; '.join(faults[:3])}.")
    checked = _bound_holds(found)
    view = CertificateView(
        kind="none" if free.certificate is None else free.certificate.kind,
        status=str(free.status),
        verified=proof.verified,
        gap=None if free.gap is None else free.gap / GRID,
        pairs_gap=free.pairs_gap,
        pairs_covered=proof.pairs_covered,
        sentence=_sentence(demand, at_least, found, plain, checked),
        evidence=free.certificate,
        vertices=(left, right if outcome.two_sided else np.zeros(0, dtype=np.int64)),
    )
    told = {"by": demand.by, "group": demand.group, "at_least": at_least, "gap": found.gap / GRID}
    return matching, view, told


def _sentence(
    demand: FloorDemand, at_least: float, found: FlooredGroup, plain: Matching, checked: bool
) -> str:
    how = "checked independently" if checked else "not checked independently"
    mean, lost = demand.mean(found.held), (plain.weight - found.total) / GRID
    as_many = " with as many pairs" if demand.problem.objective == "everyone_first" else ""
    known = (
        f"no other set of pairs{as_many} under this floor has a better total"
        if not found.gap
        else f"another set of pairs{as_many} under this floor could have at most {_up(found.gap)} more in total"
    )
    cost = "Without the floor the total would be no better."
    if plain.status == Status.OPTIMAL and lost:
        cost = f"Without the floor the total could be {lost:.3f} better."
    return f"The mean of {demand.group} is {_rounded_down(mean):g}, at least {at_least:g}: {known} ({how}). {cost}"


def _up(gap: int) -> str:
    return f"{math.ceil(gap * 1000 / GRID) / 1000:g}"
