"""Circles of people: from a matcher and a table to groups with their fits, reasons and gap."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from peermatch.checks import did_you_mean, must_be
from peermatch.cohort.aside import is_missing
from peermatch.criteria import Sides, key_of
from peermatch.errors import ConfigError, InputError, VerificationError, error_item
from peermatch.problem import (
    CIRCLE_RULES,
    FORBIDDEN,
    GRID,
    CircleMatching,
    CircleProblem,
    CircleRule,
    Control,
    IntArray,
    Status,
)
from peermatch.run.guarded import refuse_use
from peermatch.run.request import Request
from peermatch.run.solving import solving_order
from peermatch.run.way import Prepared, prepare
from peermatch.scoring.contributions import PairDetails, pair_details
from peermatch.solvers import Circles, circle_sizes
from peermatch.solvers.circle_plan import size_range
from peermatch.solvers.circles import can_sit
from peermatch.verify import prove_circles

if TYPE_CHECKING:
    from peermatch.matcher import PeerMatcher

__all__ = ["Circled", "form_circles"]


def form_circles(
    matcher: PeerMatcher,
    people: Any,
    size: int | tuple[int, int] = 5,
    *,
    rules: Sequence[tuple[Any, ...]] = (),
    org: Any = None,
    history: Any = None,
    fitted: Any = None,
    round: str | None = None,
    as_of: Any = None,
    progress: Callable[[str, int, int], None] | None = None,
    cancel: Callable[[], bool] | None = None,
    time_limit: float | None = None,
) -> Circled:
    """Seat people in circles by what matters to a matcher of one pool: everybody where possible, then the best total.

    Parameters
    ----------
    matcher : PeerMatcher
        Its criteria make the scores; what its rules forbid never sits together.
    people : Cohort, table, list of dict, or path
    size : int or (int, int), default 5
        How many people a circle should have, or the fewest and the most, from 3 to 8.
    rules : sequence of tuples
        ``("nobody_alone", column)``, ``("not_all_alike", column)`` or ``("at_most", column, most)``. An empty cell
        counts as like nobody.
    org, history, fitted, round, as_of, progress, cancel, time_limit : optional
        As in `PeerMatcher.match`.

    Returns
    -------
    Circled

    Raises
    ------
    ConfigError
        For two sides, demanded pairs, or a wrong argument.

    Examples
    --------
    >>> import peermatch as pm
    >>> matcher = pm.PeerMatcher("id", [pm.near("years", scale=3)])
    >>> people = [{"id": n, "years": y} for n, y in zip("abcdef", [1, 9, 2, 8, 1, 9])]
    >>> found = form_circles(matcher, people, 3)
    >>> found.members.groupby("group_id")["id"].apply(list).tolist()
    [['a', 'c', 'e'], ['b', 'd', 'f']]
    """
    if matcher.sides is not None:
        raise ConfigError("Circles are made of one pool; this matcher has sides=. Leave them out.")
    request = Request(
        people=people,
        others=None,
        role=None,
        org=org,
        history=history,
        locks=None,
        fitted=getattr(fitted, "fitted", fitted),
        round=round,
        as_of=as_of,
        control=Control(progress=progress, cancel=cancel, time_limit=time_limit),
    )
    ready = prepare(matcher, request)
    if len(ready.enforcement.required):
        raise ConfigError("Circles do not take demanded pairs: leave require() out of the matcher's rules.")
    for rule in rules:
        if isinstance(rule, (tuple, list)) and len(rule) > 1 and isinstance(rule[1], str):
            refuse_use(matcher, f"The rule {rule[0]!r} of circles", rule[1])
    told = [_read_rule(ready.sides, number, rule) for number, rule in enumerate(rules, start=1)]
    order = solving_order(ready.sides.left.ids, round)
    scores = ready.scores.take(order, order)
    low, _ = size_range(size)
    rules_in_order = [CircleRule(rule.kind, rule.codes[order], rule.most, rule.name) for rule in told]
    problem = CircleProblem(scores, circle_sizes(int(can_sit(scores, low).sum()), size), rules_in_order, low)
    request.control.report("solving")
    found = Circles().solve(problem, control=request.control)
    request.control.report("proving")
    proof = prove_circles(problem, found)
    if proof.faults:
        raise VerificationError(f"The circles do not hold: {'; '.join(proof.faults[:3])}.")
    circles = sorted((np.sort(order[part]) for part in found.circles), key=lambda part: int(part[0]))
    return Circled(ready, found, tuple(circles), proof.verified, round)


def _read_rule(sides: Sides, number: int, rule: Any) -> CircleRule:
    """Read a rule's column into codes, in the order of ids."""
    shape = "a tuple such as ('nobody_alone', 'gender') or ('at_most', 'department', 2)"
    good = isinstance(rule, (tuple, list)) and len(rule) >= 2 and rule[0] in CIRCLE_RULES
    if not good or len(rule) != (3 if rule[0] == "at_most" else 2) or not isinstance(rule[1], str):
        raise ConfigError(must_be("form_circles()", f"rules[{number}]", shape, rule))
    cells = sides.left.column(rule[1], needed_by=f"the rule {rule[0]!r} of circles")
    keys = [None if is_missing(cell) else str(cell).strip().casefold() for cell in cells]
    numbers = {key: k for k, key in enumerate(sorted({key for key in keys if key is not None}))}
    codes = np.array([-1 if key is None else numbers[key] for key in keys], dtype=np.int64)
    try:
        return CircleRule(rule[0], codes, rule[2] if len(rule) == 3 else None, f"{rule[0]} {rule[1]}")
    except ValueError as error:
        raise ConfigError(str(error)) from None


@dataclass(frozen=True, eq=False, repr=False)
class Circled:
    """Who sits in which circle, how well everybody fits, and what is proved. `form_circles` makes it.

    Attributes
    ----------
    ready : Prepared
        Who came in, who takes part, and the scores.
    found : CircleMatching
        In the order in which it was solved.
    circles_of_positions : tuple of int64 arrays
        The members of each circle, as positions in ``ready.sides.left``.
    verified : bool
        Whether the bound was checked independently; what was found by a look at all possibilities carries no evidence.
    round : str or None
    """

    ready: Prepared
    found: CircleMatching
    circles_of_positions: tuple[IntArray, ...]
    verified: bool
    round: str | None

    @property
    def status(self) -> Status:
        """``optimal``, or ``gap``."""
        return self.found.status

    @property
    def gap(self) -> float:
        """How much better the total of any circles could be at most, in scores."""
        return self.found.gap / GRID

    @property
    def members(self) -> Any:
        """One row for each person in each circle: group_id, id, role ("peer")."""
        rows = [(group, id, "peer") for group, part in self._named for id in self._ids(part)]
        return self._out(pd.DataFrame(rows, columns=["group_id", "id", "role"]).astype(object))

    @property
    def circles(self) -> Any:
        """One row a circle: group_id, size, score (mean of its pairs), weakest, contribution_<criterion>."""
        rows = []
        for (group, part), details in zip(self._named, self._details, strict=True):
            contributions = (details.contributions.mean(axis=1) / GRID).tolist()
            score, weakest = details.scores.mean() / GRID, details.scores.min() / GRID
            rows.append((group, len(part), float(score), float(weakest), *contributions))
        names = [f"contribution_{part.criterion.name}" for part in self.ready.scores.criteria]
        return self._out(pd.DataFrame(rows, columns=["group_id", "size", "score", "weakest", *names]))

    @property
    def people(self) -> Any:
        """Everyone who came in, exactly once: id, status, group_id, fit (mean score with the others), reason."""
        taking = self.ready.sides.left
        position = {key_of(id): k for k, id in enumerate(taking.ids.tolist())}
        seat: dict[int, tuple[str, float]] = {}
        for (group, part), details in zip(self._named, self._details, strict=True):
            a, b = np.triu_indices(len(part), 1)
            for k, person in enumerate(part.tolist()):
                with_others = details.scores[(a == k) | (b == k)]
                seat[person] = (group, float(with_others.mean() / GRID))
        everyone = self.ready.everyone[0]
        rows: list[tuple[Any, ...]] = []
        for id, out in zip(everyone.ids.tolist(), everyone.reasons_out.tolist(), strict=True):
            at = position.get(key_of(id))
            if at is None:
                rows.append((id, "not taking part", None, None, out or "not taking part"))
            elif at in seat:
                rows.append((id, "in a circle", *seat[at], None))
            else:
                rows.append((id, "unmatched", None, None, self._why_not(at)))
        return self._out(
            pd.DataFrame(rows, columns=["id", "status", "group_id", "fit", "reason"], dtype=object)
        )

    def explain(self, group_id: str) -> str:
        """Say in plain words who sits in a circle, how well, and why.

        Raises
        ------
        InputError
            For a group that is not there.
        """
        known = [group for group, _ in self._named]
        if group_id not in known:
            message = f"There is no circle {group_id!r}." + did_you_mean(group_id, known)
            raise InputError(error_item("unknown_group", message, found=group_id, accepted=known))
        at = known.index(group_id)
        part, details = self._named[at][1], self._details[at]
        ids = self._ids(part)
        a, b = np.triu_indices(len(part), 1)
        low, high = int(details.scores.argmin()), int(details.scores.argmax())
        means = details.contributions.mean(axis=1) / GRID
        order = np.argsort(-means, kind="stable")
        names = [self.ready.scores.criteria[k].criterion.name for k in order.tolist()]
        shares = ", ".join(f"{name} {means[k]:.2f}" for name, k in zip(names, order.tolist(), strict=True))
        return (
            f"{group_id} seats {len(ids)} people: {', '.join(map(str, ids))}. Its pairs score "
            f"{details.scores.mean() / GRID:.2f} on average; what adds up to that: {shares}. The best pair is "
            f"{ids[a[high]]} and {ids[b[high]]} ({details.scores[high] / GRID:.2f}), the weakest {ids[a[low]]} and "
            f"{ids[b[low]]} ({details.scores[low] / GRID:.2f})."
        )

    def __repr__(self) -> str:
        seated = sum(map(len, self.circles_of_positions))
        circles = f"{len(self.circles_of_positions)} circles of {seated} people"
        return f"Circled({circles}, {self.status}, gap {self.gap:.3f})"

    @cached_property
    def _named(self) -> list[tuple[str, IntArray]]:
        prefix = "circle" if self.round is None else f"{self.round}-circle"
        return [(f"{prefix}-{k}", part) for k, part in enumerate(self.circles_of_positions, start=1)]

    @cached_property
    def _details(self) -> list[PairDetails]:
        found = []
        for part in self.circles_of_positions:
            a, b = np.triu_indices(len(part), 1)
            found.append(pair_details(self.ready.scores, part[a], part[b]))
        return found

    def _ids(self, part: IntArray) -> list[Any]:
        return [self.ready.sides.left.ids[k] for k in part.tolist()]

    def _why_not(self, position: int) -> str:
        row = self.ready.scores.block(np.array([position], dtype=np.int64))[0]
        allowed = int((row != FORBIDDEN).sum())
        if allowed < 2:
            return f"rules allow {allowed} of {len(row) - 1} others; a circle takes at least two"
        return "no seat was found that the sizes and rules of circles allow"

    def _out(self, frame: pd.DataFrame) -> Any:
        return self.ready.everyone[0].in_kind(frame)
