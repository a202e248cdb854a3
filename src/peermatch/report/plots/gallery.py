"""What `Pairing.plot` offers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pandas as pd

from peermatch.errors import ConfigError
from peermatch.explain import Outcome, explain
from peermatch.report.plots.cohort import draw_map, draw_scores
from peermatch.report.plots.curves import draw_frontier
from peermatch.report.plots.pair import draw_waterfall

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Plots"]


class Plots:
    """Pictures of a pairing. Each takes ``ax=`` (new axes where not given) and returns the axes.

    `peermatch.report.plots.alt_text` says in words what a picture shows, and `save_plot` there saves one with it.
    Needs matplotlib: ``pip install 'peermatch[plots]'``.
    """

    def __init__(self, outcome: Outcome, frontier: Callable[[int], pd.DataFrame]) -> None:
        self._outcome, self._frontier = outcome, frontier

    def waterfall(
        self, id: Any, partner: Any = None, *, side: str | None = None, ax: Axes | None = None
    ) -> Axes:
        """Draw how the reasons of someone's pair add up to its score.

        Parameters
        ----------
        id : str or int
        partner : str or int, optional
            Which of several partners; the first where not given.
        side : str, optional
            Needed where both sides have this id.
        ax : Axes, optional

        Raises
        ------
        InputError
            If nobody has this id.
        ConfigError
            If the person has no partner, or not this one.
        """
        found = explain(self._outcome, id, side)
        if not found.pairs:
            raise ConfigError(f"{id!r} has no partner, so there is no pair to draw: {found.reason}.")
        if partner is None:
            return draw_waterfall(found.pairs[0], ax)
        for pair in found.pairs:
            if pair.partner == partner and type(pair.partner) is type(partner):
                return draw_waterfall(pair, ax)
        has = ", ".join(repr(pair.partner) for pair in found.pairs)
        raise ConfigError(f"{id!r} and {partner!r} are not a pair; {id!r} has {has}.")

    def scores(self, *, seed: int = 0, ax: Axes | None = None) -> Axes:
        """Draw how the scores of pairs are spread, beside pairs made by chance and by taking the best pair first.

        Parameters
        ----------
        seed : int
            Of chance.
        ax : Axes, optional
        """
        return draw_scores(self._outcome, ax, seed=seed)

    def map(self, *, ax: Axes | None = None) -> Axes:
        """Draw people as points, near each other where they suit the same others, and lines between the paired."""
        return draw_map(self._outcome, ax)

    def frontier(self, points: int = 20, *, ax: Axes | None = None) -> Axes:
        """Draw what a better worst pair costs in total (`Pairing.frontier`).

        Parameters
        ----------
        points : int
            At most this many, from 2 to 50; each takes about as long as the matching.
        ax : Axes, optional
        """
        return draw_frontier(self._frontier(points), ax)
