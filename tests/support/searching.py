"""Oracles for the search over all pairs: whole matrices, in plain NumPy and Python."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

import peermatch.criteria as pc
from peermatch.cohort import Cohort
from peermatch.criteria import Sides
from peermatch.kernels.blossom_pricing import BlossomOrder
from peermatch.kernels.pair_scores import SCORE, value_tile
from peermatch.problem import FORBIDDEN, NO_WORTH, Prices
from peermatch.scoring import LazyScores
from peermatch.solvers.pricing import blossom_order
from support import cohorts

_MOST_GUIDE = 1 << 34

CHARACTERS = ("mixed", "alike", "one category", "categories", "smooth", "hubs", "forbidden", "nobody")
"""Kinds of pools; see `scores_of`."""


TIES = [{"a": "p001", "b": "p004", "strength": 0.5}, {"a": "p002", "b": "p003"}, {"a": "p000", "b": "q002"}]


def every_primitive() -> list:
    """Return one criterion of each kind that compiled code evaluates."""
    return [criterion for criterion in cohorts.every_criterion(TIES) if criterion.kind != "custom"]


def excess(programs, shape, what=SCORE) -> np.ndarray:
    """By how much the searching program lies above the exact one, everywhere."""
    exact, bound = np.empty(shape), np.empty(shape, dtype=np.float32)
    value_tile(programs.exact, what, np.arange(shape[0]), 0, exact)
    value_tile(programs.search, what, np.arange(shape[0]), 0, bound)
    assert not np.isnan(exact).any()
    assert not np.isnan(bound).any()
    return bound.astype(np.float64) - np.rint(exact)


def table(scores) -> np.ndarray:
    """All scores."""
    return scores.block(np.arange(scores.shape[0]))


def sides_of(people: list[dict], others: list[dict] | None = None) -> Sides:
    left = Cohort.of(people, "id", at_least=0)
    if others is None:
        return Sides(left)
    return Sides(left, Cohort.of(others, "id", at_least=0), ("mentee", "mentor"))


def scores_of(character: str, n: int, m: int | None = None, *, seed: int = 0, mutual="mean") -> LazyScores:
    """Pair scores of a character: one pool of n people, or two sides of n and m."""
    if min(n, n if m is None else m) < 2:  # criteria are fitted on a few more
        left = np.arange(n)
        right = left if m is None else np.arange(m)
        more = scores_of(character, n + 4, None if m is None else m + 4, seed=seed, mutual=mutual)
        return more.take(left, right)
    rng = np.random.default_rng(seed)

    def some(count: int, letter: str) -> list[dict]:
        return [
            {
                "id": f"{letter}{i:03d}",
                "years": float(rng.integers(0, 400)) / 10,
                "level": float(rng.random() ** 3),
                "team": str(rng.choice(["red", "blue", "green"])),
                "city": str(rng.choice(["Oslo", "Lima"])),
                "all": "same",
                "block": f"b{i % 5}" if i % 7 else "b0",
            }
            for i in range(count)
        ]

    sides = sides_of(some(n, "p"), None if m is None else some(m, "q"))
    if character == "mixed":
        criteria, rules = [pc.near("years"), pc.different("team"), pc.same("city")], [pc.must_differ("block")]
    elif character == "alike":
        criteria, rules = [pc.same("all")], []
    elif character == "one category":
        criteria, rules = [pc.different("all")], []
    elif character == "categories":
        criteria, rules = [pc.same("team"), pc.different("city")], []
    elif character == "smooth":
        criteria, rules = [pc.near("years", scale=2)], []
    elif character == "hubs":  # everybody likes whoever stands high above the rest
        criteria, rules = [pc.above("level", by=(0.5, 1), scale=0.2), pc.near("years", weight=0.1)], []
    elif character == "forbidden":  # small groups, of any size
        criteria, rules = [pc.near("years"), pc.same("city")], [pc.must_match("block"), pc.must_match("team")]
    else:  # nobody may be with anybody
        criteria, rules = [pc.near("years")], [pc.must_match("all"), pc.must_differ("all")]
    return cohorts.lazy(sides, criteria, rules, mutual=mutual)[0]


def clipped(guide: np.ndarray) -> np.ndarray:
    return np.clip(guide, -_MOST_GUIDE, _MOST_GUIDE)


def best_by_sorting(block: np.ndarray, k: int, guide: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each row's k best columns by 2 score - guide, equal ones by (column - row) mod columns, and their worth."""
    rows, columns = block.shape
    allowed = block != FORBIDDEN
    worth = 2 * np.where(allowed, block, 0) - clipped(guide)[None, :]
    turn = (np.arange(columns)[None, :] - np.arange(rows)[:, None]) % max(1, columns)
    order = np.lexsort((turn, -worth, ~allowed), axis=1)[:, :k]
    there = np.take_along_axis(allowed, order, axis=1)
    partners, values = np.full((rows, k), -1), np.full((rows, k), NO_WORTH)
    partners[:, : order.shape[1]] = np.where(there, order, -1)
    values[:, : order.shape[1]] = np.where(there, np.take_along_axis(worth, order, axis=1), NO_WORTH)
    return partners, values


def pairs_allowed(block: np.ndarray, two_sided: bool) -> int:
    return int((block != FORBIDDEN).sum()) // (1 if two_sided else 2)


def random_forest(rng: np.random.Generator, n: int, count: int, largest: int) -> BlossomOrder:
    """Any forest of vertex sets with even duals, laid out as solvers lay out blossoms."""
    # half of them stand in the one before, so that some are nested deeply
    parent = np.array(
        [b - 1 if rng.random() < 0.5 else int(rng.integers(-1, b)) for b in range(count)], dtype=np.int64
    )
    duals = 2 * rng.integers(0, largest // 2 + 1, count)
    inside = rng.integers(-1, count, n) if count else np.zeros(0, dtype=np.int64)
    solved = SimpleNamespace(blossom_parent=parent, blossom_duals=duals, vertex_blossom=inside)
    return blossom_order(n, solved)


def common_of(blossoms: BlossomOrder, n: int) -> np.ndarray:
    """The z that each two vertices have in common, by the definition."""
    around = []
    for b in blossoms.innermost[:n].tolist():
        chain = set()
        while b >= 0:
            chain.add(b)
            b = int(blossoms.parent[b])
        around.append(chain)
    own = [
        int(t) - (int(blossoms.total[p]) if p >= 0 else 0)
        for t, p in zip(blossoms.total, blossoms.parent, strict=True)
    ]
    return np.array([[sum(own[b] for b in a & c) for c in around] for a in around], dtype=np.int64).reshape(
        n, n
    )


def violations(block: np.ndarray, prices: Prices, two_sided: bool) -> np.ndarray:
    """By how much each pair (row, column) contradicts the duals; at most 0 where it does not."""
    rows, columns = block.shape
    n = rows + columns if two_sided else rows
    common = common_of(prices.blossoms, n)
    first = rows if two_sided else 0
    allowed = block != FORBIDDEN
    weight = np.where(allowed, block, 0) + prices.bonus
    cover = prices.y[:rows, None] + prices.y[None, first : first + columns]
    amount = 2 * weight - cover - common[:rows, first : first + columns]
    return np.where(allowed & (weight > 0), np.maximum(amount, 0), 0)


def worst_by_sorting(amount: np.ndarray, per_row: int) -> list[set[int]]:
    """Each row's most violated columns."""
    found = []
    for i, row in enumerate(amount.tolist()):
        order = sorted(range(len(row)), key=lambda j, row=row, i=i: (-row[j], (j - i) % len(row)))
        found.append({j for j in order[:per_row] if row[j] > 0})
    return found
