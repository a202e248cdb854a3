"""Check rings: who advises whom, what is forbidden, every number that is claimed, and the bound by assignment."""

from __future__ import annotations

from collections import Counter

from peermatch.problem import FORBIDDEN, DenseScores, Problem, RingMatching, RingProblem, Status
from peermatch.verify.optimality import prove_optimal
from peermatch.verify.proof import Proof, summed_up

__all__ = ["check_rings", "prove_rings"]


def check_rings(problem: RingProblem, matching: RingMatching) -> list[str]:
    """List everything that is wrong with rings, in sentences that name positions.

    Checked are: that positions are in range and nobody stands twice; sizes; that nobody advises whom they may not;
    the total; that gaps are none below 0; and that ``optimal`` goes with no gap.

    Returns
    -------
    list of str
        Empty for rings that are what they claim to be, as far as it can be told without the bound.

    Examples
    --------
    >>> import numpy as np
    >>> from peermatch.problem import FORBIDDEN, Status
    >>> problem = RingProblem(np.array([[0, 1, 2], [3, 0, 4], [5, FORBIDDEN, 0]]))
    >>> found = RingMatching.of(
    ...     problem, [[0, 2, 1]], bound=9, assignment_bound=9, status=Status.GAP, solver="by hand"
    ... )
    >>> check_rings(problem, found)[0]
    'Person 2 advises person 1 in ring 0, which is forbidden.'
    """
    rings = [[int(person) for person in members] for members in matching.rings]
    places = Counter(person for members in rings for person in members)
    outside = sorted(person for person in places if not 0 <= person < problem.n)
    twice = sorted(person for person, count in places.items() if count > 1)
    faults = summed_up(
        (f"Person {x} is not one of the problem's." for x in outside), len(outside), "such people"
    )
    faults += summed_up(
        (f"Person {x} stands in {places[x]} places." for x in twice), len(twice), "such people"
    )
    if matching.n != problem.n:
        faults.append(f"The rings are of {matching.n} people, the problem of {problem.n}.")
    if faults:
        return faults
    faults += [
        f"Ring {k} has {len(members)} members; {problem.smallest} to {problem.largest} are allowed."
        for k, members in enumerate(rings)
        if not problem.smallest <= len(members) <= problem.largest
    ]
    total = 0
    for k, members in enumerate(rings):
        for place, person in enumerate(members):
            advised = members[(place + 1) % len(members)]
            value = int(problem.worth[person, advised])
            if value == FORBIDDEN:
                faults.append(f"Person {person} advises person {advised} in ring {k}, which is forbidden.")
            total += value
    if not faults and total != matching.total:
        faults.append(f"The total is given as {matching.total}; what all advice is worth adds up to {total}.")
    return summed_up([*faults, *_claim_faults(matching)], len(faults), "such faults")


def _claim_faults(matching: RingMatching) -> list[str]:
    faults = []
    if matching.bound < matching.total:
        faults.append(f"The bound {matching.bound} is below the total {matching.total}.")
    if matching.assignment_bound < matching.bound:
        faults.append(
            f"The bound {matching.bound} is above the one by assignment, {matching.assignment_bound}."
        )
    if matching.status not in (Status.OPTIMAL, Status.GAP):
        faults.append(f"Rings cannot have the status {str(matching.status)!r}.")
    if matching.status == Status.OPTIMAL and (matching.bound != matching.total or matching.seats_gap):
        faults.append("The rings are called optimal, with a gap.")
    if matching.seats_gap < 0:
        faults.append(f"A gap of {matching.seats_gap} people is none.")
    return faults


def prove_rings(problem: RingProblem, matching: RingMatching) -> Proof:
    """Check rings as `check_rings` does, and their bound by assignment over everybody, from its dual variables.

    Returns
    -------
    Proof
        `verified` where the bounds that are claimed were found true. Rings of small pools that are best by a look at
        all of them carry no evidence of that: what is verified there is the bound by assignment alone, and `gap` is
        what it leaves open.
    """
    faults = check_rings(problem, matching)
    evidence = matching.certificate
    if faults or evidence is None:
        return Proof(False, tuple(faults))
    highest = max((int(value) for value in problem.worth.max(axis=1, initial=0)), default=0)
    step = problem.n * max(0, highest) + 1
    raised = problem.worth.copy()
    raised[raised != FORBIDDEN] += step
    proof = prove_optimal(Problem(DenseScores(raised, two_sided=True), "best_total"), evidence)
    if not proof.verified or proof.upper_bound is None:
        return Proof(False, ("The assignment behind the bound is not proved.", *proof.faults))
    inside = sum(len(members) for members in matching.rings)
    best = sorted((max(0, int(value)) for value in problem.worth.max(axis=0, initial=0)), reverse=True)
    bound = min(proof.upper_bound - step * inside, sum(best[:inside]))
    if bound > matching.assignment_bound:
        faults.append(
            f"By assignment rings could be worth {bound}; the bound is given as {matching.assignment_bound}."
        )
    looked_at_all = matching.status == Status.OPTIMAL and bound > matching.total
    if not looked_at_all and bound > matching.bound:
        faults.append(f"Rings could be worth {bound}; the bound is given as {matching.bound}.")
    most = min(problem.n, proof.upper_bound // step)
    most = most if most >= problem.smallest else 0
    if matching.status != Status.OPTIMAL and matching.seats_gap < most - inside:
        faults.append(f"{most} people could be in rings; {inside + matching.seats_gap} are owned to.")
    verified = not faults and not looked_at_all
    return Proof(verified, tuple(faults), proof.pairs_covered, bound, bound - matching.total)
