"""Rounds without repeats: exact one after the other, fair in odd pools, and held against a true bound."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import peermatch as pm
from peermatch.datasets import make_organisation
from peermatch.problem import Problem
from peermatch.verify import prove
from support.oracles import best_matching

CRITERIA = [pm.near("years", scale=4), pm.different(["team"])]


def people(n, seed=0):
    rng = np.random.default_rng(seed)
    return [
        {"id": f"p{i:02d}", "years": float(rng.integers(0, 30)), "team": str(rng.choice(["x", "y", "z"]))}
        for i in range(n)
    ]


def matcher(**options):
    return pm.PeerMatcher("id", CRITERIA, [pm.no_repeat()], **options)


def couples(frame):
    return [frozenset(pair) for pair in frame[["a", "b"]].itertuples(index=False, name=None)]


@pytest.mark.parametrize("seed", range(6))
def test_every_round_is_the_best_that_is_left_and_nobody_meets_twice(seed):
    plan = pm.plan_rounds(matcher(), people(8, seed), 5, protect=False)
    assert len(set(couples(plan.pairs))) == len(plan.pairs)
    for pairing in plan.pairings:
        block = pairing.scores.block(np.arange(8))
        assert best_matching(block.tolist()) == (len(pairing.matching.pairs), pairing.matching.weight)
        assert pairing.certificate.verified
        assert prove(pairing.problem, _as_solved(pairing)).verified
        assert pairing.to_dict()["round"] == pairing.round
    assert plan.verified
    assert plan.gap >= 0
    first = plan.rounds["total"].iloc[0]
    assert plan.bound <= 5 * first + 1e-9
    assert plan.total == pytest.approx(plan.pairs["score"].sum())


def _as_solved(pairing):
    from dataclasses import replace

    from peermatch.problem import sorted_pairs

    place = np.argsort(pairing.certificate.vertices[0])
    return replace(pairing.matching, pairs=sorted_pairs(place[pairing.matching.pairs], two_sided=False))


@pytest.mark.parametrize("seed", range(4))
def test_the_first_round_is_that_of_match(seed):
    table = people(10, seed)
    plan = pm.plan_rounds(matcher(), table, 2, start="2026-12")
    alone = matcher().match(table, round="2026-12")
    assert plan.pairings[0].matching.weight == alone.matching.weight


def test_nobody_sits_out_a_second_time_before_all_have():
    """With everyone allowed to meet, an odd pool of seven has seven different people sitting out in seven rounds."""
    plan = pm.plan_rounds(matcher(), people(7), 7)
    assert plan.sit_outs["times"].tolist() == [1] * 7
    assert plan.rounds["sat_out"].tolist() == [1] * 7
    unfair = pm.plan_rounds(matcher(), people(7), 7, protect=False)
    assert unfair.sit_outs["times"].max() > 1  # so that it was the protection that did it


@pytest.mark.parametrize("seed", range(8))
def test_the_weakest_pair_does_not_sit_out_next(seed):
    plan = pm.plan_rounds(matcher(), people(9, seed), 3)
    for before, after in zip(plan.pairings, plan.pairings[1:], strict=False):
        pairs = before.pairs.sort_values("score", kind="stable")
        weak = {pairs["a"].iloc[0], pairs["b"].iloc[0]}
        assert weak.isdisjoint(after.unmatched["id"])


def test_turns_of_rounds_before_count():
    table = people(7)
    last = pm.plan_rounds(matcher(), table, 1).pairings[0]
    alone = last.unmatched["id"].tolist()
    again = pm.plan_rounds(matcher(), table, 1, turns=pm.Turns((tuple(alone),))).pairings[0]
    assert again.unmatched["id"].tolist() != alone
    assert "goes first" in str(again.certificate)


def test_history_is_never_repeated_and_names_the_first_round():
    table = people(8)
    history = pm.plan_rounds(matcher(), table, 2, start="2026-11").history()
    assert history["date"].tolist() == ["2026-11-01"] * 4 + ["2026-12-01"] * 4
    plan = pm.plan_rounds(matcher(), table, 3, history=history)
    assert [pairing.round for pairing in plan.pairings] == ["2027-01", "2027-02", "2027-03"]
    grown = plan.history(history)
    assert len(set(couples(grown))) == len(grown) == 20


def test_more_rounds_than_there_are_partners():
    plan = pm.plan_rounds(matcher(), people(4), 5)
    assert plan.rounds["pairs"].tolist() == [2, 2, 2, 0, 0]
    assert plan.verified


def test_two_sides():
    sided = pm.PeerMatcher("id", CRITERIA, sides=("new", "buddy"))
    plan = pm.plan_rounds(sided, people(5, 1), 4, [{**one, "id": "b" + one["id"]} for one in people(6, 2)])
    assert plan.verified
    assert not plan.pairs[["new", "buddy"]].duplicated().any()
    assert plan.rounds["sat_out"].tolist() == [1] * 4
    assert plan.sit_outs["times"].tolist() == [1] * 4


@pytest.mark.parametrize("objective", ["everyone_first", "best_total"])
def test_a_floor_holds_in_every_round(objective):
    plan = pm.plan_rounds(matcher(floor=0.6, objective=objective), people(11), 4)
    assert plan.pairs["score"].min() >= 0.6
    assert plan.verified


def test_the_order_of_rows_changes_nothing():
    table = people(15, 3)
    one, other = (pm.plan_rounds(matcher(), rows, 4) for rows in (table, table[::-1]))
    assert one.pairs.equals(other.pairs)
    assert one.bound == other.bound


def test_a_synthetic_organisation_comes_near_the_bound():
    staff = make_organisation(301, seed=1)
    criteria = [
        pm.complement(offers="can_teach", seeks="wants_to_learn", weight=8),
        pm.near("years_experience", scale=3, weight=2),
    ]
    rules = [pm.not_in_line("manager_id"), pm.must_differ("department")]
    plan = pm.plan_rounds(pm.PeerMatcher("employee_id", criteria, rules), staff, 6)
    assert plan.verified
    assert plan.gap < 0.01 * plan.bound


def test_stopped_rounds_are_valid_and_say_so():
    plan = pm.plan_rounds(matcher(), people(30), 3, cancel=lambda: True)
    assert plan.rounds["status"].tolist() == ["gap"] * 3
    assert len(set(couples(plan.pairs))) == len(plan.pairs)
    for pairing in plan.pairings[1:]:
        assert isinstance(pairing.problem, Problem)
        assert pairing.certificate.gap >= 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"objective": "worst_first"}, "worst_first"),
        ({"solver": "greedy"}, "greedy"),
    ],
)
def test_what_cannot_be_planned_exactly_is_refused(options, said):
    with pytest.raises(pm.ConfigError, match=said):
        pm.plan_rounds(matcher(**options), people(6), 2)


def test_wrong_arguments_are_refused():
    with pytest.raises(pm.ConfigError, match="k parameter"):
        pm.plan_rounds(matcher(), people(6), 0)
    with pytest.raises(pm.ConfigError, match="ends in a number"):
        pm.plan_rounds(matcher(), people(6), 2, start="winter")
    demanding = pm.PeerMatcher("id", CRITERIA, [pm.require([("p00", "p01")])])
    with pytest.raises(pm.ConfigError, match="demanded pair"):
        pm.plan_rounds(demanding, people(6), 2)
    placed = pm.PeerMatcher("id", CRITERIA, sides=("a", "b"), capacity={"b": 2})
    with pytest.raises(pm.ConfigError, match="one place each"):
        pm.plan_rounds(placed, people(6), 2, people(6))


@pytest.mark.parametrize("first", ["p00", 3, {"p00": -1}, {"p00": True}, {"p00": 101}])
def test_match_says_what_first_takes(first):
    with pytest.raises(pm.ConfigError, match="first parameter"):
        matcher().match(people(6), first=first)


def test_match_lets_people_go_first():
    table = people(7)
    alone = matcher().match(table).unmatched["id"].tolist()
    again = matcher().match(table, first=alone)
    assert again.unmatched["id"].tolist() != alone
    assert again.certificate.verified
    data = again.to_dict()
    assert data["certificate"]["kind"] == "protected"
    jsonschema = pytest.importorskip("jsonschema")

    from peermatch.report import pairing_schema

    jsonschema.validate(data, pairing_schema())


# ---- rounds in which people may meet again --------------------------------------------------------------

FADING = [*CRITERIA, pm.novelty(half_life=2, weight=3)]


@pytest.mark.parametrize("seed", range(4))
def test_repeats_at_a_price_are_the_best_given_the_rounds_before(seed):
    table = people(6, seed)
    matcher = pm.PeerMatcher("id", FADING)
    plan = pm.plan_rounds(matcher, table, 9, protect=False, repeats="by_rules")
    assert plan.verified
    assert plan.repeats == len(plan.pairs) - len(set(couples(plan.pairs))) > 0
    assert plan.total <= plan.bound
    history = None
    for pairing in plan.pairings:
        again = matcher.match(table, history=history, round=pairing.round)
        assert again.matching.weight == pairing.matching.weight
        assert best_matching(again.scores.block(np.arange(6)).tolist())[1] == pairing.matching.weight
        history = pm.extend_history(history, pairing)
    assert "repeat" in str(plan)
    # while all are new to each other, nobody has to meet twice
    assert pm.plan_rounds(matcher, table, 2, repeats="by_rules").repeats == 0


def test_a_bound_of_rounds_with_repeats_holds_for_any_rounds():
    """All ways to pair four people three times, priced by hand."""
    table = people(4, 3)
    matcher = pm.PeerMatcher("id", [pm.near("years", scale=4, weight=3), pm.novelty(half_life=1)])
    plan = pm.plan_rounds(matcher, table, 3, protect=False, repeats="by_rules")
    ways = [[(0, 1), (2, 3)], [(0, 2), (1, 3)], [(0, 3), (1, 2)]]

    def near(a, b):
        return 1 / (1 + ((table[a]["years"] - table[b]["years"]) / 4) ** 2)

    totals = []
    for chosen in np.ndindex(3, 3, 3):
        met, total = {}, 0.0
        for number, way in enumerate(chosen):
            for pair in ways[way]:
                new = 1 - 0.5 ** (number - met[pair]) if pair in met else 1.0
                total += 0.75 * near(*pair) + 0.25 * new
                met[pair] = number
        totals.append(total)
    assert max(totals) <= plan.bound + 1e-7
    assert plan.total <= max(totals) + 1e-7


def test_windows_move_with_the_rounds():
    """With no_repeat(rounds=2) four people have three ways, so that every third round is that of before."""
    matcher = pm.PeerMatcher("id", CRITERIA, [pm.no_repeat(rounds=2)])
    plan = pm.plan_rounds(matcher, people(4), 7, repeats="by_rules", start="2026-11")
    made = [frozenset(couples(pairing.pairs)) for pairing in plan.pairings]
    assert len(set(made[:3])) == 3
    assert made[3:6] == made[:3]
    assert plan.dates[:3] == ("2026-11-01", "2026-12-01", "2027-01-01")
    assert plan.history()["date"].tolist()[-1] == "2027-05-01"


def test_days_are_counted_from_each_round():
    matcher = pm.PeerMatcher("id", CRITERIA, [pm.no_repeat(days=45)])
    plan = pm.plan_rounds(matcher, people(4), 4, repeats="by_rules", start="2026-11")
    made = [frozenset(couples(pairing.pairs)) for pairing in plan.pairings]
    assert all(one != other for one, other in itertools.pairwise(made))
    assert plan.rounds["pairs"].tolist() == [2] * 4


def test_fewer_pairs_than_people_who_never_met_would_make():
    """Two people: later rounds have nobody (a round of no pairs leaves no row in a history)."""
    matcher = pm.PeerMatcher("id", CRITERIA, [pm.no_repeat(rounds=1)])
    plan = pm.plan_rounds(matcher, people(2), 3, repeats="by_rules")
    assert plan.rounds["pairs"].tolist() == [1, 0, 0]
    assert plan.total <= plan.bound


def test_repeats_need_something_that_looks_back():
    with pytest.raises(pm.ConfigError, match="looks at who met before"):
        pm.plan_rounds(pm.PeerMatcher("id", CRITERIA), people(4), 2, repeats="by_rules")
    with pytest.raises(pm.ConfigError, match="'never' or 'by_rules'"):
        pm.plan_rounds(matcher(), people(4), 2, repeats="always")
