"""Who decided: words that stand in every result and change nothing of it."""

from __future__ import annotations

import inspect
import pickle
import tomllib
from dataclasses import replace

import pytest

import peermatch as pm
from peermatch.criteria import CRITERIA, RULES
from peermatch.programme.learning.fitted import LEARNED

WHO = "HR and the works council, 3 May"
PLAIN = {
    "above": {"column": "a"},
    "available": {"zone": "a", "hours": "b"},
    "complement": {"offers": "a", "seeks": "b"},
    "custom": {"function": lambda me, you: me["a"] * 0.0 + 1.0, "columns": ["a"]},
    "different": {"columns": ["a"]},
    "near": {"column": "a"},
    "novelty": {},
    "overlap": {"column": "a"},
    "prefers": {"column": "a"},
    "same": {"column": "a"},
    "ties": {"table": [(1, 2)]},
    "at_least": {"criterion": "c", "value": 0.5},
    "forbid": {"pairs": [(1, 2)]},
    "must_differ": {"column": "a"},
    "must_match": {"column": "a"},
    "no_repeat": {},
    "no_twins": {"columns": ["a"]},
    "not_in_line": {"manager": "a"},
    "require": {"pairs": [(1, 2)]},
    "veto": {"column": "a"},
}
ROWS = [{"id": k, "years": k * k % 7, "team": "xyz"[k % 3], "no": ""} for k in range(9)]


def matcher(whole=None, near=None, same=None, rule=None, private=None):
    return pm.PeerMatcher(
        "id",
        [pm.near("years", decided_by=near), pm.same("team", decided_by=same, weight=2)],
        [pm.forbid([(0, 1)], decided_by=rule), pm.veto("no", decided_by=private)],
        decided_by=whole,
    )


@pytest.mark.parametrize("kind", sorted([*CRITERIA, *RULES]))
def test_every_criterion_and_rule_may_say_who_decided(kind):
    build = {**CRITERIA, **RULES}[kind]
    assert "decided_by" in inspect.signature(build).parameters
    part, silent = build(**PLAIN[kind], decided_by=WHO), build(**PLAIN[kind])
    assert (part.decided_by, silent.decided_by) == (WHO, None)
    assert part != silent
    if kind != "custom":
        assert part.to_dict() == {**silent.to_dict(), "decided_by": WHO}
        again = pickle.loads(pickle.dumps(part))
        assert (again, again.decided_by) == (part, WHO)
        data = part.to_dict()
        assert {**CRITERIA, **RULES}[data.pop("kind")](**data) == part
    for wrong in ("", "  ", 3, ["HR"]):
        with pytest.raises(
            pm.ConfigError, match=rf"decided_by parameter of {kind}\(\) must be a text that says who"
        ):
            build(**PLAIN[kind], decided_by=wrong)


def test_it_is_kept_in_files_and_copies(tmp_path):
    whole = matcher(WHO, "the board", None, "the ombudsperson", "the people")
    path = tmp_path / "programme.toml"
    whole.to_toml(path)
    data = tomllib.loads(path.read_text())
    assert (data["decided_by"], data["criteria"][0]["decided_by"]) == (WHO, "the board")
    for again in (
        pm.PeerMatcher.from_toml(path),
        pm.PeerMatcher.from_dict(whole.to_dict()),
        pickle.loads(pickle.dumps(whole)),
    ):
        assert again.to_dict() == whole.to_dict()
        assert [part.decided_by for part in again.criteria] == ["the board", None]
        assert [part.decided_by for part in again.rules] == ["the ombudsperson", "the people"]
    path.write_text(path.read_text().replace('decided_by = "the board"', 'decidedby = "the board"'))
    with pytest.raises(pm.ConfigError, match=r"unknown key 'decidedby'\. Did you mean 'decided_by'"):
        pm.PeerMatcher.from_toml(path)
    with pytest.raises(pm.ConfigError, match="decided_by parameter of PeerMatcher must be a text"):
        pm.PeerMatcher("id", [pm.same("a")], decided_by=7)


def test_it_changes_no_score_and_no_byte_but_its_own():
    silent, told = matcher().match(ROWS), matcher(WHO, "a", "b", "c", "d").match(ROWS)
    one, other = silent.to_dict(), told.to_dict()
    assert "decided_by" not in str(one)
    settings = other.pop("settings")
    assert settings.pop("decided_by") == WHO
    for name in ("criteria", "rules"):
        settings[name] = [
            {key: cell for key, cell in part.items() if key != "decided_by"} for part in settings[name]
        ]
    assert settings == one.pop("settings")
    assert one == other
    assert silent.summary() == told.summary()
    assert silent.explain(2).table.equals(told.explain(2).table)
    # encoders of one are encoders of the other
    assert matcher(WHO).match(ROWS, fitted=silent).pairs.equals(silent.pairs)


def test_results_compare_and_drafts_go_on_whoever_decided():
    silent, told = matcher().match(ROWS, round="r"), matcher(WHO, "a").match(ROWS, round="r")
    assert pm.diff(silent, told).comparable is not False
    assert "don't compare" not in pm.diff(silent, told).text
    pm.Draft.of(matcher(WHO, "somebody else"), silent)


@pytest.mark.parametrize(
    ("whole", "own", "read"),
    [(None, None, "not recorded"), (WHO, None, WHO), (WHO, "the board", "the board"), (None, "I", "I")],
)
def test_the_nearest_word_counts(whole, own, read):
    uses = matcher(whole, near=own, rule=own).match(ROWS).uses().set_index("used_for")
    assert uses.loc["criterion near_years", "decided_by"] == read
    assert uses.loc["rule forbid", "decided_by"] == read
    assert uses.loc["criterion same_team", "decided_by"] == (whole or "not recorded")
    assert uses.loc["id", "decided_by"] == (whole or "not recorded")


def test_learned_weights_say_so():
    criteria = [replace(part, decided_by=LEARNED) for part in matcher(WHO).criteria]
    learned = pm.PeerMatcher("id", criteria, decided_by=WHO, learned={"rounds": 3, "pairs": 60})
    text = learned.match(ROWS).summary(audience="auditor")
    assert "The weights were learned from outcomes of 3 rounds." in text
    assert text.count(LEARNED) == 3
    assert LEARNED not in matcher(WHO).match(ROWS).summary(audience="auditor")


def test_private_rules_together_name_all_who_decided():
    rules = [
        pm.veto("no", decided_by="the people"),
        pm.veto(table=[(0, 1)], name="v2", decided_by="the office"),
        pm.veto(table=[(1, 2)], name="v3", decided_by="the people"),
    ]
    found = pm.PeerMatcher("id", [pm.same("team")], rules).match(ROWS)
    table = found.table("rules", audience="auditor")
    assert table[["rule", "pairs_removed", "decided_by"]].values.tolist() == [
        ["a private rule", 2, "the people; the office"]
    ]
