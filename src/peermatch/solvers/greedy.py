"""The baseline: again and again the best pair that is still free."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from peermatch.checks import check_count
from peermatch.errors import UnsupportedError
from peermatch.problem import (
    FORBIDDEN,
    ONE_POOL,
    TWO_SIDES,
    BoundCertificate,
    Control,
    IntArray,
    Matching,
    PairScores,
    Problem,
    Status,
    first_places,
)

__all__ = ["Greedy"]

_CELLS_PER_BLOCK = 1 << 21
_ROWS_AT_ONCE = 64
_LOOK_AGAIN = 0  # sorts before any column: the row's list is spent up to this score

Entry = tuple[int, int, int, int]


@dataclass(frozen=True)
class Greedy:
    """Make the best allowed pair, then the best of the rest, until none is left.

    Equal scores go to the lowest (first, second) positions. With the objective ``best_total`` only pairs that add
    to the total are made. With scores of at least 0 the total is at least half of the best possible, and with
    ``everyone_first`` so is the number of pairs. What is proved about the matching in hand stands in `gap` and
    `pairs_gap`: in one pool nobody can add more than half their best score (`BoundCertificate`, bonus 0), and
    nobody without an allowed partner can be paired. Asked to stop, it returns the pairs made so far, with the
    same bounds.

    Parameters
    ----------
    candidates : int, default 16
        How many partners are kept in mind for each person at a time. It changes time and memory, never the pairs.

    Examples
    --------
    >>> from peermatch.problem import DenseScores
    >>> scores = DenseScores(np.array([[0, 9, 8, 1], [9, 0, 1, 8], [8, 1, 0, 2], [1, 8, 2, 0]]))
    >>> matching = Greedy().solve(Problem(scores))
    >>> matching.pairs.tolist(), matching.weight, matching.gap
    ([[0, 1], [2, 3]], 11, 6)
    """

    candidates: int = 16
    name: ClassVar[str] = "greedy"
    accepts: ClassVar[frozenset[str]] = frozenset({ONE_POOL, TWO_SIDES})

    def __post_init__(self) -> None:
        check_count("Greedy", "candidates", self.candidates, at_least=1)

    def solve(self, problem: Problem, *, control: Control | None = None) -> Matching:
        """Return a maximal matching with a proven bound on what it misses.

        Raises
        ------
        UnsupportedError
            For the objectives ``worst_first`` and ``leximin``: taking the best pair first is its opposite.
        """
        if problem.objective in ("worst_first", "leximin"):
            raise UnsupportedError(
                "The 'greedy' solver takes the best pair first and leaves the worst for last; it does not take the "
                f"objective {problem.objective!r}. Use 'blossom'."
            )
        placed, left, right = problem.one_place_each()
        search = _Search(placed, self.candidates)
        pairs = search.run(control)
        y, covered, most_pairs = _bound(placed, left, right)
        made = np.array(pairs, dtype=np.int64).reshape(-1, 2)
        total = sum(int(score) for score in placed.scores.at(made[:, 0], made[:, 1]))
        everyone = problem.objective == "everyone_first"
        return Matching.of(
            problem,
            np.stack([left[made[:, 0]], right[made[:, 1]]], axis=1),
            status=Status.GAP,
            solver=self.name,
            certificate=BoundCertificate(scale=2, bonus=0, vertex_duals=y, pairs_covered=covered),
            gap=sum(int(value) for value in y) // 2 - total,
            pairs_gap=most_pairs - len(made) if everyone else 0,
            stats={"rows_read_again": search.rows_read_again},
        )


class _Search:
    """A heap of each row's best free partner.

    Every pair belongs to one row: on two sides the left one, in one pool the lower position. A row has one entry
    in the heap: its best remaining pair (-score, row, 1, column), or, when the partners in mind are spent,
    (-bound, row, `_LOOK_AGAIN`, ...), which comes before every pair the row may still have. So whatever pair
    comes out first is the best of all, in exactly the documented order.

    Parameters
    ----------
    problem : Problem
        With one place each.
    candidates : int
        Partners kept in mind for each row.
    """

    def __init__(self, problem: Problem, candidates: int) -> None:
        self.scores: PairScores = problem.scores
        self.two_sided = problem.two_sided
        self.floor = FORBIDDEN if problem.objective == "everyone_first" else 0
        self.candidates = candidates
        rows, columns = self.scores.shape
        self.free_row = np.ones(rows, dtype=bool)
        self.free_column = np.ones(columns, dtype=bool) if self.two_sided else self.free_row
        self.rows_read_again = 0
        # each row's partners in mind, worst first so that pop() takes the best, and the most that others can score
        self.in_mind: list[list[tuple[int, int]]] = [[] for _ in range(rows)]
        self.bound = [FORBIDDEN] * rows
        self.heap: list[Entry] = []
        self._first_lists()

    def _first_lists(self) -> None:
        """Fill every row's list from `top`.

        `top` may cut a list in the middle of equal scores, so those at the cut are left to be read again.
        """
        top = self.scores.top(self.candidates)
        rows = self.scores.shape[0]
        full = top.columns.shape[1] == self.candidates < self.scores.shape[1]
        for row in range(rows):
            columns, values = top.columns[row], top.scores[row]
            last = int(values[-1]) if full else FORBIDDEN
            keep = (columns >= 0) & (values > max(last, self.floor))
            if not self.two_sided:
                keep &= columns > row
            self._remember(row, columns[keep], values[keep], last)

    def _remember(self, row: int, columns: IntArray, values: IntArray, bound: int) -> None:
        order = np.lexsort((columns, -values))[::-1]
        self.in_mind[row] = [(int(values[i]), int(columns[i])) for i in order]
        self.bound[row] = bound
        self._push(row)

    def _push(self, row: int) -> None:
        """Put the row's best remaining pair into the heap, or the demand to look again, or nothing."""
        mind = self.in_mind[row]
        while mind and not self.free_column[mind[-1][1]]:
            mind.pop()
        if mind:
            score, column = mind.pop()
            heapq.heappush(self.heap, (-score, row, 1, column))
        elif self.bound[row] > self.floor:
            heapq.heappush(self.heap, (-self.bound[row], row, _LOOK_AGAIN, -1))

    def run(self, control: Control | None) -> list[tuple[int, int]]:
        """Return the pairs in the order in which they were made."""
        pairs: list[tuple[int, int]] = []
        turns = 0
        while self.heap:
            turns += 1
            if control is not None and turns % 256 == 1:
                if control.stopping:
                    break
                control.report("pairing", len(pairs), min(self.scores.shape) // (1 if self.two_sided else 2))
            _, row, kind, column = heapq.heappop(self.heap)
            if not self.free_row[row]:
                continue
            if kind == _LOOK_AGAIN:
                self._look_again(row)
            elif self.free_column[column]:
                self.free_row[row] = self.free_column[column] = False
                pairs.append((row, column))
            else:
                self._push(row)
        return pairs

    def _look_again(self, row: int) -> None:
        """Read this row's block again, and those of the rows that would come next for the same reason."""
        rows = [row]
        most = max(1, min(_ROWS_AT_ONCE, _CELLS_PER_BLOCK // max(1, self.scores.shape[1])))
        while self.heap and self.heap[0][2] == _LOOK_AGAIN and len(rows) < most:
            other = heapq.heappop(self.heap)[1]
            if self.free_row[other]:
                rows.append(other)
        self.rows_read_again += len(rows)
        block = self.scores.block(np.array(rows, dtype=np.int64))
        for values, reader in zip(block, rows, strict=True):
            open_to = self.free_column & (values > self.floor)
            if not self.two_sided:
                open_to[: reader + 1] = False
            columns, bound = _best_columns(values, open_to, self.candidates)
            self._remember(reader, columns, values[columns], bound)


def _best_columns(values: IntArray, wanted: npt.NDArray[np.bool_], k: int) -> tuple[IntArray, int]:
    """Return the k best wanted columns, equal scores by position, and the bound on the rest (FORBIDDEN: no rest)."""
    columns = np.flatnonzero(wanted)
    if len(columns) <= k:
        return columns, FORBIDDEN
    found = values[columns]
    cut = int(np.partition(found, len(found) - k)[len(found) - k])
    above, equal = columns[found > cut], columns[found == cut]
    return np.concatenate([above, equal[: k - len(above)]]), cut


def _bound(problem: Problem, left: IntArray, right: IntArray) -> tuple[IntArray, int, int]:
    """Return y' on the scale 2, the number of allowed pairs, and a bound on how many pairs a matching can have.

    With t(u) >= 0 the best score of u, the duals t/2 on everyone are feasible over all pairs; on two sides so are
    t on either side alone. The least of these sums is the bound.
    """
    scores = problem.scores
    rows, columns = scores.shape
    best_of_row, best_of_column = (np.full(size, FORBIDDEN, dtype=np.int64) for size in (rows, columns))
    fresh_row, fresh_column = first_places(left), first_places(right)
    covered = 0
    step = max(1, _CELLS_PER_BLOCK // max(1, columns))
    for begin in range(0, rows, step):
        some = np.arange(begin, min(rows, begin + step), dtype=np.int64)
        block = scores.block(some)
        best_of_row[some] = block.max(axis=1, initial=FORBIDDEN)
        covered += int((block[fresh_row[some]][:, fresh_column] != FORBIDDEN).sum())
        np.maximum(best_of_column, block.max(axis=0, initial=FORBIDDEN), out=best_of_column)
    t_row, t_column = np.maximum(best_of_row, 0), np.maximum(best_of_column, 0)
    can_row, can_column = int((best_of_row != FORBIDDEN).sum()), int((best_of_column != FORBIDDEN).sum())
    if not problem.two_sided:
        return t_row, covered // 2, can_row // 2
    choices = [
        np.concatenate([t_row, t_column]),
        np.concatenate([2 * t_row, np.zeros_like(t_column)]),
        np.concatenate([np.zeros_like(t_row), 2 * t_column]),
    ]
    least = min(choices, key=lambda y: sum(int(value) for value in y))
    return least, covered, min(can_row, can_column)
