"""Each person's best possible partners, and why the whole did not choose them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from peermatch.checks import must_be
from peermatch.cohort.display import ROWS, Bar, Cell, card, paragraph, table
from peermatch.cohort.frames import to_kind
from peermatch.cohort.table import Kind
from peermatch.criteria import key_of
from peermatch.criteria.masks import Mask
from peermatch.errors import ConfigError
from peermatch.explain.explanation import find_person
from peermatch.explain.outcome import Outcome
from peermatch.explain.price import Price, Vertices, forced_pair, least_price
from peermatch.explain.stability import stable_kind
from peermatch.explain.two_people import held_by_demand
from peermatch.explain.wording import counted, listing, score_text, text_table, wrapped
from peermatch.problem import FORBIDDEN, GRID, Control, IntArray

__all__ = ["NEAR", "Alternatives", "alternatives"]

NEAR = 0.02
"""Scores that differ by no more than this are called nearly equal."""

MOST = 1_000
_NAMED = 3
_SMALLEST = 0.0005
_HEADER = ("possible partner", "score", "has", "would cost")
_COLUMNS = (
    "id",
    "label",
    "score",
    "difference",
    "near_equal",
    "chosen",
    "has",
    "has_label",
    "has_score",
    "why",
    "at_least",
    "pairs_lost",
    "price",
)


@dataclass(frozen=True, eq=False, repr=False)
class Alternatives:
    """Someone's best possible partners, best first, and last whom they have, where those are not among them.

    Attributes
    ----------
    id, label
        Whose.
    text : str
    """

    id: Any
    label: str
    text: str
    frame: pd.DataFrame
    kind: Kind

    @property
    def table(self) -> Any:
        """One row for each possible partner, those of equal score in the order of ids.

        Columns: id, label, score, difference (to the partner in hand; missing without one), near_equal (whether that
        is 0.02 at most), chosen, has and has_label (lists of whom they have), has_score (the lowest of their scores;
        missing without a partner), why (in words, why the whole did not choose them; empty for those who are chosen),
        at_least (points of total score that it would cost at least, from the proof, as long as no pair is lost), and
        where it was asked for exactly, pairs_lost and price.
        """
        return to_kind(self.frame.copy(), self.kind)

    def __str__(self) -> str:
        rows = self._rows
        return f"{text_table(list(_HEADER), rows)}\n\n{wrapped(self.text)}" if rows else wrapped(self.text)

    @property
    def _rows(self) -> list[list[str]]:
        return [
            [
                str(row.label) + (" (chosen)" if row.chosen else ""),
                f"{row.score:.2f}" + (" (nearly equal)" if row.near_equal and not row.chosen else ""),
                _has(row),
                "" if row.chosen else _cost(row),
            ]
            for row in self.frame.itertuples()
        ]

    def __repr__(self) -> str:
        return f"Alternatives({self.label!r}, {len(self.frame)} possible partners)"

    def _repr_html_(self) -> str:
        scores = self.frame["score"].tolist()
        rows: list[list[Cell]] = [
            [who, Bar(score, share), *rest]
            for (who, score, *rest), share in zip(self._rows[:ROWS], scores, strict=False)
        ]
        caption = f"Possible partners of {self.label}, best first"
        shown = table(caption, _HEADER, rows, more=len(self.frame) - len(rows))
        return card(f"Alternatives for {self.label}", shown, paragraph(self.text))


def _has(row: Any) -> str:
    if not row.has:
        return "nobody"
    return f"{listing(list(row.has_label))} ({row.has_score:.2f})"


def _cost(row: Any) -> str:
    if not pd.isna(getattr(row, "price", None)):
        lost = f"{counted(int(row.pairs_lost), 'pair')}, " if row.pairs_lost > 0 else ""
        return f"{lost}{row.price:.3f} points"
    if "demanded pair" in row.why:
        return "not possible"
    if pd.isna(row.at_least):
        return "not known"
    return f"at least {row.at_least:.3f} points" if row.at_least >= _SMALLEST else "the proof does not tell"


def alternatives(
    outcome: Outcome,
    vertices: Vertices | None,
    id: Any,
    k: int = 5,
    side: str | None = None,
    *,
    exact: bool = False,
    control: Control | None = None,
) -> Alternatives:
    """Return someone's k best possible partners and the chosen ones, and what each would cost everyone together.

    Parameters
    ----------
    outcome : Outcome
    vertices : pair of int64 arrays, optional
        Who stands behind each entry of the certificate.
    id : str or int
    k : int, default 5
    side : str, optional
        Needed where both sides have the id.
    exact : bool, default False
        Whether to solve again for each, with the two together.
    control : Control, optional

    Raises
    ------
    InputError
        If nobody has the id.
    ConfigError
        If the person does not take part, or `k` is not a whole number from 1 to 1,000.
    """
    if isinstance(k, bool) or not isinstance(k, int | np.integer) or not 1 <= k <= MOST:
        raise ConfigError(must_be("alternatives()", "k", f"a whole number from 1 to {MOST:,}", k))
    id = id.item() if isinstance(id, np.generic) else id
    hand = find_person(outcome, id, side)
    positions = outcome.sides.left_positions if hand == 0 else outcome.sides.right_positions
    position = positions.get(key_of(id))
    if position is None:
        raise ConfigError(f"{id!r} does not take part.")
    best, scores, allowed = _best(outcome, hand, position, int(k))
    mine = {
        outcome.partner(index, hand, position)[1]: int(outcome.details.scores[index])
        for index in outcome.pairs_of[hand][position]
    }
    found = dict(zip(best.tolist(), scores.tolist(), strict=True))
    last = sorted((mate for mate in mine if mate not in found), key=lambda mate: (-mine[mate], mate))
    found |= {mate: mine[mate] for mate in last}
    scored = list(mine.values())
    other = 1 - hand if outcome.two_sided else 0
    rows = []
    for mate, score in found.items():
        u, v = (position, mate) if hand == 0 else (mate, position)
        chosen = mate in mine
        difference = (score - min(scored)) / GRID if scored else None
        held = held_by_demand(outcome, hand, position) or held_by_demand(outcome, other, mate)
        at_least, price = (None, None) if chosen or held else _prices(outcome, vertices, u, v, exact, control)
        rows.append(
            (
                outcome.cohort(other).ids[mate],
                outcome.label(other, mate),
                score / GRID,
                difference,
                difference is not None and abs(difference) <= NEAR,
                chosen,
                _holds(outcome, other, mate),
                _labels(outcome, other, mate),
                _least_score(outcome, other, mate),
                "" if chosen else _why(outcome, (hand, position), (other, mate), score),
                at_least,
                None if price is None else price.pairs,
                None if price is None else price.total,
            )
        )
    frame = pd.DataFrame(rows, columns=list(_COLUMNS))
    numbers = ["score", "difference", "has_score", "at_least", "pairs_lost", "price"]
    frame[numbers] = frame[numbers].astype("float64")
    if not exact:
        frame = frame.drop(columns=["pairs_lost", "price"])
    label = outcome.label(hand, position)
    return Alternatives(
        id, label, _text(outcome, label, frame, allowed, scored), frame, outcome.everyone[0].kind
    )


def _prices(
    outcome: Outcome, vertices: Vertices | None, u: int, v: int, exact: bool, control: Control | None
) -> tuple[float | None, Price | None]:
    if stable_kind(outcome):
        return None, None
    least = least_price(outcome, vertices, u, v)
    forced = forced_pair(outcome, u, v, control=control) if exact else None
    return least, None if forced is None else forced.price


def _best(outcome: Outcome, hand: int, position: int, k: int) -> tuple[IntArray, IntArray, int]:
    """Return the best allowed partners, those of equal score in the order of ids, and how many there are in all."""
    one = np.array([position], dtype=np.int64)
    if hand == 0:
        scores = outcome.scores.block(one)[0]
    else:
        everyone = np.arange(len(outcome.cohort(0)), dtype=np.int64)
        scores = outcome.scores.at(everyone, np.full(len(everyone), position, dtype=np.int64))
    allowed = np.flatnonzero(scores != FORBIDDEN)
    if not outcome.two_sided:
        allowed = allowed[allowed != position]
    for mask in _beyond_scores(outcome):
        pairs = np.full(len(allowed), position, dtype=np.int64), allowed
        allowed = allowed[~mask.pairs(*(pairs if hand == 0 else pairs[::-1]))]
    order = allowed[np.argsort(-scores[allowed], kind="stable")][:k]
    return order, scores[order], len(allowed)


def _beyond_scores(outcome: Outcome) -> list[Mask]:
    """Return the masks that scores do not know of: a floor, and what people stated."""
    known = [id(mask) for mask in outcome.scores.masks]
    return [mask for mask in outcome.enforcement.masks if id(mask) not in known]


def _holds(outcome: Outcome, hand: int, position: int) -> list[Any]:
    found = [outcome.partner(index, hand, position) for index in outcome.pairs_of[hand][position]]
    return [outcome.cohort(side).ids[mate] for side, mate in found]


def _labels(outcome: Outcome, hand: int, position: int) -> list[str]:
    found = [outcome.partner(index, hand, position) for index in outcome.pairs_of[hand][position]]
    return [outcome.label(side, mate) for side, mate in found]


def _least_score(outcome: Outcome, hand: int, position: int) -> float | None:
    scores = [int(outcome.details.scores[index]) for index in outcome.pairs_of[hand][position]]
    return min(scores) / GRID if scores else None


def _why(outcome: Outcome, who: tuple[int, int], other: tuple[int, int], score: int) -> str:
    """Say why the whole did not choose someone: what they have, or who would be left."""
    if stable_kind(outcome):
        return ""
    if held_by_demand(outcome, *who):
        return f"has no place here: {outcome.label(*who)} is in a demanded pair"
    if held_by_demand(outcome, *other):
        return "is in a demanded pair"
    theirs = outcome.pairs_of[other[0]][other[1]]
    if theirs and len(theirs) >= int(outcome.places(other[0])[other[1]]):
        weakest = min(theirs, key=lambda index: (int(outcome.details.scores[index]), index))
        side, mate = outcome.partner(weakest, *other)
        held, name = int(outcome.details.scores[weakest]), outcome.label(side, mate)
        if held > score:
            return f"scores more with {name} ({score_text(held)})"
        return f"is with {name} ({score_text(held)}), who would need somebody else"
    mine = outcome.pairs_of[who[0]][who[1]]
    if not mine:
        return "is free, but then somebody else would be left"
    side, mate = outcome.partner(mine[0], *who)
    return f"is free, but then {outcome.label(side, mate)} would need somebody else"


def _text(outcome: Outcome, label: str, frame: pd.DataFrame, allowed: int, held: list[int]) -> str:
    if not allowed and not held:
        return f"No rule leaves {label} anybody to be paired with."
    told = [f"{label} has {counted(allowed, 'possible partner')}"]
    if held:
        told.append(f"the partner in hand scores {score_text(min(held))}")
    parts = ["; ".join(told) + "."]
    others = frame[~frame["chosen"]]
    if held:
        parts += _named("Higher", others[others["difference"] > NEAR])
        parts += _named("Nearly equal", others[others["near_equal"]])
    else:
        parts += _named("The best", others)
    return " ".join(parts)


def _named(title: str, rows: pd.DataFrame) -> list[str]:
    """Name the first of some possible partners, each with the reason why not; stable pairs have another reason."""
    shown = [
        f"{row['label']} ({row['score']:.2f}) {row['why']}"
        for row in rows.head(_NAMED).to_dict("records")
        if row["why"]
    ]
    if not shown:
        return []
    rest = f"; and {len(rows) - len(shown):,} more in the table" if len(rows) > len(shown) else ""
    return [f"{title}: {'; '.join(shown)}{rest}."]
