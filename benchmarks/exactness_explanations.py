"""Explanations against definitions and brute force: contributions, prices of "why not", the second-best set of pairs.

    python benchmarks/exactness_explanations.py --cohorts 5000 --prices 1500 --runners 3000 --people 300 1000

Four parts. *Cohorts*: random ones (every mutual score, weights from 1e-9 to 1e9, gates, cells that are missing, trios,
two sides); scores, contributions and coverage are worked out from the cells alone, and `pairs`, CSV, JSON,
`explanations` and `explain` from both sides must have the same whole numbers of 2**-30. *Prices*: up to 8 people under
rules, floors, demands, places and minima; `why_not` of every two people and `alternatives` of everybody must have the
price that every set of pairs has, bounds must not be above it, and the rule named must be the one that forbids.
*Runners*: the second-best set likewise. *People*: how long `runner_up` takes. Ends with an error at the first wrong
answer. All people are synthetic.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import peermatch as pm
from support.additive import check_cohort
from support.every_set import KINDS, OBJECTIVES, random_result
from support.priced import check_prices, check_runner_up

CASES = [
    (kind, objective)
    for kind in KINDS
    for objective in OBJECTIVES
    if kind in ("pool", "sides") or objective != "worst_first"
]


def cohorts(count: int) -> None:
    """Hold every table of random cohorts against the cells."""
    began, seen = time.perf_counter(), Counter(check_cohort(seed) for seed in range(count))
    told = ", ".join(f"{shape} {mutual} {times:,}" for (shape, mutual), times in sorted(seen.items()))
    print(f"cohorts: {count:,} without a difference ({told}); {time.perf_counter() - began:.0f} s")


def prices(count: int) -> None:
    """Hold every price and bound against every set of pairs."""
    seen: Counter[str] = Counter()
    results = 0
    for seed in range(-(-count // len(CASES))):
        for kind, objective in CASES:
            made = random_result(kind, objective, f"prices {seed}")
            if made is not None:
                seen += check_prices(*made)
                results += 1
    told = ", ".join(f"{name} {times:,}" for name, times in sorted(seen.items()))
    print(f"prices: {results:,} results without a difference ({told})")


def runners(count: int) -> None:
    """Hold the second-best set of pairs against every set of pairs."""
    seen: Counter[str] = Counter()
    for seed in range(-(-count // len(CASES))):
        for kind, objective in CASES:
            made = random_result(kind, objective, f"runners {seed}")
            if made is not None:
                seen[check_runner_up(made[0], made[2])] += 1
    told = ", ".join(f"{name} {times:,}" for name, times in sorted(seen.items()))
    print(f"second best: {sum(seen.values()):,} results without a difference ({told})")


def timed(people: int) -> None:
    """Say how long the second-best set takes where no two scores are alike."""
    rng = random.Random(people)
    rows = [
        {"id": k, "x": rng.random(), "y": rng.random(), "team": rng.choice("abcdefgh")} for k in range(people)
    ]
    criteria = [pm.near("x", scale=0.1), pm.near("y", scale=0.1, weight=2.3, name="y"), pm.same("team")]
    began = time.perf_counter()
    pairing = pm.PeerMatcher("id", criteria).match(rows)
    matched = time.perf_counter() - began
    began = time.perf_counter()
    bound = pairing.runner_up(exact=False)
    quick = time.perf_counter() - began
    began = time.perf_counter()
    found = pairing.runner_up()
    exact = time.perf_counter() - began
    gap = "not worked out" if found.gap is None else f"{found.gap.total:.6f}"
    print(
        f"{people:,} people: matched in {matched:.2f} s, at least {bound.at_least} in {quick:.2f} s, the gap {gap} in "
        f"{exact:.2f} s"
    )


def main() -> None:
    """Run all parts and print a line for each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cohorts", type=int, default=5_000)
    parser.add_argument("--prices", type=int, default=1_500)
    parser.add_argument("--runners", type=int, default=3_000)
    parser.add_argument("--people", type=int, nargs="*", default=[300, 1_000])
    options = parser.parse_args()
    if options.cohorts:
        cohorts(options.cohorts)
    if options.prices:
        prices(options.prices)
    if options.runners:
        runners(options.runners)
    for people in options.people:
        timed(people)


if __name__ == "__main__":
    main()
