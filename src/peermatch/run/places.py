"""How many partners people may have and need to have: what the configuration says, and what the tables do."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from peermatch.checks import must_be
from peermatch.cohort import Cohort
from peermatch.configuration import check_keys
from peermatch.criteria import Sides
from peermatch.errors import ConfigError
from peermatch.problem import IntArray, Solver
from peermatch.run.or_none import asks
from peermatch.run.people import MOST_PLACES, Capacity, whole_numbers
from peermatch.solvers import Blossom, Hungarian, Transport, get_solver

if TYPE_CHECKING:
    from peermatch.matcher import PeerMatcher

__all__ = [
    "NOBODY_SAID",
    "capacity_of",
    "columns_of_places",
    "minimum_of",
    "or_none_of",
    "plain_capacity",
    "read_capacity",
    "solver_for",
]

NOBODY_SAID: Capacity = (None, None)
"""One place each, and nobody needs a partner."""

_BOUNDS = ("at_least", "at_most", "or_none")


def read_capacity(given: Any, sides: tuple[str, str]) -> Mapping[str, Any]:
    """Check the capacity parameter of a matcher, and return it so that nobody can change it.

    Parameters
    ----------
    given : mapping
        Side name to a column, a number, or a mapping with the keys ``at_least`` and ``at_most``, each of them either,
        and ``or_none``, true where whoever cannot have so many may have none.
    sides : (str, str)

    Raises
    ------
    ConfigError

    Examples
    --------
    >>> dict(read_capacity({"mentor": "places"}, ("mentee", "mentor")))
    {'mentor': 'places'}
    """
    if not isinstance(given, Mapping):
        constraint = f"a mapping such as {{{sides[1]!r}: 'places'}}"
        raise ConfigError(must_be("PeerMatcher", "capacity", constraint, given))
    check_keys(given, list(sides), "capacity")
    # in the order of the sides: a file may hold it in another one, and results are the same bytes
    return MappingProxyType({side: _read_side(side, given[side]) for side in sides if side in given})


def _read_side(side: str, places: Any) -> Any:
    if not isinstance(places, Mapping):
        _check_number(f"for {side!r}", places, lowest=1)
        return places
    check_keys(places, list(_BOUNDS), f"capacity for {side!r}")
    if not places:
        constraint = f"a mapping with 'at_least', 'at_most' or both for {side!r}"
        raise ConfigError(must_be("PeerMatcher", "capacity", constraint, dict(places)))
    for key, lowest in (("at_least", 0), ("at_most", 1)):
        if key in places:
            _check_number(f"as {key!r} for {side!r}", places[key], lowest)
    if not isinstance(places.get("or_none", False), bool):
        constraint = f"true or false as 'or_none' for {side!r}"
        raise ConfigError(must_be("PeerMatcher", "capacity", constraint, places["or_none"]))
    if places.get("or_none") and "at_least" not in places:
        raise ConfigError(
            f"The capacity for {side!r} has or_none without at_least: say how many at least, or none."
        )
    least, most = places.get("at_least", 0), places.get("at_most", 1)
    if isinstance(least, int) and isinstance(most, int) and least > most:
        so = "" if "at_most" in places else ", which it is where it is not given"
        raise ConfigError(
            f"The capacity for {side!r} has at_least {least} above at_most {most}{so}. Raise at_most, or lower "
            "at_least."
        )
    return MappingProxyType({key: places[key] for key in _BOUNDS if key in places})


def _check_number(which: str, value: Any, lowest: int) -> None:
    number = isinstance(value, int) and not isinstance(value, bool) and lowest <= value <= MOST_PLACES
    if not number and not (isinstance(value, str) and value):
        constraint = f"a column or a whole number from {lowest} to {MOST_PLACES} {which}"
        raise ConfigError(must_be("PeerMatcher", "capacity", constraint, value))


def columns_of_places(capacity: Mapping[str, Any] | None) -> list[str]:
    """Return the columns that capacities are read from."""
    bounds = [
        bound
        for places in (capacity or {}).values()
        for bound in (places.values() if isinstance(places, Mapping) else (places,))
    ]
    return [bound for bound in bounds if isinstance(bound, str)]


def plain_capacity(capacity: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `read_capacity` made as plain data.

    Examples
    --------
    >>> plain_capacity(read_capacity({"mentor": {"at_least": 1, "at_most": "places"}}, ("mentee", "mentor")))
    {'mentor': {'at_least': 1, 'at_most': 'places'}}
    """
    return {
        side: dict(places) if isinstance(places, Mapping) else places for side, places in capacity.items()
    }


def capacity_of(matcher: PeerMatcher, sides: Sides) -> Capacity:
    """Return the places of each person, None for a side on which everybody has one; an empty cell is one place."""
    return _of_both(matcher, sides, "at_most", empty=1)


def minimum_of(matcher: PeerMatcher, sides: Sides, capacity: Capacity) -> Capacity:
    """Return how many partners each person needs, None for a side on which nobody was said to need any.

    A number is meant for everybody who has a place to give; a cell for its person, and an empty one needs nobody. Those
    who may also take none are not among them, see `or_none_of`.
    """
    return _least(matcher, sides, capacity, or_none=False)


def or_none_of(matcher: PeerMatcher, sides: Sides, capacity: Capacity) -> Capacity:
    """Return how many partners each person takes if they take any; None for a side where ``or_none`` was not said."""
    return _least(matcher, sides, capacity, or_none=True)


def _least(matcher: PeerMatcher, sides: Sides, capacity: Capacity, *, or_none: bool) -> Capacity:
    found = _of_both(matcher, sides, "at_least", empty=0)
    out: list[IntArray | None] = []
    for side, least, places in zip(sides.names, found, capacity, strict=True):
        given = None if matcher.capacity is None else matcher.capacity.get(side)
        by_number = isinstance(given, Mapping) and isinstance(given.get("at_least"), int)
        if isinstance(given, Mapping) and bool(given.get("or_none")) != or_none:
            least = None
        if least is not None and places is not None and by_number:
            least = np.where(places > 0, least, 0)
        out.append(least)
    return (out[0], out[1])


def _of_both(matcher: PeerMatcher, sides: Sides, bound: str, *, empty: int) -> Capacity:
    if matcher.capacity is None or matcher.sides is None:
        return (None, None)
    found: list[IntArray | None] = []
    for name, cohort in zip(matcher.sides, (sides.left, sides.columns_side), strict=True):
        given = matcher.capacity.get(name)
        if isinstance(given, Mapping):
            given = given.get(bound)
        elif bound == "at_least":
            given = None
        found.append(None if given is None else _numbers(cohort, given, empty))
    return (found[0], found[1])


def _numbers(cohort: Cohort, given: str | int, empty: int) -> IntArray:
    if isinstance(given, int):
        return np.full(len(cohort), given, dtype=np.int64)
    return whole_numbers(cohort, given, empty)


def solver_for(
    matcher: PeerMatcher,
    solver: Solver,
    capacity: Capacity,
    minimum: Capacity,
    or_none: Capacity = NOBODY_SAID,
    *,
    stated: bool,
) -> Solver:
    """Return a solver that keeps to these places: the one asked for, or 'transport' in place of our exact ones.

    Parameters
    ----------
    matcher : PeerMatcher
    solver : Solver
        The one that was asked for.
    capacity, minimum, or_none : pairs of int64 arrays or None
    stated : bool
        Whether people stated preferences, so that the question is stability.

    Raises
    ------
    ConfigError
        If the solver does not take them, and nothing of the same promise does.
    """
    choosy = asks(or_none)
    minima = choosy or any(part is not None and bool((part > 0).any()) for part in minimum)
    many = all(part is not None and len(part) and int(part.max()) > 1 for part in capacity)
    lacks = []
    if minima and not (isinstance(solver, Transport) if choosy else getattr(solver, "minima", False)):
        lacks.append("minima (at_least)")
    if many and not getattr(solver, "many_to_many", False):
        lacks.append("several places on both sides")
    stable = stated or solver.name in ("deferred", "roommates")
    if matcher.objective in ("worst_first", "leximin") and (minima or many) and not stable:
        what = "minima (at_least)" if minima else "several places on both sides"
        raise ConfigError(
            f"The objective {matcher.objective!r} does not go with {what}: no exact solver puts the worst pair first "
            "there. Use 'everyone_first' or 'best_total'."
        )
    if not lacks:
        return solver
    if stable:
        instead = "solver='transport'" + (" and no preferences=" if stated else "")
        raise ConfigError(
            f"The solver {solver.name!r} asks for stable pairs, and does not take {' and '.join(lacks)}: stability may "
            f"leave people below their minimum. Leave out at_least, or ask for the best total ({instead})."
        )
    plain = isinstance(solver, Hungarian) or (
        isinstance(solver, Blossom) and not solver.candidates_only and not solver.gap
    )
    if not plain:
        told = " with these options" if isinstance(solver, Blossom) else ""
        raise ConfigError(
            f"The solver {solver.name!r}{told} does not take {' and '.join(lacks)}. Use solver='transport', which is "
            "exact."
        )
    return get_solver("transport")
