"""Facts of a pair: on each criterion, what both bring, how each sees the other, and what it adds to the score."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from peermatch.criteria import Criterion, age_of, folded
from peermatch.criteria.measures import PrimitiveMeasure
from peermatch.explain.outcome import Outcome
from peermatch.explain.wording import cell_text, column_words, counted, listing, told_apart

__all__ = [
    "NOTHING_SOUGHT",
    "SENSITIVE",
    "Fact",
    "Half",
    "meeting_text",
    "pair_fact",
    "pair_facts",
    "read_ahead",
]

SENSITIVE = "(sensitive)"
NOT_GIVEN = "not given"
NOTHING_SOUGHT = "nothing sought"
_SHOWN = 6
_COMPARED = ("above", "different", "near", "same")


@dataclass(frozen=True)
class Half:
    """One person's half of a fact.

    Attributes
    ----------
    label : str
        What people read.
    text : str
        What they bring, as people read it.
    cells : mapping of column to cell
        The raw values.
    similarity : float
        As they see the other; NaN where it is not known.
    share : int
        The criterion's share of what counts for them, of 2**30; 0 where it does not count for them.
    wanted, found : tuple of str
        For ``complement``: what they seek (with ``new_only``, and do not offer themselves), and what of it the other
        offers.
    content : bool
        For ``complement``: whether they seek something, and offer all of it themselves.
    equal : tuple of bool or None
        For kinds that compare columns one by one: whether what they bring counts as the same as what faces it at the
        other, a column each; None where that is not known.
    hours : int or None
        For ``available``: how many whole hours of the week, in UTC, they have.

    Notes
    -----
    Of a sensitive criterion there is the share and nothing else.
    """

    label: str
    text: str
    cells: Mapping[str, Any]
    similarity: float
    share: int
    wanted: tuple[str, ...] = ()
    found: tuple[str, ...] = ()
    content: bool = False
    equal: tuple[bool | None, ...] = ()
    hours: int | None = None

    @property
    def known(self) -> bool:
        """Whether the similarity counts for them and is known."""
        return self.share > 0 and not math.isnan(self.similarity)

    @property
    def unknown(self) -> bool:
        """Whether the similarity counts for them and is not known."""
        return self.share > 0 and math.isnan(self.similarity)


@dataclass(frozen=True)
class Fact:
    """One criterion of one pair, as seen by the one who asks.

    Attributes
    ----------
    criterion : Criterion
        A sensitive one without its options.
    mine, theirs : Half
    contribution : int
        To the score, of 2**30.
    shared : tuple of str
        For many-valued columns: the values of both.
    free_text : bool
        Whether the column was compared by the direction of its texts.
    two_sided, mine_is_left : bool
    """

    criterion: Criterion
    mine: Half
    theirs: Half
    contribution: int
    shared: tuple[str, ...]
    free_text: bool
    two_sided: bool
    mine_is_left: bool

    @property
    def halves(self) -> tuple[Half, Half]:
        """Mine, then theirs."""
        return (self.mine, self.theirs)

    @property
    def known(self) -> str:
        """How much of it was known: yes, partly, no, nothing sought, or not counted; of sensitive ones it is not said.

        Nothing sought: whoever it counts for seeks nothing that they do not offer themselves. That is not known either,
        and an estimate counts, but no cell is empty.
        """
        if self.criterion.sensitive:
            return SENSITIVE
        counted = [half for half in self.halves if half.share > 0]
        if not counted:
            return "not counted"
        known = sum(half.known for half in counted)
        if not known and all(half.content for half in counted):
            return NOTHING_SOUGHT
        return "yes" if known == len(counted) else "partly" if known else "no"

    @property
    def similarity(self) -> float:
        """The similarity over both directions that count and are known, by their shares; NaN without any."""
        known = [half for half in self.halves if half.known]
        total = sum(half.share for half in known)
        return sum(half.similarity * half.share for half in known) / total if total else math.nan

    @property
    def equal(self) -> bool:
        """Whether both bring what counts as the same, in every column of which it is known."""
        flags = [flag for half in self.halves for flag in half.equal if flag is not None]
        return bool(flags) and all(flags)


def pair_facts(outcome: Outcome, index: int, hand: int = 0) -> list[Fact]:
    """Return the facts of one pair, a criterion each, in the order of the criteria.

    Parameters
    ----------
    outcome : Outcome
    index : int
        Which pair.
    hand : {0, 1}
        Whose view: of the person in the pair's first (0) or second (1) place.
    """
    return [pair_fact(outcome, index, k, hand) for k in range(len(outcome.scores.criteria))]


def pair_fact(outcome: Outcome, index: int, k: int, hand: int = 0) -> Fact:
    """Return one fact of one pair: that of the criterion in place `k`."""
    details = outcome.details
    similarity = (float(details.left_similarity[k, index]), float(details.right_similarity[k, index]))
    reader = _Reader(outcome, k, outcome.pairs[index].tolist(), similarity)
    halves = _told_apart([reader.half(side) for side in (0, 1)])
    return Fact(
        criterion=reader.shown_criterion,
        mine=halves[hand],
        theirs=halves[1 - hand],
        contribution=int(details.contributions[k, index]),
        shared=reader.shared(),
        free_text=reader.free_text,
        two_sided=outcome.two_sided,
        mine_is_left=hand == 0,
    )


def _told_apart(halves: list[Half]) -> list[Half]:
    """Where two single cells differ although they read alike when shortened, show where."""
    if any(len(half.cells) != 1 for half in halves) or False not in halves[0].equal:
        return halves
    cells = [next(iter(half.cells.values())) for half in halves]
    texts = told_apart(*cells) or [half.text for half in halves]
    return [replace(half, text=text) for half, text in zip(halves, texts, strict=True)]


def _as_shown(outcome: Outcome, criterion: Criterion) -> Criterion:
    """A criterion is shown as sensitive where it reads what a sensitive one reads: the values are the same."""
    read = {folded(column) for column in (*criterion.left, *criterion.right)}
    if criterion.sensitive or not read & outcome.sensitive_columns:
        return criterion
    return replace(criterion, sensitive=True)


class _Reader:
    """Reads what both people of one pair bring on one criterion."""

    def __init__(self, outcome: Outcome, k: int, pair: Sequence[int], similarity: tuple[float, float]):
        self.outcome, self.k, self.pair, self.similarity = outcome, k, pair, similarity
        self.criterion = _as_shown(outcome, outcome.scores.criteria[k].criterion)
        self.measure = outcome.scores.criteria[k].measure
        self.encoder = outcome.fitted[k].encoder
        self.shares = (
            int(outcome.scores.left_shares[k, pair[0]]),
            int(outcome.scores.right_shares[k, pair[1]]),
        )

    @property
    def shown_criterion(self) -> Criterion:
        return replace(self.criterion, options={}) if self.criterion.sensitive else self.criterion

    @property
    def free_text(self) -> bool:
        return not self.criterion.sensitive and getattr(self.encoder, "kind_", None) == "text"

    def cell(self, side: int, column: str) -> Any:
        return self.outcome.cell(side, column, self.pair[side])

    def columns(self, side: int) -> tuple[str, ...]:
        """The columns in which a person of this side brings something."""
        left, right = self.criterion.left, self.criterion.right
        if not self.outcome.two_sided or self.criterion.kind == "complement":
            return tuple(dict.fromkeys((*left, *right)))
        return left if side == 0 else right

    def half(self, side: int) -> Half:
        if self.criterion.sensitive:
            label = self.outcome.label(side, self.pair[side])
            return Half(label, SENSITIVE, MappingProxyType({}), math.nan, self.shares[side])
        wanted, found, content = self.wishes(side)
        half = Half(
            label=self.outcome.label(side, self.pair[side]),
            text="",
            cells={column: self.cell(side, column) for column in self.columns(side)},
            similarity=self.similarity[side],
            share=self.shares[side],
            wanted=wanted,
            found=found,
            content=content,
            equal=self.equal(side),
            hours=self.hours(side),
        )
        text = _TEXTS.get(self.criterion.kind, _cells_text)(half, self, side)
        return replace(half, text=text)

    # ---- what was scored --------------------------------------------------------------------------------

    def features(self, side: int) -> tuple[Any, Any]:
        """What a person brings and what it faces at the other, as it was scored."""
        measure, (u, v) = self.measure, self.pair
        assert isinstance(measure, PrimitiveMeasure)  # every kind that compares columns has one
        if side == 0:
            return np.atleast_1d(measure.left_own[u]), np.atleast_1d(measure.right_other[v])
        return np.atleast_1d(measure.right_own[v]), np.atleast_1d(measure.left_other[u])

    def equal(self, side: int) -> tuple[bool | None, ...]:
        if self.criterion.kind not in _COMPARED:
            return ()
        own, other = self.features(side)
        unknown = (own < 0) | (other < 0) if own.dtype.kind == "i" else np.isnan(own) | np.isnan(other)
        return tuple(
            None if gone else same
            for gone, same in zip(unknown.tolist(), (own == other).tolist(), strict=True)
        )

    def hours(self, side: int) -> int | None:
        if self.criterion.kind != "available":
            return None
        own, _ = self.features(side)
        return int(np.unpackbits(np.ascontiguousarray(own).view(np.uint8)).sum())

    # ---- many-valued cells ------------------------------------------------------------------------------

    def values(self, side: int, column: str) -> tuple[str, ...]:
        """The values of a many-valued cell, in the encoder's spelling."""
        ahead = self.outcome.values_ahead.get((self.k, side, column))
        if ahead is not None:
            return ahead[self.pair[side]]
        return _values_of(self.encoder, column, [self.cell(side, column)])[0]

    def wishes(self, side: int) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
        """What they want of the other, what of it there is, and whether they have all they wish for."""
        if self.criterion.kind != "complement":
            return (), (), False
        offers, seeks = self.criterion.right[0], self.criterion.left[0]
        own, other = set(self.values(side, offers)), set(self.values(1 - side, offers))
        drops = own if self.criterion.options["new_only"] else set()
        sought = self.values(side, seeks)
        wanted = tuple(name for name in sought if name not in drops)
        return wanted, tuple(name for name in wanted if name in other), bool(sought) and not wanted

    def shared(self) -> tuple[str, ...]:
        if self.criterion.kind != "overlap" or self.criterion.sensitive or self.free_text:
            return ()
        first = self.values(0, self.criterion.left[0])
        second = set(self.values(1, self.criterion.right[0]))
        return tuple(name for name in first if name in second)


def read_ahead(outcome: Outcome) -> None:
    """Read many-valued cells of everyone at once, a column each: twenty times as fast as pair by pair.

    Only worth it where most pairs are to be explained.
    """
    for k, (compiled, fitted) in enumerate(zip(outcome.scores.criteria, outcome.fitted, strict=True)):
        free_text = getattr(fitted.encoder, "kind_", None) == "text"
        if compiled.criterion.kind not in ("complement", "overlap") or free_text:
            continue
        for side in outcome.hands:
            cohort = outcome.cohort(side)
            for column in dict.fromkeys((*compiled.criterion.left, *compiled.criterion.right)):
                if (k, side, column) not in outcome.values_ahead and cohort.has(column):
                    cells = cohort.column(column).tolist()
                    values = _values_of(fitted.encoder, column, cells)
                    for hand in (
                        (side,) if outcome.two_sided else (0, 1)
                    ):  # in one pool both are the same people
                        outcome.values_ahead[k, hand, column] = values


def _values_of(encoder: Any, column: str, cells: list[Any]) -> list[tuple[str, ...]]:
    """Read the cells of one column through the encoder's first column: all of them share a vocabulary."""
    header = list(getattr(encoder, "feature_names_in_", [column]))
    table: dict[str, list[Any]] = {name: [None] * len(cells) for name in header}
    table[header[0]] = cells
    rows = encoder.bits(pd.DataFrame(table, columns=header, dtype=object))[0]
    return [_names(words, encoder.vocabulary_) for words in rows]


def _names(words: Any, vocabulary: Sequence[str]) -> tuple[str, ...]:
    bits = np.unpackbits(np.ascontiguousarray(words, dtype="<u8").view(np.uint8), bitorder="little")
    return tuple(str(vocabulary[bit]) for bit in np.flatnonzero(bits).tolist() if bit < len(vocabulary))


# ---- what someone brings, in words ----------------------------------------------------------------------


def _cells_text(half: Half, reader: _Reader, side: int) -> str:
    if len(half.cells) == 1:
        return cell_text(next(iter(half.cells.values()))) or NOT_GIVEN
    parts = [f"{column_words(column)}: {cell_text(cell) or NOT_GIVEN}" for column, cell in half.cells.items()]
    return "; ".join(parts)


def _available_text(half: Half, reader: _Reader, side: int) -> str:
    return ", ".join(text for cell in half.cells.values() if (text := cell_text(cell))) or NOT_GIVEN


def _overlap_text(half: Half, reader: _Reader, side: int) -> str:
    """Values one by one, so that none is cut in two; what several columns or a free text hold is shown as it is."""
    if reader.free_text or len(half.cells) != 1:
        return _cells_text(half, reader, side)
    criterion = reader.criterion
    values = reader.values(side, (criterion.left, criterion.right)[side][0])
    rest = f"; and {len(values) - _SHOWN} more" if len(values) > _SHOWN else ""
    return "; ".join(values[:_SHOWN]) + rest if values else NOT_GIVEN


def _complement_text(half: Half, reader: _Reader, side: int) -> str:
    if half.share == 0:
        offers = reader.values(side, reader.criterion.right[0])
        return f"offers {listing(offers, limit=6)}" if offers else "offers nothing known"
    if not half.wanted:
        return "seeks nothing new" if half.content else f"seeks: {NOT_GIVEN}"
    sought = "sought and new" if reader.criterion.options["new_only"] else "sought"
    if not half.found:
        return f"finds none of {len(half.wanted)} {sought}"
    return f"finds {len(half.found)} of {len(half.wanted)} {sought}: {', '.join(half.found)}"


def _prefers_text(half: Half, reader: _Reader, side: int) -> str:
    if math.isnan(half.similarity):
        return "no list"
    return (
        "first wish" if half.similarity == 1 else "on the list" if half.similarity > 0 else "not on the list"
    )


def _ties_text(half: Half, reader: _Reader, side: int) -> str:
    return "a tie" if half.similarity > 0 else "no tie"


def _novelty_text(half: Half, reader: _Reader, side: int) -> str:
    return meeting_text(reader.criterion, half.similarity)


def meeting_text(criterion: Criterion, similarity: float) -> str:
    """Say when two people last met, from what novelty a pair of them has.

    Examples
    --------
    >>> from peermatch.criteria import novelty
    >>> meeting_text(novelty(half_life=3), 0.75), meeting_text(novelty(half_life=90, unit="days"), 0.0)
    ('met 6 rounds ago', 'met today')
    """
    age = age_of(criterion, similarity)
    if age is None:
        return "no earlier meeting known"
    unit = criterion.options["unit"]
    return "met today" if age == 0 else f"met {counted(age, unit.removesuffix('s'))} ago"


_TEXTS: Mapping[str, Callable[[Half, _Reader, int], str]] = MappingProxyType(
    {
        "available": _available_text,
        "complement": _complement_text,
        "novelty": _novelty_text,
        "overlap": _overlap_text,
        "prefers": _prefers_text,
        "ties": _ties_text,
    }
)
