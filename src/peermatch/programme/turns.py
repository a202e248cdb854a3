"""Whose turn it is: who sat out before, or had the weakest pair last time, goes first this time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from peermatch.cohort.display import ROWS, card, table
from peermatch.cohort.wording import counted
from peermatch.criteria import Sides, key_of
from peermatch.pairing import Pairing, SavedResult
from peermatch.problem import IntArray

__all__ = ["Turns", "alone_in", "sat_out", "weakest", "weakest_of"]

_LAST_TIME = 9
"""More than for any number of earlier times: nobody sits out twice in a row where that can be helped."""


@dataclass(frozen=True, repr=False)
class Turns:
    """Who sat out in which earlier round, and who had the weakest pair of the last one.

    Attributes
    ----------
    sat_out : tuple of tuple of id
        For each round, earliest first.
    weakest : tuple of id
        The two people of the last round's weakest pair.

    Examples
    --------
    >>> Turns((("ada",), ("bo",), ("ada", "cy"))).first()
    {'ada': 9, 'bo': 1, 'cy': 9}
    """

    sat_out: tuple[tuple[Any, ...], ...] = ()
    weakest: tuple[Any, ...] = ()

    def __repr__(self) -> str:
        people = len({id for ids in self.sat_out for id in ids})
        return f"Turns({counted(len(self.sat_out), 'round')}, {counted(people, 'person', 'people')} sat out)"

    def _repr_html_(self) -> str:
        rows = [[str(id), str(count)] for id, count in self.first().items() if count]
        shown = table(
            "Who goes first",
            ["id", "how much"],
            rows[:ROWS],
            numbers=[1],
            more=len(rows) - ROWS,
            noun="person",
            nouns="people",
        )
        return card(repr(self)[len("Turns(") : -1], shown)

    def first(self) -> dict[Any, int]:
        """Return how much each person goes first: 9 who sat out last time; else how often they sat out, 8 at most.

        The people of the last round's weakest pair count as if they had sat out once. Whoever is not here: 0.
        """
        times = Counter(id for ids in self.sat_out for id in ids)
        first = {id: min(count, _LAST_TIME - 1) for id, count in times.items()}
        first.update({id: max(1, first.get(id, 0)) for id in self.weakest})
        first.update(dict.fromkeys(self.sat_out[-1] if self.sat_out else (), _LAST_TIME))
        return first

    def after(self, pairing: Pairing) -> Turns:
        """Return the turns once this round is over."""
        return self.then(sat_out(pairing), weakest(pairing))

    def then(self, alone: tuple[Any, ...], weakest: tuple[Any, ...]) -> Turns:
        """Return the turns once a round is over in which these sat out, and these had the weakest pair."""
        return Turns((*self.sat_out, alone), weakest)

    def without(self, ids: Iterable[Any]) -> Turns:
        """Return the turns without some people."""
        gone = {key_of(id) for id in ids}

        def kept(some: tuple[Any, ...]) -> tuple[Any, ...]:
            return tuple(id for id in some if key_of(id) not in gone)

        return Turns(tuple(map(kept, self.sat_out)), kept(self.weakest))


def sat_out(pairing: Pairing) -> tuple[Any, ...]:
    """Return the ids of those who took part and have no partner, left side first."""
    return alone_in(pairing.sides, pairing.matching.pairs)


def weakest(pairing: Pairing | SavedResult) -> tuple[Any, ...]:
    """Return the ids of the pair with the lowest score, the first of several; none where there is no pair."""
    if isinstance(pairing, SavedResult):
        made, (first, second) = pairing.pairs, pairing.side_names
        at = int(made["score"].to_numpy().argmin()) if len(made) else None
        return () if at is None else (made[first].tolist()[at], made[second].tolist()[at])
    pairs = pairing.matching.pairs
    return weakest_of(pairing.sides, pairs, pairing.scores.at(pairs[:, 0], pairs[:, 1]))


def alone_in(sides: Sides, pairs: IntArray) -> tuple[Any, ...]:
    """Return the ids of those who stand in none of these pairs."""
    if not sides.two_sided:
        return tuple(sides.left.ids[np.setdiff1d(np.arange(len(sides.left.ids)), pairs)].tolist())
    hands = ((sides.left.ids, pairs[:, 0]), (sides.columns_side.ids, pairs[:, 1]))
    return tuple(id for ids, used in hands for id in ids[np.setdiff1d(np.arange(len(ids)), used)].tolist())


def weakest_of(sides: Sides, pairs: IntArray, scores: IntArray) -> tuple[Any, ...]:
    """Return the ids of the pair with the lowest score."""
    if not len(pairs):
        return ()
    u, v = pairs[int(np.argmin(scores))].tolist()
    return sides.left.ids[u], sides.columns_side.ids[v]
