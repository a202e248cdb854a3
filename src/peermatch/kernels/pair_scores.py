"""Utilities and scores of tiles of pairs: exact whole numbers, or upper bounds that search.

Idea
    A contribution is ``rint(share x similarity)``, rounded once; everything after that is addition of whole numbers
    below 2**31, exact in any order and kept as float64, in which the loops compile to vector instructions. A mutual
    score is one rounded function of two utilities. The searching program takes the same way in float32; its shares are
    raised by every relative error on the way and its utilities start from every absolute one, so that what comes out
    is never below the exact score.
Invariant
    The shares of one person add up to 2**30 (or are all 0), so a utility never exceeds 2**30.
Cost
    O(features) for each pair.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from peermatch.kernels._jit import in_place_kernel, kernel
from peermatch.kernels.pair_program import (
    ALL_SAY,
    COUNTED,
    DIRECTED,
    GEOMETRIC,
    LEFT_FILL,
    MEAN,
    MIN,
    MUTUAL,
    RIGHT_FILL,
    ROWS,
    SHARED,
    STRETCH,
    Program,
)
from peermatch.kernels.pair_similarity import fill_view

__all__ = ["BACKWARD", "FORWARD", "SCORE", "settle_tile", "value_tile"]

Array = npt.NDArray[Any]

SCORE, FORWARD, BACKWARD = 0, 1, 2
"""What `value_tile` is asked for: the mutual score, or one side's utility."""

_FORBIDDEN = np.iinfo(np.int64).min


@in_place_kernel
def add_forward(
    rows: Array, size: int, similarity: Array, shares: Array, k: int, fill: float, total: Array
) -> None:
    """Add contributions by the shares of the rows' people."""
    for r in range(len(rows)):
        share = shares[k, rows[r]]
        for j in range(size):
            value = similarity[r, j]
            value = value if value == value else fill
            total[r, j] += np.rint(share * value)


@in_place_kernel
def add_backward(
    rows: Array, begin: int, size: int, similarity: Array, shares: Array, k: int, fill: float, total: Array
) -> None:
    """Add contributions by the shares of the columns' people."""
    own = shares[k, begin : begin + size]
    for r in range(len(rows)):
        for j in range(size):
            value = similarity[r, j]
            value = value if value == value else fill
            total[r, j] += np.rint(own[j] * value)


@in_place_kernel
def start_utilities(rows: int, size: int, start: float, forward: Array, backward: Array) -> None:
    """Set out with utilities before any criterion."""
    for r in range(rows):
        for j in range(size):
            forward[r, j] = start
            backward[r, j] = start


@in_place_kernel
def copy_utilities(rows: int, size: int, forward: Array, backward: Array) -> None:
    """Let both sides' utilities go on from what is one number for both."""
    for r in range(rows):
        for j in range(size):
            backward[r, j] = forward[r, j]


@in_place_kernel
def hear_who_says(
    rows: Array, begin: int, size: int, left_says: Array, right_says: Array, forward: Array, backward: Array
) -> None:
    """Where only one of two has a say, the pair is worth what it is worth to them."""
    others = right_says[begin : begin + size]
    for r in range(len(rows)):
        says = left_says[rows[r]] != 0
        for j in range(size):
            a = forward[r, j] if says else backward[r, j]
            forward[r, j] = a
            backward[r, j] = backward[r, j] if others[j] != 0 else a


@in_place_kernel
def combine(rows: int, size: int, forward: Array, backward: Array, how: int, one: float) -> None:
    """Write the mutual score of two utilities over the first, without rounding."""
    two = one + one
    half = one / two
    for r in range(rows):
        if how == MEAN:
            for j in range(size):
                forward[r, j] = (forward[r, j] + backward[r, j]) * half
        elif how == GEOMETRIC:
            for j in range(size):
                forward[r, j] = np.sqrt(forward[r, j] * backward[r, j])
        elif how == MIN:
            for j in range(size):
                forward[r, j] = min(forward[r, j], backward[r, j])
        else:
            for j in range(size):
                a, b = forward[r, j], backward[r, j]
                forward[r, j] = two * (a * b) / max(one, a + b)


@kernel
def value_tile(program: Program, what: int, rows: Array, begin: int, out: Array) -> None:
    """Fill scores (not rounded yet) or utilities of listed rows with the columns begin, begin + 1, ...

    Parameters
    ----------
    program : Program
        The exact one with float64 `out`, or the searching one with float32: then they are upper bounds.
    what : int
        SCORE, FORWARD or BACKWARD.
    rows : int64 array
    begin : int
    out : float array, shape (rows, columns)
    """
    counts = np.empty((2, STRETCH), dtype=np.int32)
    spare = np.empty(STRETCH, dtype=out.dtype)
    room = np.empty((ROWS, STRETCH), dtype=out.dtype)
    forward = np.empty((ROWS, STRETCH), dtype=out.dtype)
    backward = np.empty((ROWS, STRETCH), dtype=out.dtype)
    factor, more, facts = program.raised[0], program.raised[1], program.facts
    one = program.raised[2]
    shared, params = facts[SHARED], program.params
    for first in range(0, out.shape[1], STRETCH):
        size = min(STRETCH, out.shape[1] - first)
        at = begin + first
        for top in range(0, len(rows), ROWS):
            some = rows[top : top + ROWS]
            start_utilities(len(some), size, program.start[0], forward, backward)
            # criteria that are one number for both sides come first, and count once
            for step in range(2 * facts[COUNTED]):
                k, back = step >> 1, step & 1
                if back == 0 or (k >= shared and program.ops[k, DIRECTED] != 0):
                    fill_view(program, k, back, some, at, size, counts, spare, room)
                if back == 0:
                    add_forward(some, size, room, program.left_shares, k, params[k, LEFT_FILL], forward)
                elif k >= shared:
                    fill = params[k, RIGHT_FILL]
                    add_backward(some, at, size, room, program.right_shares, k, fill, backward)
                elif k == shared - 1:
                    copy_utilities(len(some), size, forward, backward)
            if what == SCORE and not facts[ALL_SAY]:
                hear_who_says(some, at, size, program.left_says, program.right_says, forward, backward)
            if what == SCORE:
                combine(len(some), size, forward, backward, facts[MUTUAL], one)
            for r in range(len(some)):
                into = out[top + r, first : first + size]
                for j in range(size):
                    value = backward[r, j] if what == BACKWARD else forward[r, j]
                    into[j] = value * factor + more


@in_place_kernel
def settle_tile(values: Array, lowest: int, bad: Array, out: Array) -> None:
    """Round scores to whole numbers; those that `bad` or the lowest allowed score forbids get the lowest int64."""
    for r in range(out.shape[0]):
        for j in range(out.shape[1]):
            score = np.int64(np.rint(values[r, j]))
            forbidden = (bad[r, j] != 0) | (score < lowest)
            bad[r, j] = np.uint8(forbidden)
            out[r, j] = _FORBIDDEN if forbidden else score
