"""The best total under a floor for a group: what its people have together must reach a number.

No exact method of polynomial time is known for one such condition beside a matching. A price on the group's scores
turns it into plain matchings (Lagrange): each price has an exact answer with a certificate, which bounds what any
answer under the floor can be worth. The best answer found that reaches the floor is returned with the true gap to the
least of these bounds; in small pools branch and bound over pairs closes it, where its limit allows.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from peermatch.errors import InfeasibleError, UnsupportedError
from peermatch.problem import (
    FORBIDDEN,
    GRID,
    Control,
    DenseScores,
    GroupedScores,
    IntArray,
    Matching,
    Problem,
    SearchableScores,
    Status,
)
from peermatch.solvers.blossom import Blossom
from peermatch.solvers.candidates import row_blocks
from peermatch.solvers.engine import BITS

__all__ = ["EXACT_UP_TO", "FlooredGroup", "best_for_group", "group_floor"]

EXACT_UP_TO = 40
"""Up to so many people branch and bound is tried."""
_STEPS = 40
_PRICE_BITS = 7
"""A price may go up to about two to this power."""

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class FlooredGroup:
    """A matching under a floor for a group, and what is proved of it.

    Attributes
    ----------
    pairs : int64 array, shape (m, 2)
    total : int
        Their scores together.
    held : int
        What the group's people have: the score of each pair, once for each of the two who belongs to the group.
    gap : int
        How much more in total any other answer can have that reaches the floor (with as many pairs, where everyone
        comes first).
    price : (int, int)
        The price of the least bound: first number over second.
    penalised : Problem
        In which the group's pairs are worth more: what `proved` answers, with its certificate.
    proved : Matching
    nodes : int
        Problems looked at by branch and bound.
    """

    pairs: IntArray
    total: int
    held: int
    gap: int
    price: tuple[int, int]
    penalised: Problem
    proved: Matching
    nodes: int = 0


def best_for_group(
    problem: Problem,
    left: Bools,
    right: Bools,
    *,
    at_sense: bool = False,
    k: int = 32,
    control: Control | None = None,
) -> int:
    """Return the most that a group's people can have together, with as many pairs where everyone comes first.

    Parameters
    ----------
    problem, left, right, k, control
        See `group_floor`.
    at_sense : bool
        Return rather what they have at the greatest price that is looked at: where that is a little less, the last bit
        would cost everyone else thousands of times as much as it brings.

    Examples
    --------
    >>> scores = DenseScores([[0, 5, 2, 1], [5, 0, 1, 2], [2, 1, 0, 5], [1, 2, 5, 0]])
    >>> group = np.array([True, False, False, False])
    >>> best_for_group(Problem(scores), group, group)
    5
    """
    _check(problem)
    search = _Search(problem, left, right, k, control)
    return (search.dearest(problem) if at_sense else search.for_group_alone(problem)).held


def group_floor(
    problem: Problem,
    left: Bools,
    right: Bools,
    floor: int,
    *,
    nodes: int = 300,
    k: int = 32,
    control: Control | None = None,
) -> FlooredGroup:
    """Return the best matching found in which a group's people have at least `floor` together, with its true gap.

    Parameters
    ----------
    problem : Problem
        One place each; the objective ``"everyone_first"`` or ``"best_total"``; scores of at least 0.
    left, right : bool arrays
        Who of the rows and of the columns belongs to the group; in one pool twice the same.
    floor : int
        On the grid of 2**-30: the sum over the group's people, 0 for someone without a partner.
    nodes : int
        So many problems branch and bound may look at, up to `EXACT_UP_TO` people.
    k : int
        See `Blossom`.
    control : Control, optional

    Raises
    ------
    InfeasibleError
        If the group cannot have so much.
    UnsupportedError
        For capacities and other objectives.

    Examples
    --------
    >>> scores = DenseScores([[0, 9, 5, 1], [9, 0, 1, 2], [5, 1, 0, 1], [1, 2, 1, 0]])
    >>> group = np.array([False, False, True, False])
    >>> [group_floor(Problem(scores), group, group, floor).total for floor in (1, 5)]
    [10, 7]
    """
    _check(problem)
    search = _Search(problem, left, right, k, control)
    start = _lagrange(search, problem, floor)
    if start.best is None:
        most = start.low.held
        raise InfeasibleError(
            f"The group can have {most / GRID:g} together at most; {floor / GRID:g} are asked for.",
            [{"rule": "group_floor", "found": most / GRID, "asked": floor / GRID}],
        )
    small = problem.n_vertices <= EXACT_UP_TO
    best, bound, visited = _branch_and_bound(search, problem, start, floor, nodes if small else 0)
    return FlooredGroup(
        best.pairs,
        best.total,
        best.held,
        max(0, bound - best.total),
        (start.tightest.price, start.tightest.own),
        start.tightest.penalised,
        start.tightest.proved,
        visited,
    )


def _check(problem: Problem) -> None:
    if problem.objective not in ("everyone_first", "best_total") or problem.has_places:
        raise UnsupportedError(
            "A floor for a group goes with one place each, and the objectives 'everyone_first' and 'best_total'."
        )


@dataclass(frozen=True, eq=False)
class _Run:
    """One penalised problem, solved: a pair is worth its score times ``own + price * (its people of the group)``."""

    pairs: IntArray
    total: int
    held: int
    own: int
    price: int
    value: int
    penalised: Problem
    proved: Matching


class _Search:
    """Solves for prices, whole multiples of one over `unit`."""

    def __init__(self, problem: Problem, left: Bools, right: Bools, k: int, control: Control | None) -> None:
        self.left, self.right, self._k, self._control = left, right, k, control
        rows, columns = problem.scores.shape
        most = max(1, min(rows, columns) if problem.two_sided else rows // 2)
        # score, bonus for more pairs, and prices together must fit exact arithmetic
        room = BITS - 2 - _highest(problem).bit_length() - most.bit_length()
        if room < _PRICE_BITS + 2:
            raise UnsupportedError("The scores are too large for a floor for a group; divide them.")
        self.unit = 1 << min(20, room - _PRICE_BITS - 1)
        self.highest_price = self.unit << (_PRICE_BITS - 1)
        self._dearest = 1 << (room - 2)

    def at(self, problem: Problem, price: int) -> _Run:
        """Return the best matching for a price."""
        return self._run(problem, self.unit, price)

    def dearest(self, problem: Problem) -> _Run:
        """Return the best matching for the greatest price that fits."""
        return self._run(problem, 1, self._dearest)

    def for_group_alone(self, problem: Problem) -> _Run:
        """Return the matching that is best for the group, whatever the others have."""
        return self._run(problem, 0, 1)

    def _run(self, problem: Problem, own: int, more: int) -> _Run:
        penalised = replace(problem, scores=GroupedScores(problem.scores, self.left, self.right, own, more))
        proved = Blossom(k=self._k).solve(penalised, control=self._control)
        u, v = proved.pairs[:, 0], proved.pairs[:, 1]
        scores = problem.scores.at(u, v)
        held = int((scores * (self.left[u].astype(np.int64) + self.right[v])).sum())
        value = proved.weight + (proved.gap or 0)
        return _Run(proved.pairs, int(scores.sum()), held, own, more, value, penalised, proved)


@dataclass(frozen=True, eq=False)
class _Found:
    """What prices lead to: the best run that reaches the floor, the last that does not, and the least bound."""

    best: _Run | None
    low: _Run
    bound: int
    tightest: _Run


def _lagrange(search: _Search, problem: Problem, floor: int) -> _Found:
    low = search.at(problem, 0)
    if low.held >= floor:
        return _Found(low, low, low.value // search.unit, low)
    high = search.dearest(problem)
    bound, tightest = low.value // search.unit, low
    limit = high.value - high.price * floor
    if limit < bound:
        bound, tightest = limit, high
    if high.held < floor:
        high = search.for_group_alone(problem)
        if high.held < floor:
            return _Found(None, high, -1, low)
    best = high
    least, greatest = 0, search.highest_price + 1
    for _ in range(_STEPS):
        if _stopped(low, high):
            break
        wanted = -(-search.unit * (low.total - high.total) // max(1, high.held - low.held))
        price = min(max(wanted, least + 1), greatest - 1)
        if not least < price < greatest:
            break
        run = search.at(problem, price)
        limit = (run.value - price * floor) // search.unit
        if limit < bound:
            bound, tightest = limit, run
        ends = (search.unit * end.total + price * end.held for end in (low, high))
        if run.value <= max(ends) and run.held < floor:
            break
        if run.held >= floor:
            high, greatest = run, price
            best = run if run.total > best.total else best
        else:
            low, least = run, price
    return _Found(best, low, bound, tightest)


def _stopped(*runs: _Run) -> bool:
    return any(run.proved.status != Status.OPTIMAL for run in runs)


def _branch_and_bound(
    search: _Search, whole: Problem, start: _Found, floor: int, nodes: int
) -> tuple[_Run, int, int]:
    """Return the best found, a bound on all that reach the floor, and how many problems were looked at."""
    best = start.best
    assert best is not None
    if start.bound <= best.total or not nodes:
        return best, start.bound, 0
    queue, visited, pairs = [(-start.bound, 0, whole, start)], 0, len(best.pairs)
    while queue and -queue[0][0] > best.total and visited < nodes:
        _, _, problem, found = heapq.heappop(queue)
        for child in _children(problem, found):
            visited += 1
            inner = _lagrange(search, child, floor)
            fewer = whole.objective == "everyone_first" and len(inner.low.pairs) < pairs
            if inner.best is None or fewer:
                continue
            if inner.best.total > best.total:
                best = inner.best
            if inner.bound > best.total:
                heapq.heappush(queue, (-inner.bound, visited, child, inner))
    return best, max(best.total, *(-entry[0] for entry in queue)) if queue else best.total, visited


def _children(problem: Problem, found: _Found) -> list[Problem]:
    """Split at a pair in which the answers on both sides of the floor differ: it is not made, or it is."""
    assert found.best is not None
    ours, theirs = ({tuple(pair) for pair in run.pairs.tolist()} for run in (found.low, found.best))
    apart = sorted(ours - theirs) or sorted(theirs - ours)
    if not apart:
        return []
    rows = np.arange(problem.scores.shape[0], dtype=np.int64)
    scores = problem.scores.block(rows)
    u, v = max(apart, key=lambda pair: int(scores[pair]))
    without, alone = scores.copy(), scores.copy()
    alone[u], alone[:, v] = FORBIDDEN, FORBIDDEN
    alone[u, v], without[u, v] = scores[u, v], FORBIDDEN
    if not problem.two_sided:
        alone[v], alone[:, u] = FORBIDDEN, FORBIDDEN
        alone[u, v] = alone[v, u] = scores[u, v]
        without[v, u] = FORBIDDEN
    return [
        replace(problem, scores=DenseScores(part, two_sided=problem.two_sided)) for part in (without, alone)
    ]


def _highest(problem: Problem) -> int:
    if isinstance(problem.scores, SearchableScores):
        return GRID
    rows, columns = problem.scores.shape
    highest = 1
    for some in row_blocks(np.arange(rows, dtype=np.int64), columns):
        block = problem.scores.block(some)
        allowed = block[block != FORBIDDEN]
        if allowed.min(initial=0) < 0:
            raise UnsupportedError("A floor for a group needs scores of at least 0.")
        highest = max(highest, int(allowed.max(initial=0)))
    return highest
