"""Preference lists out of utilities that hold every stable matching of a large pool.

Irving's first phase strikes pairs that are in no stable matching. It is run here on all pairs, although
only the best few of everyone are known (`peermatch.kernels.proposals`): proposals go down these lists, and whoever
gets to the end of one that goes on is read further. Then one look at everyone's utilities keeps what is at least
as good as the proposal that they hold. What phase 1 leaves of these lists is what it leaves of whole ones, and so
both have the same stable matchings and the same stable partitions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from peermatch.problem import FORBIDDEN, Control, IntArray, PairScores
from peermatch.solvers.preference_lists import ORDER_CODES, PreferenceLists, check_size, starts_of
from peermatch.solvers.prefix_lists import AT_FIRST, GROWTH, Prefixes, as_before, read_best, row_blocks

__all__ = ["proposal_lists"]


def proposal_lists(
    scores: PairScores, *, ties: str = "rotation", control: Control | None = None, at_first: int = AT_FIRST
) -> PreferenceLists:
    """Build as much of everyone's list as any stable matching can need, under one order of ties.

    Parameters
    ----------
    scores, ties, control, at_first
        As for `peermatch.solvers.prefix_lists.lists_of_problem`.

    Returns
    -------
    PreferenceLists
        Of the n people of a pool with random preferences, everybody's list has some n / log(n) before the two sides are
        compared.

    Notes
    -----
    Reads all utilities twice, and those of people who are rejected by many more often; and pair by pair what people are
    worth to those on their lists, where ``scores.utilities_at`` can tell, else by one more look at all.

    References
    ----------
    R. W. Irving (1985), An efficient algorithm for the "stable roommates" problem, Journal of Algorithms 6.

    Examples
    --------
    >>> from peermatch.problem import DenseScores
    >>> proposal_lists(DenseScores([[0, 5, 1], [5, 0, 2], [1, 2, 0]]), at_first=1).partner
    array([1, 0], dtype=int32)
    """
    n = scores.shape[0]
    everybody, k = np.arange(n, dtype=np.int64), max(1, at_first)
    best = read_best(scores, everybody, k, ties, control)
    state = _Proposals.of(n)
    back = _seen_back(scores, best, everybody, control)
    while True:
        state.go_on(best, back, ties)
        waiting = np.flatnonzero(state.spent & best.short)
        if not len(waiting):
            break
        k *= GROWTH
        old_lengths = np.diff(best.start)
        more = read_best(scores, waiting, k, ties, control)
        best = best.with_rows(waiting, more)
        back = _with_rows(
            back, old_lengths, waiting, np.diff(more.start), _seen_back(scores, more, waiting, control)
        )
    return _down_to_held(scores, state.held, ties, control)


@dataclass
class _Proposals:
    """How far phase 1 is: see `peermatch.kernels.proposals.propose`."""

    first: IntArray
    holds: IntArray
    held: IntArray
    spent: Any

    @classmethod
    def of(cls, n: int) -> _Proposals:
        """Nobody has proposed yet."""
        return cls(
            np.zeros(n, dtype=np.int64),
            np.full(n, -1, dtype=np.int64),
            np.full(n, FORBIDDEN, dtype=np.int64),
            np.ones(n, dtype=np.bool_),
        )

    def go_on(self, best: Prefixes, back: IntArray, ties: str) -> None:
        """Propose as far as lists go."""
        from peermatch.kernels.proposals import propose

        code = ORDER_CODES[ties]
        propose(best.start, best.name, back, code, self.first, self.holds, self.held, self.spent)


def _seen_back(scores: PairScores, lists: Prefixes, owners: IntArray, control: Control | None) -> IntArray:
    """Return what the owners of lists are worth to those on them."""
    owner = np.repeat(owners, np.diff(lists.start))
    other = lists.name.astype(np.int64)
    by_pairs = getattr(scores, "utilities_at", None)
    if by_pairs is not None:
        back: IntArray = by_pairs(owner, other)[1]
        return back
    back = np.empty(len(owner), dtype=np.int64)
    order = np.argsort(other, kind="stable")
    people, begins = np.unique(other[order], return_index=True)
    ends = np.append(begins[1:], len(order))
    for block in row_blocks(len(people), scores.shape[1], "reading preferences", control):
        utility = scores.utilities(people[block])
        entries = order[begins[block[0]] : ends[block[-1]]]
        line = np.searchsorted(people[block], other[entries])
        back[entries] = utility[line, owner[entries]]
    return back


def _with_rows(
    back: IntArray, old_lengths: IntArray, rows: IntArray, new_lengths: IntArray, added: IntArray
) -> IntArray:
    """Return the same array with that of some people's longer lists in place of that of their shorter ones."""
    new = np.zeros(len(old_lengths), dtype=np.bool_)
    new[rows] = True
    lengths = old_lengths.copy()
    lengths[rows] = new_lengths
    out = np.empty(int(lengths.sum()), dtype=np.int64)
    out[np.repeat(new, lengths)] = added
    out[np.repeat(~new, lengths)] = back[np.repeat(~new, old_lengths)]
    return out


def _down_to_held(scores: PairScores, held: IntArray, ties: str, control: Control | None) -> PreferenceLists:
    """Read all utilities once more, and keep what is at least as good as whom one holds; all if that is nobody."""
    from peermatch.kernels.proposals import collect_down_to, count_down_to

    n = len(held)
    names, tie = [np.zeros(0, dtype=np.int32)], [np.zeros(0, dtype=np.bool_)]
    lengths, allowed = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    total = 0
    for rows in row_blocks(n, n, "reading preferences down to proposals", control):
        utility = np.ascontiguousarray(scores.utilities(rows), dtype=np.int64)
        above, equal, of_all = (np.empty(len(rows), dtype=np.int64) for _ in range(3))
        count_down_to(utility, held[rows], above, equal, of_all)
        start = starts_of(above + equal)
        total += int(start[-1])
        check_size(total)
        worth, name = np.empty(start[-1], dtype=np.int64), np.empty(start[-1], dtype=np.int32)
        longest = int(np.diff(start).max(initial=0))
        spare = np.empty(longest, dtype=np.int64), np.empty(longest, dtype=np.int32)
        code = ORDER_CODES[ties]
        collect_down_to(rows, utility, code, held[rows], equal, start, worth, name, *spare)
        names.append(name)
        tie.append(as_before(start, worth))
        lengths[rows], allowed[rows] = above + equal, of_all
    start = starts_of(lengths)
    whole_groups = np.zeros(n, dtype=np.int32)
    best = Prefixes(start, np.concatenate(names), np.concatenate(tie), allowed, whole_groups)
    return best.lists(all_stable=True)
