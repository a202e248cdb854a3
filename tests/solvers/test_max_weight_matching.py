"""The engine alone: what it takes, what it refuses and in which words."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import networkx as nx
import numpy as np
import pytest

from peermatch.errors import InputError, UnsupportedError
from peermatch.solvers import engine
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


def test_parallel_edges_loops_and_order_make_no_difference() -> None:
    rng = np.random.default_rng(5)
    for _ in range(30):
        u, v = np.triu_indices(12, 1)
        weight = rng.integers(-5, 40, len(u))
        turn = rng.random(len(u)) < 0.5
        lighter = weight - rng.integers(0, 9, len(u))
        loops = rng.integers(0, 12, 6)
        a = np.concatenate([np.where(turn, u, v), u, loops])
        b = np.concatenate([np.where(turn, v, u), v, loops])
        w = np.concatenate([weight, lighter, np.full(6, 10**17)])
        order = rng.permutation(len(a))
        for everyone_first in (False, True):
            plain = max_weight_matching(u, v, weight, everyone_first=everyone_first)
            mixed = max_weight_matching(a[order], b[order], w[order], everyone_first=everyone_first)
            assert (mixed.weight, len(mixed.pairs)) == (plain.weight, len(plain.pairs))
            assert mixed.certificate.verify(a, b, w)


def test_a_negative_weight_is_chosen_only_where_everyone_comes_first() -> None:
    rng = np.random.default_rng(6)
    for _ in range(50):
        u, v = np.triu_indices(8, 1)
        weight = rng.integers(-30, 5, len(u))
        worth = {(int(a), int(b)): int(w) for a, b, w in zip(u, v, weight, strict=True)}
        pairs = max_weight_matching(u, v, weight).pairs.tolist()
        assert all(worth[a, b] > 0 for a, b in pairs)
        assert len(max_weight_matching(u, v, weight, everyone_first=True).pairs) == 4


@pytest.mark.parametrize("dtype", ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8"])
def test_ends_of_every_width(dtype: str) -> None:
    u, v = np.triu_indices(100, 1)
    weight = np.random.default_rng(7).integers(1, 10**12, len(u))
    expected = max_weight_matching(u, v, weight)
    found = max_weight_matching(u.astype(dtype), v.astype(dtype), weight)
    assert found.mate.tolist() == expected.mate.tolist()


def test_arrays_that_are_not_contiguous_or_not_writable() -> None:
    table = np.array([[0, 1, 5], [1, 2, 11], [2, 3, 5]])
    table.flags.writeable = False
    assert max_weight_matching(table[:, 0], table[:, 1], table[:, 2]).weight == 11
    assert max_weight_matching(table[::-1, 0], table[::-1, 1], table[::-1, 2]).weight == 11


def test_long_floats_are_exact_or_refused() -> None:
    exact = np.array([1.5, 2.25, 4.0], dtype=np.longdouble)
    assert max_weight_matching([0, 1, 2], [1, 2, 3], exact).weight == 5.5
    finer = exact + np.finfo(np.longdouble).eps * 2
    if np.finfo(np.longdouble).eps < np.finfo(np.float64).eps:
        with pytest.raises(UnsupportedError, match="more digits than 64-bit floats"):
            max_weight_matching([0, 1, 2], [1, 2, 3], finer)


def test_floats_that_differ_in_the_last_bit() -> None:
    one = 1.0
    more = np.nextafter(one, 2.0)
    matching = max_weight_matching([0, 0, 1, 2], [1, 2, 3, 3], [one, more, one, one])
    assert matching.mate.tolist() == [2, 3, 0, 1]
    matching = max_weight_matching([0, 0, 1, 2], [1, 2, 3, 3], [more, one, one, one])
    assert matching.mate.tolist() == [1, 0, 3, 2]


@pytest.mark.parametrize("weight", ["equal", "powers of two", "up to 10**12"])
@pytest.mark.parametrize("everyone_first", [False, True])
def test_weights_alike_or_far_apart(weight: str, everyone_first: bool) -> None:
    rng = np.random.default_rng(8)
    for _ in range(15):
        n = int(rng.integers(2, 25))
        u, v = np.triu_indices(n, 1)
        kept = rng.random(len(u)) < 0.4
        u, v = u[kept], v[kept]
        w = {
            "equal": np.full(len(u), 7),
            "powers of two": np.left_shift(1, rng.integers(0, 41, len(u))),
            "up to 10**12": rng.integers(1, 10**12 + 1, len(u)),
        }[weight]
        graph = nx.Graph()
        graph.add_weighted_edges_from(zip(u.tolist(), v.tolist(), w.tolist(), strict=True))
        pairs = nx.max_weight_matching(graph, maxcardinality=everyone_first)
        matching = max_weight_matching(u, v, w, n, everyone_first=everyone_first)
        assert matching.weight == sum(graph.edges[pair]["weight"] for pair in pairs)
        assert matching.certificate.verify(u, v, w)


def test_many_must_stay_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(11)
    for turn in range(60):
        few, many = int(rng.integers(1, 5)), int(rng.integers(20, 40))
        u, v = rng.integers(0, few, 90), few + rng.integers(0, many, 90)
        weight = rng.integers(-20, 100, 90)
        share = 0.0 if turn % 2 else 0.45
        monkeypatch.setattr(engine, "_MANY_EXPOSED", share)
        matching = max_weight_matching(u, v, weight, everyone_first=True)
        assert matching.certificate.verify(u, v, weight)
        assert len(matching.pairs) == len(np.unique(u))


def test_calls_from_several_threads_at_once() -> None:
    def solve(seed: int) -> tuple[list[int], int | float]:
        rng = np.random.default_rng(seed)
        u, v = rng.integers(0, 800, 8000), rng.integers(0, 800, 8000)
        matching = max_weight_matching(u, v, rng.integers(1, 50, 8000), everyone_first=seed % 2 == 1)
        return matching.mate.tolist(), matching.weight

    expected = [solve(seed) for seed in range(8)]
    with ThreadPoolExecutor(4) as threads:
        for _ in range(3):
            assert list(threads.map(solve, range(8))) == expected
