"""Linear assignment: the best pairs across two sides, by SciPy, with exact whole-number duals of our own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from peermatch.errors import UnsupportedError, VerificationError
from peermatch.problem import (
    FORBIDDEN,
    TWO_SIDES,
    Control,
    IntArray,
    Matching,
    OptimalityCertificate,
    Problem,
    Status,
    Stopped,
    first_places,
)
from peermatch.solvers.worst_first_dense import worst_first_by

__all__ = ["Hungarian"]

_MOST_CELLS = 1 << 27  # 11,585 x 11,585: 1 GB of scores, and as much again for SciPy
_STEPS_AT_ONCE = 1 << 27  # about a tenth of a second
_ALONE = -1


@dataclass(frozen=True)
class Hungarian:
    """Linear assignment between two sides, with capacities, by SciPy's `linear_sum_assignment`.

    SciPy computes with floating-point numbers. Its assignment is only a proposal here: whole-number duals are then
    found by longest paths in the residual graph. They exist exactly if the proposal is optimal; if rounding ever
    made it less, the path or cycle that shows it improves it, until the duals exist. So the answer is optimal in
    integers, with an `OptimalityCertificate` without blossoms that holds on all allowed pairs.

    Examples
    --------
    >>> from peermatch.problem import DenseScores
    >>> scores = DenseScores(np.array([[5, 4, 0], [4, 1, 0]]), two_sided=True)
    >>> matching = Hungarian().solve(Problem(scores))
    >>> matching.pairs.tolist(), matching.weight, matching.status.value
    ([[0, 1], [1, 0]], 8, 'optimal')
    """

    name: ClassVar[str] = "hungarian"
    accepts: ClassVar[frozenset[str]] = frozenset({TWO_SIDES})

    def solve(self, problem: Problem, *, control: Control | None = None) -> Matching:
        """Return an optimal matching with its certificate.

        Stopped early, it returns no pairs and the status ``undecided``; a running call of SciPy cannot be stopped.

        Raises
        ------
        UnsupportedError
            For one pool, for a matrix that does not fit, and for scores too large for exact 64-bit arithmetic.
        VerificationError
            If the certificate fails its check.
        """
        if not problem.two_sided:
            raise UnsupportedError(
                "The 'hungarian' solver assigns one side to another. On one pool an assignment gives cycles "
                "(a advises b, b advises c, c advises a), not pairs. Use 'blossom'."
            )
        if problem.objective == "leximin":
            raise UnsupportedError("The 'hungarian' solver has no objective 'leximin'. Use 'blossom'.")
        if problem.objective == "worst_first":
            found = worst_first_by(lambda part: self.solve(part, control=control), problem)
            return _stopped(problem) if found is None else found
        placed, left, right = problem.one_place_each()
        try:
            worth, bonus, covered = _worth(placed, (left, right), control)
            mate = _assign(worth, control)
            y_left, y_right, repairs = _duals_or_repair(worth, mate, control)
        except Stopped:
            return _stopped(problem)
        _check_proof(worth, mate, y_left, y_right)
        rows = np.flatnonzero(mate != _ALONE)
        return Matching.of(
            problem,
            np.stack([left[rows], right[mate[rows]]], axis=1),
            status=Status.OPTIMAL,
            solver=self.name,
            certificate=OptimalityCertificate(
                scale=1, bonus=bonus, vertex_duals=np.concatenate([y_left, y_right]), pairs_covered=covered
            ),
            gap=0,
            stats={"repairs": repairs},
        )


def _stopped(problem: Problem) -> Matching:
    return Matching.of(problem, [], status=Status.UNDECIDED, solver=Hungarian.name, stats={"stopped": True})


def _worth(
    problem: Problem, places: tuple[IntArray, IntArray], control: Control | None
) -> tuple[IntArray, int, int]:
    """Return what each pair adds (0: as good as none), the bonus in it, and how many pairs are allowed.

    The bonus makes one more pair worth more than all that scores can differ by, so that more pairs come first.
    """
    rows, columns = problem.scores.shape
    if rows * columns > _MOST_CELLS:
        raise UnsupportedError(
            f"The 'hungarian' solver needs the whole matrix; {rows} x {columns} places do not fit. Use 'blossom'."
        )
    if control is not None:
        control.report("reading scores")
        control.check()
    worth = np.array(problem.scores.block(np.arange(rows, dtype=np.int64)), dtype=np.int64)
    allowed = worth != FORBIDDEN
    high, low = (int(worth.max(where=allowed, initial=0)), int(worth.min(where=allowed, initial=0)))
    bonus = min(rows, columns) * (high - low) + 1 if problem.objective == "everyone_first" else 0
    if (high + bonus) * (rows + 2) >= 2**62:
        raise UnsupportedError(
            f"The 'hungarian' solver cannot add up scores as large as {max(high, -low)} exactly in 64 bits. "
            "Use smaller whole numbers."
        )
    worth[~allowed] = -bonus
    worth += bonus
    np.maximum(worth, 0, out=worth)
    fresh = [first_places(part) for part in places]
    return worth, bonus, int(allowed[fresh[0]][:, fresh[1]].sum())


def _assign(worth: IntArray, control: Control | None) -> IntArray:
    """Return each row's column by SciPy, `_ALONE` where being paired adds nothing."""
    from scipy.optimize import linear_sum_assignment

    if control is not None:
        control.report("assigning")
    mate = np.full(worth.shape[0], _ALONE, dtype=np.int64)
    rows, columns = linear_sum_assignment(worth.astype(np.float64), maximize=True)
    adds = worth[rows, columns] > 0
    mate[rows[adds]] = columns[adds]
    if control is not None:
        control.check()
    return mate


def _duals_or_repair(
    worth: IntArray, mate: IntArray, control: Control | None
) -> tuple[IntArray, IntArray, int]:
    """Return whole-number duals that prove `mate` optimal, and how often it had to be improved for them to exist.

    `mate` is improved in place. Every gain is a positive whole number, so this ends.
    """
    repairs = 0
    by_column = np.ascontiguousarray(worth.T)
    while True:
        y_left, giver, breach = _least_left_duals(worth, by_column, mate, control)
        if breach < 0:
            y_right = np.zeros(worth.shape[1], dtype=np.int64)
            rows = np.flatnonzero(mate != _ALONE)
            y_right[mate[rows]] = worth[rows, mate[rows]] - y_left[rows]
            return y_left, y_right, repairs
        before = _total(worth, mate)
        _improve(worth, mate, giver, breach)
        repairs += 1
        if _total(worth, mate) <= before:
            raise VerificationError("An assignment that is not optimal could not be improved.")


def _total(worth: IntArray, mate: IntArray) -> int:
    rows = np.flatnonzero(mate != _ALONE)
    return sum(int(value) for value in worth[rows, mate[rows]])


def _least_left_duals(
    worth: IntArray, by_column: IntArray, mate: IntArray, control: Control | None
) -> tuple[IntArray, IntArray, int]:
    """Return the least y on the left, who pushed each up, and a row that cannot have its own (-1: none; y is right).

    Free columns have the dual 0, so y starts at the best of them; see `peermatch.kernels.assignment` for the rest.
    """
    from peermatch.kernels.assignment import raise_duals

    n_rows, n_columns = worth.shape
    matched = mate != _ALONE
    own, free = np.zeros(n_rows, dtype=np.int64), np.ones(n_columns, dtype=bool)
    own[matched] = worth[matched, mate[matched]]
    free[mate[matched]] = False
    y = worth.max(axis=1, where=free[None, :], initial=0)
    giver = np.full(n_rows, _ALONE, dtype=np.int64)
    over = np.flatnonzero(y > own)
    if over.size:
        return y, giver, int(over[0])
    # those who push hardest first: it saves pushing twice
    rows = np.flatnonzero(matched)
    rows = rows[np.argsort(y[rows] - own[rows], kind="stable")[::-1]]
    queue, state = np.zeros((2, n_rows), dtype=np.int64), np.array([0, len(rows), 0], dtype=np.int64)
    queue[0, : len(rows)], queue[1, rows] = rows, 1
    while state[1]:
        if control is not None:
            control.check()
        breach = int(raise_duals(by_column, mate, own, y, giver, queue, state, _STEPS_AT_ONCE // n_rows + 1))
        if breach >= 0:
            return y, giver, breach
    return y, giver, -1


def _back_to_root(giver: IntArray, u: int) -> tuple[list[int], bool]:
    """Return the rows from u back along their givers, and whether they end in a cycle (then only the cycle)."""
    place: dict[int, int] = {}
    path: list[int] = []
    while u != _ALONE and u not in place:
        place[u] = len(path)
        path.append(u)
        u = int(giver[u])
    return (path, False) if u == _ALONE else (path[place[u] :], True)


def _improve(worth: IntArray, mate: IntArray, giver: IntArray, breach: int) -> None:
    """Give each row on the way back its giver's column, and the last one the best free column or none."""
    path, is_cycle = _back_to_root(giver, breach)
    columns = [int(mate[u]) for u in path]
    if is_cycle:
        following = columns[1:] + columns[:1]
    else:
        free = np.ones(worth.shape[1], dtype=bool)
        free[mate[mate != _ALONE]] = False
        offers = np.where(free, worth[path[-1]], 0)
        best = int(offers.argmax()) if offers.size else _ALONE
        following = [*columns[1:], best if offers.size and offers[best] > 0 else _ALONE]
    mate[path] = following


def _check_proof(worth: IntArray, mate: IntArray, y_left: IntArray, y_right: IntArray) -> None:
    """Raise VerificationError unless the duals hold on every pair and add up to the worth of the matching."""
    step = max(1, (1 << 22) // max(1, worth.shape[1]))
    fine = not (y_left < 0).any() and not (y_right < 0).any()
    for begin in range(0, len(worth), step):
        rows = slice(begin, begin + step)
        fine = fine and bool((y_left[rows, None] + y_right[None, :] >= worth[rows]).all())
    bound = sum(int(y) for y in y_left) + sum(int(y) for y in y_right)
    if not fine or bound != _total(worth, mate):
        raise VerificationError("The duals of an assignment fail their check.")
