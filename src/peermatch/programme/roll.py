"""Who is in a draft, and in which pairs: ids as people write them become pairs of it, or an error in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from peermatch.checks import must_be, nearest
from peermatch.criteria import key_of
from peermatch.criteria.sides import plain_text
from peermatch.errors import ConfigError, InputError, error_item
from peermatch.programme.edits import Pair, pair_key
from peermatch.run import Snapshot
from peermatch.run.snapshot import id_order

__all__ = ["BAD_DRAFT", "Roll", "is_pair"]

BAD_DRAFT = "bad_draft"


def is_pair(one: Any) -> bool:
    """Return whether this means a pair and not an id.

    Examples
    --------
    >>> is_pair(("ada", "bo")), is_pair("ada")
    (True, False)
    """
    return isinstance(one, tuple | list) and len(one) == 2


@dataclass(frozen=True, eq=False)
class Roll:
    """The people and the pairs of a draft."""

    snapshot: Snapshot

    def knows(self, id: Any) -> bool:
        """Return whether somebody in the draft has this id."""
        people = self.snapshot.people or {}
        return any((hand, key_of(id)) in people for hand in (0, 1))

    def person(self, id: Any) -> Any:
        """Return an id that somebody here has.

        Raises
        ------
        InputError
            If nobody has it, with the one that is probably meant.
        """
        if self.knows(id):
            return id
        known = [one for one, _ in (self.snapshot.people or {}).values()]
        twin = next((one for one in known if plain_text(one) == plain_text(id)), None)
        near = nearest(id, known)
        if twin is not None:
            hint = f" Did you mean {twin!r}?"
        elif near is not None:
            hint = f" Did you mean {near!r}?"
        else:
            hint = f" Ids look like {known[0]!r}." if known else ""
        message = f"Nobody in this draft has the id {id!r}.{hint}"
        raise InputError(error_item("unknown_id", message, id=str(id), found=str(id)))

    def pair(self, pair: Any) -> Pair:
        """Return two people of the draft: the left side's first; in one pool in the order of ids.

        Raises
        ------
        InputError
            If they are not here, on the same side, or one person.
        """
        if not is_pair(pair):
            raise ConfigError(must_be("Draft", "pair", "two ids, such as ('ada', 'bo')", pair))
        return self.ordered((self.person(pair[0]), self.person(pair[1])))

    def ordered(self, pair: Pair) -> Pair:
        """Return two people in the order in which pairs are written."""
        a, b = pair
        if not self.snapshot.two_sided:
            if key_of(a) == key_of(b):
                raise InputError(error_item(BAD_DRAFT, f"{a!r} cannot be paired with themselves."))
            return (a, b) if id_order(key_of(a)) <= id_order(key_of(b)) else (b, a)
        people = self.snapshot.people or {}
        if (0, key_of(a)) in people and (1, key_of(b)) in people:
            return a, b
        if (0, key_of(b)) in people and (1, key_of(a)) in people:
            return b, a
        raise InputError(error_item(BAD_DRAFT, f"{a!r} and {b!r} are on the same side."))

    @property
    def all_pairs(self) -> list[Pair]:
        """The pairs of the draft."""
        return [self.ordered((a, b)) for a, b, _ in self.snapshot.pairs]

    def made(self, what: Iterable[Any]) -> list[Pair]:
        """Return pairs of the draft that are named, or in which people stand who are named.

        Raises
        ------
        InputError
            If there is no such pair.
        """
        there = {pair_key(pair): pair for pair in self.all_pairs}
        found: dict[Any, Pair] = {}
        for one in what:
            if is_pair(one):
                hits = [key for key in (pair_key(self.pair(one)),) if key in there]
            else:
                person = key_of(self.person(one))
                hits = [key for key in there if person in key]
            if not hits:
                raise InputError(error_item(BAD_DRAFT, f"There is no pair of {one!r} in this draft."))
            found.update({key: there[key] for key in hits})
        return list(found.values())

    def swapped(self, pair: Any) -> list[Pair]:
        """Return the two pairs that there are once two people have exchanged their partners.

        Raises
        ------
        ConfigError
            If they are not two people of two pairs, with one partner each.
        """
        if not is_pair(pair):
            raise ConfigError(must_be("cost()", "swap", "two ids", pair))
        mine, theirs = (self.made([id]) for id in pair)
        if len(mine) != 1 or len(theirs) != 1 or mine == theirs:
            raise ConfigError("cost(swap=) takes two people of two pairs, who have one partner each.")
        first, second = (
            next(other for other in made[0] if key_of(other) != key_of(id))
            for id, made in zip(pair, (mine, theirs), strict=True)
        )
        return [self.pair((pair[0], second)), self.pair((pair[1], first))]
