"""What is asked of the three columns that say who is who: id, label, eligible."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from peermatch.checks import did_you_mean
from peermatch.cohort.cells import CellError, ObjectArray, as_objects, canonical, shown_cell
from peermatch.cohort.table import Repair, Table
from peermatch.cohort.wording import LIMIT, capped, counted, listing
from peermatch.errors import InputError, error_item

__all__ = ["YES_OR_NO", "canonical_order", "check_columns", "check_ids", "read_eligible", "read_labels"]

_PLAIN = frozenset({"yes", "no", "true", "false", "1", "0"})
YES = frozenset({"yes", "y", "true", "1", "x", "ja", "j", "oui", "si", "sí", "sì", "sim", "tak"})
NO = frozenset({"no", "n", "false", "0", "nein", "nee", "nej", "nei", "non", "não", "nao", "nie"})
YES_OR_NO = (
    f"for yes {', '.join(sorted(YES, key=lambda word: (word not in _PLAIN, word)))}; for no "
    f"{', '.join(sorted(NO, key=lambda word: (word not in _PLAIN, word)))}, or an empty cell"
)
"""All that is accepted, plain English first."""

_ACCEPTED_ID = "text or a whole number, different for everyone"


# ---- columns --------------------------------------------------------------------------------------------


def check_columns(table: Table, wanted: dict[str, str | None]) -> None:
    """Refuse a table that lacks one of the columns asked for.

    Parameters
    ----------
    table : Table
        What came in.
    wanted : dict
        From what a column is needed for ("id") to its name, or None where it isn't asked for.

    Raises
    ------
    InputError
        One item per column, code ``"unknown_column"``, with the nearest known name.
    """
    items = []
    for role, name in wanted.items():
        if name is None or name in table.names:
            continue
        message = f"Column {name!r} (the {role} column) is not in {table.where}."
        if name in table.index_names:
            message += " It is the index of the table: call .reset_index() first."
        elif not table.names:
            message += " It has no columns at all."
        elif name in table.split_names:
            named = " and ".join(map(repr, table.split_names[name]))
            message = (
                f"Column {name!r} (the {role} column) stands several times in {table.where}, over different things: "
                f"they were named {named}. Say which it is."
            )
            items.append(
                error_item(
                    "repeated_column",
                    message,
                    column=name,
                    found=table.split_names[name],
                    accepted=table.names,
                )
            )
            continue
        else:
            message += did_you_mean(name, table.names)
            if (
                len(table.names) == 1
                and table.kind == "file"
                and any(mark in table.names[0] for mark in ",;\t|")
            ):
                message += " The whole header was read as one column: pass the right separator=."
        items.append(error_item("unknown_column", message, column=name, found=name, accepted=table.names))
    if items:
        raise InputError(items)


# ---- ids ------------------------------------------------------------------------------------------------


def check_ids(table: Table, id: str) -> tuple[ObjectArray, list[Repair], list[dict[str, Any]]]:
    """Return the ids as they are kept, what was mended in them, and what is wrong with them.

    Parameters
    ----------
    table : Table
        What came in.
    id : str
        The id column.

    Returns
    -------
    ids : object array of shape (n,)
        Text or int, in the order of the table.
    repairs : list of Repair
    items : list of dict
        Errors; where there are any, `ids` must not be used.
    """
    raw = table.columns[table.names.index(id)]
    try:
        ids = canonical(raw)
    except CellError as error:
        bad = [
            _bad_id(table, id, position, "a value without a plain form") for position, _ in error.bad[:LIMIT]
        ]
        return as_objects([]), [], capped(bad, len(error.bad), "rows")
    items = _empty_ids(table, id, ids) + _wrong_ids(table, id, ids)
    if not items:
        items = _repeated_ids(table, id, ids)
    return ids, _id_repairs(table, id, raw, ids), items


def _empty_ids(table: Table, id: str, ids: ObjectArray) -> list[dict[str, Any]]:
    rows = [int(table.rows[position]) for position, value in enumerate(ids.tolist()) if value is None]
    if not rows:
        return []
    message = (
        f"{counted(len(rows), 'row')} of {table.where} {'has' if len(rows) == 1 else 'have'} no id in column "
        f"{id!r}: row{'s' if len(rows) > 1 else ''} {listing(rows)}. Everyone needs one: fill it in."
    )
    return [error_item("empty_id", message, column=id, row=rows[0], found=rows, accepted=_ACCEPTED_ID)]


def _wrong_ids(table: Table, id: str, ids: ObjectArray) -> list[dict[str, Any]]:
    cells = ids.tolist()
    kinds = set(map(type, cells)) - {str, int, type(None)}
    wrong = []
    if kinds:
        wrong = [(position, why) for position, value in enumerate(cells) if (why := _why_wrong(value))]
    if str in set(map(type, cells)) and not _is_unicode(cells):
        wrong += [
            (p, "text with broken characters") for p, value in enumerate(cells) if not _is_unicode([value])
        ]
    if not wrong:
        return []
    items = [_bad_id(table, id, position, why) for position, why in wrong[:LIMIT]]
    return capped(items, len(wrong), "rows")


def _is_unicode(cells: Sequence[Any]) -> bool:
    try:
        "".join(cell for cell in cells if type(cell) is str).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _why_wrong(value: Any) -> str | None:
    """Return why this value cannot be an id, or None if it can."""
    if value is None or type(value) in (str, int):
        return None
    if isinstance(value, float):
        # One fraction makes the whole column float; the whole numbers beside it are innocent.
        if value.is_integer() and abs(value) <= 2**53:
            return None
        return (
            "a number with a fraction" if np.isfinite(value) and not value.is_integer() else "no exact number"
        )
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, (dt.date, dt.time, dt.timedelta)):
        return "a date or a time (spreadsheets turn ids such as 3-4 into dates)"
    if isinstance(value, (list, dict)):
        return "a list" if isinstance(value, list) else "a record"
    return f"of type {type(value).__name__}"


def _bad_id(table: Table, id: str, position: int, why: str) -> dict[str, Any]:
    row = int(table.rows[position])
    value = table.columns[table.names.index(id)][position]
    text = shown_cell(value, 200)
    plain = isinstance(value, (str, int, float, bool, list)) and text != f"({type(value).__name__})"
    shown = value if plain and len(text) < 200 else text
    message = f"The id in row {row:,} of {table.where} (column {id!r}) is {shown!r}: {why}."
    message += f" An id is {_ACCEPTED_ID}."
    return error_item("bad_id", message, column=id, row=row, found=shown, accepted=_ACCEPTED_ID)


def _repeated_ids(table: Table, id: str, ids: ObjectArray) -> list[dict[str, Any]]:
    cells = ids.tolist()
    texts = [str(value) for value in cells] if len(set(map(type, cells))) > 1 else cells
    if len(set(texts)) == len(texts):
        return []
    repeated = {text for text, count in Counter(texts).items() if count > 1}
    places: dict[Any, list[int]] = defaultdict(list)
    for position, text in enumerate(texts):
        if text in repeated:
            places[text].append(position)
    items = []
    for text, positions in list(places.items())[:LIMIT]:
        rows = [int(table.rows[position]) for position in positions]
        if len({type(cells[position]) for position in positions}) > 1:
            code = "ambiguous_id"
            message = (
                f"Rows {listing(rows, limit=5)} of {table.where} have the id {text} in column {id!r}, once as a "
                "number and once as text: they would read the same. Make them one kind, and different."
            )
        else:
            code = "duplicate_id"
            message = (
                f"Rows {listing(rows, limit=5)} of {table.where} have the same id {cells[positions[0]]!r} "
                f"in column {id!r}. Every person needs an id of their own: remove or merge the rows."
            )
        items.append(
            error_item(
                code,
                message,
                column=id,
                row=rows[1],
                id=cells[positions[1]],
                found=rows,
                accepted=_ACCEPTED_ID,
            )
        )
    return capped(items, len(places), "ids")


def _id_repairs(table: Table, id: str, raw: npt.NDArray[Any], ids: ObjectArray) -> list[Repair]:
    """What is to be said of ids beyond white space: numbers stored with decimals, and digits that were lost."""
    before = next(
        (
            one
            for one, after in zip(raw.tolist(), ids.tolist(), strict=True)
            if isinstance(one, float) and type(after) is int
        ),
        None,
    )
    if before is not None:
        reason = "ids stored as decimal numbers are whole numbers"
        return [Repair(id, None, str(before), str(int(before)), reason, "id_decimals")]
    return _lost_digits(table, id, ids.tolist())


def _lost_digits(table: Table, id: str, cells: list[Any]) -> list[Repair]:
    """Report ids that a spreadsheet seems to have changed: leading zeros gone, or 1.23E+05."""
    texts = [(at, cell) for at, cell in enumerate(cells) if type(cell) is str]
    powers = [(at, text) for at, text in texts if _POWER.fullmatch(text)]
    reason = (
        "a number in powers of ten, as spreadsheets write long ids: digits are lost; export the ids as text"
    )
    repairs = [
        Repair(id, int(table.rows[at]), text, text, reason, "lost_digits", "open") for at, text in powers
    ]
    digits = [(at, text) for at, text in texts if text.isascii() and text.isdigit()]
    if len(digits) < len(texts) or not digits:
        return repairs
    widths = Counter(len(text) for _, text in digits)
    width, many = widths.most_common(1)[0]
    padded = any(text.startswith("0") and len(text) == width for _, text in digits)
    if padded and many * 2 > len(digits) and max(widths) == width:
        reason = (
            f"shorter than the other ids, which have {width} digits: were leading zeros lost? Left as it is"
        )
        repairs += [
            Repair(id, int(table.rows[at]), text, text, reason, "short_id", "open")
            for at, text in digits
            if len(text) < width and not text.startswith("0")
        ]
    return repairs


_POWER = re.compile(r"\d(?:\.\d+)?[eE]\+\d{1,2}")


def canonical_order(ids: ObjectArray) -> npt.NDArray[np.int64]:
    """Return the order of ids in which everything is done: by type name, then value.

    Whole numbers come first ("int" before "str") and go by size; text goes by code point.

    Examples
    --------
    >>> canonical_order(as_objects(["b", 10, "B", 9])).tolist()
    [3, 1, 2, 0]
    """
    cells = ids.tolist()
    if len(set(map(type, cells))) <= 1:
        ordered = sorted(range(len(cells)), key=cells.__getitem__)
    else:
        ordered = sorted(
            range(len(cells)), key=lambda position: (type(cells[position]).__name__, cells[position])
        )
    return np.array(ordered, dtype=np.int64)


# ---- label and eligible ---------------------------------------------------------------------------------


def read_labels(cells: ObjectArray | None, ids: ObjectArray) -> ObjectArray:
    """Return what people read: the label, or the id where there is none."""
    if cells is None:
        return as_objects([str(id) for id in ids.tolist()])
    pairs = zip(cells.tolist(), ids.tolist(), strict=True)
    return as_objects([str(id) if cell is None else str(cell) for cell, id in pairs])


def read_eligible(
    table: Table, name: str, cells: ObjectArray, ids: ObjectArray
) -> tuple[npt.NDArray[np.bool_], ObjectArray, list[dict[str, Any]]]:
    """Return who takes part, why the others don't, and what is neither a yes nor a no.

    Parameters
    ----------
    table : Table
        For row numbers and its name.
    name : str
        The eligible column.
    cells : object array of shape (n,)
        The column, in plain cells.
    ids : object array of shape (n,)
        Whose they are, for messages.

    Returns
    -------
    taking_part : bool array of shape (n,)
    reasons : object array of shape (n,)
        None for those who take part.
    items : list of dict
        Errors, code ``"not_yes_or_no"``.
    """
    meaning: dict[str, bool | None] = {}
    texts = ["" if cell is None else str(cell) for cell in cells.tolist()]
    for text in set(texts):
        folded = text.casefold()
        meaning[text] = True if folded in YES else False if folded in NO or not folded else None
    said = [meaning[text] for text in texts]
    wrong = [position for position, answer in enumerate(said) if answer is None]
    items = []
    for position in wrong[:LIMIT]:
        row, id = int(table.rows[position]), ids[position] if len(ids) else None
        message = (
            f"Row {row:,} of {table.where} has {texts[position]!r} in the eligible column {name!r}. "
            f"Accepted: {YES_OR_NO}."
        )
        found = texts[position]
        items.append(
            error_item("not_yes_or_no", message, column=name, row=row, id=id, found=found, accepted=YES_OR_NO)
        )
    reasons = [
        None
        if answer
        else f"not taking part: {name} is {text}"
        if text
        else f"not taking part: {name} is empty"
        for answer, text in zip(said, texts, strict=True)
    ]
    taking_part = np.array([bool(answer) for answer in said], dtype=np.bool_)
    return taking_part, as_objects(reasons), capped(items, len(wrong), "rows") if wrong else []
