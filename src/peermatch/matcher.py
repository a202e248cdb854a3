"""PeerMatcher: the only file that knows the whole way from a table of people to a pairing.

people -> cohort -> encoders -> criteria + rules -> pair scores -> problem -> solver -> matching -> checked -> pairing
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from peermatch.checks import must_be
from peermatch.cohort.display import one_line
from peermatch.configuration import SCHEMA, build_criterion, build_rule, check_keys, read_toml, write_toml
from peermatch.criteria import (
    UNKNOWN_CHOICES,
    Criterion,
    Rule,
    check_uses,
    looks_back,
    marked_criteria,
    marked_rules,
    refuse_sensitive,
)
from peermatch.criteria.arguments import column_names, decider_of
from peermatch.errors import ConfigError
from peermatch.pairing import Pairing
from peermatch.problem import OBJECTIVES, ONE_POOL, TWO_SIDES, Control, Solver
from peermatch.report import Shortlist
from peermatch.run import (
    Advisers,
    Mode,
    Request,
    check_consent,
    check_odd,
    columns_of_places,
    list_people,
    plain_capacity,
    read_capacity,
    read_consent,
    read_group_floor,
    run,
    update_people,
)
from peermatch.run.arguments import (
    check_bounds,
    check_column,
    check_occasion,
    check_whole,
    check_word,
    columns_shown,
    day_of,
    facts_of,
    mode_of,
    parts_of,
    same_person_of,
    sides_of,
)
from peermatch.run.shown import matcher_html
from peermatch.scoring import MUTUALS
from peermatch.solvers import Blossom, Hungarian, get_solver, plain_solver

__all__ = ["PeerMatcher"]

_ODD = ("sit_out", "trio", "reserve")
MOST_LISTED = 1_000
UNLISTED = ("after", "never")
# Solvers of ours that ask for the best total; stated preferences are no totals.
_OPTIMISING = ("blossom", "exhaustive", "greedy", "hungarian", "transport")
_STABLE = ("roommates", "deferred")


@dataclass(frozen=True, eq=False, repr=False)
class PeerMatcher:
    """What matters in a programme, and nothing about this month.

    Immutable, picklable, and safe to share between threads.

    Parameters
    ----------
    id : str
        The column of ids.
    criteria : sequence of Criterion
        At least one; names must be unique.
    rules : sequence of Rule
    label : str, optional
        The column that people read; never used for matching.
    eligible : str, optional
        A yes-or-no column; whoever says no, or nothing, does not take part.
    sides : pair of str, optional
        The names of two sides, such as ``("mentee", "mentor")``; None for one pool.
    same_person : sequence of str, optional
        Two sides: columns that tell that a row of one and a row of the other side are the same person, who is never
        paired with themselves. Equal ids are the same person in any case.
    capacity : mapping, optional
        Two sides: side name to how many partners its people may have: a column, or a number. With a minimum, a mapping:
        ``{"mentor": {"at_least": 1, "at_most": "places"}}``, with a column or a number for each; everybody who has a
        place then gets their minimum, or `InfeasibleError` says who cannot and why; with ``"or_none": True`` so many or
        nobody. Minima, and several places on both sides, are solved by "transport" in place of "blossom" and
        "hungarian".
    mutual : {"geometric", "harmonic", "mean", "min"}
        How two utilities become one score.
    objective : {"everyone_first", "best_total", "worst_first", "leximin"}
        As many pairs as possible, then the best total; the best total alone; as many pairs as possible, then the
        best worst pair, then the best total; or as many pairs as possible, then the best worst pair, then the best
        second-worst, and so on, for up to 200 people.
    floor : float, optional
        A quality floor in [0, 1]: pairs that score below it are not made, even if people then stay without a partner.
    group_floor : mapping, optional
        A floor for the mean of one group, ``{"by": column, "group": value, "at_least": number}``, and with a protected
        column a ``"basis"``: see `Pairing.group_floor`.
    unknown : {"quartile", "mean", "zero"}
        What a similarity that is not known counts as.
    odd : {"sit_out", "trio", "reserve"}
        One pool: what happens when someone is left over. They sit out; or join a pair, which makes a trio; or
        someone of the reserve is called to be their partner.
    reserve : str, int, or list of them, optional
        With ``odd="reserve"``: a yes-or-no column, or the ids of those who take part only if someone would otherwise be
        left over.
    solver : str or Solver
        A registered name, or a solver with its options.
    show : sequence of str, optional
        Columns that are fit to show: what participants may read of each other, in the meeting guide for one. Nothing
        else is.
    sensitive : sequence of str, optional
        Columns whose values nobody is shown. Every criterion that reads one is sensitive, every rule that reads one is
        private, and results, repairs and errors have "(hidden)" in place of what stands in it.
    consent : mapping, optional
        A column to the yes-or-no column that holds each person's consent to its use, ``{"faith": "faith_ok"}``. Where
        somebody did not say yes, their cell counts as not known before anything reads it.
    protected : sequence of str, optional
        Columns that a criterion or a rule may read only on a stated ``basis``, which every result tells.
    audit_only : sequence of str, optional
        Columns that nothing which scores may read; `Pairing.quality` may be asked by them.
    advisers : Advisers, optional
        What is asked of second-line advisers; `assign_advisers` looks for them.
    learned : mapping, optional
        From what the weights were learned, as `fit_weights` says; it changes nothing, and stands in every result.
    decided_by : str, optional
        Who decided on all of this, in words, such as "the works council and HR, 3 May 2026". A criterion or a rule may
        have a ``decided_by`` of its own. It changes no score; auditors read it (`Pairing.uses`).

    Raises
    ------
    ConfigError
        For a wrong argument.

    Examples
    --------
    >>> import peermatch as pm
    >>> matcher = pm.PeerMatcher("id", [pm.near("years", scale=3), pm.different(["team"])])
    >>> people = [{"id": i, "years": y, "team": t} for i, y, t in [(1, 2, "x"), (2, 3, "y"), (3, 9, "x"), (4, 8, "y")]]
    >>> matcher.match(people).pairs[["a", "b"]].values.tolist()
    [[1, 2], [3, 4]]
    """

    id: str
    criteria: Sequence[Criterion]
    rules: Sequence[Rule] = ()
    label: str | None = field(default=None, kw_only=True)
    eligible: str | None = field(default=None, kw_only=True)
    sides: tuple[str, str] | None = field(default=None, kw_only=True)
    same_person: Sequence[str] | None = field(default=None, kw_only=True)
    capacity: Mapping[str, str | int | Mapping[str, str | int]] | None = field(default=None, kw_only=True)
    mutual: str = field(default="geometric", kw_only=True)
    objective: str = field(default="everyone_first", kw_only=True)
    floor: float | None = field(default=None, kw_only=True)
    group_floor: Mapping[str, Any] | None = field(default=None, kw_only=True)
    unknown: str = field(default="quartile", kw_only=True)
    odd: str = field(default="sit_out", kw_only=True)
    reserve: str | int | Sequence[str | int] | None = field(default=None, kw_only=True)
    solver: str | Solver = field(default="blossom", kw_only=True)
    show: Sequence[str] | None = field(default=None, kw_only=True)
    sensitive: Sequence[str] | None = field(default=None, kw_only=True)
    consent: Mapping[str, str] | None = field(default=None, kw_only=True)
    protected: Sequence[str] | None = field(default=None, kw_only=True)
    audit_only: Sequence[str] | None = field(default=None, kw_only=True)
    advisers: Advisers | None = field(default=None, kw_only=True)
    learned: Mapping[str, Any] | None = field(default=None, kw_only=True)
    decided_by: str | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        for parameter in ("id", "label", "eligible"):
            check_column(parameter, getattr(self, parameter), needed=parameter == "id")
        self._settle("show", columns_shown(self.show))
        self._settle("criteria", parts_of("criteria", self.criteria, Criterion, at_least=1))
        self._settle("rules", parts_of("rules", self.rules, Rule))
        self._settle("sides", sides_of(self.sides, same_person=self.same_person, capacity=self.capacity))
        self._settle("same_person", same_person_of(self.same_person))
        if self.sides is not None and self.capacity is not None:
            self._settle("capacity", read_capacity(self.capacity, self.sides))
        for parameter, choices in (
            ("mutual", MUTUALS),
            ("objective", OBJECTIVES),
            ("unknown", UNKNOWN_CHOICES),
            ("odd", _ODD),
        ):
            check_word(parameter, getattr(self, parameter), choices)
        self._settle("reserve", check_odd(self.odd, self.reserve, self.sides))
        if self.odd == "trio" and self.group_floor is not None:
            raise ConfigError(
                "group_floor compares pairs, so it does not go with odd='trio'. Leave one of them out."
            )
        if not isinstance(self.solver, str):
            get_solver(self.solver)  # says what an object lacks that is no solver
        if self.floor is not None:
            check_bounds("PeerMatcher", "floor", self.floor, at_least=0, at_most=1)
        if self.advisers is not None and not isinstance(self.advisers, Advisers):
            self._settle("advisers", Advisers.from_dict(self.advisers))
        self._settle("consent", read_consent(self.consent))
        self._check_guarded()
        check_consent(self, columns_of_places(self.capacity))
        if self.learned is not None:
            self._settle("learned", facts_of("learned", self.learned))
        decider_of("PeerMatcher", self.decided_by)

    def _settle(self, parameter: str, value: Any) -> None:
        """Keep an argument as it was checked."""
        object.__setattr__(self, parameter, value)

    def _check_guarded(self) -> None:
        """Refuse what reads a protected column without a basis, or an audit-only column at all; hide sensitive ones."""
        for parameter in ("sensitive", "protected", "audit_only"):
            given = getattr(self, parameter)
            if given is not None:
                empty = isinstance(given, Sequence) and not len(given)
                columns = () if empty else column_names("PeerMatcher", parameter, given)
                self._settle(parameter, columns or None)
        others = {
            "id=": [self.id],
            "eligible=": [self.eligible] if self.eligible is not None else [],
            "same_person=": self.same_person or [],
            "capacity=": columns_of_places(self.capacity),
            "consent=": (self.consent or {}).values(),
        }
        audit_only = self.audit_only or ()
        check_uses(self.protected or (), audit_only, self.criteria, self.rules, others)
        shown = {"label=": [] if self.label is None else [self.label], "show=": self.show or []}
        check_uses((), audit_only, (), (), shown)
        if self.group_floor is not None:
            floor = read_group_floor(self.group_floor, self.protected, self.audit_only)
            self._settle("group_floor", floor)
        if self.advisers is not None:
            self.advisers.check_guarded(self.protected or (), audit_only)
        self._mark_sensitive()

    def _mark_sensitive(self) -> None:
        """Hide whatever reads a sensitive column; refuse one that results would show."""
        sensitive = self.sensitive or ()
        shown = {f"{name}=": [getattr(self, name)] for name in ("id", "label", "eligible", "reserve")}
        told = {what: [one for one in columns if isinstance(one, str)] for what, columns in shown.items()}
        refuse_sensitive(
            sensitive, {**told, "capacity=": columns_of_places(self.capacity), "show=": self.show or ()}
        )
        self._settle("rules", marked_rules(self.rules, sensitive, self.criteria))
        self._settle("criteria", marked_criteria(self.criteria, sensitive))
        if self.advisers is not None:
            self._settle("advisers", self.advisers.marked(sensitive))

    def __reduce__(self) -> tuple[Any, ...]:
        options = {part.name: getattr(self, part.name) for part in fields(self)}
        if self.capacity is not None:
            options["capacity"] = plain_capacity(self.capacity)
        for name in ("learned", "group_floor", "consent"):
            if options[name] is not None:
                options[name] = dict(options[name])
        return (_rebuild, (options,))

    def __repr__(self) -> str:
        names = ", ".join(criterion.name for criterion in self.criteria)
        rules = f", rules: {', '.join(rule.public_name for rule in self.rules)}" if self.rules else ""
        return one_line(f"PeerMatcher(id {self.id!r}, criteria: {names}{rules})")

    def _repr_html_(self) -> str:
        solver = self.solver if isinstance(self.solver, str) else getattr(self.solver, "name", "")
        facts = {
            "id": self.id,
            "label": self.label,
            "takes part": self.eligible,
            "sides": None if self.sides is None else " and ".join(self.sides),
            "places": None if self.capacity is None else plain_capacity(self.capacity),
            "objective": self.objective,
            "mutual": self.mutual,
            "floor": self.floor,
            "unknown": self.unknown,
            "odd": self.odd if self.sides is None else None,
            "solver": solver,
            "fit to show": None if not self.show else ", ".join(self.show),
            "sensitive": None if not self.sensitive else ", ".join(self.sensitive),
            "consent": None
            if not self.consent
            else ", ".join(f"{name} by {by}" for name, by in self.consent.items()),
            "decided by": getattr(self, "decided_by", None),
        }
        return matcher_html("PeerMatcher", self.criteria, self.rules, facts)

    # ---- this month -------------------------------------------------------------------------------------

    def match(
        self,
        people: Any,
        others: Any = None,
        *,
        role: str | None = None,
        org: Any = None,
        history: Any = None,
        locks: Any = None,
        set_aside: Any = None,
        preferences: Any = None,
        unlisted: str = "after",
        fitted: Any = None,
        first: Any = None,
        round: str | None = None,
        as_of: Any = None,
        progress: Callable[[str, int, int], None] | None = None,
        cancel: Callable[[], bool] | None = None,
        time_limit: float | None = None,
    ) -> Pairing:
        """Pair people.

        Parameters
        ----------
        people : Cohort, table, list of dict, or path
            The pool, or the left side. See `peermatch.read_people`.
        others : same, optional
            The right side, where there are two.
        role : str, optional
            Two sides in one table: the column that holds each person's side. Who is on both sides says so: "both", or
            both names ("mentor; mentee"). Nobody is paired with themselves.
        org : table or path, optional
            The whole staff, for reporting lines.
        history : table or path, optional
            Earlier pairs, for ``no_repeat`` and ``novelty``: the columns round, date, a, b.
        locks : list of (id, id), table, or path, optional
            Pairs that are demanded this time.
        set_aside : list of id, mapping, table, or path, optional
            People who do not take part this time; they stay in `Pairing.people`, "set aside this time". On two sides
            from every side on which they stand, unless a side is named: ``{"mentor": [id, ...]}``, or a column ``side``
            beside the column ``id`` of a table.
        preferences : mapping, list of tuples, table, or path, optional
            People's own rankings: ``{id: [ids, best first]}`` (people whom one likes the same in a list of their own),
            a list of (id, preferred id) or (id, preferred id, rank), or a table with columns id, candidate and rank,
            such as the table of a `Shortlist` after people changed it. On two sides a column ``side`` says whose line
            it is; it is needed only for ids that are on both sides.

            The question is then stability: no two people should both rather have each other. The matcher's solver is
            used if it is a stable one or another package's; in place of "blossom", "hungarian", "greedy" or
            "exhaustive" it is "roommates" for one pool and "deferred" for two sides. `Pairing.settings` says which.
        unlisted : {"after", "never"}
            Of those who gave a list: everybody else comes after it, in the order of what they are worth by the
            criteria; or nobody else is accepted. Who gave no list accepts everyone, by the criteria.
        fitted : Pairing, optional
            An earlier result whose fitted encoders are used again, so that scores of different rounds compare.
        first : list of id, or mapping of id to whole number, optional
            People who are left out only where that cannot be helped, whoever has the greater number before the others:
            as many pairs as possible, then these people, then the best total. Exact, for one place each and the solver
            "blossom"; ids of people who do not take part are passed over.
        round : str, optional
            The name of this round; it enters pair ids and the breaking of ties.
        as_of : date or str, optional
            Today, as far as hire dates, time zones and history are concerned.
        progress : callable, optional
            Called as ``progress(stage, done, total)``.
        cancel : callable, optional
            Asked now and then; True stops the solver, which gives a valid result with its true gap.
        time_limit : float, optional
            Seconds after which the solver stops in the same way.

        Returns
        -------
        Pairing

        Raises
        ------
        InputError
            If a table is wrong; `.items` says what and where.
        ConfigError
            If the matcher does not fit the tables.
        InfeasibleError
            If demands contradict each other; `.conflict` lists them.
        """
        self._check_tables("match()", others, role, history)
        check_occasion("match()", fitted, round, progress, cancel, time_limit)
        check_word("unlisted", unlisted, UNLISTED, caller="match()")
        if unlisted != "after" and preferences is None:
            raise ConfigError("unlisted= was given without preferences=, whose lists it is about.")
        solver = self._solver(preferences is not None)
        request = Request(
            people=people,
            others=others,
            role=role,
            org=org,
            history=history,
            locks=locks,
            fitted=getattr(fitted, "fitted", fitted),
            first=first,
            round=round,
            as_of=None if as_of is None else day_of(as_of, "match()"),
            control=Control(progress=progress, cancel=cancel, time_limit=time_limit),
            preferences=preferences,
            unlisted=unlisted,
            set_aside=set_aside,
        )
        return run(self, solver, request)

    def update(
        self,
        people: Any,
        previous: Any,
        *,
        keep: str | None = None,
        price: float | None = None,
        at_most: int | None = None,
        others: Any = None,
        role: str | None = None,
        org: Any = None,
        history: Any = None,
        locks: Any = None,
        set_aside: Any = None,
        fitted: Any = None,
        round: str | None = None,
        as_of: Any = None,
        progress: Callable[[str, int, int], None] | None = None,
        cancel: Callable[[], bool] | None = None,
        time_limit: float | None = None,
    ) -> Pairing:
        """Pair people again after some joined or left, and change little.

        Every earlier pair is kept; or each broken one costs a price; or at most so many are broken. Only pairs of two
        people who are still here count. A pair that a rule, the floor or a demanded pair now stands against is broken
        in any case, counts nowhere, and `Pairing.changes` says why.

        Parameters
        ----------
        people, others, role, org, locks, set_aside, fitted, as_of, progress, cancel, time_limit
            As in `match`.
        previous : Pairing, Draft, path, mapping, or table
            The earlier result: itself, its ``result.json`` (a path or its data), a draft, or a table with the columns
            a and b (or the names of the sides). Of a table with rounds the latest one counts.
        keep : {"all"}, optional
            Keep every pair: the default where neither `price` nor `at_most` is given. Exact, with any solver that
            looks for the best.
        price : float, optional
            Break a pair only where that is worth more than this in total, in units of score. Exact. Where everyone
            comes first, no price leaves anybody without a partner who could have one.
        at_most : int, optional
            Break at most so many pairs. Best found with its true gap; exact for small pools, nearly always otherwise.
        history : table or path, optional
            As in `match`; the rows of this very round are passed over.
        round : str, optional
            The name of the round; that of the earlier result where not given, so that kept pairs keep their ids.

        Returns
        -------
        Pairing
            Its `certificate` says what is proved of the question that was asked; `changes` who has other partners
            than before, and why; `update` what keeping costs; `price_of_stability` what keeping more or fewer would.

        Raises
        ------
        InputError, ConfigError, InfeasibleError
            As in `match`; also if `previous` cannot be read, is of other people, or has more pairs for somebody than
            they have places.

        Examples
        --------
        >>> import peermatch as pm
        >>> matcher = pm.PeerMatcher("id", [pm.near("years", scale=3)])
        >>> people = [{"id": name, "years": years} for name, years in [("ada", 1), ("bo", 2), ("cy", 4), ("di", 9)]]
        >>> before = matcher.match(people, round="2026-12")
        >>> now = [*people[:3], {"id": "el", "years": 3}]
        >>> matcher.update(now, before).changes[["id", "why"]].values.tolist()
        [['cy', 'partner left'], ['di', 'left'], ['el', 'joined']]
        """
        caller = "update()"
        self._check_tables(caller, others, role, history)
        check_occasion(caller, fitted, round, progress, cancel, time_limit)
        mode = mode_of(keep, price, at_most)
        request = Request(
            people=people,
            others=others,
            role=role,
            org=org,
            history=history,
            locks=locks,
            fitted=getattr(fitted, "fitted", fitted),
            round=round,
            as_of=None if as_of is None else day_of(as_of, caller),
            control=Control(progress=progress, cancel=cancel, time_limit=time_limit),
            set_aside=set_aside,
        )
        return update_people(self, self._updating_solver(mode), request, previous, mode)

    def _updating_solver(self, mode: Mode) -> Solver:
        """Return the solver of an update.

        Raises
        ------
        ConfigError
            If it asks for stability, or cannot answer at a price.
        """
        solver = self._solver(False)
        if self.group_floor is not None:
            raise ConfigError("update() does not go with group_floor. Leave it out of the matcher here.")
        if self.odd != "sit_out":
            raise ConfigError(
                f"update() keeps pairs, and this matcher has odd={self.odd!r}. Use odd='sit_out' here, or match anew "
                "with the pairs to keep as locks=."
            )
        if solver.name in _STABLE:
            raise ConfigError(
                f"update() asks for the best total; the solver {solver.name!r} looks for stable pairs, of which an "
                "earlier one need not be part. Use solver='blossom'."
            )
        if mode.name == "keep":
            return solver
        exact = isinstance(solver, Blossom | Hungarian) and not (
            getattr(solver, "candidates_only", False) or getattr(solver, "gap", 0)
        )
        if not exact or self.objective not in ("everyone_first", "best_total"):
            raise ConfigError(
                "update(price=) and update(at_most=) need the solver 'blossom' (or 'hungarian') that proves its "
                f"answer, and the objective 'everyone_first' or 'best_total'. This matcher has {solver.name!r} and "
                f"{self.objective!r}. keep='all' works with every objective."
            )
        return solver

    def shortlist(
        self,
        people: Any,
        k: int,
        *,
        others: Any = None,
        role: str | None = None,
        org: Any = None,
        history: Any = None,
        at_most: int | None = None,
        discoverable: str | None = None,
        who: Any = None,
        round: str | None = None,
        as_of: Any = None,
        fitted: Any = None,
        progress: Callable[[str, int, int], None] | None = None,
        cancel: Callable[[], bool] | None = None,
        time_limit: float | None = None,
    ) -> Shortlist:
        """Give each person their k best partners to choose from, by the score of the pair, with reasons.

        Exact over all allowed pairs. Whom a rule forbids is not on a list; nothing on a list says that there was a
        rule. On two sides, people of both sides get lists of people of the other. `match` takes rankings back.

        Parameters
        ----------
        people, others, role, org, history, round, as_of, fitted, progress, cancel, time_limit
            As in `match`. Equal scores are put in an order that depends on the round.
        k : int
            How many people a list has, from 1 to 1,000.
        at_most : int, optional
            Nobody stands on more lists than that (of one side's people, where there are two). People ask their
            candidates, best first; who is asked too often stays on the lists of those with whom the score is highest.
            So if someone is missing from a list on which someone less suitable stands, they stand on `at_most` lists
            already, of people with whom they score at least as high.
        discoverable : str, optional
            A yes-or-no column. Who says no, or nothing, gets a list and stands on nobody's. On two sides, nobody of a
            side whose table lacks the column is listed.
        who : id or list of ids, optional
            Only these people's lists: the same ones as in the full run. Without `at_most` no others are looked for.

        Returns
        -------
        Shortlist
            `.table`, `.lists`, and `.short`: who has fewer than k people on their list, and why.

        Raises
        ------
        InputError, ConfigError
            As in `match`; also for an id in `who` that nobody has, or whose person does not take part.
        PeerMatchError
            If it was stopped before the lists were complete.

        Examples
        --------
        >>> import peermatch as pm
        >>> people = [{"id": name, "years": years} for name, years in [("ada", 1), ("bo", 2), ("cy", 4), ("di", 8)]]
        >>> pm.PeerMatcher("id", [pm.near("years")]).shortlist(people, 2).lists["bo"]
        ['ada', 'cy']
        """
        caller = "shortlist()"
        self._check_tables(caller, others, role, history)
        check_occasion(caller, fitted, round, progress, cancel, time_limit)
        check_whole(caller, "k", k, MOST_LISTED)
        if at_most is not None:
            check_whole(caller, "at_most", at_most, None)
        if discoverable is not None and (not isinstance(discoverable, str) or not discoverable):
            raise ConfigError(must_be(caller, "discoverable", "the name of a column", discoverable))
        request = Request(
            people=people,
            others=others,
            role=role,
            org=org,
            history=history,
            locks=None,
            fitted=getattr(fitted, "fitted", fitted),
            round=round,
            as_of=None if as_of is None else day_of(as_of, caller),
            control=Control(progress=progress, cancel=cancel, time_limit=time_limit),
        )
        return list_people(self, request, int(k), at_most, discoverable, who)

    def _check_tables(self, caller: str, others: Any, role: Any, history: Any) -> None:
        if (others is not None or role is not None) and self.sides is None:
            raise ConfigError("Two sides need names: give PeerMatcher sides=, such as ('mentee', 'mentor').")
        if self.sides is not None and (others is None) == (role is None):
            raise ConfigError(
                f"With sides={self.sides!r}, {caller} takes either two tables, or one table and role=."
            )
        if history is not None and not looks_back(self.criteria, self.rules):
            raise ConfigError(
                "history= was given, but no rule or criterion looks at it: add no_repeat() or novelty(), or leave "
                "it out."
            )

    def _solver(self, stated: bool) -> Solver:
        """Return the solver; where people stated preferences, one that asks for stability."""
        solver = get_solver(self.solver)
        if stated and solver.name in _OPTIMISING:
            solver = get_solver("roommates" if self.sides is None else "deferred")
        self._check_solver(solver)
        if self.odd == "trio" and solver.name in ("roommates", "deferred"):
            raise ConfigError(
                f"odd='trio' asks for the best total, the solver {solver.name!r} for stable pairs; what a third does "
                "to those is not defined. Use odd='sit_out' or 'reserve', or an optimising solver."
            )
        return solver

    def _check_solver(self, solver: Solver) -> None:
        kind = ONE_POOL if self.sides is None else TWO_SIDES
        if kind not in solver.accepts:
            stable = solver.name in ("roommates", "deferred")
            other = (
                ("roommates" if stable else "blossom")
                if self.sides is None
                else ("deferred" if stable else "hungarian")
            )
            raise ConfigError(f"The solver {solver.name!r} does not take {kind}. Use solver={other!r}.")

    # ---- as data ----------------------------------------------------------------------------------------

    def to_dict(self) -> dict[str, Any]:
        """Return the matcher as plain data that `from_dict` takes back.

        Raises
        ------
        ConfigError
            If a criterion is ``custom``, or a solver is not a registered one.

        Examples
        --------
        >>> import peermatch as pm
        >>> pm.PeerMatcher("id", [pm.same("team")]).to_dict()["criteria"][0]["kind"]
        'same'
        """
        data: dict[str, Any] = {"schema": SCHEMA, "id": self.id}
        for part in fields(self):
            value = getattr(self, part.name)
            if part.name in ("id", "criteria", "rules") or value is None:
                continue
            data[part.name] = _plain_option(part.name, value)
        data["criteria"] = [criterion.to_dict() for criterion in self.criteria]
        data["rules"] = [rule.to_dict() for rule in self.rules]
        return data

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> PeerMatcher:
        """Build a matcher from plain data.

        Raises
        ------
        ConfigError
            For an unknown key (with the nearest known one), a missing one, or a wrong value.
        """
        if not isinstance(data, Mapping):
            raise ConfigError(must_be("PeerMatcher.from_dict", "data", "a mapping", data))
        known = ["schema", *(part.name for part in fields(cls))]
        check_keys(data, known, "The configuration")
        if data.get("schema", SCHEMA) != SCHEMA:
            raise ConfigError(
                f"The configuration has schema {data['schema']!r}; this version reads schema {SCHEMA}."
            )
        for needed in ("id", "criteria"):
            if needed not in data:
                raise ConfigError(f"The configuration lacks the key {needed!r}.")
        options = {key: value for key, value in data.items() if key not in ("schema", "criteria", "rules")}
        for parameter in ("criteria", "rules"):
            if not isinstance(data.get(parameter, []), Sequence) or isinstance(data.get(parameter), str):
                raise ConfigError(must_be("The configuration", parameter, "a list", data[parameter]))
        if isinstance(options.get("solver"), Mapping):
            solver = dict(options["solver"])
            options["solver"] = get_solver(solver.pop("name", "blossom"), **solver)
        criteria = [build_criterion(part, k) for k, part in enumerate(data["criteria"], start=1)]
        rules = [build_rule(part, k) for k, part in enumerate(data.get("rules", []), start=1)]
        return cls(criteria=criteria, rules=rules, **options)

    @classmethod
    def from_toml(cls, path: str | os.PathLike[str]) -> PeerMatcher:
        """Read a matcher from a TOML file; paths in it are taken from the folder it stands in."""
        return cls.from_dict(read_toml(path))

    def to_toml(self, path: str | os.PathLike[str]) -> None:
        """Write the matcher to a TOML file that `from_toml` takes back."""
        write_toml(path, self.to_dict())


def _rebuild(options: dict[str, Any]) -> PeerMatcher:
    return PeerMatcher(**options)


def _plain_option(name: str, value: Any) -> Any:
    if name == "solver":
        return value if isinstance(value, str) else plain_solver(value)
    if name == "capacity":
        return plain_capacity(value)
    if isinstance(value, Advisers):
        return value.to_dict()
    if isinstance(value, tuple):
        return list(value)
    return dict(value) if isinstance(value, Mapping) else value
