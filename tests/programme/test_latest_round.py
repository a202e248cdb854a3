"""The latest round of a programme is updated, or replaced by a draft of it."""

from __future__ import annotations

import pytest

import peermatch as pm


def people(names):
    return [{"id": name, "years": 3.0 * place % 7} for place, name in enumerate(names)]


def ran(*rounds, names="abcdefg", **options):
    made = pm.Programme(pm.PeerMatcher("id", [pm.near("years")], [pm.no_repeat()]), **options)
    for name in rounds:
        made.run(people(names), round=name)
    return made


def test_an_update_is_the_round_from_then_on():
    made = ran("2026-01", "2026-02")
    before = made.history
    pairing = made.update(people("abcdefh"))
    february = made.history[made.history["round"] == "2026-02"]
    met = february[["a", "b"]].values.tolist()
    assert met == pairing.pairs[["a", "b"]].values.tolist()
    assert made.history[made.history["round"] == "2026-01"].equals(before[before["round"] == "2026-01"])
    kept = [
        pair
        for pair in before.loc[before["round"] == "2026-02", ["a", "b"]].values.tolist()
        if "g" not in pair
    ]
    assert all(pair in met for pair in kept)
    assert made.rounds["date"].tolist() == ["2026-01-01", "2026-02-01"]
    assert made.turns.sat_out[-1] == tuple(pairing.unmatched["id"])
    changes = pairing.changes.set_index("id")["why"]
    assert changes["g"] == "left"
    assert changes["h"] == "joined"  # the ledger knows who sat out, so nobody else has "joined"
    assert (changes == "joined").sum() == 1
    third = made.run(people("abcdefh"))
    assert {frozenset(pair) for pair in met}.isdisjoint(
        map(frozenset, third.pairs[["a", "b"]].values.tolist())
    )


def test_it_is_what_the_matcher_says():
    made = ran("2026-01")
    first = made.run(people("abcdefg"), round="2026-02")
    asked = {"at_most": 1}
    matcher = made.matcher
    before = made.history[made.history["round"] == "2026-01"]
    alone = matcher.update(people("abcdefh"), first, history=before, as_of="2026-02-01", **asked)
    assert made.update(people("abcdefh"), **asked).pairs.equals(alone.pairs)


def test_a_draft_replaces_the_round_and_its_date_stays():
    made = ran()
    first = made.run(people("abcdef"), round="kick-off 1", as_of="2026-03-05")
    a, b = first.pairs.iloc[0][["a", "b"]]
    draft = pm.Draft.of(made.matcher, first)
    draft.reject((a, b))
    after = draft.solve()
    made.replace(after)
    assert made.history[["a", "b"]].values.tolist() == after.pairs[["a", "b"]].values.tolist()
    assert made.rounds["date"].tolist() == ["2026-03-05"]
    assert set(made.history["date"]) == {"2026-03-05"}
    other = made.matcher.update(people("abcdef"), first, round="kick-off 1", as_of="2026-04-01")
    made.replace(other)
    assert made.rounds["date"].tolist() == ["2026-03-05"]


def test_only_the_latest_round_is_replaced():
    made = ran("2026-01")
    january = made.matcher.match(people("abcdefg"), round="2026-01")
    before = made.to_dict()
    for wrong in (made.matcher.match(people("abc")), made.matcher.match(people("abc"), round="2026-02")):
        with pytest.raises(pm.ConfigError, match="latest round"):
            made.replace(wrong)
    made.run(people("abcdefg"))
    with pytest.raises(pm.ConfigError, match="'2026-02'"):
        made.replace(january)
    with pytest.raises(pm.ConfigError, match="a Pairing"):
        made.replace("feb")
    made.withdraw("2026-02")
    assert made.to_dict() == before
    with pytest.raises(pm.ConfigError, match="no round yet"):
        ran().update(people("abc"))


def test_an_update_that_fails_changes_nothing():
    made = ran("2026-01", "2026-02")
    before = made.to_dict()
    with pytest.raises(pm.InputError):
        made.update(people("abcdefg"), set_aside=["nobody"])
    with pytest.raises(pm.ConfigError):
        made.update(people("abcdefg"), price=1, at_most=2)
    assert made.to_dict() == before


def test_dates_of_rounds_are_never_nan(tmp_path):
    made = ran("round 1")
    made.record(made.matcher.match(people("abcdef"), round="2026-02"))  # no as_of: the month names the day
    assert made.rounds["date"].tolist() == [None, "2026-02-01"]
    assert made.history["date"].tolist()[-1] == "2026-02-01"
    again = pm.Programme.load(made.save(tmp_path / "programme.json"))
    assert again.rounds["date"].tolist() == [None, "2026-02-01"]


def test_two_sides():
    made = pm.Programme(
        pm.PeerMatcher("id", [pm.near("years")], [pm.no_repeat()], sides=("mentee", "mentor"))
    )
    made.run(people("abc"), people("xyz"), round="2026-01")
    pairing = made.update(people("abd"), people("xyz"))
    assert made.history[["a", "b"]].values.tolist() == pairing.pairs[["mentee", "mentor"]].values.tolist()


def test_somebody_set_aside_has_not_left():
    made = ran("2026-01", names="abcdef")
    aside = made.history["a"].iloc[0]
    partner = made.history["b"].iloc[0]
    why = made.update(people("abcdef"), set_aside=[aside]).changes.set_index("id")["why"]
    assert why[aside] == "set aside"
    assert why[partner] == "partner set aside"
