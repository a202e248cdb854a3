"""The engine alone: what it takes, what it refuses and in which words."""

from __future__ import annotations

import numpy as np
import pytest

from peermatch.errors import InputError, UnsupportedError
from peermatch.solvers.graph import max_weight_matching


def test_a_path_of_three_edges() -> None:
    matching = max_weight_matching([0, 1, 2], [1, 2, 3], [5, 11, 5])
    assert matching.mate.tolist() == [-1, 2, 1, -1]
    assert matching.weight == 11
    assert matching.pairs.tolist() == [[1, 2]]
    everyone = max_weight_matching([0, 1, 2], [1, 2, 3], [5, 11, 5], everyone_first=True)
    assert everyone.mate.tolist() == [1, 0, 3, 2]
    assert everyone.weight == 10


@pytest.mark.parametrize("n", [None, 0, 3])
def test_no_edges(n: int | None) -> None:
    matching = max_weight_matching([], [], [], n)
    assert matching.mate.tolist() == [-1] * (n or 0)
    assert matching.weight == 0
    assert isinstance(matching.weight, float)  # an empty list is an array of floats


@pytest.mark.parametrize(
    "dtype", ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", ">i4", ">f8"]
)
def test_every_width_of_number_gives_the_same_matching(dtype: str) -> None:
    u, v = np.array([3, 0, 2, 1], dtype="i4"), np.array([0, 1, 3, 2], dtype="u2")
    matching = max_weight_matching(u, v, np.array([9, 5, 7, 6]).astype(dtype))
    assert matching.mate.tolist() == [3, 2, 1, 0]
    assert matching.weight == 15


def test_negative_and_zero_weights_loops_and_parallel_edges() -> None:
    u, v, w = [0, 0, 1, 2, 2, 3, 4], [1, 0, 0, 3, 3, 2, 5], [2, 99, 4, 0, -1, -7, -3]
    plain = max_weight_matching(u, v, w)
    assert plain.mate.tolist() == [1, 0, -1, -1, -1, -1]
    assert plain.weight == 4
    everyone = max_weight_matching(u, v, w, everyone_first=True)
    assert everyone.mate.tolist() == [1, 0, 3, 2, 5, 4]
    assert everyone.weight == 4 + 0 - 3
    assert isinstance(everyone.weight, int)


@pytest.mark.parametrize("scale", [2.0**-40, 0.1, 1.0, 3e7, 2.0**200])
def test_floats_are_scaled_exactly(scale: float) -> None:
    rng = np.random.default_rng(0)
    u, v = np.triu_indices(9, 1)
    weight = rng.integers(1, 50, len(u)) * scale
    matching = max_weight_matching(u, v, weight)
    fractions = (weight / matching.unit).astype(np.int64)
    assert (fractions * matching.unit == weight).all()
    whole = max_weight_matching(u, v, fractions)
    assert matching.weight == pytest.approx(whole.weight * matching.unit, rel=1e-15)
    assert matching.mate.tolist() == whole.mate.tolist()


def test_a_bound_is_proved_in_units() -> None:
    matching = max_weight_matching([0, 1, 0], [1, 2, 2], [0.75, 0.5, 0.25])
    certificate = matching.certificate
    assert matching.unit == 0.25
    bound = int(certificate.vertex_duals.sum())
    assert not len(certificate.blossom_duals)
    assert bound / certificate.scale * matching.unit == matching.weight == 0.75


def test_the_total_of_floats_is_rounded_once() -> None:
    big, small = 2.0**40, 2.0**-18
    matching = max_weight_matching([0, 2, 4], [1, 3, 5], [big, small, small])
    assert matching.weight == big + 2 * small


def test_floats_that_need_too_many_bits_are_refused_in_words() -> None:
    with pytest.raises(UnsupportedError, match=r"need 1\d\d bits .* room for 59.*Round them"):
        max_weight_matching([0, 1], [1, 2], [1e30, 1.1])


def test_integers_that_need_too_many_bits_are_refused_in_words() -> None:
    with pytest.raises(UnsupportedError, match="need 60 bits; exact 64-bit arithmetic has room for 59"):
        max_weight_matching([0], [1], [2**59])
    with pytest.raises(UnsupportedError, match="bonus that puts more pairs first"):
        max_weight_matching([0, 2], [1, 3], [2**58, 1], everyone_first=True)
    with pytest.raises(UnsupportedError, match="need 64 bits"):
        max_weight_matching([0], [1], np.array([2**63], dtype=np.uint64))
    with pytest.raises(UnsupportedError, match="need 64 bits"):
        max_weight_matching([0], [1], [-(2**63)])


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_weights_that_are_not_finite_are_counted_and_placed(bad: float) -> None:
    with pytest.raises(InputError, match=rf"2 of 4 are not; the first is {bad} at place 1\."):
        max_weight_matching([0, 1, 2, 3], [1, 2, 3, 4], [1.0, bad, 2.0, bad])


@pytest.mark.parametrize(
    ("u", "v", "weight", "n", "words"),
    [
        (
            [0.5],
            [1],
            [1],
            None,
            "The u parameter of max_weight_matching.. must be a 1-D array of whole numbers",
        ),
        ([0], [[1]], [1], None, "The v parameter"),
        ([0], [1], ["a"], None, "The weight parameter .* must be a 1-D array of numbers"),
        ([0, 1], [1], [1], None, "must have one length. Got 2, 1 and 1"),
        ([0], [-1], [1], None, "numbered from 0. Got -1 instead"),
        ([0], [4], [1], 3, "must be at least 5, since the edges name vertex 4. Got 3 instead"),
        ([0], [1], [1], 2.5, "The n parameter"),
        ([0], [1], [1], 2**31, "fewer than 2147483647 vertices"),
    ],
)
def test_wrong_arguments(u: list, v: list, weight: list, n: int, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        max_weight_matching(u, v, weight, n)
