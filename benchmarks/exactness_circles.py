"""Circles against SciPy's MILP solver and against trying every way, and large pools within their time.

    python benchmarks/exactness_circles.py --instances 60 --tiny 1000 --people 5000

Three parts. *Tiny*: pools of 3 to 8 people with rules and forbidden pairs; the exact answer must equal trying
every way to seat people, and every bound of the search must be at least the best. *Small*: pools of 9 to 20
people, scores by lot or from points in a plane; the local search alone is held against the best circles, which
are found by dynamic programming, and up to 14 people by SciPy's MILP solver too: both must agree. *Large*: a
synthetic organisation into circles of 5, with the bound checked independently. Ends with 1 at the first wrong
answer, or if the search is more than 1 per cent worse.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import peermatch as pm
from peermatch.datasets import make_organisation
from peermatch.problem import GRID, CircleProblem
from peermatch.solvers import Circles, circle_sizes, form_circles
from peermatch.verify import check_circles, prove_circles
from support.circles import best_by_milp, best_by_trying, random_circles, random_rules


def fail(said: str) -> None:
    """Say what went wrong and end."""
    print(f"MISMATCH: {said}")
    raise SystemExit(1)


def tiny(instances: int, seed: int) -> None:
    """Hold exact answers and bounds against trying every way."""
    rng = np.random.default_rng([seed, 1])
    outside = 0
    for count in range(instances):
        n = 3 + count % 6
        rules = random_rules(rng, n)
        sizes = circle_sizes(n, int(rng.integers(3, 9)))
        problem = random_circles(rng, n, sizes, forbidden=[0.0, 0.2, 0.5][count // 6 % 3], rules=rules)
        best = best_by_trying(problem)
        found, searched = Circles().solve(problem), Circles(exact=False, kicks=200).solve(problem)
        if (n - len(found.unseated), found.total) != best:
            fail(f"instance {count} of the tiny pools: {found.total} against {best}")
        if check_circles(problem, found) or not prove_circles(problem, searched).verified:
            fail(f"instance {count} of the tiny pools does not verify")
        if searched.bound < best[1]:
            fail(f"instance {count} of the tiny pools: a bound of {searched.bound} below {best[1]}")
        outside += best[0] < n
    print(
        f"tiny: {instances:,} pools of 3 to 8 equal to trying every way ({outside:,} cannot seat everybody)"
    )


def small(instances: int, seed: int) -> None:
    """Hold the local search alone against the best circles."""
    rng = np.random.default_rng([seed, 2])
    shares, gaps, by_milp = [], [], 0
    for count in range(instances):
        n, size = 9 + count % 12, [3, 4, 5, 6][count // 12 % 4]
        problem = random_circles(rng, n, circle_sizes(n, size), structure=count % 2 == 1)
        best, searched = Circles().solve(problem), Circles(exact=False).solve(problem)
        if n <= 14 and size <= 5:
            by_milp += 1
            if abs(best.total - (best_by_milp(problem) or 0)) > 2**12:
                fail(f"instance {count} of the small pools differs from MILP")
        shares.append(1 - searched.total / best.total)
        gaps.append(searched.gap_share)
    missed = sum(share > 0 for share in shares)
    print(
        f"small: {instances:,} pools of 9 to 20 ({by_milp:,} held against MILP too): the search alone missed "
        f"the best in {missed}, by {100 * max(shares):.3f} per cent at most; its own stated gap was "
        f"{100 * float(np.mean(gaps)):.1f} per cent on average, {100 * max(gaps):.1f} at most"
    )
    if max(shares) > 0.01:
        fail("more than 1 per cent")


def large(people: int, seed: int) -> None:
    """Seat a synthetic organisation in circles of 5."""
    matcher = pm.PeerMatcher(
        "employee_id",
        [
            pm.near("years_experience", scale=3),
            pm.complement("can_teach", "wants_to_learn"),
            pm.overlap("goals"),
            pm.same("site"),
            pm.different(["department"]),
        ],
        [pm.not_in_line("manager_id", min_found=0)],
        solver="greedy",
    )
    scores = matcher.match(make_organisation(people, seed), as_of="2026-12-01").scores
    form_circles(scores.take(np.arange(60), np.arange(60)), size=5)  # so that compiling is not timed
    began = time.perf_counter()
    found = form_circles(scores, size=5)
    seconds = time.perf_counter() - began
    sizes = found.sizes
    print(
        f"large: {scores.shape[0]:,} people into {len(sizes):,} circles of {min(sizes)} to {max(sizes)} "
        f"in {seconds:.1f} s; {len(found.unseated)} without a seat; mean score "
        f"{found.total / GRID / sum(s * (s - 1) // 2 for s in sizes):.3f}; "
        f"stated gap {100 * found.gap_share:.2f} per cent"
    )
    sizes = circle_sizes(scores.shape[0] - len(found.unseated), 5)
    if not prove_circles(CircleProblem(scores, sizes), found).verified:
        fail("the large pool does not verify")


def main() -> None:
    """Run all parts and print a line for each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--instances", type=int, default=60)
    parser.add_argument("--tiny", type=int, default=1_000)
    parser.add_argument("--people", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    tiny(options.tiny, options.seed)
    small(options.instances, options.seed)
    if options.people:
        large(options.people, options.seed)


if __name__ == "__main__":
    main()
