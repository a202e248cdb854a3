"""Stable roommates against brute force on many small instances, and how many of them are solvable.

    python benchmarks/exactness_roommates.py --instances 12000

Instances have 0 to 7 people, complete lists and incomplete ones, odd and even. Each answer is held against all
matchings of the instance: a stable one must be among the stable matchings, and "no stable matching" needs that there
is none, a stable partition by definition, and pairs that keep what the docstring of `Roommates` promises.
In addition, all 1,296 instances of four people are solved (26 of 27 are solvable), and random ones of six and eight
people are counted (0.9333 and 0.9100 are known). Prints one line; ends with 1 at the first mismatch.
"""

from __future__ import annotations

import argparse
import sys
import time
from itertools import permutations, product
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from peermatch.problem import Matching, NoStableCertificate, StabilityCertificate, Status
from peermatch.solvers import stable_roommates
from support.roommates import (
    blocking,
    is_stable_partition,
    largest_stable_among_themselves,
    mutual,
    random_lists,
    stable_matchings,
)

Lists = list[list[int]]


def mismatch(lists: Lists, matching: Matching) -> str | None:
    """Say what is wrong with an answer, by brute force and the definitions; None if nothing is."""
    both = mutual(lists)
    pairs = [(int(u), int(v)) for u, v in matching.pairs]
    stable = [sorted(each) for each in stable_matchings(both)]
    if matching.status == Status.STABLE:
        good = pairs in stable and isinstance(matching.certificate, StabilityCertificate)
        return None if good else "claims to be stable"
    if stable or not isinstance(matching.certificate, NoStableCertificate):
        return "claims that there is no stable matching"
    if not is_stable_partition(both, matching.certificate.successor.tolist()):
        return "the partition is not stable"
    aside = set(matching.stats["set_aside"])
    if len(aside) != len(matching.certificate.odd_parties):
        return "not one person set aside in each odd party"
    if not all(aside & set(pair) for pair in blocking(both, pairs)):
        return "people who are not set aside block"
    if len(pairs) != largest_stable_among_themselves(both):
        return "a larger set of pairs is stable among themselves"
    return None


def against_brute_force(instances: int, seed: int) -> tuple[int, int]:
    """Return how many instances were checked and how many had no stable matching."""
    rng = np.random.default_rng(seed)
    unsolvable = 0
    for count in range(instances):
        lists = random_lists(rng, count % 8, [1.0, 0.8, 0.5][count // 8 % 3])
        matching = stable_roommates(lists)
        wrong = mismatch(lists, matching)
        if wrong:
            print(f"MISMATCH ({wrong}): {lists}")
            raise SystemExit(1)
        unsolvable += matching.status == Status.NO_STABLE
    return instances, unsolvable


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
    parser.add_argument("--instances", type=int, default=12_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    began = time.perf_counter()
    checked, unsolvable = against_brute_force(options.instances, options.seed)
    four = four_people()
    six, eight = (share_solvable(n, options.instances, options.seed) for n in (6, 8))
    print(
        f"roommates: {checked:,} instances equal brute force ({unsolvable:,} without a stable matching); "
        f"solvable at n=4: {four} of 1296 (26/27 = 1248), n=6: {six:.4f} (0.9333), n=8: {eight:.4f} (0.9100); "
        f"{time.perf_counter() - began:.0f} s"
    )
    if four != 1248 or abs(six - 0.9333) > 0.02 or abs(eight - 0.9100) > 0.02:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
