"""The longest-path kernels of linear assignment against plain Python twins."""

from __future__ import annotations

import numpy as np
import pytest

from peermatch.kernels import assignment as kernels


def plain_least_duals(worth: np.ndarray, mate: list[int]) -> list[int] | None:
    """Raise y until nothing pushes it any more (Bellman and Ford); None where it has to pass its own pair's worth."""
    n_rows, n_columns = worth.shape
    own = [int(worth[u, v]) if v >= 0 else 0 for u, v in enumerate(mate)]
    free = [v for v in range(n_columns) if v not in mate]
    y = [max([0, *(int(worth[u, v]) for v in free)]) for u in range(n_rows)]
    while True:
        if any(y[u] > own[u] for u in range(n_rows)):
            return None
        before = list(y)
        for m, v in enumerate(mate):
            if v >= 0:
                y = [max(y[u], y[m] + int(worth[u, v]) - own[m]) for u in range(n_rows)]
        if y == before:
            return y


def run(worth: np.ndarray, mate: list[int], turns: int) -> list[int] | None:
    n_rows = len(mate)
    column = np.array(mate, dtype=np.int64)
    rows = np.flatnonzero(column >= 0)
    own = np.zeros(n_rows, dtype=np.int64)
    own[rows] = worth[rows, column[rows]]
    free = np.ones(worth.shape[1], dtype=bool)
    free[column[rows]] = False
    y = worth.max(axis=1, where=free[None, :], initial=0)
    if (y > own).any():
        return None
    giver = np.full(n_rows, -1, dtype=np.int64)
    queue, state = np.zeros((2, n_rows), dtype=np.int64), np.array([0, len(rows), 0], dtype=np.int64)
    queue[0, : len(rows)], queue[1, rows] = rows, 1
    by_column = np.ascontiguousarray(worth.T)
    while state[1]:
        if kernels.raise_duals(by_column, column, own, y, giver, queue, state, turns) >= 0:
            return None
    return [int(value) for value in y]


@pytest.mark.parametrize("seed", range(80))
def test_the_same_duals_as_the_plain_twin_or_none(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows, columns = int(rng.integers(1, 8)), int(rng.integers(1, 8))
    worth = rng.integers(0, [2, 5, 50][seed % 3], (rows, columns))
    mate = [-1] * rows
    for u, v in zip(rng.permutation(rows), rng.permutation(columns), strict=False):
        if worth[u, v] > 0 and rng.random() < 0.9:
            mate[u] = int(v)
    assert run(worth, mate, [1, 2, 1000][seed % 3]) == plain_least_duals(worth, mate)


def test_both_outcomes_occur() -> None:
    worth = np.array([[5, 4], [4, 1]])
    assert run(worth, [1, 0], 9) == [1, 0]
    assert run(worth, [0, 1], 9) is None


@pytest.mark.parametrize(
    ("giver", "on_cycle"),
    [
        ([], set()),
        ([-1, 0, 1], set()),
        ([1, 0], {0, 1}),
        ([-1, 0, 3, 4, 2, 3], {2, 3, 4}),
        ([1, 2, -1], set()),
    ],
)
def test_cycles_of_givers(giver: list[int], on_cycle: set[int]) -> None:
    found = int(kernels.in_giver_cycle(np.array(giver, dtype=np.int64)))
    assert found in on_cycle if on_cycle else found == -1
