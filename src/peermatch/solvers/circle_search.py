"""Local search for circles: a state that compiled code improves, and the order in which it is asked to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from peermatch.errors import UnsupportedError
from peermatch.kernels import circle_kicks, circle_moves, circle_state
from peermatch.problem import FORBIDDEN, CircleRule, Control, IntArray, PairScores

__all__ = ["HIGHEST_SCORE", "Seating", "Table", "read_table", "search"]

Table = npt.NDArray[np.int32]

# their arguments come in one tuple, most of them
_state_code: Any = circle_state
_moves_code: Any = circle_moves
_kicks_code: Any = circle_kicks

HIGHEST_SCORE = int(np.iinfo(np.int32).max) - 1

_KINDS = {
    "nobody_alone": circle_state.ALONE,
    "not_all_alike": circle_state.ALIKE,
    "at_most": circle_state.AT_MOST,
    "together": circle_state.TOGETHER,
}
_PER_CALL = 256  # people between two looks at `control`
_KICKS_PER_CALL = 64
_MOST_SWEEPS = 400
_CELLS = 1 << 22


def read_table(scores: PairScores, people: IntArray) -> Table:
    """Return the scores of some people with each other as int32; -1 where a pair is forbidden, 0 with themselves.

    Raises
    ------
    UnsupportedError
        For scores below 0 or above `HIGHEST_SCORE`.
    """
    table = np.empty((len(people), len(people)), dtype=np.int32)
    take = getattr(scores, "take", None)
    whole = len(people) == scores.shape[0]
    few: PairScores = take(people, people) if callable(take) and not whole else scores
    step = max(1, _CELLS // max(1, few.shape[1]))
    for begin in range(0, len(people), step):
        rows = np.arange(begin, min(begin + step, len(people)), dtype=np.int64)
        block = few.block(rows) if callable(take) or whole else few.block(people[rows])[:, people]
        allowed = block != FORBIDDEN
        wrong = allowed & ((block < 0) | (block > HIGHEST_SCORE))
        if wrong.any():
            raise UnsupportedError(
                f"Circles need scores from 0 to {HIGHEST_SCORE}. Got {int(block[wrong][0])}; scale the scores first."
            )
        table[rows] = np.where(allowed, block, -1)
    np.fill_diagonal(table, 0)
    return table


class Seating:
    """Who sits where, with all that compiled code keeps beside it; see `peermatch.kernels.circle_state`.

    Parameters
    ----------
    table : int32 array, shape (n, n)
    sizes : sequence of int
        The seats of each circle.
    smallest : int
    rules : sequence of CircleRule
        For these people.
    circle : int64 array, shape (n,)
        Where everybody sits at first; ``len(sizes)`` stands for no seat.
    """

    def __init__(
        self,
        table: Table,
        sizes: Sequence[int],
        smallest: int,
        rules: Sequence[CircleRule],
        circle: IntArray,
    ) -> None:
        n, m = len(table), len(sizes)
        self.table, self.smallest = table, int(smallest)
        self.capacity = np.array(sizes, dtype=np.int64)
        self.group = np.full(n, m, dtype=np.int64)
        self.members = np.zeros((m, 10), dtype=np.int64)
        self.count = np.zeros(m, dtype=np.int64)
        self.ties = np.zeros((m + 1, n), dtype=np.int64)
        self.own = np.zeros(n, dtype=np.int64)
        self.faults = np.zeros(m + 1, dtype=np.int64)
        self.codes = np.zeros((len(rules), n), dtype=np.int64)
        for k, rule in enumerate(rules):
            self.codes[k] = rule.codes
        self.kinds = np.array([_KINDS[rule.kind] for rule in rules], dtype=np.int64)
        self.most = np.array([rule.most or 0 for rule in rules], dtype=np.int64)
        self._team, self._column = np.zeros(12, dtype=np.int64), np.zeros(m + 1, dtype=np.int64)
        self._done = np.zeros(3, dtype=np.int64)
        start = np.ascontiguousarray(circle, dtype=np.int64)
        _state_code.seat_everyone(start, *self._state, self._team)

    @property
    def _state(self) -> tuple[Any, ...]:
        people = (self.table, self.group, self.members, self.count, self.ties, self.own, self.faults)
        return (*people, self.codes, self.kinds, self.most)

    @property
    def broken(self) -> npt.NDArray[np.bool_]:
        """Which circles hold a forbidden pair or break a rule."""
        forbidden = np.zeros(len(self.count), dtype=bool)
        bad = np.flatnonzero((self.own < 0) & (self.group < len(self.count)))
        forbidden[self.group[bad]] = True
        return forbidden | (self.faults[:-1] > 0)

    def descend(self, *, evict: bool = False, control: Control | None = None) -> int:
        """Improve until nobody can do better by a swap or a move; return how many sweeps that took.

        Raises `Stopped` if asked to stop: what there is then is a state like any other.
        """
        n = len(self.group)
        for sweeps in range(1, _MOST_SWEEPS + 1):
            gained = 0
            for begin in range(0, n, _PER_CALL):
                if control is not None:
                    control.check()
                gained += _moves_code.sweep(
                    begin,
                    min(begin + _PER_CALL, n),
                    int(evict),
                    self.smallest,
                    self.capacity,
                    *self._state,
                    self._team,
                    self._column,
                    self._done,
                )
            if gained == 0:
                return sweeps
        return _MOST_SWEEPS

    def shake(self, picks: IntArray, control: Control | None = None) -> int:
        """Swap people at random, mend, and keep what is no worse; return what was gained.

        Parameters
        ----------
        picks : int64 array, shape (kicks, 2 k)
            Whom to swap, two by two.
        """
        n = len(self.group)
        waiting, queued = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
        log, saved = np.zeros((4096, 2), dtype=np.int64), np.zeros_like(self.capacity)
        gained = 0
        for begin in range(0, len(picks), _KICKS_PER_CALL):
            if control is not None:
                control.check()
            gained += _kicks_code.kick_and_mend(
                np.ascontiguousarray(picks[begin : begin + _KICKS_PER_CALL]),
                self.smallest,
                self.capacity,
                saved,
                *self._state,
                self._team,
                self._column,
                self._done,
                waiting,
                queued,
                log,
            )
        return gained

    def break_up(self) -> None:
        """Take the seats of all who sit in a circle that is not allowed: the last resort."""
        self._reseat(np.where(np.append(self.broken, False)[self.group], len(self.count), self.group))

    def _reseat(self, circle: IntArray) -> None:
        self.group[:] = len(self.count)
        for array in (self.count, self.ties, self.own, self.faults):
            array[:] = 0
        _state_code.seat_everyone(circle, *self._state, self._team)

    def fill_up(self) -> bool:
        """Seat three people or more without a seat in an empty circle where they may sit together; whether it could be.

        Single people find empty seats by themselves in `descend`; nobody would start an empty circle alone.
        """
        m = len(self.count)
        changed = False
        for g in np.flatnonzero(self.count == 0).tolist():
            free = np.flatnonzero(self.group == m)
            team = self._team_of(free, int(self.capacity[g]))
            if team is None:
                continue
            circle = self.group.copy()
            circle[team] = g
            self._reseat(circle)
            changed = True
        return changed

    def _team_of(self, free: IntArray, size: int) -> IntArray | None:
        """Return some people who may sit together, by adding whoever fits best; None if too few are found."""
        for first in free.tolist():
            team = [first]
            open_to = free[(self.table[first, free] >= 0) & (free != first)]
            while len(team) < size and len(open_to):
                fits = self.table[np.ix_(open_to, team)].astype(np.int64).sum(axis=1)
                chosen = int(open_to[int(fits.argmax())])
                team.append(chosen)
                open_to = open_to[(self.table[chosen, open_to] >= 0) & (open_to != chosen)]
            for members in range(len(team), self.smallest - 1, -1):
                if not self._breaks(team[:members]):
                    return np.array(team[:members], dtype=np.int64)
        return None

    def _breaks(self, team: list[int]) -> bool:
        rules = (
            CircleRule(kind, self.codes[k], int(self.most[k]) or None)
            for k, kind in enumerate([list(_KINDS)[kind] for kind in self.kinds.tolist()])
        )
        return any(rule.breaches(np.array(team, dtype=np.int64)) for rule in rules)


def search(
    seating: Seating, kicks: int, rng: np.random.Generator, control: Control | None = None
) -> dict[str, int]:
    """Bring a state to a local optimum that breaks nothing, and shake it; return what was counted.

    First with everybody kept in their seats; circles that still break a rule then are shaken, and at last lose people
    until they are allowed.
    """
    stats = {"sweeps": seating.descend(control=control), "kicks": 0}
    _repair(seating, rng, stats, control)
    if len(seating.count) > 1 and kicks > 0:
        n = len(seating.group)
        gained = seating.shake(rng.integers(0, n, (kicks, 4)), control)
        stats["kicks"] += kicks
        if gained:
            stats["sweeps"] += seating.descend(control=control)
    return stats


def _repair(
    seating: Seating, rng: np.random.Generator, stats: dict[str, int], control: Control | None
) -> None:
    """Leave no circle that is not allowed."""
    n, before, patience = len(seating.group), len(seating.count) + 1, 3
    while patience:
        broken = np.flatnonzero(seating.broken)
        if not len(broken):
            break
        if len(broken) >= before:
            patience -= 1
        before = min(before, len(broken))
        inside = np.flatnonzero(np.isin(seating.group, broken))
        kicks = min(2000, 20 * len(inside))
        picks = rng.integers(0, n, (kicks, 4))
        picks[:, 0] = inside[rng.integers(0, len(inside), kicks)]
        seating.shake(picks, control)
        stats["kicks"] += kicks
        stats["sweeps"] += seating.descend(control=control)
    if seating.broken.any():
        stats["sweeps"] += seating.descend(evict=True, control=control)
        while seating.broken.any():
            seating.break_up()
            stats["sweeps"] += seating.descend(control=control)
    while (seating.group == len(seating.count)).any() and seating.fill_up():
        stats["sweeps"] += seating.descend(control=control)
