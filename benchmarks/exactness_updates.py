"""Updates against every matching there is and SciPy's MILP solver, and the gap on larger pools.

    python benchmarks/exactness_updates.py --tiny 1500 --small 300 --large 12

Three parts. *Tiny*: pools and two sides (with places) of up to 7 people, rules among the pairs, earlier matchings
by lot; every price, every limit and every pair kept must equal trying every matching. *Small*: 12 to 40 people; prices
and limits must equal SciPy's MILP solver (whole scores up to 1,000, so that its floats decide them). *Large*: 300
people, more than are searched to the end; the stated gap must hold against MILP, and is reported. Ends with 1 at the
first wrong answer.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from peermatch.problem import Problem
from peermatch.solvers import Change, at_price, break_at_most, keep_all
from peermatch.solvers.updating import allowed_pairs
from peermatch.verify import prove
from support.updates import best_by_milp, bonus_of, judged, larger_update, random_update


def fail(said: str) -> None:
    """Say what went wrong and end."""
    print(f"MISMATCH: {said}")
    raise SystemExit(1)


def tiny(instances: int, seed: int) -> None:
    """Hold every answer against trying every matching."""
    rng = np.random.default_rng([seed, 1])
    answers = 0
    for count in range(instances):
        problem, pairs = random_update(rng, two_sided=count % 2 == 1)
        earlier = allowed_pairs(problem, pairs)
        every = judged(problem, earlier)
        counts = problem.objective == "everyone_first"
        for price in (0, 3, int(rng.integers(0, 1500))):
            change = at_price(problem, pairs, price)
            value = (len(change.pairs) if counts else 0, change.total - price * change.broken)
            if value != max((number, total - price * broken) for number, total, broken in every):
                fail(f"instance {count} of the tiny pools at the price {price}")
            if not prove(change.penalised, change.proved).verified:
                fail(f"instance {count} of the tiny pools does not verify at the price {price}")
            answers += 1
        for most in range(len(earlier) + 1):
            change = break_at_most(problem, pairs, most)
            value = (len(change.pairs) if counts else 0, change.total)
            if value != max((number, total) for number, total, broken in every if broken <= most):
                fail(f"instance {count} of the tiny pools with at most {most} broken")
            answers += 1
        if keep_all(problem, pairs).broken:
            fail(f"instance {count} of the tiny pools breaks a pair that was to be kept")
    print(f"tiny: {instances:,} problems, {answers:,} answers equal to trying every matching")


def value_of(problem: Problem, change: Change) -> int:
    """Return the total with the bonus for every pair."""
    return change.total + bonus_of(problem) * len(change.pairs)


def small(instances: int, seed: int) -> None:
    """Hold prices and limits against SciPy's MILP solver."""
    rng = np.random.default_rng([seed, 2])
    for count in range(instances):
        problem, pairs = larger_update(rng, 12 + count % 29, two_sided=count % 2 == 1)
        earlier = allowed_pairs(problem, pairs)
        price, most = int(rng.integers(0, 600)), int(rng.integers(0, len(earlier) + 1))
        change = at_price(problem, pairs, price)
        if value_of(problem, change) - price * change.broken != best_by_milp(problem, earlier, price=price):
            fail(f"instance {count} of the small pools differs from MILP at the price {price}")
        limited = break_at_most(problem, pairs, most)
        if limited.broken > most or limited.gap or limited.pairs_gap:
            fail(f"instance {count} of the small pools is not exact with at most {most} broken")
        if value_of(problem, limited) != best_by_milp(problem, earlier, at_most=most):
            fail(f"instance {count} of the small pools differs from MILP with at most {most} broken")
    print(f"small: {instances:,} problems of 12 to 40 people, at a price and up to a limit, equal to MILP")


def large(instances: int, seed: int, people: int) -> None:
    """Hold the stated gap against MILP where the search for the last units is not made."""
    rng = np.random.default_rng([seed, 3])
    gaps: list[int] = []
    seconds: list[float] = []
    missed = 0
    for count in range(instances):
        problem, pairs = larger_update(rng, people, two_sided=count % 2 == 1, high=2**20)
        earlier = allowed_pairs(problem, pairs)
        most = int(rng.integers(1, max(2, len(earlier) // 2)))
        began = time.perf_counter()
        change = break_at_most(problem, pairs, most)
        seconds.append(time.perf_counter() - began)
        best = best_by_milp(problem, earlier, at_most=most)
        missed += _missed(problem, change, best, count)
        gaps.append(change.gap or 0)
    print(
        f"large: {instances:,} problems of {people} people with at most m broken: stated gaps of at most "
        f"{max(gaps)} units of a score of up to {2**20:,}, {sum(gap == 0 for gap in gaps)} of them 0; the best was "
        f"missed in {missed}; at most {max(seconds):.1f} s each"
    )


def _missed(problem: Problem, change: Change, best: int, count: int) -> Any:
    value = value_of(problem, change)
    if not change.pairs_gap and best > value + (change.gap or 0):
        fail(f"instance {count} of the large pools: a gap of {change.gap} and {best - value} missing")
    return best > value


def main() -> None:
    """Run all parts and print a line for each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tiny", type=int, default=1_500)
    parser.add_argument("--small", type=int, default=300)
    parser.add_argument("--large", type=int, default=12)
    parser.add_argument("--people", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    tiny(options.tiny, options.seed)
    small(options.small, options.seed)
    if options.large:
        large(options.large, options.seed, options.people)


if __name__ == "__main__":
    main()
