"""Scores above a floor: block, at, top and utilities agree, for every kind of scores."""

from __future__ import annotations

import numpy as np
import pytest

from peermatch.problem import (
    FORBIDDEN,
    ClonedScores,
    DenseScores,
    FlooredScores,
    PairScores,
    SparseScores,
    scores_above,
)

RNG = np.random.default_rng(8)
POOL = RNG.integers(0, 10, (7, 7))
POOL = np.where(np.tri(7, dtype=bool), POOL, POOL.T)
SIDES = RNG.integers(0, 10, (5, 6))
WORTH = (RNG.integers(0, 10, (5, 6)), RNG.integers(0, 10, (6, 5)))

SCORES: dict[str, PairScores] = {
    "dense pool": DenseScores(POOL, utilities=RNG.integers(0, 10, (7, 7))),
    "dense sides": DenseScores(SIDES, two_sided=True, utilities=WORTH),
    "sparse": SparseScores([0, 1, 2, 3], [1, 2, 3, 4], [3, 9, 5, 7], shape=(6, 6)),
    "places": ClonedScores(DenseScores(SIDES, two_sided=True), np.arange(5), np.array([0, 0, 2, 5])),
    "nobody": DenseScores(np.zeros((0, 0), dtype=np.int64)),
}


@pytest.mark.parametrize("floor", [-3, 0, 5, 9, 10])
@pytest.mark.parametrize("name", SCORES)
def test_all_answers_agree(name: str, floor: int) -> None:
    base = SCORES[name]
    floored = scores_above(base, floor)
    assert isinstance(floored, PairScores)
    rows, columns = floored.shape
    assert (floored.shape, floored.two_sided) == (base.shape, base.two_sided)
    before, everyone = base.block(np.arange(rows)), np.arange(rows)
    after = floored.block(everyone)
    assert np.array_equal(after, np.where(before < floor, FORBIDDEN, before))
    u, v = (part.ravel() for part in np.meshgrid(everyone, np.arange(columns), indexing="ij"))
    assert np.array_equal(floored.at(u, v), after.ravel())
    for side, size, seen in (("left", rows, after), ("right", columns, after.T)):
        some = np.arange(size)[::-1]
        directed = base.utilities(some, side)
        seen = seen if base.two_sided else after
        wanted = np.where(seen[some] == FORBIDDEN, FORBIDDEN, directed)
        assert np.array_equal(floored.utilities(some, side), wanted)
    top = floored.top(3)
    ordered = np.sort(after, axis=1)[:, ::-1][:, :3]
    assert np.array_equal(top.scores, ordered)
    assert np.array_equal(top.columns == -1, top.scores == FORBIDDEN)


def test_floors_upon_floors_are_the_highest() -> None:
    base = SCORES["dense pool"]
    for one, other in ((3, 7), (7, 3)):
        twice = scores_above(scores_above(base, one), other)
        assert np.array_equal(twice.block(np.arange(7)), FlooredScores(base, 7).block(np.arange(7)))


def test_scores_that_know_a_quicker_way_are_asked() -> None:
    class Quick(DenseScores):
        def at_least(self, floor: int) -> PairScores:
            return SCORES["nobody"]

    assert scores_above(Quick(POOL), 5) is SCORES["nobody"]
