"""block() equals at() equals top() equals a plain Python twin, bit for bit, for every criterion and mutual score."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import peermatch.criteria as pc
from peermatch.cohort import Cohort
from peermatch.criteria import Sides, apportion
from peermatch.errors import VerificationError
from peermatch.problem import FORBIDDEN, GRID, DenseScores, PairScores, SparseScores
from peermatch.scoring import MUTUALS, pair_details, split_score
from support import cohorts, twins

TIES = [{"a": "p001", "b": "p004", "strength": 0.5}, {"a": "p002", "b": "p003"}, {"a": "p000", "b": "q002"}]


def twin_similarity(criterion, encoder, own, other, ties):
    """Similarity of two people as the first sees the second; both are dictionaries of encoded features."""
    kind, options = criterion.kind, criterion.options
    if kind == "near":
        return twins.near(own["value"], other["value"], options["scale"], options["sweet_spot"])
    if kind == "above":
        return twins.above(own["value"], other["value"], *options["by"], options["scale"])
    if kind in ("same", "different"):
        return twins.agreement(own["codes"], other["codes"], same=kind == "same")
    if kind == "overlap" and options["one_way"]:
        return twins.covered(own["set"], other["set"])
    if kind == "overlap" and encoder.kind_ == "values":
        return twins.overlap(own["set"], other["set"])
    if kind == "overlap":
        return twins.direction(own["vector"], other["vector"])
    if kind == "complement":
        return twins.covered(own["seeks"] - own["offers"], other["offers"])
    if kind == "available":
        return twins.shared(own["set"], other["set"], options["wanted"])
    if kind == "prefers":
        if not own["wishes"]:
            return None
        place = own["wishes"].index(other["id"]) if other["id"] in own["wishes"] else len(own["wishes"])
        return (len(own["wishes"]) - place) / len(own["wishes"])
    if kind == "ties":
        return ties.get(frozenset((own["id"], other["id"])), 0.0)
    if own["age"] is None or other["age"] is None:
        return None
    return min(own["age"], other["age"]) / max(own["age"], other["age"])


def twin_features(criterion, encoder, cohort):
    """Encoded features of everyone, as plain Python values."""
    frame = cohort.frame[list(dict.fromkeys([*criterion.left, *criterion.right]))] if criterion.left else None
    people = [{"id": id} for id in cohort.ids]
    kind = criterion.kind
    if kind in ("near", "above"):
        columns = {"value": encoder.values(frame)[:, 0].tolist()}
    elif kind in ("same", "different"):
        columns = {"codes": encoder.codes(frame).tolist()}
    elif kind == "available" or (kind == "overlap" and encoder.kind_ == "values"):
        columns = {"set": [twins.members(words) for words in encoder.bits(frame)[0]]}
    elif kind == "overlap":
        columns = {"vector": np.nan_to_num(encoder.vectors(frame)[0]).tolist()}
    elif kind == "complement":
        offers, _, seeks, _ = encoder.bits(cohort.frame[["offers", "seeks"]])
        columns = {"offers": [twins.members(w) for w in offers], "seeks": [twins.members(w) for w in seeks]}
    elif kind == "prefers":
        cells = [[] if cell is None else cell.split("; ") for cell in cohort.frame["wishes"]]
        columns = {"wishes": [[w for w in c if w != id] for c, id in zip(cells, cohort.ids, strict=True)]}
    elif kind == "custom":
        columns = {"age": cohort.frame["age"].tolist()}
    else:
        columns = {}
    for key, values in columns.items():
        for person, value in zip(people, values, strict=True):
            person[key] = value
    return people


def twin_scores(sides, fitted, mutual, forbidden):
    """The whole matrix of scores, one pair at a time."""
    ties = {frozenset((t["a"], t["b"])): t.get("strength", 1.0) for t in TIES}
    left_cohort, right_cohort = sides.left, sides.columns_side
    weights = [part.criterion.weight for part in fitted]

    def shares_of(cohort):
        on = [
            [part.criterion.when is None or cell == "yes" for part in fitted]
            for cell in cohort.frame["wants"].tolist()
        ]
        return [twins.shares(weights, row) for row in on]

    left_shares, right_shares = shares_of(left_cohort), shares_of(right_cohort)
    features = [
        (
            twin_features(p.criterion, p.encoder, left_cohort),
            twin_features(p.criterion, p.encoder, right_cohort),
        )
        for p in fitted
    ]
    out = np.empty(sides.shape, dtype=np.int64)
    for i in range(sides.shape[0]):
        for j in range(sides.shape[1]):
            if forbidden(i, j):
                out[i, j] = FORBIDDEN
                continue
            a = b = 0
            for k, part in enumerate(fitted):
                mine, yours = features[k][0][i], features[k][1][j]
                forward = twin_similarity(part.criterion, part.encoder, mine, yours, ties)
                backward = twin_similarity(part.criterion, part.encoder, yours, mine, ties)
                if sides.two_sided and (
                    part.criterion.kind == "above" or part.criterion.options.get("one_way")
                ):
                    backward = forward  # one fact about the pair
                a += twins.contribution(forward, left_shares[i][k], part.fills[0])
                b += twins.contribution(backward, right_shares[j][k], part.fills[1])
            # whoever has no criterion that counts has no say
            mine, yours = any(left_shares[i]), any(right_shares[j])
            out[i, j] = twins.mutual(a if mine else b, b if yours else a, mutual)
    return out


@pytest.mark.parametrize("mutual", MUTUALS)
@pytest.mark.parametrize("two", [False, True])
def test_every_criterion_agrees_with_its_twin_bit_for_bit(mutual, two):
    sides = cohorts.two_sides(13, 11, seed=3) if two else cohorts.one_pool(17, seed=3)
    criteria = cohorts.every_criterion(TIES)
    scores, fitted, _ = cohorts.lazy(sides, criteria, mutual=mutual)
    twin = twin_scores(sides, fitted, mutual, lambda i, j: not two and i == j)
    assert_one_answer(scores, twin)


@pytest.mark.parametrize("k", range(14))
def test_each_criterion_alone_agrees_with_its_twin(k):
    sides = cohorts.one_pool(15, seed=k, missing=0.35)
    criterion = cohorts.every_criterion(TIES)[k]
    scores, fitted, _ = cohorts.lazy(sides, [criterion], mutual="mean")
    assert_one_answer(scores, twin_scores(sides, fitted, "mean", lambda i, j: i == j))


def assert_one_answer(scores, twin):
    """All faces of a PairScores give the twin's numbers."""
    assert isinstance(scores, PairScores)
    rows, columns = scores.shape
    np.testing.assert_array_equal(scores.block(np.arange(rows)), twin)
    shuffled = np.random.default_rng(1).permutation(rows)
    np.testing.assert_array_equal(scores.block(shuffled), twin[shuffled])
    u, v = (x.ravel() for x in np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij"))
    np.testing.assert_array_equal(scores.at(u, v), twin.ravel())
    dense = DenseScores(twin, two_sided=scores.two_sided)
    for k in (0, 1, 3, columns):
        mine, plain = scores.top(k), dense.top(k)
        np.testing.assert_array_equal(mine.columns, plain.columns)
        np.testing.assert_array_equal(mine.scores, plain.scores)
    allowed = twin != FORBIDDEN
    sparse = SparseScores(*np.nonzero(allowed), twin[allowed], shape=scores.shape, two_sided=scores.two_sided)
    np.testing.assert_array_equal(sparse.block(np.arange(rows)), twin)
    np.testing.assert_array_equal(sparse.at(u, v), twin.ravel())
    if not scores.two_sided:
        np.testing.assert_array_equal(twin, twin.T)
    assert twin[allowed].min() >= 0
    assert twin[allowed].max() <= GRID


@pytest.mark.parametrize("mutual", MUTUALS)
@pytest.mark.parametrize("two", [False, True])
def test_contributions_sum_to_the_score_bit_for_bit(mutual, two):
    sides = cohorts.two_sides(14, 10, seed=5) if two else cohorts.one_pool(16, seed=5)
    scores, _, _ = cohorts.lazy(sides, cohorts.every_criterion(TIES), mutual=mutual)
    u, v = (x.ravel() for x in np.meshgrid(np.arange(scores.shape[0]), np.arange(scores.shape[1])))
    details = pair_details(scores, u, v)
    np.testing.assert_array_equal(details.contributions.sum(axis=0), details.scores)
    allowed = scores.at(u, v) != FORBIDDEN
    np.testing.assert_array_equal(details.scores[allowed], scores.at(u, v)[allowed])
    forward, backward = scores.utilities_at(u, v)
    np.testing.assert_array_equal(details.left_utilities, forward)
    np.testing.assert_array_equal(details.right_utilities, backward)
    assert ((details.coverage >= 0) & (details.coverage <= 1)).all()
    assert (details.contributions >= 0).all()
    exact = details.contributions / 2.0**30  # what tables show: multiples of 2**-30 add up exactly
    np.testing.assert_array_equal(exact.sum(axis=0), details.scores / 2.0**30)


def test_utilities_are_the_directed_view():
    sides = cohorts.two_sides(9, 7, seed=2)
    scores, _, _ = cohorts.lazy(sides, cohorts.every_criterion(TIES), [pc.must_differ("team")])
    left = scores.utilities(np.arange(9))
    right = scores.utilities(np.arange(7), side="right")
    u, v = (x.ravel() for x in np.meshgrid(np.arange(9), np.arange(7), indexing="ij"))
    forward, backward = scores.utilities_at(u, v)
    forbidden = scores.forbidden_at(u, v)
    np.testing.assert_array_equal(left.ravel(), np.where(forbidden, FORBIDDEN, forward))
    np.testing.assert_array_equal(right.T.ravel(), np.where(forbidden, FORBIDDEN, backward))


def test_taking_people_in_another_order_changes_no_score():
    sides = cohorts.one_pool(14, seed=9)
    scores, _, _ = cohorts.lazy(sides, cohorts.every_criterion(TIES), [pc.forbid([("p001", "p002")])])
    whole = scores.block(np.arange(14))
    order = np.random.default_rng(0).permutation(14)[:10]
    np.testing.assert_array_equal(scores.take(order, order).block(np.arange(10)), whole[np.ix_(order, order)])


@pytest.mark.parametrize("begin", [0, 1, 7, 13, 14])
@pytest.mark.parametrize("own", [False, True])
def test_columns_at_the_front_can_be_left_out(begin, own, monkeypatch):
    monkeypatch.setattr("peermatch.scoring.tiles.MOST_CELLS", 30)
    sides = cohorts.one_pool(14, seed=9)
    # a function of the user's own goes another way
    criteria = [each for each in cohorts.every_criterion(TIES) if own or each.kind != "custom"]
    scores, _, _ = cohorts.lazy(sides, criteria, [pc.must_differ("team")])
    assert (scores.programs is None) == own
    rows = np.array([2, 5, 6, 11])
    np.testing.assert_array_equal(scores.block_from(rows, begin), scores.block(rows)[:, begin:])


@pytest.mark.parametrize("mutual", MUTUALS)
def test_a_side_that_does_not_judge_has_no_say(mutual):
    """Only mentees seek, only mentors offer: a perfect pair is worth 1, whatever the mutual score."""
    mentees = Cohort.of([{"id": "m1", "wants": "py"}, {"id": "m2", "wants": "sql"}], "id")
    mentors = Cohort.of([{"id": "t1", "offers": "sql"}, {"id": "t2", "offers": "py"}], "id")
    sides = Sides(mentees, mentors, ("mentee", "mentor"))
    criterion = pc.complement(left="wants", right="offers", separator=";")
    scores, _, _ = cohorts.lazy(sides, [criterion], mutual=mutual)
    np.testing.assert_array_equal(scores.block(np.arange(2)), [[0, GRID], [GRID, 0]])
    details = pair_details(scores, np.array([0, 0]), np.array([0, 1]))
    assert details.scores.tolist() == [0, GRID]
    assert details.contributions.tolist() == [[0, GRID]]
    assert details.coverage.tolist() == [1.0, 1.0]


@pytest.mark.parametrize("mutual", MUTUALS)
def test_someone_who_switches_everything_off_leaves_the_choice_to_the_other(mutual):
    people = [{"id": 1, "x": 0, "on": "no"}, {"id": 2, "x": 0, "on": "yes"}, {"id": 3, "x": 3, "on": "no"}]
    sides = Sides(Cohort.of(people, "id"))
    scores, _, _ = cohorts.lazy(sides, [pc.near("x", scale=3, when="on")], mutual=mutual)
    np.testing.assert_array_equal(scores.at(np.array([0, 1, 0]), np.array([1, 2, 2])), [GRID, GRID // 2, 0])
    details = pair_details(scores, np.array([0, 1, 0]), np.array([1, 2, 2]))
    np.testing.assert_array_equal(details.contributions.sum(axis=0), details.scores)


@pytest.mark.parametrize("threads", ["1", "2"])
def test_threads_change_nothing(threads, monkeypatch):
    sides = cohorts.one_pool(40, seed=4)
    scores, _, _ = cohorts.lazy(sides, cohorts.every_criterion(TIES))
    monkeypatch.setattr("peermatch.scoring.sizes.LEAST_SPAN", 7)
    monkeypatch.setattr("peermatch.scoring.sizes.ROWS", 3)
    monkeypatch.setattr("peermatch.scoring.tiles.MOST_CELLS", 100)
    monkeypatch.setenv("PEERMATCH_THREADS", threads)
    twin = scores.at(*(x.ravel() for x in np.meshgrid(np.arange(40), np.arange(40), indexing="ij")))
    np.testing.assert_array_equal(scores.block(np.arange(40)).ravel(), twin)


def test_contributions_that_do_not_add_up_are_never_shown(monkeypatch):
    sides = cohorts.one_pool(6, seed=1)
    scores, _, _ = cohorts.lazy(sides, [pc.near("years"), pc.same("team")])
    monkeypatch.setattr("peermatch.scoring.contributions.split_score", lambda *args, **kwargs: [0, 0])
    with pytest.raises(VerificationError, match="do not add up"):
        pair_details(scores, np.array([0, 1]), np.array([2, 3]))


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=5),
    st.integers(1, 60),
    st.sampled_from(["mean", "geometric", "harmonic", "minimum"]),
    st.sampled_from([(True, True), (True, False), (False, True)]),
)
def test_scores_are_split_as_fractions_would_split_them(halves, score, mutual, says):
    left, right = (list(side) for side in zip(*halves, strict=True))
    a, b = sum(left), sum(right)
    assume((a or not says[0]) and (b or not says[1]))
    if not all(says):
        parts = [Fraction(x) for x in (left if says[0] else right)]
    elif mutual == "geometric":
        parts = [Fraction(x, a) + Fraction(y, b) for x, y in halves]
    elif mutual == "harmonic":
        parts = [Fraction(x, a * a) + Fraction(y, b * b) for x, y in halves]
    elif mutual == "mean" or a == b:
        parts = [Fraction(x + y) for x, y in halves]
    else:
        parts = [Fraction(x) for x in (left if a < b else right)]
    exact = [part * score / sum(parts) for part in parts]
    assert split_score(score, left, right, mutual, says=says) == apportion(exact, score)
