"""Rounds: no search may eat the graph while others are waiting.

Idea
    A search that has looked at more edges than its round allows is put off: its duals are written as they are,
    feasible, and its root stays exposed with a lower dual. The next round allows more. So duals come down around all
    exposed vertices alike, and two of them that lie far apart meet half way.
Invariant
    Between searches no slack is negative and matched edges are tight, whether searches ended or were put off.
Cost
    O(n) a round; the number of rounds is logarithmic in the work of the longest search.
"""

from __future__ import annotations

from peermatch.kernels._jit import in_place_kernel
from peermatch.kernels.blossom_forest import match_forest, uproot
from peermatch.kernels.blossom_fraction import begin_fraction, go_on_fraction, settle_fraction, split_cycles
from peermatch.kernels.blossom_heap import move_on
from peermatch.kernels.blossom_lone import FEW_EXPOSED, forget_pools, ground_of
from peermatch.kernels.blossom_state import (
    ALLOWED,
    AMONG_BLOSSOMS,
    CURSOR,
    FEW,
    FOREST,
    PUT_OFF,
    ROOT,
    STOP,
    WORK,
    Search,
)

__all__ = ["end_fractions", "first_round", "match_fractions"]

FIRST = 64  # edges that a search may look at in the first round,
FACTOR = 8  # and how many times more in each further one
PATIENCE = 20  # looks at each end of an edge after which a forest takes over from single searches,
CROWDED = 8  # or so many that a round may take


@in_place_kernel
def first_round(search: Search) -> None:
    """Set out for the first round of searches."""
    now = search.now
    now[CURSOR] = now[PUT_OFF] = 0
    now[ALLOWED] = FIRST
    now[ROOT] = -1
    now[FOREST] = now[WORK] + PATIENCE * len(search.target)


@in_place_kernel
def next_root(search: Search) -> int:
    """Return the next exposed vertex with a positive dual, in this round or the next; -1 if there is none."""
    y, mate, now = search.y, search.mate, search.now
    while True:
        for v in range(now[CURSOR], len(mate)):
            if mate[v] == -1 and y[v] > 0 and not (now[FEW] and y[v] <= ground_of(search, v)):
                now[CURSOR] = v + 1
                now[STOP] = now[WORK] + now[ALLOWED]
                return v
        if now[PUT_OFF] == 0:
            return -1
        now[ALLOWED] *= FACTOR
        now[FEW] = now[AMONG_BLOSSOMS] and now[PUT_OFF] <= FEW_EXPOSED
        if now[PUT_OFF] * now[ALLOWED] > CROWDED * len(search.target):
            now[FOREST] = min(now[FOREST], now[WORK])
        now[CURSOR] = now[PUT_OFF] = 0


@in_place_kernel
def match_fractions(search: Search, work: int) -> bool:
    """Search for a fractional matching (see `blossom_fraction`), until it is best or this much more work is done."""
    now = search.now
    pause = now[WORK] + work
    while now[FOREST] > 0:
        if now[ROOT] < 0:
            root = next_root(search)
            if root < 0:
                return True
            if now[WORK] >= now[FOREST]:
                now[FOREST] = 0
                break
            begin_fraction(search, root)
        if not go_on_fraction(search, pause):
            return False
    return match_forest(search, pause)


@in_place_kernel
def end_fractions(search: Search) -> None:
    """End the search under way, if there is one, where it stands, and match the vertices of odd cycles in pairs."""
    now = search.now
    if now[ROOT] >= 0 and now[FOREST] == 0:
        uproot(search)
    elif now[ROOT] >= 0:
        move_on(search.heap, now)
        settle_fraction(search)
    split_cycles(search)
    first_round(search)
    forget_pools(search)
    now[AMONG_BLOSSOMS] = 1
