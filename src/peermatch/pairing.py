"""The pairing: what a user gets back. It keeps what a round came to, and hands questions to those who can answer."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

import numpy as np
import pandas as pd

from peermatch import solvers
from peermatch.checks import check_number, must_be
from peermatch.cohort import Cohort
from peermatch.criteria import Enforcement, FittedCriterion, Sides
from peermatch.errors import ConfigError
from peermatch.explain import (
    Alternatives,
    AuditExplanation,
    Explanation,
    Outcome,
    PairExplanation,
    Resolve,
    Sensitivity,
    StabilityView,
    WhatIf,
    WhyNot,
    WhyStable,
    WhyUnmatched,
    alternatives,
    explain,
    explain_pairs,
    pair_index,
    relaxations_frame,
    sensitivity,
    stability_view,
    what_if,
    why_not,
    why_stable,
    why_unmatched,
)
from peermatch.problem import Control, FlowProblem, IntArray, Matching, Problem
from peermatch.report import (
    CertificateView,
    GroupQuality,
    UpdateView,
    changes_frame,
    coverage_frame,
    csv_text,
    document,
    frontier_frame,
    group_quality,
    headline,
    json_text,
    members_frame,
    notebook_html,
    pairs_frame,
    people_frame,
    reasons_of,
    repairs_frame,
    rules_frame,
    stability_frame,
    summary_text,
    to_graph,
    unmatched_frame,
    write_files,
)
from peermatch.scoring import LazyScores, StatedScores
from peermatch.verify import prove

if TYPE_CHECKING:
    import networkx as nx

    from peermatch.report.guide import MeetingGuide
    from peermatch.report.participant import Notice
    from peermatch.report.plots import Plots

__all__ = ["CertificateView", "Pairing"]

_MOST_POINTS = 50
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
    minimum : pair of int64 arrays or None
        How many partners each person of a side needs; None: nobody needs any.
    or_none : pair of int64 arrays or None
        How many partners each person of a side takes if they take any; None: as many as come.
    resolve : Resolve, optional
        Solves the round again under other weights.
    update : UpdateView, optional
        What was kept of an earlier result and what that costs, where `PeerMatcher.update` made this one.

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
    minimum: tuple[IntArray | None, IntArray | None] = (None, None)
    or_none: tuple[IntArray | None, IntArray | None] = (None, None)
    resolve: Resolve | None = None
    update: UpdateView | None = None

    # ---- tables -----------------------------------------------------------------------------------------

    @property
    def people(self) -> Any:
        """Everyone who came in, exactly once a side.

        Columns: id, label (where a label column was given), side (where there are two), status ("paired", "unmatched"
        or "not taking part"), partners (a list of ids), group_id (the pair's id; of several, joined by "; "), used,
        capacity, at_least (where minima were given), reason (missing for those with a partner).
        """
        return self._out("people")

    @property
    def pairs(self) -> Any:
        """One row a pair, in the order of the first id, then of the second.

        Columns: pair_id, a and b (or the names of the sides), label_<side> (where a label column was given), score,
        coverage, rank_<side> where people stated preferences (the partner's place on their list), and
        contribution_<criterion> for each criterion. Contributions add up to the score exactly.
        """
        return self._out("pairs")

    @property
    def members(self) -> Any:
        """One row for each person in each pair: group_id, id, role (the name of the side; in one pool "peer")."""
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

    @property
    def changes(self) -> Any:
        """Who has other partners than before: id, side (where there are two), before, after (lists of ids), why.

        Empty but for `PeerMatcher.update`.
        """
        return self.everyone[0].in_kind(changes_frame(() if self.update is None else self.update.rows))

    # ---- in words ---------------------------------------------------------------------------------------

    @overload
    def explain(self, id: Any, side: str | None = None) -> Explanation: ...

    @overload
    def explain(
        self, id: Any, side: str | None = None, *, audience: str
    ) -> Explanation | AuditExplanation | Notice: ...

    def explain(
        self, id: Any, side: str | None = None, *, audience: str = "administrator"
    ) -> Explanation | AuditExplanation | Notice:
        """Say why someone has the partner that they have, or none: a table first, then a short paragraph.

        Parameters
        ----------
        id : str or int
            As it came in, with its type.
        side : str, optional
            The name of the side; needed where both sides have this id.
        audience : {"administrator", "participant", "auditor"}
            Who is to read it. A participant is told whom they have, what both share and can teach, and how to say no,
            from columns that the matcher's ``show`` names and no others. An auditor sees weights, similarities and
            contributions, and nobody's values.

        Returns
        -------
        Explanation, Notice or AuditExplanation
            `.table` and `.text`; it prints, and shows in notebooks. The administrator's has one entry of `.pairs` for
            each partner. Criteria marked as sensitive show their contribution, never a value.

        Raises
        ------
        InputError
            If nobody has this id (with the nearest one), or both sides have it.
        ConfigError
            If there is no such audience.
        """
        if audience == "participant":
            from peermatch.report.guide_texts import guide_texts
            from peermatch.report.participant import notice

            return notice(self._outcome, id, side, self._shown, guide_texts())
        if audience not in ("administrator", "auditor"):
            accepted = "'administrator', 'participant' or 'auditor'"
            raise ConfigError(must_be("explain()", "audience", accepted, audience))
        found = explain(self._outcome, id, side)
        return found if audience == "administrator" else AuditExplanation(found)

    def notices(self, *, texts: str | os.PathLike[str] | None = None, contact: str | None = None) -> Any:
        """Return what each participant may be told, one row a person and side, ready for a mail merge.

        Only of columns that the matcher's ``show`` names, without numbers, rules, or third persons.

        Parameters
        ----------
        texts : path, optional
            A translation: a TOML file with the keys of ``peermatch/report/texts/guide_en.toml``.
        contact : str, optional
            Whom to turn to for saying no, as people read it.

        Returns
        -------
        table
            Columns id, label, side (where there are two), status, partners (what people read), text.
        """
        from peermatch.report.guide_texts import guide_texts
        from peermatch.report.participant import notices_frame

        frame = notices_frame(self._outcome, self._shown, guide_texts(texts), contact=contact)
        return self.everyone[0].in_kind(frame)

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

    def alternatives(
        self,
        id: Any,
        k: int = 5,
        side: str | None = None,
        *,
        exact: bool = False,
        progress: Callable[[str, int, int], None] | None = None,
        cancel: Callable[[], bool] | None = None,
        time_limit: float | None = None,
    ) -> Alternatives:
        """Return someone's best possible partners, whom those have, and what each would cost everyone together.

        Parameters
        ----------
        id : str or int
            As it came in, with its type.
        k : int, default 5
            How many, from 1 to 1,000.
        side : str, optional
            The name of the side; needed where both sides have this id.
        exact : bool, default False
            Solve again for each of them with the two together: the exact price. Else there is what the proof tells
            at once: "at least".
        progress, cancel, time_limit : optional
            As in `PeerMatcher.match`, of each time that it solves again.

        Returns
        -------
        Alternatives
            `.table`, `.text`.

        Raises
        ------
        InputError
            If nobody has this id (with the nearest one), or both sides have it.
        ConfigError
            If the person does not take part, or `k` is wrong.

        Examples
        --------
        >>> import peermatch as pm
        >>> people = [{"id": name, "years": years} for name, years in [("ada", 1), ("bo", 2), ("cy", 4), ("di", 4)]]
        >>> pm.PeerMatcher("id", [pm.near("years")]).match(people).alternatives("ada", 2).table[["id", "chosen"]].values
        array([['bo', True],
               ['cy', False]], dtype=object)
        """
        control = Control(progress=progress, cancel=cancel, time_limit=time_limit)
        return alternatives(
            self._outcome, self.certificate.vertices, id, k, side, exact=exact, control=control
        )

    def why_not(
        self,
        a: Any,
        b: Any,
        *,
        exact: bool = True,
        progress: Callable[[str, int, int], None] | None = None,
        cancel: Callable[[], bool] | None = None,
        time_limit: float | None = None,
    ) -> WhyNot:
        """Say of two people why they are not together: which rule forbids it, or what it would cost everyone.

        Parameters
        ----------
        a, b : str or int
            Their ids, as they came in.
        exact : bool, default True
            Solve again with the two together; False: only what the proof tells at once, an "at least".
        progress, cancel, time_limit : optional
            As in `PeerMatcher.match`, of solving again.

        Returns
        -------
        WhyNot
            `.verdict`, `.score`, `.at_least`, `.price`, `.text`, and as `.table` who would have another partner.

        Raises
        ------
        InputError
            If nobody has such an id.
        ConfigError
            If someone does not take part, or the two are one person or on one side.

        Examples
        --------
        >>> import peermatch as pm
        >>> people = [{"id": name, "years": years} for name, years in [("ada", 1), ("bo", 2), ("cy", 4), ("di", 4)]]
        >>> found = pm.PeerMatcher("id", [pm.near("years")]).match(people).why_not("bo", "cy")
        >>> found.verdict, round(found.price.total, 2)
        ('costs', 0.71)
        """
        control = Control(progress=progress, cancel=cancel, time_limit=time_limit)
        return why_not(self._outcome, self.certificate.vertices, a, b, exact=exact, control=control)

    def why_unmatched(self, id: Any, side: str | None = None) -> WhyUnmatched:
        """Say why someone has no partner: what each rule removed, who was lost to better pairs, what to waive.

        For up to 2,500 people with one place each, what waiving a rule for this person alone would change is matched
        again to the end, exactly; else it is what a simple exchange reaches. Private rules stay private: they are
        counted together, and never waived.

        Parameters
        ----------
        id : str or int
            As it came in, with its type.
        side : str, optional
            The name of the side; needed where both sides have this id.

        Returns
        -------
        WhyUnmatched
            `.table` (one row a rule), `.candidates`, `.cheapest`, `.going_first`, `.text`.

        Raises
        ------
        InputError
            If nobody has this id.
        ConfigError
            If they have a partner or do not take part, or a stable solver made this result.

        Examples
        --------
        >>> import peermatch as pm
        >>> people = [{"id": id, "team": team, "years": 1} for id, team in [("ada", "x"), ("bo", "x"), ("cy", "x")]]
        >>> rules = [pm.must_differ("team"), pm.forbid([("ada", "bo")])]
        >>> pairing = pm.PeerMatcher("id", [pm.near("years")], rules).match(people)
        >>> pairing.why_unmatched("ada").cheapest
        'must_differ_team'
        """
        return why_unmatched(self._outcome, id, side)

    def relaxations(
        self,
        *,
        at_most: int = 20_000,
        progress: Callable[[str, int, int], None] | None = None,
        cancel: Callable[[], bool] | None = None,
        time_limit: float | None = None,
    ) -> Any:
        """Say for each rule what leaving it out for everybody would change, by matching again without it.

        Parameters
        ----------
        at_most : int, default 20,000
            With more people than that only the pairs that each rule removes are counted: a row takes about as long as
            the matching. So it is with minimum capacities, several places on both sides, and leximin.
        progress, cancel, time_limit : optional
            As in `PeerMatcher.match`; rows that were not reached are not exact.

        Returns
        -------
        table
            Columns rule, pairs_removed, pairs_allowed (more than now: those that no other rule removes), people_freed
            (who have no partner now and would have one), pairs and total (more than now), exact. Private rules are one
            row, and never left out.

        Raises
        ------
        ConfigError
            If a stable solver made this result.
        """
        control = Control(progress=progress, cancel=cancel, time_limit=time_limit)
        return self.everyone[0].in_kind(relaxations_frame(self._outcome, at_most, control))

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
            If `points` is not a whole number from 2 to 50, or there are minima or several places on both sides.
        """
        control = Control(progress=progress, cancel=cancel, time_limit=time_limit)
        return self.everyone[0].in_kind(self._frontier_frame(points, control))

    def meeting_guide(
        self,
        a: Any,
        b: Any,
        *,
        texts: str | os.PathLike[str] | None = None,
        adviser: str | None = None,
        contact: str | None = None,
    ) -> MeetingGuide:
        """Return a page for the two people of a pair: what they share, where they differ, what each can teach.

        It is made for participants: only of columns that the matcher's ``show`` names, without numbers, without what
        spoke against the pair, without sensitive criteria.

        Parameters
        ----------
        a, b : str or int
            The ids of the two, as they came in.
        texts : path, optional
            A translation: a TOML file with the keys of ``peermatch/report/texts/guide_en.toml``.
        adviser : str, optional
            Whom to ask when a question outgrows both, as people read it.
        contact : str, optional
            Whom to turn to for saying no, as people read it.

        Returns
        -------
        MeetingGuide
            `.markdown` and `.html`; it prints, and shows in notebooks.

        Raises
        ------
        InputError
            If nobody has such an id.
        ConfigError
            If the two are not a pair, or the texts are wrong.

        Examples
        --------
        >>> import peermatch as pm
        >>> people = [{"id": "Ada", "goals": "speaking"}, {"id": "Bo", "goals": "speaking; writing"}]
        >>> pairing = pm.PeerMatcher("id", [pm.overlap("goals")], show=["goals"]).match(people)
        >>> print(pairing.meeting_guide("Ada", "Bo").sections[0].items[0])
        You both named speaking (goals).
        """
        from peermatch.report.guide import meeting_guide
        from peermatch.report.guide_texts import guide_texts

        found = pair_index(self._outcome, a, b, caller="meeting_guide()")
        return meeting_guide(
            self._outcome, found, self._shown, guide_texts(texts), adviser=adviser, contact=contact
        )

    def report(
        self,
        path: str | os.PathLike[str],
        *,
        audience: str = "administrator",
        texts: str | os.PathLike[str] | None = None,
    ) -> Path:
        """Write everything about the result into one page that a browser shows, and that needs nothing from elsewhere.

        Parameters
        ----------
        path : path
            Such as ``report.html``.
        audience : {"administrator", "auditor"}
            The administrator's page has names, reasons and everybody's guide. The auditor's has what was used and what
            is proved, with ids and without anybody's values. For participants see `meeting_guide`.
        texts : path, optional
            A translation of the guide.

        Returns
        -------
        Path

        Raises
        ------
        ConfigError
            If the audience or the texts are wrong.
        OutputError
            If the file cannot be written.
        """
        from peermatch.report.guide_texts import guide_texts
        from peermatch.report.page import AUDIENCES, report_page

        if audience not in AUDIENCES:
            hint = " For a participant, write their meeting_guide()." if audience == "participant" else ""
            listed = " or ".join(map(repr, AUDIENCES))
            raise ConfigError(must_be("report()", "audience", listed, audience) + hint)
        page = report_page(
            self._outcome,
            self.certificate,
            self.settings,
            self._frames,
            audience,
            shown=self._shown,
            texts=guide_texts(texts),
        )
        return write_files(Path(path).parent, {Path(path).name: page})[0]

    @property
    def plot(self) -> Plots:
        """Pictures: ``plot.waterfall(id)``, ``plot.scores()``, ``plot.map()``, ``plot.frontier()``.

        Each takes ``ax=`` and returns the axes. They need matplotlib: ``pip install 'peermatch[plots]'``.
        """
        from peermatch.report.plots import Plots  # pictures are not part of a run, and cost time to import

        return Plots(self._outcome, self._frontier_frame)

    def quality(self, by: str | Sequence[str], *, hide_below: int = 10) -> GroupQuality:
        """Say how well each group of people is paired: an audit, by any column of the tables that people came in.

        Numbers of people from 1 to ``hide_below - 1`` are hidden, and with them as many other cells as it takes so
        that no hidden one can be had by subtraction: 12 people of whom 11 have a partner tell of a single one. Every
        hidden number of people could be any of at least `hide_below` values, as far as the table tells.

        Parameters
        ----------
        by : str or list of str
            Columns; audit-only ones too. Several make a table each. An empty cell is a group, "not known".
        hide_below : int, default 10
            1 hides nothing.

        Returns
        -------
        GroupQuality
            `.frame` and `.text`; it prints, and shows in notebooks.

        Raises
        ------
        InputError
            For a column that is not there.
        ConfigError
            For a wrong argument, or two columns of which some groups are together the same people.

        Notes
        -----
        The promise is for one call. Tables of the same people by two columns that nearly divide each other (teams and
        departments), with two values of `hide_below`, or of two rounds between which one person joined, can be played
        against each other: decide which one is shared.
        """
        return group_quality(self._outcome, by, hide_below)

    def close_gap(
        self,
        by: str,
        group: str | None = None,
        *,
        points: int = 6,
        basis: str | None = None,
        hide_below: int = 10,
        progress: Callable[[str, int, int], None] | None = None,
        cancel: Callable[[], bool] | None = None,
        time_limit: float | None = None,
    ) -> Any:
        """Say what it would cost everyone to raise the mean of one group of people, floor by floor.

        Parameters
        ----------
        by : str
            A column. An audit-only one is refused, a protected one without a `basis` too.
        group : str, optional
            One of its values; without it, of the groups that are large enough the one with the lowest mean.
        points : int, default 6
            At most this many rows, from 2 to 50.
        basis : str, optional
            What the use of a protected column rests on.
        hide_below : int, default 10
            The group, and all others, must have at least so many people who take part.
        progress, cancel, time_limit : optional
            As in `PeerMatcher.match`, of each time that it solves again.

        Returns
        -------
        table
            From no floor (missing) to the highest mean that can be had at a price: floor, mean (the group's, as in
            `quality`), rest_mean (of all others), total, lost (against no floor), lost_share, gap (how much more in
            total another answer under this floor could have at most), proved (whether that was checked independently).

        Raises
        ------
        ConfigError, InputError
            If there is no such column or group, it may not be used, or the result has no floors: see `group_floor`.
        """
        from peermatch.report.group_floor import closing_frame, floor_demand

        demand = floor_demand(self._outcome, self.settings, by, group, basis, hide_below, "close_gap()")
        control = Control(progress=progress, cancel=cancel, time_limit=time_limit)
        return self.everyone[0].in_kind(closing_frame(demand, points, control))

    def group_floor(
        self,
        by: str,
        group: str,
        at_least: float,
        *,
        basis: str | None = None,
        hide_below: int = 10,
        progress: Callable[[str, int, int], None] | None = None,
        cancel: Callable[[], bool] | None = None,
        time_limit: float | None = None,
    ) -> Pairing:
        """Return the best pairs in which one group has at least a given mean, and what they cost.

        The mean is the one of `quality`: over all of the group who take part, 0 for someone without a partner. There
        are as many pairs as possible, as before. No exact method for large pools is known: the answer states truly how
        much better another one under this floor could be (often nothing; exact search up to 40 people).

        Parameters
        ----------
        by, group, basis, hide_below, progress, cancel, time_limit
            See `close_gap`.
        at_least : float
            From 0 to 1.

        Returns
        -------
        Pairing
            Its `settings` tell the floor and its basis, its `certificate` what is known.

        Raises
        ------
        InfeasibleError
            If the group's mean cannot be so high; says how high it can be.
        ConfigError, InputError
            If there is no such column or group, or it may not be used. Floors need one place each, the objective
            "everyone_first" or "best_total", nobody who goes first, and no stated preferences.
        """
        from peermatch.report.group_floor import floor_demand, under_floor

        caller = "group_floor()"
        try:
            floor = check_number(caller, "at_least", at_least, at_least=0, at_most=1)
        except ValueError as error:
            raise ConfigError(str(error)) from None
        demand = floor_demand(self._outcome, self.settings, by, group, basis, hide_below, caller)
        control = Control(progress=progress, cancel=cancel, time_limit=time_limit)
        matching, certificate, told = under_floor(demand, floor, control)
        settings = {**self.settings, "group_floor": told if basis is None else {**told, "basis": basis}}
        # a round that is solved again would not know of the floor
        return replace(self, matching=matching, certificate=certificate, settings=settings, resolve=None)

    def coverage(self) -> Any:
        """Say how much of what counts was known for the pairs that were made, criterion by criterion.

        Returns
        -------
        table
            One row for each criterion, then one for all together ("all"): criterion, weight (its share of all
            weights), asked (how many people of pairs it counts for, once for each pair), known (for how many of them
            it was known), coverage (the share of these; of all together weighted by what each criterion counts).
        """
        return self.everyone[0].in_kind(coverage_frame(self._outcome))

    def sensitivity(
        self,
        by: Sequence[float] | float = (0.10, 0.20, 0.50),
        *,
        price: float = 0.0,
        progress: Callable[[str, int, int], None] | None = None,
        cancel: Callable[[], bool] | None = None,
        time_limit: float | None = None,
    ) -> Sensitivity:
        """Say which pairs survive when each criterion's weight moves up and down, all else being equal.

        Every move is solved again, exactly, with the same people, rules, demanded pairs, places, floor and objective;
        nothing is read or encoded again. A pair that changes only because another answer is just as good survives.

        Parameters
        ----------
        by : float or sequence of float
            By what shares weights move, above 0 and below 1, at most 10 of them; each both down and up.
        price : float, default 0
            In large pools many pairings are nearly as good as the best. With a price, a pair counts as changed only
            where breaking it gains more than this (in points of score, for each broken pair).
        progress, cancel, time_limit : optional
            As in `PeerMatcher.match`; stopped early, the tables have the moves that were made so far.

        Returns
        -------
        Sensitivity
            `.pairs`, `.moves` and `.text`.

        Raises
        ------
        ConfigError
            If `by` is something else, or the pairs are stable ones.

        Examples
        --------
        >>> import peermatch as pm
        >>> rows = [("ada", 1, "x"), ("bo", 2, "y"), ("cy", 8, "x"), ("di", 9, "y")]
        >>> people = [{"id": id, "years": years, "site": site} for id, years, site in rows]
        >>> matcher = pm.PeerMatcher("id", [pm.near("years", name="years"), pm.same("site", weight=1.2, name="site")])
        >>> moves = matcher.match(people).sensitivity(by=0.5).moves
        >>> moves[["criterion", "change", "pairs_changed"]].values.tolist()
        [['years', -0.5, 0], ['years', 0.5, 0], ['site', -0.5, 2], ['site', 0.5, 0]]
        """
        control = Control(progress=progress, cancel=cancel, time_limit=time_limit)
        return sensitivity(self._outcome, self.resolve, by, price, control, self.everyone[0].in_kind)

    def what_if(
        self,
        weights: Mapping[str, float] | None = None,
        *,
        mutual: str | None = None,
        objective: str | None = None,
        floor: float | None = None,
        progress: Callable[[str, int, int], None] | None = None,
        cancel: Callable[[], bool] | None = None,
        time_limit: float | None = None,
    ) -> WhatIf:
        """Compare this pairing with the one that other settings would give, by the pairs that change.

        Parameters
        ----------
        weights : mapping of criterion name to a number of at least 0, optional
            Criteria that are not named keep their weight; 0 leaves a criterion out.
        mutual, objective, floor : optional
            As in `PeerMatcher`, in place of what it was; a floor of 0 is none.
        progress, cancel, time_limit : optional
            As in `PeerMatcher.match`.

        Returns
        -------
        WhatIf
            `.people`, `.pairs`, `.totals` and `.text`.

        Raises
        ------
        ConfigError
            For a criterion that there is not (with the nearest one), a wrong value, or stable pairs.
        InfeasibleError
            If a demanded pair would score below the floor.

        Examples
        --------
        >>> import peermatch as pm
        >>> rows = [("ada", 1, "x"), ("bo", 2, "y"), ("cy", 8, "x"), ("di", 9, "y")]
        >>> people = [{"id": id, "years": years, "site": site} for id, years, site in rows]
        >>> matcher = pm.PeerMatcher("id", [pm.near("years", name="years"), pm.same("site", weight=1.2, name="site")])
        >>> matcher.match(people).what_if({"site": 0.5}).people[["id", "before", "after"]].values.tolist()
        [['ada', 'cy', 'bo'], ['bo', 'di', 'ada'], ['cy', 'ada', 'di'], ['di', 'bo', 'cy']]
        """
        control = Control(progress=progress, cancel=cancel, time_limit=time_limit)
        changes = {"mutual": mutual, "objective": objective, "floor": floor}
        return what_if(self._outcome, self.resolve, weights or {}, changes, control, self.everyone[0].in_kind)

    def price_of_stability(
        self,
        points: int = 12,
        *,
        progress: Callable[[str, int, int], None] | None = None,
        cancel: Callable[[], bool] | None = None,
        time_limit: float | None = None,
    ) -> Any:
        """Say what it costs to keep more and more of the earlier pairs; only for what `PeerMatcher.update` made.

        Parameters
        ----------
        points : int, default 12
            At most this many rows, from 2 to 50; each takes about as long as the matching.
        progress, cancel, time_limit : optional
            As in `PeerMatcher.match`.

        Returns
        -------
        table
            Columns broken (of the earlier pairs that could be kept), price (for each broken pair, from which on this
            row is better than the one before; missing where a price cannot lead to it), pairs, total, lost, lost_share.

        Raises
        ------
        ConfigError
            If there was no update, for the objective "worst_first", or if `points` is not a whole number from 2 to 50.
        """
        if self.update is None:
            raise ConfigError("There is no earlier result to keep: only update() has a price of stability.")
        problem = self.update.problem
        if isinstance(problem, FlowProblem) or problem.many_to_many:
            raise ConfigError(
                "There is no price of stability with minima, or with several places on both sides."
            )
        whole = isinstance(points, int) and not isinstance(points, bool)
        if not whole or not 2 <= points <= _MOST_POINTS:
            constraint = f"a whole number from 2 to {_MOST_POINTS}"
            raise ConfigError(must_be("price_of_stability()", "points", constraint, points))
        control = Control(progress=progress, cancel=cancel, time_limit=time_limit)
        rows = solvers.price_of_stability(problem, self.update.held, points=points, control=control)
        return self.everyone[0].in_kind(stability_frame(rows, self.update.demanded))

    def summary(self) -> str:
        """Return a page to read: how many pairs, how good, the proof, the best and the weakest, who was left out."""
        text = summary_text(self._outcome, self.certificate, self._frames["people"], self._frames["rules"])
        return text if self.update is None else f"{text}\n{self.update.section()}\n"

    def __repr__(self) -> str:
        verified = "verified" if self.certificate.verified else "not verified"
        return f"Pairing({headline(self._outcome)}, {self.certificate.status}, {verified})"

    def _repr_html_(self) -> str:
        return notebook_html(headline(self._outcome), self.certificate.sentence, self._frames["pairs"])

    # ---- out of here ------------------------------------------------------------------------------------

    def to_csv(self, folder: str | os.PathLike[str]) -> list[Path]:
        """Write people.csv, pairs.csv, members.csv, unmatched.csv, rules.csv and result.json.

        Of an update also changes.csv.
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
        if self.update is not None:
            files["changes.csv"] = csv_text(self.update.frame)
        return write_files(folder, {**files, "result.json": self.to_json()})

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain data: ``{"schema": "peermatch/pairing/1", ...}``.

        Its JSON Schema ships with the package (`peermatch.report.pairing_schema`). Ids are strings plus their type.
        """
        data = document(self._outcome, self.settings, self.certificate, self._frames)
        return data if self.update is None else {**data, "update": self.update.to_dict()}

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
            "repairs": repairs_frame(self._outcome),
        }

    @property
    def _shown(self) -> frozenset[str]:
        return frozenset(self.settings.get("show") or ())

    def _frontier_frame(self, points: int, control: Control | None = None) -> pd.DataFrame:
        problem = self.problem or Problem(self.scores, capacity=self.capacity)
        choosy = any(part is not None for part in self.or_none)
        if isinstance(problem, FlowProblem) or problem.many_to_many or choosy:
            raise ConfigError(
                "frontier() puts the worst pair first, which no exact solver does with minima, or several places on "
                "both sides."
            )
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
        return frontier_frame(rows, demanded)

    def _out(self, name: str) -> Any:
        """Return a table of our own as one of the users' kind; a copy, since what they do to it is theirs."""
        frame = self._frames[name].copy()
        if name == "people":
            frame["partners"] = pd.Series([list(ids) for ids in frame["partners"]], dtype=object)
        return self.everyone[0].in_kind(frame)
