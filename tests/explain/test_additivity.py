"""Contributions add up to the score, bit for bit, in every table and text, and are those worked out from the cells."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peermatch.report import csv_text
from support import additive
from support.additive import MUTUALS, SHAPES, check_cohort
from support.recomputed import largest_remainder


@pytest.mark.parametrize("start", range(0, 200, 50))
def test_random_cohorts_add_up_everywhere(start):
    seen = {check_cohort(seed) for seed in range(start, start + 50)}
    assert {shape for shape, _ in seen} == set(SHAPES)
    assert {mutual for _, mutual in seen} == set(MUTUALS)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(min_value=10**6, max_value=10**9))
def test_and_so_do_those_that_hypothesis_thinks_of(seed):
    check_cohort(seed)


@given(
    st.lists(st.integers(min_value=0, max_value=2**62), min_size=1, max_size=8).filter(any),
    st.integers(min_value=0, max_value=2**30),
)
def test_largest_remainder_gives_away_all_and_is_off_by_less_than_one(parts, total):
    shares = largest_remainder(parts, total)
    assert sum(shares) == total
    assert all(
        abs(share * sum(parts) - part * total) < sum(parts) for share, part in zip(shares, parts, strict=True)
    )


def test_one_unit_too_much_is_found(monkeypatch):
    """The judge is judged: a contribution that is off by one of 2**30 does not pass."""

    def off_by_one(frame):
        frame = frame.copy()
        column = next(name for name in frame.columns if name.startswith("contribution_"))
        frame[column] = frame[column] + 2.0**-30
        return csv_text(frame)

    check_cohort(1)
    monkeypatch.setattr(additive, "csv_text", off_by_one)
    with pytest.raises(AssertionError):
        check_cohort(1)
