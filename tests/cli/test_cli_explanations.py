"""Reasons of every pair at once are the reasons of one pair after another."""

from __future__ import annotations

import peermatch as pm
from peermatch.datasets import make_organisation


def test_explanations_are_those_of_each_pair_in_the_order_of_pairs():
    criteria = [
        pm.complement(offers="can_teach", seeks="wants_to_learn"),
        pm.overlap("goals"),
        pm.near("years_experience"),
    ]
    people = make_organisation(60, seed=3)
    matcher = pm.PeerMatcher("employee_id", criteria, eligible="opted_in")
    together, one_by_one = matcher.match(people), matcher.match(people)
    told = together.explanations()
    assert [pair.pair_id for pair in told] == list(together.pairs["pair_id"])
    assert [pair.text for pair in told] == [one_by_one.explain(id).text for id in one_by_one.pairs["a"]]
