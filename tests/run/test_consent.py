"""Consent by column: without a yes nothing reads what stands there, and nobody learns who said no."""

from __future__ import annotations

import json
import pickle

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

import peermatch as pm
from peermatch.criteria import CRITERIA

YES, NO = ("yes", "TRUE", "1", "x", "ja", True, 1), ("no", "", None, "0", "nein", False, "N")


def people(answers, faiths=None):
    faiths = faiths or ["abc"[k % 3] for k in range(len(answers))]
    return [
        {"id": k, "years": k, "faith": faiths[k], "faith_ok": answer, "team": "xy"[k % 2]}
        for k, answer in enumerate(answers)
    ]


def matcher(*criteria, rules=(), **options):
    criteria = criteria or (pm.near("years"), pm.same("faith"))
    return pm.PeerMatcher("id", list(criteria), list(rules), consent={"faith": "faith_ok"}, **options)


def blanked(rows):
    """The same table as somebody would write it who asked first."""
    given_up = [{**row, "faith": row["faith"] if row["faith_ok"] == "yes" else None} for row in rows]
    return [{name: cell for name, cell in row.items() if name != "faith_ok"} for row in given_up]


def _core(pairing):
    data = pairing.to_dict()
    return json.dumps([data["people"], data["pairs"], data["rules"]]), pairing.quality("team").table.to_csv()


@pytest.mark.parametrize(
    ("criteria", "rules"),
    [
        ([pm.same("faith"), pm.near("years")], []),
        ([pm.overlap("faith"), pm.near("years")], []),
        ([pm.different(["faith", "team"])], []),
        ([pm.near("years")], [pm.must_differ("faith")]),
        ([pm.near("years")], [pm.must_match("faith")]),
        ([pm.near("years")], [pm.no_twins(["faith", "team"])]),
        ([pm.near("years", when="faith")], []),
    ],
)
@given(data=st.data())
@settings(derandomize=True, database=None, deadline=None, max_examples=8)
def test_it_is_the_same_as_a_table_without_those_cells(criteria, rules, data):
    count = data.draw(st.integers(4, 14))
    answers = data.draw(st.lists(st.sampled_from(["yes", "no", None]), min_size=count, max_size=count))
    values = "yn" if criteria[0].when else "abc"
    rows = people(answers, data.draw(st.lists(st.sampled_from(values), min_size=count, max_size=count)))
    asked = matcher(*criteria, rules=rules)
    plain = pm.PeerMatcher("id", criteria, rules)
    try:
        wanted = _core(plain.match(blanked(rows)))
    except pm.PeerMatchError as error:
        with pytest.raises(type(error)):
            asked.match(rows)
        return
    assert _core(asked.match(rows)) == wanted


@pytest.mark.parametrize("answer", [*YES, *NO])
def test_only_a_yes_is_a_yes(answer):
    cells = matcher().match(people([answer, "yes", "yes", "no"])).everyone[0].column("faith").tolist()
    assert cells == ["a" if answer in YES and answer not in NO else None, "b", "c", None]


def test_an_answer_that_is_neither_is_refused_with_its_row():
    with pytest.raises(pm.InputError, match="consent column 'faith_ok'") as caught:
        matcher().match(people(["yes", "maybe", "no", "perhaps"]))
    assert [item["row"] for item in caught.value.items] == [2, 4]
    assert {item["code"] for item in caught.value.items} == {"not_yes_or_no"}


def test_the_given_table_and_cohort_stay_as_they_were():
    cohort = pm.read_people(people(["yes", "no", "no", "yes"]), "id")
    before = cohort.frame.copy()
    matcher().match(cohort)
    assert cohort.frame.equals(before)
    assert not len(cohort.repairs)


def test_how_many_is_told_and_never_who():
    rows = people(["yes"] * 14 + ["no"] * 13)
    pairing = matcher(sensitive=["faith"]).match(rows)
    row = pairing.repairs[pairing.repairs["code"] == "no_consent"]
    assert row[["column", "row", "id", "count", "sure"]].values.tolist() == [
        ["faith", None, None, 13, "certain"]
    ]
    assert "13 of 27 did not say yes in 'faith_ok'" in pairing.summary()
    used = pairing.uses()
    told = used[used["column"] == "faith_ok"]["used_for"].tolist()
    assert told == ["consent to faith: 14 of 27 said yes"]
    # a change of who said no, and of nothing else, changes no word about consent
    turned = [{**one, "faith_ok": "no" if k < 13 else "yes"} for k, one in enumerate(rows)]
    again = matcher(sensitive=["faith"]).match(turned)
    assert again.repairs.to_csv() == pairing.repairs.to_csv()


def test_small_numbers_are_hidden_from_auditors():
    pairing = matcher().match(people(["yes"] * 18 + ["no"] * 2))
    texts = [pairing.summary(audience="auditor"), pairing.to_json(audience="auditor")]
    texts += [pairing.uses().to_csv()]
    for text in texts:
        assert "nearly all of 20 said yes" in text
        assert "2 of 20" not in text
        assert "18 of 20" not in text


def test_two_sides_may_ask_both_or_one():
    left = people(["yes", "no", "yes"])
    right = [{"id": f"m{k}", "years": k, "faith": "a"} for k in range(3)]
    asked = pm.PeerMatcher(
        "id",
        [pm.same("faith"), pm.near("years")],
        sides=("mentee", "mentor"),
        consent={"faith": "faith_ok"},
    )
    pairing = asked.match(left, right)
    assert pairing.everyone[0].column("faith").tolist() == ["a", None, "c"]
    assert pairing.everyone[1].column("faith").tolist() == [None] * 3  # nobody there was asked
    counted = pairing.repairs[pairing.repairs["code"] == "no_consent"]
    assert counted[["side", "count"]].values.tolist() == [["mentee", 1], ["mentor", 3]]


def test_one_table_by_role():
    rows = [{**one, "role": "lr"[k % 2]} for k, one in enumerate(people(["yes", "no"] * 4))]
    asked = pm.PeerMatcher(
        "id", [pm.same("faith"), pm.near("years")], sides=("l", "r"), consent={"faith": "faith_ok"}
    )
    pairing = asked.match(rows, role="role")
    assert all(pairing.everyone[0].column("faith"))
    assert not any(pairing.everyone[1].column("faith"))
    with pytest.raises(pm.ConfigError, match="role="):
        pm.PeerMatcher("id", [pm.near("years")], sides=("l", "r"), consent={"role": "faith_ok"}).match(
            rows, role="role"
        )


def test_a_reserve_is_asked_once():
    rows = [
        {**one, "spare": "yes" if k == 4 else "no"} for k, one in enumerate(people(["yes", "no"] * 3)[:5])
    ]
    pairing = matcher(odd="reserve", reserve="spare").match(rows)
    assert pairing.repairs["code"].tolist() == ["no_consent"]
    again = matcher().match(pairing.everyone[0])
    assert again.repairs["count"].tolist() == pairing.repairs["count"].tolist() == [2]


def test_names_count_as_the_same_whatever_their_case():
    rows = [{("Faith " if n == "faith" else n): c for n, c in one.items()} for one in people(["no"] * 4)]
    asked = pm.PeerMatcher("id", [pm.near("years")], consent={"FAITH": "Faith_OK"})
    pairing = asked.match(rows)
    column = next(name for name in pairing.everyone[0].columns if name.strip() == "Faith")
    assert not any(pairing.everyone[0].column(column))


@pytest.mark.parametrize(
    "options",
    [
        {"id": "faith"},
        {"label": "faith"},
        {"eligible": "Faith"},
        {"odd": "reserve", "reserve": "faith"},
        {"sides": ("x", "y"), "same_person": ["faith"]},
        {"sides": ("x", "y"), "capacity": {"y": "faith"}},
        {"rules": [pm.not_in_line("faith")]},
        {"rules": [pm.veto("faith")]},
        {"advisers": pm.Advisers("years", manager="faith")},
        {"advisers": pm.Advisers("years", rules=[pm.veto("faith")])},
    ],
)
def test_who_is_who_and_protections_cannot_be_consented_away(options):
    with pytest.raises(pm.ConfigError, match="Take it out of consent=") as caught:
        pm.PeerMatcher(**{"id": "id", "criteria": [pm.near("years")], "consent": {"FAITH": "ok"}, **options})
    assert {item["code"] for item in caught.value.items} == {"consent"}


@pytest.mark.parametrize(
    "given_", [3, "faith", ["faith"], {"faith": 3}, {3: "ok"}, {"": "ok"}, {"faith": ""}, {"a": "A"}]
)
def test_consent_is_a_mapping_of_columns(given_):
    with pytest.raises(pm.ConfigError, match="consent"):
        pm.PeerMatcher("id", [pm.near("years")], consent=given_)


def test_two_wordings_of_one_column_are_refused():
    with pytest.raises(pm.ConfigError, match="stands twice"):
        pm.PeerMatcher("id", [pm.near("years")], consent={"faith": "a", "Faith": "b"})


@pytest.mark.parametrize("wrong", [{"fait": "faith_ok"}, {"faith": "faithok_"}])
def test_unknown_columns_are_refused_with_the_nearest(wrong):
    if "faith" in wrong:
        wrong = {"faith": "faith_yes"}
    with pytest.raises(pm.ConfigError, match="consent= names the column"):
        pm.PeerMatcher("id", [pm.near("years")], consent=wrong).match(people(["yes"] * 4))


def test_guarded_columns_do_not_ask_for_consent():
    with pytest.raises(pm.ConfigError, match="consent="):
        matcher(audit_only=["faith_ok"])


def test_it_goes_round(tmp_path):
    asked = matcher()
    asked.to_toml(tmp_path / "m.toml")
    assert "[consent]" in (tmp_path / "m.toml").read_text()
    again = pm.PeerMatcher.from_toml(tmp_path / "m.toml")
    assert again.to_dict() == asked.to_dict()
    assert again.to_dict()["consent"] == {"faith": "faith_ok"}
    assert pickle.loads(pickle.dumps(asked)).consent == {"faith": "faith_ok"}
    assert asked.match(people(["yes"] * 4)).settings["consent"] == {"faith": "faith_ok"}


def test_advisers_are_asked_as_well():
    pairing = matcher().match(people(["yes"] * 6))
    seniors = [{"id": 100 + k, "years": 40, "faith": "a", "faith_ok": "no"} for k in range(6)]
    found = pm.assign_advisers(pairing, seniors, experience="years", criteria=[pm.same("faith")])
    blank = pm.assign_advisers(
        pairing, [{**one, "faith": None} for one in seniors], experience="years", criteria=[pm.same("faith")]
    )
    assert found.pairs.to_csv() == blank.pairs.to_csv()


def test_a_custom_function_gets_nothing_without_a_yes():
    seen = set()

    def dig(me, you):
        seen.update(me["faith"].ravel().tolist())
        return (me["years"] * you["years"]) * 0.0

    matcher(pm.custom(dig, ["faith", "years"])).match(people(["yes", "no", "no", "no"]))
    assert {cell for cell in seen if isinstance(cell, str)} == {"a"}


def test_every_kind_of_criterion_works_with_consent_in_its_columns():
    """None of them takes a cell that is not known for a fault of the table."""
    assert {"near", "same", "overlap"} <= set(CRITERIA)
    rows = people(["no"] * 6)
    for criterion in (pm.near("faith"), pm.same("faith"), pm.overlap("faith"), pm.above("faith", by=(1, 2))):
        pairing = matcher(criterion, pm.near("years", name="other")).match(rows)
        assert len(pairing.pairs) == 3
