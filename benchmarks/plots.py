"""The log-log plot of the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.asked import FIRST
from benchmarks.measured import Result, Results, seconds_of

__all__ = ["draw"]

# Okabe and Ito's colours, which people with any kind of colour vision can tell apart; markers and dashes differ as well
_LOOKS: dict[str, dict[str, Any]] = {
    "peermatch": {"color": "#0072B2", "marker": "o", "linestyle": "-"},
    "peermatch proof": {"color": "#0072B2", "marker": "o", "linestyle": "-"},
    "lemon": {"color": "#D55E00", "marker": "s", "linestyle": "--"},
    "rustworkx": {"color": "#009E73", "marker": "^", "linestyle": "-."},
    "networkx": {"color": "#CC79A7", "marker": "v", "linestyle": ":"},
    "networkit": {"color": "#E69F00", "marker": "D", "linestyle": (0, (3, 1, 1, 1))},
}
_NAMES = {"peermatch proof": "peermatch", "lemon": "LEMON", "networkit": "networkit (approximate)"}


def draw(path: Path, results: Results, large: Results) -> None:
    """Draw seconds and memory over people and save them as SVG, the same bytes for the same numbers."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    mpl.rcParams.update({"svg.hashsalt": "peermatch", "svg.fonttype": "none", "font.size": 9})
    figure, axes = plt.subplots(1, 3, figsize=(11, 4), layout="constrained")
    nearest = {"group": "candidates", "name": "nearest", "objective": "best_total"}
    smooth = {"group": "all pairs", "name": "smooth", "objective": FIRST}
    exact = ("lemon", "rustworkx", "networkx", "networkit")
    more = large.pick(group="large", name="smooth", contender="peermatch proof")
    for axis, title, unit, chosen, who in (
        (axes[0], "Candidate graphs, 16 best partners", "seconds", nearest, ("peermatch", *exact)),
        (axes[1], "All pairs", "seconds", smooth, ("peermatch proof", *exact)),
        (axes[2], "All pairs, peak memory", "MiB", smooth, ("peermatch proof", *exact)),
    ):
        for name in who:
            rows = results.pick(contender=name, **chosen) + (more if name == "peermatch proof" else [])
            _line(axis, rows, name, unit)
        axis.set(title=title, xlabel="people", ylabel=unit, xscale="log", yscale="log")
        axis.grid(which="major", color="#DDDDDD", linewidth=0.6)
    lines = {
        label: line for axis in axes for line, label in zip(*axis.get_legend_handles_labels(), strict=True)
    }
    figure.legend(
        lines.values(), lines.keys(), loc="outside lower center", ncols=5, frameon=False, fontsize=8
    )
    figure.suptitle("Synthetic people; lower is better; an open marker: stopped there", fontsize=9)
    figure.savefig(path, format="svg", metadata={"Date": None})
    plt.close(figure)


def _line(axis: Any, rows: list[Result], name: str, unit: str) -> None:
    looks, label = _LOOKS[name], _NAMES.get(name, name)
    points = {}
    for row in rows:
        value = seconds_of(row) if unit == "seconds" else row.get("whole_peak_mib")
        if value:
            points[row["size"]] = value
    if points:
        axis.plot(*zip(*sorted(points.items()), strict=True), label=label, markersize=4, **looks)
    stopped = [(row["size"], row["cap"]) for row in rows if row["over"] and not row["seconds"]]
    if stopped and unit == "seconds":
        color, marker = looks["color"], looks["marker"]
        axis.plot(*zip(*stopped, strict=True), color=color, marker=marker, mfc="white", linestyle="")
