"""Learning weights from outcomes: planted weights found again, noise refused, too little refused, people protected."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import peermatch as pm
from peermatch.programme.learning.fit import _compiled
from peermatch.programme.learning.model import fit_model
from peermatch.programme.learning.reading import read_outcomes
from peermatch.programme.learning.refusing import PAIRS_PER_CRITERION
from peermatch.programme.learning.uncertainty import share_intervals
from support.outcomes import CRITERIA, Planted

MATCHER = pm.PeerMatcher("id", CRITERIA, [pm.no_repeat()])


def fit(planted: Planted, **options) -> pm.FittedWeights:
    return pm.fit_weights(
        planted.people, options.pop("outcomes", planted.outcomes), matcher=MATCHER, **options
    )


@pytest.fixture(scope="module")
def learned() -> pm.FittedWeights:
    return fit(Planted(4), as_of="2026-12-01", protected=["kind", "site 2"])


# ---- what is learned --------------------------------------------------------------------------------------


def test_planted_weights_lie_in_the_intervals(learned):
    frame = learned.intervals
    assert frame["criterion"].tolist() == ["years", "level", "help", "site"]
    assert ((frame["low"] <= Planted(4).shares) & (Planted(4).shares <= frame["high"])).all()
    assert ((frame["low"] <= frame["weight"]) & (frame["weight"] <= frame["high"])).all()
    assert sum(learned.weights.values()) == pytest.approx(1, abs=1e-3)
    assert frame["before"].tolist() == [0.25] * 4
    assert (frame["known"] > 0.7).all()
    assert learned.has_skill


@pytest.mark.parametrize(
    "plan",
    [
        {},
        {"outcome": "liked", "signal": 6.0},
        {"outcome": "pair", "n": 80},
        {"outcome": "pair_liked", "signal": 8.0, "n": 80},
    ],
    ids=["ratings", "yes or no", "ratings of pairs", "yes or no of pairs"],
)
def test_intervals_hold_about_as_often_as_they_promise(plan):
    held = []
    for seed in range(20):
        planted = Planted(100 + seed, **plan)
        sides, criteria = _compiled(MATCHER, planted.people, None, None, None)
        observed = read_outcomes(planted.outcomes, "round", sides, criteria).observed
        low, high = share_intervals(fit_model(observed, MATCHER.mutual)).T
        held += ((low <= planted.shares + 1e-9) & (planted.shares - 1e-9 <= high)).tolist()
    # 80 intervals of 90%, those of one history hanging together
    assert np.mean(held) >= 0.82


@pytest.mark.parametrize("outcome", ["rating", "liked", "pair"])
def test_noise_shows_no_skill_and_makes_no_matcher(outcome):
    claimed = 0
    for seed in range(5):
        fitted = fit(Planted(seed, outcome=outcome, signal=0.0))
        claimed += fitted.has_skill
        if fitted.has_skill:
            continue
        assert "No skill" in fitted.report
        with pytest.raises(pm.ConfigError, match="show no skill"):
            _ = fitted.matcher
    assert claimed <= 1


def test_the_report_says_what_the_learned_matcher_leaves_out_and_changes(learned):
    whole = replace(learned, weights=dict.fromkeys(learned.weights, 0.25))
    assert "The learned matcher" not in whole.report
    other = replace(learned, weights={**learned.weights, "site": 0.0}, mutual="mean")
    assert other.basis.mutual != "mean"
    text = " ".join(other.report.split())
    assert "The learned matcher leaves out 'site': weight 0 fits best" in text
    assert f"The learned matcher changes the mutual score from {other.basis.mutual!r} to 'mean'." in text


def test_the_learned_matcher_is_one_like_any_other(learned, tmp_path):
    matcher = learned.matcher
    assert {criterion.decided_by for criterion in matcher.criteria} == {"learned from outcomes"}
    assert {c.name: c.weight for c in matcher.criteria} == {k: w for k, w in learned.weights.items() if w > 0}
    assert matcher.rules == MATCHER.rules
    matcher.to_toml(tmp_path / "learned.toml")
    again = pm.PeerMatcher.from_toml(tmp_path / "learned.toml")
    assert again.to_dict() == matcher.to_dict()
    assert pickle.loads(pickle.dumps(matcher)).to_dict() == matcher.to_dict()
    pairing = again.match(Planted(4).people, round="next")
    told = pairing.settings["learned"]
    assert (told["pairs"], told["ratings"], told["rounds"]) == (240, 480, 8)
    assert (told["last_round"], told["as_of"], told["people"]) == ("r07", "2026-12-01", 60)
    assert told["outcome"] == "rating of each side"
    assert 0 < told["skill_low"] < told["skill"] < 1
    assert pairing.to_json().count('"learned"') == 1
    assert pairing.explain("p000").text


def test_the_same_bytes_for_any_order_of_rows():
    planted = Planted(3, rounds=6)
    one = fit(planted, protected=["kind"])
    mixed = planted.outcomes.sample(frac=1, random_state=5)
    two = pm.fit_weights(
        planted.people.sample(frac=1, random_state=6), mixed, matcher=MATCHER, protected=["kind"]
    )
    assert one.weights == two.weights
    assert one.report == two.report
    pd.testing.assert_frame_equal(one.intervals, two.intervals)


def test_either_side_may_be_written_first():
    planted = Planted(4, rounds=6)
    turned = planted.outcomes.rename(
        columns={"a": "b", "b": "a", "rating_a": "rating_b", "rating_b": "rating_a"}
    )
    assert fit(planted).intervals.equals(fit(planted, outcomes=turned).intervals)


def test_ratings_of_one_side_alone():
    planted = Planted(5, rounds=10, person=0.1)
    fitted = fit(planted, outcomes=planted.outcomes.drop(columns="rating_b"))
    assert fitted.learned["ratings"] == 300
    assert fitted.mutuals is None
    assert "Too few pairs were rated by both sides" in fitted.report
    assert fitted.has_skill


def test_how_utilities_are_combined_is_learned_of_whole_pairs():
    quiet = {"noise": 0.1, "person": 0.0, "pair": 0.0, "season": 0.0}
    fitted = fit(Planted(1, outcome="pair", n=100, mutual="harmonic", **quiet))
    assert set(fitted.mutuals["mutual"]) == {"geometric", "harmonic", "mean"}
    assert fitted.mutual == "harmonic"
    assert fitted.matcher.mutual == "harmonic"
    assert fitted.mutuals["chosen"].sum() == 1
    assert list(fitted.weights.values()) == pytest.approx(Planted(1).shares, abs=0.03)
    weak = fit(Planted(7, outcome="pair", noise=2.0))
    assert weak.mutual == "geometric"


def test_the_minimum_is_not_learned_of_whole_pairs():
    planted = Planted(1, outcome="pair")
    least = pm.PeerMatcher("id", CRITERIA, mutual="min")
    with pytest.raises(pm.ConfigError, match="Ask each side"):
        pm.fit_weights(planted.people, planted.outcomes, matcher=least)
    each = pm.fit_weights(Planted(1).people, Planted(1).outcomes, matcher=least)
    assert each.weights == fit(Planted(1)).weights


def test_sides_that_see_each_other_alike_say_nothing_of_the_mutual_score():
    planted = Planted(6, weights=(1, 0, 0, 1))
    alike = [CRITERIA[0], CRITERIA[3]]
    fitted = pm.fit_weights(planted.people, planted.outcomes, id="id", criteria=alike)
    assert fitted.mutuals is None
    assert "any mutual score gives the same pairs" in fitted.report


def test_two_sides_with_their_names():
    planted = Planted(8, n=60, rounds=8)
    half = planted.outcomes[planted.outcomes["a"] < "p030"]
    half = half[half["b"] >= "p030"].rename(
        columns={"a": "mentee", "b": "mentor", "rating_a": "rating_mentee", "rating_b": "rating_mentor"}
    )
    matcher = pm.PeerMatcher("id", CRITERIA, sides=("mentee", "mentor"), capacity={"mentor": 2})
    left, right = planted.people.iloc[:30], planted.people.iloc[30:]
    fitted = pm.fit_weights(left, half, others=right, matcher=matcher, min_pairs=40)
    assert fitted.learned["pairs"] == len(half)
    people = planted.people.assign(role=["mentee"] * 30 + ["mentor"] * 30)
    again = pm.fit_weights(people, half, role="role", matcher=matcher, min_pairs=40)
    assert again.intervals.equals(fitted.intervals)


def test_criteria_that_people_switch_off_leave_their_share_to_others():
    planted = Planted(9, n=80, rounds=10, noise=0.2, person=0.0, pair=0.0)
    people = planted.people.assign(asks=["yes", "no"] * 40)
    criteria = [pm.near("years", scale=4, name="years", when="asks"), *CRITERIA[1:]]
    matcher = pm.PeerMatcher("id", criteria)
    pairing = matcher.match(people)
    sides, scores = pairing.sides, pm.PeerMatcher("id", [
        type(c)(c.kind, c.name, w, c.left, c.right, c.when, c.sensitive, c.options)
        for c, w in zip(criteria, (3, 2, 1, 1), strict=True)
    ]).match(people).scores  # fmt: skip
    place = sides.left_positions
    u = np.array([place["str", a] for a in planted.outcomes["a"]])
    v = np.array([place["str", b] for b in planted.outcomes["b"]])
    own, other = scores.utilities_at(u, v)
    rng = np.random.default_rng(1)
    rated = planted.outcomes.assign(
        rating_a=3 * own / 2**30 + rng.normal(0, 0.1, len(u)),
        rating_b=3 * other / 2**30 + rng.normal(0, 0.1, len(u)),
    )
    fitted = pm.fit_weights(people, rated, matcher=matcher)
    assert list(fitted.weights.values()) == pytest.approx([3 / 7, 2 / 7, 1 / 7, 1 / 7], abs=0.02)


# ---- too little -------------------------------------------------------------------------------------------


def refused(planted: Planted, outcomes: pd.DataFrame, **options) -> list[str]:
    with pytest.raises(pm.InputError) as caught:
        fit(planted, outcomes=outcomes, **options)
    assert {item["code"] for item in caught.value.items} == {"too_little"}
    return [item["message"] for item in caught.value.items]


def test_too_few_pairs_rounds_and_people_are_all_said_at_once():
    planted = Planted(1)
    few = planted.outcomes[planted.outcomes["round"] == "r00"].head(8)
    pairs, rounds, people = refused(planted, few)
    assert pairs.startswith(
        "8 pairs with an outcome are too few to learn 4 weights from: at least 80 are needed."
    )
    assert rounds.startswith("Outcomes of 1 round are too few: at least 3 are needed")
    assert people.startswith("Outcomes of 16 people are too few")
    assert PAIRS_PER_CRITERION == 20


def test_outcomes_that_do_not_differ_are_refused():
    planted = Planted(1)
    flat = planted.outcomes.assign(rating_a=4, rating_b=4)
    assert refused(planted, flat)[0].startswith("Every rating is 4: what goes well cannot be told")
    yes = planted.outcomes.drop(columns=["rating_a", "rating_b"]).assign(liked_a="yes", liked_b="yes")
    assert refused(planted, yes)[0].startswith("None of the answers say no: at least 20 are needed")
    yes.loc[yes.index[:5], "liked_a"] = "no"
    assert refused(planted, yes)[0].startswith("Only 5 of 480 answers say no")


def test_a_criterion_on_which_nobody_differs_is_refused_by_name():
    planted = Planted(1)
    matcher = pm.PeerMatcher("id", [*CRITERIA, pm.same("here", name="here")])
    with pytest.raises(pm.InputError, match="Rated pairs do not differ on 'here'"):
        pm.fit_weights(planted.people.assign(here="x"), planted.outcomes, matcher=matcher)


def test_nothing_at_all():
    planted = Planted(1)
    messages = refused(planted, planted.outcomes.assign(a="nobody"))
    assert "240 rows of the table tell nothing: 240 with someone who is not among the people" in messages[0]
    assert len(refused(planted, planted.outcomes.assign(rating_a=None, rating_b=None))) == 3
    assert len(refused(planted, planted.outcomes.head(0))) == 3


@pytest.mark.parametrize("min_pairs", [19, 0, "80", True, 80.0])
def test_no_less_than_five_pairs_a_criterion(min_pairs):
    with pytest.raises(pm.ConfigError, match="a whole number of at least 20"):
        fit(Planted(1), min_pairs=min_pairs)


def test_leavers_and_gaps_are_counted(learned):
    planted = Planted(1)
    people = planted.people.iloc[3:]
    table = planted.outcomes.copy()
    table.loc[table.index[:4], ["rating_a", "rating_b"]] = None
    fitted = pm.fit_weights(people, table, matcher=MATCHER)
    told = " ".join(fitted.report.split())
    assert "with someone who is not among the people" in told
    assert "without a rating" in told
    assert fitted.learned["pairs"] < 240


# ---- reading ----------------------------------------------------------------------------------------------


def test_files_records_and_other_tables(tmp_path):
    planted = Planted(2, rounds=5)
    plain = fit(planted)
    planted.outcomes.to_csv(tmp_path / "outcomes.csv", index=False)
    planted.people.to_csv(tmp_path / "people.csv", index=False)
    assert fit(planted, outcomes=tmp_path / "outcomes.csv").weights == plain.weights
    read = pm.read_people(tmp_path / "people.csv", id="id")
    assert pm.fit_weights(read, planted.outcomes.to_dict("records"), matcher=MATCHER).weights == plain.weights
    polars = pytest.importorskip("polars")
    assert fit(planted, outcomes=polars.from_pandas(planted.outcomes)).weights == plain.weights


def test_yes_and_no_in_any_words():
    planted = Planted(2, outcome="liked", signal=6.0)
    plain = fit(planted)
    for words in ({"yes": True, "no": False}, {"yes": 1, "no": 0}, {"yes": "Y", "no": "N"}):
        table = planted.outcomes.replace({"liked_a": words, "liked_b": words})
        assert fit(planted, outcomes=table).weights == plain.weights
        rated = table.rename(columns={"liked_a": "rating_a", "liked_b": "rating_b"})
        assert fit(planted, outcomes=rated).weights == plain.weights


def test_the_last_round_is_the_last_as_people_count():
    planted = Planted(2, rounds=11)
    names = {f"r{k:02d}": f"round {k + 1}" for k in range(11)}
    fitted = fit(planted, outcomes=planted.outcomes.replace({"round": names}))
    assert fitted.learned["last_round"] == "round 11"
    assert fitted.weights == fit(planted).weights


def test_another_column_may_tell_rounds_apart():
    planted = Planted(2, rounds=5)
    table = planted.outcomes.rename(columns={"round": "cohort"})
    assert fit(planted, outcomes=table, by="cohort").weights == fit(planted).weights
    with pytest.raises(pm.InputError, match="no column 'round'"):
        fit(planted, outcomes=table)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda t: t.drop(columns=["rating_a", "rating_b"]),
            "has no column of outcomes. Accepted: one of rating_a",
        ),
        (lambda t: t.assign(liked="yes"), "has several kinds of outcomes"),
        (
            lambda t: t.assign(rating_a=["good", *t["rating_a"][1:]]),
            "Row 1 of the outcomes has 'good' in column 'rating_a'",
        ),
        (lambda t: t.assign(rating_a=[float("inf"), *t["rating_a"][1:]]), "Row 1 of the outcomes|not plain"),
        (
            lambda t: t.assign(rating_a=t["rating_a"] * 1e300),
            "Accepted: a number from -1,000,000,000 to 1,000,000,000",
        ),
        (lambda t: t.drop(columns="a"), "has no column 'a'"),
        (lambda t: t.assign(round=[None, *t["round"][1:]]), "Row 1 of the outcomes has no round"),
        (lambda t: pd.concat([t, t.head(1)]), "Rows 1 and 151 of the outcomes are both of"),
        (
            lambda t: pd.concat([t, t.head(1).assign(a=t["b"].iloc[0], b=t["a"].iloc[0])]),
            "List a pair once a round",
        ),
        (lambda t: t.assign(b=[t["a"].iloc[0], *t["b"][1:]]), "with themselves"),
    ],
)
def test_tables_that_are_wrong_are_refused_in_words(change, message):
    planted = Planted(2, rounds=5)
    with pytest.raises(pm.InputError, match=message):
        fit(planted, outcomes=change(planted.outcomes))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "needs to know what to learn about"),
        ({"id": "id"}, "needs to know what to learn about"),
        ({"matcher": MATCHER, "id": "id"}, "takes either matcher=, or id= and criteria="),
        ({"matcher": "x"}, "must be a PeerMatcher"),
        ({"matcher": MATCHER, "others": []}, "Two sides need names"),
        ({"matcher": MATCHER, "protected": [3]}, "must be names of columns"),
    ],
)
def test_arguments_that_are_wrong_are_refused_in_words(options, message):
    planted = Planted(2, rounds=5)
    with pytest.raises(pm.ConfigError, match=message):
        pm.fit_weights(planted.people, planted.outcomes, **options)


@pytest.mark.parametrize("learned", [3, ["x"], {1: 2}, {"a": [1]}, {"a": None}])
def test_what_a_matcher_says_it_learned_from_is_plain(learned):
    with pytest.raises(
        pm.ConfigError, match="The learned parameter of PeerMatcher must be a mapping of names"
    ):
        pm.PeerMatcher("id", CRITERIA, learned=learned)


# ---- protected columns ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "criterion", [pm.same("kind"), pm.near("years", when="kind"), pm.different(["site", "Kind"])]
)
def test_a_criterion_that_reads_a_protected_column_is_refused(criterion):
    planted = Planted(2, rounds=5)
    matcher = pm.PeerMatcher("id", [*CRITERIA, criterion])
    with pytest.raises(pm.ConfigError, match=r"'[kK]ind', which is declared protected") as caught:
        pm.fit_weights(planted.people, planted.outcomes, matcher=matcher, protected="kind")
    assert caught.value.items[0]["code"] == "protected_column"


def test_what_the_matcher_declares_is_protected_too():
    planted = Planted(2, rounds=5)
    stated = pm.same("kind", name="kind", basis="a stated reason")
    with pytest.raises(pm.ConfigError, match="whatever its basis"):
        pm.fit_weights(
            planted.people,
            planted.outcomes,
            matcher=pm.PeerMatcher("id", [*CRITERIA, stated], protected=["kind"]),
        )
    matcher = pm.PeerMatcher("id", CRITERIA, audit_only=["kind"])
    fitted = pm.fit_weights(planted.people, planted.outcomes, matcher=matcher)
    assert set(fitted.proxies["protected"]) == {"kind"}
    assert fitted.basis is matcher


def test_a_planted_proxy_is_reported():
    planted = Planted(2, n=80)
    people = planted.people.assign(kind=np.where(planted.people["site"] == "Oslo", "x", "y"), alike="one")
    people["rare"] = ["q"] * 5 + ["r"] * 75
    fitted = pm.fit_weights(
        people, planted.outcomes, matcher=MATCHER, protected=["kind", "alike", "rare", "gone"]
    )
    frame = fitted.proxies.set_index(["protected", "criterion"])
    site, years = frame.loc[("kind", "site")], frame.loc[("kind", "years")]
    assert site["association"] > 0.5
    assert site["low"] > 0.3
    assert site["same"] > site["different"]
    assert years["low"] < 0 < years["high"]
    assert ("kind", "the learned score") in frame.index
    for column in ("alike", "rare"):
        assert frame.loc[(column, "site"), "note"] == "hidden: fewer than two groups of at least 10 people"
        assert np.isnan(frame.loc[(column, "site"), "association"])
    assert frame.loc[("gone", "site"), "note"] == "not a column of both sides"


def test_small_groups_change_nothing_that_is_shown():
    planted = Planted(2, n=80, rounds=6)
    base = planted.people.assign(kind=["x"] * 40 + ["y"] * 31 + [None] * 9)
    few = base.assign(kind=["x"] * 40 + ["y"] * 31 + ["z"] * 9)
    one, two = (pm.fit_weights(p, planted.outcomes, matcher=MATCHER, protected=["kind"]) for p in (base, few))
    pd.testing.assert_frame_equal(one.proxies, two.proxies)
