"""Check circles: who sits where, what is forbidden, rules, every number that is claimed, and the bound."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import combinations

import numpy as np

from peermatch.problem import (
    FORBIDDEN,
    CircleBound,
    CircleMatching,
    CircleProblem,
    CircleRule,
    IntArray,
    Status,
)
from peermatch.verify.proof import Proof, summed_up

__all__ = ["check_circles", "prove_circles"]

_CELLS = 1 << 22


def check_circles(problem: CircleProblem, matching: CircleMatching) -> list[str]:
    """List everything that is wrong with circles, in sentences that name positions. Takes O(pairs in circles) look-ups.

    Checked are: that positions are in range and nobody sits twice; that the circles fit into the sizes of the
    problem, none with fewer than `smallest` members; that no forbidden pair sits together; every rule; each
    person's fit and the total; that the gaps are none below 0; and that ``optimal`` goes with gaps of 0.

    Returns
    -------
    list of str
        Empty for circles that are what they claim to be, as far as it can be told without a look at all pairs.

    Examples
    --------
    >>> from peermatch.problem import DenseScores
    >>> problem = CircleProblem(DenseScores([[0, 1, 2], [1, 0, FORBIDDEN], [2, FORBIDDEN, 0]]), [3])
    >>> found = CircleMatching.of(problem, [[0, 1, 2]], bound=9, status=Status.GAP, solver="by hand")
    >>> check_circles(problem, found)[0]
    'People 1 and 2 sit together in circle 0, which is forbidden.'
    """
    circles = [[int(x) for x in members] for members in matching.circles]
    faults = _seat_faults(problem, matching, circles)
    if faults:  # scores of such circles cannot be looked up
        return faults
    return [
        *_size_faults(problem, circles),
        *(fault for rule in problem.rules for fault in _rule_faults(rule, circles)),
        *_score_faults(problem, matching, circles),
        *_claim_faults(problem, matching, circles),
    ]


def prove_circles(problem: CircleProblem, matching: CircleMatching) -> Proof:
    """Check circles as `check_circles` does, and their bound over all allowed pairs, computed anew from its evidence.

    Returns
    -------
    Proof
        `verified` where all that is claimed was found true. Circles without evidence (those of small pools, found
        by a look at all possibilities) are checked as far as that goes, and not verified. `upper_bound` is the
        bound found here, on the total of any circles of these sizes; `gap` is what it leaves open.

    Examples
    --------
    >>> from peermatch.problem import DenseScores
    >>> problem = CircleProblem(DenseScores([[0, 1, 2], [1, 0, 3], [2, 3, 0]]), [3])
    >>> evidence = CircleBound("prices", 6, np.array([0, 1, 2]))
    >>> found = CircleMatching.of(
    ...     problem, [[0, 1, 2]], bound=6, status=Status.OPTIMAL, solver="by hand", certificate=evidence
    ... )
    >>> prove_circles(problem, found).verified
    True
    """
    faults = check_circles(problem, matching)
    evidence = matching.certificate
    if evidence is None or faults:
        return Proof(False, tuple(faults))
    total, pairs, wrong = _bound_anew(problem, evidence)
    faults += wrong
    if total is not None and total != evidence.total:
        faults.append(f"The evidence proves a bound of {total}; it claims {evidence.total}.")
    if evidence.total != matching.bound:
        faults.append(f"The bound is given as {matching.bound}; the evidence is for {evidence.total}.")
    gap = None if total is None else total - matching.total
    return Proof(not faults, tuple(faults), pairs, total, gap)


def _seat_faults(problem: CircleProblem, matching: CircleMatching, circles: list[list[int]]) -> list[str]:
    faults = []
    if matching.n != problem.n or np.shape(matching.fit) != (problem.n,):
        faults.append(f"The circles are of {matching.n} people, the problem of {problem.n}.")
    seats = Counter(x for members in circles for x in members)
    outside = sorted(x for x in seats if not 0 <= x < problem.n)
    twice = sorted(x for x, count in seats.items() if count > 1)
    faults += summed_up(
        (f"Person {x} is not one of the problem's." for x in outside), len(outside), "such people"
    )
    faults += summed_up((f"Person {x} sits in {seats[x]} places." for x in twice), len(twice), "such people")
    return faults


def _size_faults(problem: CircleProblem, circles: list[list[int]]) -> list[str]:
    """A circle fits into any size that is no smaller: the largest circle takes the largest size, and so on."""
    small = [k for k, members in enumerate(circles) if len(members) < problem.smallest]
    faults = summed_up(
        (f"Circle {k} has {len(circles[k])} members; {problem.smallest} are the fewest." for k in small),
        len(small),
        "such circles",
    )
    found = sorted((len(members) for members in circles), reverse=True)
    sizes = sorted(problem.sizes, reverse=True)
    if len(found) > len(sizes):
        faults.append(f"There are {len(found)} circles; {len(sizes)} are asked for.")
    faults += [
        f"A circle of {members} does not fit: sizes are {', '.join(map(str, sizes[:12]))}."
        for members, size in list(zip(found, sizes, strict=False))[:1000]
        if members > size
    ][:1]
    return faults


def _rule_faults(rule: CircleRule, circles: list[list[int]]) -> list[str]:
    faults = []
    for k, members in enumerate(circles):
        codes = [int(rule.codes[x]) for x in members]
        known = Counter(code for code in codes if code >= 0)
        if rule.kind == "nobody_alone":
            broken = [f"one person alone has code {code}" for code, count in known.items() if count == 1]
        elif rule.kind == "at_most":
            most = rule.most or 0
            broken = [f"{count} people have code {code}" for code, count in known.items() if count > most]
        elif rule.kind == "together":
            whole = rule.most or 0
            broken = [
                f"{count} of the {whole} people with code {code} are here"
                for code, count in known.items()
                if count < whole
            ]
        else:
            alike = len(codes) > 1 and len(known) == 1 and known.total() == len(codes)
            broken = [f"everybody has code {codes[0]}"] if alike else []
        faults += [f"Circle {k} breaks the rule {rule.name!r}: {what}." for what in broken]
    return summed_up(faults, len(faults), "such circles")


def _score_faults(problem: CircleProblem, matching: CircleMatching, circles: list[list[int]]) -> list[str]:
    pairs = [(u, v, k) for k, members in enumerate(circles) for u, v in combinations(members, 2)]
    u, v, _ = np.array(pairs, dtype=np.int64).reshape(-1, 3).T
    values = [int(value) for value in problem.scores.at(u.copy(), v.copy())]
    barred = [pair for pair, value in zip(pairs, values, strict=True) if value == FORBIDDEN]
    if barred:
        told = (f"People {u} and {v} sit together in circle {k}, which is forbidden." for u, v, k in barred)
        return summed_up(told, len(barred), "such pairs")
    fit = [0] * problem.n
    for (one, other, _), value in zip(pairs, values, strict=True):
        fit[one] += value
        fit[other] += value
    wrong = [x for x in range(problem.n) if fit[x] != int(matching.fit[x])]
    faults = summed_up(
        (f"The fit of person {x} is given as {int(matching.fit[x])}; it is {fit[x]}." for x in wrong),
        len(wrong),
        "such people",
    )
    if sum(values) != matching.total:
        faults.append(f"The total is given as {matching.total}; the scores add up to {sum(values)}.")
    return faults


def _claim_faults(problem: CircleProblem, matching: CircleMatching, circles: list[list[int]]) -> list[str]:
    faults = []
    if matching.bound < matching.total:
        faults.append(f"The bound {matching.bound} is below the total {matching.total}.")
    free = sum(problem.sizes) - sum(map(len, circles))
    searched_all = matching.certificate is None and matching.status == Status.OPTIMAL
    if not searched_all and matching.seats_gap < free:
        faults.append(
            f"{free} seats are free, and nothing proves that they cannot be taken; {matching.seats_gap} are owned to."
        )
    if matching.status == Status.OPTIMAL and (matching.bound != matching.total or matching.seats_gap):
        faults.append("The circles are called optimal, with a gap.")
    if matching.status not in (Status.OPTIMAL, Status.GAP):
        faults.append(f"Circles cannot have the status {str(matching.status)!r}.")
    return faults


def _bound_anew(problem: CircleProblem, evidence: CircleBound) -> tuple[int | None, int, list[str]]:
    """Return the bound that the evidence proves, the allowed pairs looked at, and what is wrong with the evidence."""
    if evidence.kind == "partners":
        return (*_partners(problem), [])
    if evidence.kind != "prices" or evidence.prices is None:
        return None, 0, [f"Nothing is known of evidence of the kind {evidence.kind!r} without prices."]
    prices = np.asarray(evidence.prices)
    if prices.shape != (problem.n,) or prices.dtype != np.int64 or (prices < 0).any():
        return None, 0, [f"Prices must be {problem.n} whole numbers of at least 0."]
    return (*_prices(problem, prices), [])


def _blocks(problem: CircleProblem) -> Iterator[tuple[IntArray, IntArray]]:
    """Yield rows and their scores with everybody; `FORBIDDEN` on the diagonal."""
    n = problem.n
    step = max(1, _CELLS // max(1, n))
    for begin in range(0, n, step):
        rows = np.arange(begin, min(n, begin + step), dtype=np.int64)
        yield rows, problem.scores.block(rows)


def _partners(problem: CircleProblem) -> tuple[int, int]:
    """Half of the sum over k of the highest k-th best scores of those who may have so many partners."""
    most = max(problem.sizes, default=1) - 1
    ranked, pairs = np.zeros((problem.n, most), dtype=np.int64), 0
    for rows, block in _blocks(problem):
        allowed = block != FORBIDDEN
        pairs += int((allowed & (np.arange(problem.n)[None, :] > rows[:, None])).sum())
        falling = -np.sort(-np.where(allowed, np.maximum(block, 0), 0), axis=1)[:, :most]
        ranked[rows, : falling.shape[1]] = falling
    total = 0
    for k in range(most):
        with_so_many = sum(size for size in problem.sizes if size - 1 > k)
        total += sum(sorted(ranked[:, k].tolist(), reverse=True)[:with_so_many])
    return total // 2, pairs


def _prices(problem: CircleProblem, prices: IntArray) -> tuple[int, int]:
    """The highest prices with the highest numbers of partners, and the excess of all allowed pairs."""
    partners = sorted((size - 1 for size in problem.sizes for _ in range(size)), reverse=True)
    dearest = sorted(prices.tolist(), reverse=True)
    total = sum(price * count for price, count in zip(dearest, partners, strict=False))
    pairs = 0
    for rows, block in _blocks(problem):
        counted = (block != FORBIDDEN) & (np.arange(problem.n)[None, :] > rows[:, None])
        excess = np.where(counted, block, 0) - prices[rows][:, None] - prices[None, :]
        total += int(np.where(counted, np.maximum(excess, 0), 0).sum())
        pairs += int(counted.sum())
    return total, pairs
