"""Whole runs on small random tables: whatever is asked for, the result is whole, allowed, exact and proved."""

from __future__ import annotations

import itertools
import json
from functools import cache

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import peermatch as pm
from peermatch.problem import FORBIDDEN, GRID, Problem
from peermatch.report import pairing_schema
from peermatch.run import solving_order
from support.oracles import best_matching, best_two_sided, blocking_by_definition, stable_matchings
from support.whole_tables import asked, matcher, tables

few = settings(
    max_examples=30,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)


# ---- what must come out ---------------------------------------------------------------------------------


def matrix_of(pairing):
    return pairing.scores.block(np.arange(pairing.scores.shape[0]))


def worth(pairing):
    return len(pairing.matching.pairs), pairing.matching.weight


def check_whole(pairing, sides):
    """Everyone once a side; allowed pairs; places; exact contributions; data that is data."""
    people, pairs = pairing.people, pairing.pairs
    names = pairing.sides.names if len(sides) == 2 else (None,)
    for name, rows in zip(names, sides, strict=True):
        part = people if name is None else people[people["side"] == name]
        assert sorted(part["id"]) == sorted(row["id"] for row in rows)
        assert ((part["status"] == "paired") == (part["used"] > 0)).all()
        assert (part["used"] == part["partners"].map(len)).all()
        assert (part["used"] <= part["capacity"]).all()
        assert (part["reason"].isna() == (part["status"] == "paired")).all()
    matrix, made = matrix_of(pairing), pairing.matching.pairs
    values = matrix[made[:, 0], made[:, 1]]
    assert (values != FORBIDDEN).all()
    for enforced in pairing.enforcement.rules:
        assert enforced.mask is None or not enforced.mask.pairs(made[:, 0], made[:, 1]).any()
    assert int(values.sum()) == pairing.matching.weight
    contributions = pairs[[c for c in pairs.columns if c.startswith("contribution_")]].to_numpy()
    assert (contributions.sum(axis=1) == pairs["score"].to_numpy()).all()
    assert (contributions * GRID == np.rint(contributions * GRID)).all()
    assert (pairs["score"].to_numpy() * GRID == values).all()
    assert pairs["coverage"].between(0, 1).all()
    check_data(pairing)


@cache
def validator():
    jsonschema = pytest.importorskip("jsonschema")
    return jsonschema.Draft202012Validator(pairing_schema())


def check_data(pairing):
    data = pairing.to_dict()
    assert json.loads(json.dumps(data, allow_nan=False)) == data
    assert json.loads(pairing.to_json()) == data
    validator().validate(data)
    assert pairing.summary()
    for row in pairing.people.to_dict("records"):
        assert str(pairing.explain(row["id"], side=row.get("side")))


def check_proved(pairing, best, objective):
    """An exact solver reaches the best there is; any other says how far from it it may be."""
    certificate, (count, total) = pairing.certificate, best
    pairs, weight = worth(pairing)
    better = (pairs, weight) if objective == "everyone_first" else (0, weight)
    top = (count, total) if objective == "everyone_first" else (0, total)
    assert better <= top
    if certificate.status == "optimal":
        assert better == top
        assert certificate.gap == 0
        if objective == "best_total":
            made = pairing.matching.pairs
            assert (matrix_of(pairing)[made[:, 0], made[:, 1]] > 0).all()
    elif certificate.status == "gap":
        gap = round(certificate.gap * GRID)
        assert gap >= 0
        assert top[0] <= better[0] + certificate.pairs_gap
        assert top[0] != better[0] or total <= weight + gap
    assert certificate.verified or certificate.kind == "none"


# ---- one pool -------------------------------------------------------------------------------------------


@few
@given(people=tables(2, 8), asked=asked(), round=st.sampled_from([None, "r1", "r2"]))
def test_one_pool_by_every_solver(people, asked, round):
    for solver in ("blossom", "exhaustive", "greedy", "roommates"):
        pairing = matcher(asked, solver=solver).match(people, round=round)
        check_whole(pairing, [people])
        best = best_matching(matrix_of(pairing).tolist(), asked["objective"])
        check_proved(pairing, best, asked["objective"])
        if solver in ("blossom", "exhaustive"):
            assert pairing.certificate.status == "optimal"
        if solver == "roommates":
            check_stable(pairing)


def check_stable(pairing):
    """Stable means that nobody blocks; no stable matching means that there is none."""
    utilities = pairing.scores.utilities(np.arange(pairing.scores.shape[0]))
    status = pairing.certificate.status
    assert status in ("stable", "no_stable", "undecided")
    problem = Problem(pairing.scores)
    made = [tuple(pair) for pair in pairing.matching.pairs.tolist()]
    if status == "stable":
        assert blocking_by_definition(problem, made) == []
    if status == "no_stable":
        assert stable_matchings(utilities) == []
    if status == "undecided":
        assert pairing.certificate.kind == "none"


@few
@given(people=tables(3, 8), asked=asked(), data=st.data())
def test_demanded_pairs_are_made_and_the_rest_is_the_best_around_them(people, asked, data):
    ids = sorted(row["id"] for row in people)
    shuffled = data.draw(st.permutations(ids))
    locks = [tuple(shuffled[k : k + 2]) for k in range(0, 2 * data.draw(st.integers(1, len(ids) // 2)), 2)]
    free = matcher(asked).match(people)
    at = {id: k for k, id in enumerate(ids)}
    places = [tuple(sorted((at[a], at[b]))) for a, b in locks]
    matrix = matrix_of(free)
    if any(matrix[u, v] == FORBIDDEN for u, v in places):
        with pytest.raises(pm.InfeasibleError) as caught:
            matcher(asked).match(people, locks=locks)
        assert caught.value.conflict
        return
    rest = [k for k in range(len(ids)) if k not in set(itertools.chain(*places))]
    count, total = best_matching(matrix[np.ix_(rest, rest)].tolist(), asked["objective"])
    demanded = sum(int(matrix[u, v]) for u, v in places)
    for solver in ("blossom", "greedy", "roommates"):
        pairing = matcher(asked, solver=solver).match(people, locks=locks)
        check_whole(pairing, [people])
        made = {tuple(pair) for pair in pairing.matching.pairs.tolist()}
        assert made >= set(places)
        if solver == "blossom":
            assert pairing.certificate.verified
            assert pairing.matching.weight == total + demanded
            assert asked["objective"] == "best_total" or len(made) == count + len(places)


# ---- two sides ------------------------------------------------------------------------------------------


@few
@given(
    left=tables(1, 4, "p", ["q0", "q1"]),
    right=tables(1, 3, "q", ["p0", "p1"]),
    asked=asked(),
    capacity=st.sampled_from([None, ("right", 2), ("left", 2), ("right", "places")]),
    data=st.data(),
)
def test_two_sides_by_every_solver(left, right, asked, capacity, data):
    options = {"sides": ("left", "right")}
    right = [{**row, "places": data.draw(st.sampled_from([0, 1, 1, 2]))} for row in right]
    places = [[1] * len(left), [1] * len(right)]
    if capacity is not None:
        side, number = capacity
        options["capacity"] = {side: number}
        by_id = sorted(right, key=lambda row: row["id"])
        hand = ("left", "right").index(side)
        places[hand] = (
            [row["places"] for row in by_id] if number == "places" else [number] * len(places[hand])
        )
    for solver in ("blossom", "hungarian", "exhaustive", "greedy"):
        pairing = matcher(asked, solver=solver, **options).match(left, right, round="r")
        check_whole(pairing, [left, right])
        best = best_two_sided(matrix_of(pairing).tolist(), *places, asked["objective"])
        check_proved(pairing, best, asked["objective"])
        if solver != "greedy":
            assert pairing.certificate.status == "optimal"


# ---- stopped early --------------------------------------------------------------------------------------


@pytest.mark.parametrize("solver", ["blossom", "greedy", "roommates", "hungarian"])
@pytest.mark.parametrize("objective", ["everyone_first", "best_total"])
@pytest.mark.parametrize("after", [0, 1, 2, 5])
def test_a_stopped_run_is_a_valid_result_with_its_gap(solver, objective, after):
    people = [{"id": f"p{k}", "years": 7 * k % 23, "team": "abc"[k % 3]} for k in range(12)]
    asked = 0

    def cancel():
        nonlocal asked
        asked += 1
        return asked > after

    options = {"sides": ("left", "right")} if solver == "hungarian" else {}
    tables = (people[:5], people[5:]) if options else (people,)
    what = {
        "criteria": [pm.near("years"), pm.different("team")],
        "rules": [],
        "mutual": "mean",
        "unknown": "mean",
    }
    pairing = matcher({**what, "objective": objective}, solver=solver, **options).match(
        *tables, cancel=cancel
    )
    check_whole(pairing, list(tables))
    assert pairing.certificate.status in ("gap", "optimal", "undecided", "stable", "no_stable")
    if solver != "roommates":
        matrix = matrix_of(pairing).tolist()
        best = best_two_sided(matrix, objective=objective) if options else best_matching(matrix, objective)
        check_proved(pairing, best, objective)


def test_the_solving_order_is_another_one_every_round_and_a_permutation():
    ids = [f"p{k}" for k in range(30)] + list(range(10))
    orders = [solving_order(ids, round).tolist() for round in (None, "1", "2")]
    assert all(sorted(order) == list(range(40)) for order in orders)
    assert len({tuple(order) for order in orders}) == 3
