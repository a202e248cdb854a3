"""What a pairing holds, and what everything that is asked of it is drawn from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from peermatch.audit import Given
from peermatch.cohort import Cohort
from peermatch.criteria import Enforcement, FittedCriterion, Sides
from peermatch.explain import Outcome, Resolve, fit_to_quote, fit_to_show, uses_frame
from peermatch.pairing.evidence import Seating
from peermatch.problem import IntArray, Matching, Problem
from peermatch.report import (
    ADMINISTRATOR,
    AUDITOR,
    CertificateView,
    OddView,
    UpdateView,
    audit_frames,
    changes_frame,
    check_audience,
    members_frame,
    pairs_frame,
    people_frame,
    reasons_of,
    repairs_frame,
    rules_frame,
    unmatched_frame,
)
from peermatch.scoring import LazyScores, StatedScores

__all__ = ["PairingFacts"]


@dataclass(frozen=True, eq=False, repr=False)
class PairingFacts:
    """What a round came to.

    Attributes
    ----------
    everyone : (Cohort, Cohort or None)
        All who came in, a cohort a side; None for one pool.
    sides : Sides
        Those who take part.
    scores : LazyScores
        The score of any two of them.
    enforcement : Enforcement
        The rules, with the pairs that each removes.
    matching : Matching
        In positions of `sides`.
    certificate : CertificateView
        What is known about the result: kind, status, verified, gap, pairs covered, and the evidence.
    capacity : pair of int64 arrays or None
        Places of each person of a side; None: one each.
    settings : mapping
        What the matcher was told, as plain data.
    fitted : tuple of FittedCriterion
        What was learned from people, for ``match(fitted=...)`` in a later round.
    round : str or None
    problem : Problem, optional
        What the solver was given: those whom demanded pairs leave free, in solving order, with the floor.
    positions : pair of int64 arrays, optional
        Whom the rows and the columns of `problem` mean: positions of `sides`.
    stated : StatedScores, optional
        What people stated themselves, where ``match(preferences=...)`` was given it.
    odd : OddView, optional
        What became of those who were left over, what that costs, and what is proved; None where nobody was, or they
        sit out.
    minimum : pair of int64 arrays or None
        How many partners each person of a side needs; None: nobody needs any.
    or_none : pair of int64 arrays or None
        How many partners each person of a side takes if they take any; None: as many as come.
    resolve : Resolve, optional
        Solves the round again under other weights.
    update : UpdateView, optional
        What was kept of an earlier result and what that costs, where `PeerMatcher.update` made this one.
    seating : Seating, optional
        How those who were left over joined pairs, and what that rests on.
    given : Given, optional
        Digests of the configuration and of what else the run was given, for `Pairing.manifest`.
    own_key : bytes, optional
        The key of fingerprints, where `Pairing.keyed` was given a secret.
    """

    everyone: tuple[Cohort, Cohort | None]
    sides: Sides
    scores: LazyScores
    enforcement: Enforcement
    matching: Matching
    certificate: CertificateView
    capacity: tuple[IntArray | None, IntArray | None]
    settings: Mapping[str, Any]
    fitted: tuple[FittedCriterion, ...]
    round: str | None
    problem: Problem | None = None
    positions: tuple[IntArray, IntArray] | None = None
    stated: StatedScores | None = None
    odd: OddView | None = None
    minimum: tuple[IntArray | None, IntArray | None] = (None, None)
    or_none: tuple[IntArray | None, IntArray | None] = (None, None)
    resolve: Resolve | None = None
    update: UpdateView | None = None
    seating: Seating | None = None
    given: Given | None = None
    own_key: bytes | None = None

    @cached_property
    def _outcome(self) -> Outcome:
        return Outcome(
            everyone=self.everyone,
            sides=self.sides,
            scores=self.scores,
            enforcement=self.enforcement,
            matching=self.matching,
            capacity=self.capacity,
            fitted=self.fitted,
            round=self.round,
            objective=str(self.settings.get("objective", "everyone_first")),
            stated=self.stated,
            problem=self.problem,
            positions=self.positions,
            trios_asked_for=self.settings.get("odd") == "trio",
            minimum=self.minimum,
            or_none=self.or_none,
        )

    @cached_property
    def _frames(self) -> dict[str, pd.DataFrame]:
        reasons = reasons_of(self._outcome)
        return {
            "people": people_frame(self._outcome, reasons),
            "pairs": pairs_frame(self._outcome),
            "members": members_frame(self._outcome),
            "unmatched": unmatched_frame(self._outcome, reasons),
            "rules": rules_frame(self._outcome),
            "repairs": repairs_frame(self._outcome, self._quoted),
        }

    @cached_property
    def _audit_frames(self) -> dict[str, pd.DataFrame]:
        """The auditor's tables: by ids, without what anybody wrote."""
        outcome = self._outcome.by_ids
        reasons = reasons_of(outcome)
        frames = {
            "people": people_frame(outcome, reasons),
            "pairs": pairs_frame(outcome),
            "unmatched": unmatched_frame(outcome, reasons),
            **{name: self._frames[name] for name in ("members", "rules", "repairs")},
            "changes": self._changes,
        }
        return audit_frames(outcome, frames, reasons, self.settings, self._uses)

    @property
    def _changes(self) -> pd.DataFrame:
        return changes_frame(() if self.update is None else self.update.rows)

    @cached_property
    def _uses(self) -> pd.DataFrame:
        return uses_frame(self._outcome, self.settings, self._shown)

    @cached_property
    def _quoted(self) -> frozenset[str]:
        """The columns, folded, of which tables of repairs may quote cells."""
        criteria = [compiled.criterion for compiled in self.scores.criteria]
        return fit_to_quote(self.settings, criteria, [enforced.rule for enforced in self.enforcement.rules])

    @cached_property
    def _shown(self) -> frozenset[str]:
        """The columns that participants may read of each other."""
        criteria = [compiled.criterion for compiled in self.scores.criteria]
        rules = [enforced.rule for enforced in self.enforcement.rules]
        show = self.settings.get("show") or ()
        return fit_to_show(show, criteria, rules, self.settings.get("audit_only") or ())

    def _seen_by(self, thing: str, audience: str) -> Outcome:
        """Return what an answer for an audience is drawn from; ConfigError where it is not for them."""
        return self._outcome.by_ids if check_audience(thing, audience) == AUDITOR else self._outcome

    def _frames_of(self, audience: str) -> dict[str, pd.DataFrame]:
        if audience == AUDITOR:
            return self._audit_frames
        return {**self._frames, "changes": self._changes, "uses": self._uses}

    def _out(self, name: str, audience: str = ADMINISTRATOR) -> Any:
        """Return a table of our own as one of the users' kind; a copy, since what they do to it is theirs."""
        frame = self._frames_of(audience)[name].copy()
        if name == "people":
            frame["partners"] = pd.Series([list(ids) for ids in frame["partners"]], dtype=object)
        return self.everyone[0].in_kind(frame)
