"""A picture in a notebook, with its text for those who don't see it."""

from __future__ import annotations

import base64
import html
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from peermatch.cohort.display import visible

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Picture", "picture"]

_DPI = 80


@dataclass(frozen=True, repr=False)
class Picture:
    """What `picture` returns: it shows in a notebook as an image, and says of itself what the image shows.

    Attributes
    ----------
    png : bytes
    alt : str
        What it shows, in words.
    """

    png: bytes
    alt: str

    def __repr__(self) -> str:
        return f"Picture: {' '.join(self.alt.split())}"

    def _repr_html_(self) -> str:
        data = base64.b64encode(self.png).decode("ascii")
        alt = html.escape(visible(self.alt))
        return (
            f'<img src="data:image/png;base64,{data}" alt="{alt}" style="max-width:100%;background:white"/>'
        )


def picture(ax: Axes) -> Picture:
    """Return the figure of some axes as a picture with its text for screen readers.

    A notebook that is left to draw figures by itself shows them without one. The figure is closed, so that it does not
    show twice.

    Parameters
    ----------
    ax : Axes
        As `Pairing.plot` returns them.

    Returns
    -------
    Picture
        With the same bytes for the same picture.

    Examples
    --------
    >>> import peermatch as pm
    >>> people = [{"id": k, "years": k * k} for k in range(8)]
    >>> pairing = pm.PeerMatcher("id", [pm.near("years", scale=9)]).match(people)
    >>> repr(picture(pairing.plot.waterfall(0))).startswith("Picture: Waterfall of the pair 0 with")
    True
    """
    from matplotlib import pyplot

    from peermatch.report.plots import alt_text

    figure = ax.get_figure(root=True)
    assert figure is not None
    held = io.BytesIO()
    figure.savefig(held, format="png", dpi=_DPI, metadata={"Software": None})
    pyplot.close(figure)
    return Picture(held.getvalue(), alt_text(ax) or ax.get_title())
