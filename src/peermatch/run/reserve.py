"""A reserve: people who take part only if someone would otherwise be left over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from peermatch.checks import did_you_mean, must_be
from peermatch.cohort import Cohort
from peermatch.cohort.aside import yes_or_no
from peermatch.criteria import key_of
from peermatch.errors import ConfigError, InputError, error_item
from peermatch.explain.wording import counted
from peermatch.pairing import Pairing
from peermatch.problem import IntArray, Status
from peermatch.report import OddView
from peermatch.run.odd import points
from peermatch.run.request import Request
from peermatch.run.solving import solving_order

if TYPE_CHECKING:
    from peermatch.matcher import PeerMatcher

__all__ = ["KEPT", "MOST_RESERVE", "check_odd", "with_reserve"]

MOST_RESERVE = 20
"""The pairs are solved once for everybody who could be called."""

KEPT = "not taking part: kept in reserve"
"""Why someone of the reserve does not take part."""


def check_odd(odd: str, reserve: Any, sides: Any) -> Any:
    """Return the reserve as a column's name or a tuple of ids, or None.

    Raises
    ------
    ConfigError
        If it does not go with `odd`, or `odd` not with two sides.
    """
    if sides is not None and odd != "sit_out":
        raise ConfigError(
            f"odd={odd!r} is for one pool: on two sides nobody is left over for want of an even number. Leave odd= "
            "out; to give people of one side several partners, use capacity=."
        )
    if odd != "reserve":
        if reserve is not None:
            raise ConfigError(f"reserve= was given with odd={odd!r}, which calls nobody. Use odd='reserve'.")
        return None
    constraint = f"a yes-or-no column, an id, or a list of 1 to {MOST_RESERVE} ids, with odd='reserve'"
    if isinstance(reserve, str) and reserve:
        return reserve
    ids = (reserve,) if isinstance(reserve, int) else reserve
    good = isinstance(ids, Sequence) and not isinstance(ids, str | bytes) and 1 <= len(ids) <= MOST_RESERVE
    if not good or any(isinstance(id, bool) or not isinstance(id, str | int) for id in ids):
        raise ConfigError(must_be("PeerMatcher", "reserve", constraint, reserve))
    return tuple(ids)


def with_reserve(matcher: PeerMatcher, request: Request, run: Callable[[Request], Pairing]) -> Pairing:
    """Pair people without the reserve, and call as few of it as leave the fewest people over.

    Parameters
    ----------
    matcher : PeerMatcher
    request : Request
        Its `people` are a Cohort.
    run : callable
        Pairs the people of a request.
    """
    everyone: Cohort = request.people
    waiting = _reserve_of(everyone, matcher.reserve, request.round)
    called: list[int] = []
    first = best = run(_with(request, waiting))
    left = _left(first)
    while _left(best) and waiting:
        if request.control.stopping:
            break
        tried = []
        for person in waiting:
            others = [other for other in waiting if other != person]
            pairing = run(_with(request, others))
            tried.append((_left(pairing), *_worse(pairing, matcher.objective), person, pairing))
        fewest = min(tried, key=lambda part: part[:3])
        if fewest[0] >= _left(best):
            break
        called, best = [*called, fewest[3]], fewest[4]
        waiting = [other for other in waiting if other != fewest[3]]
    if not left:
        return best
    ids = tuple(everyone.ids[person] for person in sorted(called))
    return replace(best, odd=_view(first, best, left, left - _left(best), ids))


def _reserve_of(everyone: Cohort, reserve: Any, round: str | None) -> list[int]:
    """Return the positions of those in reserve who could take part, in the order of a keyed hash of (round, id)."""
    if isinstance(reserve, str) and everyone.has(reserve):
        named = yes_or_no(everyone, reserve, needed_by="reserve=")
    else:
        ids = (reserve,) if isinstance(reserve, str) else reserve
        position = {key_of(id): k for k, id in enumerate(everyone.ids.tolist())}
        for id in ids:
            if key_of(id) not in position:
                raise InputError(_unknown(everyone, id, isinstance(reserve, str)))
        named = np.isin(np.arange(len(everyone)), [position[key_of(id)] for id in ids])
    found = np.flatnonzero(named & everyone.taking_part)
    if len(found) > MOST_RESERVE:
        message = f"{len(found)} people are in reserve; at most {MOST_RESERVE} can be."
        raise InputError(error_item("too_many_in_reserve", message, found=len(found), accepted=MOST_RESERVE))
    order: IntArray = solving_order(everyone.ids[found], round)
    waiting: list[int] = found[order].tolist()
    return waiting


def _unknown(everyone: Cohort, id: Any, may_be_column: bool) -> dict[str, Any]:
    known = [str(one) for one in everyone.ids.tolist()]
    column = f", nor is there a column {id!r}" if may_be_column else ""
    message = f"reserve= names {id!r}, and nobody has that id{column}."
    twins = [one for one in everyone.ids.tolist() if str(one) == str(id)]
    if twins:
        message += f" (Ids are {type(twins[0]).__name__}, this is {type(id).__name__}.)"
    else:
        message += did_you_mean(
            str(id), [*everyone.columns, *known[:2000]] if may_be_column else known[:2000]
        )
    return error_item("unknown_id", message, id=id, found=id)


def _with(request: Request, waiting: Sequence[int]) -> Request:
    """Return the request in which these do not take part."""
    everyone: Cohort = request.people
    taking, reasons = everyone.taking_part.copy(), everyone.reasons_out.copy()
    taking[list(waiting)] = False
    reasons[list(waiting)] = KEPT
    return replace(request, people=replace(everyone, taking_part=taking, reasons_out=reasons))


def _left(pairing: Pairing) -> int:
    """Return how many people have no partner."""
    return len(pairing.sides.left) - 2 * len(pairing.matching.pairs)


def _worse(pairing: Pairing, objective: str) -> tuple[int, int]:
    """Return what is less for a better answer with as many people seated."""
    worst = 0
    if objective == "worst_first" and len(pairing.matching.pairs):
        pairs = pairing.matching.pairs
        worst = -int(pairing.scores.at(pairs[:, 0], pairs[:, 1]).min())
    return worst, -pairing.matching.weight


def _view(first: Pairing, best: Pairing, left: int, seated: int, ids: tuple[Any, ...]) -> OddView:
    total, without = best.matching.weight, first.matching.weight
    over = f"{counted(left, 'person', 'people')} would have been left over"
    if not ids:
        sentence = f"{over}, and nobody of the reserve could help: rules leave them no partner either."
    else:
        who = ", ".join(map(str, ids))
        difference = points(2 * abs(total - without))
        out = "one person sat out" if left == 1 else f"{left:,} sat out"
        kind = "gained" if total >= without else "lost"
        sentence = (
            f"{over}; {who} {'was' if len(ids) == 1 else 'were'} called from the reserve. "
            f"The total is {points(2 * total)}, against {points(2 * without)} if {out}: {difference} is {kind}."
        )
    # one person to be called is found by trying everybody; several are called one after the other
    proved = best.matching.status == Status.OPTIMAL and len(ids) <= 1
    return OddView(
        kind="reserve",
        left=left,
        seated=seated,
        total=total / 2**30,
        sitting_out=without / 2**30,
        bound=total / 2**30 if proved else None,
        verified=proved and best.certificate.verified,
        called=ids,
        sentence=sentence,
    )
