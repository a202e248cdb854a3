"""Rounds over time: how good their pairs were, how many of them were new, and how many people went without."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from peermatch.explain.wording import counted, shortened
from peermatch.report.plots.style import BLUE, GREEN, ORANGE, dressed, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_rounds"]

_NAME, _MOST_NAMES = 14, 14
_LINES = (
    ("mean", "mean score", BLUE, "o", "-"),
    ("worst", "score of the weakest pair", BLUE, "v", ":"),
    ("new", "share of pairs that had not met", GREEN, "s", "--"),
    ("without", "share of people who went without", ORANGE, "X", "-."),
)


def draw_rounds(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw a programme over its rounds. Everything in it lies between 0 and 1, so that one scale serves all.

    Parameters
    ----------
    table : pandas.DataFrame
        One row a round, earliest first: round and pairs, and of mean, worst (scores), new and without (shares) those
        that are known; a missing value leaves a gap in its line.
    ax : Axes, optional
    """
    ax = new_axes(ax, width=max(6.4, 2 + 0.4 * min(len(table), 40)), height=4.2)
    places = range(len(table))
    told = []
    for column, label, color, marker, dash in _LINES:
        if column not in table.columns or table[column].isna().all():
            continue
        values = table[column].astype(float)
        ax.plot(places, values, color=color, marker=marker, linestyle=dash, markersize=5, label=label)
        known = values.dropna()
        first, last = known.iloc[0], known.iloc[-1]
        told.append(f"{label} {first:.2f} in the first, {last:.2f} in the last")
    step = max(1, -(-len(table) // _MOST_NAMES))
    marked = list(places)[::step]
    names = [
        f"{shortened(str(table['round'].iloc[at]), _NAME)} ({int(table['pairs'].iloc[at]):,})"
        for at in marked
    ]
    long = len(marked) > 6
    ax.set_xticks(marked, names, rotation=60 if long else 0, ha="right" if long else "center")
    ax.set_xlim(-0.4, max(0.4, len(table) - 0.6))
    ax.set_ylim(-0.03, 1.03)
    if told:
        ax.legend(
            frameon=False, fontsize=8, ncols=2, loc="lower left", bbox_to_anchor=(-0.01, 1), borderaxespad=0.3
        )
    words = "; ".join(told) if told else "nothing is known of them but their pairs"
    alt = f"Lines over {counted(len(table), 'round')}: {words}."
    return dressed(
        ax,
        "Round by round",
        alt,
        xlabel="round (number of pairs)",
        ylabel="score, or share (from 0 to 1)",
        grid="y",
        room=16 * ((len(told) + 1) // 2),
    )
