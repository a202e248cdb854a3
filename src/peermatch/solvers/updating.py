"""Changing little: the best matching that keeps an earlier one's pairs, at a price or up to a number.

A price for every broken pair is a bonus for every kept one, so that each price has an exact answer with a certificate
(of the penalised total). "At most m broken" has no known deterministic polynomial algorithm: prices give a feasible
answer and a bound (Lagrange), and branch and bound over the kept pairs closes the gap where its limit allows.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from peermatch.errors import InfeasibleError, UnsupportedError
from peermatch.problem import (
    FORBIDDEN,
    GRID,
    BoundCertificate,
    Control,
    IntArray,
    KeptScores,
    Matching,
    OptimalityCertificate,
    Problem,
    SearchableScores,
    Status,
    sorted_pairs,
)
from peermatch.solvers.blossom import Blossom
from peermatch.solvers.candidates import row_blocks
from peermatch.solvers.engine import cardinality_bonus

__all__ = [
    "EXACT_UP_TO",
    "Change",
    "StabilityPrice",
    "allowed_pairs",
    "as_part_of_all",
    "at_price",
    "break_at_most",
]
__all__ += ["keep_all", "price_of_stability"]

EXACT_UP_TO = 200
"""Up to so many people "at most m" is searched until it is exact, or `nodes` is met."""

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Change:
    """A matching that keeps pairs of an earlier one, and what is proved of it.

    Attributes
    ----------
    pairs : int64 array, shape (m, 2)
    total : int
        Their true scores together, without any price.
    kept : bool array
        Which of the earlier pairs are among them.
    price : int or None
        What a broken pair was held to cost, where one price was given.
    gap, pairs_gap : int or None
        What another matching under the same demand (no pair broken, or at most m) could have more: in the total at as
        many pairs, and in pairs. At a price: of the total less the price of what is broken. None: nothing is proved.
    penalised : Problem
        In which kept pairs are worth more: the one that `proved` answers.
    proved : Matching
        With the certificate, for `penalised`; that of `break_at_most` proves the bound for one price.
    nodes : int
        Penalised problems solved by branch and bound; 0 where none was needed.
    """

    pairs: IntArray
    total: int
    kept: Bools
    price: int | None
    gap: int | None
    pairs_gap: int
    penalised: Problem
    proved: Matching
    nodes: int = 0

    @property
    def broken(self) -> int:
        """How many of the earlier pairs are not kept."""
        return int((~self.kept).sum())


@dataclass(frozen=True)
class StabilityPrice:
    """One row of the price of stability: from this price on, so many pairs are broken, with such a total."""

    price: int
    broken: int
    pairs: int
    total: int
    lost: int


def allowed_pairs(problem: Problem, pairs: npt.ArrayLike) -> IntArray:
    """Return those of the pairs that may still be made, each once, in canonical order.

    Examples
    --------
    >>> from peermatch.problem import DenseScores
    >>> allowed_pairs(Problem(DenseScores([[0, 5], [5, 0]])), [[1, 0], [0, 1]]).tolist()
    [[0, 1]]
    """
    ordered = sorted_pairs(pairs, two_sided=problem.two_sided)
    ordered = ordered[problem.scores.at(ordered[:, 0], ordered[:, 1]) != FORBIDDEN]
    return np.unique(ordered, axis=0).reshape(-1, 2)


def at_price(
    problem: Problem, pairs: npt.ArrayLike, price: int, *, k: int = 32, control: Control | None = None
) -> Change:
    """Return the best matching where every broken pair costs a price: exact, and proved.

    Parameters
    ----------
    problem : Problem
        With the objective ``"everyone_first"`` (no price buys a pair less) or ``"best_total"``.
    pairs : integer array, shape (m, 2)
        The earlier ones; those that are not allowed any more do not count.
    price : int
        On the grid of 2**-30; at least 0.
    k : int
        See `Blossom`.
    control : Control, optional

    Examples
    --------
    >>> from peermatch.problem import DenseScores
    >>> problem = Problem(DenseScores([[0, 5, 9, 0], [5, 0, 0, 9], [9, 0, 0, 5], [0, 9, 5, 0]]))
    >>> [at_price(problem, [[0, 1], [2, 3]], price).broken for price in (3, 5)]
    [2, 0]
    """
    _check(problem)
    if price < 0:
        raise ValueError(f"A price must be at least 0. Got {price}.")
    earlier = allowed_pairs(problem, pairs)
    bonus = np.full(len(earlier), price, dtype=np.int64)
    penalised = replace(problem, scores=KeptScores(problem.scores, earlier, bonus))
    proved = Blossom(k=k).solve(penalised, control=control)
    kept = _which(earlier, proved.pairs, problem)
    total = proved.weight - price * int(kept.sum())
    return Change(proved.pairs, total, kept, price, proved.gap or 0, proved.pairs_gap, penalised, proved)


def keep_all(
    problem: Problem, pairs: npt.ArrayLike, *, k: int = 32, control: Control | None = None
) -> Change:
    """Return the best matching that keeps every earlier pair that is still allowed: exact, and proved.

    Raises
    ------
    InfeasibleError
        If they need more places than people have.

    Examples
    --------
    >>> from peermatch.problem import DenseScores
    >>> problem = Problem(DenseScores([[0, 1, 9, 0], [1, 0, 0, 9], [9, 0, 0, 2], [0, 9, 2, 0]]))
    >>> keep_all(problem, [[0, 1]]).pairs.tolist()
    [[0, 1], [2, 3]]
    """
    return break_at_most(problem, pairs, 0, k=k, control=control)


def break_at_most(
    problem: Problem,
    pairs: npt.ArrayLike,
    at_most: int,
    *,
    nodes: int = 1_000,
    k: int = 32,
    control: Control | None = None,
) -> Change:
    """Return the best matching found that breaks at most so many of the earlier pairs, with its true gap.

    The limit comes first, then (where everyone comes first) the number of pairs, then the total. Breaking none, and
    whatever a price leads to exactly, has a gap of 0; else up to `EXACT_UP_TO` people branch and bound closes the gap.

    Parameters
    ----------
    problem, pairs, k, control
        See `at_price`.
    at_most : int
        At least 0.
    nodes : int
        So many penalised problems are branched into at most.

    Raises
    ------
    InfeasibleError
        If too few of the pairs fit into the places that people have.

    Examples
    --------
    >>> from peermatch.problem import DenseScores
    >>> problem = Problem(DenseScores([[0, 5, 9, 0], [5, 0, 0, 9], [9, 0, 0, 5], [0, 9, 5, 0]]))
    >>> [break_at_most(problem, [[0, 1], [2, 3]], m).broken for m in (0, 1, 2)]
    [0, 0, 2]
    """
    _check(problem)
    if at_most < 0:
        raise ValueError(f"at_most must be at least 0. Got {at_most}.")
    search = _Search(problem, allowed_pairs(problem, pairs), k, control)
    need = max(0, len(search.earlier) - at_most)
    limit = nodes if problem.n_vertices <= EXACT_UP_TO else 0
    found, bound, visited = _branch_and_bound(search, need, limit)
    return search.change(found, bound, visited)


def price_of_stability(
    problem: Problem,
    pairs: npt.ArrayLike,
    *,
    points: int = 12,
    k: int = 32,
    control: Control | None = None,
) -> list[StabilityPrice]:
    """Return what keeping more of the earlier pairs costs: one row for each step that some price leads to.

    The first row breaks what the best matching breaks, the last one as little as can be. Each is the best for the
    number of pairs that it breaks. Prices count in the total; one above ``2 * GRID`` buys a pair less.

    Parameters
    ----------
    problem, pairs, k, control
        See `at_price`.
    points : int
        At most this many rows, the ends always among them.
    """
    _check(problem)
    search = _Search(problem, allowed_pairs(problem, pairs), k, control)
    first, last = search.at(0), search.at(search.highest_price)
    found = {first.count: (0, first)}
    stretches = [(first, last)] if last.count > first.count else []
    while stretches and len(found) < points - 1:
        low, high = stretches.pop(0)
        price = -(-(low.value - high.value) // (high.count - low.count))
        middle = search.at(price)
        best = max(low.value + price * low.count, high.value + price * high.count)
        if middle.value + price * middle.count > best:
            stretches += [(low, middle), (middle, high)]
        elif high.count not in found:
            found[high.count] = (price, high)
        if middle.count not in found and low.count < middle.count < high.count:
            found[middle.count] = (price, middle)
    if last.count not in found:
        found[last.count] = (search.highest_price, last)
    return [
        StabilityPrice(
            price, len(search.earlier) - run.count, len(run.pairs), run.total, first.total - run.total
        )
        for _, (price, run) in sorted(found.items())
    ]


@dataclass(frozen=True, eq=False)
class _Run:
    """One penalised problem, solved: `value` holds the bonus for more pairs, `bound` is of value and prices."""

    pairs: IntArray
    kept: Bools
    count: int
    total: int
    value: int
    bound: int
    penalised: Problem
    proved: Matching


class _Search:
    """Solves for prices; more pairs first is made part of the value, so that a price may outweigh it."""

    def __init__(self, problem: Problem, earlier: IntArray, k: int, control: Control | None) -> None:
        self.problem, self.earlier, self._k, self._control = problem, earlier, k, control
        low, high = _range(problem)
        places = problem.one_place_each()[0].scores.shape
        most = min(places) if problem.two_sided else places[0] // 2
        self.low = low
        first = problem.objective == "everyone_first"
        self.shift = cardinality_bonus(most, high, low) - low if first else 0
        # to put a pair in, two others at most are taken out
        self.highest_price = 2 * max(0, high + self.shift) + max(0, -(low + self.shift)) + 1

    def at(self, price: int, free: Bools | None = None, forced: Bools | None = None) -> _Run:
        """Return the best where each free pair is worth a price more, and forced ones enough to be kept."""
        free = np.ones(len(self.earlier), dtype=bool) if free is None else free
        bonus = np.where(free, price, 0)
        if forced is not None:
            bonus = np.where(forced, self.highest_price, bonus)
        scores = KeptScores(self.problem.scores, self.earlier, bonus, self.shift)
        penalised = Problem(scores, "best_total", self.problem.capacity)
        proved = Blossom(k=self._k).solve(penalised, control=self._control)
        kept = _which(self.earlier, proved.pairs, self.problem)
        value = proved.weight - int(bonus[kept].sum(dtype=object))
        total = value - self.shift * len(proved.pairs)
        bound = proved.weight + (proved.gap or 0)
        counted = int((kept & free).sum())
        return _Run(proved.pairs, kept, counted, total, value, bound, penalised, proved)

    def change(self, found: _Run, bound: int, visited: int) -> Change:
        """Say what a bound on the value leaves open, in pairs and in the total."""
        pairs_gap, gap = 0, bound - found.value
        if self.shift and gap > 0:  # every pair is worth the shift and the lowest score at least
            pairs_gap = max(0, bound // (self.shift + self.low) - len(found.pairs))
        return Change(
            found.pairs, found.total, found.kept, None, gap, pairs_gap, found.penalised, found.proved, visited
        )


def _branch_and_bound(search: _Search, need: int, nodes: int) -> tuple[_Run, int, int]:
    """Return the best that keeps as many as needed, a bound on all such, and how many nodes were opened."""
    everything, none = np.ones(len(search.earlier), dtype=bool), np.zeros(len(search.earlier), dtype=bool)
    best, bound, low = _lagrange(search, everything, none, need)
    if best is None:
        raise InfeasibleError(
            f"No more than {int(low.kept.sum())} of {len(search.earlier)} earlier pairs fit into the places that "
            f"people have now; {need} are to be kept.",
            [{"rule": "keep", "ids": pair} for pair in search.earlier[~low.kept].tolist()],
        )
    queue = [(-bound, 0, everything, none, low)]
    visited = 0
    while queue and -queue[0][0] > best.value and visited < nodes:
        _, _, free, forced, low = heapq.heappop(queue)
        for child, demanded in _children(free, forced, low):
            visited += 1
            if int((child | demanded).sum()) < need:
                continue
            run, limit, least = _lagrange(search, child, demanded, need)
            if run is not None and run.value > best.value:
                best = run
            if run is not None and limit > best.value:
                heapq.heappush(queue, (-limit, visited, child, demanded, least))
    return best, max(best.value, *(-entry[0] for entry in queue)) if queue else best.value, visited


def _children(free: Bools, forced: Bools, low: _Run) -> Iterator[tuple[Bools, Bools]]:
    """Split at the first free pair that the cheap answer breaks: it is kept, or it does not count as kept."""
    at = np.flatnonzero(free & ~low.kept)
    if not len(at):
        return
    rest, more = free.copy(), forced.copy()
    rest[at[0]], more[at[0]] = False, True
    yield rest, more
    yield rest, forced


def _lagrange(search: _Search, free: Bools, forced: Bools, need: int) -> tuple[_Run | None, int, _Run]:
    """Return the best feasible run on the way to the best price, the least bound, and the last that breaks too many."""
    held = int(forced.sum())
    need = max(0, need - held)

    def bound_of(run: _Run, price: int) -> int:
        return run.bound - search.highest_price * held - price * need

    low = search.at(0, free, forced)
    if low.count >= need:
        return low, bound_of(low, 0), low
    high = search.at(search.highest_price, free, forced)
    least = min(bound_of(low, 0), bound_of(high, search.highest_price))
    if high.count < need:
        return None, least, high
    best = high
    while not _stopped(low, high):
        price = -(-(low.value - high.value) // (high.count - low.count))
        run = search.at(price, free, forced)
        least = min(least, bound_of(run, price))
        if run.count >= need and run.value > best.value:
            best = run
        if run.value + price * run.count <= max(
            low.value + price * low.count, high.value + price * high.count
        ):
            break
        low, high = (low, run) if run.count >= need else (run, high)
    return best, least, low


def _stopped(*runs: _Run) -> bool:
    return any(run.proved.status != Status.OPTIMAL for run in runs)


def _range(problem: Problem) -> tuple[int, int]:
    """Return bounds on all scores, at most 0 and at least 0."""
    if isinstance(problem.scores, SearchableScores):
        return 0, GRID
    low, high = 0, 0
    rows, columns = problem.scores.shape
    for some in row_blocks(np.arange(rows, dtype=np.int64), columns):
        block = problem.scores.block(some)
        allowed = block[block != FORBIDDEN]
        low, high = min(low, int(allowed.min(initial=0))), max(high, int(allowed.max(initial=0)))
    return low, high


def _which(earlier: IntArray, pairs: IntArray, problem: Problem) -> Bools:
    """Return which of the earlier pairs are among these."""
    width = max(1, problem.scores.shape[1])
    return np.isin(earlier[:, 0] * width + earlier[:, 1], pairs[:, 0] * width + pairs[:, 1])


def _check(problem: Problem) -> None:
    if problem.objective in ("worst_first", "leximin"):
        raise UnsupportedError(
            'Changing little is for the objectives "everyone_first" and "best_total"; with any other lock the '
            "pairs that are to stay."
        )


def as_part_of_all(problem: Problem, change: Change, best: Matching, solver: str) -> Matching:
    """Return a change as a matching of the plain problem, with the true gap to the best that may change anything."""
    evidence = best.certificate
    chosen = Matching.of(problem, change.pairs, status=Status.UNDECIDED, solver=solver)
    more = len(best.pairs) - len(chosen.pairs)
    if best.status != Status.OPTIMAL or not isinstance(evidence, OptimalityCertificate):
        return chosen
    if more == 0 and chosen.weight == best.weight:
        return replace(chosen, status=Status.OPTIMAL, certificate=evidence, gap=0)
    return replace(chosen, **_bounded(problem, chosen, best, evidence))


def _bounded(
    problem: Problem, chosen: Matching, best: Matching, evidence: OptimalityCertificate
) -> dict[str, Any]:
    """Return the gap that the duals of the best leave: those of the paired cover a set of so many pairs."""
    scale, bonus, y = evidence.scale, evidence.bonus, evidence.vertex_duals
    n_pairs = len(chosen.pairs)
    value = scale * (best.weight + bonus * len(best.pairs))
    if problem.objective != "best_total":
        rows = problem.one_place_each()[0].scores.shape[0] if problem.two_sided else len(y)
        kept = 1 if problem.two_sided else 2
        sides = (y[:rows], y[rows:])
        top = sum(sum(np.sort(side)[max(0, len(side) - kept * n_pairs) :].tolist()) for side in sides)
        value += top - sum(y.tolist())
    return {
        "status": Status.GAP,
        "gap": value // scale - bonus * n_pairs - chosen.weight,
        "pairs_gap": max(0, len(best.pairs) - n_pairs) if problem.objective != "best_total" else 0,
        "certificate": BoundCertificate(
            scale=scale,
            bonus=bonus,
            vertex_duals=y,
            pairs_covered=evidence.pairs_covered,
            blossom_parent=evidence.blossom_parent,
            blossom_duals=evidence.blossom_duals,
            vertex_blossom=evidence.vertex_blossom,
        ),
    }
