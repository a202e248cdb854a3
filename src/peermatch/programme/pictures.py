"""Pictures of a programme over its rounds, and the table that they are drawn from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from peermatch.cohort.aside import is_missing
from peermatch.criteria import key_of
from peermatch.criteria.history import round_order
from peermatch.errors import InputError, error_item
from peermatch.programme.held import history_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["RoundPlots", "plot_rounds", "rounds_table"]


class RoundPlots:
    """Pictures of rounds: ``plot.rounds()``.

    Parameters
    ----------
    table : pandas.DataFrame
        From `rounds_table`.
    """

    def __init__(self, table: pd.DataFrame) -> None:
        self._table = table

    def rounds(self, *, ax: Axes | None = None) -> Axes:
        """Draw round by round the mean score, the weakest pair, how many pairs had not met, and who went without.

        Parameters
        ----------
        ax : Axes, optional
            New ones where not given. Needs matplotlib: ``pip install 'peermatch[plots]'``.
        """
        from peermatch.report.plots import draw_rounds

        return draw_rounds(self._table, ax)


def plot_rounds(history: Any, *, sides: tuple[str, str] | None = None, ax: Axes | None = None) -> Axes:
    """Draw the rounds of a history, of which no more is known than who met whom: the share of pairs that were new.

    For a `Programme` and a `RoundPlan`, which know scores as well, there is ``.plot.rounds()``.

    Parameters
    ----------
    history : table or path
        The columns a and b (or the names of the sides), and round.
    sides : (str, str), optional
        The names of its columns of ids, where they are not a and b.
    ax : Axes, optional

    Raises
    ------
    InputError
        If it has no such columns, or no row names its round.
    UnsupportedError
        If matplotlib is not installed.
    """
    table = rounds_table(history_of(history, sides), two_sided=sides is not None)
    if not len(table):
        message = "A history needs rows that name their round, in a column round, to be drawn round by round."
        raise InputError(error_item("no_rounds", message, column="round"))
    return RoundPlots(table).rounds(ax=ax)


def rounds_table(
    history: pd.DataFrame, told: pd.DataFrame | None = None, *, two_sided: bool = False
) -> pd.DataFrame:
    """Return one row a round: round, pairs, new (the share of pairs that had not met in an earlier round).

    Parameters
    ----------
    history : pandas.DataFrame
        Of all rounds: round, a, b. Rows without a round come before all others.
    told : pandas.DataFrame, optional
        More of the latest rounds, earliest first, with the columns round, mean, worst, took_part, sat_out. The rows
        are then these rounds, and `mean`, `worst` and `without` (the share of people who sat out) stand beside them.
    two_sided : bool
        Whether a and b are people of two sides, so that their order tells them apart.

    Examples
    --------
    >>> met = pd.DataFrame({"round": [1, 1, 2, 2], "a": ["x", "p", "y", "p"], "b": ["y", "q", "x", "r"]})
    >>> rounds_table(met).to_records(index=False).tolist()
    [(1, 2, 1.0), (2, 2, 0.5)]
    """
    nameless = pd.Series([is_missing(name) for name in history["round"]], index=history.index, dtype=bool)
    named = history[~nameless]
    last = [] if told is None else list(told["round"])
    order = [name for name in (round_order(named) if len(named) else ()) if name not in set(last)]
    seen = set(_pairs(history[nameless], two_sided))
    rows = []
    for name in [*order, *last]:
        pairs = _pairs(named[named["round"] == name], two_sided)
        fresh = sum(pair not in seen for pair in pairs)
        seen.update(pairs)
        rows.append((name, len(pairs), fresh / len(pairs) if pairs else None))
    found = pd.DataFrame(rows, columns=["round", "pairs", "new"]).astype({"new": float})
    if told is None:
        return found
    took_part = told["took_part"].astype(float).reset_index(drop=True)
    sat_out = told["sat_out"].astype(float).reset_index(drop=True)
    return found.iloc[len(order) :].reset_index(drop=True).assign(
        mean=told["mean"].astype(float).to_numpy(),
        worst=told["worst"].astype(float).to_numpy(),
        without=(sat_out / took_part).where(took_part > 0),
    )  # fmt: skip


def _pairs(rows: pd.DataFrame, two_sided: bool) -> list[tuple[Any, ...]]:
    pairs = [
        (key_of(a), key_of(b))
        for a, b in zip(rows["a"], rows["b"], strict=True)
        if not is_missing(a) and not is_missing(b)
    ]
    return pairs if two_sided else [tuple(sorted(pair)) for pair in pairs]
