"""Whoever is left over: sits out, joins a pair, or meets someone from the reserve; nothing of it is lost on the way."""

from __future__ import annotations

import json

import jsonschema
import numpy as np
import pytest

import peermatch as pm
from peermatch.cli.entry import main
from peermatch.datasets import make_organisation
from peermatch.report import pairing_schema

YEARS = [1, 2, 9, 8, 5]
PEOPLE = [
    {"id": id, "years": years, "team": team} for id, years, team in zip("abcde", YEARS, "xyxyz", strict=True)
]
NEAR = pm.near("years", scale=3)

COFFEE = """\
schema    = 1
id        = "employee_id"
label     = "display_name"          # what people read; never used for matching
eligible  = "opted_in"              # false or missing: reported as not taking part, never matched
mutual    = "geometric"
objective = "everyone_first"
odd       = "trio"

[[criteria]]
kind = "near"
column = "years_experience"
scale = 3
weight = 2

[[criteria]]
kind = "complement"
offers = "can_teach"
seeks = "wants_to_learn"
weight = 3

[[rules]]
kind = "not_in_line"
manager = "manager_id"

[[rules]]
kind = "no_repeat"
rounds = 6
"""


def trio_of(pairing):
    groups = pairing.members.groupby("group_id")["id"].apply(list)
    return [members for members in groups if len(members) == 3]


def test_a_trio_is_in_every_table_once():
    pairing = pm.PeerMatcher("id", [NEAR], odd="trio").match(PEOPLE, round="1")
    (trio,) = trio_of(pairing)
    people = pairing.people.set_index("id")
    group = people.loc[trio[0], "group_id"]
    assert group.startswith("t-")
    for id in trio:
        row = people.loc[id]
        assert row["status"] == "paired"
        assert sorted([id, *row["partners"]]) == trio
        assert (row["group_id"], row["used"], row["reason"]) == (group, 1, None)
    rows = pairing.pairs[pairing.pairs["group_id"] == group]
    assert len(rows) == 3
    assert sorted({*rows["a"], *rows["b"]}) == trio
    assert len(set(rows["pair_id"])) == 3
    others = pairing.pairs[pairing.pairs["group_id"] != group]
    assert (others["pair_id"] == others["group_id"]).all()
    assert len(pairing.members) == 5
    assert len(pairing.unmatched) == 0
    assert repr(pairing) == "Pairing(1 pair and 1 trio from 5 people taking part, optimal, verified)"
    assert {tuple(sorted(edge)) for edge in pairing.to_networkx().edges} == {
        tuple(sorted(pair)) for pair in pairing.pairs[["a", "b"]].values.tolist()
    }


def test_the_loss_is_what_it_is_said_to_be():
    out = pm.PeerMatcher("id", [NEAR]).match(PEOPLE)
    pairing = pm.PeerMatcher("id", [NEAR], odd="trio").match(PEOPLE)
    odd = pairing.odd
    assert odd.sitting_out == pytest.approx(out.pairs["score"].sum())
    fits = [
        pairing.pairs.loc[(pairing.pairs["a"] == id) | (pairing.pairs["b"] == id), "score"].mean()
        for id in "abcde"
    ]
    assert odd.total == pytest.approx(sum(fits) / 2)
    assert odd.loss == odd.sitting_out - odd.total
    assert odd.gap == 0
    assert odd.verified
    assert (odd.left, odd.seated, odd.called) == (1, 1, ())
    assert out.odd is None
    assert odd.sentence in pairing.summary().replace("\n  ", " ")
    assert f"{abs(odd.loss):.3f} is {'lost' if odd.loss > 0 else 'gained'}" in str(odd)


def test_explanations_speak_of_the_trio():
    pairing = pm.PeerMatcher("id", [NEAR], odd="trio").match(PEOPLE)
    (trio,) = trio_of(pairing)
    told = pairing.explain(trio[0])
    assert len(told.pairs) == 2
    assert f"{trio[0]} meets {trio[1]} and {trio[2]} in a trio" in told.text
    assert told.note in str(told).replace("\n", " ")
    assert told.note in told._repr_html_()
    (other,) = {*"abcde"} - {*trio} - {next(iter({*"abcde"} - {*trio}))}
    assert "trio" not in str(pairing.explain(other))


def test_plain_data_and_files_hold_the_trio(tmp_path):
    pairing = pm.PeerMatcher("id", [NEAR], odd="trio").match(PEOPLE)
    (trio,) = trio_of(pairing)
    data = json.loads(pairing.to_json())
    jsonschema.validate(data, pairing_schema())
    (told,) = data["odd"]["trios"]
    assert [member["value"] for member in told["members"]] == trio
    assert sum(pair["group_id"] == told["group_id"] for pair in data["pairs"]) == 3
    pairing.to_csv(tmp_path)
    assert (tmp_path / "members.csv").read_text().count(told["group_id"]) == 3
    assert (tmp_path / "pairs.csv").read_text().count(told["group_id"]) == 3


def test_all_three_pairs_are_history():
    matcher = pm.PeerMatcher("id", [NEAR], [pm.no_repeat()], odd="trio")
    pairing = matcher.match(PEOPLE, round="1")
    history = pm.extend_history(None, pairing)
    assert len(history) == 4
    again = matcher.match(PEOPLE, round="2", history=history)
    met = {frozenset(pair) for pair in history[["a", "b"]].values.tolist()}
    assert not met & {frozenset(pair) for pair in again.pairs[["a", "b"]].values.tolist()}


def test_a_programme_with_trios_lets_nobody_sit_out():
    people = make_organisation(21, 2)
    matcher = pm.PeerMatcher(
        "employee_id", [pm.near("years_experience", scale=3)], [pm.no_repeat()], odd="trio"
    )
    programme = pm.Programme(matcher)
    for month in ("2026-10", "2026-11", "2026-12"):
        pairing = programme.run(people, round=month)
        assert len(trio_of(pairing)) == 1
    assert len(programme.sit_outs) == 0
    met = [frozenset(pair) for pair in programme.history[["a", "b"]].values.tolist()]
    assert len(set(met)) == len(met) == 3 * (9 + 3)


def test_rules_that_leave_no_trio_are_told():
    people = [{"id": id, "years": 1, "side": side} for id, side in zip("abcde", "xxxyy", strict=True)]
    pairing = pm.PeerMatcher("id", [NEAR], [pm.must_differ("side")], odd="trio").match(people)
    assert len(pairing.pairs) == 2
    assert pairing.odd.seated == 0
    assert "no pair take anyone in" in str(pairing.odd)
    assert "no trio is possible" in pairing.certificate.sentence
    (reason,) = pairing.unmatched["reason"]
    assert reason.endswith("no pair could take this person in as a third")
    jsonschema.validate(pairing.to_dict(), pairing_schema())


def test_demanded_pairs_and_the_floor_hold_in_trios():
    everyone = pm.PeerMatcher("id", [NEAR], odd="trio").match(PEOPLE, locks=[("a", "c")])
    assert any({"a", "c"} <= {*row} for row in everyone.members.groupby("group_id")["id"].apply(list))
    assert len(everyone.unmatched) == 0
    for floor in (0.1, 0.3, 0.5, 0.7):
        floored = pm.PeerMatcher("id", [NEAR], odd="trio", floor=floor).match(PEOPLE)
        assert (floored.pairs["score"] >= floor).all()


def test_an_even_number_needs_no_trio():
    pairing = pm.PeerMatcher("id", [NEAR], odd="trio").match(PEOPLE[:4])
    assert pairing.odd is None
    assert "trio" not in pairing.summary()
    assert (pairing.pairs["group_id"] == pairing.pairs["pair_id"]).all()


@pytest.mark.parametrize("objective", ["best_total", "worst_first"])
def test_other_objectives_say_what_is_not_proved(objective):
    pairing = pm.PeerMatcher("id", [NEAR], odd="trio", objective=objective).match(PEOPLE)
    assert len(trio_of(pairing)) == 1
    assert pairing.odd.bound is None
    assert "it is not proved that no other pairs would suit trios better" in pairing.certificate.sentence


def test_the_same_bytes_whatever_the_row_order():
    matcher = pm.PeerMatcher("employee_id", [pm.near("years_experience", scale=3)], odd="trio")
    people = make_organisation(51, 4)
    one = matcher.match(people, round="1").to_json()
    assert matcher.match(people.sample(frac=1, random_state=0), round="1").to_json() == one


# ---- the reserve ----------------------------------------------------------------------------------------


def test_the_reserve_is_called_only_where_someone_is_left_over():
    matcher = pm.PeerMatcher("id", [NEAR], odd="reserve", reserve="e")
    kept = matcher.match(PEOPLE)
    assert kept.odd is None
    row = kept.people.set_index("id").loc["e"]
    assert (row["status"], row["reason"]) == ("not taking part", "not taking part: kept in reserve")
    called = matcher.match(PEOPLE[1:])
    assert (called.odd.kind, called.odd.called, called.odd.left, called.odd.seated) == (
        "reserve",
        ("e",),
        1,
        1,
    )
    assert len(called.unmatched) == 0
    assert "e was called from the reserve" in called.summary().replace("\n  ", " ")
    jsonschema.validate(called.to_dict(), pairing_schema())


def test_of_several_in_reserve_the_best_is_called():
    people = [{**person, "stand_by": "yes" if person["id"] in "de" else "no"} for person in PEOPLE]
    matcher = pm.PeerMatcher("id", [NEAR], odd="reserve", reserve="stand_by")
    pairing = matcher.match(people)  # of 1, 2 and 9 years one is left over; 8 is nearer to 9 than 5 is
    assert pairing.odd.called == ("d",)
    totals = [
        pm.PeerMatcher("id", [NEAR])
        .match([p for p in people if p["id"] != away], fitted=pairing)
        .pairs["score"]
        .sum()
        for away in "de"
    ]
    assert pairing.odd.total == pytest.approx(max(totals))
    assert pairing.odd.gap == 0
    by_id = pm.PeerMatcher("id", [NEAR], odd="reserve", reserve=["d", "e"]).match(PEOPLE)
    assert by_id.odd.called == ("d",)


def test_a_reserve_that_cannot_help_stays_in_reserve():
    people = [{**person, "side": "x" if person["id"] != "a" else "y"} for person in PEOPLE[:4]]
    matcher = pm.PeerMatcher("id", [NEAR], [pm.must_differ("side")], odd="reserve", reserve=["d"])
    pairing = matcher.match(people)
    assert pairing.odd.called == ()
    assert pairing.odd.seated == 0
    assert "nobody of the reserve could help" in str(pairing.odd)
    assert pairing.people.set_index("id").loc["d", "reason"] == "not taking part: kept in reserve"


def test_several_left_over_call_several():
    sides = dict(zip("abcdef", "xxyyzz", strict=True))
    people = [{"id": id, "years": 1, "side": sides[id]} for id in "abcdef"]
    # a and b may only meet each other's likes: c to f are in reserve
    matcher = pm.PeerMatcher(
        "id", [NEAR], [pm.must_differ("side")], odd="reserve", reserve=["c", "d", "e", "f"]
    )
    pairing = matcher.match(people)
    assert pairing.odd.seated == 2
    assert len(pairing.odd.called) == 2
    assert pairing.odd.bound is None


# ---- wrong arguments ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"odd": "three"}, "'sit_out', 'trio', 'reserve'"),
        ({"odd": "trio", "sides": ("a1", "b1")}, "is for one pool"),
        ({"odd": "reserve", "reserve": "x", "sides": ("a1", "b1")}, "is for one pool"),
        ({"odd": "trio", "reserve": "x"}, "which calls nobody"),
        ({"reserve": ["x"]}, "which calls nobody"),
        ({"odd": "reserve"}, "reserve parameter"),
        ({"odd": "reserve", "reserve": []}, "1 to 20 ids"),
        ({"odd": "reserve", "reserve": True}, "reserve parameter"),
        ({"odd": "reserve", "reserve": [1.5]}, "reserve parameter"),
        ({"odd": "reserve", "reserve": ""}, "reserve parameter"),
    ],
)
def test_wrong_settings_are_refused_in_words(options, words):
    with pytest.raises(pm.ConfigError, match=words):
        pm.PeerMatcher("id", [NEAR], **options)


def test_trios_and_stable_pairs_do_not_go_together():
    with pytest.raises(pm.ConfigError, match="asks for the best total"):
        pm.PeerMatcher("id", [NEAR], odd="trio", solver="roommates").match(PEOPLE)
    with pytest.raises(pm.ConfigError, match="asks for the best total"):
        pm.PeerMatcher("id", [NEAR], odd="trio").match(PEOPLE, preferences={"a": ["b"]})


def test_someone_unknown_in_reserve():
    with pytest.raises(pm.InputError, match=r"nor is there a column 'teem'\. Did you mean 'team'"):
        pm.PeerMatcher("id", [NEAR], odd="reserve", reserve="teem").match(PEOPLE)
    with pytest.raises(pm.InputError, match="Ids are str, this is int"):
        pm.PeerMatcher("id", [NEAR], odd="reserve", reserve=[7]).match([*PEOPLE, {"id": "7", "years": 3}])
    many = [{"id": f"p{k}", "years": k, "stand_by": "yes"} for k in range(21)]
    with pytest.raises(pm.InputError, match="at most 20"):
        pm.PeerMatcher("id", [NEAR], odd="reserve", reserve="stand_by").match([*many, *PEOPLE])


def test_rounds_are_planned_without_trios():
    with pytest.raises(pm.ConfigError, match="sit out, in turns"):
        pm.plan_rounds(pm.PeerMatcher("id", [NEAR], odd="trio"), PEOPLE, 2)


# ---- configuration and command line ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "options",
    [{"odd": "trio"}, {"odd": "reserve", "reserve": ["e", "d"]}, {"odd": "reserve", "reserve": "e"}],
)
def test_round_trip(options, tmp_path):
    matcher = pm.PeerMatcher("id", [NEAR], **options)
    matcher.to_toml(tmp_path / "m.toml")
    again = pm.PeerMatcher.from_toml(tmp_path / "m.toml")
    assert again.to_dict() == matcher.to_dict()
    assert again.match(PEOPLE).to_json() == matcher.match(PEOPLE).to_json()


def test_the_monthly_coffee_from_the_command_line(tmp_path, capsys):
    people = make_organisation(402, 5)
    top = people["manager_id"].isna() | (people["manager_id"] == "")
    assert top.sum() == 1  # whom everybody reports to, so that nobody may meet them
    people["opted_in"] = np.where(top, "no", "yes")
    people.to_csv(tmp_path / "people.csv", index=False)
    (tmp_path / "coffee.toml").write_text(COFFEE)
    table, config, out = (str(tmp_path / name) for name in ("people.csv", "coffee.toml", "out"))
    assert (
        main(
            ["match", table, "--config", config, "--out", out, "--round", "2026-12", "--as-of", "2026-12-01"]
        )
        == 0
    )
    said = capsys.readouterr().out
    assert "trio" in said
    assert "No better total is possible." in " ".join(said.split())
    history = str(tmp_path / "out" / "history.csv")
    assert (
        main(["match", table, "--config", config, "--out", out, "--round", "2027-01", "--history", history])
        == 0
    )
    text = (tmp_path / "out" / "explanations.md").read_text()
    assert text.count("of the trio t-") == 3


def test_updates_drafts_and_group_floors_refuse_trios_in_words():
    trio = pm.PeerMatcher("id", [NEAR], odd="trio")
    with pytest.raises(pm.ConfigError, match="update\\(\\) keeps pairs"):
        trio.update(PEOPLE, previous=trio.match(PEOPLE))
    with pytest.raises(pm.ConfigError, match="A draft holds pairs"):
        pm.Draft.of(trio, trio.match(PEOPLE))
    with pytest.raises(pm.ConfigError, match="compares pairs"):
        trio.match(PEOPLE).sensitivity()
    pairing = trio.match(PEOPLE)
    members = set(trio_of(pairing)[0])
    alone = [id for id in "abcde" if id not in members]
    assert "was not worked out" in pairing.why_not(alone[0], min(members)).text


def test_people_who_are_set_aside_are_not_called():
    matcher = pm.PeerMatcher("id", [NEAR], odd="reserve", reserve=["d", "e"])
    pairing = matcher.match(PEOPLE, set_aside=["d"])
    assert pairing.odd.called == ("e",)
