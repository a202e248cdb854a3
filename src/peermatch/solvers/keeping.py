"""The search behind "break at most m": prices for broken pairs, mixed answers, and branch and bound.

For a price p the best of ``value - p broken`` is exact, and ``best(p) + p m`` bounds every answer that breaks at most m
(Lagrange). At the price where the answer changes from too many broken pairs to few enough, two best answers differ in
chains and rings of pairs, each of which may be taken from either: whatever the mixture, it is a best answer at that
price. So chains are taken from the one that breaks more as long as the limit allows it. Where the limit is met exactly,
the mixture is the best of all; else branch and bound over the earlier pairs closes what is left, on small pools.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from peermatch.errors import InfeasibleError
from peermatch.problem import (
    FORBIDDEN,
    GRID,
    Control,
    IntArray,
    KeptScores,
    Matching,
    Problem,
    SearchableScores,
    Status,
)
from peermatch.solvers.blossom import Blossom
from peermatch.solvers.candidates import row_blocks
from peermatch.solvers.engine import cardinality_bonus
from peermatch.solvers.stating import total_of

__all__ = ["Answer", "Bools", "Run", "Search", "branch_and_bound", "which_kept"]

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Run:
    """One penalised problem, solved: `value` holds the bonus for more pairs, `bound` is of value and prices.

    `price` is what every free pair was worth more, `count` how many free pairs are kept.
    """

    pairs: IntArray
    kept: Bools
    count: int
    total: int
    value: int
    bound: int
    price: int
    penalised: Problem
    proved: Matching


@dataclass(frozen=True, eq=False)
class Answer:
    """The best found, a bound on all that break no more, and the run whose duals prove `root_bound`."""

    best: Run
    bound: int
    root_bound: int
    by: Run
    nodes: int


@dataclass(frozen=True, eq=False)
class _Stretch:
    """What prices lead to where some pairs are forced and some do not count: `low` breaks too many, if any does."""

    best: Run | None
    bound: int
    by: Run
    low: Run


class Search:
    """Solves for prices; more pairs first is made part of the value, so that a price may outweigh it."""

    def __init__(self, problem: Problem, earlier: IntArray, k: int, control: Control | None) -> None:
        self.problem, self.earlier, self._k, self._control = problem, earlier, k, control
        self.stopped = False  # whether any search was told to stop
        low, high = _range(problem)
        places = problem.one_place_each()[0].scores.shape
        most = min(places) if problem.two_sided else places[0] // 2
        self.low = low
        first = problem.objective == "everyone_first"
        self.shift = cardinality_bonus(most, high, low) - low if first else 0
        # to put a pair in, two others at most are taken out
        self.highest_price = 2 * max(0, high + self.shift) + max(0, -(low + self.shift)) + 1

    def at(self, price: int, free: Bools | None = None, forced: Bools | None = None) -> Run:
        """Return the best where each free pair is worth a price more, and forced ones enough to be kept."""
        free = np.ones(len(self.earlier), dtype=bool) if free is None else free
        bonus = np.where(free, price, 0)
        if forced is not None:
            bonus = np.where(forced, self.highest_price, bonus)
        scores = KeptScores(self.problem.scores, self.earlier, bonus, self.shift)
        penalised = Problem(scores, "best_total", self.problem.capacity)
        proved = Blossom(k=self._k).solve(penalised, control=self._control)
        self.stopped |= proved.status != Status.OPTIMAL
        kept = which_kept(self.earlier, proved.pairs, self.problem)
        value = proved.weight - int(bonus[kept].sum(dtype=object))
        total = value - self.shift * len(proved.pairs)
        bound = proved.weight + (proved.gap or 0)
        counted = int((kept & free).sum())
        return Run(proved.pairs, kept, counted, total, value, bound, price, penalised, proved)

    def mixed(self, low: Run, high: Run, free: Bools, room: int, *, biggest_first: bool = True) -> Run:
        """Return `high` with chains of `low` where they are worth more, as long as so many free pairs may go.

        Where both are best at one price, all chains are worth the same for each pair that goes, and big ones come
        first; otherwise those come first that are worth most for each.
        """
        chain, ours = self._chains(high.pairs, low.pairs)
        pairs = np.concatenate([high.pairs, low.pairs])
        sign = np.where(ours, -1, 1)
        counts = which_kept(pairs, self.earlier[free], self.problem)
        size = int(chain.max(initial=-1)) + 1
        score, number, lost = (np.zeros(size, dtype=np.int64) for _ in range(3))
        np.add.at(score, chain, sign * self.problem.scores.at(pairs[:, 0], pairs[:, 1]))
        np.add.at(number, chain, sign)
        np.subtract.at(lost, chain, sign * counts)
        gain = score + self.shift * number
        taken = np.zeros(size, dtype=bool)
        order = (
            np.lexsort((-gain, -lost))
            if biggest_first
            else np.argsort(-gain / np.maximum(1, lost), kind="stable")
        )
        for at in order.tolist():
            if gain[at] > 0 and lost[at] <= room:
                taken[at] = True
                room -= int(lost[at])
        chosen = np.where(ours, ~taken[chain], taken[chain])
        return self.run_of(np.unique(pairs[chosen], axis=0), high, free)

    def _chains(self, first: IntArray, second: IntArray) -> tuple[IntArray, Bools]:
        """Return for each pair of both in which connected part of them it is, and whether it is of the first."""
        pairs = np.concatenate([first, second])
        offset = self.problem.scores.shape[0] if self.problem.two_sided else 0
        n = self.problem.n_vertices
        shared = np.concatenate(
            [which_kept(first, second, self.problem), which_kept(second, first, self.problem)]
        )
        differ = pairs[~shared]
        from scipy.sparse import coo_array  # slow to import, and only limits on broken pairs need it
        from scipy.sparse.csgraph import connected_components

        graph = coo_array((np.ones(len(differ)), (differ[:, 0], differ[:, 1] + offset)), shape=(n, n))
        # pairs of both answers touch no other, but where people have several places: then each stands for itself
        parts, of_vertex = connected_components(graph, directed=False)
        chain = of_vertex[pairs[:, 0]].astype(np.int64)
        ours = np.arange(len(pairs)) < len(first)
        chain[shared & ours] = parts + np.arange(int((shared & ours).sum()))
        chain[shared & ~ours] = chain[shared & ours]  # both are sorted
        return chain, ours

    def run_of(self, pairs: IntArray, like: Run, free: Bools) -> Run:
        """Return other pairs as an answer to the same penalised problem, with its proof as a bound."""
        kept = which_kept(self.earlier, pairs, self.problem)
        total = total_of(self.problem, pairs)
        value = total + self.shift * len(pairs)
        return replace(like, pairs=pairs, kept=kept, count=int((kept & free).sum()), total=total, value=value)


def branch_and_bound(search: Search, need: int, nodes: int) -> Answer:
    """Return the best that keeps as many as needed, and a bound on all such.

    Raises
    ------
    InfeasibleError
        If so many do not fit into the places that people have.
    """
    everything, none = np.ones(len(search.earlier), dtype=bool), np.zeros(len(search.earlier), dtype=bool)
    root = _lagrange(search, everything, none, need)
    best, low = root.best, root.low
    if best is None and search.stopped:  # nothing is known but that earlier pairs may stay
        best = search.run_of(search.earlier, low, everything)
    if best is None:
        raise InfeasibleError(
            f"No more than {int(low.kept.sum())} of {len(search.earlier)} earlier pairs fit into the places that "
            f"people have now; {need} are to be kept.",
            [{"rule": "keep", "ids": pair} for pair in search.earlier[~low.kept].tolist()],
        )
    queue = [(-root.bound, 0, everything, none, root)]
    visited = 0
    while queue and -queue[0][0] > best.value and visited < nodes and not search.stopped:
        entry = heapq.heappop(queue)
        _, _, free, forced, parent = entry
        for child, demanded in _children(free, forced, parent.low):
            visited += 1
            if int((child | demanded).sum()) < need:
                continue
            # its parent's price alone shows of most cases that nothing better is among them
            at_once = search.at(parent.by.price, child, demanded)
            if _bound_of(search, at_once, int(demanded.sum()), need) <= best.value:
                continue
            found = _lagrange(search, child, demanded, need)
            run = found.best
            if run is not None and run.value > best.value and int(run.kept.sum()) >= need:
                best = run
            if search.stopped:  # what this case holds is not known, so all of its parent stays open
                heapq.heappush(queue, entry)
                break
            if run is not None and found.bound > best.value:
                heapq.heappush(queue, (-found.bound, visited, child, demanded, found))
    bound = max(best.value, *(-entry[0] for entry in queue)) if queue else best.value
    return Answer(best, bound, root.bound, root.by, visited)


def _children(free: Bools, forced: Bools, low: Run) -> Iterator[tuple[Bools, Bools]]:
    """Split at the first free pair that the cheap answer breaks: it is kept, or it does not count as kept."""
    at = np.flatnonzero(free & ~low.kept)
    if not len(at):
        return
    rest, more = free.copy(), forced.copy()
    rest[at[0]], more[at[0]] = False, True
    yield rest, more
    yield rest, forced


def _lagrange(search: Search, free: Bools, forced: Bools, need: int) -> _Stretch:
    """Search for the price at which the answer changes from too many broken pairs to few enough."""
    held = int(forced.sum())

    def bound_of(run: Run) -> int:
        return _bound_of(search, run, held, whole)

    whole, need = need, max(0, need - held)
    low = search.at(0, free, forced)
    if low.count >= need:
        return _Stretch(low, bound_of(low), low, low)
    seen = [low]
    high = search.at(search.highest_price, free, forced)
    by = min(low, high, key=bound_of)
    if high.count < need:
        return _Stretch(None, bound_of(by), by, low)
    best = high
    while not search.stopped:
        price = -(-(low.value - high.value) // (high.count - low.count))
        run = search.at(price, free, forced)
        by = min(by, run, key=bound_of)
        if run.count >= need and run.value > best.value:
            best = run
        reached = max(low.value + price * low.count, high.value + price * high.count)
        if run.value + price * run.count <= reached:
            break
        low, high = (low, run) if run.count >= need else (run, high)
        seen = [*seen, low] if seen[-1] is not low else seen
    best = _best_mixture(search, low, high, best, free, need)
    for run in reversed(seen):  # what room is left is used for what is worth most elsewhere
        fuller = search.mixed(run, best, free, best.count - need, biggest_first=False)
        best = fuller if fuller.value > best.value and fuller.count >= need else best
    return _Stretch(best, bound_of(by), by, low)


def _bound_of(search: Search, run: Run, held: int, need: int) -> int:
    """Return what no answer that keeps so many is worth more than, where `held` pairs are forced."""
    return run.bound - search.highest_price * held - run.price * max(0, need - held)


def _best_mixture(search: Search, low: Run, high: Run, best: Run, free: Bools, need: int) -> Run:
    mixture = search.mixed(low, high, free, high.count - need)
    return mixture if mixture.value > best.value and mixture.count >= need else best


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


def which_kept(earlier: IntArray, pairs: IntArray, problem: Problem) -> Bools:
    """Return which of the earlier pairs are among these."""
    width = max(1, problem.scores.shape[1])
    return np.isin(earlier[:, 0] * width + earlier[:, 1], pairs[:, 0] * width + pairs[:, 1])
