"""Drafts: edits, what they cost, what collides, and files that anybody may have written."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import peermatch as pm
from peermatch.errors import ConfigError, InfeasibleError, InputError
from peermatch.problem import GRID


def people(ids, seed=0):
    """Synthetic people, each the same whoever else is there."""
    rows = []
    for id in ids:
        rng = np.random.default_rng([seed, int(id)])
        rows.append(
            {"id": id, "years": int(rng.integers(0, 30)), "site": str(rng.choice(["Oslo", "Rome", "Cork"]))}
        )
    return rows


def matcher(**options):
    return pm.PeerMatcher("id", [pm.near("years", scale=8), pm.same("site", weight=0.4)], **options)


def draft_of(n=12, seed=0, **options):
    m = matcher(**options)
    return pm.Draft.of(m, m.match(people(range(1, n + 1), seed), round="2026-12"))


def pair_set(pairing):
    return {tuple(row) for row in pairing.pairs[list(pairing.sides.names)].to_numpy().tolist()}


def all_matchings(ids):
    ids = list(ids)
    if len(ids) < 2:
        yield []
        return
    first, rest = ids[0], ids[1:]
    yield from all_matchings(rest)
    for other in rest:
        for more in all_matchings([one for one in rest if one != other]):
            yield [(first, other), *more]


def test_the_rest_is_solved_exactly_around_what_was_decided():
    for seed in range(8):
        draft = draft_of(8, seed)
        scores, pairs = draft.pairing.scores, sorted(pair_set(draft.pairing))
        worth = {
            (a, b): int(scores.at(np.array([a - 1]), np.array([b - 1]))[0])
            for a, b in itertools.combinations(range(1, 9), 2)
        }
        draft.accept(pairs[0], who="an administrator", why="they asked for it")
        draft.reject(pairs[1])
        outside = [id for id in range(1, 9) if id not in pairs[0]]
        draft.set_aside(outside[-1])
        solved = draft.solve()
        every = [
            (len(made), sum(worth[pair] for pair in made))
            for made in all_matchings(range(1, 9))
            if pairs[0] in made and pairs[1] not in made and all(outside[-1] not in pair for pair in made)
        ]
        assert (len(solved.pairs), solved.matching.weight) == max(every)
        assert solved.certificate.verified
        assert solved.people.set_index("id").loc[outside[-1], "status"] == "not taking part"
        assert draft.pairs["state"].value_counts()["accepted"] == 1
        assert draft.edits["edit"].tolist() == ["accept", "reject", "set_aside"]
        assert draft.edits["who"].tolist()[0] == "an administrator"


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    n=st.integers(4, 9),
    kind=st.sampled_from(["require", "reject", "set_aside", "swap"]),
)
@pytest.mark.parametrize("objective", ["everyone_first", "best_total"])
def test_what_the_proof_tells_is_never_more_than_what_it_costs(objective, seed, n, kind):
    draft = draft_of(n, seed, objective=objective)
    rng = np.random.default_rng(seed)
    pairs = sorted(pair_set(draft.pairing))
    if len(pairs) < 2:
        return
    at = pairs[int(rng.integers(len(pairs)))]
    if kind == "require":
        a, b = sorted(rng.permutation(range(1, n + 1))[:2].tolist())
        what = {"require": (a, b)}
    elif kind == "reject":
        what = {"reject": at}
    elif kind == "set_aside":
        what = {"set_aside": int(rng.integers(1, n + 1))}
    else:
        what = {"swap": (pairs[0][0], pairs[1][int(rng.integers(2))])}
    before = draft.pairing
    at_once, exact = draft.cost(**what, exact=False), draft.cost(**what)
    assert draft.pairing is before  # showing a cost changes nothing
    assert not draft.stale
    assert exact.lost is not None
    assert exact.lost == (before.matching.weight - exact.pairing.matching.weight) / GRID
    assert exact.at_least is not None
    assert exact.at_least <= exact.lost
    if exact.pairs_lost == 0:
        assert at_once.at_least is None or at_once.at_least <= exact.lost
    assert exact.text
    assert at_once.text
    if kind == "swap":
        made = pair_set(exact.pairing)
        assert not {pairs[0], pairs[1]} & made


def test_the_proof_tells_exactly_what_the_next_best_pair_costs_where_it_is_tight():
    tight = 0
    for seed in range(12):
        draft = draft_of(10, seed)
        cost = draft.cost(swap=(draft.pairs["a"].iloc[0], draft.pairs["a"].iloc[1]))
        tight += cost.at_least == cost.lost
    assert tight > 0


def test_two_sides_with_places():
    m = pm.PeerMatcher(
        "id", [pm.near("years", scale=8)], sides=("mentee", "mentor"), capacity={"mentor": "places"}
    )
    mentors = [{**row, "places": 2} for row in people(range(101, 104))]
    draft = pm.Draft.of(m, m.match(people(range(1, 6)), mentors))
    first = draft.pairs.iloc[0]
    other = next(id for id in (101, 102, 103) if id != first["mentor"])
    at_once = draft.cost(require=(other, first["mentee"]), exact=False)
    cost = draft.cost(require=(first["mentee"], other))
    assert at_once.at_least is not None
    assert at_once.at_least <= cost.lost
    draft.require(other, first["mentee"])  # either way round
    assert (first["mentee"], other) in pair_set(draft.solve())
    with pytest.raises(InfeasibleError, match="cannot stand in"):
        draft.require(first["mentee"], first["mentor"])
    with pytest.raises(InputError, match="same side"):
        draft.require(1, 2)
    mentee = draft.pairs[draft.pairs["mentee"] != first["mentee"]].iloc[0]
    draft.accept((mentee["mentee"], mentee["mentor"]))
    again = pm.Draft.from_dict(draft.to_dict(), m, people(range(1, 6)), mentors)
    assert pair_set(again.solve()) == pair_set(draft.solve())


def test_edits_that_collide_are_named_at_once_and_change_nothing():
    draft = draft_of()
    (a, b), (c, d) = sorted(pair_set(draft.pairing))[:2]
    draft.accept((a, b))
    for edit, kinds in (
        (lambda: draft.require(a, c), {"accepted", "required"}),
        (lambda: draft.reject((b, a)), {"accepted", "rejected"}),
        (lambda: draft.set_aside(b), {"accepted", "set_aside"}),
    ):
        with pytest.raises(InfeasibleError) as caught:
            edit()
        assert {part["rule"] for part in caught.value.conflict} == kinds
        assert len(caught.value.conflict) == 2
    draft.set_aside(d)
    with pytest.raises(InfeasibleError, match="set aside"):
        draft.accept((c, d))
    assert len(draft.edits) == 2
    draft.take_back((a, b), d)
    draft.require(a, c)
    assert (a, c) in pair_set(draft.solve())
    with pytest.raises(InputError, match="Nothing was decided"):
        draft.take_back((a, b))


def test_a_pair_that_a_rule_forbids_is_refused_before_anything_is_solved():
    m = matcher(rules=[pm.must_differ("site")])
    pairing = m.match(people(range(1, 13)))
    sites = {row["id"]: row["site"] for row in people(range(1, 13))}
    a, b = next(pair for pair in itertools.combinations(sites, 2) if sites[pair[0]] == sites[pair[1]])
    draft = pm.Draft.of(m, pairing)
    with pytest.raises(InfeasibleError, match="is forbidden by must_differ_site") as caught:
        draft.cost(require=(a, b), exact=False)
    assert len(caught.value.conflict) == 2
    draft.require(a, b)
    before = draft.pairing
    with pytest.raises(InfeasibleError):
        draft.solve()
    assert draft.pairing is before
    draft.take_back((a, b))
    draft.solve()


def test_wrong_arguments_are_refused_in_words():
    draft = draft_of()
    pairing = draft.pairing
    for call, words in (
        (lambda: draft.accept("1"), "Did you mean 1"),
        (lambda: draft.accept((1, 1)), "themselves"),
        (lambda: draft.accept(99), "Nobody in this draft"),
        (lambda: draft.reject(), "needs pairs"),
        (lambda: draft.set_aside(), "needs ids"),
        (lambda: draft.cost(), "exactly one"),
        (lambda: draft.cost(require=(1, 2), reject=3), "exactly one"),
        (lambda: draft.cost(require=1), "two ids"),
        (lambda: draft.cost(swap=(1, 1)), "two people of two pairs"),
        (lambda: draft.accept(who=3), "who parameter"),
        (lambda: pm.Draft.of(matcher(mutual="min"), pairing), "other mutual"),
        (lambda: pm.Draft.of("x", pairing), "a PeerMatcher"),
        (lambda: pm.Draft.of(matcher(), "x"), "a Pairing"),
    ):
        with pytest.raises((InputError, ConfigError), match=words):
            call()
    a, b = draft.pairs.iloc[0][["a", "b"]]
    stranger = next(id for id in range(1, 13) if id not in (a, b))
    with pytest.raises(InputError, match="no pair"):
        draft.accept((a, stranger))


def test_saved_and_loaded_it_goes_on(tmp_path):
    draft = draft_of()
    (a, b), (c, _) = sorted(pair_set(draft.pairing))[:2]
    draft.accept((a, b), who="ann", why="fine")
    draft.reject(c)
    path = draft.save(tmp_path / "draft.json")
    assert [one.name for one in tmp_path.iterdir()] == ["draft.json"]
    text = path.read_text(encoding="utf-8")
    assert not any(site in text for site in ("Oslo", "Rome", "Cork"))  # no profiles
    again = pm.Draft.load(path, matcher(), people(range(1, 13)))
    assert again.to_dict() == {**draft.to_dict()}
    assert again.edits.equals(draft.edits)
    assert again.stale
    solved = again.solve()
    assert pair_set(solved) == pair_set(draft.solve())
    assert solved.round == "2026-12"
    later = pm.Draft.load(path, matcher(), people(range(1, 15)))
    assert len(later.solve().people) == 14
    kept = matcher().update(people(range(1, 15)), draft)
    assert pair_set(draft.pairing) <= pair_set(kept)
    assert pair_set(matcher().update(people(range(1, 15)), path, at_most=0))


def test_locks_and_people_set_aside_go_on_in_a_draft():
    m = matcher()
    pairing = m.match(people(range(1, 13)), locks=[(1, 2)], set_aside=[12])
    draft = pm.Draft.of(m, pairing)
    assert draft.required == [(1, 2)]
    assert draft.aside == [12]
    assert pair_set(draft.solve()) == pair_set(pairing)
    draft.take_back(12)
    assert draft.solve().people.set_index("id").loc[12, "status"] != "not taking part"


def broken(data, *keys, value):
    """Return the data with one place in it changed."""
    copy = json.loads(json.dumps(data))
    place = copy
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = value
    return copy


@pytest.mark.parametrize(
    ("keys", "value", "words"),
    [
        (("schema",), "peermatch/programme/1", "a draft has"),
        (("extra",), 1, "no key 'extra'"),
        (("accepted",), {"a": 1}, "must be a list"),
        (("accepted",), [7], "objects with the keys a and b"),
        (
            ("accepted",),
            [{"a": {"type": "int", "value": "1"}, "b": {"type": "float", "value": "2"}}],
            "an id with",
        ),
        (
            ("accepted",),
            [{"a": {"type": "int", "value": "1"}, "b": {"type": "int", "value": "77"}}],
            "Nobody",
        ),
        (("set_aside",), [{"type": "int", "value": "9" * 5000}], "an id with"),
        (("edits",), [{"edit": 3}], "'edits'"),
        (("as_of",), 7, "as_of"),
        (("round",), 7, "round"),
        (("two_sided",), "yes", "two_sided"),
        (("people", 0, "id"), None, "an id with"),
        (("pairs", 0, "score"), "much", "the score"),
        (("pairs", 0, "a"), {"type": "int", "value": "77"}, "not among its people"),
    ],
)
def test_hostile_drafts_are_refused_in_words(keys, value, words):
    data = draft_of().to_dict()
    with pytest.raises(InputError, match=words):
        pm.Draft.from_dict(broken(data, *keys, value=value), matcher(), people(range(1, 13)))


@pytest.mark.parametrize("text", ["", "[]", "[" * 100_000, '{"schema": 7}', "\ufeffx", "null"])
def test_hostile_files_are_refused_in_words(tmp_path, text):
    path = tmp_path / "draft.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError):
        pm.Draft.load(path, matcher(), people(range(1, 13)))
    with pytest.raises(InputError, match="cannot be read"):
        pm.Draft.load(tmp_path / "nowhere.json", matcher(), people(range(1, 13)))


def test_a_draft_with_contradictions_in_its_file_is_refused():
    draft = draft_of()
    (a, b), (c, _) = sorted(pair_set(draft.pairing))[:2]
    data = draft.to_dict()

    def written(*pair):
        return dict(zip("ab", ({"type": "int", "value": str(id)} for id in pair), strict=True))

    data["accepted"], data["required"] = [written(a, b)], [written(a, c)]
    with pytest.raises(InfeasibleError, match="cannot stand in"):
        pm.Draft.from_dict(data, matcher(), people(range(1, 13)))


# ---- diff -----------------------------------------------------------------------------------------------


def test_a_difference_adds_up():
    m = matcher()
    before = m.match(people(range(1, 21)))
    after = m.update(people(range(4, 25)), before, price=0.05, fitted=before)
    change = pm.diff(before, after)
    assert change.comparable is True
    assert change.note == ""
    assert change.joined == [21, 22, 23, 24]
    assert change.left == [1, 2, 3]
    counts = change.pairs["change"].value_counts()
    old, new = pair_set(before), pair_set(after)
    assert counts["kept"] == len(old & new)
    assert counts["broken"] == len(old - new)
    assert counts["made"] == len(new - old)
    assert change.totals == pytest.approx((before.matching.weight / GRID, after.matching.weight / GRID))
    table = change.people
    assert (table["gain"] == table["score_after"] - table["score_before"]).all()
    # every pair counts for two, and who is not in the table has the same pairs as before
    assert table["gain"].sum() / 2 == pytest.approx(change.totals[1] - change.totals[0])
    assert "joined" in change.text
    assert f"{counts['kept']} pairs kept" in change.text


def test_the_same_from_files_and_data(tmp_path):
    m = matcher()
    before = m.match(people(range(1, 13)), round="a")
    after = m.match(people(range(1, 13)), locks=[(1, 2)], fitted=before, round="a")
    before.to_csv(tmp_path / "before")
    after.to_csv(tmp_path / "after")
    one, two = pm.diff(before, after), pm.diff(tmp_path / "before", tmp_path / "after" / "result.json")
    pd.testing.assert_frame_equal(one.people, two.people)
    pd.testing.assert_frame_equal(one.pairs, two.pairs)
    assert one.text == two.text
    bare = pm.diff(before.pairs[["a", "b"]], after)
    assert bare.people["score_after"].notna().all()
    assert bare.people["gain"].isna().all()
    assert "not in both" in bare.note
    names = [path.name for path in one.to_csv(tmp_path / "diff")]
    assert names == ["diff_people.csv", "diff_pairs.csv", "diff.txt"]


def test_scores_that_do_not_compare_are_said_not_to():
    before = matcher().match(people(range(1, 13)))
    other = pm.PeerMatcher("id", [pm.near("years", scale=2), pm.same("site", weight=0.4)]).match(
        people(range(1, 13))
    )
    change = pm.diff(before, other)
    assert change.comparable is False
    assert "other criteria" in change.note
    assert change.people["gain"].isna().all()
    forged = before.to_dict()
    for pair in forged["pairs"]:
        pair["score"] = pair["score"] / 2
    change = pm.diff(before, forged)
    assert change.comparable is False
    assert "another score" in change.note
    with pytest.raises(InputError, match="two sides"):
        pm.diff(before, {**forged, "two_sided": True, "people": [], "pairs": []})


def test_a_difference_to_itself_is_none():
    before = matcher().match(people(range(1, 13)))
    change = pm.diff(before, before)
    assert len(change.people) == 0
    assert "0 broken, 0 made" in change.text


def test_on_two_sides_somebody_may_stand_in_a_pair_of_each():
    chain = [
        {"id": "ana", "grade": 1, "role": "mentee"},
        {"id": "ben", "grade": 3, "role": "both"},
        {"id": "cai", "grade": 5, "role": "mentor"},
    ]
    m = pm.PeerMatcher("id", [pm.above("grade", by=(1, 3))], sides=("mentee", "mentor"))
    draft = pm.Draft.of(m, m.match(chain, role="role"))
    draft.accept()
    assert len(draft.accepted) == 2
    assert pair_set(draft.solve()) == {("ana", "ben"), ("ben", "cai")}
    with pytest.raises(InfeasibleError, match="stands in the pair"):
        draft.require("ana", "cai")


@pytest.mark.parametrize("how", [{}, {"price": 0.3}, {"at_most": 1}])
def test_of_an_update_the_proof_tells_nothing_that_does_not_hold(how):
    m, team = matcher(), people(range(1, 10), seed=1)
    worst = pd.DataFrame([(1, 2), (3, 4), (5, 6)], columns=["a", "b"])
    updated = m.update(team, worst, **how)
    for id in range(1, 10):
        cost = pm.Draft.of(m, updated).cost(set_aside=id)
        assert cost.at_least is None or cost.at_least <= cost.lost + 1e-9


def test_who_goes_first_goes_first_in_the_draft_too():
    m, team = matcher(), people(range(1, 10), seed=1)
    alone = m.match(team).unmatched["id"].tolist()
    protected = m.match(team, first=alone)
    draft = pm.Draft.of(m, protected)
    assert pair_set(draft.solve()) == pair_set(protected)
    for id in set(range(1, 10)) - set(alone):
        assert alone[0] not in pm.Draft.of(m, protected).cost(set_aside=id).pairing.unmatched["id"].tolist()
    pairs = protected.pairs[["a", "b"]].to_numpy().tolist()
    assert pm.Draft.of(m, protected).cost(swap=(pairs[0][0], pairs[1][0])).lost >= 0


def test_a_matcher_with_another_floor_is_another_matcher():
    team = people(range(1, 9))
    with pytest.raises(ConfigError, match="other floor"):
        pm.Draft.of(matcher(), matcher(floor=0.3).match(team))


def test_who_must_be_text_or_nothing_is_changed():
    draft = draft_of(8)
    with pytest.raises(ConfigError, match="who"):
        draft.accept(who=3)
    with pytest.raises(ConfigError, match="why"):
        draft.set_aside(1, why=3)
    assert not draft.accepted
    assert not draft.aside
    assert draft.edits.empty


def test_a_floor_for_a_group_is_not_lost_in_silence():
    team = [{**person, "half": "first" if person["id"] <= 10 else "rest"} for person in people(range(1, 25))]
    m = matcher()
    pairing = m.match(team)
    mean = pairing.quality("half").frame.set_index("group").loc["first", "mean"]
    floored = pairing.group_floor("half", "first", mean + 0.01)
    with pytest.raises(ConfigError, match="floor for a group"):
        pm.Draft.of(m, floored)
    with pytest.raises(ConfigError, match="floor for a group"):
        floored.frontier()
    made, before = pair_set(floored), pair_set(pairing)
    assert made != before
    for a, b in before - made:
        text = floored.why_not(a, b).text
        assert "not proved the best." not in text
