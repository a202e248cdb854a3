"""Why someone has no partner, and which rule costs least to leave out for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from peermatch.cohort.display import card, frame_table, one_line, paragraph, table
from peermatch.cohort.frames import to_kind
from peermatch.cohort.table import Kind
from peermatch.criteria import key_of
from peermatch.errors import ConfigError
from peermatch.explain.explanation import find_person
from peermatch.explain.outcome import Outcome
from peermatch.explain.relaxing import Change, Relaxing
from peermatch.explain.unmatched import LeftOut, left_out
from peermatch.explain.wording import counted, text_table, wrapped
from peermatch.problem import GRID, Control

__all__ = ["RELAXATION_COLUMNS", "WhyUnmatched", "relaxations_frame", "why_unmatched"]

COLUMNS = ("rule", "removes", "alone", "partner", "pairs", "total", "exact")
CANDIDATE_COLUMNS = ("id", "score", "with", "their_score")
RELAXATION_COLUMNS = ("rule", "pairs_removed", "pairs_allowed", "people_freed", "pairs", "total", "exact")
_CANDIDATES = 10

_HEADER = ("rule", "removes", "alone", "then with", "pairs", "total")


@dataclass(frozen=True, eq=False, repr=False)
class WhyUnmatched:
    """Why someone has no partner. `Pairing.why_unmatched` makes it.

    Attributes
    ----------
    id : str or int
    label : str
    reason : str
        In plain words.
    others, allowed : int
        How many people there are to be paired with, and how many of them no rule excludes.
    going_first : Change or None
        What it would change to have this person in with all rules as they are; None where that is not possible.
    cheapest : str or None
        The rule that costs least to waive for this person so that they have a partner; None where no single one helps.
    """

    id: Any
    label: str
    reason: str
    others: int
    allowed: int
    going_first: Change | None
    cheapest: str | None
    _rows: tuple[tuple[Any, ...], ...]
    _candidates: tuple[tuple[Any, ...], ...]
    _lost: tuple[int, int]
    _kind: Kind

    @property
    def table(self) -> Any:
        """One row for each rule that excludes others.

        Columns: rule; removes: how many of the others it excludes; alone: how many of them no other rule excludes;
        partner: whom this person could have if it were waived for them alone; pairs, total: how many more pairs there
        would be, and how much more in total (fewer and less: negative); exact: whether that was matched again to the
        end, else it is what a simple exchange reaches, and the best may be better. Of private rules there is a count.
        """
        return to_kind(pd.DataFrame(list(self._rows), columns=list(COLUMNS), dtype=object), self._kind)

    @property
    def candidates(self) -> Any:
        """The best of those whom no rule excludes: id, score with this person, whom they are with, and their score."""
        frame = pd.DataFrame(list(self._candidates), columns=list(CANDIDATE_COLUMNS), dtype=object)
        return to_kind(frame, self._kind)

    @property
    def text(self) -> str:
        """The same in words."""
        parts = [f"{self.label} has no partner this time: {self.reason}."]
        better, taken = self._lost
        if taken:
            parts.append(
                f"Of the {self.allowed:,} whom no rule excludes, {taken:,} {_have(taken)} another partner, "
                f"{better:,} of them one with a higher score."
            )
        if self.going_first is not None:
            parts.append(
                f"With all rules as they are, {self.label} could have a partner: {_cost(self.going_first)}."
            )
        if self.cheapest is not None:
            row = next(row for row in self._rows if row[0] == self.cheapest)
            change = Change(0, int(row[4]), round(row[5] * GRID), bool(row[6]))
            parts.append(
                f"The cheapest rule to waive for {self.label} is {self.cheapest}, which alone keeps "
                f"{counted(row[2], 'other')} away: {_cost(change)}."
            )
        elif self._rows:
            parts.append(
                "To waive any one of these rules for this person would not change that, or is not looked into."
            )
        return " ".join(parts)

    def __str__(self) -> str:
        rows = [_shown(row) for row in self._rows]
        told = [text_table(_HEADER, rows)] if rows else []
        return "\n\n".join([*told, wrapped(self.text)])

    def __repr__(self) -> str:
        return one_line(f"WhyUnmatched({self.label!r}, cheapest rule to waive: {self.cheapest})")

    def _repr_html_(self) -> str:
        rows = [_shown(row) for row in self._rows]
        caption = f"Whom each rule keeps from {self.label}, and what waiving it would change"
        rules = table(caption, _HEADER, rows, numbers=[1, 2, 4, 5])
        others = frame_table(
            "The best of those whom no rule excludes", self.candidates, ids=["id", "with"], limit=5
        )
        return card(f"Why {self.label} has no partner", paragraph(self.text), rules, others)


def _shown(row: tuple[Any, ...]) -> list[str]:
    rule, removes, alone, partner, pairs, total, exact = row
    start = [str(rule), f"{removes:,}", "-" if alone is None else f"{alone:,}"]
    if partner is None:
        return [*start, "-", "-", "-"]
    return [*start, str(partner), f"{pairs:+d}", f"{total:+.3f}" + ("" if exact else " or better")]


def _have(count: int) -> str:
    return "has" if count == 1 else "have"


def _cost(change: Change) -> str:
    """Say what a change comes to."""
    pairs = (
        f"{counted(abs(change.pairs), 'pair')} {'more' if change.pairs > 0 else 'fewer'}"
        if change.pairs
        else ""
    )
    total = f"{abs(change.total) / GRID:.3f}" if abs(change.total) * 2000 >= GRID else "less than 0.001"
    amount = (
        f"{total} {'more' if change.total >= 0 else 'less'} in total" if change.total else "the same total"
    )
    known = "exact" if change.exact else "by a simple exchange; a better way may exist"
    return f"{pairs + ' and ' if pairs else 'as many pairs, '}{amount} ({known})"


def why_unmatched(
    outcome: Outcome, id: Any, side: str | None = None, control: Control | None = None
) -> WhyUnmatched:
    """Say why someone has no partner, and what would have to be waived for them.

    Raises
    ------
    InputError
        If nobody has this id, or both sides have it.
    ConfigError
        If they have a partner, do not take part, or the result is not one of totals.
    """
    id = id.item() if isinstance(id, np.generic) else id
    hand = find_person(outcome, id, side)
    positions = outcome.sides.left_positions if hand == 0 else outcome.sides.right_positions
    position = positions.get(key_of(id))
    if position is None:
        raise ConfigError(f"{id!r} does not take part this time; explain({id!r}) says why.")
    if outcome.pairs_of[hand][position]:
        raise ConfigError(f"{id!r} has a partner; explain({id!r}) says why this one.")
    relaxing = Relaxing(outcome)
    out = left_out(outcome, hand, [position])[0]
    free = outcome.places(hand)[position] > 0
    worth, excluded = relaxing.row(hand, position)
    oneself = np.zeros(len(worth), dtype=bool)
    if not outcome.two_sided:
        oneself[position] = True
    away = np.any(excluded, axis=0) | oneself if excluded else oneself
    ids = outcome.cohort(1 - hand).ids
    rows: list[tuple[Any, ...]] = []
    changes: dict[str, Change] = {}
    spoken_of = [number for number, group in enumerate(relaxing.groups) if not group.private]
    for number, group in enumerate(relaxing.groups):
        removes = int((excluded[number] & ~oneself).sum())
        if not removes:
            continue
        if group.private:
            rows.append((group.name, removes, None, None, None, None, None))
            continue
        by_others = oneself.copy()
        for other in spoken_of:
            by_others |= excluded[other] if other != number else False
        alone = int((excluded[number] & ~by_others).sum())
        opened = excluded[number] & ~oneself
        for other in range(len(excluded)):
            opened &= ~excluded[other] if other != number else True
        change = None
        if group.relaxable and free and opened.any():
            change = relaxing.changed(hand, position, worth, opened | ~away, control)
        if change is None or change.partner is None or not opened[change.partner]:
            # without anybody new they have nobody, or nobody better than without the waiver
            rows.append((group.name, removes, alone, None, None, None, None))
            continue
        changes[group.name] = change
        rows.append(
            (group.name, removes, alone, ids[change.partner], change.pairs, change.total / GRID, change.exact)
        )
    cheapest = max(changes, key=lambda name: (changes[name].pairs, changes[name].total)) if changes else None
    going_first = relaxing.changed(hand, position, worth, ~away, control) if free else None
    return WhyUnmatched(
        id=id,
        label=outcome.label(hand, position),
        reason=out.reason,
        others=out.others,
        allowed=out.allowed,
        going_first=going_first,
        cheapest=cheapest,
        _rows=tuple(rows),
        _candidates=_candidates_of(outcome, hand, worth, ~away),
        _lost=_lost(outcome, hand, worth, ~away),
        _kind=_kind_of(outcome, hand, out),
    )


def _kind_of(outcome: Outcome, hand: int, out: LeftOut) -> Kind:
    everyone = outcome.everyone[hand]
    assert everyone is not None  # somebody of this side was found
    return everyone.kind


def _lost(outcome: Outcome, hand: int, worth: Any, allowed: Any) -> tuple[int, int]:
    """Return how many candidates have a better-scored pair, and how many have any."""
    better = taken = 0
    for other in np.flatnonzero(allowed).tolist():
        theirs = [int(outcome.details.scores[index]) for index in outcome.pairs_of[1 - hand][other]]
        taken += bool(theirs)
        better += bool(theirs) and min(theirs) > int(worth[other])
    return better, taken


def _candidates_of(outcome: Outcome, hand: int, worth: Any, allowed: Any) -> tuple[tuple[Any, ...], ...]:
    """Return the best candidates, whom they are with, and how good that is."""
    others = np.flatnonzero(allowed)
    best = others[np.argsort(-worth[others], kind="stable")][:_CANDIDATES]
    ids = outcome.cohort(1 - hand).ids
    rows = []
    for other in best.tolist():
        partners, scores = [], []
        for index in outcome.pairs_of[1 - hand][other]:
            side, partner = outcome.partner(index, 1 - hand, other)
            partners.append(outcome.cohort(side).ids[partner])
            scores.append(int(outcome.details.scores[index]))
        theirs = min(scores) / GRID if scores else None
        whom = partners[0] if len(partners) == 1 else partners or None
        rows.append((ids[other], int(worth[other]) / GRID, whom, theirs))
    return tuple(rows)


def relaxations_frame(outcome: Outcome, at_most: int, control: Control | None = None) -> pd.DataFrame:
    """Return what leaving each rule out for everybody would change; see `Pairing.relaxations`."""
    relaxing = Relaxing(outcome)
    alone = [
        {position for position, pairs in enumerate(outcome.pairs_of[hand]) if not pairs}
        for hand in outcome.hands
    ]
    people = len(relaxing.positions[0]) + (len(relaxing.positions[1]) if outcome.two_sided else 0)
    now = relaxing.now(control) if people <= at_most else None
    certificate = outcome.matching.certificate
    covered = None if certificate is None else certificate.pairs_covered
    rows: list[tuple[Any, ...]] = []
    for group in relaxing.groups:
        removed = sum(enforced.pairs_removed for enforced in group.rules)
        matching = None
        if group.relaxable and now is not None:
            matching = relaxing.solve(relaxing.without(group), relaxing.first, control)
        if matching is None or now is None:
            rows.append((group.name, removed, None, None, None, None, False))
            continue
        freed = 0
        for hand, without in enumerate(alone):
            side = matching.pairs[:, hand] if outcome.two_sided else matching.pairs.ravel()
            freed += len(without & set(relaxing.positions[hand][side].tolist()))
        again = matching.certificate
        more = None if again is None or covered is None else again.pairs_covered - covered
        rows.append(
            (
                group.name,
                removed,
                more,
                freed,
                len(matching.pairs) - now[0],
                (matching.weight - now[1]) / GRID,
                True,
            )
        )
    return pd.DataFrame(rows, columns=list(RELAXATION_COLUMNS), dtype=object)
