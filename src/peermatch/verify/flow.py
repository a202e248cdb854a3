"""Check assignments with minimum and maximum capacities: from the scores and the certificate alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from peermatch.kernels.checking import LOWEST, N_PAIRS, TALLY, TOO_GREAT, add_beyond
from peermatch.problem import (
    FORBIDDEN,
    FlowCertificate,
    FlowProblem,
    IntArray,
    Matching,
    Problem,
    ShortageCertificate,
    Status,
)
from peermatch.verify.proof import Proof, summed_up
from peermatch.verify.validity import check_valid

__all__ = ["check_none_or_at_least", "prove_flow", "prove_shortage"]

_CELLS = 1 << 22
_ROOM = 1 << 60


def prove_flow(problem: Problem, matching: Matching) -> Proof:
    """Check a `FlowCertificate` in exact integers, by one pass over all allowed pairs.

    The duals, of either sign, bound every assignment (see `FlowCertificate`); nothing about them can be false but the
    claims made with them: that the matching reaches the bound, or comes as near to it as its stated gap. For
    ``"everyone_first"`` the bonus must also leave no room for more pairs than stated.

    Parameters
    ----------
    problem : Problem
        A `FlowProblem` where there are minima, which the matching has to meet.
    matching : Matching
        With a `FlowCertificate`.

    Examples
    --------
    >>> from peermatch.problem import DenseScores
    >>> problem = Problem(DenseScores([[5]], two_sided=True), "best_total")
    >>> duals = FlowCertificate(bonus=0, left_duals=np.array([5]), right_duals=np.array([0]), pairs_covered=1)
    >>> matching = Matching.of(problem, [[0, 0]], status=Status.OPTIMAL, solver="by hand", certificate=duals, gap=0)
    >>> prove_flow(problem, matching).verified
    True
    """
    faults = check_valid(matching, problem)
    certificate = matching.certificate
    if not isinstance(certificate, FlowCertificate):
        return Proof(False, (*faults, "The matching carries no certificate of a flow."))
    faults += _form_faults(problem, certificate)
    if faults:
        return Proof(False, tuple(faults))
    low, high = _limits(problem)
    faults += _minimum_faults(matching, low)
    pairs, lowest, beyond = _pass_over(problem, certificate)
    bound = beyond
    for y, least, most in zip((certificate.left_duals, certificate.right_duals), low, high, strict=True):
        bound += sum(
            (m if dual > 0 else n) * dual
            for dual, n, m in zip(y.tolist(), least.tolist(), most.tolist(), strict=True)
        )
    optimal = matching.status == Status.OPTIMAL
    claimed = certificate.pairs_covered
    if claimed != pairs and (optimal or not 0 <= claimed < pairs):
        faults.append(f"The certificate claims {claimed} allowed pairs; there are {pairs}.")
    count, bonus = len(matching.pairs), certificate.bonus
    gap = bound - bonus * count - matching.weight
    if (optimal and (gap != 0 or matching.gap != 0)) or matching.gap is None or gap > matching.gap:
        faults.append(f"The stated gap is {matching.gap}; the duals prove no less than {gap}.")
    pairs_bound = None
    if problem.objective == "best_total":
        if bonus != 0:
            faults.append(f"For the best total the bonus must be 0; it is {bonus}.")
    else:
        pairs_bound = min(int(side.sum()) for side in high)
        if bonus + lowest > 0:
            pairs_bound = min(pairs_bound, bound // (bonus + lowest))
        if pairs_bound - count > (0 if optimal else matching.pairs_gap):
            faults.append(f"The duals leave room for {pairs_bound - count} more pairs.")
    return Proof(not faults, tuple(faults), pairs, bound - bonus * count, gap, pairs_bound)


def prove_shortage(problem: Problem, matching: Matching) -> Proof:
    """Check a `ShortageCertificate`: that these people demand more than all others can supply.

    Examples
    --------
    >>> from peermatch.problem import DenseScores
    >>> two = np.array([2])
    >>> problem = FlowProblem(DenseScores([[5]], two_sided=True), capacity=(two, None), minimum=(two, None))
    >>> short = ShortageCertificate("left", np.array([0]), 2, 1, 1, True)
    >>> nobody = Matching.of(problem, [], status=Status.INFEASIBLE, solver="by hand", certificate=short)
    >>> prove_shortage(problem, nobody).verified
    True
    """
    certificate = matching.certificate
    faults = check_valid(matching, problem)
    if not isinstance(certificate, ShortageCertificate):
        return Proof(False, (*faults, "The matching carries no certificate of a shortage."))
    if len(matching.pairs):
        faults.append("Pairs are given although none of them can be part of an assignment.")
    side = {"left": 0, "right": 1}.get(certificate.side)
    people = np.asarray(certificate.people)
    if side is None or people.dtype != np.int64 or people.ndim != 1 or (np.diff(people) <= 0).any():
        return Proof(False, (*faults, "A shortage names a side and positions in it, ascending, each once."))
    size = problem.scores.shape[side]
    if not people.size or int(people[0]) < 0 or int(people[-1]) >= size:
        return Proof(False, (*faults, f"The people of a shortage must be within the {size} of their side."))
    low, high = _limits(problem)
    each = _allowed_with(problem, people, side)
    demanded = sum(low[side][people].tolist())
    supplied = sum(np.minimum(high[1 - side], each).tolist())
    pairs = int(each.sum())
    stated = (certificate.demanded, certificate.supplied, certificate.pairs_covered)
    if stated != (demanded, supplied, pairs):
        faults.append(
            f"Demand, supply and pairs are given as {stated}; they are {(demanded, supplied, pairs)}."
        )
    if demanded <= supplied:
        faults.append(f"A demand of {demanded} is no more than the {supplied} that others can supply.")
    return Proof(not faults, tuple(faults), pairs)


def check_none_or_at_least(
    problem: Problem, matching: Matching, least: tuple[IntArray | None, IntArray | None]
) -> list[str]:
    """List what is wrong with an assignment in which everybody has no partner or at least so many; empty if nothing.

    Parameters
    ----------
    problem : Problem
        Minima of a `FlowProblem` hold in any case.
    matching : Matching
    least : pair of int64 arrays or None

    Examples
    --------
    >>> from peermatch.problem import DenseScores
    >>> problem = Problem(DenseScores([[5, 4]], two_sided=True))
    >>> matching = Matching.of(problem, [[0, 0]], status=Status.GAP, solver="by hand")
    >>> check_none_or_at_least(problem, matching, (None, np.array([2, 0])))
    ['Right person 0 has 1 partners and needs none or at least 2.']
    """
    faults = [*check_valid(matching, problem), *_minimum_faults(matching, _limits(problem)[0])]
    for place, (who, demanded) in enumerate(zip(("Left", "Right"), least, strict=True)):
        if demanded is None:
            continue
        has = np.bincount(matching.pairs[:, place], minlength=len(demanded))
        few = np.flatnonzero((has > 0) & (has < demanded))
        lines = (
            f"{who} person {p} has {has[p]} partners and needs none or at least {demanded[p]}."
            for p in few.tolist()
        )
        faults += summed_up(lines, len(few), "such people")
    return faults


def _limits(problem: Problem) -> tuple[list[IntArray], list[IntArray]]:
    """Return everybody's least and greatest number of partners, by side."""
    least = problem.minimum if isinstance(problem, FlowProblem) else (None, None)
    low, high = [], []
    for size, minimum, places in zip(problem.scores.shape, least, problem.capacity, strict=True):
        low.append(np.zeros(size, dtype=np.int64) if minimum is None else minimum)
        high.append(np.ones(size, dtype=np.int64) if places is None else places)
    return low, high


def _form_faults(problem: Problem, certificate: FlowCertificate) -> list[str]:
    if not problem.two_sided:
        return ["A certificate of a flow is for two sides."]
    faults = []
    for name, size in zip(("left_duals", "right_duals"), problem.scores.shape, strict=True):
        duals: npt.NDArray[Any] = np.asarray(getattr(certificate, name))
        if duals.shape != (size,) or duals.dtype != np.int64:
            faults.append(
                f"{name} must be int64 with the shape ({size},); it is {duals.dtype} {duals.shape}."
            )
        elif size and max(-int(duals.min()), int(duals.max())) >= _ROOM:
            faults.append(f"{name} holds numbers of 2**60 or more, which are not added up here.")
    if isinstance(certificate.bonus, bool) or not isinstance(certificate.bonus, int):
        faults.append(f"The bonus must be a whole number; it is {certificate.bonus!r}.")
    elif abs(certificate.bonus) >= _ROOM:
        faults.append("The bonus must be below 2**60.")
    return faults


def _minimum_faults(matching: Matching, low: list[IntArray]) -> list[str]:
    faults = []
    for place, (who, least) in enumerate(zip(("Left", "Right"), low, strict=True)):
        used = np.bincount(matching.pairs[:, place], minlength=len(least))
        few = np.flatnonzero(used < least)
        lines = (f"{who} person {p} has {used[p]} partners and needs {least[p]}." for p in few.tolist())
        faults += summed_up(lines, len(few), "such people")
    return faults


def _blocks(rows: IntArray, columns: int) -> list[IntArray]:
    step = max(1, _CELLS // max(1, columns))
    return [rows[i : i + step] for i in range(0, len(rows), step)]


def _pass_over(problem: Problem, certificate: FlowCertificate) -> tuple[int, int, int]:
    """Return how many pairs are allowed, their lowest score (at most 0), and what they are worth beyond their duals."""
    rows, columns = problem.scores.shape
    most = _ROOM // max(1, columns)  # a row's sum stays within 64 bits
    tally, beyond = np.zeros(TALLY, dtype=np.int64), 0
    for some in _blocks(np.arange(rows, dtype=np.int64), columns):
        block = np.require(problem.scores.block(some), np.int64, ["C"])
        of_rows, before = np.zeros(len(some), dtype=np.int64), tally.copy()
        duals = (certificate.left_duals, certificate.right_duals)
        add_beyond(block, some, *duals, certificate.bonus, most, of_rows, tally)
        if tally[TOO_GREAT]:
            tally = before
            beyond += _in_any_size(block, duals[0][some], duals[1], certificate.bonus, tally)
        else:
            beyond += sum(of_rows.tolist())
    return int(tally[N_PAIRS]), int(tally[LOWEST]), beyond


def _in_any_size(block: IntArray, left: IntArray, right: IntArray, bonus: int, tally: IntArray) -> int:
    """Count on and return what a block is worth beyond its duals, in Python integers where it is summed up."""
    allowed = block != FORBIDDEN
    tally[N_PAIRS] += allowed.sum()
    tally[LOWEST] = min(tally[LOWEST], block.min(where=allowed, initial=0))
    if (allowed & (np.abs(block >> 1) >= _ROOM >> 1)).any():
        raise ValueError("Scores of 2**60 or more cannot be checked.")
    # subtracting one by one keeps within 64 bits: duals and bonus are below 2**60
    over = np.where(allowed, block, 0) + bonus - left[:, None] - right[None, :]
    return sum(over[allowed & (over > 0)].tolist())


def _allowed_with(problem: Problem, people: IntArray, side: int) -> IntArray:
    """Return how many of these people each person of the other side may be paired with."""
    rows, columns = problem.scores.shape
    if side == 0:
        each = np.zeros(columns, dtype=np.int64)
        for some in _blocks(people, columns):
            each += (problem.scores.block(some) != FORBIDDEN).sum(axis=0)
        return each
    each = np.zeros(rows, dtype=np.int64)
    for some in _blocks(np.arange(rows, dtype=np.int64), columns):
        each[some] = (problem.scores.block(some)[:, people] != FORBIDDEN).sum(axis=1)
    return each
