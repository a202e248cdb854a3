"""Changing little: the best matching that keeps an earlier one's pairs, at a price or up to a number.

A price for every broken pair is a bonus for every kept one, so that each price has an exact answer with a certificate
(of the penalised total). "At most m broken" has no known deterministic polynomial algorithm: prices give an answer and
a bound (see `peermatch.solvers.keeping`), and branch and bound closes the gap where its limit allows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from peermatch.errors import UnsupportedError
from peermatch.problem import (
    FORBIDDEN,
    BoundCertificate,
    Control,
    IntArray,
    KeptScores,
    Matching,
    OptimalityCertificate,
    Problem,
    Status,
    sorted_pairs,
)
from peermatch.solvers.blossom import Blossom
from peermatch.solvers.keeping import Answer, Bools, Search, branch_and_bound, which_kept

__all__ = [
    "EXACT_UP_TO",
    "Change",
    "allowed_pairs",
    "as_part_of_all",
    "at_price",
    "break_at_most",
    "check_objective",
    "keep_all",
]

EXACT_UP_TO = 200
"""Up to so many people "at most m" is searched until it is exact, or `nodes` is met."""


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
    price : int
        What a broken pair costs in `penalised`.
    gap, pairs_gap : int or None
        What another matching under the same demand (no pair broken, or at most m) could have more: in the total at as
        many pairs, and in pairs. At a price: of the total less the price of what is broken. None: nothing is proved.
    penalised : Problem
        In which kept pairs are worth more: the one that `proved` answers.
    proved : Matching
        With the certificate, for `penalised`. At a price it has these pairs. Of `break_at_most` it proves a bound: its
        weight less the price for each pair that must be kept.
    nodes : int
        Penalised problems solved by branch and bound; 0 where none was needed.
    shift : int
        Of `break_at_most`: what every pair is worth more in `penalised`, so that more pairs come first.
    proved_gap : int
        What `proved` alone leaves open, of total and shifts; branch and bound may have made it less.
    """

    pairs: IntArray
    total: int
    kept: Bools
    price: int
    gap: int | None
    pairs_gap: int
    penalised: Problem
    proved: Matching
    nodes: int = 0
    shift: int = 0
    proved_gap: int = 0

    @property
    def broken(self) -> int:
        """How many of the earlier pairs are not kept."""
        return int((~self.kept).sum())


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
    check_objective(problem)
    if price < 0:
        raise ValueError(f"A price must be at least 0. Got {price}.")
    earlier = allowed_pairs(problem, pairs)
    bonus = np.full(len(earlier), price, dtype=np.int64)
    penalised = replace(problem, scores=KeptScores(problem.scores, earlier, bonus))
    proved = Blossom(k=k).solve(penalised, control=control)
    kept = which_kept(earlier, proved.pairs, problem)
    total = proved.weight - price * int(kept.sum())
    return Change(proved.pairs, total, kept, price, proved.gap, proved.pairs_gap, penalised, proved)


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
    nodes: int | None = None,
    k: int = 32,
    control: Control | None = None,
) -> Change:
    """Return the best matching found that breaks at most so many of the earlier pairs, with its true gap.

    The limit comes first, then (where everyone comes first) the number of pairs, then the total. Breaking none, and
    whatever a price leads to exactly, has a gap of 0; else up to `EXACT_UP_TO` people branch and bound closes the gap,
    which is a fraction of one pair's score as a rule.

    Parameters
    ----------
    problem, pairs, k, control
        See `at_price`.
    at_most : int
        At least 0.
    nodes : int, optional
        So many cases are branched into at most: 1,000 up to `EXACT_UP_TO` people, a few up to 1,000, else none.

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
    check_objective(problem)
    if at_most < 0:
        raise ValueError(f"at_most must be at least 0. Got {at_most}.")
    search = Search(problem, allowed_pairs(problem, pairs), k, control)
    need = max(0, len(search.earlier) - at_most)
    return _stated(search, branch_and_bound(search, need, _cases(problem) if nodes is None else nodes))


def _cases(problem: Problem) -> int:
    """Return into how many cases it is worth to branch: each takes several times as long as a matching."""
    people = problem.n_vertices
    return 1_000 if people <= EXACT_UP_TO else 16 if people <= 5 * EXACT_UP_TO else 0


def _stated(search: Search, answer: Answer) -> Change:
    """Say what the bound on the value leaves open, in pairs and in the total."""
    best, pairs_gap = answer.best, 0
    gap = answer.bound - best.value
    if search.shift and gap > 0:  # every pair is worth the shift and the lowest score at least
        pairs_gap = max(0, answer.bound // (search.shift + search.low) - len(best.pairs))
    return Change(
        best.pairs,
        best.total,
        best.kept,
        answer.by.price,
        gap,
        pairs_gap,
        answer.by.penalised,
        answer.by.proved,
        answer.nodes,
        search.shift,
        answer.root_bound - best.value,
    )


def check_objective(problem: Problem) -> None:
    """Refuse objectives for which no price is exact."""
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
