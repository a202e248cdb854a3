"""The waterfall of a pair: how its reasons add up to its score."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from peermatch.explain import PairExplanation
from peermatch.explain.wording import column_words, listing, percent, score_text
from peermatch.problem import GRID
from peermatch.report.plots.style import BLUE, GREY, INK, LINES, dressed, in_lines, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_waterfall"]

_NAME, _TITLE = 26, 52


def draw_waterfall(explanation: PairExplanation, ax: Axes | None = None) -> Axes:
    """Draw what each criterion adds to the score of a pair, one bar under the other, and the score as their sum.

    Parameters
    ----------
    explanation : PairExplanation
    ax : Axes, optional
    """
    facts = sorted(explanation.facts, key=lambda fact: -fact.contribution)
    ax = new_axes(ax, height=1.4 + 0.42 * (len(facts) + 1))
    start, told = 0, []
    for place, fact in enumerate(facts):
        begin, width = start / GRID, fact.contribution / GRID
        known = fact.known in ("yes", "partly") or fact.criterion.sensitive
        hatch = None if known else "////"
        ax.barh(
            place,
            width,
            left=begin,
            height=0.62,
            color=BLUE if known else GREY,
            hatch=hatch,
            edgecolor="white",
        )
        start += fact.contribution
        ax.plot([start / GRID] * 2, [place - 0.31, place + 1.31], color=INK, linewidth=0.6)
        words = f" +{width:.3f}" + ("" if known else " (not known, estimated)")
        ax.text(start / GRID, place, words, va="center", fontsize=8, color=INK)
        told.append(f"{column_words(fact.criterion.name)} adds {width:.3f}")
    ax.barh(len(facts), explanation.score / GRID, height=0.62, color=INK)
    ax.text(
        explanation.score / GRID, len(facts), f" {score_text(explanation.score)}", va="center", fontsize=9
    )
    names = [in_lines(column_words(fact.criterion.name), _NAME) for fact in facts]
    ax.set_yticks(range(len(facts) + 1), [*names, "score"])
    ax.invert_yaxis()
    most = max(1.0, math.ceil(10 * explanation.score / GRID) / 10)
    ax.set_xlim(0, most * 1.18)
    ax.axvline(1, color=LINES, linewidth=1)
    pair = f"{explanation.label} with {explanation.partner_label}"
    alt = (
        f"Waterfall of the pair {pair}: {listing(told)}; together the score {score_text(explanation.score)} of 1. "
        f"{percent(explanation.coverage)} of it was known."
    )
    title = f"{in_lines(pair, _TITLE)}\nhow their score of {score_text(explanation.score)} adds up"
    return dressed(ax, title, alt, xlabel="points of score (the best possible is 1)", grid="x")
