"""Who has left: by a yes, by a word such as "terminated", or by a last day before the day of the run."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from peermatch.cohort.cells import ObjectArray, as_objects
from peermatch.cohort.people import NO, YES
from peermatch.cohort.table import Repair, Table
from peermatch.cohort.wording import LIMIT, capped, counted
from peermatch.errors import ConfigError, InputError, error_item

__all__ = ["LEAVER_WORDS", "look_for_leavers", "names_a_last_day", "read_left"]

LEAVER_WORDS = frozenset(
    {"left", "leaver", "terminated", "resigned", "retired", "former", "exited", "dismissed", "departed", "ex-employee",
     "former employee", "contract ended", "ausgeschieden", "gekündigt", "parti"}
)  # fmt: skip
_HERE = frozenset(
    {"active", "current", "employed", "here", "on leave", "leave of absence", "parental leave", "maternity leave",
     "aktiv", "actif", "probation", "permanent", "contract", "new", "new hire", "rehired", "rehire"}
)  # fmt: skip
_ACCEPTED = 'yes or no, a word such as "terminated" or "active", a day such as 2026-11-30, or an empty cell'
_NAMED = re.compile(
    r"(?i)\b(left|leavers?|leaving|termination|terminated|exit|departure|last (working )?day|end date|employment status"
    r"|staff status|employee status|status|austritt\w*|letzter (arbeits)?tag)\b"
)

_LAST_DAY = re.compile(
    r"(?i)\b(leaving|termination|terminated|exit|departure|last (working )?day|letzter (arbeits)?tag|austritt\w*)\b"
)


def names_a_last_day(column: str) -> bool:
    """Whether a column's name speaks of the day on which somebody leaves.

    Examples
    --------
    >>> names_a_last_day("last_working_day"), names_a_last_day("Start date")
    (True, False)
    """
    return _LAST_DAY.search(re.sub(r"[_\W]+", " ", column)) is not None


def read_left(
    table: Table, column: str, cells: ObjectArray, as_of: dt.date | None
) -> tuple[npt.NDArray[np.bool_], ObjectArray, list[Repair]]:
    """Return who has left, why, and a repair for each of them.

    Parameters
    ----------
    table : Table
        For row numbers and its name.
    column : str
        The column that says it.
    cells : object array of shape (n,)
        Its plain cells, days in ISO form.
    as_of : date or None
        The day of the run; a last day on or before it has passed.

    Returns
    -------
    has_left : bool array of shape (n,)
    reasons : object array of shape (n,)
    repairs : list of Repair

    Raises
    ------
    InputError
        ``"not_left_or_here"``, for cells that say neither.
    ConfigError
        ``"as_of_required"``, for days without one to count from.
    """
    meaning: dict[Any, bool | None] = {}
    values = cells.tolist()
    for value in {value if _is_plain(value) else str(value) for value in values}:
        meaning[value] = _says_left(value, as_of, column)
    said = [meaning[value if _is_plain(value) else str(value)] for value in values]
    wrong = [at for at, answer in enumerate(said) if answer is None]
    if wrong:
        raise InputError(
            capped([_neither(table, column, at, values[at]) for at in wrong[:LIMIT]], len(wrong), "rows")
        )
    repairs, reasons = [], []
    for at, answer in enumerate(said):
        reasons.append(f"not taking part: has left ({column} is {values[at]})" if answer else None)
        if answer:
            told = f"has left, since {column} is {values[at]}: does not take part"
            found = values[at] if isinstance(values[at], str | int | bool) else str(values[at])
            repairs.append(Repair(column, int(table.rows[at]), found, found, told, "left"))
    return np.array([bool(answer) for answer in said], dtype=np.bool_), as_objects(reasons), repairs


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float | bool | dt.date)


def _says_left(value: Any, as_of: dt.date | None, column: str) -> bool | None:
    if value is None:
        return False
    day = _day(value)
    if day is not None:
        if as_of is None:
            message = (
                f"Column {column!r} (the left column) holds days, such as {value}: pass as_of='YYYY-MM-DD', the day "
                "from which they are counted. Today's clock is never used."
            )
            raise ConfigError(
                error_item("as_of_required", message, column=column, found=str(value), accepted="a date")
            )
        return day <= as_of
    text = str(value).casefold()
    if text in YES or text in LEAVER_WORDS:
        return True
    return False if text in NO or text in _HERE else None


def _day(value: Any) -> dt.date | None:
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(value[:10]) if isinstance(value, str) and len(value) >= 10 else None
    except ValueError:
        return None


def _neither(table: Table, column: str, at: int, value: Any) -> dict[str, Any]:
    row = int(table.rows[at])
    message = (
        f"Row {row:,} of {table.where} has {value!r} in the left column {column!r}. Accepted: {_ACCEPTED}."
    )
    return error_item(
        "not_left_or_here", message, column=column, row=row, found=str(value), accepted=_ACCEPTED
    )


def look_for_leavers(
    names: Sequence[str], columns: Sequence[ObjectArray], known: set[str | None]
) -> list[Repair]:
    """Return a repair for each column that seems to say who has left, where nobody said that it does.

    Parameters
    ----------
    names : sequence of str
    columns : sequence of object array of shape (n,)
        Plain cells.
    known : set of str
        Columns whose task is known: they are left alone.
    """
    repairs = []
    for name, cells in zip(names, columns, strict=True):
        if name in known or not _NAMED.search(re.sub(r"[_\W]+", " ", name)):
            continue
        said = Counter(
            cell for cell in cells.tolist() if isinstance(cell, str) and cell.casefold() in LEAVER_WORDS
        )
        if said:
            words = ", ".join(sorted(said))
            many = sum(said.values())
            reason = (
                f"{counted(many, 'person seems', 'people seem')} to have left ({words}), and would take part: say "
                f"left={name!r} if so"
            )
            found = min(said)
            repairs.append(Repair(name, None, found, found, reason, "maybe_left", "open", many))
            continue
        days = [cell for cell in cells.tolist() if cell is not None and _day(cell) is not None]
        if days and names_a_last_day(name):
            reason = (
                f"{counted(len(days), 'person has', 'people have')} a day here, such as {days[0]}: if it is their "
                f"last, say left={name!r}, and as_of= with the day of the run; they would take part otherwise"
            )
            found = str(days[0])
            repairs.append(Repair(name, None, found, found, reason, "maybe_left", "open", len(days)))
    return repairs
