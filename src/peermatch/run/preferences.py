"""People's own rankings: read from whatever form they come in, checked, and turned into lists of positions."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from peermatch.checks import nearest
from peermatch.cohort import Cohort
from peermatch.cohort.aside import is_missing
from peermatch.cohort.wording import LIMIT, capped, counted
from peermatch.criteria import EnforcedRule, Enforcement, Rule, Sides, key_of
from peermatch.criteria.sides import plain_text
from peermatch.criteria.tables import pair_table
from peermatch.errors import InputError, error_item
from peermatch.problem import FORBIDDEN, IntArray
from peermatch.scoring import StatedLists, StatedScores

if TYPE_CHECKING:
    from peermatch.criteria.program import ProgramWriter

__all__ = ["Preferences", "UnlistedMask", "read_preferences", "with_preferences"]

_CELLS = 1 << 21

_WHO, _WHOM = ("id", "a", "who"), ("candidate", "b", "preferred", "whom")
_ACCEPTED = (
    "a mapping {id: [ids, best first]}, a list of (id, preferred id) or (id, preferred id, rank), a table with the "
    "columns id, candidate and, if wanted, rank, or a path to one"
)
_NEAREST_AMONG = 20_000


@dataclass(frozen=True, eq=False)
class Preferences:
    """What people stated, in positions of those who take part.

    Attributes
    ----------
    left, right : StatedLists
        The same in one pool.
    dropped : int
        Listed people who came in and do not take part.
    """

    left: StatedLists
    right: StatedLists
    dropped: int


@dataclass(frozen=True)
class _Wish:
    """One line: who would have whom at what place, and where that was said."""

    who: Any
    whom: Any
    place: float
    row: int | None
    side: Any = None


def read_preferences(source: Any, everyone: tuple[Cohort, Cohort | None], sides: Sides) -> Preferences:
    """Read and check rankings.

    Parameters
    ----------
    source : mapping, list of tuples, table, or path
        See `peermatch.PeerMatcher.match`.
    everyone : (Cohort, Cohort or None)
        All who came in.
    sides : Sides
        Those who take part.

    Raises
    ------
    InputError
        ``unknown_id``, ``id_type``, ``lists_self``, ``listed_twice``, ``same_side``, ``ambiguous_id``, ``wrong_kind``:
        one item for each wrong line, up to ten.
    """
    wishes, owners = _wishes_of(source)
    desk = _Desk(everyone, sides)
    for owner in owners:
        desk.take_owner(_Wish(owner, None, 0.0, None))
    for wish in wishes:
        desk.take(wish)
    if desk.items:
        raise InputError(capped(desk.items[:LIMIT], len(desk.items), "lines"))
    left = desk.lists(0)
    return Preferences(left, desk.lists(1) if sides.two_sided else left, desk.dropped)


# ---- forms ----------------------------------------------------------------------------------------------


def _wishes_of(source: Any) -> tuple[list[_Wish], list[Any]]:
    """Return the lines, and who gave a list, be it an empty one."""
    if isinstance(source, Mapping):
        return [wish for owner, wishes in source.items() for wish in _from_list(owner, wishes)], list(source)
    if isinstance(source, list | tuple) and source and isinstance(source[0], list | tuple):
        return _from_tuples(source), []
    if isinstance(source, list | tuple) and not source:
        return [], []
    if isinstance(source, str | os.PathLike) or hasattr(source, "columns") or isinstance(source, list):
        return _from_table(source), []
    message = (
        f"The preferences parameter of match() must be {_ACCEPTED}. Got {type(source).__name__} instead."
    )
    raise InputError(error_item("wrong_kind", message, found=type(source).__name__, accepted=_ACCEPTED))


def _from_list(owner: Any, wishes: Any) -> Iterator[_Wish]:
    wishes = wishes.tolist() if isinstance(wishes, np.ndarray | pd.Series) else wishes
    if not isinstance(wishes, list | tuple):
        accepted = "a list of ids, best first; people whom one likes the same in a list of their own"
        message = f"The preferences of {owner!r} must be {accepted}. Got {wishes!r} instead."
        raise InputError(error_item("wrong_kind", message, id=owner, found=wishes, accepted=accepted))
    for place, group in enumerate(wishes, start=1):
        for whom in group if isinstance(group, list | tuple) else [group]:
            yield _Wish(owner, whom, float(place), None)


def _from_tuples(rows: Sequence[Any]) -> list[_Wish]:
    found, seen = [], dict[tuple[str, Any], int]()
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, list | tuple) or len(row) not in (2, 3):
            message = (
                f"Row {number} of preferences must be (id, preferred id) or (id, preferred id, rank). Got {row!r} "
                "instead."
            )
            raise InputError(
                error_item("wrong_kind", message, row=number, found=repr(row), accepted="two or three values")
            )
        seen[key_of(row[0])] = seen.get(key_of(row[0]), 0) + 1
        place = _place(row[2], number) if len(row) == 3 else float(seen[key_of(row[0])])
        found.append(_Wish(row[0], row[1], place, number))
    return found


def _from_table(source: Any) -> list[_Wish]:
    frame = pair_table(source, "preferences", _WHO, _WHOM)
    sides = frame["side"].tolist() if "side" in frame.columns else [None] * len(frame)
    ranks = frame["rank"].tolist() if "rank" in frame.columns else [None] * len(frame)
    found, seen = [], dict[Any, int]()
    rows = zip(frame["a"].tolist(), frame["b"].tolist(), ranks, sides, strict=True)
    for number, (who, whom, rank, side) in enumerate(rows, start=1):
        owner = (key_of(who), side)
        seen[owner] = seen.get(owner, 0) + 1
        place = _place(rank, number) if "rank" in frame.columns else float(seen[owner])
        found.append(_Wish(who, whom, place, number, side))
    return found


def _place(value: Any, row: int) -> float:
    try:
        place = float(value) if not isinstance(value, bool) else float("nan")
    except (TypeError, ValueError, OverflowError):
        place = float("nan")
    if place == place and abs(place) != float("inf"):
        return place
    accepted = "a number, 1 for the first; the same number for people whom one likes the same"
    message = f"Row {row} of preferences has {value!r} as rank. Accepted: {accepted}."
    raise InputError(
        error_item("wrong_kind", message, column="rank", row=row, found=value, accepted=accepted)
    )


# ---- who is meant ---------------------------------------------------------------------------------------


class _Desk:
    """Takes lines one by one, finds out who is meant, and keeps what is wrong."""

    def __init__(self, everyone: tuple[Cohort, Cohort | None], sides: Sides) -> None:
        self.sides = sides
        self.hands = (0, 1) if sides.two_sided else (0,)
        self.known = [
            {key_of(id) for id in cohort.ids.tolist()} if cohort is not None else set() for cohort in everyone
        ]
        self.cohorts = everyone
        self.items: list[dict[str, Any]] = []
        self.dropped = 0
        self.given = [np.zeros(size, dtype=np.bool_) for size in sides.shape]
        # of each hand: owner -> (place, position of the wish or -1 where they do not take part)
        self.wishes: list[dict[int, list[tuple[float, int]]]] = [{}, {}]
        self.said: dict[tuple[int, Any, Any], int | None] = {}
        self.texts: dict[str, Any] | None = None

    def take_owner(self, wish: _Wish) -> int | None:
        """Return the hand of who states something, and remember that they did."""
        id = self._written(wish.who)
        hands = [hand for hand in self.hands if key_of(id) in self.known[hand]]
        if wish.side is not None and self.sides.two_sided:
            hands = [hand for hand in hands if self.sides.names[hand] == wish.side]
        if not hands:
            self._unknown(wish, wish.who)
            return None
        if len(hands) > 1:
            names = " and ".join(repr(name) for name in self.sides.names)
            self._wrong(
                "ambiguous_id",
                wish,
                f"{id!r} is on both sides, {names}; a column 'side' says which one.",
                id,
                list(self.sides.names),
            )
            return None
        position = self._position(hands[0], id)
        if position is not None:
            self.given[hands[0]][position] = True
        return hands[0]

    def take(self, wish: _Wish) -> None:
        """Take one line."""
        if any(is_missing(cell) for cell in (wish.who, wish.whom) if not isinstance(cell, list | tuple)):
            self._wrong("empty_id", wish, "an id is missing.", None, "an id")
            return
        hand = self.take_owner(wish)
        if hand is None:
            return
        owner, whom = self._written(wish.who), self._written(wish.whom)
        other = 1 - hand if self.sides.two_sided else 0
        if key_of(whom) not in self.known[other]:
            if key_of(whom) in self.known[hand]:
                self._wrong(
                    "same_side",
                    wish,
                    f"{owner!r} lists {whom!r}, who is a {self.sides.names[hand]} as well.",
                    whom,
                    f"the id of a {self.sides.names[other]}",
                )
            else:
                self._unknown(wish, wish.whom)
            return
        if not self.sides.two_sided and key_of(whom) == key_of(owner):
            self._wrong("lists_self", wish, f"{owner!r} lists themselves.", whom, "other people")
            return
        self._note(hand, other, owner, whom, wish)

    def _note(self, hand: int, other: int, owner: Any, whom: Any, wish: _Wish) -> None:
        key = (hand, key_of(owner), key_of(whom))
        if key in self.said:
            earlier = f" (row {self.said[key]} says so already)" if self.said[key] is not None else ""
            self._wrong("listed_twice", wish, f"{owner!r} lists {whom!r} twice{earlier}.", whom, "each once")
            return
        self.said[key] = wish.row
        mine, theirs = self._position(hand, owner), self._position(other, whom)
        if mine is None:
            return
        self.dropped += theirs is None
        self.wishes[hand].setdefault(mine, []).append((wish.place, -1 if theirs is None else theirs))

    def lists(self, hand: int) -> StatedLists:
        """Return the lists of a side; ranks count everybody on the list as it was given."""
        rows: list[int] = []
        columns: list[int] = []
        ranks: list[int] = []
        for owner, wishes in self.wishes[hand].items():
            wishes.sort()
            better = 0
            for number, (place, whom) in enumerate(wishes):
                if number and place > wishes[number - 1][0]:
                    better = number
                if whom >= 0:
                    rows.append(owner)
                    columns.append(whom)
                    ranks.append(better + 1)
        shape = self.sides.shape if hand == 0 else self.sides.shape[::-1]
        arrays = [np.array(part, dtype=np.int64) for part in (rows, columns, ranks)]
        return StatedLists.of(shape[0], shape[1], arrays[0], arrays[1], arrays[2], self.given[hand])

    def _position(self, hand: int, id: Any) -> int | None:
        positions = self.sides.left_positions if hand == 0 else self.sides.right_positions
        return positions.get(key_of(id))

    def _written(self, id: Any) -> Any:
        """An id without the apostrophe that our own CSV files put before risky signs."""
        id = id.item() if isinstance(id, np.generic) else id
        if not isinstance(id, str) or id[:1] != "'" or self._knows(id):
            return id
        return id[1:] if self._knows(id[1:]) else id

    def _knows(self, id: Any) -> bool:
        return any(key_of(id) in known for known in self.known)

    # ---- what is wrong ----------------------------------------------------------------------------------

    def _unknown(self, wish: _Wish, id: Any) -> None:
        ids = [one for cohort in self.cohorts if cohort is not None for one in cohort.ids.tolist()]
        if self.texts is None:
            self.texts = {plain_text(one): one for one in ids}
        twin = self.texts.get(plain_text(id))
        if twin is not None and type(twin) is not type(id):
            self._wrong(
                "id_type",
                wish,
                f"nobody has the id {id!r}; written {twin!r} it would be someone's. Read both tables with ids of one "
                "type.",
                id,
                twin,
            )
            return
        near = nearest(id, ids[:_NEAREST_AMONG])
        hint = (
            f" Did you mean {near!r}?" if near is not None else f" Ids look like {ids[0]!r}." if ids else ""
        )
        self._wrong("unknown_id", wish, f"nobody has the id {id!r}.{hint}", id, near)

    def _wrong(self, code: str, wish: _Wish, what: str, found: Any, accepted: Any) -> None:
        where = (
            f"Row {wish.row} of preferences: " if wish.row is not None else f"Preferences of {wish.who!r}: "
        )
        found = found if isinstance(found, str | int | type(None)) else repr(found)
        self.items.append(
            error_item(code, where + what, row=wish.row, id=wish.who, found=found, accepted=accepted)
        )


@dataclass(frozen=True, eq=False)
class UnlistedMask:
    """A mask of pairs that rules allow and that one of the two does not want: they gave a list without the other.

    Parameters
    ----------
    stated : StatedScores
    """

    stated: StatedScores

    @property
    def compiles(self) -> bool:
        """Always False: it asks lists, which compiled code does not know."""
        return False

    def write(self, writer: ProgramWriter, row: npt.NDArray[Any]) -> None:
        """Never called, since it does not compile."""
        raise TypeError("Stated lists are looked up; compiled code cannot hold them.")

    def tile(self, rows: IntArray, columns: IntArray) -> npt.NDArray[np.bool_]:
        """Return True where the row's person may not have the column's."""
        if len(columns) == self.stated.shape[1]:
            return self.stated.refused(rows)[:, columns]
        u, v = np.repeat(rows, len(columns)), np.tile(columns, len(rows))
        return self.pairs(u, v).reshape(len(rows), len(columns))

    def pairs(self, u: IntArray, v: IntArray) -> npt.NDArray[np.bool_]:
        """Return True where row u[i] may not have column v[i]."""
        return self.stated.refused_at(u, v)

    def take(self, left: IntArray, right: IntArray) -> UnlistedMask:
        """Return the same mask for these rows and columns."""
        return UnlistedMask(self.stated.take(left, right))

    def count(self) -> int:
        """Count the pairs that rules allow and this does not, by one look at all of them."""
        rows, columns = self.stated.shape
        step = max(1, _CELLS // max(1, columns))
        total = 0
        for start in range(0, rows, step):
            some = np.arange(start, min(rows, start + step), dtype=np.int64)
            allowed = self.stated.base.block(some) != FORBIDDEN
            total += int(np.count_nonzero(allowed & self.stated.refused(some)))
        return total if self.stated.two_sided else total // 2


def with_preferences(
    enforcement: Enforcement, stated: StatedScores, preferences: Preferences, sides: Sides
) -> Enforcement:
    """Return the rules with one more: what people stated, with a note on how many did."""
    mask = UnlistedMask(stated) if stated.only_listed else None
    lists = [preferences.left, preferences.right] if sides.two_sided else [preferences.left]
    forbidden = 0
    for hand, of_side in enumerate(lists):
        u, v = (of_side.owner, of_side.column) if hand == 0 else (of_side.column, of_side.owner)
        forbidden += int(np.count_nonzero(stated.base.at(u, v) == FORBIDDEN))
    note = said_of(preferences, sides, forbidden, stated.only_listed)
    removed = 0 if mask is None else mask.count()
    rule = EnforcedRule(Rule("preferences", "preferences"), mask, removed, note)
    return replace(enforcement, rules=(*enforcement.rules, rule))


def said_of(preferences: Preferences, sides: Sides, forbidden: int, only_listed: bool) -> str:
    """Return a note for the table of rules: how many lists there are, and what became of them.

    Nobody is named: whom a rule forbids may be a private matter.
    """
    parts = []
    hands: list[tuple[npt.NDArray[np.bool_], StatedLists, str]] = [
        (preferences.left.given, preferences.left, sides.names[0])
    ]
    if sides.two_sided:
        hands.append((preferences.right.given, preferences.right, sides.names[1]))
    for given, lists, name in hands:
        whose = f" on the {name} side" if sides.two_sided else ""
        parts.append(
            f"{int(given.sum()):,} of {counted(len(given), 'person', 'people')}{whose} gave a list, of "
            f"{counted(len(lists.column), 'name')} in all"
        )
    if preferences.dropped:
        parts.append(f"{counted(preferences.dropped, 'listed name')} of people who do not take part")
    if forbidden:
        parts.append(f"{counted(forbidden, 'listed name')} of people with whom rules allow no pair")
    parts.append("nobody else is accepted" if only_listed else "everybody else comes after, by utility")
    return "; ".join(parts)
