"""Curves: what one good costs in terms of another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from peermatch.explain.wording import counted
from peermatch.report.plots.style import BLUE, INK, dressed, new_axes, nothing_to_draw

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_frontier"]


def draw_frontier(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw what a better worst pair costs in total: each point is the best of its kind.

    Parameters
    ----------
    table : pandas.DataFrame
        What `Pairing.frontier` returns.
    ax : Axes, optional
    """
    ax = new_axes(ax)
    rows: list[Any] = list(table.itertuples())
    worst, total = table["worst_score"].tolist(), table["total"].tolist()
    ax.step(worst, total, where="pre", color=BLUE, linewidth=1.2)
    ax.plot(worst, total, "o", color=BLUE, markersize=5)
    ax.ticklabel_format(axis="y", useOffset=False)
    told = ""
    if rows:
        first, last = rows[0], rows[-1]
        told = (
            f" The best total is {first.total:.2f} with a worst pair of {first.worst_score:.2f}; the best worst pair, "
            f"{last.worst_score:.2f}, costs {last.lost:.2f} of it ({100 * last.lost_share:.1f} per cent)."
        )
        ends = ((first, "left", 6), (last, "right", -6)) if len(rows) > 1 else ((first, "left", 6),)
        for row, side, away in ends:
            ax.annotate(
                f"{row.total:.2f}", (row.worst_score, row.total), (away, 7), textcoords="offset points", ha=side,
                fontsize=8, color=INK,
            )  # fmt: skip
        ax.margins(y=0.1)
        if len(rows) == 1:
            told = (
                f" The best total is {first.total:.2f} with a worst pair of {first.worst_score:.2f}, and no "
                "other set of pairs has a better worst one."
            )
    else:
        nothing_to_draw(ax, "No pairs were made.")
    alt = f"Curve of {counted(len(rows), 'point')}: total score over the score of the worst pair.{told}"
    title = "What a better worst pair costs in total"
    return dressed(
        ax, title, alt, xlabel="score of the worst pair", ylabel="total score of all pairs", grid="y"
    )
