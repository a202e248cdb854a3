"""A stable matching where every pair is worth the same to both: there always is one, and it is found directly."""

from __future__ import annotations

import numpy as np

from peermatch.errors import InputError, error_item
from peermatch.problem import FORBIDDEN, Control, Entries, IntArray, PairScores
from peermatch.problem.listed import ListedUtilities
from peermatch.solvers.preference_lists import starts_of

__all__ = ["symmetric_entries", "symmetric_matching"]

_LOOKED_THROUGH = 3000
_ROWS_PER_BLOCK = 256


def symmetric_entries(
    scores: PairScores, *, control: Control | None = None, looked_through: int = _LOOKED_THROUGH
) -> Entries | None:
    """Return what each allowed pair is worth, if it is the same to both of them; else None.

    Scores that list their pairs (`peermatch.problem.listed.ListedUtilities`) are compared entry by entry; others
    only in pools of up to `looked_through` people, by looking at all pairs, and larger ones are taken for asymmetric.

    Parameters
    ----------
    scores : PairScores
        One pool.
    control : Control, optional
    looked_through : int, default 3000

    Returns
    -------
    Entries or None

    Raises
    ------
    Stopped
        If `control` says so.

    Examples
    --------
    >>> from peermatch.problem import DenseScores
    >>> symmetric_entries(DenseScores([[0, 5], [5, 0]])).utility
    array([5, 5])
    >>> symmetric_entries(DenseScores([[0, 5], [5, 0]], utilities=[[0, 1], [2, 0]])) is None
    True
    """
    if not isinstance(scores, ListedUtilities):
        return _by_blocks(scores, control) if scores.shape[0] <= looked_through else None
    entries = _as_kernels_want(scores.entries())
    return entries if _asymmetry(entries) < 0 else None


def symmetric_matching(entries: Entries) -> IntArray:
    """Return everybody's partner in the stable matching of symmetric utilities, -1 for nobody.

    Equal pairs are ordered by position, lower first; by (smaller, larger) for the whole pool, so that there is always
    exactly one matching that is stable under this order. It is stable also where equals are left as they are: no
    two people both gain by leaving for each other.

    Parameters
    ----------
    entries : Entries
        As `symmetric_entries` returns them: every pair from both sides.

    Returns
    -------
    int64 array, shape (n,)

    Raises
    ------
    InputError
        If the entries are not symmetric, or list somebody as a partner of their own.

    Notes
    -----
    Apart from sorting everybody's list, time and memory are linear in the entries.

    References
    ----------
    D. J. Abraham, A. Levavi, D. F. Manlove, G. O'Malley (2008), The stable roommates problem with globally ranked
    pairs, Internet Mathematics 5.

    Examples
    --------
    >>> from peermatch.problem import SparseScores
    >>> symmetric_matching(SparseScores([0, 1, 2], [1, 2, 3], [5, 7, 5], shape=(4, 4)).entries())
    array([-1,  2,  1, -1])
    """
    from peermatch.kernels.symmetric import pair_best
    from peermatch.solvers.prefix_lists import sorted_entries

    entries = _as_kernels_want(entries)
    fault = _asymmetry(entries)
    if fault >= 0:
        message = (
            f"Utilities must be the same for both of a pair; entry {fault} has no equal on the other side."
        )
        raise InputError(
            error_item("not_symmetric", message, found=fault, accepted="each pair twice, worth the same")
        )
    name = sorted_entries(entries, "position")[0]
    n = len(entries.start) - 1
    mate = np.full(n, -1, dtype=np.int64)
    pair_best(entries.start, name, mate, np.zeros(n, dtype=np.int64), np.empty(n, dtype=np.int64))
    return mate


def _asymmetry(entries: Entries) -> int:
    """Return an entry that has no equal on the other side, or -1."""
    from peermatch.kernels.symmetric import entries_asymmetry

    seen = np.zeros(len(entries.start) - 1, dtype=np.int64)
    return int(entries_asymmetry(entries.start, entries.column, entries.utility, seen))


def _as_kernels_want(entries: Entries) -> Entries:
    return Entries(
        *(
            np.ascontiguousarray(part, dtype=np.int64)
            for part in (entries.start, entries.column, entries.utility)
        )
    )


def _by_blocks(scores: PairScores, control: Control | None) -> Entries | None:
    n = scores.shape[0]
    whole = np.empty((n, n), dtype=np.int64)
    for begin in range(0, n, _ROWS_PER_BLOCK):
        if control is not None:
            control.check()
        rows = np.arange(begin, min(n, begin + _ROWS_PER_BLOCK), dtype=np.int64)
        whole[rows] = scores.utilities(rows)
        known = whole[: begin + len(rows), rows]  # what those so far think of these, and these of each other
        if not np.array_equal(known, whole[rows, : begin + len(rows)].T):
            return None
    listed = whole != FORBIDDEN
    return Entries(starts_of(listed.sum(axis=1)), np.nonzero(listed)[1], whole[listed])
