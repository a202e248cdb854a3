"""A saved result read back in: everything in it is checked before anybody relies on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from peermatch.errors import InputError, error_item
from peermatch.report.document import SCHEMA, pairing_schema
from peermatch.report.saved_frames import plain_id
from peermatch.report.strict import MisfitError, checker, shown

__all__ = ["check_result"]

_CODE = "bad_result"
_LONGEST_NUMBER = 4000

Person = tuple[str | None, str, str]


@cache
def _schema_check() -> Callable[[Any], None]:
    return checker(pairing_schema())


def check_result(data: Any, what: str) -> Mapping[str, Any]:
    """Return the data of a result, once all of it is known to be in order.

    Parameters
    ----------
    data
        As it was read from JSON.
    what : str
        How errors call it, such as ``"result.json"``.

    Raises
    ------
    InputError
        Code ``"bad_result"``: it is of another schema, does not fit it, names people who are not in it, or tells the
        same thing in two ways. It says where.
    """
    if not isinstance(data, dict):
        raise _fault(what, f"it must be an object, and is {shown(data)}.")
    if data.get("schema") != SCHEMA:
        raise _fault(
            what, f"it has the schema {shown(data.get('schema'))}; this version reads {SCHEMA!r}.", "schema"
        )
    try:
        _schema_check()(data)
    except MisfitError as misfit:
        item = error_item(
            _CODE,
            f"{what} cannot be read as a result: {misfit}",
            column=misfit.where,
            found=misfit.found,
            accepted=misfit.accepted,
        )
        raise InputError(item) from None
    except RecursionError:
        raise _fault(what, "it is nested too deeply.") from None
    people = _check_people(data, what)
    _check_pairs(data, people, what)
    _check_others(data, people, what)
    return data


def _check_people(data: Mapping[str, Any], what: str) -> dict[Person, Mapping[str, Any]]:
    """Everybody once a side, on a side that there is."""
    sides = set(data["sides"])
    if len(sides) < 2:
        raise _fault(what, "the two sides must have different names.", "sides")
    people: dict[Person, Mapping[str, Any]] = {}
    for place, row in enumerate(data["people"]):
        where = f"people[{place}]"
        if data["two_sided"] != ("side" in row) or row.get("side", data["sides"][0]) not in sides:
            accepted = (
                " or ".join(map(repr, data["sides"])) if data["two_sided"] else "no side: there is one pool"
            )
            raise _fault(what, f"{where} must have {accepted}. Got {shown(row.get('side'))}.", where)
        person = _person(row["id"], row.get("side"), where, what)
        if person in people:
            raise _fault(what, f"{where} is {plain_id(row['id'])!r} once more.", where)
        people[person] = row
    return people


def _person(id: Mapping[str, str], side: str | None, where: str, what: str) -> Person:
    value = id["value"]
    if id["type"] == "int" and (len(value) > _LONGEST_NUMBER or str(int(value)) != value):
        raise _fault(
            what, f"{where} has an id that is no whole number as we write it: {shown(value)}.", where
        )
    return (side, id["type"], value)


def _check_pairs(data: Mapping[str, Any], people: Mapping[Person, Any], what: str) -> None:
    """Pairs are of people who are there, and people's partners are those of the pairs."""
    hands = data["sides"] if data["two_sided"] else (None, None)
    partners: dict[Person, list[tuple[str, str]]] = {person: [] for person in people}
    groups: dict[Person, set[str]] = {person: set() for person in people}
    criteria, seen = set(data["criteria"]), set()
    for place, pair in enumerate(data["pairs"]):
        where = f"pairs[{place}]"
        both = [
            _known(pair[key], hand, people, f"{where}.{key}", what)
            for key, hand in zip("ab", hands, strict=True)
        ]
        if both[0][1:] == both[1][1:] or frozenset(both) in seen:
            wrong = "is of somebody with themselves" if both[0][1:] == both[1][1:] else "stands there twice"
            raise _fault(what, f"{where} {wrong}.", where)
        seen.add(frozenset(both))
        if set(pair["contributions"]) != criteria:
            raise _fault(what, f"{where}.contributions must name the criteria, each once.", where)
        for one, other in (both, both[::-1]):
            partners[one].append(other[1:])
            groups[one].add(pair.get("group_id", pair["pair_id"]))
    for place, (person, row) in enumerate(people.items()):
        told = Counter((id["type"], id["value"]) for id in row["partners"])
        if told != Counter(partners[person]) or set(row["group_ids"]) != groups[person]:
            where = f"people[{place}]"
            raise _fault(what, f"{where} has other partners or groups than the pairs say.", where)


def _known(
    id: Mapping[str, str], side: str | None, people: Mapping[Person, Any], where: str, what: str
) -> Person:
    person = (side, id["type"], id["value"])
    if person not in people:
        raise _fault(what, f"{where} is {shown(id['value'])}, who is not among its people.", where)
    return person


def _check_others(data: Mapping[str, Any], people: Mapping[Person, Mapping[str, Any]], what: str) -> None:
    """Those without a partner, those behind the evidence, trios, and as many fingerprints as people."""
    left = {person for person, row in people.items() if row["status"] == "unmatched"}
    told = [
        _known(row["id"], row.get("side"), people, f"unmatched[{place}].id", what)
        for place, row in enumerate(data["unmatched"])
    ]
    if set(told) != left or len(told) != len(left):
        raise _fault(
            what, "unmatched must name those of its people who are unmatched, each once.", "unmatched"
        )
    ids = {person[1:] for person in people}
    vertices = data["certificate"]["vertices"] or ()
    trios = [id for trio in (data.get("odd") or {}).get("trios", ()) for id in trio["members"]]
    for where, listed in (("certificate.vertices", vertices), ("odd.trios", trios)):
        for id in listed:
            if (id["type"], id["value"]) not in ids:
                raise _fault(what, f"{where} names {shown(id['value'])}, who is not among its people.", where)
    rows = data["manifest"]["rows"]
    for name, expected in (("fingerprints", len(people)), ("columns", 2 if data["two_sided"] else 1)):
        if len(rows[name]) != expected:
            where = f"manifest.rows.{name}"
            raise _fault(what, f"{where} must be a list of {expected:,}. Got {len(rows[name]):,}.", where)


def _fault(what: str, message: str, where: str | None = None) -> InputError:
    return InputError(error_item(_CODE, f"{what} cannot be read as a result: {message}", column=where))
