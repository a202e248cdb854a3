"""Random programmes, all that must hold of them; and that a wrong result is seen."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

import peermatch as pm
from reliability import programmes_rules as plain
from reliability import soak_checks as checks
from reliability.programmes import KINDS, made
from reliability.soak import main, one


@pytest.mark.parametrize("block", range(6))
def test_programmes_of_every_kind_hold_what_is_promised(block):
    ends = [one(seed).status for seed in range(20_000 + 15 * block, 20_000 + 15 * (block + 1))]
    assert sum(not end.startswith("error") for end in ends) > len(ends) / 2


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_gets_as_far_as_a_result(kind):
    outcomes = [one(seed, kind) for seed in range(4)]
    assert sum(outcome.steps for outcome in outcomes) >= 2


def test_a_number_is_a_programme():
    for seed in range(20):
        one_way, other = made(seed), made(seed)
        assert one_way.left == other.left
        assert one_way.right == other.right
        assert repr(one_way.matcher) == repr(other.matcher)
        assert one_way.call == other.call


def test_the_summary_counts(capsys):
    assert main(["--programmes", "3", "--seed", "5"]) == 0
    out = capsys.readouterr().out
    assert "3 programmes from number 5" in out
    assert "no fault" in out


# ---- planted faults -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def good():
    """A pool of six with a rule, and what it comes to."""
    programme = made(0, "pool")
    rows = [
        {
            **programme.left[0],
            "id": f"p{k}",
            "team": "xxyyzz"[k],
            "years": 1.0 * k,
            "in": "yes",
            "name": f"n{k}",
        }
        for k in range(6)
    ]
    programme.left, programme.right, programme.out, programme.demanded = rows, None, set(), []
    programme.floors, programme.call = [], {}
    programme.rules = [("must_differ", plain.equal("team"))]
    programme.matcher = {"id": "id", "criteria": [pm.near("years")], "rules": [pm.must_differ("team")]}
    pairing = programme.build().match(rows)
    pairs = [tuple(pair) for pair in pairing.pairs[["a", "b"]].values.tolist()]
    return programme, pairing, pairs


def test_a_good_result_passes(good):
    programme, pairing, pairs = good
    checks.check_people(pairing, programme)
    checks.check_tables(pairing)
    assert checks.check_rules(pairing, programme, pairs) == 15
    assert checks.check_proved(pairing)
    assert checks.check_best(pairing, programme)
    checks.check_plain(pairing)


def test_a_pair_that_a_rule_forbids_is_seen(good):
    programme, pairing, _ = good
    with pytest.raises(AssertionError, match="though a rule forbids"):
        checks.check_rules(pairing, programme, [("p0", "p1")])
    programme = replace(
        programme, rules=[*programme.rules, ("forbid", plain.listed([("p0", "p2")], two_sided=False))]
    )
    with pytest.raises(AssertionError, match="and the scores do not"):
        checks.check_rules(pairing, programme, [])
    with pytest.raises(AssertionError, match="and the scores do"):
        checks.check_rules(pairing, replace(programme, rules=[]), [])


def test_a_worse_result_is_seen(good):
    programme, pairing, _ = good
    worse = replace(pairing, matching=replace(pairing.matching, pairs=np.array([[0, 5], [1, 4]])))
    with pytest.raises(AssertionError, match="is possible"):
        checks.check_best(worse, programme)
    with pytest.raises(AssertionError, match=r"not valid|not proved"):
        checks.check_proved(
            replace(pairing, matching=replace(pairing.matching, pairs=np.array([[0, 1], [1, 4]])))
        )


def test_a_certificate_that_does_not_hold_is_seen(good):
    _, pairing, _ = good
    certificate = pairing.matching.certificate
    duals = certificate.vertex_duals.copy()
    duals[0] -= 10**8
    broken = replace(pairing.matching, certificate=replace(certificate, vertex_duals=duals))
    with pytest.raises(AssertionError, match="not proved again"):
        checks.check_proved(replace(pairing, matching=broken))
    with pytest.raises(AssertionError, match="not verified"):
        checks.check_proved(replace(pairing, certificate=replace(pairing.certificate, verified=False)))


def test_somebody_missing_is_seen(good):
    programme, pairing, _ = good
    more = replace(programme, left=[*programme.left, {**programme.left[0], "id": "p9"}])
    with pytest.raises(AssertionError, match="missing"):
        checks.check_people(pairing, more)
    out = replace(programme, out={(0, "p0")})
    with pytest.raises(AssertionError, match="is out"):
        checks.check_people(pairing, out)


def test_what_can_be_met_is_known(good):
    programme = good[0]
    assert checks.possible(programme) is None
    for demanded, meant in (
        ([("p0", "p2")], True),
        ([("p0", "p1")], False),
        ([("p0", "p2"), ("p2", "p4")], False),
    ):
        assert checks.possible(replace(programme, demanded=demanded)) is meant


# ---- the plain rules ------------------------------------------------------------------------------------


def test_plain_rules_by_hand():
    me, you, nobody = (
        {"id": 1, "t": "x", "v": "2; 3"},
        {"id": 2, "t": "x", "v": None},
        {"id": 3, "t": None, "v": None},
    )
    assert plain.equal("t")(me, you)
    assert not plain.equal("t")(nobody, {**nobody})
    assert plain.not_known_equal("t")(nobody, {**nobody})
    assert plain.vetoed("v")(you, me)
    assert not plain.vetoed("v")(you, nobody)
    assert plain.in_line({3: 2, 2: 1})(nobody, me)
    assert plain.twins(("t", "v"), 1.0)(me, you)
    assert not plain.twins(("t",), 0.5)(me, nobody)
    assert plain.nearness(1, 4, 3, 0) == 0.5
    history = [{"round": f"r{k}", "date": f"2026-0{k}-01", "a": k, "b": k + 1} for k in (1, 2, 3)]
    assert plain.recent(history, as_of="2026-12-01", rounds=2) == [(2, 3), (3, 4)]
    assert plain.recent(history, as_of="2026-03-02", days=10) == [(3, 4)]


def test_tables_of_every_kind_are_tried():
    rng = random.Random(0)
    assert {made(rng.randrange(10**6)).kind for _ in range(200)} == set(KINDS)
