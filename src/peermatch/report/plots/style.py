"""One look for all pictures: colours that everybody can tell apart, quiet axes, and a text for those who don't see."""

from __future__ import annotations

import os
import textwrap
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
    "in_lines",
    "new_axes",
    "nothing_to_draw",
    "save_plot",
    "shade",
]

# Okabe and Ito's colours (2008), which people with any kind of colour vision can tell apart
BLUE, ORANGE, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
GREY, INK, LINES = "#8C959F", "#1B1F24", "#DDDDDD"

_LIGHTEST, _DARKEST = (0xF4, 0xF8, 0xFC), (0x00, 0x4C, 0x7D)
_WHITE_INK_FROM = 0.73
"""From this share on text on a shade is white, else black: at least 4.5 to 1 either way."""

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


def dressed(
    ax: Axes,
    title: str,
    alt: str,
    *,
    xlabel: str = "",
    ylabel: str = "",
    grid: str = "",
    room: float = 0,
) -> Axes:
    """Give axes their title, labels and text for those who don't see, and take away what says nothing.

    Parameters
    ----------
    ax : Axes
    title, alt : str
    xlabel, ylabel : str
        With their units.
    grid : {"", "x", "y"}
        Along which axis values are read off.
    room : float
        Points to leave between the title and the axes: a legend stands there.
    """
    ax.set_title(title, loc="left", fontsize=11, color=INK, pad=6 + room)
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    ax.tick_params(labelsize=9)
    if grid:
        ax.set_axisbelow(True)
        ax.grid(axis=grid, color=LINES, linewidth=0.6)  # type: ignore[arg-type]
    _ALT[ax] = alt
    _take_as_text(ax)
    return ax


def _take_as_text(ax: Axes) -> None:
    """Let no name be read as mathematics, as matplotlib does between two dollar signs; powers of ten on axes may."""
    from matplotlib.text import Text
    from matplotlib.ticker import LogFormatter

    powers = [axis for axis in (ax.xaxis, ax.yaxis) if isinstance(axis.get_major_formatter(), LogFormatter)]
    kept = {id(text) for axis in powers for text in axis.findobj(Text) if text is not axis.label}
    for text in ax.findobj(Text):
        if id(text) not in kept:
            text.set_parse_math(False)


def shade(share: float) -> tuple[str, str]:
    """Return the colour for a share from 0 (nearly white) to 1 (dark blue), and that of text on it.

    One hue, from light to dark, so that it reads the same for everybody and on a grey printer.

    Examples
    --------
    >>> shade(0.0), shade(1.0)
    (('#F4F8FC', 'black'), ('#004C7D', 'white'))
    """
    part = min(1.0, max(0.0, share))
    mixed = [round(light + (dark - light) * part) for light, dark in zip(_LIGHTEST, _DARKEST, strict=True)]
    return "#" + "".join(f"{value:02X}" for value in mixed), "white" if part >= _WHITE_INK_FROM else "black"


def in_lines(text: str, width: int, lines: int = 2) -> str:
    """Break a name over a few lines, and cut it short only where even those are not enough.

    Examples
    --------
    >>> print(in_lines("what people want to learn and can teach each other", 20))
    what people want to
    learn and can teach…
    """
    return "\n".join(textwrap.wrap(text, width, max_lines=lines, placeholder="…"))


def nothing_to_draw(ax: Axes, words: str) -> None:
    """Say in the middle of axes why there is nothing in them."""
    ax.set_xticks([])
    ax.set_yticks([])
    ax.text(0.5, 0.5, words, transform=ax.transAxes, ha="center", va="center", color=INK, fontsize=10)


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
