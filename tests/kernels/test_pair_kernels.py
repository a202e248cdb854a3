"""The pair kernels: as plain Python they say the same, without a warning; parts of them against plain twins."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peermatch.kernels._bits import popcount32
from peermatch.kernels.pair_search import (
    EMPTY,
    KNOWN,
    Y,
    enter,
    keep_high_bounds,
    list_flags,
    merge_keys,
    nearness,
)
from peermatch.scoring.tile_work import decoded, shift_of
from support import answers

TESTS = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def plain() -> dict[str, str]:
    """What the kernels answer as plain Python, in a process that raises every warning."""
    paths = [str(TESTS), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": os.pathsep.join(paths)}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "support.answers"],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return dict(line.split() for line in done.stdout.splitlines())


@pytest.mark.parametrize("name", answers.NAMES)
def test_plain_python_gives_the_same_answers(plain, name):
    assert plain[name] == answers.digest(name)


def test_every_answer_was_given(plain):
    assert set(plain) == set(answers.NAMES)


@given(st.integers(-(2**31), 2**31 - 1))
@settings(deadline=None)
def test_bits_of_a_word(word):
    assert popcount32(np.int32(word)) == bin(word & 0xFFFFFFFF).count("1")


@given(st.lists(st.integers(-50, 50), max_size=30), st.integers(1, 6))
@settings(deadline=None)
def test_rows_keep_the_largest_keys_each_once(offered, k):
    keys = np.full((2, k), EMPTY)
    for key in offered:
        if key > keys[1, -1]:
            enter(keys, 1, key)
    wanted = sorted(set(offered), reverse=True)[:k]
    assert keys[1].tolist() == wanted + [EMPTY] * (k - len(wanted))
    assert (keys[0] == EMPTY).all()


@given(st.lists(st.integers(-9, 9)), st.lists(st.integers(-9, 9)), st.integers(1, 5), st.integers(1, 5))
@settings(deadline=None)
def test_merged_rows_are_those_of_all_keys(one, other, k, size):
    def row(keys: list[int], length: int) -> np.ndarray:
        kept = sorted(set(keys), reverse=True)[:length]
        return np.array([kept + [EMPTY] * (length - len(kept))], dtype=np.int64)

    into, more = row(one, k), row(other, min(size, k))
    wanted = row([*into[0].tolist(), *more[0].tolist()], k)
    merge_keys(into, more)
    np.testing.assert_array_equal(into, wanted)


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (5, 5), (3, 8), (8, 3), (1, 4)])
@pytest.mark.parametrize("worth", [0, 1, -1, 2**31, -(2**34), 2**34 + 2**31])
def test_a_key_holds_worth_and_partner(rows, columns, worth):
    shift = shift_of((rows, columns))
    partners, keys = (
        np.meshgrid(np.arange(columns), np.arange(rows))[0],
        np.empty((rows, columns), dtype=np.int64),
    )
    for i in range(rows):
        for j in range(columns):
            keys[i, j] = (worth << shift) + nearness(i, j, columns)
    assert (
        len({tuple(row) for row in np.sort(keys, axis=1).tolist()}) == 1
    )  # nobody's place is better than another's
    found, worths = decoded(keys, columns)
    np.testing.assert_array_equal(found, partners)
    assert (worths == worth).all()


def test_flags_are_listed_in_order():
    flags = (np.random.default_rng(0).random((5, 9)) < 0.4).astype(np.uint8)
    u, v = np.nonzero(flags)
    found_u, found_v = np.empty(len(u), dtype=np.int64), np.empty(len(u), dtype=np.int64)
    assert list_flags(flags, 100, 1000, found_u, found_v) == len(u)
    np.testing.assert_array_equal(found_u, 100 + u)
    np.testing.assert_array_equal(found_v, 1000 + v)


def test_a_bound_that_the_duals_just_cover_is_no_violation():
    known = np.zeros((KNOWN, 2))
    known[Y] = 3.0
    none, flags = np.full(2, -1, dtype=np.int32), np.ones((2, 2), dtype=np.uint8)
    bounds = np.array([[3.0, 3.5], [2.5, 3.0]], dtype=np.float32)
    assert keep_high_bounds(bounds, 0, known, known, none, none - np.int32(1), flags) == 1
    assert flags.tolist() == [[0, 1], [0, 0]]
