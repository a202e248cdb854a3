"""From a table to a cohort: checked, plain, and in order."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from peermatch.cohort.cells import CellError, ObjectArray, canonical
from peermatch.cohort.cohort import Cohort
from peermatch.cohort.missing import take_out
from peermatch.cohort.people import canonical_order, check_columns, check_ids, read_eligible, read_labels
from peermatch.cohort.table import Repair, Table, repairs_frame
from peermatch.cohort.wording import LIMIT, capped, counted
from peermatch.errors import InputError, error_item

__all__ = ["cohort_of"]

IntArray: TypeAlias = npt.NDArray[np.int64]


def cohort_of(
    table: Table, id: str, *, label: str | None, eligible: str | None, missing: frozenset[str], at_least: int
) -> Cohort:
    """Return the people of a table: ids and eligibility checked, every cell plain, all in canonical order.

    Parameters
    ----------
    table : Table
        What came in. Its columns are let go of one by one, and it must not be used again.
    id, label, eligible, at_least
        As for `read_people`.
    missing : frozenset of str
        Words that mean "no answer", except in ids and labels.

    Raises
    ------
    InputError
    """
    check_columns(table, {"id": id, "label": label, "eligible": eligible})
    ids, id_repairs, items = check_ids(table, id)
    taking_part = np.ones(len(table.rows), dtype=np.bool_)
    reasons: ObjectArray = np.full(len(table.rows), None, dtype=np.object_)
    if eligible is not None:
        answers, _ = take_out(_plain(table, eligible), missing, eligible)
        taking_part, reasons, wrong = read_eligible(table, eligible, answers, ids)
        items += wrong
    if not items:
        items = _too_few(table, at_least)
    if items:
        raise InputError(items)
    order = canonical_order(ids)
    columns, word_repairs = _plain_columns(table, order, missing, {id, label})
    ids = ids[order]
    repairs, whose = _in_order([*table.repairs, *word_repairs, *id_repairs], table.rows[order], ids)
    return Cohort(
        frame=_frame(table.names, columns, len(ids)),
        ids=ids,
        id=id,
        label=label,
        eligible=eligible,
        labels=read_labels(None if label is None else columns[table.names.index(label)], ids),
        taking_part=taking_part[order],
        reasons_out=reasons[order],
        rows=table.rows[order],
        kind=table.kind,
        repairs=repairs_frame(repairs, whose),
    )


def _too_few(table: Table, at_least: int) -> list[dict[str, Any]]:
    count = len(table.rows)
    if count >= at_least:
        return []
    people = counted(count, "person", "people") if count else "nobody"
    message = f"There {'are' if count > 1 else 'is'} {people} in {table.where}; at least {at_least} "
    message += "is needed." if at_least == 1 else "are needed."
    return [error_item("too_few_people", message, found=count, accepted=at_least)]


def _plain(table: Table, name: str) -> ObjectArray:
    cells, wrong = _try_plain(table, table.names.index(name))
    if wrong:
        raise InputError(wrong)
    return cells


def _try_plain(table: Table, position: int) -> tuple[ObjectArray, list[dict[str, Any]]]:
    name = table.names[position]
    try:
        return canonical(table.columns[position]), []
    except CellError as error:
        items = []
        for place, value in error.bad[:LIMIT]:
            row, found = int(table.rows[place]), f"{type(value).__name__} {str(value)[:60]!r}"
            message = (
                f"Row {row:,} of {table.where} has a value in column {name!r} that is neither text, number, "
                f"date, yes or no, nor a list of these: {found}."
            )
            accepted = "text, a number, a date, true or false, or a list of these"
            items.append(
                error_item("bad_cell", message, column=name, row=row, found=found, accepted=accepted)
            )
        return np.empty(0, dtype=np.object_), capped(items, len(error.bad), "rows")


def _plain_columns(
    table: Table, order: IntArray, missing: frozenset[str], untouched: set[str | None]
) -> tuple[list[ObjectArray], list[Repair]]:
    """Return every column in plain cells and canonical order, letting go of each raw column as it is done."""
    sorted_already = bool(np.array_equal(order, np.arange(len(order))))
    columns: list[ObjectArray] = []
    repairs: list[Repair] = []
    items: list[dict[str, Any]] = []
    for position in range(len(table.names)):
        cells, wrong = _try_plain(table, position)
        items += wrong
        if table.names[position] not in untouched:
            cells, words = take_out(cells, missing, table.names[position])
            repairs += words
        if not items:
            columns.append(cells if sorted_already else cells[order])
        table.columns[position] = np.empty(0)
    if items:
        raise InputError(items)
    return columns, repairs


def _frame(names: list[str], columns: list[ObjectArray], count: int) -> pd.DataFrame:
    index = pd.RangeIndex(count)
    return pd.DataFrame(dict(zip(names, columns, strict=True)), index=index, dtype=object, copy=False)


def _in_order(repairs: list[Repair], rows: IntArray, ids: ObjectArray) -> tuple[list[Repair], list[Any]]:
    """Put repairs in an order that does not depend on the order of rows, and say whose row each was."""
    wanted = {repair.row for repair in repairs if repair.row is not None}
    place: dict[int | None, int] = {}
    if wanted:
        place = {row: position for position, row in enumerate(rows.tolist()) if row in wanted}
    ranked = sorted(repairs, key=lambda repair: -1 if repair.row is None else place.get(repair.row, -1))
    return ranked, [ids[place[repair.row]] if repair.row in place else None for repair in ranked]
