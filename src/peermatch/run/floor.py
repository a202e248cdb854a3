"""The quality floor: pairs that score below it are not made, and count as removed by a rule."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from peermatch.criteria import EnforcedRule, Enforcement, Rule, Sides
from peermatch.errors import InfeasibleError
from peermatch.explain.wording import score_text
from peermatch.problem import FORBIDDEN, GRID, IntArray
from peermatch.scoring import LazyScores

if TYPE_CHECKING:
    from peermatch.criteria.program import ProgramWriter

__all__ = ["ScoreFloorMask", "floor_on_grid", "refuse_weak_demands", "with_floor"]

_CELLS = 1 << 21

Bools = npt.NDArray[np.bool_]


def floor_on_grid(floor: float | None) -> int | None:
    """Return a floor on the grid that scores stand on, so that a score that is shown as the floor reaches it."""
    return None if floor is None else int(np.rint(floor * GRID))


@dataclass(frozen=True, eq=False)
class ScoreFloorMask:
    """A mask of pairs that no rule excludes and that score below a floor.

    Parameters
    ----------
    scores : LazyScores
    floor : int
        On the grid of 2**-30.
    """

    scores: LazyScores
    floor: int

    @property
    def compiles(self) -> bool:
        """Always False: it asks scores, of which compiled code knows no others than its own."""
        return False

    def write(self, writer: ProgramWriter, row: npt.NDArray[Any]) -> None:
        """Never called, since it does not compile."""
        raise TypeError("A floor on scores asks scores; compiled code cannot hold it.")

    def tile(self, rows: IntArray, columns: IntArray) -> Bools:
        """Return True where the row's person may not have the column's."""
        if len(columns) == self.scores.shape[1]:
            return self._below(self.scores.block(rows)[:, columns])
        u, v = np.repeat(rows, len(columns)), np.tile(columns, len(rows))
        return self.pairs(u, v).reshape(len(rows), len(columns))

    def pairs(self, u: IntArray, v: IntArray) -> Bools:
        """Return True where row u[i] may not have column v[i]."""
        return self._below(self.scores.at(u, v))

    def take(self, left: IntArray, right: IntArray) -> ScoreFloorMask:
        """Return the same mask for these rows and columns."""
        return replace(self, scores=self.scores.take(left, right))

    def count(self) -> int:
        """Count the pairs that are below the floor, by one look at all of them."""
        rows, columns = self.scores.shape
        step = max(1, _CELLS // max(1, columns))
        total = 0
        for start in range(0, rows, step):
            some = np.arange(start, min(rows, start + step), dtype=np.int64)
            total += int(np.count_nonzero(self._below(self.scores.block(some))))
        return total if self.scores.two_sided else total // 2

    def _below(self, scores: IntArray) -> Bools:
        return np.asarray((scores != FORBIDDEN) & (scores < self.floor))


def with_floor(enforcement: Enforcement, scores: LazyScores, floor: float, sides: Sides) -> Enforcement:
    """Return the rules with one more: the floor.

    Raises
    ------
    InfeasibleError
        If a demanded pair scores below the floor.
    """
    least = floor_on_grid(floor)
    assert least is not None
    mask = ScoreFloorMask(scores, least)
    refuse_weak_demands(enforcement.required, scores, least, floor, sides)
    rule = EnforcedRule(Rule("floor", f"floor of {floor:g}"), mask, mask.count(), "")
    return replace(enforcement, rules=(*enforcement.rules, rule))


def refuse_weak_demands(
    required: IntArray, scores: LazyScores, least: int, floor: float, sides: Sides
) -> None:
    """Raise InfeasibleError where a demanded pair scores below a floor.

    Parameters
    ----------
    required : int64 array, shape (m, 2)
        The demanded pairs.
    scores : LazyScores
    least : int
        The floor on the grid of 2**-30.
    floor : float
        The same as it was told.
    sides : Sides
    """
    values = scores.at(required[:, 0], required[:, 1])
    weak = np.flatnonzero(values < least)
    if not weak.size:
        return
    u, v = required[weak[0]].tolist()
    ids = [sides.left.ids[u], sides.columns_side.ids[v]]
    raise InfeasibleError(
        f"The demanded pair of {ids[0]!r} and {ids[1]!r} scores {score_text(int(values[weak[0]]))}, below the floor of "
        f"{floor:g}. Lower the floor, or drop the demand.",
        [{"rule": "require", "ids": ids}, {"rule": "floor", "ids": ids}],
    )
