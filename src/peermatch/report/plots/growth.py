"""Growth: time, or memory, over the number of people, peers side by side, both axes logarithmic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import TYPE_CHECKING, Any

import pandas as pd

from peermatch.errors import ConfigError
from peermatch.explain.wording import counted
from peermatch.report.plots.style import BLUE, GREEN, GREY, LINES, ORANGE, PURPLE, dressed, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["LOOKS", "draw_growth"]

LOOKS: tuple[Mapping[str, Any], ...] = (
    {"color": BLUE, "marker": "o", "linestyle": "-"},
    {"color": ORANGE, "marker": "s", "linestyle": "--"},
    {"color": GREEN, "marker": "^", "linestyle": "-."},
    {"color": PURPLE, "marker": "v", "linestyle": ":"},
    {"color": "#E69F00", "marker": "D", "linestyle": (0, (3, 1, 1, 1))},
    {"color": GREY, "marker": "P", "linestyle": (0, (5, 1))},
)
"""Markers and dashes differ as well as colours."""


def draw_growth(
    rows: pd.DataFrame | Sequence[Mapping[str, Any]],
    ax: Axes | None = None,
    *,
    title: str = "Time over people",
    unit: str = "seconds",
    value: str = "seconds",
    legend: bool = True,
    names: Mapping[str, str] | None = None,
) -> Axes:
    """Draw what grows with the number of people, a line for each contender, both axes logarithmic.

    Parameters
    ----------
    rows : pandas.DataFrame or sequence of mapping
        Each with contender, size (people) and a value under the name `value`: a number, or a list of numbers of which
        the median is drawn. Where there is no value and a number under "cap", it was stopped there: an open marker.
    ax : Axes, optional
    title, unit : str
    value : str
        Which entry of a row to draw.
    legend : bool
        Whether to name the lines on these axes.
    names : mapping of contender to name, optional
        Whom to draw, in which order and under which name: the same place has the same look on every axes. Without it,
        everybody in the rows.

    Raises
    ------
    ConfigError
        If a row has no contender or no size above 0.
    """
    ax = new_axes(ax)
    lines = _lines(rows, value)
    wanted = {name: name for name in lines} if names is None else names
    told = []
    for number, (contender, name) in enumerate(wanted.items()):
        done, stopped = lines.get(contender, ({}, {}))
        looks = LOOKS[number % len(LOOKS)]
        points = sorted(done.items())
        if points:
            ax.plot(*zip(*points, strict=True), label=name, markersize=4, **looks)
            size, most = points[-1]
            told.append(f"{name} {_written(most)} {unit} for {size:,} people")
        elif stopped:
            told.append(f"{name} stopped at {_written(max(stopped.values()))} {unit}")
        if stopped:
            color, marker = looks["color"], looks["marker"]
            label = None if points else name
            at = zip(*sorted(stopped.items()), strict=True)
            ax.plot(*at, color=color, marker=marker, mfc="white", linestyle="", markersize=5, label=label)
    ax.set_xscale("log")
    ax.set_yscale("log")
    if legend and told:
        ax.legend(frameon=False, fontsize=8)
    some = any(lines[contender][1] for contender in wanted if contender in lines)
    alt = f"{title}: {counted(len(told), 'line')}, both axes logarithmic; lower is better. {'; '.join(told)}."
    if some:
        alt += " An open marker: stopped there."
    dressed(ax, title, alt, xlabel="people", ylabel=unit)
    ax.set_axisbelow(True)
    ax.grid(which="major", color=LINES, linewidth=0.6)
    return ax


_Points = tuple[dict[int, float], dict[int, float]]


def _lines(rows: pd.DataFrame | Sequence[Mapping[str, Any]], value: str) -> dict[str, _Points]:
    """Return for each contender what was measured, and where it was stopped, by size."""
    records = rows.to_dict("records") if isinstance(rows, pd.DataFrame) else rows
    lines: dict[str, _Points] = {}
    for row in records:
        if "contender" not in row or not row.get("size", 0) > 0:
            raise ConfigError(
                f"Each row of a benchmark needs a contender and a size above 0. Got {dict(row)!r} instead."
            )
        done, stopped = lines.setdefault(str(row["contender"]), ({}, {}))
        found = _number(row.get(value))
        size = int(row["size"])
        if found is not None:
            done[size] = found
        elif value == "seconds" and (cap := _number(row.get("cap"))) is not None:
            stopped[size] = cap
    return {name: points for name, points in lines.items() if any(points)}


def _number(found: Any) -> float | None:
    """Return a number above 0, or the median of several; None where there is none: it has no place on these axes."""
    if isinstance(found, list | tuple):
        found = median(found) if found else None
    if found is None or not found > 0:  # NaN is not above 0 either
        return None
    return float(found)


def _written(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
