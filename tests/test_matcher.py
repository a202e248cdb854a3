"""The matcher: made once, never changed, written down and read back, safe to share, told what is true this month."""

from __future__ import annotations

import json
import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError

import numpy as np
import pandas as pd
import pytest

import peermatch as pm
from peermatch.solvers import get_solver
from support import cohorts

PEOPLE = cohorts.records(14, 8)
TIES = [["p001", "p004"], ["p002", "p003"]]
WRITABLE = [criterion for criterion in cohorts.every_criterion(TIES) if criterion.kind != "custom"]
RULES = [
    pm.must_differ("team"),
    pm.must_match(left="country", right="country", name="one country"),
    pm.not_in_line("manager", min_found=0.5),
    pm.no_repeat(rounds=3),
    pm.no_repeat(days=90, name="not lately"),
    pm.forbid([("p001", "p002")]),
    pm.require([("p003", "p005")]),
    pm.veto("wishes", separator=";"),
    pm.no_twins(["team", "country"], at_least=0.9),
    pm.at_least("goals", 0.1),
]
SIDES = {"sides": ("mentee", "mentor"), "same_person": ["team"], "capacity": {"mentor": 2}}


def simple(**options):
    return pm.PeerMatcher("id", [pm.near("years"), pm.different("team")], **options)


def pairs_of(pairing):
    return pairing.pairs[["a", "b"]].values.tolist()


# ---- as data --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"label": "team", "eligible": "wants", "mutual": "min", "objective": "best_total", "unknown": "zero"},
        {"solver": "greedy"},
        {"solver": get_solver("blossom", k=5)},
        SIDES,
    ],
)
def test_a_matcher_goes_through_dict_json_and_toml(options, tmp_path):
    matcher = pm.PeerMatcher("id", WRITABLE, RULES, **options)
    data = matcher.to_dict()
    assert json.loads(json.dumps(data)) == data
    assert pm.PeerMatcher.from_dict(data).to_dict() == data
    matcher.to_toml(tmp_path / "m.toml")
    assert pm.PeerMatcher.from_toml(tmp_path / "m.toml").to_dict() == data
    assert pickle.loads(pickle.dumps(matcher)).to_dict() == data


@pytest.mark.parametrize(
    "table",
    [
        [("p000", "p001"), ("p002", "p003")],
        (("p000", "p001"), ["p002", "p003"]),
        {("p002", "p003"), ("p000", "p001")},
        pd.DataFrame({"a": ["p000", "p002"], "b": ["p001", "p003"]}),
        [{"a": "p000", "b": "p001"}, {"a": "p002", "b": "p003", "why": None}],
    ],
    ids=["list", "tuple", "set", "pandas", "records"],
)
def test_tables_of_pairs_go_through_data(table, tmp_path):
    criteria = [pm.near("years"), pm.ties(table), pm.prefers(table=table)]
    matcher = pm.PeerMatcher("id", criteria, [pm.forbid(table), pm.veto(table=table)])
    again = pm.PeerMatcher.from_dict(json.loads(json.dumps(matcher.to_dict())))
    matcher.to_toml(tmp_path / "m.toml")
    from_file = pm.PeerMatcher.from_toml(tmp_path / "m.toml")
    first = matcher.match(PEOPLE).to_json()
    assert again.match(PEOPLE).to_json() == from_file.match(PEOPLE).to_json() == first
    assert "p000" not in json.dumps(json.loads(first)["settings"])  # settings hold no people


def test_polars_and_pyarrow_tables_of_pairs_are_tables_too():
    polars = pytest.importorskip("polars")
    pyarrow = pytest.importorskip("pyarrow")
    columns = {"a": ["p000", "p002"], "b": ["p001", "p003"]}
    found = []
    for table in (pd.DataFrame(columns), polars.DataFrame(columns), pyarrow.table(columns)):
        forbidding = pm.PeerMatcher("id", [pm.near("years"), pm.ties(table)], [pm.forbid(table)])
        demanding = pm.PeerMatcher("id", [pm.near("years"), pm.ties(table)])
        found.append((forbidding.match(PEOPLE).to_dict(), demanding.match(PEOPLE, locks=table).to_dict()))
    assert found[0] == found[1] == found[2]


def test_paths_in_a_configuration_are_taken_from_its_folder(tmp_path, monkeypatch):
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "never.csv").write_text("a,b\np000,p001\n")
    (tmp_path / "conf" / "m.toml").write_text(
        'id = "id"\n[[criteria]]\nkind = "near"\ncolumn = "years"\n[[rules]]\nkind = "forbid"\npairs = "never.csv"\n'
    )
    monkeypatch.chdir(tmp_path)
    matcher = pm.PeerMatcher.from_toml("conf/m.toml")
    assert matcher.match(PEOPLE).rules["pairs_removed"].tolist() == [1]
    matcher.to_toml("copy.toml")  # in another folder it still means the same file
    assert pm.PeerMatcher.from_toml("copy.toml").match(PEOPLE).rules["pairs_removed"].tolist() == [1]


def test_ids_of_numpy_are_ids():
    people = [{"id": k, "years": k} for k in range(6)]
    pairs = list(zip(np.array([0, 2]), np.array([5, 3]), strict=True))
    made = pairs_of(simple_ids().match(people, locks=pairs))
    assert [0, 5] in made
    assert [2, 3] in made


def simple_ids():
    return pm.PeerMatcher("id", [pm.near("years")])


def test_code_cannot_be_written_down():
    matcher = pm.PeerMatcher("id", cohorts.every_criterion(TIES))
    with pytest.raises(pm.ConfigError, match="custom_age"):
        matcher.to_dict()


# ---- made once ------------------------------------------------------------------------------------------


def test_a_matcher_does_not_change():
    criteria = [pm.near("years")]
    matcher = pm.PeerMatcher("id", criteria, **SIDES)
    criteria.append(pm.same("team"))
    assert len(matcher.criteria) == 1
    with pytest.raises(FrozenInstanceError):
        matcher.id = "email"
    with pytest.raises(TypeError):
        matcher.capacity["mentor"] = 5
    with pytest.raises(TypeError):
        matcher.criteria[0].options["scale"] = 5


def test_what_it_is_shows():
    matcher = pm.PeerMatcher(
        "id", [pm.near("years")], [pm.must_differ("team"), pm.veto("wishes", name="hush")]
    )
    assert (
        repr(matcher) == "PeerMatcher(id 'id', criteria: near_years, rules: must_differ_team, a private rule)"
    )


def test_threads_may_share_a_matcher():
    matcher = pm.PeerMatcher("id", cohorts.every_criterion(TIES), [pm.must_differ("team")])
    expected = matcher.match(PEOPLE).to_json()
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: matcher.match(PEOPLE).to_json(), range(8)))
    assert set(found) == {expected}


def test_what_came_in_is_left_as_it_was():
    frame = pd.DataFrame(PEOPLE)
    before = frame.copy(deep=True)
    history = pd.DataFrame({"a": ["p001"], "b": ["p002"], "round": ["1"]})
    pairing = simple(rules=[pm.no_repeat(rounds=1)]).match(frame, history=history, locks=[("p001", "p003")])
    pd.testing.assert_frame_equal(frame, before)
    assert list(history.columns) == ["a", "b", "round"]
    mine = pairing.people
    mine["status"] = "mine"
    assert set(pairing.people["status"]) == {"paired"}


# ---- this month -----------------------------------------------------------------------------------------


def test_weights_count_in_proportion_only():
    def scores(factor):
        criteria = [pm.near("years", weight=2 * factor), pm.same("team", weight=factor)]
        return pm.PeerMatcher("id", criteria).match(PEOPLE).to_dict()["pairs"]

    assert scores(1) == scores(7.5) == scores(2**-20)


def test_months_follow_each_other_without_repeats(tmp_path):
    matcher = simple(rules=[pm.no_repeat(rounds=2)])
    history, made = None, []
    for month in range(1, 6):
        pairing = matcher.match(
            PEOPLE, history=history, round=f"2026-{month:02d}", as_of=f"2026-{month:02d}-01"
        )
        made.append({frozenset(pair) for pair in pairs_of(pairing)})
        history = pm.extend_history(history, pairing)
        history.to_csv(tmp_path / "history.csv", index=False)
        history = tmp_path / "history.csv"
    for month in range(1, 5):
        assert not made[month] & made[month - 1]
        assert month < 2 or not made[month] & made[month - 2]
    table = pd.read_csv(history)
    assert list(table.columns) == ["round", "date", "a", "b", "status"]
    assert len(table) == sum(map(len, made))


def test_fitted_makes_scores_of_different_months_compare():
    matcher = pm.PeerMatcher("id", [pm.near("years"), pm.overlap("text", name="text"), pm.overlap("goals")])
    first = matcher.match(PEOPLE)
    some = PEOPLE[:9]
    apart, together = matcher.match(some), matcher.match(some, fitted=first)
    ids = first.sides.left.ids.tolist()
    at = np.array([ids.index(person["id"]) for person in sorted(some, key=lambda p: p["id"])])
    whole = first.scores.block(np.arange(len(ids)))
    np.testing.assert_array_equal(together.scores.block(np.arange(9)), whole[np.ix_(at, at)])
    assert (apart.scores.block(np.arange(9)) != whole[np.ix_(at, at)]).any()
    assert together.certificate.verified


def test_progress_names_every_stage_in_order():
    seen = []
    simple().match(PEOPLE, progress=lambda stage, done, total: seen.append((stage, done, total)))
    stages = list(dict.fromkeys(stage for stage, _, _ in seen))
    known = ["reading", "encoding", "rules", "solving", "proving"]
    assert [stage for stage in stages if stage in known] == known
    assert all(done <= total or total == 0 for _, done, total in seen)


def test_an_error_of_the_progress_callback_comes_through():
    def broken(stage, done, total):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        simple().match(PEOPLE, progress=broken)


@pytest.mark.parametrize("stop", [{"cancel": lambda: True}, {"time_limit": 0}])
def test_a_stopped_run_has_its_gap(stop):
    pairing = simple().match(PEOPLE, **stop)
    assert pairing.certificate.status == "gap"
    assert pairing.certificate.verified
    assert pairing.certificate.gap >= 0
    assert "Not proved the best" in pairing.certificate.sentence
    assert len(pairing.people) == len(PEOPLE)


def test_the_round_and_the_day_are_kept():
    pairing = simple().match(PEOPLE, round="2026-12", as_of="2026-12-01")
    assert pairing.round == "2026-12"
    assert pairing.settings["as_of"] == "2026-12-01"
    assert pairing.to_dict()["round"] == "2026-12"


def test_the_whole_staff_may_hold_the_reporting_lines():
    people = [{"id": f"p{k}", "years": k} for k in (1, 2, 3, 4)]
    staff = [{"id": f"p{k}", "boss": f"p{k // 2}" if k else None} for k in range(8)]
    line = pm.PeerMatcher("id", [pm.near("years")], [pm.not_in_line("boss")])
    pairing = line.match(people, org=pd.DataFrame(staff))
    assert pairing.rules["pairs_removed"].tolist() == [4]  # 1-2, 1-3, 1-4, 2-4
    assert pairs_of(pairing) in ([["p2", "p3"]], [["p3", "p4"]])


def test_a_label_is_shown_and_never_counts():
    plain, labelled = simple().match(PEOPLE), simple(label="text").match(PEOPLE)
    assert pairs_of(plain) == pairs_of(labelled)
    assert plain.matching.weight == labelled.matching.weight
    assert "label" in labelled.people.columns
