"""An attack on a table of groups: what follows from everything that shows, by linear programming."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.optimize import linprog

__all__ = ["CELLS", "Attack"]

OUT, UNMATCHED, PAIRED = range(3)
CELLS = {
    "people": (OUT, UNMATCHED, PAIRED),
    "taking_part": (UNMATCHED, PAIRED),
    "paired": (PAIRED,),
    "unmatched": (UNMATCHED,),
}
"""Which of the three sorts of people each cell counts: not taking part, without a partner, with one."""


class Attack:
    """Equations between how many people of each sort each group has.

    Parameters
    ----------
    rows : sequence of mappings
        Everyone first, then the groups: the cells of `CELLS`, None where hidden.
    """

    def __init__(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self.n = len(rows) - 1
        self.left: list[np.ndarray] = []
        self.values: list[float] = []
        for at, row in enumerate(rows):
            members = list(range(self.n)) if at == 0 else [at - 1]
            for name, parts in CELLS.items():
                if row[name] is not None:
                    self.left.append(self._row(members, parts))
                    self.values.append(float(row[name]))

    def _row(self, members: Sequence[int], parts: Sequence[int]) -> np.ndarray:
        row = np.zeros((self.n, 3))
        for g in members:
            row[g, list(parts)] = 1
        return row.ravel()

    def interval(self, group: int, cell: str) -> tuple[float, float]:
        """The least and the greatest number that a cell of a group could hold."""
        goal, ends = self._row([group], CELLS[cell]), []
        for sign in (1, -1):
            found = linprog(
                sign * goal,
                A_eq=np.array(self.left) if self.left else None,
                b_eq=np.array(self.values) if self.left else None,
                bounds=(0, None),
                method="highs",
            )
            assert found.status in (0, 3), found.message
            ends.append(sign * found.fun if found.status == 0 else -sign * np.inf)
        return ends[0], ends[1]
