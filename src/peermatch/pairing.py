"""The pairing: what a user gets back. It keeps what a round came to, and hands questions to those who can answer."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from peermatch import solvers
from peermatch.cohort import Cohort
from peermatch.criteria import Enforcement, FittedCriterion, Sides
from peermatch.errors import ConfigError
from peermatch.explain import (
    Explanation,
    Outcome,
    PairExplanation,
    StabilityView,
    WhyStable,
    explain,
    explain_pairs,
    stability_view,
    why_stable,
)
from peermatch.problem import Control, IntArray, Matching, Problem
from peermatch.report import (
    CertificateView,
    OddView,
    csv_text,
    document,
    frontier_frame,
    headline,
    json_text,
    members_frame,
    notebook_html,
    pairs_frame,
    people_frame,
    reasons_of,
    repairs_frame,
    rules_frame,
    summary_text,
    to_graph,
    unmatched_frame,
    write_files,
)
from peermatch.scoring import LazyScores, StatedScores
from peermatch.verify import prove

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["CertificateView", "Pairing"]

_FILES = ("people", "pairs", "members", "unmatched", "rules")


@dataclass(frozen=True, eq=False, repr=False)
class Pairing:
    """Who was paired with whom, why, who was not and why not, and the proof. `PeerMatcher.match` makes it.

    Tables come back as the kind of table that the people came in (pandas for records and files), in the canonical
    order of ids, so that the same people give the same bytes.

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

    Examples
    --------
    >>> import peermatch as pm
    >>> people = [{"id": "ada", "site": "Oslo"}, {"id": "bo", "site": "Rome"}, {"id": "cy", "site": "Oslo"}]
    >>> pairing = pm.PeerMatcher("id", [pm.same("site")]).match(people)
    >>> pairing
    Pairing(1 pair from 3 people taking part, optimal, verified)
    >>> pairing.people[["id", "status", "partners"]].values.tolist()
    [['ada', 'paired', ['cy']], ['bo', 'unmatched', []], ['cy', 'paired', ['ada']]]
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

    # ---- tables -----------------------------------------------------------------------------------------

    @property
    def people(self) -> Any:
        """Everyone who came in, exactly once a side.

        Columns: id, label (where a label column was given), side (where there are two), status ("paired", "unmatched"
        or "not taking part"), partners (a list of ids; two in a trio), group_id (the pair's or the trio's id; of
        several, joined by "; "), used, capacity, reason (missing for those with a partner).
        """
        return self._out("people")

    @property
    def pairs(self) -> Any:
        """One row a pair, in the order of the first id, then of the second.

        Columns: pair_id, group_id (with ``odd="trio"`` only: a trio has three rows with one group_id, any other pair
        its own pair_id), a and b (or the names of the sides), label_<side> (where a label column was given), score,
        coverage, rank_<side> where people stated preferences (the partner's place on their list), and
        contribution_<criterion> for each criterion. Contributions add up to the score exactly.
        """
        return self._out("pairs")

    @property
    def members(self) -> Any:
        """One row for each person in each pair or trio: group_id, id, role (the side's name; in one pool "peer")."""
        return self._out("members")

    @property
    def unmatched(self) -> Any:
        """Those who take part and have no partner: id, side (where there are two), reason."""
        return self._out("unmatched")

    @property
    def rules(self) -> Any:
        """What each rule did: rule, kind, pairs_removed, note. A private rule shows as no more than that."""
        return self._out("rules")

    @property
    def repairs(self) -> Any:
        """What was mended on the way in, one row for each thing: column, row, id, found, became, reason."""
        return self._out("repairs")

    # ---- in words ---------------------------------------------------------------------------------------

    def explain(self, id: Any, side: str | None = None) -> Explanation:
        """Say why someone has the partner that they have, or none: a table first, then a short paragraph.

        Parameters
        ----------
        id : str or int
            As it came in, with its type.
        side : str, optional
            The name of the side; needed where both sides have this id.

        Returns
        -------
        Explanation
            `.table`, `.text`, one entry of `.pairs` for each partner; it prints, and shows in notebooks. Criteria
            marked as sensitive show their contribution, never a value.

        Raises
        ------
        InputError
            If nobody has this id (with the nearest one), or both sides have it.
        """
        return explain(self._outcome, id, side)

    def why_stable(self, a: Any, b: Any) -> WhyStable:
        """Say of two people why they are not together: who would refuse to leave for the other, and by how much.

        Parameters
        ----------
        a, b : str or int
            Their ids, as they came in.

        Returns
        -------
        WhyStable
            `.verdict`, `.table`, `.text`. Whom only private rules keep apart, "a private rule" does.

        Raises
        ------
        InputError
            If nobody has such an id.
        ConfigError
            If no stable solver made this result, or someone does not take part.

        Examples
        --------
        >>> import peermatch as pm
        >>> people = [{"id": id, "site": "Oslo"} for id in ("ada", "bo", "cy", "di")]
        >>> lists = {"ada": ["bo", "cy"], "bo": ["ada"], "cy": ["ada", "di"], "di": ["cy"]}
        >>> pm.PeerMatcher("id", [pm.same("site")]).match(people, preferences=lists).why_stable("cy", "ada").verdict
        'refused'
        """
        return why_stable(self._outcome, a, b)

    @property
    def stability(self) -> StabilityView | None:
        """What is known about stability: promise, odd parties in words, blocking pairs; None of an optimal result."""
        return stability_view(self._outcome)

    def explanations(self) -> list[PairExplanation]:
        """Explain every pair, in the order of `pairs`, as the person in its first place sees it.

        Returns
        -------
        list of PairExplanation
            Each with its `pair_id`, `frame` and `text`; much quicker than asking `explain` for one after another.
        """
        return explain_pairs(self._outcome)

    def frontier(
        self,
        points: int = 20,
        *,
        progress: Callable[[str, int, int], None] | None = None,
        cancel: Callable[[], bool] | None = None,
        time_limit: float | None = None,
    ) -> Any:
        """Say what a better worst pair would cost in total, with as many pairs as possible in every case.

        Every row is the best of its kind, proved over all allowed pairs and checked independently; the first is the
        best total, the last the best worst pair. Demanded pairs and the floor hold in every row.

        Parameters
        ----------
        points : int, default 20
            At most this many rows, from 2 to 50; each takes about as long as the matching.
        progress, cancel, time_limit : optional
            As in `PeerMatcher.match`; stopped early, the table has the rows that are proved so far.

        Returns
        -------
        table
            Columns worst_score, total, pairs, mean, lost (against the best total), lost_share, proved.

        Raises
        ------
        ConfigError
            If `points` is not a whole number from 2 to 50.
        """
        problem = self.problem or Problem(self.scores, capacity=self.capacity)
        control = Control(progress=progress, cancel=cancel, time_limit=time_limit)
        try:
            found = solvers.frontier(problem, points, control=control)
        except ValueError as error:
            raise ConfigError(str(error)) from None
        rows = [
            (
                point.worst,
                point.total,
                len(point.matching.pairs),
                prove(point.problem, point.matching).verified,
            )
            for point in found
        ]
        required = self.enforcement.required if self.problem else np.zeros((0, 2), dtype=np.int64)
        demanded = self.scores.at(required[:, 0], required[:, 1]).tolist()
        return self.everyone[0].in_kind(frontier_frame(rows, demanded))

    def summary(self) -> str:
        """Return a page to read: how many pairs, how good, the proof, the best and the weakest, who was left out."""
        return summary_text(
            self._outcome, self.certificate, self._frames["people"], self._frames["rules"], self.odd
        )

    def __repr__(self) -> str:
        verified = "verified" if self.certificate.verified else "not verified"
        return f"Pairing({headline(self._outcome)}, {self.certificate.status}, {verified})"

    def _repr_html_(self) -> str:
        return notebook_html(headline(self._outcome), self.certificate.sentence, self._frames["pairs"])

    # ---- out of here ------------------------------------------------------------------------------------

    def to_csv(self, folder: str | os.PathLike[str]) -> list[Path]:
        """Write people.csv, pairs.csv, members.csv, unmatched.csv, rules.csv and result.json.

        Every file appears whole or not at all. Text that a spreadsheet could take for a formula (it starts with
        = + - @, a tab or a line end) gets a leading apostrophe, ids too; `peermatch.report.plain_text` takes it away,
        and result.json has everything as it came, ids with their types.

        Parameters
        ----------
        folder : path
            Made where it is missing.

        Returns
        -------
        list of Path
            The files.

        Raises
        ------
        OutputError
            If the folder cannot be made or written.
        """
        files = {f"{name}.csv": csv_text(self._frames[name]) for name in _FILES}
        return write_files(folder, {**files, "result.json": self.to_json()})

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain data: ``{"schema": "peermatch/pairing/1", ...}``.

        Its JSON Schema ships with the package (`peermatch.report.pairing_schema`). Ids are strings plus their type.
        """
        return document(self._outcome, self.settings, self.certificate, self._frames, self.odd)

    def to_json(self, path: str | os.PathLike[str] | None = None) -> str:
        """Return `to_dict` as JSON, and write it to a file where one is given.

        Raises
        ------
        OutputError
            If the file cannot be written.
        """
        text = json_text(self.to_dict())
        if path is not None:
            write_files(Path(path).parent, {Path(path).name: text})
        return text

    def to_networkx(self) -> nx.Graph:
        """Return a graph: people as nodes (ids; on two sides (side, id)), pairs as edges with score and contributions.

        People without a partner are in it as well.
        """
        return to_graph(self._outcome, self._frames["people"])

    # ---- inside -----------------------------------------------------------------------------------------

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
            "repairs": repairs_frame(self._outcome),
        }

    def _out(self, name: str) -> Any:
        """Return a table of our own as one of the users' kind; a copy, since what they do to it is theirs."""
        frame = self._frames[name].copy()
        if name == "people":
            frame["partners"] = pd.Series([list(ids) for ids in frame["partners"]], dtype=object)
        return self.everyone[0].in_kind(frame)
