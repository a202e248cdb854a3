"""Draft: a pairing that people look at and change by hand, before it becomes the round's."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from peermatch.checks import must_be
from peermatch.cohort.display import card, frame_table, paragraph
from peermatch.criteria import forbid, key_of
from peermatch.errors import ConfigError, InfeasibleError, InputError, error_item
from peermatch.matcher import PeerMatcher
from peermatch.pairing import Pairing
from peermatch.problem import Control
from peermatch.programme import drafted
from peermatch.programme.edit_cost import EditCost, cost_of
from peermatch.programme.edits import ACCEPTED, REJECTED, REQUIRED, Edits, Pair, pair_key
from peermatch.programme.roll import BAD_DRAFT, Roll, is_pair
from peermatch.report import read_json, typed_id
from peermatch.run import Snapshot
from peermatch.run.arguments import check_occasion, day_of
from peermatch.run.request import Request

__all__ = ["Draft"]


class Draft:
    """A pairing to be looked at: accept some pairs, rule others out, set people aside, and solve the rest again.

    A draft is a ledger like `Programme`: its edits change it, `solve` makes a new best pairing around them. Edits that
    contradict each other are refused when they are made, with the two that collide. It can be saved and loaded; a file
    holds ids, pairs, scores and edits, and no profiles.

    Examples
    --------
    >>> import peermatch as pm
    >>> matcher = pm.PeerMatcher("id", [pm.near("years", scale=3)])
    >>> people = [{"id": name, "years": years} for name, years in [("ada", 1), ("bo", 2), ("cy", 4), ("di", 9)]]
    >>> draft = pm.Draft.of(matcher, matcher.match(people))
    >>> print(draft.cost(require=("bo", "cy")))
    Requiring 'bo' and 'cy' costs 0.349 of the total (at least 0.024, by the proof alone); 4 people get other partners.
    >>> draft.require("bo", "cy", who="cy's manager", why="they start a project")
    >>> draft.solve().pairs[["a", "b"]].values.tolist()
    [['ada', 'di'], ['bo', 'cy']]
    >>> draft.edits[["edit", "who"]].values.tolist()
    [['require', "cy's manager"]]
    """

    def __init__(self, matcher: PeerMatcher, snapshot: Snapshot, occasion: Mapping[str, Any]) -> None:
        if matcher.odd != "sit_out":
            raise ConfigError(
                f"A draft holds pairs, and this matcher has odd={matcher.odd!r}. Use odd='sit_out' while editing, and "
                "match with the accepted pairs as locks= afterwards."
            )
        self._matcher, self._snapshot, self._occasion = matcher, snapshot, dict(occasion)
        self._pairing: Pairing | None = None
        self._edits, self._log = Edits.none(), list[dict[str, Any]]()
        self._stays: list[Pair] = []  # what an update kept
        self._stale = True

    @classmethod
    def of(cls, matcher: PeerMatcher, pairing: Pairing, *, org: Any = None, history: Any = None) -> Draft:
        """Begin a draft with a pairing. Its locks are required pairs of the draft, who was set aside still is.

        Who went first goes first here too.

        Parameters
        ----------
        matcher : PeerMatcher
            That made the pairing.
        pairing : Pairing
        org, history : table or path, optional
            As the pairing was made with: `solve` needs them again.

        Raises
        ------
        ConfigError
            If the matcher is another one, or people stated preferences.
        """
        if not isinstance(matcher, PeerMatcher):
            raise ConfigError(must_be("Draft.of", "matcher", "a PeerMatcher", matcher))
        if not isinstance(pairing, Pairing):
            raise ConfigError(must_be("Draft.of", "pairing", "a Pairing", pairing))
        drafted.check_same_matcher(matcher, pairing)
        cohorts, aside = drafted.people_of(pairing)
        occasion = {
            "people": cohorts[0],
            "others": cohorts[1],
            "role": None,
            "org": org,
            "history": history,
            "round": pairing.round,
            "as_of": pairing.settings.get("as_of"),
            "fitted": pairing,
            "first": drafted.first_of(pairing),
        }
        draft = cls(matcher, Snapshot.of(pairing, "pairing"), occasion)
        draft._stays = drafted.stays_of(pairing)
        draft._edits = draft._with(drafted.locked(pairing), REQUIRED).with_aside(aside)
        draft._pairing, draft._stale = pairing, False
        return draft

    # ---- what there is ----------------------------------------------------------------------------------

    @property
    def pairs(self) -> pd.DataFrame:
        """The pairs as they are: a, b (or the names of the sides), score, state ("open", "accepted" or "required")."""
        states, roll = (
            {key: state for key, (_, state) in self._edits.pairs.items() if state != REJECTED},
            self._roll,
        )
        rows = [
            (a, b, score, states.get(pair_key(roll.ordered((a, b))), "open"))
            for a, b, score in self._snapshot.pairs
        ]
        return pd.DataFrame(rows, columns=[*self._snapshot.names, "score", "state"], dtype=object)

    @property
    def edits(self) -> pd.DataFrame:
        """What was done, in order: edit, ids, who, why."""
        return pd.DataFrame(self._log, columns=["edit", "ids", "who", "why"], dtype=object)

    @property
    def accepted(self) -> list[Pair]:
        """The pairs that stay."""
        return self._edits.of_state(ACCEPTED)

    @property
    def required(self) -> list[Pair]:
        """The pairs that are demanded."""
        return self._edits.of_state(REQUIRED)

    @property
    def rejected(self) -> list[Pair]:
        """The pairs that are ruled out."""
        return self._edits.of_state(REJECTED)

    @property
    def aside(self) -> list[Any]:
        """The people who are set aside."""
        return list(self._edits.set_aside.values())

    @property
    def pairing(self) -> Pairing | None:
        """The last pairing that was solved; None for a draft that was loaded and not solved yet."""
        return self._pairing

    @property
    def round(self) -> str | None:
        """The name of the round."""
        return self._snapshot.round

    def knows(self, id: Any) -> bool:
        """Return whether somebody in the draft has this id."""
        return self._roll.knows(id)

    @property
    def stale(self) -> bool:
        """Whether edits were made that the pairs do not show yet: `solve` brings them in."""
        return self._stale

    def __repr__(self) -> str:
        held, people = len(self._edits.held), len(self._edits.set_aside)
        state = ", to be solved" if self._stale else ""
        pairs = f"{len(self._snapshot.pairs)} pairs, {held} fixed, {len(self.rejected)} rejected"
        return f"Draft({pairs}, {people} set aside{state})"

    def _repr_html_(self) -> str:
        names = self._snapshot.names
        pairs = frame_table("Pairs as they are", self.pairs, ids=names, noun="pair")
        edits = frame_table("What was done", self.edits, noun="edit")
        note = (
            "Edits were made that the pairs do not show yet: solve() brings them in." if self._stale else ""
        )
        return card(repr(self)[len("Draft(") : -1], paragraph(note), pairs, edits)

    # ---- edits ------------------------------------------------------------------------------------------

    def accept(self, *what: Any, who: str | None = None, why: str | None = None) -> None:
        """Keep pairs as they are.

        Parameters
        ----------
        *what : (id, id), or id
            Pairs of the draft, or people whose pairs are meant; nothing: all pairs that no earlier edit stands against.
        who, why : str, optional
            For the record.

        Raises
        ------
        InputError
            If there is no such pair in the draft.
        InfeasibleError
            If it contradicts an earlier edit.
        """
        pairs = self._roll.made(what) if what else self._undecided()
        self._decide("accept", pairs, ACCEPTED, who, why)

    def reject(self, *what: Any, who: str | None = None, why: str | None = None) -> None:
        """Rule pairs out; of people, the pairs that they have in the draft. See `accept`."""
        if not what:
            raise ConfigError("reject() needs pairs, or people whose pairs are meant.")
        listed = [self._roll.pair(one) if is_pair(one) else one for one in what]
        pairs = [one for one in listed if is_pair(one)]
        pairs += self._roll.made([one for one in listed if not is_pair(one)])
        self._decide("reject", pairs, REJECTED, who, why)

    def require(self, a: Any, b: Any, *, who: str | None = None, why: str | None = None) -> None:
        """Demand a pair, whether or not it is in the draft. See `accept`."""
        self._decide("require", [self._roll.pair((a, b))], REQUIRED, who, why)

    def set_aside(self, *ids: Any, who: str | None = None, why: str | None = None) -> None:
        """Let people sit this round out. See `accept`."""
        if not ids:
            raise ConfigError("set_aside() needs ids.")
        _check_words("set_aside", who, why)
        known = [self._roll.person(id) for id in ids]
        self._edits = self._edits.with_aside(known)
        self._write("set_aside", known, who, why)

    def take_back(self, *what: Any, who: str | None = None, why: str | None = None) -> None:
        """Undo what was decided about pairs, or about people who were set aside.

        Raises
        ------
        InputError
            If nothing was decided about them.
        """
        _check_words("take_back", who, why)
        for one in what:
            key = pair_key(self._roll.pair(one)) if is_pair(one) else key_of(one)
            edits = self._edits.without(key)
            if edits is None:
                raise InputError(
                    error_item(BAD_DRAFT, f"Nothing was decided about {one!r}, so nothing can be taken back.")
                )
            self._edits = edits
            self._write("take_back", list(one) if is_pair(one) else [one], who, why)

    def cost(
        self,
        *,
        require: Pair | None = None,
        reject: Any = None,
        set_aside: Any = None,
        swap: Pair | None = None,
        exact: bool = True,
        time_limit: float | None = None,
    ) -> EditCost:
        """Say what an edit would cost, before it is made.

        Parameters
        ----------
        require : (id, id), optional
            Making this pair.
        reject : (id, id) or id, optional
            Ruling a pair out, or the pair that somebody has.
        set_aside : id, optional
            Somebody sits out.
        swap : (id, id), optional
            These two exchange their partners.
        exact : bool, default True
            Solve with the edit, which says what it costs and whose partners change. Otherwise only what it costs at
            least is said: that is known at once, from the proof of the pairing.
        time_limit : float, optional
            Seconds for that.

        Returns
        -------
        EditCost
            `.at_least`, `.lost`, `.pairs_lost`, `.changes`, `.text`.

        Raises
        ------
        ConfigError
            If it is not exactly one edit.
        InfeasibleError
            If the edit contradicts an earlier one, or a rule.
        """
        given = {
            name: value
            for name, value in (
                ("require", require),
                ("reject", reject),
                ("set_aside", set_aside),
                ("swap", swap),
            )
            if value is not None
        }
        if len(given) != 1:
            raise ConfigError("cost() takes exactly one of require=, reject=, set_aside= and swap=.")
        unseen = self._copy() if self._pairing is None else None  # its pairs are those that people look at
        pairing = self._current()
        (name, value), trial = next(iter(given.items())), self._copy()
        if name == "require":
            pairs = [self._roll.pair(value)]
            trial.require(*pairs[0])
        elif name == "reject":
            pairs = [self._roll.pair(value)] if is_pair(value) else self._roll.made([value])
            trial.reject(*pairs)
        elif name == "set_aside":
            pairs = []
            trial.set_aside(value)
        else:
            pairs = self._roll.swapped(value)
            for pair in pairs:
                trial.require(*pair)
        solved = trial.solve(time_limit=time_limit) if exact else None
        return cost_of(name, pairs, value, pairing, solved, hand=unseen, bounded=not self._stays)

    # ---- solving ----------------------------------------------------------------------------------------

    def solve(
        self,
        *,
        progress: Callable[[str, int, int], None] | None = None,
        cancel: Callable[[], bool] | None = None,
        time_limit: float | None = None,
    ) -> Pairing:
        """Find the best pairing around the pairs that stay or are demanded: exact, like every match.

        Of equally good ones it is the one that keeps most of the pairs in hand (with the objectives "everyone_first"
        and "best_total"). Who went first still does, and what an update kept stays where no edit stands against it.

        Raises
        ------
        InfeasibleError
            If the edits contradict a rule, or each other; nothing is changed then.
        """
        rejected = [pair for pair in self.rejected if all(self._roll.knows(id) for id in pair)]
        matcher = self._matcher
        if rejected:
            rules = [*matcher.rules, forbid(rejected, name=drafted.rule_name(matcher))]
            matcher = replace(matcher, rules=rules)
        occasion = self._occasion
        check_occasion("solve()", occasion["fitted"], occasion["round"], progress, cancel, time_limit)
        request = Request(
            **{
                **occasion,
                "fitted": getattr(occasion["fitted"], "fitted", None),
                "first": occasion["first"] or None,
                "as_of": None if occasion["as_of"] is None else day_of(occasion["as_of"], "solve()"),
            },
            locks=self._edits.held or None,
            set_aside=self.aside or None,
            near=[(a, b) for a, b, _ in self._snapshot.pairs],
            control=Control(progress=progress, cancel=cancel, time_limit=time_limit),
        )
        pairing = drafted.solved(matcher, request, self._staying())
        self._pairing, self._stale = pairing, False
        self._snapshot = Snapshot.of(pairing, "pairing")
        if self._occasion.get("fitted") is None:
            self._occasion["fitted"] = pairing
        return pairing

    # ---- files ------------------------------------------------------------------------------------------

    def to_dict(self) -> dict[str, Any]:
        """Return the draft as plain data: ``{"schema": "peermatch/draft/1", ...}``, ids with their types."""
        return drafted.to_data(self._snapshot, self._occasion, self._edits, self._log, self._stays)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the draft to a JSON file, which appears whole or not at all.

        Raises
        ------
        OutputError
            If it cannot be written.
        """
        return drafted.write(path, self.to_dict())

    @classmethod
    def from_dict(
        cls,
        data: Mapping[str, Any],
        matcher: PeerMatcher,
        people: Any,
        others: Any = None,
        *,
        role: str | None = None,
        org: Any = None,
        history: Any = None,
        as_of: Any = None,
        first: Any = None,
    ) -> Draft:
        """Go on with a draft: see `load`."""
        if not isinstance(matcher, PeerMatcher):
            raise ConfigError(must_be("Draft.load", "matcher", "a PeerMatcher", matcher))
        saved = drafted.from_data(data, two_sided=matcher.sides is not None)
        occasion = {
            "people": people,
            "others": others,
            "role": role,
            "org": org,
            "history": history,
            "round": saved.snapshot.round,
            "as_of": saved.as_of if as_of is None else as_of,
            "fitted": None,
            "first": saved.first if first is None else first,
        }
        draft = cls(matcher, saved.snapshot, occasion)
        draft._stays = saved.stays
        for state in (ACCEPTED, REQUIRED, REJECTED):
            pairs = [draft._roll.pair(pair) for pair in saved.pairs[state]]
            draft._edits = draft._with(pairs, state)
        draft._edits = draft._edits.with_aside([draft._roll.person(id) for id in saved.set_aside])
        draft._log = saved.log
        return draft

    @classmethod
    def load(cls, path: str | os.PathLike[str], matcher: PeerMatcher, people: Any, **options: Any) -> Draft:
        """Read a draft that `save` wrote, to go on with the people of today.

        Parameters
        ----------
        path : path
            Or the ``result.json`` of a pairing (or the folder it is in), of which nothing is decided yet.
        matcher : PeerMatcher
            What matters is not in the file.
        people : table or path
            Profiles are not in the file either.
        **options
            others, role, org, history, as_of and first, as in `PeerMatcher.match`.

        Raises
        ------
        InputError
            If it cannot be read, or is no draft.
        """
        path = Path(path)
        path = path / "result.json" if path.is_dir() else path
        return cls.from_dict(read_json(path, "draft", BAD_DRAFT), matcher, people, **options)

    # ---- inside -----------------------------------------------------------------------------------------

    @property
    def _roll(self) -> Roll:
        return Roll(self._snapshot)

    @property
    def _one_place(self) -> tuple[bool, bool]:
        """Whether nobody on the left, and on the right, can have several places."""
        capacity, sides = self._matcher.capacity or {}, self._matcher.sides
        if sides is None:
            return True, True
        left, right = (capacity.get(name, 1) == 1 for name in sides)
        return left, right

    def _decide(self, edit: str, pairs: list[Pair], state: str, who: str | None, why: str | None) -> None:
        _check_words(edit, who, why)
        self._edits = self._with(pairs, state)
        for pair in pairs:
            self._write(edit, list(pair), who, why)

    def _with(self, pairs: list[Pair], state: str) -> Edits:
        one_pool = self._matcher.sides is None
        return self._edits.with_pairs(pairs, state, one_place=self._one_place, one_pool=one_pool)

    def _write(self, edit: str, ids: Iterable[Any], who: str | None, why: str | None) -> None:
        self._log.append({"edit": edit, "ids": list(ids), "who": who, "why": why})
        self._stale = self._stale or edit != "accept"

    def _copy(self) -> Draft:
        draft = Draft(self._matcher, self._snapshot, self._occasion)
        draft._pairing, draft._edits, draft._stale = self._pairing, self._edits, self._stale
        draft._stays = self._stays
        return draft

    def _undecided(self) -> list[Pair]:
        """Return the pairs of the draft that could still be accepted."""
        found = []
        for pair in self._roll.all_pairs:
            with contextlib.suppress(InfeasibleError):
                self._with([pair], ACCEPTED)
                found.append(pair)
        return found

    def _staying(self) -> dict[str, Any] | None:
        """Return what an update kept, as an earlier result of which everything is to be kept; None: nothing was."""
        moved = {
            key for pair in self._edits.held if pair not in self._roll.all_pairs for key in map(key_of, pair)
        }
        stays = [pair for pair in self._stays if moved.isdisjoint(map(key_of, pair))]
        if not stays:
            return None
        rows = [{"a": typed_id(a), "b": typed_id(b)} for a, b in stays]
        return {**self.to_dict(), "pairs": rows}

    def _current(self) -> Pairing:
        return self.solve() if self._stale or self._pairing is None else self._pairing


def _check_words(edit: str, who: Any, why: Any) -> None:
    """Refuse what is no text before anything is changed."""
    for parameter, value in (("who", who), ("why", why)):
        if value is not None and not isinstance(value, str):
            raise ConfigError(must_be(edit, parameter, "a text", value))
