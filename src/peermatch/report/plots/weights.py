"""Sensitivity: how many pairs change when a weight moves, one cell a move."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from peermatch.explain.wording import column_words, counted
from peermatch.report.plots.style import LINES, dressed, in_lines, new_axes, nothing_to_draw, shade

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_sensitivity"]

_NAME = 30
_STATES = {"infeasible": "×", "gap": "?"}
"""What stands beside a number, or in its place, where a move gave no proved answer."""


def draw_sensitivity(moves: pd.DataFrame, ax: Axes | None = None, *, complete: bool = True) -> Axes:
    """Draw how many pairs change with each move of a weight: a row for each criterion, a column for each change.

    Parameters
    ----------
    moves : pandas.DataFrame
        The table `moves` of `Pairing.sensitivity`.
    ax : Axes, optional
    complete : bool
        Whether all moves were made; the picture says so where they were not.
    """
    criteria = list(dict.fromkeys(moves["criterion"]))
    changes = sorted(set(moves["change"]))
    ax = new_axes(ax, width=3.1 + 0.72 * max(4, len(changes)), height=1.9 + 0.42 * max(1, len(criteria)))
    rows = {(row["criterion"], row["change"]): row for row in moves.to_dict("records")}
    for at, criterion in enumerate(criteria):
        for column, change in enumerate(changes):
            _draw_cell(ax, column, at, rows.get((criterion, change)))
    ax.set_xlim(-0.5, len(changes) - 0.5)
    ax.set_ylim(len(criteria) - 0.5, -0.5)
    ax.set_xticks(range(len(changes)), [f"{100 * change:+.3g}" for change in changes])
    ax.set_yticks(range(len(criteria)), [in_lines(column_words(name), _NAME) for name in criteria])
    ax.tick_params(length=0)
    for spine in ("left", "bottom"):
        ax.spines[spine].set_visible(False)
    pairs = int((moves["pairs_kept"] + moves["pairs_changed"]).max()) if len(moves) else 0
    short = "" if complete else "\n(stopped early: not every move was made)"
    title = f"How many of {counted(pairs, 'pair')} change when a weight moves"
    title = in_lines(title, 8 * max(4, len(changes))) + short
    if not rows:
        nothing_to_draw(ax, "No weight was moved.")
    return dressed(
        ax, title, _alt(rows, complete), xlabel="change of one weight (per cent)", ylabel="criterion"
    )


def _draw_cell(ax: Axes, column: int, at: int, row: Mapping[Any, Any] | None) -> None:
    from matplotlib.patches import Rectangle

    state = "" if row is None else _STATES.get(str(row["status"]), "")
    known = row is not None and row["status"] != "infeasible"
    pairs = 0 if row is None else int(row["pairs_kept"] + row["pairs_changed"])
    changed = int(row["pairs_changed"]) if row is not None and known else 0
    share = changed / pairs if pairs else 0.0
    face, ink = shade(share) if known else ("white", "black")
    cell = Rectangle((column - 0.48, at - 0.46), 0.96, 0.92, facecolor=face, edgecolor=LINES, linewidth=0.6)
    if not known:
        cell.set_hatch("////")
    ax.add_patch(cell)
    text = f"{changed:,}{state}" if known else state
    ax.text(column, at, text, ha="center", va="center", fontsize=9, color=ink)


def _alt(rows: Mapping[tuple[Any, Any], Mapping[Any, Any]], complete: bool) -> str:
    told = [row for row in rows.values() if row["status"] != "infeasible"]
    words = [f"Table of shades: how many pairs change with {counted(len(rows), 'move')} of a weight."]
    if not complete:
        words.append("It was stopped before all moves were made.")
    if told:
        pairs = int(told[0]["pairs_kept"] + told[0]["pairs_changed"])
        most = max(told, key=lambda row: row["pairs_changed"])
        if most["pairs_changed"]:
            words.append(
                f"Most change with {column_words(most['criterion'])} {100 * most['change']:+.3g} per cent: "
                f"{int(most['pairs_changed']):,} of {counted(pairs, 'pair')}."
            )
        else:
            words.append(f"None of {counted(pairs, 'pair')} changes with any of them.")
    missing = len(rows) - len(told)
    if missing:
        words.append(f"With {counted(missing, 'move')} demands and the floor cannot both be met.")
    if any(row["status"] == "gap" for row in told):
        words.append("A question mark: not proved.")
    return " ".join(words)
