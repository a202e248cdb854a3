"""Reporting lines: who stands above whom, through the whole staff.

The forest of managers is numbered by one walk: everyone gets the number at which the walk enters them and the
one at which it leaves. One person stands above another exactly when the interval of the first holds the second
(Tarjan 1972), so the rule needs two whole numbers a person, however long the chains are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from peermatch.cohort.aside import is_missing
from peermatch.cohort.cohort import Cohort
from peermatch.criteria.sides import key_of
from peermatch.errors import InputError, error_item

__all__ = ["Lines", "reporting_lines"]

Key = tuple[str, Any]


@dataclass(frozen=True, eq=False)
class Lines:
    """The walk through the forest of managers.

    Attributes
    ----------
    intervals : dict of typed id to (enter, leave)
    named : int
        How many people have a manager's id that is not empty.
    found : int
        How many of these managers are in the staff.
    unknown : list
        Ids of managers that nobody has, in canonical order.
    own_manager : list
        People who stand as their own manager; they count as having none.
    """

    intervals: dict[Key, tuple[int, int]]
    named: int
    found: int
    unknown: list[Any]
    own_manager: list[Any]

    def of(self, ids: Iterable[Any]) -> npt.NDArray[np.int64]:
        """Return the intervals of these people, (-1, -1) for those not in the forest; shape (n, 2)."""
        rows = [self.intervals.get(key_of(id), (-1, -1)) for id in ids]
        return np.array(rows, dtype=np.int64).reshape(-1, 2)


def reporting_lines(tables: Sequence[tuple[Cohort, str]], *, min_found: float) -> Lines:
    """Read who reports to whom from several tables; of two tables that speak of one person, the first counts.

    Parameters
    ----------
    tables : sequence of (Cohort, column of managers' ids)
    min_found : float
        The least share of managers that must be found.

    Raises
    ------
    InputError
        ``manager_cycle`` names everyone in the first cycle; ``managers_not_found`` says how many of how many were not
        found, with examples.
    """
    parent: dict[Key, Key | None] = {}
    own_manager = []
    for cohort, column in tables:
        for id, manager in zip(cohort.ids, cohort.column(column, needed_by="not_in_line()"), strict=True):
            key = key_of(id)
            if key in parent:
                continue
            above = None if is_missing(manager) else key_of(manager)
            if above == key:
                own_manager.append(id)
                above = None
            parent[key] = above
    column = tables[0][1]
    named = [above for above in parent.values() if above is not None]
    found = sum(above in parent for above in named)
    unknown = sorted({above for above in named if above not in parent}, key=lambda key: (key[0], key[1]))
    _check_found(len(named), found, unknown, parent, column, min_found)
    _check_cycles(parent, column)
    return Lines(_walk(parent), len(named), found, [key[1] for key in unknown], own_manager)


def _check_found(
    named: int, found: int, unknown: list[Key], parent: dict[Key, Key | None], column: str, min_found: float
) -> None:
    if named and found >= min_found * named:
        return
    if not named:
        if min_found == 0:
            return
        message = f"Column {column!r} names no manager at all, so not_in_line() would forbid nothing."
    else:
        shown = ", ".join(repr(key[1]) for key in unknown[:3])
        message = (
            f"Only {found} of {named} managers in column {column!r} are people in the table or in org "
            f"({shown} are not, "
            f"for example), so not_in_line() would forbid too little."
        )
        kinds = {key[0] for key in unknown} - {key[0] for key in parent}
        if kinds:
            message += (
                f" Ids are {_kinds(parent)} and these managers are {', '.join(sorted(kinds))}: read both as "
                "text."
            )
    message += " Give the whole staff as org=, correct the column, or set min_found=0 if this is meant."
    raise InputError(
        error_item(
            "managers_not_found",
            message,
            column=column,
            found={"managers": named, "found": found, "examples": [key[1] for key in unknown[:3]]},
            accepted=f"at least {min_found:.0%} of managers found",
        )
    )


def _kinds(parent: dict[Key, Key | None]) -> str:
    return ", ".join(sorted({key[0] for key in parent}))


def _check_cycles(parent: dict[Key, Key | None], column: str) -> None:
    settled: set[Key] = set()
    for start in parent:
        path: dict[Key, int] = {}
        key: Key | None = start
        while key is not None and key in parent and key not in settled and key not in path:
            path[key] = len(path)
            key = parent[key]
        if key is not None and key in path:
            ring = [k[1] for k, at in path.items() if at >= path[key]]
            shown = " -> ".join(map(str, [*ring[:6], *(["..."] if len(ring) > 6 else []), ring[0]]))
            raise InputError(
                error_item(
                    "manager_cycle",
                    f"Column {column!r} has a cycle: {shown}. Nobody can be above themselves: correct one of these "
                    "managers.",
                    column=column,
                    id=ring[0],
                    found=ring,
                    accepted="a tree",
                )
            )
        settled.update(path)


def _walk(parent: dict[Key, Key | None]) -> dict[Key, tuple[int, int]]:
    reports: dict[Key, list[Key]] = {}
    roots = []
    for key, above in parent.items():
        if above is None or above not in parent:
            # people under one unknown manager are colleagues, not a line
            roots.append(key)
        else:
            reports.setdefault(above, []).append(key)
    enter: dict[Key, int] = {}
    intervals: dict[Key, tuple[int, int]] = {}
    for root in roots:
        stack: list[tuple[Key, bool]] = [(root, False)]
        while stack:
            key, leaving = stack.pop()
            if leaving:
                intervals[key] = (enter[key], len(enter))
                continue
            enter[key] = len(enter)
            stack.append((key, True))
            stack.extend((report, False) for report in reports.get(key, ()))
    return intervals
