"""The second-best set of pairs is that of brute force: every set of pairs there is, looked through."""

from __future__ import annotations

import random
from importlib import import_module

import pytest

import peermatch as pm
from support.every_set import KINDS, OBJECTIVES, random_result
from support.priced import check_runner_up

CASES = [(kind, objective) for kind in KINDS for objective in OBJECTIVES]
CASES = [case for case in CASES if case not in (("minima", "worst_first"), ("first", "worst_first"))]


@pytest.mark.parametrize(("kind", "objective"), CASES)
def test_it_is_that_of_brute_force(kind, objective):
    seen = set()
    for seed in range(25):
        made = random_result(kind, objective, seed)
        if made is not None:
            seen.add(check_runner_up(made[0], made[2]))
    assert {"ahead", "tied"} <= seen


def _many(n, seed=1):
    rng = random.Random(seed)
    return [{"id": k, "name": f"Person {k}", "x": rng.random(), "y": rng.random()} for k in range(n)]


def _matcher(**options):
    return pm.PeerMatcher("id", [pm.near("x"), pm.near("y", name="y")], label="name", **options)


@pytest.mark.parametrize("n", [40, 41])
@pytest.mark.parametrize("objective", ["everyone_first", "best_total"])
def test_in_a_larger_pool_it_is_the_least_of_all_pairs_forbidden_one_by_one(n, objective):
    people = _many(n)
    pairing = _matcher(objective=objective).match(people)
    found = pairing.runner_up()
    total = pairing.matching.weight
    losses = []
    for a, b in pairing.pairs[["a", "b"]].values.tolist():
        matcher = _matcher(objective=objective, rules=[pm.forbid([(a, b)])])
        losses.append(total - matcher.match(people).matching.weight)
    assert found.exact
    assert round(found.gap.total * 2**30) == min(losses)
    assert found.verdict == "ahead"


def test_stopped_early_it_says_what_was_found_and_that_more_is_not_known():
    pairing, calls = _matcher().match(_many(60)), []

    def cancel():
        calls.append(1)
        return len(calls) > 40

    found = pairing.runner_up(cancel=cancel)
    assert (found.verdict, found.exact) == ("not worked out", False)
    assert found.gap is None or found.gap.total >= pairing.runner_up().gap.total
    stopped = pairing.runner_up(cancel=lambda: True)
    assert (stopped.verdict, stopped.gap, stopped.exact) == ("not worked out", None, False)
    assert "does not tell" in stopped.text or "at least" in stopped.text


def test_with_more_people_there_is_a_bound_and_no_more(monkeypatch):
    module = import_module("peermatch.explain.runner_up")
    monkeypatch.setattr(module, "EXACT_PEOPLE", 10)
    found = _matcher().match(_many(12)).runner_up()
    assert (found.verdict, found.gap, found.exact) == ("not worked out", None, False)
    assert found.at_least is not None
    monkeypatch.setattr(module, "_LOOKED_THROUGH", 10)
    assert _matcher().match(_many(12)).runner_up().at_least is None


def test_words_and_ids():
    people = [
        {"id": f"00{k}", "name": name, "y": y}
        for k, (name, y) in enumerate([("Ada", 1), ("Bo", 2), ("Cy", 4), ("Di", 4)])
    ]
    pairing = pm.PeerMatcher("id", [pm.near("y")], label="name").match(people)
    found = pairing.runner_up()
    assert found.text == (
        "No other set of pairs is as good. The second best falls short by 0.707692 points of total score: in it Ada is "
        "with Cy, not with Bo; 4 people have another partner there, or none."
    )
    assert str(found).replace("\n", " ") == found.text
    assert found.text in found._repr_html_()
    assert repr(found) == "RunnerUp(ahead, 0.707692 points of total score)"
    told = pairing.runner_up(audience="auditor").text
    assert "Ada" not in told
    assert "000 is with 002, not with 001" in told
    with pytest.raises(pm.ConfigError, match="participant"):
        pairing.runner_up(audience="participant")


def test_a_lost_pair_comes_before_points():
    people = [{"id": name, "y": 1} for name in ("ada", "bo")]
    found = pm.PeerMatcher("id", [pm.near("y")]).match(people).runner_up()
    assert (found.gap.pairs, found.gap.total) == (1, 1.0)
    assert found.text.startswith("No other set of pairs is as good. The second best falls short by 1 pair")
    assert "ada and bo are not a pair" in found.text


def test_demanded_pairs_alone_leave_no_other_set():
    people = [{"id": name, "y": 1} for name in ("ada", "bo")]
    found = pm.PeerMatcher("id", [pm.near("y")], [pm.require([("ada", "bo")])]).match(people).runner_up()
    assert (found.verdict, found.gap, found.exact) == ("only", None, True)
    assert found.table.empty


def test_a_pair_that_adds_nothing_is_another_set_as_good():
    people = [{"id": name, "t": team} for name, team in [("ada", "x"), ("bo", "x"), ("cy", "y"), ("di", "z")]]
    found = pm.PeerMatcher("id", [pm.same("t")], objective="best_total").match(people).runner_up()
    assert (found.verdict, found.gap.total) == ("tied", 0)


def test_the_order_of_rows_changes_nothing():
    people = _many(30, seed=4)
    one, other = _matcher().match(people).runner_up(), _matcher().match(people[::-1]).runner_up()
    assert (one.text, one.gap) == (other.text, other.gap)
    assert one.table.equals(other.table)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"odd": "trio"}, "trios"),
        ({"objective": "leximin"}, "leximin"),
        ({"solver": "greedy"}, "not proved to be the best"),
        ({"solver": "roommates"}, "stable pairs"),
    ],
)
def test_where_there_is_no_best_set_it_says_so(options, said):
    pairing = _matcher(**options).match(_many(7))
    with pytest.raises(pm.ConfigError, match=said):
        pairing.runner_up()


def test_an_earlier_result_has_a_say():
    people = _many(12)
    before = _matcher().match(people[:10])
    after = _matcher().update(people, before)
    with pytest.raises(pm.ConfigError, match="earlier result"):
        after.runner_up()
