"""An attack on a table of groups: what follows from everything that shows, by linear programming."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.optimize import linprog

__all__ = ["CELLS", "Attack"]

OUT, UNMATCHED, PAIRED, WORTH = range(4)
CELLS = {
    "people": (OUT, UNMATCHED, PAIRED),
    "taking_part": (UNMATCHED, PAIRED),
    "paired": (PAIRED,),
    "unmatched": (UNMATCHED,),
}
"""Which of the three sorts of people each cell counts: not taking part, without a partner, with one."""

_HALF = 0.0005
"""A number that shows three digits is known up to this."""


class Attack:
    """Equations and bounds on how many people of each sort each group has, and on what they have together.

    Nobody's pair is worth more than 1, so a group's mean bounds from below how many of it are paired; and it is worth
    at least the lowest that shows, which bounds that from above.

    Parameters
    ----------
    rows : sequence of mappings
        Everyone first, then the groups: the cells of `CELLS`, and mean and lowest where there are; None where hidden.
    """

    def __init__(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self.n = len(rows) - 1
        self.equal: list[tuple[np.ndarray, float]] = []
        self.less: list[tuple[np.ndarray, float]] = []
        for g in range(self.n):
            self._bound([g], {WORTH: 1.0, PAIRED: -1.0}, 0.0)
        for at, row in enumerate(rows):
            members = list(range(self.n)) if at == 0 else [at - 1]
            for name, parts in CELLS.items():
                if row[name] is not None:
                    self.equal.append((self._row(members, dict.fromkeys(parts, 1.0)), float(row[name])))
            if row.get("mean") is not None and row["taking_part"] is not None:
                people = row["taking_part"]
                self._bound(members, {WORTH: 1.0}, (row["mean"] + _HALF) * people)
                self._bound(members, {WORTH: -1.0}, -(row["mean"] - _HALF) * people)
            if row.get("lowest") is not None:
                for g in members:
                    self._bound([g], {PAIRED: row["lowest"] - _HALF, WORTH: -1.0}, 0.0)

    def _row(self, members: Sequence[int], parts: Mapping[int, float]) -> np.ndarray:
        row = np.zeros((self.n, 4))
        for g in members:
            for part, factor in parts.items():
                row[g, part] = factor
        return row.ravel()

    def _bound(self, members: Sequence[int], parts: Mapping[int, float], most: float) -> None:
        self.less.append((self._row(members, parts), most))

    def interval(self, group: int, cell: str) -> tuple[float, float]:
        """The least and the greatest number that a cell of a group could hold; -1 stands for everyone."""
        members = range(self.n) if group < 0 else [group]
        goal, ends = self._row(list(members), dict.fromkeys(CELLS[cell], 1.0)), []
        equal, less = self.equal, self.less
        for sign in (1, -1):
            found = linprog(
                sign * goal,
                A_eq=np.array([row for row, _ in equal]) if equal else None,
                b_eq=np.array([value for _, value in equal]) if equal else None,
                A_ub=np.array([row for row, _ in less]),
                b_ub=np.array([value for _, value in less]),
                bounds=(0, None),
                method="highs",
            )
            assert found.status in (0, 3), found.message
            ends.append(sign * found.fun if found.status == 0 else -sign * np.inf)
        return ends[0], ends[1]
