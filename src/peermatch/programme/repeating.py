"""Several rounds in which people may meet again as the rules say: each is matched with the history as it has grown.

Where repeats have a price that fades (`peermatch.novelty`) or a time that must pass (``no_repeat(rounds=...)``), the
rounds of a plan differ in what is allowed and in what a pair is worth. So every round is a matching of its own, exact
given those before it. The bound is that of people who never met: no round can be worth more than the best one without
any history.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from peermatch.criteria import looks_back
from peermatch.errors import ConfigError
from peermatch.matcher import PeerMatcher
from peermatch.pairing import Pairing
from peermatch.problem import GRID, Status
from peermatch.programme.history import extend_history
from peermatch.programme.labels import day_of
from peermatch.programme.plan import RoundPlan
from peermatch.programme.turns import Turns

__all__ = ["Asked", "plan_with_repeats"]


@dataclass(frozen=True, eq=False)
class Asked:
    """What a plan was asked with: the arguments of `plan_rounds`."""

    people: Any
    others: Any
    role: str | None
    org: Any
    history: Any
    fitted: Any
    as_of: Any
    progress: Callable[[str, int, int], None] | None
    cancel: Callable[[], bool] | None
    time_limit: float | None


def plan_with_repeats(
    matcher: PeerMatcher, names: Sequence[str], asked: Asked, turns: Turns | None
) -> RoundPlan:
    """Match one round after the other, and bound them all; see `plan_rounds`.

    Parameters
    ----------
    matcher : PeerMatcher
    names : sequence of str
    asked : Asked
    turns : Turns, optional
        Who sat out before; None: nobody goes first.

    Raises
    ------
    ConfigError
        If nothing in the matcher looks at the history: all rounds would be alike.
    """
    if not looks_back(matcher.criteria, matcher.rules):
        raise ConfigError(
            "repeats='by_rules' needs something that looks at who met before: add novelty() or no_repeat() to the "
            "matcher, or leave repeats= out."
        )
    planning = _Repeating(matcher, asked, turns)
    for name in names:
        planning.next_round(name)
    return planning.finished()


class _Repeating:
    """The rounds so far, and the history that they make."""

    def __init__(self, matcher: PeerMatcher, asked: Asked, turns: Turns | None) -> None:
        self.matcher, self.asked, self.turns = matcher, asked, turns
        self.history, self.fitted = asked.history, asked.fitted
        self.pairings: list[Pairing] = []
        self.dates: list[str | None] = []
        self.day: Any = asked.as_of
        self.began = time.monotonic()
        # only what counts days needs another day each round; all else is read as on the first
        self.moving = any(c.options.get("unit") == "days" for c in matcher.criteria if c.kind == "novelty")
        self.moving |= any(rule.options.get("days") is not None for rule in matcher.rules)

    def match(self, matcher: PeerMatcher, name: str, history: Any, day: Any, first: Any) -> Pairing:
        """Match once, with what is left of the time."""
        asked, came = self.asked, self.pairings[0].everyone if self.pairings else None
        limit = asked.time_limit
        if limit is not None:
            limit = max(0.001, limit - (time.monotonic() - self.began))
        return matcher.match(
            asked.people if came is None else came[0],
            asked.others if came is None else came[1],
            role=asked.role if came is None else None,
            org=asked.org,
            history=history,
            fitted=self.fitted,
            first=first,
            round=name,
            as_of=day,
            progress=asked.progress,
            cancel=asked.cancel,
            time_limit=limit,
        )

    def next_round(self, name: str) -> None:
        """Match one more round, and let the history grow by it."""
        named = day_of(name)
        if self.day is None or (self.moving and named is not None and self.pairings):
            self.day = named
        first = None if self.turns is None else self.turns.first()
        pairing = self.match(self.matcher, name, self.history, self.day, first)
        date = named if named is not None and self.pairings else self.day
        self.fitted = self.fitted or pairing
        self.pairings.append(pairing)
        self.dates.append(None if date is None else str(date))
        known = 0 if self.history is None else len(extend_history(self.history, pairing))
        known -= len(pairing.matching.pairs) if known else 0
        grown = extend_history(self.history, pairing)
        grown.loc[grown.index[known:], "date"] = self.dates[-1]
        self.history = grown
        if self.turns is not None:
            self.turns = self.turns.after(pairing)

    def finished(self) -> RoundPlan:
        """Hold the total against what rounds of people who never met could be worth."""
        days = [pairing.settings.get("as_of") for pairing in self.pairings]
        best = {day: self._best(self.matcher, day) for day in dict.fromkeys(days)}
        as_many = all(
            len(pairing.matching.pairs) == len(best[day].matching.pairs)
            for pairing, day in zip(self.pairings, days, strict=True)
        )
        if self.matcher.objective == "everyone_first" and not as_many:
            # with fewer pairs a total can be better: then only the best of all totals is a bound
            alone = replace(self.matcher, objective="best_total")
            best = {day: self._best(alone, day) for day in best}
        total = sum(pairing.matching.weight for pairing in self.pairings)
        bound = sum(_most(best[day]) for day in days)
        checked = [pairing.certificate.verified for pairing in (*self.pairings, *best.values())]
        return RoundPlan(
            tuple(self.pairings), total / GRID, bound / GRID, all(checked), tuple(self.dates), True
        )

    def _best(self, matcher: PeerMatcher, day: str | None) -> Pairing:
        """Match people as if they had never met."""
        when = None if day is None else dt.date.fromisoformat(day)
        return self.match(matcher, str(self.pairings[0].round), None, when, None)


def _most(pairing: Pairing) -> int:
    """Return a total that no other answer exceeds."""
    matching = pairing.matching
    if matching.status == Status.OPTIMAL:
        return matching.weight
    if matching.gap is not None:
        return matching.weight + matching.gap
    rows, columns = pairing.scores.shape
    return (min(rows, columns) if pairing.sides.two_sided else rows // 2) * GRID
