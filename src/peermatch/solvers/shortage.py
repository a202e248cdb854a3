"""Why minima cannot be met: people who demand more than all who may be paired with them can supply."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from peermatch.problem import FORBIDDEN, IntArray, PairScores, ShortageCertificate

__all__ = ["find_shortage"]

_MOST_TRIED = 400

Bools = npt.NDArray[np.bool_]


def find_shortage(
    scores: PairScores,
    minimum: tuple[IntArray, IntArray],
    places: tuple[IntArray, IntArray],
    reached: tuple[IntArray, IntArray],
) -> ShortageCertificate:
    """Return a shortage among the people whose dual says that their minimum cannot be met.

    Parameters
    ----------
    scores : PairScores
    minimum, places : pairs of int64 arrays
        Of the left and of the right side.
    reached : pair of int64 arrays
        People on the left and on the right with a minimum, among whom there is one on either side or both.
    """
    for side in (1, 0):
        people = reached[side]
        if not people.size:
            continue
        allowed = _allowed(scores, people, side)
        demand, supply = minimum[side][people], places[1 - side]
        if demand.sum() <= _flow(allowed, demand, supply):
            continue
        kept, irreducible = _shrunk(allowed, demand, supply)
        part = allowed[kept]
        return ShortageCertificate(
            side=("left", "right")[side],
            people=people[kept],
            demanded=int(demand[kept].sum()),
            supplied=int(np.minimum(supply, part.sum(axis=0)).sum()),
            pairs_covered=int(part.sum()),
            irreducible=irreducible,
        )
    raise AssertionError("Minima that cannot be met have a shortage on one of the sides.")


def _allowed(scores: PairScores, people: IntArray, side: int) -> Bools:
    """Return which pairs these people may make, with everybody of the other side; shape (people, others)."""
    others = scores.shape[1 - side]
    out = np.zeros((len(people), others), dtype=bool)
    for i, who in enumerate(people):
        same, every = np.full(others, who, dtype=np.int64), np.arange(others, dtype=np.int64)
        out[i] = scores.at(*((same, every) if side == 0 else (every, same))) != FORBIDDEN
    return out


def _flow(allowed: Bools, demand: IntArray, supply: IntArray) -> int:
    """Return how much of the demand can be supplied, each pair giving at most one."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import maximum_flow

    people, others = allowed.shape
    who, whom = np.nonzero(allowed)
    source, sink = people + others, people + others + 1
    tails = np.concatenate([np.full(people, source), who, people + np.arange(others)])
    heads = np.concatenate([np.arange(people), people + whom, np.full(others, sink)])
    room = np.concatenate([demand, np.ones(len(who), dtype=np.int64), np.minimum(supply, people)])
    graph = csr_array((room.astype(np.int32), (tails, heads)), shape=(sink + 1, sink + 1))
    return int(maximum_flow(graph, source, sink).flow_value)


def _shrunk(allowed: Bools, demand: IntArray, supply: IntArray) -> tuple[IntArray, bool]:
    """Let people off one by one as long as those who are left fall short; say whether all were tried.

    What is left at the end falls short in one sum: else the part of it that does would be smaller still.
    """
    kept = np.arange(len(demand))
    tried = kept[:_MOST_TRIED] if len(kept) > _MOST_TRIED else kept
    if len(kept) > len(tried):
        kept = _short_part(allowed, demand, supply)
        tried = kept[:_MOST_TRIED]
    for who in tried:
        fewer = kept[kept != who]
        if fewer.size and _flow(allowed[fewer], demand[fewer], supply) < demand[fewer].sum():
            kept = fewer
    whole = len(tried) == len(kept) or set(kept.tolist()) <= set(tried.tolist())
    return kept, bool(whole)


def _short_part(allowed: Bools, demand: IntArray, supply: IntArray) -> IntArray:
    """Return people whose sums fall short: all of them, if they do; else those reached, by adding one at a time."""
    everybody = np.arange(len(demand))
    if np.minimum(supply, allowed.sum(axis=0)).sum() < demand.sum():
        return everybody
    low, high = 0, len(demand)  # the shortest stretch from the front that cannot be supplied
    while high - low > 1:
        middle = (low + high) // 2
        short = _flow(allowed[:middle], demand[:middle], supply) < demand[:middle].sum()
        low, high = (low, middle) if short else (middle, high)
    return everybody[:high]
