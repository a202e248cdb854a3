"""What `Pairing.plot` offers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from peermatch.cohort.aside import read_table
from peermatch.errors import ConfigError
from peermatch.explain import Outcome, Sensitivity, explain
from peermatch.report.plots.cohort import draw_map, draw_scores
from peermatch.report.plots.curves import draw_frontier
from peermatch.report.plots.groups import draw_quality
from peermatch.report.plots.pair import draw_waterfall
from peermatch.report.plots.weights import draw_sensitivity
from peermatch.report.quality import HIDE_BELOW, group_quality

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Plots"]


class Plots:
    """Pictures of a pairing. Each takes ``ax=`` (new axes where not given) and returns the axes.

    `peermatch.report.plots.alt_text` says in words what a picture shows, and `save_plot` there saves one with it.
    Needs matplotlib: ``pip install 'peermatch[plots]'``.
    """

    def __init__(
        self,
        outcome: Outcome,
        frontier: Callable[[int], pd.DataFrame],
        sensitivity: Callable[[Sequence[float] | float, float], Sensitivity],
    ) -> None:
        self._outcome, self._frontier, self._sensitivity = outcome, frontier, sensitivity

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

    def sensitivity(
        self,
        by: Sequence[float] | float | Sensitivity = (0.10, 0.20, 0.50),
        *,
        price: float = 0.0,
        ax: Axes | None = None,
    ) -> Axes:
        """Draw how many pairs change when each weight moves (`Pairing.sensitivity`).

        Parameters
        ----------
        by : float, sequence of float, or Sensitivity
            By what shares weights move; each move takes about as long as the matching. What `Pairing.sensitivity`
            returned is drawn as it is.
        price : float, default 0
            See `Pairing.sensitivity`.
        ax : Axes, optional
        """
        found = by if isinstance(by, Sensitivity) else self._sensitivity(by, price)
        return draw_sensitivity(read_table(found.moves, what="moves"), ax, complete=found.complete)

    def quality(
        self, by: str | Sequence[str], *, hide_below: int = HIDE_BELOW, ax: Axes | None = None
    ) -> Axes:
        """Draw how well each group of people is paired (`Pairing.quality`); what is hidden there is not drawn.

        Parameters
        ----------
        by : str or list of str
            Columns of the tables that people came in.
        hide_below : int, default 10
            See `Pairing.quality`.
        ax : Axes, optional
        """
        return draw_quality(group_quality(self._outcome, by, hide_below), ax)
