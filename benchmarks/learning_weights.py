"""Whether intervals of learned weights hold what they promise, and whether noise is refused.

    python benchmarks/learning_weights.py --sets 200

Every set is an invented history with planted weights: people with profiles (a tenth of them not known), pairs by lot
in every round, and ratings that also depend on the season, on who rates and on the pair. *Coverage*: how often the 90%
interval of a weight holds the planted one. *Noise*: outcomes that have nothing to do with the criteria; how often
skill is claimed. Ends with 1 if coverage falls below what 90% allows by chance, or if skill is claimed in more than one
set in ten.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import peermatch as pm
from support.outcomes import CRITERIA, Planted

PLANS = {
    "ratings of each side": {},
    "ratings, no person leans": {"person": 0.0, "pair": 0.0},
    "ratings, people lean a lot": {"person": 1.0},
    "ratings, 40 people, 6 rounds": {"n": 40, "rounds": 6},
    "ratings, one criterion counts": {"weights": (0, 0, 1, 0)},
    "ratings, all count alike": {"weights": (1, 1, 1, 1)},
    "ratings, weak signal": {"signal": 1.0},
    "yes or no of each side": {"outcome": "liked", "signal": 6.0, "n": 80},
    "ratings of pairs": {"outcome": "pair", "n": 100},
    "ratings of pairs, by the harmonic mean": {"outcome": "pair", "n": 100, "mutual": "harmonic"},
    "yes or no of pairs": {"outcome": "pair_liked", "signal": 8.0, "n": 120, "rounds": 10},
}
NOISE = {
    "ratings of each side": {},
    "yes or no of each side": {"outcome": "liked"},
    "ratings of pairs": {"outcome": "pair", "n": 100},
}


def fits(plan: dict, sets: int) -> Iterator[tuple[Planted, pm.FittedWeights]]:
    """Learn from one set after the other."""
    for seed in range(sets):
        planted = Planted(seed, **plan)
        mutual = planted.mutual
        matcher = pm.PeerMatcher("id", CRITERIA, mutual=mutual)
        yield planted, pm.fit_weights(planted.people, planted.outcomes, matcher=matcher)


def coverage(name: str, plan: dict, sets: int) -> float:
    """Say how often intervals hold the planted weights, and return it over all criteria."""
    hits, widths, weights, skilled = [], [], [], 0
    for planted, fitted in fits(plan, sets):
        frame = fitted.intervals
        hits.append((frame["low"] <= planted.shares + 1e-4) & (frame["high"] >= planted.shares - 1e-4))
        widths.append(frame["high"] - frame["low"])
        weights.append(frame["weight"])
        skilled += fitted.has_skill
    rates = np.mean(hits, axis=0)
    print(
        f"{name}: held {np.mean(hits):.1%} ({', '.join(f'{rate:.1%}' for rate in rates)}); planted "
        f"{', '.join(f'{share:.2f}' for share in planted.shares)}, learned on average "
        f"{', '.join(f'{weight:.2f}' for weight in np.mean(weights, axis=0))}; mean width {np.mean(widths):.2f}; skill "
        f"found in {skilled / sets:.0%}"
    )
    return float(rates.min())


def main() -> int:
    """Run all plans."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--sets", type=int, default=200, help="histories for each plan (default: %(default)s)"
    )
    sets = parser.parse_args().sets
    begun = time.perf_counter()
    # five standard errors of a share of 90% below it
    allowed = 0.9 - 5 * np.sqrt(0.09 / sets)
    good = True
    print(f"coverage of 90% intervals over {sets} histories each:")
    for name, plan in PLANS.items():
        good &= coverage(name, plan, sets) >= allowed
    print(f"noise, over {sets} histories each:")
    for name, plan in NOISE.items():
        claimed = sum(fitted.has_skill for _, fitted in fits({**plan, "signal": 0.0}, sets)) / sets
        print(f"{name}: skill claimed in {claimed:.1%}")
        good &= claimed <= 0.1
    print(f"{time.perf_counter() - begun:.0f} s; {'all as promised' if good else 'NOT AS PROMISED'}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
