"""Plain Python oracles for two sides: deferred acceptance word for word, and all stable matchings of small ones."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np

__all__ = ["Lists", "all_stable", "mutual_lists", "propose", "random_sides"]

Lists = list[list[int]]
Pairs = list[tuple[int, int]]


def random_sides(rng: np.random.Generator, n: int, m: int, listed: float = 1.0) -> tuple[Lists, Lists]:
    """Strict random lists in which each mention is made with this chance."""
    return (
        [[int(j) for j in rng.permutation(m) if rng.random() < listed] for _ in range(n)],
        [[int(i) for i in rng.permutation(n) if rng.random() < listed] for _ in range(m)],
    )


def mutual_lists(left: Lists, right: Lists) -> tuple[Lists, Lists]:
    """Keep whom both list."""
    return (
        [[j for j in row if i in right[j]] for i, row in enumerate(left)],
        [[i for i in row if j in left[i]] for j, row in enumerate(right)],
    )


def propose(left: Lists, right: Lists, places_left: list[int], places_right: list[int]) -> Pairs:
    """The left proposes, one step at a time, until nobody with a free place has anyone left to ask."""
    left, right = mutual_lists(left, right)
    held: list[list[int]] = [[] for _ in right]
    asked = [0] * len(left)
    while True:
        willing = [
            i
            for i, row in enumerate(left)
            if asked[i] < len(row) and sum(i in some for some in held) < places_left[i]
        ]
        if not willing:
            return sorted((i, j) for j, some in enumerate(held) for i in some)
        i = willing[-1]
        j = left[i][asked[i]]
        asked[i] += 1
        held[j] = sorted([*held[j], i], key=right[j].index)[: places_right[j]]


def all_stable(left: Lists, right: Lists, places_left: list[int], places_right: list[int]) -> list[Pairs]:
    """Every pairwise stable matching, by looking at all sets of pairs."""
    left, right = mutual_lists(left, right)

    def wants(row: list[int], held: list[int], places: int, other: int) -> bool:
        return len(held) < places or any(row.index(other) < row.index(some) for some in held)

    def stable(rows: list[tuple[int, ...]]) -> bool:
        back = [[i for i, row in enumerate(rows) if j in row] for j in range(len(right))]
        return not any(
            places_left[i]
            and places_right[j]
            and j not in rows[i]
            and wants(left[i], list(rows[i]), places_left[i], j)
            and wants(right[j], back[j], places_right[j], i)
            for i in range(len(left))
            for j in left[i]
        )

    def extend(i: int, room: list[int]) -> Iterator[list[tuple[int, ...]]]:
        if i == len(left):
            yield []
            return
        for size in range(min(places_left[i], len(left[i])) + 1):
            for some in combinations(left[i], size):
                if all(room[j] for j in some):
                    fewer = [places - (j in some) for j, places in enumerate(room)]
                    for rest in extend(i + 1, fewer):
                        yield [some, *rest]

    return [
        sorted((i, j) for i, row in enumerate(rows) for j in row)
        for rows in extend(0, list(places_right))
        if stable(rows)
    ]
