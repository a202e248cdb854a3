"""What is measured on programmes: rounds planned ahead and circles of five, from a table to the checked answer.

Nobody else does either with a proof, so peermatch stands alone. The time is that of the whole call, reading the table,
scores, candidates, solving and the independent check included.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks.contenders import Contender, Found, Ready
from benchmarks.transport_tasks import TRANSPORT_CONTENDERS

__all__ = ["CIRCLES", "PROGRAMME_CONTENDERS", "ROUNDS"]

ROUNDS, CIRCLES = "12 rounds without repeats", "circles of 5"

_K, _SIZE = 12, 5


def _asked(task: Mapping[str, Any]) -> tuple[Any, Any]:
    """Return the matcher and the people: the smooth pool of six criteria and two rules."""
    import peermatch as pm
    from benchmarks.pools import POOLS, make_people, mixed_rules

    kind = POOLS["smooth"]
    rules = [*mixed_rules(), pm.no_repeat()]
    matcher = pm.PeerMatcher("employee_id", kind.criteria(), rules, mutual=kind.mutual)
    return matcher, make_people("smooth", task["size"], task["seed"])


def _ready_rounds(task: Mapping[str, Any]) -> Ready:
    import peermatch as pm
    from benchmarks.pools import AS_OF

    matcher, people = _asked(task)

    def timed() -> Any:
        return pm.plan_rounds(matcher, people, _K, start="round 1", as_of=AS_OF)

    def read(plan: Any) -> Found:
        repeats = len(plan.pairs) - len(plan.pairs[["a", "b"]].drop_duplicates())
        more = {
            "verified": plan.verified and not repeats,
            "share_of_bound": plan.total / plan.bound,
            "most_out": int(plan.sit_outs["times"].max()) if len(plan.sit_outs) else 0,
        }
        return Found(round(plan.total * 2**30), len(plan.pairs), more)

    return Ready(timed, read)


def _ready_circles(task: Mapping[str, Any]) -> Ready:
    from benchmarks.pools import AS_OF
    from peermatch.programme.circles import form_circles

    matcher, people = _asked(task)

    def read(circled: Any) -> Found:
        found = circled.found
        more = {
            "verified": circled.verified,
            "share_of_bound": found.total / found.bound if found.bound else 1.0,
        }
        return Found(found.total, len(found.circles), more)

    return Ready(lambda: form_circles(matcher, people, _SIZE, round="benchmark", as_of=AS_OF), read)


def _warmed(make: Any, size: int) -> Contender:
    """Return a contender who does a small one before anything is timed."""

    def warm_up(task: Mapping[str, Any]) -> None:
        for each in (size, size + 1):
            ready = make({**task, "size": each})
            ready.read(ready.timed())

    return Contender(make, warm_up)


PROGRAMME_CONTENDERS: dict[str, Contender] = {
    "peermatch rounds": _warmed(_ready_rounds, 130),
    "peermatch circles": _warmed(_ready_circles, 130),
    **TRANSPORT_CONTENDERS,
}
