"""Everything about preference lists in one place: how they are made, and Irving's phases on them.

Lists come from positions that people wrote down (`lists_from_positions`), or from directed utilities
(`lists_from_utilities`; `peermatch.solvers.prefix_lists` for pools that are too large for everybody's whole list).
"""

from __future__ import annotations

import numpy as np

from peermatch.problem import FORBIDDEN, Control, PairScores
from peermatch.solvers.phases import Phases, partition_fault, phase_one, phase_two, phases, stable_partition
from peermatch.solvers.positions import lists_from_positions
from peermatch.solvers.preference_lists import ORDERS, TIE_BREAKS, PreferenceLists, make_lists, starts_of

__all__ = [
    "ORDERS",
    "TIE_BREAKS",
    "Phases",
    "PreferenceLists",
    "lists_from_positions",
    "lists_from_utilities",
    "partition_fault",
    "phase_one",
    "phase_two",
    "phases",
    "stable_partition",
]

_CELLS_PER_BLOCK = 1 << 21


def lists_from_utilities(
    scores: PairScores, *, ties: str = "rotation", control: Control | None = None
) -> PreferenceLists:
    """Build everyone's list from directed utilities: higher first, forbidden pairs left out.

    Parameters
    ----------
    scores : PairScores
        One pool.
    ties : {"rotation", "position", "sum"}
        Equal utilities are ordered by (column - row) mod n, so that nobody is favoured for their place in the
        table; by position, lower first; or by (column + row) mod n, which is the same from both sides.
    control : Control, optional

    Raises
    ------
    Stopped
        If `control` says so.

    Examples
    --------
    >>> from peermatch.problem import DenseScores
    >>> lists_from_utilities(DenseScores(np.array([[0, 5, 7], [5, 0, 1], [7, 1, 0]]))).partner
    array([2, 1, 0, 2, 0, 1], dtype=int32)
    """
    n = scores.shape[0]
    lengths, parts, ties_of = (
        np.zeros(n, dtype=np.int64),
        [np.zeros(0, dtype=np.int32)],
        [np.zeros(0, dtype=bool)],
    )
    step = max(1, _CELLS_PER_BLOCK // max(1, n))
    for begin in range(0, n, step):
        if control is not None:
            control.check()
            control.report("reading preferences", begin, n)
        rows = np.arange(begin, min(n, begin + step), dtype=np.int64)
        columns = np.broadcast_to(np.arange(n), (len(rows), n))
        utility = np.array(scores.utilities(rows))
        if ties != "position":
            shift = rows if ties == "rotation" else -rows
            columns = (columns + shift[:, None]) % n
            utility = np.take_along_axis(utility, columns, axis=1)
        # ~u falls as u rises and cannot overflow; the forbidden ones come last; the sort keeps the order of ties
        order = np.argsort(~utility, axis=1, kind="stable")
        utility = np.take_along_axis(utility, order, axis=1)
        listed = utility != FORBIDDEN
        lengths[rows] = listed.sum(axis=1)
        parts.append(np.take_along_axis(columns, order, axis=1)[listed].astype(np.int32))
        as_before = np.zeros(utility.shape, dtype=bool)
        as_before[:, 1:] = utility[:, 1:] == utility[:, :-1]
        ties_of.append(as_before[listed])
    return make_lists(starts_of(lengths), np.concatenate(parts), np.concatenate(ties_of))
