"""How well groups of people are paired: a table in which small groups do not show, nor follow by subtraction."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

import numpy as np
import pandas as pd

from peermatch.audit import GroupCounts, Hidden, hidden_cells
from peermatch.checks import must_be
from peermatch.cohort import Cohort
from peermatch.cohort.aside import is_missing
from peermatch.cohort.display import ROWS, card, frame_table, paragraph
from peermatch.criteria import columns_of, folded, key_of
from peermatch.errors import ConfigError, error_item
from peermatch.explain import Outcome
from peermatch.explain.wording import counted, percent, shortened, text_table, wrapped
from peermatch.problem import GRID

__all__ = [
    "EVERYONE",
    "NOT_KNOWN",
    "GroupQuality",
    "coverage_frame",
    "group_quality",
    "groups_of",
    "refuse_private",
    "without_small_names",
    "worth_of",
]

EVERYONE, NOT_KNOWN = "everyone", "not known"
FEW = "(few people)"
"""In the place of a small group's name, for an auditor."""
HIDE_BELOW = 10
_FEWEST_FOLDED = 2
_DIGITS = 3
"""Means and shares show no more digits: all of them would tell of how many people they are."""
_COUNTS = ("people", "taking_part", "paired", "unmatched")
_CELLS = (*_COUNTS, "coverage", "mean", "median", "lowest", "gap")
_LEVELS = {"taking_part": 0, "people": 1, "paired": 2, "unmatched": 2, "coverage": 2}
"""At which level of `Hidden` a cell is hidden; all others at the last one."""


@dataclass(frozen=True, eq=False, repr=False)
class GroupQuality:
    """How well each group is paired. `Pairing.quality` makes it.

    Attributes
    ----------
    cohort : Cohort
        Whose kind of table comes back.
    table : pandas.DataFrame
    hide_below : int
    by : tuple of str

    Examples
    --------
    >>> import peermatch as pm
    >>> people = [{"id": k, "years": k // 4, "team": "ab"[k % 2]} for k in range(40)]
    >>> quality = pm.PeerMatcher("id", [pm.near("years")]).match(people).quality("team")
    >>> quality.frame[["group", "people", "coverage", "mean"]].values.tolist()
    [['everyone', 40, 1.0, 1.0], ['a', 20, 1.0, 1.0], ['b', 20, 1.0, 1.0]]
    """

    cohort: Cohort
    table: pd.DataFrame
    hide_below: int
    by: tuple[str, ...]

    @property
    def frame(self) -> Any:
        """One row a group, "everyone" first, as the kind of table that the people came in.

        Columns: side (where there are two), column, group, people, taking_part, paired, unmatched, coverage (the share
        of those taking part who have a partner); mean and median of what those taking part have (the mean score of
        their pairs, 0 for someone without a partner); lowest (of those with a partner); gap (mean less everyone's
        mean); hidden (names of the cells that are hidden, joined by ", "). Hidden cells are missing.
        """
        return self.cohort.in_kind(self.table.copy())

    @property
    def folded(self) -> pd.DataFrame:
        """The table with one row in place of several groups that are wholly hidden: what text and pictures show."""
        return _folded(self.table)

    @property
    def hidden(self) -> int:
        """How many cells are hidden."""
        return sum(len(cell.split(", ")) for cell in self.table["hidden"] if cell)

    @property
    def text(self) -> str:
        """The table for a screen, and what is to be known for reading it."""
        header = [name for name in self.table.columns if name not in ("hidden", "gap")]
        header = [name for name in header if name != "column" or len(self.by) > 1]
        rows = [
            [_shown(name, row[name], row["hidden"]) for name in header]
            for row in _folded(self.table).to_dict("records")
        ]
        words = [name.replace("_", " ") for name in header]
        return f"{text_table(words, rows)}\n\n{wrapped(self.notes)}"

    @property
    def notes(self) -> str:
        """What is to be known for reading the table."""
        notes = []
        for (_, column), rows in self.table.groupby(_place(self.table), sort=False):
            shown = rows.iloc[1:].dropna(subset=["mean"])
            if len(shown) > 1:
                ordered = shown.sort_values("mean", kind="stable")
                low, high = ordered.iloc[0], ordered.iloc[-1]
                notes.append(
                    f"By {column}, {shortened(low['group'])} has the lowest mean ({low['mean']:.3f}) and "
                    f"{shortened(high['group'])} the highest ({high['mean']:.3f})."
                )
        notes.append("A mean is over all who take part; someone without a partner counts as 0.")
        if self.hidden:
            notes.append(
                f"{counted(self.hidden, 'cell is', 'cells are')} hidden: numbers of people from 1 to "
                f"{self.hide_below - 1}, and what would give them away (hide_below={self.hide_below})."
            )
        if len(_folded(self.table)) < len(self.table):
            notes.append("Groups of which nothing may be shown stand in one row; the frame names each.")
        return " ".join(notes)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        groups = counted(len(self.table) - int((self.table["group"] == EVERYONE).sum()), "group")
        return f"GroupQuality({groups} by {', '.join(self.by)}, {counted(self.hidden, 'hidden cell')})"

    def _repr_html_(self) -> str:
        shown = _folded(self.table).drop(columns="hidden")
        first = [name for name in ("group", "side", "column") if name in shown.columns]
        columns = [*first, *(name for name in shown.columns if name not in first)]
        groups = frame_table("How well each group is paired", shown, columns, limit=3 * ROWS, ids=["group"])
        return card(repr(self), groups, paragraph(self.notes))


def _place(table: pd.DataFrame) -> list[pd.Series[Any]]:
    side = table["side"] if "side" in table.columns else pd.Series([""] * len(table))
    return [side, table["column"]]


def _folded(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with one row in place of several groups, of one side and column, that are wholly hidden."""
    shown = [name for name in (*_CELLS, "hidden") if name not in _COUNTS[1:]]
    nothing = table[shown[:-1]].isna().all(axis=1) & (table["hidden"] != "") & (table["group"] != EVERYONE)
    parts = []
    for _, rows in table.groupby(_place(table), sort=False):
        away = rows[nothing[rows.index]]
        if len(away) < _FEWEST_FOLDED:
            parts.append(rows)
            continue
        one = away.iloc[[0]].assign(group=f"{len(away):,} groups, hidden together")
        for name in _CELLS:
            if len(away[name].drop_duplicates()) > 1:
                one[name] = None
        parts += [rows.drop(index=away.index), one]
    return pd.concat(parts, ignore_index=True) if parts else table


def _shown(name: str, cell: Any, hidden: str) -> str:
    if is_missing(cell):
        return "hidden" if name in hidden.split(", ") else ""
    if name == "coverage":
        return percent(float(cell))
    return f"{cell:.3f}" if isinstance(cell, float) else shortened(str(cell))


def group_quality(outcome: Outcome, by: str | Sequence[str], hide_below: int = HIDE_BELOW) -> GroupQuality:
    """Return how well each group is paired.

    Parameters
    ----------
    outcome : Outcome
    by : str or sequence of str
        Columns of the tables that people came in, audit-only ones too.
    hide_below : int
        See `Pairing.quality`.

    Raises
    ------
    ConfigError
        For a wrong argument, or two columns of which some groups are together the same people.
    InputError
        For a column that is not there.
    """
    columns = (by,) if isinstance(by, str) else by
    good = (
        isinstance(columns, Sequence) and columns and all(isinstance(name, str) and name for name in columns)
    )
    if not good or len(set(columns)) < len(columns):
        raise ConfigError(must_be("quality()", "by", "the name of a column, or a list of different ones", by))
    if isinstance(hide_below, bool) or not isinstance(hide_below, int) or hide_below < 1:
        constraint = "a whole number of at least 1, which hides nothing"
        raise ConfigError(must_be("quality()", "hide_below", constraint, hide_below))
    refuse_private(outcome, "quality()", list(columns))
    # groups are called by what stands in the column: of a sensitive one, only where there are many
    sensitive = any(folded(column) in outcome.declared for column in columns)
    if sensitive and hide_below < HIDE_BELOW:
        constraint = f"at least {HIDE_BELOW} where a column is declared sensitive"
        raise ConfigError(must_be("quality()", "hide_below", constraint, hide_below))
    _need(outcome, columns)
    if hide_below > 1:  # else nothing is hidden that could be given away
        _refuse_nested(outcome, columns)
    rows = [row for column in columns for row in _rows_of(outcome, column, hide_below)]
    table = pd.DataFrame(rows, columns=["side", "column", "group", *_CELLS, "hidden"])
    for name in _COUNTS:
        table[name] = pd.Series([row[3 + _COUNTS.index(name)] for row in rows], dtype=object)
    for name in _CELLS[len(_COUNTS) :]:
        table[name] = table[name].astype(float)
    if not outcome.two_sided:
        del table["side"]
    cohort = outcome.everyone[0]
    found = GroupQuality(cohort, table, hide_below, tuple(columns))
    return without_small_names(found) if sensitive else found


def refuse_private(outcome: Outcome, caller: str, by: Any) -> None:
    """Refuse to tell groups apart by what a private rule reads: their names are whom people do not want.

    Raises
    ------
    ConfigError
    """
    asked = {folded(name) for name in (by if isinstance(by, list | tuple) else [by]) if isinstance(name, str)}
    rules = [enforced.rule for enforced in outcome.enforcement.rules if enforced.rule.private]
    if asked & {folded(column) for rule in rules for column in columns_of(rule)}:
        raise ConfigError(
            f"{caller} does not tell groups apart by a column that only a private rule may read."
        )


def without_small_names(quality: GroupQuality) -> GroupQuality:
    """Take away what groups of few people are called: by a column of names, or of pay, those are single values.

    A group keeps its name where the table shows that it is large: its head count, or the number taking part.
    """
    shown = quality.table[["people", "taking_part"]].map(lambda count: 0 if is_missing(count) else int(count))
    few = (shown.max(axis=1) < HIDE_BELOW) & (quality.table["group"] != EVERYONE)
    return replace(quality, table=quality.table.assign(group=quality.table["group"].where(~few, FEW)))


def _need(outcome: Outcome, columns: Sequence[str]) -> None:
    cohorts = [cohort for cohort in outcome.everyone if cohort is not None]
    for column in columns:
        if not any(cohort.has(column) for cohort in cohorts):
            cohorts[0].column(column, needed_by="quality()")


def groups_of(cohort: Cohort, column: str) -> list[str]:
    """Return the group of each of these people, as text: values that differ in letter case or blanks are one group.

    Examples
    --------
    >>> people = Cohort.of([{"id": 1, "team": "Red"}, {"id": 2, "team": " red"}, {"id": 3, "team": None}], id="id")
    >>> groups_of(people, "team")
    ['Red', 'Red', 'not known']
    """
    if not cohort.has(column):
        return [NOT_KNOWN] * len(cohort)
    written: dict[str, str] = {}
    keys = []
    for cell in cohort.column(column):
        text = None if is_missing(cell) else " ".join(str(cell).split())
        key = "" if text is None else text.casefold()
        keys.append(key)
        name = NOT_KNOWN if text is None else text
        written[key] = min(written.get(key, name), name)
    return [written[key] for key in keys]


def _refuse_nested(outcome: Outcome, columns: Sequence[str]) -> None:
    """Of two tables by columns that divide each other, what the one hides could be had from the other."""
    for hand in outcome.hands:
        cohort = outcome.everyone[hand]
        assert cohort is not None  # hands are sides that are there
        groups = {column: groups_of(cohort, column) for column in columns}
        for fine, coarse in itertools.combinations(columns, 2):
            if _comes_apart(groups[fine], groups[coarse]):
                message = (
                    f"Some groups of {fine!r} and of {coarse!r} are together the same people, so what the one table "
                    "hides could be had from the other by subtraction. Ask for one of the two, and share no other "
                    "table of the same people by the other."
                )
                raise ConfigError(error_item("nested_columns", message, column=fine, found=coarse))


def _comes_apart(one: Sequence[str], other: Sequence[str]) -> bool:
    """Return whether some groups, but not all, of two columns are together the same people.

    Examples
    --------
    >>> _comes_apart(["a", "b", "c", "c"], ["x", "x", "y", "z"]), _comes_apart(["a", "a", "b"], ["x", "y", "y"])
    (True, False)
    """
    facing: dict[tuple[bool, str], set[tuple[bool, str]]] = {}
    for mine, theirs in set(zip(one, other, strict=True)):
        facing.setdefault((False, mine), set()).add((True, theirs))
        facing.setdefault((True, theirs), set()).add((False, mine))
    reached, ahead = set[tuple[bool, str]](), list(facing)[:1]
    while ahead:
        group = ahead.pop()
        if group not in reached:
            reached.add(group)
            ahead += facing[group]
    return len(reached) < len(facing)


def worth_of(outcome: Outcome, hand: int) -> list[tuple[int, float]]:
    """Return how many pairs each of those who take part has, and what they are worth on average: 0 without any."""
    scores = outcome.details.scores.tolist()
    found = []
    for indices in outcome.pairs_of[hand]:
        total = sum(scores[index] for index in indices)
        found.append((len(indices), total / len(indices) / GRID if indices else 0.0))
    return found


@dataclass(frozen=True)
class _Group:
    """A group, with what each of those who take part has: number of pairs, and their mean score."""

    name: str
    people: int
    has: list[tuple[int, float]]

    @property
    def counts(self) -> GroupCounts:
        held = [worth for pairs, worth in self.has if pairs]
        return GroupCounts(self.people, len(self.has), len(held), sum(held), min(held, default=0.0))


def _groups(outcome: Outcome, hand: int, column: str) -> list[_Group]:
    everyone, taking = outcome.everyone[hand], outcome.cohort(hand)
    assert everyone is not None  # hands are sides that are there
    position = {key_of(id): at for at, id in enumerate(taking.ids.tolist())}
    worth = worth_of(outcome, hand)
    found: dict[str, _Group] = {}
    for id, name in zip(everyone.ids.tolist(), groups_of(everyone, column), strict=True):
        group = found.setdefault(name, _Group(name, 0, []))
        at = position.get(key_of(id))
        found[name] = replace(
            group, people=group.people + 1, has=group.has if at is None else [*group.has, worth[at]]
        )
    return sorted(found.values(), key=lambda group: (group.name == NOT_KNOWN, _by_number(group.name)))


def _by_number(name: str) -> tuple[bool, float, str]:
    try:
        return False, float(name), name
    except ValueError:
        return True, 0.0, name.casefold()


def _rows_of(outcome: Outcome, column: str, hide_below: int) -> list[tuple[Any, ...]]:
    """Return the rows of one column, of both sides where there are two."""
    sides = [_groups(outcome, hand, column) for hand in outcome.hands]
    hidden = [
        hidden_cells([group.counts for group in groups], hide_below, alone=_alone(outcome, hand))
        for hand, groups in zip(outcome.hands, sides, strict=True)
    ]
    if len(sides) > 1:
        # as many people of the one side have a partner as of the other, where everybody has one place
        for level in (2, 3):
            if any(one.totals[level] for one in hidden):
                hidden = [one.all_at(level, len(groups)) for one, groups in zip(hidden, sides, strict=True)]
    rows = []
    for hand, groups, cells in zip(outcome.hands, sides, hidden, strict=True):
        rows += _rows_of_side(outcome.side_name(hand), column, groups, cells, hide_below)
    return rows


def _alone(outcome: Outcome, hand: int) -> int:
    """Return how many people of a side have nobody to be with in any case, where everybody has one place."""
    if not outcome.two_sided or any(places is not None for places in outcome.capacity):
        return 0
    return max(0, len(outcome.cohort(hand)) - len(outcome.cohort(1 - hand)))


def _rows_of_side(
    side: str, column: str, groups: list[_Group], hidden: Hidden, hide_below: int
) -> list[tuple[Any, ...]]:
    levels = (hidden.taking_part, hidden.people, hidden.paired, hidden.worth)
    whole = _Group(EVERYONE, sum(g.people for g in groups), [has for g in groups for has in g.has])
    overall = _cells(whole, None)
    # nobody at all is without a partner, or has one: that is plain for every group
    plain = () if hidden.totals[2] else tuple(name for name in ("paired", "unmatched") if not overall[name])
    rows = []
    for at, group in enumerate([whole, *groups]):
        out = tuple(at - 1 in level for level in levels) if at else hidden.totals
        cells = overall if not at else _cells(group, overall["mean"])
        away = [name for name in _CELLS if out[_LEVELS.get(name, 3)] and name not in plain]
        if out[2]:  # of those with a partner, or as many of those without
            few = group.counts.paired < hide_below
            away += [
                name for name in ("median", "lowest") if name not in away and (at or few or name == "median")
            ]
        shown = [None if name in away else cells[name] for name in _CELLS]
        rows.append((side, column, group.name, *shown, ", ".join(away)))
    return rows


def _cells(group: _Group, overall: float | None) -> dict[str, Any]:
    """Return every cell of a row, nothing hidden; None where there is nothing to say."""
    counts, has = group.counts, [worth for _, worth in group.has]
    paired = [worth for pairs, worth in group.has if pairs]
    mean = round(sum(has) / len(has), _DIGITS) if has else None
    return {
        "people": counts.people,
        "taking_part": counts.taking_part,
        "paired": counts.paired,
        "unmatched": counts.unmatched,
        "coverage": round(counts.paired / counts.taking_part, _DIGITS) if has else None,
        "mean": mean,
        "median": round(median(has), _DIGITS) if has else None,
        "lowest": round(min(paired), _DIGITS) if paired else None,
        "gap": None if mean is None or overall is None else round(mean - overall, _DIGITS),
    }


def coverage_frame(outcome: Outcome) -> pd.DataFrame:
    """Return how much was known for the pairs that were made; see `Pairing.coverage`."""
    details, scores = outcome.details, outcome.scores
    u, v = outcome.pairs[:, 0], outcome.pairs[:, 1]
    weights = [compiled.criterion.weight for compiled in scores.criteria]
    rows: list[tuple[str, float, int, int, float]] = []
    asked_weight = known_weight = 0.0
    for k, compiled in enumerate(scores.criteria):
        shares = np.concatenate([scores.left_shares[k, u], scores.right_shares[k, v]])
        seen = np.concatenate([details.left_similarity[k], details.right_similarity[k]])
        counts, known = shares > 0, (shares > 0) & ~np.isnan(seen)
        asked_weight += float(shares.sum())
        known_weight += float(shares[known].sum())
        asked, found = int(counts.sum()), int(known.sum())
        share = found / asked if asked else float("nan")
        rows.append((compiled.criterion.name, weights[k] / sum(weights), asked, found, share))
    asked, found = sum(row[2] for row in rows), sum(row[3] for row in rows)
    overall = known_weight / asked_weight if asked_weight else float("nan")
    rows.append(("all", 1.0, asked, found, overall))
    return pd.DataFrame(rows, columns=["criterion", "weight", "asked", "known", "coverage"])
