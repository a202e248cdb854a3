"""Everything that a programme holds about one person, for them to read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from peermatch.cohort.display import card, frame_table, paragraph
from peermatch.explain.wording import counted

__all__ = ["Dossier"]


@dataclass(frozen=True, eq=False, repr=False)
class Dossier:
    """What is held about one person. `Programme.dossier` makes it.

    Attributes
    ----------
    id : str or int
    partners : pandas.DataFrame
        The rows of the history that name them: round, date, partner, status.
    attendance : pandas.DataFrame
        The rounds that they took part in: round, date, status ("paired" or "sat out"), score.
    lists : pandas.DataFrame
        The matcher's own lists of pairs that name them: kind, name, rows. Of private rules only that there are some;
        a list that stands in a file of its own has no number of rows, since the programme does not hold it.
    """

    id: Any
    partners: pd.DataFrame
    attendance: pd.DataFrame
    lists: pd.DataFrame

    @property
    def empty(self) -> bool:
        """Whether nothing is held."""
        here = self.lists["rows"].notna().any() if len(self.lists) else False
        return not (len(self.partners) or len(self.attendance) or here)

    @property
    def text(self) -> str:
        """The same in words."""
        if self.empty:
            return f"The programme holds nothing about {self.id!r}."
        times = int((self.attendance["status"] == "sat out").sum())
        parts = [
            f"{self.id!r} stands in {counted(len(self.partners), 'earlier pair')}, and took part in "
            f"{counted(len(self.attendance), 'round')} that are kept, in {times} of them without a partner."
        ]
        parts += [
            f"Round {row.round}: with {row.partner!r}." for row in self.partners.itertuples(index=False)
        ]
        named = zip(self.lists["name"].tolist(), self.lists["rows"].tolist(), strict=True)
        parts += [
            f"{name}: named in {counted(rows, 'row')} of its list."
            for name, rows in named
            if rows is not None
        ]
        return "\n".join(parts)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"Dossier({self.id!r}, {len(self.partners)} pairs, {len(self.attendance)} rounds)"

    def _repr_html_(self) -> str:
        told = (
            frame_table("Partners", self.partners, noun="pair"),
            frame_table("Attendance", self.attendance.dropna(axis=1, how="all"), noun="round"),
            frame_table("Lists", self.lists),
        )
        return card(
            f"All that is held about {self.id}", *(told if not self.empty else [paragraph(self.text)])
        )
