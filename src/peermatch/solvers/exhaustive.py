"""The oracle: look at every matching. For tests, for tiny pools, and for reading."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from peermatch.checks import check_count
from peermatch.errors import UnsupportedError
from peermatch.problem import (
    FORBIDDEN,
    ONE_POOL,
    TWO_SIDES,
    Control,
    Matching,
    Problem,
    Status,
    Stopped,
)

__all__ = ["Exhaustive"]

Pairs = list[tuple[int, int]]

_MOST_PLACES = 14


@dataclass(frozen=True)
class Exhaustive:
    """Try every matching and keep the best; of equally good ones the first in the order of positions.

    The answer is optimal because all matchings have been compared; there is no certificate, and
    ``stats["matchings_examined"]`` says how many they were.

    Parameters
    ----------
    most_places : int, default 12
        Problems with more people (on two sides with capacities: places) are refused; at most 14.

    Examples
    --------
    >>> from peermatch.problem import DenseScores
    >>> scores = DenseScores(np.array([[0, 9, 1, 1], [9, 0, 8, 1], [1, 8, 0, 2], [1, 1, 2, 0]]))
    >>> matching = Exhaustive().solve(Problem(scores))
    >>> matching.pairs.tolist(), matching.weight, dict(matching.stats)
    ([[0, 1], [2, 3]], 11, {'matchings_examined': 10})
    """

    most_places: int = 12
    name: ClassVar[str] = "exhaustive"
    accepts: ClassVar[frozenset[str]] = frozenset({ONE_POOL, TWO_SIDES})

    def __post_init__(self) -> None:
        if check_count("Exhaustive", "most_places", self.most_places) > _MOST_PLACES:
            raise ValueError(
                f"The most_places parameter of Exhaustive must be at most {_MOST_PLACES}: "
                f"the number of matchings explodes. Got {self.most_places!r} instead."
            )

    def solve(self, problem: Problem, *, control: Control | None = None) -> Matching:
        """Return an optimal matching.

        Raises
        ------
        UnsupportedError
            If the problem has more than `most_places` places.
        """
        placed, left, right = problem.one_place_each()
        if placed.n_vertices > self.most_places:
            raise UnsupportedError(
                f"The 'exhaustive' solver looks at every matching, so it takes at most {self.most_places} places. "
                f"This problem has {placed.n_vertices}. Use 'blossom'."
            )
        try:
            best, examined = _best_of_all(placed, control)
        except Stopped:
            return Matching.of(
                problem, [], status=Status.UNDECIDED, solver=self.name, stats={"stopped": True}
            )
        pairs = [(int(left[u]), int(right[v])) for u, v in best]
        return Matching.of(
            problem,
            pairs,
            status=Status.OPTIMAL,
            solver=self.name,
            gap=0,
            stats={"matchings_examined": examined},
        )


def _best_of_all(problem: Problem, control: Control | None) -> tuple[Pairs, int]:
    """Return the best matching and how many were compared."""
    rows, columns = problem.scores.shape
    score = [[int(value) for value in row] for row in problem.scores.block(np.arange(rows))]
    floor = 0 if problem.objective == "best_total" else FORBIDDEN  # a pair must be worth more than this
    best: Pairs = []
    best_worth = _worth(best, score, problem.objective)
    examined = 0
    for pairs in _all_matchings(score, floor, [False] * columns, 0, problem.two_sided):
        examined += 1
        if control is not None and examined % 1024 == 0:
            control.check()
        worth = _worth(pairs, score, problem.objective)
        if worth > best_worth:
            best, best_worth = list(pairs), worth
    return best, examined


def _worth(pairs: Pairs, score: list[list[int]], objective: str) -> tuple[int, list[int], int]:
    """What is compared: the number of pairs, the worst ones, the total; those that the objective asks for."""
    scores = [score[u][v] for u, v in pairs]
    count = 0 if objective == "best_total" else len(pairs)
    looked_at = {"worst_first": 1, "leximin": len(scores)}.get(objective, 0)
    return count, sorted(scores)[:looked_at], sum(scores)


def _all_matchings(
    score: list[list[int]], floor: int, taken: list[bool], u: int, two_sided: bool
) -> Iterator[Pairs]:
    """Yield every matching of the rows from u on, as lists of (row, column).

    In one pool a row is a person who may be taken already, and pairs are (low, high).
    """
    while not two_sided and u < len(score) and taken[u]:
        u += 1
    if u == len(score):
        yield []
        return
    for v in range(0 if two_sided else u + 1, len(taken)):
        if not taken[v] and score[u][v] > floor:
            taken[v] = True
            for rest in _all_matchings(score, floor, taken, u + 1, two_sided):
                yield [(u, v), *rest]
            taken[v] = False
    yield from _all_matchings(score, floor, taken, u + 1, two_sided)
