"""Other weights: which pairs survive, and what changes, against a fresh match and against trying every pairing."""

from __future__ import annotations

import json
import pickle

import numpy as np
import pandas as pd
import pytest

import peermatch as pm
from peermatch.problem import FORBIDDEN, GRID
from peermatch.scoring import reweighted


def people_of(seed: int, n: int, prefix: str = "p") -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "id": [f"{prefix}{i:02d}" for i in range(n)],
            "name": [f"Person {prefix}{i}" for i in range(n)],
            "years": rng.integers(0, 12, n),
            "site": rng.choice(["Oslo", "Rome", "Bonn"], n),
            "team": rng.choice(["a", "b", "c", "d"], n),
            "places": rng.integers(1, 3, n),
        }
    )


RULES = (pm.must_differ("team"),)


def matcher_of(weights=(3.0, 1.0, 2.0), rules=RULES, **options) -> pm.PeerMatcher:
    years, site, team = weights
    criteria = [
        pm.near("years", scale=4, weight=years, name="years"),
        pm.same("site", weight=site, name="site"),
        pm.above("years", by=(1, 3), weight=team, name="seniority"),
    ]
    return pm.PeerMatcher("id", criteria, list(rules), **options)


def moved(matcher: pm.PeerMatcher, name: str, factor: float) -> pm.PeerMatcher:
    data = matcher.to_dict()
    for part in data["criteria"]:
        if part["name"] == name:
            part["weight"] *= factor
    return pm.PeerMatcher.from_dict(data)


def every_pairing(rows: list[int], columns: dict[int, int], allowed, two_sided: bool):
    """Yield every set of allowed pairs; `columns` holds the places that are left."""
    if not rows:
        yield ()
        return
    first, rest = rows[0], rows[1:]
    yield from every_pairing(rest, columns, allowed, two_sided)
    for other in [k for k, left in columns.items() if left and allowed(first, k)]:
        if not two_sided and (other == first or other not in rest):
            continue
        left = {**columns, other: columns[other] - 1}
        remaining = rest if two_sided else [row for row in rest if row != other]
        for found in every_pairing(remaining, left, allowed, two_sided):
            yield ((first, other), *found)


def best_by_hand(matrix: np.ndarray, objective: str, present: set, *, two_sided: bool, places=None):
    """Return the best standing, and how many of the present pairs the best pairings can keep at most."""

    def standing(pairs):
        values = [int(matrix[pair]) for pair in pairs]
        if objective == "best_total":
            return (sum(values),)
        if objective == "worst_first":
            return (len(values), min(values, default=0), sum(values))
        if objective == "leximin":
            return (len(values), *sorted(values), sum(values))
        return (len(values), sum(values))

    columns = dict.fromkeys(range(matrix.shape[1]), 1) if places is None else dict(enumerate(places))
    found = list(
        every_pairing(
            list(range(matrix.shape[0])), columns, lambda u, v: matrix[u, v] != FORBIDDEN, two_sided
        )
    )
    best = max(map(standing, found))
    return best, max(len(present & set(pairs)) for pairs in found if standing(pairs) == best)


def check_moves(pairing: pm.Pairing, matcher: pm.PeerMatcher, *tables, places=None, floor=0, **occasion):
    """Hold every move against a fresh match of the moved matcher, and against every pairing there is."""
    found = pairing.sensitivity((0.2, 0.5))
    assert found.complete
    assert len(found.moves) == 4 * len(matcher.criteria)
    two_sided = matcher.sides is not None
    present = {tuple(pair) for pair in pairing.matching.pairs.tolist()}
    for row in found.moves.to_dict("records"):
        other = moved(matcher, row["criterion"], 1 + row["change"])
        fresh = other.match(*tables, **occasion)
        assert row["weight"] == next(c.weight for c in other.criteria if c.name == row["criterion"])
        assert row["status"] == "optimal"
        assert row["total_best"] * GRID == fresh.matching.weight
        matrix = fresh.scores.block(np.arange(fresh.scores.shape[0]))
        matrix = np.where(matrix < floor * GRID, FORBIDDEN, matrix)
        best, most = best_by_hand(matrix, matcher.objective, present, two_sided=two_sided, places=places)
        assert best[-1] == row["total_best"] * GRID
        u, v = pairing.matching.pairs.T
        assert row["total_now"] * GRID == int(fresh.scores.at(u, v).sum())
        assert row["still_optimal"] == (most == len(present) and len(present) == row["pairs_best"])
        assert row["pairs_kept"] + row["pairs_changed"] == len(present)
        if matcher.objective in ("everyone_first", "best_total"):
            assert row["pairs_kept"] == most
        column = found.pairs[f"{row['criterion']} {100 * row['change']:+g}%"]
        assert int(column.sum()) == row["pairs_kept"]
    return found


@pytest.mark.parametrize("objective", ["everyone_first", "best_total", "worst_first", "leximin"])
@pytest.mark.parametrize("seed", range(6))
def test_every_move_in_one_pool_is_the_best_of_all(seed, objective):
    matcher, people = matcher_of(objective=objective), people_of(seed, 7 + seed % 2)
    check_moves(matcher.match(people, round="2026-12"), matcher, people, round="2026-12")


@pytest.mark.parametrize("seed", range(4))
def test_every_move_on_two_sides_with_places_is_the_best_of_all(seed):
    matcher = matcher_of(sides=("mentee", "mentor"), capacity={"mentor": "places"}, mutual="mean")
    left, right = people_of(seed, 5, "a"), people_of(seed + 50, 3, "b")
    pairing = matcher.match(left, right)
    places = right["places"].tolist()
    check_moves(pairing, matcher, left, right, places=places)


def test_minima_of_places_hold_in_every_move():
    places = {"mentor": {"at_least": 1, "at_most": 3}}
    matcher = matcher_of(sides=("mentee", "mentor"), capacity=places, rules=[])
    left, right = people_of(3, 9, "a"), people_of(53, 4, "b")
    pairing = matcher.match(left, right)
    for row in pairing.sensitivity(0.5).moves.to_dict("records"):
        fresh = moved(matcher, row["criterion"], 1 + row["change"]).match(left, right)
        assert row["total_best"] * GRID == fresh.matching.weight
        assert row["pairs_best"] == len(fresh.pairs) == 9
        assert row["regret"] >= 0
    assert pairing.what_if({"years": 3.0}).still_optimal


@pytest.mark.parametrize("seed", range(4))
def test_ties_are_not_counted_as_changes(seed):
    # with whole years and few sites most pairings tie
    people = people_of(seed, 8)
    people["years"] = people["years"] // 6
    matcher = pm.PeerMatcher(
        "id", [pm.same("site", name="site", weight=1), pm.same("years", name="years", weight=2)]
    )
    check_moves(matcher.match(people), matcher, people)


def test_pairs_survive_where_everything_ties():
    people = people_of(1, 20)
    people["site"] = "Oslo"
    matcher = pm.PeerMatcher("id", [pm.same("site", name="site"), pm.same("team", name="team")], [])
    people["team"] = "a"
    found = matcher.match(people).sensitivity()
    assert found.moves["still_optimal"].tolist() == [True] * 12
    assert (found.pairs["survived"] == 1).all()
    assert found.text.splitlines()[:2] == [
        "The present pairs keep the best total under every one of these moves.",
        "10 of 10 pairs (100%) survive all 12 moves of a weight.",
    ]


def test_what_is_lost_comes_before_what_changes():
    rows = [("ada", 1, "x"), ("bo", 2, "y"), ("cy", 8, "x"), ("di", 9, "y")]
    people = [{"id": id, "years": years, "site": site} for id, years, site in rows]
    matcher = pm.PeerMatcher("id", [pm.near("years", name="years"), pm.same("site", weight=1.2, name="site")])
    pairing = matcher.match(people)
    found = pairing.sensitivity(by=0.5)
    most = 100 * found.moves["regret_share"].max()
    text = " ".join(found.text.split())
    assert most > 0
    assert text.startswith(
        f"The present pairs are at most {most:.2g}% short of the best total under every one"
    )
    assert text.index("short of") < text.index("survive") < text.index("price=0.01")
    assert "price=0.01" not in pairing.sensitivity(by=0.5, price=0.001).text


def test_demanded_pairs_and_the_floor_hold_in_every_move():
    people = people_of(3, 8)
    matcher = matcher_of(floor=0.15, rules=[])
    lock = [("p00", "p05")]
    pairing = matcher.match(people, locks=lock)
    found = pairing.sensitivity()
    demanded = found.pairs[(found.pairs["a"] == "p00") & (found.pairs["b"] == "p05")]
    possible = [
        f"{row.criterion} {100 * row.change:+g}%"
        for row in found.moves.itertuples()
        if row.status == "optimal"
    ]
    assert demanded[possible].all(axis=None)
    for row in found.moves.to_dict("records"):
        other = moved(matcher, row["criterion"], 1 + row["change"])
        if row["status"] == "infeasible":
            with pytest.raises(pm.InfeasibleError, match="below the floor"):
                other.match(people, locks=lock)
            continue
        assert row["total_best"] * GRID == other.match(people, locks=lock).matching.weight


def test_a_demand_below_the_floor_is_said_not_raised():
    people = [
        {"id": k, "years": years, "site": site}
        for k, years, site in [(1, 0, "x"), (2, 9, "x"), (3, 0, "y"), (4, 9, "y")]
    ]
    criteria = [pm.near("years", name="years"), pm.same("site", name="site")]
    matcher = pm.PeerMatcher("id", criteria, floor=0.5)
    pairing = matcher.match(people, locks=[(1, 2)])
    moves = pairing.sensitivity(0.5).moves
    assert moves["status"].tolist() == ["optimal", "infeasible", "infeasible", "optimal"]
    assert moves.loc[1, ["still_optimal", "pairs_kept", "pairs_best"]].tolist() == [False, 0, 0]
    assert np.isnan(moves.loc[1, "total_best"])
    assert "Demands and the floor cannot both be met" in pairing.sensitivity(0.5).text
    with pytest.raises(pm.InfeasibleError, match="below the floor"):
        pairing.what_if({"years": 2})


def test_those_who_go_first_still_do():
    people = people_of(4, 9)
    matcher = matcher_of(rules=[])
    pairing = matcher.match(people, first={"p03": 2, "p04": 1})
    for row in pairing.sensitivity(0.5).moves.to_dict("records"):
        other = moved(matcher, row["criterion"], 1 + row["change"]).match(people, first={"p03": 2, "p04": 1})
        assert row["total_best"] * GRID == other.matching.weight
    with pytest.raises(pm.ConfigError, match="price= needs"):
        pairing.sensitivity(0.5, price=0.1)


def test_rounds_of_a_plan_can_be_asked_too():
    people = people_of(5, 9)
    plan = pm.plan_rounds(matcher_of(rules=[pm.no_repeat()]), people, 3)
    for pairing in plan.pairings:
        moves = pairing.sensitivity(0.5).moves
        assert moves["status"].eq("optimal").all()
        assert (moves["regret"] >= 0).all()
        again = pairing.what_if({"years": 3.0})
        assert again.still_optimal


# ---- a price, and stopping --------------------------------------------------------------------------------


def test_a_price_keeps_pairs_that_little_is_gained_by():
    people = people_of(8, 30)
    pairing = matcher_of().match(people)
    free, dear = pairing.sensitivity(0.5).moves, pairing.sensitivity(0.5, price=0.1).moves
    assert free["total_best"].tolist() == dear["total_best"].tolist()
    assert (dear["pairs_changed"] <= free["pairs_changed"]).all()
    assert dear["pairs_changed"].sum() < free["pairs_changed"].sum()
    # whatever is broken gains more than the price, summed over all that is broken
    assert (dear["regret"] >= 0.1 * dear["pairs_changed"] - 1e-6).all()
    assert pairing.sensitivity(0.5, price=1).pairs["survived"].eq(1).all()


def test_stopped_early_it_has_what_was_made_until_then():
    pairing = matcher_of().match(people_of(2, 10))
    asked = []
    found = pairing.sensitivity(progress=lambda stage, done, total: asked.append((stage, done, total)))
    assert asked[0] == ("moving weights", 0, 18)
    assert asked[-1] == ("moving weights", 18, 18)
    assert len(found.moves) == 18
    calls = iter(range(10_000))
    part = pairing.sensitivity(cancel=lambda: next(calls) > 12)
    assert not part.complete
    assert len(part.moves) < 18
    pd.testing.assert_frame_equal(part.moves, found.moves.head(len(part.moves)))
    nothing = pairing.sensitivity(time_limit=0)
    assert not nothing.complete
    assert len(nothing.moves) == 0
    assert nothing.pairs["survived"].isna().all()
    assert nothing.text == "It was stopped before a move was made."


@pytest.mark.parametrize("by", [0, 1, -0.1, (), "0.1", [0.1, "x"], True, [0.1] * 11, None, float("nan")])
def test_shares_that_are_none_are_refused(by):
    pairing = matcher_of().match(people_of(2, 6))
    with pytest.raises(
        pm.ConfigError, match=r"The by parameter of sensitivity\(\) must be one to 10 numbers"
    ):
        pairing.sensitivity(by)


@pytest.mark.parametrize("price", [-1, 2, "x", None])
def test_prices_that_are_none_are_refused(price):
    with pytest.raises(
        pm.ConfigError, match=r"The price parameter of sensitivity\(\) must be a number of at least 0"
    ):
        matcher_of().match(people_of(2, 6)).sensitivity(price=price)


def test_stable_pairs_are_refused_in_words():
    pairing = matcher_of(solver="roommates").match(people_of(2, 6))
    for ask in (pairing.sensitivity, lambda: pairing.what_if({"years": 1})):
        with pytest.raises(pm.ConfigError, match="these are stable pairs"):
            ask()


def test_pairs_that_more_than_weights_made_are_refused_in_words():
    people = people_of(2, 12)
    first = matcher_of().match(people, round="one")
    priced = matcher_of().update(people, previous=first, price=0.05, round="two")
    places = {"mentor": {"at_least": 2, "at_most": 3, "or_none": True}}
    some = matcher_of(sides=("mentee", "mentor"), capacity=places, rules=[])
    for pairing in (priced, some.match(people, people_of(5, 5, "b"))):
        for ask in (pairing.sensitivity, lambda pairing=pairing: pairing.what_if({"years": 1})):
            with pytest.raises(pm.ConfigError, match="more than weights made these pairs"):
                ask()


def test_nothing_to_pair_and_one_criterion():
    people = people_of(1, 2)
    people["team"] = "a"
    found = matcher_of().match(people).sensitivity()
    assert found.text == "Nothing was moved: there are no pairs."
    alone = pm.PeerMatcher("id", [pm.same("site")]).match(people_of(1, 6)).sensitivity()
    assert alone.moves["still_optimal"].all()


def test_tables_come_in_kind_and_pickles_can_be_asked():
    polars = pytest.importorskip("polars")
    people = people_of(6, 8)
    pairing = matcher_of(label="name").match(polars.from_pandas(people))
    found = pairing.sensitivity(0.2)
    assert isinstance(found.pairs, polars.DataFrame)
    assert found.pairs.columns[:6] == ["pair_id", "a", "label_a", "b", "label_b", "score"]
    again = pickle.loads(pickle.dumps(pairing)).sensitivity(0.2)
    assert again.text == found.text
    assert again.moves.equals(found.moves)
    assert isinstance(pairing.what_if({"site": 9}).people, polars.DataFrame)


def test_the_order_of_rows_changes_nothing():
    people = people_of(7, 12)
    one = matcher_of().match(people, round="x").sensitivity()
    two = matcher_of().match(people.iloc[::-1], round="x").sensitivity()
    pd.testing.assert_frame_equal(one.moves, two.moves)
    pd.testing.assert_frame_equal(one.pairs, two.pairs)
    assert str(one) == one.text
    assert "<table" in one._repr_html_()
    assert repr(one).startswith("Sensitivity(")
    assert "\n" not in repr(one)


# ---- what if ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_what_if_is_what_a_fresh_match_would_be(seed):
    people = people_of(seed, 10)
    matcher = matcher_of(label="name")
    pairing = matcher.match(people, round="r")
    found = pairing.what_if({"site": 6, "years": 0.5}, mutual="min", objective="best_total", floor=0.1)
    fresh = matcher_of((0.5, 6, 2), label="name", mutual="min", objective="best_total", floor=0.1).match(
        people, round="r"
    )
    assert found.proved
    assert found.settings == {
        "weights": {"site": 6.0, "years": 0.5}, "mutual": "min", "objective": "best_total", "floor": 0.1,
    }  # fmt: skip
    then = found.totals.set_index("pairing").loc["then"]
    assert then["total_then"] * GRID == fresh.matching.weight
    assert then["pairs"] == len(fresh.pairs)
    made = found.pairs[found.pairs["change"] != "broken"]
    assert made["score_then"].sum() * GRID == fresh.matching.weight
    assert set(found.pairs["pair_id"][found.pairs["change"] != "made"]) == set(pairing.pairs["pair_id"])
    now = found.pairs[found.pairs["change"] != "made"]
    assert now["score_now"].tolist() == pairing.pairs["score"].tolist()
    check_people(found, pairing)


def check_people(found: pm.WhatIf, pairing: pm.Pairing) -> None:
    """Whose partner changes, told from the table of pairs alone."""
    before, after, score_now, score_then = {}, {}, {}, {}
    for row in found.pairs.to_dict("records"):
        for me, other in ((row["a"], row["b"]), (row["b"], row["a"])):
            score_now[me, other], score_then[me, other] = row["score_now"], row["score_then"]
            if row["change"] != "made":
                before[me] = other
            if row["change"] != "broken":
                after[me] = other
    changed = sorted(id for id in {*before, *after} if before.get(id) != after.get(id))
    assert found.people["id"].tolist() == changed
    for row in found.people.to_dict("records"):
        old, new = before.get(row["id"]), after.get(row["id"])
        assert (row["before"], row["after"]) == (old, new)
        for cell, table, other in (
            (row["score_before"], score_now, old), (row["score_before_then"], score_then, old),
            (row["score_after"], score_then, new), (row["score_after_now"], score_now, new),
        ):  # fmt: skip
            assert np.isnan(cell) if other is None else cell == table[row["id"], other]


def test_a_criterion_can_be_left_out():
    people = people_of(2, 10)
    pairing = matcher_of().match(people)
    found = pairing.what_if({"site": 0})
    data = matcher_of().to_dict()
    data["criteria"] = [part for part in data["criteria"] if part["name"] != "site"]
    fresh = pm.PeerMatcher.from_dict(data).match(people)
    assert found.totals["total_then"].iloc[1] * GRID == fresh.matching.weight
    with pytest.raises(pm.ConfigError, match="leaves no criterion"):
        pairing.what_if({"site": 0, "years": 0, "seniority": 0})


def test_reweighted_scores_are_those_of_a_fresh_matcher_to_the_last_bit():
    people = people_of(9, 12)
    people["asked"] = ["yes", "no", None] * 4
    criteria = [pm.near("years", scale=4, weight=3, name="years", when="asked"), pm.same("site", name="site")]
    pairing = pm.PeerMatcher("id", criteria, unknown="mean").match(people)
    for weight in (0.1, 1 / 3, 7.3):
        other = pm.PeerMatcher(
            "id", [criteria[0], pm.same("site", name="site", weight=weight)], unknown="mean"
        )
        rows = np.arange(12)
        mine = reweighted(pairing.scores, {"site": weight}).block(rows)
        assert np.array_equal(mine, other.match(people).scores.block(rows))


def test_people_with_several_places_have_a_row_for_each_partner():
    left, right = people_of(3, 12, "a"), people_of(4, 6, "b")
    right["places"] = 2
    matcher = matcher_of(sides=("mentee", "mentor"), capacity={"mentor": "places"}, rules=[])
    found = matcher.match(left, right).what_if({"site": 40})
    assert list(found.people.columns[:4]) == ["id", "side", "before", "after"]
    broken, made = ((found.pairs["change"] == word).sum() for word in ("broken", "made"))
    assert broken == made > 0
    for side in ("mentee", "mentor"):
        rows = found.people[found.people["side"] == side]
        assert rows["before"].notna().sum() == broken
        assert rows["after"].notna().sum() == made


def test_what_is_just_as_good_changes_nothing():
    people = people_of(1, 12)
    pairing = matcher_of().match(people)
    found = pairing.what_if({"years": 3.0})
    assert found.still_optimal
    assert len(found.people) == 0
    assert list(found.people.columns) == [
        "id", "before", "after", "score_before", "score_after", "score_before_then", "score_after_now",
    ]  # fmt: skip
    assert found.text.startswith("Nothing changes")
    assert str(found) == found.text


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"weights": {"yers": 1}}, "There is no criterion 'yers'. Did you mean 'years'?"),
        ({"weights": {"years": -1}}, "must be a number of at least 0"),
        ({"weights": {"years": "2"}}, "must be a number of at least 0"),
        ({"weights": {"years": float("nan")}}, "must be a number of at least 0"),
        ({"weights": [1]}, r"must be a mapping such as \{'goals': 5\}"),
        ({}, "was given nothing to change"),
        ({"mutual": "geometrical"}, "Did you mean 'geometric'?"),
        ({"objective": 3}, "The objective parameter of what_if"),
        ({"floor": 2}, "The floor parameter of what_if"),
    ],
)
def test_settings_that_are_none_are_refused(options, message):
    with pytest.raises(pm.ConfigError, match=message.replace("?", r"\?")):
        matcher_of().match(people_of(2, 6)).what_if(**options)


def test_stopped_early_it_says_that_nothing_is_proved():
    pairing = matcher_of().match(people_of(2, 12))
    found = pairing.what_if({"site": 30}, time_limit=0)
    assert not found.proved
    assert found.still_optimal in (None, False)
    assert "not proved" in found.text
    json.dumps(found.settings)
