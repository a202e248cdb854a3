"""People's own rankings, held against brute force; and what is wrong with them, said."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import peermatch as pm
from peermatch.problem import FORBIDDEN
from peermatch.scoring import STATED
from peermatch.solvers import get_solver
from peermatch.verify import blocking_pairs

IDS = ["ada", "bo", "cy", "di", "eve"]


def people(ids=IDS):
    return [{"id": id, "years": 3 * k % 7, "wishes": None, "no": None} for k, id in enumerate(ids)]


MATCHER = pm.PeerMatcher("id", [pm.near("years", scale=3)])


def lists_of(ids, others):
    return st.dictionaries(
        st.sampled_from(ids),
        st.permutations(others).flatmap(lambda p: st.integers(0, len(p)).map(lambda n: p[:n])),
    )


@given(lists_of(IDS, IDS), st.sampled_from(["after", "never"]))
@settings(max_examples=150, deadline=None)
def test_no_two_people_would_both_rather_have_each_other(lists, unlisted):
    lists = {id: [other for other in wishes if other != id] for id, wishes in lists.items()}
    pairing = MATCHER.match(people(), preferences=lists, unlisted=unlisted)
    base = pairing.scores.utilities(np.arange(5))

    def worth(u, v):
        wishes = lists.get(IDS[u])
        if wishes is not None and IDS[v] in wishes:
            return (1, -wishes.index(IDS[v]))
        return None if wishes is not None and unlisted == "never" else (0, int(base[u, v]))

    def allowed(u, v):
        return worth(u, v) is not None and worth(v, u) is not None

    def blocks(mate):
        return any(
            allowed(u, v)
            and mate.get(u) != v
            and all(mate.get(x) is None or worth(x, y) > worth(x, mate[x]) for x, y in ((u, v), (v, u)))
            for u, v in itertools.combinations(range(5), 2)
        )

    mates = {}
    for u, v in pairing.matching.pairs.tolist():
        assert allowed(u, v)
        mates[u], mates[v] = v, u
    if pairing.certificate.status == "stable":
        assert not blocks(mates)
    else:
        assert pairing.certificate.status == "no_stable"
        assert all(
            blocks(mate) for mate in matchings(list(range(5))) if all(allowed(u, v) for u, v in mate.items())
        )
    for row in pairing.pairs.itertuples():
        for mine, other, rank in ((row.a, row.b, row.rank_a), (row.b, row.a, row.rank_b)):
            wishes = lists.get(mine) or []
            assert rank == (wishes.index(other) + 1 if other in wishes else None)
    for a, b in itertools.combinations(range(5), 2):
        why = pairing.why_stable(IDS[a], IDS[b])
        together, forbidden = mates.get(a) == b, not allowed(a, b)
        wants = [
            mates.get(x) is None or (allowed(a, b) and worth(x, y) > worth(x, mates[x]))
            for x, y in ((a, b), (b, a))
        ]
        expected = (
            "together" if together else "forbidden" if forbidden else "blocking" if all(wants) else "refused"
        )
        assert why.verdict == expected
        if expected in ("blocking", "refused"):
            assert [not side.refuses for side in why.sides] == wants
            assert str(why)
            assert why._repr_html_()
            assert len(why.table) == 2


def matchings(left):
    if not left:
        yield {}
        return
    for rest in matchings(left[1:]):
        yield rest
    for other in left[1:]:
        for rest in matchings([x for x in left[1:] if x != other]):
            yield {left[0]: other, other: left[0], **rest}


def test_blocks_single_pairs_and_utilities_agree_with_forbidden_pairs_in_both_directions():
    pairing = MATCHER.match(
        people(), preferences={"ada": ["bo"], "bo": ["cy", ["ada", "di"]]}, unlisted="never"
    )
    scores = pairing.stated
    block, utilities = scores.block(np.arange(5)), scores.utilities(np.arange(5))
    u, v = map(np.ravel, np.indices((5, 5)))
    assert (scores.at(u, v) == block[u, v]).all()
    assert ((block == FORBIDDEN) == (utilities == FORBIDDEN)).all()
    assert ((block == FORBIDDEN) == (block.T == FORBIDDEN)).all()
    assert utilities[1].tolist()[:4] == [STATED - 2, FORBIDDEN, STATED - 1, STATED - 2]
    order = np.array([3, 1, 0])
    taken = scores.take(order, order)
    assert (taken.utilities(np.arange(3)) == utilities[np.ix_(order, order)]).all()
    assert (taken.block(np.arange(3)) == block[np.ix_(order, order)]).all()
    mine, theirs = scores.utilities_at(u, v)
    fine = block[u, v] != FORBIDDEN
    assert (mine[fine] == utilities[u, v][fine]).all()
    assert (theirs[fine] == utilities[v, u][fine]).all()


@pytest.mark.parametrize("unlisted", ["after", "never"])
def test_two_sides_are_stable_with_places_and_demands(unlisted):
    mentees = [{"email": f"e{k}", "grade": k % 3 + 1} for k in range(7)]
    mentors = [{"email": f"r{k}", "grade": k % 2 + 4, "places": 2} for k in range(3)]
    matcher = pm.PeerMatcher(
        "email",
        [pm.above("grade", by=(1, 3))],
        [pm.veto(table=[("e5", "r1")])],
        sides=("mentee", "mentor"),
        capacity={"mentor": "places"},
    )
    rows = [
        {"side": "mentee", "id": f"e{k}", "candidate": f"r{(k + j) % 3}", "rank": j}
        for k in range(5)
        for j in range(2)
    ] + [{"side": "mentor", "id": "r1", "candidate": f"e{k}", "rank": k // 2} for k in (6, 5, 1, 2)]
    pairing = matcher.match(mentees, mentors, preferences=rows, unlisted=unlisted, locks=[("e6", "r1")])
    assert pairing.settings["solver"] == "deferred"
    assert pairing.certificate.status == "stable"
    assert ("e6", "r1") in set(map(tuple, pairing.pairs[["mentee", "mentor"]].to_numpy().tolist()))
    assert not len(blocking_pairs(pairing.problem, _free(pairing)))
    assert pairing.why_stable("e6", "r0").verdict == "demanded"
    assert "private" in pairing.why_stable("e5", "r1").text
    text = pairing.summary() + pairing.people.to_string() + pairing.rules.to_string()
    assert "veto" not in text
    assert len(pairing.to_dict()["pairs"]) == len(pairing.pairs)


def _free(pairing):
    from peermatch.explain.stability import _free_matching

    return _free_matching(pairing._outcome)[1]


WRONG = {
    "lists_self": {"ada": ["ada"]},
    "listed_twice": [("ada", "bo"), ("ada", "bo")],
    "unknown_id": {"ada": ["eva"]},
    "empty_id": [("ada", float("nan"))],
    "wrong_kind": [("ada", "bo", float("nan"))],
}


@pytest.mark.parametrize("code", WRONG)
def test_wrong_rankings_are_refused_with_code_and_place(code):
    with pytest.raises(pm.InputError) as caught:
        MATCHER.match(people(), preferences=WRONG[code])
    item = caught.value.items[0]
    assert item["code"] == code
    assert item["message"]
    assert item["id"] == "ada" or item["row"]
    if code == "unknown_id":
        assert item["accepted"] == "eve"
        assert "Did you mean 'eve'" in item["message"]


def test_ids_of_another_type_are_refused():
    numbered = [{"id": k, "years": k} for k in range(4)]
    with pytest.raises(pm.InputError) as caught:
        MATCHER.match(numbered, preferences={0: ["1"]})
    assert caught.value.items[0]["code"] == "id_type"
    assert caught.value.items[0]["accepted"] == 1


def test_people_who_do_not_take_part_are_dropped_and_counted_and_keep_their_place():
    table = [{**person, "in": person["id"] != "bo"} for person in people()]
    matcher = pm.PeerMatcher("id", [pm.near("years", scale=3)], eligible="in")
    pairing = matcher.match(table, preferences={"ada": ["bo", "cy"], "bo": ["ada"], "cy": ["ada"]})
    assert "1 listed name of people who do not take part" in pairing.rules["note"].iloc[-1]
    row = pairing.pairs.query("a == 'ada'").iloc[0]
    assert (row["b"], row["rank_a"], row["rank_b"]) == ("cy", 2, 1)


def test_a_private_veto_is_only_counted():
    matcher = pm.PeerMatcher("id", [pm.near("years", scale=3)], [pm.veto(table=[("bo", "ada")])])
    pairing = matcher.match(people(), preferences={"ada": ["bo", "cy"]})
    assert "1 listed name of people with whom rules allow no pair" in pairing.rules["note"].iloc[-1]
    assert pairing.why_stable("ada", "bo").text.count("a private rule") == 1


@pytest.mark.parametrize("solver", ["roommates", "deferred"])
def test_wish_lists_and_vetoes_act_with_stable_solvers(solver):
    table = [dict(person) for person in people()]
    table[0]["wishes"], table[2]["wishes"], table[2]["no"] = "cy", "ada", "bo"
    criteria, rules = [pm.prefers("wishes")], [pm.veto("no")]
    if solver == "roommates":
        pairing = pm.PeerMatcher("id", criteria, rules, solver=solver).match(table)
        names = ["a", "b"]
    else:
        sides = [{**row, "role": "left" if k % 2 == 0 else "right"} for k, row in enumerate(table)]
        sides[2]["role"] = "right"
        pairing = pm.PeerMatcher("id", criteria, rules, sides=("left", "right"), solver=solver).match(
            sides, role="role"
        )
        names = ["left", "right"]
    found = {frozenset(pair) for pair in pairing.pairs[names].to_numpy().tolist()}
    assert frozenset(("ada", "cy")) in found
    assert frozenset(("bo", "cy")) not in found
    assert pairing.certificate.status == "stable"


def test_the_odd_party_in_words():
    from peermatch.explain import odd_party_words

    lists = {
        "ada": ["bo", "cy", "di"],
        "bo": ["cy", "ada", "di"],
        "cy": ["ada", "bo", "di"],
        "di": ["ada", "bo", "cy"],
    }
    pairing = MATCHER.match(people(IDS[:4]), preferences=lists)
    view = pairing.stability
    assert view.odd_parties == (("ada", "bo", "cy"),)
    assert view.odd_party.startswith(
        "ada would rather have bo than cy, bo rather cy than ada, and cy rather ada than bo."
    )
    assert view.odd_party in " ".join(pairing.summary().split())
    assert "ring of 9 people" in odd_party_words([f"p{k}" for k in range(9)])
    assert "and p4 rather p0 than p3" in odd_party_words([f"p{k}" for k in range(5)])


def test_optimal_results_have_no_stability():
    pairing = MATCHER.match(people())
    assert pairing.stability is None
    with pytest.raises(pm.ConfigError, match="stable solver"):
        pairing.why_stable("ada", "bo")
    with pytest.raises(pm.ConfigError, match="without preferences"):
        MATCHER.match(people(), unlisted="never")


RING = [
    ("ada", "bo;cy;dee"),
    ("bo", "cy;ada;dee"),
    ("cy", "ada;bo;dee"),
    ("dee", "ada;bo;cy"),
    ("eve", "fay"),
    ("fay", "eve"),
]


@pytest.mark.parametrize(
    ("fallback", "pairs", "promise", "alone", "said"),
    [
        (
            "few_blocking",
            3,
            "proved that no matching is blocked by fewer",
            None,
            "pairs were made all the same, and 1 other pair would leave for each other: as few as can be.",
        ),
        (
            "maximum_stable",
            2,
            "no larger set of pairs",
            "outside the pairs that were made instead",
            "pairs were made all the same, and 2 other pairs would leave for each other; whatever pairs are made, at "
            "least 1 would.",
        ),
        (None, 0, "No pairs were made", "not told to make any other", "no pairs were made."),
    ],
)
def test_a_pool_without_a_stable_answer_gets_what_its_fallback_promises(
    fallback, pairs, promise, alone, said
):
    people = [{"id": id, "wishes": wishes} for id, wishes in RING]
    solver = get_solver("roommates", fallback=fallback)
    pairing = pm.PeerMatcher("id", [pm.prefers("wishes")], solver=solver).match(people)
    assert len(pairing.pairs) == pairs
    proved, _, made = pairing.certificate.sentence.partition("; ")
    assert proved.endswith("with these preferences no set of pairs is stable (checked independently)")
    assert made == said
    assert pairing.certificate.verified
    assert pairing.stability.odd_parties == (("ada", "bo", "cy"),)
    assert promise in pairing.stability.text
    assert promise in " ".join(pairing.summary().split())
    reasons = [reason for reason in pairing.people["reason"] if reason]
    assert all(alone in reason for reason in reasons)
    assert bool(reasons) == (alone is not None)
    if fallback:
        blocking = pairing.stability.blocking
        assert len(blocking) >= pairing.stability.blocking_at_least == 1
        gains = pd.concat([blocking["gain_a"], blocking["gain_b"]])
        assert (gains > 0).all()
        assert set(blocking["unit_a"]) | set(blocking["unit_b"]) == {
            "score"
        }  # `prefers` is a criterion like others
        for a, b in zip(blocking["a"], blocking["b"], strict=True):
            assert pairing.why_stable(a, b).verdict == "blocking"


STATED_RING = {id: wishes.split(";") for id, wishes in RING}


@pytest.mark.parametrize("fallback", ["few_blocking", "maximum_stable"])
def test_what_stated_rankings_would_gain_is_told_in_places(fallback):
    """Against `why_stable`, which reads both people's lists; who is alone, or compares a stranger, has no number."""
    solver = get_solver("roommates", fallback=fallback)
    matcher = pm.PeerMatcher("id", [pm.same("team")], solver=solver)
    people = [{"id": id, "team": "x"} for id, _ in RING]
    pairing = matcher.match(people, preferences=STATED_RING)
    assert pairing.certificate.status == "no_stable"
    blocking = pairing.stability.blocking
    assert len(blocking) >= 1
    assert blocking["gain_a"].dtype == blocking["gain_b"].dtype == np.float64
    numbers = 0
    for row in blocking.itertuples():
        why = pairing.why_stable(row.a, row.b)
        assert why.verdict == "blocking"
        for side, gain, unit in zip(
            why.sides, (row.gain_a, row.gain_b), (row.unit_a, row.unit_b), strict=True
        ):
            if side.weakest is None:
                assert np.isnan(gain)
                assert unit is None
            else:
                assert (gain, unit) == (side.place_has - side.place_other, "places")
                numbers += 1
    assert numbers


def test_gains_by_the_criteria_are_in_points_of_score():
    """Eve and whoever lists nobody are compared by the criteria; the ring around them is stated."""
    people = [{"id": id, "years": years} for id, years in zip("abcd", (1, 2, 3, 9), strict=True)]
    lists = {"a": ["b", "c"], "b": ["c", "a"], "c": ["a", "b"]}
    solver = get_solver("roommates", fallback="few_blocking")
    pairing = pm.PeerMatcher("id", [pm.near("years", scale=20)], solver=solver).match(
        people, preferences=lists
    )
    assert pairing.certificate.status == "no_stable"
    for row in pairing.stability.blocking.itertuples():
        sides = pairing.why_stable(row.a, row.b).sides
        for side, gain, unit in zip(sides, (row.gain_a, row.gain_b), (row.unit_a, row.unit_b), strict=True):
            if unit == "score":
                assert gain == pytest.approx(side.worth_other - (side.worth_has or 0))
                assert side.id == "d"
            elif unit == "places":
                assert gain == side.place_has - side.place_other
            else:
                assert side.weakest is None or bool(side.place_has) != bool(side.place_other)


def test_the_default_in_programmes_leaves_nobody_alone_who_could_be_paired():
    people = [{"id": id, "wishes": wishes} for id, wishes in RING]
    pairing = pm.PeerMatcher("id", [pm.prefers("wishes")], solver="roommates").match(people)
    assert set(pairing.people["status"]) == {"paired"}


def test_explanations_begin_with_what_people_chose():
    people = [{"id": name, "team": "x"} for name in ("ada", "bo", "cy", "dee")]
    lists = {"ada": ["bo", "cy"], "bo": ["ada"], "cy": ["ada", "dee"]}
    pairing = pm.PeerMatcher("id", [pm.different("team")]).match(people, preferences=lists)
    assert pairing.explain("ada").text.startswith("ada and bo are each other's first choice.")
    assert pairing.explain("dee").text.startswith("dee is number 2 on the list of cy.")
    assert pairing.explain("cy").text.startswith("dee is number 2 on the list of cy.")
    assert "Little speaks" not in pairing.explain("ada").text


def test_a_stable_solver_on_the_wrong_kind_of_people_names_the_other_stable_one():
    people = [{"id": 1, "team": "x"}, {"id": 2, "team": "y"}]
    with pytest.raises(pm.ConfigError, match="Use solver='roommates'"):
        pm.PeerMatcher("id", [pm.same("team")], solver="deferred").match(people)
    with pytest.raises(pm.ConfigError, match="Use solver='deferred'"):
        pm.PeerMatcher("id", [pm.same("team")], sides=("a1", "b1"), solver="roommates").match(
            people[:1], people[1:]
        )


@pytest.mark.parametrize("round", ["1", "2", "3", "4", "5"])
def test_what_the_solver_found_is_told_of_the_right_people(round):
    """Solvers see people in another order each round; beside the ring two are demanded, who took no part in it."""
    people = [{"id": id, "team": "x"} for id in ("gus", "dee", "ada", "hal", "bo", "cy")]
    lists = {name: STATED_RING[name] for name in ("ada", "bo", "cy", "dee")}
    solver = get_solver("roommates", fallback="maximum_stable")
    matcher = pm.PeerMatcher("id", [pm.same("team")], [pm.require([("gus", "hal")])], solver=solver)
    pairing = matcher.match(people, preferences=lists, round=round)
    ids = sorted(person["id"] for person in people)
    found = pairing.matching.stability
    ring = {ids[x]: ids[y] for x, y in enumerate(found.partition.tolist())}
    assert ring == {"ada": "bo", "bo": "cy", "cy": "ada", "dee": "dee", "gus": "hal", "hal": "gus"}
    blocking = found.blocking.pairs.tolist()
    assert blocking == sorted(blocking)
    for (u, v), gains in zip(blocking, found.blocking.gains.tolist(), strict=True):
        assert u < v
        why = pairing.why_stable(ids[u], ids[v])
        assert why.verdict == "blocking"
        assert [side.gain for side in why.sides] == gains
    listed = [{row.a, row.b} for row in pairing.stability.blocking.itertuples()]
    assert listed == [{ids[u], ids[v]} for u, v in blocking]
    assert pairing.why_stable("gus", "ada").verdict == "demanded"
