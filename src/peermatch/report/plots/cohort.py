"""Pictures of everybody: how good pairs are beside those of chance, and where people stand to each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from peermatch.explain import Outcome
from peermatch.explain.wording import counted
from peermatch.problem import FORBIDDEN, GRID, IntArray, Problem
from peermatch.report.plots.style import BLUE, GREEN, GREY, INK, ORANGE, dressed, new_axes, nothing_to_draw
from peermatch.scoring import LazyScores
from peermatch.solvers import Greedy

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["cohort_positions", "draw_map", "draw_scores", "random_pairs"]

_BINS = 25
_LANDMARKS = 256
_DRAWN = 5_000
_ONE_PLACE = 1e-9
_LOOKED_AT = 64

Floats = npt.NDArray[np.float64]


def random_pairs(outcome: Outcome, seed: int, times: int) -> list[IntArray]:
    """Return sets of pairs made by chance: people in a random order take the first who is free and allowed.

    Parameters
    ----------
    outcome : Outcome
    seed : int
    times : int
        How many sets.
    """
    generator = np.random.default_rng(seed)
    rows, columns = len(outcome.cohort(0)), len(outcome.cohort(1))
    found = []
    for _ in range(times):
        free = (
            [outcome.places(0).copy(), outcome.places(1).copy()]
            if outcome.two_sided
            else [np.ones(rows, np.int64)] * 2
        )
        order, others = generator.permutation(rows), generator.permutation(columns)
        found.append(_by_chance(outcome, free, order.tolist(), others))
    return found


def _by_chance(outcome: Outcome, free: list[IntArray], order: list[int], others: IntArray) -> IntArray:
    pairs: list[tuple[int, int]] = []
    for step, u in enumerate(order):
        if (
            step % _LOOKED_AT == 0
        ):  # those who are taken are left out now and then: looking is over a few of the rest
            others = others[free[1][others] > 0]
        taken = [] if outcome.two_sided else [u]
        while free[0][u] > 0:
            v = _first_allowed(outcome, u, others, free[1], taken)
            if v is None:
                break
            taken.append(v)
            pairs.append((u, v))
            free[0][u] -= 1
            free[1][v] -= 1
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def _first_allowed(
    outcome: Outcome, u: int, others: IntArray, free: IntArray, taken: list[int]
) -> int | None:
    """Look at a few at a time: mostly the first one is allowed."""
    for start in range(0, len(others), _LOOKED_AT):
        some = others[start : start + _LOOKED_AT]
        some = some[(free[some] > 0) & ~np.isin(some, taken)]
        if not len(some):
            continue
        allowed = ~outcome.scores.forbidden_at(np.full(len(some), u, dtype=np.int64), some)
        if allowed.any():
            return int(some[np.argmax(allowed)])
    return None


def draw_scores(outcome: Outcome, ax: Axes | None = None, *, seed: int = 0, times: int = 5) -> Axes:
    """Draw how the scores of pairs are spread, beside those of pairs made by chance and by taking the best pair first.

    Parameters
    ----------
    outcome : Outcome
    ax : Axes, optional
    seed : int
        Of chance.
    times : int
        How often people are paired by chance; the spread is over all of them.
    """
    ax = new_axes(ax)
    from matplotlib.ticker import MaxNLocator

    mine = outcome.details.scores / GRID
    chance = [
        outcome.scores.at(pairs[:, 0], pairs[:, 1]) / GRID for pairs in random_pairs(outcome, seed, times)
    ]
    drawn = [("these pairs", mine, BLUE, "-", 1)]
    if not outcome.scores.two_sided or not all(place is not None for place in outcome.capacity):
        greedy = Greedy().solve(Problem(outcome.scores, "everyone_first", outcome.capacity))
        scores = outcome.scores.at(greedy.pairs[:, 0], greedy.pairs[:, 1]) / GRID
        drawn.append(("best pair first (greedy)", scores, GREEN, "--", 1))
    drawn.append(("by chance", np.concatenate([np.zeros(0), *chance]), ORANGE, ":", times))
    edges = np.linspace(
        0, max(1.0, float(max((s.max() for _, s, *_ in drawn if s.size), default=1))), _BINS + 1
    )
    told = []
    for name, scores, color, dash, sets in drawn:
        if not scores.size:
            continue
        made = counted(round(len(scores) / sets), "pair")  # a greedy mean may be better, of fewer pairs
        heights, _ = np.histogram(scores, edges)
        ax.stairs(
            heights / sets,
            edges,
            color=color,
            linestyle=dash,
            linewidth=2,
            label=f"{name}: {made}, mean {scores.mean():.2f}",
        )
        told.append(f"{name}: {made}, mean {scores.mean():.2f}, weakest {scores.min():.2f}")
    if told:
        ax.legend(frameon=False, fontsize=9, loc="best")
        ax.margins(y=0.12)
        ax.yaxis.set_major_locator(MaxNLocator(integer=True))
        ax.set_ylim(bottom=0)
    else:
        nothing_to_draw(ax, "No pairs were made.")
    words = f" {'; '.join(told)}." if told else ""
    alt = f"Spread of the scores of {counted(len(mine), 'pair')}.{words}"
    title = "How good the pairs are, beside other ways to pair"
    return dressed(
        ax, title, alt, xlabel="score of a pair (the best possible is 1)", ylabel="pairs", grid="y"
    )


# ---- the map --------------------------------------------------------------------------------------------


def cohort_positions(outcome: Outcome) -> tuple[Floats, Floats]:
    """Return places on a plane for the left and for the right side (in one pool twice the same), shape (people, 2).

    People stand near each other who would score alike with the same others: the scores with some of them, evenly
    taken, are projected on the two directions in which they vary most (principal components).
    """
    scores = outcome.scores
    bare = LazyScores(scores.criteria, (), scores.shape, two_sided=True, mutual=scores.mutual)
    rows, columns = scores.shape
    left = _projected(_with_landmarks(bare, rows, columns, left=True))
    right = left if not outcome.two_sided else _projected(_with_landmarks(bare, columns, rows, left=False))
    return left, right


def _with_landmarks(scores: LazyScores, people: int, others: int, *, left: bool) -> Floats:
    marks = np.unique(np.linspace(0, others - 1, min(others, _LANDMARKS)).astype(np.int64))
    found = np.empty((people, len(marks)))
    everyone = np.arange(people, dtype=np.int64)
    for place, mark in enumerate(marks.tolist()):
        one = np.full(people, mark, dtype=np.int64)
        found[:, place] = scores.at(everyone, one) if left else scores.at(one, everyone)
    return np.where(found == FORBIDDEN, 0, found) / GRID


def _projected(table: Floats) -> Floats:
    centred = table - table.mean(axis=0)
    with threadpool_limits(1):
        left, sizes, right = np.linalg.svd(centred, full_matrices=False)
    two = min(2, len(sizes))
    # the sign of a direction is arbitrary: the largest entry is to be positive
    signs = np.sign(right[np.arange(two), np.abs(right[:two]).argmax(axis=1)])
    places = np.zeros((len(table), 2))
    places[:, :two] = left[:, :two] * sizes[:two] * np.where(signs == 0, 1, signs)
    return places


def draw_map(outcome: Outcome, ax: Axes | None = None) -> Axes:
    """Draw people as points, near each other where they would suit the same others, and lines between the paired.

    Parameters
    ----------
    outcome : Outcome
    ax : Axes, optional
    """
    ax = new_axes(ax, width=6.4, height=6.0)
    from matplotlib.collections import LineCollection

    left, right = cohort_positions(outcome)
    pairs = outcome.pairs[:_DRAWN]
    width = 0.8 if len(pairs) < 200 else 0.3
    ends = np.stack([left[pairs[:, 0]], right[pairs[:, 1]]], axis=1)
    # one collection: a line each takes seconds where there are thousands
    ax.add_collection(LineCollection(list(ends), colors=GREY, linewidths=width, alpha=0.6, zorder=1))
    alone = 0
    looks = ((left, "o", BLUE), (right, "^", ORANGE))
    for hand in outcome.hands:
        places, marker, color = looks[hand]
        matched = np.array([bool(found) for found in outcome.pairs_of[hand]], dtype=bool)
        alone += int((~matched).sum())
        name = outcome.side_name(hand) if outcome.two_sided else "paired"
        size = 22 if len(places) < 500 else 6
        if matched.any():
            ax.scatter(
                places[matched, 0],
                places[matched, 1],
                s=size,
                marker=marker,
                color=color,
                label=name,
                zorder=2,
            )
        if not matched.all():
            ax.scatter(
                places[~matched, 0],
                places[~matched, 1], s=max(40, size * 2), marker="X" if hand == 0 else "P", color=color,
                edgecolor=INK, linewidth=1, zorder=3,
                label=f"{name}, without a partner" if outcome.two_sided else "without a partner",
            )  # fmt: skip
    ax.legend(frameon=False, fontsize=9, loc="best")
    ax.set_xticks([])
    ax.set_yticks([])
    people = counted(sum(len(outcome.cohort(hand)) for hand in outcome.hands), "person", "people")
    some = "" if len(pairs) == len(outcome.pairs) else f", of which {len(pairs):,} are drawn"
    made = counted(len(outcome.pairs), "pair")
    everywhere = np.concatenate([left, right])
    alike = len(everywhere) > 1 and float(np.ptp(everywhere, axis=0).max()) < _ONE_PLACE
    if alike:
        ax.annotate(
            "everybody is here: all suit the same others", everywhere[0], (0, 16), textcoords="offset points",
            ha="center", fontsize=9, color=INK,
        )  # fmt: skip
        some += "; all stand at one place, for all suit the same others"
    alt = f"Map of {people} as points, and {made} as lines between them{some}; {alone:,} without a partner."
    title = "Who suits whom: near each other are people who suit the same others"
    return dressed(ax, title, alt, xlabel="first direction (no unit)", ylabel="second direction (no unit)")
