"""The roommates kernels against plain Python twins that delete from real lists."""

from __future__ import annotations

from itertools import permutations, product

import numpy as np
import pytest

from peermatch.kernels import preference_lists as of_lists
from peermatch.kernels import roommates as kernels
from support.roommates import is_stable_partition, mutual, random_lists

Lists = list[list[int]]


def flat(lists: Lists) -> tuple[np.ndarray, np.ndarray]:
    start = np.concatenate([[0], np.cumsum([len(row) for row in lists])]).astype(np.int64)
    return start, np.array([j for row in lists for j in row], dtype=np.int32)


def seen(lists: Lists, how: str) -> tuple[np.ndarray, np.ndarray]:
    """Where owners stand on the lists of those whom they name: as a mirror or as a table, the other one empty."""
    start, partner = flat(lists)
    if how == "mirror":
        return of_lists.mirror_entries(start, partner), np.zeros((0, 0), dtype=np.int32)
    table = np.empty((len(lists), len(lists)), dtype=np.int32)
    assert of_lists.fill_table(start, partner, table, np.zeros(3, dtype=np.int64)) == 0
    return np.zeros(0, dtype=np.int32), table


def breach_of(lists: Lists, tie: np.ndarray, successor: list[int], how: str) -> int:
    start, partner = flat(lists)
    n = len(lists)
    work = np.full(n, -1, dtype=np.int64), np.empty(n, dtype=np.int64)
    wanted = np.array(successor, dtype=np.int64)
    return int(kernels.partition_breach(start, partner, *seen(lists, how), tie, wanted, *work))


NO_TIES = np.zeros(0, dtype=bool)


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


def run_both(lists: Lists, how: str) -> tuple[Lists, Lists]:
    """The tables that the kernels leave after each phase, as lists."""
    start, partner = flat(lists)
    n = len(lists)
    at_other_end, _ = seen(lists, "mirror")
    first, last = np.zeros(n, dtype=np.int64), np.diff(start) - 1
    holds, second, path, place = (np.full(n, fill, dtype=np.int64) for fill in (-1, 0, 0, -1))
    in_party = np.zeros(n, dtype=bool)

    def table() -> Lists:
        return [
            [
                int(partner[e])
                for e in range(start[x] + first[x], start[x] + last[x] + 1)
                if at_other_end[e] <= last[partner[e]]
            ]
            for x in range(len(lists))
        ]

    kernels.first_phase(start, partner, *seen(lists, how), first, last, holds)
    after_first = table()
    assert [x for x in holds.tolist() if x >= 0] == [row[-1] for row in after_first if row]
    kernels.second_phase(start, partner, *seen(lists, how), first, last, second, path, place, in_party)
    return after_first, table()


CASES = [(n, listed, seed) for n in (0, 1, 2, 3, 5, 8, 13, 30) for listed in (1.0, 0.5) for seed in range(12)]


@pytest.mark.parametrize("how", ["mirror", "table"])
@pytest.mark.parametrize(("n", "listed", "seed"), CASES)
def test_the_tables_are_those_of_pencil_and_rubber(n: int, listed: float, seed: int, how: str) -> None:
    lists = mutual(random_lists(np.random.default_rng([n, seed]), n, listed))
    after_first, after_second = run_both(lists, how)
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
    assert of_lists.mirror_entries(start, partner).tolist() == plain_mirror(lists)


def test_wrong_lists_are_found_with_and_without_a_table() -> None:
    wrong = [[1, 2], [0, 2, 0], [2], [4], [-1], [0, 1], [0, 0]]
    for rows, expected in ((wrong, [1, 2, 4, 6]), (wrong[:2], [0, 1]), ([[1], [0]], []), ([], [])):
        start, partner = flat(rows)
        n, bad, others = len(rows), np.full(9, -1, dtype=np.int64), np.full(9, -1, dtype=np.int64)
        table = np.empty((n, n), dtype=np.int32)
        assert of_lists.fill_table(start, partner, table, bad) == len(expected)
        assert of_lists.check_lists(start, partner, np.full(n, -1, dtype=np.int64), others) == len(expected)
        assert bad[: len(expected)].tolist() == others[: len(expected)].tolist() == expected


def test_only_so_many_wrong_lists_are_named() -> None:
    start, partner = flat([[0], [1], [2]])
    bad = np.full(2, -1, dtype=np.int64)
    assert of_lists.fill_table(start, partner, np.empty((3, 3), dtype=np.int32), bad) == 3
    assert bad.tolist() == [0, 1]


@pytest.mark.parametrize("n", [0, 1, 5, 63, 64, 65, 130])
def test_one_sided_mentions_leave_the_table(n: int) -> None:
    lists = random_lists(np.random.default_rng(n), n, 0.7)
    both = mutual(lists)
    start, partner = flat(lists)
    table, keep = np.empty((n, n), dtype=np.int32), np.empty(len(partner), dtype=bool)
    of_lists.fill_table(start, partner, table, np.zeros(1, dtype=np.int64))
    assert of_lists.drop_one_sided(table) == sum(map(len, lists)) - sum(map(len, both))
    of_lists.renumber_table(start, partner, table, keep)
    assert partner[keep].tolist() == [j for row in both for j in row]
    for x in range(n):
        assert table[x].tolist() == [both[x].index(y) if y in both[x] else -1 for y in range(n)]


@pytest.mark.parametrize("seed", range(8))
def test_the_check_agrees_with_the_definition_on_every_permutation(seed: int) -> None:
    """All 120 permutations of five people: the kernel accepts exactly the stable partitions."""
    lists = mutual(random_lists(np.random.default_rng(seed), 5, [1.0, 0.7][seed % 2]))
    accepted = 0
    for successor in permutations(range(5)):
        breach = breach_of(lists, NO_TIES, list(successor), ["mirror", "table"][seed // 2 % 2])
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
    rows = [orders_of(row, tie[start[x] : start[x + 1]].tolist()) for x, row in enumerate(lists)]
    for successor in permutations(range(4)):
        breach = breach_of(lists, tie, list(successor), ["mirror", "table"][seed // 2 % 2])
        always = all(is_stable_partition(list(strict), list(successor)) for strict in product(*rows))
        assert (breach < 0) == always


def test_the_check_refuses_what_is_not_a_permutation() -> None:
    assert breach_of([[1], [0], []], NO_TIES, [1, 1, 2], "mirror") == 0
    assert breach_of([[1], [0], []], NO_TIES, [1, 0, 3], "table") == 2
    assert breach_of([[1], [0], []], NO_TIES, [1, -1, 2], "table") == 1
