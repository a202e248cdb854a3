"""Pricing: looking through rows of pair scores for pairs that contradict the duals.

Idea
    The duals of a small graph prove its matching optimal among *all* pairs if no pair has a negative slack
    y(u) + y(v) + (z of the blossoms around both) - 2 (w(u,v) + bonus). The vertices stand in an order in which
    every blossom is one stretch; going outwards from u, each blossom around u adds a stretch on both sides of the
    last one, with which u has exactly that blossom and those around it in common. So the common z of u with
    everybody is written in one pass, however deeply blossoms are nested.
Cost
    O(1) for each pair.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from peermatch.kernels._jit import kernel

__all__ = ["BlossomOrder", "match_free", "match_rows", "price_rows"]

Ints = npt.NDArray[np.int64]

# Slots of `tally`.
COVERED = 0  # allowed pairs looked at
LOWEST = 1  # the lowest score seen
WORST = 2  # the lowest slack seen, at most 0


class BlossomOrder(NamedTuple):
    """The blossom forest laid out so that every blossom is one stretch of an order of the vertices.

    Attributes
    ----------
    order : int64 array, shape (n_vertices,)
        The vertices in that order.
    place : int64 array, shape (n_vertices,)
        Where each vertex stands in it.
    innermost : int64 array, shape (n_vertices,)
        The innermost blossom of each vertex, -1 for none.
    parent, begin, end, total : int64 arrays, shape (b,)
        Of each blossom: the one around it (or -1), its stretch [begin, end), and z summed from it outwards.
    """

    order: Ints
    place: Ints
    innermost: Ints
    parent: Ints
    begin: Ints
    end: Ints
    total: Ints


@kernel
def write_common(blossoms: BlossomOrder, u: int, common: Ints, clear: bool) -> None:
    """Write what u has in common with each vertex into `common`, which held zeros, or write the zeros again."""
    b = blossoms.innermost[u]
    left, right = blossoms.place[u], blossoms.place[u]
    while b >= 0:
        value = 0 if clear else blossoms.total[b]
        for i in range(blossoms.begin[b], left):
            common[blossoms.order[i]] = value
        for i in range(right, blossoms.end[b]):
            common[blossoms.order[i]] = value
        left, right = blossoms.begin[b], blossoms.end[b]
        b = blossoms.parent[b]


@kernel
def price_rows(
    block: Ints,
    first: int,
    offset: int,
    y: Ints,
    bonus: int,
    blossoms: BlossomOrder,
    fresh: Ints,
    common: Ints,
    limit: int,
    worst: Ints,
    tally: Ints,
) -> None:
    """Find the pairs with the least slack of each row.

    Parameters
    ----------
    block : int64 array, shape (rows, columns)
        Scores of the rows `first`, `first` + 1, ...; the lowest int64 marks forbidden pairs.
    first, offset : int
        Column j is vertex `offset` + j; an offset of 0 says that there is one pool, whose pairs count once.
    y : int64 array, shape (n_vertices,)
    bonus : int
    blossoms : BlossomOrder
    fresh : int64 array, shape (n_vertices,)
        1 for vertices whose pairs count as covered, 0 for further places of the same person.
    common : int64 array of zeros, shape (n_vertices,)
        Room to work in.
    limit : int
        Only pairs with less slack are looked for: 0 for violated ones.
    worst : int64 array, shape (rows, per_row, 2)
        Receives (slack, column) of those with the least slack; a slack of `limit` where there are no more.
    tally : int64 array
        Counted on: see COVERED, LOWEST, WORST.
    """
    for i in range(block.shape[0]):
        u = first + i
        write_common(blossoms, u, common, False)
        for slot in range(worst.shape[1]):
            worst[i, slot, 0] = limit
        price_row(block[i], u, offset, y, bonus, fresh, common, worst[i], tally)
        write_common(blossoms, u, common, True)


@kernel
def price_row(
    scores: Ints,
    u: int,
    offset: int,
    y: Ints,
    bonus: int,
    fresh: Ints,
    common: Ints,
    worst: Ints,
    tally: Ints,
) -> None:
    """Find the pairs with the least slack of one row; equal ones by (column - row) mod columns."""
    per_row, columns = worst.shape[0], len(scores)
    covered, lowest = 0, tally[LOWEST]
    turn = (u + 1) % max(1, columns)
    for half in range(2):
        begin, end = (turn, columns) if half == 0 else (0, turn)
        for j in range(begin, end):
            score = scores[j]
            if score == np.iinfo(np.int64).min or (offset == 0 and j == u):
                continue
            if offset > 0 or j > u:
                covered += fresh[offset + j]
            lowest = min(lowest, score)
            if score + bonus <= 0:
                continue
            slack = y[u] + y[offset + j] + common[offset + j] - 2 * (score + bonus)
            if slack < worst[per_row - 1, 0]:
                keep_violation(worst, slack, j)
    tally[COVERED] += covered * fresh[u]
    tally[LOWEST] = lowest
    tally[WORST] = min(tally[WORST], worst[0, 0])


@kernel
def keep_violation(worst: Ints, slack: int, column: int) -> None:
    """Insert a pair into the short list of its row, least slack first, earlier found first among equals."""
    slot = worst.shape[0] - 1
    while slot > 0 and worst[slot - 1, 0] > slack:
        worst[slot, 0] = worst[slot - 1, 0]
        worst[slot, 1] = worst[slot - 1, 1]
        slot -= 1
    worst[slot, 0] = slack
    worst[slot, 1] = column


@kernel
def match_free(u: Ints, v: Ints, mate: Ints) -> None:
    """Match each listed pair in turn if both are still free."""
    for i in range(len(u)):
        if mate[u[i]] < 0 and mate[v[i]] < 0:
            mate[u[i]] = v[i]
            mate[v[i]] = u[i]


@kernel
def match_rows(block: Ints, rows: Ints, lowest: int, one_pool: bool, mates: Ints, taken: Ints) -> None:
    """Match each row that is still free with its best allowed free column of a score of at least `lowest`.

    Rows and columns are numbered among those that were free; in one pool they are the same people.
    """
    for i in range(len(rows)):
        u = rows[i]
        if mates[u] >= 0 or (one_pool and taken[u] != 0):
            continue
        best, score = -1, np.iinfo(np.int64).min
        for v in range(block.shape[1]):
            if taken[v] == 0 and not (one_pool and v == u) and block[i, v] > score and block[i, v] >= lowest:
                best, score = v, block[i, v]
        if best >= 0:
            mates[u] = best
            taken[best] = 1
            if one_pool:
                taken[u] = 1
