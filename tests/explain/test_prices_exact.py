"""Every price is that of every set of pairs, no bound is above its price, and the right rule is named."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from support.every_set import KINDS, OBJECTIVES, EverySet, random_result
from support.priced import check_prices

CASES = [(kind, objective) for kind in KINDS for objective in OBJECTIVES]
CASES = [case for case in CASES if case not in (("minima", "worst_first"), ("first", "worst_first"))]


@pytest.mark.parametrize(("kind", "objective"), CASES)
def test_prices_and_bounds_are_those_of_every_set_of_pairs(kind, objective):
    seen = Counter()
    for seed in range(100, 108):
        made = random_result(kind, objective, seed)
        if made is not None:
            seen += check_prices(*made)
    assert seen["costs"] > 5
    assert seen["together"]
    assert seen["alternatives"]


def test_the_judge_finds_a_planted_error():
    pairing, _, _ = random_result("pool", "everyone_first", 3)
    every = EverySet(pairing)
    best = every.best()
    assert best is not None
    right = pairing.runner_up().gap
    assert every.agrees(right, best)
    assert not every.agrees(replace(right, total=right.total + 2**-30), best)
    assert not every.agrees(replace(right, pairs=right.pairs + 1), best)
