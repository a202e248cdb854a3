"""Explanations: why someone has the partner that they have, as a table first and a short paragraph second."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from peermatch.checks import nearest
from peermatch.cohort.display import Bar, Cell, card, paragraph, table
from peermatch.cohort.frames import to_kind
from peermatch.cohort.table import Kind
from peermatch.criteria import key_of
from peermatch.errors import InputError, error_item
from peermatch.explain.facts import SENSITIVE, Fact, Half, pair_facts, read_ahead
from peermatch.explain.outcome import Outcome
from peermatch.explain.paragraph import pair_text
from peermatch.explain.unmatched import LeftOut, left_out
from peermatch.explain.wording import column_words, percent, score_text, text_table, wrapped
from peermatch.problem import GRID

__all__ = ["Explanation", "PairExplanation", "explain", "explain_pair", "explain_pairs", "find_person"]

PAIR_COLUMNS = (
    "partner",
    "criterion",
    "mine",
    "theirs",
    "similarity",
    "similarity_back",
    "weight",
    "weight_back",
    "contribution",
    "known",
)
REASON_COLUMNS = ("rule", "removed", "of")
_NEAREST_AMONG = 20_000
_LIMITS = (24, 26, 26, 20, 20, 9, 5, 11)


@dataclass(frozen=True, eq=False, repr=False)
class PairExplanation:
    """Why two people were paired, as one of them sees it.

    Attributes
    ----------
    pair_id : str
    partner : str or int
        The other one's id.
    label, partner_label : str
        What people read.
    score : int
        Of 2**30.
    coverage : float
        The share of criterion weight that was known.
    facts : tuple of Fact
    text : str
        A short paragraph.
    """

    pair_id: str
    partner: Any
    label: str
    partner_label: str
    score: int
    coverage: float
    facts: tuple[Fact, ...]
    text: str

    @property
    def frame(self) -> pd.DataFrame:
        """The table: one row a criterion, exact numbers; NaN where a similarity is not known or not shown."""
        rows = [
            (
                self.partner,
                fact.criterion.name,
                SENSITIVE if fact.criterion.sensitive else fact.mine.text,
                SENSITIVE if fact.criterion.sensitive else fact.theirs.text,
                _shown(fact, fact.mine),
                _shown(fact, fact.theirs),
                fact.mine.share / GRID,
                fact.theirs.share / GRID,
                fact.contribution / GRID,
                SENSITIVE if fact.criterion.sensitive else fact.known,
            )
            for fact in self.facts
        ]
        return pd.DataFrame(rows, columns=list(PAIR_COLUMNS))

    @property
    def header(self) -> list[str]:
        """The headers of the table for people to read."""
        me, you = self.label, self.partner_label
        return ["criterion", me, you, f"{me} sees {you}", f"{you} sees {me}", "weight", "adds", "known"]

    @property
    def rows(self) -> list[list[str]]:
        """The rows of the table for people to read: rounded."""
        return [_row(fact) for fact in self.facts]

    @property
    def _title(self) -> str:
        names = f"{self.label} with {self.partner_label}"
        return f"{names}: score {score_text(self.score)}, {percent(self.coverage)} known"

    def __str__(self) -> str:
        return (
            f"{self._title}\n\n{text_table(self.header, self.rows, limits=_LIMITS)}\n\n{wrapped(self.text)}"
        )

    def __repr__(self) -> str:
        return f"PairExplanation({self.label!r} with {self.partner_label!r}, score {score_text(self.score)})"

    def _repr_html_(self) -> str:
        whole, done = max(1, self.score), 0
        adds = self.header.index("adds")
        rows: list[list[Cell]] = []
        for fact, words in zip(self.facts, self.rows, strict=True):
            row: list[Cell] = [*words]
            row[adds] = Bar(words[adds], fact.contribution / whole, done / whole)
            done += fact.contribution
            rows.append(row)
        total: list[Cell] = [""] * len(self.header)
        total[0], total[adds] = "score", Bar(f"{self.score / GRID:.3f}", self.score / whole)
        caption = f"What adds up to the score of {self.label} and {self.partner_label}"
        shown = table(caption, self.header, [*rows, total], numbers=[adds - 1, adds])
        return card(self._title, shown, paragraph(self.text))


def _shown(fact: Fact, half: Half) -> float:
    return math.nan if fact.criterion.sensitive or half.share == 0 else half.similarity


def _row(fact: Fact) -> list[str]:
    name = column_words(fact.criterion.name)
    weights = list(dict.fromkeys(percent(half.share / GRID) for half in fact.halves))
    numbers = [" / ".join(weights), f"{fact.contribution / GRID:.3f}"]
    if fact.criterion.sensitive:
        return [name, SENSITIVE, SENSITIVE, SENSITIVE, SENSITIVE, *numbers, SENSITIVE]
    seen = [_seen(half) for half in fact.halves]
    return [name, fact.mine.text, fact.theirs.text, *seen, *numbers, fact.known]


def _seen(half: Half) -> str:
    if half.share == 0:
        return "not counted"
    return "not known" if math.isnan(half.similarity) else percent(half.similarity)


@dataclass(frozen=True, eq=False, repr=False)
class Explanation:
    """Why someone has the partners that they have, or none.

    Attributes
    ----------
    id : str or int
    label : str
    side : str or None
        None in one pool.
    status : {"paired", "unmatched", "not taking part"}
    reason : str or None
        For those without a partner.
    pairs : tuple of PairExplanation
        One for each partner.
    left_out : LeftOut or None
        For someone who takes part and has no partner.
    kind : str
        What kind of table the people came in.
    note : str
        For whoever meets in a trio: with whom.
    """

    id: Any
    label: str
    side: str | None
    status: str
    reason: str | None
    pairs: tuple[PairExplanation, ...]
    left_out: LeftOut | None
    kind: Kind
    note: str = ""

    @property
    def table(self) -> Any:
        """The table, of the kind in which the people came.

        With partners: one row for each partner and criterion (`mine` and `theirs` are what both bring, `similarity`
        is how this person sees the partner and `similarity_back` the other way). Without: one row for each rule that
        excluded possible partners.
        """
        if self.pairs:
            frame = pd.concat([pair.frame for pair in self.pairs], ignore_index=True)
        else:
            removed = () if self.left_out is None else self.left_out.removed
            others = 0 if self.left_out is None else self.left_out.others
            rows = [(name, count, others) for name, count in removed]
            frame = pd.DataFrame(rows, columns=list(REASON_COLUMNS))
        return to_kind(frame, self.kind)

    @property
    def text(self) -> str:
        """The paragraphs, without the tables."""
        if self.pairs:
            return "\n\n".join([*self._notes, *(pair.text for pair in self.pairs)])
        if self.status == "unmatched":
            return f"{self.label} has no partner this time: {self.reason}."
        return f"{self.label}: {self.reason}."

    def __str__(self) -> str:
        if self.pairs:
            return "\n\n\n".join([*map(wrapped, self._notes), *(str(pair) for pair in self.pairs)])
        return "\n\n".join([*self._rules_as_text(), wrapped(self.text)])

    @property
    def _notes(self) -> list[str]:
        return [self.note] if self.note else []

    def _rules_as_text(self) -> list[str]:
        if self.left_out is None or not self.left_out.removed:
            return []
        rows = [[name, f"{count:,} of {self.left_out.others:,}"] for name, count in self.left_out.removed]
        return [text_table(["rule", "excludes"], rows)]

    def __repr__(self) -> str:
        partners = ", ".join(repr(pair.partner_label) for pair in self.pairs)
        return f"Explanation({self.label!r}, {self.status}{' with ' + partners if partners else ''})"

    def _repr_html_(self) -> str:
        if self.pairs:
            shown = "".join(pair._repr_html_() for pair in self.pairs)
            notes = "".join(map(paragraph, self._notes))
            return f"<div>{notes}{shown}</div>" if notes or len(self.pairs) > 1 else shown
        out = self.left_out
        rows = [] if out is None else [[name, f"{count:,} of {out.others:,}"] for name, count in out.removed]
        rules = table("Whom each rule excludes", ["rule", "excludes"], rows, numbers=[1])
        return card(f"{self.label}: {self.status}", paragraph(self.text), rules)


def explain_pair(outcome: Outcome, index: int, hand: int = 0) -> PairExplanation:
    """Explain one pair.

    Parameters
    ----------
    outcome : Outcome
    index : int
        Which pair.
    hand : {0, 1}
        Whose view: of the person in the pair's first or second place.
    """
    pair = outcome.pairs[index].tolist()
    facts = tuple(pair_facts(outcome, index, hand))
    other = 1 - hand
    return PairExplanation(
        pair_id=outcome.pair_ids[index],
        partner=outcome.cohort(other).ids[pair[other]],
        label=outcome.label(hand, pair[hand]),
        partner_label=outcome.label(other, pair[other]),
        score=int(outcome.details.scores[index]),
        coverage=float(outcome.details.coverage[index]),
        facts=facts,
        text=pair_text(outcome, index, hand, facts),
    )


def explain_pairs(outcome: Outcome) -> list[PairExplanation]:
    """Explain every pair, in their order, as the person in its first place sees it."""
    read_ahead(outcome)
    return [explain_pair(outcome, index) for index in range(len(outcome.pairs))]


def explain(outcome: Outcome, id: Any, side: str | None = None) -> Explanation:
    """Explain what became of one person.

    Parameters
    ----------
    outcome : Outcome
    id : str or int
        As it came in, with its type.
    side : str, optional
        The name of the side; needed where both sides have this id.

    Raises
    ------
    InputError
        ``unknown_id``, with the nearest known one; ``ambiguous_id`` where both sides have it.
    """
    # ids come out of our own tables as NumPy's numbers and texts
    id = id.item() if isinstance(id, np.generic) else id
    hand = find_person(outcome, id, side)
    everyone = outcome.everyone[hand]
    assert everyone is not None  # find_person names sides that are there
    place = next(k for k, known in enumerate(everyone.ids) if key_of(known) == key_of(id))
    label = str(everyone.labels[place])
    name = outcome.side_name(hand) if outcome.two_sided else None
    positions = outcome.sides.left_positions if hand == 0 else outcome.sides.right_positions
    position = positions.get(key_of(id))
    if position is None:
        reason = str(everyone.reasons_out[place] or "not taking part")
        return Explanation(id, label, name, "not taking part", reason, (), None, everyone.kind)
    indices = outcome.pairs_of[hand][position]
    if indices:
        places = [_place(outcome, index, hand, position) for index in indices]
        pairs = tuple(explain_pair(outcome, i, at) for i, at in zip(indices, places, strict=True))
        note = _trio_note(outcome, position) if not outcome.two_sided else ""
        return Explanation(id, label, name, "paired", None, pairs, None, everyone.kind, note)
    out = left_out(outcome, hand, [position])[0]
    return Explanation(id, label, name, "unmatched", out.reason, (), out, everyone.kind)


def _trio_note(outcome: Outcome, position: int) -> str:
    """Say with whom someone meets in a trio; nothing of those who meet in pairs."""
    others = [outcome.label(0, other) for other in outcome.trio_of.get(position, ()) if other != position]
    if not others:
        return ""
    names = " and ".join(others)
    return f"{outcome.label(0, position)} meets {names} in a trio, so that none of them is left over."


def _place(outcome: Outcome, index: int, hand: int, position: int) -> int:
    """Return whether someone stands first (0) or second (1) in a pair."""
    return hand if outcome.two_sided else int(outcome.pairs[index, 0] != position)


def find_person(outcome: Outcome, id: Any, side: str | None = None) -> int:
    """Return the side on which someone came in; InputError where nobody has this id, or both sides have."""
    names = [outcome.side_name(hand) for hand in outcome.hands]
    if side is not None and (not outcome.two_sided or side not in names):
        accepted = (
            f"one of {', '.join(map(repr, names))}" if outcome.two_sided else "left out: there is one pool"
        )
        message = f"The side parameter of explain() must be {accepted}. Got {side!r} instead."
        raise InputError(error_item("unknown_side", message, found=side, accepted=names))
    try:
        hash(id)
    except TypeError:
        raise InputError(_unknown(outcome, id)) from None
    hits = [
        hand
        for hand in outcome.hands
        if (side is None or names[hand] == side) and key_of(id) in set(map(key_of, _ids(outcome, hand)))
    ]
    if len(hits) > 1:
        listed = " and ".join(repr(name) for name in names)
        message = f"The id {id!r} is on both sides, {listed}. Say which one with side=."
        raise InputError(error_item("ambiguous_id", message, id=id, found=id, accepted=names))
    if not hits:
        raise InputError(_unknown(outcome, id))
    return hits[0]


def _ids(outcome: Outcome, hand: int) -> Sequence[Any]:
    cohort = outcome.everyone[hand]
    return [] if cohort is None else cohort.ids.tolist()


def _unknown(outcome: Outcome, id: Any) -> dict[str, Any]:
    known = [one for hand in outcome.hands for one in _ids(outcome, hand)]
    twin = next((one for one in known if str(one) == str(id)), None)
    if twin is None:
        near = nearest(id, known[:_NEAREST_AMONG])
        twin = next((one for one in known if str(one) == near), None)
    hint = (
        f" Did you mean {twin!r}?" if twin is not None else f" Ids look like {known[0]!r}." if known else ""
    )
    if twin is not None and type(twin) is not type(id):
        hint += f" (Ids are {type(twin).__name__}, this is {type(id).__name__}.)"
    return error_item("unknown_id", f"Nobody has the id {id!r}.{hint}", id=id, found=id, accepted=twin)
