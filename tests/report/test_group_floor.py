"""Raising the mean of a group: what it costs, the answer itself, and what is refused."""

from __future__ import annotations

import math
import pickle
from itertools import pairwise

import jsonschema
import numpy as np
import pandas as pd
import pytest

import peermatch as pm
from peermatch.problem import GRID, Problem
from peermatch.report import pairing_schema
from peermatch.verify import is_valid


def people_of(seed: int, n: int, prefix: str = "p") -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    team = rng.choice(["red", "blue", "green"], n, p=[0.3, 0.4, 0.3])
    return pd.DataFrame(
        {
            "id": [f"{prefix}{k:03d}" for k in range(n)],
            "years": rng.integers(0, 20, n) + np.where(team == "red", 30 * rng.random(n), 0).round(),
            "site": rng.choice(["x", "y", "z"], n),
            "team": team,
        }
    )


def matcher_of(**options) -> pm.PeerMatcher:
    criteria = [pm.near("years", scale=2), pm.different("site")]
    return pm.PeerMatcher("id", criteria, options.pop("rules", []), **options)


def mean_of(pairing: pm.Pairing, people: pd.DataFrame, team: str) -> tuple[float, float]:
    """The means of a team and of all others, by the tables."""
    worth = dict.fromkeys(people["id"], 0.0)
    for a, b, score in pairing.pairs[[*pairing.pairs.columns[1:3], "score"]].itertuples(index=False):
        worth[a] = worth[b] = score
    inside = people["team"] == team
    values = people["id"].map(worth)
    return values[inside].mean(), values[~inside].mean()


@pytest.mark.parametrize("seed", range(3))
def test_the_cost_of_closing_a_gap(seed: int) -> None:
    people = people_of(seed, 70)
    pairing = matcher_of().match(people)
    table = pairing.close_gap("team", "red", points=5)
    assert list(table.columns) == [
        *("floor", "mean", "rest_mean", "total", "lost", "lost_share", "gap", "proved")
    ]
    first = table.iloc[0]
    own, _rest = mean_of(pairing, people, "red")
    assert math.isnan(first["floor"])
    assert first["total"] == pytest.approx(pairing.pairs["score"].sum())
    assert (first["lost"], first["gap"], first["proved"]) == (0, 0, True)
    # ties apart, the row without a floor is the pairing
    assert first["mean"] >= round(own, 3) - 0.02
    for above, below in pairwise(table.itertuples(index=False)):
        assert below.mean >= below.floor - 1e-9
        assert below.lost + below.gap >= above.lost - above.gap
        assert not below.floor <= above.floor
    last = table.iloc[-1]
    assert last["mean"] > first["mean"]
    assert (table["gap"] <= 0.02 * table["total"]).all()


@pytest.mark.parametrize("seed", range(3))
def test_the_answer_under_a_floor_is_a_pairing_like_any_other(seed: int) -> None:
    people = people_of(seed, 70)
    before = matcher_of(protected=["Team"]).match(people, round="2026-12")
    table = before.close_gap("team", "red", points=3, basis="plan 2026")
    floor = float(table["floor"].iloc[1])
    after = before.group_floor("team", "RED ", floor, basis="plan 2026")
    assert mean_of(after, people, "red")[0] >= floor - 1e-9
    assert len(after.pairs) == len(before.pairs)
    assert is_valid(after.matching, Problem(after.scores))
    assert after.pairs["score"].sum() == pytest.approx(table["total"].iloc[1])
    assert after.settings["group_floor"] | {"gap": 0} == {
        "by": "team",
        "group": "red",
        "at_least": floor,
        "gap": 0,
        "basis": "plan 2026",
    }
    certificate = after.certificate
    assert certificate.verified
    assert certificate.status == ("gap" if table["lost"].iloc[1] else "optimal")
    lost = before.pairs["score"].sum() - after.pairs["score"].sum()
    assert certificate.gap >= lost - 1e-9  # against the best without a floor
    assert f"at least {floor:g}" in certificate.sentence
    jsonschema.validate(after.to_dict(), pairing_schema())
    assert certificate.sentence in " ".join(after.summary().split())
    assert after.explain(people["id"].iloc[0]).text


def test_demanded_pairs_hold() -> None:
    people = people_of(5, 60)
    red = people[people["team"] == "red"]["id"].tolist()
    blue = people[people["team"] == "blue"]["id"].tolist()
    locks = [(red[0], red[1]), (red[2], blue[0])]
    pairing = matcher_of().match(people, locks=locks)
    table = pairing.close_gap("team", "red", points=3)
    assert table["total"].iloc[0] == pytest.approx(pairing.pairs["score"].sum())
    after = pairing.group_floor("team", "red", float(table["floor"].iloc[-1]))
    made = {frozenset(pair) for pair in after.pairs[["a", "b"]].itertuples(index=False)}
    assert {frozenset(pair) for pair in locks} <= made
    assert mean_of(after, people, "red")[0] >= table["floor"].iloc[-1] - 1e-9
    assert round(mean_of(after, people, "red")[1], 3) == pytest.approx(
        table["rest_mean"].iloc[-1], abs=0.0011
    )


def test_the_quality_floor_holds() -> None:
    people = people_of(5, 60)
    pairing = matcher_of(floor=0.6).match(people)
    table = pairing.close_gap("team", "red", points=3)
    after = pairing.group_floor("team", "red", float(table["floor"].iloc[-1]))
    assert after.pairs["score"].min() >= 0.6 - 1e-9
    assert len(after.pairs) == len(pairing.pairs)


def test_two_sides() -> None:
    mentees, mentors = people_of(1, 40, "m"), people_of(2, 36, "x")
    pairing = matcher_of(sides=("mentee", "mentor")).match(mentees, mentors)
    table = pairing.close_gap("team", "red", points=3)
    after = pairing.group_floor("team", "red", float(table["floor"].iloc[-1]))
    both = pd.concat([mentees, mentors])
    assert mean_of(after, both, "red")[0] >= table["floor"].iloc[-1] - 1e-9
    assert after.certificate.verified


def test_the_group_with_the_lowest_mean_is_meant_where_none_is_named() -> None:
    people = people_of(2, 80)
    pairing = matcher_of().match(people)
    means = {team: mean_of(pairing, people, team)[0] for team in ("red", "blue", "green")}
    lowest = min(means, key=means.get)
    assert pairing.close_gap("team", points=2).equals(pairing.close_gap("team", lowest, points=2))


def test_more_than_can_be_had_is_refused_with_what_can() -> None:
    pairing = matcher_of().match(people_of(3, 60))
    with pytest.raises(pm.InfeasibleError, match="at most with as many pairs") as caught:
        pairing.group_floor("team", "red", 1.0)
    most = caught.value.conflict[0]["most"]
    assert caught.value.conflict[0]["asked"] == 1.0
    least = math.floor(most * GRID) / GRID - 1e-6
    assert pairing.group_floor("team", "red", least).certificate.verified


def test_guarded_columns_and_small_groups_are_refused() -> None:
    people = people_of(4, 60).assign(few=["a"] * 8 + ["b"] * 52)
    ask = {"points": 2}
    with pytest.raises(pm.ConfigError, match=r"declared protected\. State"):
        matcher_of(protected=["TEAM"]).match(people).close_gap("team", **ask)
    with pytest.raises(pm.ConfigError, match="declared audit-only"):
        matcher_of(audit_only=["team"]).match(people).close_gap("team", basis="plan", **ask)
    pairing = matcher_of().match(people)
    for group in ("a", "b"):
        with pytest.raises(pm.ConfigError, match="tell of single people"):
            pairing.close_gap("few", group, **ask)
    assert len(pairing.close_gap("few", "a", hide_below=5, **ask)) >= 1
    for wrong in ("", 3):
        with pytest.raises(pm.ConfigError, match="basis parameter"):
            pairing.close_gap("team", basis=wrong, **ask)
    with pytest.raises(pm.ConfigError, match="points parameter"):
        pairing.close_gap("team", points=1)
    with pytest.raises(pm.ConfigError, match="at_least parameter"):
        pairing.group_floor("team", "red", 2)
    with pytest.raises(pm.InputError, match="Did you mean 'green'"):
        pairing.close_gap("team", "gren", **ask)
    with pytest.raises(pm.InputError, match="Did you mean 'team'"):
        pairing.close_gap("taem", **ask)


def test_results_that_no_floor_goes_with() -> None:
    people = people_of(6, 40)
    mentors = people_of(7, 30, "x")
    many = matcher_of(sides=("mentee", "mentor"), capacity={"mentor": 2}).match(people, mentors)
    stable = matcher_of(solver="roommates").match(people)
    first = matcher_of().match(people, first=[people["id"].iloc[0]])
    worst = matcher_of(objective="worst_first").match(people)
    for pairing, why in (
        (many, "one place"),
        (stable, "stability"),
        (first, "going first"),
        (worst, "everyone_first"),
    ):
        with pytest.raises(pm.ConfigError, match=why):
            pairing.close_gap("team", "red")


# ---- from a matcher -------------------------------------------------------------------------------------

FLOOR = {"by": "team", "group": "red", "at_least": 0.55}


def test_a_matcher_holds_a_floor_for_a_group(tmp_path) -> None:
    people = people_of(1, 70)
    plain = matcher_of().match(people, round="2026-12")
    floor = {**FLOOR, "at_least": float(plain.close_gap("team", "red", points=3)["floor"].iloc[1])}
    matcher = matcher_of(group_floor=floor)
    matcher.to_toml(tmp_path / "m.toml")
    for one in (matcher, pm.PeerMatcher.from_toml(tmp_path / "m.toml"), pickle.loads(pickle.dumps(matcher))):
        found = one.match(people, round="2026-12")
        assert one.to_dict()["group_floor"] == floor
        assert found.settings["group_floor"]["at_least"] == floor["at_least"]
        assert found.pairs.equals(plain.group_floor(**floor).pairs)
        assert mean_of(found, people, "red")[0] >= floor["at_least"] - 1e-9


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (3, "a mapping such as"),
        ({"by": "team", "group": "red"}, "lacks the key 'at_least'"),
        ({**FLOOR, "grup": 1}, "Did you mean 'group'"),
        ({**FLOOR, "at_least": 2}, "at_least parameter"),
        ({**FLOOR, "by": ""}, "by parameter"),
        ({**FLOOR, "by": "Age"}, "declared protected"),
        ({**FLOOR, "by": "Age", "basis": " "}, "basis parameter"),
        ({**FLOOR, "by": "born", "basis": "plan"}, "declared audit-only"),
    ],
)
def test_a_wrong_floor_is_refused_before_any_table(wrong, words) -> None:
    with pytest.raises(pm.ConfigError, match=words):
        matcher_of(group_floor=wrong, protected=["age"], audit_only=["born"])


def test_where_no_pairs_are_made_by_match_a_floor_is_refused() -> None:
    from peermatch.programme.circles import form_circles

    matcher, people = matcher_of(group_floor=FLOOR), people_of(2, 30)
    for ask in (
        lambda: matcher.shortlist(people, 2),
        lambda: form_circles(matcher, people, 5),
        lambda: pm.plan_rounds(matcher, people, 2),
        lambda: matcher.update(people, previous=matcher_of().match(people)),
    ):
        with pytest.raises(pm.ConfigError, match=r"group_floor|a floor for a group"):
            ask()


def test_an_update_keeps_pairs_that_a_floor_would_break() -> None:
    people = people_of(2, 50)
    updated = matcher_of().update(people, previous=matcher_of().match(people))
    for ask in (lambda: updated.close_gap("team"), lambda: updated.group_floor("team", "red", 0.5)):
        with pytest.raises(pm.ConfigError, match="keeps pairs of an earlier one"):
            ask()
