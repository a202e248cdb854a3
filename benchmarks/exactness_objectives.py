"""Are worst pair first, the frontier and stated gaps exact? Many random problems against the definition.

Run ``python benchmarks/exactness_objectives.py [worst first] [frontiers] [gaps] [seed]``. Prints one line; exits with 1
on any mismatch. One pool and two sides, with places and forbidden pairs; every certificate is checked.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from itertools import count
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from peermatch.problem import Control, Matching, Problem, Status
from peermatch.solvers import Blossom, frontier
from peermatch.verify import prove
from support.objectives import Value, random_trade_offs, random_worst_first, value_of


def check_worst_first(rng: np.random.Generator) -> None:
    """Compare with the definition, whatever the number of candidates."""
    problem, wanted = random_worst_first(rng)
    for k in (1, 16):
        matching = Blossom(k=k).solve(problem)
        assert matching.status is Status.OPTIMAL
        assert value_of(problem, matching) == wanted
        assert prove(problem, matching).verified


def check_frontier(rng: np.random.Generator) -> None:
    """All trade-offs are found, and each is proved."""
    problem, wanted = random_trade_offs(rng)
    found = frontier(problem, 50, k=1)
    assert [(point.worst, point.total) for point in found] == wanted
    assert all(prove(point.problem, point.matching).verified for point in found)


def check_gap(rng: np.random.Generator) -> None:
    """Content with less, or stopped anywhere: what is stated is true, and the checker agrees."""
    problem, wanted = random_worst_first(rng)
    plain = replace(problem, objective="everyone_first")
    best = Blossom().solve(plain)
    asked, after = count(), int(rng.integers(0, 20))
    stop = Control(cancel=lambda: next(asked) >= after)
    for solver, control in (
        (Blossom(k=1, candidates_only=True), None),
        (Blossom(k=1, gap=0.05), None),
        (Blossom(k=1), stop),
    ):
        check_true(problem, solver.solve(problem, control=control), wanted)
        check_true(plain, solver.solve(plain, control=control), value_of(plain, best))


def check_true(problem: Problem, matching: Matching, wanted: Value) -> None:
    """The best lies within the gaps that are stated."""
    assert prove(problem, matching).verified
    pairs, worst, total = value_of(problem, matching)
    assert pairs <= wanted[0] <= pairs + matching.pairs_gap
    if pairs != wanted[0] or worst is None:
        return
    if problem.objective == "worst_first":
        assert worst <= wanted[1] <= worst + matching.worst_gap
    assert (problem.objective == "worst_first" and worst != wanted[1]) or wanted[2] <= total + matching.gap


def main(worst_first: int, frontiers: int, gaps: int, seed: int) -> int:
    """Run everything and print the summary."""
    rng, started, mismatches = np.random.default_rng(seed), time.perf_counter(), 0
    checks = [check_worst_first] * worst_first + [check_frontier] * frontiers + [check_gap] * gaps
    for turn, check in enumerate(checks):
        try:
            check(rng)
        except AssertionError as error:
            mismatches += 1
            print(f"MISMATCH in turn {turn} of {check.__name__}: {error}", file=sys.stderr)
    print(
        f"objectives: {worst_first} problems with the worst pair first and {frontiers} frontiers equal the definition, "
        f"the gaps of {gaps} are true, every certificate checked: {mismatches} mismatches, "
        f"{time.perf_counter() - started:.0f} s"
    )
    return 1 if mismatches else 0


if __name__ == "__main__":
    if not __debug__:
        sys.exit("Run without -O: the checks are assertions.")
    given = [int(argument) for argument in sys.argv[1:]]
    sys.exit(main(*(given + [4_000, 800, 2_000, 1][len(given) :])))
