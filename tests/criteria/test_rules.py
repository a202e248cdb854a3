"""Rules forbid exactly the pairs that they say, count them, and refuse to forbid nothing in silence."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import peermatch.criteria as pc
from peermatch.cohort import Cohort
from peermatch.criteria import Occasion, Sides
from peermatch.errors import ConfigError, InfeasibleError, InputError
from support import cohorts


def forbidden_of(rules, sides, criteria=None, occasion=None):
    """The matrix of forbidden pairs, by tile, checked against the list of all pairs."""
    scores, _, enforcement = cohorts.lazy(sides, criteria or [pc.same("id")], rules, occasion=occasion)
    rows, columns = sides.shape
    u, v = (x.ravel() for x in np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij"))
    listed = scores.forbidden_at(u, v).reshape(rows, columns)
    tiled = scores.block(np.arange(rows)) < 0
    np.testing.assert_array_equal(listed, tiled)
    order = np.random.default_rng(0).permutation(rows)
    columns_order = order if not sides.two_sided else np.random.default_rng(1).permutation(columns)
    taken = scores.take(order, columns_order).block(np.arange(rows)) < 0
    np.testing.assert_array_equal(taken, tiled[np.ix_(order, columns_order)])
    return tiled, enforcement


def assert_forbids(rules, sides, expected, **options):
    """`expected(i, j)` on people as dictionaries says what must be forbidden, and every pair is counted once."""
    tiled, enforcement = forbidden_of(rules, sides, **options)
    left = sides.left.frame.to_dict("records")
    right = sides.columns_side.frame.to_dict("records")
    want = np.array([[expected(a, b) for b in right] for a in left])
    if sides.two_sided:
        count = int(want.sum())
    else:
        np.fill_diagonal(want, True)
        count = int(np.triu(want, 1).sum())
    np.testing.assert_array_equal(tiled, want)
    assert enforcement.rules[0].pairs_removed == count
    return enforcement


SIDES = [cohorts.one_pool(23, seed=1), cohorts.two_sides(12, 9, seed=1)]
both = pytest.mark.parametrize("sides", SIDES, ids=["one pool", "two sides"])


@both
def test_must_differ(sides):
    assert_forbids(
        [pc.must_differ("team")], sides, lambda a, b: a["team"] is not None and a["team"] == b["team"]
    )


@both
def test_must_match(sides):
    assert_forbids([pc.must_match("team")], sides, lambda a, b: a["team"] is None or a["team"] != b["team"])


def test_must_differ_across_two_columns_of_one_pool_looks_both_ways():
    people = [{"id": i, "x": x, "y": y} for i, (x, y) in enumerate(itertools.product("abc", "ab"))]
    sides = Sides(Cohort.of(people, "id"))
    assert_forbids(
        [pc.must_differ(left="x", right="y")], sides, lambda a, b: a["x"] == b["y"] or a["y"] == b["x"]
    )
    assert_forbids(
        [pc.must_match(left="x", right="y")], sides, lambda a, b: a["x"] != b["y"] or a["y"] != b["x"]
    )


@both
@pytest.mark.parametrize("share", [1.0, 0.5, 0.3])
def test_no_twins(sides, share):
    columns = ["team", "country", "education"]

    def twins(a, b):
        known = [c for c in columns if a[c] is not None and b[c] is not None]
        return bool(known) and sum(a[c] == b[c] for c in known) >= share * len(known)

    assert_forbids([pc.no_twins(columns, at_least=share)], sides, twins)


@both
def test_listed_pairs_in_either_order(sides):
    first, second = sides.left.ids[0], sides.columns_side.ids[3]
    pairs = [(second, first), (first, second)]
    for rules in ([pc.forbid(pairs)], [pc.veto(table=pairs)]):
        assert_forbids(rules, sides, lambda a, b: {a["id"], b["id"]} == {first, second})


def test_veto_column_forbids_in_both_directions_and_stays_private():
    people = [
        {"id": "a", "no": "b; c"},
        {"id": "b", "no": None},
        {"id": "c", "no": ""},
        {"id": "d", "no": "x"},
    ]
    sides = Sides(Cohort.of(people, "id"))
    pairs = [{"a", "b"}, {"a", "c"}]
    enforcement = assert_forbids([pc.veto("no")], sides, lambda a, b: {a["id"], b["id"]} in pairs)
    assert enforcement.rules[0].rule.public_name == "a private rule"


@both
def test_at_least(sides):
    rule = pc.at_least("near_years", 0.5)

    def low(a, b):
        if a["years"] is None or b["years"] is None:
            return fill < 0.5
        return 1 / (1 + ((abs(a["years"] - b["years"]) - 0) / 3) ** 2) < 0.5

    fill = cohorts.lazy(sides, [pc.near("years", scale=3)])[1][0].fills[0]
    assert_forbids([rule], sides, low, criteria=[pc.near("years", scale=3)])


def test_at_least_names_a_criterion_that_is_there():
    with pytest.raises(ConfigError, match="Did you mean 'near_years'"):
        forbidden_of([pc.at_least("near_year", 0.5)], SIDES[0], criteria=[pc.near("years")])


# ---- reporting lines ------------------------------------------------------------------------------------


def chain(parents, id):
    above = []
    while parents.get(id) is not None:
        id = parents[id]
        above.append(id)
    return above


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 25), st.integers(0, 10**6), st.integers(0, 12))
def test_not_in_line_is_the_whole_chain(n, seed, outside):
    rng = np.random.default_rng(seed)
    staff = n + outside
    parents = {i: (int(rng.integers(0, i)) if i and rng.random() < 0.9 else None) for i in range(staff)}
    if not any(p is not None for p in parents.values()):
        parents[1] = 0
    here = sorted(rng.choice(staff, size=n, replace=False).tolist())
    table = [{"id": i, "boss": parents[i]} for i in here]
    org = Cohort.of([{"id": i, "boss": parents[i]} for i in range(staff)], "id")
    sides = Sides(Cohort.of(table, "id"))
    assert_forbids(
        [pc.not_in_line("boss")],
        sides,
        lambda a, b: a["id"] in chain(parents, b["id"]) or b["id"] in chain(parents, a["id"]),
        occasion=Occasion(org=org),
    )


def test_not_in_line_on_two_sides_counts_a_person_on_both_sides_once():
    parents = {1: None, 2: 1, 3: 2, 4: 1, 5: 4}
    left = Cohort.of([{"id": i, "boss": parents[i]} for i in (1, 2, 3)], "id")
    right = Cohort.of([{"id": i, "boss": parents[i]} for i in (3, 4, 5)], "id")
    assert_forbids(
        [pc.not_in_line("boss")],
        Sides(left, right, ("x", "y")),
        lambda a, b: (
            a["id"] == b["id"] or a["id"] in chain(parents, b["id"]) or b["id"] in chain(parents, a["id"])
        ),
    )


def line_error(people, **options):
    sides = Sides(Cohort.of(people, "id"))
    with pytest.raises(InputError) as caught:
        forbidden_of([pc.not_in_line("boss", **options)], sides)
    return caught.value.items[0]


def test_managers_who_are_nobody_are_an_error():
    item = line_error([{"id": str(i), "boss": "x"} for i in range(4)])
    assert item["code"] == "managers_not_found"
    assert "0 of 4 managers" in item["message"]
    assert "org=" in item["message"]


def test_managers_of_another_type_are_pointed_out():
    item = line_error([{"id": str(i), "boss": 0} for i in range(4)])
    assert "read both as text" in item["message"]


def test_no_manager_at_all_is_an_error_unless_meant():
    people = [{"id": i, "boss": None} for i in range(3)]
    assert line_error(people)["code"] == "managers_not_found"
    tiled, _ = forbidden_of([pc.not_in_line("boss", min_found=0)], Sides(Cohort.of(people, "id")))
    assert not np.triu(tiled, 1).any()


def test_a_cycle_is_named():
    item = line_error([{"id": i, "boss": b} for i, b in [(1, None), (2, 3), (3, 4), (4, 2), (5, 2)]])
    assert item["code"] == "manager_cycle"
    assert sorted(item["found"]) == [2, 3, 4]


def test_a_chief_who_manages_themselves_is_no_cycle():
    people = [{"id": i, "boss": 1} for i in (1, 2, 3)]
    _, enforcement = forbidden_of([pc.not_in_line("boss")], Sides(Cohort.of(people, "id")))
    assert enforcement.rules[0].pairs_removed == 2
    assert "own manager" in enforcement.rules[0].note


def test_a_few_unknown_managers_are_reported():
    people = [{"id": i, "boss": 1 if i < 20 else 99} for i in range(1, 22)]
    _, enforcement = forbidden_of([pc.not_in_line("boss")], Sides(Cohort.of(people, "id")))
    assert "not found: 99" in enforcement.rules[0].note


# ---- history --------------------------------------------------------------------------------------------

PEOPLE = Sides(Cohort.of([{"id": i} for i in "abcdef"], "id"))
HISTORY = pd.DataFrame(
    {
        "round": ["r9", "r10", "r11", "r11"],
        "date": ["2026-09-01", "2026-10-01", "2026-11-01", "2026-11-01"],
        "a": ["a", "b", "d", "gone"],
        "b": ["b", "c", "c", "a"],
    }
)


@pytest.mark.parametrize(
    ("rule", "pairs"),
    [
        (pc.no_repeat(), ["ab", "bc", "cd"]),
        (pc.no_repeat(rounds=1), ["cd"]),
        (pc.no_repeat(rounds=2), ["bc", "cd"]),
        (pc.no_repeat(days=30), ["cd"]),
        (pc.no_repeat(days=61), ["bc", "cd"]),
    ],
)
@pytest.mark.parametrize("order", [[0, 1, 2, 3], [3, 1, 0, 2]])
def test_no_repeat(rule, pairs, order):
    occasion = Occasion(history=HISTORY.iloc[order], as_of="2026-12-01")
    assert_forbids(
        [rule], PEOPLE, lambda a, b: "".join(sorted((a["id"], b["id"]))) in pairs, occasion=occasion
    )


def test_rounds_without_dates_go_by_their_numbers():
    occasion = Occasion(history=HISTORY.drop(columns="date"))
    assert_forbids(
        [pc.no_repeat(rounds=2)],
        PEOPLE,
        lambda a, b: {a["id"], b["id"]} in ({"b", "c"}, {"c", "d"}),
        occasion=occasion,
    )


def test_rounds_of_which_one_has_no_date_go_by_their_labels():
    history = HISTORY.assign(date=["2026-09-01", None, "2026-11-01", "2026-11-01"])
    assert_forbids(
        [pc.no_repeat(rounds=1)],
        PEOPLE,
        lambda a, b: {a["id"], b["id"]} == {"c", "d"},
        occasion=Occasion(history=history),
    )


def test_no_history_is_said():
    _, enforcement = forbidden_of([pc.no_repeat()], PEOPLE)
    assert enforcement.rules[0].note == "no history was given"


@pytest.mark.parametrize(
    ("rule", "history", "as_of", "message"),
    [
        (pc.no_repeat(rounds=1), [{"a": "a", "b": "b"}], None, "no column 'round'"),
        (pc.no_repeat(days=1), [{"a": "a", "b": "b"}], "2026-01-01", "no column 'date'"),
        (pc.no_repeat(days=1), HISTORY, None, "give as_of="),
        (pc.no_repeat(days=1), HISTORY.assign(date="soon"), "2026-01-01", "must be a day"),
        (pc.no_repeat(), [{"a": 1, "b": 2}], None, "None of the 2 ids that history lists"),
        (pc.no_repeat(), [{"who": "a", "b": "b"}], None, "no column 'a'"),
    ],
)
def test_a_wrong_history_is_refused(rule, history, as_of, message):
    with pytest.raises(InputError, match=message):
        forbidden_of([rule], PEOPLE, occasion=Occasion(history=history, as_of=as_of))


# ---- demands --------------------------------------------------------------------------------------------


def conflict_of(rules, sides=PEOPLE, **occasion):
    with pytest.raises(InfeasibleError) as caught:
        forbidden_of(rules, sides, occasion=Occasion(**occasion))
    return caught.value


def test_demands_are_kept_apart():
    _, enforcement = forbidden_of([pc.require([("c", "a")])], PEOPLE)
    assert enforcement.required.tolist() == [[0, 2]]


def test_a_demanded_pair_that_is_forbidden():
    error = conflict_of([pc.require([("a", "b")]), pc.forbid([("b", "a")])])
    assert [part["rule"] for part in error.conflict] == ["require", "forbid"]


def test_a_demanded_pair_that_is_vetoed_names_no_rule():
    error = conflict_of([pc.require([("a", "b")]), pc.veto(table=[("b", "a")], name="b hates a")])
    assert "a private rule" in str(error)
    assert "hates" not in str(error) + str(error.conflict)


def test_a_person_demanded_twice():
    error = conflict_of([pc.require([("a", "b"), ("c", "a")])])
    assert {tuple(sorted(part["ids"])) for part in error.conflict} == {("a", "b"), ("a", "c")}


def test_a_person_demanded_with_themselves():
    assert "themselves" in str(conflict_of([pc.require([("a", "a")])]))


def test_demanding_someone_who_is_away():
    error = conflict_of([pc.require([("a", "z")])], absent={("str", "z"): "not taking part: in is no"})
    assert "does not take part" in str(error)


def test_demanding_nobody():
    with pytest.raises(InputError, match="an id that nobody has"):
        forbidden_of([pc.require([("a", "z")])], PEOPLE)


def test_forbidding_nobody_is_reported():
    _, enforcement = forbidden_of([pc.forbid([("a", "z")])], PEOPLE)
    assert "1 listed id that nobody has: 'z'" in enforcement.rules[0].note
