"""Kernels of circles against plain NumPy and Python."""

from __future__ import annotations

import numpy as np
import pytest

from peermatch.kernels.circle_bounds import price_pass
from peermatch.kernels.circle_state import PENALTY, SEAT, circle_faults
from peermatch.problem import CircleRule
from peermatch.solvers.circle_search import HIGHEST_SCORE, Seating
from support.circles import random_rules

KINDS = {"nobody_alone": 0, "not_all_alike": 1, "at_most": 2, "together": 3}


def random_table(rng: np.random.Generator, n: int) -> np.ndarray:
    table = np.tril(rng.integers(-1, 50, (n, n)), -1)
    return (table + table.T).astype(np.int32)


@pytest.mark.parametrize("n", [1, 2, 9, 40])
def test_excess_over_prices(n):
    rng = np.random.default_rng(n)
    for _ in range(20):
        table, prices = random_table(rng, n), rng.integers(0, 25, n)
        above = np.zeros(n, dtype=np.int64)
        total = price_pass(table, prices, above)
        excess = table - prices[:, None] - prices[None, :]
        counted = (excess > 0) & (table >= 0) & ~np.eye(n, dtype=bool)
        assert total == excess[counted].sum() // 2
        assert above.tolist() == counted.sum(axis=1).tolist()


def test_faults_are_the_breaches_of_rules():
    rng = np.random.default_rng(0)
    for _ in range(200):
        rules: list[CircleRule] = random_rules(rng, 12)
        size = int(rng.integers(0, 9))
        team = np.zeros(12, dtype=np.int64)
        team[:size] = rng.permutation(12)[:size]
        codes = np.array([rule.codes for rule in rules], dtype=np.int64).reshape(-1, 12)
        kinds = np.array([KINDS[rule.kind] for rule in rules], dtype=np.int64)
        most = np.array([rule.most or 0 for rule in rules], dtype=np.int64)
        expected = sum(rule.breaches(team[:size]) for rule in rules)
        assert circle_faults(team, size, codes, kinds, most) == expected


def test_sums_stay_exact_through_every_move():
    rng = np.random.default_rng(3)
    n, sizes = 36, [5, 5, 5, 5, 4, 4, 4]  # 32 seats
    table = random_table(rng, n)
    rules = [*random_rules(rng, n), CircleRule("at_most", rng.integers(0, 4, n), 3)]
    start = np.append(np.repeat(np.arange(7), sizes), [7] * 4)
    seating = Seating(table, sizes, 3, rules, start)
    seating.descend()
    seating.shake(rng.integers(0, n, (500, 4)))
    worth = np.where(table < 0, -PENALTY, table.astype(np.int64))
    for g in range(7):
        members = np.flatnonzero(seating.group == g)
        assert sorted(seating.members[g, : seating.count[g]].tolist()) == members.tolist()
        assert seating.ties[g].tolist() == worth[members].sum(axis=0).tolist()
        assert seating.faults[g] == sum(rule.breaches(members) for rule in rules)
        assert seating.own[members].tolist() == seating.ties[g, members].tolist()
    assert not seating.ties[7].any()
    assert sorted(seating.capacity.tolist()) == sorted(sizes)
    assert (seating.count <= seating.capacity).all()
    assert not seating.own[seating.group == 7].any()


def test_a_seat_is_worth_more_than_scores_and_a_breach_costs_more_than_seats():
    assert SEAT > 28 * HIGHEST_SCORE
    assert PENALTY > 8 * SEAT
