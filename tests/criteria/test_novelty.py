"""Novelty: a repeat has a price that fades, by rounds or by days."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

import peermatch as pm
from peermatch.cohort import Cohort
from peermatch.criteria import Sides, compile_criterion, fit_criterion
from peermatch.criteria.meetings import age_of, halved
from peermatch.problem import GRID
from peermatch.scoring import LazyScores

HISTORY = [
    {"round": "r8", "date": "2026-01-10", "a": "p0", "b": "p1"},
    {"round": "r9", "date": "2026-02-10", "a": "p2", "b": "p0"},
    {"round": "r10", "date": "2026-03-10", "a": "p1", "b": "p0"},
    {"round": "r10", "date": "2026-03-10", "a": "p3", "b": "gone"},
]


def people(n, seed=0, prefix="p"):
    rng = np.random.default_rng(seed)
    return [{"id": f"{prefix}{i}", "years": float(rng.integers(0, 20))} for i in range(n)]


def seen(criterion, sides, history=HISTORY, as_of=None):
    compiled = compile_criterion(fit_criterion(criterion, sides, history=history, as_of=as_of), sides)
    return compiled.measure.tile(np.arange(sides.shape[0]), np.arange(sides.shape[1]))


@pytest.mark.parametrize("times", [0, 0.25, 1 / 3, 0.5, 1, 1.7, 5, 12.125, 31.99, 32])
def test_halving_is_a_power_of_two(times):
    assert halved(times) == pytest.approx(2.0**-times, rel=1e-11)
    if times == int(times):
        assert halved(times) == 2.0**-times


def test_what_is_longer_ago_never_counts_for_less():
    worth = [halved(age / 7) for age in range(400)]
    assert worth == sorted(worth, reverse=True)


def test_rounds_fade_and_the_last_meeting_counts():
    sides = Sides(Cohort.of(people(5), "id"))
    forward, backward = seen(pm.novelty(half_life=2), sides)
    expected = np.ones((5, 5))
    expected[0, 1] = expected[1, 0] = 1 - 2**-0.5  # r10, not r8
    expected[0, 2] = expected[2, 0] = 0.5
    np.testing.assert_allclose(forward, expected, rtol=1e-12)
    np.testing.assert_array_equal(forward, backward)


def test_days_fade_from_the_day():
    sides = Sides(Cohort.of(people(5), "id"))
    forward, _ = seen(pm.novelty(30, "days"), sides, as_of="2026-04-09")
    assert forward[0, 1] == 0.5
    assert forward[0, 2] == pytest.approx(1 - 2 ** (-58 / 30))
    assert seen(pm.novelty(30, "days"), sides, as_of="2026-03-10")[0][1, 0] == 0  # today
    assert seen(pm.novelty(30, "days"), sides, as_of="2026-03-01")[0][1, 0] == 0  # a meeting still to come


def test_two_sides_know_each_other_either_way_round():
    left, right = Cohort.of(people(3), "id", at_least=1), Cohort.of(people(3), "id", at_least=1)
    sides = Sides(left, right, ("new", "buddy"))
    forward, backward = seen(pm.novelty(half_life=1), sides)
    np.testing.assert_array_equal(forward, backward)
    assert forward[0, 1] == forward[1, 0] == 0.5
    assert forward[0, 2] == forward[2, 0] == 0.75
    assert forward[1, 2] == 1


def test_rows_without_a_round_are_of_the_last_one():
    sides = Sides(Cohort.of(people(5), "id"))
    history = [
        {"round": None, "a": "p3", "b": "p4"},
        *[{k: r[k] for k in ("round", "a", "b")} for r in HISTORY],
    ]
    forward, _ = seen(pm.novelty(half_life=1), sides, history)
    assert forward[3, 4] == 0.5


@pytest.mark.parametrize("unit", ["rounds", "days"])
@pytest.mark.parametrize("half_life", [0.5, 3, 11, 90])
def test_the_time_can_be_told_from_what_it_is_worth(unit, half_life):
    criterion = pm.novelty(half_life, unit)
    for age in range(int(31 * half_life)):
        assert age_of(criterion, 1 - halved(age / half_life)) == age
    assert age_of(criterion, 1.0) is None


@pytest.mark.parametrize("mutual", ["geometric", "mean"])
@pytest.mark.parametrize("seed", range(6))
def test_a_match_is_the_best_by_a_plain_reckoning(seed, mutual):
    """All pairings of six people, scored from the formula."""
    rng = np.random.default_rng(seed)
    table = people(6, seed)
    history = [
        {"round": int(rng.integers(1, 5)), "a": f"p{a}", "b": f"p{b}"}
        for a, b in (rng.choice(6, 2, replace=False) for _ in range(8))
    ]
    matcher = pm.PeerMatcher("id", [pm.near("years", scale=4), pm.novelty(1.5, weight=2)], mutual=mutual)
    pairing = matcher.match(table, history=history)
    order = sorted({row["round"] for row in history})

    def score(a, b):
        near = 1 / (1 + (abs(table[a]["years"] - table[b]["years"]) / 4) ** 2)
        met = [row["round"] for row in history if {row["a"], row["b"]} == {f"p{a}", f"p{b}"}]
        new = 1 - 2 ** (-(len(order) - order.index(max(met))) / 1.5) if met else 1.0
        return near / 3 + 2 * new / 3

    def best(left):
        if not left:
            return 0.0
        return max(score(left[0], b) + best([x for x in left[1:] if x != b]) for b in left[1:])

    assert pairing.matching.weight / GRID == pytest.approx(best(list(range(6))), abs=1e-7)
    for row in pairing.pairs.to_dict("records"):
        assert row["score"] == pytest.approx(score(int(row["a"][1:]), int(row["b"][1:])), abs=1e-7)
        contributions = row["contribution_near_years"] + row["contribution_novelty"]
        assert contributions == row["score"]


def test_scores_agree_whoever_asks():
    sides = Sides(Cohort.of(people(40), "id"))
    rng = np.random.default_rng(3)
    history = [
        {"round": int(rng.integers(1, 9)), "a": f"p{a}", "b": f"p{b}"}
        for a, b in itertools.combinations(range(40), 2)
        if rng.random() < 0.4
    ]
    criteria = [pm.near("years"), pm.novelty(half_life=3)]
    parts = [compile_criterion(fit_criterion(c, sides, history=history), sides) for c in criteria]
    scores = LazyScores(parts, [], sides.shape, two_sided=False)
    block = scores.block(np.arange(40))
    u, v = np.triu_indices(40, 1)
    np.testing.assert_array_equal(scores.at(u, v), block[u, v])
    best = np.sort(np.where(np.eye(40, dtype=bool), -1, block), axis=1)[:, ::-1][:, :5]
    np.testing.assert_array_equal(scores.top(5).scores, best)


def test_reasons_say_when_they_met():
    two = [{"id": "p0", "years": 1}, {"id": "p1", "years": 1}]
    matcher = pm.PeerMatcher("id", [pm.near("years", weight=3), pm.novelty(half_life=1)])
    explanation = matcher.match(two, history=HISTORY).explain("p0")
    assert "they last met 1 round ago" in " ".join(str(explanation).split())
    assert explanation.table["mine"].tolist()[1] == "met 1 round ago"
    silent = pm.PeerMatcher("id", [pm.near("years"), pm.novelty(half_life=1, sensitive=True)])
    assert "met" not in str(silent.match(two, history=HISTORY).explain("p0")).replace("peermatch", "")


def test_earlier_fits_take_the_history_of_the_day():
    matcher = pm.PeerMatcher("id", [pm.near("years", scale=50), pm.novelty(half_life=1, weight=5)])
    first = matcher.match(people(4), history=HISTORY)
    again = matcher.match(people(4), history=[{"round": "1", "a": "p2", "b": "p3"}], fitted=first)
    fresh = matcher.match(people(4), history=[{"round": "1", "a": "p2", "b": "p3"}])
    assert again.matching.weight == fresh.matching.weight
    assert matcher.match(people(4), fitted=first).matching.weight == matcher.match(people(4)).matching.weight


def test_history_is_taken_and_checked():
    matcher = pm.PeerMatcher("id", [pm.near("years"), pm.novelty()])
    with pytest.raises(pm.InputError, match="None of the 2 ids that history lists") as caught:
        matcher.match(people(4), history=[{"round": "1", "a": "x", "b": "y"}])
    assert caught.value.items[0]["column"] == "history"
    with pytest.raises(pm.InputError, match=r"no column 'round', which novelty\(\) needs"):
        matcher.match(people(4), history=[{"a": "p0", "b": "p1"}])
    by_days = pm.PeerMatcher("id", [pm.near("years"), pm.novelty(90, "days")])
    with pytest.raises(pm.ConfigError, match=r"novelty\(\) counts back from a day: give as_of="):
        by_days.match(people(4), history=HISTORY)
    with pytest.raises(pm.ConfigError, match="no rule or criterion looks at it"):
        pm.PeerMatcher("id", [pm.near("years")]).match(people(4), history=HISTORY)
    assert matcher.match(people(4), history=[]).certificate.verified
    assert matcher.shortlist(people(4), 2, history=HISTORY).lists["p0"]


def test_it_is_a_plain_entry_of_a_configuration(tmp_path):
    path = tmp_path / "programme.toml"
    path.write_text(
        'schema = 1\nid = "id"\n[[criteria]]\nkind = "novelty"\nhalf_life = 90\nunit = "days"\nweight = 0.5\n',
        encoding="utf-8",
    )
    matcher = pm.PeerMatcher.from_toml(path)
    assert matcher.criteria[0] == pm.novelty(90, "days", weight=0.5)
    matcher.to_toml(tmp_path / "again.toml")
    assert pm.PeerMatcher.from_toml(tmp_path / "again.toml").to_dict() == matcher.to_dict()
    assert math.isclose(matcher.criteria[0].weight, 0.5)
