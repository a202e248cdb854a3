"""Criteria and rules are checked when they are made, and survive a trip through plain data."""

from __future__ import annotations

import math
import pickle

import pytest

import peermatch.criteria as pc
from peermatch.configuration import build_criterion, build_rule
from peermatch.errors import ConfigError

CRITERIA = [
    pc.near("years", scale=2.5, sweet_spot=1, weight=2),
    pc.near(left="a", right="b", ladder=["x", "y"], name="steps"),
    pc.above("grade", ladder=["x", "y", "z"], by=(1, 2), sensitive=True),
    pc.same("team", when="asked"),
    pc.different(["team", "site"]),
    pc.different(left=["a", "b"], right=["c", "d"]),
    pc.overlap("goals", separator=";", vocabulary=["grow", "lead, and be led"]),
    pc.overlap(left="identity", right="traits", when="asked", sensitive=True, weight=2),
    pc.overlap("goals", one_way=True, name="enough"),
    pc.complement(offers="teach", seeks="learn", new_only=False),
    pc.complement(left="learn", right="teach"),
    pc.available("zone", "hours", wanted=3),
    pc.prefers("wishes", separator="|"),
    pc.prefers(table=[["a", "b"], ["a", "c"]]),
    pc.ties([["a", "b"]], directed=True),
    pc.novelty(half_life=2.5),
    pc.novelty(90, "days", when="asked", weight=0.5, name="somebody_new"),
]
RULES = [
    pc.must_differ("team"),
    pc.must_match(left="a", right="b", name="both"),
    pc.not_in_line("manager", min_found=0.5),
    pc.no_repeat(rounds=3),
    pc.no_repeat(days=90),
    pc.no_repeat(),
    pc.forbid([("a", "b")]),
    pc.require([("c", "d")]),
    pc.veto("not_with", separator=","),
    pc.veto(table=[("a", "z")]),
    pc.no_twins(["a", "b"], at_least=0.8),
    pc.at_least("near_years", 0.25),
]


@pytest.mark.parametrize("criterion", CRITERIA, ids=lambda c: c.name)
def test_a_criterion_survives_data_and_pickle(criterion):
    again = build_criterion(criterion.to_dict(), 1)
    assert again.to_dict() == criterion.to_dict()
    assert (again.left, again.right, dict(again.options)) == (
        criterion.left,
        criterion.right,
        dict(criterion.options),
    )
    assert pickle.loads(pickle.dumps(criterion)) == criterion


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.name)
def test_a_rule_survives_data_and_pickle(rule):
    again = build_rule(rule.to_dict(), 1)
    assert again.to_dict() == rule.to_dict()
    assert (again.left, again.right, again.private) == (rule.left, rule.right, rule.private)
    assert pickle.loads(pickle.dumps(rule)) == rule


@pytest.mark.parametrize("weight", [0, -1, math.nan, math.inf, "2", None, True])
def test_a_weight_must_be_a_number_above_zero(weight):
    with pytest.raises(ConfigError, match=r"weight parameter of near\(\) must be a number above 0"):
        pc.near("years", weight=weight)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: pc.near(), "either column=, or both left= and right="),
        (lambda: pc.near("a", left="b", right="c"), "either column=, or both left= and right="),
        (lambda: pc.near(left="b"), "either column=, or both left= and right="),
        (lambda: pc.near("a", scale=0), "scale parameter of near"),
        (lambda: pc.near("a", sweet_spot=-1), "sweet_spot parameter of near"),
        (lambda: pc.near("a", ladder="junior"), "ladder parameter of near"),
        (lambda: pc.near(["a", "b"]), "the name of one column"),
        (lambda: pc.above("a", by=(3, 1)), "by parameter of above"),
        (lambda: pc.above("a", by=3), "two numbers"),
        (lambda: pc.different([]), "the name of a column"),
        (lambda: pc.different(left=["a"], right=["b", "c"]), "as many columns"),
        (lambda: pc.overlap("a", one_way=1), "one_way"),
        (lambda: pc.complement("a"), "both offers= and seeks="),
        (lambda: pc.complement("a", "b", new_only=1), "new_only"),
        (lambda: pc.available("zone", "hours", wanted=0), "wanted"),
        (lambda: pc.prefers(), "either column= or table="),
        (lambda: pc.ties([("a", "b")], directed="yes"), "directed"),
        (lambda: pc.novelty(half_life=0), "half_life"),
        (lambda: pc.novelty(half_life="soon"), "half_life"),
        (lambda: pc.novelty(unit="weeks"), "unit"),
        (lambda: pc.custom("f", "a"), "function"),
        (lambda: pc.same("a", name=""), "name"),
        (lambda: pc.same("a", when=3), "when"),
        (lambda: pc.same("a", sensitive="no"), "sensitive"),
        (lambda: pc.must_differ(), "either column="),
        (lambda: pc.not_in_line("m", min_found=2), "min_found"),
        (lambda: pc.not_in_line(""), "manager"),
        (lambda: pc.no_repeat(rounds=0), "rounds"),
        (lambda: pc.no_repeat(rounds=1, days=1), "not both"),
        (lambda: pc.forbid(None), "pairs"),
        (lambda: pc.veto(), "either column= or table="),
        (lambda: pc.no_twins(["a"], at_least=0), "at_least"),
        (lambda: pc.at_least("near", 2), "value"),
        (lambda: pc.at_least("", 0.5), "criterion"),
    ],
)
def test_a_wrong_argument_is_named(make, message):
    with pytest.raises(ConfigError, match=message.replace("(", r"\(").replace(")", r"\)")):
        make()


def test_a_custom_function_cannot_be_written_down():
    with pytest.raises(ConfigError, match="cannot be written to a configuration"):
        pc.custom(max, "a").to_dict()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"kind": "naer", "column": "x"}, "unknown kind 'naer'. Did you mean 'near'"),
        ({"column": "x"}, "no key 'kind'"),
        ({"kind": "near", "colum": "x"}, "unknown key 'colum'. Did you mean 'column'"),
        ({"kind": "available", "zone": "x"}, "lacks the key 'hours'"),
        ({"kind": "custom", "columns": "x"}, "unknown kind 'custom'"),
        ("near", "must be a table"),
        ({"kind": "near", "column": "x", "weight": 0}, r"criteria[2]: The weight parameter"),
    ],
)
def test_a_wrong_configuration_names_its_place(data, message):
    with pytest.raises(ConfigError) as caught:
        build_criterion(data, 2)
    assert message in str(caught.value)
