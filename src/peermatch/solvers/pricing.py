"""Price and repair: an exact matching over all pairs from a graph of a few candidates (Applegate and Cook 1993).

1. Everybody's best few partners make a small graph; it is matched exactly.
2. All allowed pairs are priced with its duals, block by block. No pair with a negative slack: the matching is
   optimal over all pairs, and the duals prove it.
3. Else the worst few of each row join the graph, and it is matched again.

Where everybody's best partners are the same few people, plain candidates would be of little use; a guess at the duals
guides the search for them (`peermatch.solvers.guides`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from peermatch.errors import VerificationError
from peermatch.kernels.blossom_pricing import COVERED, LOWEST, WORST, BlossomOrder, price_rows
from peermatch.problem import Control, Earlier, IntArray, Priced, Prices, Problem
from peermatch.solvers.bounds import Bound, bound_from_best, bounds_after_scan, bounds_from_duals
from peermatch.solvers.candidates import (
    Places,
    Start,
    first_candidates,
    greedy_mate,
    row_blocks,
    sorted_once,
)
from peermatch.solvers.engine import Solved, cardinality_bonus, require_room, solve_exactly

__all__ = ["Outcome", "Scan", "blossom_order", "pairs_of", "price_and_repair", "scan_pairs"]

_WORST_PER_ROW = 3


def _no_ints() -> IntArray:
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Scan:
    """What a look at all allowed pairs showed.

    Attributes
    ----------
    u, v : int64 arrays
        The most violated pairs of each row; everybody's worst one is among them, on which bounds rest.
    covered : int
        Allowed pairs of people looked at.
    lowest : int
        The lowest score among them, at most 0.
    worst : int
        The lowest slack, at most 0.
    complete : bool
        Whether every violated pair stands in the list of one of its two, or none in that list is less violated.
    """

    u: IntArray
    v: IntArray
    covered: int
    lowest: int
    worst: int
    complete: bool = True


@dataclass(eq=False)
class Outcome:
    """Where the loop ended.

    Attributes
    ----------
    mate : int64 array
        Of the vertices.
    solved : Solved or None
        With the duals that prove it, if it is proved.
    bonus : int
    bounds : list of Bound
        What was proved on the way.
    ends : pair of int64 arrays
        The edges between vertices that were solved on last.
    """

    start: Start
    mate: IntArray
    bonus: int
    solved: Solved | None = None
    bounds: list[Bound] = field(default_factory=list)
    ends: tuple[IntArray, IntArray] = field(default_factory=lambda: (_no_ints(), _no_ints()))
    lowest: int | None = None
    covered: int = 0
    rounds: int = 0
    edges: int = 0
    searches: int = 0


def blossom_order(n: int, solved: Solved) -> BlossomOrder:
    """Lay the blossom forest out so that every blossom is one stretch of an order of the vertices."""
    parent, count = solved.blossom_parent, len(solved.blossom_parent)
    innermost = solved.vertex_blossom if count else np.full(n, -1, dtype=np.int64)
    inside = np.flatnonzero(innermost >= 0)
    own = np.bincount(innermost[inside], minlength=count)
    size, total = own.astype(np.int64), solved.blossom_duals.copy()
    for b in range(count - 1, -1, -1):  # every blossom stands after the one around it
        if parent[b] >= 0:
            size[parent[b]] += size[b]
    begin = np.zeros(count, dtype=np.int64)
    used = np.zeros(
        count + 1, dtype=np.int64
    )  # how much of each stretch is given away; the last: of the order
    for b in range(count):
        around = parent[b]
        begin[b] = used[around] + (begin[around] if around >= 0 else 0)
        used[around] += size[b]
        total[b] += total[around] if around >= 0 else 0
    place = np.empty(n, dtype=np.int64)
    place[innermost < 0] = np.arange(len(inside), n)
    by_blossom = inside[np.argsort(innermost[inside], kind="stable")]
    mine = innermost[by_blossom]
    place[by_blossom] = begin[mine] + used[mine] + np.arange(len(inside)) - (np.cumsum(own) - own)[mine]
    order = np.empty(n, dtype=np.int64)
    order[place] = np.arange(n)
    return BlossomOrder(order, place, innermost, parent, begin, begin + size, total)


def scan_pairs(
    places: Places,
    duals: IntArray,
    blossoms: BlossomOrder,
    bonus: int,
    control: Control | None,
    *,
    per_row: int = _WORST_PER_ROW,
    limit: int = 0,
) -> Scan | None:
    """Price all allowed pairs, and list the few of each row with the least slack below `limit`.

    Returns None if asked to stop on the way.
    """
    scores = places.problem.scores
    rows, columns = scores.shape
    common = np.zeros(places.n, dtype=np.int64)
    fresh = places.first_of_person
    tally = np.zeros(3, dtype=np.int64)
    found_u, found_v = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for some in row_blocks(np.arange(rows, dtype=np.int64), columns):
        if control is not None:
            control.report("pricing", int(some[0]), rows)
            if control.stopping:
                return None
        block = np.require(scores.block(some), np.int64, ["C", "W"])
        worst = np.zeros((len(some), per_row, 2), dtype=np.int64)
        first, offset = int(some[0]), places.offset
        price_rows(block, first, offset, duals, bonus, blossoms, fresh, common, limit, worst, tally)
        row, slot = np.nonzero(worst[:, :, 0] < limit)
        found_u.append(some[row])
        found_v.append(worst[row, slot, 1] + offset)
    return Scan(
        u=np.concatenate(found_u),
        v=np.concatenate(found_v),
        covered=int(tally[COVERED]),
        lowest=int(tally[LOWEST]),
        worst=int(tally[WORST]),
    )


def _seen_after(priced: Priced, solved: Solved, blossoms: BlossomOrder, bonus: int) -> Earlier | None:
    """Return what a look tells of the pairs that it did not list; None if it does not tell.

    The common z of a pair is at most the sum of z around either.
    """
    if priced.unlisted is None:
        return None
    around = np.zeros(len(solved.vertex_duals), dtype=np.int64)
    inside = blossoms.innermost >= 0
    around[inside] = blossoms.total[blossoms.innermost[inside]]
    return Earlier(priced.unlisted, solved.vertex_duals - bonus, around)


def look_at_all(
    places: Places,
    solved: Solved,
    start: Start,
    bonus: int,
    control: Control | None,
    earlier: Earlier | None = None,
) -> tuple[Scan | None, Earlier | None]:
    """Price all allowed pairs; scores that look through pairs themselves do so.

    Returns what was found (None if asked to stop on the way), and what it says about pairs that were not listed.
    """
    blossoms = blossom_order(places.n, solved)
    scores = places.searchable if start.covered is not None else None
    of_people = _blossoms_of_people(blossoms, places)
    if scores is None or start.covered is None or of_people is None:
        return scan_pairs(places, solved.vertex_duals, blossoms, bonus, control), None
    y, guide, last = (_of_people(part, places) for part in (solved.vertex_duals, start.guide, start.last))
    priced = scores.price(Prices(y, bonus, of_people, guide, last, _WORST_PER_ROW, earlier), control)
    if priced is None:
        return None, None
    u, v, complete = priced.u, priced.v, priced.complete
    if places.people.has_places:
        low, high = np.minimum(u, v), np.maximum(u, v)
        u, v = places.spread(low, high - scores.shape[0])
        return Scan(u, v, start.covered, 0, priced.worst, complete=False), None
    seen = _seen_after(priced, solved, blossoms, bonus)
    return Scan(u, v, start.covered, 0, priced.worst, complete), seen


def _blossoms_of_people(blossoms: BlossomOrder, places: Places) -> BlossomOrder | None:
    """Return the blossoms around people; None if somebody's places stand in different ones."""
    if not places.people.has_places:
        return blossoms
    least, most = _of_people(blossoms.innermost, places), -_of_people(-blossoms.innermost, places)
    return blossoms._replace(innermost=least) if np.array_equal(least, most) else None


def _of_people(values: IntArray, places: Places) -> IntArray:
    """Return each person's least value over their places."""
    if not places.people.has_places:
        return values
    parts = []
    for position, part in (
        (places.left, values[: places.offset]),
        (places.right, values[places.offset :]),
    ):
        least = np.full(int(position.max(initial=-1)) + 1, np.iinfo(np.int64).max, dtype=np.int64)
        np.minimum.at(least, position, part)
        parts.append(least)
    return np.concatenate(parts)


def price_and_repair(
    problem: Problem,
    places: Places,
    k: int,
    control: Control | None,
    enough: Callable[[Outcome], bool] | None = None,
) -> Outcome:
    """Run the loop until nothing is violated, until asked to stop, or until what is proved is enough.

    Parameters
    ----------
    problem : Problem
    places : Places
    k : int
        Candidates for everybody to start with.
    control : Control or None
    enough : callable, optional
        Asked after every exact solve and after every look at all pairs; True ends the loop without a full proof.

    Raises
    ------
    UnsupportedError
        If the scores need more bits than exact 64-bit arithmetic has.
    """
    everyone_first = problem.objective == "everyone_first"
    start = first_candidates(problem, places, k, control)
    lowest = min(0, int(start.score.min())) if len(start.score) else 0
    nobody = np.full(places.n, -1, dtype=np.int64)
    floor = int(np.iinfo(np.int64).min) + 1 if everyone_first else 1
    mate = greedy_mate(places, start.u, start.v, start.score, nobody, lowest=floor, control=control)
    outcome = Outcome(start, mate, _bonus(start, places, lowest) if everyone_first else 0)
    outcome.bounds.append(bound_from_best(start, outcome.bonus))
    u, v = _united(start.u, start.v, *_ends_of(mate), places.n)
    seen = None
    while not (control is not None and control.stopping):
        outcome.ends = (u, v)
        score, bonus = places.problem.scores.at(u, v - places.offset), outcome.bonus
        solved = _solve(places.n, u, v, score, outcome, control)
        if not solved.finished:
            outcome.bounds += bounds_from_duals(solved, start, outcome.bonus)
            outcome.mate = greedy_mate(places, u, v, score, solved.mate, lowest=floor, control=control)
            break
        outcome.mate = solved.mate
        outcome.bounds += bounds_from_duals(solved, start, outcome.bonus)
        if enough is not None and enough(outcome):
            break
        scan, seen = look_at_all(places, solved, start, outcome.bonus, control, seen)
        if scan is None:
            break
        outcome.lowest = scan.lowest
        outcome.covered = scan.covered
        outcome.bounds += _bounds_of(places, solved, scan, outcome.bonus)
        if everyone_first and scan.lowest < lowest:
            lowest = scan.lowest
            outcome.bonus = _bonus(start, places, lowest)
        elif scan.worst == 0:
            outcome.solved = solved
            break
        elif enough is not None and enough(outcome):
            break
        known = len(u)
        u, v = _united(u, v, np.minimum(scan.u, scan.v), np.maximum(scan.u, scan.v), places.n)
        if len(u) == known and outcome.bonus == bonus and outcome.rounds > 1:
            raise VerificationError(
                "A pair that was solved with one score has another one now. Scores must be the same whenever and with "
                "whomever they are asked for; a criterion of your own must look at pairs one by one."
            )
    return outcome


def _bounds_of(places: Places, solved: Solved, scan: Scan, bonus: int) -> list[Bound]:
    low, high = np.minimum(scan.u, scan.v), np.maximum(scan.u, scan.v)
    doubled = 2 * (places.problem.scores.at(low, high - places.offset) + bonus)
    return bounds_after_scan(
        solved, scan.u, scan.v, doubled, scan.worst, bonus, places.offset, complete=scan.complete
    )


def _bonus(start: Start, places: Places, lowest: int) -> int:
    highest = int(start.best.max(initial=0))
    return cardinality_bonus(places.most_pairs, highest, lowest)


def _solve(
    n: int, u: IntArray, v: IntArray, score: IntArray, outcome: Outcome, control: Control | None
) -> Solved:
    require_room(int(outcome.start.best.max(initial=0)), outcome.bonus)
    weight = score + outcome.bonus
    useful = weight > 0
    solved = solve_exactly(n, u[useful], v[useful], weight[useful], control=control)
    outcome.rounds += 1
    outcome.edges = int(useful.sum())
    outcome.searches += solved.searches
    return solved


def _ends_of(mate: IntArray) -> tuple[IntArray, IntArray]:
    u = np.flatnonzero(mate > np.arange(len(mate)))
    return u, mate[u]


def _united(
    u: IntArray, v: IntArray, more_u: IntArray, more_v: IntArray, n: int
) -> tuple[IntArray, IntArray]:
    """Return the edges of both lists, each once, sorted."""
    size = max(1, n)
    keys = sorted_once(np.concatenate([u * size + v, more_u * size + more_v]))
    return keys // size, keys % size


def pairs_of(mate: IntArray, places: Places) -> IntArray:
    """Return the matched pairs as positions in the original problem, shape (m, 2)."""
    u, v = _ends_of(mate)
    return np.stack([places.left[u], places.right[v - places.offset]], axis=1)
