"""What the pair kernels answer on small problems, as digests: ``python -m support.answers`` prints all of them."""

from __future__ import annotations

import hashlib
import sys

import numpy as np

import peermatch.criteria as pc
from peermatch.kernels.pair_scores import SCORE, value_tile
from peermatch.problem import GRID, Prices, Problem
from peermatch.scoring import MUTUALS, LazyScores, sizes
from peermatch.solvers import Blossom
from support import cohorts
from support.searching import random_forest, table

TIES = [{"a": "p001", "b": "p004", "strength": 0.5}, {"a": "p002", "b": "p003"}]
RULES = {
    "differ": pc.must_differ("team"),
    "match": pc.must_match("country"),
    "line": pc.not_in_line("manager"),
    "forbid": pc.forbid([("p001", "p002"), ("p003", "p009")]),
    "twins": pc.no_twins(["team", "country", "education"], at_least=0.6),
    "floor": pc.at_least("near_years", 0.3),
}
CRITERIA = [criterion for criterion in cohorts.every_criterion(TIES) if criterion.kind != "custom"]


def _scores(name: str) -> LazyScores:
    what, _, which = name.partition(":")
    two = what.startswith("two")
    sides = cohorts.two_sides(9, 7, seed=2) if two else cohorts.one_pool(13, seed=2, missing=0.3)
    if what == "criterion":
        return cohorts.lazy(sides, [CRITERIA[int(which)], pc.near("years")], mutual="mean")[0]
    if what == "rule":
        return cohorts.lazy(sides, [pc.near("years"), pc.overlap("goals")], [RULES[which]])[0]
    if what == "far":  # differences whose squares float32 cannot hold
        people = cohorts.records(13, 2)
        for person, years in zip(people, np.geomspace(1e-3, 1e36, 13), strict=True):
            person["years"] = float(years)
        sides = cohorts.Sides(cohorts.Cohort.of(people, "id"))
        return cohorts.lazy(
            sides, [pc.near("years", scale=1e36), pc.above("years", by=(1, 1e30), scale=1e34)]
        )[0]
    return cohorts.lazy(sides, CRITERIA, [RULES["differ"]], mutual=which)[0]


NAMES = (
    *(f"criterion:{k}" for k in range(len(CRITERIA))),
    *(f"rule:{name}" for name in RULES),
    *(f"{sides}:{mutual}" for sides in ("one", "two") for mutual in MUTUALS),
    "far:0",
)


def digest(name: str) -> str:
    """Return a digest of all that these scores answer."""
    scores = _scores(name)
    rows, columns = scores.shape
    u, v = np.repeat(np.arange(rows), columns), np.tile(np.arange(columns), rows)
    said = [
        table(scores),
        scores.at(u, v),
        *scores.utilities_at(u, v),
        scores.utilities(np.arange(columns), "right"),
    ]
    said += [scores.top(3).columns, scores.forbidden_at(u, v)]
    if scores.programs.searches:
        bounds = np.empty(scores.shape, dtype=np.float32)
        value_tile(scores.programs.search, SCORE, np.arange(rows), 0, bounds)
        said.append(bounds)
    rng = np.random.default_rng(0)
    guides = rng.integers(-GRID, GRID, rows), rng.integers(-GRID, GRID, columns)
    size = rows + columns if scores.two_sided else rows
    y, blossoms = rng.integers(0, GRID, size), random_forest(rng, size, 3, GRID // 4)
    prices = Prices(y, 0, blossoms, np.zeros_like(y), np.full_like(y, 2 * GRID), 3)
    many, few, seeds = sizes.MANY, sizes.FEW, sizes.SEEDS
    try:
        for sizes.MANY, sizes.FEW, sizes.SEEDS in ((many, few, 3), (2.0, -1.0, 3), (-1.0, 2.0, seeds)):
            for some in (scores, scores.at_least(GRID // 3)):
                best, found = (
                    some.best_partners(3, guides if scores.two_sided else (guides[0],) * 2),
                    some.price(prices),
                )
                said += [best.left, best.right, best.left_worth, best.right_worth, np.array([best.allowed])]
                said += [found.u, found.v, found.unlisted, np.array([found.worst])]
    finally:
        sizes.MANY, sizes.FEW, sizes.SEEDS = many, few, seeds
    said.append(Blossom(k=1).solve(Problem(scores)).pairs)
    together = hashlib.sha256()
    for array in said:
        together.update(f"{array.dtype}{array.shape}".encode() + np.ascontiguousarray(array).tobytes())
    return together.hexdigest()


if __name__ == "__main__":
    for each in NAMES:
        sys.stdout.write(f"{each} {digest(each)}\n")
