"""Mentoring rings: from a matcher and a table to rings in which each person advises the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from peermatch.audit import settings_of
from peermatch.errors import ConfigError, VerificationError
from peermatch.problem import FORBIDDEN, Control, RingProblem
from peermatch.programme.groups import prepare_groups
from peermatch.programme.ringed import Ringed
from peermatch.run.guarded import declarations
from peermatch.run.solving import solving_order
from peermatch.solvers import Rings
from peermatch.solvers.circle_plan import size_range
from peermatch.solvers.rings import MOST_IN_RINGS
from peermatch.verify import prove_rings
from peermatch.version import __version__

if TYPE_CHECKING:
    from peermatch.matcher import PeerMatcher

__all__ = ["form_rings"]


def form_rings(
    matcher: PeerMatcher,
    people: Any,
    size: int | tuple[int, int] = (3, 8),
    *,
    org: Any = None,
    history: Any = None,
    fitted: Any = None,
    round: str | None = None,
    as_of: Any = None,
    progress: Callable[[str, int, int], None] | None = None,
    cancel: Callable[[], bool] | None = None,
    time_limit: float | None = None,
) -> Ringed:
    """Put people into rings in which each person advises the next: everybody where possible, then the best total.

    What counts is what the adviser is worth to the one who is advised: their utility, not the score of the pair. So
    criteria with a direction (``complement``, ``above``) come into their own here.

    Parameters
    ----------
    matcher : PeerMatcher
        Of one pool. Whom its rules keep apart, or who score below its floor, never stand next to each other.
    people : Cohort, table, list of dict, or path
        At most 5,000 people who take part.
    size : int or (int, int), default (3, 8)
        How many people a ring has exactly, or the fewest and the most, from 3 to 8.
    org, history, fitted, round, as_of, progress, cancel, time_limit : optional
        As in `PeerMatcher.match`.

    Returns
    -------
    Ringed

    Raises
    ------
    ConfigError
        For two sides, demanded pairs, too many people or a wrong argument.
    InputError
        If a table is wrong.

    Examples
    --------
    >>> import peermatch as pm
    >>> people = [
    ...     {"id": "ada", "can": "law", "wants": "tax"},
    ...     {"id": "bo", "can": "art", "wants": "law"},
    ...     {"id": "cy", "can": "tax", "wants": "art"},
    ... ]
    >>> rings = pm.form_rings(pm.PeerMatcher("id", [pm.complement("can", "wants")]), people)
    >>> rings.members[["id", "advises"]].values.tolist()
    [['ada', 'bo'], ['bo', 'cy'], ['cy', 'ada']]
    """
    low, high = size_range(size)
    if not isinstance(size, (tuple, list)):
        low = high = int(size)
    control = Control(progress=progress, cancel=cancel, time_limit=time_limit)
    ready = prepare_groups(
        matcher,
        people,
        "Rings",
        org=org,
        history=history,
        locks=None,
        fitted=fitted,
        round=round,
        as_of=as_of,
        control=control,
    )
    if len(ready.enforcement.required):
        raise ConfigError("Rings do not take demanded pairs: leave require() out of the matcher's rules.")
    if len(ready.sides.left) > MOST_IN_RINGS:
        raise ConfigError(
            f"Rings are made of {MOST_IN_RINGS:,} people at most; {len(ready.sides.left):,} take part. Split the pool, "
            "for example by country."
        )
    order = solving_order(ready.sides.left.ids, round)
    scores = ready.scores.take(order, order)
    wanted = scores.utilities(np.arange(len(order), dtype=np.int64))
    np.fill_diagonal(wanted, FORBIDDEN)
    problem = RingProblem(np.ascontiguousarray(wanted.T), low, high)
    control.report("solving")
    found = Rings().solve(problem, control=control)
    control.report("proving")
    proof = prove_rings(problem, found)
    if proof.faults:
        raise VerificationError(f"The rings do not hold: {'; '.join(proof.faults[:3])}.")
    rings = [order[part] for part in found.rings]
    rings = sorted((np.roll(part, -int(part.argmin())) for part in rings), key=lambda part: int(part[0]))
    options = {
        "size": [low, high],
        "floor": matcher.floor,
        "mutual": matcher.mutual,
        "show": list(matcher.show or ()),
        "audit_only": [],
        **declarations(matcher),
        "round": round,
        "as_of": None if as_of is None else str(as_of),
        **({} if matcher.decided_by is None else {"decided_by": matcher.decided_by}),
    }
    settings = settings_of(options, matcher.criteria, matcher.rules, version=__version__)
    return Ringed(ready, found, tuple(rings), proof.verified, proof.pairs_covered, settings, round)
