"""How well groups are paired: a row a group, with what `Pairing.quality` shows and nothing that it hides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from peermatch.cohort.aside import is_missing
from peermatch.explain.wording import counted, listing
from peermatch.report.plots.style import BLUE, GREY, INK, ORANGE, dressed, in_lines, new_axes
from peermatch.report.quality import EVERYONE, GroupQuality

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_quality"]

_NAME = 32
_MOST_TOLD = 12


def draw_quality(quality: GroupQuality, ax: Axes | None = None) -> Axes:
    """Draw each group's mean and median, and the line from its lowest pair to its mean; what is hidden is not drawn.

    Parameters
    ----------
    quality : GroupQuality
        What `Pairing.quality` returns.
    ax : Axes, optional

    Notes
    -----
    A group stands beside a line for everyone's mean, in the order of the table. Of a group of which nothing may be
    shown there is the word "hidden"; groups that are wholly hidden share a row, as they do in the text of the table.
    """
    rows = quality.folded.to_dict("records")
    ax = new_axes(ax, height=1.9 + 0.36 * len(rows))
    told, places, names = [], [], []
    place = 0.0
    for number, row in enumerate(rows):
        if number and row["group"] == EVERYONE:
            place += 0.6  # a new side or column begins
        names.append(_name(quality, row, number))
        places.append(place)
        told.append(_draw_row(ax, place, row))
        place += 1
    _draw_means(ax, rows, places)
    ax.set_yticks(places, names)
    ax.set_ylim(place - 0.4, -0.6)
    ax.set_xlim(-0.02, 1.02)
    _legend(ax)
    title = f"How well groups are paired, by {listing([column.replace('_', ' ') for column in quality.by])}"
    return dressed(
        ax,
        title,
        _alt(quality, told),
        xlabel="score of what people have (0 to 1; 0 without a partner)",
        ylabel="group (people)",
        grid="x",
        room=18,
    )


def _name(quality: GroupQuality, row: dict[Any, Any], number: int) -> str:
    name = str(row["group"])
    if row["group"] == EVERYONE:
        more = [str(row["side"])] if "side" in row else []
        more += [f"by {row['column']}"] if len(quality.by) > 1 else []
        name = ", ".join([name, *more])
    count = row["taking_part"]
    return in_lines(name if is_missing(count) else f"{name} ({int(count):,})", _NAME)


def _draw_means(ax: Axes, rows: list[dict[Any, Any]], places: list[float]) -> None:
    """Draw a line from everyone's mean down through the groups that it is the mean of."""
    starts = [at for at, row in enumerate(rows) if row["group"] == EVERYONE]
    for start, end in zip(starts, [*starts[1:], len(rows)], strict=True):
        mean = rows[start]["mean"]
        if not is_missing(mean):
            ax.plot([mean, mean], [places[start], places[end - 1]], ":", color=INK, linewidth=0.9, zorder=1)


def _draw_row(ax: Axes, place: float, row: dict[Any, Any]) -> str:
    """Draw one group, and return what of it is told in words."""
    mean, middle, lowest = row["mean"], row["median"], row["lowest"]
    name, color = str(row["group"]), INK if row["group"] == EVERYONE else BLUE
    if is_missing(mean) and is_missing(middle) and is_missing(lowest):
        words = "hidden" if row["hidden"] else "nobody takes part"
        ax.text(0.01, place, words, va="center", fontsize=8, color=GREY, style="italic")
        return f"{name}: {words}"
    if not is_missing(lowest):
        ax.plot(lowest, place, "|", color=color, markersize=9, markeredgewidth=1.4)
        if not is_missing(mean):
            ax.plot([lowest, mean], [place, place], color=color, linewidth=1.4, alpha=0.5)
    if not is_missing(middle):
        ax.plot(middle, place, "D", color=ORANGE, markersize=5, markerfacecolor="white", zorder=3)
    if is_missing(mean):
        return f"{name}: mean hidden"
    ax.plot(mean, place, "o", color=color, markersize=7, zorder=2)
    # in a column of its own: beside the marks it would stand on the line of everyone's mean
    ax.text(
        1.01, place, f"{mean:.3f}", transform=ax.get_yaxis_transform(), va="center", fontsize=8, color=INK
    )
    return f"{name}: mean {mean:.3f}"


def _legend(ax: Axes) -> None:
    from matplotlib.lines import Line2D

    blank = {"linestyle": ""}
    marks = [
        Line2D([], [], marker="o", color=BLUE, label="mean", **blank),  # type: ignore[arg-type]
        Line2D([], [], marker="D", color=ORANGE, markerfacecolor="white", label="median", **blank),  # type: ignore[arg-type]
        Line2D([], [], marker="|", color=BLUE, label="lowest of those with a partner", **blank),  # type: ignore[arg-type]
    ]
    ax.legend(
        handles=marks, frameon=False, fontsize=8, ncols=3, loc="lower left", bbox_to_anchor=(-0.02, 1),
        borderaxespad=0.3, handletextpad=0.1, columnspacing=1.2,
    )  # fmt: skip


def _alt(quality: GroupQuality, told: list[str]) -> str:
    groups = int((quality.table["group"] != EVERYONE).sum())
    some = told[:_MOST_TOLD]
    more = f"; and {len(told) - len(some):,} more" if len(told) > len(some) else ""
    hidden = f" {counted(quality.hidden, 'cell is', 'cells are')} hidden." if quality.hidden else ""
    return f"How well {counted(groups, 'group is', 'groups are')} paired. {'; '.join(some)}{more}.{hidden}"
