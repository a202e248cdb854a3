"""The exact matching of a graph held in arrays: the Python side of the blossom kernels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from peermatch.errors import UnsupportedError
from peermatch.kernels.blossom import match_exposed, put_off
from peermatch.kernels.blossom_rounds import end_fractions, first_round, match_fractions
from peermatch.kernels.blossom_start import begin_with_numbers, count_exposed, start_step
from peermatch.kernels.blossom_state import (
    AMONG_BLOSSOMS,
    BASE,
    CURSOR,
    GROUND,
    PARENT,
    POOL,
    SEARCHES,
    SIZE,
    Search,
    Z,
    new_search,
)
from peermatch.problem import Control, IntArray

__all__ = ["BITS", "Solved", "cardinality_bonus", "no_blossoms", "require_room", "solve_exactly"]

BITS = 59
"""Weights (bonus included) may take this many bits: sums of a few doubled weights and duals then fit 62 bits."""

_WORK_PER_CALL = 500_000
"""Edges looked at between two looks at `Control`: a tenth of a second, on large graphs too."""


_MANY_EXPOSED = 0.45
"""The share of vertices left exposed by the start from which on numbers of pairs are settled first."""


@dataclass(frozen=True, eq=False)
class Solved:
    """A matching of a graph with its duals, in the terms of `OptimalityCertificate` (scale 2).

    Attributes
    ----------
    mate : int64 array, shape (n,)
    vertex_duals : int64 array, shape (n,)
    blossom_parent, blossom_duals : int64 arrays, shape (b,)
        Blossoms with a positive dual only, larger ones first: every blossom stands after the one around it.
    vertex_blossom : int64 array, shape (n,), or empty
    finished : bool
        False if it was asked to stop; the duals are then feasible and tight on matched edges, but exposed vertices
        may have positive ones.
    searches : int
        Search trees grown.
    """

    mate: IntArray
    vertex_duals: IntArray
    blossom_parent: IntArray
    blossom_duals: IntArray
    vertex_blossom: IntArray
    finished: bool
    searches: int


def cardinality_bonus(n_pairs: int, highest: int, lowest: int) -> int:
    """Return a bonus for every pair with which more pairs always beat better pairs.

    Parameters
    ----------
    n_pairs : int
        No matching has more pairs.
    highest, lowest : int
        No weight is above or below.

    Examples
    --------
    >>> cardinality_bonus(3, 10, 0)
    31
    """
    return n_pairs * (max(highest, 0) + max(-lowest, 0)) + 1


def require_room(highest: int, bonus: int) -> None:
    """Refuse weights that could overflow 64-bit sums.

    Raises
    ------
    UnsupportedError
        If the highest weight and the bonus together take more than `BITS` bits.
    """
    needed = (max(highest, 0) + bonus).bit_length()
    if needed > BITS:
        because = " (with the bonus that puts more pairs first)" if bonus else ""
        raise UnsupportedError(
            f"The weights need {needed} bits{because}; exact 64-bit arithmetic has room for {BITS}. "
            "Divide the weights by a power of two, or round them."
        )


def solve_exactly(
    n: int, u: IntArray, v: IntArray, weight: IntArray, *, bonus: int = 0, control: Control | None = None
) -> Solved:
    """Find a maximum-weight matching of the graph with n vertices and the edges (u, v, weight).

    Parameters
    ----------
    n : int
    u, v, weight : int64 arrays, shape (m,)
        In any order; parallel edges are allowed, loops and edges worth 0 or less (with the bonus) are left out.
    bonus : int
        Added to every weight. At most `BITS` bits may be taken by a weight with the bonus.
    control : Control, optional

    Examples
    --------
    >>> ends = np.array([0, 1, 2]), np.array([1, 2, 3])
    >>> solve_exactly(4, *ends, np.array([5, 7, 5])).mate
    array([1, 0, 3, 2])
    """
    u, v, weight = (np.ascontiguousarray(array, dtype=np.int64) for array in (u, v, weight))
    search = new_search(n, u, v, weight, bonus)
    finished = _started(search, 0, control)
    if finished and bonus > 0 and count_exposed(search) > _MANY_EXPOSED * n:
        finished = _numbers_first(search, bonus, control)
    if finished:
        first_round(search)
        finished = _carried_through(match_fractions, search, control)
        end_fractions(search)
    if finished:
        finished = _carried_through(match_exposed, search, control)
        put_off(search)
    return _read(search, finished=finished)


def _started(search: Search, step: int, control: Control | None) -> bool:
    """Do the passes of the start, from this one on; False if asked to stop between two of them."""
    while start_step(search, step):
        step += 1
        if control is not None:
            control.report("solving", 0, len(search.y))
            if control.stopping:
                return False
    return True


def _numbers_first(search: Search, bonus: int, control: Control | None) -> bool:
    """Start anew from the duals of a fractional matching of as many pairs as possible, whatever they weigh.

    Where many must stay alone, their duals come down by the whole bonus: better once, on equal weights, than on the way
    of every search.
    """
    pairs_only = search._replace(doubled=np.full_like(search.doubled, 2))
    search.y[:], search.mate[:] = 0, -1
    finished = _started(pairs_only, 0, control)
    if finished:
        first_round(pairs_only)
        finished = _carried_through(match_fractions, pairs_only, control)
        end_fractions(pairs_only)
    search.now[AMONG_BLOSSOMS] = 0
    begin_with_numbers(search, bonus)
    return finished and _started(search, 1, control)


def _carried_through(stage: Callable[[Search, int], bool], search: Search, control: Control | None) -> bool:
    """Run a stage to its end, with looks at `Control`; False if it was asked to stop."""
    n = len(search.y)
    while True:
        if control is not None:
            control.report("solving", int(search.now[CURSOR]), n)
            if control.stopping:
                return False
        if stage(search, _WORK_PER_CALL):
            return True


def no_blossoms(duals: IntArray) -> Solved:
    """Return duals of vertices in the form of `Solved`, with nothing matched and no blossoms."""
    none = np.zeros(0, dtype=np.int64)
    nobody = np.full(len(duals), -1, dtype=np.int64)
    return Solved(nobody, duals, none, none, none, finished=False, searches=0)


def _read(search: Search, *, finished: bool) -> Solved:
    n = len(search.y)
    y, sizes, duals, around = _forest(search)
    # Blossoms without a dual say nothing: their children hang from the next one around that has one. (The way
    # there is halved in each turn.)
    while True:
        idle = (around >= 0) & (duals[around] == 0)
        if not idle.any():
            break
        around[idle] = around[around[idle]]
    kept = np.flatnonzero(duals > 0)[
        ::-1
    ]  # whole components first, where they are as large as what they hold
    kept = kept[np.argsort(-sizes[kept], kind="stable")]
    number = np.full(len(duals) + 1, -1, dtype=np.int64)
    number[kept] = np.arange(len(kept))
    return Solved(
        mate=search.mate.copy(),
        vertex_duals=y,
        blossom_parent=number[around[kept]],
        blossom_duals=duals[kept],
        vertex_blossom=number[around[:n]] if len(kept) else np.zeros(0, dtype=np.int64),
        finished=finished,
        searches=int(search.now[SEARCHES]),
    )


def _forest(search: Search) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Return the duals of vertices; sizes, duals and parents of all nodes, and of whole components after them."""
    n, node = len(search.y), search.node
    y, sizes, around = search.y.copy(), node[:, SIZE].copy(), node[:, PARENT].copy()
    duals = np.where(sizes > 0, node[:, Z], 0)
    duals[:n] = 0
    pool, ground = search.vertex[:, POOL], search.vertex[:, GROUND]
    lone = (pool == np.arange(n)) & (ground > 0) & bool(search.now[AMONG_BLOSSOMS])
    whole = np.flatnonzero(lone)
    if not len(whole):
        return y, sizes, duals, around
    place = np.full(n + 1, -1, dtype=np.int64)
    place[whole] = np.arange(len(whole))
    component = place[pool]
    inside = component >= 0
    y[inside] -= ground[pool[inside]]
    outermost = np.flatnonzero((around < 0) & (sizes > 0))
    outermost = outermost[inside[node[outermost, BASE]]]
    around[outermost] = len(node) + component[node[outermost, BASE]]
    return (
        y,
        np.concatenate([sizes, np.bincount(component[inside], minlength=len(whole))]),
        np.concatenate([duals, 2 * ground[whole]]),
        np.concatenate([around, np.full(len(whole), -1)]),
    )
