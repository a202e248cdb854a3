"""What could go wrong without a word does not: rules that would forbid nothing, criteria that would say nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import peermatch as pm

PEOPLE = [{"id": i, "x": (i * 7) % 5} for i in range(1, 7)]
NEAR = pm.near("x")


def match(rules=(), people=PEOPLE, criteria=(NEAR,), **options):
    return pm.PeerMatcher("id", list(criteria), list(rules)).match(people, **options)


def made(pairing):
    return {frozenset(pair) for pair in pairing.pairs[["a", "b"]].values.tolist()}


@pytest.mark.parametrize(
    "rule",
    [
        pm.veto(table=[("1", "6")]),
        pm.veto(table=[(1, "6")]),
        pm.veto(table=[("01", 6)]),
        pm.forbid([("1", "6")]),
        pm.forbid([(1, 2), (1, "6.0")]),
    ],
)
def test_listed_ids_of_another_type_are_refused(rule):
    with pytest.raises(pm.InputError) as caught:
        match([rule])
    assert caught.value.items[0]["code"] == "id_type"
    names_someone = any(digit in str(caught.value) for digit in "16")
    assert names_someone == (rule.kind == "forbid")  # a private rule names nobody


@pytest.mark.parametrize("kind", ["ties", "prefers"])
def test_criteria_of_lists_refuse_another_type(kind):
    criterion = pm.ties([("1", "6")]) if kind == "ties" else pm.prefers(table=[(1, "6")])
    with pytest.raises(pm.InputError, match=r"nobody has; written [16] it would be"):
        match(criteria=[NEAR, criterion])


def test_a_veto_column_in_numbers_where_ids_are_text():
    people = [{"id": str(i), "x": i, "no": 2 if i == 1 else None} for i in range(1, 5)]
    with pytest.raises(pm.InputError, match="Write listed ids like people's ids, which are text"):
        match([pm.veto("no")], people)


def test_vetoes_of_people_who_left_are_counted():
    pairing = match([pm.veto(table=[(1, 6), (1, 99)])])
    assert frozenset((1, 6)) not in made(pairing)
    assert pairing.enforcement.rules[0].note == "1 listed id that nobody has"


def test_numpy_ids_are_ids():
    wanted = pd.DataFrame({"a": [1], "b": [6]}).to_numpy()
    pairing = match(locks=[tuple(row) for row in wanted], rules=[pm.veto(table=[(np.int64(2), np.int64(3))])])
    assert frozenset((1, 6)) in made(pairing)
    assert frozenset((2, 3)) not in made(pairing)


@pytest.mark.parametrize("bad", [[1], {"a": 1}, (1, 2)])
def test_what_cannot_be_an_id_is_refused_in_words(bad):
    with pytest.raises(pm.InputError, match="one value is needed"):
        match(locks=[(bad, 2)])


def test_an_org_of_another_type_is_refused():
    org = [{"id": str(i), "boss": str(i - 1) if i > 1 else None} for i in range(1, 7)]
    with pytest.raises(pm.InputError) as caught:
        match([pm.not_in_line("boss")], org=org)
    assert caught.value.items[0]["code"] == "people_not_in_org"


def test_a_history_that_nothing_looks_at_is_refused():
    with pytest.raises(pm.ConfigError, match="no rule or criterion looks at it"):
        match(history=[{"a": 1, "b": 2}])


def test_our_own_pairs_file_is_a_history(tmp_path):
    """Spreadsheet programs must not take ids for formulas, so the file marks them; reading takes the mark off."""
    people = [{"id": id, "x": k} for k, id in enumerate(["=1", "+2", "-3", "@4"])]
    first = match(people=people)
    first.to_csv(tmp_path)
    again = match([pm.no_repeat()], people, history=tmp_path / "pairs.csv")
    assert not made(first) & made(again)
    assert again.rules["pairs_removed"].tolist() == [2]


def test_a_pair_without_a_round_counts_as_recent():
    history = [{"round": None, "a": 1, "b": 2}, {"round": "2026-11", "a": 3, "b": 4}]
    pairing = match([pm.no_repeat(rounds=1)], history=history)
    assert pairing.rules["pairs_removed"].tolist() == [2]
    assert pairing.rules["note"].tolist() == ["2 earlier pairs of the rounds 2026-11"]


def test_ids_that_look_alike_across_sides_are_refused():
    matcher = pm.PeerMatcher("id", [NEAR], sides=("mentee", "mentor"))
    with pytest.raises(pm.InputError, match="look alike, once as a number and once as text"):
        matcher.match([{"id": 7, "x": 1}], [{"id": "7", "x": 1}])


@pytest.mark.parametrize("sides", [("score", "coverage"), ("pair_id", "x"), ("contribution_near_x", "y")])
def test_sides_cannot_be_called_like_columns_of_results(sides):
    with pytest.raises(pm.ConfigError, match="results have a column of that name"):
        pm.PeerMatcher("id", [NEAR], sides=sides)


def test_a_floor_is_held_against_what_is_shown():
    people = [{"id": i, "x": i} for i in (1, 2)]
    pairing = pm.PeerMatcher("id", [NEAR], [pm.at_least("near_x", 0.9)]).match(people)
    assert len(pairing.pairs) == 1  # 1 / (1 + 1/9) is a hair below 0.9 as a float, and 0.9 on the grid


def test_the_same_column_twice_is_refused():
    with pytest.raises(pm.ConfigError, match="no column stands twice"):
        pm.different(left=["team", "team"], right=["team", "dept"])


def centred(me, you):
    return np.clip((me["x"] - me["x"].mean()) / 10 + 0.5 + 0 * you["x"], 0, 1)


def test_a_function_that_looks_at_its_block_is_refused():
    with pytest.raises(pm.InputError, match="must look at pairs one by one"):
        match(criteria=[pm.custom(centred, "x")])


def test_a_function_that_throws_dice_is_refused():
    rng = np.random.default_rng(0)
    with pytest.raises(pm.InputError, match="random numbers"):
        match(criteria=[pm.custom(lambda me, you: rng.random(np.broadcast(me["x"], you["x"]).shape), "x")])


def test_more_places_than_people_cost_nothing():
    matcher = pm.PeerMatcher("id", [NEAR], sides=("mentee", "mentor"), capacity={"mentor": 10_000})
    mentees = [{"id": f"a{i}", "x": i} for i in range(5)]
    pairing = matcher.match(mentees, [{"id": "m", "x": 1}])
    assert len(pairing.pairs) == 5
    with pytest.raises(pm.ConfigError, match="from 1 to 10000"):
        pm.PeerMatcher("id", [NEAR], sides=("mentee", "mentor"), capacity={"mentor": 10**9})


def test_paths_survive_another_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "w").mkdir()
    (tmp_path / "w" / "f.csv").write_text("a,b\n1,6\n")
    config = 'schema = 1\nid = "id"\n[[criteria]]\nkind = "near"\ncolumn = "x"\n'
    config += '[[rules]]\nkind = "forbid"\npairs = "f.csv"\n'
    (tmp_path / "w" / "a.toml").write_text(config)
    matcher = pm.PeerMatcher.from_toml("w/a.toml")
    matcher.to_toml("b.toml")
    assert pm.PeerMatcher.from_toml("b.toml").to_dict() == matcher.to_dict()


def test_private_rules_do_not_show_in_words():
    rule = pm.veto(table=[(1, "SECRET")], name="hush")
    assert "SECRET" not in repr(rule) + str(rule)
    with pytest.raises(pm.ConfigError) as caught:
        pm.PeerMatcher("id", [NEAR], rule)
    assert "SECRET" not in str(caught.value)


def test_criteria_with_tables_can_be_compared():
    table = pd.DataFrame({"a": [1], "b": [2]})
    assert pm.ties(table) == pm.ties(table.copy())
    assert pm.ties(table) != pm.ties(table.assign(b=[3]))
