"""Why someone has no partner: the counts are what plain loops count, and the words fit the case."""

from __future__ import annotations

import numpy as np
import pytest

from peermatch.criteria import at_least, forbid, must_differ, near, require, same, veto
from peermatch.explain import left_out
from peermatch.problem import Status
from support.pairings import TEAM, make_pairing, outcome_of


def people(n, **more):
    return [{"id": i, "y": i, "t": "x", **more} for i in range(n)]


def reason(pairing, id):
    frame = pairing.people
    return frame[frame["id"] == id]["reason"].tolist()[0]


def test_ruled_out_by_several_rules():
    rows = people(6)
    rules = [must_differ("t"), forbid([(0, 1)]), veto(table=[(0, 2), (3, 0)])]
    pairing = make_pairing(rows, [near("y")], rules)
    assert reason(pairing, 0) == (
        "every one of the 5 others is ruled out: must_differ_t removes 5, forbid removes 1, a private rule removes 2"
    )
    assert pairing.explain(0).table.values.tolist() == [
        ["must_differ_t", 5, 5], ["forbid", 1, 5], ["a private rule", 2, 5],
    ]  # fmt: skip


def test_an_odd_number():
    pairing = make_pairing(people(5), [near("y")])
    [out] = pairing.unmatched.values.tolist()
    assert out[1] == (
        "an odd number of people (5), so one has to sit out; "
        "leaving this person out costs the programme no more than leaving out anyone else"
    )


def test_an_odd_number_without_a_proof():
    pairing = make_pairing(people(3), [near("y")], pairs=[(0, 1)], status=Status.GAP)
    assert reason(pairing, 2).endswith("that it is this person is not proved to be the best choice")


def test_crowded_out_by_rules():
    star = [(i, j) for i in range(1, 4) for j in range(i + 1, 4)]
    pairing = make_pairing(people(4), [near("y")], [forbid(star)])
    assert set(pairing.unmatched["reason"]) == {
        "2 of the 3 others are ruled out (forbid removes 2), and the only one left is needed by others: "
        "no other choice of pairs reaches more people"
    }
    loose = make_pairing(people(4), [near("y")], [forbid(star)], pairs=[(0, 1)], status=Status.GAP)
    assert reason(loose, 2).endswith(
        "the only one left has another partner; it is not proved that no better way exists"
    )


def test_best_total_leaves_out_who_adds_nothing():
    rows = [{"id": i, "t": t} for i, t in enumerate("xxyz")]
    pairing = make_pairing(rows, [same("t")], objective="best_total")
    assert reason(pairing, 2) == "no pair with one of the 3 possible partners would add to the total"


def test_best_total_with_one_possible_partner():
    rows = [{"id": i, "t": t} for i, t in enumerate("xy")]
    pairing = make_pairing(rows, [same("t")], objective="best_total", pairs=[])
    assert reason(pairing, 0) == "no pair with the only possible partner would add to the total"


def test_best_total_with_better_uses():
    rows = [{"id": 0, "y": 0}, {"id": 1, "y": 1}, {"id": 2, "y": 2}, {"id": 3, "y": 3}]
    rules = [forbid([(0, 2), (0, 3), (1, 3)])]
    pairing = make_pairing(rows, [near("y", scale=0.1)], rules, pairs=[(1, 2)], objective="best_total")
    assert reason(pairing, 0).endswith(
        "the only one left is worth more to the total with someone else, or alone"
    )


def test_stable_in_words():
    pairing = make_pairing(people(3), [near("y")], pairs=[(0, 1)], status=Status.STABLE)
    assert reason(pairing, 2).endswith(
        "everyone this person could be with has someone they like at least as much"
    )
    four = make_pairing(people(4), [near("y")], [forbid([(2, 3)])], pairs=[(0, 1)], status=Status.STABLE)
    assert reason(four, 2).endswith("all 2 left have someone they like at least as much")
    none = make_pairing(people(4), [near("y")], pairs=[(0, 1)], status=Status.NO_STABLE)
    assert reason(none, 2).startswith("no stable set of pairs exists")


def two_sides(mentees, mentors, capacity=(None, None), rules=(), **options):
    right = [{"id": f"m{i}", "y": i, "t": "z"} for i in range(mentors)]
    return make_pairing(
        people(mentees),
        [near("y")],
        rules,
        others=right,
        names=("mentee", "mentor"),
        capacity=capacity,
        **options,
    )


def test_too_few_places():
    pairing = two_sides(5, 2, (None, [2, 1]))
    assert (
        pairing.unmatched["reason"].tolist()
        == [
            "5 on the mentee side for 3 places on the mentor side, so 2 of them must go without; "
            "leaving this person out costs the programme no more than leaving out anyone else"
        ]
        * 2
    )


def test_places_that_stay_free():
    pairing = two_sides(2, 3, (None, [3, 3, 1]), pairs=[(0, 0), (1, 0)])
    assert set(pairing.unmatched["reason"]) == {
        "the mentor side has 7 places for 2 places on the mentee side, so 5 stay free; "
        "leaving this person out costs the programme no more than leaving out anyone else"
    }


def test_no_place_to_give():
    pairing = two_sides(1, 2, (None, [0, 1]))
    assert reason(pairing, "m0") == "has no place to give this time"


def test_right_side_ruled_out():
    pairing = two_sides(2, 2, rules=[forbid([(0, "m1"), (1, "m1")])])
    assert reason(pairing, "m1") == "every one of the 2 others is ruled out: forbid removes 2"
    [left] = [id for id in pairing.unmatched["id"] if id in (0, 1)]
    assert "1 of the 2 others is ruled out" in reason(pairing, left)


def test_nobody_on_the_other_side_takes_part():
    rows = [{"id": i, "y": i, "in": i < 1} for i in range(2)]
    pairing = make_pairing(rows, [near("y")], eligible="in")
    assert reason(pairing, 0) == "there is nobody to be paired with"
    assert reason(pairing, 1) == "not taking part: in is False"


@pytest.mark.parametrize("status", [Status.GAP, Status.UNDECIDED])
def test_a_search_that_was_stopped(status):
    pairing = make_pairing(people(6), [near("y")], pairs=[], status=status)
    assert set(pairing.unmatched["reason"]) == {
        "the search was stopped before it found this person a partner: all 5 others are still free"
    }
    some = make_pairing(people(7), [near("y")], [forbid([(0, 1)])], pairs=[(2, 3)], status=status)
    assert reason(some, 0).endswith(": 3 of the 5 possible partners are still free")
    sided = two_sides(2, 2, (None, [3, 3]), pairs=[], status=status)
    assert all(text.startswith("the search was stopped") for text in sided.unmatched["reason"])


def test_a_search_that_ended_is_not_called_stopped():
    rows = [{"id": i, "t": t} for i, t in enumerate("xxyzz")]
    pairing = make_pairing(
        rows, [same("t")], pairs=[(0, 1)], status=Status.GAP, objective="best_total", mutual="mean"
    )
    assert "no pair with one of" in reason(pairing, 2)


def test_taken_by_demanded_pairs():
    pairing = make_pairing(people(3), [near("y")], [require([(0, 1)])])
    assert reason(pairing, 2) == "all 2 others are taken by demanded pairs"
    ruled = make_pairing(people(3), [near("y")], [require([(0, 1)]), forbid([(0, 2)])])
    assert reason(ruled, 2) == (
        "1 of the 2 others is ruled out (forbid removes 1), and the only one left is taken by demanded pairs"
    )
    odd = make_pairing(people(5), [near("y")], [require([(0, 1)])])
    assert (
        odd.unmatched["reason"]
        .tolist()[0]
        .endswith("costs the programme no more than leaving out anyone else, given the demanded pairs")
    )


def test_the_others_have_no_place():
    pairing = two_sides(2, 2, (None, [0, 0]))
    assert reason(pairing, 0) == "all 2 others have no place to give this time"
    mixed = two_sides(2, 2, (None, [0, 1]), rules=[require([(0, "m1")])])
    assert reason(mixed, 1) == (
        "1 has no place to give this time, and the only one left is taken by demanded pairs"
    )
    crowd = two_sides(3, 3, (None, [0, 1, 1]), rules=[forbid([(0, "m2"), (1, "m2"), (2, "m2")])])
    left = crowd.unmatched.set_index("id")["reason"]
    assert ["1 has no place to give" in left[id] for id in (0, 1, 2) if id in left] == [True, True]


def test_who_has_no_place_does_not_count_as_gone_without():
    pairing = two_sides(4, 2, ([1, 1, 1, 0], None))
    reasons = pairing.unmatched["reason"].tolist()
    assert sorted(text.split(";")[0] for text in reasons) == [
        "3 on the mentee side for 2 places on the mentor side, so 1 of them must go without",
        "has no place to give this time",
    ]


def test_a_rule_on_a_sensitive_criterion_is_private():
    rows = [{"id": i, "t": t} for i, t in enumerate("xy")]
    pairing = make_pairing(rows, [same("t", sensitive=True)], [at_least("same_t", 0.5)])
    assert reason(pairing, 0) == "the only other person is ruled out: a private rule removes 1"


@pytest.mark.parametrize("sided", [False, True])
def test_counts_are_those_of_plain_loops(sided):
    rng = np.random.default_rng(3)
    rows = [{**row, "t": str(rng.integers(3)), "g": str(rng.integers(2))} for row in people(9)]
    right = (
        [{"id": f"m{i}", "y": i, "t": str(rng.integers(3)), "g": "0"} for i in range(4)] if sided else None
    )
    rules = [must_differ("t"), forbid([(0, 1), (2, 5), (0, "m1")]), at_least("near_y", 0.2)]
    pairing = make_pairing(rows, [near("y")], rules, others=right, pairs=[])
    outcome = outcome_of(pairing)
    for hand in outcome.hands:
        for out in left_out(outcome, hand):
            plain, free = {}, 0
            for other in range(len(outcome.cohort(1 - hand))):
                if not sided and other == out.position:
                    continue
                at = (out.position, other) if hand == 0 else (other, out.position)
                hits = [
                    part.rule.name
                    for part in outcome.enforcement.rules
                    if part.mask is not None and part.mask.pairs(np.array(at[:1]), np.array(at[1:]))[0]
                ]
                free += not hits
                for name in hits:
                    plain[name] = plain.get(name, 0) + 1
            assert dict(out.removed) == plain
            assert out.allowed == free
            assert out.others == (4 if hand == 0 else 9) if sided else out.others == 8


def test_chunks_do_not_change_the_answer(monkeypatch):
    pairing = make_pairing(TEAM, [near("years")], [must_differ("team")], pairs=[])
    whole = left_out(outcome_of(pairing), 0)
    monkeypatch.setattr("peermatch.explain.unmatched._CELLS", 1)
    assert left_out(outcome_of(pairing), 0) == whole
