"""Criteria that come as lists of pairs: wish lists and existing ties."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from peermatch.checks import must_be
from peermatch.cohort.aside import is_missing
from peermatch.cohort.cohort import Cohort
from peermatch.cohort.id_lists import ids_in_cell
from peermatch.criteria.criterion import Criterion
from peermatch.criteria.measures import ListedMeasure, Measure
from peermatch.criteria.sides import Sides, key_of
from peermatch.criteria.strangers import count_strangers
from peermatch.criteria.tables import pair_table
from peermatch.errors import InputError, error_item

__all__ = ["measure_prefers", "measure_ties"]

Positions = dict[tuple[str, Any], int]


def measure_prefers(criterion: Criterion, encoder: Any, sides: Sides) -> tuple[Measure, bool, bool]:
    """Compile wish lists: (L - rank + 1) / L for the people on a list of L, 0 for others, unknown without a list."""
    if criterion.options["table"] is not None:
        lists = _lists_of_table(criterion)
    else:
        lists = _lists_of_column(criterion, sides)
    wishes = [wish for listed in lists.values() for wish in listed]
    count_strangers(wishes, sides, criterion.caller)
    left = _directed(sides.left, lists, sides.right_positions)
    right = left if not sides.two_sided else _directed(sides.columns_side, lists, sides.left_positions)
    left_applies = not sides.two_sided or bool((~np.isnan(left[3])).any())
    right_applies = not sides.two_sided or bool((~np.isnan(right[3])).any())
    return _both_ways(sides, left, right), left_applies, right_applies


Directed = tuple[
    npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.float64]
]


def _both_ways(sides: Sides, left: Directed, right: Directed) -> ListedMeasure:
    """Join what rows think of columns with what columns think of rows (who stands first in `right`)."""
    return ListedMeasure(
        sides.shape,
        forward_u=left[0],
        forward_v=left[1],
        forward_value=left[2],
        backward_u=right[1],
        backward_v=right[0],
        backward_value=right[2],
        left_default=left[3],
        right_default=right[3],
    )


def _directed(judges: Cohort, lists: dict[tuple[str, Any], list[Any]], others: Positions) -> Directed:
    who, whom, worth = [], [], []
    default = np.full(len(judges), np.nan)
    for position, id in enumerate(judges.ids):
        wishes = lists.get(key_of(id))
        if not wishes:
            continue
        default[position] = 0.0
        for rank, wish in enumerate(wishes):
            other = others.get(key_of(wish))
            if other is not None:
                who.append(position)
                whom.append(other)
                worth.append((len(wishes) - rank) / len(wishes))
    return np.array(who, np.int64), np.array(whom, np.int64), np.array(worth, np.float64), default


def _lists_of_column(criterion: Criterion, sides: Sides) -> dict[tuple[str, Any], list[Any]]:
    column = criterion.left[0]
    asked = [side for side in ("left", "right") if sides.has(side, [column])]
    if not asked:
        sides.need("left", [column], criterion.caller)
    lists: dict[tuple[str, Any], list[Any]] = {}
    for side in asked:
        cohort = sides.left if side == "left" else sides.columns_side
        sample = sides.columns_side if side == "left" else sides.left
        for id, cell in zip(cohort.ids, cohort.column(column, needed_by=criterion.caller), strict=True):
            wishes = ids_in_cell(cell, sample.ids, criterion.options["separator"])
            if wishes:
                own = key_of(id)
                lists[own] = list({key_of(wish): wish for wish in wishes if key_of(wish) != own}.values())
    return lists


def _lists_of_table(criterion: Criterion) -> dict[tuple[str, Any], list[Any]]:
    frame = pair_table(
        criterion.options["table"], criterion.caller, ("a", "id", "who"), ("b", "preferred", "whom")
    )
    if "rank" in frame.columns:
        frame = frame.assign(rank=[_rank(value) for value in frame["rank"]])
        frame = frame.sort_values("rank", kind="stable")
    lists: dict[tuple[str, Any], list[Any]] = {}
    for a, b in zip(frame["a"], frame["b"], strict=True):
        wishes = lists.setdefault(key_of(a), [])
        if key_of(a) != key_of(b) and b not in wishes:
            wishes.append(b)
    return lists


def _rank(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        raise InputError(
            error_item(
                "wrong_kind",
                must_be("prefers()", "table", "a table whose column 'rank' holds numbers from 1", value),
                column="rank",
                found=value,
                accepted="numbers from 1",
            )
        ) from None


def measure_ties(criterion: Criterion, encoder: Any, sides: Sides) -> tuple[Measure, bool, bool]:
    """Compile existing ties: their strength, and 0 for people without one."""
    frame = pair_table(
        criterion.options["table"], criterion.caller, ("a", "left", "from"), ("b", "right", "to")
    )
    count_strangers([*frame["a"], *frame["b"]], sides, criterion.caller)
    ties = [
        (key_of(sides.as_written(a)), key_of(sides.as_written(b)), strength)
        for a, b, strength in zip(frame["a"], frame["b"], _strengths(frame), strict=True)
        if key_of(a) != key_of(b)
    ]
    if not criterion.options["directed"]:
        ties += [(b, a, strength) for a, b, strength in ties]
    left = _strongest(ties, sides.left_positions, sides.right_positions)
    right = _strongest(ties, sides.right_positions, sides.left_positions)
    return _both_ways(sides, left, right), True, True


def _strongest(
    ties: list[tuple[tuple[str, Any], tuple[str, Any], float]], judges: Positions, others: Positions
) -> Directed:
    """Return the ties from judges to others; of ties listed more than once, the strongest."""
    best: dict[tuple[int, int], float] = {}
    for a, b, strength in ties:
        if a in judges and b in others:
            place = (judges[a], others[b])
            best[place] = max(strength, best.get(place, 0.0))
    places = np.array(sorted(best), dtype=np.int64).reshape(-1, 2)
    values = np.array([best[u, v] for u, v in places.tolist()], dtype=np.float64)
    return places[:, 0], places[:, 1], values, np.zeros(len(judges))


def _strengths(frame: pd.DataFrame) -> list[float]:
    if "strength" not in frame.columns:
        return [1.0] * len(frame)
    values = []
    for row, value in enumerate(frame["strength"], start=1):
        number = 1.0 if is_missing(value) else _as_float(value)
        if not 0.0 < number <= 1.0:
            raise InputError(
                error_item(
                    "wrong_kind",
                    f"The table of ties() must hold strengths above 0 and at most 1. Row {row} has {value!r}.",
                    column="strength",
                    row=row,
                    found=value,
                    accepted="numbers above 0 and at most 1",
                )
            )
        values.append(number)
    return values


def _as_float(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return float("nan")
