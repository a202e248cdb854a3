"""Irving's first phase where only the best few of everyone's list are known, and the lists that it leaves.

Idea
    Whoever proposes needs the next on their own list; whoever is proposed to only compares two worths of their own,
    and needs no list. So phase 1 can run on lists of everyone's best few, as long as nobody gets to the end of a list
    that goes on; who does waits until it has been made longer. The result does not depend on the order of proposals.
    Afterwards everyone's list ends with the one whose proposal they hold.
Cost
    Linear in the entries that are proposed to; for the lists, in the rows read.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from peermatch.kernels._jit import in_place_kernel
from peermatch.kernels.utility_lists import first_column, sort_list

__all__ = ["collect_down_to", "count_down_to", "propose"]

Long = npt.NDArray[np.int64]
Short = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

_FORBIDDEN = np.iinfo(np.int64).min


@in_place_kernel
def turn(y: int, x: int, n: int, order: int) -> int:
    """Return where y stands among those who are worth the same to x."""
    place = y - first_column(x, n, order)
    return place + n if place < 0 else place


@in_place_kernel
def propose(
    start: Long, name: Short, back: Long, order: int, first: Long, holds: Long, held: Long, spent: Flags
) -> None:
    """Let everyone who is not held propose down their list until they are, or get to its end: then they are `spent`.

    ``back[e]`` is what the owner of an entry is worth to the one named, and ``held[y]`` what the one is worth whose
    proposal y holds, ``holds[y]``; -1 and FORBIDDEN for nobody. ``first`` is where everyone stands. Only who is
    `spent` on entry has anything to propose.
    """
    n = len(start) - 1
    for person in range(n):
        x = person if spent[person] else -1
        while x >= 0:
            spent[x] = False
            k, length = first[x], start[x + 1] - start[x]
            rejected = -1
            while k < length:
                e = start[x] + k
                y = name[e]
                better = back[e] > held[y]
                if back[e] == held[y] and back[e] != _FORBIDDEN:
                    better = holds[y] < 0 or turn(x, y, n, order) < turn(holds[y], y, n, order)
                if better:
                    rejected = holds[y]
                    holds[y], held[y] = x, back[e]
                    break
                k += 1
            first[x] = k
            if k == length:
                spent[x] = True
            x = rejected


@in_place_kernel
def count_down_to(
    utility: npt.NDArray[np.int64], lowest: Long, above: Long, equal: Long, allowed: Long
) -> None:
    """Count in each row what is worth more than `lowest`, what is worth the same, and what is allowed."""
    for i in range(len(lowest)):
        row, floor = utility[i], lowest[i]
        more, same, all_of_them = 0, 0, 0
        for y in range(len(row)):
            more += row[y] > floor
            same += row[y] == floor
            all_of_them += row[y] != _FORBIDDEN
        above[i], equal[i], allowed[i] = more, same if floor != _FORBIDDEN else 0, all_of_them


@in_place_kernel
def collect_down_to(
    rows: Long,
    utility: npt.NDArray[np.int64],
    order: int,
    lowest: Long,
    equals: Long,
    start: Long,
    worth: Long,
    name: Short,
    old_worth: Long,
    old_name: Short,
) -> None:
    """Write what is worth more than `lowest`, and the first `equals` of what is worth the same, best first."""
    n = utility.shape[1]
    for i in range(len(rows)):
        row, floor, left = utility[i], lowest[i], equals[i]
        begin = first_column(rows[i], n, order)
        k = start[i]
        for j in range(n):
            y = begin + j
            if y >= n:
                y -= n
            w = row[y]
            if w > floor or (w == floor and left > 0):
                left -= w == floor
                worth[k], name[k] = w, y
                k += 1
        sort_list(worth[start[i] : k], name[start[i] : k], old_worth, old_name)
