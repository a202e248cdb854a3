"""An earlier result, whatever it comes as: who was there, and who met whom with which score."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from peermatch.cohort.aside import is_missing
from peermatch.criteria import key_of
from peermatch.criteria.history import round_order
from peermatch.criteria.tables import pair_table
from peermatch.errors import InputError, error_item
from peermatch.pairing import Pairing
from peermatch.problem import GRID
from peermatch.publication import finish
from peermatch.report import SCHEMA, id_from, plain_text, read_json

__all__ = ["DRAFT", "Snapshot", "id_order"]

DRAFT = "peermatch/draft/1"
"""The schema of drafts, of which no more is read here than the pairs and the people."""

_CODE = "bad_result"
_ACCEPTED = "a Pairing, a Draft, the JSON of either (a path or its data), or a table with the columns a and b"


def id_order(key: tuple[str, Any]) -> tuple[bool, int, str]:
    """Return where a typed id stands in the order of ids: whole numbers by size, then text.

    Examples
    --------
    >>> sorted([("str", "12"), ("int", 7), ("str", "a"), ("int", 12)], key=id_order)
    [('int', 7), ('int', 12), ('str', '12'), ('str', 'a')]
    """
    kind, value = key
    return (kind != "int", value if kind == "int" else 0, str(value))


@dataclass(frozen=True, eq=False)
class Snapshot:
    """What an earlier result says.

    Attributes
    ----------
    pairs : list of (id, id, score or None)
        In the order in which they came. On two sides the left side's person first.
    people : mapping of (hand, typed id) to (id, whether they took part), or None
        Everybody who came in then; None where only pairs are known. Hand 1 is the right side.
    two_sided : bool or None
        None where that is not said.
    names : pair of str
        Of the sides.
    round : str or None
    settings : mapping or None
        What the matcher was told.
    """

    pairs: list[tuple[Any, Any, float | None]]
    people: dict[tuple[int, tuple[str, Any]], tuple[Any, bool]] | None
    two_sided: bool | None
    names: tuple[str, str]
    round: str | None = None
    settings: Mapping[str, Any] | None = field(default=None, repr=False)

    @classmethod
    def of(cls, source: Any, what: str, names: tuple[str, str] | None = None) -> Snapshot:
        """Read an earlier result.

        Parameters
        ----------
        source : Pairing, draft, mapping, path, or table
            Of a table with rounds, the latest round counts.
        what : str
            How errors call it, such as ``"previous"``.
        names : pair of str, optional
            Of the two sides, as which the columns of a table may be named.

        Raises
        ------
        InputError
            If it is none, names a pair twice, or in one pool somebody in two pairs.
        """
        if isinstance(source, Pairing):
            return _of_pairing(source)
        if hasattr(source, "to_dict") and not hasattr(source, "columns"):
            source = source.to_dict()
        if isinstance(source, str | os.PathLike):
            path = Path(source)
            if path.is_dir():
                path = path / "result.json"
            finish(path.parent)
            if path.suffix.lower() != ".json":
                return _of_table(path, what, names)
            source = read_json(path, what, _CODE)
            if not isinstance(source, Mapping):
                raise _fault(f"{path} is none of our results: it must be {_ACCEPTED}.")
        if isinstance(source, Mapping) and "schema" in source:
            return _of_data(source, what)
        return _of_table(source, what, names)

    @property
    def hands(self) -> tuple[int, int]:
        """The side of each of the two of a pair."""
        return (0, 1) if self.two_sided else (0, 0)


def _of_pairing(pairing: Pairing) -> Snapshot:
    sides, pairs = pairing.sides, pairing.matching.pairs
    left, right = sides.left.ids.tolist(), sides.columns_side.ids.tolist()
    scores = (pairing.scores.at(pairs[:, 0], pairs[:, 1]) / GRID).tolist()
    people = {
        (hand, key_of(id)): (id, bool(here))
        for hand, cohort in enumerate(pairing.everyone)
        if cohort is not None
        for id, here in zip(cohort.ids.tolist(), cohort.taking_part.tolist(), strict=True)
    }
    made = [(left[u], right[v], score) for (u, v), score in zip(pairs.tolist(), scores, strict=True)]
    return Snapshot(made, people, sides.two_sided, sides.names, pairing.round, pairing.settings)


def _of_table(source: Any, what: str, names: tuple[str, str] | None) -> Snapshot:
    first, second = names or ("a", "b")
    try:
        frame = pair_table(source, what, ("a", first), ("b", second))
    except InputError as error:
        if error.items[0]["code"] != "unsupported_source":
            raise
        found = type(source).__name__
        message = f"{what[:1].upper()}{what[1:]} must be {_ACCEPTED}. Got {found} instead."
        raise InputError(error_item("unsupported_source", message, found=found, accepted=_ACCEPTED)) from None
    name = None
    if "round" in frame.columns and len(frame):
        named = frame[[not is_missing(cell) for cell in frame["round"]]]
        if len(named):
            latest = round_order(named)[-1]
            frame = frame[[cell == latest for cell in frame["round"]]]
            name = str(latest)
    from_file = isinstance(source, str | os.PathLike)
    pairs: list[tuple[Any, Any, float | None]] = []
    for row, (a, b) in enumerate(zip(frame["a"], frame["b"], strict=True), start=1):
        if is_missing(a) or is_missing(b):
            message = f"Row {row} of {what} names only one person. Every row needs two ids, a and b."
            raise InputError(error_item("empty_id", message, row=row))
        ids = [plain_text(id) if from_file and isinstance(id, str) else id for id in (a, b)]
        pairs.append((ids[0], ids[1], None))
    _refuse_twice(pairs, two_sided=names is not None, what=what)
    return Snapshot(pairs, None, None if names is None else True, (first, second), name)


def _of_data(data: Mapping[str, Any], what: str) -> Snapshot:
    if data["schema"] not in (SCHEMA, DRAFT):
        raise _fault(
            f"{what} has the schema {data['schema']!r:.60}; this version reads {SCHEMA!r} and {DRAFT!r}."
        )
    two_sided, names, name = data.get("two_sided"), data.get("sides"), data.get("round")
    if not isinstance(two_sided, bool):
        raise _fault(f"{what} does not say whether there are two sides: two_sided must be true or false.")
    if not isinstance(names, list) or len(names) != 2 or not all(isinstance(part, str) for part in names):
        raise _fault(f"{what} must name the two sides: 'sides' must be a list of two texts.")
    if name is not None and not isinstance(name, str):
        raise _fault(f"{what} has a round that is neither a text nor null.")
    settings = data.get("settings")
    pairs = [_pair(row, number, what) for number, row in enumerate(_rows(data, "pairs", what), start=1)]
    people: dict[tuple[int, tuple[str, Any]], tuple[Any, bool]] = {}
    for number, row in enumerate(_rows(data, "people", what), start=1):
        where = f"person {number} of {what}"
        id = id_from(row.get("id"), where, _CODE)
        hand = 0
        if two_sided:
            if row.get("side") not in names:
                raise _fault(
                    f"{where} is on the side {row.get('side')!r:.60}. Accepted: {names[0]!r}, {names[1]!r}."
                )
            hand = names.index(row["side"])
        if (hand, key_of(id)) in people:
            raise _fault(f"{what} lists {id!r} twice among its people.")
        people[hand, key_of(id)] = (id, row.get("status") != "not taking part")
    for a, b, _ in pairs:
        for hand, id in zip((0, 1) if two_sided else (0, 0), (a, b), strict=True):
            if (hand, key_of(id)) not in people:
                raise _fault(f"{what} has {id!r} in a pair, but not among its people.")
    _refuse_twice(pairs, two_sided=two_sided, what=what)
    plain = settings if isinstance(settings, Mapping) else None
    return Snapshot(pairs, people, two_sided, (names[0], names[1]), name, plain)


def _rows(data: Mapping[str, Any], key: str, what: str) -> list[Mapping[str, Any]]:
    rows = data.get(key)
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise _fault(f"{what} must have {key!r}, a list of objects.")
    return rows


def _pair(row: Mapping[str, Any], number: int, what: str) -> tuple[Any, Any, float | None]:
    where, score = f"pair {number} of {what}", row.get("score")
    plain = isinstance(score, int | float) and not isinstance(score, bool) and math.isfinite(score)
    if score is not None and not plain:
        raise _fault(f"{where} has the score {score!r:.60}. Accepted: a number, or null.")
    a, b = (id_from(row.get(key), where, _CODE) for key in ("a", "b"))
    return a, b, None if score is None else float(score)


def _refuse_twice(
    pairs: Sequence[tuple[Any, Any, float | None]], *, two_sided: bool | None, what: str
) -> None:
    """A pair that is listed twice, or somebody who stands in two pairs of one pool, is a slip of the pen."""
    seen: dict[Any, int] = {}
    for number, (a, b, _) in enumerate(pairs, start=1):
        one, other = key_of(a), key_of(b)
        if not two_sided and one == other:
            raise _fault(f"Pair {number} of {what} has {a!r} with themselves.")
        marks: list[Any] = [(one, other)] if two_sided else [one, other]
        for mark, id in zip(marks, (a, b), strict=False):
            if mark in seen:
                whom = f"the pair {a!r} and {b!r}" if two_sided else repr(id)
                raise _fault(
                    f"{what} lists {whom} twice, in its rows {seen[mark]} and {number}."
                    + ("" if two_sided else " In one pool everybody has one partner.")
                )
            seen[mark] = number


def _fault(message: str) -> InputError:
    return InputError(error_item(_CODE, message[:1].upper() + message[1:]))
