"""Plain Python oracles for stable roommates: everything from the definitions, nothing shared with the solver."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np

__all__ = [
    "blocking",
    "is_stable_partition",
    "largest_stable_among_themselves",
    "matchings",
    "mutual",
    "random_lists",
    "stable_matchings",
]

Lists = list[list[int]]
Mates = tuple[int, ...]


def random_lists(rng: np.random.Generator, n: int, listed: float = 1.0) -> Lists:
    """Strict random lists; each person lists each other one with this chance."""
    return [
        [int(j) for j in rng.permutation(n) if j != i and (listed >= 1 or rng.random() < listed)]
        for i in range(n)
    ]


def mutual(lists: Lists) -> Lists:
    """Keep whom both sides list."""
    return [[j for j in row if i in lists[j]] for i, row in enumerate(lists)]


def _rank(row: list[int], other: int) -> int:
    return row.index(other) if other in row else len(row)


def matchings(lists: Lists, left: tuple[int, ...]) -> Iterator[list[tuple[int, int]]]:
    """Every set of disjoint pairs of mutual lists."""
    if not left:
        yield []
        return
    first, rest = left[0], left[1:]
    yield from matchings(lists, rest)
    for other in rest:
        if other in lists[first]:
            for pairs in matchings(lists, tuple(x for x in rest if x != other)):
                yield [(first, other), *pairs]


def blocking(
    lists: Lists, pairs: list[tuple[int, int]], among: set[int] | None = None
) -> list[tuple[int, int]]:
    """Pairs of mutual lists that prefer each other to what they have; with `among`, of these people only."""
    worst = [len(row) for row in lists]
    for u, v in pairs:
        worst[u], worst[v] = _rank(lists[u], v), _rank(lists[v], u)
    return [
        (u, v)
        for u in range(len(lists))
        for v in lists[u]
        if u < v
        and (among is None or {u, v} <= among)
        and _rank(lists[u], v) < worst[u]
        and _rank(lists[v], u) < worst[v]
    ]


def stable_matchings(lists: Lists) -> list[list[tuple[int, int]]]:
    """All of them, by looking at every matching of mutual lists."""
    everyone = tuple(range(len(lists)))
    return [pairs for pairs in matchings(lists, everyone) if not blocking(lists, pairs)]


def largest_stable_among_themselves(lists: Lists) -> int:
    """The most pairs that a set of pairs can have within which nobody blocks (Tan 1990)."""
    best = 0
    for pairs in matchings(lists, tuple(range(len(lists)))):
        if len(pairs) > best and not blocking(lists, pairs, among={x for pair in pairs for x in pair}):
            best = len(pairs)
    return best


def is_stable_partition(lists: Lists, successor: list[int]) -> bool:
    """Tan's definition (1991), word for word, on mutual lists."""
    n = len(lists)
    if sorted(successor) != list(range(n)):
        return False
    before = {successor[x]: x for x in range(n)}
    for x in range(n):
        if successor[x] != x and (successor[x] not in lists[x] or before[x] not in lists[x]):
            return False
        in_large_party = successor[x] != x and successor[x] != before[x]
        if in_large_party and not _rank(lists[x], successor[x]) < _rank(lists[x], before[x]):
            return False
    return not any(
        y in lists[x]
        and _rank(lists[x], y) < _rank(lists[x], before[x])
        and _rank(lists[y], x) < _rank(lists[y], before[y])
        for x, y in combinations(range(n), 2)
    )
