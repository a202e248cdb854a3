"""What it would cost everyone together to make one more pair: at once from the proof, exactly by solving again."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from peermatch.errors import PeerMatchError
from peermatch.explain.outcome import Outcome
from peermatch.problem import (
    GRID,
    BoundCertificate,
    Control,
    FlowCertificate,
    FlowProblem,
    IntArray,
    Matching,
    OptimalityCertificate,
    Problem,
    ProtectedCertificate,
    ShortageCertificate,
    Solver,
    Status,
    WorstFirstCertificate,
    scores_above,
    sorted_pairs,
)
from peermatch.problem.flow import bounds_of
from peermatch.scoring import LazyScores
from peermatch.solvers import Blossom
from peermatch.solvers.nearest import in_problem, keeping_most
from peermatch.solvers.rounds import OneFirst
from peermatch.solvers.transport import Transport
from peermatch.verify.forest import BlossomForest

__all__ = ["Forced", "Price", "Worth", "exact_solver", "forced_pair", "least_price"]

Vertices = tuple[IntArray, IntArray]


@dataclass(frozen=True)
class Worth:
    """What counts of a set of pairs, in the order in which it counts.

    Attributes
    ----------
    pairs : int
    going_first : int
        How many of those who go first have a partner, each as often as they go first.
    worst : int or None
        The lowest score, of 2**30, where the objective is ``worst_first`` or ``leximin``.
    total : int
        Of 2**30.
    """

    pairs: int
    going_first: int
    worst: int | None
    total: int


@dataclass(frozen=True)
class Price:
    """What a change costs the programme: pairs first, then those who go first, the worst pair, and the total.

    A negative number is a gain.

    Attributes
    ----------
    pairs : int
        Pairs fewer.
    going_first : int
        People who go first and would be left out.
    worst : float
        By how much the weakest pair would be weaker; 0 unless the objective is ``worst_first`` or ``leximin``.
    total : float
        Points of score less, over all pairs.
    """

    pairs: int
    going_first: int
    worst: float
    total: float

    @classmethod
    def between(cls, before: Worth, after: Worth) -> Price:
        """Return what is lost on the way from one to the other."""
        worst = 0.0
        if before.worst is not None and after.worst is not None:
            worst = (before.worst - after.worst) / GRID
        return cls(
            before.pairs - after.pairs,
            before.going_first - after.going_first,
            worst,
            (before.total - after.total) / GRID,
        )


@dataclass(frozen=True, eq=False)
class Forced:
    """The best set of pairs that has one given pair.

    Attributes
    ----------
    pairs : int64 array, shape (m, 2)
        Positions, demanded pairs and the forced one included.
    price : Price or None
        Against the result in hand; None where the minima of others could then not be met.
    exact : bool
        Whether no set of pairs with the forced one is better; else the search was stopped.
    nearest : bool
        Whether no set of pairs that is as good keeps more of those in hand.
    """

    pairs: IntArray
    price: Price | None
    exact: bool
    nearest: bool


# ---- at once, from the proof ----------------------------------------------------------------------------


def least_price(outcome: Outcome, vertices: Vertices | None, u: int, v: int) -> float | None:
    """Return what making a pair costs at least, in points of total score, unless fewer pairs are made.

    The slack of a pair in the certificate is what every set of pairs that has it falls short of the certificate's
    bound, bonus included: a set with as many pairs loses at least so much of the total.

    Parameters
    ----------
    outcome : Outcome
    vertices : pair of int64 arrays, optional
        Who stands behind each entry of the certificate (`CertificateView.vertices`).
    u, v : int
        Positions of a pair that is allowed.

    Returns
    -------
    float or None
        None where the certificate tells nothing.
    """
    certificate = outcome.matching.certificate
    if vertices is None or certificate is None:
        return None
    score = int(outcome.scores.at(_one(u), _one(v))[0])
    if isinstance(certificate, WorstFirstCertificate):
        if certificate.threshold is None or score < certificate.threshold:
            return None  # the worst pair would be worse, and that counts before the total
        certificate = certificate.within
    if isinstance(certificate, FlowCertificate):
        return _flow_slack(certificate, vertices, u, v, score)
    lifted: IntArray | None = None
    lift = 0
    if isinstance(certificate, ProtectedCertificate):
        lifted, lift, certificate = certificate.first, certificate.lift, certificate.within
    if not isinstance(certificate, OptimalityCertificate | BoundCertificate):
        return None
    slack = _slack(certificate, vertices, (u, v), outcome.two_sided, score, lifted, lift)
    gap = outcome.matching.gap or 0
    if slack is None or outcome.matching.pairs_gap:
        return None
    return max(0.0, (slack / certificate.scale - gap) / GRID)


def _slack(
    certificate: OptimalityCertificate | BoundCertificate,
    vertices: Vertices,
    pair: tuple[int, int],
    two_sided: bool,
    score: int,
    first: IntArray | None,
    lift: int,
) -> int | None:
    """Return the least slack over the places that the two have, in units of 1/scale; None for those without one."""
    left, right = vertices
    rows = np.flatnonzero(left == pair[0])
    columns = np.flatnonzero(right == pair[1]) + len(left) if two_sided else np.flatnonzero(left == pair[1])
    if not rows.size or not columns.size:
        return None
    duals = certificate.vertex_duals.tolist()
    forest, faults = BlossomForest.of(certificate, len(duals))
    if forest is None or faults:
        return None
    slacks = []
    for row in rows.tolist():
        for column in columns.tolist():
            lifts = 0 if first is None else lift * int(first[row] + first[column])
            _, common = forest.common(_one(row), slice(column, column + 1), object)
            inside = int(common[0, 0]) if common.size else 0
            worth = certificate.scale * (score + lifts + certificate.bonus)
            slacks.append(duals[row] + duals[column] + inside - worth)
    return int(min(slacks))


def _flow_slack(certificate: FlowCertificate, vertices: Vertices, u: int, v: int, score: int) -> float | None:
    rows, columns = np.flatnonzero(vertices[0] == u), np.flatnonzero(vertices[1] == v)
    if rows.size != 1 or columns.size != 1:
        return None
    y = int(certificate.left_duals[rows[0]]) + int(certificate.right_duals[columns[0]])
    return max(0, y - score - certificate.bonus) / GRID


# ---- exactly, by solving again --------------------------------------------------------------------------


def forced_pair(
    outcome: Outcome, u: int, v: int, *, solver: Solver | None = None, control: Control | None = None
) -> Forced | None:
    """Make one pair, solve what is left as the result in hand was solved, and compare.

    Parameters
    ----------
    outcome : Outcome
    u, v : int
        Positions of a pair that is allowed and of whom no demanded pair takes the place.
    solver : Solver, optional
        An exact one; the blossom solver where not given.
    control : Control, optional

    Returns
    -------
    Forced or None
        None where the problem is not one that is solved again.
    """
    problem, positions = outcome.problem, outcome.positions
    if problem is None or positions is None or not isinstance(problem.scores, LazyScores):
        return None
    if len(outcome.trios):
        return None  # a pair may cost a trio, which is not solved again here
    rest, left, right, kept = _without(outcome, problem, positions, u, v)
    first = _first_of(outcome)
    if solver is None:
        solver = exact_solver(problem, None if first is None else first[kept])
    try:
        matching = solver.solve(rest, control=control)
    except PeerMatchError:
        return None
    if isinstance(matching.certificate, ShortageCertificate):
        return Forced(outcome.pairs, None, True, True)
    if rest.objective == "worst_first":
        rest, matching = _total_above(outcome, rest, matching, (u, v), solver, control)
    now = in_problem(outcome.pairs, (left, right), two_sided=outcome.two_sided)
    nearest = keeping_most(rest, matching, now, control)
    if nearest is not None:
        matching = nearest
    found = np.stack([left[matching.pairs[:, 0]], right[matching.pairs[:, 1]]], axis=1)
    pairs = np.concatenate([found, np.array([[u, v]], dtype=np.int64), outcome.enforcement.required])
    before, after = _worth(outcome, outcome.pairs, first), _worth(outcome, pairs, first)
    pairs = sorted_pairs(pairs, two_sided=outcome.two_sided)
    return Forced(pairs, Price.between(before, after), _proved(matching), nearest is not None)


def _total_above(
    outcome: Outcome,
    rest: Problem,
    matching: Matching,
    pair: tuple[int, int],
    solver: Solver,
    control: Control | None,
) -> tuple[Problem, Matching]:
    """Solve what is left for the best total where the forced pair is the weakest of all.

    No better worst pair among the others is of use then, and would cost some of the total.
    """
    score = int(outcome.scores.at(_one(pair[0]), _one(pair[1]))[0])
    if not _proved(matching) or not len(matching.pairs):
        return rest, matching
    if int(rest.scores.at(matching.pairs[:, 0], matching.pairs[:, 1]).min()) <= score:
        return rest, matching
    among = replace(rest, scores=scores_above(rest.scores, score), objective="everyone_first")
    return among, solver.solve(among, control=control)


def exact_solver(problem: Problem, first: IntArray | None) -> Solver:
    """Return a solver that is exact for a problem, in which people may go first."""
    if first is not None:
        return OneFirst(first, Blossom().k)
    return Transport() if isinstance(problem, FlowProblem) or problem.many_to_many else Blossom()


def _proved(matching: Matching) -> bool:
    return matching.status == Status.OPTIMAL and not matching.gap


def _without(
    outcome: Outcome, problem: Problem, positions: Vertices, u: int, v: int
) -> tuple[Problem, IntArray, IntArray, IntArray]:
    """Return what is left to solve with one place of both taken, whom its rows and columns mean, and its vertices."""
    scores = problem.scores
    assert isinstance(scores, LazyScores)
    if not outcome.two_sided:
        order = positions[0]
        keep = np.flatnonzero((order != u) & (order != v))
        return Problem(scores.take(keep, keep), problem.objective), order[keep], order[keep], keep
    (low_left, low_right), (high_left, high_right) = bounds_of(problem)
    kept, places, minima = [], [], []
    for order, position, high, low in zip(
        positions, (u, v), (high_left, high_right), (low_left, low_right), strict=True
    ):
        taken = (order == position).astype(np.int64)
        left_over, needed = high - taken, np.maximum(low - taken, 0)
        keep = np.flatnonzero(left_over > 0)
        kept.append(keep)
        places.append(left_over[keep])
        minima.append(needed[keep])
    # where both have places left, the two are not paired twice
    here = [np.flatnonzero(order == position) for order, position in zip(positions, (u, v), strict=True)]
    once = scores.without(*here) if problem.many_to_many else scores
    open_ = once.take(kept[0], kept[1])
    rest = Problem(open_, problem.objective, (places[0], places[1]))
    if isinstance(problem, FlowProblem):
        rest = FlowProblem(open_, problem.objective, (places[0], places[1]), (minima[0], minima[1]))
    vertices = np.concatenate([kept[0], kept[1] + len(positions[0])])
    return rest, positions[0][kept[0]], positions[1][kept[1]], vertices


def _first_of(outcome: Outcome) -> IntArray | None:
    """Return how much each vertex goes first, where anyone does."""
    certificate = outcome.matching.certificate
    return certificate.first if isinstance(certificate, ProtectedCertificate) else None


def _worth(outcome: Outcome, pairs: IntArray, first: IntArray | None) -> Worth:
    """Return what counts of a set of pairs; those who are in demanded pairs go first in no order.

    The worst one is that of the pairs that demands leave free: no other one was anybody's choice.
    """
    scores = outcome.scores.at(pairs[:, 0], pairs[:, 1])
    going = 0
    if first is not None and outcome.positions is not None:
        left, right = outcome.positions
        columns = right if outcome.two_sided else left
        offset = len(left) if outcome.two_sided else 0
        one: dict[int, int] = {}
        number_of: tuple[dict[int, int], dict[int, int]] = (one, {} if outcome.two_sided else one)
        for hand, order in enumerate((left, columns)):
            for place, position in enumerate(order.tolist()):
                number_of[hand][position] = int(first[place + (offset if hand else 0)])
        going = sum(number_of[0].get(a, 0) + number_of[1].get(b, 0) for a, b in pairs.tolist())
    worst = None
    if outcome.objective in ("worst_first", "leximin"):
        size, in_order = len(outcome.cohort(1)), [outcome.enforcement.required, pairs]
        if not outcome.two_sided:
            in_order = [np.sort(some, axis=1) for some in in_order]
        held, keys = (some[:, 0] * size + some[:, 1] for some in in_order)
        free = scores[~np.isin(keys, held)]
        worst = int(free.min()) if len(free) else None
    return Worth(len(pairs), going, worst, sum(map(int, scores.tolist())))


def _one(position: int) -> IntArray:
    return np.array([position], dtype=np.int64)
