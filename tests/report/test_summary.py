"""The page that a person reads."""

from __future__ import annotations

from peermatch.criteria import (
    at_least,
    complement,
    different,
    near,
    not_in_line,
    overlap,
    require,
    same,
    veto,
)
from support.pairings import TEAM, make_pairing

CRITERIA = [near("years", weight=2), complement(offers="teach", seeks="learn", weight=3), different("team")]


def test_it_says_all_that_is_promised():
    people = [{**row, "in": "yes"} for row in TEAM] + [{"id": "fy", "name": "Fy", "in": None}]
    text = make_pairing(people, CRITERIA, [veto(table=[("el", "bo")])], label="name", eligible="in").summary()
    for part in (
        "2 pairs from 5 people taking part · round 2026-12",
        "lowest 0.",
        "Proved over all 7 allowed pairs",
        "Best pair: Ada and Bo, score 0.",
        "+ Bo can help Ada with Leading (all that is new to Ada)",
        "Weakest pair: ",
        "Left without a partner: 1 person",
        "an odd number of people (5)",
        "Not taking part: 1 person (in is empty: 1)",
        "a private rule  rules out 1 pair",
    ):
        assert part in text, part
    assert all(len(line) <= 110 for line in text.splitlines())


def test_quality_spread_as_bars():
    people = [{"id": f"p{i}", "years": i * i} for i in range(10)]
    text = make_pairing(people, [near("years")], pairs=[(2 * i, 2 * i + 1) for i in range(5)]).summary()
    assert "█" in text
    assert "half of them between" in text
    assert "0.9 to 1.0" in text


def test_demands_and_notes():
    people = [{"id": i, "boss": None if i == 0 else 0, "t": "x"} for i in range(4)]
    text = make_pairing(people, [same("t")], [not_in_line("boss"), require([(1, 2)])]).summary()
    assert "not in line  rules out 3 pairs (3 of 3 managers found)" in text
    assert "require      demands pairs (1 pair demanded)" in text
    assert "and 1 more" not in text


def test_nothing_of_a_sensitive_criterion_is_told():
    people = [{"id": i, "faith": f"faith-{i % 2}", "years": i} for i in range(4)]
    criteria = [near("years"), same("faith", sensitive=True, name="creed")]
    pairing = make_pairing(people, criteria, [at_least("creed", 0.5)])
    told = pairing.summary() + "".join(str(pairing.explain(i)) + pairing.explain(i).text for i in range(4))
    assert "faith" not in told
    assert "creed" not in pairing.summary()
    assert "a private rule  rules out 4 pairs" in pairing.summary()
    assert "contribution_creed" in pairing.pairs.columns


def test_a_long_list_of_left_out_is_cut():
    people = [{"id": i, "t": "x", "boss": 0} for i in range(1, 9)]
    text = make_pairing(people, [same("t")], pairs=[(0, 1)]).summary()
    assert "Left without a partner: 6 people" in text
    assert "and 3 more, each with their reason in the table of people" in text


def test_only_sensitive_criteria():
    people = [{"id": i, "goals": "a;b"} for i in range(2)]
    text = make_pairing(people, [overlap("goals", separator=";", sensitive=True)]).summary()
    assert "sensitive criteria  1.00  (weight 100%)" in text
    assert "goals" not in text
    assert "The pair: 0 and 1, score 1.00" in text


def test_where_all_score_the_same_nobody_is_best():
    people = [{"id": i, "t": "x"} for i in range(4)]
    text = make_pairing(people, [same("t")]).summary()
    assert "One of the pairs, which all score the same: " in text
    assert "Weakest" not in text
    assert "Best pair" not in text


def test_in_how_many_pairs_one_can_help_the_other():
    rows = [
        ("a", "x", "y"),
        ("b", "y", "x"),
        ("c", "x", "z"),
        ("d", "z", "q"),
        ("e", "x", "q"),
        ("f", "y", "q"),
    ]
    people = [{"id": id, "teach": teach, "learn": learn} for id, teach, learn in rows]
    criteria = [complement(offers="teach", seeks="learn")]
    text = " ".join(make_pairing(people, criteria, pairs=[(0, 1), (2, 3), (4, 5)]).summary().split())
    assert (
        "In 67% of pairs at least one can help the other with something they seek, in 33% both can." in text
    )
    hidden = [near("id"), complement(offers="teach", seeks="learn", sensitive=True)]
    people = [{**row, "id": k} for k, row in enumerate(people)]
    assert "Who can help" not in make_pairing(people, hidden, pairs=[(0, 1), (2, 3), (4, 5)]).summary()
