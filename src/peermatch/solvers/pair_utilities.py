"""What pairings are worth to one side, pair by pair, and the few lists that a fallback in a large pool needs."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from peermatch.problem import FORBIDDEN, Control, Entries, IntArray, PairScores
from peermatch.problem.listed import ListedUtilities
from peermatch.solvers.preference_lists import PreferenceLists, starts_of
from peermatch.solvers.prefix_lists import lists_from_entries, row_blocks

__all__ = ["lists_around", "utility_of_pairs"]


def utility_of_pairs(scores: PairScores, u: IntArray, v: IntArray) -> IntArray:
    """Return what each allowed pair is worth to ``u[i]``, in one pool.

    Examples
    --------
    >>> from peermatch.problem import DenseScores
    >>> utility_of_pairs(DenseScores([[0, 5], [5, 0]]), np.array([0]), np.array([1]))
    array([5])
    """
    if isinstance(scores, ListedUtilities):
        entries = scores.entries()
        n = max(1, scores.shape[0])
        owner = np.repeat(np.arange(scores.shape[0]), np.diff(entries.start))
        place = np.searchsorted(owner * n + entries.column, u * n + v)
        return np.asarray(entries.utility)[place]
    people, line = np.unique(u, return_inverse=True)
    out = np.empty(len(u), dtype=np.int64)
    for block in row_blocks(len(people), scores.shape[0], "reading preferences", None):
        here = np.flatnonzero((line >= block[0]) & (line <= block[-1]))
        out[here] = scores.utilities(people[block])[line[here] - block[0], v[here]]
    return out


def lists_around(
    scores: PairScores, people: IntArray, mate: IntArray, control: Control | None = None
) -> PreferenceLists:
    """Return lists of all allowed pairs with some people in them, and of the pairs of a matching.

    Where a pair can only block with one of these people in it, these lists show all that block. Of others, only those
    are on the list of such a person who would leave their partner for them.

    Parameters
    ----------
    scores : PairScores
        One pool.
    people : int64 array
    mate : int64 array, shape (n,)
        The partners of all others, -1 for nobody.
    control : Control, optional

    Examples
    --------
    >>> from peermatch.problem import DenseScores
    >>> lists = lists_around(DenseScores([[0, 5, 1], [5, 0, 2], [1, 2, 0]]), np.array([2]), np.array([1, 0, -1]))
    >>> lists.lengths
    array([1, 1, 0])
    """
    n = len(mate)
    have = np.full(n, FORBIDDEN, dtype=np.int64)
    paired = np.flatnonzero(mate >= 0)
    have[paired] = utility_of_pairs(scores, paired, mate[paired])
    u, v, worth = [paired], [mate[paired]], [have[paired]]
    of_them = _seen_by_all(scores, people, control)
    for block in row_blocks(len(people), n, "reading preferences", control):
        mine = np.array(scores.utilities(people[block]))
        for line, x in zip(block.tolist(), people[block].tolist(), strict=True):
            theirs = of_them[:, line]
            wanted = np.flatnonzero((mine[line - block[0]] != FORBIDDEN) & (theirs > have))
            u += [np.full(len(wanted), x), wanted]
            v += [wanted, np.full(len(wanted), x)]
            worth += [mine[line - block[0]][wanted], theirs[wanted]]
    return lists_from_entries(_entries(n, np.concatenate(u), np.concatenate(v), np.concatenate(worth)))


def _seen_by_all(scores: PairScores, people: IntArray, control: Control | None) -> npt.NDArray[np.int64]:
    """What these people are worth to everybody, shape (n, people); whatever it is where the pair is forbidden."""
    n = scores.shape[0]
    pairwise: Any = getattr(scores, "utilities_at", None)
    out = np.empty((n, len(people)), dtype=np.int64)
    if pairwise is not None:
        for k, x in enumerate(people.tolist()):
            out[:, k] = pairwise(np.full(n, x, dtype=np.int64), np.arange(n, dtype=np.int64))[1]
        return out
    for rows in row_blocks(n, n, "reading preferences", control):
        out[rows] = scores.utilities(rows)[:, people]
    return out


def _entries(n: int, u: IntArray, v: IntArray, worth: IntArray) -> Entries:
    """Sort entries, and keep each once."""
    key, place = np.unique(u * n + v, return_index=True)
    start = starts_of(np.bincount(key // max(1, n), minlength=n))
    return Entries(start, key % max(1, n), worth[place])
