"""From a table to a cohort: checked, plain, and in order."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from peermatch.cohort.cells import CellError, ObjectArray, canonical, shown_cell
from peermatch.cohort.choices import mend_grades, mend_options
from peermatch.cohort.cohort import Cohort
from peermatch.cohort.contents import Contents
from peermatch.cohort.dates import mend_dates
from peermatch.cohort.leavers import look_for_leavers, read_left
from peermatch.cohort.letters import tidy_column
from peermatch.cohort.managers import known_people, look_for_circles, mend_managers, shared_addresses
from peermatch.cohort.missing import take_out
from peermatch.cohort.people import canonical_order, check_columns, check_ids, read_eligible, read_labels
from peermatch.cohort.rows import leave_out_nobody, settle_duplicates
from peermatch.cohort.table import Repair, Table, repairs_frame
from peermatch.cohort.wishes import Wishes
from peermatch.cohort.wording import LIMIT, capped, counted
from peermatch.errors import InputError, error_item

__all__ = ["cohort_of"]

IntArray: TypeAlias = npt.NDArray[np.int64]


def cohort_of(table: Table, wishes: Wishes) -> Cohort:
    """Return the people of a table: ids and eligibility checked, every cell plain, all in canonical order.

    Parameters
    ----------
    table : Table
        What came in. Its columns are let go of one by one, and it must not be used again.
    wishes : Wishes
        The arguments of `read_people`.

    Raises
    ------
    InputError, ConfigError
    """
    id, label, eligible = wishes.id, wishes.label, wishes.eligible
    check_columns(table, wishes.columns)
    _tidy(table, wishes)
    if not wishes.mended:
        table = leave_out_nobody(table, id)
    gone, why_gone, gone_repairs = _left(table, wishes)
    if wishes.duplicates != "refuse":
        kept_before = table.rows
        table = settle_duplicates(table, id, wishes.duplicates, gone)
        if gone is not None:
            still = np.isin(kept_before, table.rows)
            gone, why_gone = gone[still], why_gone[still]
            stay = set(table.rows.tolist())
            gone_repairs = [one for one in gone_repairs if one.row in stay]
    ids, id_repairs, items = check_ids(table, id)
    taking_part = np.ones(len(table.rows), dtype=np.bool_)
    reasons: ObjectArray = np.full(len(table.rows), None, dtype=np.object_)
    if eligible is not None:
        answers, _ = take_out(Contents(eligible, _plain(table, eligible)), wishes.missing.exported)
        taking_part, reasons, wrong = read_eligible(table, eligible, answers.cells, ids)
        items += wrong
    if not items:
        items = _too_few(table, wishes.at_least)
    if items:
        raise InputError(items)
    if gone is not None:
        reasons = np.where(gone, why_gone, reasons)
        taking_part &= ~gone
    order = canonical_order(ids)
    rows = table.rows[order]
    columns, cell_repairs = _plain_columns(table, order, wishes)
    ids = ids[order]
    told = _who_is_who(table.names, columns, ids, rows, wishes)
    everything = [*table.repairs, *cell_repairs, *id_repairs, *gone_repairs, *told]
    repairs, whose = _in_order(everything, rows, ids)
    return Cohort(
        frame=_frame(table.names, columns, len(ids)),
        ids=ids,
        id=id,
        label=label,
        eligible=eligible,
        labels=read_labels(None if label is None else columns[table.names.index(label)], ids),
        taking_part=taking_part[order],
        reasons_out=reasons[order],
        rows=rows,
        kind=table.kind,
        repairs=repairs_frame(repairs, whose, table.how),
        how=table.how,
    )


def _tidy(table: Table, wishes: Wishes) -> None:
    """Tidy up all text, and take out what is no sign at all."""
    if wishes.mended:
        return
    for position, name in enumerate(table.names):
        cells, repairs = tidy_column(
            table.columns[position], name, table.rows, table.where, one_by_one=name == wishes.id
        )
        table.columns[position] = cells
        table.repairs += repairs


def _left(table: Table, wishes: Wishes) -> tuple[npt.NDArray[np.bool_] | None, ObjectArray, list[Repair]]:
    """Return who has left, by the column that says it."""
    if wishes.left is None:
        return None, np.empty(0, dtype=np.object_), []
    said, _ = take_out(Contents(wishes.left, _plain(table, wishes.left)), wishes.missing)
    said, _ = mend_dates(said, table.rows, wishes.day_first)
    return read_left(table, wishes.left, said.cells, wishes.as_of)


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
            row, found = int(table.rows[place]), f"{type(value).__name__} {shown_cell(value)!r}"
            message = (
                f"Row {row:,} of {table.where} has a value in column {name!r} that is neither text, number, "
                f"date, yes or no, nor a list of these: {found}."
            )
            accepted = "text, a number, a date, true or false, or a list of these"
            items.append(
                error_item("bad_cell", message, column=name, row=row, found=found, accepted=accepted)
            )
        return np.empty(0, dtype=np.object_), capped(items, len(error.bad), "rows")


def _plain_columns(table: Table, order: IntArray, wishes: Wishes) -> tuple[list[ObjectArray], list[Repair]]:
    """Return every column in plain cells and canonical order, letting go of each raw column as it is done."""
    sorted_already = bool(np.array_equal(order, np.arange(len(order))))
    columns: list[ObjectArray] = []
    repairs: list[Repair] = []
    items: list[dict[str, Any]] = []
    for position in range(len(table.names)):
        cells, wrong = _try_plain(table, position)
        items += wrong
        if not wrong:
            cells, told = _mended(cells, table.names[position], table.rows, wishes)
            repairs += told
        if not items:
            columns.append(cells if sorted_already else cells[order])
        table.columns[position] = np.empty(0)
    if items:
        raise InputError(items)
    return columns, repairs


def _mended(
    cells: ObjectArray, name: str, rows: IntArray, wishes: Wishes
) -> tuple[ObjectArray, list[Repair]]:
    """Return a column with its missing words, days, options and grades put right; ids and labels as they are."""
    if name in (wishes.id, wishes.label):
        return cells, []
    words = wishes.missing.exported if name == wishes.eligible else wishes.missing
    column, repairs = take_out(Contents(name, cells), words, rows)
    if name in (wishes.eligible, wishes.manager, wishes.email) or (
        wishes.mended and wishes.day_first is None
    ):
        return column.cells, repairs
    column, told = mend_dates(column, rows, wishes.day_first)
    repairs += told
    if not told and column.texts and not wishes.mended:
        for mend in (mend_options, mend_grades):
            column, told = mend(column, rows)
            repairs += told
    return column.cells, repairs


def _who_is_who(
    names: list[str], columns: list[ObjectArray], ids: ObjectArray, rows: IntArray, wishes: Wishes
) -> list[Repair]:
    """Put managers' ids in their places, and return what is odd about managers, addresses and leavers."""

    def column(name: str | None) -> ObjectArray | None:
        return None if name is None else columns[names.index(name)]

    repairs: list[Repair] = []
    emails = column(wishes.email)
    if emails is not None and wishes.email is not None and wishes.email != wishes.id:
        repairs += shared_addresses(ids, emails, wishes.email)
    if wishes.manager is not None:
        place = names.index(wishes.manager)
        named = [found for words in _NAMES if (found := _named(names, columns, words)) is not None]
        known = known_people(ids, emails, column(wishes.label), named)
        columns[place], told = mend_managers(columns[place], wishes.manager, known, rows)
        repairs += [*told, *look_for_circles(ids, columns[place], wishes.manager, rows)]
    if not wishes.mended:
        repairs += look_for_leavers(names, columns, set(wishes.columns.values()))
    return repairs


_NAMES = (
    ("first name", "given name", "forename", "vorname"),
    ("last name", "surname", "family name", "nachname"),
)


def _named(names: list[str], columns: list[ObjectArray], words: tuple[str, ...]) -> ObjectArray | None:
    for name, cells in zip(names, columns, strict=True):
        if " ".join(name.replace("_", " ").casefold().split()) in words:
            return cells
    return None


def _frame(names: list[str], columns: list[ObjectArray], count: int) -> pd.DataFrame:
    index = pd.RangeIndex(count)
    return pd.DataFrame(dict(zip(names, columns, strict=True)), index=index, dtype=object, copy=False)


def _in_order(repairs: list[Repair], rows: IntArray, ids: ObjectArray) -> tuple[list[Repair], list[Any]]:
    """Put repairs in an order that does not depend on that of rows or columns, and say whose row each was."""
    wanted = {repair.row for repair in repairs if repair.row is not None}
    place: dict[int | None, int] = {}
    if wanted:
        place = {row: position for position, row in enumerate(rows.tolist()) if row in wanted}
    # by person, then by column's name: neither the order of rows nor that of columns shows
    ranked = sorted(
        repairs, key=lambda one: (place.get(one.row, -1), one.column is not None, one.column or "")
    )
    return ranked, [ids[place[repair.row]] if repair.row in place else None for repair in ranked]
