"""Mentors and mentees, whole: identities, ladders, places, the same person on both sides, and the proof."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

import peermatch as pm
from peermatch.problem import FORBIDDEN, GRID, Problem
from peermatch.solvers import Deferred
from peermatch.verify import blocking_pairs
from support.oracles import best_two_sided

GRADES = ["junior", "middle", "senior", "lead", "head"]
IDENTITIES = ["carer", "first in family", "abroad", "parent"]


def mentees(n, seed=0):
    """Synthetic mentees; some want to meet somebody who shares an identity, most of those name one."""
    rng = np.random.default_rng(seed)
    people = []
    for i in range(n):
        wants = bool(rng.random() < 0.5)
        people.append(
            {
                "email": f"e{i:02d}@example.org",
                "first name": f"Mia {i}",
                "last name": "Mentee",
                "grade": GRADES[int(rng.integers(0, 3))],
                "organisation": str(rng.choice(["north", "south", "west"])),
                "match with similar identity": "yes" if wants else "no",
                "identity to match": str(rng.choice(IDENTITIES)) if wants and rng.random() < 0.8 else None,
            }
        )
    return people


def mentors(n, seed=0, places=3):
    """Synthetic mentors with places of their own."""
    rng = np.random.default_rng(seed + 1)
    return [
        {
            "email": f"r{i:02d}@example.org",
            "first name": f"Ria {i}",
            "last name": "Mentor",
            "grade": GRADES[int(rng.integers(2, 5))],
            "organisation": str(rng.choice(["north", "south", "west"])),
            "characteristics": "; ".join(rng.choice(IDENTITIES, size=2, replace=False))
            if rng.random() < 0.8
            else None,
            "places": int(rng.integers(0, places + 1)),
        }
        for i in range(n)
    ]


def program(capacity="places", **options):
    """The program of the public face."""
    return pm.PeerMatcher(
        "email",
        [
            pm.above("grade", ladder=GRADES, by=(1, 3), weight=3),
            pm.overlap(
                left="identity to match", right="characteristics", when="match with similar identity",
                sensitive=True, weight=2, name="identity",
            ),
        ],
        options.pop("rules", [pm.must_differ("organisation")]),
        sides=("mentee", "mentor"),
        same_person=["first name", "last name"],
        capacity=None if capacity is None else {"mentor": capacity},
        **options,
    )  # fmt: skip


SILENT = {"match with similar identity": "no", "identity to match": None}


def by_id(rows):
    return {row["email"]: row for row in rows}


def check(pairing, left, right, places):
    """Everyone once a side, places respected, rules kept, nobody with themselves, the proof verified."""
    assert pairing.certificate.verified
    assert pairing.certificate.status == "optimal"
    assert (pairing.certificate.gap, pairing.certificate.pairs_gap) == (0, 0)
    mine, theirs = by_id(left), by_id(right)
    pairs = pairing.pairs
    assert list(pairs.columns[:3]) == ["pair_id", "mentee", "mentor"]
    assert pairs["mentee"].is_unique
    for mentee, mentor in zip(pairs["mentee"], pairs["mentor"], strict=True):
        assert mine[mentee]["organisation"] != theirs[mentor]["organisation"]
        names = [(p["first name"], p["last name"]) for p in (mine[mentee], theirs[mentor])]
        assert names[0] != names[1]
        assert mentee != mentor
    used = pairs["mentor"].value_counts().to_dict()
    for mentor in theirs:
        assert used.get(mentor, 0) <= places[mentor]
    people = pairing.people
    for side, rows in (("mentee", mine), ("mentor", theirs)):
        part = people[people["side"] == side]
        assert sorted(part["id"]) == sorted(rows)
    of_mentors = people[people["side"] == "mentor"].set_index("id")
    for mentor, row in of_mentors.iterrows():
        assert row["used"] == used.get(mentor, 0) == len(row["partners"])
        assert row["capacity"] == places[mentor]
        assert (row["status"] == "paired") == (mentor in used)
        assert (row["reason"] is None) == (mentor in used)
    json.loads(pairing.to_json())
    assert pairing.summary()
    for mentee in mine:
        assert str(pairing.explain(mentee, side="mentee"))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("objective", ["everyone_first", "best_total"])
def test_the_program_with_places_of_a_column(seed, objective):
    left, right = mentees(20, seed), mentors(9, seed)
    pairing = program(objective=objective).match(left, right, round="2026")
    check(pairing, left, right, {row["email"]: row["places"] for row in right})


@pytest.mark.parametrize("capacity", [None, 1, 2, 50])
def test_the_program_with_places_as_a_number(capacity):
    left, right = mentees(15, 7), mentors(6, 7)
    pairing = program(capacity).match(left, right)
    check(pairing, left, right, dict.fromkeys(by_id(right), capacity or 1))


def test_mentees_may_have_several_mentors_instead():
    left, right = mentees(5, 3), mentors(12, 3)
    matcher = pm.PeerMatcher(
        "email", [pm.same("organisation")], sides=("mentee", "mentor"), capacity={"mentee": 2}
    )
    pairing = matcher.match(left, right)
    assert len(pairing.pairs) == 10
    assert pairing.certificate.verified
    assert (pairing.people[pairing.people["side"] == "mentee"]["used"] == 2).all()
    assert len(pairing.unmatched) == 2
    assert set(pairing.unmatched["side"]) == {"mentor"}


# ---- as good as any ------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("solver", ["blossom", "hungarian", "exhaustive", "greedy"])
def test_tiny_programs_reach_the_best_of_all(seed, solver):
    rng = np.random.default_rng(seed)
    left, right = mentees(int(rng.integers(1, 6)), seed), mentors(int(rng.integers(1, 5)), seed, places=2)
    objective = ("everyone_first", "best_total")[seed % 2]
    pairing = program(solver=solver, objective=objective).match(left, right)
    matrix = pairing.scores.block(np.arange(pairing.scores.shape[0]))
    places = [row["places"] for row in right]
    pairs, total = best_two_sided(matrix.tolist(), None, places, objective)
    mine = (len(pairing.pairs), pairing.matching.weight)
    if solver == "greedy":
        assert mine <= (pairs, total) if objective == "everyone_first" else mine[1] <= total
    elif objective == "everyone_first":
        assert mine == (pairs, total)
    else:
        assert mine[1] == total
    assert round(sum(pairing.pairs["score"]) * GRID) == pairing.matching.weight


@pytest.mark.parametrize("seed", range(6))
def test_locks_are_made_and_the_rest_is_the_best_around_them(seed):
    left, right = mentees(5, seed), mentors(4, seed, places=2)
    free = program().match(left, right)
    matrix = free.scores.block(np.arange(5))
    places = [row["places"] for row in right]
    allowed = [(u, v) for u, v in np.argwhere(matrix != FORBIDDEN).tolist() if places[v]]
    for u, v in allowed[:4]:
        pairing = program().match(left, right, locks=[(left[u]["email"], right[v]["email"])])
        made = set(zip(pairing.pairs["mentee"], pairing.pairs["mentor"], strict=True))
        assert (left[u]["email"], right[v]["email"]) in made
        rest = np.delete(matrix, u, axis=0)
        fewer = [p - (k == v) for k, p in enumerate(places)]
        pairs, total = best_two_sided(rest.tolist(), None, fewer)
        assert (len(made), pairing.matching.weight) == (pairs + 1, total + int(matrix[u, v]))
        assert pairing.certificate.verified


# ---- identities -----------------------------------------------------------------------------------------


def one(**cells):
    return {
        "email": "e",
        "first name": "M",
        "last name": "M",
        "grade": "junior",
        "organisation": "a",
        **cells,
    }


def other(email, **cells):
    return {
        "email": email,
        "first name": email,
        "last name": "R",
        "grade": "middle",
        "organisation": "b",
        **cells,
    }


def test_a_wish_for_a_shared_identity_counts_for_those_who_have_it():
    right = [other("r1", characteristics="carer; abroad"), other("r2", characteristics="parent")]
    wishes = one(**{"match with similar identity": "yes", "identity to match": "parent"})
    pairing = program(None).match([wishes], right)
    assert pairing.pairs["mentor"].tolist() == ["r2"]
    assert pairing.pairs["score"].tolist() == [1.0]
    does_not = {**wishes, "match with similar identity": "no"}
    indifferent = program(None).match([does_not], right)
    assert indifferent.pairs["contribution_identity"].tolist() == [0.0]
    assert indifferent.pairs["score"].tolist() == [1.0]  # the step in grade is all that counts


def test_an_identity_that_is_not_given_is_neither_a_match_nor_a_mismatch():
    wishes = {"match with similar identity": "yes"}
    left = [
        one(email="e1", **wishes, **{"identity to match": "parent"}),
        one(email="e2", **wishes, **{"identity to match": None}),
    ]
    right = [other("r1", characteristics="parent"), other("r2", characteristics="carer")]
    pairs = program(None).match(left, right).pairs.set_index("mentee")
    assert pairs.loc["e1", "mentor"] == "r1"
    assert pairs.loc["e2", "coverage"] < pairs.loc["e1", "coverage"] == 1.0


def test_participants_never_read_what_is_sensitive():
    left, right = mentees(12, 1), mentors(6, 1)
    pairing = program().match(left, right)
    for mentee in pairing.pairs["mentee"]:
        explanation = pairing.explain(mentee, side="mentee")
        shown = str(explanation) + explanation.table.to_string()
        assert not [identity for identity in IDENTITIES if identity in shown]


# ---- the same person on both sides ----------------------------------------------------------------------


def test_nobody_is_paired_with_themselves():
    middle = {"first name": "Sam", "last name": "Both", "grade": "senior", "organisation": "a"}
    left = [{**middle, "email": "sam@example.org", **SILENT}]
    alone = program(None, rules=[]).match(
        left, [{**middle, "email": "sam@example.org", "first name": "S.", "characteristics": None}]
    )
    assert len(alone.pairs) == 0  # the same id
    named = program(None, rules=[]).match(
        left, [{**middle, "email": "other", "first name": " sam ", "characteristics": None}]
    )
    assert len(named.pairs) == 0  # the same names, however written
    assert named.rules.values.tolist() == [["same_person", "same_person", 1, ""]]
    assert "same_person removes 1" in named.unmatched["reason"].tolist()[0]
    unknown = program(None, rules=[]).match(
        left, [{**middle, "email": "other", "last name": None, "characteristics": None}]
    )
    assert len(unknown.pairs) == 1  # a missing name tells nothing


def test_a_demand_for_oneself_is_refused():
    middle = {"first name": "Sam", "last name": "Both", "grade": "senior", "organisation": "a"}
    left = [{**middle, "email": "sam", **SILENT}]
    right = [{**middle, "email": "sam2", "characteristics": None}, {**middle, "email": "x", "last name": "X"}]
    with pytest.raises(pm.InfeasibleError, match="paired with themselves"):
        program(None, rules=[]).match(left, right, locks=[("sam", "sam2")])


def test_someone_on_both_sides_takes_part_in_both():
    people = [
        {"id": i, "role": role, "grade": GRADES[g], "name": name}
        for i, role, g, name in [
            (1, "mentee", 0, "Ann"), (2, "mentee", 2, "Ben"), (3, "mentor", 2, "Ben"), (4, "mentor", 4, "Cy"),
        ]
    ]  # fmt: skip
    matcher = pm.PeerMatcher(
        "id",
        [pm.above("grade", ladder=GRADES, by=(1, 2))],
        sides=("mentee", "mentor"),
        same_person="name",
    )
    pairing = matcher.match(people, role="role")
    assert pairing.pairs[["mentee", "mentor"]].values.tolist() == [[1, 3], [2, 4]]
    shown = {(row["side"], row["id"]): row["partners"] for row in pairing.people.to_dict("records")}
    assert shown == {("mentee", 1): [3], ("mentee", 2): [4], ("mentor", 3): [1], ("mentor", 4): [2]}


def test_both_in_the_column_of_roles_puts_someone_on_both_sides():
    rows = [(1, "mentee", 0), (2, "Both", 2), (3, "mentor", 4)]
    people = [{"id": id, "role": role, "grade": GRADES[grade]} for id, role, grade in rows]
    matcher = pm.PeerMatcher("id", [pm.above("grade", ladder=GRADES, by=(1, 2))], sides=("mentee", "mentor"))
    pairing = matcher.match(people, role="role")
    assert pairing.pairs[["mentee", "mentor"]].values.tolist() == [[1, 2], [2, 3]]
    assert pairing.people[["side", "id"]].values.tolist() == [
        ["mentee", 1], ["mentee", 2], ["mentor", 2], ["mentor", 3],
    ]  # fmt: skip
    alone = matcher.match([{**row, "role": "both"} for row in people], role="role")
    assert all(a != b for a, b in alone.pairs[["mentee", "mentor"]].values.tolist())


def test_one_table_with_roles_is_two_tables():
    left, right = mentees(9, 5), mentors(7, 5, places=2)
    both = [{"role": "Mentee", **row} for row in left] + [{"role": "MENTOR ", **row} for row in right]
    mixed = [both[k] for k in np.random.default_rng(0).permutation(len(both))]
    apart, together = program().match(left, right), program().match(mixed, role="role")
    assert together.pairs.equals(apart.pairs)
    check(together, left, right, {row["email"]: row["places"] for row in right})


# ---- who is left over -----------------------------------------------------------------------------------


def test_mentors_left_over_say_why():
    left = [one(email=f"e{k}", **SILENT) for k in range(2)]
    right = [
        other("r1", places=1, characteristics=None),
        other("r2", places=1, characteristics=None),
        other("r3", places=1, characteristics=None, grade="junior"),
        other("r4", places=0, characteristics=None),
        other("r5", places=1, characteristics=None, organisation="a"),
    ]
    pairing = program().match(left, right)
    reasons = pairing.unmatched.set_index("id")["reason"].to_dict()
    assert sorted(reasons) == ["r3", "r4", "r5"]
    assert reasons["r4"] == "has no place to give this time"
    assert "every one of the 2 others is ruled out: must_differ_organisation removes 2" in reasons["r5"]
    assert (
        "4 on the mentor side for 2 places on the mentee side, so 2 of them must go without" in reasons["r3"]
    )
    people = pairing.people.set_index("id")
    assert people.loc["r4", "capacity"] == 0
    assert people.loc["r4", "status"] == "unmatched"


def test_more_mentees_than_places():
    left, right = mentees(10, 2), [{**row, "places": 1} for row in mentors(4, 2)]
    pairing = program(rules=[]).match(left, right)
    assert len(pairing.pairs) == 4
    assert len(pairing.unmatched) == 6
    assert set(pairing.unmatched["side"]) == {"mentee"}
    assert pairing.unmatched["reason"].str.len().gt(10).all()


@pytest.mark.parametrize("mutual", ["mean", "min", "harmonic"])
@pytest.mark.parametrize("solver", ["blossom", "hungarian"])
def test_all_mutual_scores(mutual, solver):
    left, right = mentees(8, 6), mentors(5, 6)
    pairing = program(mutual=mutual, solver=solver).match(left, right)
    check(pairing, left, right, {row["email"]: row["places"] for row in right})


@pytest.mark.parametrize("capacity", [None, {"mentor": "places"}, {"mentor": "places", "mentee": 2}])
@pytest.mark.parametrize("proposers", ["left", "right"])
def test_stable_pairs_of_mentees_and_mentors(capacity, proposers):
    matcher = replace(program(None, solver=Deferred(proposers)), capacity=capacity)
    left, right = mentees(25), mentors(12)
    pairing = matcher.match(left, right)
    assert len(pairing.pairs) > 5
    assert pairing.certificate.verified
    assert (pairing.certificate.kind, pairing.certificate.status) == ("stability", "stable")
    assert "no two people would both rather have each other" in pairing.certificate.sentence
    problem = Problem(pairing.scores, capacity=pairing.capacity)
    assert len(blocking_pairs(problem, pairing.matching)) == 0
    organisation = {person["email"]: person["organisation"] for person in left + right}
    used = {person["email"]: 0 for person in left + right}
    for pair in pairing.pairs.to_dict("records"):
        a, b = pair["mentee"], pair["mentor"]
        assert organisation[a] != organisation[b]
        used[a] += 1
        used[b] += 1
        assert b in str(pairing.explain(a))
    for person in right:
        assert used[person["email"]] <= (1 if capacity is None else person["places"])
    most = max(used[person["email"]] for person in left)
    assert most == (2 if capacity and "mentee" in capacity else 1)
    assert set(pairing.people["status"]) <= {"paired", "unmatched"}


def test_several_places_on_both_sides_are_refused_by_baselines_in_words():
    matcher = replace(program(None), capacity={"mentor": 2, "mentee": 2}, solver="greedy")
    with pytest.raises(
        pm.ConfigError, match=r"'greedy' does not take several places .* Use solver='transport'"
    ):
        matcher.match(mentees(5), mentors(4))
