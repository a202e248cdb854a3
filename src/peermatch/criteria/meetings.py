"""Novelty: a repeat has a price that fades with the time since the last meeting.

A pair that met `age` ago is worth ``1 - 2**(-age / half_life)``: nothing at once, one half after a half-life, three
quarters after two. Whoever never met is worth 1. No exponential is computed: the power of two is made of whole halvings
and of stored square roots, which are the same on every machine.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from peermatch.checks import must_be
from peermatch.criteria.arguments import make, number
from peermatch.criteria.criterion import Criterion
from peermatch.criteria.history import ages_of
from peermatch.criteria.measures import ListedMeasure, Measure
from peermatch.criteria.sides import Sides
from peermatch.criteria.tables import pair_table
from peermatch.errors import ConfigError

__all__ = ["UNITS", "Meetings", "age_of", "halved", "measure_novelty", "novelty"]

UNITS = ("rounds", "days")

_LONG_AGO = 32
"""After so many half-lives what is missing to 1 is below a quarter of the grid of scores: it is held there."""


def _roots(count: int) -> tuple[float, ...]:
    """Return 2**-(1/2), 2**-(1/4), 2**-(1/8), ...: square roots are rounded the same way everywhere."""
    found = [math.sqrt(0.5)]
    while len(found) < count:
        found.append(math.sqrt(found[-1]))
    return tuple(found)


_ROOTS = _roots(40)


def halved(times: float) -> float:
    """Return 2**-times, the same on every machine.

    Parameters
    ----------
    times : float
        At least 0.

    Examples
    --------
    >>> halved(0), halved(1), halved(3)
    (1.0, 0.5, 0.125)
    """
    whole = int(times)
    value, rest = math.ldexp(1.0, -whole), times - whole
    for root in _ROOTS:  # a binary digit of the rest after the other
        rest *= 2.0
        if rest >= 1.0:
            value, rest = value * root, rest - 1.0
    return value


def novelty(
    half_life: float = 6,
    unit: str = "rounds",
    *,
    weight: float = 1.0,
    name: str | None = None,
    when: str | None = None,
    sensitive: bool = False,
    basis: str | None = None,
    decided_by: str | None = None,
) -> Criterion:
    """Somebody new: a repeat has a price that fades.

    The similarity is ``1 - 2**(-age / half_life)`` with `age` the time since two people last met, by ``history``: one
    half after a half-life, three quarters after two. Whoever never met is worth 1. Where ``no_repeat`` forbids, this
    only prefers: a very good pair may meet again.

    Parameters
    ----------
    half_life : float
        In rounds or days; above 0.
    unit : {"rounds", "days"}
        The latest round of the history is one round ago; days are counted back from ``as_of``.
    weight, name, when, sensitive, basis, decided_by
        See `near`.

    Raises
    ------
    ConfigError
        For a wrong argument.

    Examples
    --------
    >>> import peermatch as pm
    >>> people = [{"id": name, "years": years} for name, years in [("ada", 1), ("bo", 1), ("cy", 4), ("di", 4)]]
    >>> matcher = pm.PeerMatcher("id", [pm.near("years", scale=3), pm.novelty(half_life=6, weight=2)])
    >>> met = [{"round": "2026-10", "a": "ada", "b": "bo"}, {"round": "2026-11", "a": "ada", "b": "cy"}]
    >>> matcher.match(people, history=met).pairs[["a", "b"]].values.tolist()
    [['ada', 'di'], ['bo', 'cy']]
    """
    caller = "novelty()"
    if unit not in UNITS:
        raise ConfigError(must_be(caller, "unit", "'rounds' or 'days'", unit))
    checked = number(caller, "half_life", half_life, above=0)
    return make(
        "novelty",
        (),
        (),
        weight=weight,
        name=name,
        when=when,
        sensitive=sensitive,
        basis=basis,
        decided_by=decided_by,
        half_life=checked,
        unit=unit,
    )


@dataclass(frozen=True, eq=False)
class Meetings:
    """Who met before: what stands in the place of an encoder, for nothing is learned of people here.

    Attributes
    ----------
    history : table, path, or None
    as_of : date or str or None
        The day from which days are counted.
    """

    history: Any = None
    as_of: Any = None


def measure_novelty(criterion: Criterion, meetings: Meetings, sides: Sides) -> tuple[Measure, bool, bool]:
    """Compile earlier meetings: what fades for those who met, and 1 for all others."""
    none = np.zeros(0, dtype=np.int64)
    u, v, worth = none, none, np.zeros(0)
    if meetings.history is not None:
        names = sides.names
        frame = pair_table(meetings.history, "history", ("a", names[0]), ("b", names[1]))
        if len(frame):
            u, v, worth = _last_met(criterion, frame, meetings.as_of, sides)
    new = tuple(np.ones(size) for size in sides.shape)
    return ListedMeasure(sides.shape, u, v, worth, u, v, worth, new[0], new[1]), True, True


def _last_met(
    criterion: Criterion, frame: pd.DataFrame, as_of: Any, sides: Sides
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Return the pairs who met, and what a repeat is worth; of several meetings the last one counts."""
    ages = ages_of(frame, criterion.options["unit"], as_of, criterion.caller)
    half_life = criterion.options["half_life"]
    worth_of = {age: 1.0 - halved(min(age / half_life, float(_LONG_AGO))) for age in set(ages)}
    index, u, v = sides.pairs_of(list(frame["a"]), list(frame["b"]), both_ways=True)
    worth = np.array([worth_of[ages[row]] for row in index.tolist()], dtype=np.float64)
    if not sides.two_sided:
        u, v, worth = np.concatenate([u, v]), np.concatenate([v, u]), np.concatenate([worth, worth])
        others = u != v
        u, v, worth = u[others], v[others], worth[others]
    order = np.lexsort((worth, v, u))
    u, v, worth = u[order], v[order], worth[order]
    first = np.ones(len(u), dtype=bool)
    first[1:] = (u[1:] != u[:-1]) | (v[1:] != v[:-1])
    return u[first], v[first], worth[first]


def age_of(criterion: Criterion, similarity: float) -> int | None:
    """Return how long ago two people met, from what that is worth; None where they never did.

    Examples
    --------
    >>> age_of(novelty(half_life=6), 0.5), age_of(novelty(), 1.0)
    (6, None)
    """
    if similarity >= 1.0:
        return None
    half_life: float = criterion.options["half_life"]
    return round(-math.log2(1.0 - similarity) * half_life)
