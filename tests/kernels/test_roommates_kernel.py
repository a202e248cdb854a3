"""The roommates kernels against plain Python twins that delete from real lists."""

from __future__ import annotations

from itertools import permutations, product

import numpy as np
import pytest

from peermatch.kernels import roommates as kernels
from support.roommates import is_stable_partition, mutual, random_lists

Lists = list[list[int]]


def flat(lists: Lists) -> tuple[np.ndarray, np.ndarray]:
    start = np.concatenate([[0], np.cumsum([len(row) for row in lists])]).astype(np.int64)
    return start, np.array([j for row in lists for j in row], dtype=np.int32)


def plain_mirror(lists: Lists) -> list[int]:
    return [lists[j].index(i) if i in lists[j] else -1 for i, row in enumerate(lists) for j in row]


def delete(lists: Lists, x: int, y: int) -> None:
    lists[x].remove(y)
    lists[y].remove(x)


def plain_first_phase(lists: Lists) -> Lists:
    """Irving's first phase as one would do it with pencil and rubber."""
    lists = [list(row) for row in lists]
    held: dict[int, int] = {}
    free = list(range(len(lists)))
    while free:
        x = free.pop()
        if not lists[x]:
            continue
        y = lists[x][0]
        if y in held:
            free.append(held[y])
        held[y] = x
        for worse in lists[y][lists[y].index(x) + 1 :]:
            delete(lists, y, worse)
    return lists


def plain_second_phase(lists: Lists) -> tuple[Lists, list[set[int]]]:
    """Irving's second phase with Tan's odd parties, each cycle sought afresh; lists are those after phase 1."""
    lists = [list(row) for row in lists]
    parties: list[set[int]] = []
    settled: set[int] = set()
    while True:
        open_to = [x for x, row in enumerate(lists) if len(row) > 1 and x not in settled]
        if not open_to:
            return lists, parties
        path = [open_to[0]]
        while True:
            x = lists[lists[path[-1]][1]][-1]
            if x in path:
                break
            path.append(x)
        cycle = path[path.index(x) :]
        kept = [list(row) for row in lists]
        for x in cycle:
            y = kept[x][1]
            for worse in kept[y][kept[y].index(x) + 1 :]:
                if worse in lists[y]:
                    delete(lists, y, worse)
        if all(lists[x] for x in cycle):
            continue
        lists = kept
        parties.append(set(cycle))
        settled |= set(cycle)


def run_both(lists: Lists) -> tuple[Lists, Lists]:
    """The tables that the kernels leave after each phase, as lists."""
    start, partner = flat(lists)
    mirror = kernels.mirror_entries(start, partner)
    first, last = np.zeros(len(lists), dtype=np.int64), np.diff(start) - 1

    def table() -> Lists:
        return [
            [
                int(partner[e])
                for e in range(start[x] + first[x], start[x] + last[x] + 1)
                if mirror[e] <= last[partner[e]]
            ]
            for x in range(len(lists))
        ]

    kernels.first_phase(start, partner, mirror, first, last)
    after_first = table()
    kernels.second_phase(start, partner, mirror, first, last)
    return after_first, table()


CASES = [(n, listed, seed) for n in (0, 1, 2, 3, 5, 8, 13, 30) for listed in (1.0, 0.5) for seed in range(12)]


@pytest.mark.parametrize(("n", "listed", "seed"), CASES)
def test_the_tables_are_those_of_pencil_and_rubber(n: int, listed: float, seed: int) -> None:
    lists = mutual(random_lists(np.random.default_rng([n, seed]), n, listed))
    after_first, after_second = run_both(lists)
    assert after_first == plain_first_phase(lists)
    expected, parties = plain_second_phase(after_first)
    # which stable table is reached may depend on the order of the cycles; the odd parties do not (Tan 1991)
    assert {frozenset(p) for p in parties} == {
        frozenset({x, *row}) | frozenset(_ring(after_second, x))
        for x, row in enumerate(after_second)
        if len(row) > 1
    }
    assert [len(row) for row in after_second] == [len(row) for row in expected]


def _ring(table: Lists, x: int) -> list[int]:
    ring, y = [x], table[x][0]
    while y != x:
        ring.append(y)
        y = table[y][0]
    return ring


@pytest.mark.parametrize("seed", range(10))
def test_mirror_entries(seed: int) -> None:
    rng = np.random.default_rng(seed)
    lists = random_lists(rng, 2 * seed, 0.6)
    start, partner = flat(lists)
    assert kernels.mirror_entries(start, partner).tolist() == plain_mirror(lists)


def test_first_duplicate() -> None:
    assert kernels.first_duplicate(*flat([[1, 2], [0, 2, 0], [1, 1]])) == 4
    assert kernels.first_duplicate(*flat([[1, 2], [0, 2], [1]])) == -1
    assert kernels.first_duplicate(*flat([])) == -1


@pytest.mark.parametrize("seed", range(8))
def test_the_check_agrees_with_the_definition_on_every_permutation(seed: int) -> None:
    """All 120 permutations of five people: the kernel accepts exactly the stable partitions."""
    lists = mutual(random_lists(np.random.default_rng(seed), 5, [1.0, 0.7][seed % 2]))
    start, partner = flat(lists)
    mirror = kernels.mirror_entries(start, partner)
    accepted, strict = 0, np.zeros(len(partner), dtype=bool)
    for successor in permutations(range(5)):
        breach = kernels.partition_breach(start, partner, mirror, strict, np.array(successor, dtype=np.int64))
        assert (breach < 0) == is_stable_partition(lists, list(successor))
        accepted += breach < 0
    assert accepted >= 1


def orders_of(row: list[int], tie: list[bool]) -> Lists:
    """Every strict order that the ties of a list allow."""
    groups: Lists = []
    for other, same in zip(row, tie, strict=True):
        if same:
            groups[-1].append(other)
        else:
            groups.append([other])
    return [[j for part in parts for j in part] for parts in product(*map(permutations, groups))]


@pytest.mark.parametrize("seed", range(12))
def test_with_ties_the_check_means_stable_in_every_order(seed: int) -> None:
    rng = np.random.default_rng(seed)
    lists = mutual(random_lists(rng, 4, [1.0, 0.8][seed % 2]))
    start, partner = flat(lists)
    tie = rng.random(len(partner)) < 0.4
    tie[start[:-1][np.diff(start) > 0]] = False
    mirror = kernels.mirror_entries(start, partner)
    rows = [orders_of(row, tie[start[x] : start[x + 1]].tolist()) for x, row in enumerate(lists)]
    for successor in permutations(range(4)):
        breach = kernels.partition_breach(start, partner, mirror, tie, np.array(successor, dtype=np.int64))
        always = all(is_stable_partition(list(strict), list(successor)) for strict in product(*rows))
        assert (breach < 0) == always


def test_the_check_refuses_what_is_not_a_permutation() -> None:
    start, partner = flat([[1], [0], []])
    mirror = kernels.mirror_entries(start, partner)
    assert kernels.partition_breach(start, partner, mirror, np.zeros(2, dtype=bool), np.array([1, 1, 2])) == 0
