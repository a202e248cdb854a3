"""What somebody decided about a draft: pairs that stay, pairs that are demanded or ruled out, people set aside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from peermatch.criteria import key_of
from peermatch.errors import InfeasibleError

__all__ = ["ACCEPTED", "REJECTED", "REQUIRED", "Edits", "Pair", "PairKey", "pair_key"]

ACCEPTED, REQUIRED, REJECTED = "accepted", "required", "rejected"

Pair = tuple[Any, Any]
PairKey = tuple[tuple[str, Any], tuple[str, Any]]


def pair_key(pair: Pair) -> PairKey:
    """Return a pair with the types of its ids."""
    return key_of(pair[0]), key_of(pair[1])


@dataclass(frozen=True)
class Edits:
    """Decisions, free of contradictions as far as they can be told without the people.

    Attributes
    ----------
    pairs : mapping of typed pair to (pair, state)
        On two sides the left side's person first; in one pool whichever stands first in the order of ids.
    set_aside : mapping of typed id to id
    """

    pairs: Mapping[PairKey, tuple[Pair, str]]
    set_aside: Mapping[tuple[str, Any], Any]

    @classmethod
    def none(cls) -> Edits:
        """Nothing is decided."""
        return cls({}, {})

    def of_state(self, *states: str) -> list[Pair]:
        """Return the pairs in these states."""
        return [pair for pair, state in self.pairs.values() if state in states]

    @property
    def held(self) -> list[Pair]:
        """The pairs that are made in any case."""
        return self.of_state(ACCEPTED, REQUIRED)

    def with_pairs(
        self, pairs: Iterable[Pair], state: str, *, one_place: tuple[bool, bool], one_pool: bool
    ) -> Edits:
        """Return these decisions and more.

        Parameters
        ----------
        pairs : iterable of pairs
        state : {"accepted", "required", "rejected"}
        one_place : (bool, bool)
            Whether nobody on the left, and on the right, has more than one place.
        one_pool : bool
            Whether there are no sides: on two of them, somebody may stand in a pair of each.

        Raises
        ------
        InfeasibleError
            If they contradict what was decided before: the two that collide are its conflict.
        """
        decided = dict(self.pairs)
        for pair in pairs:
            key = pair_key(pair)
            before = decided.get(key)
            if before is not None and REJECTED in (before[1], state) and before[1] != state:
                raise _conflict(
                    f"The pair {_names(pair)} is {before[1]} already.", (before[1], pair), (state, pair)
                )
            if state != REJECTED:
                self._refuse_aside(pair, state)
                _refuse_second(decided, pair, state, one_place, one_pool=one_pool)
            decided[key] = (pair, state)
        return replace(self, pairs=decided)

    def with_aside(self, ids: Iterable[Any]) -> Edits:
        """Return these decisions, with more people set aside."""
        aside = dict(self.set_aside)
        for id in ids:
            for pair in self.held:
                if key_of(id) in pair_key(pair):
                    state = self.pairs[pair_key(pair)][1]
                    message = f"{id!r} stands in the pair {_names(pair)}, which is {state}."
                    raise _conflict(message, (state, pair), ("set_aside", (id,)))
            aside[key_of(id)] = id
        return replace(self, set_aside=aside)

    def without(self, key: Any) -> Edits | None:
        """Return these decisions without that about a typed pair or a typed id; None where there is none."""
        if key in self.pairs:
            return replace(self, pairs={pair: value for pair, value in self.pairs.items() if pair != key})
        if key in self.set_aside:
            return replace(self, set_aside={one: id for one, id in self.set_aside.items() if one != key})
        return None

    def _refuse_aside(self, pair: Pair, state: str) -> None:
        for id in pair:
            if key_of(id) in self.set_aside:
                raise _conflict(
                    f"{id!r} is set aside, so the pair {_names(pair)} cannot be {state}.",
                    ("set_aside", (id,)),
                    (state, pair),
                )


def _refuse_second(
    decided: Mapping[PairKey, tuple[Pair, str]],
    pair: Pair,
    state: str,
    one_place: tuple[bool, bool],
    *,
    one_pool: bool,
) -> None:
    """Nobody with one place stands in two pairs that are made in any case."""
    for other, earlier in decided.values():
        if earlier == REJECTED or pair_key(other) == pair_key(pair):
            continue
        for hand, id in enumerate(pair):
            there = other if one_pool else other[hand : hand + 1]
            if one_place[hand] and key_of(id) in map(key_of, there):
                raise _conflict(
                    f"{id!r} stands in the pair {_names(other)}, which is {earlier}, and cannot stand in "
                    f"{_names(pair)} too. Take that back first.",
                    (earlier, other),
                    (state, pair),
                )


def _conflict(message: str, *parts: tuple[str, tuple[Any, ...]]) -> InfeasibleError:
    return InfeasibleError(message, [{"rule": rule, "ids": list(ids)} for rule, ids in parts])


def _names(pair: Pair) -> str:
    return f"{pair[0]!r} and {pair[1]!r}"
