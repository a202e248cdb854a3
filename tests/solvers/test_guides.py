"""Guesses at what everybody costs: the same however they are cut, small in memory, and soon stopped."""

from __future__ import annotations

import numpy as np
import pytest

from peermatch.problem import GRID, Control, DenseScores, Problem
from peermatch.solvers import guides
from peermatch.solvers.guides import guess_guides
from support.searching import CHARACTERS, scores_of, table


@pytest.mark.parametrize("two", [None, 320])
@pytest.mark.parametrize("character", CHARACTERS)
def test_guides_are_the_same_however_pairs_are_cut(character, two, monkeypatch):
    scores = scores_of(character, 300, two)
    dense = DenseScores(table(scores), two_sided=two is not None)
    whole = guess_guides(Problem(scores))
    assert [len(side) for side in whole] == [300, two or 300]
    assert (whole[0] is whole[1]) == (two is None)
    for guide in whole:
        assert guide.min() >= 0
        assert guide.max() <= 2 * GRID
    for cells in (1, 1000, 10**5):
        monkeypatch.setattr(guides, "_CELLS", cells)
        for same in (scores, dense):
            for guide, wanted in zip(guess_guides(Problem(same)), whole, strict=True):
                np.testing.assert_array_equal(guide, wanted)


def test_few_people_need_no_guide():
    for shape in ((0, 0), (3, 3), (255, 255)):
        left, right = guess_guides(Problem(DenseScores(np.ones(shape, dtype=np.int64))))
        assert left is right
        assert not left.any()


@pytest.mark.parametrize("two", [None, 300])
def test_no_large_block_is_ever_held_and_stopping_is_seen_between(two, monkeypatch):
    monkeypatch.setattr(guides, "_CELLS", 3000)
    scores = scores_of("hubs", 310, two)
    largest, asked = [0], [0]

    class Spy:
        shape, two_sided = scores.shape, scores.two_sided

        def block(self, rows):
            largest[0] = max(largest[0], len(rows) * self.shape[1])
            return scores.block(rows)

        def at(self, u, v):
            return scores.at(u, v)

    def cancel() -> bool:
        asked[0] += 1
        return asked[0] > 2

    whole = guess_guides(Problem(Spy()))
    assert 0 < largest[0] <= 3000
    stopped = guess_guides(Problem(Spy()), Control(cancel=cancel))
    assert asked[0] <= 4
    assert all((some <= all_).all() for some, all_ in zip(stopped, whole, strict=True))
