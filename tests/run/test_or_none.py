"""Mentors who take so many or none: against SciPy's MILP, and what is said of them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

import peermatch as pm
from peermatch.problem import FORBIDDEN, GRID

MENTEES = [{"id": f"e{i}", "years": i, "team": "xyz"[i % 3]} for i in range(5)]
MENTORS = [
    {"id": "r0", "years": 0, "team": "x", "places": 3, "group": 2},
    {"id": "r1", "years": 2, "team": "y", "places": 3, "group": 3},
    {"id": "r2", "years": 4, "team": "z", "places": 1, "group": 2},
    {"id": "r3", "years": 9, "team": "z", "places": 2, "group": None},
]
GROUPS = {"at_least": "group", "at_most": "places", "or_none": True}


def program(capacity=None, **options):
    return pm.PeerMatcher(
        "id",
        [pm.near("years", scale=4)],
        options.pop("rules", ()),
        sides=("mentee", "mentor"),
        capacity={"mentor": GROUPS} if capacity is None else capacity,
        **options,
    )


def best_by_milp(scores, places, least, locks, objective):
    """Return (pairs, total); `least` of the columns is none or so many."""
    rows, columns = scores.shape
    allowed = scores != FORBIDDEN
    worth = np.where(allowed, scores, 0) / GRID
    floor = np.zeros(scores.shape)
    for u, v in locks:
        floor[u, v] = 1
    per_row = np.kron(np.eye(rows), np.ones(columns))
    per_column = np.kron(np.ones(rows), np.eye(columns))
    limits = [
        LinearConstraint(np.hstack([per_row, np.zeros((rows, columns))]), 0, 1),
        LinearConstraint(np.hstack([per_column, -np.diag(places)]), -np.inf, 0),
        LinearConstraint(np.hstack([per_column, -np.diag(least)]), 0, np.inf),
    ]
    bonus = 100 if objective == "everyone_first" else 0
    found = milp(
        np.concatenate([-(worth + bonus).ravel(), np.zeros(columns)]),
        constraints=limits,
        integrality=np.ones(worth.size + columns),
        bounds=Bounds(
            np.concatenate([floor.ravel(), np.zeros(columns)]),
            np.concatenate([allowed.ravel().astype(float), np.ones(columns)]),
        ),
    )
    if found.x is None:
        return None
    chosen = np.rint(found.x[: worth.size])
    return int(chosen.sum()), float((chosen * worth.ravel()).sum())


@pytest.mark.parametrize("seed", range(3))
def test_none_or_so_many_equals_milp(seed):
    rng = np.random.default_rng([23, seed])
    kinds = set()
    for _ in range(25):
        sizes = rng.integers(2, 6, 2)
        left = [
            {"id": f"e{i}", "years": int(rng.integers(0, 12)), "team": str(rng.choice(list("xy")))}
            for i in range(sizes[0])
        ]
        right = [
            {
                "id": f"r{i}",
                "years": int(rng.integers(0, 12)),
                "team": str(rng.choice(list("xy"))),
                "places": int(rng.integers(1, 4)),
                "group": int(rng.integers(0, 4)),
            }
            for i in range(sizes[1])
        ]
        objective = str(rng.choice(["everyone_first", "best_total"]))
        rules = [pm.must_differ("team")] if rng.random() < 0.5 else []
        matcher = program(rules=rules, objective=objective)
        scores = program({"mentor": 3}, rules=rules).match(left, right).scores.block(np.arange(len(left)))
        open_ = np.argwhere(scores != FORBIDDEN)
        index = [tuple(open_[0].tolist())] if len(open_) and rng.random() < 0.4 else []
        locks = [(f"e{u}", f"r{v}") for u, v in index]
        places, least = ([person[key] for person in right] for key in ("places", "group"))
        best = best_by_milp(scores, places, least, index, objective)
        if best is None:
            kinds.add("infeasible")
            with pytest.raises(pm.InfeasibleError):
                matcher.match(left, right, locks=locks)
            continue
        pairing = matcher.match(left, right, locks=locks)
        assert pairing.certificate.status == "optimal"
        kinds.add(pairing.certificate.kind)
        assert pairing.matching.weight / GRID == pytest.approx(best[1], abs=1e-6)
        if objective == "everyone_first":
            assert len(pairing.pairs) == best[0]
        for row in pairing.people.to_dict("records"):
            assert row["used"] == 0 or row["at_least"] <= row["used"] <= row["capacity"]
        assert {tuple(pair) for pair in locks} <= set(
            pairing.pairs[["mentee", "mentor"]].apply(tuple, axis=1)
        )
    assert {"flow", "infeasible"} <= kinds


def test_the_result_says_who_takes_none_and_why_and_how_it_was_found():
    pairing = program().match(MENTEES, MENTORS)
    used = pairing.people.set_index("id").loc[["r0", "r1", "r2", "r3"], ["used", "capacity", "at_least"]]
    assert (used["used"] == 0).any()
    reasons = pairing.unmatched.set_index("id")["reason"]
    assert reasons["r2"] == "takes 2 partners or none, and has 1 place"
    assert all(reason.startswith("takes") for id, reason in reasons.items() if id in ("r0", "r1"))
    told = str(pairing.certificate)
    assert "checked independently" in told
    assert pairing.settings["solver"] == "transport"
    assert pairing.settings["capacity"] == {"mentor": GROUPS}
    assert not pairing.certificate.verified or pairing.certificate.kind == "flow"


def test_the_same_from_a_file(tmp_path):
    matcher = program()
    matcher.to_toml(tmp_path / "programme.toml")
    again = pm.PeerMatcher.from_toml(tmp_path / "programme.toml")
    assert again.to_dict() == matcher.to_dict()
    assert again.match(MENTEES, MENTORS).to_json() == matcher.match(MENTEES, MENTORS).to_json()


def test_a_demanded_pair_makes_its_group_a_must():
    pairing = program().match(MENTEES, MENTORS, locks=[("e4", "r1")])
    assert pairing.people.set_index("id").loc["r1", "used"] == 3
    only = MENTEES[:2]
    with pytest.raises(pm.InfeasibleError) as caught:
        program().match(only, MENTORS, locks=[("e0", "r1")])
    assert [part["rule"] for part in caught.value.conflict] == ["at_least", "locks", "places"]
    with pytest.raises(
        pm.InfeasibleError, match=r"'r2' \(mentor\) needs at least 2 partners and has 1 place"
    ):
        program().match(MENTEES, MENTORS, locks=[("e0", "r2")])


def test_minima_in_any_case_and_groups_may_not_go_together():
    capacity = {"mentor": {**GROUPS, "at_least": 2, "at_most": 3}, "mentee": {"at_least": 1}}
    assert len(program(capacity).match(MENTEES, MENTORS[:2]).pairs) == 5
    with pytest.raises(pm.InfeasibleError, match="Lower a minimum, or leave or_none out") as caught:
        program(capacity).match(MENTEES[:1], MENTORS)
    assert [part["rule"] for part in caught.value.conflict] == ["at_least", "or_none"]


@pytest.mark.parametrize(
    ("places", "message"),
    [
        ({"at_least": 2, "at_most": 3, "or_none": "yes"}, "true or false as 'or_none'"),
        ({"at_most": 3, "or_none": True}, "or_none without at_least"),
    ],
)
def test_groups_that_make_no_sense_are_refused_in_words(places, message):
    with pytest.raises(pm.ConfigError, match=message):
        program({"mentor": places})


@pytest.mark.parametrize(
    "options", [{"solver": "greedy"}, {"objective": "worst_first"}, {"solver": "deferred"}]
)
def test_what_does_not_go_with_groups_is_refused(options):
    with pytest.raises(pm.ConfigError, match="at_least"):
        program(**options).match(MENTEES, MENTORS)
    with pytest.raises(pm.ConfigError, match="frontier"):
        program().match(MENTEES, MENTORS).frontier()


def test_nothing_that_would_forget_the_groups_is_worked_out_afterwards():
    pairing = program().match(MENTEES, MENTORS)
    assert "was not worked out" in str(pairing.why_not("e0", "r1"))
    with pytest.raises(pm.ConfigError, match="or_none"):
        pairing.why_unmatched("r3")
    with pytest.raises(pm.ConfigError, match="places for none or at least so many"):
        pairing.what_if(weights={"near_years": 2})


def test_stopped_early():
    pairing = program().match(MENTEES, MENTORS, cancel=lambda: True)
    assert pairing.certificate.status in ("gap", "undecided")
    assert pairing.summary()
