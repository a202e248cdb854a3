"""Managers by id, e-mail address or name; those who are nobody here; and lines that run in a circle."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from peermatch.cohort.cells import ObjectArray, as_objects
from peermatch.cohort.table import Repair, Sure
from peermatch.cohort.wording import counted, listing

__all__ = ["Known", "known_people", "look_for_circles", "mend_managers", "shared_addresses"]

_MOST_TOLD = 1_000


class _Hit(NamedTuple):
    id: Any
    how: str
    sure: Sure


@dataclass
class Known:
    """By what a person may be named.

    Attributes
    ----------
    ids : dict
        Id as text -> id.
    numbers : dict
        Whole number -> the ids that are this number, leading zeros or not.
    emails, names : dict
        Folded -> ids.
    """

    ids: dict[str, Any]
    numbers: defaultdict[int, list[Any]] = field(default_factory=lambda: defaultdict(list))
    emails: defaultdict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    names: defaultdict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))


def _fold(text: str) -> str:
    """Small letters, single blanks, no accents: people write the names of others from memory."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return " ".join("".join(sign for sign in plain if not unicodedata.combining(sign)).split())


def known_people(
    ids: ObjectArray, emails: ObjectArray | None, labels: ObjectArray | None, named: Sequence[ObjectArray]
) -> Known:
    """Return by what each person may be named.

    Parameters
    ----------
    ids : object array of shape (n,)
    emails, labels : object array of shape (n,), optional
    named : sequence of object array
        First names and last names, where the table has both.
    """
    known = Known({str(id): id for id in ids.tolist()})
    for at, id in enumerate(ids.tolist()):
        number = _whole(str(id))
        if number is not None:
            known.numbers[number].append(id)
        if emails is not None and isinstance(emails[at], str):
            known.emails[emails[at].casefold()].append(id)
        names = set()
        if labels is not None and labels[at] is not None:
            names.add(_fold(str(labels[at])))
        if len(named) == 2 and named[0][at] is not None and named[1][at] is not None:
            names.add(_fold(f"{named[0][at]} {named[1][at]}"))
        for name in names:
            known.names[_straight(name)].append(id)
    return known


def _straight(name: str) -> str:
    """Return "first last" of "last, first"."""
    last, comma, first = name.partition(",")
    return f"{first.strip()} {last.strip()}" if comma and first.strip() and "," not in first else name


def _whole(text: str) -> int | None:
    text = text.removesuffix(".0")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def mend_managers(
    cells: ObjectArray, column: str, known: Known, rows: npt.NDArray[np.int64]
) -> tuple[ObjectArray, list[Repair]]:
    """Return the managers as ids where they can only mean one person, and what was found.

    Parameters
    ----------
    cells : object array of shape (n,)
        Plain cells.
    column : str
        Its name.
    known : Known
    rows : int64 array of shape (n,)
        For row numbers.

    Examples
    --------
    >>> people = known_people(as_objects(["07", "08"]), None, as_objects(["Ada King", "Bo Lee"]), [])
    >>> cells, repairs = mend_managers(as_objects([None, "King, Ada"]), "boss", people, np.array([1, 2]))
    >>> cells.tolist(), repairs[0].reason
    ([None, '07'], 'the manager is named by name')
    """
    values = cells.tolist()
    said = Counter(str(value) for value in values if value is not None)
    found: dict[str, Any] = {}
    repairs: list[Repair] = []
    missing = []
    for text in sorted(said):
        if text in known.ids:
            found[text] = known.ids[text]
            continue
        hit, why = _who(text, known)
        row = _row(values, text, rows) if said[text] == 1 else None
        if hit is None:
            missing.append((text, why, row))
            continue
        found[text] = hit.id
        reason = f"the manager is named by {hit.how}"
        repairs.append(Repair(column, row, text, hit.id, reason, "manager_named", hit.sure, said[text]))
    for text, why, row in missing[:_MOST_TOLD]:
        repairs.append(Repair(column, row, text, text, why, "manager_not_found", "open", said[text]))
    if len(missing) > _MOST_TOLD:
        many = len(missing) - _MOST_TOLD
        reason = f"and {counted(many, 'more manager')} who cannot be told"
        repairs.append(Repair(column, None, None, None, reason, "manager_not_found", "open", many))
    return as_objects([None if value is None else found.get(str(value), value) for value in values]), repairs


def _row(values: list[Any], text: str, rows: npt.NDArray[np.int64]) -> int:
    return int(rows[next(at for at, value in enumerate(values) if value is not None and str(value) == text)])


def _who(text: str, known: Known) -> tuple[_Hit | None, str]:
    """Return whom a text names, or why that cannot be told."""
    number = _whole(text)
    ways: tuple[tuple[list[Any], str, Sure], ...] = (
        (known.emails.get(text.casefold(), []), "e-mail address", "certain"),
        (known.names.get(_straight(_fold(text)), []), "name", "likely"),
        (
            known.numbers.get(number, []) if number is not None else [],
            "number, without the leading zeros",
            "likely",
        ),
    )
    for ids, how, sure in ways:
        if len(ids) == 1:
            return _Hit(ids[0], how, sure), ""
        if len(ids) > 1:
            who = listing([repr(id) for id in ids], limit=3)
            return None, f"several people have this {how}: {who}; left as it is"
    return (
        None,
        "the manager is nobody in this table; left as it is (managers who do not take part come with org=)",
    )


def look_for_circles(
    ids: ObjectArray, managers: ObjectArray, column: str, rows: npt.NDArray[np.int64]
) -> list[Repair]:
    """Return a repair for each reporting line that runs in a circle, people who manage themselves included.

    Parameters
    ----------
    ids, managers : object array of shape (n,)
    column : str
    rows : int64 array of shape (n,)
    """
    above = {
        id: manager
        for id, manager in zip(ids.tolist(), managers.tolist(), strict=True)
        if type(manager) in (str, int)  # a list is nobody's id
    }
    place = {id: at for at, id in enumerate(ids.tolist())}
    seen: dict[Any, Any] = {}
    repairs = []
    for start in sorted(place, key=lambda id: (type(id).__name__, id)):
        way: list[Any] = []
        at = start
        while at in place and at not in seen:
            seen[at] = start
            way.append(at)
            at = above.get(at)
        if at in place and seen.get(at) == start and at in way:
            circle = way[way.index(at) :]
            first = circle.index(min(circle, key=lambda id: (type(id).__name__, id)))
            circle = circle[first:] + circle[:first]
            if len(circle) == 1:
                reason = "this person is their own manager"
            else:
                reason = f"the reporting line runs in a circle: {listing([*circle, circle[0]], limit=12)}"
            row = int(rows[place[circle[0]]])
            found = above[circle[0]]
            repairs.append(Repair(column, row, found, found, reason, "manager_circle", "open", len(circle)))
    return repairs


def shared_addresses(ids: ObjectArray, emails: ObjectArray, column: str) -> list[Repair]:
    """Return a repair for each e-mail address that several people have: somebody who was hired again, perhaps.

    Parameters
    ----------
    ids, emails : object array of shape (n,)
    column : str
    """
    who: defaultdict[str, list[Any]] = defaultdict(list)
    for id, email in zip(ids.tolist(), emails.tolist(), strict=True):
        if isinstance(email, str):
            who[email.casefold()].append(id)
    repairs = []
    for email, several in sorted(who.items()):
        if len(several) > 1:
            names = listing([repr(id) for id in sorted(several, key=lambda id: (type(id).__name__, id))])
            reason = f"{names} have the same e-mail address: one person twice? Nothing was merged"
            repairs.append(Repair(column, None, email, email, reason, "same_email", "open", len(several)))
    return repairs
