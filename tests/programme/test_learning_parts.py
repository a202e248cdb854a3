"""The parts of learning, each against a plain twin: gradients, least squares, variance, intervals, skill."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import lsq_linear
from sklearn.linear_model import LinearRegression, LogisticRegression

from peermatch.programme.learning.fitted import _interval
from peermatch.programme.learning.model import fit_model, mutual_score, predict, slopes
from peermatch.programme.learning.observed import Observed, View, utilities
from peermatch.programme.learning.skill import skills
from peermatch.programme.learning.uncertainty import _shares_not_told_apart, dyadic_variance, ratio_interval


def some(
    seed: int, rows: int = 400, count: int = 4, *, pairs: bool = False, gates: bool = False, rounds: int = 5
) -> Observed:
    rng = np.random.default_rng(seed)

    def view() -> View:
        on = rng.random((rows, count)) > 0.3 if gates else np.ones((rows, count), dtype=bool)
        return View(rng.random((rows, count)), on)

    people = np.stack([rng.integers(0, 40, rows), 40 + rng.integers(0, 40, rows)], axis=1)
    pair = np.unique(people[:, 0] * 100 + people[:, 1], return_inverse=True)[1]
    own, other = view(), view() if pairs else None
    outcome = 2 * own.similarity[:, 0] + own.similarity[:, 1] - own.similarity[:, 2] + rng.normal(0, 1, rows)
    return Observed(own, other, outcome, False, rng.integers(0, rounds, rows), pair, people)


@pytest.mark.parametrize("seed", range(5))
def test_a_utility_is_the_weighted_mean_of_what_counts(seed):
    view, weights = some(seed, 50, gates=True).own, np.random.default_rng(seed).random(4)
    utility, gradient = utilities(weights, view)
    for row in range(50):
        on = view.on[row]
        if on.any():
            assert utility[row] / weights.sum() == pytest.approx(
                np.average(view.similarity[row, on], weights=weights[on])
            )
    assert gradient @ weights == pytest.approx(utility)
    for k in range(4):
        more = weights.copy()
        more[k] += 1e-6
        assert (utilities(more, view)[0] - utility) / 1e-6 == pytest.approx(gradient[:, k], abs=1e-4)


@pytest.mark.parametrize("mutual", ["geometric", "harmonic", "mean", "min"])
def test_a_mutual_score_and_its_slopes(mutual):
    observed, weights = some(1, 60, pairs=True, gates=True), np.array([0.5, 0.2, 0.9, 0.1])
    score, gradient = slopes(weights, observed, mutual)
    assert gradient @ weights == pytest.approx(score)
    for k in range(4):
        more = weights.copy()
        more[k] += 1e-7
        assert (slopes(more, observed, mutual)[0] - score) / 1e-7 == pytest.approx(gradient[:, k], abs=1e-4)
    a, b = np.array([0.2, 0.9]), np.array([0.8, 0.9])
    by_hand = {
        "geometric": np.sqrt(a * b),
        "harmonic": 2 * a * b / (a + b),
        "mean": (a + b) / 2,
        "min": np.minimum(a, b),
    }
    assert mutual_score(a, b, mutual)[0] == pytest.approx(by_hand[mutual])


@pytest.mark.parametrize("seed", range(6))
def test_ratings_are_fitted_as_bounded_least_squares(seed):
    observed = some(seed)
    fit = fit_model(observed, "mean")
    x = np.concatenate([observed.own.similarity, np.eye(5)[observed.round]], axis=1)
    # the ridge: one made-up row for each criterion, in units of its spread within rounds
    centred = (
        observed.own.similarity
        - np.stack([observed.own.similarity[observed.round == r].mean(axis=0) for r in range(5)])[
            observed.round
        ]
    )
    made_up = np.concatenate([np.diag(centred.std(axis=0)), np.zeros((4, 5))], axis=1)
    low = np.array([0.0] * 4 + [-np.inf] * 5)
    best = lsq_linear(
        np.concatenate([x, made_up]),
        np.concatenate([observed.outcome, np.zeros(4)]),
        (low, np.inf),
        tol=1e-14,
    )
    assert fit.weights == pytest.approx(best.x[:4], abs=1e-6)
    assert fit.weights[2] == 0
    plain = LinearRegression(positive=True).fit(x[:, :4], observed.outcome)
    assert fit.weights == pytest.approx(plain.coef_, abs=0.1)


@pytest.mark.parametrize("seed", range(3))
def test_yes_or_no_is_fitted_as_a_logistic_regression(seed):
    observed = some(seed, 3000, rounds=1)
    chance = 1 / (1 + np.exp(-(observed.outcome - observed.outcome.mean())))
    said = (np.random.default_rng(seed).random(3000) < chance).astype(float)
    observed = Observed(observed.own, None, said, True, observed.round, observed.pair, observed.people)
    fit = fit_model(observed, "mean")
    free = LogisticRegression(C=1e6, tol=1e-10).fit(observed.own.similarity, said)
    assert fit.free == pytest.approx(free.coef_[0], abs=0.05)
    kept = fit.weights > 0
    again = LogisticRegression(C=1e6, tol=1e-10).fit(observed.own.similarity[:, kept], said)
    assert fit.weights[kept] == pytest.approx(again.coef_[0], abs=0.05)
    assert predict(fit, observed, "mean").mean() == pytest.approx(said.mean(), abs=1e-3)


def test_seasons_say_nothing_about_weights():
    observed = some(3)
    season = np.array([0.0, 50.0, -20.0, 7.0, 1.0])[observed.round]
    warmer = Observed(
        observed.own, None, observed.outcome + season, False, observed.round, observed.pair, observed.people
    )
    assert fit_model(warmer, "mean").weights == pytest.approx(fit_model(observed, "mean").weights)


def test_rounds_in_which_all_agree_do_no_harm():
    observed = some(4)
    said = (observed.outcome > observed.outcome.mean()).astype(float)
    said[observed.round == 2] = 1.0
    observed = Observed(observed.own, None, said, True, observed.round, observed.pair, observed.people)
    left = observed.take(np.flatnonzero(observed.round != 2))
    assert fit_model(observed, "mean").weights == pytest.approx(fit_model(left, "mean").weights, rel=1e-6)


def test_variance_of_sums_counts_what_hangs_together():
    rng = np.random.default_rng(5)
    people = np.stack([rng.integers(0, 12, 80), 12 + rng.integers(0, 12, 80)], axis=1)
    pair = np.unique(people[:, 0] * 100 + people[:, 1], return_inverse=True)[1]
    parts = rng.normal(0, 1, (80, 1)) + rng.normal(0, 1, 24)[people].sum(axis=1)[:, None]
    by_hand = sum(
        float(parts[r, 0] * parts[s, 0])
        for r in range(80)
        for s in range(80)
        if set(people[r]) & set(people[s])
    )
    assert by_hand > 0
    assert dyadic_variance(parts, people, pair)[0, 0] == pytest.approx(by_hand)


@pytest.mark.parametrize("seed", range(20))
def test_the_interval_of_a_share_holds_what_is_not_told_apart(seed):
    # well inside, where no weight comes near 0, it is Fieller's
    rng = np.random.default_rng(seed)
    root = rng.normal(0, 0.08, (3, 3))
    matrix, free = root @ root.T, 0.5 + rng.random(3)
    found = _shares_not_told_apart(free, matrix, 1.7)
    shares = np.linspace(0, 1, 20_001)
    for k in range(3):
        both, all_of = matrix[k].sum(), matrix.sum()
        allowed = 1.7**2 * (matrix[k, k] - 2 * shares * both + shares**2 * all_of)
        held = shares[(free[k] - shares * free.sum()) ** 2 <= allowed]
        assert found[k] == pytest.approx((held.min(), held.max()), abs=1e-3)


@pytest.mark.parametrize("seed", range(20))
def test_intervals_of_shares_fit_each_other_and_are_those_of_a_cloud_of_weights(seed):
    rng = np.random.default_rng(seed)
    root = rng.normal(0, 0.3, (3, 3))
    # one weight is below 0, which leaves the shares of the others less than they would be without it
    matrix, free = root @ root.T, np.array([0.9, 0.7, -0.6 * rng.random()])
    low, high = _shares_not_told_apart(free, matrix, 1.7).T
    assert (low + (high.sum() - high) >= 1 - 1e-6).all()
    assert (high + (low.sum() - low) <= 1 + 1e-6).all()
    assert (low < high).all()
    inverse = np.linalg.inv(matrix)
    cloud = rng.random((200_000, 3)) * 4
    cloud[: len(cloud) // 2, 2] = 0
    apart = np.einsum("ij,jk,ik->i", cloud - free, inverse, cloud - free)
    near = cloud[apart <= apart.min() + 1.7**2]
    shares = near / near.sum(axis=1, keepdims=True)
    # the nearest of a cloud is a little further than the nearest of all
    assert (shares.min(axis=0) >= low - 0.03).all()
    assert (shares.max(axis=0) <= high + 0.03).all()


def test_no_signal_leaves_every_share_open():
    assert _shares_not_told_apart(np.array([0.1, -0.1]), np.eye(2), 1.7).tolist() == [[0, 1], [0, 1]]


def test_no_interval_is_shown_as_nothing_but_zero():
    assert _interval(0.0, 0.0) == "0.00 to 0.01"
    assert _interval(0.4, 0.6001) == "0.40 to 0.61"


def test_a_ratio_of_sums_with_plain_ratings():
    rng = np.random.default_rng(2)
    count = 4000
    people, pair = np.arange(2 * count).reshape(count, 2), np.arange(count)
    bottom = rng.random(count) + 0.5
    top = 0.3 * bottom + rng.normal(0, 1, count)
    ratio, low, high = ratio_interval(top, bottom, people, pair)
    assert ratio == pytest.approx(top.sum() / bottom.sum())
    assert high - low == pytest.approx(
        2 * 1.645 * (top - ratio * bottom).std() * np.sqrt(count) / bottom.sum(), rel=0.02
    )


def test_skill_is_the_error_that_is_gone_from_rounds_that_were_left_out():
    observed = some(6, 200)
    found, used, over = skills(observed, "mean", np.ones(4))
    constant, learned = np.zeros(200), np.zeros(200)
    for r in range(5):
        out, rest = np.flatnonzero(observed.round == r), np.flatnonzero(observed.round != r)
        fit = fit_model(observed.take(rest), "mean")
        level = (observed.outcome[rest] - observed.own.similarity[rest] @ fit.weights).mean()
        learned[out] = (observed.outcome[out] - level - observed.own.similarity[out] @ fit.weights) ** 2
        constant[out] = (observed.outcome[out] - observed.outcome[rest].mean()) ** 2
    assert found.value == pytest.approx(1 - learned.sum() / constant.sum())
    assert found.low < found.value < found.high
    assert found.found
    assert over.value == pytest.approx(found.value - used.value)
