"""What is measured on two sides with places: mentees to mentors, proved over all pairs, or candidates with their gap.

The time is that of solving, from scores that are computed as they are asked for; inventing and encoding people and the
independent check are told beside it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from benchmarks.contenders import Contender, Found, Ready

__all__ = ["SIDES", "SIDES_CANDIDATES", "SIDES_SCARCE", "TRANSPORT_CONTENDERS", "make_sides"]

SIDES = "mentees to mentors with places"
SIDES_SCARCE = "the same, places for four in five"
SIDES_CANDIDATES = "the same, candidates only"

_MENTORS = 0.4
_WARM = 300


def make_sides(n: int, seed: int, *, scarce: bool = False) -> Any:
    """Return the problem of n mentees and two fifths as many mentors: six criteria, two rules, 1 to 5 places (or 3)."""
    import peermatch as pm
    from benchmarks.pools import AS_OF, asked_of
    from peermatch.datasets import GRADES, make_two_sides

    mentees, mentors = make_two_sides(n, round(_MENTORS * n), seed)
    rng = np.random.default_rng([seed, 25])
    mentors = mentors.assign(places=rng.integers(1, 4 if scarce else 6, len(mentors)))
    matcher = partial(
        pm.PeerMatcher,
        "email",
        [
            pm.above("grade", ladder=list(GRADES), by=(1, 3)),
            pm.near("grade", ladder=list(GRADES), scale=4),
            pm.overlap(left="wants_to_learn", right="can_teach", one_way=True, weight=3),
            pm.overlap(left="goals", right="can_teach", name="goals"),
            pm.same("profession", weight=2),
            pm.overlap(left="identity_to_match", right="characteristics"),
        ],
        [pm.must_differ("organisation"), pm.must_differ("last_name")],
        sides=("mentee", "mentor"),
        capacity={"mentor": "places"},
    )
    return asked_of(matcher, mentees, mentors, as_of=AS_OF, round="benchmark")


def _ready_sides(task: Mapping[str, Any]) -> Ready:
    from peermatch.solvers import Transport
    from peermatch.verify import prove

    began = time.perf_counter()
    problem = make_sides(task["size"], task["seed"], scarce=task.get("pool") == SIDES_SCARCE)
    built = time.perf_counter() - began
    solver = Transport(candidates_only=task.get("pool") == SIDES_CANDIDATES)

    def read(matching: Any) -> Found:
        began = time.perf_counter()
        proof = prove(problem, matching)
        more = {
            "verified": proof.verified,
            "share_of_bound": matching.weight / max(1, matching.weight + matching.gap),
            "answer": str(matching.status),
            "pairs_gap": matching.pairs_gap,
            "covered": proof.pairs_covered,
            "check_seconds": time.perf_counter() - began,
            "to_scores": built,
            "places": int(problem.capacity[1].sum()),
        }
        return Found(matching.weight, len(matching.pairs), more)

    return Ready(lambda: solver.solve(problem), read)


def _warm(task: Mapping[str, Any]) -> None:
    ready = _ready_sides({**task, "size": _WARM})
    ready.read(ready.timed())


TRANSPORT_CONTENDERS: dict[str, Contender] = {"peermatch transport": Contender(_ready_sides, _warm)}
