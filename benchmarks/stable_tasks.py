"""What is measured on stable matchings: preference lists in one pool and on two sides, beside libraries from PyPI.

The weight of an answer is 1 where it is a stable matching and 0 where there is none, so that contenders who disagree
on whether one exists show as a fault of the page.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from benchmarks.contenders import Contender, Found, Ready
from benchmarks.instances import IntArray, stream

__all__ = ["STABLE_CONTENDERS", "complete_lists", "regular_lists"]

_LISTED = 32
_CANDIDATES = 16


def complete_lists(n: int, seed: int) -> np.ndarray[Any, np.dtype[np.int32]]:
    """Return uniformly random complete preference lists of n people, shape (n, n - 1)."""
    rng = stream(seed, "complete lists")
    lists = np.tile(np.arange(n - 1, dtype=np.int32), (n, 1))
    rng.permuted(lists, axis=1, out=lists)
    for person in range(n):  # whoever stands at or after the person moves up by one
        row = lists[person]
        row[row >= person] += 1
    return lists


def regular_lists(n: int, seed: int) -> tuple[IntArray, IntArray]:
    """Return random lists of 32 for two sides of n people, in which two people list each other or neither does."""
    rng = stream(seed, "regular lists")
    offsets = rng.choice(n, _LISTED, replace=False)
    names = rng.permutation(n)
    places = np.empty(n, dtype=np.int64)
    places[names] = np.arange(n)
    left = names[(np.arange(n)[:, None] + offsets) % n]
    right = (places[:, None] - offsets) % n
    return rng.permuted(left, axis=1), rng.permuted(right, axis=1)


def _ready_roommates(task: Mapping[str, Any]) -> Ready:
    from peermatch.solvers import stable_roommates

    lists = complete_lists(task["size"], task["seed"])
    return Ready(lambda: stable_roommates(lists), _read)


def _read(matching: Any) -> Found:
    more = {"answer": str(matching.status), "cost": matching.cost}
    return Found(int(matching.status == "stable"), len(matching.pairs), more)


def _ready_ranks(task: Mapping[str, Any]) -> Ready:
    """Ranks of lists, which everybody who compares two people needs: rank[x, y] is y's place on x's list."""
    lists = complete_lists(task["size"], task["seed"])
    n = len(lists)
    places = np.arange(n - 1, dtype=np.int32)

    def timed() -> Any:
        rank = np.empty((n, n), dtype=np.int32)
        np.put_along_axis(rank, lists, places[None, :], axis=1)
        return rank

    return Ready(timed, lambda rank: Found(0, int(rank[0, lists[0, -1]])))


def _ready_matching(task: Mapping[str, Any]) -> Ready:
    from matching.games import StableRoommates

    lists = complete_lists(task["size"], task["seed"]).tolist()
    warnings.simplefilter("ignore")  # that is how it says that there is no stable matching

    def timed() -> Any:
        return StableRoommates.create_from_dictionary(dict(enumerate(lists))).solve()

    def read(mates: Any) -> Found:
        return Found(int(all(mate is not None for mate in mates.values())), len(mates) // 2)

    return Ready(timed, read)


def _ready_algmatch(task: Mapping[str, Any]) -> Ready:
    from algmatch import StableRoommatesProblem

    lists = (complete_lists(task["size"], task["seed"]) + 1).tolist()

    def timed() -> Any:
        return StableRoommatesProblem(dictionary=dict(enumerate(lists, start=1))).get_stable_matching()

    return Ready(timed, lambda mates: Found(int(mates is not None), len(mates or ()) // 2))


def _ready_symmetric(task: Mapping[str, Any]) -> Ready:
    """Everybody with 16 candidates among their neighbours on a shuffled ring, one worth for both of a pair."""
    from peermatch.problem import Problem, SparseScores
    from peermatch.solvers import Roommates
    from peermatch.verify import prove

    n, rng = task["size"], stream(task["seed"], "symmetric")
    names = rng.permutation(n)
    u = np.repeat(np.arange(n), _CANDIDATES // 2)
    v = (u + rng.integers(1, 4 * _CANDIDATES, len(u))) % n
    began = time.perf_counter()
    problem = Problem(SparseScores(names[u], names[v], rng.integers(1, 1000, len(u)), shape=(n, n)))
    built = time.perf_counter() - began

    def read(matching: Any) -> Found:
        began = time.perf_counter()
        verified = prove(problem, matching).verified
        more = {"answer": str(matching.status), "verified": verified, "to_scores": built}
        more["check_seconds"] = time.perf_counter() - began
        return Found(int(matching.status == "stable"), len(matching.pairs), more)

    return Ready(lambda: Roommates().solve(problem), read)


def _ready_scores(task: Mapping[str, Any]) -> Ready:
    """All pairs of a synthetic organisation, each side by its own utility."""
    from benchmarks.pools import make_problem
    from peermatch.solvers import Roommates
    from peermatch.verify import prove

    problem = make_problem("smooth", task["size"], task["seed"], "everyone_first")

    def read(matching: Any) -> Found:
        began = time.perf_counter()
        proof = prove(problem, matching)
        more: dict[str, Any] = {"answer": str(matching.status), "covered": proof.pairs_covered}
        more["check_seconds"] = time.perf_counter() - began
        if matching.certificate is not None:  # an undecided answer claims nothing
            more["verified"] = proof.verified
        return Found(int(matching.status == "stable"), len(matching.pairs), more)

    return Ready(lambda: Roommates().solve(problem), read)


def _ready_deferred(task: Mapping[str, Any]) -> Ready:
    from peermatch.solvers import deferred_acceptance
    from peermatch.verify import blocking_pairs, problem_of_preferences

    left, right = regular_lists(task["size"], task["seed"])

    def read(matching: Any) -> Found:
        began = time.perf_counter()
        verified = not len(blocking_pairs(problem_of_preferences(left, right), matching))
        more = {"answer": str(matching.status), "cost": matching.cost, "verified": verified}
        more["check_seconds"] = time.perf_counter() - began
        return Found(1, len(matching.pairs), more)

    return Ready(lambda: deferred_acceptance(left, right), read)


def _warmed(make: Any, size: int) -> Contender:
    """Return a contender who solves a small one before anything is timed."""

    def warm_up(task: Mapping[str, Any]) -> None:
        for each in (size, size + 1):
            ready = make({**task, "size": each})
            ready.read(ready.timed())

    return Contender(make, warm_up)


STABLE_CONTENDERS: dict[str, Contender] = {
    "peermatch roommates": _warmed(_ready_roommates, 40),
    "ranks": Contender(_ready_ranks),
    "matching": Contender(_ready_matching),
    "algmatch": Contender(_ready_algmatch),
    "peermatch symmetric": _warmed(_ready_symmetric, 100),
    "peermatch scores": _warmed(_ready_scores, 140),
    "peermatch deferred": _warmed(_ready_deferred, 64),
}
