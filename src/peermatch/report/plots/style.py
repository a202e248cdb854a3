"""One look for all pictures: colours that everybody can tell apart, quiet axes, and a text for those who don't see."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from peermatch.errors import OutputError, UnsupportedError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "BLUE",
    "GREEN",
    "GREY",
    "INK",
    "LINES",
    "ORANGE",
    "PURPLE",
    "alt_text",
    "dressed",
    "new_axes",
    "save_plot",
]

# Okabe and Ito's colours (2008), which people with any kind of colour vision can tell apart
BLUE, ORANGE, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
GREY, INK, LINES = "#8C959F", "#1B1F24", "#DDDDDD"

_ALT: WeakKeyDictionary[Any, str] = WeakKeyDictionary()


def new_axes(ax: Axes | None, *, width: float = 6.4, height: float = 4.0) -> Axes:
    """Return axes to draw on: those given, or new ones of that size in inches.

    Raises
    ------
    UnsupportedError
        If matplotlib is not installed.
    """
    if ax is not None:
        return ax
    try:
        from matplotlib import pyplot
    except ImportError:
        raise UnsupportedError(
            "Plots need matplotlib, which is not installed. Install it with: pip install 'peermatch[plots]'"
        ) from None
    _, made = pyplot.subplots(figsize=(width, height), layout="constrained")
    return made


def dressed(ax: Axes, title: str, alt: str, *, xlabel: str = "", ylabel: str = "", grid: str = "") -> Axes:
    """Give axes their title, labels and text for those who don't see, and take away what says nothing.

    Parameters
    ----------
    ax : Axes
    title, alt : str
    xlabel, ylabel : str
        With their units.
    grid : {"", "x", "y"}
        Along which axis values are read off.
    """
    ax.set_title(title, loc="left", fontsize=11, color=INK)
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    ax.tick_params(labelsize=9)
    if grid:
        ax.set_axisbelow(True)
        ax.grid(axis=grid, color=LINES, linewidth=0.6)  # type: ignore[arg-type]
    _ALT[ax] = alt
    return ax


def alt_text(ax: Axes) -> str:
    """Return what a picture shows in words, for screen readers; empty for axes that are not ours."""
    return _ALT.get(ax, "")


def save_plot(ax: Axes, path: str | os.PathLike[str]) -> Path:
    """Save the figure of some axes with its text for screen readers in the file: the same picture, the same bytes.

    Parameters
    ----------
    ax : Axes
    path : path
        Ending in .svg or .png.

    Raises
    ------
    OutputError
        If the ending is another one, or the file cannot be written.
    """
    target, words = Path(path), alt_text(ax)
    ending = target.suffix.lower()
    metadata = {
        ".svg": {"Date": None, "Description": words},
        ".png": {"Software": None, "Description": words},
    }
    if ending not in metadata:
        raise OutputError(f"A plot is saved as .svg or .png. Got {target.name!r} instead.")
    import matplotlib as mpl

    figure = ax.get_figure()
    assert figure is not None
    try:
        with mpl.rc_context({"svg.hashsalt": "peermatch", "svg.fonttype": "none"}):
            figure.savefig(target, format=ending[1:], metadata=metadata[ending], dpi=150)  # type: ignore[union-attr]
    except OSError as error:
        raise OutputError(f"The plot {str(target)!r} cannot be written: {error}.") from None
    return target
