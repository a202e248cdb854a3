"""The searching program: its scores in float32 are never below the exact ones, and hardly above."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import peermatch.criteria as pc
from peermatch.criteria import person_shares
from peermatch.criteria.measures import PrimitiveMeasure
from peermatch.criteria.program import compile_programs
from peermatch.kernels.pair_scores import BACKWARD, FORWARD, SCORE
from peermatch.problem import GRID
from peermatch.scoring import MUTUALS
from support import cohorts
from support.searching import every_primitive, excess


@pytest.mark.parametrize("unknown", ["quartile", "mean", "zero"])
@pytest.mark.parametrize("mutual", MUTUALS)
@pytest.mark.parametrize("two", [False, True])
def test_bounds_hold_and_are_close(mutual, two, unknown):
    sides = cohorts.two_sides(60, 45, seed=3) if two else cohorts.one_pool(70, seed=3, missing=0.3)
    scores, _, _ = cohorts.lazy(sides, every_primitive(), mutual=mutual, unknown=unknown)
    assert scores.programs.searches
    for what in (SCORE, FORWARD, BACKWARD):
        over = excess(scores.programs, scores.shape, what)
        assert over.min() >= 0
        assert over.max() <= 2e-5 * GRID or mutual in ("geometric", "harmonic")
        assert np.median(over) <= 2e-5 * GRID


@pytest.mark.parametrize("k", range(13))
@pytest.mark.parametrize("two", [False, True])
def test_bounds_of_each_criterion_alone(k, two):
    sides = cohorts.two_sides(40, 30, seed=k) if two else cohorts.one_pool(50, seed=k, missing=0.4)
    scores, _, _ = cohorts.lazy(sides, [every_primitive()[k]], mutual="mean", unknown="zero")
    over = excess(scores.programs, scores.shape)
    assert over.min() >= 0
    assert over.max() <= 2e-5 * GRID


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_bounds_hold_for_any_weights(data):
    weight = st.sampled_from([1e-12, 1e-6, 1.0, 3.7, 1e6, 1e12])
    criteria = [
        pc.near("years", weight=data.draw(weight)),
        pc.same("team", weight=data.draw(weight), when="wants"),
        pc.overlap("goals", weight=data.draw(weight)),
        pc.prefers("wishes", weight=data.draw(weight)),
    ]
    sides = cohorts.one_pool(14, seed=data.draw(st.integers(0, 3)))
    scores, _, _ = cohorts.lazy(sides, criteria, mutual=data.draw(st.sampled_from(MUTUALS)))
    assert excess(scores.programs, scores.shape).min() >= 0


NUMBERS = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True, allow_subnormal=True),
    st.floats(-50, 50),
    st.floats(1.5e9, 1.8e9),
    st.sampled_from([0.0, 1e9, 1e39, -1e39, 5e-324, 1e-45, 1e-320, np.inf, -np.inf, np.nan]),
)
SCALES = st.one_of(
    st.floats(1e-3, 1e3), st.sampled_from([1e-60, 1e-40, 1e-19, 1e19, 1e30, 1e40, 1e60, 5e-324, 1e300])
)


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_bounds_hold_for_any_numbers(data):
    """Epochs, infinities, denormals, constant columns: what float32 cannot hold is not searched in float32."""
    constant = data.draw(st.booleans())
    one = data.draw(NUMBERS)
    values = [one if constant else data.draw(NUMBERS) for _ in range(6)]
    around = data.draw(st.sampled_from([0.0, 0.0, 1.7e9]))
    column = np.array(values)[:, None] + around
    kind = data.draw(st.sampled_from(["near", "above"]))
    scale, spot = data.draw(SCALES), data.draw(st.one_of(st.just(0.0), st.floats(0, 1e60)))
    params = np.array([scale, spot] if kind == "near" else [spot, spot + data.draw(SCALES), scale])
    measure = PrimitiveMeasure(kind, params, column, column, column, column, directed=kind == "above")
    fill = data.draw(st.sampled_from([0.0, 0.25, 1.0]))
    shares = person_shares([1.0], np.ones((1, 6), dtype=bool))
    part = SimpleNamespace(measure=measure, fills=(fill, fill))
    programs = compile_programs([part], [], (6, 6), (shares, shares), two_sided=False, mutual="mean")
    if programs.searches:
        assert excess(programs, (6, 6)).min() >= 0
