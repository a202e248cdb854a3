"""Answers found by looking at everything: slow, plain, and only for small instances in tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np

from peermatch.problem import FORBIDDEN, Problem

__all__ = [
    "all_matchings",
    "best_matching",
    "best_two_sided",
    "best_worst_first",
    "blocking_by_definition",
    "stable_matchings",
    "trade_offs",
]

Pairs = tuple[tuple[int, int], ...]


def best_matching(matrix: Sequence[Sequence[int]], objective: str = "everyone_first") -> tuple[int, int]:
    """Return (pairs, total) of the best matching of one pool, by dynamic programming over sets of people (n <= 16).

    For ``"best_total"`` the number of pairs is the least with which the total is reached.
    """
    n = len(matrix)
    weights = [[int(w) for w in row] for row in matrix]

    @cache
    def best(left: int) -> tuple[int, int]:
        if not left:
            return (0, 0)
        u = left.bit_length() - 1
        rest = left & ~(1 << u)
        found = best(rest)
        for v in range(u):
            if rest >> v & 1 and weights[u][v] != FORBIDDEN:
                pairs, total = best(rest & ~(1 << v))
                found = max(found, (pairs + 1, total + weights[u][v]), key=_key(objective))
        return found

    return best((1 << n) - 1)


def best_two_sided(
    matrix: Sequence[Sequence[int]],
    left_places: Sequence[int] | None = None,
    right_places: Sequence[int] | None = None,
    objective: str = "everyone_first",
) -> tuple[int, int]:
    """Return (pairs, total) of the best matching of two sides, with capacities, by trying every set of partners."""
    rows, columns = len(matrix), len(matrix[0]) if len(matrix) else 0
    places = tuple(right_places) if right_places is not None else (1,) * columns

    @cache
    def best(u: int, room: int, free: tuple[int, ...], lowest: int) -> tuple[int, int]:
        if u == rows:
            return (0, 0)
        following = left_places[u + 1] if left_places is not None and u + 1 < rows else 1
        found = best(u + 1, following, free, 0)
        for v in range(lowest, columns):
            if room and free[v] and matrix[u][v] != FORBIDDEN:
                taken = (*free[:v], free[v] - 1, *free[v + 1 :])
                pairs, total = best(u, room - 1, taken, v + 1)
                found = max(found, (pairs + 1, total + int(matrix[u][v])), key=_key(objective))
        return found

    return best(0, left_places[0] if left_places is not None and rows else 1, places, 0)


def _key(objective: str):
    if objective == "everyone_first":
        return lambda found: found
    return lambda found: (found[1], -found[0])


def all_matchings(allowed: Sequence[Sequence[bool]]) -> Iterator[Pairs]:
    """Yield every matching of one pool, the empty one included (n <= 10)."""

    def extend(free: tuple[int, ...]) -> Iterator[Pairs]:
        if not free:
            yield ()
            return
        u, rest = free[0], free[1:]
        yield from extend(rest)
        for v in rest:
            if allowed[u][v]:
                for more in extend(tuple(x for x in rest if x != v)):
                    yield ((u, v), *more)

    yield from extend(tuple(range(len(allowed))))


def stable_matchings(utilities: Sequence[Sequence[int]]) -> list[Pairs]:
    """Return every stable matching of one pool (weakly stable, where there are ties)."""
    table = np.asarray(utilities)
    n = len(table)
    allowed = table != FORBIDDEN
    found = []
    for pairs in all_matchings(allowed.tolist()):
        held = [FORBIDDEN] * n
        for u, v in pairs:
            held[u], held[v] = int(table[u, v]), int(table[v, u])
        if not any(
            allowed[u, v] and table[u, v] > held[u] and table[v, u] > held[v]
            for u in range(n)
            for v in range(u)
        ):
            found.append(pairs)
    return found


def blocking_by_definition(problem: Problem, pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the blocking pairs of a matching, straight from the definition, capacities included."""
    rows, columns = problem.scores.shape
    left = problem.scores.utilities(np.arange(rows), "left")
    right = problem.scores.utilities(np.arange(columns), "right") if problem.two_sided else left
    made = {(int(u), int(v)) for u, v in pairs}
    if not problem.two_sided:
        made |= {(v, u) for u, v in made}

    def wants(table, side: int, person: int, other: int) -> bool:
        held = [int(table[person, pair[1 - side]]) for pair in made if pair[side] == person]
        places = problem.capacity[side]
        if len(held) < (1 if places is None else int(places[person])):
            return True
        return bool(held) and int(table[person, other]) > min(held)

    return [
        (u, v)
        for u in range(rows)
        for v in range(columns)
        if (problem.two_sided or u < v)
        and left[u, v] != FORBIDDEN
        and (u, v) not in made
        and wants(left, 0, u, v)
        and (wants(right, 1, v, u) if problem.two_sided else wants(left, 0, v, u))
    ]


def best_worst_first(
    matrix: Sequence[Sequence[int]],
    *,
    two_sided: bool = False,
    left_places: Sequence[int] | None = None,
    right_places: Sequence[int] | None = None,
) -> tuple[int, int | None, int]:
    """Return (pairs, worst, total) of the best matching with the worst pair first; `worst` is None without pairs.

    From the definition: of the thresholds, from the highest down, the first above which as many pairs can be made.
    """

    def best_above(floor: int) -> tuple[int, int]:
        kept = [[w if w >= floor else FORBIDDEN for w in map(int, row)] for row in matrix]
        return best_two_sided(kept, left_places, right_places) if two_sided else best_matching(kept)

    most = best_above(FORBIDDEN)[0]
    values = {int(w) for i, row in enumerate(matrix) for j, w in enumerate(row) if two_sided or i != j}
    for floor in sorted(values - {FORBIDDEN}, reverse=True) if most else ():
        pairs, total = best_above(floor)
        if pairs == most:
            return pairs, floor, total
    return (0, None, 0)


def trade_offs(matrix: Sequence[Sequence[int]], **sides) -> list[tuple[int, int]]:
    """Return every (worst, total) that no other matching with the most pairs beats in both; by rising worst pair."""
    most = best_worst_first(matrix, **sides)[0]
    found: dict[int, int] = {}
    values = {int(w) for i, row in enumerate(matrix) for j, w in enumerate(row) if sides or i != j}
    for floor in sorted(values - {FORBIDDEN}) if most else ():
        kept = [[w if w >= floor else FORBIDDEN for w in map(int, row)] for row in matrix]
        places = {key: value for key, value in sides.items() if key != "two_sided"}
        pairs, total = best_two_sided(kept, **places) if sides else best_matching(kept)
        if pairs == most:
            found[total] = floor  # a higher floor with the same total
    return sorted((floor, total) for total, floor in found.items())
