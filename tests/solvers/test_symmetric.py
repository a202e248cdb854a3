"""Symmetric utilities: who recognises them, and the matching against greedy choice and the definition."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peermatch.errors import InputError
from peermatch.problem import FORBIDDEN, Control, DenseScores, Entries, SparseScores, Stopped
from peermatch.problem.listed import ListedScores
from peermatch.solvers.symmetric import symmetric_entries, symmetric_matching


def greedy(pairs: dict[tuple[int, int], int], n: int) -> list[int]:
    """The best pair that is left, again and again; equals by position."""
    mate = [-1] * n
    for u, v in sorted(pairs, key=lambda pair: (-pairs[pair], pair)):
        if mate[u] < 0 and mate[v] < 0:
            mate[u], mate[v] = v, u
    return mate


@st.composite
def weighted_pairs(draw: Any) -> tuple[int, dict[tuple[int, int], int]]:
    n = draw(st.integers(0, 14))
    worths = st.integers(-2, 2) if draw(st.booleans()) else st.integers(FORBIDDEN + 1, 2**63 - 1)
    possible = [(u, v) for u in range(n) for v in range(u + 1, n)]
    if not possible:
        return n, {}
    return n, draw(st.dictionaries(st.sampled_from(possible), worths))


@given(weighted_pairs())
@settings(max_examples=300, deadline=None)
def test_it_is_what_greedy_choice_finds(drawn: tuple[int, dict[tuple[int, int], int]]) -> None:
    n, pairs = drawn
    u, v = np.array(list(pairs), dtype=np.int64).reshape(-1, 2).T
    worth = np.array(list(pairs.values()), dtype=np.int64)
    entries = symmetric_entries(SparseScores(v, u, worth, shape=(n, n)))
    assert entries is not None
    mate = symmetric_matching(entries).tolist()
    assert mate == greedy(pairs, n)
    for (x, y), w in pairs.items():  # nobody would leave for anybody who would as well
        assert any(mate[a] >= 0 and pairs[min(a, mate[a]), max(a, mate[a])] >= w for a in (x, y))


@given(weighted_pairs())
@settings(max_examples=50, deadline=None)
def test_dense_and_listed_scores_are_recognised(drawn: tuple[int, dict[tuple[int, int], int]]) -> None:
    n, pairs = drawn
    matrix = np.full((n, n), FORBIDDEN)
    for (u, v), w in pairs.items():
        matrix[u, v] = matrix[v, u] = w
    sparse = SparseScores(*np.array([*pairs] or np.zeros((0, 2), int)).T, list(pairs.values()), shape=(n, n))
    for scores in (DenseScores(matrix), ListedScores(sparse.entries())):
        entries = symmetric_entries(scores)
        assert entries is not None
        assert symmetric_matching(entries).tolist() == greedy(pairs, n)


def test_one_utility_that_differs_is_seen() -> None:
    rng = np.random.default_rng(1)
    worth = rng.integers(0, 9, (300, 300))
    worth += worth.T
    scores = np.zeros((300, 300), dtype=int)
    assert symmetric_entries(DenseScores(scores, utilities=worth)) is not None
    for x, y in ((0, 299), (299, 0), (255, 256), (298, 299), (1, 0)):
        other = worth.copy()
        other[x, y] += 1
        assert symmetric_entries(DenseScores(scores, utilities=other)) is None


def listed(start: list[int], column: list[int], utility: list[int]) -> Entries:
    return Entries(*(np.array(part, dtype=np.int64) for part in (start, column, utility)))


NOT_SYMMETRIC = [
    listed([0, 1, 2], [1, 0], [5, 6]),
    listed([0, 1, 1], [1], [5]),
    listed([0, 0, 1], [0], [5]),
    listed([0, 1, 2, 3], [1, 2, 0], [5, 5, 5]),
    listed([0, 2, 3, 3], [1, 2, 0], [5, 7, 5]),
]


@pytest.mark.parametrize("entries", NOT_SYMMETRIC)
def test_listed_utilities_that_are_not_symmetric_are_refused(entries: Entries) -> None:
    assert symmetric_entries(ListedScores(entries)) is None
    with pytest.raises(InputError, match="has no equal on the other side"):
        symmetric_matching(entries)


def test_nobody_is_their_own_partner() -> None:
    with pytest.raises(InputError, match="list person 1 as a partner of their own"):
        symmetric_matching(listed([0, 0, 1, 1], [1], [5]))


def test_large_pools_without_listed_pairs_are_not_looked_through() -> None:
    assert symmetric_entries(DenseScores([[0, 5], [5, 0]]), looked_through=1) is None


def test_looking_through_can_be_stopped() -> None:
    with pytest.raises(Stopped):
        symmetric_entries(DenseScores([[0, 5], [5, 0]]), control=Control(cancel=lambda: True))
