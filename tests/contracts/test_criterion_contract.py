"""What holds for every criterion and every rule in the registries, for one pool, two columns of it, and two sides."""

from __future__ import annotations

import math
import pickle
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest

import peermatch.criteria as pc
from peermatch.cohort import Cohort
from peermatch.criteria import CRITERIA, RULES, Occasion, Sides, compile_criterion, enforce, fit_criterion
from peermatch.criteria.unknown import sample_pairs
from peermatch.errors import InputError
from peermatch.scoring import LazyScores
from support import cohorts

N, LEFT, RIGHT = 17, 9, 12
TIES = [{"a": "p001", "b": "p004", "strength": 0.5}, {"a": "p002", "b": "p003"}, {"a": "q002", "b": "p000"}]
MET = [
    {"round": "1", "a": "p000", "b": "p001"},
    {"round": "2", "a": "p003", "b": "p002"},
    {"round": "2", "a": "q003", "b": "p001"},
]
WISHES = [("p000", "p001"), ("p000", "q003"), ("p003", "p000"), ("q001", "p002"), ("p004", "p000")]


@dataclass(frozen=True)
class Sample:
    """A criterion's constructor with fitting arguments, by one set of columns and, where it can, by two."""

    build: object
    columns: tuple[str, ...] = ()
    apart: object = None
    symmetric: bool = True
    wrong: object = None  # a cell that it cannot read


def two_columns(kind, column, **options):
    return lambda **more: CRITERIA[kind](left=column, right=f"{column} two", **options, **more)


def known(me, you):
    return cohorts.ratio(me, you)


SAMPLES = {
    "above": Sample(
        lambda **more: pc.above("grade", ladder=cohorts.GRADES, by=(1, 2), **more),
        ("grade",),
        two_columns("above", "grade", ladder=cohorts.GRADES),
        symmetric=False,
        wrong="boss",
    ),
    "available": Sample(
        lambda **more: pc.available("zone", "hours", wanted=20, **more), ("zone", "hours"), wrong="whenever"
    ),
    "complement": Sample(
        lambda **more: pc.complement("offers", "seeks", **more),
        ("offers", "seeks"),
        lambda **more: pc.complement(left="seeks", right="offers", new_only=False, **more),
        symmetric=False,
        wrong={"no": "list"},
    ),
    "custom": Sample(lambda **more: pc.custom(known, "age", **more), ("age",), wrong="old"),
    "different": Sample(
        lambda **more: pc.different(["country", "education"], **more),
        ("country", "education"),
        lambda **more: pc.different(
            left=["country", "education"], right=["country two", "education two"], **more
        ),
        wrong=["NL"],
    ),
    "near": Sample(lambda **more: pc.near("years", **more), ("years",), two_columns("near", "years"), wrong="lots"),
    "overlap": Sample(
        lambda **more: pc.overlap("goals", **more), ("goals",), two_columns("overlap", "goals"), wrong={"no": "list"}
    ),
    "prefers": Sample(lambda **more: pc.prefers("wishes", **more), ("wishes",), symmetric=False),
    "same": Sample(lambda **more: pc.same("team", **more), ("team",), two_columns("same", "team"), wrong=["red"]),
    "novelty": Sample(lambda **more: pc.novelty(half_life=2, **more)),
    "ties": Sample(lambda **more: pc.ties(TIES, **more)),
}  # fmt: skip
VARIANTS = {
    "overlap, text": Sample(lambda **more: pc.overlap("text", **more), ("text",), two_columns("overlap", "text")),
    "prefers, table": Sample(lambda **more: pc.prefers(table=WISHES, **more), symmetric=False),
    "ties, directed": Sample(lambda **more: pc.ties(TIES, directed=True, **more), symmetric=False),
    "near, grades": Sample(
        lambda **more: pc.near("grade", ladder=cohorts.GRADES, sweet_spot=1, **more), ("grade",)
    ),
}  # fmt: skip
ALL = {**SAMPLES, **VARIANTS}
every = pytest.mark.parametrize("sample", ALL.values(), ids=ALL)
every_with_columns = pytest.mark.parametrize(
    "sample", [s for s in ALL.values() if s.columns], ids=[k for k, s in ALL.items() if s.columns]
)
every_apart = pytest.mark.parametrize(
    "sample", [s for s in ALL.values() if s.apart], ids=[k for k, s in ALL.items() if s.apart]
)


def doubled(n, seed, prefix="p"):
    """People with a second column beside each: what somebody else said of the same thing."""
    other = cohorts.records(n, seed + 100, prefix=prefix)
    return [
        {**mine, **{f"{key} two": value for key, value in theirs.items()}}
        for mine, theirs in zip(cohorts.records(n, seed, prefix=prefix), other, strict=True)
    ]


def pool(people=None):
    return Sides(Cohort.of(people or doubled(N, 1), "id"))


def two(left=None, right=None):
    left = Cohort.of(left or doubled(LEFT, 2), "id", at_least=1)
    return Sides(left, Cohort.of(right or doubled(RIGHT, 3, "q"), "id", at_least=1), ("mentee", "mentor"))


PLACES = {"pool": pool, "sides": two}
everywhere = pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)


def compiled(criterion, sides, unknown="quartile"):
    return compile_criterion(fit_criterion(criterion, sides, unknown=unknown, history=MET), sides)


def all_pairs(shape):
    grid = np.meshgrid(np.arange(shape[0]), np.arange(shape[1]), indexing="ij")
    return tuple(axis.ravel() for axis in grid)


def both(criterion, sides):
    """Forward and backward similarity of all pairs, by tile, as matrices."""
    rows, columns = sides.shape
    return compiled(criterion, sides).measure.tile(np.arange(rows), np.arange(columns))


def forms(sample):
    return [sample.build, *([sample.apart] if sample.apart else [])]


def test_every_criterion_has_a_sample():
    assert set(SAMPLES) == set(CRITERIA)
    assert {name: sample.build().kind for name, sample in SAMPLES.items()} == {
        name: name for name in CRITERIA
    }


# ---- similarity -----------------------------------------------------------------------------------------


@every
@everywhere
def test_similarities_are_in_the_unit_interval_or_unknown(sample, place):
    for build in forms(sample):
        for values in both(build(), place()):
            known = values[~np.isnan(values)]
            assert ((known >= 0) & (known <= 1)).all()
            assert known.size  # the sample says something


@every
@everywhere
def test_tiles_and_listed_pairs_agree_to_the_last_bit(sample, place):
    sides = place()
    u, v = all_pairs(sides.shape)
    rng = np.random.default_rng(0)
    rows, columns = rng.permutation(sides.shape[0])[:5], rng.permutation(sides.shape[1])[:7]
    for build in forms(sample):
        measure = compiled(build(), sides).measure
        tile, listed = measure.tile(np.arange(sides.shape[0]), np.arange(sides.shape[1])), measure.pairs(u, v)
        part = measure.tile(rows, columns)
        for whole, some, flat in zip(tile, part, listed, strict=True):
            np.testing.assert_array_equal(whole.ravel(), flat)
            np.testing.assert_array_equal(some, whole[np.ix_(rows, columns)])


@every
def test_in_one_pool_backward_is_forward_of_the_other(sample):
    for build in forms(sample):
        forward, backward = both(build(), pool())
        off = ~np.eye(N, dtype=bool)
        np.testing.assert_array_equal(forward.T[off], backward[off])
    if sample.symmetric:
        forward, _ = both(sample.build(), pool())
        np.testing.assert_array_equal(forward[off], forward.T[off])


@every
def test_two_sides_see_what_one_pool_sees(sample):
    """The same people on both sides have the similarities that they have in one pool."""
    if sample is VARIANTS["overlap, text"]:
        return  # its vectors are learned from every text that there is
    people = doubled(N, 1)
    forward, backward = both(sample.build(), pool(people))
    left, right = both(sample.build(), two(people, people))
    off = ~np.eye(N, dtype=bool)
    np.testing.assert_array_equal(left[off], forward[off])
    if sample.build().kind not in ("above", "custom"):  # there one fact about the pair counts for both
        np.testing.assert_array_equal(right[off], backward[off])
    else:
        np.testing.assert_array_equal(right[off], forward[off])


@every_with_columns
@everywhere
def test_blank_cells_are_unknown(sample, place):
    blank = dict.fromkeys([*sample.columns, *(f"{column} two" for column in sample.columns)])
    if place is pool:
        people = doubled(N, 1)
        sides = pool([{**people[0], **blank}, *people[1:]])
    else:
        people = doubled(LEFT, 2)
        sides = two([{**people[0], **blank}, *people[1:]])
    for build in forms(sample):
        forward, backward = both(build(), sides)
        others = slice(1, None) if place is pool else slice(None)
        assert np.isnan(forward[0, others]).all()
        assert (
            np.isnan(backward[0, others]).all() or build().kind == "prefers"
        )  # others have lists of their own


@every_apart
def test_left_and_right_need_their_columns_on_their_own_side_only(sample):
    criterion = sample.apart()
    left = [{key: p.get(key) for key in ("id", *criterion.left)} for p in doubled(LEFT, 2)]
    right = [{key: p.get(key) for key in ("id", *criterion.right)} for p in doubled(RIGHT, 3, "q")]
    apart, _ = both(criterion, two(left, right))
    whole, _ = both(criterion, two())
    np.testing.assert_array_equal(apart, whole)


@every_apart
def test_two_columns_of_one_pool_face_each_other(sample):
    """My left column faces your right one: as on two sides of the same people."""
    people = doubled(N, 1)
    forward, backward = both(sample.apart(), pool(people))
    across, _ = both(sample.apart(), two(people, people))
    off = ~np.eye(N, dtype=bool)
    np.testing.assert_array_equal(forward[off], across[off])
    np.testing.assert_array_equal(backward[off], across.T[off])


# ---- what all criteria share ----------------------------------------------------------------------------


@every
def test_every_criterion_takes_the_common_arguments(sample):
    for build in forms(sample):
        criterion = build(weight=2.5, name="mine", when="wants", sensitive=True)
        assert (criterion.weight, criterion.name, criterion.when, criterion.sensitive) == (
            2.5,
            "mine",
            "wants",
            True,
        )
        assert pickle.loads(pickle.dumps(criterion)) == criterion
        assert build().name
        assert build().weight == 1.0
    for wrong in (0, -1, math.nan):
        with pytest.raises(ValueError, match="weight parameter of"):
            sample.build(weight=wrong)


@every
@everywhere
def test_a_criterion_that_someone_switched_off_leaves_their_utility_alone(sample, place):
    """`when` takes it out of that person's utility, and out of nobody else's."""
    sides = place()
    with_when, without = sample.build(when="wants", name="x"), sample.build(name="x")
    other = pc.near("age", name="other", weight=2)

    def scores(criterion):
        parts = [compiled(part, sides, "zero") for part in (criterion, other)]
        return LazyScores(parts, [], sides.shape, two_sided=sides.two_sided)

    gated, free = scores(with_when), scores(without)
    for side, cohort in (("left", sides.left), ("right", sides.columns_side)):
        off = cohort.frame["wants"].to_numpy() != "yes"
        assert off.any()
        assert not off.all()
        shares = gated.left_shares if side == "left" else gated.right_shares
        assert (shares[0][off] == 0).all()
        assert (shares[0][~off] > 0).all()
        assert (shares.sum(axis=0) == 2**30).all()
        rows = np.arange(len(cohort))
        np.testing.assert_array_equal(gated.utilities(rows, side)[~off], free.utilities(rows, side)[~off])
    alone = LazyScores([compiled(other, sides, "zero")], [], sides.shape, two_sided=sides.two_sided)
    off = sides.left.frame["wants"].to_numpy() != "yes"
    rows = np.arange(sides.shape[0])
    np.testing.assert_array_equal(gated.utilities(rows)[off], alone.utilities(rows)[off])


@every
def test_a_side_that_was_not_asked_does_not_count_it(sample):
    right = [{key: value for key, value in p.items() if key != "wants"} for p in doubled(RIGHT, 3, "q")]
    part = compiled(sample.build(when="wants"), two(right=right))
    assert not part.right_on.any()
    asked = np.array([p["wants"] == "yes" for p in doubled(LEFT, 2)])
    np.testing.assert_array_equal(part.left_on, asked)


@every
@everywhere
def test_taking_people_takes_their_similarities(sample, place):
    sides = place()
    part = compiled(sample.build(when="wants"), sides)
    rng = np.random.default_rng(5)
    left = rng.permutation(sides.shape[0])[:6]
    right = left if not sides.two_sided else rng.permutation(sides.shape[1])[:8]
    taken = part.take(left, right)
    whole = part.measure.tile(np.arange(sides.shape[0]), np.arange(sides.shape[1]))
    for mine, all_of_it in zip(taken.measure.tile(np.arange(6), np.arange(len(right))), whole, strict=True):
        np.testing.assert_array_equal(mine, all_of_it[np.ix_(left, right)])
    u, v = all_pairs((6, len(right)))
    for mine, all_of_it in zip(taken.measure.pairs(u, v), whole, strict=True):
        np.testing.assert_array_equal(mine, all_of_it[np.ix_(left, right)].ravel())
    np.testing.assert_array_equal(taken.left_on, part.left_on[left])
    np.testing.assert_array_equal(taken.right_on, part.right_on[right])
    assert taken.fills == part.fills


# ---- what is not known ----------------------------------------------------------------------------------


def plain_fill(values, unknown):
    """The summary of known similarities, written down from its definition."""
    known = sorted(float(value) for value in values if not math.isnan(value))
    if unknown == "zero" or not known:
        return 0.0
    if unknown == "mean":
        return float(sum(map(Fraction, known)) / len(known))
    return known[(len(known) - 1) // 4]  # the lower quartile, an observed value


@every
@everywhere
@pytest.mark.parametrize("unknown", pc.UNKNOWN_CHOICES)
def test_what_is_not_known_counts_as_stated(sample, place, unknown):
    sides = place()
    criterion = sample.build(when="wants")
    part = compiled(criterion, sides, unknown)
    forward, backward = part.measure.tile(np.arange(sides.shape[0]), np.arange(sides.shape[1]))
    off_diagonal = np.ones(sides.shape, dtype=bool)
    if not sides.two_sided:
        np.fill_diagonal(off_diagonal, False)
    asked = [np.array([w == "yes" for w in side.frame["wants"]]) for side in (sides.left, sides.columns_side)]
    left = plain_fill(forward[off_diagonal & asked[0][:, None]], unknown)
    right = plain_fill(backward[off_diagonal & asked[1][None, :]], unknown)
    assert part.fills == pytest.approx((left, right if sides.two_sided else left), rel=1e-15, abs=0)
    if unknown != "mean":
        assert part.fills == (left, right if sides.two_sided else left)


@pytest.mark.parametrize(
    ("shape", "one_pool"), [((9, 9), True), ((7, 11), False), ((2, 2), True), ((1, 1), True)]
)
@pytest.mark.parametrize("size", [1, 5, 40, 10**6])
def test_the_sample_of_pairs_is_spread_and_without_repeats(shape, one_pool, size):
    u, v = sample_pairs(shape, one_pool=one_pool, size=size)
    total = shape[0] * (shape[1] - one_pool)
    assert len(u) == min(size, total)
    assert len(set(zip(u.tolist(), v.tolist(), strict=True))) == len(u)
    assert ((u >= 0) & (u < shape[0]) & (v >= 0) & (v < shape[1])).all()
    assert not one_pool or (u != v).all()
    if len(u) >= 40:
        assert len(set(u.tolist())) == shape[0]


def test_the_sample_of_a_large_pool_holds_two_million_pairs():
    u, v = sample_pairs((100_000, 100_000), one_pool=True)
    assert len(u) >= 2_000_000
    assert len(np.unique(u * 100_000 + v)) == len(u)
    assert len(np.unique(u)) == 100_000


# ---- errors ---------------------------------------------------------------------------------------------


@every_with_columns
def test_a_column_that_is_not_there_is_named(sample):
    people = [{key: p[key] for key in p if key != sample.columns[0]} for p in cohorts.records(N, 1)]
    with pytest.raises(InputError) as caught:
        fit_criterion(sample.build(), pool(people))
    item = caught.value.items[0]
    assert item["code"] == "unknown_column"
    assert item["column"] == sample.columns[0]
    assert f"Column {sample.columns[0]!r}, needed by {sample.build().kind}()," in item["message"]


@every_with_columns
@everywhere
def test_a_wrong_kind_of_cell_is_named_by_the_users_own_row(sample, place):
    if sample.wrong is None or sample.build().kind == "custom":
        return  # wish lists read any id; a custom function gets what stands there
    column = sample.columns[-1]
    if place is pool:
        people = doubled(N, 1)[::-1]  # row 1 of the table is the last one in the order of ids
        people[2] = {**people[2], column: sample.wrong}
        sides, id = pool(people), people[2]["id"]
    else:
        people = doubled(RIGHT, 3, "q")[::-1]
        people[2] = {**people[2], column: sample.wrong}
        sides, id = two(right=people), people[2]["id"]
    with pytest.raises(InputError) as caught:
        fit_criterion(sample.build(), sides)
    item = caught.value.items[0]
    assert (item["code"], item["column"], item["row"], item["id"]) == ("wrong_kind", column, 3, id)
    assert f"row 3 (id {id!r}" in item["message"]
    assert column in item["message"]


# ---- rules ----------------------------------------------------------------------------------------------

RULE_SAMPLES = {
    "at_least": pc.at_least("near_years", 0.4),
    "forbid": pc.forbid([("p001", "p004"), ("q002", "p003"), ("p000", "p001")]),
    "must_differ": pc.must_differ("team"),
    "must_match": pc.must_match("team"),
    "no_repeat": pc.no_repeat(rounds=1),
    "no_twins": pc.no_twins(["team", "country", "education"], at_least=0.5),
    "not_in_line": pc.not_in_line("manager", min_found=0),
    "require": pc.require([("p001", "p004")]),
    "veto": pc.veto("wishes"),
}
HISTORY = [{"a": "p001", "b": "p002", "round": 1}, {"a": "p003", "b": "p000", "round": 2}]
every_rule = pytest.mark.parametrize("name", sorted(set(RULE_SAMPLES) - {"require"}))


def enforced(rule, sides):
    criteria = [compiled(pc.near("years"), sides)]
    return enforce([rule], sides, criteria, Occasion(history=HISTORY)).rules[0]


def test_every_rule_has_a_sample():
    assert {rule.kind for rule in RULE_SAMPLES.values()} == set(RULE_SAMPLES) == set(RULES)


@every_rule
@everywhere
def test_a_mask_gives_one_answer_and_counts_it(name, place):
    sides = place()
    rule = enforced(RULE_SAMPLES[name], sides)
    rows, columns = sides.shape
    tile = rule.mask.tile(np.arange(rows), np.arange(columns))
    np.testing.assert_array_equal(tile.ravel(), rule.mask.pairs(*all_pairs(sides.shape)))
    if sides.two_sided:
        assert rule.pairs_removed == tile.sum()
    else:
        np.testing.assert_array_equal(tile, tile.T)
        assert rule.pairs_removed == np.triu(tile, 1).sum()
    rng = np.random.default_rng(2)
    left = rng.permutation(rows)[:6]
    right = left if not sides.two_sided else rng.permutation(columns)[:5]
    taken = rule.mask.take(left, right)
    np.testing.assert_array_equal(taken.tile(np.arange(6), np.arange(len(right))), tile[np.ix_(left, right)])
    np.testing.assert_array_equal(taken.pairs(*all_pairs((6, len(right)))), tile[np.ix_(left, right)].ravel())


@pytest.mark.parametrize("name", ["must_differ", "must_match", "no_twins", "not_in_line", "veto"])
def test_a_rule_names_a_column_that_is_not_there(name):
    rule = RULE_SAMPLES[name]
    people = [{key: p[key] for key in p if key != rule.left[0]} for p in cohorts.records(N, 1)]
    with pytest.raises(InputError, match=rf"Column '{rule.left[0]}', needed by {name}\(\)"):
        enforced(rule, pool(people))


@pytest.mark.parametrize(
    "rule",
    [pc.forbid([("p001", "p004")]), pc.veto(table=[("p001", "p004")]), pc.no_repeat()],
    ids=lambda r: r.kind,
)
def test_two_people_on_both_sides_are_kept_apart_either_way_round(rule):
    people = doubled(LEFT, 2)
    sides = two(people, people)
    criteria = [compiled(pc.near("years"), sides)]
    occasion = Occasion(history=[{"a": "p001", "b": "p004"}])
    mask = enforce([rule], sides, criteria, occasion).rules[0].mask
    tile = mask.tile(np.arange(LEFT), np.arange(LEFT))
    assert np.argwhere(tile).tolist() == [[1, 4], [4, 1]]


def test_a_demanded_pair_of_two_people_on_both_sides_is_the_one_listed():
    people = doubled(LEFT, 2)
    sides = two(people, people)
    enforcement = enforce([pc.require([("p004", "p001")])], sides, [], None)
    assert enforcement.required.tolist() == [[4, 1]]


def test_of_ties_listed_twice_the_strongest_counts():
    listed = [("p001", "p002"), ("p002", "p001"), ("p001", "p002")]
    table = [{"a": a, "b": b, "strength": s} for (a, b), s in zip(listed, (0.2, 0.7, 0.5), strict=True)]
    forward, _ = both(pc.ties(table), pool())
    assert (forward[1, 2], forward[2, 1]) == (0.7, 0.7)
    forward, backward = both(pc.ties(table, directed=True), pool())
    assert (forward[1, 2], forward[2, 1]) == (0.5, 0.7) == (backward[2, 1], backward[1, 2])
