"""Programme: a matcher, the people over time, and what has happened so far."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from peermatch.checks import check_count, did_you_mean, must_be
from peermatch.cohort.aside import is_missing
from peermatch.cohort.display import ROWS, card, frame_table, one_line
from peermatch.cohort.wording import counted
from peermatch.criteria import key_of, looks_back
from peermatch.criteria.history import round_order
from peermatch.errors import ConfigError, InputError, error_item
from peermatch.matcher import PeerMatcher
from peermatch.pairing import Pairing, SavedResult
from peermatch.programme import held, saved
from peermatch.programme.dossier import Dossier
from peermatch.programme.history import extend_history
from peermatch.programme.labels import day_of, following
from peermatch.programme.pictures import RoundPlots, rounds_table
from peermatch.programme.plan import RoundPlan, sit_outs_frame
from peermatch.programme.rounds import check_rounds_possible, plan_rounds
from peermatch.programme.turns import Turns, weakest
from peermatch.report import read_json
from peermatch.run.shown import criteria_table

__all__ = ["Programme"]

Asked = TypeVar("Asked")


class Programme:
    """A programme over its rounds: what matters, who met whom, who sat out, and what is held about people.

    A programme is a ledger: `run`, `record`, `update`, `replace`, `withdraw`, `forget` and `retain`
    change it, all else only reads it.
    Whatever it hands out is a copy, and whatever it holds is plain data. It holds no profiles: people come anew each
    round.

    Parameters
    ----------
    matcher : PeerMatcher
    history : table, path, or None
        Pairs of rounds before: the columns a and b (or the names of the sides), and round, date and status where known.
    protect : bool, default True
        Whoever sat out goes first in the rounds after it, and least of all sits out twice in a row; exact, see
        `peermatch.programme.Turns` and ``PeerMatcher.match(first=)``. It needs one place each, the objective
        "everyone_first" or "best_total", and the solver "blossom".

    Raises
    ------
    ConfigError
        If the matcher leaves no exact way to protect people.
    InputError
        If the history is not one.

    Examples
    --------
    >>> import peermatch as pm
    >>> people = [{"id": name, "years": years} for name, years in [("ada", 1), ("bo", 2), ("cy", 9)]]
    >>> programme = pm.Programme(pm.PeerMatcher("id", [pm.near("years")], [pm.no_repeat()]))
    >>> for month in ("2026-10", "2026-11", "2026-12"):
    ...     pairing = programme.run(people, round=month)
    >>> programme.history[["round", "a", "b"]].values.tolist()
    [['2026-10', 'ada', 'bo'], ['2026-11', 'bo', 'cy'], ['2026-12', 'ada', 'cy']]
    >>> programme.sit_outs.values.tolist()
    [['ada', 1, '2026-11'], ['bo', 1, '2026-12'], ['cy', 1, '2026-10']]
    """

    def __init__(self, matcher: PeerMatcher, history: Any = None, *, protect: bool = True) -> None:
        if not isinstance(matcher, PeerMatcher):
            raise ConfigError(must_be("Programme", "matcher", "a PeerMatcher", matcher))
        if not isinstance(protect, bool):
            raise ConfigError(must_be("Programme", "protect", "True or False", protect))
        if protect:
            check_rounds_possible(matcher, "Programme(protect=True)")
        self._matcher, self._protect = matcher, protect
        self._history = held.history_of(history, matcher.sides)
        self._attendance = pd.DataFrame({name: [] for name in held.ATTENDANCE}, dtype=object)
        self._weakest: tuple[Any, ...] = ()

    # ---- what has happened ------------------------------------------------------------------------------

    @property
    def matcher(self) -> PeerMatcher:
        """What matters."""
        return self._matcher

    @property
    def protect(self) -> bool:
        """Whether whoever sat out goes first."""
        return self._protect

    @property
    def history(self) -> pd.DataFrame:
        """Who met whom: round, date, a, b, status."""
        return self._history.copy()

    @property
    def attendance(self) -> pd.DataFrame:
        """One row for each person and round that was run here: round, date, side, id, status, score."""
        return self._attendance.copy()

    @property
    def rounds(self) -> pd.DataFrame:
        """One row a round that was run here: round, date, took_part, pairs, sat_out, mean, worst."""
        return held.rounds_of(self._attendance, self._history)

    @property
    def plot(self) -> RoundPlots:
        """Pictures of the rounds that were run here: ``plot.rounds()``. They need matplotlib."""
        two_sided = self._matcher.sides is not None
        return RoundPlots(rounds_table(self._history, self.rounds, two_sided=two_sided))

    @property
    def sit_outs(self) -> pd.DataFrame:
        """Who sat out how often: id, times, rounds; most often first."""
        return sit_outs_frame(self._sat_out())

    @property
    def turns(self) -> Turns:
        """Who sat out in which round, and who had the weakest pair of the last one: whose turn it is."""
        return Turns(tuple(ids for _, ids in self._sat_out()), self._weakest)

    @property
    def next_round(self) -> str:
        """The name of the next round, if it is given none: the one after the latest, else "round 1"."""
        return self._new_name(None)

    def _sat_out(self) -> list[tuple[str, tuple[Any, ...]]]:
        return [
            (str(name), tuple(part.loc[part["status"] == "sat out", "id"]))
            for name, part in self._attendance.groupby("round", sort=False, dropna=False)
        ]

    # ---- what happens -----------------------------------------------------------------------------------

    def run(
        self,
        people: Any,
        others: Any = None,
        *,
        role: str | None = None,
        org: Any = None,
        locks: Any = None,
        set_aside: Any = None,
        fitted: Any = None,
        round: str | None = None,
        as_of: Any = None,
        progress: Callable[[str, int, int], None] | None = None,
        cancel: Callable[[], bool] | None = None,
        time_limit: float | None = None,
    ) -> Pairing:
        """Run a round: match people, given what has happened so far, and write it down.

        Parameters
        ----------
        people, others, role, org, locks, set_aside, fitted, as_of, progress, cancel, time_limit
            As in `PeerMatcher.match`. Without `as_of`, a round that is named for a month has its first day.
        round : str, optional
            Its name; without it, the one after the latest round, else "round 1".

        Raises
        ------
        ConfigError
            If there was a round of that name, or as `PeerMatcher.match` does.
        """
        name = self._new_name(round)

        def match(history: pd.DataFrame | None) -> Pairing:
            return self._matcher.match(
                people,
                others,
                role=role,
                org=org,
                history=history,
                locks=locks,
                set_aside=set_aside,
                fitted=fitted,
                first=self.turns.first() if self._protect else None,
                round=name,
                as_of=day_of(name) if as_of is None else as_of,
                progress=progress,
                cancel=cancel,
                time_limit=time_limit,
            )

        pairing = self._looking_back(match, self._history)
        self.record(pairing)
        return pairing

    def plan(
        self,
        people: Any,
        k: int,
        others: Any = None,
        *,
        role: str | None = None,
        org: Any = None,
        fitted: Any = None,
        start: str | None = None,
        repeats: str = "never",
        as_of: Any = None,
        progress: Callable[[str, int, int], None] | None = None,
        cancel: Callable[[], bool] | None = None,
        time_limit: float | None = None,
    ) -> RoundPlan:
        """Plan k rounds without repeats from here; nothing is written down (see `record`).

        Parameters
        ----------
        people, k, others, role, org, fitted, start, repeats, as_of, progress, cancel, time_limit
            As in `plan_rounds`.
        """
        name = self._new_name(start)

        def plan(history: pd.DataFrame | None) -> RoundPlan:
            return plan_rounds(
                self._matcher,
                people,
                k,
                others,
                role=role,
                org=org,
                history=history,
                turns=self.turns,
                protect=self._protect,
                fitted=fitted,
                start=name,
                repeats=repeats,
                as_of=as_of,
                progress=progress,
                cancel=cancel,
                time_limit=time_limit,
            )

        return self._looking_back(plan, self._history)

    def _looking_back(self, ask: Callable[[pd.DataFrame | None], Asked], history: pd.DataFrame) -> Asked:
        """Ask with this history, where anything looks at it; without it, where nobody in it takes part any more.

        A history that a user hands over and in which nobody is known is refused, for it is likely of other people. This
        one is the programme's own: then all have left, and there is nothing to look at.
        """
        if not looks_back(self._matcher.criteria, self._matcher.rules) or history.empty:
            return ask(None)
        try:
            return ask(history)
        except InputError as error:
            if not any(item["code"] == "unknown_ids" and item["column"] == "history" for item in error.items):
                raise
        return ask(None)

    def record(self, pairing: Pairing | SavedResult) -> None:
        """Write a round down that was matched elsewhere: one of a plan, say, or one that was saved.

        Raises
        ------
        ConfigError
            If it has no name, or there was a round of that name.
        """
        if not isinstance(pairing, Pairing | SavedResult):
            raise ConfigError(must_be("record", "pairing", "a Pairing", pairing))
        if pairing.round is None:
            raise ConfigError("A round needs a name to be written down: match with round=.")
        self._new_name(pairing.round)
        named = day_of(pairing.round)
        self._write_down(pairing, pairing.settings.get("as_of") or (None if named is None else str(named)))

    def _write_down(self, pairing: Pairing | SavedResult, date: str | None) -> None:
        history = held.history_of(extend_history(self._history, pairing), self._matcher.sides)
        history.loc[history["round"] == pairing.round, "date"] = date
        self._history = history
        fresh = held.attendance_of(pairing, date)
        kept = [part for part in (self._attendance, fresh) if len(part)]
        self._attendance = pd.concat(kept, ignore_index=True) if kept else self._attendance
        self._weakest = weakest(pairing)

    def update(
        self,
        people: Any,
        others: Any = None,
        *,
        previous: Any = None,
        keep: str | None = None,
        price: float | None = None,
        at_most: int | None = None,
        role: str | None = None,
        org: Any = None,
        locks: Any = None,
        set_aside: Any = None,
        fitted: Any = None,
        as_of: Any = None,
        progress: Callable[[str, int, int], None] | None = None,
        cancel: Callable[[], bool] | None = None,
        time_limit: float | None = None,
    ) -> Pairing:
        """Pair the people of the latest round again after some joined or left, and write that in its place.

        The round keeps its name and its date. Nobody goes first in an update for having sat out before; who sits out
        of it goes first in the next round.

        Parameters
        ----------
        people, others, keep, price, at_most, role, org, locks, set_aside, fitted, progress, cancel, time_limit
            As in `PeerMatcher.update`.
        previous : Pairing, Draft, path, mapping, or table, optional
            The earlier result; without it, the latest round as it is written down.
        as_of : date or str, optional
            The day to count dates from; without it, that of the round.

        Raises
        ------
        ConfigError
            If there was no round yet, or as `PeerMatcher.update` does.

        Examples
        --------
        >>> import peermatch as pm
        >>> people = [{"id": name, "years": years} for name, years in [("ada", 1), ("bo", 2), ("cy", 9), ("di", 9)]]
        >>> programme = pm.Programme(pm.PeerMatcher("id", [pm.near("years")], [pm.no_repeat()]))
        >>> before = programme.run(people, round="2026-10")
        >>> after = programme.update([*people[:3], {"id": "el", "years": 5}])
        >>> programme.history[["round", "date", "a", "b"]].values.tolist()
        [['2026-10', '2026-10-01', 'ada', 'bo'], ['2026-10', '2026-10-01', 'cy', 'el']]
        """
        name = self.latest
        if name is None:
            raise ConfigError("There is no round yet that could be updated. Run one first.")
        if previous is None:
            previous = held.result_of(self._attendance, self._history, name, self._matcher.sides)

        def match(history: pd.DataFrame | None) -> Pairing:
            return self._matcher.update(
                people,
                previous,
                keep=keep,
                price=price,
                at_most=at_most,
                others=others,
                role=role,
                org=org,
                history=history,
                locks=locks,
                set_aside=set_aside,
                fitted=fitted,
                round=name,
                as_of=self._date_of(name) if as_of is None else as_of,
                progress=progress,
                cancel=cancel,
                time_limit=time_limit,
            )

        pairing = self._looking_back(match, self.history_before)
        self.replace(pairing)
        return pairing

    @property
    def latest(self) -> str | None:
        """The name of the latest round that was run here; None where there was none."""
        return None if self._attendance.empty else str(self._attendance["round"].iloc[-1])

    @property
    def history_before(self) -> pd.DataFrame:
        """Who met whom before the latest round: what a draft or an update of it looks at."""
        earlier = self._history["round"] != self.latest
        return self._history[earlier].reset_index(drop=True)

    def replace(self, pairing: Pairing) -> None:
        """Put a pairing in the place of the latest round, whose name it has: of a draft, say. The date stays.

        Raises
        ------
        ConfigError
            If the latest round has another name.
        """
        if not isinstance(pairing, Pairing):
            raise ConfigError(must_be("replace", "pairing", "a Pairing", pairing))
        self.check_latest(pairing.round)
        date = self._date_of(str(pairing.round)) or pairing.settings.get("as_of")
        self.withdraw(str(pairing.round))
        self._write_down(pairing, date)

    def check_latest(self, round: str | None) -> None:
        """Refuse a round that is not the latest one.

        Raises
        ------
        ConfigError
        """
        if self.latest is None or round != self.latest:
            latest = "there was none yet" if self.latest is None else f"that is {self.latest!r}"
            given = "a result without a round's name" if round is None else f"round {round!r}"
            raise ConfigError(f"Only the latest round can be replaced: {latest}. Got {given} instead.")

    def _date_of(self, name: str) -> str | None:
        """Return the date of a round that is written down, else the first day of the month that it is named for."""
        dates = self._attendance.loc[self._attendance["round"] == name, "date"]
        if len(dates) and not is_missing(dates.iloc[0]):
            return str(dates.iloc[0])
        named = day_of(name)
        return None if named is None else str(named)

    def withdraw(self, round: str) -> dict[str, int]:
        """Take a round back, as if it had not been: to run it again, say.

        Parameters
        ----------
        round : str

        Returns
        -------
        dict
            How many rows of what were taken away: history, attendance.

        Raises
        ------
        ConfigError
            If there was no round of that name.
        """
        known = [name for name in self._known_rounds() if not is_missing(name)]
        if round not in known:
            raise ConfigError(
                f"There was no round {round!r}." + did_you_mean(str(round), list(map(str, known)))
            )
        met, took_part = self._history["round"] == round, self._attendance["round"] == round
        removed = {"history": int(met.sum()), "attendance": int(took_part.sum())}
        rounds = list(self._attendance["round"])
        was_last = bool(rounds) and rounds[-1] == round
        self._history = self._history[~met].reset_index(drop=True)
        self._attendance = self._attendance[~took_part].reset_index(drop=True)
        if was_last:
            self._weakest = held.weakest_of_last(self._attendance, self._history)
        return removed

    def _new_name(self, name: str | None) -> str:
        known = [value for value in self._known_rounds() if not is_missing(value)]
        if name is None:
            frame = pd.DataFrame({"round": known}, dtype=object)
            return following(str(round_order(frame)[-1])) if known else "round 1"
        if not isinstance(name, str) or not name.strip():
            raise ConfigError(must_be("run", "round", "a text that is not empty", name))
        if name in known:
            raise ConfigError(f"There was a round {name!r} already. Give this one another name with round=.")
        return name

    def _known_rounds(self) -> list[Any]:
        return list(dict.fromkeys([*self._history["round"], *self._attendance["round"]]))

    # ---- what is held about people ----------------------------------------------------------------------

    def dossier(self, id: Any) -> Dossier:
        """Return everything that is held about one person.

        Parameters
        ----------
        id : str or int
            As it came in, with its type. Somebody of whom nothing is held has an empty dossier.
        """
        key = key_of(id)
        rows = self._history[held.named(self._history, key, ("a", "b"))]
        partner = [b if key_of(a) == key else a for a, b in zip(rows["a"], rows["b"], strict=True)]
        partners = rows[["round", "date", "status"]].reset_index(drop=True)
        partners.insert(2, "partner", pd.Series(partner, dtype=object))
        attendance = self._attendance[held.named(self._attendance, key, ("id",))]
        lists = [
            (kind, name, rows if rows >= 0 else None)
            for kind, name, rows in held.listed_about(self._matcher, key)
        ]
        return Dossier(
            id,
            partners,
            attendance.drop(columns="id").reset_index(drop=True),
            pd.DataFrame(lists, columns=["kind", "name", "rows"], dtype=object),
        )

    def forget(self, id: Any) -> dict[str, int]:
        """Remove a person from everything held: history, attendance, and the matcher's own lists of pairs.

        Lists that stand in files of their own are not the programme's and stay as they are (`dossier` names them).
        Nobody knows afterwards whom the person met, so should they come back, they may meet the same people again.

        Parameters
        ----------
        id : str or int

        Returns
        -------
        dict
            How many rows of what were removed: history, attendance, lists.
        """
        key = key_of(id)
        met = held.named(self._history, key, ("a", "b"))
        took_part = held.named(self._attendance, key, ("id",))
        lists = sum(rows for _, _, rows in held.listed_about(self._matcher, key) if rows > 0)
        self._history = self._history[~met].reset_index(drop=True)
        self._attendance = self._attendance[~took_part].reset_index(drop=True)
        self._matcher = held.matcher_without(self._matcher, key)
        self._weakest = Turns((), self._weakest).without([id]).weakest
        return {"history": int(met.sum()), "attendance": int(took_part.sum()), "lists": lists}

    def retain(self, *, months: int, as_of: Any, undated: str = "refuse") -> dict[str, int]:
        """Drop what is older than so many months.

        Rules look only at what is left: pairs that are dropped may be made again.

        Parameters
        ----------
        months : int
        as_of : date or str
            The day to count back from; what happened on the day so many months before it stays.
        undated : {"refuse", "keep", "drop"}
            What happens to rows that have no date and whose round is not named for a month.

        Returns
        -------
        dict
            How many rows of what were dropped: history, attendance.

        Raises
        ------
        ConfigError
            For a wrong argument.
        InputError
            If rows are undated, and `undated` is "refuse".
        """
        try:
            check_count("retain", "months", months, at_least=0)
        except ValueError as error:
            raise ConfigError(str(error)) from None
        if undated not in ("refuse", "keep", "drop"):
            raise ConfigError(must_be("retain", "undated", "'refuse', 'keep' or 'drop'", undated))
        limit = held.months_before(as_of, months)
        old_pairs = held.older(self._history, "history", limit, undated)
        old_rows = held.older(self._attendance, "attendance", limit, undated)
        self._history = self._history[~old_pairs].reset_index(drop=True)
        self._attendance = self._attendance[~old_rows].reset_index(drop=True)
        if self._attendance.empty:
            self._weakest = ()
        return {"history": int(old_pairs.sum()), "attendance": int(old_rows.sum())}

    # ---- as data ----------------------------------------------------------------------------------------

    def to_dict(self) -> dict[str, Any]:
        """Return the programme as plain data that `from_dict` takes back.

        Raises
        ------
        ConfigError
            If the matcher cannot be written as data (a criterion of your own function).
        """
        return {
            "schema": saved.SCHEMA,
            "matcher": self._matcher.to_dict(),
            "protect": self._protect,
            "history": saved.table_to(self._history),
            "attendance": saved.table_to(self._attendance),
            "weakest": list(self._weakest),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Programme:
        """Build a programme from plain data.

        Raises
        ------
        InputError
            If the data is not a programme's; says what is wrong with it.
        """
        return cls._from_data(data, None)

    @classmethod
    def _from_data(cls, data: Any, matcher: PeerMatcher | None) -> Programme:
        parts = saved.checked(data)
        programme = cls(matcher or PeerMatcher.from_dict(parts["matcher"]), protect=parts["protect"])
        programme._history = saved.table_from(parts["history"], "history", held.HISTORY)
        programme._attendance = saved.table_from(parts["attendance"], "attendance", held.ATTENDANCE)
        saved.check_scores(programme._attendance)
        if not isinstance(parts["weakest"], list) or not all(map(saved.is_plain, parts["weakest"])):
            raise InputError(
                error_item("bad_programme", "'weakest' must be a list of ids.", column="weakest")
            )
        programme._weakest = tuple(parts["weakest"])
        return programme

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the programme to a JSON file, which appears whole or not at all.

        Raises
        ------
        ConfigError
            If the matcher cannot be written as data.
        OutputError
            If the file cannot be written.
        """
        return saved.write_json(path, self.to_dict())

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, matcher: PeerMatcher | None = None) -> Programme:
        """Read a programme that `save` wrote.

        Parameters
        ----------
        path : path
        matcher : PeerMatcher, optional
            What matters from now on, in place of the matcher that was saved.

        Raises
        ------
        InputError
            If the file cannot be read, or holds something else.
        """
        return cls._from_data(read_json(path, "programme", "bad_programme"), matcher)

    def __repr__(self) -> str:
        rounds = len(self._known_rounds())
        pairs = f"{len(self._history)} pairs"
        return one_line(f"Programme({rounds} round{'' if rounds == 1 else 's'}, {pairs}, {self._matcher!r})")

    def _repr_html_(self) -> str:
        run, earlier = self.rounds, len(self._known_rounds())
        rounds = frame_table(
            "The latest rounds",
            run.tail(ROWS),
            ["round", "date", "took_part", "pairs", "sat_out", "mean", "worst"],
        )
        head = f"Programme: {counted(earlier, 'round')}, {counted(len(self._history), 'pair')} so far"
        return card(head, rounds, criteria_table(self._matcher.criteria))
