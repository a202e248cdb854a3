"""Everyone's list out of what others are worth to them: all of it, or the best few.

Idea
    Equals are first put in the order in which they shall stay (columns ascend from somewhere and go on at 0, see
    `first_column`), and a stable sort then puts higher utilities first. Where only the best few are wanted, a heap
    of that many finds the lowest worth that is good enough in one look at a row, and a second look collects.
Cost
    Of a row with m entries: O(m log m) for all of it, O(m + k log k log m) for the k best of them where their order
    is no worse than random, O(m log k) at worst.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from peermatch.kernels._jit import in_place_kernel

__all__ = ["best_of_rows", "sort_rows"]

Long = npt.NDArray[np.int64]
Short = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

_FORBIDDEN = np.iinfo(np.int64).min
_RUN = 16  # up to so many, insertion is the fastest way to sort


@in_place_kernel
def first_column(x: int, n: int, order: int) -> int:
    """Return which column comes first among equals in x's row: the lowest (0), the next after x (1), or n - x (2).

    That is by column, by (column - row) mod n, or by (column + row) mod n, which is the same from both sides.
    """
    if order == 0:
        return 0
    return (x + 1) % n if order == 1 else (n - x) % n


@in_place_kernel
def sort_run(worth: Long, name: Short, begin: int, end: int) -> None:
    """Sort part of a list, higher worth first, by insertion; equals stay in order."""
    for i in range(begin + 1, end):
        w, y = worth[i], name[i]
        j = i
        while j > begin and worth[j - 1] < w:
            worth[j], name[j] = worth[j - 1], name[j - 1]
            j -= 1
        worth[j], name[j] = w, y


@in_place_kernel
def merge(
    worth: Long, name: Short, begin: int, middle: int, end: int, old_worth: Long, old_name: Short
) -> None:
    """Merge two sorted parts that lie one behind the other; equals stay in order."""
    if worth[middle - 1] >= worth[middle]:
        return
    for i in range(begin, middle):
        old_worth[i], old_name[i] = worth[i], name[i]
    i, j = begin, middle
    for k in range(begin, end):
        if i == middle:
            return
        if j < end and worth[j] > old_worth[i]:
            worth[k], name[k] = worth[j], name[j]
            j += 1
        else:
            worth[k], name[k] = old_worth[i], old_name[i]
            i += 1


@in_place_kernel
def sort_list(worth: Long, name: Short, old_worth: Long, old_name: Short) -> None:
    """Sort a list, higher worth first; equals stay in order. The other two arrays are at least as long: work space."""
    length = len(worth)
    for begin in range(0, length, _RUN):
        sort_run(worth, name, begin, min(length, begin + _RUN))
    width = _RUN
    while width < length:
        for begin in range(0, length - width, 2 * width):
            merge(worth, name, begin, begin + width, min(length, begin + 2 * width), old_worth, old_name)
        width *= 2


@in_place_kernel
def sort_rows(
    start: Long,
    column: Long,
    utility: Long,
    order: int,
    worth: Long,
    name: Short,
    old_worth: Long,
    old_name: Short,
) -> int:
    """Write every row's entries in order, best first; return how many people are found on their own row.

    Columns ascend within rows. For the order of equals see `first_column`.
    """
    selves, n = 0, len(start) - 1
    for x in range(n):
        before = first_column(x, n, order)
        begin, end = start[x], start[x + 1]
        middle = begin
        while middle < end and column[middle] < before:
            middle += 1
        k = begin
        for e in range(middle, end):
            worth[k], name[k] = utility[e], column[e]
            k += 1
        for e in range(begin, middle):
            worth[k], name[k] = utility[e], column[e]
            k += 1
        for e in range(begin, end):
            selves += column[e] == x
        sort_list(worth[begin:end], name[begin:end], old_worth, old_name)
    return selves


@in_place_kernel
def least_good_enough(row: Long, heap: Long) -> tuple[int, int]:
    """Return the k-th highest allowed worth of a row, where k is the heap's length, and how many are allowed.

    The worth is FORBIDDEN if fewer are allowed.
    """
    k = len(heap)
    for i in range(k):
        heap[i] = _FORBIDDEN
    allowed = 0
    for y in range(len(row)):
        w = row[y]
        allowed += w != _FORBIDDEN
        if w <= heap[0]:
            continue
        i = 0
        while 2 * i + 1 < k:  # the lowest is on top; the new one sinks from there
            child = 2 * i + 1
            if child + 1 < k and heap[child + 1] < heap[child]:
                child += 1
            if heap[child] >= w:
                break
            heap[i] = heap[child]
            i = child
        heap[i] = w
    return heap[0], allowed


@in_place_kernel
def best_of_rows(
    rows: Long,
    utility: npt.NDArray[np.int64],
    order: int,
    heap: Long,
    worth: npt.NDArray[np.int64],
    name: npt.NDArray[np.int32],
    length: Long,
    allowed: Long,
    cut: Long,
    old_worth: Long,
    old_name: Short,
) -> None:
    """Write the best of each row, in order: as many as the heap is long, and all who are as good as the last of them.

    If these are more than the width of `worth`, that group of equals is cut in its order, and ``cut`` is its rank; else
    it is 0.
    """
    n, k = utility.shape[1], len(heap)
    for i in range(len(rows)):
        row, x = utility[i], rows[i]
        lowest, allowed[i] = least_good_enough(row, heap)
        above, equal = 0, 0
        for y in range(n):
            above += row[y] > lowest
            equal += row[y] == lowest
        if lowest == _FORBIDDEN:
            equal = 0
        cut[i] = 0
        if above + equal > worth.shape[1]:
            equal = k - above
            cut[i] = above + 1
        begin = first_column(x, n, order)
        size = 0
        for j in range(n):
            y = begin + j
            if y >= n:
                y -= n
            w = row[y]
            if w > lowest or (w == lowest and equal > 0):
                equal -= w == lowest
                worth[i, size], name[i, size] = w, y
                size += 1
        length[i] = size
        sort_list(worth[i, :size], name[i, :size], old_worth, old_name)
