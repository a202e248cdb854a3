"""Stable roommates against brute force on many small instances, and how many of them are solvable.

    python benchmarks/exactness_roommates.py --instances 60000

Instances have 0 to 8 people, odd and even; lists that are complete, incomplete, with one-sided mentions, with tied
groups, and all of it together. Each answer is held against all matchings of the instance: whether a stable one
exists (an instance left undecided is a mismatch); the least regret and the least cost of all stable matchings, with
the bounds that were proved; where there is none, the stable partition by definition, and what both fallbacks
promise, the pairs that block with their gains, and how few pairs can block at all. In addition, all 1,296 instances
of four people are solved (26 of 27 are solvable), and random ones of six and eight people are counted (0.9333 and
0.9100 are known). Prints one line; ends with 1 at the first mismatch.
"""

from __future__ import annotations

import argparse
import sys
import time
from itertools import permutations, product
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from peermatch.problem import NoStableCertificate, StabilityCertificate, Status
from peermatch.solvers import stable_roommates
from support.roommates import BruteForce, random_lists, random_preferences

# How likely a pair lists each other, a further mention is one-sided, and neighbours on a list are tied.
KINDS = [
    (1.0, 0.0, 0.0),
    (0.7, 0.0, 0.0),
    (0.5, 0.3, 0.0),
    (1.0, 0.0, 0.4),
    (0.6, 0.0, 0.6),
    (0.5, 0.3, 0.3),
    (1.0, 0.0, 0.15),
    (0.9, 0.2, 0.2),
]


def mismatch(lists: list[list[Any]]) -> str | None:
    """Say what is wrong with the answers to an instance, by brute force and the definitions; None if nothing is."""
    brute = BruteForce(lists)
    matching = stable_roommates(lists)
    stability = matching.stability
    if stability is None or sorted(stability.dropped.tolist()) != brute.one_sided:
        return "the dropped mentions"
    if not brute.stable.any():
        return without_stable(lists, brute)
    if matching.status != Status.STABLE or not isinstance(matching.certificate, StabilityCertificate):
        return f"says {matching.status} where a stable matching exists"
    for among, values in (("any", None), ("minimum_regret", brute.regrets), ("egalitarian", brute.costs)):
        found = stable_roommates(lists, among=among, fallback="few_blocking")
        known = found.stability
        number = brute.number_of(found.mate)
        if known is None or not brute.stable[number] or known.blocking is not None:
            return f"{among} is not stable"
        if (known.cost, known.regret) != (brute.costs[number], brute.regrets[number]):
            return f"{among} miscounts"
        if values is None:
            continue
        best = values[brute.stable].min()
        proved = (
            (known.regret, known.regret_bound)
            if among == "minimum_regret"
            else (known.cost, known.cost_bound)
        )
        if proved != (best, best):
            return f"{among} finds {proved}, {best} is best"
    return None


def without_stable(lists: list[list[Any]], brute: BruteForce) -> str | None:
    """The same for an instance without a stable matching."""
    for among in ("any", "minimum_regret", "egalitarian"):
        plain = stable_roommates(lists, among=among)
        if plain.status != Status.NO_STABLE or len(plain.pairs) or plain.partition is None:
            return f"says {plain.status} where no stable matching exists"
    certificate = plain.certificate
    proved = isinstance(certificate, NoStableCertificate)
    if proved and not (brute.is_partition(certificate.successor.tolist()) and certificate.odd_parties):
        return "the partition proves nothing"
    if not proved and plain.stats["decided_by"] != "search":
        return "no evidence"
    counts = {}
    for fallback in ("maximum_stable", "few_blocking"):
        found = stable_roommates(lists, fallback=fallback)
        wrong = wrong_fallback(brute, found, proved and fallback == "maximum_stable")
        if wrong:
            return f"{fallback}: {wrong}"
        counts[fallback] = len(found.blocking_pairs or ())
    return "few_blocking is worse" if counts["few_blocking"] > counts["maximum_stable"] else None


def wrong_fallback(brute: BruteForce, found: Any, largest: bool) -> str | None:
    """What is wrong with the pairs of a fallback."""
    blocking = found.blocking_pairs
    shown = {
        tuple(pair): tuple(gain)
        for pair, gain in zip(blocking.pairs.tolist(), blocking.gains.tolist(), strict=True)
    }
    number = brute.number_of(found.mate)
    if list(shown) != sorted(shown) or shown != brute.blocking(found.mate):
        return "the blocking pairs"
    if not 1 <= blocking.at_least <= brute.blocked.min():
        return f"{blocking.at_least} pairs are said to block any matching; {brute.blocked.min()} is the least"
    if "set aside" in found.stability.promise and not all(
        set(found.stats["set_aside"]) & set(p) for p in shown
    ):
        return "people who are not set aside block"
    if largest and brute.sizes[number] != brute.sizes[brute.inner == 0].max():
        return "a larger set of pairs is stable among themselves"
    return None


def against_brute_force(instances: int, seed: int) -> dict[str, int]:
    """Return how many instances were checked, how many had ties, and how many had no stable matching."""
    rng = np.random.default_rng(seed)
    counts = {"checked": 0, "tied": 0, "unsolvable": 0}
    for number in range(instances):
        n = [8, 7, 6, 5, 4, 3, 8, 2, 6, 1, 7, 0][number % 12]
        lists = random_preferences(rng, n, *KINDS[number // 12 % len(KINDS)])
        wrong = mismatch(lists)
        if wrong:
            print(f"MISMATCH ({wrong}): {lists}")
            raise SystemExit(1)
        counts["checked"] += 1
        counts["tied"] += any(isinstance(entry, list) for row in lists for entry in row)
        counts["unsolvable"] += stable_roommates(lists).status == Status.NO_STABLE
    return counts


def four_people() -> int:
    """How many of all 1,296 instances of four people are solvable."""
    orders = [list(permutations([j for j in range(4) if j != i])) for i in range(4)]
    return sum(stable_roommates(list(lists)).status == Status.STABLE for lists in product(*orders))


def share_solvable(n: int, instances: int, seed: int) -> float:
    """The share of random complete instances of n people that are solvable."""
    rng = np.random.default_rng([seed, n])
    solved = sum(stable_roommates(random_lists(rng, n)).status == Status.STABLE for _ in range(instances))
    return solved / instances


def main() -> None:
    """Run everything and print one line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--instances", type=int, default=60_000)
    parser.add_argument("--counted", type=int, default=20_000, help="of six and of eight people")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    began = time.perf_counter()
    counts = against_brute_force(options.instances, options.seed)
    four = four_people()
    six, eight = (share_solvable(n, options.counted, options.seed) for n in (6, 8))
    print(
        f"roommates: {counts['checked']:,} instances equal brute force ({counts['tied']:,} with ties, "
        f"{counts['unsolvable']:,} without a stable matching, none undecided); solvable at n=4: {four} of 1296 "
        f"(26/27 = 1248), n=6: {six:.4f} (0.9333), n=8: {eight:.4f} (0.9100); {time.perf_counter() - began:.0f} s"
    )
    errors = [4 * (p * (1 - p) / options.counted) ** 0.5 for p in (0.9333, 0.91)]
    if four != 1248 or abs(six - 0.9333) > errors[0] or abs(eight - 0.9100) > errors[1]:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
