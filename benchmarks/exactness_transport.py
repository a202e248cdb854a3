"""Assignment with capacities and minima against SciPy's MILP solver, on thousands of small instances.

    python benchmarks/exactness_transport.py --instances 5000 --none-or 1000 --stopped 500

Three parts. *Flows*: two sides with several places on both, minima, forbidden pairs and negative scores; number of
pairs and total must equal MILP's, an instance without an answer must carry a shortage, and every certificate must
verify. *None or at least*: the same with people who take part with a minimum or not at all. *Stopped*: after the
candidates, or at any moment, the stated gap must be true and verify. Ends with 1 at the first wrong answer.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from peermatch.problem import Control, Matching, Problem, Status
from peermatch.problem.flow import bounds_of
from peermatch.solvers import get_solver, none_or_at_least
from peermatch.verify import check_none_or_at_least, prove
from support.flows import best_by_milp, random_flow

Best = tuple[int, int] | None


def fail(said: str) -> None:
    """Say what went wrong and end."""
    print(f"MISMATCH: {said}")
    raise SystemExit(1)


def same(problem: Problem, found: Matching, best: Best) -> bool:
    """Whether an answer is the best one."""
    if best is None:
        return found.status == Status.INFEASIBLE
    pairs = len(found.pairs) == best[0] or problem.objective == "best_total"
    return found.status == Status.OPTIMAL and found.gap == 0 and pairs and found.weight == best[1]


def flows(instances: int, seed: int) -> None:
    """Hold plain flows against MILP, and their certificates against the verifier."""
    rng, seen = np.random.default_rng([seed, 1]), Counter[str]()
    for number in range(instances):
        problem = random_flow(rng, 10)
        found = get_solver("transport", k=int(rng.integers(1, 5))).solve(problem)
        best = best_by_milp(problem)
        if not same(problem, found, best):
            fail(f"flow {number}: {found.status}, {len(found.pairs)} pairs, {found.weight} against {best}")
        proof = prove(problem, found)
        if not proof.verified:
            fail(f"flow {number} does not verify: {proof.faults}")
        seen[str(found.status)] += 1
        seen["minima"] += problem.has_minimum
    print(
        f"flows: {instances:,} equal to MILP and verified ({seen['minima']:,} with minima, of which "
        f"{seen['infeasible']:,} have no answer and a shortage that shows it)"
    )


def none_or(instances: int, seed: int) -> None:
    """Hold branching against MILP."""
    rng, seen = np.random.default_rng([seed, 2]), Counter[str]()
    for number in range(instances):
        problem = random_flow(rng, 9, minima=bool(rng.random() < 0.3))
        # no more than there are places for, but now and then
        least = [
            np.minimum(rng.integers(2, 5, len(places)), places + (rng.random(len(places)) < 0.1))
            for places in bounds_of(problem)[1]
        ]
        found = none_or_at_least(problem, (least[0], least[1]))
        best = best_by_milp(problem, (least[0], least[1]))
        if not same(problem, found.matching, best):
            fail(
                f"none or at least {number}: {found.matching.status}, {found.matching.weight} against {best}"
            )
        if best is not None and check_none_or_at_least(problem, found.matching, (least[0], least[1])):
            fail(f"none or at least {number} breaks its demand")
        seen["branched"] += found.nodes > 2
        seen["none"] += best is None
    print(
        f"none or at least: {instances:,} equal to MILP ({seen['branched']:,} needed branching, {seen['none']:,} "
        "have no answer)"
    )


def stopped(instances: int, seed: int) -> None:
    """Hold gaps that are stated before all pairs were looked at against the best."""
    rng, closed, shares = np.random.default_rng([seed, 3]), 0, []
    for number in range(instances):
        problem = random_flow(rng, 14, minima=False)
        best = best_by_milp(problem)
        assert best is not None
        if number % 2:
            found = get_solver("transport", k=1, candidates_only=True).solve(problem)
        else:
            left = iter(range(int(rng.integers(0, 9))))
            control = Control(cancel=lambda left=left: next(left, None) is None)  # type: ignore[misc]
            found = get_solver("transport", k=1).solve(problem, control=control)
        proof = prove(problem, found)
        if not proof.verified or found.gap is None:
            fail(f"stopped {number} does not verify: {proof.faults}")
            return
        pairs = len(found.pairs)
        if problem.objective == "everyone_first" and pairs + found.pairs_gap < best[0]:
            fail(f"stopped {number}: {pairs} pairs, {found.pairs_gap} more at most, against {best[0]}")
        if (problem.objective == "best_total" or pairs == best[0]) and found.weight + found.gap < best[1]:
            fail(f"stopped {number}: {found.weight} and a gap of {found.gap} against {best[1]}")
        closed += found.gap == 0
        if number % 2 and not found.pairs_gap and best[1] > 0:
            shares.append(found.gap / best[1])
    print(
        f"stopped: {instances:,} gaps true and verified ({closed:,} of them 0); after one candidate for everybody "
        f"the median gap was {100 * float(np.median(shares)):.1f} per cent"
    )


def main() -> None:
    """Run all parts and print a line for each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--instances", type=int, default=5_000)
    parser.add_argument("--none-or", type=int, default=1_000)
    parser.add_argument("--stopped", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    flows(options.instances, options.seed)
    none_or(options.none_or, options.seed)
    stopped(options.stopped, options.seed)


if __name__ == "__main__":
    main()
