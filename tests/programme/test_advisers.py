"""Second-line advisers: the best of all assignments, nobody who may not be one, and reasons that add up."""

from __future__ import annotations

import itertools
import json
import pickle

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

import peermatch as pm
from peermatch.datasets import make_organisation, make_two_sides
from peermatch.datasets.vocabulary import GRADES
from peermatch.errors import ConfigError, InputError
from peermatch.problem import FORBIDDEN, GRID
from peermatch.programme.circles import form_circles

FIELDS = ("law", "tax", "art", None)


def table(rng, n, prefix, unknown=0.1):
    rows = []
    for k in range(n):
        years = None if rng.random() < unknown else int(rng.integers(0, 13)) / 2
        field, site = FIELDS[int(rng.integers(0, 4))], ("x", "y")[int(rng.integers(0, 2))]
        rows.append({"id": f"{prefix}{k}", "years": years, "field": field, "site": site})
    return rows


def random_case(seed):
    """A small pairing with advisers some of whom are members, managers above them, vetoes and capacities."""
    rng = np.random.default_rng(seed)
    people = table(rng, int(rng.integers(2, 9)), "p", unknown=0.1)
    seniors = table(rng, int(rng.integers(1, 6)), "s", unknown=0.1)
    for row in seniors:
        row["years"] = None if row["years"] is None else row["years"] + 2
    everyone = [*people, *seniors]
    for k, row in enumerate(everyone):
        alone = k == 0 or (k > 1 and rng.random() < 0.3)
        row["boss"] = None if alone else everyone[int(rng.integers(0, k))]["id"]
        row["no"] = everyone[int(rng.integers(0, len(everyone)))]["id"] if rng.random() < 0.2 else None
        row["places"] = int(rng.integers(0, 4))
    people[0]["no"] = people[1]["id"]  # a list of nobody who is here would be refused
    if rng.random() < 0.5:
        seniors = [*seniors, people[0]]
    rules = [pm.veto("no")]
    matcher = pm.PeerMatcher("id", [pm.same("field"), pm.near("years"), pm.same("site", weight=2)], rules)
    combine = "mean" if rng.random() < 0.5 else "min"
    by = float(rng.integers(0, 5)) / 2
    return (
        matcher,
        people,
        seniors,
        {"combine": combine, "by": by, "capacity": "places", "experience": "years"},
    )


def above_line(boss, who):
    """Everyone above somebody, by walking up."""
    found = []
    while boss.get(who):
        who = boss[who]
        found.append(who)
    return found


def may_advise(pair, senior, by_id, boss, options):
    """By the definition, one person after another."""
    level = by_id[senior]["years"]
    if senior in pair or level is None:
        return False
    for member in pair:
        row = by_id[member]
        if row["years"] is None or level - row["years"] < options["by"]:
            return False
        if senior in above_line(boss, member) or member in above_line(boss, senior):
            return False
        if row["no"] == senior or by_id[senior]["no"] == member:
            return False
    return True


def worth(member, senior, fills):
    """One member's utility: two criteria that are about having the same in common, one weighing twice the other."""
    total = 0
    for column, share in (("field", fills["shares"][0]), ("site", fills["shares"][1])):
        mine, theirs = member[column], senior[column]
        same = fills[column] if None in (mine, theirs) else float(mine == theirs)
        total += int(np.rint(share * same))
    return total


def best_by_trying(matrix, places):
    """(served, total) over all ways to give each pair one adviser or none."""
    best = (0, 0)
    for choice in itertools.product(range(-1, len(places)), repeat=len(matrix)):
        used = [choice.count(k) for k in range(len(places))]
        if any(have > room for have, room in zip(used, places, strict=True)):
            continue
        scores = [matrix[row][k] for row, k in enumerate(choice) if k >= 0]
        if FORBIDDEN not in scores:
            best = max(best, (len(scores), sum(scores)))
    return best


@pytest.mark.parametrize("block", range(10))
def test_equals_all_assignments_by_the_definition(block):
    checked = served = 0
    for seed in range(block * 40, block * 40 + 40):
        matcher, people, seniors, options = random_case(seed)
        pairing = matcher.match(people)
        if not len(pairing.matching.pairs):
            continue
        found = pm.assign_advisers(
            pairing, seniors, manager="boss", rules=(), **_found(options, people, seniors)
        )
        by_id = {row["id"]: row for row in [*people, *seniors]}
        boss = {id: row["boss"] for id, row in by_id.items()}
        pairs = [tuple(pair) for pair in pairing.pairs[["a", "b"]].to_numpy().tolist()]
        ids = [str(id) for id in found.task.advisers.ids]
        hand = found.task.scores.of_members[0]
        fills = {
            "shares": hand.left_shares[:, 0].tolist(),
            **{c.criterion.left[0]: c.fills[0] for c in hand.criteria},
        }
        matrix = []
        for pair in pairs:
            row = []
            for senior in ids:
                each = [worth(by_id[member], by_id[senior], fills) for member in pair]
                value = min(each) if options["combine"] == "min" else int(np.rint(sum(each) / 2))
                row.append(value if may_advise(pair, senior, by_id, boss, options) else FORBIDDEN)
            matrix.append(row)
        assert found.task.scores.block(np.arange(len(pairs))).tolist() == matrix
        places = found.task.places.tolist()
        assert places == [by_id[id]["places"] for id in ids]
        assert (len(found.matching.pairs), found.matching.weight) == best_by_trying(matrix, places)
        assert found.certificate.verified
        assert found.certificate.status == "optimal"
        assert len(found.pairs) + len(found.unadvised) == len(pairs)
        checked += 1
        served += len(found.pairs)
    assert checked > 25
    assert served > 15


def _found(options, people, seniors):
    """Managers and members who are not in either table are left to the rule's own checks elsewhere."""
    return {**options, "criteria": [pm.same("field"), pm.same("site", weight=2)]}


@pytest.mark.parametrize("seed", range(12))
def test_equals_a_milp_on_larger_tables(seed):
    people = make_organisation(80, seed)
    matcher = pm.PeerMatcher(
        "employee_id", [pm.near("years_experience"), pm.overlap("goals")], eligible="opted_in"
    )
    pairing = matcher.match(people)
    found = pm.assign_advisers(
        pairing,
        people,
        experience="years_experience",
        by=2 + seed % 4,
        capacity=1 + seed % 3,
        manager="manager_id",
    )
    matrix = found.task.scores.block(np.arange(len(found.task.groups.ids)))
    rows, columns = np.nonzero(matrix != FORBIDDEN)
    scores = matrix[rows, columns].astype(float) / GRID
    demand = np.zeros((matrix.shape[0] + matrix.shape[1], len(rows)))
    demand[rows, np.arange(len(rows))] = 1
    demand[matrix.shape[0] + columns, np.arange(len(rows))] = 1
    most = np.concatenate([np.ones(matrix.shape[0]), found.task.places])
    answer = milp(
        -(scores + matrix.shape[0] + 1.0),
        integrality=np.ones(len(rows)),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(demand, -np.inf, most),
    )
    chosen = np.rint(answer.x).astype(bool)
    assert int(chosen.sum()) == len(found.matching.pairs)
    assert scores[chosen].sum() == pytest.approx(found.matching.weight / GRID, abs=1e-6)


@pytest.fixture(scope="module")
def company():
    people = make_organisation(120, 4)
    rules = [pm.not_in_line("manager_id", min_found=0)]
    criteria = [
        pm.near("years_experience"),
        pm.complement("can_teach", "wants_to_learn"),
        pm.overlap("goals"),
    ]
    matcher = pm.PeerMatcher("employee_id", criteria, rules, eligible="opted_in", label="display_name")
    return people, matcher.match(people, round="2026-12")


def test_tables_add_up_and_say_everything_once(company):
    people, pairing = company
    found = pm.assign_advisers(pairing, people, experience="years_experience", by=4, capacity=2)
    assert found.settings["criteria_from"] == "the matcher"
    assert [part["kind"] for part in found.settings["criteria"]] == ["complement", "overlap"]
    pairs, without = found.pairs, found.unadvised
    assert sorted([*pairs["pair_id"], *without["pair_id"]]) == sorted(pairing.pairs["pair_id"])
    parts = pairs[[name for name in pairs if name.startswith("contribution_")]]
    assert (parts.sum(axis=1) == pairs["score"]).all()
    assert (pairs["gap"] >= 4).all()
    advisers = found.advisers
    assert sorted(advisers["id"]) == sorted(people["employee_id"])
    assert (advisers["used"] <= advisers["capacity"]).all()
    assert advisers["used"].sum() == len(pairs)
    assert set(advisers.loc[advisers["used"] > 0, "id"]) == set(pairs["adviser"])
    for _, row in without.iterrows():
        assert row["reason"]
        assert found.explain(row["pair_id"]).count(row["reason"]) == 1
    for _, row in pairs.head(5).iterrows():
        assert row["label_adviser"] in found.explain(row["pair_id"])
    assert found.rules["rule"].tolist() == ["same_person", "at least 4 above", "not_in_line"]
    assert "pairs with an adviser" in repr(found)
    assert found.certificate.sentence in found.summary()


def test_the_order_of_rows_changes_nothing(company, tmp_path):
    people, pairing = company
    options = {"experience": "years_experience", "by": 3, "capacity": "places"}
    first = pm.assign_advisers(pairing, people, **options)
    again = pm.assign_advisers(pairing, people.sample(frac=1, random_state=5), **options)
    assert first.to_json() == again.to_json()
    paths = first.to_csv(tmp_path / "out")
    assert [path.name for path in paths] == [
        "advised.csv",
        "advisers.csv",
        "unadvised.csv",
        "adviser_rules.csv",
        "advised.json",
    ]
    data = json.loads((tmp_path / "out" / "advised.json").read_text(encoding="utf-8"))
    assert data["schema"] == "peermatch/advised/1"
    assert data["certificate"]["verified"] is True
    assert len(data["pairs"]) + len(data["unadvised"]) == len(pairing.pairs)


def test_two_sides_with_columns_of_their_own():
    mentees, mentors = make_two_sides(40, 25, 3)
    matcher = pm.PeerMatcher(
        "email",
        [pm.same("profession"), pm.complement("can_teach", "wants_to_learn", weight=2)],
        sides=("mentee", "mentor"),
        same_person=["first_name", "last_name"],
    )
    pairing = matcher.match(mentees, mentors)
    options = {"by": 1, "ladder": GRADES, "capacity": 3}
    found = pm.assign_advisers(pairing, mentors, experience="grade", **options)
    assert list(found.pairs.columns[:4]) == ["pair_id", "mentee", "mentor", "adviser"]
    grade = {**dict(mentees[["email", "grade"]].to_numpy()), **dict(mentors[["email", "grade"]].to_numpy())}
    name = {
        row["email"]: (row["first_name"], row["last_name"])
        for row in [*mentees.to_dict("records"), *mentors.to_dict("records")]
    }
    for _, row in found.pairs.iterrows():
        rungs = [GRADES.index(grade[row[side]]) for side in ("mentee", "mentor", "adviser")]
        assert rungs[2] - max(rungs[:2]) == row["gap"] >= 1
        assert name[row["adviser"]] not in (name[row["mentee"]], name[row["mentor"]])
    # mentors seek nothing, so that for them the profession alone counts
    assert found.task.which == ((0, 1), (0,))
    lower = pm.assign_advisers(
        pairing, mentors, experience={"mentee": "grade", "mentor": None, "adviser": "grade"}, **options
    )
    assert len(lower.pairs) >= len(found.pairs)


def test_circles_have_advisers_too(company):
    people, _ = company
    matcher = pm.PeerMatcher(
        "employee_id", [pm.same("job_family"), pm.near("years_experience")], eligible="opted_in"
    )
    circles = form_circles(matcher, people.head(60), (3, 4))
    found = pm.assign_advisers(
        circles, people, experience="years_experience", by=1, capacity=2, manager="manager_id"
    )
    years = dict(people[["employee_id", "years_experience"]].to_numpy())
    assert len(found.pairs) + len(found.unadvised) == len(circles.circles)
    assert len(found.pairs)
    for _, row in found.pairs.iterrows():
        most = max(years[id] for id in row["members"])
        assert years[row["adviser"]] - most == row["gap"] >= 1
        assert row["adviser"] not in row["members"]
    parts = found.pairs[[name for name in found.pairs if name.startswith("contribution_")]]
    assert (parts.sum(axis=1) == found.pairs["score"]).all()


def small(**more):
    people = [
        {"id": 1, "field": "law", "years": 2, "boss": 7},
        {"id": 2, "field": "law", "years": 3, "boss": None},
        {"id": 3, "field": "tax", "years": 1, "boss": None},
        {"id": 4, "field": "tax", "years": 9, "boss": None},
    ]
    return pm.PeerMatcher("id", [pm.same("field")], **more).match(people)


SENIORS = [
    {"id": 7, "field": "law", "years": 8, "boss": None},
    {"id": 8, "field": "tax", "years": 20, "boss": None},
    {"id": 9, "field": "art", "years": None, "boss": None},
]


def test_reasons_name_rules_and_the_cheapest_to_relax():
    found = pm.assign_advisers(small(), SENIORS[:1], experience="years", by=5, manager="boss", capacity=5)
    reasons = found.unadvised.set_index("pair_id")
    assert len(reasons) == 2
    first, second = reasons["reason"].tolist()
    assert "not_in_line removes 1" in first
    assert reasons["relax"].iloc[0] == "without not_in_line, 1 adviser would be left"
    assert "at least 5 above removes 1" in second
    assert not reasons["relax"].iloc[1]
    lower = pm.assign_advisers(small(), [{**SENIORS[0], "years": 11}], experience="years", by=5, capacity=5)
    assert lower.unadvised["relax"].tolist() == ["a gap of 2 in place of 5 leaves 1 adviser"]
    lone = pm.assign_advisers(small(), [SENIORS[1]], experience="years", by=5)
    assert len(lone.pairs) == 1
    assert "needed by other pairs" in lone.unadvised["reason"].iloc[0]
    assert lone.unadvised["relax"].iloc[0] == "one more place for that adviser"


def test_unknown_experience_advises_nobody_and_has_nobody():
    people = [{"id": 1, "f": "x", "years": None}, {"id": 2, "f": "x", "years": 1}]
    pairing = pm.PeerMatcher("id", [pm.same("f")]).match(people)
    found = pm.assign_advisers(pairing, [{"id": 5, "f": "x", "years": 50}], experience="years")
    assert found.unadvised["reason"].tolist() == [
        "the experience of 1 is not known, so nobody is known to be far enough above"
    ]
    assert found.unadvised["relax"].tolist() == ["enter the experience of 1"]
    none = pm.assign_advisers(small(), SENIORS[2:], experience="years", by=0)
    assert not len(none.pairs)
    assert "1 of 1 advisers have none that is known" in none.rules["note"].iloc[1]


def test_decimal_years_meet_their_gap():
    people = [{"id": 1, "f": "x", "years": 0.3}, {"id": 2, "f": "x", "years": 0.1}]
    pairing = pm.PeerMatcher("id", [pm.same("f")]).match(people)
    found = pm.assign_advisers(pairing, [{"id": 5, "f": "x", "years": 3.3}], experience="years", by=3)
    assert len(found.pairs) == 1


def test_private_rules_stay_private():
    people = [
        {"id": "1", "f": "x", "years": 1, "never": "5;3"},
        {"id": "2", "f": "x", "years": 1, "never": None},
        {"id": "3", "f": "y", "years": 1, "never": None},
    ]
    matcher = pm.PeerMatcher("id", [pm.same("f")], [pm.veto("never", name="secret")])
    found = pm.assign_advisers(matcher.match(people), [{"id": "5", "f": "x", "years": 9}], experience="years")
    assert not len(found.pairs)
    text = "\n".join([found.to_json(), found.summary(), found.explain(found.unadvised["pair_id"].iloc[0])])
    assert "a private rule removes 1" in text
    for word in ("secret", "never"):
        assert word not in text
    assert found.unadvised["relax"].tolist() == [None]


def test_who_stands_in_a_pair_may_be_left_alone():
    pairing = small()
    people = [{"id": 4, "field": "law", "years": 9}, {"id": 7, "field": "art", "years": 9}]
    options = {"experience": "years", "by": 5, "capacity": 2}
    assert pm.assign_advisers(pairing, people, **options).pairs["adviser"].tolist() == [4]
    alone = pm.assign_advisers(pairing, people, not_among_pairs=True, **options)
    assert alone.pairs["adviser"].tolist() == [7]
    assert "not_among_pairs" in alone.rules["rule"].tolist()


def test_sensitive_criteria_are_for_the_pair_unless_named():
    people = [{"id": k, "field": "law", "faith": "x", "years": 1} for k in (1, 2)]
    kept = pm.overlap("faith", sensitive=True)
    pairing = pm.PeerMatcher("id", [pm.same("field"), kept]).match(people)
    seniors = [{"id": 7, "field": "law", "faith": "x", "years": 9}]
    found = pm.assign_advisers(pairing, seniors, experience="years")
    assert [part["kind"] for part in found.settings["criteria"]] == ["same"]
    named = pm.assign_advisers(pairing, seniors, experience="years", criteria=[kept])
    assert [part["kind"] for part in named.settings["criteria"]] == ["overlap"]
    alone = pm.PeerMatcher("id", [kept]).match(people)
    assert pm.assign_advisers(alone, seniors, experience="years").settings["criteria_from"] == "experience"


def test_without_shared_criteria_just_above_is_best():
    people = [{"id": k, "years": y} for k, y in ((1, 1), (2, 2))]
    pairing = pm.PeerMatcher("id", [pm.near("years")]).match(people)
    seniors = [{"id": 7, "years": 60}, {"id": 8, "years": 6}]
    found = pm.assign_advisers(pairing, seniors, experience="years", by=3)
    assert found.settings["criteria_from"] == "experience"
    assert found.pairs["adviser"].tolist() == [8]


def test_a_matcher_holds_what_is_asked_and_its_configuration_too(tmp_path):
    asked = pm.Advisers(
        {"mentee": None, "mentor": "years", "adviser": "since"},
        by=2.5,
        capacity="places",
        manager="boss",
        criteria=[pm.same("field")],
        rules=[pm.must_match("site")],
        combine="min",
    )
    matcher = pm.PeerMatcher("id", [pm.same("f")], sides=("mentee", "mentor"), advisers=asked)
    matcher.to_toml(tmp_path / "a.toml")
    again = pm.PeerMatcher.from_toml(tmp_path / "a.toml")
    assert again.advisers == asked == pickle.loads(pickle.dumps(matcher)).advisers
    assert again.to_dict() == matcher.to_dict()
    assert repr(asked).startswith("Advisers({'mentee': None")
    given = pm.PeerMatcher("id", [pm.same("field")], advisers={"experience": "years", "by": 5})
    found = pm.assign_advisers(small(), SENIORS, given.advisers)
    assert found.pairs["adviser"].tolist() == [7, 8]


def test_forgetting_someone_reaches_the_lists_of_advisers():
    asked = pm.Advisers("years", rules=[pm.forbid([(1, 7), (2, 8)])])
    programme = pm.Programme(pm.PeerMatcher("id", [pm.same("field")], advisers=asked))
    assert len(programme.dossier(7).lists) == 1
    assert programme.forget(7)["lists"] == 1
    assert not len(programme.dossier(7).lists)
    assert len(programme.dossier(8).lists) == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"experience": ""}, "experience parameter"),
        ({"experience": {"a": "x"}}, "experience parameter"),
        ({"experience": {"member": None, "adviser": "years"}}, "no column of a member"),
        ({"experience": "years", "by": -1}, "by parameter"),
        ({"experience": "years", "by": "3"}, "by parameter"),
        ({"experience": "years", "capacity": 0}, "capacity parameter"),
        ({"experience": "years", "capacity": True}, "capacity parameter"),
        ({"experience": "years", "combine": "men"}, "Did you mean 'mean'"),
        ({"experience": "years", "ladder": "abc"}, "ladder parameter"),
        ({"experience": "years", "criteria": pm.same("x")}, "criteria parameter"),
        ({"experience": "years", "criteria": [pm.same("x"), pm.same("x")]}, "Two criteria"),
        ({"experience": "years", "rules": [pm.require([(1, 2)])]}, "chosen, not demanded"),
        ({"experience": "years", "rules": [pm.no_repeat()]}, "history"),
        ({"experience": "years", "manager": 3}, "manager parameter"),
        ({"experience": "years", "not_among_pairs": "yes"}, "not_among_pairs parameter"),
    ],
)
def test_wrong_arguments_are_refused(options, words):
    with pytest.raises(ConfigError, match=words):
        pm.Advisers(**options)


def test_what_does_not_fit_the_tables_is_refused():
    pairing = small()
    with pytest.raises(ConfigError, match="needs experience="):
        pm.assign_advisers(pairing, SENIORS)
    with pytest.raises(ConfigError, match="not both"):
        pm.assign_advisers(pairing, SENIORS, pm.Advisers("years"), by=7)
    with pytest.raises(ConfigError, match="an Advisers"):
        pm.assign_advisers(pairing, SENIORS, {"experience": "years"})
    with pytest.raises(ConfigError, match="pairing parameter"):
        pm.assign_advisers([(1, 2)], SENIORS, experience="years")
    with pytest.raises(ConfigError, match="as_of parameter"):
        pm.assign_advisers(pairing, SENIORS, experience="years", as_of="soon")
    with pytest.raises(InputError, match="yaers"):
        pm.assign_advisers(pairing, SENIORS, experience="yaers")
    with pytest.raises(InputError, match="advisers' table"):
        pm.assign_advisers(pairing, [{"id": 7, "field": "x"}], experience="years")
    with pytest.raises(InputError, match="'site'"):
        pm.assign_advisers(pairing, SENIORS, experience="years", criteria=[pm.same("site")])
    with pytest.raises(InputError, match="places"):
        pm.assign_advisers(pairing, SENIORS, experience="years", capacity="places")
    with pytest.raises(ConfigError, match="no rule looks at it"):
        pm.assign_advisers(pairing, SENIORS, experience="years", org=SENIORS)
    with pytest.raises(InputError, match="There is no pair"):
        pm.assign_advisers(pairing, SENIORS, experience="years").explain("p-0")
    with pytest.raises(ConfigError, match="does not name the side"):
        pm.assign_advisers(pairing, SENIORS, experience={"mentee": "years", "adviser": "years"})
    with pytest.raises(ConfigError, match="lacks the key 'experience'"):
        pm.PeerMatcher.from_dict(
            {"id": "id", "criteria": [{"kind": "same", "column": "f"}], "advisers": {"by": 3}}
        )
    with pytest.raises(ConfigError, match="unknown key 'capcity'"):
        pm.Advisers.from_dict({"experience": "y", "capcity": 3})


def test_stopped_early_is_a_true_gap_or_nothing(company):
    people, pairing = company
    found = pm.assign_advisers(pairing, people, experience="years_experience", by=3, cancel=lambda: True)
    assert found.certificate.status in ("gap", "undecided")
    assert not found.certificate.verified or found.certificate.gap is not None
    assert isinstance(found.summary(), str)
    assert len(found.pairs) + len(found.unadvised) == len(pairing.pairs)


def test_polars_in_polars_out():
    polars = pytest.importorskip("polars")
    people = pd.DataFrame([{"id": 1, "f": "x", "years": 1}, {"id": 2, "f": "x", "years": 1}])
    pairing = pm.PeerMatcher("id", [pm.same("f")]).match(polars.from_pandas(people))
    found = pm.assign_advisers(pairing, [{"id": 5, "f": "x", "years": 9}], experience="years")
    assert isinstance(found.pairs, polars.DataFrame)
    assert isinstance(found.unadvised, polars.DataFrame)


def test_guarded_columns_are_guarded_here_too():
    people = [{"id": k, "field": "x", "years": k, "age": 30 + k, "gender": "ab"[k % 2]} for k in range(4)]
    seniors = [{"id": 9, "field": "x", "years": 20, "age": 60, "gender": "a"}]
    matcher = pm.PeerMatcher("id", [pm.same("field")], protected=["age"], audit_only=["gender"])
    pairing = matcher.match(people)
    assert len(pm.assign_advisers(pairing, seniors, experience="years").pairs) == 1
    for options, words in (
        ({"experience": "age"}, "protected"),
        ({"experience": "years", "criteria": [pm.near("age")]}, "protected"),
        ({"experience": "years", "criteria": [pm.same("gender")]}, "gender"),
        ({"experience": "years", "rules": [pm.must_match("gender")]}, "gender"),
        ({"experience": "years", "label": "gender"}, "gender"),
    ):
        with pytest.raises(ConfigError, match=words):
            pm.assign_advisers(pairing, seniors, **options)
        with pytest.raises(ConfigError, match=words):
            pm.PeerMatcher(
                "id",
                [pm.same("field")],
                protected=["age"],
                audit_only=["gender"],
                advisers=pm.Advisers(**options),
            )
    told = pm.assign_advisers(pairing, seniors, experience="years", criteria=[pm.near("age", basis="agreed")])
    assert told.settings["criteria"][0]["basis"] == "agreed"


def test_functions_of_ones_own_say_what_makes_a_good_adviser():
    people = [{"id": k, "years": k} for k in range(1, 5)]
    pairing = pm.PeerMatcher("id", [pm.near("years")]).match(people)
    seniors = [{"id": k, "years": k} for k in (20, 21, 22)]
    older = pm.custom(lambda me, you: (you["years"] + 0 * me["years"]) / 22, "years", name="older")
    advised = pm.assign_advisers(pairing, seniors, experience="years", criteria=[older])
    assert sorted(advised.pairs["adviser"]) == [21, 22]
    assert advised.settings["criteria"][0]["kind"] == "custom"
    assert "older" in advised.to_json()
