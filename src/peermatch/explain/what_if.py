"""What if: two settings compared by the pairs that change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import numpy as np
import pandas as pd

from peermatch.checks import check_number, did_you_mean, must_be
from peermatch.cohort.display import card, frame_table, one_line, paragraph
from peermatch.errors import ConfigError
from peermatch.explain.outcome import Outcome, pair_id
from peermatch.explain.resolving import Compared, Resolve, check_resolvable, solve_again
from peermatch.explain.wording import counted, listing, wrapped
from peermatch.problem import GRID, OBJECTIVES, Control, IntArray
from peermatch.scoring import MUTUALS, LazyScores, reweighted

__all__ = ["WhatIf", "what_if"]

_CALLER = "what_if()"


@dataclass(frozen=True, eq=False, repr=False)
class WhatIf:
    """Two settings compared by the pairs that change. `Pairing.what_if` makes it.

    Attributes
    ----------
    people : table
        Whose partner changes, one row for each partner lost or won: id, label (where a label column was given), side
        (where there are two), before, after (ids; missing where there is nobody), score_before and score_after (the
        score of each pair under the settings that it was made for), and for comparison score_before_then (the pair
        that there is, under the other settings) and score_after_now (the new one, under the present settings).
    pairs : table
        Every pair of either pairing: pair_id, a and b (or the names of the sides), change ("kept", "broken" or
        "made"), score_now (under the present settings), score_then (under the others).
    totals : table
        Two rows, "now" and "then" (the pairs of either pairing): pairs, total_now and total_then (under the present
        and under the other settings), worst_now, worst_then.
    settings : dict
        What is different: weights, and mutual, objective or floor where they were given.
    proved : bool
        Whether the other pairing is proved to be the best under its settings.
    still_optimal : bool or None
        Whether the present pairs would be among the best under the other settings; None where that is not known.
    text : str
    """

    people: Any
    pairs: Any
    totals: Any
    settings: dict[str, Any]
    proved: bool
    still_optimal: bool | None
    text: str

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"WhatIf({one_line(self.text)})"

    def _repr_html_(self) -> str:
        totals = frame_table("Both pairings, under the settings of now and of then", self.totals)
        people = frame_table(
            "Whose partner changes",
            self.people,
            ["id", "side", "before", "after", "score_before", "score_after"],
            ids=["id", "before", "after"],
        )
        return card("What if", paragraph(self.text), totals, people)


def what_if(
    outcome: Outcome,
    resolve: Resolve | None,
    weights: Mapping[str, float],
    changes: Mapping[str, Any],
    control: Control,
    in_kind: Callable[[pd.DataFrame], Any],
) -> WhatIf:
    """Solve again under other settings, and compare.

    Parameters
    ----------
    outcome : Outcome
    resolve : Resolve or None
    weights : mapping
    changes : mapping
        mutual, objective and floor; None where they stay.
    control : Control
    in_kind : callable
        Turns a table into the users' kind.
    """
    solver = check_resolvable(outcome, resolve, _CALLER)
    checked, told = _weights(outcome, weights), _changes(changes)
    if not checked and not told:
        raise ConfigError(
            f"{_CALLER} was given nothing to change. Name a weight, such as weights={{'goals': 5}}."
        )
    scores = reweighted(outcome.scores, checked, mutual=told.get("mutual"))
    found = solve_again(
        outcome,
        solver,
        scores,
        control,
        objective=told.get("objective"),
        floor=told.get("floor"),
    )
    both = _Both(outcome, found, scores)
    return WhatIf(
        people=in_kind(both.people()),
        pairs=in_kind(both.pairs()),
        totals=in_kind(both.totals()),
        settings={**({"weights": checked} if checked else {}), **told},
        proved=found.proved,
        still_optimal=found.still_optimal,
        text=_text(both, found),
    )


def _weights(outcome: Outcome, weights: Any) -> dict[str, float]:
    criteria = {part.criterion.name: part.criterion.weight for part in outcome.scores.criteria}
    if not isinstance(weights, Mapping):
        raise ConfigError(must_be(_CALLER, "weights", "a mapping such as {'goals': 5}", weights))
    checked = {}
    for name, weight in weights.items():
        if name not in criteria:
            raise ConfigError(f"There is no criterion {name!r}.{did_you_mean(name, list(criteria))}")
        try:
            checked[name] = check_number(_CALLER, f"weights[{name!r}]", weight, at_least=0)
        except ValueError as error:
            raise ConfigError(str(error)) from None
    if not any({**criteria, **checked}.values()):
        raise ConfigError(
            f"{_CALLER} leaves no criterion: one of {listing(list(criteria))} must have a weight above 0."
        )
    return checked


def _changes(changes: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: value for name, value in changes.items() if value is not None}
    for name, choices in (("mutual", MUTUALS), ("objective", OBJECTIVES)):
        if name in told and told[name] not in choices:
            constraint = f"one of {', '.join(map(repr, choices))}"
            raise ConfigError(
                must_be(_CALLER, name, constraint, told[name]) + did_you_mean(told[name], choices)
            )
    if "floor" in told:
        try:
            told["floor"] = check_number(_CALLER, "floor", told["floor"], at_least=0, at_most=1)
        except ValueError as error:
            raise ConfigError(str(error)) from None
    return told


class _Both:
    """Two pairings of the same people, and the scores of every pair in either."""

    def __init__(self, outcome: Outcome, found: Compared, scores: LazyScores) -> None:
        self.outcome, columns = outcome, max(1, scores.shape[1])
        together = np.concatenate([outcome.pairs, found.pairs])
        keys = np.unique(together[:, 0] * columns + together[:, 1])
        self.all = np.stack([keys // columns, keys % columns], axis=1)
        self.before, self.after = (
            np.isin(keys, pairs[:, 0] * columns + pairs[:, 1]) for pairs in (outcome.pairs, found.pairs)
        )
        self.now, self.then = (part.at(self.all[:, 0], self.all[:, 1]) for part in (outcome.scores, scores))
        self.changed = np.flatnonzero(self.before != self.after)

    def pairs(self) -> pd.DataFrame:
        """Return every pair of either pairing."""
        outcome, (u, v) = self.outcome, self.all.T
        left, right = (outcome.cohort(hand).ids[some].tolist() for hand, some in ((0, u), (1, v)))
        names = [
            pair_id(outcome.round, a, b, two_sided=outcome.two_sided)
            for a, b in zip(left, right, strict=True)
        ]
        change = np.where(self.before & self.after, "kept", np.where(self.before, "broken", "made"))
        return pd.DataFrame(
            {
                "pair_id": pd.Series(names, dtype=object),
                outcome.side_name(0): pd.Series(left, dtype=object),
                outcome.side_name(1): pd.Series(right, dtype=object),
                "change": pd.Series(change.tolist(), dtype=object),
                "score_now": self.now / GRID,
                "score_then": self.then / GRID,
            }
        )

    def totals(self) -> pd.DataFrame:
        """Return what either pairing is worth under either setting."""
        rows = []
        for name, some in (("now", self.before), ("then", self.after)):
            now, then = self.now[some].tolist(), self.then[some].tolist()
            sums = (sum(now), sum(then), min(now, default=0), min(then, default=0))
            rows.append((name, int(some.sum()), *(value / GRID for value in sums)))
        names = ["pairing", "pairs", "total_now", "total_then", "worst_now", "worst_then"]
        return pd.DataFrame(rows, columns=names).astype({"pairing": object, "pairs": "int64"})

    def people(self) -> pd.DataFrame:
        """Return whose partner changes, a row for each partner lost or won."""
        rows = [row for hand in self.outcome.hands for row in self._people_of(hand)]
        names = ["id", "label", "side", "before", "after", "score_before", "score_after"]
        names += ["score_before_then", "score_after_now"]
        columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
        data = {}
        for name, cells in zip(names, columns, strict=True):
            data[name] = pd.Series(list(cells), dtype="float64" if name.startswith("score") else object)
        frame = pd.DataFrame(data)
        if all(self.outcome.cohort(hand).label is None for hand in self.outcome.hands):
            del frame["label"]
        if not self.outcome.two_sided:
            del frame["side"]
        return frame

    def _people_of(self, hand: int) -> list[tuple[Any, ...]]:
        lost: dict[int, list[tuple[Any, int]]] = {}
        won: dict[int, list[tuple[Any, int]]] = {}
        for index in self.changed.tolist():
            ends = self.all[index].tolist()
            for mine, theirs in ((0, 1), (1, 0)):
                if self.outcome.two_sided and mine != hand:
                    continue
                partner = self.outcome.cohort(theirs).ids[ends[theirs]]
                (lost if self.before[index] else won).setdefault(ends[mine], []).append((partner, index))
        cohort, rows = self.outcome.cohort(hand), []
        for position in sorted({*lost, *won}):
            head = (cohort.ids[position], cohort.labels[position], self.outcome.side_name(hand))
            for old, new in zip_longest(lost.get(position, []), won.get(position, [])):
                rows.append((*head, *self._row(old, new)))
        return rows

    def _row(self, old: tuple[Any, int] | None, new: tuple[Any, int] | None) -> tuple[Any, ...]:
        def score(scores: IntArray, end: tuple[Any, int] | None) -> float:
            return float("nan") if end is None else int(scores[end[1]]) / GRID

        return (
            None if old is None else old[0],
            None if new is None else new[0],
            score(self.now, old),
            score(self.then, new),
            score(self.then, old),
            score(self.now, new),
        )


def _text(both: _Both, found: Compared) -> str:
    kept = int((both.before & both.after).sum())
    broken, made = int(both.before.sum()) - kept, int(both.after.sum()) - kept
    if found.still_optimal:
        lines = [
            f"Nothing changes: the {counted(kept, 'pair')} would be among the best with these settings too."
        ]
    else:
        lines = [
            f"{counted(kept, 'pair')} stay, {counted(broken, 'pair')} would be broken and {counted(made, 'pair')} made."
        ]
    now, then = (both.then[some].tolist() for some in (both.before, both.after))
    lines.append(
        f"Under these settings the present pairs are worth {sum(now) / GRID:.3f} in total, the others "
        f"{sum(then) / GRID:.3f}."
    )
    if not found.proved:
        lines.append("The other pairing is not proved to be the best.")
    return "\n".join(map(wrapped, lines))
