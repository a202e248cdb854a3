"""Outcomes as users hand them over: a table of past pairs with a rating, or a yes or no, of either side."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from peermatch.checks import did_you_mean
from peermatch.cohort.aside import is_missing
from peermatch.cohort.people import NO, YES, YES_OR_NO
from peermatch.cohort.wording import LIMIT, capped, counted
from peermatch.criteria import CompiledCriterion, Sides, key_of
from peermatch.criteria.tables import pair_table
from peermatch.errors import InputError, error_item
from peermatch.problem import IntArray
from peermatch.programme.learning.observed import Floats, Observed, View

__all__ = ["Outcomes", "read_outcomes"]

_CALLER = "fit_weights()"
MOST_RATING = 1_000_000_000
"""Squares of greater numbers drown everything else, and in the end themselves."""
_ACCEPTED = "rating_a and rating_b, liked_a and liked_b, rating, or liked"


@dataclass(frozen=True, eq=False)
class Outcomes:
    """Past pairs and how they went.

    Attributes
    ----------
    observed : Observed
        A row for each rating.
    both : Observed or None
        A row for each pair of which an outcome of the whole is known: the mean of both ratings, whether both said yes,
        or `observed` itself.
    yes_no, of_pairs : bool
    pairs, rounds : int
        How many were rated.
    last_round : str
    left_out : dict of str to int
        Rows of the table that tell nothing, by reason.
    known : float64 array, shape (criteria,)
        The share of rated directions in which a similarity is known.
    """

    observed: Observed
    both: Observed | None
    yes_no: bool
    of_pairs: bool
    pairs: int
    rounds: int
    last_round: str
    left_out: dict[str, int]
    known: Floats


def read_outcomes(source: Any, by: str, sides: Sides, criteria: Sequence[CompiledCriterion]) -> Outcomes:
    """Read and check outcomes.

    Parameters
    ----------
    source : table, list of dict, or path
    by : str
        The column of rounds.
    sides : Sides
        All people who came in.
    criteria : sequence of CompiledCriterion

    Raises
    ------
    InputError
        For columns or cells that are not what they should be, and pairs that are listed twice in a round.
    """
    a, b = sides.names
    table = pair_table(source, _CALLER, ("a", a), ("b", b))
    if by not in table.columns:
        message = f"The table of outcomes has no column {by!r}, by which rounds are told apart."
        message += did_you_mean(by, list(map(str, table.columns)))
        raise InputError(
            error_item("unknown_column", message, column=by, accepted=list(map(str, table.columns)))
        )
    columns = _rated(table, sides)
    cells = [_numbers(table, column) for column in columns]
    yes_no = all(kind for _, kind in cells)
    if len(cells) == 2 and cells[0][1] != cells[1][1]:
        cells = [(_numbers(table, column, plain=True)[0], False) for column in columns]
        yes_no = False
    values = np.stack([numbers for numbers, _ in cells], axis=1)
    place = _Placed.of(table, sides, by)
    some = ~np.isnan(values[place.index]).all(axis=1)
    left_out = {
        "with someone who is not among the people": len(table) - len(place.index),
        "without a rating": int((~some).sum()),
    }
    place = place.take(np.flatnonzero(some))
    values = values[place.index]
    if len(cells) == 2:
        values = np.where(place.turned[:, None], values[:, ::-1], values)
    return _observe(place, values, yes_no, criteria, sides, {k: n for k, n in left_out.items() if n})


def _rated(table: pd.DataFrame, sides: Sides) -> list[str]:
    """Return the columns of outcomes: two, one a side, or one for the pair."""
    found = []
    for word in ("rating", "liked"):
        for first, second in (("a", "b"), sides.names):
            pair = [f"{word}_{first}", f"{word}_{second}"]
            if any(name in table.columns for name in pair) and pair not in found:
                found.append(pair)
        if word in table.columns:
            found.append([word])
    if len(found) != 1:
        many = " and ".join(", ".join(names) for names in found)
        problem = f"has several kinds of outcomes ({many})" if found else "has no column of outcomes"
        message = f"The table of outcomes {problem}. Accepted: one of {_ACCEPTED}."
        raise InputError(
            error_item("outcome_columns", message, found=list(map(str, table.columns)), accepted=_ACCEPTED)
        )
    missing = [name for name in found[0] if name not in table.columns]
    for name in missing:  # only one side was asked
        table[name] = pd.Series([None] * len(table), dtype=object)
    return found[0]


def _numbers(table: pd.DataFrame, column: str, *, plain: bool = False) -> tuple[Floats, bool]:
    """Return a column as numbers, NaN where missing, and whether it says yes or no."""
    cells = [None if is_missing(cell) else cell for cell in table[column]]
    words = [None if cell is None else str(cell).strip().casefold() for cell in cells]
    said = [word for word in words if word is not None]
    yes_no = column.startswith("liked") or all(word in YES or word in NO for word in said)
    out, wrong = np.full(len(cells), np.nan), []
    for row, (cell, word) in enumerate(zip(cells, words, strict=True)):
        if word is None:
            continue
        if yes_no and not (plain and isinstance(cell, int | float)):
            value = 1.0 if word in YES else 0.0 if word in NO else np.nan
        else:
            value = _number(cell)
        out[row] = value
        if np.isnan(value) or abs(value) > MOST_RATING:
            wrong.append((row, cell))
    if wrong:
        accepted = YES_OR_NO if yes_no else f"a number from -{MOST_RATING:,} to {MOST_RATING:,}"
        items = [
            error_item(
                "wrong_kind",
                f"Row {row + 1:,} of the outcomes has {cell!r} in column {column!r}. Accepted: {accepted}.",
                column=column,
                row=row + 1,
                found=cell,
                accepted=accepted,
            )
            for row, cell in wrong[:LIMIT]
        ]
        raise InputError(capped(items, len(wrong), "rows"))
    return out, yes_no and bool(said)


def _number(cell: Any) -> float:
    try:
        value = float(cell)
    except (TypeError, ValueError, OverflowError):
        return float("nan")
    return value if np.isfinite(value) else float("nan")


def _in_order(name: str) -> tuple[list[str | int], str]:
    """Return a key by which "round 10" comes after "round 9"."""
    parts = re.split(r"([0-9]+)", name)
    return [int(part) if number % 2 else part for number, part in enumerate(parts)], name


@dataclass(frozen=True, eq=False)
class _Placed:
    """Rows whose people are both here: which row, who they are, the round, and whether b stands on the left."""

    index: IntArray
    u: IntArray
    v: IntArray
    round: IntArray
    names: list[str]
    turned: np.ndarray[Any, np.dtype[np.bool_]]

    @classmethod
    def of(cls, table: pd.DataFrame, sides: Sides, by: str) -> _Placed:
        index, u, v = sides.pairs_of(list(table["a"]), list(table["b"]))
        rounds = [None if is_missing(cell) else str(cell) for cell in table[by]]
        nameless = [row for row in index.tolist() if rounds[row] is None]
        if nameless:
            message = f"Row {nameless[0] + 1:,} of the outcomes has no {by}; {counted(len(nameless), 'row')} in all."
            raise InputError(error_item("no_round", message, column=by, row=nameless[0] + 1))
        if not sides.two_sided and (u == v).any():
            row = int(index[np.flatnonzero(u == v)[0]])
            message = f"Row {row + 1:,} of the outcomes pairs {table['a'].iloc[row]!r} with themselves."
            raise InputError(error_item("self_pair", message, row=row + 1, id=table["a"].iloc[row]))
        names = sorted({name for row in index.tolist() if (name := rounds[row]) is not None}, key=_in_order)
        code = {name: k for k, name in enumerate(names)}
        of_row = np.array([code[str(rounds[row])] for row in index.tolist()], dtype=np.int64)
        lefts = [key_of(sides.left.ids[k]) for k in u.tolist()]
        turned = [
            key_of(sides.as_written(table["a"].iloc[row])) != left
            for row, left in zip(index.tolist(), lefts, strict=True)
        ]
        placed = cls(index, u, v, of_row, names, np.array(turned, dtype=bool))
        placed._refuse_repeats(table, sides)
        return placed

    def _refuse_repeats(self, table: pd.DataFrame, sides: Sides) -> None:
        seen: dict[tuple[int, ...], int] = {}
        for row, u, v, when in zip(
            self.index.tolist(), self.u.tolist(), self.v.tolist(), self.round.tolist(), strict=True
        ):
            key = (when, u, v) if sides.two_sided else (when, min(u, v), max(u, v))
            if key in seen:
                first, second = table["a"].iloc[row], table["b"].iloc[row]
                message = (
                    f"Rows {seen[key] + 1:,} and {row + 1:,} of the outcomes are both of {first!r} and {second!r} in "
                    f"round {self.names[when]!r}. List a pair once a round."
                )
                raise InputError(error_item("listed_twice", message, row=row + 1, id=first))
            seen[key] = row

    def take(self, rows: IntArray) -> _Placed:
        used, again = np.unique(self.round[rows], return_inverse=True)
        names = [self.names[k] for k in used.tolist()]
        return _Placed(
            self.index[rows], self.u[rows], self.v[rows], again.astype(np.int64), names, self.turned[rows]
        )


def _observe(
    place: _Placed,
    values: Floats,
    yes_no: bool,
    criteria: Sequence[CompiledCriterion],
    sides: Sides,
    left_out: dict[str, int],
) -> Outcomes:
    left, right, known = _views(place, criteria)
    rows, columns = sides.shape
    low, high = (
        (place.u, place.v + rows)
        if sides.two_sided
        else (np.minimum(place.u, place.v), np.maximum(place.u, place.v))
    )
    pair = np.unique(low * (rows + columns) + high, return_inverse=True)[1].astype(np.int64)
    people = np.stack([low, high], axis=1)

    def rated(view: View, other: View | None, outcome: Floats) -> Observed:
        counts = view.on.any(axis=1) if other is None else view.on.any(axis=1) | other.on.any(axis=1)
        whole = Observed(view, other, outcome, yes_no, place.round, pair, people)
        return whole.take(np.flatnonzero(~np.isnan(outcome) & counts))

    both: Observed | None
    if values.shape[1] == 1:
        observed = both = rated(left, right, values[:, 0])
    else:
        sides_of = (rated(left, None, values[:, 0]), rated(right, None, values[:, 1]))
        observed = _joined(*sides_of)
        together = values.min(axis=1) if yes_no else values.mean(axis=1)
        both = rated(left, right, together)
    return Outcomes(
        observed=observed,
        both=both if len(both) else None,
        yes_no=yes_no,
        of_pairs=values.shape[1] == 1,
        pairs=len(np.unique(np.stack([place.round, pair], axis=1), axis=0)),
        rounds=len(place.names),
        last_round=place.names[-1] if place.names else "",
        left_out=left_out,
        known=known,
    )


def _joined(one: Observed, other: Observed) -> Observed:
    def both(name: str) -> Any:
        return np.concatenate([getattr(one, name), getattr(other, name)])

    own = View(
        np.concatenate([one.own.similarity, other.own.similarity]), np.concatenate([one.own.on, other.own.on])
    )
    arrays = {name: both(name) for name in ("outcome", "round", "pair", "people")}
    return Observed(own=own, other=None, yes_no=one.yes_no, **arrays)


def _views(place: _Placed, criteria: Sequence[CompiledCriterion]) -> tuple[View, View, Floats]:
    """Return how the left and the right people see each other, and how often that is known."""
    shape = (len(place.u), len(criteria))
    left, right = np.empty(shape), np.empty(shape)
    left_on, right_on = np.empty(shape, dtype=bool), np.empty(shape, dtype=bool)
    known = np.ones(len(criteria))
    for k, part in enumerate(criteria):
        forward, backward = part.measure.pairs(place.u, place.v)
        left_on[:, k], right_on[:, k] = part.left_on[place.u], part.right_on[place.v]
        asked = np.concatenate([forward[left_on[:, k]], backward[right_on[:, k]]])
        known[k] = float((~np.isnan(asked)).mean()) if len(asked) else 0.0
        left[:, k] = np.where(np.isnan(forward), part.fills[0], forward)
        right[:, k] = np.where(np.isnan(backward), part.fills[1], backward)
    return View(left, left_on), View(right, right_on), known
