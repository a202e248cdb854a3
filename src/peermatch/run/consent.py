"""Consent by column: where somebody did not say yes, their cell is taken as not known before anything reads it.

A consent column holds each person's own yes or no to one other column. An empty cell is a no, and so is a table that
has the column and lacks the consent column: nobody was asked. Who did not say yes stands in no result, only how many.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from peermatch.checks import did_you_mean, must_be
from peermatch.cohort import Cohort
from peermatch.cohort.people import NO, YES, YES_OR_NO
from peermatch.cohort.table import Repair, repairs_frame
from peermatch.criteria import Rule, columns_of, folded
from peermatch.errors import ConfigError, InputError, error_item
from peermatch.explain import NO_CONSENT

if TYPE_CHECKING:
    from peermatch.matcher import PeerMatcher

__all__ = ["check_consent", "consented", "consented_table", "read_consent", "refuse_consent"]

Consent = Mapping[str, str]

_KEEPS_APART = {
    "not_in_line": "keeps people apart from those above and below them",
    "veto": "keeps people apart who do not want to meet",
}
_MOST_TOLD = 20


def read_consent(given: Any) -> Consent | None:
    """Return which column asks for consent to which; None where there is none.

    Raises
    ------
    ConfigError
        If it is no mapping of names of columns, or a consent column asks for consent to itself or to another one.

    Examples
    --------
    >>> dict(read_consent({"faith": "faith_ok"}))
    {'faith': 'faith_ok'}
    """
    if given is None:
        return None
    good = isinstance(given, Mapping) and all(
        isinstance(name, str) and name for pair in given.items() for name in pair
    )
    if not good:
        constraint = "a mapping of columns to the yes-or-no columns that ask for consent to them"
        raise ConfigError(must_be("PeerMatcher", "consent", constraint, given))
    twice = [name for name in given if sum(folded(name) == folded(other) for other in given) > 1]
    if twice:
        raise ConfigError(
            _item(twice[0], f"The column {twice[0]!r} stands twice in consent=. Write it once.")
        )
    asking = {folded(name) for name in given.values()}
    for name in given:
        if folded(name) in asking:
            raise ConfigError(
                _item(
                    name,
                    f"The column {name!r} asks for consent; there is none to it. Take it out of consent=.",
                )
            )
    return MappingProxyType(dict(given)) or None


def check_consent(matcher: PeerMatcher, places: Sequence[str]) -> None:
    """Refuse consent to what cannot do without its values: who somebody is, and what keeps people apart.

    Parameters
    ----------
    matcher : PeerMatcher
    places : sequence of str
        The columns of its capacity.

    Raises
    ------
    ConfigError
        Code ``"consent"``, one item for every column.
    """
    consent = matcher.consent or {}
    one = {name: getattr(matcher, name) for name in ("id", "label", "eligible", "reserve")}
    others: dict[str, Sequence[Any]] = {
        f"{name}=": [column] for name, column in one.items() if isinstance(column, str)
    }
    others["same_person="] = matcher.same_person or ()
    others["capacity="] = places
    rules = list(matcher.rules)
    if matcher.advisers is not None:
        spec = matcher.advisers
        for name in ("manager", "label", "eligible", "capacity"):
            column = getattr(spec, name)
            others[f"{name}= of advisers"] = [column] if isinstance(column, str) else []
        rules += spec.rules
    refuse_consent(consent, others, rules)


def refuse_consent(consent: Consent, others: Mapping[str, Sequence[Any]], rules: Sequence[Rule] = ()) -> None:
    """Refuse consent to columns that are read for these purposes, or by rules that keep people apart."""
    asked = {folded(name): name for name in consent}
    items = [
        _item(
            asked[folded(column)],
            f"consent= asks for consent to the column {column!r}, which {what} reads: without its values it is not "
            "known who somebody is, or whether and where they take part. Take it out of consent=; who does not want it "
            "used does not take part (eligible=).",
        )
        for what, columns in others.items()
        for column in columns
        if folded(column) in asked
    ]
    items += [
        _item(
            asked[folded(column)],
            f"consent= asks for consent to a column that the rule {rule.kind} reads, which {_KEEPS_APART[rule.kind]}: "
            "one person's no would take the protection away from others. Take it out of consent=.",
        )
        for rule in rules
        if rule.kind in _KEEPS_APART
        for column in columns_of(rule)
        if folded(column) in asked
    ]
    if items:
        raise ConfigError(items)


def _item(column: str, message: str) -> dict[str, Any]:
    return error_item("consent", message, column=column, found=column)


def consented(
    everyone: tuple[Cohort, Cohort | None], consent: Consent | None
) -> tuple[Cohort, Cohort | None]:
    """Return all who came in, with nothing in the cells to which somebody did not consent.

    Raises
    ------
    ConfigError
        Code ``"unknown_column"``: no table has a column that consent is asked for, or that asks for it.
    InputError
        Code ``"not_yes_or_no"``.

    Examples
    --------
    >>> people = [{"id": 1, "faith": "a", "ok": "yes"}, {"id": 2, "faith": "b", "ok": None}, {"id": 3, "faith": "c"}]
    >>> left, _ = consented((Cohort.of(people, "id"), None), {"faith": "ok"})
    >>> left.column("faith").tolist(), left.repairs["reason"].tolist()
    (['a', None, None], ["2 of 3 did not say yes in 'ok': what they have in 'faith' counts as not known"])
    """
    if not consent:
        return everyone
    _need(everyone, consent)
    left, right = everyone
    return consented_table(left, consent), None if right is None else consented_table(right, consent)


def consented_table(cohort: Cohort, consent: Consent) -> Cohort:
    """Return the people of one table, with nothing in the cells to which somebody did not consent.

    Raises
    ------
    InputError
        Code ``"not_yes_or_no"``.
    """
    items: list[dict[str, Any]] = []
    found = _of_one(cohort, consent, items)
    if items:
        raise InputError(items[:_MOST_TOLD])
    return found


def _need(everyone: tuple[Cohort, Cohort | None], consent: Consent) -> None:
    columns = list(
        dict.fromkeys(name for cohort in everyone if cohort is not None for name in cohort.columns)
    )
    known = {folded(name) for name in columns}
    items = [
        error_item(
            "unknown_column",
            f"consent= names the column {name!r}, which no table of people has.{did_you_mean(name, columns)}",
            column=name,
            found=name,
            accepted=columns,
        )
        for pair in consent.items()
        for name in pair
        if folded(name) not in known
    ]
    if items:
        raise ConfigError(items)


def _of_one(cohort: Cohort, consent: Consent, items: list[dict[str, Any]]) -> Cohort:
    names = {folded(name): name for name in cohort.columns}
    frame, told = cohort.frame, []
    for column, asks in consent.items():
        here = names.get(folded(column))
        if here is None:
            continue
        asking = names.get(folded(asks))
        yes = np.zeros(len(cohort), dtype=np.bool_) if asking is None else _said_yes(cohort, asking, items)
        if yes.all():
            continue
        cells = frame[here].to_numpy(dtype=np.object_).copy()
        cells[~yes] = None
        frame = frame.assign(**{here: pd.Series(cells, dtype=object)})
        without = int((~yes).sum())
        reason = (
            f"{without:,} of {len(cohort):,} did not say yes in {asks!r}: what they have in {here!r} counts as not "
            "known"
        )
        told.append(Repair(here, None, None, None, reason, NO_CONSENT, "certain", without))
    again = cohort.repairs["code"] == NO_CONSENT
    kept = cohort.repairs[~again.to_numpy(dtype=bool)]
    if not told:
        return (
            cohort
            if len(kept) == len(cohort.repairs)
            else replace(cohort, repairs=kept.reset_index(drop=True))
        )
    rows = repairs_frame(told, [None] * len(told), {})
    repairs = pd.concat([kept, rows], ignore_index=True) if len(kept) else rows
    return replace(cohort, frame=frame, repairs=repairs)


def _said_yes(
    cohort: Cohort, column: str, items: list[dict[str, Any]]
) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return who said yes; whatever is neither yes nor no is an error, in which the row is named."""
    said = np.zeros(len(cohort), dtype=np.bool_)
    for position, cell in enumerate(cohort.column(column).tolist()):
        text = "" if cell is None else str(cell).strip().casefold()
        said[position] = text in YES
        if text and text not in YES and text not in NO:
            row, id = int(cohort.rows[position]), cohort.ids[position]
            message = f"Row {row:,} (id {id!r}) has {cell!r} in the consent column {column!r}. Accepted: {YES_OR_NO}."
            items.append(
                error_item(
                    "not_yes_or_no", message, column=column, row=row, id=id, found=cell, accepted=YES_OR_NO
                )
            )
    return said
