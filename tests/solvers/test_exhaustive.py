"""The oracle itself, against counts and answers worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from peermatch.errors import UnsupportedError
from peermatch.problem import FORBIDDEN, DenseScores, Problem, Status
from peermatch.solvers import Exhaustive
from support.problems import PROBLEMS, random_pool, random_sides

INVOLUTIONS = [1, 1, 2, 4, 10, 26, 76, 232, 764]


@pytest.mark.parametrize("n", range(9))
def test_it_looks_at_every_matching_of_a_pool(n: int) -> None:
    matching = Exhaustive().solve(random_pool(n, n))
    assert matching.stats["matchings_examined"] == INVOLUTIONS[n]
    assert (matching.status, matching.certificate, matching.gap) == (Status.OPTIMAL, None, 0)


def test_it_looks_at_every_matching_across_two_sides() -> None:
    # sum over k of C(3,k) C(4,k) k!
    assert Exhaustive().solve(random_sides(3, 4, 0)).stats["matchings_examined"] == 1 + 12 + 36 + 24


def test_more_pairs_beat_better_pairs_only_if_everyone_comes_first() -> None:
    path = np.full((4, 4), FORBIDDEN)
    for u, v, score in [(0, 1, 1), (1, 2, 9), (2, 3, 1)]:
        path[u, v] = path[v, u] = score
    assert Exhaustive().solve(Problem(DenseScores(path))).pairs.tolist() == [[0, 1], [2, 3]]
    assert Exhaustive().solve(Problem(DenseScores(path), "best_total")).pairs.tolist() == [[1, 2]]


def test_pairs_that_add_nothing_are_made_only_if_everyone_comes_first() -> None:
    assert len(Exhaustive().solve(PROBLEMS["all zero"]).pairs) == 3
    assert len(Exhaustive().solve(PROBLEMS["all zero, best total"]).pairs) == 0


def test_of_equally_good_ones_the_first_in_order() -> None:
    assert Exhaustive().solve(PROBLEMS["all equal, odd"]).pairs.tolist() == [[0, 1], [2, 3], [4, 5]]


def test_negative_scores() -> None:
    scores = DenseScores(np.full((4, 4), -5))
    assert Exhaustive().solve(Problem(scores)).weight == -10
    assert Exhaustive().solve(Problem(scores, "best_total")).weight == 0


def test_too_many_places_are_refused() -> None:
    with pytest.raises(UnsupportedError, match=r"at most 12 places\. This problem has 13\. Use 'blossom'"):
        Exhaustive().solve(random_pool(13, 0))
    with pytest.raises(UnsupportedError, match="This problem has 24"):
        Exhaustive().solve(random_sides(4, 4, 0, places=(None, [5, 5, 5, 5])))
    with pytest.raises(ValueError, match="must be at most 14"):
        Exhaustive(most_places=15)
