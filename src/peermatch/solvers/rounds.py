"""One round after the other from candidates that are kept, with some people who go first.

Candidates are everybody's best partners; what a search for them shows about all other pairs stays true when pairs are
forbidden later. So a round that only forbids the pairs of the round before starts from the candidates of that one and
from the pairs that pricing has added since, and is proved over all pairs as the first one was.

Whoever goes first is left out only where that cannot be helped. A pair is then worth ``w(u,v) + lift (first(u) +
first(v))``, with a lift that no total outweighs. As the lift belongs to people and not to pairs, it is a shift of dual
variables: ``y(u) - scale lift first(u)`` are priced against the plain scores, which need not know of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from peermatch.checks import check_count
from peermatch.errors import UnsupportedError
from peermatch.problem import (
    FORBIDDEN,
    ONE_POOL,
    TWO_SIDES,
    Control,
    Earlier,
    IntArray,
    Matching,
    OptimalityCertificate,
    Problem,
    ProtectedCertificate,
    Status,
)
from peermatch.solvers.bounds import bound_from_best
from peermatch.solvers.candidates import Places, Start, first_candidates, greedy_mate, sorted_once
from peermatch.solvers.engine import Solved, cardinality_bonus, require_room, solve_exactly
from peermatch.solvers.pricing import Outcome, look_at_all, pairs_of
from peermatch.solvers.stating import tightest

__all__ = ["Kept", "OneFirst", "match_kept"]


@dataclass(eq=False)
class Kept:
    """Candidates that are kept from round to round.

    Attributes
    ----------
    start : Start
        Of the first round, with the edges that pricing has added since.
    seen : Earlier or None
        What the last look at all pairs showed.
    """

    start: Start
    seen: Earlier | None = None

    @classmethod
    def of(cls, problem: Problem, k: int, control: Control | None = None) -> Kept:
        """Collect candidates, as `Blossom` does."""
        return cls(first_candidates(problem, Places.of(problem), k, control))

    def without(self, pairs: IntArray, offset: int) -> Kept:
        """Return the candidates that are left when these pairs, all allowed until now, are forbidden.

        Parameters
        ----------
        pairs : int64 array, shape (m, 2)
            A matching, as positions of rows and columns.
        offset : int
            The vertex of column 0.
        """
        start = self.start
        mate = np.full(len(start.best), -1, dtype=np.int64)
        u, v = pairs[:, 0], pairs[:, 1] + offset
        mate[u], mate[v] = v, u
        left = mate[start.u] != start.v
        covered = None if start.covered is None else start.covered - len(pairs)
        return Kept(
            replace(start, u=start.u[left], v=start.v[left], score=start.score[left], covered=covered),
            self.seen,
        )

    def add(self, u: IntArray, v: IntArray, places: Places) -> None:
        """Take in the allowed ones of some pairs of vertices."""
        start, size = self.start, max(1, places.n)
        known, keys = start.u * size + start.v, sorted_once(np.minimum(u, v) * size + np.maximum(u, v))
        place = np.searchsorted(known, keys)
        fresh = np.ones(len(keys), dtype=bool)
        inside = place < len(known)
        fresh[inside] = known[place[inside]] != keys[inside]
        u, v = keys[fresh] // size, keys[fresh] % size
        score = np.asarray(places.problem.scores.at(u, v - places.offset), dtype=np.int64)
        allowed = score != FORBIDDEN
        where = place[fresh][allowed]
        self.start = replace(
            start,
            u=np.insert(start.u, where, u[allowed]),
            v=np.insert(start.v, where, v[allowed]),
            score=np.insert(start.score, where, score[allowed]),
        )


class OneFirst:
    """The exact solver with people who go first: as many pairs as possible, then those people, then the best total.

    Parameters
    ----------
    first : int64 array, shape (n_vertices,), optional
        How much each person goes first, in positions of the problem (on two sides those of the left side first); the
        sum over all who are paired is made as large as possible. None: nobody does.
    k : int, default 32
        See `Blossom`.

    Attributes
    ----------
    kept : Kept or None
        The candidates of the last problem, for rounds to come.

    Examples
    --------
    >>> from peermatch.problem import DenseScores
    >>> problem = Problem(DenseScores([[0, 9, 2], [9, 0, 3], [2, 3, 0]]))
    >>> OneFirst(np.array([0, 0, 1])).solve(problem).pairs.tolist()
    [[1, 2]]
    """

    name: ClassVar[str] = "blossom"
    accepts: ClassVar[frozenset[str]] = frozenset({ONE_POOL, TWO_SIDES})

    def __init__(self, first: IntArray | None = None, k: int = 32) -> None:
        self.first = first
        self.k = check_count("OneFirst", "k", k, at_least=1)
        self.kept: Kept | None = None

    def solve(self, problem: Problem, *, control: Control | None = None) -> Matching:
        """Return an optimal matching; if asked to stop, a valid one with its gap.

        Raises
        ------
        UnsupportedError
            For capacities, for the objective ``"worst_first"``, or if the scores need more bits than there are.
        """
        self.kept = Kept.of(problem, self.k, control)
        return match_kept(problem, self.kept, self.first, control)


def match_kept(
    problem: Problem, kept: Kept, first: IntArray | None = None, control: Control | None = None
) -> Matching:
    """Match exactly over all pairs from kept candidates; see `OneFirst`.

    Parameters
    ----------
    problem : Problem
        One place each.
    kept : Kept
        Of these scores, or of the same with fewer pairs forbidden (see `Kept.without`). Edges are added to it.
    first : int64 array, shape (n_vertices,), optional
    control : Control, optional
    """
    if problem.has_places or problem.objective in ("worst_first", "leximin"):
        raise UnsupportedError(
            "Rounds and people who go first need one place each, and the objective 'everyone_first' or 'best_total'."
        )
    places = Places.of(problem)
    nobody = np.zeros(places.n, dtype=np.int64)
    search = _Search(problem, places, kept, nobody if first is None else np.asarray(first, dtype=np.int64))
    while not (control is not None and control.stopping):
        solved = search.solve(control)
        if not solved.finished or not search.price(solved, control):
            break
        if search.proved is not None:
            return _proved(search)
    return _stopped(search)


class _Search:
    """Price and repair with lifts: where it stands."""

    def __init__(self, problem: Problem, places: Places, kept: Kept, first: IntArray) -> None:
        if first.shape != (places.n,) or (first.size and int(first.min()) < 0):
            raise ValueError(f"first must hold {places.n} whole numbers of at least 0.")
        start = kept.start
        self.problem, self.places, self.kept, self.first = problem, places, kept, first
        self.lowest = min(0, int(start.score.min(initial=0)))
        floor = int(np.iinfo(np.int64).min) + 1 if problem.objective == "everyone_first" else 1
        none = np.full(places.n, -1, dtype=np.int64)
        self.mate = greedy_mate(places, start.u, start.v, start.score, none, lowest=floor, control=None)
        kept.add(*_ends_of(self.mate), places)  # so that as many pairs as possible are soon found
        self.proved: Solved | None = None
        self.rounds = self.edges = self.searches = 0
        self._set_bonus()

    def _set_bonus(self) -> None:
        """Set what no total outweighs: for one pair more, and for one more person who goes first.

        With one pair more nobody has to lose their partner (Berge), and where someone who goes first can take the place
        of somebody else, they can with as many pairs: so either outweighs all scores, and needs no more.
        """
        highest = int(self.kept.start.best.max(initial=0))
        enough = cardinality_bonus(self.places.most_pairs, highest, self.lowest)
        self.bonus = enough if self.problem.objective == "everyone_first" else 0
        self.lift = enough if self.first.any() else 0
        require_room(highest, self.bonus + 2 * self.lift * int(self.first.max(initial=0)))

    def solve(self, control: Control | None) -> Solved:
        """Match the candidates exactly."""
        start, lift = self.kept.start, self.lift * self.first
        weight = start.score + self.bonus + lift[start.u] + lift[start.v]
        useful = weight > 0
        solved = solve_exactly(
            self.places.n, start.u[useful], start.v[useful], weight[useful], control=control
        )
        self.rounds, self.edges = self.rounds + 1, int(useful.sum())
        self.searches += solved.searches
        if solved.finished:
            self.mate = solved.mate
        return solved

    def price(self, solved: Solved, control: Control | None) -> bool:
        """Look at all pairs with the duals of plain scores; False if asked to stop on the way."""
        # Pairs that are worth nothing are passed over there, but with somebody's lift they are worth something: so all
        # duals and the bonus are raised by the same, which leaves every slack as it is.
        raised = self.lift
        plain = replace(solved, vertex_duals=solved.vertex_duals - 2 * self.lift * self.first + raised)
        scan, self.kept.seen = look_at_all(
            self.places, plain, self.kept.start, self.bonus + raised, control, self.kept.seen
        )
        if scan is None:
            return False
        self.covered = scan.covered
        if scan.lowest < self.lowest:
            self.lowest = scan.lowest
            self._set_bonus()
        elif scan.worst == 0:
            self.proved = solved
            return True
        self.kept.add(scan.u, scan.v, self.places)
        return True

    @property
    def stats(self) -> dict[str, int]:
        """What was done."""
        return {"rounds": self.rounds, "edges": self.edges, "searches": self.searches}


def _proved(search: _Search) -> Matching:
    solved = search.proved
    assert solved is not None
    duals = OptimalityCertificate(
        scale=2,
        bonus=search.bonus,
        vertex_duals=solved.vertex_duals,
        pairs_covered=search.covered,
        blossom_parent=solved.blossom_parent,
        blossom_duals=solved.blossom_duals,
        vertex_blossom=solved.vertex_blossom,
    )
    protected = ProtectedCertificate(search.first, search.lift, duals) if search.lift else None
    return Matching.of(
        search.problem,
        pairs_of(search.mate, search.places),
        status=Status.OPTIMAL,
        solver=OneFirst.name,
        certificate=protected or duals,
        gap=0,
        stats=search.stats,
    )


def _stopped(search: _Search) -> Matching:
    """Return what there is, with the gap that everybody's best score leaves."""
    pairs = pairs_of(search.mate, search.places)
    start = search.kept.start
    outcome = Outcome(start, search.mate, search.bonus, bounds=[bound_from_best(start, search.bonus)])
    stated = tightest(search.problem, search.places, outcome, pairs)
    return Matching.of(
        search.problem,
        pairs,
        status=Status.GAP,
        solver=OneFirst.name,
        certificate=stated.certificate,
        gap=stated.gap,
        pairs_gap=stated.pairs_gap,
        stats=search.stats,
    )


def _ends_of(mate: IntArray) -> tuple[IntArray, IntArray]:
    u = np.flatnonzero(mate > np.arange(len(mate)))
    return u, mate[u]
