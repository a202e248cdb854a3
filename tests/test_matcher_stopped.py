"""A run that is stopped gives a valid result with a true gap that the checker agrees with."""

from __future__ import annotations

import numpy as np
import pytest

import peermatch as pm
from peermatch.cohort import Cohort
from support import cohorts


@pytest.mark.parametrize("objective", ["everyone_first", "best_total"])
@pytest.mark.parametrize("after", [0, 1, 2, 3, 5, 8, 13])
@pytest.mark.parametrize("two", [False, True])
def test_stopped_after_some_looks(objective, after, two):
    asked = []

    def cancel():
        asked.append(1)
        return len(asked) > after

    people = Cohort.of(cohorts.records(61, seed=after), "id")
    criteria = [pm.near("years", scale=3), pm.different(["team", "country"])]
    if two:
        others = cohorts.records(47, seed=after + 1, prefix="q")
        matcher = pm.PeerMatcher("id", criteria, sides=("x", "y"), objective=objective)
        pairing = matcher.match(people, others, cancel=cancel)
        exact = matcher.match(people, others)
    else:
        matcher = pm.PeerMatcher("id", criteria, objective=objective)
        pairing, exact = matcher.match(people, cancel=cancel), matcher.match(people)
    assert pairing.certificate.verified
    assert pairing.certificate.status in ("gap", "optimal")
    best, got = exact.matching, pairing.matching
    if objective == "everyone_first":
        assert len(best.pairs) <= len(got.pairs) + got.pairs_gap
    if len(best.pairs) == len(got.pairs) or objective == "best_total":
        assert best.weight <= got.weight + got.gap
    assert np.array_equal(got.pairs, np.unique(got.pairs, axis=0))


def test_no_time_at_all():
    matcher = pm.PeerMatcher("id", [pm.near("years", scale=3)])
    pairing = matcher.match(cohorts.records(30), time_limit=1e-9)
    assert pairing.certificate.status == "gap"
    assert pairing.certificate.verified
    assert len(pairing.matching.pairs) == 15
