"""Circles, rings and trios against SciPy's MILP solver and trying every way, and large pools within their time.

    python benchmarks/exactness_circles.py --instances 240 --tiny 1000 --rings 200 --trios 1000 --people 5000

Five parts. *Tiny*: pools of 3 to 8 people with rules and forbidden pairs; the exact answer must equal trying
every way to seat people, and every bound of the search must be at least the best. *Small*: pools of 9 to 20
people, scores by lot or from points in a plane, a third with rules; the local search alone is held against the
best circles, which are found by dynamic programming, and up to 14 people by SciPy's MILP solver too: both must
agree. *Rings* and *trios*: the same for rings in which each advises the next, and for the trio of whoever is left
over. *Large*: a synthetic organisation into circles of 5, with the bound checked independently. Ends with 1 at the
first wrong answer, or if the search for circles is more than 1 per cent worse.
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
from peermatch.problem import GRID, CircleProblem, DenseScores, Problem, TrioProblem
from peermatch.solvers import Blossom, Circles, Rings, circle_sizes, form_circles
from peermatch.solvers.trios import join_trios
from peermatch.verify import check_circles, check_rings, prove_circles, prove_rings, prove_trios
from support.circles import best_by_milp, best_by_trying, random_circles, random_rules
from support.rings import best_by_milp as rings_by_milp
from support.rings import best_by_trying as rings_by_trying
from support.rings import random_rings
from support.trios import best_by_trying as trios_by_trying
from support.trios import random_trios


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
    """Hold the local search alone against the best circles, a third of the pools with rules."""
    rng = np.random.default_rng([seed, 2])
    shares, gaps, by_milp, short, ruled = [], [], 0, 0, 0
    for count in range(instances):
        n, size = 9 + count % 12, [3, 4, 5, 6][count // 12 % 4]
        rules = random_rules(rng, n) if count % 3 == 2 else []
        problem = random_circles(rng, n, circle_sizes(n, size), structure=count % 2 == 1, rules=rules)
        best, searched = Circles().solve(problem), Circles(exact=False).solve(problem)
        if best.status != "optimal":  # somebody has to go without among more than 16: not solved exactly
            continue
        ruled += bool(rules)
        if n <= 14 and size <= 5 and not len(best.unseated):
            by_milp += 1
            if abs(best.total - (best_by_milp(problem) or 0)) > 2**12:
                fail(f"instance {count} of the small pools differs from MILP")
        if len(searched.unseated) > len(best.unseated):
            short += 1
            continue
        shares.append(1 - searched.total / best.total if best.total else 0.0)
        gaps.append(searched.gap_share)
    missed = sum(share > 0 for share in shares)
    print(
        f"small: {len(shares) + short:,} pools of 9 to 20, {ruled:,} with rules ({by_milp:,} held against MILP too): "
        f"the search alone seated too few in {short}, and missed the best total in {missed} others, by "
        f"{100 * max(shares):.3f} per cent at most; its own stated gap was {100 * float(np.mean(gaps)):.1f} per "
        f"cent on average, {100 * max(gaps):.1f} at most"
    )
    if max(shares) > 0.01:
        fail("more than 1 per cent")


def rings(instances: int, seed: int) -> None:
    """Hold rings against trying every way, MILP, and the search alone against the best."""
    rng = np.random.default_rng([seed, 3])
    for count in range(instances):
        low = 3 + count % 2
        problem = random_rings(
            rng, 3 + count % 5, hi=[GRID, 5][count % 2], forbidden=[0.0, 0.3][count // 2 % 2], sizes=(low, 8)
        )
        found = Rings().solve(problem)
        if (problem.n - len(found.outside), found.total) != rings_by_trying(problem):
            fail(f"instance {count} of the rings")
        if (
            check_rings(problem, found)
            or prove_rings(problem, Rings(exact=False, kicks=20).solve(problem)).faults
        ):
            fail(f"instance {count} of the rings does not verify")
    shares, gaps = [], []
    for count in range(max(1, instances // 4)):
        problem = random_rings(rng, 9 + count % 7)
        if problem.n == 9 and abs(Rings().solve(problem).total - (rings_by_milp(problem) or 0)) > 2**12:
            fail(f"ring pool {count} differs from MILP")
        best, searched = Rings().solve(problem), Rings(exact=False).solve(problem)
        shares.append(1 - searched.total / best.total)
        gaps.append(best.assignment_gap / best.assignment_bound)
    missed = sum(share > 0 for share in shares)
    print(
        f"rings: {instances:,} pools of 3 to 7 equal to trying every way; in {len(shares):,} of 9 to 15 the search "
        f"alone missed the best in {missed}, by {100 * max(shares):.3f} per cent at most; the best rings are "
        f"{100 * float(np.mean(gaps)):.1f} per cent below the best assignment on average"
    )
    for people in (100, 1_000):
        problem = random_rings(rng, people)
        began = time.perf_counter()
        found = Rings().solve(problem)
        seconds = time.perf_counter() - began
        if not prove_rings(problem, found).verified:
            fail(f"the rings of {people} do not verify")
        print(
            f"rings: {people:,} people into {len(found.rings):,} rings in {seconds:.1f} s, "
            f"{100 * found.assignment_gap / found.assignment_bound:.2f} per cent below the best assignment"
        )


def trios(instances: int, seed: int) -> None:
    """Hold the trio for one who is left over against trying every way, and say what proving it takes."""
    rng = np.random.default_rng([seed, 4])
    decided = 0
    for count in range(instances):
        problem, pairs = random_trios(
            rng,
            3 + count % 7,
            hi=[GRID, 4][count % 2],
            forbidden=[0.0, 0.2, 0.4][count % 3],
            fixed=count % 5 == 0,
        )
        found = join_trios(problem, pairs)
        if not found.left or found.status != "optimal":
            continue
        decided += 1
        if (len(found.trios), found.value) != trios_by_trying(problem, len(pairs.pairs)):
            fail(f"instance {count} of the trios")
        if prove_trios(problem, found).faults:
            fail(f"instance {count} of the trios does not verify")
    print(f"trios: {decided:,} pools of 3 to 9 with someone left over equal to trying every way")
    for people in (101, 401, 1_001):
        upper = np.triu(rng.integers(0, GRID, (people, people)), 1)
        problem = TrioProblem(DenseScores(upper + upper.T))
        pairs = Blossom().solve(Problem(problem.scores))
        began = time.perf_counter()
        found = join_trios(problem, pairs)
        seconds = time.perf_counter() - began
        print(
            f"trios: {people:,} people, the best trio {'proved' if found.status == 'optimal' else 'not proved'} by "
            f"{found.stats['solved']} matchings in {seconds:.2f} s"
        )


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
    parser.add_argument("--instances", type=int, default=240)
    parser.add_argument("--rings", type=int, default=200)
    parser.add_argument("--trios", type=int, default=1_000)
    parser.add_argument("--tiny", type=int, default=1_000)
    parser.add_argument("--people", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    tiny(options.tiny, options.seed)
    small(options.instances, options.seed)
    rings(options.rings, options.seed)
    trios(options.trios, options.seed)
    if options.people:
        large(options.people, options.seed)


if __name__ == "__main__":
    main()
