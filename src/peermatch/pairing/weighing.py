"""Questions about the whole: what else would have been possible, how well groups are paired, what changes cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Self

import numpy as np
import pandas as pd

from peermatch import solvers
from peermatch.checks import check_number, must_be
from peermatch.errors import ConfigError
from peermatch.explain import (
    RunnerUp,
    Sensitivity,
    WhatIf,
    runner_up,
    sensitivity,
    what_if,
)
from peermatch.pairing.facts import PairingFacts
from peermatch.problem import Control, FlowProblem, Problem
from peermatch.report import (
    ADMINISTRATOR,
    AUDITOR,
    GroupQuality,
    coverage_frame,
    frontier_frame,
    group_quality,
    refuse_private,
    stability_frame,
    without_small_names,
)
from peermatch.verify import prove

__all__ = ["Weighing"]

_MOST_POINTS = 50
_HIDDEN_FROM_AUDITORS = 10


class Weighing(PairingFacts):
    """A pairing that is held against others."""

    def frontier(
        self,
        points: int = 20,
        *,
        audience: str = ADMINISTRATOR,
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
        audience : {"administrator", "auditor"}
            An auditor gets the same. It is not for participants.

        Returns
        -------
        table
            Columns worst_score, total, pairs, mean, lost (against the best total), lost_share, proved.

        Raises
        ------
        ConfigError
            If `points` is not a whole number from 2 to 50, or there are minima or several places on both sides.
        """
        self._seen_by("frontier", audience)
        control = Control(progress=progress, cancel=cancel, time_limit=time_limit)
        return self.everyone[0].in_kind(self._frontier_frame(points, control))

    def runner_up(
        self,
        exact: bool = True,
        *,
        progress: Callable[[str, int, int], None] | None = None,
        cancel: Callable[[], bool] | None = None,
        time_limit: float | None = None,
        audience: str = ADMINISTRATOR,
    ) -> RunnerUp:
        """Say how far this set of pairs is ahead of the second best, and who would have another partner there.

        Second best is the best of all sets of pairs that keep to the same rules, demands and places, and differ in at
        least one pair. It is compared as the objective compares: by the number of pairs (not for "best_total"), people
        who go first, the worst pair (for "worst_first"), then the total. A gap of 0 says that another set of pairs is
        exactly as good.

        Parameters
        ----------
        exact : bool, default True
            Solve again without one of the pairs, as often as it takes to be sure; up to 2,500 people. False, or with
            more people: what the proof tells at once, an "at least", which is often 0.
        progress, cancel, time_limit : optional
            As in `PeerMatcher.match`; stopped early, there is the nearest set that was found, and no proof.
        audience : {"administrator", "auditor"}
            For an auditor with ids in place of names. It is not for participants.

        Returns
        -------
        RunnerUp
            `.verdict`, `.gap`, `.at_least`, `.exact`, `.text`, and as `.table` who would have another partner.

        Raises
        ------
        ConfigError
            If there is no best set to speak of: the pairs are stable ones, or hold trios, or were not proved the best,
            or an earlier result or a group's floor had a say; and for the objective "leximin".

        Examples
        --------
        >>> import peermatch as pm
        >>> people = [{"id": name, "years": years} for name, years in [("ada", 1), ("bo", 2), ("cy", 4), ("di", 4)]]
        >>> found = pm.PeerMatcher("id", [pm.near("years")]).match(people).runner_up()
        >>> found.verdict, round(found.gap.total, 2), found.exact
        ('ahead', 0.71, True)
        """
        control = Control(progress=progress, cancel=cancel, time_limit=time_limit)
        whole = self.resolve is not None and self.update is None
        outcome = self._seen_by("runner_up", audience)
        return runner_up(outcome, self.certificate.vertices, whole=whole, exact=exact, control=control)

    def quality(
        self, by: str | Sequence[str], *, hide_below: int = 10, audience: str = ADMINISTRATOR
    ) -> GroupQuality:
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
        audience : {"administrator", "auditor"}
            An auditor gets no groups of fewer than 10 people, and no names of such groups. It is not for participants.

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
        outcome = self._seen_by("quality", audience)
        self._refuse_small("quality()", hide_below, audience)
        found = group_quality(outcome, by, hide_below)
        return without_small_names(found) if audience == AUDITOR else found

    def _refuse_small(self, caller: str, hide_below: Any, audience: str) -> None:
        if audience == AUDITOR and isinstance(hide_below, int) and hide_below < _HIDDEN_FROM_AUDITORS:
            constraint = f"at least {_HIDDEN_FROM_AUDITORS} for an auditor"
            raise ConfigError(must_be(caller, "hide_below", constraint, hide_below))

    def coverage(self, *, audience: str = ADMINISTRATOR) -> Any:
        """Say how much of what counts was known for the pairs that were made, criterion by criterion.

        Parameters
        ----------
        audience : {"administrator", "auditor"}
            An auditor gets the same. It is not for participants.

        Returns
        -------
        table
            One row for each criterion, then one for all together ("all"): criterion, weight (its share of all
            weights), asked (how many people of pairs it counts for, once for each pair), known (for how many of them
            it was known), coverage (the share of these; of all together weighted by what each criterion counts).
        """
        return self.everyone[0].in_kind(coverage_frame(self._seen_by("coverage", audience)))

    def close_gap(
        self,
        by: str,
        group: str | None = None,
        *,
        points: int = 6,
        basis: str | None = None,
        hide_below: int = 10,
        audience: str = ADMINISTRATOR,
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
        audience : {"administrator", "auditor"}
            An auditor gets the same. It is not for participants.

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

        outcome = self._seen_by("close_gap", audience)
        self._refuse_floor_of_update("close_gap()")
        self._refuse_small("close_gap()", hide_below, audience)
        refuse_private(self._outcome, "close_gap()", by)
        demand = floor_demand(outcome, self.settings, by, group, basis, hide_below, "close_gap()")
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
    ) -> Self:
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
        self._refuse_floor_of_update(caller)
        refuse_private(self._outcome, caller, by)
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

    def _refuse_floor_of_update(self, caller: str) -> None:
        if self.update is not None:
            raise ConfigError(
                f"{caller} pairs people anew, and this result keeps pairs of an earlier one. Ask the result of match()."
            )

    def sensitivity(
        self,
        by: Sequence[float] | float = (0.10, 0.20, 0.50),
        *,
        price: float = 0.0,
        audience: str = ADMINISTRATOR,
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
        audience : {"administrator", "auditor"}
            An auditor gets ids in the place of names. It is not for participants.

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
        outcome = self._seen_by("sensitivity", audience)
        return sensitivity(outcome, self.resolve, by, price, control, self.everyone[0].in_kind)

    def what_if(
        self,
        weights: Mapping[str, float] | None = None,
        *,
        mutual: str | None = None,
        objective: str | None = None,
        floor: float | None = None,
        audience: str = ADMINISTRATOR,
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
        audience : {"administrator", "auditor"}
            An auditor gets ids in the place of names. It is not for participants.

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
        outcome = self._seen_by("what_if", audience)
        return what_if(outcome, self.resolve, weights or {}, changes, control, self.everyone[0].in_kind)

    def price_of_stability(
        self,
        points: int = 12,
        *,
        audience: str = ADMINISTRATOR,
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
        audience : {"administrator", "auditor"}
            An auditor gets the same. It is not for participants.

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
        self._seen_by("price_of_stability", audience)
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

    def _frontier_frame(self, points: int, control: Control | None = None) -> pd.DataFrame:
        problem = self.problem or Problem(self.scores, capacity=self.capacity)
        choosy = any(part is not None for part in self.or_none)
        if isinstance(problem, FlowProblem) or problem.many_to_many or choosy:
            raise ConfigError(
                "frontier() puts the worst pair first, which no exact solver does with minima, or_none, or several "
                "places on both sides."
            )
        if self.settings.get("group_floor") is not None:
            raise ConfigError(
                "frontier() does not keep to a floor for a group, and this result does. Ask the result without it."
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
