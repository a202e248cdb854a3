"""Updates: who joined, who left, what was kept, and everything that a previous result could be."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace

import jsonschema
import numpy as np
import pandas as pd
import pytest

import peermatch as pm
from peermatch.errors import ConfigError, InfeasibleError, InputError
from peermatch.problem import FORBIDDEN, GRID, Problem
from peermatch.report import pairing_schema
from peermatch.verify import check_valid, prove

SITES = ("Oslo", "Rome", "Cork")


def people(ids, seed=0):
    """Synthetic people, each the same whoever else is there."""
    rows = []
    for id in ids:
        rng = np.random.default_rng([seed, int(id)])
        rows.append({"id": id, "years": int(rng.integers(0, 30)), "site": str(rng.choice(SITES))})
    return rows


def matcher(**options):
    return pm.PeerMatcher("id", [pm.near("years", scale=8), pm.same("site", weight=0.4)], **options)


def pair_set(pairing):
    names = pairing.sides.names
    return {tuple(row) for row in pairing.pairs[list(names)].to_numpy().tolist()}


def all_matchings(ids):
    ids = list(ids)
    if len(ids) < 2:
        yield []
        return
    first, rest = ids[0], ids[1:]
    yield from all_matchings(rest)
    for other in rest:
        for more in all_matchings([one for one in rest if one != other]):
            yield [(first, other), *more]


def test_every_pair_of_people_who_are_still_here_is_kept():
    before = matcher().match(people(range(1, 21)), round="2026-12")
    now = matcher().update(people(range(4, 25)), before, fitted=before)
    stayed = {pair for pair in pair_set(before) if min(pair) >= 4}
    assert stayed <= pair_set(now)
    assert now.round == "2026-12"
    kept = now.pairs[[tuple(row) in stayed for row in now.pairs[["a", "b"]].to_numpy().tolist()]]
    earlier = before.pairs.set_index("pair_id")
    assert (earlier.loc[kept["pair_id"], "score"].to_numpy() == kept["score"].to_numpy()).all()
    assert now.certificate.verified
    assert now.certificate.status == "optimal"
    assert "earlier pairs kept" in now.certificate.sentence
    assert now.update.kept == now.update.possible == len(stayed)


def test_changes_name_everybody_once_with_the_reason():
    before = matcher().match(people(range(1, 21)))
    now = matcher().update(people(range(4, 25)), before)
    changes = now.changes.set_index("id")
    assert changes.index.is_unique
    assert set(changes.index[changes["why"] == "left"]) == {1, 2, 3}
    assert set(changes.index[changes["why"] == "joined"]) == set(range(21, 25))
    abandoned = {b for a, b in pair_set(before) if a < 4 <= b}
    assert set(changes.index[changes["why"] == "partner left"]) == abandoned
    had = {id: {b} for a, b in pair_set(before) for id, b in ((a, b), (b, a))}
    has = {id: {b} for a, b in pair_set(now) for id, b in ((a, b), (b, a))}
    for id in range(1, 25):
        same = had.get(id) == has.get(id) and 4 <= id <= 20
        assert (id in changes.index) != same
        if id in changes.index:
            assert set(changes.loc[id, "before"]) == had.get(id, set())
            assert set(changes.loc[id, "after"]) == has.get(id, set())


@pytest.mark.parametrize("objective", ["everyone_first", "best_total"])
@pytest.mark.parametrize("seed", range(6))
def test_a_price_and_a_limit_give_what_trying_everything_gives(objective, seed):
    m = matcher(objective=objective)
    before = m.match(people(range(1, 9), seed), round="a")
    here = people(range(2, 10), seed)
    earlier = {pair for pair in pair_set(before) if min(pair) >= 2}
    scores = m.match(here).scores
    whole = {
        (a, b): int(scores.at(np.array([a - 2]), np.array([b - 2]))[0])
        for a, b in itertools.combinations(range(2, 10), 2)
    }
    every = [
        (
            len(made) if objective == "everyone_first" else 0,
            sum(whole[p] for p in made),
            len(earlier - set(made)),
        )
        for made in all_matchings(range(2, 10))
    ]
    for price in (0, 0.05, 0.2, 0.7):
        now = m.update(here, before, price=price)
        units = round(price * GRID)
        got = (
            len(now.pairs) if objective == "everyone_first" else 0,
            now.matching.weight - units * now.update.broken,
        )
        assert got == max((number, total - units * broken) for number, total, broken in every)
        assert now.certificate.verified
    for most in range(len(earlier) + 1):
        now = m.update(here, before, at_most=most)
        assert now.update.broken <= most
        got = (len(now.pairs) if objective == "everyone_first" else 0, now.matching.weight)
        assert got == max((number, total) for number, total, broken in every if broken <= most)
        assert now.certificate.status == "optimal"
    best = max(every)
    assert (now.update.best_total, now.update.best_pairs) == (best[1] / GRID, now.update.best_pairs)


def test_scores_shown_are_the_real_ones_and_the_rest_of_a_pairing_stays_true():
    m = matcher()
    before = m.match(people(range(1, 31)))
    now = m.update(people(range(3, 33)), before, price=0.1)
    contributions = now.pairs[[name for name in now.pairs if name.startswith("contribution_")]]
    assert (contributions.sum(axis=1) == now.pairs["score"]).all()
    assert now.matching.weight == round(now.pairs["score"].sum() * GRID)
    assert not check_valid(now.matching, Problem(now.scores))
    document = now.to_dict()
    jsonschema.validate(document, pairing_schema())
    assert document["update"]["mode"] == "price"
    assert "What changed" in now.summary()
    assert now.explain(5).table is not None
    assert len(now.frontier(3)) >= 1


def test_the_evidence_is_that_of_scores_with_the_price_and_a_planted_fault_is_found():
    m = matcher()
    before = m.match(people(range(1, 21)))
    now = m.update(people(range(2, 22)), before, price=0.2)
    update = now.update
    assert prove(update.penalised, update.proved).verified
    u, v = update.held[:, 0], update.held[:, 1]
    assert (update.penalised.scores.at(u, v) - update.problem.scores.at(u, v) == round(0.2 * GRID)).all()
    wrong = replace(update.proved, weight=now.matching.weight)
    assert not prove(update.problem, wrong).verified  # the same duals are no proof for the plain scores


def test_a_pair_that_a_rule_forbids_now_is_broken_and_said_to_be():
    before = matcher().match(people(range(1, 13)))
    a, b = sorted(pair_set(before))[0]
    strict = matcher(rules=[pm.forbid([(a, b)])])
    now = strict.update(people(range(1, 13)), before)
    assert (a, b) not in pair_set(now)
    assert now.update.present == 6
    assert now.update.possible == 5
    assert now.update.broken == 0
    why = now.changes.set_index("id").loc[[a, b], "why"]
    assert all("a rule forbids the pair: forbid" in text for text in why)
    private = matcher(rules=[pm.veto(table=[(a, b)])])
    why = private.update(people(range(1, 13)), before).changes.set_index("id").loc[[a, b], "why"]
    assert all(text == "a rule forbids the pair: a private rule" for text in why)


def test_a_floor_and_a_lock_break_pairs_too():
    before = matcher().match(people(range(1, 13)))
    weakest = before.pairs.sort_values("score").iloc[0]
    floor = float(weakest["score"]) + 0.01
    now = matcher(floor=floor).update(people(range(1, 13)), before)
    assert any("floor" in why for why in now.changes["why"])
    (a, b), (c, _) = sorted(pair_set(before))[:2]
    locked = matcher().update(people(range(1, 13)), before, locks=[(a, c)])
    assert (a, c) in pair_set(locked) or (c, a) in pair_set(locked)
    assert "demanded" in locked.changes.set_index("id").loc[b, "why"]
    assert locked.update.possible == len(before.pairs) - 2
    again = matcher().update(people(range(1, 13)), before, locks=[(a, b)], at_most=0)
    assert pair_set(again) == pair_set(before)


def test_people_set_aside_do_not_take_part():
    before = matcher().match(people(range(1, 13)))
    a, b = sorted(pair_set(before))[0]
    now = matcher().update(people(range(1, 13)), before, set_aside=[a])
    row = now.people.set_index("id").loc[a]
    assert row["status"] == "not taking part"
    assert "set aside" in row["reason"]
    assert now.changes.set_index("id").loc[b, "why"] == "partner set aside"


def two_sided(**options):
    return pm.PeerMatcher(
        "id",
        [pm.near("years", scale=8)],
        sides=("mentee", "mentor"),
        capacity={"mentor": "places"},
        **options,
    )


def mentors(places):
    rows = people(range(101, 101 + len(places)))
    return [{**row, "places": number} for row, number in zip(rows, places, strict=True)]


@pytest.mark.parametrize("mode", [{}, {"price": 0.05}, {"price": 2}, {"at_most": 2}])
def test_two_sides_with_places(mode):
    m = two_sided()
    before = m.match(people(range(1, 9)), mentors([3, 2, 2, 2]), round="x")
    now = m.update(people(range(3, 11)), before, others=mentors([3, 2, 2, 2, 1]), **mode)
    assert now.certificate.verified or now.update.at_most is not None
    assert now.certificate.status == "optimal"
    assert len(now.pairs) == 8
    left = {pair for pair in pair_set(before) if pair[0] >= 3}
    assert now.update.possible == len(left)
    assert now.update.kept == len(left & pair_set(now))
    if not mode or mode.get("price") == 2:
        assert left <= pair_set(now)
    changes = now.changes
    assert set(changes["side"]) <= {"mentee", "mentor"}
    assert set(changes.loc[changes["why"] == "left", "id"]) == {1, 2}


def test_minima_and_places_on_both_sides_go_with_keeping_everything():
    m = pm.PeerMatcher(
        "id",
        [pm.near("years", scale=8)],
        sides=("mentee", "mentor"),
        capacity={"mentor": {"at_most": "places", "at_least": 1}},
    )
    before = m.match(people(range(1, 9)), mentors([3, 2, 2, 2]))
    with pytest.raises(InfeasibleError, match="105"):  # a new mentor who needs somebody, and everybody stays
        m.update(people(range(2, 9)), before, others=mentors([3, 2, 2, 2, 2]))
    now = m.update(people(range(2, 11)), before, others=mentors([3, 2, 2, 2, 2]))
    assert {pair for pair in pair_set(before) if pair[0] >= 2} == pair_set(now) & pair_set(before)
    assert now.update.best_total is not None
    with pytest.raises(ConfigError, match="minima"):
        m.update(people(range(2, 9)), before, others=mentors([3, 2, 2, 2]), price=0.1)
    with pytest.raises(ConfigError, match="minima"):
        now.price_of_stability()
    both = pm.PeerMatcher(
        "id", [pm.near("years", scale=8)], sides=("mentee", "mentor"), capacity={"mentor": 2, "mentee": 2}
    )
    before = both.match(people(range(1, 5)), mentors([1, 1, 1, 1]))
    now = both.update(people(range(1, 7)), before, others=mentors([1, 1, 1, 1]))
    assert pair_set(before) <= pair_set(now)
    with pytest.raises(ConfigError, match="both sides"):
        both.update(people(range(1, 7)), before, others=mentors([1, 1, 1, 1]), at_most=1)


def test_fewer_places_than_earlier_pairs_are_refused_in_words():
    m = two_sided()
    before = m.match(people(range(1, 5)), mentors([4]))
    with pytest.raises(InfeasibleError, match="101 has 4 earlier pairs and now 2 places") as caught:
        m.update(people(range(1, 5)), before, others=mentors([2, 2]))
    assert len(caught.value.conflict) == 4
    now = m.update(people(range(1, 5)), before, others=mentors([2, 2]), at_most=2)
    assert now.update.kept == 2


def test_previous_may_come_in_every_form(tmp_path):
    m = matcher()
    before = m.match(people(range(1, 13)), round="2026-12", as_of="2026-12-01")
    files = before.to_csv(tmp_path)
    history = pm.extend_history(None, m.match(people(range(1, 13)), round="2026-11"))
    history = pm.extend_history(history, before)
    here = people(range(2, 15))
    expected = pair_set(m.update(here, before))
    forms = [
        before.to_dict(),
        tmp_path / "result.json",
        tmp_path,
        json.loads((tmp_path / "result.json").read_text(encoding="utf-8")),
        before.pairs,
        before.pairs[["a", "b"]].to_numpy().tolist(),
        before.pairs.to_dict("records"),
        history,
    ]
    assert files
    for form in forms:
        now = m.update(here, form, round="2026-12")
        assert pair_set(now) == expected
    assert {"joined, or had no partner before"} <= set(m.update(here, before.pairs).changes["why"])


def test_the_history_of_this_round_forbids_nothing():
    m = matcher(rules=[pm.no_repeat()])
    before = m.match(people(range(1, 13)), history=pd.DataFrame({"a": [], "b": []}), round="2026-12")
    history = pm.extend_history(None, before)
    now = m.update(people(range(1, 13)), before, history=history)
    assert pair_set(now) == pair_set(before)
    with pytest.raises(ConfigError, match="Name the round"):
        m.update(people(range(1, 13)), before, history=history.drop(columns="round"))


@pytest.mark.parametrize(
    ("previous", "words"),
    [
        ([("1", "2")], "written 1 it would be someone's"),
        ([(1, 2), (2, 3)], "lists 2 twice"),
        ([(1, 2), (2, 1)], "twice, in its rows 1 and 2"),
        ([(3, 3)], "with themselves"),
        ([(501, 502)], "None of the 2 ids"),
        ([(1, None)], "names only one person"),
        (7, "Previous must be a Pairing"),
        ("nowhere.json", "cannot be read"),
        ("nowhere.csv", "nowhere.csv"),
        (pd.DataFrame({"who": [1], "whom": [2]}), "has no column 'a'"),
        ({"schema": "peermatch/programme/1"}, "this version reads"),
        ({"schema": "peermatch/pairing/1"}, "two_sided must be true or false"),
        ({"schema": "peermatch/pairing/1", "two_sided": False, "sides": 3}, "name the two sides"),
        (
            {"schema": "peermatch/pairing/1", "two_sided": False, "sides": ["a", "b"], "round": 3},
            "a round that is",
        ),
        ({"schema": "peermatch/pairing/1", "two_sided": False, "sides": ["a", "b"]}, "'pairs'"),
        (
            {
                "schema": "peermatch/pairing/1",
                "two_sided": False,
                "sides": ["a", "b"],
                "pairs": [{"a": 1}],
                "people": [],
            },
            "an id with its type",
        ),
        (
            {
                "schema": "peermatch/pairing/1",
                "two_sided": False,
                "sides": ["a", "b"],
                "pairs": [
                    {"a": {"type": "int", "value": "1"}, "b": {"type": "int", "value": "2"}, "score": 0.5}
                ],
                "people": [],
            },
            "but not among its people",
        ),
        (
            {
                "schema": "peermatch/pairing/1",
                "two_sided": False,
                "sides": ["a", "b"],
                "pairs": [
                    {
                        "a": {"type": "int", "value": "1"},
                        "b": {"type": "int", "value": "2"},
                        "score": float("nan"),
                    }
                ],
                "people": [],
            },
            "has the score nan",
        ),
        (
            {
                "schema": "peermatch/pairing/1",
                "two_sided": True,
                "sides": ["x", "y"],
                "pairs": [],
                "people": [],
            },
            "pool",
        ),
    ],
)
def test_hostile_earlier_results_are_refused_in_words(previous, words):
    with pytest.raises(InputError, match=words):
        matcher().update(people(range(1, 7)), previous)


@pytest.mark.parametrize(
    "text", ["", "[1, 2", "[" * 100_000, '{"schema": ' + "7" * 5000 + "}", '{"a": NaN}', "[]"]
)
def test_hostile_files_are_refused_in_words(tmp_path, text):
    path = tmp_path / "result.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError):
        matcher().update(people(range(1, 7)), path)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"keep": "some"}, "keep parameter"),
        ({"keep": "all", "price": 1}, "one of keep"),
        ({"price": -1}, "price parameter"),
        ({"price": True}, "price parameter"),
        ({"price": float("nan")}, "price parameter"),
        ({"price": 1e9}, "price parameter"),
        ({"at_most": 1.5}, "at_most parameter"),
        ({"at_most": -1}, "at_most parameter"),
        ({"time_limit": "soon"}, "time_limit"),
    ],
)
def test_wrong_arguments_are_refused(options, words):
    with pytest.raises(ConfigError, match=words):
        matcher().update(people(range(1, 7)), [(1, 2)], **options)


def test_solvers_that_cannot_are_refused_and_others_keep_everything():
    for solver in ("greedy", "exhaustive"):
        with pytest.raises(ConfigError, match="keep='all' works"):
            matcher(solver=solver).update(people(range(1, 7)), [(1, 2)], price=0.1)
        assert (1, 2) in pair_set(matcher(solver=solver).update(people(range(1, 7)), [(1, 2)]))
    with pytest.raises(ConfigError, match="stable"):
        matcher(solver="roommates").update(people(range(1, 7)), [(1, 2)])
    worst = matcher(objective="worst_first")
    assert (1, 2) in pair_set(worst.update(people(range(1, 7)), [(1, 2)]))
    with pytest.raises(ConfigError, match="worst_first"):
        worst.update(people(range(1, 7)), [(1, 2)], at_most=1)
    assert (
        two_sided(solver="hungarian")
        .update(people(range(1, 4)), [(1, 101)], others=mentors([2, 2]), price=0.3)
        .certificate.verified
    )


def test_the_price_of_stability_is_a_table_that_ends_where_everything_is_kept():
    m = matcher()
    before = m.match(people(range(1, 31)))
    now = m.update(people(range(3, 35)), before)
    table = now.price_of_stability()
    assert table["broken"].is_monotonic_decreasing
    assert table["lost"].is_monotonic_increasing
    assert table["broken"].iloc[-1] == 0
    assert table["total"].iloc[-1] == now.update.total
    assert table["total"].iloc[0] == now.update.best_total
    for row in table[table["price"] > 0].to_dict("records"):
        at = m.update(people(range(3, 35)), before, price=row["price"] + 2.0**-29)
        assert at.update.broken <= row["broken"]
    with pytest.raises(ConfigError, match="no earlier result"):
        before.price_of_stability()
    with pytest.raises(ConfigError, match="points"):
        now.price_of_stability(1)


def test_stopped_at_once_it_says_so():
    m = matcher()
    before = m.match(people(range(1, 31)))
    for mode in ({}, {"price": 0.1}, {"at_most": 2}):
        now = m.update(people(range(3, 35)), before, cancel=lambda: True, **mode)
        assert not check_valid(now.matching, Problem(now.scores))
        assert "not known" in now.update.text
        assert now.certificate.status in ("gap", "undecided")


def test_the_same_bytes_whatever_the_order_of_rows():
    m = matcher()
    before = m.match(people(range(1, 31)))
    here = people(range(3, 35))
    for mode in ({}, {"price": 0.1}, {"at_most": 2}):
        one = m.update(here, before, **mode).to_json()
        assert one == m.update(here[::-1], before.to_dict(), **mode).to_json()


def test_forbidden_is_never_made():
    m = matcher(rules=[pm.must_differ("site")])
    before = matcher().match(people(range(1, 31)))
    for mode in ({}, {"price": 5}, {"at_most": 0}):
        now = m.update(people(range(1, 31)), before, **mode)
        pairs = now.matching.pairs
        assert (now.scores.at(pairs[:, 0], pairs[:, 1]) != FORBIDDEN).all()


def test_what_does_not_go_with_an_update_is_refused_in_words():
    def of(**capacity):
        return pm.PeerMatcher(
            "id", [pm.near("years", scale=8)], sides=("mentee", "mentor"), capacity={"mentor": capacity}
        )

    m = of(at_most="places", at_least=2, or_none=True)
    before = m.match(people(range(1, 9)), mentors([3, 3, 3, 3]))
    now = m.update(people(range(1, 9)), before, others=mentors([3, 3, 3, 3]))
    assert pair_set(now) == pair_set(before)
    assert now.update.best_total is None
    assert "not known" in now.update.text
    with pytest.raises(ConfigError, match="minima"):
        m.update(people(range(1, 9)), before, others=mentors([3, 3, 3, 3]), price=0.1)


@pytest.mark.parametrize("library", ["polars", "pyarrow"])
def test_changes_come_as_the_kind_of_table_that_people_came_in(library):
    module = pytest.importorskip(library)
    rows = people(range(3, 15))
    table = module.DataFrame(rows) if library == "polars" else module.Table.from_pylist(rows)
    before = matcher().match(people(range(1, 13)))
    now = matcher().update(table, before, price=0.1)
    assert type(now.changes).__module__.startswith(library)
    assert type(now.price_of_stability(3)).__module__.startswith(library)
