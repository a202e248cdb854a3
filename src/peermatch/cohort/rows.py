"""Rows that are nobody: a header that comes again, totals and notes below the table; and several rows of one person."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from copy import copy
from itertools import takewhile
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from peermatch.cohort.cells import CellError, ObjectArray, canonical
from peermatch.cohort.headers import tidy_name
from peermatch.cohort.table import Repair, Sure, Table
from peermatch.cohort.wording import LIMIT, capped, listing
from peermatch.errors import InputError, error_item

__all__ = ["leave_out_nobody", "settle_duplicates", "without_notes"]

_COUNTED = 3  # cells of a row of totals: the word, and what was counted
_LAST = 5  # notes are looked for in so many of the last rows
_ERROR = re.compile(r"#[^\W\d_]+[/!?]?[^\W\d_]*[!?]?")
_NUMBER = re.compile(r"[-+]?[\d.,  ]+%?")

_NOTE = re.compile(
    r"(?i)((grand )?totals?|(gesamt)?summe|gesamt|insgesamt|total général|somme|totale( generale)?|totaal|suma|soma|"
    r"anzahl|count|nombre|número|aantal)( (of|von|de|di|van) .*)?:?( \d+)?( people| rows| records| personen| zeilen)?"
    r"|(generated|exported|created|printed|report run|erstellt|exportiert|gedruckt|stand|généré|exporté|imprimé|édité|"
    r"generado|exportado|impreso|generato|esportato|stampato|gerado|gegenereerd|afgedrukt)\b.*\d.*"
    r"|(page|seite|página|pagina) \d+( (of|von|sur|de|di|van) \d+)?|(source|quelle|fuente|fonte|bron) ?:.*"
    r"|-*\s*end of (file|report|export|data|table)\s*-*|ende der (liste|tabelle|datei)"
    r"|\d+ (rows|records|people|zeilen|datensätze|personen|lignes|filas|righe|linhas|rijen)( selected)?\.?"
)


def leave_out_nobody(table: Table, id: str) -> Table:
    """Return the table without rows that repeat its header, and without notes in the last rows.

    Parameters
    ----------
    table : Table
    id : str
        The id column.
    """
    place = table.names.index(id)
    cells = table.columns[place].tolist()
    again = [
        at
        for at, cell in enumerate(cells)
        if type(cell) is str and id in cell and tidy_name(cell) == id and _is_header(table, at)
    ]
    out = dict.fromkeys(again, ("header_again", "the row repeats the header, and was left out"))
    for at in range(len(cells) - 1, max(-1, len(cells) - 1 - _LAST), -1):
        note = _note(table, at)
        if note is None:
            break
        out[at] = (
            "note_row",
            f"the row holds {note!r} and {_beside(table, at)}, and was left out: it is nobody",
        )
    if not out:
        return table
    for at, (code, reason) in sorted(out.items()):
        sure: Sure = "certain" if code == "header_again" else "likely"
        found = _note(table, at) if code == "note_row" else id
        table.repairs.append(Repair(None, int(table.rows[at]), found, None, reason, code, sure))
    return _without(table, out)


def _without(table: Table, out: Collection[int]) -> Table:
    kept = np.ones(len(table.rows), dtype=np.bool_)
    kept[sorted(out)] = False
    table.columns = [cells[kept] for cells in table.columns]
    table.rows = table.rows[kept]
    return table


def _is_header(table: Table, at: int) -> bool:
    cells = [column[at] for column in table.columns]
    same = sum(
        isinstance(cell, str) and tidy_name(cell) == name
        for cell, name in zip(cells, table.names, strict=True)
    )
    said = sum(map(_says, cells))
    return bool(same >= max(2, said - 1))


def _says(cell: Any) -> bool:
    """Whether a raw cell holds anything."""
    if isinstance(cell, str):
        return bool(cell.strip())
    missing = cell is None or cell is pd.NA or cell is pd.NaT or (isinstance(cell, float) and cell != cell)
    return not missing


def _note(table: Table, at: int) -> str | None:
    """Return the only text of a row where it is a note that exports write below a table, perhaps with a few numbers."""
    if len(table.columns) < 2:
        return None  # nothing tells a note from an id
    said = [column[at] for column in table.columns if _says(column[at]) and not _is_error(column[at])]
    texts = [cell.strip() for cell in said if isinstance(cell, str)]
    words = [text for text in texts if not _NUMBER.fullmatch(text)]
    return words[0] if len(words) == 1 and len(said) <= _COUNTED and _NOTE.fullmatch(words[0]) else None


def _is_error(cell: Any) -> bool:
    """Whether a raw cell is what a spreadsheet shows where a formula failed."""
    return isinstance(cell, str) and _ERROR.fullmatch(cell.strip()) is not None


def without_notes(table: Table) -> Table:
    """Return a copy without the notes in the last rows, for whoever looks for the id column before reading."""
    notes = list(takewhile(lambda at: _note(table, at) is not None, range(len(table.rows) - 1, -1, -1)))[
        :_LAST
    ]
    return _without(copy(table), notes) if notes else table


def _beside(table: Table, at: int) -> str:
    alone = sum(_says(column[at]) for column in table.columns) == 1
    return "nothing else" if alone else "numbers beside it"


# ---- several rows of one id -----------------------------------------------------------------------------


def settle_duplicates(table: Table, id: str, rule: str, has_left: npt.NDArray[np.bool_] | None) -> Table:
    """Return the table with one row for each id, by the rule that the caller stated.

    Parameters
    ----------
    table : Table
    id : str
        The id column.
    rule : str
        "first", "last", "fill" or "current"; "refuse" leaves all rows where they are.
    has_left : bool array of shape (n,), optional
        Who is marked as left.

    Raises
    ------
    InputError
        ``"duplicate_id"``, where rows contradict each other, or not exactly one is current.
    """
    if rule == "refuse":
        return table
    try:
        ids = canonical(table.columns[table.names.index(id)]).tolist()
    except CellError:
        return table  # said later, with everything else that is wrong with the ids
    places: dict[Any, list[int]] = defaultdict(list)
    for at, value in enumerate(ids):
        if type(value) in (str, int):
            places[value].append(at)
    several = {value: ats for value, ats in places.items() if len(ats) > 1}
    if not several:
        return table
    out: set[int] = set()
    items: list[dict[str, Any]] = []
    cells = _plain(table) if rule == "fill" else []
    for value, ats in several.items():
        if rule == "fill":
            wrong = _fill(table, cells, id, value, ats)
        elif rule == "current":
            wrong = _check_current(table, id, value, ats, has_left)
        else:
            wrong = None
        if wrong is not None:
            items.append(wrong)
            continue
        kept = _kept(rule, ats, has_left)
        out |= {at for at in ats if at != kept}
        _tell(table, id, value, ats, kept, rule)
    if items:
        raise InputError(capped(items, len(items), "ids"))
    return _without(table, out)


def _kept(rule: str, ats: Sequence[int], has_left: npt.NDArray[np.bool_] | None) -> int:
    if rule == "current" and has_left is not None:
        return next(at for at in ats if not has_left[at])
    return ats[-1] if rule == "last" else ats[0]


def _tell(table: Table, id: str, value: Any, ats: Sequence[int], kept: int, rule: str) -> None:
    rows = [int(table.rows[at]) for at in ats]
    for at in ats:
        if at != kept:
            reason = (
                f"the id {value!r} stands in rows {listing(rows)}: this row "
                f"{'was put into' if rule == 'fill' else 'was left out in favour of'} row {int(table.rows[kept])}, as "
                f"duplicates={rule!r} says"
            )
            table.repairs.append(Repair(id, int(table.rows[at]), value, None, reason, "duplicate"))


def _plain(table: Table) -> list[ObjectArray]:
    plain = []
    for cells in table.columns:
        try:
            plain.append(canonical(cells))
        except CellError:
            plain.append(cells)
    return plain


def _fill(
    table: Table, cells: list[ObjectArray], id: str, value: Any, ats: Sequence[int]
) -> dict[str, Any] | None:
    """Put all that the rows say into the first; return an error item where they contradict each other."""
    filled: list[tuple[int, Any]] = []
    for place, column in enumerate(cells):
        said: list[Any] = []
        for at in ats:
            if column[at] is not None and column[at] not in said:
                said.append(column[at])
        if len(said) > 1:
            rows = [int(table.rows[at]) for at in ats]
            message = (
                f"Rows {listing(rows, limit=5)} of {table.where} have the same id {value!r} and contradict each "
                f"other in column {table.names[place]!r}: {said[0]!r} and {said[1]!r}. Correct one, or choose "
                'duplicates="first" or "last".'
            )
            return error_item(
                "duplicate_id",
                message,
                column=table.names[place],
                row=rows[1],
                id=value,
                found=rows,
                accepted="one value",
            )
        if said and column[ats[0]] is None:
            filled.append((place, said[0]))
    for place, new in filled:
        column = table.columns[place]
        if column.dtype != object:
            column = table.columns[place] = cells[place].copy()
        column[ats[0]] = new
        reason = "an empty cell was filled from another row of the same id"
        row = int(table.rows[ats[0]])
        table.repairs.append(Repair(table.names[place], row, None, _shown(new), reason, "duplicate"))
    return None


def _shown(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool) else str(value)


def _check_current(
    table: Table, id: str, value: Any, ats: Sequence[int], has_left: npt.NDArray[np.bool_] | None
) -> dict[str, Any] | None:
    current = sum(not has_left[at] for at in ats) if has_left is not None else len(ats)
    if current == 1:
        return None
    rows = [int(table.rows[at]) for at in ats]
    found = "none of them is" if not current else f"{current} of them are"
    message = (
        f"Rows {listing(rows, limit=LIMIT)} of {table.where} have the same id {value!r}, and {found} current: "
        'duplicates="current" needs exactly one.'
    )
    return error_item(
        "duplicate_id", message, column=id, row=rows[1], id=value, found=rows, accepted="one current row"
    )
