"""What an auditor sees of someone's pairs: which criteria counted, by which weights, and how they add up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from peermatch.cohort.display import ROWS, card, frame_table, paragraph
from peermatch.cohort.frames import to_kind
from peermatch.cohort.table import Kind
from peermatch.explain.explanation import Explanation, PairExplanation
from peermatch.explain.facts import NOTHING_SOUGHT
from peermatch.explain.outcome import Outcome
from peermatch.explain.unmatched import LeftOut
from peermatch.explain.wording import counted, percent, score_text, text_table, wrapped
from peermatch.problem import GRID

__all__ = ["AuditExplanation", "AuditPair", "audit_explanation", "audit_pairs", "audit_reason"]

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
_RULES = ("rule", "removed", "of")


@dataclass(frozen=True)
class AuditPair:
    """One pair, without anybody's values.

    Attributes
    ----------
    pair_id : str
    partner : str or int
        The other one's id.
    score : int
        Of 2**30.
    coverage : float
    rows : tuple of tuple
        One for each criterion: name, kind, columns, weight, weight back, contribution, known.
    """

    pair_id: str
    partner: Any
    score: int
    coverage: float
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True, repr=False)
class AuditExplanation:
    """An explanation without anybody's values, names or lists; nothing of them is kept in it either.

    Attributes
    ----------
    id : str or int
    status : {"paired", "unmatched", "not taking part"}
    reason : str or None
        For those without a partner, by rules and numbers.
    pairs : tuple of AuditPair
        One for each partner.
    removed : tuple of (str, int, int)
        For someone without a partner: each rule, how many others it excludes, and of how many.
    kind : str
        What kind of table the people came in.
    """

    id: Any
    status: str
    reason: str | None
    pairs: tuple[AuditPair, ...]
    removed: tuple[tuple[str, int, int], ...]
    kind: Kind

    @property
    def table(self) -> Any:
        """One row for each partner and criterion: pair_id, partner, criterion, kind, columns, weights, contribution.

        `known` is True, False, or "partly"; of sensitive criteria it is not said. Without a partner: one row for each
        rule that excluded possible partners: rule, removed, of.
        """
        if self.pairs or not self.removed:
            rows = [(pair.pair_id, pair.partner, *row) for pair in self.pairs for row in pair.rows]
            return to_kind(pd.DataFrame(rows, columns=list(_COLUMNS)), self.kind)
        return to_kind(pd.DataFrame(list(self.removed), columns=list(_RULES)), self.kind)

    @property
    def text(self) -> str:
        """The result in a sentence."""
        if not self.pairs:
            why = "" if self.reason is None or self.reason == self.status else f"; {self.reason}"
            return f"{self.id}: {self.status}{why}."
        told = [
            f"{self.id} is paired with {pair.partner} ({pair.pair_id}): score {score_text(pair.score)}, the sum "
            f"of {counted(len(pair.rows), 'contribution')}; {percent(pair.coverage)} of what counts was known."
            for pair in self.pairs
        ]
        return " ".join(told)

    def __str__(self) -> str:
        parts = []
        for pair in self.pairs:
            rows = [
                [str(name), str(kind), percent(weight), f"{adds:.3f}", str(known)]
                for name, kind, _, weight, _, adds, known in pair.rows
            ]
            parts.append(text_table(["criterion", "kind", "weight", "adds", "known"], rows))
        if self.removed:
            excluded = [[rule, f"{removed:,} of {of:,}"] for rule, removed, of in self.removed]
            parts.append(text_table(["rule", "excludes"], excluded))
        return "\n\n".join([*parts, wrapped(self.text)])

    def __repr__(self) -> str:
        return f"AuditExplanation({self.id!r}, {self.status})"

    def _repr_html_(self) -> str:
        rows = frame_table("What was used", self.table, limit=3 * ROWS, ids=["partner"])
        return card("For the auditor", paragraph(self.text), rows)


def audit_explanation(outcome: Outcome, whole: Explanation) -> AuditExplanation:
    """Keep of an explanation what an auditor may have.

    Parameters
    ----------
    outcome : Outcome
    whole : Explanation
        Of this outcome.
    """
    out = whole.left_out
    reason = None if whole.status == "paired" else whole.status
    removed: tuple[tuple[str, int, int], ...] = ()
    if out is not None:
        reason = audit_reason(outcome, out)
        removed = tuple((name, count, out.others) for name, count in out.removed)
    pairs = tuple(map(_bare, whole.pairs))
    return AuditExplanation(whole.id, whole.status, reason, pairs, removed, whole.kind)


def audit_pairs(outcome: Outcome, found: list[PairExplanation]) -> list[AuditExplanation]:
    """Keep of the explanations of all pairs, in their order, what an auditor may have."""
    ids, kind = outcome.cohort(0).ids.tolist(), outcome.everyone[0].kind
    return [
        AuditExplanation(ids[u], "paired", None, (_bare(pair),), (), kind)
        for pair, u in zip(found, outcome.pairs[:, 0].tolist(), strict=True)
    ]


def audit_reason(outcome: Outcome, out: LeftOut) -> str:
    """Return why someone has no partner, without what they wrote: how many partners they take is theirs to say."""
    if out.allowed and int(outcome.if_any(out.hand)[out.position]) > 1:
        return "takes several partners or none, and has none"
    return out.reason


def _bare(pair: PairExplanation) -> AuditPair:
    rows = tuple(
        (
            fact.criterion.name,
            fact.criterion.kind,
            "; ".join(dict.fromkeys((*fact.criterion.left, *fact.criterion.right))),
            fact.mine.share / GRID,
            fact.theirs.share / GRID,
            fact.contribution / GRID,
            "no" if fact.known == NOTHING_SOUGHT else fact.known,  # what somebody seeks is theirs to say
        )
        for fact in pair.facts
    )
    return AuditPair(pair.pair_id, pair.partner, pair.score, pair.coverage, rows)
