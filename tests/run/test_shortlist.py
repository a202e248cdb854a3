"""Shortlists, held against their definition."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import peermatch as pm
from peermatch.datasets import make_organisation
from peermatch.explain import FOR, HELPS, UNKNOWN, findings_of, pair_facts
from peermatch.problem import FORBIDDEN, GRID, DenseScores, top_of_blocks
from peermatch.run.listing import _Turned
from peermatch.run.shortlist import find_lists

SCORES = st.tuples(st.integers(1, 9), st.integers(1, 9)).flatmap(
    lambda shape: st.lists(
        st.lists(st.sampled_from([FORBIDDEN, 0, 1, 1, 2, 3, 7]), min_size=shape[1], max_size=shape[1]),
        min_size=shape[0],
        max_size=shape[0],
    )
)


@given(SCORES, st.integers(1, 4), st.integers(1, 4))
@settings(max_examples=300, deadline=None)
def test_a_bounded_list_lacks_only_people_who_stand_on_enough_lists_of_people_as_suitable(matrix, k, at_most):
    scores = DenseScores(matrix, two_sided=True)
    lists = find_lists(scores, k, at_most).of
    on = {v: [u for u, chosen in enumerate(lists) if v in chosen] for v in range(len(matrix[0]))}
    assert all(len(chosen) <= k and len(set(chosen)) == len(chosen) for chosen in lists)
    assert all(len(lists_of) <= at_most for lists_of in on.values())
    for u, v in itertools.product(range(len(matrix)), range(len(matrix[0]))):
        if v in lists[u]:
            assert matrix[u][v] != FORBIDDEN
        elif matrix[u][v] != FORBIDDEN and (
            len(lists[u]) < k or any(matrix[u][w] < matrix[u][v] for w in lists[u])
        ):
            assert len(on[v]) == at_most
            assert all(matrix[w][v] >= matrix[u][v] for w in on[v])


@given(SCORES, st.integers(1, 4))
@settings(max_examples=200, deadline=None)
def test_an_unbounded_list_has_the_best_and_is_the_same_for_one_person_alone(matrix, k):
    scores = DenseScores(matrix, two_sided=True)
    lists = find_lists(scores, k).of
    for u, row in enumerate(matrix):
        best = sorted((value for value in row if value != FORBIDDEN), reverse=True)[:k]
        assert [row[v] for v in lists[u]] == best
        assert find_lists(scores, k, rows=np.array([u])).of == [lists[u]]


@pytest.mark.parametrize("alike", [True, False])
def test_windows_are_filled_again_where_everybody_wants_the_same_few(alike):
    n = 120
    worth = np.zeros(n, int) if alike else np.arange(n)
    scores = DenseScores(np.tile(worth, (n, 1)), two_sided=True)
    lists = find_lists(scores, 3, 3).of
    assert all(len(chosen) == 3 for chosen in lists)
    assert np.bincount(np.ravel(lists), minlength=n).tolist() == [3] * n


def people(n=14):
    return [
        {"id": f"p{k:02d}", "years": (k * 7) % 11, "team": "xyz"[k % 3], "show": "yes" if k % 4 else None}
        for k in range(n)
    ]


MATCHER = pm.PeerMatcher("id", [pm.near("years", scale=3), pm.same("team")], [pm.must_differ("years")])


def test_lists_are_those_of_the_scores_of_all_pairs():
    pairing = MATCHER.match(people())
    block = pairing.scores.block(np.arange(14))
    shortlist = MATCHER.shortlist(people(), 4)
    ids = [person["id"] for person in people()]
    for u, id in enumerate(ids):
        best = sorted((s for s in block[u].tolist() if s != FORBIDDEN), reverse=True)[:4]
        assert [block[u, ids.index(other)] for other in shortlist.lists[id]] == best
    table = shortlist.table
    sums = table[[name for name in table if name.startswith("contribution_")]].sum(axis=1)
    assert (sums == table["score"]).all()
    assert table["reason"].str.endswith(".").all()
    assert shortlist.short.empty


def test_reasons_are_those_that_count_most_of_everything_that_could_be_said():
    matcher = pm.PeerMatcher(
        "employee_id",
        [
            pm.near("years_experience", scale=8),
            pm.same("site", weight=2),
            pm.overlap("goals"),
            pm.complement("wants_to_learn", "can_teach"),
            pm.different("department"),
            pm.same("first_language", sensitive=True),
        ],
    )
    shortlist = matcher.shortlist(make_organisation(80, seed=2), 6)
    for index, reason in enumerate(shortlist.table["reason"]):
        found = findings_of(pair_facts(shortlist.outcome, index, int(shortlist.asking[index, 0])))
        good = "; ".join([one.text for one in found if one.tone in (FOR, HELPS)][:2])
        if good:
            assert reason == good[0].upper() + good[1:] + "."
        else:
            unknown = any(one.tone == UNKNOWN for one in found)
            assert reason.startswith("Too little is known") == unknown
    assert shortlist.table["reason"].nunique() > 50


def test_only_those_who_say_yes_are_listed_and_everybody_has_a_list():
    shortlist = MATCHER.shortlist(people(), 3, discoverable="show", at_most=4)
    shy = {person["id"] for person in people() if person["show"] is None}
    assert shy
    assert shy.isdisjoint(shortlist.table["candidate"])
    assert shy <= set(shortlist.lists)
    with pytest.raises(pm.InputError, match="Did you mean 'show'"):
        MATCHER.shortlist(people(), 3, discoverable="shwo")
    hidden = [{**person, "show": "no"} for person in people()]
    nobody = MATCHER.shortlist(hidden, 3, discoverable="show")
    assert nobody.table.empty
    assert set(nobody.short["reason"]) == {"nobody may be listed"}


@pytest.mark.parametrize("at_most", [None, 2, 3])
def test_one_person_alone_has_the_list_of_the_full_run(at_most):
    full = MATCHER.shortlist(people(), 3, at_most=at_most, round="5")
    for id in ("p00", "p09"):
        assert MATCHER.shortlist(people(), 3, at_most=at_most, who=id, round="5").lists == {
            id: full.lists[id]
        }
    some = MATCHER.shortlist(people(), 3, at_most=at_most, who=["p03", "p01"], round="5")
    assert some.lists == {id: full.lists[id] for id in ("p01", "p03")}
    assert MATCHER.shortlist(people()[::-1], 3, at_most=at_most, round="5").lists == full.lists


def test_vetoes_leave_no_trace():
    open_ = pm.PeerMatcher("id", [pm.near("years")]).shortlist(people(), 13)
    table = [("p00", "p05"), ("p07", "p00")]
    shortlist = pm.PeerMatcher("id", [pm.near("years")], [pm.veto(table=table)]).shortlist(people(), 13)
    assert "p05" not in shortlist.lists["p00"]
    assert "p00" not in shortlist.lists["p05"]
    assert "p07" not in shortlist.lists["p00"]
    kept = open_.table.set_index(["id", "candidate"])["reason"]
    for row in shortlist.table.itertuples():
        assert row.reason == kept[row.id, row.candidate]
    assert not shortlist.table.map(lambda cell: "rule" in str(cell) or "veto" in str(cell)).any(axis=None)


def test_two_sides_get_lists_of_each_other():
    mentees = [{"email": f"e{k}", "grade": k % 3 + 1} for k in range(6)]
    mentors = [{"email": f"r{k}", "grade": k % 2 + 4} for k in range(3)]
    matcher = pm.PeerMatcher("email", [pm.above("grade", by=(1, 3))], sides=("mentee", "mentor"))
    shortlist = matcher.shortlist(mentees, 2, others=mentors, at_most=2)
    assert set(shortlist.table["side"]) == {"mentee", "mentor"}
    counts = shortlist.table.groupby(["side", "candidate"]).size()
    assert counts.max() == 2
    assert len(shortlist.lists["mentor", "r0"]) == 2
    short = shortlist.short.query("side == 'mentee'")
    assert len(short)
    assert short["reason"].str.contains("already").all()


def two_tables(n=30, m=17):
    """Mentees and mentors, some of whom have the id of a mentee; many scores are equal."""
    mentees = [{"email": f"e{k:02d}", "grade": k % 4 + 1, "site": "xyz"[k % 3]} for k in range(n)]
    mentors = [{"email": f"{'er'[k % 2]}{k:02d}", "grade": k % 3 + 4, "site": "yzw"[k % 3]} for k in range(m)]
    return mentees, mentors


def two_sided_matcher(floor=None, custom=False):
    criteria = [pm.above("grade", by=(1, 3)), pm.same("site")]
    if custom:
        criteria.append(pm.custom(lambda me, you: (me["grade"] + you["grade"]) % 3 / 2, "grade"))
    return pm.PeerMatcher(
        "email", criteria, [pm.must_differ("grade")], sides=("mentee", "mentor"), floor=floor
    )


@pytest.mark.parametrize("floor", [None, 0.6])
@pytest.mark.parametrize("at_most", [None, 2])
def test_the_right_side_gets_the_best_of_all_its_pairs(floor, at_most):
    mentees, mentors = two_tables()
    shortlist = two_sided_matcher(floor).shortlist(mentees, 4, others=mentors, at_most=at_most)
    pairing = two_sided_matcher(floor).match(mentees, others=mentors)
    block = pairing.scores.block(np.arange(30)).T
    block = np.where(block < (floor or 0) * 2**30, FORBIDDEN, block)
    on = {person["email"]: k for k, person in enumerate(mentees)}
    lists = {person["email"]: shortlist.lists["mentor", person["email"]] for person in mentors}
    right = sorted(mentors, key=lambda person: person["email"])
    for row, person in zip(block, right, strict=True):
        got = [int(row[on[id]]) for id in lists[person["email"]]]
        best = sorted((score for score in row.tolist() if score != FORBIDDEN), reverse=True)[:4]
        assert got == sorted(got, reverse=True)
        assert FORBIDDEN not in got
        if at_most is None:
            assert got == best
    if at_most is not None:
        assert max(sum(id in chosen for chosen in lists.values()) for id in on) == at_most


@pytest.mark.parametrize("at_most", [None, 2])
def test_one_person_of_two_sides_alone_has_the_lists_of_the_full_run(at_most):
    mentees, mentors = two_tables()
    matcher = two_sided_matcher()
    full = matcher.shortlist(mentees, 3, others=mentors, at_most=at_most)

    def alone(who):
        return matcher.shortlist(mentees, 3, others=mentors, at_most=at_most, who=who).lists

    assert alone("r01") == {("mentor", "r01"): full.lists["mentor", "r01"]}
    assert alone("e01") == {("mentee", "e01"): full.lists["mentee", "e01"]}
    both = {key: full.lists[key] for key in (("mentee", "e00"), ("mentor", "e00"))}
    assert alone("e00") == both
    assert alone(["e00", "r03"]) == {**both, ("mentor", "r03"): full.lists["mentor", "r03"]}
    with pytest.raises(pm.InputError, match="Nobody has the id 'r00'"):
        alone(["e01", "r00"])


@pytest.mark.parametrize("lowest", [0, 1, GRID // 2])
@pytest.mark.parametrize("custom", [False, True])
def test_turned_scores_find_the_best_as_reading_every_pair_does(lowest, custom):
    mentees, mentors = two_tables()
    matcher = two_sided_matcher(custom=custom)
    turned = _Turned(matcher.match(mentees, others=mentors).scores).at_least(lowest)
    for k in (0, 1, 3, 40):
        found, plain = turned.top(k), top_of_blocks(turned, k)
        assert np.array_equal(found.columns, plain.columns)
        assert np.array_equal(found.scores, plain.scores)


@pytest.mark.parametrize("k", [0, -1, 1001, 2.5, True, None, "3"])
def test_a_wrong_k_is_refused(k):
    with pytest.raises(
        pm.ConfigError, match=r"The k parameter of shortlist\(\) must be a whole number from 1"
    ):
        MATCHER.shortlist(people(), k)


def test_other_wrong_arguments_are_refused():
    with pytest.raises(pm.ConfigError, match="at_most"):
        MATCHER.shortlist(people(), 3, at_most=0)
    with pytest.raises(pm.InputError, match="Did you mean 'p13'"):
        MATCHER.shortlist(people(), 3, who="p133")
    with pytest.raises(pm.InputError):
        MATCHER.shortlist([], 3)
    with pytest.raises(pm.InputError):
        MATCHER.shortlist(people(1), 3)
    with pytest.raises(pm.PeerMatchError, match="stopped"):
        MATCHER.shortlist(people(), 3, cancel=lambda: True)
    assert len(MATCHER.shortlist(people(2), 1000).lists["p00"]) == 1


def test_tables_come_back_in_kind_and_go_to_a_file(tmp_path):
    polars = pytest.importorskip("polars")
    shortlist = MATCHER.shortlist(polars.DataFrame(people()), 2)
    assert isinstance(shortlist.table, polars.DataFrame)
    assert isinstance(shortlist.short, polars.DataFrame)
    path = shortlist.to_csv(tmp_path / "lists.csv")
    assert len(pd.read_csv(path)) == len(shortlist.table)
    pairing = MATCHER.match(people(), preferences=path, unlisted="never")
    assert pairing.certificate.status in ("stable", "no_stable")


def test_reasons_leave_ids_as_they_are_written():
    people = [
        {"id": "ada@x", "teaches": "sql", "seeks": "r", "site": "x"},
        {"id": "bo@x", "teaches": "r", "seeks": "sql", "site": "x"},
    ]
    matcher = pm.PeerMatcher("id", [pm.complement(offers="teaches", seeks="seeks"), pm.same("site")])
    reasons = matcher.shortlist(people, 1).table["reason"].tolist()
    assert reasons[0].startswith("bo@x can help ada@x with r")
    alike = pm.PeerMatcher("id", [pm.same("site")]).shortlist(people, 1).table["reason"].tolist()
    assert alike == ["The same site (x).", "The same site (x)."]
