"""The log-log plot of the page."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.asked import FIRST
from benchmarks.measured import Results
from peermatch.report.plots import draw_growth

__all__ = ["draw"]

_PEERS = {
    "lemon": "LEMON",
    "rustworkx": "rustworkx",
    "networkx": "networkx",
    "networkit": "networkit (approximate)",
}


def draw(path: Path, results: Results, large: Results) -> None:
    """Draw seconds and memory over people and save them as SVG, the same bytes for the same numbers."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    mpl.rcParams.update({"svg.hashsalt": "peermatch", "svg.fonttype": "none", "font.size": 9})
    figure, axes = plt.subplots(1, 3, figsize=(11, 4), layout="constrained")
    nearest = results.pick(group="candidates", name="nearest", objective="best_total")
    smooth = results.pick(group="all pairs", name="smooth", objective=FIRST)
    smooth += large.pick(group="large", name="smooth", contender="peermatch proof")
    solver, proof = ({name: "peermatch", **_PEERS} for name in ("peermatch", "peermatch proof"))
    panels: tuple[tuple[str, str, str, list[Mapping[str, Any]], dict[str, str]], ...] = (
        ("Candidate graphs, 16 best partners", "seconds", "seconds", nearest, solver),
        ("All pairs", "seconds", "seconds", smooth, proof),
        ("All pairs, peak memory", "MiB", "whole_peak_mib", smooth, proof),
    )
    for axis, (title, unit, value, rows, names) in zip(axes, panels, strict=True):
        shown = [row for row in rows if row["over"] or row["seconds"] or value != "seconds"]
        draw_growth(shown, axis, title=title, unit=unit, value=value, legend=False, names=names)
    lines: dict[str, Any] = {}
    for axis in axes:
        for line, label in zip(*axis.get_legend_handles_labels(), strict=True):
            lines.setdefault(label, line)  # the first panel's, where everybody has a full line
    figure.legend(
        lines.values(), lines.keys(), loc="outside lower center", ncols=5, frameon=False, fontsize=8
    )
    figure.suptitle("Synthetic people; lower is better; an open marker: stopped there", fontsize=9)
    figure.savefig(path, format="svg", metadata={"Date": None})
    plt.close(figure)
