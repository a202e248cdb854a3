"""Plain Python oracles for stable roommates: everything from the definitions, nothing shared with the solver."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = [
    "BruteForce",
    "blocking",
    "is_stable_partition",
    "largest_stable_among_themselves",
    "matchings",
    "mutual",
    "random_lists",
    "random_preferences",
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


def random_preferences(
    rng: np.random.Generator, n: int, listed: float = 1.0, one_sided: float = 0.0, tied: float = 0.0
) -> list[list[Any]]:
    """Lists with groups: how likely a pair lists each other, others are mentioned, and neighbours are tied."""
    both = np.triu(rng.random((n, n)) < listed, 1)
    mention = both | both.T | (rng.random((n, n)) < one_sided)
    out: list[list[Any]] = []
    for x in range(n):
        groups: list[Any] = []
        for y in rng.permutation([int(y) for y in np.flatnonzero(mention[x]) if y != x]).tolist():
            if groups and rng.random() < tied:
                groups[-1].append(int(y))
            else:
                groups.append([int(y)])
        out.append([group[0] if len(group) == 1 else group for group in groups])
    return out


@cache
def all_mates(n: int) -> npt.NDArray[np.int64]:
    """Every matching of n people, one a row: each one's partner, n for nobody."""
    found: list[list[int]] = []

    def extend(mate: list[int], x: int) -> None:
        while x < n and mate[x] >= 0:
            x += 1
        if x == n:
            found.append(list(mate))
            return
        for y in [n, *range(x + 1, n)]:
            if y == n or mate[y] < 0:
                mate[x] = y
                if y < n:
                    mate[y] = x
                extend(mate, x + 1)
                mate[x] = -1
                if y < n:
                    mate[y] = -1

    extend([-1] * n, 0)
    return np.array(found, dtype=np.int64).reshape(len(found), n)


class BruteForce:
    """Everything about a small instance, with ties or without, by looking at all its matchings.

    Attributes
    ----------
    rank : int array, shape (n, n + 1)
        1 and how many on x's own list are strictly better than y; 0 where one of the two does not list the other; 1000
        for nobody (the last column).
    mates : int array, shape (m, n)
        All matchings of people who list each other, n for nobody.
    blocked : int array, shape (m,)
        How many pairs block each of them.
    inner : int array, shape (m,)
        How many of these have a partner, both of them.
    """

    def __init__(self, preferences: list[list[Any]]) -> None:
        n = self.n = len(preferences)
        given = np.zeros((n, n + 1), dtype=np.int64)
        for x, row in enumerate(preferences):
            better = 0
            for entry in row:
                group = entry if isinstance(entry, (list, tuple)) else [entry]
                given[x, group] = better + 1
                better += len(group)
        self.given = [int((given[x] > 0).sum()) for x in range(n)]
        both = (given[:, :n] > 0) & (given[:, :n].T > 0)
        self.one_sided = [[x, y] for x in range(n) for y in range(n) if given[x, y] and not both[x, y]]
        self.rank = np.where(both, given[:, :n], 0)
        self.rank = np.column_stack([self.rank, np.full(n, 1000)])
        mates = all_mates(n)
        got = self.rank[np.arange(n), mates]
        possible = (got > 0).all(axis=1)
        self.mates, self.got = mates[possible], got[possible]
        low, high = np.nonzero(np.triu(both, 1))
        blocks = (self.rank[low, high] < self.got[:, low]) & (self.rank[high, low] < self.got[:, high])
        self.blocked = blocks.sum(axis=1)
        self.inner = (blocks & (self.got[:, low] < 1000) & (self.got[:, high] < 1000)).sum(axis=1)
        self.sizes = (self.got < 1000).sum(axis=1) // 2

    @property
    def stable(self) -> npt.NDArray[np.bool_]:
        """Which of the matchings nobody blocks."""
        return np.asarray(self.blocked == 0)

    @property
    def costs(self) -> npt.NDArray[np.int64]:
        """What all matchings cost."""
        return np.where(self.got < 1000, self.got, 0).sum(axis=1)

    @property
    def regrets(self) -> npt.NDArray[np.int64]:
        """The worst rank that anybody has to accept."""
        return np.where(self.got < 1000, self.got, 0).max(axis=1, initial=0)

    def number_of(self, mate: npt.ArrayLike) -> int:
        """Which of the matchings this is (-1 for nobody)."""
        wanted = np.asarray(mate)
        return int(np.flatnonzero((self.mates == np.where(wanted < 0, self.n, wanted)).all(axis=1))[0])

    def blocking(self, mate: npt.ArrayLike) -> dict[tuple[int, int], tuple[int, int]]:
        """The pairs that block a matching, and what both would gain in ranks."""
        have = [
            self.given[x] + 1 if y < 0 else int(self.rank[x, y])
            for x, y in enumerate(np.asarray(mate).tolist())
        ]
        out = {}
        for x, y in combinations(range(self.n), 2):
            first, second = int(self.rank[x, y]), int(self.rank[y, x])
            if first and first < have[x] and second < have[y]:
                out[x, y] = (have[x] - first, have[y] - second)
        return out

    def is_partition(self, successor: list[int]) -> bool:
        """Tan's definition (1991), in any order of ties: who is as good as the predecessor may block as well."""
        if sorted(successor) != list(range(self.n)):
            return False
        before = {successor[x]: x for x in range(self.n)}
        limit = []
        for x in range(self.n):
            after, last = successor[x], before[x]
            if after != x and not (self.rank[x, after] and self.rank[x, last]):
                return False
            if after not in (x, last) and self.rank[x, after] >= self.rank[x, last]:
                return False
            limit.append(1000 if after == x else int(self.rank[x, last]))
        return not any(
            self.rank[x, y]
            and y not in (successor[x], before[x])
            and self.rank[x, y] <= limit[x]
            and self.rank[y, x] <= limit[y]
            for x, y in combinations(range(self.n), 2)
        )
