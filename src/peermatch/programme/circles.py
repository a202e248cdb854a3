"""Circles of people: from a matcher and a table to groups, with what columns and demands say about them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from peermatch.audit import settings_of
from peermatch.checks import did_you_mean, must_be
from peermatch.cohort.aside import is_missing
from peermatch.criteria import Sides
from peermatch.errors import ConfigError, InfeasibleError, VerificationError
from peermatch.problem import CircleProblem, CircleRule, Control, IntArray
from peermatch.programme.circled import Circled
from peermatch.programme.groups import blocks_of, prepare_groups
from peermatch.run.guarded import declarations, refuse_use
from peermatch.run.solving import solving_order
from peermatch.run.way import Prepared
from peermatch.solvers import Circles, circle_sizes
from peermatch.solvers.circle_plan import size_range
from peermatch.solvers.circles import can_sit
from peermatch.verify import prove_circles
from peermatch.version import __version__

if TYPE_CHECKING:
    from peermatch.matcher import PeerMatcher

__all__ = ["COLUMN_RULES", "form_circles"]

COLUMN_RULES = ("nobody_alone", "not_all_alike", "at_most")
"""Rules on who sits together that read a column."""


def form_circles(
    matcher: PeerMatcher,
    people: Any,
    size: int | tuple[int, int] = 5,
    *,
    rules: Sequence[tuple[Any, ...]] = (),
    org: Any = None,
    history: Any = None,
    locks: Any = None,
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
        Its criteria make the scores. Whom its rules keep apart, or who score below its floor, never sit together; a
        demanded pair sits in one circle, and so do several that have people in common.
    people : Cohort, table, list of dict, or path
    size : int or (int, int), default 5
        How many people a circle should have, or the fewest and the most, from 3 to 8.
    rules : sequence of tuples
        ``("nobody_alone", column)``, ``("not_all_alike", column)`` or ``("at_most", column, most)``. An empty cell
        counts as like nobody.
    org, history, locks, fitted, round, as_of, progress, cancel, time_limit : optional
        As in `PeerMatcher.match`.

    Returns
    -------
    Circled

    Raises
    ------
    ConfigError
        For two sides, or a wrong argument.
    InputError
        If a table is wrong.
    InfeasibleError
        If demands contradict each other, sizes or rules.

    Examples
    --------
    >>> import peermatch as pm
    >>> matcher = pm.PeerMatcher("id", [pm.near("years", scale=3)])
    >>> people = [{"id": n, "years": y} for n, y in zip("abcdef", [1, 9, 2, 8, 1, 9])]
    >>> found = pm.form_circles(matcher, people, 3)
    >>> found.members.groupby("group_id")["id"].apply(list).sort_values().tolist()
    [['a', 'c', 'e'], ['b', 'd', 'f']]
    """
    low, _ = size_range(size)
    control = Control(progress=progress, cancel=cancel, time_limit=time_limit)
    ready = prepare_groups(
        matcher,
        people,
        "Circles",
        org=org,
        history=history,
        locks=locks,
        fitted=fitted,
        round=round,
        as_of=as_of,
        control=control,
    )
    for rule in rules:
        if isinstance(rule, (tuple, list)) and len(rule) > 1 and isinstance(rule[1], str):
            refuse_use(matcher, f"The rule {rule[0]!r} of circles", rule[1])
    told = [_read_rule(ready.sides, number, rule) for number, rule in enumerate(rules, start=1)]
    order = solving_order(ready.sides.left.ids, round)
    scores = ready.scores.take(order, order)
    sizes = circle_sizes(int(can_sit(scores, low).sum()), size)
    demands = _Demands.of(ready, max(sizes, default=low))
    rules_in_order = [
        CircleRule(rule.kind, rule.codes[order], rule.most, rule.name) for rule in (*told, *demands.rules)
    ]
    problem = CircleProblem(scores, sizes, rules_in_order, low)
    control.report("solving")
    found = Circles().solve(problem, control=control)
    control.report("proving")
    proof = prove_circles(problem, found)
    if proof.faults:
        raise VerificationError(f"The circles do not hold: {'; '.join(proof.faults[:3])}.")
    demands.check(ready, order[found.unseated])
    circles = sorted((np.sort(order[part]) for part in found.circles), key=lambda part: int(part[0]))
    options = {
        "size": list(size) if isinstance(size, tuple) else size,
        "circle_rules": [list(rule) for rule in rules],
        "mutual": matcher.mutual,
        "floor": matcher.floor,
        "show": list(matcher.show or ()),
        "audit_only": [],
        **declarations(matcher),
        "round": round,
        "as_of": None if as_of is None else str(as_of),
        **({} if matcher.decided_by is None else {"decided_by": matcher.decided_by}),
    }
    settings = settings_of(options, matcher.criteria, matcher.rules, version=__version__)
    return Circled(ready, found, tuple(circles), proof.verified, proof.pairs_covered, settings, round)


@dataclass(frozen=True)
class _Demands:
    """Who must sit in one circle."""

    blocks: list[list[int]]
    rules: list[CircleRule]

    @classmethod
    def of(cls, ready: Prepared, largest: int) -> _Demands:
        """Read demanded pairs as rules: one for each number of people who must sit together."""
        blocks = blocks_of(ready, largest, "circle")
        rules = []
        for count in sorted({len(block) for block in blocks}):
            codes = np.full(len(ready.sides.left), -1, dtype=np.int64)
            for number, block in enumerate(block for block in blocks if len(block) == count):
                codes[block] = number
            rules.append(CircleRule("together", codes, count, "demanded pairs"))
        return cls(blocks, rules)

    def check(self, ready: Prepared, unseated: IntArray) -> None:
        """Raise InfeasibleError where someone who is demanded has no seat."""
        without = set(unseated.tolist())
        for block in self.blocks:
            if without.isdisjoint(block):
                continue
            ids = [ready.sides.left.ids[person] for person in block]
            raise InfeasibleError(
                f"Demanded pairs put {', '.join(map(repr, ids))} into one circle, and none was found that seats them: "
                "rules, sizes or people who may not meet leave none. Relax a rule, or allow other sizes.",
                [{"rule": "require", "ids": ids}],
            )


def _read_rule(sides: Sides, number: int, rule: Any) -> CircleRule:
    """Read a rule's column into codes, in the order of ids."""
    shape = "a tuple such as ('nobody_alone', 'gender') or ('at_most', 'department', 2)"
    good = isinstance(rule, (tuple, list)) and len(rule) >= 2 and isinstance(rule[1], str)
    if good and rule[0] not in COLUMN_RULES:
        message = must_be("form_circles()", f"rules[{number}]", f"one of {', '.join(COLUMN_RULES)}", rule[0])
        raise ConfigError(message + did_you_mean(str(rule[0]), COLUMN_RULES))
    if not good or len(rule) != (3 if rule[0] == "at_most" else 2):
        raise ConfigError(must_be("form_circles()", f"rules[{number}]", shape, rule))
    cells = sides.left.column(rule[1], needed_by=f"the rule {rule[0]!r} of circles")
    keys = [None if is_missing(cell) else str(cell).strip().casefold() for cell in cells]
    numbers = {key: k for k, key in enumerate(sorted({key for key in keys if key is not None}))}
    codes = np.array([-1 if key is None else numbers[key] for key in keys], dtype=np.int64)
    try:
        return CircleRule(rule[0], codes, rule[2] if len(rule) == 3 else None, f"{rule[0]} {rule[1]}")
    except ValueError as error:
        raise ConfigError(str(error)) from None
