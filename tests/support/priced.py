"""Everything that has a price, held against every set of pairs."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest

from peermatch.problem import FORBIDDEN, GRID
from support.every_set import EverySet

TINY = 1e-12


def check_prices(pairing, forbids, first=frozenset()):
    """Check `why_not` of every two people and `alternatives` of everybody; return how often each verdict was given."""
    every = EverySet(pairing, first)
    outcome, seen = pairing._outcome, Counter()
    prices = {}
    for u, v in itertools.product(range(len(outcome.cohort(0))), range(len(outcome.cohort(1)))):
        if not every.two_sided and u >= v:
            continue
        ids = outcome.cohort(0).ids[u], outcome.cohort(1).ids[v]
        found = pairing.why_not(*ids)
        seen[found.verdict] += 1
        _check_two(pairing, every, forbids, (u, v), found)
        quick = pairing.why_not(*ids, exact=False)
        assert (quick.at_least, quick.price) == (found.at_least, None)
        prices[ids] = prices[ids[::-1]] = found
        seen["bounds"] += found.at_least is not None and found.price is not None
        seen["bounds above 0"] += bool(found.at_least)
    for hand in outcome.hands:
        for id in outcome.cohort(hand).ids.tolist():
            seen["alternatives"] += _check_alternatives(pairing, id, prices)
    return seen


def _check_two(pairing, every, forbids, at, found):
    u, v = at
    outcome = pairing._outcome
    me, you = ({**outcome.cohort(hand).frame.iloc[p].to_dict()} for hand, p in ((0, u), (1, v)))
    score = int(pairing.scores.at(np.array([u]), np.array([v]))[0])
    pair = (u, ("r", v) if every.two_sided else v)
    if found.verdict == "together":
        assert pair in every._named(outcome.pairs)
        return
    named = {name for name, forbidding in forbids.items() if forbidding(me, you)}
    floor = pairing.settings["floor"]
    if floor and score != FORBIDDEN and score < round(floor * GRID):
        named.add(f"floor of {floor:g}")
    assert (found.verdict == "forbidden") == bool(named)
    if named:
        assert set(found.rules) == named
        assert all(name in found.text for name in named)
        assert (found.price, found.score) == (None, None)
        return
    best = every.best_with(u, v)
    if found.verdict == "demanded":
        assert best is None
        return
    if best is None:
        assert found.verdict == "impossible"
        assert found.price is None
        return
    assert found.exact
    assert every.agrees(found.price, best)
    assert found.verdict == ("costs" if best < every.now else "no worse")
    assert best <= every.now
    if found.at_least is not None and every.only_total(best):
        assert 0 <= found.at_least <= found.price.total + TINY


def _check_alternatives(pairing, id, prices):
    """Check that rows say what `why_not` says of the same two, and that no bound is above the price."""
    table = pairing.alternatives(id, 20, exact=True).table
    for row in table.to_dict("records"):
        other = prices[(id, row["id"])]
        if row["chosen"]:
            assert other.verdict == "together"
            continue
        assert other.verdict not in ("together", "forbidden")
        assert row["why"]
        if other.price is None:
            assert np.isnan(row["price"])
            continue
        assert (row["price"], row["pairs_lost"]) == (other.price.total, other.price.pairs)
        if other.price.pairs == other.price.going_first == other.price.worst == 0 and not np.isnan(
            row["at_least"]
        ):
            assert row["at_least"] <= row["price"] + TINY
    return len(table)


def check_runner_up(pairing, first=frozenset()):
    """Check the second-best set of pairs; return its verdict."""
    every = EverySet(pairing, first)
    found, quick = pairing.runner_up(), pairing.runner_up(exact=False)
    assert (quick.gap, quick.exact, quick.table.empty) == (None, False, True)
    assert found.exact
    second = every.best()
    if second is None:
        assert (found.verdict, found.gap) == ("only", None)
        return found.verdict
    assert quick.at_least == found.at_least
    assert second <= every.now
    assert every.agrees(found.gap, second)
    assert found.verdict == ("tied" if second == every.now else "ahead")
    if found.at_least is not None and every.only_total(second):
        assert 0 <= found.at_least <= found.gap.total + TINY
    table = found.table
    assert len(table)
    assert table["change"].sum() == pytest.approx(-2 * found.gap.total)
    assert all(row["before"] != row["after"] for row in table.to_dict("records"))
    return found.verdict
