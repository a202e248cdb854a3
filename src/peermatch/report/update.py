"""What an update changed, why, and what keeping earlier pairs costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from peermatch.cohort.display import card, frame_table, paragraph
from peermatch.explain.wording import counted, wrapped
from peermatch.problem import GRID, IntArray, Matching, Problem
from peermatch.report.document import typed_id
from peermatch.solvers import StabilityPrice

__all__ = ["ChangeRow", "UpdateView", "changes_frame", "stability_frame"]


@dataclass(frozen=True)
class ChangeRow:
    """Somebody whose partners are others than before: who, on which side, whom they had and have, and why."""

    id: Any
    side: str | None
    before: tuple[Any, ...]
    after: tuple[Any, ...]
    why: str


@dataclass(frozen=True, eq=False, repr=False)
class UpdateView:
    """What an update was asked, what it changed, and what keeping earlier pairs costs.

    Attributes
    ----------
    mode : {"keep", "price", "at_most"}
    price : float or None
        What each broken pair costs, in units of score.
    at_most : int or None
        How many pairs may be broken.
    earlier, present, possible, kept : int
        Pairs there were; of two people who are both still here; of these the ones that may still be made; those kept.
    pairs, total : int, float
        What was reached, demanded pairs included.
    best_pairs, best_total : int or None, float or None
        What the best answer reaches that need not keep any pair; None where that is not known.
    rows : tuple of ChangeRow
        In the order of ids, the left side first.
    problem : Problem
        Without any price: those whom demanded pairs leave free, in solving order.
    held : int64 array, shape (possible, 2)
        The earlier pairs that may still be made, in positions of `problem`.
    demanded : tuple of int
        Scores of the demanded pairs.
    penalised, proved : Problem, Matching or None
        What was solved in place of `problem`, with the certificate for it; None where pairs were simply kept.
    """

    mode: str
    price: float | None
    at_most: int | None
    earlier: int
    present: int
    possible: int
    kept: int
    pairs: int
    total: float
    best_pairs: int | None
    best_total: float | None
    rows: tuple[ChangeRow, ...] = field(repr=False)
    problem: Problem = field(repr=False)
    held: IntArray = field(repr=False)
    demanded: tuple[int, ...] = field(repr=False, default=())
    penalised: Problem | None = field(repr=False, default=None)
    proved: Matching | None = field(repr=False, default=None)

    @property
    def broken(self) -> int:
        """How many earlier pairs were broken though they could have been kept."""
        return self.possible - self.kept

    @property
    def asked(self) -> str:
        """What was asked, in words."""
        if self.mode == "price":
            return f"every broken pair costs {self.price:g}"
        if self.mode == "at_most":
            return f"at most {counted(self.at_most or 0, 'pair')} may be broken"
        return "every earlier pair is kept"

    @property
    def frame(self) -> pd.DataFrame:
        """The changes as a table: id, side (where there are two), before, after, why."""
        return changes_frame(self.rows)

    @property
    def text(self) -> str:
        """What changed and what it costs, in a few sentences."""
        gone = self.earlier - self.present
        forbidden = self.present - self.possible
        parts = [
            f"Asked: {self.asked}. Of {counted(self.earlier, 'earlier pair')} {self.kept:,} "
            f"{'is' if self.kept == 1 else 'are'} kept, {self.broken:,} broken by choice"
            + (f", {gone:,} ended because somebody left" if gone else "")
            + (f", {forbidden:,} can no longer be made" if forbidden else "")
            + "."
        ]
        parts.append(
            f"{counted(len(self.rows), 'person has', 'people have')} other partners than before, or none."
        )
        parts.append(self._cost())
        return " ".join(parts)

    def _cost(self) -> str:
        if self.best_total is None or self.best_pairs is None:
            return "What it costs to keep pairs is not known."
        fewer, less = self.best_pairs - self.pairs, self.best_total - self.total
        objective = self.problem.objective
        if objective == "worst_first":
            return (
                f"Without regard to earlier pairs the best weakest pair comes with {counted(self.best_pairs, 'pair')} "
                f"and a total of {self.best_total:.3f}; here there are {self.pairs:,} with {self.total:.3f}."
            )
        if not less and (not fewer or objective == "best_total"):
            return "Keeping them costs nothing: no answer at all is better."
        if fewer > 0 and objective == "everyone_first":
            return (
                f"Keeping them costs {counted(fewer, 'pair')}: without regard to earlier pairs {self.best_pairs:,} "
                f"could be made, with a total of {self.best_total:.3f} in place of {self.total:.3f}."
            )
        share = f" ({100 * less / self.best_total:.2f} per cent)" if self.best_total > 0 else ""
        return (
            f"Keeping them costs {less:.3f} of the total{share}: without regard to earlier pairs it could be "
            f"{self.best_total:.3f}, and it is {self.total:.3f}."
        )

    def section(self) -> str:
        """Return the text as a part of a summary."""
        return "What changed\n" + wrapped(self.text, indent="  ")

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"UpdateView({self.mode}, {self.kept:,} kept, {self.broken:,} broken by choice)"

    def _repr_html_(self) -> str:
        rows = frame_table("Who has other partners than before", self.frame, noun="person", nouns="people")
        return card("What changed", paragraph(self.text), rows)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, ids with their types."""
        return {
            "mode": self.mode,
            "price": self.price,
            "at_most": self.at_most,
            "earlier": self.earlier,
            "present": self.present,
            "possible": self.possible,
            "kept": self.kept,
            "best_pairs": self.best_pairs,
            "best_total": self.best_total,
            "changes": [
                {
                    "id": typed_id(row.id),
                    **({} if row.side is None else {"side": row.side}),
                    "before": [typed_id(id) for id in row.before],
                    "after": [typed_id(id) for id in row.after],
                    "why": row.why,
                }
                for row in self.rows
            ],
        }


def changes_frame(rows: Sequence[ChangeRow]) -> pd.DataFrame:
    """Return who has other partners than before: id, side (where there are two), before, after (lists of ids), why."""
    data = {
        "id": [row.id for row in rows],
        "side": [row.side for row in rows],
        "before": [list(row.before) for row in rows],
        "after": [list(row.after) for row in rows],
        "why": [row.why for row in rows],
    }
    frame = pd.DataFrame({name: pd.Series(cells, dtype=object) for name, cells in data.items()})
    if not any(row.side is not None for row in rows):
        del frame["side"]
    return frame


def stability_frame(rows: Sequence[StabilityPrice], demanded: Sequence[int] = ()) -> pd.DataFrame:
    """Return what keeping more and more pairs costs.

    Parameters
    ----------
    rows : sequence of StabilityPrice
    demanded : sequence of int
        Scores of the pairs that are made in any case; they count in every row.

    Returns
    -------
    pandas.DataFrame
        Columns broken, price (from which on this row is better than the one before; missing where no price leads to it,
        since it makes fewer pairs), pairs, total, lost, lost_share (of the first row's total).
    """
    fixed = sum(demanded)
    best = (rows[0].total + fixed) if rows else 0
    most = max((row.pairs for row in rows), default=0)
    frame = pd.DataFrame(
        {
            "broken": [row.broken for row in rows],
            "price": [row.price / GRID if row.pairs == most else np.nan for row in rows],
            "pairs": [row.pairs + len(demanded) for row in rows],
            "total": [(row.total + fixed) / GRID for row in rows],
            "lost": [row.lost / GRID for row in rows],
            "lost_share": [row.lost / best if best else 0.0 for row in rows],
        }
    )
    return frame.astype(
        {
            "broken": "int64",
            "pairs": "int64",
            "price": float,
            "total": float,
            "lost": float,
            "lost_share": float,
        }
    )
