"""What an auditor sees of someone's pairs: which criteria counted, by which weights, and how they add up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from peermatch.cohort.display import ROWS, card, frame_table, paragraph
from peermatch.cohort.frames import to_kind
from peermatch.explain.explanation import Explanation
from peermatch.explain.wording import counted, percent, score_text, text_table, wrapped
from peermatch.problem import GRID

__all__ = ["AuditExplanation"]

_COLUMNS = (
    "pair_id",
    "partner",
    "criterion",
    "kind",
    "columns",
    "weight",
    "weight_back",
    "contribution",
    "known",
)


@dataclass(frozen=True, repr=False)
class AuditExplanation:
    """An explanation without anybody's values, names or lists.

    Parameters
    ----------
    whole : Explanation
        What the administrator sees.
    """

    whole: Explanation

    @property
    def table(self) -> Any:
        """One row for each partner and criterion: pair_id, partner, criterion, kind, columns, weights, contribution.

        `known` is True, False, or "partly"; of sensitive criteria it is not said.
        """
        rows = [
            (
                pair.pair_id,
                pair.partner,
                fact.criterion.name,
                fact.criterion.kind,
                "; ".join(dict.fromkeys((*fact.criterion.left, *fact.criterion.right))),
                fact.mine.share / GRID,
                fact.theirs.share / GRID,
                fact.contribution / GRID,
                fact.known,
            )
            for pair in self.whole.pairs
            for fact in pair.facts
        ]
        return to_kind(pd.DataFrame(rows, columns=list(_COLUMNS)), self.whole.kind)

    @property
    def text(self) -> str:
        """The result in a sentence."""
        if not self.whole.pairs:
            return f"{self.whole.id}: {self.whole.status}; {self.whole.reason}."
        told = [
            f"{self.whole.id} is paired with {pair.partner} ({pair.pair_id}): score {score_text(pair.score)}, the sum "
            f"of {counted(len(pair.facts), 'contribution')}; {percent(pair.coverage)} of what counts was known."
            for pair in self.whole.pairs
        ]
        return " ".join(told)

    def __str__(self) -> str:
        parts = []
        for pair in self.whole.pairs:
            rows = [
                [
                    fact.criterion.name,
                    fact.criterion.kind,
                    percent(fact.mine.share / GRID),
                    f"{fact.contribution / GRID:.3f}",
                    fact.known,
                ]
                for fact in pair.facts
            ]
            parts.append(text_table(["criterion", "kind", "weight", "adds", "known"], rows))
        return "\n\n".join([*parts, wrapped(self.text)])

    def __repr__(self) -> str:
        return f"AuditExplanation({self.whole.id!r}, {self.whole.status})"

    def _repr_html_(self) -> str:
        rows = frame_table("What was used", self.table, limit=3 * ROWS, ids=["partner"])
        return card("For the auditor", paragraph(self.text), rows)
