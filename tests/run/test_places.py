"""Capacities with minima, through the matcher: what is asked, what is exact, and what a result says."""

from __future__ import annotations

import json
import pickle

import numpy as np
import pandas as pd
import pytest
from jsonschema import Draft202012Validator
from scipy.optimize import Bounds, LinearConstraint, milp

import peermatch as pm
from peermatch.problem import FORBIDDEN, GRID
from peermatch.report import pairing_schema
from peermatch.solvers import Blossom, Hungarian

MENTEES = [{"id": f"e{i}", "years": i, "team": "xyz"[i % 3]} for i in range(6)]
MENTORS = [
    {"id": "r0", "years": 2, "team": "x", "places": 3, "needs": 1},
    {"id": "r1", "years": 5, "team": "y", "places": 2, "needs": None},
    {"id": "r2", "years": 40, "team": "z", "places": 2, "needs": 2},
    {"id": "r3", "years": 50, "team": "z", "places": 0, "needs": 0},
]


def program(capacity=None, **options):
    return pm.PeerMatcher(
        "id",
        [pm.near("years", scale=5)],
        options.pop("rules", ()),
        sides=("mentee", "mentor"),
        capacity={"mentor": {"at_least": 1, "at_most": "places"}} if capacity is None else capacity,
        **options,
    )


def used_of(pairing, side="mentor"):
    people = pairing.people
    part = people[people["side"] == side]
    return dict(zip(part["id"], part["used"], strict=True))


# ---- what is asked --------------------------------------------------------------------------------------


def test_a_minimum_for_all_is_met_by_everybody_who_has_a_place():
    without = program({"mentor": "places"}).match(MENTEES, MENTORS)
    assert used_of(without)["r2"] == 1
    pairing = program().match(MENTEES, MENTORS)
    assert used_of(pairing) == {"r0": 3, "r1": 2, "r2": 1, "r3": 0}
    two = program({"mentor": {"at_least": "needs", "at_most": "places"}}).match(MENTEES, MENTORS)
    assert used_of(two) == {"r0": 3, "r1": 1, "r2": 2, "r3": 0}
    assert str(two.certificate) == (
        "Proved over all 18 allowed pairs, with everybody's minimum met: nobody can make more pairs, nor as many with "
        "a better total (checked independently)."
    )
    assert (two.certificate.kind, two.certificate.verified, two.certificate.gap) == ("flow", True, 0)
    assert two.settings["solver"] == "transport"
    assert two.settings["capacity"] == {"mentor": {"at_least": "needs", "at_most": "places"}}


def test_the_table_of_people_says_what_was_needed_where_minima_were_given():
    people = program({"mentor": {"at_least": "needs", "at_most": "places"}}).match(MENTEES, MENTORS).people
    assert people[["capacity", "at_least"]].values.tolist() == [[1, 0]] * 6 + [[3, 1], [2, 0], [2, 2], [0, 0]]
    assert "at_least" not in program({"mentor": "places"}).match(MENTEES, MENTORS).people.columns
    polars = pytest.importorskip("polars")
    assert program().match(polars.DataFrame(MENTEES), polars.DataFrame(MENTORS)).people["at_least"].sum() == 3


@pytest.mark.parametrize(
    "capacity",
    [
        {"mentor": {"at_least": 1, "at_most": "places"}},
        {"mentor": {"at_least": "needs", "at_most": 3}, "mentee": 2},
        {"mentor": {"at_most": "places"}, "mentee": {"at_least": 1, "at_most": 1}},
        {"mentor": "places"},
    ],
)
def test_the_same_in_python_in_a_file_and_in_a_pickle(capacity, tmp_path):
    matcher = program(capacity)
    assert matcher.to_dict()["capacity"] == capacity
    matcher.to_toml(tmp_path / "programme.toml")
    again = [
        pm.PeerMatcher.from_toml(tmp_path / "programme.toml"),
        pm.PeerMatcher.from_dict(json.loads(json.dumps(matcher.to_dict()))),
        pickle.loads(pickle.dumps(matcher)),
    ]
    expected = matcher.match(MENTEES, MENTORS[:3]).to_json()
    for other in again:
        assert other.to_dict() == matcher.to_dict()
        assert other.match(MENTEES, MENTORS[:3]).to_json() == expected


def test_nobody_changes_a_capacity_afterwards():
    given = {"mentor": {"at_least": 1, "at_most": "places"}}
    matcher = program(given)
    given["mentor"]["at_least"] = 7
    with pytest.raises(TypeError):
        matcher.capacity["mentor"]["at_least"] = 7
    assert matcher.to_dict()["capacity"]["mentor"]["at_least"] == 1


@pytest.mark.parametrize(
    ("places", "message"),
    [
        ({}, "a mapping with 'at_least', 'at_most' or both for 'mentor'"),
        ({"atleast": 1}, "Did you mean 'at_least'?"),
        ({"at_least": -1}, "a whole number from 0 to 10000 as 'at_least' for 'mentor'. Got -1"),
        ({"at_least": True}, "as 'at_least' for 'mentor'. Got True"),
        ({"at_most": 0}, "a whole number from 1 to 10000 as 'at_most' for 'mentor'. Got 0"),
        ({"at_least": 2}, "at_least 2 above at_most 1, which it is where it is not given"),
        ({"at_least": 3, "at_most": 2}, "at_least 3 above at_most 2."),
        ({"at_least": 1.5, "at_most": 2}, "Got 1.5"),
    ],
)
def test_bounds_that_make_no_sense_are_refused_in_words(places, message):
    with pytest.raises(pm.ConfigError) as caught:
        program({"mentor": places})
    assert message in str(caught.value)


def test_a_cell_that_is_no_whole_number_is_named():
    people = [{**person, "needs": "some"} if person["id"] == "r1" else person for person in MENTORS]
    with pytest.raises(pm.InputError, match=r"\(id 'r1'\) has 'some' in the capacity column 'needs'"):
        program({"mentor": {"at_least": "needs", "at_most": 3}}).match(MENTEES, people)


# ---- who solves it --------------------------------------------------------------------------------------


@pytest.mark.parametrize("solver", ["blossom", "hungarian", "transport", Blossom(k=3), Hungarian()])
def test_exact_solvers_make_way_for_the_one_that_takes_minima(solver):
    pairing = program(solver=solver).match(MENTEES, MENTORS)
    assert pairing.settings["solver"] == "transport"
    plain = program({"mentor": {"at_least": "zero", "at_most": "places"}}, solver=solver)
    people = [{**person, "zero": 0} for person in MENTORS]
    asked = solver if isinstance(solver, str) else solver.name
    told = plain.match(MENTEES, people).settings["solver"]
    assert (told if isinstance(told, str) else told["name"]) == asked  # nobody needs anybody


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"solver": "greedy"}, "'greedy' does not take minima"),
        ({"solver": "exhaustive"}, "'exhaustive' does not take minima"),
        ({"solver": "deferred"}, "asks for stable pairs, and does not take minima"),
        ({"solver": Blossom(gap=0.1)}, "'blossom' with these options"),
        ({"solver": Blossom(candidates_only=True)}, "'blossom' with these options"),
        ({"objective": "worst_first"}, "'worst_first' does not go with minima"),
        ({"objective": "leximin"}, "'leximin' does not go with minima"),
        ({"objective": "worst_first", "solver": "transport"}, "does not go with minima"),
    ],
)
def test_what_does_not_go_with_minima_is_refused_in_words(options, message):
    with pytest.raises(pm.ConfigError, match=message):
        program(**options).match(MENTEES, MENTORS)


def test_preferences_and_people_who_go_first_do_not_go_with_minima():
    with pytest.raises(pm.ConfigError, match="asks for stable pairs"):
        program().match(MENTEES, MENTORS, preferences={"e0": ["r0"]})
    with pytest.raises(pm.ConfigError, match="first= works with one place each"):
        program().match(MENTEES, MENTORS, first=["e0"])
    with pytest.raises(pm.ConfigError, match="minima"):
        program().match(MENTEES, MENTORS).frontier()


# ---- exactness ------------------------------------------------------------------------------------------


def best_by_milp(scores, places, least, locks, objective):
    """Return (pairs, total) of an optimum by SciPy, total to within its tolerance; None where there is none."""
    rows, columns = scores.shape
    allowed = scores != FORBIDDEN
    worth = np.where(allowed, scores, 0) / GRID
    floor = np.zeros(scores.shape)
    for u, v in locks:
        floor[u, v] = 1
    per_row = np.kron(np.eye(rows), np.ones(columns))
    per_column = np.kron(np.ones(rows), np.eye(columns))
    limits = LinearConstraint(
        np.concatenate([per_row, per_column]), np.concatenate(least), np.concatenate(places)
    )
    bonus = 100 if objective == "everyone_first" else 0
    found = milp(
        -(worth + bonus).ravel(),
        constraints=limits,
        integrality=np.ones(worth.size),
        bounds=Bounds(floor.ravel(), allowed.ravel().astype(float)),
    )
    if found.x is None:
        return None
    chosen = np.rint(found.x)
    return int(chosen.sum()), float((chosen * worth.ravel()).sum())


def random_programme(rng):
    """A few people on both sides, with several places and minima on both, and some demanded pairs."""
    sizes = rng.integers(2, 6, 2)
    tables = []
    for letter, size in zip("er", sizes, strict=True):
        most = rng.integers(1, 4, size)
        least = np.where(rng.random(size) < 0.4, rng.integers(0, most + 1), 0)
        tables.append(
            [
                {
                    "id": f"{letter}{i}",
                    "years": int(rng.integers(0, 20)),
                    "team": str(rng.choice(list("xyz"))),
                    "places": int(most[i]),
                    "needs": int(least[i]),
                }
                for i in range(size)
            ]
        )
    locks = {
        (f"e{rng.integers(sizes[0])}", f"r{rng.integers(sizes[1])}") for _ in range(int(rng.integers(0, 3)))
    }
    return tables[0], tables[1], sorted(locks)


@pytest.mark.parametrize("seed", range(4))
def test_several_places_and_minima_on_both_sides_equal_milp(seed):
    rng = np.random.default_rng([22, seed])
    both = {"at_least": "needs", "at_most": "places"}
    schema = Draft202012Validator(pairing_schema())
    outcomes = []
    for _ in range(30):
        left, right, locks = random_programme(rng)
        objective = str(rng.choice(["everyone_first", "best_total"]))
        rules = [pm.must_differ("team")] if rng.random() < 0.5 else []
        matcher = program({"mentee": both, "mentor": both}, rules=rules, objective=objective)
        places, least = (
            [[person[key] for person in side] for side in (left, right)] for key in ("places", "needs")
        )
        free = program({"mentee": 3, "mentor": 3}, rules=rules).match(left, right)
        scores = free.scores.block(np.arange(len(left)))
        index = [(int(a[1:]), int(b[1:])) for a, b in locks]
        forbidden = any(scores[u, v] == FORBIDDEN for u, v in index)
        best = None if forbidden else best_by_milp(scores, places, least, index, objective)
        outcomes.append(best is not None)
        if best is None:
            with pytest.raises(pm.InfeasibleError):
                matcher.match(left, right, locks=locks)
            continue
        pairing = matcher.match(left, right, locks=locks)
        assert pairing.certificate.verified
        document = pairing.to_dict()
        schema.validate(document)
        evidence, vertices = (document["certificate"][key] for key in ("evidence", "vertices"))
        if evidence["kind"] == "flow":
            assert len(evidence["left_duals"]) + len(evidence["right_duals"]) == len(vertices)
        made = {(row["mentee"], row["mentor"]) for row in pairing.pairs.to_dict("records")}
        assert len(made) == len(pairing.pairs)  # no pair twice
        assert set(locks) <= made
        total = pairing.matching.weight / GRID
        assert total == pytest.approx(best[1], abs=1e-6)
        if objective == "everyone_first":
            assert len(made) == best[0]
        for row in pairing.people.to_dict("records"):
            assert row["at_least"] <= row["used"] == len(row["partners"]) <= row["capacity"]
    assert any(outcomes)
    assert not all(outcomes)


def test_several_mentors_for_a_mentee_are_explained_one_by_one():
    pairing = program({"mentee": 2, "mentor": "places"}).match(MENTEES, MENTORS)
    row = pairing.people.set_index("id").loc["e2"]
    assert sorted(row["partners"]) == sorted(pair.partner for pair in pairing.explain("e2").pairs)
    assert pairing.settings["solver"] == "transport"
    assert used_of(pairing)["r0"] == 3
    assert sum(used_of(pairing, "mentee").values()) == sum(used_of(pairing).values()) == 7
    reasons = pairing.unmatched[pairing.unmatched["side"] == "mentee"]["reason"]
    assert all("costs the programme no more than leaving out anyone else" in reason for reason in reasons)


def test_a_weak_pair_that_a_minimum_asks_for_says_so():
    pairing = program({"mentor": {"at_least": "needs", "at_most": "places"}}).match(MENTEES, MENTORS)
    texts = [pair.text for pair in pairing.explain("r2").pairs]
    assert len(texts) == 2
    for text in texts:
        assert "r2 needs at least 2 partners, and no better set of pairs sees to everybody's minimum" in text


def test_demanded_pairs_are_not_made_twice_by_stable_solvers_either():
    matcher = program({"mentee": 2, "mentor": 3}, solver="deferred")
    pairing = matcher.match(MENTEES, MENTORS, locks=[("e0", "r2"), ("e1", "r0")])
    made = pairing.pairs[["mentee", "mentor"]].apply(tuple, axis=1).tolist()
    assert len(set(made)) == len(made)
    assert {("e0", "r2"), ("e1", "r0")} <= set(made)


def test_a_demanded_pair_counts_towards_a_minimum():
    only = [{**person, "places": 1, "needs": 1} for person in MENTORS[:2]]
    matcher = program({"mentor": {"at_least": "needs", "at_most": "places"}})
    pairing = matcher.match(MENTEES, only, locks=[("e5", "r0"), ("e0", "r1")])
    assert pairing.people.set_index("id").loc[["r0", "r1"], "partners"].tolist() == [["e5"], ["e0"]]
    assert pairing.certificate.verified


def test_rows_in_another_order_give_the_same_bytes():
    both = {"at_least": 1, "at_most": 2}
    matcher = program({"mentee": both, "mentor": both})
    expected = matcher.match(MENTEES, MENTORS, round="1").to_json()
    assert matcher.match(MENTEES[::-1], MENTORS[::-1], round="1").to_json() == expected


def test_stopped_early_there_are_pairs_with_a_gap_or_none_with_words():
    rng = np.random.default_rng(3)
    left = pd.DataFrame({"id": [f"e{i}" for i in range(300)], "years": rng.integers(0, 40, 300)})
    right = pd.DataFrame({"id": [f"r{i}" for i in range(200)], "years": rng.integers(0, 40, 200)})
    pairing = program({"mentor": {"at_least": 1, "at_most": 2}}).match(left, right, cancel=lambda: True)
    assert pairing.certificate.status == "undecided"
    assert len(pairing.pairs) == 0
    assert "stopped before everybody had their minimum" in str(pairing.certificate)
    assert "stopped" in pairing.unmatched["reason"].iloc[0]


# ---- what cannot be met ---------------------------------------------------------------------------------


def test_who_cannot_have_their_minimum_is_said_before_anything_is_solved():
    stages = []
    matcher = program(rules=[pm.must_differ("team"), pm.forbid([("e0", "r2"), ("e1", "r2"), ("e3", "r2")])])
    left = [person for person in MENTEES if person["id"] != "e4"]
    with pytest.raises(pm.InfeasibleError) as caught:
        matcher.match(left, MENTORS, progress=lambda stage, done, total: stages.append(stage))
    assert str(caught.value) == (
        "'r2' (mentor) needs at least 1 partner, but nobody of the mentee side may be paired with this person: "
        "must_differ_team removes 2, forbid removes 3."
    )
    assert "solving" not in stages
    assert caught.value.conflict[0] == {"rule": "at_least", "side": "mentor", "ids": ["r2"], "at_least": 1}


def test_a_floor_may_leave_somebody_without_anyone():
    with pytest.raises(pm.InfeasibleError, match=r"'r2' \(mentor\) needs .* floor of 0.9 removes 6"):
        program(floor=0.9).match(MENTEES, MENTORS)


def test_whom_a_private_rule_concerns_cannot_be_told_from_a_conflict():
    rules = [pm.veto(table=[("r2", "e1")], name="they fell out"), pm.forbid([("e0", "r2")])]
    two = [person for person in MENTORS if person["id"] == "r2"]
    with pytest.raises(pm.InfeasibleError) as caught:
        program({"mentor": {"at_least": 2, "at_most": 2}}, rules=rules).match(MENTEES[:3], two)
    error = caught.value
    assert "a private rule removes 1" in str(error)
    assert error.conflict[-1]["ids"] == []
    assert "fell out" not in str(error) + repr(error.conflict)


def test_more_needed_than_places_of_ones_own():
    needy = [{**person, "needs": 3} for person in MENTORS[:2]]
    with pytest.raises(
        pm.InfeasibleError, match=r"'r1' \(mentor\) needs at least 3 partners and has 2 places"
    ):
        program({"mentor": {"at_least": "needs", "at_most": "places"}}).match(MENTEES, needy)
    nothing_to_give = [{**person, "needs": 1} for person in MENTORS]
    with pytest.raises(
        pm.InfeasibleError, match=r"'r3' \(mentor\) needs at least 1 partner and has 0 places"
    ):
        program({"mentor": {"at_least": "needs", "at_most": "places"}}).match(MENTEES, nothing_to_give)


def test_a_conflict_goes_through_a_pickle_whole():
    with pytest.raises(pm.InfeasibleError) as caught:
        program({"mentor": {"at_least": 3, "at_most": 3}}).match(MENTEES, MENTORS[:3])
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.conflict, again.more) == (
        str(caught.value),
        caught.value.conflict,
        caught.value.more,
    )
    assert (
        "In all, the mentor side needs 9, and the mentee side has 6 places; at_least = 2 can be met."
        in str(again)
    )
