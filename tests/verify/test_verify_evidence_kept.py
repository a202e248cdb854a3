"""Updates with at most so many broken pairs: more pairs come first by what every pair is worth more."""

from __future__ import annotations

import copy
import json

import pytest

import peermatch as pm
from peermatch.verify import verify_result
from support.evidence import signed


def people(seed):
    return [
        {"id": f"p{k:02d}", "team": "abcd"[(k * (seed + 3)) % 4], "years": (7 * k * (seed + 1)) % 11}
        for k in range(12)
    ]


def updated(seed, at_most):
    """An update in which few pairs are allowed, so that as many as possible is not the best total."""
    matcher = pm.PeerMatcher(
        "id", [pm.near("years", scale=1)], [pm.must_differ("team"), pm.at_least("near_years", 0.04)]
    )
    before = matcher.match(people(seed)[:-2])
    return json.loads(matcher.update(people(seed), before, at_most=at_most).to_json(evidence=True))


@pytest.mark.parametrize("at_most", [0, 1, 3])
@pytest.mark.parametrize("seed", range(8))
def test_an_honest_update_holds(seed, at_most):
    verdict = verify_result(updated(seed, at_most))
    assert verdict.holds, verdict.faults


def test_too_little_for_a_pair_is_found():
    found = 0
    for seed in range(8):
        document = updated(seed, 1)
        if not document["evidence"]["kept"]["shift"] or len(document["pairs"]) < 3:
            continue
        for shift in (0, 1, document["evidence"]["kept"]["shift"] // 40):
            forged = copy.deepcopy(document)
            forged["evidence"]["kept"]["shift"] = shift
            assert not verify_result(signed(forged)).holds
            found += 1
    assert found
